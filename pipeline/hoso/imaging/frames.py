"""Owns what is ruled on a page: table rules, underlines, boxes for digits, boxes to tick. Finds them, takes them off.

Works on an evened level grey page at about 200 dpi. Never removes a stroke that crosses a rule, and never reads.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from hoso.imaging.paper import Parts
from hoso.imaging.pixels import Pixels

__all__ = ["Frames", "Tick", "frames", "ticks"]

Rect = tuple[int, int, int, int]
_KERNEL = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True)
class Frames:
    """``uprights``: 255 where upright rules were that no line of text runs across. ``zone``: 255 on and beside every rule.
    ``cells``: (left, top, right, bottom) of rows of boxes for single digits."""

    uprights: Pixels
    zone: Pixels
    cells: tuple[Rect, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A box to tick: (left, top, right, bottom) in pixels, whether it is marked, and how sure that is (0..1)."""

    box: Rect
    marked: bool
    confidence: float


def frames(page: Pixels, mask: Pixels, found: Parts, dpi: float) -> Frames | None:
    """Paint long thin rules white, in place, on ``page`` and ``mask``, but not where a letter crosses them.

    None where the page has no rule.
    """
    level_from, upright_from = round(0.5 * dpi), round(0.19 * dpi)
    uprights = zone = None
    cells: list[Rect] = []
    for k in np.flatnonzero((found.width >= level_from) | (found.height >= 0.3 * dpi)):
        left, top = int(found.left[k]), int(found.top[k])
        window = (slice(top, top + int(found.height[k])), slice(left, left + int(found.width[k])))
        piece = np.where(found.labels[window] == k + 1, np.uint8(255), np.uint8(0))
        level = _straight(piece, level_from, dpi)
        row = None
        if level.any() and found.height[k] <= 0.5 * dpi:
            upright = _upright(piece, round(0.7 * int(found.height[k])), dpi)
            row = _digit_row(upright, int(found.height[k]), dpi)
        if row is None:
            upright = _upright(piece, upright_from if level.any() else round(0.3 * dpi), dpi)
        if not level.any() and not upright.any():
            continue
        if uprights is None or zone is None:
            uprights, zone = np.zeros_like(mask), np.zeros_like(mask)
        if row is not None:
            cells.append((left + row[0], top, left + row[1], top + int(found.height[k])))
        else:
            uprights[window] |= upright
        both = cv2.bitwise_or(level, upright)
        zone[window] |= cv2.dilate(both, np.ones((7, 7), np.uint8))
        rest = cv2.bitwise_and(piece, cv2.bitwise_not(cv2.dilate(both, _KERNEL)))
        gone = cv2.bitwise_or(_uncrossed(level, rest), _uncrossed(upright.T, rest.T).T)
        gone = cv2.dilate(gone, np.ones((5, 5), np.uint8))
        others = cv2.bitwise_and(mask[window], cv2.bitwise_not(piece))  # a dot below that all but touches an underline
        gone[cv2.dilate(cv2.bitwise_or(rest, others), _KERNEL) > 0] = 0
        page[window][gone > 0] = 255
        mask[window][gone > 0] = 0
    return None if uprights is None or zone is None else Frames(uprights, zone, tuple(cells))


def ticks(found: Parts, dpi: float) -> tuple[tuple[Tick, ...], Pixels]:
    """(boxes to tick, indices of the components they and their marks are made of).

    A box is a square of 2.2 to 7 mm whose four sides are straight and closed; it is marked where ink crosses its inside.
    A cross that stands alone (in a cell of a table) is a marked box without its sides.
    """
    unit = dpi / 25.4
    square = np.abs(found.width - found.height) <= 0.35 * np.maximum(found.width, found.height)
    sized = (found.width >= 2.2 * unit) & (found.width <= 7 * unit)
    made: list[Tick] = []
    crosses: list[Rect] = []
    used: set[int] = set()
    for k in np.flatnonzero(square & sized & (found.area < 0.5 * found.width * found.height)):
        if _crossed(found, int(k), unit):
            box = (found.left[k], found.top[k], found.left[k] + found.width[k], found.top[k] + found.height[k])
            crosses.append((int(box[0]), int(box[1]), int(box[2]), int(box[3])))
            used.add(int(k))
    for k in np.flatnonzero(square & sized & (np.abs(found.width - found.height) <= 0.2 * found.width)):
        left, top = int(found.left[k]), int(found.top[k])
        right, bottom = left + int(found.width[k]), top + int(found.height[k])
        piece = found.labels[top:bottom, left:right] == k + 1
        if min(_side(piece), _side(piece[::-1]), _side(piece.T), _side(piece.T[::-1])) < 0.85:
            continue
        if not _closed(piece):
            continue
        rim = max(3, round(0.16 * piece.shape[0]))
        inside = found.labels[top + rim : bottom - rim, left + rim : right - rim]
        share = float(np.count_nonzero(inside) / max(1, inside.size))
        if share > 0.75:
            continue
        marked = share > 0.06
        sure = min(1.0, 0.5 + abs(share - 0.06) * 12)
        made.append(Tick((left, top, right, bottom), marked, round(sure, 2)))
        used |= {int(k), *(int(n) - 1 for n in np.unique(inside) if n)}
    made += [Tick(box, True, 0.8) for box in crosses]
    return tuple(made), np.array(sorted(used), np.int64)


def _closed(piece: Pixels) -> bool:
    """Whether the outline keeps the outside out: an H, U or N has its sides, but is open."""
    ground = np.pad(piece.astype(np.uint8), 1)
    cv2.floodFill(ground, None, (0, 0), 2)
    return bool(np.count_nonzero(ground[1:-1, 1:-1] == 2) < 0.1 * piece.size)


def _crossed(found: Parts, k: int, unit: float) -> bool:
    """Whether component ``k`` is a cross that stands alone: two diagonals and little else, no letter beside it."""
    left, top, width, height = int(found.left[k]), int(found.top[k]), int(found.width[k]), int(found.height[k])
    level = (found.top < top + height) & (found.bottom > top) & (found.height > 0.3 * height)
    aside = np.maximum(found.left - (left + width), left - found.right)
    if np.any(level & (aside < 1.5 * unit) & (aside > -width)):
        return False
    piece = found.labels[top : top + height, left : left + width] == k + 1
    y, x = np.nonzero(piece)
    down, up = np.abs(x / width - y / height), np.abs(x / width + y / height - 1)
    near = np.minimum(down, up) < 0.2
    spread = [len(np.unique(y[side < 0.2])) / height for side in (down, up)]
    return bool(near.mean() > 0.9 and min(spread) > 0.85)


def _side(piece: Pixels) -> float:
    """Share of the columns that one of the first rows (or two neighbours) fills: a ruled side fills them, serifs do not."""
    depth = max(3, round(0.16 * piece.shape[0]))
    return float(max(np.count_nonzero(piece[row] | piece[row + 1]) for row in range(depth - 1)) / piece.shape[1])


def _digit_row(upright: Pixels, height: int, dpi: float) -> tuple[int, int] | None:
    """(first, last column) of a row of narrow boxes: five uprights or more, evenly spaced 3.5 to 9 mm, one row high."""
    full = np.count_nonzero(upright, axis=0) > 0.6 * height
    edges = np.flatnonzero(np.diff(np.concatenate(([False], full, [False])).astype(np.int8)) == 1)
    if len(edges) < 5:
        return None
    gaps = np.diff(edges)
    middle = float(np.median(gaps))
    if not 0.13 * dpi <= middle <= 0.36 * dpi or np.count_nonzero(np.abs(gaps - middle) < 0.2 * middle) < 0.7 * len(
        gaps
    ):
        return None
    return int(edges[0]), int(edges[-1])


def _upright(piece: Pixels, length: int, dpi: float) -> Pixels:
    """As :func:`_straight`, for upright runs."""
    return np.ascontiguousarray(_straight(np.ascontiguousarray(piece.T), length, dpi).T)


def _straight(piece: Pixels, length: int, dpi: float) -> Pixels:
    """The level runs of at least ``length`` pixels in a component that are no thicker than a rule; gaps of scanning in
    them are bridged."""
    if piece.shape[1] < length:
        return np.zeros_like(piece)
    whole = cv2.morphologyEx(piece, cv2.MORPH_CLOSE, np.ones((1, 5), np.uint8))
    runs = cv2.morphologyEx(whole, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    thick = cv2.morphologyEx(runs, cv2.MORPH_OPEN, np.ones((max(7, round(dpi / 22)), 1), np.uint8))
    return cv2.bitwise_and(runs, cv2.bitwise_not(thick))


def _uncrossed(runs: Pixels, rest: Pixels) -> Pixels:
    """The parts of level ``runs`` that no stroke of ``rest`` passes through from above to below."""
    reach = np.ones((9, 1), np.uint8)
    above, below = cv2.dilate(rest, reach, anchor=(0, 8)), cv2.dilate(rest, reach, anchor=(0, 0))
    return cv2.bitwise_and(runs, cv2.bitwise_not(cv2.bitwise_and(above, below)))
