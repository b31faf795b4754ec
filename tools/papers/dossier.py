"""A dossier as it reaches the office: papers, the sides scanned, the files they came in, and the truth of it all.

Owns: the shape of truth files and the numbering of pages. Never: draws or wears out anything itself.

Truth (one JSON a dossier): ``source``, ``dossier`` (its code, or null), ``pages`` in the order received, ``documents``,
``unreadable`` files, planted ``problems``. README.md of the samples explains each key.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tools.papers import pack
from tools.papers.paper import Paper
from tools.papers.scanner import Scanned, scan
from tools.papers.sheet import Sheet

__all__ = ["Batch", "Planted", "Side", "write_truth"]


@dataclass(frozen=True, slots=True)
class Side:
    """One side to scan: which sheet of which paper (``sheet`` None: its empty back), how badly, how turned."""

    paper: int
    sheet: int | None
    family: str
    mode: str | None = None
    rotation: int = 0
    dpi: int = 200


@dataclass(frozen=True, slots=True)
class Planted:
    """A problem put in on purpose: its code, the field, and the documents (by index) that show it."""

    code: str
    field: str
    documents: tuple[int, ...]


@dataclass(slots=True)
class Batch:
    """What one dossier brings. Sides are numbered from 0 in the order they will be received."""

    source: str
    code: str | None
    papers: Sequence[Paper]
    sides: Sequence[Side]
    seed: str
    problems: Sequence[Planted] = ()
    _pages: list[Scanned] = field(default_factory=list)
    _placed: dict[int, tuple[str, int]] = field(default_factory=dict)
    _broken: list[str] = field(default_factory=list)

    def pages(self) -> list[Scanned]:
        """All sides, scanned once."""
        if not self._pages:
            for index, side in enumerate(self.sides):
                sheets = self.papers[side.paper].sheets
                front = sheets[side.sheet] if side.sheet is not None else None
                self._pages.append(
                    scan(
                        front, Random(f"{self.seed}/{index}"), side.family, dpi=side.dpi, mode=side.mode,
                        rotation=side.rotation, behind=self._behind(side),
                    )
                )  # fmt: skip
        return self._pages

    def _behind(self, side: Side) -> Sheet | None:
        """What is printed on the other side: the next page, or the front of an empty back."""
        sheets = self.papers[side.paper].sheets
        if side.sheet is None:
            return sheets[-1]
        return sheets[side.sheet + 1] if side.sheet % 2 == 0 and side.sheet + 1 < len(sheets) else None

    def place(self, scan_name: str, *sides: int) -> list[Scanned]:
        """Note that these sides lie in that file, in this order; gives them for packing."""
        for page, side in enumerate(sides, 1):
            self._placed[side] = (scan_name, page)
        return [self.pages()[s] for s in sides]

    def jpegs(self, root: Path, names: Sequence[str], exif: Sequence[int] = (), with_dpi: bool = True) -> None:
        """One JPEG a side, under ``root``/source."""
        for index, name in enumerate(names):
            scan_name = f"{self.source}/{name}"
            page = self.place(scan_name, index)[0]
            path = _path(root, scan_name)
            pack.jpeg(path, page, exif[index] if index < len(exif) else 0, with_dpi)

    def png(self, root: Path, name: str, side: int) -> None:
        """One PNG."""
        scan_name = f"{self.source}/{name}"
        pack.png(_path(root, scan_name), self.place(scan_name, side)[0])

    def tiff(self, root: Path, name: str, sides: Sequence[int], compression: str = "") -> None:
        """Several sides in one TIFF."""
        scan_name = f"{self.source}/{name}"
        pack.tiff(_path(root, scan_name), self.place(scan_name, *sides), compression)

    def pdf(self, root: Path, name: str, sides: Sequence[int], rotate: Sequence[int] = ()) -> None:
        """Several sides in one PDF; ``name`` "" makes the source itself the file."""
        scan_name = f"{self.source}/{name}" if name else self.source
        pack.pdf(_path(root, scan_name), self.place(scan_name, *sides), rotate)

    def broken(self, root: Path, name: str) -> None:
        """A file that cannot be read."""
        scan_name = f"{self.source}/{name}"
        pack.broken_jpeg(_path(root, scan_name), self.pages()[0])
        self._broken.append(scan_name)

    def truth(self) -> dict[str, object]:
        """Everything that is known of the dossier. Raises ValueError when a side is in no file."""
        lost = [i for i in range(len(self.sides)) if i not in self._placed]
        if lost:
            raise ValueError(f"{self.source}: sides {lost} were put into no file")
        pages = []
        for index, page in enumerate(self.pages()):
            name, number = self._placed[index]
            pages.append({"position": index + 1, "scan": name, "page": number, **page.truth})
        return {
            "source": self.source,
            "dossier": self.code,
            "seed": self.seed,
            "pages": pages,
            "documents": [self._document(i, p) for i, p in enumerate(self.papers)],
            "unreadable": list(self._broken),
            "problems": [{"code": p.code, "field": p.field, "documents": list(p.documents)} for p in self.problems],
        }

    def _document(self, number: int, paper: Paper) -> dict[str, object]:
        mine = [(i, s) for i, s in enumerate(self.sides) if s.paper == number and s.sheet is not None]
        boxes: dict[str, list[dict[str, object]]] = {}
        for index, _ in mine:
            for name, found in self.pages()[index].boxes.items():
                boxes.setdefault(name, []).extend({"position": index + 1, "box": box} for box in found)
        held = [*paper.held_out, *(f"damage:{s.family}" for _, s in mine if s.family == "fax")]
        return {
            "type": paper.type,
            **({"kind": paper.kind} if paper.kind else {}),
            "layout": paper.layout,
            "font": paper.font,
            "positions": [i + 1 for i, _ in mine],
            "fields": paper.fields,
            "boxes": boxes,
            "hand": list(paper.hand),
            **({"also": paper.also} if paper.also else {}),
            **({"held_out": sorted(set(held))} if held else {}),
        }


def _path(root: Path, scan_name: str) -> Path:
    path = root / scan_name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def write_truth(path: Path, truth: dict[str, object]) -> None:
    """One JSON, keys in their order, one line of print a line of file, so that a diff can be read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = json.dumps(truth, ensure_ascii=False, indent=1).splitlines()
    path.write_text("\n".join(_folded(lines)) + "\n", encoding="utf-8")


def _folded(lines: Sequence[str], depth: int = 5) -> list[str]:
    """Deep nests on one line: boxes and words would take a line a number otherwise."""
    out: list[str] = []
    for line in lines:
        indent = len(line) - len(line.lstrip(" "))
        if indent >= depth and out and (indent > depth or line.lstrip()[0] in "]}"):
            out[-1] += ("" if out[-1].endswith(("[", "{")) or line.lstrip()[0] in "]}" else " ") + line.lstrip()
        else:
            out.append(line)
    return out
