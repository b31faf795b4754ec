"""Owns pages of PDF as pictures and as born-digital words: pypdfium2 draws, pdfplumber gives words.

Never writes or repairs a PDF, never runs its scripts, never trusts hidden text behind a scan.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import pdfplumber
import pypdfium2
import pypdfium2.raw as pdfium

from hoso.errors import Refused
from hoso.nouns import Raster, Word
from hoso.settings import Reading

__all__ = ["page_count", "render", "text_words"]

_VECTOR_DPI = 200.0
_FINEST, _COARSEST = 300.0, 150.0
_SCAN_SHARE = 0.4  # a picture over this share of the page is read by its ink, not by text laid over or under it
_LEGACY_FONTS = (".vn", "vni-", "vni_", "uvn-tcvn", "tcvn")  # letters of TCVN3 and VNI fonts are not Unicode


def page_count(data: bytes) -> int:
    """Pages that PDFium sees. Raises Refused: file.encrypted, file.damaged."""
    with _opened(data) as pdf:
        return len(pdf)


def render(data: bytes, index: int, limits: Reading, *, drawn_dpi: float = _VECTOR_DPI) -> Raster:
    """Page ``index`` (from 1) as a viewer shows it: CropBox, /Rotate, form fields and annotations drawn.

    The dpi is that of the page's largest picture where one covers most of it (within 150..300), ``drawn_dpi`` for
    drawn pages; less where the page would pass ``max_pixels``. Raises Refused: page.missing, page.damaged,
    page.too-large.
    """
    with _opened(data) as pdf, _page(pdf, index) as page:
        width, height = page.get_size()
        if not (0 < width < 1e6 and 0 < height < 1e6):
            raise _damaged(index, "it has no size")
        dpi, colour = _resolution(page, index, limits, drawn_dpi)
        most = (limits.max_pixels / (width * height)) ** 0.5 * 72
        if most < 72:
            raise Refused(
                "page.too-large",
                f"page {index} is {width:.0f}×{height:.0f} points: more than reading.max_pixels even at 72 dpi",
                f"Trang {index} quá lớn. Hãy xuất lại tệp với khổ giấy thật.",
            )
        dpi = min(dpi, most)
        try:
            bitmap = page.render(scale=dpi / 72, grayscale=not colour, rev_byteorder=True, prefer_bgrx=False)
        except (pypdfium2.PdfiumError, ValueError, MemoryError, OSError) as error:
            raise _damaged(index, str(error)) from error
        try:
            return _raster(bitmap, dpi)
        finally:
            bitmap.close()


def text_words(data: bytes, index: int) -> tuple[Word, ...] | None:
    """Words of a born-digital page, boxes as fractions of the page as shown; None where its ink must be read instead.

    None: no text; a picture covers the page (its hidden text is somebody's OCR); letters without Unicode, of TCVN3 or
    VNI fonts, or that look like no language. Word.line is 0: the caller orders words.
    """
    with _opened(data) as pdf, _page(pdf, index) as page:
        if _largest_picture(page)[0] > _SCAN_SHARE or _hidden(page):
            return None
        if page.get_textpage().count_chars() < 10:
            return None
    try:
        with pdfplumber.open(BytesIO(data), pages=[index], unicode_norm="NFC") as plumbed:
            sheet = plumbed.pages[0]
            words = sheet.extract_words(x_tolerance_ratio=0.15, y_tolerance=3, extra_attrs=["fontname"])
            frame = sheet.cropbox
            sheet.close()
    except Exception as error:  # pdfminer raises of every kind on odd files; the ink is still there to read
        if isinstance(error, MemoryError | RecursionError | Refused):
            raise
        return None
    return _usable(words, frame)


@contextmanager
def _opened(data: bytes) -> Iterator[Any]:
    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if pdfium.FPDF_GetLastError() == pdfium.FPDF_ERR_PASSWORD:
            raise Refused(
                "file.encrypted",
                "the PDF needs a password to open",
                "Tệp PDF có mật khẩu. Hãy gỡ mật khẩu rồi gửi lại.",
            ) from error
        raise Refused(
            "file.damaged",
            f"PDFium cannot open the PDF: {error}",
            "Tệp PDF bị hỏng, không mở được. Hãy quét lại hoặc xuất lại tệp.",
        ) from error
    try:
        yield pdf
    finally:
        pdf.close()


@contextmanager
def _page(pdf: Any, index: int) -> Iterator[Any]:
    if not 1 <= index <= len(pdf):
        raise Refused(
            "page.missing",
            f"page {index} was asked of a PDF of {len(pdf)} pages",
            f"Tệp chỉ có {len(pdf)} trang, không có trang {index}.",
        )
    if pdf.get_formtype() != pdfium.FORMTYPE_NONE:
        pdf.init_forms()  # or filled-in fields would not be drawn
    try:
        page = pdf[index - 1]
    except pypdfium2.PdfiumError as error:
        raise _damaged(index, str(error)) from error
    try:
        yield page
    finally:
        page.close()


def _damaged(index: int, why: str) -> Refused:
    return Refused(
        "page.damaged",
        f"page {index} of the PDF cannot be drawn ({why})",
        f"Trang {index} của tệp PDF bị hỏng. Hãy quét lại trang này.",
    )


def _pictures(page: Any) -> list[tuple[float, int, int]]:
    """(share of the page, width, height in pixels) of each picture that is drawn."""
    width, height = page.get_size()
    if page.get_rotation() in (90, 270):
        width, height = height, width
    found = []
    for item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=6):
        try:
            left, bottom, right, top = item.get_bounds()
            across, down = item.get_px_size()
        except pypdfium2.PdfiumError:
            continue
        share = min(1.0, abs(right - left) / width) * min(1.0, abs(top - bottom) / height)
        found.append((share, across, down))
    return found


def _largest_picture(page: Any) -> tuple[float, int, int]:
    return max(_pictures(page), default=(0.0, 0, 0))


def _resolution(page: Any, index: int, limits: Reading, drawn_dpi: float) -> tuple[float, bool]:
    """(dpi to draw at, whether colour is needed)."""
    pictures = _pictures(page)
    for _, across, down in pictures:
        if across * down > limits.max_pixels:
            raise Refused(
                "page.too-large",
                f"page {index} holds a picture of {across}×{down} pixels, more than reading.max_pixels",
                f"Trang {index} chứa ảnh quá lớn ({across}×{down} điểm ảnh). Hãy quét lại ở 300 dpi.",
            )
    share, across, down = max(pictures, default=(0.0, 0, 0))
    if share <= _SCAN_SHARE:
        return drawn_dpi, True
    width, height = page.get_size()
    inches = (width * height * share) ** 0.5 / 72
    return min(max((across * down) ** 0.5 / inches, _COARSEST), _FINEST), True


def _raster(bitmap: Any, dpi: float) -> Raster:
    """The bitmap's rows without their padding, as one grey channel or three."""
    width, height, stride, channels = bitmap.width, bitmap.height, bitmap.stride, bitmap.n_channels
    data = bytes(bitmap.buffer)
    if stride != width * channels:
        data = b"".join(data[row * stride : row * stride + width * channels] for row in range(height))
    if channels == 4:
        plain = bytearray(width * height * 3)
        for channel in range(3):
            plain[channel::3] = data[channel::4]
        data, channels = bytes(plain), 3
    return Raster(width, height, channels, data, round(dpi, 2))


def _hidden(page: Any) -> bool:
    """Whether most text of the page is invisible (render mode 3): an OCR layer, not the author's words."""
    texts = hidden = 0
    for item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=6):
        texts += 1
        hidden += pdfium.FPDFTextObj_GetTextRenderMode(item) == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE
    return texts > 0 and hidden * 2 > texts


def _usable(words: list[dict[str, Any]], frame: tuple[float, float, float, float]) -> tuple[Word, ...] | None:
    text = "".join(word["text"] for word in words)
    letters = [c for c in text if c.isalpha()]
    odd = sum(unicodedata.category(c) in {"Co", "Cn", "Cc", "Cs"} or c == "\ufffd" for c in text)
    legacy = sum(any(f in str(w["fontname"]).lower() for f in _LEGACY_FONTS) for w in words)
    if len(letters) < 10 or "(cid:" in text or odd * 50 > len(text) or legacy * 10 > len(words):
        return None
    latin = [unicodedata.normalize("NFD", c)[0].lower() for c in letters]
    vowels = sum(c in "aeiouy" for c in latin) / len(latin)
    if len(latin) >= 40 and not 0.2 < vowels < 0.65:  # Vietnamese prose has 0.38..0.48; shuffled letters far less
        return None
    left, top, right, bottom = frame
    wide, high = right - left, bottom - top
    return tuple(
        Word(
            unicodedata.normalize("NFC", w["text"]),
            (
                _clip((w["x0"] - left) / wide),
                _clip((w["top"] - top) / high),
                _clip((w["x1"] - left) / wide),
                _clip((w["bottom"] - top) / high),
            ),
            1.0,
            0,
        )
        for w in words
    )


def _clip(value: float) -> float:
    return min(1.0, max(0.0, float(value)))
