"""The papers of one dossier against each other: the same fact must be stated the same way on all of them.

Owns: which problems arise between papers. Never: decides which paper is right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from hoso.forms import FieldRule, Forms
from hoso.nouns import Field, Problem, Record, Seen, Severity
from hoso.stages import components, terms
from hoso.stages.check import lower, with_verdict
from hoso.stages.lookup import unsure
from hoso.values import addresses, units
from hoso.values import text as texts
from hoso.values.fold import fold

__all__ = ["VERSION", "agree"]

VERSION = "2"

_NAMED = re.compile(r"(?:\bông/bà|\bông \(bà\)|\bông|\bbà)\s*:?\s+((?:[^\W\d_][\w'’]*\s?){2,6})", re.IGNORECASE)
_WHO = ("person.name", "person.born", "person.id")
_ADDRESS_LIKE = 0.85
_NAME_LIKE = 0.75
_UPPER = 0.5
"""The part of a first page in which its heading stands."""


@dataclass(frozen=True, slots=True)
class _Stated:
    """One statement of a fact: on which record, in which field."""

    index: int
    field: Field
    rule: FieldRule


def agree(records: Sequence[Record], forms: Forms, pages: Sequence[Seen] = ()) -> tuple[Record, ...]:
    """The records of one dossier, with ``dossier.value-differs`` on both sides of each fact on which papers differ, and
    what the list of components on the receipt says of the papers. ``pages`` are all of the dossier.

    Which fields state the same fact is said in the form files (``same_as``). Capitals and blanks make no difference;
    a tone mark does: a difference of one letter is as likely a slip of the reader as another person, and a person looks.
    Where a reading is unsure and differs by no more than readers slip, its own paper waits for a person as hard to read,
    and the others are noted only.
    """
    stated: dict[str, list[_Stated]] = {}
    for index, record in enumerate(records):
        form = forms.form(record.document.form)
        for field in record.fields:
            rule = form.field(field.name)
            if rule is not None and rule.same_as and field.value is not None:
                stated.setdefault(rule.same_as, []).append(_Stated(index, field, rule))
    found: dict[int, list[Problem]] = {}
    hurt: dict[tuple[int, str], str] = {}
    strangers = _strangers(stated)
    for fact, entries in stated.items():
        same = _SAME.get(fact, _equal)
        apart = [(a, b) for a, b in combinations(entries, 2) if not same(a.field.value or "", b.field.value or "")]
        if not apart:
            continue
        severity, hint = _weight(fact, apart)
        if strangers and fact in _WHO:
            hint += "; có thể có giấy tờ của người khác"
        places = tuple(e.field.place for e in entries if e.field.place is not None)
        for entry in entries:
            sentence = f"{entry.rule.title}: các giấy tờ trong hồ sơ ghi {hint}; hãy xem các chỗ ghi."
            problem = Problem("dossier.value-differs", severity, sentence, entry.field.name, places)
            found.setdefault(entry.index, []).append(problem)
            if severity != "note":
                hurt[entry.index, entry.field.name] = "dossier.value-differs"
            elif fact != "person.address" and unsure(entry.field):
                hurt[entry.index, entry.field.name] = "field.unreadable"
                text = f"{entry.rule.title}: đọc chưa chắc chắn, giấy tờ khác ghi hơi khác; hãy đối chiếu với bản giấy."
                found[entry.index].append(Problem("field.unreadable", "warning", text, entry.field.name, places))
    for index, problem in [
        *_answers(stated, records, forms),
        *terms.outlived(records, forms),
        *components.compare(records, forms, _headings(records, pages)),
    ]:
        found.setdefault(index, []).append(problem)
    return tuple(_differing(i, record, found, hurt) for i, record in enumerate(records))


def _equal(one: str, other: str) -> bool:
    return texts.plain(one) == texts.plain(other)


def _same_day(one: str, other: str) -> bool:
    """Whether two dates are one; of a year alone only that is compared."""
    size = min(len(one), len(other))
    return one[:size] == other[:size]


def _same_class(one: str, other: str) -> bool:
    """Whether two lists of licence classes are of one kind of vehicle: classes were renamed on 2025-01-01 (B2 became B)."""
    return bool(_vehicles(one) & _vehicles(other)) or not _vehicles(one) or not _vehicles(other)


def _vehicles(classes: str) -> set[str]:
    """A motorcycles, B cars, C lorries, D buses (E until 2024); of "FC" and "CE" the vehicle that draws."""
    return {("D" if m == "E" else m) for m in re.findall(r"\bF?([A-E])(?:\d?E?)\b", classes.upper())}


def _same_address(one: str, other: str) -> bool:
    """Whether two addresses are written nearly alike, or name one place and one of them no house, street or hamlet."""
    if texts.likeness(one, other) >= _ADDRESS_LIKE:
        return True
    below = [f"{part.street} {part.hamlet}".strip() for part in (addresses.parse(one), addresses.parse(other))]
    return _same_place(one, other) and (not all(below) or texts.likeness(*below) >= _NAME_LIKE)


def _same_place(one: str, other: str) -> bool:
    """Whether two addresses do not contradict each other in commune or province, as printed or as they stand today: an
    address of three levels and one of two may name one place."""
    a, b = addresses.parse(one), addresses.parse(other)
    x, y = units.in_force(a), units.in_force(b)
    if x.province and y.province and x.province != y.province:
        return False
    today = [{u.commune, *u.among} - {""} for u in (x, y)]
    if all(today) and today[0] & today[1]:
        return True
    names = [addresses.bare(p.commune, "commune") for p in (a, b)]
    return not all(names) or texts.likeness(*names) >= _NAME_LIKE


_SAME: dict[str, Callable[[str, str], bool]] = {
    "person.born": _same_day, "licence.class": _same_class, "person.address": _same_address,
    "request": lambda one, other: True,
}  # fmt: skip
"""How two statements of a fact are compared; the others letter by letter, capitals and blanks aside."""


def _weight(fact: str, apart: Sequence[tuple[_Stated, _Stated]]) -> tuple[Severity, str]:
    """(severity, how it differs) of statements that differ, two by two."""
    if fact == "person.address":
        sure = [(a, b) for a, b in apart if not (unsure(a.field) or unsure(b.field))]
        far = any(not _same_place(a.field.value or "", b.field.value or "") for a, b in sure)
        return ("warning", "khác nhau") if far else ("note", "hơi khác nhau")
    if all(_slip(fact, a, b) for a, b in apart):
        return "note", "gần như giống nhau, khác do đọc chưa chắc"
    near = min(texts.distance(texts.plain(a.field.value or ""), texts.plain(b.field.value or "")) for a, b in apart)
    return "error", "khác nhau rất ít, có thể do đọc nhầm" if near <= 2 else "khác nhau"


def _slip(fact: str, one: _Stated, other: _Stated) -> bool:
    """Whether an unsure reading explains the difference: tone marks or two letters of a name, one figure of a number."""
    if not (unsure(one.field) or unsure(other.field)):
        return False
    a, b = texts.plain(one.field.value or ""), texts.plain(other.field.value or "")
    return fold(a) == fold(b) or texts.distance(a, b) <= (2 if fact.endswith(".name") else 1)


def _strangers(stated: dict[str, list[_Stated]]) -> bool:
    """Whether two papers differ in two facts of the person by more than a slip: one may be another person's."""
    count: dict[tuple[int, int], int] = {}
    for fact, entries in stated.items():
        for a, b in combinations(entries, 2) if fact in _WHO else ():
            if texts.distance(texts.plain(a.field.value or ""), texts.plain(b.field.value or "")) > 2:
                count[a.index, b.index] = count.get((a.index, b.index), 0) + 1
    return any(n >= 2 for n in count.values())


def _answers(stated: dict[str, list[_Stated]], records: Sequence[Record], forms: Forms) -> list[tuple[int, Problem]]:
    """Results that do not answer the request: another class of licence than asked for, a decision in the same matter for
    somebody else (one in another matter is noted: an office may add what it rests on)."""
    told: list[tuple[int, Problem]] = []
    requests = stated.get("request", [])
    for asked in requests:
        named = re.search(r"h[aạ]ng\s+((?:F?[A-E]\d?E?\b[\s,;]*(?:và\s+)?)+)", asked.field.value or "")
        for entry in stated.get("licence.class", []) if named else ():
            assert named is not None
            if not _same_class(named[1], entry.field.value or ""):
                places = tuple(s.field.place for s in (asked, entry) if s.field.place is not None)
                text = (
                    f"{entry.rule.title}: không phải loại xe nêu trong nội dung yêu cầu giải quyết; hãy xem cả hai chỗ."
                )
                told.append((entry.index, Problem("dossier.value-differs", "warning", text, entry.field.name, places)))
    applicants = [s for s in stated.get("person.name", []) if any(r.index == s.index for r in requests)]
    for index, record in enumerate(records) if applicants else ():
        form = forms.form(record.document.form)
        for field in record.fields:
            rule = form.field(field.name)
            person = _NAMED.search(field.value or "") if rule is not None and rule.kind == "abstract" else None
            if person is None or not _is_name(person[1]):
                continue
            if any(_begins_alike(person[1], s.field.value or "") for s in applicants):
                continue
            text = "Trích yếu nêu tên người khác với người nộp hồ sơ; hãy kiểm tra văn bản có thuộc hồ sơ này không."
            places = tuple(s.field.place for s in applicants if s.field.place) + ((field.place,) if field.place else ())
            about = any(_shares(field.value or "", asked.field.value or "") for asked in requests)
            severity: Severity = "warning" if about else "note"
            told.append((index, Problem("dossier.value-differs", severity, text, field.name, places)))
    return told


def _shares(one: str, other: str) -> bool:
    """Whether two texts have three words on end in common: they are about one matter."""
    mine, theirs = (fold(text).replace(",", " ").split() for text in (one, other))
    runs = {tuple(theirs[i : i + 3]) for i in range(len(theirs) - 2)}
    return any(tuple(mine[i : i + 3]) in runs for i in range(len(mine) - 2))


def _is_name(words: str) -> bool:
    """Whether words begin like a name: two of them with capitals ("ông Trần Văn B", and not "ông tác viên")."""
    first = words.split()[:2]
    return len(first) == 2 and all(word[0].isupper() for word in first)


def _begins_alike(named: str, applicant: str) -> bool:
    """Whether words that begin with a name begin with that of the applicant, marks aside."""
    words = named.split()[: len(applicant.split())]
    return texts.likeness(" ".join(words), applicant) >= 0.85


def _headings(records: Sequence[Record], pages: Sequence[Seen]) -> dict[str, list[str]]:
    """The words of the upper half of each document's first page, by document."""
    by_ref = {seen.page.ref: seen for seen in pages}
    first = {r.document.id: by_ref.get(r.document.pages[0]) for r in records if r.document.pages}
    return {
        id_: [word.text for word in seen.reading.words if word.box[1] < _UPPER]
        for id_, seen in first.items()
        if seen is not None
    }


def _differing(index: int, record: Record, found: dict[int, list[Problem]], hurt: dict[tuple[int, str], str]) -> Record:
    if index not in found:
        return record
    fields = tuple(lower(f, code) if (code := hurt.get((index, f.name))) else f for f in record.fields)
    return with_verdict(replace(record, fields=fields, problems=(*record.problems, *found[index])))
