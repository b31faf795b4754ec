"""Owns reading order: words of any engine put into lines as a person would read them.

Never changes a word's text, box or confidence. Engines join what stands side by side: the two columns of a letterhead
(Decree 30/2020, Appendix I: agency left, national name right) become one line, and fields are found by lines.

Rows are cut where a wide gap parts them. Neighbouring rows that one white corridor parts form two columns, read left
first, where they are a letterhead or a signature block (by what it says, or because the right column is centred);
otherwise rows are read across (tables and forms).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from hoso.nouns import Word

__all__ = ["order"]

_SURE_GAP = 8.0  # heights of a word: from here a gap always parts; a form leaves gaps of 5 for a number to be filled in
_MAYBE_GAP = 1.1  # from here it parts where a neighbouring row has a gap in the same place
_FAR = 2.0  # heights of white above a row from which it no longer belongs to the columns above it
_CENTRED = 0.035  # of the page's width: how far centres of a centred column stray

Segment = list[Word]
Row = list[Segment]


def order(words: Iterable[Word]) -> tuple[Word, ...]:
    """The words with ``line`` and ``block`` counted anew, in reading order. The page must be level.

    Words of one line of the engine stay in one row; lines of the engine that stand side by side become one row.
    """
    rows = [_cut(row) for row in _rows(words)]
    placed: list[Word] = []
    line = block = 0
    last: Row | None = None
    for run, middle in _runs(rows):
        for part in _columns(run, middle):
            if last is not None and (len(run) > 1 or _apart(last, part[0])):
                block += 1
            for segment in (segment for row in part for segment in row):
                placed += [replace(word, line=line, block=block) for word in segment]
                line += 1
            last = part[-1]
    return tuple(placed)


def _rows(words: Iterable[Word]) -> list[Segment]:
    """Words by rows, top to bottom, left to right in each."""
    lines: dict[int, Segment] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word)
    rows: list[tuple[float, float, Segment]] = []
    for line in sorted(lines.values(), key=_middle):
        top, bottom = _span(line)
        for k in range(len(rows) - 1, max(-1, len(rows) - 6), -1):
            above, below, row = rows[k]
            shared = min(bottom, below) - max(top, above)
            if shared > 0.5 * min(bottom - top, below - above) and not _overlap(row, line):
                rows[k] = (min(above, top), max(below, bottom), row + line)
                break
        else:
            rows.append((top, bottom, line))
    return [sorted(row, key=lambda word: word.box[0]) for _, _, row in sorted(rows, key=lambda r: r[0] + r[1])]


def _span(line: Segment) -> tuple[float, float]:
    return median(w.box[1] for w in line), median(w.box[3] for w in line)


def _middle(line: Segment) -> float:
    return median((w.box[1] + w.box[3]) / 2 for w in line)


def _overlap(row: Segment, line: Segment) -> bool:
    """Whether words of both stand over one another, so that they cannot be one row."""
    return any(min(a.box[2], b.box[2]) - max(a.box[0], b.box[0]) > 0.002 for a in row for b in line)


def _cut(row: Segment) -> Row:
    """The row cut at every gap that may part it."""
    least = _MAYBE_GAP * _height(row)
    parts: Row = [[row[0]]]
    for word in row[1:]:
        if word.box[0] - parts[-1][-1].box[2] > least:
            parts.append([word])
        else:
            parts[-1].append(word)
    return parts


def _height(row: Segment) -> float:
    """A word's usual height in shares of the page's *width*: gaps are measured across."""
    return _SHAPE * median(w.box[3] - w.box[1] for w in row)


_LANDMARKS = ("cong hoa xa hoi", "doc lap - tu do", "noi nhan")  # Decree 30/2020, Appendix I, parts 1 and 9b
_SHAPE = 1.414  # height of an upright A4 page over its width


def _runs(rows: list[Row]) -> list[tuple[list[Row], float]]:
    """Rows in runs with the middle of their corridor: those parted by one together, every other row alone, mended."""
    runs: list[tuple[list[Row], float]] = []
    k = 0
    while k < len(rows):
        run, middle = _corridor(rows, k)
        if run:
            runs.append((run, middle))
            k += len(run)
        else:
            runs.append(([_mend(rows[k])], 0.0))
            k += 1
    return runs


def _corridor(rows: list[Row], start: int) -> tuple[list[Row], float]:
    """The rows from ``start`` that one white corridor parts into two sides, each row two sided or on one side of it;
    and the corridor's middle."""
    best: tuple[list[Row], float] = [], 0.0
    for left, right in _gaps(rows, start):
        run = [_sides(rows[start], left, right)]
        for row in rows[start + 1 :]:
            narrow_left, narrow_right = _narrowed(row, left, right)
            if narrow_right - narrow_left < 0.6 * _height([w for s in row for w in s]):
                break
            sides = _sides(row, narrow_left, narrow_right)
            if all(_apart([_above(run, side, narrow_left)], [side], _FAR) for side in sides):
                break
            left, right = narrow_left, narrow_right
            run.append(sides)
        middle = (left + right) / 2
        run = _trimmed(run, middle)
        if _two_columns(run, middle) and len(run) > len(best[0]):
            best = run, middle
    return best


def _gaps(rows: list[Row], start: int) -> list[tuple[float, float]]:
    """Where a corridor may begin: between the segments of a row, or between two rows that stand side by side."""
    row = rows[start]
    if len(row) > 1:
        return [(a[-1].box[2], b[0].box[0]) for a, b in pairwise(row)]
    if start + 1 == len(rows) or _apart(row, rows[start + 1], 0.3):
        return []
    one, other = sorted((row[0], [word for segment in rows[start + 1] for word in segment]), key=lambda s: s[0].box[0])
    left, right = max(word.box[2] for word in one), other[0].box[0]
    return [(left, right)] if right - left > _MAYBE_GAP * _height(one + other) else []


def _above(run: list[Row], side: Segment, middle: float) -> Segment:
    """The nearest segment above on the same side of the corridor; the run's last one where there is none."""
    for row in reversed(run):
        for segment in row:
            if (segment[0].box[0] < middle) == (side[0].box[0] < middle):
                return segment
    return run[-1][0]


def _trimmed(run: list[Row], middle: float) -> list[Row]:
    """The run without last rows that stand on the right alone and off the right column's centre: the title below."""
    while len(run) > 1 and len(run[-1]) == 1 and run[-1][0][0].box[0] >= middle:
        centres = [_centre(row[-1]) for row in run[:-1] if row[-1][0].box[0] >= middle]
        if not centres or abs(_centre(run[-1][0]) - median(centres)) < 2 * _CENTRED:
            break
        run = run[:-1]
    return run


def _two_columns(run: list[Row], middle: float) -> bool:
    """Whether both sides have two rows at least."""
    left = sum(any(side[0].box[0] < middle for side in row) for row in run)
    right = sum(any(side[0].box[0] >= middle for side in row) for row in run)
    return left >= 2 and right >= 2


def _centre(segment: Segment) -> float:
    return (segment[0].box[0] + segment[-1].box[2]) / 2


def _narrowed(row: Row, left: float, right: float) -> tuple[float, float]:
    """The corridor left..right as far as the row leaves it white."""
    for word in (word for segment in row for word in segment):
        if word.box[2] <= left or word.box[0] >= right:
            continue
        if (word.box[0] + word.box[2]) / 2 < (left + right) / 2:
            left = max(left, word.box[2])
        else:
            right = min(right, word.box[0])
    return left, right


def _sides(row: Row, left: float, right: float) -> Row:
    """The row's words left and right of the corridor; one segment where a side is empty."""
    middle = (left + right) / 2
    words = [word for segment in row for word in segment]
    sides = [w for w in words if w.box[0] < middle], [w for w in words if w.box[0] >= middle]
    return [side for side in sides if side]


def _columns(run: list[Row], middle: float) -> list[list[Row]]:
    """The run as parts that are read one after the other: left column and right column, or all of it across."""
    if len(run) < 2:
        return [run]
    left = [[side] for row in run for side in row if side[0].box[0] < middle]
    right = [[side] for row in run for side in row if side[0].box[0] >= middle]
    if len(left) < 2 or len(right) < 2 or not (_landmark(left + right) or _centred([row[0] for row in right])):
        return [[_mend(row) for row in run]]
    return [left, right]


def _landmark(rows: list[Row]) -> bool:
    """Whether the national name or the list of recipients stands among the rows: beside them there are two columns."""
    texts = (_plain(" ".join(word.text for word in segment)) for row in rows for segment in row)
    return any(text.startswith(_LANDMARKS) for text in texts)


def _plain(text: str) -> str:
    """Small letters without marks: engines confuse marks first."""
    bare = (c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))
    return "".join(bare).replace("đ", "d")


def _centred(segments: Sequence[Segment]) -> bool:
    """Whether lines share their centre rather than their left edge."""
    centres = [_centre(segment) for segment in segments]
    edges = [s[0].box[0] for s in segments]
    return _spread(centres) < _CENTRED and _spread(centres) < 0.75 * _spread(edges)


def _spread(values: Sequence[float]) -> float:
    """How far values usually are from their median: one stroke of a signature among them does not count."""
    middle = median(values)
    return median(abs(value - middle) for value in values)


def _mend(row: Row) -> Row:
    """Parts joined again where the gap alone does not part them."""
    least = _SURE_GAP * _height([word for segment in row for word in segment])
    mended: Row = [list(row[0])]
    for segment in row[1:]:
        if segment[0].box[0] - mended[-1][-1].box[2] > least:
            mended.append(list(segment))
        else:
            mended[-1] += segment
    return mended


def _apart(above: Row, below: Row, heights: float = 1.6) -> bool:
    """Whether the white between two rows is wider than so many heights of a word."""
    upper = [word for segment in above for word in segment]
    lower = [word for segment in below for word in segment]
    high = median(w.box[3] - w.box[1] for w in upper + lower)
    return median(w.box[1] for w in lower) - median(w.box[3] for w in upper) > heights * high
