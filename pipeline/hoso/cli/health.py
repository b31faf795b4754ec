"""hoso health and hoso metrics: whether the home is well, telling those who must know, and the figures of what it did."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from hoso.cli.ask import AS_JSON
from hoso.cli.show import lines, open_site, say, table
from hoso.errors import NeedsPerson

__all__ = ["health", "metrics"]


@click.command()
@click.option("--alert", is_flag=True, help="Tell by command or letter whom settings.toml [alerts] names.")
@AS_JSON
@click.pass_obj
def health(home: str | None, alert: bool, as_json: bool) -> None:
    """Whether the home is well: disk, queue, night, stamps, certificates, outbox. Exit code 4 where a person must act.

    With --alert an alarm is told when it is new and then once a day, and once more when it is over.
    """
    from hoso.exports import alerts
    from hoso.recipe import health as care

    with open_site(home) as site:
        found = care.checks(site)
        if as_json:
            lines(asdict(one) for one in found)
        else:
            rows = [("ALARM" if one.alarm else "ok", one.code, one.text, one.do) for one in found]
            table("", ("state", "check", "found", "what to do"), rows)
        if alert:
            if not alerts.wired(site.settings.alerts):
                say("nobody is told: settings.toml [alerts] names neither a command nor an address")
            elif told := care.alert(site, found):
                say(f"told of: {', '.join(told)}")
    wrong = [one.code for one in found if one.alarm]
    if wrong:
        raise NeedsPerson(f"{len(wrong)} alarms: {', '.join(wrong)}")


@click.command()
@click.option(
    "--to", "path", type=click.Path(dir_okay=False, path_type=Path), help="Write the file whole, in one step."
)
@click.pass_obj
def metrics(home: str | None, path: Path | None) -> None:
    """Counts and gauges for Prometheus, as text: pages, verdicts, problems by code, waiting, runs, disk, alarms.

    For the textfile collector: hoso metrics --to /var/lib/prometheus/node-exporter/hoso.prom
    """
    from hoso import lasting
    from hoso.exports import prometheus
    from hoso.recipe import metrics as counted

    with open_site(home) as site:
        text = prometheus.text(counted.families(site))
    if path is None:
        click.echo(text, nl=False)
    else:
        lasting.write(path, text.encode())
