"""A paper of one type: its sheets and what it says; and the parts that every official paper shares.

Owns: the ``Paper`` a type module draws, the look chosen for it, the letterhead of Decree 30/2020 and the block of
recipients and signer. Never: anything that only one type has.

Layout (Decree 30/2020/NĐ-CP, Appendix I): agency left, national title right, number under the agency, place and date
under the title, recipients left of the signer, seal over about a third of the signature on its left (art. 33).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random

from tools.papers import ink
from tools.papers.fonts import FAMILIES, HELD_OUT, Face
from tools.papers.hand import Pen, pen
from tools.papers.people import full_name, written_number
from tools.papers.sheet import WIDTH, Sheet
from tools.papers.typeset import Book, Run, block, break_lines, words_of
from tools.papers.world import Office

__all__ = [
    "Look",
    "Paper",
    "Signer",
    "arrival",
    "body",
    "letterhead",
    "look",
    "sign_off",
    "signer",
    "urgent",
    "vietnamese_date",
]

_WEIGHTS = {
    "Liberation Serif": 14,
    "DejaVu Serif Condensed": 2,
    "Liberation Sans": 3,
    "Noto Sans": 2,
    "DejaVu Sans": 1,
    "Liberation Mono": 1,
}


@dataclass(slots=True)
class Paper:
    """What a type module gives: sheets with their truth, and the values a reader should find.

    ``fields`` are normalised; ``kind`` names the sort of a ``khac`` paper; ``hand`` lists fields written by hand.
    ``also`` holds values that some prints of the form carry beyond the type's fields (a personal number on a receipt).
    """

    type: str
    sheets: list[Sheet]
    fields: dict[str, object]
    layout: str
    font: str
    kind: str = ""
    hand: tuple[str, ...] = ()
    held_out: tuple[str, ...] = ()
    also: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Look:
    """How one paper is set: body face, margins in points, leading, and who holds the pen."""

    face: Face
    left: float
    right: float
    top: float
    bottom: float
    leading: float
    pen: Pen
    pen_colour: tuple[int, int, int]

    def book(self, numbered: bool = True) -> Book:
        return Book(self.left, self.top, self.right, self.bottom, self.face, numbered)


def look(rng: Random, held_out: bool = False, small: bool = False) -> Look:
    """A look: fonts as offices use them (mostly Times-like), sizes 12.5 to 14 (forms 11 to 13)."""
    family = HELD_OUT if held_out else rng.choices(list(_WEIGHTS), weights=list(_WEIGHTS.values()))[0]
    assert family in FAMILIES
    size = rng.choice((11.0, 11.5, 12.0, 12.5, 13.0) if small else (12.5, 13.0, 13.0, 13.5, 14.0))
    if "Sans" in family or "Mono" in family or "DejaVu" in family:
        size -= 1.7
    mm = ink.PT_PER_MM
    return Look(
        Face(family, size),
        left=rng.uniform(25 if small else 28, 35) * mm * (0.8 if small else 1),
        right=rng.uniform(15, 20) * mm,
        top=rng.uniform(18, 25) * mm,
        bottom=rng.uniform(18, 25) * mm,
        leading=rng.uniform(1.15, 1.42),
        pen=pen(rng),
        pen_colour=rng.choice((*ink.BLUES, (24, 24, 30))),
    )


def vietnamese_date(day: date) -> str:
    """``05 tháng 01 năm 2024``: days below ten and months below three get a nought (Decree 30/2020, Appendix I)."""
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"{day.day:02d} tháng {month} năm {day.year}"


def letterhead(
    book: Book,
    looks: Look,
    office: Office,
    symbol: str,
    number: int,
    on: date,
    rng: Random,
    *,
    subject: Sequence[Run | str] = (),
    by_hand: bool = False,
    parent: bool = False,
) -> dict[str, object]:
    """Agency and number left, national title, place and date right; gives the fields it printed.

    ``subject`` is printed under the number (công văn). ``by_hand``: a clerk wrote number and day into the gaps.
    ``parent``: the agency above is a field of its own.
    """
    sheet, face, first = book.page, looks.face, len(book.page.lines)
    top = book.top + face.size * 0.4
    cut = book.left + book.width * rng.uniform(0.42, 0.46)
    left_x, left_w = book.left - 14, cut - book.left + 14
    right_x, right_w = cut + 4, WIDTH - book.right - cut + 8
    wanted = face.but(bold=True).width("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
    head = face.but(size=min(face.size, face.size * (right_w - 2) / wanted, 13.0))
    y = top
    for row in office.parent:
        above = Run(row, field="co_quan_chu_quan" if parent else None)
        y = block(sheet, [[above]], head.but(bold=False), left_x, y, left_w) + head.size * 1.2
    for row in office.name:
        y = (
            block(sheet, [[Run(row, field="co_quan_ban_hanh")]], head.but(bold=True), left_x, y, left_w)
            + head.size * 1.2
        )
    middle, half = left_x + left_w / 2, left_w * rng.uniform(0.12, 0.2)
    sheet.rule(middle - half, y - head.size * 0.82, middle + half, y - head.size * 0.82, 0.7)
    left_end = y + head.size * 0.35

    title = rng.choice(("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",) * 5 + ("CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM",))
    motto = rng.choice(("Độc lập - Tự do - Hạnh phúc",) * 4 + ("Độc lập – Tự do – Hạnh phúc",))
    block(sheet, [[title]], head.but(bold=True), right_x, top, right_w)
    y = top + head.size * 1.25
    motto_face = head.but(bold=True, size=min(head.size + 1, 14))
    block(sheet, [[motto]], motto_face, right_x, y, right_w)
    middle, half = right_x + right_w / 2, motto_face.width(motto) / 2
    sheet.rule(middle - half, y + 3.2, middle + half, y + 3.2, 0.8)
    right_end = y + head.size * 0.9

    base = max(left_end, right_end + head.size * 0.4) if rng.random() < 0.8 else left_end
    colon = rng.choice(("Số:", "Số:", "Số :"))
    number_text, day = written_number(number), vietnamese_date(on)
    if by_hand:
        wide = rng.choice(("  ", "   ", " "))
        runs: list[Run | str] = [
            f"{colon}{wide}",
            Run(number_text, field="so_ky_hieu", hand=looks.pen, colour=looks.pen_colour),
            Run(" " if rng.random() < 0.5 else ""),
            Run(f"/{symbol}", field="so_ky_hieu"),
        ]
    else:
        runs = [f"{colon} ", Run(f"{number_text}/{symbol}", field="so_ky_hieu")]
    y = block(sheet, [runs], face.but(bold=False, size=min(face.size, 13.5)), left_x, base, left_w)
    fields: dict[str, object] = {
        "so_ky_hieu": f"{number_text}/{symbol}",
        "ngay_ban_hanh": on.isoformat(),
        "dia_danh": office.where,
        "co_quan_ban_hanh": " ".join(office.name),
    }
    if parent and office.parent:
        fields["co_quan_chu_quan"] = " ".join(office.parent)
    if subject:
        y = block(
            sheet, [subject], face.but(bold=False, size=face.size - 1.2), left_x + 6, y + face.size * 1.25, left_w - 12
        )
    italic = face.but(italic=True, size=min(face.size, 13.5))
    written = f"{on.day:02d}"
    dated: list[Run | str] = [Run(office.where, field="dia_danh"), ", "]
    if by_hand:
        rest = day.removeprefix(written)
        dated += [
            "ngày ",
            Run(written, field="ngay_ban_hanh", hand=looks.pen, colour=looks.pen_colour),
            Run(rest, field="ngay_ban_hanh"),
        ]
    else:
        dated.append(Run(f"ngày {day}", field="ngay_ban_hanh"))
    if sum(p.width for w in words_of(dated, italic) for p in w) * 1.12 > right_w:
        italic = italic.but(size=italic.size * 0.9)
    y2 = block(sheet, [dated], italic, right_x, max(base, right_end + head.size * 0.4), right_w)
    sheet.columns(first, cut)
    book.y = max(y, y2) + face.size * rng.uniform(0.6, 1.4)
    return fields


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs: the printed lines of authority and title, and the name."""

    rows: tuple[str, ...]
    name: str
    degree: str = ""


def signer(rng: Random, office: Office) -> Signer:
    """The head, a deputy for the head (KT.), or somebody by order (TL.)."""
    name = full_name(rng, rng.random() < 0.3)
    rows: list[str] = [office.board] if office.board else []
    how = rng.random()
    if how < 0.45:
        rows.append(office.head)
    elif how < 0.88:
        rows += [f"KT. {office.head}", office.deputy]
    else:
        rows = [f"TL. {office.head}", rng.choice(("CHÁNH VĂN PHÒNG", "TRƯỞNG PHÒNG TỔ CHỨC - HÀNH CHÍNH"))]
    degree = rng.choice(("", "", "", "", "ThS. ", "TS. ", "BS.CKII. ")) if "GIÁM" in office.head else ""
    return Signer(tuple(rows), name, degree)


def _small(face: Face) -> Face:
    return face.but(size=max(9.5, face.size - 2.5), bold=False)


def _sign_height(looks: Look, who: Signer, recipients: Sequence[str]) -> float:
    face = looks.face
    return max(face.size * 1.25 * len(who.rows) + 92, _small(face).size * 1.2 * (len(recipients) + 1)) + 14


def body(
    book: Book, looks: Look, paragraphs: Sequence[Sequence[Run | str]], indent: float, who: Signer,
    recipients: Sequence[str], rng: Random,
) -> None:  # fmt: skip
    """The text of a paper; its last paragraph goes over to the page where the signature will stand."""
    after = rng.choice((3, 4, 5, 6))
    for index, paragraph in enumerate(paragraphs):
        if index == len(paragraphs) - 1:
            lines = len(break_lines(words_of(paragraph, looks.face), book.width, indent))
            book.room(lines * looks.face.size * looks.leading + after + _sign_height(looks, who, recipients))
        book.paragraph(paragraph, indent=indent, leading=looks.leading, after=after)


def sign_off(
    book: Book, looks: Look, office: Office, who: Signer, recipients: Sequence[str], rng: Random, listed: bool = False
) -> dict[str, object]:
    """Recipients left; title, signature, seal and name right; gives the fields it printed. ``listed``: the recipients are
    a field too, a line each."""
    face = looks.face
    small = _small(face)
    if book.room(_sign_height(looks, who, recipients)):
        book.y += 6
    sheet, y0 = book.page, book.y + face.size * 1.6
    cut = book.left + book.width * 0.47
    y = block(
        sheet,
        [[Run("Nơi nhận:", bold=True, italic=True)]],
        small.but(size=small.size + 0.8),
        book.left,
        y0,
        cut - book.left,
        "left",
    )
    y += small.size * 1.2
    y = block(
        sheet, [[Run(r, field="noi_nhan" if listed else None)] for r in recipients], small, book.left, y,
        cut - book.left - 6, "left", 1.2,
    )  # fmt: skip
    right_w = WIDTH - book.right - cut
    bold = face.but(bold=True)
    yr = block(sheet, [[Run(row, field="chuc_vu")] for row in who.rows], bold, cut, y0, right_w)
    gap = rng.uniform(62, 84)
    middle = cut + right_w / 2
    name = [Run(f"{who.degree}"), Run(who.name, field="nguoi_ky")] if who.degree else [Run(who.name, field="nguoi_ky")]
    yn = block(sheet, [name], bold, cut, yr + gap, right_w)
    hand = rng.uniform(90, 140)
    at = middle + rng.uniform(-6, 14)
    sheet.stamp(ink.signature(at, yr + gap * 0.45, rng, hand))
    # art. 33: the seal covers about a third of the signature, on its left
    centre = at - hand / 2 + hand / 3 - 17.6 * ink.PT_PER_MM + rng.uniform(-6, 8)
    sheet.stamp(ink.seal(centre, yr + gap * 0.5 + rng.uniform(-6, 6), office.seal, Face("Liberation Sans", 8), rng))
    book.y = max(y, yn) + face.size
    named: dict[str, object] = {"nguoi_ky": who.name, "chuc_vu": " ".join(who.rows)}
    return named | ({"noi_nhan": "\n".join(recipients)} if listed else {})


def urgent(sheet: Sheet, looks: Look, rng: Random) -> None:
    """A mark of urgency at the left, under the number (Decree 30/2020, Appendix I, component 10b)."""
    word = rng.choice(("KHẨN", "THƯỢNG KHẨN", "HỎA TỐC"))
    x, y = looks.left + rng.uniform(-10, 30), rng.uniform(140, 190)
    sheet.stamp(ink.stamp(x, y, (word,), Face("Liberation Sans", 12), rng, "urgency"))


def arrival(sheet: Sheet, office: Office, on: date, rng: Random, looks: Look) -> None:
    """A stamp of arrival (ĐẾN) as the receiving clerk puts it on the first page (Decree 30/2020, art. 22)."""
    rows = (
        "CÔNG VĂN ĐẾN" if rng.random() < 0.4 else "ĐẾN",
        f"Số: {rng.randint(1, 2400)}",
        f"Ngày: {on:%d/%m/%Y}",
        "Chuyển: ............",
    )
    x, y = (
        (looks.left + rng.uniform(-20, 10), rng.uniform(150, 215))
        if rng.random() < 0.6
        else (rng.uniform(400, 450), rng.uniform(150, 200))
    )
    sheet.stamp(ink.stamp(x, y, rows, Face("Liberation Sans", 9), rng, "arrival"))
