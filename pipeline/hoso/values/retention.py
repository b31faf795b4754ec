"""How long papers must be kept: terms by type of paper, and the first day on which a dossier may be destroyed. Pure.

A dossier of several papers is kept for the longest of their terms, counted from the year in which the work on it ended (Law
on Archives 33/2024/QH15, art. 15). So a dossier of 2026 with a term of 10 years may be destroyed from 2037-01-01 on. The
terms themselves are the office's own list (Circular 10/2022/TT-BNV names those of common papers): Hoso ships none, and what
has no term is not to be destroyed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

__all__ = ["FOR_EVER", "Term", "free_on", "longest", "terms"]

FOR_EVER = 0
"""The years of what is kept for ever ("vĩnh viễn")."""
_WORDS = {"vĩnh viễn", "vinh vien", "vinh-vien", "permanent"}


@dataclass(frozen=True, slots=True)
class Term:
    """``years`` to keep; :data:`FOR_EVER`, or None where no term is told. ``type`` is the paper's that asks for it."""

    type: str
    years: int | None


def terms(told: Iterable[str]) -> dict[str, int]:
    """Years by type of paper, out of lines "giay_khai_sinh = vĩnh viễn", "don_de_nghi = 10"; the type "*" is any other.
    Raises ValueError, with the line, for one that cannot be read."""
    found: dict[str, int] = {}
    for line in told:
        type_, sign, value = (part.strip() for part in line.partition("="))
        if not sign or not type_ or type_ in found:
            raise ValueError(line)
        if value.lower() in _WORDS:
            found[type_] = FOR_EVER
        elif value.isdigit() and 1 <= int(value) <= 200:
            found[type_] = int(value)
        else:
            raise ValueError(line)
    return found


def longest(types: Iterable[str], known: Mapping[str, int]) -> Term:
    """The term of a dossier of papers of those types: for ever before all, then unknown, then the most years."""
    found = [Term(one, known.get(one, known.get("*"))) for one in types]
    if not found:
        return Term("", known.get("*"))
    return max(found, key=lambda term: _rank(term.years))


def free_on(ended: int, term: Term) -> str:
    """The first day (ISO 8601) on which what ended in that year may be destroyed; "" for never, or not known."""
    return f"{ended + term.years + 1:04d}-01-01" if term.years else ""


def _rank(years: int | None) -> int:
    if years is None:
        return 1_000
    return 10_000 if years == FOR_EVER else years
