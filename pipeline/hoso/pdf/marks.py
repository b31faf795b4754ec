"""Owns the words drawn on a page: the conversion mark, laid out in lines, drawn in black, and found again.

The mark says in words that the copy was converted from paper, by whom and when (Law 20/2023/QH15, art. 12(1)(c);
Decree 137/2024/NĐ-CP, art. 4(1)). It is real text, so that a reader, a search and ``hoso verify`` find it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import pypdfium2

from hoso.errors import Refused
from hoso.nouns import Box
from hoso.pdf.fonts import Face, clean, measure

__all__ = ["LEADING", "PREFIX", "Block", "block", "draw", "found", "spots", "text_of"]

PREFIX = "Chuyển đổi từ văn bản giấy"
LEADING = 1.25
"""Line distance in em."""

_LOOK_DPI, _CELL = 36, 4  # cells of 2.8 mm

_END = re.compile(re.escape(PREFIX) + r"[^\n]*?\d{2}/\d{2}/\d{4} \d{2}:\d{2}:\d{2} \+07:00")


@dataclass(frozen=True, slots=True)
class Block:
    """Words broken into lines at ``size`` points; ``width`` and ``height`` in points."""

    lines: tuple[str, ...]
    size: float
    width: float
    height: float


def block(text: str, size: float, widest: float) -> Block:
    """``text`` in as few lines of at most ``widest`` points as its words allow, of nearly equal width."""
    words = clean(text).split(" ")
    narrowest = max((measure(word, size) for word in words), default=0.0)
    lines = _broken(words, size, max(widest, narrowest))
    # The same number of lines, but narrower: the least width that needs no further line.
    low, high = narrowest, max(widest, narrowest)
    for _ in range(12):
        middle = (low + high) / 2
        if len(_broken(words, size, middle)) == len(lines):
            high = middle
        else:
            low = middle
    lines = _broken(words, size, high)
    width = max(measure(line, size) for line in lines)
    return Block(tuple(lines), size, width, len(lines) * size * LEADING)


def _broken(words: list[str], size: float, widest: float) -> list[str]:
    lines = [words[0]]
    for word in words[1:]:
        longer = f"{lines[-1]} {word}"
        if measure(longer, size) <= widest + 1e-6:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def draw(text: Block, left: float, top: float, face: Face, name: str, *, colour: str = "0 g") -> bytes:
    """Content operators that draw ``text`` with its upper left corner at (``left``, ``top``) points, y upwards."""
    out = [f"q {colour} BT /{name} {text.size:.2f} Tf 0 Tr 0 Tc 0 Tw 100 Tz"]
    for count, line in enumerate(text.lines):
        base = top - text.size * (LEADING * count + 1.0)
        end = " " if count + 1 < len(text.lines) else ""
        out.append(f"1 0 0 1 {left:.2f} {base:.2f} Tm {face.encode(line + end)} Tj")
    return "\n".join([*out, "ET Q", ""]).encode("ascii")


def found(pdf: bytes) -> str:
    """The words of the conversion mark on page 1 of ``pdf``; "" where there is none or the file cannot be read."""
    match = _END.search(" ".join(text_of(pdf, 1).split()))
    return match.group(0) if match else ""


def spots(
    pdf: bytes, index: int = 1, ink: tuple[Box, ...] | None = None
) -> tuple[tuple[float, float], tuple[Box, ...]]:
    """((points across, points down), boxes of what stands on page ``index``), as fractions of the page as shown.

    What stands there: letters, the invisible ones too, and spots of ink of about 3 mm (seals, signatures, pictures), in
    the upper 40 % and the lower 15 % of the page. Who knows the ink already gives it as ``ink``, and saves the drawing of
    the page (20 ms at 200 dpi). Raises Refused("file.damaged") where the page cannot be opened.
    """
    try:
        document = pypdfium2.PdfDocument(pdf)
        page = document[index - 1]
        width, height = page.get_size()
        text = page.get_textpage()
        # loose boxes, by the font's heights: the letters of an invisible layer may have no ink of their own
        found = {text.get_charbox(number, loose=True) for number in range(text.count_chars())}
        if ink is None:
            bitmap = page.render(scale=_LOOK_DPI / 72, grayscale=True)
            ink = tuple(_ink(bytes(bitmap.buffer), bitmap.width, bitmap.height, bitmap.stride))
            bitmap.close()
    except (pypdfium2.PdfiumError, IndexError) as error:
        raise Refused(
            "file.damaged",
            f"page {index} of the PDF cannot be opened to find room for the signature: {error}",
            "Tệp PDF bị hỏng, không ký được. Hãy tạo lại bản lưu trữ.",
        ) from error
    letters = [
        (left / width, 1 - top / height, right / width, 1 - bottom / height)
        for left, bottom, right, top in sorted(found)
        if right > left and top > bottom
    ]
    document.close()
    return (width, height), (*letters, *ink)


def _ink(rows: bytes, width: int, height: int, stride: int) -> list[Box]:
    """Cells of a grey page that hold something darker than its paper."""
    down, across = -(-height // _CELL), -(-width // _CELL)
    darkest: list[tuple[int, int, int]] = []
    for row in range(down):
        if 0.4 < row / down < 0.85:
            continue
        lines = [rows[y * stride : y * stride + width] for y in range(row * _CELL, min(height, (row + 1) * _CELL))]
        for column in range(across):
            left = column * _CELL
            darkest.append((min(b"".join([line[left : left + _CELL] for line in lines])), row, column))
    paper = sorted(value for value, _, _ in darkest)[len(darkest) * 3 // 4]
    return [
        (column / across, row / down, (column + 1) / across, (row + 1) / down)
        for value, row, column in darkest
        if value < 0.75 * paper
    ]


def text_of(pdf: bytes, index: int) -> str:
    """The text of page ``index`` (from 1) as a reader copies it, NFC; "" where the file or page cannot be read."""
    try:
        document = pypdfium2.PdfDocument(pdf)
    except pypdfium2.PdfiumError:
        return ""
    try:
        text: str = document[index - 1].get_textpage().get_text_range()
    except (pypdfium2.PdfiumError, IndexError):
        return ""
    finally:
        document.close()
    return unicodedata.normalize("NFC", text)
