"""Words that names of offices are made of, and their marks. Pure.

Owns: a closed list (kinds of offices, ranks of places, departments of a province, ministries, the provinces before and
after 2025-07-01) by which a name read without its marks gets them back: "TĨNH QUẢNG NINH" can only be "TỈNH QUẢNG NINH".
Never: changes a letter, only marks; and never in a phrase that is not of the list ("LIÊN CHIẾU" stays as read).

Sources: departments by Decree 24/2014 and 150/2025 and ministries as of 2025 from memory (medium); provinces: Decision
124/2004/QĐ-TTg and 19/2025/QĐ-TTg (domain facts 2i).
"""

from __future__ import annotations

from hoso.values.fold import fold
from hoso.values.text import squeeze

__all__ = ["spell"]

_PHRASES = """
ỦY BAN NHÂN DÂN|HỘI ĐỒNG NHÂN DÂN|VĂN PHÒNG|THANH TRA|CÔNG AN|TRUNG TÂM Y TẾ|BỆNH VIỆN ĐA KHOA|TRUNG TÂM PHỤC VỤ
HÀNH CHÍNH CÔNG|PHÒNG KHÁM ĐA KHOA|BAN QUẢN LÝ DỰ ÁN|ĐẦU TƯ XÂY DỰNG|TỈNH|THÀNH PHỐ|HUYỆN|QUẬN|THỊ XÃ|THỊ TRẤN
PHƯỜNG|XÃ|KHU VỰC|SỞ Y TẾ|SỞ XÂY DỰNG|SỞ TƯ PHÁP|SỞ NỘI VỤ|SỞ TÀI CHÍNH|SỞ CÔNG THƯƠNG|SỞ NGOẠI VỤ
SỞ GIÁO DỤC VÀ ĐÀO TẠO|SỞ KHOA HỌC VÀ CÔNG NGHỆ|SỞ KẾ HOẠCH VÀ ĐẦU TƯ|SỞ NÔNG NGHIỆP VÀ PHÁT TRIỂN NÔNG THÔN
SỞ NÔNG NGHIỆP VÀ MÔI TRƯỜNG|SỞ TÀI NGUYÊN VÀ MÔI TRƯỜNG|SỞ GIAO THÔNG VẬN TẢI|SỞ THÔNG TIN VÀ TRUYỀN THÔNG
SỞ VĂN HÓA, THỂ THAO VÀ DU LỊCH|SỞ VĂN HÓA VÀ THỂ THAO|SỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI|SỞ DU LỊCH
SỞ DÂN TỘC VÀ TÔN GIÁO|BỘ GIÁO DỤC VÀ ĐÀO TẠO|BỘ Y TẾ|BỘ CÔNG AN|BỘ TƯ PHÁP|BỘ NỘI VỤ|BỘ TÀI CHÍNH|BỘ XÂY DỰNG
BỘ CÔNG THƯƠNG|BỘ QUỐC PHÒNG|BỘ NGOẠI GIAO|BỘ KHOA HỌC VÀ CÔNG NGHỆ|BỘ NÔNG NGHIỆP VÀ MÔI TRƯỜNG
BỘ GIAO THÔNG VẬN TẢI|BỘ KẾ HOẠCH VÀ ĐẦU TƯ|BỘ TÀI NGUYÊN VÀ MÔI TRƯỜNG|BỘ VĂN HÓA, THỂ THAO VÀ DU LỊCH
BẢO HIỂM XÃ HỘI|VĂN PHÒNG ĐĂNG KÝ ĐẤT ĐAI
"""
_PROVINCES = """
AN GIANG|BÀ RỊA - VŨNG TÀU|BẠC LIÊU|BẮC GIANG|BẮC KẠN|BẮC NINH|BẾN TRE|BÌNH DƯƠNG|BÌNH ĐỊNH|BÌNH PHƯỚC
BÌNH THUẬN|CÀ MAU|CAO BẰNG|CẦN THƠ|ĐÀ NẴNG|ĐẮK LẮK|ĐẮK NÔNG|ĐIỆN BIÊN|ĐỒNG NAI|ĐỒNG THÁP|GIA LAI|HÀ GIANG|HÀ NAM
HÀ NỘI|HÀ TĨNH|HẢI DƯƠNG|HẢI PHÒNG|HẬU GIANG|HÒA BÌNH|HUẾ|HƯNG YÊN|KHÁNH HÒA|KIÊN GIANG|KON TUM|LAI CHÂU
LẠNG SƠN|LÀO CAI|LÂM ĐỒNG|LONG AN|NAM ĐỊNH|NGHỆ AN|NINH BÌNH|NINH THUẬN|PHÚ THỌ|PHÚ YÊN|QUẢNG BÌNH|QUẢNG NAM
QUẢNG NGÃI|QUẢNG NINH|QUẢNG TRỊ|SÓC TRĂNG|SƠN LA|TÂY NINH|THÁI BÌNH|THÁI NGUYÊN|THANH HÓA|THỪA THIÊN HUẾ
TIỀN GIANG|TRÀ VINH|TUYÊN QUANG|VĨNH LONG|VĨNH PHÚC|YÊN BÁI|HỒ CHÍ MINH
"""


def _table() -> dict[tuple[str, ...], tuple[str, ...]]:
    phrases = [p for block in (_PHRASES, _PROVINCES) for line in block.split("\n") for p in line.split("|") if p]
    return {tuple(fold(w) for w in p.split()): tuple(p.split()) for p in phrases}


_KNOWN = _table()
_LONGEST = max(len(k) for k in _KNOWN)


def spell(name: str) -> str:
    """The name of an office in capitals with the marks of the list; mixed case and unknown words stay as they are."""
    words = squeeze(name).split()
    low = [fold(w) for w in words]
    out: list[str] = []
    index = 0
    while index < len(words):
        for length in range(min(_LONGEST, len(words) - index), 0, -1):
            known = _KNOWN.get(tuple(low[index : index + length]))
            if known == ("QUẬN",) and index == len(words) - 1:
                continue  # a rank stands before a name, never last: "XÃ XUÂN QUAN" is no district
            if known and " ".join(words[index : index + length]).isupper():
                out += known
                index += length
                break
        else:
            out.append(words[index])
            index += 1
    return " ".join(out)
