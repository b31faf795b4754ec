"""Fields against their grammar and against each other; then the verdict.

Owns: the checks that form files name, the stable codes of problems with their sentence for the clerk, and who must look:
"clear" or "needs-person". Never: rewrites a value (a check only lowers its confidence), and never says a personal value
in a sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hoso.forms import OTHER, Check, Form
from hoso.nouns import Document, Field, Place, Problem, Record, Seen, Severity
from hoso.registers import NONE, Registers
from hoso.stages import lookup
from hoso.stages.divide import secret_mark
from hoso.stages.judges import JUDGES
from hoso.values import addresses, units

__all__ = ["DAMAGED", "VERSION", "check", "lower", "problem_of", "with_verdict"]

VERSION = "3"

_LOWERED = 0.6
"""What is left of a field's confidence when a check of the record fails on it."""
_LEGIBLE = 0.6
"""Mean confidence of words below which a page counts as unreadable (stock reading of legible scans lies above 0.85)."""
DAMAGED = 0.3
"""Page quality below which a page counts as damaged."""

_SENTENCES = {
    "value.grammar": "{title}: giá trị đọc được không đúng dạng; hãy đối chiếu với bản giấy.",
    "value.impossible-date": "{title}: ngày đọc được không có thật; hãy đối chiếu với bản giấy.",
    "value.implausible": "{title}: giá trị không phù hợp; hãy đối chiếu với bản giấy.",
    "value.check-digit": "{title}: số kiểm tra không khớp; hãy đối chiếu với bản giấy.",
    "field.handwritten": "{title}: phần số để trống hoặc viết tay, máy không đọc được chắc chắn; hãy nhập theo bản giấy.",
    "field.unreadable": "{title}: đọc chưa chắc chắn; hãy đối chiếu với bản giấy.",
    "dossier.value-differs": "{title}: chữ in và mã QR, mã vạch hoặc dòng MRZ trên giấy ghi khác nhau; hãy xem cả hai chỗ.",
}


def check(
    document: Document,
    fields: Sequence[Field],
    form: Form,
    pages: Sequence[Seen] = (),
    received: str = "",
    held: Registers = NONE,
) -> Record:
    """The record of a document. ``pages`` are its pages; ``received`` the ISO date of receipt ("" where unknown); ``held``
    the registers of the home. An address keeps its parts and the units in force beside its value (``Field.rows``).

    Verdict "clear": every required field stands with enough confidence for its kind, and no problem is above a note.
    """
    problems: list[Problem] = [*_of_pages(pages)]
    judged = tuple(_with_parts(f, form) for f in fields)
    for rule in form.checks:
        judged, found = _of_record(rule, judged, form, received, held)
        problems += found
    problems += [p for f in judged if (p := problem_of(f, form)) is not None]
    return with_verdict(Record(document, judged, tuple(problems)))


def with_verdict(record: Record) -> Record:
    """``record`` with the verdict that its problems make: a note stops nothing."""
    stops = any(p.severity != "note" for p in record.problems)
    return replace(record, verdict="needs-person" if stops else "clear")


def lower(field: Field, code: str) -> Field:
    """``field`` with what a failed check leaves of its confidence; doubtful from then on."""
    failed = field.failed if code in field.failed else (*field.failed, code)
    return replace(field, confidence=round(field.confidence * _LOWERED, 4), status="doubtful", failed=failed)


def _of_pages(pages: Sequence[Seen]) -> list[Problem]:
    problems = []
    for seen in pages:
        page, words = seen.page, seen.reading.words
        whole = (Place(page.position, (0.0, 0.0, 1.0, 1.0)),)
        mark = secret_mark(seen)
        if mark is not None:
            text = "Có dấu chỉ mức độ mật: dừng xử lý, chuyển ngay cho người có thẩm quyền; không đưa lên mạng."
            problems.append(Problem("document.secret-mark", "error", text, places=(mark,)))
        sure = sum(w.confidence for w in words) / len(words) if words else 0.0
        if sure < _LEGIBLE:
            text = f"Trang {page.position}: hầu như không đọc được chữ; hãy xem và quét lại nếu cần."
            problems.append(Problem("page.unreadable", "warning", text, places=whole))
        elif page.quality < DAMAGED:
            why = page.reason if page.reason.startswith("quét lại") else "ảnh quét kém; hãy xem và quét lại nếu cần"
            text = f"Trang {page.position}: {why}."
            problems.append(Problem("page.damaged", "warning", text, places=whole))
    return problems


def problem_of(field: Field, form: Form) -> Problem | None:
    """The problem of a field alone: on an optional one, and on a paper of no form, it is a note."""
    rule = form.field(field.name)
    title = rule.title if rule is not None else field.name
    required = rule is not None and rule.required and form.type != OTHER
    severity: Severity = "warning" if required else "note"
    places = (field.place,) if field.place is not None else ()
    if field.status == "missing":
        return Problem(
            "field.unreadable", severity, f"{title}: không tìm thấy trên giấy; hãy nhập theo bản giấy.", field.name
        )
    own = [code for code in field.failed if code in _SENTENCES]
    if field.status == "doubtful" and not own and not field.failed:
        own = ["field.unreadable"]
    if not own:
        return None
    if "dossier.value-differs" in own:  # a contradiction is one whether or not the field is required
        said = tuple(place for _, _, place in field.said if place is not None)
        text = _SENTENCES["dossier.value-differs"].format(title=title)
        return Problem("dossier.value-differs", "error", text, field.name, tuple(dict.fromkeys((*places, *said))))
    return Problem(own[0], severity, _SENTENCES[own[0]].format(title=title), field.name, places)


def _with_parts(field: Field, form: Form) -> Field:
    """An address with two rows: its parts as printed, and the units that stand for them since 2025-07-01."""
    rule = form.field(field.name)
    if rule is None or rule.kind != "address" or not field.value:
        return field
    parts = addresses.parse(field.value)
    now = units.in_force(parts)
    printed = {
        "as": "printed", "street": parts.street, "hamlet": parts.hamlet, "commune": parts.commune,
        "district": parts.district, "province": parts.province, "rest": parts.rest,
    }  # fmt: skip
    since = {
        "as": units.SINCE, "state": now.state, "commune": now.commune, "province": now.province,
        "province_code": now.code, "among": " | ".join(now.among), "source": now.source,
    }  # fmt: skip
    return replace(field, rows=tuple({k: v for k, v in row.items() if v} for row in (printed, since)))


def _of_record(
    rule: Check, fields: tuple[Field, ...], form: Form, received: str, held: Registers
) -> tuple[tuple[Field, ...], list[Problem]]:
    if rule.register:
        told, wrong_names = lookup.looked_up(rule, fields, form, held)
        found = tuple(lower(f, f"{told[0].code}:{rule.rule}") if f.name in wrong_names else f for f in fields)
        if not told and lookup.compared(rule, fields, held):
            found = tuple(replace(f, passed=(*f.passed, rule.rule)) if f.name in rule.fields else f for f in found)
        return found, told
    mine = [next((f for f in fields if f.name == name), None) for name in rule.fields]
    values = [f.value for f in mine if f is not None and f.value is not None]
    if len(values) != len(rule.fields):
        return fields, []
    wrong = JUDGES[rule.rule](
        [*(v for v in values if v), *(given.format(title=form.title) for given in rule.given)], received
    )
    if wrong is None:
        return tuple(replace(f, passed=(*f.passed, rule.rule)) if f.name in rule.fields else f for f in fields), []
    code, sentence = wrong
    titles = [r.title if (r := form.field(name)) else name for name in rule.fields]
    places = tuple(f.place for f in mine if f is not None and f.place is not None)
    severity: Severity = rule.severity if rule.severity in ("error", "warning", "note") else "warning"  # type: ignore[assignment]
    problem = Problem(code, severity, sentence.format(*titles), rule.fields[0], places)
    # told once, with both places: a code with its rule behind it is none that `problem_of` would tell again
    lowered = tuple(lower(f, f"{code}:{rule.rule}") if f.name in rule.fields else f for f in fields)
    return lowered, [problem]
