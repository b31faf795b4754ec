"""Owns the born-digital words of a PDF page, and the verdict whether they may stand for its ink: pdfplumber gives words,
PDFium shows whether they are seen.

Never trusts somebody's OCR (hidden text, text under or over a scan), letters that are no language, or words that are not
where they say. Letters of TCVN3 and VNI fonts are decoded, font by font. A page in doubt is read by its ink.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pdfplumber
import pypdfium2
import pypdfium2.raw as pdfium
from pdfminer.pdffont import PDFFont, PDFSimpleFont, PDFType1Font
from pdfminer.pdfinterp import PDFResourceManager

from hoso.errors import Refused
from hoso.nouns import Box, Word
from hoso.pdf.render import opened, opened_page
from hoso.pdf.shown import compare
from hoso.values import legacy
from hoso.values.syllables import share

__all__ = ["Layer", "layer", "text_words"]

_FEWEST = 10  # letters, below which a text layer says nothing
_VIETNAMESE = 0.6  # of the words of a page can be syllables (published documents have 0.95 to 1.0)
_FOREIGN = frozenset("the of and to in is for that with by on as or be are from at le la de et les des du".split())  # noqa: SIM905
_FOREIGN_SHARE = 0.06
_SEEN = 0.8  # of the words have ink of their own
_SPREAD = 0.4  # of the boxes' area remains when they are laid together; all on one spot, next to nothing
_LEFT_OUT = 0.5  # black ink of pictures beside the words, by the ink of the words
_ROOM = 0.1  # of the height is the least a letter is broad, on the mean of its word (print has 0.3 to 0.6)
_TWICE = 0.8  # letters on spots of their own, below which some are printed twice
_NO_BLANK = 0.08  # of the height: pieces nearer than that are one word
_SIGNS = {"\uf0b7": "•", "\uf0a7": "▪", "\uf0d8": "➢", "\uf0a8": "☐", "\uf06f": "☐", "\uf0fe": "☑", "\uf0fd": "☒",
          "\uf0fc": "✓", "\uf0e8": "→"}  # fmt: skip
"""What symbol fonts print on forms, by their bytes in the private area (Symbol and Wingdings)."""


_NAMELESS = re.compile(r"(?:\(cid:\d+\))+")  # how pdfplumber spells a sign without a name: a few are bullets

_Piece = tuple[list[tuple[str, str]], Box]  # the runs of a word, each with its font, and where the word stands


@dataclass(frozen=True, slots=True)
class Layer:
    """The words of a page's text layer, or None and why its ink must be read instead.

    ``reason``: "" (the words stand), "no-text", "hidden" (somebody's OCR), "filled-in" (form fields or notes whose text
    is not in the layer), "turned" (lines that are not level as shown), "letters" (without Unicode), "language" (of
    none), "not-shown" (words without ink of their own, or heaped on one spot), "picture" (a picture holds black print
    that the words leave out).
    """

    words: tuple[Word, ...] | None
    reason: str = ""


def text_words(data: bytes, index: int) -> tuple[Word, ...] | None:
    """Words of page ``index`` (from 1), as :func:`layer` gives them; None where its ink must be read instead."""
    return layer(data, index).words


def layer(data: bytes, index: int) -> Layer:
    """The born-digital words of page ``index`` (from 1) in NFC, boxes as fractions of the page as shown, and the verdict.

    Word.line is 0: the caller orders words. Words that are not seen are left out. Raises Refused: file.encrypted,
    file.damaged, page.missing, page.damaged.
    """
    with opened(data) as pdf, opened_page(pdf, index) as page:
        if page.get_textpage().count_chars() < _FEWEST:
            return Layer(None, "no-text")
        if _hidden(page):
            return Layer(None, "hidden")
        if _filled_in(pdf, page):
            return Layer(None, "filled-in")
        try:
            found = _extracted(data, index)
        except (MemoryError, RecursionError, Refused):
            raise
        except Exception:  # pdfminer raises of every kind on odd files; the ink is still there to read
            return Layer(None, "letters")
        if found is None:
            return Layer(None, "turned")
        pieces, pictures = found
        words = _decoded(pieces)
        if reason := _unreadable([word for word, _ in words]):
            return Layer(None, reason)
        try:
            return _seen(page, words, pictures)
        except (pypdfium2.PdfiumError, ValueError, OSError):
            return Layer(None, "not-shown")


def _seen(page: Any, words: Sequence[tuple[str, Box]], pictures: Sequence[Box]) -> Layer:
    """The words that the page shows, if they are nearly all and nothing else is."""
    shown = compare(page, [box for _, box in words], pictures)
    telling = [seen for (text, _), seen in zip(words, shown.words, strict=True) if any(c.isalnum() for c in text)]
    if sum(telling) < _SEEN * len(telling) or shown.spread < _SPREAD or _heaped(page, words):
        return Layer(None, "not-shown")
    if shown.left_out > _LEFT_OUT * shown.text:
        return Layer(None, "picture")
    kept = (
        Word(text, box, 1.0, 0)
        for (text, box), seen in zip(words, shown.words, strict=True)
        if seen and not _NAMELESS.fullmatch(text)
    )
    return Layer(tuple(kept))


def _heaped(page: Any, words: Sequence[tuple[str, Box]]) -> bool:
    """Whether many letters share the room of few."""
    width, height = page.get_size()
    crowded = sum(
        len(text) for text, box in words if (box[2] - box[0]) * width < _ROOM * len(text) * (box[3] - box[1]) * height
    )
    return 4 * crowded > sum(len(text) for text, _ in words)


class _Fonts(PDFResourceManager):
    """Fonts whose bytes reach us: pdfminer takes code AD of Windows-1252 (ư in VN3) for a blank, and the codes of a
    Type 1 font without encoding for Adobe's standard ones, which no legacy font has."""

    def get_font(self, objid: object, spec: Mapping[str, object]) -> PDFFont:
        font = super().get_font(objid, spec)
        if isinstance(font, PDFSimpleFont):
            table = dict(font.cid2unicode)
            if isinstance(font, PDFType1Font) and "Encoding" not in spec and legacy.named(str(font.basefont)):
                table |= {code: chr(code) for code in range(0xA0, 0x100)}
            if table.get(0xAD) == " ":
                table[0xAD] = "\u00ad"
            font.cid2unicode = table
        return font


def _extracted(data: bytes, index: int) -> tuple[list[_Piece], list[Box]] | None:
    """Each word as runs of (text, font name), with its box; and the boxes of the pictures. None of a page whose lines do
    not run from left to right as it is shown. Letters printed twice to look bold are taken once."""
    with pdfplumber.open(BytesIO(data), pages=[index]) as plumbed:
        plumbed.rsrcmgr = _Fonts()
        sheet = plumbed.pages[0]
        frame = sheet.cropbox
        if 2 * sum(not letter["upright"] for letter in sheet.chars) > len(sheet.chars):
            return None
        spots = {(letter["text"], round(letter["x0"]), round(letter["top"])) for letter in sheet.chars}
        if len(spots) < _TWICE * len(sheet.chars):
            sheet = sheet.dedupe_chars(tolerance=0.5, extra_attrs=())
        # font by font: across fonts, letters of neighbouring lines would be taken for one line
        words = sheet.extract_words(x_tolerance_ratio=0.15, y_tolerance=3, extra_attrs=["fontname"])
        found = _joined([([(str(word["text"]), str(word["fontname"]))], _box(word, frame)) for word in words])
        pictures = [_box(picture, frame) for picture in sheet.images]
        sheet.close()
    return found, pictures


def _box(item: Mapping[str, Any], frame: tuple[float, float, float, float]) -> Box:
    """Fractions of the page as shown; what lies outside it has no width or no height."""
    left, top, right, bottom = frame
    wide, high = right - left, bottom - top
    return (
        _clip((item["x0"] - left) / wide),
        _clip((item["top"] - top) / high),
        _clip((item["x1"] - left) / wide),
        _clip((item["bottom"] - top) / high),
    )


def _joined(words: Sequence[_Piece]) -> list[_Piece]:
    """Pieces of different fonts with no blank between them made one word: "Đ" of a font that has it, "iều" of another."""
    starts = sorted(range(len(words)), key=lambda n: words[n][1][0])
    lefts = [words[n][1][0] for n in starts]
    follower: dict[int, int] = {}
    for number, (runs, box) in enumerate(words):
        slack = _NO_BLANK * (box[3] - box[1])
        for place in range(bisect_left(lefts, box[2] - slack), bisect_right(lefts, box[2] + slack)):
            runs_there, there = words[starts[place]]
            low, high = min(box[3], there[3]), max(box[1], there[1])
            if (
                there[2] > box[2]
                and runs_there[0][1] != runs[0][1]
                and low - high > 0.6 * max(box[3] - box[1], there[3] - there[1])
            ):
                follower.setdefault(number, starts[place])
    led = set(follower.values())
    made = []
    for number, (runs, box) in enumerate(words):
        if number in led:
            continue
        seen = {number}
        while (number := follower.get(number, -1)) >= 0 and number not in seen:
            seen.add(number)
            more, there = words[number]
            runs = [*runs, *more]
            box = (box[0], min(box[1], there[1]), there[2], max(box[3], there[3]))
        made.append((runs, box))
    return made


def _filled_in(pdf: Any, page: Any) -> bool:
    """Whether annotations show text or a tick of their own: filled fields, typed notes. Signatures do not count."""
    for number in range(pdfium.FPDFPage_GetAnnotCount(page)):
        annotation = pdfium.FPDFPage_GetAnnot(page, number)
        if not annotation:
            continue
        try:
            if _shows_text(pdf.formenv, annotation):
                return True
        finally:
            pdfium.FPDFPage_CloseAnnot(annotation)
    return False


def _shows_text(form: Any, annotation: Any) -> bool:
    empty = 2  # bytes of a UTF-16 string of nothing but its end
    kind = pdfium.FPDFAnnot_GetSubtype(annotation)
    if kind == pdfium.FPDF_ANNOT_FREETEXT:
        return bool(pdfium.FPDFAnnot_GetStringValue(annotation, b"Contents", None, 0) > empty)
    if kind != pdfium.FPDF_ANNOT_WIDGET or form is None:
        return False
    field = pdfium.FPDFAnnot_GetFormFieldType(form, annotation)
    if field in (pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON):
        return bool(pdfium.FPDFAnnot_IsChecked(form, annotation))
    typed = (pdfium.FPDF_FORMFIELD_TEXTFIELD, pdfium.FPDF_FORMFIELD_COMBOBOX, pdfium.FPDF_FORMFIELD_LISTBOX)
    return field in typed and pdfium.FPDFAnnot_GetFormFieldValue(form, annotation, None, 0) > empty


def _decoded(words: Sequence[_Piece]) -> list[tuple[str, Box]]:
    """The words in Unicode, each run by the coding of its font on this page."""
    by_font: dict[str, list[str]] = {}
    for runs, _ in words:
        for text, font in runs:
            by_font.setdefault(font, []).append(text)
    codings = {font: legacy.coding(texts, font) for font, texts in by_font.items()}
    made = []
    for runs, box in words:
        text = "".join(_signs(text, font, codings[font]) for text, font in runs)
        if text := legacy.mend(text).strip():
            made.append((text, box))
    return made


def _signs(text: str, font: str, coding: legacy.Coding) -> str:
    if coding != "unicode":
        return legacy.decode(text, coding)
    return "".join(_SIGNS.get(c, c) for c in text)


def _unreadable(words: Sequence[str]) -> str:
    """Why the texts are no language that may stand for the ink; "" where they are."""
    text = "".join(words)
    letters = [c for c in text if c.isalpha()]
    odd = sum(unicodedata.category(c) in {"Co", "Cn", "Cc", "Cs"} or c == "\ufffd" for c in text)
    nameless = [word for word in words if "(cid:" in word]
    if odd * 50 > len(text) or len(nameless) * 20 > len(words) or not all(map(_NAMELESS.fullmatch, nameless)):
        return "letters"
    if len(letters) < _FEWEST:
        return "no-text"
    latin = [unicodedata.normalize("NFD", c)[0].lower() for c in letters]
    vowels = sum(c in "aeiouy" for c in latin) / len(latin)
    if len(latin) >= 40 and not 0.2 < vowels < 0.65:  # Vietnamese prose has 0.38..0.48; shuffled letters far less
        return "language"
    vietnamese, judged = share(words)
    foreign = sum(word.strip(".,;:()\"'").lower() in _FOREIGN for word in words)
    if judged >= 12 and vietnamese < _VIETNAMESE and foreign < _FOREIGN_SHARE * judged:
        return "language"
    return ""


def _hidden(page: Any) -> bool:
    """Whether most text of the page is invisible (render mode 3): an OCR layer, not the author's words."""
    texts = hidden = 0
    for item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=6):
        texts += 1
        hidden += pdfium.FPDFTextObj_GetTextRenderMode(item) == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE
    return texts > 0 and hidden * 2 > texts


def _clip(value: float) -> float:
    return min(1.0, max(0.0, float(value)))
