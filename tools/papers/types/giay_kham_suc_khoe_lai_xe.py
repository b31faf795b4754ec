"""Giấy khám sức khỏe của người lái xe: history and consent on the first page, findings and conclusion on the second.

Owns: the form's labels, ticks, photo box and conclusions. Never: a face; the photo is hatching.

Labels in their printed order: joint circular 24/2015/TTLT-BYT-BGTVT and Circular 36/2024/TT-BYT. The number is
``00001/GKSKLX/34001/20``: serial, kind, facility, year of the conclusion.
"""

from __future__ import annotations

from random import Random

from tools.papers import ink
from tools.papers.fonts import Face
from tools.papers.paper import Look, Paper, look, vietnamese_date
from tools.papers.people import Case, certificate_number, full_name
from tools.papers.sheet import WIDTH, Sheet
from tools.papers.typeset import Book, Fill, Run, block, break_lines, form_line, place, tick_box, words_of

__all__ = ["LAYOUTS", "draw"]

#: circular: ticks for the sex, personal number in boxes; clinic: printed by a hospital's system, no leaders; handwritten:
#: a blank form filled in by pen; compact: sex before the name's line ends, issue and place on one line (held out)
LAYOUTS = ("circular", "clinic", "handwritten", "compact")

_HISTORY = (
    "Có bệnh hay bị thương trong 5 năm qua", "Có bệnh thần kinh hay bị thương ở đầu", "Bệnh mắt hoặc giảm thị lực",
    "Bệnh ở tai, giảm sức nghe hoặc thăng bằng", "Bệnh ở tim, hoặc nhồi máu cơ tim, các bệnh tim mạch khác",
    "Tăng huyết áp", "Khó thở", "Bệnh phổi, hen, khí phế thũng, viêm phế quản mạn tính", "Bệnh thận, lọc máu",
    "Đái tháo đường hoặc kiểm soát tăng đường huyết", "Bệnh tâm thần", "Mất ý thức, rối loạn ý thức",
    "Ngất, chóng mặt", "Rối loạn giấc ngủ, ngừng thở khi ngủ", "Tai biến mạch máu não hoặc liệt",
    "Sử dụng rượu thường xuyên, liên tục", "Sử dụng ma túy và chất gây nghiện",
)  # fmt: skip
_CLINICAL = (
    ("Tâm thần", "Hiện tại bình thường"), ("Thần kinh", "Không có bệnh lý"), ("Mắt", ""),
    ("Tai - Mũi - Họng", "Nghe bình thường"),
    ("Tim mạch", ""), ("Hô hấp", "Phổi không ran"), ("Cơ - Xương - Khớp", "Vận động bình thường"),
    ("Nội tiết", "Bình thường"),
    ("Thai sản", "Không"),
)  # fmt: skip


def _photo(sheet: Sheet, x: float, y: float, w: float, h: float, face: Face, rng: Random) -> None:
    """A place for a photo: empty with its caption, or filled with hatching."""
    sheet.frame((x, y, x + w, y + h), 0.7)
    if rng.random() < 0.4:
        block(sheet, [["Ảnh"], ["(4 x 6 cm)"]], face.but(size=9, bold=False), x, y + h / 2, w)
        return
    gap = rng.uniform(2.4, 4.5)
    shade = (90, 110, 150)
    at = -h
    while at < w:
        x0, x1 = max(0.0, at), min(w, at + h)
        sheet.rule(x + x0, y + (x0 - at), x + x1, y + (x1 - at), 0.8, shade)
        at += gap


def _head(book: Book, looks: Look, case: Case, number: str, rng: Random, fill_number: Fill) -> None:
    sheet, face, clinic = book.page, looks.face, case.clinic
    cut = book.left + book.width * 0.43
    right_w = WIDTH - book.right - cut + 12
    wanted = face.but(bold=True, size=1).width("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
    head = face.but(size=min(12.0, face.size, right_w / wanted))
    y = book.top
    for row in clinic.parent:
        y = block(sheet, [[row]], head, book.left - 18, y, cut - book.left + 14) + head.size * 1.2
    for row in clinic.name:
        y = (
            block(sheet, [[Run(row, field="co_so_kham")]], head.but(bold=True), book.left - 18, y, cut - book.left + 14)
            + head.size * 1.2
        )
    middle = (book.left - 18 + cut - 4) / 2
    sheet.rule(middle - 30, y - head.size * 0.8, middle + 30, y - head.size * 0.8)
    y += head.size * 0.4
    numbered: list[str | Run | Fill] = [rng.choice(("Số:", "Số:", "Số :")), fill_number]
    y = form_line(sheet, book.left, y, cut - book.left - 4, numbered, head, 1.2)
    block(sheet, [["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"]], head.but(bold=True), cut, book.top, right_w)
    low = book.top + head.size * 1.25
    motto = head.but(bold=True, size=head.size + 0.6)
    block(sheet, [["Độc lập - Tự do - Hạnh phúc"]], motto, cut, low, right_w)
    half = motto.width("Độc lập - Tự do - Hạnh phúc") / 2
    sheet.rule(cut + right_w / 2 - half, low + 3, cut + right_w / 2 + half, low + 3)
    book.y = y + face.size * 1.8


def draw(rng: Random, case: Case, layout: str, held_out_font: bool = False, hand: bool | None = None) -> Paper:
    """The certificate of the case's person, concluded on the day of the examination."""
    looks = look(rng, held_out_font, small=True)
    looks = _tight(looks)
    book, face = looks.book(numbered=False), looks.face
    by_hand = hand if hand is not None else layout == "handwritten"
    writer = looks.pen if by_hand else None
    colour = looks.pen_colour if by_hand else (18, 18, 22)
    manner = "under" if by_hand else {"clinic": "none", "compact": "none"}.get(layout, rng.choice(("after", "under")))
    bold_values = not by_hand and rng.random() < 0.35
    who, on = case.person, case.examined
    number = certificate_number(rng, case.clinic.code, on)
    step = face.size * looks.leading * 1.06

    def fill(value: str, field: str | None = None, weight: float = 1.0, how: str = "") -> Fill:
        return Fill(value, field, weight, how or manner, bold_values, writer, colour)

    def line(*items: str | Run | Fill, width: float = 0.0, x: float = 0.0) -> None:
        book.room(step)
        book.y = form_line(
            book.page, x or book.left, book.y + step, width or book.width, items, face, looks.leading * 1.06
        )

    _head(
        book,
        looks,
        case,
        number,
        rng,
        Fill(number, "so", 1.0, "none" if not by_hand else "under", False, writer, colour),
    )
    title = face.but(bold=True, size=face.size + rng.uniform(1.5, 3))
    book.y = block(book.page, [["GIẤY KHÁM SỨC KHỎE CỦA NGƯỜI LÁI XE"]], title, book.left, book.y, book.width)
    book.y += face.size * 0.9
    top = book.y
    photo_w = 0.0
    if layout != "compact":
        photo_w = rng.uniform(78, 95)
        _photo(book.page, book.left, top + 6, photo_w, photo_w * 1.36, face, rng)
    x, width = book.left + (photo_w + 14 if photo_w else 0), book.width - (photo_w + 14 if photo_w else 0)
    name = who.name.upper() if rng.random() < 0.65 else who.name
    if by_hand:
        name = who.name
    sex = "Nữ" if who.female else "Nam"
    born = f"{who.born:%d/%m/%Y}"
    name_label = rng.choice(("Họ và tên:", "Họ và tên (chữ in hoa):", "Họ và tên:"))
    number_label = rng.choice(("Số CMND hoặc Hộ chiếu:", "Số CCCD/CMND/Hộ chiếu:", "Số CMND/CCCD:", "Số CCCD:"))
    place_label = rng.choice(("Tại:", "Nơi cấp:", "tại:"))
    live_label = rng.choice(("Chỗ ở hiện tại:", "Chỗ ở hiện tại:", "Nơi ở hiện tại:"))
    if layout == "compact":
        line(name_label, fill(name, "ho_ten"), "Giới tính:", fill(sex, "gioi_tinh", 0.2), x=x, width=width)
    else:
        line(name_label, fill(name, "ho_ten"), x=x, width=width)
    if layout == "clinic":
        line("Giới tính:", fill(sex, "gioi_tinh", 0.4), "Ngày sinh:", fill(born, "ngay_sinh"), x=x, width=width)
    elif layout != "compact":
        _sex(book, face, x, step, who.female, rng)
        if layout == "circular" and rng.random() < 0.5:
            line(
                "Ngày sinh:",
                *_long_date(who.born.day, who.born.month, who.born.year, "ngay_sinh", fill),
                x=x,
                width=width,
            )
        else:
            line("Ngày sinh:", fill(born, "ngay_sinh"), x=x, width=width)
    else:
        line("Ngày, tháng, năm sinh:", fill(born, "ngay_sinh"), x=x, width=width)
    boxed = layout == "circular" and rng.random() < 0.65
    line(number_label, fill(who.number, "so_cccd", 1.0, "boxes" if boxed else ""), x=x, width=width)
    issued = f"{who.issued:%d/%m/%Y}"
    if layout == "compact" or rng.random() < 0.4:
        line("Cấp ngày:", fill(issued, "ngay_cap", 0.5), place_label, fill(who.issuer, "noi_cap"), x=x, width=width)
    else:
        line(rng.choice(("Cấp ngày:", "Ngày cấp:")), fill(issued, "ngay_cap"), x=x, width=width)
        line(place_label, fill(who.issuer, "noi_cap"), x=x, width=width)
    line(live_label, fill(who.lives.text, "dia_chi"), x=x, width=width)
    book.y = max(book.y, top + 6 + photo_w * 1.36 + 4)
    line("Đề nghị khám sức khỏe để lái xe hạng:", fill(case.vehicle_class, "hang_gplx"))
    _history(book, looks, rng, line, fill)
    _consent(book, looks, case, rng)

    book.turn()
    fields = _findings(book, looks, case, rng, line, fill, by_hand, layout)
    doctor = full_name(rng, rng.random() < 0.4)
    _conclusion(book, looks, case, doctor, rng)
    fields = {
        "so": number,
        "ho_ten": name,
        "gioi_tinh": sex,
        "ngay_sinh": who.born.isoformat(),
        "so_cccd": who.number,
        "ngay_cap": who.issued.isoformat(),
        "noi_cap": who.issuer,
        "dia_chi": who.lives.text,
        "hang_gplx": case.vehicle_class,
        **fields,
        "bac_si": doctor,
        "ngay_ket_luan": on.isoformat(),
        "co_so_kham": " ".join(case.clinic.name),
    }
    names = (
        "so",
        "ho_ten",
        "ngay_sinh",
        "so_cccd",
        "ngay_cap",
        "noi_cap",
        "dia_chi",
        "hang_gplx",
        "nong_do_con",
        "ma_tuy",
    )
    held = ("layout:compact",) if layout == LAYOUTS[-1] else ()
    return Paper(
        "giay_kham_suc_khoe_lai_xe",
        book.pages,
        fields,
        layout,
        face.family,
        hand=names if by_hand else (),
        held_out=held,
    )


def _tight(looks: Look) -> Look:
    """The form is full: smaller type and margins."""
    face = looks.face.but(size=looks.face.size - 0.5)
    leading = 1.22 + (looks.leading - 1.15) * 1.1
    return Look(
        face, looks.left, looks.right, looks.top * 0.75, looks.bottom * 0.5, leading, looks.pen, looks.pen_colour
    )


def _long_date(day: int, month: int, year: int, field: str, fill: object) -> list[str | Run | Fill]:
    assert callable(fill)
    return [
        "ngày", fill(f"{day:02d}", field, 0.3), "tháng", fill(f"{month:02d}", field, 0.3), "năm",
        fill(str(year), field, 0.5),
    ]  # fmt: skip


def _sex(book: Book, face: Face, x: float, step: float, female: bool, rng: Random) -> None:
    """``Giới tính: Nam ☐ Nữ ☒``: the tick is what says the value."""
    book.y += step
    sheet, y = book.page, book.y
    at = place(sheet, words_of(["Giới tính:"], face), x, y, 0) + face.width("  ")
    for text, mine in (("Nam", not female), ("Nữ", female)):
        words = words_of([Run(text, field="gioi_tinh" if mine else None)], face)
        end = place(sheet, words, at, y, 0) + face.width(" ")
        at = tick_box(sheet, end, y, face, mine, rng) + face.width("   ")
    # one line in the truth, as it reads: the words stand on one baseline
    tail = [sheet.lines.pop() for _ in range(3)][::-1]
    for part in tail[1:]:
        tail[0].words += part.words
    sheet.lines.append(tail[0])


def _history(book: Book, looks: Look, rng: Random, line: object, fill: object) -> None:
    assert callable(line)
    assert callable(fill)
    face = looks.face
    line(Run("I. TIỀN SỬ BỆNH CỦA ĐỐI TƯỢNG KHÁM SỨC KHỎE", bold=True))
    line(Run("1. Tiền sử gia đình:", bold=True))
    family = (
        "Có ai trong gia đình ông (bà) mắc một trong các bệnh: truyền nhiễm, tim mạch, đái tháo đường, lao, "
        "hen phế quản, ung thư, động kinh, rối loạn tâm thần, bệnh khác:"
    )
    book.paragraph([family], face, leading=looks.leading, after=0)
    book.y += face.size * 0.2
    _ticks(book, face, looks, "Không", "Có", rng)
    own = [
        Run("2. Tiền sử, bệnh sử bản thân:", bold=True),
        Run(" Ông (bà) đã/đang mắc các bệnh, tình trạng bệnh nào sau đây không:"),
    ]
    book.paragraph(own, face, leading=looks.leading, after=0, align="left")
    small = face.but(size=face.size - 0.8)
    count = rng.choice((8, 10, 12, 14))
    items = _HISTORY[:count]
    half = (count + 1) // 2
    column = book.width / 2
    book.y += 4
    for row in range(half):
        pair = items[row::half]
        deep = max(len(break_lines(words_of([t], small), column - 50)) for t in pair)
        height = small.size * (1.5 if deep == 1 else 1.15 * deep + 0.4)
        for side, text in enumerate(pair):
            _grid_row(book.page, book.left + side * column, book.y, column, height, text, small, rng)
        book.y += height
    book.y += 2
    line("3. Câu hỏi khác (nếu có): Ông (bà) có đang điều trị bệnh gì không?", fill("Không"))


def _grid_row(
    sheet: Sheet, x: float, y: float, width: float, height: float, text: str, face: Face, rng: Random
) -> None:
    """A question with two ruled cells, yes and no; the cross is nearly always in "no"."""
    sheet.frame((x, y, x + width - 44, y + height), 0.4)
    lines = break_lines(words_of([text], face), width - 50)
    at = y + (height - len(lines) * face.size * 1.15) / 2 + face.size * 0.9
    for line in lines:
        place(sheet, line, x + 3, at, 0)
        at += face.size * 1.15
    sheet.frame((x + width - 44, y, x + width - 22, y + height), 0.4)
    sheet.frame((x + width - 22, y, x + width, y + height), 0.4)
    left, middle = x + width - (40 if rng.random() < 0.04 else 18), y + height / 2
    sheet.rule(left, middle - 4, left + 10, middle + 4 + rng.uniform(0, 2), 0.9, (30, 40, 120))
    sheet.rule(left + 10, middle - 4 - rng.uniform(0, 2), left + 1, middle + 4, 0.9, (30, 40, 120))


def _ticks(book: Book, face: Face, looks: Look, yes: str, no: str, rng: Random) -> None:
    sheet = book.page
    book.y += face.size * looks.leading
    at = book.left + 40.0
    for index, text in enumerate((yes, no)):
        end = place(sheet, words_of([text], face), at, book.y, 0) + face.width(" ")
        at = tick_box(sheet, end, book.y, face, index == 0, rng) + 40
    last = sheet.lines.pop()
    sheet.lines[-1].words += last.words


def _consent(book: Book, looks: Look, case: Case, rng: Random) -> None:
    sheet, face = book.page, looks.face
    text = "Tôi xin cam đoan những điều khai trên đây hoàn toàn đúng sự thật theo sự hiểu biết của tôi."
    book.paragraph([text], face, leading=looks.leading, after=2)
    x, w = book.left + book.width * 0.5, book.width * 0.5
    y = book.y + face.size * 1.2
    y = (
        block(sheet, [[f"{case.clinic.where}, ngày {vietnamese_date(case.examined)}"]], face.but(italic=True), x, y, w)
        + face.size * 1.25
    )
    y = block(sheet, [[Run("Người đề nghị khám sức khỏe", bold=True)]], face, x, y, w)
    y = block(
        sheet, [[Run("(Ký và ghi rõ họ tên)", italic=True)]], face.but(size=face.size - 1), x, y + face.size * 1.15, w
    )
    sheet.stamp(ink.signature(x + w / 2, y + 24, rng, rng.uniform(50, 90)))
    y = block(sheet, [[Run(case.person.name, hand=looks.pen, colour=looks.pen_colour)]], face, x, y + 52, w)
    book.y = y


def _findings(
    book: Book, looks: Look, case: Case, rng: Random, line: object, fill: object, by_hand: bool, layout: str
) -> dict[str, object]:
    """Clinical and laboratory findings; gives alcohol and drug values."""
    assert callable(line)
    assert callable(fill)
    line(Run("II. KHÁM LÂM SÀNG", bold=True))
    for index, (organ, finding) in enumerate(_CLINICAL, 1):
        if organ == "Thai sản" and not case.person.female:
            continue
        line(Run(f"{index}. {organ}:", bold=True), *([fill(finding)] if finding else []))
        if organ == "Mắt":
            line(
                "- Thị lực nhìn xa: Không kính: Mắt phải",
                fill(f"{rng.choice((8, 9, 10))}/10", weight=0.2),
                "Mắt trái",
                fill(f"{rng.choice((8, 9, 10))}/10", weight=0.2),
                "Hai mắt",
                fill("10/10", weight=0.2),
            )
            line("- Thị trường:", fill("Bình thường"), "Sắc giác:", fill("Bình thường"))
        if organ == "Tim mạch":
            line(
                "- Mạch:",
                fill(str(rng.randint(62, 92)), weight=0.3),
                "lần/phút; Huyết áp:",
                fill(f"{rng.randint(105, 138)}/{rng.randint(65, 88)}", weight=0.3),
                "mmHg",
            )
        line(
            "Kết luận:",
            fill(rng.choice(("Đủ điều kiện", "Bình thường", "Đạt"))),
            "Bác sĩ:",
            fill(full_name(rng, rng.random() < 0.5)),
        )
    line(Run("III. KHÁM CẬN LÂM SÀNG", bold=True))
    positive = rng.random() < 0.05
    overall = "Dương tính" if positive else "Âm tính"
    tests = ("Morphin/Heroin", "Amphetamin", "Methamphetamin", "Marijuana (cần sa)")
    if layout in {"circular", "handwritten"} or rng.random() < 0.5:
        line(rng.choice(("1. Các xét nghiệm bắt buộc: Xét nghiệm ma túy", "1. Xét nghiệm ma túy:")))
        bad = rng.randrange(len(tests)) if positive else -1
        for index, test in enumerate(tests):
            line(
                f"- Test {test}:",
                fill("Dương tính" if index == bad else "Âm tính", "ma_tuy" if not positive or index == bad else None),
            )
    else:
        line("1. Xét nghiệm ma túy:", fill(overall, "ma_tuy"))
    blood = rng.random() < 0.6
    amount = rng.choice(("0", "0,0", "0,00", "0,000"))
    alcohol = f"{amount} {'mg/100ml máu' if blood else 'mg/l khí thở'}"
    label = rng.choice(("2. Xét nghiệm nồng độ cồn trong máu hoặc hơi thở:", "2. Nồng độ cồn trong máu hoặc hơi thở:"))
    line(label, fill(alcohol, "nong_do_con"))
    line("3. Các xét nghiệm khác (nếu có):", fill("Không"))
    cls = case.vehicle_class
    verdicts = (
        f"Đủ điều kiện sức khỏe lái xe hạng {cls}",
        f"Không đủ điều kiện sức khỏe lái xe hạng {cls}",
        f"Đạt tiêu chuẩn sức khỏe lái xe hạng {cls} nhưng yêu cầu khám lại sau 6 tháng",
    )
    verdict = verdicts[1] if positive else rng.choices(verdicts, weights=(88, 5, 7))[0]
    line(Run("IV. KẾT LUẬN" if rng.random() < 0.7 else "KẾT LUẬN", bold=True))
    before = len(book.page.lines)
    book.paragraph([Run(verdict + ".", bold=rng.random() < 0.5)], looks.face, leading=looks.leading, after=0)
    for row in book.page.lines[before:]:
        book.page.fields.setdefault("ket_luan", []).append(row.box)
    return {"nong_do_con": alcohol, "ma_tuy": overall, "ket_luan": verdict}


def _conclusion(book: Book, looks: Look, case: Case, doctor: str, rng: Random) -> None:
    book.room(112)
    sheet, face = book.page, looks.face
    x, w = book.left + book.width * 0.48, book.width * 0.52
    y = book.y + face.size * 1.5
    dated: list[Run | str] = [
        f"{case.clinic.where}, ",
        Run(f"ngày {vietnamese_date(case.examined)}", field="ngay_ket_luan"),
    ]
    y = block(sheet, [dated], face.but(italic=True), x, y, w) + face.size * 1.3
    y = block(sheet, [["NGƯỜI KẾT LUẬN"]], face.but(bold=True), x, y, w)
    y = block(
        sheet,
        [[Run("(Ký, ghi rõ họ tên và đóng dấu)", italic=True)]],
        face.but(size=face.size - 1),
        x,
        y + face.size * 1.15,
        w,
    )
    gap = rng.uniform(56, 70)
    degree = rng.choice(("BS. ", "BS.CKI. ", "ThS.BS. ", "Bác sĩ "))
    block(sheet, [[Run(degree, bold=True), Run(doctor, bold=True, field="bac_si")]], face, x, y + gap, w)
    at, hand = x + w / 2 + rng.uniform(0, 12), rng.uniform(80, 120)
    sheet.stamp(ink.signature(at, y + gap * 0.45, rng, hand))
    centre = at - hand / 6 - 17.6 * ink.PT_PER_MM
    sheet.stamp(ink.seal(centre, y + gap * 0.5, case.clinic.seal, Face("Liberation Sans", 8), rng))
    book.y = y + gap
