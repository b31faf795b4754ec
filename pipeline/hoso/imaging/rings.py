"""Owns the finding of black seals on a page without colour, and the following of their rings, whole or torn by copying.

Works on the mask of ink of a level page at about 200 dpi. Changes nothing (:mod:`hoso.imaging.unseal` does), never looks
at coloured seals (:mod:`hoso.imaging.colour`), never reads. A circle that the page does not bear out has no rings.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from hoso.imaging.colour import Circle, dark_seals
from hoso.imaging.paper import Parts
from hoso.imaging.pixels import Pixels, resize

__all__ = ["TURNS", "Ring", "Round", "fitted", "follow", "seen"]

_MM = 25.4
_SMALLEST_MM, _LARGEST_MM = 11.0, 24.0  # radius of a seal
_OUTER = 1.75  # of an inner ring's radius: how far out the outer one is looked for
_WHOLE, _TORN = 0.6, 0.33  # share of the round from which a circle is a seal, and is looked at as one that may be torn
_SEARCH_DPI = 50.0
TURNS = 720  # directions from the middle in which a ring is looked for
_BORNE = 0.52  # share of the round on which a torn ring must be seen
_INNER = 0.4  # the same of a circle inside the outer one


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
        if one is None and circle.support >= _WHOLE:
            one = _beside(mask, circle, dpi)
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


def _beside(mask: Pixels, circle: Circle, dpi: float) -> Round | None:
    """The seal whose two thick rings a wrong circle between them stands for: what is looked for anew, there alone."""
    scale = _SEARCH_DPI / dpi
    top, left = (max(0, int(middle - 1.6 * circle.radius)) for middle in (circle.y, circle.x))
    bottom, right = (int(middle + 1.6 * circle.radius) for middle in (circle.y, circle.x))
    small = resize(mask[top:bottom, left:right], scale)
    least, most = (int(side / _MM * _SEARCH_DPI) for side in (_SMALLEST_MM, _LARGEST_MM))
    proposed = cv2.HoughCircles(
        small, cv2.HOUGH_GRADIENT, dp=1.5, minDist=4, param1=100, param2=16, minRadius=least, maxRadius=most
    )
    if proposed is None:
        return None
    tried = (
        fitted(mask, Circle(float(x) / scale + left, float(y) / scale + top, float(radius) / scale, 0.0), dpi)
        for x, y, radius in proposed.reshape(-1, 3)[:6]
    )
    return next((one for one in tried if one is not None), None)


def follow(mask: Pixels, circles: tuple[Circle, ...], dpi: float) -> tuple[Round, ...]:
    """The rings of the seals at ``circles``, of those where they can be followed."""
    return tuple(one for one in (fitted(mask, circle, dpi) for circle in circles) if one is not None)


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
    outer = _ring(turn, reach, thick, np.full(TURNS, radius))
    if outer is None:
        return None
    heard = _heard(reach / outer.reach[turn])
    for share in np.flatnonzero(heard >= 0.6 * TURNS * max(outer.borne, _BORNE))[::-1]:  # the outermost is the seal's
        wider = _ring(turn, reach, thick, outer.reach * (share + 1) / 100) if share > 102 else None
        if wider is not None and wider.borne >= max(_BORNE, 0.7 * outer.borne) and _all_round(turn, reach, wider):
            outer = wider
            break
    if outer.borne < _BORNE or outer.reach.mean() < _SMALLEST_MM * unit or not _all_round(turn, reach, outer):
        return None
    away = [np.count_nonzero(_near(turn, reach, outer.reach + off * unit, 1.5)) for off in (0.9, 1.3, 1.7)]
    if np.mean(away) > 0.5 * outer.borne * TURNS:
        return None
    made = [outer]
    heard = _heard(reach / outer.reach[turn])[:97]
    for share in np.argsort(-heard, kind="stable")[:6]:
        if heard[share] < 0.7 * _INNER * TURNS:
            break
        inner = _ring(turn, reach, thick, outer.reach * (share + 1) / 100)
        if inner is None or inner.borne < _INNER:
            continue
        if all(abs(float(np.median(inner.reach - other.reach))) > 0.6 * unit for other in made):
            made.append(inner)
    return Round(x, y, tuple(made))


_ANGLES = np.linspace(0, 2 * np.pi, TURNS, endpoint=False)
_COS, _SIN = np.cos(_ANGLES), np.sin(_ANGLES)
_WAVES = np.stack([np.ones(TURNS), _COS, _SIN, np.cos(2 * _ANGLES), np.sin(2 * _ANGLES)], -1)


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
    share = float(three[k, best]) / TURNS
    return circle.x + float(dx[k]), circle.y + float(dy[k]), base + float(best) + 1.5, share


def _near(turn: Pixels, reach: Pixels, line: Pixels, room: float) -> Pixels:
    """Which rays are crossed by a stroke within ``room`` of ``line``."""
    seen = np.zeros(TURNS, bool)
    seen[turn[np.abs(reach - line[turn]) <= room]] = True
    return seen


def _ring(turn: Pixels, reach: Pixels, thick: Pixels, line: Pixels) -> Ring | None:
    """The ring near ``line``: a circle whose middle may lie elsewhere and which may be an ellipse."""
    for room in (4.0, 3.0, 2.0, 2.0):
        near = np.abs(reach - line[turn]) <= room
        if np.count_nonzero(near) < 0.1 * TURNS:
            return None
        waves = _WAVES[turn[near]]
        steady = waves.T @ waves + np.diag((0.0, 1.0, 1.0, 30.0, 30.0))  # what is not seen stays round
        change = np.linalg.solve(steady, waves.T @ (reach[near] - line[turn[near]]))
        line = line + _WAVES @ change
    near = np.abs(reach - line[turn]) <= 2.0
    half = float(np.percentile(thick[near], 80)) / 2 if near.any() else 1.0
    return Ring(line, half, float(np.count_nonzero(_near(turn, reach, line, 2.0))) / TURNS)


def _all_round(turn: Pixels, reach: Pixels, ring: Ring) -> bool:
    """Whether the ring is seen in five of eight parts of its round: a stroke of a pen may run along a few."""
    eighths = _near(turn, reach, ring.reach, 2.0).reshape(8, -1).mean(axis=1)
    return bool(np.count_nonzero(eighths >= 0.12) >= 5)
