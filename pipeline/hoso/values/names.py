"""File names: the natural order of people, and which names are never papers. Pure; the only home of natsort."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from pathlib import PurePath

from natsort import natsorted, ns

__all__ = ["fitting", "ignored", "in_order", "nfc", "shown"]

_NAMES = frozenset({
    "thumbs.db", "desktop.ini", "@eadir", "@tmp", "#recycle", "@recycle", "__macosx", "lost+found", "$recycle.bin",
    "system volume information", "icon\r",
})  # fmt: skip
_ENDINGS = (".tmp", ".part", ".partial", ".crdownload", ".opdownload", ".download", ".swp", ".filepart")
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


def fitting(name: str, after: str = "") -> str:
    """``name`` with ``after`` put behind it, shortened before it where the two would pass the 255 bytes that file systems
    allow a name."""
    room = 255 - len(after.encode("utf-8", "surrogateescape"))
    kept = name
    while len(kept.encode("utf-8", "surrogateescape")) > room:
        kept = kept[:-1]
    return kept + after


def shown(name: str) -> str:
    """The name on one line: control characters as ``?``, so that a name with a newline in it forges no line of a log."""
    return "".join("?" if unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") else letter for letter in nfc(name))
