"""Provinces, communes and offices: where a made-up paper may come from.

Owns: a small gazetteer (before and after 2025-07-01), agency codes, and offices with the words of their letterheads.
Never: a real person; offices are put together from a kind and a place.

Sources: personal-number codes of provinces and H-codes of People's Committees (Decision 20/2020/QĐ-TTg); from
2025-07-01 34 provinces and no districts (Decision 19/2025/QĐ-TTg). Codes are given for the look of a paper, as data
to read; they are no catalogue.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

__all__ = ["MERGER", "Office", "Place", "Province", "hospital", "office", "one_stop", "place", "province"]

MERGER = date(2025, 7, 1)


@dataclass(frozen=True, slots=True)
class Province:
    """``number``: first three digits of personal numbers; ``code``: H-code; ``since``/``until`` bound the paper's date."""

    name: str
    city: bool
    number: str
    code: str
    new_name: str
    seat: str
    districts: tuple[tuple[str, tuple[str, ...]], ...]
    communes: tuple[str, ...]

    @property
    def title(self) -> str:
        return f"{'thành phố' if self.city else 'tỉnh'} {self.name}"


def _p(name: str, city: bool, number: str, code: str, new: str, seat: str, districts: str, communes: str) -> Province:
    split = tuple(
        (d.split(":")[0].strip(), tuple(c.strip() for c in d.split(":")[1].split(","))) for d in districts.split(";")
    )
    return Province(name, city, number, code, new, seat, split, tuple(c.strip() for c in communes.split(",")))


_PROVINCES = (
    _p(
        "Hải Dương", False, "030", "H23", "Hải Phòng", "Hải Dương",
        "thành phố Hải Dương: phường Trần Phú, phường Quang Trung, phường Hải Tân, phường Thanh Bình;"
        "huyện Gia Lộc: thị trấn Gia Lộc, xã Yết Kiêu, xã Toàn Thắng; huyện Cẩm Giàng: xã Lương Điền, thị trấn Lai Cách;"
        "thị xã Kinh Môn: phường An Lưu, phường Hiệp Sơn; huyện Ninh Giang: xã Tân Hương, xã Ứng Hòe",
        "phường Hải Dương, phường Thành Đông, xã Gia Lộc, xã Cẩm Giàng, phường Kinh Môn, xã Ninh Giang",
    ),
    _p(
        "Hải Phòng", True, "031", "H24", "Hải Phòng", "Hải Phòng",
        "quận Lê Chân: phường An Biên, phường Dư Hàng Kênh, phường Vĩnh Niệm;"
        "quận Ngô Quyền: phường Máy Tơ, phường Đằng Giang;"
        "huyện An Lão: thị trấn An Lão, xã Quốc Tuấn; huyện Thủy Nguyên: xã Thủy Sơn, xã Kiền Bái",
        "phường Lê Chân, phường Hồng Bàng, phường Kiến An, xã An Lão, phường Thủy Nguyên, xã Vĩnh Bảo",
    ),
    _p(
        "Hưng Yên", False, "033", "H31", "Hưng Yên", "Hưng Yên",
        "thành phố Hưng Yên: phường Hiến Nam, phường Lam Sơn; huyện Văn Giang: xã Xuân Quan, xã Phụng Công;"
        "huyện Khoái Châu: xã Đông Tảo, thị trấn Khoái Châu; thị xã Mỹ Hào: phường Bần Yên Nhân, xã Ngọc Lâm",
        "phường Phố Hiến, xã Văn Giang, xã Khoái Châu, phường Mỹ Hào, xã Ân Thi",
    ),
    _p(
        "Thái Bình", False, "034", "H54", "Hưng Yên", "Thái Bình",
        "thành phố Thái Bình: phường Bồ Xuyên, phường Kỳ Bá; huyện Tiền Hải: xã Đông Minh, thị trấn Tiền Hải;"
        "huyện Kiến Xương: xã Vũ Quý, xã Bình Minh; huyện Quỳnh Phụ: xã Quỳnh Hồng, xã An Ấp",
        "phường Thái Bình, xã Tiền Hải, xã Kiến Xương, xã Quỳnh Phụ",
    ),
    _p(
        "Nam Định", False, "036", "H40", "Ninh Bình", "Nam Định",
        "thành phố Nam Định: phường Vị Hoàng, phường Trường Thi; huyện Hải Hậu: xã Hải Hưng, thị trấn Yên Định;"
        "huyện Giao Thủy: xã Giao Xuân, xã Bạch Long; huyện Ý Yên: xã Yên Ninh, thị trấn Lâm",
        "phường Nam Định, xã Hải Hậu, xã Giao Thủy, xã Ý Yên",
    ),
    _p(
        "Quảng Ninh", False, "022", "H49", "Quảng Ninh", "Quảng Ninh",
        "thành phố Hạ Long: phường Hồng Gai, phường Bãi Cháy; thị xã Đông Triều: phường Mạo Khê, xã Bình Khê;"
        "thành phố Cẩm Phả: phường Cẩm Đông, phường Quang Hanh; huyện Tiên Yên: xã Đông Ngũ, thị trấn Tiên Yên",
        "phường Hạ Long, phường Bãi Cháy, phường Mạo Khê, xã Tiên Yên, phường Cẩm Phả",
    ),
    _p(
        "Bắc Ninh", False, "027", "H05", "Bắc Ninh", "Bắc Ninh",
        "thành phố Bắc Ninh: phường Suối Hoa, phường Vệ An; huyện Yên Phong: xã Đông Phong, thị trấn Chờ;"
        "huyện Lương Tài: thị trấn Thứa, xã Quảng Phú; thị xã Thuận Thành: phường Hồ, xã Đình Tổ",
        "phường Kinh Bắc, xã Yên Phong, xã Lương Tài, phường Thuận Thành",
    ),
    _p(
        "Thanh Hóa", False, "038", "H56", "Thanh Hóa", "Thanh Hóa",
        "thành phố Thanh Hóa: phường Điện Biên, phường Đông Vệ; huyện Hoằng Hóa: xã Hoằng Lộc, thị trấn Bút Sơn;"
        "huyện Thọ Xuân: xã Xuân Lai, thị trấn Lam Sơn; huyện Nga Sơn: xã Nga Thủy, xã Nga Bạch",
        "phường Hạc Thành, xã Hoằng Hóa, xã Thọ Xuân, xã Nga Sơn",
    ),
    _p(
        "Nghệ An", False, "040", "H41", "Nghệ An", "Nghệ An",
        "thành phố Vinh: phường Hưng Bình, phường Trường Thi; huyện Diễn Châu: xã Diễn Kỷ, thị trấn Diễn Châu;"
        "huyện Quỳnh Lưu: xã Quỳnh Giang, xã Quỳnh Bảng; huyện Đô Lương: xã Lưu Sơn, xã Yên Sơn",
        "phường Thành Vinh, xã Diễn Châu, xã Quỳnh Lưu, xã Đô Lương",
    ),
    _p(
        "Quảng Ngãi", False, "051", "H48", "Quảng Ngãi", "Quảng Ngãi",
        "thành phố Quảng Ngãi: phường Nghĩa Lộ, phường Trần Phú; huyện Bình Sơn: xã Bình Chánh, thị trấn Châu Ổ;"
        "huyện Mộ Đức: xã Đức Tân, xã Đức Nhuận; huyện Tư Nghĩa: thị trấn La Hà, xã Nghĩa Kỳ",
        "phường Cẩm Thành, xã Bình Sơn, xã Mộ Đức, xã Tư Nghĩa",
    ),
    _p(
        "Đà Nẵng", True, "048", "H17", "Đà Nẵng", "Đà Nẵng",
        "quận Hải Châu: phường Thạch Thang, phường Hòa Cường Bắc; quận Liên Chiểu: phường Hòa Khánh Nam, phường Hòa Minh;"
        "huyện Hòa Vang: xã Hòa Tiến, xã Hòa Phong",
        "phường Hải Châu, phường Liên Chiểu, xã Hòa Vang, phường An Khê",
    ),
    _p(
        "Hà Nội", True, "001", "H26", "Hà Nội", "Hà Nội",
        "quận Đống Đa: phường Láng Hạ, phường Kim Liên; quận Hà Đông: phường Mộ Lao, phường Yên Nghĩa;"
        "huyện Thường Tín: xã Ninh Sở, thị trấn Thường Tín; huyện Quốc Oai: xã Ngọc Mỹ, thị trấn Quốc Oai",
        "phường Đống Đa, phường Hà Đông, xã Thường Tín, xã Quốc Oai",
    ),
    _p(
        "Cần Thơ", True, "092", "H13", "Cần Thơ", "Cần Thơ",
        "quận Ninh Kiều: phường Xuân Khánh, phường An Hội; quận Ô Môn: phường Châu Văn Liêm, phường Phước Thới;"
        "huyện Phong Điền: xã Mỹ Khánh, thị trấn Phong Điền",
        "phường Ninh Kiều, phường Ô Môn, xã Phong Điền, phường Cái Răng",
    ),
    _p(
        "Đắk Lắk", False, "066", "H15", "Đắk Lắk", "Đắk Lắk",
        "thành phố Buôn Ma Thuột: phường Tân Lợi, phường Ea Tam; huyện Krông Pắc: thị trấn Phước An, xã Ea Yông;"
        "huyện Cư M'gar: thị trấn Quảng Phú, xã Ea Kpam",
        "phường Buôn Ma Thuột, phường Tân Lập, xã Krông Pắc, xã Cư M'gar",
    ),
)  # fmt: skip

_BY_NAME = {p.name: p for p in _PROVINCES}


def province(rng: Random, on: date | None = None) -> Province:
    """One of the provinces that stood on that day (any, where no day is given)."""
    standing = [p for p in _PROVINCES if on is None or on < MERGER or p.new_name == p.name]
    return rng.choice(standing)


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody lives: printed in full; commune, district (empty since the merger) and province apart."""

    text: str
    commune: str
    district: str
    province: Province


_STREETS = (
    "Nguyễn Trãi", "Lê Lợi", "Trần Hưng Đạo", "Quang Trung", "Hai Bà Trưng", "Lý Thường Kiệt", "Phạm Ngũ Lão",
    "Bùi Thị Xuân", "Hoàng Hoa Thám", "Điện Biên Phủ", "Võ Thị Sáu", "Nguyễn Đức Cảnh", "Thống Nhất", "Yết Kiêu",
)  # fmt: skip
_HAMLETS = ("Đông", "Đoài", "Thượng", "Trung Hòa", "Phú Lộc", "An Thái", "Mỹ Xá", "Đồng Bái", "Hạ Vĩnh", "Xuân Dương")


def place(rng: Random, home: Province, on: date) -> Place:
    """An address as papers of that day print it: three levels before 2025-07-01, two levels from then on."""
    if on < MERGER:
        district, communes = rng.choice(home.districts)
        commune, top = rng.choice(communes), home.title
    else:
        home = _BY_NAME.get(home.new_name, home)
        district, commune, top = "", rng.choice(home.communes), home.title
    urban = commune.startswith(("phường", "thị trấn"))
    number = str(rng.randint(1, 412)) if rng.random() < 0.8 else f"{rng.randint(1, 60)}/{rng.randint(1, 40)}"
    if urban:
        first = (
            f"{'Số ' if rng.random() < 0.5 else ''}{number} {rng.choice(('đường ', 'phố ', ''))}{rng.choice(_STREETS)}"
        )
        if rng.random() < 0.25:
            first = f"Tổ dân phố số {rng.randint(1, 18)}"
    else:
        first = rng.choice(("Thôn ", "Xóm ", "Khu ")) + rng.choice((rng.choice(_HAMLETS), str(rng.randint(1, 12))))
    if rng.random() < 0.3:  # the short way: no words for the ranks of the upper units
        tops = [home.name] if not home.city else [f"TP. {home.name}"]
        parts = [first, commune, *([district] if district else []), *tops]
    else:
        parts = [first, commune, *([district] if district else []), top]
    return Place(", ".join(parts), commune, district, home)


@dataclass(frozen=True, slots=True)
class Office:
    """An office as its letterhead prints it.

    ``parent`` and ``name`` are printed lines; ``abbr`` goes into numbers; ``authority`` heads a decision; ``short`` is
    how its letters name it in running text; ``head`` and ``deputy`` are titles; ``board`` is the body it signs for.
    """

    parent: tuple[str, ...]
    name: tuple[str, ...]
    abbr: str
    authority: str
    short: str
    head: str
    deputy: str
    board: str
    where: str
    province: Province
    code: str
    seal: tuple[str, str]


_DEPARTMENTS = (
    ("SỞ Y TẾ", "SYT", "Sở Y tế", "03"),
    ("SỞ XÂY DỰNG", "SXD", "Sở Xây dựng", "15"),
    ("SỞ TƯ PHÁP", "STP", "Sở Tư pháp", "13"),
    ("SỞ GIÁO DỤC VÀ ĐÀO TẠO", "SGDĐT", "Sở Giáo dục và Đào tạo", "05"),
    ("SỞ NÔNG NGHIỆP\nVÀ PHÁT TRIỂN NÔNG THÔN", "SNN", "Sở Nông nghiệp và Phát triển nông thôn", "10"),
    ("SỞ TÀI NGUYÊN VÀ MÔI TRƯỜNG", "STNMT", "Sở Tài nguyên và Môi trường", "14"),
    ("SỞ GIAO THÔNG VẬN TẢI", "SGTVT", "Sở Giao thông vận tải", "16"),
    ("SỞ VĂN HÓA, THỂ THAO\nVÀ DU LỊCH", "SVHTTDL", "Sở Văn hóa, Thể thao và Du lịch", "18"),
    ("SỞ NỘI VỤ", "SNV", "Sở Nội vụ", "09"),
    ("BAN QUẢN LÝ DỰ ÁN\nĐẦU TƯ XÂY DỰNG CÁC CÔNG TRÌNH\nDÂN DỤNG VÀ CÔNG NGHIỆP", "BQLDA", "Ban Quản lý dự án", "31"),
)  # fmt: skip
_AFTER_MERGER = {"SGTVT", "STNMT", "SNN"}  # ministries and departments merged away in 2025


def office(rng: Random, on: date, home: Province | None = None, rank: str | None = None) -> Office:
    """An office of ``rank`` ``tinh``, ``so``, ``huyen`` or ``xa`` (any, if None) that could sign on that day."""
    home = home or province(rng, on)
    if on >= MERGER:
        home = _BY_NAME.get(home.new_name, home)
    ranks = ("so", "so", "tinh", "huyen", "xa") if on < MERGER else ("so", "so", "tinh", "xa", "xa")
    rank = rank or rng.choice(ranks)
    if rank == "huyen" and on >= MERGER:
        rank = "xa"
    top = f"{'THÀNH PHỐ' if home.city else 'TỈNH'} {home.name.upper()}"
    if rank == "so":
        name, abbr, short, serial = rng.choice([d for d in _DEPARTMENTS if on < MERGER or d[1] not in _AFTER_MERGER])
        parent: tuple[str, ...] = rng.choice(((f"UBND {top}",), ("ỦY BAN NHÂN DÂN", top)))
        whole = f"{short} {'thành phố' if home.city else 'tỉnh'} {home.name}"
        head = "GIÁM ĐỐC"
        return Office(
            parent, tuple(name.split("\n")), abbr, f"{head} {whole.upper()}", whole, head, "PHÓ GIÁM ĐỐC", "",
            home.name, home, f"000.00.{serial}.{home.code}" if on < MERGER else f"{home.code}.{serial}",
            (f"CỘNG HÒA XHCN VIỆT NAM ★ {top} ★", name.replace("\n", " ")),
        )  # fmt: skip
    board, head, deputy = "ỦY BAN NHÂN DÂN", "CHỦ TỊCH", "PHÓ CHỦ TỊCH"
    if rank == "tinh":
        unit, parent, where, code = home.title, (), home.name, f"000.00.00.{home.code}" if on < MERGER else home.code
    elif rank == "huyen":
        unit = rng.choice(home.districts)[0]
        parent = rng.choice(((), (f"UBND {top}",)))
        where, code = unit.split(" ", 2)[2] if unit.startswith(("thành", "thị")) else unit.split(" ", 1)[1], ""
        code = f"000.00.{rng.randint(20, 45)}.{home.code}"
    elif on < MERGER:
        district, communes = rng.choice(home.districts)
        unit = rng.choice(communes)
        parent = (f"UBND {district.upper()}",) if rng.random() < 0.7 else (district.upper(),)
        where, code = _bare(unit), f"000.{rng.randint(10, 40)}.{rng.randint(20, 45)}.{home.code}"
    else:
        unit = rng.choice(home.communes)
        parent = rng.choice(((f"UBND {top}",), ()))
        where, code = _bare(unit), f"{home.code}.{rng.randint(40, 180)}"
    return Office(
        parent, (board, unit.upper()), "UBND", f"{board} {unit.upper()}", f"Ủy ban nhân dân {unit}", head, deputy,
        f"TM. {board}", where, home, code,
        (f"CỘNG HÒA XHCN VIỆT NAM ★ {top} ★", f"{board} {unit.upper()}"),
    )  # fmt: skip


def _bare(unit: str) -> str:
    for rank in ("thị trấn ", "phường ", "xã "):
        unit = unit.removeprefix(rank)
    return unit


def one_stop(rng: Random, on: date, home: Province) -> Office:
    """The counter that takes dossiers in: a provincial public-service centre or a department's own."""
    if rng.random() < 0.5:
        return office(rng, on, home, rng.choice(("so", "so", "huyen", "xa")))
    if on >= MERGER:
        home = _BY_NAME.get(home.new_name, home)
    top = f"{'THÀNH PHỐ' if home.city else 'TỈNH'} {home.name.upper()}"
    name = ("TRUNG TÂM PHỤC VỤ", "HÀNH CHÍNH CÔNG")
    code = f"000.00.{rng.randint(10, 30)}.{home.code}" if on < MERGER else f"{home.code}.{rng.randint(2, 30):02d}"
    return Office(
        (f"VĂN PHÒNG UBND {top}",), name, "TTPVHCC", "GIÁM ĐỐC TRUNG TÂM", "Trung tâm Phục vụ hành chính công",
        "GIÁM ĐỐC", "PHÓ GIÁM ĐỐC", "", home.name, home, code,
        (f"VĂN PHÒNG UBND {top} ★", "TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG"),
    )  # fmt: skip


def hospital(rng: Random, on: date, home: Province) -> Office:
    """A place where drivers are examined; ``code`` is the five-character facility code (province, serial)."""
    if on >= MERGER:
        home = _BY_NAME.get(home.new_name, home)
    district = _bare(rng.choice(home.districts)[0].split(" ", 1)[1]).removeprefix("phố ").removeprefix("xã ")
    kinds = (
        (("TRUNG TÂM Y TẾ", district.upper()), f"Trung tâm Y tế {district}"),
        (("BỆNH VIỆN ĐA KHOA", f"{'THÀNH PHỐ' if home.city else 'TỈNH'} {home.name.upper()}"),
         f"Bệnh viện Đa khoa {home.title}"),
        (("PHÒNG KHÁM ĐA KHOA", "AN BÌNH"), "Phòng khám Đa khoa An Bình"),
        (("BỆNH VIỆN ĐA KHOA", f"KHU VỰC {district.upper()}"), f"Bệnh viện Đa khoa khu vực {district}"),
        (("TRUNG TÂM Y TẾ",), "Trung tâm Y tế"),
    )  # fmt: skip
    name, whole = rng.choice(kinds[:4])
    parent = (rng.choice((f"SỞ Y TẾ {home.name.upper()}", f"SỞ Y TẾ {home.title.upper()}")),)
    return Office(
        parent, name, "GKSKLX", f"GIÁM ĐỐC {whole.upper()}", whole, "GIÁM ĐỐC", "PHÓ GIÁM ĐỐC", "", home.name, home,
        f"{home.number[1:]}{rng.randint(1, 420):03d}", (f"SỞ Y TẾ {home.name.upper()} ★", whole.upper()),
    )  # fmt: skip
