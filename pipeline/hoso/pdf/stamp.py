"""Owns the drawn look of a visible signature: words, and a round red seal beside them, as objects or a one-page PDF.

Its fonts are embedded like those of every copy, so that a signed file stays PDF/A-2u (measured: stamps with fonts of
2,048 units an em break 6.2.11.5, those with a standard font 6.2.11.4.1). Never says that anything is signed: it is ink.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO
from math import cos, pi, radians, sin

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from hoso.nouns import Picture
from hoso.pdf.compose import picture_object
from hoso.pdf.fonts import Face, clean, face, measure
from hoso.pdf.marks import LEADING, Block, block, draw
from hoso.pdf.pieces import Pieces, pieces, plain

__all__ = ["SIZE", "form", "stamp", "stamp_size"]

SIZE = 8.0
"""Of the words, in points."""

_WIDEST = 190.0
_PAD = 2.0
_RED = "0.80 0.05 0.08"


def _blocks(lines: Sequence[str]) -> Block:
    broken = [block(line, SIZE, _WIDEST) for line in lines if clean(line).strip()]
    texts = tuple(text for part in broken for text in part.lines)
    width = max((part.width for part in broken), default=0.0)
    return Block(texts, SIZE, width, len(texts) * SIZE * LEADING)


def stamp_size(lines: Sequence[str], seal: float = 0.0) -> tuple[float, float]:
    """Points across and down of a stamp of ``lines`` with a seal of ``seal`` points beside them (0: none)."""
    words = _blocks(lines)
    beside = seal + _PAD if seal else 0.0
    return round(beside + words.width + 2 * _PAD, 2), round(max(seal, words.height) + 2 * _PAD, 2)


def stamp(lines: Sequence[str], seal: float = 0.0, image: Picture | None = None, office: str = "") -> bytes:
    """The look as a one-page PDF of :func:`stamp_size`. The seal is ``image`` where there is one, else drawn round with
    the ``office``'s name. Same input, same bytes."""
    width, height, content, written = _drawn(lines, seal, image, office)
    with Pdf.new() as pdf:
        resources = Dictionary(Font=Dictionary({"/S0": written.embed(pdf)}))
        if seal and image is not None:
            resources.XObject = Dictionary({"/G0": picture_object(pdf, image)})
        page = Dictionary(
            Type=Name.Page,
            MediaBox=Array([0, 0, width, height]),
            Resources=resources,
            Contents=pdf.make_indirect(Stream(pdf, content)),
        )
        pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
        out = BytesIO()
        pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
        return out.getvalue()


def form(lines: Sequence[str], seal: float = 0.0, image: Picture | None = None, office: str = "") -> tuple[Pieces, ...]:
    """The look of :func:`stamp` as the objects of a form XObject, the form first, for :func:`hoso.pdf.slot.append`."""
    width, height, content, written = _drawn(lines, seal, image, office)
    font = _font("".join(sorted(written.glyphs)))
    entries: list[bytes | int] = [
        f"/Type /XObject /Subtype /Form /BBox [0 0 {width:.2f} {height:.2f}] ".encode("ascii"),
        b"/Resources << /Font << /S0", 1, b" >>",
    ]  # fmt: skip
    shown: tuple[Pieces, ...] = ()
    if seal and image is not None:
        entries += [b" /XObject << /G0", 1 + len(font), b" >>"]
        shown = _picture(image, 1 + len(font))
    return (plain([*entries, b" >>"], content), *font, *shown)


@lru_cache(maxsize=32)
def _font(letters: str) -> tuple[Pieces, ...]:
    """The objects of the face of ``letters``, from place 1 on."""
    with Pdf.new() as pdf:
        return pieces(face(letters).embed(pdf), 1)


@lru_cache(maxsize=4)
def _picture(image: Picture, offset: int) -> tuple[Pieces, ...]:
    with Pdf.new() as pdf:
        return pieces(picture_object(pdf, image), offset)


def _drawn(lines: Sequence[str], seal: float, image: Picture | None, office: str) -> tuple[float, float, bytes, Face]:
    """(points across, points down, operators, the face of the words): the font is /S0, the image /G0."""
    words = _blocks(lines)
    width, height = stamp_size(lines, seal)
    written = face(" ".join(words.lines) + office.upper())
    content, left = b"", _PAD
    if seal:
        if image is not None:
            low = (height - seal) / 2
            content = f"q {seal:.2f} 0 0 {seal:.2f} {_PAD:.2f} {low:.2f} cm /G0 Do Q\n".encode("ascii")
        else:
            content = _round(_PAD + seal / 2, height / 2, seal / 2, office.upper(), written)
        left += seal + _PAD
    if words.lines:
        colour = f"{_RED} rg" if seal else "0 g"
        content += draw(words, left, (height + words.height) / 2, written, "S0", colour=colour)
    return width, height, content, written


def _round(x: float, y: float, radius: float, office: str, written: Face) -> bytes:
    """A round seal: two rings, the office's name along the upper arc, a star."""
    out = [f"q {_RED} RG {_RED} rg {radius * 0.05:.2f} w"]
    out.append(_circle(x, y, radius * 0.96))
    out.append(f"{radius * 0.02:.2f} w " + _circle(x, y, radius * 0.86))
    out.append(_star(x, y, radius * 0.32))
    out.append(_arc(x, y, radius, clean(office), written))
    return "\n".join([*out, "Q", ""]).encode("ascii")


def _circle(x: float, y: float, r: float) -> str:
    """Four Bézier arcs; 0.5523 r is the distance of their control points."""
    k = 0.5523 * r
    return (
        f"{x + r:.2f} {y:.2f} m {x + r:.2f} {y + k:.2f} {x + k:.2f} {y + r:.2f} {x:.2f} {y + r:.2f} c "
        f"{x - k:.2f} {y + r:.2f} {x - r:.2f} {y + k:.2f} {x - r:.2f} {y:.2f} c "
        f"{x - r:.2f} {y - k:.2f} {x - k:.2f} {y - r:.2f} {x:.2f} {y - r:.2f} c "
        f"{x + k:.2f} {y - r:.2f} {x + r:.2f} {y - k:.2f} {x + r:.2f} {y:.2f} c s"
    )


def _star(x: float, y: float, r: float) -> str:
    points = [
        (x + length * cos(pi / 2 + pi * step / 5), y + length * sin(pi / 2 + pi * step / 5))
        for step in range(10)
        for length in [r if step % 2 == 0 else r * 0.382]
    ]
    return " ".join(f"{px:.2f} {py:.2f} {'l' if place else 'm'}" for place, (px, py) in enumerate(points)) + " f"


def _arc(x: float, y: float, radius: float, text: str, written: Face) -> str:
    """``text`` clockwise along the inside of the rings, centred at the top, in letters that fit 300 degrees."""
    if not text.strip():
        return ""
    base, size = radius * 0.64, radius * 0.17
    size = min(size, size * radians(300) * base / max(measure(text, size), 1e-6))
    angle = measure(text, size) / base / 2 + pi / 2
    shown = []
    for letter in text:
        half = measure(letter, size) / base / 2
        angle -= half
        turn = angle - pi / 2
        c, s = cos(turn), sin(turn)
        back = measure(letter, size) / 2
        px, py = x + base * cos(angle) - back * c, y + base * sin(angle) - back * s
        shown.append(f"{c:.4f} {s:.4f} {-s:.4f} {c:.4f} {px:.2f} {py:.2f} Tm {written.encode(letter)} Tj")
        angle -= half
    return f"BT /S0 {size:.2f} Tf 0 Tr " + "\n".join(shown) + " ET"
