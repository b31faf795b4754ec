"""The signature block: whose name and which office stand under a paper.

Owns: the block right of "Nơi nhận" (Decree 30/2020/NĐ-CP, Appendix I, boxes 7a to 7c): authority ("TM.", "KT.", "TL.",
"TUQ.", "Q."), title, name. Never: takes a name from the list of recipients or from the ring of a seal.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hoso.stages.layout import Row, Run, Sheet, Token
from hoso.stages.recipients import opens
from hoso.values import persons, titles
from hoso.values import text as texts

__all__ = ["Signing", "name_of", "name_under", "office", "signing"]

_REACH = 0.24


@dataclass(frozen=True, slots=True)
class Signing:
    """``rows`` are the lines of authority and title, ``name`` the tokens of the name; both may be empty."""

    position: int
    rows: tuple[tuple[Token, ...], ...]
    name: tuple[Token, ...]


def signing(sheets: Sequence[Sheet]) -> Signing | None:
    """The first signature block of a paper; None where there is none to be seen."""
    for sheet in sheets:
        for row in sheet.rows:
            if row.box[0] < 0.45 and opens(row):
                block = _block(sheet, row.y - 6 * sheet.line, row.y + 6.5 * sheet.line)
                name = block.name if block else name_under(sheet, row.y, 0.68, 0.3)
                if block or name:
                    return block or Signing(sheet.position, (), name)
    for sheet in reversed(sheets):
        for row in sheet.rows:
            run = row.within(0.42, 1.0)
            if (
                row.y > 0.25
                and run
                and (titles.authority(run.text) or titles.likeness(run.text) >= 0.88)
                and len(run.tokens) <= 6
            ):
                block = _block(sheet, row.y - 0.5 * sheet.line, row.y + 0.5 * sheet.line)
                if block:
                    return block
    return None


def office(block: Signing) -> tuple[str, float]:
    """Authority and title in one line ("KT. GIÁM ĐỐC - PHÓ GIÁM ĐỐC"; a title that wraps is joined by a blank), and 0..1
    how well its lines agree with titles that exist (see ``titles.office``)."""
    return titles.office([" ".join(t.text for t in row) for row in block.rows])


def name_under(sheet: Sheet, y: float, middle: float, reach: float = _REACH) -> tuple[Token, ...]:
    """The tokens of the first printed name under the height ``y`` and about the middle ``middle``; empty for none."""
    best: tuple[float, tuple[Token, ...]] | None = None
    for row in sheet.rows:
        if not y < row.y < y + reach:
            continue
        for run in row.runs:
            for tokens in _stretches(run):
                text = name_of(tokens)
                away = abs((tokens[0].box[0] + tokens[-1].box[2]) / 2 - middle)
                if away > 0.22 or "(" in text or _in_seal(text) or not persons.looks_like_name(text):
                    continue
                parsed = persons.parse(text)
                sure = sum(t.confidence for t in tokens) / len(tokens)
                words = len((parsed.value or "").split())
                score = parsed.quality * sure - away - (0.15 if words > 4 else 0.0)
                if best is None or score > best[0] + 0.1:
                    best = score, tokens
    return best[1] if best and best[0] > 0.25 else ()


def name_of(tokens: Sequence[Token]) -> str:
    """The words of a name; a family name that lost its first letter under a seal is made whole where it can be but one."""
    words = [t.text for t in tokens]
    return " ".join([persons.family(words[0]) or words[0], *words[1:]]) if len(words) > 1 else " ".join(words)


def _in_seal(text: str) -> bool:
    """Whether a text is the name of an office in the middle of a seal ("SỞ", "Y TẾ"): a few small capitals."""
    return text.isupper() and sum(c.isalpha() for c in text) <= 6


def _block(sheet: Sheet, top: float, low: float) -> Signing | None:
    """The block whose first line stands between ``top`` and ``low`` in the right half."""
    rows: list[tuple[Token, ...]] = []
    last = 0.0
    for row in sheet.rows:
        if row.y < top or (not rows and row.y > low):
            continue
        run = _right(row)
        tokens = run.clean if run else ()
        text = " ".join(t.text for t in tokens)
        if not tokens:
            continue
        if rows and row.y - last > 3.2 * sheet.line:
            break
        sure = sum(t.confidence for t in tokens) / len(tokens)
        if not _is_office(text, bool(rows)) or (sure < 0.5 and titles.likeness(text) < 0.75):
            if rows and row.y - last > 2.2 * sheet.line:
                break
            continue
        rows.append(tokens)
        last = row.y
        if len(rows) == 5:
            break
    if not rows:
        return None
    middles = [(r[0].box[0] + r[-1].box[2]) / 2 for r in rows]
    name = name_under(sheet, last + 0.5 * sheet.line, sum(middles) / len(middles))
    return Signing(sheet.position, tuple(rows), name)


def _right(row: Row) -> Run | None:
    tokens = tuple(t for run in row.runs if run.middle > 0.5 for t in run.tokens if t.middle > 0.44)
    if not tokens:
        tokens = tuple(t for t in row.tokens if t.middle > 0.52 and row.box[0] < 0.4)
    return Run(tokens) if tokens else None


def _is_office(text: str, going_on: bool) -> bool:
    letters = sum(c.isalpha() for c in text)
    if letters < 4 or texts.upper_share(text) < 0.7 or len(text) > 70:
        return False
    return going_on or titles.authority(text) or titles.likeness(text) >= 0.72 or (letters >= 6 and " " in text)


def _stretches(run: Run) -> list[tuple[Token, ...]]:
    """The run itself, and its stretches of capitalised words: a stroke of the pen often reads as a word beside the name."""
    tokens = run.clean
    found = [tokens] if tokens else []
    stretch: list[Token] = []
    for token in (*tokens, None):
        torn = token is not None and not stretch and persons.family(token.text) is not None
        if torn and token is not None:
            stretch.append(token)
            continue
        if token is not None and token.text[:1].isupper() and re.fullmatch(r"[^\W\d_]+[.,]?", token.text):
            stretch.append(token)
            continue
        if 2 <= len(stretch) <= 5 and len(stretch) < len(tokens):
            found.append(tuple(stretch))
        first, second = ([t.text for t in stretch[:2]] + ["", ""])[:2]
        if len(stretch) >= 3 and len(first) <= 3 and persons.is_family(second) and not persons.is_family(first):
            found.append(tuple(stretch[1:]))  # a degree without its dot, a scrap of the seal
        stretch = []
    return found
