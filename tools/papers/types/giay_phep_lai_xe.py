"""Giấy phép lái xe of PET: front and back, of the transport departments (2012-) and of the police (2025-03-01-).

Owns: what stands where on each side, the licence number and how long a class lasts. Never: a real card: see ``cards``.

Labels and their order: domain facts 6. Number: 2 digits province, 1 century and sex, 2 year first passed, 7 serial (from
memory). The payload of the real QR codes is not known; ours says number and name. Terms: Law on Road Traffic Order and
Safety 2024, art. 57, and Circular 12/2017/TT-BGTVT (from memory, medium): motorcycles without end, light cars ten years,
others five.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from tools.papers.cards import ENDLESS, SIDES, Card, laid
from tools.papers.fonts import HELD_OUT
from tools.papers.paper import Paper
from tools.papers.people import Case, day, full_name

__all__ = ["LAYOUTS", "draw"]

#: the last, both sides beside one another, is held out
LAYOUTS = SIDES

_POLICE = date(2025, 3, 1)
_NEW = date(2025, 1, 1)
_FACES = ("Liberation Sans", "Liberation Sans", "Noto Sans", "Liberation Serif", "DejaVu Sans")
_OLD_CLASSES = {"A1": 0, "A2": 0, "B1": 10, "B2": 10, "C": 5, "D": 5, "E": 5, "FC": 5}
_NEW_CLASSES = {"A1": 0, "A": 0, "B": 10, "C1": 10, "C": 5, "D1": 5, "D2": 5, "D": 5, "BE": 5, "CE": 5}
_VEHICLES = {
    "A1": "Mô tô hai bánh dung tích đến 175 cm3", "A2": "Mô tô hai bánh trên 175 cm3", "A": "Mô tô hai bánh trên 125 cm3",
    "B1": "Ô tô chở người đến 9 chỗ không hành nghề", "B2": "Ô tô chở người đến 9 chỗ ngồi",
    "B": "Ô tô chở người đến 8 chỗ",
    "C1": "Ô tô tải từ 3500 kg đến 7500 kg", "C": "Ô tô tải từ 3500 kg trở lên", "D1": "Ô tô chở người đến 16 chỗ",
    "D2": "Ô tô chở người đến 29 chỗ", "D": "Ô tô chở người trên 29 chỗ", "E": "Ô tô chở người trên 30 chỗ",
    "FC": "Ô tô hạng C kéo rơ moóc", "BE": "Ô tô hạng B kéo rơ moóc", "CE": "Ô tô hạng C kéo rơ moóc",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Facts:
    number: str
    name: str
    born: str
    home: str
    place: str
    issued: date
    kind: str
    until: str
    passed: date
    signer: str
    police: bool


def draw(rng: Random, case: Case, layout: str, held_out_font: bool = False, hand: bool | None = None) -> Paper:
    """The licence of the case's person. ``hand`` is ignored: nobody writes on a card."""
    who = case.person
    family = HELD_OUT if held_out_font else rng.choice(_FACES)
    issued = day(rng, max(date(2013, 1, 1), date(who.born.year + 19, 1, 1)), case.received - timedelta(days=30))
    classes = _NEW_CLASSES if issued >= _NEW else _OLD_CLASSES
    kind = rng.choice(list(classes))
    years = classes[kind]
    end = date(issued.year + years, issued.month, min(issued.day, 28)) if years else None
    passed = max(issued - timedelta(days=rng.choice((12, 30, 2000, 3400))), date(who.born.year + 18, 12, 28))
    century = (who.born.year // 100 - 19) * 2 + who.female
    facts = _Facts(
        f"{who.number[1:3]}{century}{passed.year % 100:02d}{rng.randint(1, 999999):07d}", who.name.upper(),
        f"{who.born:%d/%m/%Y}", who.lives.text, who.lives.province.name, issued, kind,
        f"{end:%d/%m/%Y}" if end else ENDLESS, passed, full_name(rng, False), issued >= _POLICE,
    )  # fmt: skip
    slash, seed = rng.choice(("/", "/", " / ")), rng.random()
    yellow = not facts.police
    tint, wave = ((246, 240, 212), (230, 216, 168)) if yellow else ((248, 230, 232), (236, 204, 210))

    def front(card: Card) -> None:
        card.ground(Random(seed), tint, wave)
        _front(card, facts, slash, Random(seed))

    def back(card: Card) -> None:
        card.ground(Random(seed + 1), tint, wave)
        _back(card, facts, slash, Random(seed))

    fields: dict[str, object] = {
        "so": facts.number,
        "ho_ten": facts.name,
        "ngay_sinh": who.born.isoformat(),
        "dia_chi": facts.home,
        "noi_cap": facts.place,
        "ngay_cap": issued.isoformat(),
        "hang": kind,
        "ngay_het_han": end.isoformat() if end else ENDLESS,
        "ngay_trung_tuyen": passed.isoformat(),
    }
    held = tuple(f"layout:{layout}" for _ in (0,) if layout == LAYOUTS[-1])
    sheets = laid(layout, rng, family, front, back)
    return Paper("giay_phep_lai_xe", sheets, fields, layout, family, held_out=held)


def _front(card: Card, facts: _Facts, slash: str, rng: Random) -> None:
    narrow = 0.86 if "DejaVu" in card.family else 1.0
    label, value = rng.uniform(4.8, 5.4) * narrow, rng.uniform(6.0, 6.8) * narrow
    top = ("BỘ CÔNG AN", "MPS") if facts.police else ("BỘ GTVT", "MOT")
    card.write(13, 5, top[0], 5.2, bold=True, centre=True)
    card.write(13, 7.4, top[1], 4.4, centre=True)
    card.write(54, 5, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 5.4 * narrow, bold=True, centre=True)
    card.write(54, 7.8, "Độc lập - Tự do - Hạnh phúc", 5.2 * narrow, bold=True, centre=True)
    title, red = rng.choice(("GIẤY PHÉP LÁI XE/DRIVER'S LICENSE", "GIẤY PHÉP LÁI XE / DRIVER'S LICENSE")), (188, 36, 40)
    card.write(52, 13.4, title, 7.0 * narrow, bold=True, centre=True, colour=red)
    card.picture(3, 12, 20, 26, rng)
    x, y, step = 26.0, 18.4, rng.uniform(3.5, 3.9)
    card.pair(x, y, f"Số{slash}No:", facts.number, label, field="so", value_size=8.2, gap=rng.choice((0, 2)))
    y += step
    for text, said, field in (
        (f"Họ tên{slash}Full name:", facts.name, "ho_ten"),
        (f"Ngày sinh{slash}Date of Birth:", facts.born, "ngay_sinh"),
        (f"Quốc tịch{slash}Nationality:", "VIỆT NAM", ""),
    ):
        card.pair(x, y, text, said, label, field=field, value_size=value)
        y += step
    after = card.write(x, y, f"Nơi cư trú{slash}Address:", label)
    y = card.wrapped(x, y, facts.home, value, to=84.4, step=step * 0.9, field="dia_chi", first=after) + step
    on = facts.issued
    start = 84.4 - card.width(f"{facts.place}, ngày/date 00 tháng/month 00 năm/year 0000", label + 0.4, True)
    left = card.write(min(34, start), y, f"{facts.place},", label + 0.4, field="noi_cap", italic=True)
    card.write(
        left, y, f"ngày/date {on:%d} tháng/month {on:%m} năm/year {on:%Y}", label + 0.4, field="ngay_cap", italic=True
    )
    card.pair(3, 42.6, f"Hạng{slash}Class:", facts.kind, label, field="hang", value_size=8.0)
    if facts.until == ENDLESS or rng.random() < 0.5:
        card.write(3, 46.4, f"Có giá trị đến{slash}Expires:", label)
        card.write(3, 49.8, facts.until, value, field="ngay_het_han", bold=True)
    else:
        card.pair(3, 46.4, f"Có giá trị đến{slash}Expires:", facts.until, label, field="ngay_het_han", value_size=value)
    office = "TRƯỞNG PHÒNG CẢNH SÁT GIAO THÔNG" if facts.police else rng.choice(("GIÁM ĐỐC", "TUQ. GIÁM ĐỐC"))
    card.write(63, y + 3.0, office, 4.8 * narrow, bold=True, centre=True)
    card.write(63, 51.6, facts.signer, 5.6 * narrow, bold=True, centre=True)


def _back(card: Card, facts: _Facts, slash: str, rng: Random) -> None:
    narrow = 0.84 if "DejaVu" in card.family else 1.0
    card.write(42.8, 5, "CÁC LOẠI XE CƠ GIỚI ĐƯỜNG BỘ ĐƯỢC ĐIỀU KHIỂN", 5.6 * narrow, bold=True, centre=True)
    card.write(42.8, 7.8, "CLASSIFICATION OF MOTOR VEHICLES", 4.8 * narrow, centre=True)
    right = 63.0
    word = "Ngày đạt kết quả" if facts.police else "Ngày trúng tuyển"
    card.write(4, 13, f"Hạng{slash}Class", 4.8 * narrow, bold=True)
    card.write(18, 13, f"Loại xe{slash}Vehicle", 4.8 * narrow, bold=True)
    card.write(right, 13, word, 4.8 * narrow, bold=True)
    card.write(right, 15.2, "Beginning date", 4.4 * narrow)
    card.write(5, 20, facts.kind, 6.4, bold=True)
    card.write(18, 20, _VEHICLES[facts.kind], 5.0 * narrow)
    card.write(right, 20, f"{facts.passed:%d/%m/%Y}", 6.0 * narrow, field="ngay_trung_tuyen")
    if facts.police or facts.issued.year >= 2020:
        card.code(f"{facts.number};{facts.name};{facts.kind}", 68, 36, 14)
    card.write(4, 50, f"{rng.choice('ABCDEG')}{rng.choice('ABCDEG')} {rng.randint(100000, 9999999)}", 6.0, bold=True)
