"""Owns where words and seals may stand on a page without covering its ink: plain geometry on boxes.

Never looks at pixels: what it knows of the ink are boxes of words, codes and spots.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import ceil, floor

from hoso.nouns import Box

__all__ = ["Ground", "Plot", "free_box", "top_right"]

_COLUMNS, _ROWS = 200, 280  # cells of about 1 mm on A4
_ROW, _COLUMN = 0.004, 0.04  # steps of candidates


class Ground:
    """What is taken on a page, as a grid of cells: a cell counts as taken where any box of ``taken`` lies on it."""

    def __init__(self, taken: Iterable[Box]) -> None:
        self._rows = [0] * _ROWS
        self._take(taken)

    def built(self, *taken: Box) -> Ground:
        """The same ground with more boxes on it."""
        more = Ground(())
        more._rows = self._rows.copy()
        more._take(taken)
        return more

    def _take(self, taken: Iterable[Box]) -> None:
        rows = self._rows
        for box in dict.fromkeys(taken):
            window, under = _cells(box)
            for row in under:
                rows[row] |= window

    def covered(self, box: Box) -> float:
        """The share 0..1 of the cells under ``box`` that are taken; 1 for a box without area or off the page."""
        window, rows = _cells(box)
        cells = window.bit_count() * len(rows)
        return sum((self._rows[row] & window).bit_count() for row in rows) / cells if cells else 1.0


@dataclass(frozen=True, slots=True)
class Plot:
    """A page of ``width`` x ``height`` points and what is taken on it."""

    width: float
    height: float
    ground: Ground


def _cells(box: Box) -> tuple[int, range]:
    """(columns as bits, rows) of the cells that ``box`` lies on."""
    first, last = floor(box[0] * _COLUMNS), ceil(box[2] * _COLUMNS)
    top, bottom = floor(box[1] * _ROWS), ceil(box[3] * _ROWS)
    first, top = first if first > 0 else 0, top if top > 0 else 0
    last, bottom = last if last < _COLUMNS else _COLUMNS, bottom if bottom < _ROWS else _ROWS
    window = ((1 << (last - first)) - 1) << first if last > first else 0
    return window, range(top, bottom if bottom > top else top)


def free_box(ground: Ground, size: tuple[float, float], candidates: Iterable[tuple[float, float]]) -> tuple[Box, float]:
    """(the first box of ``size`` at a candidate's upper left corner that lies on nothing, 0); else the least covered
    one and its covered share.

    All in fractions of the page. Candidates that leave the page are moved onto it. Raises ValueError for no candidate.
    """
    best: tuple[Box, float] | None = None
    for left, top in candidates:
        x, y = max(0.0, min(left, 1 - size[0])), max(0.0, min(top, 1 - size[1]))
        box = (x, y, x + size[0], y + size[1])
        share = ground.covered(box)
        if best is None or share < best[1]:
            best = (box, share)
        if share == 0:
            break
    if best is None:
        raise ValueError("there is no candidate to place a box at")
    return best


def top_right(
    size: tuple[float, float], margin: tuple[float, float], lowest: float, leftmost: float = 0.0
) -> Iterator[tuple[float, float]]:
    """Candidates at the upper right: down the right edge first, then the same further to the left.

    Decree 30/2020/NĐ-CP, Appendix I: what is added to a digitized copy stands at the top right of its first page.
    ``margin`` keeps away from the right and upper edges, ``lowest`` is the lowest upper edge (the margin at least) and
    ``leftmost`` the least left edge, but for the first column. Fractions of the page.
    """
    left = 1 - margin[0] - size[0]
    while True:
        top = margin[1]
        while top <= max(lowest, margin[1]):
            yield left, top
            top += _ROW
        left -= _COLUMN
        if left < max(margin[0], leftmost):
            return
