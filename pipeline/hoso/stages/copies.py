"""The same paper twice in one dossier: scanned twice, or an original and its copy.

Owns: when two papers count as one and the same, by their words, figures and fields; files of equal bytes are found before
any page is read. Never: drops one, and never holds two filled-in forms of different people for copies: what differs
between copies is a slip of reading here and there, never a clear value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from hoso.nouns import PageRef, Place, Problem, Record, Seen
from hoso.stages.check import with_verdict
from hoso.values import text as texts

__all__ = ["VERSION", "copies"]

VERSION = "1"

_ALIKE, _TWIN = 0.55, 0.85
"""Shares of words in common: from the first two papers may be copies, where their fields say so; from the second they are,
where no field says otherwise. Two readings of one page by a scan and a bad photocopy share 0.7 and more; two papers
of one form for two people 0.5 to 0.85, their figures hardly any."""
_FIGURES = 0.6
_SURE = 0.8
"""Confidence of a field from which its value may tell two papers apart."""
_FEWEST = 12


def copies(records: Sequence[Record], pages: Sequence[Seen]) -> tuple[Record, ...]:
    """The records of one dossier, with ``document.duplicate`` on each that repeats an earlier one. ``pages`` are those of
    the dossier."""
    read = {seen.page.ref: seen for seen in pages}
    words = [_words(record, read) for record in records]
    answer = list(records)
    for later in range(1, len(records)):
        twin = next((i for i in range(later) if _twins(records[i], records[later], words[i], words[later])), None)
        if twin is not None:
            answer[later] = _told(records[later], records[twin], read)
    return tuple(answer)


def _words(record: Record, read: Mapping[PageRef, Seen]) -> Counter[str]:
    found: Counter[str] = Counter()
    for ref in record.document.pages:
        if ref in read:
            found.update(s for w in read[ref].reading.words if len(s := texts.skeleton(w.text)) > 1)
    return found


def _twins(one: Record, other: Record, said: Counter[str], said_too: Counter[str]) -> bool:
    if one.document.type != other.document.type or abs(len(one.document.pages) - len(other.document.pages)) > 1:
        return False
    if min(said.total(), said_too.total()) < _FEWEST:
        return False
    common = _common(said, said_too)
    figures = [
        Counter({w: n for w, n in c.items() if any(x.isdigit() for x in w) and len(w) > 2}) for c in (said, said_too)
    ]
    if common < _ALIKE or (figures[0] and figures[1] and _common(*figures) < _FIGURES):
        return False
    same = 0
    for field in one.fields:
        twin = next((f for f in other.fields if f.name == field.name), None)
        if twin is None or not field.value or not twin.value:
            continue
        if texts.skeleton(field.value) == texts.skeleton(twin.value):
            same += any(c.isdigit() for c in field.value)
        elif min(field.confidence, twin.confidence) >= _SURE:
            return False
    return common >= _TWIN or same >= 2


def _common(one: Counter[str], other: Counter[str]) -> float:
    """The share of words that two papers have in common, of those of the shorter one: a back may be missing."""
    return (one & other).total() / max(1, min(one.total(), other.total()))


def _told(record: Record, first: Record, read: Mapping[PageRef, Seen]) -> Record:
    at = [read[ref].page.position for ref in first.document.pages if ref in read]
    text = (
        f"Giấy tờ này giống giấy tờ ở trang {', '.join(map(str, at))} (quét hai lần, hoặc bản chính và bản sao); "
        "hãy xem có cần giữ cả hai không."
    )
    places = tuple(Place(position, (0.0, 0.0, 1.0, 1.0)) for position in at)
    problem = Problem("document.duplicate", "warning", text, places=places)
    return with_verdict(replace(record, problems=(*record.problems, problem)))
