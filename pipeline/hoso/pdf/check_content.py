"""Owns the rules of PDF/A-2u on drawing: operators, resources, colours, graphics states, and which codes a font shows.

Rules: ISO 19005-2, 6.1.10, 6.1.13, 6.2.2 to 6.2.10. A form is judged by itself, as if it started with a fresh state.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pikepdf

from hoso.nouns import Violation
from hoso.pdf.check_fonts import Use

__all__ = ["Drawing", "colour_rules", "icc_rules"]

_WORDS = """
    b B b* B* BDC BI BMC BT BX c cm CS cs d d0 d1 Do DP EI EMC ET EX f F f* G g gs h i ID j J K k l M m MP n q Q re RG
    rg ri s S sc SC SCN scn sh T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v w W W* y ' "
"""
_OPERATORS = frozenset(_WORDS.split()) | {"INLINE IMAGE"}
_INTENTS = {"/RelativeColorimetric", "/AbsoluteColorimetric", "/Perceptual", "/Saturation"}
_BLENDS = {"/Normal", "/Compatible", "/Multiply", "/Screen", "/Overlay", "/Darken", "/Lighten", "/ColorDodge",
           "/ColorBurn", "/HardLight", "/SoftLight", "/Difference", "/Exclusion", "/Hue", "/Saturation", "/Color",
           "/Luminosity"}  # fmt: skip
_DEVICE = {"g": "Gray", "G": "Gray", "rg": "RGB", "RG": "RGB", "k": "CMYK", "K": "CMYK"}
_NAMED = {
    "Tf": "/Font",
    "gs": "/ExtGState",
    "Do": "/XObject",
    "sh": "/Shading",
    "cs": "/ColorSpace",
    "CS": "/ColorSpace",
}
_SHOWS = {"Tj", "TJ", "'", '"'}
_QUIET = (
    _OPERATORS - _NAMED.keys() - _DEVICE.keys() - _SHOWS - {"q", "Q", "Tr", "ri", "INLINE IMAGE"}
)  # break no rule here
_DEEPEST = 28


class Drawing:
    """Judges content streams one by one and remembers the fonts and codes they show. ``intent`` is the colour space of
    the output profile: "RGB ", "CMYK", "GRAY" or "" for none."""

    def __init__(self, intent: str) -> None:
        self.intent = intent
        self.uses: dict[tuple[int, int] | int, Use] = {}

    def rules(self, content: Any, resources: Any, where: str) -> Iterator[Violation]:
        """Broken rules of one page, form, pattern or glyph procedure."""
        mode, font, stack = 0, None, []  # type: int, Use | None, list[tuple[int, Use | None]]
        for instruction in pikepdf.parse_content_stream(content):
            word = str(instruction.operator)
            if word in _QUIET:
                continue
            operands: Any = instruction.operands
            if word == "Tj" and font is not None and len(operands) and isinstance(operands[0], pikepdf.String):
                font.show(bytes(operands[0]), visible=mode != 3)
            elif word not in _OPERATORS:
                yield Violation("6.2.2", f"operator {word[:12]!r} is not one of ISO 32000-1", where)
            elif word == "q":
                stack.append((mode, font))
                if len(stack) == _DEEPEST + 1:
                    yield Violation("6.1.13", f"q is nested more than {_DEEPEST} deep", where)
            elif word == "Q":
                if stack:
                    mode, font = stack.pop()
            elif word == "Tr":
                mode = int(operands[0])
            elif word in _DEVICE:
                yield from self._device(_DEVICE[word], where)
            elif word == "ri" and str(operands[0]) not in _INTENTS:
                yield Violation("6.2.6", f"rendering intent {operands[0]} is unknown", where)
            elif word == "INLINE IMAGE":
                yield from self._inline(instruction, where)
            elif word in _NAMED:
                found = _resource(resources, _NAMED[word], str(operands[0]))
                if found is None:
                    if word in {"cs", "CS"}:
                        yield from self._space_name(str(operands[0]), where)
                    else:
                        yield Violation("6.2.2", f"resource {operands[0]} is not named by its own stream", where)
                elif word == "Tf":
                    font = self._use(found)
                elif word == "gs":
                    yield from state_rules(found, where)
                elif word in {"cs", "CS"}:
                    yield from colour_rules(found, self.intent, where)
                elif word == "sh":
                    yield from colour_rules(found.get("/ColorSpace"), self.intent, where)
            elif word in _SHOWS:
                if font is None:
                    yield Violation("6.2.2", "text is shown before a font is chosen", where)
                    return
                _show(font, operands, mode)

    def _use(self, font: Any) -> Use:
        key: tuple[int, int] | int = font.objgen if font.is_indirect else hash(font.unparse())
        return self.uses.setdefault(key, Use(font))

    def _device(self, space: str, where: str) -> Iterator[Violation]:
        needed = {"RGB": "RGB ", "CMYK": "CMYK"}.get(space)
        if not self.intent or (needed and self.intent != needed):
            yield Violation(
                "6.2.4.3", f"Device{space} is used beside an output intent of {self.intent or 'none'}", where
            )

    def _space_name(self, name: str, where: str) -> Iterator[Violation]:
        if name.startswith("/Device"):
            yield from self._device(name.removeprefix("/Device"), where)
        elif name != "/Pattern":
            yield Violation("6.2.2", f"colour space {name} is not named by its own stream", where)

    def _inline(self, instruction: Any, where: str) -> Iterator[Violation]:
        image = instruction.iimage
        text = bytes(image.unparse()[:600])
        head = text[: text.find(b"ID") if b"ID" in text else len(text)]
        if b"LZW" in head or b"Crypt" in head:
            yield Violation("6.1.10", "an inline image is packed with a filter that is not allowed", where)
        if b"/I true" in head or b"/Interpolate true" in head:
            yield Violation("6.2.8", "an inline image asks for interpolation", where)
        for name, space in ((b"CMYK", "CMYK"), (b"RGB", "RGB"), (b"/G", "Gray"), (b"DeviceGray", "Gray")):
            if name in head:
                yield from self._device(space, where)
                break


def _show(font: Use, operands: Any, mode: int) -> None:
    visible = mode != 3
    font.drawn = font.drawn or visible
    for operand in operands:
        items = list(operand) if isinstance(operand, pikepdf.Array) else [operand]
        for item in items:
            if isinstance(item, pikepdf.String):
                font.show(bytes(item), visible=visible)


def _resource(resources: Any, kind: str, name: str) -> Any:
    group = resources.get(kind)
    return group.get(name) if isinstance(group, pikepdf.Dictionary) else None


def state_rules(state: Any, where: str) -> Iterator[Violation]:
    """Broken rules of 6.2.5, 6.2.6 and 6.2.10 in a graphics state dictionary."""
    if "/TR" in state:
        yield Violation("6.2.5", "a graphics state names a transfer function", where)
    if "/TR2" in state and str(state["/TR2"]) != "/Default":
        yield Violation("6.2.5", "a graphics state names a transfer function other than Default", where)
    if "/HTP" in state:
        yield Violation("6.2.5", "a graphics state has HTP", where)
    if "/RI" in state and str(state["/RI"]) not in _INTENTS:
        yield Violation("6.2.6", f"rendering intent {state['/RI']} is unknown", where)
    blend = state.get("/BM")
    names = list(blend) if isinstance(blend, pikepdf.Array) else [blend] if blend is not None else []
    if any(str(name) not in _BLENDS for name in names):
        yield Violation("6.2.10", f"blend mode {blend} is unknown", where)


def colour_rules(space: Any, intent: str, where: str, depth: int = 0) -> Iterator[Violation]:
    """Broken rules of 6.2.4 in a colour space."""
    if space is None or depth > 8:
        return
    if isinstance(space, pikepdf.Name):
        name = str(space).removeprefix("/Device")
        needed = {"RGB": "RGB ", "CMYK": "CMYK", "Gray": intent}.get(name, "" if name != str(space) else intent)
        if str(space).startswith("/Device") and (not intent or needed != intent):
            yield Violation("6.2.4.3", f"{space} is used beside an output intent of {intent or 'none'}", where)
    elif isinstance(space, pikepdf.Array) and len(space):
        kind = str(space[0])
        if kind == "/ICCBased":
            yield from icc_rules(space[1], where)
        elif kind in {"/Indexed", "/Pattern"} and len(space) > 1:
            yield from colour_rules(space[1], intent, where, depth + 1)
        elif kind in {"/Separation", "/DeviceN"}:
            yield from colour_rules(space[2], intent, where, depth + 1)
        elif len(space) == 1:
            yield from colour_rules(space[0], intent, where, depth + 1)


def icc_rules(stream: Any, where: str, *, output: bool = False) -> Iterator[Violation]:
    """Broken rules of 6.2.3 (``output``) or 6.2.4.2 in an ICC profile stream."""
    clause = "6.2.3" if output else "6.2.4.2"
    data = bytes(stream.read_bytes())
    if len(data) < 128 or data[36:40] != b"acsp":
        yield Violation(clause, "is no ICC profile", where)
        return
    classes = {b"prtr", b"mntr"} if output else {b"prtr", b"mntr", b"scnr", b"spac"}
    spaces = {b"RGB ": 3, b"CMYK": 4, b"GRAY": 1} | ({} if output else {b"Lab ": 3})
    if data[12:16] not in classes or data[16:20] not in spaces or data[8] >= 5:
        yield Violation(clause, "the ICC profile is of a class, colour space or version that is not allowed", where)
    elif int(stream.get("/N", 0)) != spaces[data[16:20]]:
        yield Violation(clause, f"/N is {stream.get('/N', 0)}, the profile has {spaces[data[16:20]]} channels", where)
