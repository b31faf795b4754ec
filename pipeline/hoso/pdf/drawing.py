"""Owns the following of a drawing: which images it shows and where, what else it paints, which of its text is seen.

Never changes a file. Raises ValueError, and pikepdf's errors, over drawings that cannot be followed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pikepdf
from pikepdf import Dictionary, Matrix, Object

__all__ = ["DEEPEST", "Look", "bounds", "holds", "ordered", "overlap", "resources", "sheared", "visible", "walk"]

_PAINTS = {"f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "sh", "INLINE IMAGE"}
_SHOWS = {"Tj", "TJ", "'", '"'}
_STATE = {"Tr", "Tc", "Tw", "Tz", "TL", "Ts", "gs", "BDC", "BMC", "EMC"}
DEEPEST = 8
"""Forms within forms; deeper ones are not followed."""

Rectangle = tuple[float, float, float, float]


@dataclass
class Look:
    """What the drawing of a page holds."""

    images: list[tuple[Object, Matrix]] = field(default_factory=list)
    paints: int = 0
    letters: int = 0
    hidden: int = 0
    plain: bool = True  # nothing but whole, unclipped, opaque images
    clips: list[tuple[float, float, float, float]] = field(default_factory=list)


def ordered(box: Any) -> tuple[float, float, float, float]:
    a, b, c, d = (float(value) for value in box)
    return min(a, c), min(b, d), max(a, c), max(b, d)


def walk(content: Any, resources: Any, ctm: Matrix, look: Look, depth: int) -> None:
    """Follow the drawing operators of a page or form, noting what becomes visible."""
    if depth > DEEPEST:
        raise ValueError("forms are nested too deep")
    mode, stack, path = 0, [], []  # type: int, list[tuple[Matrix, int]], list[Any]
    rectangles_only = True
    if any(key in resources.get("/ColorSpace", {}) for key in ("/DefaultRGB", "/DefaultGray", "/DefaultCMYK")):
        look.plain = False
    for instruction in pikepdf.parse_content_stream(content):
        operands: Any = instruction.operands
        word = str(instruction.operator)
        if word == "q":
            stack.append((ctm, mode))
        elif word == "Q" and stack:
            ctm, mode = stack.pop()
        elif word == "cm":
            ctm = Matrix(*(float(value) for value in operands)) @ ctm
        elif word == "Tr":
            mode = int(operands[0])
        elif word in _SHOWS:
            count = _letters(operands)
            if mode in {3, 7}:
                look.hidden += count
            else:
                look.letters += count
        elif word == "re":
            path.append(_bounds_of(operands, ctm))
        elif word in {"m", "l", "c", "v", "y"}:
            rectangles_only = False
        elif word in {"W", "W*"}:
            if len(path) == 1 and rectangles_only and not sheared(ctm):
                look.clips.append(path[0])
            else:
                look.plain = False
        elif word == "n":
            path, rectangles_only = [], True
        elif word in _PAINTS:
            look.paints += 1
            path, rectangles_only = [], True
        elif word == "gs":
            look.plain = look.plain and _opaque(resources.get("/ExtGState", {}).get(str(operands[0]), {}))
        elif word in {"BDC", "DP"} and str(operands[0]) == "/OC":
            look.plain = False
        elif word == "Do":
            _walk_object(resources["/XObject"][str(operands[0])], resources, ctm, look, depth)


def _walk_object(found: Any, resources: Any, ctm: Matrix, look: Look, depth: int) -> None:
    if found.get("/Subtype") == "/Image":
        look.images.append((found, ctm))
    elif found.get("/Subtype") == "/Form":
        inner = Matrix(*(float(value) for value in found.get("/Matrix", (1, 0, 0, 1, 0, 0)))) @ ctm
        if "/BBox" in found:
            if sheared(inner):
                look.plain = False
            else:
                left, bottom, right, top = ordered(found["/BBox"])
                look.clips.append(_bounds_of((left, bottom, right - left, top - bottom), inner))
        look.plain = look.plain and "/OC" not in found
        walk(found, found.get("/Resources", resources), inner, look, depth + 1)
    else:
        raise ValueError("an XObject is neither image nor form")


def _opaque(state: Any) -> bool:
    return (
        float(state.get("/ca", 1)) == 1
        and str(state.get("/SMask", "/None")) == "/None"
        and str(state.get("/BM", "/Normal")) in {"/Normal", "/Compatible"}
    )


def _letters(operands: Any) -> int:
    """Bytes of the strings shown, a fair count of letters."""
    total = 0
    for operand in operands:
        if isinstance(operand, pikepdf.String):
            total += len(bytes(operand))
        elif isinstance(operand, pikepdf.Array):
            total += sum(len(bytes(item)) for item in operand if isinstance(item, pikepdf.String))
    return total


def visible(instructions: list[Any]) -> list[Any]:
    """Instructions without the text that is invisible (render mode 3 or 7), whole text objects at a time.

    Of such a text object its state stays, for it outlives the object; its font too, unless every visible text object
    chooses its own.
    """
    objects: list[tuple[int, int, bool]] = []  # first and last instruction of a text object, whether it shows anything
    mode, stack, start, shown, chosen, all_choose = 0, [], -1, False, False, True  # type: int, list[int], int, bool, bool, bool
    for place, instruction in enumerate(instructions):
        word = str(instruction.operator)
        if word == "q":
            stack.append(mode)
        elif word == "Q" and stack:
            mode = stack.pop()
        elif word == "Tr":
            mode = int(instruction.operands[0])
        elif word == "BT":
            start, shown, chosen = place, False, False
        elif word == "Tf":
            chosen = True
        elif word in _SHOWS and mode not in {3, 7}:
            shown = True
            all_choose = all_choose and chosen
        elif word == "ET" and start >= 0:
            objects.append((start, place, shown))
            start = -1
    dropped: set[int] = set()
    for first, last, visible in objects:
        if not visible:
            kept = _STATE if all_choose else _STATE | {"Tf"}
            words = [str(instructions[place].operator) for place in range(first, last + 1)]
            dropped |= {first + step for step, word in enumerate(words) if word not in kept}
    return [instruction for place, instruction in enumerate(instructions) if place not in dropped]


def bounds(matrix: Matrix) -> tuple[float, float, float, float]:
    return _bounds_of((0, 0, 1, 1), matrix)


def _bounds_of(rectangle: Any, matrix: Matrix) -> tuple[float, float, float, float]:
    x, y, w, h = (float(value) for value in rectangle)
    corners = [matrix.transform(corner) for corner in ((x, y), (x + w, y), (x, y + h), (x + w, y + h))]
    across, up = [float(x) for x, _ in corners], [float(y) for _, y in corners]
    return min(across), min(up), max(across), max(up)


def overlap(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> tuple[float, float, float, float]:
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])


def holds(outer: tuple[float, float, float, float], inner: tuple[float, float, float, float]) -> bool:
    return (
        outer[0] <= inner[0] + 1 and outer[1] <= inner[1] + 1 and outer[2] >= inner[2] - 1 and outer[3] >= inner[3] - 1
    )


def sheared(matrix: Matrix) -> bool:
    """Whether the matrix turns by anything but quarter turns."""
    scale = max(abs(matrix.a), abs(matrix.b), abs(matrix.c), abs(matrix.d), 1e-9)
    straight = abs(matrix.b) + abs(matrix.c) < 1e-3 * scale
    crossed = abs(matrix.a) + abs(matrix.d) < 1e-3 * scale
    return not (straight or crossed)


def resources(node: Any) -> Any:
    """The resources of a page, from the nearest node of the page tree that has some."""
    for _ in range(64):
        if "/Resources" in node:
            return node["/Resources"]
        if "/Parent" not in node:
            break
        node = node["/Parent"]
    return Dictionary()
