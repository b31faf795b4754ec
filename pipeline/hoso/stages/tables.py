"""Rows of a small table: the components of a dossier, numbered, with copy and count.

Owns: telling columns by the headings, rows by the figures of the first and last column. Never: needs the ruled lines;
reading drops them. Row keys come from the form file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from hoso.stages.layout import Row, Sheet, Token
from hoso.values import text as texts

__all__ = ["rows_of"]

_COPIES = ("Bản chính", "Bản sao", "Bản chụp", "Bản điện tử", "Bản sao chứng thực")
"""What a component may be handed in as: a closed list, so a damaged word may be spelled as the list has it."""


def rows_of(
    body: Sequence[tuple[Sheet, Row, tuple[Token, ...]]], columns: Sequence[str]
) -> tuple[tuple[dict[str, str], ...], tuple[Token, ...]]:
    """(rows, tokens used). ``columns`` are "key: heading | heading" from left to right, the first a running number."""
    keys = [c.split(":", 1)[0].strip() for c in columns]
    wordings = [[w.strip() for w in c.split(":", 1)[1].split("|")] for c in columns]
    at, lefts = _headings(body, wordings)
    if at is None:
        return _listed(body, keys)
    edges = _edges(lefts)
    lines = [(sheet, tokens) for sheet, _, tokens in body[at + 1 :]]
    while len(lines) > 1 and all(_column(t, edges) > 1 and not any(c.isdigit() for c in t.text) for t in lines[0][1]):
        lines.pop(0)  # a heading that wraps: nothing under the number or the name yet
    words = [(sheet, t) for sheet, tokens in lines for t in tokens if any(c.isalnum() for c in t.text)]
    placed = [(sheet.position + _y(t), _column(t, edges), t, sheet.line) for sheet, t in words]
    anchors: list[float] = []
    for y, column, token, line in placed:
        small = column == 0 and re.match(r"^\D?\d{1,2}\D?$", token.text) is not None
        counted = column == len(keys) - 1 and re.search(r"\d", token.text) is not None
        counted = counted or (0 < column == len(keys) - 2 and texts.skeleton(token.text) in {"ban", "bon", "ben"})
        if (small or counted) and not any(abs(y - a) < 1.0 * line for a in anchors):
            anchors.append(y)
    if not anchors:
        return _listed(body, keys)
    cells: list[dict[str, list[tuple[float, Token]]]] = [{k: [] for k in keys} for _ in anchors]
    for y, column, token, _ in placed:
        nearest = min(range(len(anchors)), key=lambda i: abs(y - anchors[i]))
        cells[nearest][keys[column]].append((y, token))
    order = sorted(range(len(anchors)), key=lambda i: anchors[i])
    made = [{k: _cell([t for _, t in cells[i][k]]) for k in keys} for i in order]
    rows = tuple(_tidy(row, keys, n) for n, row in enumerate(made, 1) if row[keys[1]])
    return rows, tuple(t for _, _, t, _ in placed)


def _headings(
    body: Sequence[tuple[Sheet, Row, tuple[Token, ...]]], wordings: Sequence[Sequence[str]]
) -> tuple[int | None, list[tuple[float, float]]]:
    """(index of the last heading line, left and right of each heading), None where fewer than all are found."""
    found: dict[int, tuple[float, float]] = {}
    last: int | None = None
    for index, (_, _, tokens) in enumerate(body[:4]):
        for column, names in enumerate(wordings):
            for name in names:
                hits = texts.find(name, [t.text for t in tokens], 0.8)
                if hits and column not in found:
                    part = tokens[hits[0].start : hits[0].end]
                    found[column] = (part[0].box[0], part[-1].box[2])
                    last = index
                    break
    needed = set(range(len(wordings)))
    if last is None or not (needed - {0} <= found.keys()):
        return None, []
    if 0 not in found:
        found[0] = (0.0, max(0.0, found[1][0] - 0.3))
    return last, [found[i] for i in sorted(found)]


def _edges(spans: Sequence[tuple[float, float]]) -> list[float]:
    """Where each column but the first begins: right behind the number, a little before the headings of narrow columns."""
    edges = [spans[0][1] + 0.012]
    edges += [left - 0.015 for left, _ in spans[2:]]
    return edges


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


def _tidy(row: dict[str, str], keys: Sequence[str], number: int) -> dict[str, str]:
    row[keys[0]] = str(number)  # a running number is its place, however its figure was read
    copy = max(_COPIES, key=lambda c: texts.likeness(c, row[keys[-2]]))
    row[keys[-2]] = copy if texts.likeness(copy, row[keys[-2]]) >= 0.72 else row[keys[-2]]
    figures = re.sub(r"\D", "", row[keys[-1]])
    row[keys[-1]] = str(int(figures)) if figures else row[keys[-1]]
    return row


def _listed(
    body: Sequence[tuple[Sheet, Row, tuple[Token, ...]]], keys: Sequence[str]
) -> tuple[tuple[dict[str, str], ...], tuple[Token, ...]]:
    """Without headings: one component a line that begins with a number or a dash; other lines go on the one before."""
    rows: list[dict[str, str]] = []
    used: list[Token] = []
    for _, _, tokens in body:
        text = texts.squeeze(" ".join(t.text for t in tokens))
        match = re.match(r"^(?:(\d{1,2})\s*[.)\-]?|[-–+•*])\s*(\S.*)$", text)
        if match and any(c.isalpha() for c in match[2]):
            row = dict.fromkeys(keys, "")
            row[keys[0]], row[keys[1]] = match[1] or str(len(rows) + 1), match[2].strip(" ;.")
            rows.append(row)
        elif rows and any(c.isalpha() for c in text):
            rows[-1][keys[1]] = f"{rows[-1][keys[1]]} {text}".strip(" ;.")
        else:
            continue
        used += tokens
    return tuple(rows), tuple(used)
