"""Pages a minute of reading alone (decode, clean, recognise, codes) against OCRmyPDF on the same pages in the same run.

    python -m benchmarks.reading_speed [--pages N] [--rounds N] [--engines hoso,tesserocr] [--keep]

Both with two processes: Hoso reads page by page in a pool, its start included; OCRmyPDF runs once over all pages with
``-l vie --output-type pdf --optimize 0 --jobs 2``, its cheapest output. The rounds alternate and the ratio of the medians
counts. Also told: CPU seconds a page by step, recognition's floor among them, and the most memory a worker held.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

from benchmarks.machine import ROOT, write
from benchmarks.speed import VERSION, draw, ocrmypdf, timed
from hoso.imaging.trace import Silent
from hoso.settings import Reading
from hoso.site import module

__all__ = ["main"]

_WORKERS = 2


class Steps(Silent):
    """CPU seconds by step."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self._last = time.process_time()

    def step(self, name: str, **seen: object) -> None:
        """Counts what passed since the last step."""
        now = time.process_time()
        self.seconds[name] += now - self._last
        self._last = now


_ENGINE: dict[str, Any] = {}


@lru_cache(maxsize=1)
def _bytes(path: str) -> bytes:
    """As a worker holds them: fetched once for neighbouring pages (``hoso.recipe.reading``)."""
    return Path(path).read_bytes()


def _page(task: tuple[str, str, int]) -> tuple[dict[str, float], int]:
    """(seconds by step, most memory of this worker in kB) of reading one page."""
    from hoso.stages.read import read

    name, path, index = task
    if name not in _ENGINE:
        _ENGINE[name] = module("engines", name).open(Reading())
    steps = Steps()
    read(_bytes(path), "application/pdf", "0" * 64, index, _ENGINE[name], Reading(), steps)
    held = Path("/proc/self/status").read_text(encoding="ascii").partition("VmHWM:")[2].split()[0]
    return dict(steps.seconds), int(held)


def _all(name: str, path: Path, pages: int, steps: Path) -> None:
    """Read every page with a pool; write the seconds by step, and the most memory, to ``steps``."""
    seconds: Counter[str] = Counter()
    memory = 0
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(_WORKERS, mp_context=spawn) as pool:
        for one, kilobytes in pool.map(_page, [(name, str(path), k + 1) for k in range(pages)]):
            seconds.update(one)
            memory = max(memory, kilobytes)
    steps.write_text(json.dumps({"steps": dict(seconds), "memory_mb": memory / 1000}), encoding="utf-8")


def main() -> None:
    """Draw, run all in turn, print and keep the figures."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--pages", type=int, default=100)
    asked.add_argument("--rounds", type=int, default=1)
    asked.add_argument("--seed", default="reading-speed")
    asked.add_argument("--engines", default="hoso,tesserocr")
    asked.add_argument("--keep", action="store_true", help="write the figures to benchmarks/results")
    asked.add_argument("--one", nargs=4, metavar=("ENGINE", "FILE", "PAGES", "STEPS"), help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.one:
        _all(given.one[0], Path(given.one[1]), int(given.one[2]), Path(given.one[3]))
        return
    peer, names = ocrmypdf(), given.engines.split(",")
    runs: dict[str, list[tuple[float, float]]] = {name: [] for name in (*names, "ocrmypdf")}
    told: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as temporary:
        scans = Path(temporary) / "scans"
        scans.mkdir()
        whole, steps = Path(temporary) / "pages.pdf", Path(temporary) / "steps.json"
        pages = _gather(scans, whole, given.pages, given.seed)
        for _ in range(given.rounds):
            for name in names:
                command = [sys.executable, "-m", "benchmarks.reading_speed", "--one", name, whole, str(pages), steps]
                runs[name].append(timed(command))
                told[name] = json.loads(steps.read_text(encoding="utf-8"))
            options = ["-q", "-l", "vie", "--output-type", "pdf", "--optimize", "0", "--jobs", str(_WORKERS)]
            runs["ocrmypdf"].append(timed([peer, *options, whole, Path(temporary) / "out.pdf"]))
    wall = {name: statistics.median(run[0] for run in all_runs) for name, all_runs in runs.items()}
    cpu = {name: statistics.median(run[1] for run in all_runs) for name, all_runs in runs.items()}
    answer = {
        "pages": pages,
        "rounds": given.rounds,
        "pages_a_minute": {name: round(60 * pages / seconds, 1) for name, seconds in wall.items()},
        "cpu_seconds_a_page": {name: round(seconds / pages, 3) for name, seconds in cpu.items()},
        "times_as_fast_wall": {name: round(wall["ocrmypdf"] / wall[name], 2) for name in names},
        "times_as_fast_cpu": {name: round(cpu["ocrmypdf"] / cpu[name], 2) for name in names},
        "cpu_seconds_a_page_by_step": {
            name: {step: round(seconds / pages, 4) for step, seconds in told[name]["steps"].items()} for name in names
        },
        "most_memory_of_a_worker_mb": {name: round(told[name]["memory_mb"]) for name in names},
        "peer": f"ocrmypdf {VERSION} -l vie --output-type pdf --optimize 0 --jobs {_WORKERS}",
    }
    for key, value in answer.items():
        print(f"{key}: {value}")
    if given.keep:
        print(write("reading-speed", answer).relative_to(ROOT))


def _gather(scans: Path, whole: Path, most: int, seed: str) -> int:
    """One PDF of at most so many scanned pages; gives how many."""
    import pikepdf

    draw(scans, max(2, most // 3), seed)
    with pikepdf.new() as pdf:
        for file in sorted(scans.iterdir()):
            with pikepdf.open(file) as one:
                pdf.pages.extend(one.pages)
        while len(pdf.pages) > most:
            del pdf.pages[-1]
        pdf.save(whole)
        return len(pdf.pages)


if __name__ == "__main__":
    main()
