"""Owns the judgement of a page as a picture: how well it can be read, and whether there is anything on it.

Never judges what was read. Grades are 0..1; 0.5 and above reads well with the engines we know.
"""

from __future__ import annotations

import cv2
import numpy as np

from hoso.imaging.paper import Parts
from hoso.imaging.pixels import Pixels

__all__ = ["blank", "quality"]

_MM = 25.4
_PICTURE = 0.004  # share of dark pixels, off the margins, from which something is there though it is no letter


def quality(evened: Pixels, mask: Pixels, dpi: float, scan_dpi: float, specks: int) -> tuple[float, str]:
    """(grade 0..1, the weakest of: sharpness, contrast, noise, resolution) of an evened grey page."""
    grades = {
        "sharpness": _sharpness(evened, mask),
        "contrast": _contrast(evened, mask),
        "noise": _noise(evened, mask, dpi, specks),
        "resolution": min(1.0, max(0.0, (scan_dpi - 40) / 160)),
    }
    weakest = min(grades, key=lambda name: grades[name])
    product = float(np.prod(list(grades.values()))) ** 0.5
    return round(min(product, grades[weakest]), 3), weakest


def blank(found: Parts, mask: Pixels, evened: Pixels, colour: Pixels | None, dpi: float) -> str:
    """Why the page counts as blank, "" where it does not.

    Ink that counts is dark (show-through is pale), off the margins (edges, punched holes), and at least three letters'
    worth of it, or a coloured mark, or a picture: a note or a seal on the back makes a page.
    """
    height, width = mask.shape
    unit = dpi / _MM
    edge = 6 * unit
    inside = (found.left > edge) & (found.right < width - edge) & (found.top > edge) & (found.bottom < height - edge)
    sized = (found.height >= 1.0 * unit) & (np.maximum(found.width, found.height) >= 1.5 * unit)
    punched = _holes(found, width, height, unit)
    holes = float(found.area[punched].sum())
    chosen = np.flatnonzero(inside & sized & ~punched)
    dark = 0
    for k in chosen[:400]:
        top, left = found.top[k], found.left[k]
        window = (slice(top, top + found.height[k]), slice(left, left + found.width[k]))
        if evened[window][found.labels[window] == k + 1].min() < 120:
            dark += 1
            if dark >= 3:
                return ""
    if colour is not None and _coloured(colour, dpi):
        return ""
    rim = round(min(edge, 0.1 * min(height, width)))
    if (evened[rim : height - rim, rim : width - rim] < 120).mean() > _PICTURE + holes / evened.size:
        return ""
    return "nothing on it" if not len(chosen) else "only faint or stray marks"


def _holes(found: Parts, width: int, height: int, unit: float) -> Pixels:
    """Round dark spots of 3 to 9 mm near an edge: punched holes."""
    round_ = (np.abs(found.width - found.height) < 0.25 * found.width) & (found.area > 0.6 * found.width * found.height)
    sized = (found.width > 3 * unit) & (found.width < 9 * unit)
    side = (found.left < 22 * unit) | (found.right > width - 22 * unit)
    end = (found.top < 22 * unit) | (found.bottom > height - 22 * unit)
    holes: Pixels = round_ & sized & (side | end)
    return holes


def _coloured(mask: Pixels, dpi: float) -> bool:
    """Whether strong coloured ink covers as much as a mark of a few letters, off the margins."""
    edge = round(6 * dpi / _MM)
    core = mask[edge:-edge, edge:-edge]
    solid = cv2.morphologyEx(core, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    return bool(np.count_nonzero(solid) > 4 * (dpi / _MM) ** 2)


def _sharpness(evened: Pixels, mask: Pixels) -> float:
    """Steepness of the edges of ink: the largest step between neighbours, in shares of the full step.

    A crisp 200 dpi scan steps through most of black to white within two pixels; a blurred one takes five.
    """
    if not mask.any():
        return 1.0
    across = cv2.absdiff(evened[:, 2:], evened[:, :-2])
    edge = cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))[:, 1:-1]
    steps = across[edge > 0]
    steep = float(np.percentile(steps, 85)) if len(steps) else 0.0
    depth = 250.0 - float(np.percentile(evened[mask > 0], 20))
    return float(min(1.0, max(0.05, (steep / max(depth, 30.0) - 0.2) / 0.55)))


def _contrast(evened: Pixels, mask: Pixels) -> float:
    """Depth of the ink under the paper."""
    if not mask.any():
        return 1.0
    return float(min(1.0, max(0.05, (250.0 - float(np.percentile(evened[mask > 0], 30))) / 150.0)))


def _noise(evened: Pixels, mask: Pixels, dpi: float, specks: int) -> float:
    """Grain of the bare paper and specks a square inch."""
    ground = cv2.dilate(mask, np.ones((7, 7), np.uint8)) == 0
    bare = evened[ground][::7].astype(np.float32)
    grain = float(bare.std()) if len(bare) > 100 else 0.0
    inches = mask.size / dpi**2
    return float(min(1.0, max(0.05, 1.15 - grain / 40.0 - specks / inches / 60.0)))
