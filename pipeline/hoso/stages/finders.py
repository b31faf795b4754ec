"""Where the value of a field stands: by the label before it, or by its place in the layout of Decree 30/2020.

Owns: one finder for each way to find (``forms.FINDERS``), and the pages of a document laid out once for all of them.
Never: normalises a value beyond what tells two candidates apart, or judges it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from hoso.forms import FieldRule, Form
from hoso.nouns import Seen
from hoso.stages import beneath, echo, labels, letterhead, parsers, recipients, signing, tables, unlabelled
from hoso.stages.labels import Claim, Slip
from hoso.stages.layout import Sheet, Token, sheet
from hoso.values import dates
from hoso.values import text as texts
from hoso.values.fold import fold
from hoso.values.parsed import Parsed

__all__ = ["Found", "Laid", "find", "lay"]

_MARKED = frozenset(
    {"☑", "☒", "⊠", "✓", "✔", "✗", "✘", "x", "X", "×", "[x]", "[X]", "(x)", "(X)", "[v]", "√", "■", "●", "v", "V", "K"}
)
_EMPTY = frozenset(
    {
        "☐",
        "□",
        "[]",
        "[ ]",
        "()",
        "○",
        "o",
        "O",
        "0",
        "D",
        "L]",
        "[J",
        "[",
        "]",
        "U",
        "E]",
        "n",
        "L",
        "C]",
        "H",
        "LÌ",
        "LI",
        "Ll",
    }
)


@dataclass(frozen=True, slots=True)
class Laid:
    """The pages of a document laid out once, with what every finder asks for."""

    sheets: tuple[Sheet, ...]
    head: letterhead.Head
    sign: signing.Signing | None
    claims: tuple[Claim, ...]
    form: Form


@dataclass(frozen=True, slots=True)
class Found:
    slip: Slip
    rule: str
    value: Parsed | None = None
    rows: tuple[dict[str, str], ...] = ()
    slot: bool = False
    """The printed slot was there, filled or not: then what is unreadable is doubtful, not just missing."""


Finder = Callable[[FieldRule, Laid], Found | None]


def lay(pages: Sequence[Seen], form: Form) -> Laid:
    """The pages of one document, at least one, laid out for the finders."""
    papers = tuple(sheet(s) for s in pages)
    return Laid(papers, letterhead.head(papers[0]), signing.signing(papers), labels.claims(papers, form), form)


def find(rule: FieldRule, laid: Laid) -> Found | None:
    """The words of the field of ``rule``; None where neither they nor their slot are on the pages."""
    return _FINDERS[rule.find](rule, laid)


def _part(name: str, rule: FieldRule, laid: Laid) -> Found | None:
    tokens: tuple[Token, ...] = getattr(laid.head, name)
    slip = Slip(laid.sheets[0].position, tokens, 1.0 if laid.head.official else 0.85)
    slot = name in {"symbol", "dated"} and bool(tokens)
    if name == "abstract" and tokens:
        said = echo.voted(tokens, laid.sheets)
        parsed = parsers.subject(said, laid.head.whole)
        if said != slip.text:  # what stands elsewhere is a proposal
            parsed = replace(parsed, quality=min(0.6, parsed.quality), fault="field.unreadable")
        return Found(slip, "letterhead.abstract", parsed)
    if name in laid.head.pen and tokens:
        pen = laid.head.pen[name]
        parsed = parsers.parse(slip.text, rule)
        fault = "field.handwritten" if pen > 0.5 else parsed.fault
        return Found(
            slip, f"letterhead.{name}", replace(parsed, quality=(1.0 - 0.4 * pen) * parsed.quality, fault=fault)
        )
    return Found(slip, f"letterhead.{name}", slot=slot) if tokens else None


def _kind(rule: FieldRule, laid: Laid) -> Found | None:
    head, position = laid.head, laid.sheets[0].position
    if head.kind:
        alike = round(texts.likeness(" ".join(t.text for t in head.title), head.kind), 2)
        return Found(Slip(position, head.title, 1.0), "letterhead.title", Parsed(head.kind, alike))
    if head.official and head.symbol and letterhead.SUBJECT.match(fold(" ".join(t.text for t in head.abstract))):
        return Found(Slip(position, head.abstract[:1], 0.95), "letterhead.structure", Parsed("Công văn", 0.95))
    return None


def _signer(rule: FieldRule, laid: Laid) -> Found | None:
    sign = laid.sign
    if not sign or not sign.name:
        return None
    slip = Slip(sign.position, sign.name, 1.0)
    parsed = parsers.parse(signing.name_of(sign.name), rule)
    torn = signing.name_of(sign.name) != slip.text or any(w[:1].islower() for w in (parsed.value or "").split())
    made = replace(parsed, quality=min(0.6, parsed.quality), fault=parsed.fault or "field.unreadable")
    return Found(slip, "signature.name", made if torn and parsed.value else None)


def _signer_title(rule: FieldRule, laid: Laid) -> Found | None:
    sign = laid.sign
    if not sign:
        return None
    tokens = tuple(t for row in sign.rows for t in row)
    spelled, sure = signing.office(sign)
    parsed = Parsed(spelled, sure, "" if sure >= 0.75 else "field.unreadable")
    return Found(Slip(sign.position, tokens, 1.0), "signature.title", parsed) if tokens else None


def _recipients(rule: FieldRule, laid: Laid) -> Found | None:
    """The lines under "Nơi nhận" as one text, a recipient a line."""
    found = recipients.recipients(laid.sheets)
    if found is None:
        return None
    slip = Slip(found.position, found.tokens, 1.0)
    listed = "\n".join(found.lines)
    if not found.whole and listed.rstrip().endswith((";", ",")):  # more was to come
        return Found(slip, "recipients", Parsed(listed, 0.6, "field.unreadable"))
    return Found(slip, "recipients", Parsed(listed, 1.0 if found.whole else 0.8))


def _mine(rule: FieldRule, laid: Laid) -> list[Claim]:
    mine = list(labels.within_block(laid.claims, rule, laid.form))
    if rule.block and rule.nth > 0:
        mine = mine[:1]  # a part of a form asks once; the next such label is another part's, its heading lost
    return mine[::-1] if rule.nth < 0 else mine


def _behind(rule: FieldRule, laid: Laid) -> Found | None:
    """The value behind the label: of several labels the first whose value parses, else the first with any words."""
    weak: Found | None = None
    for claim in _mine(rule, laid):
        slip = labels.following(claim, laid.sheets, laid.claims, rule.lines)
        found = Found(slip, f"label: {claim.label}", slot=True)
        if slip.tokens:
            parsed = parsers.parse(slip.text, rule)
            if parsed.value is not None and (not rule.pattern or re.fullmatch(rule.pattern, parsed.value)):
                return found
        if weak is None or (slip.tokens and not weak.slip.tokens):
            weak = found
    return weak


def _tick(rule: FieldRule, laid: Laid) -> Found | None:
    """One of the choices: printed alone, or the one whose box is ticked. Two without a readable tick: nobody knows."""
    for claim in _mine(rule, laid):
        slip = labels.following(claim, laid.sheets, laid.claims, 1)
        words = [t.text.strip(".,;:") for t in slip.tokens]
        at = {c: i for c in rule.choices for i, w in enumerate(words) if texts.skeleton(w) == texts.skeleton(c)}
        found = Found(slip, f"label: {claim.label}", slot=True)
        if len(at) == 1:
            rest = [w for i, w in enumerate(words) if i not in at.values() and (w in _EMPTY or w in _MARKED)]
            fault = Parsed(None, 0.0, "field.unreadable")
            return replace(found, value=fault if any(w in _EMPTY for w in rest) else Parsed(next(iter(at)), 1.0))
        if len(at) > 1:
            return replace(found, value=_ticked(words, at))
        near = sorted((texts.distance(texts.skeleton(words[0]), texts.skeleton(c)), c) for c in rule.choices if words)
        if len(near) > 1 and near[0][0] == 1 < near[1][0]:  # "Mữ": one letter from one choice, more from every other
            return replace(found, value=Parsed(near[0][1], 0.6))
    return None


def _ticked(words: Sequence[str], at: dict[str, int]) -> Parsed:
    order = sorted(at, key=lambda c: at[c])
    before = at[order[0]] > 0 and words[0] in _MARKED | _EMPTY
    marked = []
    for n, choice in enumerate(order):
        if before:
            low = at[order[n - 1]] + 1 if n else 0
            around = words[low : at[choice]]
        else:
            high = at[order[n + 1]] if n + 1 < len(order) else len(words)
            around = words[at[choice] + 1 : high]
        if any(w in _MARKED for w in around) and not any(w in _EMPTY for w in around):
            marked.append(choice)
    return Parsed(marked[0], 0.9) if len(marked) == 1 else Parsed(None, 0.0, "field.unreadable")


def _under(rule: FieldRule, laid: Laid) -> Found | None:
    for claim in _mine(rule, laid)[::-1]:
        paper = laid.sheets[claim.sheet]
        label = paper.rows[claim.row].tokens[claim.start : claim.end]
        middle = (label[0].box[0] + label[-1].box[2]) / 2
        tokens = signing.name_under(paper, paper.rows[claim.row].y + 0.8 * paper.line, middle)
        if tokens:
            slip = Slip(paper.position, tokens, claim.score)
            value = parsers.parse(slip.text, rule) if _cut_off(paper, tokens) else None
            if value is not None:  # "Kim Oanh" of "Tr%n Kim Oanh": a name too, and a wrong one
                value = replace(value, quality=min(0.5, value.quality))
            return Found(slip, f"under: {claim.label}", value)
    return None


def _cut_off(paper: Sheet, name: Sequence[Token]) -> bool:
    """Whether a word that is no degree touches a name on its left: then its family name may be what a seal spoiled."""
    left = [t for row in paper.rows if name[0] in row.tokens for t in row.tokens if t.box[2] <= name[0].box[0] + 0.002]
    near = [t for t in left if name[0].box[0] - t.box[2] < 0.9 * paper.em and any(c.isalpha() for c in t.text)]
    return any(not t.text.endswith((".", ":")) and not (t.text.isupper() and len(t.text) < 6) for t in near)


def _date_above(rule: FieldRule, laid: Laid) -> Found | None:
    for claim in _mine(rule, laid)[::-1]:
        paper = laid.sheets[claim.sheet]
        label = paper.rows[claim.row].tokens[claim.start]
        for row in reversed(paper.rows[max(0, claim.row - 4) : claim.row]):
            run = row.within(label.box[0] - 0.25, 1.0)
            if run and label.box[1] - row.y < 0.09 and (dates.slot(run.text) or dates.find(run.text)):
                start = next((i for i, t in enumerate(run.tokens) if fold(t.text).startswith(("ng", "ay"))), 0)
                return Found(Slip(paper.position, run.tokens[start:], claim.score), f"above: {claim.label}", slot=True)
    return None


def _after(rule: FieldRule, laid: Laid) -> Found | None:
    """What follows a heading, over lines: of several headings the first whose text is what the field asks for."""
    weak: Found | None = None
    for claim in _mine(rule, laid):
        body = labels.span(claim, laid.sheets, rule.until, rule.lines if rule.lines > 1 else 9)
        body = tuple((s, row, letterhead.clean(labels.without_leaders(line))) for s, row, line in body)
        ends = next((i for i, (_, row, _) in enumerate(body) if dates.ends_in_date(row.text)), len(body))
        body = body[:ends]
        if not body:
            continue
        position = body[0][0].position
        tokens = tuple(t for part, _, line in body for t in line if part.position == position)
        slip = Slip(position, tokens, claim.score)
        if rule.choices:
            return _chosen(rule, claim, [(part.position, line) for part, _, line in body], slip)
        found = Found(slip, f"after: {claim.label}", parsers.sentence(slip.text), slot=True)
        if not rule.pattern or re.fullmatch(rule.pattern, (found.value and found.value.value) or ""):
            return found
        weak = weak or found
    return weak


def _chosen(rule: FieldRule, claim: Claim, lines: Sequence[tuple[int, tuple[Token, ...]]], slip: Slip) -> Found:
    """The first of the form's choices that any line states; a line that prints several states none."""
    stated: dict[str, tuple[int, tuple[Token, ...], float]] = {}
    for position, line in lines:
        hits = {c: h[0] for c in rule.choices if (h := texts.find(c, [t.text for t in line], 0.85))}
        if len(hits) == 1:
            choice, hit = next(iter(hits.items()))
            stated.setdefault(choice, (position, line[hit.start : hit.end], hit.score))
    for choice in rule.choices:
        if choice in stated:
            position, tokens, score = stated[choice]
            return Found(
                Slip(position, tokens, claim.score), f"after: {claim.label}", Parsed(choice, min(1.0, score + 0.05))
            )
    return Found(slip, f"after: {claim.label}", Parsed(None, 0.0, "field.unreadable"), slot=True)


def _table(rule: FieldRule, laid: Laid) -> Found | None:
    for claim in _mine(rule, laid):
        body = labels.span(claim, laid.sheets, rule.until, 80, 3)
        rows, tokens = tables.rows_of(body, rule.columns)
        if rows:
            position = body[0][0].position
            ours = {id(t) for part, _, line in body if part.position == position for t in line}
            return Found(
                Slip(position, tuple(t for t in tokens if id(t) in ours) or tokens, claim.score), "table", rows=rows
            )
    return None


_TOLD = frozenset({"date", "expiry", "identity", "licence-number", "licence-class", "choice", "person"})
"""Kinds whose grammar tells a value from the words around it."""


def _card(rule: FieldRule, laid: Laid) -> Found | None:
    """The value beside or beneath its label, else behind a worn one, else what grammar alone tells (``unlabelled``)."""

    def fits(text: str) -> bool:
        parsed = parsers.parse(text, rule)
        named = not parsed.fault and texts.upper_share(text) >= 0.7  # cards print names in capitals
        return parsed.value is not None and (rule.kind != "person" or named)

    def behind(claim: Claim, taken: Sequence[Claim]) -> Found:
        slip = beneath.value_of(claim, laid.sheets, taken, rule.lines, fits if rule.kind in _TOLD else None)
        return Found(slip, f"label: {claim.label}", slot=True)

    weak: Found | None = None
    for claim in _mine(rule, laid):
        found = behind(claim, laid.claims)
        if found.slip.tokens and fits(found.slip.text):
            return found
        if weak is None or (found.slip.tokens and not weak.slip.tokens):
            weak = found
    if rule.kind in {"identity", "licence-number"}:
        only = beneath.only_number(laid.sheets)
        return Found(only, "only number of its kind") if only else weak
    if weak is None and (worn := unlabelled.worn_label(rule, laid.form, laid.sheets, laid.claims)) is not None:
        found = behind(worn, (*laid.claims, worn))
        if found.slip.tokens and fits(found.slip.text) and (rule.kind in _TOLD or "," in found.slip.text):
            return replace(found, rule=f"worn label: {worn.label}")
    told = unlabelled.by_grammar(rule, laid.sheets, laid.claims)
    return Found(told, "grammar alone") if told is not None and fits(told.text) else weak


def _card_date(rule: FieldRule, laid: Laid) -> Found | None:
    """The date behind its label, where the card prints one, else that of its line of place and date."""
    labelled = _card(rule, laid) if rule.labels else None
    if labelled is not None and parsers.parse(labelled.slip.text, rule).value is not None:
        return labelled
    line = beneath.dated_line(laid.sheets)
    return Found(line[1], "line of place and date", dates.parse(line[2]), slot=True) if line else labelled


def _card_place(rule: FieldRule, laid: Laid) -> Found | None:
    line = beneath.dated_line(laid.sheets)
    return Found(line[0], "line of place and date") if line and line[0].tokens else None


_FINDERS: dict[str, Finder] = {
    "symbol": partial(_part, "symbol"), "place": partial(_part, "place"), "place-date": partial(_part, "dated"),
    "agency": partial(_part, "agency"), "parent-agency": partial(_part, "parents"), "abstract": partial(_part, "abstract"),
    "type": _kind, "signer": _signer, "signer-title": _signer_title, "recipients": _recipients,
    "label": _behind, "tick": _tick, "under": _under,
    "date-above": _date_above, "after": _after, "table": _table,
    "card": _card, "card-date": _card_date, "card-place": _card_place,
}  # fmt: skip
