"""Owns the structural check of PDF/A-2u and 3u: every rule of ISO 19005-2 and -3 that our writer must keep, on any file.

An approval here is no certificate: ``verapdf`` is asked beside it where it is installed. Never changes a file, never
raises over one. The rules on bytes, content, fonts and metadata are in ``check_*``; those on objects are here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Dictionary, Name, Pdf, PikepdfError, Stream

from hoso.nouns import SignatureSlot, Violation
from hoso.pdf import check_file, check_xmp, slot
from hoso.pdf.attached import Files
from hoso.pdf.check_content import Drawing, colour_rules, icc_rules, state_rules
from hoso.pdf.check_fonts import rules as font_rules
from hoso.pdf.drawing import resources as resources_of

__all__ = ["Told", "examine", "violations"]

_FILTERS = {"/ASCIIHexDecode", "/ASCII85Decode", "/FlateDecode", "/RunLengthDecode", "/CCITTFaxDecode", "/JBIG2Decode",
            "/DCTDecode", "/JPXDecode"}  # fmt: skip
_ACTIONS = {"/GoTo", "/GoToR", "/GoToE", "/Thread", "/URI", "/Named", "/SubmitForm"}
_NAMED_ACTIONS = {"/NextPage", "/PrevPage", "/FirstPage", "/LastPage"}
_ANNOTATIONS = {"/Text", "/Link", "/FreeText", "/Line", "/Square", "/Circle", "/Polygon", "/PolyLine", "/Highlight",
                "/Underline", "/Squiggly", "/StrikeOut", "/Stamp", "/Caret", "/Ink", "/Popup", "/FileAttachment", "/Widget",
                "/PrinterMark", "/TrapNet", "/Watermark", "/Redact"}  # fmt: skip
_HIDING = 1 | 2 | 32 | 256  # Invisible, Hidden, NoView, ToggleNoView
_PRINT = 4
_MOST = 200

# What pikepdf raises on broken objects, met while following them.
_ODD = (PikepdfError, ValueError, TypeError, KeyError, IndexError, RuntimeError, AttributeError, OverflowError)


@dataclass(frozen=True)
class Told:
    """What the check saw: whether the file opens, its pages, its PDF/A claim ("2U", "" for none), what is broken, and the
    filled signature fields as far as they can be followed."""

    readable: bool
    pages: int
    claim: str
    violations: tuple[Violation, ...]
    slots: tuple[SignatureSlot, ...] = ()


def violations(data: bytes) -> tuple[Violation, ...]:
    """The rules of PDF/A-2u, or 3u where it claims that, that ``data`` breaks, at most 200; empty where none is."""
    return examine(data).violations


def examine(data: bytes) -> Told:
    """All that the check sees of ``data``."""
    return _examined(data, 0)


def _examined(data: bytes, depth: int) -> Told:
    """``depth``: in how many files, one in the other, ``data`` is embedded."""
    found = list(check_file.rules(data))
    pages, claim, readable = 0, "", False
    slots: tuple[SignatureSlot, ...] = ()
    try:
        with pikepdf.open(BytesIO(data), inherit_page_attributes=False) as pdf:
            readable = True
            pages, claim = len(pdf.pages), _claim(pdf)
            for violation in _document(pdf, data, 3 if claim.startswith("3") else 2, depth):
                found.append(violation)
                if len(found) >= _MOST:
                    break
            slots = slot.filled(pdf)
            found += [Violation("6.1", f"the syntax had to be repaired: {text}") for text in pdf.get_warnings()[:5]]
    except pikepdf.PasswordError:
        found.append(Violation("6.1.3", "the file is encrypted", "trailer"))
    except _ODD as error:  # whatever cannot be followed is not archival
        found.append(Violation("6.1", f"the file cannot be followed to its end: {type(error).__name__}: {error}"))
    return Told(readable and pages > 0, pages, claim, tuple(dict.fromkeys(found)), slots)


def _claim(pdf: Pdf) -> str:
    packet = pdf.Root.get("/Metadata")
    told = check_xmp.parse(bytes(packet.read_bytes())) if isinstance(packet, Stream) else None
    return told.claim if told else ""


def _document(pdf: Pdf, data: bytes, part: int, depth: int) -> Iterator[Violation]:
    if "/ID" not in pdf.trailer or len(pdf.trailer["/ID"]) != 2:
        yield Violation("6.1.3", "the trailer has no ID of two strings", "trailer")
    if pdf.is_encrypted:
        yield Violation("6.1.3", "the file is encrypted", "trailer")
    yield from _catalogue(pdf)
    yield from _metadata(pdf)
    intents = list(_intents(pdf))
    yield from (one for one in intents if isinstance(one, Violation))
    intent = next((one for one in intents if isinstance(one, str)), "")
    drawing = Drawing(intent)
    for number, page in enumerate(pdf.pages, start=1):
        yield from _page(page, drawing, number)
    files = Files()
    for found in pdf.objects:
        yield from _object(found, drawing, files)
    yield from files.rules(part, lambda inner: _embedded(inner, depth))
    for use in drawing.uses.values():
        yield from font_rules(use)
    yield from _signatures(pdf, data)


def _embedded(data: bytes, depth: int) -> tuple[Violation, ...]:
    """What is wrong with a file embedded in a PDF/A-2, which must be archival itself (6.8)."""
    if depth:
        return (Violation("6.8", "files are embedded in embedded files"),)
    return _examined(data, depth + 1).violations


def _catalogue(pdf: Pdf) -> Iterator[Violation]:
    root, where = pdf.Root, "catalogue"
    for key, clause in (("/AA", "6.5.2"), ("/Requirements", "6.11"), ("/OpenAction", "")):
        if key in root and clause:
            yield Violation(clause, f"{key} is not allowed", where)
    if bool(root.get("/NeedsRendering", False)):
        yield Violation("6.4.2", "NeedsRendering is true", where)
    names = root.get("/Names", Dictionary())
    for key, clause in (("/JavaScript", "6.5.1"), ("/AlternatePresentations", "6.10")):
        if key in names:
            yield Violation(clause, f"{key} among the names of the document", where)
    if set(root.get("/Perms", Dictionary()).keys()) - {"/UR3", "/DocMDP"}:
        yield Violation("6.1.12", "Perms holds more than UR3 and DocMDP", where)
    form = root.get("/AcroForm", Dictionary())
    if bool(form.get("/NeedAppearances", False)):
        yield Violation("6.4.1", "NeedAppearances is true", "form")
    if "/XFA" in form:
        yield Violation("6.4.2", "the form is XFA", "form")
    layers = root.get("/OCProperties", Dictionary())
    for layer in [layers.get("/D"), *list(layers.get("/Configs", []))]:
        if layer is not None and (not str(layer.get("/Name", "")) or "/AS" in layer):
            yield Violation("6.9", "an optional-content configuration lacks its Name or has AS", where)


def _metadata(pdf: Pdf) -> Iterator[Violation]:
    packet = pdf.Root.get("/Metadata")
    if not isinstance(packet, Stream):
        yield Violation("6.6.2.1", "the document has no metadata", "catalogue")
        return
    if "/Filter" in packet:
        yield Violation("6.6.2.1", "the metadata stream is packed: plain readers must find it", "metadata")
    info = pdf.trailer.get("/Info", Dictionary())
    said = {str(key)[1:]: str(value) for key, value in info.items() if isinstance(value, pikepdf.String)}
    yield from check_xmp.rules(bytes(packet.read_bytes()), said)


def _intents(pdf: Pdf) -> Iterator[Violation | str]:
    profiles = set()
    for intent in pdf.Root.get("/OutputIntents", []):
        profile = intent.get("/DestOutputProfile")
        if isinstance(profile, Stream):
            profiles.add(profile.objgen)
            yield from icc_rules(profile, "output intent", output=True)
            if str(intent.get("/S")) == "/GTS_PDFA1":
                yield bytes(profile.read_bytes())[16:20].decode("latin-1")
        if str(intent.get("/S")) == "/GTS_PDFX" and "/DestOutputProfileRef" in intent:
            yield Violation("6.2.3", "an output intent refers to a profile outside", "output intent")
    if len(profiles) > 1:
        yield Violation("6.2.3", "output intents name different profiles", "output intent")
    if not profiles:
        yield Violation("6.2.3", "there is no output intent with a profile", "catalogue")


def _page(page: pikepdf.Page, drawing: Drawing, number: int) -> Iterator[Violation]:
    where = f"page {number}"
    for key, clause in (("/AA", "6.5.2"), ("/PresSteps", "6.10")):
        if key in page.obj:
            yield Violation(clause, f"{key} is not allowed", where)
    for key in ("/MediaBox", "/CropBox", "/TrimBox", "/BleedBox", "/ArtBox"):
        if key in page.obj:
            left, bottom, right, top = (float(value) for value in page.obj[key])
            if not (3 <= abs(right - left) <= 14400 and 3 <= abs(top - bottom) <= 14400):
                yield Violation("6.1.13", f"{key} has a side under 3 or over 14,400 points", where)
    resources = page.obj.get("/Resources")
    if resources is None:
        resources = Dictionary() if "/Contents" not in page.obj else resources_of(page.obj)
        if resources.keys():
            yield Violation("6.2.2", "the page's resources are not its own", where)
    if "/Contents" in page.obj:
        yield from drawing.rules(page.obj, resources, where)
    for annotation in page.obj.get("/Annots", []):
        yield from _annotation(annotation, where)


def _annotation(annotation: Any, where: str) -> Iterator[Violation]:
    kind = str(annotation.get("/Subtype", ""))
    where = f"{where}, annotation {kind}"
    if kind not in _ANNOTATIONS:
        yield Violation("6.3.1", "is of a kind that is not allowed", where)
    flags = int(annotation.get("/F", 0))
    if kind != "/Popup" and (flags & _HIDING or not flags & _PRINT):
        yield Violation("6.3.2", f"flags {flags}: Print must be set, nothing that hides it", where)
    left, bottom, right, top = (float(value) for value in annotation.get("/Rect", (0, 0, 0, 0)))
    empty = left == right and bottom == top
    appearance = annotation.get("/AP")
    if appearance is None:
        if not empty and kind not in {"/Popup", "/Link"}:
            yield Violation("6.3.3", "has no appearance", where)
    elif set(appearance.keys()) != {"/N"}:
        yield Violation("6.3.3", "may have a normal appearance alone", where)
    elif not isinstance(appearance["/N"], Stream) and not (kind == "/Widget" and _type_of(annotation) == "/Btn"):
        yield Violation("6.3.3", "its appearance must be one stream", where)
    if kind == "/Widget" and ("/A" in annotation or "/AA" in annotation):
        yield Violation("6.4.1", "a form field has an action", where)


def _type_of(field: Any) -> str:
    for _ in range(32):
        if "/FT" in field:
            return str(field["/FT"])
        if "/Parent" not in field:
            break
        field = field["/Parent"]
    return ""


def _object(found: Any, drawing: Drawing, files: Files) -> Iterator[Violation]:
    """Rules on one indirect object and the direct ones in it."""
    if not isinstance(found, Stream | Dictionary | pikepdf.Array):
        return
    where = f"object {found.objgen[0]}"
    if isinstance(found, Stream):
        yield from _stream(found, drawing, where)
    elif _harmless(found.unparse(resolved=True)):
        return
    yield from _values(found, where, 0, files)


_DOUBTFUL = re.compile(rb"\d{10}|#|/(?:S|EF|AF|ExtGState)(?![A-Za-z0-9])|[^\s/<>()\[\]]{120}")


def _harmless(body: bytes) -> bool:
    """Whether nothing in the text of an object can break a rule of ``_values``: no long number, name or string, no action,
    no file, no graphics state. Most objects are so, and need not be walked."""
    return len(body) < 32767 and _DOUBTFUL.search(body) is None


def _values(found: Any, where: str, depth: int, files: Files) -> Iterator[Violation]:
    """Limits of 6.1.13 and dictionaries that are actions or file specifications, through direct objects."""
    if isinstance(found, Stream | Dictionary):
        if len(str(found.get("/S", ""))) and str(found.get("/Type", "/Action")) == "/Action":
            yield from _action(found, where)
        files.see(found, where)
        if str(found.get("/Type", "")) == "/ExtGState":
            yield from state_rules(found, where)
        items = [(str(key), value) for key, value in found.items()]
    elif isinstance(found, pikepdf.Array):
        items = [("", value) for value in found]
    else:
        return
    value: Any
    for key, value in items:
        if len(key.encode()) - 1 > 127 or (isinstance(value, Name) and len(str(value).encode()) - 1 > 127):
            yield Violation("6.1.13", "a name is longer than 127 bytes", where)
        if isinstance(value, int) and not -2147483648 <= value <= 2147483647:
            yield Violation("6.1.13", "a whole number is out of range", where)
        elif isinstance(value, pikepdf.String) and len(bytes(value)) > 32767:
            yield Violation("6.1.13", "a string is longer than 32,767 bytes", where)
        elif isinstance(value, Dictionary | pikepdf.Array) and not value.is_indirect and depth < 20:
            yield from _values(value, where, depth + 1, files)


def _action(found: Any, where: str) -> Iterator[Violation]:
    kind = str(found["/S"])
    known = _ACTIONS | {"/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData", "/Hide", "/SetOCGState", "/Rendition",
                        "/Trans", "/GoTo3DView", "/JavaScript", "/set-state", "/no-op"}  # fmt: skip
    if "/JS" in found or (kind in known and kind not in _ACTIONS):
        yield Violation("6.5.1", f"action {kind} is not allowed", where)
    elif kind == "/Named" and str(found.get("/N", "")) not in _NAMED_ACTIONS:
        yield Violation("6.5.1", f"named action {found.get('/N', '')} is not allowed", where)


def _stream(found: Stream, drawing: Drawing, where: str) -> Iterator[Violation]:
    if any(key in found for key in ("/F", "/FFilter", "/FDecodeParms")):
        yield Violation("6.1.7.1", "the stream's data lie in another file", where)
    filters = found.get("/Filter")
    for name in list(filters) if isinstance(filters, pikepdf.Array) else [filters] if filters is not None else []:
        if str(name) not in _FILTERS:
            yield Violation("6.1.7.2", f"filter {name} is not allowed", where)
    kind = str(found.get("/Subtype", ""))
    if kind == "/Image":
        yield from _image(found, drawing.intent, where)
    elif kind == "/Form":
        if any(key in found for key in ("/OPI", "/PS", "/Ref")) or str(found.get("/Subtype2", "")) == "/PS":
            yield Violation("6.2.9", "a form has OPI, PS or Ref", where)
        yield from drawing.rules(found, found.get("/Resources", Dictionary()), where)
    elif kind == "/PS":
        yield Violation("6.2.9", "a PostScript XObject", where)
    elif "/PatternType" in found:
        yield from drawing.rules(found, found.get("/Resources", Dictionary()), where)


def _image(found: Stream, intent: str, where: str) -> Iterator[Violation]:
    where = f"image, {where}"
    for key in ("/Alternates", "/OPI"):
        if key in found:
            yield Violation("6.2.8", f"{key} is not allowed", where)
    if bool(found.get("/Interpolate", False)):
        yield Violation("6.2.8", "Interpolate is true", where)
    bits = int(found.get("/BitsPerComponent", 8))
    if bits not in ({1} if bool(found.get("/ImageMask", False)) else {1, 2, 4, 8, 16}) and "/BitsPerComponent" in found:
        yield Violation("6.2.8", f"{bits} bits a component", where)
    if "/Intent" in found and str(found["/Intent"]) not in {
        "/RelativeColorimetric", "/AbsoluteColorimetric", "/Perceptual", "/Saturation",
    }:  # fmt: skip
        yield Violation("6.2.6", f"rendering intent {found['/Intent']} is unknown", where)
    yield from colour_rules(found.get("/ColorSpace"), intent, where)
    filters = found.get("/Filter")
    if str(filters) == "/JPXDecode" or (isinstance(filters, pikepdf.Array) and "/JPXDecode" in map(str, filters)):
        yield from _jpx(bytes(found.read_raw_bytes()), "/ColorSpace" in found, where)


def _jpx(data: bytes, spaced: bool, where: str) -> Iterator[Violation]:
    """JPEG 2000 (6.2.8.3): 1, 3 or 4 channels of one depth, and a colour space that is told."""
    at = data.find(b"ihdr")
    if at < 0:  # a bare code stream: channels stand in its SIZ marker, colours must be told by the PDF
        size = data.find(b"\xff\x51")
        channels = int.from_bytes(data[size + 38 : size + 40], "big") if size >= 0 else 0
        if channels not in {1, 3, 4} or not spaced:
            yield Violation("6.2.8.3", "a bare JPEG 2000 stream needs 1, 3 or 4 channels and a colour space", where)
        return
    channels, depth = int.from_bytes(data[at + 12 : at + 14], "big"), data[at + 14]
    if channels not in {1, 3, 4}:
        yield Violation("6.2.8.3", f"JPEG 2000 with {channels} channels", where)
    if depth == 255 or data.find(b"bpcc") > 0:
        yield Violation("6.2.8.3", "JPEG 2000 with channels of different depth", where)
    colour = data.find(b"colr")
    if not spaced and (colour < 0 or data[colour + 4] not in {1, 2, 3}):
        yield Violation("6.2.8.3", "JPEG 2000 whose colours nobody tells", where)
    if (
        not spaced
        and colour > 0
        and data[colour + 4] == 1
        and int.from_bytes(data[colour + 7 : colour + 11], "big") == 19
    ):
        yield Violation("6.2.8.3", "JPEG 2000 in CIE Jab", where)


def _signatures(pdf: Pdf, data: bytes) -> Iterator[Violation]:
    """Each signature covers the file but for its own Contents; only the last can cover all of it (6.4.3).

    A revision with proofs may follow it (level B-LT, ETSI EN 319 142-1, 5.4.2): that it holds nothing else is the
    signature check's to judge.
    """
    ends = []
    for field in pdf.Root.get("/AcroForm", Dictionary()).get("/Fields", []):
        value = field.get("/V")
        if "/AA" in field:
            yield Violation("6.4.1", "a form field has an action", "form")
        if not isinstance(value, Dictionary) or "/ByteRange" not in value:
            continue
        ranges = [int(number) for number in value["/ByteRange"]]
        if len(ranges) != 4 or ranges[0] != 0 or data[ranges[1] : ranges[1] + 1] != b"<":
            yield Violation("6.4.3", "a signature's ranges leave out more than its Contents", "signature")
            continue
        if data[ranges[2] - 1 : ranges[2]] != b">":
            yield Violation("6.4.3", "a signature's ranges leave out more than its Contents", "signature")
        ends.append(ranges[2] + ranges[3])
    proofs = "/DSS" in pdf.Root and data[: max(ends, default=0)].rstrip(b"\r\n").endswith(b"%%EOF")
    if ends and max(ends) != len(data) and not proofs:
        yield Violation("6.4.3", "the last signature does not cover the end of the file", "signature")
