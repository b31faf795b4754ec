"""Addresses as printed, into their parts. Pure.

Owns: house and street, hamlet, commune, district, province of a Vietnamese address of three levels (until 2025-06-30) or
of two (Decision 19/2025/QĐ-TTg: 34 provinces, 3,321 communes, no district); the 34 provinces with their codes and the 63
before them. Never: changes the words of an address, completes one, or says which unit stands in its place today
(``units``): every part is a piece of what was printed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hoso.values.fold import fold
from hoso.values.text import squeeze

__all__ = ["Address", "bare", "parse", "province"]


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of an address as printed, "" where a part is not there. ``street`` holds house number and street,
    ``hamlet`` what lies below a commune (thôn, ấp, tổ dân phố …), ``rest`` what could not be placed."""

    street: str = ""
    hamlet: str = ""
    commune: str = ""
    district: str = ""
    province: str = ""
    rest: str = ""


_MERGED = """
01 Hà Nội|04 Cao Bằng|08 Tuyên Quang: Hà Giang|11 Điện Biên|12 Lai Châu|14 Sơn La|15 Lào Cai: Yên Bái
19 Thái Nguyên: Bắc Kạn|20 Lạng Sơn|22 Quảng Ninh|24 Bắc Ninh: Bắc Giang|25 Phú Thọ: Vĩnh Phúc, Hòa Bình
31 Hải Phòng: Hải Dương|33 Hưng Yên: Thái Bình|37 Ninh Bình: Hà Nam, Nam Định|38 Thanh Hóa|40 Nghệ An|42 Hà Tĩnh
44 Quảng Trị: Quảng Bình|46 Huế: Thừa Thiên Huế|48 Đà Nẵng: Quảng Nam|51 Quảng Ngãi: Kon Tum|52 Gia Lai: Bình Định
56 Khánh Hòa: Ninh Thuận|66 Đắk Lắk: Phú Yên|68 Lâm Đồng: Đắk Nông, Bình Thuận|75 Đồng Nai: Bình Phước
79 Hồ Chí Minh: Bình Dương, Bà Rịa Vũng Tàu|80 Tây Ninh: Long An|82 Đồng Tháp: Tiền Giang|86 Vĩnh Long: Bến Tre, Trà Vinh
91 An Giang: Kiên Giang|92 Cần Thơ: Sóc Trăng, Hậu Giang|96 Cà Mau: Bạc Liêu
"""
_SHORT = {"hcm": "hochiminh", "hn": "hanoi", "hp": "haiphong", "dn": "danang", "brvt": "bariavungtau", "tthue": "hue"}

_RANKS = {
    "province": r"t[iỉ]nh|th[aà]nh ph[oố]|tp\s?\.?|t\.",
    "district": r"qu[aậ]n|huy[eệ]n|th[iị] x[aã]|th[aà]nh ph[oố]|tp\s?\.?|tx\s?\.?|q\s?\.|h\s?\.|q(?=\s?\d)",
    "commune": r"ph[uư][oờ]ng|th[iị] tr[aấ]n|x[aã]|đ[aặ]c khu|p\s?\.|x\s?\.|tt\s?\.?|p(?=\s?\d)",
}
_RANK = {name: re.compile(rf"(?:{rank})\s*(?=[\w'’])", re.IGNORECASE) for name, rank in _RANKS.items()}
_HAMLET = re.compile(
    r"(?:thon|xom|ap|ban|buon|bon|plei|lang|soc|phum|khom|khu pho|khu dan cu|khu|to dan pho|to|tdp|kp|doi|tieu khu|cum|"
    r"xu dong|lien gia|chung cu|kdc)\b[\s.]*"
)
_PARTED = re.compile(r"[,;]|\s[-–]\s(?!(?:Vũng Tàu|Huế)\b)", re.IGNORECASE)
"""What parts an address; the dash inside "Bà Rịa - Vũng Tàu" and "Thừa Thiên - Huế" does not."""
_STREET = re.compile(r"(?:so(?: nha)?\b|sn\b|nha\b|duong\b|pho\b|ngo\b|ngach\b|hem\b|kiet\b|quoc lo\b|ql\b|\d)")
_INNER = re.compile(
    r"\s(?=(?:(?:thị trấn|thị xã|thành phố|phường|huyện|quận|tỉnh|đặc khu)\s|(?<!thị )(?<!Thị )xã\s|(?:TP|TX|TT)\.?\s?)"
    r"[A-ZĐÀ-Ỹ0-9])",
    re.IGNORECASE,
)


def _provinces() -> dict[str, tuple[str, str, str]]:
    found: dict[str, tuple[str, str, str]] = {}
    for entry in _MERGED.replace("\n", "|").strip("|").split("|"):
        head, _, olds = entry.partition(":")
        code, name = head.split(" ", 1)
        for one in (name, *(o.strip() for o in olds.split(",") if o.strip())):
            found[_key(one)] = (code, name, one)
    return found


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", fold(name))


_PROVINCES = _provinces()


def province(text: str) -> tuple[str, str, str] | None:
    """(code of two digits, name) of the province that stands since 2025-07-01 for the one that ``text`` names, old or new,
    its rank printed or not, and the name of that one itself; None where ``text`` names none."""
    for name in (bare(text, "province"), text):
        key = _key(name)
        if found := _PROVINCES.get(_SHORT.get(key, key)):
            return found
    return None


def bare(text: str, level: str) -> str:
    """The name without its rank: "phường Trần Phú" gives "Trần Phú". ``level``: "province", "district" or "commune"."""
    rank = _RANK[level].match(text.strip())
    return text.strip()[rank.end() :] if rank else text.strip()


def parse(text: str) -> Address:
    """The parts of the address ``text``, read from its end: province, district, commune, and what comes before them.

    An address without its province or commune gives what is there; one of words only gives ``rest``.
    """
    parts = [p.strip(" .;:-–") for p in re.split(_PARTED, squeeze(text)) if p.strip(" .;:-–")]
    parts = [piece for part in parts for piece in _cut(part)]
    at = next((i for i in range(len(parts) - 1, -1, -1) if _is_province(parts[i], parts[:i])), len(parts))
    after, found = parts[at + 1 :], {"province": parts[at] if at < len(parts) else ""}
    before = parts[:at]
    found["district"] = _take(before, "district")
    at = len(before)
    found["commune"] = _take(before, "commune")
    if found["commune"] and not found["district"] and len(before) < at:
        found["district"] = _unranked(before, found["commune"], parts)
    if not found["commune"] and not found["district"] and len(before) > 1 and found["province"]:
        found["commune"] = "" if _below(before[-1]) else before.pop()
    hamlets = [p for p in before if _HAMLET.match(fold(p))]
    streets = [p for p in before if p not in hamlets and (_STREET.match(fold(p)) or p == before[0])]
    rest = [p for p in before if p not in hamlets and p not in streets] + after
    if not any(found.values()):
        return Address(rest=", ".join(parts))
    return Address(", ".join(streets), ", ".join(hamlets), **found, rest=", ".join(rest))


def _cut(part: str) -> list[str]:
    """A part without its commas cut before each rank: "xã Yết Kiêu huyện Gia Lộc" gives two."""
    return [p.strip() for p in _INNER.split(part) if p.strip()]


def _is_province(part: str, before: list[str]) -> bool:
    """Whether a part names a province: by its rank, or by its name alone where something stands before it."""
    if province(part) is None:
        return False
    ranked = re.match(r"t[iỉ]nh\b|th[aà]nh ph[oố]\b|tp\b", part, re.IGNORECASE)
    return bool(ranked) or bool(before)


def _take(parts: list[str], level: str) -> str:
    """The last part of that rank, taken out together with nothing else; "" where there is none."""
    for index in range(len(parts) - 1, -1, -1):
        match = _RANK[level].match(parts[index])
        if match and not (level == "commune" and _HAMLET.match(fold(parts[index]))):
            return parts.pop(index)
    return ""


def _unranked(before: list[str], commune: str, parts: list[str]) -> str:
    """The part right behind the commune, its rank left out ("Thị trấn Yên Định, Hải Hậu, Nam Định"); "" for none."""
    behind = parts.index(commune) + 1
    if behind < len(parts) and parts[behind] in before and not _below(parts[behind]):
        before.remove(parts[behind])
        return parts[behind]
    return ""


def _below(part: str) -> bool:
    """Whether a part lies below a commune by its first word."""
    low = fold(part)
    return bool(_HAMLET.match(low) or _STREET.match(low))
