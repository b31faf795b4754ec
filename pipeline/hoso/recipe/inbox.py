"""A watched folder, one look at a time: which dossiers lie in it, and which of them have settled.

The look is the truth; what a file system tells of changes is only a reason to look sooner. Owns when a file is whole:
nothing of it changed for a while, no program has it open for writing (where the kernel can tell), and it ends as its kind
must; or its marker is there. Claims, moves and removes nothing: see ``taking``.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import signal
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hoso.errors import Misconfigured, Unavailable, Usage
from hoso.settings import Inbox
from hoso.site import FOLDERS, Site
from hoso.stages import receive
from hoso.stages.receive import Found, Source
from hoso.values import endings, names

__all__ = ["ASIDE", "OWN", "WAITING", "Entry", "Looker", "adhoc", "inboxes", "place_of", "source_of"]

TAKEN, WAITING, ASIDE = "da-nhan", "cho-xu-ly", "tu-choi"
OWN = (TAKEN, WAITING, ASIDE)
"""Folders of an inbox that are Hoso's own and never taken: received, waiting for a person, refused."""

_MODES = ("folder", "name")

Look = dict[str, tuple[int, int, int]]
"""By path within the inbox: size, time of the last change (ns), inode."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one dossier's worth of an inbox is: ``paths`` lie directly in it; ``name`` is the dossier's, in NFC; ``group``
    where names, not a folder, hold them together. ``bad``: why a file that will not become whole is refused."""

    name: str
    paths: tuple[Path, ...]
    group: bool = False
    marker: Path | None = None
    bad: tuple[tuple[str, str], ...] = ()
    look: tuple[tuple[str, int, int], ...] = ()

    @property
    def raw(self) -> str:
        """The name as it stands on the disk, by which a claim is told from another."""
        return self.name if self.group else self.paths[0].name


@dataclass(slots=True)
class _Seen:
    look: Look
    since: float
    quiet: float | None = None
    bad: dict[str, str] = field(default_factory=dict)
    checked: bool = False
    next_check: float = 0.0


def inboxes(site: Site) -> tuple[Inbox, ...]:
    """The watched folders of the settings, HOME/inbox where none is told. Raises :class:`Misconfigured` for two of one
    name, one within another, one that holds the home or is one of its own folders, and a mode that is unknown."""
    told = site.settings.inbox or (Inbox(),)
    home = site.home.resolve()
    seen: dict[str, Path] = {}
    for one in told:
        where = f"settings.toml [[inbox]] {one.name!r}"
        if not one.name or not all(letter.isalnum() or letter in "-_" for letter in one.name):
            raise Misconfigured(f"{where}: name it by letters, digits, - and _: the ledger tells it of each dossier")
        if one.mode not in _MODES:
            raise Misconfigured(f"{where}: mode {one.mode!r} is unknown; choose one of {', '.join(_MODES)}")
        if one.settle < 0 or one.patience < one.settle:
            raise Misconfigured(f"{where}: settle must be 0 or more, and patience no less than settle")
        _outside(home, place_of(site, one))
        path = place_of(site, one).resolve()
        for other, there in seen.items():
            if path.is_relative_to(there) or there.is_relative_to(path):
                raise Misconfigured(f"{where}: lies in the same folder as {other!r}: give each inbox one of its own")
        if one.name in seen:
            raise Misconfigured(f"{where}: two inboxes have this name")
        seen[one.name] = path
    return told


def adhoc(site: Site, folder: Path, settle: float) -> Inbox:
    """The inbox at ``folder``: that of the settings with another ``settle``, or one told nowhere. Raises :class:`Usage` for
    a folder that holds the home."""
    for one in inboxes(site):
        if place_of(site, one).resolve() == folder.resolve():
            return Inbox(
                one.name, one.path, one.agency, one.procedure, one.counter, settle, max(one.patience, settle), one.done,
                one.mode,
            )  # fmt: skip
    try:
        _outside(site.home.resolve(), folder)
    except Misconfigured as error:
        raise Usage(str(error)) from error
    return Inbox("inbox", str(folder.resolve()), settle=settle, patience=max(Inbox().patience, settle))


def place_of(site: Site, inbox: Inbox) -> Path:
    """The folder of an inbox."""
    return site.home / Path(inbox.path).expanduser()


def _outside(home: Path, folder: Path) -> None:
    path = folder.resolve()
    if home.is_relative_to(path):
        raise Misconfigured(f"{folder}: holds the home {home}; what Hoso writes must not lie inside what it reads")
    inner = path.relative_to(home).parts[0] if path.is_relative_to(home) else "inbox"
    if inner in {*FOLDERS, "prefect", "logs", "reports", "nights"} - {"inbox"}:
        raise Misconfigured(f"{folder}: is a folder of the home's own; watch another, as {home / 'inbox'}")


def source_of(entry: Entry) -> Source:
    """The files of an entry, as a dossier; those that are ``bad`` are refused, markers are left out."""
    given = receive.group(entry.name, entry.paths) if entry.group else receive.source(entry.paths[0])
    bad, top = dict(entry.bad), entry.paths[0].parent if entry.paths else Path()
    marker = entry.marker.relative_to(top) if entry.marker and entry.marker.is_relative_to(top) else None
    files = []
    for found in given.files:
        inner = found.path.relative_to(top)
        if inner != marker:
            files.append(Found(found.name, found.path, found.refused or bad.get(str(inner), "")))
    return Source(given.name, tuple(files))


class Looker:
    """Looks at one inbox again and again, and remembers what it saw. ``wall`` and ``clock`` (monotonic) are for tests."""

    def __init__(
        self,
        inbox: Inbox,
        folder: Path,
        wall: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.inbox, self.folder = inbox, folder
        self._wall, self._clock = wall, clock
        self._seen: dict[str, _Seen] = {}

    @property
    def unsettled(self) -> int:
        """How many entries were seen and have not settled."""
        return len(self._seen)

    def look(self) -> list[Entry]:
        """Entries that have settled, in natural order. Raises :class:`Unavailable` where the folder is away."""
        try:
            entries = list(self._entries())
        except OSError as error:
            raise Unavailable(f"{self.folder}: cannot be looked at ({error.strerror}); it is tried again") from error
        self._seen = {entry.raw: self._seen[entry.raw] for entry in entries if entry.raw in self._seen}
        settled = []
        for entry in entries:
            with contextlib.suppress(OSError):  # vanished, or not to be looked at now: the next look sees
                if (whole := self._settled(entry)) is not None:
                    settled.append(whole)
        return settled

    def once(self, sleep: Callable[[float], None] = time.sleep) -> Iterator[Entry]:
        """Entries that have settled, or do within the inbox's ``settle``: for a look that is not repeated."""
        given: set[str] = set()
        until = self._clock() + self.inbox.settle + 0.2
        while True:
            late = self._clock() >= until
            for entry in self.look():
                if entry.raw not in given:
                    given.add(entry.raw)
                    yield entry
            if late or not self._seen.keys() - given:
                return
            sleep(min(0.5, max(0.05, self.inbox.settle / 4)))

    def forget(self, entry: Entry) -> None:
        """Watch the entry from the beginning again."""
        self._seen.pop(entry.raw, None)

    def _entries(self) -> Iterator[Entry]:
        groups: dict[str, list[Path]] = {}
        listed = [name for name in os.listdir(self.folder) if name not in OWN and not names.ignored(name)]  # noqa: PTH208
        done = self.inbox.done
        markers = {name for name in listed if done and name.endswith(done)}
        for name in names.in_order(name for name in listed if name not in markers):
            path = self.folder / name
            if self.inbox.mode == "name" and (code := receive.code_of(name)) and not path.is_dir():
                groups.setdefault(code, []).append(path)
                continue
            yield Entry(names.nfc(name), (path,), marker=self._marker(path, markers))
        for code, paths in groups.items():
            found = next((self.folder / code_done for code_done in (code + done,) if code_done in markers), None)
            yield Entry(code, tuple(paths), True, found)

    def _marker(self, path: Path, markers: set[str]) -> Path | None:
        done = self.inbox.done
        beside = next((m for m in (path.name + done, path.stem + done) if m in markers), None)
        if beside or not done:
            return self.folder / beside if beside else None
        if path.is_dir() and not path.is_symlink():
            with contextlib.suppress(OSError):
                return next((one for one in path.iterdir() if one.name.endswith(done)), None)
        return None

    def _settled(self, entry: Entry) -> Entry | None:
        source = source_of(entry)
        if not source.files or (self.inbox.done and entry.marker is None):
            return None
        look = {str(found.path.relative_to(self.folder)): _look(found.path) for found in source.files}
        now, seen = self._clock(), self._seen.get(entry.raw)
        if seen is None or seen.look != look:
            self._seen[entry.raw] = _Seen(look, now)
            return None
        if not self._still(seen, now):
            return None
        if seen.quiet is None:
            seen.quiet = now
        patient = now - seen.quiet < self.inbox.patience
        if now >= seen.next_check or not patient:
            seen.bad = {str(f.path.relative_to(self.folder)): why for f in source.files if (why := _unready(f))}
            seen.next_check = now + min(30.0, 1.0 + (now - seen.quiet) / 4)
        if seen.bad and patient:
            return None
        bad = tuple((name, why) for name, why in seen.bad.items() if why not in ("open", "empty"))
        known = tuple((name, size, changed) for name, (size, changed, _) in sorted(look.items()))
        return Entry(entry.name, entry.paths, entry.group, entry.marker, bad, known)

    def _still(self, seen: _Seen, now: float) -> bool:
        """Whether nothing changed for long enough: by the times of the files, where these are past, else by our clock (a
        share may give times in the future); a marker says it by itself."""
        if self.inbox.done:
            return True
        newest = max(changed for _, changed, _ in seen.look.values()) / 1e9
        return newest <= self._wall() - self.inbox.settle or now - seen.since >= self.inbox.settle


def _look(path: Path) -> tuple[int, int, int]:
    status = path.lstat()
    return status.st_size, max(status.st_mtime_ns, status.st_ctime_ns), status.st_ino


def _unready(found: Found) -> str:
    """Why a file is not whole ("" where it is): "truncated", "unreadable", "empty", or "open": a program writes in it."""
    if found.refused:
        return ""
    try:
        handle = os.open(found.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise
    except OSError:
        return "unreadable"
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            return ""
        if _written(handle):
            return "open"
        if not status.st_size:
            return "empty"
        ended = endings.ended(lambda offset, length: os.pread(handle, length, offset), status.st_size)
        return "truncated" if ended is False else ""
    except OSError:
        return "unreadable"
    finally:
        os.close(handle)


def _written(handle: int) -> bool:
    """Whether some program has the file open for writing, as far as the kernel of this machine knows (fcntl(2), F_SETLEASE:
    a read lease is refused with EAGAIN then). Never so on a share that another machine writes to."""
    with contextlib.suppress(OSError):
        fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)  # ignored by default: a lease broken must not end us
    try:
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    return False
