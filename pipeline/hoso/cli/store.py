"""hoso store: the electronic data store of persons: what it holds of somebody, and taking it instead of a scan."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click

from hoso.cli.approvals import WHO
from hoso.cli.ask import AS_JSON
from hoso.cli.show import lines, open_site, say, table

__all__ = ["store"]

PURPOSE = click.option("--purpose", metavar="TEXT", required=True, help="What it is asked for; into the ledger.")


@click.group()
def store() -> None:
    """The electronic data store of persons: look there first, take what it holds."""


@store.command("find")
@click.argument("number")
@click.argument("type_", metavar="TYPE")
@PURPOSE
@WHO
@AS_JSON
@click.pass_obj
def find(home: str | None, number: str, type_: str, purpose: str, who: str | None, as_json: bool) -> None:
    """Papers of TYPE that the store holds of the person of personal NUMBER; "-": the number is read from standard input."""
    from hoso.recipe import storing

    with open_site(home) as site:
        found = storing.find(site, _number(number), type_, who or "", purpose)
    rows = [asdict(one.item) | {"state": one.state} for one in found]
    if as_json:
        lines(rows)
        return
    names = ("id", "state", "number", "issued", "until", "issuer")
    if rows:
        table("", names, [tuple(row[name] or "–" for name in names) for row in rows])
    say(f"{len(rows)} papers")


@store.command("fetch")
@click.argument("number")
@click.argument("type_", metavar="TYPE")
@click.argument("id_", metavar="ID")
@click.option("--for", "code", required=True, metavar="CODE", help="The dossier for which it is taken.")
@PURPOSE
@WHO
@AS_JSON
@click.pass_obj
def fetch(
    home: str | None, number: str, type_: str, id_: str, code: str, purpose: str, who: str | None, as_json: bool
) -> None:  # fmt: skip
    """Take paper ID (from find) into dossier CODE in place of a scan, and count it as reused."""
    from hoso import recipe
    from hoso.recipe import storing

    with open_site(home) as site, recipe.only_run(site), recipe.crew_for(site, 1) as crew:
        got = storing.fetch(site, _number(number), type_, id_, code, who or "", purpose, crew)
    row = {"dossier": got.dossier, "documents": list(got.documents), "new": got.new}
    lines([row]) if as_json else say(
        f"{len(got.documents)} papers in dossier {got.dossier}" + ("" if got.new else ", taken before")
    )


def _number(given: str) -> str:
    return sys.stdin.readline().strip() if given == "-" else given
