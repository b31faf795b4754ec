"""Commands for the day after: backup, restore."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hoso.cli.ask import AS_JSON
from hoso.cli.show import lines, open_site, say, table

if TYPE_CHECKING:
    from hoso.recipe.backing import Backup, Tick

__all__ = ["backup", "restore"]

FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("target", type=FOLDER)
@click.option("--with-keys", is_flag=True, help="Also HOME/keys: then guard the backup as you guard the seal.")
@click.option("--keep", type=click.IntRange(0), default=0, metavar="N", help="Only the latest N backups stay; 0: all.")
@click.option("--list", "listing", is_flag=True, help="Instead: list the backups in TARGET.")
@click.option("--check", is_flag=True, help="Instead: re-read every byte of the latest backup, and compare.")
@AS_JSON
@click.pass_obj
def backup(
    home: str | None, target: Path, with_keys: bool, keep: int, listing: bool, check: bool, as_json: bool
) -> None:
    """Add a backup of the home to the folder TARGET, on another disk. Copies only what is new there; the service may run.

    Whatever engines the home uses, the backup is files alone, and hoso restore brings it back on any.
    """
    from hoso.recipe import backing

    if listing:
        _list(backing.backups(target), as_json)
        return
    if check:
        with _bar("checked") as tick:
            made = backing.check(target, tick=tick)
        lines([_row(made)]) if as_json else say(f"{made.name}: {made.objects} objects read, every byte as it was")
        return
    with open_site(home) as site, _bar("objects") as tick:
        made = backing.back_up(site, target, with_keys=with_keys, keep=keep, tick=tick)
    if as_json:
        lines([_row(made)])
    else:
        removed = f", {made.removed} erased ones removed" if made.removed else ""
        say(
            f"{target / made.name}: {made.objects} objects, {made.copied} new{removed}; {made.lines} lines of the ledger"
        )
        if not made.keys:
            say("without the keys: keep HOME/keys elsewhere, locked away, or give --with-keys")


@click.command()
@click.argument("source", type=FOLDER)
@click.option(
    "--backup", "name", default="", metavar="NAME", help="Which one (see hoso backup --list); else the latest."
)
@click.option("--here", is_flag=True, help="With the engines of one machine, whatever the settings named.")
@AS_JSON
@click.pass_obj
def restore(home: str | None, source: Path, name: str, here: bool, as_json: bool) -> None:
    """Make the home (--home, an empty folder) again from a backup in SOURCE, and build its warehouse.

    Every byte is compared with its digest. What was erased since the backup is erased again. Exit code 7 where the backup
    is not whole; then nothing is left behind.
    """
    from hoso.recipe import backing
    from hoso.site import home_of

    place = home_of(home)
    with _bar("objects") as tick:
        made = backing.restore(source, place, name, here=here, tick=tick)
    if as_json:
        lines([_row(made) | {"home": str(place)}])
        return
    say(f"{place}: restored as of {made.at}: {made.objects} objects, {made.lines} lines of the ledger; warehouse built")
    if not made.keys:
        say(f"put the keys back into {place / 'keys'} (hoso doctor says which are missing)")
    say("prove it: hoso audit; hoso audit --warehouse; hoso balance")


def _list(found: tuple[Backup, ...], as_json: bool) -> None:
    if as_json:
        lines(map(_row, found))
        return
    shown = [(b.name, b.at, b.objects, b.copied, b.lines, "yes" if b.keys else "no") for b in found]
    if shown:
        table("", ("backup", "of", "objects", "new", "lines", "keys"), shown, right=("objects", "new", "lines"))
    say(f"{len(shown)} backups")


def _row(made: Backup) -> dict[str, object]:
    return {name: told for name, told in asdict(made).items() if name != "files"}


@contextmanager
def _bar(label: str) -> Iterator[Tick]:
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
