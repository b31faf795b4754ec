"""Files as scanners, phones and clerks leave them: JPEG, PNG, TIFF, PDF, and broken ones.

Owns: encodings, resolutions in headers, EXIF orientation, multi-page files, /Rotate. Never: touches a pixel.

Everything is written without a date or a random mark, so that one seed gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
import pikepdf
from PIL import Image, TiffImagePlugin

from tools.papers.scanner import Scanned

__all__ = ["broken_jpeg", "jpeg", "pdf", "png", "tiff"]

_ORIENTATION = 0x0112
_EXIF_TURN = {0: 1, 90: 6, 180: 3, 270: 8}  # how a viewer must turn, clockwise → EXIF value


def _image(page: Scanned) -> Image.Image:
    image = Image.fromarray(page.pixels)
    return image.convert("1", dither=Image.Dither.NONE) if page.mode == "bilevel" else image


def jpeg(path: Path, page: Scanned, exif_turn: int = 0, with_dpi: bool = True) -> None:
    """One page. ``exif_turn``: clockwise degrees that a viewer has to turn the stored pixels by."""
    image = (
        Image.fromarray(np.rot90(page.pixels, k=exif_turn // 90).copy()) if exif_turn else Image.fromarray(page.pixels)
    )
    options: dict[str, object] = {
        "quality": page.quality,
        "subsampling": 2 if image.mode == "RGB" else -1,
        "optimize": True,
    }
    if with_dpi:
        options["dpi"] = (page.dpi, page.dpi)
    if exif_turn:
        exif = Image.Exif()
        exif[_ORIENTATION] = _EXIF_TURN[exif_turn]
        options["exif"] = exif
    image.save(path, "JPEG", **options)


def png(path: Path, page: Scanned) -> None:
    """One page, lossless; bilevel pages as one bit a pixel."""
    _image(page).save(path, "PNG", dpi=(page.dpi, page.dpi), optimize=True)


def tiff(path: Path, pages: Sequence[Scanned], compression: str = "") -> None:
    """Pages in one file: Group 4 where bilevel, else ``compression`` (``jpeg`` or ``tiff_lzw``)."""
    images = [_image(p) for p in pages]
    options: dict[str, object] = {"dpi": (pages[0].dpi, pages[0].dpi)}
    if all(image.mode != "1" for image in images) and compression != "tiff_lzw":
        options["quality"] = pages[0].quality  # Pillow hands it to every page, and Group 4 refuses it
    for image in images:
        image.encoderinfo = {"compression": "group4" if image.mode == "1" else compression or "jpeg"}
    first, *rest = images
    first.save(path, "TIFF", save_all=True, append_images=rest, **options, **first.encoderinfo)


def pdf(path: Path, pages: Sequence[Scanned], rotate: Sequence[int] = ()) -> None:
    """Pages as images in a PDF, as a scanner embeds them: JPEG, or CCITT Group 4 where bilevel.

    ``rotate[i]`` is the /Rotate of page i: its pixels are stored turned so that a viewer shows them as received.
    """
    out = pikepdf.new()
    for index, page in enumerate(pages):
        turn = rotate[index] if index < len(rotate) else 0
        pixels = np.rot90(page.pixels, k=turn // 90).copy() if turn else page.pixels
        height, width = pixels.shape[:2]
        if page.mode == "bilevel":
            data, extra = _group4(pixels)
        else:
            buffer = BytesIO()
            Image.fromarray(pixels).save(buffer, "JPEG", quality=page.quality, dpi=(page.dpi, page.dpi))
            data, extra = buffer.getvalue(), {"/Filter": pikepdf.Name.DCTDecode}
        stream = pikepdf.Stream(out, data)
        _describe(stream, page, pixels, extra)
        w, h = width * 72 / page.dpi, height * 72 / page.dpi
        sheet = out.add_blank_page(page_size=(w, h))
        sheet.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=out.make_indirect(stream)))
        sheet.Contents = out.make_stream(f"q {w:.3f} 0 0 {h:.3f} 0 0 cm /Im0 Do Q".encode())
        if turn:
            sheet.Rotate = turn
    out.docinfo["/Producer"] = "Scan Station 3.1"
    out.save(path, deterministic_id=True, min_version="1.5")


def _describe(stream: pikepdf.Stream, page: Scanned, pixels: np.ndarray, extra: dict[str, object]) -> None:
    stream["/Type"] = pikepdf.Name.XObject
    stream["/Subtype"] = pikepdf.Name.Image
    stream["/Width"], stream["/Height"] = pixels.shape[1], pixels.shape[0]
    stream["/BitsPerComponent"] = 1 if page.mode == "bilevel" else 8
    stream["/ColorSpace"] = pikepdf.Name.DeviceRGB if pixels.ndim == 3 else pikepdf.Name.DeviceGray
    for name, value in extra.items():
        stream[name] = value


def _group4(pixels: np.ndarray) -> tuple[bytes, dict[str, object]]:
    """The raw Group 4 bytes of a page, taken out of a one-strip TIFF."""
    height, width = pixels.shape[:2]
    buffer = BytesIO()
    Image.fromarray(pixels).convert("1", dither=Image.Dither.NONE).save(
        buffer, "TIFF", compression="group4", tiffinfo={278: height}
    )
    with Image.open(buffer) as made:
        assert isinstance(made, TiffImagePlugin.TiffImageFile)
        offsets, counts = made.tag_v2[273], made.tag_v2[279]
        white_is_zero = made.tag_v2[262] == 0
    assert len(offsets) == 1
    data = buffer.getvalue()[offsets[0] : offsets[0] + counts[0]]
    parameters = pikepdf.Dictionary(K=-1, Columns=width, Rows=height, BlackIs1=not white_is_zero)
    return data, {"/Filter": pikepdf.Name.CCITTFaxDecode, "/DecodeParms": parameters}


def broken_jpeg(path: Path, page: Scanned) -> None:
    """A transfer that stopped in the header: a JPEG by its first bytes, and no picture."""
    buffer = BytesIO()
    Image.fromarray(page.pixels).save(buffer, "JPEG", quality=60)
    path.write_bytes(buffer.getvalue()[:420])
