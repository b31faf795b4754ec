"""Where everything is, as ledger and store tell it: dossiers, documents, pages, the page balance. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields

from hoso import keys
from hoso.errors import Usage
from hoso.nouns import (
    Balance,
    Change,
    Decision,
    Document,
    DocumentState,
    Dossier,
    Fact,
    Mandate,
    Outcome,
    Record,
    Sealed,
    Standing,
)
from hoso.recipe import intake
from hoso.site import Site

__all__ = [
    "as_sealed",
    "balance",
    "changes",
    "decisions",
    "dossier_of",
    "dossiers",
    "find",
    "in_force",
    "mandates",
    "record_digest",
    "seal_key",
    "standing",
]


def dossiers(site: Site, *, erased: bool = False) -> Iterator[str]:
    """The ids of all dossiers, in the order received; those that were erased too, where they are asked for."""
    seen = set() if erased else {fact.subject for fact in site.ledger.facts("erased")}
    for fact in site.ledger.facts("received"):
        if fact.subject not in seen:
            seen.add(fact.subject)
            yield fact.subject


def standing(site: Site, dossier: str) -> Standing:
    """Where the dossier of that id stands. Raises LookupError where the ledger knows no such dossier."""
    received = _last(site.ledger.facts("received", dossier))
    if received is None:
        raise LookupError(dossier)
    gone = next(iter(site.ledger.facts("erased", dossier)), None)
    if gone is not None:
        came = Dossier(dossier, "", (), received.at)
        return Standing(came, int(gone.body.get("pages", "0")), erased=gone.at)
    manifest = keys.decode(site.store.get(received.body["manifest"]), Dossier)
    pages_in = sum(intake.pages_of(site, scan) for scan in manifest.scans)
    of = received.body.get("duplicate_of", "")
    digitized = _last(site.ledger.facts("digitized", dossier))
    if digitized is None or of:
        return Standing(manifest, pages_in, duplicate_of=of)
    outcome = keys.decode(site.store.get(digitized.body["result"]), Outcome)
    told = tuple(fact.body["id"] for fact in site.ledger.facts("changed", dossier))
    if outcome.dossier != manifest or outcome.changes != told:  # late files, or what a person said, are not in it yet
        return Standing(manifest, pages_in)
    standing_mandates = mandates(site)
    states: dict[str, DocumentState] = {}
    sealed: dict[str, Sealed] = {}
    loaded = []
    for record in outcome.records:
        id_ = record.document.id
        done = sealed_as(site, record)
        if done is not None:
            sealed[id_] = done
            if any(f.body["after"] == done.after for f in site.ledger.facts("loaded", id_)):
                loaded.append(id_)
        states[id_] = "sealed" if done else _state(site, record, standing_mandates)
    return Standing(manifest, pages_in, outcome, states, sealed, tuple(loaded))


def find(site: Site, word: str) -> tuple[Standing, ...]:
    """Dossiers whose id, source or code is ``word``, or that hold a document of that id (or its first 6+ letters)."""
    found = []
    for id_ in dossiers(site, erased=True):
        here = standing(site, id_)
        codes = {id_, here.dossier.source} - {""}
        if here.outcome is not None:
            codes |= {here.outcome.code, *here.outcome.codes.values()} - {""}
        if word in codes or any(len(word) >= 6 and name.startswith(word) for name in (id_, *here.states)):
            found.append(here)
    return tuple(found)


def dossier_of(site: Site, document: str) -> str:
    """The id of the dossier that a document is or was of. Raises :class:`Usage` where there is none."""
    for fact in site.ledger.facts("changed"):
        if fact.body.get("document") == document:
            return fact.subject
    for id_ in dossiers(site):
        if document in standing(site, id_).states:
            return id_
    raise Usage(f"there is no document {document!r}; list them with: hoso records")


def record_digest(record: Record) -> str:
    """What a person sees when deciding: the digest of the record, under which the store keeps it once it is decided on."""
    return keys.digest(keys.encode(record))


def seal_key(record: Record) -> str:
    """The idempotency key of sealing that record: one record, one seal."""
    return keys.key("seal", record.document.id, record_digest(record))


def sealed_as(site: Site, record: Record) -> Sealed | None:
    """The seal of that record, None where there is none yet."""
    digest = record_digest(record)
    told = (fact for fact in site.ledger.facts("sealed", record.document.id) if fact.body["record"] == digest)
    fact = next(told, None)
    return None if fact is None else keys.decode(site.store.get(fact.body["sealed"]), Sealed)


def as_sealed(site: Site, record: Record) -> Record:
    """The record as it was sealed, where its document was: what is signed stands, and what a newer form or engine makes
    of the same pages does not replace it by itself."""
    fact = _last(site.ledger.facts("sealed", record.document.id))
    if fact is None:
        return record
    signed = keys.decode(site.store.get(fact.body["record"]), Record)
    return signed if signed.document.pages == record.document.pages else record


def decisions(site: Site, document: Document) -> tuple[Decision, ...]:
    """What people said of a document, in the order said."""
    told = site.ledger.facts("decided", document.id)
    return tuple(keys.decode(site.store.get(fact.body["decision"]), Decision) for fact in told)


def changes(site: Site, dossier: str) -> tuple[Change, ...]:
    """What people said of the papers of a dossier otherwise than was read, in the order said, what was undone too."""
    told = site.ledger.facts("changed", dossier)
    return tuple(one for f in told for one in keys.decode(site.store.get(f.body["change"]), tuple[Change, ...]))


def mandates(site: Site) -> tuple[Mandate, ...]:
    """Every mandate ever given, withdrawn ones with the instant of their withdrawal."""
    given = [keys.decode(site.store.get(fact.body["mandate"]), Mandate) for fact in site.ledger.facts("mandate")]
    ended = {fact.subject: fact.at for fact in site.ledger.facts("mandate-withdrawn")}
    return tuple(Mandate(m.id, m.who, m.types, m.since, m.until, m.test, ended.get(m.id, "")) for m in given)


def in_force(site: Site, record: Record, among: Iterable[Mandate]) -> Mandate | None:
    """The mandate that lets a clear record be sealed now, None where there is none."""
    if record.verdict != "clear":
        return None
    now = site.stamp()
    for mandate in among:
        covers = not mandate.types or record.document.type in mandate.types
        if covers and not mandate.withdrawn and mandate.since <= now <= mandate.until:
            return mandate
    return None


def balance(standings: Iterable[Standing]) -> Balance:
    """The page balance over dossiers: what came in against what became of it, page by page."""
    total = dict.fromkeys((field.name for field in fields(Balance)), 0)
    for here in standings:
        total["pages_in"] += here.pages_in
        if here.erased:
            total["erased"] += here.pages_in
        elif here.duplicate_of:
            total["duplicate"] += here.pages_in
        elif here.outcome is None:
            total["underway"] += here.pages_in
        else:
            _count(here, here.outcome, total)
    return Balance(**total)


def _count(here: Standing, outcome: Outcome, total: dict[str, int]) -> None:
    of_document = {ref: record.document.id for record in outcome.records for ref in record.document.pages}
    for page in outcome.pages:
        document = of_document.get(page.ref)
        if page.kind == "quarantined" and document is None:
            total["quarantined"] += 1
        elif document is None:
            total["blank"] += page.kind in ("blank", "separator")
        elif document in here.loaded:
            total["filed"] += 1
        elif here.states[document] in ("waiting", "ready", "unstamped"):
            total["waiting"] += 1
        else:
            total["underway"] += 1
    total["quarantined"] += len(outcome.quarantined)
    per_scan = {page.ref.scan: 0 for page in outcome.pages}
    for page in outcome.pages:
        per_scan[page.ref.scan] += 1
    total["duplicate"] += sum(per_scan.get(scan.digest, 1) for scan in outcome.duplicates)


def _state(site: Site, record: Record, among: Iterable[Mandate]) -> DocumentState:
    digest = record_digest(record)
    said = [d for d in decisions(site, record.document) if d.record == digest]
    if said:
        return _approved(site, record) if said[-1].verdict == "approved" else "waiting"
    if record.verdict != "clear":
        return "waiting"
    return _approved(site, record) if in_force(site, record, among) else "ready"


def _approved(site: Site, record: Record) -> DocumentState:
    """Approved and not sealed: whether its signature, made already, waits for a stamp."""
    digest = record_digest(record)
    told = site.ledger.facts("unstamped", record.document.id)
    return "unstamped" if any(fact.body["record"] == digest for fact in told) else "approved"


def _last(facts: Iterable[Fact]) -> Fact | None:
    last = None
    for last in facts:  # noqa: B007
        pass
    return last
