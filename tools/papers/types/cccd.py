"""Căn cước công dân and căn cước: three generations of the citizen card, front and back, as copies and photos bring them.

Owns: what stands where on each side. Never: a real card: see ``cards``; how sheets lie is said there too.

Generations, by the day of issue: bar code card (2016, labels in Vietnamese alone, no zone), chip card (2021-01-23,
bilingual, QR on the front, zone on the back; Circular 06/2021/TT-BCA), card of the Law on Identification 2023
(2024-07-01, QR and home on the back). Labels and their order: domain facts 6.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from random import Random

from tools.papers.cards import ENDLESS, SIDES, Card, expires, laid, qr_text, zone
from tools.papers.fonts import HELD_OUT
from tools.papers.paper import Paper
from tools.papers.people import Case, Person, full_name
from tools.papers.world import place

__all__ = ["LAYOUTS", "draw"]

#: the last, both sides beside one another, is held out
LAYOUTS = SIDES

_CHIP, _LAW_2023 = date(2021, 1, 23), date(2024, 7, 1)
_FACES = ("Liberation Sans", "Liberation Sans", "Noto Sans", "DejaVu Sans", "Liberation Serif")
_TINTS = (((226, 240, 238), (196, 222, 220)), ((238, 236, 228), (218, 212, 196)), ((232, 238, 246), (204, 216, 232)))
_MARKS = (
    "Nốt ruồi cách 2 cm dưới trước đuôi mắt trái", "Sẹo chấm cách 1 cm trên sau cánh mũi phải", "Nốt ruồi ở trước cánh mũi",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the card of a person says; ``origin`` is where the family is from, or where birth was registered."""

    who: Person
    origin: str
    home: str
    end: date | None
    qr: str
    signer: str

    @property
    def sex(self) -> str:
        return "Nữ" if self.who.female else "Nam"

    @property
    def until(self) -> str:
        return f"{self.end:%d/%m/%Y}" if self.end else ENDLESS


@dataclass(frozen=True, slots=True)
class _Style:
    """How this print of the card sets its labels: ``slash`` between the languages, sizes in points, and the leading."""

    slash: str
    label: float
    value: float
    step: float
    beside: bool


def draw(rng: Random, case: Case, layout: str, held_out_font: bool = False, hand: bool | None = None) -> Paper:
    """The card of the case's person. ``hand`` is ignored: nobody writes on a card."""
    who = case.person
    family = HELD_OUT if held_out_font else rng.choice(_FACES)
    origin = place(rng, who.lives.province, who.issued)
    home = who.lives.text
    text = qr_text(who, rng)
    if who.issued >= _LAW_2023:
        text += rng.choice(("||", f"|{full_name(rng, False)}|{full_name(rng, True)}|", ""))
    where, end = ", ".join(origin.text.split(", ")[1:]), expires(who.born, who.issued)
    facts = _Facts(who, where, home, end, text, full_name(rng, False))
    narrow = 0.86 if "DejaVu" in family else 1.0
    style = _Style(
        rng.choice((" / ", "/ ", "/")), rng.uniform(4.6, 5.2) * narrow, rng.uniform(6.2, 7.0) * narrow,
        rng.uniform(3.0, 3.4), rng.random() < 0.35,
    )  # fmt: skip
    tint, wave = rng.choice(_TINTS)
    seed = rng.random()
    sides = _sides(who.issued)

    def front(card: Card) -> None:
        card.ground(Random(seed), tint, wave)
        sides[0](card, facts, style, Random(seed))

    def back(card: Card) -> None:
        card.ground(Random(seed + 1), tint, wave)
        sides[1](card, facts, style, Random(seed))

    sheets = laid(layout, rng, family, front, back)
    fields: dict[str, object] = {
        "so_cccd": who.number,
        "ho_ten": who.name.upper(),
        "ngay_sinh": who.born.isoformat(),
        "gioi_tinh": facts.sex,
        "dia_chi": facts.home,
        "ngay_cap": who.issued.isoformat(),
        "ngay_het_han": facts.end.isoformat() if facts.end else ENDLESS,
        ("noi_dang_ky_khai_sinh" if who.issued >= _LAW_2023 else "que_quan"): facts.origin,
    }
    held = tuple(f"layout:{layout}" for _ in (0,) if layout == LAYOUTS[-1])
    return Paper("cccd", sheets, fields, layout, family, held_out=held)


_Draw = Callable[[Card, _Facts, _Style, Random], None]


def _sides(issued: date) -> tuple[_Draw, _Draw]:
    if issued < _CHIP:
        return _bar_front, _bar_back
    return (_chip_front, _chip_back) if issued < _LAW_2023 else (_law_front, _law_back)


def _head(card: Card, x: float, english: bool, rng: Random) -> None:
    y = rng.uniform(4.2, 5.2)
    card.write(x, y, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 5.6, bold=True, centre=True)
    if english:
        card.write(x, y + 2.2, "SOCIALIST REPUBLIC OF VIET NAM", 4.0, centre=True)
    card.write(x, y + 4.6, "Độc lập - Tự do - Hạnh phúc", 5.0, bold=True, centre=True)
    if english:
        card.write(x, y + 6.5, "Independence - Freedom - Happiness", 4.0, centre=True)


def _chip_front(card: Card, facts: _Facts, style: _Style, rng: Random) -> None:
    who, s = facts.who, style.slash
    _head(card, 42, True, rng)
    red = (176, 40, 44)
    card.write(44, 16.2, "CĂN CƯỚC CÔNG DÂN", 8.6, bold=True, centre=True, colour=red)
    card.write(44, 18.8, rng.choice(("Citizen Identity Card", "CITIZEN IDENTITY CARD")), 5.0, centre=True)
    card.picture(3, 18, 21, 26, rng)
    side = rng.uniform(13, 15.5)
    card.code(facts.qr, 84 - side, 2.2, side)
    x, y, step = 27.0, 23.4, style.step
    card.pair(x, y, f"Số{s}No.:", who.number, style.label, field="so_cccd", value_size=9.0)
    y += step
    name = f"Họ và tên{s}Full name:"
    if style.beside and 28 + card.width(name + " " + who.name.upper(), style.value + 0.6, True) < 84:
        card.pair(x, y, name, who.name.upper(), style.label, field="ho_ten", value_size=style.value + 0.4)
        y += step
    else:
        card.write(x, y, name, style.label)
        card.write(x, y + step, who.name.upper(), style.value + 0.8, field="ho_ten", bold=True)
        y += 2 * step
    card.pair(
        x,
        y,
        f"Ngày sinh{s}Date of birth:",
        f"{who.born:%d/%m/%Y}",
        style.label,
        field="ngay_sinh",
        value_size=style.value,
    )
    y += step
    at = card.pair(x, y, f"Giới tính{s}Sex:", facts.sex, style.label, field="gioi_tinh", value_size=style.value)
    card.pair(max(at + 2, 46), y, f"Quốc tịch{s}Nationality:", "Việt Nam", style.label, value_size=style.value)
    y += step
    card.write(x, y, f"Quê quán{s}Place of origin:", style.label)
    y = card.wrapped(x, y + step, facts.origin, style.value, to=84.6, step=step, field="que_quan")
    y += step
    after = card.write(x, y, f"Nơi thường trú{s}Place of residence:", style.label)
    card.wrapped(x, y, facts.home, style.value, to=84.6, step=step, field="dia_chi", first=after)
    if facts.end:
        card.pair(1.5, 47.5, "Có giá trị đến:", facts.until, 4.2, field="ngay_het_han", value_size=4.8)
    else:
        card.pair(1.5, 47.5, "Có giá trị đến:", "", 4.2)
        card.write(1.5, 52.4, facts.until, 4.8, field="ngay_het_han", bold=True)
    card.write(1.5, 49.8, "Date of expiry", 4.0)


def _chip_back(card: Card, facts: _Facts, style: _Style, rng: Random) -> None:
    s = style.slash
    word = rng.choice(("nhân dạng", "nhận dạng"))
    card.write(4, 5, f"Đặc điểm {word}{s}Personal identification:", style.label)
    card.write(4, 8, rng.choice(_MARKS), style.value - 0.6, bold=True)
    on, label = f"{facts.who.issued:%d/%m/%Y}", f"Ngày, tháng, năm{s}Date, month, year:"
    card.pair(4, 12, label, on, style.label, field="ngay_cap", value_size=style.value)
    card.write(32, 15.4, "CỤC TRƯỞNG CỤC CẢNH SÁT", 4.6, bold=True, centre=True)
    card.write(32, 17.6, "QUẢN LÝ HÀNH CHÍNH VỀ TRẬT TỰ XÃ HỘI", 4.6, bold=True, centre=True)
    card.write(32, 29, facts.signer, 5.4, bold=True, centre=True)
    for n, (vi, en) in enumerate((("Ngón trỏ trái", "Left index finger"), ("Ngón trỏ phải", "Right index finger"))):
        left = 56 + 14.5 * n
        card.write(left + 6.5, 4, vi, 4.2, centre=True)
        card.write(left + 6.5, 5.9, en, 3.6, centre=True)
        _finger(card, left, 7, rng)
    x, y = card.at(5, 20)
    x1, y1 = card.at(16, 29)
    card.sheet.fill((x, y, x1, y1), (206, 190, 140))
    card.zone(zone(facts.who, facts.end))


def _finger(card: Card, left: float, top: float, rng: Random) -> None:
    (x0, y0), (x1, y1) = card.at(left, top), card.at(left + 13, top + 21)
    card.sheet.frame((x0, y0, x1, y1), 0.4, (140, 140, 140))
    for n in range(10):
        y = y0 + (y1 - y0) * (0.2 + 0.06 * n)
        inset = (x1 - x0) * (0.2 + 0.02 * abs(n - 5))
        card.sheet.rule(x0 + inset, y + rng.uniform(-1, 1), x1 - inset, y, 0.5, (120, 110, 110))


def _law_front(card: Card, facts: _Facts, style: _Style, rng: Random) -> None:
    who, s = facts.who, style.slash
    _head(card, 46, True, rng)
    card.write(46, 16.6, "CĂN CƯỚC", 9.2, bold=True, centre=True, colour=(176, 40, 44))
    card.write(46, 19.2, "IDENTITY CARD", 5.2, bold=True, centre=True)
    card.picture(4, 17, 22, 28, rng)
    x, y, step = 29.0, 24.4, style.step * 1.06
    card.write(x, y, f"Số định danh cá nhân{s}Personal identification number:", style.label)
    card.write(x, y + step, who.number, 8.6, field="so_cccd", bold=True)
    y += 2 * step
    card.write(x, y, f"Họ, chữ đệm và tên khai sinh{s}Full name:", style.label)
    card.write(x, y + step, who.name.upper(), style.value + 0.8, field="ho_ten", bold=True)
    y += 2 * step
    born, sex = f"Ngày, tháng, năm sinh{s}Date of birth:", f"Giới tính{s}Sex:"
    second = max(x + card.width(born, style.label) + 3, 66)
    card.write(x, y, born, style.label)
    card.write(second, y, sex, style.label)
    card.write(x, y + step, f"{who.born:%d/%m/%Y}", style.value, field="ngay_sinh", bold=True)
    card.write(second, y + step, facts.sex, style.value, field="gioi_tinh", bold=True)
    y += 2 * step
    card.pair(x, y, f"Quốc tịch{s}Nationality:", "Việt Nam", style.label, value_size=style.value)


def _law_back(card: Card, facts: _Facts, style: _Style, rng: Random) -> None:
    s, step = style.slash, style.step
    side = rng.uniform(13, 15)
    card.code(facts.qr, 83.5 - side, 2.4, side)
    x, y, right = 4.0, 4.6, 82 - side
    card.write(x, y, f"Nơi cư trú{s}Place of residence:", style.label)
    y = card.wrapped(x, y + step, facts.home, style.value - 0.3, to=right, step=step, field="dia_chi") + step
    card.write(x, y, f"Nơi đăng ký khai sinh{s}Place of birth:", style.label)
    y = (
        card.wrapped(x, y + step, facts.origin, style.value - 0.3, to=right, step=step, field="noi_dang_ky_khai_sinh")
        + step
    )
    dates = ((f"Ngày, tháng, năm cấp{s}Date of issue:", f"{facts.who.issued:%d/%m/%Y}", "ngay_cap"),
             (f"Ngày, tháng, năm hết hạn{s}Date of expiry:", facts.until, "ngay_het_han"))  # fmt: skip
    for label, value, field in dates:
        card.pair(x, y, label, value, style.label, field=field, value_size=style.value - 0.3)
        y += step
    card.write(66, max(y - step, 22.5), "BỘ CÔNG AN", 5.0, bold=True, centre=True)
    card.write(66, max(y - step, 22.5) + 2.2, "MINISTRY OF PUBLIC SECURITY", 3.8, centre=True)
    card.zone(zone(facts.who, facts.end))


def _bar_front(card: Card, facts: _Facts, style: _Style, rng: Random) -> None:
    who = facts.who
    _head(card, 50, False, rng)
    card.write(52, 15.4, "CĂN CƯỚC CÔNG DÂN", 9.0, bold=True, centre=True, colour=(176, 40, 44))
    card.picture(3, 17, 21, 27, rng)
    x, y, step = 27.0, 20.4, style.step * 1.1
    card.pair(x, y, "Số:", who.number, style.label + 1, field="so_cccd", value_size=9.0)
    card.write(x, y + step, "Họ và tên:", style.label + 0.6)
    card.write(x, y + 2 * step, who.name.upper(), style.value + 0.8, field="ho_ten", bold=True)
    y += 3 * step
    card.pair(
        x,
        y,
        "Ngày, tháng, năm sinh:",
        f"{who.born:%d/%m/%Y}",
        style.label + 0.6,
        field="ngay_sinh",
        value_size=style.value,
    )
    y += step
    at = card.pair(x, y, "Giới tính:", facts.sex, style.label + 0.6, field="gioi_tinh", value_size=style.value)
    card.pair(max(at + 3, 50), y, "Quốc tịch:", "Việt Nam", style.label + 0.6, value_size=style.value)
    y += step
    after = card.write(x, y, "Quê quán:", style.label + 0.6)
    y = card.wrapped(x, y, facts.origin, style.value, to=84.6, step=step, field="que_quan", first=after) + step
    after = card.write(x, y, "Nơi thường trú:", style.label + 0.6)
    card.wrapped(x, y, facts.home, style.value, to=84.6, step=step, field="dia_chi", first=after)
    card.write(2, 47, "Có giá trị đến:", 4.6)
    card.write(2, 50, facts.until, 5.4, field="ngay_het_han", bold=True)


def _bar_back(card: Card, facts: _Facts, style: _Style, rng: Random) -> None:
    card.write(28, 6, "Đặc điểm nhân dạng:", style.label + 0.6)
    card.write(28, 9.4, rng.choice(_MARKS), style.value, bold=True)
    for n, vi in enumerate(("Ngón trỏ trái", "Ngón trỏ phải")):
        card.write(10.5, 4 + 24.5 * n, vi, 4.4, centre=True)
        _finger(card, 4, 5 + 24.5 * n, rng)
    on = facts.who.issued
    if rng.random() < 0.5:
        card.pair(
            34, 24, "Ngày, tháng, năm:", f"{on:%d/%m/%Y}", style.label + 0.6, field="ngay_cap", value_size=style.value
        )
    else:
        card.write(56, 24, f"Ngày {on:%d} tháng {on:%m} năm {on:%Y}", style.value, field="ngay_cap", centre=True)
    card.write(56, 28, "CỤC TRƯỞNG CỤC CẢNH SÁT", 4.8, bold=True, centre=True)
    card.write(56, 30.4, "ĐKQL CƯ TRÚ VÀ DLQG VỀ DÂN CƯ", 4.8, bold=True, centre=True)
    card.write(56, 45, facts.signer, 5.8, bold=True, centre=True)
