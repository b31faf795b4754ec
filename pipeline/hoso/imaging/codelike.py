"""Owns the places of a page that look like a code, and pictures of them that a decoder may like better than the page.

Codes are dense: dark and light change every half millimetre in an area without the blank rows that part lines of print.
Never decodes (see ``engines/codes``) and never says that a place is a code: seals and photographs look alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import cv2
import numpy as np

from hoso.imaging.bargrid import bars
from hoso.imaging.pixels import Pixels, array, raster, resize
from hoso.imaging.qrgrid import redrawn
from hoso.nouns import Box, Raster

__all__ = ["Look", "Spot", "coarse", "looks", "spots"]

_DPI = 100.0  # at which places are looked for
_MM = 25.4
_JOIN, _SOLID, _GAP = 1.4, 4.6, 3.2  # mm: blanks within a code, its least height, white that parts two of them
_LEAST = 6.0  # mm: the least width and height of a place
_MARGIN = 3.0  # mm of paper kept around a place: decoders want a quiet zone
_ENDS = 2.0  # times that margin at the ends of bars, where lone thin bars are not yet dense
_INKED = (0.2, 0.85)  # share of ink
_BUSY = 0.12  # changes of ink and paper from pixel to pixel, in the busier direction, at 100 dpi
_BREAK = 12.0  # mm between parts of one barcode
_BESIDE = 0.6  # of the height of such parts is at the same height
_MOST = 10  # places of a page, the busiest first
_LARGER = 600.0  # dpi to which a place is drawn before it is cut at a level
_BANDS = 24  # of a barcode, set upright one by one
_FINE = 6  # profile samples a pixel
_SOFT = 0.6  # of the size: modules of five pixels and more read better where specks are averaged away


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that may be a code: its box on the page; ``bars`` where it changes in one direction only."""

    box: Box
    bars: bool


@dataclass(frozen=True, slots=True)
class Look:
    """One picture of a spot, in grey. ``bilevel``: 0 and 255 only. ``bars``: a profile across bars, each row the same,
    which is of no use but for barcodes. ``box`` is what of the page it shows."""

    picture: Raster
    box: Box
    bars: bool = False
    bilevel: bool = False


def coarse(page: Raster, dpi: float = _DPI) -> Raster:
    """The grey page at no more than ``dpi``: there codes of large modules, which no place is dense with, are cheap."""
    scale = min(1.0, dpi / page.dpi)
    return raster(resize(array(page), scale), page.dpi * scale, page.dpi_known)


def spots(page: Raster) -> tuple[Spot, ...]:
    """Places of a grey page that look like a code, the busiest first, at most ten."""
    pixels = array(page)
    scale = min(1.0, _DPI / page.dpi)
    small = resize(pixels, scale)
    unit = page.dpi * scale / _MM
    reach = 2 * round(6 * unit) + 1
    mask = cv2.threshold(cv2.subtract(cv2.blur(small, (reach, reach)), small), 18, 255, cv2.THRESH_BINARY)[1]
    solid = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, _block(_JOIN * unit))[::2, ::2]
    solid = cv2.morphologyEx(solid, cv2.MORPH_OPEN, _block(_SOLID * unit / 2))
    solid = cv2.morphologyEx(solid, cv2.MORPH_CLOSE, _block(_GAP * unit / 2))
    outlines, inside_of = cv2.findContours(solid, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    seen = []
    for number, outline in enumerate(outlines):
        if inside_of[0, number, 3] >= 0:  # a hole
            continue
        left, top, wide, high = (2 * side for side in cv2.boundingRect(outline))
        if min(wide, high) < _LEAST * unit:
            continue
        inside = mask[top : top + high, left : left + wide]
        across, down = _changes(inside), _changes(inside.T)
        busy = max(across, down)
        if busy < _BUSY or not _INKED[0] <= np.count_nonzero(inside) / inside.size <= _INKED[1]:
            continue
        way = "" if busy <= 2.5 * min(across, down) else "across" if across > down else "down"
        seen.append(_Rough((left, top, left + wide, top + high), busy, way))
    height, width = small.shape
    around = _MARGIN * unit
    return tuple(_spot(one, around, width, height) for one in _joined(seen, _BREAK * unit)[:_MOST])


@dataclass(frozen=True, slots=True)
class _Rough:
    """A place in pixels: left, top, right, bottom; its changes; ``way`` in which bars follow one another, "" for none."""

    sides: tuple[int, int, int, int]
    busy: float
    way: str


def _spot(rough: _Rough, around: float, width: int, height: int) -> Spot:
    left, top, right, bottom = rough.sides
    aside, above = (around * (_ENDS if rough.way == way else 1.0) for way in ("across", "down"))
    box = (
        max(0.0, (left - aside) / width),
        max(0.0, (top - above) / height),
        min(1.0, (right + aside) / width),
        min(1.0, (bottom + above) / height),
    )
    return Spot(box, bool(rough.way))


def _joined(seen: list[_Rough], gap: float) -> list[_Rough]:
    """The busiest first; bars that follow one another at one height are one barcode that a fold or pale toner broke."""
    left = sorted(seen, key=lambda one: -one.busy)
    joined: list[_Rough] = []
    while left:
        one = left.pop(0)
        other = next((other for other in left if _continues(one, other, gap)), None) if one.way else None
        if other is None:
            joined.append(one)
            continue
        left.remove(other)
        a, b = one.sides, other.sides
        sides = (min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3]))
        left.insert(0, _Rough(sides, one.busy, one.way))
    return joined


def _continues(one: _Rough, other: _Rough, gap: float) -> bool:
    if one.way != other.way:
        return False
    along, beside = (0, 1) if one.way == "across" else (1, 0)
    a, b = one.sides, other.sides
    apart = max(a[along], b[along]) - min(a[along + 2], b[along + 2])
    both = min(a[beside + 2], b[beside + 2]) - max(a[beside], b[beside])
    return apart <= gap and both >= _BESIDE * max(a[beside + 2] - a[beside], b[beside + 2] - b[beside])


def looks(page: Raster, spot: Spot) -> Iterator[Look]:
    """Pictures of a spot of the grey ``page``, the likeliest and cheapest first; made as they are asked for."""
    pixels = array(page)
    height, width = pixels.shape
    left, top = int(spot.box[0] * width), int(spot.box[1] * height)
    cut = pixels[top : round(spot.box[3] * height), left : round(spot.box[2] * width)]
    box = left / width, top / height, (left + cut.shape[1]) / width, (top + cut.shape[0]) / height
    yield Look(raster(cut, page.dpi), box)
    if not spot.bars:
        yield Look(raster(resize(cut, _SOFT), page.dpi * _SOFT), box)
    twice = resize(cut, 2.0)
    yield Look(raster(_sharp(twice, 2.5, 1.5), page.dpi * 2), box)
    if spot.bars:
        profile = _profile(cut)
        for rows in chain(_profiles(profile), bars(profile, _FINE)):
            yield Look(raster(rows, page.dpi * _FINE), box, bars=True, bilevel=True)
    larger = min(3.0, max(1.5, _LARGER / page.dpi))
    grown = _stretched(cv2.GaussianBlur(resize(cut, larger), (0, 0), larger / 2))
    for level in (60, 120, 180):
        cut_off = cv2.threshold(grown, level, 255, cv2.THRESH_BINARY)[1]
        yield Look(raster(cut_off, page.dpi * larger), box, bilevel=True)
    if not spot.bars:
        for picture, corners in redrawn(cut):
            xs, ys = [(left + x) / width for x, _ in corners], [(top + y) / height for _, y in corners]
            yield Look(raster(picture, page.dpi), (min(xs), min(ys), max(xs), max(ys)), bilevel=True)


def _profiles(mean: Pixels) -> Iterator[Pixels]:
    """Barcodes averaged along their bars, at several thresholds: what toner broke or filled in one row, another tells."""
    profile = mean.astype(np.float32)[None]
    for strength in (0.0, 2.0, 4.0):
        sharp = profile + strength * (profile - cv2.GaussianBlur(profile, (0, 0), float(_FINE)))
        low, high = np.percentile(sharp, (5, 95))
        level = (sharp - low) / max(1.0, high - low)
        for threshold in (0.5, 0.4, 0.3, 0.22, 0.6, 0.7):
            row = np.where(level > threshold, 255, 0).astype(np.uint8)
            yield np.pad(np.repeat(row, 8, axis=0), ((0, 0), (20 * _FINE, 20 * _FINE)), constant_values=255)


def _profile(cut: Pixels) -> Pixels:
    """The mean across the bars after they were set upright: where bands of the picture fit one another best."""
    grey = cut.astype(np.float32)
    if np.abs(np.diff(grey, axis=0)).mean() > np.abs(np.diff(grey, axis=1)).mean():
        grey = np.ascontiguousarray(grey.T)
    busy = np.abs(np.diff(grey, axis=1)).mean(axis=1)
    rows = np.flatnonzero(busy > 0.5 * np.median(busy[busy > 0.3 * busy.max()]))
    grey = grey[rows[0] : rows[-1] + 1]
    height, width = grey.shape
    count = min(_BANDS, height)
    bands = np.stack([band.mean(axis=0) for band in np.array_split(grey, count)])
    fine = cv2.resize(bands, (width * _FINE, count), interpolation=cv2.INTER_CUBIC)
    middles = (np.arange(count) + 0.5) / count * height - height / 2
    waves, turns = np.fft.rfft(fine, axis=1), np.fft.rfftfreq(fine.shape[1])
    few = turns < 0.5 / _FINE  # what is finer than a pixel
    waves, turns = waves * few, turns * few
    slopes = np.arange(-0.12, 0.1201, 0.003)
    strength = (turns**2)[few]
    fits = []
    for slope in slopes:
        together = (waves[:, few] * np.exp(2j * np.pi * turns[few] * (slope * _FINE * middles)[:, None])).sum(axis=0)
        fits.append(float((np.abs(together) ** 2 * strength).sum()))
    slope = float(slopes[int(np.argmax(fits))])
    moved = np.array([[1, 0, 0], [0, 1, 0]], np.float32)
    straight = np.zeros(fine.shape[1], np.float32)
    for band, middle in zip(fine, middles, strict=True):
        moved[0, 2] = -slope * _FINE * middle
        straight += cv2.warpAffine(
            band[None], moved, (fine.shape[1], 1), borderMode=cv2.BORDER_CONSTANT, borderValue=255
        )[0]
    return np.asarray(straight / count)


def _block(size: float) -> Pixels:
    return np.ones((max(3, round(size)), max(3, round(size))), np.uint8)


def _changes(mask: Pixels) -> float:
    return float(np.count_nonzero(mask[:, 1:] != mask[:, :-1]) / mask.size)


def _sharp(pixels: Pixels, reach: float, strength: float) -> Pixels:
    return cv2.addWeighted(pixels, 1 + strength, cv2.GaussianBlur(pixels, (0, 0), reach), -strength, 0)


def _stretched(pixels: Pixels) -> Pixels:
    """From black to white, but for the darkest and lightest three of a hundred pixels."""
    shades = np.cumsum(cv2.calcHist([pixels], [0], None, [256], [0, 256]))
    low, high = np.searchsorted(shades, (0.03 * shades[-1], 0.97 * shades[-1]))
    table = (np.arange(256, dtype=np.float32) - low) * (255 / max(1.0, float(high - low)))
    return np.asarray(cv2.LUT(pixels, np.clip(table, 0, 255).astype(np.uint8)))
