"""What every signer gives: PAdES signatures with a key it holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from hoso.nouns import Box

__all__ = ["Look", "Signer"]


@dataclass(frozen=True, slots=True)
class Look:
    """How the visible signature stands on a page (named profiles; Decree 30/2020, Appendix I, sources disagree).

    ``profile``: "text" (words only), "seal" (a red seal image beside the words) or "invisible". ``page`` from 0;
    ``box`` as fractions of the page as displayed, origin top-left. ``lines`` are the words shown. ``appearance`` is the
    drawn look: a one-page PDF of the size of the box with its fonts embedded; a visible profile needs one.
    """

    profile: Literal["text", "seal", "invisible"]
    page: int
    box: Box
    lines: tuple[str, ...]
    appearance: bytes = b""


class Signer(Protocol):
    """Holds one key; signs at the instant it is told."""

    @property
    def name(self) -> str:
        """Subject of the certificate, for people."""
        ...

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, hex."""
        ...

    def sign(self, pdf: bytes, look: Look, at: datetime) -> bytes:
        """The PDF with one PAdES B-B signature appended. Raises Misconfigured (certificate expired, key missing)."""
        ...
