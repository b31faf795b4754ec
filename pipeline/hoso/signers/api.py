"""What every signer gives: PAdES signatures with a key it holds, and the proofs that raise them to a level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from hoso.errors import HosoError
from hoso.nouns import Box, SignatureFinding, SignatureSlot

__all__ = ["Level", "Look", "NoRoom", "Signer"]

Level = Literal["B-B", "B-T", "B-LT", "B-LTA"]
"""Of a PAdES baseline signature (ETSI EN 319 142-1): signed; with a timestamp; with proofs of the certificates' state;
with a timestamp over these too."""


class NoRoom(HosoError):
    """A timestamp is larger than the room kept for it in the signature; the signer keeps enough from now on."""


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

    @property
    def certificate(self) -> bytes:
        """The certificate, DER."""
        ...

    @property
    def until(self) -> datetime:
        """When the certificate ends."""
        ...

    @property
    def numbers(self) -> tuple[int, int] | None:
        """(modulus, exponent) of an RSA key, None of another."""
        ...

    def plain(self, data: bytes, algorithm: str) -> bytes:
        """The bare signature of ``data`` for a message to another system, never for a document: "rsa-sha1", "rsa-sha256" …,
        "ecdsa-sha256" … (RFC 6931). Raises Misconfigured where the key cannot, Unavailable where its token is gone."""
        ...

    @property
    def level(self) -> Level:
        """What :meth:`raised` leads to."""
        ...

    @property
    def digits(self) -> int:
        """Hexadecimal digits of room that a signature needs now, that of a higher level's timestamp included."""
        ...

    def fill(self, before: Sequence[bytes], digits: int, after: bytes, at: datetime) -> bytes:
        """The file ``before``, <, a PAdES B-B signature in that many ``digits``, >, ``after``; it covers all of ``before``
        and ``after``, which hold a field that says so, made at ``at``. Raises as :meth:`sign` does, and NoRoom."""
        ...

    def vouched(
        self, signed: bytes, slots: Sequence[SignatureSlot], roots: Sequence[bytes]
    ) -> tuple[SignatureFinding, ...]:
        """The findings on ``signed``, which this signer made and whose ``slots`` a reader found: those of
        :func:`hoso.signers.validate.validate`, sooner where it can be told sooner. Never valid where these are not."""
        ...

    def sign(self, pdf: bytes, look: Look, at: datetime) -> bytes:
        """The PDF, of whatever make, with one PAdES B-B signature appended. Raises Misconfigured (certificate expired, key
        missing), Unavailable (the token that holds the key is gone)."""
        ...

    def raised(self, signed: bytes, now: datetime, slots: Sequence[SignatureSlot] | None = None) -> bytes | None:
        """The next step of a signed PDF towards :attr:`level`, None where it is there. ``now`` is the instant of asking;
        ``slots`` are what a reader found in it, in signing order (None: it is read here).
        Raises Unstamped (no proof to be had now), NoRoom, Misconfigured (the settings or a certificate forbid it)."""
        ...
