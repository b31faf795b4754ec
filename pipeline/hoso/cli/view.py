"""Standings as the JSON objects and table cells of the contract: stable names, more keys may be added."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hoso import keys
from hoso.nouns import Field, Page, Place, Record, Seen, Standing
from hoso.recipe.standing import record_digest
from hoso.site import Site
from hoso.stages.stated import stated_field, stated_problem
from hoso.values.confusions import doubts

__all__ = ["document_row", "documents", "dossier_row", "page_row", "pages", "rescan"]


def documents(here: Standing, code: str | None = None) -> Iterator[dict[str, Any]]:
    """One object a document, as ``hoso records --json`` prints. Of a stack with cover sheets of several dossiers only the
    documents of ``code``, where it is the code of one of them."""
    outcome = here.outcome
    if outcome is None:
        return
    codes = {outcome.code, *outcome.codes.values()}
    for record in outcome.records:
        if len(codes) < 2 or code not in codes or outcome.codes.get(record.document.id, outcome.code) == code:
            yield document_row(here, record)


def document_row(here: Standing, record: Record) -> dict[str, Any]:
    """The contract's object for one document."""
    assert here.outcome is not None
    document, names = record.document, {scan.digest: scan.name for scan in reversed(here.dossier.scans)}
    by_ref = {page.ref: page for page in here.outcome.pages}
    sealed = here.sealed.get(document.id)
    return {
        "document": document.id,
        "dossier": here.outcome.codes.get(document.id, here.outcome.code) or here.dossier.id,
        "dossier_id": here.dossier.id,
        "source": here.dossier.source,
        "type": document.type,
        "form": document.form,
        "type_confidence": round(document.type_confidence, 4),
        "state": here.states[document.id],
        "loaded": document.id in here.loaded,
        "verdict": record.verdict,
        "pages": [
            {"scan": names[ref.scan], "page": ref.index, "position": by_ref[ref].position} for ref in document.pages
        ],
        "fields": [_field(field) for field in record.fields],
        "problems": [stated_problem(problem) for problem in record.problems],
        "reason": document.reason,
        "record": record_digest(record),
        "archive": None if sealed is None else "kept" if sealed.profile == "kept" else "sealed",
        "archive_sha256": sealed.after if sealed else None,
    }


def pages(site: Site, here: Standing) -> Iterator[dict[str, Any]]:
    """One object a page, as ``hoso pages --json`` prints; files that could not be taken come last, one object each."""
    outcome, names = here.outcome, {scan.digest: scan.name for scan in reversed(here.dossier.scans)}
    if outcome is None:
        return
    document_of = {ref: record.document.id for record in outcome.records for ref in record.document.pages}
    for page, digest in zip(outcome.pages, outcome.seen, strict=True):
        reading = keys.decode(site.store.get(digest), Seen).reading
        yield {
            **page_row(page),
            "source": here.dossier.source,
            "scan": names[page.ref.scan],
            "document": document_of.get(page.ref),
            "text": reading.text(),
            "codes": [{"kind": code.kind, "text": code.text} for code in reading.codes],
        }
    for number, lost in enumerate(outcome.quarantined, len(outcome.pages) + 1):
        yield {
            "source": here.dossier.source, "position": number, "scan": lost.scan.name, "page": 1, "kind": "quarantined",
            "document": None, "reason": f"{lost.reason}: {lost.text}", "text": "", "codes": [],
        }  # fmt: skip


def dossier_row(here: Standing, seconds: float | None = None) -> dict[str, Any]:
    """One object a dossier, as ``hoso digitize --json`` and ``hoso status --json`` print."""
    records = here.outcome.records if here.outcome else ()
    found = [field for record in records for field in record.fields if field.value or field.rows]
    row: dict[str, Any] = {
        "id": here.dossier.id,
        "dossier": (here.outcome.code if here.outcome else "") or here.dossier.id,
        "source": here.dossier.source,
        "received": here.dossier.received,
        "pages": here.pages_in,
        "documents": [
            {
                "document": r.document.id,
                "type": r.document.type,
                "verdict": r.verdict,
                "state": here.states[r.document.id],
            }
            for r in records
        ],
        "fields_found": len(found),
        "fields": sum(len(record.fields) for record in records),
        "problems": sum(len(record.problems) for record in records),
        "quarantined": [
            {"scan": q.scan.name, "reason": q.reason, "text": q.text}
            for q in (here.outcome.quarantined if here.outcome else ())
        ],
        "duplicate_of": here.duplicate_of or None,
        "state": _state(here),
    }
    return row if seconds is None else row | {"seconds": round(seconds, 2)}


def _state(here: Standing) -> str:
    """One word for a dossier: the state of what is furthest behind."""
    if here.erased:
        return "erased"
    if here.duplicate_of:
        return "duplicate"
    if here.outcome is None:
        return "underway"
    if not here.outcome.records:
        return "quarantined" if here.outcome.quarantined else "blank"
    order = ("waiting", "ready", "approved", "unstamped", "sealed")
    return min(here.states.values(), key=order.index)


def _field(field: Field) -> dict[str, Any]:
    return {
        **stated_field(field),
        "alternatives": doubts(field.value or field.raw) if field.status == "doubtful" else {},
        **({"address": _address(field)} if field.rows and field.value is not None else {}),
        **({"said": [_said(*one) for one in field.said]} if field.said else {}),
    }


def _address(field: Field) -> dict[str, Any]:
    """The parts of an address as printed ("printed") and the units that stand for them since a day ("2025-07-01")."""
    return {row["as"]: {name: part for name, part in row.items() if name != "as"} for row in field.rows if "as" in row}


def _said(witness: str, value: str, place: Place | None) -> dict[str, Any]:
    box = [round(edge, 5) for edge in place.box] if place else None
    return {"witness": witness, "value": value, "position": place.position if place else None, "box": box}


def page_row(page: Page) -> Mapping[str, Any]:
    """What is known of a page by its picture, as ``hoso pages --json`` prints."""
    return {
        "position": page.position,
        "page": page.ref.index,
        "kind": page.kind,
        "rotation": page.rotation,
        "skew": round(page.skew, 2),
        "dpi": round(page.dpi),
        "quality": round(page.quality, 3),
        "width": page.width,
        "height": page.height,
        "seal": page.seal,
        "signature": page.signature,
        "reason": page.reason,
        "rescan": rescan(page),
    }


def rescan(page: Page) -> str | None:
    """Why a page should be scanned again, and where ("quét lại: mờ ở góc trên bên phải"); None where it need not be."""
    return page.reason if page.kind == "paper" and page.reason.startswith("quét lại") else None
