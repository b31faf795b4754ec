"""Rows as Arrow tables, on their way into the lake and out of it, and data frames: the home of pyarrow, pandas and polars.

pandas and polars are used where they are installed, and named where they are missed.
"""

from __future__ import annotations

import importlib
import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hoso.errors import Misconfigured, Unavailable

__all__ = ["columns", "frame", "parquet", "table", "to_ipc"]


def columns(names: Sequence[tuple[str, str]], rows: Sequence[tuple[object, ...]]) -> Any:
    """Rows as a ``pyarrow.Table``. ``names`` are (column, type of DuckDB); a DATE comes as a day or as ISO 8601 and is kept
    as text, which DuckDB casts."""
    import pyarrow  # 0.1 s: not for those who only ask

    kinds = {
        "VARCHAR": pyarrow.string(), "DOUBLE": pyarrow.float64(), "INTEGER": pyarrow.int32(), "BIGINT": pyarrow.int64(),
        "BOOLEAN": pyarrow.bool_(), "DATE": pyarrow.string(),
    }  # fmt: skip
    made = {}
    for (name, kind), cells in zip(names, zip(*rows, strict=True) if rows else [()] * len(names), strict=True):
        given = [None if cell is None else str(cell) for cell in cells] if kind == "DATE" else cells
        made[name] = pyarrow.array(given, kinds[kind])
    return pyarrow.table(made)


def parquet(names: Sequence[tuple[str, str]], rows: Sequence[tuple[object, ...]]) -> bytes:
    """Rows as the bytes of a Parquet file; ``names`` as for :func:`columns`."""
    made = io.BytesIO()
    _library("pyarrow.parquet").write_table(columns(names, rows), made, compression="zstd")
    return made.getvalue()


def to_ipc(parquet: Path, path: Path) -> None:
    """Write the rows of a Parquet file as an Arrow IPC file. Raises Unavailable."""
    rows, beside = table(parquet), path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with _library("pyarrow.ipc").new_file(str(beside), rows.schema) as file:
            file.write_table(rows)
        beside.replace(path)
    except OSError as error:
        raise Unavailable(f"{path}: cannot be written: {error.strerror}; choose another place") from error
    finally:
        beside.unlink(missing_ok=True)


def table(parquet: Path) -> Any:
    """The rows as a ``pyarrow.Table``."""
    return _library("pyarrow.parquet").read_table(str(parquet))


def frame(parquet: Path) -> Any:
    """The rows as a data frame of polars where that is installed, else of pandas."""
    try:
        polars = importlib.import_module("polars")
    except ImportError:
        _library("pandas")
        return table(parquet).to_pandas()
    return polars.read_parquet(parquet)


def _library(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        package = name.partition(".")[0]
        raise Misconfigured(f"{package} is not installed; install it: pip install {package}") from error
