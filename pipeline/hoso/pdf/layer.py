"""Owns the invisible text layer: the words that were read, laid over their ink so that they can be found and copied.

Never drawn (text render mode 3), never guessed: a word stands where its box stands, as wide as its box. Words of a line
share one size and one baseline, found on the slant of the page's skew. Each word is drawn level with the page: turned
words are torn apart by readers (measured with poppler at 2 degrees: one word in ten).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, log, radians, sin
from statistics import median
from typing import NamedTuple

from hoso.nouns import Reading, Word
from hoso.pdf.fonts import BLANK_ADVANCE, Blank, clean, ink

__all__ = ["operators"]

_STEP = log(1.12)  # sizes go in steps of 12 %: lines of one paragraph get one size, and readers keep them together
_SMALLEST, _LARGEST = 2.0, 200.0


class _Laid(NamedTuple):
    """A word turned level: its left end, ink bottom, width and height in points, y upwards."""

    text: str
    left: float
    bottom: float
    width: float
    height: float


def operators(reading: Reading, width: float, height: float, skew: float, font: Blank, name: str) -> bytes:
    """Content operators of the layer of an upright page of ``width`` x ``height`` points; empty without words.

    ``skew`` in degrees as in Page: lines rise to the right. ``font`` learns the letters; ``name`` is its resource name.
    """
    slant = radians(skew) if abs(skew) >= 0.05 else 0.0
    lines = []
    for words in reading.lines():
        laid = [_level(word, width, height, slant) for word in words if clean(word.text).strip()]
        if laid:
            lines.append(_line(laid, slant, font, name))
    return b"".join([b"q BT 3 Tr 0 Tc 0 Tw\n", *lines, b"ET Q\n"]) if lines else b""


def _level(word: Word, width: float, height: float, slant: float) -> _Laid:
    """The word turned level about the page's lower left corner.

    A word w x h on a slant s has a box of w·cos s + h·sin s by w·sin s + h·cos s; the two are solved for w and h.
    """
    left, top, right, bottom = word.box
    wide, high = (right - left) * width, (bottom - top) * height
    x, y = (left + right) / 2 * width, height - (top + bottom) / 2 * height
    c, s = cos(slant), abs(sin(slant))
    across, up = (wide * c - high * s) / (c * c - s * s), (high * c - wide * s) / (c * c - s * s)
    if across < 0.5 * wide or up < 0.3 * high:  # not the box of a slanted word: leave it as it is
        across, up = wide, high
    u, v = x * cos(slant) + y * sin(slant), y * cos(slant) - x * sin(slant)
    return _Laid(clean(word.text).strip(), u - across / 2, v - up / 2, max(across, 0.5), max(up, 0.5))


def _line(words: Sequence[_Laid], slant: float, font: Blank, name: str) -> bytes:
    sizes, bases = [], []
    for word in words:
        low, high = ink(word.text)
        size = word.height / max(high - low, 0.2)
        sizes.append(size)
        bases.append(word.bottom - low * size)
    size = _stepped(median(sizes))
    base = median(bases)
    out = [f"/{name} {size:.2f} Tf\n".encode("ascii")]
    c, s = cos(slant), sin(slant)
    for place, word in enumerate(words):
        own = bases[place] if abs(bases[place] - base) > 0.6 * size else base
        x, y = word.left * c - own * s, word.left * s + own * c
        end = " " if place + 1 < len(words) else ""
        stretch = _stretch(word.text, word.width, size)
        out.append(f"1 0 0 1 {x:.2f} {y:.2f} Tm {stretch:.2f} Tz {font.encode(word.text + end)} Tj\n".encode("ascii"))
    return b"".join(out)


def _stretch(text: str, width: float, size: float) -> float:
    """The horizontal scaling (Tz, per cent) that makes ``text`` ``width`` points wide."""
    return max(1.0, 100 * width / (len(text) * BLANK_ADVANCE * size))


def _stepped(size: float) -> float:
    size = min(max(size, _SMALLEST), _LARGEST)
    return float(1.12 ** round(log(size) / _STEP))
