"""Pages in the order received into papers: where one begins, which type it is, and why.

Owns: the first page of a paper (national title or a form's title at the top), the weighing of a form's anchors, and the
look for a state-secret mark. Never: reads a field, reorders pages, or forces a paper into a form: a paper that reaches no
form's threshold is ``khac``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from hoso import keys
from hoso.forms import OTHER, Anchor, Form, Forms
from hoso.nouns import Document, PageRef, Place, Seen
from hoso.stages.layout import Row, Sheet, place_of, sheet
from hoso.stages.letterhead import clean, kind_of, national_row
from hoso.stages.signing import signing
from hoso.values import text as texts
from hoso.values.fold import fold
from hoso.values.patch import separates

__all__ = ["VERSION", "divide", "secret_mark"]

VERSION = "1"

_APPENDIX = re.compile(r"^(?:phu luc|mau so|bieu mau|mau \d|bieu so|ban hanh kem theo|\(ban hanh kem theo|\(?kem theo)")
_SECRET = frozenset({"mat", "toi mat", "tuyet mat"})
_STEEPNESS = 1.8
"""How fast certainty grows with the weight of anchors past the threshold; 1.0 of weight is about one more sure anchor."""


@dataclass(slots=True)
class _Paper:
    form: Form
    confidence: float
    reason: str
    pages: list[Seen] = field(default_factory=list)
    signed: bool = False


def divide(dossier_id: str, pages: Sequence[Seen], forms: Forms, received: str = "") -> tuple[Document, ...]:
    """The papers of a dossier in the order of their first pages.

    ``pages`` come in received order, blank ones too: those belong to no document. ``received`` (ISO date) leaves out forms
    that were not yet in force. ``type_confidence`` is 0..1; ``reason`` names the anchors that told, in Vietnamese.
    """
    candidates = [f for f in forms.known_by(received) if f.type != OTHER]
    other = forms.choose(OTHER, received)
    counts: dict[str, int] = {}
    for seen in pages:
        counts[seen.page.ref.scan] = counts.get(seen.page.ref.scan, 0) + 1
    papers: list[_Paper] = []
    parted = False
    for seen in pages:
        if seen.page.kind != "paper":
            parted = parted or seen.page.kind == "separator"
            continue
        parted = parted or bool(separates(seen.reading.codes))
        laid = sheet(seen)
        before = papers[-1] if papers and not parted else None
        paper = _opened(laid, candidates, other, received, before)
        if paper is None and (before is None or not _continues(before, seen, laid, counts)):
            paper = _Paper(other, 0.6, "không có dấu hiệu trang đầu; giữ là giấy tờ khác")
        if paper is not None:
            papers.append(paper)
        papers[-1].pages.append(seen)
        papers[-1].signed = papers[-1].signed or signing([laid]) is not None
        parted = False
    return tuple(_document(dossier_id, paper) for paper in papers)


def secret_mark(seen: Seen) -> Place | None:
    """Where a state-secret stamp stands on a page (MẬT, TỐI MẬT, TUYỆT MẬT alone in a frame; Decree 30/2020, Appendix I,
    box 10a), None for none. "Bảo mật" or "bí mật" in running text is no mark."""
    laid = sheet(seen)
    for row in laid.rows:
        if row.y > 0.45:
            break
        for run in row.runs:
            for start, token in enumerate(run.tokens):
                for end in (start + 1, start + 2):
                    part = run.tokens[start:end]
                    words = [re.sub(r"\W|_", "", t.text) for t in part]
                    if len(part) != end - start or fold(" ".join(words)) not in _SECRET or not "".join(words).isupper():
                        continue
                    if token.middle < 0.62 and _apart(row, part[0].box[0], part[-1].box[2], laid.em):
                        return place_of(laid.position, part)
    return None


def _apart(row: Row, left: float, right: float, em: float) -> bool:
    """Whether nothing but specks stands within one and a half letters left and right: a stamp, not a word of a line."""
    near = [
        t
        for t in row.tokens
        if any(c.isalnum() for c in t.text)
        and (t.box[2] <= left + 0.001 or t.box[0] >= right - 0.001)
        and t.box[2] > left - 1.2 * em
        and t.box[0] < right + 1.2 * em
    ]
    return not near


def _opened(
    laid: Sheet, candidates: Sequence[Form], other: Form, received: str, before: _Paper | None
) -> _Paper | None:
    """The paper that begins on this page, None where none does."""
    weighed = sorted(((_weigh(laid, form), form) for form in candidates), key=lambda w: -w[0][0])
    national = national_row(laid)
    titled = [w for w in weighed if w[0][0] >= w[1].threshold and (national or w[0][2])]
    if titled:
        (score, told, _), form = titled[0]
        form = max(
            (f for w, f in titled if f.type == form.type and w[0] >= score - 0.01),
            key=lambda f: (f.name == _in_force(f, received), f.effective_from),
        )
        return _Paper(form, _certainty(score - form.threshold), "nhận ra nhờ: " + "; ".join(told))
    if national is None:
        return None
    if before is not None and _is_appendix(laid, national[0]):
        return None
    best = weighed[0][0][0] - weighed[0][1].threshold if weighed else -3.0
    kind = next((k for row in laid.rows[national[0] :] for run in row.runs if row.y < 0.5 and (k := kind_of(run))), "")
    return _Paper(
        other, 1.0 - _certainty(best), "có Quốc hiệu, không thuộc mẫu nào" + (f"; tên loại: {kind}" if kind else "")
    )


def _in_force(form: Form, received: str) -> str:
    """Of equal wordings the form in force on the day of receipt."""
    fits = form.effective_from <= (received or "9999") and (not form.effective_to or received <= form.effective_to)
    return form.name if fits else ""


def _certainty(margin: float) -> float:
    return round(1.0 / (1.0 + math.exp(-(1.2 + _STEEPNESS * margin))), 4)


def _weigh(laid: Sheet, form: Form) -> tuple[float, tuple[str, ...], bool]:
    """(weight of the anchors found on a first page, their texts, whether a title is among them)."""
    total, told, titled = 0.0, [], False
    for anchor in form.anchors:
        if not anchor.first:
            continue
        score = _anchor(laid, anchor)
        if score:
            total += anchor.weight * score
            told.append(anchor.text)
            titled = titled or (anchor.weight >= 2.5)
    return total, tuple(told), titled


def _anchor(laid: Sheet, anchor: Anchor) -> float:
    """How well an anchor is read on a page, 0 where it is not."""
    left, top, right, bottom = anchor.box
    best = 0.0
    for row in laid.rows:
        if not top <= row.y <= bottom:
            continue
        if anchor.text.startswith("/"):
            run = row.within(left, right)
            if run and fold(anchor.text) in re.sub(r"\s", "", fold(run.text)):
                return 1.0
            continue
        if anchor.alone:
            for run in row.runs:
                tokens = clean(run.tokens)
                text = " ".join(t.text for t in tokens)
                colon = anchor.text.endswith(":") == any(t.text.endswith(":") for t in run.tokens[-2:])
                if (
                    colon
                    and left <= run.middle <= right
                    and _capital(text, anchor)
                    and texts.likeness(text, anchor.text) >= 0.85
                ):
                    best = max(best, texts.likeness(text, anchor.text))
            continue
        plain = [t.text for t in row.tokens]
        for hit in texts.find(anchor.text, plain)[:1]:
            if _capital(" ".join(plain[hit.start : hit.end]), anchor):
                best = max(best, hit.score)
    return best if best or anchor.alone else _broken(laid, anchor)


def _broken(laid: Sheet, anchor: Anchor) -> float:
    """A long title set on two lines."""
    if len(anchor.text) < 24 or not anchor.capitals:
        return 0.0
    rows = [row for row in laid.rows if anchor.box[1] <= row.y <= anchor.box[3]]
    for one, two in pairwise(rows):
        plain = [t.text for t in (*one.tokens, *two.tokens)]
        hits = texts.find(anchor.text, plain)
        if hits and _capital(" ".join(plain[hits[0].start : hits[0].end]), anchor):
            return hits[0].score
    return 0.0


def _capital(text: str, anchor: Anchor) -> bool:
    return not anchor.capitals or texts.upper_share(text) >= 0.7


def _is_appendix(laid: Sheet, national: int) -> bool:
    """Whether the page says of itself, in its rows up to ``national``, that it is an appendix or a blank form."""
    return any(_APPENDIX.match(fold(run.text)) for row in laid.rows[: national + 1] for run in row.runs)


def _continues(before: _Paper, seen: Seen, laid: Sheet, counts: dict[str, int]) -> bool:
    """Whether a page without a beginning of its own goes on the paper before it."""
    same_scan = before.pages[-1].page.ref.scan == seen.page.ref.scan
    if same_scan:
        return True
    if counts[seen.page.ref.scan] > 1:
        return False
    number = _page_number(laid)
    if number is not None:
        return number == len(before.pages) + 1
    if any(_anchor(laid, a) for a in before.form.anchors if not a.first) or _is_appendix(
        laid, min(8, len(laid.rows) - 1)
    ):
        return True
    return not before.signed


def _page_number(laid: Sheet) -> int | None:
    """The number in the middle of the top or bottom margin, from 2 on."""
    for row in (*laid.rows[:2], *laid.rows[-1:]):
        tokens = clean(row.tokens)
        if len(tokens) == 1 and 0.35 < tokens[0].middle < 0.95 and (row.y < 0.1 or row.y > 0.9):
            match = re.fullmatch(r"[-–]?\s*(\d{1,3})\s*[-–]?", tokens[0].text)
            if match and int(match[1]) > 1:
                return int(match[1])
    return None


def _document(dossier_id: str, paper: _Paper) -> Document:
    first: PageRef = paper.pages[0].page.ref
    return Document(
        id=keys.short(keys.key("document", dossier_id, first.scan, first.index, paper.form.type)),
        dossier=dossier_id,
        type=paper.form.type,
        form=paper.form.name,
        type_confidence=paper.confidence,
        pages=tuple(s.page.ref for s in paper.pages),
        reason=paper.reason,
    )
