"""What is noted of a field while it is found: numbers from which ``calibration`` learns how likely it is right.

Owns: the measures themselves, each cheap and of the page as read: how sure the engine was, what stands around the value and
was not taken, how the page was scanned, what the lists of the language say of the value.
Never: judges by them, looks at pixels, or knows what is right.

A measure that does not apply is left out. Which way each points is said in ``calibration.FEATURES``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import log
from statistics import median

from hoso.forms import FieldRule
from hoso.nouns import Seen
from hoso.stages.finders import Laid
from hoso.stages.layout import Row, Sheet, Token, union
from hoso.values import confusions, known, syllables, whole
from hoso.values import text as texts

__all__ = ["noted"]

_TRUSTED = 0.98  # a word read so confidently is not asked what else it may have been
_ASKED = 4  # doubtful words looked at for other readings
_SPELLED = frozenset({"type", "title", "agency", "person", "place", "abstract", "text", "address"})
"""Kinds whose value is what was read, spelled: the more of it was changed or left out, the less it is what was read."""
_FIGURES = frozenset({"date", "identity", "phone", "licence-number"})
_OWN = ("hoso-line", "pdf")
"""Engines whose confidence the calibration was learned from, and born-digital words."""


def noted(
    rule: FieldRule, tokens: Sequence[Token], score: float, value: str, grammar: float, laid: Laid, pages: Sequence[Seen],
    position: int, rows: Sequence[Mapping[str, str]] = (),
) -> tuple[tuple[str, float], ...]:  # fmt: skip
    """(name, number) of each measure of a value found in ``tokens`` of the page at ``position``, sorted by name. Of a table
    ``value`` is what its ``rows`` are called, a line a row.

    ``score`` is how well its label was read 0..1, ``grammar`` how well it fits its grammar 0..1.
    """
    worded = [t for t in tokens if any(c.isalnum() for c in t.text)] or list(tokens)
    measures = {"label": score, "grammar": grammar, "claims": float(_rivals(rule, laid))}
    measures |= _of_words(worded) | _of_value(rule, value)
    paper = next((s for s in laid.sheets if s.position == position), None)
    if paper is not None and worded:
        measures |= _around(worded, tokens, paper, _claimed(laid, position))
        measures["repeats"] = float(min(3, _elsewhere(value, laid)))
    seen = next((s for s in pages if s.page.position == position), None)
    if seen is not None:
        measures |= _of_page(seen)
    if rule.kind in _SPELLED:
        measures["kept"] = texts.likeness(" ".join(t.text for t in tokens), value)
    if (told := known.weighed(value, rule.kind)) is not None:
        measures |= {"known": told.borne / told.words, "marred": float(min(3, told.marred + known.torn_rows(rows)))}
    if rule.kind in _FIGURES:
        measures["marred"] = float(known.torn_figures([t.text for t in tokens], rule.kind))
    if rule.kind == "person":
        measures["scant"] = float(len(value.split()) < 3)
    if rule.kind == "agency":
        measures["headed"] = float(whole.begins_as_office(value))
    if rule.find == "abstract":
        measures["whole"] = float(laid.head.whole)
    if rule.find not in {"label", "tick", "under", "date-above", "after", "table"}:
        measures["official"] = float(laid.head.official)
    return tuple(sorted((name, round(number, 4)) for name, number in measures.items()))


def _of_words(worded: Sequence[Token]) -> dict[str, float]:
    """How sure the engine was: of the worst word, on average, of all together, of the figures; how many it doubted."""
    if not worded:
        return {}
    sure = sorted(t.confidence for t in worded)
    joint = 1.0
    for one in sure:
        joint *= one
    figures = [t.confidence for t in worded if re.search(r"\d", t.text)]
    measures = {
        "least": sure[0],
        "mean": sum(sure) / len(sure),
        "joint": joint,
        "doubted": float(sum(one < 0.95 for one in sure)),
        "words": float(len(sure)),
        "near": _near(sorted(worded, key=lambda t: t.confidence)[:_ASKED]),
    }
    return measures | ({"figures": min(figures)} if figures else {})


def _near(worst: Sequence[Token]) -> float:
    """How near another syllable lies to a doubtful word: its share among the readings weighed, times the doubt."""
    found = 0.0
    for token in worst:
        if token.confidence < _TRUSTED and (others := confusions.alternatives(token.text, 1)):
            found = max(found, (1.0 - token.confidence) * others[0][1])
    return found


def _of_value(rule: FieldRule, value: str) -> dict[str, float]:
    """Of the text itself: its length, whether it is Vietnamese, whether it begins and ends as a whole does."""
    measures = {"letters": float(len(value))}
    words = [w for w in re.findall(r"[^\W\d_]+", value) if len(w) > 1 or w.islower()]
    if (
        rule.kind not in {"symbol", "dossier-code", "certificate", "licence-class", "identity", "phone", "date"}
        and words
    ):
        measures["vietnamese"] = sum(syllables.is_syllable(w.lower()) for w in words) / len(words)
        measures["open"] = float(whole.ends_open(value))
        measures["begun"] = float(value[:1].islower())
        measures["odd"] = float(min(5, len(re.findall(r"[^\w\s.,;:/()\-–\"“”'%+&]", value))))
    return measures


def _around(
    worded: Sequence[Token], tokens: Sequence[Token], paper: Sheet, claimed: set[tuple[float, float, float, float]]
) -> dict[str, float]:
    """What stands around the value: words inside and beside it that were not taken, a line below that may go on, how well
    the neighbourhood was read, and how far its letters stand from the height of print (a pen's do)."""
    mine = {t.ink for t in tokens}
    box = union(t.box for t in worded)
    left, right = box[0] - 0.5 * paper.em, box[2] + 0.5 * paper.em
    top, bottom = box[1] - 0.2 * paper.line, box[3] + 0.2 * paper.line
    inside = beside = goes_on = 0
    nearby: list[float] = []
    rows = [row for row in paper.rows if top - 3 * paper.line < row.y < bottom + 3 * paper.line]
    below = next((row for row in rows if row.y > bottom and row.y - box[3] < 1.6 * paper.line), None)
    for row in rows:
        for token in row.tokens:
            nearby.append(token.confidence)
            if token.ink in mine or token.ink in claimed or not any(c.isalnum() for c in token.text):
                continue
            level = top <= (token.box[1] + token.box[3]) / 2 <= bottom
            inside += level and left <= token.middle <= right
            beside += level and right < token.middle and token.box[0] - box[2] < 3 * paper.em
    if below is not None:
        goes_on = int(_goes_on(below, box, mine, claimed, paper.em))
    heights = [(t.box[3] - t.box[1]) / paper.line for t in worded if t.box[3] > t.box[1]]
    return {
        "strays": float(min(5, inside)),
        "beside": float(min(3, beside)),
        "goes_on": float(goes_on),
        "around": sum(nearby) / len(nearby) if nearby else 0.0,
        "lines": float(_lines(worded, paper.line)),
        "height": abs(log(median(heights))) if heights else 0.0,
        "uneven": max(abs(log(h)) for h in heights) if heights else 0.0,
    }


def _goes_on(
    below: Row, box: tuple[float, float, float, float], mine: set[tuple[float, float, float, float]],
    claimed: set[tuple[float, float, float, float]], em: float,
) -> bool:  # fmt: skip
    """Whether the row below begins, under the value, with a small letter or a bare number that nobody claims."""
    under = [t for t in below.tokens if t.middle > box[0] - 6 * em and t.box[0] < box[2]]
    first = next((t for t in under if any(c.isalnum() for c in t.text)), None)
    if first is None or first.ink in mine or first.ink in claimed:
        return False
    return first.text[:1].islower() or re.fullmatch(r"\d{1,4}[.,;]?", first.text) is not None


def _lines(tokens: Sequence[Token], line: float) -> int:
    """On how many lines the tokens stand."""
    count, last = 0, -1.0
    for y in sorted((t.box[1] + t.box[3]) / 2 for t in tokens):
        if count == 0 or y - last > 0.7 * line:
            count += 1
        last = y
    return count


def _claimed(laid: Laid, position: int) -> set[tuple[float, float, float, float]]:
    """The ink of the labels on the page at ``position``."""
    return {
        token.ink
        for claim in laid.claims
        if laid.sheets[claim.sheet].position == position
        for token in laid.sheets[claim.sheet].rows[claim.row].tokens[claim.start : claim.end]
    }


def _rivals(rule: FieldRule, laid: Laid) -> int:
    """How many places bear the label of the field, one taken off."""
    return min(3, max(0, sum(1 for claim in laid.claims if claim.field == rule.name) - 1))


def _elsewhere(value: str, laid: Laid) -> int:
    """How often the paper states the same value once more."""
    wanted = texts.squeeze(value).casefold()
    if len(wanted) < 5:
        return 0
    return max(0, sum(texts.squeeze(sheet.text).casefold().count(wanted) for sheet in laid.sheets) - 1)


def _of_page(seen: Seen) -> dict[str, float]:
    """How the page was scanned, and how well it was read as a whole."""
    page, words = seen.page, seen.reading.words
    return {
        "page": page.quality,
        "dpi": page.dpi,
        "skew": abs(page.skew),
        "seal": float(page.seal),
        "rescan": float(page.reason.startswith("quét lại")),
        "legible": sum(w.confidence for w in words) / len(words) if words else 0.0,
        "own": float(seen.reading.engine.startswith(_OWN)),
    }
