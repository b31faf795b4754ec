"""Strips that hold no words: pieces of signatures, of rules and of copier dirt that an engine read as a letter or two.

Owns: telling them from words by shape and confidence. Never: drops a figure, or a word that stands with others.

Measured on drawn pages (tuning seeds): of strips where nothing is printed these rules drop about half on photocopies, and
of 2,000 printed ones 7, none of them read rightly.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from hoso.nouns import Word

__all__ = ["stray"]

_WIDE, _RIM = 1.3, 0.3
"""Of its height: a letter's box is at most so wide; and so much more is allowed for the rim around ink."""
_SHORT, _FEW = 2, 4
_GUESSED = 0.5
_ITEM = re.compile(r"^\w[.)]$")
_TICKS = frozenset("☐☒☑✓✔✗✘×")


def stray(words: Sequence[Word], shape: float) -> bool:
    """Whether the words of one strip are no words. Boxes are fractions of its picture, which is ``shape`` times as
    high as wide.

    A strip is stray that holds one mark without a letter; or one or two letters stretched over the room of several; or
    one word of few letters that the engine itself hardly believes. A strip with a figure never is: a number may be all a
    cell holds; nor what stands as the number of an item does, however read ("g." for "9.").
    """
    if len(words) != 1 or any(c.isdigit() for c in words[0].text):
        return False
    text = words[0].text
    letters = sum(c.isalnum() for c in text)
    if not letters:
        return text not in _TICKS
    left, top, right, bottom = words[0].box
    wide = (right - left) / max(1e-6, (bottom - top) * shape)
    if len(text) <= _SHORT and wide > _WIDE * len(text) + _RIM:
        return True
    return letters <= _FEW and words[0].confidence < _GUESSED and not _ITEM.match(text)
