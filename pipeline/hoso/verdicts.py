"""The nouns of a check of a PDF: what is said of each signature, of each broken rule of PDF/A, of the file as a whole.

Frozen values, standard library only; ``nouns`` hands them on, and rooms import them from there. Never judges anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["SignatureFinding", "SignatureSlot", "SignatureState", "TimeProof", "Verification", "Violation"]

SignatureState = Literal["valid", "untrusted", "revoked", "weak", "unclear", "changed", "broken"]
"""The worst that is true of a signature, in rising order: untrusted (no configured root, or its certificate was not in
force then), revoked, weak (an algorithm that proves nothing today, as SHA-1), unclear (what follows it cannot be
compared), changed (the file was changed after it), broken (its value does not fit the bytes, or cannot be read)."""

TimeProof = Literal["none", "claimed", "timestamp", "timestamp-untrusted", "document-timestamp"]
"""What stands behind the instant: nothing, the signer's own clock, a timestamp in the signature that leads to a configured
root or does not, or a timestamp over the whole document that was put on later."""


@dataclass(frozen=True, slots=True)
class SignatureFinding:
    """The verdict on one signature of a PDF: never "valid" for a file changed after signing.

    ``whole_file``: the file is as it was signed, but for what ``after`` names, in words of ETSI EN 319 142-1: "signature",
    "timestamp", "proofs" (certificates and revocation answers), "dates" (the date of change and the writing program).
    ``kind`` is "signature" or "timestamp" (one over the document). ``proof_at`` is the instant that ``proof`` gives.
    ``revocation``: "not-checked", "good" (by answers kept in the file) or "revoked". ``text`` is Vietnamese."""

    name: str
    signer: str
    issuer: str
    signed_at: str
    intact: bool
    trusted: bool
    whole_file: bool
    certificate_from: str = ""
    certificate_until: str = ""
    algorithm: str = ""
    text: str = ""
    state: SignatureState = "broken"
    kind: Literal["signature", "timestamp"] = "signature"
    proof: TimeProof = "none"
    proof_at: str = ""
    after: tuple[str, ...] = ()
    in_force: bool = False
    revocation: Literal["not-checked", "good", "revoked"] = "not-checked"

    @property
    def valid(self) -> bool:
        """Intact, covering the whole file, and leading to a configured root."""
        return self.intact and self.trusted and self.whole_file

    @property
    def untouched(self) -> bool:
        """Intact and covering the whole file, whoever signed: nothing was changed, only trust may lack."""
        return self.intact and self.whole_file


@dataclass(frozen=True, slots=True)
class SignatureSlot:
    """A filled signature field as a reader of the PDF finds it: the entries of its value (ISO 32000-1, 12.8.1, table 252),
    ``at`` as written. ``alone``: nothing but these stands in it, and the catalogue has no proofs and no permissions.
    ``proofs``: the catalogue has a document security store (ETSI EN 319 142-1, 5.4.2)."""

    name: str
    kind: str
    subfilter: str
    at: str
    byte_range: tuple[int, ...]
    contents: bytes
    alone: bool
    proofs: bool = False


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule of an archive PDF: ``clause`` of ISO 19005-2 ("6.2.11.4.1"), what is wrong, and where."""

    clause: str
    text: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Verification:
    """What a look at a delivered PDF told: read-only, never raised over.

    ``claim`` is the PDF/A claim of its metadata ("2U", "" for none); ``mark`` the words of the conversion mark found on
    page 1, "" for none; ``copy`` those of the mark of a copy (sao y, sao lục, trích sao); ``violations`` those of
    PDF/A-2u; ``text`` the verdict in Vietnamese."""

    readable: bool
    pages: int = 0
    signatures: tuple[SignatureFinding, ...] = ()
    violations: tuple[Violation, ...] = ()
    claim: str = ""
    mark: str = ""
    text: str = ""
    copy: str = ""

    @property
    def valid(self) -> bool:
        """Readable, signed, every signature valid, and no rule of PDF/A-2u broken."""
        signed = bool(self.signatures) and all(finding.valid for finding in self.signatures)
        return self.readable and signed and not self.violations

    @property
    def untouched(self) -> bool:
        """Readable, signed, and nothing changed after any signature; says nothing of trust or PDF/A."""
        return self.readable and bool(self.signatures) and all(finding.untouched for finding in self.signatures)

    @property
    def unproven(self) -> bool:
        """Whether an untouched signature keeps no proof that its certificate was not revoked then (below level B-LT of
        ETSI EN 319 142-1): no fault, but something that can later not be shown any more."""
        kept = (finding for finding in self.signatures if finding.kind == "signature" and finding.untouched)
        return any(finding.revocation == "not-checked" for finding in kept)
