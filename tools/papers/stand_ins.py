"""Plain prints of papers that a complete dossier needs: the application for another licence, a household's certificate.

Owns: labels, lines and title of those papers in a few wordings. Never: their harsh layouts, which are ``types``' matter; a
dossier of planted faults takes the paper of ``types`` where that folder has it.

Labels: Circular 12/2017/TT-BGTVT, Appendix 19 (application); Decree 01/2021/NĐ-CP, forms of household businesses.
"""

from __future__ import annotations

from random import Random

from tools.papers.paper import Look, Paper, look, vietnamese_date
from tools.papers.people import Case
from tools.papers.sheet import WIDTH
from tools.papers.typeset import Book, Fill, Run, block, form_line

__all__ = ["application", "household", "licence_number", "tax_code"]


def tax_code(rng: Random) -> str:
    """Ten digits whose last is the check digit (weights 31 29 23 19 17 13 7 5 3, modulo 11)."""
    while True:
        nine = f"0{rng.randint(1, 9)}{rng.randint(0, 9_999_999):07d}"
        check = 10 - sum(int(d) * w for d, w in zip(nine, (31, 29, 23, 19, 17, 13, 7, 5, 3), strict=True)) % 11
        if check < 10:
            return nine + str(check)


def licence_number(case: Case) -> str:
    """Twelve digits that stay the same for one person: province, sex, year first passed, serial."""
    rng = Random(f"licence/{case.person.number}")
    return f"{case.person.number[1:3]}{int(case.person.female)}{rng.randint(5, 23):02d}{rng.randint(1, 9_999_999):07d}"


def application(rng: Random, case: Case) -> Paper:
    """Đơn đề nghị đổi giấy phép lái xe of the case's person."""
    looks = look(rng, small=True)
    book, who = _begun(looks, case, right=False), case.person
    issued = case.received.replace(year=case.received.year - rng.randint(3, 8), day=min(case.received.day, 28))
    number, titled = licence_number(case), rng.random() < 0.5
    _title(book, looks, "ĐƠN ĐỀ NGHỊ ĐỔI (CẤP LẠI) GIẤY PHÉP LÁI XE" if titled else "ĐƠN ĐỀ NGHỊ ĐỔI GIẤY PHÉP LÁI XE")
    _line(book, looks, rng.choice(("Tôi là:", "Họ và tên:")), Fill(who.name, "ho_ten", manner="none"))
    _line(book, looks, "Ngày tháng năm sinh:", Fill(f"{who.born:%d/%m/%Y}", "ngay_sinh", manner="none"))
    _line(book, looks, rng.choice(("Số CCCD hoặc CMND:", "Số CMND/CCCD:")), Fill(who.number, "so_cccd", manner="none"))
    _line(book, looks, "Cấp ngày:", Fill(f"{who.issued:%d/%m/%Y}", "ngay_cap", manner="none"),
          "Nơi cấp:", Fill(who.issuer, "noi_cap", manner="none"))  # fmt: skip
    _line(book, looks, "Nơi cư trú:", Fill(who.lives.text, "noi_cu_tru", manner="none"))
    _line(book, looks, "Hiện đã có giấy phép lái xe hạng:", Fill(case.vehicle_class, "hang", manner="none"),
          "số:", Fill(number, "so_gplx", manner="none"))  # fmt: skip
    _line(book, looks, "cấp ngày:", Fill(f"{issued:%d/%m/%Y}", "ngay_cap_gplx", manner="none"))
    _line(book, looks, "Đề nghị cho tôi được đổi, cấp lại giấy phép lái xe hạng:",
          Fill(case.vehicle_class, "hang_de_nghi", manner="none"))  # fmt: skip
    reason = rng.choice(("Giấy phép lái xe sắp hết hạn", "Đổi sang giấy phép lái xe bằng vật liệu PET"))
    _line(book, looks, "Lý do:", Fill(reason, "ly_do", manner="none"))
    book.paragraph(
        ["Tôi xin cam đoan những điều ghi trên đây là đúng sự thật."], looks.face, leading=looks.leading, after=4
    )
    _signed(book, looks, case, "NGƯỜI LÀM ĐƠN", who.name)
    fields: dict[str, object] = {
        "ho_ten": who.name, "ngay_sinh": who.born.isoformat(), "so_cccd": who.number, "ngay_cap": who.issued.isoformat(),
        "noi_cap": who.issuer, "noi_cu_tru": who.lives.text, "hang": case.vehicle_class, "so_gplx": number,
        "ngay_cap_gplx": issued.isoformat(), "hang_de_nghi": case.vehicle_class, "ly_do": reason,
    }  # fmt: skip
    return Paper("don_doi_gplx", book.pages, fields, "stand_in", looks.face.family)


def household(rng: Random, case: Case) -> Paper:
    """Giấy chứng nhận đăng ký hộ kinh doanh of the case's person, numbered by a tax code."""
    looks = look(rng, small=True)
    book, who = _begun(looks, case, right=True), case.person
    number, since = tax_code(rng), case.received.replace(year=case.received.year - 1, day=min(case.received.day, 28))
    name, trade = (
        f"HỘ KINH DOANH {who.name.split()[-1].upper()} PHÁT",
        rng.choice(("Bán lẻ tạp hóa", "Sửa chữa xe máy")),
    )
    _title(book, looks, "GIẤY CHỨNG NHẬN ĐĂNG KÝ HỘ KINH DOANH")
    _line(book, looks, "Mã số hộ kinh doanh:", Fill(number, "so", manner="none"))
    _line(book, looks, "Đăng ký lần đầu, ngày", Fill(vietnamese_date(since), "ngay_dang_ky", manner="none"))
    _line(book, looks, "1. Tên hộ kinh doanh:", Fill(name, "ten", manner="none"))
    _line(book, looks, "2. Địa điểm kinh doanh:", Fill(who.lives.text, "dia_diem", manner="none"))
    _line(book, looks, "3. Ngành, nghề kinh doanh:", Fill(trade, "nganh_nghe", manner="none"))
    _line(book, looks, "4. Vốn kinh doanh:", Fill("50.000.000 đồng", "von", manner="none"))
    _line(book, looks, "5. Họ và tên chủ hộ kinh doanh:", Fill(who.name, "chu_ho", manner="none"))
    _line(book, looks, "Sinh ngày:", Fill(f"{who.born:%d/%m/%Y}", "ngay_sinh", manner="none"))
    _line(book, looks, "Số giấy tờ pháp lý của cá nhân:", Fill(who.number, "so_cccd", manner="none"))
    _signed(book, looks, case, "TRƯỞNG PHÒNG", "Lê Văn Mẫu")
    fields: dict[str, object] = {
        "so": number, "ngay_dang_ky": since.isoformat(), "ten": name, "dia_diem": who.lives.text, "chu_ho": who.name,
        "ngay_sinh": who.born.isoformat(), "so_cccd": who.number, "nguoi_ky": "Lê Văn Mẫu",
    }  # fmt: skip
    return Paper("gcn_ho_kinh_doanh", book.pages, fields, "stand_in", looks.face.family)


def _begun(looks: Look, case: Case, right: bool) -> Book:
    """A page with the national title: centred on what a citizen writes, at the right on what an office gives."""
    book, face = looks.book(numbered=False), looks.face
    bold, x = face.but(bold=True), book.left + (book.width * 0.42 if right else 0)
    width = WIDTH - book.right - x
    y = book.top + face.size
    if right:
        bold = bold.but(size=min(bold.size, bold.size * width / bold.width("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")))
        block(book.page, [["UBND " + case.counter.province.title.upper()]], bold, book.left - 10, y, x - book.left)
        block(book.page, [["PHÒNG TÀI CHÍNH"]], bold, book.left - 10, y + face.size * 1.3, x - book.left)
    block(book.page, [["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"]], bold, x, y, width)
    book.y = block(book.page, [["Độc lập - Tự do - Hạnh phúc"]], bold, x, y + face.size * 1.3, width) + face.size
    return book


def _title(book: Book, looks: Look, title: str) -> None:
    face = looks.face.but(bold=True, size=looks.face.size + 1.5)
    book.y = block(book.page, [[title]], face, book.left, book.y + face.size * 1.4, book.width) + face.size * 0.8


def _line(book: Book, looks: Look, *items: str | Run | Fill) -> None:
    step = looks.face.size * looks.leading * 1.08
    book.room(step)
    book.y = form_line(book.page, book.left, book.y + step, book.width, items, looks.face, looks.leading * 1.08)


def _signed(book: Book, looks: Look, case: Case, title: str, name: str) -> None:
    face, x = looks.face, book.left + book.width * 0.5
    y, w = book.y + face.size * 1.6, book.width * 0.5
    dated = f"{case.counter.where}, ngày {vietnamese_date(case.received)}"
    y = block(book.page, [[dated]], face.but(italic=True), x, y, w) + face.size * 1.3
    y = block(book.page, [[title]], face.but(bold=True), x, y, w)
    block(book.page, [[name]], face.but(bold=True), x, y + 64, w)
