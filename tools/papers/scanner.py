"""From sheets to scanned pages: pixels, and the truth of what lies where after the damage.

Owns: the order of drawing, wearing out and turning; mapping boxes. Never: writes a file (``pack``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

import cv2
import numpy as np

from tools.papers.damage import Geometry, Wear, plan, wear
from tools.papers.sheet import Box, Sheet

__all__ = ["Scanned", "scan"]

_TURNS = {90: cv2.ROTATE_90_COUNTERCLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_CLOCKWISE}


@dataclass(slots=True)
class Scanned:
    """A page as the scanner gives it. ``truth`` is what goes to the truth file of its page."""

    pixels: np.ndarray
    dpi: int
    mode: str
    quality: int
    truth: dict[str, object]
    boxes: dict[str, list[list[float]]] = field(default_factory=dict)


def scan(
    sheet: Sheet | None,
    rng: Random,
    family: str,
    *,
    dpi: int = 200,
    mode: str | None = None,
    rotation: int = 0,
    behind: Sheet | None = None,
    how: Wear | None = None,
) -> Scanned:
    """Scan a sheet (None: an empty side). ``rotation`` is what will turn the scan upright again, clockwise."""
    how = how or plan(rng, family, mode)
    side = sheet or Sheet()
    image = np.asarray(side.draw(dpi))
    back = np.asarray(behind.draw(dpi)) if behind is not None and how.show_through else None
    pixels, geo = wear(image, how, back)
    if rotation:
        pixels = np.asarray(cv2.rotate(pixels, _TURNS[rotation]))
    truth: dict[str, object] = {
        "kind": "paper" if sheet is not None else "blank",
        "rotation": rotation,
        "skew": round(geo.level(), 2) if sheet is not None else 0.0,
        "damage": how.family,
        "mode": how.mode,
        "dpi": dpi,
        "text": "\n".join(line.text for line in side.lines),
        "lines": [_line(line.words, geo, side) for line in side.lines],
        "ink": [{"kind": i.kind, "text": i.text, "box": _mapped(i.box, geo, side)} for i in side.ink],
        "codes": [{"kind": k, "text": t, "box": _mapped(b, geo, side)} for k, t, b in side.codes],
    }
    return Scanned(pixels, dpi, how.mode, how.quality, truth, _fields(side, geo))


def _mapped(box: Box, geo: Geometry, side: Sheet) -> list[float]:
    left, top, right, bottom = box
    moved = geo.box((left / side.width, top / side.height, right / side.width, bottom / side.height))
    return [round(v, 4) for v in moved]


def _line(words: object, geo: Geometry, side: Sheet) -> list[list[object]]:
    """Words of a line as [text, left, top, right, bottom] and "hand" where a pen wrote them."""
    assert isinstance(words, list)
    return [[w.text, *_mapped(w.box, geo, side), *(["hand"] if w.hand else [])] for w in words]


def _fields(side: Sheet, geo: Geometry) -> dict[str, list[list[float]]]:
    return {name: [_mapped(box, geo, side) for box in boxes] for name, boxes in side.fields.items()}
