"""The report "quality": how much clears without a person, which fields are doubtful, what persons changed, how often a
second keying finds an error, how good the pages are, which engines read.

Owns what is counted over :class:`Paper`, released and waiting alike: a report on released papers alone would flatter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from hoso.stages.reports.groups import TITLES, UNKNOWN
from hoso.values.periods import Period
from hoso.values.rates import percent, wilson
from hoso.values.reports import Bar, Cell, Chart, Column, Report, Sheet

__all__ = ["FieldCount", "Keyed", "Paper", "quality"]

_GRADES = (("tốt", 0.8), ("khá", 0.6), ("kém", 0.4), ("rất kém", 0.0))


@dataclass(frozen=True, slots=True)
class FieldCount:
    """Fields of one name in one paper: ``status`` is clear, doubtful, missing or empty; ``person``: keyed by a person."""

    name: str
    status: str
    person: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """A document that came in on ``day``. ``clear``: its verdict; ``released``: signed; ``decided``: a named person let it
    through; ``qualities`` are of its pages, 0..1."""

    id: str
    day: date
    type: str
    group: str
    clear: bool
    released: bool
    decided: bool
    engine: str
    fields: tuple[FieldCount, ...]
    qualities: tuple[float, ...]

    @property
    def straight(self) -> bool:
        """Clear, and no field of it keyed by a person."""
        return self.clear and not any(field.person for field in self.fields)


@dataclass(frozen=True, slots=True)
class Keyed:
    """A field that a second person keyed blindly; ``same``: as it stood."""

    type: str
    field: str
    same: bool


def quality(papers: Sequence[Paper], keyed: Sequence[Keyed], period: Period, by: str, office: str) -> Report:
    """``papers`` and ``keyed`` are those of the period."""
    groups: dict[str, list[Paper]] = {}
    for paper in papers:
        groups.setdefault(paper.group, []).append(paper)
    parts = [(g, groups[g]) for g in sorted(groups, key=lambda g: (g == UNKNOWN, g))]
    fields = _fields(papers)
    doubtful = sorted(fields, key=lambda row: (-int(str(row[3])) - int(str(row[4])), str(row[0]), str(row[1])))[:15]
    return Report(
        "quality", period.name, by, f"Chất lượng số hóa, {period.title}", office,
        (
            Sheet("straight", "Giấy tờ qua thẳng, không cần người",
                  (Column("group", TITLES[by], "text"), *_STRAIGHT),
                  tuple(_straight(t, m) for t, m in [("Tất cả", list(papers)), *parts])),
            Sheet("types", "Qua thẳng theo loại giấy tờ", (Column("type", "Loại", "text"), *_STRAIGHT),
                  tuple(_straight(t, [p for p in papers if p.type == t]) for t in sorted({p.type for p in papers}))),
            Sheet("fields", "Trường theo loại giấy tờ", _FIELDS, tuple(fields)),
            Sheet("errors", "Sai sót tìm thấy khi nhập lại lần hai", _ERRORS, tuple(_errors(keyed))),
            Sheet("pages", "Chất lượng trang", (Column("grade", "Mức", "text"), Column("pages", "Trang"),
                  Column("rate", "Tỷ lệ (%)", "rate")), tuple(_pages(papers))),
            Sheet("engines", "Bộ nhận dạng", (Column("engine", "Bộ nhận dạng", "text"), Column("documents", "Văn bản")),
                  tuple(sorted(Counter(p.engine or UNKNOWN for p in papers).items()))),
        ),
        (
            Chart(f"Tỷ lệ qua thẳng theo {TITLES[by].lower()} (%)", ("Qua thẳng",),
                  tuple(Bar(t, (percent(sum(p.straight for p in m), len(m)),)) for t, m in parts[:30]), "%"),
            Chart("Trường cần kiểm tra nhiều nhất", ("Nghi ngờ", "Thiếu"),
                  tuple(Bar(f"{r[0]}: {r[1]}", (int(str(r[3])), int(str(r[4])))) for r in doubtful if r[3] or r[4])),
            Chart("Chất lượng trang", ("Trang",), tuple(Bar(str(r[0]), (int(str(r[1])),)) for r in _pages(papers))),
        ),
        tuple(_notes(papers, keyed)), not papers and not keyed,
    )  # fmt: skip


_STRAIGHT = (
    Column("documents", "Văn bản"), Column("straight", "Qua thẳng"), Column("rate", "Tỷ lệ (%)", "rate"),
    Column("released", "Đã ký"), Column("undecided", "Ký theo ủy nhiệm"), Column("waiting", "Đang chờ"),
    Column("corrected", "Có người sửa"),
)  # fmt: skip
_FIELDS = (
    Column("type", "Loại", "text"), Column("field", "Trường", "text"), Column("count", "Số lượng"),
    Column("doubtful", "Nghi ngờ"), Column("missing", "Thiếu"), Column("rate", "Cần xem (%)", "rate"),
    Column("person", "Người nhập"),
)  # fmt: skip
_ERRORS = (
    Column("type", "Loại", "text"), Column("field", "Trường", "text"), Column("keyed", "Đã nhập lại"),
    Column("errors", "Sai"), Column("rate", "Tỷ lệ sai (%)", "rate"), Column("low", "Thấp nhất 95 % (%)", "rate"),
    Column("high", "Cao nhất 95 % (%)", "rate"),
)  # fmt: skip


def _straight(title: str, papers: Sequence[Paper]) -> tuple[Cell, ...]:
    passed, released = sum(p.straight for p in papers), sum(p.released for p in papers)
    return (
        title, len(papers), passed, percent(passed, len(papers)), released,
        sum(p.released and not p.decided for p in papers), len(papers) - released,
        sum(any(f.person for f in p.fields) for p in papers),
    )  # fmt: skip


def _fields(papers: Iterable[Paper]) -> list[tuple[Cell, ...]]:
    found: dict[tuple[str, str], list[FieldCount]] = {}
    for paper in papers:
        for field in paper.fields:
            found.setdefault((paper.type, field.name), []).append(field)
    rows: list[tuple[Cell, ...]] = []
    for (type_, name), fields in sorted(found.items()):
        status = Counter(field.status for field in fields)
        rate = percent(status["doubtful"] + status["missing"], len(fields))
        persons = sum(field.person for field in fields)
        rows.append((type_, name, len(fields), status["doubtful"], status["missing"], rate, persons))
    return rows


def _errors(keyed: Sequence[Keyed]) -> Iterable[tuple[Cell, ...]]:
    """All of them first, then by type and field."""
    names = sorted({(k.type, k.field) for k in keyed})
    for type_, field in [("Tất cả", ""), *names]:
        told = [k.same for k in keyed if not field or (k.type, k.field) == (type_, field)]
        wrong, interval = told.count(False), wilson(told.count(False), len(told))
        bounds = (None, None) if interval is None else tuple(map(_percent, interval))
        yield type_, field, len(told), wrong if told else None, percent(wrong, len(told)), *bounds


def _percent(value: float) -> Decimal:
    return (Decimal(repr(value)) * 100).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _pages(papers: Iterable[Paper]) -> list[tuple[Cell, ...]]:
    told = [next(name for name, least in _GRADES if q >= least) for p in papers for q in p.qualities]
    return [(name, told.count(name), percent(told.count(name), len(told))) for name, _ in _GRADES] if told else []


def _notes(papers: Sequence[Paper], keyed: Sequence[Keyed]) -> Iterable[str]:
    if not papers:
        yield "Không có giấy tờ nào tiếp nhận trong kỳ."
    yield "Tính trên giấy tờ quét vào trong kỳ, cả đã ký và đang chờ."
    yield "Qua thẳng: đủ điều kiện ngay, không trường nào do người nhập."
    if not keyed:
        yield "Tỷ lệ sai: N/A, vì trong kỳ chưa có lần nhập lại thứ hai nào; số sửa của người dùng không thay được nó."
    else:
        yield "Tỷ lệ sai kèm khoảng tin cậy Wilson 95 %."
    yield "Mức trang: tốt từ 0,8; khá từ 0,6; kém từ 0,4; dưới nữa là rất kém."
