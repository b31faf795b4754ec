"""How reports part what they count: by agency, procedure or month. The groups are always a partition of the whole."""

from __future__ import annotations

from collections.abc import Iterable

from hoso.values.indicators import Case
from hoso.values.periods import Period

__all__ = ["TITLES", "UNKNOWN", "grouped", "key_of", "received"]

TITLES = {"agency": "Cơ quan", "procedure": "Thủ tục hành chính", "month": "Tháng"}
UNKNOWN = "(không rõ)"


def received(cases: Iterable[Case], period: Period) -> list[Case]:
    """Those received in the period; one without a receiving day is in none."""
    return [case for case in cases if period.holds(case.received)]


def key_of(case: Case, by: str) -> tuple[str, str]:
    """(code, title) of the group of a dossier; the title says the code too where it has a name."""
    if by == "month":
        month = f"{case.received:%Y-%m}" if case.received else UNKNOWN
        return month, month
    code, name = (case.agency, case.agency_name) if by == "agency" else (case.procedure, case.procedure_name)
    return (code, f"{code} · {name}" if name else code) if code else (UNKNOWN, UNKNOWN)


def grouped(cases: Iterable[Case], by: str) -> list[tuple[str, list[Case]]]:
    """(title, dossiers) of each group, by code; what cannot be told comes last. A code keeps its last name."""
    found: dict[str, list[Case]] = {}
    titles: dict[str, str] = {}
    for case in sorted(cases, key=lambda case: (str(case.received), case.code)):
        code, title = key_of(case, by)
        found.setdefault(code, []).append(case)
        titles[code] = title
    return [(titles[code], found[code]) for code in sorted(found, key=lambda code: (code == UNKNOWN, code))]
