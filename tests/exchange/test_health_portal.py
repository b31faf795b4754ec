"""The health portal, against a server that keeps what it was told and errs as servers do."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cases import CERTIFICATE, FACILITY, application_case, case, certificate, filing
from lxml import etree
from servers import AFTER, Portal, serving
from signxml import DigestAlgorithm, SignatureConfiguration, SignatureMethod, XMLVerifier

from hoso.errors import Misconfigured, Unavailable
from hoso.exports.doors import health_portal
from hoso.exports.doors.api import Attempt, Case, Message, Unanswered
from hoso.recipe import delivering, outbox
from hoso.site import Site

Opened = Callable[[str], Site]
SCHEMA = json.loads((Path(__file__).parent / "health_portal.schema.json").read_text(encoding="utf-8"))
MD5 = hashlib.md5(b"mat-khau", usedforsecurity=False).hexdigest()


@pytest.fixture
def portal() -> Iterator[Portal]:
    server = Portal(f"{FACILITY}_GKSK", MD5)
    with serving(server):
        yield server


def section(server: Portal, more: str = "") -> str:
    """Settings behind ``[outbox]`` that open the door."""
    return (
        f'[health_portal]\nurl = "{server.url}/api/hssk/gksk"\nuser = "{FACILITY}_GKSK"\nfacility = "{FACILITY}"\n'
        f'rate = 0.0\ntimeout = 0.5\npassword_file = "keys/health_portal.password"\n{more}'
    )


def verifier() -> XMLVerifier:
    """A foreign verifier, without the ``xmlns=""`` that libxml2 wrongly adds to a part canonicalised in its place."""
    made = XMLVerifier()
    made.excise_empty_xmlns_declarations = True
    return made


def messages(site: Site, one: Case) -> list[Message]:
    with outbox.opened(site) as doors:
        return list(doors["health_portal"].wanted(one))


def faults(site: Site, **changed: str | None) -> str:
    (message,) = messages(site, case(certificate(**changed), registers=site.registers))
    return "; ".join(message.faults)


def test_a_certificate_is_told_as_the_portal_describes_it(open_light: Opened, portal: Portal) -> None:
    with open_light(section(portal)) as site:
        outbox.put(site, messages(site, case(certificate(), registers=site.registers)))
        assert delivering.deliver(site).sent == 1
        path, headers, body = portal.seen[0]
        jsonschema.validate(body, SCHEMA)
        assert path == "/api/hssk/gksk"
        assert (headers["username"], headers["password"]) == (f"{FACILITY}_GKSK", MD5)
        told = {name: text for name, text in body.items() if name != "SIGNDATA"}
        assert told == {
            "SO": "00012/GKSKLX/30001/26", "HOTEN": "NGUYỄN VĂN THỬ", "GIOITINHVAL": "0", "NGAYSINH": "02/01/1990",
            "DIACHITHUONGTRU": "Số 5, xã Mao Điền, thành phố Hải Phòng", "MATINH_THUONGTRU": "31",
            "MAXA_THUONGTRU": "10888",
            "SOCMND_PASSPORT": "030090000001", "NGAYTHANGNAMCAPCMND": "10/05/2021", "NOICAP": "Cục Cảnh sát QLHC về TTXH",
            "IDBENHVIEN": "30001", "BENHVIEN": "TRUNG TÂM Y TẾ THỬ NGHIỆM", "NONGDOCON": "0", "DVINONGDOCON": "0",
            "MATUY": "0", "NGAYKETLUAN": "15/06/2026", "BACSYKETLUAN": "TRẦN THỊ GIẢ", "KETLUAN": "A0-1",
            "HANGBANGLAI": "B", "STATE": "ADD",
        }  # fmt: skip
        (done,) = outbox.items(site, everything=True)
        assert done.answer is not None
        assert done.answer["id"] == "uuid-00012/GKSKLX/30001/26-B"


@pytest.mark.parametrize(
    ("algorithm", "method", "digest"),
    [
        ("rsa-sha1", SignatureMethod.RSA_SHA1, DigestAlgorithm.SHA1),
        ("rsa-sha256", SignatureMethod.RSA_SHA256, DigestAlgorithm.SHA256),
    ],
)
def test_a_foreign_verifier_accepts_the_signed_xml(
    open_light: Opened, portal: Portal, algorithm: str, method: Any, digest: Any
) -> None:
    with open_light(section(portal, f'algorithm = "{algorithm}"\n')) as site:
        outbox.put(site, messages(site, case(certificate(), registers=site.registers)))
        delivering.deliver(site)
        body = portal.seen[0][2]
        expect = SignatureConfiguration(
            signature_methods=frozenset({method}), digest_algorithms=frozenset({digest}), location="./"
        )
        from cryptography.x509 import load_der_x509_certificate

        known = load_der_x509_certificate(site.signer.certificate)
        xml = base64.b64decode(body["SIGNDATA"], validate=True)
        found = verifier().verify(xml, x509_cert=known, expect_config=expect, validate_schema=True)
        root = etree.fromstring(xml)
        assert root.tag == "root"
        fields = {child.tag: child.text for child in root if not str(child.tag).startswith("{")}
        assert fields == {name: text for name, text in body.items() if name != "SIGNDATA"}
        assert found.signed_xml is not None
        assert [child.tag for child in found.signed_xml] == list(fields)


def test_what_is_altered_after_signing_is_found_out(open_light: Opened, portal: Portal) -> None:
    from cryptography.x509 import load_der_x509_certificate
    from signxml.exceptions import InvalidDigest

    with open_light(section(portal, 'algorithm = "rsa-sha256"\n')) as site:
        outbox.put(site, messages(site, case(certificate(), registers=site.registers)))
        delivering.deliver(site)
        xml = base64.b64decode(portal.seen[0][2]["SIGNDATA"]).replace(b"A0-1", b"A0-2")
        with pytest.raises(InvalidDigest):
            verifier().verify(xml, x509_cert=load_der_x509_certificate(site.signer.certificate))


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"ngay_cap": None}, "thiếu: ngày cấp giấy tờ tùy thân"),
        ({"ngay_sinh": "1990"}, "thiếu: ngày sinh"),
        ({"so_cccd": None, "noi_cap": None}, "thiếu: số giấy tờ tùy thân, nơi cấp"),
        ({"so": "12/GKSKLX"}, "số giấy không đúng dạng"),
        ({"ngay_ket_luan": "2025-12-31"}, "năm trong số giấy khác năm"),
        ({"nong_do_con": "Âm tính"}, "thiếu: đơn vị của nồng độ cồn"),
        ({"dia_chi": "xã Không Có, thành phố Hải Phòng"}, "thiếu: mã xã"),
        ({"ket_luan": "xem phụ lục"}, "thiếu: kết luận"),
        ({"ma_tuy": "chưa làm"}, "thiếu: kết quả ma túy"),
    ],
)
def test_what_the_portal_would_refuse_is_held_before_it_goes(
    open_light: Opened, portal: Portal, changed: dict[str, str | None], fault: str
) -> None:
    with open_light(section(portal)) as site:
        assert fault in faults(site, **changed)
        outbox.put(site, messages(site, case(certificate(**changed), registers=site.registers)))
        assert delivering.deliver(site).sent == 0
        assert portal.requests == 0


@pytest.mark.parametrize(
    ("alcohol", "told"),
    [
        ("0 mg/100ml máu", ("0", "0")),
        ("12,5 mg/100 ml máu", ("12.5", "0")),
        ("0,2 mg/l khí thở", ("0.2", "1")),
        ("0.25 mg/1 lít khí thở", ("0.25", "1")),
        ("0 mg/dL", ("0", "0")),
        ("Không có cồn", ("0", "0")),
        ("3 g", ("3", None)),
    ],
)
def test_alcohol_is_told_with_its_unit(alcohol: str, told: tuple[str, str | None]) -> None:
    assert health_portal._alcohol(alcohol, "0" if "Không" in alcohol else "") == told


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ("Đủ điều kiện sức khỏe lái xe hạng B", "A0-1"),
        ("Không đủ điều kiện sức khỏe lái xe hạng C", "A0-2"),
        ("Đạt tiêu chuẩn sức khỏe lái xe hạng B nhưng yêu cầu khám lại", "A0-3"),
        ("Chưa kết luận", None),
    ],
)
def test_the_conclusion_is_told_by_its_code(printed: str, code: str | None) -> None:
    assert health_portal._conclusion(printed, ("A0-1", "A0-2", "A0-3")) == code


def test_certificates_of_other_facilities_and_other_papers_are_not_reported(open_light: Opened, portal: Portal) -> None:
    with open_light(section(portal)) as site:
        assert not messages(site, case(certificate(so="00012/GKSKLX/31999/26"), registers=site.registers))
        assert [m.kind for m in messages(site, application_case(site.registers))] == ["certificate"]


def test_a_changed_certificate_is_edited_and_an_equal_one_not_sent(open_light: Opened, portal: Portal) -> None:
    with open_light(section(portal)) as site:
        for values in ({}, {}, {"bac_si": "LÊ VĂN MẪU"}):
            outbox.put(site, messages(site, case(certificate(**values), registers=site.registers)))
            delivering.deliver(site)
        key = CERTIFICATE["so"], "B"
        assert (portal.added[key], portal.edited[key]) == (1, 1)
        assert portal.held[key]["BACSYKETLUAN"] == "LÊ VĂN MẪU"
        assert [body["STATE"] for _, _, body in portal.seen] == ["ADD", "EDIT"]


def test_two_classes_of_one_number_are_two_messages(open_light: Opened, portal: Portal) -> None:
    with open_light(section(portal)) as site:
        papers = [
            filing("giay_kham_suc_khoe_lai_xe", CERTIFICATE | {"hang_gplx": class_}, n)
            for n, class_ in ((1, "B"), (2, "C1"))
        ]
        for paper in papers:
            outbox.put(site, messages(site, case(paper, registers=site.registers)))
        delivering.deliver(site)
        assert {class_ for _, class_ in portal.added} == {"B", "C1"}


@pytest.mark.parametrize("mood", AFTER)
def test_after_any_silence_it_is_there_once(open_light: Opened, clock: Any, portal: Portal, mood: str) -> None:
    portal.mood = lambda number, path: mood if number == 1 else "ok"
    with open_light("pause = 1.0\n" + section(portal)) as site:
        outbox.put(site, messages(site, case(certificate(), registers=site.registers)))
        assert delivering.deliver(site).failed == 1
        clock.sleep(5)
        assert delivering.deliver(site).sent == 1
        assert (portal.added.total(), portal.edited.total()) == (1, 1)


def test_after_a_silence_before_the_work_it_is_added(open_light: Opened, clock: Any, portal: Portal) -> None:
    portal.mood = lambda number, path: "drop" if number == 1 else "ok"
    with open_light("pause = 1.0\n" + section(portal)) as site:
        outbox.put(site, messages(site, case(certificate(), registers=site.registers)))
        delivering.deliver(site)
        clock.sleep(5)
        assert delivering.deliver(site).sent == 1
        assert (portal.added.total(), portal.edited.total()) == (1, 0)


def test_a_refusal_is_held_with_the_portals_words_in_the_store_alone(open_light: Opened, portal: Portal) -> None:
    portal.check = lambda body: f"Số {body['SOCMND_PASSPORT']} của {body['HOTEN']} không hợp lệ"
    with open_light(section(portal)) as site:
        outbox.put(site, messages(site, case(certificate(), registers=site.registers)))
        assert delivering.deliver(site).held == 1
        (held,) = outbox.items(site)
        assert "NGUYỄN VĂN THỬ không hợp lệ" in outbox.said(site, held.said)
        assert "030090000001" not in json.dumps([dict(fact.body) for fact in site.ledger.facts()], default=str)


def test_a_wrong_password_stops_the_door_and_costs_no_try(open_light: Opened, portal: Portal) -> None:
    portal.password = "another"
    with open_light(section(portal)) as site:
        outbox.put(site, messages(site, case(certificate(), registers=site.registers)))
        (told,) = delivering.deliver(site).told
        assert "does not let us in (401)" in told
        portal.password = MD5
        assert delivering.deliver(site).sent == 1


def test_the_password_is_read_from_the_environment_first(
    open_light: Opened, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOSO_HEALTH_PASSWORD", "khac")
    portal.password = hashlib.md5(b"khac", usedforsecurity=False).hexdigest()
    with open_light(section(portal)) as site:
        outbox.put(site, messages(site, case(certificate(), registers=site.registers)))
        assert delivering.deliver(site).sent == 1


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ('after_silence = "wait"', "after_silence"),
        ('conclusions = ["1"]', "conclusions"),
        ('alcohol_unit = "%"', "alcohol"),
    ],
)
def test_a_setting_that_cannot_be_is_told(open_light: Opened, portal: Portal, line: str, word: str) -> None:
    with (
        open_light(section(portal, line + "\n")) as site,
        pytest.raises(Misconfigured, match=word),
        outbox.opened(site),
    ):
        pass


def test_the_portal_is_trusted_by_the_roots_named_and_by_no_other(
    open_light: Opened, home: Path, tmp_path: Path
) -> None:
    certificate_file, key_file = _authority(home / "keys" / "portal-ca.pem", tmp_path)
    server = Portal(f"{FACILITY}_GKSK", MD5)
    with serving(server, certificate_file, key_file):
        for ca, sent in (("", 0), ('ca = "keys/portal-ca.pem"\n', 1)):
            with open_light(section(server, ca)) as site:
                outbox.put(site, messages(site, case(certificate(), registers=site.registers)))
                with outbox.opened(site) as doors:
                    message = messages(site, case(certificate(), registers=site.registers))[0]
                    attempt = Attempt("k", 1, site.stamp())
                    if sent:
                        assert doors["health_portal"].send(message, attempt).code == "1"
                    else:
                        with pytest.raises(Unavailable, match="TLS: CERTIFICATE_VERIFY_FAILED") as caught:
                            doors["health_portal"].send(message, attempt)
                        assert not isinstance(caught.value, Unanswered), "an unknown server may have taken it"
                        assert server.requests == 0


def test_personal_data_do_not_go_unencrypted_to_another_machine(open_light: Opened) -> None:
    server = Portal()
    server.url = "http://portal.example"
    with open_light(section(server)) as site, outbox.opened(site) as doors:
        message = messages(site, case(certificate(), registers=site.registers))[0]
        with pytest.raises(Misconfigured, match="not encrypted"):
            doors["health_portal"].send(message, Attempt("k", 1, site.stamp()))


def _authority(root: Path, folder: Path) -> tuple[Path, Path]:
    """A root in ``root``, and (certificate, key) it gave to 127.0.0.1."""
    import ipaddress
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    now = datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test root of the portal")])
    own, leaf = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())

    def issued(subject: x509.Name, key: Any, ca: bool) -> Any:
        made = (
            x509.CertificateBuilder().subject_name(subject).issuer_name(name).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=2)).add_extension(x509.BasicConstraints(ca=ca, path_length=None), True)
        )  # fmt: skip
        if not ca:
            address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
            made = made.add_extension(x509.SubjectAlternativeName([address]), False)
        return made.sign(own, hashes.SHA256())

    pem = serialization.Encoding.PEM
    root.write_bytes(issued(name, own, True).public_bytes(pem))
    certificate_file, key_file = folder / "server.pem", folder / "server.key"
    certificate_file.write_bytes(issued(x509.Name([]), leaf, False).public_bytes(pem))
    key_file.write_bytes(leaf.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return certificate_file, key_file
