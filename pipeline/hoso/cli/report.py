"""The command report: indicators and reports of a period, as table, JSON Lines, workbook or print."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from hoso.cli.show import lines, open_site, say, table
from hoso.errors import Unavailable, Usage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hoso.recipe.reporting import Kind
    from hoso.values.reports import Cell, Column, Report

__all__ = ["report"]


@click.command()
@click.argument("kind", type=click.Choice(["kpi", "digitization", "quality"]))
@click.option("--period", required=True, metavar="PERIOD", help="2026-05, 2026-Q2 or 2026.")
@click.option("--by", type=click.Choice(["agency", "procedure", "month"]), default="agency", show_default=True)
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "xlsx", "pdf"]), default="table", show_default=True
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json: JSON Lines, a row a line.")
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), help="Write here (needed for xlsx and pdf).")
@click.option("--reported", type=click.IntRange(min=0), metavar="N", help="For 1.4: dossiers in the national report.")
@click.option("--portal", type=click.IntRange(min=0), metavar="N", help="For 1.4: dossiers counted by the portal.")
@click.pass_obj
def report(
    home: str | None, kind: str, period: str, by: str, form: str, as_json: bool, to: Path | None,
    reported: int | None, portal: int | None,
) -> None:  # fmt: skip
    """Indicators of Decision 766 (kpi), the provincial report (digitization), quality of reading (quality).

    What Hoso cannot know is N/A with the reason, never 0. Formulae and sources: docs/reports.md.
    """
    from hoso.recipe import reporting
    from hoso.values import periods

    form = "json" if as_json else form
    span = periods.period(period)
    if form in ("xlsx", "pdf") and to is None:
        raise Usage(f"{form} goes to a file: --to FILE.{form}")
    if (reported is None) != (portal is None):
        raise Usage("1.4 is counted by the larger of two counts: give both --reported and --portal, or neither")
    counts = None if reported is None or portal is None else (reported, portal)
    with open_site(home) as site:
        made = reporting.report(site, cast("Kind", kind), span, by, counts)
    if made.empty:
        say(f"nothing came in and nothing was signed in {span.name}: the report is empty")
    if to is not None:
        _write(to, _bytes(made, form))
        say(f"{to}: written")
    elif form == "json":
        lines(_json(made))
    else:
        _show(made)


def _bytes(made: Report, form: str) -> bytes:
    if form == "xlsx":
        from hoso.exports.reports.workbook import workbook

        return workbook(made)
    if form == "pdf":
        from hoso.pdf.report import printed

        return printed(made)
    if form == "json":
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in _json(made)).encode()
    return _plain(made).encode()


def _json(made: Report) -> Iterator[dict[str, Any]]:
    head = {"report": made.kind, "period": made.period, "by": made.by}
    for sheet in made.sheets:
        for row in sheet.rows:
            cells = {c.name: _value(cell) for c, cell in zip(sheet.columns, row, strict=True)}
            yield head | {"sheet": sheet.name} | cells
    yield head | {"sheet": "about", "office": made.office, "empty": made.empty, "notes": list(made.notes)}


def _value(cell: Cell) -> Any:
    from datetime import date
    from decimal import Decimal

    if isinstance(cell, Decimal):
        return float(cell)
    return cell.isoformat() if isinstance(cell, date) else cell


def _show(made: Report) -> None:
    from hoso.values.reports import shown

    click.echo(f"{made.title}\n{made.office}")
    for sheet in made.sheets:
        heads = [column.title for column in sheet.columns]
        right = [column.title for column in sheet.columns if column.kind in ("count", "rate")]
        rows = [[shown(cell, c) for cell, c in zip(row, sheet.columns, strict=True)] for row in sheet.rows]
        table(sheet.title, heads, rows, right=right)
    for note in made.notes:
        click.echo(f"– {note}")


def _plain(made: Report) -> str:
    """The report as text for a file: cells parted by tabs."""
    from hoso.values.reports import shown

    out = [made.title, made.office]
    for sheet in made.sheets:
        columns: tuple[Column, ...] = sheet.columns
        out += ["", sheet.title, "\t".join(column.title for column in columns)]
        out += ["\t".join(shown(cell, c) for cell, c in zip(row, columns, strict=True)) for row in sheet.rows]
    return "\n".join([*out, "", *(f"– {note}" for note in made.notes), ""])


def _write(path: Path, data: bytes) -> None:
    """The file appears whole or not at all."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(data)
        beside.replace(path)
    except OSError as error:
        raise Unavailable(f"{path}: cannot be written: {error.strerror}; choose another place with --to") from error
    finally:
        beside.unlink(missing_ok=True)
