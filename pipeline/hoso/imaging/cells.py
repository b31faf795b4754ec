"""Owns the finding of what rules close in on a page: cells of tables and forms, frames of photographs and stamps.

Never paints, never reads; what stands in which cell is for reading order to say.
"""

from __future__ import annotations

import cv2
import numpy as np

from hoso.imaging.pixels import Pixels
from hoso.nouns import Box

__all__ = ["enclosed"]

_STEP = 2  # rules are at least seven pixels thick in the zone, so that every second will do
_LEAST = 0.1, 0.08  # inches: what is narrower or lower holds no line of print
_GAP = 0.12  # inches of a rule that are lost and still counted as there
_MOST = 0.5  # of the page: a frame around nearly all of it is no cell
_FULL = 0.6  # of its box: what bends around others is no cell


def enclosed(zone: Pixels, dpi: float) -> tuple[Box, ...]:
    """Boxes (shares of the page) around each white region that rules close in. ``zone``: 255 on and beside every rule."""
    walls = np.ascontiguousarray(zone[::_STEP, ::_STEP])
    reach = max(3, round(_GAP * dpi / _STEP))
    level = cv2.morphologyEx(walls, cv2.MORPH_CLOSE, np.ones((1, reach), np.uint8))
    upright = cv2.morphologyEx(walls, cv2.MORPH_CLOSE, np.ones((reach, 1), np.uint8))
    ground = cv2.bitwise_not(cv2.bitwise_or(level, upright))
    high, wide = ground.shape
    _, _, stats, _ = cv2.connectedComponentsWithStats(ground, connectivity=4, ltype=cv2.CV_16U)
    left, top, width, height, area = stats[1:].T
    box = width * height
    inside = (left > 0) & (top > 0) & (left + width < wide) & (top + height < high)
    sized = (width >= _LEAST[0] * dpi / _STEP) & (height >= _LEAST[1] * dpi / _STEP) & (box <= _MOST * wide * high)
    return tuple(
        (float(x / wide), float(y / high), float((x + w) / wide), float((y + h) / high))
        for x, y, w, h, _ in stats[1:][inside & sized & (area >= _FULL * box)]
    )
