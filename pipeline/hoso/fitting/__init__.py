"""The calibration learned from judged fields: points for each measure (``tables``), bars that keep to a target (``bars``).

Owns: the fit of both, and the honest figures: every row judged by what was learned, and at bars that were found, on other
dossiers alone. Never: reads a page, a truth file or a form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hoso.calibration import Calibration, Judged, Level
from hoso.fitting.bars import FOLDS, at_most, failed, part_of, with_bars
from hoso.fitting.tables import learn

__all__ = ["FOLDS", "Told", "accepted", "at_most", "fit", "held_out", "told"]


@dataclass(frozen=True, slots=True)
class Told:
    """What a bar does to rows that it was not learned from: ``rows``, of them ``right``, ``accepted``, ``wrong`` among
    those, and the most that the share of wrong ones may be, with confidence 0.9."""

    rows: int
    right: int
    accepted: int
    wrong: int
    bound: float


def fit(rows: Sequence[Judged], target: float, sure: Sequence[float] = ()) -> Calibration:
    """The calibration of ``rows`` with bars for ``target``, the share of wrong fields among those accepted; ``sure`` is
    what :func:`held_out` tells of them, where the caller has it. Raises ValueError for too few rows."""
    if len(rows) < 50 or all(row.right for row in rows):
        raise ValueError(f"{len(rows)} judged fields, not all of them right, are too few to learn from")
    return with_bars(learn(rows, target), rows, sure or held_out(rows), target)


def held_out(rows: Sequence[Judged]) -> list[float]:
    """For each row the probability by what was learned from other dossiers alone."""
    parts = [part_of(row.group) for row in rows]
    found = [0.0] * len(rows)
    for part in range(FOLDS):
        others = [row for row, mine in zip(rows, parts, strict=True) if mine != part]
        learned = learn(others, 0.0)
        for index, row in enumerate(rows):
            if parts[index] == part:
                found[index] = learned.probability(row.kind, f"{row.type}.{row.name}", row.features)
    return found


def accepted(rows: Sequence[Judged], sure: Sequence[float], target: float) -> list[bool]:
    """For each row of the probabilities ``sure`` whether it is accepted by bars found on other dossiers alone."""
    parts = [part_of(row.group) for row in rows]
    found = [False] * len(rows)
    for part in range(FOLDS):
        others = [i for i, mine in enumerate(parts) if mine != part]
        bare = _bare([rows[i] for i in others])
        barred = with_bars(bare, [rows[i] for i in others], [sure[i] for i in others], target)
        for index, row in enumerate(rows):
            if parts[index] == part:
                bar = barred.bar(row.kind, f"{row.type}.{row.name}")
                found[index] = sure[index] >= bar and not failed(row)
    return found


def _bare(rows: Sequence[Judged]) -> Calibration:
    """Kinds and fields of ``rows`` without any points, to put bars on."""
    kinds = {row.kind: Level(0.0, 1.0, 0, 0.0, {}) for row in rows}
    return Calibration(0.0, 0.0, {}, kinds, {f"{row.type}.{row.name}": (0.0, 1.0) for row in rows})


def told(rows: Sequence[Judged], taken: Sequence[bool]) -> Told:
    """How ``rows`` fare of which those ``taken`` were accepted."""
    chosen = [row for row, yes in zip(rows, taken, strict=True) if yes]
    wrong = sum(not row.right for row in chosen)
    return Told(len(rows), sum(row.right for row in rows), len(chosen), wrong, at_most(wrong, len(chosen)))
