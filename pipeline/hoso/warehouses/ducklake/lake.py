"""The lake itself: connections, the one transaction of a load, upkeep. The home of DuckDB's types; none leaves it.

Power cuts: DuckDB never fsyncs the Parquet files it writes, while the SQLite catalog that names them is fsynced at each
commit (seen with strace, DuckDB 1.5.5). So :meth:`Lake.transaction` fsyncs every new file before the commit.
Data inlining is off: with it a batch of one document leaves no files, at the same speed, but a reader that asks while
the inlined rows are flushed to Parquet misses them (seen with DuckLake 1.5.5: the catalog is read over several SQLite
connections). Without it every load appends small files, which :meth:`Lake.tidy` merges. Never takes the lease: who
writes here holds it (``house``).
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from hoso import keys, lasting
from hoso.errors import Damaged, HosoError, Misconfigured, Unavailable
from hoso.warehouses.ducklake import frames, migrations, schema, views
from hoso.warehouses.ducklake.derive import People
from hoso.warehouses.ducklake.place import Folder, Place
from hoso.warehouses.ducklake.rows import Row
from hoso.warehouses.ducklake.schema import FORMAT, OWNERS, TABLES, quoted, revised

__all__ = ["Lake", "answering", "brief", "connect"]

_KEPT = "INTERVAL 1 DAY"
"""How long replaced files stay for readers that may still be at them."""
_COMPRESSION = "CALL ducklake_set_option('lake', 'parquet_compression', 'zstd')"
"""A third smaller than DuckDB's own choice, snappy, at the same speed of questions (1 million documents)."""


class Lake:
    """The lake at ``place``, or in that folder. One instance a process."""

    def __init__(self, place: Place | Path) -> None:
        self.place = Folder(place) if isinstance(place, Path) else place
        self._turn = threading.RLock()
        self._connection: duckdb.DuckDBPyConnection | None = None

    @property
    def made(self) -> bool:
        """Whether :meth:`make` came to its end here."""
        return self.place.made

    def make(self) -> None:
        """Make the empty lake; what a killed :meth:`make` left is used."""
        with answering(self.place):
            self.place.prepare()
        with self.transaction() as base:
            if not self._tables(base):
                self._create(base)
        self.place.finish()

    def refresh(self, people: People) -> bool:
        """Bring tables and views up to this Hoso; whether there was anything to do. ``people`` gives the key of a person,
        for rows of older formats. Raises Misconfigured for a lake of a newer format."""
        about = self.read("SELECT format, views FROM history.about")[-1]
        if int(str(about[0])) > FORMAT:
            raise Misconfigured(
                f"{self.place.name}: the warehouse is of format {about[0]}, and this Hoso knows formats up to {FORMAT}; "
                "install a newer Hoso"
            )
        if about == self.wanted():
            return False
        with self.transaction() as base:
            migrations.bring_up(base, int(str(about[0])), people, _append)
            for statement in views.statements(views.papers()):
                base.execute(statement)
            base.execute(
                "UPDATE history.about SET format = ?, views = ?, people = ?", [FORMAT, _fingerprint(), people("")]
            )
        return True

    def wanted(self) -> Row:
        """The row of the table ``about`` that this Hoso would write."""
        return FORMAT, _fingerprint()

    def loads(self) -> dict[str, int]:
        """The load number of every batch key, in the order loaded."""
        rows = self.read("SELECT key, load FROM history.receipts ORDER BY load")
        return {str(key): int(str(load)) for key, load in rows}

    def receipt(self, key: str) -> tuple[int | None, int]:
        """(the load number of the batch of that key, None where it was not loaded; the highest number, 0 where there is
        none). Numbers rise by one."""
        ((own, last),) = self.read("SELECT max(load) FILTER (key = ?), max(load) FROM history.receipts", [key])
        return (None if own is None else int(str(own))), int(str(last or 0))

    def mark(self) -> str | None:
        """What the keys of persons in it were made with, so far as one may know: the key of nobody. None: with nothing."""
        there = "SELECT 1 FROM duckdb_columns() WHERE database_name = 'lake' AND schema_name = 'history'"
        if not self.read(f"{there} AND table_name = 'about' AND column_name = 'people'"):
            return None
        found = self.read("SELECT people FROM history.about")[-1][0]
        return None if found is None else str(found)

    def agree(self, people: People) -> None:
        """Remember with what the keys of persons are made from now on."""
        with self.transaction() as base:
            base.execute("UPDATE history.about SET people = ?", [people("")])

    def append(self, rows: dict[str, list[Row]], last: int) -> None:
        """Append rows, receipt among them, in one transaction. ``last`` is the highest load number the caller knows of:
        where machines share the lake and another one went on in between, Unavailable is raised and nothing is done."""
        with self.transaction() as base:
            if self.place.shared:
                found = base.execute("SELECT max(load) FROM history.receipts").fetchone()
                if found and (found[0] or 0) != last:
                    raise Unavailable(f"{self.place.name}: another machine loaded at the same time; run again")
            _append(base, rows)

    def read(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """The answer to a question of Hoso's own."""
        with self._turn, answering(self.place):
            return self._base().execute(sql, list(values)).fetchall()

    def revised(self, load: int) -> list[Row]:
        """The rows that ``revisions`` must have of that load."""
        came = "(SELECT {1} AS key, load FROM history.{0} WHERE load = " + str(load) + ") AS came"
        return [row for what in OWNERS for row in self.read(revised(what, came.format(*OWNERS[what])))]

    @contextmanager
    def asking(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The lake's own connection for one reader of this room, in one snapshot: loads meanwhile are not seen."""
        with self._turn, answering(self.place):
            base = self._base()
            base.execute("BEGIN")
            try:
                yield base
            finally:
                base.execute("ROLLBACK")

    @contextmanager
    def asking_alone(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The lake's own connection outside a transaction, for upkeep that DuckLake does in one of its own."""
        with self._turn, answering(self.place):
            yield self._base()

    def digest(self, table: str) -> str:
        """The SHA-256 of the rows of a table, ordered, as JSON lines."""
        made = hashlib.sha256()
        with self._turn, answering(self.place):
            found = self._base().execute(f"SELECT to_json(t)::VARCHAR FROM (FROM history.{table} ORDER BY ALL) t")
            while part := found.fetchmany(10_000):
                made.update("".join(f"{line}\n" for (line,) in part).encode())
        return made.hexdigest()

    def clear(self) -> None:
        """Drop every table and make them anew, in one transaction; then remove the files that held their rows."""
        with self.transaction() as base:
            for name in self._tables(base):
                base.execute(f"DROP TABLE history.{name}")
            self._create(base)
        with self._turn, answering(self.place):
            base = self._base()
            base.execute("CALL ducklake_expire_snapshots('lake', older_than => now()::TIMESTAMP + INTERVAL 1 DAY)")
            base.execute("CALL ducklake_cleanup_old_files('lake', cleanup_all => true)")

    def remove(self) -> None:
        """Remove every file; for a lake whose catalog is damaged."""
        self.close()
        with answering(self.place):
            self.place.remove()

    def tidy(self) -> None:
        """Merge small files, forget old snapshots and the files that only they need. No row is lost or changed."""
        with self.transaction() as base:
            base.execute(_COMPRESSION)  # of lakes that were made without it
            base.execute("CALL ducklake_merge_adjacent_files('lake')")
        with self._turn, answering(self.place):
            base = self._base()
            for act in ("expire_snapshots", "cleanup_old_files", "delete_orphaned_files"):
                base.execute(f"CALL ducklake_{act}('lake', older_than => now()::TIMESTAMP - {_KEPT})")
            for leftover in [*self.place.root.glob("spill/*"), *self.place.root.glob("exports/*")]:
                # Of questions that were killed; they hold rows, so they are not to lie about.
                if leftover.stat().st_mtime < time.time() - 86400:
                    shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()

    def close(self) -> None:
        """Let go of the connection; the next use opens another."""
        with self._turn:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """All of what is done inside becomes visible and durable at its end, or none of it."""
        with self._turn, answering(self.place):
            base, started = self._base(), time.time() - 2.0
            base.execute("BEGIN")
            try:
                yield base
                if not self.place.shared:
                    _sync(Path(self.place.data), started)
                base.execute("COMMIT")
            except BaseException:
                with suppress(duckdb.Error):
                    base.execute("ROLLBACK")
                # A connection that failed in the middle of a commit is not to be trusted with the next.
                self.close()
                raise

    def _base(self) -> duckdb.DuckDBPyConnection:
        if self._connection is None:
            self._connection = connect(self.place, writing=True)
        return self._connection

    def _tables(self, base: duckdb.DuckDBPyConnection) -> list[str]:
        found = base.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = 'lake' AND schema_name = 'history'"
        ).fetchall()
        return [name for (name,) in found]

    def _create(self, base: duckdb.DuckDBPyConnection) -> None:
        base.execute(_COMPRESSION)
        for statement in schema.statements():
            base.execute(statement)
        for statement in views.statements(views.papers()):
            base.execute(statement)
        base.execute("INSERT INTO history.about VALUES (?, ?, NULL)", [FORMAT, _fingerprint()])


def connect(place: Place, *, writing: bool) -> duckdb.DuckDBPyConnection:
    """A connection of its own whose default catalog is the lake of ``place``, attached read-only unless ``writing``."""
    with answering(place):
        with suppress(OSError):  # DuckDB makes the last folder of a path alone; who may only read does without
            (place.root / "spill").mkdir(exist_ok=True)
        base = duckdb.connect(
            config={
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                # Those loaded below come out of the locked environment, as trusted as every other library in it;
                # checking their signatures anew took 0.2 of the 0.25 s that a connection cost.
                "allow_unsigned_extensions": "true",
                "extension_directory": str(place.root / "extensions"),
                "memory_limit": "1GB",
                "threads": str(min(4, os.cpu_count() or 1)),
                "temp_directory": str(place.root / "spill" / str(os.getpid())),
                "max_temp_directory_size": "4GB",
                "python_enable_replacements": "false",
            }
        )
        try:
            for name in ("ducklake", *place.extensions):
                base.execute(f"LOAD {quoted(str(_extension(base, name)))}")
            for statement in place.before:
                base.execute(statement)
            options = [f"DATA_PATH {quoted(place.data)}", "OVERRIDE_DATA_PATH true", *place.options]
            options += ["DATA_INLINING_ROW_LIMIT 0"] if writing else ["READ_ONLY"]
            base.execute(f"ATTACH {quoted(place.target)} AS lake ({', '.join(options)})")
            base.execute("USE lake")
        except BaseException:
            base.close()
            raise
    return base


def _append(base: duckdb.DuckDBPyConnection, rows: dict[str, list[Row]]) -> None:
    """Append rows to their tables, and to ``revisions`` what follows, inside a transaction."""
    for name, found in rows.items():
        if found:
            # DuckDB looks for pandas anew for every Python value in a list: 10 s for 200 documents.
            base.register(
                "appended", frames.columns([(column, kind) for column, kind, _ in TABLES[name].columns], found)
            )
            base.execute(f"INSERT INTO history.{name} SELECT * FROM temp.appended")
            base.unregister("appended")
    for what, (owner, column) in OWNERS.items():
        if not rows.get(owner):
            continue
        names = [name for name, _, _ in TABLES[owner].columns]
        at = names.index(column), names.index("load")
        came = sorted({(row[at[0]], row[at[1]]) for row in rows[owner]}, key=str)
        base.register("came", frames.columns([("key", "VARCHAR"), ("load", "BIGINT")], came))
        base.execute(f"INSERT INTO history.revisions {revised(what, 'temp.came')}")
        base.unregister("came")


def _extension(base: duckdb.DuckDBPyConnection, name: str) -> Path:
    """The extension file in its wheel. Loaded from there: installing would copy 70 MB into every home."""
    found = base.execute("PRAGMA version").fetchone()
    version = found[0] if found else ""
    wheel = importlib.util.find_spec(f"duckdb_extension_{name}")
    for place in (wheel.submodule_search_locations if wheel else None) or ():
        file = Path(place) / "extensions" / version / f"{name}.duckdb_extension"
        if file.is_file():
            return file
    raise Misconfigured(
        f"the DuckDB extension {name} for DuckDB {version} is missing; install the package "
        f"duckdb-extension-{name.replace('_', '-')} of the same version"
    )


def _fingerprint() -> str:
    return keys.short(keys.key(*views.statements(views.papers())))


def _sync(data: Path, since: float) -> None:
    """fsync the files written since then, and their folders."""
    fresh = [p for p in data.rglob("*") if p.stat().st_mtime >= since] if data.exists() else []
    for path in [*fresh, data] if fresh else ():
        lasting.sync(path)


@contextmanager
def answering(place: Place) -> Iterator[None]:
    """Turn what DuckDB, a server or the disk says into the error that tells the operator what to do."""
    try:
        yield
    except HosoError:
        raise
    except (duckdb.IOException, duckdb.TransactionException, duckdb.OutOfMemoryException, OSError) as error:
        raise Unavailable(f"{place.name}: the warehouse answers: {brief(error)}; run again later") from error
    except duckdb.Error as error:
        if "locked" in str(error):
            raise Unavailable(f"{place.name}: another process writes to the warehouse; run again later") from error
        if place.shared and "connect" in str(error).lower():
            raise Unavailable(f"{place.name}: the server does not answer: {brief(error)}; run again later") from error
        raise Damaged(
            f"{place.name}: the warehouse answers: {brief(error)}; build it again with: hoso rebuild"
        ) from error


def brief(error: Exception) -> str:
    """The first line of what an engine says, which is all that helps."""
    return str(error).strip().split("\n")[0]
