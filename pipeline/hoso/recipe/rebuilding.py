"""The warehouse from store and ledger alone: the very loads again, in their order, with what was known at each.

A load is told by the ledger: its key, its instant, its documents, and which sealed record each was loaded with. So the
rebuilt tables equal the lost ones byte for byte, history and all; and what the warehouse holds can be compared with what it
must hold (:func:`audit`). Owns no order of work: who calls this sees to it that no run is under way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

from hoso import keys
from hoso.errors import Damaged
from hoso.nouns import Batch, Decision, Effect, Fact, Filing, Outcome, Record, Sealed
from hoso.recipe import delivering, enrolling, erasing
from hoso.recipe.releasing import everything_sealed, filing, finish_loads
from hoso.site import Site
from hoso.warehouses.api import Difference

__all__ = ["audit", "batches", "rebuild"]


def rebuild(site: Site, tick: Callable[[int], None]) -> int:
    """The warehouse again; gives how many documents it holds. ``tick`` is told the documents of each load."""
    enrolling.finish(site)
    delivering.finish(site)
    finish_loads(site)
    erasing.finish(site)
    site.warehouse.clear()
    documents: set[str] = set()
    for batch in batches(site):
        site.warehouse.load(batch)
        documents |= {one.record.document.id for one in batch.filings}
        tick(len(batch.filings))
    return len(documents)


def batches(site: Site) -> Iterator[Batch]:
    """Every load that was done, in order, as it was."""
    for effect in site.ledger.effects():
        if effect.receipt is None:
            continue
        if effect.kind == "enrol":
            yield enrolling.enrolled(site, effect)
        elif effect.kind == delivering.ROWS:
            yield delivering.delivered(site, effect)
        elif effect.kind == "load":
            found = (_filing(site, effect, document, dossier) for document, dossier in effect.body.items())
            yield Batch(effect.key, effect.at, tuple(one for one in found if one is not None))


def audit(site: Site, tick: Callable[[int], None]) -> Iterator[Difference]:
    """Rows of the warehouse without evidence in store and ledger, and evidence without rows. Changes nothing."""
    told: set[str] = set()
    for batch in batches(site):
        told.add(batch.key)
        yield from site.warehouse.compare(batch)
        tick(len(batch.filings))
    for key in sorted(site.warehouse.keys() - told):
        yield Difference("no-evidence", "receipts", key)
    # What was sealed and loaded must be there whatever the loads say.
    loaded = {(f.subject, f.body["after"]) for f in site.ledger.facts("loaded")}
    for _, record, sealed in everything_sealed(site):
        if (record.document.id, sealed.after) in loaded and not site.store.has(sealed.after):
            yield Difference("no-evidence", "seals", record.document.id)


def _filing(site: Site, effect: Effect, document: str, dossier: str) -> Filing | None:
    """A document as that load had it; None where it was erased since. Raises Damaged where the ledger cannot tell."""
    loaded = [f for f in site.ledger.facts("loaded", document) if f.body["batch"] == effect.key]
    if any(site.ledger.facts("erased", document)):
        return None
    if not loaded:
        raise Damaged(f"the ledger does not tell with which seal document {document} was loaded ({effect.key[:12]})")
    sealed_fact = next(f for f in site.ledger.facts("sealed", document) if f.body["after"] == loaded[0].body["after"])
    record = keys.decode(site.store.get(sealed_fact.body["record"]), Record)
    sealed = keys.decode(site.store.get(sealed_fact.body["sealed"]), Sealed)
    outcome = _outcome(site, dossier, record, loaded[0].serial)
    made = filing(site, outcome, record, sealed)
    known = tuple(
        keys.decode(site.store.get(fact.body["decision"]), Decision)
        for fact in site.ledger.facts("decided", document)
        if fact.serial < loaded[0].serial
    )
    return Filing(made.dossier, made.code, made.record, made.pages, made.texts, made.sealed, known, made.engine)


def _outcome(site: Site, dossier: str, record: Record, before: int) -> Outcome:
    """The dossier as it was digitized last before that fact, among the outcomes that have every page of ``record``."""
    told: list[Fact] = list(site.ledger.facts("digitized", dossier))
    earlier = [fact for fact in told if fact.serial < before]
    for fact in chain(reversed(earlier), told[len(earlier) :]):
        outcome = keys.decode(site.store.get(fact.body["result"]), Outcome)
        if set(record.document.pages) <= {page.ref for page in outcome.pages}:
            return outcome
    raise Damaged(f"no digitized state of dossier {dossier} has the pages of document {record.document.id}")
