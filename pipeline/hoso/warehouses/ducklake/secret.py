"""The secret of a home by which persons get their keys. Made once, whole or not at all; never changed, never told."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from hoso import lasting

__all__ = ["make_secret"]


def make_secret(path: Path) -> None:
    """32 random bytes in hex at ``path``, readable for its owner alone; one that another process made meanwhile stands."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secrets.token_hex(32) + "\n")
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(temporary, path)
    temporary.unlink()
    lasting.sync(path.parent)
