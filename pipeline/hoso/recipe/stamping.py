"""One timestamp for many sealed documents: asked for once, kept, then told to each as its evidence record (RFC 4998).

The n-th stamp of a home is one effect: intended, asked for, kept in ``sealing/`` together with the tree it is over,
received, told. A kill before it is kept costs one more request, for what waits then; one after it costs nothing: the next
run goes on from the kept stamp, or from its receipt. What waits is not noted but found: sealed, and without evidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hoso import keys, lasting
from hoso.errors import Misconfigured, Unstamped
from hoso.nouns import Effect, Fact
from hoso.recipe import turns
from hoso.site import Site
from hoso.timeproof import Member, Stamp, StampKind
from hoso.values.hashtree import ALGORITHMS, WEAK, Tree

__all__ = [
    "MOST",
    "Evidence",
    "Made",
    "current",
    "evidence_of",
    "finish",
    "make",
    "night",
    "safe",
    "waiting",
    "wanted",
    "weak",
]

MOST = 20_000
"""Documents under one stamp at most: what is stored of it stays small, and a crash repeats little."""


@dataclass(frozen=True, slots=True)
class Made:
    """A stamp that was told: how many ``documents`` it is over, its instant, when its certificate ends."""

    kind: StampKind
    documents: int
    at: str
    until: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence record of a document that counts now: ``record`` and ``token`` are digests of what is stored, ``until``
    when the certificate of its last timestamp ends, ``algorithm`` the hash algorithm of its last chain."""

    document: str
    after: str
    record: str
    token: str
    algorithm: str
    until: str


@dataclass(frozen=True, slots=True)
class _Kept:
    """What lies in ``sealing/`` between the answer of the server and the receipt."""

    stamp: Stamp
    token: bytes


def night(site: Site) -> tuple[Made, ...]:
    """One timestamp over all that is sealed and has no evidence; none where nothing waits, or the settings ask for none.

    Raises :class:`Unstamped` where the server does not answer: the documents wait, and the next call takes them;
    Unavailable where another machine is at the stamps.
    """
    with turns.only(site, "stamps"):
        return _night(site)


def _night(site: Site) -> tuple[Made, ...]:
    made = finish(site)
    if not wanted(site):
        return made
    left = list(waiting(site))
    for start in range(0, len(left), MOST):
        algorithm = safe(site)
        members = tuple(
            Member(document, after, _leaf(site, after, algorithm)) for document, after in left[start:][:MOST]
        )
        try:
            made = (*made, make(site, "first", algorithm, members))
        except Unstamped as error:
            raise Unstamped(f"{len(left) - start} sealed documents wait for the night's stamp: {error}") from error
    return made


def wanted(site: Site) -> bool:
    """Whether the settings ask for a stamp a night, and name a server for it."""
    return site.settings.stamp.night and bool(site.settings.seal.timestamp_url)


def waiting(site: Site) -> Iterator[tuple[str, str]]:
    """(document, digest of its sealed file) of each seal without evidence, in the order sealed; not of what was erased."""
    gone = {fact.subject for fact in site.ledger.facts("erased")}
    known = {(fact.subject, fact.body["after"]) for fact in site.ledger.facts("stamped")}
    for fact in site.ledger.facts("sealed"):
        one = (fact.subject, fact.body["after"])
        if one not in known and fact.subject not in gone:
            known.add(one)
            yield one


def current(site: Site) -> dict[tuple[str, str], Evidence]:
    """The evidence that counts now, by (document, digest of its sealed file); none of what was erased."""
    gone, told = {fact.subject for fact in site.ledger.facts("erased")}, site.ledger.facts("stamped")
    return {(fact.subject, fact.body["after"]): _evidence(fact) for fact in told if fact.subject not in gone}


def evidence_of(site: Site, document: str, after: str) -> bytes | None:
    """The evidence record of that sealed file, DER; None where it has none yet."""
    told = [fact for fact in site.ledger.facts("stamped", document) if fact.body["after"] == after]
    return site.store.get(told[-1].body["evidence"]) if told else None


def safe(site: Site) -> str:
    """The hash algorithm of new trees. Raises :class:`Misconfigured` for one that is unknown or no longer safe."""
    told, bad = site.settings.stamp.hash, {*weak(site), "sha224"}
    if told not in ALGORITHMS or told in bad:
        good = ", ".join(name for name in ALGORITHMS if name not in bad)
        raise Misconfigured(f"settings.toml [stamp] hash: {told!r} is unknown or weak; choose one of {good}")
    return told


def weak(site: Site) -> frozenset[str]:
    """Hash algorithms that are no longer trusted. Raises :class:`Misconfigured` where the settings name an unknown one."""
    told = site.settings.stamp.weak
    for name in told:
        if name not in ALGORITHMS:
            raise Misconfigured(f"settings.toml [stamp] weak: unknown {name!r}; known: {', '.join(ALGORITHMS)}")
    return frozenset({*told, *WEAK})


def make(
    site: Site,
    kind: StampKind,
    algorithm: str,
    members: Sequence[Member],
    completed: Mapping[str, str] | None = None,
    beyond: str = "",
) -> Made:
    """One timestamp over the leaves of ``members``, and the evidence of each; ``completed`` as in :class:`Stamp`.

    Raises :class:`Unstamped` where the server gives none now, or one whose certificate ends no later than ``beyond``, and
    :class:`Misconfigured` where none is named or its authority is not trusted; then nothing has changed."""
    from hoso.signers import tokens  # pyhanko: not for those who only ask what waits
    from hoso.signers.notary import Notary

    serial = sum(effect.receipt is not None for effect in site.ledger.effects("stamp"))
    effect = site.ledger.intend(Effect(keys.key("stamp", serial), "stamp", "stamp", site.stamp()))
    tree = _tree(members, algorithm)
    token = Notary(site.settings.seal, site.home).stamp(tree.root, algorithm, site.now())
    said = tokens.told(token)
    at, until = (_shown(site, instant) for instant in (said.at, said.until))
    if beyond and said.until <= datetime.fromisoformat(beyond):
        raise Unstamped(
            f"the timestamp server still signs with a certificate that ends on {until[:10]}, no later than the one before: "
            "nothing would be won; ask its authority when the next one comes into use, and run hoso renew then"
        )
    stamp = Stamp(kind, algorithm, keys.digest(token), at, until, tuple(members), dict(completed or {}))
    lasting.write(_kept(site, effect.key), keys.encode(_Kept(stamp, token)))
    return _received(site, effect.key)


def finish(site: Site) -> tuple[Made, ...]:
    """Finish the stamps that a killed run left: kept and not received, or received and not told to every document."""
    told = {fact.subject for fact in site.ledger.facts("stamp")}
    made = []
    for effect in list(site.ledger.effects("stamp")):
        if effect.receipt is None and _kept(site, effect.key).exists():
            made.append(_received(site, effect.key))
        elif effect.receipt is not None and effect.key not in told:
            made.append(_told(site, effect.key, effect.receipt["stamp"]))
    return tuple(made)


def _received(site: Site, key: str) -> Made:
    """From the kept stamp to its receipt, and on."""
    kept = keys.decode(_kept(site, key).read_bytes(), _Kept)
    site.store.put(kept.token)
    stamp = site.store.put(keys.encode(kept.stamp))
    effect = site.ledger.receive(key, {"stamp": stamp, "token": kept.stamp.token})
    assert effect.receipt is not None
    return _told(site, key, effect.receipt["stamp"])


def _told(site: Site, key: str, digest: str) -> Made:
    """Each document's evidence record stored and told, then the stamp itself."""
    from hoso.signers import evidence

    stamp = keys.decode(site.store.get(digest), Stamp)
    token, tree = site.store.get(stamp.token), _tree(stamp.members, stamp.algorithm)
    for member in stamp.members:
        link = evidence.Link(stamp.algorithm, tree.reduced(bytes.fromhex(member.leaf)), token)
        record = _record(site, stamp, member, link)
        body = {
            "after": member.after, "evidence": site.store.put(record), "token": stamp.token, "until": stamp.until,
            "algorithm": stamp.algorithm, "by": key,
        }  # fmt: skip
        once = keys.key("stamped", key, member.document, member.after)
        site.ledger.tell(Fact("stamped", member.document, site.stamp(), body), once=once)
    site.ledger.tell(
        Fact("stamp", key, site.stamp(), {"stamp": digest, "token": stamp.token}), once=keys.key("told", key)
    )
    _kept(site, key).unlink(missing_ok=True)
    return Made(stamp.kind, len(stamp.members), stamp.at, stamp.until)


def _record(site: Site, stamp: Stamp, member: Member, link: object) -> bytes:
    from hoso.signers import evidence

    assert isinstance(link, evidence.Link)
    if stamp.kind == "first":
        return evidence.composed(((link,),))
    before = site.store.get(member.before)
    last = keys.digest(evidence.read(before)[-1][-1].token)
    proven = site.store.get(stamp.completed[last]) if last in stamp.completed else b""
    grow = evidence.renewed if stamp.kind == "renewal" else evidence.rehashed
    return grow(before, link, proven)


def _evidence(fact: Fact) -> Evidence:
    body = fact.body
    return Evidence(fact.subject, body["after"], body["evidence"], body["token"], body["algorithm"], body["until"])


def _leaf(site: Site, after: str, algorithm: str) -> str:
    """The digest of a sealed file; known already where it is the one the store keeps it under."""
    from hoso.signers.evidence import leaf_of_document

    return after if algorithm == "sha256" else leaf_of_document(site.store.get(after), (), algorithm).hex()


def _tree(members: Sequence[Member], algorithm: str) -> Tree:
    return Tree((bytes.fromhex(member.leaf) for member in members), algorithm)


def _shown(site: Site, instant: datetime) -> str:
    return instant.astimezone(site.now().tzinfo).isoformat()


def _kept(site: Site, key: str) -> Path:
    return site.home / "sealing" / f"{key}.stamp"
