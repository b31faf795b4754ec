"""Papers of many pages: a plan with parts in Roman figures, a table that runs over pages, an appendix; their page numbers.

Owns: how pages are numbered (middle of the top margin as Decree 30/2020 has it, at the foot, "Trang 2/3", not at all).
Never: scans (``scanner``) or mixes papers (``stacks``).
"""

from __future__ import annotations

from datetime import timedelta
from random import Random

from tools.papers import ink, prose
from tools.papers.fonts import Face
from tools.papers.paper import Paper, body, letterhead, look, sign_off, signer, vietnamese_date
from tools.papers.people import Case, full_name
from tools.papers.sheet import HEIGHT, Sheet
from tools.papers.typeset import Run, block, place, table, words_of
from tools.papers.world import office

__all__ = ["NUMBERED", "long_plan", "renumbered"]

NUMBERED = ("top", "top", "top", "top", "foot", "corner", "of", "of", "dashes", "none")
"""How pages may be numbered, as often as seen."""

_ROMAN = ("I", "II", "III", "IV", "V", "VI")
_PARTS = ("MỤC ĐÍCH, YÊU CẦU", "NỘI DUNG THỰC HIỆN", "GIẢI PHÁP", "KINH PHÍ", "TỔ CHỨC THỰC HIỆN", "CHẾ ĐỘ BÁO CÁO")


def long_plan(rng: Random, case: Case, held_out_font: bool = False) -> Paper:
    """A plan of two to six pages, with a list in a table and an appendix now and then."""
    looks = look(rng, held_out_font)
    on = case.received - timedelta(days=rng.randint(0, 15))
    who = office(rng, on, case.counter.province)
    book, face = looks.book(), looks.face
    bold = face.but(bold=True)
    fields = letterhead(book, looks, who, f"KH-{who.abbr}", rng.randint(1, 900), on, rng)
    about = prose.subject(rng, who, on)
    book.y = block(book.page, [["KẾ HOẠCH"]], bold.but(size=face.size + 0.8), book.left, book.y + face.size, book.width)
    subject, below = [[Run(f"Về {about}", field="trich_yeu")]], book.y + face.size * 1.3
    book.y = block(book.page, subject, bold, book.left + 40, below, book.width - 80)
    fields["trich_yeu"] = f"Về {about}"
    book.y += face.size
    indent = rng.choice((28.35, 35.4))
    parts = rng.randint(2, 5)
    for index in range(parts):
        book.paragraph([Run(f"{_ROMAN[index]}. {_PARTS[index]}", bold=True)], indent=indent, leading=looks.leading)
        for paragraph in prose.letter(rng, who, on, rng.randint(1, 3), "Yêu cầu các đơn vị thực hiện đúng thời hạn."):
            book.paragraph(paragraph, indent=indent, leading=looks.leading, after=rng.choice((2, 4, 6)))
        if index == 1 and rng.random() < 0.5:
            _list(rng, book, face)
    sign, to = signer(rng, who), prose.recipients(rng, "- Như trên;", "")
    closing = prose.letter(rng, who, on, 1, f"Trên đây là Kế hoạch của {who.short}./.")[-1:]
    body(book, looks, closing, indent, sign, to, rng)
    fields |= sign_off(book, looks, who, sign, to, rng)
    if rng.random() < 0.35:
        book.turn()
        first = book.page
        book.y = block(first, [["PHỤ LỤC"]], bold, book.left, book.y + face.size, book.width)
        tie = f"(Kèm theo Kế hoạch số {fields['so_ky_hieu']} ngày {vietnamese_date(on)} của {who.short})"
        book.y = block(
            first, [[Run(tie, italic=True)]], face, book.left + 20, book.y + face.size * 1.3, book.width - 40
        )
        book.y += face.size
        _list(rng, book, face)
        first.stamp(ink.seal(book.left + 30, looks.top + 50, who.seal, Face("Liberation Sans", 8), rng))
    return Paper("ke_hoach", book.pages, fields, "long", face.family, kind="ke_hoach")


def _list(rng: Random, book: object, face: Face) -> None:
    from tools.papers.typeset import Book

    assert isinstance(book, Book)
    rows = [
        [str(i), full_name(rng, rng.random() < 0.5), rng.choice(prose.UNITS), rng.choice(("", "Thành viên", "Thư ký"))]
        for i in range(1, rng.randint(9, 48))
    ]
    columns = (("STT", 0.09), ("Họ và tên", 0.33), ("Đơn vị", 0.38), ("Ghi chú", 0.2))
    book.y += 6
    table(book, columns, rows, face.but(size=face.size - 0.8))
    book.y += 6


def renumbered(paper: Paper, manner: str, size: float = 12.0) -> Paper:
    """The paper with its page numbers in another ``manner`` (see ``NUMBERED``; "top" leaves them)."""
    if manner == "top":
        return paper
    total = len(paper.sheets)
    for number, sheet in enumerate(paper.sheets, 1):
        _strike(sheet, str(number))
        text = {"of": f"Trang {number}/{total}", "dashes": f"- {number} -", "none": ""}.get(manner, str(number))
        if text and (number > 1 or manner in ("of", "foot")) and total > 1:
            face = Face(paper.font, size)
            x, wide = (40.0, 515.0) if manner != "corner" else (40.0, 518.0)
            align = "right" if manner == "corner" else "centre"
            place(sheet, words_of([text], face), x, HEIGHT - 26, wide, align)
    return paper


def _strike(sheet: Sheet, number: str) -> None:
    """Take a page number off the top of a sheet."""
    for line in sheet.lines:
        if line.text == number and line.box[3] < 80 and line.box[0] > 200:
            sheet.strike(line)
            return
