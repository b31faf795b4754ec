"""Owns QR codes and barcodes on a page, through zxing-cpp. Never interprets what they say (see ``values/``)."""

from __future__ import annotations

import unicodedata

import zxingcpp

from hoso.nouns import Code, Raster

__all__ = ["codes"]

_KINDS = {
    zxingcpp.BarcodeFormat.MicroQRCode: "qr",
    zxingcpp.BarcodeFormat.QRCode: "qr",
    zxingcpp.BarcodeFormat.DataMatrix: "datamatrix",
    zxingcpp.BarcodeFormat.PDF417: "pdf417",
    zxingcpp.BarcodeFormat.Code128: "code128",
    zxingcpp.BarcodeFormat.Code39: "code39",
}
_SHORTEST = 4  # letters: shorter "codes" are found in rules and tables


def codes(page: Raster) -> tuple[Code, ...]:
    """The codes on a grey page, top to bottom; text in NFC. Damaged codes are left out, never guessed."""
    if page.channels != 1:
        raise ValueError(f"codes are looked for on grey pages, not on {page.channels} channels")
    view = memoryview(page.data).cast("B", shape=[page.height, page.width])
    formats = zxingcpp.BarcodeFormats(list(_KINDS))
    found = []
    for barcode in zxingcpp.read_barcodes(view, formats=formats, try_invert=False, text_mode=zxingcpp.TextMode.Plain):
        text = unicodedata.normalize("NFC", barcode.text).strip()
        if len(text) < _SHORTEST:
            continue
        at = barcode.position
        corners = (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
        xs, ys = [c.x / page.width for c in corners], [c.y / page.height for c in corners]
        box = (max(0.0, min(xs)), max(0.0, min(ys)), min(1.0, max(xs)), min(1.0, max(ys)))
        found.append(Code(_KINDS.get(barcode.format, str(barcode.format)), text, box))
    return tuple(sorted(found, key=lambda code: (code.box[1], code.box[0], code.text)))
