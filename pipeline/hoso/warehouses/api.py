"""What every warehouse gives: whole batches in, read-only questions out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from hoso.nouns import Batch

__all__ = ["Answer", "Difference", "Hit", "Warehouse"]


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows of a question, with the names of its columns."""

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the warehouse and its evidence part: ``kind`` is "no-evidence" (a row that nothing tells), "no-row" (evidence
    that no row holds); a row that was altered is both. ``subject`` is the document, or the key of the batch."""

    kind: Literal["no-evidence", "no-row"]
    table: str
    subject: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A page that search found: ``snippet`` has the matched words between ⟦ and ⟧."""

    document: str
    dossier: str
    source: str
    type: str
    position: int
    snippet: str
    score: float


class Warehouse(Protocol):
    """One committer, many readers; a reader sees whole batches only."""

    def load(self, batch: Batch) -> bool:
        """Make the batch visible, rows and receipt in one transaction; False where its key is there already."""
        ...

    def query(self, sql: str, parameters: Sequence[object] = ()) -> Answer:
        """Ask, read-only by construction. Raises Usage for SQL that is wrong or would write, Unavailable."""
        ...

    def export(self, sql: str, path: str) -> None:
        """Write the answer as a Parquet file."""
        ...

    def publish(self, target: str, tick: Callable[[int], None]) -> int:
        """Add to the Parquet export at ``target`` (a folder or an address) every load it lacks; gives how many. ``tick`` is
        told of each file's loads."""
        ...

    def search(self, words: str, limit: int = 20) -> tuple[Hit, ...]:
        """Pages that hold all the words, with or without diacritics, best first."""
        ...

    def keys(self) -> set[str]:
        """The keys of the batches that were loaded."""
        ...

    def compare(self, batch: Batch) -> tuple[Difference, ...]:
        """Where the rows of that batch's load are not those that the batch makes; each (kind, table, subject) once."""
        ...

    def clear(self) -> None:
        """Drop every table and the index: what a rebuild starts with."""
        ...

    def close(self) -> None: ...
