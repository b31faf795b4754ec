"""Quantities with their unit as forms print them: results of a driver's tests, sums of money. Pure.

Owns: sums in đồng; alcohol in blood (mg/100 ml) or breath (mg/l), the two units of the certificate and of the portal
(domain facts 3: unit 0 = mg/100 ml blood, 1 = mg/l breath). Never: turns one unit into the other.
"""

from __future__ import annotations

import re

from hoso.values.fold import fold
from hoso.values.parsed import NOTHING, Parsed, as_digits
from hoso.values.text import squeeze

__all__ = ["alcohol", "money"]

_WHOLE = re.compile(
    r"(?:\d+(?:[.,]\d+)?) ?(?:mg|miligam|g) ?/ ?(?:100 ?ml|1?0?0? ?mililít|l|lít|dl)(?: (?:máu|khí thở|hơi thở))?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"^\W{0,2}([0-9OoQDlI|]+(?:[.,][0-9OoQD]+)?)(?=[\s.]*[mnr])")


def alcohol(text: str) -> Parsed:
    """A concentration with its unit: as printed where it is whole; the unit spelled anew where only it is damaged."""
    body = squeeze(re.sub(r"[.…_]{2,}", " ", text.replace("⁄", "/"))).strip(" .,;:_|-")
    if _WHOLE.fullmatch(body):
        return Parsed(body, 1.0)
    if fold(body) in {"khong", "am tinh", "khong co", "khong phat hien"}:
        return Parsed(body, 1.0)
    number = _NUMBER.match(body)
    if not number:
        return Parsed(body, 0.5, "value.grammar") if any(c.isdigit() for c in body) else NOTHING
    figures, changed = as_digits(number[1])
    low = fold(body[number.end() :])
    blood = re.search(r"1\W?[0o]\W?[0o]|mau\b", low)
    breath = re.search(r"kh?i th|hoi th|tho\b|/\s?[li1]\b", low)
    if bool(blood) == bool(breath):
        return Parsed(body, 0.5, "value.grammar")
    return Parsed(f"{figures} {'mg/100ml máu' if blood else 'mg/l khí thở'}", 0.85 - 0.15 * changed)


_SUM = re.compile(r"(?<![\w/])[0-9OoQlI|]{1,3}(?:\s?[.,]\s?[0-9OoQlI|]{3})+(?![0-9])|(?<![\w.,/])\d{4,15}(?![^\Wđ])")
_SHORT_SUM = re.compile(r"(?<![\w.,/])(\d{1,4})(?:,(\d{1,3}))?\s?(nghin|ngan|trieu|ty|ti)\b")
_TIMES = {"nghin": 3, "ngan": 3, "trieu": 6, "ty": 9, "ti": 9}


def money(text: str) -> Parsed:
    """A sum in đồng as plain digits: "200.000.000 đồng" and "200 triệu đồng" give "200000000". Groups of thousands may be
    parted by dots or commas; ``quality`` falls with each letter taken for a figure."""
    found = _SUM.search(text)
    if found:
        figures, changed = as_digits(re.sub(r"[\s.,]", "", found[0]))
        return Parsed(str(int(figures)), max(0.4, 1.0 - 0.15 * changed)) if figures.isdigit() else NOTHING
    short = _SHORT_SUM.search(fold(text))
    if short:
        tail = (short[2] or "").ljust(_TIMES[short[3]], "0")
        return Parsed(str(int(short[1] + tail)), 0.95)
    return NOTHING
