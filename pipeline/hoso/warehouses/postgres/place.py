"""Where the shared lake lies: catalog in PostgreSQL, files on S3; who commits, by an advisory lock of PostgreSQL.

A lease that the server took back (its connection broke while a load went on) does no harm: the lake refuses the commit of
one who does not know the latest load (``Lake.append``), and never tries a conflicting commit again by itself.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hoso.errors import Unavailable
from hoso.postgres import Server
from hoso.settings import Settings
from hoso.warehouses.ducklake.place import MENDED
from hoso.warehouses.ducklake.schema import quoted

__all__ = ["Servers"]


class Servers:
    """The place that ``settings`` name; ``root`` is this machine's folder for what spills over."""

    extensions = ("postgres_scanner", "httpfs")
    shared = True

    def __init__(self, settings: Settings, root: Path, server: Server) -> None:
        self.root = root
        self._settings = settings
        self._server = server
        bucket = settings.warehouse.bucket or settings.s3.bucket
        self.data = f"s3://{bucket}/{settings.warehouse.prefix.strip('/')}/"
        self.name = f"{server.name} and {self.data}"
        self.target = "ducklake:postgres:"
        # As the lock's number: the first 63 bits of a digest of what is locked.
        digest = hashlib.sha256(f"hoso warehouse {settings.postgres.schema}".encode()).digest()
        self._number = int.from_bytes(digest[:8], "big") >> 1

    @property
    def options(self) -> tuple[str, ...]:
        """See ``Place``."""
        return ("META_SECRET 'hoso_catalog'", f"METADATA_SCHEMA {quoted(self._server.schema('lake'))}")

    @property
    def before(self) -> tuple[str, ...]:
        """See ``Place``. DuckDB shows secrets redacted, and keeps these in memory only."""
        told, s3 = self._settings.postgres, self._settings.s3
        tls = ", SSLMODE 'verify-full'" if told.tls else ""
        return (
            "CREATE SECRET hoso_catalog (TYPE postgres, PROVIDER config,"
            f" HOST {quoted(told.host)}, PORT {told.port}, DATABASE {quoted(told.database)}, USER {quoted(told.user)},"
            f" PASSWORD {quoted(self._server.password)}{tls})",
            "CREATE SECRET hoso_files (TYPE s3, PROVIDER config,"
            f" KEY_ID {quoted(os.environ.get(s3.access_key_env, ''))},"
            f" SECRET {quoted(os.environ.get(s3.secret_key_env, ''))}, ENDPOINT {quoted(s3.endpoint)},"
            f" REGION {quoted(s3.region)}, URL_STYLE 'path', USE_SSL {str(s3.secure).lower()}, SCOPE {quoted(self.data)})",
            "SET ducklake_max_retry_count = 0",
            f"SET http_timeout = {max(1, round(s3.read_timeout))}",
        )

    @property
    def made(self) -> bool:
        """See ``Place``: the table that is made last, and with the others in one transaction, is there."""
        lake = self._server.schema("lake")
        if self._server.run("SELECT to_regclass(:name)", name=f"{lake}.ducklake_table") == [[None]]:
            return False
        there = f"SELECT 1 FROM {lake}.ducklake_table WHERE table_name = 'about' AND end_snapshot IS NULL"
        return bool(self._server.run(there))

    def prepare(self) -> None:
        """See ``Place``."""
        self._server.run(f"CREATE SCHEMA IF NOT EXISTS {self._server.schema('lake')}")

    def finish(self) -> None:
        """See ``Place``: the catalog itself tells."""

    def remove(self) -> None:
        """See ``Place``. Files that no catalog names go with the next upkeep."""
        self._server.run(f"DROP SCHEMA IF EXISTS {self._server.schema('lake')} CASCADE")

    def mend(self) -> None:
        """See ``Place``."""
        self._server.run(MENDED.format(self._server.schema("lake") + ".", 'COLLATE "C"'))

    def scrub(self) -> None:
        """See ``Place``. What the server's own log and its backups hold is its keeper's."""
        lake = self._server.schema("lake")
        for table in ("ducklake_table_column_stats", "ducklake_file_column_stats", "ducklake_data_file"):
            self._server.run(f"VACUUM FULL {lake}.{table}")

    @contextmanager
    def lease(self, patience: float) -> Iterator[None]:
        """See ``Place``. The server takes the lease back when its connection ends."""
        holding = self._server.other()
        try:
            until = time.monotonic() + patience
            while holding.run("SELECT pg_try_advisory_lock(:number)", number=self._number) != [[True]]:
                if time.monotonic() >= until:
                    raise Unavailable(
                        f"{self.name}: another machine has been loading for {patience:.0f} s; run again later"
                    )
                time.sleep(0.1)
            yield
        finally:
            holding.close()
