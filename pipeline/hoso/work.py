"""Run one step safely: look up, run, store, record. And a crew of worker processes for the steps that read pages.

A step whose key is known is never run again. A task that crashes its worker is tried once more, alone; one that crashes
or outlasts its time again is given back as :class:`Lost`, and the others go on. Why not a pool of the standard library:
it cannot say which task killed its worker, nor end one task that hangs (bpo-22393). A worker that opens files of strangers
is not believed: its answers may be plain values and frozen ones of Hoso, and nothing else is made of them here.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import io
import multiprocessing
import os
import pickle
import shutil
import signal
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

from hoso import keys, shut
from hoso.errors import HosoError
from hoso.site import Site

__all__ = ["Crew", "Lost", "Task", "known", "record", "step"]

T = TypeVar("T")

DEPTH = 2
"""Tasks that a worker holds: the one it works on and the next."""

RECYCLE_AFTER = 400
"""Tasks after which a worker is replaced, so that a leak in a foreign library never fills the night."""

LARGEST = 2**29
"""Bytes of an answer; a worker that sends more is ended."""


def known(site: Site, key: str, kind: type[T]) -> T | None:
    """The stored answer of the step of that key, None where it has not run."""
    result = site.ledger.step(key)
    return None if result is None else keys.decode(site.store.get(result), kind)


def record(site: Site, key: str, name: str, subject: str, answer: bytes) -> str:
    """Bytes first, fact second: keep the encoded answer, then say so. Gives the digest of the answer that stands."""
    return site.ledger.keep(key, name, subject, site.store.put(answer), site.stamp())


def step(site: Site, name: str, key: str, subject: str, kind: type[T], run: Callable[[], T]) -> T:
    """The answer of a step: the stored one where its key is known, else that of ``run``, stored and recorded."""
    answer = known(site, key, kind)
    if answer is not None:
        return answer
    result = record(site, key, name, subject, keys.encode(run()))
    return keys.decode(site.store.get(result), kind)


@dataclass(frozen=True, slots=True)
class Task:
    """One call in a worker: ``function`` is "package.module:name"; ``seconds`` is its time-out. ``shut``: it opens files of
    strangers, in a worker that is shut in (see :class:`Crew`)."""

    id: int
    function: str
    arguments: tuple[Any, ...]
    seconds: float
    shut: bool = False


@dataclass(frozen=True, slots=True)
class Lost:
    """A task that gave no answer: ``reason`` is "crashed", "timed-out" or "defect" (a mistake of ours; ``trace`` tells)."""

    reason: str
    text: str
    trace: str = ""


class _Worker:
    """One process with a pipe to it, in a process group of its own so that its children end with it.

    It holds up to :data:`DEPTH` tasks, so that it is never idle while the caller thinks about an answer.
    """

    def __init__(self, setup: str, arguments: tuple[Any, ...], shut: bool) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.shut, self._scratch = shut, tempfile.mkdtemp(prefix="hoso-")
        given = (theirs, setup, arguments, self._scratch)
        self.process: BaseProcess = context.Process(target=_serve, args=given, daemon=True)
        self.process.start()
        theirs.close()
        self.tasks: deque[Task] = deque()
        self.deadline = 0.0
        self.done = 0

    def give(self, task: Task) -> None:
        if not self.tasks:
            self.deadline = time.monotonic() + task.seconds
        self.tasks.append(task)
        with contextlib.suppress(OSError):  # a worker that died while idle is noticed by its closed pipe
            self.pipe.send((task.function, task.arguments, task.seconds))

    def take(self) -> tuple[Task, Any, float]:
        """The answer that waits in the pipe. Raises EOFError or OSError where the process is gone or stops half-way."""
        late = threading.Timer(max(1.0, self.deadline - time.monotonic()), self.process.kill)
        late.start()
        try:
            answer, seconds = _answered(self.pipe.recv_bytes(LARGEST))
        finally:
            late.cancel()
        task = self.tasks.popleft()
        self.done += 1
        if self.tasks:
            self.deadline = time.monotonic() + self.tasks[0].seconds
        return task, answer, seconds

    def end(self) -> None:
        """End the process and whatever it started."""
        self.pipe.close()
        if self.process.pid is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.join(10)
        with contextlib.suppress(ValueError):  # the kernel has not let go of it yet
            self.process.close()
        shutil.rmtree(self._scratch, ignore_errors=True)


class Crew:
    """``jobs`` worker processes; with 0 the tasks run here, one after the other (tests, very small jobs).

    ``setup`` ("package.module:name") is called with ``arguments`` once in each worker before its first task; ``shut`` in
    its place in workers for tasks that are to be shut in ("": the same). The tasks of one run are all of one kind.
    """

    def __init__(self, jobs: int, setup: str, arguments: tuple[Any, ...] = (), shut: str = "") -> None:
        self.jobs, self._arguments = jobs, arguments
        self._setup, self._shut = setup, shut or setup
        self._workers: list[_Worker] = []
        self._ready = False

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *_: object) -> None:
        while self._workers:
            self._workers.pop().end()

    def run(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Any, float]]:
        """(task, answer, seconds it took) as each is done; the answer is what the function gave, a HosoError it raised,
        or Lost."""
        if self.jobs == 0:
            yield from self._here(tasks)
            return
        queue, again = deque(tasks), set[int]()
        for worker in [w for w in self._workers if queue and not w.tasks and w.shut != queue[0].shut]:
            self._dismiss(worker)
        while queue or any(w.tasks for w in self._workers):
            self._hand_out(queue)
            for worker in self._wait():
                task, answer, seconds = self._answer(worker, queue)
                if isinstance(answer, Lost) and answer.reason == "crashed" and task.id not in again:
                    again.add(task.id)
                    queue.append(task)
                else:
                    self._hand_out(queue)
                    yield task, answer, seconds

    def _here(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Any, float]]:
        if not self._ready:
            _resolve(self._setup)(*self._arguments)
            self._ready = True
        for task in tasks:
            start = time.perf_counter()
            try:
                answer = _resolve(task.function)(*task.arguments)
            except HosoError as error:
                answer = error
            except Exception as error:
                answer = _defect(error)
            yield task, answer, time.perf_counter() - start

    def _hand_out(self, queue: deque[Task]) -> None:
        for worker in [w for w in self._workers if not w.tasks and w.done >= RECYCLE_AFTER]:
            self._dismiss(worker)
        while queue:
            free = [w for w in self._workers if len(w.tasks) < DEPTH and w.done < RECYCLE_AFTER]
            if len(self._workers) < self.jobs and all(w.tasks for w in free):
                within = queue[0].shut
                self._workers.append(_Worker(self._shut if within else self._setup, self._arguments, within))
                free = self._workers[-1:]
            if not free:
                return
            min(free, key=lambda w: len(w.tasks)).give(queue.popleft())

    def _wait(self) -> list[_Worker]:
        """Workers with an answer, a closed pipe, or no time left."""
        busy = [w for w in self._workers if w.tasks]
        left = max(0.0, min(w.deadline for w in busy) - time.monotonic())
        ready: Sequence[Any] = wait([w.pipe for w in busy], timeout=left)
        now = time.monotonic()
        return [w for w in busy if w.pipe in ready or w.deadline <= now]

    def _answer(self, worker: _Worker, queue: deque[Task]) -> tuple[Task, Any, float]:
        """The answer to the worker's first task; where the worker is gone or hangs, its other tasks go back."""
        try:
            if worker.pipe.poll():
                return worker.take()
            lost = Lost("timed-out", f"no answer within {worker.tasks[0].seconds:.0f} s")
        except (EOFError, OSError):
            worker.process.join(1)
            code = worker.process.exitcode
            said = "sent no answer that can be taken" if code is None else f"ended with code {code}"
            lost = Lost("crashed", f"the reading process {said}")
        task, *others = worker.tasks
        queue.extendleft(reversed(others))
        self._dismiss(worker)
        return task, lost, 0.0

    def _dismiss(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        worker.end()


class _Answers(pickle.Unpickler):
    """Plain values, errors of Hoso and its frozen values: nothing that runs anything when it is made."""

    def find_class(self, module: str, name: str) -> Any:
        if module.partition(".")[0] == "hoso" and "." not in name:
            kind = getattr(importlib.import_module(module), name, None)
            frozen = dataclasses.is_dataclass(kind) and getattr(kind, "__dataclass_params__").frozen  # noqa: B009
            if isinstance(kind, type) and kind.__module__ == module and (frozen or issubclass(kind, HosoError)):
                return kind
        raise pickle.UnpicklingError(f"{module}.{name} is no part of an answer")


def _answered(data: bytes) -> tuple[Any, float]:
    """(answer, seconds) of a message. Raises EOFError for one that is none."""
    try:
        answer, seconds = _Answers(io.BytesIO(data)).load()
        return answer, float(seconds)
    except Exception as error:  # what a worker that was taken over sends may raise anything
        raise EOFError("no answer") from error


def _serve(pipe: Connection, setup: str, arguments: tuple[Any, ...], scratch: str) -> None:
    """A worker's life: set up, then answer calls until the pipe closes. What it keeps for a while lies in ``scratch``."""
    os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["TMPDIR"] = tempfile.tempdir = scratch
    try:
        _resolve(setup)(*arguments)
        failed: Exception | None = None
    except Exception as error:
        failed = error
    while True:
        try:
            function, given, limit = pipe.recv()
        except (EOFError, OSError):
            return
        if failed is not None:
            pipe.send((failed if isinstance(failed, HosoError) else _defect(failed), 0.0))
            continue
        start = time.perf_counter()
        shut.budget(2 * limit)
        try:
            pipe.send((_resolve(function)(*given), time.perf_counter() - start))
        except HosoError as error:
            pipe.send((error, time.perf_counter() - start))
        except Exception as error:
            pipe.send((_defect(error), time.perf_counter() - start))


def _defect(error: Exception) -> Lost:
    """A mistake of ours in a form that crosses a pipe: what it was, and its traceback as text."""
    import traceback

    return Lost("defect", f"{type(error).__name__} in Hoso itself", "".join(traceback.format_exception(error)))


def _resolve(name: str) -> Callable[..., Any]:
    module, _, attribute = name.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), attribute)
    return function
