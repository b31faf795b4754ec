"""Owns whether the words of a text layer are what a page shows: each has ink of its own where it says it stands, and no
picture on the page holds black print that the words leave out. PDFium draws the page with its text and without.

Never reads ink, never judges language, never changes the file: text is made invisible in memory alone, so that a page
that was judged is not to be drawn again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any

import pypdfium2.raw as pdfium

from hoso.nouns import Box

__all__ = ["Shown", "compare"]

_SCALE = 0.7  # about 50 dpi: ten points are seven pixels
_MOST = 4_000_000  # pixels: A0 at 50 dpi; larger sheets are drawn coarser
_CELL = 4  # pixels, about 6 points: the height of small print
_BLACK = bytes(value < 176 for value in range(256))  # in all three colours: small print drawn coarsely, but no red seal
_ANY = bytes(value > 0 for value in range(256))


@dataclass(frozen=True, slots=True)
class Shown:
    """``words`` tells of each box whether ink of text stands in it; ``text`` and ``left_out`` count cells of a grid of
    6 points: those with ink of the text layer, and those with black ink of pictures that no box covers; ``spread`` is
    the area that all boxes cover together, as a share of the sum of their areas."""

    words: tuple[bool, ...]
    text: int
    left_out: int
    spread: float


@dataclass(frozen=True, slots=True)
class _Grid:
    """One byte a cell, 1 where anything is; rows from the top."""

    rows: tuple[bytes, ...]

    def slices(self, box: Box) -> list[tuple[int, int, int]]:
        """(row, start, end) of the cells that ``box`` touches."""
        high, wide = len(self.rows), len(self.rows[0])
        left, top, right, bottom = (min(1.0, max(0.0, value)) for value in box)
        start, end = int(left * wide), min(wide, int(right * wide) + 1)
        return [(row, start, end) for row in range(int(top * high), min(high, int(bottom * high) + 1))]

    def any(self, box: Box) -> bool:
        return any(1 in self.rows[row][start:end] for row, start, end in self.slices(box))


def compare(page: Any, boxes: Sequence[Box], pictures: Sequence[Box]) -> Shown:
    """How ``page`` (of PDFium) shows the words of ``boxes``, fractions of the page as shown, beside its ``pictures``.

    Takes two drawings at 50 dpi; afterwards the text of ``page`` is invisible. Raises what PDFium raises on pages that
    cannot be drawn: PdfiumError, ValueError, MemoryError, OSError.
    """
    whole, width, height = _drawn(page)
    for item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=15):
        pdfium.FPDFTextObj_SetTextRenderMode(item, pdfium.FPDF_TEXTRENDERMODE_INVISIBLE)
    bare, _, _ = _drawn(page)
    text = _grid(reduce(or_, _channels(_either(whole, bare), _ANY)), width, height)
    told = [[0] * len(row) for row in text.rows]
    for box in boxes:
        for row, start, end in text.slices(box):
            for cell in range(start, end):
                told[row][cell] += 1
    covered = sum(1 for row in told for cell in row if cell)
    left_out = 0
    if pictures:
        ink = _grid(reduce(and_, _channels(bare, _BLACK)), width, height)
        held = {(row, c) for picture in pictures for row, start, end in ink.slices(picture) for c in range(start, end)}
        own = text.rows
        left_out = sum(1 for row, c in held if ink.rows[row][c] and not (told[row][c] and own[row][c]))
    return Shown(
        tuple(text.any(box) for box in boxes),
        sum(row.count(1) for row in text.rows),
        left_out,
        covered / max(1, sum(map(sum, told))),
    )


def _drawn(page: Any) -> tuple[bytes, int, int]:
    """(three bytes a pixel without padding, width, height), both sides multiples of a cell."""
    width, height = page.get_size()
    scale = min(_SCALE, (_MOST / max(1.0, width * height)) ** 0.5)
    bitmap = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=False)
    try:
        wide, high = -(-bitmap.width // _CELL) * _CELL, -(-bitmap.height // _CELL) * _CELL
        data, stride, line = bytes(bitmap.buffer), bitmap.stride, 3 * bitmap.width
        white = b"\xff" * (3 * (wide - bitmap.width))
        rows = [data[row * stride : row * stride + line] + white for row in range(bitmap.height)]
        rows += [b"\xff" * (3 * wide)] * (high - bitmap.height)
        return b"".join(rows), wide, high
    finally:
        bitmap.close()


def _either(one: bytes, other: bytes) -> bytes:
    """Byte by byte, 0 where both are equal."""
    return (int.from_bytes(one, "little") ^ int.from_bytes(other, "little")).to_bytes(len(one), "little")


def _channels(data: bytes, table: bytes) -> list[int]:
    """Of each of three channels the bytes that ``table`` makes of it, as one number."""
    return [int.from_bytes(data[channel::3].translate(table), "little") for channel in range(3)]


def _grid(mask: int, width: int, height: int) -> _Grid:
    """Cells in which any byte of ``mask`` is set."""
    flat = mask.to_bytes(width * height, "little")
    across = reduce(or_, (int.from_bytes(flat[shift::_CELL], "little") for shift in range(_CELL)))
    narrow, size = across.to_bytes(width * height // _CELL, "little"), width // _CELL
    rows = [int.from_bytes(narrow[start : start + size], "little") for start in range(0, len(narrow), size)]
    return _Grid(tuple(reduce(or_, rows[n : n + _CELL]).to_bytes(size, "little") for n in range(0, len(rows), _CELL)))
