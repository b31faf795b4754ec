"""Electronic forms: made, filled in beforehand from what the office holds, and taken in as papers that were born digital.

A submission is checked, drawn as a PDF and received like any scan; what was written is told of it before it can be sealed
(``handed``). The checks of the paper hold as ever. The submission itself is kept beside the paper.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from hoso import keys, recipe
from hoso.errors import NeedsPerson, Refused, Unavailable, Usage
from hoso.exports import eforms as pages
from hoso.nouns import Record
from hoso.pdf import eform as paper
from hoso.recipe import handed
from hoso.recipe.asking import Asking
from hoso.recipe.standing import sealed_as, standing
from hoso.site import Site
from hoso.stages import eforms
from hoso.stages.receive import sources
from hoso.values import numbers
from hoso.work import Crew

__all__ = ["Drawn", "Taken", "drawn", "finish", "made", "take"]

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


@dataclass(frozen=True, slots=True)
class Drawn:
    """The paper of a submission: the name of its source and of its file there, and the PDF."""

    source: str
    name: str
    pdf: bytes


def drawn(site: Site, data: bytes, who: str, code: str = "", own: bool = False) -> Drawn:
    """Draw the paper of a submission (JSON), for the dossier ``code`` where one is told, and tell that it is taken: from
    then on its file may come in by any way. ``own``: the office itself draws the paper up.

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
    digest = keys.digest(keys.encode({"form": form.name, "values": dict(sorted(submission.values.items()))}))
    foot = f"Lập từ biểu mẫu điện tử {form.name}. SHA-256 của nội dung: {digest}"
    under = "(Lập từ biểu mẫu điện tử)" if own else "(Bản khai điện tử)"
    lines = [(line.label, line.value) for line in eforms.lines(submission)]
    pdf = paper.drawn(eforms.heading(form), under, lines, foot)
    handed.take(site, keys.digest(pdf), site.store.put(data), form.name, code, own, who.strip())
    name = f"bieu-mau-{digest[:12]}"
    return Drawn(code or name, f"{name}.pdf", pdf)


def take(
    site: Site, data: bytes, who: str, crew: Crew, code: str = "", own: bool = False,
    say: Callable[[str], None] = lambda text: None,
) -> Taken:  # fmt: skip
    """Take a submission in, as far as approvals allow; taken twice it is one paper. Raises as :func:`drawn`; Unavailable
    where the paper could not be read to its end."""
    made_ = drawn(site, data, who, code, own)
    with TemporaryDirectory() as folder:
        path = Path(folder) / made_.source / made_.name
        path.parent.mkdir()
        path.write_bytes(made_.pdf)
        (here,) = recipe.digitize(site, sources([Path(folder)]), crew, recipe.Progress(say=say))
    if here.duplicate_of:
        here = standing(site, here.duplicate_of)
    told = next(iter(site.ledger.facts(handed.TOLD, keys.digest(made_.pdf))), None)
    records = here.outcome.records if here.outcome is not None else ()
    record = next((r for r in records if told is not None and r.document.id == told.body["document"]), None)
    if told is None or here.outcome is None or record is None:
        raise Unavailable("the form was received and is not read to its end; the next run goes on with it")
    return Taken(here.dossier.id, record.document.id, here.outcome.code, int(told.body["read"]), int(told.body["said"]),
                 record.verdict)  # fmt: skip


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
