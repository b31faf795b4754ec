"""Blocks of a page that are read whole: columns of a letterhead, signatures beside recipients, stamps with text.

Owns: telling by what is printed and where that rows are not to be read across. Never: takes a value from the page.

Sources: Decree 30/2020/NĐ-CP, Appendix I: parts 1 to 4 (letterhead), 7 and 9 (signature, recipients), 10 (marks of
urgency and secrecy); art. 22 (stamp of arrival).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from hoso.stages.strips import Row, Strip, apart, rows_of
from hoso.values import text as texts
from hoso.values.fold import fold

__all__ = ["Block", "columns", "parted"]

_NATION = (
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Độc lập - Tự do - Hạnh phúc",
    "ĐẢNG CỘNG SẢN VIỆT NAM",  # papers of the Party and of the Youth Union have these in its place
    "ĐOÀN TNCS HỒ CHÍ MINH",
)
_FLOOR = 0.72  # likeness from which a damaged landmark still counts
_HEAD_ENDS = 0.75  # of the page's width downwards: no letterhead begins below
_STAMPS = re.compile(r"^\W*(?:cong van )?den\W*$|^\W*(?:thuong )?khan\W*$|^\W*hoa toc\W*$|^\W*(?:toi |tuyet )?mat\W*$")
_STAMP_ROWS = re.compile(r"^\W*(?:so|ngay|chuyen|gio|luu|ky hieu)\b.{0,24}")
_NUMBER = re.compile(r"^\W*s[o06]\W*[:.;,\d]")
_DATE = re.compile(r"ng[a-z]?[yv]\b.*th[a-z]?ng\b|th[a-z]?ng\b.*n[a-z]m\b")
_ADDRESS = re.compile(r"^\W*kinh gui\b")
_SUBJECT = re.compile(r"^\W?v\W?[/il1|]?\W?v\b")
_SIGNS = re.compile(r"^\W*\(?\W*ky\b.*\b(?:ten|dau|dong)|^\W*\(?ky,? (?:va )?ghi|^\W*\(ky\b")
_TIGHT = 1.75  # heights of a word from line to line: cells wrap at 1.65, forms leave 1.9 and more
_LIKE = 0.045  # of the page's width: how far centres of one centred column stray


@dataclass(frozen=True, slots=True)
class Block:
    """Rows that are read together; ``own``: a block of its own, though no white may part it from what is read before."""

    rows: list[Row]
    own: bool = False

    @property
    def top(self) -> float:
        return min(strip.top for row in self.rows for strip in row)


def parted(rows: list[Row]) -> list[Block]:
    """All ``rows`` as blocks in reading order; those that are not ``own`` are still to be read across."""
    rows, stamps = _without_stamps(rows)
    blocks: list[Block] = []
    rest: list[Row] = []
    k = 0
    rows = [_split_at_nation(row) for row in rows]
    while k < len(rows):
        for zone in (_letterhead, _recipients, _signers):
            found = zone(rows, k)
            if found is not None:
                above, parts, k = found
                rest = rest[: len(rest) - above]
                blocks += [Block(rest)] if rest else []
                blocks += [Block(part, own=True) for part in parts if part]
                rest = []
                break
        else:
            rest.append(rows[k])
            k += 1
    blocks += [Block(rest)] if rest else []
    for stamp in stamps:
        blocks = _with(stamp, blocks)
    return blocks


def columns(rows: list[Row]) -> list[Block]:
    """``rows`` as they are, but those that interlock, read column by column."""
    usual = median([s.height for row in rows for s in row if s.says] or [0.0])
    blocks: list[Block] = []
    k = 0
    while k < len(rows):
        last = k
        reach = k
        while reach <= last:
            for other in range(reach + 1, min(len(rows), reach + 5)):
                between = rows[reach + 1 : other]
                if _interlock(rows[reach], rows[other]) or _straddle(rows[reach], rows[other], between, usual):
                    last = max(last, other)
            reach += 1
        group = rows[k : last + 1]
        parts = _by_columns(group) if last > k else []
        if len(parts) > 1:
            blocks += [Block(rows_of(part), own=True) for part in parts]
        else:
            blocks += [Block([row]) for row in group]
        k = last + 1
    return blocks


def _interlock(row: Row, below: Row) -> bool:
    """Whether a strip stands half a line lower than one beside it: then they are not of one row, nor of two."""
    for one in row:
        for other in below:
            if one.says and other.says and (one.right <= other.left or other.right <= one.left):
                least = min(one.height, other.height)
                if min(one.bottom, other.bottom) - max(one.top, other.top) > 0.15 * least:
                    return True
    return False


def _straddle(row: Row, below: Row, between: Sequence[Row], usual: float) -> bool:
    """Whether two near lines over one another have a strip beside them at half their height: a cell that wraps."""
    for one in row:
        for other in below:
            pitch = other.middle - one.middle
            if not (one.says and other.says) or min(one.right, other.right) <= max(one.left, other.left):
                continue
            if pitch > _TIGHT * usual:
                continue
            for strip in (strip for r in between for strip in r):
                aside = strip.right <= min(one.left, other.left) or strip.left >= max(one.right, other.right)
                if aside and strip.says and abs(strip.middle - one.middle - pitch / 2) < 0.22 * pitch:
                    return True
    return False


def _by_columns(rows: Sequence[Row]) -> list[list[Strip]]:
    """Strips by columns that white parts from top to bottom, from left to right."""
    parts: list[list[Strip]] = []
    edge = -1.0
    for strip in sorted((strip for row in rows for strip in row), key=lambda s: s.left):
        if parts and strip.left < edge:
            parts[-1].append(strip)
        else:
            parts.append([strip])
        edge = max(edge, strip.right)
    return parts


# --- the letterhead ---


def _nation(strip: Strip) -> int | None:
    """The word where the national name or the motto begins in a strip, None where neither stands there."""
    words = [word.text for word in strip.words]
    for text in _NATION:
        for hit in texts.find(text, words, _FLOOR):
            # in a sentence ("Hiến pháp nước Cộng hòa …") it is not in capitals
            if not text.isupper() or texts.upper_share(" ".join(words[hit.start : hit.end])) > 0.6:
                return hit.start
    return None


def _split_at_nation(row: Row) -> Row:
    """The row with a strip parted that runs from the agency into the national name."""
    made: Row = []
    for strip in row:
        found = _nation(strip) if strip.top < _HEAD_ENDS else None
        if found:
            left, right = strip.words[:found], strip.words[found:]
            cut = max(word.box[2] for word in left)
            made += [replace(strip, words=left, right=cut), replace(strip, words=right, left=right[0].box[0])]
        else:
            made.append(strip)
    return made


Zone = tuple[int, list[list[Row]], int]
"""(rows before that belong to it, its parts in reading order, index of the first row after it)"""


def _letterhead(rows: list[Row], start: int) -> Zone | None:
    """The two columns around the national name, where it stands on the right of row ``start``."""
    anchor = next((s for s in rows[start] if s.top < _HEAD_ENDS and _nation(s) is not None), None)
    if anchor is None or (anchor.left < 0.3 and anchor is rows[start][0]):
        return None
    above = 0
    while above < min(3, start) and all(s.right < anchor.left for s in rows[start - above - 1]):
        if apart(rows[start - above - 1], rows[start - above], 1.2):
            break
        above += 1
    sides = _Sides(anchor.left)
    end = start - above
    numbered = dated = False
    last = end
    while end < len(rows):
        row = rows[end]
        if not any(s.says for s in row):
            end += 1
            continue
        if not sides.take(row):
            break
        if end > start and (apart(rows[last], row, 3.5) or _beyond_head(row, sides, numbered, dated)):
            break
        for dirt in (*rows[last + 1 : end], row):
            sides.keep(dirt)
        last = end
        numbered = numbered or any(_NUMBER.match(fold(s.text)) for s in row if s.centre < sides.middle)
        dated = dated or any(_DATE.search(fold(s.text)) for s in row if s.centre >= sides.middle)
        end += 1
    if not (sides.left and sides.right):
        return None
    return above, [sides.left, sides.right], last + 1


def _beyond_head(row: Row, sides: _Sides, numbered: bool, dated: bool) -> bool:
    """Whether a row below two columns belongs to neither."""
    if any(_ADDRESS.match(fold(s.text)) for s in row):
        return True
    left = [s for s in row if s.says and s.centre < sides.middle]
    right = [s for s in row if s.says and s.centre >= sides.middle]
    if left and right:
        return (dated and numbered) or not (_centred(right, sides.right) or _DATE.search(fold(right[0].text)))
    if right:
        return dated or not _centred(right, sides.right)
    text = fold(" ".join(s.text for s in left))
    if _NUMBER.match(text) or _SUBJECT.match(text):
        return False
    if not sides.left:
        return False
    said = [r for r in sides.left if any(s.says for s in r)] or sides.left
    return not _centred(left, sides.left) or apart(said[-1], left, 1.6)


class _Sides:
    """Two columns as they grow: what stands left and right of a white corridor."""

    def __init__(self, right_edge: float) -> None:
        self.left: list[Row] = []
        self.right: list[Row] = []
        self._from, self._to = 0.0, right_edge

    @property
    def middle(self) -> float:
        """Where left and right part."""
        return (self._from + self._to) / 2 if self._from > 0 else self._to - 0.01

    def _fitted(self, row: Row) -> tuple[float, float]:
        start, stop = self._from, self._to
        for strip in row:
            if not strip.says:
                continue
            if strip.centre < (self.middle if self._from > 0 else stop):
                start = max(start, strip.right)
            else:
                stop = min(stop, strip.left)
        return start, stop

    def take(self, row: Row) -> bool:
        """Whether the corridor stays white beside the row."""
        start, stop = self._fitted(row)
        return stop - start > 0.3 * median(s.height for s in row)

    def keep(self, row: Row) -> None:
        """Add the row's strips to their sides."""
        self._from, self._to = self._fitted(row)
        left = [s for s in row if s.centre < self.middle]
        right = [s for s in row if s.centre >= self.middle]
        self.left += [left] if left else []
        self.right += [right] if right else []


def _centred(row: Row, column: Sequence[Row]) -> bool:
    """Whether a row stands under the middle of a column."""
    if not column:
        return True
    centre = median((r[0].left + r[-1].right) / 2 for r in column)
    return abs((row[0].left + row[-1].right) / 2 - centre) < _LIKE


# --- recipients and signatures ---


def _recipients(rows: list[Row], start: int) -> Zone | None:
    """*Nơi nhận* with what stands beside it: the signature, which may begin a row or two above."""
    head = rows[start][0]
    if not head.words or head.left > 0.45 or not _starts(head, "Nơi nhận"):
        return None
    beside = [s for row in rows[max(0, start - 2) : start + 6] for s in row if s.left > head.right and s.says]
    if not beside:
        return None
    sides = _Sides(min([s.left for s in rows[start][1:] if s.says], default=min(s.left for s in beside)))
    above = 0
    while above < min(3, start):
        row = rows[start - above - 1]
        if any(s.left < head.right for s in row) or apart(row, rows[start - above], 1.5) or len(row) > 1:
            break
        if not (texts.upper_share(row[0].text) > 0.6 or _DATE.search(fold(row[0].text))):
            break
        above += 1
    end = start - above
    while end < len(rows):
        row = rows[end]
        if not sides.take(row) or _foot(row, sides):
            break
        sides.keep(row)
        end += 1
    if not sides.right or end <= start:
        return None
    right = [part for part in _nested(sides.right) if part]
    return above, [sides.left, *right], end


def _nested(rows: list[Row]) -> list[list[Row]]:
    """Rows of a column, parted again where signatures stand side by side in it."""
    for k in range(len(rows)):
        found = _signers(rows, k)
        if found is not None:
            above, parts, end = found
            return [rows[: k - above], *parts, *([rows[end:]] if rows[end:] else [])]
    return [rows]


def _foot(row: Row, sides: _Sides) -> bool:
    """Whether a row below recipients and signature belongs to neither: a page's number, a footer."""
    if len(row) == 1 and row[0].text.strip(" .-").isdigit() and abs(row[0].centre - 0.5) < 0.06:
        return True
    if any(s.centre >= sides.middle for s in row) or not sides.left or not sides.right:
        return False
    return apart(sides.left[-1], row, 4.0) and apart(sides.right[-1], row, 1.0)


def _starts(strip: Strip, label: str) -> bool:
    hits = texts.find(label, [word.text for word in strip.words[:4]], 0.8)
    return bool(hits) and hits[0].start == 0


def _signers(rows: list[Row], start: int) -> Zone | None:
    """Signatures side by side: titles in one row, under each "(Ký …)" or white for a signature, then the name."""
    row = [s for s in rows[start] if s.says]
    if len(row) < 2 or any(s.right - s.left > 0.5 or ":" in s.text for s in row):
        return None
    below = rows[start + 1 : start + 4]
    hinted = any(_SIGNS.search(fold(s.text)) for r in below for s in r if _nearest(s, row) is not None)
    titled = all(texts.upper_share(s.text) > 0.7 and sum(c.isalpha() for c in s.text) > 5 for s in row)
    if not hinted and not (titled and below and apart(rows[start], below[0], 2.0) and len(rows) - start <= 8):
        return None
    columns: list[list[Row]] = [[] for _ in row]
    end = start
    while end < len(rows):
        homes = [_nearest(strip, row) for strip in rows[end]]
        if any(home is None and strip.says for home, strip in zip(homes, rows[end], strict=True)):
            break
        for home, strip in zip(homes, rows[end], strict=True):
            at = home if home is not None else min(range(len(row)), key=lambda k: abs(row[k].centre - strip.centre))
            if columns[at] and columns[at][-1][-1].middle == strip.middle:
                columns[at][-1].append(strip)
            else:
                columns[at].append([strip])
        end += 1
    return (0, columns, end) if sum(len(column) > 1 for column in columns) >= 2 else None


def _nearest(strip: Strip, heads: Sequence[Strip]) -> int | None:
    """Under which of ``heads`` a strip stands: over it and no other; None for none."""
    under = [k for k, head in enumerate(heads) if min(strip.right, head.right) > max(strip.left, head.left)]
    if len(under) == 1 and abs(strip.centre - heads[under[0]].centre) < 0.12:
        return under[0]
    return None


# --- stamps and marks ---


def _without_stamps(rows: list[Row]) -> tuple[list[Row], list[Block]]:
    """The rows without stamps of arrival and marks of urgency or secrecy, and these as blocks."""
    stamps: list[Block] = []
    taken: set[int] = set()
    strips = [strip for row in rows for strip in row]
    for head in strips:
        if id(head) in taken or not _STAMPS.match(fold(head.text)) or texts.upper_share(head.text) < 0.8:
            continue
        stamp = [head]
        for strip in sorted(strips, key=lambda s: s.top):
            low = stamp[-1]
            near = low.middle < strip.middle < low.bottom + 1.8 * head.height
            if near and _shared(head, strip) and _STAMP_ROWS.match(fold(strip.text)) and strip.width < 0.3:
                stamp.append(strip)
        if len(stamp) == 1 and "den" in fold(head.text):
            continue
        taken |= {id(strip) for strip in stamp}
        stamps.append(Block([[strip] for strip in stamp], own=True))
    kept = [[strip for strip in row if id(strip) not in taken] for row in rows]
    return [row for row in kept if row], stamps


def _shared(one: Strip, other: Strip) -> bool:
    return min(one.right, other.right) - max(one.left, other.left) > -0.04


def _with(stamp: Block, blocks: list[Block]) -> list[Block]:
    """The blocks with a stamp put in where it begins; a block that is read across is parted there."""
    made: list[Block] = []
    placed = False
    for k, block in enumerate(blocks):
        lower = [row for row in block.rows if min(s.top for s in row) > stamp.top]
        later = any(other.own and other.top < stamp.top for other in blocks[k + 1 :])
        if placed or block.own or later or not lower:
            made.append(block)
            continue
        upper = block.rows[: len(block.rows) - len(lower)]
        made += [*([Block(upper)] if upper else []), stamp, Block(block.rows[len(upper) :])]
        placed = True
    return made if placed else [*made, stamp]
