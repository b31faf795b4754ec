"""What people said of papers, laid over what was read: papers parted, joined and typed otherwise; values; problems.

Owns: which changes are in force, what each does, and when a problem that a person let stand is the same problem still. A
change is bound to the first page of its paper, its type and its field, so that it outlives a new reading; one whose paper
or field is there no more does nothing. Never: forgets what was read (it stays in ``Field.said``), or lets a person wave a
state-secret mark or a broken signature through.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from hoso import keys
from hoso.forms import FieldRule, Form, Forms
from hoso.nouns import Change, Document, Field, Page, PageRef, Place, Problem, Record
from hoso.stages import parsers
from hoso.stages.check import with_verdict
from hoso.stages.divide import document_id
from hoso.values import text as texts

__all__ = [
    "LAYOUT", "NEVER", "RESCAN", "VERSION", "act", "corrected", "in_force", "normal", "relaid", "settled", "taken_back",
    "tokens", "turns",
]  # fmt: skip

VERSION = "1"

NEVER = ("document.secret-mark", "document.signature-broken", "document.signature-untrusted", "page.rescan-wanted")
"""Problems that no confirmation makes a note of."""
RESCAN = "page.rescan-wanted"
LAYOUT = ("type", "split", "join")
"""Kinds of changes that make other papers of the same pages."""

_LET_STAND = " Người kiểm tra đã xác nhận."
_FREE = frozenset({"text", "abstract", "title", "agency", "place", "type", "address"})
"""Kinds of which any words are a value: they stand as they were typed."""
_DATES = frozenset({"date", "expiry"})
_WHOLE = (0.0, 0.0, 1.0, 1.0)


def act(change: Change) -> str:
    """The id of what was said in one go: that of the change, or of the several it is one of ("<dossier>-3" of
    "<dossier>-3.2")."""
    return change.id.partition(".")[0]


def in_force(changes: Sequence[Change]) -> tuple[Change, ...]:
    """The changes that no undo takes back, in the order told; an undo may itself be undone."""
    dead = _dead(changes)
    return tuple(c for c in changes if c.kind != "undo" and not {c.id, act(c)} & dead)


def taken_back(changes: Sequence[Change], one: Change) -> bool:
    """Whether ``one`` of ``changes`` (an undo too) is taken back by a later undo that stands."""
    return bool({one.id, act(one)} & _dead(changes))


def _dead(changes: Sequence[Change]) -> set[str]:
    dead: set[str] = set()
    for change in reversed(changes):
        if change.kind == "undo" and change.id not in dead:
            dead.add(change.of)
    return dead


def turns(changes: Sequence[Change]) -> dict[PageRef, int]:
    """The rotation that turns a page upright, of pages of which a person said it. ``changes`` are those in force."""
    return {c.page: int(c.after or 0) for c in changes if c.kind == "turn" and c.page is not None}


def relaid(
    documents: Sequence[Document],
    changes: Sequence[Change],
    again: Callable[[tuple[PageRef, ...]], Document],
    form_of: Callable[[str], Form],
) -> tuple[Document, ...]:
    """The papers of a section as people parted, joined and typed them. ``again`` divides pages anew and gives the first
    paper of them; ``form_of`` gives the form of a type."""
    papers = list(documents)
    for change in changes:
        at = _holding(papers, change.page)
        if at is None or change.page is None:
            continue
        if change.kind == "type" and papers[at].pages[0] == change.page and change.after:
            papers[at] = _typed(papers[at], form_of(change.after))
        elif change.kind == "split":
            _part(papers, at, change.page, again)
        elif change.kind == "join" and change.other is not None:
            _join(papers, change.page, change.other, again)
    return tuple(papers)


def corrected(document: Document, fields: Sequence[Field], form: Form, changes: Sequence[Change]) -> tuple[Field, ...]:
    """``fields`` with the values that people gave; to be checked after, as what was read is."""
    last = {c.field: c for c in _of(changes, document) if c.field}
    return tuple(_said(f, form.field(f.name), last[f.name]) if f.name in last else f for f in fields)


def settled(
    records: Sequence[Record], changes: Sequence[Change], forms: Forms, pages: Sequence[Page]
) -> tuple[Record, ...]:
    """The records after all checks: problems that a person let stand are notes, what a person said is certain where
    nothing speaks against it, and a page that is to be scanned again stops its paper."""
    wanted = {c.page for c in changes if c.kind == "rescan"}
    facts = _facts(records, forms)
    return tuple(_settle(record, changes, forms, facts, wanted, pages) for record in records)


def tokens(record: Record, fields: Sequence[str], records: Sequence[Record], forms: Forms) -> tuple[str, ...]:
    """What a confirmation of ``fields`` ("": the paper itself) lets stand of the problems of ``record``: one token for each
    that is shown, which fits only the same problem over the same values."""
    facts = _facts(records, forms)
    form = forms.form(record.document.form)
    shown = [p for p in record.problems if p.field in fields and p.code not in NEVER]
    return tuple(dict.fromkeys(_token(p, record, form, facts) for p in shown))


def normal(rule: FieldRule, text: str | None) -> tuple[str | None, str]:
    """(the value of the kind of ``rule`` that a person typed, "" or the code of what is wrong with it).

    The same form as that of read values, but nothing is repaired: what the grammar would have to change stands as typed,
    with "value.grammar". None and blanks: the paper has no such value. A table is JSON: a list of rows, each with texts by
    column.
    """
    typed = texts.squeeze(texts.nfc(text or ""))
    if not typed:
        return None, ""
    if rule.kind == "table":
        return _table(rule, typed)
    if rule.kind in _DATES and _is_day(typed):
        return typed, ""
    if rule.kind == "choice":
        chosen = next((c for c in rule.choices if c.casefold() == typed.casefold()), None)
        return chosen or typed, "" if chosen else "value.grammar"
    parsed = parsers.parse(typed, rule)
    if rule.kind in _FREE:
        return typed, parsed.fault if parsed.value is not None else ""
    if parsed.value is None:
        return typed, parsed.fault or "value.grammar"
    if rule.kind not in _DATES and _letters(parsed.value) != _letters(typed):
        return typed, "value.grammar"
    return parsed.value, parsed.fault


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _table(rule: FieldRule, text: str) -> tuple[str, str]:
    known = {column.partition(":")[0].strip() for column in rule.columns}
    try:
        rows = json.loads(text)
    except ValueError:
        return text, "value.grammar"
    fits = isinstance(rows, list) and all(
        isinstance(row, dict) and set(row) <= known and all(isinstance(v, str) for v in row.values()) for row in rows
    )
    return (keys.encode(rows).decode(), "") if fits else (text, "value.grammar")


def _of(changes: Sequence[Change], document: Document) -> list[Change]:
    """The changes of values and the confirmations that are of this paper."""
    mine = ("field", "confirm")
    return [c for c in changes if c.kind in mine and c.page == document.pages[0] and c.type == document.type]


def _said(field: Field, rule: FieldRule | None, change: Change) -> Field:
    """The field as a person gave it; what was read goes on saying what it said."""
    said = field.said if field.value is None else (*field.said, ("read", field.value, field.place))
    made = replace(
        field, value=change.after, confidence=1.0, source="person", passed=(), failed=(), rows=(), features=(), said=said,
        status="empty" if change.after is None else "clear",
    )  # fmt: skip
    if change.after is None or rule is None:
        return made
    value, fault = normal(rule, change.after)
    if fault:
        return replace(made, value=None if rule.kind == "table" else value, failed=(fault,), status="doubtful")
    if rule.kind == "table":
        return replace(made, value=None, rows=tuple(json.loads(change.after)))
    return replace(made, value=value, passed=() if rule.kind in _FREE else ("value.grammar",))


def _settle(
    record: Record,
    changes: Sequence[Change],
    forms: Forms,
    facts: Mapping[str, tuple[str, ...]],
    wanted: set[PageRef | None],
    pages: Sequence[Page],
) -> Record:
    mine, form = _of(changes, record.document), forms.form(record.document.form)
    again = [page.position for page in pages if page.ref in wanted and page.ref in record.document.pages]
    if not mine and not again:
        return record
    stand = {token for change in mine for token in change.accepted}
    problems = tuple(
        replace(p, severity="note", text=p.text + _LET_STAND)
        if p.code not in NEVER and _token(p, record, form, facts) in stand
        else p
        for p in record.problems
    )
    problems += tuple(
        Problem(RESCAN, "error", f"Trang {n}: cần quét lại trang này.", places=(Place(n, _WHOLE),)) for n in again
    )
    given = {change.field for change in mine}
    fields = tuple(_certain(f, problems, form) if f.name in given else f for f in record.fields)
    return with_verdict(replace(record, fields=fields, problems=problems))


def _certain(field: Field, problems: Sequence[Problem], form: Form) -> Field:
    """What a person said is certain where each check that failed on it was let stand."""
    if any(_open(code, field, problems, form) for code in field.failed):
        return field
    return replace(field, confidence=1.0, status="clear" if field.value is not None or field.rows else "empty")


def _open(code: str, field: Field, problems: Sequence[Problem], form: Form) -> bool:
    """Whether the problem that a failed check made is there and nobody let it stand."""
    told, _, rule = code.partition(":")
    heads = {field.name} | {c.fields[0] for c in form.checks if rule and c.rule == rule and field.name in c.fields}
    return any(p.code == told and p.field in heads and not p.text.endswith(_LET_STAND) for p in problems)


def _facts(records: Sequence[Record], forms: Forms) -> dict[str, tuple[str, ...]]:
    """What the papers of a dossier state of each fact (``FieldRule.same_as``), each value once, sorted."""
    stated: dict[str, set[str]] = {}
    for record in records:
        form = forms.form(record.document.form)
        for field in record.fields:
            rule = form.field(field.name)
            if rule is not None and rule.same_as and field.value:
                stated.setdefault(rule.same_as, set()).add(texts.plain(field.value))
    return {fact: tuple(sorted(values)) for fact, values in stated.items()}


def _token(problem: Problem, record: Record, form: Form, facts: Mapping[str, tuple[str, ...]]) -> str:
    """The same for the same problem over the same values, another as soon as one of them changes."""
    rule = form.field(problem.field) if problem.field else None
    own = next(((f.value, f.rows) for f in record.fields if f.name == problem.field), None)
    others = facts.get(rule.same_as, ()) if rule is not None and problem.code.startswith("dossier.") else ()
    text = problem.text.removesuffix(_LET_STAND)
    return keys.short(keys.key("let stand", problem.code, problem.field, text, own, others))


def _holding(papers: Sequence[Document], ref: PageRef | None) -> int | None:
    return next((i for i, paper in enumerate(papers) if ref in paper.pages), None)


def _typed(paper: Document, form: Form) -> Document:
    id_ = document_id(paper.dossier, paper.pages[0], form.type)
    return replace(
        paper, id=id_, type=form.type, form=form.name, type_confidence=1.0, reason="loại do người kiểm tra chọn"
    )


def _part(papers: list[Document], at: int, ref: PageRef, again: Callable[[tuple[PageRef, ...]], Document]) -> None:
    """Part the paper at ``at`` before the page ``ref``, in place."""
    paper = papers[at]
    where = paper.pages.index(ref)
    if not where:
        return
    tail = replace(again(paper.pages[where:]), pages=paper.pages[where:])
    papers[at : at + 1] = [
        replace(paper, pages=paper.pages[:where], reason=f"{paper.reason}; tách do người kiểm tra"),
        replace(tail, reason=f"{tail.reason}; tách do người kiểm tra"),
    ]


def _join(
    papers: list[Document], ref: PageRef, other: PageRef, again: Callable[[tuple[PageRef, ...]], Document]
) -> None:
    """Put the paper that begins with ``other`` behind the one that holds ``ref``, in place."""
    behind = _holding(papers, other)
    if behind is None:
        return
    _part(papers, behind, other, again)
    one, two = _holding(papers, ref), _holding(papers, other)
    if one is None or two is None or one == two:
        return
    joined = replace(
        papers[one], pages=papers[one].pages + papers[two].pages, reason=f"{papers[one].reason}; ghép do người kiểm tra"
    )
    papers[one] = joined
    del papers[two]
