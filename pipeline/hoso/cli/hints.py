"""Reasons to look at watched folders sooner: what the file system tells of changes, where it tells any.

Owns the thread that listens. The look itself is the truth: a hint that never comes costs a second, not a file. Folders on
network shares, whose servers tell nothing of what other machines do, are looked at by the clock alone.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path

__all__ = ["Hints", "on_network"]

_NETWORK = frozenset({
    "nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "ncpfs", "afs", "9p", "ceph", "glusterfs", "lustre", "virtiofs",
    "vboxsf", "drvfs", "davfs",
})  # fmt: skip


def on_network(folder: Path, table: Path = Path("/proc/self/mountinfo")) -> bool:
    """Whether ``folder`` lies on a share, as the kernel's table of mounts tells (proc(5)); True where it cannot be told."""
    best, kind = -1, ""
    try:
        path = folder.resolve()
        for line in table.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
            left, _, right = line.partition(" - ")
            where = left.split()[4].replace("\\040", " ")
            if path.is_relative_to(where) and len(where) >= best:
                best, kind = len(where), right.split()[0]
    except (OSError, IndexError):
        return True
    return kind in _NETWORK or kind.startswith("fuse") or not kind


class Hints:
    """Listens to folders in a thread; :meth:`wait` ends early when something changed in one of them."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self._changed, self._stop = threading.Event(), threading.Event()
        self._folders = [folder for folder in folders if folder.is_dir() and not on_network(folder)]
        self._thread: threading.Thread | None = None
        if self._folders:
            self._thread = threading.Thread(target=self._listen, daemon=True, name="hints")
            self._thread.start()

    @property
    def heard(self) -> int:
        """How many folders are listened to."""
        return len(self._folders) if self._thread else 0

    def wait(self, seconds: float) -> bool:
        """Wait until something changed, at most ``seconds``; whether something did."""
        told = self._changed.wait(seconds)
        self._changed.clear()
        return told

    def wake(self) -> None:
        """End a wait now."""
        self._changed.set()

    def close(self) -> None:
        """Listen no more."""
        self._stop.set()

    def _listen(self) -> None:
        try:
            from watchfiles import watch

            # Not recursive: a folder's own time changes when a dossier is put into the inbox; the rest is looked at.
            told = watch(
                *self._folders, stop_event=self._stop, recursive=False, debounce=200, step=100, rust_timeout=2000,
                raise_interrupt=False,
            )  # fmt: skip
            for _ in told:
                self._changed.set()
        except (ImportError, OSError):
            self._thread = None
