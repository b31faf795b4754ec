"""One-step tables that only rise or only fall, boosted into points for each measure (Friedman 2001, Newton's step).

Owns: the bins of a measure, the step that explains most of what is left, in the direction of its measure so that a sum of
steps cannot turn back, and what a kind or a field earns by its name alone. Never: sets a bar.

A library of trees would fit as well; tables of one measure each are small, can be read and argued with by a person, and
cost microseconds where they are used. Deterministic: the same rows give the same tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log

import numpy as np
from numpy.typing import NDArray

from hoso.calibration import FEATURES, Calibration, Judged, Level, Scale

__all__ = ["learn"]

_BINS = 24  # steps a table may have at most
_ROUNDS, _RATE, _STIFF = 500, 0.12, 3.0  # stumps over all kinds; their rate; rows that a leaf is drawn to nothing by
_OWN_ROUNDS, _OWN_RATE, _OWN_STIFF = 40, 0.08, 10.0  # the same for one kind, on top
_OWN_LEAST = 300  # rows from which a kind has tables of its own
_FEW = 25.0  # rows by which the points of a kind or a field are drawn to nothing
_MOST_POINTS = 2.0  # points that a kind or a field may earn by its name; what it may cost is twice that

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(slots=True)
class _Table:
    """One measure of all rows as bins from worst to best, ``missing`` in the last one."""

    name: str
    edges: Floats
    bins: Ints
    points: Floats
    worst: float

    @property
    def gaps(self) -> bool:
        """Whether any row lacks the measure."""
        return bool(np.any(self.bins == len(self.points) - 1))


def learn(rows: Sequence[Judged], target: float) -> Calibration:
    """The points of ``rows``; every bar is still 1.0."""
    right = np.array([row.right for row in rows], float)
    base = log((right.sum() + 1) / (len(rows) - right.sum() + 1))
    tables = [table for name in FEATURES if (table := _table(name, rows)) is not None]
    score = np.full(len(rows), base)
    _boost(tables, right, score, _ROUNDS, _RATE, _STIFF)
    scales = {table.name: _scale(table) for table in tables}
    kinds: dict[str, Level] = {}
    names = np.array([row.kind for row in rows])
    for kind in sorted(set(names.tolist())):
        mine = np.flatnonzero(names == kind)
        points = _points(right[mine], score[mine])
        score[mine] += points
        own: dict[str, Scale] = {}
        if len(mine) >= _OWN_LEAST:
            few = [t for name in FEATURES if (t := _table(name, [rows[i] for i in mine.tolist()])) is not None]
            part = score[mine]
            _boost(few, right[mine], part, _OWN_ROUNDS, _OWN_RATE, _OWN_STIFF)
            score[mine] = part
            own = {table.name: _scale(table) for table in few if np.any(table.points)}
        kinds[kind] = Level(round(points, 4), 1.0, len(mine), 0.0, own)
    fields: dict[str, tuple[float, float]] = {}
    whole = np.array([f"{row.type}.{row.name}" for row in rows])
    for name in sorted(set(whole.tolist())):
        mine = np.flatnonzero(whole == name)
        earned = round(_points(right[mine], score[mine]), 4)
        fields[name] = earned, 1.0
        kind = rows[int(mine[0])].kind
        kinds[kind] = replace(kinds[kind], poorest=min(kinds[kind].poorest, earned))
    return Calibration(target, round(base, 4), scales, kinds, fields)


def _table(name: str, rows: Sequence[Judged]) -> _Table | None:
    """The bins of one measure; None where it says the same of every row."""
    noted = np.array([row.features.get(name, np.nan) for row in rows])
    known = noted[~np.isnan(noted)]
    if not len(known):
        return None
    # edges lie between neighbours in rank: rare values at both ends have steps of their own
    shares = np.concatenate(([0.002, 0.005, 0.01], np.linspace(0.02, 0.98, _BINS - 6), [0.99, 0.995, 0.998]))
    cuts = np.unique(np.quantile(known, shares, method="higher"))
    edges = cuts[cuts > known.min()]
    bins = np.where(np.isnan(noted), len(edges) + 1, np.searchsorted(edges, noted, side="right"))
    worst = float(known.min() if FEATURES[name] > 0 else known.max())
    return _Table(name, edges, bins.astype(np.int64), np.zeros(len(edges) + 2), worst)


def _boost(tables: Sequence[_Table], right: Floats, score: Floats, rounds: int, rate: float, stiff: float) -> None:
    """Add steps to ``tables``, and to the ``score`` of the rows in place, each where it explains most of what is left."""
    for _ in range(rounds):
        sure = 1.0 / (1.0 + np.exp(-score))
        slope, bend = right - sure, sure * (1.0 - sure)
        best: tuple[float, _Table, Floats] | None = None
        for table in tables:
            gain, step = _step(table, slope, bend, stiff)
            if gain > 1e-6 and (best is None or gain > best[0]):
                best = gain, table, step
        if best is None:
            return
        _, table, step = best
        table.points += rate * step
        score += rate * step[table.bins]


def _step(table: _Table, slope: Floats, bend: Floats, stiff: float) -> tuple[float, Floats]:
    """(gain, step for each bin) of the best cut of a table in two, in its own direction."""
    size = len(table.points)
    g = np.bincount(table.bins, slope, size)
    h = np.bincount(table.bins, bend, size)
    low_g, low_h = np.cumsum(g[:-1])[:-1], np.cumsum(h[:-1])[:-1]
    gone = g[-1] ** 2 / (h[-1] + stiff)
    if not len(low_g):
        return 0.0, np.zeros(size)
    high_g, high_h = g[:-1].sum() - low_g, h[:-1].sum() - low_h
    low, high = low_g / (low_h + stiff), high_g / (high_h + stiff)
    gains = low_g * low + high_g * high + gone
    gains[(high - low) * FEATURES[table.name] <= 0] = 0.0
    at = int(gains.argmax())
    step = np.zeros(size)
    step[: at + 1], step[at + 1 : -1] = low[at], high[at]
    step[-1] = g[-1] / (h[-1] + stiff)
    return float(gains[at]), step


def _points(right: Floats, score: Floats) -> float:
    """What rows earn or lose on top of their ``score``, drawn to nothing where they are few (Newton, five steps)."""
    points = 0.0
    for _ in range(5):
        sure = 1.0 / (1.0 + np.exp(-(score + points)))
        points += float(((right - sure).sum() - 0.05 * _FEW * points) / ((sure * (1 - sure)).sum() + 0.05 * _FEW))
    return max(-2 * _MOST_POINTS, min(_MOST_POINTS, points))


def _scale(table: _Table) -> Scale:
    points = table.points[:-1]
    missing = table.points[-1] if table.gaps else points.min()  # what was never missing costs as the worst does
    return Scale(
        tuple(float(f"{edge:.6g}") for edge in table.edges), tuple(round(float(p), 4) for p in points),
        round(float(missing), 4), table.worst,
    )  # fmt: skip
