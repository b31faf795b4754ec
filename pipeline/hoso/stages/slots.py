"""The slots of an official paper that a clerk fills: its number, its place and its day.

Owns: Decree 30/2020/NĐ-CP, Appendix I, boxes 3 and 4: "Số: …/…" left, "…, ngày … tháng … năm …" right, found by their
printed frames even where a pen spoiled what stands between, and how likely it was a pen. Never: reads a value, or takes the
number of a stamp of arrival, of a subject or of a ground for the paper's own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from hoso.stages.layout import Row, Run, Sheet, Token
from hoso.stages.specks import trim
from hoso.stages.titling import SUBJECT
from hoso.values.fold import fold

__all__ = ["by_pen", "place_and_date", "symbol"]

_PEN = 1.16
"""From this height, in heights of the printed year, a figure is a pen's."""
_BLANK = 1.1
"""A blank of print is at most about as wide as its line is high; wider ones are slots."""
_NEAR = 3.4
"""So many lines may the number stand above or below the date, where nothing but its label is legible."""
_DAY = re.compile(r"^\W*(?:n?g[a-z]?[yvw]|nga)")
_MONTH = re.compile(r"t?h?ang(?!\w{3})")
_YEAR = re.compile(r"^.{0,7}?[\doil|]{0,2}\W?n[a-z]m\b|^[\doil|]{0,2}nam")
_SHORT = re.compile(r"/\s*[A-ZĐ]{1,8}\s*-\s*[A-ZĐ]")


def place_and_date(rows: Sequence[Row], edge: float) -> tuple[int | None, tuple[Token, ...], tuple[Token, ...]]:
    """(row of the date, the words that name the place, those from "ngày" on) right of ``edge``; None and empty for none."""
    for at, row in enumerate(rows):
        tokens = [t for t in row.tokens if t.box[2] > edge - 0.16]
        index = _day_at(tokens)
        if index is None or tokens[index].middle < edge - 0.1:
            continue
        rest = tokens[index:]
        if not re.search(r"\d{4}", " ".join(t.text for t in rest)) and at + 1 < len(rows):
            below = [t for t in rows[at + 1].tokens if t.box[0] > edge]
            rest += below if len(below) == 1 and re.match(r"^\d{4}", below[0].text) else []
        return at, _place_before(tokens[:index], tokens[index]), trim(rest)
    return None, (), ()


def _day_at(tokens: Sequence[Token]) -> int | None:
    """Where "ngày" stands in "…, ngày .. tháng .. năm …", even where the pen spoiled it; None for no such frame."""
    low = [fold(t.text) for t in tokens]
    for month, word in enumerate(low):
        if (
            not _MONTH.search(word)
            or len(word) > 24
            or not any(_YEAR.match(w) or "nam" in w for w in low[month : month + 6])
        ):
            continue
        if _DAY.match(word):
            return month
        for back in range(month - 1, max(-1, month - 6), -1):
            if _DAY.match(low[back]):
                return back
        if re.match(r"^\W*[\doilj|\]/]{0,3}\W?t?h?ang", word):
            return month - 1 if month else None
    return None


def _place_before(tokens: Sequence[Token], day: Token) -> tuple[Token, ...]:
    """The words right before "ngày" that name a place: no figure, no slash, no wide gap, six at most."""
    place: list[Token] = []
    following = day
    em = day.box[3] - day.box[1]
    for token in reversed(tokens):
        gap = following.box[0] - token.box[2]
        if re.search(r"[\d/]", token.text) or gap > 2.4 * em or len(place) == 6 or (place and token.text.endswith(",")):
            break
        place.insert(0, token)
        following = token
    while place and not any(c.isalpha() for c in place[0].text):
        place.pop(0)
    return tuple(place)


def symbol(
    rows: Sequence[Row], left: Sequence[Run | None], sheet: Sheet, dated: float | None
) -> tuple[int | None, tuple[Token, ...]]:
    """(index of the row of the number, the tokens after "Số:"); the stamp of arrival has a number too, but no symbol.

    ``left`` are the left parts of ``rows``, ``dated`` the height of the date: what has a label but no symbol is the slot
    only near it.
    """
    weak: tuple[int, tuple[Token, ...]] | None = None
    stamp_y = -1.0
    for index, run in enumerate(left):
        if run is None:
            continue
        if SUBJECT.match(fold(run.text)):
            break
        y = rows[index].y
        if any(fold(t.text).strip(".:,") == "den" and t.text.isupper() for t in run.tokens) and len(run.tokens) <= 4:
            stamp_y = y
        at = next((i for i, t in enumerate(run.tokens[:3]) if _is_number_label(t.text)), None)
        said = " ".join(t.text for t in run.tokens[at:]) if at is not None else ""
        if at is not None and not re.search(r"[:.\d/]|[A-ZĐ]-[A-ZĐ]", said):
            at = None  # "SỞ Y TẾ" is an office, "Số" has a colon or a figure behind it
        after = run.tokens[at + 1 :] if at is not None else ()
        while after and not re.search(r"[\w/]", after[0].text):
            after = after[1:]
        text = " ".join(t.text for t in after)
        if at is not None and re.match(r"^(?:[^/A-Za-zÀ-ỹ]*[A-Za-zÀ-ỹ]?){0,3}/\s*[A-ZĐ]", text):
            return index, trim(after)
        if at is None and _SHORT.search(run.text) and len(run.tokens) <= 5:
            return index, trim(run.tokens)
        near = dated is None or abs(y - dated) <= _NEAR * sheet.line
        if at is not None and weak is None and near and (stamp_y < 0 or y - stamp_y > 5 * sheet.line):
            weak = index, trim(after) or run.tokens[at : at + 1]
    return weak if weak else (None, ())


def by_pen(rows: Sequence[Row], number: Sequence[Token], dated: Sequence[Token], em: float) -> dict[str, float]:
    """How likely "symbol" and "dated" were filled in by pen: 1.0 their figures stand taller than the print beside them or
    are none, 0.0 they do not, 0.4 there was nothing to measure by, 0.6 a slot shows: blanks wider than print has them, or a
    figure alone, which no office prints without its nought. ``em`` is the height of a line, measured across."""
    label = next((t for row in rows for t in row.tokens if number and _is_label_of(t, number[0])), None)
    pen = {"symbol": _symbol_by_pen(number, label, dated), "dated": _day_by_pen(dated)}
    before = [
        t for row in rows if number and number[0] in row.tokens for t in row.tokens if t.box[2] <= number[0].box[0]
    ]
    slotted = [*before[-1:], *number[:2]] if label is not None else list(number[:2])  # "Số :" may be two words
    lone = bool(number) and re.match(r"^\W*\d\s?/", "".join(t.text for t in number)) is not None
    apart = len(number) > 1 and re.fullmatch(r"\d+", number[0].text) is not None and number[1].text.startswith("/")
    if lone or apart or _loose(slotted, em):
        pen["symbol"] = max(pen["symbol"], 0.6)
    if _loose(dated, em):
        pen["dated"] = max(pen["dated"], 0.6)
    if pen["dated"] == 1.0:
        pen["symbol"] = max(pen["symbol"], 0.6)  # whoever writes the day by hand writes the number too
    return pen


def _loose(tokens: Sequence[Token], em: float) -> bool:
    """Whether words of one phrase stand further apart than any blank: something between them was not read."""
    return any(two.box[0] - one.box[2] > _BLANK * em for one, two in pairwise(tokens))


def _is_number_label(text: str) -> bool:
    return len(text) >= 2 and re.fullmatch(r"[s5$](?:[o06]?[:.;,]*|\S:)", fold(text)) is not None


def _is_label_of(token: Token, value: Token) -> bool:
    near = abs(token.box[3] - value.box[3]) < value.box[3] - value.box[1]
    return _is_number_label(token.text) and near and token.box[2] <= value.box[0] + 0.02


def _year(dated: Sequence[Token]) -> Token | None:
    """The year of a date: the one part of it that no office leaves to the pen, and so the measure of the others."""
    return next((t for t in dated if re.fullmatch(r"\D{0,4}(?:19|20)\d\d\D?", t.text)), None)


def _symbol_by_pen(symbol: Sequence[Token], label: Token | None, dated: Sequence[Token]) -> float:
    """How likely the figures of the number are penned, 0..1: measured, figures of a pen stood 1.2 to 1.6 times as high
    above the line as the printed year of the same head, printed ones 0.9 to 1.14 (66 heads, drawn and real)."""
    if not symbol:
        return 0.0
    if not re.search(r"\d", symbol[0].text):
        return 1.0  # open, or figures that look like none
    year = _year(dated)
    if year is None or label is None:
        return 0.4 if "/" in symbol[0].text else 1.0
    unit = year.box[3] - year.box[1]
    foot = min(symbol[0].box[3], label.box[3])
    return float((foot - symbol[0].box[1]) / unit > _PEN)


def _day_by_pen(dated: Sequence[Token]) -> float:
    """How likely day or month are penned, 0..1: no clean figures, not as high as the printed year, or not on its line.

    A day below ten without its nought is no print of an office (Decree 30/2020, Appendix I, II.4.b: "phải ghi thêm số 0
    phía trước"): a figure may be lost. Figures glued to a word stood nearer to it than any blank.
    """
    month = next((i for i, t in enumerate(dated) if _MONTH.search(fold(t.text))), None)
    if month is None:
        return 0.4
    low = [fold(t.text) for t in dated]
    day, _, _ = " ".join(low[: month + 1]).partition("ang")
    day = re.sub(r"^\W*(?:n?g[a-z]?[yvw]|nga)[a-z]?", "", re.sub(r"t?h?$", "", day))
    glued = month == 0 or bool(re.search(r"\d", low[0])) or bool(re.search(r"\d", low[month].partition("ang")[0]))
    if not re.fullmatch(r"\W*\d{1,2}\W*", day):
        return 1.0
    if glued:
        return 0.6 if re.search(r"\d\d", day) else 1.0
    year = _year(dated)
    if year is None:
        return 0.4
    unit = year.box[3] - year.box[1]
    for index, token in enumerate(dated):
        if token is year or not re.search(r"\d", token.text) or not 0 < index <= month + 1:
            continue
        if not re.fullmatch(r"\d{1,2}[.,]?", token.text):
            if token.confidence < 0.85 or not re.search(r"[^\W\d]{3}", token.text):
                return 1.0
            continue
        high = (token.box[3] - token.box[1]) / unit
        if not 1 / _PEN < high < _PEN or abs(token.box[3] - year.box[3]) > 0.16 * unit:
            return 1.0
    return 0.6 if re.fullmatch(r"\W*\d\W*", day) else 0.0
