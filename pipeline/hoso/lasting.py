"""Owns how bytes outlive a power cut: a file is synced, then renamed to its name, then its folder is synced.

Never decides what is kept or where.
"""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["sync", "write"]


def sync(path: Path) -> None:
    """Have the disk keep a file's bytes, or a folder's names, as they are now (fsync, POSIX.1-2017). Raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path``, whole or not at all; a file of that name is replaced. Raises OSError."""
    temporary = path.with_suffix(".new")
    temporary.write_bytes(data)
    sync(temporary)
    temporary.rename(path)
    sync(path.parent)
