"""What is erased is in no table, file, snapshot, statistic, index or export any more, and all else stands as it stood."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from hoso.errors import Unavailable
from hoso.nouns import Batch, Filing
from hoso.settings import Settings
from hoso.warehouses.ducklake import erasing
from hoso.warehouses.ducklake.house import House

sys.path.insert(0, str(Path(__file__).parents[1] / "contracts"))
from filings import batch, decision_filing, receipt_filing

NAME = "ỶZZ THỊ BÍ MẬT"
"""A made-up name that sorts behind every other, so that statistics hold it."""


def secret(number: int) -> Filing:
    """A filing whose texts, values and dossier all name that person."""
    made = decision_filing(number, signer=NAME)
    texts = tuple(f"{NAME}\n{text}" for text in made.texts)
    return replace(made, texts=texts, dossier=replace(made.dossier, source=f"{NAME} {number}"))


def all_batches() -> tuple[Batch, ...]:
    again = replace(secret(1), texts=(f"đọc lại {NAME}", "trang hai"))
    return (
        batch("b1", decision_filing(5), secret(1), receipt_filing(2)),
        batch("b2", secret(3)),
        batch("b3", again, decision_filing(4)),
        batch("b4", replace(decision_filing(5), texts=("đọc lại", "hai"))),
    )


GONE = (secret(1), secret(3))
DOSSIERS = {one.dossier.id for one in GONE}
DOCUMENTS = {one.record.document.id for one in GONE}


def without(one: Batch) -> Batch:
    return replace(one, filings=tuple(f for f in one.filings if f.record.document.id not in DOCUMENTS))


@pytest.fixture(params=["ducklake", "postgres"])
def open_(request: pytest.FixtureRequest, settings_for: Callable[[str], Settings]) -> Iterator[Callable[[Path], House]]:
    settings = settings_for(request.param)
    opened: list[House] = []

    def give(home: Path) -> House:
        opened.append(importlib.import_module(f"hoso.warehouses.{request.param}").open(settings, home))
        return opened[-1]

    yield give
    for house in opened:
        house.close()


@pytest.fixture
def house(open_: Callable[[Path], House], tmp_path: Path) -> House:
    made = open_(tmp_path)
    for one in all_batches():
        made.load(one)
    return made


def kept_bytes(house: House) -> Iterator[tuple[str, str]]:
    """(where, what) of all that the lake keeps: its Parquet files read back whole, the catalog's tables, local files."""
    with house._lake.asking() as base:
        for (path,) in base.execute("SELECT file FROM glob(?)", [f"{house._place.data}**/*.parquet"]).fetchall():
            yield path, str(base.execute("FROM read_parquet(?)", [path]).fetchall())
        catalog = "SELECT table_name FROM duckdb_tables() WHERE database_name = '__ducklake_metadata_lake'"
        for (table,) in base.execute(catalog).fetchall():
            rows = base.execute(f'FROM __ducklake_metadata_lake."{table}"').fetchall() if "inlined" not in table else []
            yield f"catalog {table}", str(rows)
    for path in house._place.root.rglob("*"):
        if path.is_file() and path.suffix != ".parquet":
            yield str(path), path.read_bytes().decode("utf-8", "replace")


def hits(house: House) -> set[str]:
    return {where for where, what in kept_bytes(house) if "BÍ MẬT" in what or "bí mật" in what or "bi mat" in what}


def test_nothing_of_it_is_left_and_the_rest_is_as_if_it_had_never_been(house: House) -> None:
    assert hits(house), "the test sees what is there"
    before = {name: house.query(f"SELECT count(*) FROM history.{name}").rows[0][0] for name in ("documents", "pages")}
    assert house.search("bi mat")
    assert house.erase(DOSSIERS, DOCUMENTS) > 20
    house.close()  # the last of those who have the files open
    assert hits(house) == set()
    assert house.search("bi mat") == ()
    assert not house.query("SELECT 1 FROM documents WHERE document = ?", [GONE[0].record.document.id]).rows
    after = {name: house.query(f"SELECT count(*) FROM history.{name}").rows[0][0] for name in before}
    assert after == {"documents": 4, "pages": before["pages"] - 6}
    for one in all_batches():
        assert house.compare(without(one)) == (), one.key
    assert [hit.document for hit in house.search("đọc lại")] == [decision_filing(5).record.document.id]
    assert house.load(batch("b5", decision_filing(9))), "and work goes on"
    assert not house.load(all_batches()[1]), "a load that was done is not done again, what is erased does not come back"
    assert house.search("bi mat") == ()


def test_another_reader_that_was_there_before_goes_on(
    house: House, open_: Callable[[Path], House], tmp_path: Path
) -> None:
    other = open_(tmp_path)
    assert other.query("SELECT count(*) FROM documents").rows == ((5,),)
    house.erase(DOSSIERS, DOCUMENTS)
    assert other.query("SELECT count(*) FROM documents").rows == ((3,),)
    assert other.load(batch("b5", decision_filing(9)))
    house.close()
    other.close()
    assert hits(house) == set(), "the other did not put back what it had in mind of the columns"


@pytest.mark.parametrize("moment", ["withhold", "index", "forget", "mend", "scrub"])
def test_what_a_kill_left_is_ended_by_the_next_call(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    class Killed(BaseException):
        pass

    def kill(*_: object, **__: object) -> None:
        raise Killed

    target = tmp_path / "out"
    house.publish(str(target), lambda _: None)
    place = {
        "withhold": ("hoso.warehouses.ducklake.publishing._recounted", None), "index": (house._index, "erase"),
        "forget": (house._lake, "transaction"), "mend": (house._place, "mend"), "scrub": (house._place, "scrub"),
    }[moment]  # fmt: skip
    with monkeypatch.context() as patched:
        if place[1] is None:
            patched.setattr(str(place[0]), kill)
        else:
            patched.setattr(place[0], place[1], kill)
        with pytest.raises(Killed):
            house.erase(DOSSIERS, DOCUMENTS, [str(target)])
    house.erase(DOSSIERS, DOCUMENTS, [str(target)])
    house.close()
    assert hits(house) == set()
    assert exported(target, "documents") == [(4,)]
    for one in all_batches():
        assert house.compare(without(one)) == (), one.key


def exported(target: Path, table: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as base:
        return base.execute(f"SELECT count(*) FROM read_parquet('{target}/{table}/*/*.parquet')").fetchall()


def test_a_published_export_loses_it_too(house: House, tmp_path: Path) -> None:
    target = tmp_path / "xuất bản"
    house.publish(str(target), lambda _: None)
    house.erase(DOSSIERS, DOCUMENTS, [str(target)])
    with duckdb.connect() as base:
        for path in target.rglob("*.parquet"):
            assert "BÍ MẬT" not in str(base.execute("FROM read_parquet(?)", [str(path)]).fetchall()), path
        told = base.execute(
            f"SELECT load, documents, pages FROM read_parquet('{target}/receipts/*/*.parquet') ORDER BY load"
        ).fetchall()
    assert told == list(house.query("SELECT load, documents, pages FROM history.receipts ORDER BY load").rows)
    assert [row[1] for row in told] == [2, 0, 1, 1]
    assert not list(target.rglob("*.part"))
    assert house.publish(str(target), lambda _: None) == 0
    fresh = tmp_path / "fresh"
    house.publish(str(fresh), lambda _: None)
    assert exported(fresh, "fields") == exported(target, "fields")


def test_an_export_that_is_not_to_be_had_stops_the_erasure_before_anything_is_lost(
    house: House, tmp_path: Path
) -> None:
    with pytest.raises(Unavailable, match="publish --forget"):
        house.erase(DOSSIERS, DOCUMENTS, [str(tmp_path / "gone")])
    assert house.search("bi mat")


def test_the_loads_that_hold_it_are_told(house: House) -> None:
    assert erasing.affected(house._lake, DOSSIERS, DOCUMENTS) == [1, 2, 3]
    assert erasing.affected(house._lake, {"nobody"}, set()) == []
    assert house.erase({"nobody"}, {"nothing"}) == 0
