"""The warehouse whole: one committer by a lease, the lake first, the search index after it, healed when one was killed.

Order of a load: lease, intent in the index, rows and receipt in the lake in one transaction, words in the index. A power
cut before the commit leaves nothing to see; after it, the next load or search brings the index up from the lake.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from functools import cached_property
from pathlib import Path

from hoso.errors import Damaged, Misconfigured, Unavailable
from hoso.nouns import Batch
from hoso.warehouses.api import ALL, Answer, Difference, Found, Hit, Only
from hoso.warehouses.ducklake.derive import People, people
from hoso.warehouses.ducklake.erasing import forget
from hoso.warehouses.ducklake.index import Entry, Finder, Index, entries
from hoso.warehouses.ducklake.lake import Lake
from hoso.warehouses.ducklake.place import Folder, Place
from hoso.warehouses.ducklake.publishing import publish, withhold
from hoso.warehouses.ducklake.questions import Questions
from hoso.warehouses.ducklake.rows import Row, rows
from hoso.warehouses.ducklake.schema import TABLES
from hoso.warehouses.ducklake.secret import make_secret

__all__ = ["House"]

_LOADS_BETWEEN_TIDYING = 100


class House:
    """The warehouse at ``place``, or in that folder, with its search ``index``. ``patience``: seconds a committer waits for
    another."""

    def __init__(self, place: Place | Path, patience: float = 60.0, index: Finder | None = None) -> None:
        self._place = Folder(place) if isinstance(place, Path) else place
        self._patience = patience
        self._lake = Lake(self._place)
        self._index: Finder = index or Index(self._place.root / "index.sqlite")
        self._questions = Questions(self._place)
        self._masked = Questions(self._place, masked=True)
        self._checked = False
        if not self._lake.made:
            self._place.root.mkdir(parents=True, exist_ok=True)
            with self._lease(patience):
                if not self._lake.made:
                    self._lake.make()

    def load(self, batch: Batch) -> bool:
        """See :class:`hoso.warehouses.api.Warehouse`. Raises Unavailable when another committer holds on too long."""
        with self._lease(self._patience):
            self._ready()
            own, last = self._lake.receipt(batch.key)
            if self._index.behind() or self._index.count() != last:
                self._heal()
            if own is not None:
                return False
            if (last + 1) % _LOADS_BETWEEN_TIDYING == 0:
                self._lake.tidy()
            self._index.intend(batch.key)
            made = rows(batch, last + 1, self._people)
            committed: Future[bool] = Future()
            with ThreadPoolExecutor(1) as beside:
                # The lake writes outside Python, so cutting and indexing the words meanwhile costs little; they are
                # committed once the lake is.
                indexed = beside.submit(self._index.add, batch.key, last + 1, entries(made), committed.result)
                try:
                    self._lake.append(made, last)
                    committed.set_result(True)
                finally:
                    if not committed.done():
                        committed.set_result(False)
                indexed.result()
        return True

    def query(self, sql: str, parameters: Sequence[object] = ()) -> Answer:
        """See :class:`hoso.warehouses.api.Warehouse`."""
        self._check()
        return self._questions.query(sql, parameters)

    def export(self, sql: str, path: str) -> None:
        """See :class:`hoso.warehouses.api.Warehouse`."""
        self._check()
        self._questions.export(sql, Path(path))

    def query_masked(self, sql: str, parameters: Sequence[object] = ()) -> Answer:
        """See :class:`hoso.warehouses.api.Warehouse`."""
        self._check()
        return self._masked.query(sql, parameters)

    def export_masked(self, sql: str, path: str) -> None:
        """See :class:`hoso.warehouses.api.Warehouse`."""
        self._check()
        self._masked.export(sql, Path(path))

    def person(self, number: str) -> str:
        """See :class:`hoso.warehouses.api.Warehouse`."""
        return self._people(number)

    def search(self, words: str, limit: int = 20, skip: int = 0, only: Only = ALL) -> tuple[Hit, ...]:
        """See :class:`hoso.warehouses.api.Warehouse`. Never waits for a load that is under way."""
        self._catch_up()
        return self._index.search(words, limit, skip, only)

    def lookup(self, kind: str, value: str, limit: int = 100) -> tuple[Found, ...]:
        """See :class:`hoso.warehouses.api.Warehouse`. Never waits for a load that is under way."""
        self._catch_up()
        return self._index.lookup(kind, value, limit)

    def reindex(self) -> None:
        """See :class:`hoso.warehouses.api.Warehouse`. A damaged index too."""
        with self._lease(self._patience):
            self._make_index()
            self._heal()

    def _make_index(self) -> None:
        try:
            self._index.make()
        except Damaged:
            self._index.remove()
            self._index.make()

    def _catch_up(self) -> None:
        if not self._index.made():
            with self._lease(self._patience):
                if not self._index.made():
                    self._index.make()
                self._heal()
        elif self._index.behind():
            # The lease is free only when no loader is at work: then the one that left the intent is dead.
            with suppress(Unavailable), self._lease(0.0):
                self._heal()

    def keys(self) -> set[str]:
        """See :class:`hoso.warehouses.api.Warehouse`."""
        return set(self._lake.loads())

    def compare(self, batch: Batch) -> tuple[Difference, ...]:
        """See :class:`hoso.warehouses.api.Warehouse`."""
        self._check()
        own, _ = self._lake.receipt(batch.key)
        if own is None:
            return (Difference("no-row", "receipts", batch.key),)
        found: dict[Difference, None] = {}
        for name, wanted in {**rows(batch, own, self._people), "revisions": self._lake.revised(own)}.items():
            columns = [column for column, _, _ in TABLES[name].columns]
            at = next((columns.index(c) for c in ("document", "dossier", "key", "code") if c in columns), None)
            there = Counter(map(_comparable, self._lake.read(f"SELECT * FROM history.{name} WHERE load = ?", [own])))
            must = Counter(map(_comparable, wanted))
            for kind, left in (("no-evidence", there - must), ("no-row", must - there)):
                for row in left:
                    subject = batch.key if at is None else row[at]
                    found[Difference("no-row" if kind == "no-row" else "no-evidence", name, subject)] = None
        return tuple(found)

    def take(self, other: House, tick: Callable[[int], None]) -> int:
        """Take over every load that ``other`` has and this one has not, in order, rows as they stand; gives how many.
        Raises Misconfigured where this one has a load that the other has not."""
        with self._lease(self._patience):
            self._ready()
            theirs, mine = other._lake.loads(), self._lake.loads()
            if any(theirs.get(key) != load for key, load in mine.items()):
                raise Misconfigured(
                    f"{self._place.name}: holds loads of another warehouse; name an empty one in settings.toml"
                )
            missing = [(key, load) for key, load in theirs.items() if key not in mine]
            for key, load in missing:
                moved = {
                    name: other._lake.read(f"SELECT * FROM history.{name} WHERE load = ?", [load])
                    for name in TABLES
                    if name not in ("about", "revisions")  # those follow
                }
                self._index.intend(key)
                self._lake.append(moved, load - 1)
                self._index.add(key, load, entries(moved))
                tick(len(moved["documents"]))
            self._heal()
        return len(missing)

    def erase(self, dossiers: Collection[str], documents: Collection[str], targets: Collection[str] = ()) -> int:
        """See :class:`hoso.warehouses.api.Warehouse`. The index goes first: what the lake still holds would be found."""
        with self._lease(self._patience):
            self._ready()
            self._questions.close()
            self._masked.close()
            if self._index.behind():
                self._heal()
            for target in targets:
                withhold(self._lake, target, dossiers, documents)
            self._index.erase(documents)
            return forget(self._lake, dossiers, documents)

    def publish(self, target: str, tick: Callable[[int], None]) -> int:
        """See ``publishing``. Waits for no load, and no load for it."""
        self._check()
        return publish(self._lake, target, tick)

    def digests(self) -> dict[str, str]:
        """The SHA-256 of each table's rows, ordered, as JSON lines: equal where two warehouses hold the same history."""
        self._check()
        return {name: self._lake.digest(name) for name in TABLES if name != "about"}

    def tidy(self) -> None:
        """Upkeep of files and snapshots; changes no answer. A load does it by itself now and then."""
        with self._lease(self._patience):
            self._lake.tidy()

    def clear(self) -> None:
        """See :class:`hoso.warehouses.api.Warehouse`. A damaged warehouse too: a rebuild starts with this."""
        with self._lease(self._patience):
            self._questions.close()
            self._masked.close()
            self._checked = False
            self.__dict__.pop("_people", None)
            self._make_index()
            try:
                self._lake.clear()
            except Damaged:
                self._lake.remove()
                self._lake.make()
            self._index.settled()

    def close(self) -> None:
        """See :class:`hoso.warehouses.api.Warehouse`. A second call does nothing."""
        self._questions.close()
        self._masked.close()
        self._lake.close()
        self._index.close()

    @cached_property
    def _people(self) -> People:
        """Keys of persons by the secret of the home, made where there is none yet and no row leans on it."""
        path, mark = self._place.root.parent / "keys" / "persons.key", self._lake.mark()
        if not path.exists():
            if mark is not None:
                raise Misconfigured(
                    f"{path}: is missing, and the keys of persons in the warehouse were made with it; bring it from a copy "
                    "or another machine of this office, or build the warehouse again with a new one: hoso rebuild"
                )
            make_secret(path)
        found = people(bytes.fromhex(path.read_text().strip()))
        if mark not in (None, found("")):
            raise Misconfigured(
                f"{path}: is not the one that the keys of persons in the warehouse were made with; bring that from another "
                "machine of this office, or build the warehouse again with this one: hoso rebuild"
            )
        return found

    def _check(self) -> None:
        """Once a process, bring the views up to the forms of this Hoso; not while a loader, who does it too, is at work."""
        if not self._checked:
            about = self._questions.query("SELECT format, views FROM history.about", ()).rows[-1]
            if about != self._lake.wanted():
                with suppress(Unavailable), self._lease(0.0):
                    self._lake.refresh(self._people)
            self._checked = True

    def _ready(self) -> None:
        """Tables, views and index as this Hoso has them. The caller holds the lease."""
        if not self._checked:
            self._lake.refresh(self._people)
            if self._lake.mark() is None:
                self._lake.agree(self._people)
            self._checked = True
        if not self._index.made():
            self._index.make()

    def _heal(self) -> None:
        """Bring into the index what the lake holds and it does not. The caller holds the lease."""
        loads, held = self._lake.loads(), self._index.keys()
        if held - loads.keys():
            self._index.make()
            held = set()
        for key, load in loads.items():
            if key not in held:
                self._index.add(key, load, self._entries(load))
        self._index.settled()

    def _entries(self, load: int) -> Iterator[Entry]:
        """The pages of a load, out of the lake."""
        found = {
            name: self._lake.read(f"SELECT * FROM history.{name} WHERE load = ?", [load])
            for name in ("documents", "fields", "pages")
        }
        return entries(found)

    def _lease(self, patience: float) -> AbstractContextManager[None]:
        """Be the only committer."""
        return self._place.lease(patience)


def _comparable(row: Row) -> tuple[str, ...]:
    """A row as text, a date as one that was given as text."""
    return tuple("\0" if cell is None else str(cell) for cell in row)
