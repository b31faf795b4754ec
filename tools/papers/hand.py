"""A pen that writes Vietnamese: own single-stroke letters, slanted, shaken and joined to a hand.

Owns: the skeletons of letters, digits and marks, and the style of a writer. Never: uses a font; no free handwriting
font that Debian carries has all Vietnamese letters, and one font would be one writer.

A skeleton is a list of strokes on a grid: x-height 0..6 upwards from the baseline, capitals and ascenders to 10,
descenders to -3.5; strokes are smoothed into curves. Letters with marks are composed from their canonical parts.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

import cv2
import numpy as np

from tools.papers.sheet import Box, Colour, Ink

__all__ = ["Pen", "pen"]

Stroke = list[tuple[float, float]]

# letter: width; strokes "x,y x,y … | x,y …" (a lone "." keeps a corner sharp by doubling the point before it)
_SKELETONS: dict[str, tuple[float, str]] = {
    "a": (6, "5,4.6 3.4,6 1,4.6 .6,1.6 2.2,0 4.4,1.4 5,4.6 | 5,6 5,1.2 5.6,0 6.6,.6"),
    "b": (6, "1,10 .9,5 .9,.6 2.6,0 4.8,1.6 4.8,4.4 3,5.8 1,4.2"),
    "c": (5, "4.6,5 3,6 1,4.6 .6,2 2.2,0 4.8,.9"),
    "d": (6, "4.8,4.8 3.2,6 1,4.6 .6,1.6 2.2,0 4.4,1.4 5,4 | 5,10 5,1.2 5.7,0 6.6,.6"),
    "e": (5.4, ".8,2.8 4.4,3.4 4.4,5.2 2.8,6 .9,4.4 .7,1.6 2.4,0 5,1.1"),
    "f": (4.4, "4.6,9 3.4,10 2.2,8.6 2,4 2,-2.6 .8,-3.4 | .4,5.6 4,5.8"),
    "g": (6, "5,4.6 3.4,6 1,4.6 .8,2 2.4,.4 4.4,1.8 5,4.6 | 5,6 4.8,-1.6 3,-3.4 .8,-2.4"),
    "h": (6, "1,10 .9,0 | .9,3.6 2.8,6 4.6,5 4.8,0 5.8,.3"),
    "i": (3, "1.4,6 1.3,1 2.2,0 3,.6"),
    "j": (3, "1.8,6 1.8,-2 .4,-3.4"),
    "k": (5.6, "1,10 .9,0 | 4.6,5.8 1,2.8 | 2,3.4 4.6,.2 5.4,.3"),
    "l": (3, "1.2,10 1.1,1.2 2,0 3,.7"),
    "m": (9, ".9,6 .9,0 | .9,4 2.4,6 4,5 4.1,0 | 4.1,4 5.8,6 7.4,5 7.5,.6 8.6,.2"),
    "n": (6, ".9,6 .9,0 | .9,3.8 2.8,6 4.6,5 4.7,.6 5.8,.2"),
    "o": (5.8, "3.2,6 1,4.8 .7,1.8 2.6,0 4.8,1.4 5,4.2 3.2,6"),
    "p": (6, "1,6 .9,-3.4 | 1,4.4 3,6 4.9,4.4 4.6,1.4 2.6,0 1,1"),
    "q": (6, "5,4.8 3.4,6 1,4.6 .7,1.8 2.4,0 4.4,1.4 5,4 | 5,6 5,-3.4 6,-2.6"),
    "r": (4.6, ".9,6 .9,0 | .9,3.8 2.2,5.8 4.4,5.6"),
    "s": (4.8, "4.4,5.2 2.8,6 1.2,4.8 2.6,3.2 4.2,1.6 2.8,0 .6,.8"),
    "t": (4, "1.8,8.6 1.7,1.4 2.6,0 4,.8 | .3,6 3.8,6.2"),
    "u": (6.2, ".9,6 .9,1.4 2.4,0 4.6,1.6 5,6 | 5,6 5,1.2 5.8,0 6.6,.6"),
    "v": (5.4, ".6,6 2.6,0 . 5,6"),
    "w": (8, ".6,6 2.2,0 . 4,5 . 5.6,0 . 7.4,6"),
    "x": (5.4, ".6,5.8 4.8,.2 | 4.8,5.8 .6,.2"),
    "y": (5.6, ".8,6 1.2,2.6 2.6,1.4 4.6,3.2 | 4.9,6 4.4,-1.6 2.6,-3.4 .6,-2.4"),
    "z": (5, ".7,5.8 4.6,5.8 . .6,.2 . 4.9,.2"),
    "A": (8, ".4,0 3.8,10 . 7.2,0 | 1.8,3.6 6,3.6"),
    "B": (7, "1,0 1,10 . 4.6,9.6 5.2,7.4 3.4,5.4 1,5.2 | 3.4,5.4 6.2,4 5.8,.8 3.2,0 1,0"),
    "C": (7.4, "6.8,8.6 4.6,10 1.6,8.2 .7,4.6 2,1 4.6,0 7,1.4"),
    "D": (7.6, "1,0 1,10 . 4.4,9.6 7,7 6.8,2.8 4,.1 1,0"),
    "E": (6.4, "6,10 1,10 . 1,0 . 6.2,0 | 1,5.2 5.2,5.2"),
    "F": (6.2, "6,10 1,10 . 1,0 | 1,5.2 5,5.2"),
    "G": (8, "6.8,8.6 4.6,10 1.6,8.2 .7,4.6 2,1 4.8,0 7,1.8 . 7,4.6 . 4.6,4.6"),
    "H": (7.4, "1,10 1,0 | 6.4,10 6.4,0 | 1,5.2 6.4,5.2"),
    "I": (3.2, "1.6,10 1.6,0"),
    "J": (5, "4,10 4,2 2.4,0 .6,1.4"),
    "K": (7, "1,10 1,0 | 6,10 1.2,4.6 | 2.6,5.8 6.4,0"),
    "L": (6, "1,10 1,0 . 5.8,0"),
    "M": (9, ".8,0 1.4,10 . 4.6,2.4 . 7.8,10 . 8.4,0"),
    "N": (7.6, "1,0 1,10 . 6.6,0 . 6.6,10"),
    "O": (8, "4.2,10 1.4,8.2 .7,4.4 2.2,.8 4.6,0 7,2 7.4,6 6,9.2 4.2,10"),
    "P": (6.6, "1,0 1,10 . 4.8,9.6 5.8,7.4 4.4,5 1,4.8"),
    "Q": (8, "4.2,10 1.4,8.2 .7,4.4 2.2,.8 4.6,0 7,2 7.4,6 6,9.2 4.2,10 | 4.8,2.4 7.6,-1"),
    "R": (7, "1,0 1,10 . 4.8,9.6 5.6,7.4 4.2,5.2 1,5 | 3.2,5 6.4,0"),
    "S": (6.4, "5.8,8.6 3.6,10 1.2,8.2 2.4,5.8 5,4.2 5.6,1.8 3.4,0 .6,1.4"),
    "T": (7, ".4,10 6.6,10 | 3.5,10 3.4,0"),
    "U": (7.4, "1,10 .9,3 2.4,.2 4.8,.2 6.4,3 6.4,10"),
    "V": (7, ".4,10 3.4,0 . 6.6,10"),
    "W": (10, ".4,10 2.4,0 . 5,8 . 7.4,0 . 9.6,10"),
    "X": (7, ".6,10 6.2,0 | 6.2,10 .6,0"),
    "Y": (6.8, ".4,10 3.4,5 . 6.4,10 | 3.4,5 3.3,0"),
    "Z": (6.6, ".7,10 6,10 . .6,0 . 6.2,0"),
    "0": (5.6, "2.8,9 .9,7 .8,2.4 2.6,0 4.6,1.6 4.8,6.4 2.8,9"),
    "1": (4, "1,7 2.4,9 . 2.3,0"),
    "2": (5.4, ".8,7.2 2.4,9 4.4,7.6 3.6,4.6 .6,.2 . 5,.4"),
    "3": (5.2, ".9,8 2.6,9 4.4,7.4 2.4,4.9 . 4.8,3 3.4,.2 .6,.8"),
    "4": (5.6, "3,9 .6,3 . 5.2,3 | 3.9,5.6 3.8,0"),
    "5": (5.2, "4.6,9 1.2,9 . 1,5.2 3.2,5.6 4.7,3.2 3.2,.2 .6,.8"),
    "6": (5.4, "4.2,8.8 1.6,6 .8,2.4 2.6,0 4.7,1.8 3.8,4.4 1,3.2"),
    "7": (5.2, ".6,8.8 4.8,9 . 2,0 | 1.6,4.6 4.2,4.8"),
    "8": (5.4, "2.8,4.8 1,6.6 2.6,9 4.4,7.2 2.6,4.6 .7,2.2 2.6,0 4.8,2 2.8,4.8"),
    "9": (5.2, "4.5,7 2.8,9 .9,7 2,4.8 4.4,6.6 . 4.2,2.6 2.6,0"),
    ".": (2.4, "1,.3 1.3,0"),
    ",": (2.4, "1.4,.4 .8,-1.6"),
    "-": (4, ".8,3.6 3.2,3.7"),
    "/": (4.4, ".4,-1.4 4,9.6"),
    ":": (2.4, "1.1,.4 1.3,.1 | 1.1,4 1.3,3.7"),
    "'": (2, "1,10 .8,8"),
}
# marks over and under a letter, relative to its middle (x) and top (y)
_MARKS = {
    "\u0300": "-1.4,2.2 .6,.9",
    "\u0301": "-.4,.9 1.5,2.3",
    "\u0309": "-.6,2.4 .5,2.9 .9,2.1 .1,1.5 .1,.8",
    "\u0303": "-1.7,1 -.7,2 .5,1.2 1.7,2.2",
    "\u0302": "-1.6,.8 .1,2.3 . 1.7,.8",
    "\u0306": "-1.6,2.2 0,1 1.7,2.3",
}


def _parse(text: str) -> list[Stroke]:
    strokes = []
    for part in text.split("|"):
        stroke: Stroke = []
        for token in part.split():
            if token == ".":
                stroke.append(stroke[-1])
            else:
                x, y = token.split(",")
                stroke.append((float(x), float(y)))
        strokes.append(stroke)
    return strokes


@lru_cache(maxsize=1024)
def _letter(letter: str) -> tuple[float, tuple[tuple[tuple[float, float], ...], ...]]:
    """Advance and strokes of one letter with its marks."""
    crossed = letter in "đĐ"
    plain = unicodedata.normalize("NFD", {"đ": "d", "Đ": "D"}.get(letter, letter))
    base, marks = plain[0], plain[1:]
    if base not in _SKELETONS:
        base = "-"
    width, text = _SKELETONS[base]
    strokes = _parse(text)
    tall = max(y for s in strokes for _, y in s)
    middle, top = width / 2, max(6.0, tall)
    if crossed:
        strokes.append([(3.4, 8), (6.6, 8.2)] if letter == "đ" else [(-0.4, 5), (3, 5.1)])
    if base == "i" and not any(m in _MARKS for m in marks):
        strokes.append([(1.5, 8.2), (1.7, 7.9)])
    shaped = any(m in "\u0302\u0306" for m in marks)
    for mark in marks:
        if mark == "\u031b":  # the horn
            strokes.append([(width * 0.82, top * 0.86), (width * 0.98, top * 1.0), (width * 1.02, top * 1.2)])
        elif mark == "\u0323":
            strokes.append([(middle, -2.0), (middle + 0.3, -2.3)])
        elif mark in _MARKS:
            lift, aside = (1.7, 1.0) if shaped and mark not in "\u0302\u0306" else (0.0, 0.0)
            strokes += [[(middle + aside + x, top + lift + y) for x, y in s] for s in _parse(_MARKS[mark])]
    return width, tuple(tuple(s) for s in strokes)


def _curve(points: Sequence[tuple[float, float]]) -> np.ndarray:
    """Catmull-Rom through the points; doubled points stay corners."""
    p = np.asarray(points, dtype=np.float64)
    if len(p) < 3:
        return p
    p = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
    t = np.linspace(0, 1, 7)[:-1, None]
    parts = []
    for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False):
        parts.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    return np.vstack([*parts, p[-2:-1]])


@dataclass(frozen=True, slots=True)
class Pen:
    """A writer: ``slant`` (x per y), ``shake`` of points, ``drift`` of the baseline, spacing, ``nib`` in points, size."""

    seed: int
    slant: float
    shake: float
    drift: float
    tight: float
    nib: float
    scale: float

    def _unit(self, size: float) -> float:
        return size * 0.083 * self.scale

    def width(self, text: str, size: float) -> float:
        """Advance in points."""
        return sum(_letter(c)[0] + self.tight for c in text) * self._unit(size)

    def _strokes(self, text: str, size: float) -> list[np.ndarray]:
        """Curves in points, y downwards, relative to the start of the baseline."""
        rng = Random(f"{self.seed}:{text}:{size:.2f}")
        unit, x, curves = self._unit(size), 0.0, []
        fall = rng.gauss(0, self.drift)
        for letter in text:
            width, strokes = _letter(letter)
            grow, lift = 1 + rng.gauss(0, 0.05), rng.gauss(0, 0.25) + fall * x * 0.02
            lean = self.slant + rng.gauss(0, 0.03)
            for stroke in strokes:
                shaken = []
                last = None
                for px, py in stroke:
                    if last is not None and (px, py) == last[0]:
                        shaken.append(last[1])
                        continue
                    qx, qy = px + rng.gauss(0, self.shake), py * grow + lift + rng.gauss(0, self.shake)
                    shaken.append((x + qx + lean * qy, -qy))
                    last = ((px, py), shaken[-1])
                curves.append(_curve(shaken) * unit)
            x += width + self.tight + rng.gauss(0, 0.12)
        return curves

    def extent(self, text: str, size: float) -> Box:
        """Ink box in points relative to the start of the baseline."""
        points = np.vstack(self._strokes(text, size))
        (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
        half = self.nib / 2
        return float(left) - half, float(top) - half, float(right) + half, float(bottom) + half

    def ink(self, text: str, x: float, y: float, size: float, colour: Colour) -> Ink:
        """The word as a mark on the page."""
        curves = self._strokes(text, size)
        left, top, right, bottom = self.extent(text, size)
        seed = self.seed

        def paint(dpi: float) -> np.ndarray:
            return _paint(curves, (left, top, right, bottom), self.nib, dpi, seed)

        return Ink("handwriting", (x + left, y + top, x + right, y + bottom), colour, paint, text)


def _paint(curves: Sequence[np.ndarray], box: Box, nib: float, dpi: float, seed: int) -> np.ndarray:
    """Alpha of strokes with a pressure that swells and fades along each."""
    fine = 3  # drawn larger and shrunk, so that a nib may be a fraction of a pixel wide
    k = dpi / 72
    height, width = math.ceil((box[3] - box[1]) * k) + 2, math.ceil((box[2] - box[0]) * k) + 2
    canvas = np.zeros((height * fine, width * fine), np.uint8)
    origin = np.array([box[0], box[1]])
    phase = seed % 97 / 15.0
    for index, curve in enumerate(curves):
        points = np.round((curve - origin) * k * fine * 16).astype(np.int32)
        for step in range(len(points) - 1):
            press = 0.85 + 0.25 * math.sin(phase + index + step * 0.35)
            thick = max(1, round(nib * k * fine * press))
            a, b = tuple(int(v) for v in points[step]), tuple(int(v) for v in points[step + 1])
            cv2.line(canvas, a, b, 235, thick, cv2.LINE_AA, 4)
    return cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)


def pen(rng: Random) -> Pen:
    """Some writer."""
    return Pen(
        seed=rng.randrange(1 << 30),
        slant=rng.uniform(-0.05, 0.32),
        shake=rng.uniform(0.06, 0.2),
        drift=rng.uniform(0.0, 0.5),
        tight=rng.uniform(0.2, 1.1),
        nib=rng.uniform(0.5, 0.95),
        scale=rng.uniform(1.0, 1.3),
    )
