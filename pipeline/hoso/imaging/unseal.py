"""Owns the taking of black seals off the print they cross: their rings, and the words that run around between them.

Works on an evened level grey page at about 200 dpi and its mask of ink, both painted in place. Never takes a stroke of
print that goes on at both sides of a ring, never touches a coloured seal (:mod:`hoso.imaging.colour` lifts those), never
reads. What stands in the middle of a seal stays.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from hoso.imaging.paper import Parts, anew
from hoso.imaging.pixels import Pixels
from hoso.imaging.rings import TURNS, Ring, Round

__all__ = ["cut"]

_MM = 25.4
_BEYOND = 3  # pixels at either side of a ring on which a stroke of print must go on
_SURE = 2  # pixels by which a stroke must stand out of a ring to be told from a rough edge
_THICKER = 3  # pixels by which a ring is thicker where a stem of print lies across it at a flat angle
_STEM_MM, _ALONG_MM = 0.6, 0.4  # a stem of print: its thickness, and the least of it
_SLANTS = (0.0, 0.4, -0.4, 0.8, -0.8, 1.2, -1.2, 1.7, -1.7)  # pixels along the ring a stroke moves for each across it
_ROOM = 16  # pixels at either side of a ring that are looked at
_LETTERS, _LETTER_MM = 6, 1.3  # of the words that run around: how many are needed, and how high
_STANDS_MM = 0.3  # by which such a letter stands off the circles on which the others stand and end
_KERNEL = np.ones((3, 3), np.uint8)
_ANGLES = np.linspace(0, 2 * np.pi, TURNS, endpoint=False)
_COS, _SIN = np.cos(_ANGLES), np.sin(_ANGLES)


def cut(page: Pixels, mask: Pixels, found: Parts, rounds: tuple[Round, ...], dpi: float) -> Parts:
    """Paint the rings white, in place, on ``page`` and ``mask``, but not where a stroke crosses them; gives the
    components anew (the labels of ``found`` are written over)."""
    if not rounds:
        return found
    before = mask.copy()
    windows = []
    for seal in rounds:
        window, far, turn = _around(seal, mask.shape)
        for ring in seal.rings:
            off = far - ring.reach.astype(np.float32)[turn]
            band = np.abs(off) <= ring.half + 1
            kept = _crossed(mask, seal, ring, dpi)[np.rint(off).astype(int).clip(-_ROOM, _ROOM) + _ROOM, turn]
            gone = (mask[window] > 0) & band & ~kept
            mask[window][gone] = 0
            rim = cv2.dilate(gone.view(np.uint8), _KERNEL) > 0
            page[window][rim & (mask[window] == 0)] = 255
        _clear_words(page[window], mask[window], seal, far, turn, dpi)
        windows.append(window)
    touched = [np.unique(found.labels[window][before[window] != mask[window]]) for window in windows]
    return _closed_up(anew(found, mask, np.unique(np.concatenate(touched)).astype(np.int64) - 1))


def _closed_up(found: Parts) -> Parts:
    """The components without those that are gone: the last take their places, also in the labels, in place."""
    count = np.count_nonzero(found.area)
    holes, last = np.flatnonzero(found.area[:count] == 0), count + np.flatnonzero(found.area[count:])
    for hole, k in zip(holes.tolist(), last.tolist(), strict=True):
        window = slice(found.top[k], found.bottom[k]), slice(found.left[k], found.right[k])
        labels = found.labels[window]
        labels[labels == k + 1] = hole + 1
    stats = np.column_stack([found.left, found.top, found.width, found.height, found.area])
    stats[holes] = stats[last]
    return Parts(found.labels, *(stats[:count, column] for column in range(5)))


def _around(seal: Round, shape: tuple[int, ...]) -> tuple[tuple[slice, slice], Pixels, Pixels]:
    """The window of a page that holds a seal; for each of its pixels how far from the seal's middle it lies and the
    number of its direction."""
    most = max(float(ring.reach.max()) for ring in seal.rings) + _ROOM
    top, left = max(0, int(seal.y - most)), max(0, int(seal.x - most))
    window = slice(top, min(shape[0], int(seal.y + most) + 2)), slice(left, min(shape[1], int(seal.x + most) + 2))
    y, x = np.mgrid[window].astype(np.float32)
    far, angle = cv2.cartToPolar(x - np.float32(seal.x), y - np.float32(seal.y))
    turn = np.rint(angle * np.float32(TURNS / (2 * np.pi))).astype(np.int32) % TURNS
    return window, far, turn


def _clear_words(page: Pixels, mask: Pixels, seal: Round, far: Pixels, turn: Pixels, dpi: float) -> None:
    """Paint the letters that run around between a seal's rings white, in place: those that stand on one circle and end
    at another. Letters of print stand anywhere."""
    outer = seal.rings[0]
    inner = next((ring for ring in seal.rings if 0.5 < ring.reach.mean() / outer.reach.mean() < 0.8), None)
    if inner is None:
        return
    off = far - outer.reach.astype(np.float32)[turn]
    wide = (outer.reach - inner.reach).astype(np.float32)[turn]
    between = ((off < -outer.half) & (off > inner.half - wide)).view(np.uint8)
    count, labels, sides, _ = cv2.connectedComponentsWithStats(mask, connectivity=8, ltype=cv2.CV_32S)
    rows, columns = np.nonzero(labels)
    label = labels[rows, columns].astype(np.int64)
    lies = off[rows, columns]
    near, end = np.full(count, 1e9), np.full(count, -1e9)
    np.minimum.at(near, label, lies)
    np.maximum.at(end, label, lies)
    inside = np.bincount(label, weights=between[rows, columns], minlength=count) >= sides[:, 4]
    high = end - near
    inside &= (high >= _LETTER_MM / _MM * dpi) & (np.arange(count) > 0)
    if np.count_nonzero(inside) < _LETTERS:
        return
    foot, head = float(np.median(near[inside])), float(np.median(end[inside]))
    alike = inside & (np.abs(near - foot) <= _STANDS_MM / _MM * dpi) & (np.abs(end - head) <= _STANDS_MM / _MM * dpi)
    if np.count_nonzero(alike) < _LETTERS:
        return
    gone = alike[labels]
    mask[gone] = 0
    page[cv2.dilate(gone.view(np.uint8), _KERNEL) > 0] = 255


def _crossed(mask: Pixels, seal: Round, ring: Ring, dpi: float) -> Pixels:
    """True where ink on a ring belongs to print: rows are distances from its middle line, from ``-_ROOM`` to ``_ROOM``,
    columns the directions."""
    off = np.arange(-_ROOM, _ROOM + 1)[:, None]
    columns = np.rint(seal.x + (ring.reach + off) * _COS).astype(np.int32).clip(0, mask.shape[1] - 1)
    rows = np.rint(seal.y + (ring.reach + off) * _SIN).astype(np.int32).clip(0, mask.shape[0] - 1)
    ink = mask[rows, columns] > 0
    band = math.ceil(ring.half + 0.5)
    step = TURNS / (2 * np.pi * float(ring.reach.mean()))  # columns a pixel
    kept: Pixels = _through(ink, band, step)
    along = math.ceil(_ALONG_MM / _MM * dpi * step)
    upward, downward = (np.cumprod(side, axis=0, dtype=np.int8).sum(axis=0) for side in (ink[_ROOM:], ink[_ROOM::-1]))
    kept[:, _long(upward + downward - 1 >= 2 * ring.half + _THICKER, along)] = True
    for side in (slice(None), slice(None, None, -1)):
        _ending(ink[side], kept[side], band, _STEM_MM / _MM * dpi, along)
    kept[:, _bare(ink, band)] = True
    return kept


def _through(ink: Pixels, band: int, step: float) -> Pixels:
    """The strokes that go on at both sides of a ring, whatever way they slant."""
    kept = np.zeros_like(ink)
    turns = np.arange(TURNS)
    beyond = np.arange(band + 1, band + _BEYOND + 1)
    for slant in _SLANTS:
        moves = np.rint(beyond * slant * step).astype(int)[:, None]
        inside = ink[_ROOM - beyond[:, None], (turns - moves) % TURNS].all(axis=0)
        outside = ink[_ROOM + beyond[:, None], (turns + moves) % TURNS].all(axis=0)
        through = turns[inside & outside]
        for d in range(-band, band + 1):
            kept[d + _ROOM, (through + round(d * slant * step)) % TURNS] = True
    return kept


def _ending(ink: Pixels, kept: Pixels, band: int, stem: float, along: int) -> None:
    """Tell ``kept``, in place, of strokes that run into a ring from outside and end there, or lie along it partly hidden:
    as much of the ring as makes them a stem thick, at least its nearer half."""
    edge = _ROOM + band + 1
    beyond = np.cumprod(ink[edge:], axis=0, dtype=np.int8).sum(axis=0)
    depth = np.where(_long(beyond >= _SURE, along), np.maximum(np.rint(stem - beyond), band), 0)
    kept[edge - 2 * band - 1 : edge] |= np.arange(2 * band + 1, 0, -1)[:, None] <= depth


def _long(chosen: Pixels, along: int) -> Pixels:
    """Those of the directions ``chosen`` that at least ``along`` stand together in."""
    rim = np.concatenate([chosen[-2 * along :], chosen, chosen[: 2 * along]]).astype(np.uint8)
    opened = cv2.morphologyEx(rim[None], cv2.MORPH_OPEN, np.ones((1, along), np.uint8))[0]
    kept: Pixels = opened[2 * along : -2 * along] > 0
    return kept


def _bare(ink: Pixels, band: int) -> Pixels:
    """The directions in which a stroke stands where the ring is torn away: at neither side of the stroke is any of it."""
    inner = ink[_ROOM - band : _ROOM + band + 1]
    stroke: Pixels = ink[_ROOM - band - 2] | ink[_ROOM + band + 2]
    known = np.flatnonzero(~stroke)
    if not len(known):
        return np.zeros(TURNS, bool)
    has: Pixels = np.asarray(inner.any(axis=0))[known]
    turns = np.arange(TURNS)
    after = np.searchsorted(known, turns) % len(known)
    before = np.searchsorted(known, turns, side="right") - 1
    bare = stroke
    for reach in range(2):  # two directions at either side: one may lie in a gap of the line
        bare = bare & ~(has[(after + reach) % len(known)] | has[(before - reach) % len(known)])
    return bare
