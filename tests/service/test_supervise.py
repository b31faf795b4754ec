"""The supervisor: parts start in order, start again where they end, and end together, whatever becomes of whom."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hoso.cli import supervise
from hoso.cli.supervise import Log, Part, Supervisor


def part(name: str, code: str, **more: Any) -> Part:
    return Part(name, (sys.executable, "-c", code), {"PYTHONUNBUFFERED": "1"}, **more)


def eventually(what: Callable[[], object], seconds: float = 15.0) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "did not come true in time"
        time.sleep(0.02)


class Seen:
    """A supervisor that is stopped once ``enough`` holds of what it told."""

    def __init__(self, folder: Path, *parts: Part, enough: Callable[[Seen], bool], seconds: float = 15.0) -> None:
        self.said: list[str] = []
        self.told: list[dict[str, dict[str, Any]]] = []
        self.folder = folder
        supervisor = Supervisor(parts, folder, 100_000, self.said.append, self.told.append)

        def end() -> None:
            until = time.monotonic() + seconds
            while time.monotonic() < until and not (self.told and enough(self)):
                time.sleep(0.02)
            supervisor.stop()

        threading.Thread(target=end, daemon=True).start()
        supervisor.run()

    def log(self, name: str) -> str:
        path = self.folder / f"{name}.log"
        return path.read_text() if path.exists() else ""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervise, "FIRST", 0.05)
    monkeypatch.setattr(supervise, "GRACE", 3.0)
    monkeypatch.setattr(supervise, "TICK", 0.2)


SLEEP = "import time; print('up'); time.sleep(60)"


def test_a_part_starts_when_those_it_leans_on_are_ready(tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    server = part("server", f"import time,pathlib; time.sleep(0.5); pathlib.Path({str(flag)!r}).touch(); time.sleep(60)",
                  ready=flag.exists, last=True)  # fmt: skip
    once = part("register", "print('registered')", after=("server",), once=True)
    worker = part(
        "worker", f"import pathlib; print(pathlib.Path({str(flag)!r}).exists()); {SLEEP}", after=("register",)
    )
    seen = Seen(tmp_path / "logs", worker, once, server, enough=lambda s: "up" in s.log("worker"))
    assert " True\n" in seen.log("worker")
    assert seen.log("register").count("registered") == 1
    assert seen.said == []
    assert {one["state"] for one in seen.told[-1].values()} == {"stopped"}


def test_a_part_that_ends_is_started_again_later_and_later(tmp_path: Path) -> None:
    seen = Seen(tmp_path, part("bad", "import sys; sys.exit(3)"), enough=lambda s: len(s.said) >= 4)
    assert all("bad ended with code 3; started again" in text for text in seen.said)
    restarts = [told["bad"]["restarts"] for told in seen.told]
    assert restarts == sorted(restarts)
    assert supervise.FIRST * 2**3 <= supervise.LONGEST


def test_a_part_that_is_killed_is_back_within_seconds(tmp_path: Path) -> None:
    killed: list[float] = []

    def enough(seen: Seen) -> bool:
        now = seen.told[-1]["worker"]
        if not killed and now["state"] == "running":
            killed.append(time.monotonic())
            os.kill(now["pid"], signal.SIGKILL)
        return bool(killed) and now["restarts"] == 1 and now["state"] == "running"

    seen = Seen(tmp_path, part("worker", SLEEP), enough=enough)
    assert time.monotonic() - killed[0] < 10
    assert seen.said == [f"worker was ended by signal 9; started again in 0 s (see {tmp_path}/worker.log)"]


def test_what_outlives_its_parent_is_ended_too(tmp_path: Path) -> None:
    """A grandchild in a session of its own, whose parent has ended: no signal to a group reaches it."""
    note = tmp_path / "pid"
    code = (
        "import subprocess,sys,time; p=subprocess.Popen([sys.executable,'-c','import time; time.sleep(60)'],"
        f"start_new_session=True); open({str(note)!r},'w').write(str(p.pid)); time.sleep(60)"
    )
    Seen(tmp_path, part("worker", code), enough=lambda s: note.exists() and note.read_text() != "")
    eventually(lambda: not Path(f"/proc/{note.read_text()}").exists())


def test_what_was_started_before_it_is_not_its_to_end(tmp_path: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        Seen(tmp_path, part("one", SLEEP), enough=lambda s: "up" in s.log("one"))
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_part_that_does_not_end_by_itself_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervise, "GRACE", 0.4)
    code = "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up'); time.sleep(60)"
    pids: list[int] = []

    def enough(seen: Seen) -> bool:
        pids[:] = [seen.told[-1]["deaf"]["pid"]]
        return "up" in seen.log("deaf")

    Seen(tmp_path, part("deaf", code), enough=enough)
    assert not Path(f"/proc/{pids[0]}").exists()


def test_what_others_lean_on_is_ended_last(tmp_path: Path) -> None:
    ends = tmp_path / "ends"
    code = (
        "import signal,sys,time\n"
        "def end(*_):\n"
        f"    time.sleep(NAP); open({str(ends)!r}, 'a').write('NAME '); sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, end)\nprint('up')\ntime.sleep(60)\n"
    )
    server = part("server", code.replace("NAME", "server").replace("NAP", "0"), last=True)
    worker = part("worker", code.replace("NAME", "worker").replace("NAP", "0.3"))
    Seen(tmp_path, server, worker, enough=lambda s: "up" in s.log("server") and "up" in s.log("worker"))
    assert ends.read_text() == "worker server "


def test_parts_end_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import json,sys,pathlib; from hoso.cli.supervise import Part, Supervisor\n"
        f"Supervisor([Part('one', (sys.executable, '-c', {SLEEP!r}))], pathlib.Path({str(tmp_path)!r}), 9999, print,"
        f" lambda told: pathlib.Path({str(tmp_path / 'told')!r}).write_text(json.dumps(told))).run()"
    )
    process = subprocess.Popen([sys.executable, "-c", code])
    one: dict[str, Any] = {}
    try:

        def running() -> bool:
            with contextlib.suppress(OSError, ValueError):
                one.update(json.loads((tmp_path / "told").read_text())["one"])
            return bool(one.get("pid"))

        eventually(running)
    finally:
        process.kill()
        process.wait()
    eventually(lambda: not supervise.alive(one["pid"], one["born"]))


def test_a_leftover_is_ended_only_where_it_is_the_very_process(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    try:
        since = supervise.born(process.pid)
        assert supervise.end_groups([(process.pid, since + 1)]) == []
        assert process.poll() is None
        assert supervise.end_groups([(process.pid, since), (0, 0)]) == [process.pid]
        assert process.wait(5) == -signal.SIGTERM
    finally:
        process.kill()
        process.wait()


def test_logs_bear_the_instant_and_turn_at_their_size(tmp_path: Path) -> None:
    log = Log(tmp_path / "x.log", 200)
    for number in range(40):
        log.write(b"line %d\n" % number)
    log.close()
    files = sorted(tmp_path.iterdir())
    assert [path.name for path in files] == ["x.log"] + [f"x.log.{n}" for n in range(1, 6)]
    assert all(path.stat().st_size <= 200 for path in files)
    assert files[0].read_text().splitlines()[-1].endswith(" line 39")
    assert files[0].read_text().startswith("20")
    assert not any(path.stat().st_mode & 0o007 for path in files)
