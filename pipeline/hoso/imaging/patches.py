"""Owns the finding of patch codes: four thick bars, two wide and two narrow, that office scanners use on separator sheets.

Kodak A-61599, "Patch Code Information for Kodak Scanners": wide bars 0.20 in, narrow bars and blanks 0.08 in, 0.80 in in
all, at least 2 in long, parallel to an edge of the sheet. Sheets bear them at several edges, and are read from the edge
inwards, so that the way up does not matter. Never says what a patch means (``stages/read`` does).
"""

from __future__ import annotations

from itertools import combinations, pairwise

import cv2
import numpy as np

from hoso.imaging.pixels import Pixels, array, resize
from hoso.nouns import Box, Code, Raster

__all__ = ["patches"]

_NAMES = {"1100": "1", "1001": "2", "1010": "3", "0110": "4", "0011": "6", "0101": "T"}
_DPI, _MM = 50.0, 25.4
_RUN = 14.0  # mm of unbroken ink that make a bar, short enough for a sheet askew by three degrees
_LONG = 38.0  # mm: the least length of a bar, a quarter off the 2 in of the standard
_THICK = 7.5  # mm: the most that a bar measures, with toner's spread
_UNITS = 10.0  # narrow widths in a whole patch: 2 × 2.5 + 2 × 1 + 3 blanks
_WIDE = 1.75  # units from which a bar is a wide one
_BAR = {"0": (0.5, 1.6), "1": (1.9, 3.2)}  # units that a narrow and a wide bar may measure
_BLANK = (0.4, 1.6)
_WHOLE = (15.0, 26.0)  # mm that a patch may measure where the dpi is known


def patches(page: Raster) -> tuple[Code, ...]:
    """The patch codes on a grey page: kind "patch", text "1", "2", "3", "4", "6" or "T"."""
    small = resize(array(page), min(1.0, _DPI / page.dpi))
    unit = min(_DPI, page.dpi) / _MM
    shades = np.cumsum(cv2.calcHist([small], [0], None, [256], [0, 256]))
    median = float(np.searchsorted(shades, shades[-1] / 2))
    dark = cv2.threshold(small, 0.55 * median, 255, cv2.THRESH_BINARY_INV)[1]
    found = _across(dark, unit, page.dpi_known)
    found += [
        (text, (b, a, d, c)) for text, (a, b, c, d) in _across(np.ascontiguousarray(dark.T), unit, page.dpi_known)
    ]
    return tuple(Code("patch", text, box) for text, box in found)


def _across(dark: Pixels, unit: float, sized: bool) -> list[tuple[str, Box]]:
    """Patches of level bars, their boxes as fractions."""
    height, width = dark.shape
    run = max(5, round(_RUN * unit))
    if not cv2.countNonZero(cv2.erode(dark, np.ones((2, run), np.uint8))):  # print and rules, on nearly every page
        return []
    runs = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((1, run), np.uint8))
    _, _, parts, middles = cv2.connectedComponentsWithStats(runs)
    bars = []
    for (left, top, wide, high, area), (_, middle) in zip(parts[1:].tolist(), middles[1:].tolist(), strict=True):
        thick = area / wide
        if wide >= _LONG * unit and thick <= _THICK * unit and high <= thick + 0.08 * wide + 2:
            bars.append((middle, thick, left, left + wide, top, top + high))
    found = []
    for four in combinations(sorted(bars)[:12], 4):
        name = _name(four, unit, sized, four[0][0] + four[3][0] < height)
        if name:
            left, right = min(bar[2] for bar in four), max(bar[3] for bar in four)
            top, bottom = min(bar[4] for bar in four), max(bar[5] for bar in four)
            found.append((name, (left / width, top / height, right / width, bottom / height)))
    return found


def _name(four: tuple[tuple[float, ...], ...], unit: float, sized: bool, downwards: bool) -> str:
    """The patch that four bars (middle, thickness, left, right …) make, "" for none; ``downwards`` at the upper edge."""
    lefts, rights = [bar[2] for bar in four], [bar[3] for bar in four]
    if min(rights) - max(lefts) < 0.8 * (max(rights) - min(lefts)):
        return ""
    thick = [bar[1] for bar in four]
    blanks = [b[0] - a[0] - (a[1] + b[1]) / 2 for a, b in pairwise(four)]
    whole = sum(thick) + sum(blanks)
    if whole <= 0 or (sized and not _WHOLE[0] * unit <= whole <= _WHOLE[1] * unit):
        return ""
    narrow = whole / _UNITS
    marks = "".join("1" if one / narrow >= _WIDE else "0" for one in thick)
    fits = all(_BAR[mark][0] <= one / narrow <= _BAR[mark][1] for mark, one in zip(marks, thick, strict=True))
    if not fits or not all(_BLANK[0] <= one / narrow <= _BLANK[1] for one in blanks):
        return ""
    return _NAMES.get(marks if downwards else marks[::-1], "")
