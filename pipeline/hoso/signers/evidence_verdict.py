"""Owns the verdict on an evidence record (RFC 4998, 4.3 and 5.3) and the file it is said to prove; never an exception.

Offline: certificates and their state come from the record alone. A timestamp counts if its certificate was in force when
the next one was put over it, the last one if it is in force now. Never reads a clock: the instant is told.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import cms, pem
from asn1crypto.x509 import Certificate
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko.sign.validation.status import TimestampSignatureStatus
from pyhanko_certvalidator import ValidationContext

from hoso.errors import Misconfigured
from hoso.signers import tokens
from hoso.signers.awaiting import finish
from hoso.signers.evidence import Chains, Link, leaf_of_document, leaf_of_stamp, read
from hoso.timeproof import EvidenceFinding, EvidenceState, StampFinding
from hoso.values.hashtree import WEAK, climbed

__all__ = ["judged"]

_TEXTS: dict[EvidenceState, str] = {
    "valid": "Bằng chứng thời gian hợp lệ",
    "untrusted": "Bằng chứng khớp với tệp, nhưng dấu thời gian không dẫn đến gốc tin cậy đã cấu hình",
    "expired": "Bằng chứng khớp với tệp, nhưng chứng thư của dấu thời gian đã hết hạn mà chưa được gia hạn kịp",
    "weak": "Bằng chứng khớp với tệp, nhưng thuật toán băm không còn được coi là an toàn",
    "revoked": "Bằng chứng không hợp lệ: chứng thư của dấu thời gian đã bị thu hồi",
    "other": "Bằng chứng không thuộc về tệp này, hoặc tệp đã bị thay đổi",
    "broken": "Bằng chứng không hợp lệ: các phần của nó không khớp nhau hoặc dấu thời gian bị hỏng",
    "unreadable": "Không đọc được bằng chứng: tệp bị cắt, bị hỏng hoặc không phải bằng chứng theo RFC 4998",
}


def judged(document: bytes, record: bytes, roots: Sequence[bytes], now: datetime) -> EvidenceFinding:
    """The verdict on ``record`` as the proof of ``document`` at the instant ``now``.

    ``roots`` are trusted certificates, PEM or DER. Raises :class:`Misconfigured` for a root that is no certificate, and
    nothing over document or record.
    """
    trusted = [one for data in roots for one in _certificates(data)]
    state: EvidenceState = "unreadable"
    try:
        chains = read(record)
        fits = _fits(document, chains)
        state = "broken"
        with _unlogged():
            return _judged(chains, fits, trusted, now)
    except Exception:  # parsers raise of every kind over what is broken on purpose: it is a verdict, never a traceback
        return EvidenceFinding(state, _TEXTS[state])


def _fits(document: bytes, chains: Chains) -> EvidenceState | None:
    """Whether the hashes lead from the document, and from each timestamp, to the next; None where they do."""
    for place, chain in enumerate(chains):
        for number, link in enumerate(chain):
            if number:
                leaf = leaf_of_stamp(chain[number - 1].token, link.algorithm)
            else:
                leaf = leaf_of_document(document, chains[:place], link.algorithm)
            root = climbed(leaf, link.lists, link.algorithm)
            said = tokens.told(link.token)
            if root is None or (not link.lists and root != said.imprint):
                return "broken" if place or number else "other"
            if root != said.imprint or said.algorithm != link.algorithm:
                return "broken"
    return None


def _judged(chains: Chains, fits: EvidenceState | None, roots: list[Certificate], now: datetime) -> EvidenceFinding:
    links = [link for chain in chains for link in chain]
    said = [tokens.told(link.token) for link in links]
    moments = [*(one.at for one in said[1:]), max(now, said[-1].at)]
    judged = [_stamp(link, one, roots, moment) for link, one, moment in zip(links, said, moments, strict=True)]
    states = [one.state for one in judged]
    if any(first.at > then for first, then in zip(said, moments, strict=True)):
        states.append("broken")
    if fits is not None:
        states.append(fits)
    if chains[-1][-1].algorithm in WEAK:
        states.append("weak")
    order: list[EvidenceState] = list(_TEXTS)
    state = max(states, key=order.index)
    since, until = said[0].at.isoformat(), said[-1].until.isoformat()
    return EvidenceFinding(state, _TEXTS[state], since, until, tuple(one.finding for one in judged))


@dataclass(frozen=True, slots=True)
class _Judged:
    state: EvidenceState
    finding: StampFinding


def _stamp(link: Link, said: tokens.Token, roots: list[Certificate], moment: datetime) -> _Judged:
    """One timestamp: its certificate in force at ``moment``, and not revoked when it was made.

    What the token keeps of its certificate's state was asked for when it was made or before the next was put over it."""
    status = _status(link.token, said, roots, moment)
    asked = bool(any(tokens.proofs(link.token)))
    then = _status(link.token, said, roots, said.at, "soft-fail") if asked else status
    checked = asked and bool(_status(link.token, said, roots, said.at, "require").trusted)
    intact = bool(status.intact and status.valid)
    trusted = bool(roots) and bool(status.trusted) and not then.revoked
    state: EvidenceState = "valid"
    if not intact:
        state = "broken"
    elif then.revoked:
        state = "revoked"
    elif not trusted:
        ended = bool(roots) and _status(link.token, said, roots, said.at).trusted
        state = "expired" if ended else "untrusted"
    return _Judged(
        state,
        StampFinding(
            at=said.at.isoformat(),
            authority=said.authority,
            algorithm=link.algorithm,
            until=said.until.isoformat(),
            intact=intact,
            trusted=trusted,
            revocation="revoked" if then.revoked else "good" if checked else "not-checked",
        ),
    )


def _status(
    token: bytes, said: tokens.Token, roots: list[Certificate], moment: datetime, mode: str = ""
) -> TimestampSignatureStatus:
    """What the library says of ``token`` at ``moment``; with a ``mode`` of revocation, by the proofs that it keeps."""
    answers, lists = tokens.proofs(token) if mode else ((), ())
    context = ValidationContext(
        trust_roots=roots,
        other_certs=list(said.certificates),
        moment=moment,
        revocation_mode=mode or "soft-fail",
        ocsps=list(answers),
        crls=list(lists),
        retroactive_revinfo=True,
        allow_fetching=False,
    )

    def expected(algorithm: str) -> bytes:
        return said.imprint  # that it is the root of the tree is judged apart

    signed = cms.ContentInfo.load(token)["content"]
    told: dict[str, Any] = finish(validate_tst_signed_data(signed, context, expected))
    return TimestampSignatureStatus(**told)


def _certificates(data: bytes) -> list[Certificate]:
    try:
        if pem.detect(data):
            return [Certificate.load(der, strict=True) for _, _, der in pem.unarmor(data, multiple=True)]
        return [Certificate.load(data, strict=True)]
    except (ValueError, TypeError) as error:
        raise Misconfigured(
            "a trusted root certificate cannot be read; each file in settings.toml [seal] roots must be PEM or DER"
        ) from error


@contextmanager
def _unlogged() -> Iterator[None]:
    """The library logs the names of certificates and tracebacks: no line of it leaves here."""
    loggers = [logging.getLogger(name) for name in ("pyhanko", "pyhanko_certvalidator")]
    before = [one.level for one in loggers]
    for one in loggers:
        one.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for one, level in zip(loggers, before, strict=True):
            one.setLevel(level)
