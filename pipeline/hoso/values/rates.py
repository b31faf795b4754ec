"""Shares of a whole where some members are not known: rates, points, intervals. Pure arithmetic, no float in a rate.

A condition is True, False or None: not known. What is not known never counts as no; it widens the rate to a range.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from math import sqrt

__all__ = ["Share", "both", "either", "percent", "points", "share", "wilson"]

_CENT = Decimal("0.01")
_FULL = Decimal(80)


@dataclass(frozen=True, slots=True)
class Share:
    """``hits`` members of ``of`` surely meet the condition; for ``unknown`` more it, or whether they belong, is not known.
    ``low`` and ``high`` are the least and greatest rate in per cent that this leaves, two decimals; equal where nothing is
    unknown, None of nothing."""

    hits: int
    of: int
    unknown: int
    low: Decimal | None
    high: Decimal | None

    @property
    def exact(self) -> bool:
        """Whether the rate is one number."""
        return self.low is not None and self.unknown == 0

    @property
    def rate(self) -> Decimal | None:
        """The rate, or the least it can be; None where there is nothing to count or nothing known to count: never a 0
        out of ignorance."""
        return self.low if self.exact or self.hits else None


def both(*conditions: bool | None) -> bool | None:
    """Whether all hold: one that does not decides, else one that is not known."""
    if any(c is False for c in conditions):
        return False
    return None if any(c is None for c in conditions) else True


def either(*conditions: bool | None) -> bool | None:
    """Whether one holds: one that does decides, else one that is not known."""
    if any(c is True for c in conditions):
        return True
    return None if any(c is None for c in conditions) else False


def share(members: Iterable[tuple[bool | None, bool | None]]) -> Share:
    """The share of members that meet a condition; each member is (belongs to the whole, meets the condition).

    The least rate takes every open case against, the greatest every one in favour: a member that may not belong is left
    out where its coming in would work the other way.
    """
    hits = of = open_ = maybe_hits = maybe_no = maybe_open = 0
    for belongs, meets in members:
        if belongs is True:
            of += 1
            hits += meets is True
            open_ += meets is None
        elif belongs is None:
            maybe_hits += meets is True
            maybe_no += meets is False
            maybe_open += meets is None
    low = percent(hits, of + maybe_no + maybe_open)
    high = percent(hits + open_ + maybe_hits + maybe_open, of + maybe_hits + maybe_open)
    return Share(hits, of, open_ + maybe_hits + maybe_no + maybe_open, low, high if high is not None else low)


def percent(part: int, whole: int) -> Decimal | None:
    """``part`` of ``whole`` in per cent, two decimals, halves up; None of nothing."""
    return (Decimal(100 * part) / whole).quantize(_CENT, ROUND_HALF_UP) if whole else None


def points(part: int, whole: int, most: int) -> Decimal | None:
    """The points of a rate: ``most`` from 80 % on, below it rate x most / 80 % (Decision 766/QĐ-TTg, 4.2 and 4.3); counted
    from the unrounded rate. None of nothing."""
    if not whole:
        return None
    rate = min(Decimal(100 * part) / whole, _FULL)
    return (rate * most / _FULL).quantize(_CENT, ROUND_HALF_UP)


def wilson(part: int, whole: int, z: float = 1.959963984540054) -> tuple[float, float] | None:
    """The interval of Wilson (1927) of a share, 0..1, at 95 % where ``z`` is not given; None of nothing. It stays within
    0..1 and is right for small samples and shares near 0, where ± of the normal distribution is not."""
    if not whole:
        return None
    p, spread = part / whole, z * z / whole
    middle, half = p + spread / 2, z * sqrt(p * (1 - p) / whole + spread / (4 * whole))
    low, high = (middle - half) / (1 + spread), (middle + half) / (1 + spread)
    return (0.0 if part == 0 else max(0.0, low)), (1.0 if part == whole else min(1.0, high))
