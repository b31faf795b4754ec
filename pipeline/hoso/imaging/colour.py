"""Owns coloured ink and large strokes: seals and signatures, found as facts and, where they differ from print, taken off.

Never touches the page that is archived. Red print that is no seal (numbers, arrival stamps) stays to be read.
Sizes: round seals of Vietnamese agencies measure 30 to 42 mm across (Circular 47/2025 of the Ministry of Public
Security and its forerunners); a stamp image of a digital signature may be smaller.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from hoso.imaging.paper import Parts, parts
from hoso.imaging.pixels import Pixels, resize

__all__ = ["Circle", "blue_strokes", "dark_seals", "has_colour", "lift", "lift_grey", "red", "seals", "signed"]

_CHROMA = 45
_SEARCH_DPI = 50.0
_SMALLEST_MM, _LARGEST_MM = 8.0, 24.0  # radius of a seal
_MM = 25.4
_LOOSE, _STRICT = (0.5, 0.6), (0.35, 0.35)  # of a pen's strokes in blue, where little else is, and in black


@dataclass(frozen=True, slots=True)
class Circle:
    """A seal's ring, in pixels of the page it was looked for on; ``support`` is the share of the ring that has ink."""

    x: float
    y: float
    radius: float
    support: float


def has_colour(pixels: Pixels) -> bool:
    """Whether an RGB page holds coloured ink or a coloured cast, or only grey levels stored in three channels."""
    if pixels.ndim == 2:
        return False
    sample = pixels[::6, ::6].astype(np.int16)
    chroma = sample.max(axis=2) - sample.min(axis=2)
    return bool(np.count_nonzero(chroma > _CHROMA) > 0.0004 * chroma.size)


def red(evened: Pixels) -> Pixels:
    """255 where an evened RGB page has red ink (also its violet shades), else 0."""
    reds, greens, blues = cv2.split(evened)
    over_green = cv2.subtract(reds, greens)
    mask = cv2.threshold(over_green, _CHROMA, 255, cv2.THRESH_BINARY)[1]
    mask[cv2.subtract(blues, reds) > 10] = 0
    return mask


def seals(mask: Pixels, dpi: float, least_support: float) -> tuple[Circle, ...]:
    """Rings of seals in a mask of ink: circles of a seal's size whose line is inked for ``least_support`` of its round.

    Circles are proposed by the Hough transform at 50 dpi and kept where the ring itself bears them out, best first.
    """
    scale = _SEARCH_DPI / dpi
    small = cv2.resize(mask, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    small = cv2.threshold(small, 40, 255, cv2.THRESH_BINARY)[1]
    if np.count_nonzero(small) < 40:
        return ()
    least, most = _SMALLEST_MM / _MM * _SEARCH_DPI, _LARGEST_MM / _MM * _SEARCH_DPI
    proposed = cv2.HoughCircles(
        cv2.GaussianBlur(small, (0, 0), 1),
        cv2.HOUGH_GRADIENT,
        dp=1.5,
        minDist=least,
        param1=100,
        param2=22,
        minRadius=int(least),
        maxRadius=int(most),
    )
    if proposed is None:
        return ()
    grown = cv2.dilate(small, np.ones((3, 3), np.uint8))
    found: list[Circle] = []
    for x, y, radius in sorted(
        (_outer(grown, *_fit(grown, float(x), float(y), float(r)), most) for x, y, r in proposed.reshape(-1, 3)[:12]),
        key=lambda circle: -_support(grown, *circle),
    ):
        support = _support(grown, x, y, radius)
        hollow = min(_support(grown, x, y, share * radius) for share in (0.5, 0.62, 0.75, 0.86))
        crowded = hollow > 0.7 * support or _support(grown, x, y, 1.13 * radius) > 0.65  # hatching, a table, print
        if support < least_support or crowded:
            continue
        if any(np.hypot(x - c.x * scale, y - c.y * scale) < c.radius * scale for c in found):
            continue
        found.append(Circle(x / scale, y / scale, radius / scale, support))
    return tuple(found[:4])


def dark_seals(mask: Pixels, found: Parts, dpi: float) -> tuple[Circle, ...]:
    """Seals without colour (photocopies, grey scans): rings among the components that are far too large for letters."""
    large = np.maximum(found.width, found.height) >= 7 / _MM * dpi
    large &= found.area < 0.4 * found.width * found.height
    if not large.any():
        return ()
    table = np.zeros(len(large) + 1, np.uint8)
    table[1:][large] = 255
    rings: Pixels = table[found.labels]
    length = round(14 / _MM * dpi)  # a ring bends away within 14 mm; rules and frames do not
    for shape in ((1, length), (length, 1)):
        straight = cv2.morphologyEx(rings, cv2.MORPH_OPEN, np.ones(shape, np.uint8))
        rings = cv2.bitwise_and(rings, cv2.bitwise_not(cv2.dilate(straight, np.ones((3, 3), np.uint8))))
    return seals(rings, dpi, 0.6)


def lift(evened: Pixels, mask: Pixels, found: tuple[Circle, ...], strokes: Pixels | None) -> Pixels:
    """The evened RGB page in grey, red ink inside the seals and blue ``strokes`` lifted to paper; black print stays.

    In the red channel red ink is light and black print dark, in the blue channel blue ink: there the ink's own level is
    stretched to white.
    """
    flat = cv2.cvtColor(evened, cv2.COLOR_RGB2GRAY)
    reds, _, blues = cv2.split(evened)
    for circle in found:
        window = _window(circle, flat.shape)
        _fade(flat[window], reds[window], mask[window], 35)
    if strokes is not None:
        _fade(flat, blues, strokes, 25)
    return flat


def lift_grey(flat: Pixels, mask: Pixels, found: tuple[Circle, ...]) -> bool:
    """Lift seals that are paler than the print of a grey page, in place; whether there was one."""
    print_level = float(np.percentile(flat[mask > 0], 15)) if found else 0.0
    lifted = False
    for circle in found:
        window = _window(circle, flat.shape)
        level = _ring_level(flat, circle)
        if level - print_level < 45:
            continue
        middle = (level + print_level) / 2
        paler = np.clip((flat[window].astype(np.float32) - print_level) * (250 / (middle + 10 - print_level)), 0, 250)
        y, x = np.ogrid[window[0], window[1]]
        inside = (x - circle.x) ** 2 + (y - circle.y) ** 2 <= (1.06 * circle.radius + 3) ** 2
        flat[window][inside] = np.maximum(flat[window], paler.astype(np.uint8))[inside]
        lifted = True
    return lifted


def blue_strokes(evened: Pixels, dpi: float, found: tuple[Circle, ...]) -> Pixels | None:
    """255 on the blue strokes of signatures of an evened RGB page, None where nobody signed in blue."""
    scale = min(1.0, 100.0 / dpi)
    reds, _, blues = cv2.split(resize(evened, scale))
    blue = cv2.threshold(cv2.subtract(blues, reds), _CHROMA, 255, cv2.THRESH_BINARY)[1]
    blue = cv2.dilate(blue, np.ones((2, 2), np.uint8))
    strokes = _strokes(blue, dpi * scale, 5.0, 9.0, _LOOSE, found, scale)
    if strokes is None:
        return None
    return cv2.resize(strokes, (evened.shape[1], evened.shape[0]), interpolation=cv2.INTER_NEAREST)


def signed(mask: Pixels, dpi: float, found: tuple[Circle, ...]) -> bool:
    """Whether ink of any colour was signed: a connected stroke far taller than print, thin, neither rule nor frame."""
    scale = min(1.0, 100.0 / dpi)
    small = cv2.threshold(resize(mask, scale), 90, 255, cv2.THRESH_BINARY)[1]
    return _strokes(small, dpi * scale, 9.0, 10.0, _STRICT, found, scale) is not None


def _fade(flat: Pixels, channel: Pixels, inked: Pixels, share: float) -> None:
    """Lift ``flat`` where there is ink (and beside it) to ``channel``, stretched so that the ink itself turns white."""
    chosen = channel[inked > 0]
    if not len(chosen):
        return
    stretched = cv2.convertScaleAbs(channel, alpha=235.0 / max(90.0, float(np.percentile(chosen, share))))
    near = cv2.dilate(inked, np.ones((5, 5), np.uint8)) > 0
    flat[near] = np.maximum(flat, stretched)[near]


def _window(circle: Circle, shape: tuple[int, ...]) -> tuple[slice, slice]:
    reach = circle.radius * 1.1 + 4
    top, left = max(0, int(circle.y - reach)), max(0, int(circle.x - reach))
    return slice(top, min(shape[0], int(circle.y + reach))), slice(left, min(shape[1], int(circle.x + reach)))


def _ring_level(flat: Pixels, circle: Circle) -> float:
    """The usual darkness of the ring's line: the darkest pixel across it, all around."""
    darkest = np.full(len(_COS), 255, np.uint8)
    for off in np.arange(-0.05, 0.051, 0.01) * circle.radius:
        x, y = circle.x + (circle.radius + off) * _COS, circle.y + (circle.radius + off) * _SIN
        inside = (x >= 0) & (y >= 0) & (x < flat.shape[1]) & (y < flat.shape[0])
        darkest[inside] = np.minimum(darkest[inside], flat[y[inside].astype(int), x[inside].astype(int)])
    return float(np.median(darkest))


def _strokes(
    mask: Pixels,
    dpi: float,
    high: float,
    wide: float,
    pen: tuple[float, float],
    found: tuple[Circle, ...],
    scale: float,
) -> Pixels | None:
    """255 on the components of ``mask`` of at least ``high`` × ``wide`` mm that are strokes of a pen; None for none."""
    millimetre = dpi / _MM
    all_parts = parts(mask)
    height, width = mask.shape
    tall = (all_parts.height >= high * millimetre) & (all_parts.width >= wide * millimetre)
    tall &= (all_parts.height <= 70 * millimetre) & (all_parts.width <= 110 * millimetre)
    strokes = None
    for index in np.flatnonzero(tall):
        x, y = int(all_parts.left[index]), int(all_parts.top[index])
        w, h = int(all_parts.width[index]), int(all_parts.height[index])
        if x <= 2 or y <= 2 or x + w >= width - 2 or y + h >= height - 2:
            continue
        piece = (all_parts.labels[y : y + h, x : x + w] == index + 1).astype(np.uint8) * 255
        if any(
            np.hypot(x + w / 2 - c.x * scale, y + h / 2 - c.y * scale) < 0.35 * c.radius * scale
            and max(w, h) < 2.6 * c.radius * scale
            for c in found
        ):
            continue
        if _is_pen(piece, millimetre, pen):
            strokes = np.zeros_like(mask) if strokes is None else strokes
            strokes[y : y + h, x : x + w] |= piece
    return strokes


def _is_pen(piece: Pixels, millimetre: float, pen: tuple[float, float]) -> bool:
    """Thin everywhere, no fuller in its box than ``pen[0]``, and no more than ``pen[1]`` of it straight level or upright
    lines."""
    ink = np.count_nonzero(piece)
    if ink > pen[0] * piece.size:
        return False
    thick = cv2.distanceTransform(piece, cv2.DIST_L2, 3).max()
    if thick > 1.4 * millimetre:
        return False
    across = cv2.morphologyEx(piece, cv2.MORPH_OPEN, np.ones((1, max(9, round(6 * millimetre))), np.uint8))
    down = cv2.morphologyEx(piece, cv2.MORPH_OPEN, np.ones((max(9, round(6 * millimetre)), 1), np.uint8))
    return bool(np.count_nonzero(cv2.bitwise_or(across, down)) < pen[1] * ink)


def _fit(mask: Pixels, x: float, y: float, radius: float) -> tuple[float, float, float]:
    """The circle moved and sized by a few pixels to where its ring has most ink."""
    best = (_support(mask, x, y, radius), x, y, radius)
    for grow in range(-4, 5):
        for dx in (-2, -1, 0, 1, 2):
            for dy in (-2, -1, 0, 1, 2):
                support = _support(mask, x + dx, y + dy, radius + grow)
                if support > best[0] + 0.005:
                    best = (support, x + dx, y + dy, radius + grow)
    return best[1:]


def _outer(mask: Pixels, x: float, y: float, radius: float, most: float) -> tuple[float, float, float]:
    """The circle, or the outermost of the rings around the same centre: a seal has two or three."""
    least = 0.8 * _support(mask, x, y, radius)
    wider = [reach for reach in np.arange(radius + 3, most + 2) if _support(mask, x, y, reach) >= least]
    return _fit(mask, x, y, float(wider[-1])) if wider else (x, y, radius)


_ROUND = np.linspace(0, 2 * np.pi, 120, endpoint=False)
_COS, _SIN = np.cos(_ROUND), np.sin(_ROUND)


def _support(mask: Pixels, x: float, y: float, radius: float) -> float:
    """Share of 120 points of the ring that have ink; points off the page count as none."""
    columns, rows = np.rint(x + radius * _COS).astype(int), np.rint(y + radius * _SIN).astype(int)
    inside = (columns >= 0) & (rows >= 0) & (columns < mask.shape[1]) & (rows < mask.shape[0])
    return float(np.count_nonzero(mask[rows[inside], columns[inside]]) / len(_ROUND))
