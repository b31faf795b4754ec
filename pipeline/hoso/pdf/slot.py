"""Owns the room for a signature: a revision appended to an archive copy with a field, its look and an empty value.

The file stays as it was composed, to its last byte; what is appended is the field, its look, the page and the catalogue
that name it (ISO 32000-1, 7.5.6 and 12.7.4.5), written plainly so that no second writer has to read the copy again
(measured: 0.4 ms against 9). Files of another make, with fields already, encrypted, or without a classic cross-reference
table, are left to that writer. Never signs: who does fills the room. Also finds what fills it, as any reader would.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from itertools import pairwise
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Pdf

from hoso.nouns import Box, SignatureSlot
from hoso.pdf.pieces import Pieces, written
from hoso.pdf.xmp import pdf_date

__all__ = ["FIELD", "Slot", "append", "filled", "read"]

FIELD = "ChuKySo1"
"""Name of the field that is appended."""

_END = re.compile(rb"startxref\s+(\d+)\s+%%EOF(?:\r\n|\r|\n)?\Z")
_TAIL = 64
_WIDTH = 36  # of the byte range, blanks included: files up to 10 GB
_FLAGS = 4 | 128  # Print, Locked (ISO 32000-1, 12.5.3)
_PLAIN = {"/Type", "/Filter", "/SubFilter", "/M", "/ByteRange", "/Contents"}
_DEEPEST = 32

# What pikepdf raises on broken objects, met while following them.
_ODD = (pikepdf.PdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Slot:
    """A file with room: all of ``before``, ``digits`` hexadecimal digits between < and >, then ``after``. The signature
    covers ``before`` and ``after``, as the byte range written into ``before`` says."""

    before: tuple[bytes, ...]
    digits: int
    after: bytes


def append(pdf: bytes, page: int, box: Box | None, look: Sequence[Pieces], at: datetime, digits: int) -> Slot | None:
    """``pdf`` with a field for a signature made at ``at`` on ``page`` (from 0); None where it is not plainly appended to.

    ``box`` as fractions of the page as shown, origin top-left; None: no look. ``look`` are the objects of the look, the
    form first. Same input, same bytes.
    """
    end = _END.search(pdf, max(0, len(pdf) - _TAIL))
    if end is None or not pdf.startswith(b"xref", start := int(end.group(1))):
        return None
    try:
        with pikepdf.open(BytesIO(pdf), inherit_page_attributes=False, attempt_recovery=False) as file:
            return _appended(pdf, file, start, page, box, look, at, digits)
    except _ODD:
        return None


def filled(file: Pdf) -> tuple[SignatureSlot, ...]:
    """Each signature field of an open file that has a value. Raises pikepdf's errors, ValueError and TypeError over what
    is broken."""
    form = file.Root.get("/AcroForm", Dictionary())
    alone = not {"/DSS", "/Perms"} & set(file.Root.keys()) and set(form.keys()) <= {"/Fields", "/SigFlags"}
    return tuple(_slots(form.get("/Fields", Array([])), alone, "/DSS" in file.Root, 0))


def read(pdf: bytes) -> tuple[SignatureSlot, ...] | None:
    """:func:`filled` of the bytes of a file, in the order in which they were signed; None where it cannot be read."""
    try:
        with pikepdf.open(BytesIO(pdf), inherit_page_attributes=False, attempt_recovery=False) as file:
            return tuple(sorted(filled(file), key=lambda slot: sum(slot.byte_range[2:])))
    except _ODD:
        return None


def _slots(fields: Any, alone: bool, proofs: bool, depth: int) -> list[SignatureSlot]:
    found: list[SignatureSlot] = []
    if depth > _DEEPEST:
        raise ValueError("fields are nested too deep")
    for field in fields:
        value = field.get("/V")
        if isinstance(value, Dictionary) and "/ByteRange" in value:
            plain = alone and set(value.keys()) <= _PLAIN and "/Lock" not in field and "/Parent" not in field
            found.append(
                SignatureSlot(
                    str(field.get("/T", "")),
                    str(value.get("/Type", "")),
                    str(value.get("/SubFilter", "")),
                    str(value.get("/M", "")),
                    tuple(int(number) for number in value["/ByteRange"]),
                    bytes(value["/Contents"]),
                    plain,
                    proofs,
                )
            )
        found += _slots(field.get("/Kids", Array([])), False, proofs, depth + 1)
    return found


def _appended(
    pdf: bytes,
    file: Pdf,
    start: int,
    page: int,
    box: Box | None,
    look: Sequence[Pieces],
    at: datetime,
    digits: int,
) -> Slot | None:
    root, leaf, trailer = file.Root, file.pages[page].obj, file.trailer
    odd = file.is_encrypted or "/AcroForm" in root or "/XRefStm" in trailer or "/MediaBox" not in leaf
    if odd or not root.is_indirect or not leaf.is_indirect or len(trailer.get("/ID", Array([]))) != 2:
        return None
    first, drawn = int(trailer.Size), len(look) if box is not None else 0
    field, form, value = first + drawn, first + drawn + 1, first + drawn + 2
    bodies = {first + number: written(one, first) for number, one in enumerate(look[:drawn])}
    appearance = b" /AP << /N %d 0 R >>" % first if drawn else b""
    bodies[field] = b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (%s) /F %d /Rect [%s] /P %d %d R /V %d 0 R%s >>" % (
        FIELD.encode("ascii"),
        _FLAGS,
        _rectangle(leaf, box),
        *leaf.objgen,
        value,
        appearance,
    )
    bodies[form] = b"<< /Fields [%d 0 R] /SigFlags 3 >>" % field  # SignaturesExist, AppendOnly
    notes = b""
    if "/Annots" in leaf:
        notes = leaf["/Annots"].unparse(resolved=True).strip()[1:-1]
        del leaf["/Annots"]
    revised: dict[tuple[int, int], bytes] = {
        leaf.objgen: _with(leaf, b"/Annots [%s %d 0 R]" % (notes, field)),
        root.objgen: _with(root, b"/AcroForm %d 0 R" % form),
    }
    tail = bytearray(b"" if pdf[-1:] in (b"\n", b"\r") else b"\n")
    places: dict[tuple[int, int], int] = {}
    for (number, generation), body in {**revised, **{(key, 0): body for key, body in bodies.items()}}.items():
        places[number, generation] = len(pdf) + len(tail)
        tail += b"%d %d obj\n%s\nendobj\n" % (number, generation, body)
    places[value, 0] = len(pdf) + len(tail)
    made = pdf_date(at).encode("ascii")
    tail += b"%d 0 obj\n<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached " % value
    tail += b"/M (%s) /ByteRange " % made
    here = len(pdf) + len(tail) + _WIDTH + len(" /Contents ")
    there = here + digits + 2
    begun, ended = b"[0 %d %d " % (here, there), b" >>\nendobj\n"
    identity = bytes(trailer["/ID"][0]).hex(), sha256(tail + begun).hexdigest()[:32]
    entries = [
        b"/Size %d /Root %d %d R /Prev %d" % (value + 1, *root.objgen, start),
        "/ID [<{}> <{}>]".format(*identity).encode("ascii"),
        *([b"/Info " + trailer["/Info"].unparse()] if "/Info" in trailer else []),
    ]
    end = b"trailer\n<< %s >>\nstartxref\n%d\n%%%%EOF\n" % (b" ".join(entries), there + len(ended))
    after = ended + _table(places) + end
    tail += (begun + b"%d]" % len(after)).ljust(_WIDTH) + b" /Contents "
    if len(pdf) + len(tail) != here:
        return None  # a file too large for the width of its own byte range
    return Slot((pdf, bytes(tail)), digits, after)


def _with(holder: Any, entry: bytes) -> bytes:
    """A dictionary with one more entry."""
    body: bytes = holder.unparse(resolved=True)
    return body[: body.rindex(b">>")] + entry + b" >>"


def _rectangle(leaf: Any, box: Box | None) -> bytes:
    if box is None:
        return b"0 0 0 0"
    left, bottom, right, top = (float(value) for value in leaf["/MediaBox"])
    wide, high = right - left, top - bottom
    sides = (left + box[0] * wide, top - box[3] * high, left + box[2] * wide, top - box[1] * high)
    return b" ".join(f"{side:.2f}".encode("ascii") for side in sides)


def _table(places: dict[tuple[int, int], int]) -> bytes:
    """The cross-reference table of a revision (ISO 32000-1, 7.5.4): a section for each run of numbers."""
    keys = sorted(places)
    breaks = [0, *(n for n, (one, other) in enumerate(pairwise(keys), start=1) if other[0] != one[0] + 1), len(keys)]
    out = bytearray(b"xref\n")
    for begin, end in pairwise(breaks):
        out += b"%d %d\n" % (keys[begin][0], end - begin)
        for key in keys[begin:end]:
            out += b"%010d %05d n \n" % (places[key], key[1])
    return bytes(out)
