"""Black seals on photocopies: rings go, the print they cross stays, and nothing else is touched."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from hoso.imaging import rings
from hoso.imaging.clean import clean
from hoso.imaging.paper import Parts, parts
from hoso.imaging.pixels import Pixels, array, raster
from hoso.imaging.unseal import cut
from tests.reading.conftest import BODY, FONT

_DPI = 200.0
_SIZE = 1000, 900
_MIDDLE = 420, 430
_PRINT = ("NGƯỜI TIẾP NHẬN HỒ SƠ", "(Ký, ghi rõ họ tên và đóng dấu)", "", "", "Nguyễn Thị Mẫu Đơn")


def printed() -> Image.Image:
    """Black on white: the words around which a person signs."""
    page = Image.new("L", _SIZE, 255)
    pen, face = ImageDraw.Draw(page), ImageFont.truetype(str(FONT), 36)
    for number, line in enumerate(_PRINT):
        pen.text((350, 290 + 56 * number), line, font=face, fill=0)
    return page


def sealed(page: Image.Image, radius: float = 138, stretch: float = 1.0, torn: int = 0, wide: int = 5) -> Image.Image:
    """A seal's two rings over it; ``torn`` is how many gaps of ten degrees they have."""
    pen = ImageDraw.Draw(page)
    for share, width in ((1.0, wide), (0.65, 3)):
        x, y = share * radius * stretch, share * radius / stretch
        box = (_MIDDLE[0] - x, _MIDDLE[1] - y, _MIDDLE[0] + x, _MIDDLE[1] + y)
        step = 360 / (torn or 1)
        for number in range(torn or 1):
            end = (number + 1) * step - (10 if torn else 0)
            pen.arc(box, number * step + 3, end + 3, fill=0, width=width)
    return page


def mask_of(page: Image.Image) -> tuple[Pixels, Pixels, Parts]:
    """The page, its mask of ink and the components of it."""
    pixels = np.array(page)
    mask = cv2.threshold(pixels, 128, 255, cv2.THRESH_BINARY_INV)[1]
    return pixels, mask, parts(mask)


def shares(page: Image.Image) -> tuple[float, float]:
    """After cutting: the share of print's ink that stays, and of the rings' own that goes."""
    _, words, _ = mask_of(printed())
    pixels, mask, found = mask_of(page)
    drawn = mask.copy()
    cut(pixels, mask, found, rings.seen(mask, found, _DPI)[1], _DPI)
    own = (drawn > 0) & (cv2.dilate(words, np.ones((5, 5), np.uint8)) == 0)
    return float((mask[words > 0] > 0).mean()), float((mask[own] == 0).mean())


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(sealed(printed()), id="whole"),
        pytest.param(sealed(printed(), torn=6), id="torn"),
        pytest.param(sealed(printed(), stretch=1.02), id="stretched"),
        pytest.param(sealed(printed(), radius=118, wide=8), id="small and thick"),
    ],
)
def test_a_black_ring_goes_and_the_print_it_crosses_stays(page: Image.Image) -> None:
    kept, gone = shares(page)
    assert kept > 0.93
    assert gone > 0.96


def test_letters_that_a_ring_tied_together_come_apart() -> None:
    _, _, alone = mask_of(printed())
    pixels, mask, found = mask_of(sealed(printed()))
    assert max(found.height) > 250
    found = cut(pixels, mask, found, rings.seen(mask, found, _DPI)[1], _DPI)
    assert max(found.height) <= max(alone.height) + 6
    assert max(found.width) <= max(alone.width) + 12
    assert abs(len(found.area[found.area > 40]) - len(alone.area[alone.area > 40])) <= 4


def test_components_after_cutting_are_those_of_the_mask() -> None:
    pixels, mask, found = mask_of(around(sealed(printed()), "SỞYTẾTHÀNHPHỐMẪUSƠN"))
    found = cut(pixels, mask, found, rings.seen(mask, found, _DPI)[1], _DPI)
    fresh = parts(mask)
    sides = [sorted(zip(*(side.tolist() for side in (p.left, p.top, p.width, p.height, p.area)), strict=True))
             for p in (found, fresh)]  # fmt: skip
    assert sides[0] == sides[1]
    assert ((found.labels > 0) == (mask > 0)).all()
    assert (np.bincount(found.labels.ravel())[1:] == found.area).all()


def test_a_page_without_a_seal_is_left_as_it_is() -> None:
    page = Image.new("L", (1654, 1200), 255)
    pen, face = ImageDraw.Draw(page), ImageFont.truetype(str(FONT), 36)
    for number, line in enumerate(BODY):
        pen.text((120, 100 + 62 * number), line, font=face, fill=0)
    pen.rectangle((100, 700, 1500, 1100), outline=0, width=3)
    for row in range(750, 1100, 50):
        pen.line((100, row, 1500, row), fill=0, width=3)
    pen.ellipse((300, 720, 380, 800), outline=0, width=4)
    pixels, mask, found = mask_of(page)
    before = pixels.copy()
    circles, rounds = rings.seen(mask, found, _DPI)
    assert circles == rounds == ()
    assert cut(pixels, mask, found, rounds, _DPI) is found
    assert (pixels == before).all()


def around(page: Image.Image, words: str, radius: float = 112) -> Image.Image:
    """Small capitals that run around in the seal, their feet to its middle."""
    face = ImageFont.truetype(str(FONT), 22)
    for number, letter in enumerate(words):
        angle = 200 + number * 320 / len(words)
        tile = Image.new("L", (40, 40), 0)
        ImageDraw.Draw(tile).text((20, 20), letter, font=face, fill=255, anchor="mm")
        tile = tile.rotate(-angle, resample=Image.Resampling.BICUBIC)
        x, y = _MIDDLE[0] + radius * np.sin(np.radians(angle)), _MIDDLE[1] - radius * np.cos(np.radians(angle))
        page.paste(0, (round(x - 20), round(y - 20)), tile)
    return page


def test_words_that_run_around_in_a_seal_go_and_print_between_its_rings_stays() -> None:
    bare, worded = sealed(printed()), around(sealed(printed()), "SỞYTẾTHÀNHPHỐMẪUSƠN")
    left = []
    for page in (bare, worded):
        pixels, mask, found = mask_of(page)
        cut(pixels, mask, found, rings.seen(mask, found, _DPI)[1], _DPI)
        left.append(mask > 0)
    _, words, _ = mask_of(printed())
    lettering = (mask_of(worded)[1] > 0) & (mask_of(bare)[1] == 0)
    beside = lettering & (cv2.dilate(words, np.ones((9, 9), np.uint8)) == 0)
    assert left[1][beside].mean() < 0.3, "letters that touch print are not told from it"
    assert left[1][left[0] & (words > 0)].mean() > 0.97


@pytest.mark.parametrize("shape", ["square", "scribble"])
def test_a_square_or_a_signature_is_no_ring(shape: str) -> None:
    page = printed()
    pen = ImageDraw.Draw(page)
    if shape == "square":
        pen.rectangle((280, 290, 560, 570), outline=0, width=5)
    else:
        turns = np.linspace(0, 6 * np.pi, 200)
        spots = zip(330 + 14 * turns, 430 + 90 * np.sin(turns) * np.cos(0.3 * turns), strict=True)
        pen.line([(float(x), float(y)) for x, y in spots], fill=0, width=5)
    _, mask, found = mask_of(page)
    assert rings.seen(mask, found, _DPI)[1] == ()


def test_a_cleaned_photocopy_tells_of_its_torn_black_seal_and_shows_no_ring() -> None:
    cleaned = clean(raster(np.array(sealed(printed(), torn=6)), _DPI))
    assert cleaned.seal
    mask = cv2.threshold(array(cleaned.page), 128, 255, cv2.THRESH_BINARY_INV)[1]
    assert not rings.seen(mask, parts(mask), _DPI)[0]
