"""Phiếu kiểm soát quá trình giải quyết hồ sơ: which desk handed a dossier to which, when, and whether in time.

Owns: the sheet's labels and its table of handovers. Never: the law's terms for any procedure.

Labels: Circular 01/2018/TT-VPCP, form 05; Circular 03/2025/TT-VPCP, form 06.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random

from tools.papers import civil, ink
from tools.papers.civil import Filler
from tools.papers.fonts import Face
from tools.papers.paper import Paper, look
from tools.papers.people import Case, full_name
from tools.papers.sheet import BLACK, Hand
from tools.papers.typeset import Book, Run, break_lines, place, words_of

__all__ = ["LAYOUTS", "draw"]

#: sheet: the form, times by pen now and then; system: printed by a dossier system; plain: other headings, no names;
#: merged: one heading over the time, wide cells (held out)
LAYOUTS = ("sheet", "system", "plain", "merged")

_DESKS = (
    "Bộ phận Tiếp nhận và Trả kết quả", "Phòng Quản lý vận tải", "Lãnh đạo Sở", "Văn thư", "Phòng Chuyên môn",
    "Trung tâm Phục vụ hành chính công", "Phòng Quản lý đô thị", "Lãnh đạo Phòng", "Chi nhánh Văn phòng Đăng ký",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Step:
    giver: str
    taker: str
    at: datetime
    result: str
    note: str


def draw(rng: Random, case: Case, layout: str, held_out_font: bool = False, hand: bool | None = None) -> Paper:
    """The control sheet of the case's dossier."""
    looks = civil.tightened(look(rng, held_out_font, small=True))
    book, face = looks.book(numbered=False), looks.face
    by_hand = hand if hand is not None else (layout == "sheet" and rng.random() < 0.5)
    form = Filler(
        book, looks, "none" if layout in {"system", "merged"} else rng.choice(("after", "under")), None, BLACK,
        rng.random() < 0.3, rng.uniform(1.06, 1.3),
    )  # fmt: skip
    civil.agency_head(book, looks, case.counter, rng)
    form.title("PHIẾU KIỂM SOÁT QUÁ TRÌNH GIẢI QUYẾT HỒ SƠ", rng.uniform(0.5, 2))
    book.y += face.size * 0.6
    form.line(rng.choice(("Mã hồ sơ:", "Mã hồ sơ:", "Mã số hồ sơ:")), form.fill(case.code, "ma_ho_so"))
    solver, helper = rng.sample(_DESKS[1:], 2)
    solve = {"plain": "Cơ quan giải quyết hồ sơ:"}.get(layout, "Cơ quan (bộ phận) giải quyết hồ sơ:")
    form.line(solve, form.fill(solver, "co_quan"))
    fields: dict[str, object] = {"ma_ho_so": case.code, "co_quan": solver}
    helped = rng.random() < 0.6
    asked = rng.choice(("Cơ quan phối hợp giải quyết hồ sơ:", "Cơ quan phối hợp:"))
    form.line(asked, form.fill(helper if helped else "", "co_quan_phoi_hop"))
    if helped:
        fields["co_quan_phoi_hop"] = helper
    steps = _steps(rng, case, solver)
    rows = _table(book, form, layout, steps, looks.pen if by_hand else None, looks.pen_colour, rng)
    fields["qua_trinh"] = rows
    held = (f"layout:{layout}",) if layout == LAYOUTS[-1] else ()
    return Paper(
        "phieu_kiem_soat",
        book.pages,
        fields,
        layout,
        face.family,
        hand=("qua_trinh",) if by_hand else (),
        held_out=held,
    )


def _steps(rng: Random, case: Case, solver: str) -> list[_Step]:
    desks = [
        _DESKS[0],
        solver,
        *rng.sample([d for d in _DESKS[2:] if d != solver], rng.choice((0, 1, 1, 2))),
        _DESKS[0],
    ]
    at = datetime.combine(case.received, time(rng.choice((8, 9, 10, 14, 15)), rng.choice((0, 5, 15, 30, 45))))
    steps = []
    for giver, taker in itertools.pairwise(desks):
        result = rng.choice(("Đúng hạn", "Đúng hạn", "Trước hạn", "Quá hạn"))
        note = rng.choice(("", "", "", "Đủ hồ sơ", "Chuyển kèm dự thảo"))
        steps.append(_Step(giver, taker, at, result, note))
        at += timedelta(days=rng.randint(1, 3))
        at = at.replace(hour=rng.choice((8, 9, 10, 14, 15, 16)), minute=rng.choice((0, 10, 20, 30, 50)))
    return steps


def _table(
    book: Book, form: Filler, layout: str, steps: Sequence[_Step], pen: Hand | None, ink_colour: tuple[int, int, int],
    rng: Random,
) -> list[dict[str, str]]:  # fmt: skip
    """The ruled table; gives its rows as they are printed."""
    face = form.looks.face.but(size=form.looks.face.size - rng.uniform(0.3, 1.0))
    shares = (0.32, 0.33, 0.19, 0.16) if layout != "merged" else (0.28, 0.34, 0.22, 0.16)
    heads = (
        "TÊN CƠ QUAN" if layout != "plain" else "CƠ QUAN, BỘ PHẬN", "THỜI GIAN GIAO, NHẬN HỒ SƠ",
        "KẾT QUẢ GIẢI QUYẾT HỒ SƠ" if rng.random() < 0.7 else "KẾT QUẢ GIẢI QUYẾT", "GHI CHÚ",
    )  # fmt: skip
    edges = [book.left]
    for share in shares:
        edges.append(edges[-1] + share * book.width)
    book.y += 6
    bold = face.but(bold=True)
    titles: list[list[list[Run | str]]] = [[[Run(h)]] for h in heads]
    if rng.random() < 0.5:
        titles[2].append([Run("(Trước hạn/Đúng hạn/Quá hạn)", bold=False, italic=True)])
    _row(book, edges, titles, bold, centred=True)
    told: list[dict[str, str]] = []
    key = "qua_trinh"
    names = layout in {"sheet", "merged"}
    for step in steps:
        numbered = layout != "system" or rng.random() < 0.5
        one, two = ("1. ", "2. ") if numbered else ("", "")
        first, second = f"{one}Giao: {step.giver}", f"{two}Nhận: {step.taker}"
        clock, on = f"{step.at.hour} giờ {step.at.minute:02d} phút,", f"ngày {step.at:%d/%m/%Y}"
        if layout == "system" and rng.random() < 0.5:
            clock, on = f"{step.at:%H:%M}", f"{step.at:%d/%m/%Y}"
        when: list[list[Run | str]] = [[Run(clock, field=key)], [Run(on, field=key)]]
        if rng.random() < 0.4:
            when = [[Run(f"{clock} {on}", field=key)]]
        if pen is not None:
            when = [
                [
                    Run(str(step.at.hour), field=key, hand=pen, colour=ink_colour), " giờ ",
                    Run(f"{step.at.minute:02d}", field=key, hand=pen, colour=ink_colour), " phút,",
                ],
                ["ngày ", Run(f"{step.at:%d/%m/%Y}", field=key, hand=pen, colour=ink_colour)],
            ]  # fmt: skip
        if names:
            pair = (full_name(rng, False).split()[-1], full_name(rng, True).split()[-1])
            when += [["Người giao - Người nhận"], [" "], [" - ".join(pair)]]
        cells: list[list[list[Run | str]]] = [
            [[Run(first, field=key)], [Run(second, field=key)]], when, [[Run(step.result, field=key)]],
            [[Run(step.note, field=key)]],
        ]  # fmt: skip
        top = book.y
        _row(book, edges, cells, face)
        if names:
            for part in (0.28, 0.72):
                x = edges[1] + (edges[2] - edges[1]) * part
                book.page.stamp(ink.signature(x, max(top, book.y - 30), rng, rng.uniform(30, 46)))
        iso = step.at.strftime("%Y-%m-%dT%H:%M")
        told.append({"co_quan": f"{first} {second}", "thoi_gian": iso, "ket_qua": step.result, "ghi_chu": step.note})
    return told


def _row(
    book: Book,
    edges: Sequence[float],
    cells: Sequence[Sequence[Sequence[Run | str]]],
    face: Face,
    centred: bool = False,
) -> None:
    """One ruled row; each cell holds paragraphs, set in the middle of its height."""
    step = face.size * 1.2
    broken = []
    for index, cell in enumerate(cells):
        width = edges[index + 1] - edges[index] - 8
        broken.append([line for part in cell for line in (break_lines(words_of(part, face), width) or [[]])])
    height = max(len(b) for b in broken) * step + 8
    book.room(height)
    for index, lines in enumerate(broken):
        y = book.y + (height - len(lines) * step) / 2 + face.size * 0.95
        how = "left" if index == 0 and not centred else "centre"
        for line in lines:
            if line:
                place(book.page, line, edges[index] + 4, y, edges[index + 1] - edges[index] - 8, how)
            y += step
        book.page.frame((edges[index], book.y, edges[index + 1], book.y + height), 0.5)
    book.y += height
