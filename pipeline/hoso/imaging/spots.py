"""Owns what is painted out of a level page before it is read: leader dots, specks, edges of the glass, long rules.

Works on an evened grey page at about 200 dpi and paints with paper white. Never touches what stands near a letter:
tone marks and dots of Vietnamese letters are as small as dirt.
"""

from __future__ import annotations

import cv2
import numpy as np

from hoso.imaging.paper import Parts
from hoso.imaging.pixels import Pixels

__all__ = ["SPECKLED", "leaders", "letters", "paint", "rules", "specks", "strays"]

SPECKLED = 100  # specks from which a page counts as speckled (measured; fewer are periods and dots)
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
    """Indices of dots that stand in runs of six or more on one level, evenly spaced (a form's dotted line)."""
    unit = dpi / 200
    small = (found.width <= 8 * unit) & (found.height <= 7 * unit) & (found.area >= 2 * unit)
    index = np.flatnonzero(small)
    if len(index) < _RUN:
        return index[:0]
    centre_x = found.left[index] + found.width[index] / 2
    centre_y = found.top[index] + found.height[index] / 2
    taken = np.zeros(len(index), bool)
    order = np.lexsort((centre_x, np.floor(centre_y / (3 * unit))))
    for offset in (0.0, 1.5):  # two ways of cutting the page into bands, so that no level falls between them
        band = np.floor((centre_y + offset * unit) / (3 * unit))
        order = np.lexsort((centre_x, band))
        gap = np.diff(centre_x[order])
        joined = (np.diff(band[order]) == 0) & (gap > 1.5 * unit) & (gap <= 16 * unit)
        for start, stop in _runs(joined):
            if stop - start + 1 >= _RUN and _even(gap[start:stop]):
                taken[order[start : stop + 1]] = True
    return index[taken]


def specks(found: Parts, kept: Pixels, shape: tuple[int, ...], dpi: float) -> Pixels:
    """Indices of specks away from every letter; none where the page has fewer than :data:`SPECKLED`.

    ``kept`` tells which components are letters. Near: within 13 pixels above or below or 19 beside, at 200 dpi.
    """
    unit = dpi / 200
    small = (found.area <= 14 * unit * unit) & (found.width <= 6 * unit) & (found.height <= 6 * unit)
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
    """Indices of components that are the glass or the next sheet: at the border, and in its margin or very long."""
    height, width = shape[:2]
    margin = 0.25 * dpi
    right, bottom = found.right, found.bottom
    at_side = (found.left <= 2) | (right >= width - 2)
    at_end = (found.top <= 2) | (bottom >= height - 2)
    in_side = ((right <= margin) | (found.left >= width - margin)) & at_side
    in_end = ((bottom <= margin) | (found.top >= height - margin)) & at_end
    long = (at_side & (found.height > 0.3 * height)) | (at_end & (found.width > 0.3 * width))
    return np.flatnonzero(in_side | in_end | long)


def rules(page: Pixels, mask: Pixels, dpi: float) -> int:
    """Paint long thin level and upright rules white, in place, but not where a letter crosses them; pixels painted."""
    painted = 0
    for length, turned in ((round(0.6 * dpi), False), (round(0.75 * dpi), True)):
        view, inked = (page.T, np.ascontiguousarray(mask.T)) if turned else (page, mask)
        runs = cv2.morphologyEx(inked, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
        if not runs.any():
            continue
        runs = cv2.morphologyEx(runs, cv2.MORPH_CLOSE, np.ones((3, 1), np.uint8))
        thick = cv2.morphologyEx(runs, cv2.MORPH_OPEN, np.ones((max(7, round(dpi / 22)), 1), np.uint8))
        runs = cv2.bitwise_and(runs, cv2.bitwise_not(thick))
        rest = cv2.bitwise_and(inked, cv2.bitwise_not(cv2.dilate(runs, np.ones((3, 1), np.uint8))))
        crossing = cv2.bitwise_and(
            cv2.dilate(rest, np.ones((9, 1), np.uint8), anchor=(0, 0)),
            cv2.dilate(rest, np.ones((9, 1), np.uint8), anchor=(0, 8)),
        )
        wide = cv2.dilate(runs, np.ones((5, 1), np.uint8))
        view[(wide > 0) & (crossing == 0) & ((inked == 0) | (cv2.dilate(runs, np.ones((3, 1), np.uint8)) > 0))] = 255
        painted += int(np.count_nonzero(runs))
    return painted


def _runs(joined: Pixels) -> list[tuple[int, int]]:
    steps = np.flatnonzero(np.diff(np.concatenate(([False], joined, [False])).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(steps[::2], steps[1::2], strict=True)]


def _even(gaps: Pixels) -> bool:
    """Whether most gaps are near their median: a leader is set by a machine."""
    middle = float(np.median(gaps))
    return bool(np.count_nonzero(np.abs(gaps - middle) <= max(1.5, 0.35 * middle)) >= 0.7 * len(gaps))
