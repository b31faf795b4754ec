"""Quyết định (cá biệt): a decision on one to three pages, laid out as Decree 30/2020/NĐ-CP, Appendix I, has it.

Owns: the layouts of decisions. Never: letterhead and signature block, which all official papers share.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from tools.papers import ink, prose
from tools.papers.fonts import Face
from tools.papers.paper import Look, Paper, arrival, body, letterhead, look, sign_off, signer, urgent, vietnamese_date
from tools.papers.people import Case, full_name
from tools.papers.typeset import Book, Run, block, table
from tools.papers.world import Office, office

__all__ = ["LAYOUTS", "draw"]

#: full: as the decree; dense: long, numbered by hand, several pages; plain: short; older: the signer's authority in
#: one line under the title and grounds upright (held out)
LAYOUTS = ("full", "dense", "plain", "older")


def draw(rng: Random, case: Case, layout: str, held_out_font: bool = False, hand: bool | None = None) -> Paper:
    """A decision of an office of the case's province, signed a few days after the dossier came in."""
    looks = look(rng, held_out_font)
    on = case.received + timedelta(days=rng.randint(1, 20))
    who = office(rng, on, case.counter.province)
    book, face = looks.book(), looks.face
    by_hand = hand if hand is not None else (layout == "dense" or rng.random() < 0.35)
    number = rng.choice((rng.randint(1, 99), rng.randint(100, 4200)))
    symbol = f"QĐ-{who.abbr}"
    fields = letterhead(book, looks, who, symbol, number, on, rng, by_hand=by_hand)
    about = prose.subject(rng, who, on, long=layout == "dense" or rng.random() < 0.25)
    bold = face.but(bold=True)
    book.y += face.size
    book.y = block(book.page, [["QUYẾT ĐỊNH"]], bold.but(size=face.size + 0.8), book.left, book.y, book.width)
    lead = "Về việc" if layout != "plain" or rng.random() < 0.7 else "V/v"
    inset = rng.uniform(20, 60)
    book.y = block(
        book.page, [[Run(f"{lead} {about}", field="trich_yeu")]], bold, book.left + inset, book.y + face.size * 1.3,
        book.width - 2 * inset,
    )  # fmt: skip
    middle, half = book.left + book.width / 2, rng.uniform(35, 70)
    book.page.rule(middle - half, book.y + 6, middle + half, book.y + 6, 0.7)
    fields["trich_yeu"] = f"{lead} {about}"
    book.y += face.size * 2.3
    book.y = block(book.page, [[who.authority]], bold, book.left, book.y, book.width) + face.size * 0.4
    indent = rng.choice((28.35, 35.4, 36.0))
    for ground in prose.grounds(rng, who, on):
        italic = layout != "older"
        book.paragraph(
            [ground], face.but(italic=italic), indent=indent, leading=looks.leading, after=rng.choice((2, 4, 6))
        )
    book.room(60)
    book.y += face.size * 1.3
    book.y = block(book.page, [["QUYẾT ĐỊNH:"]], bold, book.left, book.y, book.width) + face.size * 0.3
    text = prose.articles(
        rng, who, on, about, members=layout == "dense" or about.startswith(("thành lập", "kiện toàn"))
    )
    if layout == "plain":
        text = [*text[:1], *text[-1:]]
        text[1] = [Run("Điều 2.", bold=True), *text[1][1:]]
    units = f", {rng.choice(('VP', 'TCHC', 'NV', 'KSTT'))}"
    sign, to = signer(rng, who), prose.recipients(rng, f"- Như Điều {2 if layout == 'plain' else 3};", units)
    body(book, looks, text, indent, sign, to, rng)
    fields |= sign_off(book, looks, who, sign, to, rng)
    if layout == "dense" and rng.random() < 0.55:
        _appendix(book, looks, about, f"{fields['so_ky_hieu']}", on, who, rng)
    if rng.random() < 0.06:
        urgent(book.pages[0], looks, rng)
    elif rng.random() < 0.25:
        arrival(book.pages[0], case.counter, on + timedelta(days=rng.randint(1, 6)), rng, looks)
    held = tuple(f"layout:{layout}" for _ in (0,) if layout == LAYOUTS[-1])
    return Paper(
        "quyet_dinh",
        book.pages,
        fields,
        layout,
        face.family,
        hand=("so_ky_hieu", "ngay_ban_hanh") if by_hand else (),
        held_out=held,
    )


def _appendix(book: Book, looks: Look, about: str, number: str, on: date, who: Office, rng: Random) -> None:
    """A list that goes with the decision, on its own page, sealed over its head (Decree 30/2020, art. 33, 1d)."""
    book.turn()
    face, first = looks.face, book.page
    bold = face.but(bold=True)
    book.y = block(book.page, [[rng.choice(("DANH SÁCH", "PHỤ LỤC"))]], bold, book.left, book.y + face.size, book.width)
    book.y = block(
        book.page, [[about[0].upper() + about[1:]]], bold, book.left + 40, book.y + face.size * 1.3, book.width - 80
    )
    tie = f"(Kèm theo Quyết định số {number} ngày {vietnamese_date(on)} của {who.short})"
    book.y = block(
        book.page, [[Run(tie, italic=True)]], face, book.left + 20, book.y + face.size * 1.3, book.width - 40
    )
    book.y += face.size
    rows = []
    for index in range(1, rng.randint(8, 19)):
        row = [
            str(index),
            full_name(rng, rng.random() < 0.5),
            rng.choice(prose.UNITS),
            rng.choice(("Thành viên", "Thư ký")),
        ]
        rows.append(row)
    columns = (("STT", 0.09), ("Họ và tên", 0.33), ("Chức vụ", 0.38), ("Ghi chú", 0.2))
    table(book, columns, rows, face.but(size=face.size - 0.8))
    first.stamp(ink.seal(book.left + rng.uniform(10, 40), looks.top + 50, who.seal, Face("Liberation Sans", 8), rng))
