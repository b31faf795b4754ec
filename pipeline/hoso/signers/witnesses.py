"""Owns what others witness of a signature: the timestamp of an authority (RFC 3161), the state of a certificate by OCSP
(RFC 6960) or CRL (RFC 5280). Each is checked before it is believed: the digest, the signature, the way to a trusted root.

The state of a certificate counts for a while, so that a night's documents share it. Never touches a PDF file.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from asn1crypto import cms, core, crl, ocsp, pem, tsp
from asn1crypto.x509 import Certificate
from pyhanko.sign.timestamps.common_utils import get_nonce
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.authority import CertTrustAnchor
from pyhanko_certvalidator.errors import (
    InsufficientRevinfoError,
    OCSPFetchError,
    OCSPValidationError,
    PathBuildingError,
    RevokedError,
    StaleRevinfoError,
    ValidationError,
)
from pyhanko_certvalidator.fetchers.common_utils import (
    enumerate_delivery_point_urls,
    format_ocsp_request,
    gather_aia_issuer_urls,
    process_ocsp_response_data,
    unpack_cert_content,
)
from pyhanko_certvalidator.util import get_ocsp_urls, get_relevant_crl_dps

from hoso.errors import Misconfigured, Unstamped
from hoso.settings import Seal
from hoso.signers.awaiting import finish
from hoso.signers.online import Line, Quota

__all__ = ["State", "Witnesses"]

_LONGEST = 8
"""Certificates from a signer to its root at most."""


@dataclass(frozen=True, slots=True)
class State:
    """What proves that a certificate was good: its path without the root, OCSP answers, revocation lists."""

    certificates: tuple[Certificate, ...]
    ocsps: tuple[ocsp.OCSPResponse, ...]
    crls: tuple[crl.CertificateList, ...]


class Witnesses:
    """Asks as ``seal`` says; trusts the roots it names. Raises :class:`Misconfigured` for a root that cannot be read."""

    def __init__(self, seal: Seal, home: Path) -> None:
        self._seal = seal
        self._line = Line(seal)
        self._quota = Quota(home / "keys" / "timestamps.json", seal.timestamps_per_day)
        self._roots = [one for name in seal.roots for one in _roots(home / name)]
        self._states: dict[bytes, tuple[float, State]] = {}

    def token(self, digest: bytes, now: datetime, algorithm: str = "sha256") -> cms.ContentInfo:
        """A timestamp over ``digest``, one of ``algorithm``, checked. Raises :class:`Unstamped` (no answer, garbage, a
        refusal, the day's quota spent), :class:`Misconfigured` where its authority leads to no trusted root."""
        nonce = get_nonce()
        request = tsp.TimeStampReq(
            {
                "version": 1,
                "message_imprint": {"hash_algorithm": {"algorithm": algorithm}, "hashed_message": digest},
                "cert_req": True,
                "nonce": core.Integer(nonce),
            }
        )

        def read(data: bytes) -> cms.ContentInfo:
            response = tsp.TimeStampResp.load(data, strict=True)
            if response["status"]["status"].native not in ("granted", "granted_with_mods"):
                raise ValueError(f"refused: {response['status']['fail_info'].native or 'no reason given'}")
            token = response["time_stamp_token"]
            info = token["content"]["encap_content_info"]["content"].parsed
            if info["nonce"].native != nonce:
                raise ValueError("the timestamp answers another request")
            self._believe(token["content"], digest, algorithm)
            return token

        seal = self._seal
        login = (seal.timestamp_user, os.environ.get(seal.timestamp_password_env, "")) if seal.timestamp_user else None
        return self._line.ask(
            seal.timestamp_url,
            request.dump(),
            "application/timestamp-query",
            "application/timestamp-reply",
            read,
            login=login,
            before=lambda: self._quota.spend(now.date()),
        )

    def state(self, leaf: Certificate, others: Iterable[Certificate], now: datetime) -> State:
        """The proofs that ``leaf`` is good ``now``, with ``others`` as candidates for its path; kept for a while.

        Raises :class:`Unstamped` where a server does not answer, :class:`Misconfigured` for a certificate that is revoked,
        leads to no trusted root, or names no server that would know.
        """
        since, held = self._states.get(leaf.sha256, (0.0, None))
        if held is not None and time.monotonic() - since < 60 * self._seal.revocation_minutes:
            return held
        path = self._path(leaf, list(others))
        answers: list[ocsp.OCSPResponse] = []
        lists: list[crl.CertificateList] = []
        for one, issuer in zip(path, [*path[1:], None], strict=True):
            if issuer is not None:
                self._ask_state(one, issuer, answers, lists, _LONGEST)
        self._judge(leaf, path, answers, lists, now)
        roots = {root.sha256 for root in self._roots}
        state = State(tuple(one for one in path if one.sha256 not in roots), tuple(answers), tuple(lists))
        self._states[leaf.sha256] = time.monotonic(), state
        return state

    def _believe(self, signed: cms.SignedData, digest: bytes, asked: str) -> None:
        """Raises ValueError for a timestamp that is not over ``digest`` or whose signature is wrong."""
        made = signed["encap_content_info"]["content"].parsed["gen_time"].native
        context = ValidationContext(trust_roots=self._roots, moment=made, revocation_mode="soft-fail")

        def expected(algorithm: str) -> bytes:
            return digest if algorithm == asked else b""

        try:
            told: dict[str, Any] = finish(validate_tst_signed_data(signed, context, expected))
        except SignatureValidationError as error:
            raise ValueError(f"no valid timestamp ({error.failure_message})") from error
        if not (told["intact"] and told["valid"]):
            raise ValueError("the signature of the timestamp is wrong")
        if told.get("validation_path") is None:
            raise Misconfigured(
                f"the timestamp server {self._seal.timestamp_url} signs with a certificate that leads to no trusted root, "
                "or is not one for timestamps; add the root of its authority to settings.toml [seal] roots"
            )

    def _path(self, leaf: Certificate, others: list[Certificate]) -> list[Certificate]:
        """``leaf``, who issued it, and so on to a trusted root."""
        path = [leaf]
        while path[-1].sha256 not in {root.sha256 for root in self._roots}:
            issuer = _issuer(path[-1], [*self._roots, *others]) or self._fetched_issuer(path[-1])
            if issuer is None or len(path) == _LONGEST or issuer in path:
                raise Misconfigured(
                    f"the certificate {_who(leaf)} leads to no trusted root (at {_who(path[-1])}); add its root to "
                    "settings.toml [seal] roots, and the authorities between to the key's file or token_chain"
                )
            path.append(issuer)
        return path

    def _fetched_issuer(self, one: Certificate) -> Certificate | None:
        """The issuer that a certificate says where to fetch (authority information access, RFC 5280, 4.2.2.1)."""
        for url in gather_aia_issuer_urls(one):

            def read(data: bytes, url: str = url) -> list[Certificate]:
                return list(unpack_cert_content(data, None, url, permit_pem=True))

            found = _issuer(one, self._line.ask(url, None, "", "application/pkix-cert", read))
            if found is not None:
                return found
        return None

    def _ask_state(
        self,
        one: Certificate,
        issuer: Certificate,
        answers: list[ocsp.OCSPResponse],
        lists: list[crl.CertificateList],
        depth: int,
    ) -> None:
        """Add what OCSP says of ``one``, else the lists it names; and of a responder that must itself be asked about."""
        failed: Unstamped | None = None
        for url in get_ocsp_urls(one):
            request = format_ocsp_request(
                one, CertTrustAnchor(issuer).authority, certid_hash_algo="sha1", request_nonces=True
            )

            def read(data: bytes, request: ocsp.OCSPRequest = request, url: str = url) -> ocsp.OCSPResponse:
                try:
                    return process_ocsp_response_data(data, ocsp_request=request, ocsp_url=url)
                except (OCSPFetchError, OCSPValidationError) as error:
                    raise ValueError(str(error)) from error

            try:
                answer = self._line.ask(
                    url, request.dump(), "application/ocsp-request", "application/ocsp-response", read
                )
            except Unstamped as error:
                failed = error
                continue
            answers.append(answer)
            for responder in answer.basic_ocsp_response["certs"] or ():
                if depth and responder.sha256 != issuer.sha256 and responder.ocsp_no_check_value is None:
                    self._ask_state(responder, issuer, answers, lists, 0)
            return
        found = False
        for point in get_relevant_crl_dps(one, use_deltas=False):
            for url in enumerate_delivery_point_urls(point):
                try:
                    lists.append(self._line.ask(url, None, "", "application/pkix-crl", _list))
                    found = True
                except Unstamped as error:
                    failed = error
        if failed is not None and not found:
            raise failed

    def _judge(
        self,
        leaf: Certificate,
        path: Sequence[Certificate],
        answers: list[ocsp.OCSPResponse],
        lists: list[crl.CertificateList],
        now: datetime,
    ) -> None:
        # retroactive: an answer is a moment younger than ``now``; it is always one asked for just then
        context = ValidationContext(
            trust_roots=self._roots,
            other_certs=list(path[1:]),
            moment=now,
            ocsps=answers,
            crls=lists,
            revocation_mode="require",
            retroactive_revinfo=True,
        )
        validator = CertificateValidator(leaf, intermediate_certs=list(path[1:]), validation_context=context)
        try:
            finish(validator.async_validate_usage(key_usage=set()))
        except RevokedError as error:
            raise Misconfigured(
                f"the certificate {_who(leaf)}, or one that it hangs from, is revoked: nothing may be signed with it; "
                "ask its authority for another"
            ) from error
        except StaleRevinfoError as error:
            raise Unstamped(
                f"what is published of the certificate {_who(leaf)} is out of date; it is asked again"
            ) from error
        except InsufficientRevinfoError as error:
            raise Misconfigured(
                f"no OCSP answer or list that counts tells the state of the certificate {_who(leaf)}, which the level "
                f"{self._seal.level} needs; set settings.toml [seal] level to B-T, or ask its authority"
            ) from error
        except (ValidationError, PathBuildingError) as error:
            raise Misconfigured(f"the certificate {_who(leaf)} does not hold: {error}") from error


def _roots(path: Path) -> list[Certificate]:
    try:
        data = path.read_bytes()
        if pem.detect(data):
            found = [Certificate.load(der) for _, _, der in pem.unarmor(data, multiple=True)]
        else:
            found = [Certificate.load(data)]
        for one in found:
            one.subject.native  # noqa: B018 — the parser is lazy: look inside now
    except OSError as error:
        raise Misconfigured(f"{path}: the trusted root named in settings.toml [seal] roots is missing") from error
    except (ValueError, TypeError) as error:
        raise Misconfigured(
            f"{path}: the trusted root named in settings.toml [seal] roots is no certificate"
        ) from error
    return found


def _issuer(one: Certificate, among: Iterable[Certificate]) -> Certificate | None:
    wanted = one.authority_key_identifier
    for other in among:
        if other.subject == one.issuer and (not wanted or other.key_identifier in (None, wanted)):
            return other
    return None


def _list(data: bytes) -> crl.CertificateList:
    if pem.detect(data):
        _, _, data = pem.unarmor(data)
    found = crl.CertificateList.load(data, strict=True)
    found.issuer.native  # noqa: B018 — the parser is lazy: look inside now
    return found


def _who(one: Certificate) -> str:
    """A certificate by its serial number and issuer: subjects may be persons."""
    said = one.issuer.native.get("common_name") or "?"
    return f"{one.serial_number:x} of {said if isinstance(said, str) else said[-1]}"
