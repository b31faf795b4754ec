"""Signatures rise to the level the settings name; what proves their time and state is asked for politely, and once."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms

from authority import Authority, Service, serving
from hoso.errors import Misconfigured, Refused, Unstamped
from hoso.pdf.check import violations
from hoso.settings import Seal
from hoso.signers import pkcs12
from hoso.signers.api import Look
from hoso.signers.validate import validate
from hoso.stages.seal import judged, seal, steps
from hoso.stages.verify import verify

INVISIBLE = Look("invisible", 0, (0.0, 0.0, 0.0, 0.0), ())


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with serving() as running:
        yield running


@pytest.fixture(scope="module")
def authority(service: Service, at: datetime) -> Authority:
    return Authority(at, service.address)


@pytest.fixture
def office_of(service: Service, authority: Authority, tmp_path: Path) -> Callable[..., Any]:
    """A signer of a home whose authority is served, by settings of [seal]; nothing was asked of the servers yet."""
    service.moods.clear()
    service.asked.clear()

    def opened(other: Authority | None = None, **settings: Any) -> Any:
        service.authority = other or authority
        service.authority.write(tmp_path / "keys")
        given = {"level": "B-LTA", "timestamp_url": f"{service.address}/tsa", "timeout": 0.3, "pause": 0.01} | settings
        return pkcs12.open(Seal(**given), tmp_path)

    return opened


def roots_of(authority: Authority) -> tuple[bytes, ...]:
    from cryptography.hazmat.primitives.serialization import Encoding

    return (authority.root.public_bytes(Encoding.PEM),)


def signature(pdf: bytes) -> bytes:
    """The value of the first signature of a file."""
    import io

    from pyhanko.pdf_utils.reader import PdfFileReader

    first = PdfFileReader(io.BytesIO(pdf)).embedded_signatures[0]
    content = cms.ContentInfo.load(bytes(first.pkcs7_content))
    value: bytes = content["content"]["signer_infos"][0]["signature"].native
    return value


def risen(signer: Any, signed: bytes, now: datetime) -> bytes:
    while (more := signer.raised(signed, now)) is not None:
        signed = more
    return signed


@pytest.mark.parametrize("level", ["B-B", "B-T", "B-LT", "B-LTA"])
@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_a_copy_stands_at_the_level_of_the_settings_and_is_still_pdf_a(
    level: str, kind: str, copy: bytes, service: Service, authority: Authority, office_of: Any, at: datetime
) -> None:
    whose = authority if kind == "rsa" else Authority(at, service.address, kind="ec")
    signed, evidence = seal(copy, office_of(whose, level=level), "text", at, roots_of(whose), office="ỦY BAN")
    assert signed.startswith(copy)
    assert violations(signed) == ()
    findings = validate(signed, roots_of(whose))
    assert all(finding.valid for finding in findings)
    assert [finding.kind for finding in findings] == ["signature"] + ["timestamp"] * (level == "B-LTA")
    assert verify(signed, roots_of(whose)).unproven == (level in {"B-B", "B-T"})
    told = json.loads(evidence)
    assert told["level"] == f"PAdES {level}"
    assert told["revocation"] == ("good" if "LT" in level else "not-checked")
    assert bool(told["timestamp_at"]) == (level != "B-B")
    assert told["algorithm"] == ("ECDSA 256 SHA-256" if kind == "ec" else "RSASSA-PSS 2048 SHA-256")


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="poppler-utils is not installed")
def test_poppler_finds_signatures_of_every_level_valid(
    copy: bytes, office_of: Any, at: datetime, tmp_path: Path
) -> None:
    path = tmp_path / "sealed.pdf"
    for level in ("B-T", "B-LT", "B-LTA"):
        signer = office_of(level=level)
        path.write_bytes(risen(signer, signer.sign(copy, INVISIBLE, at), at))
        told = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, check=False).stdout.decode()
        assert "Signature Validation: Signature is Valid." in told, level


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_verifies_the_timestamp_within_the_signature(
    copy: bytes, authority: Authority, office_of: Any, at: datetime, tmp_path: Path
) -> None:
    import io

    from pyhanko.pdf_utils.reader import PdfFileReader

    signer = office_of(level="B-T")
    signed = risen(signer, signer.sign(copy, INVISIBLE, at), at)
    first = PdfFileReader(io.BytesIO(signed)).embedded_signatures[0]
    info = cms.ContentInfo.load(bytes(first.pkcs7_content))["content"]["signer_infos"][0]
    (tmp_path / "token").write_bytes(info["unsigned_attrs"][0]["values"][0].dump())
    (tmp_path / "value").write_bytes(info["signature"].native)
    (tmp_path / "root.pem").write_bytes(roots_of(authority)[0])
    words = ["openssl", "ts", "-verify", "-in", "token", "-token_in", "-data", "value", "-CAfile", "root.pem"]
    words += ["-attime", str(int(at.timestamp()))]
    told = subprocess.run(words, cwd=tmp_path, capture_output=True, check=False)
    assert b"Verification: OK" in told.stdout + told.stderr


def test_the_states_of_certificates_are_asked_once_for_many_documents(
    copy: bytes, service: Service, office_of: Any, at: datetime
) -> None:
    signer = office_of()
    for _ in range(3):
        risen(signer, signer.sign(copy, INVISIBLE, at), at)
    assert service.asked == {"tsa": 6, "ocsp": 3}  # signer, its authority, the timestamps' certificate


def test_a_list_serves_where_ocsp_does_not_answer(
    copy: bytes, service: Service, authority: Authority, office_of: Any, at: datetime
) -> None:
    signer = office_of()
    service.moods["ocsp"] = "status 500"
    signed = risen(signer, signer.sign(copy, INVISIBLE, at), at)
    assert validate(signed, roots_of(authority))[0].revocation == "good"
    assert service.asked["crl"] == 3


@pytest.mark.parametrize(
    "mood", ["hangs", "drips", "garbage", "empty", "refuses", "another", "spoilt", "status 500", "status 403"]
)
def test_no_bad_answer_of_a_timestamp_server_is_believed(
    mood: str, copy: bytes, service: Service, office_of: Any, at: datetime
) -> None:
    signer = office_of(level="B-T", tries=2)
    signed = signer.sign(copy, INVISIBLE, at)
    service.moods["tsa"] = mood
    start = time.monotonic()
    with pytest.raises(Unstamped):
        signer.raised(signed, at)
    assert time.monotonic() - start < 2.5
    assert service.asked["tsa"] == (1 if mood == "status 403" else 2)
    with pytest.raises(Unstamped, match="left alone"):  # the next document does not wait for it
        signer.raised(signed, at)
    assert service.asked["tsa"] == (1 if mood == "status 403" else 2)


def test_a_server_that_failed_is_asked_again_after_its_rest(
    copy: bytes, service: Service, office_of: Any, at: datetime
) -> None:
    signer = office_of(level="B-T", tries=1, rest=0.05)
    signed = signer.sign(copy, INVISIBLE, at)
    service.moods["tsa"] = "status 503"
    with pytest.raises(Unstamped):
        signer.raised(signed, at)
    service.moods["tsa"] = ""
    time.sleep(0.06)
    assert signer.raised(signed, at) is not None


def test_a_server_that_stumbles_once_is_asked_again(
    copy: bytes, service: Service, office_of: Any, at: datetime
) -> None:
    signer = office_of(level="B-T")
    service.moods["tsa"] = "once"
    assert signer.raised(signer.sign(copy, INVISIBLE, at), at) is not None
    assert service.asked["tsa"] == 2


@pytest.mark.parametrize("mood", ["hangs", "garbage", "empty", "status 500"])
def test_without_an_answer_on_revocation_the_document_waits_with_its_timestamp_kept(
    mood: str, copy: bytes, service: Service, office_of: Any, at: datetime
) -> None:
    signer = office_of(tries=1, rest=0.0)
    service.moods.update(ocsp=mood, crl=mood)
    stamped = signer.raised(signer.sign(copy, INVISIBLE, at), at)
    with pytest.raises(Unstamped):
        signer.raised(stamped, at)
    service.moods.clear()
    before = service.asked["tsa"]
    assert risen(signer, stamped, at) is not None
    assert service.asked["tsa"] == before + 1  # the timestamp of the document alone


def test_the_quota_of_a_day_holds_for_every_process_of_the_home(
    copy: bytes, service: Service, office_of: Any, at: datetime
) -> None:
    first = office_of(level="B-T", timestamps_per_day=2)
    signed = first.sign(copy, INVISIBLE, at)
    assert first.raised(signed, at) is not None
    second = office_of(level="B-T", timestamps_per_day=2)
    assert second.raised(signed, at) is not None
    with pytest.raises(Unstamped, match="timestamps_per_day"):
        second.raised(signed, at)
    assert service.asked["tsa"] == 2
    assert second.raised(signed, at + timedelta(days=1)) is not None


def test_a_revoked_certificate_stops_the_sealing(copy: bytes, service: Service, office_of: Any, at: datetime) -> None:
    whose = Authority(at, service.address)
    whose.revoked.add(whose.signer.serial_number)
    signer = office_of(whose)
    with pytest.raises(Misconfigured, match="revoked"):
        risen(signer, signer.sign(copy, INVISIBLE, at), at)


def test_a_revocation_that_only_a_list_tells_stops_the_sealing(
    copy: bytes, service: Service, office_of: Any, at: datetime
) -> None:
    whose = Authority(at, service.address, by="crl")
    whose.revoked.add(whose.middle.serial_number)
    signer = office_of(whose)
    with pytest.raises(Misconfigured, match="revoked"):
        risen(signer, signer.sign(copy, INVISIBLE, at), at)


def test_a_certificate_that_names_no_server_cannot_reach_b_lt(
    copy: bytes, service: Service, office_of: Any, at: datetime
) -> None:
    signer = office_of(Authority(at, service.address, by="none"))
    with pytest.raises(Misconfigured, match="level to B-T"):
        risen(signer, signer.sign(copy, INVISIBLE, at), at)


def test_a_timestamp_of_an_unknown_authority_is_not_taken(
    copy: bytes, service: Service, office_of: Any, at: datetime
) -> None:
    signer = office_of(level="B-T")
    service.authority = Authority(at, service.address)
    with pytest.raises(Misconfigured, match="trusted root"):
        signer.raised(signer.sign(copy, INVISIBLE, at), at)


def test_several_roots_may_be_trusted(
    copy: bytes, service: Service, authority: Authority, office_of: Any, at: datetime, tmp_path: Path
) -> None:
    stranger = Authority(at, service.address)
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "stamps.pem").write_bytes(roots_of(stranger)[0])
    signer = office_of(level="B-T", roots=("keys/roots.pem", "keys/stamps.pem"))
    service.authority = stranger
    both = roots_of(authority) + roots_of(stranger)
    signed, _ = seal(copy, signer, "text", at, both)
    assert validate(signed, both)[0].valid


def test_a_timestamp_too_large_for_its_room_has_the_signature_made_anew_with_room(
    copy: bytes, service: Service, office_of: Any, at: datetime
) -> None:
    whose = Authority(at, service.address, extra=12)  # 12 certificates more: 11 KB a timestamp
    signer = office_of(whose)
    states = list(steps(copy, signer, "text", at, at))
    assert len(states) == 4  # signed, signed with room, stamped, proved
    assert json.loads(judged(copy, states[-1], signer, "text", roots_of(whose)))["level"] == "PAdES B-LTA"
    assert len(list(steps(copy, signer, "text", at, at))) == 3  # what was learned stays


def test_a_crash_after_any_step_costs_no_second_signature_and_no_second_timestamp(
    copy: bytes, service: Service, authority: Authority, office_of: Any, at: datetime
) -> None:
    signer = office_of()
    first, stamped, proved = steps(copy, signer, "text", at, at)
    for kept in (first, stamped, proved):
        service.asked.clear()
        rest = list(steps(copy, office_of(), "text", at, at, signed=kept))
        end = rest[-1] if rest else kept
        assert signature(end) == signature(first)
        assert service.asked.get("tsa", 0) == {first: 2, stamped: 1, proved: 0}[kept]
        assert json.loads(judged(copy, end, signer, "text", roots_of(authority)))["level"] == "PAdES B-LTA"


def test_a_file_below_its_level_is_not_published(
    copy: bytes, authority: Authority, office_of: Any, at: datetime
) -> None:
    signer = office_of()
    for state in list(steps(copy, signer, "text", at, at))[:-1]:
        with pytest.raises(Refused) as caught:
            judged(copy, state, signer, "text", roots_of(authority))
        assert caught.value.reason == "seal.check-failed"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"level": "B-X"}, "B-X"),
        ({"timestamp_url": ""}, "timestamp_url"),
        ({"roots": ("keys/none.pem",)}, "none.pem"),
        ({"timestamp_url": "file:///etc/passwd"}, "http"),
    ],
)
def test_a_level_without_what_it_needs_is_said_at_once(
    settings: Any, said: str, copy: bytes, office_of: Any, at: datetime
) -> None:
    def asked() -> None:
        signer = office_of(**settings)
        signer.raised(signer.sign(copy, INVISIBLE, at), at)

    with pytest.raises(Misconfigured, match=said):
        asked()
