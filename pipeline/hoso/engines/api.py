"""What every reading engine gives: words with boxes and confidence, and the way up of a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from hoso.nouns import Raster, Word

__all__ = ["Engine"]


class Engine(Protocol):
    """Reads one raster at a time, in one thread, within its time-out."""

    @property
    def fingerprint(self) -> str:
        """Engine, version, model digest and the settings that change its answers, as one short text."""
        ...

    def orientation(self, raster: Raster) -> tuple[int, float]:
        """(rotation, confidence): what turns the raster upright, clockwise 0|90|180|270; confidence 0 when unsure."""
        ...

    def read(self, raster: Raster) -> tuple[Word, ...]:
        """Words in reading order, boxes as fractions of the raster. Raises Unavailable on time-out or crash,
        Misconfigured where the program or the model is missing."""
        ...

    def lines(self, rasters: Sequence[Raster]) -> tuple[tuple[Word, ...], ...]:
        """The words of each raster, which holds one line of print and nothing else; boxes as fractions of it, in grey.
        As many answers as rasters. Raises as ``read``."""
        ...
