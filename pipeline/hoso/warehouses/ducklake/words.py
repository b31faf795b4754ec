"""Words of a search: what was typed becomes a question to the index, what was found a snippet. Pure.

A *token* is a run of letters and digits. ``123/QĐ-UBND`` is three tokens that stand side by side, in the text as in the
question, so numbers and symbols are found whole, in part and with other punctuation.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from hoso.errors import Usage
from hoso.values.fold import fold

__all__ = ["Clause", "clauses", "match", "snippet", "spans", "tokens"]

_TOKEN = re.compile(r"[^\W_]+")
_OR_BREAK = re.compile(r"[^\W_]+|\n")
_TYPED = re.compile(r'"([^"]*)"?|(\S+)')
_AROUND = 12
"""Tokens shown on each side of the first match."""


@dataclass(frozen=True, slots=True)
class Clause:
    """Tokens that must stand side by side. ``marked``: typed with diacritics; ``open``: the last may go on."""

    tokens: tuple[str, ...]
    marked: bool
    open: bool


def tokens(text: str, breaks: bool = False) -> list[str]:
    """The tokens of ``text`` in lower case, diacritics kept; and, in their places, the line breaks, with ``breaks``."""
    return (_OR_BREAK if breaks else _TOKEN).findall(unicodedata.normalize("NFC", text).lower())


def clauses(typed: str) -> tuple[Clause, ...]:
    """What was typed: words, phrases in quotes, a * after the beginning of a word. Raises Usage where no word is left."""
    found = []
    for match_ in _TYPED.finditer(unicodedata.normalize("NFC", typed)):
        words = match_.group(1) if match_.group(1) is not None else match_.group(2)
        parts = tokens(words)
        if parts:
            marked = any(fold(part) != part for part in parts)
            found.append(Clause(tuple(parts), marked, words.endswith("*")))
    if not found:
        raise Usage('there is no word to search for; type words, numbers or "a phrase"')
    return tuple(found)


def match(found: Sequence[Clause]) -> str:
    """The FTS5 question: every clause, without diacritics; one typed with them counts more where it stands so.

    Tokens are letters and digits only, so nothing typed can be taken for the index's own language.
    """
    parts = []
    for clause in found:
        star = " *" if clause.open else ""
        part = f'folded : "{" ".join(fold(token) for token in clause.tokens)}"{star}'
        if clause.marked:
            part = f'(exact : "{" ".join(clause.tokens)}"{star} OR {part})'
        parts.append(part)
    return " AND ".join(parts)


def snippet(text: str, found: Sequence[Clause]) -> str:
    """The part of ``text`` about the best match, one line, the matched words between ⟦ and ⟧."""
    text = unicodedata.normalize("NFC", text)
    spans = [(m.start(), m.end()) for m in _TOKEN.finditer(text)]
    if not spans:
        return ""
    bare = [fold(text[start:end]) for start, end in spans]
    runs = _runs([text[start:end].lower() for start, end in spans], bare, found)
    if not runs:
        first, last = 0, min(len(spans), 2 * _AROUND) - 1
    else:
        # The window that holds matches of the most clauses; among equals the one with marks as typed, then the first.
        best = max(runs, key=lambda run: (_near(run, runs), run[3], -run[0]))
        first, last = max(0, best[0] - _AROUND), min(len(spans) - 1, best[1] + _AROUND)
    out, at = [], spans[first][0]
    for start, end in sorted({run[:2] for run in runs}):
        if start < first or end > last or spans[start][0] < at:
            continue
        out += [text[at : spans[start][0]], "⟦", text[spans[start][0] : spans[end][1]], "⟧"]
        at = spans[end][1]
    out.append(text[at : spans[last][1]])
    line = " ".join("".join(out).split())
    return ("… " if first else "") + line + (" …" if last < len(spans) - 1 else "")


def spans(text: str, found: Sequence[Clause]) -> tuple[tuple[int, int], ...]:
    """Where in ``text`` (NFC) what was asked for stands: (first character, the one behind the last), in order."""
    at = [(m.start(), m.end()) for m in _TOKEN.finditer(text)]
    plain = [text[start:end].lower() for start, end in at]
    runs = _runs(plain, [fold(token) for token in plain], found)
    return tuple(sorted({(at[first][0], at[last][1]) for first, last, _, _ in runs}))


_Run = tuple[int, int, int, bool]
"""(first token, last token, clause, with the marks that were typed)."""


def _runs(plain: list[str], bare: list[str], found: Sequence[Clause]) -> list[_Run]:
    runs: list[_Run] = []
    for number, clause in enumerate(found):
        wanted = [fold(token) for token in clause.tokens]
        length = len(wanted)
        for at in range(len(bare) - length + 1):
            seen = bare[at : at + length]
            last_fits = seen[-1].startswith(wanted[-1]) if clause.open else seen[-1] == wanted[-1]
            if last_fits and seen[:-1] == wanted[:-1]:
                runs.append((at, at + length - 1, number, tuple(plain[at : at + length]) == clause.tokens))
    return sorted(runs)


def _near(run: _Run, runs: list[_Run]) -> int:
    return len({other[2] for other in runs if abs(other[0] - run[0]) <= _AROUND})
