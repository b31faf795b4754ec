"""Questions of people: which SQL may be asked, and a connection that can do nothing else.

Three locks, each enough for most of what could go wrong: the lake is attached read-only; the connection may touch no
file but the lake's own and its settings are locked; and only one SELECT (or WITH, FROM, VALUES, DESCRIBE, SHOW,
SUMMARIZE) passes, with none but harmless table functions. The last is needed because functions of the extensions
(``sqlite_scan``, ``ducklake_expire_snapshots`` …) heed neither of the first two (tried with DuckDB 1.5.5).
A *masked* questioner has a fourth lock: the masked views (``masking``) are the only tables that its questions may name.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb

from hoso.errors import Damaged, Unavailable, Usage
from hoso.warehouses.api import Answer
from hoso.warehouses.ducklake import masking
from hoso.warehouses.ducklake.lake import answering, brief, connect
from hoso.warehouses.ducklake.place import Place
from hoso.warehouses.ducklake.schema import quoted

__all__ = ["Questions"]

_TABLE_FUNCTIONS = {
    "duckdb_columns", "duckdb_functions", "duckdb_tables", "duckdb_views", "generate_series", "json_each", "json_tree",
    "pragma_table_info", "range", "unnest",
}  # fmt: skip


class Questions:
    """Asks the lake at ``place``. One locked connection, each question a cursor of its own; threads may share it.
    ``masked``: personal data come as their masks, and by no question otherwise."""

    def __init__(self, place: Place, masked: bool = False) -> None:
        self._place = place
        self._masked = masked
        self._turn = threading.Lock()
        self._connection: duckdb.DuckDBPyConnection | None = None

    def query(self, sql: str, parameters: Sequence[object]) -> Answer:
        """See :class:`hoso.warehouses.api.Warehouse`."""
        return self._ask(sql, sql, parameters)

    def export(self, sql: str, path: Path) -> None:
        """See :class:`hoso.warehouses.api.Warehouse`. The file appears whole or not at all."""
        made = self._exports / f"{os.getpid()}-{threading.get_ident()}.parquet"
        made.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            self._ask(sql, f"COPY (\n{sql.strip().rstrip(';')}\n) TO {quoted(str(made))} (FORMAT parquet)", ())
            shutil.copyfile(made, beside)
            beside.replace(path)
        except OSError as error:
            raise Unavailable(f"{path}: cannot be written: {error.strerror}; choose another place") from error
        finally:
            made.unlink(missing_ok=True)
            beside.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the connection; the next question opens another."""
        with self._turn:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @property
    def _exports(self) -> Path:
        return self._place.root / "exports"

    def _ask(self, sql: str, statement: str, parameters: Sequence[object]) -> Answer:
        cursor = self._cursor()
        try:
            _permit(cursor, sql, self._masked)
            try:
                return _answer(cursor, statement, parameters)
            except duckdb.IOException:
                # Upkeep may have removed a file between the question's plan and its reading: ask once more, of the
                # state as it is now.
                return _answer(cursor, statement, parameters)
        except duckdb.OutOfMemoryException as error:
            raise Usage(
                f"the question needs more memory than a question may take; narrow it: {brief(error)}"
            ) from error
        except duckdb.IOException as error:
            if "locked" in str(error) or (self._place.shared and "404" not in str(error)):
                raise Unavailable(f"{self._place.name}: the warehouse is busy or away; ask again") from error
            raise Damaged(
                f"{self._place.name}: the warehouse cannot be read: {brief(error)}; run: hoso rebuild"
            ) from error
        except (duckdb.InternalException, duckdb.FatalException) as error:
            raise Damaged(
                f"{self._place.name}: the warehouse cannot be read: {brief(error)}; run: hoso rebuild"
            ) from error
        except duckdb.Error as error:
            raise Usage(str(error).strip()) from error
        finally:
            cursor.close()

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        with self._turn:
            if self._connection is None:
                self._connection = self._locked()
            with answering(self._place):
                cursor = self._connection.cursor()
                cursor.execute(f"USE {masking.SHOWN}" if self._masked else "USE lake")
        return cursor

    def _locked(self) -> duckdb.DuckDBPyConnection:
        base = connect(self._place, writing=False)
        here = (self._place.data, *(f"{self._place.root / name}/" for name in ("exports", "spill")))
        own = ", ".join(map(quoted, here))
        with answering(self._place):
            if self._masked:
                base.execute(f"ATTACH ':memory:' AS {masking.SHOWN}")
                base.execute(f"USE {masking.SHOWN}")
                for statement in masking.statements():
                    base.execute(statement)
            base.execute(f"SET allowed_directories = [{own}]")
            base.execute("SET enable_external_access = false")
            base.execute("SET lock_configuration = true")
        return base


def _answer(cursor: duckdb.DuckDBPyConnection, statement: str, parameters: Sequence[object]) -> Answer:
    cursor.execute(statement, list(parameters))
    columns = tuple(str(column[0]) for column in cursor.description or ())
    return Answer(columns, tuple(cursor.fetchall()))


def _permit(cursor: duckdb.DuckDBPyConnection, sql: str, masked: bool) -> None:
    """Raise Usage unless ``sql`` is one question, a ``masked`` one of the masked views alone. DuckDB's own parser says what
    it is."""
    found = cursor.execute("SELECT json_serialize_sql(?)", [sql]).fetchone()
    tree: dict[str, Any] = json.loads(found[0]) if found else {"error": True, "error_message": "it is empty"}
    if tree["error"]:
        if tree.get("error_type") == "not implemented":
            raise Usage("the warehouse answers questions only: one SELECT, WITH, DESCRIBE, SHOW or SUMMARIZE")
        raise Usage(f"the SQL cannot be read: {tree['error_message']}")
    if len(tree["statements"]) != 1:
        raise Usage(f"ask one question at a time; these are {len(tree['statements'])}")
    if masked:
        _permit_tables(tree)
    for name in _table_functions(tree):
        if name not in _TABLE_FUNCTIONS:
            raise Usage(f"the function {name} may not be read from; ask the tables and views: SHOW TABLES")


def _permit_tables(node: Any) -> None:
    """Raise Usage where a table is named that is no masked view: one of another catalog, or a file."""
    if isinstance(node, dict):
        if node.get("type") == "BASE_TABLE" or (node.get("type") == "SHOW_REF" and node.get("schema_name")):
            catalog, schema, table = (str(node.get(f"{part}_name") or "") for part in ("catalog", "schema", "table"))
            plain = table == "" or re.fullmatch(r"[^\W\d]\w*", table)
            if catalog.lower() not in ("", masking.SHOWN) or schema.lower() not in masking.SCHEMAS or not plain:
                name = ".".join(filter(None, (catalog, schema, table)))
                raise Usage(
                    f"{name}: may not be read while personal data are masked; ask the tables and views (SHOW TABLES), "
                    "or with --unmask and --purpose"
                )
        for part in node.values():
            _permit_tables(part)
    elif isinstance(node, list):
        for part in node:
            _permit_tables(part)


def _table_functions(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if node.get("type") == "TABLE_FUNCTION":
            yield str(node["function"]["function_name"]).lower()
        for part in node.values():
            yield from _table_functions(part)
    elif isinstance(node, list):
        for part in node:
            yield from _table_functions(part)
