"""Dates as Vietnamese papers print them, into ISO 8601. Pure.

Owns: "ngày 05 tháng 3 năm 2026" (Decree 30/2020, Appendix I: day, month and year in Arabic figures), "05/03/2026",
"05-03-2026", "05.03.2026", eight digits in boxes; real days from 1900 to 2100 only.
Never: swaps day and month, completes a year of two digits, or fills a day that could not be read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from hoso.values.fold import fold
from hoso.values.parsed import NOTHING, Parsed, as_digits

__all__ = ["Dated", "ends_in_date", "find", "parse", "slot"]

_D = r"[0-9oilszbq|!]"
_LONG = re.compile(
    rf"(?:n?g[a-z]?y\s*[:.]?\s*|(?<![^\s,.;]))(?P<d>{_D}{{1,2}})(?:\s?[.,;:])?\s*t?h?[a-z]?ng\s*[:.]?\s*(?P<m>{_D}{{1,2}})(?:\s?[.,;:])?\s*"
    rf"n[a-z]?m\s*[:.]?\s*(?P<y>{_D}{{4}})(?![0-9])"
)
_SHORT = re.compile(
    rf"(?<![0-9/])(?P<d>{_D}{{1,2}})\s*[/.\-\u2044]\s*(?P<m>{_D}{{1,2}})\s*[/.\-\u2044il|]\s*(?P<y>{_D}{{4}})(?![0-9/])"
)
_TIGHT = re.compile(
    r"(?<![0-9/])(?P<d>[0-9]{2})\s?[/.\-\u2044:;,]\s?(?P<m>[0-9]{2})\s?[/.\-\u2044:;,]?\s?(?P<y>(?:19|20)[0-9]{2})(?![0-9/])"
)
"""A stroke lost or read as another mark: "18:02/2019", "20/052017"; two figures each, so that nothing is left to guess."""
_SLOT = re.compile(r"\bn?g[a-z]?y.{0,24}?\bt?h?[a-z]?ng.{0,24}?\bn[a-z]?m")
_EIGHT = re.compile(r"(?<![0-9/])([0-9]{2})[/.\-]?([0-9]{2})[/.\-]?((?:19|20)[0-9]{2})(?![0-9/])")


@dataclass(frozen=True, slots=True)
class Dated:
    """A date found in a text: where (half-open), its ISO form, and 0..1 how clean its figures were read.

    ``iso`` is None for figures that make no real day ("31/04/2026").
    """

    start: int
    end: int
    iso: str | None
    quality: float


def find(text: str) -> tuple[Dated, ...]:
    """Every date printed in ``text`` (NFC), in order."""
    low = fold(text)
    if len(low) != len(text):
        low = text.casefold()
    found = [_dated(m) for pattern in (_LONG, _SHORT) for m in pattern.finditer(low)]
    blurred = [replace(_dated(m), quality=0.6) for m in _TIGHT.finditer(low)]
    found += [b for b in blurred if not any(f.start < b.end and b.start < f.end for f in found)]
    kept = [f for f in found if not any(o is not f and o.start <= f.start < o.end for o in found)]
    return tuple(sorted((f for f in kept if f.iso or f.quality == 1.0), key=lambda f: f.start))


def parse(text: str) -> Parsed:
    """The one date of ``text``: the first printed in it; eight figures alone count too (digit boxes).

    ``fault`` is "value.impossible-date" for figures that make no real day, "value.grammar" for no date at all.
    """
    dates = find(text)
    if dates:
        first = dates[0]
        return Parsed(first.iso, first.quality, "" if first.iso else "value.impossible-date")
    boxes = _EIGHT.search(re.sub(r"[\s|\[\]]", "", text))
    if boxes:
        iso = _real(boxes[1], boxes[2], boxes[3])
        return Parsed(iso, 0.95 if iso else 0.0, "" if iso else "value.impossible-date")
    return NOTHING


def slot(text: str) -> bool:
    """Whether ``text`` holds the printed frame "ngày … tháng … năm …", filled or not."""
    return _SLOT.search(fold(text)) is not None


def ends_in_date(text: str) -> bool:
    """Whether a line is one of place and date ("Hà Nội, ngày 05 tháng 3 năm 2026"), its "ngày" lost or not."""
    return bool(_LONG.search(fold(text))) or slot(text)


def _dated(match: re.Match[str]) -> Dated:
    parts, changed = [], 0
    for name in ("d", "m", "y"):
        figures, n = as_digits(match[name])
        parts.append(figures)
        changed += n
    cut = len(match["d"]) == 1 and re.search(
        r"\d[\s.,]{1,3}$", match.string[: match.start()]
    )  # "1. 5/08": a fifteenth?
    return Dated(match.start(), match.end(), _real(*parts), 0.4 if cut else max(0.4, 1.0 - 0.2 * changed))


def _real(day: str, month: str, year: str) -> str | None:
    try:
        real = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return real.isoformat() if 1900 <= real.year <= 2100 else None
