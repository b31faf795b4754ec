"""What the codes of Hoso's own cover sheets say. Pure. Never draws a sheet (``stages/cover``) or looks for one on a page.

The text is ``HOSO/1/BIA/`` (maker, version of this grammar, *bìa*, cover) and the dossier's code; the same in the QR code
and in the barcode, so that either is enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from hoso.nouns import Code

__all__ = ["HINT", "TITLE", "code_told", "payload", "whole"]

TITLE = "TỜ BÌA HỒ SƠ"
"""Printed at the head of a cover sheet."""

HINT = "Đặt tờ này lên trên hồ sơ trước khi quét"
"""Printed on every cover sheet and on no other paper: by these words a sheet is known whose codes cannot be read."""

_SAID = re.compile(r"HOSO/\d{1,2}/BIA/(\S[ -~]{0,63})")
_WHOLE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._/ -]{1,62}[0-9A-Za-z]")


def payload(code: str) -> str:
    """What the codes of a cover sheet say for the dossier of that ``code``."""
    return f"HOSO/1/BIA/{code}"


def whole(code: str) -> bool:
    """Whether a code can stand on a cover sheet: 3 to 64 of letters without marks, figures, dot, dash, slash and blank."""
    return _WHOLE.fullmatch(code) is not None


def code_told(codes: Iterable[Code]) -> str:
    """The dossier code that a cover sheet's codes tell, "" where none of ``codes`` is of a cover sheet."""
    return next((found[1].strip() for code in codes if (found := _SAID.fullmatch(code.text.strip()))), "")
