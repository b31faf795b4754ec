"""What a citizen card states beside its print: the text of its QR code, its machine-readable zone, days of expiry. Pure.

Owns: the parts of the QR text, the machine-readable zone as dates and numbers of a citizen, which days a card can end on,
and when two spellings of a name are the same. Never: looks at a page, or says which of two statements is right.

Sources: domain facts 2e. QR of the chip card (2021-): ``number|old number|name|ddmmyyyy|sex|home|ddmmyyyy`` (issue), of
the card of the Law on Identification 2023 (2024-07-01-) the same with more parts behind; the zone is of size TD1
(ICAO Doc 9303 part 5). Expiry: Law on Citizen Identification 2014 and Law on Identification 2023, art. 21 both.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from hoso.values.fold import fold
from hoso.values.identifiers import sex_and_years
from hoso.values.mrz import Mrz
from hoso.values.text import squeeze

__all__ = ["ENDLESS", "CitizenCode", "Zone", "ends", "parse", "same_name", "same_words", "zone"]

ENDLESS = "Không thời hạn"
"""What a card without an end prints for the day of its expiry."""

_AGES = (14, 25, 40, 60)
_SEXES = {"nam": "Nam", "nu": "Nữ"}


@dataclass(frozen=True, slots=True)
class CitizenCode:
    """The QR text of a card. Dates are ISO 8601; a part that is empty or of no grammar is ""; ``more``: further parts."""

    number: str
    old: str
    name: str
    born: str
    sex: str
    address: str
    issued: str
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone in the terms of the card's print, "" for what its check digits do not prove. ``name`` is in capitals without
    marks, ``sex`` "Nam" or "Nữ": no check digit covers either. ``failed`` names the checks that fail (``values/mrz``)."""

    number: str
    name: str
    born: str
    sex: str
    expires: str
    failed: tuple[str, ...]


def parse(text: str) -> CitizenCode | None:
    """The citizen that a QR ``text`` states; None where it is the text of no citizen card: seven parts at least, a number
    of twelve digits first, a name of letters, a birth date. No part is repaired."""
    parts = [squeeze(part) for part in text.split("|")]
    if len(parts) < 7 or not re.fullmatch(r"\d{12}", parts[0]) or not re.fullmatch(r"(?:\d{9}|\d{12})?", parts[1]):
        return None
    born = _day(parts[3])
    if not born or not re.fullmatch(r"[^\W\d_][^\d_|]*", parts[2]):
        return None
    sex = _SEXES.get(fold(parts[4]), "")
    return CitizenCode(parts[0], parts[1], parts[2], born, sex, parts[5], _day(parts[6]), tuple(parts[7:]))


def zone(read: Mrz) -> Zone | None:
    """A Vietnamese card's zone in the terms of its print; None for a zone of another country or size.

    A date stands only where its own check digit and the one over all pass, the number only where both of its check digits
    do and its two printings agree. The century of birth is that of the number, a card expires in this century.
    """
    if read.size != "TD1" or read.country != "VNM":
        return None
    whole = "whole" not in read.failed
    proven = whole and not {"number", "personal"} & set(read.failed) and read.personal[3:] == read.number
    number = read.personal if proven and re.fullmatch(r"\d{12}", read.personal) else ""
    told = sex_and_years(number)
    century = str(told[1])[:2] if told else ""
    born = (
        _day(read.birth[4:] + read.birth[2:4] + century + read.birth[:2])
        if whole and "birth" not in read.failed
        else ""
    )
    expires = ""
    if whole and "expiry" not in read.failed:
        endless = not read.expiry or set(read.expiry) == {"9"}
        expires = ENDLESS if endless else _day(f"{read.expiry[4:]}{read.expiry[2:4]}20{read.expiry[:2]}")
    name = squeeze(f"{read.surname} {read.given}")
    return Zone(number, name, born, {"M": "Nam", "F": "Nữ"}.get(read.sex, ""), expires, read.failed)


def ends(born: str, issued: str) -> frozenset[str]:
    """The days, ISO, on which a card issued on one day to somebody born on another can end; ``ENDLESS`` from the last age
    on. Of a birth on 29 February both neighbours count. Takes ISO dates; years of birth from 1900."""
    years, day = int(born[:4]), born[5:]

    def birthday(age: int) -> set[str]:
        around = ("02-28", "03-01", "02-29") if day == "02-29" else (day,)
        return {iso for d in around if (iso := _real(years + age, d))}

    found: set[str] = set()
    for at, age in enumerate(_AGES):
        passed = issued >= max(birthday(age))
        if passed:
            continue
        found |= birthday(age)
        if issued >= max(birthday(age - 2)):
            found |= birthday(_AGES[at + 1]) if age < _AGES[-1] else {ENDLESS}
        return frozenset(found)
    return frozenset({ENDLESS})


def same_words(one: str, other: str) -> bool:
    """Whether two texts are the same words: capitals, punctuation and the place of a tone mark ("Hòa", "Hoà") aside."""
    return _bare(one) == _bare(other)


def same_name(name: str, plain: str) -> bool:
    """Whether ``plain``, a name of the zone (no marks, cut at its width), is ``name`` in print."""
    full, short = _letters(name), _letters(plain)
    return bool(short) and (full == short or (len(plain) >= 28 and full.startswith(short)))


def _letters(name: str) -> str:
    return "".join(c for c in fold(name) if c.isalnum())


_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")


def _bare(text: str) -> tuple[tuple[str, str], ...]:
    """Syllable by syllable its letters (their own marks kept) and its tone."""
    syllables = []
    for word in re.findall(r"\w+", text.casefold()):
        marks = unicodedata.normalize("NFD", word)
        tone = "".join(sorted(c for c in marks if c in _TONES))
        syllables.append((unicodedata.normalize("NFC", "".join(c for c in marks if c not in _TONES)), tone))
    return tuple(syllables)


def _day(figures: str) -> str:
    """``ddmmyyyy`` as ISO 8601, "" where it is no real day."""
    if not re.fullmatch(r"\d{8}", figures):
        return ""
    return _real(int(figures[4:]), f"{figures[2:4]}-{figures[:2]}")


def _real(year: int, day: str) -> str:
    try:
        return date(year, int(day[:2]), int(day[3:])).isoformat()
    except ValueError:
        return ""
