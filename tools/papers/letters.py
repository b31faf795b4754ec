"""Draws the prototypes of OCR-B letters that ``imaging/ocrb`` compares cells with: ``ocr_models/ocr-b/letters.pgm``.

    python -m tools.papers.letters

Owns: their size and order. One under the other: digits, capitals, filler; each 20 pixels wide (one pitch) and 28 high, in
the middle of their cell, softened as a scan at 200 dpi is. Needs the font OCR-B (Debian: fonts-ocr-b, public domain).
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tools.papers.cards import machine_face

__all__ = ["draw"]

LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"
_WIDE, _HIGH, _FINE, _SOFT = 20, 28, 8, 0.9
_FILE = Path(__file__).parents[2] / "ocr_models" / "ocr-b" / "letters.pgm"


def draw() -> np.ndarray:
    """All prototypes, 0 black, as one column of pixels."""
    face = machine_face()
    if face.family != "OCR B":
        raise SystemExit("the font OCR-B is not installed; on Debian: apt-get install fonts-ocr-b")
    # ten letters an inch at 10 points: one pitch is 7.2 points
    font = ImageFont.truetype(str(face.path), 10 * _WIDE * _FINE / 7.2)
    _, top, _, bottom = font.getbbox("H", anchor="ls")
    base = _HIGH * _FINE / 2 - (top + bottom) / 2
    column = []
    for letter in LETTERS:
        cell = Image.new("L", (_WIDE * _FINE, _HIGH * _FINE), 255)
        left = (_WIDE * _FINE - font.getlength(letter)) / 2
        ImageDraw.Draw(cell).text((left, base), letter, fill=0, font=font, anchor="ls")
        small = cv2.resize(np.asarray(cell), (_WIDE, _HIGH), interpolation=cv2.INTER_AREA)
        column.append(cv2.GaussianBlur(small, (0, 0), _SOFT))
    return np.vstack(column)


if __name__ == "__main__":
    _FILE.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(_FILE), draw())
    print(_FILE)
