"""Owns the telling of a page that is one JPEG and nothing else, so that it can be decoded as the picture it is.

Never draws and never decodes. Wherever anything might be seen besides the picture, or the picture might be shown other
than as it is, the answer is None and the page is drawn by PDFium.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pikepdf

__all__ = ["Whole", "whole"]

_COARSEST, _FINEST = 90.0, 320.0  # dpi; coarser pictures are drawn smoothly, finer ones drawn smaller
_OFF = 0.004  # of the page: how far the picture's edge may lie from the page's
_PAINTED = {"/Filter", "/Width", "/Height", "/ColorSpace", "/BitsPerComponent", "/Type", "/Subtype", "/Length", "/Name",
            "/Interpolate", "/Metadata"}  # fmt: skip
_UNSEEN = {"BT", "ET", "Tf", "Tm", "Td", "TD", "T*", "Tc", "Tw", "Tz", "TL", "Ts", "BMC", "EMC"}


@dataclass(frozen=True, slots=True)
class Whole:
    """The JPEG ``data`` of a page, its ``dpi`` on it, and the ``turn`` of the page (/Rotate, clockwise)."""

    data: bytes
    dpi: float
    turn: int


_ODD = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)  # what broken objects lead to


def whole(data: bytes, index: int) -> Whole | None:
    """The picture of page ``index`` (from 1), None where the page is more or less than one JPEG."""
    try:
        with pikepdf.open(BytesIO(data)) as pdf:
            if "/AcroForm" in pdf.Root or not 1 <= index <= len(pdf.pages):
                return None
            return _whole(pdf.pages[index - 1])
    except (pikepdf.PdfError, pikepdf.DependencyError, *_ODD):
        return None  # PDFium says what is wrong with it


def _whole(page: Any) -> Whole | None:
    if "/UserUnit" in page.obj or len(page.obj.get("/Annots", ())) or "/Group" in page.obj.get("/Resources", {}):
        return None
    left, bottom, right, top = (float(side) for side in page.cropbox)
    wide, high = right - left, top - bottom
    placed = _placed(page)
    if placed is None or wide <= 0 or high <= 0:
        return None
    name, (a, b, c, d, e, f) = placed
    picture = page.resources.XObject[name]
    aside = max(abs(e - left), abs(e + a - right)) / wide, max(abs(f - bottom), abs(f + d - top)) / high
    if b or c or max(aside) > _OFF:
        return None
    if picture.get("/Subtype") != "/Image" or set(picture.keys()) - _PAINTED or picture.get("/Filter") != "/DCTDecode":
        return None
    across, down = 72 * int(picture.Width) / wide, 72 * int(picture.Height) / high
    if not 0.98 < across / down < 1.02 or not _COARSEST <= across <= _FINEST or not _plain(picture):
        return None
    jpeg = picture.read_raw_bytes()
    if b"Exif" in jpeg[:65536] or not jpeg.startswith(b"\xff\xd8\xff"):  # a viewer of PDF does not turn by EXIF
        return None
    turn = _turn(page.obj)
    return None if turn % 90 else Whole(jpeg, (across + down) / 2, turn)


def _turn(node: Any) -> int:
    """/Rotate of a page, its own or that of the nodes above it (ISO 32000-1, 7.7.3.4)."""
    for _ in range(32):
        if "/Rotate" in node:
            return int(node.Rotate) % 360
        if "/Parent" not in node:
            break
        node = node.Parent
    return 0


def _plain(picture: Any) -> bool:
    """Whether its colours are grey or RGB as they stand."""
    space = picture.get("/ColorSpace")
    if int(picture.get("/BitsPerComponent", 8)) != 8 or space is None:
        return False
    if isinstance(space, pikepdf.Array):
        return len(space) == 2 and space[0] in {"/ICCBased", "/CalRGB"} and int(space[1].get("/N", 3)) in {1, 3}
    return space in {"/DeviceRGB", "/DeviceGray"}


def _placed(page: Any) -> tuple[str, tuple[float, ...]] | None:
    """(name, matrix) of the one picture that the content paints; invisible text beside it is let be. None for more."""
    matrix, kept, found, shown = pikepdf.Matrix(), [], None, 0
    for step in pikepdf.parse_content_stream(page):
        operands, verb = step.operands, str(step.operator)
        if verb == "q":
            kept.append((matrix, shown))
        elif verb == "Q":
            matrix, shown = kept.pop()
        elif verb == "cm":
            matrix = pikepdf.Matrix(*(float(value) for value in operands)) @ matrix
        elif verb == "Do" and found is None:
            found = str(operands[0]), matrix.shorthand
        elif verb == "Tr":
            shown = int(operands[0])
        elif verb in {"Tj", "TJ", "'", '"'} and shown == 3:
            continue
        elif verb not in _UNSEEN:
            return None
    return found
