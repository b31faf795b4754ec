"""The Parquet export that other engines read: whole loads only, added to, never changed. Read by DuckDB and Sail."""

from __future__ import annotations

import importlib
import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from hoso.settings import Settings
from hoso.warehouses.ducklake import publishing
from hoso.warehouses.ducklake.house import House
from hoso.warehouses.ducklake.schema import TABLES

sys.path.insert(0, str(Path(__file__).parents[1] / "contracts"))
from filings import batch, decision_filing, receipt_filing

OCTOBER, NOVEMBER = "2026-10-30T08:00:00+07:00", "2026-11-23T08:00:00+07:00"


@pytest.fixture(params=["ducklake", "postgres"])
def house(request: pytest.FixtureRequest, settings_for: Callable[[str], Settings], tmp_path: Path) -> Iterator[House]:
    settings = settings_for(request.param)
    opened = importlib.import_module(f"hoso.warehouses.{request.param}").open(settings, tmp_path)
    opened.load(batch("b1", decision_filing(1), receipt_filing(1), at=OCTOBER))
    opened.load(batch("b2", decision_filing(2), at=NOVEMBER))
    yield opened
    opened.close()


def read(target: str, table: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as base:
        return base.execute(
            f"SELECT * EXCLUDE (month) FROM read_parquet('{target}/{table}/*/*.parquet', hive_partitioning = true)"
            f" WHERE load IN (SELECT load FROM read_parquet('{target}/receipts/*/*.parquet')) ORDER BY ALL"
        ).fetchall()


def files(target: Path) -> dict[str, bytes]:
    return {str(path.relative_to(target)): path.read_bytes() for path in target.rglob("*") if path.is_file()}


def test_every_table_is_there_with_every_row(house: House, tmp_path: Path) -> None:
    target = tmp_path / "xuất bản 'mới'"
    assert house.publish(str(target), lambda _: None) == 2
    quoted = str(target).replace("'", "''")
    for name in TABLES.keys() - {"about"}:
        assert read(quoted, name) == list(house.query(f"SELECT * FROM history.{name} ORDER BY ALL").rows), name
    months = {path.parent.name for path in (target / "documents").rglob("*.parquet")}
    assert months == {"month=2026-10", "month=2026-11"}


def test_only_what_is_new_is_added(house: House, tmp_path: Path) -> None:
    target = tmp_path / "out"
    house.publish(str(target), lambda _: None)
    before = files(target)
    assert house.publish(str(target), lambda _: None) == 0
    house.load(batch("b3", decision_filing(2, signer="VÕ VĂN SỬA"), at=NOVEMBER))
    assert house.publish(str(target), lambda _: None) == 1
    after = files(target)
    assert {name: after[name] for name in before} == before
    assert len(read(str(target), "documents")) == 4


@pytest.mark.parametrize("at", ["pages", "receipts"])
def test_a_killed_export_shows_whole_loads_and_the_next_goes_on(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    class Killed(BaseException):
        pass

    target, real = tmp_path / "out", publishing._write

    def die(base: duckdb.DuckDBPyConnection, place: str, table: str, month: str, loads: list[int]) -> None:
        if (table, month) == (at, "2026-11"):
            raise Killed
        real(base, place, table, month, loads)

    with monkeypatch.context() as patch:
        patch.setattr(publishing, "_write", die)
        with pytest.raises(Killed):
            house.publish(str(target), lambda _: None)
    assert len(read(str(target), "documents")) == 2
    house.load(batch("b3", decision_filing(3), at=NOVEMBER))
    assert house.publish(str(target), lambda _: None) == 2
    for name in ("documents", "fields", "pages", "receipts"):
        assert read(str(target), name) == list(house.query(f"SELECT * FROM history.{name} ORDER BY ALL").rows), name


def test_it_goes_to_the_server_of_the_warehouse_too(settings_for: Callable[[str], Settings], tmp_path: Path) -> None:
    settings = settings_for("postgres")
    house = importlib.import_module("hoso.warehouses.postgres").open(settings, tmp_path)
    house.load(batch("b1", decision_filing(1)))
    target = f"s3://{settings.s3.bucket}/kho/xuat-ban"
    assert house.publish(target, lambda _: None) == 1
    assert house.publish(target, lambda _: None) == 0
    with house._lake.asking() as base:
        found = base.execute(f"SELECT count(*) FROM read_parquet('{target}/fields/*/*.parquet')").fetchall()
    assert found == [(7,)]
    house.close()


SAIL = """
import json, sys
from pysail.spark import SparkConnectServer
from pyspark.sql import SparkSession
server = SparkConnectServer(ip="127.0.0.1", port=0)
server.start()
spark = SparkSession.builder.remote(f"sc://127.0.0.1:{server.listening_address[1]}").getOrCreate()
for table in ("receipts", "documents", "fields"):
    spark.read.option("mergeSchema", "true").parquet(f"{sys.argv[1]}/{table}").createOrReplaceTempView(table)
rows = spark.sql(
    "SELECT month, type, count(*) AS many FROM documents d WHERE load IN (SELECT load FROM receipts)"
    " AND load = (SELECT max(load) FROM documents e WHERE e.document = d.document) GROUP BY month, type"
    " ORDER BY month, type"
).collect()
days = spark.sql("SELECT min(value_date) AS day FROM fields WHERE name = 'ngay_ban_hanh'").collect()
print(json.dumps([[list(row) for row in rows], days[0].day.isoformat()]), flush=True)
spark.stop()
server.stop()
"""


def test_a_distributed_engine_reads_it(tmp_path: Path) -> None:
    if importlib.util.find_spec("pysail") is None or importlib.util.find_spec("pyspark") is None:
        pytest.skip("pysail and pyspark-client are missing (uv sync --group spark): the reading by Spark is NOT tested")
    house = House(tmp_path / "warehouse")
    house.load(batch("b1", decision_filing(1), receipt_filing(1), at=OCTOBER))
    house.load(batch("b2", decision_filing(1, signer="VÕ VĂN SỬA"), decision_filing(2), at=NOVEMBER))
    target = tmp_path / "out"
    house.publish(str(target), lambda _: None)
    house.close()
    script = tmp_path / "read.py"
    script.write_text(SAIL)
    done = subprocess.run([sys.executable, script, target], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1]) == [
        [["2026-10", "giay_tiep_nhan", 1], ["2026-11", "quyet_dinh", 2]],
        "2026-03-02",
    ]
