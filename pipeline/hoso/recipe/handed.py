"""Papers drawn from electronic forms: whether what was handed in was told of a paper, before which it is not sealed.

Owns the facts ``eform`` (a submission was taken: its paper's digest is the subject) and ``eform-told``. A run that is
stopped between the two leaves a paper that waits for ``eforms.finish``.
"""

from __future__ import annotations

from collections.abc import Iterator

from hoso import keys
from hoso.nouns import Fact, Record
from hoso.site import Site

__all__ = ["TAKEN", "TOLD", "half", "open_", "take", "tell"]

TAKEN, TOLD = "eform", "eform-told"


def take(site: Site, scan: str, submission: str, form: str, code: str, own: bool, who: str) -> Fact:
    """Tell that the submission of that digest becomes the paper of digest ``scan``; told once."""
    body = {"result": submission, "form": form, "code": code, "own": "1" if own else "0",
            "who": site.store.put(who.encode())}  # fmt: skip
    return site.ledger.tell(Fact(TAKEN, scan, site.stamp(), body), once=keys.key(TAKEN, scan))


def tell(site: Site, scan: str, document: str) -> None:
    """Tell that the paper says what was handed in; told once."""
    site.ledger.tell(Fact(TOLD, scan, site.stamp(), {"document": document}), once=keys.key(TOLD, scan))


def half(site: Site, record: Record) -> bool:
    """Whether a page of the paper is of a form whose values were not told of it yet."""
    scans = dict.fromkeys(page.scan for page in record.document.pages)
    return any(_any(site, TAKEN, scan) and not _any(site, TOLD, scan) for scan in scans)


def open_(site: Site) -> Iterator[Fact]:
    """The submissions that were taken and not told, erased ones left out."""
    told = {fact.subject for fact in site.ledger.facts(TOLD)} | {fact.subject for fact in site.ledger.facts("erased")}
    yield from (fact for fact in site.ledger.facts(TAKEN) if fact.subject not in told)


def _any(site: Site, kind: str, subject: str) -> bool:
    return any(True for _ in site.ledger.facts(kind, subject))
