"""Commands that tell what is where: status, balance, records, pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import click

from hoso.cli import view
from hoso.cli.show import lines, open_site, say, table
from hoso.errors import Damaged, Usage
from hoso.nouns import Standing
from hoso.site import Site

__all__ = ["balance", "pages", "records", "status"]

AS_JSON = click.option("--json", "as_json", is_flag=True, help="JSON Lines on standard output.")


def chosen(site: Site, word: str | None) -> Iterator[Standing]:
    """Every dossier, or those that ``word`` names. Raises :class:`Usage` where it names none."""
    from hoso import recipe

    if word is None:
        yield from (recipe.standing(site, dossier) for dossier in recipe.dossiers(site, erased=True))
        return
    found = recipe.find(site, word)
    if not found:
        raise Usage(f"no dossier has the code, source or id {word!r}; list them with: hoso status")
    yield from found


@click.command()
@click.argument("id_", metavar="[ID]", required=False)
@click.option("--watch", is_flag=True, help="Show service, queue, balance, nights and alarms until Ctrl-C.")
@AS_JSON
@click.pass_obj
def status(home: str | None, id_: str | None, watch: bool, as_json: bool) -> None:
    """What is where: every dossier with its state, or, for an ID (dossier code, source, id), its papers and history."""
    if watch and (id_ or as_json):
        raise Usage("--watch shows the whole home to a person; leave ID and --json away")
    with open_site(home) as site:
        if watch:
            from hoso.cli import live

            live.watch(site)
            return
        standings = list(chosen(site, id_))
        rows = [view.dossier_row(here) for here in standings]
        if id_:
            for row, here in zip(rows, standings, strict=True):
                row["history"] = _history(site, here)
        if as_json:
            lines(rows)
            return
        shown = [
            (
                r["source"],
                r["dossier"],
                ", ".join(f"{d['type']} ({d['state']})" for d in r["documents"]),
                r["pages"],
                r["state"],
            )
            for r in rows
        ]
        table("", ("source", "dossier", "papers", "pages", "state"), shown, right=("pages",))
        for row in rows:
            for lost in row["quarantined"]:
                say(f"quarantined: {lost['scan']}: {lost['text']} [{lost['reason']}]")
        if id_:
            _explain(site, standings, rows)
        else:
            states = Counter(row["state"] for row in rows)
            say(f"{site.home}: {len(rows)} dossiers" + "".join(f", {n} {state}" for state, n in states.items()))
            if count := _unstamped(site):
                say(f"{count} sealed copies wait for the night's stamp; put it now with: hoso stamp")
            if states["ready"] or states["waiting"]:
                say("papers wait for a person; look with: hoso approve --list")


@click.command()
@AS_JSON
@click.pass_obj
def balance(home: str | None, as_json: bool) -> None:
    """The page balance: pages in = filed + blank + duplicate + waiting + quarantined + erased.

    Exit code 7 where it is uneven.
    """
    from hoso import recipe

    with open_site(home) as site:
        total = recipe.balance(chosen(site, None))
    row = asdict(total) | {"even": total.even}
    if as_json:
        lines([row])
    else:
        table(
            "", ("pages", ""), [(name.replace("_", " "), count) for name, count in asdict(total).items()], right=("",)
        )
    if total.underway:
        say(f"{total.underway} pages are underway: a run is at work or was stopped; run hoso digitize again to go on")
    if not total.even and not total.underway:
        raise Damaged("the page balance is uneven: a page is unaccounted for; keep the home as it is and tell us")


@click.command()
@click.option("--dossier", metavar="CODE", help="Only the dossier of that code, source or id.")
@click.option("--type", "type_", metavar="TYPE", help="Only documents of that type.")
@AS_JSON
@click.pass_obj
def records(home: str | None, dossier: str | None, type_: str | None, as_json: bool) -> None:
    """Documents with their fields and problems: one JSON object a document, or a table."""
    with open_site(home) as site:
        rows = (row for here in chosen(site, dossier) for row in view.documents(here, dossier))
        wanted = (row for row in rows if type_ in (None, row["type"]))
        if as_json:
            lines(wanted)
            return
        for row in wanted:
            _record(row)


@click.command()
@click.option("--dossier", metavar="CODE", help="Only the dossier of that code, source or id.")
@AS_JSON
@click.pass_obj
def pages(home: str | None, dossier: str | None, as_json: bool) -> None:
    """Pages in the order received: kind, rotation, skew, quality, whether to scan again and why, text."""
    with open_site(home) as site:
        rows = (row for here in chosen(site, dossier) for row in view.pages(site, here))
        if as_json:
            lines(rows)
            return
        names = (
            "source",
            "position",
            "scan",
            "kind",
            "rotation",
            "skew",
            "dpi",
            "quality",
            "seal",
            "signature",
            "reason",
        )
        table(
            "",
            names,
            ([row.get(name) for name in names] for row in rows),
            right=("position", "rotation", "skew", "dpi"),
        )


def _record(row: dict[str, Any]) -> None:
    title = f"{row['source']} · {row['type']} · {row['state']} · {row['verdict']} · document {row['document']}"
    shown = []
    for f in row["fields"]:
        value = f"{len(f['value'])} rows" if isinstance(f["value"], list) else f["value"]
        shown.append((f["name"], value, f["raw"], f["confidence"], f["position"], f["status"]))
    table(title, ("field", "value", "as read", "confidence", "page", "status"), shown, right=("confidence", "page"))
    for problem in row["problems"]:
        code = ": ".join(filter(None, (problem["code"], problem["field"])))
        say(f"  {problem['severity']}: {problem['text']} [{code}]")


def _unstamped(site: Site) -> int:
    """Sealed copies without evidence, where the settings ask for a stamp a night."""
    from hoso.recipe import stamping

    return sum(1 for _ in stamping.waiting(site)) if stamping.wanted(site) else 0


def _history(site: Site, here: Standing) -> list[dict[str, Any]]:
    subjects = [here.dossier.id, *here.states]
    told = [fact for subject in subjects for fact in site.ledger.facts(subject=subject)]
    told += [fact for fact in site.ledger.facts("sealed") if fact.body.get("document") in here.states]
    return [{"at": f.at, "fact": f.kind, "subject": f.subject} for f in sorted(told, key=lambda f: f.serial)]


def _explain(site: Site, standings: list[Standing], rows: list[dict[str, Any]]) -> None:
    for here, row in zip(standings, rows, strict=True):
        table("", ("when", "what", "of"), [(f["at"], f["fact"], f["subject"][:24]) for f in row["history"]])
        for document in view.documents(here):
            for problem in document["problems"]:
                say(f"{document['type']}: {problem['text']} [{problem['code']}]")
        for page in here.outcome.pages if here.outcome else ():
            if why := view.rescan(page):
                say(f"Trang {page.position}: {why}")
