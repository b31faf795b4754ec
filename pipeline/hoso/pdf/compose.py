"""Owns the writing of archive copies: pages, image streams, text layer, mark and metadata into one PDF/A-2u,
or PDF/A-3u where files are attached.

Turned pages are turned by the matrix that draws them, never by /Rotate, so that the text layer and every later drawing
stand in plain upright coordinates. Same input and same instant give the same bytes. Never signs, never reads a clock.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Matrix, Name, Object, Pdf, Stream, String

from hoso.nouns import Box, Picture, Reading
from hoso.pdf import icc, judge
from hoso.pdf.attached import Attached, attach
from hoso.pdf.fonts import Blank, clean, face
from hoso.pdf.layer import operators
from hoso.pdf.lift import Plan, Source
from hoso.pdf.marks import Block, draw, modules
from hoso.pdf.xmp import Meta, packet, pdf_date

__all__ = ["Modules", "Part", "Words", "compose", "picture_object", "plan", "turn"]

_SMALLEST, _LARGEST = 3.0, 14400.0  # ISO 19005-2, 6.1.13: sides of a page in points

_SAVES = 0.999  # of a stream that must be left at most, or it stays plain


@dataclass(frozen=True)
class Part:
    """One page: a picture, or page ``index`` (from 1) of a received PDF taken over as ``kind`` says.

    ``width`` x ``height`` points of the upright page; ``rotation`` is what turns the page, as a viewer shows what was
    received, upright (clockwise). ``reading`` None: no text layer. ``skew`` as in Page. ``layers``, where there are any,
    are drawn in the place of picture or page, one over the other, each at its box of the page as a viewer shows it.
    """

    width: float
    height: float
    rotation: int
    picture: Picture | None = None
    source: Source | None = None
    index: int = 1
    kind: str = "image"
    reading: Reading | None = None
    skew: float = 0.0
    layers: tuple[tuple[Picture, Box], ...] = ()


@dataclass(frozen=True)
class Words:
    """Words drawn on the first page: ``block`` with its upper left corner at ``box``'s (fractions of the page)."""

    block: Block
    box: Box


@dataclass(frozen=True)
class Modules:
    """A code drawn on the first page: ``rows`` of modules, True for black, filling ``box`` (fractions of the page)."""

    rows: tuple[tuple[bool, ...], ...]
    box: Box


def plan(source: Source, index: int) -> Plan:
    """How page ``index`` of a received PDF can be taken over without breaking a rule of PDF/A-2u: a trial is judged."""
    return source.plan(index, _trial)


def compose(
    parts: Sequence[Part], mark: Words | None, meta: Meta, files: Sequence[Attached] = (), code: Modules | None = None
) -> bytes:
    """The archive copy, PDF 1.7; with ``files`` attached ``meta`` must claim part 3. ``mark`` and ``code`` stand on page 1.

    Raises ValueError for no pages, and pikepdf's errors where a received object is broken.
    """
    if not parts:
        raise ValueError("a copy needs at least one page")
    if files and meta.part != 3:
        raise ValueError("files of any kind may be attached to PDF/A-3 alone (ISO 19005-2, 6.8)")
    with Pdf.new() as pdf:
        blank = Blank()
        layers = [
            operators(part.reading, _fit(part.width), _fit(part.height), part.skew, blank, "T0")
            if part.reading
            else b""
            for part in parts
        ]
        hidden = blank.embed(pdf) if any(layers) else None
        for number, (part, layer) in enumerate(zip(parts, layers, strict=True)):
            fonts = {"/T0": hidden} if layer and hidden is not None else {}
            drawn = b""
            if mark and number == 0:
                written = face(" ".join(mark.block.lines))
                fonts["/M0"] = written.embed(pdf)
                left, top = mark.box[0] * _fit(part.width), (1 - mark.box[1]) * _fit(part.height)
                drawn = draw(mark.block, left, top, written, "M0")
            if code and number == 0:
                drawn += _code(code, _fit(part.width), _fit(part.height))
            _page(pdf, part, layer + drawn, fonts)
        _document(pdf, meta)
        attach(pdf, files, meta.at)
        return _written(pdf)


def _code(code: Modules, width: float, height: float) -> bytes:
    left, top, right, bottom = code.box
    return modules(code.rows, left * width, (1 - top) * height, (right - left) * width, (bottom - top) * height) + b"\n"


def turn(rotation: int) -> Matrix:
    """The matrix that turns the unit square clockwise by 0, 90, 180 or 270 degrees, onto itself."""
    return {
        0: Matrix(1, 0, 0, 1, 0, 0),
        90: Matrix(0, -1, 1, 0, 0, 1),
        180: Matrix(-1, 0, 0, -1, 1, 1),
        270: Matrix(0, 1, -1, 0, 1, 0),
    }[rotation % 360]


_MIRROR = Matrix(-1, 0, 0, 1, 1, 0)
_EXIF = {1: (False, 0), 2: (True, 0), 3: (False, 180), 4: (True, 180),
         5: (True, 270), 6: (False, 90), 7: (True, 90), 8: (False, 270)}  # fmt: skip


def _oriented(orientation: int) -> Matrix:
    """The matrix of an EXIF orientation (CIPA DC-008, 4.6.4): mirrored first, then turned."""
    mirrored, rotation = _EXIF[orientation]
    return (_MIRROR if mirrored else Matrix()) @ turn(rotation)


def _fit(side: float) -> float:
    return min(max(round(side, 3), _SMALLEST), _LARGEST)


def _page(pdf: Pdf, part: Part, words: bytes, fonts: dict[str, Object]) -> None:
    width, height = _fit(part.width), _fit(part.height)
    placed: list[tuple[Object, Matrix]]
    if part.layers:
        placed = [(picture_object(pdf, picture), _boxed(box)) for picture, box in part.layers]
    elif part.picture is not None:
        placed = [(picture_object(pdf, part.picture), _oriented(part.picture.turn))]
    elif part.source is not None:
        shown, matrix = part.source.place(pdf, part.index, part.kind, turn)
        placed = [(_packed(shown), matrix)]
    else:
        raise ValueError("a part is a picture or a page of a source")
    upright = turn(part.rotation) @ Matrix(width, 0, 0, height, 0, 0)
    drawn = b"".join(_drawn(matrix @ upright, f"P{number}") for number, (_, matrix) in enumerate(placed))
    resources = Dictionary(XObject=Dictionary({f"/P{number}": shown for number, (shown, _) in enumerate(placed)}))
    if fonts:
        resources.Font = Dictionary(fonts)
    page = Dictionary(
        Type=Name.Page,
        MediaBox=Array([0, 0, width, height]),
        Resources=resources,
        Contents=pdf.make_indirect(Stream(pdf, drawn + words)),
    )
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))


def _boxed(box: Box) -> Matrix:
    """The matrix that draws the unit square on ``box`` of it (fractions, origin top left)."""
    left, top, right, bottom = box
    return Matrix(right - left, 0, 0, bottom - top, left, 1 - bottom)


def _drawn(matrix: Matrix, name: str) -> bytes:
    numbers = " ".join(_number(value) for value in (matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f))
    return f"q {numbers} cm /{name} Do Q\n".encode("ascii")


def _number(value: float) -> str:
    return f"{value:.5f}".rstrip("0").rstrip(".") if abs(value) > 5e-6 else "0"


def picture_object(pdf: Pdf, picture: Picture) -> Object:
    """The image XObject of a picture in ``pdf``."""
    channels = 3 if picture.colours == "rgb" else 1
    entries = {
        "/Type": Name.XObject,
        "/Subtype": Name.Image,
        "/Width": picture.width,
        "/Height": picture.height,
        "/BitsPerComponent": picture.bits,
        "/ColorSpace": _colours(pdf, picture),
    }
    if picture.codec == "jpeg":
        entries["/Filter"] = Name.DCTDecode
    elif picture.codec == "g4":
        entries["/Filter"] = Name.CCITTFaxDecode
        parameters = Dictionary(K=-1, Columns=picture.width, Rows=picture.height)
        if picture.black_is_one:
            parameters.BlackIs1 = True
        entries["/DecodeParms"] = parameters
    else:
        entries["/Filter"] = Name.FlateDecode
        if picture.codec == "png":
            entries["/DecodeParms"] = Dictionary(
                Predictor=15, Colors=channels, BitsPerComponent=picture.bits, Columns=picture.width
            )
    if picture.alpha:
        mask = Stream(pdf, picture.alpha, {
            "/Type": Name.XObject, "/Subtype": Name.Image, "/Width": picture.width, "/Height": picture.height,
            "/BitsPerComponent": 8, "/ColorSpace": Name.DeviceGray, "/Filter": Name.FlateDecode,
        })  # fmt: skip
        entries["/SMask"] = pdf.make_indirect(mask)
    if picture.stencil is not None:  # an explicit mask (ISO 32000-1, 8.9.6.3): what is black in it shows the picture
        shown = picture_object(pdf, picture.stencil)
        del shown["/ColorSpace"]
        shown.ImageMask = True
        entries["/Mask"] = shown
    return _packed(pdf.make_indirect(Stream(pdf, picture.data, entries)))


def _colours(pdf: Pdf, picture: Picture) -> Object:
    device = Name.DeviceGray if picture.colours == "gray" else Name.DeviceRGB
    space: Object = device
    if picture.icc:
        profile = Stream(pdf, picture.icc, N=1 if picture.colours == "gray" else 3, Alternate=device)
        space = Array([Name.ICCBased, pdf.make_indirect(profile)])
    if picture.colours == "palette":
        table = picture.palette[: 3 * 2**picture.bits]
        space = Array([Name.Indexed, space, len(table) // 3 - 1, String(table)])
    return space


def _packed(image: Object) -> Object:
    """The image, its JPEG or group 4 stream Flate-packed where that saves: the stream itself stays as it was received.

    JPEG with the standard's own Huffman tables, and group 4, shrink by 2 to 7 %, others by some in 1,000 (25 ms a MB).
    """
    codec = image.get("/Filter")
    if codec not in {Name.DCTDecode, Name.CCITTFaxDecode} or not isinstance(image, Stream):
        return image
    data = bytes(image.read_raw_bytes())
    packed = zlib.compress(data, 6)
    if len(packed) > _SAVES * len(data):
        return image
    parameters = image.get("/DecodeParms")
    image.write(packed, filter=Array([Name.FlateDecode, codec]),
                decode_parms=None if parameters is None else Array([None, parameters]))  # fmt: skip
    return image


def _document(pdf: Pdf, meta: Meta) -> None:
    """Metadata, output intent and catalogue; Info says what XMP says."""
    profile = Stream(pdf, icc.srgb(), N=3)
    pdf.Root.OutputIntents = Array([
        pdf.make_indirect(
            Dictionary(
                Type=Name.OutputIntent,
                S=Name.GTS_PDFA1,
                OutputConditionIdentifier=String(icc.NAME),
                Info=String(icc.NAME),
                DestOutputProfile=pdf.make_indirect(profile),
            )
        )
    ])  # fmt: skip
    pdf.Root.Metadata = pdf.make_indirect(Stream(pdf, packet(meta), Type=Name.Metadata, Subtype=Name.XML))
    pdf.Root.Lang = String("vi-VN")
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    info = Dictionary(
        Title=String(clean(meta.title)),
        Creator=String("Hoso"),
        Producer=String(clean(meta.producer)),
        CreationDate=String(pdf_date(meta.at)),
        ModDate=String(pdf_date(meta.at)),
    )
    if meta.author:
        info.Author = String(clean(meta.author))
    pdf.trailer.Info = pdf.make_indirect(info)


def _written(pdf: Pdf) -> bytes:
    out = BytesIO()
    pdf.save(
        out,
        force_version="1.7",
        deterministic_id=True,
        fix_metadata_version=False,
        object_stream_mode=pikepdf.ObjectStreamMode.disable,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
        compress_streams=True,
    )
    return out.getvalue()


_TRIAL = Meta("trial", datetime(2026, 1, 1, tzinfo=UTC))


def _trial(source: Source, index: int, kind: str) -> tuple[str, ...]:
    """What is wrong with a copy of that page alone."""
    width, height = source.size(index)
    part = Part(width, height, 0, source=source, index=index, kind=kind)
    return judge.findings(compose([part], None, _TRIAL))
