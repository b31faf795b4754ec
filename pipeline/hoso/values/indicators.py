"""The indicators of Decision 766/QĐ-TTg that digitization is judged by, each as a condition on one dossier. Pure.

Owns the formulae: group 4 (4.1 to 4.5), 1.4, 2.1, and true reuse, as transcribed in "Mô tả công thức tính chỉ số 766".
A condition is True, False or None where nothing Hoso holds tells it. Never divides (``rates``), never lays out a report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from hoso.values.periods import Period
from hoso.values.rates import Share, both, either, percent, share

__all__ = [
    "INDICATORS", "Case", "Indicator", "component_digital", "indicator", "on_time", "population", "population_procedures",
    "result_digital", "settled", "synchronised",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """One dossier as the warehouse's ``v_chi_so_ho_so`` shows it; None is not known. ``papers``, ``components`` and
    ``results`` count its signed papers in Hoso; the other flags are marks of the one-stop system and the national portal:
    ``marked_digital`` HoSoCoThanhPhanSoHoa or DuocSoHoa = 1, ``reused`` DuocTaiSuDung = 2, ``from_store`` DuocLayTuKhoDMQG,
    ``result_link`` a synced link to the result's file, ``verified`` TaiKhoanDuocXacThucVoiVNeID, ``population`` a MaCSDL of
    the population database, ``synced`` when it was synced to the portal. ``state`` is TrangThaiHoSo 1..10."""

    code: str
    received: date | None = None
    agency: str | None = None
    agency_name: str | None = None
    procedure: str | None = None
    procedure_name: str | None = None
    needs_result: bool | None = None
    citizens: bool | None = None
    due: date | None = None
    ended: date | None = None
    state: int | None = None
    waited: int | None = None
    supplements: int | None = None
    papers: int = 0
    components: int = 0
    results: int = 0
    marked_digital: bool | None = None
    reused: bool | None = None
    from_store: bool | None = None
    result_link: bool | None = None
    verified: bool | None = None
    population: bool | None = None
    synced: str | None = None
    received_from: str | None = None


def component_digital(case: Case) -> bool | None:
    """Whether at least one file is attached among the components: a signed component in Hoso, or the mark of the portal.
    Not known of a dossier that Hoso holds no paper of and the one-stop system says nothing of."""
    if case.components or case.marked_digital:
        return True
    return False if case.papers or case.marked_digital is False else None


def result_digital(case: Case) -> bool | None:
    """Whether the result is there as a file: a signed result paper in Hoso, or a synced link to one."""
    if case.results or case.result_link:
        return True
    return False if case.papers or case.result_link is False else None


def settled(case: Case) -> bool | None:
    """Whether the dossier is settled: state 9 or 10, or where no state is known an end day or a result paper."""
    if case.state is not None:
        return case.state in (9, 10)
    return True if case.ended is not None or case.results else None


def on_time(case: Case, last: date) -> bool | None:
    """2.1: NgayKetThucXuLy <= NgayHenTra, the wait for supplements taken off; a second request for supplements is late; a
    dossier without an end state (9, 10, 8, 3) is taken to the ``last`` day of the period. Days, no hours: the warehouse
    keeps no more."""
    if case.supplements is not None and case.supplements >= 2:
        return False
    if case.state in (3, 8, 9, 10):
        end = case.ended
    elif case.state is not None:
        end = last
    else:
        end = case.ended
    if end is None or case.due is None:
        return None
    return end - timedelta(days=case.waited or 0) <= case.due


def population(case: Case) -> bool | None:
    """The marks of 4.5: an account verified by VNeID, a paper out of the national store, or the population database."""
    return either(case.verified, case.from_store, case.population)


def _synced(case: Case) -> bool | None:
    return True if case.synced else None


@dataclass(frozen=True, slots=True)
class Indicator:
    """``belongs`` says whether a dossier received in the period is in the denominator, ``meets`` whether it is in the
    numerator. ``most`` are the points; ``scored``: by the 80 % rule, which is known for 4.2 and 4.3 alone. ``lacking``
    says in Vietnamese where the marks would have come from."""

    id: str
    title: str
    most: int | None
    belongs: Callable[[Case], bool | None]
    meets: Callable[[Case, Period], bool | None]
    lacking: str
    scored: bool = False


def _all(_: Case) -> bool:
    return True


_PORTAL = "chưa có dấu đồng bộ của Cổng Dịch vụ công quốc gia"
_COURSE = "chưa có tiến trình của hệ thống một cửa"

INDICATORS = (
    Indicator("2.1", "Hồ sơ giải quyết đúng hạn", 20, _all, lambda c, p: on_time(c, p.last), _COURSE),
    Indicator("4.1", "Hồ sơ có cấp kết quả điện tử", 6, lambda c: c.needs_result, lambda c, _: c.result_link,
              f"{_PORTAL} hoặc chưa rõ thủ tục có phải trả kết quả bằng văn bản"),
    Indicator("4.2", "Hồ sơ thực hiện số hóa", 4, _all, lambda c, _: both(component_digital(c), either(
              None if c.needs_result is None else not c.needs_result, result_digital(c))),
              "chưa rõ thành phần, kết quả hoặc thủ tục có phải trả kết quả bằng văn bản", True),
    Indicator("4.3", "Khai thác, sử dụng lại dữ liệu số hóa", 2, _all, lambda c, _: c.marked_digital, _PORTAL, True),
    Indicator("4.3*", "Tái sử dụng thực sự (DuocTaiSuDung = 2)", None, _all, lambda c, _: c.reused, _PORTAL),
    Indicator("4.4", "Hồ sơ được số hóa có kết nối, chia sẻ", 4, _all, lambda c, _: either(c.from_store, c.result_link),
              _PORTAL),
    Indicator("4.5b", "Hồ sơ sử dụng dữ liệu dân cư", 2, _all, lambda c, _: population(c), _PORTAL),
)  # fmt: skip
"""Those that are a share of dossiers. 1.4 (:func:`synchronised`) and 4.5a (:func:`population_procedures`) are not."""


def indicator(of: Indicator, cases: Iterable[Case], period: Period) -> Share:
    """``of`` over the dossiers received in the period. A dossier without NgayTiepNhan is not counted."""
    return share((of.belongs(case), of.meets(case, period)) for case in cases if period.holds(case.received))


def population_procedures(cases: Iterable[Case], period: Period, citizens: frozenset[str]) -> Share:
    """4.5a: procedures with a dossier of the period that bears a mark of :func:`population`, among ``citizens``, the codes
    of the procedures for citizens. One whose dossiers may bear one is unknown, one without dossiers is not."""
    found: dict[str, list[bool | None]] = {}
    for case in cases:
        if period.holds(case.received) and case.procedure in citizens:
            found.setdefault(case.procedure or "", []).append(population(case))
    return share((True, either(False, *found.get(code, ()))) for code in citizens)


def synchronised(cases: Iterable[Case], period: Period, reported: int, portal: int) -> Share:
    """1.4: dossiers received in the period and synced, by the larger of the national report's count and the portal's. A
    dossier without a day of syncing is unknown. Where more are synced than either counts, the counts cannot be right: the
    share has no rate."""
    found = [_synced(case) for case in cases if period.holds(case.received)]
    hits, unknown, of = found.count(True), found.count(None), max(reported, portal)
    if hits > of:
        return Share(hits, of, unknown, None, None)
    high = min(hits + unknown, of)
    return Share(hits, of, high - hits, percent(hits, of), percent(high, of))
