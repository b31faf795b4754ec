"""What every ledger gives: append-only facts, step results, effects. Digests, codes and times only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from hoso.nouns import Effect, Fact

__all__ = ["Ledger"]


class Ledger(Protocol):
    """Facts are never changed or removed; the first result of a step and the first receipt of an effect stand."""

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

    def close(self) -> None: ...
