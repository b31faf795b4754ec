"""Approvals: a named person's decision on a record, or a mandate. Both are facts; the names lie in the store.

Decree 30/2020, art. 32: the agency's seal goes only on documents that the competent person has let through, so no
path leads to a seal but through a decision or a mandate in force.
"""

from __future__ import annotations

from datetime import datetime

from hoso import keys
from hoso.errors import NeedsPerson, Usage
from hoso.nouns import Decision, Fact, Mandate, Record
from hoso.recipe.standing import decisions, in_force, mandates, record_digest
from hoso.site import HANOI, Site

__all__ = ["approved", "decide", "give_mandate", "withdraw_mandate"]


def decide(site: Site, record: Record, who: str, verdict: str, note: str = "", *, despite: bool = False) -> Decision:
    """Record what ``who`` said of a record ("approved" or "held"). ``despite`` lets a record with problems through.

    Raises :class:`Usage` for a nameless decision, :class:`NeedsPerson` for problems not accepted.
    """
    if not who.strip():
        raise Usage("a decision needs the name of who decides: --who NAME")
    if verdict not in ("approved", "held"):
        raise Usage(f"a decision is approved or held, not {verdict!r}")
    if any(p.code == "document.secret-mark" for p in record.problems) and verdict == "approved":
        raise NeedsPerson(f"document {record.document.id} bears a state-secret mark: it is never sealed or loaded here")
    if verdict == "approved" and record.verdict != "clear" and not despite:
        raise NeedsPerson(
            f"document {record.document.id} has {len(record.problems)} problems; look at them with "
            f"hoso records --json, and approve with --with-problems if the paper is right as it stands"
        )
    decision = Decision(record.document.id, record_digest(record), who.strip(), site.stamp(), verdict, note)  # type: ignore[arg-type]
    _tell(site, record, decision, once="")
    return decision


def approved(site: Site, record: Record) -> bool:
    """Whether the record may be sealed now. A mandate that lets it through is written down as the decision it is."""
    if any(p.code == "document.secret-mark" for p in record.problems):
        return False
    digest = record_digest(record)
    said = [d for d in decisions(site, record.document) if d.record == digest]
    if said:
        return said[-1].verdict == "approved"
    mandate = in_force(site, record, mandates(site))
    if mandate is None:
        return False
    who = f"{mandate.who} (ủy quyền {mandate.id})"
    by_mandate = Decision(record.document.id, digest, who, site.stamp(), "approved", f"mandate {mandate.id}")
    _tell(site, record, by_mandate, once=keys.key("by mandate", record.document.id, digest, mandate.id))
    return True


def give_mandate(site: Site, who: str, until: datetime, types: tuple[str, ...] = (), *, test: bool = False) -> Mandate:
    """A standing order by ``who`` until ``until`` for clear documents of ``types`` (none: every type)."""
    now = site.now()
    if not who.strip():
        raise Usage("a mandate needs the name of who gives it: --who NAME")
    if until.astimezone(HANOI) <= now:
        raise Usage(f"a mandate must end in the future, not at {until.isoformat()}")
    for name in types:
        site.forms.latest(name)
    id_ = keys.short(keys.key("mandate", who, now.isoformat(), until.isoformat(), types))[:12]
    mandate = Mandate(id_, who.strip(), types, now.isoformat(), until.astimezone(HANOI).isoformat(), test)
    stored = site.store.put(keys.encode(mandate))
    site.ledger.tell(Fact("mandate", id_, now.isoformat(), {"mandate": stored}), once=keys.key("mandate", id_))
    return mandate


def withdraw_mandate(site: Site, id_: str) -> Mandate:
    """End a mandate now. Raises :class:`Usage` where there is none of that id."""
    if not any(m.id == id_ for m in mandates(site)):
        raise Usage(f"there is no mandate {id_!r}; list them with: hoso mandate list")
    site.ledger.tell(Fact("mandate-withdrawn", id_, site.stamp()), once=keys.key("withdrawn", id_))
    return next(m for m in mandates(site) if m.id == id_)


def _tell(site: Site, record: Record, decision: Decision, once: str) -> None:
    site.store.put(keys.encode(record))
    stored = site.store.put(keys.encode(decision))
    body = {"decision": stored, "record": decision.record, "verdict": decision.verdict}
    site.ledger.tell(Fact("decided", decision.document, decision.at, body), once=once)
