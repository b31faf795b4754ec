"""Each rule of PDF/A-2u that the check knows, broken by a file that breaks it alone."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from hoso.pdf.check import examine, violations

Breaker = Callable[[Pdf], None]


def broken(copy: bytes, change: Breaker, **options: Any) -> bytes:
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        change(pdf)
        out = io.BytesIO()
        pdf.save(
            out,
            fix_metadata_version=False,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
            **options,
        )
        return out.getvalue()


def clauses(data: bytes) -> set[str]:
    return {violation.clause for violation in violations(data)}


def test_a_copy_breaks_no_rule(copy: bytes) -> None:
    told = examine(copy)
    assert (told.readable, told.pages, told.claim, told.violations) == (True, 1, "2U", ())


def test_a_copy_that_is_only_saved_again_breaks_no_rule(copy: bytes) -> None:
    assert clauses(broken(copy, lambda pdf: None)) == set()


def image(pdf: Pdf) -> Any:
    return next(o for o in pdf.objects if isinstance(o, Stream) and "/Width" in o)


def content(pdf: Pdf, text: bytes) -> None:
    page = pdf.pages[0].obj
    page.Contents = pdf.make_stream(page.Contents.read_bytes() + text)


def font(pdf: Pdf, name: str) -> Any:
    return pdf.pages[0].obj.Resources.Font[name]


def packet(pdf: Pdf, old: str, new: str) -> None:
    text = pdf.Root.Metadata.read_bytes().decode()
    changed = re.sub(old, new, text, count=1, flags=re.S)
    assert changed != text
    pdf.Root.Metadata = pdf.make_stream(changed.encode(), Type=Name.Metadata, Subtype=Name.XML)


def annotate(pdf: Pdf, **keys: Any) -> None:
    look = pdf.make_stream(b"0 0 10 10 re f", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 10, 10])
    given = {"Subtype": Name.Square, "F": 4, "Rect": [0, 0, 10, 10], "AP": Dictionary(N=look), **keys}
    note = Dictionary(Type=Name.Annot, **{key: value for key, value in given.items() if value is not None})
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(note)])


def field(pdf: Pdf, **keys: Any) -> None:
    annotate(pdf, Subtype=Name.Widget, FT=Name.Tx, T=String("f"), **keys)
    pdf.Root.AcroForm = Dictionary(Fields=Array([pdf.pages[0].obj.Annots[0]]))


def state(pdf: Pdf, **keys: Any) -> None:
    pdf.pages[0].obj.Resources.ExtGState = Dictionary(G=Dictionary(Type=Name.ExtGState, **keys))
    content(pdf, b" /G gs ")


def form(pdf: Pdf, text: bytes = b"0 0 1 1 re f", **keys: Any) -> None:
    drawn = pdf.make_stream(text, Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 10, 10], **keys)
    pdf.pages[0].obj.Resources.XObject["/X"] = drawn
    content(pdf, b" /X Do ")


def action(pdf: Pdf, **keys: Any) -> None:
    pdf.Root.OpenAction = Dictionary(**keys)


def layers(pdf: Pdf, **keys: Any) -> None:
    pdf.Root.OCProperties = Dictionary(OCGs=Array([]), D=Dictionary(**keys))


def set_key(thing: Callable[[Pdf], Any], key: str, value: Any) -> Breaker:
    return lambda pdf: thing(pdf).__setitem__(key, value)


def drop_key(thing: Callable[[Pdf], Any], key: str) -> Breaker:
    return lambda pdf: thing(pdf).__delitem__(key)


def root(pdf: Pdf) -> Any:
    return pdf.Root


def first_page(pdf: Pdf) -> Any:
    return pdf.pages[0].obj


def mark_font(pdf: Pdf) -> Any:
    return font(pdf, "/M0")


def inner_font(pdf: Pdf) -> Any:
    return font(pdf, "/M0").DescendantFonts[0]


def blank_font(pdf: Pdf) -> Any:
    return font(pdf, "/T0")


def profile(pdf: Pdf, change: Callable[[bytes], bytes]) -> None:
    intent = pdf.Root.OutputIntents[0]
    intent.DestOutputProfile = pdf.make_stream(change(intent.DestOutputProfile.read_bytes()), N=3)


def unicode_of(pdf: Pdf, name: str, change: Callable[[bytes], bytes]) -> None:
    one = font(pdf, name)
    one.ToUnicode = pdf.make_stream(change(one.ToUnicode.read_bytes()))


def jpx(pdf: Pdf, channels: int, depth: int) -> None:
    header = b"\0\0\0\x16ihdr" + b"\0\0\0\x10\0\0\0\x10" + channels.to_bytes(2, "big") + bytes([depth]) + b"\7\0\0"
    colour = b"\0\0\0\x0fcolr\1\0\0\0\0\0\x10"
    first = image(pdf)
    first.write(header + colour, filter=Name.JPXDecode)
    del first["/ColorSpace"]


def simple_font(pdf: Pdf, text: bytes = b"(A) Tj", **keys: Any) -> None:
    first_page(pdf).Resources.Font["/S"] = Dictionary(Type=Name.Font, **keys)
    content(pdf, b" BT /S 10 Tf " + text + b" ET ")


def unmapped(pdf: Pdf) -> None:
    inner = font(pdf, "/T0").DescendantFonts[0]
    inner.CIDToGIDMap = pdf.make_stream(bytes(len(inner.CIDToGIDMap.read_bytes())))


def beyond(pdf: Pdf) -> None:
    inner = font(pdf, "/T0").DescendantFonts[0]
    inner.CIDToGIDMap = pdf.make_stream(b"\0\x07" * (len(inner.CIDToGIDMap.read_bytes()) // 2))


def other_intent(pdf: Pdf) -> None:
    data = pdf.Root.OutputIntents[0].DestOutputProfile.read_bytes()
    second = Dictionary(Type=Name.OutputIntent, S=Name("/GTS_PDFX"), DestOutputProfile=pdf.make_stream(data, N=3))
    pdf.Root.OutputIntents.append(second)


def inherited(pdf: Pdf) -> None:
    page = first_page(pdf)
    pdf.Root.Pages.Resources = page.Resources
    del page.Resources


BREAKS: dict[str, tuple[str, Breaker]] = {
    "stream outside": ("6.1.7.1", lambda pdf: form(pdf, F=String("x"))),
    "perms": ("6.1.12", set_key(root, "/Perms", Dictionary(X=1))),
    "great number": ("6.1.13", set_key(root, "/Private", 2**40)),
    "long string": ("6.1.13", set_key(root, "/Private", String("x" * 40000))),
    "long name": ("6.1.13", set_key(root, "/Private", Name("/" + "x" * 200))),
    "deep q": ("6.1.13", lambda pdf: content(pdf, b"q " * 29 + b"Q " * 29)),
    "small page": ("6.1.13", set_key(first_page, "/CropBox", Array([0, 0, 2, 2]))),
    "large page": ("6.1.13", set_key(first_page, "/MediaBox", Array([0, 0, 20000, 200]))),
    "unknown operator": ("6.2.2", lambda pdf: content(pdf, b" 1 qq ")),
    "unnamed resource": ("6.2.2", lambda pdf: content(pdf, b" /Nobody Do ")),
    "inherited resources": ("6.2.2", inherited),
    "no intent": ("6.2.3", drop_key(root, "/OutputIntents")),
    "two profiles": ("6.2.3", other_intent),
    "profile class": ("6.2.3", lambda pdf: profile(pdf, lambda d: d[:12] + b"link" + d[16:])),
    "profile version": ("6.2.3", lambda pdf: profile(pdf, lambda d: d[:8] + b"\5" + d[9:])),
    "profile space": ("6.2.3", lambda pdf: profile(pdf, lambda d: d[:16] + b"CMYK" + d[20:])),
    "profile is none": ("6.2.3", lambda pdf: profile(pdf, lambda d: b"no profile")),
    "icc image": ("6.2.4.2", lambda pdf: image(pdf).__setitem__(
        "/ColorSpace", Array([Name.ICCBased, pdf.make_stream(b"x" * 200, N=3)]))),
    "cmyk operator": ("6.2.4.3", lambda pdf: content(pdf, b" 0 0 0 1 k ")),
    "cmyk image": ("6.2.4.3", lambda pdf: image(pdf).__setitem__("/ColorSpace", Name.DeviceCMYK)),
    "cmyk space": ("6.2.4.3", lambda pdf: content(pdf, b" /DeviceCMYK cs ")),
    "transfer function": ("6.2.5", lambda pdf: state(pdf, TR=Name.Identity)),
    "transfer function 2": ("6.2.5", lambda pdf: state(pdf, TR2=Name.Identity)),
    "halftone phase": ("6.2.5", lambda pdf: state(pdf, HTP=Array([0, 0]))),
    "state intent": ("6.2.6", lambda pdf: state(pdf, RI=Name.Nicely)),
    "intent operator": ("6.2.6", lambda pdf: content(pdf, b" /Nicely ri ")),
    "image intent": ("6.2.6", lambda pdf: image(pdf).__setitem__("/Intent", Name.Nicely)),
    "interpolate": ("6.2.8", lambda pdf: image(pdf).__setitem__("/Interpolate", True)),
    "alternates": ("6.2.8", lambda pdf: image(pdf).__setitem__("/Alternates", Array([]))),
    "image opi": ("6.2.8", lambda pdf: image(pdf).__setitem__("/OPI", Dictionary())),
    "image bits": ("6.2.8", lambda pdf: image(pdf).__setitem__("/BitsPerComponent", 3)),
    "jpx channels": ("6.2.8.3", lambda pdf: jpx(pdf, 2, 7)),
    "jpx depths": ("6.2.8.3", lambda pdf: jpx(pdf, 3, 255)),
    "form ref": ("6.2.9", lambda pdf: form(pdf, Ref=Dictionary())),
    "form opi": ("6.2.9", lambda pdf: form(pdf, OPI=Dictionary())),
    "postscript": ("6.2.9", lambda pdf: first_page(pdf).Resources.XObject.__setitem__(
        "/PS", pdf.make_stream(b"", Type=Name.XObject, Subtype=Name.PS))),
    "blend mode": ("6.2.10", lambda pdf: state(pdf, BM=Name.Shiny)),
    "font subtype": ("6.2.11.2", set_key(mark_font, "/Subtype", Name.Type9)),
    "font base name": ("6.2.11.2", drop_key(mark_font, "/BaseFont")),
    "no cid map": ("6.2.11.3.2", drop_key(inner_font, "/CIDToGIDMap")),
    "odd cmap": ("6.2.11.3.3", set_key(mark_font, "/Encoding", Name("/UniJIS-UTF16-H"))),
    "not embedded": ("6.2.11.4.1", lambda pdf: inner_font(pdf).FontDescriptor.__delitem__("/FontFile2")),
    "missing glyph": ("6.2.11.4.1", beyond),
    "standard font": ("6.2.11.4.1", lambda pdf: simple_font(
        pdf, Subtype=Name.Type1, BaseFont=Name.Courier, Encoding=Name.WinAnsiEncoding)),
    "broken program": ("6.2.11.4", lambda pdf: inner_font(pdf).FontDescriptor.__setitem__(
        "/FontFile2", pdf.make_stream(b"no font at all"))),
    "widths": ("6.2.11.5", drop_key(inner_font, "/W")),
    "notdef": ("6.2.11.8", unmapped),
    "no unicode": ("6.2.11.7.2", drop_key(blank_font, "/ToUnicode")),
    "hole in unicode": ("6.2.11.7.2", lambda pdf: unicode_of(
        pdf, "/T0", lambda cmap: re.sub(rb"<0001> <\w+>\n", b"", cmap))),
    "byte order mark": ("6.2.11.7.2", lambda pdf: unicode_of(
        pdf, "/T0", lambda cmap: re.sub(rb"<0001> <\w+>", b"<0001> <FEFF>", cmap))),
    "nul": ("6.2.11.7.2", lambda pdf: unicode_of(
        pdf, "/M0", lambda cmap: re.sub(rb"> <\w+>", b"> <0000>", cmap))),
    "annotation kind": ("6.3.1", lambda pdf: annotate(pdf, Subtype=Name.Movie)),
    "annotation unprinted": ("6.3.2", lambda pdf: annotate(pdf, F=0)),
    "annotation hidden": ("6.3.2", lambda pdf: annotate(pdf, F=6)),
    "annotation unseen": ("6.3.2", lambda pdf: annotate(pdf, F=36)),
    "annotation without look": ("6.3.3", lambda pdf: annotate(pdf, AP=None)),
    "annotation rollover": ("6.3.3", lambda pdf: annotate(pdf, AP=Dictionary(
        N=pdf.make_stream(b"", Subtype=Name.Form, BBox=[0, 0, 1, 1]),
        R=pdf.make_stream(b"", Subtype=Name.Form, BBox=[0, 0, 1, 1])))),
    "annotation states": ("6.3.3", lambda pdf: annotate(pdf, AP=Dictionary(N=Dictionary()))),
    "field action": ("6.4.1", lambda pdf: field(pdf, A=Dictionary(S=Name.URI))),
    "need appearances": ("6.4.1", set_key(root, "/AcroForm", Dictionary(Fields=Array([]), NeedAppearances=True))),
    "xfa": ("6.4.2", set_key(root, "/AcroForm", Dictionary(Fields=Array([]), XFA=String("")))),
    "needs rendering": ("6.4.2", set_key(root, "/NeedsRendering", True)),
    "javascript": ("6.5.1", lambda pdf: action(pdf, S=Name.JavaScript, JS=String("1"))),
    "launch": ("6.5.1", lambda pdf: action(pdf, Type=Name.Action, S=Name.Launch)),
    "named action": ("6.5.1", lambda pdf: action(pdf, S=Name.Named, N=Name.Print)),
    "javascript names": ("6.5.1", set_key(root, "/Names", Dictionary(JavaScript=Dictionary()))),
    "document actions": ("6.5.2", set_key(root, "/AA", Dictionary())),
    "page actions": ("6.5.2", set_key(first_page, "/AA", Dictionary())),
    "no metadata": ("6.6.2.1", drop_key(root, "/Metadata")),
    "packet says bytes": ("6.6.2.1", lambda pdf: packet(pdf, r'zkc9d"\?>', 'zkc9d" bytes="9"?>')),
    "packet without opening": ("6.6.2.1", lambda pdf: packet(pdf, r"<\?xpacket begin.*?\?>\n", "")),
    "packet not well formed": ("6.6.2.1", lambda pdf: packet(pdf, "</dc:title>", "")),
    "packet with entity": ("6.6.2.1", lambda pdf: packet(pdf, "<x:xmpmeta", '<!DOCTYPE a [<!ENTITY b "c">]><x:xmpmeta')),
    "undescribed name": ("6.6.2.3.1", lambda pdf: packet(pdf, "<hoso:docCode>", "<hoso:odd>1</hoso:odd><hoso:docCode>")),
    "unknown name": ("6.6.2.3.1", lambda pdf: packet(pdf, "<dc:format>", "<dc:odd>1</dc:odd><dc:format>")),
    "wrong container": ("6.6.2.3.1", lambda pdf: packet(pdf, "<dc:title>.*?</dc:title>", "<dc:title>x</dc:title>")),
    "no whole number": ("6.6.2.3.1", lambda pdf: packet(pdf, "<hoso:pageAmount>1<", "<hoso:pageAmount>one<")),
    "date without zone": ("6.6.2.3.1", lambda pdf: packet(pdf, r"(MetadataDate>.*?)\+07:00<", r"\1<")),
    "category": ("6.6.2.3.3", lambda pdf: packet(pdf, "category>external<", "category>public<")),
    "value type": ("6.6.2.3.3", lambda pdf: packet(pdf, "valueType>Text<", "valueType>Poem<")),
    "no description": ("6.6.2.3.3", lambda pdf: packet(pdf, "<pdfaProperty:description>.*?:description>", "")),
    "no prefix": ("6.6.2.3.3", lambda pdf: packet(pdf, "<pdfaSchema:prefix>.*?</pdfaSchema:prefix>", "")),
    "said twice": ("6.6.2.3.3", lambda pdf: packet(pdf, "(<pdf:Producer>.*?</pdf:Producer>)", r"\1\1")),
    "part": ("6.6.4", lambda pdf: packet(pdf, "part>2<", "part>1<")),
    "level": ("6.6.4", lambda pdf: packet(pdf, "conformance>U<", "conformance>B<")),
    "title differs": ("6.6.3", lambda pdf: pdf.docinfo.__setitem__("/Title", "another")),
    "date differs": ("6.6.3", lambda pdf: pdf.docinfo.__setitem__("/ModDate", "D:20200101000000+07'00'")),
    "file specification": ("6.8", set_key(root, "/Private", Dictionary(Type=Name.Filespec, EF=Dictionary()))),
    "layer without name": ("6.9", lambda pdf: layers(pdf)),
    "layer automation": ("6.9", lambda pdf: layers(pdf, Name=String("a"), AS=Array([]))),
    "alternate presentations": ("6.10", set_key(root, "/Names", Dictionary(AlternatePresentations=Dictionary()))),
    "presentation steps": ("6.10", set_key(first_page, "/PresSteps", Dictionary())),
    "requirements": ("6.11", set_key(root, "/Requirements", Array([]))),
}  # fmt: skip


@pytest.mark.parametrize("name", BREAKS)
def test_each_broken_rule_is_named(name: str, copy: bytes) -> None:
    clause, change = BREAKS[name]
    assert clause in clauses(broken(copy, change))


def test_lzw_is_not_allowed(copy: bytes) -> None:
    def pack(pdf: Pdf) -> None:
        image(pdf).write(b"\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01", filter=Name.LZWDecode)

    assert "6.1.7.2" in clauses(broken(copy, pack, compress_streams=False))


def test_a_trailer_needs_its_id(copy: bytes) -> None:
    assert "6.1.3" in clauses(re.sub(rb"/ID \[<\w+><\w+>\]", lambda m: b" " * len(m.group(0)), copy))


def test_a_file_that_is_locked_is_no_archive_copy(copy: bytes) -> None:
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        out, shut = io.BytesIO(), io.BytesIO()
        pdf.save(out, encryption=pikepdf.Encryption(owner="o", user="", R=6))
        pdf.save(shut, encryption=pikepdf.Encryption(owner="o", user="u", R=6))
    assert "6.1.3" in clauses(out.getvalue())
    assert "6.1.3" in clauses(shut.getvalue())
    assert not examine(shut.getvalue()).readable


@pytest.mark.parametrize(
    ("clause", "old", "new"),
    [
        ("6.1.2", rb"\A%PDF-1\.7", b"%PDF-9.7"),
        ("6.1.2", rb"\A%PDF-1\.7\n%....", b"%PDF-1.7\n%abcd"),
        ("6.1.2", rb"\A%", b"\n%"),
        ("6.1.3", rb"\Z", b"\n\n"),
        ("6.1.3", rb"\Z", b"more"),
        ("6.1.4", rb"(xref\n0 \d+\n\d{10} \d{5} f) \n", rb"\1\n"),
        ("6.1.7.1", rb"(/Subtype /Image.*?/Length) (\d+)", None),
        ("6.1.9", rb"\n1 0 obj\n", b"\n1 0\tobj\n"),
        ("6.1.9", rb"\n1 0 obj\n", b"\n1 0 obj "),
        ("6.1.9", rb"\nendobj\n", b" endobj\n"),
    ],
)
def test_each_broken_rule_of_bytes_is_named(clause: str, old: bytes, new: bytes | None, copy: bytes) -> None:
    def shorter(match: re.Match[bytes]) -> bytes:
        return match.group(1) + b" " + str(int(match.group(2)) - 1).encode().rjust(len(match.group(2)), b"0")

    changed = re.sub(old, shorter if new is None else new, copy, count=1, flags=re.S)
    assert changed != copy
    assert clause in clauses(changed)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"nothing", b"\0" * 2000])
def test_what_is_no_pdf_is_not_readable_and_never_raises(data: bytes) -> None:
    told = examine(data)
    assert not told.readable
    assert told.violations


def test_cut_files_never_raise(copy: bytes) -> None:
    for share in range(1, 20):
        assert examine(copy[: len(copy) * share // 20]).violations


def test_a_symbolic_and_a_plain_truetype_font_are_judged_by_their_encoding(copy: bytes) -> None:
    def plain(pdf: Pdf) -> None:
        program = inner_font(pdf).FontDescriptor.FontFile2
        descriptor = Dictionary(Type=Name.FontDescriptor, FontName=Name.A, Flags=32, FontFile2=program)
        simple_font(pdf, Subtype=Name.TrueType, BaseFont=Name.A, FirstChar=65, LastChar=65, Widths=Array([1]),
                    FontDescriptor=descriptor)  # fmt: skip

    assert "6.2.11.6" in clauses(broken(copy, plain))


def test_widths_must_hold_every_code_that_is_shown(copy: bytes) -> None:
    def narrow(pdf: Pdf) -> None:
        program = inner_font(pdf).FontDescriptor.FontFile2
        descriptor = Dictionary(Type=Name.FontDescriptor, FontName=Name.A, Flags=32, FontFile2=program)
        simple_font(pdf, text=b"(AB) Tj", Subtype=Name.TrueType, BaseFont=Name.A, FirstChar=65, LastChar=65,
                    Widths=Array([1]), FontDescriptor=descriptor, Encoding=Name.WinAnsiEncoding)  # fmt: skip

    assert "6.2.11.5" in clauses(broken(copy, narrow))
