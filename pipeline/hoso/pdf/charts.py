"""Owns the drawing of charts: bars across, told apart by pattern and not by colour, with legend, numbers and target line.

Draws into content operators of a page; knows nothing of what is counted.
"""

from __future__ import annotations

from decimal import Decimal

from hoso.pdf.fonts import Face, measure
from hoso.pdf.marks import Block, draw
from hoso.values.reports import Chart, Column, shown

__all__ = ["chart", "fitted", "height", "text"]

_ROW, _BAR, _MANY = 17.0, 11.0, 12
_SIZE = 8.0
_AXIS = 14.0
_NUMBER = Column("number", "")


def text(words: str, size: float, left: float, top: float, face: Face) -> bytes:
    """One line with its upper left corner there."""
    return draw(Block((words,), size, measure(words, size), size), left, top, face, "C0")


def fitted(words: str, size: float, wide: float) -> str:
    """``words``, cut with … where they are wider than ``wide`` points."""
    if measure(words, size) <= wide:
        return words
    while words and measure(words + "…", size) > wide:
        words = words[:-1]
    return words.rstrip() + "…"


def height(one: Chart) -> float:
    """Points that the chart takes, with its title and legend."""
    return 20 + _row(one) * max(1, len(one.bars)) + _AXIS + 18 + 12


def _row(one: Chart) -> float:
    """Points from bar to bar: less where there are many."""
    return _ROW if len(one.bars) <= _MANY else 0.7 * _ROW


def chart(one: Chart, left: float, top: float, wide: float, face: Face) -> bytes:
    """The chart with its upper left corner at (``left``, ``top``), ``wide`` points wide."""
    out = [text(fitted(one.title, 11, wide), 11, left, top, face)]
    top -= 20
    if not one.bars:
        out.append(text("Không có số liệu trong kỳ.", _SIZE, left, top, face))
        return b"\n".join(out)
    labels = min(0.4 * wide, max(measure(bar.label, _SIZE) for bar in one.bars) + 6)
    room = wide - labels - 78
    origin, most = left + labels, _most(one)
    row = _row(one)
    bar_high = row * _BAR / _ROW
    bottom = top - row * len(one.bars)
    for step in range(5):
        x = origin + room * step / 4
        out.append(f"q 0.4 w 0.75 G {x:.2f} {top:.2f} m {x:.2f} {bottom:.2f} l S Q".encode())
        tick = _number(Decimal(most) * step / 4) + (" %" if one.unit and step == 4 else "")
        out.append(text(tick, 7, x - measure(tick, 7) / 2, bottom - 2, face))
    for number, bar in enumerate(one.bars):
        line = top - row * number
        label = fitted(bar.label, _SIZE, labels - 6)
        out.append(text(label, _SIZE, origin - 6 - measure(label, _SIZE), line - (row - 11) / 2, face))
        x, low = origin, line - (row + bar_high) / 2
        for place, part in enumerate(bar.parts):
            if part:
                long = room * float(part) / most
                out.append(_filled(place, x, low, long, bar_high))
                x += long
        known = [shown(p, _NUMBER) for p in bar.parts]
        out.append(text(" · ".join(known), 7.5, x + 4, line - (row - 10) / 2, face))
    out.append(f"q 0.8 w 0 G {origin:.2f} {top:.2f} m {origin:.2f} {bottom:.2f} l S Q".encode())
    if one.limit is not None:
        x = origin + room * one.limit / most
        out.append(f"q 1 w 0 G [4 2] 0 d {x:.2f} {top + 2:.2f} m {x:.2f} {bottom:.2f} l S Q".encode())
    out.append(_legend(one, left, bottom - _AXIS - 4, face))
    return b"\n".join(out)


def _legend(one: Chart, left: float, top: float, face: Face) -> bytes:
    out, x = [], left
    for place, name in enumerate(one.series):
        out.append(_filled(place, x, top - 9, 16, 8))
        out.append(text(name, _SIZE, x + 20, top, face))
        x += 34 + measure(name, _SIZE)
    if one.limit is not None:
        out.append(f"q 1 w 0 G [4 2] 0 d {x:.2f} {top - 5:.2f} m {x + 16:.2f} {top - 5:.2f} l S Q".encode())
        out.append(text(one.limit_title, _SIZE, x + 20, top, face))
    return b"\n".join(out)


def _most(one: Chart) -> int:
    """Where the axis ends: 100 for rates, else a round number, 4 equal steps of whole numbers."""
    if one.unit == "%":
        return 100
    largest = max((sum(int(part or 0) for part in bar.parts) for bar in one.bars), default=0)
    scale = 1
    while True:
        for head in (4, 8, 12, 20, 40):
            if head * scale >= largest:
                return head * scale
        scale *= 10


def _number(value: Decimal) -> str:
    return shown(int(value) if value == int(value) else value, _NUMBER)


def _filled(place: int, x: float, y: float, wide: float, high: float) -> bytes:
    """A box in the pattern of a series: dark grey, white with slanted lines, light grey; outlined, so that it prints on
    any machine."""
    box = f"{x:.2f} {y:.2f} {wide:.2f} {high:.2f} re"
    if place % 3 != 1:
        return f"q {'0.3' if place % 3 == 0 else '0.88'} g 0 G 0.5 w {box} B Q".encode()
    lines = []
    start = x - high
    while start < x + wide:
        lines.append(f"{start:.2f} {y:.2f} m {start + high:.2f} {y + high:.2f} l")
        start += 3.5
    return f"q {box} W n 0.6 w 0.25 G {' '.join(lines)} S Q q 0.5 w 0 G {box} S Q".encode()
