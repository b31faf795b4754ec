"""A batch as rows of the tables in ``schema``. Pure; never drops a value that a filing holds."""

from __future__ import annotations

from collections.abc import Iterator

from hoso import keys
from hoso.nouns import Batch, Filing, Place
from hoso.warehouses.ducklake.schema import TABLES

__all__ = ["Row", "rows"]

Row = tuple[object, ...]


def rows(batch: Batch, load: int) -> dict[str, list[Row]]:
    """The rows of each table for ``batch`` as load number ``load``; columns in the order of the schema."""
    made: dict[str, list[Row]] = {name: [] for name in TABLES if name != "about"}
    pages = sum(len(filing.pages) for filing in batch.filings)
    made["receipts"].append((batch.key, len(batch.filings), pages))
    dossiers = {filing.dossier.id: filing for filing in batch.filings}
    for filing in dossiers.values():
        dossier = filing.dossier
        made["dossiers"].append((dossier.id, filing.code, dossier.source, dossier.received, len(dossier.scans)))
        made["scans"] += [(dossier.id, s.position, s.name, s.digest, s.media_type, s.size) for s in dossier.scans]
    for filing in batch.filings:
        for name, row in _of(filing):
            made[name].append(row)
    return {name: [(load, batch.at, *row) for row in found] for name, found in made.items()}


def _of(filing: Filing) -> Iterator[tuple[str, Row]]:
    """(table, row) of one filing, the rows still without load and instant."""
    record, document, dossier, sealed = filing.record, filing.record.document, filing.dossier, filing.sealed
    first = min((page.position for page in filing.pages), default=None)
    yield (
        "documents",
        (
            document.id, dossier.id, filing.code, dossier.source, document.type, document.form,
            document.type_confidence, document.reason, record.verdict, filing.engine, len(filing.pages), first,
            sealed.record, sealed.after,
        ),
    )  # fmt: skip
    for ordinal, field in enumerate(record.fields, 1):
        yield (
            "fields",
            (
                document.id, dossier.id, document.type, document.form, ordinal, field.name, field.value, field.raw,
                field.confidence, field.status, *_place(field.place), field.source, field.rule,
                " ".join(field.passed), " ".join(field.failed), filing.engine,
            ),
        )  # fmt: skip
        for number, line in enumerate(field.rows, 1):
            for item, value in line.items():
                yield "field_rows", (document.id, field.name, number, item, value)
    names = {scan.digest: scan.name for scan in reversed(dossier.scans)}
    for page, text in zip(filing.pages, filing.texts, strict=True):
        yield (
            "pages",
            (
                document.id, dossier.id, page.position, names.get(page.ref.scan, ""), page.ref.scan, page.ref.index,
                page.kind, page.width, page.height, page.dpi, page.rotation, page.skew, page.quality, page.seal,
                page.signature, text,
            ),
        )  # fmt: skip
    for ordinal, problem in enumerate(record.problems, 1):
        place = problem.places[0] if problem.places else None
        places = keys.encode([{"position": p.position, "box": p.box} for p in problem.places]).decode()
        yield (
            "problems",
            (
                document.id, dossier.id, ordinal, problem.code, problem.severity, problem.field, problem.text,
                *_place(place), places,
            ),
        )  # fmt: skip
    for decision in filing.decisions:
        yield (
            "decisions",
            (document.id, decision.record, decision.who, decision.at, decision.verdict, decision.note),
        )
    yield (
        "seals",
        (
            document.id, sealed.record, sealed.before, sealed.after, sealed.signer, sealed.profile, sealed.at,
            sealed.evidence,
        ),
    )  # fmt: skip


def _place(place: Place | None) -> Row:
    return (None,) * 5 if place is None else (place.position, *place.box)
