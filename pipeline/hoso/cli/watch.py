"""The command watch: look at the inboxes again and again, take what settles, have it digitized beside that.

Two processes: this one looks and takes (so that a scan is taken within seconds whatever is being read), a second one reads
and understands, started when there is work and ended when there was none for a while. Either may be killed at any time.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hoso.cli.hints import Hints
from hoso.cli.show import open_site, say
from hoso.cli.view import dossier_row
from hoso.errors import HosoError, Unavailable

if TYPE_CHECKING:
    from hoso.nouns import Standing
    from hoso.recipe.taking import Taker, Taking
    from hoso.settings import Inbox
    from hoso.site import Site
    from hoso.work import Crew

__all__ = ["watch"]

TURN = 1.0  # s between two looks while something is settling, or where nothing tells of changes
CALM = 5.0  # s between two looks at folders that tell of changes themselves, while nothing is settling
DAY = 86_400.0  # s; how long a run may keep the reading process waiting
REST = 60.0  # s without work after which reading processes end
SHOWN = 10.0  # s between two times that texts in cho-xu-ly/ are brought up to date, where the ledger changed


@click.command()
@click.option(
    "--inbox",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to watch (default: those of the settings).",
)
@click.option("--once", is_flag=True, help="Take what has settled, then end (for cron).")
@click.option(
    "--settle", type=float, help="Seconds without change after which a file is whole (default: the settings')."
)
@click.option("--jobs", type=click.IntRange(1), help="Pages read side by side (default: one a core).")
@click.pass_obj
def watch(home: str | None, inbox: Path | None, once: bool, settle: float | None, jobs: int | None) -> None:
    """Take what settles in the inboxes: received to da-nhan/, refused to tu-choi/ with the reason, what waits for a person
    told in cho-xu-ly/."""
    from dataclasses import replace

    from hoso.recipe import inbox as inboxes

    with open_site(home) as site:
        told: tuple[Inbox, ...]
        if inbox:
            told = (inboxes.adhoc(site, inbox, 5.0 if settle is None else settle),)
        else:
            told = inboxes.inboxes(site)
            told = told if settle is None else tuple(replace(one, settle=settle) for one in told)
        jobs = jobs or site.settings.service.jobs or os.cpu_count() or 1
        if once:
            for one in told:
                _once(site, inboxes.place_of(site, one), one.settle, jobs)
            return
        with contextlib.suppress(KeyboardInterrupt), _Watcher(site, told, jobs) as watcher:
            watcher.run()


def _once(site: Site, folder: Path, settle: float, jobs: int) -> None:
    from hoso import recipe

    with recipe.only_run(site), recipe.crew_for(site, jobs) as crew:
        for here in recipe.take_inbox(site, folder, settle, crew, recipe.Progress(say=say)):
            _tell(dossier_row(here))


class _Watcher:
    """The process that looks and takes."""

    def __init__(self, site: Site, told: tuple[Any, ...], jobs: int) -> None:
        from hoso import recipe
        from hoso.recipe.taking import Taker

        self.site, self.jobs = site, jobs
        self.crew: Crew = recipe.crew_for(site, 1)
        self.takers = [Taker(site, one, self.crew, say) for one in told]
        self.hints = Hints(taker.folder for taker in self.takers)
        self.reader = _Reader(site.home, jobs)
        self.away: set[str] = set()
        self.stopping = False
        self._rested = self._looked_up = self._wrote = 0.0
        self._ledger: object = None
        self._note: dict[str, Any] = {}

    def __enter__(self) -> _Watcher:
        signal.signal(signal.SIGTERM, self._stop)
        return self

    def __exit__(self, *_: object) -> None:
        self.hints.close()
        self.reader.close()
        self.crew.__exit__()

    def run(self) -> None:
        """Look until stopped."""
        from hoso.recipe import nights

        names = ", ".join(f"{taker.inbox.name} ({taker.folder})" for taker in self.takers)
        say(f"watching {names}; Ctrl-C ends")
        self._catch_up()
        self.reader.want(nights.backlog(self.site))
        while not self.stopping:
            busy = [taker for taker in self.takers if self._look(taker)]
            for row in self.reader.done():
                _tell(row)
            self._refresh()
            now = time.monotonic()
            self._rested = now if busy else self._rested
            if now - self._rested > REST:
                self.crew.__exit__()
            self._write()
            calm = self.hints.heard == len(self.takers) and not busy and not self.reader.working
            self.hints.wait(CALM if calm else TURN)

    def _catch_up(self) -> None:
        """Show what was digitized shortly before the last watcher ended: it may not have come to telling its clerk."""
        try:
            at = json.loads((self.site.home / "watch.json").read_text(encoding="utf-8"))["at"]
            since = (datetime.fromisoformat(at) - timedelta(hours=1)).isoformat()
        except (OSError, ValueError, KeyError):
            since = ""
        from hoso import recipe

        recent = {fact.subject for fact in self.site.ledger.facts("digitized") if fact.at >= since}
        for dossier in sorted(recent):
            with contextlib.suppress(HosoError):
                _show(self.site, recipe.standing(self.site, dossier))

    def _look(self, taker: Taker) -> bool:
        """Take what has settled; whether something is on its way."""
        name, took = taker.inbox.name, False
        try:
            for taken in taker.look():
                took = True
                say(_taken(name, taken))
                if not taken.repeated and not taken.arrival.duplicate_of:
                    self.reader.want([taken.arrival.dossier.id])
        except Unavailable as error:
            if name not in self.away:
                self.away.add(name)
                say(f"inbox {name} is away: {error}")
            return True
        if name in self.away:
            self.away.remove(name)
            say(f"inbox {name} is back")
        return took or taker.looker.unsettled > 0

    def _refresh(self) -> None:
        """Texts in cho-xu-ly/, where the ledger changed since they were written."""
        from hoso.recipe import notices

        now = time.monotonic()
        if now - self._looked_up < SHOWN:
            return
        self._looked_up = now
        files = [path.stat() for path in self.site.home.glob("ledger*")]
        state = [(file.st_mtime_ns, file.st_size) for file in files] or now // REST
        if state != self._ledger:
            self._ledger = state
            for taker in self.takers:
                with contextlib.suppress(HosoError, OSError):
                    notices.refresh(self.site, taker.folder)

    def _write(self) -> None:
        """HOME/watch.json, for ``hoso status --watch``: when it changed, and every ten seconds."""
        note = {
            "pid": os.getpid(), "queue": self.reader.waiting, "reading": self.reader.working,
            "reader": self.reader.pid,
            "inboxes": [
                {"name": t.inbox.name, "away": t.inbox.name in self.away, "settling": t.looker.unsettled}
                for t in self.takers
            ],
        }  # fmt: skip
        now = time.monotonic()
        if note == self._note and now - self._wrote < SHOWN:
            return
        self._note, self._wrote = note, now
        fresh = self.site.home / "watch.new"
        with contextlib.suppress(OSError):
            fresh.write_text(json.dumps(note | {"at": self.site.stamp()}), encoding="utf-8")
            fresh.replace(self.site.home / "watch.json")

    def _stop(self, *_: object) -> None:
        self.stopping = True
        self.hints.wake()


class _Reader:
    """The process that reads and understands what was received, as the watcher sees it."""

    def __init__(self, home: Path, jobs: int) -> None:
        self._home, self._jobs = home, jobs
        self._wanted: dict[str, bool] = {}
        self._pipe: Connection | None = None
        self._process: Any = None
        self._deaths, self._not_before = 0, 0.0

    @property
    def waiting(self) -> int:
        """Dossiers received and not done."""
        return len(self._wanted)

    @property
    def working(self) -> bool:
        return bool(self._wanted)

    @property
    def pid(self) -> int:
        """The process, 0 where there is none."""
        return (self._process.pid or 0) if self._process is not None else 0

    def want(self, dossiers: list[str]) -> None:
        """Have these digitized; starts the process where there is none."""
        self._wanted |= dict.fromkeys(dossiers, False)

    def done(self) -> Iterator[dict[str, Any]]:
        """What was done since, a row a dossier. A process that ended is started again, later and later."""
        while self._pipe is not None:
            try:
                if not self._pipe.poll():
                    break
                dossier, row = self._pipe.recv()
            except (EOFError, OSError):
                self._ended()
                break
            self._deaths = 0
            self._wanted.pop(dossier, None)
            yield row
        if self._wanted and self._pipe is None and time.monotonic() >= self._not_before:
            self._start()
        new = [dossier for dossier, given in self._wanted.items() if not given]
        if new and self._pipe is not None:
            try:
                self._pipe.send(new)
                self._wanted |= dict.fromkeys(new, True)
            except OSError:
                self._ended()

    def close(self) -> None:
        """End it: what it was at is taken up by the next start."""
        if self._process is not None:
            self._process.terminate()
            self._process.join(10)
            if self._process.is_alive():
                self._process.kill()
                self._process.join()
        self._pipe = self._process = None

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        arguments = (str(self._home), self._jobs, theirs, os.getpid())
        self._process = context.Process(target=_read, args=arguments, name="hoso-read")
        self._process.start()
        theirs.close()

    def _ended(self) -> None:
        code = None
        if self._process is not None:
            self._process.join(5)
            code = self._process.exitcode
        self._pipe = self._process = None
        self._wanted = dict.fromkeys(self._wanted, False)
        if self._wanted and code != 0:
            self._deaths += 1
            self._not_before = time.monotonic() + min(300.0, 2.0**self._deaths)
            say(f"the reading process ended with code {code}; it is started again, and nothing is lost")


def _read(home: str, jobs: int, pipe: Connection, parent: int) -> None:
    """The life of the reading process: ids in, rows out; ends when it had nothing to do for a while, or its parent ends."""
    from hoso import recipe
    from hoso.recipe import nights
    from hoso.site import Site

    die_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    progress = recipe.Progress(say=say, defect=_defect)
    try:
        with Site(Path(home)) as site, recipe.crew_for(site, jobs) as crew:
            while pipe.poll(10 * REST):
                known: list[str] = pipe.recv()
                while pipe.poll(0):
                    known += pipe.recv()
                with nights.alone(site, DAY):
                    for here in recipe.proceed(site, known, crew, progress):
                        _show(site, here)
                        pipe.send((here.dossier.id, dossier_row(here)))
                if not pipe.poll(REST):
                    crew.__exit__()
    except (EOFError, BrokenPipeError):
        return
    except HosoError as error:
        say(f"reading stops for now: {error}")
        sys.exit(error.exit_code)


def _defect(what: str, error: Exception) -> None:
    """Where it happened, without the words of the exception: they may hold what stands on a paper."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    say(f"a defect of Hoso: {what}; the others go on. Please report: {type(error).__name__}\n{frames}")


def _show(site: Site, here: Standing) -> None:
    """The dossier's text in the inboxes it came by."""
    from hoso.recipe import inbox, notices

    came = {fact.body["inbox"] for fact in site.ledger.facts("came", here.dossier.id)}
    for one in inbox.inboxes(site):
        if one.name in came:
            with contextlib.suppress(OSError):
                notices.show(inbox.place_of(site, one), here)


def die_with(parent: int) -> None:
    """Have the kernel end this process when its parent ends, however that ends (prctl(2), PR_SET_PDEATHSIG)."""
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(0)


def _taken(inbox: str, taken: Taking) -> str:
    what = "taken"
    if taken.place is not None and taken.place.parent.name == "tu-choi":
        what = "refused: the reason lies beside it in tu-choi/"
    elif taken.repeated or taken.arrival.duplicate_of:
        what = "a duplicate"
    return f"inbox {inbox}: {_name(taken.arrival.dossier.source, taken.arrival.dossier.id)}: {what}"


def _tell(row: dict[str, Any]) -> None:
    say(f"{_name(row['source'], row['id'])}: {row['state']}, {row['pages']} pages, {len(row['documents'])} papers")


def _name(source: str, dossier: str) -> str:
    """How a dossier is called: to a person by its source; in a log by its id, since a source may name a person."""
    from hoso.values import names

    return names.shown(source) if sys.stderr.isatty() else dossier
