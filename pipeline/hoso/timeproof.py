"""The nouns of one stamp for many documents: what a timestamp was put over, what a check of an evidence record found.

Frozen values, standard library only. Evidence records are those of RFC 4998. Never judges anything, never asks for time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["EvidenceFinding", "EvidenceState", "Member", "Stamp", "StampFinding", "StampKind"]

StampKind = Literal["first", "renewal", "rehash"]
"""What a timestamp makes of an evidence record: its beginning, one more timestamp over the last (RFC 4998, 5.2), or a new
chain with another hash algorithm over the document and all that was before (5.3)."""

EvidenceState = Literal["valid", "untrusted", "expired", "weak", "revoked", "other", "broken", "unreadable"]
"""The worst that is true of an evidence record, in rising order: untrusted (a timestamp leads to no configured root),
expired (a certificate had ended before the timestamp over it was made, or the last one has ended by now), weak (a hash
algorithm that proves nothing today), revoked, other (it says nothing of this file: another document's, or the file was
changed), broken (its parts do not fit each other), unreadable."""


@dataclass(frozen=True, slots=True)
class Member:
    """A document under a stamp: ``after`` is the digest of its sealed file, ``leaf`` the hash of it in the tree (hex),
    ``before`` the digest of the evidence record that is renewed, "" for a first one."""

    document: str
    after: str
    leaf: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class Stamp:
    """One timestamp and the hash tree it is over. ``token`` is the digest of the timestamp token as stored; ``completed``
    gives for tokens that are renewed the digest of the token with the proofs of its certificate, where they were had."""

    kind: StampKind
    algorithm: str
    token: str
    at: str
    until: str
    members: tuple[Member, ...]
    completed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StampFinding:
    """One timestamp of an evidence record: ``at`` its instant, ``algorithm`` of its tree, ``until`` when its certificate
    ends. ``trusted`` at the instant of the next timestamp, or now for the last; ``revocation`` as of a signature."""

    at: str
    authority: str
    algorithm: str
    until: str
    intact: bool
    trusted: bool
    revocation: Literal["not-checked", "good", "revoked"] = "not-checked"


@dataclass(frozen=True, slots=True)
class EvidenceFinding:
    """The verdict on an evidence record and a file. ``since``: the file existed then, at the latest; ``until``: when the
    certificate of the last timestamp ends. ``text`` is Vietnamese."""

    state: EvidenceState
    text: str
    since: str = ""
    until: str = ""
    stamps: tuple[StampFinding, ...] = ()

    @property
    def valid(self) -> bool:
        """Proven, by timestamps that lead to configured roots, each in force until the next."""
        return self.state == "valid"

    @property
    def fits(self) -> bool:
        """It belongs to the file and nothing was changed; only trust or time may lack."""
        return self.state in ("valid", "untrusted", "expired", "weak")
