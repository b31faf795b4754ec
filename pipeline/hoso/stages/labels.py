"""Values that stand behind their printed labels: which label is where, and which words belong to it.

Owns: claiming words for the labels of a form, and the reach of a value: to its right, over the lines it wraps onto, until
the next label. Never: normalises a value or judges it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hoso.forms import FieldRule, Form
from hoso.nouns import Box
from hoso.stages.layout import Row, Sheet, Token, union
from hoso.stages.letterhead import clean
from hoso.values import dates
from hoso.values import text as texts

__all__ = ["Claim", "Slip", "claims", "following", "span", "within_block", "without_leaders"]

_LABELLED = frozenset({"label", "tick", "under", "date-above", "after", "table", "card", "card-date"})
_COUNTED = re.compile(r"^\W*(?:\d{1,2}|[IVX]{1,4}|[a-h])\W*$")
_LEADER = re.compile(r"^[.…_·•\-–—=:;,|'`\"~*]+$")


@dataclass(frozen=True, slots=True)
class Claim:
    """A label as found: ``field`` is "" for a label of no field; tokens ``start`` to ``end`` of that row of that sheet."""

    field: str
    label: str
    sheet: int
    row: int
    start: int
    end: int
    score: float
    cell: bool = False
    """It wraps in a table cell of its own."""


@dataclass(frozen=True, slots=True)
class Slip:
    """The words of a value with the page they are on; ``score`` is how well its label was read."""

    position: int
    tokens: tuple[Token, ...]
    score: float
    label: str = ""

    @property
    def text(self) -> str:
        return " ".join(t.text for t in self.tokens)


def claims(sheets: Sequence[Sheet], form: Form) -> tuple[Claim, ...]:
    """Every label of ``form`` on ``sheets``, none overlapping: the better read and the longer win."""
    every = [(rule.name, label, rule) for rule in form.fields if rule.find in _LABELLED for label in rule.labels]
    alike: dict[tuple[object, ...], tuple[str, str, FieldRule]] = {}
    for entry in every:  # parts repeat their labels: each is looked for once
        wording, of = entry[1], entry[2]
        short = len(texts.skeleton(wording)) <= 4
        alike.setdefault((wording, of.zone, of.kind, of.block if short else ()), entry)
    wanted = list(alike.values())
    known = {label for _, label, _ in wanted}
    heads = [h for rule in form.fields for h in rule.block if h not in known]
    stops: list[tuple[str, str, FieldRule | None]] = [
        ("", label, None) for label in dict.fromkeys((*form.stops, *heads))
    ]
    sought = [*wanted, *stops]
    bones = [texts.skeleton(label) for _, label, _ in sought]
    found: list[Claim] = []
    for s, sheet in enumerate(sheets):
        for r, row in enumerate(sheet.rows):
            tokens = row.tokens
            plain = [t.text for t in tokens]
            starts = _starts(row)
            for index in texts.held(texts.bone(plain), bones):
                name, label, rule = sought[index]
                for hit in texts.find(label, plain):
                    colon = _colon(row, hit.end) or (len(label.split()) > 4 and hit.score >= 0.97)
                    led = not colon and hit.score >= 0.95 and _led(rule, plain[hit.end : hit.end + 1])
                    firm = colon or led or _ends(row, hit.end)
                    least = 0.0 if colon else 0.9
                    if hit.score < least or not (firm or hit.start in starts) or _crosses(row, hit.start, hit.end):
                        continue
                    words = " ".join(plain[hit.start : hit.end])
                    if label.isupper() and texts.upper_share(words) < 0.6:
                        continue
                    if not colon and (
                        _entitles(words, label) or texts.skeleton(words)[:1] != texts.skeleton(label)[:1]
                    ):
                        continue
                    if (
                        len(texts.skeleton(label)) <= 4
                        and not colon
                        and not (led and _headed(rule, plain[: hit.start]))
                    ):
                        continue
                    if any(":" in t for t in plain[hit.start : hit.end - 1]):
                        continue
                    if rule is not None and not _inside(tokens[hit.start].box, rule.box):
                        continue
                    score = hit.score * (1.0 if firm else 0.92)
                    found.append(Claim(name, label, s, r, hit.start, hit.end, score))
            found += _wrapped(s, sheet, r, wanted)
            found += _broken(s, sheet, r, wanted)
    found.sort(key=lambda c: (-(round(c.score * 12) + min(24, len(texts.skeleton(c.label))) / 4), c.sheet, c.row))
    kept: list[Claim] = []
    for claim in found:
        rivals = [k for k in kept if (k.sheet, k.row) == (claim.sheet, claim.row)]
        if all(claim.end <= k.start or claim.start >= k.end for k in rivals):
            kept.append(claim)
    return tuple(sorted(kept, key=lambda c: (c.sheet, c.row, c.start)))


def _wrapped(s: int, sheet: Sheet, r: int, wanted: Sequence[tuple[str, str, FieldRule]]) -> list[Claim]:
    """Labels set on two lines in a cell of their own: the first run of a row and that of the next, read together."""
    if (
        r + 1 == len(sheet.rows)
        or len(sheet.rows[r].runs) < 2
        or sheet.rows[r + 1].y - sheet.rows[r].y > 2.2 * sheet.line
    ):
        return []
    one, two = sheet.rows[r].runs[0].tokens, sheet.rows[r + 1].runs[0].tokens
    if abs(one[0].box[0] - two[0].box[0]) > 0.04 or len(one) + len(two) > 14:
        return []
    plain = [t.text for t in (*one, *two)]
    found = []
    for name, label, rule in wanted:
        if len(label.split()) < 3 or not _inside(one[0].box, rule.box):
            continue
        for hit in texts.find(label, plain, 0.9):
            if hit.start <= 1 and hit.start < len(one) < hit.end:
                found.append(Claim(name, label, s, r, hit.start, len(one), 0.95 * hit.score, True))
    return found


def _broken(s: int, sheet: Sheet, r: int, wanted: Sequence[tuple[str, str, FieldRule]]) -> list[Claim]:
    """Labels of running text that go over the end of a line: the part on each line ends what stands before it, and the
    value follows the second part."""
    if r + 1 == len(sheet.rows) or sheet.rows[r + 1].y - sheet.rows[r].y > 2.4 * sheet.line:
        return []
    one, two = sheet.rows[r].tokens, sheet.rows[r + 1].tokens
    head = max(0, len(one) - 12)
    plain = [t.text for t in (*one[head:], *two[:12])]
    edge = len(one) - head
    found = []
    for name, label, rule in wanted:
        if len(label.split()) < 3:
            continue
        for hit in texts.find(label, plain, 0.9):
            colon = _colon(sheet.rows[r + 1], hit.end - edge) if hit.end > edge else False
            if not hit.start < edge < hit.end or not (colon or (hit.score >= 0.97 and len(label.split()) > 4)):
                continue
            if any(":" in t for t in plain[hit.start : hit.end - 1]) or not _inside(two[0].box, rule.box):
                continue
            found.append(Claim("", label, s, r, head + hit.start, len(one), 0.95 * hit.score))
            found.append(Claim(name, label, s, r + 1, 0, hit.end - edge, 0.95 * hit.score))
    return found


def _led(rule: FieldRule | None, following: Sequence[str]) -> bool:
    """Whether the word behind a label in running text can only be its value: figures behind "cấp ngày", a class behind
    "hạng"."""
    if rule is None or not following:
        return False
    if rule.kind in {"date", "identity", "licence-number", "year", "money"}:
        return re.match(r"^[\W_]{0,2}\d", following[0]) is not None
    return rule.kind == "licence-class" and re.match(r"^[A-F]{1,2}\d?E?[.,;]?$", following[0]) is not None


def _headed(rule: FieldRule | None, before: Sequence[str]) -> bool:
    """Whether the heading of the part of ``rule`` stands earlier on the line: else "Số 381" is a house, no label."""
    return rule is not None and any(texts.find(heading, before, 0.85) for heading in rule.block)


def _entitles(words: str, label: str) -> bool:
    """Whether ``words`` are capitals and ``label`` is not: then they are part of a title, not a label."""
    return len(words) > 6 and not label.isupper() and texts.upper_share(words) > 0.9


def within_block(claims: Sequence[Claim], rule: FieldRule, form: Form) -> tuple[Claim, ...]:
    """Those of ``claims`` (all of a paper, in reading order) that are labels of ``rule`` inside its part of the form.

    A part goes from its heading to the heading of another; the first part that the form names begins at the top, whether
    its heading was read or not. Of a part whose heading is lost nothing is taken: the label would be another part's.
    """
    mine = [c for c in claims if c.field and c.label in rule.labels]
    parts = list(dict.fromkeys(r.block for r in form.fields if r.block))
    if not rule.block:
        return tuple(mine)
    of = {heading: part for part in parts for heading in part}
    inside: list[Claim] = []
    part = parts[0]
    for claim in claims:
        part = of.get(claim.label, part)
        if part == rule.block and claim in mine:
            inside.append(claim)
    return tuple(inside)


def following(claim: Claim, sheets: Sequence[Sheet], taken: Sequence[Claim], lines: int) -> Slip:
    """The words behind a label: on its line, and on up to ``lines`` - 1 more where they wrap."""
    sheet = sheets[claim.sheet]
    row = sheet.rows[claim.row]
    label = union(t.box for t in row.tokens[claim.start : claim.end])
    stop = min(
        (c.start for c in taken if _on(c, claim.sheet, claim.row) and c.start >= claim.end), default=len(row.tokens)
    )
    first = _level_with(claim, sheet, label, taken) if stop == len(row.tokens) else ()
    tokens = _until_gap([*row.tokens[claim.end : stop], *first], sheet.em, lines)
    ended = stop < len(row.tokens)
    index = claim.row
    edge, left_edge = _right_edge(sheet), _left_edge(claim, row, taken)
    got = list(clean(without_leaders(tokens)))
    last = row.y
    used = 1
    while used < lines and not ended and index + 1 < len(sheet.rows):
        index += 1
        below = sheet.rows[index]
        if below.y - last > 2.9 * sheet.line:
            break
        if below.y - last < 0.6 * sheet.line:
            continue
        if got and got[-1].box[2] < edge - 0.16:
            break
        mine = [c for c in taken if _on(c, claim.sheet, index)]
        cut = min((c.start for c in mine), default=len(below.tokens))
        column = [t for run in below.runs if run.box[0] > left_edge - 0.03 for t in run.tokens]
        if got and (
            claim.cell or got[0].box[0] - label[2] > 2 * sheet.em
        ):  # a cell of its own: a label that wraps stays in its own
            before = [t for t in column if t.box[0] < got[0].box[0] - 0.02]
            if before and before[-1].box[2] < got[0].box[0] - 0.005:
                column = [t for t in column if t not in before]
        rest = clean(without_leaders([t for t in below.tokens[:cut] if t in column]))
        if mine and _COUNTED.match(" ".join(t.text for t in rest)):
            rest = ()  # the number of the label behind it
        if not rest and not mine:
            continue
        left = got[0].box[0] if got else label[0]
        if not rest or rest[0].box[0] > max(left, label[2]) + 0.05 or _is_numbered(rest) or dates.slot(below.text):
            break
        got += rest
        last, used, ended = below.y, used + 1, bool(mine)
    return Slip(sheet.position, tuple(got), claim.score, claim.label)


def span(
    claim: Claim, sheets: Sequence[Sheet], ends: Sequence[str], rows: int, first: int = 99
) -> tuple[tuple[Sheet, Row, tuple[Token, ...]], ...]:
    """Line by line all that stands behind a label until one of the texts ``ends``, over pages, ``rows`` lines at most; such
    a text begins among the ``first`` words of its line."""
    got: list[tuple[Sheet, Row, tuple[Token, ...]]] = []
    for s in range(claim.sheet, len(sheets)):
        sheet = sheets[s]
        for r, row in enumerate(sheet.rows):
            if s == claim.sheet and r < claim.row:
                continue
            start = claim.end if (s, r) == (claim.sheet, claim.row) else 0
            tokens = row.tokens[start:]
            hits = (h for e in ends for h in texts.find(e, [t.text for t in tokens]) if h.start < first)
            stop = min((h.start for h in hits), default=None)
            numbered = stop is not None and re.fullmatch(
                r"\W*(?:\d{1,2}|[IVX]+|[a-h])[.)]?\W*", " ".join(t.text for t in tokens[:stop])
            )
            if not numbered and any(c.isalnum() for t in tokens[:stop] for c in t.text):
                got.append((sheet, row, tokens[:stop]))
            if stop is not None or len(got) >= rows:
                return tuple(got)
    return tuple(got)


def _on(claim: Claim, sheet: int, row: int) -> bool:
    return claim.sheet == sheet and claim.row == row


def _inside(box: Box, zone: Box) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return zone[0] <= x <= zone[2] and zone[1] <= y <= zone[3]


def _starts(row: Row) -> set[int]:
    """Where on a row a label may begin without a colon behind it: at the start of a run, after a number or a bullet."""
    starts, index = set(), 0
    for run in row.runs:
        starts.add(index)
        if re.fullmatch(r"[\dIVXivx]{1,4}[.),]?|[-–+•*]", run.tokens[0].text):
            starts.add(index + 1)
        index += len(run.tokens)
    return starts


def _colon(row: Row, end: int) -> bool:
    """Whether a colon or leaders stand behind the token before ``end``."""
    tokens = row.tokens
    if tokens[end - 1].text.rstrip().endswith((":", "…", "..", ";")):
        return True
    return (
        end < len(tokens)
        and bool(_LEADER.match(tokens[end].text))
        and any(m in tokens[end].text for m in (":", "..", "…"))
    )


def _breaks(row: Row) -> list[int]:
    """After how many tokens each run of the row ends."""
    ends, index = [], 0
    for run in row.runs:
        index += len(run.tokens)
        ends.append(index)
    return ends


def _ends(row: Row, end: int) -> bool:
    """Whether a wide gap or the end of the line follows the token before ``end``."""
    return end in _breaks(row)


def _crosses(row: Row, start: int, end: int) -> bool:
    """Whether a wide gap lies inside: then it is a label and the beginning of its value."""
    return any(start < at < end for at in _breaks(row))


def _level_with(claim: Claim, sheet: Sheet, label: Box, taken: Sequence[Claim]) -> tuple[Token, ...]:
    """Words right of a label that the rows put on a neighbouring line: pen and print seldom share a baseline."""
    middle = (label[1] + label[3]) / 2
    near: list[Token] = []
    for index in (claim.row - 1, claim.row + 1):
        if not 0 <= index < len(sheet.rows) or any(_on(c, claim.sheet, index) for c in taken):
            continue
        row = sheet.rows[index]
        if row.box[0] > label[2] - 0.01 and abs(row.y - middle) < 0.75 * sheet.line:
            near += row.tokens
    return tuple(sorted(near, key=lambda t: t.box[0]))


def _until_gap(tokens: Sequence[Token], em: float, lines: int) -> list[Token]:
    """Up to a gap that parts two columns. Before the value any gap is blank paper; digit boxes stand apart a little."""
    kept: list[Token] = []
    for token in tokens:
        if kept and any(c.isalnum() for c in kept[-1].text) and token.box[0] - kept[-1].box[2] > 9 * em:
            break
        kept.append(token)
    return kept


def without_leaders(tokens: Sequence[Token]) -> list[Token]:
    """Tokens that are no row of dots, no dash and no rule."""
    return [t for t in tokens if not _LEADER.match(t.text)]


def _is_numbered(tokens: Sequence[Token]) -> bool:
    return re.match(r"^(?:\d{1,2}[.)]|[IVX]+\.)$", tokens[0].text) is not None


def _left_edge(claim: Claim, row: Row, taken: Sequence[Claim]) -> float:
    """Where the column of a label begins: lines that wrap come back to it, past a photo at the margin."""
    first = min(c.start for c in taken if c.field and _on(c, claim.sheet, claim.row))
    index = 0
    for run in row.runs:
        index += len(run.tokens)
        if first < index:
            return run.box[0]
    return row.box[0]


def _right_edge(sheet: Sheet) -> float:
    """Where the text of a page usually ends on the right."""
    edges = sorted(row.box[2] for row in sheet.rows)
    return edges[int(0.85 * (len(edges) - 1))] if edges else 1.0
