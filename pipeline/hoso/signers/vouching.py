"""Owns the short check of a signature that this key has just made: what a full validation says, without its second reading.

It only confirms. The signature that a reader of the file found must cover all of it, its container must be to the last
byte what this key makes of these bytes, its value must fit the public key, and the certificate must have passed the full
validation the same day, with no certificate on its way beginning or ending in between. Whatever is not so, a timestamp or
a byte of padding, is left to the full validation. Never signs.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import new
from itertools import islice

from asn1crypto import x509 as asn1_x509

from hoso.nouns import SignatureFinding, SignatureSlot
from hoso.signers.container import Container
from hoso.signers.held import Held, asn1
from hoso.signers.validate import certificates, validate

__all__ = ["Voucher"]

_DATE = re.compile(r"D:(\d{14})([+-])(\d\d)'(\d\d)'")
_MOST = 8  # days and sets of roots remembered
_NEAR = timedelta(minutes=1)  # of the end of a certificate: a full validation is lenient by a second there

Span = tuple[tuple[bytes, ...], object, int]


class Voucher:
    """Vouches for what ``held`` signs into containers of its ``container``."""

    def __init__(self, held: Held, container: Container) -> None:
        self._held, self._container = held, container
        self._known: dict[Span, SignatureFinding] = {}
        self._edges: dict[tuple[bytes, ...], list[datetime]] = {}

    def findings(
        self, signed: bytes, slots: Sequence[SignatureSlot], roots: Sequence[bytes]
    ) -> tuple[SignatureFinding, ...]:
        """As :func:`hoso.signers.validate.validate` gives them for ``signed``, whose ``slots`` a reader found.

        Raises Misconfigured for a root that is no certificate."""
        at = self._made(signed, slots[0]) if len(slots) == 1 else None
        span = self._span(at, tuple(roots)) if at is not None else None
        if at is None or span is None:
            return validate(signed, roots)
        known = self._known.get(span)
        if known is None:
            findings = validate(signed, roots)
            if len(findings) == 1 and findings[0].valid and findings[0].proof == "claimed":
                for old in list(islice(self._known, max(0, len(self._known) - _MOST + 1))):
                    del self._known[old]
                self._known[span] = findings[0]
            return findings
        instant = at.isoformat()
        return (replace(known, name=slots[0].name, signed_at=instant, proof_at=instant),)

    def _made(self, signed: bytes, slot: SignatureSlot) -> datetime | None:
        """The instant that a signature of this key over all of ``signed`` tells; None where it is not plainly that."""
        kind = slot.kind == "/Sig" and slot.subfilter == "/ETSI.CAdES.detached" and slot.alone
        if not kind or len(slot.byte_range) != 4 or slot.byte_range[0] != 0:
            return None
        _, first, second, length = slot.byte_range
        if not 0 < first < second < len(signed) or second + length != len(signed):
            return None
        gap = signed[first:second]
        try:
            if gap[:1] != b"<" or gap[-1:] != b">" or bytes.fromhex(gap[1:-1].decode("ascii")) != slot.contents:
                return None
        except ValueError:
            return None
        if len(gap) != 2 * len(slot.contents) + 2:
            return None
        digest, seen = new(self._held.digest), memoryview(signed)
        digest.update(seen[:first])
        digest.update(seen[second:])
        return _instant(slot.at) if self._container.holds(slot.contents, digest.digest()) else None

    def _span(self, at: datetime, roots: tuple[bytes, ...]) -> Span | None:
        """What the trust at ``at`` hangs on: the roots, the day, and between which of the ends of the certificates; None
        near such an end, or out of the certificate's own time."""
        edges = self._edges.get(roots)
        if edges is None:
            trusted = [one for data in roots for one in certificates(data)]
            held = [asn1(self._held.certificate), *self._held.chain, *trusted]
            edges = sorted({end for one in held for end in _ends(one)})
            self._edges = {roots: edges}
        certificate = self._held.certificate
        near = any(abs(edge - at) <= _NEAR for edge in edges)
        if near or not certificate.not_valid_before_utc < at < certificate.not_valid_after_utc:
            return None
        return roots, at.astimezone(UTC).date(), bisect_left(edges, at)


def _ends(certificate: asn1_x509.Certificate) -> tuple[datetime, datetime]:
    validity = certificate["tbs_certificate"]["validity"]
    return validity["not_before"].native, validity["not_after"].native


def _instant(said: str) -> datetime | None:
    """A PDF date as we write it (ISO 32000-1, 7.9.4)."""
    match = _DATE.fullmatch(said)
    if match is None:
        return None
    digits, sign, hours, minutes = match.groups()
    away = timedelta(hours=int(hours), minutes=int(minutes)) * (1 if sign == "+" else -1)
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=timezone(away))
    except ValueError:
        return None
