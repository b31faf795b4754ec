"""To which day a paper may be used: the day it prints, or a term that its form knows.

Owns the reckoning of terms. Never says that a paper is valid: it may have been withdrawn since.
"""

from __future__ import annotations

import calendar
import re
from datetime import date

from hoso.forms import Form
from hoso.nouns import Record

__all__ = ["until"]

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def until(record: Record, form: Form) -> str:
    """The last day of use: the one printed, else so many months from the date that the form counts from; the earlier of
    several. "9999-12-31" for one without end, "" where neither paper nor form says."""
    ends = []
    for rule in form.fields:
        value = record.value(rule.name)
        if value is None:
            continue
        if rule.kind == "expiry":
            ends.append(value if _DAY.fullmatch(value) else "9999-12-31")
        elif rule.months and _DAY.fullmatch(value):
            ends.append(_months(date.fromisoformat(value), rule.months).isoformat())
    return min(ends, default="")


def _months(day: date, months: int) -> date:
    """So many months later; the last of a shorter month (Civil Code 2015, art. 147 and 148)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
