"""Owns image files: what a JPEG, PNG or TIFF holds, and its frames decoded whole into a Raster.

Never guesses a missing half of a page: what does not decode to the end is refused. Never reads PDF (see ``pdf/``).
The pixel budget is checked against the header, before pixels are made.
"""

from __future__ import annotations

import re
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageOps

from hoso.errors import Refused
from hoso.imaging.pixels import A4_INCHES, Pixels, raster
from hoso.imaging.shown import Shown, halves, shown
from hoso.nouns import Raster, Survey
from hoso.settings import Reading

__all__ = ["FORMATS", "decode", "look", "survey"]

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/tiff": "TIFF"}

# What Pillow's readers raise for broken files, besides OSError (of which UnidentifiedImageError is one).
_BROKEN = (OSError, ValueError, TypeError, SyntaxError, KeyError, IndexError, EOFError, OverflowError, struct.error,
           AttributeError, RuntimeError, MemoryError, ZeroDivisionError)  # fmt: skip

_ORIENTATION, _SUBFILE, _BITS = 0x0112, 254, 258
_DEFAULTS = {72, 96}  # what programs write when they know nothing
_UNEVEN = 8.0  # times finer one way than the other: no scanner is; fax is 204 × 98, or 204 × 391


def survey(data: bytes, media_type: str, limits: Reading) -> Survey:
    """What the image file holds: its pages (thumbnails of a TIFF are none) and findings.

    Raises Refused: file.damaged, page.too-large, file.too-many-pages.
    """
    findings = []
    with _opened(data, media_type, 1) as image:
        frames = _frames(image, limits)
        if len(frames) < getattr(image, "hoso_frames", len(frames)):
            findings.append("tiff.thumbnail")
    return Survey(media_type, len(frames), findings=tuple(findings))


def decode(data: bytes, media_type: str, index: int, limits: Reading) -> Raster:
    """Page ``index`` (from 1), turned as EXIF or the TIFF tag says, on white, grey or RGB, with square pixels.

    Raises Refused: file.damaged, page.too-large, page.damaged (pixels missing or undecodable), page.missing.
    """
    with _opened(data, media_type, index) as image:
        frames = _frames(image, limits)
        if not 1 <= index <= len(frames):
            raise Refused(
                "page.missing",
                f"page {index} was asked of a file of {len(frames)} pages",
                f"Tệp chỉ có {len(frames)} trang, không có trang {index}.",
            )
        image.seek(frames[index - 1])
        turned = _orientation(image) >= 5
        across, down = _dpi(image)
        try:
            image.load()
            image = ImageOps.exif_transpose(image) if _orientation(image) > 1 else image
            pixels = _eight_bits(image)
        except _BROKEN as error:
            raise _damaged(index, f"{_why(error)}") from error
    if media_type == "image/jpeg" and _grey_tail(pixels):
        raise _damaged(index, "its lower rows hold no data")
    if turned:
        across, down = down, across
    return _square(pixels, across, down, index, limits)


def look(data: bytes, media_type: str, index: int, limits: Reading, dpi: float = 0.0) -> Shown:
    """As :func:`decode`, for reading: a JPEG is decoded in grey, and its colours at the size they are looked at, which
    together is half the work of decoding it in colour. ``dpi`` is known from elsewhere where it is not 0."""
    if media_type != "image/jpeg" or index != 1:
        return shown(decode(data, media_type, index, limits))
    with _opened(data, media_type, 1) as image:
        _frames(image, limits)
        wide, high = image.size
        across, down = _dpi(image)
        plain = image.mode == "RGB" and "transparency" not in image.info
        coarse = len({layer[1:3] for layer in image.layer}) > 1  # colours stored at half the size
    if not plain or (across and down and not 0.95 < across / down < 1.05):
        page = decode(data, media_type, 1, limits)
        return shown(replace(page, dpi=dpi, dpi_known=True) if dpi else page)
    seen, known = (dpi, True) if dpi else _resolution(max(wide, high), (across + down) / 2)
    grey, flat = _drafted(data, "L", 1)
    by = min(8, 2 ** halves(seen))
    tint, _ = _drafted(data, "RGB", by)
    tint = _softened(tint) if coarse and by == 2 else tint
    if _grey_tail(grey) and _grey_tail(tint):
        raise _damaged(1, "its lower rows hold no data")
    tinted = None if _is_grey(tint) else raster(tint, seen / by, known)
    return Shown(Raster(grey.shape[1], grey.shape[0], 1, flat, seen, known), tinted)


def _softened(tint: Pixels) -> Pixels:
    """RGB whose colours are as soft as those of a JPEG decoded whole and then halved: colours stored at half the size are
    smoothed when they are enlarged, and at half the size they are not, so that fine hatching looks coloured."""
    level, red, blue = cv2.split(cv2.cvtColor(tint, cv2.COLOR_RGB2YCrCb))
    side = np.array([1, 6, 1], np.float32) / 8
    red, blue = (cv2.sepFilter2D(colour, -1, side, side) for colour in (red, blue))
    return cv2.cvtColor(cv2.merge([level, red, blue]), cv2.COLOR_YCrCb2RGB)


def _drafted(data: bytes, mode: str, by: int) -> tuple[Pixels, bytes]:
    """A JPEG in ``mode`` L or RGB, 1/``by`` of its size, turned as EXIF says, as an array and the bytes it shares.
    Raises Refused: page.damaged."""
    with _opened(data, "image/jpeg", 1) as image:
        size = image.width // by, image.height // by
        try:
            image.draft(mode, size)
            image.load()
            if image.size != size:  # decoding rounds up
                image = image.crop((0, 0, *size))
            image = ImageOps.exif_transpose(image) if _orientation(image) > 1 else image
            flat = image.tobytes()
            shape = (image.height, image.width) if mode == "L" else (image.height, image.width, 3)
            return np.frombuffer(flat, np.uint8).reshape(shape), flat
        except _BROKEN as error:
            raise _damaged(1, f"{_why(error)}") from error


@contextmanager
def _opened(data: bytes, media_type: str, index: int) -> Iterator[Any]:
    """The file open in Pillow; whatever its reader raises becomes file.damaged."""
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None  # our own budget is checked against the header
    try:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                image = Image.open(BytesIO(data), formats=[FORMATS[media_type]])
        except _BROKEN as error:
            raise Refused(
                "file.damaged",
                f"the {media_type} file cannot be opened at page {index}: {_why(error)}",
                "Tệp ảnh bị hỏng, không mở được. Hãy quét lại và gửi tệp mới.",
            ) from error
        with image, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of tags it skips; what matters is raised below
            yield image
    finally:
        Image.MAX_IMAGE_PIXELS = limit


def _frames(image: Any, limits: Reading) -> list[int]:
    """Indices of the frames that are pages. A JPEG or PNG has one, whatever previews or animation it carries."""
    if image.format != "TIFF":
        _budget(image.size, 1, limits)
        return [0]
    full, frame = [], 0
    try:
        while True:
            image.seek(frame)
            _budget(image.size, frame + 1, limits)
            if not int(image.tag_v2.get(_SUBFILE, 0)) & 1:  # bit 0: a reduced copy of another frame (TIFF 6.0)
                full.append(frame)
            frame += 1
            if frame > limits.max_pages:
                raise Refused(
                    "file.too-many-pages",
                    f"the TIFF has more than {limits.max_pages} pages (reading.max_pages)",
                    f"Tệp có hơn {limits.max_pages} trang. Hãy tách thành nhiều tệp nhỏ hơn.",
                )
    except EOFError:
        pass
    except _BROKEN as error:
        raise Refused(
            "file.damaged",
            f"the TIFF's directory {frame + 1} cannot be read: {_why(error)}",
            f"Tệp TIFF bị hỏng ở trang {frame + 1}. Hãy quét lại và gửi tệp mới.",
        ) from error
    image.hoso_frames = frame
    return full or list(range(frame))


def _budget(size: tuple[int, int], index: int, limits: Reading) -> None:
    width, height = size
    if width < 1 or height < 1:
        raise Refused("page.damaged", f"page {index} is {width}×{height} pixels", f"Trang {index} không có hình ảnh.")
    if width * height > limits.max_pixels:
        raise Refused(
            "page.too-large",
            f"page {index} is {width}×{height} pixels, more than reading.max_pixels = {limits.max_pixels}",
            f"Trang {index} quá lớn ({width}×{height} điểm ảnh). Hãy quét lại ở 300 dpi.",
        )


def _why(error: BaseException) -> str:
    """Kind and words of a reader's error, without addresses in memory."""
    return f"{type(error).__name__}: {re.sub(' *<[^>]*>', '', str(error))}"


def _damaged(index: int, why: str) -> Refused:
    return Refused(
        "page.damaged",
        f"page {index} does not decode to its end ({why}); nothing of it was taken",
        f"Trang {index} bị hỏng hoặc thiếu dữ liệu. Hãy quét lại trang này.",
    )


def _orientation(image: Any) -> int:
    """EXIF orientation 1..8; 1 where there is none or it cannot be read."""
    try:
        value = int(image.getexif().get(_ORIENTATION, 1))
    except _BROKEN:
        return 1
    return value if 1 <= value <= 8 else 1


def _dpi(image: Any) -> tuple[float, float]:
    """(across, down) as the file says, (0, 0) where it says nothing."""
    try:
        across, down = image.info.get("dpi", (0, 0))
        across, down = float(across), float(down)
        told = 0 < across < 1e5 and 0 < down < 1e5 and 1 / _UNEVEN < across / down < _UNEVEN
        return (across, down) if told else (0.0, 0.0)
    except _BROKEN:
        return 0.0, 0.0


def _eight_bits(image: Any) -> Pixels:
    """Grey or RGB of 8 bits a channel, transparent parts on white."""
    mode = image.mode
    if mode in {"I;16", "I;16L", "I;16B", "I;16N", "I", "F"}:
        return _deep(image)
    if mode in {"LA", "La", "PA", "RGBA", "RGBa"} or "transparency" in image.info:
        image = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, (255, 255, 255, 255))
        image = Image.alpha_composite(ground, image).convert("RGB")
    elif mode not in {"L", "RGB"}:
        image = image.convert("L" if mode == "1" else "RGB")
    shape = (image.height, image.width) if image.mode == "L" else (image.height, image.width, 3)
    pixels: Pixels = np.frombuffer(image.tobytes(), np.uint8).reshape(shape)
    if pixels.ndim == 3 and _is_grey(pixels[::16, ::16]) and _is_grey(pixels):
        return pixels[:, :, 0]
    return pixels


def _is_grey(pixels: Pixels) -> bool:
    """Whether the three channels are the same everywhere."""
    return bool((pixels[:, :, 0] == pixels[:, :, 1]).all() and (pixels[:, :, 1] == pixels[:, :, 2]).all())


def _deep(image: Any) -> Pixels:
    """Grey of 8 bits from 12, 16 or 32 bits or floating point."""
    deep = np.nan_to_num(np.asarray(image).astype(np.float32))
    bits = 16
    if image.format == "TIFF":
        said = image.tag_v2.get(_BITS, (16,))
        bits = int(said[0] if isinstance(said, tuple) else said)
    if image.mode == "F" or bits > 16:
        low, high = float(deep.min()), float(deep.max())
    else:
        low, high = 0.0, float(2**bits - 1)
    shallow: Pixels = np.clip((deep - low) * (255.0 / max(high - low, 1e-6)), 0, 255).astype(np.uint8)
    return shallow


def _grey_tail(pixels: Pixels) -> bool:
    """Whether the last rows are the flat mid grey that libjpeg fills in when the data ends early (and only warns)."""
    rows = max(16, pixels.shape[0] // 50)
    tail = pixels[-rows:]
    return bool(pixels.shape[0] > 2 * rows and (tail == 128).all())


def _square(pixels: Pixels, across: float, down: float, index: int, limits: Reading) -> Raster:
    """A Raster of square pixels (fax TIFFs are 204 × 98 dpi), its dpi as told or estimated from A4. Raises Refused:
    page.too-large."""
    if across and down and not 0.95 < across / down < 1.05:
        high = max(across, down)
        size = (round(pixels.shape[1] * high / across), round(pixels.shape[0] * high / down))
        _budget(size, index, limits)
        pixels = np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC))
        across = down = high
    return raster(pixels, *_resolution(max(pixels.shape[:2]), (across + down) / 2))


def _resolution(long_side: int, dpi: float) -> tuple[float, bool]:
    """(dpi, whether it is known) of a page whose file says ``dpi``, 0 for nothing."""
    inches = long_side / dpi if dpi else 0.0
    if dpi < 50 or inches < 1 or (round(dpi) in _DEFAULTS and inches > 12.5):
        return round(long_side / A4_INCHES, 1), False
    return round(dpi, 2), True
