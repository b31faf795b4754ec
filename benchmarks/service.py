"""What the service costs beside the bare command, and what it does when parts of it are killed.

`python -m benchmarks.service [--dossiers N] [--jobs N] [--idle SECONDS]`. The same drawn dossiers go through
`hoso digitize` and through the inbox of `hoso up` (watcher, Prefect's server and worker). CPU seconds are summed over
all processes of each, ended ones too; they count, wall times are those of a machine at other work. Idle CPU is that of a
service with an empty inbox.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.machine import ROOT, cpu, write

HOSO = Path(sys.executable).with_name("hoso")
TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def main() -> None:
    """Measure, print, keep."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--dossiers", type=int, default=40)
    asked.add_argument("--jobs", type=int, default=2)
    asked.add_argument("--idle", type=float, default=120.0)
    asked.add_argument("--seed", default="service")
    given = asked.parse_args()
    figures: dict[str, Any] = {"dossiers": given.dossiers, "jobs": given.jobs}
    with tempfile.TemporaryDirectory() as temporary:
        base = Path(temporary)
        words = ["--count", str(given.dossiers), "--seed", given.seed]
        drawn = [sys.executable, "-m", "tools.papers", "draw", base / "drawn", *words]
        subprocess.run(drawn, check=True, cwd=ROOT, capture_output=True)
        scans = base / "drawn" / "inbox"
        figures["bare"] = bare(home(base / "bare", given.jobs), scans, given.jobs)
        figures["pages"] = figures["bare"].pop("pages")
        with up(home(base / "served", given.jobs)) as service:
            figures["idle"] = idle(service, given.idle)
            figures["served"] = served(service, scans, figures["pages"])
            figures["back after kill -9, s"] = kills(service, scans)
            figures["balance even after the kills"] = balance(service.home)["even"]
    served_, bare_ = figures["served"], figures["bare"]
    figures["overhead"] = {
        "cpu": round(served_["cpu s"] / bare_["cpu s"] - 1, 3), "wall": round(served_["wall s"] / bare_["wall s"] - 1, 3)
    }  # fmt: skip
    path = write("service", figures)
    print(path.read_text(encoding="utf-8"))


class Service:
    """A running ``hoso up`` and the processes beneath it."""

    def __init__(self, place: Path) -> None:
        self.home = place
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        with (self.home / "said").open("ab") as said:
            return subprocess.Popen([HOSO, "--home", self.home, "up"], stdout=said, stderr=said)

    def again(self) -> None:
        """Kill it without a word, and start it again."""
        self.process.kill()
        self.process.wait()
        self.process = self._start()

    def told(self) -> dict[str, Any]:
        return read(self.home / "up.json")

    def parts(self) -> dict[str, int]:
        """Process ids by the name of the part."""
        return {name: one["pid"] for name, one in self.told().get("parts", {}).items() if one["pid"]}

    def by_part(self) -> dict[str, tuple[float, float]]:
        """(CPU seconds with ended children, MB resident) of each part with all beneath it."""
        rows = processes()
        roots = {"up": self.process.pid, **self.parts()}
        found: dict[str, tuple[float, float]] = {}
        for name, root in roots.items():
            mine = {root} if name == "up" else beneath(rows, root)
            found[name] = (sum(rows[p][1] for p in mine if p in rows), sum(rows[p][2] for p in mine if p in rows))
        return found

    def cpu(self) -> float:
        rows = processes()
        return sum(rows[pid][1] for pid in beneath(rows, self.process.pid))


@contextlib.contextmanager
def up(place: Path) -> Iterator[Service]:
    """The whole service of a home, every part running."""
    service = Service(place)
    try:
        until(lambda: (s := states(service)) and set(s.values()) <= {"running", "done"} and "prefect-worker" in s, 240)
        yield service
    finally:
        service.process.terminate()
        service.process.wait(120)


def bare(place: Path, scans: Path, jobs: int) -> dict[str, Any]:
    """``hoso digitize`` alone."""
    before, began = cpu(), time.perf_counter()
    words = [HOSO, "--home", place, "digitize", scans, "--jobs", str(jobs)]
    subprocess.run(words, check=True, capture_output=True)
    wall, spent = time.perf_counter() - began, cpu() - before
    return {"wall s": round(wall, 1), "cpu s": round(spent, 1), "pages": balance(place)["pages_in"]}


def idle(service: Service, seconds: float) -> dict[str, Any]:
    """Share of a core, in percent, that each part takes while there is nothing to do."""
    time.sleep(45)  # what starting leaves behind
    first, began = service.by_part(), time.monotonic()
    time.sleep(seconds)
    last, took = service.by_part(), time.monotonic() - began
    shares = {name: round(100 * (last[name][0] - first[name][0]) / took, 2) for name in last if name in first}
    memory = {name: round(mb) for name, (_, mb) in last.items()}
    return {"percent of a core": shares | {"together": round(sum(shares.values()), 2)}, "MB": memory}


def served(service: Service, scans: Path, pages: int) -> dict[str, Any]:
    """All dossiers moved into the inbox at once, until every one is digitized; and one more in the middle of it."""
    before, began = service.cpu(), time.perf_counter()
    stage = service.home / "stage"
    shutil.copytree(scans, stage)
    for path in sorted(stage.iterdir()):
        path.rename(service.home / "inbox" / path.name)
    memory: list[tuple[float, float]] = []
    stop = threading.Event()

    def sample() -> None:
        while not stop.wait(1.0):
            memory.append((time.perf_counter(), service.by_part().get("watch", (0.0, 0.0))[1]))

    sampler = threading.Thread(target=sample)
    sampler.start()
    until(lambda: read(service.home / "watch.json").get("queue", 0) > 0, 60)
    one = smallest(scans)
    late = service.home / "inbox" / ("late-" + one.name)
    shutil.copytree(one, stage / late.name) if one.is_dir() else shutil.copy(one, stage / late.name)
    (stage / late.name).rename(late)
    dropped = time.perf_counter()
    until(lambda: not late.exists(), 120)
    taken = time.perf_counter() - dropped
    until(lambda: done(service), 3600)
    wall = time.perf_counter() - began
    stop.set()
    sampler.join()
    told = balance(service.home)
    if (told["pages_in"] - told["duplicate"], told["underway"]) != (pages, 0):
        raise SystemExit(f"the service did not do what the bare command did: {told}, {pages} pages")
    half = memory[len(memory) // 2 :]
    slope = statistics.linear_regression(*zip(*half, strict=True)).slope if len(half) > 2 else 0.0
    return {
        "wall s": round(wall, 1), "cpu s": round(service.cpu() - before, 1),
        "s until a dossier that comes meanwhile is taken (settling takes 3 of them)": round(taken, 1),
        "MB of watcher, reader and workers, most": round(max(mb for _, mb in memory)),
        "KB a page that these grew by in the second half": round(1000 * slope * wall / pages, 1),
    }  # fmt: skip


def kills(service: Service, scans: Path) -> dict[str, float]:
    """Seconds until each part is back after it was killed; the watcher's in the middle of reading."""
    found = {}
    found["prefect-worker"] = back(service, "prefect-worker", lambda: service.parts().get("prefect-worker", 0))
    found["prefect-server, until it answers"] = back(service, "prefect-server", lambda: answering(service))
    for number, path in enumerate(sorted(scans.iterdir())[:3]):  # other bytes, so that there is something to read
        copy = service.home / "stage" / f"again-{number}-{path.name}"
        shutil.copytree(path, copy) if path.is_dir() else shutil.copy(path, copy)
        for file in copy.rglob("*") if copy.is_dir() else [copy]:
            if file.is_file():
                with file.open("ab") as more:
                    more.write(b"\n")
        copy.rename(service.home / "inbox" / copy.name)
    until(lambda: read(service.home / "watch.json").get("reading"), 60)
    found["watch"] = back(service, "watch", lambda: read(service.home / "watch.json").get("pid", 0))
    began = time.monotonic()
    former = service.parts()["watch"]
    service.again()
    until(lambda: read(service.home / "watch.json").get("pid", former) not in (0, former), 60)
    found["hoso up itself, until its watcher looks again"] = round(time.monotonic() - began, 1)
    until(lambda: read(service.home / "watch.json").get("queue", 1) == 0, 600)
    return found


def back(service: Service, name: str, pid: Callable[[], int]) -> float:
    """Seconds from the kill of a part until its successor is there."""
    former, began = service.parts()[name], time.monotonic()
    os.kill(former, signal.SIGKILL)
    until(lambda: pid() not in (0, former), 60)
    return round(time.monotonic() - began, 1)


def answering(service: Service) -> int:
    """The process id of a server that answers, else 0."""
    with contextlib.suppress(OSError), urllib.request.urlopen(f"{service.told()['prefect']}/api/health", timeout=2):
        return service.parts().get("prefect-server", 0)
    return 0


def home(place: Path, jobs: int) -> Path:
    """A demo home whose service takes any free port."""
    subprocess.run([HOSO, "--home", place, "init", "--demo"], check=True, capture_output=True)
    with (place / "settings.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n[service]\nprefect_port = 0\ndesk = false\njobs = {jobs}\n")
    return place


def done(service: Service) -> bool:
    """Whether all that was dropped is read; asked of the watcher, so that asking costs nothing."""
    told = read(service.home / "watch.json")
    settling = sum(one["settling"] for one in told.get("inboxes", ()))
    left = [path for path in (service.home / "inbox").iterdir() if path.name not in ("da-nhan", "cho-xu-ly", "tu-choi")]
    return told.get("queue") == 0 and not settling and not left


def balance(place: Path) -> dict[str, Any]:
    """The page balance of a home."""
    words = [HOSO, "--home", place, "balance", "--json"]
    told: dict[str, Any] = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
    return told


def states(service: Service) -> dict[str, str]:
    return {name: one["state"] for name, one in service.told().get("parts", {}).items()}


def smallest(scans: Path) -> Path:
    return min(scans.iterdir(), key=lambda p: sum(f.stat().st_size for f in (p.rglob("*") if p.is_dir() else [p])))


def processes() -> dict[int, tuple[int, float, float]]:
    """(parent, CPU seconds with ended children, MB resident) of every process."""
    found = {}
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                told = (place / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
                ticks = sum(int(word) for word in told[11:15])
                found[int(place.name)] = (int(told[1]), ticks / TICK, int(told[21]) * PAGE / 1e6)
    return found


def beneath(rows: dict[int, tuple[int, float, float]], root: int) -> set[int]:
    found = {root}
    while more := {pid for pid, (parent, _, _) in rows.items() if parent in found} - found:
        found |= more
    return found


def read(path: Path) -> dict[str, Any]:
    with contextlib.suppress(OSError, ValueError):
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return told
    return {}


def until(what: Callable[[], object], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            raise SystemExit("the service did not come to it in time")
        time.sleep(0.1)


if __name__ == "__main__":
    main()
