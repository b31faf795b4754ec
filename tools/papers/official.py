"""Official papers in other layouts than the plain one: heads, bodies, tables of addressees, signatures side by side.

Owns: how a member of the Decree 30/2020 family is set in each layout (``types/van_ban`` names them). Never: says which
types there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from tools.papers import ink, prose
from tools.papers.fonts import Face
from tools.papers.paper import Look, Paper, Signer, arrival, body, look, sign_off, signer, urgent, vietnamese_date
from tools.papers.people import Case, full_name, written_number
from tools.papers.sheet import WIDTH, Sheet
from tools.papers.typeset import Book, Run, block, break_lines, words_of
from tools.papers.world import Office, office

__all__ = ["closing", "draw"]

_NATIONAL, _MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"
_ADDRESSED = frozenset({"cong_van", "to_trinh", "bao_cao", "phieu_gui", "phieu_chuyen", "thu_cong", "giay_moi"})
_UNNUMBERED = frozenset({"thu_cong"})


@dataclass(frozen=True, slots=True)
class _Style:
    """What a layout asks of a head: ``align`` of its columns; ``open``: number and day are left open; ``nought``: days
    below ten have theirs; ``capitals``: the abstract too."""

    align: str = "centre"
    open: bool = False
    nought: bool = True
    capitals: bool = False


_STYLES = {
    "wide": _Style(), "long": _Style(), "older": _Style(nought=False, capitals=True), "draft": _Style(open=True),
    "two": _Style(), "flush": _Style(align="left"),
}  # fmt: skip


def closing(kind: str, rng: Random, who: Office, on: date) -> tuple[int, str]:
    """(how many sections the body has, its last sentence)."""
    hour, days, room = rng.randint(7, 9), rng.randint(3, 9), rng.randint(1, 4)
    last = {
        "giay_moi": f"Thời gian: {hour} giờ 30 phút, ngày {on + timedelta(days=days):%d/%m/%Y}. "
        f"Địa điểm: Phòng họp số {room}, trụ sở {who.short}. "
        "Rất mong các đại biểu đến dự đúng thời gian và thành phần./.",
        "to_trinh": f"{who.short} kính trình xem xét, quyết định./.",
        "bien_ban": f"Cuộc họp kết thúc vào {hour + 2} giờ 15 phút cùng ngày, nội dung đã được các thành viên dự họp "
        "thống nhất thông qua./.",
        "giay_gioi_thieu": f"Giấy này có giá trị đến hết ngày {on + timedelta(days=days):%d/%m/%Y}./.",
        "hop_dong": f"Hợp đồng này được lập thành {room + 1:02d} bản có giá trị pháp lý như nhau, mỗi bên giữ một bản./.",
    }.get(kind, f"Trên đây là nội dung của {who.short}, đề nghị các đơn vị nghiêm túc triển khai thực hiện./.")
    return rng.randint(1, 4), last


def draw(
    kind: str, symbol: str, layout: str, rng: Random, case: Case, held_out_font: bool = False, hand: bool | None = None
) -> Paper:
    """A paper of that kind in one of the layouts of ``types/van_ban``."""
    style, looks = _STYLES[layout], look(rng, held_out_font)
    on = case.received - timedelta(days=rng.randint(0, 15))
    who = office(rng, on, case.counter.province)
    if layout == "long":
        who = max((office(rng, on, case.counter.province) for _ in range(6)), key=lambda o: len(" ".join(o.name)))
    book, face = looks.book(), looks.face
    by_hand = not style.open and (hand if hand is not None else rng.random() < 0.4)
    number = rng.choice((rng.randint(1, 99), rng.randint(100, 2800)))
    unit = rng.choice(("VP", "NVY", "TCHC", "KGVX", "NC", "TH"))
    about = prose.subject(rng, who, on, long=layout in {"long", "wide"} and rng.random() < 0.6)
    short = "-".join(part for part in (symbol, who.abbr, "" if symbol else unit) if part)
    fields = _head(book, looks, who, "" if kind in _UNNUMBERED else short, number, on, rng, style, by_hand)
    subject = f"V/v{rng.choice((' ', ': ')) if layout == 'older' else ' '}{about}" if kind == "cong_van" else ""
    if subject:
        _subject(book, looks, subject, style)
        fields["trich_yeu"] = subject
    else:
        fields["trich_yeu"] = _title(book, looks, kind, about, rng, style)
    fields["ten_loai"] = prose.NAMES[kind]
    if kind in _ADDRESSED:
        _addressees(book, looks, who, rng, many=layout == "wide")
    indent = rng.choice((28.35, 35.4))
    sections, last = closing(kind, rng, who, on)
    sections += 3 if layout == "long" else 0
    if kind in {"quy_che", "quy_dinh"}:
        text = prose.chapters(rng, who, prose.NAMES[kind].lower())
    else:
        text = prose.letter(rng, who, on, sections, last)
    sign = signer(rng, who)
    copies = (
        prose.many_recipients(rng, unit) if layout in {"wide", "long"} else prose.recipients(rng, "- Như trên;", "")
    )
    body(book, looks, text, indent, sign, copies, rng)
    if layout == "two":
        fields |= _side_by_side(book, looks, kind, who, sign, rng)
    else:
        fields |= sign_off(book, looks, who, sign, copies, rng, listed=True)
    if layout == "long" and rng.random() < 0.6:
        _appendix(book, looks, kind, str(fields.get("so_ky_hieu", "")), on, who, rng)
    if rng.random() < 0.08:
        urgent(book.pages[0], looks, rng)
    elif not style.open and rng.random() < 0.3:
        arrival(book.pages[0], case.counter, on + timedelta(days=rng.randint(1, 6)), rng, looks)
    penned = tuple(name for name in ("so_ky_hieu", "ngay_ban_hanh") if by_hand and name in fields)
    held = (f"layout:{layout}",) if layout == "flush" else ()
    return Paper(kind, book.pages, fields, layout, face.family, hand=penned, held_out=held)


def _head(
    book: Book, looks: Look, who: Office, symbol: str, number: int, on: date, rng: Random, style: _Style, by_hand: bool
) -> dict[str, object]:
    """Agency, number, national title, place and date; leaves the cursor under them."""
    sheet, face, first = book.page, looks.face, len(book.page.lines)
    cut = book.left + book.width * rng.uniform(0.41, 0.46)
    left_x, left_w = book.left - 10, cut - book.left + 6
    right_x, right_w = cut + 6, WIDTH - book.right - cut + 4
    wanted = face.but(bold=True).width(_NATIONAL)
    head = face.but(size=min(face.size, face.size * (right_w - 2) / wanted, 13.0), bold=True)
    y = top = book.top + face.size * 0.4
    fields: dict[str, object] = {}
    for name, rows, inked in (
        ("co_quan_chu_quan", who.parent, head.but(bold=False)),
        ("co_quan_ban_hanh", who.name, head),
    ):
        for row in rows:
            y = block(sheet, [[Run(row, field=name)]], inked, left_x, y, left_w, style.align) + head.size * 1.2
        if rows:
            fields[name] = " ".join(rows)
    if style.align == "centre":
        middle, half = left_x + left_w / 2, left_w * rng.uniform(0.12, 0.2)
        sheet.rule(middle - half, y - head.size * 0.82, middle + half, y - head.size * 0.82, 0.7)
    block(sheet, [[_NATIONAL]], head, right_x, top, right_w, style.align)
    block(
        sheet, [[_MOTTO]], head.but(size=min(head.size + 1, 14)), right_x, top + head.size * 1.3, right_w, style.align
    )
    base = max(y + head.size * 0.4, top + head.size * 3.0)
    plain = face.but(bold=False, size=min(face.size, 13.5))
    text = written_number(number)
    gap = rng.uniform(22, 44)
    if symbol and style.open:
        _open(sheet, ("Số:", f"/{symbol}"), gap, plain, left_x, base, left_w)
    elif symbol:
        penned = Run(text, field="so_ky_hieu", hand=looks.pen, colour=looks.pen_colour)
        runs: list[Run | str] = ["Số:  ", penned, Run(f"/{symbol}", field="so_ky_hieu")] if by_hand else [
            "Số: ", Run(f"{text}/{symbol}", field="so_ky_hieu")]  # fmt: skip
        block(sheet, [runs], plain, left_x, base, left_w, style.align)
        fields["so_ky_hieu"] = f"{text}/{symbol}"
    fields["dia_danh"] = who.where
    day = vietnamese_date(on) if style.nought else f"{on.day} tháng {on.month} năm {on.year}"
    written, rest = day.split(" ", 1)
    dated: list[Run | str] = [Run(who.where, field="dia_danh"), ", "]
    if by_hand:
        penned = Run(written, field="ngay_ban_hanh", hand=looks.pen, colour=looks.pen_colour)
        dated += ["ngày ", penned, Run(f" {rest}", field="ngay_ban_hanh")]
    else:
        dated.append(Run(f"ngày {day}", field="ngay_ban_hanh"))
    italic = plain.but(italic=True)
    wide = sum(p.width for w in words_of(dated, italic) for p in w) * 1.14
    italic = italic.but(size=italic.size * min(1.0, right_w / wide))
    if style.open:
        slots = (f"{who.where}, ngày", "tháng", f"năm {on.year}")
        _open(sheet, slots, min(gap, 18), italic.but(size=italic.size * 0.94), right_x, base, right_w)
    else:
        fields["ngay_ban_hanh"] = on.isoformat()
        block(sheet, [dated], italic, right_x, base, right_w, style.align)
    sheet.columns(first, cut)
    book.y = base + face.size * rng.uniform(0.9, 1.6)
    return fields


def _open(sheet: Sheet, parts: Sequence[str], gap: float, face: Face, x: float, y: float, width: float) -> None:
    """A line whose slots are left open for the pen: ``gap`` points between its parts."""
    put, first = [], x
    for part in parts:
        for word in words_of([part], face):
            put.append((x, word))
            x += sum(piece.width for piece in word) + face.width(" ")
        x += gap
    shift = max(0.0, (width - (x - gap - first)) / 2)
    sheet.write([(at + shift, word) for at, word in put], y)


def _subject(book: Book, looks: Look, subject: str, style: _Style) -> None:
    face = looks.face.but(bold=False, size=looks.face.size - 1.0)
    width = book.width * 0.42
    run = [Run(subject, field="trich_yeu")]
    book.y = block(book.page, [run], face, book.left - 4, book.y, width, style.align) + face.size * 1.4


def _title(book: Book, looks: Look, kind: str, about: str, rng: Random, style: _Style) -> str:
    """Name and abstract; gives the abstract as printed."""
    bold = looks.face.but(bold=True)
    name = Run(prose.NAMES[kind].upper(), field="ten_loai")
    book.y = block(
        book.page, [[name]], bold.but(size=bold.size + 1), book.left, book.y + bold.size, book.width, style.align
    )
    lead = rng.choice(("Về việc ", "Về ", "V/v ", ""))
    shown = lead + about if lead else about[0].upper() + about[1:]
    if style.capitals:
        shown = shown.upper().replace("V/V", "V/v")
    inset = rng.uniform(25, 60) if style.align == "centre" else 0
    run = [Run(shown, field="trich_yeu")]
    inked = bold.but(italic=kind == "thu_cong")
    book.y = block(
        book.page, [run], inked, book.left + inset, book.y + bold.size * 1.3, book.width - 2 * inset, style.align
    )
    if style.align == "centre" and rng.random() < 0.7:
        middle = book.left + book.width / 2
        book.page.rule(middle - 45, book.y + 6, middle + 45, book.y + 6, 0.7)
    book.y += bold.size * 0.9
    return shown


def _addressees(book: Book, looks: Look, who: Office, rng: Random, many: bool) -> None:
    face = looks.face
    book.y += face.size * 1.2
    names = rng.sample(
        (f"Ủy ban nhân dân {who.province.title}", "Các sở, ban, ngành cấp tỉnh", "Bảo hiểm xã hội tỉnh", "Công an tỉnh",
         "Ủy ban nhân dân các xã, phường", "Thủ trưởng các cơ quan, đơn vị trực thuộc"), rng.randint(2, 4),
    )  # fmt: skip
    if not many:
        block(book.page, [[f"Kính gửi: {names[0]}."]], face, book.left, book.y, book.width)
    else:
        x = book.left + book.width * 0.2
        block(book.page, [["Kính gửi:"]], face, x, book.y, 80, "left")
        rows: list[list[Run | str]] = [[f"- {name}{';' if name != names[-1] else '.'}"] for name in names]
        book.y = block(book.page, rows, face, x + 62, book.y, book.width - (x + 62 - book.left), "left", 1.3)
    book.y += face.size * 0.8


def _side_by_side(book: Book, looks: Look, kind: str, who: Office, sign: Signer, rng: Random) -> dict[str, object]:
    """Two who sign: the one on the left first named, the one on the right with the seal."""
    face = looks.face
    bold = face.but(bold=True)
    chair = ("THƯ KÝ", rng.choice(("CHỦ TRÌ", "CHỦ TỌA")))
    titles = chair if kind == "bien_ban" else ("ĐẠI DIỆN BÊN A", "ĐẠI DIỆN BÊN B")
    names = (full_name(rng, rng.random() < 0.5), sign.name)
    book.room(150)
    sheet, y0 = book.page, book.y + face.size * 2
    half = book.width / 2
    for index, (title, name) in enumerate(zip(titles, names, strict=True)):
        x = book.left + index * half
        mine = index == 1
        block(sheet, [[Run(title, field="chuc_vu" if mine else None)]], bold, x, y0, half)
        sheet.stamp(ink.signature(x + half / 2, y0 + 40, rng, rng.uniform(80, 120)))
        block(sheet, [[Run(name, field="nguoi_ky" if mine else None)]], bold, x, y0 + 92, half)
    centre = book.left + 1.5 * half - 60
    sheet.stamp(ink.seal(centre, y0 + 46, who.seal, Face("Liberation Sans", 8), rng))
    book.y = y0 + 100
    return {"nguoi_ky": names[1], "chuc_vu": titles[1]}


def _appendix(book: Book, looks: Look, kind: str, number: str, on: date, who: Office, rng: Random) -> None:
    """An appendix that bears the name of another type, and says what it goes with."""
    book.turn()
    face = looks.face
    bold = face.but(bold=True)
    other = rng.choice(("KẾ HOẠCH CHI TIẾT", "BÁO CÁO", "CHƯƠNG TRÌNH", "THÔNG BÁO"))
    rows: Sequence[Sequence[Run | str]] = [[rng.choice(("Phụ lục", "PHỤ LỤC", "PHỤ LỤC I"))], [other]]
    book.y = block(book.page, rows, bold, book.left, book.y + face.size, book.width)
    tie = f"(Kèm theo {prose.NAMES[kind]} số {number} ngày {vietnamese_date(on)} của {who.short})"
    lines = break_lines(words_of([Run(tie, italic=True)], face), book.width - 40)
    book.y = block(
        book.page, [[Run(tie, italic=True)]], face, book.left + 20, book.y + face.size * 1.3, book.width - 40
    )
    book.y += face.size * (1 + 0.1 * len(lines))
    for paragraph in prose.letter(rng, who, on, 2, "Các đơn vị gửi kết quả đúng thời hạn./."):
        book.paragraph(paragraph, indent=28, leading=looks.leading, after=4)
