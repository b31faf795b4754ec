"""Owns the reading of one page: decode once, turn upright, clean, read, and say where each word stands.

Never touches the master and writes no picture. Nothing here knows what a paper means.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import replace

from hoso.engines.api import Engine
from hoso.nouns import Page, PageRef, Raster, Reading, Seen, Word
from hoso.settings import Reading as Limits

__all__ = ["VERSION", "decode", "fingerprint", "read"]

VERSION = "1"

_SURE = 0.25  # of the cheap guess: below it the engine is asked which way is up
_READS_BADLY = 0.45  # mean confidence under which the way up is questioned once more
_READS_WELL = 12  # words that make a mean worth believing


def fingerprint(engine: Engine) -> str:
    """What, besides the bytes and the limits, decides the answer: for step keys."""
    return f"read {VERSION} {engine.fingerprint}"


def read(data: bytes, media_type: str, digest: str, index: int, engine: Engine, limits: Limits) -> Seen:
    """Page ``index`` (from 1) of the scan ``data`` with that ``digest``, and what was read on it.

    Page.rotation turns the page, as a viewer that honours EXIF or /Rotate shows it, upright; width, height and boxes
    are of that upright page, not yet levelled. Raises Refused (page.damaged, page.too-large …), Unavailable,
    Misconfigured.
    """
    from hoso.imaging.upright import guess, small

    ref = PageRef(digest, index)
    shown = decode(data, media_type, index, limits)
    rotation, sure = guess(shown)
    if sure < _SURE:
        asked, answer = engine.orientation(small(shown))
        rotation = asked if answer > sure else rotation
    words = _born_digital(data, media_type, index)
    if words is not None:
        return _digital(ref, shown, words)
    seen = _look(ref, shown, rotation, engine)
    if _doubtful(seen) and sure < 1.0:
        asked, answer = engine.orientation(small(shown))
        if asked != rotation and answer >= 0.5:
            other = _look(ref, shown, asked, engine)
            seen = other if _score(other.reading.words) > _score(seen.reading.words) else seen
    return seen


def decode(data: bytes, media_type: str, index: int, limits: Limits) -> Raster:
    """Page ``index`` of a PDF or image file as a viewer shows it. Raises Refused."""
    if media_type == "application/pdf":
        from hoso.pdf.render import render

        return render(data, index, limits)
    from hoso.imaging.decode import decode as decode_image

    return decode_image(data, media_type, index, limits)


def _look(ref: PageRef, shown: Raster, rotation: int, engine: Engine) -> Seen:
    """Clean and read the page turned by ``rotation``."""
    from hoso.engines.codes import codes
    from hoso.imaging.clean import clean
    from hoso.imaging.pixels import grey_raster, turn_raster
    from hoso.stages.order import order

    upright = turn_raster(shown, rotation)
    cleaned = clean(upright)
    found = codes(grey_raster(upright))
    is_blank = bool(cleaned.blank) and not found
    page = Page(
        ref,
        "blank" if is_blank else "paper",
        upright.width,
        upright.height,
        upright.dpi,
        rotation,
        cleaned.skew,
        cleaned.quality,
        cleaned.seal,
        cleaned.signature,
        reason=cleaned.blank if is_blank else f"weakest: {cleaned.weakest}",
    )
    if is_blank:
        return Seen(page, Reading(ref, engine.fingerprint))
    words = order(cleaned.level(_composed(words) for words in engine.lines(cleaned.lines)))
    placed = tuple(replace(word, box=cleaned.place(word.box)) for word in words)
    return Seen(page, Reading(ref, engine.fingerprint, placed, found))


def _alone(words: Iterable[Word]) -> Iterable[Word]:
    """Each word as a line of its own: rows are then found by where words stand."""
    return (replace(word, line=number) for number, word in enumerate(words))


def _composed(words: Iterable[Word]) -> Iterable[Word]:
    """Words in NFC without control characters; words of blanks only are left out."""
    for word in words:
        text = "".join(c for c in unicodedata.normalize("NFC", word.text) if unicodedata.category(c) != "Cc").strip()
        if text:
            yield replace(word, text=text)


def _born_digital(data: bytes, media_type: str, index: int) -> tuple[Word, ...] | None:
    if media_type != "application/pdf":
        return None
    from hoso.pdf.render import text_words

    return text_words(data, index)


def _digital(ref: PageRef, shown: Raster, words: tuple[Word, ...]) -> Seen:
    """A born-digital page: its own words, its picture only for seal, signature and codes. It is upright as shown."""
    from hoso.engines.codes import codes
    from hoso.imaging.clean import clean
    from hoso.imaging.pixels import grey_raster
    from hoso.stages.order import order

    cleaned = clean(shown)
    page = Page(
        ref, "paper", shown.width, shown.height, shown.dpi, 0, 0.0, 1.0, cleaned.seal, cleaned.signature,
        reason="born-digital",
    )  # fmt: skip
    return Seen(page, Reading(ref, "pdf", order(_composed(_alone(words))), codes(grey_raster(shown))))


def _doubtful(seen: Seen) -> bool:
    words = seen.reading.words
    return seen.page.kind == "paper" and (
        len(words) < 3 or sum(word.confidence for word in words) / len(words) < _READS_BADLY
    )


def _score(words: tuple[Word, ...]) -> float:
    """Letters read with confidence."""
    return sum(len(word.text) * word.confidence**2 for word in words)
