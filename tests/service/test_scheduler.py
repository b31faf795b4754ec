"""What Prefect is told, as Prefect itself understands it, and what is registered when."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from hoso.cli import scheduler
from hoso.cli.scheduler import Scheduler
from hoso.settings import Service

_ASK = """
import json
from prefect.settings import get_current_settings
told = get_current_settings()
services = told.server.services
print(json.dumps({
    "analytics": told.server.analytics_enabled, "home": str(told.home), "api": told.api.url,
    "vacuum": sorted(services.db_vacuum.enabled_vacuum_types), "kept": services.db_vacuum.retention_period.days,
    "late": services.late_runs.loop_seconds, "recent": services.scheduler.recent_deployments_loop_seconds,
    "foreman": services.foreman.loop_seconds, "pause": services.pause_expirations.loop_seconds,
    "cancellation": services.cancellation_cleanup.loop_seconds, "cleanup": services.cleanup_reconciler.loop_seconds,
    "repossessor": services.repossessor.loop_seconds, "triggers": services.triggers.enabled,
    "tasks": services.task_run_recorder.enabled, "query": told.worker.query_seconds,
}))
"""


def test_prefect_understands_all_that_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_WORKER_QUERY_SECONDS", "7")  # what an operator says counts more
    env = Scheduler(tmp_path, Service(keep_days=33), 4299).env()
    done = subprocess.run([sys.executable, "-c", _ASK], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "analytics": False, "home": str(tmp_path / "prefect"), "api": "http://127.0.0.1:4299/api",
        "vacuum": ["events", "flow_runs", "orphans"], "kept": 33, "late": 60, "recent": 30, "foreman": 60, "pause": 300,
        "cancellation": 120, "cleanup": 120, "repossessor": 60, "triggers": False, "tasks": False, "query": 7,
    }  # fmt: skip
    assert env["DO_NOT_TRACK"] == "1"


def test_the_server_is_told_to_listen_on_loopback_alone(tmp_path: Path) -> None:
    server = Scheduler(tmp_path, Service(), 4299).parts()[0]
    assert server.command[server.command.index("--host") + 1] == "127.0.0.1"


def test_what_is_registered_is_not_registered_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def run(words: list[str], **more: object) -> subprocess.CompletedProcess[bytes]:
        asked.append(words[4:])
        return subprocess.CompletedProcess(words, 1 if "inspect" in words else 0)

    monkeypatch.setattr(scheduler.subprocess, "run", run)
    scheduler.register(tmp_path / "marker", "this set")
    assert asked == [
        ["work-pool", "inspect", "hoso"],
        ["work-pool", "create", "hoso", "--type", "process"],
        ["deploy", "--all"],
    ]
    scheduler.register(tmp_path / "marker", "this set")
    assert len(asked) == 3
    scheduler.register(tmp_path / "marker", "another set")
    assert asked[3:] == asked[:3]


def test_another_home_another_set(tmp_path: Path) -> None:
    one, other = (Scheduler(tmp_path / name, Service(), 4299).parts()[1].command[-1] for name in "ab")
    again = Scheduler(tmp_path / "a", Service(), 4300).parts()[1].command[-1]
    assert one == again != other
