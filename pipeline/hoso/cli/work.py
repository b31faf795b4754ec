"""The command by which a further machine joins in the work of a home: work."""

from __future__ import annotations

import os
import signal
import sys

import click

from hoso.cli.show import lines, open_site, progress, say, table
from hoso.cli.view import dossier_row
from hoso.errors import Usage

__all__ = ["work"]


@click.command()
@click.option("--once", is_flag=True, help="End when nothing is left that nobody is at.")
@click.option("--list", "listing", is_flag=True, help="List who is at work, and on what; do nothing.")
@click.option("--jobs", type=click.IntRange(1), help="Pages read side by side (default: one a core).")
@click.option("--every", type=click.FloatRange(0.1), default=5.0, show_default=True, help="Seconds between two looks.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a dossier, as each is done.")
@click.pass_obj
def work(home: str | None, once: bool, listing: bool, jobs: int | None, every: float, as_json: bool) -> None:
    """Do a share of what was received: digitize what nobody is at, and release what is approved.

    For a second machine and more: all share [s3] and [postgres] (docs/scale.md). What a machine was at that is silent for
    [postgres] turn seconds is taken over by another.
    """
    from hoso import recipe
    from hoso.recipe.working import Worker

    with open_site(home) as site:
        if not site.ledger.shared:
            raise Usage(
                "this home is one machine's: hoso digitize, hoso watch. To share it: hoso move-ledger --to postgres"
            )
        if listing:
            rows = [
                {"who": one.holder, "seconds_left": round(one.left, 1), "at": list(one.claims)}
                for one in site.ledger.turns()
            ]  # fmt: skip
            if as_json:
                lines(rows)
            else:
                shown = [(one.holder, round(one.left, 1), ", ".join(one.claims)) for one in site.ledger.turns()]
                table("", ("who", "seconds left", "at"), shown)
            return
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        with (
            recipe.only_run(site),
            recipe.crew_for(site, jobs or os.cpu_count() or 1) as crew,
            progress("pages") as (told, _),
        ):
            worker = Worker(site, crew, told)
            count = 0
            for here in worker.once() if once else worker.run(every):
                count += 1
                if as_json:
                    lines([dossier_row(here)])
            if not as_json:
                say(f"{count} dossiers done here")
