"""Owns the first look into a received file: what it is by its content, how many pages, and why it cannot be taken.

Never decodes a page, never believes a name or an extension. What it refuses carries a stable reason code:

    file.empty  file.too-large  file.unknown-type  file.unsupported-type  file.damaged  file.encrypted  file.no-pages
    file.too-many-pages  page.too-large  page.damaged
"""

from __future__ import annotations

from hoso.errors import Refused
from hoso.nouns import Survey
from hoso.settings import Reading

__all__ = ["VERSION", "media_type", "survey"]

VERSION = "1"

_PDF_HEAD = 1024  # ISO 32000-1, annex H.3, note 13: the header may stand anywhere in the first 1024 bytes
_TAKEN = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"II+\x00", "image/tiff"),
    (b"MM\x00+", "image/tiff"),
)
_NOT_TAKEN = (
    (b"\x00\x00\x00\x0cjP  ", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"BM", "BMP"),
    (b"GIF8", "GIF"),
    (b"\x00\x00\x01\x00", "ICO"),
    (b"PK\x03\x04", "ZIP, Word, Excel"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Word, Excel (cũ)"),
    (b"AT&TFORM", "DjVu"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x97JB2", "JBIG2"),
)
_BRANDS = {b"heic": "HEIC", b"heix": "HEIC", b"mif1": "HEIC", b"avif": "AVIF"}


def survey(data: bytes, limits: Reading) -> Survey:
    """What is in the file ``data``. Raises Refused with one of the reasons above and a sentence for the clerk."""
    if not data:
        raise Refused("file.empty", "the file has no bytes", "Tệp rỗng (0 byte). Hãy quét lại và gửi tệp mới.")
    if len(data) > limits.max_bytes:
        raise Refused(
            "file.too-large",
            f"the file has {len(data)} bytes, more than reading.max_bytes = {limits.max_bytes}",
            f"Tệp quá lớn ({len(data) // 1_000_000} MB). Hãy tách thành nhiều tệp nhỏ hơn.",
        )
    kind = media_type(data)
    if kind == "application/pdf":
        from hoso.pdf.look import look

        return look(data, limits)
    from hoso.imaging.decode import survey as look_at_image

    return look_at_image(data, kind, limits)


def media_type(data: bytes) -> str:
    """The media type by content. Raises Refused: file.unsupported-type (known, not taken), file.unknown-type."""
    for magic, kind in _TAKEN:
        if data.startswith(magic):
            return kind
    if b"%PDF-" in data[:_PDF_HEAD]:
        return "application/pdf"
    name = _other(data)
    if name:
        raise Refused(
            "file.unsupported-type",
            f"the file is {name}; PDF, TIFF, JPEG and PNG are taken",
            f"Tệp thuộc loại {name}, chưa được hỗ trợ. Hãy gửi PDF, TIFF, JPEG hoặc PNG.",
        )
    raise Refused(
        "file.unknown-type",
        "the file begins like no type that is known; PDF, TIFF, JPEG and PNG are taken",
        "Không nhận ra loại tệp. Hãy gửi PDF, TIFF, JPEG hoặc PNG.",
    )


def _other(data: bytes) -> str:
    """The name of a known type that is not taken, "" where it is unknown."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    if data[4:8] == b"ftyp":
        return _BRANDS.get(data[8:12], "")
    return next((name for magic, name in _NOT_TAKEN if data.startswith(magic)), "")
