"""The bars: from which probability a field needs no person, at a share of wrong ones among those accepted.

Owns: the bar of each field, the one that all have in common, the choice between them by how they fare on dossiers that they
were not found on, and the bound on a share counted in few rows (Clopper and Pearson 1934). Never: makes a probability.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from math import exp, log

from hoso.calibration import Calibration, Judged

__all__ = ["FOLDS", "at_most", "failed", "part_of", "with_bars"]

FOLDS = 5
"""Into how many parts the dossiers fall: each is judged by what was learned from the others."""
_TOLD = 0.9  # one-sided confidence of the bounds that are told
_SURE = 0.5  # the same for setting bars: the share is as likely below the target as above it
_PRICES = (
    0.1,
    0.3,
    1.0,
    3.0,
)  # what a wrong field may cost before a field's own bar shuts it out: times 1 / target accepted
_FEW_OF_FIELD = 60  # rows below which a field is held to the bar of its kind too
_MARGIN = 0.15  # log odds that a bar keeps from the last wrong field it shuts out


def at_most(wrong: int, of: int, sure: float = _TOLD) -> float:
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


@lru_cache(maxsize=4096)
def _needed(wrong: int, target: float) -> int:
    """Of how many at least ``wrong`` must be, so that the share is shown to be below ``target``."""
    low, high = wrong, max(16, 4 * wrong)
    while _tail(wrong, high, target) > 1 - _SURE:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _tail(wrong, middle, target) > 1 - _SURE else (low, middle)
    return high


def part_of(group: str) -> int:
    """Into which of :data:`FOLDS` parts a dossier falls."""
    return int(sha256(group.encode()).hexdigest()[:8], 16) % FOLDS


def failed(row: Judged) -> bool:
    """Whether a check failed: such a field is doubtful however likely it is."""
    return row.features.get("failed", 0.0) > 0


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
        _One(p, row.right, row.kind, f"{row.type}.{row.name}", part_of(row.group))
        for p, row in zip(sure, rows, strict=True)
        if not failed(row)
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
        if count >= _needed(wrong, target) if bounded else wrong <= target * count:
            best = count
    if best == last and passed:
        return best, passed[-1].sure
    following = next((one.sure for one in passed[best:] if not one.right), 0.0)
    return best, max(_above(following), passed[best].sure if best < last else 0.0)


def with_bars(learned: Calibration, rows: Sequence[Judged], sure: Sequence[float], target: float) -> Calibration:
    """``learned`` with bars for ``target``. Each field has its own, and all have one in common: how dear a wrong field is
    to the first, how high the second, is chosen by how bars found on other dossiers fare: most accepted at the target."""
    seen, prices = _seen(rows, sure), [share / max(target, 1e-6) for share in _PRICES]
    for bounded in (True, False):
        found = [(*_common(_judged_apart(seen, price), target, bounded), price) for price in prices]
        accepted, common, price = max(found, key=lambda one: (one[0], one[2]))
        if accepted:
            break
    else:
        common, price = 1.0, prices[-1]
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
