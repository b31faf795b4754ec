"""Owns reading order: words of any engine put into lines and blocks as a person would read them.

Never changes a word's text, box or confidence. The convention, which the papers of ``tools.papers`` keep in their truth:

* the letterhead (Decree 30/2020/NĐ-CP, Appendix I) is read left block first, whole (agency, number, "V/v"), then the
  right block (national name, motto, place and date);
* a ruled table row by row, a row cell by cell, the lines of a cell together;
* *Nơi nhận* whole, then the signature beside it; signatures side by side one after the other;
* a stamp or mark that carries text (ĐẾN, KHẨN, MẬT) is a block of its own, read where it begins, never amid another;
* everything else row by row, across: fields side by side on a form are one line;
* what cannot be read across, because its lines stand on other heights than those beside it, column by column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from hoso.nouns import Box, Word
from hoso.stages.blocks import Block, columns, parted
from hoso.stages.strips import Row, Strip, apart, middle_of, rows_of, strips_of

__all__ = ["order"]

_A4 = 1.414  # height of an upright A4 page over its width
_PARAGRAPH = 1.6  # heights of white from which another block begins


def order(words: Iterable[Word], cells: Sequence[Box] = (), shape: float = _A4) -> tuple[Word, ...]:
    """The words with ``line`` and ``block`` counted anew, in reading order. The page must be about level.

    Words of one line of the engine stay together, parted only at wide gaps; lines that stand side by side become one
    row. ``cells`` are boxes that rules close in on the page; ``shape`` is the page's height over its width.
    """
    strips, ground = strips_of(words, shape)
    free, tables = _tables(strips, [ground.flat(cell) for cell in cells])
    flow = [block for part in parted(rows_of(free)) for block in _across(part)]
    for top, table in tables:
        at = next((k for k, block in enumerate(flow) if middle_of(block.rows[0]) > top), len(flow))
        flow[at:at] = table
    return _counted(flow)


def _counted(flow: Iterable[Block]) -> tuple[Word, ...]:
    placed: list[Word] = []
    line = block = 0
    last: Row | None = None
    for part in flow:
        for k, row in enumerate(part.rows):
            if last is not None and ((k == 0 and part.own) or apart(last, row, _PARAGRAPH)):
                block += 1
            placed += [replace(word, line=line, block=block) for strip in row for word in strip.words]
            line += 1
            last = row
    return tuple(placed)


def _across(part: Block) -> list[Block]:
    """A block's rows as they are where it is a column; else with what cannot be read across put column by column."""
    return [part] if part.own else columns(part.rows)


def _tables(strips: list[Strip], cells: Sequence[Box]) -> tuple[list[Strip], list[tuple[float, list[Block]]]]:
    """Strips outside of tables, and each table with its top, as blocks from its first row to its last.

    The smallest cell around a strip counts. A table with text between or beside its cells, or with rows that run together
    in one of them, has lost rules: it counts as none, for rows found by where text stands are better than half the cells.
    """
    free, framed = _framed(strips, cells)
    tables = []
    for table in _touching(cells, max((s.height for s in strips), default=0.0) / 2):
        held = [k for k in table if k in framed]
        if not held:
            continue
        left, top, right, bottom = (pick(cells[k][i] for k in table) for i, pick in enumerate((min, min, max, max)))
        level = [s for s in free if s.says and top < s.middle < bottom]
        torn = len(level) > 1 or any(left < s.centre < right for s in level)
        if len(held) > 1 and (torn or any(_run_together(k, held, framed, cells) for k in held)):
            free += [strip for k in held for strip in framed[k]]
        else:
            tables.append((top, _table(held, framed, cells)))
    return free, sorted(tables, key=lambda table: table[0])


def _run_together(k: int, held: list[int], framed: dict[int, list[Strip]], cells: Sequence[Box]) -> bool:
    """Whether a cell reaches over cells under one another beside it, and has a line for each: it is many cells."""
    _, top, _, bottom = cells[k]
    inside = [i for i in held if i != k and top < (cells[i][1] + cells[i][3]) / 2 < bottom]
    stacked = max(
        (sum(cells[i][0] < (cells[n][0] + cells[n][2]) / 2 < cells[i][2] for i in inside) for n in inside), default=0
    )
    return 2 <= stacked <= len(rows_of(framed[k]))


def _framed(strips: list[Strip], cells: Sequence[Box]) -> tuple[list[Strip], dict[int, list[Strip]]]:
    """Strips outside of every cell, and those in each cell by its index."""
    sizes = sorted(range(len(cells)), key=lambda k: (cells[k][2] - cells[k][0]) * (cells[k][3] - cells[k][1]))
    free: list[Strip] = []
    framed: dict[int, list[Strip]] = {}
    for strip in strips:
        home = next((k for k in sizes if _within(strip, cells[k])), None)
        if home is None:
            free.append(strip)
        else:
            framed.setdefault(home, []).append(strip)
    return free, framed


def _within(strip: Strip, cell: Box) -> bool:
    """Whether a strip stands in a cell: its middle, and most of it (a number in boxes for digits runs over many)."""
    shared = min(strip.right, cell[2]) - max(strip.left, cell[0])
    return cell[1] <= strip.middle <= cell[3] and shared > 0.6 * strip.width


def _touching(cells: Sequence[Box], near: float) -> list[list[int]]:
    """Indices of cells that have sides in common, but for the thickness of a rule."""
    tables: list[list[int]] = []
    for k, cell in enumerate(cells):
        joined = [table for table in tables if any(_touch(cell, cells[other], near) for other in table)]
        tables = [table for table in tables if table not in joined]
        tables.append([k, *(other for table in joined for other in table)])
    return tables


def _touch(one: Box, other: Box, near: float) -> bool:
    across = max(one[0], other[0]) - min(one[2], other[2])
    down = max(one[1], other[1]) - min(one[3], other[3])
    return across < near and down < near and min(across, down) < 0


def _table(held: list[int], framed: dict[int, list[Strip]], cells: Sequence[Box]) -> list[Block]:
    """Rows of a table from top to bottom; in each, cells from left to right. A row without a wrapped cell is one line."""
    rows: list[list[int]] = []
    for k in sorted(held, key=lambda k: cells[k][1]):
        home = next(
            (row for row in rows if _level(cells[k], min((cells[i] for i in row), key=_beside(cells[k])))), None
        )
        if home is None:
            rows.append([k])
        else:
            home.append(k)
    blocks: list[Block] = []
    for row in rows:
        lines = [rows_of(framed[k]) for k in sorted(row, key=lambda k: cells[k][0])]
        if all(len(cell) == 1 for cell in lines):
            lines = [[[strip for cell in lines for strip in cell[0]]]]
        blocks += [Block(cell, own=not blocks) for cell in lines]
    return blocks


def _beside(cell: Box) -> Callable[[Box], float]:
    return lambda other: max(other[0] - cell[2], cell[0] - other[2])


def _level(one: Box, other: Box) -> bool:
    """Whether two cells begin on one height, or have one middle: then they are of one row."""
    least = min(one[3] - one[1], other[3] - other[1])
    return abs(one[1] - other[1]) < 0.35 * least or abs(one[1] + one[3] - other[1] - other[3]) < 0.5 * least
