"""What a value parser answers. Owns that noun, and the digits hidden in letters. Never: guesses a missing character."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["NOTHING", "Parsed", "as_digits"]

_LOOK_ALIKE = str.maketrans(
    {"O": "0", "o": "0", "Q": "0", "D": "0", "l": "1", "I": "1", "i": "1", "|": "1", "!": "1", "Z": "2", "z": "2",
     "S": "5", "s": "5", "B": "8", "ó": "6", "Ó": "0", "Ô": "0"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parsed:
    """A normalised ``value`` (None: not of that grammar), how well it fits 0..1, and what was wrong ("" for nothing)."""

    value: str | None
    quality: float
    fault: str = ""


NOTHING = Parsed(None, 0.0, "value.grammar")


def as_digits(text: str) -> tuple[str, int]:
    """(``text`` with letters that look like digits made digits, how many were changed)."""
    changed = text.translate(_LOOK_ALIKE)
    return changed, sum(a != b for a, b in zip(text, changed, strict=True))
