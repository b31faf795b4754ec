"""Machine-readable marks on paper: Code 128, Code 39 and patch codes drawn bar by bar, QR and Data Matrix codes.

Owns: turning a text into bars or modules on a sheet. Never: reads one back.

Code 128 (ISO/IEC 15417): each symbol is six widths of bar and blank that sum to 11 modules; subset B; check symbol is the
weighted sum modulo 103. Code 39 (ISO/IEC 16388): nine elements a letter, three of them wide. Patch codes (Kodak A-61599,
"Patch Code Information for Kodak Scanners"): four bars, two wide (0.20 in), two narrow and three blanks (0.08 in), 0.80 in
in all, parallel to the leading edge. QR (ISO/IEC 18004) comes from ``segno``, Data Matrix (ISO/IEC 16022) from zxing-cpp.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import segno
import zxingcpp

from tools.papers.sheet import Box, Sheet

__all__ = ["PATCHES", "code39", "code128", "datamatrix", "patch", "qr"]

#: bars from the edge of the sheet inwards, 1 for a wide one
PATCHES = {"1": "1100", "2": "1001", "3": "1010", "4": "0110", "6": "0011", "T": "0101"}

# letter by letter: five bars and four blanks in turn, 1 for a wide one
_CODE39 = (
    "000110100100100001001100001101100000000110001100110000001110000000100101100100100001100100"
    "100001001001001001101001000000011001100011000001011000000001101100001100001001100000011100"
    "100000011001000011101000010000010011100010010001010010000000111100000110001000110000010110"
    "110000001011000001111000000010010001110010000011010000010000101110000100011000100010010100"
)
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. *"

# symbol by symbol: six widths of bar and blank in turn
_CODE128 = (
    "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231"
    "113222123122123221223211221132221231213212223112312131311222321122321221312212322112322211"
    "212123212321232121111323131123131321112313132113132311211313231113231311112133112331132131"
    "113123113321133121313121211331231131213113213311213131311123311321331121312113312311332111"
    "314111221411431111111224111422121124121421141122141221112214112412122114122411142112142211"
    "241211221114413111241112134111111242121142121241114212124112124211411212421112421211212141"
    "214121412121111143111341131141114113114311411113411311113141114131311141411131211412211214"
    "211232"
)
_WIDTHS = [_CODE128[at : at + 6] for at in range(0, len(_CODE128), 6)]
_START_B, _STOP = 104, "2331112"


def code128(sheet: Sheet, text: str, x: float, y: float, module: float, height: float) -> Box:
    """Bars from (x, y) downwards; ``module`` is the width of the narrowest bar in points. Gives the box."""
    values = [ord(c) - 32 for c in text]
    if any(not 0 <= v <= 94 for v in values):
        raise ValueError(f"Code 128 B holds printable ASCII only: {text!r}")
    check = (_START_B + sum(i * v for i, v in enumerate(values, 1))) % 103
    pattern = "".join(_WIDTHS[v] for v in (_START_B, *values, check)) + _STOP
    at = x
    for index, width in enumerate(pattern):
        if index % 2 == 0:
            sheet.fill((at, y, at + int(width) * module, y + height))
        at += int(width) * module
    box = (x, y, at, y + height)
    sheet.codes.append(("code128", text, box))
    return box


def code39(sheet: Sheet, text: str, x: float, y: float, module: float, height: float, wide: float = 2.5) -> Box:
    """Bars from (x, y) downwards, start and stop included; a wide element is ``wide`` modules. Gives the box."""
    if not set(text) <= set(_LETTERS) - {"*"}:
        raise ValueError(f"Code 39 holds capitals, digits, dash, dot and blank only: {text!r}")
    at = x
    for letter in f"*{text}*":
        for index, mark in enumerate(_CODE39[9 * _LETTERS.index(letter) :][:9]):
            width = module * (wide if mark == "1" else 1.0)
            if index % 2 == 0:
                sheet.fill((at, y, at + width, y + height))
            at += width
        at += module
    box = (x, y, at - module, y + height)
    sheet.codes.append(("code39", text, box))
    return box


def qr(sheet: Sheet, text: str, x: float, y: float, side: float) -> Box:
    """A QR code (level M) that fills a square of ``side`` points from (x, y). Gives the box."""
    return _matrix(sheet, "qr", text, segno.make(text, error="m", micro=False).matrix, x, y, side)


def datamatrix(sheet: Sheet, text: str, x: float, y: float, width: float) -> Box:
    """A Data Matrix that is ``width`` points wide from (x, y); its shape follows its text. Gives the box."""
    picture = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix).to_image(add_quiet_zones=False)
    dark = np.asarray(picture) < 128
    return _matrix(sheet, "datamatrix", text, dark.tolist(), x, y, width)


def patch(sheet: Sheet, name: str, x: float, y: float, length: float = 180.0, turned: int = 0) -> Box:
    """Patch ``name`` ("1", "2", "3", "4", "6", "T") with its corner at (x, y), bars of ``length`` points.

    ``turned``: 0 for the top edge of the sheet, 90 for the left, 180 for the bottom, 270 for the right one. Gives the box.
    """
    at, bars = 0.0, []
    for mark in PATCHES[name]:
        wide = 0.2 * 72 if mark == "1" else 0.08 * 72
        bars.append((at, at + wide))
        at += wide + 0.08 * 72
    deep = 0.8 * 72
    for start, stop in bars:
        near, far = (start, stop) if turned in (0, 90) else (deep - stop, deep - start)
        sheet.fill((x, y + near, x + length, y + far) if turned in (0, 180) else (x + near, y, x + far, y + length))
    box = (x, y, x + length, y + deep) if turned in (0, 180) else (x, y, x + deep, y + length)
    sheet.codes.append(("patch", name, box))
    return box


def _matrix(
    sheet: Sheet, kind: str, text: str, rows: Iterable[Sequence[int | bool]], x: float, y: float, width: float
) -> Box:
    """Square modules of equal size, row by row."""
    table = [list(row) for row in rows]
    module = width / len(table[0])
    for row, line in enumerate(table):
        for column, dark in enumerate(line):
            if dark:
                left, top = x + column * module, y + row * module
                sheet.fill((left, top, left + module, top + module))
    box = (x, y, x + width, y + len(table) * module)
    sheet.codes.append((kind, text, box))
    return box
