"""Commands that destroy for good what may be destroyed: erase, retention."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from hoso.cli.approvals import WHO
from hoso.cli.ask import AS_JSON, chosen
from hoso.cli.show import lines, open_site, say, table
from hoso.errors import Refused, Usage

if TYPE_CHECKING:
    from hoso.recipe.erasing import Plan
    from hoso.site import Site

__all__ = ["erase", "retention"]


@click.command()
@click.argument("dossiers", nargs=-1, metavar="DOSSIER...")
@click.option("--person", metavar="NUMBER", help="Instead: the dossiers that name the person of that personal number.")
@click.option("--reason", default="", metavar="TEXT", help="Why; kept with the proof. Name no citizen in it.")
@click.option("--order", default="", metavar="NUMBER", help="Number of the decision; needed before a term is over.")
@click.option("--dry-run", is_flag=True, help="Say what would go and what forbids it; change nothing.")
@WHO
@AS_JSON
@click.pass_obj
def erase(
    home: str | None, dossiers: tuple[str, ...], person: str | None, reason: str, order: str, dry_run: bool,
    who: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Destroy DOSSIERs (code, source or id) for good: scans, readings, records, signed copies, rows, index, exports.

    Refused (exit code 3) while their term is not over, unless --order names a decision, and always while others lean on
    them: the same file in another dossier, a paper drawn on for another, a message under way. The proof stays.
    """
    from hoso import recipe
    from hoso.recipe import erasing

    if bool(dossiers) == bool(person):
        raise Usage("name the dossiers, or give --person NUMBER; not both")
    with open_site(home) as site, recipe.only_run(site, everything=True):
        ids = _naming(site, person) if person else _ids(site, dossiers)
        if not ids:
            raise Usage("no dossier names that person; nothing is erased")
        plan = erasing.plan(site, ids, lambda read: say(f"{read} lines of the ledger read"))
        if dry_run:
            _show(site, plan, as_json)
            return
        given = {"who": who or "", "reason": reason, "order": order, "person": person or ""}
        made = erasing.erase(site, plan, **given, say=lambda text: say(f"erasing: {text}"))
    if as_json:
        lines([asdict(made)])
    else:
        say(
            f"erased: {made.dossiers} dossiers with {made.documents} papers; {made.objects} stored objects, "
            f"{made.rows} rows, {made.files} files beside them; proof {made.erasure[:12]} of {made.at}"
        )
        say(
            "what left the home is yours to destroy: copies, packages, exported datasets, backups (see docs/erasure.md)"
        )


@click.command()
@click.option("--due", is_flag=True, help="Only dossiers that may be destroyed now.")
@AS_JSON
@click.pass_obj
def retention(home: str | None, due: bool, as_json: bool) -> None:
    """When the term of each dossier is over, by settings.toml [retention]: the list that a decision to destroy starts from.

    The longest term of its papers counts, from the end of the year in which the work ended.
    """
    from hoso.recipe import erasing, standing

    with open_site(home) as site:
        rows = []
        for dossier, free, why in erasing.due(site):
            if not (due and why):
                here = standing(site, dossier)
                code = here.outcome.code if here.outcome else ""
                rows.append(
                    {"id": dossier, "dossier": code or dossier, "free": free or None, "due": not why, "why": why}
                )
    if as_json:
        lines(rows)
        return
    shown = [(row["id"], row["dossier"], row["free"] or "–", "yes" if row["due"] else "no", row["why"]) for row in rows]
    if shown:
        table("", ("id", "dossier", "free on", "due", "why not"), shown)
    say(
        f"{sum(bool(row['due']) for row in rows)} dossiers may be destroyed, by a decision: hoso erase ID --order NUMBER"
    )


def _ids(site: Site, words: tuple[str, ...]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for word in words:
        standings = list(chosen(site, word))
        if len(standings) > 1:
            raise Usage(
                f"{word!r} names {len(standings)} dossiers; give their ids: {', '.join(s.dossier.id for s in standings)}"
            )
        found[standings[0].dossier.id] = None
    return tuple(found)


def _naming(site: Site, person: str) -> tuple[str, ...]:
    """The dossiers that name that person alone. Raises Refused where one names others too: their papers are not this
    person's to have destroyed."""
    from hoso.recipe import reach

    def tick(count: int) -> None:
        if count % 500 == 0:
            say(f"{count} dossiers looked through")

    found = reach.naming(site, person, tick)
    others = {dossier: names for dossier, names in found.items() if names}
    if others:
        told = "; ".join(f"{dossier} ({', '.join(names)})" for dossier, names in others.items())
        raise Refused(
            "erase.others",
            f"{len(others)} of {len(found)} dossiers name other persons too: {told}; "
            "decide on each, and name them by their ids",
            "Có hồ sơ nêu cả người khác; hãy quyết định từng hồ sơ và nêu mã của chúng.",
        )
    return tuple(found)


def _show(site: Site, plan: Plan, as_json: bool) -> None:
    found = plan.found
    bars = {dossier: [bar.text for bar in plan.bars if bar.dossier == dossier] for dossier in found.dossiers}
    rows: list[dict[str, Any]] = [
        {"dossier": one, "pages": found.pages[one], "free": plan.free.get(one) or None, "forbids": bars[one]}
        for one in found.dossiers
    ]
    rest = [bar for bar in plan.bars if bar.dossier not in bars]
    if as_json:
        lines(rows)
        lines([{"documents": len(found.documents), "scans": len(found.scans), "objects": len(found.digests),
                "forbids": [bar.text for bar in rest]}])  # fmt: skip
        return
    table(
        "", ("dossier", "pages", "free on", "forbids"),
        [(row["dossier"], row["pages"], row["free"] or "–", "; ".join(row["forbids"]) or "–") for row in rows],
    )  # fmt: skip
    for bar in rest:
        say(f"forbids: {bar.text}")
    say(
        f"{len(found.documents)} papers, {len(found.scans)} scans, {len(found.digests)} objects would go; nothing is done"
    )
