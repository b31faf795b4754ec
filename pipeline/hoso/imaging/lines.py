"""Owns the finding of text lines on a level page, cut at columns and cells, and their cutting out.

A *strip* is a run of letters that stand in one line with no wide gap and no upright rule between them. Its *piece* is a
picture of its own ink alone: an engine then needs no layout analysis, and the two columns of a letterhead or the cells
of a table cannot run into each other. Never reads; never orders words.

Measured before the first line of this project: own line boxes read better than any page segmentation of Tesseract.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

import cv2
import numpy as np

from hoso.imaging.paper import Parts
from hoso.imaging.pixels import Pixels, half, resize
from hoso.nouns import Box

__all__ = ["Piece", "Strip", "pieces", "strips"]

Rect = tuple[int, int, int, int]
_MM = 25.4
_BAND = 0.3  # of the letter height: half the height of the band that joins letters to a line
_PAD, _MARGIN = 3, 12  # pixels of the page around a strip, of white around a piece
_KERNEL = np.ones((3, 3), np.uint8)
_SMALL, _READABLE = 15.0, 19.0  # pixels of a letter: below the first it is enlarged to the second
_OPENS = 2.2  # of the letter height: how far a dash stands before the words of its item
_PARTED = 6  # letters that each of two lines must have to be told apart
_REACH = 0.8  # of the letter height: how far a letter reaches for its neighbour, to either side


@dataclass(frozen=True, slots=True)
class Strip:
    """One strip: its box on the page in pixels, the labels of its components, and its ``spans`` (left, right): the
    parts of it that are read as one run though boxes for digits hold them apart."""

    left: int
    top: int
    right: int
    bottom: int
    members: Pixels
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A strip cut out: ``pixels`` of ``scale`` times the page's size (small print is enlarged); ``columns`` are where
    the strip's spans begin in them."""

    pixels: Pixels
    strip: Strip
    columns: tuple[int, ...]
    scale: float

    def place(self, box: Box) -> Box | None:
        """A box on the piece (fractions) in pixels of the page; None where nothing of it lies on the strip."""
        height, width = self.pixels.shape
        strip, first = self.strip, _MARGIN + round(_PAD * self.scale)
        left, right = self._across(box[0] * width), self._across(box[2] * width - 1) + 1
        upper, lower = (strip.top + (y * height - first) / self.scale for y in (box[1], box[3]))
        left, right = max(left, strip.left), min(right, strip.right)
        upper, lower = max(upper, strip.top), min(lower, strip.bottom)
        return (left, upper, right, lower) if right > left and lower > upper else None

    def _across(self, x: float) -> float:
        k = max(0, bisect_right(self.columns, x) - 1)
        left, right = self.strip.spans[k]
        return min(left + (x - self.columns[k]) / self.scale, float(right))


def strips(found: Parts, usable: Pixels, barriers: Pixels | None, cells: tuple[Rect, ...], dpi: float) -> list[Strip]:
    """The strips of a page from its components, top to bottom. ``usable`` tells which may be letters or their marks;
    ``barriers`` is 255 where no line may run on (upright rules); ``cells`` are rows of boxes for digits."""
    unit = dpi / _MM
    plausible = usable & (found.height >= 1.1 * unit) & (found.height <= 5.5 * unit)
    if not plausible.any():
        return []
    letter = float(np.median(found.height[plausible]))
    core = usable & (found.height >= max(1.0 * unit, 0.5 * letter)) & (found.height <= 3.2 * letter)
    core &= found.width <= 25 * letter
    home = _joined(found, core, usable & ~core, barriers, cells, letter)
    _part(found, home, letter)
    home[_marks(found, home)] = -1
    core &= home >= 0
    _attach(found, usable & (home < 0), home, letter)
    made = []
    order = np.argsort(home, kind="stable")
    order = order[np.searchsorted(home[order], 0) :]
    for members in np.split(order, np.flatnonzero(np.diff(home[order])) + 1):
        if len(members) == 0 or not core[members].any():
            continue
        made.append(
            Strip(
                int(found.left[members].min()),
                int(found.top[members].min()),
                int(found.right[members].max()),
                int(found.bottom[members].max()),
                members + 1,
                _spans(found, members, cells, letter),
            )
        )
    return sorted(made, key=lambda strip: (strip.top + strip.bottom, strip.left))


def pieces(page: Pixels, found: Parts, made: list[Strip]) -> tuple[Piece, ...]:
    """Each strip cut out with only its own components, on white, with a white margin."""
    if not made:
        return ()
    own = np.zeros(len(found.area) + 1, np.uint8)
    cut = []
    members = np.concatenate([strip.members for strip in made]) - 1
    group = np.repeat(np.arange(len(made)), [len(strip.members) for strip in made])
    for strip, letter in zip(made, _quantiles(found.height[members], group, len(made), 0.6).tolist(), strict=True):
        own[strip.members] = 255
        piece, columns = _cut(page, found, strip, own)
        own[strip.members] = 0
        scale = min(2.0, _READABLE / letter) if letter < _SMALL else 1.0
        piece = resize(piece, scale)
        framed = np.full((piece.shape[0] + 2 * _MARGIN, piece.shape[1] + 2 * _MARGIN), 255, np.uint8)
        framed[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN] = piece
        begins = tuple(_MARGIN + round((_PAD + column) * scale) for column in columns)
        cut.append(Piece(framed, strip, begins, scale))
    return tuple(cut)


def _cut(page: Pixels, found: Parts, strip: Strip, own: Pixels) -> tuple[Pixels, list[int]]:
    """The strip's own ink on white, padded all around, and the column where each span begins, the padding left out."""
    width = sum(right - left for left, right in strip.spans)
    piece = np.full((strip.bottom - strip.top + 2 * _PAD, width + 2 * _PAD), 255, np.uint8)
    top, bottom = max(0, strip.top - _PAD), min(page.shape[0], strip.bottom + _PAD)
    down = top - (strip.top - _PAD)
    x, columns = 0, []
    for left, right in strip.spans:
        start, stop = max(0, left - _PAD), min(page.shape[1], right + _PAD)
        inked = cv2.dilate(own[found.labels[top:bottom, start:stop]], _KERNEL)
        across = x + start - (left - _PAD)
        window = piece[down : down + bottom - top, across : across + stop - start]
        np.copyto(window, page[top:bottom, start:stop], where=inked > 0)
        columns.append(x)
        x += right - left
    return piece, columns


def _spans(found: Parts, members: Pixels, cells: tuple[Rect, ...], letter: float) -> tuple[tuple[int, int], ...]:
    """The strip whole, or cut into what stands outside boxes for digits and each box's digit, white space left out."""
    left, right = int(found.left[members].min()), int(found.right[members].max())
    middle = float(np.median(found.top[members] + found.height[members] / 2))
    for start, top, stop, bottom in cells:
        if not top <= middle <= bottom or stop <= left or start >= right:
            continue
        inside = members[(found.left[members] >= start - 2) & (found.right[members] <= stop + 2)]
        pieces: list[tuple[int, int]] = []
        for k in inside[np.argsort(found.left[inside])]:
            x, end = int(found.left[k]), int(found.right[k])
            if pieces and x <= pieces[-1][1] + 2:
                pieces[-1] = (pieces[-1][0], max(end, pieces[-1][1]))
            else:
                pieces.append((x, end))
        air = round(0.12 * letter)
        spans = [(x - air, end + air) for x, end in pieces]
        others = np.setdiff1d(members, inside)
        before, after = others[found.right[others] <= start + 2], others[found.left[others] >= stop - 2]
        space = round(0.5 * letter)
        if len(before):
            spans.insert(0, (left, int(found.right[before].max()) + space))
        if len(after):
            spans.append((int(found.left[after].min()) - space, right))
        return tuple(spans) or ((left, right),)
    return ((left, right),)


def _joined(
    found: Parts,
    core: Pixels,
    small: Pixels,
    barriers: Pixels | None,
    cells: tuple[Rect, ...],
    letter: float,
) -> Pixels:
    """For each component the number of its line, -1 for none: bands through the middles of letters are let touch.

    Dashes carry a line on (``small`` has them among marks), but make none.
    """
    high, wide = (side // 2 + 1 for side in found.labels.shape)  # at half the size: bands are broad
    bands = np.zeros((high, wide), np.uint8)
    middle = found.top + found.height / 2
    reach = _REACH * letter
    index = np.flatnonzero(core | (small & _dashes(found, letter)))
    deep = np.where(core[index], _BAND * letter, 1.0)
    boxes = np.column_stack(
        [found.left[index] - reach, middle[index] - deep, found.right[index] + reach, middle[index] + deep]
    )
    for left, top, right, bottom in (boxes / 2).astype(np.int32).tolist():
        cv2.rectangle(bands, (left, top), (right, bottom), 255, -1)
    if barriers is not None:
        bars = half(barriers)
        bands[: bars.shape[0], : bars.shape[1]][bars > 0] = 0
    for left, top, right, bottom in cells:
        at = (top + bottom) // 4
        cv2.rectangle(bands, (left // 2, at - 1), (right // 2, at + 1), 255, -1)
    _, labels = cv2.connectedComponents(bands, connectivity=4, ltype=cv2.CV_16U)
    home = np.full(len(core), -1, np.int64)
    index = np.flatnonzero(core)
    columns = (found.left[index] + found.width[index] // 2) // 2
    home[index] = labels[(middle[index] / 2).astype(int), columns].astype(np.int64) - 1
    return home


def _part(found: Parts, home: Pixels, letter: float) -> None:
    """Part lines that an arc of a seal or a stroke of a pen tied together, in place: letters whose middles stand at two
    heights, a letter and more apart, both over most of the width."""
    placed = np.flatnonzero(home >= 0)
    placed = placed[np.argsort(home[placed], kind="stable")]
    last = int(home.max(initial=-1))
    for group in np.split(placed, np.flatnonzero(np.diff(home[placed])) + 1):
        if len(group) < 2 * _PARTED or np.ptp(found.top[group]) < 1.2 * letter:
            continue
        middle = found.top[group] + found.height[group] / 2
        high, low = float(middle.min()), float(middle.max())
        for _ in range(8):
            under = middle > (high + low) / 2
            high, low = float(np.median(middle[~under])), float(np.median(middle[under]))
        sides = group[~under], group[under]
        if low - high < 1.2 * letter or min(map(len, sides)) < _PARTED:
            continue
        if np.median(np.abs(middle - np.where(under, low, high))) > 0.3 * letter:
            continue
        ends = [(float(found.left[side].min()), float(found.right[side].max())) for side in sides]
        shared = min(end for _, end in ends) - max(start for start, _ in ends)
        if shared > 0.6 * min(end - start for start, end in ends):
            last += 1
            home[sides[1]] = last


def _dashes(found: Parts, letter: float) -> Pixels:
    """Which components have the shape of a dash."""
    shaped: Pixels = (found.width >= 0.25 * letter) & (found.height <= 0.35 * letter) & (found.width > found.height)
    return shaped


def _marks(found: Parts, home: Pixels) -> Pixels:
    """Indices of components whose line is only the marks over a line of large letters just below it."""
    placed = np.flatnonzero(home >= 0)
    numbers, first = np.unique(home[placed], return_inverse=True)
    count = len(numbers)
    left, top, right, bottom = (np.full(count, fill) for fill in (1e9, 1e9, 0.0, 0.0))
    np.minimum.at(left, first, found.left[placed])
    np.minimum.at(top, first, found.top[placed])
    np.maximum.at(right, first, found.right[placed])
    np.maximum.at(bottom, first, found.bottom[placed])
    tall = np.zeros(count)
    np.maximum.at(tall, first, found.height[placed])
    chosen = []
    for k in np.flatnonzero(right - left < 3 * tall):
        below = (left <= left[k] + 2) & (right >= right[k] - 2) & (tall >= 1.6 * tall[k])
        gap = top - bottom[k]
        if (below & (gap > -0.8 * tall) & (gap < 0.35 * tall) & (top + 0.3 * tall > top[k])).any():
            chosen.append(k)
    marks: Pixels = placed[np.isin(first, chosen)]
    return marks


def _attach(found: Parts, loose: Pixels, home: Pixels, letter: float) -> None:
    """Give marks, dots and punctuation to the line whose body is nearest, in place; see also :func:`_cling`."""
    index = np.flatnonzero(loose)
    placed = np.flatnonzero(home >= 0)
    if not len(index) or not len(placed):
        return
    numbers, first = np.unique(home[placed], return_inverse=True)
    count = len(numbers)
    left, right = np.full(count, 1e9), np.zeros(count)
    np.minimum.at(left, first, found.left[placed])
    np.maximum.at(right, first, found.right[placed])
    top = _quantiles(found.top[placed], first, count, 0.3)
    bottom = _quantiles(found.bottom[placed], first, count, 0.6)
    x = (found.left[index] + found.width[index] / 2)[:, None]
    y = (found.top[index] + found.height[index] / 2)[:, None]
    down = np.maximum(np.maximum(top - y, y - bottom), 0.0)
    side = np.maximum(np.maximum(left - x, x - right), 0.0)
    opens = _dashes(found, letter)[index][:, None] & (down == 0)  # an item: a wide space before its words
    within = (side <= np.where(opens, _OPENS, 0.8) * letter) & (down <= 0.85 * letter)
    far = np.where(within, down + 0.5 * side, np.inf)
    best = np.argmin(far, axis=1)
    least = far[np.arange(len(index)), best]
    near = np.isfinite(least)
    home[index[near]] = numbers[best[near]]
    foot = found.bottom.astype(np.float64)
    foot[placed] = np.minimum(foot[placed], bottom[first])  # below its line a "g" draws no mark of the next to it
    _cling(found, index[near & (least > 0) & (np.count_nonzero(within, axis=1) > 1)], home, foot, letter)


def _cling(found: Parts, doubtful: Pixels, home: Pixels, foot: Pixels, letter: float) -> None:
    """Give marks that stand between two lines to the one whose ink they cling to, in place.

    In print set tight the acute of "ố" is nearer to the baseline above than to the top of its own "o", yet it all but
    touches the circumflex, which all but touches the letter: what is nearest joins first.
    """
    if not len(doubtful):
        return
    reach = 0.5 * letter
    others = np.flatnonzero(home >= 0)
    low, high = found.top[doubtful].min() - reach, found.bottom[doubtful].max() + reach
    others = others[(found.bottom[others] >= low) & (found.top[others] <= high)]
    left, right, top, bottom = (side[doubtful][:, None] for side in (found.left, found.right, found.top, found.bottom))
    aside = np.maximum(found.left[others] - right, left - found.right[others])
    apart = np.maximum(found.top[others] - bottom, top - foot[others])
    rows, columns = np.nonzero((aside <= 0.3 * letter) & (apart <= reach) & (doubtful[:, None] != others))
    gaps = np.maximum(apart[rows, columns], 0.0) + 0.5 * np.maximum(aside[rows, columns], 0.0)
    first = {int(k): int(k) for k in doubtful}  # each mark's group goes by its first member's name
    order = np.argsort(gaps, kind="stable")
    settled: dict[int, int] = {}
    for mark, other in zip(doubtful[rows[order]].tolist(), others[columns[order]].tolist(), strict=True):
        one, two = first[mark], first.get(other)
        if one in settled or one == two:
            continue
        if two is None or two in settled:
            settled[one] = int(home[other]) if two is None else settled[two]
        else:
            first.update({member: two for member, group in first.items() if group == one})
    for mark, group in first.items():
        home[mark] = settled.get(group, home[mark])


def _quantiles(values: Pixels, group: Pixels, count: int, share: float) -> Pixels:
    """The quantile of the values of each of ``count`` groups (numbered from 0, none empty), between ranks as they fall."""
    ordered = values[np.lexsort((values, group))].astype(np.float64)
    sizes = np.bincount(group, minlength=count)
    rank = np.cumsum(sizes) - sizes + share * (sizes - 1)
    lower = np.floor(rank).astype(int)
    upper = np.ceil(rank).astype(int)
    between: Pixels = ordered[lower] + (ordered[upper] - ordered[lower]) * (rank - lower)
    return between
