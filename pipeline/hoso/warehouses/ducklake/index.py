"""The search index beside the lake: one SQLite file with full-text search (FTS5) over page texts and field values.

Owns ``index.sqlite``: pages as they stand, their words with and without diacritics, and the keys of the batches it
holds. An *intent* is written before the lake commits and removed with the words, so that a reader sees without asking the
lake whether a loader died between the two. Never the truth: all of it comes from the lake.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hoso.errors import Damaged, HosoError, Misconfigured, Unavailable
from hoso.values.fold import fold
from hoso.warehouses.api import Hit
from hoso.warehouses.ducklake import words
from hoso.warehouses.ducklake.rows import Row
from hoso.warehouses.ducklake.schema import TABLES

__all__ = ["Entry", "Finder", "Index", "besides", "entries", "shown"]

_VERSION = 1
"""Raise it whenever tables, :func:`fold` or the tokens change: an index of another version is built again."""

_EVERYTHING = "*"
"""The intent that a new, empty index starts with."""

_TABLES = """
CREATE TABLE loads (key TEXT PRIMARY KEY, load INTEGER NOT NULL) STRICT;
CREATE TABLE intents (key TEXT PRIMARY KEY) STRICT;
CREATE TABLE pages (
    id INTEGER PRIMARY KEY, document TEXT NOT NULL, load INTEGER NOT NULL, dossier TEXT NOT NULL, source TEXT NOT NULL,
    type TEXT NOT NULL, position INTEGER NOT NULL, text TEXT NOT NULL, found TEXT NOT NULL
) STRICT;
CREATE INDEX pages_by_document ON pages (document);
CREATE VIRTUAL TABLE words USING fts5 (exact, folded, content = '', tokenize = 'unicode61 remove_diacritics 0');
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A page to be found: its text, and the values of the fields that were read on it."""

    document: str
    load: int
    dossier: str
    source: str
    type: str
    position: int
    text: str
    values: tuple[str, ...] = ()


def entries(rows: Mapping[str, Sequence[Row]]) -> Iterator[Entry]:
    """The pages among the rows of a load (tables documents, pages and fields), each with the values that were read on it.
    A value without a place, one from a register or a QR code, goes to the first page of its document."""
    documents = {str(row["document"]): row for row in _named("documents", rows)}
    values: dict[tuple[str, int], list[tuple[int, str]]] = {}
    for row in _named("fields", rows):
        document = str(row["document"])
        position = row["position"] or documents[document]["first_page"] or 0
        if row["value"] is not None:
            here = values.setdefault((document, _int(position)), [])
            here.append((_int(row["ordinal"]), str(row["value"])))
    for row in _named("pages", rows):
        document, position = str(row["document"]), _int(row["position"])
        yield Entry(
            document, _int(row["load"]), str(row["dossier"]), str(documents[document]["source"]),
            str(documents[document]["type"]), position, str(row["text"]),
            tuple(value for _, value in sorted(values.get((document, position), ()))),
        )  # fmt: skip


def _named(table: str, rows: Mapping[str, Sequence[Row]]) -> Iterator[dict[str, object]]:
    names = [name for name, _, _ in TABLES[table].columns]
    return (dict(zip(names, row, strict=True)) for row in rows.get(table, ()))


def _int(value: object) -> int:
    return int(str(value))


class Finder(Protocol):
    """What a search index gives; :class:`Index` says what each does. Who writes holds the warehouse's lease."""

    def made(self) -> bool: ...
    def make(self) -> None: ...
    def remove(self) -> None: ...
    def intend(self, key: str) -> None: ...
    def behind(self) -> bool: ...
    def count(self) -> int: ...
    def keys(self) -> set[str]: ...
    def add(self, key: str, load: int, entries: Iterable[Entry]) -> None: ...
    def settled(self) -> None: ...
    def search(self, typed: str, limit: int) -> tuple[Hit, ...]: ...
    def close(self) -> None: ...


class Index:
    """One connection, used by one thread at a time. Who writes holds the warehouse's lease."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = threading.RLock()
        self._connection: sqlite3.Connection | None = None

    def made(self) -> bool:
        """Whether there is an index of this version."""
        if not self._path.exists():
            return False
        with self._asking() as base:
            return bool(base.execute("PRAGMA user_version").fetchone()[0] == _VERSION)

    def make(self) -> None:
        """Make an empty index in the place of what is there; it wants everything. Never by removing the file: another
        process that has it open would go on asking the removed one."""
        with self._asking() as base:
            base.execute("PRAGMA journal_mode = WAL")
        with self._writing() as base:
            for table in ("loads", "intents", "pages", "words"):
                base.execute(f"DROP TABLE IF EXISTS {table}")
            for statement in _TABLES.split(";\n"):
                base.execute(statement)
            base.execute("INSERT INTO intents VALUES (?)", (_EVERYTHING,))
            base.execute(f"PRAGMA user_version = {_VERSION}")

    def remove(self) -> None:
        """Remove the file; for one that is damaged."""
        self.close()
        for end in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + end).unlink(missing_ok=True)

    def intend(self, key: str) -> None:
        """Say, durably, that the batch of that key is about to be committed to the lake."""
        with self._writing() as base:
            base.execute("INSERT OR IGNORE INTO intents VALUES (?)", (key,))

    def behind(self) -> bool:
        """Whether a batch may be in the lake that is not here."""
        with self._asking() as base:
            return base.execute("SELECT 1 FROM intents LIMIT 1").fetchone() is not None

    def count(self) -> int:
        """How many batches are here."""
        with self._asking() as base:
            return int(base.execute("SELECT count(*) FROM loads").fetchone()[0])

    def keys(self) -> set[str]:
        """The keys of the batches whose words are here."""
        with self._asking() as base:
            return {key for (key,) in base.execute("SELECT key FROM loads")}

    def add(self, key: str, load: int, entries: Iterable[Entry]) -> None:
        """Take in the pages of one batch, in the place of those of the same documents, and with them the intent is done:
        one transaction."""
        with self._writing() as base:
            if base.execute("SELECT 1 FROM loads WHERE key = ?", (key,)).fetchone():
                return
            newer: set[str] = set()
            seen: set[str] = set()
            for entry in entries:
                if entry.document not in seen:
                    seen.add(entry.document)
                    if not _make_way(base, entry):
                        newer.add(entry.document)
                if entry.document not in newer:
                    _insert(base, entry)
            base.execute("INSERT INTO loads VALUES (?, ?)", (key, load))
            base.execute("DELETE FROM intents WHERE key = ?", (key,))

    def settled(self) -> None:
        """Say that every batch of the lake is here."""
        with self._writing() as base:
            base.execute("DELETE FROM intents")

    def search(self, typed: str, limit: int) -> tuple[Hit, ...]:
        """Pages that hold all the words, best first. Raises Usage where there is no word."""
        found = words.clauses(typed)
        with self._asking() as base:
            rows = base.execute(
                "SELECT p.document, p.dossier, p.source, p.type, p.position, p.text, p.found, w.score"
                " FROM (SELECT rowid, bm25(words, 8.0, 1.0) AS score FROM words WHERE words MATCH ?"
                " ORDER BY score, rowid LIMIT ?) w JOIN pages p ON p.id = w.rowid ORDER BY w.score, p.id",
                (words.match(found), max(0, limit)),
            ).fetchall()
        return tuple(
            Hit(document, dossier, source, type_, position, shown(text, extra, found), -score)
            for document, dossier, source, type_, position, text, extra, score in rows
        )

    def close(self) -> None:
        """Let go of the connection; the next use opens another."""
        with self._turn:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @contextmanager
    def _asking(self) -> Iterator[sqlite3.Connection]:
        with self._turn, _answering(self._path):
            if self._connection is None:
                self._connection = sqlite3.connect(
                    self._path, timeout=30.0, isolation_level=None, check_same_thread=False
                )
                self._connection.execute("PRAGMA synchronous = FULL")
            yield self._connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._asking() as base:
            base.execute("BEGIN IMMEDIATE")
            try:
                yield base
                base.execute("COMMIT")
            except BaseException:
                if base.in_transaction:
                    base.execute("ROLLBACK")
                raise


def _make_way(base: sqlite3.Connection, entry: Entry) -> bool:
    """Remove the older pages of the document of ``entry``; False where newer ones are here."""
    old = base.execute("SELECT id, load, text, found FROM pages WHERE document = ?", (entry.document,)).fetchall()
    if any(load > entry.load for _, load, _, _ in old):
        return False
    for id_, _, text, found in old:
        # A contentless table forgets a row only when told the words it was given.
        base.execute(
            "INSERT INTO words (words, rowid, exact, folded) VALUES ('delete', ?, ?, ?)", (id_, *_words(text, found))
        )
    base.execute("DELETE FROM pages WHERE document = ?", (entry.document,))
    return True


def besides(entry: Entry) -> str:
    """The values read on a page that its text does not hold, one a line."""
    on_page = f" {' '.join(map(fold, words.tokens(entry.text)))} "
    values = dict.fromkeys(way for value in entry.values for way in _ways(value))
    return "\n".join(way for way in values if f" {' '.join(map(fold, words.tokens(way)))} " not in on_page)


def _insert(base: sqlite3.Connection, entry: Entry) -> None:
    found = besides(entry)
    cursor = base.execute(
        "INSERT INTO pages (document, load, dossier, source, type, position, text, found) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (entry.document, entry.load, entry.dossier, entry.source, entry.type, entry.position, entry.text, found),
    )
    base.execute(
        "INSERT INTO words (rowid, exact, folded) VALUES (?, ?, ?)", (cursor.lastrowid, *_words(entry.text, found))
    )


def _words(text: str, found: str) -> tuple[str, str]:
    plain = words.tokens(f"{text}\n{found}")
    return " ".join(plain), " ".join(map(fold, plain))


def _ways(value: str) -> tuple[str, ...]:
    """A value as people may type it: a date also day first."""
    date = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", value)
    return (value, f"{date[3]}/{date[2]}/{date[1]}") if date else (value,)


def shown(text: str, found: str, clauses: tuple[words.Clause, ...]) -> str:
    """The snippet of a hit: of its text, else of the values beside it."""
    on_page = words.snippet(text, clauses)
    if "⟦" in on_page or not found:
        return on_page
    return words.snippet(found, clauses)


@contextmanager
def _answering(path: Path) -> Iterator[None]:
    try:
        yield
    except (HosoError, sqlite3.ProgrammingError):
        raise
    except sqlite3.OperationalError as error:
        if "fts5" in str(error):
            raise Misconfigured(f"SQLite here is without full-text search ({error}); install one with FTS5") from error
        raise Unavailable(f"{path}: the search index answers: {error}; run again later") from error
    except sqlite3.DatabaseError as error:
        raise Damaged(f"{path}: the search index answers: {error}; remove the file, it is built again") from error
