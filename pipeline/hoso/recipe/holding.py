"""Once only: whether the office already holds a valid paper of a kind for a person, and that it was drawn on.

What the office holds need not be handed in again; each paper drawn on counts as true reuse in the indicators. Every
question is told to the ledger, with the key of the person and never the number. Never decides that a paper need not be
handed in: that is for the official who asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from hoso import keys
from hoso.errors import Usage
from hoso.exports.syncing import validity
from hoso.nouns import Fact, Record
from hoso.recipe.standing import standing
from hoso.site import Site

__all__ = ["Holding", "draw_on", "holdings"]

_OWN = frozenset({"so_dinh_danh_ca_nhan", "so_dinh_danh", "so_cccd", "so_cmnd", "so_giay_to"})
"""Fields that hold the number of the person a paper is about; "me_so_dinh_danh" is another's."""
_DATED = ("ngay_cap", "ngay_ket_luan", "ngay_ban_hanh", "ngay_dang_ky")
_NUMBERED = ("so", "so_ky_hieu")


@dataclass(frozen=True, slots=True)
class Holding:
    """A paper that the office holds. ``until`` is the day to which it may be used, "" where the form says no term: then
    ``state`` is "unknown", unless it is "ended". ``archive`` is the digest of the signed copy."""

    document: str
    dossier: str
    code: str
    type: str
    title: str
    number: str
    issued: str
    until: str
    state: Literal["valid", "ended", "unknown"]
    archive: str


def holdings(
    site: Site, number: str, type_: str, who: str, purpose: str, on: date | None = None
) -> tuple[Holding, ...]:
    """The sealed papers of ``type_`` about the person of that number, those valid on that day first, then the newest.

    Raises Usage where who asks or what for is not said, or for an unknown type."""
    if not who.strip() or not purpose.strip():
        raise Usage("who asks, and for what purpose, must be said: it is kept")
    site.forms.latest(type_)
    day = (on or site.now().date()).isoformat()
    found: dict[str, Holding] = {}
    for one in site.warehouse.lookup("person", number):
        if one.type == type_ and one.field in _OWN and one.document not in found:
            held = _held(site, one.dossier, one.document, day)
            if held is not None:
                found[one.document] = held
    body = {
        "who": who.strip(), "purpose": re.sub(r"\d(?:[ .]?\d){5,}", "***", purpose.strip()), "type": type_,
        "person": site.warehouse.person(number), "found": str(len(found)),
    }  # fmt: skip
    site.ledger.tell(Fact("held-asked", type_, site.stamp(), body))
    order = {"valid": 0, "unknown": 1, "ended": 2}
    newest = sorted(found.values(), key=lambda one: one.issued, reverse=True)
    return tuple(sorted(newest, key=lambda one: order[one.state]))


def draw_on(site: Site, document: str, code: str, who: str, purpose: str) -> Fact:
    """Tell that a held paper stood in for one of the dossier ``code``; told once for the two. Raises Usage."""
    if not code.strip() or not who.strip():
        raise Usage("say for which dossier, and who draws on it")
    if not any(True for _ in site.ledger.facts("sealed", document)):
        raise Usage(f"there is no sealed document {document!r}")
    body = {"for": code.strip(), "who": who.strip(), "purpose": re.sub(r"\d(?:[ .]?\d){5,}", "***", purpose.strip())}
    once = keys.key("drawn-on", document, code.strip())
    return site.ledger.tell(Fact("drawn-on", document, site.stamp(), body), once=once)


def _held(site: Site, dossier: str, document: str, day: str) -> Holding | None:
    try:
        here = standing(site, dossier)
    except LookupError:
        return None  # a warehouse that was moved here without its ledger
    record = next((r for r in here.outcome.records if r.document.id == document), None) if here.outcome else None
    sealed = here.sealed.get(document)
    if record is None or sealed is None or here.outcome is None:
        return None
    form = site.forms.form(record.document.form)
    until = validity.until(record, form)
    ended = bool(until) and until < day
    code = here.outcome.codes.get(document, here.outcome.code)
    return Holding(
        document, dossier, code, record.document.type, form.title, _first(record, _NUMBERED), _first(record, _DATED), until,
        "ended" if ended else "valid" if until else "unknown", sealed.after,
    )  # fmt: skip


def _first(record: Record, names: tuple[str, ...]) -> str:
    return next((value for name in names if (value := record.value(name))), "")
