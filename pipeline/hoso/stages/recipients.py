"""The recipients of an official paper: the lines under "Nơi nhận".

Owns: the block left of the signature (Decree 30/2020/NĐ-CP, Appendix I, box 9b), from "Nơi nhận:" to "Lưu: …", one line
a recipient, lines that wrap joined. Never: takes a word of the signature block beside it, or of the seal.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hoso.stages.layout import Row, Sheet, Token
from hoso.stages.specks import clean
from hoso.values import text as texts
from hoso.values.fold import fold

__all__ = ["Recipients", "opens", "recipients"]

_ITEM = re.compile(r"^[-–—+•*·=~]\s*")
_KEEPS = re.compile(r"^luu\b")
_MOST = 40
"""Lines at most; the longest lists of circulars have some thirty."""


@dataclass(frozen=True, slots=True)
class Recipients:
    """``lines`` as printed, each "- … ;" on its own; ``tokens`` their words on the page of that ``position``; ``whole``:
    the list ended with the line of the archive ("Lưu: …"), as the decree has it."""

    position: int
    lines: tuple[str, ...]
    tokens: tuple[Token, ...]
    whole: bool


def opens(row: Row) -> bool:
    """Whether a row begins with the words "Nơi nhận"."""
    hits = texts.find("Nơi nhận", [t.text for t in row.tokens[:5]], 0.8)
    return bool(hits) and hits[0].start <= 1


def recipients(sheets: Sequence[Sheet]) -> Recipients | None:
    """The first list of recipients of a paper; None where there is none."""
    for sheet in sheets:
        for index, row in enumerate(sheet.rows):
            if row.box[0] < 0.45 and opens(row):
                found = _listed(sheet, index)
                if found is not None:
                    return found
    return None


def _listed(sheet: Sheet, at: int) -> Recipients | None:
    head = sheet.rows[at]
    left = head.box[0]
    edge = max(0.5, left + 0.3)
    lines: list[list[Token]] = []
    first = _column(head, left, edge)
    hit = texts.find("Nơi nhận", [t.text for t in first], 0.8)[:1]
    rest = clean(first[hit[0].end :]) if hit else ()
    if rest:
        lines.append(list(rest))
    last, pitch, whole = head.y, 2.6 * sheet.line, False
    for row in sheet.rows[at + 1 :]:
        tokens = _column(row, left, edge)
        said = clean(tokens)
        if not any(sum(c.isalpha() for c in t.text) >= 2 for t in said):
            continue
        if row.y - last > pitch or (whole and not _wraps(lines, tokens)):
            break
        if row.y - last < 0.45 * sheet.line:
            continue  # a scrap between two lines
        if lines and _wraps(lines, tokens):
            lines[-1] += said
        else:
            dash = [tokens[0]] if _ITEM.match(tokens[0].text) and tokens[0] not in said else []
            lines.append([*dash, *said])
        pitch = min(pitch, max(1.7 * (row.y - last), 1.5 * sheet.line))
        last = row.y
        whole = whole or bool(_KEEPS.match(_bare(lines[-1])))
        if len(lines) >= _MOST:
            break
    if not lines:
        return None
    dashed = any(_ITEM.match(" ".join(t.text for t in line)) for line in lines)
    said = tuple(t for line in lines for t in line)
    return Recipients(sheet.position, tuple(_line(line, dashed) for line in lines), said, whole)


def _column(row: Row, left: float, edge: float) -> tuple[Token, ...]:
    """The words of a row that stand in the column of the list: runs that begin near its edge, not those beside it."""
    return tuple(t for run in row.runs if left - 0.04 < run.box[0] < left + 0.12 for t in run.tokens if t.middle < edge)


def _bare(tokens: Sequence[Token]) -> str:
    return fold(_ITEM.sub("", " ".join(t.text for t in tokens)))


def _wraps(lines: Sequence[Sequence[Token]], tokens: Sequence[Token]) -> bool:
    """Whether a line goes on with the recipient before it: that one did not end, or this one does not begin one."""
    if not lines or _ITEM.match(tokens[0].text):
        return False
    before = lines[-1]
    ended = before[-1].text.endswith((";", ".", ":"))
    listed = any(_ITEM.match(line[0].text) for line in lines)
    return not ended and (listed or tokens[0].text[:1].islower())


def _line(tokens: Sequence[Token], dashed: bool) -> str:
    """A recipient as printed, its dash apart; in a list of dashes each has one, read or not."""
    text = texts.squeeze(" ".join(t.text for t in tokens))
    bare = _ITEM.sub("", text)
    return f"- {bare}" if dashed else text
