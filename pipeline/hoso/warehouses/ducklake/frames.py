"""Answers as Arrow tables and data frames, for those who have the library: the home of pyarrow, pandas and polars.

None of them is needed to run Hoso; what is missing is named when it is asked for.
"""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Any

from hoso.errors import Misconfigured, Unavailable

__all__ = ["frame", "table", "to_ipc"]


def to_ipc(parquet: Path, path: Path) -> None:
    """Write the rows of a Parquet file as an Arrow IPC file. Raises Misconfigured without pyarrow, Unavailable."""
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
