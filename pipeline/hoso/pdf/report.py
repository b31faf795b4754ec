"""Owns the printed report: A4 upright, title, tables that break over pages with their heads, charts, notes, page numbers.

Black on white, letters embedded, same report same bytes. A table too wide for the page is drawn in smaller letters, and
long words are broken over lines. Never counts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from hoso.pdf.charts import chart, height, text
from hoso.pdf.fonts import Face, clean, face, measure
from hoso.pdf.marks import Block, block, draw
from hoso.values.reports import Report, Sheet, shown

__all__ = ["MOST_ROWS", "printed"]

_WIDTH, _HEIGHT, _EDGE = 595.28, 841.89, 48.0
_ROOM = _WIDTH - 2 * _EDGE
_FOOT = 64.0
MOST_ROWS = 200
"""Rows of a sheet that are printed; the rest is said to be in the workbook."""

_FIXED = "Ghi chú Trang / N/A 0123456789.,%·…–-() Không có số liệu trong kỳ. dòng nữa: xem bảng tính (--format xlsx)"


@dataclass
class _Pages:
    face: Face
    done: list[list[bytes]] = field(default_factory=list)
    top: float = 0.0

    def need(self, room: float) -> bool:
        """A new page unless ``room`` points are left; whether one began."""
        if self.done and self.top - room >= _FOOT:
            return False
        self.done.append([])
        self.top = _HEIGHT - _EDGE
        return True

    def add(self, drawn: bytes, down: float) -> None:
        self.done[-1].append(drawn)
        self.top -= down


def printed(report: Report) -> bytes:
    """The report as a PDF."""
    said = [_FIXED, report.title, report.office, *report.notes]
    for sheet in report.sheets:
        said += [sheet.title, *(c.title for c in sheet.columns)]
        said += [shown(cell, c) for row in sheet.rows for cell, c in zip(row, sheet.columns, strict=True)]
    for one in report.charts:
        said += [one.title, one.limit_title, *one.series, *(bar.label for bar in one.bars)]
    pages = _Pages(face("".join(said)))
    pages.need(0)
    for words, size, after in ((report.office, 10.0, 4.0), (report.title, 15.0, 10.0)):
        head = block(words, size, _ROOM)
        pages.add(draw(head, _EDGE, pages.top, pages.face, "C0"), head.height + after)
    for one_chart in report.charts:
        pages.need(height(one_chart))
        pages.add(chart(one_chart, _EDGE, pages.top, _ROOM, pages.face), height(one_chart))
    for sheet in report.sheets:
        _table(pages, sheet)
    _notes(pages, report)
    return _written(pages, report)


def _notes(pages: _Pages, report: Report) -> None:
    if not report.notes:
        return
    pages.need(40)
    pages.add(text("Ghi chú", 11, _EDGE, pages.top, pages.face), 18)
    for note in report.notes:
        lines = block(f"– {note}", 8.5, _ROOM)
        pages.need(lines.height)
        pages.add(draw(lines, _EDGE, pages.top, pages.face, "C0"), lines.height + 3)


def _table(pages: _Pages, sheet: Sheet) -> None:
    size = 8.0 if len(sheet.columns) < 8 else 7.0
    widths = _widths(sheet, size)
    head = [_wrapped(c.title, size, w - 6) for c, w in zip(sheet.columns, widths, strict=True)]
    tall = max(one.height for one in head) + 6
    pages.need(20 + tall + 3 * 14)
    pages.add(text(sheet.title, 11, _EDGE, pages.top, pages.face), 19)
    _row(pages, sheet, head, widths, tall, 0.9)
    if not sheet.rows:
        pages.add(text("Không có số liệu trong kỳ.", 8, _EDGE + 3, pages.top - 3, pages.face), 16)
    for row in sheet.rows[:MOST_ROWS]:
        cells = [_wrapped(shown(cell, c), size, w - 6) for cell, c, w in zip(row, sheet.columns, widths, strict=True)]
        high = max(one.height for one in cells) + 4
        if pages.need(high):
            _row(pages, sheet, head, widths, tall, 0.9)
        _row(pages, sheet, cells, widths, high, 1.0)
    if len(sheet.rows) > MOST_ROWS:
        more = f"… {len(sheet.rows) - MOST_ROWS} dòng nữa: xem bảng tính (--format xlsx)"
        pages.need(16)
        pages.add(text(more, 8, _EDGE + 3, pages.top - 3, pages.face), 16)
    pages.top -= 14


def _row(pages: _Pages, sheet: Sheet, cells: list[Block], widths: list[float], high: float, grey: float) -> None:
    low, x, out = pages.top - high, _EDGE, []
    if grey < 1:
        out.append(f"q {grey} g {_EDGE:.2f} {low:.2f} {_ROOM:.2f} {high:.2f} re f Q".encode())
    for one, column, wide in zip(cells, sheet.columns, widths, strict=True):
        right = column.kind in ("count", "rate")
        for number, line in enumerate(one.lines):
            left = x + wide - 3 - measure(line, one.size) if right else x + 3
            out.append(text(line, one.size, left, pages.top - 2 - number * one.size * 1.25, pages.face))
        x += wide
    out.append(f"q 0.4 w 0.5 G {_EDGE:.2f} {low:.2f} m {_EDGE + _ROOM:.2f} {low:.2f} l S Q".encode())
    pages.add(b"\n".join(out), high)


def _widths(sheet: Sheet, size: float) -> list[float]:
    """Of each column: what its longest cell wants, all made to fit; words of text columns give way first."""
    wants, least = [], []
    for place, column in enumerate(sheet.columns):
        cells = [shown(row[place], column) for row in sheet.rows[:MOST_ROWS]]
        words = max((measure(word, size) for word in column.title.split()), default=0.0)
        numbers = column.kind != "text"
        cell = max((measure(told, size) for told in cells), default=0.0)
        least.append(max(words, cell if numbers else 46.0) + 8)
        wants.append(max(least[-1], cell + 8, min(measure(column.title, size), 60.0) + 8))
    spare = _ROOM - sum(least)
    if spare < 0:
        return [wide * _ROOM / sum(least) for wide in least]
    over = [want - low for want, low in zip(wants, least, strict=True)]
    share = min(1.0, spare / sum(over)) if sum(over) else 0.0
    found = [low + share * more for low, more in zip(least, over, strict=True)]
    found[0] += _ROOM - sum(found)
    return found


def _wrapped(words: str, size: float, wide: float) -> Block:
    """``words`` in lines of at most ``wide`` points; a word that is wider is broken between letters."""
    lines: list[str] = []
    for word in clean(words).split(" "):
        line = f"{lines[-1]} {word}" if lines else word
        if lines and measure(line, size) <= wide:
            lines[-1] = line
            continue
        while measure(word, size) > wide and len(word) > 1:
            cut = next((n for n in range(len(word) - 1, 1, -1) if measure(word[:n], size) <= wide), 1)
            lines.append(word[:cut])
            word = word[cut:]
        lines.append(word)
    return Block(tuple(lines), size, wide, len(lines) * size * 1.25)


def _written(pages: _Pages, report: Report) -> bytes:
    with Pdf.new() as pdf:
        font = pages.face.embed(pdf)
        for number, drawn in enumerate(pages.done, 1):
            foot = f"{report.period} · Trang {number}/{len(pages.done)}"
            drawn.append(text(foot, 8, _WIDTH - _EDGE - measure(foot, 8), 40, pages.face))
            page = Dictionary(
                Type=Name.Page, MediaBox=Array([0, 0, _WIDTH, _HEIGHT]),
                Resources=Dictionary(Font=Dictionary({"/C0": font})),
                Contents=pdf.make_indirect(Stream(pdf, b"\n".join(drawn))),
            )  # fmt: skip
            pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
        pdf.docinfo["/Title"] = String(report.title)
        pdf.Root.Lang = String("vi-VN")
        out = BytesIO()
        pdf.save(out, deterministic_id=True, compress_streams=True)
        return out.getvalue()
