"""Names of persons as printed. Pure.

Owns: where a degree, rank or form of address ends and the name begins, and whether a text can be a Vietnamese name.
Never: corrects a name, nor changes its capitals: a name stands as the paper has it.

The family names are the commonest of the Kinh and of larger minorities, from memory (medium): a name outside them is
weaker evidence, not a fault.
"""

from __future__ import annotations

import re
import unicodedata

from hoso.values.fold import fold
from hoso.values.parsed import NOTHING, Parsed
from hoso.values.text import squeeze

__all__ = ["family", "is_family", "looks_like_name", "parse"]

_COMMON = (
    "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đào Đoàn Vương Trịnh Trương "
    "Đinh Lâm Phùng Mai Tô Hà Tạ Tăng Lưu Thái Chu Châu Quách Cao La Lã Lương Thân Thạch Sơn Kim Danh "
    "Diệp Kiều Đàm Khúc Nghiêm Khổng Triệu Giang Tôn Lò Cầm Ma Mã Nông Bế Hứa Vi Quan Lù Giáp Bạch Âu "
    "Tống Hoắc Nhữ Kha Hầu Sùng Vàng Giàng Thào Ông Ninh Từ Thiều Y H R'măh Ksor Siu Kpă Niê Rơ Lang Cù "
    "Mạc Trang Lại Tiêu Ung Viết Doãn Hán Lục Hàng Đồng Thi Tòng Quàng Hoàn Phí Bàn Đường Lữ Văn Tiết "
    "Mông Ân Hữu Vừ Xa Hạng Cư Chảo Lầu Phàn Chẻo Tẩn Trà Cái Uông Thẩm Vòng Chế Chung Phó Bồ Viên Sầm"
)
_FAMILY = frozenset(unicodedata.normalize("NFC", name).casefold() for name in _COMMON.split()) - {"văn"}
_BEFORE = re.compile(
    r"^(?:(?:(?:pgs|gs|tskh|ts|th\.?s|bs\.?\s?ck\s?(?:ii|i|2|1)|bsck\s?(?:ii|i|2|1)|bs\s?cki{1,2}|ck\s?(?:ii|i)|bs|ks|cn|ds|ll\.?m|ths)\s*[.,]+\s*)"
    r"|(?:(?:bac si|tien si|thac si|ong/ba|ong|ba|dai ta|thuong ta|trung ta|thieu ta|dai uy|thuong uy|trung uy|thieu uy|"
    r"thieu tuong|trung tuong|thuong tuong|dai tuong)\s*[:.]?\s+))+"
)
_WORD = re.compile(r"^[^\W\d_][^\W\d_'’.\-]*$")


def parse(text: str) -> Parsed:
    """The name in ``text``: marks at its ends, degrees and forms of address taken off; capitals as printed.

    ``quality`` is 1 for two to five capitalised words with a common family name, less for what is unusual.
    """
    name = squeeze(re.sub(r"[.…_•·]{2,}", " ", text)).strip(" .,:;|/\\_-–—*'\"“”‘’`()[]{}<>~=+^")
    low = fold(name)
    if len(low) == len(name) and (before := _BEFORE.match(low)):
        name = name[before.end() :].strip(" .,:-")
    words = name.split()
    if not words or not all(_WORD.match(w) for w in words):
        letters = [w for w in words if _WORD.match(w)]
        if len(letters) < 2 or len(words) - len(letters) > 1:
            return NOTHING
        return Parsed(name, 0.5, "value.grammar")
    quality = 1.0 if 2 <= len(words) <= 6 else 0.6
    if not all(w[0].isupper() for w in words):
        quality *= 0.75
    if words[0].casefold() not in _FAMILY or (len(words) > 2 and words[1].casefold() == "thi"):
        quality *= 0.75  # rarer still, or a mark was lost ("Khống", "Thi"), or the first word is under a seal
    return Parsed(name, quality)


def is_family(word: str) -> bool:
    """Whether a word is one of the common family names, its marks as printed."""
    return word[:1].isupper() and word.casefold() in _FAMILY


def family(torn: str) -> str | None:
    """The one common family name that a word can be which lost its first letter ("guyễn": "Nguyễn") or a mark ("Khống":
    "Khổng"); None for none or several, and for what is one as it stands."""
    rest = torn.casefold()
    if not rest or rest in _FAMILY:
        return None
    if torn[:1].isupper():
        if len(rest) < 5:
            return None  # rarer names differ from commoner ones by a mark alone ("Chử", "Chu")
        marked = {name for name in _FAMILY if fold(name) == fold(rest)}
        return marked.pop().capitalize() if len(marked) == 1 else None
    whole = {name for name in _FAMILY if name[1:] == rest}
    if not whole and len(rest) >= 3:
        whole = {name for name in _FAMILY if fold(name)[1:] == fold(rest)}
    return whole.pop().capitalize() if len(whole) == 1 else None


def looks_like_name(text: str) -> bool:
    """Whether ``text`` can be a printed name: two to six capitalised words of letters, no title or office among them,
    and not words from the ring of a seal."""
    parsed = parse(text)
    if parsed.value is None or parsed.quality < 0.7:
        return False
    low = " " + fold(parsed.value) + " "
    if parsed.value.isupper():
        return not _RING.search(low) and not _OFFICE.search(low)
    words = parsed.value.split()
    if len(words[-1]) == 1 and fold(words[-1]) not in "aeiouy":
        return False
    mixed = any(len(w) > 1 and w.isupper() for w in words)
    return not mixed and (words[0].casefold() in _FAMILY or not _OFFICE.search(low))


_RING = re.compile(r" (?:dan|huyen|phuong|tinh|thanh|pho|cong|hoa|xhcn|viet|nam|so|te|uban|uyban|kon|xa|thi) ")
_OFFICE = re.compile(
    r" (?:giam doc|chu tich|truong phong|bo truong|thu truong|van phong|uy ban|nhan dan|so y|y te|noi nhan|luu|hoi dong|"
    r"nguoi ky|chanh|kt|tl|tm|tuq|phong kham|benh vien|nhu dieu|nguoi ket|ket luan|nguoi nop|nguoi tiep) "
)
