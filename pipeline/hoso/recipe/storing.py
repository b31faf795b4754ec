"""Once only, over the data store of persons: whether it holds a paper, and taking that paper instead of scanning it again.

What is fetched enters the pipeline as any file does, kept as it came, and is told as reused: to the dossier system, and in
the indicators. Every question is told to the ledger first, with the key of the person and never the number. Never decides
that a paper need not be handed in: that is for the official who asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from hoso import keys, recipe
from hoso.errors import Misconfigured, NeedsPerson, Usage
from hoso.exports.syncing.keeping import Item, Keeping
from hoso.nouns import Fact
from hoso.recipe import outbox
from hoso.recipe.standing import standing
from hoso.site import Site
from hoso.stages.receive import sources
from hoso.values import numbers
from hoso.work import Crew

__all__ = ["DRAWN", "Fetched", "Kept", "fetch", "find"]

DRAWN = "store-drawn"
"""Kind of the fact that a paper of the store stood in for one of a dossier; its body's ``for`` is the dossier code."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A paper of the store; "unknown" where it tells no last day of use."""

    item: Item
    state: Literal["valid", "ended", "unknown"]


@dataclass(frozen=True, slots=True)
class Fetched:
    """A paper that was taken: the dossier it came into and its documents there; ``new`` False where it was taken before."""

    dossier: str
    documents: tuple[str, ...]
    new: bool


def find(
    site: Site, number: str, type_: str, who: str, purpose: str, on: date | None = None
) -> tuple[Kept, ...]:  # fmt: skip
    """The papers of ``type_`` that the store holds of the person of that number, valid ones first, then the newest.

    Raises Usage where who asks or what for is not said, or for an unknown type; Misconfigured where no store is named;
    Unavailable, Declined as the store answers."""
    if not who.strip() or not purpose.strip():
        raise Usage("who asks, and for what purpose, must be said: it is kept")
    site.forms.latest(type_)
    with _opened(site) as store:
        body = {"who": who.strip(), "purpose": _masked(purpose), "type": type_, "person": site.warehouse.person(number)}
        site.ledger.tell(Fact("store-asked", type_, site.stamp(), body))
        found = store.find(number, type_)
    day = (on or site.now().date()).isoformat()
    kept = [Kept(one, "unknown" if not one.until else "ended" if one.until < day else "valid") for one in found]
    order = {"valid": 0, "unknown": 1, "ended": 2}
    kept.sort(key=lambda one: one.item.issued, reverse=True)
    return tuple(sorted(kept, key=lambda one: order[one.state]))


def fetch(
    site: Site, number: str, type_: str, id_: str, code: str, who: str, purpose: str, crew: Crew
) -> Fetched:  # fmt: skip
    """Take the paper ``id_`` of the store into the dossier ``code`` in place of a scan, and tell that it was reused.

    Raises as :func:`find`; Usage for a paper the store does not tell of, or a code that is none; NeedsPerson for one whose
    last day of use is over."""
    if numbers.dossier_code(code).value is None:
        raise Usage(f"{code!r} is no dossier code; say for which dossier with --for CODE")
    chosen = next((one for one in find(site, number, type_, who, purpose) if one.item.id == id_), None)
    if chosen is None:
        raise Usage("the store tells of no such paper of that person; see: hoso store find")
    if chosen.state == "ended":
        raise NeedsPerson("the paper's last day of use is over; ask for a new one")
    with _opened(site) as store:
        data = store.fetch(chosen.item)
    digest, new = keys.digest(data), True
    with TemporaryDirectory() as folder:
        path = Path(folder) / code / f"kho-{digest[:12]}.pdf"
        path.parent.mkdir()
        path.write_bytes(data)
        (here,) = recipe.digitize(site, sources([Path(folder)]), crew)
    if here.duplicate_of:
        here = standing(site, here.duplicate_of)
    documents = tuple(
        one.document.id
        for one in (here.outcome.records if here.outcome else ())
        if any(page.scan == digest for page in one.document.pages)
    )
    stands = chosen.item.code or chosen.item.number or chosen.item.id
    for document in documents:
        told = [fact.body for fact in site.ledger.facts("reused", document)]
        new = not told or told[-1]["code"] != stands
        if new:
            outbox.reuse(site, document, stands, site.settings.data_store.national, who)
        body = {"for": code, "who": who.strip(), "purpose": _masked(purpose)}
        site.ledger.tell(Fact(DRAWN, document, site.stamp(), body), once=keys.key(DRAWN, document, code))
    return Fetched(here.dossier.id, documents, new)


@contextmanager
def _opened(site: Site) -> Iterator[Keeping]:
    if not site.settings.data_store.url:
        raise Misconfigured("settings.toml [data_store] url: no store is named; see docs/doors/data_store.md")
    store = Keeping(site.settings.data_store, site.home)
    try:
        yield store
    finally:
        store.close()


def _masked(purpose: str) -> str:
    return re.sub(r"\d(?:[ .]?\d){5,}", "***", purpose.strip())
