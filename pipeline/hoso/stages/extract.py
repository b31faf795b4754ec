"""A document's pages and its form into fields, each with raw text, value, confidence and the place of its ink.

Owns: which finder serves which field, the parsers of kinds, what is noted of a field (``traits``), and that its witnesses
are heard (``witness``). Never: judges fields against each other (``check``), says when a confidence is enough (``weigh``),
fills a slot from elsewhere on the page, or rewrites what was read: ``raw`` stays beside ``value``.

The confidence of this stage ranks, it is no probability: engine × label × pattern, that is how sure the engine was of the
words (0.6 mean + 0.4 least), how well the label was read, how well the value fits its grammar.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from hoso.forms import FieldRule, Form
from hoso.nouns import Document, Field, Seen
from hoso.stages import finders, parsers, traits, witness
from hoso.stages.finders import Laid
from hoso.stages.layout import Token, place_of
from hoso.values import text as texts
from hoso.values.fold import fold

__all__ = ["VERSION", "extract"]

VERSION = "7"

Status = Literal["clear", "doubtful", "missing", "empty"]


def extract(document: Document, pages: Sequence[Seen], form: Form) -> tuple[Field, ...]:
    """The fields of ``form`` in its order. ``pages`` are the document's, ``page.position`` counted in the dossier."""
    if not pages:
        return tuple(_nothing(rule) for rule in form.fields)
    laid = finders.lay(pages, form)
    said = witness.statements(pages)
    return tuple(witness.weigh(rule, _field(rule, laid, form, pages), said) for rule in form.fields)


def _field(rule: FieldRule, laid: Laid, form: Form, pages: Sequence[Seen]) -> Field:
    found = finders.find(rule, laid)
    if found is None:
        return _nothing(rule)
    raw, tokens, score = texts.squeeze(found.slip.text), found.slip.tokens, found.slip.score
    position = found.slip.position
    place = place_of(position, tokens)
    if rule.kind == "table":
        named = "\n".join(row.get("ten") or row.get("co_quan", "") for row in found.rows)
        features = traits.noted(rule, tokens, score, named, 1.0, laid, pages, position, found.rows)
        sure = _engine(rule, tokens) * _label(score)
        status: Status = "clear" if found.rows else "missing"
        return Field(rule.name, None, raw, round(sure, 4), place, "ocr", found.rule, status,
                     rows=found.rows, features=features)  # fmt: skip
    parsed = parsers.fit(found.value, rule) if found.value is not None else parsers.parse(raw, rule)
    if parsed.value is None:
        if raw or found.slot:
            plain = rule.kind == "date" and parsed.fault == "value.grammar"
            failed = ("field.unreadable",) if plain else (parsed.fault,) if parsed.fault else ()
            return Field(rule.name, None, raw, 0.0, place, "ocr", found.rule, "doubtful", (), failed)
        return _nothing(rule)
    sure = _engine(rule, tokens) * _label(score) * parsed.quality
    failed = (parsed.fault,) if parsed.fault else ()
    passed = ("value.grammar",) if parsed.quality == 1.0 and rule.kind not in {"text", "address"} else ()
    features = traits.noted(rule, tokens, score, parsed.value, parsed.quality, laid, pages, position)
    status = "doubtful" if failed else "clear"
    return Field(rule.name, parsed.value, raw, round(sure, 4), place, "ocr", found.rule, status, passed,
                 failed, features=features)  # fmt: skip


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
