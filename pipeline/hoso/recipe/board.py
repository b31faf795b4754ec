"""What waits for whom, kept ready for people: a read model of all dossiers, followed from the ledger fact by fact.

``HOME/desk/board.sqlite`` holds states, counts, names of types and fields, and no value that a paper states; it may be
deleted at any time and is made anew. Several processes may follow and ask at once. Never the truth: whoever acts on a
document looks at its standing first.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hoso.errors import HosoError
from hoso.nouns import Balance, DocumentState, Fact, Outcome, Record, Standing
from hoso.recipe.standing import balance, decisions, mandates, record_digest, standing
from hoso.site import Site

__all__ = ["Board", "Doubt", "Paper", "Refusal", "opened"]

FORMAT = 4
_LOT = 500  # facts followed in one transaction
_PARTS = ("pages_in", "filed", "blank", "duplicate", "waiting", "quarantined", "erased", "underway")
_OF_DOSSIER = frozenset({"received", "digitized", "changed", "erased"})
_OF_DOCUMENT = frozenset({"decided", "sealed", "loaded", "unstamped"})

_TABLES = f"""
CREATE TABLE IF NOT EXISTS followed (format INTEGER NOT NULL, serial INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS dossiers (
    id TEXT PRIMARY KEY, received TEXT NOT NULL, code TEXT NOT NULL, repeats TEXT NOT NULL, read INTEGER NOT NULL,
    documents INTEGER NOT NULL, refused INTEGER NOT NULL, {", ".join(f"b_{part} INTEGER NOT NULL" for part in _PARTS)}
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS dossiers_by_day ON dossiers (received);
CREATE INDEX IF NOT EXISTS dossiers_unread ON dossiers (received) WHERE read = 0 AND repeats = '';
CREATE TABLE IF NOT EXISTS papers (
    id TEXT PRIMARY KEY, dossier TEXT NOT NULL, received TEXT NOT NULL, first INTEGER NOT NULL, type TEXT NOT NULL,
    form TEXT NOT NULL, verdict TEXT NOT NULL, state TEXT NOT NULL, held INTEGER NOT NULL, pages INTEGER NOT NULL,
    doubtful INTEGER NOT NULL, problems INTEGER NOT NULL, errors INTEGER NOT NULL, sealed TEXT NOT NULL,
    loaded INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS papers_by_state ON papers (state, received, dossier, first);
CREATE INDEX IF NOT EXISTS papers_by_dossier ON papers (dossier);
CREATE TABLE IF NOT EXISTS doubts (
    document TEXT NOT NULL, name TEXT NOT NULL, dossier TEXT NOT NULL, received TEXT NOT NULL, type TEXT NOT NULL,
    kind TEXT NOT NULL, status TEXT NOT NULL, confidence REAL NOT NULL, ordinal INTEGER NOT NULL, pen INTEGER NOT NULL,
    PRIMARY KEY (document, name)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS doubts_by_kind ON doubts (kind, type, name, received, document);
CREATE INDEX IF NOT EXISTS doubts_by_dossier ON doubts (dossier);
CREATE TABLE IF NOT EXISTS refusals (
    dossier TEXT NOT NULL, scan TEXT NOT NULL, received TEXT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (dossier, scan)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS refusals_by_day ON refusals (received);
CREATE TABLE IF NOT EXISTS tally (what TEXT NOT NULL, key TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (what, key))
    WITHOUT ROWID;
"""


_TALLIED = {
    "papers": [("state", "{0}.state || '|' || {0}.type", "1")],
    "doubts": [("doubt", "{0}.kind || '|' || {0}.type || '|' || {0}.name", "1"),
               ("pen", "{0}.kind || '|' || {0}.type || '|' || {0}.name", "{0}.pen")],
    "dossiers": [("day", "substr({0}.received, 1, 10)", "1"), ("pages", "substr({0}.received, 1, 10)", "{0}.b_pages_in"),
                 ("of", "'dossiers'", "({0}.b_erased = 0)"), ("of", "'refused'", "{0}.refused"),
                 ("of", "'repeats'", "({0}.repeats <> '')"),
                 ("of", "'unread'", "({0}.read = 0 AND {0}.repeats = '')"),
                 *(("balance", f"'{part}'", "{0}.b_" + part) for part in _PARTS)],
}  # fmt: skip
"""By table (what is tallied, its key, by how much a row counts): sums are kept up, so that no page counts all rows anew."""


def _triggers() -> Iterator[str]:
    for table, told in _TALLIED.items():
        for number, (what, key, much) in enumerate(told):
            for act, row, sign in (("INSERT", "NEW", ""), ("DELETE", "OLD", "-")):
                yield (
                    f"CREATE TRIGGER IF NOT EXISTS {table}_{number}_{act.lower()} AFTER {act} ON {table} BEGIN "
                    f"INSERT INTO tally VALUES ('{what}', {key.format(row)}, {sign}({much.format(row)})) "
                    "ON CONFLICT DO UPDATE SET n = n + excluded.n; END"
                )


@dataclass(frozen=True, slots=True)
class Paper:
    """A document as the board knows it. ``doubtful`` counts its doubtful and missing fields, ``problems`` those that are no
    note, ``errors`` those that are errors; ``held``: a person holds it back; ``first`` is its first page's position."""

    id: str
    dossier: str
    received: str
    first: int
    type: str
    form: str
    verdict: str
    state: str
    held: bool
    pages: int
    doubtful: int
    problems: int
    errors: int
    sealed: str
    loaded: bool


@dataclass(frozen=True, slots=True)
class Doubt:
    """A field that asks for a person, of a document that is not decided yet. ``pen``: it was filled in by hand."""

    document: str
    name: str
    dossier: str
    received: str
    type: str
    kind: str
    status: str
    confidence: float
    ordinal: int
    pen: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file of a dossier that could not be taken: its scan's digest and the reason's code."""

    dossier: str
    scan: str
    received: str
    reason: str


class Board:
    """The read model of one home. Threads may share it. Use :func:`opened`."""

    def __init__(self, site: Site, path: Path) -> None:
        self._site, self._path, self._turn = site, path, threading.Lock()
        self.serial = 0
        """Of the last fact that was followed: what the board tells is the same while it is."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._base = self._connected()

    def close(self) -> None:
        self._base.close()

    def follow(self, tick: Callable[[int], None] = lambda done: None) -> int:
        """Take in what the ledger was told since; gives how many facts. Where another process is at it, nothing is done."""
        done = 0
        with self._turn:
            while True:
                ((serial,),) = self._base.execute("SELECT serial FROM followed").fetchall()
                self.serial = serial
                if not self._site.ledger.facts_after(serial, 1):
                    return done
                try:
                    self._base.execute("BEGIN IMMEDIATE")
                except sqlite3.OperationalError:
                    return done
                try:
                    ((serial,),) = self._base.execute("SELECT serial FROM followed").fetchall()
                    facts = self._site.ledger.facts_after(serial, _LOT)
                    for dossier in self._touched(facts):
                        self._renew(dossier)
                    if facts:
                        self._base.execute("UPDATE followed SET serial = ?", (facts[-1].serial,))
                    self._base.execute("COMMIT")
                except BaseException:
                    self._base.execute("ROLLBACK")
                    raise
                if not facts:
                    return done
                done += len(facts)
                tick(done)

    def balance(self) -> Balance:
        """The page balance of the home."""
        return Balance(**self._tally("balance"))

    def counts(self) -> dict[str, int]:
        """Dossiers, those not read yet, repeats, refused files; documents by state ("waiting" …), those that a mandate in
        force lets through among "approved"."""
        found = dict.fromkeys(("dossiers", "unread", "repeats", "refused"), 0) | self._tally("of")
        states = {"waiting": 0, "ready": 0, "approved": 0, "unstamped": 0, "sealed": 0}
        for key, count in self._tally("state").items():
            state, _, type_ = key.partition("|")
            states["approved" if state == "ready" and self._mandated(type_) else state] += count
        return found | states

    def papers(
        self, *states: DocumentState, type_: str = "", dossier: str = "", limit: int = 50, skip: int = 0
    ) -> list[Paper]:
        """Documents in these states (none: all), the longest waiting first."""
        where, values = _where({"type": type_, "dossier": dossier})
        if states:
            where += f" AND state IN ({', '.join('?' * len(states))})"
            values += states
        rows = self._ask(
            f"SELECT * FROM papers WHERE {where} ORDER BY received, dossier, first LIMIT ? OFFSET ?",
            (*values, limit, skip),
        )
        return [_paper(row) for row in rows]

    def paper(self, document: str) -> Paper | None:
        """That document, None where the board does not know it."""
        return next((_paper(row) for row in self._ask("SELECT * FROM papers WHERE id = ?", (document,))), None)

    def types(self, *states: DocumentState) -> dict[str, int]:
        """How many documents in these states there are of each type, the commonest first."""
        found: dict[str, int] = {}
        for key, count in self._tally("state").items():
            state, _, type_ = key.partition("|")
            if state in states:
                found[type_] = found.get(type_, 0) + count
        return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))

    def next(self, after: str = "") -> Paper | None:
        """The waiting document behind ``after`` in the order of waiting, from the first one again behind the last; those
        held are passed over. None where nothing waits but ``after`` itself."""
        here = self.paper(after) if after else None
        waits = "state = 'waiting' AND held = 0"
        if here is not None:
            rows = self._ask(
                f"SELECT * FROM papers WHERE {waits} AND (received, dossier, first) > (?, ?, ?)"
                " ORDER BY received, dossier, first LIMIT 1", (here.received, here.dossier, here.first)
            )  # fmt: skip
            if rows:
                return _paper(rows[0])
        rows = self._ask(
            f"SELECT * FROM papers WHERE {waits} AND id <> ? ORDER BY received, dossier, first LIMIT 1", (after,)
        )
        return _paper(rows[0]) if rows else None

    def doubts(self, kind: str = "", type_: str = "", name: str = "", limit: int = 50, skip: int = 0) -> list[Doubt]:
        """Fields that ask for a person, of a kind (``forms.KINDS``; "pen": filled in by hand), type or name."""
        pen = kind == "pen"
        where, values = _where({"kind": "" if pen else kind, "type": type_, "name": name})
        rows = self._ask(
            f"SELECT * FROM doubts WHERE {where}{' AND pen' if pen else ''} ORDER BY type, name, received, document"
            " LIMIT ? OFFSET ?", (*values, limit, skip)
        )  # fmt: skip
        return [_doubt(row) for row in rows]

    def groups(self) -> list[tuple[str, str, str, int, int]]:
        """(kind, type, name, fields, of them by hand) of all fields that ask for a person, the most first."""
        pens = self._tally("pen")
        rows = [(*key.split("|"), count, pens.get(key, 0)) for key, count in self._tally("doubt").items()]
        return sorted(rows, key=lambda row: (-row[3], *row[:3]))  # type: ignore[arg-type]

    def refusals(self, limit: int = 50, skip: int = 0) -> list[Refusal]:
        """Files that could not be taken, the latest first."""
        rows = self._ask("SELECT * FROM refusals ORDER BY received DESC, dossier, scan LIMIT ? OFFSET ?", (limit, skip))
        return [Refusal(*row) for row in rows]

    def arrivals(self, limit: int = 20, unread: bool = False) -> list[tuple[str, str, str, int, bool]]:
        """(id, received, code, documents, whether it is read) of the latest dossiers; the oldest ``unread`` ones."""
        where, order = ("read = 0 AND repeats = ''", "ASC") if unread else ("b_erased = 0", "DESC")
        rows = self._ask(
            f"SELECT id, received, code, documents, read FROM dossiers WHERE {where}"
            f" ORDER BY received {order}, id {order} LIMIT ?",
            (limit,),
        )
        return [(*row[:4], bool(row[4])) for row in rows]

    def days(self, since: str) -> list[tuple[str, int, int]]:
        """(day, dossiers, pages that came in) of each day from ``since`` on that had any."""
        pages = self._tally("pages")
        return [(day, count, pages.get(day, 0)) for day, count in sorted(self._tally("day").items()) if day >= since]

    def oldest(self) -> str:
        """When the document that waits longest for a person came, "" where none waits."""
        rows = self._ask("SELECT received FROM papers WHERE state = 'waiting' AND held = 0 ORDER BY received LIMIT 1")
        return str(rows[0][0]) if rows else ""

    def _tally(self, what: str) -> dict[str, int]:
        return dict(self._ask("SELECT key, n FROM tally WHERE what = ? AND n <> 0", (what,)))

    def _mandated(self, type_: str) -> bool:
        now = self._site.stamp()
        return any(
            (not m.types or type_ in m.types) and not m.withdrawn and m.since <= now <= m.until
            for m in mandates(self._site)
        )

    def _touched(self, facts: Iterable[Fact]) -> Iterator[str]:
        """The dossiers that ``facts`` tell something of, each once."""
        seen: dict[str, None] = {}
        for fact in facts:
            if fact.kind in _OF_DOSSIER:
                seen[fact.subject] = None
            elif fact.kind in _OF_DOCUMENT:
                for (dossier,) in self._base.execute("SELECT dossier FROM papers WHERE id = ?", (fact.subject,)):
                    seen[dossier] = None
        yield from seen

    def _renew(self, dossier: str) -> None:
        for table in ("papers", "doubts", "refusals"):
            self._base.execute(f"DELETE FROM {table} WHERE dossier = ?", (dossier,))
        self._base.execute("DELETE FROM dossiers WHERE id = ?", (dossier,))
        try:
            here = standing(self._site, dossier)
        except (LookupError, HosoError):
            return  # erased, or its objects are away: an audit tells; nothing here can be worked on
        outcome = here.outcome
        sums = balance([here])
        code = outcome.code if outcome else ""
        documents, refused = (len(outcome.records), len(outcome.quarantined)) if outcome else (0, 0)
        row = (
            dossier, here.dossier.received, code, here.duplicate_of, int(outcome is not None or bool(here.erased)),
            documents, refused,
            *(getattr(sums, part) for part in _PARTS),
        )  # fmt: skip
        self._put("dossiers", row)
        if outcome is not None and not here.duplicate_of:
            for record in outcome.records:
                self._document(here, outcome, record)
            for lost in outcome.quarantined:
                self._put("refusals", (dossier, lost.scan.digest, here.dossier.received, lost.reason))

    def _document(self, here: Standing, outcome: Outcome, record: Record) -> None:
        document, state = record.document, here.states[record.document.id]
        said = decisions(self._site, document)
        said = tuple(one for one in said if one.record == record_digest(record))
        if state == "approved" and not said:
            state = "ready"  # by mandate: whether one is in force is asked when it counts
        held = bool(said) and said[-1].verdict == "held"
        doubtful = [(n, f) for n, f in enumerate(record.fields, 1) if f.status in ("doubtful", "missing")]
        told = [problem for problem in record.problems if problem.severity != "note"]
        places = {page.ref: page.position for page in outcome.pages}
        done = here.sealed.get(document.id)
        self._put("papers", (
            document.id, here.dossier.id, here.dossier.received, min(places.get(ref, 0) for ref in document.pages),
            document.type, document.form, record.verdict, state, int(held), len(document.pages), len(doubtful), len(told),
            sum(problem.severity == "error" for problem in told), done.at if done else "",
            int(document.id in here.loaded),
        ))  # fmt: skip
        if state != "waiting" or held:
            return
        form = self._site.forms.form(document.form)
        by_hand = {problem.field for problem in record.problems if problem.code == "field.handwritten"}
        for ordinal, field in doubtful:
            rule = form.field(field.name)
            self._put("doubts", (
                document.id, field.name, here.dossier.id, here.dossier.received, document.type, rule.kind if rule else "",
                field.status, field.confidence, ordinal, int(field.name in by_hand),
            ))  # fmt: skip

    def _put(self, table: str, row: Sequence[object]) -> None:
        self._base.execute(f"INSERT OR REPLACE INTO {table} VALUES ({', '.join('?' * len(row))})", row)

    def _ask(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._turn:
            return self._base.execute(sql, values).fetchall()

    def _connected(self) -> sqlite3.Connection:
        try:
            return self._made()
        except sqlite3.DatabaseError:  # torn, or another program's: nothing in it is worth keeping
            for path in self._path.parent.glob(f"{self._path.name}*"):
                path.unlink(missing_ok=True)
            return self._made()

    def _made(self) -> sqlite3.Connection:
        base = sqlite3.connect(self._path, timeout=5.0, isolation_level=None, check_same_thread=False)
        base.execute("PRAGMA journal_mode = WAL")
        base.execute("PRAGMA synchronous = OFF")  # made anew where a power cut tears it
        base.executescript(_TABLES)
        for trigger in _triggers():
            base.execute(trigger)
        known = base.execute("SELECT format FROM followed").fetchall()
        if known and known[0][0] != FORMAT:
            base.close()
            raise sqlite3.DatabaseError("of another format")
        if not known:
            base.execute("INSERT INTO followed VALUES (?, 0)", (FORMAT,))
        return base


@contextmanager
def opened(site: Site) -> Iterator[Board]:
    """The board of that home, brought up to the ledger."""
    board = Board(site, site.home / "desk" / "board.sqlite")
    try:
        board.follow()
        yield board
    finally:
        board.close()


def _where(given: Mapping[str, str]) -> tuple[str, tuple[object, ...]]:
    told = {name: value for name, value in given.items() if value}
    return " AND ".join(["1", *(f"{name} = ?" for name in told)]), tuple(told.values())


def _paper(row: tuple[Any, ...]) -> Paper:
    cells: list[Any] = list(row)
    cells[8], cells[14] = bool(cells[8]), bool(cells[14])
    return Paper(*cells)


def _doubt(row: tuple[Any, ...]) -> Doubt:
    cells: list[Any] = [*row[:-1], bool(row[-1])]
    return Doubt(*cells)
