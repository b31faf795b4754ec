"""Nothing that was changed after signing is ever taken for untouched, and nothing makes the check stumble.

The attacks are made here, on a copy sealed by a trusted key: flipped bytes; revisions appended with annotations, pages,
text, fields, files; the shadow attacks that hide, replace, or hide and replace (Mainka et al., NDSS 2021); byte ranges
and signature values that are not what they say. What a later signer may add is taken, and said.
"""

from __future__ import annotations

import io
import random
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pikepdf
import pytest
from asn1crypto import cms, core
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name as name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.validation.dss import DocumentSecurityStore

from hoso.nouns import SignatureFinding
from hoso.pdf.check import examine
from hoso.signers.api import Look
from hoso.signers.validate import validate
from hoso.stages.verify import verify

INVISIBLE = Look("invisible", 0, (0.0, 0.0, 0.0, 0.0), ())
CONTENTS = re.compile(rb"/Contents <([0-9a-fA-F]+)>")
RANGE = re.compile(rb"/ByteRange \[[\d ]+\]")


@pytest.fixture(autouse=True)
def silent(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No check prints or logs a line: the library's own would name people and show tracebacks."""
    yield
    assert capfd.readouterr() == ("", "")
    assert not caplog.records


@pytest.fixture(autouse=True)
def maker(sealed: bytes, signer: Any, roots: Any) -> Iterator[Any]:
    """The signer of the copy, who has vouched for it before and so needs no second look at its certificate."""
    for _ in range(2):
        assert all(finding.valid for finding in signer.vouched(sealed, examine(sealed).slots, roots))
    MAKER.append(signer)
    yield signer
    MAKER.pop()


MAKER: list[Any] = []


def untouched(data: bytes, roots: Any) -> bool:
    findings = validate(data, roots)
    assert MAKER[-1].vouched(data, examine(data).slots, roots) == findings
    return bool(findings) and all(finding.untouched for finding in findings)


def refused(data: bytes, roots: Any) -> tuple[SignatureFinding, ...]:
    """The findings on a file that must not pass; every one has its sentence."""
    findings = validate(data, roots)
    assert MAKER[-1].vouched(data, examine(data).slots, roots) == findings
    assert not (findings and all(finding.untouched for finding in findings))
    assert not any(finding.valid and finding.state != "valid" for finding in findings)
    assert all(finding.text for finding in findings)
    assert not verify(data, roots).valid
    assert not verify(data, roots).untouched
    return findings


# Bytes flipped


def test_a_byte_flipped_anywhere_outside_the_signature_is_seen(sealed: bytes, roots: Any) -> None:
    found = CONTENTS.search(sealed)
    assert found
    chance = random.Random(20261124)
    places = [*range(0, found.start(1), found.start(1) // 120), *range(found.end(1), len(sealed), 3)]
    for place in places:
        changed = bytearray(sealed)
        changed[place] ^= 1 << chance.randrange(8)
        assert not untouched(bytes(changed), roots), f"byte {place}"


def test_a_byte_flipped_anywhere_in_the_signature_is_seen(sealed: bytes, roots: Any) -> None:
    found = CONTENTS.search(sealed)
    assert found
    raw = bytes.fromhex(found.group(1).decode())
    used = len(raw.rstrip(b"\0"))
    chance = random.Random(3)
    # Around the names and parameters of the signer, which no signature covers, each byte; elsewhere a sample.
    places = sorted({*range(30, 60), *chance.sample(range(used), 160), *range(used - 560, used - 280, 2), used + 9})
    for place in places:
        changed = bytearray(raw)
        changed[place] ^= 0x20
        data = sealed[: found.start(1)] + changed.hex().encode() + sealed[found.end(1) :]
        assert not untouched(data, roots), f"byte {place} of {used}"


# Revisions appended


def appended(data: bytes, change: Callable[[Any], None]) -> bytes:
    writer: Any = IncrementalPdfFileWriter(io.BytesIO(data), strict=False)
    writer._update_meta = lambda: None  # else its new date alone might be what is seen
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def dictionary(**entries: Any) -> Any:
    return generic.DictionaryObject({name("/" + key): value for key, value in entries.items()})


def numbers(*values: float) -> Any:
    return generic.ArrayObject(map(generic.NumberObject, values))


def page_of(writer: Any) -> Any:
    return writer.find_page_for_modification(0)[0].get_object()


def form_of(writer: Any, size: float = 300) -> Any:
    """A red square to lay over the page."""
    return writer.add_object(
        generic.StreamObject(
            dictionary(Type=name("/XObject"), Subtype=name("/Form"), BBox=numbers(0, 0, size, size)),
            stream_data=b"1 0 0 rg 0 0 300 300 re f",
        )
    )


def annotate(writer: Any) -> None:
    note = dictionary(
        Type=name("/Annot"), Subtype=name("/Stamp"), Rect=numbers(0, 0, 200, 200), F=generic.NumberObject(4),
        AP=dictionary(N=form_of(writer)),
    )  # fmt: skip
    page = page_of(writer)
    if "/Annots" in page:
        page["/Annots"].append(writer.add_object(note))
        writer.update_container(page["/Annots"])
    else:
        page["/Annots"] = generic.ArrayObject([writer.add_object(note)])
    writer.update_container(page)


def add_page(writer: Any) -> None:
    pages = writer.root["/Pages"]
    page = dictionary(
        Type=name("/Page"), Parent=writer.root.raw_get("/Pages"), MediaBox=numbers(0, 0, 300, 300),
        Contents=writer.add_object(generic.StreamObject(stream_data=b"0 0 9 9 re f")), Resources=dictionary(),
    )  # fmt: skip
    pages["/Kids"].append(writer.add_object(page))
    pages["/Count"] = generic.NumberObject(2)
    writer.update_container(pages)


def drop_page(writer: Any) -> None:
    writer.root["/Pages"]["/Kids"].clear()
    writer.update_container(writer.root["/Pages"])


def write_over(writer: Any) -> None:
    page = page_of(writer)
    held = page.raw_get("/Contents")
    more = writer.add_object(generic.StreamObject(stream_data=b"1 1 1 rg 0 0 900 900 re f"))
    page["/Contents"] = generic.ArrayObject([held, more])
    writer.update_container(page)


def turn_page(writer: Any) -> None:
    page_of(writer)["/Rotate"] = generic.NumberObject(180)
    writer.update_container(page_of(writer))


def crop_page(writer: Any) -> None:
    page_of(writer)["/CropBox"] = numbers(0, 0, 50, 50)
    writer.update_container(page_of(writer))


def add_field(writer: Any) -> None:
    field = dictionary(
        FT=name("/Tx"), T=generic.pdf_string("so"), V=generic.pdf_string("99"), Type=name("/Annot"),
        Subtype=name("/Widget"), Rect=numbers(0, 0, 200, 200), AP=dictionary(N=form_of(writer)),
    )  # fmt: skip
    fields = writer.root["/AcroForm"]["/Fields"]
    fields.append(writer.add_object(field))
    writer.update_container(fields)


def add_empty_signature_field(writer: Any) -> None:
    """A field that waits for a signature, and whose picture hides the page: the sneaky signature attack."""
    field = dictionary(
        FT=name("/Sig"), T=generic.pdf_string("Chu ky moi"), Type=name("/Annot"), Subtype=name("/Widget"),
        Rect=numbers(0, 0, 300, 300), AP=dictionary(N=form_of(writer)), P=writer.find_page_for_modification(0)[0],
    )  # fmt: skip
    ref = writer.add_object(field)
    writer.root["/AcroForm"]["/Fields"].append(ref)
    writer.update_container(writer.root["/AcroForm"]["/Fields"])
    page_of(writer)["/Annots"].append(ref)
    writer.update_container(page_of(writer)["/Annots"])


def redraw_signature(writer: Any) -> None:
    field = writer.root["/AcroForm"]["/Fields"][0]
    field["/AP"] = dictionary(N=form_of(writer))
    writer.update_container(field)


def lose_signature(writer: Any) -> None:
    writer.root["/AcroForm"]["/Fields"].clear()
    writer.update_container(writer.root["/AcroForm"]["/Fields"])


def lose_form(writer: Any) -> None:
    del writer.root["/AcroForm"]
    writer.update_root()


def need_appearances(writer: Any) -> None:
    writer.root["/AcroForm"]["/NeedAppearances"] = generic.BooleanObject(True)
    writer.update_container(writer.root["/AcroForm"])


def attach(writer: Any) -> None:
    file = writer.add_object(generic.StreamObject(dictionary(Type=name("/EmbeddedFile")), stream_data=b"other"))
    spec = dictionary(Type=name("/Filespec"), F=generic.pdf_string("a.json"), EF=dictionary(F=file))
    held = dictionary(Names=generic.ArrayObject([generic.pdf_string("a.json"), writer.add_object(spec)]))
    writer.root["/Names"] = dictionary(EmbeddedFiles=held)
    writer.update_root()


def run_script(writer: Any) -> None:
    writer.root["/OpenAction"] = dictionary(S=name("/JavaScript"), JS=generic.pdf_string("app.alert(1)"))
    writer.update_root()


def rename(writer: Any) -> None:
    writer.set_info(writer.add_object(dictionary(Title=generic.pdf_string("Another title"))))


def new_date(writer: Any) -> None:
    info = writer.trailer_view.raw_get("/Info").get_object()
    info["/ModDate"] = generic.pdf_string("D:20270101000000Z")
    writer.update_container(info)


def new_metadata(writer: Any) -> None:
    packet = generic.StreamObject(stream_data=writer.root["/Metadata"].data.replace(b"12/", b"13/"))
    writer.root["/Metadata"] = writer.add_object(packet)
    writer.update_root()


def no_metadata(writer: Any) -> None:
    del writer.root["/Metadata"]
    writer.update_root()


def layers(writer: Any) -> None:
    group = writer.add_object(dictionary(Type=name("/OCG"), Name=generic.pdf_string("x")))
    writer.root["/OCProperties"] = dictionary(OCGs=generic.ArrayObject([group]), D=dictionary())
    writer.update_root()


def orphan(writer: Any) -> None:
    """An object nothing refers to yet: what a later revision could bring to light."""
    form_of(writer)


def proofs(writer: Any) -> None:
    writer.root["/DSS"] = writer.add_object(dictionary(Certs=generic.ArrayObject()))
    writer.update_root()


def proofs_and_orphan(writer: Any) -> None:
    proofs(writer)
    orphan(writer)


def proofs_and_annotation(writer: Any) -> None:
    proofs(writer)
    annotate(writer)


REVISIONS = [
    annotate, add_page, drop_page, write_over, turn_page, crop_page, add_field, add_empty_signature_field,
    redraw_signature, lose_signature, lose_form, need_appearances, attach, run_script, rename, new_metadata, no_metadata,
    layers, orphan, proofs_and_orphan, proofs_and_annotation,
]  # fmt: skip


@pytest.mark.parametrize("change", REVISIONS, ids=lambda change: str(change.__name__))
def test_an_appended_revision_is_seen(change: Any, sealed: bytes, roots: Any) -> None:
    changed = appended(sealed, change)
    assert changed.startswith(sealed)
    findings = refused(changed, roots)
    assert not findings or {finding.state for finding in findings} <= {"changed", "broken"}


# Left out: what leaves no page or field to sign, what shows nothing, and what our signer takes out again.
LEFT_OUT = (drop_page, lose_signature, lose_form, orphan, proofs_and_orphan, need_appearances)
BETWEEN = [change for change in REVISIONS if change not in LEFT_OUT]


@pytest.mark.parametrize("change", BETWEEN, ids=lambda change: str(change.__name__))
def test_a_trusted_second_signature_does_not_heal_what_came_between(
    change: Any, sealed: bytes, signer: Any, at: datetime, roots: Any
) -> None:
    twice = signer.sign(appended(sealed, change), INVISIBLE, at + timedelta(hours=1))
    first, *_, last = refused(twice, roots)
    assert first.state == "changed"
    assert last.valid


@pytest.mark.parametrize("change", [orphan, proofs, proofs_and_orphan], ids=lambda change: str(change.__name__))
def test_what_nothing_shows_may_come_between_two_signatures(
    change: Any, sealed: bytes, signer: Any, at: datetime, roots: Any
) -> None:
    twice = signer.sign(appended(sealed, change), INVISIBLE, at + timedelta(hours=1))
    first, second = validate(twice, roots)
    assert first.valid
    assert "signature" in first.after
    assert second.valid
    refused(appended(twice, annotate), roots)


@pytest.mark.parametrize(
    "tail", [b"\n", b" ", b"\0", b"%%EOF\n", b"\n9 0 obj\n<<>>\nendobj\n", b"startxref\n0\n%%EOF\n"]
)
def test_bytes_at_the_end_are_seen(tail: bytes, sealed: bytes, roots: Any) -> None:
    refused(sealed + tail, roots)


# Shadow attacks: prepared before signing, sprung after it


def prepared(copy: bytes, signer: Any, at: datetime) -> bytes:
    """A copy signed in good faith that holds, unseen, another page tree, another catalog and a picture over its page."""
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        page = pdf.pages[0]
        cover = pdf.make_stream(b"1 1 1 rg 0 0 400 400 re f")
        cover.update({"/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Form, "/BBox": [0, 0, 400, 400]})
        page.Resources.XObject["/Cover"] = pdf.make_indirect(cover)
        page.contents_add(b"q /Cover Do Q")
        other = pdf.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.Page, MediaBox=[0, 0, 99, 99], Resources=pikepdf.Dictionary())
        )
        tree = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Pages, Kids=[other], Count=1))
        other.Parent = tree
        catalog = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Catalog, Pages=tree))
        page.obj["/PieceInfo"] = pikepdf.Dictionary(X=pikepdf.Dictionary(Private=pikepdf.Array([tree, catalog])))
        out = io.BytesIO()
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    signed: bytes = signer.sign(out.getvalue(), INVISIBLE, at)
    return signed


@pytest.fixture(scope="module")
def shadow(copy: bytes, signer: Any, at: datetime) -> bytes:
    return prepared(copy, signer, at)


def end_section(data: bytes, entries: dict[int, bytes], **trailer: bytes) -> bytes:
    """``data`` with a bare cross-reference section that re-points objects, and no object at all."""
    last = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    held = re.findall(rb"trailer\s*<<(.*?)>>\s*startxref", data, re.DOTALL)
    root = re.findall(rb"/Root (\d+ \d+ R)", held[-1] if held else data)[-1]
    size = re.findall(rb"/Size (\d+)", data)[-1]
    table = b"".join(b"%d 1\n%s \n" % (number, entry) for number, entry in sorted(entries.items()))
    told = {b"Size": size, b"Root": root, b"Prev": b"%d" % last} | {k.encode(): v for k, v in trailer.items()}
    inner = b" ".join(b"/" + key + b" " + value for key, value in told.items())
    return data + b"xref\n" + table + b"trailer\n<< " + inner + b" >>\nstartxref\n%d\n%%%%EOF\n" % len(data)


def place_of(data: bytes, pattern: bytes) -> tuple[int, int]:
    """(number, offset) of the object whose body matches."""
    for found in re.finditer(rb"(?<!\d)(\d+) 0 obj\b(.*?)endobj", data, re.DOTALL):
        if re.search(pattern, found.group(2), re.DOTALL):
            return int(found.group(1)), found.start()
    raise AssertionError(pattern)


def test_the_prepared_file_itself_is_valid(shadow: bytes, roots: Any) -> None:
    (finding,) = validate(shadow, roots)
    assert finding.valid


def test_hiding_a_cover_by_freeing_or_emptying_it_is_seen(shadow: bytes, roots: Any) -> None:
    number, _ = place_of(shadow, rb"/Form.*1 1 1 rg 0 0 400 400|/BBox \[ 0 0 400 400 \]")
    refused(end_section(shadow, {number: b"0000000000 65535 f"}), roots)

    def empty(writer: Any) -> None:
        cover = page_of(writer)["/Resources"]["/XObject"]["/Cover"]
        cover._data = b""
        cover._encoded_data = None
        writer.update_container(cover)

    refused(appended(shadow, empty), roots)


def test_replacing_a_font_or_a_value_is_seen(shadow: bytes, sealed: bytes, roots: Any) -> None:
    def other_font(writer: Any) -> None:
        fonts = page_of(writer)["/Resources"]["/Font"]
        key = next(iter(fonts))
        fonts[key] = writer.add_object(
            dictionary(Type=name("/Font"), Subtype=name("/Type1"), BaseFont=name("/ZapfDingbats"))
        )
        writer.update_container(fonts)

    refused(appended(shadow, other_font), roots)

    def other_name(writer: Any) -> None:
        value = writer.root["/AcroForm"]["/Fields"][0]["/V"]
        value["/Name"] = generic.pdf_string("Somebody else")
        writer.update_container(value)

    refused(appended(sealed, other_name), roots)


def test_hiding_and_replacing_by_a_bare_table_is_seen(shadow: bytes, roots: Any) -> None:
    pages, _ = place_of(shadow, rb"/Type /Pages(?!.*99)")
    trees = [m.start() for m in re.finditer(rb"(?<!\d)\d+ 0 obj\b[^>]*/Type /Pages", shadow)]
    for offset in trees:
        refused(end_section(shadow, {pages: b"%010d 00000 n" % offset}), roots)
    catalogs = list(re.finditer(rb"(?<!\d)(\d+) 0 obj\s*<<[^>]*/Type /Catalog", shadow))
    assert len(catalogs) > 1
    for found in catalogs:
        refused(end_section(shadow, {}, Root=found.group(1) + b" 0 R"), roots)


def test_swapped_pages_are_seen(copy: bytes, signer: Any, at: datetime, roots: Any) -> None:
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        pdf.add_blank_page(page_size=(200, 200))
        out = io.BytesIO()
        pdf.save(out)
    signed = signer.sign(out.getvalue(), INVISIBLE, at)
    assert untouched(signed, roots)

    def swap(writer: Any) -> None:
        writer.root["/Pages"]["/Kids"].reverse()
        writer.update_container(writer.root["/Pages"])

    refused(appended(signed, swap), roots)
    with pikepdf.open(io.BytesIO(signed)) as pdf:
        pdf.pages.reverse()
        out = io.BytesIO()
        pdf.save(out)
    refused(out.getvalue(), roots)


def test_a_changed_attachment_is_seen(copy: bytes, signer: Any, at: datetime, roots: Any) -> None:
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        pdf.attachments["ban-ghi.json"] = pikepdf.AttachedFileSpec(pdf, b'{"so": "12/QD-UBND"}')
        out = io.BytesIO()
        pdf.save(out, compress_streams=False)
    signed = signer.sign(out.getvalue(), INVISIBLE, at)
    assert untouched(signed, roots)
    assert signed.count(b'"12/QD-UBND"') == 1
    refused(signed.replace(b'"12/QD-UBND"', b'"13/QD-UBND"'), roots)
    number, _ = place_of(signed, rb'"12/QD-UBND"')

    def other(writer: Any) -> None:
        held = writer.get_object(generic.Reference(number, 0, writer))
        held._data = b'{"so": "13/QD-UBND"}'
        held._encoded_data = None
        writer.mark_update(generic.Reference(number, 0, writer))

    refused(appended(signed, other), roots)


# Byte ranges and signature values


def ranged(data: bytes, make: Callable[[int, int, int], str]) -> bytes:
    """``data`` with other words in its byte range, of the same length."""
    found = RANGE.search(data)
    assert found
    first, second, length = [int(n) for n in re.findall(rb"\d+", found.group())][1:]
    said = f"/ByteRange [{make(first, second, length)}]".encode()
    assert len(said) <= len(found.group())
    return data[: found.start()] + said.ljust(len(found.group())) + data[found.end() :]


@pytest.mark.parametrize(
    "make",
    [
        lambda a, b, c: f"0 {a} {b} {c - 1}",
        lambda a, b, c: f"0 {a} {b - 2} {c + 2}",
        lambda a, b, c: f"0 {a - 10} {b} {c}",
        lambda a, b, c: f"0 {a + 8} {b} {c}",
        lambda a, b, c: f"1 {a - 1} {b} {c}",
        lambda a, b, c: f"0 {b} {a} {c}",
        lambda a, b, c: f"0 {a} {a} {c}",
        lambda a, b, c: f"0 {a} {b} 0",
        lambda a, b, c: "0 0 0 0",
        lambda a, b, c: "",
        lambda a, b, c: f"0 {a}",
        lambda a, b, c: f"0 {a} 9 -9",
        lambda a, b, c: "0 1 2 3 4 5",
        lambda a, b, c: "/A /B",
        lambda a, b, c: "1 0 R",
        lambda a, b, c: "0.5 .1 9 9",
        lambda a, b, c: "0 9999999999 9",
        lambda a, b, c: "null null",
    ],
    ids=range(18),
)
def test_a_byte_range_that_is_not_all_but_the_signature_is_seen(make: Any, sealed: bytes, roots: Any) -> None:
    refused(ranged(sealed, make), roots)


def valued(data: bytes, value: bytes, *, pad: bool = True) -> bytes:
    """``data`` with another value as its signature; padded to the same room."""
    found = CONTENTS.search(data)
    assert found
    digits = value.hex().encode()
    return data[: found.start(1)] + (digits.ljust(len(found.group(1)), b"0") if pad else digits) + data[found.end(1) :]


def value_of(data: bytes) -> Any:
    found = CONTENTS.search(data)
    assert found
    return cms.ContentInfo.load(bytes.fromhex(found.group(1).decode()))


def nested(depth: int) -> bytes:
    value = b"\x05\x00"
    for _ in range(depth):
        size = len(value)
        value = b"\x30" + (bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")) + value
    return value


def test_a_signature_value_that_is_none_is_seen(sealed: bytes, roots: Any) -> None:
    raw = value_of(sealed).dump()
    for value in (
        b"", b"\x30", b"\x30\x80", b"\x30\x84\xff\xff\xff\xff", b"\x00" * 40, random.Random(1).randbytes(900), nested(2000),
        raw[:100], raw[:-1], raw[:4] + raw[4:][::-1], b"\x31" + raw[1:], raw + b"\x01", core.Integer(7).dump(),
    ):  # fmt: skip
        (finding,) = refused(valued(sealed, value), roots)
        assert finding.state in {"broken", "changed"}
    for value in (b"", raw):
        refused(valued(sealed, value, pad=False), roots)
    refused(sealed.replace(b"/Contents <", b"/Contentz <", 1), roots)


def test_a_container_that_lacks_its_parts_or_has_two_signers_is_seen(sealed: bytes, roots: Any) -> None:
    def no_certificates(held: Any) -> None:
        held["certificates"] = cms.CertificateSet([])

    def no_signers(held: Any) -> None:
        held["signer_infos"] = cms.SignerInfos([])

    def two_signers(held: Any) -> None:
        held["signer_infos"] = cms.SignerInfos([held["signer_infos"][0], held["signer_infos"][0]])

    def inside(held: Any) -> None:
        held["encap_content_info"] = cms.ContentInfo({"content_type": "data", "content": b"other"})

    def other_digests(held: Any) -> None:
        held["digest_algorithms"] = cms.DigestAlgorithms([{"algorithm": "sha1"}])

    def unsigned_note(held: Any) -> None:
        held["signer_infos"][0]["unsigned_attrs"] = cms.CMSAttributes([{"type": "1.2.3.4", "values": [core.Null()]}])

    for change in (no_certificates, no_signers, two_signers, inside, other_digests, unsigned_note):
        value = value_of(sealed)
        change(value["content"])
        (finding,) = refused(valued(sealed, value.dump(force=True)), roots)
        assert finding.state == "broken", change.__name__


def test_a_second_byte_range_wrapped_beside_the_value_is_seen(sealed: bytes, roots: Any) -> None:
    found = CONTENTS.search(sealed)
    assert found
    room = len(found.group(1))
    used = len(found.group(1).rstrip(b"0")) + 2
    for more in (b"/ByteRange [0 10 20 30] ", b"/Contents ", b"/Type /DocTimeStamp /X "):
        inner = found.group(1)[:used] + b"> " + more + b"<"
        refused(sealed[: found.start(1)] + inner.ljust(room, b"0") + sealed[found.end(1) :], roots)


def test_a_signature_moved_to_another_field_or_kind_is_seen(sealed: bytes, roots: Any) -> None:
    for one, other in (
        (b"/SubFilter /ETSI.CAdES.detached", b"/SubFilter /ETSI.RFC3161       "),
        (b"/SubFilter /ETSI.CAdES.detached", b"/SubFilter /adbe.unknown.method"),
        (b"/FT /Sig", b"/FT /Tx "),
    ):
        changed = sealed.replace(one, other)
        assert changed != sealed
        refused(changed, roots)


def test_a_first_signature_that_covers_less_is_named(sealed: bytes, signer: Any, at: datetime, roots: Any) -> None:
    """The first covers the copy, then a page is added, then somebody trusted signs all of it: the first is not whole."""
    twice = signer.sign(appended(sealed, add_page), INVISIBLE, at + timedelta(hours=1))
    first, second = refused(twice, roots)
    assert (first.intact, first.whole_file, first.state) == (True, False, "changed")
    assert second.valid


def test_an_encrypted_copy_is_seen(sealed: bytes, roots: Any) -> None:
    for user in ("", "mat-khau"):
        with pikepdf.open(io.BytesIO(sealed)) as pdf:
            out = io.BytesIO()
            pdf.save(out, encryption=pikepdf.Encryption(owner="chu", user=user, R=6))
        refused(out.getvalue(), roots)
    with pikepdf.open(io.BytesIO(sealed)) as pdf:
        out = io.BytesIO()
        pdf.save(out, encryption=pikepdf.Encryption(owner="chu", user="", R=3, aes=False, metadata=False))
    refused(out.getvalue(), roots)


def test_foreign_and_weak_algorithms_are_never_valid(sealed: bytes, roots: Any) -> None:
    raw = value_of(sealed).dump()
    sha256, pss = bytes.fromhex("0609608648016503040201"), bytes.fromhex("06092a864886f70d01010a")
    for one, others in (
        (sha256, ("0609608648016503040299", "0609608648016503040204", "06092a811ccf5501831101ff"[:22])),
        (
            pss,
            (
                "06092a864886f70d010105",
                "06092a864886f70d010104",
                "06092a864886f70d01017f",
                "06092b0601040182370a01"[:22],
            ),
        ),
    ):
        for other in others:
            refused(valued(sealed, raw.replace(one, bytes.fromhex(other))), roots)


@pytest.mark.parametrize("share", range(1, 24))
def test_a_file_cut_short_is_seen(share: int, sealed: bytes, roots: Any) -> None:
    refused(sealed[: len(sealed) * share // 24], roots)


def test_rewriting_the_whole_file_is_seen(sealed: bytes, roots: Any) -> None:
    for linear in (False, True):
        with pikepdf.open(io.BytesIO(sealed)) as pdf:
            out = io.BytesIO()
            pdf.save(out, linearize=linear)
        refused(out.getvalue(), roots)


# What a later signer may add


def test_a_second_signature_is_taken_and_said(sealed: bytes, signer: Any, at: datetime, roots: Any) -> None:
    first, second = validate(signer.sign(sealed, INVISIBLE, at + timedelta(hours=1)), roots)
    assert (first.valid, first.after, second.valid, second.after) == (True, ("signature",), True, ())
    assert "sau đó chỉ thêm: chữ ký khác" in first.text


def test_proofs_of_long_term_validity_are_taken_and_said_but_nothing_beside_them(sealed: bytes, roots: Any) -> None:
    def supply(writer: Any) -> None:
        certificates = [value_of(sealed)["content"]["certificates"][0].chosen]
        DocumentSecurityStore.supply_dss_in_writer(writer, value_of(sealed).dump(), certs=certificates)
        writer.update_root()

    kept = appended(sealed, supply)
    assert kept.startswith(sealed)
    (finding,) = validate(kept, roots)
    assert (finding.valid, finding.after) == (True, ("proofs",))
    assert "chứng cứ xác thực" in finding.text
    refused(kept + b"\n", roots)
    refused(appended(sealed, new_date), roots)  # dates alone prove nothing
    xref = int(re.findall(rb"startxref\s+(\d+)", kept)[-1])
    hidden = b"9999 0 obj\n<< /Type /Page >>\nendobj\n"
    moved = kept[:xref] + hidden + kept[xref:].replace(b"startxref\n%d" % xref, b"startxref\n%d" % (xref + len(hidden)))
    refused(moved, roots)
    refused(appended(kept, annotate), roots)
    refused(appended(kept, new_metadata), roots)
