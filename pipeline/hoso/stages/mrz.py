"""Owns the finding of a machine-readable zone among the lines of a page, and the choice between two readings of it.

A zone is two or three lines of equal width under one another, each a run of capitals, digits and fillers. It is spelled
cell by cell (``imaging/ocrb``), and by whatever engine read the lines; check digits decide. Never says what it means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from hoso.imaging.clean import Cleaned
from hoso.imaging.ocrb import Spelled, spell
from hoso.nouns import Box, Code, Raster, Word
from hoso.values.mrz import compose, parse, repair

__all__ = ["Line", "find", "mrz", "on_page"]

#: a line's text as an engine read it, and its box on the page
Line = tuple[str, Box]

_SIZES = {3: (30,), 2: (36, 44)}  # letters a line, by lines
_FIT = (
    0.78  # mean correlation from which a line is set in OCR-B: other print has 0.7 at most, worn zones 0.85 (measured)
)
_SHORTEST, _LONGEST = 22, 52  # letters that an engine makes of a line of a zone


def mrz(lines: Sequence[Line]) -> Code | None:
    """The zone among ``lines``, whoever read them: its lines parted by line feeds. None where there is no zone, or its
    letters do not fit their slots even after the repairs that check digits prove (see :mod:`hoso.values.mrz`)."""
    for block in _blocks(lines):
        for count in _SIZES[len(block)]:
            zone = repair([compose(lines[at][0], count) for at in block])
            if zone is not None and len(zone.failed) < 3:
                return _code(zone.lines, [lines[at][1] for at in block])
    return None


def find(lines: Sequence[Line], pictures: Sequence[Raster]) -> Code | None:
    """As :func:`mrz`, with the ``pictures`` of the lines, each of one line alone: spelled cell by cell where that fits
    better. A zone whose checks fail is given as it was spelled, for a person to judge."""
    doubtful = None
    for block in _blocks(lines):
        boxes = [lines[at][1] for at in block]
        for count in _SIZES[len(block)]:
            spelled = [spell(pictures[at], count) for at in block]
            texts = [one.text for one in spelled if one is not None and one.fit >= _FIT]
            if len(texts) < len(block):
                continue
            zone = repair(texts, _doubts(block, lines, spelled, count))
            if zone is not None and not zone.failed:
                return _code(zone.lines, boxes)
            doubtful = doubtful or (_code(zone.lines, boxes) if zone is not None else None)
    read = mrz(lines)
    sure = read is not None and not _failed(read)
    return read if sure else doubtful or read


def _doubts(
    block: Sequence[int], lines: Sequence[Line], spelled: Sequence[Spelled | None], count: int
) -> set[tuple[int, int]]:
    """Places where two shapes fit a cell about as well, and those where the engine read another letter."""
    found = set()
    for row, (at, one) in enumerate(zip(block, spelled, strict=True)):
        if one is None:
            continue
        read = compose(lines[at][0], count)
        found |= {(row, place) for place in one.doubts}
        if len(read) == count:
            found |= {(row, place) for place, (a, b) in enumerate(zip(read, one.text, strict=True)) if a != b}
    return found


def on_page(cleaned: Cleaned, words: Sequence[Word]) -> Code | None:
    """The zone on a cleaned page, of which ``words`` were read (as ``cleaned.level`` gives them); its box is on the
    upright page."""
    homes: list[list[Word]] = [[] for _ in cleaned.lines]
    for word in words:
        if word.line < len(homes):  # beyond stand boxes to tick
            homes[word.line].append(word)
    read = [(" ".join(word.text for word in home), _around([word.box for word in home])) for home in homes]
    code = find(read, cleaned.lines)
    return code and replace(code, box=cleaned.place(code.box))


def _failed(code: Code) -> bool:
    zone = parse(code.text.split("\n"))
    return zone is None or bool(zone.failed)


def _blocks(lines: Sequence[Line]) -> list[tuple[int, ...]]:
    """Runs of three, then of two lines that stand as a zone does, at least one of which reads like one."""
    alike = [at for at, (text, _) in enumerate(lines) if _like(text)]
    found: list[tuple[int, ...]] = []
    for seed in alike:
        left, _, right, _ = lines[seed][1]
        beside = [at for at, (_, box) in enumerate(lines) if _same(box, (left, right))]
        beside.sort(key=lambda at: lines[at][1][1])
        for size in (3, 2):
            found += [run for k in range(len(beside) - size + 1) if seed in (run := tuple(beside[k : k + size]))]
    close = [run for run in dict.fromkeys(found) if _close([lines[at][1] for at in run])]
    return sorted(close, key=lambda run: (-len(run), -sum(at in alike for at in run)))


def _like(text: str) -> bool:
    """Whether a line reads as one of a zone does: long, without blanks, in capitals, digits and fillers."""
    solid = "".join(text.split())
    if not _SHORTEST <= len(solid) <= _LONGEST or len(text.split()) > 4:
        return False
    return sum(c.isdigit() or c.isupper() or c in "<«‹>" for c in solid) >= 0.75 * len(solid)


def _same(box: Box, span: tuple[float, float]) -> bool:
    """Whether a box begins and ends where the span does, a letter or so aside: an end may be fillers that faded."""
    wide = span[1] - span[0]
    return abs(box[0] - span[0]) < 0.06 * wide and abs(box[2] - span[1]) < 0.06 * wide


def _close(boxes: Sequence[Box]) -> bool:
    """Whether the lines follow one another without a gap that would hold another line."""
    high = min(box[3] - box[1] for box in boxes)
    steps = [below[1] - above[1] for above, below in pairwise(boxes)]
    return all(0.6 * high < step < 3.5 * high for step in steps)


def _code(lines: Sequence[str], boxes: Sequence[Box]) -> Code:
    return Code("mrz", "\n".join(lines), _around(boxes))


def _around(boxes: Sequence[Box]) -> Box:
    if not boxes:
        return 0.0, 0.0, 0.0, 0.0
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)
