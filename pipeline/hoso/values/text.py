"""Text as read from paper: squeezing, comparing and finding it in spite of OCR damage. Pure; the only home of rapidfuzz.

Owns: what counts as the same letter after reading (a lost tone mark, đ for d, 0 for o, 1 for l and i).
Never: corrects a text; what was read stays what was read.

The confusions are those Tesseract and others make on Vietnamese (measured on published documents: "KÉ HOẠCH" for
"KẾ HOẠCH", "Tự đo" for "Tự do", "S0:" for "Số:").
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from hoso.values.fold import fold

__all__ = [
    "Hit",
    "bone",
    "distance",
    "find",
    "holding",
    "likeness",
    "nfc",
    "plain",
    "skeleton",
    "squeeze",
    "upper_share",
]

_CONFUSED = str.maketrans({"0": "o", "1": "i", "l": "i", "|": "i", "!": "i", "5": "s", "8": "b", "6": "o"})
_SPLIT_AT_MOST = 2
"""How many words more than the label has a reader may have broken it into."""
_LOOSE = 8
"""How much less alike, of 100, a part of a line may be at first sight than the words found in it."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a label stands among tokens: ``start`` and ``end`` half-open, ``score`` 0..1."""

    start: int
    end: int
    score: float


def nfc(text: str) -> str:
    """``text`` in Unicode NFC."""
    return unicodedata.normalize("NFC", text)


def squeeze(text: str) -> str:
    """NFC with every run of white space one blank, none at the ends."""
    return " ".join(nfc(text).split())


def plain(text: str) -> str:
    """Squeezed, without regard to case: what two printings of one value share."""
    return squeeze(text).casefold()


@lru_cache(maxsize=65536)
def skeleton(text: str) -> str:
    """The letters and digits that survive bad reading: folded, look-alikes made one, all else dropped."""
    return "".join(c for c in fold(text).translate(_CONFUSED) if c.isalnum())


def likeness(one: str, other: str) -> float:
    """How alike two texts are after bad reading, 0..1 (normalised insertion-deletion distance of skeletons)."""
    return fuzz.ratio(skeleton(one), skeleton(other)) / 100


def distance(one: str, other: str) -> int:
    """Edits (insert, delete, change of one character) between two texts as they are."""
    return Levenshtein.distance(one, other)


@lru_cache(maxsize=4096)
def _bones(tokens: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """The skeletons of words and all of them in one: a line is searched for a hundred labels."""
    bones = tuple(map(skeleton, tokens))
    return bones, "".join(bones)


def bone(tokens: Sequence[str]) -> str:
    """The skeletons of words in one: what :func:`holding` looks through."""
    return _bones(tuple(tokens))[1]


def holding(label: str, bones: Sequence[str], floor: float = 0.82) -> Iterator[int]:
    """The numbers of the lines, given as :func:`bone` gives them, in which :func:`find` may find ``label``: a page is
    searched for hundreds of labels, and nearly every line holds none."""
    wanted = skeleton(label)
    return held(wanted, bones, floor) if wanted else iter(())


def held(whole: str, bones: Sequence[str], floor: float = 0.82) -> Iterator[int]:
    """The other way round: the numbers of the labels, given as skeletons, that a line may hold; in their order."""
    least = 100 * floor - _LOOSE
    found = process.extract_iter(whole, bones, scorer=fuzz.partial_ratio, processor=None, score_cutoff=least)
    return (index for _, _, index in found)


@lru_cache(maxsize=65536)
def upper_share(text: str) -> float:
    """The share of capital letters among the letters of ``text``; 0 where there is none."""
    letters = [c for c in text if c.isalpha()]
    return sum(c.isupper() for c in letters) / len(letters) if letters else 0.0


def find(label: str, tokens: Sequence[str], floor: float = 0.82) -> tuple[Hit, ...]:
    """Where ``label`` stands in ``tokens``, best first, not overlapping; ``floor`` is the least likeness.

    A label of three letters or fewer ("Số", "Tại") must be read exactly, marks aside: shorter ones are like anything.
    """
    wanted = skeleton(label)
    bones, whole = _bones(tuple(tokens))
    if not wanted or fuzz.partial_ratio(wanted, whole, score_cutoff=100 * floor - _LOOSE) == 0:
        return ()
    least = 1.0 if len(wanted) <= 3 else floor
    words = max(1, len(label.split()))
    found: list[Hit] = []
    for start, bone in enumerate(bones):
        if not bone:
            continue
        joined = ""
        for end in range(start, min(len(bones), start + words + _SPLIT_AT_MOST)):
            joined += bones[end]
            if not bones[end] or len(joined) < 0.6 * len(wanted):
                continue
            if len(joined) > 1.6 * len(wanted) + 1:
                break
            score = fuzz.ratio(wanted, joined) / 100
            if score >= least:
                found.append(Hit(start, end + 1, score))
    found.sort(key=lambda h: (-h.score, h.start, h.end))
    kept: list[Hit] = []
    for hit in found:
        if all(hit.end <= k.start or hit.start >= k.end for k in kept):
            kept.append(hit)
    return tuple(kept)
