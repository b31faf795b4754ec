"""Words of a line without the dirt around them.

Owns: what counts as a speck: marks alone at the ends of a line, and scraps that the engine itself hardly believes.
Never: drops a word that holds a letter or figure the engine is sure of; what is between words stays, for a spoiled figure
is a figure still.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hoso.stages.layout import Token

__all__ = ["BOXES", "clean", "trim"]

BOXES = "☐☑☒⊠□✓✔✗✘■√"
"""Tick boxes and ticks as characters: words like any other where a form asks to tick."""


def clean(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """Tokens without specks: marks alone at the ends, and what the engine itself hardly believes."""
    kept = [t for t in tokens if t.confidence >= (0.2 if sum(c.isalnum() for c in t.text) in (1, 2) else 0.0)]
    return trim([t for t in kept if any(c.isalnum() for c in t.text) or t.confidence >= 0.5])


def trim(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """Tokens without marks alone at the ends."""
    kept = list(tokens)
    while kept and not _says(kept[-1].text):
        kept.pop()
    while kept and not _says(kept[0].text):
        kept.pop(0)
    return tuple(kept)


def _says(text: str) -> bool:
    """Whether a word holds a letter, a figure or a tick box."""
    return any(c.isalnum() or c in BOXES for c in text)
