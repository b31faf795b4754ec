"""The nouns of pixels: what is handed from one tool to the next, and what a page image is archived as.

Standard library only. Part of ``hoso.nouns``, which gives them to everybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Picture", "Raster"]


@dataclass(frozen=True, slots=True)
class Raster:
    """Pixels handed from one tool to the next. ``data`` holds height x width x channels bytes, row by row.
    ``channels`` is 1 (grey, 0 black) or 3 (red, green, blue). ``dpi`` is of the pixels as they are here; ``dpi_known``
    is False where the file did not say and it was estimated."""

    width: int
    height: int
    channels: int
    data: bytes
    dpi: float
    dpi_known: bool = True


@dataclass(frozen=True, slots=True)
class Picture:
    """A page image in the compression it is archived in; ``data`` is the stream of a PDF image (ISO 32000-1, 8.9.5).

    ``width`` x ``height`` pixels as stored, ``bits`` a component. ``codec``: "jpeg", "g4" (CCITT group 4), "png" (Flate
    with PNG predictors) or "flate" (plain rows). ``colours``: "gray", "rgb" or "palette" (``palette``: RGB triples).
    ``black_is_one`` is for g4. ``icc`` is a profile that fits ``colours``, or empty. ``dpi`` is (across, down) as stored,
    0 where the file does not say. ``turn`` is the EXIF orientation 1..8. ``alpha``: Flate rows of 8-bit opacity, or
    empty. ``kept``: the received stream itself, not compressed again. ``stencil``: a picture of two levels, of any size,
    through whose black this one is shown."""

    width: int
    height: int
    bits: int
    codec: Literal["jpeg", "g4", "png", "flate"]
    colours: Literal["gray", "rgb", "palette"]
    data: bytes
    palette: bytes = b""
    black_is_one: bool = False
    icc: bytes = b""
    dpi: tuple[float, float] = (0.0, 0.0)
    turn: int = 1
    alpha: bytes = b""
    kept: bool = False
    stencil: Picture | None = None
