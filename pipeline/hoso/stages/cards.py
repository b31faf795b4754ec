"""Front and back of one card, scanned as two pages, joined into one paper.

Owns: which sides of a card a page shows, and which back belongs to which front. The sides are told by the anchors that the
form files mark (``side = "front"``), so that every card form gets this without code. Never: decides that a page begins a
paper (``begins``), or joins a back to the front of another person: numbers that contradict each other part two pages.
"""

from __future__ import annotations

from collections.abc import Sequence

from hoso.forms import Form
from hoso.stages.begins import bears
from hoso.stages.beneath import only_number
from hoso.stages.leaves import Leaf
from hoso.stages.sequence import Chain
from hoso.stages.witness import speaks, statements

__all__ = ["joined", "sides"]

_NUMBERS = frozenset({"citizen-qr.number", "mrz.number"})


def sides(leaf: Leaf, forms: Sequence[Form]) -> frozenset[str]:
    """Which sides of a card of one of ``forms`` the page shows: "front", "back", both, or none.

    A side needs anchors of a weight of 1 together: one worn word tells nothing.
    """
    weight = {"front": 0.0, "back": 0.0}
    for form in forms:
        for side in weight:
            mine = [a for a in form.anchors if a.side == side]
            told = sum(a.weight * (speaks(a.witness, leaf.seen) if a.witness else bears(leaf.laid, a)) for a in mine)
            weight[side] = max(weight[side], told)
    return frozenset(side for side, told in weight.items() if told >= 1.0)


def joined(papers: Sequence[Chain], candidates: Sequence[Form]) -> list[Chain]:
    """``papers`` of one heap with the back of each card behind its front, at the place of whichever lay first.

    A back belongs to the front of the same number; where one of them shows none, to the front right before it or right
    behind it, but not where two fronts wait there: then nobody can tell, and a person looks.
    """
    left = list(papers)
    for type_ in dict.fromkeys(p.head.opening.form.type for p in papers if p.head.opening is not None):
        forms = [f for f in candidates if f.type == type_]
        if any(a.side for f in forms for a in f.anchors):
            left = _of_type(left, type_, forms)
    return left


def _of_type(papers: list[Chain], type_: str, forms: Sequence[Form]) -> list[Chain]:
    shown = {id(p): _shown(p, type_, forms) for p in papers}
    fronts = [p for p in papers if shown[id(p)] == {"front"}]
    taken: dict[int, Chain] = {}
    for at, paper in enumerate(papers):
        if shown[id(paper)] != {"back"}:
            continue
        free = [f for f in fronts if id(f) not in taken]
        mine = _numbers(paper)
        same = [f for f in free if mine & _numbers(f)]
        front = same[0] if len(same) == 1 else _beside(papers, at, free, mine) if not same else None
        if front is not None:
            taken[id(front)] = paper
    gone = {id(back) for back in taken.values()}
    made: dict[int, Chain] = {}
    for front_id, back in taken.items():
        front = next(p for p in papers if id(p) == front_id)
        first, second = sorted((papers.index(front), papers.index(back)))
        told = [] if papers.index(front) + 1 == papers.index(back) else ["hai mặt của một thẻ"]
        made[first] = Chain([*front.leaves, *back.leaves], [*front.proofs, *told])
        gone |= {id(papers[first]), id(papers[second])}
    return [made.get(at, paper) for at, paper in enumerate(papers) if at in made or id(paper) not in gone]


def _shown(paper: Chain, type_: str, forms: Sequence[Form]) -> frozenset[str]:
    """The sides that a paper of one page shows, by the form it was told by: of two versions of a card one has on its front
    what the other has on its back. A worn back reaches no form's threshold, and is held against all of them."""
    begun = paper.head.opening
    if len(paper.leaves) > 1 or (begun is not None and begun.form.type != type_):
        return frozenset()
    return sides(paper.head, forms if begun is None else [begun.form])


def _beside(papers: Sequence[Chain], at: int, free: Sequence[Chain], mine: frozenset[str]) -> Chain | None:
    """The front next to the back at ``at`` that no number denies; None where another front waits beside that one."""

    def waiting(index: int) -> Chain | None:
        paper = papers[index] if 0 <= index < len(papers) else None
        fits = paper is not None and any(paper is f for f in free) and not (mine and _numbers(paper))
        return paper if fits else None

    for step in (-1, 1):
        front = waiting(at + step)
        if front is not None:
            return None if waiting(at + 2 * step) is not None else front
    return None


def _numbers(paper: Chain) -> frozenset[str]:
    """The personal or licence numbers that codes and print of the page state."""
    found = {s.value for s in statements([leaf.seen for leaf in paper.leaves]) if s.witness in _NUMBERS and s.value}
    printed = only_number([leaf.laid for leaf in paper.leaves])
    if printed is not None and not found:
        found.add("".join(t.text for t in printed.tokens).strip(".,:;"))
    return frozenset(found)
