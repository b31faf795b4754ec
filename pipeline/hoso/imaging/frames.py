"""Owns what is ruled on a page: table rules, underlines, boxes for digits, boxes to tick. Finds them, takes them off.

Works on an evened level grey page at about 200 dpi. Never removes a stroke that crosses a rule, and never reads.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from hoso.imaging.paper import Parts
from hoso.imaging.pixels import Pixels

__all__ = ["Frames", "Tick", "frames", "none", "ticks"]

Rect = tuple[int, int, int, int]
_KERNEL = np.ones((3, 3), np.uint8)
_GAP = 4  # pixels of a rule that scanning may lose
_BESIDE = 3  # pixels on either side of a rule that count as its zone
_ROOM = 12  # rows beside a rule in which what crosses it is seen


@dataclass(frozen=True, slots=True)
class Frames:
    """``uprights``: 255 where upright rules were that no line of text runs across. ``zone``: 255 on and beside every rule.
    ``cells``: (left, top, right, bottom) of rows of boxes for single digits. ``ruled``: indices of the components that
    had rules and are in other pieces now."""

    uprights: Pixels
    zone: Pixels
    cells: tuple[Rect, ...]
    ruled: Pixels

    def joined(self, level: Iterable[Rect], upright: Iterable[Rect]) -> Frames:
        """With more rules, given as boxes."""
        zone, uprights = self.zone.copy(), self.uprights.copy()
        for box in level:
            zone[_around(box, _BESIDE)] = 255
        for box in upright:
            zone[_around(box, _BESIDE)] = uprights[_around(box, 0)] = 255
        return Frames(uprights, zone, self.cells, self.ruled)


@dataclass(frozen=True, slots=True)
class Tick:
    """A box to tick: (left, top, right, bottom) in pixels, whether it is marked, and how sure that is (0..1)."""

    box: Rect
    marked: bool
    confidence: float


def frames(page: Pixels, mask: Pixels, found: Parts, dpi: float) -> Frames | None:
    """Paint long thin rules white, in place, on ``page`` and ``mask``, but not where a letter crosses them.

    None where the page has no rule. A level rule is half an inch or longer; an upright one 0.3 inch, or 0.19 inch where
    it hangs together with a level one.
    """
    wide = found.width >= 0.5 * dpi - 2 * _GAP
    level = _runs(mask, found.labels, _spanned(found.top, found.bottom, wide, len(mask)), round(0.5 * dpi))
    tall = found.height >= 0.3 * dpi - 2 * _GAP
    tall[level.label - 1] = True
    columns = _spanned(found.left, found.right, tall, mask.shape[1])
    upright = _runs(cv2.transpose(mask), found.labels.T, columns, round(0.1 * dpi))
    least = np.full(len(found.area) + 1, 0.3 * dpi)
    least[level.label] = round(0.19 * dpi)
    cells: list[Rect] = []
    for k in np.unique(level.label) - 1:
        row = _digit_row(upright, int(k) + 1, dpi) if found.height[k] <= 0.6 * dpi else None
        if row is not None:
            least[k + 1] = round(0.7 * (row[3] - row[1]))
            cells.append(row)
    upright = upright.chosen(upright.stop - upright.start >= least[upright.label])
    if not len(level.line) and not len(upright.line):
        return None
    least[:] = 0
    least[level.label] = least[upright.label] = 1
    levels, uprights, zone = (np.zeros_like(mask) for _ in range(3))
    for line, start, stop in level.each():
        levels[line, start:stop] = 255
    for line, start, stop in upright.each():
        uprights[start:stop, line] = 255
    for band in _bands(level, upright, len(mask)):
        _paint(page[band], mask[band], found.labels[band], levels[band], uprights[band], zone[band], least > 0, dpi)
    for left, top, right, bottom in cells:
        uprights[top:bottom, left : right + 1] = 0
    return Frames(uprights, zone, tuple(cells), np.flatnonzero(least) - 1)


def none(mask: Pixels) -> Frames:
    """The frames of a page like ``mask`` that has none."""
    return Frames(np.zeros_like(mask), np.zeros_like(mask), (), np.empty(0, np.int64))


def _around(box: Rect, room: int) -> tuple[slice, slice]:
    left, top, right, bottom = box
    return slice(max(0, top - room), bottom + room), slice(max(0, left - room), right + room)


def _paint(
    page: Pixels,
    mask: Pixels,
    labels: Pixels,
    levels: Pixels,
    uprights: Pixels,
    zone: Pixels,
    ruled: Pixels,
    dpi: float,
) -> None:
    """Paint the rules of a band of rows white, on ``page`` and ``mask``; tell ``zone`` where they were, in place.

    What is as thick as two strokes is no rule and goes from ``levels`` and ``uprights``.
    """
    thick = max(7, round(dpi / 22))
    for runs, shape in ((levels, (thick, 1)), (uprights, (1, thick))):
        solid = cv2.morphologyEx(runs, cv2.MORPH_OPEN, np.ones(shape, np.uint8))
        cv2.subtract(runs, solid, dst=runs)
    both = cv2.bitwise_or(levels, uprights)
    cv2.dilate(both, np.ones((2 * _BESIDE + 1, 2 * _BESIDE + 1), np.uint8), dst=zone)
    rest = cv2.bitwise_and(mask, cv2.bitwise_not(cv2.dilate(both, _KERNEL)))
    gone = cv2.bitwise_or(_uncrossed(levels, rest, upright=False), _uncrossed(uprights, rest, upright=True))
    gone = cv2.dilate(gone, np.ones((5, 5), np.uint8))
    near = np.nonzero(cv2.bitwise_and(gone, mask))
    others = ~ruled[labels[near]]
    rest[near[0][others], near[1][others]] = 255  # a dot below that all but touches an underline
    gone = cv2.bitwise_and(gone, cv2.bitwise_not(cv2.dilate(rest, _KERNEL)))
    cv2.max(page, gone, dst=page)
    cv2.bitwise_and(mask, cv2.bitwise_not(gone), dst=mask)


def _bands(level: _Runs, upright: _Runs, height: int) -> list[slice]:
    """The rows that hold rules, with room for what crosses them."""
    steps = np.zeros(height + 1, np.int64)
    starts, stops = np.concatenate([level.line, upright.start]), np.concatenate([level.line + 1, upright.stop])
    np.add.at(steps, np.maximum(starts - _ROOM, 0), 1)
    np.add.at(steps, np.minimum(stops + _ROOM, height), -1)
    inside = np.concatenate(([0], np.cumsum(steps[:-1]) > 0, [0])).astype(np.int8)
    edges = np.flatnonzero(np.diff(inside))
    return [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


@dataclass(frozen=True, slots=True)
class _Runs:
    """Straight runs of ink: their ``line`` (row, or column where upright), ``start``, ``stop`` on it, and ``label``."""

    line: Pixels
    start: Pixels
    stop: Pixels
    label: Pixels

    def each(self) -> Iterable[tuple[int, int, int]]:
        """(line, start, stop) of each."""
        return zip(self.line.tolist(), self.start.tolist(), self.stop.tolist(), strict=True)

    def chosen(self, which: Pixels) -> _Runs:
        """Those ``which`` is true of."""
        return _Runs(self.line[which], self.start[which], self.stop[which], self.label[which])


def _spanned(first: Pixels, end: Pixels, chosen: Pixels, count: int) -> Pixels:
    """The lines of ``count`` that the ``chosen`` components reach over."""
    steps = np.zeros(count + 1, np.int64)
    np.add.at(steps, first[chosen], 1)
    np.add.at(steps, end[chosen], -1)
    lines: Pixels = np.flatnonzero(np.cumsum(steps[:-1]) > 0)
    return lines


def _runs(mask: Pixels, labels: Pixels, lines: Pixels, length: int) -> _Runs:
    """Level runs of at least ``length`` pixels within one component, in these ``lines``; gaps of scanning of up to 4 pixels
    are bridged."""
    width = mask.shape[1]
    flat = np.ascontiguousarray(mask[lines])
    flat[:, 0] = flat[:, -1] = 0
    flat = flat.ravel()
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    start, stop = edges[::2], edges[1::2]
    apart = start[1:] - stop[:-1] > _GAP
    first, last = np.flatnonzero(np.concatenate(([True], apart))), np.flatnonzero(np.concatenate((apart, [True])))
    if not len(start):
        return _Runs(start, start, start, start)
    sizes = np.where(
        stop[last] - start[first] >= length, last - first + 1, 0
    )  # most runs are short: ask no more of them
    chosen = np.repeat(sizes > 0, last - first + 1)
    start, stop = start[chosen], stop[chosen]
    line = start // width
    start, stop, line = start - line * width, stop - line * width, lines[line]
    label = labels[line, start].astype(np.int64)
    split = (start[1:] - stop[:-1] > _GAP) | (label[1:] != label[:-1]) | (line[1:] != line[:-1])
    heads, tails = np.concatenate(([True], split))[: len(start)], np.concatenate((split, [True]))[: len(start)]
    found = _Runs(line[heads], start[heads], stop[tails], label[heads])
    return found.chosen(found.stop - found.start >= length)


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
        if not piece[:, : max(3, piece.shape[1] // 5)].any(axis=1).mean() > 0.8:
            continue
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


def _digit_row(upright: _Runs, label: int, dpi: float) -> Rect | None:
    """(left, top, right, bottom) of a row of narrow boxes: five uprights or more, evenly spaced 3.5 to 9 mm, one row
    high. What else hangs on the component (a letter of the line above) is no matter."""
    own = upright.chosen(upright.label == label)
    if not len(own.line):
        return None
    high = float(np.percentile(own.stop - own.start, 70))
    own = own.chosen(np.abs(own.stop - own.start - high) <= 0.25 * high)
    full = np.unique(own.line)
    if len(full) < 5:
        return None
    edges = full[np.concatenate(([True], np.diff(full) > 1))]
    if len(edges) < 5 or high > 0.5 * dpi:
        return None
    gaps = np.diff(edges)
    middle = float(np.median(gaps))
    alike = np.count_nonzero(np.abs(gaps - middle) < 0.2 * middle)
    if not 0.13 * dpi <= middle <= 0.36 * dpi or alike < 0.7 * len(gaps):
        return None
    return int(edges[0]), int(np.median(own.start)), int(edges[-1]), int(np.median(own.stop))


def _uncrossed(runs: Pixels, rest: Pixels, *, upright: bool) -> Pixels:
    """The parts of ``runs`` that no stroke of ``rest`` passes through from one side to the other."""
    if not runs.any():
        return runs
    reach, first, last = (
        (np.ones((1, 9), np.uint8), (8, 0), (0, 0)) if upright else (np.ones((9, 1), np.uint8), (0, 8), (0, 0))
    )
    before, after = cv2.dilate(rest, reach, anchor=first), cv2.dilate(rest, reach, anchor=last)
    return cv2.bitwise_and(runs, cv2.bitwise_not(cv2.bitwise_and(before, after)))
