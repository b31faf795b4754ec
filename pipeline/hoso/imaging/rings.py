"""Owns black seals on a page without colour: finds rings that copying has torn, and cuts rings out of the print they cross.

Works on an evened level grey page at about 200 dpi and its mask of ink. Never takes a stroke of print that goes on at
both sides of a ring, never touches a coloured seal (:mod:`hoso.imaging.colour` lifts those), never reads.
A circle that the page does not bear out as a ring is left as it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from hoso.imaging.colour import Circle, dark_seals
from hoso.imaging.paper import Parts, parts
from hoso.imaging.pixels import Pixels

__all__ = ["Ring", "Round", "cut", "fitted", "follow", "seen"]

_MM = 25.4
_SMALLEST_MM, _LARGEST_MM = 11.0, 24.0  # radius of a seal
_OUTER = 1.75  # of an inner ring's radius: how far out the outer one is looked for
_WHOLE, _TORN = 0.6, 0.33  # share of the round from which a circle is a seal, and is looked at as one that may be torn
_TURNS = 720  # directions from the middle in which a ring is looked for
_BORNE = 0.52  # share of the round on which a torn ring must be seen
_INNER = 0.4  # the same of a circle inside the outer one
_BEYOND = 3  # pixels at either side of a ring on which a stroke of print must go on
_SURE = 2  # pixels by which a stroke must stand out of a ring to be told from a rough edge
_THICKER = 3  # pixels by which a ring is thicker where a stem of print lies across it at a flat angle
_STEM_MM, _ALONG_MM = 0.6, 0.4  # a stem of print: its thickness, and the least of it
_SLANTS = (0.0, 0.4, -0.4, 0.8, -0.8, 1.2, -1.2, 1.7, -1.7)  # pixels along the ring a stroke moves for each across it
_ROOM = 16  # pixels at either side of a ring that are looked at
_KERNEL = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True)
class Ring:
    """One line of a seal: its distance from the middle for each of 720 directions (from the right, clockwise), and half
    of its thickness; pixels. ``borne`` is the share of the round on which it is seen."""

    reach: Pixels
    half: float
    borne: float


@dataclass(frozen=True, slots=True)
class Round:
    """A seal's middle in pixels, and its rings, the outer one first."""

    x: float
    y: float
    rings: tuple[Ring, ...]


def seen(mask: Pixels, found: Parts, dpi: float) -> tuple[tuple[Circle, ...], tuple[Round, ...]]:
    """The black seals of a page: where they are, and the rings of those whose rings can be followed."""
    circles: list[Circle] = []
    rounds: list[Round] = []
    for circle in dark_seals(mask, found, dpi, _TORN):
        one = fitted(mask, circle, dpi)
        if one is not None:
            outer = one.rings[0]
            circle = Circle(one.x, one.y, float(outer.reach.mean()), outer.borne)
        elif circle.support < _WHOLE:
            continue
        if any(math.hypot(circle.x - other.x, circle.y - other.y) < other.radius for other in circles):
            continue
        circles.append(circle)
        rounds += [one] if one is not None else []
    return tuple(circles), tuple(rounds)


def follow(mask: Pixels, circles: tuple[Circle, ...], dpi: float) -> tuple[Round, ...]:
    """The rings of the seals at ``circles``, of those where they can be followed."""
    return tuple(one for one in (fitted(mask, circle, dpi) for circle in circles) if one is not None)


def cut(page: Pixels, mask: Pixels, found: Parts, rounds: tuple[Round, ...], dpi: float) -> Parts:
    """Paint the rings white, in place, on ``page`` and ``mask``, but not where a stroke crosses them; gives the
    components anew."""
    for seal in rounds:
        for ring in seal.rings:
            window, off, turn = _around(seal, ring, mask.shape)
            band = np.abs(off) <= ring.half + 1
            kept = _crossed(mask, seal, ring, dpi)[np.rint(off).astype(int).clip(-_ROOM, _ROOM) + _ROOM, turn]
            gone = (mask[window] > 0) & band & ~kept
            mask[window][gone] = 0
            rim = cv2.dilate(gone.view(np.uint8), _KERNEL) > 0
            page[window][rim & (mask[window] == 0)] = 255
    return parts(mask) if rounds else found


def fitted(mask: Pixels, circle: Circle, dpi: float) -> Round | None:
    """The rings around ``circle`` as they run on the page, which may be stretched a little; None where it has none."""
    unit = dpi / _MM
    room = 2.2 * unit
    turn, reach, _ = _crossings(mask, circle, circle.radius - room, circle.radius + room, 1.6 * unit)
    x, y, radius, share = _centred(turn, reach, circle, unit)
    if share < 0.5 * _BORNE:
        return None
    seen = Circle(x, y, radius, 0.0)
    turn, reach, thick = _crossings(mask, seen, 0.4 * radius, min(_OUTER * radius, _LARGEST_MM * unit), 1.6 * unit)
    outer = _ring(turn, reach, thick, np.full(_TURNS, radius))
    if outer is None:
        return None
    heard = _heard(reach / outer.reach[turn])
    for share in np.flatnonzero(heard >= 0.6 * _TURNS * max(outer.borne, _BORNE))[::-1]:  # the outermost is the seal's
        wider = _ring(turn, reach, thick, outer.reach * (share + 1) / 100) if share > 102 else None
        if wider is not None and wider.borne >= max(_BORNE, 0.7 * outer.borne) and _all_round(turn, reach, wider):
            outer = wider
            break
    if outer.borne < _BORNE or outer.reach.mean() < _SMALLEST_MM * unit or not _all_round(turn, reach, outer):
        return None
    away = [np.count_nonzero(_near(turn, reach, outer.reach + off * unit, 1.5)) for off in (0.9, 1.3, 1.7)]
    if np.mean(away) > 0.5 * outer.borne * _TURNS:
        return None
    made = [outer]
    heard = _heard(reach / outer.reach[turn])[:97]
    for share in np.argsort(-heard, kind="stable")[:6]:
        if heard[share] < 0.7 * _INNER * _TURNS:
            break
        inner = _ring(turn, reach, thick, outer.reach * (share + 1) / 100)
        if inner is None or inner.borne < _INNER:
            continue
        if all(abs(float(np.median(inner.reach - other.reach))) > 0.6 * unit for other in made):
            made.append(inner)
    return Round(x, y, tuple(made))


_ANGLES = np.linspace(0, 2 * np.pi, _TURNS, endpoint=False)
_COS, _SIN = np.cos(_ANGLES), np.sin(_ANGLES)
_WAVES = np.stack([np.ones(_TURNS), _COS, _SIN, np.cos(2 * _ANGLES), np.sin(2 * _ANGLES)], -1)


def _heard(share: Pixels) -> Pixels:
    """How many strokes are crossed within each hundredth of a ring's reach and the next."""
    counts = np.bincount((share * 100).astype(int), minlength=201)
    both: Pixels = counts[:-1] + counts[1:]
    return both


def _crossings(mask: Pixels, circle: Circle, least: float, most: float, thick: float) -> tuple[Pixels, Pixels, Pixels]:
    """Where rays from the middle of ``circle`` cross strokes no thicker than ``thick``: for each the number of the ray,
    the distance of the stroke's middle, and its thickness across."""
    far = np.arange(int(least), int(most) + 1)
    columns = np.rint(circle.x + far * _COS[:, None]).astype(np.int32).clip(0, mask.shape[1] - 1)
    rows = np.rint(circle.y + far * _SIN[:, None]).astype(np.int32).clip(0, mask.shape[0] - 1)
    seen = (mask[rows, columns] > 0).astype(np.int8)
    seen[:, 0] = seen[:, -1] = 0
    steps = np.diff(seen.ravel(), prepend=np.int8(0))
    first, last = np.flatnonzero(steps > 0), np.flatnonzero(steps < 0)
    thin = last - first <= thick
    first, last = first[thin], last[thin]
    turn = first // len(far)
    return turn, (first + last - 1) / 2 - turn * len(far) + far[0], (last - first).astype(float)


def _centred(turn: Pixels, reach: Pixels, circle: Circle, unit: float) -> tuple[float, float, float, float]:
    """(x, y, radius) of the circle moved by up to 1.2 mm and sized to where most strokes cross the rays at one distance,
    and for how many rays they do."""
    off = np.arange(-4, 5) * 0.3 * unit
    dx, dy = (side.ravel() for side in np.meshgrid(off, off))
    base = circle.radius - 4 * unit
    moved = reach - base - dx[:, None] * _COS[turn] - dy[:, None] * _SIN[turn]
    bins = int(8 * unit)
    index = moved.astype(np.int32).clip(0, bins - 1) + (np.arange(len(dx), dtype=np.int32) * bins)[:, None]
    counts = np.bincount(index.ravel(), minlength=bins * len(dx)).reshape(len(dx), bins)
    three = counts[:, :-2] + counts[:, 1:-1] + counts[:, 2:]
    k, best = np.unravel_index(int(np.argmax(three)), three.shape)
    share = float(three[k, best]) / _TURNS
    return circle.x + float(dx[k]), circle.y + float(dy[k]), base + float(best) + 1.5, share


def _near(turn: Pixels, reach: Pixels, line: Pixels, room: float) -> Pixels:
    """Which rays are crossed by a stroke within ``room`` of ``line``."""
    seen = np.zeros(_TURNS, bool)
    seen[turn[np.abs(reach - line[turn]) <= room]] = True
    return seen


def _ring(turn: Pixels, reach: Pixels, thick: Pixels, line: Pixels) -> Ring | None:
    """The ring near ``line``: a circle whose middle may lie elsewhere and which may be an ellipse."""
    for room in (4.0, 3.0, 2.0, 2.0):
        near = np.abs(reach - line[turn]) <= room
        if np.count_nonzero(near) < 0.1 * _TURNS:
            return None
        waves = _WAVES[turn[near]]
        steady = waves.T @ waves + np.diag((0.0, 1.0, 1.0, 30.0, 30.0))  # what is not seen stays round
        change = np.linalg.solve(steady, waves.T @ (reach[near] - line[turn[near]]))
        line = line + _WAVES @ change
    near = np.abs(reach - line[turn]) <= 2.0
    half = float(np.percentile(thick[near], 80)) / 2 if near.any() else 1.0
    return Ring(line, half, float(np.count_nonzero(_near(turn, reach, line, 2.0))) / _TURNS)


def _all_round(turn: Pixels, reach: Pixels, ring: Ring) -> bool:
    """Whether the ring is seen in five of eight parts of its round: a stroke of a pen may run along a few."""
    eighths = _near(turn, reach, ring.reach, 2.0).reshape(8, -1).mean(axis=1)
    return bool(np.count_nonzero(eighths >= 0.12) >= 5)


def _around(seal: Round, ring: Ring, shape: tuple[int, ...]) -> tuple[tuple[slice, slice], Pixels, Pixels]:
    """The window of a page that holds a ring; for each of its pixels how far outside the ring's middle line it lies and
    the number of its direction."""
    most = float(ring.reach.max()) + _ROOM
    top, left = max(0, int(seal.y - most)), max(0, int(seal.x - most))
    window = slice(top, min(shape[0], int(seal.y + most) + 2)), slice(left, min(shape[1], int(seal.x + most) + 2))
    y, x = np.mgrid[window].astype(np.float32)
    far, angle = cv2.cartToPolar(x - np.float32(seal.x), y - np.float32(seal.y))
    turn = np.rint(angle * np.float32(_TURNS / (2 * np.pi))).astype(np.int32) % _TURNS
    return window, far - ring.reach.astype(np.float32)[turn], turn


def _crossed(mask: Pixels, seal: Round, ring: Ring, dpi: float) -> Pixels:
    """True where ink on a ring belongs to print: rows are distances from its middle line, from ``-_ROOM`` to ``_ROOM``,
    columns the directions."""
    off = np.arange(-_ROOM, _ROOM + 1)[:, None]
    columns = np.rint(seal.x + (ring.reach + off) * _COS).astype(np.int32).clip(0, mask.shape[1] - 1)
    rows = np.rint(seal.y + (ring.reach + off) * _SIN).astype(np.int32).clip(0, mask.shape[0] - 1)
    ink = mask[rows, columns] > 0
    band = math.ceil(ring.half + 0.5)
    step = _TURNS / (2 * np.pi * float(ring.reach.mean()))  # columns a pixel
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
    turns = np.arange(_TURNS)
    beyond = np.arange(band + 1, band + _BEYOND + 1)
    for slant in _SLANTS:
        moves = np.rint(beyond * slant * step).astype(int)[:, None]
        inside = ink[_ROOM - beyond[:, None], (turns - moves) % _TURNS].all(axis=0)
        outside = ink[_ROOM + beyond[:, None], (turns + moves) % _TURNS].all(axis=0)
        through = turns[inside & outside]
        for d in range(-band, band + 1):
            kept[d + _ROOM, (through + round(d * slant * step)) % _TURNS] = True
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
        return np.zeros(_TURNS, bool)
    has: Pixels = np.asarray(inner.any(axis=0))[known]
    turns = np.arange(_TURNS)
    after = np.searchsorted(known, turns) % len(known)
    before = np.searchsorted(known, turns, side="right") - 1
    bare = stroke
    for reach in range(2):  # two directions at either side: one may lie in a gap of the line
        bare = bare & ~(has[(after + reach) % len(known)] | has[(before - reach) % len(known)])
    return bare
