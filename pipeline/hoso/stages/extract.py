"""A document's pages and its form into fields, each with raw text, value, confidence and the place of its ink.

Owns: which finder serves which field, the parsers of kinds, and the sum of a confidence. Never: judges fields against
each other (``check``), fills a slot from elsewhere on the page, or rewrites what was read: ``raw`` stays beside ``value``.

Confidence = engine × label × pattern: how sure the engine was of the words (0.6 mean + 0.4 least), how well the label
was read, how well the value fits its grammar.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from hoso.forms import FieldRule, Form
from hoso.nouns import Code, Document, Field, Seen
from hoso.stages import labels, letterhead, signing, tables
from hoso.stages.labels import Claim, Slip
from hoso.stages.layout import Sheet, Token, place_of, sheet
from hoso.values import agencies, dates, identifiers, licences, measures, numbers, persons
from hoso.values import text as texts
from hoso.values.fold import fold
from hoso.values.parsed import NOTHING, Parsed

__all__ = ["VERSION", "extract"]

VERSION = "2"

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
class _Pages:
    """The pages of a document laid out once, with what every finder asks for."""

    sheets: tuple[Sheet, ...]
    head: letterhead.Head
    sign: signing.Signing | None
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    slip: Slip
    rule: str
    value: Parsed | None = None
    rows: tuple[dict[str, str], ...] = ()
    slot: bool = False
    """The printed slot was there, filled or not: then what is unreadable is doubtful, not just missing."""


Finder = Callable[[FieldRule, _Pages], _Found | None]


def extract(document: Document, pages: Sequence[Seen], form: Form) -> tuple[Field, ...]:
    """The fields of ``form`` in its order. ``pages`` are the document's, ``page.position`` counted in the dossier."""
    papers = tuple(sheet(s) for s in pages)
    if not papers:
        return tuple(_nothing(rule) for rule in form.fields)
    laid = _Pages(papers, letterhead.head(papers[0]), signing.signing(papers), labels.claims(papers, form))
    codes = [(s.page.position, code) for s in pages for code in s.reading.codes]
    return tuple(_from_codes(rule, codes, _field(rule, laid, form)) for rule in form.fields)


def _field(rule: FieldRule, laid: _Pages, form: Form) -> Field:
    found = _FINDERS[rule.find](rule, laid)
    if found is None:
        return _nothing(rule)
    raw = texts.squeeze(found.slip.text)
    place = place_of(found.slip.position, found.slip.tokens)
    if rule.kind == "table":
        sure = _engine(rule, found.slip.tokens) * _label(found.slip.score)
        status = "clear" if found.rows and sure >= form.enough(rule) else "doubtful" if found.rows else "missing"
        return Field(rule.name, None, raw, round(sure, 4), place, "ocr", found.rule, status, rows=found.rows)  # type: ignore[arg-type]
    parsed = found.value if found.value is not None else _PARSERS[rule.kind](raw, rule)
    if parsed.value is not None and rule.pattern and not re.fullmatch(rule.pattern, parsed.value):
        parsed = replace(parsed, quality=min(parsed.quality, 0.5), fault=parsed.fault or "value.grammar")
    if parsed.value is None:
        if raw or found.slot:
            plain = rule.kind == "date" and parsed.fault == "value.grammar"
            failed = ("field.unreadable",) if plain else (parsed.fault,) if parsed.fault else ()
            return Field(rule.name, None, raw, 0.0, place, "ocr", found.rule, "doubtful", (), failed)
        return _nothing(rule)
    sure = _engine(rule, found.slip.tokens) * _label(found.slip.score) * parsed.quality
    doubtful = sure < form.enough(rule) or bool(parsed.fault)
    status = "doubtful" if doubtful else "clear"
    failed = (parsed.fault,) if parsed.fault else ()
    passed = ("value.grammar",) if parsed.quality == 1.0 and rule.kind != "text" else ()
    return Field(rule.name, parsed.value, raw, round(sure, 4), place, "ocr", found.rule, status, passed, failed)  # type: ignore[arg-type]


def _nothing(rule: FieldRule) -> Field:
    return Field(rule.name, status="missing" if rule.required else "empty")


def _engine(rule: FieldRule, tokens: Sequence[Token]) -> float:
    """How sure the engine was of the words; of a number or date on the letterhead of its figures, and the worst of them."""
    worded = [t.confidence for t in tokens if any(c.isalnum() for c in t.text)] or [t.confidence for t in tokens]
    if rule.find in {"symbol", "place-date"}:
        month = next((i for i, t in enumerate(tokens) if re.search("t?h?ang", fold(t.text))), 0)
        slots = tokens[1:month] if rule.find == "place-date" else ()
        figures = [t.confidence for t in tokens if re.search(r"\d", t.text) or t in slots]
        return min(figures or worded)
    return 0.6 * sum(worded) / len(worded) + 0.4 * min(worded) if worded else 0.0


def _label(score: float) -> float:
    return 0.6 + 0.4 * min(1.0, score)


# ── finders ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _part(name: str, rule: FieldRule, laid: _Pages) -> _Found | None:
    tokens: tuple[Token, ...] = getattr(laid.head, name)
    slip = Slip(laid.sheets[0].position, tokens, 1.0 if laid.head.official else 0.85)
    slot = name in {"symbol", "dated"} and bool(tokens)
    if name == "abstract" and tokens:
        return _Found(slip, "letterhead.abstract", _subject(slip.text, laid.head.whole))
    if name in laid.head.pen and tokens:
        pen = laid.head.pen[name]
        parsed = _PARSERS[rule.kind](texts.squeeze(slip.text), rule)
        fault = "field.handwritten" if pen > 0.5 else parsed.fault
        return _Found(
            slip, f"letterhead.{name}", replace(parsed, quality=(1.0 - 0.4 * pen) * parsed.quality, fault=fault)
        )
    return _Found(slip, f"letterhead.{name}", slot=slot) if tokens else None


def _kind(rule: FieldRule, laid: _Pages) -> _Found | None:
    head, position = laid.head, laid.sheets[0].position
    if head.kind:
        return _Found(Slip(position, head.title, 1.0), "letterhead.title", Parsed(head.kind, 1.0))
    if head.official and head.symbol and letterhead.SUBJECT.match(fold(" ".join(t.text for t in head.abstract))):
        return _Found(Slip(position, head.abstract[:1], 0.95), "letterhead.structure", Parsed("Công văn", 0.95))
    return None


def _signer(rule: FieldRule, laid: _Pages) -> _Found | None:
    sign = laid.sign
    return _Found(Slip(sign.position, sign.name, 1.0), "signature.name") if sign and sign.name else None


def _signer_title(rule: FieldRule, laid: _Pages) -> _Found | None:
    sign = laid.sign
    if not sign:
        return None
    tokens = tuple(t for row in sign.rows for t in row)
    spelled, sure = signing.office(sign)
    return _Found(Slip(sign.position, tokens, 1.0), "signature.title", Parsed(spelled, sure)) if tokens else None


def _mine(rule: FieldRule, laid: _Pages) -> list[Claim]:
    mine = [c for c in laid.claims if c.field and c.label in rule.labels]
    return mine[::-1] if rule.nth < 0 else mine


def _behind(rule: FieldRule, laid: _Pages) -> _Found | None:
    """The value behind the label: of several labels the first whose value parses, else the first with any words."""
    weak: _Found | None = None
    for claim in _mine(rule, laid):
        slip = labels.following(claim, laid.sheets, laid.claims, rule.lines)
        found = _Found(slip, f"label: {claim.label}", slot=True)
        if slip.tokens:
            parsed = _PARSERS[rule.kind](texts.squeeze(slip.text), rule)
            fits = not rule.pattern or (parsed.value is not None and re.fullmatch(rule.pattern, parsed.value))
            if parsed.value is not None and fits:
                return found
        if weak is None or (slip.tokens and not weak.slip.tokens):
            weak = found
    return weak


def _tick(rule: FieldRule, laid: _Pages) -> _Found | None:
    """One of the choices: printed alone, or the one whose box is ticked. Two without a readable tick: nobody knows."""
    for claim in _mine(rule, laid):
        slip = labels.following(claim, laid.sheets, laid.claims, 1)
        words = [t.text.strip(".,;:") for t in slip.tokens]
        at = {c: i for c in rule.choices for i, w in enumerate(words) if texts.skeleton(w) == texts.skeleton(c)}
        found = _Found(slip, f"label: {claim.label}", slot=True)
        if len(at) == 1:
            rest = [w for i, w in enumerate(words) if i not in at.values() and (w in _EMPTY or w in _MARKED)]
            fault = Parsed(None, 0.0, "field.unreadable")
            return replace(found, value=fault if any(w in _EMPTY for w in rest) else Parsed(next(iter(at)), 1.0))
        if len(at) > 1:
            return replace(found, value=_ticked(words, at))
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


def _under(rule: FieldRule, laid: _Pages) -> _Found | None:
    for claim in _mine(rule, laid)[::-1]:
        paper = laid.sheets[claim.sheet]
        label = paper.rows[claim.row].tokens[claim.start : claim.end]
        middle = (label[0].box[0] + label[-1].box[2]) / 2
        tokens = signing.name_under(paper, paper.rows[claim.row].y + 0.8 * paper.line, middle)
        if tokens:
            return _Found(Slip(paper.position, tokens, claim.score), f"under: {claim.label}")
    return None


def _date_above(rule: FieldRule, laid: _Pages) -> _Found | None:
    for claim in _mine(rule, laid)[::-1]:
        paper = laid.sheets[claim.sheet]
        label = paper.rows[claim.row].tokens[claim.start]
        for row in reversed(paper.rows[max(0, claim.row - 4) : claim.row]):
            run = row.within(label.box[0] - 0.25, 1.0)
            if run and label.box[1] - row.y < 0.09 and (dates.slot(run.text) or dates.find(run.text)):
                start = next((i for i, t in enumerate(run.tokens) if fold(t.text).startswith(("ng", "ay"))), 0)
                return _Found(Slip(paper.position, run.tokens[start:], claim.score), f"above: {claim.label}", slot=True)
    return None


def _after(rule: FieldRule, laid: _Pages) -> _Found | None:
    """What follows a heading, over lines: of several headings the first whose text is what the field asks for."""
    weak: _Found | None = None
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
        found = _Found(slip, f"after: {claim.label}", _sentence(slip.text), slot=True)
        if not rule.pattern or re.fullmatch(rule.pattern, (found.value and found.value.value) or ""):
            return found
        weak = weak or found
    return weak


def _chosen(rule: FieldRule, claim: Claim, lines: Sequence[tuple[int, tuple[Token, ...]]], slip: Slip) -> _Found:
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
            return _Found(
                Slip(position, tokens, claim.score), f"after: {claim.label}", Parsed(choice, min(1.0, score + 0.05))
            )
    return _Found(slip, f"after: {claim.label}", Parsed(None, 0.0, "field.unreadable"), slot=True)


def _table(rule: FieldRule, laid: _Pages) -> _Found | None:
    for claim in _mine(rule, laid):
        body = labels.span(claim, laid.sheets, rule.until, 80)
        rows, tokens = tables.rows_of(body, rule.columns)
        if rows:
            position = body[0][0].position
            ours = {id(t) for part, _, line in body if part.position == position for t in line}
            return _Found(
                Slip(position, tuple(t for t in tokens if id(t) in ours) or tokens, claim.score), "table", rows=rows
            )
    return None


_FINDERS: dict[str, Finder] = {
    "symbol": partial(_part, "symbol"), "place": partial(_part, "place"), "place-date": partial(_part, "dated"),
    "agency": partial(_part, "agency"), "parent-agency": partial(_part, "parents"), "abstract": partial(_part, "abstract"),
    "type": _kind, "signer": _signer, "signer-title": _signer_title, "label": _behind, "tick": _tick, "under": _under,
    "date-above": _date_above, "after": _after, "table": _table,
}  # fmt: skip


# ── parsers ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _plain(raw: str, rule: FieldRule) -> Parsed:
    value = texts.squeeze(_undotted(raw)).strip(" .…_:;|,-–—*'`\"")
    ticked = any(c in letterhead.BOXES for c in value)  # a letter taken for a tick box: "☒óm" was "Xóm"
    spotted = re.search(r"[^\W\dA-ZĐ_]{2}\.\s?[^\W\d_]", raw)  # leaders shine through: a comma may be lost among them
    return Parsed(value, 0.6 if ticked else 0.8 if spotted else 1.0) if any(c.isalnum() for c in value) else NOTHING


def _subject(raw: str, whole: bool) -> Parsed:
    """An abstract as printed, its "V/v" spelled so however it was read; surely cut short where a line is spoiled."""
    low = fold(texts.squeeze(raw))
    match = letterhead.SUBJECT.match(low)
    value = texts.squeeze(raw)
    value = ("V/v" + value[match.end() :]) if match and len(low) == len(value) else value
    return Parsed(value.strip(" .:;_|-"), 1.0 if whole else 0.7)


def _agency(raw: str, rule: FieldRule) -> Parsed:
    words = [w.strip("'\"‘’“”`^|*~_.:;") for w in raw.split() if any(c.isalnum() for c in w)]
    return Parsed(agencies.spell(" ".join(words)), 1.0) if words else NOTHING


def _sentence(raw: str) -> Parsed:
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
    """A name: no dot stands in one, save behind a degree."""
    parsed = persons.parse(_undotted(raw))
    return (
        parsed
        if parsed.quality > 0.5
        else max(parsed, persons.parse(_undotted(raw).replace(".", " ")), key=lambda p: p.quality)
    )


def _dotted(parse: Callable[[str], Parsed]) -> Callable[[str, FieldRule], Parsed]:
    return lambda raw, rule: parse(_undotted(raw))


_PARSERS: dict[str, Callable[[str, FieldRule], Parsed]] = {
    "text": _plain, "agency": _agency, "title": _plain, "abstract": _plain, "type": _plain, "place": _place_name,
    "choice": _choice, "person": _name, "date": _dotted(dates.parse), "identity": _dotted(identifiers.identity),
    "phone": _dotted(identifiers.phone), "symbol": _dotted(numbers.symbol), "dossier-code": _dotted(numbers.dossier_code),
    "certificate": _dotted(numbers.certificate), "licence-class": _dotted(licences.parse),
    "alcohol": _dotted(measures.alcohol),
}  # fmt: skip


def _from_codes(rule: FieldRule, codes: Sequence[tuple[int, Code]], field: Field) -> Field:
    """A dossier code printed as bar or QR code is the better witness: the ink says the same, so it adds, never argues."""
    if rule.kind != "dossier-code":
        return field
    for position, code in codes:
        parsed = numbers.dossier_code(code.text)
        if parsed.value is None or parsed.fault:
            continue
        if field.value in (None, parsed.value):
            place = place_of(position, (Token(code.text, code.box, code.box, 1.0),))
            return replace(field, value=parsed.value, raw=field.raw or code.text, confidence=0.99,
                           place=field.place or place,
                           source="qr", rule=f"code: {code.kind}", status="clear", failed=())  # fmt: skip
        return replace(
            field,
            status="doubtful",
            confidence=min(field.confidence, 0.5),
            failed=(*field.failed, "dossier.value-differs"),
        )
    return field
