"""Owns the words drawn on a page: the conversion mark, laid out in lines, drawn in black, and found again.

The mark says in words that the copy was converted from paper, by whom and when (Law 20/2023/QH15, art. 12(1)(c);
Decree 137/2024/NĐ-CP, art. 4(1)). It is real text, so that a reader, a search and ``hoso verify`` find it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import pypdfium2

from hoso.errors import Refused
from hoso.nouns import Box
from hoso.pdf.fonts import Face, clean, measure

__all__ = ["COPIES", "LEADING", "PREFIX", "Block", "block", "copied", "draw", "found", "modules", "spots", "text_of"]

PREFIX = "Chuyển đổi từ văn bản giấy"
COPIES = {"SY": "Sao y", "SL": "Sao lục", "TrS": "Trích sao"}
"""Forms of copies (Decree 30/2020/NĐ-CP, art. 25), by their symbol."""
LEADING = 1.25
"""Line distance in em."""

_LOOK_DPI, _CELL = 36, 4  # cells of 2.8 mm

_INSTANT = r"\d{2}/\d{2}/\d{4} \d{2}:\d{2}:\d{2} \+07:00"
_END = re.compile(re.escape(PREFIX) + r"[^\n]*?" + _INSTANT)
_COPY = re.compile(rf"\b(?:{'|'.join(COPIES.values())}); [^;]+; (?:[^;]+; )?{_INSTANT}")


@dataclass(frozen=True, slots=True)
class Block:
    """Words broken into lines at ``size`` points; ``width`` and ``height`` in points."""

    lines: tuple[str, ...]
    size: float
    width: float
    height: float


def block(text: str, size: float, widest: float) -> Block:
    """``text`` in as few lines of at most ``widest`` points as its words allow, of nearly equal width; what stands after
    a line break begins a line."""
    parts = [_paragraph(part, size, widest) for part in text.split("\n")]
    lines = tuple(line for part in parts for line in part)
    return Block(lines, size, max(measure(line, size) for line in lines), len(lines) * size * LEADING)


def _paragraph(text: str, size: float, widest: float) -> list[str]:
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
    return _broken(words, size, high)


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


def modules(rows: Sequence[Sequence[bool]], left: float, top: float, width: float, height: float) -> bytes:
    """Content operators that draw ``rows`` of modules (True for black) as filled boxes, runs of them as one; points."""
    wide, high = width / len(rows[0]), height / len(rows)
    boxes = []
    for number, row in enumerate(rows):
        start = None
        for column, dark in enumerate([*row, False]):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                x, y = left + start * wide, top - (number + 1) * high
                boxes.append(f"{x:.3f} {y:.3f} {(column - start) * wide:.3f} {high:.3f} re")
                start = None
    return ("q 0 g " + " ".join(boxes) + " f Q").encode("ascii")


def found(pdf: bytes) -> str:
    """The words of the conversion mark on page 1 of ``pdf``; "" where there is none or the file cannot be read."""
    return _first(_END, pdf)


def copied(pdf: bytes) -> str:
    """The words of the mark of a copy (form; agency; instant) on page 1 of ``pdf``; "" as for :func:`found`."""
    return _first(_COPY, pdf)


def _first(pattern: re.Pattern[str], pdf: bytes) -> str:
    match = pattern.search(" ".join(text_of(pdf, 1).split()))
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
