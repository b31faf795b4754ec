"""Owns where something dark stands in a page image, seen coarsely: enough to keep words and seals off it.

The image is decoded small, which a JPEG stream allows (ITU-T T.81: the first coefficients alone); a page need not be drawn
whole to know its ink (measured at 200 dpi: 3 ms against 22). Never judges what the dark is.
"""

from __future__ import annotations

from io import BytesIO
from math import ceil

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hoso.nouns import Box, Picture

__all__ = ["dark"]

_CELL = 8.0  # points: 2.8 mm
_FINEST = 0.5  # pixels a point that a thin line is still seen at
_INK = 0.75  # of the paper's grey
_TURNS = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}
_EXIF = {1: (False, 0), 2: (True, 0), 3: (False, 180), 4: (True, 180),
         5: (True, 270), 6: (False, 90), 7: (True, 90), 8: (False, 270)}  # fmt: skip


def dark(picture: Picture, rotation: int, width: float, height: float) -> tuple[Box, ...] | None:
    """Rows of cells of some 3 mm that hold something darker than the paper, in the upper 40 % and the lower 15 % of the
    page, on which ``picture`` stands turned upright by ``rotation`` (clockwise degrees) on ``width`` x ``height`` points.

    None where the image is no JPEG of one or three components, is seen through another, or cannot be decoded: then the
    page must be drawn."""
    if picture.codec != "jpeg" or picture.colours not in ("gray", "rgb") or picture.stencil is not None:
        return None
    try:
        pixels = _small(picture, rotation, width, height)
    except (OSError, ValueError, SyntaxError):
        return None
    down, across = max(1, ceil(height / _CELL)), max(1, ceil(width / _CELL))
    cells = _least(_least(pixels, down, 0), across, 1)
    kept = np.array([not 0.4 < row / down < 0.85 for row in range(down)])
    paper = np.sort(cells[kept].ravel())[int(kept.sum()) * across * 3 // 4]
    found = np.zeros((down, across + 2), np.int8)
    found[:, 1:-1] = (cells < _INK * paper) & kept[:, None]
    rows, edges = np.nonzero(np.diff(found, axis=1))  # where a run of dark cells begins, and where it ends
    runs = zip(rows[::2].tolist(), edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    return tuple((first / across, row / down, last / across, (row + 1) / down) for row, first, last in runs)


def _small(picture: Picture, rotation: int, width: float, height: float) -> NDArray[np.uint8]:
    """The page upright and grey, at no less than ``_FINEST`` pixels a point where it has them."""
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None  # the pixel budget was checked when the file came in
    try:
        with Image.open(BytesIO(picture.data), formats=["JPEG"]) as image:
            longer = _FINEST * max(width, height)
            scale = max(1.0, max(image.size) / longer)
            image.draft("L", (ceil(image.width / scale), ceil(image.height / scale)))
            small = image.convert("L")
    finally:
        Image.MAX_IMAGE_PIXELS = limit
    mirrored, turned = _EXIF[picture.turn]
    if mirrored:
        small = small.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    turn = (turned + rotation) % 360
    return np.asarray(small.transpose(_TURNS[turn]) if turn else small)


def _least(pixels: NDArray[np.uint8], cells: int, axis: int) -> NDArray[np.uint8]:
    """The darkest of each of ``cells`` equal stretches along ``axis``; of pixels that a stretch begins or ends in, too."""
    size = pixels.shape[axis]
    starts = np.minimum(np.arange(cells) * size // cells, size - 1)
    return np.minimum.reduceat(pixels, starts, axis=axis)
