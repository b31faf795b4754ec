"""Bringing a lake of an older format up to this one, in place and in one transaction. Never drops a row or a column.

What a format adds (tables, columns at the end) is found by comparing; what the new columns hold for older rows is worked
out by a step for each format, from the older rows alone. A lake of the first released format must come up to any later
one: the test keeps how such a lake was made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import duckdb

from hoso.warehouses.ducklake import derive
from hoso.warehouses.ducklake.derive import People
from hoso.warehouses.ducklake.rows import Row
from hoso.warehouses.ducklake.schema import OWNERS, TABLES, making, quoted, revised

__all__ = ["bring_up"]

Append = Callable[[duckdb.DuckDBPyConnection, dict[str, list[Row]]], None]


def bring_up(base: duckdb.DuckDBPyConnection, since: int, people: People, append: Append) -> None:
    """Bring the lake of ``base``, of format ``since``, to the present one; inside the caller's transaction."""
    for statement in _missing(base):
        base.execute(statement)
    for format_, step in _STEPS.items():
        if since < format_:
            step(base, people, append)


def _missing(base: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """What makes the tables and columns that are not there, in order."""
    there: dict[str, set[str]] = {}
    for table, column in base.execute(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = 'lake' AND schema_name = 'history'"
    ).fetchall():
        there.setdefault(table, set()).add(column)
    for name, table in TABLES.items():
        if name not in there:
            yield from making(name)
            continue
        for column, kind, comment in table.columns:
            if column not in there[name]:
                yield f'ALTER TABLE history.{name} ADD COLUMN "{column}" {kind}'
                yield f'COMMENT ON COLUMN history.{name}."{column}" IS {quoted(comment)}'


def _to_2(base: duckdb.DuckDBPyConnection, people: People, append: Append) -> None:
    """Format 2: kinds and typed values of fields, agencies of dossiers, who verified, persons, courses of dossiers."""
    _fill(base, "fields", ("type", "name"), ("kind",), [(*key, kind) for key, kind in sorted(derive.kinds().items())])
    base.execute("UPDATE history.fields SET kind = '' WHERE kind IS NULL")
    values = base.execute("SELECT DISTINCT kind, value FROM history.fields WHERE value IS NOT NULL").fetchall()
    typed = [(kind, value, *derive.typed(kind, value)) for kind, value in values]
    _fill(base, "fields", ("kind", "value"), ("value_date", "value_number"), [t for t in typed if any(t[2:])])
    for table in ("dossiers", "documents"):
        codes = base.execute(f"SELECT DISTINCT code FROM history.{table}").fetchall()
        _fill(base, table, ("code",), ("agency",), [(code, derive.agency(code)) for (code,) in codes])
    base.execute(
        "UPDATE history.documents AS d SET verified_by = s.who, verified_at = s.said FROM (SELECT document, load, record,"
        " max_by(d.who, d.at) AS who, max(d.at) AS said FROM history.decisions d WHERE verdict = 'approved'"
        " GROUP BY ALL) AS s"
        " WHERE s.document = d.document AND s.load = d.load AND s.record = d.record"
    )
    base.execute(
        "UPDATE history.fields AS f SET verified_by = d.verified_by, verified_at = d.verified_at"
        " FROM history.documents AS d WHERE d.document = f.document AND d.load = f.load AND d.verified_by IS NOT NULL"
    )
    for (load,) in base.execute("SELECT load FROM history.receipts ORDER BY load").fetchall():
        append(base, _named(base, load, people))


def _to_3(base: duckdb.DuckDBPyConnection, people: People, append: Append) -> None:
    """Format 3: which loads replace which."""
    for what in OWNERS:
        base.execute(f"INSERT INTO history.revisions {revised(what)}")


def _named(base: duckdb.DuckDBPyConnection, load: int, people: People) -> dict[str, list[Row]]:
    """The rows of mentions and cases that follow from the fields of a load."""
    fields: dict[str, list[tuple[int, str, str, str | None]]] = {}
    for document, *field in base.execute(
        "SELECT document, ordinal, name, kind, value FROM history.fields WHERE load = ? ORDER BY ordinal", [load]
    ).fetchall():
        fields.setdefault(document, []).append((field[0], field[1], field[2], field[3]))
    made: dict[str, list[Row]] = {"mentions": [], "cases": []}
    for document, dossier, type_, code, at in base.execute(
        "SELECT document, dossier, type, code, loaded_at FROM history.documents WHERE load = ? ORDER BY document",
        [load],
    ).fetchall():
        told = fields.get(document, [])
        made["mentions"] += [(load, at, document, dossier, *m) for m in derive.mentions(told, people)]
        if (course := derive.case(type_, code, told)) is not None:
            made["cases"].append((load, at, document, dossier, *course))
    return made


def _fill(
    base: duckdb.DuckDBPyConnection, table: str, by: tuple[str, ...], columns: tuple[str, ...], values: list[Row]
) -> None:
    """Set ``columns`` of the rows whose ``by`` are those of ``values``: (by …, columns …)."""
    kinds = {name: kind for name, kind, _ in TABLES[table].columns}
    names = (*by, *columns)
    base.execute(f"CREATE OR REPLACE TEMP TABLE filling ({', '.join(f'{n} {kinds[n]}' for n in names)})")
    for start in range(0, len(values), 1000):
        part = values[start : start + 1000]
        marks = ", ".join(f"({', '.join('?' * len(names))})" for _ in part)
        base.execute(f"INSERT INTO filling VALUES {marks}", [cell for row in part for cell in row])
    sets = ", ".join(f"{c} = s.{c}" for c in columns)
    same = " AND ".join(f"s.{b} = t.{b}" for b in by)
    base.execute(f"UPDATE history.{table} AS t SET {sets} FROM filling AS s WHERE {same}")
    base.execute("DROP TABLE filling")


_STEPS: dict[int, Callable[[duckdb.DuckDBPyConnection, People, Append], None]] = {2: _to_2, 3: _to_3}
