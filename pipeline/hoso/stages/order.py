"""Owns reading order: words of any engine put into lines as a person would read them.

Never changes a word's text, box or confidence. Engines join what stands side by side: the two columns of a letterhead
(Decree 30/2020, Appendix I: agency left, national name right) become one line, and fields are found by lines.

Rows are cut where a wide gap parts them. Neighbouring rows whose cuts fall into one corridor form two columns, read
left first, where the right column is centred (letterhead, signature block); otherwise rows are read across (tables and
forms).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from statistics import median, pstdev

from hoso.nouns import Word

__all__ = ["order"]

_SURE_GAP = 3.6  # heights of a word: from here a gap always parts
_MAYBE_GAP = 1.1  # from here it parts where a neighbouring row has a gap in the same place
_CENTRED = 0.018  # of the page's width: how far centres of a centred column stray

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
    for run in _runs(rows):
        for part in _columns(run):
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


_SHAPE = 1.414  # height of an upright A4 page over its width


def _runs(rows: list[Row]) -> list[list[Row]]:
    """Rows in runs: those parted by one corridor together (two rows at least), every other row alone, mended."""
    runs: list[list[Row]] = []
    k = 0
    while k < len(rows):
        run = _corridor(rows, k)
        if run:
            runs.append(run)
            k += len(run)
        else:
            runs.append([_mend(rows[k])])
            k += 1
    return runs


def _corridor(rows: list[Row], start: int) -> list[Row]:
    """The rows from ``start`` that one white corridor parts into two sides, each row two sided or on one side of it."""
    if len(rows[start]) < 2:
        return []
    best: list[Row] = []
    for split in range(1, len(rows[start])):
        left, right = rows[start][split - 1][-1].box[2], rows[start][split][0].box[0]
        run, two_sided = [_sides(rows[start], left, right)], 1
        for above, row in zip(rows[start:], rows[start + 1 :], strict=False):
            if _apart(above, row, 4.0):
                break
            narrow_left, narrow_right = _narrowed(row, left, right)
            if narrow_right - narrow_left < 0.6 * _height([w for s in row for w in s]):
                break
            left, right = narrow_left, narrow_right
            sides = _sides(row, left, right)
            two_sided += len(sides) == 2
            run.append(sides)
        while len(run) > 1 and len(run[-1]) < 2 and two_sided < 2:
            run.pop()
        if two_sided >= 2 and len(run) > len(best):
            best = run
    return best


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


def _columns(run: list[Row]) -> list[list[Row]]:
    """The run as parts that are read one after the other: left column and right column, or all of it across."""
    if len(run) < 2:
        return [run]
    middle = max(row[0][-1].box[2] for row in run if len(row) == 2)
    left = [[side] for row in run for side in row if side[0].box[0] < middle]
    right = [[side] for row in run for side in row if side[0].box[0] >= middle]
    if len(left) < 2 or len(right) < 2 or not _centred([row[0] for row in right]):
        return [[_mend(row) for row in run]]
    return [left, right]


def _centred(segments: Sequence[Segment]) -> bool:
    """Whether lines share their centre rather than their left edge."""
    centres = [(s[0].box[0] + s[-1].box[2]) / 2 for s in segments]
    edges = [s[0].box[0] for s in segments]
    return pstdev(centres) < _CENTRED and pstdev(centres) < pstdev(edges)


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
