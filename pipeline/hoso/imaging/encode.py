"""Owns how a page image is archived: the received stream itself where PDF/A-2 takes it, else a lossless one.

Never changes a pixel that it can keep, and never makes a lossy stream. What is kept: baseline and progressive JPEG of
one or three components, PNG without transparency or interlace, a group 4 strip or JPEG strips of TIFF, these joined into
one stream (ISO 32000-1, 7.4).
Everything else becomes group 4 (two levels) or Flate with PNG predictors, on white, in grey or RGB.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from io import BytesIO
from typing import Any, Literal

import numpy as np
from PIL import Image

from hoso.errors import Refused
from hoso.imaging.jpegs import joined, segments
from hoso.imaging.pixels import array
from hoso.nouns import Picture, Raster

__all__ = ["embed", "graphic", "group4", "picture"]

_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/tiff": "TIFF"}
_BROKEN = (OSError, ValueError, TypeError, SyntaxError, KeyError, IndexError, EOFError, OverflowError, struct.error,
           AttributeError, RuntimeError, ZeroDivisionError, zlib.error)  # fmt: skip
_ICC_CLASSES = {b"mntr", b"prtr", b"scnr", b"spac"}  # ISO 19005-2, 6.2.4.2
_LEVEL = 4  # of zlib: half the time of 6 for 3 % more bytes on scans at 200 dpi

Colours = Literal["gray", "rgb", "palette"]

# TIFF 6.0 tags
_SUBFILE, _BITS, _COMPRESSION, _PHOTOMETRIC, _FILL, _OFFSETS = 254, 258, 259, 262, 266, 273
_ROWS, _COUNTS, _PLANAR, _OPTIONS4, _TABLES = 278, 279, 284, 293, 347


def embed(data: bytes, media_type: str, index: int = 1) -> Picture:
    """Page ``index`` (from 1; thumbnails of a TIFF do not count) of an image file as the archive holds it.

    Raises Refused("page.damaged") where it cannot be read to its end.
    """
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None  # the pixel budget was checked when the file came in
    try:
        with Image.open(BytesIO(data), formats=[_FORMATS[media_type]]) as image:
            if media_type == "image/tiff":
                _seek(image, index)
            base = _header(image)
            kept = _keep(data, image, base)
            return kept if kept is not None else _lossless(image, base)
    except _BROKEN as error:
        raise Refused(
            "page.damaged",
            f"page {index} of the {media_type} file cannot be archived: {type(error).__name__}: {error}",
            f"Trang {index} bị hỏng hoặc thiếu dữ liệu. Hãy quét lại trang này.",
        ) from error
    finally:
        Image.MAX_IMAGE_PIXELS = limit


def picture(page: Raster) -> Picture:
    """A raster without loss, Flate with PNG predictors; grey where its three channels are equal."""
    pixels = array(page)
    if pixels.ndim == 3 and (pixels[..., 0] == pixels[..., 1]).all() and (pixels[..., 1] == pixels[..., 2]).all():
        pixels = pixels[..., 0]
    base = Picture(page.width, page.height, 8, "png", "gray", b"", dpi=(page.dpi, page.dpi))
    return _lossless(Image.fromarray(pixels), base)


def group4(image: Any) -> Picture:
    """A picture of two levels (mode "1") as one CCITT group 4 stream, without loss."""
    return _group4(image, Picture(image.width, image.height, 1, "g4", "gray", b""))


def graphic(png: bytes) -> Picture:
    """A PNG with its transparency, for the image of a seal. Raises Refused("image.damaged")."""
    try:
        with Image.open(BytesIO(png), formats=["PNG"]) as image:
            base = _header(image)
            rgba = image.convert("RGBA")
    except _BROKEN as error:
        raise Refused(
            "image.damaged",
            f"the image of the seal is no PNG that can be read: {type(error).__name__}: {error}",
            "Tệp ảnh con dấu không đọc được. Hãy dùng tệp PNG có nền trong suốt.",
        ) from error
    plain = _lossless(rgba.convert("RGB"), replace(base, turn=1, icc=b""))
    return replace(plain, alpha=zlib.compress(rgba.getchannel("A").tobytes(), 9))


def _seek(image: Any, index: int) -> None:
    """To page ``index`` from 1, passing over reduced copies (TIFF 6.0, NewSubfileType bit 0)."""
    full: list[int] = []
    frame = 0
    try:
        while len(full) < index:
            image.seek(frame)
            if not int(image.tag_v2.get(_SUBFILE, 0)) & 1:
                full.append(frame)
            frame += 1
    except EOFError:
        if full or frame < index:
            raise
        full = list(range(frame))  # nothing but thumbnails: they are the pages then, as in decode
    image.seek(full[index - 1])


def _header(image: Any) -> Picture:
    across, down = _dpi(image)
    try:
        turn = int(image.getexif().get(0x0112, 1))
    except _BROKEN:
        turn = 1
    turn = turn if 1 <= turn <= 8 else 1
    icc = image.info.get("icc_profile") or b""
    return Picture(image.width, image.height, 8, "png", "gray", b"", icc=icc, dpi=(across, down), turn=turn)


def _dpi(image: Any) -> tuple[float, float]:
    try:
        across, down = (float(value) for value in image.info.get("dpi", (0, 0)))
        return (across, down) if 0 < across < 1e5 and 0 < down < 1e5 else (0.0, 0.0)
    except _BROKEN:
        return 0.0, 0.0


def _keep(data: bytes, image: Any, base: Picture) -> Picture | None:
    """The received stream where it can stand in a PDF as it is."""
    if image.format in {"JPEG", "MPO"}:
        return _kept_jpeg(data, base)
    if image.format == "PNG":
        return _kept_png(data, base)
    return _kept_tiff(data, image, base)


def _kept_jpeg(data: bytes, base: Picture) -> Picture | None:
    told = _frame_header(data)
    if told is None:
        return None
    components, adobe = told
    if len(components) not in {1, 3} or (bytes(components) == b"RGB" and not adobe):
        return None  # CMYK has no place beside an sRGB output intent; readers differ over RGB without Adobe's marker
    colours: Colours = "gray" if len(components) == 1 else "rgb"
    return _profiled(replace(base, codec="jpeg", colours=colours, data=data, kept=True))


def _frame_header(data: bytes) -> tuple[list[int], bool] | None:
    """(component ids, whether Adobe's marker is there) of an 8-bit Huffman JPEG; None for any other kind."""
    adobe, components = False, None
    for marker, body in segments(data):
        if marker == 0xEE and body[:5] == b"Adobe":
            adobe = True
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            if marker > 0xC2 or body[0] != 8 or not int.from_bytes(body[1:3], "big"):
                return None
            components = [body[6 + 3 * i] for i in range(body[5])]
    return None if components is None else (components, adobe)


def _kept_png(data: bytes, base: Picture) -> Picture | None:
    """The IDAT stream of a PNG that is neither interlaced nor transparent (PNG 1.2, 4.1)."""
    at, body, palette, header = 8, bytearray(), b"", b""
    while at + 8 <= len(data):
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        chunk = data[at + 8 : at + 8 + size]
        if kind == b"IHDR":
            header = chunk
        elif kind == b"PLTE":
            palette = chunk
        elif kind == b"tRNS":
            return None
        elif kind == b"IDAT":
            body += chunk
        elif kind == b"IEND":
            break
        at += 12 + size
    width, height, bits, colour, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    kinds: dict[int, Colours] = {0: "gray", 2: "rgb", 3: "palette"}
    if colour not in kinds or interlaced:
        return None
    found = Picture(width, height, bits, "png", kinds[colour], bytes(body), palette, icc=base.icc, dpi=base.dpi)
    return _profiled(replace(found, turn=base.turn, kept=True))


def _kept_tiff(data: bytes, image: Any, base: Picture) -> Picture | None:
    tags = image.tag_v2
    offsets, counts = tags.get(_OFFSETS, ()), tags.get(_COUNTS, ())
    if not offsets or len(offsets) != len(counts) or tags.get(_PLANAR, 1) != 1:
        return None
    if len(offsets) > 1:
        return _kept_strips([data[at : at + size] for at, size in zip(offsets, counts, strict=True)], tags, base)
    strip = data[offsets[0] : offsets[0] + counts[0]]
    if tags.get(_COMPRESSION) == 4 and tags.get(_PHOTOMETRIC) in {0, 1} and image.mode == "1":
        if int(tags.get(_OPTIONS4, 0)) & 2:  # stretches of uncompressed mode: no reader promises them
            return None
        image.load()  # a broken strip must not be kept
        if tags.get(_FILL, 1) == 2:
            strip = strip.translate(_MIRRORED)
        black_is_one = tags.get(_PHOTOMETRIC) == 1
        return replace(base, bits=1, codec="g4", data=strip, black_is_one=black_is_one, icc=b"", kept=True)
    if tags.get(_COMPRESSION) == 7 and tags.get(_PHOTOMETRIC) in {1, 2, 6}:
        return _kept_strip(strip, tags, base)
    return None


_MIRRORED = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))


def _kept_strips(strips: list[bytes], tags: Any, base: Picture) -> Picture | None:
    """Strips of JPEG as one stream, without decoding them; None where that is not to be had exactly."""
    if tags.get(_COMPRESSION) != 7 or tags.get(_PHOTOMETRIC) not in {1, 2, 6}:
        return None
    whole = joined(strips, base.width, base.height, int(tags.get(_ROWS, 0)))
    return _kept_strip(whole, tags, base) if whole else None


def _kept_strip(strip: bytes, tags: Any, base: Picture) -> Picture | None:
    """A JPEG strip with its tables put back in (TIFF technical note 2), and its colours said in Adobe's marker."""
    tables = bytes(tags.get(_TABLES, b""))
    body = tables[2:-2] if tables[:2] == b"\xff\xd8" and tables[-2:] == b"\xff\xd9" else b""
    marker = b""
    if tags.get(_PHOTOMETRIC) in {2, 6}:
        transform = b"\x01" if tags.get(_PHOTOMETRIC) == 6 else b"\x00"
        marker = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00" + transform
    return _kept_jpeg(strip[:2] + marker + body + strip[2:], base)


def _profiled(found: Picture) -> Picture:
    """Without its ICC profile where that is not one a PDF/A-2 image may name (ISO 19005-2, 6.2.4.2)."""
    space = b"GRAY" if found.colours == "gray" else b"RGB "
    icc = found.icc
    fits = (
        len(icc) >= 128
        and int.from_bytes(icc[:4], "big") == len(icc)
        and icc[36:40] == b"acsp"
        and icc[8] in {2, 4}
        and icc[12:16] in _ICC_CLASSES
        and icc[16:20] == space
    )
    return found if fits else replace(found, icc=b"")


def _lossless(image: Any, base: Picture) -> Picture:
    """The decoded pixels as group 4 (two levels) or PNG rows, on white, in grey or RGB."""
    if image.mode == "1":
        return _group4(image, base)
    icc = base.icc
    if image.mode in {"LA", "La", "PA", "RGBA", "RGBa"} or "transparency" in image.info:
        grey = image.mode in {"LA", "La", "L"}
        image = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, (255, 255, 255, 255))
        image = Image.alpha_composite(ground, image).convert("L" if grey else "RGB")
    elif image.mode in {"I;16", "I;16L", "I;16B", "I;16N"}:
        image = Image.fromarray(np.asarray(image).astype(np.uint16) << (16 - _depth(image)))
    elif image.mode in {"I", "F"}:
        low, high = image.getextrema()
        image = image.point(lambda value: value * (255.0 / ((high - low) or 1)) - low * 255.0 / ((high - low) or 1))
        image = image.convert("L")
    elif image.mode not in {"L", "P", "RGB"}:
        image, icc = image.convert("RGB"), b""
    written = BytesIO()
    image.info.pop("transparency", None)
    image.save(written, "PNG", compress_level=_LEVEL, icc_profile=None)
    found = _kept_png(written.getvalue(), replace(base, icc=icc))
    if found is None:
        raise ValueError(f"an image of mode {image.mode} was written with transparency")
    return replace(found, dpi=base.dpi, turn=base.turn, kept=False)


def _depth(image: Any) -> int:
    """Bits a sample of a deep grey image really holds: 12-bit TIFF samples come in 16-bit words."""
    said = image.tag_v2.get(_BITS, (16,)) if image.format == "TIFF" else (16,)
    bits = int(said[0] if isinstance(said, tuple) else said)
    return bits if 8 < bits < 16 else 16


def _group4(image: Any, base: Picture) -> Picture:
    written = BytesIO()
    image.save(written, "TIFF", compression="group4", tiffinfo={_ROWS: image.height})
    with Image.open(written, formats=["TIFF"]) as tiff:
        found = _kept_tiff(written.getvalue(), tiff, replace(base, icc=b""))
    if found is None:
        raise ValueError("the group 4 encoder wrote more than one strip")
    return replace(found, kept=False)
