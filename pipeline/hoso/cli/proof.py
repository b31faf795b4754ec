"""The proof of time beside a copy (an evidence record, RFC 4998): where it lies, and its verdict told to people.

Owns the wording and the rows. Never judges: it is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hoso.errors import Damaged, NeedsPerson
from hoso.site import HANOI
from hoso.timeproof import EvidenceFinding

if TYPE_CHECKING:
    from hoso.site import Site

__all__ = ["SUFFIX", "beside", "end", "evidence_lines", "evidence_row", "kept_in"]

SUFFIX = ".ers"
"""Of a proof file; its name is that of the PDF."""

_STATES: dict[str, str] = {
    "valid": "the proof of time holds",
    "untrusted": "it fits the file; its timestamp leads to no configured root",
    "expired": "it fits the file; the certificate of a timestamp ended before the next was put over it, or by now",
    "weak": "it fits the file; its hash algorithm is no longer safe",
    "revoked": "not valid: the certificate of a timestamp was revoked",
    "other": "it is no proof of this file, or the file was changed",
    "broken": "not valid: its parts do not fit each other, or a timestamp is damaged",
    "unreadable": "it cannot be read: cut off, damaged, or no evidence record of RFC 4998",
}
_WORDS = {
    "evidence": ("Bằng chứng thời gian", "Proof of time"),
    "since": ("Tệp đã tồn tại trước", "The file existed before"),
    "until": ("Chứng thư của dấu cuối hết hạn", "The certificate of the last timestamp ends"),
    "timestamp": ("Dấu thời gian", "Timestamp"),
    "trusted": ("tin cậy", "trusted"),
    "not-trusted": ("KHÔNG tin cậy", "NOT trusted"),
    "broken": ("BỊ HỎNG", "DAMAGED"),
    "good": ("chưa bị thu hồi", "not revoked"),
    "revoked": ("ĐÃ BỊ THU HỒI", "REVOKED"),
    "not-checked": ("chưa kiểm tra thu hồi", "revocation not checked"),
}


def beside(file: Path) -> Path | None:
    """The proof file beside a copy: ``NAME.ers`` or ``NAME.pdf.ers``; None where there is none."""
    names = (file.with_suffix(SUFFIX), file.with_name(file.name + SUFFIX))
    return next((path for path in names if path != file and path.is_file()), None)


def kept_in(site: Site, documents: Sequence[str], digest: str) -> bytes | None:
    """The evidence record that the home keeps of the file of that digest; None where it keeps none."""
    from hoso.recipe import stamping

    found = (stamping.evidence_of(site, document, digest) for document in documents)
    return next((record for record in found if record is not None), None)


def evidence_row(where: str, found: EvidenceFinding, language: str) -> dict[str, Any]:
    """One JSON object of a proof; ``where`` it was found: a path, or "store"."""
    return {
        "proof": where, "state": found.state, "valid": found.valid, "text": _text(found, language),
        "since": found.since or None, "until": found.until or None,
        "timestamps": [
            {
                "at": one.at, "authority": one.authority, "hash": one.algorithm, "certificate_until": one.until,
                "intact": one.intact, "trusted": one.trusted, "revocation": one.revocation,
            }
            for one in found.stamps
        ],
    }  # fmt: skip


def evidence_lines(where: str, found: EvidenceFinding, language: str) -> Iterator[str]:
    """The lines for a terminal."""

    def said(key: str) -> str:
        return _WORDS[key][language != "vi"]

    yield f"  {said('evidence')} ({where}): {_text(found, language)}"
    if found.since and found.fits:
        yield f"    {said('since')}: {_shown(found.since)}"
        yield f"    {said('until')}: {_shown(found.until)}"
    for one in found.stamps:
        trust = said("broken" if not one.intact else "trusted" if one.trusted else "not-trusted")
        told = f"{one.authority}, {one.algorithm.upper()}, {trust}, {said(one.revocation)}"
        yield f"    {said('timestamp')} {_shown(one.at)}: {told}"


def end(file: Path, found: EvidenceFinding, language: str) -> None:
    """Raises :class:`Damaged` for a proof that does not hold, :class:`NeedsPerson` for one that fits and is not proven."""
    if not found.fits:
        raise Damaged(f"{file}: {_text(found, language)}")
    if not found.valid:
        raise NeedsPerson(f"{file}: {_text(found, language)}")


def _text(found: EvidenceFinding, language: str) -> str:
    return found.text if language == "vi" else _STATES[found.state]


def _shown(instant: str) -> str:
    return f"{datetime.fromisoformat(instant).astimezone(HANOI):%d/%m/%Y %H:%M:%S} +07:00"
