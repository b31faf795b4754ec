"""Owns the spelling of lines set in OCR-B at a fixed pitch: the machine-readable zone of cards and passports.

Each letter stands alone in a cell of known width, so a line is cut by arithmetic and each cell is compared with the 37
shapes that the standard allows (ISO 1073-2; ICAO Doc 9303-3, 4.3). Never decides what a zone says (``values/mrz``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from hoso import resources
from hoso.errors import Misconfigured
from hoso.imaging.pixels import Pixels, array
from hoso.nouns import Raster

__all__ = ["Spelled", "spell"]

_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"
_WIDE, _HIGH = 20, 28  # pixels of a prototype: one pitch across
_PLAY = 4  # pixels that a letter may stand beside its place, in either direction
_NEAR = 0.02  # correlation: what two letters may differ by and leave a doubt
_PITCHES, _STARTS = np.linspace(0.975, 1.025, 21), np.linspace(-0.5, 0.5, 21)


@dataclass(frozen=True, slots=True)
class Spelled:
    """A line's ``text`` and how well its cells fit their letters: ``fit`` the mean correlation -1..1, ``doubts`` the
    places (from 0) where a second letter fits nearly as well."""

    text: str
    fit: float
    doubts: tuple[int, ...]


def spell(line: Raster, count: int) -> Spelled | None:
    """The ``count`` letters on a grey picture that holds one line and nothing else; None where there is no ink."""
    ink = 255 - array(line)
    inked = ink > 96
    columns, rows = np.flatnonzero(inked.sum(axis=0) > 1), np.flatnonzero(inked.sum(axis=1) > 0.02 * ink.shape[1])
    if len(columns) < 2 * count or len(rows) < 4:
        return None
    pitch, start = _grid(ink, int(columns[0]), int(columns[-1]) + 1, count)
    scale = _WIDE / pitch
    high = _HIGH + 2 * _PLAY
    text, fits, doubts = "", [], []
    for place, middle in enumerate(_middles(inked, pitch, start, count)):
        to_cell = np.array([[scale, 0, _PLAY - (start + place * pitch) * scale], [0, scale, high / 2 - middle * scale]])
        window = cv2.warpAffine(ink, to_cell, (_WIDE + 2 * _PLAY, high), flags=cv2.INTER_LINEAR)
        scores = [float(cv2.matchTemplate(window, shape, cv2.TM_CCOEFF_NORMED).max()) for shape in _shapes()]
        second, best = np.argsort(scores)[-2:]
        text += _LETTERS[best]
        fits.append(scores[best])
        if scores[best] - scores[second] < _NEAR:
            doubts.append(place)
    return Spelled(text, round(float(np.mean(fits)), 3), tuple(doubts))


def _middles(inked: Pixels, pitch: float, start: float, count: int) -> Pixels:
    """The height at which each letter's middle stands: a curve through the middles of ink, for paper bends."""
    heights, places = [], []
    for place in range(count):
        left, right = max(0, round(start + place * pitch)), round(start + (place + 1) * pitch)
        rows = np.flatnonzero(inked[:, left:right].any(axis=1))
        if len(rows):
            heights.append((float(rows[0]) + float(rows[-1]) + 1) / 2)
            places.append(place)
    curve = np.poly1d(np.polyfit(places, heights, 2 if len(places) > 8 else 0))
    rest = np.abs(curve(np.asarray(places)) - np.asarray(heights))
    true = rest <= 2 * max(1.0, float(np.median(rest)))  # a smear is no letter
    curve = np.poly1d(np.polyfit(np.asarray(places)[true], np.asarray(heights)[true], 2 if true.sum() > 8 else 0))
    return np.asarray(curve(np.arange(count)))


def _grid(ink: Pixels, left: int, right: int, count: int) -> tuple[float, float]:
    """(pitch, start): the division into cells whose borders cross the least ink."""
    profile = np.concatenate((np.zeros(right), ink.sum(axis=0, dtype=np.float64), np.zeros(right)))
    guess = (right - left) / (count - 0.25)
    best = (np.inf, guess, float(left))
    borders = np.arange(count + 1)
    for pitch in guess * _PITCHES:
        middle = (left + right - count * pitch) / 2
        for start in middle + pitch * _STARTS:
            at = right + start + borders * pitch
            crossed = profile[np.round(at).astype(int)].sum() + profile[: round(float(at[0]))].sum()
            crossed += profile[round(float(at[-1])) :].sum()
            if crossed < best[0]:
                best = crossed, float(pitch), float(start)
    return best[1], best[2]


@cache
def _shapes() -> tuple[Pixels, ...]:
    path = resources.folder("ocr_models") / "ocr-b" / "letters.pgm"
    column = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if column is None or column.shape != (_HIGH * len(_LETTERS), _WIDE):
        raise Misconfigured(f"{path}: the prototypes of OCR-B are missing or not whole; install Hoso again")
    return tuple(255 - column[_HIGH * at : _HIGH * (at + 1)] for at in range(len(_LETTERS)))
