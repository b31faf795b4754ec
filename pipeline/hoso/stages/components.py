"""The papers of a dossier against the list of components on its receipt (Circular 01/2018/TT-VPCP, Mẫu số 01; Decree
61/2018, art. 17 and Decree 118/2025: the receipt lists what was handed in).

Owns: which type of paper a listed name means, which paper a listed name is, and the problems
``dossier.component-missing`` and ``dossier.component-unlisted``. Never: says that a paper is missing whose kind it cannot
tell ("Ảnh 3x4"), and never repeats a listed name in a sentence: it may hold a person's.

A receipt whose list is hardly scanned at all was digitized without its components (results, back files): that is noted.
Where most of the list lies there, the one that does not is a warning.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hoso.forms import OTHER, Form, Forms
from hoso.nouns import Field, Problem, Record
from hoso.values import text as texts
from hoso.values.fold import fold

__all__ = ["compare", "kinds_of"]

_BEFORE = re.compile(
    r"^(?:[-+*•\s]|\d{1,2}[.)]?\s|[a-z]\)\s|(?:\d{1,2}\s)?(?:ban (?:sao|chinh|goc|photo|dien tu|scan)|file|tep tin)\s"
    r"(?:(?:y|chung thuc|dien tu|co chung thuc|cong chung)\s)?(?:cua\s|tu\s)?)+"
)
_AFTER = re.compile(
    r"\s(?:theo mau|do (?:co|benh|trung|phong)|co chung thuc|con (?:hieu luc|gia tri|thoi han)|kem theo|neu co|"
    r"de doi chieu|ban (?:sao|chinh|goc)|mau so)\b.*$"
)
_OR = re.compile(r"\s(?:hoac|hay)\s|\s*/\s*|;\s*")
_NAME_LIKE = 0.88
_HEADING_LIKE = 0.82


@dataclass(frozen=True, slots=True)
class _Listed:
    """One listed component: its ways of being called (folded, bare), and the types those mean ("" none known)."""

    names: tuple[str, ...]
    types: frozenset[str]


def compare(
    records: Sequence[Record], forms: Forms, headings: Mapping[str, Sequence[str]]
) -> list[tuple[int, Problem]]:
    """(index of the record, problem) for each component listed and not there, and each paper there and not listed.

    ``headings`` are the words of the upper half of the first page by document id: a paper of no known type is told by them.
    A dossier without a receipt that lists components, or with nothing but one, gives nothing.
    """
    receipt = next((i for i, r in enumerate(records) if _list_of(r, forms) is not None), None)
    if receipt is None or len(records) < 2:
        return []
    table = _list_of(records[receipt], forms)
    assert table is not None
    listed = [_listed(row.get("ten", ""), forms) for row in table.rows if row.get("ten")]
    papers = [(i, r) for i, r in enumerate(records) if i != receipt and not _accompanies(forms.form(r.document.form))]
    there = {r.document.type for _, r in papers}
    others = [headings.get(r.document.id, ()) for _, r in papers if r.document.type == OTHER]
    found = [bool(one.types & there) or _in_headings(one, others) for one in listed]
    known = [i for i, one in enumerate(listed) if one.types]
    matched = sum(found[i] for i in known)
    whole = matched >= 2 and 2 * matched >= len(known) and table.status == "clear"
    missing = [i for i in known if not found[i]]
    problems = _missing(listed, missing, whole, forms, table)
    told = [(receipt, problem) for problem in problems]
    wanted = frozenset().union(*(one.types for one in listed)) if listed else frozenset()
    loose = [one for one, is_there in zip(listed, found, strict=True) if not one.types and not is_there]
    for index, record in papers:
        form = forms.form(record.document.form)
        if form.type == OTHER or form.type in wanted or _requested(form, records[receipt], forms):
            continue
        sure = whole and not any(_akin(one, form) for one in loose)
        text = f"{form.title}: không có trong thành phần hồ sơ ghi trên giấy tiếp nhận; hãy kiểm tra hồ sơ."
        told.append((index, Problem("dossier.component-unlisted", "warning" if sure else "note", text)))
    return told


def kinds_of(name: str, forms: Forms) -> frozenset[str]:
    """The types of paper that a listed name means: those with the longest name that it begins with, its "bản sao" and
    "theo mẫu …" aside; empty where no form is called so."""
    return _listed(name, forms).types


def _listed(name: str, forms: Forms) -> _Listed:
    low = re.sub(r"\([^)]*\)?", " ", fold(texts.squeeze(name)))
    bare = _AFTER.sub("", _BEFORE.sub("", " ".join(low.split()))).strip(" .,;:-")
    ways = tuple(w for way in _OR.split(bare) if (w := _BEFORE.sub("", way).strip(" .,;:-")))
    types: set[str] = set()
    for way in ways:
        best: list[tuple[int, str]] = []
        for form in forms.all:
            if form.type == OTHER:
                continue
            sizes = [len(called) for called in _called(form) if _begins(way, called)]
            best += [(max(sizes), form.type)] if sizes else []
        longest = max((size for size, _ in best), default=0)
        types |= {type_ for size, type_ in best if size == longest}
    return _Listed(ways, frozenset(types))


def _called(form: Form) -> list[str]:
    return [fold(name) for name in (form.title, *form.also_called)]


def _begins(way: str, called: str) -> bool:
    """Whether a listed name begins with that of a type, or is its beginning ("Giấy khám sức khỏe")."""
    mine, theirs = way.split(), called.split()
    if len(mine) >= len(theirs):
        return texts.likeness(" ".join(mine[: len(theirs)]), called) >= _NAME_LIKE
    return len(mine) >= 4 and texts.likeness(way, " ".join(theirs[: len(mine)])) >= _NAME_LIKE


def _in_headings(one: _Listed, others: Sequence[Sequence[str]]) -> bool:
    return any(len(name) >= 8 and texts.find(name, words, _HEADING_LIKE) for name in one.names for words in others)


def _missing(
    listed: Sequence[_Listed], missing: Sequence[int], whole: bool, forms: Forms, table: Field
) -> list[Problem]:
    code, places = "dossier.component-missing", (table.place,) if table.place is not None else ()
    if not missing:
        return []
    if not whole:
        text = f"Thành phần hồ sơ: {len(missing)} giấy tờ ghi trên giấy tiếp nhận không có trong bản quét."
        return [Problem(code, "note", text, table.name, places)]
    told = []
    for index in missing:
        titles = " hoặc ".join(sorted(forms.latest(type_).title for type_ in listed[index].types))
        text = f"Thành phần hồ sơ số {index + 1} ({titles}): không có trong bản quét; hãy kiểm tra hồ sơ giấy."
        told.append(Problem(code, "warning", text, table.name, places))
    return told


def _list_of(record: Record, forms: Forms) -> Field | None:
    """The table of components that a paper prints: the one with the column "ten" on a form that has the dossier's code."""
    form = forms.form(record.document.form)
    if not _accompanies(form):
        return None
    tables = (f for f in record.fields if f.rows and (rule := form.field(f.name)) and rule.kind == "table")
    return next((f for f in tables if any("ten" in row for row in f.rows)), None)


def _accompanies(form: Form) -> bool:
    """Whether papers of a form are made by the office for the dossier, and are no components of it: they print its code,
    or are administrative documents with an abstract (Decree 30/2020, art. 8)."""
    if form.type == OTHER:
        return False
    return any(f.same_as == "dossier.code" or f.kind == "dossier-code" or f.kind == "abstract" for f in form.fields)


def _requested(form: Form, receipt: Record, forms: Forms) -> bool:
    """Whether the receipt's request names the paper: then it is the result, not a component."""
    rules = forms.form(receipt.document.form)
    wanted = [
        f.value for f in receipt.fields if f.value and (rule := rules.field(f.name)) and rule.same_as == "request"
    ]
    return any(texts.find(name, fold(text).split(), 0.88) for text in wanted for name in _called(form))


def _akin(one: _Listed, form: Form) -> bool:
    """Whether a listed name of no known type shares three words on end with a type's: it may mean it."""
    mine = {run for name in one.names for run in _runs(name)}
    return any(run in mine for called in _called(form) for run in _runs(called))


def _runs(name: str) -> list[tuple[str, ...]]:
    words = name.split()
    return [tuple(words[i : i + 3]) for i in range(len(words) - 2)]
