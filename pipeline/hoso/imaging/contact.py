"""Owns the pictures of a contact sheet: a page as it came, cleaned, what was taken off it in colour, and its lines.

Never archives and never reads: these are small lossy pictures for a person's eye (see ``encode`` for the archive's).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from hoso.imaging.clean import Cleaned
from hoso.imaging.pixels import Pixels, array, turn
from hoso.imaging.trace import Attempt
from hoso.nouns import Box, Raster

__all__ = ["LAYERS", "Image", "Layer", "Pictures", "cropped", "photo", "pictures"]

_WIDE, _NARROW = 1240, 620  # pixels across: a page that is read on, a page that is only known by its look
_QUALITY = 72  # of JPEG
_STEP = 36  # grey levels by which a pixel must have turned lighter to count as taken off
_PALE = 0.30  # of the page's own ink under the layers

LAYERS = {
    "seal": (214, 32, 58),
    "signature": (42, 84, 214),
    "strays": (150, 90, 30),
    "frames": (0, 140, 130),
    "leaders": (196, 40, 190),
    "specks": (235, 130, 0),
}
"""What is taken off a page before it is read, by the step that does it, and the RGB colour it is shown in."""


@dataclass(frozen=True, slots=True)
class Image:
    """A JPEG with its size in pixels."""

    data: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Layer:
    """What one step took off: its name in :data:`LAYERS` and how much, as a share of the page."""

    name: str
    share: float


@dataclass(frozen=True, slots=True)
class Pictures:
    """``received`` is small, the way it came; ``upright`` is what boxes of words lie on; ``cleaned`` is level and what
    the engine sees; ``removed`` shows the ``layers`` over the pale page; ``lines`` are in the order given to the
    engine."""

    received: Image
    upright: Image
    cleaned: Image
    removed: Image
    layers: tuple[Layer, ...]
    lines: tuple[Image, ...]


def pictures(attempt: Attempt) -> Pictures:
    """The pictures of a page as it was cleaned in ``attempt``, which holds what :class:`trace.Trace` was told."""
    upright = array(attempt.upright)
    cleaned = attempt.told("cleaned", "cleaned")
    if not isinstance(cleaned, Cleaned):
        raise ValueError("this attempt was not followed to the end of cleaning; there is nothing to show")
    removed, layers = _removed(attempt, array(cleaned.page))
    return Pictures(
        _jpeg(turn(upright, (360 - attempt.rotation) % 360), _NARROW),
        _jpeg(upright, _WIDE),
        _jpeg(array(cleaned.page), _WIDE),
        _jpeg(removed, _WIDE),
        layers,
        tuple(_jpeg(array(line), line.width) for line in cleaned.lines),
    )


def photo(page: Raster, widest: int) -> Image:
    """The page as a JPEG, ``widest`` pixels across at most."""
    return _jpeg(array(page), widest)


def cropped(jpeg: bytes, box: Box) -> Image:
    """What stands in ``box`` (fractions) of a JPEG of a page, with half the box's height around it."""
    pixels = np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR_RGB))
    height, width = pixels.shape[:2]
    around = max(6, round(0.5 * (box[3] - box[1]) * height))
    left, right = round(box[0] * width) - 2 * around, round(box[2] * width) + 2 * around
    top, bottom = round(box[1] * height) - around, round(box[3] * height) + around
    part = pixels[max(0, top) : max(1, min(height, bottom)), max(0, left) : max(1, min(width, right))]
    return _jpeg(part if part.size else pixels[:1, :1], 900)


def _removed(attempt: Attempt, page: Pixels) -> tuple[Pixels, tuple[Layer, ...]]:
    """The pale page with every layer in its colour, and how much each took."""
    pale = (255 - (255 - page.astype(np.float32)) * _PALE).astype(np.uint8)
    shown = cv2.merge([pale, pale, pale])
    layers = []
    for name, gone in _taken(attempt, page.shape):
        share = float(np.count_nonzero(gone)) / gone.size
        if share > 0:
            shown[gone] = LAYERS[name]
            layers.append(Layer(name, share))
    return shown, tuple(layers)


def _taken(attempt: Attempt, shape: tuple[int, ...]) -> Iterator[tuple[str, Pixels]]:
    """(layer, where it was) of each step that made the page lighter somewhere, in the order done."""
    before: Pixels | None = None
    for step in attempt.steps:
        page = step.told.get("page")
        if not isinstance(page, np.ndarray) or page.shape != shape:
            continue
        if before is not None:
            gone = cv2.subtract(page, before) > _STEP
            if step.name in LAYERS:
                yield step.name, gone
            elif step.name in {"colour", "seals"}:
                inside = _inside(step.told.get("seals"), shape)
                yield "seal", gone & inside
                yield "signature", gone & ~inside
        before = page


def _inside(rings: object, shape: tuple[int, ...]) -> Pixels:
    """Where the rings of seals (anything with ``x``, ``y`` and ``radius``) reach."""
    reach = np.zeros(shape, np.uint8)
    for ring in rings if isinstance(rings, tuple) else ():
        cv2.circle(reach, (round(ring.x), round(ring.y)), round(1.12 * ring.radius + 4), 255, -1)
    inside: Pixels = reach > 0
    return inside


def _jpeg(pixels: Pixels, widest: int) -> Image:
    height, width = pixels.shape[:2]
    if width > widest:
        size = (widest, max(1, round(height * widest / width)))
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    given = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    done, data = cv2.imencode(".jpg", given, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    if not done:
        raise ValueError(f"a picture of {width}×{height} pixels could not be encoded")
    return Image(data.tobytes(), int(pixels.shape[1]), int(pixels.shape[0]))
