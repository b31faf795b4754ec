"""The report "digitization": the provincial table, work a day, backlog, deadlines at risk.

Owns what each column counts. The table counts the dossiers *received* in the period, whenever they were settled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from hoso.stages.reports.groups import TITLES, grouped, key_of, received
from hoso.values.indicators import Case, component_digital, result_digital, settled
from hoso.values.periods import Period
from hoso.values.reports import Bar, Cell, Chart, Column, Report, Sheet

__all__ = ["SOON", "Work", "digitization"]

SOON = 3
"""Days before its day of return from which an unsettled dossier is at risk."""


@dataclass(frozen=True, slots=True)
class Work:
    """What one day brought: dossiers and pages received, documents and pages signed into the warehouse."""

    day: date
    dossiers: int = 0
    pages_in: int = 0
    documents: int = 0
    pages: int = 0


_FLAGS: tuple[tuple[str, str, Callable[[Case], bool | None]], ...] = (
    ("component_not_digital", "Chưa số hóa TPHS", lambda c: _not(component_digital(c))),
    ("component_digital", "Có số hóa TPHS", component_digital),
    ("component_reused", "Có tái sử dụng thành phần", lambda c: c.reused),
    ("portal_reused", "Có tái sử dụng từ cổng DVCQG", lambda c: c.from_store),
    ("settled", "Đã giải quyết", settled),
    ("result_not_digital", "KQ chưa số hóa", lambda c: _settled(c, _not(result_digital(c)))),
    ("result_digital", "KQ đã số hóa", lambda c: _settled(c, result_digital(c))),
)


def digitization(
    cases: Sequence[Case], period: Period, by: str, office: str, work: Sequence[Work], backlog: Sequence[tuple[str, int]],
    as_of: date,
) -> Report:  # fmt: skip
    """``backlog`` are (what waits, how many) as of the day ``as_of``; ``work`` the days of the period that brought any."""
    here = received(cases, period)
    parts = [("Tất cả", here), *grouped(here, by)]
    group = Column("group", TITLES[by], "text")
    table = Sheet(
        "province", "Kết quả số hóa hồ sơ",
        (group, Column("received", "Tiếp nhận"), *(Column(name, title) for name, title, _ in _FLAGS)),
        tuple((title, len(members), *(_count(f, members) for _, _, f in _FLAGS)) for title, members in parts),
    )  # fmt: skip
    open_ = Sheet(
        "unknown", "Số hồ sơ chưa rõ ở từng cột",
        (group, *(Column(f"unknown_{name}", title) for name, title, _ in _FLAGS)),
        tuple((title, *(sum(f(c) is None for c in members) for _, _, f in _FLAGS)) for title, members in parts),
    )  # fmt: skip
    risks = _risks(cases, as_of, by)
    return Report(
        "digitization", period.name, by, f"Báo cáo số hóa hồ sơ, {period.title}", office,
        (table, open_, _works(work), Sheet(
            "backlog", f"Tồn đọng đến hết ngày {as_of:%d/%m/%Y}", (Column("what", "Nội dung", "text"),
            Column("count", "Số lượng")), tuple(backlog)), risks),
        (
            Chart("Thành phần hồ sơ theo nhóm", ("Có số hóa", "Chưa số hóa", "Chưa rõ"),
                  tuple(Bar(title, _three(members, component_digital)) for title, members in parts[1:31])),
            Chart("Kết quả của hồ sơ đã giải quyết", ("Đã số hóa", "Chưa số hóa", "Chưa rõ"),
                  tuple(Bar(title, _three([c for c in members if settled(c)], result_digital))
                        for title, members in parts[1:31])),
            Chart("Trang đã ký vào kho mỗi ngày", ("Trang",), tuple(_bars(work, period))),
        ),
        tuple(_notes(cases, here)), not here and not work,
    )  # fmt: skip


def _not(condition: bool | None) -> bool | None:
    return None if condition is None else not condition


def _settled(case: Case, condition: bool | None) -> bool | None:
    """``condition`` of settled dossiers; False of others."""
    done = settled(case)
    return condition if done else done


def _count(meets: Callable[[Case], bool | None], cases: Sequence[Case]) -> int | None:
    """How many surely meet it; None where none does and some may."""
    told = [meets(case) for case in cases]
    return told.count(True) or (None if None in told else 0)


def _three(cases: Sequence[Case], meets: Callable[[Case], bool | None]) -> tuple[int, int, int]:
    told = [meets(case) for case in cases]
    return told.count(True), told.count(False), told.count(None)


def _works(work: Sequence[Work]) -> Sheet:
    rows: list[tuple[Cell, ...]] = [(w.day, w.dossiers, w.pages_in, w.documents, w.pages) for w in work]
    if rows:
        total = [sum(getattr(w, name) for w in work) for name in ("dossiers", "pages_in", "documents", "pages")]
        rows.append(("Tổng", *total))
    columns = (
        Column("day", "Ngày", "date"), Column("dossiers", "Hồ sơ quét vào"), Column("pages_in", "Trang quét vào"),
        Column("documents", "Văn bản đã ký"), Column("pages", "Trang đã ký"),
    )  # fmt: skip
    return Sheet("work", "Công việc mỗi ngày", columns, tuple(rows))


def _bars(work: Sequence[Work], period: Period) -> Iterable[Bar]:
    """A bar a day of a month, a month of anything longer."""
    if len(period.months) == 1:
        yield from (Bar(f"{w.day:%d/%m}", (w.pages,)) for w in work)
        return
    for month in period.months:
        yield Bar(month, (sum(w.pages for w in work if f"{w.day:%Y-%m}" == month),))


def _risks(cases: Sequence[Case], as_of: date, by: str) -> Sheet:
    """Dossiers whose day of return has passed or comes within SOON days and which are not surely settled by ``as_of``."""
    rows: list[tuple[Cell, ...]] = []
    for case in sorted(cases, key=lambda c: (str(c.due), c.code)):
        if case.received is None or case.due is None or case.received > as_of:
            continue
        done = settled(case) or case.state in (3, 7, 8)
        left = (case.due - as_of).days + (case.waited or 0)
        if left > SOON or (done and (case.ended is None or case.ended <= as_of)):
            continue
        course = "" if case.state is not None or done else "chưa rõ đã kết thúc hay chưa"
        rows.append((case.code, key_of(case, by)[1], case.received, case.due, left, "; ".join(
            filter(None, ("quá hạn" if left < 0 else "sắp đến hạn", course)))))  # fmt: skip
    columns = (
        Column("code", "Mã hồ sơ", "text"), Column("group", TITLES[by], "text"), Column("received", "Tiếp nhận", "date"),
        Column("due", "Hẹn trả", "date"), Column("days_left", "Còn (ngày)"), Column("state", "Tình trạng", "text"),
    )  # fmt: skip
    return Sheet("risks", f"Hồ sơ quá hạn hoặc còn không quá {SOON} ngày", columns, tuple(rows))


def _notes(cases: Sequence[Case], here: Sequence[Case]) -> Iterable[str]:
    if not here:
        yield "Không có hồ sơ nào tiếp nhận trong kỳ."
    if undated := sum(case.received is None for case in cases):
        yield f"{undated} hồ sơ không có ngày tiếp nhận, không tính vào kỳ nào."
    yield "TPHS: thành phần hồ sơ; KQ: kết quả. Tính trên hồ sơ tiếp nhận trong kỳ, kể cả khi giải quyết sau kỳ."
    yield "N/A: chưa có dữ liệu để biết; không phải 0. Nơi có hồ sơ chưa rõ, con số là mức ít nhất."
