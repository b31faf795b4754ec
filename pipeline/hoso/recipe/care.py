"""Looking after a home: re-read every stored byte and compare it with the ledger; the warehouse: see ``rebuilding``."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hoso import keys
from hoso.errors import Damaged, HosoError
from hoso.ledgers.api import TABLES
from hoso.nouns import Dossier
from hoso.recipe import erasing
from hoso.recipe.rebuilding import rebuild
from hoso.site import Site

__all__ = ["Finding", "audit", "expected", "rebuild"]


_DIGESTS = (
    "manifest",
    "result",
    "decision",
    "change",
    "record",
    "mandate",
    "sealed",
    "after",
    "evidence",
    "stamp",
    "token",
    "roll",
    "message",
    "answer",
    "said",
    "deliveries",
    "erasure",
    "who",
)
"""Keys of facts and receipts whose values are digests of stored objects."""
_DIGEST = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Finding:
    """What an audit found wrong: ``kind`` is "damaged", "missing" or "orphan" (kept, and no fact names it)."""

    kind: str
    digest: str
    text: str


def expected(site: Site) -> set[str]:
    """Every digest the ledger, or what it points to, says the store must hold. What was erased is not among them, unless
    it came again."""
    erased_at = erasing.erased(site)
    found = {digest for digest, at in _results(site) if at > erased_at.get(digest, "")}
    gone = {fact.subject for fact in site.ledger.facts("erased")} if erased_at else set()
    for fact in site.ledger.facts():
        named = {digest for digest in map(fact.body.get, _DIGESTS) if digest and _DIGEST.fullmatch(digest)}
        if fact.kind == "received" and fact.subject not in gone:
            with contextlib.suppress(Damaged):
                manifest = keys.decode(site.store.get(fact.body["manifest"]), Dossier)
                found |= {scan.digest for scan in manifest.scans if scan.digest}
        found |= {digest for digest in named if fact.at > erased_at.get(digest, "")}
    for receipt in (effect.receipt or {} for kind in ("seal", "stamp") for effect in site.ledger.effects(kind)):
        found |= {receipt[name] for name in _DIGESTS if name in receipt and receipt[name] not in erased_at}
    return found


def _results(site: Site) -> Iterator[tuple[str, str]]:
    """(digest, instant) of the answer of every step."""
    at = TABLES["steps"].index("at")
    result = TABLES["steps"].index("result")
    return ((str(line[result]), str(line[at])) for table, line in site.ledger.lines() if table == "steps")


def audit(site: Site, tick: Callable[[int, int], None], share: tuple[int, int] = (0, 1)) -> Iterator[Finding]:
    """Every finding; ``tick`` is told (objects read, objects in all). Reads each stored byte once; with a ``share`` (part
    from 0, parts) only the objects that are that part of all, so that as many runs as there are parts read them all.

    An orphan is no damage: a run that was killed between storing and telling leaves one, and the next run may adopt it.
    """
    part, parts = share
    stored = [digest for digest in site.store.digests() if int(digest[:8], 16) % parts == part]
    must = {digest for digest in expected(site) if int(digest[:8], 16) % parts == part}
    for missing in sorted(must.difference(stored)):
        yield Finding("missing", missing, "the ledger names it and the store has no such object")
    for number, digest in enumerate(stored, 1):
        try:
            site.store.get(digest)
        except HosoError as error:
            yield Finding("damaged", digest, str(error))
        else:
            if digest not in must:
                yield Finding("orphan", digest, "no fact names it; a run was stopped between storing and telling")
        tick(number, len(stored))
