"""Values of cards whose small labels were lost: found by a worn label, by their grammar, or by their order in time.

Cards print labels at five points and values larger: a copy keeps the values. Owns: what tells a value without its label,
always with a lower score than a label would give. Never: takes a value that is another field's, or one of two that fit
equally well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from hoso.forms import FieldRule, Form
from hoso.stages.beneath import dated_line
from hoso.stages.labels import Claim, Slip
from hoso.stages.layout import Sheet, Token
from hoso.values import citizen, dates, licences, persons
from hoso.values import text as texts
from hoso.values.fold import fold

__all__ = ["by_grammar", "worn_label"]

_WORN = 0.6
"""The likeness from which a beginning of a line may be a worn label; it must be clearly liker this label than others."""
_CLEARLY = 0.06
_SCORE = 0.6
_PREFIX = 7  # tokens
_NOT_NAMES = re.compile(
    r"(?:viet nam|cong hoa|xa hoi|doc lap|can cuoc|giay phep|lai xe|license|bo gtvt|bo cong an|cuc truong|giam doc|quan ly|"
    r"cu tru|dan cu|identity|citizen|security|truong phong|canh sat|vehicles|republic|dieu khien|co gioi)"
)


def worn_label(rule: FieldRule, form: Form, sheets: Sequence[Sheet], taken: Sequence[Claim]) -> Claim | None:
    """The beginning of a line that is most like a label of ``rule``; None where none is, or another label is as like."""
    best: Claim | None = None
    wanted = [label for label in rule.labels if len(texts.skeleton(label)) >= 6]
    others = [label for r in form.fields if r is not rule for label in r.labels] + list(form.stops)
    for s, sheet in enumerate(sheets):
        for r, row in enumerate(sheet.rows):
            index = 0
            used = [c for c in taken if (c.sheet, c.row) == (s, r)]
            for run in row.runs:
                start, index = index, index + len(run.tokens)
                if any(c.start <= start < c.end for c in used):
                    continue
                stop = min((c.start for c in used if c.start > start), default=len(row.tokens))
                for end in range(1, min(_PREFIX, stop - start) + 1):
                    text = " ".join(t.text for t in row.tokens[start : start + end])
                    score, label = max(((texts.likeness(text, label), label) for label in wanted), default=(0.0, ""))
                    if score < max(_WORN, best.score if best else 0.0):
                        continue
                    if max((texts.likeness(text, other) for other in others), default=0.0) < score - _CLEARLY:
                        best = Claim(rule.name, label, s, r, start, start + end, score)
    return best


def by_grammar(rule: FieldRule, sheets: Sequence[Sheet], taken: Sequence[Claim]) -> Slip | None:
    """The words that by their grammar alone can only be the value of ``rule``: see the functions below, one for a kind."""
    if rule.kind in {"date", "expiry"}:
        return _by_time(rule, sheets)
    found = {"person": _name, "choice": _choice, "licence-class": _class}.get(rule.kind)
    return found(rule, sheets) if found is not None else None


def _by_time(rule: FieldRule, sheets: Sequence[Sheet]) -> Slip | None:
    """Of the dates of a card that bears two or more: the first in time is the birth, and the last, where it is a long way
    after, the end. Only a field of birth or of expiry is found so."""
    stated: dict[str, Slip] = {}
    for sheet, tokens in _rows(sheets):
        for token in tokens:
            parsed = dates.parse(token.text)
            if parsed.value and re.search(r"\d.*\D.*\d{4}", token.text):
                stated.setdefault(parsed.value, Slip(sheet.position, (token,), _SCORE))
    line = dated_line(sheets)
    if line is not None and (issued := dates.parse(line[2]).value):
        stated.setdefault(issued, line[1])
    if rule.kind == "expiry" and (endless := _endless(sheets)) is not None:
        return endless
    days = sorted(stated)
    if len(days) < 2 or int(days[-1][:4]) - int(days[0][:4]) < 16:
        return None
    if rule.kind == "expiry":
        return stated[days[-1]] if len(days) > 2 and int(days[-1][:4]) - int(days[-2][:4]) >= 2 else None
    return stated[days[0]] if rule.same_as == "person.born" else None


def _endless(sheets: Sequence[Sheet]) -> Slip | None:
    for sheet, tokens in _rows(sheets):
        for hit in texts.find(citizen.ENDLESS, [t.text for t in tokens])[:1]:
            return Slip(sheet.position, tuple(tokens[hit.start : hit.end]), _SCORE)
    return None


def _name(rule: FieldRule, sheets: Sequence[Sheet]) -> Slip | None:
    """The first words in capitals that are a name, above the middle of the card's text: the signer stands at its foot."""
    for sheet, tokens in _rows(sheets):
        for start in range(len(tokens)):
            capital: list[Token] = []
            for token in tokens[start:]:
                if not token.text.isupper() or not token.text.isalpha():
                    break
                capital.append(token)
            text = " ".join(t.text for t in capital)
            if len(capital) >= 2 and not _NOT_NAMES.search(fold(text)) and persons.parse(text).quality == 1.0:
                return Slip(sheet.position, tuple(capital), _SCORE)
    return None


def _choice(rule: FieldRule, sheets: Sequence[Sheet]) -> Slip | None:
    """The choice on the one line that also names the country: "Nữ … Việt Nam"; the country's own last word is none."""
    for sheet, tokens in _rows(sheets):
        words = [texts.skeleton(t.text) for t in tokens]
        country = next((i for i in range(1, len(words)) if words[i - 1 : i + 1] == ["viet", "nam"]), None)
        if country is None:
            continue
        hits = [t for t in tokens[: country - 1] if any(t.text.strip(".,:;") == c for c in rule.choices)]
        if len(hits) == 1:
            return Slip(sheet.position, (hits[0],), _SCORE)
    return None


def _class(rule: FieldRule, sheets: Sequence[Sheet]) -> Slip | None:
    """The only licence class that stands as a word of its own, on either side."""
    found: dict[str, Slip] = {}
    for sheet, tokens in _rows(sheets):
        for token in tokens:
            bare = token.text.strip(".,:;")
            if bare in licences.OLD | licences.NEW and (len(bare) > 1 or len(tokens) == 1):
                found.setdefault(bare, Slip(sheet.position, (token,), _SCORE))
    return next(iter(found.values())) if len(found) == 1 else None


def _rows(sheets: Sequence[Sheet]) -> Iterator[tuple[Sheet, tuple[Token, ...]]]:
    for sheet in sheets:
        for row in sheet.rows:
            if "<<" not in row.text:
                yield sheet, row.tokens
