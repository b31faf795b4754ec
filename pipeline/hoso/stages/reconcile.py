"""The office's papers and a register side by side: what only one of them has, and where both say something else.

Owns which paper speaks for a number (the newest one) and how the two are compared (as a paper is checked, ``lookup``).
Pure; never reads a file, never says which of the two is right.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hoso.registers import Register, Row
from hoso.stages.lookup import alike

__all__ = ["PAPERS", "Both", "Paper", "changes", "reconciled"]

PAPERS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "giay_phep_lai_xe": ("giay_phep_lai_xe", {}),
    "giay_kham_suc_khoe": ("giay_kham_suc_khoe_lai_xe", {"hang": "hang_gplx"}),
}
"""By register: the type of the papers it lists, and the fields that are not called as its columns."""


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper of ours: ``values`` by the register's columns ("" where it does not tell), the id of its ``document``, the
    ISO ``day`` by which it is newer than another of its number."""

    document: str
    day: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Both:
    """What came of it. ``ours``: papers whose number the register lacks; ``theirs``: rows of which we hold no paper;
    ``apart``: (paper, row, the columns that differ); ``same``: how many agree; ``unnumbered``: papers without a number."""

    ours: tuple[Paper, ...]
    theirs: tuple[Row, ...]
    apart: tuple[tuple[Paper, Row, tuple[str, ...]], ...]
    same: int
    unnumbered: int


def reconciled(papers: Iterable[Paper], register: Register) -> Both:
    """Each number once: its newest paper against the row that differs least from it."""
    newest: dict[str, Paper] = {}
    unnumbered = 0
    for paper in papers:
        number = paper.values.get(register.key, "")
        if not number:
            unnumbered += 1
        elif number not in newest or (newest[number].day, newest[number].document) < (paper.day, paper.document):
            newest[number] = paper
    ours: list[Paper] = []
    apart: list[tuple[Paper, Row, tuple[str, ...]]] = []
    met: set[int] = set()
    same = 0
    for number in sorted(newest):
        paper, rows = newest[number], register.of(number)
        met |= {id(row) for row in rows}
        if not rows:
            ours.append(paper)
            continue
        row, columns = min(((row, _apart(paper, row)) for row in rows), key=lambda found: len(found[1]))
        if columns:
            apart.append((paper, row, columns))
        else:
            same += 1
    theirs = tuple(row for row in register.rows if id(row) not in met)
    return Both(tuple(ours), theirs, tuple(apart), same, unnumbered)


def changes(both: Both, columns: Sequence[str]) -> list[dict[str, str]]:
    """What the register's keeper is to be told, a row a change: the register's ``columns`` as our paper says them (an empty
    cell is one the paper does not tell), ``thay_doi`` "moi" or "doi", ``cot_doi`` the columns that changed, ``van_ban`` the
    paper."""

    def row(paper: Paper, what: str, which: Sequence[str] = ()) -> dict[str, str]:
        told = {column: paper.values.get(column, "") for column in columns}
        return {**told, "thay_doi": what, "cot_doi": " ".join(which), "van_ban": paper.document}

    newer = [row(paper, "doi", which) for paper, held, which in both.apart if _newer(paper, held)]
    return [*(row(paper, "moi") for paper in both.ours), *newer]


def _apart(paper: Paper, row: Row) -> tuple[str, ...]:
    return tuple(
        column for column, value in paper.values.items() if alike(column, value, row.get(column, "")) == "differs"
    )


def _newer(paper: Paper, row: Row) -> bool:
    """Whether the paper was issued after what the register knows; an older paper is no change, but history."""
    held = row.get("ngay_cap") or row.get("ngay_ket_luan") or ""
    issued = paper.values.get("ngay_cap") or paper.values.get("ngay_ket_luan") or ""
    return bool(issued) and issued > held
