"""Quyết định (cá biệt): a decision on one to three pages, laid out as Decree 30/2020/NĐ-CP, Appendix I, has it.

Owns: the layouts of decisions. Never: letterhead and signature block, which all official papers share.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random

from tools.papers import prose
from tools.papers.paper import Paper, arrival, letterhead, look, sign_off, signer
from tools.papers.people import Case
from tools.papers.typeset import Run, block
from tools.papers.world import office

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
    for paragraph in text:
        book.paragraph(paragraph, indent=indent, leading=looks.leading, after=rng.choice((3, 5, 6)))
    units = f", {rng.choice(('VP', 'TCHC', 'NV', 'KSTT'))}"
    sign = signer(rng, who)
    fields |= sign_off(
        book, looks, who, sign, prose.recipients(rng, f"- Như Điều {2 if layout == 'plain' else 3};", units), rng
    )
    if rng.random() < 0.25:
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
