"""Owns the CMS container of one key (RFC 5652; ETSI EN 319 142-1, 6.3): the same for every file but for digest and value.

The library makes it once, without the key; from then on digest and value are put into its bytes (measured: 0.3 ms a
signature, of which the key takes most, against 8 ms when every container is built and encoded anew). Also says whether a
container is, to its last byte, what this key makes of a digest. Never knows where the key lies, nor what is signed.
"""

from __future__ import annotations

from asn1crypto import cms
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding

from hoso.signers.awaiting import finish
from hoso.signers.held import HASHES, Held

__all__ = ["Container"]

_SEQUENCE, _SET, _VALUE, _TAGGED = 0x30, 0x31, 0x04, 0xA0  # ITU-T X.690, 8.9 to 8.14


class Container:
    """What ``held`` wraps around a value; made at the first need."""

    def __init__(self, held: Held) -> None:
        self._held = held
        self._parts: tuple[bytes, ...] = ()
        self._size = HASHES[held.digest].digest_size

    def signed(self, digest: bytes) -> bytes:
        """The container, DER, over the file of that digest. Raises what the key raises."""
        attributes = self._attributes(digest)
        return self._assembled(attributes, self._held.raw(_tlv(_SET, attributes), self._held.digest))

    def holds(self, container: bytes, digest: bytes) -> bool:
        """Whether ``container`` is what :meth:`signed` gives for ``digest``: the same bytes around a value that the public
        key confirms, and nothing but zeros after them. False for a container with unsigned attributes."""
        attributes = self._attributes(digest)
        try:
            (signer,) = cms.ContentInfo.load(container)["content"]["signer_infos"]
            value = bytes(signer["signature"].native)
        except (ValueError, TypeError, KeyError):
            return False
        whole = self._assembled(attributes, value)
        if not container.startswith(whole) or container[len(whole) :].strip(b"\0"):
            return False
        return self._confirmed(value, _tlv(_SET, attributes))

    def _confirmed(self, value: bytes, data: bytes) -> bool:
        key, chosen = self._held.certificate.public_key(), HASHES[self._held.digest]
        try:
            if isinstance(key, ec.EllipticCurvePublicKey):
                key.verify(value, data, ec.ECDSA(chosen))
            else:
                key.verify(value, data, padding.PSS(padding.MGF1(chosen), chosen.digest_size), chosen)  # type: ignore[union-attr, call-arg, arg-type, unused-ignore]
        except InvalidSignature:
            return False
        return True

    def _attributes(self, digest: bytes) -> bytes:
        before, after = self._template()[:2]
        return before + digest + after

    def _assembled(self, attributes: bytes, value: bytes) -> bytes:
        signer_head, signer_tail, head, content_type = self._template()[2:]
        signer = _tlv(_SEQUENCE, signer_head, _tlv(_TAGGED, attributes), signer_tail, _tlv(_VALUE, value))
        return _tlv(_SEQUENCE, content_type, _tlv(_TAGGED, _tlv(_SEQUENCE, head, _tlv(_SET, signer))))

    def _template(self) -> tuple[bytes, ...]:
        """(signed attributes before and after the digest; of the signer what stands before and after them; of the signed
        data what stands before the signer; the content type): all that the library puts around digest and value."""
        if not self._parts:
            blank = bytes(range(self._size))
            made: cms.ContentInfo = finish(
                self._held.async_sign(blank, self._held.digest, dry_run=True, use_pades=True)
            )
            content = made["content"]
            (signer,) = content["signer_infos"]
            attributes = b"".join(sorted(one.dump() for one in signer["signed_attrs"]))  # DER: X.690, 11.6
            before, found, after = attributes.partition(blank)
            names = ("version", "digest_algorithms", "encap_content_info", "certificates")
            parts = (
                before,
                after,
                b"".join(signer[name].dump() for name in ("version", "sid", "digest_algorithm")),
                signer["signature_algorithm"].dump(),
                b"".join(content[name].dump() for name in names),
                made["content_type"].dump(),
            )
            if not found or blank in after:
                raise ValueError("the library's container has no single place for the digest")
            self._parts = parts
        return self._parts


def _tlv(tag: int, *parts: bytes) -> bytes:
    """A DER value (ITU-T X.690, 8.1)."""
    size = sum(map(len, parts))
    if size < 0x80:
        return b"".join((bytes((tag, size)), *parts))
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return b"".join((bytes((tag, 0x80 | len(length))), length, *parts))
