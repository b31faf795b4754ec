"""The checks of a record that form files name: pure functions of values, each with its source in law or standard.

Owns: what each check asks of which values, and its sentence for the clerk. Never: sees a field, a page or a form; which
fields a check is of is said in the form files.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from hoso.values import citizen, identifiers, licences, numbers, words

__all__ = ["JUDGES", "Judge"]

Judge = Callable[[Sequence[str], str], tuple[str, str] | None]
"""Values in the order the form names them, and the day of receipt; gives (code, sentence) where they do not fit."""


def _not_after(values: Sequence[str], received: str) -> tuple[str, str] | None:
    return ("value.order", "{0} sau {1}; hãy đối chiếu hai ngày với bản giấy.") if values[0] > values[1] else None


def _sex(values: Sequence[str], received: str) -> tuple[str, str] | None:
    told = identifiers.sex_and_years(values[0])
    if told is None or told[0] == values[1]:
        return None
    return "value.implausible", "{0} không phù hợp với {1} (chữ số thứ tư); hãy đối chiếu với bản giấy."


def _born(values: Sequence[str], received: str) -> tuple[str, str] | None:
    if identifiers.year_fits(values[0], values[1]) in (True, None):
        return None
    return (
        "value.implausible",
        "{0} không phù hợp với năm của {1} (chữ số thứ năm, thứ sáu); hãy đối chiếu với bản giấy.",
    )


def _code_date(values: Sequence[str], received: str) -> tuple[str, str] | None:
    day = numbers.dossier_date(values[0])
    if day is None:
        return "value.impossible-date", "{0}: ngày trong mã không có thật; hãy đối chiếu với bản giấy."
    if day > values[1]:
        return "value.order", "Ngày trong {0} sau {1}; hãy đối chiếu với bản giấy."
    return None


def _certificate_year(values: Sequence[str], received: str) -> tuple[str, str] | None:
    if re.fullmatch(r".*/\d{2}", values[0]) and values[0][-2:] != values[1][2:4]:
        return "value.implausible", "Năm trong {0} khác năm của {1}; hãy đối chiếu với bản giấy."
    return None


def _class_in_text(values: Sequence[str], received: str) -> tuple[str, str] | None:
    words = set(re.findall(r"\b[A-F]{1,2}\d?E?\b", values[1]))
    if not words or words & set(values[0].split(", ")):
        return None
    return "value.implausible", "{0} khác hạng ghi trong {1}; hãy đối chiếu với bản giấy."


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
    "date-in-words": _date_in_words, "number-in-words": _number_in_words,
    "not-after": _not_after, "sex-of-number": _sex, "year-of-number": _born, "code-date": _code_date,
    "year-of-certificate": _certificate_year, "class-in-text": _class_in_text, "expiry-age": _expiry_age,
    "class-of-date": _class_of_date,
}  # fmt: skip
"""By the name that form files use; every name of ``forms.CHECKS`` stands here."""
