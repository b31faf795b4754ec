"""Numbers that name papers and dossiers. Pure.

Owns: number and symbol of a document (Decree 30/2020, art. 15 and Appendices I and III: "123/QĐ-UBND", "15/UBND-VX",
"17/2023/QĐ-UBND"), dossier code (agency, date, serial; Circular 01/2018 and 03/2025/TT-VPCP as seen in use), agency code
in it, procedure code ("1.001612", as portals print it), number of a driver's health certificate
("00001/GKSKLX/34001/20"; portal guide, domain facts 3).
Never: fills a number that was left open for the pen.
"""

from __future__ import annotations

import re
from datetime import date

from hoso.values.fold import fold
from hoso.values.parsed import NOTHING, Parsed, as_digits
from hoso.values.text import nfc

__all__ = [
    "TYPES", "abbreviations", "agency", "certificate", "dossier_code", "dossier_date", "procedure", "symbol", "symbol_kind",
]  # fmt: skip

TYPES = {
    "NQ": "Nghị quyết", "QĐ": "Quyết định", "CT": "Chỉ thị", "QC": "Quy chế", "QyĐ": "Quy định", "TC": "Thông cáo",
    "TB": "Thông báo", "HD": "Hướng dẫn", "CTr": "Chương trình", "KH": "Kế hoạch", "PA": "Phương án", "ĐA": "Đề án",
    "DA": "Dự án", "BC": "Báo cáo", "BB": "Biên bản", "TTr": "Tờ trình", "HĐ": "Hợp đồng", "CĐ": "Công điện",
    "BGN": "Bản ghi nhớ", "BTT": "Bản thỏa thuận", "GUQ": "Giấy ủy quyền", "GM": "Giấy mời", "GGT": "Giấy giới thiệu",
    "GNP": "Giấy nghỉ phép", "PG": "Phiếu gửi", "PC": "Phiếu chuyển", "PB": "Phiếu báo",
}  # fmt: skip
"""Types of papers by the abbreviation in their symbol (Decree 30/2020, Appendix III). "Công văn" has none."""

_BARRED = {fold(s): s for s in TYPES if "Đ" in s and not any(t != s and fold(t) == fold(s) for t in TYPES)}
"""Short forms that get their Đ back: not "HD" and "DA", which are types of their own."""
_SYMBOL = re.compile(
    r"(?P<number>[0-9OoIl|]{1,5}[a-z]?)/(?P<symbol>(?:(?:19|20)\d{2}/)?[A-ZĐÂÊÔƠƯ][A-Za-zÀ-ỹ&.]*(?:-[A-Za-zÀ-ỹ0-9&.(),]+)*)"
)
_CERTIFICATE = re.compile(r"([0-9OoIlSB|]{1,6})[/|lI]GKSKLX[/|lI]([0-9A-ZĐ]{5})[/|lI]([0-9OoIlSB|]{2})(?![0-9])")
_AGENCY = re.compile(r"\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}|[A-Z]\d{2}(?:\.[0-9A-Z]{1,4}){0,5}")
_PROCEDURE = re.compile(r"(?<![\d.])[1-9]\.\d{6}(?:\.\d{3}\.\d{2}\.\d{2}\.[GH]\d{2})?(?![\d])")
_MAIN = re.compile(r"([A-K])(\d{2})")
_TWICE = frozenset({"qd", "da", "hd", "ctr", "ttr"})
"""Abbreviations that are two types, or one and an agency, once their marks and capitals are lost."""

_DOSSIER = re.compile(r"[0-9A-Z]{2,3}(?:\.[0-9A-Z]{1,4}){0,6}-(\d{8}|\d{6})-(\d{4,7})(?![0-9])")


def symbol(text: str) -> Parsed:
    """Number and symbol out of the text that follows "Số:", blanks dropped.

    The type's abbreviation gets its Đ back ("QD-", "QÐ-" → "QĐ-"): a closed list. ``value`` is None where the number
    is not of figures, as when it was written by hand; then ``fault`` is "field.handwritten" if the symbol is there.
    """
    tight = (
        re.sub(r"[\s_…]+", "", nfc(text)).replace("Ð", "Đ").replace("–", "-").replace("—", "-").strip(".,:;'\"`‘’“”")
    )
    match = _SYMBOL.match(tight)
    if not match:
        rest = re.search(r"/[A-ZĐ][A-Za-zĐđ&.]*(?:-[A-ZĐ]|$)", tight)
        return Parsed(None, 0.0, "field.handwritten") if rest else NOTHING
    number, changed = as_digits(match["number"].rstrip("abcdefghijkmn"))
    number += match["number"][len(number) :]
    first, *others = match["symbol"].rstrip(".,&()").split("-")
    year, _, kind = first.rpartition("/")
    kind = _BARRED.get(re.sub(r"d+", "d", fold(kind)), kind) if kind.isupper() or kind in {"QyD", "QyĐ"} else kind
    value = f"{number}/{year + '/' if year else ''}{'-'.join([kind, *others])}"
    left = len(tight) - match.end()
    return Parsed(value, (1.0 if others else 0.85) * (0.8 if changed else 1.0) * (0.9 if left > 2 else 1.0))


def dossier_code(text: str) -> Parsed:
    """A dossier code: dotted agency code, receiving date yymmdd or yyyymmdd, 4 to 7 digits.

    ``fault`` is "value.impossible-date" where the date in it is none. The agency code has its main group first ("H23.16",
    Decision 20/2020/QĐ-TTg) or last ("000.00.16.H23", QCVN 102:2016); one that lost a group in reading counts half.
    """
    dashed = re.sub("[–—_]", "-", nfc(text)).replace(",", ".").upper()
    head, dash, rest = dashed.partition("-")
    head = re.sub(r"(?<=[0-9A-Z])\s+(?=[0-9A-Z])", ".", head.strip())  # a dot that was lost left a blank
    tight = re.sub(r"\s+", "", head + dash + rest)
    match, quality = _DOSSIER.search(tight), 1.0
    if not match:
        head, _, tail = tight.partition("-")
        tight, changed = as_digits(tail)
        match, quality = _DOSSIER.search(f"{head}-{tight}"), 0.8
        if not match or changed > 2:
            return NOTHING
    if dossier_date(match[0]) is None:
        return Parsed(match[0], 0.3, "value.impossible-date")
    whole = _AGENCY.fullmatch(match[0].split("-")[0]) is not None
    whole = whole and not re.search(
        r"\d\W*$", tight[: max(0, tight.find(match[0]))]
    )  # a group stands before it, cut off
    return Parsed(match[0], quality * (1.0 if whole else 0.5))


def procedure(text: str) -> Parsed:
    """The code of an administrative procedure: "1.001612", or with province or ministry "1.001612.000.00.00.H48"."""
    tight = re.sub(r"\s+", "", nfc(text)).upper()
    match = _PROCEDURE.search(tight)
    return Parsed(match[0], 1.0 if match[0] == tight else 0.9) if match else NOTHING


def agency(code: str) -> tuple[str, tuple[str, ...]] | None:
    """(main group, groups below it) of an agency code or of the one that a dossier code begins with: "H23.16" and
    "000.00.16.H23" both give ("H23", ("16",)). None where no group is a main one, or one that no list knows.

    Main groups: A, B, C, D, E, F, I, J with any number, G01 … ministries, H01-H63 and K01-K63 provinces (Decision
    20/2020/QĐ-TTg and 09/2025/QĐ-TTg; the order of QCVN 102:2016 is the other way round).
    """
    groups = code.split("-")[0].split(".")
    if _MAIN.fullmatch(groups[0]) is None:
        groups = groups[::-1]
    if (main := _MAIN.fullmatch(groups[0])) is None:
        return None
    if main[1] in "HK" and not 1 <= int(main[2]) <= 63:
        return None
    return groups[0], tuple(g for g in groups[1:] if g.strip("0"))


def abbreviations(kind: str) -> frozenset[str]:
    """How the symbol of a paper of that type begins (Decree 30/2020, Appendix III; "Tờ trình" is "TT" on older papers);
    empty for a type that has none of its own."""
    wanted = fold(kind)
    own = {short for short, name in TYPES.items() if fold(name) == wanted}
    return frozenset(own | ({"TT"} if wanted == "to trinh" else set()))


def symbol_kind(value: str) -> str:
    """The abbreviation of the type in a number and symbol ("123/QĐ-UBND" gives "QĐ"), "" where the symbol begins with an
    agency, as that of a công văn does. Copies (SY, SL, TrS) have their own."""
    _, _, rest = value.partition("/")
    first = re.sub(r"^(?:19|20)\d{2}/", "", rest).split("-")[0].split(".")[0]
    known = {fold(short): short for short in (*TYPES, "TT", "SY", "SL", "TrS")}
    if first in TYPES or first in known.values():
        return first
    return known.get(fold(first), "") if first.isupper() and fold(first) not in _TWICE else ""


def dossier_date(code: str) -> str | None:
    """The ISO receiving date in a dossier code; None where it is no real day."""
    parts = code.split("-")
    if len(parts) != 3:
        return None
    figures = parts[1] if len(parts[1]) == 8 else f"20{parts[1]}"
    try:
        return date(int(figures[:4]), int(figures[4:6]), int(figures[6:])).isoformat()
    except ValueError:
        return None


def certificate(text: str) -> Parsed:
    """The number of a driver's health certificate: serial / GKSKLX / facility / year of the conclusion."""
    tight = re.sub(r"[\s._…]+", "", nfc(text).replace("\u2044", "/")).upper()
    tight = re.sub(r"[GC6]KSK[LI1|][X×]", "GKSKLX", tight)
    match = _CERTIFICATE.search(tight)
    if not match:
        return Parsed(None, 0.0, "field.handwritten") if "GKSKLX" in tight else NOTHING
    serial, one = as_digits(match[1])
    year, two = as_digits(match[3])
    value = f"{serial}/GKSKLX/{match[2]}/{year}"
    if not re.fullmatch(r"\d{5}/GKSKLX/[0-9A-Z]{5}/\d{2}", value):
        return Parsed(value, 0.4, "value.grammar")
    return Parsed(value, 1.0 if not one + two else 0.75)
