"""The first half: read the pages of dossiers, understand the papers; each document ends clear or waiting for a person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from hoso import keys
from hoso.errors import HosoError
from hoso.nouns import Dossier, Fact, Outcome, Page, Record, Scan, Seen, SignatureFinding
from hoso.recipe import arrived as signed_files
from hoso.recipe import intake, reading
from hoso.recipe.intake import Arrival
from hoso.recipe.standing import as_sealed
from hoso.registers import Registers
from hoso.site import Site
from hoso.stages import agree, arrived, check, copies, divide, extract, naming, sections, weigh
from hoso.work import Crew, Lost, Task, record, step

__all__ = ["digitize_dossiers", "page_keys", "understood"]

Failed = Callable[[str, Exception], None]
"""Told what a defect of ours left undone (a page is quarantined, a dossier stays underway) while the others go on."""

Tick = Callable[[str, float], None]
"""Told for each page of a dossier: the dossier's id, and the seconds a worker took (0.0 where it was read before)."""


def digitize_dossiers(
    site: Site, arrivals: Iterable[Arrival], crew: Crew, tick: Tick, failed: Failed
) -> Iterator[Outcome]:
    """Outcomes as dossiers are done; pages of all of them are read side by side. ``tick`` hears of each page."""
    arrivals = list(arrivals)
    signed_files.check(site, (d for a in arrivals for d in signed_files.signed(site, a.dossier)), crew)
    waiting: dict[str, tuple[Arrival, set[str]]] = {}
    tasks: dict[int, tuple[str, str, int]] = {}
    open_by_key: dict[str, list[str]] = {}
    for arrival in arrivals:
        mine: set[str] = set()
        for scan, index in page_keys(site, arrival.dossier):
            key = reading.read_key(site, scan.digest, index)
            if site.ledger.step(key) is not None:
                tick(arrival.dossier.id, 0.0)
                continue
            mine.add(key)
            if key not in open_by_key:
                tasks[len(tasks)] = (scan.digest, scan.media_type, index)
            open_by_key.setdefault(key, []).append(arrival.dossier.id)
        waiting[arrival.dossier.id] = (arrival, mine)
    for arrival, _ in [entry for entry in waiting.values() if not entry[1]]:
        yield from _understood(site, arrival, failed)
    limit = 2 * site.settings.reading.timeout
    calls = [Task(i, "hoso.recipe.reading:read", arguments, limit) for i, arguments in tasks.items()]
    for task, answer, seconds in crew.run(calls):
        digest, _, index = tasks[task.id]
        if isinstance(answer, Lost) and answer.trace:
            failed(f"page {index} of scan {digest[:12]} was not read", RuntimeError(answer.trace))
        key = reading.read_key(site, digest, index)
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
        yield _understand(site, arrival)
    except HosoError:
        raise
    except Exception as defect:
        failed(f"dossier {arrival.dossier.id} was read and not understood", defect)


def _understand(site: Site, arrival: Arrival) -> Outcome:
    """Divide, extract, check, agree and weigh, as one step; then the fact ``digitized``."""
    dossier = arrival.dossier
    answers = []
    for scan, index in page_keys(site, dossier):
        answer = site.ledger.step(reading.read_key(site, scan.digest, index))
        assert answer is not None, "every page was read before"
        answers.append(answer)
    held = site.registers
    versions = [divide.VERSION, extract.VERSION, check.VERSION, agree.VERSION, site.forms.fingerprint]
    versions.append(held.fingerprint)
    versions += [weigh.VERSION, site.calibration.fingerprint, sections.VERSION, naming.VERSION, copies.VERSION]
    signed = signed_files.signed(site, dossier)
    if signed:
        versions += [arrived.VERSION, *(reading.signatures_key(site, digest) for digest in sorted(signed))]
    key = keys.key("understand", arrival.manifest, answers, versions)
    outcome = step(
        site, "understand", key, dossier.id, Outcome, lambda: understood(site, dossier, tuple(answers), held)
    )
    outcome = replace(outcome, records=tuple(as_sealed(site, one) for one in outcome.records))
    result = site.store.put(keys.encode(outcome))
    once = keys.key("digitized", dossier.id, result)
    site.ledger.tell(Fact("digitized", dossier.id, site.stamp(), {"result": result}), once=once)
    return outcome


def understood(site: Site, dossier: Dossier, answers: tuple[str, ...], held: Registers | None = None) -> Outcome:
    """What the stored readings ``answers`` (digests, one a page in the order received) of a dossier say; keeps nothing."""
    seen = [keys.decode(site.store.get(answer), Seen) for answer in answers]
    seen = [replace(s, page=replace(s.page, position=i)) for i, s in enumerate(seen, 1)]
    marked = sections.marked(seen)
    held = site.registers if held is None else held
    signed = {digest: signed_files.findings(site, digest) for digest in sorted(signed_files.signed(site, dossier))}
    records: list[Record] = []
    codes: dict[str, str] = {}
    for section in sections.parted(marked):
        code, found = _section(site, dossier, section, held, signed)
        records += (arrived.told(one, signed, marked) for one in found)
        codes |= {record.document.id: code for record in found}
    pages: tuple[Page, ...] = tuple(s.page for s in marked)
    own = codes[records[0].document.id] if records else ""
    other = {document: code for document, code in codes.items() if code != own}
    return Outcome(
        dossier, own, pages, answers, tuple(records), intake.refused(site, dossier), _repeats(dossier), other
    )  # fmt: skip


def _section(
    site: Site,
    dossier: Dossier,
    section: sections.Section,
    held: Registers,
    signed: Mapping[str, tuple[SignatureFinding, ...]],
) -> tuple[str, tuple[Record, ...]]:
    """(the dossier code, the records) of what lies under one cover sheet, or of a whole source without any."""
    received, by_ref = dossier.received[:10], {s.page.ref: s for s in section.pages}
    records: list[Record] = []
    runs = arrived.stretches(section.pages, signed)
    for document in (one for run in runs for one in divide.divide(dossier.id, run, site.forms, received)):
        pages = [by_ref[ref] for ref in document.pages]
        form = site.forms.form(document.form)
        records.append(check.check(document, extract.extract(document, pages, form), form, pages, received, held))
    agreed = agree.agree(tuple(records), site.forms, section.pages)
    weighed = weigh.weigh(agreed, tuple(s.page for s in section.pages), site.forms, site.calibration)
    return naming.named(section, copies.copies(weighed, section.pages), dossier.source)
