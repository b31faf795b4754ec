"""Owns a timestamp token (RFC 3161) as bytes: one encoding of it, what it says, the proofs of its certificate kept in it.

The sets of a token that nothing signs are put in the order of DER, so that whoever hashes it anew, as evidence records do,
gets the same digest. Never asks a server, never judges.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms, crl, ocsp
from asn1crypto.x509 import Certificate
from pyhanko.sign.general import extract_certificate_info

from hoso.signers.findings import common_name

__all__ = ["Token", "normal", "proofs", "proven", "told"]


@dataclass(frozen=True, slots=True)
class Token:
    """What a token says: ``at`` its instant, ``imprint`` the digest it is over, ``until`` when the first of the
    certificates that its signature hangs from ends, as far as they are in it."""

    at: datetime
    algorithm: str
    imprint: bytes
    authority: str
    until: datetime
    certificates: tuple[Certificate, ...]
    """The signer's first."""


def normal(token: cms.ContentInfo) -> bytes:
    """The DER of ``token``, its certificates and proofs in binary order."""
    signed = token["content"]
    for name in ("certificates", "crls"):
        held = signed[name]
        if held.native is not None and len(held):
            signed[name] = sorted(held, key=lambda one: bytes(one.dump()))
    dumped: bytes = cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump()
    return dumped


def told(token: bytes) -> Token:
    """What ``token`` says. Raises ValueError for what is no timestamp token."""
    signed = _signed(token)
    info = signed["encap_content_info"]["content"].parsed
    given = extract_certificate_info(signed)
    leaf: Certificate = given.signer_cert
    path = [leaf]
    while (issuer := _issuer(path[-1], given.other_certs)) is not None and issuer not in path:
        path.append(issuer)
    imprint = info["message_imprint"]
    return Token(
        at=info["gen_time"].native,
        algorithm=imprint["hash_algorithm"]["algorithm"].native,
        imprint=imprint["hashed_message"].native,
        authority=common_name(leaf.subject),
        until=min(one.not_valid_after for one in path),
        certificates=(leaf, *given.other_certs),
    )


def proven(
    token: bytes,
    certificates: Iterable[Certificate],
    ocsps: Sequence[ocsp.OCSPResponse],
    crls: Sequence[crl.CertificateList],
) -> bytes:
    """``token`` with certificates and proofs of their state added where nothing signs them (RFC 5652, 5.1; RFC 5940), as an
    archive timestamp keeps what its check needs (RFC 4998, 5.1 and 5.2)."""
    content = cms.ContentInfo.load(token)
    signed = content["content"]
    held = {one.dump(): one for one in signed["certificates"]}
    held |= {one.dump(): one for one in (cms.CertificateChoices("certificate", one) for one in certificates)}
    signed["certificates"] = list(held.values())
    had = [] if signed["crls"].native is None else list(signed["crls"])
    kept = {one.dump(): one for one in had}
    lists = [cms.RevocationInfoChoice("crl", one) for one in crls]
    answers = [
        cms.RevocationInfoChoice(
            "other", cms.OtherRevocationInfoFormat({"other_rev_info_format": "ocsp_response", "other_rev_info": one})
        )
        for one in ocsps
    ]
    kept |= {one.dump(): one for one in [*lists, *answers]}
    if kept:
        signed["crls"] = list(kept.values())
    if any(one.name == "other" for one in kept.values()):
        signed["version"] = "v5"
    return normal(content)


def proofs(token: bytes) -> tuple[tuple[ocsp.OCSPResponse, ...], tuple[crl.CertificateList, ...]]:
    """The proofs of state that ``token`` keeps. Raises ValueError for what is no timestamp token."""
    held = _signed(token)["crls"]
    choices = [] if held.native is None else list(held)
    answers = (one.chosen for one in choices if one.name == "other")
    return (
        tuple(one["other_rev_info"] for one in answers if one["other_rev_info_format"].native == "ocsp_response"),
        tuple(one.chosen for one in choices if one.name == "crl"),
    )


def _signed(token: bytes) -> cms.SignedData:
    content = cms.ContentInfo.load(token, strict=True)
    if content["content_type"].native != "signed_data":
        raise ValueError("no timestamp token")
    signed = content["content"]
    if signed["encap_content_info"]["content_type"].native != "tst_info":
        raise ValueError("no timestamp token")
    return signed


def _issuer(one: Certificate, among: Sequence[Certificate]) -> Certificate | None:
    if one.self_issued:
        return None
    return next((other for other in among if other.subject == one.issuer), None)
