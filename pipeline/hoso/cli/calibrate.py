"""The command that tells, and on request learns anew, how far fields can be trusted: calibrate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hoso.cli.ask import AS_JSON
from hoso.cli.show import lines, open_site, say, table
from hoso.errors import Usage

if TYPE_CHECKING:
    from hoso.calibration import Calibration, Judged

__all__ = ["calibrate"]


@click.command()
@click.option(
    "--target", type=click.FloatRange(0.0, 0.5, min_open=True), default=0.001, show_default=True,
    help="Share of wrong fields among those accepted without a person.",
)  # fmt: skip
@click.option(
    "--truth", type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of truth files: fields of this home whose truth they tell are learned from too.",
)  # fmt: skip
@click.option("--write", is_flag=True, help="Keep what was learned as this home's own calibration (HOME/confidence).")
@AS_JSON
@click.pass_obj
def calibrate(home: str | None, target: float, truth: Path | None, write: bool, as_json: bool) -> None:
    """How many fields are accepted without a person, and how many of those are wrong, by kind and by field.

    Learns from the rows that ship with Hoso (and, with --truth, from this home's own) and judges each dossier by what was
    learned from the others. Needs a home only with --truth or --write.
    """
    from hoso import calibration, fitting, resources

    rows = list(calibration.rows_of(resources.folder("ocr_models") / calibration.FOLDER))
    if truth is not None:
        own = _own(home, truth)
        say(f"{len(own)} fields of this home beside {len(rows)} that ship with Hoso")
        rows += own
    try:
        sure = fitting.held_out(rows)
        learned = fitting.fit(rows, target, sure)
        taken = fitting.accepted(rows, sure, target)
    except ValueError as error:
        raise Usage(str(error)) from error
    told = list(_told(rows, taken, learned))
    if as_json:
        lines(told)
    else:
        _show(told, target)
    if write:
        folder = _keep(home, learned, rows)
        say(
            f"{folder}: kept; papers are weighed by it from now on, known ones that are not sealed when digitized again"
        )


def _own(home: str | None, truth: Path) -> list[Judged]:
    from hoso.recipe.calibrating import judged, truths

    with open_site(home) as site:
        rows = [row for row, _, _ in judged(site, truths(truth), "home/")]
    if not rows:
        raise Usage(f"no document of this home is told of in {truth}: sources and positions must be those digitized")
    return rows


def _told(rows: Sequence[Judged], taken: Sequence[bool], learned: Calibration) -> Iterator[dict[str, Any]]:
    """One object a kind, one a field, and one for all."""
    from hoso import fitting

    groups: dict[tuple[str, str], list[int]] = {}
    for index, row in enumerate(rows):
        for key in ((row.kind, ""), (row.kind, f"{row.type}.{row.name}"), ("", "")):
            groups.setdefault(key, []).append(index)
    for kind, field in sorted(groups, key=lambda key: (not key[0], bool(key[1]), key)):
        mine = groups[kind, field]
        told = fitting.told([rows[i] for i in mine], [taken[i] for i in mine])
        yield {
            "kind": kind or None, "field": field or None, "bar": round(learned.bar(kind, field), 5) if kind else None,
            "rows": told.rows, "right": told.right, "accepted": told.accepted, "wrong": told.wrong,
            "accepted_share": round(told.accepted / told.rows, 4),
            "wrong_share": round(told.wrong / told.accepted, 5) if told.accepted else None,
            "wrong_at_most": round(told.bound, 5),
        }  # fmt: skip


def _show(told: Sequence[dict[str, Any]], target: float) -> None:
    columns = ("kind or field", "bar", "rows", "right", "accepted", "wrong", "wrong at most")
    shown = [
        (
            one["field"] or one["kind"] or "all",
            f"{one['bar']:.4f}" if one["bar"] is not None else "",
            one["rows"],
            f"{one['right'] / one['rows']:.1%}",
            f"{one['accepted_share']:.1%}",
            one["wrong"],
            f"{one['wrong_at_most']:.2%}",
        )
        for one in told
    ]
    table(
        f"target: {target:g} of the accepted fields wrong; every row judged by other dossiers",
        columns,
        shown,
        columns[1:],
    )


def _keep(home: str | None, learned: Calibration, rows: Sequence[Judged]) -> Path:
    from hoso import calibration

    with open_site(home) as site:
        folder = site.home / "confidence"
    folder.mkdir(exist_ok=True)
    for name, data in (("rows.csv.gz", calibration.encode_rows(rows)), ("weights.json", calibration.encode(learned))):
        temporary = folder / f"{name}.new"
        temporary.write_bytes(data)
        temporary.rename(folder / name)
    return folder
