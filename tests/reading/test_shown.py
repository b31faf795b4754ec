"""A page as reading looks at it is the page: its grey that of the whole, its colours those of the whole, halved."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageDraw

from hoso.errors import Refused
from hoso.imaging.colour import spread
from hoso.imaging.decode import decode, look
from hoso.imaging.pixels import Pixels, array
from hoso.imaging.shown import Shown, shown
from hoso.settings import Reading

LIMITS = Reading()


def drawn() -> Image.Image:
    """A sheet with black print, a red ring and fine grey hatching."""
    page = Image.new("RGB", (827, 1169), (255, 255, 255))
    pen = ImageDraw.Draw(page)
    for step in range(0, 200, 4):
        pen.line((100 + step, 300, 60 + step, 500), fill=(60, 60, 120))
    pen.ellipse((450, 600, 650, 800), outline=(200, 30, 40), width=4)
    pen.rectangle((100, 100, 400, 120), fill=(20, 20, 20))
    return page


def jpeg(page: Image.Image, **options: object) -> bytes:
    out = BytesIO()
    page.save(out, "JPEG", **{"quality": 80, "dpi": (200, 200), **options})
    return out.getvalue()


def whole(data: bytes) -> Shown:
    return shown(decode(data, "image/jpeg", 1, LIMITS))


def tint(page: Shown) -> Pixels:
    assert page.tint is not None
    return array(page.tint)


@pytest.mark.parametrize("subsampling", [0, 2])
def test_a_jpeg_is_seen_as_if_decoded_whole(subsampling: int) -> None:
    data = jpeg(drawn(), subsampling=subsampling)
    seen, full = look(data, "image/jpeg", 1, LIMITS), whole(data)
    assert np.abs(array(seen.grey).astype(int) - array(full.grey)).mean() < 0.5
    assert (seen.dpi, seen.grey.dpi_known) == (200, True)
    assert tint(seen).shape == tint(full).shape == (584, 413, 3)
    told = [np.count_nonzero(spread(tint(page)) > 45) for page in (seen, full)]
    assert told[0] == pytest.approx(told[1], rel=0.2), "no more and no less of it is coloured"


@pytest.mark.parametrize("value", [3, 6, 8])
def test_its_colours_are_turned_with_it(value: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = value
    data = jpeg(drawn(), exif=exif)
    seen, full = look(data, "image/jpeg", 1, LIMITS), whole(data)
    assert np.abs(array(seen.grey).astype(int) - array(full.grey)).mean() < 0.5
    assert np.abs(tint(seen).astype(int) - tint(full)).mean() < 3


def test_a_grey_page_in_three_channels_has_no_colours() -> None:
    assert look(jpeg(drawn().convert("L").convert("RGB")), "image/jpeg", 1, LIMITS).tint is None


def test_a_resolution_told_from_elsewhere_is_that_of_the_page() -> None:
    for page in (drawn(), drawn().convert("L")):
        seen = look(jpeg(page), "image/jpeg", 1, LIMITS, 300.0)
        assert (seen.dpi, seen.grey.dpi_known) == (300.0, True)


@pytest.mark.parametrize("end", [b"", b"\xff\xd9"])
def test_half_a_jpeg_is_no_page_to_look_at(end: bytes) -> None:
    noise = Image.fromarray(np.random.default_rng(7).integers(0, 255, (400, 300, 3), np.uint8))
    data = jpeg(noise)
    with pytest.raises(Refused) as refused:
        look(data[: len(data) // 3] + end, "image/jpeg", 1, LIMITS)
    assert refused.value.reason == "page.damaged"
