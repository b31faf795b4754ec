"""Owns the sheet in a photograph or an oversize scan: where it lies on the desk, and how it is made flat.

Never cuts a page whose edges it does not see: a shadow or a dark picture is no edge. Curl is left as it is.
"""

from __future__ import annotations

import cv2
import numpy as np

from hoso.imaging.pixels import Pixels, resize

__all__ = ["flatten", "sheet"]

_SIZE = 420  # pixels of the long side at which the sheet is looked for
_LEAST, _MOST = 0.25, 0.965  # shares of the picture a sheet on a desk may take
_EDGE = 18.0  # grey levels between sheet and desk across an edge
_SIDES = 1.414  # of A4 and its kin


def sheet(pixels: Pixels) -> Pixels | None:
    """The four corners of the sheet (4 × 2, pixels, clockwise from the top left), None where the picture is the sheet.

    The sheet is the whitest convex region with straight visible edges.
    """
    small = resize(pixels, min(1.0, _SIZE / max(pixels.shape[:2])))
    scale = max(small.shape[:2]) / max(pixels.shape[:2])
    white = small if small.ndim == 2 else cv2.min(cv2.min(small[:, :, 0], small[:, :, 1]), small[:, :, 2])
    white = cv2.morphologyEx(white, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))  # print goes, paper stays
    white = cv2.GaussianBlur(white, (0, 0), 1.5)
    _, bright = cv2.threshold(white, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    outlines, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return None
    outline = max(outlines, key=cv2.contourArea)
    hull = cv2.convexHull(outline)
    share = cv2.contourArea(hull) / white.size
    if not _LEAST < share < _MOST or cv2.contourArea(outline) < 0.93 * cv2.contourArea(hull):
        return None
    corners = _corners(hull)
    if corners is None or cv2.contourArea(corners.astype(np.float32)) < 0.93 * cv2.contourArea(hull):
        return None
    return corners / scale if _edged(white, corners) else None


def flatten(corners: Pixels) -> tuple[Pixels, tuple[int, int]]:
    """The sheet as a rectangle: the 3 × 3 matrix from its pixels back to those of the picture, and its (width, height)."""
    across = max(_length(corners, 0, 1), _length(corners, 3, 2))
    down = max(_length(corners, 0, 3), _length(corners, 1, 2))
    long, short = max(across, down), min(across, down)
    if 1.25 < long / short < 1.6:  # seen at a slant; the sheet is A4
        across, down = (long, long / _SIDES) if across > down else (long / _SIDES, long)
    wide, high = round(across), round(down)
    flat = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    there = cv2.getPerspectiveTransform(flat, corners.astype(np.float32))
    return np.asarray(there), (wide, high)


def _length(corners: Pixels, a: int, b: int) -> float:
    return float(np.linalg.norm(corners[a] - corners[b]))


def _corners(hull: Pixels) -> Pixels | None:
    """The hull as four corners, clockwise from the top left."""
    around = cv2.arcLength(hull, True)
    for share in (0.01, 0.015, 0.02, 0.03, 0.04, 0.06):
        shape = cv2.approxPolyDP(hull, share * around, True).reshape(-1, 2).astype(np.float64)
        if len(shape) == 4:
            middle = shape.mean(axis=0)
            turned = shape[np.argsort(np.arctan2(shape[:, 1] - middle[1], shape[:, 0] - middle[0]))]
            return np.roll(turned, -int(np.argmin(turned.sum(axis=1))), axis=0)
        if len(shape) < 4:
            return None
    return None


def _edged(white: Pixels, corners: Pixels) -> bool:
    """Whether the picture falls off from sheet to desk along the sides that do not lie on the picture's own edge."""
    height, width = white.shape
    middle = corners.mean(axis=0)
    falls, seen = [], 0
    for k in range(4):
        start, stop = corners[k], corners[(k + 1) % 4]
        points = start + (stop - start) * np.linspace(0.06, 0.94, 30)[:, None]
        out = np.array([stop[1] - start[1], start[0] - stop[0]])
        out = out / (np.linalg.norm(out) or 1.0)
        if np.dot(out, points.mean(axis=0) - middle) < 0:
            out = -out
        inner, outer = points - 5 * out, points + 5 * out
        inside = (outer >= 0).all(axis=1) & (outer[:, 0] < width) & (outer[:, 1] < height)
        if np.count_nonzero(inside) < 15:
            continue
        seen += 1
        a, b = inner[inside].astype(int), outer[inside].astype(int)
        drop = white[a[:, 1], a[:, 0]].astype(float) - white[b[:, 1], b[:, 0]]
        falls.append(float(np.mean(drop > _EDGE)))
    return seen > 0 and min(falls) > 0.8
