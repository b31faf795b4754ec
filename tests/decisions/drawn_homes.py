"""A home with one dossier of drawn papers, received and read: every noun where a run would put it, no page decoded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from benchmarks import faults as drawn
from hoso import keys, site
from hoso.nouns import Dossier, PageRef, Record, Scan, Seen, Standing, Survey
from hoso.recipe import digitizing, intake, reading
from hoso.recipe.reading import Looked
from hoso.recipe.standing import record_digest, standing
from hoso.site import Site
from hoso.work import record
from tools.papers import faults

__all__ = ["AT", "add", "digest_of", "document", "home", "opened", "pages", "read", "the"]

AT = datetime.fromisoformat("2026-11-23T08:00:00+07:00")


def opened(where: Path, settings: str = "") -> Site:
    """The site of ``where``, made where it is missing."""
    site.make(where, settings)
    return Site(where, clock=lambda: AT)


def pages(seed: str = "decisions", fault: str = "") -> list[Seen]:
    """The pages of a drawn dossier, as an engine without errors reads them."""
    made = faults.dossier(seed, fault)
    assert made is not None, "this fault cannot be planted with this seed"
    return drawn.read(made)


def add(at: Site, seen: Sequence[Seen], source: str = "HS0001") -> str:
    """Receive ``seen`` as the scans of a dossier and read them; gives its id. Each scan becomes a file of its own."""
    names = list(dict.fromkeys(one.page.ref.scan for one in seen))
    scans, digests = [], {}
    for position, name in enumerate(names, 1):
        data = f"{source} {name}".encode()
        digests[name] = at.store.put(data)
        scans.append(Scan(source, f"{source}/{position}.tif", digests[name], "image/tiff", len(data), position))
        count = sum(one.page.ref.scan == name for one in seen)
        looked = keys.encode(Looked(Survey("image/tiff", count)))
        record(at, reading.look_key(at, digests[name]), "survey", digests[name], looked)
    id_ = keys.short(keys.key("dossier", source))
    dossier = Dossier(id_, source, tuple(scans), at.stamp())
    at.ledger.tell(digitizing.Fact("received", id_, at.stamp(), {"manifest": at.store.put(keys.encode(dossier))}))
    for one in seen:
        read(at, one, digests[one.page.ref.scan])
    digitizing.settle(at, intake.arrival(at, id_))
    return id_


def read(at: Site, one: Seen, scan: str, turn: int | None = None) -> None:
    """Record ``one`` as what was read on its page of the scan of that digest."""
    ref = PageRef(scan, one.page.ref.index)
    page = replace(one.page, ref=ref, position=0, rotation=one.page.rotation if turn is None else turn)
    answer = keys.encode(Seen(page, replace(one.reading, ref=ref)))
    record(at, reading.read_key(at, scan, ref.index, turn), "read", scan, answer)


def home(
    where: Path, seed: str = "decisions", fault: str = "", change: Callable[[list[Seen]], list[Seen]] | None = None
) -> tuple[Site, str]:
    """(site, dossier) of a home with one drawn dossier."""
    at = opened(where)
    seen = pages(seed, fault)
    return at, add(at, change(seen) if change else seen)


def document(here: Standing, type_: str) -> Record:
    """The record of that type in the dossier."""
    assert here.outcome is not None
    return next(r for r in here.outcome.records if r.document.type == type_)


def the(at: Site, dossier: str, type_: str) -> Record:
    """As :func:`document`, of the dossier as it stands now."""
    return document(standing(at, dossier), type_)


digest_of = record_digest
