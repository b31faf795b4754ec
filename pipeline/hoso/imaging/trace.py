"""Owns the telling of how a page was made ready: a collector that cleaning and reading report each of their steps to.

Never changes what is done, and is silent unless somebody asks: the job itself runs with :data:`SILENT`. Reads no clock of
its own; whoever collects hands one in.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field

from hoso.nouns import Raster

__all__ = ["SILENT", "Attempt", "Silent", "Step", "Trace"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its name, the seconds it took, and what it told (arrays of pixels are copies as they stood then)."""

    name: str
    seconds: float
    told: dict[str, object]


@dataclass(slots=True)
class Attempt:
    """One try at a page, turned by ``rotation``: the ``upright`` page and the steps in the order they were done."""

    rotation: int
    upright: Raster
    steps: list[Step] = field(default_factory=list)

    def told(self, step: str, name: str) -> object | None:
        """What the last step of that name told under ``name``; None where it was not done or told nothing of it."""
        return next((s.told[name] for s in reversed(self.steps) if s.name == step and name in s.told), None)

    @property
    def seconds(self) -> float:
        """The seconds of all its steps."""
        return sum(step.seconds for step in self.steps)


class Silent:
    """Takes what is told and forgets it."""

    def attempt(self, rotation: int, upright: Raster) -> None:
        """A page, turned by ``rotation``, is about to be cleaned and read."""

    def step(self, name: str, **told: object) -> None:
        """The work since the last call was the step ``name``."""


SILENT = Silent()


class Trace(Silent):
    """Keeps everything told about one page. ``clock`` gives seconds; copying what was told is not counted.

    ``before`` are the steps that were done before the first attempt (decoding, finding the way up).
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last = clock()
        self.before: list[Step] = []
        self.attempts: list[Attempt] = []

    def attempt(self, rotation: int, upright: Raster) -> None:
        """A page, turned by ``rotation``, is about to be cleaned and read."""
        self.attempts.append(Attempt(rotation, upright))

    def step(self, name: str, **told: object) -> None:
        """The work since the last call was the step ``name``."""
        seconds = self._clock() - self._last
        kept = {key: copy(value) for key, value in told.items()}
        steps = self.attempts[-1].steps if self.attempts else self.before
        steps.append(Step(name, seconds, kept))
        self._last = self._clock()
