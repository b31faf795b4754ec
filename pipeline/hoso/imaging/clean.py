"""Owns the order in which a page is made ready for reading, and the facts noticed on the way.

Never reads, never archives: the cleaned page is for the engine alone, in grey, level, at about 200 dpi. Measured:
cleaning decides the accuracy of reading, the model hardly matters; halving 300 dpi to 200 first loses nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from hoso.imaging import colour, feet, frames, grade, level, spots, unseal, view
from hoso.imaging import rings as black
from hoso.imaging.cells import enclosed
from hoso.imaging.lines import Piece, pieces, strips
from hoso.imaging.near import WORKING_DPI, Near, near
from hoso.imaging.paper import Parts, anew, even, ink, parts
from hoso.imaging.pixels import Pixels, array, grey, raster
from hoso.imaging.shown import Shown, shown
from hoso.imaging.shreds import torn
from hoso.imaging.trace import SILENT, Silent
from hoso.nouns import Box, Raster, Word

__all__ = ["WORKING_DPI", "Cleaned", "clean"]

_TALLEST, _WIDEST = 0.5, 1.6  # inches: what is larger is no letter nor a run of letters that touch
_FEW = 8  # letters, below which a page has no skew
_FINE, _COARSE = 220.0, 160.0  # dpi from which a page is halved, below which it is enlarged


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A page ready for reading. ``lines`` are its lines cut out, in grey; ``page`` is the level page they come from.
    ``skew``: degrees, see :mod:`hoso.nouns`. ``blank`` says why the page is blank, "" where it is not; ``weakest`` what
    lowers ``quality`` (0..1) most; ``advice`` asks the clerk for a new scan and says why, "" where none is needed.
    ``cells`` are boxes that rules close in, on the level page."""

    lines: tuple[Raster, ...]
    page: Raster
    skew: float
    quality: float
    weakest: str
    advice: str
    blank: str
    seal: bool
    signature: bool
    _ticks: tuple[frames.Tick, ...]
    _pieces: tuple[Piece, ...]
    _back: Pixels
    _size: tuple[int, int]
    cells: tuple[Box, ...] = ()

    def level(self, read: Iterable[Iterable[Word]]) -> tuple[Word, ...]:
        """Words read on each of ``lines``, boxes now on the level page, ``line`` the number of their line; ticks too."""
        wide, high = self.page.width, self.page.height
        placed = []
        for number, (piece, words) in enumerate(zip(self._pieces, read, strict=True)):
            for word in words:
                at = piece.place(word.box)
                if at is not None:
                    box = at[0] / wide, at[1] / high, at[2] / wide, at[3] / high
                    placed.append(Word(word.text, box, word.confidence, number, word.block))
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
        across, down, far = self._back.tolist()
        xs, ys = [], []
        for x in (box[0] * self.page.width, box[2] * self.page.width):
            for y in (box[1] * self.page.height, box[3] * self.page.height):
                depth = far[0] * x + far[1] * y + far[2]
                xs.append((across[0] * x + across[1] * y + across[2]) / depth / self._size[0])
                ys.append((down[0] * x + down[1] * y + down[2]) / depth / self._size[1])
        return _clip(min(xs)), _clip(min(ys)), _clip(max(xs)), _clip(max(ys))


def clean(page: Raster | Shown, trace: Silent = SILENT, close: Near | None = None) -> Cleaned:
    """The upright ``page`` made ready for reading; each step is told to ``trace``.

    What decides how the page lies is seen on a small copy (``close``, where it was made before); the scan itself is read
    off once, level and to size.
    """
    page = shown(page) if isinstance(page, Raster) else page
    close = close or near(page)
    trace.step("sheet", flattened=close.flattened, dpi=close.seen)
    dpi = close.seen * _scale(close.seen)
    angle, _ = level.skew(_core(close.mask), close.dpi)
    flat, back, rings, strokes = _levelled(page, close, angle, trace)
    mask = ink(flat)
    found = parts(mask)
    if angle and np.count_nonzero(spots.letters(found, dpi)) < _FEW:  # too few to tell a skew: edges or a stroke did
        flat, back, rings, strokes = _levelled(page, close, 0.0, trace)
        mask = ink(flat)
        found = parts(mask)
    marks = None
    if close.coloured:
        marks = cv2.resize(_marks(close.evened), flat.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    lifted = bool(rings) or strokes is not None  # they are ink, though no longer on the page
    why = "" if lifted else grade.blank(found, mask, flat, marks, dpi)
    grey_rings, rounds = ((), ()) if rings or why else black.seen(mask, found, dpi)
    signed = not why and (strokes is not None or colour.signed(mask, dpi, rings + grey_rings))
    if colour.lift_grey(flat, mask, grey_rings):
        mask = ink(flat)
        found = parts(mask)
        rounds = black.follow(mask, grey_rings, dpi)
    found = unseal.cut(flat, mask, found, rounds, dpi)
    trace.step("seals", page=flat, blank=why, seals=grey_rings, signed=signed)
    straight = flat.copy()
    made, boxes, cells, dirt = _lay(straight, mask.copy(), found, rings + grey_rings, dpi, trace)
    came = grade.Received(close.received, close.mask, close.dpi, close.seen, page.grey.dpi_known)
    graded = grade.quality(flat, mask, dpi, dirt, came)
    trace.step("grade", grade=graded)
    return Cleaned(
        tuple(raster(piece.pixels, dpi * piece.scale, page.grey.dpi_known) for piece in made),
        raster(straight, dpi, page.grey.dpi_known),
        _rise(back, straight.shape),
        graded.quality,
        graded.weakest,
        graded.advice,
        why,
        bool(rings or grey_rings),
        signed,
        boxes,
        made,
        back,
        (page.grey.width, page.grey.height),
        cells,
    )


def _levelled(
    page: Shown, close: Near, angle: float, trace: Silent
) -> tuple[Pixels, Pixels, tuple[colour.Circle, ...], colour.Inked | None]:
    """The page evened and level at the working resolution, the view from it to the scan, and its red seals and blue
    strokes of signatures, which are lifted."""
    scale = _scale(close.seen)
    turn, size = view.turned((round(close.size[0] * scale), round(close.size[1] * scale)), angle)
    page_view = view.scaled(scale) @ turn
    back = close.whole @ page_view
    raw = view.look(array(page.grey), back, size, close.paper)
    if close.flattened and angle:
        ends = np.array([(0, 0), (close.size[0], 0), close.size, (0, close.size[1])], np.float64)
        corners = view.through(np.linalg.inv(page_view), ends)
        off = np.full(raw.shape, 255, np.uint8)
        cv2.fillConvexPoly(off, np.rint(corners).astype(np.int32), 0)
        raw[off > 0] = close.paper
    flat = even(raw, close.seen * scale)
    trace.step("level", page=flat, angle=angle)
    if not close.coloured:
        return flat, back, (), None
    rings, strokes = _coloured(close, np.linalg.inv(back) @ close.view, flat.shape)
    colour.lift(flat, lambda window: even(_tinted(page, raw, back, window), close.seen * scale), rings, strokes)
    trace.step("colour", page=flat, strokes=strokes, seals=rings)
    return flat, back, rings, strokes


def _tinted(page: Shown, raw: Pixels, back: Pixels, window: colour.Window) -> Pixels:
    """The ``window`` of the level page in RGB: its colours from the small copy, its light and dark from ``raw``, the level
    page in grey. Eyes and JPEG do the same: colours need no more than half the size."""
    assert page.tint is not None, "only a page with colour has coloured ink"
    scale = page.tint.width / page.grey.width
    tint = view.cut(array(page.tint), view.scaled(1 / scale) @ back, window)
    own, level = grey(tint), raw[window]
    lighter, darker = cv2.subtract(level, own), cv2.subtract(own, level)
    return cv2.subtract(cv2.add(tint, cv2.merge([lighter] * 3)), cv2.merge([darker] * 3))


def _coloured(
    close: Near, forth: Pixels, shape: tuple[int, ...]
) -> tuple[tuple[colour.Circle, ...], colour.Inked | None]:
    """Red seals and blue strokes of signatures, found near and led ``forth`` to the level page."""
    rings = colour.seals(colour.red(close.evened), close.dpi, 0.5)
    found = colour.blue_strokes(close.evened, close.dpi, rings)
    grown = math.sqrt(abs(np.linalg.det(forth[:2, :2])))
    middles = view.through(forth, np.array([(ring.x, ring.y) for ring in rings]).reshape(-1, 2))
    placed = tuple(
        colour.Circle(float(x), float(y), ring.radius * grown, ring.support)
        for ring, (x, y) in zip(rings, middles, strict=True)
    )
    if found is None:
        return placed, None
    step = close.evened.shape[1] / found.shape[1]
    left, top, wide, high = (step * side for side in cv2.boundingRect(found))
    ends = np.array([(left, top), (left + wide, top), (left, top + high), (left + wide, top + high)])
    corners = view.through(forth, ends)
    (x0, y0), (x1, y1) = np.floor(corners.min(axis=0)) - 3, np.ceil(corners.max(axis=0)) + 3
    window = slice(max(0, int(y0)), min(shape[0], int(y1))), slice(max(0, int(x0)), min(shape[1], int(x1)))
    if window[0].stop <= window[0].start or window[1].stop <= window[1].start:
        return placed, None
    back = np.diag([1 / step, 1 / step, 1.0]) @ np.linalg.inv(forth)
    mask = view.cut(found, back, window)
    return placed, colour.Inked(window, cv2.threshold(mask, 90, 255, cv2.THRESH_BINARY)[1])


def _rise(back: Pixels, shape: tuple[int, ...]) -> float:
    """Degrees by which the middle line of the level page rises to the right on the upright page."""
    height, width = shape[:2]
    ends = np.array([(0.2 * width, 0.5 * height, 1.0), (0.8 * width, 0.5 * height, 1.0)]) @ back.T
    (x0, y0), (x1, y1) = ends[:, :2] / ends[:, 2:]
    return round(math.degrees(math.atan2(y0 - y1, x1 - x0)), 3)


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
    return cv2.threshold(colour.spread(evened), 90, 255, cv2.THRESH_BINARY)[1]


def _lay(
    straight: Pixels, mask: Pixels, found: Parts, rings: tuple[colour.Circle, ...], dpi: float, trace: Silent
) -> tuple[tuple[Piece, ...], tuple[frames.Tick, ...], tuple[Box, ...], int]:
    """The lines of the level page (it and ``mask`` are painted clean in place), its boxes to tick, what rules close in on
    it, its count of specks."""
    strays = spots.strays(found, mask.shape, dpi)
    for k in strays:
        window = (
            slice(found.top[k], found.top[k] + found.height[k]),
            slice(found.left[k], found.left[k] + found.width[k]),
        )
        gone = found.labels[window] == k + 1
        straight[window][gone], mask[window][gone] = 255, 0
    trace.step("strays", page=straight)
    ruled = frames.frames(straight, mask, found, dpi)
    trace.step("frames", page=straight)
    changed = strays if ruled is None else np.union1d(strays, ruled.ruled)
    found = anew(found, mask, changed)
    boxes, framed = frames.ticks(found, dpi)
    shreds = torn(found, dpi)
    if len(shreds.pieces):
        ruled = (ruled or frames.none(mask)).joined(shreds.level, shreds.upright)
        spots.paint(straight, found, shreds.pieces)
        trace.step("torn rules", page=straight, count=len(shreds.pieces))
    usable = (found.area > 0) & (found.height <= _TALLEST * dpi) & (found.width <= _WIDEST * dpi)
    dots = spots.leaders(found, dpi)
    dirt = spots.specks(found, spots.letters(found, dpi), mask.shape, dpi)
    spots.paint(straight, found, dots)
    feet.trim(straight, found, dots, dpi)
    trace.step("leaders", page=straight, count=len(dots))
    spots.paint(straight, found, dirt)
    trace.step("specks", page=straight, count=len(dirt))
    usable[dots] = usable[dirt] = usable[framed] = usable[shreds.pieces] = False
    if ruled is not None:
        touched = np.flatnonzero(cv2.bitwise_and(ruled.zone, mask))
        beside = np.bincount(found.labels.ravel()[touched], minlength=len(usable) + 1)[1:]
        slender = np.maximum(found.width, found.height) >= 2 * np.minimum(found.width, found.height)
        usable &= (beside <= 0.6 * found.area) | ~(slender | (found.area < 5))
    made = strips(found, usable, ruled.uprights if ruled else None, ruled.cells if ruled else (), dpi)
    made = [strip for strip in made if not colour.circling(found, strip.members - 1, rings)]
    cut = pieces(straight, found, made)
    trace.step("lines", count=len(cut))
    return cut, boxes, enclosed(ruled.zone, dpi) if ruled is not None and ruled.uprights.any() else (), len(dirt)


def _clip(value: float) -> float:
    return round(min(1.0, max(0.0, float(value))), 5)
