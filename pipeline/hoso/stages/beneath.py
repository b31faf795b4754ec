"""Values of cards: beside their bilingual label or beneath it, in a column of their own.

Owns: which words belong to a label where several labels share a line and their values stand under them, as cards set
them; the line of place and date whose words are bilingual ("ngày/date 05 tháng/month 3"); the one number of its kind on a
card whose label was lost. Never: normalises a value, or looks at papers that print label and value on dotted lines
(``labels``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from statistics import median

from hoso.nouns import Box
from hoso.stages.labels import Claim, Slip, without_leaders
from hoso.stages.layout import Row, Sheet, Token, union
from hoso.stages.letterhead import clean
from hoso.values import dates
from hoso.values import text as texts
from hoso.values.fold import fold

__all__ = ["dated_line", "only_number", "value_of"]

_GAP = 2.6
"""A blank of so many letter heights parts two columns of a card: within a value blanks stay below one."""
_FAR = 14.0
"""The same between a label and its value beside it."""
_FIRST, _NEXT = 3.1, 2.5
"""How many letter heights below the label its value may begin, and below that the value's next line."""
_PAST = 6.5
"""How many letter heights below the label a value may stand whose grammar tells it: the label's other language between."""
_FOREIGN = re.compile(r"^(?:[/|\\Il]|/.*)$")
_ENGLISH = ("No", "Full", "name", "Date", "of", "birth", "Sex", "Nationality", "Place", "origin", "residence", "expiry",
            "issue", "month", "year", "Class", "Address", "Expires", "Personal", "identification", "number")  # fmt: skip
"""The words of the other language on cards."""
_NO_SPECK = re.compile(r"[^\W_\u02b0-\u02ff]")
_DATED = re.compile(r"n?gay\W{0,3}\w{1,2}\W{1,3}th?ang\W{0,3}\w{1,2}\W{1,3}n?am\W{0,3}\w{2,4}")
_STEM = re.compile(r"(?:n?gay|th?ang|n?am)(?=[/|a-z])")


def value_of(
    claim: Claim, sheets: Sequence[Sheet], taken: Sequence[Claim], lines: int, fits: Callable[[str], bool] | None = None
) -> Slip:
    """The words of the label ``claim``, ``lines`` at most: those beside it up to the next label or a wide blank, else those
    beneath it in its column; then the lines that go on in that column. ``taken`` are all labels found. A value of one line
    that a grammar tells (``fits``) is the first line beside or beneath that fits, past the label's other language."""
    if fits is not None:
        for slip in _lines(claim, sheets, taken):
            if fits(slip.text):
                return slip
        if _label_goes_on(sheets[claim.sheet].rows[claim.row].tokens[claim.end :]):
            return Slip(sheets[claim.sheet].position, (), claim.score, claim.label)
    sheet = sheets[claim.sheet]
    row = sheet.rows[claim.row]
    label = union(t.box for t in row.tokens[claim.start : claim.end])
    tall = _height(row.tokens[claim.start : claim.end], sheet)
    em = tall * sheet.em / sheet.line if sheet.line else sheet.em
    after = [c for c in taken if (c.sheet, c.row) == (claim.sheet, claim.row) and c.start >= claim.end]
    stop = min((c.start for c in after), default=len(row.tokens))
    edge = row.tokens[stop].box[0] if stop < len(row.tokens) else 1.0
    got = _beside(row.tokens[claim.end : stop], label[2], em)
    tall = max(tall, _height(got[:4], sheet)) if got else tall  # worn labels are lower than they were printed
    used, last, reach = (1, row.y, _NEXT) if got else (0, row.y, _FIRST)
    for index in range(claim.row + 1, len(sheet.rows)):
        below = sheet.rows[index]
        if used >= lines or below.y - last > reach * tall:
            break
        if below.y - last < 0.5 * tall:
            continue
        starts = [below.tokens[c.start].box[0] for c in taken if (c.sheet, c.row) == (claim.sheet, index)]
        if any(label[0] - em <= x < edge - em for x in starts):
            break
        if dates.slot(" ".join(_native(below.tokens))):
            break
        more = _column(below, label, min([edge, *(x for x in starts if x > label[0])]), em)
        if more:
            got, used, last, reach = [*got, *more], used + 1, below.y, _NEXT
    return Slip(sheet.position, tuple(got), claim.score, claim.label)


def _height(tokens: Sequence[Token], sheet: Sheet) -> float:
    """How tall letters are here: the middle of the tokens' heights, smears that span lines aside."""
    return min(median(t.box[3] - t.box[1] for t in tokens), 1.6 * sheet.line)


def _lines(claim: Claim, sheets: Sequence[Sheet], taken: Sequence[Claim]) -> Iterator[Slip]:
    """What stands beside a label, then line by line what stands beneath it, up to a label of another field."""
    sheet = sheets[claim.sheet]
    row = sheet.rows[claim.row]
    label = union(t.box for t in row.tokens[claim.start : claim.end])
    tall = _height(row.tokens[claim.start : claim.end], sheet)
    em = tall * sheet.em / sheet.line if sheet.line else sheet.em
    stop = min(
        (c.start for c in taken if (c.sheet, c.row) == (claim.sheet, claim.row) and c.start >= claim.end),
        default=len(row.tokens),
    )
    edge = row.tokens[stop].box[0] if stop < len(row.tokens) else 1.0
    rest = row.tokens[claim.end : stop]
    if _label_goes_on(rest):
        return
    if beside := _beside(rest, label[2], em):
        yield Slip(sheet.position, tuple(beside), claim.score, claim.label)
    for index in range(claim.row + 1, len(sheet.rows)):
        below = sheet.rows[index]
        if below.y - row.y > _PAST * tall:
            return
        here = [c for c in taken if (c.sheet, c.row) == (claim.sheet, index)]
        starts = [below.tokens[c.start].box[0] for c in here if c.label != claim.label and c.field != claim.field]
        if any(label[0] - em <= x < edge - em for x in starts):
            return
        if more := _column(below, label, min([edge, *(x for x in starts if x > label[0])]), em):
            yield Slip(sheet.position, tuple(more), claim.score, claim.label)


def _label_goes_on(rest: Sequence[Token]) -> bool:
    """Whether what was claimed is the beginning of a longer label: "Ngày, tháng, năm" before "sinh" or "si nh:"."""
    head = [t.text for t in rest[:3]]
    if head and texts.likeness(head[0], "sinh") >= 0.75:
        return True
    colon = next((i for i, text in enumerate(head) if text.endswith(":")), None)
    return colon is not None and all(text.rstrip(":").isalpha() and text.islower() for text in head[: colon + 1])


def _beside(tokens: Sequence[Token], left: float, em: float) -> list[Token]:
    """The words after a label: the rest of its foreign half ("/ Full name:") is none of the value."""
    rest = list(tokens)
    if rest and (_FOREIGN.match(rest[0].text) or _english(rest[0].text)):
        colon = next((i for i, t in enumerate(rest[:7]) if t.text.endswith((":", ";"))), None)
        if colon is None:
            colon = next((i for i, t in enumerate(rest) if i and not _english(t.text)), len(rest)) - 1
        left = rest[colon].box[2]
        rest = rest[colon + 1 :]
    elif len(rest) > 1 and re.fullmatch(r"[^\W\d_]{3,}:", rest[0].text):  # what is left of a worn label
        left, rest = rest[0].box[2], rest[1:]
    rest = without_leaders(rest)
    if not rest or rest[0].box[0] - left > _FAR * em:
        return []
    return _inked(clean(_unbroken(rest, em)))


def _english(word: str) -> bool:
    bare = word.strip("/|.,")
    low = bare.casefold()
    if len(bare) < 2 or fold(bare) != low or low == "nam":  # "Nam" is a sex and a name, no worn "name"
        return False
    return any(
        texts.likeness(bare, known) >= 0.74 or (len(bare) > 2 and known.casefold().startswith(low))
        for known in _ENGLISH
    )


def _column(row: Row, label: Box, edge: float, em: float) -> list[Token]:
    """The words of a row that begin under a label, or stand in the middle under it, and end before the next column."""
    inside = [
        t
        for t in row.tokens
        if t.box[0] < edge - 0.5 * em and (label[0] - 1.5 * em <= t.box[0] or label[0] <= t.middle <= label[2])
    ]
    rest = without_leaders(inside)
    if not rest or rest[0].box[0] > label[2] + 2 * em:
        return []
    return _inked(clean(_unbroken(rest, em)))


def _named(tokens: Sequence[Token]) -> list[Token]:
    """The words of a place at the end of ``tokens``: capitalised words of letters, four at most."""
    kept: list[Token] = []
    for token in reversed(tokens):
        bare = token.text.strip(" ,.;")
        if not bare[:1].isupper() or not bare.replace("-", "").isalpha() or len(kept) == 4:
            break
        kept.append(token)
    return kept[::-1]


def _inked(tokens: Sequence[Token]) -> list[Token]:
    """Without specks at its ends that are no letter and no figure."""
    kept = list(tokens)
    while kept and not _NO_SPECK.search(kept[-1].text):
        kept.pop()
    while kept and not _NO_SPECK.search(kept[0].text):
        kept.pop(0)
    return kept


def _unbroken(tokens: Sequence[Token], em: float) -> list[Token]:
    kept: list[Token] = []
    for token in tokens:
        if kept and token.box[0] - kept[-1].box[2] > _GAP * em:
            break
        kept.append(token)
    return kept


def dated_line(sheets: Sequence[Sheet]) -> tuple[Slip, Slip, str] | None:
    """The line "<place>, ngày/date … tháng/month … năm/year …" of a card: the words of the place, those of the date, and
    the date's text in Vietnamese alone; None where there is none."""
    for sheet in sheets:
        for row in sheet.rows:
            tokens = row.tokens
            plain = _native(tokens)
            start = next((i for i, text in enumerate(plain) if re.match(r"n?gay\b", fold(text))), None)
            if start is None or not _DATED.match(fold(" ".join(_tight(plain[start:])))):
                continue
            place = _named(_unbroken_before(tokens[:start], sheet.em))
            end = next(
                (i for i, t in enumerate(plain) if i > start and re.search(r"(?:19|20)\d\d", t)), len(tokens) - 1
            )
            return (
                Slip(sheet.position, tuple(place), 1.0),
                Slip(sheet.position, tuple(tokens[start : end + 1]), 1.0),
                " ".join(_tight(plain[start : end + 1])),
            )
    return None


def _native(tokens: Sequence[Token]) -> list[str]:
    """The words with the foreign half of "ngày/date" taken off, one for each token."""
    return [t.text[: m.end()] if (m := _STEM.match(fold(t.text))) else t.text for t in tokens]


def _tight(words: Sequence[str]) -> list[str]:
    """The words without the foreign half of a pair that a blank parts ("ngày / date" as three)."""
    kept: list[str] = []
    skip = False
    for word in words:
        if word in {"/", "|"}:
            skip = True
        elif skip or word.startswith("/") or any(texts.likeness(word, w) >= 0.74 for w in ("date", "month", "year")):
            skip = False
        else:
            kept.append(word)
    return kept


def _unbroken_before(tokens: Sequence[Token], em: float) -> list[Token]:
    kept: list[Token] = []
    for token in reversed(tokens):
        if kept and kept[-1].box[0] - token.box[2] > _GAP * em:
            break
        kept.append(token)
    return kept[::-1]


def only_number(sheets: Sequence[Sheet], digits: int = 12) -> Slip | None:
    """The words of the only number of so many ``digits`` in print; None where there is none, or several differ."""
    found: dict[str, Slip] = {}
    for sheet in sheets:
        for row in sheet.rows:
            for run in row.runs:
                if "<" in run.text:
                    continue
                for n in range(len(run.tokens)):
                    for m in range(n + 1, min(len(run.tokens), n + 4) + 1):
                        part = run.tokens[n:m]
                        tight = "".join(t.text for t in part).strip(".,:;")
                        number = re.fullmatch(rf"(?:[^\W\d]{{0,3}}\W{{0,2}})?(\d{{{digits}}})", tight)
                        if number and not _goes_on(run.tokens, n, m):
                            found.setdefault(number[1], Slip(sheet.position, part, 0.8))
    return next(iter(found.values())) if len(found) == 1 else None


def _goes_on(tokens: Sequence[Token], start: int, end: int) -> bool:
    """Whether figures stand next to the tokens: then they are a part of a longer number."""
    before = tokens[start - 1].text[-1:] if start else ""
    after = tokens[end].text[:1] if end < len(tokens) else ""
    return before.isdigit() or after.isdigit()
