"""The checks of a record that form files name: pure functions of values, each with its source in law or standard.

Owns: what each check asks of which values, and its sentence for the clerk. Never: sees a field, a page or a form; which
fields a check is of is said in the form files.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from hoso.values import identifiers, numbers

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


JUDGES: dict[str, Judge] = {
    "not-after": _not_after, "sex-of-number": _sex, "year-of-number": _born, "code-date": _code_date,
    "year-of-certificate": _certificate_year, "class-in-text": _class_in_text,
}  # fmt: skip
"""By the name that form files use; every name of ``forms.CHECKS`` stands here."""
