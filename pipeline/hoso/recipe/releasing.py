"""The second half, for approved documents: mark, compose, seal, load. Intent before act, receipt after.

What a kill leaves behind, and what the next run does with it: an intent without a seal keeps its instant (the mark on
the page stays the same); a signed file in ``sealing/`` is taken as it is, stamped where it waits for that, and not signed
again; a load that was intended is finished with the very rows it was intended with. A PDF that came signed is its own
archive copy: see ``arrived``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from hoso import keys, lasting
from hoso.errors import Damaged, Defect, Misconfigured, Refused, Unavailable, Unstamped
from hoso.nouns import Batch, Effect, Fact, Filing, Outcome, Record, Sealed, Seen
from hoso.recipe import arrived, handed, keying, outbox, reading, turns
from hoso.recipe.approving import approved
from hoso.recipe.standing import decisions, dossiers, record_digest, seal_key, sealed_as, standing
from hoso.site import Site
from hoso.stages.arrived import KEPT
from hoso.work import Crew, Lost, Task

__all__ = ["everything_sealed", "filing", "finish_loads", "load", "prepare", "release", "seal_record"]

BATCH = 200
"""Documents that become visible together at most."""

SECONDS = 900.0
"""What a worker may take for one document: hundreds of pages, and servers that answer late."""


Made = tuple[str, str, str]
"""What a worker tells of a signed file it kept: digest before signing, digest after, evidence."""


def release(
    site: Site, outcomes: Iterable[Outcome], failed: Callable[[Record, Exception], None], crew: Crew | None = None
) -> int:
    """Seal what is approved and load it; gives how many documents were newly loaded.

    A document that cannot be sealed is told to ``failed`` and stays approved, one whose proof of time is not to be had now
    is *unstamped* from then on; the others go on. An idle ``crew`` composes, signs and checks in parallel.
    """
    finish_loads(site)
    ready: list[tuple[Outcome, Record, Sealed]] = []
    outcomes = list(outcomes)
    ahead = _ahead(site, outcomes, crew) if crew is not None and crew.jobs > 1 else {}
    for outcome in outcomes:
        for record in outcome.records:
            try:
                sealed = sealed_as(site, record) or (
                    seal_record(site, outcome, record, ahead)
                    if approved(site, record) and not handed.half(site, record)
                    else None
                )
            except Unstamped as error:
                body, once = {"record": record_digest(record)}, keys.key("unstamped", seal_key(record))
                site.ledger.tell(Fact("unstamped", record.document.id, site.stamp(), body), once=once)
                failed(record, error)
                continue
            except (Misconfigured, Unavailable, Damaged):
                raise
            except Exception as error:  # a refusal, or a defect of ours: one document must not stop the night
                failed(record, error)
                continue
            if sealed is not None and not _loaded(site, sealed):
                ready.append((outcome, record, sealed))
    for start in range(0, len(ready), BATCH):
        load(site, ready[start : start + BATCH])
    return len(ready)


def seal_record(
    site: Site, outcome: Outcome, record: Record, ahead: Mapping[str, Made | Exception] | None = None
) -> Sealed:
    """The seal of an approved record, made now, by a worker ``ahead`` of us, or found half-done. Raises :class:`Refused`
    where the sealed file fails its own check (it is not kept)."""
    key = seal_key(record)
    site.store.put(keys.encode(record))
    kept = arrived.file_of(site, outcome, record)
    effect = _intended(site, record, kept)
    waiting = _waiting(site, key)
    if effect.receipt is None and kept:
        signer, evidence, found = arrived.keep(site, kept, record)
        sealed = Sealed(record.document.id, record_digest(record), kept, kept, signer, KEPT, effect.at, evidence)
        receipt = {"sealed": site.store.put(keys.encode(sealed)), "after": kept, "as": KEPT, "found": found}
        effect = site.ledger.receive(key, receipt)
    elif effect.receipt is None:
        before, signed, evidence = _taken(waiting, (ahead or {}).get(key)) or _signed(
            site, outcome, record, effect, waiting
        )
        after = site.store.put(signed)
        look = site.settings.seal.look
        seen = record_digest(record)
        sealed = Sealed(record.document.id, seen, before, after, site.signer.name, look, effect.at, evidence)
        effect = site.ledger.receive(key, {"sealed": site.store.put(keys.encode(sealed)), "after": after})
    assert effect.receipt is not None
    body = {**effect.receipt, "record": record_digest(record)}
    site.ledger.tell(Fact("sealed", record.document.id, effect.at, body), once=keys.key("sealed", key))
    waiting.unlink(missing_ok=True)
    return keys.decode(site.store.get(effect.receipt["sealed"]), Sealed)


def load(site: Site, ready: list[tuple[Outcome, Record, Sealed]]) -> None:
    """Make sealed documents visible in the warehouse, as one batch with one receipt."""
    body = {record.document.id: outcome.dossier.id for outcome, record, _ in ready}
    key = keys.key("load", sorted((sealed.document, sealed.after) for _, _, sealed in ready))
    effect = site.ledger.intend(Effect(key, "load", "warehouse", site.stamp(), body))
    _load(site, effect, ready)


def finish_loads(site: Site) -> int:
    """Finish the loads that were intended and have no receipt, unless another machine is at them; gives how many there
    were."""
    open_ = list(site.ledger.effects("load", open_only=True))
    for effect in open_:
        with turns.claimed(site, {turns.dossier(one) for one in effect.body.values()}, whole=True) as mine:
            if mine:
                _finish(site, effect)
    return len(open_)


def _finish(site: Site, effect: Effect) -> None:
    ready = []
    for dossier in dict.fromkeys(effect.body.values()):
        outcome = standing(site, dossier).outcome
        for record in outcome.records if outcome else ():
            sealed = sealed_as(site, record)
            if record.document.id in effect.body and sealed is not None:
                assert outcome is not None
                ready.append((outcome, record, sealed))
    _load(site, effect, ready)


def filing(site: Site, outcome: Outcome, record: Record, sealed: Sealed) -> Filing:
    """All that the warehouse holds of one document."""
    placed = {page.ref: page for page in outcome.pages}
    pages = tuple(placed[ref] for ref in record.document.pages)
    seen = _seen(site, outcome, record)
    code = outcome.codes.get(record.document.id, outcome.code)
    texts = tuple(s.reading.text() for s in seen)
    told = decisions(site, record.document)
    return Filing(outcome.dossier, code, record, pages, texts, sealed, told, seen[0].reading.engine)


def everything_sealed(site: Site) -> Iterator[tuple[Outcome, Record, Sealed]]:
    """Each sealed document of the home, as its dossier stands now."""
    for dossier in dossiers(site):
        here = standing(site, dossier)
        for record in here.outcome.records if here.outcome else ():
            if record.document.id in here.sealed:
                assert here.outcome is not None
                yield here.outcome, record, here.sealed[record.document.id]


def prepare(outcome: Outcome, record: Record, effect: Effect) -> Made:
    """In a worker: the signed file of a record, kept in ``sealing/``. Raises as :func:`seal_record` does."""
    site = reading.opened()
    before, signed, evidence = _signed(site, outcome, record, effect, _waiting(site, effect.key))
    return before, keys.digest(signed), evidence


def _ahead(site: Site, outcomes: Sequence[Outcome], crew: Crew) -> dict[str, Made | Exception]:
    """What the crew made of all that is approved and not sealed, or why not, by seal key. The intents come first."""
    tasks: list[Task] = []
    for outcome in outcomes:
        for record in outcome.records:
            if sealed_as(site, record) or arrived.file_of(site, outcome, record) or not approved(site, record):
                continue
            effect = _intended(site, record, "")
            if effect.receipt is None:
                task = Task(len(tasks), "hoso.recipe.releasing:prepare", (outcome, record, effect), SECONDS)
                tasks.append(task)
    if len(tasks) < 2:
        return {}
    made = {task.arguments[2].key: answer for task, answer, _ in crew.run(tasks)}
    return {key: Defect(answer.text) if isinstance(answer, Lost) else answer for key, answer in made.items()}


def _taken(waiting: Path, made: Made | Exception | None) -> tuple[str, bytes, str] | None:
    """What a worker made, its file read again; None where it made none (then it is made here)."""
    if isinstance(made, Exception):
        raise made
    if made is None or not waiting.exists():
        return None
    before, after, evidence = made
    signed = waiting.read_bytes()
    return (before, signed, evidence) if keys.digest(signed) == after else None


def _intended(site: Site, record: Record, kept: str) -> Effect:
    body = {"record": record_digest(record)} | ({"as": KEPT} if kept else {})
    return site.ledger.intend(Effect(seal_key(record), "seal", record.document.id, site.stamp(), body))


def _waiting(site: Site, key: str) -> Path:
    return site.home / "sealing" / f"{key}.pdf"


def _signed(site: Site, outcome: Outcome, record: Record, effect: Effect, waiting: Path) -> tuple[str, bytes, str]:
    """(digest before signing, signed bytes, evidence): composed, signed and checked now, or what a killed run left."""
    from hoso.stages import compose, seal  # pikepdf and pyhanko: not for those who only ask

    at, look = datetime.fromisoformat(effect.at), site.settings.seal.look
    parts = [
        (scan, site.store.get(scan.digest), seen)
        for seen in _seen(site, outcome, record)
        for scan in [next(s for s in outcome.dossier.scans if s.digest == seen.page.ref.scan)]
    ]
    office, limits = site.settings.office, site.settings.reading
    archive, image = site.settings.archive, _image(site)
    composed, plot = compose.composed(
        parts, record, outcome, office, at, mark=archive.mark, limits=limits, profile=archive.profile, pdfa=archive.pdfa,
        copy=archive.copy, link=archive.verify_url.replace("{document}", record.document.id),
    )  # fmt: skip
    kept = signed = waiting.read_bytes() if waiting.exists() else b""
    way = seal.steps(
        composed, site.signer, look, at, site.now(), signed=kept, office=office.name, image=image, plot=plot
    )
    for signed in way:
        lasting.write(waiting, signed)
    try:
        return keys.digest(composed), signed, seal.judged(composed, signed, site.signer, look, site.roots)
    except Refused:
        if signed is not kept:  # made just now and no good: the next run makes it anew
            waiting.unlink()
        raise


def _seen(site: Site, outcome: Outcome, record: Record) -> list[Seen]:
    """The pages of a document in order, each as it was seen."""
    by_ref = dict(zip((page.ref for page in outcome.pages), outcome.seen, strict=True))
    return [keys.decode(site.store.get(by_ref[ref]), Seen) for ref in record.document.pages]


def _image(site: Site) -> bytes:
    """The office's own seal, a PNG, where the settings name one."""
    path = site.home / site.settings.seal.image
    if not site.settings.seal.image:
        return b""
    if not path.is_file():
        raise Misconfigured(f"{path}: the seal image named in settings.toml [seal] image is missing")
    return path.read_bytes()


def _loaded(site: Site, sealed: Sealed) -> bool:
    return any(fact.body["after"] == sealed.after for fact in site.ledger.facts("loaded", sealed.document))


def _load(site: Site, effect: Effect, ready: list[tuple[Outcome, Record, Sealed]]) -> None:
    """Rows and their receipt in the warehouse, then the receipt and the facts in the ledger."""
    site.warehouse.load(Batch(effect.key, effect.at, tuple(filing(site, *entry) for entry in ready)))
    outbox.queue(site, [outcome for outcome, _, _ in ready])
    for _, record, _ in ready:
        keying.choose(site, record)
    sealed = [entry[2] for entry in ready]
    if site.ledger.receive(effect.key, {"documents": str(len(sealed))}).receipt is None:
        raise Damaged(f"the ledger did not keep the receipt of load {effect.key[:12]}")
    for one in sealed:
        body = {"after": one.after, "batch": effect.key}
        site.ledger.tell(
            Fact("loaded", one.document, effect.at, body), once=keys.key("loaded", one.document, one.after)
        )
