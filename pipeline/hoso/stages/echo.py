"""What a paper says of itself twice: words of its abstract against the same words of its body.

Owns: the vote of the body on a word whose letters agree and whose marks do not ("dư án" in the abstract, "dự án" all over
the body). Never: votes with fewer than two voices or where the body itself is divided, and never changes a letter.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise

from hoso.stages.layout import Sheet, Token
from hoso.values.fold import fold

__all__ = ["voted"]

_WORD = re.compile(r"[^\W\d_]+")


def voted(tokens: Sequence[Token], sheets: Sequence[Sheet]) -> str:
    """The text of ``tokens``, each word with the marks that the rest of ``sheets`` gives it beside the same neighbour."""
    mine = {id(t) for t in tokens}
    heard: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for sheet in sheets:
        for row in sheet.rows:
            words = [_bare(t.text) if id(t) not in mine else "" for t in row.tokens]
            for one, two in pairwise(words):
                if one and two:
                    heard[fold(one), fold(two)][f"{one} {two}"] += 1
    words = [_bare(t.text) for t in tokens]
    return " ".join(
        _marked(token.text, words[i], _voices(words, i, heard)) if words[i] else token.text
        for i, token in enumerate(tokens)
    )


def _voices(words: Sequence[str], at: int, heard: dict[tuple[str, str], Counter[str]]) -> Counter[str]:
    """How the body writes the word beside the neighbour before it, and beside the one behind it."""
    voices: Counter[str] = Counter()
    for first in (at - 1, at):
        if 0 <= first < len(words) - 1 and words[first] and words[first + 1]:
            for pair, count in heard.get((fold(words[first]), fold(words[first + 1])), Counter()).items():
                voices[pair.split(" ")[at - first]] += count
    return voices


def _marked(text: str, word: str, voices: Counter[str]) -> str:
    if len(voices) != 1 or word in voices or voices.total() < 2:
        return text
    (heard,) = voices
    start = text.casefold().find(word)
    if start < 0 or len(heard) != len(word):
        return text
    read = text[start : start + len(word)]
    spelled = "".join(h.upper() if r.isupper() else h for r, h in zip(read, heard, strict=True))
    return text[:start] + spelled + text[start + len(word) :]


def _bare(text: str) -> str:
    """The one word in a token, small; "" for none or several."""
    found: list[str] = _WORD.findall(text.casefold())
    return found[0] if len(found) == 1 else ""
