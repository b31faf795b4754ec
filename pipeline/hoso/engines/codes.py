"""Owns the decoding and drawing of QR codes and barcodes, through zxing-cpp. Never interprets what they say (see
``values/``), and never looks for places to decode (see ``imaging/codelike``).

Measured on an A4 page of print: a QR code is looked for in 1 ms at 150 dpi, Data Matrix in 3 ms at 100 dpi, bars in 5 ms
whatever the resolution, all kinds in 30 ms at 200 dpi. Whole pages are therefore asked for the large codes of two kinds
only; everything else is read where a page looks like a code.
"""

from __future__ import annotations

import unicodedata
from typing import Any

import zxingcpp

from hoso.nouns import Code, Raster

__all__ = ["blocks", "codes", "decode", "drawn"]

_KINDS = {
    zxingcpp.BarcodeFormat.MicroQRCode: "qr",
    zxingcpp.BarcodeFormat.QRCode: "qr",
    zxingcpp.BarcodeFormat.DataMatrix: "datamatrix",
    zxingcpp.BarcodeFormat.PDF417: "pdf417",
    zxingcpp.BarcodeFormat.Code128: "code128",
    zxingcpp.BarcodeFormat.Code39: "code39",
}
_ALL = zxingcpp.BarcodeFormats(list(_KINDS))
_BARS = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.Code39])
_QR = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
_BLOCKS = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.DataMatrix])
_SHORTEST = 4  # letters: shorter "codes" are found in rules and tables


def codes(page: Raster) -> tuple[Code, ...]:
    """The QR codes on a grey page that are read at once, top to bottom; text in NFC. Damaged codes are left out, never
    guessed."""
    return _found(page, _QR, zxingcpp.Binarizer.LocalAverage, thorough=False)


def blocks(page: Raster) -> tuple[Code, ...]:
    """The Data Matrix codes on a coarse grey page: those of modules large enough to be seen there."""
    return _found(page, _BLOCKS, zxingcpp.Binarizer.LocalAverage, thorough=False)


def decode(picture: Raster, *, bars: bool = False, bilevel: bool = False) -> tuple[Code, ...]:
    """The codes of every kind in a small grey picture, boxes as fractions of it. ``bars``: barcodes across its width
    only. ``bilevel``: the picture is black and white already."""
    threshold = zxingcpp.Binarizer.FixedThreshold if bilevel else zxingcpp.Binarizer.LocalAverage
    return _found(picture, _BARS if bars else _ALL, threshold, thorough=not bars)


def drawn(text: str, kind: str) -> tuple[tuple[bool, ...], ...]:
    """``text`` as the modules of a QR code ("qr"; a quarter of them may be lost: level Q of ISO/IEC 18004) or the bars of
    a barcode ("code128"), rows from the top, True for black, without the blank margin around them."""
    if kind == "qr":
        made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="Q")
    else:
        made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128)
    picture: Any = made.to_image(add_quiet_zones=False)  # speaks the buffer protocol, which its types do not say
    view = memoryview(picture)
    height, width = view.shape or (0, 0)
    rows = range(height if kind == "qr" else 1)
    return tuple(tuple(view[y, x] < 128 for x in range(width)) for y in rows)


def _found(
    page: Raster, formats: zxingcpp.BarcodeFormats, threshold: zxingcpp.Binarizer, *, thorough: bool
) -> tuple[Code, ...]:
    if page.channels != 1:
        raise ValueError(f"codes are looked for on grey pages, not on {page.channels} channels")
    view = memoryview(page.data).cast("B", shape=[page.height, page.width])
    found = []
    for barcode in zxingcpp.read_barcodes(
        view, formats=formats, try_invert=False, try_downscale=thorough, binarizer=threshold,
        text_mode=zxingcpp.TextMode.Plain,
    ):  # fmt: skip
        text = unicodedata.normalize("NFC", barcode.text).strip()
        if len(text) < _SHORTEST:
            continue
        at = barcode.position
        corners = (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
        xs, ys = [c.x / page.width for c in corners], [c.y / page.height for c in corners]
        box = (max(0.0, min(xs)), max(0.0, min(ys)), min(1.0, max(xs)), min(1.0, max(ys)))
        found.append(Code(_KINDS.get(barcode.format, str(barcode.format)), text, box))
    return tuple(sorted(found, key=lambda code: (code.box[1], code.box[0], code.text)))
