"""The head of an official paper: who issued it, its number, place and date, kind and subject.

Owns: the layout of Decree 30/2020/NĐ-CP, Appendix I (boxes 1 to 5b): agency left, national title right, number under the
agency, place and date under the national title, kind and abstract centred below, "V/v" under the number of a công văn.
Never: takes a number or date from elsewhere: not from "Căn cứ …", not from the stamp of arrival ("ĐẾN").
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hoso.stages.layout import Row, Run, Sheet, Token
from hoso.values import numbers
from hoso.values import text as texts
from hoso.values.fold import fold

__all__ = [
    "BOXES",
    "MOTTO",
    "NATIONAL",
    "SUBJECT",
    "TITLES",
    "Head",
    "clean",
    "head",
    "kind_of",
    "national_row",
    "trim",
]

NATIONAL = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
TITLES = {texts.squeeze(name).upper(): name for name in numbers.TYPES.values()} | {
    "CÔNG ĐIỆN": "Công điện",
    "QUY CHẾ": "Quy chế",
    "NGHỊ ĐỊNH": "Nghị định",
    "THÔNG TƯ": "Thông tư",
}
"""Printed titles and the kinds they name (Decree 30/2020, art. 7)."""

BOXES = "☐☑☒⊠□✓✔✗✘■√"
"""Tick boxes and ticks as characters: words like any other where a form asks to tick."""
_FLOOR = 0.72
_DEFAULT_EDGE = 0.47
_PEN = 1.16
"""From this height, in heights of the printed year, a figure is a pen's."""
_HEADS = re.compile(
    r"^(?:bo|ubnd|uy ban|hdnd|hoi dong|so|tong cuc|cuc|chi cuc|truong|phong|ban|trung tam|van phong|hoi|benh vien|"
    r"thanh tra|cong an|bao hiem|toa an|vien|dang uy|doan|lien doan|tap doan|tong cong ty|cong ty|chi nhanh|"
    r"kho bac|ngan hang|hoc vien|dai hoc|thanh uy|tinh uy|huyen uy|quan uy|doi|tram|bo phan|chinh phu|quoc hoi|"
    r"thanh pho|tinh|huyen|quan|thi xa|khoa|quy|bo tu lenh|mat tran|nha xuat ban|dai|bao|tap chi|don vi|"
    r"cua hang|hop tac xa|lien hiep|cuc thue|vu|so giao duc|dai su quan)\b"
)
_GLUED = re.compile(r"^(?:ubnd|uyban|so|bo|hoidong|trungtam|vanphong|benhvien|phong|ban|cuc)[a-z]{6,}\b")
"""An agency's name whose blanks were lost in reading."""
_PLACES = re.compile(r"^(?:thanh pho|tinh|huyen|quan|thi xa|xa|phuong|thi tran|tp)\b")
_OPEN = re.compile(
    r"(?:\b(?:va|cua|uy ban nhan dan|ubnd|hdnd|hoi dong nhan dan|van phong|thuoc|so|cuc|ban|hoi|quan ly|du an|khu vuc)"
    r"|[,\-])$"
)
SUBJECT = re.compile(r"^\W?[v\\]\W?[/il1|\\]?\s?[vwy]\b")
"""How "V/v" reads, folded: "V/v", "Viv", "V#w" """
_BODY = re.compile(r"^(?:can cu|kinh gui|dieu \d|[ivx]+[.,] |phan (?:[ivx]+|\d+)\b|\d+[.,)] |theo de nghi|- |\+ )")
_MONTH = re.compile(r"^\W*[\doilj|\]]{0,2}\W?t?h?ang\W?[\doil|]{0,2}\W*(?:n[a-z]m.*)?$")
_YEAR = re.compile(r"^.{0,7}?[\doil|]{0,2}\W?n[a-z]m\b|^[\doil|]{0,2}nam")
_AUTHORITY = re.compile(
    r"^(?:giam doc|chu tich|bo truong|uy ban|ubnd|hoi dong|thu tuong|hieu truong|cuc truong|chanh|truong|tong|"
    r"vien truong|so |chi cuc)"
)


@dataclass(frozen=True, slots=True)
class Head:
    """What stands in the head. Tokens are as read; each may be empty. ``edge`` parts the left column from the right;
    ``official``: the national title or motto was found; ``kind`` is the kind its title names, "" for none."""

    official: bool
    edge: float
    parents: tuple[Token, ...]
    agency: tuple[Token, ...]
    symbol: tuple[Token, ...]
    place: tuple[Token, ...]
    dated: tuple[Token, ...]
    kind: str
    title: tuple[Token, ...]
    abstract: tuple[Token, ...]
    whole: bool = True
    """Whether the abstract ended where the layout ends it, not in a line spoiled by a stamp."""
    pen: Mapping[str, float] = field(default_factory=dict)
    """How likely "symbol" and "dated" were filled in by pen: 1.0 their figures stand taller than the print beside them,
    0.0 they do not, 0.4 there was nothing to measure by."""


def national_row(sheet: Sheet, lowest: float = 0.40) -> tuple[int, float, float] | None:
    """(row, left, likeness) of the national title, or of the motto where the title is lost; None for neither."""
    best: tuple[int, float, float] | None = None
    for index, row in enumerate(sheet.rows):
        if row.y > lowest:
            break
        for text in (NATIONAL, MOTTO):
            hits = texts.find(text, [t.text for t in row.tokens], _FLOOR)
            if not hits:
                continue
            left = row.tokens[hits[0].start].box[0]
            if best is None:
                best = (index, left, hits[0].score)
            elif index - best[0] <= 2:
                return best[0], min(best[1], left), max(best[2], hits[0].score)
    return best


def kind_of(run: Run) -> str:
    """The kind of paper that a run names as a title of its own, "" for none."""
    tokens = clean(run.tokens)
    text = " ".join(t.text for t in tokens)
    if not 4 <= len(text) <= 24 or texts.upper_share(text) < 0.7:
        return ""
    score, name = max((texts.likeness(text, title), name) for title, name in TITLES.items())
    return name if score >= 0.86 else ""


def clean(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """Tokens without specks: marks alone at the ends, and what the engine itself hardly believes."""
    kept = [t for t in tokens if t.confidence >= (0.2 if sum(c.isalnum() for c in t.text) in (1, 2) else 0.0)]
    return trim([t for t in kept if any(c.isalnum() for c in t.text) or t.confidence >= 0.5])


def trim(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """Tokens without marks alone at the ends; what is between stays, for a spoiled figure is a figure still."""
    kept = list(tokens)
    while kept and not _says(kept[-1].text):
        kept.pop()
    while kept and not _says(kept[0].text):
        kept.pop(0)
    return tuple(kept)


def _says(text: str) -> bool:
    """Whether a word holds a letter, a figure or a tick box."""
    return any(c.isalnum() or c in BOXES for c in text)


def head(sheet: Sheet) -> Head:
    """The head of the first page of a paper."""
    found = national_row(sheet)
    start, edge = (found[0], found[1] - 0.4 * sheet.em) if found else (0, _DEFAULT_EDGE)
    top = sheet.rows[start].y if sheet.rows else 0.0
    title_row, kind = _title(sheet, start, top)
    end = title_row if title_row is not None else len(sheet.rows)
    rows = [r for r in sheet.rows[:end] if top - 3.5 * sheet.line <= r.y <= top + 0.26]
    across = next((i for i, r in enumerate(rows) if r.y > top + 2.2 * sheet.line and _is_title(r, edge)), len(rows))
    rows = rows[:across]
    place, dated = _place_and_date(rows, edge)
    taken = {id(t) for t in (*place, *dated)}
    left = [_left(row, edge, taken) for row in rows]
    number_at, symbol = _symbol(rows, left, sheet)
    agency_rows = [
        c
        for run in left[: number_at if number_at is not None else _agency_end(left)]
        if run and (c := clean(run.tokens))
    ]
    parents, agency = _agencies(agency_rows)
    if title_row is not None:
        title = sheet.rows[title_row].tokens
        abstract, whole = _abstract(sheet, title_row)
    else:
        title = ()
        abstract, whole = _subject(rows, left, number_at, sheet), True
    label = next((t for row in rows for t in row.tokens if symbol and _is_label_of(t, symbol[0])), None)
    pen = {"symbol": _symbol_by_pen(symbol, label, dated), "dated": _day_by_pen(dated)}
    return Head(found is not None, edge, parents, agency, symbol, place, dated, kind, title, abstract, whole, pen)


def _title(sheet: Sheet, start: int, top: float) -> tuple[int | None, str]:
    for index, row in enumerate(sheet.rows):
        if index < start or row.y < top + 2 * sheet.line:
            continue
        if row.y > top + 0.33:
            break
        for run in row.runs:
            if 0.28 < run.middle < 0.72 and (kind := kind_of(run)) and len(clean(row.tokens)) <= len(run.tokens) + 2:
                return index, kind
    return None, ""


def _is_title(row: Row, edge: float) -> bool:
    """Whether a line of capitals runs across both columns: the title of a form, where the head ends."""
    for run in row.runs:
        letters = sum(c.isalpha() for c in run.text)
        if run.box[0] < edge - 0.05 and run.box[2] > edge + 0.05 and letters >= 8 and texts.upper_share(run.text) > 0.7:
            return True
    return False


def _left(row: Row, edge: float, taken: set[int]) -> Run | None:
    tokens = tuple(t for t in row.tokens if t.middle < edge and id(t) not in taken)
    return Run(tokens) if tokens else None


def _place_and_date(rows: Sequence[Row], edge: float) -> tuple[tuple[Token, ...], tuple[Token, ...]]:
    for at, row in enumerate(rows):
        tokens = [t for t in row.tokens if t.box[2] > edge - 0.16]
        index = _day_at(tokens)
        if index is None or tokens[index].middle < edge - 0.1:
            continue
        rest = tokens[index:]
        if not re.search(r"\d{4}", " ".join(t.text for t in rest)) and at + 1 < len(rows):
            below = [t for t in rows[at + 1].tokens if t.box[0] > edge]
            rest += below if len(below) == 1 and re.match(r"^\d{4}", below[0].text) else []
        return _place_before(tokens[:index], tokens[index]), trim(rest)
    return (), ()


def _day_at(tokens: Sequence[Token]) -> int | None:
    """Where "ngày" stands in "…, ngày .. tháng .. năm …", even where the pen spoiled it; None for no such frame."""
    low = [fold(t.text) for t in tokens]
    month = next((i for i, w in enumerate(low) if _MONTH.match(w)), None)
    if month is None or not any(_YEAR.match(w) for w in low[month:]):
        return None
    for back in range(month - 1, max(-1, month - 5), -1):
        if re.match(r"^n?g[a-z]?[yvw]|^nga", low[back]):
            return back
    return month - 1 if month else None


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


def _symbol(rows: Sequence[Row], left: Sequence[Run | None], sheet: Sheet) -> tuple[int | None, tuple[Token, ...]]:
    """(index of the row of the number, the tokens after "Số:"); the stamp of arrival has a number too, but no symbol."""
    weak: tuple[int, tuple[Token, ...]] | None = None
    stamp_y = -1.0
    for index, run in enumerate(left):
        if run is None:
            continue
        if any(fold(t.text).strip(".:,") == "den" and t.text.isupper() for t in run.tokens) and len(run.tokens) <= 4:
            stamp_y = rows[index].y
        at = next((i for i, t in enumerate(run.tokens[:3]) if _is_number_label(t.text)), None)
        if at is not None and not re.search(r"[:.\d/]", "".join(t.text for t in run.tokens[at:])):
            at = None  # "SỞ Y TẾ" is an office, "Số" has a colon or a figure behind it
        after = run.tokens[at + 1 :] if at is not None else ()
        while after and not re.search(r"[\w/]", after[0].text):
            after = after[1:]
        text = " ".join(t.text for t in after)
        if at is not None and re.match(r"^(?:[^/A-Za-zÀ-ỹ]*[A-Za-zÀ-ỹ]?){0,3}/\s*[A-ZĐ]", text):
            return index, trim(after)
        if at is None and re.search(r"/\s*[A-ZĐ]{1,8}\s*-\s*[A-ZĐ]", run.text) and len(run.tokens) <= 5:
            return index, trim(run.tokens)
        if at is not None and weak is None and (stamp_y < 0 or rows[index].y - stamp_y > 5 * sheet.line):
            weak = index, trim(after)
    return weak if weak else (None, ())


def _is_number_label(text: str) -> bool:
    return len(text) >= 2 and re.fullmatch(r"[s5$](?:[o06]?[:.;,]*|\S:)", fold(text)) is not None


def _is_label_of(token: Token, value: Token) -> bool:
    near = abs(token.box[3] - value.box[3]) < value.box[3] - value.box[1]
    return _is_number_label(token.text) and near and token.box[2] <= value.box[0] + 0.02


def _year(dated: Sequence[Token]) -> Token | None:
    """The year of a date: the one part of it that no office leaves to the pen, and so the measure of the others."""
    return next((t for t in dated if re.fullmatch(r"\D{0,2}(?:19|20)\d\d\D?", t.text)), None)


def _symbol_by_pen(symbol: Sequence[Token], label: Token | None, dated: Sequence[Token]) -> float:
    """How likely the figures of the number are penned, 0..1: measured, figures of a pen stood 1.2 to 1.6 times as high
    above the line as the printed year of the same head, printed ones 0.9 to 1.14 (66 heads, drawn and real)."""
    if not symbol or not re.search(r"\d", symbol[0].text):
        return 0.0
    year = _year(dated)
    if year is None or label is None:
        return 0.4 if "/" in symbol[0].text else 1.0
    unit = year.box[3] - year.box[1]
    foot = min(symbol[0].box[3], label.box[3])
    return float((foot - symbol[0].box[1]) / unit > _PEN)


def _day_by_pen(dated: Sequence[Token]) -> float:
    """How likely day or month are penned, 0..1: not as high as the printed year, or not on its line; or glued to dirt."""
    year = _year(dated)
    month = next((i for i, t in enumerate(dated) if re.search(r"t?h?ang", fold(t.text))), None)
    if year is None or month is None:
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
    return 0.0


def _agency_end(left: Sequence[Run | None]) -> int:
    """How many rows of the left column are capitals from its top: the agency, where no number ends it."""
    for index, run in enumerate(left):
        if run is not None and clean(run.tokens) and texts.upper_share(run.text) < 0.6:
            return index
    return len(left)


def _agencies(rows: Sequence[tuple[Token, ...]]) -> tuple[tuple[Token, ...], tuple[Token, ...]]:
    """(tokens of the parent agency, tokens of the issuing agency): the issuing one is the lower, told by the word that
    begins an agency's name, for reading knows no bold type."""
    units: list[list[Token]] = []
    for row in rows:
        text = " ".join(t.text for t in row)
        if texts.upper_share(text) < 0.6 or not any(len(t.text) > 1 for t in row):
            continue
        low = fold(text).strip(" .,:-*_'\"‘’“”`^|")
        before = fold(" ".join(t.text for t in units[-1])).strip(" .:*_") if units else ""
        starts = (
            bool(_HEADS.match(low) or _GLUED.match(low))
            and not (_PLACES.match(low) and before)
            and not _OPEN.search(before)
        )
        starts = starts and low != "truong"
        if low.startswith("bo phan tiep nhan") and units:
            continue
        if not units or starts:
            units.append(list(row))
        else:
            units[-1] += row
    if not units:
        return (), ()
    return (tuple(units[-2]) if len(units) > 1 else ()), tuple(units[-1])


def _subject(rows: Sequence[Row], left: Sequence[Run | None], number_at: int | None, sheet: Sheet) -> tuple[Token, ...]:
    """The tokens of "V/v …" under the number, line after line."""
    kept: list[Token] = []
    last = 0.0
    for index in range(number_at + 1 if number_at is not None else 0, len(rows)):
        run = left[index]
        if run is None:
            continue
        tokens = clean(run.tokens)
        if not kept:
            if not tokens or not SUBJECT.match(fold(" ".join(t.text for t in tokens))):
                continue
        elif not tokens or rows[index].y - last > 2.6 * sheet.line or fold(tokens[0].text).startswith("kinh"):
            break
        kept += tokens
        last = rows[index].y
    return tuple(kept)


def _abstract(sheet: Sheet, title_row: int) -> tuple[tuple[Token, ...], bool]:
    """(the centred lines under the title up to the rule, the authority or the first ground; whether all were whole)."""
    title = sheet.rows[title_row]
    middle = (title.box[0] + title.box[2]) / 2
    kept: list[Token] = []
    last, widest = title.y, 0.0
    for row in sheet.rows[title_row + 1 :]:
        tokens = clean(row.tokens)
        if not tokens:
            continue
        gap = row.y - last
        text = " ".join(t.text for t in tokens)
        low = fold(text)
        if gap > (widest or 3.6 * sheet.line) or _BODY.match(low):
            break
        off = abs((tokens[0].box[0] + tokens[-1].box[2]) / 2 - middle)
        capital = texts.upper_share(text) > 0.8
        if off > 0.09 and gap < 1.6 * sheet.line * 1.3 and kept and row.box[0] > 0.16:
            return tuple(kept), False
        if off > 0.09 or (
            capital and _AUTHORITY.match(low) and not (kept and texts.upper_share(" ".join(t.text for t in kept)) > 0.8)
        ):
            break
        widest = 1.45 * max(gap, 1.4 * sheet.line)
        kept += tokens
        last = row.y
    return tuple(kept), True
