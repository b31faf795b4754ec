"""The search index beside the lake: one SQLite file with full-text search (FTS5) over page texts and field values, and
the numbers that documents are looked up by.

Owns ``index.sqlite``: pages as they stand, their words with and without diacritics, and the keys of the batches it
holds. An *intent* is written before the lake commits and removed with the words, so that a reader sees without asking the
lake whether a loader died between the two. Never the truth: all of it comes from the lake.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from hoso.errors import Damaged, HosoError, Misconfigured, Unavailable
from hoso.nouns import Box
from hoso.warehouses.api import Found, Hit, Only
from hoso.warehouses.ducklake import lookups, words
from hoso.warehouses.ducklake.entries import Entry, besides, entries, written
from hoso.warehouses.ducklake.lookups import Key

__all__ = [
    "Abandoned", "Entry", "Finder", "Index", "always", "besides", "boxed", "entries", "hit", "unboxed",
]  # fmt: skip

_VERSION = 2
"""Raise it whenever tables, :func:`fold` or the tokens change: an index of another version is built again."""

_RANKED = 20_000
"""Pages that are ranked at most."""
_MARKED = 8.0
"""What a word counts that stands as it was typed, with its diacritics, against one without."""

_EVERYTHING = "*"
"""The intent that a new, empty index starts with."""

_TABLES = """
CREATE TABLE loads (key TEXT PRIMARY KEY, load INTEGER NOT NULL) STRICT;
CREATE TABLE intents (key TEXT PRIMARY KEY) STRICT;
CREATE TABLE pages (
    id INTEGER PRIMARY KEY, document TEXT NOT NULL, load INTEGER NOT NULL, dossier TEXT NOT NULL, source TEXT NOT NULL,
    type TEXT NOT NULL, position INTEGER NOT NULL, code TEXT NOT NULL, agency TEXT NOT NULL, day TEXT NOT NULL,
    text TEXT NOT NULL, found TEXT NOT NULL
) STRICT;
CREATE INDEX pages_by_document ON pages (document);
CREATE TABLE numbers (
    kind TEXT NOT NULL, value TEXT NOT NULL, page INTEGER NOT NULL, field TEXT NOT NULL, shown TEXT NOT NULL,
    position INTEGER, box TEXT
) STRICT;
CREATE INDEX numbers_by_value ON numbers (value, kind);
CREATE INDEX numbers_by_page ON numbers (page);
CREATE VIRTUAL TABLE words USING fts5 (exact, folded, content = '', tokenize = 'unicode61 remove_diacritics 0');
"""


class Abandoned(Exception):
    """A batch that is not to be in the index after all."""


def always() -> bool:
    """Nobody has to be waited for."""
    return True


class Finder(Protocol):
    """What a search index gives; :class:`Index` says what each does. Who writes holds the warehouse's lease."""

    def made(self) -> bool: ...
    def make(self) -> None: ...
    def remove(self) -> None: ...
    def intend(self, key: str) -> None: ...
    def behind(self) -> bool: ...
    def count(self) -> int: ...
    def keys(self) -> set[str]: ...
    def add(self, key: str, load: int, entries: Iterable[Entry], proceed: Callable[[], bool] = ...) -> None: ...
    def settled(self) -> None: ...
    def erase(self, documents: Collection[str]) -> None: ...
    def search(self, typed: str, limit: int, skip: int, only: Only) -> tuple[Hit, ...]: ...
    def lookup(self, kind: str, value: str, limit: int) -> tuple[Found, ...]: ...
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
            for table in ("loads", "intents", "pages", "numbers", "words"):
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

    def add(self, key: str, load: int, entries: Iterable[Entry], proceed: Callable[[], bool] = always) -> None:
        """Take in the pages of one batch, in the place of those of the same documents, and with them the intent is done:
        one transaction. ``proceed`` is asked before it is committed, and where it says no nothing has happened."""
        with suppress(Abandoned), self._writing() as base:
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
            if not proceed():
                raise Abandoned

    def settled(self) -> None:
        """Say that every batch of the lake is here."""
        with self._writing() as base:
            base.execute("DELETE FROM intents")

    def erase(self, documents: Collection[str]) -> None:
        """Remove the pages of those documents for good: their words out of the merged index, their rows out of the file."""
        with self._writing() as base:
            for document in sorted(documents):
                _remove(base, document)
            base.execute("INSERT INTO words (words) VALUES ('optimize')")
        with self._asking() as base:
            base.execute("VACUUM")
            base.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def search(self, typed: str, limit: int, skip: int, only: Only) -> tuple[Hit, ...]:
        """Pages that hold all the words, best first, after the first ``skip``. Raises Usage where there is no word."""
        found = words.clauses(typed)
        where, values = _narrowed(only)
        # Ranked are the newest of those that match: a word that stands on more pages tells nothing apart.
        inner = (
            f"SELECT w.rowid AS id, bm25(words, {_MARKED}, 1.0) AS score FROM words w JOIN pages p ON p.id = w.rowid"
            f" WHERE words MATCH ? {where} ORDER BY w.rowid DESC LIMIT {_RANKED}"
            if where
            else f"SELECT rowid AS id, bm25(words, {_MARKED}, 1.0) AS score FROM words WHERE words MATCH ?"
            f" ORDER BY rowid DESC LIMIT {_RANKED}"
        )
        with self._asking() as base:
            rows = base.execute(
                "SELECT p.document, p.dossier, p.source, p.type, p.position, p.text, p.found, -w.score, p.code, p.day"
                f" FROM (SELECT id, score FROM ({inner}) ORDER BY score, id LIMIT ? OFFSET ?) w"
                " JOIN pages p USING (id) ORDER BY w.score, p.id",
                (words.match(found), *values, max(0, limit), max(0, skip)),
            ).fetchall()
        return tuple(hit(found, *row) for row in rows)

    def lookup(self, kind: str, value: str, limit: int) -> tuple[Found, ...]:
        """The documents that name that number, the newest first. Raises Usage."""
        with self._asking() as base:
            rows = base.execute(
                "SELECT p.document, p.dossier, p.code, p.source, p.type, n.field, n.shown, n.position, n.box"
                " FROM numbers n JOIN pages p ON p.id = n.page WHERE n.value = ? AND n.kind = ?"
                " ORDER BY p.load DESC, n.page DESC, n.field LIMIT ?",
                (lookups.key_of(kind, value), kind, max(0, limit)),
            ).fetchall()
        return tuple(
            Found(document, dossier, code, source, type_, field, shown, position, boxed(box))
            for document, dossier, code, source, type_, field, shown, position, box in rows
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
    newer = "SELECT 1 FROM pages WHERE document = ? AND load > ? LIMIT 1"
    if base.execute(newer, (entry.document, entry.load)).fetchone():
        return False
    _remove(base, entry.document)
    return True


def _remove(base: sqlite3.Connection, document: str) -> None:
    old = base.execute("SELECT id, text, found FROM pages WHERE document = ?", (document,)).fetchall()
    for id_, text, found in old:
        # A contentless table forgets a row only when told the words it was given.
        base.execute(
            "INSERT INTO words (words, rowid, exact, folded) VALUES ('delete', ?, ?, ?)", (id_, *written(text, found))
        )
        base.execute("DELETE FROM numbers WHERE page = ?", (id_,))
    if old:
        base.execute("DELETE FROM pages WHERE document = ?", (document,))


def _insert(base: sqlite3.Connection, entry: Entry) -> None:
    found, plain, folded = entry.words
    page = base.execute(
        "INSERT INTO pages (document, load, dossier, source, type, position, code, agency, day, text, found)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            entry.document, entry.load, entry.dossier, entry.source, entry.type, entry.position, entry.code,
            entry.agency, entry.day, entry.text, found,
        ),
    ).lastrowid  # fmt: skip
    base.execute("INSERT INTO words (rowid, exact, folded) VALUES (?, ?, ?)", (page, plain, folded))
    if entry.keys:
        base.executemany(
            "INSERT INTO numbers VALUES (?, ?, ?, ?, ?, ?, ?)", [(k.kind, k.value, page, *_told(k)) for k in entry.keys]
        )


def _told(key: Key) -> tuple[object, ...]:
    return key.field, key.shown, key.position, unboxed(key.box)


def unboxed(box: Box | None) -> str | None:
    """A box as text, to a ten-thousandth of the page."""
    return None if box is None else " ".join(f"{edge:.4f}" for edge in box)


def boxed(text: str | None) -> Box | None:
    """The box of such a text."""
    if text is None:
        return None
    left, top, right, bottom = map(float, text.split())
    return left, top, right, bottom


def _narrowed(only: Only) -> tuple[str, tuple[str, ...]]:
    """(conditions on pages, their values) of a filter."""
    told = {
        "p.type = ?": only.type, "(p.agency = ? OR p.agency LIKE ? || '.%')": only.agency, "p.day >= ?": only.since,
        "p.day <= ? AND p.day <> ''": only.until, "? IN (p.code, p.source, p.dossier)": only.dossier,
    }  # fmt: skip
    where = "".join(f" AND {condition}" for condition, value in told.items() if value)
    return where, tuple(v for condition, value in told.items() if value for v in [value] * condition.count("?"))


def hit(
    found: tuple[words.Clause, ...], document: str, dossier: str, source: str, type_: str, position: int,
    text: str, beside: str, score: float, code: str, day: str,
) -> Hit:  # fmt: skip
    """A row of pages as a hit; its snippet is of the text, else of the values beside it."""
    spans = words.spans(text, found)
    shown = words.snippet(text if spans or not beside else beside, found)
    return Hit(document, dossier, source, type_, position, shown, score, code, day, spans)


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
