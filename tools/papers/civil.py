"""Parts that certificates and requests share: heads, coloured grounds, frames, form lines, the block of who signs.

Owns: how such a paper is set (its form lines, filled by print or pen) and made-up families. Never: the labels or the order
of any one type; those stand in ``types/``.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random

from tools.papers import ink
from tools.papers.fonts import Face
from tools.papers.paper import Look
from tools.papers.people import full_name
from tools.papers.sheet import BLACK, HEIGHT, WIDTH, Colour, Hand, Sheet
from tools.papers.typeset import Book, Fill, Run, block, form_line, place, tick_box, words_of
from tools.papers.world import Office, Place
from tools.papers.world import place as somewhere

__all__ = [
    "Filler", "Kin", "agency_head", "day_in_words", "frame", "ground", "in_words", "kin", "national",
    "people", "personal_number", "signed", "tightened",
]  # fmt: skip

_TINTS: tuple[Colour, ...] = ((246, 214, 214), (214, 232, 246), (220, 240, 222), (248, 236, 206), (236, 224, 244))


_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")


def in_words(number: int) -> str:
    """A whole number below 10^12 in words. Written apart from the reader's own, so that neither vouches for the other."""
    groups: list[int] = []
    while number:
        number, rest = divmod(number, 1000)
        groups.append(rest)
    said: list[str] = []
    for place_, group in reversed(list(enumerate(groups))):
        if group:
            said += [*_group(group, bool(said)), *(("",), ("nghìn",), ("triệu",), ("tỷ",))[place_]]
    return " ".join(w for w in said if w) or _DIGITS[0]


def _group(group: int, inside: bool) -> list[str]:
    hundreds, rest = group // 100, group % 100
    said = [_DIGITS[hundreds], "trăm"] if hundreds or inside else []
    if 0 < rest < 10:
        return [*said, "linh", _DIGITS[rest]] if said else [_DIGITS[rest]]
    if rest >= 10:
        tens, unit = rest // 10, rest % 10
        said += ["mười"] if tens == 1 else [_DIGITS[tens], "mươi"]
        said += [] if not unit else ["lăm"] if unit == 5 else ["mốt"] if unit == 1 and tens > 1 else [_DIGITS[unit]]
    return said


def day_in_words(day: date, rng: Random) -> str:
    """A date in words as registrars write it: "linh" or "lẻ", "nghìn" or "ngàn", "mồng" before the first ten or not."""
    on = in_words(day.day)
    if day.day <= 10 and rng.random() < 0.6:
        on = f"{rng.choice(('mồng', 'mùng'))} {on}"
    month = rng.choice(("tư", "tư", "bốn")) if day.month == 4 else in_words(day.month)
    year = in_words(day.year)
    if rng.random() < 0.3:
        year = year.replace("nghìn", "ngàn").replace("linh", "lẻ")
    return f"{rng.choice(('Ngày', 'Ngày', 'ngày'))} {on} tháng {month} năm {year}"


def ground(sheet: Sheet, rng: Random) -> None:
    """A pale pattern of woven waves over the page, as printed certificates carry it against copying."""
    tint = rng.choice(_TINTS)
    rows, swing, length = rng.randint(24, 44), rng.uniform(5, 16), rng.uniform(50, 130)
    left, top, right, bottom = 36.0, 36.0, WIDTH - 36, HEIGHT - 36
    for row in range(rows):
        y, phase = top + (bottom - top) * (row + 0.5) / rows, rng.choice((0.0, math.pi)) if row % 2 else 0.0
        x = left
        while x < right:
            a, b = (swing * math.sin(2 * math.pi * at / length + phase) for at in (x, x + 7))
            sheet.rule(x, y + a, min(right, x + 7), y + b, 0.5, tint)
            x += 7
    if rng.random() < 0.6:
        for ring in range(8):
            _rosette(sheet, WIDTH / 2, HEIGHT / 2, 60 + 12 * ring, tint)


def _rosette(sheet: Sheet, x: float, y: float, radius: float, tint: Colour) -> None:
    points = []
    for step in range(97):
        turn = 2 * math.pi * step / 96
        reach = radius * (1 + 0.12 * math.sin(8 * turn))
        points.append((x + reach * math.cos(turn), y + reach * math.sin(turn)))
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        sheet.rule(x0, y0, x1, y1, 0.5, tint)


def frame(sheet: Sheet, rng: Random) -> None:
    """A double border around the page, in a colour of certificates."""
    colour = rng.choice(((170, 40, 50), (40, 70, 150), (60, 110, 70), (90, 90, 90)))
    inset = rng.uniform(24, 34)
    for more, width in ((0.0, 1.6), (4.0, 0.6)):
        at = inset + more
        sheet.frame((at, at, WIDTH - at, HEIGHT - at), width, colour)


def tightened(looks: Look, by: float = 0.5) -> Look:
    """The same look for a full form: smaller type, narrower margins."""
    return replace(
        looks, face=looks.face.but(size=looks.face.size - by), top=looks.top * 0.9, bottom=looks.bottom * 0.6
    )


def national(sheet: Sheet, face: Face, x: float, y: float, width: float, rng: Random) -> float:
    """The national title and motto in a column; gives the baseline of the motto."""
    wanted = face.but(bold=True).width("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
    head = face.but(size=min(face.size, face.size * (width - 2) / wanted, 13.0), bold=True)
    title = rng.choice(("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",) * 4 + ("CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM",))
    block(sheet, [[title]], head, x, y, width)
    y += head.size * 1.25
    motto = "Độc lập - Tự do - Hạnh phúc"
    under = head.but(size=min(head.size + 0.8, 13.5))
    block(sheet, [[motto]], under, x, y, width)
    half = under.width(motto) / 2
    sheet.rule(x + width / 2 - half, y + 3.2, x + width / 2 + half, y + 3.2, 0.8)
    return y


def agency_head(book: Book, looks: Look, office: Office, rng: Random, field: str | None = None) -> float:
    """Agency left, national title right; gives the x where the columns part. ``book.y`` stands below both."""
    sheet, first = book.page, len(book.page.lines)
    cut = book.left + book.width * rng.uniform(0.42, 0.46)
    head = looks.face.but(size=min(looks.face.size, 12.0))
    right_w = WIDTH - book.right - cut + 8
    wanted = head.but(bold=True).width("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
    head = head.but(size=min(head.size, head.size * (right_w - 2) / wanted))
    left_x, left_w, y = book.left - 14, cut - book.left + 10, book.top
    for row in office.parent:
        y = block(sheet, [[row]], head, left_x, y, left_w) + head.size * 1.2
    for row in office.name:
        y = block(sheet, [[Run(row, field=field)]], head.but(bold=True), left_x, y, left_w) + head.size * 1.2
    middle = left_x + left_w / 2
    sheet.rule(middle - 32, y - head.size * 0.8, middle + 32, y - head.size * 0.8)
    y2 = national(sheet, head, cut, book.top, right_w, rng)
    sheet.columns(first, cut)
    book.y = max(y, y2 + head.size)
    return cut


@dataclass(slots=True)
class Filler:
    """Writes form lines at the cursor of a book: labels in the body face, values in print or by pen."""

    book: Book
    looks: Look
    manner: str
    hand: Hand | None = None
    colour: Colour = BLACK
    bold: bool = False
    spread: float = 1.06

    def fill(self, value: str, field: str | None = None, weight: float = 1.0, manner: str = "") -> Fill:
        """A value with its leaders."""
        return Fill(value, field, weight, manner or self.manner, self.bold, self.hand, self.colour)

    def line(self, *items: str | Run | Fill, x: float = 0.0, width: float = 0.0) -> None:
        """One line of the form; its last value may run over."""
        face, leading = self.looks.face, self.looks.leading * self.spread
        step = face.size * leading
        self.book.room(step)
        left = x or self.book.left
        wide = width or self.book.width - (left - self.book.left)
        self.book.y = form_line(self.book.page, left, self.book.y + step, wide, items, face, leading)

    def title(self, text: str, more: float = 2.0) -> None:
        """A centred line of capitals."""
        face = self.looks.face.but(bold=True, size=self.looks.face.size + more)
        self.book.y += face.size * 1.3
        self.book.y = block(self.book.page, [[text]], face, self.book.left, self.book.y, self.book.width)

    def sex(self, label: str, female: bool, field: str, rng: Random, *more: str | Run | Fill) -> None:
        """``Giới tính: Nam ☐ Nữ ☒`` on a line of its own, with what else stands on it."""
        face, sheet = self.looks.face, self.book.page
        self.book.y += face.size * self.looks.leading * self.spread
        y, before = self.book.y, len(sheet.lines)
        at = place(sheet, words_of([label], face), self.book.left, y, 0) + face.width("  ")
        for text, mine in (("Nam", not female), ("Nữ", female)):
            end = place(sheet, words_of([Run(text, field=field if mine else None)], face), at, y, 0) + face.width(" ")
            at = tick_box(sheet, end, y, face, mine, rng) + face.width("   ")
        if more:
            form_line(sheet, at, y, self.book.left + self.book.width - at, more, face, self.looks.leading)
        put = sheet.lines[before:]
        del sheet.lines[before + 1 :]
        for line in put[1:]:
            put[0].words += line.words


@dataclass(frozen=True, slots=True)
class Kin:
    """A parent who does not exist."""

    name: str
    born: int
    people: str
    nation: str
    lives: Place


_PEOPLES = ("Kinh",) * 9 + ("Tày", "Mường", "Thái", "Nùng", "Dao", "Hoa", "Sán Dìu", "Ê Đê", "Mông", "Khmer", "Thổ")


def people(rng: Random) -> str:
    """An ethnic group, mostly Kinh."""
    return rng.choice(_PEOPLES)


def kin(rng: Random, child_born: int, female: bool, home: Place, on: date, family: str = "") -> Kin:
    """A parent of somebody born in that year, most often living with the child."""
    name = full_name(rng, female)
    if family:
        name = f"{family} {name.split(' ', 1)[1]}"
    lives = home if rng.random() < 0.6 else somewhere(rng, home.province, on)
    nation = "Việt Nam" if rng.random() < 0.95 else rng.choice(("Lào", "Trung Quốc", "Hàn Quốc", "Đài Loan"))
    return Kin(name, child_born - rng.randint(19, 38), people(rng), nation, lives)


def personal_number(rng: Random, born: date, female: bool, province: str) -> str:
    """A personal number that agrees with province, sex and year (Decree 137/2015, art. 13)."""
    return f"{province}{(born.year // 100 - 19) * 2 + female}{born.year % 100:02d}{rng.randint(1, 29999):06d}"


def signed(
    book: Book, looks: Look, rows: Sequence[str], caption: str, name: str, seal: tuple[str, str] | None, rng: Random, *,
    field: str = "nguoi_ky", dated: str = "", left: str = "", by_hand: bool = False,
) -> None:  # fmt: skip
    """Who signs, at the right: a line of place and date, capitals, a caption, signature, seal, name; ``left`` is a title of
    a second signer at the left."""
    face = looks.face
    book.room(face.size * 1.3 * (len(rows) + 2) + 96)
    sheet, first = book.page, len(book.page.lines)
    cut = book.left + book.width * rng.uniform(0.46, 0.52)
    width, y = WIDTH - book.right - cut, book.y + face.size * 1.6
    if dated:
        y = block(sheet, [[dated]], face.but(italic=True), cut, y, width) + face.size * 1.3
    top = y
    for row in rows:
        y = block(sheet, [[row]], face.but(bold=True), cut, y, width) + face.size * 1.2
    if caption:
        small = face.but(size=face.size - 1.2, italic=True)
        y = block(sheet, [[caption]], small, cut, y, width) + face.size * 1.1
    gap = rng.uniform(60, 80)
    middle = cut + width / 2
    hand = (
        Run(name, field=field, hand=looks.pen, colour=looks.pen_colour)
        if by_hand
        else Run(name, field=field, bold=True)
    )
    block(sheet, [[hand]], face, cut, y + gap, width)
    wide = rng.uniform(70, 115)
    sheet.stamp(ink.signature(middle + rng.uniform(-4, 12), y + gap * 0.4, rng, wide))
    if seal is not None:
        centre = middle - wide / 2 + wide / 3 - 17.6 * ink.PT_PER_MM + rng.uniform(-6, 8)
        sheet.stamp(ink.seal(centre, y + gap * 0.45, seal, Face("Liberation Sans", 8), rng))
    if left:
        other = book.left + (cut - book.left) / 2
        block(sheet, [[Run(left, bold=True)]], face, book.left, top, cut - book.left - 8)
        sheet.stamp(ink.signature(other, y + gap * 0.4, rng, rng.uniform(50, 80)))
        block(sheet, [[full_name(rng, rng.random() < 0.6)]], face, book.left, y + gap, cut - book.left - 8)
    sheet.columns(first, cut - 4)
    book.y = y + gap + face.size
