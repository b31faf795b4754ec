"""A store in a folder: ``home/store/ab/cdef…``, one read-only file per object, named by its SHA-256.

Owns the order of acts that makes a put durable: temporary file in the same file system, written, fsynced, renamed,
folder fsynced, read back past the page cache and compared. Never changes an object, and removes one only by ``erase``.
"""

from __future__ import annotations

import errno
import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hoso import keys, lasting
from hoso.errors import Damaged, HosoError, Misconfigured, Unavailable
from hoso.settings import Settings

__all__ = ["FolderStore", "open"]

_NAME = re.compile(r"[0-9a-f]{64}")
_STALE_SECONDS = 3600.0
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_FULL = {errno.ENOSPC, errno.EDQUOT}


def open(settings: Settings, home: Path) -> FolderStore:
    """The store of ``home``, made where it is missing. Raises Misconfigured, Unavailable."""
    return FolderStore(home / "store")


class FolderStore:
    """Objects are files of mode 0444 below ``root``; what is being written lies in ``root/tmp``."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._tmp = root / "tmp"
        with _answering(root, "make the store"):
            self._tmp.mkdir(parents=True, exist_ok=True)
            lasting.sync(root)
            lasting.sync(root.parent)
            self._clean()

    def put(self, data: bytes) -> str:
        """See :class:`hoso.stores.api.Store`."""
        digest = keys.digest(data)
        target = self._path(digest)
        with _answering(target, "keep an object"):
            if not target.exists():
                self._write(data, target)
            # Also where it was there: another process may have renamed it and died before its folder was durable.
            lasting.sync(target.parent)
            lasting.sync(self._root)
            _forget_cached(target)
            kept = target.read_bytes()
        if kept != data:
            raise Damaged(
                f"{target}: the store holds other bytes than were put under this digest; "
                "check the disk, move the file away, then run again"
            )
        return digest

    def get(self, digest: str) -> bytes:
        """See :class:`hoso.stores.api.Store`."""
        if not _NAME.fullmatch(digest):
            raise Damaged(f"{digest[:80]!r} is no SHA-256 digest, so nothing can be stored under it")
        path = self._path(digest)
        with _answering(path, "read an object"):
            try:
                data = path.read_bytes()
            except FileNotFoundError as error:
                raise Damaged(f"{path}: the object is missing from the store; restore it from a backup") from error
        if keys.digest(data) != digest:
            raise Damaged(f"{path}: the bytes no longer match their digest; restore the file from a backup")
        return data

    def has(self, digest: str) -> bool:
        """See :class:`hoso.stores.api.Store`."""
        return bool(_NAME.fullmatch(digest)) and self._path(digest).is_file()

    def digests(self) -> Iterator[str]:
        """See :class:`hoso.stores.api.Store`."""
        with _answering(self._root, "list the store"):
            shelves = sorted(p.name for p in self._root.iterdir() if re.fullmatch("[0-9a-f]{2}", p.name))
        for shelf in shelves:
            with _answering(self._root / shelf, "list the store"):
                names = sorted(shelf + name for name in os.listdir(self._root / shelf))  # noqa: PTH208 - names only
            yield from (name for name in names if _NAME.fullmatch(name))

    def erase(self, digest: str) -> bool:
        """See :class:`hoso.stores.api.Store`."""
        if not _NAME.fullmatch(digest):
            return False
        path = self._path(digest)
        with _answering(path, "erase an object"):
            there = path.is_file()
            path.unlink(missing_ok=True)
            if path.parent.is_dir():
                lasting.sync(path.parent)
        return there

    def _path(self, digest: str) -> Path:
        return self._root / digest[:2] / digest[2:]

    def _write(self, data: bytes, target: Path) -> None:
        target.parent.mkdir(exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f"{os.getpid()}-", dir=self._tmp)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fchmod(file.fileno(), 0o444)
                os.fsync(file.fileno())
            Path(name).rename(target)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise

    def _clean(self) -> None:
        """Remove what killed processes left. Only what is old: another process may be writing now, perhaps one of
        another container, whose process ids mean nothing here."""
        oldest = time.time() - _STALE_SECONDS
        for leftover in self._tmp.iterdir():
            with suppress(FileNotFoundError):
                if leftover.stat().st_mtime < oldest:
                    leftover.unlink()


def _forget_cached(path: Path) -> None:
    """Ask the kernel to drop its cached copy, so that reading back asks the disk (Linux; elsewhere the cache answers)."""
    if not hasattr(os, "posix_fadvise"):
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(handle)


@contextmanager
def _answering(place: Path, act: str) -> Iterator[None]:
    """Turn what the file system says into the error that tells the operator what to do."""
    try:
        yield
    except HosoError:
        raise
    except OSError as error:
        why = error.strerror or type(error).__name__
        if error.errno in _FULL:
            raise Unavailable(f"{place}: cannot {act}: the disk is full ({why}); make room, then run again") from error
        if error.errno in _FORBIDDEN:
            raise Misconfigured(f"{place}: cannot {act}: {why}; give this user the right to write there") from error
        raise Unavailable(f"{place}: cannot {act}: {why}; check the disk, then run again") from error
