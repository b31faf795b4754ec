"""Owns the sealing of an archive copy: the look is placed and drawn, the signature made, the signed bytes judged.

A signed file counts only after it was read again: its signature intact, trusted and over the whole file, no rule of
PDF/A-2u broken. Anything else is refused and must not be kept. Never decides whether a document may be sealed: an
approval or a mandate does (Decree 30/2020/NĐ-CP, art. 32). Reads no clock: the instant is told.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from hashlib import sha256
from typing import Literal, get_args

from hoso.errors import Misconfigured, Refused
from hoso.imaging import encode
from hoso.nouns import Box, Picture, SignatureFinding
from hoso.pdf import check, marks, slot, stamp
from hoso.signers.api import Level, Look, NoRoom, Signer
from hoso.stages.place import Ground, Plot, free_box, top_right

__all__ = ["VERSION", "judged", "look_for", "seal", "steps"]

VERSION = "2"

HANOI = timezone(timedelta(hours=7))
_MM = 72 / 25.4
_MARGIN = 5 * _MM
_SEAL = 30 * _MM  # of a seal that is drawn, or whose image does not say its size
_WIDEST_SEAL = 50 * _MM
_REMADE = 3  # signatures made at most because a timestamp does not fit

Profile = Literal["text", "seal", "invisible"]


def seal(
    pdf: bytes,
    signer: Signer,
    look: str,
    at: datetime,
    roots: Sequence[bytes],
    *,
    office: str = "",
    image: bytes = b"",
    plot: Plot | None = None,
) -> tuple[bytes, str]:
    """(the signed PDF, the evidence as JSON): every step of :func:`steps` at once, then :func:`judged`.

    Raises what these raise.
    """
    *_, signed = steps(pdf, signer, look, at, at, office=office, image=image, plot=plot)
    return signed, judged(pdf, signed, signer, look, roots)


def steps(
    pdf: bytes,
    signer: Signer,
    look: str,
    at: datetime,
    now: datetime,
    *,
    signed: bytes = b"",
    office: str = "",
    image: bytes = b"",
    plot: Plot | None = None,
) -> Iterator[bytes]:
    """Each whole state of the signed file on its way to the signer's level; ``signed`` is the last one kept before.

    The caller keeps each before it asks for the next: then a crash or a silent server costs neither a second signature nor
    a second timestamp. ``look`` is a profile: "text", "seal" or "invisible"; ``office`` is the name shown (the signer's
    where empty), ``image`` the PNG of the seal, ``plot`` what is known to stand on page 1 (None: it is looked at); ``at``
    is the instant of the signature, ``now`` that of asking. Nothing is given where ``signed`` stands at the level already.
    Raises Misconfigured for an unknown profile, Unstamped where a proof is not to be had now, and what the signer raises.
    """
    made = 0
    while True:
        if not signed:
            made += 1
            signed = _signed(pdf, signer, look, office or signer.name, at, image, plot)
            yield signed
        try:
            while (more := _raised(signer, signed, now)) is not None:
                signed = more
                yield signed
            return
        except NoRoom as error:  # the timestamp does not fit: the signature, not published yet, is made anew with room
            if made == _REMADE:
                raise _failed(str(error)) from error
            signed = b""


def judged(pdf: bytes, signed: bytes, signer: Signer, look: str, roots: Sequence[bytes]) -> str:
    """The evidence, as JSON, for ``signed``, which ``signer`` made of ``pdf``: what the circular to Decree 23/2025/NĐ-CP
    asks to keep, the certificate, the status check and its result.

    Raises Refused("seal.check-failed") where it is not valid, not PDF/A, or below the signer's level.
    """
    if not signed.startswith(pdf):
        raise _failed("the signature was woven into the file instead of appended")
    told = check.examine(signed)
    findings = signer.vouched(signed, told.slots, roots)
    wrong = next((finding for finding in findings if not finding.valid), None)
    own = [finding for finding in findings if finding.kind == "signature"]
    if wrong is not None or not own:
        raise _failed(wrong.text if wrong else "no signature is found in the signed file")
    if told.violations:
        first = told.violations[0]
        raise _failed(f"{len(told.violations)} rules of PDF/A-2u are broken, the first: {first.clause} {first.text}")
    if _level(findings) != signer.level:
        raise _failed(f"it stands at the level {_level(findings)}, not at {signer.level}")
    return _evidence(pdf, signed, signer, look, findings, own[-1])


def look_for(pdf: bytes, profile: str, office: str, at: datetime, image: bytes = b"", plot: Plot | None = None) -> Look:
    """The look of that profile on page 1: office and signing time with its zone (Decree 30/2020/NĐ-CP, Appendix I),
    at the top right, beneath what stands there, on free space where there is some."""
    drawn = _drawing(pdf, profile, office, at, image, plot)
    if drawn.profile == "invisible":
        return Look(drawn.profile, 0, (0.0, 0.0, 0.0, 0.0), ())
    appearance = stamp.stamp(drawn.lines, drawn.side, drawn.graphic, office)
    return Look(drawn.profile, 0, drawn.box, drawn.lines, appearance)


@dataclass(frozen=True, slots=True)
class _Drawing:
    """A look that is placed and not drawn yet; ``side`` points of a seal beside the ``lines``."""

    profile: Profile
    box: Box = (0.0, 0.0, 0.0, 0.0)
    lines: tuple[str, ...] = ()
    side: float = 0.0
    graphic: Picture | None = None


def _drawing(pdf: bytes, profile: str, office: str, at: datetime, image: bytes, plot: Plot | None) -> _Drawing:
    known: tuple[Profile, ...] = get_args(Profile)
    chosen = next((one for one in known if one == profile), None)
    if chosen is None:
        raise Misconfigured(f"settings.toml [seal] look: there is no {profile!r}; known: {', '.join(known)}")
    if chosen == "invisible":
        return _Drawing(chosen)
    lines = (f"Ký số: {office}", at.astimezone(HANOI).strftime("Thời gian ký: %d/%m/%Y %H:%M:%S +07:00"))
    graphic = _graphic(image) if image and chosen == "seal" else None
    side = _side(graphic) if chosen == "seal" else 0.0
    if plot is None:
        (width, height), taken = marks.spots(pdf)
        plot = Plot(width, height, Ground(taken))
    width, height = plot.width, plot.height
    wide, high = stamp.stamp_size(lines, side)
    scale = min(1.0, (width - 2 * _MARGIN) / wide, 0.5 * height / high)  # cards and slips get a smaller look
    size = (wide * max(scale, 0.05) / width, high * max(scale, 0.05) / height)
    box, _ = free_box(plot.ground, size, _candidates(size, (_MARGIN / width, _MARGIN / height)))
    return _Drawing(chosen, box, lines, side, graphic)


def _signed(pdf: bytes, signer: Signer, look: str, office: str, at: datetime, image: bytes, plot: Plot | None) -> bytes:
    """``pdf`` with its signature appended: by us where it is a copy of our making, else by the signer's own writer."""
    drawn = _drawing(pdf, look, office, at, image, plot)
    visible = drawn.profile != "invisible"
    objects = stamp.form(drawn.lines, drawn.side, drawn.graphic, office) if visible else ()
    room = slot.append(pdf, 0, drawn.box if visible else None, objects, at, signer.digits)
    if room is not None:
        return signer.fill(room.before, room.digits, room.after, at)
    appearance = stamp.stamp(drawn.lines, drawn.side, drawn.graphic, office) if visible else b""
    return signer.sign(pdf, Look(drawn.profile, 0, drawn.box, drawn.lines, appearance), at)


def _raised(signer: Signer, signed: bytes, now: datetime) -> bytes | None:
    return signer.raised(signed, now, slot.read(signed)) if signer.level != "B-B" else None


@lru_cache(maxsize=4)
def _graphic(image: bytes) -> Picture:
    return encode.graphic(image)


def _candidates(size: tuple[float, float], margin: tuple[float, float]) -> Iterator[tuple[float, float]]:
    """The right of the band at the top, then further down the right edge, then all of the band, then the foot."""
    yield from top_right(size, margin, 0.10, leftmost=0.4)
    yield from ((1 - margin[0] - size[0], 0.10 + step * 0.004) for step in range(50))
    yield from top_right(size, margin, 0.10)
    yield 1 - margin[0] - size[0], 1 - margin[1] - size[1]


def _side(graphic: Picture | None) -> float:
    """Points across of the seal: the image's own size where it says its dpi (actual size: Appendix I)."""
    if graphic is None or not graphic.dpi[0]:
        return _SEAL
    return min(max(graphic.width, graphic.height) / graphic.dpi[0] * 72, _WIDEST_SEAL)


def _failed(why: str) -> Refused:
    return Refused(
        "seal.check-failed",
        f"the signed file did not pass its own check and was not kept: {why}",
        f"Bản ký không đạt kiểm tra nên không được lưu: {why}. Hãy báo người vận hành.",
    )


def _level(findings: Sequence[SignatureFinding]) -> Level:
    """The PAdES level of the last signature, as its findings prove it (ETSI EN 319 142-1, 6.3)."""
    last = max(n for n, finding in enumerate(findings) if finding.kind == "signature")
    if findings[last].proof != "timestamp":
        return "B-B"
    if findings[last].revocation != "good":
        return "B-T"
    return "B-LTA" if any(finding.kind == "timestamp" for finding in findings[last + 1 :]) else "B-LT"


def _evidence(
    pdf: bytes,
    signed: bytes,
    signer: Signer,
    look: str,
    findings: Sequence[SignatureFinding],
    finding: SignatureFinding,
) -> str:
    certificate: bytes = getattr(signer, "certificate", b"")
    checked = finding.revocation == "good"
    return json.dumps(
        {
            "before": sha256(pdf).hexdigest(),
            "after": sha256(signed).hexdigest(),
            "profile": look,
            "level": f"PAdES {_level(findings)}",
            "algorithm": finding.algorithm,
            "signer": finding.signer,
            "issuer": finding.issuer,
            "signed_at": finding.signed_at,
            "timestamp_at": finding.proof_at if finding.proof == "timestamp" else "",
            "certificate_sha256": signer.fingerprint,
            "certificate": base64.b64encode(certificate).decode("ascii"),
            "certificate_from": finding.certificate_from,
            "certificate_until": finding.certificate_until,
            "intact": finding.intact,
            "trusted": finding.trusted,
            "whole_file": finding.whole_file,
            "revocation": finding.revocation,
            "revocation_text": "Chứng thư chưa bị thu hồi (OCSP/CRL kèm trong tệp)"
            if checked
            else f"Lưu ý: mức PAdES {_level(findings)} không hỏi và không giữ tình trạng thu hồi của chứng thư (OCSP/CRL)",
            "pdfa": "2U",
            "text": finding.text,
        },
        ensure_ascii=False,
        sort_keys=True,
    )
