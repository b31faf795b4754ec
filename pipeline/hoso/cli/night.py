"""The command night: what Prefect's deployments do, without Prefect: for cron, a systemd timer, or a person."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from hoso.cli.ask import AS_JSON
from hoso.cli.show import lines, open_site, say
from hoso.errors import HosoError

if TYPE_CHECKING:
    from hoso.recipe.nights import Night
    from hoso.site import Site

__all__ = ["night"]

PATIENCE = 1800.0  # s that a night waits for a run that is at work


@click.command()
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--patience", type=float, default=PATIENCE, show_default=True, help="Seconds to wait for a run at work.")
@AS_JSON
@click.pass_obj
def night(home: str | None, names: tuple[str, ...], patience: float, as_json: bool) -> None:
    """Do a night's work now, without Prefect: all of it, or the parts of those NAMEs, in this order:

    \b
    enrol-registers  registers that changed, into the warehouse
    nightly          what was left is read, what is approved is sealed, the balance is proven, a stamp is put
    fixity           a part of the store is re-read
    renew-evidence   proofs of time that end soon are renewed
    deliver          other systems are told what they are to be told
    monthly-report   the indicators of this month and the last, into HOME/reports
    back-up          a backup is added where [backup] target says
    tidy-home        logs and half-written files that are old are removed

    A part that fails does not keep the others from their work; the exit code is that of the first that failed.
    """
    from hoso.recipe import nights

    unknown = [name for name in names if name not in _WORK]
    if unknown:
        raise click.UsageError(f"no part of a night is called {unknown[0]!r}; known: {', '.join(_WORK)}")
    failed: HosoError | None = None
    with open_site(home) as site:
        for name in [one for one in _WORK if not names or one in names]:
            seen: Night | None = None
            try:
                with nights.over(site, name) as seen:
                    _WORK[name](site, seen, patience)
                state = "done"
            except HosoError as error:
                say(f"{name}: {error}")
                failed, state = failed or error, "failed"
            if as_json:
                lines([{"name": name, "state": state, **(seen.told if seen else {})}])
            elif seen is not None:
                click.echo(nights.page(site, seen))
    if failed is not None:
        raise failed


def _main(site: Site, told: Night, patience: float) -> None:
    from hoso import recipe
    from hoso.recipe import nights

    with nights.alone(site, patience), recipe.crew_for(site, nights.jobs(site)) as crew:
        nights.main(site, crew, told)
        recipe.stamp(site, recipe.Progress(say=say))


def _registers(site: Site, told: Night, patience: float) -> None:
    from hoso.recipe import nights

    with nights.alone(site, patience):
        nights.registers(site, told)


def _renew(site: Site, told: Night, patience: float) -> None:
    from hoso.recipe import nights

    with nights.alone(site, patience):
        nights.renew(site, told)


def _simple(name: str) -> Callable[[Site, Night, float], None]:
    def act(site: Site, told: Night, patience: float) -> None:
        from hoso.recipe import nights

        getattr(nights, name)(site, told)

    return act


_WORK: dict[str, Callable[[Any, Any, float], None]] = {
    "enrol-registers": _registers, "nightly": _main, "fixity": _simple("fixity"), "renew-evidence": _renew,
    "deliver": _simple("deliver"), "monthly-report": _simple("report"), "back-up": _simple("back_up"),
    "tidy-home": _simple("tidy"),
}  # fmt: skip
