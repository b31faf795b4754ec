"""A binary hash tree and the ways up in it, as evidence records have them (RFC 4998, 4.1 to 4.3).

Owns: the order of hashes, the root, the reduced tree of a leaf, the climb from a leaf back to the root. Never: reads a
document or a timestamp.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import cached_property

__all__ = ["ALGORITHMS", "WEAK", "Tree", "climbed", "hashed"]

ALGORITHMS = ("sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512", "sha512_256", "sha224", "sha1")
"""Hash algorithms that can be computed, by the names of asn1crypto; :data:`WEAK` ones are computed to check old proofs."""

WEAK = ("sha1",)
"""Those that prove nothing today, whatever settings say (circular to Decree 23/2025/NĐ-CP: not SHA-1)."""


def hashed(data: bytes, algorithm: str) -> bytes:
    """The digest of ``data``. Raises ValueError for an algorithm that is not among :data:`ALGORITHMS`."""
    if algorithm not in ALGORITHMS:
        raise ValueError(f"no hash algorithm {algorithm!r}")
    return hashlib.new(algorithm, data).digest()


class Tree:
    """The tree over ``leaves``, digests of ``algorithm``, each counted once however often it is given.

    Where there are several, each leaf has a father of its own: the digest of the leaf and of its shade, which is the digest
    of the leaf, in binary order. So no proof names a neighbour's document, or would pass for its proof. From there on two
    neighbours have one father, the digest of both in binary order; who is left over goes up alone. The same leaves give the
    same tree, in whichever order they come. Raises ValueError for no leaf at all.
    """

    def __init__(self, leaves: Iterable[bytes], algorithm: str) -> None:
        self.leaves = tuple(sorted(set(leaves)))
        self.algorithm = algorithm
        if not self.leaves:
            raise ValueError("a hash tree needs a leaf")
        single = len(self.leaves) == 1
        levels = [self.leaves if single else tuple(self._joined(self._own(leaf)) for leaf in self.leaves)]
        while len(levels[-1]) > 1:
            levels.append(self._fathers(levels[-1]))
        self._levels = levels

    @property
    def root(self) -> bytes:
        """What the timestamp is over; the leaf itself where it is the only one."""
        return self._levels[-1][0]

    def reduced(self, leaf: bytes) -> tuple[tuple[bytes, ...], ...]:
        """The lists of hashes that lead from ``leaf`` to the root: the leaf and its shade, then one sibling a list (fathers
        are computed, not kept); empty for the only leaf. Raises KeyError for no leaf of this tree."""
        place = self._places[leaf]
        if len(self.leaves) == 1:
            return ()
        lists = [self._own(leaf)]
        for level in self._levels[:-1]:
            other = place ^ 1
            if other < len(level):
                lists.append((level[other],))
            place //= 2
        return tuple(lists)

    @cached_property
    def _places(self) -> dict[bytes, int]:
        return {leaf: place for place, leaf in enumerate(self.leaves)}

    def _own(self, leaf: bytes) -> tuple[bytes, ...]:
        return tuple(sorted((leaf, hashed(leaf, self.algorithm))))

    def _joined(self, hashes: Sequence[bytes]) -> bytes:
        return hashed(b"".join(sorted(hashes)), self.algorithm)

    def _fathers(self, level: Sequence[bytes]) -> tuple[bytes, ...]:
        pairs = (level[place : place + 2] for place in range(0, len(level), 2))
        return tuple(pair[0] if len(pair) == 1 else self._joined(pair) for pair in pairs)


def climbed(leaf: bytes, lists: Sequence[Sequence[bytes]], algorithm: str) -> bytes | None:
    """The root that ``lists`` lead to from ``leaf``; None where the leaf is not in the first of them (RFC 4998, 4.3).

    No list at all: the leaf is the root. A list of one hash is that hash, as the hash of a group of one document is that of
    the document (4.2). Raises ValueError for an unknown algorithm.
    """
    if not lists:
        return leaf
    if leaf not in lists[0]:
        return None
    father: bytes | None = None
    for hashes in lists:
        held = sorted(hashes if father is None else (*hashes, father))
        if not held:
            return None
        father = held[0] if len(held) == 1 else hashed(b"".join(held), algorithm)
    return father
