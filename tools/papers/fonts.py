"""Faces with every Vietnamese letter, found on this machine and proved by their character map.

Owns: which font families may be drawn with, where their files lie, the proof of coverage, and measuring.
Never: falls back to another font silently; a box in place of a letter would be a lie in the truth.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont
from PIL import ImageFont

__all__ = ["ALPHABET", "FAMILIES", "HELD_OUT", "Face", "MissingFontError", "font_file", "uncovered"]

_ROOTS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".fonts",
    Path.home() / ".local/share/fonts",
)

#: family → files for (regular, bold, italic, bold italic)
FAMILIES: dict[str, tuple[str, str, str, str]] = {
    "Liberation Serif": (
        "LiberationSerif-Regular.ttf",
        "LiberationSerif-Bold.ttf",
        "LiberationSerif-Italic.ttf",
        "LiberationSerif-BoldItalic.ttf",
    ),
    "Liberation Sans": (
        "LiberationSans-Regular.ttf",
        "LiberationSans-Bold.ttf",
        "LiberationSans-Italic.ttf",
        "LiberationSans-BoldItalic.ttf",
    ),
    "Noto Serif": ("NotoSerif-Regular.ttf", "NotoSerif-Bold.ttf", "NotoSerif-Italic.ttf", "NotoSerif-BoldItalic.ttf"),
    "Noto Sans": ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf", "NotoSans-Italic.ttf", "NotoSans-BoldItalic.ttf"),
    "DejaVu Serif Condensed": (
        "DejaVuSerifCondensed.ttf",
        "DejaVuSerifCondensed-Bold.ttf",
        "DejaVuSerifCondensed-Italic.ttf",
        "DejaVuSerifCondensed-BoldItalic.ttf",
    ),
    "DejaVu Sans": ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSans-Oblique.ttf", "DejaVuSans-BoldOblique.ttf"),
    "Liberation Mono": (
        "LiberationMono-Regular.ttf",
        "LiberationMono-Bold.ttf",
        "LiberationMono-Italic.ttf",
        "LiberationMono-BoldItalic.ttf",
    ),
}

#: kept back: never drawn without --held-out, never used to tune anything
HELD_OUT = "Noto Serif"

_MEASURE = 512  # pixels; widths are measured once, large, so that the layout does not depend on the resolution


def _alphabet() -> str:
    tones = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
    lower = {unicodedata.normalize("NFC", v + t) for v in "aăâeêioôơuưy" for t in tones} | set("đbcdghklmnpqrstvxfjwz")
    return "".join(sorted(lower | {c.upper() for c in lower}))


#: every letter that Vietnamese is written with, and the foreign f j w z (TCVN 6909:2001), NFC
ALPHABET = _alphabet()
_MARKS = "0123456789.,;:/()-–—…'\"“”%+*?!&@²"


class MissingFontError(RuntimeError):
    """A font family is not installed, or lacks letters."""


@lru_cache(maxsize=1)
def _installed() -> dict[str, Path]:
    return {p.name: p for root in _ROOTS if root.is_dir() for p in sorted(root.rglob("*.[to]tf"), reverse=True)}


@lru_cache(maxsize=64)
def font_file(family: str, bold: bool = False, italic: bool = False) -> Path:
    """The file of a face, after its cover of the alphabet was proved. Raises MissingFontError."""
    name = FAMILIES[family][bold + 2 * italic]
    path = _installed().get(name)
    if path is None:
        raise MissingFontError(
            f"{name} ({family}) is not installed; on Debian: "
            "apt-get install fonts-liberation2 fonts-dejavu-core fonts-dejavu-extra fonts-noto-core"
        )
    if lacking := uncovered(path):
        raise MissingFontError(f"{path} lacks {len(lacking)} letters ({lacking[:12]}): it would draw boxes")
    return path


def uncovered(path: Path) -> str:
    """The letters and marks that the file has no glyph for."""
    with TTFont(path, lazy=True) as font:
        known = font.getBestCmap()
    return "".join(c for c in ALPHABET + _MARKS if ord(c) not in known)


@lru_cache(maxsize=512)
def _pixels(path: Path, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=65536)
def _advance(path: Path, text: str) -> float:
    return float(_pixels(path, _MEASURE).getlength(text)) / _MEASURE


@lru_cache(maxsize=65536)
def _extent(path: Path, text: str) -> tuple[float, float, float, float]:
    left, top, right, bottom = _pixels(path, _MEASURE).getbbox(text, anchor="ls")
    return left / _MEASURE, top / _MEASURE, right / _MEASURE, bottom / _MEASURE


@dataclass(frozen=True, slots=True)
class Face:
    """A family at a size in points, upright or not."""

    family: str
    size: float
    bold: bool = False
    italic: bool = False

    @property
    def path(self) -> Path:
        return font_file(self.family, self.bold, self.italic)

    def width(self, text: str) -> float:
        """Advance in points."""
        return _advance(self.path, text) * self.size

    def extent(self, text: str) -> tuple[float, float, float, float]:
        """Ink box in points relative to the start of the baseline; y grows downwards."""
        left, top, right, bottom = _extent(self.path, text)
        return left * self.size, top * self.size, right * self.size, bottom * self.size

    def at(self, dpi: float) -> ImageFont.FreeTypeFont:
        """The face as Pillow draws it at ``dpi``."""
        return _pixels(self.path, round(self.size * dpi / 72, 2))

    def but(self, *, bold: bool | None = None, italic: bool | None = None, size: float | None = None) -> Face:
        """The same face with something changed."""
        return replace(
            self,
            bold=self.bold if bold is None else bold,
            italic=self.italic if italic is None else italic,
            size=self.size if size is None else size,
        )
