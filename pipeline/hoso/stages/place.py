"""Owns where words and seals may stand on a page without covering its ink: plain geometry on boxes.

Never looks at pixels: what it knows of the ink are the boxes of words and codes that were read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from hoso.nouns import Box

__all__ = ["covered", "free_box", "top_right"]

_ROW, _COLUMN = 0.004, 0.04


def covered(box: Box, taken: Iterable[Box]) -> float:
    """The share 0..1 of ``box`` that the boxes of ``taken`` lie on, at most 1; overlaps count twice."""
    area = (box[2] - box[0]) * (box[3] - box[1])
    if area <= 0:
        return 1.0
    shared = 0.0
    for other in taken:
        wide = min(box[2], other[2]) - max(box[0], other[0])
        high = min(box[3], other[3]) - max(box[1], other[1])
        if wide > 0 and high > 0:
            shared += wide * high
    return min(1.0, shared / area)


def free_box(taken: Sequence[Box], size: tuple[float, float], candidates: Iterable[tuple[float, float]]) -> Box:
    """The first box of ``size`` at a candidate's upper left corner that lies on no word; else the least covered one.

    All in fractions of the page. Candidates that leave the page are moved onto it. Raises ValueError for no candidate.
    """
    best: tuple[float, Box] | None = None
    for left, top in candidates:
        x, y = max(0.0, min(left, 1 - size[0])), max(0.0, min(top, 1 - size[1]))
        box = (x, y, x + size[0], y + size[1])
        share = covered(box, taken)
        if share == 0:
            return box
        if best is None or share < best[0] - 1e-9:
            best = (share, box)
    if best is None:
        raise ValueError("there is no candidate to place a box at")
    return best[1]


def top_right(
    size: tuple[float, float], margin: tuple[float, float], lowest: float, leftmost: float = 0.0
) -> Iterator[tuple[float, float]]:
    """Candidates at the upper right: down the right edge first, then the same further to the left.

    Decree 30/2020/NĐ-CP, Appendix I: what is added to a digitized copy stands at the top right of its first page.
    ``margin`` keeps away from the right and upper edges, ``lowest`` is the lowest upper edge (the margin at
    least) and ``leftmost`` the least left edge, but for the first column. Fractions of the page.
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
