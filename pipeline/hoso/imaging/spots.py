"""Owns what is painted out of a level page before it is read: leader dots, specks, edges of the glass.

Works on an evened grey page at about 200 dpi and paints with paper white. Never touches what stands near a letter:
tone marks and dots of Vietnamese letters are as small as dirt.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from hoso.imaging.paper import Parts
from hoso.imaging.pixels import Pixels

__all__ = ["SPECKLED", "leaders", "letters", "paint", "specks", "strays"]

SPECKLED = 100  # specks from which a page counts as speckled (measured; fewer are periods and dots)
_LARGER, _DEEPER, _NEAR = (
    1.4,
    0.9,
    60.0,
)  # of a dot's ink; pixels at 200 dpi below its neighbours, and how far those are
_ALONE = 2.2  # of the pitch: how far the nearest dot of a leader may be
_RUN = 6  # dots in a row from which they are a leader, never an ellipsis


def paint(page: Pixels, found: Parts, chosen: Pixels, margin: int = 1) -> None:
    """Paint the boxes of the components whose index is in ``chosen`` white, ``margin`` pixels around, in place."""
    for k in chosen:
        left, top = max(0, found.left[k] - margin), max(0, found.top[k] - margin)
        page[top : found.top[k] + found.height[k] + margin, left : found.left[k] + found.width[k] + margin] = 255


def letters(found: Parts, dpi: float) -> Pixels:
    """Which components are of a letter's size: 1.1 to 13 mm high, no wider than 20 mm."""
    unit = dpi / 25.4
    sized: Pixels = (found.height >= 1.1 * unit) & (found.height <= 13 * unit) & (found.width <= 20 * unit)
    return sized


def leaders(found: Parts, dpi: float) -> Pixels:
    """Indices of dots of a form's dotted lines: runs of six or more, evenly spaced on one level, and the dots of the
    same pitch between and under the letters that were filled in on such a line.

    Dots below vowels share a level too, but stand a letter apart: a run under letters must have neighbours at one pitch.
    """
    unit = dpi / 200
    small = (found.width <= 8 * unit) & (found.height <= 7 * unit) & (found.area >= 2 * unit)
    index = np.flatnonzero(small)
    if len(index) < _RUN:
        return index[:0]
    x = found.left[index] + found.width[index] / 2
    y = found.top[index] + found.height[index] / 2
    taken = np.zeros(len(index), bool)
    gaps: list[Pixels] = []
    for order, band in _banded(x, y, 3 * unit):
        gap = np.diff(x[order])
        joined = (np.diff(band[order]) == 0) & (gap > 1.5 * unit) & (gap <= 16 * unit)
        for start, stop in _runs(joined):
            if stop - start + 1 >= _RUN and _even(gap[start:stop]):
                taken[order[start : stop + 1]] = True
                gaps.append(gap[start:stop])
    if not gaps:
        return index[:0]
    pitch = float(np.median(np.concatenate(gaps)))
    wide, high = (1.7 * float(np.median(side[index[taken]])) for side in (found.width, found.height))
    alike = (found.width[index] <= max(wide, 2.2 * pitch)) & (found.height[index] <= high)
    fresh = np.zeros(len(index), bool)
    for order, band in _banded(x, y, 3 * unit):
        order, band = order[alike[order]], band[order][alike[order]]
        for row in np.split(order, np.flatnonzero(np.diff(band)) + 1):
            if len(row) >= _RUN:
                fresh[_in_step(row, x, y, pitch, unit)] = True
    return index[(taken | fresh) & ~_colons(x, y, unit) & ~_below(found, index, taken, unit)]


def _below(found: Parts, index: Pixels, taken: Pixels, unit: float) -> Pixels:
    """Which of the dots ``index`` reach lower than the leader they stand in (its sure dots are ``taken``) and are larger:
    the dot below a vowel, or one that a dot of the leader touches. Without it the word is another ("hạng", "hang")."""
    foot, size = found.bottom[index].astype(np.float64), found.area[index]
    middle = found.left[index] + found.width[index] / 2
    lower = np.zeros(len(index), bool)
    sure = np.flatnonzero(taken)
    if len(sure) < _RUN:
        return lower
    usual = float(np.median(size[sure]))
    for k in np.flatnonzero(size >= _LARGER * usual):
        near = sure[(np.abs(middle[sure] - middle[k]) < _NEAR * unit) & (np.abs(foot[sure] - foot[k]) < 6 * unit)]
        near = near[near != k]
        lower[k] = len(near) > 2 and foot[k] - np.median(foot[near]) >= _DEEPER * unit
    return lower


def _in_step(row: Pixels, x: Pixels, y: Pixels, pitch: float, unit: float) -> Pixels:
    """Those of ``row`` that stand at multiples of one pitch (that of the page within 1.2 %) from each other.

    None where fewer than six do, or fewer than half of the row, or hardly any two stand side by side.
    """
    tried = pitch * (1 + np.arange(-12, 13) / 1000)
    turns = np.exp(2j * np.pi * x[row][None, :] / tried[:, None])
    sums = turns.sum(axis=1)
    best = int(np.argmax(np.abs(sums)))
    off = np.abs(np.angle(turns[best] / np.exp(1j * np.angle(sums[best])))) / (2 * np.pi)
    chosen = row[off <= 0.2]
    if len(chosen) < max(_RUN, 0.5 * len(row)):
        return row[:0]
    side_by_side = np.abs(np.diff(np.sort(x[chosen])) - pitch) < 0.3 * pitch
    if np.count_nonzero(side_by_side) < 3:
        return row[:0]
    level: Pixels = chosen[np.abs(y[chosen] - np.median(y[chosen])) <= 1.3 * unit]
    apart = np.diff(x[level], prepend=-np.inf, append=np.inf)
    return level[np.minimum(apart[:-1], apart[1:]) < _ALONE * pitch]  # a dot by itself is that of a vowel


def _colons(x: Pixels, y: Pixels, unit: float) -> Pixels:
    """Which dots are the lower dot of a colon: another dot stands right above them."""
    order = np.argsort(x, kind="stable")
    across, down = x[order], y[order]
    lower = np.zeros(len(x), bool)
    for step in range(1, len(x)):
        beside = np.flatnonzero(across[step:] - across[:-step] <= 2 * unit)
        if not len(beside):
            break
        fall = down[beside + step] - down[beside]
        far = (np.abs(fall) > 6 * unit) & (np.abs(fall) < 18 * unit)
        lower[order[np.where(fall > 0, beside + step, beside)[far]]] = True
    return lower


def _banded(x: Pixels, y: Pixels, high: float) -> Iterator[tuple[Pixels, Pixels]]:
    """Two ways of cutting the page into bands, so that no level falls between them: (order by band and x, bands)."""
    for offset in (0.0, high / 2):
        band = np.floor((y + offset) / high)
        yield np.lexsort((x, band)), band


def specks(found: Parts, kept: Pixels, shape: tuple[int, ...], dpi: float) -> Pixels:
    """Indices of specks away from every letter; none where the page has fewer than :data:`SPECKLED`.

    ``kept`` tells which components are letters. Near: within 13 pixels above or below or 19 beside, at 200 dpi.
    """
    unit = dpi / 200
    small = (found.area > 0) & (found.area <= 14 * unit * unit) & (found.width <= 6 * unit) & (found.height <= 6 * unit)
    index = np.flatnonzero(small)
    if len(index) < SPECKLED:
        return index[:0]
    ground = np.zeros((shape[0] // 2 + 1, shape[1] // 2 + 1), np.uint8)
    for k in np.flatnonzero(kept):
        across, down = round(19 * unit), round(13 * unit)
        cv2.rectangle(
            ground,
            (int(found.left[k] - across) // 2, int(found.top[k] - down) // 2),
            (int(found.left[k] + found.width[k] + across) // 2, int(found.top[k] + found.height[k] + down) // 2),
            255,
            -1,
        )
    rows = (found.top[index] + found.height[index] // 2) // 2
    columns = (found.left[index] + found.width[index] // 2) // 2
    away: Pixels = index[ground[rows, columns] == 0]
    return away if len(away) >= SPECKLED // 2 else away[:0]


def strays(found: Parts, shape: tuple[int, ...], dpi: float) -> Pixels:
    """Indices of components that are the glass or the next sheet (at the border, and in its margin or very long), and
    of punched holes."""
    height, width = shape[:2]
    margin = min(0.25 * dpi, 0.03 * min(height, width))
    right, bottom = found.right, found.bottom
    at_side = (found.left <= 2) | (right >= width - 2)
    at_end = (found.top <= 2) | (bottom >= height - 2)
    in_side = ((right <= margin) | (found.left >= width - margin)) & at_side
    in_end = ((bottom <= margin) | (found.top >= height - margin)) & at_end
    long = (at_side & (found.height > 0.3 * height)) | (at_end & (found.width > 0.3 * width))
    solid = found.area > 0.65 * found.width * found.height
    round_ = np.abs(found.width - found.height) < 0.3 * np.maximum(found.width, found.height)
    holes = solid & round_ & (found.width > 0.14 * dpi) & (found.width < 0.4 * dpi)
    holes[np.flatnonzero(holes)] = [_disc(found, int(k)) for k in np.flatnonzero(holes)]
    return np.flatnonzero(in_side | in_end | long | holes)


def _disc(found: Parts, k: int) -> bool:
    """Whether a component is a full disc: the letters N, D, M and 8 of a bold heading are as round and nearly as solid."""
    left, top, width, height = int(found.left[k]), int(found.top[k]), int(found.width[k]), int(found.height[k])
    piece = found.labels[top : top + height, left : left + width] == k + 1
    y, x = np.ogrid[:height, :width]
    far = np.hypot((x + 0.5) / width - 0.5, (y + 0.5) / height - 0.5)
    return bool(piece[far < 0.42].mean() > 0.95 and piece[far > 0.58].mean() < 0.1)


def _runs(joined: Pixels) -> list[tuple[int, int]]:
    steps = np.flatnonzero(np.diff(np.concatenate(([False], joined, [False])).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(steps[::2], steps[1::2], strict=True)]


def _even(gaps: Pixels) -> bool:
    """Whether most gaps are near their median: a leader is set by a machine."""
    middle = float(np.median(gaps))
    return bool(np.count_nonzero(np.abs(gaps - middle) <= max(1.5, 0.35 * middle)) >= 0.7 * len(gaps))
