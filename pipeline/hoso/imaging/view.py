"""Owns the one resampling from the scan to the level page: what is turned, flattened and scaled is read off the scan once.

A *view* is a matrix (3 × 3) from pixels of the made page back to pixels of the scan, both counted from their corners.
Never decides how a page lies; see :mod:`level` and :mod:`desk`.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from hoso.imaging.pixels import Pixels, half, resize

__all__ = ["cut", "look", "scaled", "through", "turned"]

_SHIFT = np.array([(1.0, 0.0, 0.5), (0.0, 1.0, 0.5), (0.0, 0.0, 1.0)])
_BACK = np.linalg.inv(_SHIFT)


def scaled(scale: float) -> Pixels:
    """The view of a page ``scale`` times the size of what it is looked for on."""
    return np.diag([1 / scale, 1 / scale, 1.0])


def turned(size: tuple[int, int], angle: float) -> tuple[Pixels, tuple[int, int]]:
    """The view that turns a page of ``size`` (width, height) clockwise by ``angle`` degrees, and its larger size."""
    width, height = size
    if abs(angle) < 0.05:
        return np.eye(3), size
    sine, cosine = math.sin(math.radians(angle)), math.cos(math.radians(angle))
    wide, high = math.ceil(width * cosine + height * abs(sine)), math.ceil(height * cosine + width * abs(sine))
    turn = np.array([(cosine, sine, 0.0), (-sine, cosine, 0.0), (0.0, 0.0, 1.0)])
    middle, centre = np.array([wide / 2, high / 2, 1.0]), np.array([width / 2, height / 2, 1.0])
    turn[:2, 2] = (centre - turn @ middle)[:2]
    return turn, (wide, high)


def look(pixels: Pixels, view: Pixels, size: tuple[int, int], ground: int) -> Pixels:
    """The page of ``size`` (width, height) that ``view`` shows of a scan; ``ground`` is the grey beyond the scan's edge."""
    while _step(view, size) > 1.9:
        pixels, view = half(pixels), scaled(2.0) @ view
    if np.allclose(view, np.diag(view.diagonal())) and np.allclose(
        view.diagonal()[:2] * size, pixels.shape[1::-1], atol=4
    ):
        return resize(pixels, 1.0) if pixels.shape[1::-1] == size else _resized(pixels, size)
    there = _BACK @ view @ _SHIFT
    how = cv2.WARP_INVERSE_MAP | (cv2.INTER_CUBIC if _step(view, size) < 1.2 else cv2.INTER_LINEAR)
    border = (ground, ground, ground)
    if np.allclose(there[2], (0, 0, 1)):
        return cv2.warpAffine(pixels, there[:2], size, flags=how, borderMode=cv2.BORDER_CONSTANT, borderValue=border)
    return cv2.warpPerspective(pixels, there, size, flags=how, borderMode=cv2.BORDER_CONSTANT, borderValue=border)


def cut(pixels: Pixels, view: Pixels, window: tuple[slice, slice]) -> Pixels:
    """The ``window`` (rows, columns) of the page that ``view`` shows of a scan."""
    top, left = window[0].start, window[1].start
    shift = np.array([(1.0, 0.0, left), (0.0, 1.0, top), (0.0, 0.0, 1.0)])
    size = (window[1].stop - left, window[0].stop - top)
    if size[0] < 1 or size[1] < 1:
        return np.zeros((max(0, size[1]), max(0, size[0]), *pixels.shape[2:]), np.uint8)
    return look(pixels, view @ shift, size, 255)


def through(view: Pixels, points: Pixels) -> Pixels:
    """``points`` (n × 2) of the page in pixels of the scan (or whatever the matrix leads to)."""
    there = np.column_stack([points, np.ones(len(points))]) @ view.T
    made: Pixels = there[:, :2] / there[:, 2:]
    return made


def _resized(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    larger = size[0] > pixels.shape[1]
    return cv2.resize(pixels, size, interpolation=cv2.INTER_CUBIC if larger else cv2.INTER_LINEAR)


def _step(view: Pixels, size: tuple[int, int]) -> float:
    """Pixels of the scan a pixel of the page, at the page's middle."""
    x, y = size[0] / 2, size[1] / 2
    a, b, c = through(view, np.array([(x, y), (x + 1, y), (x, y + 1)]))
    return float(math.sqrt(np.linalg.norm(b - a) * np.linalg.norm(c - a)))
