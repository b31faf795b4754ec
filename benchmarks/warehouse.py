"""The warehouse with many documents: loading, look-ups, search, sums over everything, what readers see meanwhile; and the
same tables in PostgreSQL with ordinary indexes, where a PostgreSQL is installed (started by this benchmark, in a folder of
its own).

Papers are generated (``records``): twenty fields and one or two pages of some 100 words each. A million take some
12 GB of disk with PostgreSQL beside.

    python -m benchmarks.warehouse [--documents 20000] [--batch 5000] [--no-postgres] [--keep FOLDER]
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks import machine, records
from hoso.settings import Settings
from hoso.warehouses import ducklake
from hoso.warehouses.ducklake.house import House

__all__ = ["main"]

MONTHS = "SELECT substr(signed, 1, 7) AS month, agency, type, count(*) FROM {} GROUP BY 1, 2, 3"
LAKE = "(SELECT d.agency, d.type, s.at AS signed FROM documents d JOIN seals s USING (document, load))"
OWN = "SELECT substr(verified_at, 1, 7), agency, type, count(*) FROM documents GROUP BY 1, 2, 3"
READERS = 4
INDEXES = (
    "documents (document)", "documents (dossier)", "documents (code)", "documents (agency)", "documents (type)",
    "fields (document)", "fields (name, value)", "pages (document)",
)  # fmt: skip


def times(work: Callable[[int], object], count: int) -> dict[str, float]:
    """Milliseconds of ``count`` calls: the middle one, and that which 95 of 100 stay under."""
    took = []
    for number in range(count):
        start = time.perf_counter()
        work(number)
        took.append(1000 * (time.perf_counter() - start))
    took.sort()
    return {"p50_ms": round(took[count // 2], 2), "p95_ms": round(took[min(count - 1, int(count * 0.95))], 2)}


def load(home: Path, house: House, documents: int, size: int) -> dict[str, float]:
    """Documents a second, by the clock and by the CPU, generating them not counted; and of the last tenth."""
    wall = cpu = 0.0
    each: list[float] = []
    for batch in records.batches(documents, size):
        start, used = time.perf_counter(), machine.cpu()
        house.load(batch)
        each.append(len(batch.filings) / (time.perf_counter() - start))
        wall, cpu = wall + time.perf_counter() - start, cpu + machine.cpu() - used
    last = each[-max(1, len(each) // 10) :]
    return {
        "per_second": round(documents / wall),
        "per_cpu_second": round(documents / cpu),
        "per_second_last_tenth": round(sum(last) / len(last)),
        "lake_mib": _size(home / "warehouse" / "data"),
        "index_mib": round(sum(p.stat().st_size for p in (home / "warehouse").glob("index.*")) / 2**20, 1),
    }


def ask(house: House, documents: int) -> dict[str, Any]:
    """Look-ups, searches of several kinds, sums; a way to the ink."""
    chance = random.Random(5)
    people = [records.person(int(chance.random() ** 2 * 2 * documents)) for _ in range(1000)]
    there = [
        str(row[0])
        for row in house.query(
            "SELECT value FROM (SELECT value FROM fields WHERE kind = 'identity') USING SAMPLE 500 ROWS (reservoir, 1)"
        ).rows
    ]
    symbols = [records.symbol(chance.randrange(documents)) for _ in range(1000)]
    some = [row[0] for row in house.query("SELECT document FROM documents USING SAMPLE 20 ROWS (reservoir, 1)").rows]
    kinds: dict[str, Callable[[int], str]] = {
        "name": lambda n: people[n][1],
        "name_folded": lambda n: people[n][1].translate(str.maketrans("ĐĂÂÊÔƠƯ", "DAAEOOU")).lower(),
        "name_as_phrase": lambda n: f'"{people[n][1]}"',
        "symbol": lambda n: symbols[n],
        "personal_number": lambda n: there[n],
        "prefix_of_number": lambda n: there[n][:9] + "*",
        "name_and_symbol": lambda n: f"{people[n][1].split()[0]} {symbols[n]}",
        "common_word": lambda n: ("nguyễn", "nguyen", "ho ten", "ngay", "văn")[n % 5],
    }
    found: dict[str, Any] = {
        "lookup_person": times(lambda n: house.lookup("person", there[n % len(there)]), 500),
        "lookup_number": times(lambda n: house.lookup("number", symbols[n]), 500),
    }
    mixed = [(kind, n) for n in range(12) for kind in kinds]
    found |= {f"search_{kind}": times(lambda n, k=kind: house.search(kinds[k](n + 12)), 12) for kind in kinds}  # type: ignore[misc]
    found["search_mixed"] = times(lambda n: house.search(kinds[mixed[n][0]](mixed[n][1])), len(mixed))
    found["sum_by_month_agency_type"] = times(lambda n: house.query(OWN), 7)
    found["sum_by_month_of_seal"] = times(lambda n: house.query(MONTHS.format(LAKE)), 5)
    found["fields_of_a_document"] = times(
        lambda n: house.query("SELECT * FROM fields WHERE document = ?", (some[n],)), 10
    )
    return found


def watch(home: str, over: Any, told: Any) -> None:
    """A reader that asks without a pause whether it sees a part of a batch."""
    house, asked, torn = ducklake.open(Settings(), Path(home)), 0, 0
    while not over.is_set():
        ((there, must),) = house.query(
            "SELECT (SELECT count(*) FROM history.documents), (SELECT sum(documents) FROM history.receipts)"
        ).rows
        asked, torn = asked + 1, torn + (there != must)
    house.close()
    told.put((asked, torn))


def night(home: str, since: int, size: int, over: Any) -> None:
    """A night's loading, batch after batch."""
    house = ducklake.open(Settings(), Path(home))
    for batch in records.batches(50 * size, size, since=since):
        if over.is_set():
            break
        house.load(batch)
    house.close()


def meanwhile(home: Path, house: House, documents: int, released: int) -> dict[str, Any]:
    """While a night loads by batches of 200, as releasing does: readers, and single documents released by another process,
    each until a reader sees it by SQL, by look-up of its dossier and by search."""
    context = get_context("spawn")
    over, told = context.Event(), context.Queue()
    readers = [context.Process(target=watch, args=(str(home), over, told)) for _ in range(READERS)]
    loader = context.Process(target=night, args=(str(home), documents, 200, over))
    for process in (*readers, loader):
        process.start()
    reader, waits = ducklake.open(Settings(), home), []
    for n in range(released):
        batch = records.one(10**9 + n)
        own = batch.filings[0]
        start = time.perf_counter()
        house.load(batch)
        while not (
            reader.query("SELECT 1 FROM history.documents WHERE document = ?", (own.record.document.id,)).rows
            and reader.lookup("dossier", own.dossier.source)
        ):
            pass
        waits.append(round(time.perf_counter() - start, 3))
        time.sleep(0.2)
    over.set()
    counted = [told.get(timeout=120) for _ in readers]
    for process in (*readers, loader):
        process.join(120)
    reader.close()
    return {
        "readers": READERS, "asked": sum(asked for asked, _ in counted), "torn": sum(torn for _, torn in counted),
        "released_seen_after_s": {"p50": sorted(waits)[len(waits) // 2], "most": max(waits)},
    }  # fmt: skip


def postgres(home: Path, folder: Path) -> dict[str, Any]:
    """The rows of documents, fields and pages in PostgreSQL, their sizes, the same sum over them."""
    from pg8000.native import Connection

    with _server(folder) as port:
        base = Connection("hoso", host="127.0.0.1", port=port, database="postgres")
        house = ducklake.open(Settings(), home)
        start = time.perf_counter()
        for table in ("documents", "fields", "pages"):
            kinds = {"VARCHAR": "text", "DOUBLE": "double precision"}
            told = house.query(f"DESCRIBE history.{table}").rows
            columns = [f'"{name}" {kinds.get(str(kind), kind)}' for name, kind, *_ in told]
            base.run(f"CREATE TABLE {table} ({', '.join(columns)})")
            file = folder / f"{table}.csv"
            house._lake.read(f"COPY (SELECT * FROM history.{table}) TO '{file}' (FORMAT csv, HEADER false)")
            with file.open("rb") as stream:
                base.run(f"COPY {table} FROM STDIN (FORMAT csv)", stream=stream)
            file.unlink()
        for index in INDEXES:
            base.run(f"CREATE INDEX ON {index}")
        base.run("VACUUM ANALYZE")
        seconds = time.perf_counter() - start
        found = {
            "fill_seconds": round(seconds, 1),
            "sum_by_month_agency_type": times(lambda n: base.run(OWN), 7),
        }
        ((tables, whole),) = base.run(
            "SELECT sum(pg_table_size(c)), sum(pg_total_relation_size(c)) FROM unnest(ARRAY['documents', 'fields', 'pages']"
            "::regclass[]) c"
        )
        house.close()
        base.close()
    return found | {"tables_mib": round(int(tables) / 2**20, 1), "with_indexes_mib": round(int(whole) / 2**20, 1)}


@contextmanager
def _server(folder: Path) -> Iterator[int]:
    """The port of a PostgreSQL of its own, on loopback."""
    how: dict[str, Any] = {"cwd": folder, "stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    if os.geteuid() == 0:
        how |= {"user": "postgres", "group": "postgres", "extra_groups": []}
        shutil.chown(folder, "postgres", "postgres")
        folder.chmod(0o755)
    bin_, data = _programs(), folder / "postgres"
    subprocess.run(
        [bin_ / "initdb", "-D", data, "-U", "hoso", "--auth=trust", "--locale=C", "-E", "UTF8"], check=True, **how
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "shared_buffers": "1GB",
               "max_wal_size": "8GB", "maintenance_work_mem": "512MB", "work_mem": "64MB"}  # fmt: skip
    process = subprocess.Popen(
        [bin_ / "postgres", "-D", data, *(f"-c{name}={value}" for name, value in options.items())],
        stderr=subprocess.DEVNULL, **how,
    )  # fmt: skip
    try:
        until = time.monotonic() + 60
        while subprocess.run([bin_ / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)], check=False).returncode:
            if time.monotonic() > until:
                raise RuntimeError("PostgreSQL did not come up")
            time.sleep(0.2)
        yield port
    finally:
        process.terminate()
        process.wait(60)


def _programs() -> Path:
    return next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), Path("/nowhere"))


def _size(folder: Path) -> float:
    return round(sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 2**20, 1)


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--batch", type=int, default=5_000, help="documents of one night's batch")
    parser.add_argument("--released", type=int, default=10, help="single documents released while a night loads")
    parser.add_argument("--no-postgres", action="store_true")
    parser.add_argument("--keep", type=Path, help="folder for the home, kept; one that is there is asked, not loaded")
    given = parser.parse_args(words)
    answer: dict[str, Any] = {"documents": given.documents, "fields": given.documents * records.FIELDS}
    answer["batch"] = given.batch
    with nullcontext(str(given.keep)) if given.keep else tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        fresh = not home.exists()
        home.mkdir(parents=True, exist_ok=True)
        house = ducklake.open(Settings(), home)
        if fresh:
            answer["load"] = load(home, house, given.documents, given.batch)
            start = time.perf_counter()
            house.tidy()
            answer["tidy_seconds"] = round(time.perf_counter() - start, 1)
        answer |= ask(house, given.documents)
        print(answer, flush=True)
        if not given.no_postgres and (_programs() / "initdb").exists():
            with tempfile.TemporaryDirectory() as scratch:
                answer["postgres"] = postgres(home, Path(scratch))
            theirs, ours = answer["postgres"]["sum_by_month_agency_type"], answer["sum_by_month_agency_type"]
            answer["times_postgres"] = round(theirs["p50_ms"] / ours["p50_ms"], 1)
            written = answer.get("load", {}).get("lake_mib")
            if written:
                answer["share_of_postgres"] = round(written / answer["postgres"]["tables_mib"], 3)
        answer["meanwhile"] = meanwhile(home, house, given.documents, given.released)
        house.close()
    print(answer)
    print(machine.write("warehouse", answer))


if __name__ == "__main__":
    main()
