"""Titles of those who sign, and how an office writes on whose behalf. Pure.

Owns: a closed list of titles (heads and their deputies), the marks of authority ("TM.", "KT.", "TL.", "TUQ.", "Q.") and
what may stand under what (Decree 30/2020/NĐ-CP, Appendix I, II.6: a deputy signs "KT." the head, a body is signed for with
"TM.", by order with "TL."). Never: sees a page. What is nearest in the list to spoiled lines is a proposal, and said to be
no more than that.

The list is that of government, departments, districts, communes, courts, schools and public bodies, from memory (medium):
a title outside it stays as read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

from hoso.values import text as texts
from hoso.values.fold import fold
from hoso.values.syllables import is_syllable

__all__ = ["authority", "likeness", "office"]

_HEADS = (
    "GIÁM ĐỐC", "TỔNG GIÁM ĐỐC", "CHỦ TỊCH", "CỤC TRƯỞNG", "CHI CỤC TRƯỞNG", "TỔNG CỤC TRƯỞNG", "VỤ TRƯỞNG",
    "CHÁNH VĂN PHÒNG", "CHÁNH THANH TRA", "TRƯỞNG PHÒNG", "HIỆU TRƯỞNG", "VIỆN TRƯỞNG", "TRƯỞNG BAN", "THỦ TƯỚNG",
    "TRƯỞNG CÔNG AN", "CHÁNH ÁN", "CHỦ NHIỆM", "TRƯỞNG KHOA", "TRẠM TRƯỞNG", "TRƯỞNG TRẠM", "ĐỘI TRƯỞNG", "TỔ TRƯỞNG",
    "TRƯỞNG ĐOÀN", "TỔNG BIÊN TẬP", "CHỈ HUY TRƯỞNG", "TỔNG THANH TRA", "BÍ THƯ", "TỔNG KIỂM TOÁN NHÀ NƯỚC",
)  # fmt: skip
_DEPUTIES = {head: f"PHÓ {head}" for head in _HEADS} | {
    "BỘ TRƯỞNG": "THỨ TRƯỞNG",
    "THỐNG ĐỐC": "PHÓ THỐNG ĐỐC",
    "CHỦ NHIỆM": "PHÓ CHỦ NHIỆM",
}
"""Who signs for whom with "KT."."""
_BODIES = (
    "ỦY BAN NHÂN DÂN",
    "HỘI ĐỒNG NHÂN DÂN",
    "CHÍNH PHỦ",
    "BAN CHỈ ĐẠO",
    "HỘI ĐỒNG",
    "BAN QUẢN LÝ",
    "BAN THƯỜNG VỤ",
)
_OTHERS = (
    "THƯ KÝ",
    "CHỦ TỌA",
    "CHỦ TRÌ",
    "KẾ TOÁN TRƯỞNG",
    "THANH TRA VIÊN",
    "CHÍNH ỦY",
    "NGƯỜI LẬP",
    "NGƯỜI ỦY QUYỀN",
)
_ROLES = (*_DEPUTIES, *_DEPUTIES.values(), *_OTHERS, "ỦY BAN NHÂN DÂN")
_MARK = re.compile(r"^(?:tm|kt|tl|tuq|q|t\.m|k\.t|t\.l)\s?[.,:]")
_SHORT = frozenset({"VP", "TT", "MTV", "CN", "KT", "XH", "GTVT"})
_EDGES = " .,:;-–—_*'\"‘’`~|"
_PROPOSED = 0.72
"""How like a whole block of the list spoiled lines must be to be taken for it."""
_LEAD = 0.04
"""And how much more than like any other."""


def authority(line: str) -> bool:
    """Whether a line begins with a mark of authority ("KT. GIÁM ĐỐC")."""
    return bool(_MARK.match(fold(line)))


def likeness(line: str) -> float:
    """How like a title of the list a line is, its mark of authority aside, 0..1."""
    bare = re.sub(r"^(?:TM|KT|TL|TUQ|Q)\s?[.,:]\s*", "", line)
    return max(texts.likeness(bare, role) for role in _ROLES)


def office(read: Sequence[str]) -> tuple[str, float]:
    """Authority and title in one line ("KT. GIÁM ĐỐC - PHÓ GIÁM ĐỐC"; a title that wraps is joined by a blank), and 0..1
    how well its lines agree with titles that exist: 1.0 all are whole and known, below 0.75 something is missing, and the
    nearest block that exists stands for it where one is near."""
    lines = [spelled for line in read if (spelled := _spell(line))]
    kept = [line for line in lines if not _is_scrap(line)]
    torn = len(kept) < len(lines) and bool(kept)
    lines = kept or lines
    sure = min((1.0 if _known(line) else 0.75 for line in lines), default=0.0)
    if lines and (sure < 1.0 or torn or not _is_whole(lines)):
        near = _nearest(lines)
        if near is not None:
            return _joined(near), 0.65
        sure = min(sure, 0.75 if _is_whole(lines) else 0.7)
    return _joined(lines), sure


def _joined(lines: Sequence[str]) -> str:
    joined = before = ""
    for line in lines:
        step = authority(before) or authority(line)
        joined += (" - " if step else " ") * bool(joined) + line
        before = line
    return joined


@cache
def _blocks() -> tuple[tuple[str, ...], ...]:
    """Every block of the list: a head, a deputy for the head, by order, and each of them for a body."""
    return tuple(_made())


def _made() -> Iterator[tuple[str, ...]]:
    for head, deputy in _DEPUTIES.items():
        yield (head,)
        yield (f"KT. {head}", deputy)
        for body in _BODIES if head in {"CHỦ TỊCH", "TRƯỞNG BAN", "GIÁM ĐỐC", "THỦ TƯỚNG"} else ():
            yield (f"TM. {body}", head)
            yield (f"TM. {body}", f"KT. {head}", deputy)
    for head in ("CHỦ TỊCH", "GIÁM ĐỐC", "BỘ TRƯỞNG"):
        yield (f"TL. {head}", "CHÁNH VĂN PHÒNG")
        yield (f"TL. {head}", "KT. CHÁNH VĂN PHÒNG", "PHÓ CHÁNH VĂN PHÒNG")


def _nearest(lines: Sequence[str]) -> tuple[str, ...] | None:
    """The block of the list that spoiled lines come near, None where none does or two do."""
    read = " ".join(lines)
    if sum(c.isalpha() for c in read) < 7:
        return None
    ranked = sorted(((texts.likeness(read, " ".join(block)), block) for block in _blocks()), reverse=True)[:2]
    (best, block), (second, _) = ranked
    return block if best >= _PROPOSED and best - second >= _LEAD else None


def _is_scrap(line: str) -> bool:
    """Whether a line is no title but letters of a seal: hardly any, and like none."""
    letters = sum(c.isalpha() for c in line)
    return letters <= 6 and likeness(line) < 0.6 and not authority(line)


def _is_whole(lines: Sequence[str]) -> bool:
    """Whether nothing is plainly missing: "TM." wants a title after the body, "KT." and "TL." that of who signs, a deputy
    never stands under the head without "KT.", nor the head himself under "KT.", a body is not signed for without "TM.", of
    two heads the upper one had a mark, and no line stands twice."""
    last = lines[-1]
    if len(set(lines)) < len(lines):
        return False
    if re.match(r"^(?:KT|TL|TUQ)\.", last) or re.match(r"^(?:TM\. )?(?:ỦY BAN NHÂN DÂN|HỘI ĐỒNG)\b", last):
        return False
    if last in {"VĂN PHÒNG", "PHÒNG", "BAN", "THANH TRA"} or any(
        re.match(r"(?:TM|KT|TL|TUQ) ", line) for line in lines
    ):
        return False
    for line, below in pairwise(lines):
        if line in _BODIES or (line.startswith("KT. ") and below == line[4:]):
            return False
        if line in _DEPUTIES and below.startswith(tuple(_DEPUTIES)):
            return False
    heads = [line for line in lines if line in _DEPUTIES]
    return not (len(heads) >= 1 and last.startswith("PHÓ") and not any(re.search(r"\bKT\.", line) for line in lines))


def _known(line: str) -> bool:
    """Whether a line holds a title of the list, or the whole of an office's name in clean capitals."""
    words = line.split()
    if any(_torn(word) for word in words) or not re.match(r"^\w", line):
        return False
    return any(texts.find(role, words, 0.9) for role in _ROLES) or bool(
        re.search(r"(?:TRƯỞNG|ỦY BAN|HỘI ĐỒNG|BAN |PHÒNG|TỔ )", line)
    )


def _torn(word: str) -> bool:
    """Whether a word is what is left of one: a letter, or two or three that are no syllable and no usual abbreviation."""
    if not word.isalpha() or len(word) > 3 or word in _SHORT:
        return False
    return len(word) == 1 or not is_syllable(word.lower())


def _spell(line: str) -> str:
    """A line of the block with its authority mark set apart, and a known title spelled as the title is: a closed list."""
    match = re.match(r"^(T\.?M|K\.?T|T\.?L|TUQ|Q)\s?[.,:]\s*(.*)$", line.strip(_EDGES))
    mark, rest = (match[1].replace(".", "") + ". ", match[2]) if match else ("", line.strip(_EDGES))
    role = max(_ROLES, key=lambda r: texts.likeness(rest, r))
    return mark + (role if texts.likeness(rest, role) >= 0.9 else rest)
