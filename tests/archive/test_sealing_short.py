"""The short way to a seal, appended and vouched for by ourselves, says and keeps all that the long way does."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from PIL import Image

from hoso.imaging import encode
from hoso.imaging.shade import dark
from hoso.pdf import marks, slot, stamp
from hoso.pdf.check import examine, violations
from hoso.pdf.pieces import pieces, written
from hoso.settings import Seal
from hoso.signers import pkcs12
from hoso.signers import vouching as vouching_module
from hoso.signers.api import Look, NoRoom
from hoso.signers.container import Container
from hoso.signers.demo import make_demo
from hoso.signers.held import HASHES, Held
from hoso.signers.pades import PadesSigner
from hoso.signers.proofs import Proofs
from hoso.signers.validate import validate
from hoso.stages.place import Ground
from hoso.stages.seal import judged, seal

INVISIBLE = Look("invisible", 0, (0.0, 0.0, 0.0, 0.0), ())


def named(
    name: str, key: Any, issuer: str, by: Any, at: datetime, until: datetime, *, ca: bool = False
) -> x509.Certificate:
    """A certificate as a small authority issues it, from an hour before ``at`` on."""
    usage = x509.KeyUsage(not ca, not ca, False, False, False, ca, ca, False, False)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(hours=1))
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(by, hashes.SHA256())
    )


def signing(key: Any) -> Callable[[bytes, str], bytes]:
    def raw(data: bytes, digest: str) -> bytes:
        chosen = HASHES[digest]
        if isinstance(key, ec.EllipticCurvePrivateKey):
            return key.sign(data, ec.ECDSA(chosen))
        signed: bytes = key.sign(data, padding.PSS(padding.MGF1(chosen), chosen.digest_size), chosen)
        return signed

    return raw


def vouched(signer: Any, data: bytes, roots: Any) -> Any:
    return signer.vouched(data, examine(data).slots, roots)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows with each full validation that vouching falls back to."""
    told: list[int] = []

    def full(*given: Any) -> Any:
        told.append(1)
        return validate(*given)

    monkeypatch.setattr(vouching_module, "validate", full)
    return told


@pytest.mark.parametrize("kind", ["rsa", "ec"])
@pytest.mark.parametrize("look", ["text", "seal", "invisible"])
def test_a_vouched_finding_is_the_one_of_a_full_validation(
    look: str, kind: str, copy: bytes, at: datetime, office: Any, tmp_path: Path, counted: list[int]
) -> None:
    make_demo(tmp_path / "keys", at, "CƠ QUAN", kind=kind)
    roots, signer = [(tmp_path / "keys" / "roots.pem").read_bytes()], pkcs12.open(Seal(), tmp_path)
    for minute in range(3):
        when = at + timedelta(minutes=minute)
        signed, _ = seal(copy, signer, look, when, roots, office=office.name)
        assert vouched(signer, signed, roots) == validate(signed, roots)
        assert signed.startswith(copy)
        assert violations(signed) == ()
    assert len(counted) == 1


def test_the_container_is_the_one_of_the_library(home: Path, signer: Any) -> None:
    from hoso.signers.awaiting import finish

    held = signer._held
    digest = bytes(range(100, 132))
    ours = cms.ContentInfo.load(Container(held).signed(digest)).native["content"]
    theirs = finish(held.async_sign(digest, "sha256", use_pades=True)).native["content"]
    for one in (ours, theirs):
        assert len(one["signer_infos"][0].pop("signature")) == 256
        attributes = one["signer_infos"][0].pop("signed_attrs")
        one["attributes"] = sorted(attributes, key=lambda attribute: str(attribute["type"]))
    assert ours == theirs


CURVES = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}


@pytest.mark.parametrize("kind", ["2048", "3072", *CURVES])
def test_a_container_confirms_its_own_value_alone(kind: str, at: datetime) -> None:
    key: Any = ec.generate_private_key(CURVES[kind]) if kind in CURVES else rsa.generate_private_key(65537, int(kind))
    held = Held(named("A", key, "A", key, at, at + timedelta(days=9)), (), signing(key), "here")
    container, size = Container(held), HASHES[held.digest].digest_size
    made = container.signed(bytes(size))
    assert container.holds(made, bytes(size))
    assert container.holds(made + bytes(100), bytes(size))
    assert not container.holds(made + b"\0\1", bytes(size))
    assert not container.holds(made, bytes(size - 1) + b"\1")
    for place in range(0, len(made), 7):
        changed = bytearray(made)
        changed[place] ^= 4
        assert not container.holds(bytes(changed), bytes(size)), place
    assert not container.holds(b"", bytes(size))


def test_a_new_day_or_other_roots_are_validated_in_full(
    copy: bytes, at: datetime, home: Path, roots: Any, counted: list[int], tmp_path: Path
) -> None:
    signer = pkcs12.open(Seal(), home)
    days = [at, at + timedelta(hours=1), at + timedelta(days=1), at]
    files = [seal(copy, signer, "invisible", day, roots)[0] for day in days]
    assert len(counted) == 2
    assert all(vouched(signer, one, roots)[0].valid for one in files)
    assert len(counted) == 2
    make_demo(tmp_path / "keys", at, "CƠ QUAN KHÁC")
    for _ in range(2):
        (finding,) = vouched(signer, files[0], [(tmp_path / "keys" / "roots.pem").read_bytes()])
        assert finding.intact
        assert not finding.trusted
    assert len(counted) == 4


def test_an_authority_that_ends_within_the_day_ends_the_trust(
    copy: bytes, at: datetime, counted: list[int], tmp_path: Path
) -> None:
    """The certificates of signer and root go on; that of the authority between them does not."""
    end, long = at + timedelta(hours=2), at + timedelta(days=9)
    above, middle, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    root = named("ROOT", above, "ROOT", above, at, long, ca=True).public_bytes(Encoding.DER)
    between = named("MIDDLE", middle, "ROOT", above, at, end, ca=True)
    held = Held(named("A", key, "MIDDLE", middle, at, long), (between,), signing(key), "here")
    signer = PadesSigner(held, Proofs(Seal(), tmp_path))
    told = []
    for second in (-7200, -3600, -1, 1, 3600):  # from the end on: a validation is lenient by a second
        signed = signer.sign(copy, INVISIBLE, end + timedelta(seconds=second))
        told += vouched(signer, signed, [root])
        assert told[-1:] == list(validate(signed, [root]))
    assert [finding.valid for finding in told] == [True, True, True, True, False]
    assert len(counted) == 4


def test_what_another_key_signed_is_not_vouched_for(
    copy: bytes, sealed: bytes, signer: Any, at: datetime, roots: Any, counted: list[int], tmp_path: Path
) -> None:
    make_demo(tmp_path / "keys", at, "CƠ QUAN KHÁC")
    stranger = pkcs12.open(Seal(), tmp_path)
    assert vouched(signer, sealed, roots)[0].valid
    foreign = stranger.sign(copy, INVISIBLE, at)
    assert not vouched(signer, foreign, roots)[0].valid
    assert not vouched(stranger, sealed, [(tmp_path / "keys" / "roots.pem").read_bytes()])[0].valid
    assert vouched(signer, copy, roots) == ()
    assert len(counted) >= 3


def changed(data: bytes, change: Callable[[Any], None], **options: Any) -> bytes:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        change(pdf)
        out = io.BytesIO()
        pdf.save(out, fix_metadata_version=False, **options)
    return out.getvalue()


def with_form(pdf: Any) -> None:
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([]))


def nothing(pdf: Any) -> None:
    pass


@pytest.mark.parametrize(
    ("change", "options"),
    [
        (with_form, {}),
        (nothing, {"object_stream_mode": pikepdf.ObjectStreamMode.generate}),
        (nothing, {"linearize": True}),
    ],
)
def test_a_file_of_another_make_is_signed_by_the_library(
    change: Any, options: Any, copy: bytes, signer: Any, at: datetime, roots: Any, office: Any
) -> None:
    from hoso.stages.seal import steps

    other = changed(copy, change, **options)
    (signed,) = steps(other, signer, "text", at, at, office=office.name)
    assert signed.startswith(other)
    assert [finding.valid for finding in validate(signed, roots)] == [True]


def test_notes_on_the_page_stay_beside_the_signature(copy: bytes, signer: Any, at: datetime, roots: Any) -> None:
    def noted(pdf: Any) -> None:
        look = pikepdf.Stream(pdf, b"", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 9, 9])
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Square, Rect=[0, 0, 9, 9], F=4, AP=pikepdf.Dictionary(N=look)
        )
        pdf.pages[0].obj.Annots = pikepdf.Array([pdf.make_indirect(note)])

    signed, _ = seal(changed(copy, noted), signer, "text", at, roots)
    with pikepdf.open(io.BytesIO(signed)) as pdf:
        kinds = [str(note.Subtype) for note in pdf.pages[0].obj.Annots]
    assert kinds == ["/Square", "/Widget"]


def test_the_same_copy_and_instant_leave_the_same_room(copy: bytes, at: datetime) -> None:
    objects = stamp.form(("Ký số: CƠ QUAN", "Thời gian ký"), 40.0, None, "CƠ QUAN")
    one, other = (slot.append(copy, 0, (0.5, 0.1, 0.9, 0.2), objects, at, 4096) for _ in range(2))
    assert one == other
    assert one is not None
    whole = b"".join((*one.before, b"<", b"0" * one.digits, b">", one.after))
    with pikepdf.open(io.BytesIO(whole)) as pdf:
        assert pdf.get_warnings() == []
        (found,) = slot.filled(pdf)
    assert found.name == slot.FIELD
    assert found.alone
    head = len(b"".join(one.before))
    assert found.byte_range == (0, head, head + 4098, len(one.after))


def test_too_little_room_is_told(copy: bytes, signer: Any, at: datetime) -> None:
    room = slot.append(copy, 0, None, (), at, 200)
    assert room is not None
    with pytest.raises(NoRoom):
        signer.fill(room.before, room.digits, room.after, at)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"startxref\n99999\n%%EOF\n", b"xref\nstartxref\n0\n%%EOF\n"])
def test_what_is_no_copy_gets_no_room(data: bytes, at: datetime) -> None:
    assert slot.append(data, 0, None, (), at, 100) is None


def test_the_look_is_the_same_whoever_appends_it(copy: bytes, signer: Any, at: datetime) -> None:
    """Drawn by the library from a page, and by us from objects: not a pixel differs."""
    import pypdfium2

    lines, box, image = ("Ký số: CƠ QUAN", "Thời gian ký: 23/11/2026"), (0.5, 0.1, 0.9, 0.2), red()
    long = signer.sign(copy, Look("seal", 0, box, lines, stamp.stamp(lines, 40.0, image)), at)
    room = slot.append(copy, 0, box, stamp.form(lines, 40.0, image), at, signer.digits)
    assert room is not None
    short = signer.fill(room.before, room.digits, room.after, at)
    shown = []
    for data in (long, short):
        document = pypdfium2.PdfDocument(data)
        document.init_forms()
        shown.append(np.asarray(document[0].render(scale=2).to_pil()).copy())
        document.close()
    assert (shown[0] == shown[1]).all()
    assert violations(short) == ()


def red() -> Any:
    pixels = np.zeros((40, 40, 4), np.uint8)
    pixels[10:30, 10:30] = (220, 10, 20, 200)
    out = io.BytesIO()
    Image.fromarray(pixels, "RGBA").save(out, "PNG", dpi=(120, 120))
    return encode.graphic(out.getvalue())


def test_objects_are_written_under_any_numbers() -> None:
    with pikepdf.new() as pdf:
        inner = pdf.make_indirect(pikepdf.Dictionary(A=True, B=pikepdf.Array([1, 2.5, pikepdf.String("3 0 R")])))
        stream = pdf.make_indirect(pikepdf.Stream(pdf, b"abc", X=inner, Y=inner))
        bodies = [written(one, 70) for one in pieces(pdf.make_indirect(pikepdf.Dictionary(S=stream, I=inner)))]
    assert len(bodies) == 3
    told = b"%PDF-1.7\n" + b"".join(b"%d 0 obj\n%s\nendobj\n" % (70 + n, one) for n, one in enumerate(bodies))
    told += b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R /Own 70 0 R >>\nendobj\n"
    told += b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n3 0 obj\n"
    told += b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n"
    with pikepdf.open(io.BytesIO(told), suppress_warnings=True) as pdf:
        own = pdf.Root.Own
        assert own.S.read_bytes() == b"abc"
        assert own.S.X.objgen == own.S.Y.objgen == own.I.objgen
        assert bool(own.I.A)
        assert [float(value) for value in list(own.I.B)[:2]] == [1, 2.5]
        assert str(own.I.B[2]) == "3 0 R"


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("turn", [1, 2, 3, 4, 5, 6, 7, 8])
def test_dark_spots_are_seen_where_a_drawn_page_shows_them(rotation: int, turn: int, paper: Any, filed: Any) -> None:
    image = Image.new("RGB", (583, 827), "white")
    image.paste((200, 20, 30), (60, 40, 150, 90))  # not symmetric in any way
    image.paste((20, 20, 20), (30, 700, 60, 820))
    exif = Image.Exif()
    exif[0x0112] = turn
    out = io.BytesIO()
    image.save(out, "JPEG", dpi=(100, 100), exif=exif.tobytes())
    picture = encode.embed(out.getvalue(), "image/jpeg")
    wide, high = (583, 827) if (turn >= 5) == (rotation % 180 == 90) else (827, 583)
    drawn = from_page(picture, rotation, wide * 0.72, high * 0.72)
    seen = dark(picture, rotation, wide * 0.72, high * 0.72)
    assert seen is not None
    one, other = Ground(drawn), Ground(seen)
    places = [(x / 24, y / 24, (x + 1) / 24, (y + 1) / 24) for x in range(24) for y in range(24)]
    far = [place for place in places if abs(one.covered(place) - other.covered(place)) > 0.5]
    assert sum(one.covered(place) for place in places) > 4
    assert not far, far


def from_page(picture: Any, rotation: int, width: float, height: float) -> Any:
    from hoso.pdf.compose import _TRIAL, Part, compose

    return marks.spots(compose([Part(width, height, rotation, picture)], None, _TRIAL))[1]


def test_spots_of_what_is_no_jpeg_are_left_to_drawing() -> None:
    out = io.BytesIO()
    Image.new("L", (50, 50)).save(out, "PNG")
    assert dark(encode.embed(out.getvalue(), "image/png"), 0, 36.0, 36.0) is None


def test_the_evidence_is_the_same_the_second_time(copy: bytes, signer: Any, at: datetime, roots: Any) -> None:
    signed, first = seal(copy, signer, "text", at, roots)
    assert judged(copy, signed, signer, "text", roots) == first
    assert x509.load_der_x509_certificate(signer.certificate).public_key()
