"""The outbox: what other systems are to be told, from the release of a paper to the receipt. Sending is ``delivering``.

A message lies in the store, under its digest; the ledger holds an effect for it (kind "deliver": target, digests of
subject, group and message, ids of dossier and document) and facts of kind "outbox" about its subject: queued, sending,
failed, held, again, done. From these alone its state is told. A message is queued before the receipt of the load that it
comes from, so that a kill loses none; an equal one is queued once. No personal value stands in the ledger.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from hoso import keys
from hoso.errors import Damaged, Usage
from hoso.exports.doors.api import Case, Door, Hands, Message, Reused
from hoso.exports.links import Links
from hoso.nouns import Effect, Fact, Filing, Outcome
from hoso.recipe.standing import dossier_of, dossiers, sealed_as, standing
from hoso.site import Site, found, module

__all__ = ["EFFECT", "FACT", "Item", "drop", "find", "item", "items", "kept", "message", "opened", "put", "queue",
           "queue_all", "retry", "reuse", "said", "tell"]  # fmt: skip

EFFECT, FACT = "deliver", "outbox"
"""Kinds of the effect of a message, and of the facts about its subject."""

State = Literal["waiting", "sending", "held", "sent", "done", "dropped", "replaced", "erased"]


@dataclass(frozen=True, slots=True)
class Item:
    """A message of the outbox as the ledger tells it.

    ``state``: waiting (for its turn, or for ``next``), sending (a run sends it, or was stopped when it did), held (a person
    must act), sent (and not yet in the warehouse), done, dropped, replaced (by a newer one), erased. ``tries`` are those
    since it was queued or put forward again; ``reason`` is a code and ``said`` the digest of the words. ``existed`` and
    ``unsure`` are as in :class:`hoso.exports.doors.api.Attempt`. ``newest`` is the key of the newest message of its
    subject, ``answer`` what the done fact says."""

    effect: Effect
    state: State
    tries: int = 0
    next: str = ""
    reason: str = ""
    said: str = ""
    existed: bool = False
    unsure: bool = False
    newest: str = ""
    answer: Mapping[str, str] | None = None

    @property
    def target(self) -> str:
        """The door it goes through."""
        return self.effect.body["target"]


@contextmanager
def opened(site: Site) -> Iterator[dict[str, Door]]:
    """The doors that the settings open, by name; closed at the end. A door's secret is read when it first sends."""
    links, turn = Links(site.settings.outbox, site.home), threading.Lock()

    def sign(data: bytes, algorithm: str) -> bytes:
        with turn:  # a session with a token is one thread's at a time
            return site.signer.plain(data, algorithm)

    def certificate() -> tuple[bytes, tuple[int, int] | None]:
        with turn:
            return site.signer.certificate, site.signer.numbers

    hands = Hands(sign, certificate, site.store.get, links.made)
    doors: dict[str, Door] = {}
    try:
        for name in found("exports.doors"):
            door: Door | None = module("exports.doors", name).open(site.settings, site.home, hands)
            if door is not None:
                doors[name] = door
        yield doors
    finally:
        for door in doors.values():
            door.close()


def queue(site: Site, outcomes: Iterable[Outcome]) -> int:
    """Queue what the open doors want to know of these dossiers, by their papers that are sealed; gives how many messages
    are new."""
    with opened(site) as doors:
        if not doors:
            return 0
        new = 0
        for outcome in {outcome.dossier.id: outcome for outcome in outcomes}.values():
            for case in _cases(site, outcome):
                for door in doors.values():
                    new += put(site, _wanted(door, case))
        return new


def queue_all(site: Site) -> int:
    """:func:`queue` for every dossier of the home: for a door that was opened after they were released."""
    held = (standing(site, dossier).outcome for dossier in dossiers(site))
    return queue(site, (outcome for outcome in held if outcome is not None))


def put(site: Site, messages: Iterable[Message]) -> int:
    """Queue messages in their order; gives how many are new. One that says what the newest of its subject says is not."""
    new = 0
    for one in messages:
        subject = keys.key("outbox", one.target, one.subject)
        content = keys.key(one.kind, keys.digest(one.payload), one.faults)
        told = [fact for fact in site.ledger.facts(FACT, subject) if fact.body["event"] == "queued"]
        if told and told[-1].body["content"] == content:
            _intend(site, subject, told[-1], one)  # a run that was stopped here told the fact and not the intent
            continue
        key = keys.key("deliver", subject, content, told[-1].body["effect"] if told else "")
        body = {"event": "queued", "effect": key, "content": content, "message": site.store.put(keys.encode(one))}
        fact = Fact(FACT, subject, site.stamp(), body | _whose(one))
        fact = site.ledger.tell(fact, once=keys.key("queued", key))
        _intend(site, subject, fact, one)
        if one.faults:
            tell(site, subject, key, "held", reason="faults", words="; ".join(one.faults), once=keys.key("faults", key))
        new += 1
    return new


def item(site: Site, effect: Effect) -> Item:
    """Where that message stands."""
    told = list(site.ledger.facts(FACT, effect.body["subject"]))
    if effect.receipt is not None:
        state: State = effect.receipt["state"]  # type: ignore[assignment]
        return Item(effect, state, newest=_newest(told), answer=effect.receipt)
    state, tries, next_, reason, words, answer = "waiting", 0, "", "", "", None
    existed = unsure = pending = False
    for fact in told:
        body, event = fact.body, fact.body["event"]
        unsure = (unsure or body.get("unsure") == "1" or (event == "sending" and pending)) and event != "done"
        pending = event == "sending" or (pending and event not in ("failed", "held", "done"))
        if body["effect"] != effect.key:
            existed = existed or event == "done"
            continue
        if event == "sending":
            state, tries = "sending", tries + 1
        elif event == "failed":
            state, next_, reason, words = "waiting", body["next"], body["reason"], body["said"]
        elif event == "held":
            state, reason, words = "held", body["reason"], body["said"]
        elif event == "again":
            state, tries, next_ = "waiting", 0, ""
        elif event == "done":
            state, answer = "sent", body
    return Item(effect, state, tries, next_, reason, words, existed, unsure or pending, _newest(told), answer)


def items(site: Site, *, target: str = "", everything: bool = False) -> Iterator[Item]:
    """The messages that are not done with, or all there ever were, in the order queued."""
    for effect in site.ledger.effects(EFFECT, open_only=not everything):
        if not target or effect.body["target"] == target:
            yield item(site, effect)


def find(site: Site, word: str) -> Item:
    """The message whose key begins with ``word`` (6 letters at least). Raises Usage where it is none, or several."""
    fits = [e for e in site.ledger.effects(EFFECT) if len(word) >= 6 and e.key.startswith(word)]
    if len(fits) != 1:
        many = "several messages begin" if fits else "no message begins"
        raise Usage(f"{many} with {word!r}; list them with: hoso outbox list")
    return item(site, fits[0])


def retry(site: Site, one: Item, who: str) -> None:
    """Put a held or waiting message forward: it goes with the next delivery, its tries counted anew. Raises Usage."""
    if one.state not in ("held", "waiting"):
        raise Usage(f"message {one.effect.key[:12]} is {one.state}; only one that is held or waits can be put forward")
    if one.reason == "faults":
        raise Usage(
            f"message {one.effect.key[:12]} must not be sent as it is ({said(site, one.said)}); correct the record: the "
            "new message takes its place"
        )
    tell(site, one.effect.body["subject"], one.effect.key, "again", reason="asked", words=who)


def drop(site: Site, one: Item, who: str, note: str) -> None:
    """Give a message up for good; who did and why is kept. Raises Usage for one that is sent or done with."""
    if one.state not in ("held", "waiting"):
        raise Usage(f"message {one.effect.key[:12]} is {one.state}; only one that is held or waits can be dropped")
    if not who.strip():
        raise Usage("dropping a message needs the name of who does: --who NAME")
    fact = tell(site, one.effect.body["subject"], one.effect.key, "dropped", reason="asked", words=f"{who}: {note}")
    site.ledger.receive(one.effect.key, {"state": "dropped", "at": fact.at})


def message(site: Site, effect: Effect) -> Message | None:
    """The message itself, None where it was erased."""
    body = effect.body
    if any(any(site.ledger.facts("erased", id_)) for id_ in _of(effect)):
        return None
    return keys.decode(site.store.get(body["message"]), Message)


def reuse(site: Site, document: str, code: str, national: bool, who: str) -> int:
    """Tell that a paper was not asked of the person again, but stands for the earlier result of that code ("": it was
    asked after all); gives how many messages follow. Raises Usage where there is no such document, or nobody says so."""
    if not who.strip():
        raise Usage("that a paper was reused needs the name of who says so: --who NAME")
    outcome = standing(site, dossier_of(site, document)).outcome
    body = {"code": code.strip(), "national": "1" if national else "0", "who": site.store.put(who.encode())}
    site.ledger.tell(Fact("reused", document, site.stamp(), body))
    return queue(site, [outcome]) if outcome is not None else 0


def kept(site: Site, ids: set[str]) -> Iterator[str]:
    """The digests of all that the outbox keeps in the store of these documents and dossiers: messages, answers, words. What
    erases a document erases them; the ledger holds no value of them."""
    for effect in site.ledger.effects(EFFECT):
        if ids.isdisjoint(_of(effect)):
            continue
        bodies = [effect.body, effect.receipt or {}]
        bodies += [f.body for f in site.ledger.facts(FACT, effect.body["subject"]) if f.body["effect"] == effect.key]
        found = (body.get(name) for body in bodies for name in ("message", "answer", "said"))
        yield from dict.fromkeys(digest for digest in found if digest)


def said(site: Site, digest: str) -> str:
    """Words kept under that digest, "" where there are none."""
    try:
        return site.store.get(digest).decode() if digest else ""
    except Damaged:  # erased
        return ""


def tell(
    site: Site, subject: str, effect: str, event: str, *, reason: str = "", words: str = "", once: str = "",
    more: Mapping[str, str] | None = None,
) -> Fact:  # fmt: skip
    """Add to what is told of a message. ``words`` go into the store."""
    body = {"event": event, "effect": effect, **(more or {})}
    if reason:
        body |= {"reason": reason, "said": site.store.put(words.encode()) if words else ""}
    return site.ledger.tell(Fact(FACT, subject, site.stamp(), body), once=once)


def _wanted(door: Door, case: Case) -> Sequence[Message]:
    """What that door wants. A mistake of ours in it stops neither the release nor the other doors: it is queued held, for
    the operator to see, and ``hoso outbox queue`` asks again once it is mended."""
    try:
        return tuple(door.wanted(case))
    except Exception as error:
        fault = f"lỗi của Hoso khi lập bản tin ({type(error).__name__}); hãy báo lỗi, sau đó chạy: hoso outbox queue"
        subject = f"defect {case.dossier.id} {case.code}"
        return (Message(door.name, "defect", subject, subject, b"", case.dossier.id, "", case.code, (fault,)),)


def _of(effect: Effect) -> tuple[str, ...]:
    """The ids of the documents and dossiers that a message tells of."""
    body = effect.body
    return tuple(id_ for id_ in (body["document"], body["dossier"], *body.get("about", "").split()) if id_)


def _newest(told: Sequence[Fact]) -> str:
    return next((fact.body["effect"] for fact in reversed(told) if fact.body["event"] == "queued"), "")


def _whose(one: Message) -> dict[str, str]:
    return {"dossier": one.dossier, "document": one.document}


def _intend(site: Site, subject: str, fact: Fact, one: Message) -> None:
    body = {
        "target": one.target, "subject": subject, "group": keys.key("group", one.target, one.group), "kind": one.kind,
        "message": fact.body["message"], "dossier": fact.body["dossier"], "document": fact.body["document"],
        "about": " ".join(one.about),
    }  # fmt: skip
    whose = one.document or one.dossier
    site.ledger.intend(Effect(fact.body["effect"], EFFECT, whose, fact.at, body))


def _cases(site: Site, outcome: Outcome) -> Iterator[Case]:
    """The dossier as doors see it: one case for each code that its papers bear, with all papers of that code under
    whatever source they came (a result is often scanned later than what was handed in), and one for those without."""
    own = _filings(site, outcome)
    for code in dict.fromkeys(one.code for one in own):
        its = [one for one in own if one.code == code]
        for other in _others(site, code, outcome.dossier.id) if code else ():
            its += [one for one in _filings(site, other) if one.code == code]
        its.sort(key=lambda one: (one.dossier.received, one.dossier.id))
        reused = {id_: found for one in its if (found := _reused(site, id_ := one.record.document.id))}
        yield Case(its[0].dossier, code, tuple(its), site.registers, site.stamp(), reused)


def _filings(site: Site, outcome: Outcome) -> list[Filing]:
    from hoso.recipe.releasing import filing  # which calls this module

    sealed = ((record, sealed_as(site, record)) for record in outcome.records)
    return [filing(site, outcome, record, one) for record, one in sealed if one is not None]


def _others(site: Site, code: str, but: str) -> Iterator[Outcome]:
    """The other dossiers with a released paper of that code, as the warehouse tells."""
    found = site.warehouse.lookup("dossier", code, 1000)
    for id_ in sorted({one.dossier for one in found if one.code == code} - {but}):
        outcome = standing(site, id_).outcome
        if outcome is not None:
            yield outcome


def _reused(site: Site, document: str) -> Reused | None:
    """That a paper was reused, as the latest fact "reused" of it tells: body ``code`` ("": it was not after all) and
    ``national`` ("1": from the national store)."""
    told = list(site.ledger.facts("reused", document))
    return (
        Reused(told[-1].body["code"], told[-1].body.get("national") == "1") if told and told[-1].body["code"] else None
    )
