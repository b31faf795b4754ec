"""The order of the work, once: take files in, read pages, understand papers, release what is approved.

:func:`digitize` and :func:`release` are the two halves of the main job, :func:`standing` tells where everything is.
Modules: ``inbox``, ``taking``, ``notices`` (a watched folder: what settled, taking it, texts for its clerk), ``intake``
(files to the store), ``reading`` (what workers do), ``digitizing`` (the first half), ``approving``, ``releasing`` (the
second half), ``stamping`` and ``renewing`` (proofs of time), ``standing`` (the state, as the ledger tells it), ``care``
(audit, rebuild), ``erasing`` and ``reach`` (what is destroyed for good), ``turns`` and ``working`` (several machines side
by side).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from hoso.errors import HosoError, Unavailable, Unstamped
from hoso.nouns import Outcome, Record, Standing
from hoso.recipe import digitizing, erasing, handed, inbox, intake, notices, releasing, stamping, taking, turns
from hoso.recipe.intake import Arrival
from hoso.recipe.standing import balance, dossiers, find, standing
from hoso.site import Site
from hoso.stages.receive import Source, source, sources
from hoso.work import Crew

__all__ = [
    "Progress",
    "balance",
    "crew_for",
    "digitize",
    "dossiers",
    "find",
    "only_run",
    "proceed",
    "release",
    "resume",
    "source",
    "sources",
    "stamp",
    "standing",
    "take_inbox",
]

CHUNK = 64
"""Dossiers taken side by side: enough to keep every worker busy, few enough that results appear as the run goes."""

PATIENCE = 600.0
"""s that a run which must be alone waits for what other machines are at."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How a caller follows a run: pages to ``expect``, a page ``read`` (dossier, worker seconds), a failure to ``say``, a
    ``defect`` of ours that left one dossier or document undone."""

    expect: Callable[[int], None] = lambda pages: None
    read: Callable[[str, float], None] = lambda dossier, seconds: None
    say: Callable[[str], None] = lambda text: None
    defect: Callable[[str, Exception], None] = lambda what, error: None


def crew_for(site: Site, jobs: int) -> Crew:
    """The workers that read pages for this site."""
    bound = site.settings.reading.max_memory_mb if jobs else 0
    setup = "hoso.recipe.reading:set_up"
    return Crew(jobs, setup, (str(site.home), bound), shut=f"{setup}_shut")


def digitize(site: Site, given: Iterable[Source], crew: Crew, progress: Progress = Progress()) -> Iterator[Standing]:
    """Both halves for each source, as far as approvals allow; gives where each dossier stands, as they are done."""
    chunk: list[Source] = []
    for one in given:
        chunk.append(one)
        if len(chunk) == CHUNK:
            yield from _chunk(site, intake.arrivals(site, chunk, crew), crew, progress)
            chunk = []
    if chunk:
        yield from _chunk(site, intake.arrivals(site, chunk, crew), crew, progress)


def resume(site: Site, crew: Crew, progress: Progress = Progress()) -> Iterator[Standing]:
    """Go on with every dossier that is received and not digitized, and release what is approved and not loaded; first with
    an erasure, and with electronic forms, that were stopped."""
    from hoso.recipe import eforms  # which calls this package

    erasing.finish(site, progress.say)
    eforms.finish(site, crew, progress.say)
    everything = [standing(site, dossier) for dossier in dossiers(site)]
    open_ = [s.dossier for s in everything if s.outcome is None and not s.duplicate_of]
    known = [intake.arrival(site, dossier.id) for dossier in open_]
    for start in range(0, len(known), CHUNK):
        yield from _chunk(site, known[start : start + CHUNK], crew, progress)
    release(site, (s.outcome for s in everything if s.outcome is not None), progress, crew)


def release(site: Site, outcomes: Iterable[Outcome], progress: Progress = Progress(), crew: Crew | None = None) -> int:
    """The second half for what is approved, by ``crew`` where an idle one is given; gives how many documents were newly
    loaded."""

    def failed(record: Record, error: Exception) -> None:
        what = f"document {record.document.id} ({record.document.type}) was not sealed"
        if isinstance(error, HosoError):
            progress.say(f"{what}: {error}")
        else:
            progress.defect(what, error)

    wanted = list(outcomes)
    with turns.claimed(site, [turns.dossier(one.dossier.id) for one in wanted]) as mine:
        left = [one for one in wanted if turns.dossier(one.dossier.id) not in mine]
        if left:
            progress.say(f"another machine is at {len(left)} of the dossiers now; it or the next run releases them")
        return releasing.release(site, [one for one in wanted if one not in left] if left else wanted, failed, crew)


def stamp(site: Site, progress: Progress = Progress()) -> int:
    """The night's stamp over all that is sealed and has none; gives how many documents it is over. Where the timestamp
    server is silent it is said, and the documents wait for the next run."""
    with turns.claimed(site, ("stamps",)) as mine:
        if not mine:
            progress.say("another machine stamps now")
            return 0
        try:
            return sum(made.documents for made in stamping.night(site))
        except Unstamped as error:
            progress.say(str(error))
            return 0


def take_inbox(
    site: Site, folder: Path, seconds: float, crew: Crew, progress: Progress = Progress()
) -> Iterator[Standing]:
    """One look at a watched folder: take all that has settled for ``seconds``, then digitize it; each dossier is shown in
    its inbox as it stands then. For one look after another, see ``taking``."""
    told = inbox.adhoc(site, folder, seconds)
    taker = taking.Taker(site, told, crew, progress.say)
    came = [taken.arrival.dossier.id for taken in taker.look(once=True)]
    for here in proceed(site, came, crew, progress):
        notices.show(taker.folder, here)
        yield here


def proceed(site: Site, known: Iterable[str], crew: Crew, progress: Progress = Progress()) -> Iterator[Standing]:
    """Both halves for dossiers that were received, by id, as far as approvals allow."""
    waiting = [intake.arrival(site, dossier) for dossier in dict.fromkeys(known)]
    for start in range(0, len(waiting), CHUNK):
        yield from _chunk(site, waiting[start : start + CHUNK], crew, progress)


@contextmanager
def only_run(site: Site, *, everything: bool = False) -> Iterator[None]:
    """One run at a time in a home's folder; ends with the process. Where the ledger is shared with other machines the run
    has a turn in it and claims dossier by dossier, and with ``everything`` it waits until it is alone. Raises
    :class:`Unavailable` where another is at work."""
    import fcntl

    with (site.home / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Unavailable(f"another run works in {site.home}; wait for it, or look with: hoso status") from error
        with turns.turn(site), turns.everything(site, PATIENCE, time.sleep) if everything else nullcontext():
            yield


def _chunk(site: Site, arrivals: list[Arrival], crew: Crew, progress: Progress) -> Iterator[Standing]:
    fresh = {a.dossier.id: a for a in arrivals if not a.duplicate_of}
    progress.expect(sum(1 for a in fresh.values() for _ in digitizing.page_keys(site, a.dossier)))
    for arrival in arrivals:
        if arrival.duplicate_of:
            yield standing(site, arrival.dossier.id)

    with turns.claimed(site, [turns.dossier(id_) for id_ in fresh]) as mine:
        ours = [arrival for id_, arrival in fresh.items() if turns.dossier(id_) in mine]
        for outcome in digitizing.digitize_dossiers(site, ours, crew, progress.read, progress.defect):
            release(site, [handed.told(site, outcome, progress.say)], progress)
            yield standing(site, fresh.pop(outcome.dossier.id).dossier.id)
    yield from (standing(site, dossier) for dossier in fresh)
