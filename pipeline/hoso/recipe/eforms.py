"""Electronic forms: made, filled in beforehand from what the office holds, and taken in as papers that were born digital.

A submission is checked, drawn as a PDF and received like any scan; what the person wrote is then told of each field that
was read otherwise, not at all or with doubt (changes of ``correcting``, under the name of who takes it in). The checks of
the paper hold as ever, and nothing is released before. The submission itself is kept beside the paper (fact ``eform``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from hoso import keys, recipe
from hoso.errors import Defect, NeedsPerson, Refused, Unavailable, Usage
from hoso.exports import eforms as pages
from hoso.nouns import Outcome, Record
from hoso.pdf import eform as paper
from hoso.recipe import correcting, digitizing, handed, intake, turns
from hoso.recipe.asking import Asking
from hoso.recipe.standing import record_digest, sealed_as, standing
from hoso.site import Site
from hoso.stages import eforms
from hoso.stages.correct import normal
from hoso.stages.receive import sources
from hoso.values import numbers
from hoso.work import Crew

__all__ = ["Taken", "finish", "made", "take"]

_OWN = frozenset({"so_dinh_danh_ca_nhan", "so_dinh_danh", "so_cccd"})
"""Fields that hold the number of the person a paper is about; "me_so_dinh_danh" is another's."""
_FACTS = ("person.", "licence.")
_PLAIN = frozenset({"gioi_tinh", "dan_toc", "quoc_tich"})
"""Fields of a person that forms call alike."""
_DATED = ("ngay_cap", "ngay_ket_luan", "ngay_ban_hanh", "ngay_dang_ky")


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a submission: ``read`` fields came back from the paper as they were handed in, ``told`` were said."""

    dossier: str
    document: str
    code: str
    read: int
    told: int
    verdict: str


def made(site: Site, type_: str, number: str = "", asked: Asking | None = None) -> str:
    """The page of the form of that type that is in force, filled in with what sealed papers tell of the person of
    ``number``: for that, ``asked`` must be of somebody who may see personal data for a purpose. Raises Usage."""
    form = site.forms.choose(type_, site.stamp()[:10])
    filled: dict[str, str] = {}
    if number:
        if asked is None or not asked.purpose:
            raise Usage(
                "a form is filled in beforehand for a named person and purpose: --unmask --who NAME --purpose TEXT"
            )
        filled = eforms.known(form, _told_of(site, number))
        asked.account(f"eform {form.name}", len(filled))
    rules = eforms.asked(form)
    parts = {rule.name: rule.block[0] for rule in rules if rule.block}
    return pages.page(eforms.schema(form), {rule.name: rule.kind for rule in rules}, parts, filled)


def take(
    site: Site, data: bytes, who: str, crew: Crew, code: str = "", own: bool = False,
    say: Callable[[str], None] = lambda text: None, release: bool = True,
) -> Taken:  # fmt: skip
    """Take a submission (JSON) in, for the dossier ``code`` where one is told; taken twice it is one paper. ``own``: the
    office itself draws the paper up. Without ``release`` an approved paper is sealed by the next run.

    Raises Refused for one that does not fit its form, or declares what an office issues and is not ``own``, Usage for a
    code that is none or nobody's name, NeedsPerson where the form is no longer in force."""
    if not who.strip():
        raise Usage("taking a form in needs the name of who does: --who NAME")
    if code and numbers.dossier_code(code).value is None:
        raise Usage(f"{code!r} is no dossier code")
    submission = eforms.submitted(data, site.forms)
    form = site.forms.choose(submission.form.type, site.stamp()[:10])
    if not own and not eforms.declared(form.type):
        raise Refused(
            "eform.issued",
            f"a paper of the type {form.type} is issued by an office, not declared; --own where this office issues it",
            "Loại giấy tờ này do cơ quan cấp, không phải do người dân khai.",
        )
    if form.name != submission.form.name:
        raise NeedsPerson(f"the form {submission.form.name} is no longer in force; have {form.name} filled in")
    clean = keys.encode({"form": form.name, "values": dict(sorted(submission.values.items()))})
    digest = keys.digest(clean)
    foot = f"Lập từ biểu mẫu điện tử {form.name}. SHA-256 của nội dung: {digest}"
    under = "(Lập từ biểu mẫu điện tử)" if own else "(Bản khai điện tử)"
    pdf = paper.drawn(
        eforms.heading(form), under, [(line.label, line.value) for line in eforms.lines(submission)], foot
    )
    scan = keys.digest(pdf)
    handed.take(site, scan, site.store.put(data), form.name, code, own, who.strip())
    arrival = _received(site, pdf, code or f"bieu-mau-{digest[:12]}", digest, crew)
    id_ = arrival.duplicate_of or arrival.dossier.id
    with turns.claimed(site, [turns.dossier(id_)]) as mine:
        if not mine:
            raise Unavailable(f"another machine is at dossier {id_}; run the same command again")
        read, told = _settled(site, intake.arrival(site, id_), scan, submission, who, crew, say)
        record, outcome = _paper(site, id_, scan)
        handed.tell(site, scan, record.document.id)
        if release:
            recipe.release(site, [outcome], recipe.Progress(say=say))
    return Taken(id_, record.document.id, outcome.code, read, told, record.verdict)


def finish(site: Site, crew: Crew, say: Callable[[str], None] = lambda text: None) -> int:
    """Take again what a stopped run took and did not tell of its paper; gives how many."""
    done = 0
    for fact in handed.open_(site):
        body = fact.body
        data, who = site.store.get(body["result"]), site.store.get(body["who"]).decode()
        try:
            take(site, data, who, crew, body["code"], body["own"] == "1", say)
            done += 1
        except (NeedsPerson, Refused, Unavailable) as error:
            say(f"a form taken in on {fact.at[:10]} is not finished: {error}")
    return done


def _received(site: Site, pdf: bytes, name: str, digest: str, crew: Crew) -> intake.Arrival:
    with TemporaryDirectory() as folder:
        path = Path(folder) / name / f"bieu-mau-{digest[:12]}.pdf"
        path.parent.mkdir()
        path.write_bytes(pdf)
        (arrival,) = intake.arrivals(site, sources([Path(folder)]), crew)
    return arrival


def _settled(
    site: Site, arrival: intake.Arrival, scan: str, submission: eforms.Submission, who: str, crew: Crew,
    say: Callable[[str], None],
) -> tuple[int, int]:  # fmt: skip
    """Read the paper, and tell what was handed in where it was read otherwise; gives how many fields of each."""
    failed: list[tuple[str, Exception]] = []
    done = list(
        digitizing.digitize_dossiers(
            site, [arrival], crew, lambda dossier, seconds: None, lambda what, error: failed.append((what, error))
        )
    )
    if not done:
        what, error = failed[0] if failed else ("the form was not read", Defect())
        raise Defect(what) from error
    id_, note = arrival.dossier.id, f"theo biểu mẫu điện tử {submission.form.name}"
    record, _ = _paper(site, id_, scan)
    if sealed_as(site, record) is not None:
        return len(submission.values), 0
    while len(parts := _parts(site, id_, scan)) > 1:
        one, two = parts[:2]
        correcting.join(site, one.document.id, two.document.id, (record_digest(one), record_digest(two)), who, note)
    (record,) = parts
    if record.document.type != submission.form.type:
        say(f"the paper was taken for {record.document.type}; it is told as {submission.form.type}")
        correcting.retype(site, record.document.id, record_digest(record), submission.form.type, who, note)
        record, _ = _paper(site, id_, scan)
    values = dict(_otherwise(record, submission))
    if values:
        correcting.correct(site, record.document.id, record_digest(record), values, who, note)
    said = sum(value is not None for value in values.values())
    return len(submission.values) - said, said


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
    assert outcome is not None
    return [one for one in outcome.records if any(page.scan == scan for page in one.document.pages)]


def _paper(site: Site, dossier: str, scan: str) -> tuple[Record, Outcome]:
    outcome = standing(site, dossier).outcome
    found = _parts(site, dossier, scan)
    if outcome is None or not found:
        raise Refused("eform.unread", "the paper drawn from the form could not be read; tell the makers of Hoso")
    return found[0], outcome


def _told_of(site: Site, number: str) -> dict[str, str]:
    """What sealed papers about the person tell, by fact or field; the newest paper that tells a thing is heard."""
    documents: dict[str, str] = {}
    for one in site.warehouse.lookup("person", number):
        if one.field in _OWN:
            documents[one.document] = one.dossier
    papers: list[tuple[str, Record]] = []
    for document, dossier in documents.items():
        try:
            outcome = standing(site, dossier).outcome
        except LookupError:
            continue  # a warehouse that was moved here without its ledger
        for record in outcome.records if outcome is not None else ():
            if record.document.id == document and sealed_as(site, record) is not None:
                papers.append((next((day for name in _DATED if (day := record.value(name))), ""), record))
    told: dict[str, str] = {"person.id": number} if papers else {}
    for _, record in sorted(papers, key=lambda pair: pair[0], reverse=True):
        for rule in site.forms.form(record.document.form).fields:
            value = record.value(rule.name)
            if not value:
                continue
            if rule.same_as.startswith(_FACTS):
                told.setdefault(rule.same_as, value)
            elif rule.name in _PLAIN:
                told.setdefault(rule.name, value)
    return told
