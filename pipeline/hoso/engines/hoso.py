"""Owns Hoso's reading of lines: the own recogniser reads every line, Tesseract is asked about the doubtful ones.

Where both say the same, a word is sure; where they differ, the more confident one is kept, and the word stays doubtful.
Nothing is rewritten: every word was read by one of the two. Tesseract runs inside the process (``tesserocr.py``); pages
as a whole, and the way up of a page, are its business alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from hoso.engines import network, tesserocr
from hoso.engines.api import Engine
from hoso.nouns import Raster, Word
from hoso.settings import Reading

__all__ = ["Hoso", "open", "settle"]

_SURE = 0.90  # a line whose every word is read so confidently is not asked about
_LEAD = 0.15  # by which the referee must be more confident to be believed
_DISPUTED = 0.60  # confidence that no disputed word exceeds
_ALONE = 0.80  # confidence that a word which only the referee saw must have


class Hoso:
    """The own recogniser and its referee."""

    def __init__(self, reader: network.Network, referee: Engine) -> None:
        self._reader, self._referee = reader, referee

    @property
    def fingerprint(self) -> str:
        """Both fingerprints and the rule that settles disputes."""
        return f"{self._reader.fingerprint} asks {_SURE:g} {_LEAD:g} {self._referee.fingerprint}"

    def orientation(self, raster: Raster) -> tuple[int, float]:
        """As the referee says."""
        return self._referee.orientation(raster)

    def read(self, raster: Raster) -> tuple[Word, ...]:
        """As the referee reads the page."""
        return self._referee.read(raster)

    def lines(self, rasters: Sequence[Raster]) -> tuple[tuple[Word, ...], ...]:
        """The words of each raster, one line of print each; boxes as fractions of it. Raises as the referee does."""
        first = self._reader.lines(rasters)
        doubtful = [k for k, words in enumerate(first) if any(word.confidence < _SURE for word in words)]
        second = dict(zip(doubtful, self._referee.lines([rasters[k] for k in doubtful]), strict=True))
        return tuple(settle(words, second[k]) if k in second else words for k, words in enumerate(first))


def settle(own: Sequence[Word], other: Sequence[Word]) -> tuple[Word, ...]:
    """One reading out of two of the same line: the words of ``own``, those of ``other`` where they are to be believed."""
    match = SequenceMatcher(None, [word.text for word in own], [word.text for word in other], autojunk=False)
    return tuple(word for what, a, b, c, d in match.get_opcodes() for word in _chosen(what, own[a:b], other[c:d]))


def _chosen(what: str, mine: Sequence[Word], theirs: Sequence[Word]) -> Iterator[Word]:
    if what == "equal":
        for word, same in zip(mine, theirs, strict=True):
            yield replace(word, confidence=1 - (1 - word.confidence) * (1 - same.confidence))
    elif what == "insert":
        yield from (replace(w, confidence=_DISPUTED) for w in theirs if w.confidence >= _ALONE and w.text.isalnum())
    elif what == "delete" or _belief(theirs) < _belief(mine) + _LEAD:
        yield from (replace(word, confidence=min(word.confidence, _DISPUTED)) for word in mine)
    else:
        yield from (replace(word, confidence=min(word.confidence, _DISPUTED)) for word in theirs)


def _belief(words: Sequence[Word]) -> float:
    """Mean confidence by letters."""
    letters = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / letters if letters else 0.0


def open(settings: Reading) -> Hoso:
    """The shipped recogniser with Tesseract as its referee. Raises Misconfigured where one of them is missing."""
    return Hoso(network.open_model(), tesserocr.open(settings))
