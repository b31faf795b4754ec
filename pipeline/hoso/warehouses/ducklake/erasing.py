"""Rows of erased documents out of the lake for good: out of its tables, its files, its old snapshots, its statistics.

DuckLake marks deleted rows and goes on keeping them; so every file that held one is written anew without it, all snapshots
but the last are given up with the files that only they need, and what the catalog noted of a column's least and greatest
value is noted again from the files that are left. What other systems were handed (``deliveries``) stays: it names no value.

The caller holds the lease. Readers in the midst of a question over a file that goes are told to ask again. A second call
ends what a killed one left.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress

from hoso.errors import Unavailable
from hoso.warehouses.ducklake.lake import Lake, answering
from hoso.warehouses.ducklake.schema import TABLES, quoted

__all__ = ["affected", "forget", "whose"]

_STAYS = frozenset({"about", "receipts", "revisions", "deliveries"})


def affected(lake: Lake, dossiers: Collection[str], documents: Collection[str]) -> list[int]:
    """The numbers of the loads that hold rows of those dossiers or documents, rising."""
    found: set[int] = set()
    for table in TABLES:
        if where := whose(table, dossiers, documents):
            rows = lake.read(f"SELECT DISTINCT load FROM history.{table} WHERE {where}")
            found |= {int(str(load)) for (load,) in rows}
    return sorted(found)


def forget(lake: Lake, dossiers: Collection[str], documents: Collection[str]) -> int:
    """Remove every row of those dossiers and documents (ids), of every load; gives how many there were. The receipts of
    loads count what is left, as a rebuild from the evidence would. Raises Unavailable."""
    removed = 0
    loads = affected(lake, dossiers, documents)
    with lake.transaction() as base:
        for table in TABLES:
            if where := whose(table, dossiers, documents):
                found = base.execute(f"DELETE FROM history.{table} WHERE {where}").fetchone()
                removed += int(found[0]) if found else 0
        for what, ids in (("document", documents), ("dossier", dossiers)):
            if ids:
                base.execute(f"DELETE FROM history.revisions WHERE what = {quoted(what)} AND key IN ({_listed(ids)})")
        if loads:
            base.execute(
                "UPDATE history.receipts r SET"
                " documents = (SELECT count(*) FROM history.documents d WHERE d.load = r.load),"
                " pages = (SELECT count(*) FROM history.pages p WHERE p.load = r.load)"
                f" WHERE load IN ({', '.join(map(str, loads))})"
            )
    with lake.transaction() as base:
        base.execute("CALL ducklake_rewrite_data_files('lake', delete_threshold => 0.0)")
    # The snapshot that is left is one that this process makes after the notes were mended: whoever has the lake open
    # takes the notes of a new snapshot, never puts back those it read before.
    lake.close()
    lake.place.mend()
    with lake.transaction() as base:
        base.execute("UPDATE history.about SET format = format")
    with lake.asking_alone() as base:
        base.execute("CALL ducklake_expire_snapshots('lake', older_than => now()::TIMESTAMP + INTERVAL 1 DAY)")
        base.execute("CALL ducklake_cleanup_old_files('lake', cleanup_all => true)")
        with suppress(Unavailable):
            base.execute("CALL ducklake_delete_orphaned_files('lake', cleanup_all => true)")
    lake.close()
    with answering(lake.place):
        lake.place.scrub()
    return removed


def whose(table: str, dossiers: Collection[str], documents: Collection[str]) -> str:
    """The condition on rows of that table that are of those dossiers or documents, "" where it has none."""
    if table in _STAYS:
        return ""
    columns = {name for name, _, _ in TABLES[table].columns}
    asked = (("document", documents), ("dossier", dossiers))
    return " OR ".join(f"{column} IN ({_listed(ids)})" for column, ids in asked if column in columns and ids)


def _listed(ids: Collection[str]) -> str:
    return ", ".join(quoted(one) for one in sorted(ids))
