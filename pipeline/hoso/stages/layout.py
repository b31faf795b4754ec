"""Words of a page laid out as level rows: what reading left as a heap gets its geometry back.

Owns: levelling of a skewed page, splitting the engine's lines at wide gaps (columns), joining what stands on one
baseline. Never: reads a meaning into a word. Boxes inside are of the levelled page; ``Token.ink`` is the box as it came.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from statistics import median
from typing import Any, TypeVar

from hoso.nouns import Box, Place, Seen, Word
from hoso.stages.specks import clean
from hoso.values import text as texts

__all__ = ["Row", "Run", "Sheet", "Token", "place_of", "sheet", "union"]

_COLUMN_GAP = 1.6
"""A gap of this many line heights parts two columns: blanks of justified lines stay below one."""
_NOISE = re.compile(r"^[\W_]+$")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, or the part of one before or after its colon. ``box`` is level, ``ink`` as on the upright page."""

    text: str
    box: Box
    ink: Box
    confidence: float

    @property
    def middle(self) -> float:
        return (self.box[0] + self.box[2]) / 2


@dataclass(frozen=True)
class Run:
    """Tokens of one line without a wide gap."""

    tokens: tuple[Token, ...]

    @cached_property
    def clean(self) -> tuple[Token, ...]:
        """Its tokens without specks."""
        return clean(self.tokens)

    @cached_property
    def text(self) -> str:
        return " ".join(t.text for t in self.tokens)

    @cached_property
    def box(self) -> Box:
        return union(t.box for t in self.tokens)

    @cached_property
    def middle(self) -> float:
        box = self.box
        return (box[0] + box[2]) / 2

    @cached_property
    def y(self) -> float:
        """The height of its middle."""
        return median((t.box[1] + t.box[3]) / 2 for t in self.tokens)


@dataclass(frozen=True)
class Row:
    """Runs on one baseline, from left to right."""

    runs: tuple[Run, ...]

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        return tuple(t for run in self.runs for t in run.tokens)

    @cached_property
    def clean(self) -> tuple[Token, ...]:
        """Its tokens without specks."""
        return clean(self.tokens)

    @cached_property
    def text(self) -> str:
        return " ".join(run.text for run in self.runs)

    @cached_property
    def box(self) -> Box:
        return union(run.box for run in self.runs)

    @cached_property
    def y(self) -> float:
        """The height of its middle."""
        return median((t.box[1] + t.box[3]) / 2 for t in self.tokens)

    def within(self, left: float, right: float) -> Run | None:
        """Its tokens whose middle lies between ``left`` and ``right``, None where there are none."""
        tokens = tuple(t for t in self.tokens if left <= t.middle <= right)
        return Run(tokens) if tokens else None


@dataclass(frozen=True)
class Sheet:
    """A page as rows from top to bottom. ``line`` is the usual height of a line, ``em`` the same measured across."""

    position: int
    rows: tuple[Row, ...]
    line: float
    em: float
    _told: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, question: Hashable, answer: Callable[[], T]) -> T:
        """What ``answer`` gives, asked once for each ``question``: a page is weighed by half a hundred forms, and many of
        them ask the same."""
        if question not in self._told:
            self._told[question] = answer()
        told: T = self._told[question]
        return told

    @cached_property
    def text(self) -> str:
        return "\n".join(row.text for row in self.rows)


def union(boxes: Iterable[Box]) -> Box:
    """The smallest box around ``boxes`` (at least one)."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def place_of(position: int, tokens: Sequence[Token]) -> Place | None:
    """Where the ink of ``tokens`` is, None for no tokens."""
    return Place(position, union(t.ink for t in tokens)) if tokens else None


@lru_cache(maxsize=64)
def sheet(seen: Seen) -> Sheet:
    """The rows of a page, level, from top to bottom; empty for a page without words. Kept: several stages ask."""
    page = seen.page
    lines = [_tokens(line, page.width, page.height, page.skew) for line in seen.reading.lines()]
    heights = [t.box[3] - t.box[1] for line in lines for t in line if any(c.isalnum() for c in t.text)]
    if not heights:
        return Sheet(page.position, (), 0.012, 0.017)
    line = median(heights)
    em = line * page.height / max(1, page.width)
    runs = [run for tokens in lines for run in _runs(tokens, em) if not _is_speck(run)]
    return Sheet(page.position, _rows(runs), line, em)


def _tokens(words: Iterable[Word], width: int, height: int, skew: float) -> list[Token]:
    turn = math.radians(skew)
    sine, cosine = math.sin(turn), math.cos(turn)
    tokens = []
    for word in words:
        text = texts.squeeze(word.text)
        if not text:
            continue
        left, top, right, bottom = word.box
        x, y = ((left + right) / 2 - 0.5) * width, ((top + bottom) / 2 - 0.5) * height
        across, down = (right - left) * width, (bottom - top) * height
        down = max(0.35 * down, down - across * abs(sine))
        level_x, level_y = x * cosine - y * sine, x * sine + y * cosine
        cx, cy, dx, dy = level_x / width + 0.5, level_y / height + 0.5, across / width / 2, down / height / 2
        token = Token(text, (cx - dx, cy - dy, cx + dx, cy + dy), word.box, word.confidence)
        tokens += _at_colon(token)
    return sorted(tokens, key=lambda t: t.box[0])


def _at_colon(token: Token) -> list[Token]:
    """ "Số:12/QĐ" as "Số:" and "12/QĐ"; times like 08:30 stay whole."""
    head, colon, tail = token.text.partition(":")
    if not colon or not head or not tail or (head[-1].isdigit() and tail[0].isdigit()) or _NOISE.match(tail):
        return [token]
    share = (len(head) + 1) / len(token.text)

    def cut(box: Box) -> tuple[Box, Box]:
        x = box[0] + share * (box[2] - box[0])
        return (box[0], box[1], x, box[3]), (x, box[1], box[2], box[3])

    (level, rest), (ink, ink_rest) = cut(token.box), cut(token.ink)
    return [replace(token, text=head + ":", box=level, ink=ink), replace(token, text=tail, box=rest, ink=ink_rest)]


def _runs(tokens: list[Token], em: float) -> list[Run]:
    runs: list[list[Token]] = []
    for token in tokens:
        if runs and token.box[0] - runs[-1][-1].box[2] <= _COLUMN_GAP * em:
            runs[-1].append(token)
        else:
            runs.append([token])
    return [Run(tuple(run)) for run in runs]


def _is_speck(run: Run) -> bool:
    """A scrap of dirt in the margin: a letter or two, hardly believed, beyond where any text begins or ends."""
    box = run.box
    return (box[2] < 0.1 or box[0] > 0.96) and len(run.text) <= 3 and max(t.confidence for t in run.tokens) < 0.9


def _rows(runs: list[Run]) -> tuple[Row, ...]:
    rows: list[list[Run]] = []
    for run in sorted(runs, key=lambda r: r.y):
        for row in reversed(rows[-6:]):
            if any(_same_line(run, other) for other in row) and not any(_over(run, other) for other in row):
                row.append(run)
                break
        else:
            rows.append([run])
    made = [Row(tuple(sorted(row, key=lambda r: r.box[0]))) for row in rows]
    return tuple(sorted(made, key=lambda r: r.y))


def _same_line(one: Run, other: Run) -> bool:
    a, b = one.box, other.box
    height = min(a[3] - a[1], b[3] - b[1])
    return abs(one.y - other.y) < 0.5 * height


def _over(one: Run, other: Run) -> bool:
    """Whether two runs overlap across: then they are two lines, however near."""
    a, b = one.box, other.box
    return min(a[2], b[2]) - max(a[0], b[0]) > 0.3 * min(a[2] - a[0], b[2] - b[0])
