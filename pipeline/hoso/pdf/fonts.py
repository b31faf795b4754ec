"""Owns the fonts of archive copies: the letters that are drawn, and the blank glyph of the invisible text layer.

Drawn letters are Noto Sans (SIL Open Font License 1.1, ``_fonts/``), subset to what is used; its 1,000 units an em keep
the widths of font and PDF equal to the last digit (ISO 19005-2, 6.2.11.5). Every font is embedded, is a Type 0 font with
two-byte codes, and says the Unicode of every code that is used (6.2.11.7.2). No font of the system is ever looked for.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from fontTools import subset
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, String

__all__ = ["BLANK_ADVANCE", "BLANK_ASCENT", "BLANK_DESCENT", "Blank", "Face", "clean", "face", "ink", "measure"]

_FILE = Path(__file__).parents[1] / "_fonts" / "NotoSans-Vietnamese.ttf"
_ALWAYS = frozenset(map(chr, range(0x20, 0x7F)))  # always in the subset, so that one subset serves most documents

BLANK_ADVANCE, BLANK_ASCENT, BLANK_DESCENT = 0.5, 0.8, -0.2
"""Of the blank glyph, in em: its advance, and the heights a viewer takes for the selection of invisible words."""

# Codes that may stand in no ToUnicode (ISO 19005-2, 6.2.11.7.2) or mean nothing in text: controls, surrogates,
# private and unassigned ones. U+FEFF is a format character.
_NO_TEXT = {"Cc", "Cs", "Co", "Cn"}
_BANNED = {"\ufeff", "\ufffe", "\uffff", "\x00"}


@lru_cache(maxsize=8192)
def clean(text: str) -> str:
    """``text`` in NFC without what no archive text may hold; any white space becomes a plain blank."""
    spaced = "".join(" " if c.isspace() else c for c in unicodedata.normalize("NFC", text))
    return "".join(c for c in spaced if c not in _BANNED and unicodedata.category(c) not in _NO_TEXT)


@lru_cache(maxsize=1)
def _whole() -> tuple[dict[str, tuple[int, float, float]], frozenset[str]]:
    """Of every letter of the shipped font: (advance, ink bottom, ink top) in units of 1/1,000 em; and the letters."""
    with TTFont(_FILE, lazy=True) as font:
        glyphs, metrics = font["glyf"], font["hmtx"]
        table = {}
        for code, name in font.getBestCmap().items():
            glyph = glyphs[name]
            bottom, top = (glyph.yMin, glyph.yMax) if glyph.numberOfContours else (0, 0)
            table[chr(code)] = (int(metrics[name][0]), float(bottom), float(top))
    return table, frozenset(table)


def measure(text: str, size: float) -> float:
    """Width in points of ``text`` drawn at ``size`` points; a letter the font lacks counts as a question mark."""
    return _advance(text) * size / 1000


@lru_cache(maxsize=4096)
def _advance(text: str) -> int:
    table, _ = _whole()
    return sum(table.get(c, table["?"])[0] for c in clean(text))


@lru_cache(maxsize=8192)
def ink(text: str) -> tuple[float, float]:
    """(bottom, top) of the ink of ``text`` in em from the baseline, by the shapes of Noto Sans; (0, 0.7) of nothing."""
    table, _ = _whole()
    known = [table[c] for c in text if c in table and table[c][2] > table[c][1]]
    if not known:
        return 0.0, 0.7
    return min(bottom for _, bottom, _ in known) / 1000, max(top for _, _, top in known) / 1000


@dataclass(frozen=True)
class Face:
    """A subset of Noto Sans: ``data`` is the TrueType program; ``glyphs`` the glyph of each letter, which is its code."""

    name: str
    data: bytes
    glyphs: dict[str, int]
    widths: dict[int, int]

    def encode(self, text: str) -> str:
        """``text`` as a hexadecimal string operand of Tj; a letter the font lacks becomes a question mark."""
        return "<" + "".join(f"{self.glyphs.get(c, self.glyphs['?']):04X}" for c in clean(text)) + ">"

    def embed(self, pdf: Pdf) -> Object:
        """The font in ``pdf``: Type 0, Identity-H, an embedded CIDFontType2 whose codes are its glyphs."""
        program = Stream(pdf, self.data, Length1=len(self.data))
        descriptor = _descriptor(pdf, self.name, program, 1.069, -0.293, (-0.621, -0.389, 2.8, 1.067))
        widths = Array([])
        for glyph in sorted(self.widths):
            widths.append(glyph)
            widths.append(Array([self.widths[glyph]]))
        unicodes = {
            glyph: letter for letter, glyph in self.glyphs.items()
        }  # Đ and Ð share a glyph: the later, Đ, is said
        return _type0(pdf, self.name, descriptor, Name.Identity, 1000, widths, unicodes)


def face(text: str) -> Face:
    """A face that holds the letters of ``text``, those of ASCII, and a question mark for what Noto Sans lacks."""
    return _subset("".join(sorted((set(clean(text)) | _ALWAYS) & _whole()[1])))


@lru_cache(maxsize=32)
def _subset(letters: str) -> Face:
    options = subset.Options()
    options.hinting, options.layout_features, options.glyph_names = False, [], False
    options.notdef_outline, options.recalc_timestamp, options.name_IDs = True, False, []
    options.drop_tables += ["gasp", "DSIG"]
    with TTFont(_FILE, recalcTimestamp=False) as font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(text=letters)
        subsetter.subset(font)
        order, metrics = font.getReverseGlyphMap(), font["hmtx"]
        glyphs = {chr(code): order[name] for code, name in font.getBestCmap().items()}
        widths = {order[name]: int(metrics[name][0]) for name in font.getGlyphOrder()}
        written = BytesIO()
        font.save(written)
    tag = hashlib.sha256(letters.encode()).digest()[:6]
    name = "".join(chr(65 + byte % 26) for byte in tag) + "+NotoSans"
    return Face(name, written.getvalue(), dict(sorted(glyphs.items())), {g: widths[g] for g in glyphs.values()})


class Blank:
    """The font of the invisible layer: one inkless glyph for every letter, a code for each letter in order of first use."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}
        self._digits: dict[str, str] = {}

    def encode(self, text: str) -> str:
        """``text`` (already :func:`clean`) as a hexadecimal string operand of Tj."""
        try:
            return f"<{''.join(map(self._digits.__getitem__, text))}>"
        except KeyError:
            for letter in text:
                code = self._codes.setdefault(letter, len(self._codes) + 1)
                self._digits[letter] = f"{code:04X}"
            return self.encode(text)

    def embed(self, pdf: Pdf) -> Object:
        """The font in ``pdf``, for the letters encoded so far. Every code leads to glyph 1, never to .notdef
        (ISO 19005-2, 6.2.11.8), through an embedded CIDToGIDMap."""
        program = Stream(pdf, _blank_program(), Length1=len(_blank_program()))
        box = (0.0, BLANK_DESCENT, BLANK_ADVANCE, BLANK_ASCENT)
        descriptor = _descriptor(pdf, "HosoBlank", program, BLANK_ASCENT, BLANK_DESCENT, box)
        to_glyph = Stream(pdf, b"\0\0" + b"\0\1" * len(self._codes))
        unicodes = {code: letter for letter, code in self._codes.items()}
        width = round(BLANK_ADVANCE * 1000)
        return _type0(pdf, "HosoBlank", descriptor, pdf.make_indirect(to_glyph), width, None, unicodes)


@lru_cache(maxsize=1)
def _blank_program() -> bytes:
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "blank"])
    builder.setupCharacterMap({0x20: "blank"})
    advance = round(BLANK_ADVANCE * 1000)
    ascent, descent = round(BLANK_ASCENT * 1000), round(BLANK_DESCENT * 1000)
    # An outline without area, but with an extent: PDFium drops single letters of glyphs that have none.
    pen = TTGlyphPen(None)
    pen.moveTo((0, descent))
    pen.lineTo((advance, ascent))
    pen.lineTo((advance, ascent))
    pen.closePath()
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "blank": pen.glyph()})
    builder.setupHorizontalMetrics({".notdef": (advance, 0), "blank": (advance, 0)})
    builder.setupHorizontalHeader(ascent=ascent, descent=descent)
    builder.setupOS2(sTypoAscender=ascent, sTypoDescender=descent, usWinAscent=ascent, usWinDescent=-descent)
    builder.setupNameTable({"familyName": "HosoBlank", "styleName": "Regular", "psName": "HosoBlank"})
    builder.setupPost(keepGlyphNames=False)
    builder.font["head"].created = builder.font["head"].modified = 3_660_681_600  # 2020-01-01, for equal bytes
    builder.font.recalcTimestamp = False
    written = BytesIO()
    builder.font.save(written)
    return written.getvalue()


def _descriptor(pdf: Pdf, name: str, program: Stream, ascent: float, descent: float, box: Iterable[float]) -> Object:
    return pdf.make_indirect(
        Dictionary(
            Type=Name.FontDescriptor,
            FontName=Name("/" + name),
            Flags=4,
            FontBBox=Array([round(value * 1000) for value in box]),
            ItalicAngle=0,
            Ascent=round(ascent * 1000),
            Descent=round(descent * 1000),
            CapHeight=round(ascent * 1000),
            StemV=80,
            FontFile2=pdf.make_indirect(program),
        )
    )


def _type0(
    pdf: Pdf, name: str, descriptor: Object, to_glyph: Object, default: int, widths: Array | None, text: dict[int, str]
) -> Object:
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=Name("/" + name),
        CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
        FontDescriptor=descriptor,
        DW=default,
        CIDToGIDMap=to_glyph,
    )
    if widths is not None:
        descendant.W = widths
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=Name("/" + name),
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(descendant)]),
            ToUnicode=pdf.make_indirect(Stream(pdf, _to_unicode(text))),
        )
    )


def _to_unicode(text: dict[int, str]) -> bytes:
    """A ToUnicode CMap (ISO 32000-1, 9.10.3), at most 100 entries a section (Adobe technical note 5014)."""
    lines = [
        "/CIDInit /ProcSet findresource begin", "12 dict begin", "begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def", "/CMapType 2 def",
        "1 begincodespacerange", "<0000> <FFFF>", "endcodespacerange",
    ]  # fmt: skip
    entries = [f"<{code:04X}> <{letter.encode('utf-16-be').hex().upper()}>" for code, letter in sorted(text.items())]
    for start in range(0, len(entries), 100):
        part = entries[start : start + 100]
        lines += [f"{len(part)} beginbfchar", *part, "endbfchar"]
    lines += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end", ""]
    return "\n".join(lines).encode("ascii")
