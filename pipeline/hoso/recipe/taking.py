"""Take what has settled in an inbox: claim it, receive it, move it where its clerk sees that it was taken.

A claim is a folder ``INBOX/.hoso/CLAIM`` made by one and only one (mkdir), locked while its maker lives, into which the
files are renamed: two watchers never take a file twice, and what a killed one held is taken up by the next. Bytes are
stored and ``received`` is told before a file moves on to ``da-nhan/`` or ``tu-choi/``; a file that changed meanwhile, or a
store that does not answer, sends it back to where it lay. Knows nothing of reading pages.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hoso import keys
from hoso.errors import HosoError, Unavailable
from hoso.nouns import Fact, Quarantined
from hoso.recipe import intake, notices
from hoso.recipe.inbox import ASIDE, TAKEN, Entry, Looker, place_of, source_of
from hoso.recipe.intake import Arrival
from hoso.settings import Inbox
from hoso.site import Site
from hoso.stages.receive import Found, Source
from hoso.values import names
from hoso.work import Crew

__all__ = ["WORK", "Taker", "Taking"]

WORK = ".hoso"
"""The folder of an inbox that holds what is being taken; its name begins with a dot, so no look ever takes it."""

_STALE = 3600.0  # s; where a file system knows no locks, a claim of another machine older than this is taken up
_TRIES = 8  # about four minutes, after which what cannot be moved is taken where it lies
_LONGEST = 600.0  # s between two tries of one entry


@dataclass(frozen=True, slots=True)
class Taking:
    """What became of one entry: its ``arrival``, where its files lie now, whether all of them had come before."""

    entry: str
    arrival: Arrival
    place: Path | None
    repeated: bool = False


class _Gone(Exception):
    """What was to be claimed is another's, or not there any more."""


class _Kept(Exception):
    """The file system lets this not be moved (``whole``: nothing of this inbox)."""

    def __init__(self, whole: bool) -> None:
        super().__init__("cannot be moved")
        self.whole = whole


class Taker:
    """Takes from one inbox. ``say`` hears of what could not be taken now; ``clock`` (monotonic) is for tests."""

    def __init__(
        self,
        site: Site,
        inbox: Inbox,
        crew: Crew,
        say: Callable[[str], None] = lambda text: None,
        looker: Looker | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.site, self.inbox, self._crew, self._say, self._clock = site, inbox, crew, say, clock
        self.folder = place_of(site, inbox)
        self.looker = looker or Looker(inbox, self.folder)
        self._tries: dict[str, tuple[int, float]] = {}
        self._full = False

    def look(self, *, once: bool = False) -> Iterator[Taking]:
        """One look: what a killed watcher left first, then what has settled. One bad entry never ends it. Nothing is taken
        while the disk has no room. Raises :class:`Unavailable` where the folder is away."""
        if not self._roomy():
            return
        for claim in _left(self.folder):
            yield from self._tried(claim.name, lambda claim=claim: self._adopt(claim))  # type: ignore[misc]
        for entry in self.looker.once() if once else self.looker.look():
            if not self._roomy():
                return
            yield from self._tried(entry.raw, lambda entry=entry: self._take(entry))  # type: ignore[misc]

    def _roomy(self) -> bool:
        """Whether the disk has room; said once when it has none, and once when it has again."""
        try:
            intake.room(self.site)
        except Unavailable as error:
            if not self._full:
                self._say(f"inbox {self.inbox.name}: {error}")
            self._full = True
            return False
        if self._full:
            self._say(f"inbox {self.inbox.name}: there is room again; taking goes on")
        self._full = False
        return True

    def _tried(self, name: str, act: Callable[[], Taking | None]) -> Iterator[Taking]:
        """What ``act`` gives; where it fails, it is said, and tried again later and later."""
        count, until = self._tries.get(name, (0, 0.0))
        if self._clock() < until:
            return
        try:
            taking = act()
        except _Gone:
            return
        except Exception as error:
            self._tries[name] = (count + 1, self._clock() + min(_LONGEST, 2.0**count))
            # An OSError names the file, and a file's name may name a person.
            told = (
                str(error) if isinstance(error, HosoError) else getattr(error, "strerror", None) or type(error).__name__
            )
            self._say(f"inbox {self.inbox.name}: something was not taken ({told}); it is tried again")
            return
        self._tries.pop(name, None)
        if taking is not None:
            yield taking

    def _take(self, entry: Entry) -> Taking | None:
        try:
            claim = _Claim.make(self.folder, entry, self.site.stamp())
        except _Kept as kept:
            if kept.whole or self._tries.get(entry.raw, (0, 0.0))[0] >= _TRIES:
                return self._in_place(entry)
            raise Unavailable("a file cannot be moved now: a program may hold it") from kept
        return self._claimed(claim)

    def _adopt(self, claim: _Claim) -> Taking | None:
        if not claim.files():
            claim.clear()
            return None
        return self._claimed(claim)

    def _claimed(self, claim: _Claim) -> Taking:
        with claim:
            if told := claim.told.get("dossier"):
                arrival, repeated = intake.arrival(self.site, told), bool(claim.told.get("repeated"))
            else:
                try:
                    arrival, repeated = self._receive(claim)
                except BaseException:
                    claim.give_back(self.folder)
                    self._forget(claim)
                    raise
                claim.tell(dossier=arrival.dossier.id, repeated=repeated)
            place = self._file(claim, arrival, repeated)
            claim.clear()
        return Taking(claim.name, arrival, place, repeated)

    def _receive(self, claim: _Claim) -> tuple[Arrival, bool]:
        source = claim.source()
        if claim.group:
            source = self._with_earlier(source)
        for found in claim.source().files:
            if not found.refused:
                found.path.open("rb").close()  # held by another program, the share away: tried again, not refused
        (arrival,) = intake.arrivals(self.site, [source], self._crew)
        stored = {scan.digest for scan in arrival.dossier.scans}
        named = {scan.name for scan in arrival.dossier.scans if scan.digest}
        for found in claim.source().files:
            if not found.refused and found.name in named and _digest(found.path) not in stored:
                raise Unavailable("a file changed while it was taken")
        self._tell(arrival)
        last = list(self.site.ledger.facts("received", arrival.dossier.id))[-1]
        return arrival, not arrival.new and last.at < claim.told["at"]

    def _with_earlier(self, source: Source) -> Source:
        """Files that names hold together come one by one: those that came before lead the late ones to their dossier."""
        there = self.folder / TAKEN / source.name
        if not there.is_dir():
            return source
        earlier = sorted(path for path in there.iterdir() if path.is_file() and not path.name.endswith(".txt"))
        return Source(source.name, (*(Found(f"{source.name}/{p.name}", p) for p in earlier), *source.files))

    def _tell(self, arrival: Arrival) -> None:
        one = self.inbox
        body = {"inbox": one.name, "agency": one.agency, "procedure": one.procedure, "counter": one.counter}
        fact = Fact("came", arrival.dossier.id, self.site.stamp(), {name: told for name, told in body.items() if told})
        self.site.ledger.tell(fact, once=keys.key("came", arrival.dossier.id, one.name))

    def _file(self, claim: _Claim, arrival: Arrival, repeated: bool) -> Path:
        """Move what was received to ``da-nhan/`` and what was refused to ``tu-choi/``, each refusal with its reason."""
        files = claim.source().files
        mine = _refused(self.site, arrival, files)
        every = len(mine) == len(files)
        if claim.group:
            target = self.folder / (ASIDE if every else TAKEN) / names.fitting(claim.name)
            target.mkdir(parents=True, exist_ok=True)
            for path in claim.files():
                _move(path, target)
            place = target
        else:
            (path,) = claim.files()
            place = _move(path, self.folder / (ASIDE if every else TAKEN))
        if every:
            notices.write(place.parent, place.name, notices.refusal(tuple(mine.values()), alone=True))
            return place
        for name, lost in mine.items():
            inner = next(
                (p for p in _inside(place) if names.nfc(str(p.relative_to(place))) == name.partition("/")[2]), None
            )
            if inner is not None:
                aside = _move(inner, self.folder / ASIDE / names.fitting(place.name))
                notices.write(aside.parent, aside.name, notices.refusal((lost,), alone=False))
        if repeated or arrival.duplicate_of:
            notices.write(place.parent, place.name, notices.repeat(self.site, arrival))
        return place

    def _in_place(self, entry: Entry) -> Taking | None:
        """An inbox out of which nothing can be moved: each state of an entry is taken once, and noted in the home."""
        note = self.site.home / "nights" / f"inbox-{self.inbox.name}.json"
        known: dict[str, Any] = json.loads(note.read_text(encoding="utf-8")) if note.is_file() else {}
        name, look = keys.short(keys.key("entry", entry.raw)), keys.key("look", entry.look)
        if known.get(name) == look:
            return None
        (arrival,) = intake.arrivals(self.site, [source_of(entry)], self._crew)
        self._tell(arrival)
        note.parent.mkdir(exist_ok=True)
        fresh = note.with_suffix(".new")
        fresh.write_text(json.dumps(known | {name: look}), encoding="utf-8")
        fresh.replace(note)
        self._say(f"inbox {self.inbox.name}: nothing can be moved out of this folder; it was taken where it lies")
        return Taking(entry.name, arrival, None, not arrival.new)

    def _forget(self, claim: _Claim) -> None:
        self.looker.forget(Entry(claim.name, (self.folder / claim.raw,), claim.group))


class _Claim:
    """A claimed entry: its folder, the lock held on it, what its note tells."""

    def __init__(self, folder: Path, handle: int, told: dict[str, Any]) -> None:
        self.folder, self._handle, self.told = folder, handle, told
        self.name, self.raw, self.group = str(told["name"]), str(told["raw"]), bool(told["group"])

    @staticmethod
    def make(inbox: Path, entry: Entry, at: str) -> _Claim:
        """Claim an entry. Raises :class:`_Gone` where another has it, or it is not what was seen; :class:`_Kept` where the
        folder lets nothing be moved."""
        folder = inbox / WORK / keys.short(keys.key("claim", entry.raw.encode("utf-8", "surrogateescape").hex()))
        try:
            folder.parent.mkdir(exist_ok=True)
            folder.mkdir()
        except (FileExistsError, FileNotFoundError) as error:
            raise _Gone from error
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
                raise _Kept(whole=True) from error
            raise
        handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        if not _locked(handle, folder):
            os.close(handle)
            raise _Gone
        told = {
            "at": at, "name": entry.name, "raw": entry.raw, "group": entry.group, "bad": dict(entry.bad),
            "host": socket.gethostname(), "pid": os.getpid(), "marker": entry.marker.name if entry.marker else "",
        }  # fmt: skip
        claim = _Claim(folder, handle, told)
        try:
            claim.tell()
            (folder / "in").mkdir()
            for path in entry.paths:
                path.rename(folder / "in" / path.name)
            if not claim.as_seen(entry):
                raise _Gone
            if entry.marker is not None and entry.marker.parent == inbox:
                entry.marker.rename(folder / "marker")
        except BaseException as error:
            with claim:
                claim.give_back(inbox)
            if isinstance(error, FileNotFoundError):
                raise _Gone from error
            if isinstance(error, PermissionError):
                raise _Kept(whole=False) from error
            raise
        return claim

    @staticmethod
    def adopt(folder: Path) -> _Claim | None:
        """Take up the claim in ``folder`` where nobody holds it any more."""
        try:
            handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError:
            return None
        if not _locked(handle, folder):
            os.close(handle)
            return None
        try:
            told = json.loads((folder / "note.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            told = {"at": "", "name": "", "raw": "", "group": False, "bad": {}, "marker": ""}
        return _Claim(folder, handle, told)

    def tell(self, **more: Any) -> None:
        """Write the note of this claim, with ``more``."""
        self.told |= more
        fresh = self.folder / "note.new"
        fresh.write_text(json.dumps(self.told), encoding="utf-8")
        fresh.replace(self.folder / "note.json")

    def files(self) -> list[Path]:
        """What was claimed, as it lies in the claim's folder."""
        inside = self.folder / "in"
        return [inside / name for name in names.in_order(os.listdir(inside))] if inside.is_dir() else []  # noqa: PTH208

    def source(self) -> Source:
        """The claimed files as a dossier."""
        marker = self.folder / "in" / self.raw / self.told["marker"] if self.told["marker"] else None
        bad = tuple(self.told["bad"].items())
        return source_of(Entry(self.name, tuple(self.files()), self.group, marker, bad))

    def as_seen(self, entry: Entry) -> bool:
        """Whether the files still are of the size they had when they had settled (renaming changes one of their times)."""
        sizes = {name: size for name, size, _ in entry.look}
        top = self.folder / "in"
        there = {str(f.path.relative_to(top)): f.path.lstat().st_size for f in self.source().files}
        return not sizes or sizes == there

    def give_back(self, inbox: Path) -> None:
        """Put everything back where it lay."""
        for path in self.files():
            _back(path, inbox / path.name)
        if self.told["marker"] and (self.folder / "marker").exists():
            _back(self.folder / "marker", inbox / self.told["marker"])
        self.clear()

    def clear(self) -> None:
        """Remove the claim's folder, unless something still lies in it."""
        if self.files():
            return
        with contextlib.suppress(OSError):
            if (self.folder / "in").exists():
                (self.folder / "in").rmdir()
            for name in ("marker", "note.json", "note.new", "lock"):
                (self.folder / name).unlink(missing_ok=True)
            self.folder.rmdir()
            self.folder.parent.rmdir()  # a clerk need not see it while nothing is being taken

    def __enter__(self) -> _Claim:
        return self

    def __exit__(self, *_: object) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


def _left(inbox: Path) -> Iterator[_Claim]:
    """Claims that nobody holds: their watcher was killed."""
    try:
        found = sorted(path for path in (inbox / WORK).iterdir() if path.is_dir())
    except OSError:
        return
    for folder in found:
        if (claim := _Claim.adopt(folder)) is not None:
            if claim.name or not claim.files():
                yield claim
                claim.__exit__()
                continue
            with claim:  # killed before its note was written
                claim.give_back(inbox)


def _locked(handle: int, folder: Path) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks: go by the note's machine and process, or its age
        try:
            note = folder / "note.json"
            told = json.loads(note.read_text(encoding="utf-8"))
            if told["host"] == socket.gethostname():
                return not Path(f"/proc/{told['pid']}").exists()
            return time.time() - note.stat().st_mtime > _STALE
        except (OSError, ValueError, KeyError):
            return True
    return (folder / "lock").exists()


def _move(path: Path, folder: Path) -> Path:
    """Move into ``folder``, beside what has that name already."""
    folder.mkdir(parents=True, exist_ok=True)
    place, count = folder / path.name, 1
    while place.is_symlink() or place.exists():
        count += 1
        place = folder / names.fitting(path.stem, f" ({count}){path.suffix}")
    path.rename(place)
    return place


def _back(path: Path, place: Path) -> None:
    """Put back; where something of that name came meanwhile, beside it."""
    with contextlib.suppress(OSError):
        if place.exists() or place.is_symlink():
            _move(path, place.parent)
        else:
            path.rename(place)


def _inside(place: Path) -> Iterator[Path]:
    for top, folders, files in os.walk(place):
        yield from (Path(top) / name for name in (*folders, *files))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _refused(site: Site, arrival: Arrival, files: Iterable[Found]) -> dict[str, Quarantined]:
    """Those of ``files`` that were refused, by name; a file of the same name that was refused before is another."""
    refused = intake.refused(site, arrival.dossier)
    good = {scan.digest for scan in arrival.dossier.scans} - {lost.scan.digest for lost in refused}
    by_name = {lost.scan.name: lost for lost in refused}
    suspects = (found for found in files if found.name in by_name)
    return {f.name: by_name[f.name] for f in suspects if f.refused or _digest(f.path) not in good}
