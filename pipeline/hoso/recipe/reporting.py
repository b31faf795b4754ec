"""Reports put together: what the warehouse and the ledger hold of a period, given to the stages that count and lay out.

Released papers come from the warehouse, those that wait from the ledger. Changes nothing. The clock is asked only whether
the period has ended: of a period that has, the same home gives the same report on any day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any, Literal

from hoso.nouns import Record, Standing
from hoso.recipe.standing import dossiers, standing
from hoso.site import Site
from hoso.stages.reports.digitization import Work, digitization
from hoso.stages.reports.groups import UNKNOWN, key_of
from hoso.stages.reports.kpi import kpi
from hoso.stages.reports.quality import FieldCount, Keyed, Paper, quality
from hoso.values.indicators import Case
from hoso.values.periods import Period
from hoso.values.reports import Report

__all__ = ["KEYED", "Kind", "cases", "report"]

Kind = Literal["kpi", "digitization", "quality"]

KEYED = "keyed-again"
"""The fact that a second person keyed a field blindly: subject the document; body ``type``, ``field`` and ``same``, "yes"
where it was keyed as it stood, else "no". No value stands in it."""

_NATIONAL = "coalesce(nullif(regexp_extract(ma_thu_tuc, '^\\d\\.\\d{6}'), ''), ma_thu_tuc)"
"""The national code of a procedure, where a local one begins with it: 1.001612.000.00.00.H48 is 1.001612."""

_CASES = f"""
SELECT coalesce(ma_ho_so, ho_so) AS code, ngay_tiep_nhan AS received, ma_co_quan AS agency, ten_co_quan AS agency_name,
       {_NATIONAL} AS procedure, ten_thu_tuc AS procedure_name, can_ket_qua AS needs_result, cua_cong_dan AS citizens,
       ngay_hen_tra AS due, ngay_ket_thuc AS ended, trang_thai AS state, so_ngay_cho_bo_sung AS waited,
       so_lan_bo_sung AS supplements, so_van_ban AS papers, so_thanh_phan AS components, so_ket_qua AS results,
       danh_dau_so_hoa AS marked_digital, co_tai_su_dung AS reused, lay_tu_kho AS from_store,
       co_ket_qua_dien_tu AS result_link, xac_thuc_dinh_danh AS verified, ket_noi_dan_cu AS population,
       dong_bo_luc AS synced, nguon_ngay_tiep_nhan AS received_from
FROM v_chi_so_ho_so ORDER BY code
"""
_DOCUMENTS = """
SELECT d.document, d.code, d.dossier, r.received[:10] AS day, d.type, d.verdict, d.verified_by IS NOT NULL AS decided,
       coalesce(d.engine, '') AS engine
FROM documents d JOIN dossiers r USING (dossier)
WHERE r.received[:10] BETWEEN ? AND ? ORDER BY d.document
"""
_FIELDS = """
SELECT f.document, f.name, f.status, f.source = 'person' AS person
FROM fields f JOIN dossiers r USING (dossier) WHERE r.received[:10] BETWEEN ? AND ? ORDER BY f.document, f.ordinal
"""
_PAGES = """
SELECT p.document, p.quality FROM pages p JOIN dossiers r USING (dossier)
WHERE p.kind = 'paper' AND r.received[:10] BETWEEN ? AND ? ORDER BY p.document, p.position
"""
_SIGNED = """
SELECT s.at[:10] AS day, count(*) AS documents, coalesce(sum(d.pages), 0)::BIGINT AS pages
FROM seals s JOIN documents d USING (document) WHERE s.at[:10] BETWEEN ? AND ? GROUP BY 1 ORDER BY 1
"""


def report(site: Site, kind: Kind, period: Period, by: str, counts: tuple[int, int] | None = None) -> Report:
    """The report of that kind; ``counts`` are those of the national report and the portal, for 1.4."""
    known, office = cases(site), site.settings.office.name
    if kind == "kpi":
        citizens = _rows(site, f"SELECT DISTINCT {_NATIONAL} AS code FROM v_thu_tuc WHERE cua_cong_dan")
        return kpi(known, period, by, office, frozenset(row["code"] for row in citizens), counts)
    as_of = min(period.last, site.now().date())
    here = list(_standings(site, as_of))
    if kind == "digitization":
        return digitization(known, period, by, office, _work(site, period, here), _backlog(here, as_of), as_of)
    keyed = [
        Keyed(fact.body.get("type", UNKNOWN), fact.body.get("field", UNKNOWN), fact.body.get("same") == "yes")
        for fact in site.ledger.facts(KEYED)
        if period.holds(_day(fact.at))
    ]
    return quality(list(_papers(site, period, by, known, here)), keyed, period, by, office)


def cases(site: Site) -> list[Case]:
    """Every dossier that the warehouse knows; one for which a paper was drawn on that office or store held is reused."""
    drawn = {fact.body["for"] for kind in ("drawn-on", "store-drawn") for fact in site.ledger.facts(kind)}
    known = [Case(**row) for row in _rows(site, _CASES)]
    return [replace(case, reused=True) if case.code in drawn else case for case in known] if drawn else known


def _rows(site: Site, sql: str, *parameters: object) -> list[dict[str, Any]]:
    answer = site.warehouse.query(sql, parameters)
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]


def _day(instant: str) -> date:
    return date.fromisoformat(instant[:10])


def _standings(site: Site, as_of: date) -> Iterator[Standing]:
    """Dossiers that had arrived by that day."""
    for dossier in dossiers(site):
        here = standing(site, dossier)
        if _day(here.dossier.received) <= as_of:
            yield here


def _work(site: Site, period: Period, here: list[Standing]) -> list[Work]:
    days: dict[date, Work] = {}
    for one in here:
        day = _day(one.dossier.received)
        if period.holds(day):
            was = days.get(day, Work(day))
            days[day] = replace(was, dossiers=was.dossiers + 1, pages_in=was.pages_in + one.pages_in)
    for row in _rows(site, _SIGNED, period.first.isoformat(), period.last.isoformat()):
        day = _day(row["day"])
        days[day] = replace(days.get(day, Work(day)), documents=row["documents"], pages=row["pages"])
    return [days[day] for day in sorted(days)]


_STATES = {
    "waiting": "Văn bản chờ người kiểm tra", "ready": "Văn bản chờ duyệt", "approved": "Văn bản đã duyệt, chờ ký",
    "unstamped": "Văn bản đã ký, chờ dấu thời gian", "sealed": "Văn bản được ký sau ngày này",
}  # fmt: skip


def _backlog(here: list[Standing], as_of: date) -> list[tuple[str, int]]:
    """What was not signed by the end of that day."""
    states: Counter[str] = Counter()
    unread = quarantined = oldest = 0
    for one in here:
        if one.duplicate_of:
            continue
        if one.outcome is None:
            unread += 1
        waits = one.outcome is None
        quarantined += len(one.outcome.quarantined) if one.outcome else 0
        for document, state in one.states.items():
            if state != "sealed" or _day(one.sealed[document].at) > as_of:
                states[state] += 1
                waits = True
        if waits:
            oldest = max(oldest, (as_of - _day(one.dossier.received)).days)
    return [
        ("Hồ sơ đã nhận, chưa đọc xong", unread),
        *((title, states[state]) for state, title in _STATES.items()),
        ("Tệp bị loại, cần quét lại", quarantined),
        ("Hồ sơ chờ lâu nhất (ngày)", oldest),
    ]


def _papers(site: Site, period: Period, by: str, known: list[Case], here: list[Standing]) -> Iterator[Paper]:
    span = (period.first.isoformat(), period.last.isoformat())
    by_code = {case.code: case for case in known}
    fields: dict[str, list[FieldCount]] = {}
    for row in _rows(site, _FIELDS, *span):
        fields.setdefault(row["document"], []).append(FieldCount(row["name"], row["status"], row["person"]))
    qualities: dict[str, list[float]] = {}
    for row in _rows(site, _PAGES, *span):
        qualities.setdefault(row["document"], []).append(row["quality"])
    loaded = set()
    for row in _rows(site, _DOCUMENTS, *span):
        id_ = row["document"]
        loaded.add(id_)
        yield Paper(
            id_, _day(row["day"]), row["type"], _group(by, row["code"] or row["dossier"], row["day"], by_code),
            row["verdict"] == "clear", True, row["decided"], row["engine"], tuple(fields.get(id_, ())),
            tuple(qualities.get(id_, ())),
        )  # fmt: skip
    for one in here:
        if one.outcome is not None and period.holds(_day(one.dossier.received)):
            for record in one.outcome.records:
                if record.document.id not in loaded:
                    yield _waiting(one, record, by, by_code)


def _waiting(one: Standing, record: Record, by: str, by_code: dict[str, Case]) -> Paper:
    """A paper that is not in the warehouse yet. Which engine read it stands with its readings: not looked up."""
    outcome = one.outcome
    code = (outcome.codes.get(record.document.id, outcome.code) if outcome else "") or one.dossier.id
    of = {page.ref: page.quality for page in (outcome.pages if outcome else ()) if page.kind == "paper"}
    return Paper(
        record.document.id, _day(one.dossier.received), record.document.type,
        _group(by, code, one.dossier.received, by_code), record.verdict == "clear", False, False, "",
        tuple(FieldCount(field.name, field.status, field.source == "person") for field in record.fields),
        tuple(of[ref] for ref in record.document.pages if ref in of),
    )  # fmt: skip


def _group(by: str, code: str, day: str, by_code: dict[str, Case]) -> str:
    """The group of a paper: its month of arrival, or agency or procedure of its dossier."""
    if by == "month":
        return day[:7]
    case = by_code.get(code)
    return key_of(case, by)[1] if case else UNKNOWN
