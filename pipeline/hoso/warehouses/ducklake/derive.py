"""What follows from the fields of a document: typed values, the persons it names, the course of its dossier. Pure.

Owns: which fields belong to one person and which tell a dossier's dates. Works on rows as they stand in the tables, so
that a load and a migration of older rows give the same. Never holds a key: who a person is, is asked of ``people``.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cache

from hoso import forms, resources
from hoso.values import numbers

__all__ = ["People", "agency", "case", "day", "kinds", "mentions", "number", "people", "typed"]

People = Callable[[str], str]
"""The key of the person of a personal number."""

_IDENTITY = ("so_dinh_danh_ca_nhan", "so_dinh_danh", "so_cccd", "so_cmnd", "so_giay_to")
"""Ends of names of fields that hold a personal number; what stands before is whose ("me_so_dinh_danh")."""
_NAMES = ("ho_ten", "ho_va_ten", "chu_ho")
_NUMBERS = frozenset({"money", "year", "alcohol"})
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def people(secret: bytes) -> People:
    """Keys of persons by ``secret``: the first 32 hex digits of HMAC-SHA-256 (RFC 2104). Nobody without the secret can try
    all personal numbers (there are few enough) and so read them back."""
    return lambda given: hmac.new(secret, given.encode(), hashlib.sha256).hexdigest()[:32]


@cache
def kinds() -> Mapping[tuple[str, str], str]:
    """The kind of each field by (type of paper, name), the newest form of a type deciding."""
    known = forms.load(resources.folder("schemas"))
    found: dict[tuple[str, str], str] = {}
    for form in sorted(known.all, key=lambda form: form.effective_from):
        for rule in form.fields:
            found[form.type, rule.name] = "date" if rule.column == "DATE" else rule.kind
    return found


def typed(kind: str, value: str | None) -> tuple[str | None, float | None]:
    """(ISO day, number) that a value of that kind is; None for what it is not."""
    return (day(value) if kind == "date" else None), (number(value) if kind in _NUMBERS else None)


def day(value: str | None) -> str | None:
    """``value`` where it is a real day, ISO 8601; None otherwise."""
    if value is None or not _DAY.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        return None


def number(value: str | None) -> float | None:
    """``value`` where it is a plain number; None otherwise."""
    return float(value) if value is not None and _NUMBER.fullmatch(value) else None


def agency(code: str | None) -> str | None:
    """The agency code within a dossier code, or an agency code itself, level 1 first: "000.00.16.H23-…" and "H23.16" both
    give "H23.16". None where there is none that any list knows."""
    found = numbers.agency(code) if code else None
    return None if found is None else ".".join((found[0], *found[1]))


Fields = Iterable[tuple[int, str, str, str | None]]
"""(ordinal, name, kind, value) of the fields of one document."""


def mentions(fields: Fields, people: People) -> Iterator[tuple[object, ...]]:
    """(person, ordinal, field, name, birth, sex) for each personal number or identity card number of a document."""
    told = {name: (ordinal, kind, value) for ordinal, name, kind, value in reversed(list(fields)) if value}
    for name, (ordinal, kind, value) in sorted(told.items(), key=lambda item: item[1][0]):
        if kind != "identity" or value is None:
            continue
        whose = next((name.removesuffix(end) for end in _IDENTITY if name.endswith(end)), "")
        names = (f"{whose}{one}" for one in _NAMES if whose or one != "chu_ho" or "ho_ten" not in told)
        yield (
            people(value), ordinal, name, next((told[n][2] for n in names if n in told), None),
            *(told[n][2] if (n := f"{whose}{end}") in told else None for end in ("ngay_sinh", "gioi_tinh")),
        )  # fmt: skip


def case(type_: str, code: str, fields: Fields) -> tuple[object, ...] | None:
    """(code, agency, procedure, received, due, ended) as a paper tells the course of its dossier; None where it does not.
    Receipts do (Circular 01/2018 and 03/2025/TT-VPCP: NgayTiepNhan, NgayHenTra), other papers name the day of theirs."""
    if type_ != "giay_tiep_nhan":
        return None
    told = {name: value for _, name, _, value in fields if value}
    own = told.get("ma_ho_so") or code
    return (
        own, agency(own), told.get("ma_thu_tuc"), day(told.get("ngay_nhan")), day(told.get("ngay_hen_tra")),
        day(told.get("ngay_tra")),
    )  # fmt: skip
