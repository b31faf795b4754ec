"""Đơn đề nghị đổi (cấp lại) giấy phép lái xe: what a driver asks for, most often by pen.

Owns: the labels of the forms of the transport ministry and of the police. Never: a real licence.

Labels: Circular 12/2017/TT-BGTVT, Appendix 19; Circular 12/2025/TT-BCA, Appendix XII (no place of residence).
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from tools.papers import civil, ink
from tools.papers.civil import Filler
from tools.papers.fonts import Face
from tools.papers.paper import Paper, look, vietnamese_date
from tools.papers.people import Case, day
from tools.papers.sheet import BLACK, Sheet
from tools.papers.typeset import block

__all__ = ["LAYOUTS", "draw"]

#: transport: the form of 2017; police: that of 2025; typed: filled in on a computer; dense: licence number before
#: class, residence in two places (held out)
LAYOUTS = ("transport", "police", "typed", "dense")

_WHY = (
    "Giấy phép lái xe sắp hết hạn", "Giấy phép lái xe bị hỏng", "Bị mất giấy phép lái xe",
    "Giấy phép lái xe hết hạn sử dụng",
    "Đổi sang giấy phép lái xe bằng vật liệu PET", "Sai thông tin ngày sinh trên giấy phép lái xe", "Có nhu cầu đổi",
    "Thay đổi nơi cư trú và sai năm sinh so với căn cước công dân",
)  # fmt: skip
_SCHOOLS = (
    "Trường Trung cấp nghề số 3",
    "Trung tâm Đào tạo lái xe An Bình",
    "Trường Cao đẳng Giao thông",
    "Trung tâm Sát hạch Phú Lộc",
)


def draw(rng: Random, case: Case, layout: str, held_out_font: bool = False, hand: bool | None = None) -> Paper:
    """A request of the case's person, made on the days before the dossier came in."""
    who = case.person
    looks = civil.tightened(look(rng, held_out_font, small=True), 0.0)
    on = case.received - timedelta(days=rng.randint(0, 12))
    book, face = looks.book(numbered=False), looks.face
    by_hand = hand if hand is not None else (layout in {"transport", "police"} and rng.random() < 0.5)
    manner = {"typed": "none", "dense": "none"}.get(layout, rng.choice(("after", "under")))
    form = Filler(
        book, looks, "under" if by_hand else manner, looks.pen if by_hand else None,
        looks.pen_colour if by_hand else BLACK, not by_hand and rng.random() < 0.3, rng.uniform(1.06, 1.3),
    )  # fmt: skip
    y = civil.national(book.page, face, book.left, book.top, book.width, rng)
    book.y = y + face.size * 1.2
    photo = 0.0
    if layout != "dense" and rng.random() < 0.5:
        photo = _photo(book.page, book.left, y + face.size, face)
        book.y += 30
    lead = "ĐỀ NGHỊ" if layout == "police" else "ĐƠN ĐỀ NGHỊ"
    note = rng.choice(("", "", " (1)", " (*)"))
    form.title(
        f"{lead} {rng.choice(('ĐỔI (CẤP LẠI)', 'ĐỔI, CẤP LẠI', 'ĐỔI'))} GIẤY PHÉP LÁI XE{note}", rng.uniform(0.5, 2)
    )
    home = case.counter.province.name
    to = (
        f"Phòng Cảnh sát giao thông Công an {case.counter.province.title}"
        if layout == "police"
        else f"Sở Giao thông vận tải {home}"
    )
    book.y = block(book.page, [[f"Kính gửi: {to}"]], face, book.left, book.y + face.size * 1.8, book.width)
    book.y = max(book.y + face.size * 0.5, photo)
    fields = _about(form, case, layout, rng)
    fields |= _licence(form, case, layout, on, rng)
    form.line("Vi phạm hành chính trong lĩnh vực giao thông đường bộ (có/không):", form.fill("không"))
    form.line("Xin gửi kèm theo:", form.fill("01 giấy khám sức khỏe, 01 bản sao căn cước công dân"))
    book.paragraph(
        ["Tôi xin cam đoan những điều ghi trên đây là đúng sự thật."], face, indent=28, leading=looks.leading
    )
    civil.signed(
        book, looks, ["NGƯỜI LÀM ĐƠN"], "(Ký và ghi rõ họ tên)", who.name, None, rng, field="",
        dated=f"{home}, ngày {vietnamese_date(on)}", by_hand=by_hand or rng.random() < 0.5,
    )  # fmt: skip
    held = (f"layout:{layout}",) if layout == LAYOUTS[-1] else ()
    return Paper(
        "don_doi_gplx", book.pages, fields, layout, face.family, hand=tuple(fields) if by_hand else (), held_out=held
    )


def _photo(sheet: Sheet, x: float, y: float, face: Face) -> float:
    """The place for a photo, 3 by 4 cm; gives where it ends."""
    w, h = 30 * ink.PT_PER_MM * 0.8, 40 * ink.PT_PER_MM * 0.8
    sheet.frame((x, y, x + w, y + h), 0.7)
    block(sheet, [["Ảnh màu"], ["3 x 4"]], face.but(size=9, bold=False), x, y + h / 2, w)
    return y + h


def _about(form: Filler, case: Case, layout: str, rng: Random) -> dict[str, object]:
    who, line, fill = case.person, form.line, form.fill
    if rng.random() < 0.6:
        line(
            rng.choice(("Tôi là:", "Tôi là:", "Họ và tên:")),
            fill(who.name, "ho_ten"),
            "Quốc tịch:",
            fill("Việt Nam", weight=0.4),
        )
    else:
        line("Tôi là:", fill(who.name, "ho_ten"))
    born = f"{who.born:%d/%m/%Y}"
    label = rng.choice(("Ngày tháng năm sinh:", "Sinh ngày:", "Ngày, tháng, năm sinh:"))
    if rng.random() < 0.3 and form.hand is None:
        born = f"{who.born.day:02d} tháng {who.born.month:02d} năm {who.born.year}"
    line(label, fill(born, "ngay_sinh"))
    fields: dict[str, object] = {"ho_ten": who.name, "ngay_sinh": who.born.isoformat()}
    if layout == "dense":
        line("Nơi đăng ký hộ khẩu thường trú:", fill(who.lives.text, "noi_thuong_tru"))
        fields["noi_thuong_tru"] = who.lives.text
    if layout != "police":
        line(rng.choice(("Nơi cư trú:", "Nơi cư trú:", "Nơi ở hiện nay:")), fill(who.lives.text, "noi_cu_tru"))
        fields["noi_cu_tru"] = who.lives.text
    number = {
        "police": rng.choice(("Số định danh cá nhân hoặc số Hộ chiếu:", "Số định danh cá nhân:")), "dense": "Số CMND/CCCD:",
    }.get(layout, rng.choice(("Số CCCD hoặc CMND:", "Số CMND (hoặc hộ chiếu):", "Số CCCD:")))  # fmt: skip
    issued = f"{who.issued:%d/%m/%Y}"
    day_label = rng.choice(("ngày cấp:", "cấp ngày:", "cấp ngày"))
    if rng.random() < 0.6:
        line(number, fill(who.number, "so_cccd", 0.5, "boxes" if rng.random() < 0.1 and form.hand is None else ""),
             day_label,
             fill(issued, "ngay_cap", 0.3))  # fmt: skip
        line("Nơi cấp:", fill(who.issuer, "noi_cap"))
    else:
        line(number, fill(who.number, "so_cccd"))
        line(
            day_label[0].upper() + day_label[1:], fill(issued, "ngay_cap", 0.3), "nơi cấp:", fill(who.issuer, "noi_cap")
        )
    fields |= {"so_cccd": who.number, "ngay_cap": who.issued.isoformat(), "noi_cap": who.issuer}
    return fields


def _licence(form: Filler, case: Case, layout: str, on: date, rng: Random) -> dict[str, object]:
    who, line, fill = case.person, form.line, form.fill
    first = date(who.born.year + 18, 6, 1)
    given = day(rng, max(first, date(2012, 7, 2)), max(first, on - timedelta(days=300)))
    number = f"{who.lives.province.number[1:]}{int(who.female)}{first.year % 100:02d}{rng.randint(1, 999999):07d}"
    cls, why = case.vehicle_class, rng.choice(_WHY)
    line("Đã học lái xe tại:", fill(rng.choice(_SCHOOLS)), "năm:", fill(str(first.year), weight=0.3))
    have = rng.choice(("Hiện đã có giấy phép lái xe", "Hiện đã có giấy phép lái xe", "Đã có giấy phép lái xe"))
    if layout == "dense":
        line(f"{have} số:", fill(number, "so_gplx"), "hạng:", fill(cls, "hang", 0.3))
    else:
        line(f"{have} hạng:", fill(cls, "hang", 0.3), "số:", fill(number, "so_gplx"))
    by = f"Sở GTVT {who.lives.province.name}"
    line("do:", fill(by), rng.choice(("cấp ngày:", "cấp ngày")), fill(f"{given:%d/%m/%Y}", "ngay_cap_gplx", 0.3))
    ask = {
        "police": "Đề nghị cho tôi được đổi hoặc cấp lại giấy phép lái xe hạng:",
        "dense": "Đề nghị cho tôi được đổi giấy phép lái xe hạng:",
    }.get(layout, "Đề nghị cho tôi được đổi, cấp lại giấy phép lái xe hạng:")
    line(ask, fill(cls, "hang_de_nghi"))
    line("Lý do:", fill(why, "ly_do"))
    return {
        "so_gplx": number, "hang": cls, "ngay_cap_gplx": given.isoformat(), "hang_de_nghi": cls, "ly_do": why,
    }  # fmt: skip
