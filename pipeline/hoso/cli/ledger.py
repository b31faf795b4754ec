"""The command that moves a home's ledger: move-ledger."""

from __future__ import annotations

import click

from hoso.cli.show import open_site, say

__all__ = ["move_ledger"]


@click.command()
@click.option("--to", "name", required=True, metavar="NAME", help="postgres (a server) or sqlite (a file here).")
@click.option("--copy-only", is_flag=True, help="Copy and compare; the settings stay as they are.")
@click.pass_obj
def move_ledger(home: str | None, name: str, copy_only: bool) -> None:
    """Move the ledger of this home, line by line, and compare both; then settings.toml names the new one.

    Stop watchers and workers first. A move that was stopped goes on where it was; the old ledger stays, unused.
    """
    from hoso import recipe
    from hoso.recipe import moving

    with open_site(home) as site, recipe.only_run(site, everything=True):
        count = moving.move_ledger(site, name)
        if not copy_only:
            moving.name_room(site.home / "settings.toml", "ledger", name)
    say(f"{count} lines copied; both are equal" + ("" if copy_only else f"; the home uses {name} from now on"))
