"""What every warehouse gives: whole batches in, read-only questions out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from hoso.nouns import Batch, Box

__all__ = ["ALL", "Answer", "Difference", "Found", "Hit", "Only", "Warehouse"]


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
    """A page that search found: ``snippet`` has the matched words between ⟦ and ⟧. ``code`` is that of the dossier, ``day``
    the document's own ("" where it has none). ``spans`` are the places of the words in the page's text: (first character,
    the one behind the last); none where only a value that is not printed there matched."""

    document: str
    dossier: str
    source: str
    type: str
    position: int
    snippet: str
    score: float
    code: str = ""
    day: str = ""
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Only:
    """What a search is narrowed to; "" for not. ``agency`` takes in those below it, ``since`` and ``until`` are days (ISO
    8601) of the document, ``dossier`` is its code, its source or its id."""

    type: str = ""
    agency: str = ""
    since: str = ""
    until: str = ""
    dossier: str = ""


ALL = Only()
"""Narrowed to nothing."""


@dataclass(frozen=True, slots=True)
class Found:
    """A document that a look-up found: ``field`` holds ``value`` ("" where it is the dossier's own) on page ``position`` of
    the dossier, in ``box``; both None where it has no place."""

    document: str
    dossier: str
    code: str
    source: str
    type: str
    field: str
    value: str
    position: int | None
    box: Box | None


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

    def query_masked(self, sql: str, parameters: Sequence[object] = ()) -> Answer:
        """The same as :meth:`query` over masked views, with no way around them: personal data come as their masks."""
        ...

    def export_masked(self, sql: str, path: str) -> None:
        """The same as :meth:`export` over masked views."""
        ...

    def person(self, number: str) -> str:
        """The key of the person of that personal number in ``mentions.person``."""
        ...

    def publish(self, target: str, tick: Callable[[int], None]) -> int:
        """Add to the Parquet export at ``target`` (a folder or an address) every load it lacks; gives how many. ``tick`` is
        told of each file's loads."""
        ...

    def erase(self, dossiers: Collection[str], documents: Collection[str], targets: Collection[str] = ()) -> int:
        """Remove for good every row of those dossiers and documents (ids), of every load, out of tables, files, snapshots,
        index, and of the exports published at ``targets``; gives how many rows of the tables there were. What was handed to
        other systems stays told. Raises Unavailable, where an export cannot be reached too; a second call goes on."""
        ...

    def search(self, words: str, limit: int = 20, skip: int = 0, only: Only = ALL) -> tuple[Hit, ...]:
        """Pages that hold all the words, with or without diacritics, best first, after the first ``skip``. Raises Usage
        where no word is typed."""
        ...

    def lookup(self, kind: str, value: str, limit: int = 100) -> tuple[Found, ...]:
        """Documents that name that number, the newest first. ``kind``: "person" (personal number), "number" (number and
        symbol, or of a certificate), "dossier" (code, or what it came under). Raises Usage."""
        ...

    def reindex(self) -> None:
        """Build the index of search and look-ups again from the tables."""
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
