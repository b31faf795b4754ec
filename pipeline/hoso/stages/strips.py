"""Strips of words and the rows they stand in: the geometry that reading order is found by.

Owns: joining words to strips, flattening the page's own bend, putting strips into rows. Never: reads a meaning into a
word; never changes one.

Lengths are in widths of the page, downwards too, so that one height of a letter measures the same both ways.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from hoso.nouns import Box, Word

__all__ = ["Ground", "Row", "Strip", "apart", "merged", "middle_of", "rows_of", "strips_of"]

_JOINS = 1.1  # heights of a word: nearer words of one row are one strip; a form leaves gaps of 5 to be filled in
_PARTS = 1.8  # heights of a word: from here a gap parts what the engine gave as one line
_SAME = 0.55  # of the lower of two strips: shared height from which they stand in one row
_TELLING = 0.12  # of the page's width: from here a strip tells how its line runs


@dataclass(frozen=True, slots=True)
class Strip:
    """Words of one line without a wide gap, from left to right, and where they stand on the flattened page."""

    words: tuple[Word, ...]
    left: float
    top: float
    right: float
    bottom: float
    says: bool = field(init=False, compare=False)
    """Whether it holds two letters or figures at least: ticks, strokes of a pen and dirt do not."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "says", sum(c.isalnum() for word in self.words for c in word.text) >= 2)

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def middle(self) -> float:
        """The height of its middle."""
        return (self.top + self.bottom) / 2

    @property
    def centre(self) -> float:
        """Where its middle stands across."""
        return (self.left + self.right) / 2

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


Row = list[Strip]


@dataclass(frozen=True, slots=True)
class Ground:
    """How a page lies: ``shape``, its height over its width, and ``bend``, how its lines run (see :func:`_bend`)."""

    shape: float
    bend: tuple[float, float, float]

    def flat(self, box: Box) -> Box:
        """A box on the page where it would stand if every line were level, in widths of the page."""
        left, top, right, bottom = box[0], box[1] * self.shape, box[2], box[3] * self.shape
        x, y = (left + right) / 2 - 0.5, (top + bottom - self.shape) / 2
        fall = _fallen(self.bend, x, y)
        slack = min(abs(_fall((x, y), self.bend)) * (right - left) / 2, 0.3 * (bottom - top))
        return left, top - fall + slack, right, bottom - fall - slack


def strips_of(words: Iterable[Word], shape: float) -> tuple[list[Strip], Ground]:
    """Words of one line of the engine as one strip, parted at wide gaps; and the ground they stand on.

    ``shape``: the page's height over its width.
    """
    lines: dict[int, list[Word]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word)
    parted: list[list[Word]] = []
    for line in lines.values():
        line.sort(key=lambda word: word.box[0])
        high = shape * median(word.box[3] - word.box[1] for word in line)
        parted.append([line[0]])
        for word in line[1:]:
            if word.box[0] - max(w.box[2] for w in parted[-1]) > _PARTS * high:
                parted.append([word])
            else:
                parted[-1].append(word)
    ground = Ground(shape, _bend(parted, shape))
    return [_strip(line, ground) for line in parted], ground


def rows_of(strips: Iterable[Strip]) -> list[Row]:
    """Strips by rows, top to bottom, left to right in each; near neighbours in a row joined to one strip."""
    rows: list[Row] = []
    for strip in sorted(strips, key=lambda s: (not s.says, s.middle)):
        best, most = None, _SAME
        for row in rows[-8:] if strip.says else rows:
            near = min(row, key=lambda s: max(s.left - strip.right, strip.left - s.right))
            share = (min(near.bottom, strip.bottom) - max(near.top, strip.top)) / max(
                1e-9, min(near.height, strip.height)
            )
            if share > most and not any(_over(strip, other) for other in row):
                best, most = row, share
        if best is None:
            rows.append([strip])
        else:
            best.append(strip)
    made = [_joined(sorted(row, key=lambda s: s.left)) for row in rows]
    return sorted(made, key=middle_of)


def middle_of(row: Row) -> float:
    """The height of a row's middle, by its words; by its signs where it has no word."""
    return median([s.middle for s in row if s.says] or [s.middle for s in row])


def apart(above: Sequence[Strip], below: Sequence[Strip], heights: float) -> bool:
    """Whether the white between two rows is wider than so many heights of a word."""
    high = median(s.height for s in (*above, *below))
    return median(s.top for s in below) - median(s.bottom for s in above) > heights * high


def _joined(row: Row) -> Row:
    joined = row[:1]
    for strip in row[1:]:
        last = joined[-1]
        if strip.left - last.right <= _JOINS * max(last.height, strip.height) and _alike(last, strip):
            joined[-1] = merged([last, strip])
        else:
            joined.append(strip)
    return joined


def _alike(one: Strip, other: Strip) -> bool:
    """Whether two strips are of one size of print; a lone sign (a dash, a tick) goes with any."""
    return not (one.says and other.says) or 0.5 < one.height / max(1e-9, other.height) < 2.0


def merged(strips: Sequence[Strip]) -> Strip:
    """Strips that stand side by side as one."""
    words = tuple(word for strip in strips for word in strip.words)
    told = [s for s in strips if s.says] or strips
    return Strip(
        words,
        min(s.left for s in strips),
        median(s.top for s in told),
        max(s.right for s in strips),
        median(s.bottom for s in told),
    )


def _over(one: Strip, other: Strip) -> bool:
    """Whether two strips stand over one another, so that they cannot be one row."""
    return min(one.right, other.right) - max(one.left, other.left) > 0.004


def _strip(line: Sequence[Word], ground: Ground) -> Strip:
    boxes = [ground.flat(word.box) for word in line]
    return Strip(
        tuple(line),
        min(box[0] for box in boxes),
        median(box[1] for box in boxes),
        max(box[2] for box in boxes),
        median(box[3] for box in boxes),
    )


def _middle(word: Word, shape: float) -> tuple[float, float]:
    return (word.box[0] + word.box[2]) / 2 - 0.5, ((word.box[1] + word.box[3]) / 2 - 0.5) * shape


def _fallen(bend: tuple[float, float, float], x: float, y: float) -> float:
    """How far the line through (x, y), from the middle of the page, has fallen there since that middle."""
    return x * (bend[0] + bend[1] * x / 2 + bend[2] * y)


def _bend(lines: Sequence[Sequence[Word]], shape: float) -> tuple[float, float, float]:
    """How lines run on this page: their fall to the right in its middle, how it grows to the right and downwards.

    A photograph of a curved or slanted sheet is not level everywhere. Least squares over the falls of strips that are
    long enough to tell, twice: the second time without those that run quite otherwise (a stamp, a signature).
    """
    falls = []
    for line in lines:
        if len(line) > 2 and line[-1].box[2] - line[0].box[0] > _TELLING:
            points = [_middle(word, shape) for word in line]
            x, y = sum(p[0] for p in points) / len(points), sum(p[1] for p in points) / len(points)
            weight = sum((p[0] - x) ** 2 for p in points)
            if weight > 0:
                falls.append((x, y, sum((p[0] - x) * (p[1] - y) for p in points) / weight, weight))
    bend = 0.0, 0.0, 0.0
    for _ in range(2):
        kept = [f for f in falls if abs(f[2] - _fall(f, bend)) < 0.05]
        if len(kept) < 8:
            return bend
        bend = _fitted(kept)
    return bend


def _fall(at: Sequence[float], bend: tuple[float, float, float]) -> float:
    return bend[0] + bend[1] * at[0] + bend[2] * at[1]


def _fitted(falls: Sequence[tuple[float, float, float, float]]) -> tuple[float, float, float]:
    """Weighted least squares of a plane through falls; a little damped, so that few strips do not make it steep."""
    total = sum(f[3] for f in falls)
    sums = [[0.0] * 4 for _ in range(3)]
    for x, y, fall, weight in falls:
        one = (1.0, x, y)
        for i in range(3):
            for j in range(3):
                sums[i][j] += weight * one[i] * one[j] / total
            sums[i][3] += weight * one[i] * fall / total
    for i, damp in enumerate((0.0, 0.004, 0.004)):
        sums[i][i] += damp
    for i in range(3):
        pivot = sums[i][i]
        sums[i] = [value / pivot for value in sums[i]]
        for j in range(3):
            if j != i:
                sums[j] = [b - sums[j][i] * a for a, b in zip(sums[i], sums[j], strict=True)]
    return sums[0][3], sums[1][3], sums[2][3]
