"""Renewal of evidence before it ends: which evidence is due and why, and the stamp that keeps it a proof (RFC 4998, 5).

One timestamp renews all that is due: evidence of one night shares its timestamp, so a night is one leaf of the tree.
Evidence whose certificate has ended already cannot be renewed, for nothing proves that its timestamp stood until now: such
a document gets evidence anew, which proves it from now on. What was is kept: no record is ever removed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hoso import keys
from hoso.nouns import Fact
from hoso.recipe import turns
from hoso.recipe.stamping import MOST, Evidence, Made, current, finish, make, safe, weak
from hoso.site import Site
from hoso.timeproof import Member, StampKind

__all__ = ["Due", "due", "nearest", "renew"]


@dataclass(frozen=True, slots=True)
class Due:
    """Evidence that must be renewed: how, and why: "ends", "ended" or "weak"."""

    evidence: Evidence
    kind: StampKind
    why: str


def due(site: Site) -> Iterator[Due]:
    """What must be renewed now, as the settings say."""
    told, now, bad = site.settings.stamp, site.now(), weak(site)
    for one in current(site).values():
        until = datetime.fromisoformat(one.until)
        if until <= now:
            yield Due(one, "first", "ended")
        elif one.algorithm in bad:
            yield Due(one, "rehash", "weak")
        elif until - now <= timedelta(days=told.renew_days):
            yield Due(one, "renewal", "ends")


def nearest(site: Site) -> tuple[str, int] | None:
    """(when the certificate of a current last timestamp ends next, how many documents hang from that instant); None where
    there is no evidence."""
    ends = [one.until for one in current(site).values()]
    if not ends:
        return None
    first = min(ends, key=datetime.fromisoformat)
    return first, ends.count(first)


def renew(site: Site, say: Callable[[str], None] = lambda text: None) -> tuple[Made, ...]:
    """Renew what is due, after what a killed run left is finished. Raises as :func:`hoso.recipe.stamping.make` does, and
    Unavailable where another machine is at the stamps."""
    with turns.only(site, "stamps"):
        return _renew(site, say)


def _renew(site: Site, say: Callable[[str], None]) -> tuple[Made, ...]:
    made = finish(site)
    groups: dict[tuple[StampKind, str], list[Evidence]] = {}
    for one in due(site):
        algorithm = one.evidence.algorithm if one.kind == "renewal" else safe(site)
        groups.setdefault((one.kind, algorithm), []).append(one.evidence)
    for (kind, algorithm), group in groups.items():
        for start in range(0, len(group), MOST):
            made = (*made, _renewed(site, kind, algorithm, group[start : start + MOST], say))
    return made


def _renewed(
    site: Site, kind: StampKind, algorithm: str, group: Sequence[Evidence], say: Callable[[str], None]
) -> Made:
    completed = {} if kind == "first" else _completed(site, {one.token for one in group}, say)
    members = [_member(site, kind, algorithm, one, completed) for one in group]
    beyond = min((one.until for one in group), key=datetime.fromisoformat) if kind == "renewal" else ""
    return make(site, kind, algorithm, members, completed, beyond)


def _member(site: Site, kind: StampKind, algorithm: str, one: Evidence, completed: dict[str, str]) -> Member:
    from hoso.signers import evidence

    token = site.store.get(completed.get(one.token, one.token))
    if kind == "renewal":
        return Member(one.document, one.after, evidence.leaf_of_stamp(token, algorithm).hex(), one.record)
    before = evidence.completed(evidence.read(site.store.get(one.record)), token) if kind == "rehash" else ()
    leaf = evidence.leaf_of_document(site.store.get(one.after), before, algorithm)
    return Member(one.document, one.after, leaf.hex(), one.record if kind == "rehash" else "")


def _completed(site: Site, last: set[str], say: Callable[[str], None]) -> dict[str, str]:
    """For each token to be covered, the digest of the token with the state of its certificate, where it is to be had: once
    the next timestamp is put over it, nothing can be added to it any more. Told once, so that a later try agrees."""
    from hoso.signers.notary import Notary

    known = {fact.subject: fact.body["token"] for fact in site.ledger.facts("token-proven")}
    notary = Notary(site.settings.seal, site.home)
    for token in sorted(last - known.keys()):
        held = site.store.get(token)
        proven, why = notary.proven(held, site.now())
        if why:
            say(f"timestamp {token[:12]} is renewed without the state of its certificate: {why}")
        if proven != held:
            body = {"token": site.store.put(proven)}
            known[token] = site.ledger.tell(
                Fact("token-proven", token, site.stamp(), body), once=keys.key("token-proven", token)
            ).body["token"]
    return {token: known[token] for token in last if token in known}
