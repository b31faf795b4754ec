"""Where a lake lies: its catalog, its Parquet files, and the folder in which this machine works at it.

Owns: the folder of one machine (:class:`Folder`) and the lease of its only committer. Never opens the lake. The place on
servers is its neighbour in ``warehouses/postgres``.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Protocol

from hoso.errors import Unavailable

__all__ = ["MENDED", "Folder", "Place"]


class Place(Protocol):
    """What a lake has to know of where it is."""

    @property
    def root(self) -> Path:
        """This machine's folder for what spills over and for exports under way."""
        ...

    @property
    def name(self) -> str:
        """What messages call it; no secret in it."""
        ...

    @property
    def target(self) -> str:
        """What DuckLake attaches, without secrets."""
        ...

    @property
    def data(self) -> str:
        """Where the Parquet files lie, ending in "/"."""
        ...

    @property
    def options(self) -> tuple[str, ...]:
        """Further options of ATTACH."""
        ...

    @property
    def extensions(self) -> tuple[str, ...]:
        """The DuckDB extensions it needs beside DuckLake."""
        ...

    @property
    def before(self) -> tuple[str, ...]:
        """SQL to run before it is attached: secrets, settings."""
        ...

    @property
    def shared(self) -> bool:
        """Whether other machines write here too: then nothing but the lake itself can be trusted to stand still."""
        ...

    @property
    def made(self) -> bool:
        """Whether a lake was made here to the end."""
        ...

    def prepare(self) -> None:
        """Make ready for the first ATTACH."""
        ...

    def finish(self) -> None:
        """Remember that the lake was made to the end."""
        ...

    def remove(self) -> None:
        """Remove catalog and files; for a lake that is damaged."""
        ...

    def mend(self) -> None:
        """Note the least and greatest text of each column again from the files that stand: rows were erased. The lake is
        closed here; the caller holds the lease."""
        ...

    def scrub(self) -> None:
        """Leave nothing of erased rows in the catalog's own file: free pages, logs."""
        ...

    def lease(self, patience: float) -> AbstractContextManager[None]:
        """Be the only committer. Raises Unavailable after ``patience`` seconds."""
        ...


MENDED = """
    UPDATE {0}ducklake_table_column_stats SET min_value = found.least, max_value = found.greatest FROM (
        SELECT s.table_id, s.column_id,
            CASE WHEN count(*) = count(s.min_value) THEN min(s.min_value {1}) END AS least,
            CASE WHEN count(*) = count(s.max_value) THEN max(s.max_value {1}) END AS greatest
        FROM {0}ducklake_file_column_stats s
        JOIN {0}ducklake_data_file f ON f.data_file_id = s.data_file_id AND f.end_snapshot IS NULL
        JOIN {0}ducklake_column c ON c.column_id = s.column_id AND c.table_id = s.table_id AND c.end_snapshot IS NULL
        WHERE lower(c.column_type) = 'varchar' GROUP BY s.table_id, s.column_id
    ) AS found
    WHERE {0}ducklake_table_column_stats.table_id = found.table_id
        AND {0}ducklake_table_column_stats.column_id = found.column_id
"""
"""Notes the least and greatest text of each column again; to be formatted with the schema of the catalog and a dot, and the
collation that orders by bytes. Unknown where a file does not tell."""


class Folder:
    """A folder of this machine: ``catalog.sqlite`` and ``data``."""

    extensions = ("sqlite_scanner",)
    options = ()
    before = ()
    shared = False

    def __init__(self, root: Path) -> None:
        self.root = root
        self.name = str(root)
        self.target = f"ducklake:sqlite:{root / 'catalog.sqlite'}"
        self.data = f"{root / 'data'}/"

    @property
    def made(self) -> bool:
        """See :class:`Place`. Opens nothing."""
        return (self.root / "made").exists()

    def prepare(self) -> None:
        """See :class:`Place`."""
        (self.root / "data").mkdir(parents=True, exist_ok=True)
        with sqlite3.connect(self.root / "catalog.sqlite") as catalog:
            # Without WAL readers and the committer lock each other out (measured: lock errors, reads of 5 s).
            catalog.execute("PRAGMA journal_mode = WAL")
        catalog.close()

    def finish(self) -> None:
        """See :class:`Place`."""
        (self.root / "made").touch()

    def remove(self) -> None:
        """See :class:`Place`."""
        for file in self.root.glob("catalog.sqlite*"):
            file.unlink()
        shutil.rmtree(self.root / "data", ignore_errors=True)

    def mend(self) -> None:
        """See :class:`Place`."""
        with closing(self._catalog()) as catalog, catalog:
            catalog.execute(MENDED.format("", "COLLATE BINARY"))

    def scrub(self) -> None:
        """See :class:`Place`. Readers may hold the log open; it is emptied when the last of them lets go."""
        with closing(self._catalog()) as catalog:
            catalog.execute("VACUUM")
            catalog.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _catalog(self) -> sqlite3.Connection:
        return sqlite3.connect(self.root / "catalog.sqlite", timeout=30.0)

    @contextmanager
    def lease(self, patience: float) -> Iterator[None]:
        """See :class:`Place`. The kernel takes the lease back when a process dies. Who waits stands in a gate that the next
        one cannot pass, so that a single document released in a night waits for one batch, not for all of them."""
        self.root.mkdir(parents=True, exist_ok=True)
        until = time.monotonic() + patience
        gate = self._lock("gate", until, patience)
        try:
            handle = self._lock("lease", until, patience)
        finally:
            os.close(gate)
        try:
            yield
        finally:
            os.close(handle)

    def _lock(self, name: str, until: float, patience: float) -> int:
        handle = os.open(self.root / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return handle
            except BlockingIOError as error:
                if time.monotonic() >= until:
                    os.close(handle)
                    raise Unavailable(
                        f"{self.name}: another process has been loading for {patience:.0f} s; run again later"
                    ) from error
                time.sleep(0.01)
