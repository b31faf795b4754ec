"""A sealed copy is signed, judged, and never valid again once a byte of it is changed."""

from __future__ import annotations

import asyncio
import io
import json
import random
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from hoso.cli.verdict import sentence
from hoso.errors import Misconfigured, Refused
from hoso.pdf.check import violations
from hoso.settings import Seal
from hoso.signers import pkcs12
from hoso.signers.api import Look
from hoso.signers.demo import TEST, make_demo
from hoso.signers.validate import validate
from hoso.stages.seal import judged, look_for, seal
from hoso.stages.verify import verify

INVISIBLE = Look("invisible", 0, (0.0, 0.0, 0.0, 0.0), ())
HOSTILE = Path(__file__).parents[2] / ".." / "shared" / "hostile"


def valid(data: bytes, roots: Any) -> bool:
    findings = validate(data, roots)
    return bool(findings) and all(finding.valid for finding in findings)


@pytest.mark.parametrize("look", ["text", "seal", "invisible"])
def test_a_sealed_copy_is_valid_and_still_pdf_a(
    look: str, copy: bytes, signer: Any, at: Any, roots: Any, office: Any
) -> None:
    signed, evidence = seal(copy, signer, look, at, roots, office=office.name)
    assert signed.startswith(copy)
    assert violations(signed) == ()
    (finding,) = validate(signed, roots)
    assert finding.valid
    assert finding.signed_at == at.isoformat()
    assert finding.algorithm == "RSASSA-PSS 2048 SHA-256"
    told = json.loads(evidence)
    assert told["certificate_sha256"] == signer.fingerprint
    assert told["profile"] == look
    assert told["revocation"] == "not-checked"
    assert told["revocation_text"].startswith("Lưu ý: mức PAdES B-B không hỏi và không giữ")


def test_the_signature_is_pades_and_says_its_instant_in_the_dictionary_alone(sealed: bytes) -> None:
    from asn1crypto import cms

    assert b"/SubFilter /ETSI.CAdES.detached" in sealed
    with pikepdf.open(io.BytesIO(sealed)) as pdf:
        assert str(pdf.Root.AcroForm.Fields[0].V.M) == "D:20261123140509+07'00'"
    contents = re.search(rb"/Contents <([0-9a-fA-F]+)>", sealed)
    assert contents
    held = cms.ContentInfo.load(bytes.fromhex(contents.group(1).decode()))["content"]
    names = {one["type"].native for one in held["signer_infos"][0]["signed_attrs"]}
    assert names == {"content_type", "message_digest", "signing_certificate_v2"}  # ETSI EN 319 142-1: no signing_time
    assert (
        len(held["certificates"]) == 1
        or held["certificates"][0].chosen.subject != held["certificates"][0].chosen.issuer
    )


def test_metadata_stay_as_composed(copy: bytes, sealed: bytes) -> None:
    with pikepdf.open(io.BytesIO(copy)) as before, pikepdf.open(io.BytesIO(sealed)) as after:
        assert before.Root.Metadata.read_bytes() == after.Root.Metadata.read_bytes()
        assert dict(before.docinfo) == dict(after.docinfo)


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="poppler-utils is not installed")
def test_poppler_finds_the_signature_valid_and_whole(sealed: bytes, tmp_path: Path) -> None:
    path = tmp_path / "sealed.pdf"
    path.write_bytes(sealed)
    told = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, check=False).stdout.decode()
    assert "Signature Validation: Signature is Valid." in told
    assert "Total document signed" in told
    assert "ETSI.CAdES.detached" in told
    path.write_bytes(sealed.replace(b"/Lang (vi-VN)", b"/Lang (vi-VM)", 1))
    told = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, check=False).stdout.decode()
    assert "Signature is Valid" not in told


@pytest.mark.skipif(shutil.which("qpdf") is None, reason="qpdf is not installed")
def test_qpdf_finds_no_fault(sealed: bytes, tmp_path: Path) -> None:
    path = tmp_path / "sealed.pdf"
    path.write_bytes(sealed)
    assert subprocess.run(["qpdf", "--check", path], capture_output=True, check=False).returncode == 0


def test_a_flipped_byte_is_never_valid(sealed: bytes, roots: Any) -> None:
    contents = re.search(rb"/Contents <[0-9a-fA-F]+>", sealed)
    assert contents
    chance = random.Random(20261123)
    places = [*range(0, 12), len(sealed) - 1, contents.start() + 10, contents.end() - 1]
    places += [chance.randrange(contents.start()) for _ in range(25)]
    places += [chance.randrange(contents.end(), len(sealed)) for _ in range(10)]
    for place in places:
        changed = bytearray(sealed)
        changed[place] ^= 1 << chance.randrange(8)
        assert not valid(bytes(changed), roots), f"byte {place}"


def test_a_flipped_digit_within_the_signature_is_never_valid(sealed: bytes, roots: Any) -> None:
    contents = re.search(rb"/Contents <([0-9a-fA-F]+)>", sealed)
    assert contents
    chance = random.Random(7)
    length = len(contents.group(1))
    used = length - len(contents.group(1)) + len(contents.group(1).rstrip(b"0"))
    for place in [*(chance.randrange(used) for _ in range(12)), used + 40, length - 2]:
        changed = bytearray(sealed)
        digit = chr(changed[contents.start(1) + place])
        changed[contents.start(1) + place] = ord("1" if digit != "1" else "2")
        assert not valid(bytes(changed), roots), f"digit {place} of {length}"


@pytest.mark.parametrize("tail", [b"\n", b" ", b"\0", b"%%EOF\n", b"\nhello\n"])
def test_a_byte_after_the_signature_makes_the_file_not_whole(tail: bytes, sealed: bytes, roots: Any) -> None:
    (finding,) = validate(sealed + tail, roots)
    assert not finding.whole_file
    assert not finding.valid


def appended(data: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def new_metadata(writer: Any) -> None:
    packet = writer.root["/Metadata"]
    stream = generic.StreamObject(stream_data=packet.data.replace(b"12/", b"13/"))
    writer.root["/Metadata"] = writer.add_object(stream)
    writer.update_root()


def new_content(writer: Any) -> None:
    page = writer.find_page_for_modification(0)[0].get_object()
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"1 0 0 rg 0 0 300 300 re f"))
    writer.update_container(page)


def new_annotation(writer: Any) -> None:
    page = writer.find_page_for_modification(0)[0].get_object()
    note = generic.DictionaryObject({
        generic.pdf_name("/Type"): generic.pdf_name("/Annot"), generic.pdf_name("/Subtype"): generic.pdf_name("/Square"),
        generic.pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 200, 200))),
    })  # fmt: skip
    page["/Annots"].append(writer.add_object(note))
    writer.update_container(page["/Annots"])


def signature_gone(writer: Any) -> None:
    writer.root["/AcroForm"]["/Fields"].clear()
    writer.update_container(writer.root["/AcroForm"]["/Fields"])


def proofs_added(writer: Any) -> None:
    writer.root["/DSS"] = writer.add_object(
        generic.DictionaryObject({generic.pdf_name("/Certs"): generic.ArrayObject()})
    )
    writer.update_root()


@pytest.mark.parametrize("change", [new_metadata, new_content, new_annotation, signature_gone, proofs_added])
def test_an_appended_revision_is_never_valid(change: Any, sealed: bytes, roots: Any) -> None:
    changed = appended(sealed, change)
    assert changed.startswith(sealed)
    assert not valid(changed, roots)
    assert not verify(changed, roots).valid


def test_a_second_signature_leaves_both_valid(sealed: bytes, signer: Any, at: Any, roots: Any) -> None:
    twice = signer.sign(sealed, INVISIBLE, at + timedelta(hours=1))
    first, second = validate(twice, roots)
    assert first.valid
    assert second.valid
    assert first.name != second.name
    assert not valid(twice + b"\n", roots)


@pytest.mark.parametrize("change", [new_metadata, new_content, new_annotation])
def test_what_changes_between_two_signatures_spoils_the_first(change: Any, sealed: bytes, signer: Any, at: Any,
                                                              roots: Any) -> None:  # fmt: skip
    twice = signer.sign(appended(sealed, change), INVISIBLE, at + timedelta(hours=1))
    first, second = validate(twice, roots)
    assert not first.valid
    assert second.valid


def test_a_stranger_s_root_is_not_trusted(sealed: bytes, at: Any, tmp_path: Path) -> None:
    make_demo(tmp_path, at, "CƠ QUAN KHÁC")
    (finding,) = validate(sealed, [(tmp_path / "roots.pem").read_bytes()])
    assert finding.intact
    assert finding.whole_file
    assert not finding.trusted
    (finding,) = validate(sealed, [])
    assert not finding.trusted


def test_what_a_stranger_signed_is_not_kept(copy: bytes, signer: Any, at: Any, tmp_path: Path) -> None:
    make_demo(tmp_path, at, "CƠ QUAN KHÁC")
    with pytest.raises(Refused) as caught:
        seal(copy, signer, "text", at, [(tmp_path / "roots.pem").read_bytes()])
    assert caught.value.reason == "seal.check-failed"


def test_a_copy_that_is_no_pdf_a_is_not_sealed(copy: bytes, signer: Any, at: Any, roots: Any) -> None:
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("1"))
        out = io.BytesIO()
        pdf.save(out, fix_metadata_version=False)
    with pytest.raises(Refused) as caught:
        seal(out.getvalue(), signer, "invisible", at, roots)
    assert caught.value.reason == "seal.check-failed"
    assert "6.5.1" in str(caught.value)


def test_a_signed_file_that_lay_waiting_is_judged_before_it_counts(
    copy: bytes, sealed: bytes, signer: Any, roots: Any
) -> None:
    assert json.loads(judged(copy, sealed, signer, "text", roots))["whole_file"] is True
    for spoiled in (sealed + b"\n", sealed.replace(b"/Lang (vi-VN)", b"/Lang (vi-VM)", 1), copy, copy[:-9] + sealed):
        with pytest.raises(Refused) as caught:
            judged(copy, spoiled, signer, "text", roots)
        assert caught.value.reason == "seal.check-failed"


def test_bytes_that_are_no_pdf_are_refused(signer: Any, at: Any, roots: Any) -> None:
    for look in ("text", "invisible"):
        with pytest.raises(Refused):
            seal(b"nothing", signer, look, at, roots)


def test_an_unknown_look_is_named(copy: bytes, signer: Any, at: Any, roots: Any) -> None:
    with pytest.raises(Misconfigured, match="golden"):
        seal(copy, signer, "golden", at, roots)


def test_the_look_keeps_off_what_is_written(copy: bytes, at: Any, office: Any) -> None:
    from hoso.pdf import marks
    from hoso.stages.place import Ground

    look = look_for(copy, "text", office.name, at)
    _, taken = marks.spots(copy)
    assert Ground(taken).covered(look.box) == 0
    assert look.box[2] > 0.9
    assert look.box[3] < 0.2


@pytest.mark.parametrize("size", [(337, 212), (120, 120), (60, 400), (3000, 200)])
def test_a_card_or_slip_is_marked_and_sealed_within_its_page(
    size: tuple[int, int], paper: Any, save: Any, filed: Any, signer: Any, at: Any, roots: Any, office: Any
) -> None:
    from hoso.pdf import marks

    card = replace(paper(), image=Image.new("RGB", size, "white"), words=())
    copy = filed((save(card.image, "PNG", dpi=(100, 100)), "image/png", card.seen()))
    look = look_for(copy, "seal", office.name, at)
    assert min(look.box) >= 0
    assert max(look.box) <= 1.0001
    signed, _ = seal(copy, signer, "seal", at, roots, office=office.name)
    assert violations(signed) == ()
    if size[0] > 200:
        assert marks.found(signed)


def shown(pdf: bytes) -> np.ndarray[Any, Any]:
    document = pypdfium2.PdfDocument(pdf)
    document.init_forms()
    pixels = np.asarray(document[0].render(scale=2).to_pil().convert("RGB")).astype(int)
    document.close()
    return pixels


def test_the_look_is_seen_and_is_text(copy: bytes, sealed: bytes, at: Any, office: Any) -> None:
    look = look_for(copy, "text", office.name, at)
    before, after = shown(copy), shown(sealed)
    changed = np.argwhere(np.abs(before - after).sum(axis=2) > 100)
    high, wide = before.shape[:2]
    assert len(changed) > 200
    assert changed[:, 1].min() / wide >= look.box[0] - 0.01
    assert changed[:, 1].max() / wide <= look.box[2] + 0.01
    assert changed[:, 0].min() / high >= look.box[1] - 0.01
    assert changed[:, 0].max() / high <= look.box[3] + 0.01
    assert look.lines == (f"Ký số: {office.name}", "Thời gian ký: 23/11/2026 14:05:09 +07:00")


def test_the_image_of_a_seal_is_drawn_at_its_own_size_with_its_transparency(copy: bytes, signer: Any, at: Any, roots: Any,
                                                                            office: Any) -> None:  # fmt: skip
    pixels = np.zeros((120, 120, 4), np.uint8)
    pixels[30:90, 30:90] = (220, 10, 20, 255)
    out = io.BytesIO()
    Image.fromarray(pixels, "RGBA").save(out, "PNG", dpi=(120, 120))
    signed, _ = seal(copy, signer, "seal", at, roots, office=office.name, image=out.getvalue())
    assert violations(signed) == ()
    red = (np.abs(shown(signed) - np.array([220, 10, 20])).sum(axis=2) < 30).sum()
    assert (
        65**2 < red < 79**2
    )  # 60 of 120 pixels at 120 dpi: half an inch, 72 pixels here; and nothing of the clear rim


def test_an_image_that_is_no_png_is_refused(copy: bytes, signer: Any, at: Any, roots: Any) -> None:
    with pytest.raises(Refused) as caught:
        seal(copy, signer, "seal", at, roots, image=b"GIF89a")
    assert caught.value.reason == "image.damaged"


def test_an_elliptic_key_signs_too(copy: bytes, at: Any, tmp_path: Path) -> None:
    make_demo(tmp_path / "keys", at, "CƠ QUAN", kind="ec")
    roots = [(tmp_path / "keys" / "roots.pem").read_bytes()]
    signed, _ = seal(copy, pkcs12.open(Seal(), tmp_path), "text", at, roots)
    (finding,) = validate(signed, roots)
    assert finding.valid
    assert finding.algorithm == "ECDSA 256 SHA-256"


def test_signing_and_validating_work_inside_an_event_loop(copy: bytes, signer: Any, at: Any, roots: Any) -> None:
    async def work() -> bool:
        return valid(signer.sign(copy, INVISIBLE, at), roots)

    assert asyncio.run(work())


def test_a_certificate_out_of_its_time_signs_nothing(copy: bytes, signer: Any, at: Any) -> None:
    for when in (at + timedelta(days=800), at - timedelta(days=30)):
        with pytest.raises(Misconfigured, match="valid from"):
            signer.sign(copy, INVISIBLE, when)
    with pytest.raises(ValueError, match="zone"):
        signer.sign(copy, INVISIBLE, at.replace(tzinfo=None))


def test_a_wrong_password_names_where_it_came_from_and_never_itself(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOSO_P12_PASSWORD", "not-the-word")
    with pytest.raises(Misconfigured) as caught:
        pkcs12.open(Seal(), home)
    assert "HOSO_P12_PASSWORD" in str(caught.value)
    assert "not-the-word" not in str(caught.value)
    monkeypatch.delenv("HOSO_P12_PASSWORD")
    (home / "other").write_text("wrong-too\n")
    with pytest.raises(Misconfigured) as caught:
        pkcs12.open(Seal(password_file="other"), home)
    assert str(home / "other") in str(caught.value)
    assert "wrong-too" not in str(caught.value)


def test_a_missing_key_or_password_is_named(home: Path) -> None:
    with pytest.raises(Misconfigured, match=r"none\.p12"):
        pkcs12.open(Seal(p12="none.p12"), home)
    with pytest.raises(Misconfigured, match=r"none\.password"):
        pkcs12.open(Seal(password_file="none.password"), home)


def test_a_root_that_is_no_certificate_is_named(sealed: bytes) -> None:
    with pytest.raises(Misconfigured, match="root"):
        validate(sealed, [b"nothing"])


def test_the_test_authority_is_for_the_owner_alone_and_says_test(at: Any, tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    make_demo(keys, at, "ỦY BAN NHÂN DÂN THÀNH PHỐ CÓ TÊN RẤT DÀI ĐỂ THỬ ĐỘ DÀI CỦA TÊN TRONG CHỨNG THƯ SỐ")
    assert sorted(path.name for path in keys.iterdir()) == ["roots.pem", "signer.p12", "signer.password"]
    assert {path.stat().st_mode & 0o777 for path in keys.iterdir()} == {0o600}
    before = {path: path.read_bytes() for path in keys.iterdir()}
    make_demo(keys, at, "CƠ QUAN")
    assert before == {path: path.read_bytes() for path in keys.iterdir()}
    signer = pkcs12.open(Seal(), tmp_path)
    assert TEST in signer.name


def test_verify_tells_all_of_a_sealed_copy(sealed: bytes, roots: Any, office: Any) -> None:
    told = verify(sealed, roots)
    assert told.valid
    assert (told.pages, told.claim) == (1, "2U")
    assert told.mark.startswith(f"Chuyển đổi từ văn bản giấy; {office.name}")
    assert told.text.startswith("Chữ ký số hợp lệ (1). Lưu ý: tệp không giữ chứng cứ thu hồi")
    assert told.unproven
    assert "no proof (OCSP, CRL)" in sentence(told, "en")


@pytest.mark.parametrize("data", [b"", b"nothing", b"%PDF-1.7\n", b"%PDF-1.7\n/ByteRange [0 1 2 3]"])
def test_verify_answers_on_what_is_no_pdf(data: bytes, roots: Any) -> None:
    told = verify(data, roots)
    assert not told.readable
    assert not told.valid
    assert told.text.startswith("Không đọc được")


def test_verify_answers_on_every_cut_of_a_sealed_copy(sealed: bytes, roots: Any) -> None:
    for share in range(1, 16):
        assert not verify(sealed[: len(sealed) * share // 16], roots).valid


def test_an_unsigned_copy_is_not_valid(copy: bytes, roots: Any) -> None:
    told = verify(copy, roots)
    assert told.readable
    assert not told.valid
    assert "không có chữ ký" in told.text


@pytest.mark.skipif(not HOSTILE.is_dir(), reason="shared/hostile is not beside this checkout")
@pytest.mark.parametrize("path", sorted(HOSTILE.glob("*.pdf")) if HOSTILE.is_dir() else [], ids=lambda p: p.name)
def test_verify_never_raises_over_a_hostile_file(path: Path, roots: Any) -> None:
    assert not verify(path.read_bytes(), roots).valid


def test_a_copy_of_over_100_megabytes_is_sealed_and_checked(
    paper: Any, save: Any, filed: Callable[..., bytes], signer: Any, at: Any, roots: Any, tmp_path: Path
) -> None:
    page = paper()
    small = save(page.image, "JPEG", dpi=(100, 100), quality=85)
    notes = (random.Random(place).randbytes(65_000) for place in range(1700))
    comments = b"".join(b"\xff\xfe" + (len(note) + 2).to_bytes(2, "big") + note for note in notes)
    large = filed((small[:2] + comments + small[2:], "image/jpeg", page.seen()))
    assert len(large) > 100 << 20
    signed, _ = seal(large, signer, "text", at, roots)
    assert signed.startswith(large)
    path = tmp_path / "large.pdf"
    path.write_bytes(signed)
    told = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, check=False).stdout.decode()
    assert "Signature is Valid" in told
    harmed = bytearray(signed)
    harmed[80 << 20] ^= 1
    assert not valid(bytes(harmed), roots)
