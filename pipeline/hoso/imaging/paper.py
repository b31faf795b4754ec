"""Owns what a page's paper looks like under its ink: background, ink mask, components. Changes nothing by itself.

All lengths are pixels at the array's dpi. Never decides what the ink means.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from hoso.imaging.pixels import Pixels, resize

__all__ = ["Parts", "anew", "even", "ink", "parts", "without"]

_PATCHED = 0.3  # of the page: what changed reaches over more of it, and labelling all of it is less work
_WHITE = 250.0  # paper after evening; a little below 255 keeps the paper's grain, which tells a blur from a blank


def even(pixels: Pixels, dpi: float) -> Pixels:
    """Pixels (grey or RGB) divided by the local paper: paper becomes white, shadows and colour casts go.

    The paper is the lightest neighbour within about 4 mm, smoothed over about 10 mm, found at about 25 dpi.
    """
    if pixels.ndim == 3:
        return cv2.merge([even(channel, dpi) for channel in cv2.split(pixels)])
    height, width = pixels.shape
    small = resize(pixels, min(1.0, max(25 / dpi, 8 / height, 8 / width)))
    paper = cv2.dilate(small, np.ones((5, 5), np.uint8))
    paper = cv2.GaussianBlur(cv2.medianBlur(paper, 5), (0, 0), 2)
    paper = np.maximum(paper, 40)  # a black edge or photograph is not paper, however large
    return cv2.divide(pixels, cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR), scale=_WHITE)


def ink(evened: Pixels) -> Pixels:
    """255 where an evened grey page has ink, else 0: Otsu's threshold (1979), kept within 110..190."""
    threshold, _ = cv2.threshold(evened[::2, ::2], 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return cv2.threshold(evened, min(190.0, max(110.0, threshold)), 255, cv2.THRESH_BINARY_INV)[1]


@dataclass(frozen=True, slots=True)
class Parts:
    """Connected components (8 neighbours) of an ink mask: arrays of equal length, without the background.

    ``labels`` is the label image (16 or 32 bits); component ``k`` of the arrays carries label ``k + 1``.
    """

    labels: Pixels
    left: Pixels
    top: Pixels
    width: Pixels
    height: Pixels
    area: Pixels

    @property
    def right(self) -> Pixels:
        """First column right of each component."""
        return self.left + self.width

    @property
    def bottom(self) -> Pixels:
        """First row below each component."""
        return self.top + self.height


def parts(mask: Pixels) -> Parts:
    """The components of ``mask``, which may be empty."""
    if not mask.size:  # OpenCV ends the process
        return Parts(np.zeros(mask.shape, np.int32), *np.zeros((5, 0), np.int32))
    kind = cv2.CV_16U if _few(mask) else cv2.CV_32S  # half the memory is a third of the time
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8, ltype=kind)
    found = stats[1:]
    return Parts(labels, *(found[:, column] for column in range(5)))


def without(mask: Pixels, found: Parts, gone: Pixels) -> Pixels:
    """``mask``, whose components are ``found``, without those that ``gone`` is true of."""
    tiny = gone & (found.area <= 2)  # of these every pixel is a corner of the box
    large = np.flatnonzero(gone & ~tiny)
    if (found.width[large].astype(np.int64) * found.height[large]).sum() + 50 * len(large) > 4 * mask.size:
        table = np.full(len(gone) + 1, 255, np.uint8)
        table[0] = 0
        table[1:][gone] = 0
        kept: Pixels = table[found.labels]
        return kept
    kept = mask.copy()
    for rows in (found.top[tiny], found.bottom[tiny] - 1):
        for columns in (found.left[tiny], found.right[tiny] - 1):
            kept[rows, columns] = 0
    for k in large:
        left, top = found.left[k], found.top[k]
        window = slice(top, top + found.height[k]), slice(left, left + found.width[k])
        kept[window][found.labels[window] == k + 1] = 0
    return kept


def anew(found: Parts, mask: Pixels, changed: Pixels) -> Parts:
    """The components of ``mask`` where only the ink of those whose index is in ``changed`` went, wholly or in part.

    The labels of ``found`` are written over. A component that is gone keeps its place, with no area and no size.
    """
    if (found.width[changed].astype(np.int64) * found.height[changed]).sum() > _PATCHED * mask.size:
        return parts(mask)
    stats = np.column_stack([found.left, found.top, found.width, found.height, found.area])
    count, more = len(stats), []
    most = np.iinfo(found.labels.dtype).max - 1
    for k in changed:
        left, top, width, height, _ = stats[k]
        window = slice(top, top + height), slice(left, left + width)
        labels = found.labels[window]
        own = labels == k + 1
        piece = cv2.bitwise_and(mask[window], own.view(np.uint8) * np.uint8(255))
        total, fresh, sides, _ = cv2.connectedComponentsWithStats(piece, connectivity=8, ltype=cv2.CV_32S)
        if count + total > most:
            return parts(mask)
        stats[k] = 0
        sides = sides[1:] + np.array((left, top, 0, 0, 0))
        numbers = np.concatenate(([0, k + 1], np.arange(count + 1, count + total - 1)))[:total].astype(labels.dtype)
        np.copyto(labels, numbers[fresh], where=own)
        if total > 1:
            stats[k] = sides[0]
            more.append(sides[1:])
            count += total - 2
    stats = np.concatenate([stats, *more])
    return Parts(found.labels, *(stats[:, column] for column in range(5)))


def _few(mask: Pixels) -> bool:
    """Whether 16 bits are enough: the upper ends of strokes are counted, each may be given a label or two at first."""
    if min(mask.shape) < 2:
        return False
    ends = cv2.bitwise_and(mask[1:], cv2.bitwise_not(mask[:-1]))
    ends = cv2.bitwise_and(ends[:, 1:], cv2.bitwise_not(ends[:, :-1]))
    return bool(cv2.countNonZero(ends) < 2**15 - sum(mask.shape))
