"""Rows of a small table: components of a dossier, lines of business, handovers of a dossier from desk to desk.

Owns: telling columns by the headings, and rows by what each kind of column begins a row with: a running number, a count, a
code, a moment. Never: needs the ruled lines; reading drops them. Row keys come from the form file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from hoso.stages.layout import Row, Sheet, Token
from hoso.values import dates
from hoso.values import text as texts
from hoso.values.fold import fold
from hoso.values.parsed import as_digits

__all__ = ["rows_of"]

_COPIES = ("Bản chính", "Bản sao", "Bản chụp", "Bản điện tử", "Bản sao chứng thực")
"""What a component may be handed in as: a closed list, so a damaged word may be spelled as the list has it."""
_RESULTS = ("Trước hạn", "Đúng hạn", "Quá hạn", "Trước thời hạn", "Đúng thời hạn", "Quá thời hạn")
"""How a desk kept its term (form of the control sheet, Circular 01/2018/TT-VPCP): a closed list too."""
_CLOCK = re.compile(r"(?<!\d)(\d{1,2})\s*(?:gio|g|h|:)\s*(\d{1,2})?(?!\d)")
_KINDS = {
    "stt": "number", "so_luong": "count", "loai_ban": "copy", "ma_nganh": "code", "thoi_gian": "moment",
    "ket_qua": "result",
}  # fmt: skip
"""What a column holds, by its key; every other column is text."""
_BEGINNINGS = {
    "number": re.compile(r"^\D?\d{1,2}\D?$"), "count": re.compile(r"^.*\d"), "code": re.compile(r"^\W?[0-9OolI]{4,5}\W?$"),
}  # fmt: skip
"""The word of a column that each row has one of."""

Body = Sequence[tuple[Sheet, Row, tuple[Token, ...]]]


def rows_of(body: Body, columns: Sequence[str]) -> tuple[tuple[dict[str, str], ...], tuple[Token, ...]]:
    """(rows, tokens used). ``columns`` are "key: heading | heading" from left to right.

    Running numbers are counted anew, counts and codes are figures, moments ISO 8601 ("2026-06-09T08:30", or the day alone).
    """
    keys = [c.split(":", 1)[0].strip() for c in columns]
    wordings = [[w.strip() for w in c.split(":", 1)[1].split("|")] for c in columns]
    kinds = [_KINDS.get(key, "text") for key in keys]
    at, spans, capitals = _headings(body, wordings, kinds)
    if at is None:
        return _listed(body, keys, kinds)
    lines = [(sheet, tokens) for sheet, _, tokens in body[at + 1 :]]
    edges = _edges(spans, kinds, [t for _, tokens in lines for t in tokens if any(c.isalnum() for c in t.text)])
    while len(lines) > 1 and _is_heading(lines[0][1], edges, capitals, kinds[0]):
        lines.pop(0)
    words = [(sheet, t) for sheet, tokens in lines for t in tokens if any(c.isalnum() for c in t.text)]
    placed = [(sheet.position + _y(t), _column(t, edges), t, sheet.line) for sheet, t in words]
    anchors = _anchors(placed, kinds)
    if not anchors:
        return _listed(body, keys, kinds)
    cells: list[dict[str, list[tuple[float, Token]]]] = [{k: [] for k in keys} for _ in anchors]
    for y, column, token, _ in placed:
        nearest = min(range(len(anchors)), key=lambda i: abs(y - anchors[i]))
        cells[nearest][keys[column]].append((y, token))
    order = sorted(range(len(anchors)), key=lambda i: anchors[i])
    made = [{k: _cell([t for _, t in cells[i][k]]) for k in keys} for i in order]
    main = keys[kinds.index("text")] if "text" in kinds else keys[0]
    rows = tuple(_tidy(row, keys, kinds, n) for n, row in enumerate(made, 1) if row[main])
    return rows, tuple(t for _, _, t, _ in placed)


def _headings(
    body: Body, wordings: Sequence[Sequence[str]], kinds: Sequence[str]
) -> tuple[int | None, list[tuple[float, float]], bool]:
    """(index of the last heading line, left and right of each heading, whether they are capitals); None where fewer than
    all are found. A running number's heading is often lost, its column is left of all others then."""
    found: dict[int, tuple[float, float]] = {}
    last: int | None = None
    capitals = 0.0
    for index, (_, _, tokens) in enumerate(body[:8]):
        for column, names in enumerate(wordings):
            plain = [t.text for t in tokens]
            hits = [
                h for name in names for h in texts.find(name, plain, 0.8)
                if not name.isupper() or texts.upper_share(" ".join(plain[h.start : h.end])) > 0.6
            ]  # fmt: skip
            hits = [h for h in hits if not any(_across(tokens[h.start : h.end], s) for s in found.values())]
            if hits and column not in found:
                best = max(hits, key=lambda h: (h.score, h.end - h.start))
                part = tokens[best.start : best.end]
                found[column] = (part[0].box[0], part[-1].box[2])
                capitals += texts.upper_share(" ".join(t.text for t in part)) > 0.8
                last = index
    needed = {i for i in range(len(wordings)) if kinds[i] != "number"}
    if last is None or not needed <= found.keys():
        return None, [], False
    if 0 not in found:
        found[0] = (0.0, max(0.0, found[1][0] - 0.3))
    spans = [found[i] for i in sorted(found)]
    if any(a[0] >= b[0] for a, b in pairwise(spans)):
        return None, [], False
    return last, spans, capitals >= len(needed)


def _across(part: Sequence[Token], span: tuple[float, float]) -> bool:
    """Whether tokens stand under a heading already found: then they are the rest of it."""
    return min(part[-1].box[2], span[1]) - max(part[0].box[0], span[0]) > 0


def _edges(spans: Sequence[tuple[float, float]], kinds: Sequence[str], tokens: Sequence[Token]) -> list[float]:
    """Where each column but the first begins: in the widest gap that the words below leave between the middles of two
    headings; behind a running number, before the first letters."""
    edges = []
    for index in range(1, len(spans)):
        left, right = spans[index - 1], spans[index]
        if kinds[index - 1] == "number":
            letters = [t.box[0] for t in tokens if t.box[0] > left[0] and sum(c.isalpha() for c in t.text) > 1]
            figures = [t.box[2] for t in tokens if re.fullmatch(r"\W*\d{1,2}\W*", t.text) and t.middle < left[1] + 0.02]
            first, last = min(letters, default=1.0), max(figures, default=0.0)
            edges.append((first + last) / 2 if left[0] < last < first < left[1] + 0.12 else left[1] + 0.012)
        else:
            edges.append(_gap(sum(left) / 2, sum(right) / 2, right[0], tokens))
    return edges


def _gap(start: float, end: float, heading: float, tokens: Sequence[Token]) -> float:
    """The middle of the widest stretch between ``start`` and ``end`` that the fewest words cover; without words a little
    before the heading on the right."""
    bounds = sorted({start, end, *(x for t in tokens for x in (t.box[0], t.box[2]) if start < x < end)})
    if len(bounds) < 3:
        return heading - 0.015
    stretches = [
        (sum(t.box[0] < (a + b) / 2 < t.box[2] for t in tokens), a - b, (a + b) / 2) for a, b in pairwise(bounds)
    ]
    return min(stretches)[2]


def _is_heading(tokens: Sequence[Token], edges: Sequence[float], capitals: bool, first: str) -> bool:
    """Whether a line goes on a heading that wraps: nothing under the number or the name yet, or capitals like it."""
    if any(c.isdigit() for t in tokens for c in t.text):
        return False
    if capitals and texts.upper_share(" ".join(t.text for t in tokens)) > 0.9:
        return True
    text = " ".join(t.text for t in tokens).strip()
    if text.startswith("(") or (text.endswith(")") and "(" not in text):
        return True  # "(Trước hạn/Đúng hạn/Quá hạn)" over two lines
    return first == "number" and all(_column(t, edges) > 1 for t in tokens)


def _anchors(placed: Sequence[tuple[float, int, Token, float]], kinds: Sequence[str]) -> list[float]:
    """The heights of the rows: one for each number, count or code; where there is none, for each moment."""
    anchors: list[float] = []
    for y, column, token, line in placed:
        kind = kinds[column]
        begins = kind == "copy" and texts.skeleton(token.text) in {"ban", "bon", "ben"}
        if kind in _BEGINNINGS:
            begins = _BEGINNINGS[kind].match(token.text) is not None
        if begins and not any(abs(y - a) < 1.0 * line for a in anchors):
            anchors.append(y)
    if anchors or "moment" not in kinds:
        return anchors
    at = kinds.index("moment")
    mine = sorted((y, t.box[0], t, line) for y, column, t, line in placed if column == at)
    return _moments([(y, t, line) for y, _, t, line in mine])


def _moments(tokens: Sequence[tuple[float, Token, float]]) -> list[float]:
    """The middles of cells that each hold one time of day and one day, in the order of the column."""
    lines: list[list[tuple[float, Token]]] = []
    for y, token, line in tokens:
        if lines and abs(y - lines[-1][-1][0]) < 0.6 * line:
            lines[-1].append((y, token))
        else:
            lines.append([(y, token)])
    starts: list[int] = []
    middles = []
    for index, one in enumerate(lines):
        text = " ".join(t.text for _, t in sorted(one, key=lambda e: e[1].box[0]))
        fresh = _CLOCK.search(fold(text)) or (dates.find(text) and not (starts and starts[-1] >= index - 1))
        if fresh and not (starts and starts[-1] == index - 1 and not _CLOCK.search(fold(text))):
            starts.append(index)
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        heights = [y for one in lines[start:end] for y, _ in one]
        middles.append((min(heights) + max(heights)) / 2)
    return middles


def _column(token: Token, edges: Sequence[float]) -> int:
    return sum(token.middle > edge for edge in edges)


def _y(token: Token) -> float:
    return (token.box[1] + token.box[3]) / 2


def _cell(tokens: Sequence[Token]) -> str:
    lines: list[list[Token]] = []
    for token in sorted(tokens, key=_y):
        if lines and _y(token) - _y(lines[-1][0]) < 0.6 * (token.box[3] - token.box[1]):
            lines[-1].append(token)
        else:
            lines.append([token])
    ordered = [t for line in lines for t in sorted(line, key=lambda t: t.box[0])]
    return texts.squeeze(" ".join(t.text for t in ordered)).strip(" |_[]'`‘’")


def _tidy(row: dict[str, str], keys: Sequence[str], kinds: Sequence[str], number: int) -> dict[str, str]:
    for key, kind in zip(keys, kinds, strict=True):
        if kind == "number":
            row[key] = str(number)  # a running number is its place, however its figure was read
        elif kind in {"copy", "result"}:
            row[key] = (
                texts.squeeze(re.sub(r"^[^()]*\)|\([^()]*\)?", " ", row[key])) or row[key]
            )  # the choices, printed in brackets
            near = max(_COPIES if kind == "copy" else _RESULTS, key=lambda c: texts.likeness(c, row[key]))
            row[key] = near if texts.likeness(near, row[key]) >= 0.72 else row[key]
        elif kind == "count":
            figures = re.sub(r"\D", "", row[key])
            row[key] = str(int(figures)) if figures else row[key]
        elif kind == "code":
            row[key] = as_digits(re.sub(r"[\s.]", "", row[key]))[0] if re.search(r"\d", row[key]) else row[key]
        elif kind == "moment":
            row[key] = _moment(row[key])
    return row


def _moment(text: str) -> str:
    """Time and day as ISO 8601, the day alone where there is no time; the text itself where there is no real day."""
    found = [d for d in dates.find(text) if d.iso]
    if not found:
        return text
    clock = _CLOCK.search(fold(text))
    hour, minute = (int(clock[1]), int(clock[2] or 0)) if clock else (99, 0)
    return f"{found[0].iso}T{hour:02d}:{minute:02d}" if hour < 24 and minute < 60 else found[0].iso or text


def _listed(
    body: Body, keys: Sequence[str], kinds: Sequence[str]
) -> tuple[tuple[dict[str, str], ...], tuple[Token, ...]]:
    """Without headings: one entry a line that begins with a number or a dash; other lines go on the one before. Entries
    that follow one another in a line are parted at semicolons. A code in brackets or at the end is that of its entry."""
    rows: list[dict[str, str]] = []
    used: list[Token] = []
    main = kinds.index("text") if "text" in kinds else 0
    bare = "count" not in kinds and "moment" not in kinds
    for _, _, tokens in body:
        text = texts.squeeze(" ".join(t.text for t in tokens))
        match = re.match(r"^(?:(\d{1,2})\s*[.)\-]|(\d{1,2})(?=\s)|[-–+•*])\s*(\S.*)$", text)
        if match and any(c.isalpha() for c in match[3]):
            row = dict.fromkeys(keys, "")
            row[keys[main]] = match[3].strip(" ;.")
            rows.append(row)
        elif rows and any(c.isalnum() for c in text):
            rows[-1][keys[main]] = f"{rows[-1][keys[main]]} {text}".strip(" ;.")
        elif bare and any(c.isalpha() for c in text):
            row = dict.fromkeys(keys, "")
            row[keys[main]] = text.strip(" ;.:")
            rows.append(row)
        else:
            continue
        used += tokens
    if bare:
        rows = [_coded(part, keys, kinds, main) for row in rows for part in _parts(row, keys[main])]
    for number, row in enumerate(rows, 1):
        for key, kind in zip(keys, kinds, strict=True):
            row[key] = str(number) if kind == "number" else row[key]
    return tuple(rows), tuple(used)


def _parts(row: dict[str, str], main: str) -> list[dict[str, str]]:
    pieces = [p.strip(" ;.-") for p in re.split(r";\s+", row[main])]
    return [{**row, main: p} for p in pieces if any(c.isalpha() for c in p)]


def _coded(row: dict[str, str], keys: Sequence[str], kinds: Sequence[str], main: int) -> dict[str, str]:
    if "code" not in kinds:
        return row
    found = re.search(r"[\s(]+(?:[Mm]ã\s*(?:ngành|số)?\s*:?\s*)?(\d{4,5})\)?$", row[keys[main]])
    if found:
        row[keys[kinds.index("code")]] = found[1]
        row[keys[main]] = row[keys[main]][: found.start()].strip(" ;.:-–(")
    return row
