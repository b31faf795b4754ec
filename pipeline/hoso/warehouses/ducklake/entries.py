"""The rows of a load as entries of the index: each page with its words and the values read on it. Pure.

Owns what of a page is searched: its text, and of the values those that the text does not hold (dates also day first).
Never opens an index; that of SQLite and that of PostgreSQL take in the same entries.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from hoso.values.fold import fold
from hoso.warehouses.ducklake import lookups, words
from hoso.warehouses.ducklake.rows import Row
from hoso.warehouses.ducklake.schema import TABLES
from hoso.warehouses.ducklake.views import ISSUED

__all__ = ["Entry", "besides", "entries", "written"]

_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


@dataclass(frozen=True)
class Entry:
    """A page to be found: its text, and the values of the fields that were read on it. ``keys``, on the first page of a
    document only, are what that is looked up by; ``day`` is the document's own, ISO 8601, "" where it has none."""

    document: str
    load: int
    dossier: str
    source: str
    type: str
    position: int
    text: str
    values: tuple[str, ...] = ()
    code: str = ""
    agency: str = ""
    day: str = ""
    keys: tuple[lookups.Key, ...] = ()

    @cached_property
    def words(self) -> tuple[str, str, str]:
        """(values beside the text, all words, the same without diacritics)."""
        plain = words.tokens(self.text)
        bare = [fold(token) for token in plain]
        found = _besides(self.values, bare)
        if found:
            more = words.tokens(found)
            plain, bare = plain + more, bare + [fold(token) for token in more]
        return found, " ".join(plain), " ".join(bare)


def entries(rows: Mapping[str, Sequence[Row]]) -> Iterator[Entry]:
    """The pages among the rows of a load (tables documents, pages and fields), each with the values that were read on it.
    A value without a place, one from a register or a QR code, goes to the first page of its document."""
    documents = {row["document"]: row for row in _named("documents", rows.get("documents", ()))}
    values: dict[tuple[object, object], list[tuple[int, str]]] = {}
    keys: dict[object, list[lookups.Key]] = {}
    days: dict[object, dict[str, str]] = {}
    for row in _named("fields", rows.get("fields", ())):
        value, document = row["value"], row["document"]
        if value is None:
            continue
        position = row["position"] or documents[document]["first_page"] or 0
        values.setdefault((document, position), []).append((_int(row["ordinal"]), str(value)))
        if (key := lookups.of_field(row)) is not None:
            keys.setdefault(document, []).append(key)
        if row["value_date"] is not None and row["name"] in ISSUED:
            days.setdefault(document, {}).setdefault(str(row["name"]), str(row["value_date"]))
    begun: set[object] = set()
    for row in _named("pages", rows.get("pages", ())):
        document, position = row["document"], row["position"]
        own = documents[document]
        first, told = document not in begun, days.get(document, {})
        begun.add(document)
        yield Entry(
            str(document), _int(row["load"]), str(row["dossier"]), str(own["source"]), str(own["type"]), _int(position),
            str(row["text"]), tuple(value for _, value in sorted(values.get((document, position), ()))),
            str(own["code"] or ""), str(own["agency"] or ""), next((told[name] for name in ISSUED if name in told), ""),
            (*lookups.of_document(own), *keys.get(document, ())) if first else (),
        )  # fmt: skip


def besides(entry: Entry) -> str:
    """The values read on a page that its text does not hold, one a line."""
    return _besides(entry.values, [fold(token) for token in words.tokens(entry.text)])


def _besides(values: Sequence[str], bare: Sequence[str]) -> str:
    if not values:
        return ""
    on_page = f" {' '.join(bare)} "
    ways = dict.fromkeys(way for value in values for way in _ways(value))
    return "\n".join(
        way for way in ways if f" {' '.join([fold(token) for token in words.tokens(way)])} " not in on_page
    )


def written(text: str, found: str) -> tuple[str, str]:
    """(words of a page and of the values beside its text, the same without diacritics), between blanks."""
    plain = words.tokens(f"{text}\n{found}")
    return " ".join(plain), " ".join(map(fold, plain))


def _named(table: str, rows: Iterable[Row]) -> Iterator[dict[str, object]]:
    names = [name for name, _, _ in TABLES[table].columns]
    return (dict(zip(names, row, strict=True)) for row in rows)


def _ways(value: str) -> tuple[str, ...]:
    """A value as people may type it: a date also day first."""
    date = _DATE.fullmatch(value)
    return (value, f"{date[3]}/{date[2]}/{date[1]}") if date else (value,)


def _int(value: object) -> int:
    return int(str(value))
