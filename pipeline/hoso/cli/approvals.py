"""Commands with which named persons let documents through: approve, mandate."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

import click

from hoso.cli.ask import AS_JSON, chosen
from hoso.cli.show import lines, open_site, say, table
from hoso.cli.view import document_row
from hoso.errors import NeedsPerson, Usage
from hoso.nouns import Mandate, Record, Standing

__all__ = ["approve", "mandate"]

WHO = click.option(
    "--who", envvar="HOSO_WHO", metavar="NAME", help="Who decides (full name; or the variable HOSO_WHO)."
)


@click.command()
@click.argument("documents", nargs=-1)
@click.option("--list", "listing", is_flag=True, help="List what waits, and why; decide nothing.")
@click.option("--dossier", metavar="CODE", help="Every waiting document of that dossier.")
@click.option("--all-clear", is_flag=True, help="Every document whose verdict is clear.")
@click.option("--with-problems", is_flag=True, help="Let documents through although their problems were not settled.")
@click.option("--hold", is_flag=True, help="Hold instead of approving.")
@click.option("--note", default="", help="A remark kept with the decision.")
@WHO
@AS_JSON
@click.pass_obj
def approve(
    home: str | None, documents: tuple[str, ...], listing: bool, dossier: str | None, all_clear: bool,
    with_problems: bool, hold: bool, note: str, who: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Let DOCUMENTS (ids from --list) through to the seal; what is approved is sealed and filed at once.

    A decision names who decided and which record was seen. Exit code 4 where something still waits for a person.
    """
    from hoso import recipe
    from hoso.recipe import approving

    with open_site(home) as site, recipe.only_run(site):
        everything = list(chosen(site, dossier))
        waiting = [(here, record) for here in everything for record in _open(here)]
        if listing:
            _list(waiting, as_json)
            return
        picked = _picked(waiting, everything, documents, all_clear, dossier)
        if not who:
            raise Usage("a decision needs the name of who decides: --who NAME")
        left: list[str] = []
        for _, record in picked:
            try:
                verdict = "held" if hold else "approved"
                approving.decide(site, record, who, verdict, note, despite=with_problems)
            except NeedsPerson as error:
                left.append(str(error))
        touched = {here.dossier.id: here.outcome for here, _ in picked if here.outcome}
        loaded = recipe.release(site, touched.values(), recipe.Progress(say=say))
        row = {
            "decided": len(picked) - len(left),
            "verdict": "held" if hold else "approved",
            "filed": loaded,
            "left": left,
        }
        if as_json:
            lines([row])
        else:
            say(f"{row['decided']} documents {row['verdict']} by {who}; {loaded} sealed and filed")
        if left:
            raise NeedsPerson("\n".join(left))


@click.group()
def mandate() -> None:
    """Standing orders: "clear documents of these types may be sealed until …". Dated, named, revocable."""


@mandate.command("give")
@click.option("--until", required=True, metavar="DATE", help="Last day it holds, YYYY-MM-DD.")
@click.option("--types", default="", metavar="A,B", help="Document types it covers (default: every type).")
@WHO
@AS_JSON
@click.pass_obj
def give(home: str | None, until: str, types: str, who: str | None, as_json: bool) -> None:
    """Give a mandate."""
    from hoso.recipe import approving
    from hoso.site import HANOI

    try:
        last = datetime.combine(datetime.strptime(until, "%Y-%m-%d").date(), time(23, 59, 59), HANOI)
    except ValueError as error:
        raise Usage(f"--until must be a day such as 2026-12-31, not {until!r}") from error
    with open_site(home) as site:
        covered = tuple(name.strip() for name in types.split(",") if name.strip())
        given = approving.give_mandate(site, who or "", last, covered)
    _show([given], as_json)


@mandate.command("list")
@AS_JSON
@click.pass_obj
def list_(home: str | None, as_json: bool) -> None:
    """Every mandate, with those that ended."""
    from hoso.recipe.standing import mandates

    with open_site(home) as site:
        _show(list(mandates(site)), as_json)


@mandate.command("withdraw")
@click.argument("id_", metavar="ID")
@AS_JSON
@click.pass_obj
def withdraw(home: str | None, id_: str, as_json: bool) -> None:
    """End a mandate now; what was sealed under it stays sealed."""
    from hoso.recipe import approving

    with open_site(home) as site:
        _show([approving.withdraw_mandate(site, id_)], as_json)


def _open(here: Standing) -> list[Record]:
    records = here.outcome.records if here.outcome else ()
    return [record for record in records if here.states[record.document.id] != "sealed"]


def _picked(
    waiting: list[tuple[Standing, Record]], everything: list[Standing], documents: tuple[str, ...], all_clear: bool,
    dossier: str | None,
) -> list[tuple[Standing, Record]]:  # fmt: skip
    if not documents and not all_clear and dossier is None:
        raise Usage("say what to approve: document ids, --dossier CODE, or --all-clear; see hoso approve --list")
    known = {id_ for here in everything for id_ in here.states}
    for word in documents:
        if not any(id_.startswith(word) for id_ in known):
            raise Usage(f"there is no document {word!r}; list them with: hoso approve --list")
    if documents:
        return [(here, r) for here, r in waiting if any(r.document.id.startswith(word) for word in documents)]
    return [(here, r) for here, r in waiting if not all_clear or r.verdict == "clear"]


def _list(waiting: list[tuple[Standing, Record]], as_json: bool) -> None:
    rows = [document_row(here, record) for here, record in waiting]
    if as_json:
        lines(rows)
        return
    shown = [
        (
            row["document"],
            row["source"],
            row["type"],
            row["state"],
            "; ".join(p["text"] for p in row["problems"]) or "–",
        )
        for row in rows
    ]
    table("", ("document", "source", "type", "state", "why it waits"), shown)
    say(f"{len(rows)} documents wait" if rows else "nothing waits")


def _show(given: list[Mandate], as_json: bool) -> None:
    def row(m: Mandate) -> dict[str, Any]:
        return {"id": m.id, "who": m.who, "types": list(m.types), "since": m.since, "until": m.until, "test": m.test,
                "withdrawn": m.withdrawn or None}  # fmt: skip

    if as_json:
        lines(row(m) for m in given)
        return
    shown = [
        (m.id, m.who, ", ".join(m.types) or "every type", m.since, m.until, m.withdrawn or ("test" if m.test else ""))
        for m in given
    ]
    table("", ("id", "given by", "types", "since", "until", "withdrawn"), shown)
