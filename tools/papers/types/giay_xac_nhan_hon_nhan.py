"""Giấy xác nhận tình trạng hôn nhân: a commune confirms whether somebody is married.

Owns: the form's labels, the statuses and purposes it states. Never: a real couple.

Labels: Decree 123/2015/NĐ-CP, art. 21 to 23, and Circular 04/2020/TT-BTP; it is good for six months.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from tools.papers import civil
from tools.papers.civil import Filler
from tools.papers.paper import Paper, letterhead, look
from tools.papers.people import Case, full_name
from tools.papers.sheet import BLACK
from tools.papers.typeset import block
from tools.papers.world import office

__all__ = ["LAYOUTS", "draw"]

#: form: labels and leaders; register: printed by the register's system; penned: a blank form filled in; prose: labels
#: on lines of their own, other wordings (held out)
LAYOUTS = ("form", "register", "penned", "prose")

_STATUS = (
    "Chưa đăng ký kết hôn với ai",
    "Hiện tại chưa đăng ký kết hôn với ai",
    "Đã đăng ký kết hôn nhưng đã ly hôn theo Quyết định số {n}/{y}/QĐST-HNGĐ ngày {d} của Tòa án nhân dân {court}; "
    "hiện tại chưa đăng ký kết hôn với ai",
    "Có đăng ký kết hôn, nhưng chồng đã chết theo Giấy chứng tử số {n}/TLKT-BS ngày {d}; hiện tại chưa đăng ký kết hôn mới",
)
_WHY = (
    "đăng ký kết hôn",
    "làm thủ tục đăng ký kết hôn với {he} {name}, tại {where}",
    "bổ sung hồ sơ vay vốn ngân hàng",
    "làm thủ tục mua bán, chuyển nhượng quyền sử dụng đất",
    "bổ túc hồ sơ xin việc",
)


def draw(rng: Random, case: Case, layout: str, held_out_font: bool = False, hand: bool | None = None) -> Paper:
    """A confirmation for the case's person, a few weeks before the dossier was handed in."""
    who = case.person
    looks = civil.tightened(look(rng, held_out_font, small=True), 0.0)
    on = case.received - timedelta(days=rng.randint(1, 90))
    commune = office(rng, on, who.lives.province, "xa")
    book, face = looks.book(numbered=False), looks.face
    by_hand = hand if hand is not None else layout == "penned"
    manner = {"register": "none", "prose": "none"}.get(layout, rng.choice(("after", "under")))
    form = Filler(
        book, looks, "under" if by_hand else manner, looks.pen if by_hand else None,
        looks.pen_colour if by_hand else BLACK, not by_hand and rng.random() < 0.35, rng.uniform(1.06, 1.35),
    )  # fmt: skip
    symbol = rng.choice(("UBND-XNTTHN", "UBND-XNTTHN", "XNTTHN-UBND"))
    head = letterhead(book, looks, commune, symbol, rng.randint(1, 350), on, rng, by_hand=by_hand)
    names = {"so_ky_hieu": "so", "ngay_ban_hanh": "ngay_cap", "co_quan_ban_hanh": "noi_cap"}
    for old, new in names.items():
        if old in book.page.fields:
            book.page.fields[new] = book.page.fields.pop(old)
    fields: dict[str, object] = {names[k]: v for k, v in head.items() if k in names}
    form.title("GIẤY XÁC NHẬN TÌNH TRẠNG HÔN NHÂN", rng.uniform(1, 3))
    book.y += face.size * 0.5
    if rng.random() < 0.7:
        rows = [[commune.authority]]
        book.y = block(book.page, rows, face.but(bold=True), book.left, book.y + face.size * 1.3, book.width)
    if rng.random() < 0.6:
        book.paragraph(["Căn cứ Luật Hộ tịch ngày 20 tháng 11 năm 2014;"], face, indent=28, leading=looks.leading)
    sir = rng.choice(("ông/bà", "bà" if who.female else "ông"))
    asked = f"Xét đề nghị của {sir} {who.name}, về việc cấp Giấy xác nhận tình trạng hôn nhân,"
    book.paragraph([asked], face, indent=28, leading=looks.leading)
    book.y = block(book.page, [["XÁC NHẬN:"]], face.but(bold=True), book.left, book.y + face.size * 1.3, book.width)
    fields |= _facts(form, case, layout, rng)
    fields |= _state(form, case, commune.short, on, rng)
    signer = full_name(rng, rng.random() < 0.3)
    office_rows = ["TM. ỦY BAN NHÂN DÂN", rng.choice(("CHỦ TỊCH", "KT. CHỦ TỊCH|PHÓ CHỦ TỊCH"))]
    rows_ = ["NGƯỜI KÝ GIẤY XÁC NHẬN"] if rng.random() < 0.6 else "|".join(office_rows).split("|")
    caption = "(Ký, ghi rõ họ tên, chức vụ và đóng dấu)" if rows_[0].startswith("NGƯỜI") or rng.random() < 0.3 else ""
    left = "CÔNG CHỨC TƯ PHÁP - HỘ TỊCH" if rng.random() < 0.2 else ""
    civil.signed(book, looks, rows_, caption, signer, commune.seal, rng, left=left)
    fields["nguoi_ky"] = signer
    penned = tuple(n for n in fields if n not in {"nguoi_ky", "noi_cap"}) if by_hand else ()
    held = (f"layout:{layout}",) if layout == LAYOUTS[-1] else ()
    return Paper("giay_xac_nhan_hon_nhan", book.pages, fields, layout, face.family, hand=penned, held_out=held)


def _facts(form: Filler, case: Case, layout: str, rng: Random) -> dict[str, object]:
    who, line, fill = case.person, form.line, form.fill
    name = who.name.upper() if rng.random() < 0.5 and form.hand is None else who.name
    sex, people = "Nữ" if who.female else "Nam", civil.people(rng)
    line(rng.choice(("Họ, chữ đệm, tên:", "Họ, chữ đệm, tên:", "Họ và tên:")), fill(name, "ho_ten"))
    line(rng.choice(("Ngày, tháng, năm sinh:", "Ngày tháng năm sinh:")), fill(f"{who.born:%d/%m/%Y}", "ngay_sinh"))
    trio = (("Giới tính:", sex, "gioi_tinh"), ("Dân tộc:", people, "dan_toc"), ("Quốc tịch:", "Việt Nam", "quoc_tich"))
    if layout == "prose" or rng.random() < 0.15:
        for label, value, key in trio:
            line(label, fill(value, key))
    else:
        line(*[i for label, value, key in trio for i in (label, fill(value, key))])
    kind = rng.choice(("Căn cước công dân số", "CCCD số", "Thẻ CCCD số:", "Thẻ căn cước số"))
    issued = rng.choice((f"{who.issued:%d/%m/%Y}", f"ngày {who.issued:%d/%m/%Y}"))
    order = rng.choice(
        (f", do {who.issuer} cấp {issued}", f", cấp {issued}, nơi cấp: {who.issuer}", f" do {who.issuer} cấp")
    )
    card = f"{kind} {who.number}{order}" if layout != "prose" else f"{who.number}"
    line("Giấy tờ tùy thân:" if layout != "prose" else "Số định danh cá nhân:", fill(card, "so_cccd"))
    line(rng.choice(("Nơi cư trú:", "Nơi cư trú:", "Nơi thường trú:")), fill(who.lives.text, "noi_cu_tru"))
    return {
        "ho_ten": name, "ngay_sinh": who.born.isoformat(), "gioi_tinh": sex, "dan_toc": people, "quoc_tich": "Việt Nam",
        "so_cccd": who.number, "noi_cu_tru": who.lives.text,
    }  # fmt: skip


def _state(form: Filler, case: Case, commune: str, on: date, rng: Random) -> dict[str, object]:
    who, line, fill = case.person, form.line, form.fill
    if rng.random() < 0.5:
        since = date(who.born.year + 18, rng.randint(1, 12), rng.randint(1, 28))
        line("Trong thời gian cư trú tại:", fill(who.lives.commune), "từ ngày", fill(f"{since:%d/%m/%Y}", weight=0.3),
             "đến ngày", fill(f"{on:%d/%m/%Y}", weight=0.3))  # fmt: skip
    weights = (60, 25, 10, 5 if who.female else 0)
    status = rng.choices(_STATUS, weights)[0]
    past = on - timedelta(days=rng.randint(200, 2500))
    status = status.format(n=rng.randint(10, 300), y=past.year, d=f"{past:%d/%m/%Y}", court=who.lives.province.title)
    line("Tình trạng hôn nhân:", fill(status, "tinh_trang_hon_nhan"))
    he = "ông" if who.female else "bà"
    why = rng.choice(_WHY).format(he=he, name=full_name(rng, not who.female), where=commune)
    line("Giấy này có giá trị sử dụng trong thời hạn 6 tháng, kể từ ngày cấp, được")
    stop = "." if form.hand is None and rng.random() < 0.3 else ""
    line("sử dụng để:", fill(why + stop, "muc_dich"))
    return {"tinh_trang_hon_nhan": status, "muc_dich": why}
