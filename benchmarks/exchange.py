"""Ten thousand certificates to a portal that fails one time in five, in every way there is, while the sender is killed.

The portal answers in a process of its own, over HTTP. Before the work it takes nothing (503, 429), drops the line or errs;
after it it drops, errs, dawdles, talks nonsense, says nothing or speaks of another number. It has no idempotency keys: what
was added cannot be added again. The sender is ended by SIGKILL some times and started again.

Told: certificates queued and delivered a second, requests by fate, how often each was added at the portal, rows in the
warehouse, and the memory of the sender over time.

    python -m benchmarks.exchange [--messages 10000] [--share 0.2] [--kills 3] [--kill-after 15]
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks import machine
from hoso.recipe import delivering, outbox
from hoso.site import HANOI, Site

sys.path.insert(0, str(machine.ROOT / "tests" / "exchange"))

__all__ = ["main"]

FORK = multiprocessing.get_context("fork")
PASSWORD = "mat-khau"
SETTINGS = """
[outbox]
tries = 60
pause = 0.2
longest = 3.0
together = {together}
rest = 1.0

[health_portal]
url = "{url}/api/hssk/gksk"
user = "30001_GKSK"
facility = "30001"
timeout = 0.5
rate = 0.0
"""


def portal(share: float, pipe: Any) -> None:
    """In a process: the portal, until it is asked what it holds."""
    import hashlib

    from servers import AFTER, BEFORE, Portal, serving

    server = Portal("30001_GKSK", hashlib.md5(PASSWORD.encode(), usedforsecurity=False).hexdigest())
    server.keep_seen, server.late = False, 0.8
    fate = random.Random(9)
    server.mood = lambda number, path: fate.choice((*BEFORE, *AFTER)) if fate.random() < share else "ok"
    with serving(server):
        pipe.send(server.url)
        pipe.recv()
        pipe.send(
            {
                "requests": server.requests, "fates": dict(server.moods), "held": len(server.held),
                "added": dict(Counter(server.added.values())), "edited": server.edited.total(),
            }
        )  # fmt: skip


def opened(home: Path) -> Site:
    return Site(home, clock=lambda: datetime.now(HANOI))


def queue(home: Path, count: int) -> None:
    """In a process: queue ``count`` certificates."""
    from cases import case, certificate

    with opened(home) as site, outbox.opened(site) as doors:
        known, door = site.registers, doors["health_portal"]
        for number in range(count):
            one = certificate(number, so=f"{number:05d}/GKSKLX/30001/26")
            assert outbox.put(site, door.wanted(case(one, registers=known))) == 1


def deliver(home: Path) -> None:
    """In a process: send until nothing is left."""
    with opened(home) as site:
        while delivering.deliver(site, patience=60.0).left:
            pass


def resident(pid: int) -> float:
    """Resident memory of a process in MiB, 0 where it has ended."""
    with suppress(OSError, IndexError, ValueError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    return 0.0


def watched(work: Callable[[Path], None], home: Path, kill_after: float, memory: list[float]) -> bool:
    """Run ``work`` in a process and note its memory each half second; end it by SIGKILL after ``kill_after`` seconds (0:
    never). True where it came to its end."""
    runner = FORK.Process(target=work, args=(home,))
    started = time.monotonic()
    runner.start()
    while runner.is_alive():
        runner.join(0.5)
        assert runner.pid is not None
        if now := resident(runner.pid):
            memory.append(now)
        if kill_after and time.monotonic() - started > kill_after and runner.is_alive():
            os.kill(runner.pid, signal.SIGKILL)
            runner.join()
            return False
    if runner.exitcode != 0:
        raise SystemExit(f"the sender ended with {runner.exitcode}")
    return True


def prepared(folder: Path, url: str, together: int) -> Path:
    """A home of a test office whose door leads to the portal."""
    from cases import registers

    from hoso import site as sites
    from hoso.signers.demo import make_demo

    home = folder / "home"
    text = '[office]\nname = "TRUNG TÂM Y TẾ THỬ NGHIỆM"\ncode = "H23.16"\ntest = true\n'
    sites.make(home, text + SETTINGS.format(url=url, together=together))
    make_demo(home / "keys", datetime.now(HANOI), "Trung tâm Y tế Thử nghiệm")
    (home / "keys" / "health_portal.password").write_text(PASSWORD + "\n", encoding="utf-8")
    registers(home / "registers")
    return home


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--share", type=float, default=0.2, help="of requests that fail")
    parser.add_argument("--together", type=int, default=8, help="messages on the way at a time")
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--kill-after", type=float, default=15.0, help="seconds")
    given = parser.parse_args()
    ours, theirs = FORK.Pipe()
    server = FORK.Process(target=portal, args=(given.share, theirs), daemon=True)
    server.start()
    with tempfile.TemporaryDirectory() as folder:
        home = prepared(Path(folder), ours.recv(), given.together)
        start = time.perf_counter()
        queueing = FORK.Process(target=queue, args=(home, given.messages))
        queueing.start()
        queueing.join()
        queued = time.perf_counter() - start
        memory: list[float] = []
        kills = 0
        start = time.perf_counter()
        while not watched(deliver, home, given.kill_after if kills < given.kills else 0.0, memory):
            kills += 1
        took = time.perf_counter() - start
        ours.send("what is there?")
        told = ours.recv()
        with opened(home) as site:
            states = Counter(one.state for one in outbox.items(site, everything=True))
            rows = site.warehouse.query("SELECT tinh_trang, count(*) FROM v_giao_nhan GROUP BY 1").rows
    last = memory[-max(1, len(memory) // 10) :]
    first = memory[len(memory) // 10 : len(memory) // 5] or memory[:1]
    figures = {
        "messages": given.messages, "share of requests that fail": given.share, "kills": kills,
        "queued a second": round(given.messages / queued), "seconds": round(took, 1),
        "delivered a second": round(given.messages / took, 1),
        "exactly once": told["added"] == {1: given.messages} and states == {"done": given.messages},
        "portal": told, "outbox": dict(states), "warehouse": {str(state): count for state, count in rows},
        "memory MiB": {"second tenth": round(max(first)), "last tenth": round(max(last)), "most": round(max(memory))},
    }  # fmt: skip
    name = "exchange" if given.kills else "exchange-unkilled"
    print(machine.write(name, figures).read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
