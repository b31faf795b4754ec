"""Owns what stands on the cover sheets that an office prints and puts over dossiers before it scans a stack of them.

A sheet says the dossier's code three times: as QR code, as barcode and in print, so that a stain or a bad copy of one of
them loses nothing. Never looks for a sheet in a stack (see ``sections``).
"""

from __future__ import annotations

from collections.abc import Sequence

from hoso.errors import Usage
from hoso.values.cover import HINT, TITLE, payload, whole

__all__ = ["cover"]


def cover(codes: Sequence[str], office: str = "", procedure: str = "", note: str = "") -> bytes:
    """A PDF (A4) with a cover sheet for each dossier code, in the order given.

    ``office``, ``procedure`` and ``note`` stand on every sheet; "" leaves a line to write on (no office: none).
    Raises :class:`Usage` for a code that cannot be printed as a code, or for none.
    """
    from hoso.engines.codes import drawn
    from hoso.pdf.cover import Cover, covers

    if not codes:
        raise Usage("name at least one dossier code")
    for code in codes:
        if not whole(code):
            raise Usage(
                f"{code!r}: a cover sheet holds a code of 3 to 64 letters without marks, figures, dots, dashes, slashes "
                "and blanks"
            )
    sheets = []
    for code in codes:
        lines = (("Thủ tục", procedure), ("Người nộp", ""), ("Số tờ", ""), ("Ghi chú", note))
        qr, bars = drawn(payload(code), "qr"), drawn(payload(code), "code128")
        sheets.append(Cover(TITLE, office, code, HINT + ".", lines, qr, bars[0]))
    return covers(sheets)
