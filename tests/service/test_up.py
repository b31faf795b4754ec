"""The whole service as an office starts it: real processes, a real Prefect server, real kills."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from doors import smallest_dossier
from hoso.cli.supervise import alive

HOSO = Path(sys.executable).with_name("hoso")


def init(home: Path, *service: str) -> Path:
    subprocess.run([HOSO, "--home", home, "init", "--demo"], check=True, capture_output=True)
    with (home / "settings.toml").open("a", encoding="utf-8") as file:
        file.write("\n[service]\njobs = 1\n" + "\n".join(service) + "\n")
    return home


@contextlib.contextmanager
def service(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """``hoso up``, ended by its own process id."""
    with (home / "said").open("wb") as said:
        process = subprocess.Popen([HOSO, "--home", home, "up"], stdout=said, stderr=said)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def told(home: Path) -> dict[str, Any]:
    with contextlib.suppress(OSError, ValueError):
        note: dict[str, Any] = json.loads((home / "up.json").read_text(encoding="utf-8"))
        return note
    return {"parts": {}}


def parts(home: Path) -> dict[str, Any]:
    return {name: one["state"] for name, one in told(home)["parts"].items()}


def eventually(what: Callable[[], object], seconds: float, why: Callable[[], object] = lambda: "") -> float:
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < seconds, why()
        time.sleep(0.1)
    return time.monotonic() - began


def test_without_prefect_the_watcher_runs_alone_and_is_back_after_a_kill(tmp_path: Path) -> None:
    home = init(tmp_path / "home", "prefect = false", "desk = false")
    with service(home) as process:
        eventually(lambda: parts(home) == {"watch": "running"}, 20, lambda: (home / "said").read_text())
        eventually(lambda: (home / "watch.json").exists(), 20)

        second = subprocess.run([HOSO, "--home", home, "up"], capture_output=True, text=True)
        assert second.returncode == 5
        assert "is up already" in second.stderr

        first = told(home)["parts"]["watch"]["pid"]
        os.kill(first, signal.SIGKILL)
        (home / "watch.json").unlink()
        assert eventually(lambda: (home / "watch.json").exists(), 10) < 10
        again = told(home)["parts"]["watch"]
        assert again["pid"] != first
        assert again["restarts"] == 1
        process.terminate()
        assert process.wait(30) == 0
    assert parts(home) == {"watch": "stopped"}
    assert not alive(again["pid"], again["born"])
    assert "watch was ended by signal 9; started again" in (home / "logs" / "up.log").read_text()


def test_a_service_that_was_killed_leaves_nothing_behind_and_starts_again(tmp_path: Path) -> None:
    home = init(tmp_path / "home", "prefect = false", "desk = false")
    with service(home) as process:
        eventually(lambda: parts(home) == {"watch": "running"}, 20)
        former = told(home)["parts"]["watch"]
        process.kill()
        process.wait()
    eventually(lambda: not alive(former["pid"], former["born"]), 10)
    with service(home):
        eventually(lambda: told(home)["parts"].get("watch", {}).get("pid") not in (former["pid"], 0, None), 10)


def test_systemd_is_told_once_scans_are_taken(tmp_path: Path) -> None:
    import socket

    home = init(tmp_path / "home", "prefect = false", "desk = false")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as wire:
        wire.bind(str(tmp_path / "notify"))
        wire.settimeout(20)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
            with service(home):
                assert wire.recv(100) == b"READY=1"
                assert parts(home) == {"watch": "running"}


def test_a_check_says_what_would_start_and_what_is_wrong(tmp_path: Path) -> None:
    import socket

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        home = init(tmp_path / "home", f"prefect_port = {port}", "desk = false")
        done = subprocess.run([HOSO, "--home", home, "up", "--check"], capture_output=True, text=True)
        assert done.returncode == 5, "a later start may do"
        assert f"port {port} is taken by another program" in done.stderr
        assert "settings.toml [service] desk = false" in done.stdout
        assert subprocess.run([HOSO, "--home", home, "up"], capture_output=True, timeout=30).returncode == 5
    assert subprocess.run([HOSO, "--home", home, "up", "--check"], capture_output=True).returncode == 0
    with (home / "settings.toml").open("a", encoding="utf-8") as file:
        file.write('[[inbox]]\nname = "a"\npath = ".."\n')
    done = subprocess.run([HOSO, "--home", home, "up", "--check"], capture_output=True, text=True)
    assert done.returncode == 6
    assert "what Hoso writes must not lie inside what it reads" in done.stderr
    assert not (home / "up.json").exists()


def test_an_inbox_that_is_away_keeps_nothing_from_starting(tmp_path: Path) -> None:
    home = init(
        tmp_path / "home", "prefect = false", "desk = false", '[[inbox]]\nname = "share"\npath = "/nowhere/share"'
    )
    done = subprocess.run([HOSO, "--home", home, "up", "--check"], capture_output=True, text=True)
    assert done.returncode == 0
    assert "away" in done.stdout
    with service(home):
        eventually(lambda: "inbox share is away" in _log(home, "watch"), 20)
        assert parts(home) == {"watch": "running"}


def _log(home: Path, name: str) -> str:
    path = home / "logs" / f"{name}.log"
    return path.read_text(encoding="utf-8") if path.exists() else ""


@pytest.fixture
def up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home whose whole service is up."""
    monkeypatch.setenv("PREFECT_WORKER_QUERY_SECONDS", "2")
    monkeypatch.setenv("PREFECT_SERVER_SERVICES_SCHEDULER_RECENT_DEPLOYMENTS_LOOP_SECONDS", "2")
    home = init(tmp_path / "home", "prefect_port = 0", "desk = false")
    with service(home):
        whole = {
            "watch": "running",
            "prefect-server": "running",
            "prefect-register": "done",
            "prefect-worker": "running",
        }
        eventually(lambda: parts(home) == whole, 150, lambda: [(p, p.read_text()[-900:]) for p in home.glob("logs/*")])
        yield home


def ask(home: Path, path: str, body: dict[str, Any]) -> Any:
    request = urllib.request.Request(
        f"{told(home)['prefect']}/api{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def runs(home: Path, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask(home, "/flow_runs/filter", {"flows": {"name": {"any_": [name]}}})
    return found


def test_the_whole_service_takes_scans_plans_nights_and_takes_up_a_night_that_was_killed(up: Path) -> None:
    small = smallest_dossier()
    shutil.copytree(small, up / "inbox" / small.name)
    eventually(lambda: (up / "inbox" / "da-nhan" / small.name).exists(), 30)

    eventually(lambda: {run["state_type"] for run in runs(up, "nightly")} == {"SCHEDULED"}, 60)
    found = ask(up, "/deployments/filter", {"deployments": {"name": {"any_": ["nightly"]}}})
    assert [(one["schedules"][0]["schedule"]["cron"], one["parameters"]["home"]) for one in found] == [
        ("0 1 * * *", str(up))
    ]
    port = int(told(up)["prefect"].rpartition(":")[2])
    rows = [line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
    listening = {row[1] for row in rows if row[3] == "0A" and row[1].endswith(f":{port:04X}")}
    assert listening == {f"0100007F:{port:04X}"}, "on loopback alone"
    note = up / "nights" / "nightly.json"
    with (up / "run.lock").open("a") as lock:  # another run is at work: the night waits for it
        eventually(lambda: _locks(lock), 60)
        first = ask(up, f"/deployments/{found[0]['id']}/create_flow_run", {})["id"]
        eventually(note.exists, 60)
        row = json.loads(note.read_text(encoding="utf-8"))
        assert (row["state"], row["run"]) == ("running", first)
        os.kill(row["pid"], signal.SIGKILL)
        eventually(
            lambda: json.loads(note.read_text(encoding="utf-8"))["run"] != first, 60, lambda: runs(up, "nightly")
        )
    eventually(lambda: json.loads(note.read_text(encoding="utf-8"))["state"] == "done", 60)
    states = {run["id"]: run["state_type"] for run in runs(up, "nightly")}
    assert states[first] == "CRASHED"
    (again,) = [run for run in runs(up, "nightly") if "again" in run["tags"]]
    eventually(lambda: {r["id"]: r["state_type"] for r in runs(up, "nightly")}[again["id"]] == "COMPLETED", 20)
    rows = [json.loads(line) for line in (up / "nights" / "history.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(one["run"], one["state"]) for one in rows] == [(first, "killed"), (again["id"], "done")]
    assert rows[1]["told"]["balance"]["underway"] == 0
    (page,) = ask(up, "/artifacts/latest/filter", {"artifacts": {"key": {"any_": ["page-balance"]}}})
    assert "Cân bằng: đủ" in page["data"]
    assert "Lần chạy trước bị ngắt" in page["data"]


def _locks(file: Any) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
