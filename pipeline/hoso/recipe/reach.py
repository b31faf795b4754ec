"""What belongs to a dossier: its papers, its scans, and every stored object that tells of it. Changes nothing.

Owns what an erasure has to reach, and what stands in its way because others lean on it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from hoso import keys
from hoso.errors import Damaged
from hoso.nouns import Dossier, Fact, Outcome, Sealed
from hoso.recipe import outbox
from hoso.recipe.standing import dossiers, standing
from hoso.site import Site

__all__ = ["Reach", "around", "naming", "reach"]

_OWN = ("manifest", "result", "decision", "record", "change", "sealed", "after")
"""Names in facts and receipts of a dossier or document whose digests are of objects that tell of it."""


@dataclass(frozen=True, slots=True)
class Reach:
    """All of the dossiers of those ids, repeats of them among them. ``pages`` by dossier; ``digests`` of stored objects
    that nobody else's fact names. ``codes`` by dossier, between blanks: the digests of its codes. ``shared``: (scan,
    dossier) where another dossier holds the same bytes."""

    dossiers: tuple[str, ...]
    documents: tuple[str, ...]
    scans: tuple[str, ...]
    digests: tuple[str, ...]
    pages: dict[str, int]
    codes: dict[str, str]
    shared: tuple[tuple[str, str], ...] = ()


def reach(site: Site, asked: Collection[str], tick: Callable[[int], None] = lambda read: None) -> Reach:
    """Everything of those dossiers (ids, not erased before). ``tick`` is told the lines of the ledger that were read."""
    mine = set(asked)
    mine |= {f.subject for f in site.ledger.facts("received") if f.body.get("duplicate_of") in mine}
    mine -= {fact.subject for fact in site.ledger.facts("erased")}
    scans: set[str] = set()
    documents: set[str] = set()
    digests: set[str] = set()
    codes: dict[str, str] = {}
    for dossier in mine:
        for fact in site.ledger.facts(subject=dossier):
            digests |= _named(fact)
            if fact.kind == "received":
                scans |= {scan.digest for scan in _manifest(site, fact).scans if scan.digest}
            elif fact.kind == "digitized":
                outcome = keys.decode(site.store.get(fact.body["result"]), Outcome)
                digests |= set(outcome.seen)
                documents |= {record.document.id for record in outcome.records}
                codes[dossier] = " ".join(sorted(_code(one) for one in {outcome.code, *outcome.codes.values()} - {""}))
    digests |= scans
    subjects = mine | scans | documents
    theirs: set[str] = set()
    for number, (table, columns) in enumerate(site.ledger.lines(), 1):
        if table == "steps":
            _, _, subject, result, _ = columns
            (digests if subject in subjects else theirs).add(str(result))
        if number % 10_000 == 0:
            tick(number)
    for fact in site.ledger.facts():
        if fact.subject in subjects:
            digests |= _named(fact)
        else:
            theirs |= _named(fact)
    for effect in site.ledger.effects("seal"):
        if effect.subject in documents and effect.receipt:
            digests |= {effect.receipt[name] for name in _OWN if effect.receipt.get(name)}
    digests |= {_before(site, digest) for digest in _seals(site, documents)}
    digests |= set(outbox.kept(site, mine | documents))
    shared = tuple(_shared(site, scans, mine))
    theirs |= {scan for scan, _ in shared}
    pages = {dossier: standing(site, dossier).pages_in for dossier in sorted(mine)}
    kept = tuple(sorted(digests - theirs - {""}))
    return Reach(tuple(sorted(mine)), tuple(sorted(documents)), tuple(sorted(scans)), kept, pages, codes, shared)


def around(site: Site, found: Reach) -> Iterator[tuple[str, str]]:
    """(dossier or document, why) of each link that stands in the way: what others lean on, or are being told right now."""
    for scan, dossier in found.shared:
        yield dossier, f"dossier {dossier} holds the same file (scan {scan[:12]}); erase both, or keep both"
    gone = {code for fact in site.ledger.facts("erased") for code in fact.body.get("code", "").split()}
    gone |= {code for codes in found.codes.values() for code in codes.split()}
    for document in found.documents:
        for fact in site.ledger.facts("drawn-on", document):
            code = fact.body["for"]
            if _code(code) in gone:
                continue
            yield document, f"document {document} stands in for a paper of dossier {code}: that one leans on it"
    ids = {*found.documents, *found.dossiers}
    for item in outbox.items(site):
        body = item.effect.body
        if item.state == "sending" and ids & {body["document"], body["dossier"], *body.get("about", "").split()}:
            yield (
                body["dossier"],
                f"message {item.effect.key[:12]} to {body['target']} is under way; wait for its answer",
            )


def naming(site: Site, number: str, tick: Callable[[int], None] = lambda read: None) -> dict[str, tuple[str, ...]]:
    """The dossiers that name the person of that personal number, each with the other personal numbers that stand in it
    (masked to their last three digits). Every dossier is looked through, released or not. Raises Usage."""
    from hoso.warehouses.ducklake.lookups import key_of  # loads the engine of the warehouse

    wanted, found = key_of("person", number), {}
    for count, dossier in enumerate(dossiers(site), 1):
        here = standing(site, dossier)
        numbers: set[str] = set()
        for record in here.outcome.records if here.outcome else ():
            form = site.forms.form(record.document.form)
            for field in record.fields:
                rule = form.field(field.name)
                if rule is not None and rule.kind == "identity" and field.value:
                    numbers.add(key_of("person", field.value))
                numbers |= {wanted} & {_digits(value) for row in field.rows for value in row.values()}
        if wanted in numbers or _printed(site, here.outcome, wanted):
            others = sorted(f"…{other[-3:]}" for other in numbers - {wanted})
            found[dossier] = tuple(others)
        tick(count)
    return found


def _printed(site: Site, outcome: Outcome | None, wanted: str) -> bool:
    """Whether the number stands in the text of a page, in one run or in groups, also where no field holds it."""
    from hoso.nouns import Seen

    for digest in outcome.seen if outcome else ():
        reading = keys.decode(site.store.get(digest), Seen).reading
        for line in reading.lines():
            if wanted in _digits(" ".join(word.text for word in line)):
                return True
        if any(wanted in code.text for code in reading.codes):
            return True
    return False


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isalnum()).upper()


def _code(code: str) -> str:
    """A dossier's code as an erasure may keep it."""
    return keys.key("dossier code", code)


def _named(fact: Fact) -> set[str]:
    return {fact.body[name] for name in _OWN if fact.body.get(name)}


def _manifest(site: Site, fact: Fact) -> Dossier:
    return keys.decode(site.store.get(fact.body["manifest"]), Dossier)


def _seals(site: Site, documents: Collection[str]) -> set[str]:
    return {f.body["sealed"] for one in documents for f in site.ledger.facts("sealed", one) if f.body.get("sealed")}


def _before(site: Site, digest: str) -> str:
    """The digest of the file as it was before it was signed, which the store keeps too where a signer asked for it."""
    try:
        return keys.decode(site.store.get(digest), Sealed).before
    except Damaged:
        return ""


def _shared(site: Site, scans: Collection[str], mine: Collection[str]) -> Iterator[tuple[str, str]]:
    for dossier in dossiers(site):
        if dossier in mine:
            continue
        for fact in site.ledger.facts("received", dossier):
            held = {scan.digest for scan in _manifest(site, fact).scans}
            yield from ((scan, dossier) for scan in sorted(held & set(scans)))
