"""Owns the drawing of a filled electronic form as a paper: A4 upright, letters embedded, text that can be selected.

Same input, same bytes. Never knows what a form is.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from hoso.pdf.fonts import clean, face, measure
from hoso.pdf.marks import block, draw

__all__ = ["drawn"]

_WIDTH, _HEIGHT, _EDGE, _FOOT = 595.28, 841.89, 62.0, 70.0
_ROOM = _WIDTH - 2 * _EDGE
_NATION = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")


def drawn(title: str, under: str, lines: Sequence[tuple[str, str]], foot: str) -> bytes:
    """The paper: the head of the nation, ``title`` and what stands ``under`` it, then ``lines`` (label, value; a heading
    has no value); ``foot`` stands at the foot of each page."""
    said = "".join((*_NATION, title, under, foot, ":", *(part for line in lines for part in line)))
    written = face(said)
    pages: list[list[bytes]] = [[]]
    top = _HEIGHT - _EDGE

    def centred(words: str, size: float, after: float) -> None:
        nonlocal top
        one = block(words, size, _ROOM)
        for number, line in enumerate(one.lines):
            row = block(line, size, _ROOM)
            left, down = (_WIDTH - measure(clean(line), size)) / 2, top - number * one.height / len(one.lines)
            pages[-1].append(draw(row, left, down, written, "C0"))
        top -= one.height + after

    centred(_NATION[0], 12.0, 2.0)
    centred(_NATION[1], 12.0, 24.0)
    centred(title, 14.0, 2.0)
    centred(under, 10.0, 20.0)
    for label, value in lines:
        one = block(_parted(f"{label}: {value}" if value else label), 12.0, _ROOM)
        if top - one.height < _FOOT:
            pages.append([])
            top = _HEIGHT - _EDGE
        if not value:
            top -= 4.0
        pages[-1].append(draw(one, _EDGE, top, written, "C0"))
        top -= one.height + 7.0
    small = block(foot, 7.0, _ROOM)
    with Pdf.new() as pdf:
        font = written.embed(pdf)
        for parts in pages:
            parts.append(draw(small, _EDGE, _FOOT - 22.0, written, "C0"))
            page = Dictionary(
                Type=Name.Page, MediaBox=Array([0, 0, _WIDTH, _HEIGHT]),
                Resources=Dictionary(Font=Dictionary({"/C0": font})),
                Contents=pdf.make_indirect(Stream(pdf, b"\n".join(parts))),
            )  # fmt: skip
            pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
        pdf.docinfo["/Title"] = String(title)
        pdf.Root.Lang = String("vi-VN")
        out = BytesIO()
        pdf.save(out, deterministic_id=True, compress_streams=True)
        return out.getvalue()


def _parted(words: str) -> str:
    """``words``, those wider than the page parted between letters, so that nothing is drawn beyond its edge."""
    whole = []
    for word in words.split(" "):
        while measure(clean(word), 12.0) > _ROOM:
            cut = next(n for n in range(len(word) - 1, 0, -1) if measure(clean(word[:n]), 12.0) <= _ROOM)
            whole.append(word[:cut])
            word = word[cut:]
        whole.append(word)
    return " ".join(whole)
