"""The profile PDF/A-3u: the record goes with the copy as an associated file, and each rule of that is kept."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String

from hoso.errors import Misconfigured
from hoso.pdf.attached import Attached, attach, attachments
from hoso.pdf.check import examine, violations
from hoso.pdf.compose import Part, compose
from hoso.pdf.xmp import Meta


@pytest.fixture(scope="module")
def with_record(paper: Any, save: Any, filed: Any) -> bytes:
    page = paper()
    data = save(page.image, "JPEG", dpi=(100, 100), quality=85)
    made: bytes = filed((data, "image/jpeg", page.seen()), pdfa="3u")
    return made


def changed(copy: bytes, change: Callable[[Pdf], None]) -> bytes:
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        change(pdf)
        out = io.BytesIO()
        pdf.save(
            out, fix_metadata_version=False, object_stream_mode=pikepdf.ObjectStreamMode.disable,
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
        )  # fmt: skip
        return out.getvalue()


def held(pdf: Pdf) -> Any:
    return pdf.Root.AF[0]


def file_of(pdf: Pdf) -> Any:
    return held(pdf).EF.UF


def test_the_record_goes_with_the_copy(with_record: bytes) -> None:
    told = examine(with_record)
    assert (told.claim, told.violations) == ("3U", ())
    with pikepdf.open(io.BytesIO(with_record)) as pdf:
        ((name, data),) = attachments(pdf).items()
        assert held(pdf).AFRelationship == Name.Data
        assert file_of(pdf).Subtype == Name("/application/json")
        assert str(file_of(pdf).Params.ModDate) == "D:20261123140509+07'00'"
    record = json.loads(data)
    assert name == f"{record['document']}.json"
    assert {field["name"]: field["value"] for field in record["fields"]}["trich_yeu"] == "Về việc <thử> & nghiệm"
    assert record["pages"] == [{"scan": "HS1/1", "sha256": "a" * 64, "page": 1, "position": 0}]


def test_the_same_record_gives_the_same_bytes(paper: Any, save: Any, filed: Any, with_record: bytes) -> None:
    page = paper()
    data = save(page.image, "JPEG", dpi=(100, 100), quality=85)
    assert filed((data, "image/jpeg", page.seen()), pdfa="3u") == with_record


def test_the_default_attaches_nothing(copy: bytes) -> None:
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        assert attachments(pdf) == {}
        assert "/AF" not in pdf.Root


def test_a_sealed_copy_keeps_its_record_and_is_verified_as_3u(
    with_record: bytes, signer: Any, at: Any, roots: Any, office: Any
) -> None:
    from hoso.cli.verdict import sentence
    from hoso.stages.seal import seal
    from hoso.stages.verify import verify

    signed = seal(with_record, signer, "text", at, roots, office=office.name)[0]
    seen = verify(signed, roots)
    assert seen.valid
    assert seen.claim == "3U"
    assert "Đạt PDF/A-3u" in seen.text
    assert "PDF/A-3u holds" in sentence(seen, "en")
    with pikepdf.open(io.BytesIO(signed)) as pdf:
        assert len(attachments(pdf)) == 1


def test_a_changed_record_is_told_after_sealing(
    with_record: bytes, signer: Any, at: Any, roots: Any, office: Any
) -> None:
    from hoso.stages.seal import seal
    from hoso.stages.verify import verify

    signed = seal(with_record, signer, "invisible", at, roots, office=office.name)[0]
    with pikepdf.open(io.BytesIO(signed)) as pdf:
        raw = bytes(file_of(pdf).read_raw_bytes())
    at_ = signed.index(raw)
    flipped = signed[: at_ + 20] + bytes([signed[at_ + 20] ^ 1]) + signed[at_ + 21 :]
    assert not verify(flipped, roots).untouched


BREAKS: dict[str, Callable[[Pdf], None]] = {
    "no relation": lambda pdf: held(pdf).__delitem__("/AFRelationship"),
    "odd relation": lambda pdf: held(pdf).__setitem__("/AFRelationship", Name.Friend),
    "no UF": lambda pdf: held(pdf).__delitem__("/UF"),
    "no F": lambda pdf: held(pdf).__delitem__("/F"),
    "no media type": lambda pdf: file_of(pdf).__delitem__("/Subtype"),
    "odd media type": lambda pdf: file_of(pdf).__setitem__("/Subtype", Name.Json),
    "no date": lambda pdf: file_of(pdf).Params.__delitem__("/ModDate"),
    "odd date": lambda pdf: file_of(pdf).Params.__setitem__("/ModDate", String("yesterday")),
    "no parameters": lambda pdf: file_of(pdf).__delitem__("/Params"),
    "other size": lambda pdf: file_of(pdf).Params.__setitem__("/Size", 3),
    "other checksum": lambda pdf: file_of(pdf).Params.__setitem__("/CheckSum", String(b"0" * 16)),
    "associated with nothing": lambda pdf: pdf.Root.__delitem__("/AF"),
    "no file": lambda pdf: held(pdf).__setitem__("/EF", Dictionary()),
}


@pytest.mark.parametrize("name", BREAKS)
def test_each_broken_rule_of_attached_files_is_named(name: str, with_record: bytes) -> None:
    assert {found.clause for found in violations(changed(with_record, BREAKS[name]))} == {"6.8"}


def embedded(pdf: Pdf, data: bytes) -> None:
    stream = pdf.make_indirect(pdf.make_stream(data, Type=Name.EmbeddedFile, Subtype=Name("/application/pdf")))
    told = Dictionary(Type=Name.Filespec, F=String("a.pdf"), UF=String("a.pdf"), EF=Dictionary(F=stream, UF=stream))
    pdf.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=Array([String("a.pdf"), pdf.make_indirect(told)])))


def test_part_2_allows_files_that_are_archival_themselves_and_no_others(copy: bytes) -> None:
    assert violations(changed(copy, lambda pdf: embedded(pdf, copy))) == ()
    for data in (b"{}", copy[:-400], changed(copy, lambda pdf: embedded(pdf, copy))):
        assert "6.8" in {found.clause for found in violations(changed(copy, partial(embedded, data=data)))}


def test_what_part_2_claims_must_not_hold_what_part_3_allows(with_record: bytes) -> None:
    def claim(pdf: Pdf) -> None:
        text = pdf.Root.Metadata.read_bytes().replace(b"part>3<", b"part>2<")
        pdf.Root.Metadata = pdf.make_stream(text, Type=Name.Metadata, Subtype=Name.XML)

    assert {found.clause for found in violations(changed(with_record, claim))} == {"6.8"}


def test_files_are_not_attached_to_part_2_nor_two_of_one_name(at: Any) -> None:
    file = Attached("a.json", "application/json", b"{}", "x")
    with pytest.raises(ValueError, match="PDF/A-3"):
        compose([Part(100, 100, 0)], None, Meta("t", at), (file,))
    with Pdf.new() as pdf:
        with pytest.raises(ValueError, match="one name"):
            attach(pdf, (file, file), at)
        with pytest.raises(ValueError, match="media type"):
            attach(pdf, (Attached("a", "json", b"", "x"),), at)


def test_an_unknown_profile_is_refused_by_name(paper: Any, save: Any, filed: Any) -> None:
    page = paper()
    for how in ({"pdfa": "3b"}, {"profile": "small"}):
        with pytest.raises(Misconfigured, match=next(iter(how.values()))):
            filed((save(page.image, "JPEG"), "image/jpeg", page.seen()), **how)
