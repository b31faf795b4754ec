"""The calibration learned from judged fields: points for each measure, and the bars that keep to a target error.

Owns: boosting of one-step tables that only rise or only fall (Friedman 2001, Newton's step; each step in the direction of
its measure, so that their sum cannot turn back), the out-of-fold probabilities by which a bar is chosen, the bound on an
error counted in few rows (Clopper and Pearson 1934). Never: reads a page, a truth file or a form.

A library of trees would fit as well; tables of one measure each are small, can be read and argued with by a person, and
cost ten microseconds a field where they are used. Deterministic: the same rows give the same file.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from math import exp, log

import numpy as np
from numpy.typing import NDArray

from hoso.calibration import FEATURES, Calibration, Judged, Level, Scale

__all__ = ["FOLDS", "Told", "accepted", "at_most", "fit", "held_out", "told"]

FOLDS = 5
"""Into how many parts the dossiers fall: each is judged by what was learned from the others."""

_BINS = 24  # steps a table may have at most
_ROUNDS, _RATE, _STIFF = 240, 0.12, 12.0  # stumps over all kinds; their rate; rows that a leaf is drawn to nothing by
_OWN_ROUNDS, _OWN_RATE, _OWN_STIFF = 40, 0.08, 30.0  # the same for one kind, on top
_OWN_LEAST = 300  # rows from which a kind has tables of its own
_FEW = 25.0  # rows by which the points of a kind or a field are drawn to nothing
_MOST_POINTS = 2.0  # points that a kind or a field may earn by its name; what it may cost is twice that
_SURE = 0.9  # one-sided confidence that the share of wrong fields among those accepted is below the target
_PRICES = (
    100.0,
    300.0,
    1000.0,
    3000.0,
)  # accepted fields that a wrong one may cost before a field's own bar shuts it out
_FEW_OF_FIELD = 60  # rows below which a field is held to the bar of its kind too
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
    return _with_bars(learned, rows, apart, target)


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


def accepted(rows: Sequence[Judged], sure: Sequence[float], target: float) -> list[bool]:
    """For each row of the probabilities ``sure`` whether it is accepted by bars found on other dossiers alone."""
    parts = [_part(row.group) for row in rows]
    found = [False] * len(rows)
    for part in range(FOLDS):
        others = [i for i, mine in enumerate(parts) if mine != part]
        bare = _bare([rows[i] for i in others])
        barred = _with_bars(bare, [rows[i] for i in others], [sure[i] for i in others], target)
        for index, row in enumerate(rows):
            if parts[index] == part:
                bar = barred.bar(row.kind, f"{row.type}.{row.name}")
                found[index] = sure[index] >= bar and not _failed(row)
    return found


def _bare(rows: Sequence[Judged]) -> Calibration:
    """Kinds and fields of ``rows`` without any points, to put bars on."""
    kinds = {row.kind: Level(0.0, 1.0, 0, {}) for row in rows}
    return Calibration(0.0, 0.0, {}, kinds, {f"{row.type}.{row.name}": (0.0, 1.0) for row in rows})


def told(rows: Sequence[Judged], taken: Sequence[bool]) -> Told:
    """How ``rows`` fare of which those ``taken`` were accepted."""
    chosen = [row for row, yes in zip(rows, taken, strict=True) if yes]
    wrong = sum(not row.right for row in chosen)
    return Told(len(rows), sum(row.right for row in rows), len(chosen), wrong, at_most(wrong, len(chosen)))


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
    fields: dict[str, tuple[float, float]] = {}
    whole = np.array([f"{row.type}.{row.name}" for row in rows])
    for name in sorted(set(whole.tolist())):
        mine = np.flatnonzero(whole == name)
        fields[name] = round(_points(right[mine], score[mine]), 4), 1.0
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


@dataclass(frozen=True, slots=True)
class _One:
    """What a bar sees of a row."""

    sure: float
    right: bool
    kind: str
    field: str
    part: int


def _seen(rows: Sequence[Judged], sure: Sequence[float]) -> list[_One]:
    """Rows that a bar decides on, the surest first; where two are as sure, the wrong one first."""
    usable = [
        _One(p, row.right, row.kind, f"{row.type}.{row.name}", _part(row.group))
        for p, row in zip(sure, rows, strict=True)
        if not _failed(row)
    ]
    return sorted(usable, key=lambda one: (-one.sure, one.right))


Bars = tuple[dict[str, float], dict[str, float]]
"""The bars of kinds and those of fields."""


def _own_bars(seen: Sequence[_One], price: float) -> Bars:
    """For each kind and each field the bar at which accepted fields, less ``price`` for each wrong one, are most."""
    kinds: dict[str, list[_One]] = defaultdict(list)
    fields: dict[str, list[_One]] = defaultdict(list)
    for one in seen:
        kinds[one.kind].append(one)
        fields[one.field].append(one)
    return {k: _own_bar(v, price) for k, v in kinds.items()}, {k: _own_bar(v, price) for k, v in fields.items()}


def _own_bar(ordered: Sequence[_One], price: float) -> float:
    best, worth, kept = 0.0, 0.0, 0
    for count, one in enumerate(ordered, 1):
        worth += 1.0 if one.right else -price
        if worth > best:
            best, kept = worth, count
    following = next((one.sure for one in ordered[kept:] if not one.right), None)
    return 0.0 if following is None else _above(following)


def _bar_of(one: _One, bars: Bars, rows: Mapping[str, int]) -> float:
    kinds, fields = bars
    few = rows.get(one.field, 0) < _FEW_OF_FIELD
    return max(fields.get(one.field, 0.0), kinds.get(one.kind, 1.0) if few else 0.0)


def _judged_apart(seen: Sequence[_One], price: float) -> list[_One]:
    """The rows that pass bars found on other dossiers."""
    kept = []
    for part in range(FOLDS):
        others = [one for one in seen if one.part != part]
        bars, rows = _own_bars(others, price), Counter(one.field for one in others)
        kept += [one for one in seen if one.part == part and one.sure >= _bar_of(one, bars, rows)]
    return sorted(kept, key=lambda one: (-one.sure, one.right))


def _common(passed: Sequence[_One], target: float, bounded: bool) -> tuple[int, float]:
    """(accepted, bar): the lowest bar over all from which at most ``target`` is wrong, by the bound or as counted."""
    wrong, best, last = 0, 0, len(passed)
    for count, one in enumerate(passed, 1):
        wrong += not one.right
        if (at_most(wrong, count) if bounded else wrong / count) <= target:
            best = count
    if best == last and passed:
        return best, passed[-1].sure
    following = next((one.sure for one in passed[best:] if not one.right), 0.0)
    return best, max(_above(following), passed[best].sure if best < last else 0.0)


def _with_bars(learned: Calibration, rows: Sequence[Judged], sure: Sequence[float], target: float) -> Calibration:
    """``learned`` with bars for ``target``. Each field has its own, and all have one in common; how dear a wrong field is
    to the first, and how high the second, is chosen by how bars found on other dossiers fare: most accepted at the target."""
    seen = _seen(rows, sure)
    for bounded in (True, False):
        found = [(*_common(_judged_apart(seen, price), target, bounded), price) for price in _PRICES]
        accepted, common, price = max(found, key=lambda one: (one[0], one[2]))
        if accepted:
            break
    else:
        common, price = 1.0, _PRICES[-1]
    (own_kinds, own_fields), counts = _own_bars(seen, price), Counter(one.field for one in seen)
    kinds = {
        kind: replace(level, bar=round(max(common, own_kinds.get(kind, 1.0)), 5))
        for kind, level in learned.kinds.items()
    }
    by_name = {one.field: one for one in seen}
    fields = {
        name: (
            points,
            round(max(common, _bar_of(by_name[name], (own_kinds, own_fields), counts)), 5) if name in by_name else 1.0,
        )
        for name, (points, _) in learned.fields.items()
    }
    return replace(learned, kinds=kinds, fields=fields)


def _above(p: float) -> float:
    """A little surer than ``p``."""
    odds = log(max(p, 1e-9) / max(1 - p, 1e-9)) + _MARGIN
    return 1.0 / (1.0 + exp(-odds))
