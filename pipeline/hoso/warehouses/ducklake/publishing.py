"""An export of every table as plain Parquet that other engines read (Spark, Sail, Trino, pandas), kept up to date.

``TARGET/<table>/month=2026-11/<first load>.parquet``, the month being that of the load. Files are only ever added; the file
of ``receipts`` is written last, so a reader who takes only loads that ``receipts`` names sees whole batches, also while an
export is under way. A killed export leaves files that no receipt names; the next writes them anew under the same names.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import duckdb

from hoso import lasting
from hoso.warehouses.ducklake.lake import Lake
from hoso.warehouses.ducklake.schema import TABLES, quoted

__all__ = ["publish"]


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


def _published(base: duckdb.DuckDBPyConnection, target: str) -> set[int]:
    files = f"{target}/receipts/month=*/*.parquet"
    if not base.execute("SELECT 1 FROM glob(?) LIMIT 1", [files]).fetchone():
        return set()
    return {load for (load,) in base.execute("SELECT load FROM read_parquet(?)", [files]).fetchall()}


def _write(base: duckdb.DuckDBPyConnection, target: str, table: str, month: str, loads: list[int]) -> None:
    """One file; it appears whole or not at all. One without rows too: it tells the columns."""
    path = f"{target}/{table}/month={month}/{loads[0]:09d}.parquet"
    local = "://" not in target
    made = f"{path}.{os.getpid()}.part" if local else path
    if local:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    numbers = ", ".join(map(str, loads))
    question = f"SELECT * FROM history.{table} WHERE load BETWEEN {loads[0]} AND {loads[-1]} AND load IN ({numbers})"
    base.execute(f"COPY ({question} ORDER BY load) TO {quoted(made)} (FORMAT parquet, COMPRESSION zstd)")
    if local:
        _lasting(Path(made), Path(path))


def _lasting(made: Path, path: Path) -> None:
    lasting.sync(made)
    made.replace(path)
    lasting.sync(path.parent)
