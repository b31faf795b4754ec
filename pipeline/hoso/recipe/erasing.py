"""Destroying dossiers for good, with proof: bytes, rows, indexes, exports, pictures; never while a term or a link forbids.

The order, safe against a kill at any point: what is to go is written down (an ``Erasure`` in the store: ids and digests, no
value of a paper); the intent is told; then ``erased`` of every dossier, paper and scan, from which moment nobody reads them
any more; then the bytes go, the rows, the copies; then all of it is looked for once more, and the receipt says what went.
A run that finds the intent without its receipt goes on (:func:`finish`). What was erased stays told: ids, digests,
instants.

Law: records, their metadata and the scanned paper are destroyed together, and only where nothing longer-lived leans on
them (Law on Archives 33/2024/QH15, art. 15 and 36); a person may ask for theirs to be erased (Law 91/2025/QH15).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hoso import keys
from hoso.errors import Damaged, Misconfigured, Refused, Unavailable, Usage
from hoso.nouns import Effect, Fact
from hoso.recipe import inbox, reach
from hoso.recipe.standing import standing
from hoso.site import Site
from hoso.values import retention

__all__ = ["Bar", "Erased", "Erasure", "Plan", "due", "erase", "erased", "finish", "plan", "published"]

EFFECT = "erase"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Erasure:
    """What is destroyed at whose word. ``order`` is the number of the decision, "" where the term was over; ``person`` the
    keyed digest of the personal number it was asked for by, else "". ``pages`` and ``codes`` by dossier."""

    who: str
    reason: str
    order: str
    at: str
    person: str
    dossiers: tuple[str, ...]
    documents: tuple[str, ...]
    scans: tuple[str, ...]
    digests: tuple[str, ...]
    pages: dict[str, int]
    codes: dict[str, str]


@dataclass(frozen=True, slots=True)
class Bar:
    """Why a dossier must not go: ``kind`` is "retention" (an order lifts it) or "link" (nothing does)."""

    dossier: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What would go, and what forbids it. ``free`` by dossier: the first day on which its term is over, "" for never or
    unknown."""

    found: reach.Reach
    bars: tuple[Bar, ...]
    free: dict[str, str]


@dataclass(frozen=True, slots=True)
class Erased:
    """The proof: what went. ``objects`` of the store, ``rows`` of the warehouse, ``files`` beside them; ``at`` is the
    instant at which all of it was looked for once more and not found."""

    erasure: str
    dossiers: int
    documents: int
    objects: int
    rows: int
    files: int
    at: str


def plan(site: Site, dossiers: tuple[str, ...], tick: Callable[[int], None] = lambda read: None) -> Plan:
    """What destroying those dossiers (ids) would come to; changes nothing. Raises Usage for one that there is not, or that
    was erased, and Misconfigured for terms that cannot be read."""
    for dossier in dossiers:
        try:
            here = standing(site, dossier)
        except LookupError:
            raise Usage(f"there is no dossier {dossier!r}; list them with: hoso status") from None
        if here.erased:
            raise Usage(f"dossier {dossier} was erased on {here.erased[:10]}; its bytes are gone")
    found = reach.reach(site, dossiers, tick)
    free, bars = {}, []
    for dossier in found.dossiers:
        free[dossier], why = _term(site, dossier)
        bars += [Bar(dossier, "retention", why)] if why else []
    bars += [Bar(whose, "link", why) for whose, why in reach.around(site, found)]
    return Plan(found, tuple(bars), free)


def due(site: Site, tick: Callable[[int], None] = lambda done: None) -> Iterator[tuple[str, str, str]]:
    """(dossier, first day on which it may be destroyed, why not yet) of every dossier; "" for never or unknown, and "" for
    those whose day has come."""
    from hoso.recipe.standing import dossiers

    for count, dossier in enumerate(dossiers(site), 1):
        yield (dossier, *_term(site, dossier))
        tick(count)


def erase(
    site: Site, what: Plan, *, who: str, reason: str, order: str = "", person: str = "", say: Say = lambda text: None
) -> Erased:
    """Destroy what is planned. The caller is alone in the home. Raises Usage where nobody says so or why, Refused
    ("erase.retention", "erase.link") where a term or a link forbids it, Unavailable where a published export is not to be
    had; what was begun then goes on by itself with the next run."""
    if not who.strip() or not reason.strip():
        raise Usage("destroying a dossier needs the name of who does, and why: --who NAME --reason TEXT")
    for bar in what.bars:
        if bar.kind == "link" or not order.strip():
            raise _refused(bar)
    found = what.found
    if not found.dossiers:
        raise Usage("there is nothing to erase")
    for target in published(site):
        if "://" not in target and not Path(target, "receipts").is_dir():
            raise Unavailable(
                f"{target}: the warehouse was published there, and it is not there now; bring it back, or, where it is "
                f"gone for good, say so: hoso publish --forget {target}"
            )
    erasure = Erasure(
        who.strip(), reason.strip(), order.strip(), site.stamp(), site.warehouse.person(person) if person else "",
        found.dossiers, found.documents, found.scans, found.digests, found.pages, found.codes,
    )  # fmt: skip
    digest = site.store.put(keys.encode(erasure))
    effect = Effect(keys.key(EFFECT, digest), EFFECT, digest, erasure.at, {"erasure": digest})
    return _act(site, site.ledger.intend(effect), say)


def finish(site: Site, say: Say = lambda text: None) -> int:
    """Go on with what a killed run left; gives how many erasures that were. The caller is alone in the home."""
    left = list(site.ledger.effects(EFFECT, open_only=True))
    for effect in left:
        _act(site, effect, say)
    return len(left)


def erased(site: Site) -> dict[str, str]:
    """The instant of the last erasure of each digest that was erased."""
    found: dict[str, str] = {}
    for effect in site.ledger.effects(EFFECT):
        told = keys.decode(site.store.get(effect.body["erasure"]), Erasure)
        found |= dict.fromkeys(told.digests, told.at)
    return found


def published(site: Site) -> tuple[str, ...]:
    """Where the warehouse was published to, and not said to be gone."""
    told: dict[str, bool] = {}
    for fact in site.ledger.facts("published"):
        told[fact.subject] = fact.body.get("gone") != "1"
    return tuple(target for target, there in told.items() if there)


def _act(site: Site, effect: Effect, say: Say) -> Erased:
    digest = effect.body["erasure"]
    told = keys.decode(site.store.get(digest), Erasure)
    for subject in (*told.dossiers, *told.documents, *told.scans):
        body = {"erasure": digest}
        if subject in told.pages:
            body |= {"pages": str(told.pages[subject]), "code": told.codes.get(subject, "")}
        once = keys.key("erased", digest, subject)
        site.ledger.tell(Fact("erased", subject, effect.at, body), once=once)
    say(f"{len(told.digests)} stored objects")
    objects = sum(site.store.erase(one) for one in told.digests)
    say("rows of the warehouse, its index, old files and exports")
    rows = site.warehouse.erase(told.dossiers, told.documents, published(site))
    files = sum(1 for _ in _copies(site, told))
    left = [one for one in told.digests if site.store.has(one)]
    if left:
        raise Damaged(f"{len(left)} erased objects are there again ({left[0][:12]}); who restores a copy meanwhile?")
    proof = {"objects": str(objects), "rows": str(rows), "files": str(files), "at": site.stamp()}
    receipt = site.ledger.receive(effect.key, proof).receipt or proof
    return Erased(
        digest, len(told.dossiers), len(told.documents), int(receipt["objects"]), int(receipt["rows"]),
        int(receipt["files"]), receipt["at"],
    )  # fmt: skip


def _copies(site: Site, told: Erasure) -> Iterator[Path]:
    """Remove, and give, the files of the home and its inboxes that show what is erased: pictures of pages, half-made
    seals, the scans as they came, texts for the clerk."""
    scans, ids = set(told.scans), {*told.dossiers, *told.documents}
    for scan in told.scans:
        yield from _removed(sorted((site.home / "desk" / "cache" / scan[:2]).glob(f"{scan}-*")))
    seals = {e.key for e in site.ledger.effects("seal") if e.subject in ids}
    yield from _removed([p for p in sorted((site.home / "sealing").glob("*")) if p.name.partition(".")[0] in seals])
    for one in inbox.inboxes(site):
        folder = inbox.place_of(site, one)
        for own in inbox.OWN:
            for path in sorted((folder / own).rglob("*")):
                if path.is_file() and not path.is_symlink() and _shows(path, scans, ids):
                    yield from _removed([path])
            _prune(folder / own)


def _shows(path: Path, scans: set[str], ids: set[str]) -> bool:
    """Whether a file of an inbox is an erased scan, or a text about an erased dossier."""
    try:
        data = path.read_bytes()
    except OSError:
        return False
    return keys.digest(data) in scans or (path.suffix == ".txt" and any(one.encode() in data for one in ids))


def _removed(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        path.unlink(missing_ok=True)
        yield path


def _prune(folder: Path) -> None:
    """Remove the folders that are empty now: their names may tell of a person."""
    for path in sorted(folder.rglob("*"), reverse=True):
        with contextlib.suppress(OSError):
            if path.is_dir() and not path.is_symlink():
                path.rmdir()


def _term(site: Site, dossier: str) -> tuple[str, str]:
    """(the first day on which a dossier may be destroyed, why not now): see ``values.retention``."""
    try:
        known = retention.terms(site.settings.retention.terms)
    except ValueError as error:
        raise Misconfigured(
            f'settings.toml [retention] terms: {str(error)!r} is no term; write lines as "don_de_nghi = 10" or '
            '"giay_khai_sinh = vĩnh viễn", a type once'
        ) from None
    here = standing(site, dossier)
    papers = [record.document.type for record in here.outcome.records] if here.outcome else []
    term = retention.longest(papers, known)
    if term.years is None:
        whose = f"papers of the type {term.type}" if term.type else "what holds no paper"
        return "", f"no term is told for {whose}: settings.toml [retention] terms, or give the decision with --order"
    if term.years == retention.FOR_EVER:
        return "", f"papers of the type {term.type} are kept for ever"
    code = here.outcome.code if here.outcome else ""
    free = retention.free_on(max(int(here.dossier.received[:4]), _ended(site, code)), term)
    open_ = free > site.stamp()[:10]
    return free, f"{term.years} years for {term.type or 'what holds no paper'} are over on {free}" if open_ else ""


def _ended(site: Site, code: str) -> int:
    """The year in which the work on the dossier of that code ended, as the one-stop system or a paper tells; 0: unknown."""
    if not code:
        return 0
    found = 0
    for table in ("progress", "cases"):
        rows = site.warehouse.query(f"SELECT max(ended) FROM {table} WHERE code = ?", (code,)).rows
        found = max(found, int(str(rows[0][0])[:4]) if rows and rows[0][0] else 0)
    return found


def _refused(bar: Bar) -> Refused:
    vi = {
        "retention": "Chưa hết thời hạn bảo quản (hoặc chưa quy định thời hạn); cần số quyết định tiêu hủy (--order).",
        "link": "Có hồ sơ khác đang dựa vào hồ sơ này; không được tiêu hủy.",
    }[bar.kind]
    return Refused(f"erase.{bar.kind}", f"dossier {bar.dossier} is not erased: {bar.text}", vi)
