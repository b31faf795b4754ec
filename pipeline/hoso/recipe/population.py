"""Citizens on papers, asked of the population database: each question told first, with its purpose; answers kept as data.

Owns who is asked about (the number was read without doubt and is a personal number; the paper is not sealed), the facts
``population-asked`` and ``population-told`` of a dossier, and the answers handed to the checks. No personal value stands in
a fact: the person is the warehouse's key, the answer lies in the store. Never compares (``stages/lookup``), never raises
where the database is away: papers are told unasked, and asked about again later.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from hoso import keys
from hoso.errors import HosoError, Misconfigured, Refused, Unavailable
from hoso.nouns import Fact, Outcome, Record
from hoso.recipe.standing import dossiers, sealed_as, standing
from hoso.registers import Asked, Registers
from hoso.site import Site
from hoso.values import identifiers

__all__ = ["Answer", "Asking", "again", "ask", "asked", "held"]

REGISTER = "dan_cu"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was told of a number: as :class:`hoso.exports.population.Citizen`, or "silent" where no answer was to be had."""

    number: str
    state: Literal["found", "absent", "silent"]
    row: dict[str, str]


@dataclass(frozen=True, slots=True)
class Asking:
    """A look-up as the ledger tells it: of which paper, when, what for, what came; ``person`` is a key, no number."""

    dossier: str
    document: str
    person: str
    at: str
    purpose: str
    state: str
    reason: str


def held(site: Site, dossier: str) -> Registers:
    """The home's registers, with what the population database told about the persons of that dossier."""
    told = _told(site, dossier)
    if not told:
        return site.registers
    answers = [keys.decode(site.store.get(fact.body["result"]), Answer) for fact in told.values()]
    rows = {one.number: one.row for one in answers if one.state == "found"}
    absent = frozenset(one.number for one in answers if one.state == "absent")
    silent = frozenset(one.number for one in answers if one.state == "silent")
    line = Asked(REGISTER, rows, absent, silent, site.settings.population.wait)
    mark = keys.key("asked", site.registers.fingerprint, sorted(f.body["result"] for f in told.values()), line.blocks)
    return replace(site.registers, asked={REGISTER: line}, fingerprint=mark)


def ask(site: Site, outcome: Outcome) -> bool:
    """Ask about the citizens on the papers of a dossier who were not asked about, or without an answer; says whether
    anything new was told. Nothing where the settings name no server."""
    line = site.population
    if line is None:
        return False
    told, new = _told(site, outcome.dossier.id), False
    for document, wanted in _wanted(site, outcome):
        person = site.warehouse.person(wanted["so_cccd"])
        before = told.get(person)
        if before is not None and (before.body["state"] != "silent" or not _due(site, before)):
            continue
        own = {"document": document, "person": person, "purpose": site.settings.population.purpose}
        site.ledger.tell(Fact("population-asked", outcome.dossier.id, site.stamp(), own))
        reason = ""
        try:
            citizen = line.ask(wanted)
            answer = Answer(wanted["so_cccd"], citizen.state, dict(citizen.row))
        except (Unavailable, Refused, Misconfigured) as error:
            reason, answer = _reason(error), Answer(wanted["so_cccd"], "silent", {})
        result = site.store.put(keys.encode(answer))
        body = own | {"state": answer.state, "result": result, "reason": reason}
        new = new or before is None or before.body["result"] != result
        told[person] = site.ledger.tell(Fact("population-told", outcome.dossier.id, site.stamp(), body))
    return new


def again(site: Site) -> tuple[int, int]:
    """Settle once more the dossiers with a citizen whom no answer was to be had about; gives (dossiers, left unanswered).
    What is sealed stays. Raises Misconfigured where the settings name no server."""
    from hoso.recipe import digitizing, intake  # which calls this module

    if site.population is None:
        raise Misconfigured("settings.toml [population] url: no server is named; see docs/doors/population.md")
    done = left = 0
    for dossier in dossiers(site):
        if any(fact.body["state"] == "silent" for fact in _told(site, dossier).values()):
            if standing(site, dossier).outcome is None:
                continue
            digitizing.settle(site, intake.arrival(site, dossier))
            done += 1
            left += any(fact.body["state"] == "silent" for fact in _told(site, dossier).values())
    return done, left


def asked(site: Site) -> Iterator[Asking]:
    """Every look-up there was, in order; ``state`` "asked" where a run ended before the answer came."""
    waiting: dict[tuple[str, str], Asking] = {}
    for fact in site.ledger.facts():
        if fact.kind not in ("population-asked", "population-told"):
            continue
        body = fact.body
        one = Asking(fact.subject, body["document"], body["person"], fact.at, body["purpose"],
                     body.get("state", "asked"), body.get("reason", ""))  # fmt: skip
        key = one.dossier, one.person
        before = waiting.pop(key, None)
        if fact.kind == "population-told":
            yield replace(one, at=before.at if before is not None else one.at)
            continue
        if before is not None:
            yield before
        waiting[key] = one
    yield from waiting.values()


def _told(site: Site, dossier: str) -> dict[str, Fact]:
    """The last answer about each person of a dossier."""
    return {fact.body["person"]: fact for fact in site.ledger.facts("population-told", dossier)}


def _due(site: Site, fact: Fact) -> bool:
    return site.now() >= datetime.fromisoformat(fact.at) + timedelta(seconds=site.settings.population.rest)


def _wanted(site: Site, outcome: Outcome) -> Iterator[tuple[str, dict[str, str]]]:
    """(document, what is known by column) of each citizen to ask about. A doubtful number is asked about by nobody: it may
    be another person's."""
    for record in outcome.records:
        if sealed_as(site, record) is not None:
            continue
        for rule in site.forms.form(record.document.form).checks:
            if rule.register == REGISTER:
                known = _columns(record, dict(zip(rule.fields, rule.columns or rule.fields, strict=True)))
                if known.get("so_cccd"):
                    yield record.document.id, known


def _columns(record: Record, columns: dict[str, str]) -> dict[str, str]:
    known: dict[str, str] = {}
    for field in record.fields:
        column = columns.get(field.name)
        if column is None or not field.value:
            continue
        if column == "so_cccd" and (field.status != "clear" or identifiers.personal_number(field.value).value is None):
            continue
        known[column] = field.value
    return known


def _reason(error: HosoError) -> str:
    return error.reason if isinstance(error, Refused) else type(error).__name__.lower()
