"""Owns the order in which a page is made ready for reading, and the facts noticed on the way.

Never reads, never archives: the cleaned page is for the engine alone, in grey, level, at about 200 dpi. Measured:
cleaning decides the accuracy of reading, the model hardly matters; halving 300 dpi to 200 first loses nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import cv2
import numpy as np

from hoso.imaging import colour, desk, frames, grade, level, spots
from hoso.imaging.lines import Piece, pieces, strips
from hoso.imaging.paper import even, ink, parts
from hoso.imaging.pixels import A4_INCHES, Pixels, array, grey, raster, resize
from hoso.imaging.trace import SILENT, Silent
from hoso.nouns import Box, Raster, Word

__all__ = ["WORKING_DPI", "Cleaned", "clean"]

WORKING_DPI = 200.0
_LETTER = 18.0  # pixels: the median letter of 13 point print at the working resolution
_TALLEST, _WIDEST = 0.5, 1.6  # inches: what is larger is no letter nor a run of letters that touch
_FINE, _COARSE = 220.0, 160.0  # dpi from which a page is halved, below which it is enlarged


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A page ready for reading. ``lines`` are its lines cut out, in grey; ``page`` is the level page they come from.
    ``skew``: degrees, see :mod:`hoso.nouns`. ``blank`` says why the page is blank, "" where it is not; ``weakest`` what
    lowers ``quality`` (0..1) most."""

    lines: tuple[Raster, ...]
    page: Raster
    skew: float
    quality: float
    weakest: str
    blank: str
    seal: bool
    signature: bool
    _ticks: tuple[frames.Tick, ...]
    _pieces: tuple[Piece, ...]
    _back: Pixels
    _size: tuple[int, int]

    def level(self, read: Iterable[Iterable[Word]]) -> tuple[Word, ...]:
        """Words read on each of ``lines``, boxes now on the level page, ``line`` the number of their line; ticks too."""
        wide, high = self.page.width, self.page.height
        placed = []
        for number, (piece, words) in enumerate(zip(self._pieces, read, strict=True)):
            for word in words:
                at = piece.place(word.box)
                if at is not None:
                    box = at[0] / wide, at[1] / high, at[2] / wide, at[3] / high
                    placed.append(replace(word, box=box, line=number))
        return (*placed, *self._ticked(len(self._pieces)))

    def _ticked(self, line: int) -> tuple[Word, ...]:
        """Boxes to tick as words, each a line of its own: U+2612 where marked, U+2610 where not."""
        wide, high = self.page.width, self.page.height
        return tuple(
            Word(
                "\u2612" if tick.marked else "\u2610",
                (tick.box[0] / wide, tick.box[1] / high, tick.box[2] / wide, tick.box[3] / high),
                tick.confidence,
                line + number,
            )
            for number, tick in enumerate(self._ticks)
        )

    def place(self, box: Box) -> Box:
        """A box on the level page as the smallest upright box around it on the upright page, both as fractions."""
        wide, high = self.page.width, self.page.height
        corners = np.array([(x * wide, y * high, 1.0) for x in (box[0], box[2]) for y in (box[1], box[3])])
        there = corners @ self._back.T
        xs, ys = there[:, 0] / there[:, 2] / self._size[0], there[:, 1] / there[:, 2] / self._size[1]
        return _clip(xs.min()), _clip(ys.min()), _clip(xs.max()), _clip(ys.max())


def clean(page: Raster, trace: Silent = SILENT) -> Cleaned:
    """The upright ``page`` made ready for reading; each step is told to ``trace``."""
    pixels = array(page)
    corners = desk.sheet(pixels)
    seen = page.dpi
    to_page: Pixels = np.eye(3)
    if corners is not None:
        pixels, to_page = desk.flatten(pixels, corners)
        seen = page.dpi if page.dpi_known else max(pixels.shape[:2]) / A4_INCHES
    elif not page.dpi_known:
        seen = _dpi_by_letters(pixels, page.dpi)
    trace.step("sheet", flattened=corners is not None, dpi=seen)
    coloured = colour.has_colour(pixels)
    if pixels.ndim == 3 and not coloured:
        pixels = grey(pixels)
    scale = _scale(seen)
    dpi = seen * scale
    evened = even(resize(pixels, scale), dpi)
    trace.step("even", page=evened, scale=scale, coloured=coloured)
    strokes = None
    rings: tuple[colour.Circle, ...] = ()
    if coloured:
        red = colour.red(evened)
        rings = colour.seals(red, dpi, 0.5)
        strokes = colour.blue_strokes(evened, dpi, rings)
        flat = colour.lift(evened, red, rings, strokes)
        trace.step("colour", page=flat, red=red, strokes=strokes, seals=rings)
    else:
        flat = evened
    mask = ink(flat)
    found = parts(mask)
    why = grade.blank(found, mask, flat, _marks(evened) if coloured else None, dpi)
    grey_rings = () if rings or why else colour.dark_seals(mask, found, dpi)
    signed = not why and (strokes is not None or colour.signed(mask, dpi, rings + grey_rings))
    if colour.lift_grey(flat, mask, grey_rings):
        mask = ink(flat)
    trace.step("seals", page=flat, blank=why, seals=grey_rings, signed=signed)
    angle, _ = level.skew(_core(mask), dpi)
    straight, affine = level.level(flat, angle)
    straight = straight.copy() if straight is flat else straight
    trace.step("level", page=straight, angle=angle)
    made, boxes, dirt = _lay(straight, dpi, trace)
    worth, weakest = grade.quality(flat, mask, dpi, seen, dirt)
    trace.step("grade", quality=worth, weakest=weakest)
    back: Pixels = to_page @ np.diag([1 / scale, 1 / scale, 1.0]) @ np.array([affine[:3], affine[3:], (0.0, 0.0, 1.0)])
    return Cleaned(
        tuple(raster(piece.pixels, dpi * piece.scale, page.dpi_known) for piece in made),
        raster(straight, dpi, page.dpi_known),
        _rise(back, straight.shape),
        worth,
        weakest,
        why,
        bool(rings or grey_rings),
        signed,
        boxes,
        made,
        back,
        (page.width, page.height),
    )


def _rise(back: Pixels, shape: tuple[int, ...]) -> float:
    """Degrees by which the middle line of the level page rises to the right on the upright page."""
    height, width = shape[:2]
    ends = np.array([(0.2 * width, 0.5 * height, 1.0), (0.8 * width, 0.5 * height, 1.0)]) @ back.T
    (x0, y0), (x1, y1) = ends[:, :2] / ends[:, 2:]
    return round(math.degrees(math.atan2(y0 - y1, x1 - x0)), 3)


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
    dpi = float(np.median(found.height[likely])) / scale * WORKING_DPI / _LETTER
    return float(min(4.0 * guessed, max(0.7 * guessed, dpi)))


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
    reds, greens, blues = cv2.split(evened)
    most, least = cv2.max(cv2.max(reds, greens), blues), cv2.min(cv2.min(reds, greens), blues)
    return cv2.threshold(cv2.subtract(most, least), 90, 255, cv2.THRESH_BINARY)[1]


def _lay(straight: Pixels, dpi: float, trace: Silent) -> tuple[tuple[Piece, ...], tuple[frames.Tick, ...], int]:
    """The lines of the level page (painted clean in place), its boxes to tick, the number of specks on it."""
    mask = ink(straight)
    found = parts(mask)
    for k in spots.strays(found, mask.shape, dpi):
        window = (
            slice(found.top[k], found.top[k] + found.height[k]),
            slice(found.left[k], found.left[k] + found.width[k]),
        )
        gone = found.labels[window] == k + 1
        straight[window][gone], mask[window][gone] = 255, 0
    trace.step("strays", page=straight)
    ruled = frames.frames(straight, mask, found, dpi)
    trace.step("frames", page=straight)
    found = parts(mask)
    boxes, framed = frames.ticks(found, dpi)
    usable = (found.height <= _TALLEST * dpi) & (found.width <= _WIDEST * dpi)
    dots = spots.leaders(found, dpi)
    dirt = spots.specks(found, spots.letters(found, dpi), mask.shape, dpi)
    spots.paint(straight, found, dots)
    trace.step("leaders", page=straight, count=len(dots))
    spots.paint(straight, found, dirt)
    trace.step("specks", page=straight, count=len(dirt))
    usable[dots] = usable[dirt] = usable[framed] = False
    if ruled is not None:
        beside = np.bincount(found.labels[ruled.zone > 0], minlength=len(usable) + 1)[1:]
        shreds = np.maximum(found.width, found.height) >= 2 * np.minimum(found.width, found.height)
        usable &= (beside <= 0.6 * found.area) | ~(shreds | (found.area < 5))
    made = strips(found, usable, ruled.uprights if ruled else None, ruled.cells if ruled else (), dpi)
    cut = pieces(straight, found, made)
    trace.step("lines", count=len(cut))
    return cut, boxes, len(dirt)


def _clip(value: float) -> float:
    return round(min(1.0, max(0.0, float(value))), 5)
