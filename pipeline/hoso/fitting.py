"""The calibration learned from judged fields: points for each measure, and the bars that keep to a target error.

Owns: boosting of one-step tables that only rise or only fall (Friedman 2001, Newton's step; each step in the direction of
its measure, so that their sum cannot turn back), the out-of-fold probabilities by which a bar is chosen, the bound on an
error counted in few rows (Clopper and Pearson 1934). Never: reads a page, a truth file or a form.

A library of trees would fit as well; tables of one measure each are small, can be read and argued with by a person, and
cost ten microseconds a field where they are used. Deterministic: the same rows give the same file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from math import exp, log

import numpy as np
from numpy.typing import NDArray

from hoso.calibration import FEATURES, Calibration, Judged, Level, Scale

__all__ = ["FOLDS", "Told", "at_most", "fit", "held_out", "told"]

FOLDS = 5
"""Into how many parts the dossiers fall: each is judged by what was learned from the others."""

_BINS = 24  # steps a table may have at most
_ROUNDS, _RATE, _STIFF = 240, 0.12, 12.0  # stumps over all kinds; their rate; rows that a leaf is drawn to nothing by
_OWN_ROUNDS, _OWN_RATE, _OWN_STIFF = 40, 0.08, 30.0  # the same for one kind, on top
_OWN_LEAST = 300  # rows from which a kind has tables of its own
_FEW = 25.0  # rows by which the points of a kind or a field are drawn to nothing
_MOST_POINTS = 2.0  # points that a kind or a field may earn by its name; what it may cost is twice that
_SURE = 0.9  # one-sided confidence that the share of wrong fields among those accepted is below the target
_MARGIN = 0.15  # log odds that a bar keeps from the last wrong field it shuts out

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Told:
    """What a bar does to rows that it was not learned from: ``rows``, of them ``right``, ``accepted``, ``wrong`` among
    those, and the most that the share of wrong ones may be, with confidence 0.9."""

    rows: int
    right: int
    accepted: int
    wrong: int
    bound: float


def fit(rows: Sequence[Judged], target: float) -> Calibration:
    """The calibration of ``rows`` (some hundreds at least) with bars for ``target``. Raises ValueError for too few rows."""
    if len(rows) < 50 or all(row.right for row in rows):
        raise ValueError(f"{len(rows)} judged fields, not all of them right, are too few to learn from")
    apart = held_out(rows)
    learned = _learn(rows, target)
    return replace(learned, kinds=_with_bars(learned.kinds, rows, apart, target))


def held_out(rows: Sequence[Judged]) -> list[float]:
    """For each row the probability by what was learned from other dossiers alone."""
    parts = [_part(row.group) for row in rows]
    found = [0.0] * len(rows)
    for part in range(FOLDS):
        others = [row for row, mine in zip(rows, parts, strict=True) if mine != part]
        learned = _learn(others, 0.0)
        for index, row in enumerate(rows):
            if parts[index] == part:
                found[index] = learned.probability(row.kind, f"{row.type}.{row.name}", row.features)
    return found


def told(rows: Sequence[Judged], sure: Sequence[float], bars: Mapping[str, float], strictest: float) -> Told:
    """How ``rows`` of the probabilities ``sure`` fare at the bar of each kind."""
    accepted = [
        row for row, p in zip(rows, sure, strict=True) if p >= bars.get(row.kind, strictest) and not _failed(row)
    ]
    wrong = sum(not row.right for row in accepted)
    return Told(len(rows), sum(row.right for row in rows), len(accepted), wrong, at_most(wrong, len(accepted)))


def at_most(wrong: int, of: int, sure: float = _SURE) -> float:
    """The share that ``wrong`` among ``of`` shows it to be below, with one-sided confidence ``sure``; 1.0 for none."""
    if of == 0 or wrong >= of:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _tail(wrong, of, middle) > 1 - sure else (low, middle)
    return high


def _tail(wrong: int, of: int, share: float) -> float:
    """How likely at most ``wrong`` of ``of`` are wrong where each is so with probability ``share``."""
    term = of * log(1 - share) if share < 1 else -1e9
    total = exp(term)
    for k in range(1, wrong + 1):
        term += log((of - k + 1) / k) + log(share / (1 - share)) if share > 0 else -1e9
        total += exp(term)
    return total


def _part(group: str) -> int:
    return int(sha256(group.encode()).hexdigest()[:8], 16) % FOLDS


def _failed(row: Judged) -> bool:
    """Whether a check failed: such a field is doubtful however likely it is."""
    return row.features.get("failed", 0.0) > 0


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


def _learn(rows: Sequence[Judged], target: float) -> Calibration:
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
        kinds[kind] = Level(round(points, 4), 1.0, len(mine), own)
    fields: dict[str, float] = {}
    whole = np.array([f"{row.type}.{row.name}" for row in rows])
    for name in sorted(set(whole.tolist())):
        mine = np.flatnonzero(whole == name)
        fields[name] = round(_points(right[mine], score[mine]), 4)
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


def _with_bars(
    kinds: Mapping[str, Level], rows: Sequence[Judged], sure: Sequence[float], target: float
) -> dict[str, Level]:
    """Bars for ``target``: one over all kinds by the bound on its error, and above it one for each kind by its own rows."""
    usable = [(p, row.right, row.kind) for p, row in zip(sure, rows, strict=True) if not _failed(row)]
    common = _bar([(p, right) for p, right, _ in usable], target, bounded=True)
    by_kind: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for p, right, kind in usable:
        by_kind[kind].append((p, right))
    return {
        kind: replace(level, bar=round(max(common, _bar(by_kind.get(kind, []), target, bounded=False)), 5))
        for kind, level in kinds.items()
    }


def _bar(judged: Sequence[tuple[float, bool]], target: float, bounded: bool) -> float:
    """The least probability from which at most ``target`` of the accepted are wrong: by the bound on that share, or as
    counted. Where even the surest do not reach the bound, the bar just above the last wrong one."""
    ordered = sorted(judged, key=lambda one: (-one[0], one[1]))
    wrong, best, last = 0, None, None
    for count, (p, right) in enumerate(ordered, 1):
        wrong += not right
        last = p if not right and last is None else last
        tied = count < len(ordered) and ordered[count][0] == p
        if not tied and (at_most(wrong, count) if bounded else wrong / count) <= target:
            best = count
    if best is None:
        return _above(last) if last is not None else 0.0
    following = next((p for p, right in ordered[best:] if not right), None)
    return 0.0 if following is None else min(ordered[best - 1][0], _above(following)) if best else _above(following)


def _above(p: float) -> float:
    """A little surer than ``p``."""
    odds = log(max(p, 1e-9) / max(1 - p, 1e-9)) + _MARGIN
    return 1.0 / (1.0 + exp(-odds))
