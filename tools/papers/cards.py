"""Identity cards as a copier shows them: front with its QR code, back with its machine-readable zone, on one A4 sheet.

Owns: the look of a copied card, the text of its QR code and the three lines of its MRZ. Never: a real card; the people
come from ``people``, and the security print is left out.

Sources: card size ID-1 (ISO/IEC 7810: 85.6 × 54 mm); MRZ of size TD1 (ICAO Doc 9303, parts 3 and 5: OCR-B size 1, ten
letters an inch, six lines an inch, check digits weighted 7 3 1); contents of the Vietnamese QR code and MRZ as in the
domain facts 2e. The font is OCR-B where it is installed (Debian: fonts-ocr-b), else Liberation Mono.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

from tools.papers.codes import qr
from tools.papers.fonts import Face
from tools.papers.ink import PT_PER_MM
from tools.papers.people import Person
from tools.papers.sheet import Glyphs, Sheet

__all__ = ["CARD", "back", "copied", "front", "machine_face", "qr_text", "zone"]

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
