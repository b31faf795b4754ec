"""Owns Hoso's reading of lines: the own recogniser reads every line, Tesseract is asked about the doubtful ones.

What the own recogniser is sure of stands. Of a doubtful word the referee may say the same, and it is doubted less; or
another, and it stays doubtful, whichever of the two is kept. Measured on 10,600 words of drawn pages: sure words are wrong
at 0.4 %, doubtful ones that both read alike still at 15 % (what is missing on the paper is missing for both), disputed
ones at 30 to 70 %; so agreement never makes a word sure. Nothing is rewritten: every word was read by one of the two.
Doubtful figures are looked at twice (``again.py``).
Tesseract runs inside the process (``tesserocr.py``); the way up of a page and pages as a whole are its business alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from hoso.engines import again, network, tesserocr
from hoso.engines.api import Engine
from hoso.nouns import Raster, Word
from hoso.settings import Reading

__all__ = ["Hoso", "open", "settle"]

_SURE = 0.90  # a word read so confidently stands, whatever the referee says
_ASKED = 0.40  # a line with a word below it is asked about: from 0.60 on costs twice as much and mends nothing more
_LEAD = 0.40  # by which the referee must be more confident to be believed
_AGREED = 0.85  # confidence that a doubtful word which both read alike has at least
_DISPUTED = 0.60  # confidence that a disputed word has at most
_HEARD = 0.40  # below it the own reading is a guess, and agreement with it says little
_ALONE = 0.80  # confidence that a word which only the referee saw must have


class Hoso:
    """The own recogniser and its referee."""

    def __init__(self, reader: network.Network, referee: Engine) -> None:
        self._reader, self._referee = reader, referee

    @property
    def fingerprint(self) -> str:
        """Both fingerprints and the rule that settles disputes."""
        return f"{self._reader.fingerprint} again {again.BELOW:g} asks {_ASKED:g} {_LEAD:g} {self._referee.fingerprint}"

    def orientation(self, raster: Raster) -> tuple[int, float]:
        """As the referee says."""
        return self._referee.orientation(raster)

    def read(self, raster: Raster) -> tuple[Word, ...]:
        """As the referee reads the page."""
        return self._referee.read(raster)

    def lines(self, rasters: Sequence[Raster]) -> tuple[tuple[Word, ...], ...]:
        """The words of each raster, one line of print each; boxes as fractions of it. Raises as the referee does."""
        first = self._reader.lines(rasters)
        doubtful = [k for k, words in enumerate(first) if any(word.confidence < _ASKED for word in words)]
        second = dict(zip(doubtful, self._referee.lines([rasters[k] for k in doubtful]), strict=True))
        believed = (again.looked(self._reader, raster, words) for raster, words in zip(rasters, first, strict=True))
        return tuple(settle(words, second[k]) if k in second else words for k, words in enumerate(believed))


def settle(own: Sequence[Word], other: Sequence[Word]) -> tuple[Word, ...]:
    """One reading out of two of the same line: the words of ``own``, those of ``other`` where they are to be believed."""
    match = SequenceMatcher(None, [word.text for word in own], [word.text for word in other], autojunk=False)
    return tuple(word for what, a, b, c, d in match.get_opcodes() for word in _chosen(what, own[a:b], other[c:d]))


def _chosen(what: str, mine: Sequence[Word], theirs: Sequence[Word]) -> Iterator[Word]:
    if what == "equal":
        for word in mine:
            agreed = max(word.confidence, _AGREED) if word.confidence >= _HEARD else word.confidence
            yield replace(word, confidence=agreed)
    elif what == "insert":
        yield from (replace(w, confidence=_DISPUTED) for w in theirs if w.confidence >= _ALONE and w.text.isalnum())
    elif what == "delete" or _belief(theirs) < _belief(mine) + _LEAD:
        yield from (word if word.confidence >= _SURE else _disputed(word) for word in mine)
    else:
        yield from (_disputed(word) for word in theirs)


def _disputed(word: Word) -> Word:
    return replace(word, confidence=min(word.confidence, _DISPUTED))


def _belief(words: Sequence[Word]) -> float:
    """Mean confidence by letters."""
    letters = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / letters if letters else 0.0


def open(settings: Reading) -> Hoso:
    """The shipped recogniser with Tesseract as its referee. Raises Misconfigured where one of them is missing."""
    return Hoso(network.open_model(), tesserocr.open(settings))
