"""What a further machine does for a home that it shares: dossiers that nobody is at, one lot after another.

Follows the ledger by serial, claims what was received and not digitized, takes over what dead runs were at, releases what
was approved since. Everything it needs of a dossier lies in the store. Takes nothing in: that is the inbox's machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from hoso import recipe
from hoso.errors import Overtaken, Unavailable
from hoso.nouns import Fact, Standing
from hoso.recipe import turns
from hoso.site import Site
from hoso.work import Crew

__all__ = ["Worker"]

LOT = 16
"""Dossiers claimed together: enough to keep the workers of a machine busy, few enough to leave others some."""

_RELEASE = 30.0  # s between two looks for what is approved
_AGAIN = 600.0  # s after which a dossier that could not be done is tried again
_LONGEST = 60.0  # s between two tries of a server that is away


class Worker:
    """A machine's share of the work. ``sleep`` and ``clock`` (monotonic) are for tests."""

    def __init__(
        self,
        site: Site,
        crew: Crew,
        progress: recipe.Progress | None = None,
        sleep: Callable[[float], object] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._site, self._crew, self._sleep, self._clock = site, crew, sleep, clock
        self._progress = progress or recipe.Progress()
        self._serial = 0
        self._open: dict[str, int] = {}
        """Dossiers whose last arrival is not digitized, with its serial, in the order received."""
        self._digitized: dict[str, bool] = {}
        """Those that are, and whether nothing of them is left to release."""
        self._later: dict[str, float] = {}
        self._approved, self._looked = True, -_RELEASE

    def once(self) -> Iterator[Standing]:
        """All that can be done now. Raises Unavailable, Overtaken."""
        with turns.turn(self._site):
            self._tell_unlike()
            self._clear()
            while True:
                done = 0
                for here in self._lot():
                    done += 1
                    yield here
                if not done:
                    break
            self._release()

    def run(self, pause: float) -> Iterator[Standing]:
        """For ever: where there is nothing to do, look again after ``pause`` seconds; who is away is waited for."""
        wait = pause
        while True:
            try:
                yield from self.once()
                wait = pause
            except Overtaken as error:
                self._progress.say(f"{error}; begun anew")
            except Unavailable as error:
                self._progress.say(f"{error}; tried again in {wait:.0f} s")
                self._approved = True
                wait = min(_LONGEST, 2 * wait)
            self._sleep(wait)

    def _lot(self) -> Iterator[Standing]:
        """The next dossiers, done. What a dead run was at comes first: claiming it ends that run's turn."""
        self._follow()
        left = [id_ for one in turns.dead(self._site) for name in one.claims if (id_ := turns.dossier_of(name))]
        taken = {name for one in turns.others(self._site) if one.left >= 0 for name in one.claims}
        now = self._clock()
        free = [i for i in self._open if turns.dossier(i) not in taken and self._later.get(i, now) <= now]
        wanted = list(dict.fromkeys([*left, *free]))[:LOT]
        with turns.claimed(self._site, [turns.dossier(id_) for id_ in wanted]) as mine:
            self._follow()  # what another did before we claimed it is not done twice
            ours = [id_ for id_ in wanted if turns.dossier(id_) in mine and (id_ in left or id_ in self._open)]
            self._later |= dict.fromkeys(ours, now + _AGAIN)
            self._approved |= bool(left)
            yield from recipe.proceed(self._site, ours, self._crew, self._progress)

    def _follow(self) -> None:
        while facts := self._site.ledger.facts_after(self._serial, 1000):
            for fact in facts:
                self._heed(fact)
            self._serial = facts[-1].serial

    def _heed(self, fact: Fact) -> None:
        if fact.kind == "received" and not fact.body.get("duplicate_of"):
            self._open[fact.subject] = fact.serial
            self._later.pop(fact.subject, None)
        elif fact.kind == "digitized":
            self._open.pop(fact.subject, None)
            self._digitized[fact.subject] = False
        elif fact.kind in ("decided", "mandate", "unstamped"):
            self._approved = True

    def _release(self) -> None:
        """Release what is approved and not filed, where something was approved since the last look."""
        if not self._approved or self._clock() < self._looked + _RELEASE:
            return
        self._approved, self._looked = False, self._clock()
        wanted = []
        for id_ in [id_ for id_, over in self._digitized.items() if not over]:
            here = recipe.standing(self._site, id_)
            if here.outcome is None:
                continue
            self._digitized[id_] = set(here.states) == set(here.loaded)
            if any(here.states[d] in ("approved", "unstamped", "sealed") and d not in here.loaded for d in here.states):
                wanted.append(here.outcome)
        for start in range(0, len(wanted), recipe.CHUNK):
            recipe.release(self._site, wanted[start : start + recipe.CHUNK], self._progress, self._crew)

    def _clear(self) -> None:
        """Remove signed files that this machine made and another sealed otherwise meanwhile."""
        folder = self._site.home / "sealing"
        for path in folder.glob("*.pdf"):
            if any(one.key == path.stem and one.receipt is not None for one in self._site.ledger.effects("seal")):
                path.unlink(missing_ok=True)

    def _tell_unlike(self) -> None:
        mine = turns.reading_alike(self._site)
        unlike = {one.holder.partition(":")[0] for one in turns.others(self._site) if not one.holder.endswith(mine)}
        if unlike:
            names = ", ".join(sorted(unlike))
            self._progress.say(
                f"{names}: reads with another version, other registers, forms or roots than this machine; make them alike"
            )
