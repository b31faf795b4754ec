"""Pages in the order received into papers: where one begins, which type it is, which pages are its own, and why.

Owns: the heaps within which pages may be put in order (between separators, a file of several pages by itself, files of one
page together), and the look for a state-secret mark. Never: reads a field, or forces a paper into a form: a paper that
reaches no form's threshold is ``khac``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from hoso import keys
from hoso.forms import OTHER, Forms
from hoso.nouns import Document, PageRef, Place, Seen
from hoso.stages import cards
from hoso.stages.layout import Row, place_of, sheet
from hoso.stages.leaves import Leaf, leaf
from hoso.stages.sequence import Chain, chains, goes_on
from hoso.values.fold import fold
from hoso.values.patch import separates

__all__ = ["VERSION", "divide", "document_id", "secret_mark"]

VERSION = "3"

_SECRET = frozenset({"mat", "toi mat", "tuyet mat"})


@dataclass(slots=True)
class _Heap:
    """Pages among which order may be sought; None stands for one that is no paper. ``begins``: a separator lies before."""

    one_file: bool
    begins: bool
    slots: list[Leaf | None] = field(default_factory=list)


def divide(dossier_id: str, pages: Sequence[Seen], forms: Forms, received: str = "") -> tuple[Document, ...]:
    """The papers of a dossier in the order of their first pages.

    ``pages`` come in received order, blank ones too: those belong to no document. ``received`` (ISO date) leaves out forms
    that were not yet in force. The pages of a document are in reading order, which is the order received wherever nothing
    on them says otherwise. ``type_confidence`` is 0..1; ``reason`` names in Vietnamese the anchors that told the type, and
    what told the order where pages were put into another.
    """
    candidates = [f for f in forms.known_by(received) if f.type != OTHER]
    other = forms.choose(OTHER, received)
    papers: list[Chain] = []
    for heap in _heaps(pages, lambda seen: leaf(seen, candidates, other, received)):
        found = cards.joined(chains(heap.slots, heap.one_file), candidates)
        if papers and found and not heap.begins and not heap.one_file and goes_on(papers[-1], found[0]):
            papers[-1].leaves += found.pop(0).leaves
        papers += found
    return tuple(_document(dossier_id, paper, other.name) for paper in papers)


def document_id(dossier_id: str, first: PageRef, type_: str) -> str:
    """The identity of a paper: its dossier, its first page, its type."""
    return keys.short(keys.key("document", dossier_id, first.scan, first.index, type_))


def secret_mark(seen: Seen) -> Place | None:
    """Where a state-secret stamp stands on a page (MẬT, TỐI MẬT, TUYỆT MẬT alone in a frame; Decree 30/2020, Appendix I,
    box 10a), None for none. "Bảo mật" or "bí mật" in running text is no mark."""
    if not any("mat" in fold(word.text) for word in seen.reading.words):
        return None  # what takes long is the laying out
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


def _heaps(pages: Sequence[Seen], leaf_of: Callable[[Seen], Leaf]) -> Iterator[_Heap]:
    """Runs of pages that were scanned in one go, as far as that can be known."""
    counts = Counter(seen.page.ref.scan for seen in pages)
    heap: _Heap | None = None
    scan, parted = "", True
    for seen in pages:
        ref, kind = seen.page.ref, seen.page.kind
        if kind == "separator" or (kind == "paper" and separates(seen.reading.codes)):
            parted = True
        if kind == "separator":
            continue
        one_file = counts[ref.scan] > 1
        if heap is None or parted or one_file != heap.one_file or (one_file and ref.scan != scan):
            if heap is not None:
                yield heap
            heap = _Heap(one_file, parted)
        scan, parted = ref.scan, False
        heap.slots.append(leaf_of(seen) if kind == "paper" else None)
    if heap is not None:
        yield heap


def _document(dossier_id: str, paper: Chain, other: str) -> Document:
    begun = paper.head.opening
    first: PageRef = paper.head.seen.page.ref
    form, type_ = (begun.form.name, begun.form.type) if begun else (other, OTHER)
    told = begun.reason if begun else "không có dấu hiệu trang đầu; giữ là giấy tờ khác"
    if paper.proofs:
        told += "; trang được xếp lại: " + ", ".join(paper.proofs)
    return Document(
        id=document_id(dossier_id, first, type_),
        dossier=dossier_id,
        type=type_,
        form=form,
        type_confidence=begun.confidence if begun else 0.6,
        pages=tuple(leaf.seen.page.ref for leaf in paper.leaves),
        reason=told,
    )
