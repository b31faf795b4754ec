"""Children of the service: started, watched, started again later and later, ended together. Linux alone.

Owns processes and their log files, nothing of what they do. A child ends when its supervisor ends, however that ends; what
outlives its own parent becomes the supervisor's, and is ended with the rest.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

__all__ = ["Log", "Part", "Supervisor", "alive", "born", "end_groups"]

FIRST, LONGEST = 1.0, 60.0  # s before a child that ended is started again: at first, and at most
STEADY = 60.0  # s after which a child that runs counts as well again
TICK = 5.0  # s between two looks where nothing happened
GRACE = 20.0  # s that a child has to end by itself
OLD = 5  # former log files kept of each child
_DEATH_SIGNAL, _ADOPT = 1, 36  # prctl(2): PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER

_prctl = getattr(ctypes.CDLL(None, use_errno=True), "prctl", None)


@dataclass(frozen=True, slots=True)
class Part:
    """What a child is. ``after``: parts that must be ready before it starts; ``ready`` tells when it is so itself (None:
    once it runs). ``once``: it ends by itself, and is ready then. ``last``: it is ended after the others."""

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    after: tuple[str, ...] = ()
    ready: Callable[[], bool] | None = None
    once: bool = False
    last: bool = False


class Log:
    """A log file of at most ``most`` bytes, and some former ones beside it. Each line bears the instant it came."""

    def __init__(self, path: Path, most: int) -> None:
        self.path, self._most = path, max(1, most)
        path.parent.mkdir(mode=0o750, exist_ok=True)
        self._lock = threading.Lock()
        self._open()

    def write(self, line: bytes) -> None:
        """One line; where the disk is full it is lost, and the child goes on."""
        told = datetime.now().astimezone().isoformat(timespec="seconds").encode() + b" " + line.rstrip(b"\n") + b"\n"
        with self._lock, contextlib.suppress(OSError, ValueError):
            if self._file.tell() + len(told) > self._most:
                self._turn()
            self._file.write(told)

    def close(self) -> None:
        with self._lock, contextlib.suppress(OSError):
            self._file.close()

    def _open(self) -> None:
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)
        self._file = os.fdopen(handle, "ab", buffering=0)

    def _turn(self) -> None:
        self._file.close()
        for number in range(OLD - 1, -1, -1):
            old = self.path.with_name(f"{self.path.name}.{number}") if number else self.path
            with contextlib.suppress(FileNotFoundError):
                old.replace(self.path.with_name(f"{self.path.name}.{number + 1}"))
        self._open()


class _Child:
    """A part as it stands now."""

    def __init__(self, part: Part, log: Log) -> None:
        self.part, self.log = part, log
        self.process: subprocess.Popen[bytes] | None = None
        self.state, self.since, self.starts, self.code = "waiting", time.time(), 0, 0
        self.failures, self.not_before, self.began = 0, 0.0, 0.0

    @property
    def ready(self) -> bool:
        if self.part.once:
            return self.state == "done"
        return self.state == "running" and (self.part.ready is None or self.part.ready())

    def turn(self, state: str) -> None:
        if state != self.state:
            self.state, self.since = state, time.time()

    def told(self) -> dict[str, Any]:
        pid = self.process.pid if self.process is not None and self.process.returncode is None else 0
        return {
            "state": self.state, "pid": pid, "born": born(pid), "since": int(self.since),
            "restarts": max(0, self.starts - 1), "log": str(self.log.path),
        }  # fmt: skip


class Supervisor:
    """Keeps parts running. ``say`` hears what a person should know; ``changed`` is given the parts as they stand, each time
    they change and about every ten seconds; ``tick`` is called every few seconds."""

    def __init__(
        self,
        parts: Sequence[Part],
        logs: Path,
        most: int,
        say: Callable[[str], None],
        changed: Callable[[dict[str, dict[str, Any]]], None] = lambda told: None,
        tick: Callable[[], None] = lambda: None,
    ) -> None:
        self._children = [_Child(part, Log(logs / f"{part.name}.log", most)) for part in parts]
        self._beside: list[_Child] = []
        self._logs, self._most = logs, most
        self._say, self._changed, self._tick = say, changed, tick
        self._events: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._stopping = False
        self._told: tuple[float, dict[str, Any]] = (0.0, {})
        self._before = _descendants(os.getpid())
        """What this process had started by then: not ours to end."""

    def stop(self, *_: object) -> None:
        """Have :meth:`run` end everything and return; fit for a signal handler."""
        self._stopping = True
        self._events.put("stop")

    def start_once(self, part: Part) -> None:
        """Start something beside the parts that ends by itself; where it fails it is left."""
        child = next((one for one in self._beside if one.part.name == part.name), None)
        if child is None:
            child = _Child(part, Log(self._logs / f"{part.name}.log", self._most))
            self._beside.append(child)
        if child.process is None or child.process.returncode is not None:
            self._start(child)

    def run(self) -> None:
        """Start everything, keep it running until :meth:`stop`, end everything. Call it from the main thread."""
        if _prctl is not None:
            _prctl(_ADOPT, 1, 0, 0, 0)
        looked = 0.0
        try:
            while not self._stopping:
                pause = self._turn()
                if time.monotonic() - looked >= TICK:
                    looked = time.monotonic()
                    self._reap()
                    self._tick()
                self._tell()
                with contextlib.suppress(queue.Empty):
                    self._events.get(timeout=pause)
        finally:
            self._end()
            if _prctl is not None:
                _prctl(_ADOPT, 0, 0, 0, 0)

    def _turn(self) -> float:
        """Start what is due and note what ended; gives the seconds until there is something to do."""
        now, pause = time.monotonic(), TICK
        ready = {child.part.name for child in self._children if child.ready}
        for child in self._children:
            if child.process is not None and child.process.returncode is not None:
                self._ended(child)
            if child.state == "running" and now - child.began > STEADY:
                child.failures = 0
            if child.state not in ("waiting", "resting"):
                continue
            if not set(child.part.after) <= ready:
                pause = min(pause, 0.5)
            elif now >= child.not_before:
                self._start(child)
            else:
                pause = min(pause, max(0.05, child.not_before - now))
        return pause

    def _start(self, child: _Child) -> None:
        part = child.part
        try:
            child.process = subprocess.Popen(
                part.command, cwd=part.cwd, env={**os.environ, **part.env}, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=_die_with_parent,
            )  # fmt: skip
        except OSError as error:
            child.failures += 1
            self._rest(child, f"cannot be started ({error.strerror})")
            return
        child.began, child.starts = time.monotonic(), child.starts + 1
        child.turn("running")
        threading.Thread(target=_pump, args=(child.process, child.log), daemon=True).start()
        threading.Thread(target=self._await, args=(child.process,), daemon=True).start()

    def _await(self, process: subprocess.Popen[bytes]) -> None:
        process.wait()
        self._events.put("ended")

    def _ended(self, child: _Child) -> None:
        assert child.process is not None
        child.code, child.process = child.process.returncode, None
        if child.part.once and child.code == 0:
            child.turn("done")
            return
        child.failures += 1
        self._rest(child, f"ended with code {child.code}" if child.code >= 0 else f"was ended by signal {-child.code}")

    def _rest(self, child: _Child, what: str) -> None:
        pause = min(LONGEST, FIRST * 2.0 ** (child.failures - 1))
        child.not_before = time.monotonic() + pause
        child.turn("resting")
        self._say(f"{child.part.name} {what}; started again in {pause:.0f} s (see {child.log.path})")

    def _tell(self) -> None:
        told = {child.part.name: child.told() for child in self._children}
        if told != self._told[1] or time.monotonic() - self._told[0] >= 2 * TICK:
            self._told = (time.monotonic(), told)
            self._changed(told)

    def _reap(self) -> None:
        """Processes whose parent ended, and that then ended too."""
        own = {child.process.pid for child in (*self._children, *self._beside) if child.process is not None}
        for pid in {child for child, parent in _parents().items() if parent == os.getpid()} - own - self._before:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)

    def _end(self) -> None:
        """End all: first those that others do not lean on, then the rest, then whatever is left of either."""
        for last in (False, True):
            group = [c for c in (*self._children, *self._beside) if c.part.last == last and c.process is not None]
            for child in group:
                child.turn("stopping")
                assert child.process is not None
                _signal(child.process.pid, signal.SIGTERM)
            self._tell()
            until = time.monotonic() + GRACE
            for child in group:
                assert child.process is not None
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.process.wait(max(0.1, until - time.monotonic()))
        until = time.monotonic() + GRACE / 4
        for pid in (left := _descendants(os.getpid()) - self._before):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        while left and time.monotonic() < until:
            self._reap()
            left = _descendants(os.getpid()) - self._before
            time.sleep(0.05)
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for child in (*self._children, *self._beside):
            if child.process is not None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.process.wait(5)
            child.turn("stopped")
            child.log.close()
        self._reap()
        self._changed({child.part.name: child.told() for child in self._children})


def born(pid: int) -> int:
    """When a process began (ticks since the machine did), 0 where there is none: with its id it names it for good."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8") if pid else ""
        return int(text.rpartition(")")[2].split()[19]) if text else 0
    except (OSError, ValueError, IndexError):
        return 0


def alive(pid: int, since: int) -> bool:
    """Whether the process of that id is still the one that began ``since``, and no zombie."""
    if not pid or not since or born(pid) != since:
        return False
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    return False


def end_groups(former: Iterable[tuple[int, int]], patience: float = 3.0) -> list[int]:
    """End former children, told by id and when they began, and all of their groups; gives the ids of those there were."""
    left = [(pid, since) for pid, since in former if alive(pid, since)]
    for pid, _ in left:
        _signal(pid, signal.SIGTERM)
    until = time.monotonic() + patience
    while any(alive(*one) for one in left) and time.monotonic() < until:
        time.sleep(0.1)
    for one in left:
        if alive(*one):
            _signal(one[0], signal.SIGKILL)
    return [pid for pid, _ in left]


def _die_with_parent() -> None:
    if _prctl is not None:
        _prctl(_DEATH_SIGNAL, int(signal.SIGTERM), 0, 0, 0)


def _signal(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _pump(process: subprocess.Popen[bytes], log: Log) -> None:
    assert process.stdout is not None
    with contextlib.suppress(OSError, ValueError), process.stdout as pipe:
        while line := pipe.readline(16_384):
            log.write(line)


def _parents() -> dict[int, int]:
    """The parent of every process of this machine."""
    found: dict[int, int] = {}
    for name in os.listdir("/proc"):  # noqa: PTH208
        if name.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                text = Path(f"/proc/{name}/stat").read_text(encoding="utf-8", errors="replace")
                found[int(name)] = int(text.rpartition(")")[2].split()[1])
    return found


def _descendants(pid: int) -> set[int]:
    parents, found = _parents(), {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}
