"""How sure each field is, after all was found, checked and compared: the calibrated probability, and with it the verdict.

Owns: the measures that only a whole dossier has (the same value on another paper, checks passed and failed), the step from
probability to clear or doubtful, and the problems that follow. Never: finds, checks or rewrites a value, or makes clear
what a check made doubtful.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hoso.calibration import Calibration
from hoso.forms import Form, Forms
from hoso.nouns import Field, Page, PageRef, Record
from hoso.stages.check import DAMAGED, problem_of, with_verdict
from hoso.stages.witness import trusted
from hoso.values import text as texts

__all__ = ["VERSION", "weigh"]

VERSION = "1"

_LEAST = 4  # letters from which a value says something where it stands again
_LEFT = 0.5  # what is left of a probability on a page that is damaged


def weigh(
    records: Sequence[Record], pages: Sequence[Page], forms: Forms, calibration: Calibration
) -> tuple[Record, ...]:
    """The records of one dossier with each field's confidence the probability that it is exactly right, and what is not
    sure enough for its kind doubtful. ``pages`` are those of the dossier."""
    stated = _stated(records)
    by_ref = {page.ref: page for page in pages}
    return tuple(_record(record, stated, by_ref, forms.form(record.document.form), calibration) for record in records)


def _record(
    record: Record, stated: Mapping[str, set[str]], pages: Mapping[PageRef, Page], form: Form, calibration: Calibration
) -> Record:
    mine = {page.position: page for ref in record.document.pages if (page := pages.get(ref)) is not None}
    fields = tuple(_field(field, record, stated, mine, form, calibration) for field in record.fields)
    told = {problem.field for problem in record.problems if problem.code.startswith("field.")}
    doubted = [
        problem
        for before, field in zip(record.fields, fields, strict=True)
        if before.status == "clear" and field.status == "doubtful" and field.name not in told
        if (problem := problem_of(field, form)) is not None
    ]
    return with_verdict(replace(record, fields=fields, problems=(*record.problems, *doubted)))


def _field(
    field: Field, record: Record, stated: Mapping[str, set[str]], pages: Mapping[int, Page], form: Form,
    calibration: Calibration,
) -> Field:  # fmt: skip
    if field.source == "person" or (field.value is None and not field.rows):  # what a person said is no reading
        return field
    rule = form.field(field.name)
    kind = rule.kind if rule is not None else ""
    features = dict(field.features) | _of_dossier(field, record, stated)
    name = f"{form.family}.{field.name}"
    sure = calibration.probability(kind, name, features)
    sure = trusted(field, sure)
    page = pages.get(field.place.position) if field.place is not None else None
    if page is not None and page.quality < DAMAGED:
        sure *= _LEFT
    enough = sure >= max(calibration.bar(kind, name), form.confidence)
    status = "doubtful" if field.status == "clear" and not enough else field.status
    return replace(field, confidence=round(sure, 4), status=status, features=tuple(sorted(features.items())))


def _of_dossier(field: Field, record: Record, stated: Mapping[str, set[str]]) -> dict[str, float]:
    """What the rest of the dossier says of a field."""
    value = texts.plain(field.value or "")
    others = stated.get(value, set()) - {record.document.id}
    return {
        "agreed": float(min(3, len(others))),
        "passed": float(sum(code != "value.grammar" for code in field.passed)),
        "failed": float(len(field.failed)),
        "proved": float(field.source not in ("ocr", "pdf")),
        "typed": round(record.document.type_confidence, 4),
    }


def _stated(records: Sequence[Record]) -> dict[str, set[str]]:
    """Which documents state each value."""
    found: dict[str, set[str]] = {}
    for record in records:
        for field in record.fields:
            if field.value and len(plain := texts.plain(field.value)) >= _LEAST:
                found.setdefault(plain, set()).add(record.document.id)
    return found
