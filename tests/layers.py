"""PDFs with text layers of every kind, made on the spot: the doubles behind ``test_text_layer``.

Legacy fonts are real ones: the shapes of Noto Sans under the codes of TCVN3 or VNI, so that the page shows right
Vietnamese while its bytes say something else.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import pikepdf
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Stream

import hoso

NOTO = Path(hoso.__file__).parent / "_fonts" / "NotoSans-Vietnamese.ttf"
LETTER = (
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Độc lập - Tự do - Hạnh phúc",
    "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015;",
    "Căn cứ Nghị định số 30/2020/NĐ-CP về công tác văn thư; xét đề nghị của Sở Xây dựng",
    "tại Tờ trình số 125, quyết định này có hiệu lực kể từ ngày ký và được gửi tới các đơn vị.",
    "Chữ ký, giấy phép lái xe hạng B2 được cấp lại cho người có nhu cầu; bữa ăn giữa ca, kỹ thuật,",
    "thủy lợi, quỹ, nghỉ, mở, vỡ, chợ, lẽ, sẵn, ẩn, nổi, cuối, thuở, khuya, ỷ lại, xuyên suốt, ngõ nhỏ.",
)
A4 = (595.0, 842.0)

# What a typist's keyboard driver wrote: one byte a letter for VN3 (TCVN 5712:1993), letter and mark for VNI.
_VN3_ORDER = (
    "A1Ă A2Â A3Ê A4Ô A5Ơ A6Ư A7Đ A8ă A9â AAê ABô ACơ ADư AEđ B5à B6ả B7ã B8á B9ạ BBằ BCẳ BDẵ BEắ C6ặ C7ầ C8ẩ C9ẫ CAấ CBậ "
    "CCè CEẻ CFẽ D0é D1ẹ D2ề D3ể D4ễ D5ế D6ệ D7ì D8ỉ DCĩ DDí DEị DFò E1ỏ E2õ E3ó E4ọ E5ồ E6ổ E7ỗ E8ố E9ộ EAờ EBở ECỡ EDớ "
    "EEợ EFù F1ủ F2ũ F3ú F4ụ F5ừ F6ử F7ữ F8ứ F9ự FAỳ FBỷ FCỹ FDý FEỵ"
)
VN3 = {int(entry[:2], 16): entry[2] for entry in _VN3_ORDER.split()}
_PLAIN = {"\u0301": 0xF9, "\u0300": 0xF8, "\u0309": 0xFB, "\u0303": 0xF5, "\u0323": 0xEF}
_ROOF = {"": 0xE2, "\u0301": 0xE1, "\u0300": 0xE0, "\u0309": 0xE5, "\u0303": 0xE3, "\u0323": 0xE4}
_BREVE = {"": 0xEA, "\u0301": 0xE9, "\u0300": 0xE8, "\u0309": 0xFA, "\u0303": 0xFC, "\u0323": 0xEB}
_ALONE = {"ơ": 0xF4, "ư": 0xF6, "đ": 0xF1, "í": 0xED, "ì": 0xEC, "ỉ": 0xE6, "ĩ": 0xF3, "ị": 0xF2, "ỵ": 0xEE}


def in_tcvn3(text: str, *, capitals: bool = False) -> bytes:
    """``text`` as typed in a TCVN3 font; ``capitals``: in one that draws small letters as capitals."""
    codes = {letter: code for code, letter in VN3.items()}
    return bytes(codes.get(c) or ord(c) for c in unicodedata.normalize("NFC", text.lower() if capitals else text))


def in_vni(text: str) -> bytes:
    """``text`` as typed in a VNI font."""
    out = bytearray()
    for letter in unicodedata.normalize("NFC", text):
        small, capital = letter.lower(), letter != letter.lower()
        if small in _ALONE:
            out.append(_ALONE[small] - 32 * capital)
            continue
        base, *marks = unicodedata.normalize("NFD", small)
        tone = next((m for m in marks if m in _PLAIN), "")
        if "\u031b" in marks:
            out.append(_ALONE["ơ" if base == "o" else "ư"] - 32 * capital)
        else:
            out.append(ord(base) - 32 * (capital and base.isalpha()))
        table = _ROOF if "\u0302" in marks else _BREVE if "\u0306" in marks else _PLAIN
        if tone or table is not _PLAIN:
            out.append(table[tone] - 32 * capital)
    return bytes(out)


@lru_cache(maxsize=4)
def _program(kind: str) -> tuple[bytes, tuple[int, ...]]:
    """(TrueType program, widths of codes 32..255) of a font that draws the letters of ``kind`` under its bytes."""
    with TTFont(NOTO) as noto:
        known, glyphs, metrics = noto.getBestCmap(), noto["glyf"], noto["hmtx"]
        shapes = {0x20 + n: known[0x20 + n] for n in range(0x5F)}
        if kind.startswith("tcvn3"):
            shapes |= {code: known[ord(letter)] for code, letter in VN3.items()}
        if kind == "tcvn3-capitals":
            shapes |= {code: known[ord(letter.upper())] for code, letter in VN3.items()}
            shapes |= {code: known[code - 32] for code in range(ord("a"), ord("z") + 1)}
        marks: dict[int, tuple[str, ...]] = {}
        if kind == "vni":
            shapes |= {
                code - 32 * up: known[ord(c.upper() if up else c)] for c, code in _ALONE.items() for up in (0, 1)
            }
            for roof, table in (("", _PLAIN), ("\u0302", _ROOF), ("\u0306", _BREVE)):
                for tone, code in table.items():
                    marks |= dict.fromkeys((code, code - 32), tuple(c for c in (roof, tone) if c))
        order = [".notdef", *sorted(set(shapes.values())), *(f"mark{code:02X}" for code in marks)]
        made = {".notdef": glyphs[".notdef"], **{name: glyphs[name] for name in shapes.values()}}
        widths = {name: (int(metrics[name][0]), int(metrics[name][1])) for name in made}
        shown, signs = noto.getGlyphSet(), {"\u0309": (known[ord("?")], -390, 560, 0.35)}  # Noto has no hook by itself
        for letter in "ýỳẻẽũõãạọăâêôúùủỏểổằắ":
            glyph, base = glyphs[known[ord(letter)]], unicodedata.normalize("NFD", letter)
            if len(base) == 2 and glyph.isComposite() and len(glyph.components) == 2:
                sign = glyph.components[-1]
                signs[base[1]] = (sign.glyphName, sign.x - metrics[known[ord(base[0])]][0], sign.y, 1.0)

        def flat(parts: Sequence[tuple[str, float, float, float]]) -> object:
            pen = TTGlyphPen(None)
            for name, x, y, scale in parts:
                record = DecomposingRecordingPen(shown)
                shown[name].draw(record)
                record.replay(TransformPen(pen, (scale, 0, 0, scale, x, y)))
            return pen.glyph()

        drawn = {name: flat([(name, 0, 0, 1)]) for name in made}
        for code, stack in marks.items():
            parts = [signs[sign] for sign in stack]
            if len(parts) == 2 and stack[1] != "\u0323":
                name, x, y, scale = parts[1]
                parts[1] = (name, x, y + 140, scale)
            drawn[f"mark{code:02X}"] = flat(parts)
            widths[f"mark{code:02X}"] = (0, 0)
        codes = shapes | {code: f"mark{code:02X}" for code in marks if code not in shapes}
        builder = FontBuilder(noto["head"].unitsPerEm, isTTF=True)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap(dict(codes))
    for table in builder.font["cmap"].tables:
        if kind != "vni" and table.platformID == 3:  # a symbol font: its bytes in the private area
            table.platEncID, table.cmap = 0, {0xF000 + code: name for code, name in table.cmap.items()}
    builder.setupGlyf(drawn)
    builder.setupHorizontalMetrics({name: (width, 0) for name, (width, _) in widths.items()})
    builder.setupHorizontalHeader(ascent=1069, descent=-293)
    builder.setupOS2(sTypoAscender=1069, sTypoDescender=-293, usWinAscent=1069, usWinDescent=293)
    builder.setupNameTable({"familyName": "Double", "styleName": "Regular", "psName": "Double"})
    builder.setupPost(keepGlyphNames=False)
    for name in builder.font["glyf"].keys():  # noqa: SIM118  (a table, not a mapping)
        glyph = builder.font["glyf"][name]
        glyph.recalcBounds(builder.font["glyf"])
        builder.font["hmtx"][name] = (widths[name][0], getattr(glyph, "xMin", 0))
    out = BytesIO()
    builder.font.save(out)
    scale = 1000 / builder.font["head"].unitsPerEm
    return out.getvalue(), tuple(round(widths[codes[c]][0] * scale) if c in codes else 0 for c in range(32, 256))


def legacy_font(pdf: pikepdf.Pdf, kind: str, name: str) -> pikepdf.Object:
    """A simple TrueType font and no word of Unicode, as old printers of PDF wrote them: VNI with the encoding of Windows,
    TCVN3 as a symbol font without encoding (Windows has a hyphen where VN3 has ư)."""
    program, widths = _program(kind)
    descriptor = Dictionary(
        Type=Name.FontDescriptor, FontName=Name("/" + name),
        Flags=32 if kind == "vni" else 4, FontBBox=Array([-600, -400, 2800, 1100]),
        ItalicAngle=0, Ascent=1069, Descent=-293, CapHeight=714, StemV=80, FontFile2=pdf.make_stream(program),
    )  # fmt: skip
    font = Dictionary(
        Type=Name.Font, Subtype=Name.TrueType, BaseFont=Name("/" + name), FirstChar=32, LastChar=255,
        Widths=Array(list(widths)), FontDescriptor=pdf.make_indirect(descriptor),
    )  # fmt: skip
    if kind == "vni":
        font.Encoding = Name.WinAnsiEncoding
    return pdf.make_indirect(font)


def unicode_font(pdf: pikepdf.Pdf, text: str) -> tuple[pikepdf.Object, Mapping[str, int]]:
    """Noto Sans as Hoso embeds it, and the code of each letter."""
    from hoso.pdf.fonts import face

    made = face(text)
    return made.embed(pdf), made.glyphs


class Sheet:
    """A page of a PDF to be filled: text in any font, pictures, annotations."""

    def __init__(self, size: tuple[float, float] = A4) -> None:
        self.pdf = pikepdf.new()
        self.page = self.pdf.add_blank_page(page_size=size)
        self.page.Resources = Dictionary(Font=Dictionary(), XObject=Dictionary())
        self.content: list[bytes] = []
        self.keys: dict[str, str] = {}

    def font(self, key: str, kind: str, name: str) -> Sheet:
        self.page.Resources.Font[f"/{key}"] = legacy_font(self.pdf, kind, name)
        return self

    def raw(self, key: str, x: float, y: float, data: bytes, size: float = 11, before: str = "0 Tr") -> Sheet:
        shown = "<" + data.hex() + ">"
        self.content.append(f"BT {before} /{key} {size} Tf {x:g} {y:g} Td {shown} Tj ET\n".encode("ascii"))
        return self

    def text(
        self, x: float, y: float, words: str, size: float = 11, before: str = "0 Tr", codes: Sequence[str] = ""
    ) -> Sheet:
        """``words`` in Noto Sans; with ``codes`` the letters that the layer says instead of those drawn, one for one."""
        letters = "".join(sorted(set(words if codes else "".join(LETTER) + words)))
        key = f"U{len(self.page.Resources.Font)}" if codes else self.keys.setdefault(letters, f"N{len(self.keys)}")
        font, glyphs = unicode_font(self.pdf, letters)
        if codes:
            told = dict(zip(words, codes, strict=True))
            entries = "\n".join(f"<{glyphs[a]:04X}> <{b.encode('utf-16-be').hex()}>" for a, b in told.items())
            space = "1 begincodespacerange <0000> <FFFF> endcodespacerange"
            cmap = f"begincmap\n{space}\n{len(told)} beginbfchar\n{entries}\nendbfchar\nendcmap"
            font.ToUnicode = self.pdf.make_stream(cmap.encode("ascii"))
        self.page.Resources.Font[f"/{key}"] = font
        shown = "".join(f"{glyphs[c]:04X}" for c in words)
        self.content.append(f"BT {before} /{key} {size} Tf {x:g} {y:g} Td <{shown}> Tj ET\n".encode("ascii"))
        return self

    def letter(
        self,
        top: float = 780,
        before: str = "0 Tr",
        say: Callable[[str], Sequence[str]] = tuple,
        lines: Sequence[str] = LETTER,
    ) -> Sheet:
        """``lines`` in Noto Sans from ``top`` downwards; the layer says of each what ``say`` makes of its letters."""
        for number, line in enumerate(lines):
            self.text(50, top - 24 * number, line, before=before, codes=say(line) if say else "")
        return self

    def picture(self, jpeg: bytes, box: tuple[float, float, float, float] = (0, 0, *A4)) -> Sheet:
        """A grey or colour JPEG in ``box`` (left, bottom, right, top in points)."""
        from PIL import Image

        image = Image.open(BytesIO(jpeg))
        stream = self.pdf.make_stream(jpeg)
        stream.update({
            "/Type": Name.XObject, "/Subtype": Name.Image, "/Width": image.width, "/Height": image.height,
            "/ColorSpace": Name.DeviceRGB if image.mode == "RGB" else Name.DeviceGray, "/BitsPerComponent": 8,
            "/Filter": Name.DCTDecode,
        })  # fmt: skip
        key = f"P{len(self.page.Resources.XObject)}"
        self.page.Resources.XObject[f"/{key}"] = stream
        left, bottom, right, top = box
        self.content.append(
            f"q {right - left:g} 0 0 {top - bottom:g} {left:g} {bottom:g} cm /{key} Do Q\n".encode("ascii")
        )
        return self

    def note(self, box: tuple[float, float, float, float], words: str) -> Sheet:
        """Words typed onto the page as a note (FreeText), which no text layer holds."""
        return self._annotation(box, Subtype=Name.FreeText, Contents=words, DA="/F 11 Tf 0 g")

    def field(self, box: tuple[float, float, float, float], value: str, kind: str = "Tx") -> Sheet:
        """A form field of text, or with ``kind`` "Sig" one for a signature."""
        entries = {} if kind == "Sig" else {"V": value, "DA": "/F 11 Tf 0 g"}
        self._annotation(box, Subtype=Name.Widget, FT=Name("/" + kind), T=f"field{len(self.content)}{value}", **entries)
        if "/AcroForm" not in self.pdf.Root:
            self.pdf.Root.AcroForm = Dictionary(Fields=Array([]), DA="/F 11 Tf 0 g")
        self.pdf.Root.AcroForm.Fields.append(self.page.Annots[-1])
        return self

    def _annotation(self, box: tuple[float, float, float, float], **entries: object) -> Sheet:
        if "/Annots" not in self.page:
            self.page.Annots = Array([])
        self.page.Annots.append(
            self.pdf.make_indirect(Dictionary(Type=Name.Annot, Rect=Array(list(box)), F=4, **entries))
        )
        return self

    def data(self) -> bytes:
        self.page.Contents = Stream(self.pdf, b"".join(self.content))
        out = BytesIO()
        self.pdf.save(out)
        return out.getvalue()
