"""The report "kpi": the indicators of Decision 766/QĐ-TTg over the dossiers received in a period, whole and by group.

Owns the lines, the points and the reasons of each N/A. The formulae are in ``values/indicators``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal

from hoso.stages.reports.groups import TITLES, grouped, received
from hoso.values.indicators import INDICATORS, Case, Indicator, indicator, population_procedures, synchronised
from hoso.values.periods import Period
from hoso.values.rates import Share, points
from hoso.values.reports import Bar, Cell, Chart, Column, Report, Sheet

__all__ = ["kpi"]

_LINES = (
    Column("id", "Mã", "text"), Column("indicator", "Chỉ tiêu", "text"), Column("hits", "Đạt"), Column("of", "Tổng"),
    Column("unknown", "Chưa rõ"), Column("rate", "Tỷ lệ (%)", "rate"), Column("rate_at_most", "Cao nhất (%)", "rate"),
    Column("most", "Điểm tối đa"), Column("points", "Điểm", "rate"), Column("reason", "Ghi chú", "text"),
)  # fmt: skip
_SOURCES = {"mot_cua": "hệ thống một cửa", "giay_tiep_nhan": "giấy tiếp nhận", "ma_ho_so": "mã hồ sơ"}


def kpi(
    cases: Sequence[Case],
    period: Period,
    by: str,
    office: str,
    citizens: frozenset[str],
    counts: tuple[int, int] | None,
) -> Report:
    """``citizens`` are the codes of procedures for citizens, ``counts`` what the national report and the portal count for
    the period, None where nobody said."""
    here = received(cases, period)
    lines = [_line(one, indicator(one, here, period), bool(here)) for one in INDICATORS]
    lines.append(_procedures(here, period, citizens))
    lines.append(_sync(here, period, counts))
    lines.sort(key=lambda line: str(line[0]))
    columns = (
        Column("group", TITLES[by], "text"), Column("dossiers", "Hồ sơ"),
        *(Column(f"rate_{one.id}".replace("*", "_true").replace(".", "_"), f"{one.id} (%)", "rate") for one in INDICATORS),
        Column("unknown", "Có mục chưa rõ"),
    )  # fmt: skip
    groups = [_group(title, members, period) for title, members in [("Tất cả", here), *grouped(here, by)]]
    charts = (
        Chart(
            "Tỷ lệ các chỉ tiêu (%)", ("Tỷ lệ",),
            tuple(Bar(f"{line[0]} {line[1]}", (_number(line[5]),)) for line in lines), "%", 80,
            "mức đủ điểm 80 % (4.2, 4.3)",
        ),
        Chart(
            f"4.2 Hồ sơ thực hiện số hóa theo {TITLES[by].lower()} (%)", ("Tỷ lệ",),
            tuple(Bar(str(row[0]), (_number(row[2 + _PLACE]),)) for row in groups[1:31]), "%", 80, "mức đủ điểm 80 %",
        ),
    )  # fmt: skip
    return Report(
        "kpi", period.name, by, f"Chỉ tiêu theo Quyết định 766/QĐ-TTg, {period.title}", office,
        (Sheet("indicators", "Chỉ tiêu", _LINES, tuple(lines)),
         Sheet("groups", f"Tỷ lệ theo {TITLES[by].lower()}", columns, tuple(groups))),
        charts, tuple(_notes(cases, here)), not here,
    )  # fmt: skip


_PLACE = [one.id for one in INDICATORS].index("4.2")


def _number(cell: Cell) -> Decimal | None:
    return cell if isinstance(cell, Decimal) else None


def _line(one: Indicator, found: Share, any_: bool) -> tuple[Cell, ...]:
    reason = "" if found.exact else "không có hồ sơ nào" if not any_ else ""
    earned = None
    if not reason and found.rate is None:
        reason = one.lacking if found.unknown else "không có hồ sơ thuộc diện"
    elif found.unknown:
        reason = f"ít nhất; {found.unknown} hồ sơ {one.lacking}"
    if one.scored and found.rate is not None:
        earned = points(found.hits, found.of, one.most or 0)
    elif found.rate is not None and one.most and not one.scored:
        reason = "; ".join(filter(None, (reason, "chưa có quy tắc chấm điểm được kiểm chứng")))
    known = found.rate is not None
    hits = found.hits if known else None
    high = found.high if found.unknown else found.rate
    return one.id, one.title, hits, found.of, found.unknown, found.rate, high, one.most, earned, reason


def _procedures(here: Sequence[Case], period: Period, citizens: frozenset[str]) -> tuple[Cell, ...]:
    title = "Thủ tục hành chính kết nối dữ liệu dân cư"
    one = Indicator("4.5a", title, 2, lambda _: None, lambda *_: None, "thủ tục chưa có dấu của Cổng Dịch vụ công")
    if not citizens:
        return one.id, title, None, None, None, None, None, 2, None, "chưa có danh mục thủ tục của công dân"
    line = _line(one, population_procedures(here, period, citizens), True)
    return (*line[:-1], str(line[-1]).replace("hồ sơ thủ tục", "thủ tục"))


def _sync(here: Sequence[Case], period: Period, counts: tuple[int, int] | None) -> tuple[Cell, ...]:
    title = "Đồng bộ hồ sơ lên Cổng Dịch vụ công quốc gia"
    one = Indicator("1.4", title, 6, lambda _: None, lambda *_: None, "chưa rõ đã đồng bộ")
    if counts is None:
        reason = "chưa có số hồ sơ của báo cáo quốc gia và của Cổng (--reported, --portal)"
        return one.id, title, None, None, None, None, None, 6, None, reason
    found = synchronised(here, period, *counts)
    if found.hits > found.of:
        reason = f"đã đồng bộ {found.hits} hồ sơ, nhiều hơn số đã khai {found.of}: hãy kiểm tra số đã khai"
        return one.id, title, found.hits, found.of, found.unknown, None, None, 6, None, reason
    return _line(one, found, True)


def _group(title: str, members: Sequence[Case], period: Period) -> tuple[Cell, ...]:
    shares = [indicator(one, members, period) for one in INDICATORS]
    open_ = sum(any(indicator(one, [c], period).unknown for one in INDICATORS) for c in members)
    return title, len(members), *(found.rate for found in shares), open_


def _notes(cases: Sequence[Case], here: Sequence[Case]) -> Iterable[str]:
    if not here:
        yield "Không có hồ sơ nào tiếp nhận trong kỳ."
    if undated := sum(case.received is None for case in cases):
        yield f"{undated} hồ sơ không có ngày tiếp nhận, không tính vào kỳ nào."
    sources = Counter(case.received_from for case in here)
    if told := [f"{_SOURCES[name]} {sources[name]}" for name in _SOURCES if sources[name]]:
        yield f"Ngày tiếp nhận lấy từ: {', '.join(told)}."
    yield "N/A: chưa có dữ liệu để biết, hoặc không có gì để tính; không phải 0. Nơi có mục chưa rõ, tỷ lệ là mức ít nhất."
    yield "4.3 tính đúng công thức (dấu số hóa); 4.3* đo tái sử dụng thực sự."
    yield "4.2, 4.3: từ 80 % được đủ điểm, dưới 80 % được tỷ lệ × điểm tối đa / 80 %."
