"""Giấy tiếp nhận hồ sơ và hẹn trả kết quả (Mẫu 01): the receipt a counter hands out.

Owns: the form's labels, its table of components and its bar or QR code. Never: a dossier's later papers.

Labels in their printed order: Circular 01/2018/TT-VPCP and Circular 03/2025/TT-VPCP, Mẫu số 01 (newer prints drop the
legal term and add fees). A code on the paper says the dossier code, as the provincial systems print it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from tools.papers import ink
from tools.papers.codes import code128, qr
from tools.papers.fonts import Face
from tools.papers.paper import Look, Paper, look, vietnamese_date
from tools.papers.people import Case, full_name
from tools.papers.sheet import WIDTH, Hand
from tools.papers.typeset import Book, Fill, Run, block, break_lines, form_line, place, table, words_of

__all__ = ["LAYOUTS", "draw"]

#: old: with the legal term, bar code; new: fees, QR; plain: no leaders, address before phone on one line, code as text
#: only; two_up: label column left, value column right in a ruled grid (held out)
LAYOUTS = ("old", "new", "plain", "two_up")

_LICENCE = (
    "Đổi giấy phép lái xe do ngành Giao thông vận tải cấp",
    "Cấp lại giấy phép lái xe",
    "Đổi giấy phép lái xe cho người có nhu cầu",
    "Cấp mới giấy phép lái xe cho người đạt kết quả sát hạch",
)
_COMPONENTS = (
    ("Đơn đề nghị đổi giấy phép lái xe theo mẫu quy định", "Bản chính"),
    ("Giấy khám sức khỏe của người lái xe do cơ sở y tế có thẩm quyền cấp", "Bản chính"),
    ("Bản sao giấy phép lái xe", "Bản sao"),
    ("Bản sao căn cước công dân hoặc căn cước", "Bản sao"),
    ("Hồ sơ gốc của giấy phép lái xe", "Bản chính"),
    ("Ảnh thẻ 3 x 4 cm nền xanh", "Bản chính"),
)


@dataclass(frozen=True, slots=True)
class _Row:
    number: str
    name: str
    copy: str
    count: str


def _working_day(day: date, after: int) -> date:
    while after:
        day += timedelta(days=1)
        after -= day.weekday() < 5
    return day


def _head(book: Book, looks: Look, case: Case, rng: Random) -> None:
    sheet, face, counter = book.page, looks.face, case.counter
    cut = book.left + book.width * 0.44
    head = face.but(size=min(face.size, 12.0))
    wanted = head.but(bold=True).width("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
    right_w = WIDTH - book.right - cut + 10
    head = head.but(size=min(head.size, head.size * right_w / wanted))
    y = book.top
    for row in counter.parent:
        y = block(sheet, [[row]], head, book.left - 16, y, cut - book.left + 10) + head.size * 1.2
    for row in counter.name:
        y = block(sheet, [[row]], head.but(bold=True), book.left - 16, y, cut - book.left + 10) + head.size * 1.2
    if rng.random() < 0.6:
        rows = rng.choice((("BỘ PHẬN TIẾP NHẬN", "VÀ TRẢ KẾT QUẢ"), ("BỘ PHẬN TIẾP NHẬN VÀ TRẢ KẾT QUẢ",)))
        for row in rows:
            y = (
                block(sheet, [[row]], head.but(bold=True, size=head.size - 1), book.left - 16, y, cut - book.left + 10)
                + head.size * 1.2
            )
    middle = (book.left - 16 + cut - 6) / 2
    sheet.rule(middle - 35, y - head.size * 0.8, middle + 35, y - head.size * 0.8)
    block(sheet, [["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"]], head.but(bold=True), cut, book.top, right_w)
    motto = head.but(bold=True, size=head.size + 0.8)
    block(sheet, [["Độc lập - Tự do - Hạnh phúc"]], motto, cut, book.top + head.size * 1.25, right_w)
    half = motto.width("Độc lập - Tự do - Hạnh phúc") / 2
    sheet.rule(
        cut + right_w / 2 - half,
        book.top + head.size * 1.25 + 3,
        cut + right_w / 2 + half,
        book.top + head.size * 1.25 + 3,
    )
    y2 = block(
        sheet, [[f"{counter.where}, ngày {vietnamese_date(case.received)}"]], head.but(italic=True), cut,
        book.top + head.size * 2.9, right_w,
    )  # fmt: skip
    book.y = max(y, y2) + face.size


def _code(book: Book, looks: Look, case: Case, manner: str, rng: Random) -> None:
    sheet, face = book.page, looks.face
    label = rng.choice(("Mã hồ sơ:", "Mã hồ sơ:", "Mã số hồ sơ:", "Số hồ sơ:"))
    if manner == "code128":
        module = rng.uniform(0.72, 0.9)
        box = code128(sheet, case.code, book.left, book.y - 4, module, rng.uniform(22, 32))
        y = box[3] + face.size
    elif manner == "qr":
        side = rng.uniform(52, 68)
        qr(sheet, case.code, book.left + rng.uniform(0, 8), book.y - 6, side)
        y = book.y + side + face.size * 0.9
    else:
        y = book.y + face.size
    block(
        sheet,
        [[f"{label} ", Run(case.code, field="ma_ho_so", bold=rng.random() < 0.4)]],
        face,
        book.left,
        y,
        book.width,
        "left",
    )
    book.y = y + face.size * 0.5


def _components(rng: Random) -> list[_Row]:
    first, *rest = _COMPONENTS
    chosen = [first, rest[0], *[c for c in rest[1:] if rng.random() < 0.6]]
    pad = rng.random() < 0.5
    return [_Row(str(i), name, copy, f"{1:02d}" if pad else "1") for i, (name, copy) in enumerate(chosen, 1)]


def _table(book: Book, looks: Look, rows: list[_Row], rng: Random) -> None:
    face = looks.face.but(size=looks.face.size - 0.7)
    columns = (
        ("STT", 0.08),
        ("Tên giấy tờ", 0.52),
        (rng.choice(("Bản chính/Bản sao", "Hình thức bản")), 0.24),
        ("Số lượng", 0.16),
    )
    book.y += 4
    name = "thanh_phan_ho_so"
    body = [[Run(v, field=name) for v in (item.number, item.name, item.copy, item.count)] for item in rows]
    table(book, columns, body, face)
    book.y += 2


def _signatures(book: Book, looks: Look, case: Case, rng: Random, hand: Hand | None) -> None:
    book.room(110)
    sheet, face, first = book.page, looks.face, len(book.page.lines)
    y = book.y + face.size * 1.8
    half = book.width / 2
    bold = face.but(bold=True, size=face.size - 0.5)
    block(sheet, [[rng.choice(("NGƯỜI NỘP HỒ SƠ", "NGƯỜI NỘP"))]], bold, book.left, y, half - 6)
    block(
        sheet,
        [[Run("(Ký và ghi rõ họ tên)", italic=True)]],
        face.but(size=face.size - 1),
        book.left,
        y + face.size * 1.2,
        half - 6,
    )
    block(sheet, [["NGƯỜI TIẾP NHẬN HỒ SƠ"]], bold, book.left + half, y, half)
    block(
        sheet,
        [[Run("(Ký và ghi rõ họ tên)", italic=True)]],
        face.but(size=face.size - 1),
        book.left + half,
        y + face.size * 1.2,
        half,
    )
    low = y + rng.uniform(66, 80)
    mine = [Run(case.person.name, hand=hand, colour=looks.pen_colour)]
    block(sheet, [mine], face, book.left, low, half - 6)
    clerk = full_name(rng, rng.random() < 0.7)
    block(sheet, [[Run(clerk, bold=True)]], face, book.left + half, low, half)
    sheet.columns(first, book.left + half - 3)
    sheet.stamp(ink.signature(book.left + half * 0.5, low - 28, rng, rng.uniform(50, 90)))
    at = book.left + half * 1.5
    sheet.stamp(ink.signature(at, low - 28, rng, rng.uniform(60, 100)))
    if rng.random() < 0.6:
        sheet.stamp(ink.seal(at - 45, low - 30, case.counter.seal, Face("Liberation Sans", 8), rng))
    book.y = low + face.size


def draw(
    rng: Random, case: Case, layout: str, held_out_font: bool = False, hand: bool | None = None,
    listed: Sequence[tuple[str, str]] = (), content: str = "",
) -> Paper:  # fmt: skip
    """The receipt of a case; ``hand``: the counter filled a blank form in by pen. ``listed`` are the components as (name,
    original or copy) and ``content`` the request, where they are not left to chance."""
    looks = look(rng, held_out_font, small=True)
    book, face = looks.book(numbered=False), looks.face
    by_hand = hand if hand is not None else (layout == "old" and rng.random() < 0.3)
    writer = looks.pen if by_hand else None
    colour = looks.pen_colour if by_hand else (18, 18, 22)
    bold_values = not by_hand and rng.random() < 0.4
    manner = {"plain": "none", "new": "after", "two_up": "none"}.get(
        layout, "under" if by_hand else rng.choice(("after", "under"))
    )
    who = case.person
    rows = _components(rng)
    if listed:
        rows = [_Row(str(i), name, copy, "1") for i, (name, copy) in enumerate(listed, 1)]
    due = _working_day(case.received, rng.choice((3, 5, 5, 7, 10, 15)))
    hour, minute = rng.choice((7, 8, 9, 10, 13, 14, 15, 16)), rng.choice((0, 5, 15, 20, 30, 42, 55))
    asked = rng.choice(_LICENCE)
    if rng.random() < 0.5:
        asked += f" hạng {case.vehicle_class}"
    content = content or asked

    identified = layout != "two_up" and rng.random() < 0.3
    _head(book, looks, case, rng)
    _code(book, looks, case, {"old": "code128", "new": "qr"}.get(layout, rng.choice(("none", "code128"))), rng)
    title = face.but(bold=True, size=face.size + rng.uniform(1, 2.5))
    book.y += title.size * 1.3
    book.y = block(book.page, [["GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ"]], title, book.left, book.y, book.width)
    if rng.random() < 0.7:
        liaison = rng.choice(
            (
                "(Liên: Lưu/ giao cho tổ chức, cá nhân nộp hồ sơ)",
                "(Liên: Giao cho tổ chức, cá nhân nộp hồ sơ)",
                "(Liên: Lưu)",
            )
        )
        book.y = block(book.page, [[Run(liaison, italic=True)]], face, book.left, book.y + face.size * 1.3, book.width)
    book.y += face.size * 0.5
    step = face.size * looks.leading * 1.08

    def line(*items: str | Run | Fill) -> None:
        book.room(step)
        book.y = form_line(book.page, book.left, book.y + step, book.width, items, face, looks.leading * 1.08)

    def fill(value: str, field: str | None = None, weight: float = 1.0) -> Fill:
        return Fill(value, field, weight, manner, bold_values, writer, colour)

    phone = who.phone if rng.random() < 0.6 else f"{who.phone[:4]} {who.phone[4:7]} {who.phone[7:]}"
    counter = f"{case.counter.short}"
    if layout == "two_up":
        _grid(book, looks, [
            ("Cơ quan tiếp nhận", counter, None), ("Tiếp nhận hồ sơ của", who.name, "ho_ten"),
            ("Địa chỉ", who.lives.text, "dia_chi"), ("Số điện thoại", phone, "so_dien_thoai"),
            ("Nội dung yêu cầu giải quyết", content, "noi_dung"),
        ])  # fmt: skip
    else:
        if rng.random() < 0.7:
            line("Bộ phận tiếp nhận và trả kết quả:", fill(counter))
        line(rng.choice(("Tiếp nhận hồ sơ của:", "Tiếp nhận hồ sơ của ông/bà:")), fill(who.name, "ho_ten"))
        if identified:
            line(rng.choice(("Số CCCD/Hộ chiếu:", "Số định danh cá nhân:")), fill(who.number, "so_cccd"))
        if layout == "plain" and rng.random() < 0.5:
            line("Số điện thoại:", fill(phone, "so_dien_thoai"), "Email:", Fill("", None, 1.0, manner))
            line("Địa chỉ:", fill(who.lives.text, "dia_chi"))
        else:
            line("Địa chỉ:", fill(who.lives.text, "dia_chi"))
            line(
                "Số điện thoại:",
                fill(phone, "so_dien_thoai"),
                "Email:",
                Fill("", None, 1.0, "after" if manner != "none" else "none"),
            )
        line(
            rng.choice(("Nội dung yêu cầu giải quyết:", "Nội dung yêu cầu giải quyết:", "Nội dung giải quyết:")),
            fill(content, "noi_dung"),
        )
    line(rng.choice(("1. Thành phần hồ sơ nộp gồm:", "1. Thành phần hồ sơ gồm:")))
    _table(book, looks, rows, rng)
    line("2. Số lượng hồ sơ:", fill("01", weight=0.2), "(bộ)")
    number = 3
    if layout != "new":
        line(
            f"{number}. Thời gian giải quyết hồ sơ theo quy định là:",
            fill(str((due - case.received).days), weight=0.2),
            "ngày",
        )
        number += 1
    line(
        f"{number}. Thời gian nhận hồ sơ:", fill(f"{hour:02d}", weight=0.1), "giờ",
        fill(f"{minute:02d}", weight=0.1), "phút, ngày",
        *_date(case.received, "ngay_nhan", fill, rng, by_hand),
    )  # fmt: skip
    number += 1
    line(
        f"{number}. Thời gian trả kết quả giải quyết hồ sơ:",
        "ngày" if rng.random() < 0.5 else f"{rng.choice((8, 14))} giờ 00 phút, ngày",
        *_date(due, "ngay_hen_tra", fill, rng, by_hand),
    )  # fmt: skip
    number += 1
    line(
        f"{number}. Đăng ký nhận kết quả tại:",
        fill(rng.choice(("Bộ phận tiếp nhận và trả kết quả", "Dịch vụ bưu chính công ích"))),
    )
    if layout == "new":
        number += 1
        line(f"{number}. Phí, lệ phí (nếu có):", fill(f"{rng.choice((115, 135, 30, 50))}.000 đồng"))
    if rng.random() < 0.6:
        line(
            "Vào Sổ theo dõi hồ sơ, Quyển số:",
            fill(str(rng.randint(1, 9)), weight=0.4),
            "Số thứ tự:",
            fill(str(rng.randint(1, 900)), weight=0.4),
        )
    _signatures(book, looks, case, rng, looks.pen if by_hand or rng.random() < 0.6 else None)

    fields: dict[str, object] = {
        "ma_ho_so": case.code,
        "ho_ten": who.name,
        "dia_chi": who.lives.text,
        "so_dien_thoai": who.phone,
        "noi_dung": content,
        "thanh_phan_ho_so": [
            {"stt": r.number, "ten": r.name, "loai_ban": r.copy, "so_luong": str(int(r.count))} for r in rows
        ],
        "ngay_nhan": case.received.isoformat(),
        "ngay_hen_tra": due.isoformat(),
    }
    by_pen = ("ho_ten", "dia_chi", "so_dien_thoai", "noi_dung", "ngay_nhan", "ngay_hen_tra") if by_hand else ()
    held = ("layout:two_up",) if layout == LAYOUTS[-1] else ()
    also: dict[str, object] = {"so_cccd": who.number} if identified else {}
    return Paper("giay_tiep_nhan", book.pages, fields, layout, face.family, hand=by_pen, held_out=held, also=also)


def _date(day: date, field: str, fill: object, rng: Random, by_hand: bool) -> list[str | Run | Fill]:
    """A date as forms print it: in figures with slashes, or in words for month and year."""
    assert callable(fill)
    if not by_hand and rng.random() < 0.4:
        return [fill(f"{day:%d/%m/%Y}", field, 0.6)]
    return [
        fill(f"{day.day:02d}", field, 0.15), Run("tháng"), fill(f"{day.month:02d}", field, 0.15), Run("năm"),
        fill(str(day.year), field, 0.3),
    ]  # fmt: skip


def _grid(book: Book, looks: Look, rows: list[tuple[str, str, str | None]]) -> None:
    """Label and value side by side in a ruled grid."""
    face, split = looks.face, book.left + book.width * 0.34
    step = face.size * 1.22
    book.y += 4
    for label, value, field in rows:
        left = break_lines(words_of([Run(label, bold=True)], face), split - book.left - 8)
        right = break_lines(words_of([Run(value, field=field)], face), book.left + book.width - split - 8)
        height = max(len(left), len(right)) * step + 6
        for lines, x, width in ((left, book.left, split - book.left), (right, split, book.left + book.width - split)):
            for index, row in enumerate(lines):
                place(book.page, row, x + 4, book.y + face.size + 2 + index * step, width - 8)
            book.page.frame((x, book.y, x + width, book.y + height), 0.5)
        book.y += height
    book.y += 2
