"""Papers of no form of their own here: công văn, thông báo, giấy mời, tờ trình, báo cáo, kế hoạch.

Owns: their bodies and titles. Never: a field that Decree 30/2020 does not name.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random

from tools.papers import prose
from tools.papers.paper import Paper, arrival, body, letterhead, look, sign_off, signer, urgent
from tools.papers.people import Case
from tools.papers.typeset import Run, block
from tools.papers.world import office

__all__ = ["LAYOUTS", "draw"]

LAYOUTS = ("cong_van", "thong_bao", "giay_moi", "to_trinh", "bao_cao", "ke_hoach")

_TITLES = {
    "thong_bao": ("THÔNG BÁO", "TB"),
    "giay_moi": ("GIẤY MỜI", "GM"),
    "to_trinh": ("TỜ TRÌNH", "TTr"),
    "bao_cao": ("BÁO CÁO", "BC"),
    "ke_hoach": ("KẾ HOẠCH", "KH"),
}


def draw(rng: Random, case: Case, layout: str, held_out_font: bool = False, hand: bool | None = None) -> Paper:
    """A paper of that sort from an office of the case's province."""
    looks = look(rng, held_out_font)
    on = case.received - timedelta(days=rng.randint(0, 15))
    who = office(rng, on, case.counter.province)
    book, face = looks.book(), looks.face
    by_hand = hand if hand is not None else rng.random() < 0.4
    number = rng.choice((rng.randint(1, 99), rng.randint(100, 2800)))
    about = prose.subject(rng, who, on)
    bold, indent = face.but(bold=True), rng.choice((28.35, 35.4))
    if layout == "cong_van":
        unit = rng.choice(("VP", "NVY", "TCHC", "KGVX", "NC"))
        subject = [Run(f"V/v {about}", field="trich_yeu")]
        fields = letterhead(book, looks, who, f"{who.abbr}-{unit}", number, on, rng, subject=subject, by_hand=by_hand)
        fields["trich_yeu"] = f"V/v {about}"
    else:
        title, symbol = _TITLES[layout]
        fields = letterhead(book, looks, who, f"{symbol}-{who.abbr}", number, on, rng, by_hand=by_hand)
        book.y = block(book.page, [[title]], bold.but(size=face.size + 0.8), book.left, book.y + face.size, book.width)
        lead = "" if layout == "giay_moi" else rng.choice(("Về việc ", "Về "))
        shown = f"{lead}{about}" if lead else about[0].upper() + about[1:]
        inset = rng.uniform(25, 60)
        book.y = block(
            book.page, [[Run(shown, field="trich_yeu")]], bold, book.left + inset, book.y + face.size * 1.3,
            book.width - 2 * inset,
        )  # fmt: skip
        middle = book.left + book.width / 2
        book.page.rule(middle - 45, book.y + 6, middle + 45, book.y + 6, 0.7)
        fields["trich_yeu"] = shown
        book.y += face.size * 0.9
    if layout in {"cong_van", "to_trinh", "bao_cao"}:
        book.y += face.size * 1.2
        to = rng.choice(
            (
                f"Ủy ban nhân dân {who.province.title}",
                "Các cơ quan, đơn vị trực thuộc",
                "Ủy ban nhân dân các xã, phường",
            )
        )
        block(book.page, [[f"Kính gửi: {to}."]], face, book.left, book.y, book.width)
        book.y += face.size * 0.8
    closing = {
        "giay_moi": f"Thời gian: {rng.randint(7, 9)} giờ 30 phút, ngày {on + timedelta(days=rng.randint(3, 9)):%d/%m/%Y}. "
        f"Địa điểm: Phòng họp số {rng.randint(1, 4)}, trụ sở {who.short}. "
        "Rất mong các đại biểu đến dự đúng thời gian và thành phần./.",
        "to_trinh": f"{who.short} kính trình xem xét, quyết định./.",
    }.get(layout, f"Trên đây là nội dung của {who.short}, đề nghị các đơn vị nghiêm túc triển khai thực hiện./.")
    text = prose.letter(rng, who, on, rng.randint(1, 4), closing)
    sign, copies = signer(rng, who), prose.recipients(rng, "- Như trên;", "")
    body(book, looks, text, indent, sign, copies, rng)
    fields |= sign_off(book, looks, who, sign, copies, rng)
    if rng.random() < 0.08:
        urgent(book.pages[0], looks, rng)
    elif rng.random() < 0.35:
        arrival(book.pages[0], case.counter, on + timedelta(days=rng.randint(1, 6)), rng, looks)
    return Paper(
        "khac", book.pages, fields, layout, face.family, kind=layout,
        hand=("so_ky_hieu", "ngay_ban_hanh") if by_hand else (),
        held_out=tuple(f"layout:{layout}" for _ in (0,) if layout == LAYOUTS[-1]),
    )  # fmt: skip
