"""Pages of one heap into papers, each in reading order: in the order received, unless the pages themselves say otherwise.

Owns: how a heap may have been scanned (as it lies, last page first, all fronts then all backs), how well one page goes on
another, and what proves it. Never: reads a page (see ``leaves``), and never moves one without proof: page numbers, a
sentence, articles or a table that go on, a later page of a form behind its first.

Weights are in the manner of log odds, set by hand, and measured by ``python -m benchmarks.stacks``.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from hoso.stages.leaves import Leaf
from hoso.values import text as texts

__all__ = ["Chain", "bond", "chains", "goes_on"]

_PROOF = 2.0
"""The bond, without any word of nearness, from which a page may follow one that does not lie beside it."""
_TOPIC = 6.0
"""What it tells that two pages share their rarer words."""
_SAME = 0.9
"""Likeness of words from which two pages are one and the same, scanned twice: the one does not go on the other."""
_ALL_PAIRS = 80
"""Leaves up to which every page is compared with every other; larger heaps compare neighbours and numbered pages."""
_BESIDE, _BESIDE_FILES = 2.5, 0.5
"""How much it tells that a page lies right behind another, in one file and in files of their own."""
_ASTRAY = -3.5
"""The same of a page that lies elsewhere, in a heap that is otherwise in order."""


@dataclass(frozen=True, slots=True)
class _Manner:
    """How a heap was scanned: ``order`` are its leaves as they lay, ``told`` says so in Vietnamese, ``prior`` how likely it
    is before any page is looked at; ``beside`` and ``astray`` weigh nearness."""

    order: tuple[int, ...]
    told: str
    prior: float
    beside: float
    astray: float


@dataclass(slots=True)
class Chain:
    """Leaves of one paper in reading order. ``proofs`` say, in Vietnamese, why they follow one another where they were
    not received so; empty where they were."""

    leaves: list[Leaf]
    proofs: list[str] = field(default_factory=list)

    @property
    def head(self) -> Leaf:
        """The first page."""
        return self.leaves[0]


@dataclass(frozen=True, slots=True)
class _Edge:
    gain: float
    before: int
    after: int
    proofs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Answer:
    score: float
    follows: dict[int, _Edge]
    manner: _Manner


def chains(slots: Sequence[Leaf | None], one_file: bool) -> list[Chain]:
    """The papers of a heap in the order of their first pages as received.

    ``slots`` are its pages in the order received, None for one that is no paper (blank, unreadable): it takes part in how
    the heap was scanned. ``one_file``: they are pages of one file, which came out of one go of a scanner, so that what
    begins nothing goes on what lies before it unless it says otherwise; else each is a file of its own.
    """
    leaves = [leaf for leaf in slots if leaf is not None]
    if not leaves:
        return []
    near = _likenesses(leaves)
    known: dict[tuple[int, int], tuple[float, tuple[str, ...]]] = {}
    answers = [_arranged(leaves, manner, near, known) for manner in _manners(slots, one_file)]
    proven = [one for one in answers[1:] if any(e.proofs and e.after != e.before + 1 for e in one.follows.values())]
    return _linked(leaves, max([answers[0], *proven], key=lambda one: one.score))


def goes_on(before: Chain, found: Chain) -> bool:
    """Whether the paper that begins a file goes on the last paper of the file before it: the back of a sheet, an appendix
    or a following page that was scanned by itself."""
    head = found.head
    if head.note or (head.appendix and head.place == 1):
        return _home(found, [before], [before]) is not None
    return head.opening is None and bond(before.leaves[-1], head)[0] + _BESIDE_FILES > _alone(head)


def bond(a: Leaf, b: Leaf, likeness: float = 0.0) -> tuple[float, tuple[str, ...]]:
    """(how well ``b`` goes on ``a`` by what stands on them, what proves it).

    ``likeness`` 0..1 is that of their rarer words. From about 2 it is likelier than not that it does, wherever they lay.
    """
    twice = likeness > _SAME and min(len(a.words), len(b.words)) > 25
    score, proofs = -4.0 if twice else _TOPIC * likeness, []
    if a.place is not None and b.number is not None:
        if b.number == a.place + 1:
            score += 4.0 if b.sure else 1.5
            proofs.append("số trang")
        else:
            score -= 4.0 if b.sure else 1.5
    elif a.number is not None and a.number > 1 and a.sure and b.number is None:
        score -= 1.0
    if a.of is not None and b.of is not None:
        score += 1.0 if a.of == b.of else -4.0
    if a.style and b.style and a.style != b.style:
        score -= 2.0
    elif a.number is None and a.opening is not None and b.of is not None:
        score -= 1.5
    if a.tall and b.tall and min(len(a.words), len(b.words)) > 30:
        score -= min(1.2, 12.0 * abs(math.log(a.tall / b.tall))) + min(0.8, 30.0 * abs(a.left - b.left))
    if a.of is not None and a.number == a.of:
        score -= 4.0
    if a.ends_open and b.starts_open:
        score += 2.5
        proofs.append("câu viết tiếp")
    elif a.ends_open != b.starts_open:
        score -= 1.5 if b.starts_open else 0.5
    for one, other, gain, loss, name in (
        (a.articles, b.articles, 2.5, 3.0, "số điều"),
        (a.rows, b.rows, 2.5, 0.0, "số thứ tự trong bảng"),
        (a.sections, b.sections, 2.0, 2.0, "số phần"),
        (a.items, b.items, 1.0, 0.0, ""),
    ):
        if one is not None and other is not None and other[0] > 1:
            if other[0] == one[1] + 1:
                score += gain
                proofs += [name] if name else []
            elif other[0] <= one[1]:
                score -= loss
    if a.opening is not None:
        if a.opening.form.type in b.bears:
            score += 4.0
            proofs.append("phần sau của mẫu")
        elif b.bears:
            score -= 2.0
    elif a.bears & b.bears:
        score += 1.0
    if b.appendix:
        if a.opening is not None and a.symbol and b.symbol and not _same_number(a.symbol, b.symbol):
            score -= 4.0
    elif a.signed:
        score -= 6.0 if b.titled else 3.5
    return score, tuple(proofs)


def _manners(slots: Sequence[Leaf | None], one_file: bool) -> list[_Manner]:
    """How a heap may have been scanned, as received first. Blanks take part in the count of fronts and backs."""
    number: dict[int, int] = {}
    for place, slot in enumerate(slots):
        if slot is not None:
            number[place] = len(number)
    count, near = len(slots), _BESIDE if one_file else _BESIDE_FILES
    straight = list(range(count))
    fronts, backs = straight[: count // 2], straight[count // 2 :]
    ways: list[tuple[list[int], str, float, float, float]] = [
        (straight, "", 2.0, near, _ASTRAY),
        (straight[::-1], "tập giấy quét ngược, trang cuối trước", 0.0, near, _ASTRAY),
        (straight, "tập giấy bị xáo thứ tự", -1.0, 0.0, 0.0),
    ]
    if count >= 4 and count % 2 == 0:
        turned = [p for pair in zip(fronts, reversed(backs), strict=True) for p in pair]
        ways.append((turned, "quét các mặt trước rồi lật cả tập quét các mặt sau", 0.0, near, _ASTRAY))
        level = [p for pair in zip(fronts, backs, strict=True) for p in pair]
        ways.append((level, "quét các mặt trước rồi các mặt sau", 0.0, near, _ASTRAY))
    return [
        _Manner(tuple(number[p] for p in w if p in number), told, prior, by, far) for w, told, prior, by, far in ways
    ]


def _arranged(
    leaves: Sequence[Leaf],
    manner: _Manner,
    near: Sequence[dict[str, float]],
    known: dict[tuple[int, int], tuple[float, tuple[str, ...]]],
) -> _Answer:
    """The best links found when the heap was scanned in that ``manner``: surest first, each page with one before and one
    after it at the most."""
    beside = set(pairwise(manner.order))
    edges = []
    for a, b in _pairs(leaves, beside):
        if not _may_follow(leaves[b]):
            continue
        if (a, b) not in known:
            known[a, b] = bond(leaves[a], leaves[b], _cosine(near[a], near[b]))
        score, proofs = known[a, b]
        if (a, b) not in beside and not (proofs and score >= _PROOF):
            continue
        gain = score + (manner.beside if (a, b) in beside else manner.astray) - _alone(leaves[b])
        if gain > 0:
            edges.append(_Edge(gain, a, b, proofs))
    follows: dict[int, _Edge] = {}
    taken: set[int] = set()
    for edge in sorted(edges, key=lambda e: (-e.gain, e.before, e.after)):
        if edge.after in follows or edge.before in taken or _leads(follows, edge.before, edge.after):
            continue
        follows[edge.after] = edge
        taken.add(edge.before)
    return _Answer(sum(e.gain for e in follows.values()) + manner.prior, follows, manner)


def _pairs(leaves: Sequence[Leaf], beside: set[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    count = len(leaves)
    if count <= _ALL_PAIRS:
        yield from ((a, b) for a in range(count) for b in range(count) if a != b)
        return
    yield from beside
    numbered: dict[int, list[int]] = {}
    for index, one in enumerate(leaves):
        if one.place is not None:
            numbered.setdefault(one.place, []).append(index)
    for number, those in numbered.items():
        for a in those:
            yield from ((a, b) for b in numbered.get(number + 1, ()) if (a, b) not in beside)


def _may_follow(b: Leaf) -> bool:
    """Whether a page may go on another one by its own marks: beginnings, appendices and notes are placed by others."""
    return b.opening is None and not b.note and not (b.appendix and b.place == 1)


def _alone(b: Leaf) -> float:
    """How likely a page without a beginning stands for itself all the same."""
    return -3.0 if b.number is not None and b.number > 1 and b.sure else -2.0


def _leads(follows: dict[int, _Edge], start: int, wanted: int) -> bool:
    """Whether going back from ``start`` one comes to ``wanted``: a link would close a ring."""
    here: int | None = start
    while here is not None:
        if here == wanted:
            return True
        here = follows[here].before if here in follows else None
    return False


def _linked(leaves: Sequence[Leaf], answer: _Answer) -> list[Chain]:
    """The chains that the links make; then notes and appendices put to the papers they go with."""
    after = {edge.before: edge for edge in answer.follows.values()}
    order, manner = answer.manner.order, answer.manner.told
    rank = {index: place for place, index in enumerate(order)}
    made: list[tuple[int, Chain]] = []
    of: dict[int, Chain] = {}
    for index in order:
        if index in answer.follows:
            continue
        chain, here, moved = Chain([]), index, False
        while True:
            chain.leaves.append(leaves[here])
            of[here] = chain
            if here not in after:
                break
            edge = after[here]
            if edge.after != here + 1:
                moved = True
                chain.proofs += [p for p in edge.proofs if p not in chain.proofs]
            here = edge.after
        if moved and manner:
            chain.proofs.insert(0, manner)
        made.append((index, chain))
    gone: set[int] = set()
    for index, chain in sorted(made, key=lambda m: rank[m[0]]):
        if not (chain.head.note or (chain.head.appendix and chain.head.place == 1)):
            continue
        home = _home(chain, [of[i] for i in order[: rank[index]]], [c for _, c in made if c is not chain])
        if home is None:
            continue
        at = len(home.leaves)
        if chain.head.note:
            front = leaves[order[rank[index] - 1]]
            at = next((n + 1 for n, leaf in enumerate(home.leaves) if leaf is front), at)
        if leaves.index(home.leaves[at - 1]) != index - 1:
            told = "mặt sau" if chain.head.note else "phụ lục ghi số của văn bản" if chain.head.symbol else ""
            home.proofs += [p for p in (manner, *chain.proofs, told) if p and p not in home.proofs]
        home.leaves[at:at] = chain.leaves
        of.update((i, home) for i, c in list(of.items()) if c is chain)
        gone.add(id(chain))
    return [chain for _, chain in sorted(made, key=lambda m: m[0]) if id(chain) not in gone]


def _home(chain: Chain, before: Sequence[Chain], others: Sequence[Chain]) -> Chain | None:
    """The paper that a note or an appendix goes with, None for none.

    A note stays with the page it lies behind. An appendix goes with the paper whose number it names; where it names none,
    or none of that number is here to say otherwise, with the paper before it.
    """
    last = before[-1] if before else None
    if chain.head.note or not chain.head.symbol:
        return last
    named = [c for c in others if c.head.opening is not None and _same_number(c.head.symbol, chain.head.symbol)]
    if named:
        return last if last is not None and any(c is last for c in named) else named[0]
    if last is not None and last.head.opening is not None and _other_number(last.head.symbol, chain.head.symbol):
        return None
    return last


def _other_number(one: str, other: str) -> bool:
    """Whether two numbers are surely not the same: more apart than a misread figure and letter make them."""
    return bool(one and other) and not _same_number(one, other) and texts.distance(one, other) > max(2, len(one) // 4)


def _same_number(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) > 4 and (long.startswith(short) or (texts.distance(one, other) <= 1 and len(one) > 6))


def _likenesses(leaves: Sequence[Leaf]) -> list[dict[str, float]]:
    """The words of each leaf weighed by how rare they are in the heap, as unit vectors."""
    found: Counter[str] = Counter()
    for leaf in leaves:
        found.update(leaf.words.keys())
    count = len(leaves)
    vectors = []
    for leaf in leaves:
        weights = {w: (1 + math.log(n)) * math.log((count + 1) / found[w]) for w, n in leaf.words.items()}
        length = math.sqrt(sum(v * v for v in weights.values())) or 1.0
        vectors.append({w: v / length for w, v in weights.items()})
    return vectors


def _cosine(one: dict[str, float], other: dict[str, float]) -> float:
    if len(one) > len(other):
        one, other = other, one
    return sum(v * other[w] for w, v in one.items() if w in other)
