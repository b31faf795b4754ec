"""Owns the drawing of cover sheets: an A4 page a dossier, with its code in large letters, as QR code and as barcode.

Codes come as bars and modules; what they say is told elsewhere (``values/cover``). Same input, same bytes. The sheet stays
readable by machine after a photocopy: the QR code is 62 mm wide, a bar of the barcode at least 0.33 mm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from hoso.pdf.fonts import Face, clean, face, measure
from hoso.pdf.marks import Block, block, draw, modules

__all__ = ["Cover", "covers"]

_WIDTH, _HEIGHT = 595.28, 841.89
_EDGE = 56.7  # 20 mm
_MM = 72 / 25.4
_QR, _BARS = 62 * _MM, (150 * _MM, 15 * _MM)


@dataclass(frozen=True, slots=True)
class Cover:
    """One sheet. ``qr`` and ``bars`` are rows of modules, True for black (one row for bars); ``title`` stands at its head,
    ``hint`` under the codes, ``lines`` are (label, value): an empty value leaves a line to write on."""

    title: str
    office: str
    code: str
    hint: str
    lines: tuple[tuple[str, str], ...]
    qr: tuple[tuple[bool, ...], ...]
    bars: tuple[bool, ...]


def covers(sheets: Sequence[Cover]) -> bytes:
    """The sheets as a PDF, one page each. Raises ValueError for none."""
    if not sheets:
        raise ValueError("a file of cover sheets needs at least one")
    with Pdf.new() as pdf:
        said = "".join(
            part for s in sheets for part in (s.title, s.office, s.code, s.hint, *(w for line in s.lines for w in line))
        )
        written = face(said)
        font = written.embed(pdf)
        for sheet in sheets:
            page = Dictionary(
                Type=Name.Page,
                MediaBox=Array([0, 0, _WIDTH, _HEIGHT]),
                Resources=Dictionary(Font=Dictionary({"/C0": font})),
                Contents=pdf.make_indirect(Stream(pdf, _drawn(sheet, written))),
            )
            pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
        out = BytesIO()
        pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
        return out.getvalue()


def _drawn(sheet: Cover, written: Face) -> bytes:
    out = []
    top = _HEIGHT - _EDGE
    for text, size, space in ((sheet.office, 12.0, 10.0), (sheet.title, 30.0, 22.0)):
        if clean(text).strip():
            one = block(text, size, _WIDTH - 2 * _EDGE)
            out.append(_centred(one, top, written))
            top -= one.height + space
    out.append(modules(sheet.qr, (_WIDTH - _QR) / 2, top, _QR, _QR))
    top -= _QR + 20
    size = min(30.0, 30.0 * (_WIDTH - 2 * _EDGE) / max(measure(sheet.code, 30.0), 1.0))
    code = Block((clean(sheet.code),), size, measure(sheet.code, size), size * 1.25)
    out.append(_centred(code, top, written))
    top -= code.height + 14
    out.append(modules((sheet.bars,), (_WIDTH - _BARS[0]) / 2, top, *_BARS))
    top -= _BARS[1] + 26
    hint = block(sheet.hint, 14.0, _WIDTH - 2 * _EDGE)
    out.append(_centred(hint, top, written))
    top -= hint.height + 30
    for label, value in sheet.lines:
        top = _line(out, label, value, top, written)
    return b"\n".join([*out, b""])


def _line(out: list[bytes], label: str, value: str, top: float, written: Face) -> float:
    """A label with its value, or with a rule to write on; gives where the next one begins."""
    out.append(draw(block(f"{label}:", 12.0, _WIDTH), _EDGE, top, written, "C0"))
    left = _EDGE + measure(f"{label}: ", 12.0) + 4
    if clean(value).strip():
        said = block(value, 12.0, _WIDTH - _EDGE - left)
        out.append(draw(said, left, top, written, "C0"))
        return top - said.height - 13
    low = top - 14
    out.append(f"q 0.5 w 0.5 G {left:.2f} {low:.2f} m {_WIDTH - _EDGE:.2f} {low:.2f} l S Q".encode("ascii"))
    return top - 30


def _centred(text: Block, top: float, written: Face) -> bytes:
    """Each line of a block in the middle of the page."""
    parts = []
    for number, line in enumerate(text.lines):
        wide = measure(line, text.size)
        one = Block((line,), text.size, wide, text.size * 1.25)
        parts.append(draw(one, (_WIDTH - wide) / 2, top - number * text.size * 1.25, written, "C0"))
    return b"\n".join(parts)
