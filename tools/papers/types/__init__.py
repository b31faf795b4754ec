"""One module a paper type. Each gives ``LAYOUTS`` (the last one is held out) and ``draw(rng, case, …) -> Paper``.

To add a type: one module here with those two names; ``found()`` finds it by its file name.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Protocol, cast

from tools.papers.paper import Paper
from tools.papers.people import Case

__all__ = ["PaperType", "found"]


class PaperType(Protocol):
    """What a module in this folder offers."""

    LAYOUTS: tuple[str, ...]

    def draw(
        self, rng: Random, case: Case, layout: str, held_out_font: bool = False, hand: bool | None = None
    ) -> Paper:
        """One paper of the case in that layout. ``hand``: filled in by pen (None: as the dice fall)."""


@cache
def found() -> Mapping[str, PaperType]:
    """Every type by name, in the order of names."""
    names = sorted(p.stem for p in Path(__file__).parent.glob("*.py") if p.stem != "__init__")
    return {name: cast(PaperType, import_module(f"tools.papers.types.{name}")) for name in names}
