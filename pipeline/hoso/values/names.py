"""File names: the natural order of people, and which names are never papers. Pure; the only home of natsort."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from pathlib import PurePath

from natsort import natsorted, ns

__all__ = ["ignored", "in_order", "nfc"]

_NAMES = frozenset({"thumbs.db", "desktop.ini", "@eadir", "__macosx"})
_ENDINGS = (".tmp", ".part", ".partial", ".crdownload", ".swp", ".filepart")
_STARTS = (".", "~$", "~")


def nfc(name: str) -> str:
    """The name in NFC, so that one name typed on two systems is one name; bytes that are no UTF-8 stay visible."""
    return unicodedata.normalize("NFC", name.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))


def in_order(names: Iterable[str]) -> list[str]:
    """Names as a person sorts them: "file2" before "file10", folder by folder, case and form of accents aside."""
    return natsorted(names, key=lambda n: (PurePath(nfc(n)).parts, n), alg=ns.IGNORECASE)


def ignored(name: str) -> bool:
    """Whether a file or folder name is one that scanners, editors and systems leave behind and nobody means."""
    low = name.lower()
    return low in _NAMES or low.startswith(_STARTS) or low.endswith(_ENDINGS)
