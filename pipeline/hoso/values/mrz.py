"""The machine-readable zone of cards and passports: its three sizes, its check digits, and the repair they prove. Pure.

Owns: the slots of TD1 (three lines of 30), TD2 (two of 36) and TD3 (two of 44), check digits, letters and digits that
readers confuse. Never: changes a letter that no rule fixes. A slot that holds digits only is spelled in digits (and one
that holds letters only in letters); beyond that, one confused letter is changed where a check fails, and only if exactly
one such change makes every check pass, leaves dates that exist, and, on a Vietnamese card, a document number that is the
end of the personal number. Check digits cannot tell places of equal weight apart: where a reader says which places it
doubts, only those are changed.

Sources: ICAO Doc 9303 part 3, 4.9 (check digits, weights 7 3 1), part 4, 4.2 (TD3), part 5, 4.2 (TD1), part 6, 4.2 (TD2).
For cards of Viet Nam: the document number is followed by the twelve digits of the personal number, two fillers and that
number's own check digit (domain facts 2e; computed on one published specimen).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

__all__ = ["Mrz", "check_digit", "compose", "fits", "parse", "repair"]

_VALUES = {c: i for i, c in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")} | {"<": 0}

# Of each line: K kind of document, A letter or filler, L letter, N digit, D digit or filler, S sex, X anything, F filler.
_SLOTS = {
    "TD1": ("KALAAXXXXXXXXXDXXXXXXXXXXXXXXX", "DDDDDDNSDDDDDDDAAAXXXXXXXXXXXN", "A" * 30),
    "TD2": ("KALAA" + "A" * 31, "XXXXXXXXXNAAADDDDDDNSDDDDDDDXXXXXXXN"),
    "TD3": ("KALAA" + "A" * 39, "XXXXXXXXXNAAADDDDDDNSDDDDDDDXXXXXXXXXXXXXXDN"),
}
_VIETNAMESE = ("KALLLNNNNNNNNNNNNNNNNNNNNNNFFN", "DDDDDDNSDDDDDDDLLLFFFFFFFFFFFN", "A" * 30)

# Of each size: the name of a check, the places (line, start, stop) that it covers, the place of its digit.
_Span = tuple[int, int, int]
_CHECKS: dict[str, tuple[tuple[str, tuple[_Span, ...], tuple[int, int]], ...]] = {
    "TD1": (
        ("number", ((0, 5, 14),), (0, 14)),
        ("birth", ((1, 0, 6),), (1, 6)),
        ("expiry", ((1, 8, 14),), (1, 14)),
        ("whole", ((0, 5, 30), (1, 0, 7), (1, 8, 15), (1, 18, 29)), (1, 29)),
    ),
    "TD2": (
        ("number", ((1, 0, 9),), (1, 9)),
        ("birth", ((1, 13, 19),), (1, 19)),
        ("expiry", ((1, 21, 27),), (1, 27)),
        ("whole", ((1, 0, 10), (1, 13, 20), (1, 21, 35)), (1, 35)),
    ),
    "TD3": (
        ("number", ((1, 0, 9),), (1, 9)),
        ("birth", ((1, 13, 19),), (1, 19)),
        ("expiry", ((1, 21, 27),), (1, 27)),
        ("personal", ((1, 28, 42),), (1, 42)),
        ("whole", ((1, 0, 10), (1, 13, 20), (1, 21, 43)), (1, 43)),
    ),
}
_VIETNAMESE_CHECK = ("personal", ((0, 15, 27),), (0, 29))

_AS_DIGIT = dict(zip("OQDUILJZSGBTAE", "00001112568743", strict=True)) | {"Y": "7", "C": "0", "P": "9"}
_AS_LETTER = dict(zip("0152864", "OISZBGA", strict=True))
_CONFUSED = ("0OQD8", "1I7L", "2Z", "35", "5S6", "38B", "6G", "4A", "9P4", "UV", "MN", "KX<", "C<", "17", "EF", "PR")


@dataclass(frozen=True, slots=True)
class Mrz:
    """What a zone says. Dates are as printed, ``YYMMDD`` ("" where fillers stand); ``sex`` is "M", "F" or "". ``personal``
    is the optional data of TD1 and TD3 without fillers and check digit. ``failed`` names the checks that fail: number,
    birth, expiry, personal, whole. ``repaired`` counts the letters changed by :func:`repair`."""

    size: str
    lines: tuple[str, ...]
    country: str
    number: str
    personal: str
    birth: str
    sex: str
    expiry: str
    nationality: str
    surname: str
    given: str
    failed: tuple[str, ...] = ()
    repaired: int = 0


def check_digit(text: str) -> str:
    """The check digit of ``text`` (capitals, digits, fillers): weights 7 3 1, A counts 10, a filler 0, modulo 10."""
    return str(sum(_VALUES[c] * (7, 3, 1)[i % 3] for i, c in enumerate(text)) % 10)


def parse(lines: Sequence[str]) -> Mrz | None:
    """The zone that ``lines`` spell exactly; None where their number, length or letters are of no size of zone."""
    size = _size(lines)
    if size is None or not fits(lines):
        return None
    return _parsed(size, tuple(lines), 0)


def fits(lines: Sequence[str]) -> bool:
    """Whether each letter is of the class of its slot."""
    size = _size(lines)
    if size is None:
        return False
    slots = _slots(size, lines)
    return all(
        _fits(c, slot) for line, row in zip(lines, slots, strict=True) for c, slot in zip(line, row, strict=True)
    )


def repair(lines: Sequence[str], doubts: Collection[tuple[int, int]] | None = None) -> Mrz | None:
    """The zone that ``lines`` spell after the repairs this module may make; None where they are of no size of zone.

    ``doubts`` are the places (line, letter; from 0) that the reader doubts; None where it cannot tell. Where checks still
    fail after that, ``failed`` names them and the letters are those read, spelled by their slots.
    """
    size = _size(lines)
    if size is None:
        return None
    slots = _slots(size, lines)
    spelled = tuple("".join(map(_spelled, line, row)) for line, row in zip(lines, slots, strict=True))
    if not fits(spelled):
        return None
    changed = sum(
        a != b for before, after in zip(lines, spelled, strict=True) for a, b in zip(before, after, strict=True)
    )
    if not _failed(size, spelled):
        return _parsed(size, spelled, changed)
    proven = {
        other
        for other in _variants(size, spelled, slots, doubts)
        if not _failed(size, other) and _plausible(size, other)
    }
    if len(proven) == 1:
        return _parsed(size, proven.pop(), changed + 1)
    return _parsed(size, spelled, changed)


def compose(line: str, length: int) -> str:
    """A line as an engine read it, in the letters of a zone and, where only fillers are too many or too few, of that
    length: blanks go, « is two fillers, a run of fillers at the end (or of three and more) gives or takes."""
    text = line.upper().translate(_MARKS)
    text = "".join(c for c in text if c in _VALUES)
    missing = length - len(text)
    runs = list(re.finditer("<{3,}|<+$", text))
    if missing and runs:
        longest = max(runs, key=lambda m: (m.end() == len(text), m.end() - m.start()))
        width = longest.end() - longest.start() + missing
        if width >= 0:
            text = text[: longest.start()] + "<" * width + text[longest.end() :]
    return text


_MARKS = str.maketrans(
    {"«": "<<", "‹": "<", "(": "<", "{": "<", "[": "<", "€": "<", "Ó": "6", "Đ": "D", "Ô": "O", "Ị": "I", "Í": "I",
     "|": "I", "!": "I", "Á": "6", "$": "S", "§": "S", "Ơ": "O", "Ò": "O", "Õ": "O", "Ỏ": "O", "Ọ": "O", "Ì": "I"}
)  # fmt: skip


def _size(lines: Sequence[str]) -> str | None:
    shape = [len(line) for line in lines]
    return next((name for name, rows in _SLOTS.items() if shape == [len(row) for row in rows]), None)


def _slots(size: str, lines: Sequence[str]) -> tuple[str, ...]:
    """The classes of the slots; those of a Vietnamese card are known more closely."""
    return _VIETNAMESE if size == "TD1" and lines[0][2:5] == "VNM" else _SLOTS[size]


def _fits(letter: str, slot: str) -> bool:
    if letter not in _VALUES:
        return False
    allowed = {"A": not letter.isdigit(), "L": letter.isalpha(), "N": letter.isdigit(), "S": letter in "MFX<",
               "K": letter in "ACIPV", "D": letter.isdigit() or letter == "<", "F": letter == "<", "X": True}  # fmt: skip
    return allowed[slot]


def _spelled(letter: str, slot: str) -> str:
    """A letter in the class of its slot, where what it was taken for is plain."""
    if _fits(letter, slot):
        return letter
    if slot in "ND":
        return _AS_DIGIT.get(letter, letter)
    if slot in "ALK":
        return _AS_LETTER.get(letter, letter)
    return "<" if slot == "F" and letter in "KCXLE" else letter


def _variants(
    size: str, lines: tuple[str, ...], slots: tuple[str, ...], doubts: Collection[tuple[int, int]] | None
) -> Iterator[tuple[str, ...]]:
    """The lines with one letter changed into one it is taken for, in the places that a check covers."""
    covered = {(row, at) for _, spans, place in _checks(size, lines) for row, at in (*_places(spans), place)}
    for row, at in sorted(covered if doubts is None else covered & set(doubts)):
        line = lines[row]
        for other in {c for group in _CONFUSED if line[at] in group for c in group} - {line[at]}:
            if _fits(other, slots[row][at]):
                yield (*lines[:row], line[:at] + other + line[at + 1 :], *lines[row + 1 :])


def _plausible(size: str, lines: tuple[str, ...]) -> bool:
    """Whether dates are dates (or fillers) and a Vietnamese card's two numbers agree."""
    zone = _parsed(size, lines, 0)
    dates = (zone.birth, zone.expiry)
    if not all(not day or ("01" <= day[2:4] <= "12" and "01" <= day[4:6] <= "31") for day in dates):
        return False
    return _slots(size, lines) is not _VIETNAMESE or zone.personal[3:] == zone.number


def _places(spans: Sequence[_Span]) -> Iterator[tuple[int, int]]:
    return ((row, at) for row, start, stop in spans for at in range(start, stop))


def _checks(size: str, lines: Sequence[str]) -> tuple[tuple[str, tuple[_Span, ...], tuple[int, int]], ...]:
    return (*_CHECKS[size], *((_VIETNAMESE_CHECK,) if _slots(size, lines) is _VIETNAMESE else ()))


def _failed(size: str, lines: Sequence[str]) -> tuple[str, ...]:
    failed = []
    for name, spans, (row, at) in _checks(size, lines):
        covered = "".join(lines[line][start:stop] for line, start, stop in spans)
        if lines[row][at] == "<" and (not covered.strip("<") or (size, name) == ("TD1", "number")):
            continue  # nothing to check, or a number so long that its check digit stands in the optional data
        if lines[row][at] != check_digit(covered):
            failed.append(name)
    return tuple(failed)


def _parsed(size: str, lines: tuple[str, ...], repaired: int) -> Mrz:
    failed = _failed(size, lines)
    if size == "TD1":
        first, facts, names = lines
        number, birth, sex, expiry, nation = first[5:14], facts[:6], facts[7], facts[8:14], facts[15:18]
        personal = first[15:27] if _slots(size, lines) is _VIETNAMESE else first[15:30]
    else:
        head, row = lines
        names = head[5:]
        number, nation, birth, sex, expiry = row[:9], row[10:13], row[13:19], row[20], row[21:27]
        personal = row[28:42] if size == "TD3" else row[28:35]
    surname, _, given = names.strip("<").partition("<<")
    return Mrz(
        size, lines, lines[0][2:5].strip("<"), number.strip("<"), personal.strip("<"), birth.strip("<"), sex.strip("<"),
        expiry.strip("<"), nation.strip("<"), surname.replace("<", " "), " ".join(given.replace("<", " ").split()), failed,
        repaired,
    )  # fmt: skip
