"""Electronic forms: what a filled one must be (JSON Schema), whether one is that, and the lines of the paper it makes.

Owns the schema of a document type, made from its form file, and the judging of a submission by it. Tables are no part of an
e-form. Never: draws, reads a file, or repeats a value in what it says.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from hoso.errors import Refused
from hoso.forms import FieldRule, Form, Forms
from hoso.stages.correct import normal
from hoso.values.citizen import ENDLESS
from hoso.values.text import nfc, squeeze

__all__ = [
    "DECLARED",
    "MOST",
    "Line",
    "Submission",
    "asked",
    "declared",
    "heading",
    "known",
    "lines",
    "schema",
    "submitted",
    "typed",
]

MOST = 256 * 1024
"""Bytes of a submission: a hundred fields of the longest value."""
_LONGEST = 2000
DECLARED = frozenset({"ban_thoa_thuan", "giay_nghi_phep", "giay_uy_quyen", "hop_dong", "khac"})
"""Types of papers that people draw up themselves, beside applications ("don_…"); an office issues the others."""
_SHAPES = {
    "identity": r"^([0-9]{9}|[0-9]{12})$",
    "phone": r"^[+0-9][0-9 .()-]{7,18}$",
    "year": r"^(19|20)[0-9]{2}$",
    "expiry": rf"^([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}|{ENDLESS})$",
}
"""Shapes of a value as it is handed in, by kind. Days are ISO 8601."""
_DAYS = ("date", "expiry")


@dataclass(frozen=True, slots=True)
class Submission:
    """A filled form that fits its schema: the form and the values handed in, by field, cleaned of blanks."""

    form: Form
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the paper: ``label`` alone is a heading."""

    label: str
    value: str = ""


def asked(form: Form) -> tuple[FieldRule, ...]:
    """The fields that an e-form asks for, in the form's order."""
    return tuple(rule for rule in form.fields if rule.kind != "table")


def schema(form: Form) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a submission: the name of the form, and values by field as text."""
    values = {rule.name: _shape(rule) for rule in asked(form)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:hoso:eform:{form.name}",
        "title": form.title,
        "description": form.law,
        "type": "object",
        "additionalProperties": False,
        "required": ["form", "values"],
        "properties": {
            "form": {"const": form.name},
            "values": {
                "type": "object",
                "additionalProperties": False,
                "required": [rule.name for rule in asked(form) if rule.required],
                "properties": values,
            },
        },
    }


def submitted(data: bytes, forms: Forms) -> Submission:
    """The submission in ``data``. Raises Refused ("eform.…") where it is none, of a form nobody knows, or does not fit: the
    sentence names the fields, never a value."""
    if len(data) > MOST:
        raise _refused("too-large", f"the submission has {len(data)} bytes, more than {MOST}", "Tệp biểu mẫu quá lớn.")
    try:
        told = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _refused("not-json", "the submission is no JSON", "Tệp không phải biểu mẫu điện tử (JSON).") from error
    name = told.get("form") if isinstance(told, dict) else None
    form = next((one for one in forms.all if one.name == name), None)
    if form is None:
        raise _refused("unknown-form", "the submission names no form that Hoso knows", "Không rõ biểu mẫu của tệp.")
    said = told.get("values")
    if set(told) != {"form", "values"} or not isinstance(said, dict):
        raise _refused("shape", "the submission must hold form and values alone", "Tệp biểu mẫu không đúng cấu trúc.")
    faults = list(_faults(form, said))
    if faults:
        raise _refused(
            "values", f"the submission does not fit its form: {'; '.join(faults)}", f"Chưa đúng: {'; '.join(faults)}."
        )
    clean = {key: squeeze(nfc(value)) for key, value in said.items()}
    return Submission(form, clean)


def declared(type_: str) -> bool:
    """Whether people draw such a paper up themselves; what an office issues, nobody else may declare."""
    return type_ in DECLARED or type_.startswith("don_")


def heading(form: Form) -> str:
    """What the paper is entitled: as the form prints it, by which it is told again when it is read."""
    return next((anchor.text for anchor in form.anchors if anchor.capitals), form.title.upper())


def typed(rule: FieldRule, value: str) -> str:
    """A value handed in, as it stands on paper: a day as 02/01/1990."""
    if rule.kind in _DAYS and (found := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", value)):
        return f"{found[3]}/{found[2]}/{found[1]}"
    return value


def lines(submission: Submission) -> tuple[Line, ...]:
    """The paper: each value behind a label that the form prints, under the heading of its part."""
    made: list[Line] = []
    part: tuple[str, ...] = ()
    title = submission.form.title.casefold()
    for rule in asked(submission.form):
        value = submission.values.get(rule.name)
        if value is None:
            continue
        label = rule.labels[0] if rule.labels else rule.title
        above = made[-1].label.casefold() if made else title
        heads = [head.casefold() for head in rule.block]
        if heads and rule.block != part and title not in heads[0] and not {above, label.casefold()} & set(heads):
            made.append(Line(rule.block[0]))
        part = rule.block or part
        made.append(Line(label, typed(rule, value)))
    return tuple(made)


def known(form: Form, told: Mapping[str, str]) -> dict[str, str]:
    """Values to fill in beforehand: what is ``told`` of a person by fact ("person.name") or by field, where the form asks
    for it and it fits."""
    found = {}
    for rule in asked(form):
        value = told.get(rule.same_as) or told.get(rule.name, "") if rule.same_as else told.get(rule.name, "")
        if value and not list(_fault(rule, value)):
            found[rule.name] = value
    return found


def _shape(rule: FieldRule) -> dict[str, Any]:
    shape: dict[str, Any] = {"type": "string", "title": rule.title, "minLength": 1, "maxLength": _LONGEST}
    if rule.choices:
        shape["enum"] = list(rule.choices)
    elif rule.kind == "date":
        shape["format"] = "date"
    elif rule.kind in _SHAPES:
        shape["pattern"] = _SHAPES[rule.kind]
    elif rule.pattern and rule.kind == "text":  # of other kinds it is of the value as Hoso keeps it
        shape["pattern"] = f"^(?:{rule.pattern})$"
    return shape


def _faults(form: Form, said: Mapping[str, Any]) -> Iterator[str]:
    rules = {rule.name: rule for rule in asked(form)}
    if unknown := sorted(set(said) - set(rules)):
        yield f"có {len(unknown)} trường không thuộc biểu mẫu"
    for name, rule in rules.items():
        if name in said:
            yield from _fault(rule, said[name])
        elif rule.required:
            yield f"{rule.title}: thiếu"


def _fault(rule: FieldRule, value: Any) -> Iterator[str]:
    """What is wrong with a value: by the schema, and by the grammar of its kind."""
    if not isinstance(value, str) or not 1 <= len(value) <= _LONGEST or not value.strip():
        yield f"{rule.title}: phải là chữ, từ 1 đến {_LONGEST} ký tự"
        return
    if any(unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co") for letter in value):
        yield f"{rule.title}: có ký tự điều khiển"
        return
    shape = _shape(rule)
    wrong = (
        ("enum" in shape and value not in shape["enum"])
        or ("pattern" in shape and not re.search(shape["pattern"], value, re.ASCII))
        or (shape.get("format") == "date" and not _day(value))
    )
    _, fault = ("", "") if wrong else normal(rule, typed(rule, squeeze(nfc(value))))
    if wrong or fault:
        yield f"{rule.title}: không đúng dạng"


def _day(value: str) -> bool:
    try:
        return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII)) and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _refused(reason: str, message: str, vi: str) -> Refused:
    return Refused(f"eform.{reason}", message, vi)
