"""The warehouse in a DuckLake: Parquet files and a SQLite catalog under ``home/warehouse``, a search index beside them.

Owns, one subject a module: ``schema`` (tables), ``rows`` (a batch as rows), ``views`` (what archivists ask), ``lake``
(connections and transactions), ``questions`` (what may be asked), ``index`` and ``words`` (search), ``house`` (all
together). Never holds the truth: everything here can be built again from store and ledger.
"""

from __future__ import annotations

from pathlib import Path

from hoso.settings import Settings
from hoso.warehouses.ducklake.house import House

__all__ = ["open"]


def open(settings: Settings, home: Path) -> House:
    """The warehouse of ``home``, made where it is missing. Raises Misconfigured, Unavailable, Damaged."""
    return House(home / "warehouse")
