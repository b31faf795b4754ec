"""Owns what one key may do: its algorithms, whether it is strong enough, and the CMS signature made with it.

RSA of at least 2,048 bits signs with RSASSA-PSS, elliptic keys of at least 256 bits with ECDSA; SHA-256, or as strong as
the curve (Decree 23/2025/NĐ-CP and its circular: RSASSA-PSS or ECDSA, no SHA-1). Never knows where the key lies.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from asn1crypto import x509 as asn1_x509
from asn1crypto.algos import RSASSAPSSParams, SignedDigestAlgorithm
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.signers.pdf_cms import Signer as CmsSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from hoso.errors import Misconfigured

__all__ = ["HASHES", "PLAIN", "Held", "asn1"]

HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}

PLAIN: dict[str, tuple[type, hashes.HashAlgorithm]] = {
    "rsa-sha1": (rsa.RSAPublicKey, hashes.SHA1()),
    "rsa-sha256": (rsa.RSAPublicKey, hashes.SHA256()),
    "rsa-sha384": (rsa.RSAPublicKey, hashes.SHA384()),
    "rsa-sha512": (rsa.RSAPublicKey, hashes.SHA512()),
    "ecdsa-sha256": (ec.EllipticCurvePublicKey, hashes.SHA256()),
    "ecdsa-sha384": (ec.EllipticCurvePublicKey, hashes.SHA384()),
}
"""Signatures that other systems ask for in their messages (XMLDSig, RFC 6931), and the kind of key: RSA with PKCS#1 v1.5,
SHA-1 where a portal still wants it; ECDSA as r and s side by side. Never for a document."""


class Held(CmsSigner):
    """A certificate and the way to its key: ``raw`` signs bytes with the digest named ("sha256" …), ``plain`` with one of
    :data:`PLAIN`.

    Raises :class:`Misconfigured` for a key that is too weak or of another kind; ``where`` says where it lies.
    """

    def __init__(
        self,
        certificate: x509.Certificate,
        chain: Sequence[x509.Certificate],
        raw: Callable[[bytes, str], bytes],
        where: str,
        plain: Callable[[bytes, str], bytes] | None = None,
    ) -> None:
        key = certificate.public_key()
        if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
            raise Misconfigured(f"{where}: holds no RSA or elliptic key with its certificate; export both into it")
        if key.key_size < (2048 if isinstance(key, rsa.RSAPublicKey) else 256):
            raise Misconfigured(f"{where}: its key of {key.key_size} bits is too weak (RSA from 2,048, ECDSA from 256)")
        self.digest = "sha256"
        if isinstance(key, ec.EllipticCurvePublicKey):
            self.digest = "sha256" if key.key_size < 384 else "sha384" if key.key_size < 512 else "sha512"
            mechanism = SignedDigestAlgorithm({"algorithm": f"{self.digest}_ecdsa"})
        else:
            mechanism = SignedDigestAlgorithm({"algorithm": "rsassa_pss", "parameters": _pss(self.digest)})
        own, others = asn1(certificate), [asn1(other) for other in chain if other != certificate]
        self.certificate, self.where, self.chain = certificate, where, tuple(others)
        self.size = sum(len(one.dump()) for one in (own, *others)) + key.key_size // 4
        self.raw = raw
        self._plain = plain
        registry = SimpleCertificateStore.from_certs(others)
        super().__init__(signing_cert=own, cert_registry=registry, signature_mechanism=mechanism, embed_roots=False)

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        return bytes(self.size) if dry_run else self.raw(data, digest_algorithm)

    def plain(self, data: bytes, algorithm: str) -> bytes:
        """The bare signature of ``data``. Raises Misconfigured where this key cannot make one of that algorithm."""
        kind, _ = PLAIN.get(algorithm, (type(None), None))
        if self._plain is None or not isinstance(self.certificate.public_key(), kind):
            known = ", ".join(PLAIN)
            raise Misconfigured(f"{self.where}: its key makes no signature of {algorithm!r}; algorithms: {known}")
        return self._plain(data, algorithm)


def asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def _pss(digest: str) -> RSASSAPSSParams:
    """PSS with a salt as long as the digest (RFC 8017, 9.1; what most verifiers expect)."""
    return RSASSAPSSParams(
        {
            "hash_algorithm": {"algorithm": digest},
            "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": {"algorithm": digest}},
            "salt_length": HASHES[digest].digest_size,
        }
    )
