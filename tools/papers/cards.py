"""Identity cards as a copier shows them: front with its QR code, back with its machine-readable zone, on one A4 sheet.

Owns: a blank card to write on at any size and place (``Card``), what sheets two sides of a card are laid on (``laid``), the
text of a citizen card's QR code, the three lines of its MRZ and the day it ends. Never: a real card; the people come from
``people``, the security print is waves of no real design, and where the photo would be stands "MẪU".

Sources: card size ID-1 (ISO/IEC 7810: 85.6 × 54 mm); MRZ of size TD1 (ICAO Doc 9303, parts 3 and 5: OCR-B size 1, ten
letters an inch, six lines an inch, check digits weighted 7 3 1); contents of the Vietnamese QR code and MRZ as in the
domain facts 2e. The font is OCR-B where it is installed (Debian: fonts-ocr-b), else Liberation Mono.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from random import Random

from tools.papers.codes import qr
from tools.papers.fonts import Face
from tools.papers.ink import PT_PER_MM
from tools.papers.people import Person
from tools.papers.sheet import WIDTH, Colour, Glyphs, Sheet

__all__ = [
    "CARD", "ENDLESS", "SIDES", "Card", "back", "copied", "expires", "front", "laid", "machine_face", "qr_text", "zone",
]  # fmt: skip

#: points across and down
CARD = (85.6 * PT_PER_MM, 54.0 * PT_PER_MM)
_PITCH, _LEADING = 7.2, 12.0  # points: ten letters and six lines an inch
_LABEL = (60, 70, 80)


@dataclass(frozen=True, slots=True)
class _Installed(Face):
    """A face of a file that is named, not proved to have Vietnamese letters: for machine-readable lines alone."""

    file: str = ""

    @property
    def path(self) -> Path:
        return Path(self.file)


def machine_face(size: float = 10.0) -> Face:
    """OCR-B where it is installed, else Liberation Mono."""
    for root in (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts"):
        for file in sorted(root.rglob("OCRB.otf")) if root.is_dir() else ():
            return _Installed("OCR B", size, file=str(file))
    return Face("Liberation Mono", size)


ENDLESS = "Không thời hạn"
SIDES = ("copy", "pages", "alone", "beside")
"""How two sides reach the office: under one another on A4, on a page each, each filling a picture; beside one another."""


@dataclass(slots=True)
class Card:
    """One side of a card of ID-1 size with its corner at (x, y) of a sheet, ``k`` times its true size. What is written on
    it is placed in millimetres of the true card, type sizes in points of it."""

    sheet: Sheet
    x: float
    y: float
    k: float
    family: str

    def at(self, x: float, y: float) -> tuple[float, float]:
        return self.x + x * PT_PER_MM * self.k, self.y + y * PT_PER_MM * self.k

    def face(self, size: float, bold: bool = False, italic: bool = False) -> Face:
        return Face(self.family, size * self.k, bold, italic)

    def width(self, text: str, size: float, bold: bool = False) -> float:
        """Millimetres that a text takes."""
        return self.face(size, bold).width(text) / PT_PER_MM / self.k

    def write(
        self, x: float, y: float, text: str, size: float, *, field: str = "", bold: bool = False, italic: bool = False,
        colour: Colour = (30, 34, 38), centre: bool = False,
    ) -> float:  # fmt: skip
        """A line of words from ``x`` (around it where ``centre``); gives the x behind it, a blank further."""
        face = self.face(size, bold, italic)
        start = x - self.width(text, size, bold) / 2 if centre else x
        left, base = self.at(start, y)
        words = []
        for word in text.split(" "):
            words.append((left, (Glyphs(word, face, field=field or None, colour=colour),)))
            left += face.width(word + " ")
        self.sheet.write(words, base)
        return (left - self.x) / PT_PER_MM / self.k

    def pair(
        self, x: float, y: float, label: str, value: str, size: float, *, field: str = "", value_size: float = 0.0,
        bold: bool = True, gap: float = 0.0,
    ) -> float:  # fmt: skip
        """A label and its value on one line; gives the x behind the value."""
        left = self.write(x, y, label, size) + gap
        return self.write(left, y, value, value_size or size + 1, field=field, bold=bold)

    def wrapped(self, x: float, y: float, text: str, size: float, *, to: float, step: float, field: str, first: float = 0.0,
                bold: bool = True) -> float:  # fmt: skip
        """A value over as many lines as it needs up to ``to``, the first from ``first``; gives the last baseline."""
        start, line = first or x, ""
        for word in text.split(" "):
            wider = f"{line} {word}".strip()
            if line and start + self.width(wider, size, bold) > to:
                self.write(start, y, line, size, field=field, bold=bold)
                start, y, line = x, y + step, word
            else:
                line = wider
        self.write(start, y, line, size, field=field, bold=bold)
        return y

    def ground(self, rng: Random, tint: Colour, wave: Colour) -> None:
        """Rounded paper colour and waves over it, as security print looks from afar."""
        (left, top), (right, bottom) = self.at(0, 0), self.at(85.6, 54)
        self.sheet.fill((left, top, right, bottom), tint)
        self.sheet.frame((left, top, right, bottom), 0.5 * self.k, (150, 158, 162))
        count, swing, turns = rng.randint(12, 26), rng.uniform(1.0, 3.5), rng.uniform(1.0, 3.2)
        for n in range(count):
            base, phase = 54 * (n + 0.5) / count, n * rng.uniform(0.15, 0.6)
            points = []
            for step in range(61):
                along = step / 60
                y = base + swing * math.sin(2 * math.pi * turns * along + phase) * math.sin(math.pi * along)
                points.append(self.at(85.6 * along, min(53.7, max(0.3, y))))
            for (x0, y0), (x1, y1) in pairwise(points):
                self.sheet.rule(x0, y0, x1, y1, 0.25 * self.k, wave)

    def picture(self, x: float, y: float, w: float, h: float, rng: Random) -> None:
        """The place of a photo: grey with hatching, and the word "MẪU" that says what this is."""
        (left, top), (right, bottom) = self.at(x, y), self.at(x + w, y + h)
        grey = rng.randint(176, 214)
        self.sheet.fill((left, top, right, bottom), (grey, grey + 3, grey + 6))
        for n in range(1, 9):
            self.sheet.rule(
                left, top + (bottom - top) * n / 9, right, top + (bottom - top) * (n - 0.6) / 9, 0.3, (160, 164, 170)
            )
        self.write(x + w / 2, y + h * 0.55, "MẪU", 6, centre=True, colour=(130, 134, 140))

    def code(self, text: str, x: float, y: float, side: float) -> None:
        """A QR code on white."""
        left, top = self.at(x, y)
        wide = side * PT_PER_MM * self.k
        pad = 0.8 * self.k
        self.sheet.fill((left - pad, top - pad, left + wide + pad, top + wide + pad), (252, 252, 252))
        qr(self.sheet, text, left, top, wide)

    def zone(self, lines: Sequence[str]) -> None:
        """The machine-readable zone at the foot (ICAO Doc 9303-5: three lines within 23.2 mm of the lower edge)."""
        face, pitch, leading = machine_face(10.0 * self.k), _PITCH * self.k, _LEADING * self.k
        left = self.x + (CARD[0] * self.k - 30 * pitch) / 2
        base = self.y + CARD[1] * self.k - 12 * self.k - 2 * leading
        for row, line in enumerate(lines):
            self.sheet.write([(left, (Glyphs(line, face, cell=pitch),))], base + row * leading)
        box = (left, base - 8 * self.k, left + 30 * pitch, base + 2 * leading + self.k)
        self.sheet.codes.append(("mrz", "\n".join(lines), box))


def laid(
    how: str, rng: Random, family: str, front: Callable[[Card], None], back: Callable[[Card], None]
) -> list[Sheet]:  # fmt: skip
    """The two sides of a card, drawn by ``front`` and ``back``, on sheets as they reach the office (``SIDES``)."""
    wide, high = CARD
    if how == "alone":
        k = rng.uniform(2.0, 2.6)
        edge = [rng.uniform(6, 46) for _ in range(4)]
        sheets = []
        for draw in (front, back):
            sheet = Sheet(wide * k + edge[0] + edge[1], high * k + edge[2] + edge[3])
            draw(Card(sheet, edge[0], edge[2], k, family))
            sheets.append(sheet)
        return sheets
    if how == "pages":
        sheets = []
        k = rng.uniform(1.0, 1.6)
        for draw in (front, back):
            sheet = Sheet()
            draw(Card(sheet, rng.uniform(40, WIDTH - 40 - wide * k), rng.uniform(60, 420), k, family))
            sheets.append(sheet)
        return sheets
    sheet = Sheet()
    if how == "beside":
        k = rng.uniform(1.0, 1.1)
        y = rng.uniform(60, 560)
        gap = rng.uniform(8, 16)
        left = (WIDTH - 2 * wide * k - gap) / 2
        front(Card(sheet, left, y, k, family))
        back(Card(sheet, left + wide * k + gap, y + rng.uniform(-6, 6), k, family))
        return [sheet]
    k = rng.choice((1.0, 1.0, rng.uniform(1.0, 1.5), 1.41))
    x, y = rng.uniform(40, WIDTH - 40 - wide * k), rng.uniform(50, 300)
    front(Card(sheet, x, y, k, family))
    back(Card(sheet, x + rng.uniform(-8, 8), y + high * k + rng.uniform(12, 110), k, family))
    return [sheet]


def expires(born: date, issued: date) -> date | None:
    """The day a citizen card ends: the next of the 25th, 40th and 60th birthday that lies two years ahead at least, None
    past them (Law on Identification 2023, art. 21)."""
    for age in (25, 40, 60):
        day = min(born.day, 28) if born.month == 2 else born.day
        end, soon = date(born.year + age, born.month, day), date(born.year + age - 2, born.month, day)
        if issued < soon:
            return end
    return None


def qr_text(person: Person, rng: Random) -> str:
    """What the QR code of a chip card says: number, old number or nothing, name, birth, sex, home, issue."""
    old = f"{rng.randint(100000000, 299999999)}" if rng.random() < 0.5 else ""
    sex = "Nữ" if person.female else "Nam"
    return f"{person.number}|{old}|{person.name}|{person.born:%d%m%Y}|{sex}|{person.lives.text}|{person.issued:%d%m%Y}"


def zone(person: Person, expires: date | None) -> tuple[str, str, str]:
    """The three lines of the MRZ; ``expires`` None for a card without an end."""
    short, end = person.number[3:], f"{expires:%y%m%d}" if expires else "<<<<<<"
    first = f"IDVNM{short}{_check(short)}{person.number}<<{_check(person.number)}"
    facts = f"{person.born:%y%m%d}{_check(f'{person.born:%y%m%d}')}", f"{end}{_check(end)}"
    second = f"{facts[0]}{'F' if person.female else 'M'}{facts[1]}VNM".ljust(29, "<")
    second += _check(first[5:] + facts[0] + facts[1] + second[18:29])
    family, *given = _plain(person.name).split()
    return first, second, f"{family}<<{'<'.join(given)}"[:30].ljust(30, "<")


def _check(text: str) -> str:
    """The check digit, weights 7 3 1, filler 0, A = 10 (ICAO Doc 9303-3, 4.9)."""
    values = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return str(sum((values.find(c) if c != "<" else 0) * (7, 3, 1)[i % 3] for i, c in enumerate(text)) % 10)


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFD", text.upper().replace("Đ", "D"))
    return "".join(c for c in bare if not unicodedata.combining(c))


def front(sheet: Sheet, person: Person, rng: Random, x: float, y: float, side: float = 0.0) -> None:
    """The front with its corner at (x, y); the QR code is ``side`` points (drawn from 15 to 22 mm)."""
    face, small = Face("Liberation Sans", 6.2), Face("Liberation Sans", 5.5)
    sheet.frame((x, y, x + CARD[0], y + CARD[1]), 0.6, (150, 160, 165))
    sheet.fill((x + 10, y + 62, x + 66, y + 138), (196, 200, 204))
    for row, (text, kind) in enumerate((("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", face.but(bold=True)),
                                        ("Độc lập - Tự do - Hạnh phúc", small), ("CĂN CƯỚC CÔNG DÂN", face))):  # fmt: skip
        _line(sheet, x + 12, y + 14 + 10 * row, text, kind)
    facts = (("Số / No.:", person.number, 10.0), ("Họ và tên / Full name:", person.name.upper(), 8.0),
             ("Ngày sinh / Date of birth:", f"{person.born:%d/%m/%Y}", 7.0),
             ("Giới tính / Sex:", "Nữ" if person.female else "Nam", 7.0))  # fmt: skip
    for row, (label, value, size) in enumerate(facts):
        _line(sheet, x + 74, y + 70 + 19 * row, label, small)
        _line(sheet, x + 74, y + 79 + 19 * row, value, Face("Liberation Sans", size, bold=True))
    side = side or rng.uniform(15, 22) * PT_PER_MM
    qr(sheet, qr_text(person, rng), x + CARD[0] - side - 6, y + 8, side)


def back(sheet: Sheet, person: Person, x: float, y: float, expires: date | None) -> tuple[str, str, str]:
    """The back with its corner at (x, y); gives the lines of its MRZ, which ``sheet.codes`` holds too."""
    small, lines = Face("Liberation Sans", 6), zone(person, expires)
    sheet.frame((x, y, x + CARD[0], y + CARD[1]), 0.6, (150, 160, 165))
    _line(sheet, x + 10, y + 16, "Đặc điểm nhân dạng / Personal identification:", small)
    _line(sheet, x + 10, y + 25, "Nốt ruồi cách 2 cm dưới trước đuôi mắt trái", small.but(bold=True))
    _line(sheet, x + 10, y + 38, f"Ngày, tháng, năm / Date: {person.issued:%d/%m/%Y}", small)
    sheet.frame((x + CARD[0] - 70, y + 12, x + CARD[0] - 12, y + 76), 0.5, _LABEL)
    sheet.fill((x + 24, y + 52, x + 58, y + 78), (205, 190, 140))
    face, left, base = machine_face(), x + (CARD[0] - 30 * _PITCH) / 2, y + CARD[1] - 12 - 2 * _LEADING
    for row, line in enumerate(lines):
        sheet.write([(left, (Glyphs(line, face, cell=_PITCH),))], base + row * _LEADING)
    box = (left, base - 8, left + 30 * _PITCH, base + 2 * _LEADING + 1)
    sheet.codes.append(("mrz", "\n".join(lines), box))
    return lines


def copied(person: Person, rng: Random) -> Sheet:
    """Front and back under one another, as a copier leaves them on A4."""
    sheet, x = Sheet(), rng.uniform(60, 260)
    y = rng.uniform(70, 200)
    front(sheet, person, rng, x, y)
    expires = date(person.issued.year + 15, person.born.month, min(28, person.born.day)) if rng.random() < 0.9 else None
    back(sheet, person, x + rng.uniform(-8, 8), y + CARD[1] + rng.uniform(30, 120), expires)
    return sheet


def _line(sheet: Sheet, x: float, y: float, text: str, face: Face) -> None:
    words, at = [], x
    for word in text.split(" "):
        words.append((at, (Glyphs(word, face),)))
        at += face.width(word + " ")
    sheet.write(words, y)
