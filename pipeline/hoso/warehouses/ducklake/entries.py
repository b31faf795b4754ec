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
    # Twenty rows a document: taken by their places, as a dict of each took a fifth of a load's time.
    for cells in rows.get("fields", ()):
        value, document = cells[_VALUE], cells[_DOCUMENT]
        if value is None:
            continue
        position = cells[_POSITION] or documents[document]["first_page"] or 0
        values.setdefault((document, position), []).append((_int(cells[_ORDINAL]), str(value)))
        if cells[_KIND] in lookups.LOOKED and (key := lookups.of_field(_dict("fields", cells))) is not None:
            keys.setdefault(document, []).append(key)
        if cells[_DATED] is not None and cells[_NAME] in ISSUED:
            days.setdefault(document, {}).setdefault(str(cells[_NAME]), str(cells[_DATED]))
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
    ways = list(dict.fromkeys(way for value in values for way in _ways(value)))
    return "\n".join(way for way, folded in zip(ways, _folded(ways), strict=True) if f" {folded} " not in on_page)


def _folded(ways: Sequence[str]) -> list[str]:
    """The tokens of each, without diacritics, between blanks; cut in one go, as most are short."""
    found: list[list[str]] = [[]]
    for token in words.tokens("\n".join(way.replace("\n", " ") for way in ways), breaks=True):
        if token == "\n":
            found.append([])
        else:
            found[-1].append(fold(token))
    return [" ".join(one) for one in found]


def written(text: str, found: str) -> tuple[str, str]:
    """(words of a page and of the values beside its text, the same without diacritics), between blanks."""
    plain = words.tokens(f"{text}\n{found}")
    return " ".join(plain), " ".join(map(fold, plain))


_PLACES = [name for name, _, _ in TABLES["fields"].columns]
_VALUE, _DOCUMENT, _POSITION, _ORDINAL, _KIND, _DATED, _NAME = map(
    _PLACES.index, ("value", "document", "position", "ordinal", "kind", "value_date", "name")
)


def _named(table: str, rows: Iterable[Row]) -> Iterator[dict[str, object]]:
    return (_dict(table, row) for row in rows)


def _dict(table: str, row: Row) -> dict[str, object]:
    return dict(zip((name for name, _, _ in TABLES[table].columns), row, strict=True))


def _ways(value: str) -> tuple[str, ...]:
    """A value as people may type it: a date also day first."""
    date = _DATE.fullmatch(value) if len(value) == 10 else None
    return (value, f"{date[3]}/{date[2]}/{date[1]}") if date else (value,)


def _int(value: object) -> int:
    return int(str(value))
