"""What the read-only role sees in the place of personal data: masked views of every table. Pure text; opens nothing.

The views lie in a catalog of their own (``SHOWN``), under the names of the tables and views of the lake, and all further
views are made over them: a question put there reaches a value only through its mask (Law 91/2025/QH15 on personal data).
Which fields are personal is said by the forms; a field that no form knows is hidden. Fails closed: what cannot be shown
in part is "…".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from hoso import forms, resources
from hoso.warehouses.ducklake import views
from hoso.warehouses.ducklake.schema import TABLES, quoted

__all__ = ["HIDDEN", "MASKS", "SCHEMAS", "SHOWN", "open_fields", "statements"]

SHOWN = "shown"
"""The catalog of the masked views."""

SCHEMAS = frozenset({"", "main", "history", "first_known", "information_schema"})
"""The schemas that a masked question may name."""

HIDDEN = "…"

_NUMBERS = "('identity', 'phone', 'tax-code', 'licence-number', 'certificate', 'register-number')"

# 0010******45; short ones not at all. Initials of names, the year of days, of an address what stands behind the last comma.
_MACROS = (
    f"hidden(v) AS CASE WHEN v IS NOT NULL THEN '{HIDDEN}' END",
    f"starred(v) AS CASE WHEN length(v) >= 9 THEN left(v, 4) || repeat('*', length(v) - 6) || right(v, 2)"
    f" WHEN v IS NOT NULL THEN '{HIDDEN}' END",
    "initials(v) AS CASE WHEN v IS NOT NULL THEN"
    " list_aggregate(list_transform(string_split_regex(trim(v), '\\s+'), lambda w: left(w, 1) || '.'), 'string_agg', '')"
    " END",
    f"only_year(v) AS CASE WHEN v IS NOT NULL THEN"
    f" coalesce(nullif(regexp_extract(v, '(19|20)\\d\\d'), ''), '{HIDDEN}') END",
    f"wide_place(v) AS CASE WHEN v IS NOT NULL THEN"
    f" '{HIDDEN}' || coalesce(nullif(regexp_extract(v, ',[^,0-9]*$'), ''), '') END",
    f"by_kind(k, v) AS CASE WHEN k IN {_NUMBERS} THEN starred(v) WHEN k = 'person' THEN initials(v)"
    " WHEN k IN ('date', 'year') THEN only_year(v) WHEN k = 'address' THEN wide_place(v) ELSE hidden(v) END",
)

_OPEN = '("type", "name") IN (FROM open_fields)'
_LINE_OPEN = "item IN ('province', 'province_code', 'state', 'source', 'as')"

MASKS: dict[tuple[str, str], str] = {
    ("fields", "value"): f'CASE WHEN {_OPEN} THEN "value" ELSE by_kind(kind, "value") END',
    ("fields", "raw"): f'CASE WHEN {_OPEN} THEN "raw" ELSE hidden("raw") END',
    ("fields", "value_date"): f'CASE WHEN {_OPEN} THEN "value_date" END',
    ("fields", "value_number"): f'CASE WHEN {_OPEN} THEN "value_number" END',
    ("field_rows", "value"): f'CASE WHEN {_LINE_OPEN} THEN "value" ELSE hidden("value") END',
    ("pages", "text"): 'hidden("text")',
    ("problems", "text"): 'hidden("text")',
    ("mentions", "name"): 'initials("name")',
    ("mentions", "birth"): 'only_year("birth")',
    ("mentions", "sex"): 'hidden("sex")',
    ("decisions", "note"): 'hidden("note")',
    ("deliveries", "answer"): 'hidden("answer")',
}
"""The expression in the place of each personal column."""


@cache
def open_fields() -> tuple[tuple[str, str], ...]:
    """(type, field) of every field that no dated form of its type calls personal."""
    known: dict[tuple[str, str], bool] = {}
    for form in forms.load(resources.folder("schemas")).all:
        for rule in form.fields:
            key = (form.type, rule.name)
            known[key] = known.get(key, False) or rule.personal
    return tuple(sorted(key for key, personal in known.items() if not personal))


def statements() -> Iterator[str]:
    """What makes the masked views, in order; ``SHOWN`` must be the default catalog and empty, ``lake`` attached."""
    yield "CREATE SCHEMA history"
    for macro in _MACROS:
        yield f"CREATE MACRO {macro}"
    lines = ", ".join(f"({quoted(type_)}, {quoted(name)})" for type_, name in open_fields())
    yield f"CREATE VIEW open_fields AS FROM (VALUES {lines}) AS o(type, name)"
    for name, table in TABLES.items():
        columns = ", ".join(_column(name, column) for column, _, _ in table.columns)
        yield f"CREATE VIEW history.{name} AS SELECT {columns} FROM lake.history.{name}"
        yield f"COMMENT ON VIEW history.{name} IS {quoted(table.comment)}"
    yield from views.statements(_papers())


def _column(table: str, column: str) -> str:
    mask = MASKS.get((table, column))
    return f'"{column}"' if mask is None else f'{mask} AS "{column}"'


def _papers() -> tuple[views.Paper, ...]:
    """The wide views, a masked day in them as the text that its year is."""
    shown = set(open_fields())
    return tuple(
        replace(
            paper,
            columns=tuple(
                replace(column, kind="text")
                if column.kind == "date" and (paper.type, column.name) not in shown
                else column
                for column in paper.columns
            ),
        )
        for paper in views.papers()
    )
