"""Owns what follows a signature in a file: whether it covers all bytes before it, and what later revisions did.

Three grades. Nothing follows: the file is as it was signed. After a signature that others follow, only what ETSI EN 319
142-1 lets a later signer add passes: signatures, timestamps and their proofs, besides the date of change and the name of
the writing program in the information dictionary. After the last signature only proofs pass (a DSS, as level B-LT writes
it), in a revision whose every byte is accounted for. No metadata, no form value, no annotation, no page ever passes: the
shadow attacks (Mainka et al., NDSS 2021) all need one of them. Never judges the mathematics or the trust of a signature.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from pyhanko.pdf_utils.generic import IndirectObject
from pyhanko.pdf_utils.reader import HistoricalResolver
from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DiffResult,
    DocInfoRule,
    DSSCompareRule,
    FormUpdatingRule,
    ModificationLevel,
    ObjectStreamRule,
    ReferenceUpdate,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
    SuspiciousModification,
    XrefStreamRule,
)
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation import EmbeddedPdfSignature

__all__ = ["Follows", "covered", "follows"]

_MAY_DIFFER = ("/ModDate", "/Producer")


@dataclass(frozen=True, slots=True)
class Follows:
    """``kept``: what was signed is shown as it was. ``added`` names what came later (see SignatureFinding.after).
    ``clear`` is False where it could not be told."""

    kept: bool
    added: tuple[str, ...] = ()
    clear: bool = True


class _Dates(DocInfoRule):  # type: ignore[misc, unused-ignore]
    """Lets the information dictionary change in its date and program alone, as writers do at every saving."""

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterable[ReferenceUpdate]:
        if _information(old) != _information(new):
            raise SuspiciousModification("the information dictionary was changed")
        return list(super().apply(old, new))


def _information(resolver: HistoricalResolver) -> dict[str, str]:
    return {key: said for key, said in _said(resolver).items() if key not in _MAY_DIFFER}


def _said(resolver: HistoricalResolver) -> dict[str, str]:
    held: Any = resolver.trailer_view.get("/Info", {})
    if isinstance(held, IndirectObject):
        held = resolver(held.reference)
    return {str(key): str(held[key]) for key in held}


_STRUCTURE = [
    XrefStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
    ObjectStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
    DSSCompareRule().as_qualified(ModificationLevel.LTA_UPDATES),
]
_SIGNED_FURTHER = StandardDiffPolicy(
    global_rules=[
        CatalogModificationRule(frozenset({"/AcroForm", "/DSS", "/Extensions", "/Version"})),
        _Dates().as_qualified(ModificationLevel.LTA_UPDATES),
        *_STRUCTURE,
    ],
    form_rule=FormUpdatingRule(field_rules=[SigFieldCreationRule(), SigFieldModificationRule()]),
)
_PROOFS_ALONE = StandardDiffPolicy(
    global_rules=[
        CatalogModificationRule(frozenset({"/DSS", "/Extensions"})),
        _Dates().as_qualified(ModificationLevel.LTA_UPDATES),
        *_STRUCTURE,
    ],
    form_rule=None,
    ignore_orphaned_objects=False,
    ignore_identical_objects=False,
)


def covered(pdf: bytes, signature: EmbeddedPdfSignature) -> int | None:
    """Where the signed bytes end; None where the two ranges are not all before it but the signature's own hexadecimal
    string, delimiters included (ISO 32000-2, 12.8.1), or where anything but padding stands in that string."""
    ranges = [int(value) for value in signature.byte_range]
    if len(ranges) != 4 or ranges[0] != 0 or min(ranges) < 0:
        return None
    _, first, second, length = ranges
    gap, end = pdf[first:second], second + length
    if end > len(pdf) or second <= first or gap[:1] != b"<" or gap[-1:] != b">":
        return None
    try:
        content = bytes.fromhex(gap[1:-1].decode("ascii"))
    except (ValueError, UnicodeDecodeError):
        return None
    size = _der_size(content)
    if len(gap) != 2 * len(content) + 2 or content != bytes(signature.pkcs7_content) or content[size:].strip(b"\0"):
        return None
    return end


def follows(pdf: bytes, signature: EmbeddedPdfSignature, later: Sequence[EmbeddedPdfSignature]) -> Follows:
    """What the revisions after ``signature`` did; ``later`` are the signatures whose signed bytes end after its own."""
    end = covered(pdf, signature)
    if end is None:
        return Follows(kept=False)
    if end == len(pdf):
        return Follows(kept=True)
    xrefs, own = signature.reader.xrefs, signature.signed_revision
    if any(xrefs.get_xref_data(number).hybrid is not None for number in range(own + 1, xrefs.total_revisions)):
        return Follows(kept=False, clear=False)
    signature.compute_integrity_info(diff_policy=_SIGNED_FURTHER if later else _PROOFS_ALONE)
    result: Any = signature.diff_result  # set by the call above, which the checker does not see
    kept = isinstance(result, DiffResult) and result.modification_level.value <= ModificationLevel.FORM_FILLING.value
    if not kept or signature.summarise_integrity_info().get("docmdp_ok") is False:
        return Follows(kept=False)
    old, new = (signature.reader.get_historical_resolver(number) for number in (own, xrefs.total_revisions - 1))
    added = _added(old, new, later)
    last = (covered(pdf, later[-1]) or 0) if later else end
    if last < len(pdf):  # nobody signed the rest: it must be proofs, and hide nothing
        newest = later[-1].signed_revision if later else own
        before = signature.reader.get_historical_resolver(newest)
        proven = _proven(before, new) and _accounted(pdf, last, signature, newest)
        return Follows(proven, added if proven else ())
    return Follows(kept=False) if _covers_up(old, new) else Follows(kept=True, added=added)


def _added(old: HistoricalResolver, new: HistoricalResolver, later: Sequence[EmbeddedPdfSignature]) -> tuple[str, ...]:
    kinds = {"timestamp" if one.sig_object_type == "/DocTimeStamp" else "signature" for one in later}
    if _proven(old, new):
        kinds.add("proofs")
    if _said(old) != _said(new):
        kinds.add("dates")
    return tuple(sorted(kinds))


def _proven(old: HistoricalResolver, new: HistoricalResolver) -> bool:
    """Whether the document security store came, or anything in it, between two revisions."""
    if "/DSS" not in new.root:
        return False
    held = new.root.raw_get("/DSS")
    return "/DSS" not in old.root or bool(new.collect_dependencies(held, since_revision=old.revision + 1))


def _covers_up(old: HistoricalResolver, new: HistoricalResolver) -> bool:
    """Whether a field was added that shows something and is signed by nobody, or viewers were told to draw fields anew."""
    known = {str(name) for name, _, _ in enumerate_sig_fields(old)}
    for name, _, field in enumerate_sig_fields(new, filled_status=False):
        if str(name) not in known and "/AP" in field.get_object():
            return True
    return _draws_anew(old) != _draws_anew(new)


def _draws_anew(resolver: HistoricalResolver) -> bool:
    root = resolver.root
    return "/AcroForm" in root and bool(root["/AcroForm"].get("/NeedAppearances", False))


def _der_size(content: bytes) -> int:
    """Bytes of the DER value that ``content`` starts with; what follows it is padding (ITU-T X.690, 8.1.3)."""
    if len(content) < 2 or content[1] < 0x80:
        return 2 + (content[1] if len(content) > 1 else 0)
    count = content[1] & 0x7F
    return 2 + count + int.from_bytes(content[2 : 2 + count], "big")


_OBJECT = re.compile(rb"\d+ \d+ obj\b")
_LENGTH = re.compile(rb"/Length\s+(\d+)\b(?!\s+\d+\s+R)")
_CLOSED = re.compile(rb"\s*endstream\s+endobj\s*")
_END = re.compile(rb"startxref\s+\d+\s+%%EOF(\r\n|\r|\n)?")
_TABLE = re.compile(rb"xref\s[\d\sfn]*trailer\s*<<.*>>\s*", re.DOTALL)


def _accounted(pdf: bytes, start: int, signature: EmbeddedPdfSignature, revision: int) -> bool:
    """Whether each byte from ``start`` on belongs to an object that a cross-reference of a later revision names, to that
    cross-reference or its trailer: nothing lies hidden between them for a next revision to bring to light."""
    xrefs = signature.reader.xrefs
    places: set[int] = set()
    for number in range(revision + 1, xrefs.total_revisions):
        places.add(int(xrefs.get_startxref_for_revision(number)))
        for ref in xrefs.explicit_refs_in_revision(number):
            place = xrefs.get_historical_ref(ref, number)
            places |= {place} if isinstance(place, int) else set()
    bounds = [*sorted(places), len(pdf)]
    if not places or bounds[0] < start or pdf[start : bounds[0]].strip():
        return False
    for here, there in pairwise(bounds):
        part = pdf[here:there]
        tail = _END.search(part)
        body = part[: tail.start()] if tail else part
        if tail and part[tail.end() :].strip():
            return False
        if tail and there == len(pdf) and tail.end() != len(part):
            return False
        if not _one_object(body) and not _TABLE.fullmatch(body):
            return False
    return _END.search(pdf, bounds[-2]) is not None


def _one_object(part: bytes) -> bool:
    """Whether ``part`` is one indirect object and nothing else; of a stream, its own /Length says where it ends."""
    head, stream, rest = part.partition(b"stream")
    if not _OBJECT.match(part) or len(_OBJECT.findall(head)) != 1:
        return False
    if not stream:
        return part.count(b"endobj") == 1 and part.rstrip().endswith(b"endobj")
    length = _LENGTH.search(head)
    if length is None or b"endobj" in head:
        return False
    data = rest[2:] if rest[:2] == b"\r\n" else rest[1:]
    return _CLOSED.fullmatch(data, int(length.group(1))) is not None
