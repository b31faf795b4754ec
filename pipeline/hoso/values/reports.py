"""A report as values: sheets of typed cells, charts, notes; and how a cell is written for Vietnamese readers.

Owns the form that every output (terminal, JSON, workbook, print) is made from. Never counts anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

__all__ = ["Bar", "Cell", "Chart", "Column", "Report", "Sheet", "shown"]

Cell = str | int | Decimal | date | None
"""None is N/A: not known, or nothing to count. A rate or share is a Decimal with its decimals."""


@dataclass(frozen=True, slots=True)
class Column:
    """``name`` is stable and ASCII, ``title`` Vietnamese. Of kind "text" a None is a blank cell, of others N/A."""

    name: str
    title: str
    kind: Literal["text", "count", "rate", "date"] = "count"


@dataclass(frozen=True, slots=True)
class Sheet:
    """``name`` is stable and ASCII; ``title`` Vietnamese."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A labelled bar: one part for each series of its chart; None is N/A."""

    label: str
    parts: tuple[int | Decimal | None, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars of one or more ``series``, one part after the other. ``unit`` is "%" or "". ``limit`` draws a line at a target,
    with ``limit_title``."""

    title: str
    series: tuple[str, ...]
    bars: tuple[Bar, ...]
    unit: str = ""
    limit: int | None = None
    limit_title: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """``kind`` is "kpi", "digitization" or "quality", ``period`` "2026-05"; ``office`` who reports. ``empty``: the period
    has nothing to count."""

    kind: str
    period: str
    by: str
    title: str
    office: str
    sheets: tuple[Sheet, ...]
    charts: tuple[Chart, ...] = ()
    notes: tuple[str, ...] = ()
    empty: bool = False


def shown(cell: Cell, column: Column) -> str:
    """The cell as a Vietnamese reader writes it: decimal comma, dots between thousands, dd/mm/yyyy, N/A."""
    if cell is None:
        return "" if column.kind in ("text", "date") else "N/A"
    if isinstance(cell, str):
        return cell
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    return f"{cell:,}".translate(str.maketrans(",.", ".,"))
