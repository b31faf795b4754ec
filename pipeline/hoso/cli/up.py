"""The command up: the whole service of an office on one machine, kept running until it is told to end.

Watcher, Prefect's server and worker, desk: each a process of its own, started again where it ends. Holds ``HOME/up.lock``
while it runs and says in ``HOME/up.json`` what stands how; both may be deleted when it does not run.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import json
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hoso import __version__, resources
from hoso.cli import scheduler
from hoso.cli.show import open_site, say, table
from hoso.cli.supervise import Log, Part, Supervisor, end_groups
from hoso.errors import HosoError, Misconfigured, Unavailable

if TYPE_CHECKING:
    from hoso.site import Site

__all__ = ["STATE", "up"]

STATE = "up.json"
DESK_PORT = 8640
_HOUR = 3600.0
_LEAST = 1e9  # bytes free below which it is said


@click.command()
@click.option("--check", "check_", is_flag=True, help="Say what would be started and what is missing; start nothing.")
@click.pass_obj
def up(home: str | None, check_: bool) -> None:
    """The whole service on this machine: watcher, nights, desk, until Ctrl-C or SIGTERM. Logs are in HOME/logs."""
    with open_site(home) as site:
        if check_:
            rows = list(_checks(site, runs=_running(site.home)))
            table("", ("part", "state", "what"), rows)
            _refuse(rows)
            return
        with _only_service(site.home):
            _leftovers(site.home)
            _refuse(list(_checks(site, runs=False)))
            _Service(site).run()


class _Service:
    """The parts of one home, and what is told of them."""

    def __init__(self, site: Site) -> None:
        service, self.home = site.settings.service, site.home.resolve()
        self._alerts = site.settings.alerts
        self._began = site.stamp()
        most = service.log_mb * 1_000_000
        self._log = Log(self.home / "logs" / "up.log", most)
        self._scheduler: scheduler.Scheduler | None = None
        parts = [_part(self.home, "watch")]
        if service.prefect and scheduler.installed():
            port = service.prefect_port or scheduler.free_port()
            self._scheduler = scheduler.Scheduler(self.home, service, port, self._say)
            parts += self._scheduler.parts()
        self._desk = ""
        if service.desk and _has_desk():
            parts.append(_part(self.home, "desk"))
            self._desk = f"http://127.0.0.1:{_desk_port(site)}"
        self._supervisor = Supervisor(parts, self.home / "logs", most, self._say, self._write, self._look)
        self._health = time.monotonic()
        self._ready = self._greeted = False

    def run(self) -> None:
        signal.signal(signal.SIGTERM, self._supervisor.stop)
        signal.signal(signal.SIGINT, self._supervisor.stop)
        self._say(f"hoso {__version__} is up for {self.home}; Ctrl-C ends it")
        for what, where in (("desk", self._desk), ("Prefect", self._scheduler.page if self._scheduler else "")):
            if where:
                self._say(f"{what}: {where}")
        try:
            self._supervisor.run()
        finally:
            self._say("all parts have ended; nothing is lost")
            self._log.close()

    def _look(self) -> None:
        if self._scheduler is not None:
            self._scheduler.look_after()
        if (self._alerts.command or self._alerts.to) and time.monotonic() - self._health > _HOUR:
            self._health = time.monotonic()
            self._supervisor.start_once(_part(self.home, "health", "--alert"))

    def _say(self, text: str) -> None:
        say(text)
        self._log.write(text.encode())

    def _write(self, told: dict[str, dict[str, Any]]) -> None:
        note = {
            "pid": os.getpid(), "version": __version__, "began": self._began, "at": int(time.time()),
            "prefect": self._scheduler.page if self._scheduler else "", "desk": self._desk, "parts": told,
        }  # fmt: skip
        fresh = self.home / "up.new"
        with contextlib.suppress(OSError):
            fresh.write_text(json.dumps(note), encoding="utf-8")
            fresh.replace(self.home / STATE)
        if not self._ready and told["watch"]["state"] == "running":
            self._ready = True
            _notify("READY=1")  # what takes scans is up; the nights may follow later, or not at all
        if not self._greeted and all(one["state"] in ("running", "done") for one in told.values()):
            self._greeted = True
            self._say("every part runs")


def _part(home: Path, name: str, *words: str) -> Part:
    program = Path(sys.executable).with_name("hoso")
    start = (str(program),) if program.exists() else (sys.executable, "-c", "from hoso.cli import main; main()")
    return Part(name, (*start, "--home", str(home), name, *words), {"PYTHONUNBUFFERED": "1"})


def _refuse(rows: list[tuple[str, str, str]]) -> None:
    """Raises :class:`Misconfigured` where a person must mend something first, :class:`Unavailable` where a later start may
    do; what is merely low or away keeps nothing from starting."""
    for state, error in (("wrong", Misconfigured), ("busy", Unavailable)):
        found = [f"{name}: {what}" for name, found, what in rows if found == state]
        if found:
            raise error("the service cannot start: " + "; ".join(found))


def _checks(site: Site, runs: bool) -> Iterator[tuple[str, str, str]]:
    """(part, "ok" | "off" | "low" | "away" | "busy" | "wrong", what) for everything a start leans on. ``runs``: whether the
    service is up already, and its port its own."""
    from hoso.recipe import inbox

    service = site.settings.service
    try:
        for one in inbox.inboxes(site):
            place = inbox.place_of(site, one)
            yield f"inbox {one.name}", "ok" if place.is_dir() else "away", f"{place}"
    except HosoError as error:
        yield "inboxes", "wrong", str(error)
    try:
        next(iter(site.ledger.facts("received")), None)
        yield "ledger", "ok", site.settings.rooms.ledger
    except Unavailable as error:
        yield "ledger", "away", f"{error}; parts that need it are started again until it is back"
    except HosoError as error:
        yield "ledger", "wrong", str(error)
    if not service.prefect:
        yield "nights", "off", "settings.toml [service] prefect = false: run hoso night by cron or a systemd timer"
    elif not scheduler.installed():
        yield "nights", "off", 'Prefect is not installed: pip install "hoso[service]", or run hoso night by cron'
    elif service.prefect_port and scheduler.taken(service.prefect_port) and not runs:
        what = (
            f"port {service.prefect_port} is taken by another program: set [service] prefect_port to another, or to 0"
        )
        yield "nights", "busy", what
    else:
        yield "nights", "ok", f"Prefect on port {service.prefect_port or 'any'}, flows of {resources.service()}"
    if not service.desk:
        yield "desk", "off", "settings.toml [service] desk = false"
    elif not _has_desk():
        yield "desk", "off", "this installation has no desk"
    else:
        yield "desk", "ok", f"port {_desk_port(site)}"
    free = shutil.disk_usage(site.home).free
    yield "disk", "ok" if free > _LEAST else "low", f"{free / 1e9:.1f} GB free at {site.home}"


@contextlib.contextmanager
def _only_service(home: Path) -> Iterator[None]:
    with (home / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Unavailable(f"the service of {home} is up already; look with: hoso status --watch") from error
        yield


def _running(home: Path) -> bool:
    try:
        with _only_service(home):
            return False
    except Unavailable:
        return True


def _leftovers(home: Path) -> None:
    """End parts of a service that was killed, where they did not end with it."""
    try:
        parts = json.loads((home / STATE).read_text(encoding="utf-8"))["parts"]
        former = {int(one["pid"]): (name, int(one["born"])) for name, one in parts.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return
    for pid in end_groups((pid, since) for pid, (_, since) in former.items()):
        say(f"{former[pid][0]} was left over from a service that was killed, and was ended")


def _has_desk() -> bool:
    from hoso.cli import COMMANDS

    return "desk" in COMMANDS and importlib.util.find_spec("hoso.desk") is not None


def _desk_port(site: Site) -> int:
    return int(getattr(getattr(site.settings, "desk", None), "port", DESK_PORT))


def _notify(text: str) -> None:
    """Tell systemd, where it started this (sd_notify(3))."""
    place = os.environ.get("NOTIFY_SOCKET", "")
    if place:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as wire:
            wire.sendto(text.encode(), "\0" + place[1:] if place.startswith("@") else place)
