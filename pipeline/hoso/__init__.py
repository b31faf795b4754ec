"""Hoso: paper dossiers of Vietnamese offices into signed archive copies and checked, reusable records.

``hoso.open(home)`` reads a home from Python. Importing this package loads no heavy library; the rooms below it load theirs
on use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from hoso.library import Home

__all__ = ["__version__", "open"]

__version__ = "0.1.0"


def open(path: str | Path | None = None, *, unmask: bool = False, purpose: str = "", who: str = "") -> Home:
    """See :func:`hoso.library.open_home`."""
    from hoso.library import open_home

    return open_home(path, unmask=unmask, purpose=purpose, who=who)
