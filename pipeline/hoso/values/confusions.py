"""What else a read word may have been: other readings, ranked by how engines err on Vietnamese. Pure.

Owns: the measured confusions of tone marks, letters and figures, and the ranking. Never: rewrites a text, prefers a
reading to the one that was read, or knows which words exist: every syllable that can be written is as likely.

The counts are of Tesseract (``vie``, through Hoso's cleaning) on 96 generated pages of all types, 8 papers each as
photocopy, phone photo and office scan, 200 and 300 dpi: 22,908 words paired with their truth, 1,305 of them misread.
Mark upon mark loses most ("ố" was "ổ" in 6 of 100), a small dot below goes before all others. Where nothing was seen half
a case is counted. Pairs marked as told by experience ("rn" for "m") were not met in these pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from hoso.values.syllables import TONES, is_syllable, split_tone

__all__ = ["LOOK_ALIKE", "alternatives", "digits", "doubts"]

_NAMES = {name: mark for mark, name in TONES.items()} | {"ngang": ""}

_TONES_PLAIN = {
    "sắc": (2971, "huyền 2 hỏi 28 ngã 2 nặng 1 ngang 5"),
    "huyền": (2164, "sắc 1 ngã 11 nặng 1 ngang 13"),
    "hỏi": (1954, "sắc 14 huyền 7 ngã 2 nặng 3 ngang 14"),
    "ngã": (578, "sắc 1 huyền 2 hỏi 1 ngang 1"),
    "nặng": (1892, "sắc 3 huyền 3 hỏi 2 ngang 17"),
    "ngang": (11837, "sắc 33 huyền 19 hỏi 20 ngã 2 nặng 43"),
}
"""Of a vowel without other marks: the tone read, how often that was right, and what it was otherwise."""

_TONES_STACKED = {
    "sắc": (1918, "huyền 5 hỏi 136 ngang 6"),
    "huyền": (1072, "sắc 2 hỏi 4 ngã 3 ngang 9"),
    "hỏi": (219, "sắc 2 huyền 6 nặng 1"),
    "ngã": (114, "sắc 1 huyền 6"),
    "nặng": (1852, "sắc 1 huyền 7 ngã 1 ngang 7"),
    "ngang": (1874, "sắc 25 huyền 31 hỏi 11 ngã 1 nặng 49"),
}
"""The same upon â, ê, ô and ă."""

_LETTERS = {
    "a": (5732, "â 26 ă 12 ê 3 ô 2"), "ă": (677, "a 2 â 1 ô 1"), "â": (1730, "ă 3 ê 1 o 1 a 1"),
    "e": (770, "ê 7 c 1 o 2 h 2"), "ê": (2747, "e 2 ô 3 â 1 o 1"),
    "o": (1968, "ô 21 a 3 ơ 1"), "ô": (2188, "a 2 o 1 â 1 ê 1"), "ơ": (1796, "ô 1 a 1 o 1"),
    "u": (2834, "ư 3 y 5 a 6 i 4"), "ư": (1780, "u 8 ơ 2"),
    "i": (5088, "l 2 u 2 t 1 y 1 ư 1"), "y": (1400, "v 1"), "l": (1013, "i 4 t 3 đ 2 u 1"),
    "d": (621, "đ 11"), "đ": (1641, "d 5 b 2 h 1"), "b": (900, "h 1"), "h": (7489, "i 7 b 3 k 1"),
    "n": (8797, "p 3 k 2 m 1"), "m": (2400, "n 1"), "c": (3537, "e 1 g 1"), "g": (4400, "c 1"), "p": (1100, "n 1"),
    "r": (882, "k 2 t 1"), "s": (1417, "x 1 b 1"), "x": (486, "y 1 s 1"), "t": (4944, "i 2 l 2 r 2 đ 1"),
    "v": (1020, "y 5"), "k": (900, "h 1"),
    "j": (0, "i 1 t 2 đ 1"), "w": (0, "u 1 y 1"), "f": (0, "t 3"), "z": (0, "x 1"),
    "ö": (0, "ô 6 o 1 ơ 1 đ 1"), "ø": (0, "o 2"), "ð": (0, "đ 3 ô 1 o 2"), "ñ": (0, "n 2"), "ä": (0, "a 1 â 1"),
    "ë": (0, "ê 1 e 1"), "ï": (0, "i 1"), "ü": (0, "u 1 ư 1"), "ç": (0, "c 1"), "ÿ": (0, "y 1"), "€": (0, "c 3"),
    "$": (0, "s 2 k 1"), "{": (0, "i 1 l 1 t 1"), "}": (0, "i 2"),
    "|": (0, "i 1 l 1"), "!": (0, "i 1 l 1"), "ƒ": (0, "y 1 t 1"),
    "1": (0, "i 6 l 2 u 2 t 1"), "0": (0, "o 3 ô 1"), "4": (0, "a 2 t 1 ư 1"), "5": (0, "s 1"), "6": (0, "o 1 b 1"),
    "8": (0, "b 1"), "9": (0, "g 1 q 1"), "2": (0, "z 1"), "3": (0, "a 1"),
}  # fmt: skip
"""Letter read, tone aside; how often it was right (0: no letter of Vietnamese); what it was otherwise."""

_ALIKE = {
    "rn": "m",
    "ii": "h",
    "cl": "d",
    "li": "h",
    "vv": "w",
    "ln": "h",
    "lr": "b",
    "tr": "u",
    "m": "rn",
    "ã": "ă",
    "ă": "ã",
}
"""What one or two letters look like as a whole: "ii" (from "II") was measured 7 times, the rest is told by experience."""

_HALF, _SELDOM = 0.5, 1 / 300
_TOGETHER = 5.0  # the marks of one letter go together ("giay"): five times what each alone would tell, and one error
_MOST = 2  # errors in one word
_WIDE = 400  # partial readings kept
_EDGE = ".,:;!?…()[]<>\"'“”„‘’*_«»¡¿"

LOOK_ALIKE = {
    "O": "0", "o": "0", "Q": "0", "D": "0", "Ô": "0", "Ó": "06", "Ò": "0", "Ê": "0", "È": "0", "U": "0", "ù": "0",
    "l": "1", "I": "1", "i": "1", "|": "1", "!": "1", "{": "1", "Í": "1", "í": "1", "Ì": "1", "ì": "1", "ƒ": "15",
    "f": "1", "J": "1", "†": "1", "Ị": "1", "ị": "1", "Z": "27", "z": "2", "S": "58", "s": "5", "§": "8", "$": "58",
    "B": "8", "ó": "6", "é": "6", "b": "6", "G": "6", "g": "9", "q": "9", "A": "4", "T": "7", "}": "3", "ª": "4", "€": "6",
}  # fmt: skip
"""Letters and signs that figures were read as, with the figures, likeliest first; measured on the same pages but for those
of general knowledge (S, B, G, g, q, b, A, T)."""

_FIGURES = {"3": "9", "9": "053", "4": "16", "8": "93", "2": "903", "0": "9", "1": "7", "5": "6", "6": "8", "7": "1"}
_KEPT, _FIRST, _NEXT, _OTHER = 1.0, 0.95, 0.04, 0.008  # weights: a figure as read, look-alikes, one figure for another


def _odds(right: int, others: str, every: tuple[str, ...] = ()) -> dict[str, float]:
    """How likely each other truth is, by the truth that was read; half a case for each of ``every`` not seen."""
    words = others.split()
    cases = {name: float(n) for name, n in zip(words[::2], words[1::2], strict=True)}
    for name in every:
        cases.setdefault(name, _HALF)
    whole = float(right) if right else sum(list(cases.values()))
    return {name: n / whole for name, n in cases.items()}


_TONE_ODDS = [
    {
        _NAMES[read]: {
            _NAMES[name]: odds
            for name, odds in _odds(*counts, every=tuple(n for n in _NAMES if n != read)).items()
        }
        for read, counts in table.items()
    }
    for table in (_TONES_PLAIN, _TONES_STACKED)
]  # fmt: skip
_LETTER_ODDS = {letter: _odds(*counts) for letter, counts in _LETTERS.items()}
_VOWELS, _STACKED = frozenset("aăâeêioôơuưy"), frozenset("âêôă")


def alternatives(word: str, limit: int = 5) -> tuple[tuple[str, float], ...]:
    """Other Vietnamese syllables that ``word`` may have been, best first, at most ``limit``; never ``word`` itself.

    Each with its share 0..1 among the readings weighed, ``word`` as read being one of them where it can be a syllable.
    Signs at the ends and capitals stay. Nothing for words of other kinds (numbers, codes, several syllables in one).
    """
    bare = word.strip(_EDGE)
    start = word.find(bare)
    found = _syllables(bare.lower())
    whole = sum(odds for _, odds in found) + (1.0 if is_syllable(bare) else 0.0)
    return tuple(
        (word[:start] + _cased(text, bare) + word[start + len(bare) :], odds / whole) for text, odds in found[:limit]
    )


def doubts(text: str, floor: float = 0.02) -> dict[str, tuple[str, ...]]:
    """The words of ``text`` that may well be others, each with those whose share is ``floor`` at least, best first."""
    found = {word: tuple(other for other, sure in alternatives(word) if sure >= floor) for word in text.split()}
    return {word: others for word, others in found.items() if others}


@lru_cache(maxsize=4096)
def _syllables(word: str) -> tuple[tuple[str, float], ...]:
    """(syllable, odds against ``word`` itself) for each within reach, best first; ``word`` in small letters."""
    if not 1 <= len(word) <= 9 or not any(c.isalpha() for c in word):
        return ()
    partial: list[list[tuple[str, float, int]]] = [[] for _ in range(len(word) + 1)]
    partial[0] = [("", 1.0, 0)]
    for place in range(len(word)):
        reached = sorted(partial[place], key=lambda one: -one[1])[:_WIDE]
        for size in (1, 2):
            for text, odds, errors in _options(word[place : place + size]) if place + size <= len(word) else ():
                partial[place + size] += [
                    (before + text, odds * sure, errors + made)
                    for before, sure, made in reached
                    if errors + made <= _MOST
                ]
    best: dict[str, float] = {}
    for text, odds, _ in partial[-1]:
        if text != word and odds > best.get(text, 0.0) and is_syllable(text):
            best[text] = odds
    return tuple(sorted(best.items(), key=lambda one: (-one[1], one[0])))


@lru_cache(maxsize=1024)
def _options(read: str) -> tuple[tuple[str, float, int], ...]:
    """(truth, odds, errors made) of one letter or two; the letter as read where it is one of Vietnamese."""
    options = [(_ALIKE[read], _SELDOM, 1)] if read in _ALIKE else []
    if len(read) == 2:
        return tuple(options)
    letter, tone, _ = split_tone(read)
    right = _LETTERS.get(letter, (1 if letter.isalpha() else 0, ""))[0] > 0
    letters = ([(letter, 1.0, 0)] if right else []) + [
        (other, odds, 1 if right else 0) for other, odds in _LETTER_ODDS.get(letter, {}).items()
    ]
    for other, odds, made in letters:
        tones = [(tone, 1.0, 0)] if tone == "" or other in _VOWELS else []
        if other in _VOWELS and len(tone) <= 1:
            heard = _TONE_ODDS[other in _STACKED][tone]
            together = _TOGETHER if (letter in _VOWELS and other != letter and right) else 1.0
            tones += [(mark, min(1.0, sure * together), 0 if together > 1 else 1) for mark, sure in heard.items()]
        options += [(_composed(other, mark), odds * sure, made + more) for mark, sure, more in tones]
    return tuple(options)


@lru_cache(maxsize=1024)
def _composed(letter: str, tone: str) -> str:
    from unicodedata import normalize

    return normalize("NFC", letter + tone)


def _cased(text: str, like: str) -> str:
    """``text`` in the capitals of ``like``."""
    if like.isupper() and len(like) > 1:
        return text.upper()
    if len(text) == len(like):
        return "".join(c.upper() if model.isupper() else c for c, model in zip(text, like, strict=True))
    return text[:1].upper() + text[1:] if like[:1].isupper() else text


def digits(text: str, limit: int = 5) -> tuple[str, ...]:
    """Readings of ``text`` that must be figures alone, likeliest first, at most ``limit``; blanks dropped.

    Figures stay in the first reading; letters become the figures they look like. Later readings doubt them, the most
    confused first. Empty where a letter looks like no figure, or there is nothing.
    """
    readings = [("", 1.0)]
    for letter in "".join(text.split()):
        choices = tuple(_figures(letter))
        readings = [(before + figure, sure * weight) for before, sure in readings for figure, weight in choices]
        readings = sorted(readings, key=lambda one: -one[1])[: max(limit, 20)]
    return tuple(reading for reading, _ in readings[:limit] if reading)


def _figures(letter: str) -> Iterator[tuple[str, float]]:
    if letter in "0123456789":
        yield letter, _KEPT
        for place, other in enumerate(_FIGURES[letter]):
            yield other, _OTHER / (1 + place)
        return
    for place, figure in enumerate(LOOK_ALIKE.get(letter, "")):
        yield figure, _NEXT / place if place else _FIRST
