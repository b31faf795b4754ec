"""Setting type: runs of text into lines, lines into columns, columns into pages.

Owns: breaking and justifying paragraphs, centred blocks, form lines with leaders, digit boxes and ticks, page breaks.
Never: knows what a paper says; types hand over runs and places.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from tools.papers.fonts import Face
from tools.papers.sheet import BLACK, HEIGHT, WIDTH, Glyphs, Hand, Sheet

__all__ = [
    "Book",
    "Fill",
    "Run",
    "block",
    "break_lines",
    "form_line",
    "leaders",
    "place",
    "table",
    "tick_box",
    "words_of",
]

WordPieces = list[Glyphs]
_CELL = 1.18  # width of a digit box in sizes of the face


@dataclass(frozen=True, slots=True)
class Run:
    """Text in one manner. ``field`` names the value it prints; None for bold/italic keeps the paragraph's."""

    text: str
    bold: bool | None = None
    italic: bool | None = None
    size: float | None = None
    field: str | None = None
    hand: Hand | None = None
    colour: tuple[int, int, int] = BLACK


def words_of(runs: Sequence[Run | str], face: Face) -> list[WordPieces]:
    """Words as pieces that touch; a run that does not begin with a blank goes on in the word before it."""
    words: list[WordPieces] = []
    glue = False
    for run in runs:
        if isinstance(run, str):
            run = Run(run)
        inked = face.but(bold=run.bold, italic=run.italic, size=run.size)
        chunks = run.text.split(" ")
        for index, chunk in enumerate(chunks):
            if chunk:
                piece = Glyphs(chunk, inked, run.field, run.colour, run.hand)
                if glue and index == 0 and words:
                    words[-1].append(piece)
                else:
                    words.append([piece])
                glue = True
            else:
                glue = False
            if index < len(chunks) - 1:
                glue = False
    return words


def _width(word: WordPieces) -> float:
    return sum(p.width for p in word)


def break_lines(words: Sequence[WordPieces], width: float, indent: float = 0.0) -> list[list[WordPieces]]:
    """Greedy lines no wider than ``width`` (the first one by ``indent`` less)."""
    lines: list[list[WordPieces]] = [[]]
    used, room = 0.0, width - indent
    for word in words:
        blank = word[0].face.width(" ")
        need = _width(word) + (blank if lines[-1] else 0.0)
        if lines[-1] and used + need > room:
            lines.append([])
            used, room, need = 0.0, width, _width(word)
        lines[-1].append(word)
        used += need
    return [line for line in lines if line]


def place(sheet: Sheet, line: Sequence[WordPieces], x: float, y: float, width: float, align: str = "left") -> float:
    """Write one line; gives where its last letter ends."""
    natural = sum(_width(w) for w in line) + sum(w[0].face.width(" ") for w in line[1:])
    slack = width - natural
    stretch = 0.0
    if align == "centre":
        x += slack / 2
    elif align == "right":
        x += slack
    elif align == "justify" and len(line) > 1 and slack > 0:
        stretch = slack / (len(line) - 1)
    put = []
    for index, word in enumerate(line):
        if index:
            x += word[0].face.width(" ") + stretch
        put.append((x, word))
        x += _width(word)
    sheet.write(put, y)
    return x


def block(
    sheet: Sheet,
    rows: Sequence[Sequence[Run | str]],
    face: Face,
    x: float,
    y: float,
    width: float,
    align: str = "centre",
    leading: float = 1.18,
) -> float:
    """Rows under each other from baseline ``y``; rows too wide are broken. Gives the last baseline used."""
    first = True
    for row in rows:
        for line in break_lines(words_of(row, face), width):
            if not first:
                y += face.size * leading
            first = False
            place(sheet, line, x, y, width, align)
    return y


class Book:
    """Pages that fill one after the other. Margins in points; pages after the first are numbered at the top."""

    def __init__(self, left: float, top: float, right: float, bottom: float, face: Face, numbered: bool = True) -> None:
        self.left, self.top, self.right, self.bottom = left, top, right, bottom
        self.face = face
        self.numbered = numbered
        self.pages = [Sheet()]
        self.y = top

    @property
    def page(self) -> Sheet:
        return self.pages[-1]

    @property
    def width(self) -> float:
        return WIDTH - self.left - self.right

    def room(self, height: float) -> bool:
        """Turn the page where ``height`` no longer fits; True when a page was turned."""
        if self.y + height <= HEIGHT - self.bottom:
            return False
        self.turn()
        return True

    def turn(self) -> None:
        """Begin a new page."""
        self.pages.append(Sheet())
        self.y = self.top
        if self.numbered:
            number = words_of([str(len(self.pages))], self.face.but(bold=False, italic=False))
            place(self.page, number[0:1], self.left, self.top * 0.72, self.width, "centre")
            self.y = self.top + 4

    def paragraph(
        self,
        runs: Sequence[Run | str],
        face: Face | None = None,
        *,
        indent: float = 0.0,
        align: str = "justify",
        leading: float = 1.3,
        after: float = 3.0,
        inset: float = 0.0,
    ) -> None:
        """Set a paragraph at the cursor, over as many pages as it needs."""
        face = face or self.face
        width = self.width - 2 * inset
        lines = break_lines(words_of(runs, face), width, indent)
        for index, line in enumerate(lines):
            self.room(face.size * leading)
            self.y += face.size * leading
            shift = indent if index == 0 else 0.0
            last = index == len(lines) - 1
            how = "left" if align == "justify" and last else align
            place(self.page, line, self.left + inset + shift, self.y, width - shift, how)
        self.y += after


def leaders(sheet: Sheet, x0: float, x1: float, y: float, face: Face, tight: float = 1.0) -> None:
    """Dots from ``x0`` to ``x1`` on the baseline, as typists and forms print them."""
    pitch = face.width(".") * tight
    count = int((x1 - x0) / pitch)
    if count >= 2:
        sheet.decorate(x0, y, "." * count, face.but(bold=False, italic=False), cell=pitch)


@dataclass(frozen=True, slots=True)
class Fill:
    """A value to be written on a form line. ``weight`` shares out the free width among the fills of a line."""

    value: str
    field: str | None = None
    weight: float = 1.0
    manner: str = "after"  # none | after (dots follow) | under (dots below the value) | boxes (one a digit)
    bold: bool = False
    hand: Hand | None = None
    colour: tuple[int, int, int] = BLACK


def form_line(
    sheet: Sheet, x: float, y: float, width: float, items: Sequence[str | Run | Fill], face: Face, leading: float
) -> float:
    """Labels and values on one line (the last value may run over into more). Gives the last baseline used."""
    labels = [words_of([i], face) if not isinstance(i, Fill) else [] for i in items]
    blank = face.width(" ")
    fixed = sum(sum(_width(w) + blank for w in words) for words in labels)
    free = max(0.0, width - fixed)
    natural = [_fill_width(i, face) + 2 * blank if isinstance(i, Fill) else 0.0 for i in items]
    weights = [i.weight if isinstance(i, Fill) else 0.0 for i in items]
    spare = max(0.0, free - sum(natural))
    right, put = x + width, []
    for item, words, own, weight in zip(items, labels, natural, weights, strict=True):
        if not isinstance(item, Fill):
            for word in words:
                put.append((x, word))
                x += _width(word) + blank
            continue
        share = spare * weight / sum(weights) if sum(weights) else 0.0
        room = own + (min(share, face.size * 6) if item.manner == "none" else share)
        if item.manner == "boxes":
            put.append((x, [_boxed(sheet, x, y, item, face)]))
            x += room
            continue
        run = Run(item.value, bold=item.bold, field=item.field, hand=item.hand, colour=item.colour)
        glyphs = words_of([run], face)
        lines = _run_over(glyphs, right - x, width) if own > right - x else [glyphs]
        start = x
        for index, line in enumerate(lines):
            if index:
                sheet.write(put, y)
                put, y, x, start = [], y + face.size * leading, right - width, right - width
            for word in line:
                put.append((x, word))
                x += _width(word) + blank
            if item.manner == "under":
                leaders(sheet, start, right if len(lines) > 1 else start + room, y + face.size * 0.14, face)
        if item.manner == "after":
            leaders(sheet, x - blank * 0.6, right if len(lines) > 1 else start + room, y, face)
        x = max(x, start + room) if len(lines) == 1 else x
    sheet.write(put, y)
    return y


def _run_over(words: Sequence[WordPieces], first: float, width: float) -> list[list[WordPieces]]:
    """Lines of which the first has less room than the others."""
    lines = break_lines(words, width, width - first)
    return lines if _width(words[0]) <= first else [[], *break_lines(words, width)]


def _boxed(sheet: Sheet, x: float, y: float, item: Fill, face: Face) -> Glyphs:
    """Frames for the characters of a value, one each; the value stays one word in the truth."""
    side = face.size * _CELL
    for index in range(len(item.value)):
        sheet.frame((x + index * side, y - side * 0.86, x + (index + 1) * side, y + side * 0.2), 0.5)
    return Glyphs(item.value, face.but(bold=item.bold), item.field, item.colour, item.hand, cell=side)


def _fill_width(item: Fill, face: Face) -> float:
    if item.manner == "boxes":
        return len(item.value) * face.size * _CELL
    glyphs = words_of([Run(item.value, bold=item.bold, hand=item.hand)], face)
    return sum(_width(w) for w in glyphs) + face.width(" ") * (len(glyphs) - 1)


def table(
    book: Book,
    columns: Sequence[tuple[str, float]],
    rows: Sequence[Sequence[Run | str]],
    face: Face,
    left_column: int = 1,
) -> None:
    """A ruled table at the cursor: ``columns`` are titles and shares of the width; rows never break over a page.

    Column ``left_column`` is set flush left, the others centred.
    """
    edges = [book.left]
    for _, share in columns:
        edges.append(edges[-1] + share * book.width)
    step = face.size * 1.2
    for number, cells in enumerate([[title for title, _ in columns], *rows]):
        inked = face.but(bold=number == 0)
        broken = [break_lines(words_of([c], inked), edges[i + 1] - edges[i] - 8) for i, c in enumerate(cells)]
        height = max(len(b) for b in broken) * step + 6
        book.room(height)
        for index, lines in enumerate(broken):
            y = book.y + (height - len(lines) * step) / 2 + face.size * 0.95
            how = "left" if index == left_column and number else "centre"
            for line in lines:
                place(book.page, line, edges[index] + 4, y, edges[index + 1] - edges[index] - 8, how)
                y += step
            book.page.frame((edges[index], book.y, edges[index + 1], book.y + height), 0.5)
        book.y += height


def tick_box(sheet: Sheet, x: float, y: float, face: Face, ticked: bool, rng: Random) -> float:
    """A small square, crossed when ticked; gives where the next thing may stand."""
    side = face.size * 0.8
    sheet.frame((x, y - side, x + side, y), 0.6)
    if ticked:
        wild = side * 0.12
        sheet.rule(x + rng.uniform(0, wild), y - side, x + side, y - rng.uniform(0, wild), 1.0)
        sheet.rule(x + side, y - side + rng.uniform(0, wild), x + rng.uniform(0, wild), y, 1.0)
    return x + side + face.width("  ")
