"""A ledger in one SQLite file, ``home/ledger.sqlite``, for one machine and as many processes as it likes.

Owns the tables ``facts``, ``steps``, ``effects`` and their triggers, which refuse to change or remove a line whoever asks,
and the tables of turns and claims, which come and go.
WAL with ``synchronous=FULL``: what a method has returned from survives a power cut (SQLite, "Write-Ahead Logging").
Never holds a personal value, never reads the clock, never opens a newer format than it knows.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from hoso import keys
from hoso.errors import Damaged, HosoError, Misconfigured, Overtaken, Unavailable
from hoso.ledgers.api import EVERYTHING, TABLES, Line, Turn
from hoso.nouns import Effect, Fact
from hoso.settings import Settings

__all__ = ["SqliteLedger", "open"]

_VERSION = 2
_BUSY_SECONDS = 30.0
_AT_ONCE = 500

_SCHEMA = """
CREATE TABLE format (version INTEGER NOT NULL) STRICT;
CREATE TABLE facts (
    serial INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL, subject TEXT NOT NULL, at TEXT NOT NULL, body TEXT NOT NULL, once TEXT UNIQUE
) STRICT;
CREATE INDEX facts_by_kind ON facts (kind, subject);
CREATE INDEX facts_by_subject ON facts (subject);
CREATE TABLE steps (
    serial INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE, step TEXT NOT NULL, subject TEXT NOT NULL, result TEXT NOT NULL, at TEXT NOT NULL
) STRICT;
CREATE TABLE effects (
    serial INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, subject TEXT NOT NULL, at TEXT NOT NULL, body TEXT NOT NULL,
    receipt TEXT
) STRICT;
CREATE INDEX effects_by_kind ON effects (kind);
CREATE INDEX effects_open ON effects (serial) WHERE receipt IS NULL;

CREATE TRIGGER facts_stay BEFORE UPDATE ON facts BEGIN SELECT RAISE(ABORT, 'facts are never changed'); END;
CREATE TRIGGER facts_remain BEFORE DELETE ON facts BEGIN SELECT RAISE(ABORT, 'facts are never removed'); END;
CREATE TRIGGER steps_stay BEFORE UPDATE ON steps BEGIN SELECT RAISE(ABORT, 'steps are never changed'); END;
CREATE TRIGGER steps_remain BEFORE DELETE ON steps BEGIN SELECT RAISE(ABORT, 'steps are never removed'); END;
CREATE TRIGGER effects_remain BEFORE DELETE ON effects BEGIN SELECT RAISE(ABORT, 'effects are never removed'); END;
CREATE TRIGGER effects_stay BEFORE UPDATE ON effects
WHEN OLD.receipt IS NOT NULL OR NEW.receipt IS NULL OR NEW.serial IS NOT OLD.serial OR NEW.key IS NOT OLD.key
    OR NEW.kind IS NOT OLD.kind OR NEW.subject IS NOT OLD.subject OR NEW.at IS NOT OLD.at OR NEW.body IS NOT OLD.body
BEGIN SELECT RAISE(ABORT, 'of an effect only the receipt is set, once'); END;
-- INSERT OR REPLACE removes the old line without asking the triggers above.
CREATE TRIGGER facts_not_replaced BEFORE INSERT ON facts
WHEN EXISTS (SELECT 1 FROM facts WHERE serial = NEW.serial OR once = NEW.once)
BEGIN SELECT RAISE(ABORT, 'facts are never replaced'); END;
CREATE TRIGGER steps_not_replaced BEFORE INSERT ON steps
WHEN EXISTS (SELECT 1 FROM steps WHERE serial = NEW.serial OR key = NEW.key)
BEGIN SELECT RAISE(ABORT, 'steps are never replaced'); END;
CREATE TRIGGER effects_not_replaced BEFORE INSERT ON effects
WHEN EXISTS (SELECT 1 FROM effects WHERE serial = NEW.serial OR key = NEW.key)
BEGIN SELECT RAISE(ABORT, 'effects are never replaced'); END;
"""

_TURNS = """
CREATE TABLE turns (token INTEGER PRIMARY KEY AUTOINCREMENT, holder TEXT NOT NULL, until REAL NOT NULL) STRICT;
CREATE TABLE claims (
    name TEXT PRIMARY KEY, token INTEGER NOT NULL REFERENCES turns ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX claims_by_turn ON claims (token);
"""
_STEPS_UP = (_SCHEMA, _TURNS)
"""What brings a file from the format of that place to the next."""

_NOW = "((julianday('now') - 2440587.5) * 86400.0)"


def open(settings: Settings, home: Path) -> SqliteLedger:
    """The ledger of ``home``, made where it is missing. Raises Misconfigured, Unavailable, Damaged."""
    return SqliteLedger(home / "ledger.sqlite")


class SqliteLedger:
    """One connection, used by one thread at a time; other processes open their own."""

    shared = False

    def __init__(self, path: Path) -> None:
        self._path = path
        self._token = 0
        self._turn = threading.RLock()
        with self._answering():
            self._base = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            try:
                self._prepare()
            except BaseException:
                self._base.close()
                raise

    def tell(self, fact: Fact, *, once: str = "") -> Fact:
        """See :class:`hoso.ledgers.api.Ledger`."""
        with self._writing() as base:
            if once:
                row = base.execute(f"{_FACTS} WHERE once = ?", (once,)).fetchone()
                if row:
                    return _fact(row)
            row = base.execute(
                "INSERT INTO facts (kind, subject, at, body, once) VALUES (?, ?, ?, ?, ?)"
                " RETURNING serial, kind, subject, at, body",
                (fact.kind, fact.subject, fact.at, _text(fact.body), once or None),
            ).fetchone()
        return _fact(row)

    def facts(self, kind: str = "", subject: str = "") -> Iterator[Fact]:
        """See :class:`hoso.ledgers.api.Ledger`. Facts told while one reads on are not among them."""
        given = {name: value for name, value in (("kind", kind), ("subject", subject)) if value}
        where = "".join(f" AND {name} = ?" for name in given)
        for row in self._lines("facts", _FACTS, where, tuple(given.values())):
            yield _fact(row)

    def facts_after(self, serial: int, limit: int) -> tuple[Fact, ...]:
        """See :class:`hoso.ledgers.api.Ledger`."""
        with self._reading() as base:
            rows = base.execute(f"{_FACTS} WHERE serial > ? ORDER BY serial LIMIT ?", (serial, limit)).fetchall()
        return tuple(_fact(row) for row in rows)

    def step(self, key: str) -> str | None:
        """See :class:`hoso.ledgers.api.Ledger`."""
        with self._reading() as base:
            row = base.execute("SELECT result FROM steps WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else None

    def keep(self, key: str, step: str, subject: str, result: str, at: str) -> str:
        """See :class:`hoso.ledgers.api.Ledger`."""
        with self._writing() as base:
            row = base.execute("SELECT result FROM steps WHERE key = ?", (key,)).fetchone()
            if row:
                return str(row[0])
            base.execute(
                "INSERT INTO steps (key, step, subject, result, at) VALUES (?, ?, ?, ?, ?)",
                (key, step, subject, result, at),
            )
        return result

    def intend(self, effect: Effect) -> Effect:
        """See :class:`hoso.ledgers.api.Ledger`."""
        with self._writing() as base:
            row = base.execute(f"{_EFFECTS} WHERE key = ?", (effect.key,)).fetchone()
            if row is None:
                row = base.execute(
                    "INSERT INTO effects (key, kind, subject, at, body) VALUES (?, ?, ?, ?, ?)"
                    " RETURNING serial, key, kind, subject, at, body, receipt",
                    (effect.key, effect.kind, effect.subject, effect.at, _text(effect.body)),
                ).fetchone()
        return _effect(row)

    def receive(self, key: str, receipt: Mapping[str, str]) -> Effect:
        """See :class:`hoso.ledgers.api.Ledger`. Raises Damaged for a receipt of what was never intended."""
        with self._writing() as base:
            base.execute("UPDATE effects SET receipt = ? WHERE key = ? AND receipt IS NULL", (_text(receipt), key))
            row = base.execute(f"{_EFFECTS} WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise Damaged(f"{self._path}: a receipt came for effect {key}, which was never intended; run: hoso audit")
        return _effect(row)

    def effects(self, kind: str = "", *, open_only: bool = False) -> Iterator[Effect]:
        """See :class:`hoso.ledgers.api.Ledger`."""
        where = (" AND kind = ?" if kind else "") + (" AND receipt IS NULL" if open_only else "")
        for row in self._lines("effects", _EFFECTS, where, (kind,) if kind else ()):
            yield _effect(row)

    def results(self) -> Iterator[str]:
        """See :class:`hoso.ledgers.api.Ledger`. In the order kept; steps that gave the same bytes repeat them."""
        for row in self._lines("steps", "SELECT serial, result FROM steps", "", ()):
            yield str(row[1])

    def lines(self) -> Iterator[Line]:
        """See :class:`hoso.ledgers.api.Ledger`."""
        for table, columns in TABLES.items():
            for row in self._lines(table, f"SELECT serial, {', '.join(columns)} FROM {table}", "", ()):
                yield table, tuple(None if one is None else str(one) for one in row[1:])

    def take(self, lines: Iterator[Line]) -> int:
        """See :class:`hoso.ledgers.api.Ledger`. All of it at once."""
        count = 0
        with self._writing() as base:
            had = {t: base.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in TABLES}
            for table, row in lines:
                had[table] -= 1
                if had[table] < 0:
                    columns = TABLES[table]
                    marks = ", ".join("?" * len(columns))
                    base.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", row)
                    count += 1
        return count

    def begin(self, holder: str, seconds: float) -> int:
        """See :class:`hoso.ledgers.api.Ledger`."""
        self._token = 0
        with self._writing() as base:
            row = base.execute(
                f"INSERT INTO turns (holder, until) VALUES (?, {_NOW} + ?) RETURNING token", (holder, seconds)
            ).fetchone()
        self._token = int(row[0])
        return self._token

    def renew(self, seconds: float) -> None:
        """See :class:`hoso.ledgers.api.Ledger`."""
        with self._writing() as base:
            base.execute(f"UPDATE turns SET until = {_NOW} + ? WHERE token = ?", (seconds, self._token))

    def claim(self, names: Collection[str]) -> frozenset[str]:
        """See :class:`hoso.ledgers.api.Ledger`."""
        mine = set()
        with self._writing() as base:
            over = f"DELETE FROM turns WHERE token <> ? AND until < {_NOW}"
            if EVERYTHING in names:
                base.execute(over, (self._token,))
            for name in {*names, EVERYTHING}:
                base.execute(f"{over} AND token IN (SELECT token FROM claims WHERE name = ?)", (self._token, name))
            others = base.execute("SELECT name FROM claims WHERE token <> ?", (self._token,)).fetchall()
            if (EVERYTHING,) in others:
                return frozenset()
            for name in names:
                base.execute("INSERT OR IGNORE INTO claims VALUES (?, ?)", (name, self._token))
                mine.add(name)
        return frozenset(mine - {str(name) for (name,) in others} - ({EVERYTHING} if others else set()))

    def let_go(self, names: Collection[str]) -> None:
        """See :class:`hoso.ledgers.api.Ledger`."""
        with self._writing() as base:
            base.executemany("DELETE FROM claims WHERE name = ? AND token = ?", [(n, self._token) for n in names])

    def end(self) -> None:
        """See :class:`hoso.ledgers.api.Ledger`."""
        token, self._token = self._token, 0
        if token:
            with self._writing() as base:
                base.execute("DELETE FROM turns WHERE token = ?", (token,))

    def turns(self) -> tuple[Turn, ...]:
        """See :class:`hoso.ledgers.api.Ledger`."""
        with self._reading() as base:
            rows = base.execute(f"SELECT token, holder, until - {_NOW} FROM turns ORDER BY token").fetchall()
            held = base.execute("SELECT token, name FROM claims ORDER BY name").fetchall()
        return tuple(Turn(t, holder, left, tuple(n for token, n in held if token == t)) for t, holder, left in rows)

    def close(self) -> None:
        """See :class:`hoso.ledgers.api.Ledger`. A second call does nothing."""
        with self._turn:
            self._base.close()

    def _prepare(self) -> None:
        """Set what every connection needs, and make the tables in a new file."""
        _wal(self._base)
        self._base.execute("PRAGMA synchronous = FULL")
        self._base.execute("PRAGMA foreign_keys = ON")
        if self._version() < _VERSION:
            with self._writing() as base:
                version = self._version()
                for statement in _statements("".join(_STEPS_UP[version:])):
                    base.execute(statement)
                if version < _VERSION:
                    base.execute("DELETE FROM format")
                    base.execute("INSERT INTO format VALUES (?)", (_VERSION,))
        version = self._version()
        if version > _VERSION:
            raise Misconfigured(
                f"{self._path}: is of format {version}, and this Hoso knows formats up to {_VERSION}; install a newer Hoso"
            )

    def _version(self) -> int:
        """The format of the file, 0 for an empty one."""
        if not self._base.execute("SELECT 1 FROM sqlite_master WHERE name = 'format'").fetchone():
            return 0
        row = self._base.execute("SELECT version FROM format").fetchone()
        return int(row[0]) if row else 0

    def _lines(self, table: str, select: str, where: str, given: tuple[str, ...]) -> Iterator[tuple[object, ...]]:
        """Lines by serial, some at a time: a slow reader never holds the file, and sees none that came after it."""
        with self._reading() as base:
            last = base.execute(f"SELECT coalesce(max(serial), 0) FROM {table}").fetchone()[0]
        after = 0
        while after < last:
            with self._reading() as base:
                rows = base.execute(
                    f"{select} WHERE serial > ? AND serial <= ?{where} ORDER BY serial LIMIT {_AT_ONCE}",
                    (after, last, *given),
                ).fetchall()
            yield from rows
            if len(rows) < _AT_ONCE:
                return
            after = int(rows[-1][0])

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._turn, self._answering():
            yield self._base

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, the write lock taken at its start: looking first and writing then is one act."""
        with self._turn, self._answering():
            self._base.execute("BEGIN IMMEDIATE")
            try:
                if self._token and not self._stands():
                    raise Overtaken(
                        f"{self._path}: another run took over what this one was at; nothing more is written"
                    )
                yield self._base
                self._base.execute("COMMIT")
            except BaseException:
                if self._base.in_transaction:
                    self._base.execute("ROLLBACK")
                raise

    def _stands(self) -> bool:
        return self._base.execute("SELECT 1 FROM turns WHERE token = ?", (self._token,)).fetchone() is not None

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """Turn what SQLite says into the error that tells the operator what to do."""
        try:
            yield
        except (HosoError, sqlite3.ProgrammingError):
            raise
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            kind, advice = _SQLITE.get(code, (Damaged, "check the file with: sqlite3 FILE 'PRAGMA integrity_check'"))
            raise kind(f"{self._path}: the ledger answers: {error}; {advice}") from error


_FACTS = "SELECT serial, kind, subject, at, body FROM facts"
_EFFECTS = "SELECT serial, key, kind, subject, at, body, receipt FROM effects"

_SQLITE: dict[int, tuple[type[HosoError], str]] = {
    sqlite3.SQLITE_BUSY: (Unavailable, "another process writes; run again later"),
    sqlite3.SQLITE_LOCKED: (Unavailable, "another process writes; run again later"),
    sqlite3.SQLITE_FULL: (Unavailable, "make room on the disk, then run again"),
    sqlite3.SQLITE_IOERR: (Unavailable, "check the disk, then run again"),
    sqlite3.SQLITE_CANTOPEN: (Misconfigured, "check that its folder exists and may be written to"),
    sqlite3.SQLITE_PERM: (Misconfigured, "give this user the right to write there"),
    sqlite3.SQLITE_READONLY: (Misconfigured, "give this user the right to write there"),
}


def _wal(base: sqlite3.Connection) -> None:
    """Switch to WAL. Several processes that open a new file at once get BUSY here without SQLite waiting for them."""
    until = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            base.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.02)


def _statements(script: str) -> Iterator[str]:
    """The statements of a script one by one (``executescript`` would commit the transaction it runs in)."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _text(body: Mapping[str, str]) -> str:
    return keys.encode(dict(body)).decode()


def _fact(row: tuple[object, ...]) -> Fact:
    serial, kind, subject, at, body = row
    return Fact(str(kind), str(subject), str(at), _body(body), int(str(serial)))


def _effect(row: tuple[object, ...]) -> Effect:
    _, key, kind, subject, at, body, receipt = row
    return Effect(str(key), str(kind), str(subject), str(at), _body(body), _body(receipt) if receipt else None)


def _body(text: object) -> dict[str, str]:
    return keys.decode(str(text).encode(), dict[str, str])
