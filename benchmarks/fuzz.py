"""Broken files without end, through a worker as the job uses it: does the parent live, what is slow, what takes memory?

    python -m benchmarks.fuzz [--minutes 15] [--seed 1] [--out DIR]

Each mutant is looked into, its first page decoded, and, of a PDF, its signatures checked, its PDF/A judged and its first
page taken over into an archive copy. Files that end or outlast the worker are kept in DIR. The last line is a JSON object.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import tempfile
import time
from collections import Counter
from pathlib import Path

from hoso import keys, site
from hoso.errors import Refused
from hoso.recipe import crew_for
from hoso.recipe.reading import opened
from hoso.work import Lost, Task

ROOT = Path(__file__).parents[1]
SECONDS = 20.0
MEMORY_MB = 1_024


def chew(data: bytes) -> str:
    """In a worker: everything that touches the bytes of a stranger's file. What was said of it."""
    from hoso.stages.read import decode
    from hoso.stages.survey import survey

    limits = opened().settings.reading
    try:
        seen = survey(data, limits)
        decode(data, seen.media_type, 1, limits)
        said = "taken"
    except Refused as error:
        return error.reason
    except MemoryError:
        return "memory"
    finally:
        if data[:5] == b"%PDF-":
            _pdf(data)
    return said


def _pdf(data: bytes) -> None:
    from hoso.pdf.check import examine
    from hoso.pdf.lift import Source
    from hoso.signers.validate import validate

    examine(data)
    validate(data, ())
    try:
        Source(data).plan(1, lambda *_: ())
    except (Refused, MemoryError):
        return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=15.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path(tempfile.gettempdir()) / "hoso-fuzz")
    given = parser.parse_args()
    import sys

    sys.path.insert(0, str(ROOT / "tests"))
    from mutants import mutant, seeds

    given.out.mkdir(parents=True, exist_ok=True)
    whole = seeds()
    for path in sorted((ROOT / ".." / "shared" / "hostile").glob("*")):
        if path.suffix in (".pdf", ".tif", ".tiff", ".jpg") and 0 < path.stat().st_size < 100_000:
            whole[path.name] = path.read_bytes()
    names, said, slow, number = sorted(whole), Counter[str](), [], 0
    taken: dict[int, tuple[str, bytes]] = {}
    end = time.monotonic() + 60 * given.minutes
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        site.make(home, f"[reading]\nmax_memory_mb = {MEMORY_MB}\nmax_pixels = 40000000\n")
        with site.Site(home) as here, crew_for(here, 1) as crew:
            while time.monotonic() < end:
                tasks = []
                for _ in range(50):
                    number += 1
                    chance = random.Random(f"{given.seed}-{number}")
                    name = chance.choice(names)
                    taken[number] = name, mutant(whole[name], chance, whole[chance.choice(names)])
                    tasks.append(Task(number, "benchmarks.fuzz:chew", (taken[number][1],), SECONDS, shut=True))
                for task, answer, seconds in crew.run(tasks):
                    name, data = taken.pop(task.id)
                    word = f"{answer.reason}: {answer.text}" if isinstance(answer, Lost) else str(answer)
                    said[word] += 1
                    slow.append((round(seconds, 2), name, task.id))
                    if isinstance(answer, Lost):
                        (given.out / f"{given.seed}-{task.id}-{keys.digest(data)[:8]}-{name}").write_bytes(data)
                        print(given.seed, task.id, name, word, answer.trace[-600:], flush=True)
                slow = sorted(slow, reverse=True)[:8]
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"files": number, "minutes": given.minutes, "seed": given.seed, "said": dict(said.most_common()),
                      "slowest": slow, "parent_mb": own, "worker_mb": children}, ensure_ascii=False))  # fmt: skip


if __name__ == "__main__":
    main()
