"""Which files under a path are which dossier: one folder directly under it, or one single file, is one dossier.

Owns the rules of names and order. Follows no link and no loop, opens no device, reads no content.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from hoso.errors import Usage
from hoso.values import names

__all__ = ["Found", "Source", "code_of", "group", "source", "sources"]

_DEEPEST = 32
"""Folders within folders: one that is deeper, or leads back into itself (a mount), is no file of a dossier."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file of a dossier: ``name`` starts with the source. ``refused`` says why it is no file to open ("" when it is)."""

    name: str
    path: Path
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """The files of one dossier in natural order."""

    name: str
    files: tuple[Found, ...]


def sources(paths: Iterable[Path], *, home: Path | None = None) -> tuple[Source, ...]:
    """The dossiers under ``paths``, in natural order. Raises :class:`Usage` for a path that is not there, or that holds
    the home (output inside input)."""
    found: list[Source] = []
    for path in paths:
        if not path.exists():
            raise Usage(f"{path}: no such file or folder")
        if home is not None and home.exists() and home.is_relative_to(path.resolve()):
            raise Usage(f"{path}: holds the home {home}; what Hoso writes must not lie inside what it reads")
        if path.is_dir() and not path.is_symlink():
            found += [source(path / name) for name in _listed(path)]
        else:
            found.append(source(path))
    return tuple(one for one in found if one.files)


def source(path: Path) -> Source:
    """The file or folder ``path`` as one dossier."""
    name = names.nfc(path.name)
    if path.is_dir() and not path.is_symlink():
        return Source(name, tuple(_within(path, name, ())))
    return Source(name, (_found(path, name),))


def group(name: str, paths: Iterable[Path]) -> Source:
    """Files and folders that lie side by side as the one dossier ``name``, in natural order."""
    by_name = {path.name: path for path in paths}
    inner = (source(by_name[one]) for one in names.in_order(by_name))
    found = tuple(Found(f"{name}/{file.name}", file.path, file.refused) for one in inner for file in one.files)
    return Source(names.nfc(name), found)


def code_of(name: str) -> str:
    """The dossier that a file is of where names tell it: what stands before the first ``_`` of ``CODE_….pdf``; "" where
    the name has none."""
    code, line, rest = names.nfc(name).partition("_")
    return code.strip() if line and rest and code.strip() else ""


def _within(folder: Path, prefix: str, above: tuple[tuple[int, int], ...]) -> list[Found]:
    files: list[Found] = []
    status = folder.stat()
    here = (status.st_dev, status.st_ino)
    if here in above or len(above) >= _DEEPEST:
        return [Found(prefix, folder, "not-a-file")]
    for name in _listed(folder):
        path, shown = folder / name, f"{prefix}/{names.nfc(name)}"
        if path.is_dir() and not path.is_symlink():
            files += _within(path, shown, (*above, here))
        else:
            files.append(_found(path, shown))
    return files


def _listed(folder: Path) -> list[str]:
    return names.in_order(entry.name for entry in folder.iterdir() if not names.ignored(entry.name))


def _found(path: Path, name: str) -> Found:
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        return Found(name, path, "link")
    if not stat.S_ISREG(mode):
        return Found(name, path, "not-a-file")
    return Found(name, path)
