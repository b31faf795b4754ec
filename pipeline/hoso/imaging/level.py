"""Owns the skew of a page: how it is found. Never turns anything (see :mod:`view`).

Method: lower edges of ink are projected along a family of angles; where lines of text fall together, the sum of
squares of the profile peaks (after Postl, 1986; Bloomberg, Kopec and Dasari, 1995).
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from hoso.imaging.pixels import Pixels

__all__ = ["LIMIT", "projection", "rough", "skew"]

LIMIT = 8.0  # degrees to either side
_POINTS, _COARSE = 15_000, 6_000  # that tell an angle to a fortieth of a degree, and to half a degree
_SURE = 1.15  # best energy against the median of all angles; a page without lines stays near 1


def skew(mask: Pixels, dpi: float) -> tuple[float, float]:
    """(degrees by which lines rise to the right, sharpness) of an ink mask; 0.0 degrees where there are no lines.

    Within ± 8°, to about 0.05°. Sharpness ≥ 1 compares the best angle with the typical one.
    """
    points = _edges(mask)
    rough, sharpness = _rough(points, dpi)
    return (_fine(points, rough, dpi) if sharpness >= _SURE else 0.0), sharpness


def rough(mask: Pixels, dpi: float) -> tuple[float, float]:
    """As :func:`skew`, to half a degree."""
    return _rough(_edges(mask), dpi)


def _rough(points: tuple[Pixels, Pixels], dpi: float) -> tuple[float, float]:
    thin = max(1, len(points[0]) // _COARSE)
    x, y = points[0][::thin], points[1][::thin]
    if len(x) < 200:
        return 0.0, 1.0
    angles = np.arange(-LIMIT, LIMIT + 0.01, 0.5)
    energy = [_energy(x, y, angle, max(1.0, dpi / 50)) for angle in angles]
    return float(angles[int(np.argmax(energy))]), max(energy) / (float(np.median(energy)) or 1.0)


def _fine(points: tuple[Pixels, Pixels], best: float, dpi: float) -> float:
    for step, size in ((0.1, dpi / 100), (0.025, dpi / 200)):
        near = best + step * np.arange(-6, 7)
        energy = [_energy(*points, angle, max(1.0, size)) for angle in near]
        best = float(near[int(np.argmax(energy))])
    return 0.0 if abs(best) > LIMIT else round(best, 3)


def projection(mask: Pixels, angle: float) -> Pixels:
    """Ink pixels a row, along lines that rise to the right by ``angle`` degrees."""
    height, width = mask.shape
    slope = math.tan(math.radians(angle))
    sheared = cv2.warpAffine(
        mask,
        np.array([[1, 0, 0], [slope, 1, -slope * width / 2]], np.float64),
        (width, height),
        flags=cv2.INTER_NEAREST,
    )
    profile: Pixels = np.count_nonzero(sheared, axis=1)
    return profile


def _edges(mask: Pixels) -> tuple[Pixels, Pixels]:
    """Coordinates of ink with paper below, thinned evenly to a bounded number."""
    edge = cv2.bitwise_and(mask[:-1], cv2.bitwise_not(mask[1:]))
    if not edge.any():
        return np.zeros(0, np.float32), np.zeros(0, np.float32)
    points = cv2.findNonZero(edge).reshape(-1, 2)
    chosen = points[:: max(1, len(points) // _POINTS)].astype(np.float32)
    return chosen[:, 0], chosen[:, 1]


def _energy(x: Pixels, y: Pixels, angle: float, bin_size: float) -> float:
    slope = math.tan(math.radians(angle))
    across = y * np.float32(1 / bin_size) + x * np.float32(slope / bin_size)
    profile = np.bincount((across - across.min()).astype(np.int64)).astype(np.float64)
    return float(np.dot(profile, profile)) * bin_size
