"""Owns the mending of a QR code's modules by the check words that the code itself holds, the unsure ones given up first.

Never interprets what a code says, and never accepts a correction that a code of other words would pass by chance more often
than once in a hundred thousand. A decoder mends too, but knows of no module whether it was sure (``engines/codes``).

Places of the words, masks, format and blocks: ISO/IEC 18004:2015, 7.5 to 7.9 and table 9. Errors and erasures of
Reed-Solomon words: Berlekamp-Massey and Forney, as in any book on codes.
"""

from __future__ import annotations

from functools import lru_cache
from math import comb, log2

import numpy as np

from hoso.imaging.pixels import Pixels

__all__ = ["mended"]

# Check words of a block and number of blocks for versions 1 to 13, by level: bits 01 (L), 00 (M), 11 (Q), 10 (H).
_BLOCKS = {
    1: ((7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26), (1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4)),
    0: ((10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22), (1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9)),
    3: ((13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24), (1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10, 12)),
    2: ((17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22), (1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11, 16)),
}
_CHANCE = -16.6  # log2 of how often words of nothing may pass
_FIELD = 0x11D  # the polynomial of GF(256)


def mended(dark: Pixels, fixed: Pixels, known: Pixels) -> tuple[Pixels, bool]:
    """``known`` (1 dark, -1 light, 0 not known, of every module) with those added that the check words vouch for, and
    whether all are. ``dark``: 0..1, how dark each module is told to be; ``fixed``: those of the patterns, alike."""
    side = dark.shape[0]
    order = _order(side, fixed.tobytes())
    level, mask = _format(dark)
    masked = _mask(mask, side)[order[:, 0], order[:, 1]]
    seen = np.where(known != 0, known > 0, dark)[order[:, 0], order[:, 1]].astype(np.float64)
    words = len(order) // 8
    bits = ((seen[: 8 * words] > 0.5) ^ masked[: 8 * words]).reshape(words, 8)
    sure = np.abs(seen[: 8 * words] - 0.5).reshape(words, 8).min(axis=1)
    values = np.packbits(bits, axis=1)[:, 0]
    known, whole = known.copy(), True
    for block, checks in _blocks(words, (side - 17) // 4, level):
        right = _corrected(values[block], sure[block], checks)
        if right is None:
            whole = False
            continue
        at = (block[:, None] * 8 + np.arange(8)).ravel()
        drawn = np.unpackbits(right) ^ masked[at]
        known[order[at, 0], order[at, 1]] = np.where(drawn, 1, -1)
    if whole:
        _draw_format(known, level, mask)
    return known, whole


@lru_cache(maxsize=32)
def _order(side: int, fixed: bytes) -> Pixels:
    """Rows and columns of the modules that hold words, bit by bit (7.7.3)."""
    taken = np.frombuffer(fixed, np.int8).reshape(side, side) != 0
    taken[:9, 8] = taken[8, :9] = taken[8, -8:] = taken[-8:, 8] = True
    if side >= 45:  # from version 7 on it is written out
        taken[:6, -11:-8] = taken[-11:-8, :6] = True
    places = []
    for turn, right in enumerate(column for column in range(side - 1, 0, -1) if _begins(column)):
        rows = range(side) if turn % 2 else range(side - 1, -1, -1)
        places += [(row, column) for row in rows for column in (right, right - 1) if not taken[row, column]]
    return np.array(places)


def _begins(column: int) -> bool:
    """Whether a pair of columns begins at this one; the sixth holds the timing pattern and is passed over."""
    return column % 2 == 0 if column > 6 else column in (5, 3, 1)


def _mask(number: int, side: int) -> Pixels:
    row, column = np.indices((side, side))
    rules = (
        (row + column) % 2, row % 2, column % 3, (row + column) % 3, (row // 2 + column // 3) % 2,
        row * column % 2 + row * column % 3, (row * column % 2 + row * column % 3) % 2,
        ((row + column) % 2 + row * column % 3) % 2,
    )  # fmt: skip
    return np.asarray(rules[number] == 0)


def _places_of_format(side: int) -> list[list[tuple[int, int]]]:
    """Both copies of the 15 bits, the highest first (7.9)."""
    near = [*((8, x) for x in range(6)), (8, 7), (8, 8), (7, 8), *((y, 8) for y in range(5, -1, -1))]
    far = [*((side - 1 - k, 8) for k in range(7)), *((8, side - 8 + k) for k in range(8))]
    return [near, far]


@lru_cache(maxsize=1)
def _formats() -> Pixels:
    """All 32, by level and mask: 15 bits each."""
    made = []
    for data in range(32):
        rest = data << 10
        for bit in range(14, 9, -1):
            if rest >> bit & 1:
                rest ^= 0b10100110111 << (bit - 10)
        word = (data << 10 | rest) ^ 0b101010000010010
        made.append([word >> bit & 1 for bit in range(14, -1, -1)])
    return np.array(made)


def _format(dark: Pixels) -> tuple[int, int]:
    """The level's two bits and the mask's number that look likeliest."""
    seen = sum(np.array([dark[place] for place in copy]) - 0.5 for copy in _places_of_format(dark.shape[0]))
    return divmod(int(((2 * _formats() - 1) @ seen).argmax()), 8)


def _draw_format(known: Pixels, level: int, mask: int) -> None:
    for copy in _places_of_format(known.shape[0]):
        for place, bit in zip(copy, _formats()[8 * level + mask], strict=True):
            known[place] = 1 if bit else -1


def _blocks(words: int, version: int, level: int) -> list[tuple[Pixels, int]]:
    """Of each block the places of its words among all, data first, and how many of them are check words (7.6)."""
    checks, count = (row[version - 1] for row in _BLOCKS[level])
    data = words - checks * count
    short, longer = divmod(data, count)
    blocks = []
    for number in range(count):
        own = [at * count + number for at in range(short)]
        if number >= count - longer:
            own.append(short * count + number - (count - longer))
        own += [data + at * count + number for at in range(checks)]
        blocks.append((np.array(own), checks))
    return blocks


def _corrected(values: Pixels, sure: Pixels, checks: int) -> Pixels | None:
    """The block's words as they were, None where too few are right; more and more of the unsure ones are given up."""
    doubtful = np.argsort(sure, kind="stable")
    for given_up in range(0, checks - 3, 2):
        right = _solved(values, doubtful[:given_up].tolist(), checks)
        if right is None:
            continue
        others = np.setdiff1d(np.flatnonzero(right != values), doubtful[:given_up]).size
        by_chance = log2(comb(len(values), others)) + 8 * (others - (checks - given_up))
        if by_chance < _CHANCE:
            return right
    return None


@lru_cache(maxsize=1)
def _powers() -> tuple[Pixels, Pixels]:
    """Powers of 2 in GF(256), twice in a row, and logarithms."""
    power, log = np.zeros(510, np.int64), np.zeros(256, np.int64)
    value = 1
    for k in range(255):
        power[k] = power[k + 255] = value
        log[value] = k
        value = value << 1 ^ (_FIELD if value & 128 else 0)
    return power, log


def _times(a: int, b: int) -> int:
    power, log = _powers()
    return int(power[log[a] + log[b]]) if a and b else 0


def _product(a: list[int], b: list[int]) -> list[int]:
    made = [0] * (len(a) + len(b) - 1)
    for i, x in enumerate(a):
        for k, y in enumerate(b):
            made[i + k] ^= _times(x, y)
    return made


def _at(terms: list[int], exponents: Pixels) -> Pixels:
    """Values of a polynomial (lowest term first) at powers of 2."""
    power, log = _powers()
    made = np.zeros(len(exponents), np.int64)
    for k, term in enumerate(terms):
        if term:
            made ^= power[(log[term] + k * exponents) % 255]
    return made


def _solved(values: Pixels, erased: list[int], checks: int) -> Pixels | None:
    """The words nearest to ``values`` with those at ``erased`` left open, None where none is near enough."""
    power, log = _powers()
    count = len(values)
    lowest_first = [int(value) for value in values[::-1]]
    sums = [int(value) for value in _at(lowest_first, np.arange(checks))]
    if not any(sums):
        return values.copy()
    opened = [1]
    for place in erased:
        opened = _product(opened, [1, int(power[(count - 1 - place) % 255])])
    locator, before = opened[:], opened[:]
    length = len(erased)
    for step in range(len(erased), checks):
        before = [0, *before]
        off = 0
        for k, term in enumerate(locator[: step + 1]):
            off ^= _times(term, sums[step - k])
        if not off:
            continue
        scaled = [_times(off, term) for term in before]
        longer = [a ^ b for a, b in zip(_padded(locator, len(scaled)), _padded(scaled, len(locator)), strict=True)]
        if 2 * length <= step + len(erased):
            length = step + len(erased) + 1 - length
            inverse = int(power[(255 - log[off]) % 255])
            before = [_times(inverse, term) for term in locator]
        locator = longer
    exponents = np.arange(count)
    wrong = exponents[_at(locator, (-exponents) % 255) == 0]
    if len(wrong) != length or 2 * (length - len(erased)) + len(erased) > checks:
        return None
    evaluator = _product(sums, locator)[:checks]
    slope = [term if k % 2 == 0 else 0 for k, term in enumerate(locator[1:])]
    back = (-wrong) % 255
    top, bottom = _at(evaluator, back), _at(slope, back)
    if not bottom.all():
        return None
    right = values.copy()
    for exponent, a, b in zip(wrong.tolist(), top.tolist(), bottom.tolist(), strict=True):
        if a:
            right[count - 1 - exponent] ^= int(power[(log[a] - log[b] + exponent) % 255])
    return right if not _at([int(value) for value in right[::-1]], np.arange(checks)).any() else None


def _padded(terms: list[int], count: int) -> list[int]:
    return terms + [0] * (count - len(terms))
