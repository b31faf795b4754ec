"""What is printed as a value of each kind: raw words into a normalised value and how well it fits its grammar.

Owns: which parser of ``values/`` serves which kind of field, and what is scrubbed from the words first (leaders, specks).
Never: looks at a page, or at another field.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from hoso.forms import FieldRule
from hoso.stages import letterhead
from hoso.values import (
    agencies,
    citizen,
    dates,
    identifiers,
    licences,
    measures,
    numbers,
    peoples,
    persons,
    registers,
    words,
)
from hoso.values import text as texts
from hoso.values import whole as wholes
from hoso.values.fold import fold
from hoso.values.parsed import NOTHING, Parsed

__all__ = ["fit", "parse", "sentence", "subject"]


def parse(raw: str, rule: FieldRule) -> Parsed:
    """``raw`` as a value of the kind of ``rule``; one that its pattern does not match whole is at most half as sure."""
    parsed = _PARSERS[rule.kind](texts.squeeze(raw), rule)
    return fit(parsed, rule)


def fit(parsed: Parsed, rule: FieldRule) -> Parsed:
    """``parsed`` under the pattern of ``rule``."""
    if parsed.value is None or not rule.pattern or re.fullmatch(rule.pattern, parsed.value):
        return parsed
    return replace(parsed, quality=min(parsed.quality, 0.5), fault=parsed.fault or "value.grammar")


def _plain(raw: str, rule: FieldRule) -> Parsed:
    value = texts.squeeze(_undotted(raw)).strip(" .…_:;|,-–—*'`\"")
    ticked = any(c in letterhead.BOXES for c in value)  # a letter taken for a tick box: "☒óm" was "Xóm"
    spotted = re.search(r"[^\W\dA-ZĐ_]{2}\.\s?[^\W\d_]", raw)  # leaders shine through: a comma may be lost among them
    return Parsed(value, 0.6 if ticked else 0.8 if spotted else 1.0) if any(c.isalnum() for c in value) else NOTHING


def subject(raw: str, whole: bool) -> Parsed:
    """An abstract as printed, its "V/v" spelled so however it was read; surely cut short where a line is spoiled."""
    low = fold(texts.squeeze(raw))
    match = letterhead.SUBJECT.match(low)
    value = texts.squeeze(raw)
    value = ("V/v" + value[match.end() :]) if match and len(low) == len(value) else value
    value = value.strip(" .:;_|-")
    torn = wholes.ends_open(value) or value[:1].islower() or value.startswith("ĐẾN")
    return Parsed(value, 0.6 if torn else 1.0 if whole else 0.7)


def _agency(raw: str, rule: FieldRule) -> Parsed:
    words = [w.strip("'\"‘’“”`^|*~_.:;") for w in raw.split() if any(c.isalnum() for c in w) or w in "-–"]
    while words and words[-1] in "-–":
        words.pop()
    name = agencies.spell(" ".join(words))
    plain = wholes.begins_as_office(name) and not wholes.ends_open(name)
    return Parsed(name, 1.0 if plain else 0.6) if words else NOTHING


def sentence(raw: str) -> Parsed:
    value = re.sub(r"^[\W\d]+", "", texts.squeeze(raw)).rstrip(" .:;|_…/-")
    return Parsed(value, 1.0) if value else NOTHING


def _place_name(raw: str, rule: FieldRule) -> Parsed:
    value = raw.strip(" .,:;-_*'`\"|")
    capital = all(
        w[:1].isupper() or fold(w) in {"thanh", "pho", "tinh", "huyen", "xa", "phuong"} for w in value.split()
    )
    return Parsed(value, 1.0 if capital else 0.8) if value else NOTHING


def _choice(raw: str, rule: FieldRule) -> Parsed:
    hits = [c for c in rule.choices if texts.find(c, raw.split(), 0.85)]
    return Parsed(hits[0], 1.0) if len(hits) == 1 else Parsed(None, 0.0, "field.unreadable")


def _undotted(raw: str) -> str:
    """``raw`` without leaders: runs of dots, and the single dot a reader makes of them between two words
    ("Cảnh.sát"); the dot of an abbreviation ("TP.HCM") follows capitals and stays. U+2044 is a slash."""
    text = re.sub(r"[.…_]{2,}", " ", raw.replace("\u2044", "/"))
    return re.sub(r"(?<=[^\W\d_A-ZĐ])\.(?=[^\W\d_])", " ", text)


def _name(raw: str, rule: FieldRule) -> Parsed:
    """A name: no dot stands in one, save behind a degree; of two words it has most often lost one."""
    parsed = persons.parse(_undotted(raw))
    if parsed.quality <= 0.5:
        parsed = max(parsed, persons.parse(_undotted(raw).replace(".", " ")), key=lambda p: p.quality)
    short = parsed.value is not None and len(parsed.value.split()) < 3
    return replace(parsed, quality=min(parsed.quality, 0.75)) if short else parsed


def _dotted(parse: Callable[[str], Parsed]) -> Callable[[str, FieldRule], Parsed]:
    return lambda raw, rule: parse(_undotted(raw))


def _expiry(raw: str, rule: FieldRule) -> Parsed:
    """The last day of validity, or one of the form's words for no end ("Không thời hạn")."""
    if texts.find(citizen.ENDLESS, raw.split(), 0.8):
        return Parsed(citizen.ENDLESS, 1.0)
    return dates.parse(_undotted(raw))


def _words(read: Callable[[str], Parsed]) -> Callable[[str, FieldRule], Parsed]:
    """A number or date in words stays in words, each spelled by the closed list; it counts as read where it says one."""

    def parsed(raw: str, rule: FieldRule) -> Parsed:
        text = re.sub(r"^[^\w]+|[^\w]+$", "", texts.squeeze(_undotted(raw)))
        if not any(c.isalpha() for c in text):
            return NOTHING
        said = read(text)
        if said.value is None:
            return Parsed(text, 0.5, said.fault)
        return Parsed(words.spelled(text), said.quality)

    return parsed


_PARSERS: dict[str, Callable[[str, FieldRule], Parsed]] = {
    "text": _plain, "agency": _agency, "title": _plain, "abstract": _plain, "type": _plain, "place": _place_name,
    "choice": _choice, "person": _name, "date": _dotted(dates.parse), "identity": _dotted(identifiers.identity),
    "phone": _dotted(identifiers.phone), "symbol": _dotted(numbers.symbol), "dossier-code": _dotted(numbers.dossier_code),
    "certificate": _dotted(numbers.certificate), "licence-class": _dotted(licences.parse),
    "expiry": _expiry, "licence-number": _dotted(licences.parse_number),
    "ethnicity": _dotted(peoples.ethnicity), "nationality": _dotted(peoples.nationality),
    "date-words": _words(words.read_date), "number-words": _words(words.read_number), "money": _dotted(measures.money),
    "register-number": _dotted(registers.entry), "business-number": _dotted(registers.business),
    "year": _dotted(registers.year),
    "alcohol": _dotted(measures.alcohol), "address": _plain, "tax-code": _dotted(identifiers.tax_code),
    "procedure-code": _dotted(numbers.procedure),
}  # fmt: skip
