"""Cover sheets in a stack: which pages they are, and which pages lie under each.

Owns: the parting of one source into the papers of several dossiers. A page is never of two sections, and no paper goes over
a cover sheet. Never: reads a dossier's code anywhere else (see ``naming``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hoso.nouns import Seen
from hoso.values import numbers
from hoso.values import text as texts
from hoso.values.cover import HINT, code_told

__all__ = ["VERSION", "Section", "marked", "parted"]

VERSION = "1"

_SHEET = 90
"""Words: more of them are a paper on which somebody stuck the code of a cover sheet, no cover sheet."""
_COVER = "tờ bìa hồ sơ"


@dataclass(frozen=True, slots=True)
class Section:
    """Pages of one dossier in the order received. ``code`` is its code by the cover sheet at ``cover`` (position from 1);
    "" and 0 where no cover sheet is over them. A sheet whose code cannot be read parts all the same."""

    code: str
    cover: int
    pages: tuple[Seen, ...]


def marked(pages: Sequence[Seen]) -> tuple[Seen, ...]:
    """``pages`` with those that are cover sheets of Hoso as separators: they belong to no paper."""
    return tuple(
        replace(seen, page=replace(seen.page, kind="separator", reason=_COVER)) if _is_cover(seen) else seen
        for seen in pages
    )


def parted(pages: Sequence[Seen]) -> tuple[Section, ...]:
    """The dossiers of a source whose cover sheets are :func:`marked`; without any, the one section that it is.

    What lies before the first cover sheet is a section without a code. A stack that ends in a cover sheet and does not
    begin with one was scanned face down: there each sheet stands for what lies before it.
    """
    own = [seen.page.kind == "paper" for seen in pages]
    covers = [i for i, seen in enumerate(pages) if seen.page.kind == "separator" and seen.page.reason == _COVER]
    if not covers:
        return (Section("", 0, tuple(pages)),)
    upside_down = any(own[: covers[0]]) and not any(own[covers[-1] + 1 :])
    bounds = [0, *(c + 1 for c in covers)] if upside_down else [0, *covers]
    sections = []
    for number, (start, end) in enumerate(zip(bounds, [*bounds[1:], len(pages)], strict=True)):
        cover = covers[number] if upside_down and number < len(covers) else None
        if not upside_down and number:
            cover = covers[number - 1]
        code = _code(pages[cover]) if cover is not None else ""
        if end > start:
            sections.append(Section(code, cover + 1 if cover is not None else 0, tuple(pages[start:end])))
    return tuple(sections)


def _is_cover(seen: Seen) -> bool:
    if seen.page.kind not in ("paper", "separator") or len(seen.reading.words) > _SHEET:
        return False
    return bool(code_told(seen.reading.codes)) or _hinted(seen)


def _hinted(seen: Seen) -> bool:
    return any(texts.find(HINT, [w.text for w in line], 0.86) for line in seen.reading.lines())


def _code(seen: Seen) -> str:
    """The code that a cover sheet tells: by its codes, else by its print where that is whole."""
    told = code_told(seen.reading.codes)
    if told:
        return told
    printed = (numbers.dossier_code(" ".join(w.text for w in line)) for line in seen.reading.lines())
    return next((p.value for p in printed if p.value and p.quality >= 0.99), "")
