"""Driving licences of a dossier against the register of what was done about licences: revoked, suspended, warned of.

Owns: which entry of ``gplx_xu_ly`` stands on a day (a sentence that is served and a warning that was lifted hold nobody
up), which licence or person of the dossier it is of, and the problem ``register.suspended``. Never: changes a field, says
a value in a sentence, or decides for the officer: the dossier waits for a person who has the decision before them.

The application's own form asks whether the licence is under such a sentence (Circular 12/2017/TT-BGTVT, Appendix 19,
secondary); the register answers it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from hoso.forms import Forms
from hoso.nouns import Field, Problem, Record, Severity
from hoso.registers import Broken, Register, Registers, Row
from hoso.stages.check import lower, with_verdict
from hoso.stages.lookup import alike
from hoso.values import text as texts
from hoso.values.fold import fold

__all__ = ["REGISTER", "VERSION", "judged", "measure", "receiving_day", "stands"]

VERSION = "1"
REGISTER = "gplx_xu_ly"

_MEASURES = (("thu hoi", "revoked"), ("tuoc", "suspended"), ("tam giu", "kept"), ("canh bao", "warned"))
_SAYS = {
    "revoked": "đã bị thu hồi", "suspended": "đang bị tước quyền sử dụng", "kept": "đang bị tạm giữ",
    "warned": "đang bị cảnh báo", "other": "đang có xử lý chưa kết thúc",
}  # fmt: skip
_NAME = "sổ xử lý giấy phép lái xe"


@dataclass(frozen=True, slots=True)
class _Found:
    """An entry, and how it was found: by the ``number`` of the licence, or else by the person alone."""

    row: Row
    number: bool


def judged(records: Sequence[Record], forms: Forms, held: Registers, received: str) -> tuple[Record, ...]:
    """The records of one dossier; one that names a licence is held (``register.suspended``, an error) where an entry of
    that licence stands on the day the dossier was received, warned of where another licence of the person has one, and
    noted where all of its entries are over. ``received`` is the ISO day on which the scans came, which counts where no
    receipt in the dossier tells another."""
    register = held.get(REGISTER)
    if register is None:
        return tuple(records)
    day = receiving_day(records, received)
    return tuple(_judged(record, records, forms, register, day) for record in records)


def receiving_day(records: Sequence[Record], received: str) -> str:
    """The ISO day on which the office took the dossier: the receipt's where that was read without doubt."""
    for record in records:
        if record.document.type == "giay_tiep_nhan":
            for field in record.fields:
                if field.name == "ngay_nhan" and field.value and field.status == "clear":
                    return field.value[:10]
    return received


def measure(row: Row) -> str:
    """What was done, by the words of ``hinh_thuc``: "revoked", "suspended", "kept" (for a while, as security), "warned",
    else "other"."""
    words = fold(row.get("hinh_thuc", ""))
    return next((kind for word, kind in _MEASURES if word in words), "other")


def stands(row: Row, day: str) -> bool:
    """Whether an entry stands on the ISO ``day``: begun, neither over (``den_ngay`` is its last day) nor lifted
    (``ngay_go``). One without an end stands until it is lifted; of a year alone its whole is meant."""
    begin = row.get("tu_ngay") or row.get("ngay_quyet_dinh") or ""
    end, lifted = row.get("den_ngay", ""), row.get("ngay_go", "")
    if not day:
        return not lifted
    return not (
        (begin and _whole(begin, "01-01") > day)
        or (lifted and _whole(lifted, "12-31") <= day)
        or (end and _whole(end, "12-31") < day)
    )


def _whole(day: str, rest: str) -> str:
    return f"{day}-{rest}" if len(day) == 4 else day


def _judged(record: Record, all_: Sequence[Record], forms: Forms, register: Register | Broken, day: str) -> Record:
    form = forms.form(record.document.form)
    numbers = {rule.name: rule.title for rule in form.fields if rule.kind == "licence-number"}
    if not numbers:
        return record
    field = next((f for f in record.fields if f.name in numbers), None)
    if isinstance(register, Broken):
        text = f"{_NAME.capitalize()} không đọc được nên chưa đối chiếu; chạy hoso doctor để biết cách sửa."
        return _with(record, field, "register.unreadable", "warning", text)
    found = list(_entries(register, field, all_))
    standing = [one for one in found if stands(one.row, day)]
    title = numbers[field.name] if field is not None else next(iter(numbers.values()))
    for one in standing:
        if one.number:
            text = (
                f"{title}: giấy phép {_SAYS[measure(one.row)]} theo {_NAME} vào ngày nhận hồ sơ; chưa đổi, cấp lại, hãy "
                "đối chiếu với quyết định xử lý."
            )
            return _with(record, field, "register.suspended", "error", text)
    if standing:
        says = _SAYS[measure(standing[0].row)]
        text = f"{title}: {_NAME} ghi một giấy phép số khác của người này {says}; hãy xem có phải cùng giấy phép không."
        return _with(record, field, "register.suspended", "warning", text)
    if any(one.number for one in found):
        text = f"{title}: {_NAME} có ghi, nhưng đến ngày nhận hồ sơ đã hết thời hạn hoặc đã gỡ; không phải giữ hồ sơ."
        return _with(record, None, "register.suspended", "note", text, field.name if field else "")
    return record


def _with(record: Record, field: Field | None, code: str, severity: Severity, text: str, name: str = "") -> Record:
    """``record`` with that problem; what a register contradicts makes its field doubtful."""
    places = (field.place,) if field is not None and field.place is not None else ()
    problem = Problem(code, severity, text, field.name if field is not None else name, places)
    fields = record.fields
    if field is not None and code == "register.suspended":
        fields = tuple(lower(f, f"{code}:{REGISTER}") if f is field else f for f in fields)
    return with_verdict(replace(record, fields=fields, problems=(*record.problems, problem)))


def _entries(register: Register, field: Field | None, records: Sequence[Record]) -> Iterator[_Found]:
    """The entries of the licence; else those of the person, by personal number, or by name and birth date together."""
    number = (field.value if field is not None else None) or ""
    own = register.of(number) if number else ()
    yield from (_Found(row, True) for row in own)
    if own:
        return
    seen: list[Row] = []
    for row in _of_person(register, records):
        if row not in seen:
            seen.append(row)
            yield _Found(row, not number or _slip(number, row["so"]))


def _of_person(register: Register, records: Sequence[Record]) -> Iterator[Row]:
    for name in {value for record in records if (value := record.value("so_cccd"))}:
        yield from register.where("so_cccd", name)
    for record in records:
        born = record.value("ngay_sinh") or ""
        for row in register.where("ho_ten", record.value("ho_ten") or "\0"):
            if alike("ngay_sinh", born, row.get("ngay_sinh", "")) == "same":
                yield row


def _slip(read: str, held: str) -> bool:
    """Whether a number may be the other, misread in one place."""
    return texts.distance(read, held) <= 1
