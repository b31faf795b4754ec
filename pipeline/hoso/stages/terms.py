"""How long a paper may be used: its last day against the day on which the dossier was handed in.

Owns: the sum of months and the problem of a paper that was too old. Never: knows a term itself; form files say it
(``months`` of the date from which it counts), with their law. A backlog is scanned years later, so the day of scanning says
nothing; only the day that the receipt of the same dossier prints counts.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date

from hoso.forms import Forms
from hoso.nouns import Problem, Record

__all__ = ["last_day", "outlived"]

_HANDED_IN = "ngay_nhan"
"""The field in which a receipt says when the dossier was handed in."""


def last_day(issued: str, months: int) -> str:
    """The last day of a term of whole months from an ISO day: the same day of the month, or the month's last (Civil Code
    2015, art. 147 and 148)."""
    day = date.fromisoformat(issued)
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1])).isoformat()


def outlived(records: Sequence[Record], forms: Forms) -> list[tuple[int, Problem]]:
    """(index of the record, ``value.order``) for each paper whose term had ended when the dossier was handed in."""
    days = [f for r in records for f in r.fields if f.name == _HANDED_IN and f.value and not f.failed]
    if not days:
        return []
    used = max(days, key=lambda f: f.confidence)
    found: list[tuple[int, Problem]] = []
    for index, record in enumerate(records):
        form = forms.form(record.document.form)
        for field in record.fields:
            rule = form.field(field.name)
            if rule is None or not rule.months or field.value is None or used.value is None:
                continue
            if used.value > last_day(field.value, rule.months):
                since = f"đã quá {rule.months} tháng kể từ {rule.title.lower()}"
                text = f"{form.title}: {since} khi nộp hồ sơ; hãy kiểm tra lại."
                places = tuple(f.place for f in (field, used) if f.place is not None)
                found.append((index, Problem("value.order", "warning", text, field.name, places)))
    return found
