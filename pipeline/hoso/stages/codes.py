"""Owns the finding of codes on a page: what reads at once, and a second look where something code-like did not.

Never interprets a code, never guesses a damaged one: what no decoder accepts is left out.
"""

from __future__ import annotations

from dataclasses import replace

from hoso.engines.codes import blocks, codes, decode
from hoso.imaging.codelike import Look, Spot, coarse, looks, spots
from hoso.imaging.patches import patches
from hoso.imaging.pixels import grey_raster
from hoso.nouns import Code, Raster

__all__ = ["find"]

_QR_DPI = 150.0  # at which QR codes of a whole page are cheap: their modules of 0.4 mm and more are read there
_READ = 0.3  # of a spot: what codes that were read may cover of it before it needs no second look
_LINES = ("code128", "code39")


def find(page: Raster) -> tuple[Code, ...]:
    """The codes on ``page`` (grey or colour), patches too, top to bottom; text in NFC, boxes as fractions of the page."""
    grey = grey_raster(page)
    middle = coarse(grey, _QR_DPI)
    small = coarse(middle)
    found = [*codes(middle), *blocks(small), *patches(small)]
    for spot in spots(small):
        if sum(_shared(code, spot) for code in found) > _READ:
            continue
        for look in looks(grey, spot):
            seen = decode(look.picture, bars=look.bars, bilevel=look.bilevel)
            if seen:
                known = {(code.kind, code.text) for code in found}
                found += [_placed(code, look) for code in seen if (code.kind, code.text) not in known]
                break
    return tuple(sorted(found, key=lambda code: (code.box[1], code.box[0], code.text)))


def _shared(code: Code, spot: Spot) -> float:
    """The share of the spot that a code's box covers; a barcode's box is the one line on which it was read."""
    box = code.box
    left, top, right, bottom = spot.box
    wide, high = right - left, bottom - top
    across = max(0.0, min(box[2], right) - max(box[0], left)) / wide
    down = max(0.0, min(box[3], bottom) - max(box[1], top)) / high
    if code.kind in _LINES and across > 0 and down > 0:
        return max(across, down)
    return across * down


def _placed(code: Code, look: Look) -> Code:
    """The code with its box on the page; a profile has no height of its own."""
    if look.bars:
        return replace(code, box=look.box)
    left, top, right, bottom = look.box
    wide, high = right - left, bottom - top
    box = code.box
    return replace(code, box=(left + box[0] * wide, top + box[1] * high, left + box[2] * wide, top + box[3] * high))
