"""The papers of Decree 30/2020/NĐ-CP, art. 7: công văn, thông báo, kế hoạch and the others, all of one layout.

Owns: which members the family has, their titles and short forms, and the layouts they come in. Never: the head, the body
and the signatures themselves (``official``), or a member's printed layout beyond what tells it from another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from tools.papers import official, prose
from tools.papers.paper import Paper, arrival, body, letterhead, look, sign_off, signer, urgent
from tools.papers.people import Case
from tools.papers.typeset import Run, block
from tools.papers.world import office

__all__ = ["MEMBERS", "Member"]

_SYMBOLS = {
    "cong_van": "", "thong_bao": "TB", "ke_hoach": "KH", "to_trinh": "TTr", "bao_cao": "BC", "giay_moi": "GM",
    "chi_thi": "CT", "bien_ban": "BB", "nghi_quyet": "NQ", "huong_dan": "HD", "chuong_trinh": "CTr", "phuong_an": "PA",
    "cong_dien": "CĐ", "giay_gioi_thieu": "GGT", "giay_uy_quyen": "GUQ", "giay_nghi_phep": "GNP", "phieu_gui": "PG",
    "phieu_chuyen": "PC", "phieu_bao": "PB", "quy_che": "QC", "quy_dinh": "QyĐ", "hop_dong": "HĐ", "thong_cao": "TC",
    "de_an": "ĐA", "du_an": "DA", "ban_ghi_nho": "BGN", "ban_thoa_thuan": "BTT", "thu_cong": "",
}  # fmt: skip
_PAIRED = frozenset({"bien_ban", "hop_dong", "ban_ghi_nho", "ban_thoa_thuan"})
_LETTERS = frozenset({"cong_van", "to_trinh", "bao_cao"})


@dataclass(frozen=True, slots=True)
class Member:
    """One type of the family as ``types.found`` wants it. ``LAYOUTS``: classic: plain, as the decree; wide: addressees,
    recipients and abstract over many lines; long: an agency over lines, several pages, an appendix that names another
    type; older: abstract in capitals, a day without its nought; draft: number and day left open; two (where two sign):
    side by side; flush: everything at the left edge (held out)."""

    name: str

    @property
    def LAYOUTS(self) -> tuple[str, ...]:  # noqa: N802
        two = ("two",) if self.name in _PAIRED else ()
        return ("classic", "wide", "long", "older", "draft", *two, "flush")

    def draw(
        self, rng: Random, case: Case, layout: str, held_out_font: bool = False, hand: bool | None = None
    ) -> Paper:
        """A paper of that type from an office of the case's province."""
        if layout == "classic":
            return _classic(self.name, rng, case, held_out_font, hand)
        return official.draw(self.name, _SYMBOLS[self.name], layout, rng, case, held_out_font, hand)


MEMBERS: Mapping[str, Member] = {name: Member(name) for name in _SYMBOLS}


def _classic(kind: str, rng: Random, case: Case, held_out_font: bool, hand: bool | None) -> Paper:
    looks = look(rng, held_out_font)
    on = case.received - timedelta(days=rng.randint(0, 15))
    who = office(rng, on, case.counter.province)
    book, face = looks.book(), looks.face
    by_hand = hand if hand is not None else rng.random() < 0.4
    number = rng.choice((rng.randint(1, 99), rng.randint(100, 2800)))
    about = prose.subject(rng, who, on)
    bold, indent = face.but(bold=True), rng.choice((28.35, 35.4))
    symbol, name = _SYMBOLS[kind], prose.NAMES[kind]
    if kind == "cong_van":
        unit = rng.choice(("VP", "NVY", "TCHC", "KGVX", "NC"))
        subject = [Run(f"V/v {about}", field="trich_yeu")]
        fields = letterhead(
            book, looks, who, f"{who.abbr}-{unit}", number, on, rng, subject=subject, by_hand=by_hand, parent=True
        )
        fields["trich_yeu"] = f"V/v {about}"
    else:
        short = f"{symbol}-{who.abbr}" if symbol else who.abbr
        fields = letterhead(book, looks, who, short, number, on, rng, by_hand=by_hand, parent=True)
        title = [[Run(name.upper(), field="ten_loai")]]
        book.y = block(book.page, title, bold.but(size=face.size + 0.8), book.left, book.y + face.size, book.width)
        lead = "" if kind == "giay_moi" else rng.choice(("Về việc ", "Về "))
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
    fields["ten_loai"] = name
    if kind in _LETTERS:
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
    text = prose.letter(rng, who, on, *official.closing(kind, rng, who, on))
    sign, copies = signer(rng, who), prose.recipients(rng, "- Như trên;", "")
    body(book, looks, text, indent, sign, copies, rng)
    fields |= sign_off(book, looks, who, sign, copies, rng, listed=True)
    if rng.random() < 0.08:
        urgent(book.pages[0], looks, rng)
    elif rng.random() < 0.35:
        arrival(book.pages[0], case.counter, on + timedelta(days=rng.randint(1, 6)), rng, looks)
    return Paper(
        kind, book.pages, fields, "classic", face.family, hand=("so_ky_hieu", "ngay_ban_hanh") if by_hand else ()
    )
