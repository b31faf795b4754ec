"""The warehouse on servers: several machines ask and load, any of them may die, and none ever sees half a load."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from hoso.errors import Misconfigured, Unavailable, Usage
from hoso.postgres import Server
from hoso.settings import Settings
from hoso.warehouses import postgres as engine
from hoso.warehouses.ducklake.house import House

CONTRACTS = Path(__file__).parents[1] / "contracts"
sys.path.insert(0, str(CONTRACTS))
from filings import batch, decision_filing  # noqa: E402

Machine = Callable[[str], House]
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def told(settings_for: Callable[[str], Settings]) -> Settings:
    return settings_for("postgres")


@pytest.fixture
def machine(told: Settings, tmp_path: Path) -> Iterator[Machine]:
    """Opens the warehouse as the machine of that name does: its own home, the same secret of persons."""
    opened: list[House] = []

    def give(name: str) -> House:
        home = tmp_path / name
        first = tmp_path / "a" / "keys" / "persons.key"
        if first.exists() and not (home / "keys").exists():
            (home / "keys").mkdir(parents=True)
            shutil.copy(first, home / "keys" / "persons.key")
        opened.append(engine.open(told, home))
        return opened[-1]

    yield give
    for house in opened:
        house.close()


@pytest.fixture
def start(told: Settings, tmp_path: Path) -> Iterator[Start]:
    """Starts another machine's process with the warehouse open as ``house``; none outlives its test."""
    started: list[subprocess.Popen[str]] = []

    def give(body: str, name: str, *arguments: object) -> subprocess.Popen[str]:
        home = tmp_path / name
        if not (home / "keys").exists():
            (home / "keys").mkdir(parents=True)
            shutil.copy(tmp_path / "a" / "keys" / "persons.key", home / "keys" / "persons.key")
        parts = json.dumps({part: asdict(getattr(told, part)) for part in ("s3", "postgres", "warehouse")})
        script = tmp_path / f"{name}-{len(started)}.py"
        script.write_text(
            "import json, pathlib, sys, time\n"
            f"sys.path.insert(0, {str(CONTRACTS)!r})\n"
            "from dataclasses import replace\nfrom filings import batch, decision_filing\n"
            "from hoso.settings import S3, Postgres, Settings, Warehouse\nfrom hoso.warehouses import postgres\n"
            f"told = json.loads({parts!r})\n"
            "settings = replace(Settings(), s3=S3(**told['s3']), postgres=Postgres(**told['postgres']),"
            " warehouse=Warehouse(**told['warehouse']))\n"
            "house = postgres.open(settings, pathlib.Path(sys.argv[1]))\n" + body
        )
        command = [sys.executable, script, home, *map(str, arguments)]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
        return started[-1]

    yield give
    for process in started:
        process.kill()
        if process.stdout and not process.stdout.closed:
            process.communicate()


def end(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err[-2000:]
    return out


def consistent(house: House) -> int:
    """Assert that whole loads only are there, in lake and index; gives how many."""
    receipts = dict(house.query("SELECT load, documents FROM history.receipts").rows)
    for table, each in (("documents", 1), ("pages", 2), ("fields", 7), ("seals", 1)):
        found = house.query(f"SELECT load, count(*) FROM history.{table} GROUP BY load").rows
        assert dict(found) == {load: n * each for load, n in receipts.items()}, table
    assert sorted(receipts) == list(range(1, len(receipts) + 1))
    assert len(house.search("chủ tịch", 10_000)) == house.query("SELECT count(*) FROM documents").rows[0][0]
    return len(receipts)


def test_two_machines_load_by_turns_and_a_shared_batch_is_loaded_by_one(machine: Machine, start: Start) -> None:
    house = machine("a")
    house.load(batch("first", decision_filing(1)))
    loader = (
        "for n in range(5):\n"
        "    assert house.load(batch(f'{sys.argv[2]}-{n}', decision_filing(int(sys.argv[2]) * 100 + n)))\n"
        "    print(house.load(batch(f'shared-{n}', decision_filing(9000 + n))), flush=True)\n"
    )
    told = [end(process).split() for process in [start(loader, name, who) for who, name in ((1, "b"), (2, "c"))]]
    for n in range(5):
        assert sorted(each[n] for each in told) == ["False", "True"]
    assert consistent(house) == 16


def test_machines_that_ask_see_whole_loads_while_another_loads(machine: Machine, start: Start, tmp_path: Path) -> None:
    house = machine("a")
    house.load(batch("b0", decision_filing(0)))
    reader = (
        "stop, seen, last = pathlib.Path(sys.argv[2]), set(), False\n"
        "while not last:\n"
        "    last = stop.exists()\n"
        "    (row,) = house.query('SELECT (SELECT count(*) FROM history.documents), (SELECT sum(documents) FROM'\n"
        "        ' history.receipts), (SELECT count(*) FROM history.fields), (SELECT count(*) FROM v_tai_lieu)').rows\n"
        "    documents, told, fields, listed = map(int, row)\n"
        "    assert documents == told == listed and fields == 7 * told, row\n"
        "    if not seen: print('ready', flush=True)\n"
        "    seen.add(told)\n"
        "print(json.dumps(sorted(seen)), flush=True)\n"
    )
    readers = [start(reader, name, tmp_path / "stop") for name in ("b", "c")]
    for process in readers:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for n in range(1, 9):
        house.load(batch(f"b{n}", decision_filing(2 * n), decision_filing(2 * n + 1)))
        if n == 5:
            house.tidy()
    (tmp_path / "stop").touch()
    seen = [json.loads(end(process).splitlines()[-1]) for process in readers]
    assert all(each[-1] == 17 for each in seen)
    assert len({told for each in seen for told in each}) > 2, "some machine asked while the other loaded"


def test_a_machine_that_dies_while_it_loads_leaves_whole_loads(machine: Machine, start: Start) -> None:
    house = machine("a")
    house.load(batch("first", decision_filing(1)))
    loader = (
        "filings = [decision_filing(1000 * int(sys.argv[2]) + n) for n in range(30)]\n"
        "print('ready', flush=True)\n"
        "house.load(batch(f'b{sys.argv[2]}', *filings))\n"
        "time.sleep(30)\n"
    )
    for k, delay in enumerate((0.02, 0.15, 0.4, 0.8), 2):
        process = start(loader, "b", k)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(delay)
        process.kill()
        process.communicate()
        there = house.query("SELECT count(*) FROM receipts WHERE key = ?", [f"b{k}"]).rows[0][0]
        filings = [decision_filing(1000 * k + n) for n in range(30)]
        assert house.load(batch(f"b{k}", *filings)) == (there == 0), "the lease of the dead is free at once"
        consistent(house)
    house.tidy()
    assert consistent(house) == 5


def test_one_who_lost_the_lease_cannot_commit(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    here = machine("a")
    here.load(batch("first", decision_filing(1)))
    there = machine("b")
    holding: list[Server] = []

    def lent(server: Server) -> Server:
        holding.append(Server(server.settings))
        return holding[-1]

    real = here._lake.append

    def slow(rows: dict[str, list[tuple[object, ...]]], last: int) -> None:
        # The server takes the lease back while this machine stands still, and another one goes on.
        holding[0].close()
        assert there.load(batch("same", decision_filing(2)))
        real(rows, last)

    with monkeypatch.context() as patch:
        patch.setattr(Server, "other", lent)
        patch.setattr(here._lake, "append", slow)
        with pytest.raises(Unavailable, match="another machine"):
            here.load(batch("same", decision_filing(2)))
    assert not here.load(batch("same", decision_filing(2)))
    assert consistent(here) == 2


def test_a_machine_with_another_secret_of_persons_is_refused(machine: Machine, told: Settings, tmp_path: Path) -> None:
    machine("a").load(batch("first", decision_filing(1)))
    (tmp_path / "z" / "keys").mkdir(parents=True)
    (tmp_path / "z" / "keys" / "persons.key").write_text("00" * 32)
    stranger = engine.open(told, tmp_path / "z")
    with pytest.raises(Misconfigured, match="another machine of this office"):
        stranger.load(batch("b2", decision_filing(2)))
    assert stranger.query("SELECT count(*) FROM documents").rows == ((1,),), "asking needs no secret"
    stranger.close()


def test_an_absent_server_and_a_wrong_password_are_told_apart(
    machine: Machine, told: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine("a").load(batch("first", decision_filing(1)))
    away = replace(told, postgres=replace(told.postgres, port=1))
    with pytest.raises(Unavailable, match="does not answer"):
        engine.open(away, tmp_path / "x")
    monkeypatch.setenv("HOSO_POSTGRES_PASSWORD", "wrong-one")
    with pytest.raises(Misconfigured, match=r"\[postgres\]") as refused:
        engine.open(told, tmp_path / "x")
    assert "wrong-one" not in str(refused.value)


def test_absent_files_are_no_damage(machine: Machine, told: Settings, tmp_path: Path) -> None:
    machine("a").load(batch("first", decision_filing(1)))
    away = engine.open(replace(told, s3=replace(told.s3, endpoint="127.0.0.1:1")), tmp_path / "b")
    with pytest.raises(Unavailable):
        away.query("SELECT count(value) FROM history.fields")
    away.close()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM postgres_query('__ducklake_metadata_lake', 'SELECT 1')",
        "SELECT * FROM postgres_scan('a', 'b', 'c')",
        "SELECT * FROM read_parquet('s3://BUCKET/kho/*.parquet')", "SELECT * FROM duckdb_secrets()",
        "SELECT * FROM which_secret('s3://BUCKET', 's3')", "CREATE SECRET x (TYPE s3)", "DELETE FROM history.documents",
        "SELECT * FROM postgres_attach('host=127.0.0.1')", "CALL postgres_execute('lake', 'DROP SCHEMA x')",
    ],
)  # fmt: skip
def test_a_question_reaches_neither_the_servers_nor_their_secrets(machine: Machine, told: Settings, sql: str) -> None:
    house = machine("a")
    with pytest.raises(Usage):
        house.query(sql.replace("BUCKET", told.s3.bucket))


def test_two_homes_share_a_database_and_nothing_else(machine: Machine, told: Settings, tmp_path: Path) -> None:
    machine("a").load(batch("first", decision_filing(1)))
    other = replace(
        told,
        postgres=replace(told.postgres, schema="another_home"),
        warehouse=replace(told.warehouse, prefix="another"),
    )
    house = engine.open(other, tmp_path / "other")
    assert house.query("SELECT count(*) FROM documents").rows == ((0,),)
    assert house.search("chủ tịch") == ()
    assert house.load(batch("first", decision_filing(1)))
    house.clear()
    assert len(machine("b").search("chủ tịch")) == 1
    house.close()


def test_nothing_of_the_rows_lies_on_the_machine(machine: Machine, tmp_path: Path) -> None:
    machine("a").load(batch("first", *(decision_filing(n) for n in range(50))))
    held = [p for p in (tmp_path / "a" / "warehouse").rglob("*") if p.is_file()]
    assert sum(p.stat().st_size for p in held) == 0
