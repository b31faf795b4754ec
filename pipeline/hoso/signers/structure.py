"""Owns what a signature is made of: its algorithms, and whether its container says nothing that the signature leaves open.

A CMS container is not wholly under its own signature (RFC 5652, 5.1): its version, its list of digests, spare certificates
and unsigned attributes may be changed without the value breaking. What is changed there changes nothing that was signed;
where the container then contradicts itself, it is not as any signer wrote it. Never judges trust or what follows.
"""

from __future__ import annotations

from asn1crypto import cms, x509
from pyhanko.sign.validation import EmbeddedPdfSignature

__all__ = ["algorithm", "sound", "weak"]

_STRONG = {"sha256", "sha384", "sha512", "sha512_224", "sha512_256", "sha3_256", "sha3_384", "sha3_512"}
_NAMES = {"rsassa_pss": "RSASSA-PSS", "rsassa_pkcs1v15": "RSA PKCS#1 v1.5", "ecdsa": "ECDSA", "dsa": "DSA",
          "ed25519": "Ed25519", "ed448": "Ed448"}  # fmt: skip
_VERSIONS = {"v1", "v3", "v4", "v5"}  # RFC 5652, 5.1
_PLAIN = {b"", b"\x05\x00"}  # no parameters, or NULL (RFC 5754, 2)
_KNOWN_UNSIGNED = {
    "signature_time_stamp_token", "counter_signature", "certificate_refs", "revocation_refs", "certificate_values",
    "revocation_values",
}  # fmt: skip


def algorithm(signature: EmbeddedPdfSignature) -> str:
    """Mechanism, bits of the key and digest, for people: "RSASSA-PSS 2048 SHA-256"."""
    mechanism = str(signature.signer_info["signature_algorithm"].signature_algo)
    bits = _bits(signature)
    return f"{_NAMES.get(mechanism, mechanism)} {bits or ''} {_shown(_digest(signature))}".replace("  ", " ")


def weak(signature: EmbeddedPdfSignature) -> bool:
    """Whether digest or key are below what the circular to Decree 23/2025/NĐ-CP lists: SHA-2 or SHA-3 of 256 bits (224 in
    a truncated SHA-512), RSA of 2,048 bits, elliptic keys of 256."""
    key, bits = signature.signer_cert.public_key, _bits(signature)
    if _digest(signature) not in _STRONG:
        return True
    return bits < 2048 if key.algorithm in {"rsa", "rsassa_pss", "dsa"} else 0 < bits < 255


def sound(signature: EmbeddedPdfSignature) -> bool:
    """Whether the container agrees with itself: a version that exists, the one digest that its signer used, plain
    parameters, the signer named as the certificate names its issuer, no unsigned attribute of unknown meaning; and the
    same of the timestamps in it."""
    return _sound(signature.signed_data, signature.signer_info, signature.signer_cert)


def _sound(signed: cms.SignedData, signer: cms.SignerInfo, certificate: x509.Certificate | None) -> bool:
    if str(signed["version"].native) not in _VERSIONS or str(signer["version"].native) not in {"v1", "v3"}:
        return False
    own = signer["digest_algorithm"]
    listed = list(signed["digest_algorithms"])
    if len(listed) != 1 or str(listed[0]["algorithm"].native) != str(own["algorithm"].native):
        return False
    digests = [*listed, own]
    mechanism = signer["signature_algorithm"]
    if str(mechanism["algorithm"].native) == "rsassa_pss":
        terms = mechanism["parameters"]
        digests += [terms["hash_algorithm"], terms["mask_gen_algorithm"]["parameters"]]
    elif mechanism["parameters"].dump() not in _PLAIN:
        return False
    if any(digest["parameters"].dump() not in _PLAIN for digest in digests):
        return False
    sid = signer["sid"]
    if certificate is not None and sid.name == "issuer_and_serial_number":
        if sid.chosen["issuer"].dump() != certificate.issuer.dump():
            return False
        if sid.chosen["serial_number"].native != certificate.serial_number:
            return False
    return _sound_beside(signer)


def _sound_beside(signer: cms.SignerInfo) -> bool:
    """Whether the unsigned attributes are of known meaning, each once, and the timestamps among them are sound."""
    unsigned = signer["unsigned_attrs"]
    if not isinstance(unsigned, cms.CMSAttributes):
        return True
    names = [str(one["type"].native) for one in unsigned]
    if len(names) != len(set(names)) or not _KNOWN_UNSIGNED.issuperset(names):
        return False
    stamps = [one for one in unsigned if one["type"].native == "signature_time_stamp_token"]
    for token in (value for one in stamps for value in one["values"]):
        held = token["content"]
        if len(held["signer_infos"]) != 1 or not _sound(held, held["signer_infos"][0], _signer_of(held)):
            return False
    return True


def _signer_of(held: cms.SignedData) -> x509.Certificate | None:
    sid = held["signer_infos"][0]["sid"]
    if sid.name != "issuer_and_serial_number" or not isinstance(held["certificates"], cms.CertificateSet):
        return None
    serial = sid.chosen["serial_number"].native
    return next((one.chosen for one in held["certificates"] if one.chosen.serial_number == serial), None)


def _digest(signature: EmbeddedPdfSignature) -> str:
    return str(signature.signer_info["digest_algorithm"]["algorithm"].native).lower()


def _shown(digest: str) -> str:
    return (
        digest.upper().replace("SHA3_", "SHA3-").replace("SHA", "SHA-", 1).replace("SHA-3-", "SHA3-").replace("_", "/")
    )


def _bits(signature: EmbeddedPdfSignature) -> int:
    key = signature.signer_cert.public_key
    return int(key.bit_size) if key.algorithm in {"rsa", "ec", "rsassa_pss", "dsa"} else 0
