"""Where a paper begins: the anchors of the dated forms weighed on a page, and the national title of papers of no form.

Owns: how well a printed anchor is read, how sure a type is, and what says of itself that it is an appendix. Never: looks at
another page, so never says what follows what (see ``sequence``).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from hoso.forms import Anchor, Form
from hoso.nouns import Seen
from hoso.stages import witness
from hoso.stages.layout import Run, Sheet
from hoso.stages.letterhead import kind_of, national_row, tells
from hoso.values import text as texts
from hoso.values.fold import fold

__all__ = ["Opening", "bears", "opening", "says_appendix"]

_APPENDIX = re.compile(
    r"^(?:phu luc|mau so|bieu mau|mau \d|bieu so|ban hanh kem theo|\(ban hanh kem theo|\(?kem theo|danh sach kem theo)"
)
_SURELY = 0.85
"""Likeness from which the national title may stand anywhere in a line: two columns are often read as one."""
_STEEPNESS = 1.8
"""How fast certainty grows with the weight of anchors past the threshold; 1.0 of weight is about one more sure anchor."""


@dataclass(frozen=True, slots=True)
class Opening:
    """The paper that begins on a page: its form, 0..1 how sure that is, the anchors that told (Vietnamese), and whether
    its national title was read (a title alone may also stand in the middle of a paper)."""

    form: Form
    confidence: float
    reason: str
    national: bool


def opening(
    laid: Sheet, candidates: Sequence[Form], other: Form, received: str, seen: Seen | None = None
) -> Opening | None:
    """The paper that begins on a page, None where none does.

    ``candidates`` are the forms that may be meant, ``other`` the one for papers of no known form; of equal wordings the
    form in force on ``received`` (ISO date, "" unknown) counts. ``seen`` is the page itself, for anchors that a code
    tells. A page that has the national title under the words
    "Phụ lục", "Mẫu số …" (see :func:`says_appendix`) is given too: whether it goes with another paper is not told here.
    """
    weighed = sorted(((_weigh(laid, form, seen), form) for form in candidates), key=lambda w: -w[0][0])
    national = _national(laid)
    titled = [w for w in weighed if w[0][0] >= w[1].threshold and (national or w[0][2])]
    if titled:
        (score, told, _), form = titled[0]
        form = max(
            (f for w, f in titled if f.type == form.type and w[0] >= score - 0.01),
            key=lambda f: (f.name == _in_force(f, received), f.effective_from),
        )
        reason = "nhận ra nhờ: " + "; ".join(told)
        return Opening(form, _certainty(score - form.threshold), reason, national is not None)
    if national is None:
        return None
    best = weighed[0][0][0] - weighed[0][1].threshold if weighed else -3.0
    kind = next((k for row in laid.rows[national[0] :] for run in row.runs if row.y < 0.5 and (k := kind_of(run))), "")
    reason = "có Quốc hiệu, không thuộc mẫu nào" + (f"; tên loại: {kind}" if kind else "")
    return Opening(other, round(1.0 - _certainty(best), 4), reason, True)


def _in_force(form: Form, received: str) -> str:
    """Of equal wordings the form in force on the day of receipt."""
    fits = form.effective_from <= (received or "9999") and (not form.effective_to or received <= form.effective_to)
    return form.name if fits else ""


def _certainty(margin: float) -> float:
    return round(1.0 / (1.0 + math.exp(-(1.2 + _STEEPNESS * margin))), 4)


def _weigh(laid: Sheet, form: Form, seen: Seen | None) -> tuple[float, tuple[str, ...], bool]:
    """(weight of the anchors found on a first page, their texts, whether a title is among them)."""
    total, told, titled = 0.0, [], False
    for anchor in form.anchors:
        if not anchor.first:
            continue
        if anchor.witness:
            score = witness.speaks(anchor.witness, seen) if seen is not None else 0.0
        else:
            score = bears(laid, anchor)
        if score:
            total += anchor.weight * score
            told.append(anchor.text)
            titled = titled or (anchor.weight >= 2.5)
    return total, tuple(told), titled


def bears(laid: Sheet, anchor: Anchor) -> float:
    """How well an anchor is read on a page, 0 where it is not."""
    laid_out = tells(laid, anchor)
    if laid_out is not None:
        return laid_out
    left, top, right, bottom = anchor.box
    if anchor.text.startswith("/"):
        part = fold(anchor.text)
        return float(any(top <= y <= bottom and part in text for y, text in _squeezed(laid, left, right)))
    if anchor.alone:
        runs = (run for row in laid.rows if top <= row.y <= bottom for run in row.runs)
        return max((_alone(run, anchor) for run in runs), default=0.0)
    hits = (score for y, score, words in _read(laid, anchor.text) if top <= y <= bottom and _capital(words, anchor))
    return max(hits, default=0.0) or _broken(laid, anchor)


def _squeezed(laid: Sheet, left: float, right: float) -> list[tuple[float, str]]:
    """(height, folded text without blanks) of what stands between two edges in each row: where "/QĐ-UBND" is looked for,
    however it is spaced."""

    def found() -> list[tuple[float, str]]:
        runs = ((row.y, row.within(left, right)) for row in laid.rows)
        return [(y, re.sub(r"\s", "", fold(run.text))) for y, run in runs if run is not None]

    return laid.once(("squeezed", left, right), found)


def _alone(run: Run, anchor: Anchor) -> float:
    """How well a run is an anchor that must stand alone."""
    if not anchor.box[0] <= run.middle <= anchor.box[2]:
        return 0.0
    text = " ".join(t.text for t in run.clean)
    colon = anchor.text.endswith(":") == any(t.text.endswith(":") for t in run.tokens[-2:])
    score = texts.likeness(text, anchor.text) if colon and _capital(text, anchor) else 0.0
    return score if score >= 0.85 else 0.0


def _read(laid: Sheet, label: str) -> tuple[tuple[float, float, str], ...]:
    """(height, likeness, words) of each row that holds ``label``: members of a family of forms ask the same."""

    def found() -> tuple[tuple[float, float, str], ...]:
        lines = laid.once("lines", lambda: [[t.text for t in row.tokens] for row in laid.rows])
        bones = laid.once("bones", lambda: [texts.bone(line) for line in lines])
        hits = ((i, texts.find(label, lines[i])[:1]) for i in texts.holding(label, bones))
        return tuple((laid.rows[i].y, h.score, " ".join(lines[i][h.start : h.end])) for i, hit in hits for h in hit)

    return laid.once(("read", label), found)


def _broken(laid: Sheet, anchor: Anchor) -> float:
    """A long title set on two lines."""
    if len(anchor.text) < 24 or not anchor.capitals:
        return 0.0
    rows = [row for row in laid.rows if anchor.box[1] <= row.y <= anchor.box[3]]
    lines = [[t.text for t in (*one.tokens, *two.tokens)] for one, two in pairwise(rows)]
    for index in texts.holding(anchor.text, [texts.bone(line) for line in lines]):
        hits = texts.find(anchor.text, lines[index])
        if hits and _capital(" ".join(lines[index][hits[0].start : hits[0].end]), anchor):
            return hits[0].score
    return 0.0


def _capital(text: str, anchor: Anchor) -> bool:
    return not anchor.capitals or texts.upper_share(text) >= 0.7


def _national(laid: Sheet) -> tuple[int, float, float] | None:
    """The row of the national title or motto; words of running text that are only like it ("được lập thành") are none."""
    found = national_row(laid)
    if found is None or found[2] >= _SURELY:
        return found
    row = laid.rows[found[0]]
    run = next((r for r in row.runs if r.box[0] - 0.001 <= found[1] <= r.box[2]), row.runs[0])
    return found if found[1] - run.box[0] < 1.5 * laid.em and len(run.tokens) <= 10 else None


def says_appendix(laid: Sheet, rows: int) -> bool:
    """Whether a page says of itself, in its first ``rows`` rows, that it is an appendix or a form to fill in."""
    return any(_APPENDIX.match(fold(run.text)) for row in laid.rows[:rows] for run in row.runs)
