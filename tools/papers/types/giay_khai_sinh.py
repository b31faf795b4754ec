"""Giấy khai sinh: the certificate of birth, of the form since 2016 and of the one before.

Owns: the labels of both forms and their order. Never: a real child.

Labels: Law on Civil Status 2014, art. 14, and Circular 04/2020/TT-BTP (mother before father, personal number); the older
form of Circular 08.a/2010/TT-BTP has the father first, a book's number and no personal number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from tools.papers import civil
from tools.papers.civil import Filler, Kin
from tools.papers.paper import Paper, look
from tools.papers.people import Case, day, full_name
from tools.papers.sheet import BLACK, WIDTH
from tools.papers.typeset import block
from tools.papers.world import Office, Place, office

__all__ = ["LAYOUTS", "draw"]

#: law: framed certificate, printed by the register's system; plain: white paper, one label a line where the form has three;
#: old: the form before 2016, often by pen; copy: an older copy, other labels and order (held out)
LAYOUTS = ("law", "plain", "old", "copy")


@dataclass(frozen=True, slots=True)
class _Birth:
    name: str
    female: bool
    born: date
    number: str
    people: str
    where: str
    home: Place
    mother: Kin
    father: Kin
    on: date
    office: Office


def _birth(rng: Random, case: Case, older: bool) -> _Birth:
    """The birth of the case's person, registered late, or of a child of the person."""
    who = case.person
    if older:
        on_first, on_last = date(2006, 6, 1), date(2015, 12, 20)
    else:
        on_first, on_last = date(2016, 2, 1), case.received
    if rng.random() < 0.45:
        name, female, born, number = who.name, who.female, who.born, who.number
        on = day(rng, max(on_first, born + timedelta(days=7)), on_last)
        families = (who.name.split()[0], "")
    else:
        female = rng.random() < 0.5
        born = day(rng, on_first, on_last - timedelta(days=60))
        on = born + timedelta(days=rng.randint(3, 58))
        parent = who.name.split()[0]
        families = (parent, "") if not who.female else (full_name(rng, False).split()[0], parent)
        name = f"{families[0]} {full_name(rng, female).split(' ', 1)[1]}"
        number = civil.personal_number(rng, born, female, who.number[:3])
    father = civil.kin(rng, born.year, False, who.lives, on, families[0])
    mother = civil.kin(rng, born.year, True, who.lives, on, families[1])
    people = rng.choice((father.people, mother.people))
    home = who.lives.province
    unit = office(rng, on, home, "xa")
    where = rng.choice(
        (
            f"Trạm y tế {_unit(unit)}, {home.title}",
            f"Bệnh viện Đa khoa {home.title}",
            f"Bệnh viện Phụ sản {home.title}, {home.title}",
            f"{_unit(unit)[0].upper()}{_unit(unit)[1:]}, {home.title}",
        )
    )
    return _Birth(name.upper(), female, born, number, people, where, who.lives, mother, father, on, unit)


def _unit(who: Office) -> str:
    return who.short.removeprefix("Ủy ban nhân dân ")


def draw(rng: Random, case: Case, layout: str, held_out_font: bool = False, hand: bool | None = None) -> Paper:
    """A certificate of birth of the case's person or of a child of theirs."""
    older = layout in {"old", "copy"}
    birth = _birth(rng, case, older)
    looks = civil.tightened(look(rng, held_out_font, small=True))
    book = looks.book(numbered=False)
    by_hand = hand if hand is not None else (layout == "old" and rng.random() < 0.4)
    dots = rng.choice(("after", "under"))
    manner = {"law": rng.choice(("none", "under")), "plain": "none", "copy": "none"}.get(layout, dots)
    form = Filler(
        book, looks, "under" if by_hand else manner, looks.pen if by_hand else None,
        looks.pen_colour if by_hand else BLACK, not by_hand and rng.random() < 0.4,
        rng.uniform(1.06, 1.5),
    )  # fmt: skip
    if layout == "law" or (layout == "old" and rng.random() < 0.6):
        civil.ground(book.page, rng)
        civil.frame(book.page, rng)
    number = f"{rng.randint(1, 480):0{rng.choice((1, 2, 3))}d}"
    if not older and rng.random() < 0.75:
        number += f"/{birth.on.year}"
    fields: dict[str, object] = {"so": number}
    volume = f"{rng.randint(1, 3):02d}/{birth.on.year}" if older else ""
    _head(form, birth, layout, number, volume, rng)
    if volume:
        fields["quyen_so"] = volume
    title = "GIẤY KHAI SINH"
    form.title(title, rng.uniform(3, 6))
    if layout == "copy" or rng.random() < 0.3:
        issue = rng.choice(("(BẢN SAO)", "BẢN SAO" if layout == "copy" else "BẢN CHÍNH"))
        book.y = block(
            book.page, [[issue]], looks.face.but(bold=True), book.left, book.y + looks.face.size * 1.3, book.width,
        )  # fmt: skip
    book.y += looks.face.size * rng.uniform(0.3, 1.0)
    fields |= (_older if older else _newer)(form, birth, layout, rng)
    rows = ["NGƯỜI KÝ GIẤY KHAI SINH"] if layout != "copy" else ["NGƯỜI KÝ BẢN SAO GIẤY KHAI SINH"]
    caption = rng.choice(("(Ký, ghi rõ họ tên, chức vụ và đóng dấu)", "(Ký, ghi rõ họ tên, chức vụ, đóng dấu)"))
    if rng.random() < 0.5:
        rows.append(rng.choice(("CHỦ TỊCH", "PHÓ CHỦ TỊCH")))
    signer = full_name(rng, rng.random() < 0.3)
    other = rng.choice(("NGƯỜI THỰC HIỆN", "CÁN BỘ TƯ PHÁP HỘ TỊCH")) if layout == "old" and rng.random() < 0.6 else ""
    civil.signed(book, looks, rows, caption, signer, birth.office.seal, rng, left=other)
    fields["nguoi_ky"] = signer
    penned = tuple(n for n in fields if n != "nguoi_ky") if by_hand else ()
    held = (f"layout:{layout}",) if layout == LAYOUTS[-1] else ()
    return Paper("giay_khai_sinh", book.pages, fields, layout, looks.face.family, hand=penned, held_out=held)


def _head(form: Filler, birth: _Birth, layout: str, number: str, volume: str, rng: Random) -> None:
    book, looks = form.book, form.looks
    face = looks.face
    if layout == "law" and rng.random() < 0.7:
        y = civil.national(book.page, face, book.left, book.top + face.size, book.width, rng)
        book.y = y + face.size * 0.6
        x = book.left + book.width * rng.uniform(0.62, 0.72)
        book.y += face.size * 0.4
        form.line("Số:", form.fill(number, "so"), x=x, width=WIDTH - book.right - x)
        return
    cut = civil.agency_head(book, looks, birth.office, rng)
    x, width = cut + rng.uniform(10, 60), 0.0
    width = WIDTH - book.right - x
    if volume and rng.random() < 0.5:
        form.line("Số:", form.fill(number, "so", 0.5), "Quyển số:", form.fill(volume, "quyen_so"), x=cut + 4,
                  width=WIDTH - book.right - cut)  # fmt: skip
        return
    form.line("Số:", form.fill(number, "so"), x=x, width=width)
    if volume:
        form.line("Quyển số:", form.fill(volume, "quyen_so"), x=x, width=width)


def _newer(form: Filler, birth: _Birth, layout: str, rng: Random) -> dict[str, object]:
    fill, line = form.fill, form.line
    name_label = rng.choice(("Họ, chữ đệm, tên:", "Họ, chữ đệm, tên:", "Họ, chữ đệm và tên:"))
    words, born = civil.day_in_words(birth.born, rng), f"{birth.born:%d/%m/%Y}"
    line(name_label, fill(birth.name, "ho_ten"))
    if layout == "plain" and rng.random() < 0.6:
        line("Ngày, tháng, năm sinh:", fill(born, "ngay_sinh"))
        line(rng.choice(("Ghi bằng chữ:", "(Bằng chữ):", "Bằng chữ:")), fill(words, "ngay_sinh_bang_chu"))
    else:
        line("Ngày, tháng, năm sinh:", fill(born, "ngay_sinh", 0.3), "ghi bằng chữ:", fill(words, "ngay_sinh_bang_chu"))
    sex = "Nữ" if birth.female else "Nam"
    if rng.random() < 0.75:
        line("Giới tính:", fill(sex, "gioi_tinh"), "Dân tộc:", fill(birth.people, "dan_toc"), "Quốc tịch:",
             fill("Việt Nam", "quoc_tich"))  # fmt: skip
    else:
        line("Giới tính:", fill(sex, "gioi_tinh"), "Dân tộc:", fill(birth.people, "dan_toc"))
        line("Quốc tịch:", fill("Việt Nam", "quoc_tich"))
    home = f"{birth.home.commune}, {birth.home.province.title}"
    home = home[0].upper() + home[1:]
    line("Nơi sinh:", fill(birth.where, "noi_sinh"))
    line("Quê quán:", fill(home, "que_quan"))
    line("Số định danh cá nhân:", fill(birth.number, "so_dinh_danh", 1.0, "boxes" if rng.random() < 0.12 else ""))
    fields: dict[str, object] = {
        "ho_ten": birth.name, "gioi_tinh": sex, "ngay_sinh": birth.born.isoformat(), "ngay_sinh_bang_chu": words,
        "noi_sinh": birth.where, "dan_toc": birth.people, "quoc_tich": "Việt Nam", "que_quan": home,
        "so_dinh_danh": birth.number,
    }  # fmt: skip
    for key, role, one in (("me", "mẹ", birth.mother), ("cha", "cha", birth.father)):
        line(f"Họ, chữ đệm, tên người {role}:", fill(one.name.upper(), f"{key}_ho_ten"))
        parts = [
            ("Năm sinh:", f"{one.born}", "nam_sinh"), ("Dân tộc:", one.people, "dan_toc"),
            ("Quốc tịch:", one.nation, "quoc_tich"),
        ]  # fmt: skip
        line(*[i for label, value, name in parts for i in (label, fill(value, f"{key}_{name}"))])
        line("Nơi cư trú:", fill(one.lives.text, f"{key}_noi_cu_tru"))
        fields |= _kin(key, one)
    teller = rng.choice((birth.father, birth.mother))
    card = f"CCCD số {civil.personal_number(rng, date(teller.born, 1, 1), teller is birth.mother, birth.number[:3])}"
    if rng.random() < 0.6:
        card += f", Cục Cảnh sát QLHC về TTXH cấp ngày {birth.on - timedelta(days=rng.randint(20, 400)):%d/%m/%Y}"
    line("Họ, chữ đệm, tên người đi khai sinh:", fill(teller.name.upper(), "nguoi_di_khai_sinh"))
    line("Giấy tờ tùy thân:", fill(card, "giay_to_tuy_than"))
    at = f"{birth.office.short}, {birth.office.province.title}"
    line("Nơi đăng ký khai sinh:", fill(at, "noi_dang_ky"))
    line("Ngày, tháng, năm đăng ký:", fill(f"{birth.on:%d/%m/%Y}", "ngay_dang_ky"))
    fields |= {
        "nguoi_di_khai_sinh": teller.name.upper(), "giay_to_tuy_than": card, "noi_dang_ky": at,
        "ngay_dang_ky": birth.on.isoformat(),
    }  # fmt: skip
    return fields


def _older(form: Filler, birth: _Birth, layout: str, rng: Random) -> dict[str, object]:
    fill, line = form.fill, form.line
    words, born = civil.day_in_words(birth.born, rng), f"{birth.born:%d/%m/%Y}"
    sex = "Nữ" if birth.female else "Nam"
    name_label = "Họ và tên:" if layout == "old" else rng.choice(("Họ, tên:", "Họ và tên người được khai sinh:"))
    if rng.random() < 0.6:
        line(name_label, fill(birth.name, "ho_ten"), "Giới tính:", fill(sex, "gioi_tinh", 0.2))
    elif form.hand is None and rng.random() < 0.3:
        line(name_label, fill(birth.name, "ho_ten"))
        form.sex("Giới tính:", birth.female, "gioi_tinh", rng)
    else:
        line(name_label, fill(birth.name, "ho_ten"))
        line("Giới tính:", fill(sex, "gioi_tinh"))
    line("Ngày, tháng, năm sinh:", fill(born, "ngay_sinh"))
    line(rng.choice(("(Bằng chữ:", "Viết bằng chữ:", "Bằng chữ:")), fill(words, "ngay_sinh_bang_chu"))
    line("Nơi sinh:", fill(birth.where, "noi_sinh"))
    line("Dân tộc:", fill(birth.people, "dan_toc"), "Quốc tịch:", fill("Việt Nam", "quoc_tich"))
    fields: dict[str, object] = {
        "ho_ten": birth.name, "gioi_tinh": sex, "ngay_sinh": birth.born.isoformat(), "ngay_sinh_bang_chu": words,
        "noi_sinh": birth.where, "dan_toc": birth.people, "quoc_tich": "Việt Nam",
    }  # fmt: skip
    if rng.random() < 0.7:
        home = f"{birth.home.commune}, {birth.home.province.title}"
        home = home[0].upper() + home[1:]
        line("Quê quán:", fill(home, "que_quan"))
        fields["que_quan"] = home
    live = rng.choice(("Nơi thường trú/tạm trú:", "Nơi thường trú:", "Nơi thường trú, tạm trú:"))
    for key, role, one in (("cha", "cha", birth.father), ("me", "mẹ", birth.mother)):
        of = f"Họ và tên {role}:" if layout == "old" else f"Họ và tên người {role}:"
        line(of, fill(one.name.upper(), f"{key}_ho_ten"))
        parts = [
            ("Dân tộc:", one.people, "dan_toc"), ("Quốc tịch:", one.nation, "quoc_tich"),
            ("Năm sinh:", f"{one.born}", "nam_sinh"),
        ]  # fmt: skip
        if layout == "copy":
            parts = parts[2:] + parts[:2]
        line(*[i for label, value, name in parts for i in (label, fill(value, f"{key}_{name}"))])
        line(live, fill(one.lives.text, f"{key}_noi_cu_tru"))
        fields |= _kin(key, one)
    teller = rng.choice((birth.father, birth.mother))
    at = rng.choice((f"{birth.office.short}, {birth.office.province.title}", f"UBND {_unit(birth.office)}"))
    register = [("Nơi đăng ký:" if layout == "old" else "Nơi đăng ký khai sinh:", at, "noi_dang_ky"),
                ("Ngày, tháng, năm đăng ký:", f"{birth.on:%d/%m/%Y}", "ngay_dang_ky")]  # fmt: skip
    told = [("Họ và tên người đi khai sinh:", teller.name.upper(), "nguoi_di_khai_sinh"),
            ("Quan hệ với người được khai sinh:", "Mẹ" if teller is birth.mother else "Cha", "")]  # fmt: skip
    for label, value, name in (*register, *told) if rng.random() < 0.6 else (*told, *register):
        line(label, fill(value, name or None))
    fields |= {"nguoi_di_khai_sinh": teller.name.upper(), "noi_dang_ky": at, "ngay_dang_ky": birth.on.isoformat()}
    return fields


def _kin(key: str, one: Kin) -> dict[str, object]:
    return {
        f"{key}_ho_ten": one.name.upper(), f"{key}_nam_sinh": f"{one.born}", f"{key}_dan_toc": one.people,
        f"{key}_quoc_tich": one.nation, f"{key}_noi_cu_tru": one.lives.text,
    }  # fmt: skip
