"""Hoso from Python: ``hoso.open(home)`` gives records, questions and search. Read-only, and masked as the command line is.

Owns the shape of what notebooks and programs see. Never writes to the home, but for the fact that somebody saw personal
data unmasked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, cast

from hoso import forms, resources
from hoso.errors import Usage
from hoso.recipe.asking import Asking, asking
from hoso.site import Site, home_of

if TYPE_CHECKING:
    from hoso.papers import Records
    from hoso.warehouses.api import Hit

__all__ = ["Home", "Question", "open_home"]

_LOT = 20_000


@dataclass(frozen=True, slots=True)
class Question:
    """A question that is asked when its rows are read, each time anew. ``key`` names the column that tells rows apart where
    they may be read in lots."""

    asked: Asking
    sql: str
    parameters: tuple[object, ...] = ()
    key: str = ""

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The rows, each as {column: value}. Raises Usage for SQL that is wrong or would write, Unavailable."""
        if not self.key:
            yield from self._rows(self.sql, self.parameters)
            return
        last = ""
        while True:
            lot = f"SELECT * FROM ({self.sql}) WHERE {self.key} > ? ORDER BY {self.key} LIMIT {_LOT}"
            rows = list(self._rows(lot, (last,)))
            yield from rows
            if len(rows) < _LOT:
                return
            last = str(rows[-1][self.key])

    def table(self) -> Any:
        """The rows as a ``pyarrow.Table``. Raises Misconfigured where pyarrow is not installed."""
        from hoso.warehouses.ducklake import frames

        return self._made(frames.table)

    def frame(self) -> Any:
        """The rows as a data frame of polars where that is installed, else of pandas; Misconfigured without either."""
        from hoso.warehouses.ducklake import frames

        return self._made(frames.frame)

    def _rows(self, sql: str, parameters: Sequence[object]) -> Iterator[dict[str, Any]]:
        answer = self.asked.query(sql, parameters)
        return (dict(zip(answer.columns, row, strict=True)) for row in answer.rows)

    def _made(self, reading: Callable[[Path], Any]) -> Any:
        if self.parameters:
            raise Usage("a question with parameters gives rows only; write them into the SQL for a table")
        with TemporaryDirectory() as folder:
            made = Path(folder) / "answer.parquet"
            self.asked.export(self.sql, str(made))
            return reading(made)


class Home:
    """An opened home; close it, or use it in a ``with``."""

    def __init__(self, site: Site, asked: Asking) -> None:
        self._site = site
        self._asked = asked

    @property
    def records(self) -> Records:
        """Papers as typed rows: ``home.records(type="quyet_dinh", since="2026-01-01", person="001…")``. Without a type the
        documents of all types, under the element names of Circular 05/2025/TT-BNV. ``since`` and ``until`` are days of the
        papers, ``person`` a personal number. Raises Usage."""
        return cast("Records", self._records)

    def _records(
        self,
        *,
        type: str = "",  # noqa: A002
        since: date | str = "",
        until: date | str = "",
        person: str = "",
    ) -> Question:
        known = forms.load(resources.folder("schemas")).types()
        if type and type not in known:
            near = get_close_matches(type, known, 1)
            raise Usage(f"there is no type {type!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        where = [
            f"issuedDate {sign} DATE '{_day(day)}'" for sign, day in ((">=", since), ("<=", until)) if day
        ]  # fmt: skip
        parts = [f"document IN (SELECT document FROM v_tai_lieu WHERE {' AND '.join(where)})"] if where else []
        if person:
            key = self._site.warehouse.person(person)
            parts.append(f"document IN (SELECT document FROM mentions WHERE person = '{key}')")
        sql = f"SELECT * FROM {f'v_{type}' if type else 'v_tai_lieu'}"
        return Question(self._asked, sql + (f" WHERE {' AND '.join(parts)}" if parts else ""), key="document")

    def sql(self, query: str, parameters: Sequence[object] = ()) -> Question:
        """A question in SQL, read-only; ``?`` in it stand for ``parameters``."""
        return Question(self._asked, query, tuple(parameters))

    def search(self, words: str, limit: int = 20) -> tuple[Hit, ...]:
        """Pages that hold all the words, with or without diacritics, best first."""
        return self._asked.search(words, limit)

    def close(self) -> None:
        """Close what was opened."""
        self._site.close()

    def __enter__(self) -> Home:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_home(path: str | Path | None = None, *, unmask: bool = False, purpose: str = "", who: str = "") -> Home:
    """The home at ``path`` (``HOSO_HOME``, else ./hoso-home), personal data masked; with ``unmask`` as they are, for
    ``who`` and the ``purpose`` that go into the ledger with each question. Raises Misconfigured where it is no home, Usage.
    """
    site = Site(home_of(path))
    return Home(site, asking(site, unmask, purpose, who))


def _day(day: date | str) -> str:
    try:
        return date.fromisoformat(str(day)).isoformat()
    except ValueError:
        raise Usage(f"{day!r} is no day; give it as 2026-01-31") from None
