"""The search index in PostgreSQL: the pages as they stand, their words as ``tsvector`` without diacritics and with.

Owns the schema ``…_index``. The words are cut and folded by ``ducklake.words`` and put down as finished vectors, so that
neither the server's locale nor its dictionaries have a say, and both warehouses find the same pages. Only the folded words
are indexed (GIN): a page that holds a word as typed holds it folded. Never the truth: all of it comes from the lake.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from io import BytesIO

from hoso.postgres import Server
from hoso.values.fold import fold
from hoso.warehouses.api import Found, Hit, Only
from hoso.warehouses.ducklake import index as embedded
from hoso.warehouses.ducklake import lookups, words
from hoso.warehouses.ducklake.index import Entry

__all__ = ["Index"]

_VERSION = 3
"""Raise it whenever tables, :func:`fold` or the tokens change: an index of another version is built again."""
_EVERYTHING = "*"
_LONGEST = 16_383
"""The highest position of a word that a ``tsvector`` keeps; the words behind it are found, but in no phrase."""
_WORD = 500
"""Letters of a word that are kept."""
_MOST = 50_000
"""Words of a page that are kept: a vector has room for a megabyte, and pages have hundreds."""
_RANKED = 8_000
"""Pages that are ranked at most: a word that stands on more tells nothing apart, and reading them takes 4 µs each (9 µs
with marks)."""
_COLUMNS = (
    "document", "load", "dossier", "source", "type", "position", "text", "found", "code", "agency", "day", "folded",
    "exact",
)  # fmt: skip
_NUMBERS = ("kind", "value", "document", "load", "field", "shown", "position", "box")


_NARROWED = {
    "type": "type = :type", "agency": "(agency = :agency OR starts_with(agency, :agency || '.'))",
    "since": "day >= :since", "until": "day <= :until AND day <> ''", "dossier": ":dossier IN (code, source, dossier)",
}  # fmt: skip
"""What narrows a search, by the name of the filter."""


class Index:
    """See ``ducklake.index.Finder``. Who writes holds the warehouse's lease."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._schema = server.schema("index")

    def made(self) -> bool:
        """Whether there is an index of this version."""
        if self._server.run("SELECT to_regclass(:name)", name=f"{self._schema}.version") == [[None]]:
            return False
        return self._server.run(f"SELECT version FROM {self._schema}.version") == [[_VERSION]]

    def make(self) -> None:
        """Make an empty index in the place of what is there; it wants everything."""
        s = self._schema
        with self._server.transaction():
            for statement in (
                f"DROP SCHEMA IF EXISTS {s} CASCADE", f"CREATE SCHEMA {s}",
                f"CREATE TABLE {s}.version (version integer NOT NULL)",
                f"CREATE TABLE {s}.loads (key text PRIMARY KEY, load bigint NOT NULL)",
                f"CREATE TABLE {s}.intents (key text PRIMARY KEY)",
                f"CREATE TABLE {s}.pages (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, document text NOT NULL,"
                " load bigint NOT NULL, dossier text NOT NULL, source text NOT NULL, type text NOT NULL,"
                " position integer NOT NULL, text text NOT NULL, found text NOT NULL, code text NOT NULL,"
                " agency text NOT NULL, day text NOT NULL, folded tsvector NOT NULL, exact tsvector NOT NULL)",
                f"CREATE TABLE {s}.numbers (kind text NOT NULL, value text NOT NULL, document text NOT NULL,"
                " load bigint NOT NULL, field text NOT NULL, shown text NOT NULL, position integer, box text)",
                f"CREATE INDEX ON {s}.numbers (value, kind)",
                f"CREATE INDEX ON {s}.numbers (document)",
                f"CREATE INDEX ON {s}.pages (document)",
                # Without the list of pending words, which every search reads through: 8 times as quick for rare words,
                # a fifth slower to add to (4,000 documents).
                f"CREATE INDEX ON {s}.pages USING gin (folded) WITH (fastupdate = off)",
                f"INSERT INTO {s}.intents VALUES ('{_EVERYTHING}')",
                f"INSERT INTO {s}.version VALUES ({_VERSION})",
            ):  # fmt: skip
                self._server.run(statement)

    def remove(self) -> None:
        """Remove it whole."""
        self._server.run(f"DROP SCHEMA IF EXISTS {self._schema} CASCADE")

    def intend(self, key: str) -> None:
        """Say, durably, that the batch of that key is about to be committed to the lake."""
        self._server.run(f"INSERT INTO {self._schema}.intents VALUES (:key) ON CONFLICT DO NOTHING", key=key)

    def behind(self) -> bool:
        """Whether a batch may be in the lake that is not here."""
        return bool(self._server.run(f"SELECT 1 FROM {self._schema}.intents LIMIT 1"))

    def count(self) -> int:
        """How many batches are here."""
        return int(self._server.run(f"SELECT count(*) FROM {self._schema}.loads")[0][0])

    def keys(self) -> set[str]:
        """The keys of the batches whose words are here."""
        return {str(key) for (key,) in self._server.run(f"SELECT key FROM {self._schema}.loads")}

    def add(self, key: str, load: int, entries: Iterable[Entry], proceed: Callable[[], bool] = embedded.always) -> None:
        """Take in the pages of one batch, in the place of those of the same documents, and with them the intent is done:
        one transaction. It begins only once ``proceed`` says so: a machine that stands still meanwhile holds no lock that
        its successor waits for."""
        s = self._schema
        found = [(entry, _line(entry), "".join(_number(entry, key) for key in entry.keys)) for entry in entries]
        documents = sorted({entry.document for entry, _, _ in found})
        if not proceed():
            return
        with self._server.transaction():
            if self._server.run(f"SELECT 1 FROM {s}.loads WHERE key = :key", key=key):
                return
            newer = {
                document
                for (document,) in self._server.run(
                    f"SELECT DISTINCT document FROM {s}.pages WHERE document = ANY(:documents) AND load > :load",
                    documents=documents, load=load,
                )
            }  # fmt: skip
            for table in ("pages", "numbers"):
                self._server.run(
                    f"DELETE FROM {s}.{table} WHERE document = ANY(:documents) AND load <= :load",
                    documents=documents, load=load,
                )  # fmt: skip
            standing = [(line, told) for entry, line, told in found if entry.document not in newer]
            self._server.copy(f"{s}.pages", _COLUMNS, BytesIO("".join(line for line, _ in standing).encode()))
            self._server.copy(f"{s}.numbers", _NUMBERS, BytesIO("".join(told for _, told in standing).encode()))
            self._server.run(f"INSERT INTO {s}.loads VALUES (:key, :load)", key=key, load=load)
            self._server.run(f"DELETE FROM {s}.intents WHERE key = :key", key=key)

    def erase(self, documents: Collection[str]) -> None:
        """Remove the pages of those documents for good. What the server's own log and its backups hold is its keeper's."""
        with self._server.transaction():
            for table in ("pages", "numbers"):
                self._server.run(
                    f"DELETE FROM {self._schema}.{table} WHERE document = ANY(:documents)", documents=sorted(documents)
                )
        for table in ("pages", "numbers"):
            self._server.run(f"VACUUM FULL {self._schema}.{table}")

    def settled(self) -> None:
        """Say that every batch of the lake is here."""
        self._server.run(f"DELETE FROM {self._schema}.intents")

    def search(self, typed: str, limit: int, skip: int, only: Only) -> tuple[Hit, ...]:
        """Pages that hold all the words, best first, after the first ``skip``. Raises Usage where there is no word."""
        found = words.clauses(typed)
        marked = [clause for clause in found if clause.marked]
        told = {name: getattr(only, name) for name in _NARROWED if getattr(only, name)}
        # What is typed without marks needs no second vector read.
        exact = " + 8 * ts_rank(exact, :exact ::tsquery, 1)" if marked else ""
        where = "".join(f" AND {_NARROWED[name]}" for name in told)
        rows = self._server.run(
            "SELECT p.document, p.dossier, p.source, p.type, p.position, p.text, p.found, w.score, p.code, p.day FROM ("
            f" SELECT id, ts_rank(folded, :folded ::tsquery, 1){exact} AS score"
            f" FROM (SELECT id, folded, exact FROM {self._schema}.pages WHERE folded @@ :folded ::tsquery"
            f"{where} LIMIT {_RANKED}) f ORDER BY score DESC, id LIMIT :most OFFSET :skip"
            f") w JOIN {self._schema}.pages p USING (id) ORDER BY w.score DESC, id",
            folded=" & ".join(_asked(clause, True) for clause in found),
            most=max(0, limit), skip=max(0, skip), **told,
            **({"exact": " | ".join(_asked(clause, False) for clause in marked)} if marked else {}),
        )  # fmt: skip
        return tuple(embedded.hit(found, *row) for row in rows)

    def lookup(self, kind: str, value: str, limit: int) -> tuple[Found, ...]:
        """The documents that name that number, the newest first. Raises Usage."""
        s = self._schema
        rows = self._server.run(
            "SELECT p.document, p.dossier, p.code, p.source, p.type, n.field, n.shown, n.position, n.box"
            f" FROM {s}.numbers n JOIN LATERAL (SELECT * FROM {s}.pages WHERE document = n.document ORDER BY id LIMIT 1) p"
            " ON true WHERE n.value = :value AND n.kind = :kind ORDER BY p.load DESC, p.id DESC, n.field LIMIT :most",
            value=lookups.key_of(kind, value), kind=kind, most=max(0, limit),
        )  # fmt: skip
        return tuple(
            Found(document, dossier, code, source, type_, field, shown, position, embedded.boxed(box))
            for document, dossier, code, source, type_, field, shown, position, box in rows
        )

    def close(self) -> None:
        """Let go of the connection; the next use opens another."""
        self._server.close()


def _asked(clause: words.Clause, folded: bool) -> str:
    """A clause as ``tsquery``. Tokens are letters and digits only: nothing typed is taken for the query's own language."""
    tokens = [f"'{(fold(token) if folded else token)[:_WORD]}'" for token in clause.tokens]
    if clause.open:
        tokens[-1] += ":*"
    return "(" + " <-> ".join(tokens) + ")"


def _line(entry: Entry) -> str:
    """A page in the text form of COPY."""
    found = embedded.besides(entry)
    plain = words.tokens(f"{entry.text}\n{found}")[:_MOST]
    cells = (
        entry.document, str(entry.load), entry.dossier, entry.source, entry.type, str(entry.position), entry.text, found,
        entry.code, entry.agency, entry.day,
        _vector([fold(token) for token in plain]), _vector(plain),
    )  # fmt: skip
    return "\t".join(map(_escaped, cells)) + "\n"


def _number(entry: Entry, key: lookups.Key) -> str:
    cells = (key.kind, key.value, entry.document, str(entry.load), key.field, key.shown)
    place = ("\\N" if key.position is None else str(key.position), embedded.unboxed(key.box) or "\\N")
    return "\t".join((*map(_escaped, cells), *place)) + "\n"


def _vector(tokens: Sequence[str]) -> str:
    """Tokens as a ``tsvector``, each at its places; at most 255 of one token, as the server keeps them."""
    places: dict[str, list[int]] = {}
    for at, token in enumerate(tokens, 1):
        here = places.setdefault(token[:_WORD], [])
        if at <= _LONGEST and len(here) < 255:
            here.append(at)
    return " ".join(f"'{token}':{','.join(map(str, at))}" if at else f"'{token}'" for token, at in places.items())


def _escaped(text: str) -> str:
    """A cell of COPY; a NUL, which PostgreSQL cannot hold, becomes a blank."""
    for raw, told in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"), ("\0", " ")):
        text = text.replace(raw, told)
    return text
