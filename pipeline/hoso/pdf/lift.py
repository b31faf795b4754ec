"""Owns the taking-over of a page of a received PDF: its one scan as it is, or its drawing as it is, or neither.

Never changes the received bytes and never guesses: a page whose drawing breaks a rule of PDF/A-2u is not taken over here;
the caller draws it as an image instead, and says so. Annotations are drawn into the page, scripts, links and other
people's invisible text are left behind.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Literal

import pikepdf
from pikepdf import Array, Dictionary, Matrix, Name, Object, Pdf, PikepdfError, Stream

from hoso.errors import Refused
from hoso.pdf.drawing import DEEPEST, Look, bounds, holds, ordered, overlap, resources, sheared, visible, walk

__all__ = ["Plan", "Source"]

_IMAGE_KEYS = {"/Type", "/Subtype", "/Width", "/Height", "/ColorSpace", "/BitsPerComponent", "/Decode", "/Mask", "/SMask",
               "/Filter", "/DecodeParms", "/Length", "/SMaskInData", "/Matte"}  # fmt: skip
_DROPPED = (
    "/Metadata",
    "/PieceInfo",
    "/LastModified",
    "/OPI",
    "/Alternates",
    "/StructParent",
    "/StructParents",
    "/Ref",
)
_RESOURCES = {"/ExtGState", "/ColorSpace", "/Pattern", "/Shading", "/XObject", "/Font", "/ProcSet", "/Properties"}

# What pikepdf raises on broken objects, met while following them.
_ODD = (PikepdfError, ValueError, TypeError, KeyError, IndexError, RuntimeError, AttributeError, OverflowError)


@dataclass(frozen=True)
class Plan:
    """How a page can be taken over: "image" (its one scan), "drawing", or "none" with the reasons.

    ``width`` and ``height`` in points as a viewer shows the page; ``letters`` counts its visible letters.
    """

    kind: Literal["image", "drawing", "none"]
    width: float
    height: float
    letters: int = 0
    reasons: tuple[str, ...] = ()


class Source:
    """A received PDF, opened once for all its pages. Raises Refused("file.damaged")."""

    def __init__(self, data: bytes) -> None:
        try:
            self._pdf = pikepdf.open(BytesIO(data))
        except (PikepdfError, ValueError, RuntimeError) as error:
            raise Refused(
                "file.damaged",
                f"the PDF cannot be opened for its archive copy: {_said(error)}",
                "Tệp PDF bị hỏng, không mở được. Hãy quét lại hoặc xuất lại tệp.",
            ) from error
        self._flat = False

    def __len__(self) -> int:
        return len(self._pdf.pages)

    def plan(self, index: int, judge: Callable[[Source, int, str], tuple[str, ...]]) -> Plan:
        """How page ``index`` (from 1) can be taken over. ``judge`` tells what is wrong with a trial of that kind."""
        width, height = 595.0, 842.0
        letters = 0
        try:
            width, height = self.size(index)
            look = self._look(index)
            letters = look.letters
            kind: Literal["image", "drawing"] = "image" if self._scan(look, index) else "drawing"
            reasons = (*self._undrawable(index), *judge(self, index, kind))
        except _ODD as error:
            return Plan("none", width, height, letters, (f"the page's drawing cannot be followed: {_said(error)}",))
        return Plan("none" if reasons else kind, width, height, letters, reasons)

    def size(self, index: int) -> tuple[float, float]:
        """Points across and down of page ``index`` as a viewer shows it: CropBox, /Rotate and UserUnit heeded."""
        left, bottom, right, top = self._box(index)
        unit = self._unit(index)
        wide, high = (right - left) * unit, (top - bottom) * unit
        return (high, wide) if self._turn(index) % 180 else (wide, high)

    def scan(self, index: int) -> tuple[int, int]:
        """(bits a component, bytes of its stream) of the scan of a page that is taken over as "image"."""
        image, _ = self._look(index).images[0]
        bits = 1 if bool(image.get("/ImageMask", False)) else int(image.get("/BitsPerComponent", 8))
        return bits, len(image.read_raw_bytes())

    def place(self, out: Pdf, index: int, kind: str, turned: Callable[[int], Matrix]) -> tuple[Object, Matrix]:
        """The XObject of page ``index`` copied into ``out``, and the matrix that draws it on the unit square.

        ``turned(rotation)`` is the matrix that turns the unit square clockwise.
        """
        left, bottom, right, top = self._box(index)
        to_unit = Matrix(1 / (right - left), 0, 0, 1 / (top - bottom), -left / (right - left), -bottom / (top - bottom))
        upright = to_unit @ turned(self._turn(index))
        if kind == "image":
            image, matrix = self._look(index).images[0]
            return out.copy_foreign(_clean_image(self._pdf, image)), matrix @ upright
        return out.copy_foreign(self._form(index, (left, bottom, right, top))), upright

    # --- the page

    def _page(self, index: int) -> pikepdf.Page:
        if not self._flat and any("/Annots" in page.obj for page in self._pdf.pages):
            self._pdf.flatten_annotations("all")
        self._flat = True
        return self._pdf.pages[index - 1]

    def _box(self, index: int) -> tuple[float, float, float, float]:
        """CropBox within MediaBox, as left, bottom, right, top. Raises ValueError for a page without area."""
        page = self._pdf.pages[index - 1]
        media, crop = ordered(page.mediabox), ordered(page.cropbox)
        left, bottom = max(media[0], crop[0]), max(media[1], crop[1])
        right, top = min(media[2], crop[2]), min(media[3], crop[3])
        if right - left < 1 or top - bottom < 1:
            left, bottom, right, top = media
        if right - left < 1 or top - bottom < 1:
            raise ValueError("the page has no area")
        return left, bottom, right, top

    def _turn(self, index: int) -> int:
        node: Any = self._pdf.pages[index - 1].obj
        for _ in range(64):
            if "/Rotate" in node:
                turn = int(node["/Rotate"]) % 360
                return turn if turn % 90 == 0 else 0
            if "/Parent" not in node:
                break
            node = node["/Parent"]
        return 0

    def _unit(self, index: int) -> float:
        unit = float(self._pdf.pages[index - 1].obj.get("/UserUnit", 1))
        return unit if 0 < unit < 1000 else 1.0

    # --- what it draws

    def _look(self, index: int) -> Look:
        page = self._page(index)
        look = Look()
        walk(page.obj, resources(page.obj), Matrix(), look, 0)
        return look

    def _scan(self, look: Look, index: int) -> bool:
        """Whether nothing is visible but one plain image, all of which the page shows."""
        if len(look.images) != 1 or look.paints or look.letters or not look.plain:
            return False
        image, matrix = look.images[0]
        if bool(image.get("/ImageMask", False)) or "/OC" in image or sheared(matrix):
            return False
        shown = overlap(bounds(matrix), self._box(index))
        return all(holds(clip, shown) for clip in look.clips)

    def _undrawable(self, index: int) -> Iterator[str]:
        """Reasons why the content stream alone is not what a viewer shows."""
        for annotation in self._pdf.pages[index - 1].obj.get("/Annots", Array([])):
            kind = str(annotation.get("/Subtype", ""))
            if kind not in {"/Link", "/Popup"} and not int(annotation.get("/F", 0)) & 2:
                yield f"an annotation {kind} has no appearance that can be drawn into the page"
        if "/AcroForm" in self._pdf.Root and bool(self._pdf.Root.AcroForm.get("/NeedAppearances", False)):
            yield "form fields ask the viewer to draw them"

    def _form(self, index: int, box: tuple[float, float, float, float]) -> Stream:
        """The page's drawing as a form XObject, without other people's invisible text."""
        page = self._page(index)
        found = resources(page.obj)
        _tidy(self._pdf, found, 0, set())
        instructions = visible(list(pikepdf.parse_content_stream(page)))
        _forget(found, instructions)
        content = pikepdf.unparse_content_stream(instructions)
        form = Stream(self._pdf, content)
        form.Type, form.Subtype = Name.XObject, Name.Form
        form.BBox = Array([round(value, 4) for value in box])
        form.Resources = found
        if "/Group" in page.obj:
            form.Group = page.obj.Group
        return form


def _said(error: Exception) -> str:
    """The error's words without addresses in memory, which would make equal copies differ."""
    return re.sub(r"stream <[^>]*>: |0x[0-9a-f]{6,}", "", str(error))


def _forget(resources: Any, instructions: list[Any]) -> None:
    """Drop the fonts and XObjects that a drawing names and never uses: a copy need not answer for them."""
    used = {str(item.operands[0]) for item in instructions if str(item.operator) in {"Tf", "Do"}}
    for kind in ("/Font", "/XObject"):
        for name in set(resources.get(kind, Dictionary()).keys()) - used:
            del resources[kind][name]


def _tidy(pdf: Pdf, resources: Any, depth: int, seen: set[tuple[int, int]]) -> None:
    """Drop, from the objects a drawing uses, keys that PDF/A-2 forbids or that mean nothing in the copy."""
    if depth > DEEPEST:
        raise ValueError("forms are nested too deep")
    for key in set(resources.keys()) - _RESOURCES:
        del resources[key]
    for found in list(resources.get("/XObject", {}).values()):
        if found.objgen in seen:
            continue
        seen.add(found.objgen)
        for key in _DROPPED:
            if key in found:
                del found[key]
        if found.get("/Subtype") == "/Image":
            _clean_image(pdf, found, keep=("/ImageMask", "/Intent", "/OC"))
        elif "/Resources" in found:
            _tidy(pdf, found["/Resources"], depth + 1, seen)


def _clean_image(pdf: Pdf, image: Object, keep: tuple[str, ...] = ()) -> Object:
    """The image with the keys a PDF/A-2 image may have, LZW packed anew (ISO 19005-2, 6.1.7.2 and 6.2.8)."""
    for key in set(image.keys()) - _IMAGE_KEYS - set(keep):
        del image[key]
    filters = image.get("/Filter", Array([]))
    names = [str(item) for item in filters] if isinstance(filters, pikepdf.Array) else [str(filters)]
    if "/LZWDecode" in names and not {"/DCTDecode", "/JPXDecode", "/CCITTFaxDecode", "/JBIG2Decode"} & set(names):
        image.write(image.read_bytes())
    mask = image.get("/SMask")
    if isinstance(mask, Stream):
        _clean_image(pdf, mask)
    return image
