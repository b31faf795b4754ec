"""The command that writes papers of a type as a dataset for reuse."""

from __future__ import annotations

from pathlib import Path

import click

from hoso.cli.masks import unmasking
from hoso.cli.show import open_site, say

__all__ = ["export"]


@click.command()
@click.option("--type", "type_", required=True, metavar="TYPE", help="The type of paper: quyet_dinh.")
@click.option("--to", "target", required=True, metavar="FOLDER", type=click.Path(path_type=Path), help="A new folder.")
@click.option("--as", "form", type=click.Choice(["csv", "jsonl", "parquet"]), default="csv", show_default=True)
@unmasking
@click.pass_obj
def export(home: str | None, type_: str, target: Path, form: str, unmask: bool, purpose: str, who: str) -> None:
    """Write all papers of a type as a dataset: one file, and datapackage.json that describes it (Frictionless).

    Personal data come masked. The CSV opens in Excel; a text that begins like a formula gets an apostrophe before it.
    """
    from hoso.recipe.asking import asking
    from hoso.recipe.exporting import export as write

    with open_site(home) as site:
        count = write(asking(site, unmask, purpose, who), type_, target, form)
    say(f"{target}: {count} papers written")
