"""hoso schema, hoso eform: what a filled form must be, the page in which it is filled in, and taking it in."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from hoso.cli.approvals import WHO
from hoso.cli.ask import AS_JSON
from hoso.cli.masks import unmasking
from hoso.cli.show import lines, open_site, say
from hoso.errors import Usage

__all__ = ["eform", "schema"]


@click.command()
@click.argument("type_", metavar="TYPE")
@click.option(
    "--form", "day", metavar="DAY", default="", help="As it stood on that day (2020-03-05); default: the newest."
)
def schema(type_: str, day: str) -> None:
    """The JSON Schema of a filled electronic form of TYPE, on standard output. Needs no home."""
    from hoso import forms, resources
    from hoso.exports.eforms import text_of
    from hoso.stages import eforms

    known = forms.load(resources.folder("schemas"))
    form = known.choose(type_, day) if day else known.latest(type_)
    click.echo(text_of(eforms.schema(form)), nl=False)


@click.group()
def eform() -> None:
    """Electronic forms: make one to be filled in, take a filled one in."""


@eform.command("make")
@click.argument("type_", metavar="TYPE")
@click.option("--to", "target", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The HTML file.")
@click.option(
    "--person",
    "number",
    default="",
    metavar="NUMBER",
    help="Fill in what the office holds of that person; -: read the number.",
)
@unmasking
@click.pass_obj
def make(home: str | None, type_: str, target: Path, number: str, unmask: bool, purpose: str, who: str) -> None:
    """Write the form of TYPE as one HTML file that works without a network.

    With --person (and --unmask, --purpose, --who) it is filled in from the office's sealed papers. It holds personal data
    then, and is readable by its owner alone.
    """
    from hoso.recipe import eforms
    from hoso.recipe.asking import asking

    number = sys.stdin.readline().strip() if number == "-" else number
    if number and not unmask:
        raise Usage("a form is filled in beforehand for a named person and purpose: --unmask --who NAME --purpose TEXT")
    with open_site(home) as site:
        asked = asking(site, unmask, purpose, who) if number else None
        page = eforms.made(site, type_, number, asked)
    fresh = target.with_name(f".{target.name}.part")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write(page)
    fresh.replace(target)
    say(f"{target}: written")


@eform.command("take")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--for", "code", default="", metavar="CODE", help="The dossier it belongs to.")
@click.option("--own", is_flag=True, help="This office itself draws the paper up (decisions, certificates …).")
@WHO
@AS_JSON
@click.pass_obj
def take(
    home: str | None, files: tuple[Path, ...], code: str, own: bool, who: str | None, as_json: bool
) -> None:  # fmt: skip
    """Take filled forms (JSON files) in, each as a paper of a dossier. Exit code 3 for one that does not fit its form."""
    from hoso import recipe
    from hoso.recipe import eforms
    from hoso.stages.eforms import MOST

    with open_site(home) as site, recipe.only_run(site), recipe.crew_for(site, 1) as crew:
        for path in files:
            with path.open("rb") as handle:
                data = handle.read(MOST + 1)
            taken = eforms.take(site, data, who or "", crew, code, own, say)
            row = {"file": path.name, "dossier": taken.dossier, "document": taken.document, "code": taken.code,
                   "read": taken.read, "told": taken.told, "verdict": taken.verdict}  # fmt: skip
            lines([row]) if as_json else say(
                f"{path.name}: document {taken.document} of dossier {taken.code or taken.dossier}, {taken.verdict}; "
                f"{taken.read} fields read back, {taken.told} told"
            )
