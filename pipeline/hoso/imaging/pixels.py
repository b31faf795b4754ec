"""Owns the border between the noun Raster and arrays of pixels, and plain geometry on arrays.

Never decides anything about a page. Arrays are ``uint8``, height × width (grey, 0 black) or height × width × 3 (RGB).
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from hoso.nouns import Raster

__all__ = [
    "A4_INCHES",
    "Pixels",
    "array",
    "grey",
    "grey_raster",
    "half",
    "raster",
    "resize",
    "turn",
    "turn_raster",
]

Pixels = npt.NDArray[Any]

# Several readers run side by side, one a process; OpenCV's own threads would only fight (opencv#5150).
cv2.setNumThreads(1)

A4_INCHES = 11.69  # the long side; ISO 216

_TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


def array(page: Raster) -> Pixels:
    """The raster's pixels as a read-only array that shares its bytes."""
    flat = np.frombuffer(page.data, dtype=np.uint8)
    if page.channels == 1:
        return flat.reshape(page.height, page.width)
    return flat.reshape(page.height, page.width, page.channels)


def raster(pixels: Pixels, dpi: float, dpi_known: bool = True) -> Raster:
    """A Raster that holds a copy of ``pixels``."""
    height, width = pixels.shape[:2]
    channels = 1 if pixels.ndim == 2 else int(pixels.shape[2])
    return Raster(int(width), int(height), channels, np.ascontiguousarray(pixels).tobytes(), dpi, dpi_known)


def grey(pixels: Pixels) -> Pixels:
    """Luma of an RGB array (ITU-R BT.601 weights); a grey array is given back as it is."""
    return pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)


def resize(pixels: Pixels, scale: float) -> Pixels:
    """Pixels scaled by ``scale``: by area where it shrinks, cubic where it grows.

    It shrinks by halves and then linearly, which sees nearly every pixel as averaging does, at a fifth of the cost.
    """
    if abs(scale - 1) < 0.005:
        return pixels
    height, width = pixels.shape[:2]
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    if scale > 1:
        return cv2.resize(pixels, size, interpolation=cv2.INTER_CUBIC)
    while scale < 0.51 and min(pixels.shape[:2]) > 3:
        pixels, scale = half(pixels), 2 * scale
    return pixels if pixels.shape[1::-1] == size else cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR)


def half(pixels: Pixels) -> Pixels:
    """Pixels averaged two by two; an odd last row or column is left out."""
    height, width = pixels.shape[0] // 2, pixels.shape[1] // 2
    return cv2.resize(pixels[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA)


def grey_raster(page: Raster) -> Raster:
    """The raster in one grey channel."""
    return page if page.channels == 1 else raster(grey(array(page)), page.dpi, page.dpi_known)


def turn(pixels: Pixels, rotation: int) -> Pixels:
    """Pixels turned clockwise by 0, 90, 180 or 270 degrees."""
    return pixels if rotation == 0 else cv2.rotate(pixels, _TURNS[rotation])


def turn_raster(page: Raster, rotation: int) -> Raster:
    """The raster turned clockwise by 0, 90, 180 or 270 degrees."""
    return page if rotation == 0 else raster(turn(array(page), rotation), page.dpi, page.dpi_known)
