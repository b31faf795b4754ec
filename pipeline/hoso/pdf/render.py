"""Owns PDF files as PDFium opens them, and their pages as pictures.

Never writes or repairs a PDF, never runs its scripts, never takes words from it (``words``).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from hoso.errors import Refused
from hoso.nouns import Raster
from hoso.settings import Reading

__all__ = ["opened", "opened_page", "page_count", "render"]

_VECTOR_DPI = 200.0
_FINEST, _COARSEST = 300.0, 150.0
_SCAN_SHARE = 0.4  # of the page: a larger picture is a scan, and the page is drawn at its resolution


def page_count(data: bytes) -> int:
    """Pages that PDFium sees. Raises Refused: file.encrypted, file.damaged."""
    with opened(data) as pdf:
        return len(pdf)


def render(data: bytes, index: int, limits: Reading, *, drawn_dpi: float = _VECTOR_DPI) -> Raster:
    """Page ``index`` (from 1) as a viewer shows it: CropBox, /Rotate, form fields and annotations drawn.

    The dpi is that of the page's largest picture where one covers most of it (within 150..300), ``drawn_dpi`` for
    drawn pages; less where the page would pass ``max_pixels``. Raises Refused: page.missing, page.damaged,
    page.too-large.
    """
    with opened(data) as pdf, opened_page(pdf, index) as page:
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


@contextmanager
def opened(data: bytes) -> Iterator[Any]:
    """The PDF in PDFium, closed afterwards. Raises Refused: file.encrypted, file.damaged."""
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
def opened_page(pdf: Any, index: int) -> Iterator[Any]:
    """Page ``index`` (from 1) with its form fields, closed afterwards. Raises Refused: page.missing, page.damaged."""
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
