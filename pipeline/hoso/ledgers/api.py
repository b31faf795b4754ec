"""What every ledger gives: append-only facts, step results, effects. Digests, codes and times only."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from hoso.nouns import Effect, Fact

__all__ = ["EVERYTHING", "TABLES", "Ledger", "Line", "Turn"]

Line = tuple[str, tuple[str | None, ...]]
"""A line of a ledger as it moves: its table, and its columns in the order of :data:`TABLES`."""

TABLES: dict[str, tuple[str, ...]] = {
    "facts": ("kind", "subject", "at", "body", "once"),
    "steps": ("key", "step", "subject", "result", "at"),
    "effects": ("key", "kind", "subject", "at", "body", "receipt"),
}
"""The tables of a ledger that last, with the columns that are the same in every engine."""

EVERYTHING = "*"
"""The claim on all that can be claimed; nobody else is given anything while it stands."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A run at work: its token (later turns have higher ones), who it says it is, the seconds after which others may take
    over (negative: since then), what it claims."""

    token: int
    holder: str
    left: float
    claims: tuple[str, ...]


class Ledger(Protocol):
    """Facts are never changed or removed; the first result of a step and the first receipt of an effect stand.

    A run may take a *turn*, which it renews while it lives. From then on what this ledger object writes is written under
    that turn, and refused (Overtaken) once another run has ended it, checked in the very transaction of the write: a run
    that was stopped, cut off or slept too long writes nothing over its successor. The ledger's own clock counts a turn's
    time. Without a turn, writes are not fenced (a person's decision, a scan that came in)."""

    shared: bool
    """Whether several machines use it, so that runs must claim what they work on."""

    def tell(self, fact: Fact, *, once: str = "") -> Fact:
        """Append ``fact`` durably. With ``once``, a second fact told under the same word gives back the first."""
        ...

    def facts(self, kind: str = "", subject: str = "") -> Iterator[Fact]:
        """Facts in the order told, of that kind and subject where they are given."""
        ...

    def facts_after(self, serial: int, limit: int) -> tuple[Fact, ...]:
        """The first ``limit`` facts told after the one of that serial (0: from the first), in the order told. A reader that
        goes on from the last serial it was given never misses one."""
        ...

    def step(self, key: str) -> str | None:
        """The digest of the result of the step of that key, None where it has not run."""
        ...

    def keep(self, key: str, step: str, subject: str, result: str, at: str) -> str:
        """Record that the step of that key gave ``result`` (a digest); gives the result that stands."""
        ...

    def intend(self, effect: Effect) -> Effect:
        """Record the intent durably before the act; gives the effect of that key that stands, receipt and all."""
        ...

    def receive(self, key: str, receipt: Mapping[str, str]) -> Effect:
        """Record the receipt of an intended effect; the first receipt stands."""
        ...

    def effects(self, kind: str = "", *, open_only: bool = False) -> Iterator[Effect]:
        """Effects in the order intended."""
        ...

    def results(self) -> Iterator[str]:
        """Every step result's digest: what an audit expects in the store."""
        ...

    def lines(self) -> Iterator[Line]:
        """Everything told, kept, intended and received, in order and without serials: what a copy must hold."""
        ...

    def take(self, lines: Iterator[Line]) -> int:
        """Append the lines of another ledger that this one, the beginning of a copy of it, has not yet; gives how many."""
        ...

    def begin(self, holder: str, seconds: float) -> int:
        """Take a turn of so many seconds; gives its token. ``holder`` is a machine and process, for people to read."""
        ...

    def renew(self, seconds: float) -> None:
        """From now on so many seconds again. Raises Overtaken where the turn was ended. May be called by another thread."""
        ...

    def claim(self, names: Collection[str]) -> frozenset[str]:
        """Those of ``names`` that are this turn's now: claimed by nobody else, or by one whose time is over (its turn ends
        by this). :data:`EVERYTHING` is given once no other run claims anything; nothing new is given to others meanwhile.
        Raises Overtaken."""
        ...

    def let_go(self, names: Collection[str]) -> None:
        """Give claims back; those of others stay."""
        ...

    def end(self) -> None:
        """Give the turn and all of its claims back. A second call does nothing."""
        ...

    def turns(self) -> tuple[Turn, ...]:
        """Who is at work, by token."""
        ...

    def close(self) -> None: ...
