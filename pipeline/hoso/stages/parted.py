"""Owns which pages of an archive copy are parted into paper and ink, for the profile "mrc".

Parted are scans of print with grey or colour whose parted copy is much smaller. All others stay as the default profile has
them: pages of two levels, drawings, cards and slips (small print on patterns), pictures. Never touches the master.
"""

from __future__ import annotations

from dataclasses import replace

from hoso.imaging import decode, mrc
from hoso.nouns import Raster
from hoso.pdf import render
from hoso.pdf.compose import Part
from hoso.settings import Reading

__all__ = ["HOW", "parted"]

HOW = "parted: ink at 300 dpi or more as CCITT group 4, its colours and the paper at 100 dpi as JPEG"
"""What the metadata say of a page that was parted."""

_CARD = 105 * 72 / 25.4  # points: the shorter side of A6
_WORTH = 0.7  # of the bytes at most, or it stays as it is


def parted(part: Part, data: bytes, media_type: str, index: int, limits: Reading) -> Part:
    """``part`` with its layers, or as it is where it does not suit; ``data`` and ``index`` are its file and page.

    Raises Refused where the page cannot be decoded.
    """
    if min(part.width, part.height) < _CARD:
        return part
    icc = part.picture.icc if part.picture is not None else b""
    if part.picture is not None:
        bits, size = part.picture.bits, len(part.picture.data)
    elif part.source is not None and part.kind == "image":
        bits, size = part.source.scan(part.index)
    else:
        return part
    if bits == 1:
        return part
    layers = mrc.layers(_raster(part, data, media_type, index, limits))
    if sum(len(one.data) + (len(one.stencil.data) if one.stencil else 0) for one, _ in layers) > _WORTH * size:
        return part
    colours = part.picture.colours if part.picture is not None else ""
    kept = tuple((replace(one, icc=icc) if one.colours == colours else one, box) for one, box in layers)
    return replace(part, layers=kept)


def _raster(part: Part, data: bytes, media_type: str, index: int, limits: Reading) -> Raster:
    """The page as a viewer shows it, at the resolution of its page in the copy."""
    if media_type == "application/pdf":
        return render.render(data, index, limits, drawn_dpi=300.0)
    page = decode.decode(data, media_type, index, limits)
    width = part.height if part.rotation % 180 else part.width
    return replace(page, dpi=page.width / width * 72)
