"""Machine-readable marks on paper: Code 128 drawn bar by bar, and QR codes.

Owns: turning a text into bars or modules on a sheet. Never: reads one back.

Code 128 (ISO/IEC 15417): each symbol is six widths of bar and blank that sum to 11 modules; subset B; check symbol is the
weighted sum modulo 103. QR (ISO/IEC 18004) comes from ``segno``.
"""

from __future__ import annotations

import segno

from tools.papers.sheet import Box, Sheet

__all__ = ["code128", "qr"]

_WIDTHS = [
    "212222",
    "222122",
    "222221",
    "121223",
    "121322",
    "131222",
    "122213",
    "122312",
    "132212",
    "221213",
    "221312",
    "231212",
    "112232",
    "122132",
    "122231",
    "113222",
    "123122",
    "123221",
    "223211",
    "221132",
    "221231",
    "213212",
    "223112",
    "312131",
    "311222",
    "321122",
    "321221",
    "312212",
    "322112",
    "322211",
    "212123",
    "212321",
    "232121",
    "111323",
    "131123",
    "131321",
    "112313",
    "132113",
    "132311",
    "211313",
    "231113",
    "231311",
    "112133",
    "112331",
    "132131",
    "113123",
    "113321",
    "133121",
    "313121",
    "211331",
    "231131",
    "213113",
    "213311",
    "213131",
    "311123",
    "311321",
    "331121",
    "312113",
    "312311",
    "332111",
    "314111",
    "221411",
    "431111",
    "111224",
    "111422",
    "121124",
    "121421",
    "141122",
    "141221",
    "112214",
    "112412",
    "122114",
    "122411",
    "142112",
    "142211",
    "241211",
    "221114",
    "413111",
    "241112",
    "134111",
    "111242",
    "121142",
    "121241",
    "114212",
    "124112",
    "124211",
    "411212",
    "421112",
    "421211",
    "212141",
    "214121",
    "412121",
    "111143",
    "111341",
    "131141",
    "114113",
    "114311",
    "411113",
    "411311",
    "113141",
    "114131",
    "311141",
    "411131",
    "211412",
    "211214",
    "211232",
]
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


def qr(sheet: Sheet, text: str, x: float, y: float, side: float) -> Box:
    """A QR code (level M) that fills a square of ``side`` points from (x, y). Gives the box."""
    matrix = segno.make(text, error="m", micro=False).matrix
    module = side / len(matrix)
    for row, line in enumerate(matrix):
        for column, dark in enumerate(line):
            if dark:
                left, top = x + column * module, y + row * module
                sheet.fill((left, top, left + module, top + module))
    box = (x, y, x + side, y + side)
    sheet.codes.append(("qr", text, box))
    return box
