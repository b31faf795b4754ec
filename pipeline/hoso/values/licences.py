"""Driving licences: classes by date, and the licence number. Pure.

Owns: the classes before 2025-01-01 (Law on Road Traffic 2008; domain facts 2f, secondary) and from that day on (Law on
Road Traffic Order and Safety 2024, art. 57; from memory, high; a live client's list agrees).
Never: says that a class of the other period is wrong: a paper may name an older licence.
"""

from __future__ import annotations

import re

from hoso.values.fold import fold
from hoso.values.parsed import NOTHING, Parsed, as_digits
from hoso.values.text import squeeze

__all__ = ["CHANGED", "NEW", "OLD", "parse", "parse_number"]

CHANGED = "2025-01-01"
OLD = frozenset("A1 A2 A3 A4 B1 B2 C D E F FB2 FC FD FE".split())  # noqa: SIM905
NEW = frozenset("A1 A B1 B C1 C D1 D2 D BE C1E CE D1E D2E DE".split())  # noqa: SIM905

_SHAPES = str.maketrans({"I": "1", "l": "1", "|": "1", "i": "1", "Z": "2", "z": "2", "Ð": "D", "Đ": "D", "8": "B"})
_PIECE = re.compile(r"[A-Za-z0-9|ĐÐđ]{1,3}")


def parse(text: str, on: str = "") -> Parsed:
    """The licence class(es) in ``text``, joined by ", "; ``on`` is the ISO date of the paper ("" where unknown).

    A class of the wrong period has quality 0.6: seen often in the months around the change.
    """
    body = squeeze(text).strip(" .,:;…_-|()[]")
    pieces = [p for p in re.split(r"[\s,;/+&]+|\bvà\b", body) if p.strip(".…_-:|[]()")]
    if not pieces:
        return NOTHING
    period = (NEW if on >= CHANGED else OLD) if on else OLD | NEW
    classes: list[str] = []
    quality = 0.75 if re.search(r"[/|\\]\s*$", text) else 1.0  # what is left of a figure: "D1" as "D/"
    for piece in pieces:
        bare = fold(piece.strip(".…_-:|[]()'\"“”")).upper()
        if bare in OLD | NEW:
            name = bare
            quality = quality if piece.isascii() else min(quality, 0.75)
        else:
            marked = piece.strip(".…_-:|[]()'\"“”")
            shaped = fold(marked[:1]).upper().translate(_SHAPES) + marked[1:].translate(_SHAPES).upper()
            if shaped not in OLD | NEW:
                break
            name, quality = shaped, min(quality, 0.75)
        if name not in period:
            quality = min(quality, 0.6)
        classes.append(name)
    if not classes:
        return NOTHING
    return Parsed(", ".join(classes), quality, "" if quality > 0.6 else "value.implausible")


def parse_number(text: str) -> Parsed:
    """A licence number: 12 digits since the PET card of 2012 (domain facts 2f, secondary); paper licences before had a
    letter or two and six digits or more ("AB 123456"; from memory, medium), told with quality 0.8."""
    tight = re.sub(r"[\s.,:;|_\-–—…]", "", text)
    exact = re.search(r"(?<!\d)\d{12}(?!\d)", tight)
    if exact:
        return Parsed(exact[0], 1.0)
    guess, _ = as_digits(tight)
    exact = re.search(r"(?<!\d)\d{12}(?!\d)", guess)
    if exact:
        changed = sum(a != b for a, b in zip(tight[exact.start() : exact.end()], exact[0], strict=True))
        if changed <= 4:
            return Parsed(exact[0], max(0.3, 0.8 - 0.15 * changed))
    older = re.fullmatch(r"[^\w]*([A-ZĐ]{1,2}\d{6,8})[^\w]*", tight)
    return Parsed(older[1], 0.8) if older else NOTHING
