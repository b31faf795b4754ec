"""Rows as files that others reuse: CSV for spreadsheets, JSON Lines, and their description (Frictionless Data Package 1).

Owns the bytes: the same rows give the same file. A CSV file begins with a byte-order mark, so that Excel reads Vietnamese;
a text that a spreadsheet would take for a formula (it begins with = + - @, a tab or a line end) gets an apostrophe before
it, as OWASP advises; JSON Lines and Parquet hold it as it is. Days are ISO 8601. Never asks and never opens the warehouse.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Column", "described", "lines", "spreadsheet"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_MEDIA = {"csv": "text/csv", "jsonl": "application/jsonl", "parquet": "application/vnd.apache.parquet"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: ``kind`` is a field type of Table Schema ("string", "date", "number", "array")."""

    name: str
    title: str
    kind: str = "string"
    description: str = ""


def spreadsheet(columns: Sequence[Column], rows: Iterable[Mapping[str, object]]) -> bytes:
    """A CSV file: UTF-8 with byte-order mark, RFC 4180. A table within a cell is its JSON."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.name for column in columns])
    writer.writerows([_cell(row[column.name]) for column in columns] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def lines(columns: Sequence[Column], rows: Iterable[Mapping[str, object]]) -> bytes:
    """A JSON Lines file: UTF-8, one object a row."""
    made = ({column.name: row[column.name] for column in columns} for row in rows)
    return "".join(json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in made).encode()


def described(name: str, title: str, path: str, content: bytes, columns: Sequence[Column], key: str) -> bytes:
    """``datapackage.json`` of a package whose one file is ``path``; ``key`` is the column that tells rows apart."""
    form = path.rpartition(".")[2]
    fields: list[dict[str, str]] = []
    for column in columns:
        told = {"name": column.name, "title": column.title, "type": column.kind, "description": column.description}
        fields.append({word: value for word, value in told.items() if value})
    resource: dict[str, Any] = {
        "name": name.replace("_", "-"),
        "title": title,
        "path": path,
        "format": form,
        "mediatype": _MEDIA[form],
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": {"fields": fields, "primaryKey": key, "missingValues": [""]},
    }
    if form == "csv":
        resource |= {"profile": "tabular-data-resource", "encoding": "utf-8-sig"}
    package = {"name": name.replace("_", "-"), "title": title, "resources": [resource]}
    return (json.dumps(package, ensure_ascii=False, indent=2) + "\n").encode()


def _cell(value: object) -> object:
    if value is None or isinstance(value, int | float):
        return value
    text = json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, list | dict) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
