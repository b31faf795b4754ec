"""What the tests of watched folders share: a home, an inbox, a clock that stands still until it is told to go on."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from hoso import recipe
from hoso.nouns import Standing
from hoso.recipe.inbox import Looker
from hoso.recipe.taking import Taker, Taking
from hoso.settings import Inbox
from hoso.site import Site, make
from hoso.work import Crew


@dataclass
class Clock:
    """Monotonic time moved by hand, and a wall clock: at 0.0 the times of every file lie in its future."""

    now: float = 1000.0
    wall: float = 0.0

    def __call__(self) -> float:
        return self.now

    def go(self, seconds: float) -> None:
        self.now += seconds


def jpeg(path: Path, grey: int = 200, size: tuple[int, int] = (60, 80)) -> Path:
    """A small picture; another ``grey`` is another file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", size, grey).save(path, "JPEG", dpi=(300, 300))
    return path


def pdf(path: Path, grey: int = 200) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (60, 80), grey).save(path, "PDF", resolution=72)
    return path


@dataclass
class Desk:
    """A home with one inbox and what watches it. ``said`` is what was said of what could not be taken."""

    site: Site
    folder: Path
    clock: Clock
    inbox: Inbox
    said: list[str] = field(default_factory=list)
    taker: Taker = field(init=False)

    def __post_init__(self) -> None:
        self.taker = self.other()

    def other(self, site: Site | None = None) -> Taker:
        """Another watcher of the same inbox."""
        looker = Looker(self.inbox, self.folder, wall=lambda: self.clock.wall, clock=self.clock)
        return Taker(
            site or self.site, self.inbox, Crew(0, SETUP, (str(self.site.home),)), self.said.append, looker, self.clock
        )

    def look(self, seconds: float = 0.0) -> list[Taking]:
        """One look after some seconds."""
        self.clock.go(seconds)
        return list(self.taker.look())

    def settle(self) -> list[Taking]:
        """What is taken once all that lies there had time to settle."""
        return [*self.look(), *self.look(self.inbox.settle + 0.1)]

    def names(self, folder: str = "") -> list[str]:
        """What a clerk sees there, without hidden names."""
        place = self.folder / folder
        return sorted(p.name for p in place.iterdir() if not p.name.startswith(".")) if place.is_dir() else []

    def standings(self) -> list[Standing]:
        return [recipe.standing(self.site, dossier) for dossier in recipe.dossiers(self.site)]

    def received(self) -> int:
        return len({fact.subject for fact in self.site.ledger.facts("received")})


SETUP = "hoso.recipe.reading:set_up"


def desk(folder: Path, settings: str = "", **told: object) -> Desk:
    """A home in ``folder`` that watches ``folder/quay`` (``told``: keys of the inbox)."""
    home, inbox = folder / "home", folder / "quay"
    inbox.mkdir(parents=True, exist_ok=True)
    make(home, "[office]\ntest = true\n" + settings)
    return Desk(Site(home), inbox, Clock(), Inbox("quay", str(inbox), **({"settle": 3.0} | told)))  # type: ignore[arg-type]
