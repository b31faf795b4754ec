"""Owns rules that copying has torn: thin pieces that stand in one row, too short each to be told as a rule by itself.

Never touches a stroke that is part of a letter: only pieces as thin as a rule count, and only in long rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hoso.imaging.paper import Parts
from hoso.imaging.pixels import Pixels

__all__ = ["Torn", "torn"]

Rect = tuple[int, int, int, int]
_MM = 25.4
_THIN = 0.75  # mm: a rule and the steps that turning it made
_ASIDE = 0.4  # mm by which pieces of one rule stand off its line


@dataclass(frozen=True, slots=True)
class _Way:
    """What a torn rule of one direction is, in mm: least length of a piece and of the rule, widest gap,
    least inked share."""

    piece: float
    length: float
    gap: float
    inked: float


_LEVEL = _Way(0.5, 18.0, 3.0, 0.55)
_UPRIGHT = _Way(0.5, 10.0, 1.3, 0.7)  # letters l under one another leave more white than this, and show less ink


@dataclass(frozen=True, slots=True)
class Torn:
    """Torn rules: indices of their ``pieces``; the boxes (left, top, right, bottom) of ``level`` and
    ``upright`` ones."""

    pieces: Pixels
    level: tuple[Rect, ...]
    upright: tuple[Rect, ...]


def torn(found: Parts, dpi: float) -> Torn:
    """The torn rules among the components of a level page."""
    unit = dpi / _MM
    thin = _THIN * unit
    bottom, right = found.top + found.height, found.left + found.width
    lying = np.flatnonzero((found.area > 0) & (found.height <= thin) & (found.width >= _LEVEL.piece * unit))
    standing = np.flatnonzero((found.area > 0) & (found.width <= thin) & (found.height >= _UPRIGHT.piece * unit))
    pieces: list[Pixels] = []
    boxes: list[list[Rect]] = []
    for index, low, high, across, way in (
        (lying, found.left, right, found.top + bottom, _LEVEL),
        (standing, found.top, bottom, found.left + right, _UPRIGHT),
    ):
        rows = list(_rows(index, low, high, across / 2, way, unit))
        pieces += rows
        boxes.append(
            [
                (int(found.left[row].min()), int(found.top[row].min()), int(right[row].max()), int(bottom[row].max()))
                for row in rows
            ]
        )
    return Torn(np.concatenate([*pieces, np.empty(0, np.int64)]).astype(np.int64), tuple(boxes[0]), tuple(boxes[1]))


def _rows(index: Pixels, low: Pixels, high: Pixels, across: Pixels, way: _Way, unit: float) -> Iterator[Pixels]:
    """Pieces ``index`` in rows: ``low`` and ``high`` are their ends along the rule, ``across`` is where they stand
    beside it.

    Rows are looked for in bands side by side, then once more in bands that begin in the middle of those.
    """
    wide = 2 * _ASIDE * unit
    for shift in (0.0, 0.5):
        if not len(index):
            return
        band = np.floor(across[index] / wide + shift)
        order = np.lexsort((low[index], band))
        index, band = index[order], band[order]
        apart = (np.diff(band) > 0) | (low[index][1:] - high[index][:-1] > way.gap * unit)
        first = np.flatnonzero(np.concatenate(([True], apart)))
        long = np.maximum.reduceat(high[index], first) - np.minimum.reduceat(low[index], first)
        inked = np.add.reduceat(high[index] - low[index], first)
        ruled = (long >= way.length * unit) & (inked >= way.inked * long)
        rows = np.split(index, first[1:])
        yield from (rows[k] for k in np.flatnonzero(ruled))
        index = index[~np.repeat(ruled, np.diff(np.append(first, len(index))))]
