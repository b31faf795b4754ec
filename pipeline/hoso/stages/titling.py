"""What an official paper calls itself: the name of its kind, and its abstract.

Owns: Decree 30/2020/NĐ-CP, Appendix I, boxes 5a and 5b: kind and abstract centred under the head, or "V/v …" under the
number of a công văn; the closed list of kinds (art. 7). Never: takes a name of a kind from running text, or an abstract
from the grounds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hoso.stages.layout import Row, Run, Sheet, Token
from hoso.values import dates, numbers
from hoso.values import text as texts
from hoso.values.fold import fold

__all__ = ["SUBJECT", "TITLES", "Titled", "abstract", "entitled", "kind_of", "leads", "places", "subject", "title"]

TITLES = {texts.squeeze(name).upper(): name for name in numbers.TYPES.values()} | {
    "CÔNG ĐIỆN": "Công điện",
    "QUY CHẾ": "Quy chế",
    "THƯ CÔNG": "Thư công",
    "THƯ MỜI": "Giấy mời",
    "THỎA THUẬN": "Bản thỏa thuận",
    "NGHỊ ĐỊNH": "Nghị định",
    "THÔNG TƯ": "Thông tư",
}
"""Printed titles and the kinds they name (Decree 30/2020, art. 7)."""

SUBJECT = re.compile(r"^\W?[v\\]\W?[/il1|\\]?\s?[vwy]\b")
"""How "V/v" reads, folded: "V/v", "Viv", "V#w" """
_BODY = re.compile(
    r"^(?:can cu\b|kinh gui|dieu \d|[ivx]+[.,] |phan (?:[ivx]+|\d+)\b|\d[.,)] |\d\d[.)] |theo de nghi|xet de nghi"
    r"|- (?!\d)|\+ |hom nay|thoi gian\b|chuong [ivx\d]+\b|muc \d)"
)
"""How a line that is no more of an abstract begins, folded. A year that opens a line ("2025, góp phần", "- 2029") is no
item of a list."""
_DASHES, _YEAR = ("-", "–", "—"), re.compile(r"(?:19|20)\d\d\b")
_AUTHORITY = re.compile(
    r"^(?:giam doc|chu tich|bo truong|uy ban|ubnd|hoi dong|thu tuong|hieu truong|cuc truong|chanh|truong|tong|"
    r"vien truong|so |chi cuc)"
)


@dataclass(frozen=True, slots=True)
class Titled:
    """Where the name of the kind stands: row ``at``, tokens of the name, and the rest of its line if it goes on."""

    at: int
    kind: str
    name: tuple[Token, ...]
    rest: tuple[Token, ...] = ()


def kind_of(run: Run) -> str:
    """The kind of paper that a run names as a title of its own, "" for none."""
    tokens = run.clean
    text = " ".join(t.text for t in tokens)
    if not 4 <= len(text) <= 24 or texts.upper_share(text) < 0.7:
        return ""
    score, name = max((texts.likeness(text, title), name) for title, name in TITLES.items())
    return name if score >= 0.86 else ""


def leads(tokens: Sequence[Token], name: str) -> float:
    """How well ``name`` is read in capitals at the beginning of a line of clean ``tokens``, 0..1; a little less where the
    line goes on.

    "QUYẾT ĐỊNH:" is the word that decides, no title: a colon right behind the name makes it none.
    """
    text = " ".join(t.text for t in tokens)
    if texts.upper_share(text) < 0.7:
        return 0.0
    whole = texts.likeness(text, name)
    if whole >= 0.86 and not text.endswith(":"):
        return whole if max(texts.likeness(text, title) for title in TITLES) <= whole else 0.0
    hit = next((h for h in texts.find(name, [t.text for t in tokens], 0.9) if h.start == 0), None)
    if hit is None or hit.end >= len(tokens) or tokens[hit.end - 1].text.endswith(":"):
        return 0.0
    return 0.93 * hit.score if texts.upper_share(text) >= 0.8 else 0.0


def places(sheet: Sheet) -> Sequence[tuple[int, Run]]:
    """(row, run) of every line that may bear a name by where it stands: centred and alone in its row; or, below the line of
    the date, at the left edge of the text and nothing else in its row."""
    return sheet.once("places of a name", lambda: tuple(_places(sheet)))


def _places(sheet: Sheet) -> Iterator[tuple[int, Run]]:
    dated = False
    for index, row in enumerate(sheet.rows):
        for run in row.runs:
            alone = len(row.clean) <= len(run.tokens) + 2
            flush = dated and len(row.clean) == len(run.clean) and run.middle <= 0.36
            if (alone and 0.36 < run.middle < 0.72 and run.box[0] > 0.1) or flush:
                yield index, run
        dated = dated or dates.ends_in_date(row.text)


def title(sheet: Sheet, start: int, top: float) -> Titled | None:
    """The name of a kind below the head that begins in row ``start`` at height ``top``; None for none."""
    return sheet.once(("title", start, top), lambda: _title(sheet, start, top))


def _title(sheet: Sheet, start: int, top: float) -> Titled | None:
    for index, run in places(sheet):
        y = sheet.rows[index].y
        if index < start or y < top + 2 * sheet.line:
            continue
        if y > top + 0.33:
            break
        if kind := kind_of(run):
            return Titled(index, kind, run.tokens)
        tokens = run.clean
        score, name = max((leads(tokens, name), name) for name in TITLES)
        if score >= 0.8:
            count = len(name.split())
            return Titled(index, TITLES[name], tokens[:count], tokens[count:])
    return None


def entitled(sheet: Sheet, start: int) -> bool:
    """Whether a line of capitals of its own, centred below row ``start``, gives the paper a name, of whatever kind: a công
    văn has none. Stops at the address ("Kính gửi")."""
    return sheet.once(("entitled", start), lambda: _entitled(sheet, start))


def _entitled(sheet: Sheet, start: int) -> bool:
    if not sheet.rows:
        return False
    top = sheet.rows[start].y
    for row in sheet.rows[start + 1 :]:
        if row.y > top + 0.3 or fold(row.text).lstrip(" -").startswith("kinh gui"):
            return False
        if row.y < top + 2.6 * sheet.line:
            continue
        for run in row.runs:
            letters = [t for t in run.clean if sum(c.isalpha() for c in t.text) >= 2]
            crossing = run.box[0] < 0.47 and run.box[2] > 0.53 and 0.36 < run.middle < 0.66
            if crossing and len(letters) >= 2 and texts.upper_share(run.text) > 0.85:
                return True
    return False


def subject(rows: Sequence[Row], left: Sequence[Run | None], number_at: int | None, sheet: Sheet) -> tuple[Token, ...]:
    """The tokens of "V/v …" under the number, line after line."""
    kept: list[Token] = []
    last, feet = 0.0, 0.0
    for index in range(number_at + 1 if number_at is not None else 0, len(rows)):
        run = left[index]
        if run is None:
            continue
        tokens = run.clean
        if not kept:
            if not tokens or not SUBJECT.match(fold(" ".join(t.text for t in tokens))):
                continue
        elif not tokens:
            continue
        elif rows[index].y - last > (1.6 * feet if feet else 2.6 * sheet.line) or _leaves(tokens, kept):
            break
        feet = feet or (rows[index].y - last if kept else 0.0)
        kept += tokens
        last = rows[index].y
    return tuple(kept)


def _leaves(tokens: Sequence[Token], kept: Sequence[Token]) -> bool:
    """Whether a line below the subject is the address, a stamp of urgency or of arrival, and no more of it."""
    text = " ".join(t.text for t in tokens)
    low = fold(text)
    stamp = (
        texts.upper_share(text) > 0.9 and texts.upper_share(" ".join(t.text for t in kept[2:])) < 0.5 and len(low) > 2
    )
    return low.startswith("kinh") or (
        stamp and bool(re.match(r"^(?:cong van )?den\b|^(?:hoa toc|thuong khan|khan)$", low))
    )


def abstract(sheet: Sheet, titled: Titled) -> tuple[tuple[Token, ...], bool]:
    """(what follows the name on its line and the centred lines under it up to the rule, the authority or the first
    ground; whether all were whole)."""
    row = sheet.rows[titled.at]
    middle, edge = (row.box[0] + row.box[2]) / 2, row.box[0]
    flush = middle <= 0.36
    kept: list[Token] = list(titled.rest)
    last, widest, feet = row.y, 0.0, 0.0
    to: tuple[Token, ...] = ()
    for row in sheet.rows[titled.at + 1 :]:
        tokens = _centred(row, middle)
        if not any(c.isalnum() for t in tokens for c in t.text):
            continue
        gap = row.y - last
        text = " ".join(t.text for t in tokens)
        low = fold(text)
        if gap > (widest or 3.6 * sheet.line) or _BODY.match(low) or re.search(r"\bg[uư]i\s?:", low):
            break
        if kept and gap < 0.5 * (feet or 1.2 * sheet.line):
            continue  # scraps of a stamp between two lines
        off = abs(tokens[0].box[0] - edge if flush else (tokens[0].box[0] + tokens[-1].box[2]) / 2 - middle)
        capital = texts.upper_share(text) > 0.8
        if off > 0.09 and gap < 1.6 * sheet.line * 1.3 and kept and row.box[0] > 0.16:
            return tuple(kept), False
        if off > 0.09 or (
            capital and _AUTHORITY.match(low) and not (kept and texts.upper_share(" ".join(t.text for t in kept)) > 0.8)
        ):
            break
        feet = gap if kept else 0.0
        widest = 1.45 * max(gap, 1.4 * sheet.line)
        before, after = _range(row, tokens)
        kept += [*(to if kept else ()), *(before if kept and not to else ()), *tokens]
        to, last = after, row.y
    return tuple(kept), True


def _range(row: Row, tokens: tuple[Token, ...]) -> tuple[tuple[Token, ...], tuple[Token, ...]]:
    """The dash before and that behind the words of a line, where it parts two years over a line's end ("2025 - 2029")."""
    at = row.tokens
    first, last = at.index(tokens[0]), at.index(tokens[-1])
    before, after = at[max(0, first - 1) : first], at[last + 1 : last + 2]
    return (
        tuple(t for t in before if t.text in _DASHES and _YEAR.match(tokens[0].text)),
        tuple(t for t in after if t.text in _DASHES and _YEAR.match(tokens[-1].text)),
    )


def _centred(row: Row, middle: float) -> tuple[Token, ...]:
    """The words of a row that are centred on ``middle``: all of it, or the one run of it that is, beside a stamp."""
    parts = [tokens for tokens in (row.clean, *(run.clean for run in row.runs)) if tokens]
    if len(parts) < 3:
        return parts[0] if parts else ()

    def off(tokens: tuple[Token, ...]) -> float:
        return abs((tokens[0].box[0] + tokens[-1].box[2]) / 2 - middle)

    best = min(parts[1:], key=off)
    return best if off(parts[0]) > 0.03 and off(best) < off(parts[0]) - 0.02 else parts[0]
