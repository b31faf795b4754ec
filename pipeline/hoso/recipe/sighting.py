"""Where on the paper a search found its words: the boxes of the ink, out of the readings in the store.

Kept nowhere else: boxes of every word would make the index some two thirds larger, and only the few pages that are shown
need them. Changes nothing.
"""

from __future__ import annotations

from hoso import keys
from hoso.nouns import Box, Place, Reading, Seen
from hoso.recipe.standing import standing
from hoso.site import Site
from hoso.warehouses.api import Hit

__all__ = ["boxes", "places"]


def places(site: Site, hit: Hit) -> tuple[Place, ...]:
    """Where the words of ``hit`` stand, one place for each line of a match, in reading order; none where only a value that
    is not printed there matched, or where the dossier was read anew since it was loaded."""
    if not hit.spans:
        return ()
    try:
        outcome = standing(site, hit.dossier).outcome
    except LookupError:  # a warehouse that was moved here without its ledger
        return ()
    if outcome is None:
        return ()
    by_position = {page.position: digest for page, digest in zip(outcome.pages, outcome.seen, strict=True)}
    if hit.position not in by_position:
        return ()
    seen = keys.decode(site.store.get(by_position[hit.position]), Seen)
    return tuple(Place(hit.position, box) for box in boxes(seen.reading, hit.spans))


def boxes(reading: Reading, spans: tuple[tuple[int, int], ...]) -> tuple[Box, ...]:
    """The boxes of what stands at ``spans``, characters of ``reading.text()``: one for each line of each span."""
    found: dict[Box, None] = {}
    for first, behind in spans:
        at = 0
        for line in reading.lines():
            inside: list[Box] = []
            for word in line:
                if at < behind and at + len(word.text) > first:
                    inside.append(word.box)
                at += len(word.text) + 1  # the blank, or the end of the line
            if inside:
                left, top, right, bottom = zip(*inside, strict=True)
                found[(min(left), min(top), max(right), max(bottom))] = None
    return tuple(found)
