"""Image files become rasters whole, upright as a viewer shows them, on white and with square pixels, or not at all."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from hoso.errors import Refused
from hoso.imaging.decode import decode
from hoso.imaging.pixels import array, turn
from hoso.nouns import Raster
from hoso.settings import Reading

LIMITS = Reading()


def corner(size: tuple[int, int] = (120, 200), mode: str = "RGB") -> Image.Image:
    """White, with a black quarter at the top left."""
    picture = Image.new("L", size, 255)
    picture.paste(0, (0, 0, size[0] // 2, size[1] // 2))
    return picture.convert(mode)


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def black_at(raster: Raster) -> str:
    grey = array(raster) if raster.channels == 1 else array(raster).mean(axis=2)
    height, width = grey.shape
    places = {
        "top left": grey[: height // 3, : width // 3], "top right": grey[: height // 3, -width // 3 :],
        "bottom left": grey[-height // 3 :, : width // 3], "bottom right": grey[-height // 3 :, -width // 3 :],
    }  # fmt: skip
    return min(places, key=lambda place: float(places[place].mean()))


@pytest.mark.parametrize("value", range(1, 9))
def test_exif_orientation_is_obeyed(value: int) -> None:
    undo = {
        1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[value]  # fmt: skip
    stored = corner() if undo is None else corner().transpose(undo)
    exif = Image.Exif()
    exif[0x0112] = value
    raster = decode(saved(stored, "JPEG", exif=exif, dpi=(200, 200)), "image/jpeg", 1, LIMITS)
    assert (raster.width, raster.height, black_at(raster)) == (120, 200, "top left")


def test_the_orientation_tag_of_a_tiff_is_obeyed_and_turns_its_dpi() -> None:
    stored = corner((240, 100)).transpose(Image.Transpose.ROTATE_90)
    data = saved(stored, "TIFF", tiffinfo={0x0112: 6}, dpi=(200, 200))
    raster = decode(data, "image/tiff", 1, LIMITS)
    assert (raster.width, raster.height, black_at(raster)) == (240, 100, "top left")


@pytest.mark.parametrize(
    ("kind", "picture", "channels"),
    [
        ("JPEG", corner(mode="CMYK"), 3),
        ("PNG", corner(mode="1"), 1),
        ("PNG", corner(mode="P"), 1),
        ("PNG", corner(mode="L"), 1),
        ("TIFF", corner(mode="1"), 1),
        ("TIFF", Image.fromarray(np.asarray(corner(mode="L")).astype(np.uint16) * 257), 1),
        ("TIFF", Image.fromarray(np.asarray(corner(mode="L")).astype(np.float32)), 1),
        ("PNG", Image.fromarray(np.asarray(corner(mode="L")).astype(np.uint16) * 257), 1),
    ],
    ids=["cmyk", "bilevel", "palette", "grey", "tiff-bilevel", "tiff-16", "tiff-float", "png-16"],
)
def test_every_depth_and_colour_space_becomes_grey_or_rgb(kind: str, picture: Image.Image, channels: int) -> None:
    media_type = {"JPEG": "image/jpeg", "PNG": "image/png", "TIFF": "image/tiff"}[kind]
    raster = decode(saved(picture, kind), media_type, 1, LIMITS)
    assert black_at(raster) == "top left"
    assert raster.channels in (1, channels)
    assert array(raster).min() < 40
    assert array(raster).max() > 215


def test_what_is_transparent_is_paper() -> None:
    clear = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), (0, 0, 50, 50))
    raster = decode(saved(clear, "PNG"), "image/png", 1, LIMITS)
    assert black_at(raster) == "top left"
    assert array(raster)[-1, -1].max() == 255


@pytest.mark.parametrize("dpi", [None, (1, 1), (72, 72), (96, 96)])
def test_a_dpi_that_says_nothing_is_estimated_from_a4_and_marked(dpi: tuple[int, int] | None) -> None:
    options = {} if dpi is None else {"dpi": dpi}
    raster = decode(saved(corner((1654, 2339)), "JPEG", **options), "image/jpeg", 1, LIMITS)
    assert not raster.dpi_known
    assert raster.dpi == pytest.approx(200, abs=1)


def test_a_true_72_dpi_is_believed() -> None:
    assert decode(saved(corner((595, 842)), "PNG", dpi=(72, 72)), "image/png", 1, LIMITS).dpi_known


def test_a_fax_gets_square_pixels() -> None:
    raster = decode(saved(corner((1728, 1143), "L"), "TIFF", dpi=(204, 98)), "image/tiff", 1, LIMITS)
    assert (raster.width, raster.height) == (1728, round(1143 * 204 / 98))
    assert raster.dpi == pytest.approx(204)


def test_each_page_of_a_tiff_is_its_own() -> None:
    pages = [corner(), corner().transpose(Image.Transpose.ROTATE_180)]
    data = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    assert [black_at(decode(data, "image/tiff", n, LIMITS)) for n in (1, 2)] == ["top left", "bottom right"]
    with pytest.raises(Refused) as refused:
        decode(data, "image/tiff", 3, LIMITS)
    assert refused.value.reason == "page.missing"


@pytest.mark.parametrize(
    ("kind", "options"),
    [("JPEG", {}), ("PNG", {}), ("TIFF", {}), ("TIFF", {"compression": "tiff_lzw"})],
    ids=["jpeg", "png", "tiff-raw", "tiff-lzw"],
)
def test_half_a_page_is_no_page(kind: str, options: dict[str, str]) -> None:
    noise = Image.fromarray(np.random.default_rng(7).integers(0, 255, (400, 300), np.uint8))
    data = saved(noise, kind, **options)
    media_type = {"JPEG": "image/jpeg", "PNG": "image/png", "TIFF": "image/tiff"}[kind]
    with pytest.raises(Refused) as refused:
        decode(data[: len(data) // 2], media_type, 1, LIMITS)
    assert refused.value.reason in {"page.damaged", "file.damaged"}


def test_a_jpeg_that_was_closed_early_is_no_page() -> None:
    noise = Image.fromarray(np.random.default_rng(7).integers(0, 255, (400, 300), np.uint8))
    data = saved(noise, "JPEG")
    with pytest.raises(Refused) as refused:
        decode(data[: len(data) // 3] + b"\xff\xd9", "image/jpeg", 1, LIMITS)
    assert refused.value.reason == "page.damaged"


def test_turning_four_times_changes_nothing() -> None:
    pixels = array(decode(saved(corner(), "PNG"), "image/png", 1, LIMITS))
    once = turn(pixels, 90)
    assert once[0, -1].max() == 0
    assert (turn(turn(turn(once, 90), 90), 90) == pixels).all()
