"""Fields against their grammar, against each other and against the other papers of the dossier; then the verdict.

Owns: the checks that form files name, the stable codes of problems with their sentence for the clerk, and who must look:
"clear" or "needs-person". Never: rewrites a value (a check only lowers its confidence), and never says a personal value
in a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from hoso.forms import OTHER, Check, FieldRule, Form, Forms
from hoso.nouns import Document, Field, Place, Problem, Record, Seen, Severity
from hoso.stages.divide import secret_mark
from hoso.values import identifiers, numbers
from hoso.values import text as texts

__all__ = ["VERSION", "agree", "check", "dossier_code"]

VERSION = "1"

_LOWERED = 0.6
"""What is left of a field's confidence when a check of the record fails on it."""
_LEGIBLE = 0.6
"""Mean confidence of words below which a page counts as unreadable (stock reading of legible scans lies above 0.85)."""
_DAMAGED = 0.3
"""Page quality below which a page counts as damaged."""

_SENTENCES = {
    "value.grammar": "{title}: giá trị đọc được không đúng dạng; hãy đối chiếu với bản giấy.",
    "value.impossible-date": "{title}: ngày đọc được không có thật; hãy đối chiếu với bản giấy.",
    "value.implausible": "{title}: giá trị không phù hợp; hãy đối chiếu với bản giấy.",
    "value.check-digit": "{title}: số kiểm tra không khớp; hãy đối chiếu với bản giấy.",
    "field.handwritten": "{title}: phần số để trống hoặc viết tay, máy không đọc được chắc chắn; hãy nhập theo bản giấy.",
    "field.unreadable": "{title}: đọc chưa chắc chắn; hãy đối chiếu với bản giấy.",
    "dossier.value-differs": "{title}: mã in trên giấy và mã vạch (QR) khác nhau; hãy đối chiếu với bản giấy.",
}


def check(
    document: Document, fields: Sequence[Field], form: Form, pages: Sequence[Seen] = (), received: str = ""
) -> Record:
    """The record of a document. ``pages`` are its pages; ``received`` the ISO date of receipt ("" where unknown).

    Verdict "clear": every required field stands with enough confidence for its kind, and no problem is above a note.
    """
    problems: list[Problem] = [*_of_pages(pages)]
    judged = tuple(fields)
    for rule in form.checks:
        judged, found = _of_record(rule, judged, form, received)
        problems += found
    problems += [p for f in judged if (p := _of_field(f, form)) is not None]
    return _with_verdict(Record(document, judged, tuple(problems)))


def agree(records: Sequence[Record], forms: Forms) -> tuple[Record, ...]:
    """The records of one dossier, with ``dossier.value-differs`` on both sides of each fact on which papers differ.

    Which fields state the same fact is said in the form files (``same_as``). Capitals and blanks make no difference;
    a tone mark does: a difference of one letter is as likely a slip of the reader as another person, and a person looks.
    """
    stated: dict[str, list[tuple[int, Field, FieldRule]]] = {}
    for index, record in enumerate(records):
        form = forms.form(record.document.form)
        for field in record.fields:
            rule = form.field(field.name)
            if rule is not None and rule.same_as and field.value is not None:
                stated.setdefault(rule.same_as, []).append((index, field, rule))
    found: dict[int, list[Problem]] = {}
    hurt: set[tuple[int, str]] = set()
    for entries in stated.values():
        if len({_plain(f.value or "") for _, f, _ in entries}) < 2:
            continue
        near = min(
            texts.distance(_plain(a.value or ""), _plain(b.value or ""))
            for n, (_, a, _) in enumerate(entries)
            for _, b, _ in entries[n + 1 :]
            if _plain(a.value or "") != _plain(b.value or "")
        )  # fmt: skip
        places = tuple(f.place for _, f, _ in entries if f.place is not None)
        hint = "khác nhau rất ít, có thể do đọc nhầm" if near <= 2 else "khác nhau"
        for index, field, rule in entries:
            sentence = f"{rule.title}: các giấy tờ trong hồ sơ ghi {hint}; hãy xem cả hai chỗ."
            found.setdefault(index, []).append(Problem("dossier.value-differs", "error", sentence, field.name, places))
            hurt.add((index, field.name))
    return tuple(_differing(i, record, found, hurt) for i, record in enumerate(records))


def dossier_code(records: Sequence[Record]) -> str:
    """The dossier code that the papers print: the surest one that is whole; "" where none is."""
    codes = [f for r in records for f in r.fields if f.name == "ma_ho_so" and f.value and not f.failed]
    return max(codes, key=lambda f: f.confidence).value or "" if codes else ""


def _plain(value: str) -> str:
    return texts.squeeze(value).casefold()


def _differing(index: int, record: Record, found: dict[int, list[Problem]], hurt: set[tuple[int, str]]) -> Record:
    if index not in found:
        return record
    fields = tuple(_lower(f, "dossier.value-differs") if (index, f.name) in hurt else f for f in record.fields)
    return _with_verdict(replace(record, fields=fields, problems=(*record.problems, *found[index])))


def _with_verdict(record: Record) -> Record:
    stops = any(p.severity != "note" for p in record.problems)
    return replace(record, verdict="needs-person" if stops else "clear")


def _lower(field: Field, code: str) -> Field:
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
        elif page.quality < _DAMAGED:
            why = page.reason if page.reason.startswith("quét lại") else "ảnh quét kém; hãy xem và quét lại nếu cần"
            text = f"Trang {page.position}: {why}."
            problems.append(Problem("page.damaged", "warning", text, places=whole))
    return problems


def _of_field(field: Field, form: Form) -> Problem | None:
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
    return Problem(own[0], severity, _SENTENCES[own[0]].format(title=title), field.name, places)


# ── checks of the record ───────────────────────────────────────────────────────────────────────────────────────────────

Judge = Callable[[Sequence[str], str], tuple[str, str] | None]
"""Values in the order the form names them, and the day of receipt; gives (code, sentence) where they do not fit."""


def _of_record(
    rule: Check, fields: tuple[Field, ...], form: Form, received: str
) -> tuple[tuple[Field, ...], list[Problem]]:
    mine = [next((f for f in fields if f.name == name), None) for name in rule.fields]
    values = [f.value for f in mine if f is not None and f.value is not None]
    if len(values) != len(rule.fields):
        return fields, []
    wrong = _JUDGES[rule.rule]([v for v in values if v], received)
    if wrong is None:
        return tuple(replace(f, passed=(*f.passed, rule.rule)) if f.name in rule.fields else f for f in fields), []
    code, sentence = wrong
    titles = [r.title if (r := form.field(name)) else name for name in rule.fields]
    places = tuple(f.place for f in mine if f is not None and f.place is not None)
    severity: Severity = rule.severity if rule.severity in ("error", "warning", "note") else "warning"  # type: ignore[assignment]
    problem = Problem(code, severity, sentence.format(*titles), rule.fields[0], places)
    # told once, with both places: a code with its rule behind it is none that `_of_field` would tell again
    lowered = tuple(_lower(f, f"{code}:{rule.rule}") if f.name in rule.fields else f for f in fields)
    return lowered, [problem]


def _not_after(values: Sequence[str], received: str) -> tuple[str, str] | None:
    return ("value.order", "{0} sau {1}; hãy đối chiếu hai ngày với bản giấy.") if values[0] > values[1] else None


def _sex(values: Sequence[str], received: str) -> tuple[str, str] | None:
    told = identifiers.sex_and_years(values[0])
    if told is None or told[0] == values[1]:
        return None
    return "value.implausible", "{0} không phù hợp với {1} (chữ số thứ tư); hãy đối chiếu với bản giấy."


def _born(values: Sequence[str], received: str) -> tuple[str, str] | None:
    if identifiers.year_fits(values[0], values[1]) in (True, None):
        return None
    return (
        "value.implausible",
        "{0} không phù hợp với năm của {1} (chữ số thứ năm, thứ sáu); hãy đối chiếu với bản giấy.",
    )


def _code_date(values: Sequence[str], received: str) -> tuple[str, str] | None:
    day = numbers.dossier_date(values[0])
    if day is None:
        return "value.impossible-date", "{0}: ngày trong mã không có thật; hãy đối chiếu với bản giấy."
    if day > values[1]:
        return "value.order", "Ngày trong {0} sau {1}; hãy đối chiếu với bản giấy."
    return None


def _certificate_year(values: Sequence[str], received: str) -> tuple[str, str] | None:
    if re.fullmatch(r".*/\d{2}", values[0]) and values[0][-2:] != values[1][2:4]:
        return "value.implausible", "Năm trong {0} khác năm của {1}; hãy đối chiếu với bản giấy."
    return None


def _class_in_text(values: Sequence[str], received: str) -> tuple[str, str] | None:
    words = set(re.findall(r"\b[A-F]{1,2}\d?E?\b", values[1]))
    if not words or words & set(values[0].split(", ")):
        return None
    return "value.implausible", "{0} khác hạng ghi trong {1}; hãy đối chiếu với bản giấy."


_JUDGES: dict[str, Judge] = {
    "not-after": _not_after, "sex-of-number": _sex, "year-of-number": _born, "code-date": _code_date,
    "year-of-certificate": _certificate_year, "class-in-text": _class_in_text,
}  # fmt: skip
