"""The desk under load: twenty clerks clicking at once, the step from field to field, a first load, search.

A home with real samples to click on; the board is filled up to --documents with made-up rows (states, types and counts: it
holds no values), and the warehouse with as many generated records, so that lists, counts and searches work on that many.
Clients and server share the machine's cores.

    python -m benchmarks.desk [--documents 100000] [--clerks 20] [--seconds 30] [--keep FOLDER]
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import httpx

from benchmarks import machine, records
from hoso.desk.accounts import Accounts
from hoso.recipe.board import opened
from hoso.site import Site

__all__ = ["main"]

HOSO = Path(sys.executable).parent / "hoso"
PASSWORD = "mat-khau-do-toc-do"
TYPES = ("quyet_dinh", "giay_tiep_nhan", "giay_kham_suc_khoe_lai_xe", "cong_van", "giay_khai_sinh", "cccd", "thong_bao")
FIELDS = (("date", "ngay_ban_hanh"), ("person", "nguoi_ky"), ("identity", "so_cccd"), ("symbol", "so_ky_hieu"))


def make(home: Path, documents: int) -> None:
    """The home: samples read by Hoso, the board and the warehouse filled up."""
    _run(home, "init", "--demo")
    for row in _run(home, "mandate", "list", "--json").splitlines():
        _run(home, "mandate", "withdraw", row.split('"id": "')[1].split('"')[0])
    _run(home, "digitize", str(machine.ROOT / "samples" / "inbox"), check=False)
    accounts = Accounts(home)
    accounts.add("clerk", "Người đo tốc độ", "approver", PASSWORD)
    accounts.close()
    with Site(home) as site:
        with opened(site):
            pass
        fill(home / "desk" / "board.sqlite", documents)
        for batch in records.batches(documents, 5000):
            site.warehouse.load(batch)


def fill(path: Path, documents: int) -> None:
    """Made-up rows on the board: one paper a dossier, some doubtful fields each, most of them sealed."""
    chance = random.Random(7)
    with sqlite3.connect(path) as base:
        for number in range(documents):
            id_, at = (
                f"{number:024d}",
                f"2026-{number % 10 + 1:02d}-{number % 28 + 1:02d}T08:{number % 60:02d}:00+07:00",
            )
            state = chance.choices(("sealed", "waiting", "ready"), (90, 8, 2))[0]
            sums = (2, 2 * (state == "sealed"), 0, 0, 2 * (state != "sealed"), 0, 0)
            base.execute(
                "INSERT INTO dossiers VALUES (?, ?, ?, '', 1, 1, 0, ?, ?, ?, ?, ?, ?, ?)",
                (id_, at, f"HS{number}", *sums),
            )
            type_, doubts = chance.choice(TYPES), chance.randrange(1, 4) if state == "waiting" else 0
            verdict = "needs-person" if state == "waiting" else "clear"
            base.execute(
                "INSERT INTO papers VALUES (?, ?, ?, 1, ?, ?, ?, ?, 0, 2, ?, ?, 0, ?, ?)",
                (id_, id_, at, type_, f"{type_}@2020-03-05", verdict, state, doubts, doubts,
                 at if state == "sealed" else "", int(state == "sealed")),
            )  # fmt: skip
            for kind, name in FIELDS[:doubts]:
                row = (id_, name, id_, at, type_, kind, "doubtful", 0.7, 1, 0)
                base.execute("INSERT INTO doubts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)


def clicks(
    url: str, work: list[tuple[str, dict[str, str]]], until: float, seed: int, took: dict[str, list[float]]
) -> None:
    """One clerk: pages in any order, no pause between two clicks."""
    chance = random.Random(seed)
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as client:
        client.post("/login", data={"name": "clerk", "password": PASSWORD})
        while time.monotonic() < until:
            name, made = chance.choice(work)
            path = made["path"].replace("{word}", records.person(chance.randrange(50_000))[1].split()[-1])
            start = time.perf_counter()
            answer = client.get(path)
            took[name].append(1000 * (time.perf_counter() - start))
            if answer.status_code not in (200, 303):
                took[f"{name} FAILED {answer.status_code}"].append(0.0)


def steps(url: str, documents: Sequence[str]) -> list[float]:
    """Milliseconds of the server for one field said, over every doubtful field of the papers."""
    took = []
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as client:
        client.post("/login", data={"name": "clerk", "password": PASSWORD})
        csrf = client.get("/").text.split('name="csrf" content="')[1].split('"')[0]
        for document in documents:
            state = client.get(f"/verify/{document}/state").json()
            for field in [one for one in state["fields"] if one["status"] in ("doubtful", "missing")]:
                kind = "confirm" if field["value"] is not None or field["rows"] else "absent"
                body = {"seen": state["seen"], "kind": kind, "field": field["name"]}
                start = time.perf_counter()
                answer = client.post(f"/verify/{document}/say", json=body, headers={"x-csrf": csrf})
                took.append(1000 * (time.perf_counter() - start))
                if answer.status_code != 200 or "seen" not in answer.json():
                    break
                state = answer.json()
    return took


def _told(took: Sequence[float]) -> dict[str, float]:
    every = sorted(took)
    return {"n": len(every), "p50_ms": round(every[len(every) // 2], 1),
            "p95_ms": round(every[min(len(every) - 1, int(0.95 * len(every)))], 1)}  # fmt: skip


def _run(home: Path, *words: str, check: bool = True) -> str:
    done = subprocess.run([HOSO, "--home", home, *words], capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise RuntimeError(f"hoso {' '.join(words)}: {done.stderr}")
    return done.stdout


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--clerks", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--keep", type=Path, help="folder for the home, kept; one that is there is used")
    given = parser.parse_args(words)
    with nullcontext(str(given.keep)) if given.keep else tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        if not home.exists():
            make(home, given.documents)
        answer = measure(home, given.clerks, given.seconds)
    answer = {"documents": given.documents, "clerks": given.clerks} | answer
    print(answer)
    print(machine.write("desk", answer))


def measure(home: Path, clerks: int, seconds: float) -> dict[str, Any]:
    """Every page under load, then steps and a first load by one clerk alone."""
    with Site(home) as site, opened(site) as board:
        real = [paper for paper in board.papers("waiting", limit=100_000) if not paper.id.isdigit()]
    some = real[0]
    pages = {
        "today": "/", "today, the live part": "/today/live", "groups": "/group", "verify": f"/verify/{some.id}",
        "verify, its state": f"/verify/{some.id}/state", "page of a scan": f"/page/{some.dossier}/{some.first}.jpg",
        "approve": "/approve?type=giay_moi", "dossier": f"/dossier/{some.dossier}", "search": "/find?q={word}",
    }  # fmt: skip
    process = subprocess.Popen([HOSO, "--home", home, "desk", "--port", "8699"], stderr=subprocess.DEVNULL)
    url = "http://127.0.0.1:8699"
    try:
        while True:
            try:
                httpx.get(f"{url}/alive", trust_env=False)
                break
            except httpx.HTTPError:
                time.sleep(0.1)
        took: dict[str, list[float]] = defaultdict(list)
        work = [(name, {"path": path}) for name, path in pages.items()]
        clicks(url, work, time.monotonic() + 5, 0, defaultdict(list))  # warm
        until = time.monotonic() + seconds
        crowd = [threading.Thread(target=clicks, args=(url, work, until, n, took)) for n in range(clerks)]
        for one in crowd:
            one.start()
        for one in crowd:
            one.join()
        answer: dict[str, Any] = {"crowd": {name: _told(every) for name, every in sorted(took.items())}}
        answer["clicks_per_second"] = round(sum(map(len, took.values())) / seconds, 1)
        alone: dict[str, list[float]] = defaultdict(list)
        clicks(url, work, time.monotonic() + 10, 99, alone)
        answer["alone"] = {name: _told(every) for name, every in sorted(alone.items())}
        answer["field_step"] = _told(steps(url, [paper.id for paper in real]))
    finally:
        process.terminate()
        process.wait()
    return answer


if __name__ == "__main__":
    main()
