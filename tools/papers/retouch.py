"""Characters of a drawn paper changed in place: the print, its words and their order stay, only a figure or letter differs.

Owns: finding the pieces of a field on its sheets and writing other characters of the same number there. Never: moves
anything, or changes a value of the truth (whoever plants a fault says what it is).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tools.papers.paper import Paper
from tools.papers.sheet import Box, Sheet, Word, shifted

__all__ = ["figures", "letters"]


def figures(paper: Paper, field: str, change: Callable[[str], str]) -> bool:
    """Write ``change`` of all figures of a field over them, first to last. False where the field prints none, or the
    change would give another number of figures or the same ones."""
    return _rewrite(paper, field, change, str.isdigit)


def letters(paper: Paper, field: str, change: Callable[[str], str]) -> bool:
    """The same for all characters of a field, blanks between words left out."""
    return _rewrite(paper, field, change, lambda c: True)


def _rewrite(paper: Paper, field: str, change: Callable[[str], str], mine: Callable[[str], bool]) -> bool:
    pieces = [
        (sheet, index)
        for sheet in paper.sheets
        for index, (_, _, piece) in enumerate(sheet._glyphs)
        if piece.field == field
    ]
    before = "".join(c for sheet, index in pieces for c in sheet._glyphs[index][2].text if mine(c))
    after = change(before) if before else ""
    if len(after) != len(before) or after == before:
        return False
    new = iter(after)
    for sheet, index in pieces:
        x, y, piece = sheet._glyphs[index]
        text = "".join(next(new) if mine(c) else c for c in piece.text)
        if text != piece.text:
            word = _word(sheet, piece.text, shifted(piece.extent, x, y))
            word.text = word.text.replace(piece.text, text, 1)
            sheet._glyphs[index] = (x, y, replace(piece, text=text))
    return True


def _word(sheet: Sheet, text: str, box: Box) -> Word:
    """The word that holds a piece of that text and box."""
    holds = [
        word
        for line in sheet.lines
        for word in line.words
        if text in word.text and word.box[0] <= box[0] + 0.01 and box[2] <= word.box[2] + 0.01
        and abs(word.box[3] - box[3]) < abs(box[3] - box[1]) + 4
    ]  # fmt: skip
    return min(holds, key=lambda w: abs(w.box[0] - box[0]) + abs(w.box[3] - box[3]) + abs(w.box[2] - box[2]))
