"""Owns the reading of one page: decode once, turn upright, clean, read, and say where each word stands.

Never touches the master and writes no picture. Nothing here knows what a paper means.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from hoso.engines.api import Engine
from hoso.errors import Refused
from hoso.imaging.trace import SILENT, Silent
from hoso.nouns import Code, Page, PageRef, Raster, Reading, Seen, Word
from hoso.settings import Reading as Limits
from hoso.stages.strays import stray
from hoso.values.patch import separates

if TYPE_CHECKING:
    from hoso.imaging.near import Near
    from hoso.imaging.shown import Shown
    from hoso.pdf.whole import Whole

__all__ = ["SURE", "VERSION", "decode", "read"]

VERSION = "8"

SURE = 0.7  # of the cheap guess: below it the page is read in every way that is likely
_TELLING = 8.0  # letters read with confidence, below which a page tells nothing of its way up and stays as it came
_DASHES = "-–+"  # they open the items of a list, and engines hardly believe them
_BARS = frozenset("Il|1!/\\[]{}iÌÍỊj¡")  # how bars of a barcode read
_STRAY = 0.5  # confidence below which a word of mere signs is dirt or a stroke of a pen
_SHEET = 60  # words: more of them are a paper that bears a patch, no separator sheet
# Of 30 drawn pages, each turned three ways, letters read the right way up had a mean confidence of 0.81 and more, the
# wrong way 0.66 and less.
_READS_WELL, _MANY = 0.75, 8  # mean confidence and words from which nobody is asked for the way up
_READS_BADLY = 0.6  # mean confidence under which the way up is questioned all the same


def read(
    data: bytes, media_type: str, digest: str, index: int, engine: Engine, limits: Limits, trace: Silent = SILENT,
    turn: int | None = None,
) -> Seen:  # fmt: skip
    """Page ``index`` (from 1) of the scan ``data`` with that ``digest``, and what was read on it.

    Page.rotation turns the page, as a viewer that honours EXIF or /Rotate shows it, upright; width, height and boxes
    are of that upright page, not yet levelled. ``turn``: a person said that this rotation turns the page upright; it is
    read by its ink then. Each step is told to ``trace``. Raises Refused (page.damaged,
    page.too-large …), Unavailable, Misconfigured.
    """
    ref = PageRef(digest, index)
    shown = _shown(data, media_type, index, limits)
    trace.step("decode")
    if turn is not None:
        return _look(ref, shown, turn, engine, trace)
    words = _born_digital(data, media_type, index)
    trace.step("text layer", taken=words is not None)
    return _printed(ref, shown, engine, trace) if words is None else _digital(ref, shown, words, trace)


def _printed(ref: PageRef, shown: Shown, engine: Engine, trace: Silent) -> Seen:
    """The page read by its ink. Where its way up is in doubt, it is read in each that is likely, and the best counts."""
    from hoso.imaging.near import near
    from hoso.imaging.upright import guess

    close = near(shown)
    trace.step("sheet", flattened=close.flattened, dpi=close.seen)
    rotation, sure = guess(close)
    trace.step("way up", rotation=rotation, sure=sure)
    seen = _look(ref, shown, rotation if sure > 0 else 0, engine, trace, close)
    if seen.page.kind in ("blank", "separator") or _reads_well(seen) or (sure >= SURE and not _reads_badly(seen)):
        return seen
    looks = [seen]
    for other in _likely(shown, seen.page.rotation, rotation, engine, trace):
        looks.append(_look(ref, shown, other, engine, trace))
        if _reads_well(looks[-1]):
            return looks[-1]
    best = max(looks, key=lambda one: _score(one.reading.words))
    if _score(best.reading.words) >= _TELLING:
        return best
    return next((one for one in looks if one.page.rotation == 0), best)


def _likely(shown: Shown, seen: int, guessed: int, engine: Engine, trace: Silent) -> Iterator[int]:
    """The other rotations a page may have that was read as ``seen``, the likeliest first; then those an engine says."""
    from hoso.imaging.upright import small

    tried = [seen, (guessed + 180) % 360, 0]
    yield from dict.fromkeys(turn for turn in tried if turn != seen)
    asked, answer = engine.orientation(small(shown))
    trace.step("way up asked", rotation=asked, sure=answer)
    if answer > 0 and asked not in tried:
        yield asked


def decode(data: bytes, media_type: str, index: int, limits: Limits) -> Raster:
    """Page ``index`` of a PDF or image file as a viewer shows it, in full colour. Raises Refused."""
    from hoso.imaging.decode import decode as decode_image
    from hoso.imaging.pixels import turn_raster
    from hoso.pdf.render import render

    if media_type != "application/pdf":
        return decode_image(data, media_type, index, limits)
    picture = _whole(data, index)
    if picture is None:
        return render(data, index, limits)
    try:
        shown = decode_image(picture.data, "image/jpeg", 1, limits)
    except Refused:
        return render(data, index, limits)
    return turn_raster(replace(shown, dpi=round(picture.dpi, 2), dpi_known=True), picture.turn)


def _shown(data: bytes, media_type: str, index: int, limits: Limits) -> Shown:
    """As :func:`decode`, in grey, its colours small."""
    from hoso.imaging.decode import look
    from hoso.imaging.shown import shown
    from hoso.pdf.render import render

    if media_type != "application/pdf":
        return look(data, media_type, index, limits)
    picture = _whole(data, index)
    if picture is None:
        return shown(render(data, index, limits))
    try:
        return look(picture.data, "image/jpeg", 1, limits, round(picture.dpi, 2)).turned(picture.turn)
    except Refused:
        return shown(render(data, index, limits))


def _whole(data: bytes, index: int) -> Whole | None:
    """The JPEG that page ``index`` of a PDF is: it need not be drawn first."""
    from hoso.pdf.whole import whole

    return whole(data, index)


def _look(ref: PageRef, shown: Shown, rotation: int, engine: Engine, trace: Silent, close: Near | None = None) -> Seen:
    """Clean and read the page turned by ``rotation``; ``close`` is its small copy as it is ``shown``."""
    from hoso.imaging.clean import clean
    from hoso.stages.codes import find
    from hoso.stages.mrz import on_page
    from hoso.stages.order import order

    upright = shown.turned(rotation) if rotation else shown
    trace.attempt(rotation, upright.picture)
    cleaned = clean(upright, trace, None if rotation else close)
    trace.step("cleaned", cleaned=cleaned)
    found = find(upright.grey)
    trace.step("codes", count=len(found))
    is_blank = bool(cleaned.blank) and not found
    page = Page(
        ref,
        "blank" if is_blank else "paper",
        upright.grey.width,
        upright.grey.height,
        upright.dpi,
        rotation,
        cleaned.skew,
        cleaned.quality,
        cleaned.seal,
        cleaned.signature,
        reason=cleaned.blank if is_blank else cleaned.advice or f"weakest: {cleaned.weakest}",
    )
    if is_blank:
        return Seen(page, Reading(ref, engine.fingerprint))
    answers = engine.lines(cleaned.lines)
    trace.step("recognise", answers=answers)
    levelled = cleaned.level(map(_kept, cleaned.lines, answers))
    zone = on_page(cleaned, levelled)
    words = order(levelled, cleaned.cells, cleaned.page.height / cleaned.page.width)
    placed = tuple(replace(word, box=cleaned.place(word.box)) for word in words)
    placed = tuple(word for word in placed if not any(_of_code(word, code) for code in found))
    trace.step("order", words=len(placed))
    patch = separates(found)
    if patch and len(placed) <= _SHEET:
        page = replace(page, kind="separator", reason=f"tờ phân cách (mã patch {patch})")
    return Seen(page, Reading(ref, engine.fingerprint, placed, (*found, zone) if zone else found))


def _of_code(word: Word, code: Code) -> bool:
    """Whether the word is only the bars or modules of a code."""
    x, y = (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2
    left, top, right, bottom = code.box
    if left <= x <= right and top <= y <= bottom and (code.kind == "qr" or set(word.text) <= _BARS):
        return True
    return left - 0.02 <= x <= right + 0.02 and abs(y - (top + bottom) / 2) < 0.03 and set(word.text) <= _BARS


def _alone(words: Iterable[Word]) -> Iterable[Word]:
    """Each word as a line of its own: rows are then found by where words stand."""
    return (replace(word, line=number) for number, word in enumerate(words))


def _kept(strip: Raster, words: Iterable[Word]) -> tuple[Word, ...]:
    """What was read on one strip, nothing where it holds no print."""
    composed = tuple(_composed(words))
    return () if stray(composed, strip.height / strip.width) else composed


def _composed(words: Iterable[Word]) -> Iterable[Word]:
    """Words in NFC without control characters; blanks are left out, and marks without a letter that are hardly believed."""
    for word in words:
        text = "".join(c for c in unicodedata.normalize("NFC", word.text) if unicodedata.category(c) != "Cc").strip()
        if text and (word.confidence >= _STRAY or text in _DASHES or any(c.isalnum() for c in text)):
            yield replace(word, text=text)


def _born_digital(data: bytes, media_type: str, index: int) -> tuple[Word, ...] | None:
    if media_type != "application/pdf":
        return None
    from hoso.pdf.words import text_words

    return text_words(data, index)


def _digital(ref: PageRef, shown: Shown, words: tuple[Word, ...], trace: Silent) -> Seen:
    """A born-digital page: its own words, its picture only for seal, signature and codes. It is upright as shown."""
    from hoso.imaging.clean import clean
    from hoso.stages.codes import find
    from hoso.stages.order import order

    trace.attempt(0, shown.picture)
    cleaned = clean(shown, trace)
    trace.step("cleaned", cleaned=cleaned)
    page = Page(
        ref, "paper", shown.grey.width, shown.grey.height, shown.dpi, 0, 0.0, 1.0, cleaned.seal, cleaned.signature,
        reason="born-digital",
    )  # fmt: skip
    found = find(shown.grey)
    trace.step("codes", count=len(found))
    seen = Seen(
        page, Reading(ref, "pdf", order(_composed(_alone(words)), shape=shown.grey.height / shown.grey.width), found)
    )
    trace.step("order", words=len(seen.reading.words))
    return seen


def _reads_well(seen: Seen) -> bool:
    words = [word for word in seen.reading.words if word.text.isalnum()]
    letters = sum(len(word.text) for word in words)
    return len(words) >= _MANY and sum(len(w.text) * w.confidence for w in words) >= _READS_WELL * letters


def _reads_badly(seen: Seen) -> bool:
    words = seen.reading.words
    return len(words) < 3 or sum(word.confidence for word in words) / len(words) < _READS_BADLY


def _score(words: tuple[Word, ...]) -> float:
    """Letters read with confidence, in words of two at least: upside down, print reads as rare short ones."""
    return sum(len(word.text) * word.confidence**2 for word in words if len(word.text) > 1 and word.text.isalnum())
