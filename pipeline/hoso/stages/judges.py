"""The checks of a record that form files name: pure functions of values, each with its source in law or standard.

Owns: what each check asks of which values, and its sentence for the clerk. Never: sees a field, a page, a form or a
register (``lookup``); which fields a check is of is said in the form files.

A judge that cannot tell (a number of another kind, a date of which only the year is known) finds nothing wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from hoso.values import citizen, identifiers, licences, numbers, words

__all__ = ["JUDGES", "Judge"]

Judge = Callable[[Sequence[str], str], tuple[str, str] | None]
"""Values in the order the form names them, then those the form gives itself, and the ISO day of receipt ("" where it is
not known); gives (code, sentence) where they do not fit. ``{0}`` in a sentence is the title of the first field."""

_LIFE = 120
"""Years nobody's papers reach back; the oldest person on record lived 122."""


def _not_after(values: Sequence[str], received: str) -> tuple[str, str] | None:
    """The first day is not after the second: an act comes before the paper that rests on it (Decree 61/2018, art. 17 and
    Decree 118/2025: receipt before result, appointment after receipt)."""
    size = min(len(values[0]), len(values[1]))
    if values[0][:size] <= values[1][:size]:
        return None
    return "value.order", "{0} sau {1}; hãy đối chiếu hai ngày với bản giấy."


def _not_future(values: Sequence[str], received: str) -> tuple[str, str] | None:
    """No paper is dated after the day it was received here (Decree 30/2020, art. 13: the date of a document is the day on
    which its number was given)."""
    size = min(len(values[0]), len(received))
    if not received or values[0][:size] <= received[:size]:
        return None
    return "value.order", "{0} sau ngày nhận bản quét; hãy đối chiếu với bản giấy."


def _lived(values: Sequence[str], received: str) -> tuple[str, str] | None:
    """A date of birth is that of a person who may live: not after receipt, not more than 120 years before."""
    if not received or len(values[0]) < 4:
        return None
    if values[0] > received[: len(values[0])] or int(values[0][:4]) < int(received[:4]) - _LIFE:
        return "value.implausible", "{0} không thể là ngày sinh của người nộp hồ sơ; hãy đối chiếu với bản giấy."
    return None


def _sex(values: Sequence[str], received: str) -> tuple[str, str] | None:
    """The fourth digit of a personal number tells century and sex (Decree 137/2015, art. 13; Circular 59/2021/TT-BCA)."""
    told = identifiers.sex_and_years(values[0])
    if told is None or told[0] == values[1]:
        return None
    return "value.implausible", "{0} không phù hợp với {1} (chữ số thứ tư); hãy đối chiếu với bản giấy."


def _born(values: Sequence[str], received: str) -> tuple[str, str] | None:
    """Its fifth and sixth digits are those of the year of birth (the same)."""
    if identifiers.year_fits(values[0], values[1]) in (True, None):
        return None
    return (
        "value.implausible",
        "{0} không phù hợp với năm của {1} (chữ số thứ năm, thứ sáu); hãy đối chiếu với bản giấy.",
    )


def _plausible(values: Sequence[str], received: str) -> tuple[str, str] | None:
    """A personal number begins with a province (or, from 100, a country of birth registration) that has been given out
    and tells a birth before receipt; a card of nine digits begins with a series that was issued."""
    if identifiers.place_known(values[0]) is False:
        return "value.implausible", "{0}: mã nơi đăng ký ở đầu số không có; hãy đối chiếu với bản giấy."
    told = identifiers.sex_and_years(values[0])
    century_to_come = len(values[0]) == 12 and values[0].isdigit() and told is None
    if century_to_come or (told is not None and received and told[1] > int(received[:4])):
        return "value.implausible", "{0}: năm sinh trong số chưa tới; hãy đối chiếu với bản giấy."
    return None


def _code_date(values: Sequence[str], received: str) -> tuple[str, str] | None:
    """A dossier code holds the day on which it was given, which is not after the receipt's own (Circular 01/2018/TT-VPCP
    and 03/2025/TT-VPCP as seen in use, domain facts 2a)."""
    day = numbers.dossier_date(values[0])
    if day is None:
        return "value.impossible-date", "{0}: ngày trong mã không có thật; hãy đối chiếu với bản giấy."
    if day > values[1]:
        return "value.order", "Ngày trong {0} sau {1}; hãy đối chiếu với bản giấy."
    return None


def _code_agency(values: Sequence[str], received: str) -> tuple[str, str] | None:
    """A dossier code begins with an agency code of the lists (Decision 20/2020/QĐ-TTg, amended by 09/2025/QĐ-TTg)."""
    if numbers.agency(values[0]) is not None:
        return None
    return "value.implausible", "{0}: không có mã cơ quan như ở đầu mã; hãy đối chiếu với bản giấy."


def _certificate_year(values: Sequence[str], received: str) -> tuple[str, str] | None:
    """The last part of a health certificate's number is the year of its conclusion (portal guide, domain facts 3)."""
    if re.fullmatch(r".*/\d{2}", values[0]) and values[0][-2:] != values[1][2:4]:
        return "value.implausible", "Năm trong {0} khác năm của {1}; hãy đối chiếu với bản giấy."
    return None


def _certificate_facility(values: Sequence[str], received: str) -> tuple[str, str] | None:
    """Its third part is a facility's code, whose first two digits are a province's, or 97 to 99 for ministries (portal
    guide; that they are the health-insurance codes is from memory)."""
    facility = re.fullmatch(r".*/GKSKLX/(\d{2})[0-9A-Z]{3}/\d{2}", values[0])
    if facility is None or f"0{facility[1]}" in identifiers.PROVINCES or int(facility[1]) >= 97:
        return None
    return "value.implausible", "{0}: không có mã cơ sở khám bệnh như trong số; hãy đối chiếu với bản giấy."


def _class_in_text(values: Sequence[str], received: str) -> tuple[str, str] | None:
    words = set(re.findall(r"\b[A-F]{1,2}\d?E?\b", values[1]))
    if not words or words & set(values[0].split(", ")):
        return None
    return "value.implausible", "{0} khác hạng ghi trong {1}; hãy đối chiếu với bản giấy."


def _symbol_of_type(values: Sequence[str], received: str) -> tuple[str, str] | None:
    """A symbol begins with the abbreviation of the paper's type, that of a công văn with its agency (Decree 30/2020,
    Appendix III; copies: SY, SL, TrS). ``values``: number and symbol, name of the type, and "strict" for a type whose
    symbol never leaves it out (a decision; others are seen without)."""
    told, wanted = numbers.symbol_kind(values[0]), numbers.abbreviations(values[1])
    if told in {"SY", "SL", "TrS"} or "/" not in values[0]:
        return None
    known = bool(wanted) or values[1].casefold() == "công văn"
    if not known or told in wanted or (not told and (not wanted or "strict" not in values)):
        return None
    return "value.implausible", "{0}: ký hiệu không phải của loại văn bản này; hãy đối chiếu với bản giấy."


def _of_known_type(values: Sequence[str], received: str) -> tuple[str, str] | None:
    """A paper of no known type bears neither the name nor the symbol of a known one (Decree 30/2020, Appendix III): where
    it does, its heading was not read well enough to tell the type, and none of its fields was asked for."""
    told = numbers.symbol_kind(values[0]) if "/" in values[0] else min(numbers.abbreviations(values[0]), default="")
    if told in {"", "SY", "SL", "TrS"}:
        return None
    return "document.type-doubtful", "{0} là của một loại văn bản đã biết; hãy chọn đúng loại của văn bản này."


def _expiry_age(values: Sequence[str], received: str) -> tuple[str, str] | None:
    """A citizen card ends on the 25th, 40th or 60th birthday, or never (Law on Citizen Identification 2014, art. 21; Law on
    Identification 2023, art. 21: one issued within two years before such a birthday stands until the next)."""
    if values[2] in citizen.ends(values[0], values[1]):
        return None
    return "value.implausible", "{2} không ứng với mốc tuổi 25, 40, 60 tính từ {0}; hãy đối chiếu với bản giấy."


def _class_of_date(values: Sequence[str], received: str) -> tuple[str, str] | None:
    """Classes of the Law on Road Traffic 2008 until 2024-12-31, of the Law on Road Traffic Order and Safety since."""
    named = licences.NEW if values[1] >= licences.CHANGED else licences.OLD
    if set(values[0].split(", ")) <= named:
        return None
    return "value.implausible", "{0} không thuộc danh mục hạng áp dụng vào {1}; hãy đối chiếu với bản giấy."


def _date_in_words(values: Sequence[str], received: str) -> tuple[str, str] | None:
    """A birth certificate says the date of birth twice (Circular 04/2020/TT-BTP, form of the certificate)."""
    said = words.read_date(values[0]).value
    if said is None or said == values[1]:
        return None
    return "value.implausible", "{0} khác {1}; hãy đối chiếu hai chỗ với bản giấy."


def _number_in_words(values: Sequence[str], received: str) -> tuple[str, str] | None:
    """A sum said in figures and in words (forms of household businesses)."""
    said = words.read_number(values[0]).value
    if said is None or said == values[1]:
        return None
    return "value.implausible", "{0} khác {1}; hãy đối chiếu hai chỗ với bản giấy."


JUDGES: dict[str, Judge] = {
    "date-in-words": _date_in_words, "number-in-words": _number_in_words, "expiry-age": _expiry_age,
    "class-of-date": _class_of_date,
    "not-after": _not_after, "not-future": _not_future, "lived": _lived, "sex-of-number": _sex, "year-of-number": _born,
    "plausible-number": _plausible, "code-date": _code_date, "agency-of-code": _code_agency,
    "year-of-certificate": _certificate_year, "facility-of-certificate": _certificate_facility,
    "class-in-text": _class_in_text, "symbol-of-type": _symbol_of_type, "of-known-type": _of_known_type,
}  # fmt: skip
"""By the name that form files use; every name of ``forms.CHECKS`` stands here, save those of registers (``lookup``)."""
