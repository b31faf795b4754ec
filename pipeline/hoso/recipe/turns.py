"""Runs of several machines side by side: a run's turn in a shared ledger, kept up while it lives, and what it claims.

Owns: when a turn is taken and renewed, the names of what can be claimed. Where the ledger serves one machine (SQLite)
all of this is nothing: there the lock of ``only_run`` leaves a home to one run. No machine's own clock ever counts.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from weakref import WeakKeyDictionary

from hoso import keys
from hoso.errors import Overtaken, Unavailable
from hoso.ledgers.api import EVERYTHING, Ledger, Turn
from hoso.site import Site

__all__ = [
    "at_work",
    "claimed",
    "dead",
    "dossier",
    "dossier_of",
    "everything",
    "only",
    "others",
    "reading_alike",
    "turn",
]

_DOSSIER = "dossier/"
_held: WeakKeyDictionary[Ledger, set[str]] = WeakKeyDictionary()
"""What the turn of each ledger object that has one claims."""


def dossier(id_: str) -> str:
    """What a run claims that works on the dossier of that id."""
    return _DOSSIER + id_


def dossier_of(claim: str) -> str:
    """The id of the dossier that a claim is on, "" where it is on something else."""
    return claim.removeprefix(_DOSSIER) if claim.startswith(_DOSSIER) else ""


@contextlib.contextmanager
def turn(site: Site) -> Iterator[None]:
    """A turn in the site's ledger, where that is shared and this run has none yet; renewed by a thread of its own until it
    is given back. Raises Unavailable."""
    ledger = site.ledger
    if not ledger.shared or ledger in _held:
        yield
        return
    seconds = site.settings.postgres.turn
    ledger.begin(f"{socket.gethostname()}:{os.getpid()}:{reading_alike(site)}", seconds)
    _held[ledger] = set()
    ended = threading.Event()
    beat = threading.Thread(target=_renewing, args=(ledger, seconds, ended), daemon=True, name="turn")
    beat.start()
    try:
        yield
    finally:
        ended.set()
        beat.join()
        del _held[ledger]
        with contextlib.suppress(Unavailable):  # a turn that cannot be given back ends by itself
            ledger.end()


@contextlib.contextmanager
def claimed(site: Site, names: Collection[str], *, whole: bool = False) -> Iterator[frozenset[str]]:
    """Those of ``names`` that no other run is at, this run's until the end; with ``whole`` all of them or none. Where the
    ledger serves one machine, all of them. Raises Overtaken, Unavailable."""
    if not site.ledger.shared:
        yield frozenset(names)
        return
    with turn(site):
        held = _held[site.ledger]
        mine = site.ledger.claim(names)
        fresh = set(mine) - held
        wanting = whole and mine != frozenset(names)
        if wanting or (EVERYTHING in names and not mine):
            _let_go(site, (set(names) - held) if EVERYTHING in names else fresh)
            fresh, mine = set(), frozenset()
        held |= fresh
        try:
            yield mine
        finally:
            held -= fresh
            _let_go(site, fresh)


@contextlib.contextmanager
def only(site: Site, name: str) -> Iterator[None]:
    """This run alone does what is called ``name`` ("stamps"). Raises Unavailable where another machine is at it."""
    with claimed(site, (name,)) as mine:
        if not mine:
            raise Unavailable(
                f"another machine is at the {name} of this home; wait for it, or look with: hoso work --list"
            )
        yield


@contextlib.contextmanager
def everything(site: Site, patience: float, sleep: Callable[[float], object]) -> Iterator[None]:
    """Nobody else is at work: others begin nothing new from now on, and what they are at is waited for. Raises Unavailable
    where that takes longer than ``patience`` seconds."""
    if not site.ledger.shared:
        yield
        return
    with turn(site):
        try:
            waited = 0.0
            while not site.ledger.claim((EVERYTHING,)):
                if waited >= patience:
                    who = ", ".join(one.holder.rpartition(":")[0] for one in others(site) if one.claims)
                    raise Unavailable(f"others are at work on this home ({who}); stop them, or wait for them")
                sleep(0.5)
                waited += 0.5
            yield
        finally:
            _let_go(site, {EVERYTHING})


def others(site: Site) -> tuple[Turn, ...]:
    """The turns of other runs, dead ones too."""
    if not site.ledger.shared:
        return ()
    me = f"{socket.gethostname()}:{os.getpid()}:"
    return tuple(one for one in site.ledger.turns() if not one.holder.startswith(me))


def dead(site: Site) -> Iterator[Turn]:
    """Turns whose time is over with something still claimed: their runs were killed, stopped or cut off."""
    return (one for one in others(site) if one.left < 0 and one.claims)


def at_work(site: Site) -> bool:
    """Whether another run of this home, on any machine, is alive and has something claimed."""
    return any(one.left >= 0 and one.claims for one in others(site))


def reading_alike(site: Site) -> str:
    """A word that two machines share which would make the same of the same pages: code, forms, registers, calibration,
    models and trusted roots."""
    from hoso import __version__

    parts = [__version__, site.forms.fingerprint, site.registers.fingerprint, site.calibration.fingerprint]
    files = (site.home / name for name in site.settings.seal.roots)
    roots = [keys.digest(file.read_bytes()) for file in files if file.is_file()]
    return keys.short(keys.key("alike", parts, site.settings.rooms.engine, roots))[:12]


def _renewing(ledger: Ledger, seconds: float, ended: threading.Event) -> None:
    pause = seconds / 3
    while not ended.wait(pause):
        try:
            ledger.renew(seconds)
            pause = seconds / 3
        except Overtaken:  # the next write of the run itself says so
            return
        except Unavailable:
            pause = seconds / 10


def _let_go(site: Site, names: Iterable[str]) -> None:
    names = tuple(names)
    if names:
        with contextlib.suppress(Unavailable):  # they end with the turn
            site.ledger.let_go(names)
