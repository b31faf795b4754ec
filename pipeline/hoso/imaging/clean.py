"""Owns the order in which a page is made ready for reading, and the facts noticed on the way.

Never reads, never archives: the cleaned page is for the engine alone, in grey, level, at about 200 dpi. Measured:
cleaning decides the accuracy of reading, the model hardly matters; halving 300 dpi to 200 first loses nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hoso.imaging import colour, grade, level, spots
from hoso.imaging.paper import even, ink, parts
from hoso.imaging.pixels import Affine, Pixels, array, grey, raster, resize
from hoso.nouns import Box, Raster

__all__ = ["WORKING_DPI", "Cleaned", "clean", "place"]

WORKING_DPI = 200.0
_FINE, _COARSE = 220.0, 160.0  # dpi from which a page is halved, below which it is enlarged


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A page ready for reading. ``raster``: grey, level. ``back`` leads from its pixels to those of the upright page
    at the same dpi, whose size is ``width`` × ``height``. ``skew``: degrees, see :mod:`hoso.nouns`. ``blank`` says why
    the page is blank, "" where it is not; ``weakest`` what lowers ``quality`` (0..1) most."""

    raster: Raster
    back: Affine
    width: int
    height: int
    skew: float
    quality: float
    weakest: str
    blank: str
    seal: bool
    signature: bool


def clean(page: Raster) -> Cleaned:
    """The upright ``page`` made ready for reading."""
    pixels = array(page)
    coloured = colour.has_colour(pixels)
    if pixels.ndim == 3 and not coloured:
        pixels = grey(pixels)
    scale = _scale(page.dpi)
    dpi = page.dpi * scale
    evened = even(resize(pixels, scale), dpi)
    height, width = evened.shape[:2]
    if coloured:
        red = colour.red(evened)
        rings = colour.seals(red, dpi, 0.5)
        flat = colour.lift(evened, red, rings)
    else:
        red, rings, flat = None, (), evened
    mask = ink(flat)
    angle, _ = level.skew(_core(mask), dpi)
    found = parts(mask)
    why = grade.blank(found, spots.letters(found, dpi), mask, flat, _marks(evened) if coloured else None, dpi)
    dark_rings = () if rings or why else colour.seals(mask, dpi, 0.72)
    signed = not why and colour.signature(flat, evened if coloured else None, mask, dpi, rings + dark_rings)
    straight, back = level.level(flat, angle)
    straight = straight.copy() if straight is flat else straight
    dirt = _paint(straight, dpi)
    worth, weakest = grade.quality(flat, mask, dpi, page.dpi, dirt)
    return Cleaned(
        raster(straight, dpi, page.dpi_known),
        back,
        width,
        height,
        angle,
        worth,
        weakest,
        why,
        bool(rings or dark_rings),
        signed,
    )


def place(box: Box, cleaned: Cleaned) -> Box:
    """A box on the cleaned page (fractions) as the smallest upright box around it on the upright page (fractions)."""
    a, b, c, d, e, f = cleaned.back
    wide, high = cleaned.raster.width, cleaned.raster.height
    corners = [(x * wide, y * high) for x in (box[0], box[2]) for y in (box[1], box[3])]
    xs = [(a * x + b * y + c) / cleaned.width for x, y in corners]
    ys = [(d * x + e * y + f) / cleaned.height for x, y in corners]
    return _clip(min(xs)), _clip(min(ys)), _clip(max(xs)), _clip(max(ys))


def _scale(dpi: float) -> float:
    if dpi >= _FINE:
        return WORKING_DPI / dpi
    return min(2.5, WORKING_DPI / dpi) if dpi < _COARSE else 1.0


def _core(mask: Pixels) -> Pixels:
    """The mask without its rim, where edges of the glass and of other sheets lie."""
    rim = max(1, min(mask.shape) // 50)
    return mask[rim:-rim, rim:-rim]


def _marks(evened: Pixels) -> Pixels:
    """255 where an evened RGB page has strong colour of any hue."""
    chroma = evened.max(axis=2) - evened.min(axis=2)
    marks: Pixels = np.where(chroma > 90, 255, 0).astype(np.uint8)
    return marks


def _paint(straight: Pixels, dpi: float) -> int:
    """Paint out what is not to be read, in place; the number of specks that were there."""
    mask = ink(straight)
    found = parts(mask)
    kept = spots.letters(found, dpi)
    spots.paint(straight, found, spots.leaders(found, dpi))
    dirt = spots.specks(found, kept, mask.shape, dpi)
    spots.paint(straight, found, dirt)
    for k in spots.strays(found, mask.shape, dpi):
        window = (
            slice(found.top[k], found.top[k] + found.height[k]),
            slice(found.left[k], found.left[k] + found.width[k]),
        )
        straight[window][found.labels[window] == k + 1] = 255
    return len(dirt)


def _clip(value: float) -> float:
    return round(min(1.0, max(0.0, value)), 5)
