"""Owns the small copy of a page on which is seen how it lies: its sheet on the desk, its colours, its size, its ink.

Made once a page, for the way up, the skew, coloured seals and the grade alike. Never reads, never changes the page.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hoso.imaging import colour, desk, view
from hoso.imaging.paper import even, ink, parts
from hoso.imaging.pixels import A4_INCHES, Pixels, array, grey, half, resize
from hoso.imaging.shown import Shown, halves

__all__ = ["LETTER", "WORKING_DPI", "Near", "near"]

WORKING_DPI = 200.0
LETTER = 18.0
"""Pixels: the median letter of 13 point print at the working resolution."""


@dataclass(frozen=True, slots=True)
class Near:
    """A small copy of the page at ``dpi``, flat if it was a photograph, in grey or RGB, as ``received`` and ``evened``;
    its ``mask`` of ink.

    ``view`` leads from it to the scan, ``whole`` from the flat page of ``size`` at the scan's own dpi, ``seen``. ``paper``
    is the usual grey level.
    """

    received: Pixels
    evened: Pixels
    mask: Pixels
    dpi: float
    seen: float
    coloured: bool
    flattened: bool
    view: Pixels
    whole: Pixels
    size: tuple[int, int]
    paper: int


def near(page: Shown) -> Near:
    """The small copy of ``page``."""
    wide, high, known = page.grey.width, page.grey.height, page.grey.dpi_known
    if page.tint is not None:
        small, factor = array(page.tint), 1 / max(1, round(wide / page.tint.width))
    else:
        small, factor = array(page.grey), 1.0
        for _ in range(halves(page.dpi)):
            small, factor = half(small), factor / 2
    found = desk.sheet(small)
    whole, size, seen = np.eye(3), (wide, high), page.dpi
    near_view = view.scaled(factor)
    if found is not None:
        whole, size = desk.flatten(found / factor)
        seen = page.dpi if known else max(size) / A4_INCHES
        near_view = whole @ near_view
        near_size = round(size[0] * factor), round(size[1] * factor)
        small = view.look(small, view.scaled(1 / factor) @ near_view, near_size, 255)
    elif not known:
        seen = _dpi_by_letters(small, page.dpi * factor) / factor
    coloured = colour.has_colour(small)
    if small.ndim == 3 and not coloured:
        small = grey(small)
    evened = even(small, seen * factor)
    plain = grey(evened)
    paper = int(np.median(grey(np.ascontiguousarray(small[::7, ::7]))))
    return Near(
        small, evened, ink(plain), seen * factor, seen, coloured, found is not None, near_view, whole, size, paper
    )


def _dpi_by_letters(pixels: Pixels, guessed: float) -> float:
    """The dpi at which the page's letters have the usual size of print; ``guessed`` where there are too few letters.

    A photograph of a card says nothing of its size, and its letters are far larger than those of an A4 page.
    """
    scale = min(1.0, 1600 / max(pixels.shape[:2]))
    small = resize(grey(pixels), scale)
    found = parts(ink(even(small, max(60.0, guessed * scale))))
    likely = (found.height >= 6) & (found.height < 0.1 * small.shape[0]) & (found.width < 0.2 * small.shape[1])
    likely &= found.area < 0.7 * found.width * found.height
    if np.count_nonzero(likely) < 40:
        return guessed
    dpi = float(np.median(found.height[likely])) / scale * WORKING_DPI / LETTER
    return float(min(4.0 * guessed, max(0.7 * guessed, dpi)))
