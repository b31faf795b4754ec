"""One module a paper type. Each gives ``LAYOUTS`` (the last one is held out) and ``draw(rng, case, …) -> Paper``.

To add a type: one module here with those two names; ``found()`` finds it by its file name. A module of many types that
share their layouts gives ``MEMBERS`` instead: each by its name.
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

    @property
    def LAYOUTS(self) -> tuple[str, ...]:  # noqa: N802
        """The names of its layouts, the held-out one last."""

    def draw(
        self, rng: Random, case: Case, layout: str, held_out_font: bool = False, hand: bool | None = None
    ) -> Paper:
        """One paper of the case in that layout. ``hand``: filled in by pen (None: as the dice fall)."""


@cache
def found() -> Mapping[str, PaperType]:
    """Every type by name, in the order of names."""
    names = sorted(p.stem for p in Path(__file__).parent.glob("*.py") if p.stem != "__init__")
    types: dict[str, PaperType] = {}
    for name in names:
        module = import_module(f"tools.papers.types.{name}")
        types |= getattr(module, "MEMBERS", None) or {name: cast(PaperType, module)}
    return dict(sorted(types.items()))
