"""A home with sealed and loaded papers, made without reading any: every noun is put where a run would put it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from hoso import keys, site
from hoso.nouns import Fact, Filing, Outcome, Reading, Record, Sealed, Seen, Word
from hoso.recipe import releasing
from hoso.recipe.standing import record_digest

AT = datetime.fromisoformat("2026-11-23T08:00:00+07:00")


def opened(home: Path, settings: str = "") -> site.Site:
    """The site of ``home``, made where it is missing."""
    site.make(home, settings)
    return site.Site(home, clock=lambda: AT)


def received(at: site.Site, *filings: Filing) -> dict[str, Outcome]:
    """The dossiers of ``filings`` received and digitized, each with all its papers; outcomes by dossier."""
    outcomes: dict[str, Outcome] = {}
    for dossier in {filing.dossier.id: filing.dossier for filing in filings}.values():
        mine = [filing for filing in filings if filing.dossier.id == dossier.id]
        scans, pages, seen, records = [], [], [], []
        for filing in mine:
            data = repr(filing.pages).encode()
            scan = replace(filing.dossier.scans[0], digest=at.store.put(data), size=len(data), position=len(scans) + 1)
            scans.append(scan)
            refs = {page.ref: replace(page.ref, scan=scan.digest) for page in filing.pages}
            for page, text in zip(filing.pages, filing.texts, strict=True):
                page = replace(page, ref=refs[page.ref], position=len(pages) + 1)
                words = tuple(
                    Word(word, (0.1, 0.1, 0.2, 0.2), 0.9, number)
                    for number, line in enumerate(text.split("\n")) for word in line.split()
                )  # fmt: skip
                pages.append(page)
                seen.append(at.store.put(keys.encode(Seen(page, Reading(page.ref, filing.engine, words)))))
            document = replace(filing.record.document, pages=tuple(refs.values()))
            records.append(replace(filing.record, document=document))
        whole = replace(dossier, scans=tuple(scans))
        outcome = Outcome(whole, mine[0].code, tuple(pages), tuple(seen), tuple(records))
        manifest, result = at.store.put(keys.encode(whole)), at.store.put(keys.encode(outcome))
        at.ledger.tell(Fact("received", dossier.id, at.stamp(), {"manifest": manifest}))
        at.ledger.tell(Fact("digitized", dossier.id, at.stamp(), {"result": result}))
        outcomes[dossier.id] = outcome
    return outcomes


def approved(at: site.Site, record: Record, who: str) -> None:
    """A person's approval of a record."""
    from hoso.nouns import Decision

    decision = Decision(record.document.id, record_digest(record), who, at.stamp(), "approved")
    at.ledger.tell(Fact("decided", record.document.id, at.stamp(), {"decision": at.store.put(keys.encode(decision))}))


def loaded(at: site.Site, *outcomes: Outcome, who: str = "Cán bộ thử nghiệm") -> None:
    """Every paper of ``outcomes`` approved, sealed (with bytes that stand for a PDF) and loaded in one batch."""
    ready = []
    for outcome in outcomes:
        for record in outcome.records:
            approved(at, record, who)
            digest = at.store.put(keys.encode(record))
            after = at.store.put(b"%PDF " + digest.encode())
            sealed = Sealed(record.document.id, digest, keys.digest(b"before"), after, "Ký thử", "text", at.stamp())
            body = {"record": digest, "sealed": at.store.put(keys.encode(sealed)), "after": after}
            at.ledger.tell(Fact("sealed", record.document.id, at.stamp(), body))
            ready.append((outcome, record, sealed))
    releasing.load(at, ready)


def corrected(at: site.Site, outcome: Outcome, name: str, value: str) -> Outcome:
    """The same dossier digitized again, the field of that name now of another value."""
    records = tuple(
        replace(r, fields=tuple(replace(f, value=value, source="person") if f.name == name else f for f in r.fields))
        for r in outcome.records
    )
    again = replace(outcome, records=records)
    result = at.store.put(keys.encode(again))
    at.ledger.tell(Fact("digitized", outcome.dossier.id, at.stamp(), {"result": result}))
    return again
