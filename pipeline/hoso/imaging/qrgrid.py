"""Owns the redrawing of a QR code that is too small and too worn for a decoder: its grid is fitted to the patterns every
QR code has, and its modules are told together by a model of what scanner and copier do to a drawing.

Never decodes: a redrawn code is a picture, and what its own Reed-Solomon check refuses is no code (``engines/codes``).

The model: modules of 0 and 1 are averaged by a blur (a Gaussian, a good half of a module wide on small codes) and cut by a
copier at a level that lies anywhere; so a lone white module drowns, but its neighbours still tell of it. For a given blur
and level the likelihood of the page is concave in the modules, and its maximum is found by projected gradient steps.
Patterns, sizes and their places: ISO/IEC 18004:2015, 5.3 and annex E.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np

from hoso.imaging.pixels import Pixels, resize
from hoso.imaging.qrwords import mended

__all__ = ["Corners", "redrawn"]

# of a code and its quiet zone, in pixels of the picture it was found in: as it is read, clockwise from the top left
Corners = tuple[tuple[float, float], ...]

_VERSIONS = range(1, 14)  # 21 to 69 modules a side: larger ones hold more than cards and receipts say
_FINDER = 7  # modules a side
_SIZES = (1.8, 2.05, 2.35, 2.7, 3.1, 3.55, 4.1)  # pixels a module: larger ones need no redrawing
_ALIKE = 0.45  # the least correlation with a finder pattern
_PEAKS = 8  # finder-like places looked at, of each size
_FITS = 0.35  # the least mean contrast of the fixed patterns, of 1, before the modules are worth telling
_PARTS = (0.8, 0.4, 0.2, 0.1, 0.05)  # of a module: steps in which corners are moved
_HOPE = 0.26  # the least contrast after the first steps: codes have 0.35 and more, seals and portraits 0.23 at most
_CLOSER = 2  # placements moved with all steps
_SAMPLES = 4  # a module and axis
_QUIET = 4  # modules of paper around a code, ISO/IEC 18004, 6.3.8
_STEPS = 36
_NOTHING: Any = None  # is added to a product: OpenCV's stubs do not know that it may be
_ROUNDS = 4  # modules that the check words vouch for tell of their neighbours, whose words may then be told
# times the blur, and added to the level, that fit best
_TRIES = ((1.0, 0.0), (0.85, 0.0), (1.0, 0.03), (1.0, -0.03), (1.2, 0.0), (0.85, 0.06))


def redrawn(cut: Pixels) -> Iterator[tuple[Pixels, Corners]]:
    """Clean pictures (0 and 255, quiet zone included) of the one QR code in a grey picture, and where it all lies there;
    the likeliest first, none where no three finder patterns stand as in a code. Modules of 1.8 to 4.1 pixels."""
    placed = _placed(cut)
    if placed is None:
        return
    corners, fixed = placed
    side = fixed.shape[0]
    ink = _ink(cut, corners, side)
    middle = corners.mean(axis=0)
    outer = middle + (corners - middle) * (side + 2 * _QUIET) / side
    place = tuple((float(x), float(y)) for x, y in outer)
    blur, level, steep = _copier(ink, fixed)
    known, whole = fixed, False
    for times, more in _TRIES:
        told_by = fixed  # first by this copier alone: what others told may be of another drawing
        for _ in range(_ROUNDS):
            dark = _told(ink, told_by, blur * times, level + more, steep)
            before = np.count_nonzero(known)
            known, whole = mended(dark, fixed, known)
            if whole or (told_by is not fixed and np.count_nonzero(known) == before):
                break
            if np.count_nonzero(known) == np.count_nonzero(fixed):
                break
            told_by = known
        yield _picture(np.where(known != 0, known > 0, dark > 0.5)), place
        if whole:
            return


def _picture(dark: Pixels) -> Pixels:
    modules = np.pad(np.where(dark, 0, 255).astype(np.uint8), _QUIET, constant_values=255)
    return np.kron(modules, np.ones((4, 4), np.uint8))


def _fixed(version: int) -> Pixels:
    """The modules that every code of a version has: 1 dark, -1 light, 0 not fixed."""
    side = 17 + 4 * version
    fixed = np.zeros((side, side), np.int8)
    fixed[6, 8:-8] = fixed[8:-8, 6] = np.where(np.arange(8, side - 8) % 2 == 0, 1, -1)
    if version > 1:
        count = version // 7 + 2
        step = -(-(4 * version + 4) // (2 * count - 2)) * 2
        places = [6, *(side - 7 - step * back for back in range(count - 2, -1, -1))]
        ring = np.ones((5, 5), np.int8)
        ring[1:4, 1:4], ring[2, 2] = -1, 1
        for row in places:
            for column in places:
                if (row, column) not in ((6, 6), (6, side - 7), (side - 7, 6)):
                    fixed[row - 2 : row + 3, column - 2 : column + 3] = ring
    finder = _finder()
    fixed[:8, :8], fixed[:8, -8:], fixed[-8:, :8] = finder[1:, 1:], finder[1:, :8], finder[:8, 1:]
    fixed[side - 8, 8] = 1
    return fixed


def _finder() -> Pixels:
    """A finder pattern with the light modules around it: 1 dark, -1 light."""
    finder = np.full((_FINDER + 2, _FINDER + 2), -1, np.int8)
    finder[1:-1, 1:-1] = 1
    finder[2:-2, 2:-2] = -1
    finder[3:-3, 3:-3] = 1
    return finder


def _placed(cut: Pixels) -> tuple[Pixels, Pixels] | None:
    """The four corners of the code and its fixed patterns, where they fit best."""
    soft = cv2.GaussianBlur(cut, (0, 0), 0.7)
    seen = {module for *_, module in _threes(soft, 0.7, _SIZES)}  # a seal or a table is told at a quarter of the cost
    sizes = tuple(size for size in _SIZES if any(0.8 < size / module < 1.25 for module in seen))
    if not sizes:
        return None
    tried: list[tuple[float, Pixels, Pixels]] = []
    for corner, right, low, module in _threes(soft, 2.0, sizes):
        across, down = right - corner, low - corner
        guess = (np.hypot(*across) + np.hypot(*down)) / 2 / module + _FINDER
        near = sorted(_VERSIONS, key=lambda version: abs(17 + 4 * version - guess))[:3]
        for version in near:
            fixed = _fixed(version)
            span = fixed.shape[0] - _FINDER
            unit_x, unit_y = across / span, down / span
            start = corner - 3.5 * (unit_x + unit_y)
            far = start + fixed.shape[0] * (unit_x + unit_y)
            corners = np.array([start, start + fixed.shape[0] * unit_x, far, start + fixed.shape[0] * unit_y])
            fit, corners = _fitted(soft, corners, fixed, _PARTS[:1])
            tried.append((fit, corners, fixed))
    best: tuple[float, Pixels, Pixels] | None = None
    for fit, corners, fixed in sorted(tried, key=lambda one: -one[0])[:_CLOSER]:
        if fit < _HOPE:
            break
        fit, corners = _fitted(soft, corners, fixed, _PARTS[1:])
        if best is None or fit > best[0]:
            best = fit, corners, fixed
    if best is None or best[0] < _FITS:
        return None
    return best[1], best[2]


def _threes(soft: Pixels, scale: float, sizes: tuple[float, ...]) -> list[tuple[Pixels, Pixels, Pixels, float]]:
    """Triples of finder-like places at right angles and equal distances: corner, right, below, and pixels a module; the
    three likeliest. Looked for at ``scale`` times the size, modules of ``sizes`` pixels."""
    seen: list[tuple[float, Pixels, Pixels, Pixels, float]] = []
    shown = resize(soft, scale) if scale != 1.0 else soft
    for module in sizes:
        wide = round(scale * module * (_FINDER + 2))
        if wide >= min(shown.shape):
            continue
        drawn = np.where(_finder() > 0, 0, 255).astype(np.uint8)
        small = cv2.resize(drawn, (wide, wide), interpolation=cv2.INTER_AREA)
        shape = cv2.GaussianBlur(small, (0, 0), module * 0.35 * scale)
        alike = cv2.matchTemplate(shown, shape, cv2.TM_CCOEFF_NORMED)
        peaks = []
        for _ in range(_PEAKS):
            _, height, _, (x, y) = cv2.minMaxLoc(alike)
            if height < _ALIKE:
                break
            peaks.append((height, np.array([x + wide / 2, y + wide / 2]) / scale))
            reach = round(wide * 0.4)
            alike[max(0, y - reach) : y + reach + 1, max(0, x - reach) : x + reach + 1] = -1
        if len(peaks) < 3:
            continue
        heights, places = np.array([height for height, _ in peaks]), np.array([place for _, place in peaks])
        ways = places[None] - places[:, None]
        far = np.hypot(ways[..., 0], ways[..., 1])
        across, down = ways[:, :, None], ways[:, None, :]
        turn = across[..., 0] * down[..., 1] - across[..., 1] * down[..., 0]
        long, deep = far[:, :, None], far[:, None, :]
        square = (turn >= 0.95 * long * deep) & (long > 0.85 * deep) & (long < 1.18 * deep)
        for one, two, three in np.argwhere(square & (np.minimum(long, deep) >= 12 * module)).tolist():
            height = float(heights[one] + heights[two] + heights[three])
            seen.append((height, places[one], places[two], places[three], module))
    seen.sort(key=lambda one: -one[0])
    return [(corner, right, low, module) for _, corner, right, low, module in seen[:3]]


def _fitted(soft: Pixels, corners: Pixels, fixed: Pixels, parts: tuple[float, ...]) -> tuple[float, Pixels]:
    """The corners moved, one coordinate at a time by ``parts`` of a module, to where the fixed patterns stand out most,
    and by how much (-1..1)."""
    rows, columns = np.nonzero(fixed)
    signs = fixed[rows, columns]
    at = np.stack([columns + 0.5, rows + 0.5], axis=1).astype(np.float32)[None]
    side = float(fixed.shape[0])
    square = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32)
    weights = np.where(signs < 0, 1 / np.count_nonzero(signs < 0), -1 / np.count_nonzero(signs > 0)) / 255
    weights = weights.astype(np.float32)

    def fit(moved: Pixels) -> float:
        where = cv2.perspectiveTransform(at, cv2.getPerspectiveTransform(square, moved))
        seen = cv2.remap(soft, where, _NOTHING, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=255)
        return float(seen[0] @ weights)

    here = corners.astype(np.float32)
    best = fit(here)
    module = float(np.hypot(*(corners[1] - corners[0]))) / side
    for part in parts:
        for _ in range(3):
            before = best
            for corner in range(4):
                for axis in range(2):
                    for way in (-part * module, part * module):
                        moved = here.copy()
                        moved[corner, axis] += way
                        value = fit(moved)
                        if value > best:
                            best, here = value, moved
            if best <= before:
                break
    return best, here


def _ink(cut: Pixels, corners: Pixels, side: int) -> Pixels:
    """Shares of ink (0..1), so many samples a module, two modules of surroundings included."""
    square = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32)
    matrix = cv2.getPerspectiveTransform(square, corners.astype(np.float32))
    places = ((np.arange((side + 4) * _SAMPLES) + 0.5) / _SAMPLES - 2).astype(np.float32)
    across, down = np.meshgrid(places, places)
    where = cv2.perspectiveTransform(np.stack([across, down], axis=-1), matrix)
    seen = cv2.remap(
        cut, where[..., 0], where[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=255
    )
    low, high = np.percentile(seen, (4, 96))
    return np.asarray(np.clip((high - seen.astype(np.float32)) / max(1.0, high - low), 0, 1))


def _told(ink: Pixels, fixed: Pixels, blur: float, level: float, steep: float) -> Pixels:
    """How dark each module is (0..1) when all of them together are as likely as can be."""
    spread = _spread(fixed.shape[0], blur)
    known = np.pad(fixed, 2, constant_values=-1)
    free = known == 0
    dark = np.where(free, 0.5, known > 0).astype(np.float32)
    pace = 4 / (steep * float(spread.sum(axis=0).max()) ** 2)
    ahead, before, weight = dark, dark, 1.0
    for _ in range(_STEPS):
        off = (_share(steep * (_drawn(spread, ahead) - level)) - ink).astype(np.float32)
        back = cv2.gemm(cv2.gemm(spread, off, 1.0, _NOTHING, 0.0, flags=cv2.GEMM_1_T), spread, 1.0, _NOTHING, 0.0)
        moved = np.where(free, np.clip(ahead - pace * back, 0, 1), dark)
        after = (1 + np.sqrt(1 + 4 * weight * weight)) / 2
        ahead = (moved + (weight - 1) / after * (moved - before)).astype(np.float32)
        before, weight = moved, after
    return np.asarray(before[2:-2, 2:-2])


def _copier(ink: Pixels, fixed: Pixels) -> tuple[float, float, float]:
    """Blur, level and steepness with which the finder patterns, and the paper outside of them, look most as they do."""
    side = fixed.shape[0]
    known = np.pad(fixed, 2, constant_values=-1)
    plain = (known > 0).astype(np.float32)
    there = np.zeros(known.shape, bool)
    there[:9, :9] = there[:9, -9:] = there[-9:, :9] = True
    there = np.kron(there, np.ones((_SAMPLES, _SAMPLES), bool))
    seen = ink[there]
    best = (np.inf, 0.5, 0.4, 10.0)
    for blur in (0.26, 0.32, 0.38, 0.44, 0.52, 0.62):
        spread = _spread(side, blur)
        drawn = _drawn(spread, plain)[there]
        for level in np.arange(0.2, 0.71, 0.04):
            for steep in (8.0, 12.0, 18.0):
                z = steep * (drawn - level)
                loss = float((np.logaddexp(0, z) - seen * z).mean())
                if loss < best[0]:
                    best = loss, blur, float(level), steep
    return best[1:]


def _spread(side: int, blur: float) -> Pixels:
    """What of each module, two of paper at each end included, comes to each sample of an axis."""
    count = side + 4
    places = (np.arange(count * _SAMPLES) + 0.5) / _SAMPLES
    edges = _below((np.arange(count + 1)[None] - places[:, None]) / blur)
    return np.asarray(edges[:, 1:] - edges[:, :-1], np.float32)


def _drawn(spread: Pixels, dark: Pixels) -> Pixels:
    """The blurred drawing. OpenCV multiplies in this thread; numpy would wake one on each core for tables this small."""
    return np.asarray(
        cv2.gemm(cv2.gemm(spread, dark, 1.0, _NOTHING, 0.0), spread, 1.0, _NOTHING, 0.0, flags=cv2.GEMM_2_T)
    )


def _share(z: Pixels) -> Pixels:
    return np.asarray(1 / (1 + np.exp(np.clip(-z, -40, 40))))


def _below(z: Pixels) -> Pixels:
    """The normal distribution's integral, to 3e-4."""
    return np.asarray(0.5 * (1 + np.tanh(0.7978845608 * (z + 0.044715 * z**3))))
