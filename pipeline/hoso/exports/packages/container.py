"""A package to be read, in a folder, a ZIP or a TAR: names first, then one file at a time; never unpacked, never trusted.

Owns what a name may be (no absolute path, no "..", no link, no device, no second file of that name) and how much may
come out of a container. Never: writes a byte, follows a link, raises over what a package holds; what is wrong is told
as findings."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from hoso.errors import Refused
from hoso.exports.packages.findings import Finding

__all__ = ["MOST_FILES", "RATIO", "Opened", "opened"]

MOST_FILES = 200_000
RATIO = 100
"""How many times larger than a ZIP what comes out of it may be, beyond :data:`FREE` bytes: scans hardly compress."""
FREE = 200_000_000
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class _Member:
    size: int
    open: Callable[[], IO[bytes]]


class Opened:
    """The files of a package by path from its root, as they were found; ``name`` is its folder's, ``findings`` what
    was wrong with the container."""

    def __init__(self, name: str, members: dict[str, _Member], findings: tuple[Finding, ...]) -> None:
        self.name, self.findings, self._members = name, findings, members
        self._digests: dict[str, tuple[str, int]] = {}

    def __contains__(self, path: str) -> bool:
        return path in self._members

    def paths(self) -> tuple[str, ...]:
        """All files, sorted."""
        return tuple(sorted(self._members))

    def read(self, path: str, most: int) -> bytes | None:
        """The bytes of ``path``; None where they cannot be read or are more than ``most``."""
        member = self._members[path]
        if member.size > most:
            return None
        try:
            with member.open() as file:
                data = file.read(most + 1)
        except _BROKEN:
            return None
        return data if len(data) <= most else None

    def begin(self, path: str) -> bytes:
        """The first kilobyte of ``path``, nothing where it cannot be read."""
        try:
            with self._members[path].open() as file:
                return file.read(1024)
        except _BROKEN:
            return b""

    def digest(self, path: str) -> tuple[str, int] | None:
        """(SHA-256, bytes) of ``path``, None where it cannot be read or is larger than the container says."""
        if path not in self._digests:
            member, sum_, size = self._members[path], hashlib.sha256(), 0
            try:
                with member.open() as file:
                    while piece := file.read(_PIECE):
                        sum_.update(piece)
                        size += len(piece)
                        if size > member.size:
                            return None
            except _BROKEN:
                return None
            self._digests[path] = sum_.hexdigest(), size
        return self._digests[path]


_BROKEN = (
    OSError,
    EOFError,
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
"""What reading a damaged, encrypted or oddly compressed member raises."""


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """The package at ``path``. Raises Refused("package.unreadable") where there is none that could be looked at."""
    with contextlib.ExitStack() as stack:
        try:
            package = _found(path, stack)
        except _BROKEN as error:
            raise _unreadable(path, type(error).__name__) from error
        yield package


def _found(path: Path, stack: contextlib.ExitStack) -> Opened:
    if path.is_dir():
        members, findings = _folder(path)
        return Opened(path.resolve().name, members, tuple(findings))
    file = stack.enter_context(path.open("rb"))
    if zipfile.is_zipfile(file):
        return _rooted(path, *_zip(stack.enter_context(zipfile.ZipFile(file)), path.stat().st_size))
    file.seek(0)
    if tarfile.is_tarfile(file):
        file.seek(0)
        return _rooted(path, *_tar(stack.enter_context(tarfile.open(fileobj=file, mode="r:"))))
    raise _unreadable(path, "neither a folder nor a ZIP or plain TAR")


def _unreadable(path: Path, why: str) -> Refused:
    vi = f"{path}: không đọc được gói tin (không phải thư mục, ZIP hay TAR, hoặc đã hỏng); hãy xin lại gói."
    return Refused("package.unreadable", f"{path}: no package can be read here ({why}); ask for it again", vi)


def _folder(root: Path) -> tuple[dict[str, _Member], list[Finding]]:
    members: dict[str, _Member] = {}
    findings: list[Finding] = []
    for base, folders, names in os.walk(root, followlinks=False):
        for name in sorted([*folders, *names]):
            place = Path(base) / name
            path = place.relative_to(root).as_posix()
            mode = place.lstat().st_mode
            if stat.S_ISLNK(mode) or not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
                findings.append(Finding("container.link", shown(path)))
            elif stat.S_ISREG(mode):
                members[path] = _Member(place.lstat().st_size, lambda place=place: place.open("rb"))  # type: ignore[misc]
        folders[:] = [name for name in folders if not (Path(base) / name).is_symlink()]
        if len(members) > MOST_FILES:
            findings.append(Finding("container.too-large", "", f"{MOST_FILES} tệp"))
            break
    return members, findings


def _zip(archive: zipfile.ZipFile, size: int) -> tuple[dict[str, _Member], list[Finding]]:
    members: dict[str, _Member] = {}
    findings: list[Finding] = []
    infos = archive.infolist()
    total = sum(info.file_size for info in infos)
    if len(infos) > MOST_FILES or total > max(FREE, size * RATIO):
        return {}, [Finding("container.too-large", "", f"{len(infos)} tệp, {total} byte")]
    for info in infos:
        if info.is_dir():
            continue
        kind = info.external_attr >> 16
        if kind and stat.S_ISLNK(kind):
            findings.append(Finding("container.link", shown(info.filename)))
        elif info.flag_bits & 1:
            findings.append(Finding("container.encrypted", shown(info.filename)))
        else:
            opener = lambda info=info: archive.open(info)  # noqa: E731
            _add(members, findings, info.orig_filename, _Member(info.file_size, opener))
    return members, findings


def _tar(archive: tarfile.TarFile) -> tuple[dict[str, _Member], list[Finding]]:
    members: dict[str, _Member] = {}
    findings: list[Finding] = []
    for number, info in enumerate(archive):
        if number >= MOST_FILES:
            return {}, [Finding("container.too-large", "", f"{MOST_FILES} tệp")]
        if info.isdir():
            continue
        if not info.isreg():
            findings.append(Finding("container.link", shown(info.name)))
            continue

        def opener(info: tarfile.TarInfo = info) -> IO[bytes]:
            file = archive.extractfile(info)
            assert file is not None  # a regular file
            return file

        _add(members, findings, info.name.removeprefix("./"), _Member(info.size, opener))
    return members, findings


def _add(members: dict[str, _Member], findings: list[Finding], name: str, member: _Member) -> None:
    if not safe(name):
        findings.append(Finding("container.unsafe-name", shown(name)))
    elif name in members:
        findings.append(Finding("container.twice", shown(name)))
    else:
        members[name] = member


def safe(name: str) -> bool:
    """Whether a path stays where it is put, on every system: relative, no "..", no drive, no backslash, no control
    letter."""
    parts = name.split("/")
    odd = re.search(r"[\\:\x00-\x1f\x7f]", name)
    return bool(name) and not odd and all(part not in ("", ".", "..") for part in parts)


def shown(name: str) -> str:
    """A name as it may be printed: no control letters, not endless."""
    return "".join(c if c.isprintable() else "?" for c in name)[:200]


def _rooted(path: Path, members: dict[str, _Member], findings: list[Finding]) -> Opened:
    """An archive holds the package's folder, or (some do) its files without it."""
    tops = {name.split("/", 1)[0] for name in members}
    if "METS.xml" in members or not members:
        return Opened(path.stem, members, tuple(findings))
    if len(tops) == 1 and all("/" in name for name in members):
        top = tops.pop()
        return Opened(top, {name[len(top) + 1 :]: member for name, member in members.items()}, tuple(findings))
    findings.append(Finding("container.roots", "", ", ".join(shown(top) for top in sorted(tops)[:5])))
    return Opened(path.stem, members, tuple(findings))
