"""Numbers that name persons and businesses: what they look like and what can be checked. Pure.

Owns: personal number (12 digits: Decree 137/2015, art. 13; province or country of birth registration, century and sex,
year of birth, 6 more; no check digit), old identity card (9 digits), tax code (10 digits with a check digit weighted
31 29 23 19 17 13 7 5 3 modulo 11, 13 with a branch; for persons and households the personal number since 2025-07-01,
Circular 86/2024/TT-BTC), passport, telephone.
Never: rejects a number for what it says: foreign registration codes and honest errors exist; faults lower confidence.
"""

from __future__ import annotations

import re

from hoso.values.parsed import NOTHING, Parsed, as_digits

__all__ = ["PROVINCES", "identity", "personal_number", "phone", "place_known", "sex_and_years", "tax_code", "year_fits"]

_CODES = (
    "001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 035 036 037 038 040 042 044 "
    "045 046 048 049 051 052 054 056 058 060 062 064 066 067 068 070 072 074 075 077 079 080 082 083 084 086 087 089 091 "
    "092 093 094 095 096"
)
PROVINCES = frozenset(_CODES.split())
"""The 63 provinces as they stood until 2025-07-01: printed codes did not change with the merger (domain facts 2d)."""


def personal_number(text: str) -> Parsed:
    """Twelve digits out of ``text``, boxes and blanks aside. An unknown province lowers quality to 0.9; figures torn apart
    have the fault "field.unreadable"."""
    digits, quality = _digits(text, 12)
    if digits is None:
        return NOTHING
    if digits[:3] not in PROVINCES:
        quality = min(quality, 0.9)
    return Parsed(digits, quality, "" if _grouped(text) else "field.unreadable")


def identity(text: str) -> Parsed:
    """A personal number, else an old identity card of nine digits, else a passport (a letter and seven or eight digits)."""
    twelve = personal_number(text)
    if twelve.value is not None:
        return twelve
    nine, quality = _digits(text, 9)
    if nine is not None:
        return Parsed(nine, 0.95 * quality)
    passport = re.search(r"\b([A-Z]\d{7,8})\b", text.upper())
    return Parsed(passport[1], 0.9) if passport else NOTHING


def sex_and_years(number: str) -> tuple[str, int] | None:
    """("Nam" or "Nữ", year of birth) that a personal number tells; None for other numbers or a century to come."""
    if not re.fullmatch(r"\d{12}", number) or number[3] not in "0123":
        return None
    mark = int(number[3])
    return ("Nam" if mark % 2 == 0 else "Nữ"), 1900 + 100 * (mark // 2) + int(number[4:6])


def place_known(number: str) -> bool | None:
    """Whether the place at the front of a number is one that was given out: of a personal number a province, or a country
    of birth (from 100; Circular 59/2021/TT-BCA); of an identity card of nine digits a series of 01 to 38 (the provinces
    of the 1970s to 2016, from memory). None for other numbers."""
    if re.fullmatch(r"\d{12}", number):
        return number[:3] in PROVINCES or number[:3] >= "100"
    if re.fullmatch(r"\d{9}", number):
        return "01" <= number[:2] <= "38"
    return None


def year_fits(number: str, born: str) -> bool | None:
    """Whether a personal number and an ISO birth date (or year) agree; None where the number cannot tell."""
    told = sex_and_years(number)
    return None if told is None or len(born) < 4 else told[1] == int(born[:4])


def tax_code(text: str) -> Parsed:
    """A tax code of 10 or 13 digits; ``fault`` is "value.check-digit" where its tenth digit is wrong."""
    match = re.search(r"(?<!\d)(\d{10})(?:\s*-\s*(\d{3}))?(?!\d)", re.sub(r"(?<=\d)[ .](?=\d)", "", text))
    if not match:
        return personal_number(text)
    weights = (31, 29, 23, 19, 17, 13, 7, 5, 3)
    check = 10 - sum(int(d) * w for d, w in zip(match[1], weights, strict=False)) % 11
    value = match[1] + (f"-{match[2]}" if match[2] else "")
    return Parsed(value, 1.0) if check == int(match[1][9]) else Parsed(value, 0.5, "value.check-digit")


def phone(text: str) -> Parsed:
    """A Vietnamese telephone number: 0 and nine or ten digits, "+84" made 0."""
    if not re.search(r"\d", text):
        return NOTHING
    start = re.search(r"[+0-9OoQ]", text)
    run = re.match(r"[+0-9OoQlI|.\s\-()]*", text[start.start() :] if start else "")
    digits, changed = as_digits(re.sub(r"[\s.\-()|]", "", run[0] if run else ""))
    digits = re.sub(r"^\+?84(?=\d{9,10}$)", "0", digits)
    if re.fullmatch(r"0\d{9,10}", digits):
        return Parsed(digits, 1.0 if not changed else 0.75)
    return Parsed(digits, 0.4, "value.grammar") if re.fullmatch(r"\d{7,12}", digits) else NOTHING


def _digits(text: str, count: int) -> tuple[str | None, float]:
    """The first run of exactly ``count`` digits in ``text`` when blanks and box rules are dropped, and its quality."""
    tight = re.sub(r"[\s|\[\].,:;_\-–—…]", "", text)
    exact = re.search(rf"(?<!\d)\d{{{count}}}(?!\d)", tight)
    if exact:
        return exact[0], 1.0 if _grouped(text) else 0.8
    guess, _ = as_digits(tight)
    exact = re.search(rf"(?<!\d)\d{{{count}}}(?!\d)", guess)
    if exact:
        changed = sum(a != b for a, b in zip(tight[exact.start() : exact.end()], exact[0], strict=True))
        if changed <= 5:  # digit boxes: rules between figures cost the reader most of them
            return exact[0], max(0.2, 0.8 - 0.15 * changed)
    return None, 0.0


def _grouped(text: str) -> bool:
    """Whether blanks part the digits of ``text`` as print does: not at all, one by one in boxes, or in equal groups. Other
    blanks are where a figure was torn ("0923 24023 66 0"), and torn figures may have changed places."""
    groups = [len(group) for group in re.findall(r"\d+", text)]
    return len(set(groups[:-1])) <= 1 and (len(groups) < 2 or groups[-1] <= groups[0])
