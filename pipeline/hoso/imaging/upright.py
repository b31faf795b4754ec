"""Owns the cheap guess of a page's way up: are its lines level or upright, and is their heavy side above?

Latin capitals, ascenders and nearly all Vietnamese marks stand above the body of a line; only g p q y and the dot below
hang under it. So a line has more ink above its body than below. Never asks an engine; says 0.0 when it does not know.
"""

from __future__ import annotations

import cv2
import numpy as np

from hoso.imaging.level import projection, rough, skew
from hoso.imaging.near import Near
from hoso.imaging.paper import parts, without
from hoso.imaging.pixels import Pixels, array, raster, resize
from hoso.imaging.shown import Shown
from hoso.nouns import Raster

__all__ = ["guess", "small"]

_MANY = 120  # letters from which a page has enough of them to be sure


def small(page: Shown) -> Raster:
    """The page in grey at no more than 200 dpi: enough for an engine that finds its way up."""
    scale = min(1.0, 200 / page.dpi)
    return raster(resize(array(page.grey), scale), page.dpi * scale, page.grey.dpi_known)


def guess(page: Near) -> tuple[int, float]:
    """(rotation, confidence): what turns the page upright, clockwise; confidence 0..1, 0.0 for no idea."""
    dpi = page.dpi
    mask, letters = _text(page.mask, dpi)
    lying = cv2.rotate(mask, cv2.ROTATE_90_CLOCKWISE)
    (_, flat), (_, steep) = rough(mask, dpi), rough(lying, dpi)
    if max(flat, steep) < 1.2:
        return 0, 0.0
    level_confidence = min(1.0, abs(flat - steep) / (0.3 * min(flat, steep)))
    if flat >= steep:
        top, votes = _heavy_top(mask, skew(mask, dpi)[0], dpi)
        turn, other = 0, 180
    else:
        top, votes = _heavy_top(lying, skew(lying, dpi)[0], dpi)
        turn, other = 90, 270
    confidence = level_confidence * min(1.0, abs(top) * 4) * min(1.0, votes / 6) * min(1.0, letters / _MANY)
    return (turn if top >= 0 else other), round(float(confidence), 3)


def _text(mask: Pixels, dpi: float) -> tuple[Pixels, int]:
    """The mask without what is no letter by its size (rules, frames, edges, seals, specks), and how much was left."""
    found = parts(mask)
    longest = np.maximum(found.width, found.height)
    keep = (longest < 0.5 * dpi) & (found.area >= max(2, dpi / 60))
    return without(mask, found, ~keep), int(np.count_nonzero(keep & (found.height > 0.05 * dpi)))


def _heavy_top(mask: Pixels, angle: float, dpi: float) -> tuple[float, int]:
    """(ink above the bodies of lines against ink below, -1..1; lines that voted)."""
    profile = projection(mask, angle).astype(np.float64)
    reach = max(2, round(dpi * 0.075))  # about the height of ascenders and marks over 11 pt letters
    above = below = 0.0
    votes = 0
    for start, stop in _lines(profile, max(3, round(dpi * 0.03))):
        body = profile[start:stop]
        strong = np.nonzero(body > 0.55 * body.max())[0]
        if len(strong) < 2 or body.max() < dpi * 0.15:
            continue
        first, last = start + int(strong[0]), start + int(strong[-1])
        over = profile[max(start, first - reach) : first].sum()
        under = profile[last + 1 : min(stop, last + 1 + reach)].sum()
        total = body.sum()
        if over + under < 0.02 * total:
            continue
        above, below = above + over, below + under
        votes += 1
    return ((above - below) / (above + below) if above + below else 0.0), votes


def _lines(profile: Pixels, least: int) -> list[tuple[int, int]]:
    """Runs of rows with ink that are at least ``least`` rows high."""
    inked = np.concatenate(([False], profile > 0.03 * np.percentile(profile, 98), [False]))
    steps = np.flatnonzero(inked[1:] != inked[:-1])
    return [(int(a), int(b)) for a, b in zip(steps[::2], steps[1::2], strict=True) if b - a >= least]
