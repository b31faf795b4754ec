"""Commands that take files in: init, digitize."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import click

from hoso.cli.show import lines, open_site, progress, say, table
from hoso.cli.view import dossier_row
from hoso.errors import Defect, Refused, Usage

__all__ = ["digitize", "init"]


@click.command()
@click.option("--demo", is_flag=True, help="Add a throw-away test CA, a demo signer and a mandate, all marked as test.")
@click.option("--office", metavar="NAME", help="Name of the office that converts and seals.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@click.pass_obj
def init(home: str | None, demo: bool, office: str | None, as_json: bool) -> None:
    """Make a home: settings, inbox, store, ledger, warehouse. A home that is there already is left as it is."""
    from datetime import timedelta

    from hoso.recipe import approving
    from hoso.recipe.standing import mandates
    from hoso.site import Site, home_of, make

    folder = home_of(home)
    new = make(folder, _settings(office or ("CƠ QUAN THỬ NGHIỆM" if demo else "TÊN CƠ QUAN"), demo))
    with Site(folder) as site:
        if demo and not (folder / site.settings.seal.p12).exists():
            from hoso.signers.demo import make_demo

            make_demo(folder / "keys", site.now(), site.settings.office.name)
        if demo and not any(m.test for m in mandates(site)):
            approving.give_mandate(site, "Lãnh đạo thử nghiệm", site.now() + timedelta(days=365), test=True)
        row = {"home": str(folder), "new": new, "demo": demo, "mandates": [m.id for m in mandates(site)]}
    if as_json:
        lines([row])
    else:
        say(f"{folder}: {'made' if new else 'was there already; nothing changed'}")
        if demo:
            say("TEST ONLY: its certificate and its mandate have no legal value")
        elif new:
            say("next: name the office in settings.toml, put its key in keys/, then check with: hoso doctor")


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--jobs", type=click.IntRange(1), help="Pages read side by side (default: one a core).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a dossier, as each is done.")
@click.pass_obj
def digitize(home: str | None, paths: tuple[Path, ...], jobs: int | None, as_json: bool) -> None:
    """Take files or folders through both halves, as far as approvals allow.

    A folder directly under PATH, or a single file, is one dossier. Running it again redoes nothing that is done.
    Exit code 3 where nothing at all could be taken, 1 where a defect of Hoso left a dossier undone.
    """
    from hoso import recipe

    began = time.monotonic()
    rows: list[dict[str, Any]] = []
    with open_site(home) as site, recipe.only_run(site), progress("pages") as (told, seconds):
        site.engine.fingerprint  # noqa: B018 (a missing program is told before the first page, not after)
        given = recipe.sources(paths, home=site.home)
        if not given:
            raise Usage(f"nothing to take under {', '.join(map(str, paths))}")
        with recipe.crew_for(site, jobs or os.cpu_count() or 1) as crew:
            for here in recipe.digitize(site, given, crew, told):
                rows.append(dossier_row(here, seconds.get(here.dossier.id, 0.0)))
                if as_json:
                    lines(rows[-1:])
    if not as_json:
        _report(rows, time.monotonic() - began, bool(seconds) and any(seconds.values()))
    undone = [row["source"] for row in rows if row["state"] == "underway"]
    if undone:
        raise Defect(f"left undone by a defect of Hoso, shown above: {', '.join(undone)}; nothing of them is lost")
    if all(row["state"] == "quarantined" for row in rows):
        raise Refused("nothing-taken", "nothing could be taken; the reasons stand above, and in: hoso status --json")


def _report(rows: list[dict[str, Any]], wall: float, worked: bool) -> None:
    shown = [
        (
            row["source"],
            row["dossier"],
            _papers(row),
            _verdicts(row),
            f"{row['fields_found']}/{row['fields']}",
            row["pages"],
            f"{row['seconds']:.1f}",
            row["state"] + (f" of {row['duplicate_of']}" if row["duplicate_of"] else ""),
        )
        for row in rows
    ]
    columns = ("source", "dossier", "papers", "verdicts", "fields", "pages", "seconds", "state")
    table("", columns, shown, right=("fields", "pages", "seconds"))
    for row in rows:
        for lost in row["quarantined"]:
            say(f"quarantined: {lost['scan']}: {lost['text']} [{lost['reason']}]")
    pages = sum(row["pages"] for row in rows)
    if worked:
        say(f"{len(rows)} dossiers, {pages} pages in {wall:.1f} s: {60 * pages / wall:.0f} pages a minute")
    else:
        now = "checked again by the forms and registers of today"
        say(f"{len(rows)} dossiers, {pages} pages: all were read before, and are {now} ({wall:.1f} s)")


def _papers(row: dict[str, Any]) -> str:
    return ", ".join(document["type"] for document in row["documents"]) or "–"


def _verdicts(row: dict[str, Any]) -> str:
    clear = sum(document["verdict"] == "clear" for document in row["documents"])
    waiting = len(row["documents"]) - clear
    return (
        f"{clear} clear"
        + (f", {waiting} to check" if waiting else "")
        + (", part refused" if row["quarantined"] else "")
    )


def _settings(office: str, test: bool) -> str:
    name = office.replace("\\", "\\\\").replace('"', '\\"')
    return f'''# The settings of this home. Every key and its default: docs/settings.md
[office]
name = "{name}"            # named in the conversion mark and the seal
code = "H23.16"            # agency code, Decision 20/2020/QĐ-TTg
converter = "Bộ phận số hóa"  # person or unit that converts (Decree 137/2024, art. 4)
test = {str(test).lower()}

[seal]
look = "text"              # text | seal | invisible
p12 = "keys/signer.p12"
password_file = "keys/signer.password"   # or the variable named by password_env
roots = ["keys/roots.pem"]
'''
