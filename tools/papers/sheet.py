"""One side of paper as a list of strokes in points, with what stands written on it.

Owns: the display list of a page, the truth of its lines, words, fields, ink and codes, and drawing it at a resolution.
Never: decides where something stands (``typeset``, ``types``) or wears it out (``damage``).

Coordinates: points (1/72 inch) from the top-left corner of an A4 sheet; y grows downwards; text stands on baselines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from PIL import Image, ImageDraw

from tools.papers.fonts import Face

__all__ = [
    "BLACK",
    "HEIGHT",
    "WIDTH",
    "Box",
    "Colour",
    "Glyphs",
    "Hand",
    "Ink",
    "Line",
    "Sheet",
    "Word",
    "shifted",
    "union",
]

WIDTH, HEIGHT = 595.28, 841.89
BLACK = (18, 18, 22)

Box = tuple[float, float, float, float]
Colour = tuple[int, int, int]
#: draws alpha (0..255, height x width) of one ink mark at a resolution
Painter = Callable[[float], np.ndarray]


class Hand(Protocol):
    """A pen: how wide it writes a word, what ink the word covers, and the ink itself (``hand`` holds the one pen)."""

    def width(self, text: str, size: float) -> float: ...

    def extent(self, text: str, size: float) -> Box: ...

    def ink(self, text: str, x: float, y: float, size: float, colour: Colour) -> Ink: ...


@dataclass(frozen=True, slots=True)
class Glyphs:
    """A piece of a word in one face; ``hand`` pieces are drawn by a pen instead."""

    text: str
    face: Face
    field: str | None = None
    colour: Colour = BLACK
    hand: Hand | None = None
    cell: float = 0.0  # where set, each letter stands in the middle of a cell this wide

    @property
    def width(self) -> float:
        if self.cell:
            return self.cell * len(self.text)
        return self.hand.width(self.text, self.face.size) if self.hand else self.face.width(self.text)

    @property
    def extent(self) -> Box:
        """Ink box relative to the start of the baseline."""
        if self.cell:
            return union([shifted(one.extent, x, 0) for x, one in self.letters()])
        return self.hand.extent(self.text, self.face.size) if self.hand else self.face.extent(self.text)

    def letters(self) -> Iterator[tuple[float, Glyphs]]:
        """Each letter of a word in cells, with the x where it starts."""
        for index, letter in enumerate(self.text):
            one = replace(self, text=letter, cell=0.0)
            yield index * self.cell + (self.cell - one.width) / 2, one


@dataclass(slots=True)
class Word:
    """Letters between two blanks and the ink they cover."""

    text: str
    box: Box
    hand: bool = False


@dataclass(slots=True)
class Line:
    """Words on one baseline within one column."""

    words: list[Word] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join(w.text for w in self.words)

    @property
    def box(self) -> Box:
        return union([w.box for w in self.words])


@dataclass(frozen=True, slots=True)
class Ink:
    """A mark over the print: its kind, where, what it says, its colour and how it is drawn."""

    kind: str
    box: Box
    colour: Colour
    paint: Painter
    text: str = ""


def shifted(box: Box, x: float, y: float) -> Box:
    """The box moved right by ``x`` and down by ``y``."""
    return box[0] + x, box[1] + y, box[2] + x, box[3] + y


def union(boxes: Sequence[Box]) -> Box:
    """The smallest box around all of them."""
    return (
        min(b[0] for b in boxes),
        min(b[1] for b in boxes),
        max(b[2] for b in boxes),
        max(b[3] for b in boxes),
    )


class Sheet:
    """A page being written. Lines are kept in reading order: the order in which they are put down, but for columns.

    ``width`` and ``height`` in points: A4, but for pictures that a card fills."""

    def __init__(self, width: float = WIDTH, height: float = HEIGHT) -> None:
        self.width, self.height = width, height
        self.lines: list[Line] = []
        self.fields: dict[str, list[Box]] = {}
        self.ink: list[Ink] = []
        self.codes: list[tuple[str, str, Box]] = []
        self._glyphs: list[tuple[float, float, Glyphs]] = []
        self._rules: list[tuple[float, float, float, float, float, Colour]] = []
        self._fills: list[tuple[Box, Colour]] = []

    def write(self, words: Sequence[tuple[float, Sequence[Glyphs]]], y: float) -> Line:
        """Put words (each at its x, as pieces that touch) on the baseline ``y`` and note them as one line."""
        line = Line()
        for x, pieces in words:
            boxes: list[Box] = []
            for piece in pieces:
                self._glyphs.append((x, y, piece))
                box = shifted(piece.extent, x, y)
                boxes.append(box)
                if piece.field:
                    self._mark(piece.field, box, new=not _touches(self.fields.get(piece.field), box, piece.face.size))
                x += piece.width
            line.words.append(Word("".join(p.text for p in pieces), union(boxes), any(p.hand for p in pieces)))
        if line.words:
            self.lines.append(line)
        return line

    def strike(self, line: Line) -> None:
        """Take a line of print off the sheet again, its truth with it."""
        left, top, right, bottom = line.box
        self.lines.remove(line)
        self._glyphs = [
            (x, y, piece)
            for x, y, piece in self._glyphs
            if not (
                left - 1 <= shifted(piece.extent, x, y)[0] <= right
                and top - 1 <= shifted(piece.extent, x, y)[1] <= bottom
            )
        ]

    def columns(self, start: int, cut: float) -> None:
        """The lines from ``start`` on are two columns parted at x = ``cut``: the left one is read whole, then the right."""
        put = self.lines[start:]
        self.lines[start:] = sorted(put, key=lambda line: line.box[0] + line.box[2] >= 2 * cut)

    def _mark(self, name: str, box: Box, new: bool) -> None:
        boxes = self.fields.setdefault(name, [])
        if new or not boxes:
            boxes.append(box)
        else:
            boxes[-1] = union([boxes[-1], box])

    def decorate(self, x: float, y: float, text: str, face: Face, colour: Colour = BLACK, cell: float = 0.0) -> None:
        """Print that is no text: leader dots, ticks."""
        self._glyphs.append((x, y, Glyphs(text, face, colour=colour, cell=cell)))

    def rule(self, x0: float, y0: float, x1: float, y1: float, width: float = 0.7, colour: Colour = BLACK) -> None:
        """A straight line."""
        self._rules.append((x0, y0, x1, y1, width, colour))

    def frame(self, box: Box, width: float = 0.7, colour: Colour = BLACK) -> None:
        """Four rules."""
        left, top, right, bottom = box
        self.rule(left, top, right, top, width, colour)
        self.rule(right, top, right, bottom, width, colour)
        self.rule(right, bottom, left, bottom, width, colour)
        self.rule(left, bottom, left, top, width, colour)

    def fill(self, box: Box, colour: Colour = BLACK) -> None:
        """A filled box, e.g. one bar of a barcode."""
        self._fills.append((box, colour))

    def stamp(self, mark: Ink) -> None:
        """Ink that lies over everything printed."""
        self.ink.append(mark)

    def draw(self, dpi: float) -> Image.Image:
        """The page in RGB at ``dpi`` (points are 1/72 inch), on white."""
        k = dpi / 72
        image = Image.new("RGB", (round(self.width * k), round(self.height * k)), (255, 255, 255))
        pen = ImageDraw.Draw(image)
        for (left, top, right, bottom), colour in self._fills:
            x, y = round(left * k), round(top * k)
            pen.rectangle((x, y, max(x, round(right * k) - 1), max(y, round(bottom * k) - 1)), fill=colour)
        for x0, y0, x1, y1, width, colour in self._rules:
            pen.line((x0 * k, y0 * k, x1 * k, y1 * k), fill=colour, width=max(1, round(width * k)))
        marks = list(self.ink)
        for start, base, piece in self._glyphs:
            for shift, one in piece.letters() if piece.cell else [(0.0, piece)]:
                if one.hand:
                    marks.append(one.hand.ink(one.text, start + shift, base, one.face.size, one.colour))
                else:
                    _print(pen, (start + shift) * k, base * k, one, k, dpi)
        return _inked(image, marks, k, dpi)


def _print(pen: ImageDraw.ImageDraw, x: float, y: float, piece: Glyphs, k: float, dpi: float) -> None:
    """One word; letter by letter where whole-pixel advances would make it run too wide or too narrow."""
    font = piece.face.at(dpi)
    if abs(font.getlength(piece.text) - piece.face.width(piece.text) * k) < max(1.0, 0.12 * piece.face.size * k):
        pen.text((x, y), piece.text, fill=piece.colour, font=font, anchor="ls")
        return
    for index, letter in enumerate(piece.text):
        at = x + piece.face.width(piece.text[:index]) * k
        pen.text((at, y), letter, fill=piece.colour, font=font, anchor="ls")


def _touches(boxes: list[Box] | None, box: Box, size: float) -> bool:
    """Whether ``box`` goes on on the same line as the last of ``boxes``."""
    return boxes is not None and bool(boxes) and abs(boxes[-1][3] - box[3]) < size * 0.6 and box[0] >= boxes[-1][0]


def _inked(image: Image.Image, marks: Sequence[Ink], k: float, dpi: float) -> Image.Image:
    """Ink darkens what lies under it: each channel is multiplied, as real ink does."""
    if not marks:
        return image
    pixels = np.asarray(image).copy()
    height, width = pixels.shape[:2]
    for mark in marks:
        alpha = mark.paint(dpi)
        top, left = round(mark.box[1] * k), round(mark.box[0] * k)
        y0, x0 = max(0, top), max(0, left)
        y1, x1 = min(height, top + alpha.shape[0]), min(width, left + alpha.shape[1])
        if y1 <= y0 or x1 <= x0:
            continue
        part = alpha[y0 - top : y1 - top, x0 - left : x1 - left].astype(np.float32)[..., None] / 255
        under = pixels[y0:y1, x0:x1].astype(np.float32)
        tint = np.asarray(mark.colour, dtype=np.float32) / 255
        pixels[y0:y1, x0:x1] = np.clip(under * (1 - part * (1 - tint)), 0, 255).astype(np.uint8)
    return Image.fromarray(pixels)
