"""Owns recorded answers of an engine: a folder of them, keyed by the raster's digest.

Serves tests and benchmarks that must not depend on an installed program. With an engine behind it, it records what is
not there yet; without one, an unknown raster is Unavailable. Never ages: delete the folder to record anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hoso import keys
from hoso.engines.api import Engine
from hoso.errors import Misconfigured, Unavailable
from hoso.nouns import Raster, Word
from hoso.settings import Reading

__all__ = ["Replay", "open"]


class Replay:
    """Answers from ``folder``; ``engine``, where given, answers what is missing and is recorded."""

    def __init__(self, folder: Path, engine: Engine | None = None) -> None:
        self._folder, self._engine = folder, engine

    @property
    def fingerprint(self) -> str:
        """That of the recorded engine."""
        if self._engine is not None:
            return self._engine.fingerprint
        name = self._folder / "fingerprint"
        if not name.is_file():
            raise Misconfigured(f"{self._folder}: no recording here; record one with an engine first")
        return name.read_text(encoding="utf-8")

    def orientation(self, raster: Raster) -> tuple[int, float]:
        """As recorded."""
        path = self._path(raster, "orientation")
        if not path.is_file():
            path.write_bytes(keys.encode(self._live(path).orientation(raster)))
        return keys.decode(path.read_bytes(), tuple[int, float])

    def read(self, raster: Raster) -> tuple[Word, ...]:
        """As recorded."""
        path = self._path(raster, "words")
        if not path.is_file():
            path.write_bytes(keys.encode(self._live(path).read(raster)))
        return keys.decode(path.read_bytes(), tuple[Word, ...])

    def lines(self, rasters: Sequence[Raster]) -> tuple[tuple[Word, ...], ...]:
        """As recorded, line by line."""
        missing = [raster for raster in rasters if not self._path(raster, "line").is_file()]
        if missing:
            path = self._path(missing[0], "line")
            for raster, words in zip(missing, self._live(path).lines(missing), strict=True):
                self._path(raster, "line").write_bytes(keys.encode(words))
        return tuple(keys.decode(self._path(r, "line").read_bytes(), tuple[Word, ...]) for r in rasters)

    def _path(self, raster: Raster, what: str) -> Path:
        shape = f"{raster.width} {raster.height} {raster.channels} {round(raster.dpi)} ".encode()
        return self._folder / f"{keys.short(keys.digest(shape + raster.data))}.{what}.json"

    def _live(self, path: Path) -> Engine:
        if self._engine is None:
            raise Unavailable(f"{path}: this page was never recorded; record it with an engine first")
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / "fingerprint").write_text(self._engine.fingerprint, encoding="utf-8")
        return self._engine


def open(settings: Reading) -> Replay:
    """The recording in the folder that ``settings.language`` names as ``replay:FOLDER``."""
    kind, _, folder = settings.language.partition(":")
    if kind != "replay" or not folder:
        raise Misconfigured("reading.language must be 'replay:FOLDER' for the engine replay")
    return Replay(Path(folder))
