"""Several witnesses of one fact: print, QR code, barcode and machine-readable zone of the same paper, weighed together.

Owns: what the codes of a paper state (``forms.WITNESSES``), when two statements are the same, and what agreement or
contradiction does to a field. Which witness serves which field is said in the form files. Never: decides against ink that
was read surely, or drops a reading: ``raw`` stays what was read, ``said`` holds what each other witness states.

The rules
    * Who agrees adds: the chance that all err alike is the product of each one's. ``passed`` names them
      ("witness:citizen-qr.number").
    * A code proves itself (error correction of QR, ISO/IEC 18004; check digits of a zone, ICAO Doc 9303-3, 4.9): it fills a
      field that print left empty, and it settles which of the engine's own ranked readings a doubtful one is
      (``passed``: "alternative:citizen-qr.number"). Two kinds of code together settle a doubtful name two letters off.
    * A surely read value that a witness contradicts is doubtful: ``dossier.value-differs``, with both readings and places.
    * The name and the sex of a zone have no check digit and no marks: they confirm, and never spell.
    * A zone whose check digits fail witnesses nothing; where nothing else proves the number, that is ``value.check-digit``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from hoso.forms import FieldRule
from hoso.nouns import Code, Field, Place, Seen
from hoso.values import citizen, mrz, numbers
from hoso.values import text as texts
from hoso.values.confusions import alternatives, digits
from hoso.values.fold import fold

__all__ = ["Statement", "alternative", "speaks", "statements", "trusted", "weigh"]

_TRUST = {"citizen-qr": 0.999, "mrz": 0.995, "code": 0.999}
"""How sure a proven statement is by itself. What is left is not a misread code but the code of another card."""
_UNPROVEN = {"mrz.name": 0.2, "mrz.sex": 0.9}
"""The same of what no check digit covers, where all checks of the zone pass (ICAO Doc 9303-5, 4.2.4). A name without marks
says nothing of the marks, and those are what is misread."""
_SURE = 0.9
"""The confidence from which ink counts as read surely: below, about one word in ten and more is wrong (measured)."""
_HARDLY = 0.75
_MOST = 0.9999
_READINGS = 96
"""So many of the ranked readings of a number are looked at: all that change one figure of twelve, and the likeliest two."""
_TWO_DIMENSIONAL = frozenset({"qr", "datamatrix", "pdf417"})
_SETTLED = frozenset({"value.grammar", "field.unreadable"})


@dataclass(frozen=True, slots=True)
class Statement:
    """What one witness says: ``witness`` as form files name it, the normalised ``value``, its place. ``proven``: a code or
    check digit stands behind it. ``failed``: it is a zone whose check digits deny it."""

    witness: str
    value: str
    place: Place | None
    proven: bool = True
    failed: bool = False


def speaks(kind: str, seen: Seen) -> float:
    """1 where a page bears a code of that ``kind``, "citizen-qr" or "mrz" (of a Vietnamese card), else 0."""
    return float(any(s.witness.startswith(f"{kind}.") for s in statements([seen])))


def statements(pages: Sequence[Seen]) -> tuple[Statement, ...]:
    """What the codes on the pages of one document state, in the order of the pages; the same statement once."""
    found: dict[tuple[str, str, bool], Statement] = {}
    for seen in pages:
        for code in seen.reading.codes:
            place = Place(seen.page.position, code.box)
            for one in _stated(code, place):
                found.setdefault((one.witness, one.value, one.failed), one)
    return tuple(found.values())


def _stated(code: Code, place: Place) -> Iterable[Statement]:
    if code.kind == "mrz":
        yield from _of_zone(code.text, place)
        return
    if code.kind in _TWO_DIMENSIONAL and (card := citizen.parse(code.text)) is not None:
        parts = {"number": card.number, "name": card.name, "born": card.born, "sex": card.sex, "address": card.address,
                 "issued": card.issued}  # fmt: skip
        yield from (Statement(f"citizen-qr.{name}", value, place) for name, value in parts.items() if value)
    parsed = numbers.dossier_code(code.text)
    if parsed.value is not None and not parsed.fault:
        yield Statement("code.dossier-code", parsed.value, place)
    yield Statement("code.contains", code.text, place)


def _of_zone(text: str, place: Place) -> Iterable[Statement]:
    read = mrz.parse(text.split("\n"))
    zone = citizen.zone(read) if read is not None else None
    if zone is None:
        return
    if zone.number:
        yield Statement("mrz.number", zone.number, place)
    elif zone.failed:
        yield Statement("mrz.number", "", place, proven=False, failed=True)
    if zone.born:
        yield Statement("mrz.born", zone.born, place)
    if zone.expires:
        yield Statement("mrz.expires", zone.expires, place)
    if not zone.failed:
        yield Statement("mrz.name", zone.name, place, proven=False)
        if zone.sex:
            yield Statement("mrz.sex", zone.sex, place, proven=False)


def weigh(rule: FieldRule, field: Field, said: Sequence[Statement]) -> Field:
    """``field`` with what its witnesses (``rule.witness``) do to it; itself where none of them speaks."""
    mine = [s for name in rule.witness for s in said if s.witness == name and not s.failed]
    mine = [s for s in mine if s.witness != "code.contains" or _contains(s, field)]
    denied = any(s.failed for s in said if s.witness in rule.witness)
    if not mine:
        return _denied(field) if denied and field.value is not None else field
    field = replace(field, said=tuple((s.witness, _shown(s, field), s.place) for s in mine))
    proven = [s for s in mine if s.proven and s.witness != "code.contains"]
    if any(not _same(rule, proven[0].value, s) for s in proven[1:]):
        return _differs(field)
    if field.value is None:
        return _filled(field, proven) if proven else field
    agreeing = [s for s in mine if s.witness == "code.contains" or _same(rule, field.value, s)]
    against = [s for s in mine if s not in agreeing]
    if not any(s.proven for s in against):
        if agreeing and (any(s.proven for s in agreeing) or not against):
            return _confirmed(field, agreeing)
        return _differs(field) if any(_far(rule, field.value, s) for s in against) else field
    if agreeing and any(s.proven for s in agreeing):
        return _differs(field)
    told = proven[0].value
    partly = rule.kind in {"text", "address"} and _part(field.value, told)
    near = len({s.witness.partition(".")[0] for s in against if _same(rule, told, s)}) > 1 and _near(
        rule, field.value, told
    )
    if partly or (field.confidence < _SURE and (near or _worn_figure(field, told) or alternative(field.value, told))):
        return _settled(field, proven)
    return _differs(field)


def alternative(read: str, told: str) -> bool:
    """Whether ``told`` is one of the ranked readings that the engine's ``read`` may also have been: figure by figure for
    numbers and ISO dates, word by word for words. Equal texts are."""
    if re.fullmatch(r"[\d\-/. ]+", told):
        figures = re.sub(r"[\-/. ]", "", read)
        return re.sub(r"\D", "", told) in digits(figures, _READINGS)
    ours, theirs = re.findall(r"\w+", read), re.findall(r"\w+", told)
    return len(ours) == len(theirs) and all(_may_be(a, b) for a, b in zip(ours, theirs, strict=True))


def _may_be(one: str, other: str) -> bool:
    if citizen.same_words(one, other) or texts.skeleton(one) == texts.skeleton(other):
        return True
    return any(citizen.same_words(word, other) for word, _ in alternatives(one, 8))


def _same(rule: FieldRule, value: str, told: Statement) -> bool:
    if told.witness == "mrz.name":
        return citizen.same_name(value, told.value)
    if rule.kind in {"person", "text", "address", "choice", "expiry"}:
        return citizen.same_words(value, told.value)
    return value == told.value


def _far(rule: FieldRule, value: str, told: Statement) -> bool:
    """Whether an unproven witness says something that is no slip of reading: a name two letters off may be one."""
    if told.witness == "mrz.name":
        return texts.distance(re.sub(r"\W", "", fold(value)), re.sub(r"\W", "", fold(told.value))) > 2
    return True


def _near(rule: FieldRule, value: str, told: str) -> bool:
    """Whether a name is a letter or two from what two codes of different kinds state: a letter lost at a card's edge."""
    return rule.kind == "person" and texts.distance(fold(value), fold(told)) <= 2


def _worn_figure(field: Field, told: str) -> bool:
    """Whether a number or date hardly read differs in one figure from what a code proves, whichever figure it is."""
    read = field.value or ""
    alike = re.fullmatch(r"[\d-]+", read) is not None and len(read) == len(told)
    return alike and field.confidence < _HARDLY and texts.distance(read, told) == 1


def _contains(told: Statement, field: Field) -> bool:
    """Whether a code of unknown grammar says the value among other things; short values may stand there by chance."""
    value = field.value or ""
    return len(value) >= 6 and re.search(rf"(?<!\w){re.escape(value)}(?!\w)", told.value) is not None


def _part(read: str, told: str) -> bool:
    """Whether ``read`` is a beginning or an end of ``told``, the words of a line missing: read short, not otherwise."""
    ours, theirs = re.findall(r"\w+", read), re.findall(r"\w+", told)
    short = len(ours)
    return 1 <= short < len(theirs) and any(
        citizen.same_words(" ".join(ours), " ".join(part)) for part in (theirs[:short], theirs[-short:])
    )


def _shown(told: Statement, field: Field) -> str:
    return (field.value or "") if told.witness == "code.contains" else told.value


def _trust(said: Iterable[Statement]) -> float:
    """The chance that at least one of the witnesses is right, each kind of code counted once."""
    doubt: dict[str, float] = {}
    for one in said:
        kind = one.witness.partition(".")[0]
        doubt[kind] = min(doubt.get(kind, 1.0), 1.0 - (_TRUST[kind] if one.proven else _UNPROVEN[one.witness]))
    left = 1.0
    for share in doubt.values():
        left *= share
    return 1.0 - left


def trusted(field: Field, ink: float) -> float:
    """The chance that ``field`` is right, where ``ink`` is that of its print alone: with the witnesses that agree. A value
    that a code gave does not lean on the ink."""
    agreeing = [
        Statement(name.partition(":")[2], "", None, proven=name.partition(":")[2] not in _UNPROVEN)
        for name in field.passed
        if name.startswith(("witness:", "alternative:"))
    ]
    if not agreeing or "dossier.value-differs" in field.failed:
        return ink
    return _sum(0.0 if field.source in ("qr", "mrz") else ink, _trust(agreeing))


def _sum(one: float, other: float) -> float:
    return round(min(_MOST, 1.0 - (1.0 - one) * (1.0 - other)), 4)


def _confirmed(field: Field, by: Sequence[Statement]) -> Field:
    failed = tuple(code for code in field.failed if code not in _SETTLED) if any(s.proven for s in by) else field.failed
    return replace(
        field, confidence=_sum(field.confidence, _trust(by)), status="doubtful" if failed else "clear", failed=failed,
        passed=(*field.passed, *(f"witness:{s.witness}" for s in by)),
    )  # fmt: skip


def _filled(field: Field, by: Sequence[Statement]) -> Field:
    """A field that print left empty or unreadable, as the codes state it."""
    first = by[0]
    return replace(
        field, value=first.value, raw=field.raw or first.value, confidence=round(_trust(by), 4),
        place=field.place or first.place, source=_source(first), rule=f"witness: {first.witness}", status="clear",
        failed=(), passed=(*field.passed, *(f"witness:{s.witness}" for s in by)),
    )  # fmt: skip


def _settled(field: Field, by: Sequence[Statement]) -> Field:
    """A doubtful reading, of which a code proves which of its own alternatives it is."""
    first, value = by[0], by[0].value
    if field.value is not None and texts.upper_share(field.value) > 0.9:
        value = value.upper()
    return replace(
        field, value=value, confidence=round(_trust(by), 4), source=_source(first), status="clear",
        failed=tuple(code for code in field.failed if code not in _SETTLED),
        passed=(*field.passed, *(f"alternative:{s.witness}" for s in by)),
    )  # fmt: skip


def _differs(field: Field) -> Field:
    return replace(
        field, confidence=min(field.confidence, 0.5), status="doubtful", failed=(*field.failed, "dossier.value-differs")
    )


def _denied(field: Field) -> Field:
    return replace(
        field, confidence=min(field.confidence, 0.6), status="doubtful", failed=(*field.failed, "value.check-digit")
    )


def _source(told: Statement) -> str:
    return "mrz" if told.witness.startswith("mrz.") else "qr"
