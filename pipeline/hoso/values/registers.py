"""Numbers under which registers keep an entry: civil status, household businesses. Pure.

Owns: number of an entry in a register of civil status ("125/2020", "45"; Circular 04/2020/TT-BTP) and of its book
("01/2009"), number of a household business ("41A8012345", a tax code, or the owner's personal number since 2025-07-01), a
year of birth. Never: completes a number that was left open.
"""

from __future__ import annotations

import re

from hoso.values import identifiers
from hoso.values.parsed import NOTHING, Parsed, as_digits
from hoso.values.text import nfc

__all__ = ["business", "entry", "year"]

_ENTRY = re.compile(
    r"(?P<head>[0-9OoQlI|SB]{1,6}[a-z]?)(?P<tail>(?:[/\-](?:[0-9OoQlI|]{1,4}(?![A-Za-z])|[A-ZĐ][A-Za-zĐđ0-9]*))*)"
)
_HOUSEHOLD = re.compile(r"(?<![0-9A-Z])([0-9OQI|]{2})([A-Z])([0-9OQI|]{7,8})(?![0-9A-Z])")


def entry(text: str) -> Parsed:
    """Number of an entry or of a book: digits, then parts behind strokes: a year, a book, a code ("12/2021/TLKS")."""
    tight = re.sub(r"[\s…_]+|\.{2,}", "", nfc(text).replace("\u2044", "/")).strip(".,:;'\"`()|")
    tight = re.sub(r"^[Ss]ố[:.]?", "", tight)
    match = _ENTRY.match(tight)
    if not match or not re.search(r"\d", match["head"]):
        return Parsed(None, 0.0, "field.handwritten") if re.search(r"/\d{4}$", tight) else NOTHING
    head, changed = as_digits(match["head"].rstrip("abcdefghkmn"))
    head += match["head"][len(head) :]
    parts = []
    for part in re.split(r"(?<=[/\-])|(?=[/\-])", match["tail"]):
        figures, n = as_digits(part) if re.fullmatch(r"[0-9OoQlI|]{1,4}", part) else (part, 0)
        parts.append(figures)
        changed += n
    left = len(tight) - match.end()
    return Parsed(head + "".join(parts), max(0.4, 1.0 - 0.15 * changed - (0.3 if left else 0.0)))


def business(text: str) -> Parsed:
    """Number of a household business. ``fault`` is "value.check-digit" for ten digits that are no tax code."""
    tight = re.sub(r"[\s._…|\[\]]+", "", nfc(text)).upper()
    old = _HOUSEHOLD.search(tight)
    if old:
        head, one = as_digits(old[1])
        tail, two = as_digits(old[3])
        return Parsed(f"{head}{old[2]}{tail}", max(0.4, 1.0 - 0.15 * (one + two)))
    parsed = identifiers.tax_code(text)
    if parsed.value is not None:
        return parsed
    plain = re.search(r"(?<![0-9A-Z])[0-9A-Z]{6,14}(?:-\d{3})?(?![0-9A-Z])", tight)
    return Parsed(plain[0], 0.6) if plain and sum(c.isdigit() for c in plain[0]) >= 5 else NOTHING


def year(text: str) -> Parsed:
    """A year of birth, 1900 to 2100; of a whole date its year."""
    for token in re.findall(r"[0-9OoQlI|SB]{4}(?![0-9])", nfc(text)):
        figures, changed = as_digits(token)
        if figures.isdigit() and 1900 <= int(figures) <= 2100:
            return Parsed(figures, max(0.4, 1.0 - 0.2 * changed))
    return NOTHING
