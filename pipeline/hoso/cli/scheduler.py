"""Prefect as the service's clock: how its server and worker are started for one home, and told what to run when.

Talks to the server by its HTTP interface, so that Prefect itself is loaded in processes of its own alone. Owns what runs
that were killed are told as there, and that they are started once more. Prefect never holds the truth: all of it may be
deleted.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hoso import __version__, resources
from hoso.cli.supervise import Part
from hoso.errors import Unavailable
from hoso.recipe import nights
from hoso.settings import Service

__all__ = ["Scheduler", "free_port", "installed", "register", "taken"]

POOL = "hoso"
_REGISTER = (
    "import sys, pathlib; from hoso.cli.scheduler import register as r; r(pathlib.Path(sys.argv[1]), sys.argv[2])"
)
_WAIT = 5.0  # s for one answer of the server
_DATABASE = "PREFECT_SERVER_DATABASE_CONNECTION_URL"
_SERVICES = "PREFECT_SERVER_SERVICES_"
_CALM = {
    "PREFECT_WORKER_QUERY_SECONDS": "30",
    f"{_SERVICES}SCHEDULER_RECENT_DEPLOYMENTS_LOOP_SECONDS": "30",
    f"{_SERVICES}LATE_RUNS_LOOP_SECONDS": "60",
    f"{_SERVICES}FOREMAN_LOOP_SECONDS": "60",
    f"{_SERVICES}PAUSE_EXPIRATIONS_LOOP_SECONDS": "300",
    f"{_SERVICES}CANCELLATION_CLEANUP_LOOP_SECONDS": "120",
    f"{_SERVICES}CLEANUP_RECONCILER_LOOP_SECONDS": "120",
    f"{_SERVICES}REPOSSESSOR_LOOP_SECONDS": "60",
    f"{_SERVICES}TRIGGERS_ENABLED": "false",
    f"{_SERVICES}TASK_RUN_RECORDER_ENABLED": "false",
}
"""Prefect made calm: an office has a dozen runs a day, not thousands, no automations and no tasks. What the environment of
``hoso up`` says of these counts more."""


def installed() -> bool:
    """Whether Prefect is there."""
    return importlib.util.find_spec("prefect") is not None


def taken(port: int) -> bool:
    """Whether something listens on a port of loopback."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def free_port() -> int:
    """A port of loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Scheduler:
    """Prefect for the home at ``home``, its server on ``port`` of loopback."""

    def __init__(
        self, home: Path, settings: Service, port: int, say: Callable[[str], None] = lambda text: None
    ) -> None:
        self.home, self.port, self._settings, self._say = home.resolve(), port, settings, say
        self.page = f"http://127.0.0.1:{port}"
        self._marker = self.home / "prefect" / "registered.json"
        self._told: set[str] = set()

    def env(self) -> dict[str, str]:
        """Its environment: all it keeps lies in the home; it tells nobody anything, and listens to this machine alone."""
        told = {
            "PREFECT_HOME": self.home / "prefect",
            "PREFECT_API_URL": f"{self.page}/api",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": 1,
            "PREFECT_LOGGING_LEVEL": "WARNING",
            f"{_SERVICES}DB_VACUUM_ENABLED": "events,flow_runs",
            f"{_SERVICES}DB_VACUUM_RETENTION_PERIOD": self._settings.keep_days * 86_400,
            "HOSO_HOME": self.home,
        }
        return _CALM | dict(os.environ) | {name: str(value) for name, value in told.items()}

    def parts(self) -> list[Part]:
        """Its server, what is registered once, its worker."""
        env, place = self.env(), resources.service()
        prefect = (sys.executable, "-m", "prefect")
        register = (sys.executable, "-c", _REGISTER, str(self._marker), self._wanted())
        return [
            Part(
                "prefect-server", (*prefect, "server", "start", "--host", "127.0.0.1", "--port", str(self.port)), env,
                self.home, ready=self.ready, last=True,
            ),
            Part("prefect-register", register, env, place, after=("prefect-server",), once=True),
            Part(
                "prefect-worker",
                (*prefect, "worker", "start", "--pool", POOL, "--type", "process", "--name", f"hoso-{os.getpid()}"),
                env, place, after=("prefect-register",),
            ),
        ]  # fmt: skip

    def ready(self) -> bool:
        """Whether the server answers."""
        with contextlib.suppress(Unavailable):
            self._ask("GET", "/health")
            return True
        return False

    def look_after(self) -> None:
        """Runs whose process is gone are told so to Prefect; a night that was killed is started again, once."""
        cut = {str(row["run"]): str(row["name"]) for row in nights.last(self.home) if _cut(row)}
        for run in {*cut, *nights.dead(self.home)} - self._told:
            with contextlib.suppress(Unavailable):
                self._settle(run, cut.get(run, ""))
                self._told.add(run)

    def _settle(self, run: str, name: str) -> None:
        try:
            told = self._ask("GET", f"/flow_runs/{run}")
        except FileNotFoundError:
            return
        if told["state_type"] in ("RUNNING", "PENDING", "CANCELLING"):
            state = {"type": "CRASHED", "name": "Crashed", "message": "Its process is gone; the next run goes on."}
            self._ask("POST", f"/flow_runs/{run}/set_state", {"state": state, "force": False})
            self._say(f"run {run} was killed; told so to Prefect")
        if name and told.get("deployment_id") and "again" not in told.get("tags", ()):
            again = {"idempotency_key": f"again-{run}", "tags": ["again"], "parameters": told.get("parameters", {})}
            self._ask("POST", f"/deployments/{told['deployment_id']}/create_flow_run", again)
            self._say(f"{name} was killed in its run; it is started once more")

    def _wanted(self) -> str:
        """What has to be registered, as a digest: another one is registered anew."""
        place = resources.service()
        digest = hashlib.sha256()
        files = [place / "prefect.yaml", *sorted((place / "flows").glob("*.py"))]
        for part in (__version__, place, self.home, os.environ.get(_DATABASE, ""), *(f.read_bytes() for f in files)):
            digest.update(part if isinstance(part, bytes) else str(part).encode())
        return digest.hexdigest()

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.page}/api{path}", data=data, method=method, headers={"Content-Type": "application/json"}
        )
        try:
            with _PLAIN.open(request, timeout=_WAIT) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            if error.code == 404:
                raise FileNotFoundError(path) from error
            raise Unavailable(f"Prefect at {self.page} answered {error.code} to {method} {path}") from error
        except (OSError, ValueError) as error:
            raise Unavailable(f"Prefect at {self.page} does not answer; see HOME/logs/prefect-server.log") from error


_PLAIN = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Loopback is asked directly, whatever proxy this machine has."""


def register(marker: Path, wanted: str) -> None:
    """Register the work pool and the deployments, unless ``marker`` says that this very set is. Ends the process where it
    cannot be done; for the part that registers, in the folder of prefect.yaml and with the environment of Prefect."""
    if marker.exists() and marker.read_text(encoding="utf-8") == wanted:
        return
    prefect = [sys.executable, "-m", "prefect", "--no-prompt"]
    if subprocess.run([*prefect, "work-pool", "inspect", POOL], stdout=subprocess.DEVNULL, check=False).returncode:
        subprocess.run([*prefect, "work-pool", "create", POOL, "--type", "process"], check=True)
    subprocess.run([*prefect, "deploy", "--all"], check=True)
    marker.write_text(wanted, encoding="utf-8")


def _cut(row: dict[str, Any]) -> bool:
    return bool(row.get("run")) and row["state"] == "running" and not row["alive"]
