"""What a value parser answers. Owns that noun, and the digits hidden in letters. Never: guesses a missing character."""

from __future__ import annotations

from dataclasses import dataclass

from hoso.values.confusions import LOOK_ALIKE

__all__ = ["NOTHING", "Parsed", "as_digits"]

_FIGURES = str.maketrans({letter: figures[0] for letter, figures in LOOK_ALIKE.items()})


@dataclass(frozen=True, slots=True)
class Parsed:
    """A normalised ``value`` (None: not of that grammar), how well it fits 0..1, and what was wrong ("" for nothing)."""

    value: str | None
    quality: float
    fault: str = ""


NOTHING = Parsed(None, 0.0, "value.grammar")


def as_digits(text: str) -> tuple[str, int]:
    """(``text`` with letters that look like digits made the likeliest digit, how many were changed)."""
    changed = text.translate(_FIGURES)
    return changed, sum(a != b for a, b in zip(text, changed, strict=True))
