"""Flows on a real local Prefect server: one run by hand, one through a deployment and a real worker."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pg8000.native import Connection

from contracts.conftest import SECRET, postgres
from doors import smallest_dossier

__all__ = ["postgres"]

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, postgres: int) -> Iterator[dict[str, str]]:
    """A Prefect server on loopback, its database on PostgreSQL as where several machines work (``test_up`` has one on
    SQLite); gives the environment that leads to it. Ended by its own process id."""
    with Connection("hoso", host="127.0.0.1", port=postgres, database="postgres", password=SECRET) as connection:
        connection.run("CREATE DATABASE prefect")
    folder, port = tmp_path_factory.mktemp("prefect"), free_port()
    env = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    env |= {
        "PREFECT_HOME": str(folder),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"postgresql+asyncpg://hoso:{SECRET}@127.0.0.1:{postgres}/prefect",
        "HOSO_WHO": "",
        "HOSO_HOME": "/nowhere",
    }
    log = (folder / "server.log").open("wb")
    process = subprocess.Popen(
        [BIN / "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)],
        env=env,
        stdout=log,
        stderr=log,
    )
    try:
        for _ in range(240):
            assert process.poll() is None, (folder / "server.log").read_text()[-2000:]
            try:
                with urllib.request.urlopen(f"{env['PREFECT_API_URL']}/health", timeout=2):
                    break
            except OSError:
                time.sleep(0.5)
        else:
            pytest.fail("the Prefect server did not answer within 120 s")
        yield env
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A demo home, and beside it an inbox of one small dossier."""
    small = smallest_dossier()
    shutil.copytree(small, tmp_path / "inbox" / small.name)
    subprocess.run([BIN / "hoso", "--home", tmp_path / "home", "init", "--demo"], check=True, capture_output=True)
    return tmp_path / "home"


def records(home: Path) -> list[dict[str, Any]]:
    done = subprocess.run(
        [BIN / "hoso", "--home", home, "records", "--json"], check=True, capture_output=True, text=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def runs(env: dict[str, str], name: str) -> list[str]:
    """States of the runs of a flow, as the server tells them."""
    return [run["state_type"] for run in asked(env, "/flow_runs/filter", {"flows": {"name": {"any_": [name]}}})]


def asked(env: dict[str, str], path: str, question: dict[str, Any]) -> list[dict[str, Any]]:
    """What the server answers to a question."""
    request = urllib.request.Request(
        f"{env['PREFECT_API_URL']}{path}", json.dumps(question).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        found: list[dict[str, Any]] = json.load(answer)
        return found


def port_of(env: dict[str, str]) -> int:
    return int(env["PREFECT_SERVER_DATABASE_CONNECTION_URL"].rpartition(":")[2].partition("/")[0])


def test_a_flow_runs_on_a_real_server(server: dict[str, str], home: Path) -> None:
    (dossier,) = (home.parent / "inbox").iterdir()
    code = (
        "import sys; sys.path.insert(0, 'flows'); from digitize_dossier import digitize_dossier;"
        f"print(digitize_dossier({str(home)!r}, {str(dossier)!r}, 1))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=server, cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() in {row["dossier_id"] for row in records(home)}
    assert runs(server, "digitize-dossier") == ["COMPLETED"]
    (row, *_) = records(home)
    told = asked(server, "/artifacts/latest/filter", {"artifacts": {"key": {"like_": "dossier-"}}})
    assert [artifact["key"] for artifact in told] == [f"dossier-{row['dossier_id']}"]
    assert f"| {row['type']} |" in told[0]["data"]
    values = [field["value"] for field in row["fields"] if field["name"] == "ho_ten" and field["value"]]
    assert values
    assert not any(value in told[0]["data"] for value in values), "no personal value leaves the home"
    with Connection("hoso", host="127.0.0.1", port=port_of(server), database="prefect", password=SECRET) as connection:
        assert connection.run("SELECT count(*) FROM flow_run WHERE state_type = 'COMPLETED'") == [[1]]


def test_a_deployment_runs_through_a_real_worker(server: dict[str, str], home: Path) -> None:
    def prefect(*words: str) -> str:
        done = subprocess.run(
            [BIN / "prefect", "--no-prompt", *words], env=server, cwd=ROOT, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    (dossier,) = (home.parent / "inbox").iterdir()
    shutil.move(dossier, home / "inbox" / dossier.name)
    prefect("work-pool", "create", "hoso", "--type", "process")
    prefect("deploy", "--all")
    parameters = ["-p", f"home={home}", "-p", "settle=0.1", "-p", "jobs=1"]
    prefect("deployment", "run", "watch-inbox/watch-inbox", *parameters)
    worker = subprocess.Popen(
        [BIN / "prefect", "worker", "start", "--pool", "hoso", "--type", "process"],
        env=server, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 240
        while "COMPLETED" not in runs(server, "watch-inbox"):
            assert time.monotonic() < deadline, runs(server, "watch-inbox")
            assert not {"FAILED", "CRASHED"} & set(runs(server, "watch-inbox"))
            time.sleep(1)
    finally:
        worker.terminate()
        try:
            worker.wait(30)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()
    assert records(home)
    assert [p.name for p in (home / "inbox" / "da-nhan").iterdir()] == [dossier.name]
    assert not (home / "inbox" / dossier.name).exists()


def test_deployments_are_as_designed() -> None:
    import yaml

    told = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))
    by_name = {deployment["name"]: deployment for deployment in told["deployments"]}
    assert set(by_name) == {path.stem.replace("_", "-") for path in (ROOT / "flows").glob("*.py")}
    for name, deployment in by_name.items():
        assert deployment["concurrency_limit"] == {"limit": 1, "collision_strategy": "CANCEL_NEW"}
        assert deployment["parameters"] == {"home": "{{ $HOSO_HOME }}"}
        file, _, function = deployment["entrypoint"].partition(":")
        assert function == name.replace("-", "_")
        assert f"def {function}(" in (ROOT / file).read_text(encoding="utf-8")
        assert {one["timezone"] for one in deployment.get("schedules", ())} <= {"Asia/Ho_Chi_Minh"}
    starts = [one["cron"] for deployment in by_name.values() for one in deployment.get("schedules", ())]
    assert len(set(starts)) == len(starts), "no two runs start at one instant"
    assert {name for name, told in by_name.items() if not told.get("schedules")} == {
        "digitize-dossier",
        "release-dossier",
    }


def test_flows_hold_no_logic_and_no_state() -> None:
    import ast

    for path in (ROOT / "flows").glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
        others = [n for n in tree.body if not isinstance(n, ast.FunctionDef | ast.Import | ast.ImportFrom | ast.Expr)]
        assert len(functions) == 1, path
        assert not others, path
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 40, path
