"""Papers of no form: a shop's list, a private letter, a table of duty, a page of a newspaper, a request of one's own.

Owns: their look and words. Never: what a form of ours would be told by; they are there to be left alone.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random

from tools.papers import prose
from tools.papers.paper import Look, Paper, look
from tools.papers.people import Case, full_name
from tools.papers.typeset import Book, Run, block, table
from tools.papers.world import office, place

__all__ = ["LAYOUTS", "draw"]

#: a shop's list, a letter between people, a duty table, a newspaper, a request of no form; a price list (held out)
LAYOUTS = ("hoa_don", "thu", "bang", "bao", "don", "bang_gia")

_GOODS = (
    "Giấy A4 70 gsm",
    "Bút bi xanh",
    "Kẹp hồ sơ",
    "Mực in laser",
    "Bìa còng",
    "Hộp lưu trữ",
    "Dập ghim",
    "Băng dính",
)
_WORDS = (
    "Sáng nay trời trở gió, ngoài ngõ lá rụng đầy sân.", "Vụ mùa năm nay được hơn năm ngoái, cả nhà ai cũng mừng.",
    "Bà con trong xóm vừa làm xong đoạn đường bê tông dẫn ra đình.", "Con gái út đã vào lớp mười, học cách nhà bốn cây số.",
    "Chợ phiên đông nhất vào ngày rằm, người các xã bên cũng sang.", "Mấy hôm mưa liền, nước sông lên tới bậc thềm.",
    "Đội bóng của thôn thắng hai trận liền, tối nào cũng rộn ràng.", "Thầy giáo cũ đã về hưu, vẫn dạy chữ cho trẻ con.",
)  # fmt: skip


def draw(rng: Random, case: Case, layout: str, held_out_font: bool = False, hand: bool | None = None) -> Paper:
    """A paper that has no form."""
    looks = look(rng, held_out_font)
    book = looks.book()
    {"hoa_don": _shop, "thu": _private, "bang": _duty, "bao": _news, "don": _request, "bang_gia": _prices}[layout](
        book, looks, rng, case
    )
    held = tuple(f"layout:{layout}" for _ in (0,) if layout == LAYOUTS[-1])
    return Paper("khac", book.pages, {}, layout, looks.face.family, kind=layout, held_out=held)


def _heading(book: Book, looks: Look, text: str, bigger: float = 2.0) -> None:
    face = looks.face.but(bold=True, size=looks.face.size + bigger)
    book.y = block(book.page, [[text]], face, book.left, book.y + face.size * 1.4, book.width) + face.size


def _goods(rng: Random, count: int) -> list[list[Run | str]]:
    rows: list[list[Run | str]] = []
    for index, name in enumerate(rng.choices(_GOODS, k=count), 1):
        price, many = rng.randint(5, 240) * 1000, rng.randint(1, 40)
        rows.append(
            [str(index), name, str(many), f"{price:,}".replace(",", "."), f"{price * many:,}".replace(",", ".")]
        )
    return rows


def _shop(book: Book, looks: Look, rng: Random, case: Case) -> None:
    face, home = looks.face, place(rng, case.counter.province, case.received)
    block(book.page, [[f"CỬA HÀNG VĂN PHÒNG PHẨM {rng.choice(('MINH ANH', 'HỒNG PHÚC', 'THÀNH CÔNG'))}"]],
          face.but(bold=True), book.left, book.y + face.size, book.width, "left")  # fmt: skip
    book.y = block(
        book.page, [[f"Địa chỉ: {home.text}"]], face, book.left, book.y + face.size * 2.3, book.width, "left"
    )
    _heading(book, looks, rng.choice(("HÓA ĐƠN BÁN LẺ", "PHIẾU XUẤT HÀNG", "BẢNG KÊ HÀNG HÓA")))
    book.paragraph([f"Khách hàng: {full_name(rng, rng.random() < 0.5)}"], after=4)
    columns = (("STT", 0.08), ("Tên hàng", 0.4), ("SL", 0.1), ("Đơn giá", 0.2), ("Thành tiền", 0.22))
    table(book, columns, _goods(rng, rng.randint(5, 14)), face.but(size=face.size - 1))
    book.y += face.size
    book.paragraph([f"Ngày {case.received:%d/%m/%Y}. Cộng tiền hàng theo bảng trên."], after=4)
    block(book.page, [["NGƯỜI MUA HÀNG"]], face.but(bold=True), book.left, book.y + 30, book.width / 2)
    block(book.page, [["NGƯỜI BÁN HÀNG"]], face.but(bold=True), book.left + book.width / 2, book.y + 30, book.width / 2)


def _private(book: Book, looks: Look, rng: Random, case: Case) -> None:
    italic = looks.face.but(italic=True)
    place_day = f"{case.counter.where}, hôm {case.received:%d.%m.%Y}"
    book.y = block(book.page, [[place_day]], italic, book.left, book.y + 10, book.width, "right") + 20
    book.paragraph([f"Anh {full_name(rng, False).split(' ')[-1]} thân mến,"], after=8)
    for _ in range(rng.randint(4, 8)):
        book.paragraph([" ".join(rng.sample(_WORDS, rng.randint(2, 5)))], indent=24, leading=looks.leading, after=5)
    block(book.page, [["Thân mến,"], [full_name(rng, True)]], italic, book.left + 240, book.y + 24, 200, "centre", 1.6)


def _duty(book: Book, looks: Look, rng: Random, case: Case) -> None:
    _heading(book, looks, f"LỊCH TRỰC TUẦN {rng.randint(1, 52)}")
    rows: list[list[Run | str]] = []
    for index in range(rng.randint(6, 20)):
        day = case.received + timedelta(days=index)
        who = full_name(rng, rng.random() < 0.5)
        rows.append([f"{day:%d/%m}", who, rng.choice(prose.UNITS), rng.choice(("Sáng", "Chiều", "Đêm"))])
    columns = (("Ngày", 0.14), ("Họ và tên", 0.34), ("Bộ phận", 0.36), ("Ca", 0.16))
    table(book, columns, rows, looks.face.but(size=looks.face.size - 0.5))


def _news(book: Book, looks: Look, rng: Random, case: Case) -> None:
    face = looks.face.but(size=looks.face.size - 2)
    _heading(book, looks, rng.choice(("Tin trong tỉnh", "Chuyện làng chuyện xóm", "Nhịp sống hôm nay")), 7)
    width = (book.width - 18) / 2
    for column in (0, 1):
        y = book.y
        for _ in range(rng.randint(4, 7)):
            text = " ".join(rng.sample(_WORDS, rng.randint(3, 6)))
            y = (
                block(book.page, [[text]], face, book.left + column * (width + 18), y, width, "left", 1.25)
                + face.size * 2
            )


def _request(book: Book, looks: Look, rng: Random, case: Case) -> None:
    face, on = looks.face, case.received
    bold = face.but(bold=True)
    book.y = block(book.page, [["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"], ["Độc lập - Tự do - Hạnh phúc"]], bold, book.left,
                   book.y + 10, book.width, "centre", 1.4) + face.size  # fmt: skip
    _heading(book, looks, rng.choice(("ĐƠN XIN XÁC NHẬN", "ĐƠN TRÌNH BÀY", "BẢN CAM KẾT", "BẢN TƯỜNG TRÌNH")), 1)
    who = office(rng, on, case.counter.province)
    book.paragraph([f"Kính gửi: {who.short}"], align="centre", after=6)
    book.paragraph([f"Tên tôi là: {case.person.name}"], after=3)
    book.paragraph([f"Chỗ ở: {case.person.lives.text}"], after=3)
    for _ in range(rng.randint(2, 4)):
        book.paragraph([" ".join(rng.sample(_WORDS, 3))], indent=24, leading=looks.leading, after=4)
    half = book.width / 2
    rows: list[list[Run | str]] = [
        [f"{case.counter.where}, ngày {on:%d} tháng {on:%m} năm {on.year}"],
        ["Người làm đơn"],
    ]
    y = block(book.page, rows, face, book.left + half, book.y + 24, half, "centre", 1.5)
    block(book.page, [[case.person.name]], bold, book.left + half, y + 70, half)


def _prices(book: Book, looks: Look, rng: Random, case: Case) -> None:
    _heading(book, looks, "BẢNG GIÁ DỊCH VỤ", 3)
    rows = [[row[0], row[1], row[3]] for row in _goods(rng, rng.randint(8, 18))]
    table(book, (("TT", 0.12), ("Dịch vụ", 0.58), ("Giá (đồng)", 0.3)), rows, looks.face)
    book.paragraph([f"Áp dụng từ {case.received:%d/%m/%Y}."], after=4)
