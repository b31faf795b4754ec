"""Periods of reports: a month, a quarter or a year, by their written names. Pure; never reads a clock."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from hoso.errors import Usage

__all__ = ["Period", "period"]

_WRITTEN = re.compile(r"(\d{4})(?:-(?:(0[1-9]|1[0-2])|[Qq]([1-4])))?")


@dataclass(frozen=True, slots=True)
class Period:
    """The days from ``first`` to ``last``, both within it. ``name`` is "2026-05", "2026-Q2" or "2026"."""

    name: str
    first: date
    last: date

    @property
    def title(self) -> str:
        """In Vietnamese: "tháng 5 năm 2026", "quý 2 năm 2026", "năm 2026"."""
        year, _, part = self.name.partition("-")
        if part.startswith("Q"):
            return f"quý {part[1:]} năm {year}"
        return f"tháng {int(part)} năm {year}" if part else f"năm {year}"

    @property
    def months(self) -> tuple[str, ...]:
        """Its months, "2026-05", in order."""
        return tuple(f"{self.first.year}-{month:02d}" for month in range(self.first.month, self.last.month + 1))

    def holds(self, day: date | None) -> bool:
        """Whether ``day`` is within it; no day never is."""
        return day is not None and self.first <= day <= self.last


def period(written: str) -> Period:
    """The period written as 2026-05, 2026-Q2 or 2026 (years 1990 to 2199). Raises Usage for anything else."""
    match = _WRITTEN.fullmatch(written.strip())
    if match is None or not 1990 <= int(match[1]) <= 2199:
        raise Usage(f"--period must be a month (2026-05), a quarter (2026-Q2) or a year (2026), not {written!r}")
    year = int(match[1])
    if match[2]:
        start = end = int(match[2])
    elif match[3]:
        start, end = 3 * int(match[3]) - 2, 3 * int(match[3])
    else:
        start, end = 1, 12
    after = date(year + end // 12, end % 12 + 1, 1)
    name = f"{year}-Q{match[3]}" if match[3] else f"{year}-{match[2]}" if match[2] else str(year)
    return Period(name, date(year, start, 1), after - timedelta(days=1))
