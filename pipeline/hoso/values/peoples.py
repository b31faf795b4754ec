"""Ethnic groups and nationalities as civil-status papers print them. Pure.

Owns: the closed lists and the look-up in them that a lost tone mark does not mislead. Never: guesses between two names
that a lost mark makes one, or turns an unknown name into a known one.

Ethnic groups: the 54 of Decision 121-TCTK/PPCĐ of 2 March 1979 with the spellings in use, from memory (medium: other
spellings exist; a name outside the list stays as printed and is less sure). Nationalities: names of states as
Vietnamese papers write them.
"""

from __future__ import annotations

from hoso.values.parsed import NOTHING, Parsed
from hoso.values.text import distance, nfc, skeleton, squeeze

__all__ = ["ethnicity", "nationality"]

_GROUPS = (
    "Kinh", "Tày", "Thái", "Hoa", "Khmer", "Khơ-me", "Khơ Me", "Mường", "Nùng", "Mông", "H'Mông", "HMông", "Hmông",
    "Dao", "Gia Rai", "Gia-rai", "Jrai", "Ngái", "Ê Đê", "Ê-đê", "Ba Na", "Ba-na", "Xơ Đăng", "Xơ-đăng", "Sán Chay",
    "Cao Lan", "Sán Chí", "Sán Chỉ", "Cơ Ho", "Cơ-ho", "K'Ho", "Chăm", "Chàm", "Sán Dìu", "Hrê", "Mnông", "M'Nông",
    "Ra Glai", "Raglai", "Ra-glai", "Xtiêng", "X'Tiêng", "S'Tiêng", "Bru - Vân Kiều", "Bru-Vân Kiều", "Vân Kiều",
    "Thổ", "Giáy", "Cơ Tu", "Cơ-tu", "Gié - Triêng", "Giẻ Triêng", "Gié Triêng", "Mạ", "Khơ Mú", "Khơ-mú", "Co", "Cor",
    "Tà Ôi", "Tà-ôi", "Chơ Ro", "Chơ-ro", "Kháng", "Xinh Mun", "Xinh-mun", "Hà Nhì", "Chu Ru", "Chu-ru", "Lào",
    "La Chí", "La Ha", "Phù Lá", "La Hủ", "Lự", "Lô Lô", "Chứt", "Mảng", "Pà Thẻn", "Cơ Lao", "Cờ Lao", "Cống", "Bố Y",
    "Si La", "Pu Péo", "Brâu", "Ơ Đu", "Ơ-đu", "Rơ Măm", "Rơ-măm",
)  # fmt: skip
_STATES = (
    "Việt Nam", "Lào", "Campuchia", "Thái Lan", "Trung Quốc", "Trung Quốc (Đài Loan)", "Đài Loan", "Hàn Quốc", "Nhật Bản",
    "Hoa Kỳ", "Mỹ", "Pháp", "Đức", "Anh", "Nga", "Liên bang Nga", "Úc", "Ô-xtrây-li-a", "Australia", "Canada", "Ca-na-đa",
    "Singapore", "Malaysia", "Indonesia", "Philippines", "Ấn Độ", "Séc", "Cộng hòa Séc", "Ba Lan", "Hà Lan", "Thụy Điển",
    "Thụy Sĩ", "Na Uy", "Đan Mạch", "Bỉ", "Ý", "Tây Ban Nha", "Ukraina", "Không quốc tịch",
)  # fmt: skip


def ethnicity(text: str) -> Parsed:
    """An ethnic group as the list spells it; one outside the list as printed, with quality 0.6."""
    return _listed(text, _GROUPS)


def nationality(text: str) -> Parsed:
    """A nationality as the list spells it; one outside the list as printed, with quality 0.6."""
    return _listed(text, _STATES)


def _listed(text: str, names: tuple[str, ...]) -> Parsed:
    value = squeeze(text).strip(" .…_:;|,-–—*'`\"()[]")
    if not any(c.isalpha() for c in value):
        return NOTHING
    if value in names:
        return Parsed(value, 1.0)
    bones = skeleton(value)
    same = sorted({n for n in names if skeleton(n) == bones}, key=lambda n: (distance(n, nfc(value)), names.index(n)))
    if same:
        alike = {nfc(n).casefold() for n in same}
        if value.isupper() or value.islower():
            return Parsed(value if value.casefold() in alike else _cased(same[0], value), 0.97)
        return Parsed(same[0], 0.97 if len(alike) == 1 else 0.8)
    near = sorted((distance(bones, skeleton(n)), n) for n in names if len(skeleton(n)) >= 4)
    if near[0][0] == 1 and len(bones) >= 4 and near[1][0] > 1:
        return Parsed(_cased(near[0][1], value), 0.8)
    return Parsed(value, 0.6)


def _cased(name: str, like: str) -> str:
    return name.upper() if like.isupper() and len(like) > 1 else name
