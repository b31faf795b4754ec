"""Owns a page as reading looks at it: all of it in grey, and its colours only as large as they are looked at.

Print is read in grey; seals, ink of pens and the edges of a sheet are found by their colours on a small copy. So a page is
never held in full colour, which is most of the time that decoding takes. Never decides what is on a page.
"""

from __future__ import annotations

from dataclasses import dataclass

from hoso.imaging.pixels import array, grey, half, raster, turn_raster
from hoso.nouns import Raster

__all__ = ["NEAR_DPI", "Shown", "halves", "shown"]

NEAR_DPI = 90.0
"""At which a page tells how it lies and what is coloured on it: its small copy has this to twice this."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A page: ``grey`` in one channel, and ``tint``, the same in RGB at 1/2, 1/4 … of the size, or as large where the page
    is that coarse; None where it has no colour."""

    grey: Raster
    tint: Raster | None = None

    @property
    def dpi(self) -> float:
        """Of ``grey``."""
        return self.grey.dpi

    @property
    def picture(self) -> Raster:
        """The page to be looked at by a person."""
        return self.tint or self.grey

    def turned(self, rotation: int) -> Shown:
        """The page turned clockwise by 0, 90, 180 or 270 degrees."""
        return Shown(turn_raster(self.grey, rotation), self.tint and turn_raster(self.tint, rotation))


def halves(dpi: float) -> int:
    """How often a page of ``dpi`` is halved for its small copy."""
    count = 0
    while dpi >= 2 * NEAR_DPI:
        dpi, count = dpi / 2, count + 1
    return count


def shown(page: Raster) -> Shown:
    """The same page, of one or three channels."""
    if page.channels == 1:
        return Shown(page)
    small, factor = array(page), 1.0
    plain = grey(small)
    for _ in range(halves(page.dpi)):
        small, factor = half(small), factor / 2
    return Shown(raster(plain, page.dpi, page.dpi_known), raster(small, page.dpi * factor, page.dpi_known))
