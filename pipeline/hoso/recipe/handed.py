"""Papers drawn from electronic forms: what was handed in is told of the paper before it may be sealed.

Owns the facts ``eform`` (a submission was taken: the digest of its paper is the subject) and ``eform-told``, and the
changes (``correcting``) for each field that was read otherwise, not at all or with doubt. A run that is stopped between the
two leaves a paper that is not sealed, and that the next run tells of. Never reads a page, never seals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hoso import keys
from hoso.errors import HosoError
from hoso.nouns import Fact, Outcome, Record
from hoso.recipe import correcting
from hoso.recipe.standing import record_digest, sealed_as, standing
from hoso.site import Site
from hoso.stages import eforms
from hoso.stages.correct import normal

__all__ = ["TAKEN", "TOLD", "half", "open_", "take", "told"]

TAKEN, TOLD = "eform", "eform-told"


def take(site: Site, scan: str, submission: str, form: str, code: str, own: bool, who: str) -> Fact:
    """Tell that the submission of that digest becomes the paper of digest ``scan``; told once."""
    body = {"result": submission, "form": form, "code": code, "own": "1" if own else "0",
            "who": site.store.put(who.encode())}  # fmt: skip
    return site.ledger.tell(Fact(TAKEN, scan, site.stamp(), body), once=keys.key(TAKEN, scan))


def half(site: Site, record: Record) -> bool:
    """Whether a page of the paper is of a form whose values were not told of it yet."""
    return any(_half(site, scan) for scan in dict.fromkeys(page.scan for page in record.document.pages))


def open_(site: Site) -> Iterator[Fact]:
    """The submissions that were taken and not told, erased ones left out."""
    done = {fact.subject for fact in site.ledger.facts(TOLD)} | {fact.subject for fact in site.ledger.facts("erased")}
    yield from (fact for fact in site.ledger.facts(TAKEN) if fact.subject not in done)


def told(site: Site, outcome: Outcome, say: Callable[[str], None] = lambda text: None) -> Outcome:
    """The dossier once all that was handed in is told of its papers; what cannot be told is said, and waits."""
    new = False
    for scan in dict.fromkeys(one.digest for one in outcome.dossier.scans if one.media_type == "application/pdf"):
        if not _half(site, scan):
            continue
        try:
            _tell(site, outcome.dossier.id, scan)
            new = True
        except HosoError as error:
            say(f"what a form says is not told of its paper yet: {error}")
    return standing(site, outcome.dossier.id).outcome or outcome if new else outcome


def _tell(site: Site, dossier: str, scan: str) -> None:
    (*_, fact) = site.ledger.facts(TAKEN, scan)
    submission = eforms.submitted(site.store.get(fact.body["result"]), site.forms)
    who = site.store.get(fact.body["who"]).decode()
    note = f"theo biểu mẫu điện tử {submission.form.name}"
    while len(parts := _parts(site, dossier, scan)) > 1:
        one, two = parts[:2]
        correcting.join(site, one.document.id, two.document.id, (record_digest(one), record_digest(two)), who, note)
    if not parts:
        return  # the paper was refused or lost: nothing of it can be sealed
    said = 0
    if sealed_as(site, parts[0]) is None:
        if parts[0].document.type != submission.form.type:
            correcting.retype(
                site, parts[0].document.id, record_digest(parts[0]), submission.form.type, who, note
            )  # fmt: skip
            parts = _parts(site, dossier, scan)
        values = dict(_otherwise(parts[0], submission))
        if values:
            correcting.correct(site, parts[0].document.id, record_digest(parts[0]), values, who, note)
        said = sum(value is not None for value in values.values())
    body = {"document": parts[0].document.id, "said": str(said), "read": str(len(submission.values) - said)}
    site.ledger.tell(Fact(TOLD, scan, site.stamp(), body), once=keys.key(TOLD, scan))


def _otherwise(record: Record, submission: eforms.Submission) -> Iterator[tuple[str, str | None]]:
    """What is to be told of each field, as typed; None: the form was left empty there and something was read."""
    held = {field.name: field for field in record.fields}
    for rule in eforms.asked(submission.form):
        given, field = submission.values.get(rule.name), held.get(rule.name)
        if given is None:
            if field is not None and field.value is not None:
                yield rule.name, None
            continue
        typed = eforms.typed(rule, given)
        value, _ = normal(rule, typed)
        if field is None or field.value != value or field.status != "clear":
            yield rule.name, typed


def _parts(site: Site, dossier: str, scan: str) -> list[Record]:
    outcome = standing(site, dossier).outcome
    records = outcome.records if outcome is not None else ()
    return [one for one in records if any(page.scan == scan for page in one.document.pages)]


def _half(site: Site, scan: str) -> bool:
    return _any(site, TAKEN, scan) and not _any(site, TOLD, scan)


def _any(site: Site, kind: str, subject: str) -> bool:
    return any(True for _ in site.ledger.facts(kind, subject))
