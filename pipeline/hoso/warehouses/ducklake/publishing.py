"""An export of every table as plain Parquet that other engines read (Spark, Sail, Trino, pandas), kept up to date.

``TARGET/<table>/month=2026-11/<first load>.parquet``, the month being that of the load. Files are only ever added; the file
of ``receipts`` is written last, so a reader who takes only loads that ``receipts`` names sees whole batches, also while an
export is under way. A killed export leaves files that no receipt names; the next writes them anew under the same names.
An erasure alone changes files: those that hold rows of what is erased are written anew without them (:func:`withhold`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from pathlib import Path

import duckdb

from hoso import lasting
from hoso.errors import Unavailable
from hoso.warehouses.ducklake.erasing import affected, whose
from hoso.warehouses.ducklake.lake import Lake
from hoso.warehouses.ducklake.schema import TABLES, quoted

__all__ = ["publish", "withhold"]


def publish(lake: Lake, target: str, tick: Callable[[int], None]) -> int:
    """Add the loads that ``target`` (a folder, or "s3://bucket/prefix" of the lake's own server) lacks; gives how many.
    ``tick`` is told the loads of each month. Raises Unavailable where it cannot be written."""
    target = target.rstrip("/")
    with lake.asking() as base:
        base.execute("SET preserve_insertion_order = true")
        done = _published(base, target)
        months: dict[str, list[int]] = {}
        for load, at in base.execute("SELECT load, loaded_at FROM history.receipts ORDER BY load").fetchall():
            if load not in done:
                months.setdefault(str(at)[:7], []).append(load)
        for month, loads in months.items():
            for table in sorted(TABLES.keys() - {"about", "receipts"}):
                _write(base, target, table, month, loads)
            _write(base, target, "receipts", month, loads)
            tick(len(loads))
    return sum(map(len, months.values()))


def withhold(lake: Lake, target: str, dossiers: Collection[str], documents: Collection[str]) -> int:
    """Write every file of the export at ``target`` that holds rows of those dossiers or documents anew without them; gives
    how many files. To be called before the lake forgets them. Raises Unavailable where the export is not to be had."""
    target = target.rstrip("/")
    loads, changed = affected(lake, dossiers, documents), 0
    with lake.asking() as base:
        base.execute("SET preserve_insertion_order = true")
        receipts = f"{target}/receipts/month=*/*.parquet"
        if not base.execute("SELECT 1 FROM glob(?) LIMIT 1", [receipts]).fetchone():
            raise Unavailable(
                f"{target}: the export that was published there is not there; bring it back, or, where it is gone for "
                f"good, say so: hoso publish --forget {target}"
            )
        for table in sorted(TABLES):
            files = base.execute("SELECT file FROM glob(?)", [f"{target}/{table}/month=*/*.parquet"]).fetchall()
            for (path,) in files:
                where = whose(table, dossiers, documents)
                rows = f"SELECT * FROM read_parquet({quoted(path)}, hive_partitioning = false)"
                if table == "receipts" and loads:
                    numbers = ", ".join(map(str, loads))
                    where = f"load IN ({numbers})"
                    rows = _recounted(rows, dossiers, documents, numbers)
                elif where:
                    rows += f" WHERE ({where}) IS NOT TRUE"
                if where and base.execute(f"SELECT 1 FROM read_parquet(?) WHERE {where} LIMIT 1", [path]).fetchone():
                    _put(base, path, f"{rows} ORDER BY load")
                    changed += 1
    return changed


def _recounted(rows: str, dossiers: Collection[str], documents: Collection[str], numbers: str) -> str:
    """Receipts, those of the loads ``numbers`` with what is left of their documents and pages."""

    def left(table: str) -> str:
        gone = whose(table, dossiers, documents)
        return (
            f"SELECT load, count(*) FILTER (({gone}) IS NOT TRUE) AS n FROM history.{table} WHERE load IN ({numbers})"
            " GROUP BY load"
        )

    return (
        f"SELECT r.* REPLACE (coalesce(d.n, r.documents)::INTEGER AS documents, coalesce(p.n, r.pages)::INTEGER AS pages)"
        f" FROM ({rows}) r LEFT JOIN ({left('documents')}) d USING (load) LEFT JOIN ({left('pages')}) p USING (load)"
    )


def _published(base: duckdb.DuckDBPyConnection, target: str) -> set[int]:
    files = f"{target}/receipts/month=*/*.parquet"
    if not base.execute("SELECT 1 FROM glob(?) LIMIT 1", [files]).fetchone():
        return set()
    return {load for (load,) in base.execute("SELECT load FROM read_parquet(?)", [files]).fetchall()}


def _write(base: duckdb.DuckDBPyConnection, target: str, table: str, month: str, loads: list[int]) -> None:
    """One file; it appears whole or not at all. One without rows too: it tells the columns."""
    numbers = ", ".join(map(str, loads))
    question = f"SELECT * FROM history.{table} WHERE load BETWEEN {loads[0]} AND {loads[-1]} AND load IN ({numbers})"
    _put(base, f"{target}/{table}/month={month}/{loads[0]:09d}.parquet", f"{question} ORDER BY load")


def _put(base: duckdb.DuckDBPyConnection, path: str, question: str) -> None:
    local = "://" not in path
    made = f"{path}.{os.getpid()}.part" if local else path
    if local:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    base.execute(f"COPY ({question}) TO {quoted(made)} (FORMAT parquet, COMPRESSION zstd)")
    if local:
        _lasting(Path(made), Path(path))


def _lasting(made: Path, path: Path) -> None:
    lasting.sync(made)
    made.replace(path)
    lasting.sync(path.parent)
