"""Owns the rules of PDF/A-2u on fonts: embedded, complete, true in their widths, and with Unicode for every used code.

Rules: ISO 19005-2, 6.2.11. Judged are the codes that a file really shows. Encodings other than two-byte Identity and
single bytes are reported as not to be judged, so that nothing unknown passes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from io import BytesIO
from struct import unpack
from typing import Any

import pikepdf
from fontTools import agl
from fontTools.ttLib import TTFont, TTLibError

from hoso.nouns import Violation

__all__ = ["Use", "rules"]

_SUBTYPES = {"/Type1", "/MMType1", "/TrueType", "/Type3", "/Type0"}
_ENCODINGS = {"/WinAnsiEncoding", "/MacRomanEncoding", "/StandardEncoding", "/MacExpertEncoding"}
_FILES = {"/FontFile", "/FontFile2", "/FontFile3"}
_BANNED = ("\x00", "\ufeff", "\ufffe")
_TOKEN = re.compile(rb"<([0-9A-Fa-f\s]*)>|\[|\]|[A-Za-z]+")


class Use:
    """A font and the codes shown with it; ``drawn``: whether anything is visible (render mode other than 3), be it an
    empty string."""

    def __init__(self, font: Any) -> None:
        self.font = font
        self.composite = str(font.get("/Subtype", "")) == "/Type0"
        self.drawn = False
        self._hidden, self._visible = bytearray(), bytearray()

    def show(self, text: bytes, *, visible: bool) -> None:
        """Note a shown string: two bytes a code in Type 0 fonts, else one."""
        whole = text[:-1] if self.composite and len(text) % 2 else text
        if visible:
            self.drawn = True
            self._visible += whole
        else:
            self._hidden += whole

    @property
    def seen(self) -> set[int]:
        """The codes shown visibly."""
        return self._codes(self._visible)

    @property
    def codes(self) -> set[int]:
        """All codes shown."""
        return self._codes(self._visible) | self._codes(self._hidden)

    def _codes(self, text: bytearray) -> set[int]:
        return set(unpack(f">{len(text) // 2}H", text)) if self.composite else set(text)


def rules(use: Use) -> Iterator[Violation]:
    """Broken rules of 6.2.11 in one font, for the codes that are used."""
    font = use.font
    where = f"font {font.get('/BaseFont', font.get('/Name', ''))}"
    kind = str(font.get("/Subtype", ""))
    if str(font.get("/Type", "")) != "/Font" or kind not in _SUBTYPES:
        yield Violation("6.2.11.2", f"is no font of a known kind ({kind or 'none'})", where)
        return
    if kind != "/Type3" and "/BaseFont" not in font:
        yield Violation("6.2.11.2", "has no BaseFont", where)
    try:
        yield from _composite(use, where) if kind == "/Type0" else _simple(use, kind, where)
        yield from _unicode(use, where)
    except (TTLibError, KeyError, ValueError, TypeError, IndexError, pikepdf.PikepdfError, AssertionError) as error:
        yield Violation("6.2.11.4", f"its program cannot be read: {type(error).__name__}", where)


def _composite(use: Use, where: str) -> Iterator[Violation]:
    font = use.font
    encoding = font.get("/Encoding")
    if not isinstance(encoding, pikepdf.Name) or str(encoding) not in {"/Identity-H", "/Identity-V"}:
        yield Violation("6.2.11.3.3", "its encoding is not Identity-H or -V and cannot be judged", where)
        return
    inner = font["/DescendantFonts"][0]
    descriptor = inner.get("/FontDescriptor", pikepdf.Dictionary())
    if not any(key in descriptor for key in _FILES):
        if use.drawn:
            yield Violation("6.2.11.4.1", "is not embedded", where)
        return
    if str(inner.get("/Subtype")) != "/CIDFontType2":
        return  # a CFF program: its widths are judged by the allow-list alone
    if "/FontFile2" not in descriptor:
        yield Violation("6.2.11.4.1", "a CIDFontType2 needs a TrueType program", where)
        return
    mapping = inner.get("/CIDToGIDMap")
    if mapping is None or (isinstance(mapping, pikepdf.Name) and str(mapping) != "/Identity"):
        yield Violation("6.2.11.3.2", "an embedded CIDFontType2 needs a CIDToGIDMap: Identity or a stream", where)
        return
    glyph_of = _glyphs(mapping)
    advances = _advances(bytes(descriptor["/FontFile2"].read_bytes()))
    widths = _cid_widths(inner)
    seen = use.seen
    for code in sorted(use.codes):
        glyph = glyph_of(code)
        if glyph == 0:
            yield Violation("6.2.11.8", f"code {code:04X} leads to .notdef", where)
        elif glyph >= len(advances):
            yield Violation("6.2.11.4.1", f"code {code:04X} leads to glyph {glyph}, which the program lacks", where)
        elif code in seen and abs(widths(code) - advances[glyph]) > 1:
            text = f"code {code:04X}: {widths(code):g} in the PDF, {advances[glyph]:g} in the program"
            yield Violation("6.2.11.5", f"width of {text}", where)


def _glyphs(mapping: Any) -> Any:
    if isinstance(mapping, pikepdf.Name):
        return lambda code: code
    table = bytes(mapping.read_bytes())
    return lambda code: int.from_bytes(table[2 * code : 2 * code + 2], "big") if 2 * code + 2 <= len(table) else 0


@lru_cache(maxsize=8)
def _advances(program: bytes) -> tuple[float, ...]:
    """Advance of each glyph in 1/1,000 em."""
    with TTFont(BytesIO(program), lazy=True) as font:
        scale = 1000 / font["head"].unitsPerEm
        metrics = font["hmtx"]
        return tuple(metrics[name][0] * scale for name in font.getGlyphOrder())


def _cid_widths(inner: Any) -> Any:
    default = float(inner.get("/DW", 1000))
    widths = _widths(inner["/W"].unparse(resolved=True)) if "/W" in inner else {}
    return lambda code: widths.get(code, default)


@lru_cache(maxsize=8)
def _widths(table: bytes) -> dict[int, float]:
    """The widths of an array /W (ISO 32000-1, 9.7.4.3); the same font comes in file after file."""
    entries: list[Any] = list(pikepdf.Object.parse(table))
    widths: dict[int, float] = {}
    at = 0
    while at + 1 < len(entries):
        first = int(entries[at])
        if isinstance(entries[at + 1], pikepdf.Array):
            widths.update({first + step: float(value) for step, value in enumerate(entries[at + 1])})
            at += 2
        else:
            widths.update(dict.fromkeys(range(first, int(entries[at + 1]) + 1), float(entries[at + 2])))
            at += 3
    return widths


def _simple(use: Use, kind: str, where: str) -> Iterator[Violation]:
    font = use.font
    if kind == "/Type3":
        return
    descriptor = font.get("/FontDescriptor", pikepdf.Dictionary())
    if not any(key in descriptor for key in _FILES):
        if use.drawn:
            yield Violation("6.2.11.4.1", "is not embedded", where)
        return
    first, last = int(font.get("/FirstChar", -1)), int(font.get("/LastChar", -1))
    if first < 0 or last < first or len(font.get("/Widths", pikepdf.Array([]))) != last - first + 1:
        yield Violation("6.2.11.2", "FirstChar, LastChar and Widths do not agree", where)
    elif any(not first <= code <= last for code in use.seen):
        yield Violation("6.2.11.5", "a code is shown that Widths does not hold", where)
    if kind == "/TrueType":
        symbolic = bool(int(descriptor.get("/Flags", 0)) & 4)
        encoding = font.get("/Encoding")
        base = encoding.get("/BaseEncoding") if isinstance(encoding, pikepdf.Dictionary) else encoding
        if not symbolic and str(base) not in {"/WinAnsiEncoding", "/MacRomanEncoding"}:
            yield Violation(
                "6.2.11.6", "a TrueType font that is not symbolic needs WinAnsi or MacRoman encoding", where
            )
        if symbolic and encoding is not None:
            yield Violation("6.2.11.6", "a symbolic TrueType font may have no encoding", where)


def _unicode(use: Use, where: str) -> Iterator[Violation]:
    """Level U: every code that is used leads to Unicode (6.2.11.7.2)."""
    font = use.font
    if "/ToUnicode" in font:
        table = _to_unicode(bytes(font["/ToUnicode"].read_bytes()))
        for code in sorted(use.codes):
            text = table.get(code, "")
            if not text or any(banned in text for banned in _BANNED):
                yield Violation("6.2.11.7.2", f"ToUnicode says nothing lawful of code {code:04X}", where)
                return
        return
    if use.composite:
        yield Violation("6.2.11.7.2", "has no ToUnicode", where)
        return
    encoding = font.get("/Encoding")
    names = _differences(encoding)
    base = encoding.get("/BaseEncoding") if isinstance(encoding, pikepdf.Dictionary) else encoding
    for code in sorted(use.codes):
        known = agl.toUnicode(names[code].lstrip("/")) if code in names else str(base) in _ENCODINGS
        if not known:
            yield Violation("6.2.11.7.2", f"neither ToUnicode nor its encoding tells the Unicode of code {code}", where)
            return


def _differences(encoding: Any) -> dict[int, str]:
    names, code = {}, 0
    if isinstance(encoding, pikepdf.Dictionary):
        for item in encoding.get("/Differences", pikepdf.Array([])):
            if isinstance(item, pikepdf.Name):
                names[code] = str(item)
                code += 1
            else:
                code = int(item)
    return names


@lru_cache(maxsize=8)
def _to_unicode(cmap: bytes) -> dict[int, str]:
    """bfchar and bfrange of a ToUnicode CMap, code → text."""
    table: dict[int, str] = {}
    for body in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.S):
        values = [_hex(token) for token in re.findall(rb"<([0-9A-Fa-f\s]*)>", body)]
        for code, text in zip(values[::2], values[1::2], strict=False):
            table[int.from_bytes(code, "big")] = _text(text)
    for body in re.findall(rb"beginbfrange(.*?)endbfrange", cmap, re.S):
        tokens = [(match.group(0), match.group(1)) for match in _TOKEN.finditer(body)]
        at = 0
        while at + 2 < len(tokens):
            first, last = (int.from_bytes(_hex(tokens[at + step][1] or b""), "big") for step in (0, 1))
            if tokens[at + 2][0] == b"[":
                at += 3
                for number in range(first, last + 1):
                    if at < len(tokens) and tokens[at][1] is not None:
                        table[number] = _text(_hex(tokens[at][1]))
                        at += 1
                at += 1
            else:
                start = _hex(tokens[at + 2][1] or b"")
                for step in range(min(last - first, 65535) + 1):
                    size = max(len(start), 1)
                    value = (int.from_bytes(start, "big") + step) % 256**size
                    table[first + step] = _text(value.to_bytes(size, "big"))
                at += 3
    return table


def _hex(token: bytes) -> bytes:
    digits = b"".join(token.split())
    return bytes.fromhex((digits + b"0" if len(digits) % 2 else digits).decode("ascii"))


def _text(value: bytes) -> str:
    return value.decode("utf-16-be", errors="replace") if len(value) > 1 else value.decode("latin-1")
