"""What a night does beyond the main job, and how a run that was killed is noticed.

Owns: what is received and not digitized, told from the ledger alone; the watch over a run (``HOME/nights/``: a lock the
kernel frees, a heartbeat, how it ended); the sweep of what a home need not keep. Never decides what a document is.
"""

from __future__ import annotations

from hoso.site import Site

__all__ = ["backlog"]


def backlog(site: Site) -> list[str]:
    """Ids of dossiers whose last arrival is not digitized, in the order received; read from the ledger alone."""
    done = {fact.subject: fact.serial for fact in site.ledger.facts("digitized")}
    came = {fact.subject: fact for fact in site.ledger.facts("received")}
    return [
        fact.subject
        for fact in sorted(came.values(), key=lambda fact: fact.serial)
        if not fact.body.get("duplicate_of") and done.get(fact.subject, -1) < fact.serial
    ]
