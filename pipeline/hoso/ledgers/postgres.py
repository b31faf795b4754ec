"""A ledger in a PostgreSQL database, for several machines: the schema ``…_ledger`` of section ``[postgres]``.

Owns its tables, the triggers that refuse to change or remove a line whoever asks, and the functions through which every
write goes: one call is one transaction, so that a machine that stops in the middle of a write holds nothing up. Facts are
numbered under a lock that is let go with the commit: who reads on from a serial never misses one. Turns are counted by the
server's clock; every write checks its turn in its own transaction, and locks it against being ended until it is kept.
Never holds a personal value, never reads this machine's clock, never opens a newer format than it knows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from hoso import keys
from hoso.errors import Damaged, Misconfigured, Overtaken, Unavailable
from hoso.ledgers.api import TABLES, Line, Turn
from hoso.nouns import Effect, Fact
from hoso.postgres import OVERTAKEN, Server
from hoso.settings import Settings

__all__ = ["PostgresLedger", "open"]

_VERSION = 1
_AT_ONCE = 500

_TABLES = """
CREATE TABLE {s}.format (version integer NOT NULL);
CREATE TABLE {s}.facts (
    serial bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL, subject text NOT NULL, at text NOT NULL, body text NOT NULL, once text UNIQUE
);
CREATE INDEX facts_by_kind ON {s}.facts (kind, subject, serial);
CREATE INDEX facts_by_subject ON {s}.facts (subject, serial);
CREATE TABLE {s}.steps (
    serial bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text NOT NULL UNIQUE, step text NOT NULL, subject text NOT NULL, result text NOT NULL, at text NOT NULL
);
CREATE TABLE {s}.effects (
    serial bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text NOT NULL UNIQUE, kind text NOT NULL, subject text NOT NULL, at text NOT NULL, body text NOT NULL,
    receipt text
);
CREATE INDEX effects_by_kind ON {s}.effects (kind, serial);
CREATE INDEX effects_open ON {s}.effects (serial) WHERE receipt IS NULL;
CREATE TABLE {s}.turns (
    token bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, holder text NOT NULL, until timestamptz NOT NULL
);
CREATE TABLE {s}.claims (name text PRIMARY KEY, token bigint NOT NULL REFERENCES {s}.turns ON DELETE CASCADE);
CREATE INDEX claims_by_turn ON {s}.claims (token);

CREATE FUNCTION {s}.stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% are never changed or removed', TG_TABLE_NAME; END $$;
CREATE TRIGGER stay BEFORE UPDATE OR DELETE OR TRUNCATE ON {s}.facts EXECUTE FUNCTION {s}.stay();
CREATE TRIGGER stay BEFORE UPDATE OR DELETE OR TRUNCATE ON {s}.steps EXECUTE FUNCTION {s}.stay();
CREATE TRIGGER remain BEFORE DELETE OR TRUNCATE ON {s}.effects EXECUTE FUNCTION {s}.stay();
CREATE FUNCTION {s}.receipt_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.receipt IS NOT NULL OR NEW.receipt IS NULL OR (OLD.serial, OLD.key, OLD.kind, OLD.subject, OLD.at, OLD.body)
        IS DISTINCT FROM (NEW.serial, NEW.key, NEW.kind, NEW.subject, NEW.at, NEW.body) THEN
        RAISE EXCEPTION 'of an effect only the receipt is set, once; it is never changed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stay BEFORE UPDATE ON {s}.effects FOR EACH ROW EXECUTE FUNCTION {s}.receipt_once();
"""

_WRITES = """
CREATE FUNCTION {s}.must_stand(turn bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF turn <> 0 THEN
        PERFORM 1 FROM {s}.turns t WHERE t.token = turn FOR SHARE;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'another run took over what this one was at; nothing more is written' USING ERRCODE = '{o}';
        END IF;
    END IF;
END $$;
CREATE FUNCTION {s}.tell(turn bigint, kind_ text, subject_ text, at_ text, body_ text, once_ text)
RETURNS SETOF {s}.facts LANGUAGE plpgsql AS $$
BEGIN
    PERFORM {s}.must_stand(turn);
    PERFORM pg_advisory_xact_lock({n});
    RETURN QUERY SELECT f.* FROM {s}.facts f WHERE f.once = once_;
    IF NOT FOUND THEN
        RETURN QUERY INSERT INTO {s}.facts (kind, subject, at, body, once)
            VALUES (kind_, subject_, at_, body_, once_) RETURNING *;
    END IF;
END $$;
CREATE FUNCTION {s}.keep(turn bigint, key_ text, step_ text, subject_ text, result_ text, at_ text)
RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM {s}.must_stand(turn);
    INSERT INTO {s}.steps (key, step, subject, result, at) VALUES (key_, step_, subject_, result_, at_)
        ON CONFLICT (key) DO NOTHING;
    RETURN (SELECT s.result FROM {s}.steps s WHERE s.key = key_);
END $$;
CREATE FUNCTION {s}.intend(turn bigint, key_ text, kind_ text, subject_ text, at_ text, body_ text)
RETURNS SETOF {s}.effects LANGUAGE plpgsql AS $$
BEGIN
    PERFORM {s}.must_stand(turn);
    INSERT INTO {s}.effects (key, kind, subject, at, body) VALUES (key_, kind_, subject_, at_, body_)
        ON CONFLICT (key) DO NOTHING;
    RETURN QUERY SELECT e.* FROM {s}.effects e WHERE e.key = key_;
END $$;
CREATE FUNCTION {s}.receive(turn bigint, key_ text, receipt_ text)
RETURNS SETOF {s}.effects LANGUAGE plpgsql AS $$
BEGIN
    PERFORM {s}.must_stand(turn);
    UPDATE {s}.effects e SET receipt = receipt_ WHERE e.key = key_ AND e.receipt IS NULL;
    RETURN QUERY SELECT e.* FROM {s}.effects e WHERE e.key = key_;
END $$;
CREATE FUNCTION {s}.claim(turn bigint, names text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock({n} + 1);
    PERFORM {s}.must_stand(turn);
    DELETE FROM {s}.turns t WHERE t.token <> turn AND t.until < clock_timestamp() AND ('*' = ANY(names) OR EXISTS (
        SELECT 1 FROM {s}.claims c WHERE c.token = t.token AND (c.name = ANY(names) OR c.name = '*')));
    IF EXISTS (SELECT 1 FROM {s}.claims c WHERE c.name = '*' AND c.token <> turn) THEN
        RETURN;
    END IF;
    INSERT INTO {s}.claims (name, token) SELECT DISTINCT n, turn FROM unnest(names) n ON CONFLICT DO NOTHING;
    RETURN QUERY SELECT c.name FROM {s}.claims c WHERE c.token = turn AND c.name = ANY(names)
        AND (c.name <> '*' OR NOT EXISTS (SELECT 1 FROM {s}.claims o WHERE o.token <> turn));
END $$;
"""


def open(settings: Settings, home: Path) -> PostgresLedger:
    """The ledger that ``home`` shares with other machines, made where it is missing. Raises Misconfigured, Unavailable."""
    return PostgresLedger(settings)


class PostgresLedger:
    """One connection, used by one thread at a time, and one more for renewing a turn meanwhile."""

    shared = True

    def __init__(self, settings: Settings) -> None:
        told = settings.postgres
        # A write waits for others no longer than an answer may take; what was answered survives a power cut of the server.
        first = f"SET synchronous_commit = on; SET lock_timeout = '{max(1, round(900 * told.timeout))}ms'"
        self._server = Server(told, first)
        self._beat = self._server.other()
        self._s = self._server.schema("ledger")
        self._name = f"{self._server.name}, schema {self._s}"
        digest = hashlib.sha256(f"hoso ledger {self._s}".encode()).digest()
        self._number = int.from_bytes(digest[:8], "big") >> 2
        self._token = 0
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def tell(self, fact: Fact, *, once: str = "") -> Fact:
        """See :class:`hoso.ledgers.api.Ledger`. Where the connection breaks, a fact without ``once`` may have been told."""
        rows = self._asked(
            "SELECT serial, kind, subject, at, body FROM {s}.tell(:turn, :kind, :subject, :at, :body, :once)", bool(once),
            turn=self._token, kind=fact.kind, subject=fact.subject, at=fact.at, body=_text(fact.body), once=once or None,
        )  # fmt: skip
        return _fact(rows[0])

    def facts(self, kind: str = "", subject: str = "") -> Iterator[Fact]:
        """See :class:`hoso.ledgers.api.Ledger`. Facts told while one reads on are not among them."""
        given = {name: value for name, value in (("kind", kind), ("subject", subject)) if value}
        where = "".join(f" AND {name} = :{name}" for name in given)
        for row in self._lines("facts", "serial, kind, subject, at, body", where, given):
            yield _fact(row)

    def facts_after(self, serial: int, limit: int) -> tuple[Fact, ...]:
        """See :class:`hoso.ledgers.api.Ledger`."""
        rows = self._asked(
            "SELECT serial, kind, subject, at, body FROM {s}.facts WHERE serial > :serial ORDER BY serial LIMIT :many",
            serial=serial, many=limit,
        )  # fmt: skip
        return tuple(_fact(row) for row in rows)

    def step(self, key: str) -> str | None:
        """See :class:`hoso.ledgers.api.Ledger`."""
        rows = self._asked("SELECT result FROM {s}.steps WHERE key = :key", key=key)
        return str(rows[0][0]) if rows else None

    def keep(self, key: str, step: str, subject: str, result: str, at: str) -> str:
        """See :class:`hoso.ledgers.api.Ledger`."""
        rows = self._asked(
            "SELECT {s}.keep(:turn, :key, :step, :subject, :result, :at)",
            turn=self._token, key=key, step=step, subject=subject, result=result, at=at,
        )  # fmt: skip
        return str(rows[0][0])

    def intend(self, effect: Effect) -> Effect:
        """See :class:`hoso.ledgers.api.Ledger`."""
        rows = self._asked(
            "SELECT * FROM {s}.intend(:turn, :key, :kind, :subject, :at, :body)", turn=self._token, key=effect.key,
            kind=effect.kind, subject=effect.subject, at=effect.at, body=_text(effect.body),
        )  # fmt: skip
        return _effect(rows[0])

    def receive(self, key: str, receipt: Mapping[str, str]) -> Effect:
        """See :class:`hoso.ledgers.api.Ledger`. Raises Damaged for a receipt of what was never intended."""
        rows = self._asked(
            "SELECT * FROM {s}.receive(:turn, :key, :receipt)", turn=self._token, key=key, receipt=_text(receipt)
        )
        if not rows:
            raise Damaged(f"{self._name}: a receipt came for effect {key}, which was never intended; run: hoso audit")
        return _effect(rows[0])

    def effects(self, kind: str = "", *, open_only: bool = False) -> Iterator[Effect]:
        """See :class:`hoso.ledgers.api.Ledger`."""
        where = (" AND kind = :kind" if kind else "") + (" AND receipt IS NULL" if open_only else "")
        columns = "serial, key, kind, subject, at, body, receipt"
        for row in self._lines("effects", columns, where, {"kind": kind} if kind else {}):
            yield _effect(row)

    def results(self) -> Iterator[str]:
        """See :class:`hoso.ledgers.api.Ledger`. In the order kept; steps that gave the same bytes repeat them."""
        for row in self._lines("steps", "serial, result", "", {}):
            yield str(row[1])

    def lines(self) -> Iterator[Line]:
        """See :class:`hoso.ledgers.api.Ledger`."""
        for table, columns in TABLES.items():
            for row in self._lines(table, f"serial, {', '.join(columns)}", "", {}):
                yield table, tuple(row[1:])

    def take(self, lines: Iterator[Line]) -> int:
        """See :class:`hoso.ledgers.api.Ledger`. A thousand lines at a time, each lot whole or not at all."""
        had = {table: int(self._asked(f"SELECT count(*) FROM {{s}}.{table}")[0][0]) for table in TABLES}
        count = 0
        for table, rows in groupby(lines, key=lambda line: line[0]):
            fresh = islice((row for _, row in rows), had[table], None)
            while lot := list(islice(fresh, 1000)):
                columns, given = TABLES[table], zip(*lot, strict=True)
                named = {f"c{n}": list(column) for n, column in enumerate(given)}
                sources = ", ".join(f"CAST(:{name} AS text[])" for name in named)
                self._asked(
                    f"INSERT INTO {{s}}.{table} ({', '.join(columns)})"
                    f" SELECT {', '.join(named)} FROM unnest({sources}) WITH ORDINALITY AS t({', '.join(named)}, n)"
                    " ORDER BY n", False, **named,
                )  # fmt: skip
                count += len(lot)
        return count

    def begin(self, holder: str, seconds: float) -> int:
        """See :class:`hoso.ledgers.api.Ledger`."""
        self._token = 0
        rows = self._asked(
            "INSERT INTO {s}.turns (holder, until) VALUES (:holder, clock_timestamp() + make_interval(secs => :seconds))"
            " RETURNING token", False, holder=holder, seconds=float(seconds),
        )  # fmt: skip
        self._token = int(rows[0][0])
        return self._token

    def renew(self, seconds: float) -> None:
        """See :class:`hoso.ledgers.api.Ledger`. On a connection of its own: it never waits for a long answer."""
        renewed = self._beat.run(
            f"UPDATE {self._s}.turns SET until = clock_timestamp() + make_interval(secs => :seconds)"
            " WHERE token = :token RETURNING token", seconds=float(seconds), token=self._token,
        )  # fmt: skip
        if not renewed:
            raise Overtaken(f"{self._name}: another run took over what this one was at; nothing more is written")

    def claim(self, names: Collection[str]) -> frozenset[str]:
        """See :class:`hoso.ledgers.api.Ledger`."""
        rows = self._asked("SELECT {s}.claim(:turn, :names)", turn=self._token, names=sorted(names)) if names else []
        return frozenset(str(row[0]) for row in rows)

    def let_go(self, names: Collection[str]) -> None:
        """See :class:`hoso.ledgers.api.Ledger`."""
        self._asked(
            "DELETE FROM {s}.claims WHERE token = :turn AND name = ANY(:names)", turn=self._token, names=sorted(names)
        )

    def end(self) -> None:
        """See :class:`hoso.ledgers.api.Ledger`."""
        token, self._token = self._token, 0
        if token:
            self._asked("DELETE FROM {s}.turns WHERE token = :token", token=token)

    def turns(self) -> tuple[Turn, ...]:
        """See :class:`hoso.ledgers.api.Ledger`."""
        rows = self._asked(
            "SELECT t.token, t.holder, extract(epoch FROM t.until - clock_timestamp())::float8,"
            " coalesce((SELECT array_agg(c.name ORDER BY c.name) FROM {s}.claims c WHERE c.token = t.token), '{{}}')"
            " FROM {s}.turns t ORDER BY t.token"
        )
        return tuple(Turn(int(t), str(holder), float(left), tuple(names)) for t, holder, left, names in rows)

    def close(self) -> None:
        """See :class:`hoso.ledgers.api.Ledger`. A second call does nothing."""
        self._server.close()
        self._beat.close()

    def _prepare(self) -> None:
        """Make the tables in a new schema; several machines may come at once."""
        if not self._version():
            with self._server.transaction():
                self._server.run(f"SELECT pg_advisory_xact_lock({self._number})")
                if not self._version():
                    self._server.run(f"CREATE SCHEMA IF NOT EXISTS {self._s}")
                    for script in (_TABLES, _WRITES):
                        self._server.run(script.format(s=self._s, n=self._number, o=OVERTAKEN))
                    self._server.run(f"INSERT INTO {self._s}.format VALUES ({_VERSION})")
        version = self._version()
        if version > _VERSION:
            raise Misconfigured(
                f"{self._name}: is of format {version}, and this Hoso knows formats up to {_VERSION}; install a newer Hoso"
            )

    def _version(self) -> int:
        """The format of the schema, 0 where there is none."""
        if self._server.run("SELECT to_regclass(:name)::text", name=f"{self._s}.format") == [[None]]:
            return 0
        rows = self._server.run(f"SELECT version FROM {self._s}.format")
        return int(rows[0][0]) if rows else 0

    def _lines(self, table: str, columns: str, where: str, given: Mapping[str, object]) -> Iterator[Sequence[Any]]:
        """Lines by serial, some at a time: a slow reader holds nothing, and sees none that came after it."""
        last = self._asked(f"SELECT coalesce(max(serial), 0) FROM {{s}}.{table}")[0][0]
        after = 0
        while after < last:
            rows = self._asked(
                f"SELECT {columns} FROM {{s}}.{table} WHERE serial > :after AND serial <= :last{where}"
                f" ORDER BY serial LIMIT {_AT_ONCE}", after=after, last=last, **given,
            )  # fmt: skip
            yield from rows
            if len(rows) < _AT_ONCE:
                return
            after = int(rows[-1][0])

    def _asked(self, sql: str, again: bool = True, /, **values: object) -> list[Sequence[Any]]:
        """The answer to a statement. What may be asked twice is asked again where an old connection proved to be broken (a
        server that was started anew meanwhile)."""
        sql = sql.format(s=self._s)
        old = self._server.connected
        try:
            return self._server.run(sql, **values)
        except Overtaken:
            raise
        except Unavailable:
            if not (again and old) or self._server.connected:
                raise
        return self._server.run(sql, **values)


def _text(body: Mapping[str, str]) -> str:
    return keys.encode(dict(body)).decode()


def _fact(row: Sequence[Any]) -> Fact:
    serial, kind, subject, at, body = row
    return Fact(str(kind), str(subject), str(at), _body(body), int(serial))


def _effect(row: Sequence[Any]) -> Effect:
    _, key, kind, subject, at, body, receipt = row
    return Effect(str(key), str(kind), str(subject), str(at), _body(body), None if receipt is None else _body(receipt))


def _body(text: object) -> dict[str, str]:
    return keys.decode(str(text).encode(), dict[str, str])
