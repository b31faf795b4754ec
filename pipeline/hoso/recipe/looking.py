"""A file looked at outside of every home: each page read as the job reads it, with all that was decided on the way.

Nothing is stored and nothing is told to a ledger. Owns the order of the acts; the door draws them (``cli/look.py``).
"""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hoso import keys, settings
from hoso.errors import Refused, Unavailable
from hoso.nouns import Seen, Word
from hoso.site import home_of, module

if TYPE_CHECKING:
    from hoso.engines.api import Engine
    from hoso.imaging.contact import Pictures

__all__ = ["FileLook", "PageLook", "look", "tools"]


@dataclass(frozen=True, slots=True)
class PageLook:
    """One page as it was read. ``seen`` is the answer of the read stage, None where it was refused: ``refused`` says why in
    Vietnamese. ``steps`` are (name, CPU seconds) in order; ``facts`` what each step told, by "step.name"; ``tried`` are
    (rotation, words, mean confidence) of every way up that was read; ``lines`` what the engine read on each line."""

    index: int
    seen: Seen | None = None
    refused: str = ""
    pictures: Pictures | None = None
    steps: tuple[tuple[str, float], ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    tried: tuple[tuple[int, int, float], ...] = ()
    lines: tuple[tuple[Word, ...], ...] = ()

    @property
    def seconds(self) -> float:
        """CPU seconds of all steps, the engine's own process among them."""
        return sum(seconds for _, seconds in self.steps)


@dataclass(frozen=True, slots=True)
class FileLook:
    """A file: what it is by its content, how many pages it has, and why it could not be taken ("" where it could)."""

    name: str
    digest: str
    media_type: str = ""
    pages: int = 0
    refused: str = ""


def tools(home: str | None) -> tuple[settings.Settings, Engine]:
    """Settings and engine: those of the home where there is one, else the defaults. Raises Misconfigured."""
    os.environ["OMP_THREAD_LIMIT"] = "1"
    path = home_of(home) / "settings.toml"
    chosen = settings.read(path) if home or path.exists() else settings.Settings()
    engine: Engine = module("engines", chosen.rooms.engine).open(chosen.reading)
    return chosen, engine


def look(
    path: Path, name: str, wanted: Collection[int] | None, engine: Engine, limits: settings.Reading
) -> Iterator[FileLook | PageLook]:
    """What ``path``, called ``name``, is, then each of its pages (of those ``wanted``, from 1) as soon as it is read.

    A file or page that cannot be taken is told, not raised. Raises Misconfigured where the engine is missing.
    """
    from hoso.stages.survey import survey

    data = path.read_bytes()
    digest = keys.digest(data)
    try:
        found = survey(data, limits)
    except Refused as error:
        yield FileLook(name, digest, refused=f"{error.vi} [{error.reason}]")
        return
    yield FileLook(name, digest, found.media_type, found.pages)
    for index in range(1, found.pages + 1):
        if wanted is None or index in wanted:
            yield _page(data, found.media_type, digest, index, engine, limits)


def _page(data: bytes, media_type: str, digest: str, index: int, engine: Engine, limits: settings.Reading) -> PageLook:
    from hoso.imaging.contact import pictures
    from hoso.imaging.trace import Trace
    from hoso.stages.read import read

    trace = Trace(_cpu)
    try:
        seen = read(data, media_type, digest, index, engine, limits, trace)
    except Refused as error:
        return PageLook(index, refused=f"{error.vi} [{error.reason}]", steps=tuple(_timed(trace.before)))
    except Unavailable as error:
        return PageLook(index, refused=f"Máy đọc không trả lời: {error}", steps=tuple(_timed(trace.before)))
    taken = next(one for one in trace.attempts if one.rotation == seen.page.rotation)
    others = [step for one in trace.attempts if one is not taken for step in one.steps]
    steps = [*_timed(trace.before), *_timed(taken.steps)]
    if others:
        steps.append(("other ways up", sum(step.seconds for step in others)))
    answers = taken.told("recognise", "answers")
    return PageLook(
        index,
        seen,
        pictures=pictures(taken),
        steps=tuple(steps),
        facts={
            f"{step.name}.{name}": value
            for step in [*trace.before, *others, *taken.steps]
            for name, value in step.told.items()
            if isinstance(value, bool | int | float | str) or (step.name, name) == ("grade", "grade")
        },
        tried=tuple(_tried(one.rotation, one.told("recognise", "answers")) for one in trace.attempts),
        lines=answers if isinstance(answers, tuple) else (),
    )


def _timed(steps: Sequence[Any]) -> Iterator[tuple[str, float]]:
    return ((step.name, step.seconds) for step in steps)


def _tried(rotation: int, answers: object) -> tuple[int, int, float]:
    words = [word for line in answers for word in line] if isinstance(answers, tuple) else []
    return rotation, len(words), sum(word.confidence for word in words) / len(words) if words else 0.0


def _cpu() -> float:
    """CPU seconds of this process and of those it has waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime
