"""Commands about the proof of time of sealed copies: stamp (one timestamp for all that waits), renew (before it ends)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from hoso.cli.ask import AS_JSON
from hoso.cli.show import lines, open_site, say, table
from hoso.errors import Misconfigured

if TYPE_CHECKING:
    from hoso.recipe.stamping import Made

__all__ = ["renew", "stamp"]

DRY_RUN = click.option("--dry-run", is_flag=True, help="Say what would be done; ask no server, change nothing.")

_DID = {"first": "stamped", "renewal": "renewed", "rehash": "renewed with a new hash"}
_WHY = {
    "ends": "its certificate ends soon",
    "ended": "its certificate has ended: evidence anew",
    "weak": "its hash algorithm is declared weak",
}


@click.command()
@DRY_RUN
@AS_JSON
@click.pass_obj
def stamp(home: str | None, dry_run: bool, as_json: bool) -> None:
    """Put one timestamp over all sealed copies that have none yet: an evidence record (RFC 4998) for each.

    Exit code 5 where the timestamp server gives none now (the copies wait, the next run takes them), 6 where the settings
    name no server.
    """
    from hoso import recipe
    from hoso.recipe import stamping

    with open_site(home) as site:
        if dry_run:
            rows = [{"document": document, "sha256": after} for document, after in stamping.waiting(site)]
            if as_json:
                lines(rows)
            else:
                say(f"{len(rows)} sealed copies wait for a stamp")
            return
        with recipe.only_run(site):
            if not stamping.wanted(site):
                raise Misconfigured(
                    "no stamp is asked for: settings.toml [seal] timestamp_url names no timestamp server (RFC 3161), or "
                    "[stamp] night is false"
                )
            _tell(stamping.night(site), as_json, "nothing waits: every sealed copy has its evidence")


@click.command()
@DRY_RUN
@AS_JSON
@click.pass_obj
def renew(home: str | None, dry_run: bool, as_json: bool) -> None:
    """Renew evidence whose timestamp certificate ends soon, or whose hash algorithm is declared weak ([stamp] in settings).

    Exit code 5 where the timestamp server gives none now, or still signs with the certificate that ends; the next run tries
    again.
    """
    from hoso import recipe
    from hoso.recipe import renewing

    with open_site(home) as site:
        if dry_run:
            due = list(renewing.due(site))
            if as_json:
                lines(
                    {"document": one.evidence.document, "sha256": one.evidence.after, "why": one.why, "how": one.kind,
                     "until": one.evidence.until, "hash": one.evidence.algorithm}
                    for one in due
                )  # fmt: skip
                return
            if due:
                shown = [(d.evidence.document, d.evidence.until, d.evidence.algorithm, _WHY[d.why]) for d in due]
                table("", ("document", "until", "hash", "why"), shown)
            nearest = renewing.nearest(site)
            say(
                f"{len(due)} evidence records are due"
                + (f"; the nearest certificate ends {nearest[0]}" if nearest else "")
            )
            return
        with recipe.only_run(site):
            _tell(renewing.renew(site, say), as_json, "nothing is due")


def _tell(made: Sequence[Made], as_json: bool, nothing: str) -> None:
    rows: list[dict[str, Any]] = [
        {"kind": one.kind, "documents": one.documents, "at": one.at, "until": one.until} for one in made
    ]
    if as_json:
        lines(rows)
    for row in rows:
        say(
            f"{row['documents']} copies {_DID[row['kind']]} at {row['at']}; the timestamp's certificate ends {row['until']}"
        )
    if not rows:
        say(nothing)
