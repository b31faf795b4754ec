"""Vietnamese text without its marks, for search and comparison. Pure; never used for what is stored or shown."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

__all__ = ["fold"]


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """``text`` without diacritics, case-folded, NFC: "Đặng Thị Huệ" gives "dang thi hue".

    đ is a letter of its own in Unicode and has no decomposition, so it is named here; so is Ð (U+00D0, eth), which
    old Vietnamese fonts print in its place.
    """
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", bare.translate(_BARRED).casefold())


_BARRED = str.maketrans("đĐðÐ", "dddd")
