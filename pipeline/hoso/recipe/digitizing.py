"""The first half: read the pages of dossiers, understand the papers; each document ends clear or waiting for a person."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from hoso import keys
from hoso.errors import HosoError, Unavailable
from hoso.nouns import Change, Document, Dossier, Fact, Field, Outcome, Page, PageRef, Record, Scan, Seen
from hoso.recipe import arrived as signed_files
from hoso.recipe import intake, population, reading
from hoso.recipe.intake import Arrival
from hoso.recipe.standing import as_sealed, changes
from hoso.registers import Registers
from hoso.site import Site
from hoso.stages import agree, arrived, check, copies, correct, divide, extract, licences, naming, sections, weigh
from hoso.work import Crew, Lost, Task, record, step

__all__ = ["digitize_dossiers", "page_keys", "settle", "understood"]

Failed = Callable[[str, Exception], None]
"""Told what a defect of ours left undone (a page is quarantined, a dossier stays underway) while the others go on."""

Papers = tuple[tuple[Document, tuple[Field, ...]], ...]
"""The papers of a section in order, each with its fields as read."""

Tick = Callable[[str, float], None]
"""Told for each page of a dossier: the dossier's id, and the seconds a worker took (0.0 where it was read before)."""


def digitize_dossiers(
    site: Site, arrivals: Iterable[Arrival], crew: Crew, tick: Tick, failed: Failed
) -> Iterator[Outcome]:
    """Outcomes as dossiers are done; pages of all of them are read side by side. ``tick`` hears of each page."""
    arrivals = list(arrivals)
    signed_files.check(site, (d for a in arrivals for d in signed_files.signed(site, a.dossier)), crew)
    waiting: dict[str, tuple[Arrival, set[str]]] = {}
    tasks: dict[int, tuple[str, str, int, int | None]] = {}
    open_by_key: dict[str, list[str]] = {}
    for arrival in arrivals:
        mine: set[str] = set()
        turned = correct.turns(correct.in_force(changes(site, arrival.dossier.id)))
        for scan, index in page_keys(site, arrival.dossier):
            turn = turned.get(PageRef(scan.digest, index))
            key = reading.read_key(site, scan.digest, index, turn)
            if site.ledger.step(key) is not None:
                tick(arrival.dossier.id, 0.0)
                continue
            mine.add(key)
            if key not in open_by_key:
                tasks[len(tasks)] = (scan.digest, scan.media_type, index, turn)
            open_by_key.setdefault(key, []).append(arrival.dossier.id)
        waiting[arrival.dossier.id] = (arrival, mine)
    for arrival, _ in [entry for entry in waiting.values() if not entry[1]]:
        yield from _understood(site, arrival, failed)
    limit = 2 * site.settings.reading.timeout
    calls = [Task(i, "hoso.recipe.reading:read", arguments, limit, shut=True) for i, arguments in tasks.items()]
    for task, answer, seconds in crew.run(calls):
        digest, _, index, turn = tasks[task.id]
        if isinstance(answer, Lost) and answer.trace:
            failed(f"page {index} of scan {digest[:12]} was not read", RuntimeError(answer.trace))
        key = reading.read_key(site, digest, index, turn)
        record(site, key, "read", digest, _answer(site, answer, digest, index))
        for dossier in open_by_key[key]:
            tick(dossier, seconds)
            arrival, mine = waiting[dossier]
            mine.discard(key)
            if not mine:
                yield from _understood(site, arrival, failed)


def page_keys(site: Site, dossier: Dossier) -> Iterator[tuple[Scan, int]]:
    """(scan, index from 1) of each page of a dossier in the order received; refused and repeated scans left out."""
    repeated = set(_repeats(dossier))
    for scan in dossier.scans:
        survey = intake.looked(site, scan).survey
        if survey is not None and scan not in repeated:
            for index in range(1, survey.pages + 1):
                yield scan, index


def _answer(site: Site, answer: object, digest: str, index: int) -> bytes:
    if isinstance(answer, bytes):
        return answer
    if isinstance(answer, Lost):
        text = f"page.unreadable: trang làm hỏng trình đọc ({answer.text}); hãy quét lại"
        return keys.encode(reading.lost_page(digest, index, text, site.engine.fingerprint))
    assert isinstance(answer, BaseException)
    raise answer


def _repeats(dossier: Dossier) -> tuple[Scan, ...]:
    """Scans whose bytes stand earlier in the same dossier."""
    first: dict[str, Scan] = {}
    return tuple(scan for scan in dossier.scans if scan.digest and first.setdefault(scan.digest, scan) is not scan)


def _understood(site: Site, arrival: Arrival, failed: Failed) -> Iterator[Outcome]:
    """The outcome, or none where a defect of ours stands in the way: one dossier must not stop the night."""
    try:
        yield settle(site, arrival)
    except HosoError:
        raise
    except Exception as defect:
        failed(f"dossier {arrival.dossier.id} was read and not understood", defect)


def settle(site: Site, arrival: Arrival) -> Outcome:
    """Understand a dossier whose pages are read, and tell it (the fact ``digitized``): what is told last rests on all that
    people said so far, whoever else is at it. A run that is killed in between leaves the dossier underway."""
    id_ = arrival.dossier.id
    while True:
        told = changes(site, id_)
        outcome = _understand(site, arrival, told)
        if population.ask(site, outcome):
            outcome = _understand(site, arrival, told)
        stands = _tell(site, outcome)
        last = outcome if stands == "" else keys.decode(site.store.get(stands), Outcome)
        if last.changes == outcome.changes == _ids(site, id_):
            return last


def _ids(site: Site, dossier: str) -> tuple[str, ...]:
    return tuple(fact.body["id"] for fact in site.ledger.facts("changed", dossier))


def _tell(site: Site, outcome: Outcome) -> str:
    """Tell what a dossier came to, unless it was told last; gives the digest of what another told after, "" for none."""
    id_, result = outcome.dossier.id, site.store.put(keys.encode(outcome))
    last = None
    for last in site.ledger.facts("digitized", id_):  # noqa: B007
        pass
    if last is None or last.body["result"] != result:
        once = keys.key("digitized", id_, result, last.serial if last is not None else 0)
        site.ledger.tell(Fact("digitized", id_, site.stamp(), {"result": result}), once=once)
        *_, last = site.ledger.facts("digitized", id_)
    return "" if last.body["result"] == result else last.body["result"]


def _understand(site: Site, arrival: Arrival, told: tuple[Change, ...] = ()) -> Outcome:
    """Divide, extract, correct, check, agree and weigh, as one step. ``told`` is all that people said, undone or not."""
    dossier, said = arrival.dossier, correct.in_force(told)
    turned = correct.turns(said)
    answers = []
    for scan, index in page_keys(site, dossier):
        answer = site.ledger.step(reading.read_key(site, scan.digest, index, turned.get(PageRef(scan.digest, index))))
        if answer is None:
            raise Unavailable(
                f"page {index} of scan {scan.digest[:12]} is to be read again, turned; run: hoso digitize, or wait for it"
            )
        answers.append(answer)
    held = population.held(site, dossier.id)
    versions = [divide.VERSION, extract.VERSION, check.VERSION, agree.VERSION, site.forms.fingerprint]
    versions.append(held.fingerprint)
    versions += [weigh.VERSION, site.calibration.fingerprint, sections.VERSION, naming.VERSION, copies.VERSION]
    versions.append(licences.VERSION)
    signed = signed_files.signed(site, dossier)
    if signed:
        versions += [arrived.VERSION, *(reading.signatures_key(site, digest) for digest in sorted(signed))]
    run = partial(understood, site, dossier, tuple(answers), held, said)
    if (
        said
    ):  # told by a person who waits for the answer: what takes long of it is kept (see ``_drafts``), the rest is not
        outcome = run()
    else:
        key = keys.key("understand", arrival.manifest, answers, versions)
        outcome = step(site, "understand", key, dossier.id, Outcome, run)
    records = tuple(as_sealed(site, one) for one in outcome.records)
    return replace(outcome, records=records, changes=tuple(dict.fromkeys(correct.act(one) for one in told)))


def understood(
    site: Site,
    dossier: Dossier,
    answers: tuple[str, ...],
    held: Registers | None = None,
    said: tuple[Change, ...] = (),
) -> Outcome:
    """What the stored readings ``answers`` (digests, one a page in the order received) of a dossier say, and what people
    said of them (``said``, the changes in force); keeps nothing where they said nothing."""
    seen = [keys.decode(site.store.get(answer), Seen) for answer in answers]
    seen = [replace(s, page=replace(s.page, position=i)) for i, s in enumerate(seen, 1)]
    marked = sections.marked(seen)
    held = site.registers if held is None else held
    signed = {digest: signed_files.findings(site, digest) for digest in sorted(signed_files.signed(site, dossier))}
    parts = sections.parted(marked)
    records: list[Record] = []
    codes: dict[str, str] = {}
    for section, papers in zip(parts, _drafts(site, dossier, parts, signed, answers, said), strict=True):
        code, found = _section(site, dossier, section, papers, held, said)
        records += (arrived.told(one, signed, marked) for one in found)
        codes |= {record.document.id: code for record in found}
    pages: tuple[Page, ...] = tuple(s.page for s in marked)
    own = codes[records[0].document.id] if records else ""
    other = {document: code for document, code in codes.items() if code != own}
    settled = correct.settled(records, said, site.forms, pages) if said else tuple(records)
    return Outcome(
        dossier, own, pages, answers, settled, intake.refused(site, dossier), _repeats(dossier), other
    )  # fmt: skip


def _drafts(
    site: Site,
    dossier: Dossier,
    parts: Sequence[sections.Section],
    signed: Collection[str],
    answers: tuple[str, ...],
    said: tuple[Change, ...],
) -> tuple[Papers, ...]:
    """The papers of each section with their fields as read. It takes nine tenths of the time, and no value that a person
    gives changes it: once a person is at work, it is kept."""
    lay = [change for change in said if change.kind in correct.LAYOUT]
    run = partial(_drafted, site, dossier, parts, signed, lay)
    if not said and site.population is None:
        return run()
    versions = [divide.VERSION, extract.VERSION, sections.VERSION, correct.VERSION, site.forms.fingerprint]
    key = keys.key("draft", dossier.id, answers, sorted(signed), versions, [change.id for change in lay])
    return step(site, "draft", key, dossier.id, tuple[Papers, ...], run)


def _drafted(
    site: Site,
    dossier: Dossier,
    parts: Sequence[sections.Section],
    signed: Collection[str],
    lay: Sequence[Change],
) -> tuple[Papers, ...]:
    received, made = dossier.received[:10], []
    for section in parts:
        by_ref = {s.page.ref: s for s in section.pages}
        runs = arrived.stretches(section.pages, signed)
        papers = tuple(one for run in runs for one in divide.divide(dossier.id, run, site.forms, received))

        def again(refs: tuple[PageRef, ...], by_ref: dict[PageRef, Seen] = by_ref) -> Document:
            found = divide.divide(dossier.id, [by_ref[ref] for ref in refs], site.forms, received)
            return next(d for d in found if refs[0] in d.pages)

        papers = correct.relaid(papers, lay, again, lambda type_: site.forms.choose(type_, received))
        forms = [site.forms.form(paper.form) for paper in papers]
        pages = [[by_ref[ref] for ref in paper.pages] for paper in papers]
        made.append(tuple((d, extract.extract(d, p, f)) for d, p, f in zip(papers, pages, forms, strict=True)))
    return tuple(made)


def _section(
    site: Site,
    dossier: Dossier,
    section: sections.Section,
    papers: Papers,
    held: Registers,
    said: tuple[Change, ...] = (),
) -> tuple[str, tuple[Record, ...]]:
    """(the dossier code, the records) of what lies under one cover sheet, or of a whole source without any."""
    received, by_ref = dossier.received[:10], {s.page.ref: s for s in section.pages}
    records: list[Record] = []
    for document, read in papers:
        pages = [by_ref[ref] for ref in document.pages]
        form = site.forms.form(document.form)
        fields = correct.corrected(document, read, form, said) if said else read
        records.append(check.check(document, fields, form, pages, received, held))
    agreed = agree.agree(tuple(records), site.forms, section.pages)
    agreed = licences.judged(agreed, site.forms, held, received)
    weighed = weigh.weigh(agreed, tuple(s.page for s in section.pages), site.forms, site.calibration)
    return naming.named(section, copies.copies(weighed, section.pages), dossier.source)
