"""The head of an official paper: who issued it, its number, place and date, kind and subject.

Owns: the layout of Decree 30/2020/NĐ-CP, Appendix I (boxes 1 to 5b) as a whole: agency left, national title right, number
under the agency, place and date under the national title. The slots of number and date are ``slots``' part, kind and
abstract ``titling``'s. Never: takes a number or date from elsewhere: not from "Căn cứ …", not from the stamp of arrival.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hoso.forms import Anchor
from hoso.stages import slots, titling
from hoso.stages.layout import Row, Run, Sheet, Token
from hoso.stages.specks import BOXES, clean, trim
from hoso.stages.titling import SUBJECT, TITLES, kind_of
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
    "tells",
    "trim",
]

NATIONAL = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
_FLOOR = 0.72
_DEFAULT_EDGE = 0.47
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
    return sheet.once(("national row", lowest), lambda: _national_row(sheet, lowest))


def _national_row(sheet: Sheet, lowest: float) -> tuple[int, float, float] | None:
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


def head(sheet: Sheet) -> Head:
    """The head of the first page of a paper."""
    found = national_row(sheet)
    start, edge = (found[0], found[1] - 0.4 * sheet.em) if found else (0, _DEFAULT_EDGE)
    top = sheet.rows[start].y if sheet.rows else 0.0
    titled = titling.title(sheet, start, top)
    end = titled.at if titled is not None else len(sheet.rows)
    rows = [r for r in sheet.rows[:end] if top - 3.5 * sheet.line <= r.y <= top + 0.26]
    rows = rows[: next((i for i, r in enumerate(rows) if _ends_head(r, edge, r.y - top, sheet)), len(rows))]
    dated_at, place, dated = slots.place_and_date(rows, edge)
    taken = {id(t) for t in (*place, *dated)}
    left = [_left(row, edge, taken) for row in rows]
    number_at, symbol = slots.symbol(rows, left, sheet, rows[dated_at].y if dated_at is not None else None)
    agency_rows = [
        c for run in left[: number_at if number_at is not None else _agency_end(left)] if run and (c := run.clean)
    ]
    parents, agency = _agencies(agency_rows)
    if titled is not None:
        abstract, whole = titling.abstract(sheet, titled)
    else:
        abstract, whole = titling.subject(rows, left, number_at, sheet), True
    pen = slots.by_pen(rows, symbol, dated, sheet.em)
    kind, name = (titled.kind, titled.name) if titled is not None else ("", ())
    return Head(found is not None, edge, parents, agency, symbol, place, dated, kind, name, abstract, whole, pen)


def tells(sheet: Sheet, anchor: Anchor) -> float | None:
    """How well an anchor of the layout is borne out, 0..1: a name that ``leads`` its line, or what counts on ``untitled``
    papers only; None for an anchor that is neither. "V/v" stands at the left, however it was read."""
    if anchor.leads:
        _, top, _, bottom = anchor.box
        runs = (run for index, run in titling.places(sheet) if top <= sheet.rows[index].y <= bottom)
        return max((titling.leads(run.clean, anchor.text) for run in runs), default=0.0)
    if not anchor.untitled:
        return None
    found = national_row(sheet)
    if found is None or titling.entitled(sheet, found[0]) or titling.title(sheet, found[0], sheet.rows[found[0]].y):
        return 0.0
    left, top, right, bottom = anchor.box
    if not SUBJECT.match(fold(anchor.text)):
        rows = (row.within(left, right) for row in sheet.rows if top <= row.y <= bottom)
        hits = (texts.find(anchor.text, [t.text for t in run.tokens[:5]]) for run in rows if run is not None)
        return max((hit[0].score for hit in hits if hit and hit[0].start <= 1), default=0.0)
    starts = (row.runs[0] for row in sheet.rows[found[0] + 1 :] if row.y < anchor.box[3])
    return float(any(run.box[0] < 0.36 and run.middle < 0.47 and SUBJECT.match(fold(run.text)) for run in starts))


def _ends_head(row: Row, edge: float, below: float, sheet: Sheet) -> bool:
    """Whether the head is over at this row: a title across both columns, or the address of a letter."""
    if below < 2.2 * sheet.line:
        return False
    return _is_title(row, edge) or bool(re.match(r"^\W*kinh\s?gui\b", fold(row.text)))


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


def _agency_end(left: Sequence[Run | None]) -> int:
    """How many rows of the left column are capitals from its top: the agency, where no number ends it."""
    for index, run in enumerate(left):
        if run is not None and run.clean and texts.upper_share(run.text) < 0.6:
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
