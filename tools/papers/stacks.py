"""Stacks of papers as they leave a scanner: in order, face down, fronts then backs, shuffled; with sheets between them.

Owns: which sheets of which papers lie where in a stack, separator and cover sheets, second copies, backs with a note, and
the truth of all that: for each paper the positions of its pages in *reading* order. A stack can be had as pixels in files
(:meth:`Stack.write`) or as the words of its pages without any (:meth:`Stack.pages`), so that hundreds cost seconds.
Never: draws a paper itself (``types``, ``longer``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tools.papers import codes, ink, pack
from tools.papers.dossier import write_truth
from tools.papers.fonts import Face
from tools.papers.longer import NUMBERED, long_plan, renumbered
from tools.papers.paper import Paper
from tools.papers.people import Case, case
from tools.papers.scanner import Scanned, scan
from tools.papers.sheet import HEIGHT, WIDTH, Sheet
from tools.papers.types import found
from tools.papers.typeset import block

__all__ = ["COVER", "MANNERS", "Slot", "Stack", "cover_sheet", "misread", "patch_sheet", "stack"]

MANNERS = ("in_order", "duplex", "reversed", "fronts_backs", "swapped", "shuffled", "files")
"""in_order: fronts only; duplex: each sheet's front and back; fronts_backs: all fronts, then the stack turned over, all
backs; swapped: two neighbours; files: one file a page. Papers are printed on one side unless the manner says otherwise."""

COVER = "HOSO/1/BIA/"
"""What the QR code of a cover sheet of Hoso begins with; the dossier's code follows."""

_CARDS = frozenset({"cccd", "giay_phep_lai_xe"})
"""Types whose second sheet is the back of a card: no page is numbered."""
_NOTES = (
    ("Đã đối chiếu với bản chính",),
    ("CHỨNG THỰC BẢN SAO ĐÚNG VỚI BẢN CHÍNH", "Số chứng thực: 512  Quyển số: 02-SCT/BS", "Ngày 12 tháng 5 năm 2024"),
    ("Đã thu lệ phí: 30.000 đồng",),
)


@dataclass(frozen=True, slots=True)
class Slot:
    """One side in the stack: a sheet of a paper (``sheet`` from 0; "note" is the back of the last one, with a note), an
    empty side ("blank"), or a sheet between papers ("patch", "cover")."""

    kind: str
    paper: int = -1
    sheet: int = 0
    text: str = ""


@dataclass(slots=True)
class Stack:
    """Papers and the sides of their sheets in the order scanned. ``copies`` are pairs of papers that are one and the same,
    scanned twice; ``codes`` gives each paper's dossier code where a cover sheet told it, "" elsewhere."""

    source: str
    manner: str
    papers: list[Paper]
    slots: list[Slot]
    seed: str
    copies: list[tuple[int, int]] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)

    def sheet(self, slot: Slot) -> Sheet | None:
        """What is printed on a side, None for nothing."""
        if slot.kind == "paper":
            return self.papers[slot.paper].sheets[slot.sheet]
        if slot.kind == "note":
            return _note(Random(f"{self.seed}/note/{slot.paper}"))
        if slot.kind == "patch":
            return patch_sheet()
        return cover_sheet(slot.text) if slot.kind == "cover" else None

    def truth(self) -> dict[str, object]:
        """Documents with the positions of their pages in reading order, and what the sheets between them are."""
        documents = []
        for number, paper in enumerate(self.papers):
            mine = [(s.sheet + (s.kind == "note"), i) for i, s in enumerate(self.slots, 1) if s.paper == number]
            at = [i for _, i in sorted(m for m in mine if self.slots[m[1] - 1].kind in ("paper", "note"))]
            documents.append({"type": paper.type, "kind": paper.kind, "positions": at, "dossier": self.codes[number]})
        return {
            "source": self.source,
            "manner": self.manner,
            "kinds": [
                {"patch": "separator", "cover": "separator", "note": "paper"}.get(s.kind, s.kind) for s in self.slots
            ],
            "documents": documents,
            "copies": [list(pair) for pair in self.copies],
        }

    def pages(self, misreading: float = 0.0) -> list[dict[str, object]]:
        """Each side as a reader would give it, without pixels: ``kind``, ``seal``, ``codes`` (kind, text, box) and
        ``lines`` of words (text, box), boxes as fractions; a share of ``misreading`` of the words is spoiled."""
        shown = []
        for index, slot in enumerate(self.slots):
            sheet, rng = self.sheet(slot), Random(f"{self.seed}/read/{index}")
            lines: list[list[tuple[str, tuple[float, ...]]]] = []
            for line in sheet.lines if sheet else ():
                words = [(misread(w.text, rng, misreading), _share(w.box)) for w in line.words]
                lines.append([(text, box) for text, box in words if text])
            kind = "blank" if sheet is None else "separator" if slot.kind == "patch" else "paper"
            seal = bool(sheet) and any(mark.kind == "seal" for mark in sheet.ink)  # type: ignore[union-attr]
            marks = [(k, t, _share(b)) for k, t, b in sheet.codes] if sheet else []
            shown.append({"kind": kind, "seal": seal, "codes": marks, "lines": [line for line in lines if line]})
        return shown

    def write(self, root: Path, family: str, dpi: int = 200) -> int:
        """Scan it into files under ``root``/inbox with its truth under ``root``/truth; gives the number of pages."""
        pages: list[Scanned] = []
        for index, slot in enumerate(self.slots):
            mode = "grey" if family == "photocopy" else None
            pages.append(scan(self.sheet(slot), Random(f"{self.seed}/{index}"), family, dpi=dpi, mode=mode))
        names = [f"{self.source}/{i:03d}.jpg" for i in range(1, len(pages) + 1)]
        base = root / "inbox"
        (base / self.source).mkdir(parents=True, exist_ok=True)
        if self.manner == "files":
            for name, page in zip(names, pages, strict=True):
                pack.jpeg(base / name, page)
        else:
            pack.pdf(base / self.source / "quet.pdf", pages)
        write_truth(root / "truth" / f"{self.source}.json", self.truth())
        return len(pages)


def stack(seed: str, index: int, manner: str = "", *, held_out: bool = False, kinds: Sequence[str] = ()) -> Stack:
    """Stack ``index`` of a seed; ``manner`` "" takes them in turn. Depends on nothing else."""
    rng = Random(f"{seed}/stack/{index}")
    manner = manner or MANNERS[index % len(MANNERS)]
    of = case(rng)
    papers = [_paper(rng, of, held_out, kinds) for _ in range(rng.randint(2, 6))]
    copies: list[tuple[int, int]] = []
    if rng.random() < 0.2:
        again = rng.randrange(len(papers))
        papers.append(papers[again])
        copies.append((again, len(papers) - 1))
    notes = [rng.random() < 0.15 for _ in papers]
    between = rng.choice(("", "", "", "patch", "cover")) if manner in ("in_order", "duplex") else ""
    others = [case(rng).code for _ in papers]
    slots: list[Slot] = []
    told = ""
    codes_told = []
    for number, paper in enumerate(papers):
        if between == "patch" or (between == "cover" and (number == 0 or rng.random() < 0.5)):
            told = others[number] if between == "cover" else ""
            slots += [Slot(between, text=told)] + [Slot("blank")] * (manner == "duplex")
        codes_told.append(told)
        slots += _sides(number, paper, notes[number] and manner in ("duplex", "fronts_backs"), manner)
    source = f"S{index + 1:06d}"
    return Stack(source, manner, papers, _scanned(slots, manner, rng), f"{seed}/{source}", copies, codes_told)


def _paper(rng: Random, of: Case, held_out: bool, kinds: Sequence[str]) -> Paper:
    if not kinds and rng.random() < 0.35:
        paper = long_plan(rng, of, held_out)
    else:
        kind = rng.choice(list(kinds or found()))
        layouts = found()[kind].LAYOUTS
        paper = found()[kind].draw(rng, of, layouts[-1] if held_out else rng.choice(layouts[:-1]), held_out)
    numbered = len(paper.sheets) > 1 and paper.type not in _CARDS
    return renumbered(paper, rng.choice(NUMBERED)) if numbered else paper


def _sides(number: int, paper: Paper, note: bool, manner: str) -> list[Slot]:
    """The sides of a paper as they lie: printed on both sides where the scanner takes both."""
    sides = [Slot("paper", number, i) for i in range(len(paper.sheets))]
    if manner in ("duplex", "fronts_backs") and len(sides) % 2:
        sides.append(Slot("note", number, len(sides) - 1) if note else Slot("blank", number))
    return sides


def _scanned(slots: list[Slot], manner: str, rng: Random) -> list[Slot]:
    if manner == "reversed":
        return slots[::-1]
    if manner == "fronts_backs":
        return slots[::2] + slots[1::2][::-1]
    if manner == "swapped" and len(slots) > 2:
        at = rng.randrange(len(slots) - 1)
        slots[at], slots[at + 1] = slots[at + 1], slots[at]
    if manner == "shuffled":
        rng.shuffle(slots)
    return slots


def patch_sheet() -> Sheet:
    """A separator sheet with patch code T."""
    sheet = Sheet()
    codes.patch(sheet, "T", 200, 24, 190)
    face = Face("Liberation Sans", 16)
    block(sheet, [["TỜ PHÂN CÁCH"]], face, 60, 400, WIDTH - 120)
    return sheet


def cover_sheet(code: str) -> Sheet:
    """A cover sheet as Hoso prints it, drawn anew: title, QR code, the dossier's code in large letters."""
    sheet = Sheet()
    bold = Face("Liberation Sans", 26, bold=True)
    block(sheet, [["TỜ BÌA HỒ SƠ"]], bold, 60, 90, WIDTH - 120)
    codes.qr(sheet, COVER + code, WIDTH / 2 - 90, 130, 180)
    block(sheet, [[code]], bold.but(size=24), 40, 350, WIDTH - 80)
    small = Face("Liberation Sans", 12)
    rows = [
        ["Đặt tờ này lên trên hồ sơ trước khi quét."],
        ["Thủ tục: ........................"],
        ["Ghi chú: ........................"],
    ]
    block(sheet, rows, small, 60, 400, WIDTH - 120, leading=2.0)
    return sheet


def _note(rng: Random) -> Sheet:
    """The back of a paper with a note and a seal."""
    sheet = Sheet()
    x, y = rng.uniform(60, 200), rng.uniform(80, 500)
    face = Face("Liberation Serif", 12)
    block(sheet, [[row] for row in rng.choice(_NOTES)], face, x, y, 300)
    sheet.stamp(ink.seal(x + 200, y + 80, ("UBND XÃ AN BÌNH", "TƯ PHÁP"), Face("Liberation Sans", 8), rng))
    return sheet


def _share(box: Sequence[float]) -> tuple[float, ...]:
    left, top, right, bottom = box
    return left / WIDTH, top / HEIGHT, right / WIDTH, bottom / HEIGHT


_LOST = str.maketrans("ốồổỗộớờởỡợấầẩẫậắằẳẵặếềểễệứừửữựđ", "ôôôôôơơơơơâââââăăăăăêêêêêưưưưưd")
_ALIKE = {"0": "O", "1": "l", "5": "S", "8": "B", "i": "l", "l": "i", "n": "u", "o": "0", "c": "e", "m": "rn"}


def misread(word: str, rng: Random, share: float) -> str:
    """A word as a reader may give it: now and then with a tone lost, a letter taken for another, or not at all."""
    if rng.random() >= share:
        return word
    kind = rng.random()
    if kind < 0.15:
        return ""
    if kind < 0.6:
        return word.translate(_LOST)
    at = rng.randrange(len(word))
    return word[:at] + _ALIKE.get(word[at], "") + word[at + 1 :]
