"""What one page tells of its place in a paper: its number, how it begins and ends, what it goes with.

Owns: the marks of order on a page. Decree 30/2020/NĐ-CP, Appendix I, part I: pages are numbered in Arabic figures from 1,
in the middle of the top margin, the first one not shown; those of each appendix by themselves; an appendix names the paper
it goes with ("Kèm theo …"). Forms and older papers number at the foot ("Trang 2/3"). Never: compares pages (see
``sequence``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hoso.forms import Form
from hoso.nouns import Seen
from hoso.stages.begins import Opening, bears, opening, says_appendix
from hoso.stages.layout import Row, Run, Sheet, sheet
from hoso.stages.letterhead import head, national_row
from hoso.stages.signing import signing
from hoso.values import numbers
from hoso.values import text as texts
from hoso.values.fold import fold

__all__ = ["Leaf", "leaf"]

_BARE = re.compile(r"[-–—~_(.]*(\d{1,3})[-–—~_).]*")
_NAMED = re.compile(
    r"(?:trang|tr[.:]|page|to so|to)[.:]?(?:so)?[.:]?(\d{1,3})(?:(?:/|tren|of|tongso)+(?:tongso)?(\d{1,3}))?(?:trang)?"
)
_OF = re.compile(r"[-–—(\[]?(\d{1,3})/(\d{1,3})[-–—)\]]?")
_TOP, _FOOT, _LOW = 0.13, 0.87, 0.75
"""Page numbers stand above and below these heights: the margins of Decree 30/2020 are 20 to 25 mm of 297. A last line that
stands apart may be one from the third on: pages are cut, and landscape ones scanned upright."""
_ARTICLE = re.compile(r"^\W*(?:dieu|diu|dleu)\s?(\d{1,3})\s?[.:]")
_SECTION = re.compile(r"^\W*(?:phan\s)?([ivx]{1,5})\s?[.:)/]\s*\S")
_ITEM = re.compile(r"^\W{0,2}(\d{1,3})[.)]$")
_ROMAN = {"i": 1, "v": 5, "x": 10}
_NOTE = re.compile(
    r"chung thuc|ban sao dung voi ban chinh|sao y|da doi chieu|da thu |y kien (?:chi dao|xu ly|cua)|but phe|vao so|"
    r"da nhan (?:du|ho so|ket qua)|so chung thuc|quyen so"
)
_SEAL_WORDS, _NOTE_WORDS = 14, 70
"""Words up to which a page that bears a seal, or words of a note, bears nothing else."""
_ATTACHED = re.compile(r"^(?:danh sach|bieu|bang|so do|du toan|bao gia|quyet dinh|noi dung|chuong|phan|muc)\b")
_TIE = re.compile(r"kem theo")


@dataclass(frozen=True, slots=True)
class Leaf:
    """A page with its marks of order.

    ``number`` and ``of`` are as printed ("2/3"), None where nothing is; ``sure``: the number stands where page numbers
    stand, or is named. ``opening``: the paper that begins here. ``appendix``: it says so of itself. ``symbol`` is the
    number of the paper (of the paper it goes with, on an appendix) as its skeleton, "" unknown. ``signed``: a signature
    block stands here. ``ends_open``, ``starts_open``: the text breaks off at the foot, goes on at the top, in
    mid-sentence. ``articles``, ``sections``, ``rows``, ``items`` are (first, last) of "Điều n", of Roman parts, of a
    table's first column and of numbered items. ``bears`` are the types whose later pages have what stands here.
    ``note``: nothing but a seal or a note. ``words`` counts the words (skeletons). ``style`` is how and where the number is
    printed, "" for none; ``titled``: a line of capitals in the middle heads the page, and is no usual head of an
    attachment; ``tall`` the usual height of a line in inches, ``left`` where lines begin, 0..1 of the page.
    """

    seen: Seen
    laid: Sheet
    opening: Opening | None
    number: int | None
    of: int | None
    sure: bool
    appendix: bool
    symbol: str
    signed: bool
    ends_open: bool
    starts_open: bool
    articles: tuple[int, int] | None
    sections: tuple[int, int] | None
    rows: tuple[int, int] | None
    items: tuple[int, int] | None
    bears: frozenset[str]
    note: bool
    words: Mapping[str, int]
    style: str
    titled: bool
    tall: float
    left: float

    @property
    def scan(self) -> str:
        """The digest of the file that the page is of."""
        return self.seen.page.ref.scan

    @property
    def place(self) -> int | None:
        """Its number in the paper: as printed, else 1 where a paper or an appendix begins; None where nothing tells."""
        if self.number is not None and (self.sure or self.number > 1):
            return self.number
        return 1 if self.opening is not None or self.appendix else None


def leaf(seen: Seen, candidates: Sequence[Form], other: Form, received: str) -> Leaf:
    """The marks of a page. Arguments as those of :func:`hoso.stages.begins.opening`."""
    laid = sheet(seen)
    number, of, sure, at, style = _number(laid)
    body = [row for i, row in enumerate(laid.rows) if i not in at]
    begun = opening(laid, candidates, other, received, seen)
    if begun is not None and not begun.national and sure and number is not None and number > 1:
        begun = None  # "QUYẾT ĐỊNH:" at the top of page 2 begins no paper
    if begun is not None and number is not None and number > 1 and not _named(laid, at):
        number, of, sure, style = (
            None,
            None,
            False,
            "",
        )  # a sheet number of the file, written in the corner of a first page
    national = national_row(laid)
    appendix = says_appendix(laid, national[0] + 1 if national else 8)
    if appendix and begun is not None and (begun.form.type == other.type or not begun.national):
        begun = None  # an appendix has a title of its own ("CHƯƠNG TRÌNH …"), and no national title
    signed = signing([laid]) is not None
    words = _words(body)
    spans = _spans(body)
    said = sum(words.values())
    note = begun is None and not appendix and _is_note(seen, body, said)
    return Leaf(
        seen=seen,
        laid=laid,
        opening=begun,
        number=number,
        of=of,
        sure=sure,
        appendix=appendix and begun is None,
        symbol=_tied(body) if appendix and begun is None else _own(laid) if begun is not None else "",
        signed=signed,
        ends_open=not signed and _ends_open(body),
        starts_open=begun is None and _starts_open(body),
        articles=spans[0],
        sections=spans[1],
        rows=_table(body),
        items=spans[2],
        bears=frozenset(f.type for f in candidates if any(not a.first and bears(laid, a) for a in f.anchors)),
        note=note,
        words=words,
        style=style,
        titled=begun is None and not appendix and _titled(body),
        tall=laid.line * seen.page.height / seen.page.dpi if seen.page.dpi else 0.0,
        left=_left(body),
    )


def _number(laid: Sheet) -> tuple[int | None, int | None, bool, frozenset[int], str]:
    """(number, of how many, whether it surely is one, the rows it takes, how and where it is printed)."""
    last = len(laid.rows) - 1
    best: tuple[int, int | None, bool, frozenset[int], str] | None = None
    for index in dict.fromkeys([0, 1, last, last - 1, last - 2]):
        if not 0 <= index <= last:
            continue
        row = laid.rows[index]
        lonely = index == last and index and row.y > _LOW and row.y - laid.rows[index - 1].y > 2.2 * laid.line
        if not (row.y < _TOP or row.y > _FOOT or lonely):
            continue
        for run in row.runs:
            tokens = run.clean
            tight = re.sub(r"\s", "", fold(" ".join(t.text for t in run.tokens)))
            alone = len(row.runs) == 1
            where = f"{'top' if row.y < _TOP else 'foot'} {'middle' if 0.4 < run.middle < 0.62 else 'side'}"
            if match := _NAMED.fullmatch(tight):
                found = int(match[1]), int(match[2]) if match[2] else None
                if found[0] and (found[1] is None or found[0] <= found[1]):
                    return *found, True, frozenset({index} if alone else ()), f"named {where}{' of' * bool(found[1])}"
            if (match := _OF.fullmatch(tight)) and alone and 1 <= int(match[1]) <= int(match[2]) <= 300:
                best = best or (int(match[1]), int(match[2]), True, frozenset({index}), f"of {where}")
            elif (match := _BARE.fullmatch(tight)) and alone and tokens and 0.33 < run.middle < 0.97 and int(match[1]):
                dashes = "dashes" if not tight.isdigit() else "bare"
                usual = "middle" in where or (row.y > _LOW and run.middle > 0.8)
                best = best or (int(match[1]), None, usual, frozenset({index}), f"{dashes} {where}")
    return best or (None, None, False, frozenset(), "")


def _named(laid: Sheet, at: frozenset[int]) -> bool:
    return any(re.search(r"trang|tr\.|page|/", fold(laid.rows[i].text)) for i in at)


def _is_note(seen: Seen, body: Sequence[Row], said: int) -> bool:
    text = fold(" ".join(row.text for row in body))
    inked = seen.page.seal or seen.page.signature
    return said <= _NOTE_WORDS and (_NOTE.search(text) is not None or (inked and said <= _SEAL_WORDS))


def _own(laid: Sheet) -> str:
    """The skeleton of the number of the paper that begins here."""
    return _skeleton(" ".join(t.text for t in head(laid).symbol))


def _tied(body: Sequence[Row]) -> str:
    """The skeleton of the number behind "Kèm theo … số" in the head of an appendix."""
    told = " ".join(row.text for row in body[:12])
    low = fold(told)
    tie = _TIE.search(low)
    if tie is None or len(low) != len(texts.nfc(told)):
        return ""
    after = re.search(r"(?<![a-z])s[o0]\s?[:.]?\s*", low[tie.end() :])
    return _skeleton(re.split(r"\s?(?:ngày|ngay)", told[tie.end() + after.end() :])[0][:40]) if after else ""


def _skeleton(text: str) -> str:
    value = numbers.symbol(text).value
    return texts.skeleton(value) if value else ""


def _words(body: Sequence[Row]) -> Counter[str]:
    return Counter(s for row in body for t in row.tokens if len(s := texts.skeleton(t.text)) >= 2)


def _spans(
    body: Sequence[Row],
) -> tuple[tuple[int, int] | None, tuple[int, int] | None, tuple[int, int] | None]:
    """(first, last) of articles, of Roman sections and of numbered items that begin a line."""
    articles, sections, items = [], [], []
    for row in body:
        if row.box[0] > 0.35:
            continue
        low = fold(row.text)
        if match := _ARTICLE.match(low):
            articles.append(int(match[1]))
        elif match := _SECTION.match(low.replace("l", "i", 1) if low[:1] == "l" else low):
            if texts.upper_share(row.text.split()[0]) > 0.7 and (value := _roman(match[1])):
                sections.append(value)
        elif match := _ITEM.match(row.tokens[0].text):
            items.append(int(match[1]))
    return tuple((found[0], found[-1]) if found else None for found in (articles, sections, items))  # type: ignore[return-value]


def _roman(text: str) -> int:
    total = 0
    for here, following in zip(text, [*text[1:], "i"], strict=True):
        total += -_ROMAN[here] if _ROMAN[here] < _ROMAN[following] else _ROMAN[here]
    return total


def _table(body: Sequence[Row]) -> tuple[int, int] | None:
    """(first, last) of the numbers in the first column of a table that runs to the foot of the page or from its top."""
    column = [
        int(match[1])
        for row in body
        if row.box[0] < 0.25 and len(row.tokens) > 1 and (match := re.fullmatch(r"(\d{1,3})\.?", row.tokens[0].text))
    ]
    best: tuple[int, int] | None = None
    start = 0
    for index in range(1, len(column) + 1):
        if index < len(column) and column[index] == column[index - 1] + 1:
            continue
        if index - start >= 3 and (best is None or column[index - 1] - column[start] > best[1] - best[0]):
            best = column[start], column[index - 1]
        start = index
    return best


def _titled(body: Sequence[Row]) -> bool:
    """Whether a page without letterhead is headed by a title of its own: "LỊCH TRỰC TUẦN 29", but not "DANH SÁCH"."""
    if len(body) < 3:
        return False
    row = body[0]
    text = " ".join(t.text for t in row.clean)
    middle = (row.box[0] + row.box[2]) / 2
    capital = sum(c.isalpha() for c in text) >= 6 and texts.upper_share(text) > 0.8
    centred = abs(middle - 0.5) < 0.09 and row.box[0] > _left(body) + 0.08
    return capital and centred and _ATTACHED.match(fold(text)) is None


def _left(body: Sequence[Row]) -> float:
    """Where the lines of a page usually begin: its left margin."""
    lefts = sorted(row.box[0] for row in body)
    return lefts[len(lefts) // 5] if lefts else 0.0


def _text_row(row: Row) -> Run | None:
    """The one run of a line of running text, None for a line of columns."""
    runs = [run for run in row.runs if any(c.isalpha() for c in run.text)]
    return runs[0] if len(runs) == 1 and len(runs[0].tokens) >= 2 else None


def _ends_open(body: Sequence[Row]) -> bool:
    """Whether the last line runs to the right margin and ends without a stop."""
    if len(body) < 3 or (run := _text_row(body[-1])) is None:
        return False
    right = sorted(row.box[2] for row in body)[-max(1, len(body) // 5)]
    last = run.tokens[-1].text
    return (
        run.box[0] < 0.3
        and run.box[2] > right - 0.06
        and last[-1] not in ".;:!?…/"
        and last[-1].isalnum() | (last[-1] in ",-")
    )


def _starts_open(body: Sequence[Row]) -> bool:
    """Whether the first line begins with a small letter at the left margin."""
    if len(body) < 2 or (run := _text_row(body[0])) is None:
        return False
    left = _left(body)
    first = run.tokens[0].text
    return run.box[0] < left + 0.04 and first[0].isalpha() and first[0].islower() and len(first) > 1
