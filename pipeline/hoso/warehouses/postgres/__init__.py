"""The same warehouse for several machines: the lake's catalog in PostgreSQL, its Parquet files on S3, the search index in
PostgreSQL beside the catalog.

Owns: ``place`` (where the lake lies, the lease of the committer) and ``index`` (search); the connection is
``hoso.postgres``. Tables, views, questions and the order of a load are those of ``ducklake``: there is one model, and a
question answers alike on both.
"""

from __future__ import annotations

from pathlib import Path

from hoso.postgres import Server
from hoso.settings import Settings
from hoso.warehouses.ducklake.house import House
from hoso.warehouses.postgres.index import Index
from hoso.warehouses.postgres.place import Servers

__all__ = ["open"]


def open(settings: Settings, home: Path) -> House:
    """The warehouse that ``home`` shares with other machines, made where it is missing. Raises Misconfigured, Unavailable,
    Damaged."""
    server = Server(settings.postgres)
    try:
        return House(Servers(settings, home / "warehouse", server), index=Index(server))
    except BaseException:
        server.close()
        raise
