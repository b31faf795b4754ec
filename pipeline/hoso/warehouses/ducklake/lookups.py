"""What a document is looked up by: personal numbers, numbers and symbols, dossier codes. Pure.

Owns the one form in which such a value is kept and asked for, so that "12 / qđ-ubnd" finds "12/QĐ-UBND". Never decides
whether a number is right; one that a check doubts is found as well.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hoso.errors import Usage
from hoso.nouns import Box
from hoso.values.fold import fold

__all__ = ["KINDS", "LOOKED", "Key", "key_of", "of_document", "of_field"]

KINDS = ("person", "number", "dossier")

_BY_KIND = {
    "identity": "person", "symbol": "number", "certificate": "number", "register-number": "number",
    "business-number": "number", "licence-number": "number", "dossier-code": "dossier",
}  # fmt: skip
"""The look-up that a kind of field serves."""
LOOKED = frozenset(_BY_KIND)
"""The kinds of fields that documents are looked up by."""
_DASH = re.compile(r"[‐-―−]")
_ZEROS = re.compile(r"^0+(?=\d{1,5}/)")


@dataclass(frozen=True, slots=True)
class Key:
    """``value`` of that ``kind`` stands in the field ``field`` ("" where it is the dossier's own), printed ``shown``, on
    page ``position`` of the dossier in ``box``; both None where it has no place."""

    kind: str
    value: str
    field: str
    shown: str
    position: int | None = None
    box: Box | None = None


def key_of(kind: str, typed: str) -> str:
    """``typed`` as it is kept. Raises Usage for a kind that is none, and where nothing is left."""
    if kind not in KINDS:
        raise Usage(f"{kind!r} is no kind of look-up; there are: {', '.join(KINDS)}")
    tight = re.sub(r"\s+", "", _DASH.sub("-", typed))
    # A symbol counts without marks: "QD" is what many keyboards type for "QĐ". "05/…" and "5/…" are one number.
    kept = re.sub(r"[^0-9A-Za-z]", "", tight).upper() if kind == "person" else fold(tight).strip(".,;:")
    kept = _ZEROS.sub("", kept) if kind == "number" else kept
    if not kept:
        raise Usage(f"there is nothing to look up in {typed!r}; give the number as it is printed")
    return kept


def of_field(row: Mapping[str, Any]) -> Key | None:
    """What a row of the table ``fields`` can be looked up by; None for most."""
    kind = _BY_KIND.get(row["kind"] or "")
    if kind is None or not row["value"]:
        return None
    try:
        value = key_of(kind, row["value"])
    except Usage:
        return None
    box = None if row["box_l"] is None else (row["box_l"], row["box_t"], row["box_r"], row["box_b"])
    return Key(kind, value, row["name"], row["value"], row["position"], box)


def of_document(row: Mapping[str, Any]) -> tuple[Key, ...]:
    """What a row of the table ``documents`` can be looked up by: the dossier's code, and the name it came under."""
    told = dict.fromkeys(str(row[name]) for name in ("code", "source") if row[name])
    return tuple(Key("dossier", fold(re.sub(r"\s+", "", one)), "", one) for one in told)
