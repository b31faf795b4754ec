"""The papers of one dossier against each other: the same fact must be stated the same way on all of them.

Owns: which problems arise between papers, and the dossier's code. Never: decides which paper is right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hoso.forms import FieldRule, Forms
from hoso.nouns import Field, Problem, Record
from hoso.stages.check import lower, with_verdict
from hoso.values import text as texts

__all__ = ["VERSION", "agree", "dossier_code"]

VERSION = "1"


def agree(records: Sequence[Record], forms: Forms) -> tuple[Record, ...]:
    """The records of one dossier, with ``dossier.value-differs`` on both sides of each fact on which papers differ.

    Which fields state the same fact is said in the form files (``same_as``). Capitals and blanks make no difference;
    a tone mark does: a difference of one letter is as likely a slip of the reader as another person, and a person looks.
    """
    stated: dict[str, list[tuple[int, Field, FieldRule]]] = {}
    for index, record in enumerate(records):
        form = forms.form(record.document.form)
        for field in record.fields:
            rule = form.field(field.name)
            if rule is not None and rule.same_as and field.value is not None:
                stated.setdefault(rule.same_as, []).append((index, field, rule))
    found: dict[int, list[Problem]] = {}
    hurt: set[tuple[int, str]] = set()
    for entries in stated.values():
        if len({_plain(f.value or "") for _, f, _ in entries}) < 2:
            continue
        near = min(
            texts.distance(_plain(a.value or ""), _plain(b.value or ""))
            for n, (_, a, _) in enumerate(entries)
            for _, b, _ in entries[n + 1 :]
            if _plain(a.value or "") != _plain(b.value or "")
        )  # fmt: skip
        places = tuple(f.place for _, f, _ in entries if f.place is not None)
        hint = "khác nhau rất ít, có thể do đọc nhầm" if near <= 2 else "khác nhau"
        for index, field, rule in entries:
            sentence = f"{rule.title}: các giấy tờ trong hồ sơ ghi {hint}; hãy xem cả hai chỗ."
            found.setdefault(index, []).append(Problem("dossier.value-differs", "error", sentence, field.name, places))
            hurt.add((index, field.name))
    return tuple(_differing(i, record, found, hurt) for i, record in enumerate(records))


def dossier_code(records: Sequence[Record]) -> str:
    """The dossier code that the papers print: the surest one that is whole; "" where none is."""
    codes = [f for r in records for f in r.fields if f.name == "ma_ho_so" and f.value and not f.failed]
    return max(codes, key=lambda f: f.confidence).value or "" if codes else ""


def _plain(value: str) -> str:
    return texts.squeeze(value).casefold()


def _differing(index: int, record: Record, found: dict[int, list[Problem]], hurt: set[tuple[int, str]]) -> Record:
    if index not in found:
        return record
    fields = tuple(lower(f, "dossier.value-differs") if (index, f.name) in hurt else f for f in record.fields)
    return with_verdict(replace(record, fields=fields, problems=(*record.problems, *found[index])))
