"""Owns coloured ink and large strokes: seals and signatures, found as facts and, where they differ from print, taken off.

Never touches the page that is archived. Red print that is no seal (numbers, arrival stamps) stays to be read.
Sizes: round seals of Vietnamese agencies measure 30 to 42 mm across (Circular 47/2025 of the Ministry of Public
Security and its forerunners); a stamp image of a digital signature may be smaller.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from hoso.imaging.paper import Parts, parts
from hoso.imaging.pixels import Pixels, resize

__all__ = [
    "Circle",
    "Inked",
    "Sight",
    "Window",
    "blue_strokes",
    "circling",
    "dark_seals",
    "has_colour",
    "lift",
    "lift_grey",
    "red",
    "seals",
    "signed",
    "spread",
]

_CHROMA = 45
_SEARCH_DPI = 50.0
_SMALLEST_MM, _LARGEST_MM = 8.0, 24.0  # radius of a seal
_MM = 25.4
_BETWEEN = 0.55  # of a seal's radius, beyond which its words run around
_LOOSE, _STRICT = (0.5, 0.6), (0.35, 0.35)  # of a pen's strokes in blue, where little else is, and in black


Window = tuple[slice, slice]
Sight = Callable[[Window], Pixels]


@dataclass(frozen=True, slots=True)
class Inked:
    """A window of the page, and 255 where in it there is ink of some kind."""

    window: Window
    mask: Pixels


@dataclass(frozen=True, slots=True)
class Circle:
    """A seal's ring, in pixels of the page it was looked for on; ``support`` is the share of the ring that has ink."""

    x: float
    y: float
    radius: float
    support: float

    def times(self, scale: float) -> Circle:
        """The same ring on a page ``scale`` times the size."""
        return Circle(self.x * scale, self.y * scale, self.radius * scale, self.support)


def has_colour(pixels: Pixels) -> bool:
    """Whether an RGB page holds coloured ink or a coloured cast, or only grey levels stored in three channels."""
    if pixels.ndim == 2:
        return False
    chroma = spread(pixels)
    return bool(cv2.countNonZero(cv2.threshold(chroma, _CHROMA, 255, cv2.THRESH_BINARY)[1]) > 0.0004 * chroma.size)


def spread(pixels: Pixels) -> Pixels:
    """The strongest less the weakest of red, green and blue: 0 for grey."""
    reds, greens, blues = cv2.split(pixels)
    return cv2.subtract(cv2.max(cv2.max(reds, greens), blues), cv2.min(cv2.min(reds, greens), blues))


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
    small = cv2.threshold(resize(mask, scale), 40, 255, cv2.THRESH_BINARY)[1]
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
    grown = np.pad(cv2.dilate(small, np.ones((3, 3), np.uint8)), _RIM)
    fitted = (_fit(grown, float(x), float(y), float(r)) for x, y, r in proposed.reshape(-1, 3)[:12])
    rings = [_outer(grown, x, y, r, most) for support, x, y, r in fitted if support >= 0.6 * least_support]
    found: list[Circle] = []
    for support, x, y, radius in sorted(((_support(grown, *ring), *ring) for ring in rings), key=lambda ring: -ring[0]):
        hollow = float(_supports(grown, x, y, radius * np.array((0.5, 0.62, 0.75, 0.86))).min())
        crowded = hollow > 0.7 * support or _support(grown, x, y, 1.13 * radius) > 0.65  # hatching, a table, print
        if support < least_support or crowded:
            continue
        if any(np.hypot(x - c.x * scale, y - c.y * scale) < c.radius * scale for c in found):
            continue
        found.append(Circle(x / scale, y / scale, radius / scale, support))
    return tuple(found[:4])


def dark_seals(mask: Pixels, found: Parts, dpi: float, least_support: float = 0.6) -> tuple[Circle, ...]:
    """Seals without colour (photocopies, grey scans): rings among the components that are far too large for letters,
    borne out for ``least_support`` of their round."""
    large = np.maximum(found.width, found.height) >= 7 / _MM * dpi
    large &= found.area < 0.4 * found.width * found.height
    if not large.any():
        return ()
    step = max(1, round(dpi / 100))
    thinned = found.labels[::step, ::step], found.labels[step // 2 :: step, step // 2 :: step]
    rings: Pixels = np.zeros(thinned[0].shape, np.uint8)
    for k in np.flatnonzero(large):
        top, left = found.top[k] // step, found.left[k] // step
        bottom, right = (found.top[k] + found.height[k]) // step + 1, (found.left[k] + found.width[k]) // step + 1
        window = rings[top:bottom, left:right]
        for labels in thinned:  # lines may be as thin as the step
            own = labels[top:bottom, left:right] == k + 1
            part = window[: own.shape[0], : own.shape[1]]
            cv2.bitwise_or(part, own.view(np.uint8) * np.uint8(255), dst=part)
    length = round(14 / _MM * dpi / step)  # a ring bends away within 14 mm; rules and frames do not
    for shape in ((1, length), (length, 1)):
        straight = cv2.morphologyEx(rings, cv2.MORPH_OPEN, np.ones(shape, np.uint8))
        rings = cv2.bitwise_and(rings, cv2.bitwise_not(cv2.dilate(straight, np.ones((3, 3), np.uint8))))
    return tuple(circle.times(step) for circle in seals(rings, dpi / step, least_support))


def circling(found: Parts, members: Pixels, rings: tuple[Circle, ...]) -> bool:
    """Whether all components whose index is in ``members`` lie between the lines of a seal: its ring and the words that
    run around in it. A line of print that passes under a seal has letters elsewhere too."""
    left, top, right, bottom = (side[members] for side in (found.left, found.top, found.right, found.bottom))
    for ring in rings:
        across = np.maximum(np.maximum(left - ring.x, ring.x - right), 0)
        down = np.maximum(np.maximum(top - ring.y, ring.y - bottom), 0)
        far = np.hypot(np.maximum(right - ring.x, ring.x - left), np.maximum(bottom - ring.y, ring.y - top))
        if ((np.hypot(across, down) >= _BETWEEN * ring.radius) & (far <= 1.06 * ring.radius + 4)).all():
            return True
    return False


def lift(flat: Pixels, sight: Sight, found: tuple[Circle, ...], strokes: Inked | None) -> None:
    """Lift red ink inside the seals and blue ``strokes`` of an evened grey page to paper, in place; black print stays.

    ``sight`` gives the evened RGB of a window. In the red channel red ink is light and black print dark, in the blue
    channel blue ink: there the ink's own level is stretched to white.
    """
    for circle in found:
        window = _window(circle, flat.shape)
        seen = sight(window)
        _fade(flat[window], seen[:, :, 0], red(seen), 35)
    if strokes is not None:
        _fade(flat[strokes.window], sight(strokes.window)[:, :, 2], strokes.mask, 25)


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
    """255 on the blue strokes of signatures of an evened RGB page (at about 100 dpi: as large as the page or half as
    large), None where nobody signed in blue."""
    scale = 0.5 if dpi >= 180 else 1.0
    reds, _, blues = cv2.split(resize(evened, scale))
    blue = cv2.threshold(cv2.subtract(blues, reds), _CHROMA, 255, cv2.THRESH_BINARY)[1]
    blue = cv2.dilate(blue, np.ones((2, 2), np.uint8))
    return _strokes(blue, dpi * scale, 5.0, 9.0, _LOOSE, found, scale)


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


def _fit(mask: Pixels, x: float, y: float, radius: float, shrink: int = 4) -> tuple[float, float, float, float]:
    """(support, and the circle) moved and sized by a few pixels to where its ring has most ink; it loses at most
    ``shrink`` of its radius."""
    grow, dx, dy = (side[_MOVES[0] >= -shrink] for side in _MOVES)
    support = _supports(mask, x + dx, y + dy, radius + grow)
    best = int(np.argmax(support - 0.005 * ((grow != 0) | (dx != 0) | (dy != 0))))
    return float(support[best]), x + float(dx[best]), y + float(dy[best]), radius + float(grow[best])


def _outer(mask: Pixels, x: float, y: float, radius: float, most: float) -> tuple[float, float, float]:
    """The circle, or the outermost of the rings around the same centre: a seal has two or three."""
    reach = np.arange(radius + 3, most + 2)
    wider = reach[_supports(mask, x, y, reach) >= 0.8 * _support(mask, x, y, radius)]
    return _fit(mask, x, y, float(wider[-1]), 1)[1:] if len(wider) else (x, y, radius)  # a thick ring is one ring


_RIM = 80  # pixels of nothing around the page where rings are looked for, so that each may be asked beyond its edge
_MOVES = tuple(
    side.ravel().astype(float) for side in np.meshgrid(range(-4, 5), range(-2, 3), range(-2, 3), indexing="ij")
)
_ROUND = np.linspace(0, 2 * np.pi, 120, endpoint=False)
_COS, _SIN = np.cos(_ROUND).astype(np.float32), np.sin(_ROUND).astype(np.float32)


def _supports(mask: Pixels, x: float | Pixels, y: float | Pixels, radius: float | Pixels) -> Pixels:
    """For each of several circles the share of 120 points of the ring that have ink; ``mask`` has a rim of ``_RIM``."""
    xs, ys, reach = (np.atleast_1d(np.asarray(side, np.float32))[:, None] for side in (x, y, radius))
    columns = (xs + reach * _COS + (_RIM + 0.5)).astype(np.int32).clip(0, mask.shape[1] - 1)
    rows = (ys + reach * _SIN + (_RIM + 0.5)).astype(np.int32).clip(0, mask.shape[0] - 1)
    share: Pixels = np.count_nonzero(mask[rows, columns], axis=1) / len(_ROUND)
    return share


def _support(mask: Pixels, x: float, y: float, radius: float) -> float:
    """As :func:`_supports`, for one circle."""
    return float(_supports(mask, x, y, radius)[0])
