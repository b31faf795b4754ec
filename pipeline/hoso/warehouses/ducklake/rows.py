"""A batch as rows of the tables in ``schema``. Pure; never drops a value that a filing holds."""

from __future__ import annotations

from collections.abc import Iterator

from hoso import keys
from hoso.nouns import Batch, Delivery, Filing, Place, Roll
from hoso.warehouses.ducklake import derive
from hoso.warehouses.ducklake.derive import People
from hoso.warehouses.ducklake.schema import TABLES

__all__ = ["Row", "rows"]

Row = tuple[object, ...]


def rows(batch: Batch, load: int, people: People) -> dict[str, list[Row]]:
    """The rows of each table for ``batch`` as load number ``load``; columns in the order of the schema. ``people`` gives
    the key of a person."""
    made: dict[str, list[Row]] = {name: [] for name in TABLES if name != "about"}
    pages = sum(len(filing.pages) for filing in batch.filings)
    made["receipts"].append((batch.key, len(batch.filings), pages))
    dossiers = {filing.dossier.id: filing for filing in batch.filings}
    for filing in dossiers.values():
        dossier = filing.dossier
        made["dossiers"].append(
            (dossier.id, filing.code, dossier.source, dossier.received, len(dossier.scans), derive.agency(filing.code))
        )
        made["scans"] += [(dossier.id, s.position, s.name, s.digest, s.media_type, s.size) for s in dossier.scans]
    for filing in batch.filings:
        for name, row in _of(filing, people):
            made[name].append(row)
    for roll in batch.rolls:
        made["rolls"].append((roll.name, roll.day, roll.digest, len(roll.rows)))
        made[roll.name] += _lines(roll)
    made["deliveries"] += [_delivery(one) for one in batch.deliveries]
    return {name: [(load, batch.at, *row) for row in found] for name, found in made.items()}


def _of(filing: Filing, people: People) -> Iterator[tuple[str, Row]]:
    """(table, row) of one filing, the rows still without load and instant."""
    record, document, dossier, sealed = filing.record, filing.record.document, filing.dossier, filing.sealed
    approved = [d for d in filing.decisions if d.record == sealed.record and d.verdict == "approved"]
    verified = (approved[-1].who, approved[-1].at) if approved else (None, None)
    known = [derive.kinds().get((document.type, field.name), "") for field in record.fields]
    first = min((page.position for page in filing.pages), default=None)
    yield (
        "documents",
        (
            document.id, dossier.id, filing.code, dossier.source, document.type, document.form,
            document.type_confidence, document.reason, record.verdict, filing.engine, len(filing.pages), first,
            sealed.record, sealed.after, derive.agency(filing.code), *verified,
        ),
    )  # fmt: skip
    for ordinal, (field, kind) in enumerate(zip(record.fields, known, strict=True), 1):
        yield (
            "fields",
            (
                document.id, dossier.id, document.type, document.form, ordinal, field.name, field.value, field.raw,
                field.confidence, field.status, *_place(field.place), field.source, field.rule,
                " ".join(field.passed), " ".join(field.failed), filing.engine,
                kind, *derive.typed(kind, field.value), *verified,
            ),
        )  # fmt: skip
        for number, line in enumerate(field.rows, 1):
            for item, value in line.items():
                yield "field_rows", (document.id, field.name, number, item, value)
    told = [(n, f.name, kind, f.value) for n, (f, kind) in enumerate(zip(record.fields, known, strict=True), 1)]
    for mention in derive.mentions(told, people):
        yield "mentions", (document.id, dossier.id, *mention)
    course = derive.case(document.type, filing.code, told)
    if course is not None:
        yield "cases", (document.id, dossier.id, *course)
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


def _delivery(one: Delivery) -> Row:
    return one.key, one.target, one.code, one.document, one.at, one.state, one.answered or None, one.answer or None


_SAID = {"1": True, "true": True, "x": True, "có": True, "0": False, "false": False, "không": False}
"""How registers say yes and no."""


def _lines(roll: Roll) -> Iterator[Row]:
    """The rows of a register in the order of its table's columns; one that it does not have stays empty."""
    columns = TABLES[roll.name].columns[2:]
    for line in roll.rows:
        yield tuple(_cell(kind, line.get(name)) for name, kind, _ in columns)


def _cell(kind: str, value: str | None) -> object:
    """A cell as its column's type; None for one that is empty, or is not of that type (the recipe refuses those)."""
    text = (value or "").strip()
    if kind == "BOOLEAN":
        return _SAID.get(text.casefold())
    if kind == "INTEGER":
        return int(text) if text.isdecimal() else None
    return derive.day(text) if kind == "DATE" else text or None
