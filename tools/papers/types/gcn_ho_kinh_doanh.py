"""Giấy chứng nhận đăng ký hộ kinh doanh: a household business, its lines, its capital and its owner.

Owns: the labels of the forms before and since July 2025, and lines of business with their codes. Never: a real business.

Labels: Decrees 43/2010, 78/2015 and 01/2021/NĐ-CP (number with a letter, capital in figures and words), Decree
168/2025/NĐ-CP (number is the owner's personal number). Codes: classes of Decision 27/2018/QĐ-TTg (VSIC).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from tools.papers import civil
from tools.papers.civil import Filler
from tools.papers.paper import Paper, look, vietnamese_date
from tools.papers.people import Case, day, full_name
from tools.papers.sheet import BLACK
from tools.papers.typeset import Run, block, table
from tools.papers.world import MERGER, Office, office

__all__ = ["LAYOUTS", "draw"]

#: old: lines of business as text, by pen now and then; table: as a table with codes, since 2021; new: since July 2025, the
#: number is a personal number; short: one sheet without leaders, labels in other words (held out)
LAYOUTS = ("old", "table", "new", "short")

_LINES = (
    ("Bán lẻ thực phẩm trong các cửa hàng chuyên doanh", "4722"), ("Dịch vụ phục vụ đồ uống", "5630"),
    ("Nhà hàng và các dịch vụ ăn uống phục vụ lưu động", "5610"), ("Cắt tóc, làm đầu, gội đầu", "9631"),
    ("Bảo dưỡng, sửa chữa ô tô và xe có động cơ khác", "4520"), ("Bán mô tô, xe máy", "4541"),
    ("Dịch vụ lưu trú ngắn ngày", "5510"), ("Sản xuất các loại bánh từ bột", "1071"),
    ("Bán lẻ đồ ngũ kim, sơn, kính và thiết bị lắp đặt khác trong xây dựng trong các cửa hàng chuyên doanh", "4752"),
    ("Bán lẻ hàng may mặc, giày dép, hàng da và giả da trong các cửa hàng chuyên doanh", "4771"),
    ("Vận tải hàng hóa bằng đường bộ", "4933"), ("May trang phục", "1410"), ("Sản xuất giường, tủ, bàn, ghế", "3100"),
    ("Bán lẻ thuốc, dụng cụ y tế, mỹ phẩm và vật phẩm vệ sinh trong các cửa hàng chuyên doanh", "4772"),
    ("Trồng rau, đậu các loại và trồng hoa", "0118"), ("Chăn nuôi gia cầm", "0146"),
    ("Đại lý, môi giới, đấu giá hàng hóa", "4610"),
)  # fmt: skip
_TRADES = (
    "Tạp hóa",
    "Quán ăn",
    "Cơ sở may",
    "Cửa hàng vật liệu xây dựng",
    "Tiệm tóc",
    "Nhà nghỉ",
    "Cơ sở bánh",
    "Gara ô tô",
)


def draw(rng: Random, case: Case, layout: str, held_out_font: bool = False, hand: bool | None = None) -> Paper:
    """A certificate of a household business that the case's person owns."""
    first = {"old": date(2012, 1, 5), "table": date(2021, 5, 4), "new": MERGER}.get(layout, date(2016, 1, 4))
    last = {"old": date(2021, 4, 28), "table": date(2025, 6, 27)}.get(layout, case.received)
    on = day(rng, first, max(last, first + timedelta(days=200)))
    looks = civil.tightened(look(rng, held_out_font, small=True))
    book, face = looks.book(numbered=False), looks.face
    by_hand = hand if hand is not None else (layout == "old" and rng.random() < 0.3)
    manner = "under" if by_hand else {"old": rng.choice(("after", "under"))}.get(layout, "none")
    form = Filler(
        book, looks, manner, looks.pen if by_hand else None, looks.pen_colour if by_hand else BLACK,
        not by_hand and rng.random() < 0.4, rng.uniform(1.06, 1.25),
    )  # fmt: skip
    if rng.random() < 0.35:
        civil.ground(book.page, rng)
    unit, title = _register(rng, case, on)
    civil.agency_head(book, looks, unit, rng, "noi_cap")
    book.y += face.size * 0.8
    if rng.random() < 0.6:
        form.title("GIẤY CHỨNG NHẬN", 2.5)
        form.title("ĐĂNG KÝ HỘ KINH DOANH", 1.5)
    else:
        form.title("GIẤY CHỨNG NHẬN ĐĂNG KÝ HỘ KINH DOANH", 1.5)
    number = _number(rng, case, layout)
    label = {"old": "Số:", "table": rng.choice(("Số:", "Mã số:"))}.get(layout, "Mã số hộ kinh doanh:")
    _centred(form, [f"{label} ", _run(form, number, "so")])
    _centred(form, ["Đăng ký lần đầu, ngày ", _run(form, vietnamese_date(on), "ngay_dang_ky")])
    if rng.random() < 0.4:
        later = vietnamese_date(on + timedelta(days=rng.randint(30, 300)))
        _centred(form, [f"Đăng ký thay đổi lần thứ {rng.randint(1, 3)}, ngày {later}"])
    book.y += face.size * 0.4
    fields: dict[str, object] = {
        "so": number, "ngay_dang_ky": on.isoformat(), "noi_cap": " ".join(unit.name),
    }  # fmt: skip
    fields |= _business(form, case, layout, rng)
    fields |= _owner(form, case, layout, rng)
    signer = full_name(rng, rng.random() < 0.3)
    civil.signed(book, looks, title, rng.choice(("", "(Ký, đóng dấu và ghi rõ họ tên)")), signer, unit.seal, rng)
    fields["nguoi_ky"] = signer
    printed = {"nguoi_ky", "noi_cap"}
    held = (f"layout:{layout}",) if layout == LAYOUTS[-1] else ()
    return Paper(
        "gcn_ho_kinh_doanh", book.pages, fields, layout, face.family,
        hand=tuple(n for n in fields if n not in printed) if by_hand else (), held_out=held,
    )  # fmt: skip


def _register(rng: Random, case: Case, on: date) -> tuple[Office, list[str]]:
    """The office that registers: a district's finance division before July 2025, the commune from then on."""
    if on >= MERGER:
        unit = office(rng, on, case.person.lives.province, "xa")
        if rng.random() < 0.5:
            return _like(unit, (" ".join(unit.name),), "PHÒNG KINH TẾ"), ["TRƯỞNG PHÒNG"]
        return unit, rng.choice((["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"], ["CHỦ TỊCH"]))
    unit = office(rng, on, case.person.lives.province, "huyen")
    title = rng.choice((["TRƯỞNG PHÒNG"], ["KT. TRƯỞNG PHÒNG", "PHÓ TRƯỞNG PHÒNG"]))
    return _like(unit, (f"UBND {unit.name[1]}",), "PHÒNG TÀI CHÍNH - KẾ HOẠCH"), title


def _like(unit: Office, parent: tuple[str, ...], name: str) -> Office:
    return replace(unit, parent=parent, name=(name,), seal=(unit.seal[0], name))


def _number(rng: Random, case: Case, layout: str) -> str:
    if layout == "new":
        return case.person.number
    if layout == "short" and rng.random() < 0.5:
        return case.person.number
    return f"{case.person.lives.province.number[1:]}{rng.choice('ABCDEGHKLM')}8{rng.randint(1, 999999):06d}"


def _run(form: Filler, text: str, field: str) -> Run:
    return Run(text, field=field, bold=form.bold, hand=form.hand, colour=form.colour)


def _centred(form: Filler, row: list[Run | str]) -> None:
    book, face = form.book, form.looks.face
    book.y = block(book.page, [row], face, book.left, book.y + face.size * 1.35, book.width)


def _business(form: Filler, case: Case, layout: str, rng: Random) -> dict[str, object]:
    who, line, fill = case.person, form.line, form.fill
    trade = rng.choice(_TRADES)
    name = rng.choice(
        (f"HỘ KINH DOANH {who.name}", f"HKD {trade} {who.name.split()[-1]}", f"{trade} {who.name}")
    ).upper()
    name_label = {
        "old": "1. Tên hộ kinh doanh (ghi bằng chữ in hoa):", "short": "1. Tên hộ kinh doanh:",
    }.get(
        layout,
        rng.choice(("1. Tên hộ kinh doanh viết bằng tiếng Việt (ghi bằng chữ in hoa):", "1. Tên hộ kinh doanh:")),
    )  # fmt: skip
    line(name_label, fill(name, "ten"))
    if layout == "new" and rng.random() < 0.6:
        line("Tên hộ kinh doanh viết bằng tiếng nước ngoài (nếu có):", fill(""))
        line("Tên hộ kinh doanh viết tắt (nếu có):", fill(""))
    where_label = {"old": "2. Địa điểm kinh doanh:", "short": "2. Địa chỉ trụ sở:"}.get(
        layout, rng.choice(("2. Địa điểm kinh doanh:", "2. Trụ sở của hộ kinh doanh:"))
    )
    line(where_label, fill(who.lives.text, "dia_diem"))
    line("Điện thoại:", fill(who.phone), "Fax:", fill("", weight=0.5), rng.choice(("Email:", "Thư điện tử:")), fill(""))
    lines = rng.sample(_LINES, rng.choice((1, 2, 2, 3, 4)))
    coded = layout in {"table", "new"} or rng.random() < 0.4
    rows = [{"stt": str(i), "ten": t, "ma_nganh": c if coded else ""} for i, (t, c) in enumerate(lines, 1)]
    if layout in {"table", "new"}:
        line("3. Ngành, nghề kinh doanh:")
        form.book.y += 4
        heads = (rng.choice(("STT", "TT")), rng.choice(("Tên ngành", "Tên ngành, nghề kinh doanh")), "Mã ngành")
        shares = (0.09, 0.7, 0.21)
        key = "nganh_nghe"
        cells = [[Run(r["stt"], field=key), Run(r["ten"], field=key), Run(r["ma_nganh"], field=key)] for r in rows]
        table(
            form.book,
            tuple(zip(heads, shares, strict=True)),
            cells,
            form.looks.face.but(size=form.looks.face.size - 0.5),
        )
        form.book.y += 2
    elif len(rows) == 1 or layout == "short":
        said = "; ".join(f"{r['ten']}{' (' + r['ma_nganh'] + ')' if coded else ''}" for r in rows)
        line("3. Ngành, nghề kinh doanh:", fill(said, "nganh_nghe"))
    else:
        line("3. Ngành, nghề kinh doanh:")
        for r in rows:
            line("-", fill(f"{r['ten']}{' (mã ngành: ' + r['ma_nganh'] + ')' if coded else ''}", "nganh_nghe"))
    return {"ten": name, "dia_diem": who.lives.text, "nganh_nghe": rows, **_capital(form, layout, rng)}


def _capital(form: Filler, layout: str, rng: Random) -> dict[str, object]:
    amount = rng.choice((10, 20, 30, 50, 80, 100, 150, 200, 300, 500, 750, 1000, 1200, 2500)) * 1_000_000
    if rng.random() < 0.15:
        amount += rng.randint(1, 999) * 1000
    figures = f"{amount:,}".replace(",", "." if rng.random() < 0.85 else ",")
    said = civil.in_words(amount)
    said = f"{said[0].upper()}{said[1:]} đồng" + (" chẵn" if rng.random() < 0.2 else "")
    unit = rng.choice((" đồng", " đồng", " VNĐ", " đồng Việt Nam"))
    fields: dict[str, object] = {"von": str(amount)}
    line, fill = form.line, form.fill
    if layout != "old" or rng.random() < 0.6:
        fields["von_bang_chu"] = said
        if rng.random() < 0.5:
            line(
                "4. Vốn kinh doanh:",
                fill(f"{figures}{unit}", "von", 0.3),
                "(Bằng chữ:",
                fill(f"{said})", "von_bang_chu"),
            )
        else:
            line(rng.choice(("4. Vốn kinh doanh (bằng số):", "4. Vốn kinh doanh:")), fill(f"{figures}{unit}", "von"))
            line(rng.choice(("Bằng chữ:", "(Ghi bằng chữ):")), fill(said, "von_bang_chu"))
    else:
        line("4. Vốn kinh doanh:", fill(f"{figures}{unit}", "von"))
    return fields


def _owner(form: Filler, case: Case, layout: str, rng: Random) -> dict[str, object]:
    who, line, fill = case.person, form.line, form.fill
    name, sex, people = who.name.upper(), "Nữ" if who.female else "Nam", civil.people(rng)
    if layout == "old":
        line("5. Họ và tên đại diện hộ kinh doanh (ghi bằng chữ in hoa):", fill(name, "chu_ho"))
        line("Giới tính:", fill(sex))
    elif layout == "table":
        line(f"5. Họ và tên chủ hộ kinh doanh{rng.choice(('', ' (ghi bằng chữ in hoa)'))}:", fill(name, "chu_ho"))
        line("Giới tính:", fill(sex))
    else:
        line("5. Chủ thể thành lập hộ kinh doanh:", fill(rng.choice(("Cá nhân", "Thành viên hộ gia đình"))))
        line(rng.choice(("6. Thông tin về chủ hộ kinh doanh:", "6. Thông tin về chủ hộ:")))
        label = "Họ và tên:" if layout == "new" else "Họ, chữ đệm và tên:"
        line(label, fill(name, "chu_ho"), "Giới tính:", fill(sex, weight=0.2))
    born_label = rng.choice(("Sinh ngày:", "Ngày sinh:"))
    line(
        born_label, fill(f"{who.born:%d/%m/%Y}", "ngay_sinh"), "Dân tộc:", fill(people), "Quốc tịch:", fill("Việt Nam")
    )
    if layout in {"old", "table"}:
        kind = "chứng thực cá nhân" if layout == "old" else "pháp lý của cá nhân"
        line(f"Loại giấy tờ {kind}:", fill("Căn cước công dân"))
    number_label = {
        "old": rng.choice(("Số giấy chứng thực cá nhân:", "Chứng minh nhân dân số:")),
        "table": "Số giấy tờ pháp lý của cá nhân:",
    }.get(layout, "Số định danh cá nhân:")  # fmt: skip
    line(number_label, fill(who.number, "so_cccd"))
    if layout in {"old", "table"}:
        line("Ngày cấp:", fill(f"{who.issued:%d/%m/%Y}", weight=0.3), "Nơi cấp:", fill(who.issuer))
        line("Nơi đăng ký hộ khẩu thường trú:" if layout == "old" else "Địa chỉ thường trú:", fill(who.lives.text))
    else:
        line("Nơi thường trú:", fill(who.lives.text))
    line(rng.choice(("Chỗ ở hiện tại:", "Nơi ở hiện tại:")), fill(who.lives.text))
    return {"chu_ho": name, "ngay_sinh": who.born.isoformat(), "so_cccd": who.number}
