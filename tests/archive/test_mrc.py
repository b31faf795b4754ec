"""The profile "mrc": much smaller, every stroke where it was, colours kept, and pages that do not suit left alone."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

import hoso
from hoso.imaging import mrc
from hoso.imaging.pixels import raster
from hoso.nouns import Page, PageRef, Reading, Seen
from hoso.pdf.check import violations

FONT = Path(hoso.__file__).parent / "_fonts" / "NotoSans-Vietnamese.ttf"
WORDS = "Hạn, hặn, hẫn, ẩn, ẵn, ỵ, ợ, ự: Ủy ban nhân dân phường, số 12/QĐ-UBND; 05.3"


def scan(dpi: int = 200, colour: bool = True, seed: int = 7) -> Image.Image:
    """A page of print with a red seal over it, a signature in blue and the grain of a scanner."""
    rng, scale = np.random.default_rng(seed), dpi / 200
    wide, high = round(1654 * scale), round(2339 * scale)
    image = Image.new("RGB", (wide, high), (243, 241, 236))
    pen, font = ImageDraw.Draw(image), ImageFont.truetype(str(FONT), round(34 * scale))
    for line in range(24):
        pen.text((150 * scale, (180 + 62 * line) * scale), WORDS, font=font, fill=(28, 28, 30))
    pen.ellipse([v * scale for v in (950, 1500, 1230, 1780)], outline=(205, 35, 45), width=round(9 * scale))
    pen.line([(v * scale, w * scale) for v, w in ((400, 1850), (520, 1780), (600, 1900), (760, 1800))],
             fill=(30, 40, 160), width=round(6 * scale))  # fmt: skip
    noise = rng.normal(0, 3, (high, wide, 1))
    worn = Image.fromarray(np.clip(np.asarray(image) + noise, 0, 255).astype(np.uint8))
    return worn if colour else worn.convert("L")


def seen(image: Image.Image, dpi: float = 200, rotation: int = 0) -> Seen:
    ref = PageRef("a" * 64, 1)
    return Seen(Page(ref, "paper", image.width, image.height, dpi, rotation, 0.0, 0.9), Reading(ref, "test", ()))


def jpeg(image: Image.Image, dpi: int = 200, **more: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85, dpi=(dpi, dpi), **more)
    return out.getvalue()


def shown(pdf: bytes, dpi: float = 200) -> np.ndarray[Any, Any]:
    document = pypdfium2.PdfDocument(pdf)
    pixels = np.asarray(document[0].render(scale=dpi / 72).to_pil().convert("RGB")).astype(int)
    document.close()
    return pixels


def masks(pdf: bytes) -> int:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return sum(isinstance(one, pikepdf.Stream) and bool(one.get("/ImageMask", False)) for one in opened.objects)


@pytest.fixture(scope="module")
def page() -> Image.Image:
    return scan()


@pytest.fixture(scope="module")
def small(page: Image.Image, filed: Any) -> bytes:
    made: bytes = filed((jpeg(page), "image/jpeg", seen(page)), profile="mrc", mark=False)
    return made


def test_a_parted_page_is_a_third_and_breaks_no_rule(page: Image.Image, small: bytes, filed: Any) -> None:
    assert len(small) * 3 < len(filed((jpeg(page), "image/jpeg", seen(page)), mark=False))
    assert violations(small) == ()
    assert masks(small) == 1


def test_the_same_page_gives_the_same_bytes(page: Image.Image, small: bytes, filed: Any) -> None:
    assert filed((jpeg(page), "image/jpeg", seen(page)), profile="mrc", mark=False) == small


def test_every_stroke_stays_where_it_was(page: Image.Image, small: bytes) -> None:
    """Within a pixel all that is ink is ink, tone marks and dots too, and nothing dark appears elsewhere."""
    there = page.convert("L")
    made = Image.fromarray(shown(small).mean(axis=2).astype(np.uint8)).crop((0, 0, *there.size))
    darker, lighter = ImageFilter.MinFilter(3), ImageFilter.MaxFilter(3)
    assert (np.asarray(made.filter(darker))[np.asarray(there) < 90] < 110).mean() > 0.998
    assert (np.asarray(made.filter(lighter))[np.asarray(there) > 220] > 190).mean() > 0.999


@pytest.mark.parametrize(("box", "strong"), [((950, 1500, 1230, 1780), 0), ((400, 1770, 760, 1910), 2)])
def test_seals_stay_red_and_signatures_blue(small: bytes, box: tuple[int, ...], strong: int) -> None:
    left, top, right, bottom = box
    part = shown(small)[top:bottom, left:right]
    tinted = part[(part[..., strong] - part[..., 1]) > 60]
    assert len(tinted) > 2000
    assert tinted[:, strong].mean() > 110
    assert tinted[:, 1].mean() < 100


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_turned_page_is_parted_upright(rotation: int, page: Image.Image, small: bytes, filed: Any) -> None:
    received = page.rotate(rotation, expand=True)
    copy = filed((jpeg(received), "image/jpeg", seen(page, 200, rotation)), profile="mrc", mark=False)
    assert masks(copy) == 1
    upright, turned = shown(small, 100), shown(copy, 100)
    assert upright.shape == turned.shape
    assert np.abs(upright - turned).mean() < 3


def test_a_page_whose_exif_turns_it_is_parted_upright(page: Image.Image, small: bytes, filed: Any) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the viewer turns it clockwise by 90 degrees
    data = jpeg(page.rotate(90, expand=True), exif=exif)
    copy = filed((data, "image/jpeg", seen(page)), profile="mrc", mark=False)
    assert masks(copy) == 1
    assert np.abs(shown(small, 100) - shown(copy, 100)).mean() < 3


def test_a_scan_in_a_pdf_is_parted(page: Image.Image, small: bytes, pdf_of: Any, filed: Any) -> None:
    copy = filed((pdf_of(jpeg(page), page, dpi=200), "application/pdf", seen(page)), profile="mrc", mark=False)
    assert masks(copy) == 1
    assert violations(copy) == ()
    assert np.abs(shown(small, 100) - shown(copy, 100)).mean() < 4


def test_pages_of_two_levels_cards_and_drawings_are_left_alone(
    page: Image.Image, paper: Any, save: Any, filed: Any
) -> None:
    levels = page.convert("L").point(lambda value: 255 * (value > 128)).convert("1", dither=Image.Dither.NONE)
    card = page.crop((100, 150, 780, 580))
    for image, kind, media in ((levels, "TIFF", "image/tiff"), (card, "JPEG", "image/jpeg")):
        more = {"compression": "group4"} if kind == "TIFF" else {}
        data = save(image, kind, dpi=(200, 200), **more)
        given = (data, media, seen(image))
        assert filed(given, profile="mrc", mark=False) == filed(given, mark=False)


def test_a_photograph_on_a_page_is_shown_as_scanned(page: Image.Image, filed: Any) -> None:
    rng = np.random.default_rng(3)
    rough = Image.fromarray(rng.integers(20, 200, (60, 45, 3), np.uint8)).resize((300, 400), Image.Resampling.BICUBIC)
    bearing = page.copy()
    bearing.paste((243, 241, 236), (1200, 150, 1600, 700))
    bearing.paste(rough, (1250, 220))
    copy = filed((jpeg(bearing), "image/jpeg", seen(bearing)), profile="mrc", mark=False)
    assert masks(copy) == 1
    off = np.abs(shown(copy)[240:600, 1270:1530] - np.asarray(bearing).astype(int)[240:600, 1270:1530])
    assert off.mean() < 12  # 45 through the stencil


def test_a_page_that_is_a_photograph_is_left_alone() -> None:
    rng = np.random.default_rng(5)
    rough = Image.fromarray(rng.integers(0, 160, (80, 60, 3), np.uint8)).resize((1100, 1800), Image.Resampling.BICUBIC)
    page = Image.new("RGB", (1300, 2000), (245, 245, 245))
    page.paste(rough, (100, 100))
    assert mrc.layers(raster(np.asarray(page), 200)) == ()


def test_a_grey_page_is_parted_in_grey(filed: Any) -> None:
    page = scan(colour=False)
    copy = filed((jpeg(page), "image/jpeg", seen(page)), profile="mrc", mark=False)
    with pikepdf.open(io.BytesIO(copy)) as opened:
        spaces = {
            str(one.ColorSpace) for one in opened.objects if isinstance(one, pikepdf.Stream) and "/ColorSpace" in one
        }
    assert spaces == {"/DeviceGray"}


@pytest.mark.parametrize("size", [(1, 1), (3, 500), (40, 40), (2000, 12)])
def test_odd_shapes_never_raise(size: tuple[int, int]) -> None:
    for dpi in (72.0, 200.0, 600.0):
        mrc.layers(raster(np.full((size[1], size[0], 3), 250, np.uint8), dpi))
        mrc.layers(raster(np.zeros((size[1], size[0]), np.uint8), dpi))
