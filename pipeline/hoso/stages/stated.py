"""Owns the record as a file that goes with the archive copy: JSON with the names that ``hoso records --json`` has.

Without what comes after: state, seal and warehouse are not known when the copy is made. Same record, same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hoso.nouns import Field, Outcome, Problem, Record, Scan, Seen

if TYPE_CHECKING:
    from hoso.pdf.attached import Attached

__all__ = ["FORMAT", "record_file", "stated_field", "stated_problem"]

FORMAT = "hoso.record/1"


def record_file(record: Record, outcome: Outcome, parts: Sequence[tuple[Scan, bytes, Seen]]) -> Attached:
    """The record of a document as the file "CODE.json" to attach to its copy. ``parts`` are its pages in order."""
    from hoso.pdf.attached import Attached  # pikepdf: not for those who only list

    document = record.document
    positions = {page.ref: page.position for page in outcome.pages}
    told = {
        "format": FORMAT,
        "document": document.id,
        "dossier": outcome.codes.get(document.id, outcome.code) or outcome.dossier.id,
        "source": outcome.dossier.source,
        "type": document.type,
        "form": document.form,
        "type_confidence": round(document.type_confidence, 4),
        "verdict": record.verdict,
        "pages": [
            {
                "scan": scan.name,
                "sha256": scan.digest,
                "page": seen.page.ref.index,
                "position": positions.get(seen.page.ref, seen.page.position),
            }
            for scan, _, seen in parts
        ],
        "fields": [stated_field(field) for field in record.fields],
        "problems": [stated_problem(problem) for problem in record.problems],
        "reason": document.reason,
    }
    data = json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n"
    return Attached(
        f"{document.id}.json", "application/json", data, f"Dữ liệu đã bóc tách của tài liệu ({document.type})", "Data"
    )


def stated_field(field: Field) -> dict[str, Any]:
    """A field as every statement of a record has it: value and evidence, the box in fractions of the upright page."""
    return {
        "name": field.name,
        "value": list(field.rows) if field.rows and field.value is None else field.value,
        "raw": field.raw,
        "confidence": round(field.confidence, 4),
        "position": field.place.position if field.place else None,
        "box": [round(edge, 5) for edge in field.place.box] if field.place else None,
        "source": field.source,
        "status": field.status,
        "rule": field.rule,
    }


def stated_problem(problem: Problem) -> dict[str, Any]:
    """A problem as every statement of a record has it, with all its places."""
    return {
        "code": problem.code,
        "severity": problem.severity,
        "field": problem.field or None,
        "text": problem.text,
        "places": [{"position": at.position, "box": [round(edge, 5) for edge in at.box]} for at in problem.places],
    }
