"""The grade of a page as a picture: it falls where reading falls, and says where and why to scan again."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFilter

from hoso.imaging import grade
from hoso.imaging.clean import Cleaned, clean
from hoso.imaging.pixels import raster

Sheet = Any  # as conftest draws it
Sheets = Callable[..., Sheet]


def graded(image: Image.Image, dpi: float = 200, known: bool = True) -> Cleaned:
    return clean(raster(np.asarray(image), dpi, known))


def blurred(image: Image.Image, radius: float, box: tuple[float, float, float, float] = (0, 0, 1, 1)) -> Image.Image:
    """Blurred within ``box`` (fractions)."""
    left, top, right, bottom = (round(edge * image.size[k % 2]) for k, edge in enumerate(box))
    out = image.copy()
    out.paste(image.filter(ImageFilter.GaussianBlur(radius)).crop((left, top, right, bottom)), (left, top))
    return out


def full(sheet: Sheets) -> Image.Image:
    """A page with print in all of its nine fields."""
    image: Image.Image = sheet().body(top=200, lines=32).image
    return image


@pytest.fixture
def crisp(sheet: Sheets) -> Image.Image:
    return full(sheet)


def test_a_crisp_page_needs_no_new_scan(crisp: Image.Image) -> None:
    seen = graded(crisp)
    assert seen.quality > 0.9
    assert seen.advice == ""


@pytest.mark.parametrize(
    ("box", "place"),
    [
        ((0.55, 0.0, 1.0, 0.36), "góc trên bên phải"),
        ((0.0, 0.0, 0.4, 0.36), "góc trên bên trái"),
        ((0.0, 0.64, 0.4, 1.0), "góc dưới bên trái"),
        ((0.6, 0.0, 1.0, 1.0), "bên phải"),
        ((0.0, 0.64, 1.0, 1.0), "phía dưới"),
    ],
)
@pytest.mark.parametrize("radius", [3.5, 6.0])
def test_a_blurred_part_is_named_by_its_place(
    crisp: Image.Image, box: tuple[float, float, float, float], place: str, radius: float
) -> None:
    """Both where letters are still ink and where they are only clouds."""
    seen = graded(blurred(crisp, radius, box))
    assert seen.advice == f"quét lại: mờ ở {place}"
    assert seen.quality < grade.GOOD


def test_a_page_blurred_all_over_names_no_place(crisp: Image.Image) -> None:
    assert graded(blurred(crisp, 3.5)).advice == "quét lại: mờ"


def test_quality_falls_steadily_with_blur(crisp: Image.Image) -> None:
    worth = [graded(blurred(crisp, radius)).quality for radius in (0, 1.5, 2.2, 3.0, 4.0)]
    assert worth == sorted(worth, reverse=True)
    assert worth[0] - worth[-1] > 0.7


def test_an_underexposed_page_is_too_dark_and_one_in_the_shade_is_not(crisp: Image.Image) -> None:
    grain = np.random.default_rng(1).normal(0, 2.0, (crisp.height, crisp.width, 3))

    def lit(share: float) -> Cleaned:
        pixels = np.asarray(crisp, np.float32) * share + grain
        return graded(Image.fromarray(pixels.clip(0, 255).astype(np.uint8)))

    assert lit(0.1).advice == "quét lại: quá tối"
    assert lit(0.1).quality < grade.GOOD
    assert lit(0.5).advice == ""
    assert lit(0.1).quality < lit(0.2).quality < lit(0.5).quality


@pytest.mark.parametrize("dpi", [75, 100, 120])
def test_a_coarse_scan_says_its_resolution(crisp: Image.Image, dpi: int) -> None:
    size = (crisp.width * dpi // 200, crisp.height * dpi // 200)
    seen = graded(crisp.resize(size, Image.Resampling.BOX), dpi)
    assert seen.advice.startswith("quét lại: ")
    assert f"độ phân giải thấp ({dpi} dpi)" in seen.advice
    assert seen.quality < graded(crisp).quality


def test_resolution_that_was_only_estimated_is_said_so(sheet: Sheets) -> None:
    small = full(sheet).resize((620, 877), Image.Resampling.BOX)
    assert "(khoảng " in graded(small, 75, known=False).advice


def test_pale_print_is_told_from_a_blank_page(sheet: Sheets) -> None:
    drawn = sheet()
    for number in range(20):
        drawn.text(190, 300 + 70 * number, "Giấy tiếp nhận hồ sơ và hẹn trả kết quả", 34, (185, 185, 185))
    seen = graded(drawn.image)
    assert seen.blank == ""
    assert seen.advice == "quét lại: chữ quá nhạt"


@pytest.mark.parametrize("level", [140, 170, 205])
def test_faded_print_is_never_a_blank_page(sheet: Sheets, level: int) -> None:
    drawn = sheet()
    for number in range(12):
        drawn.text(190, 300 + 90 * number, "Quyết định này có hiệu lực kể từ ngày ký", 34, (level, level, level))
    assert graded(drawn.image).blank == ""


def test_print_that_is_blurred_away_is_never_a_blank_page(sheet: Sheets) -> None:
    drawn = sheet().body(lines=5)
    assert [graded(blurred(drawn.image, radius)).blank for radius in (2.5, 3.5, 4.5)] == ["", "", ""]


def test_print_that_shines_through_from_behind_leaves_a_page_blank(crisp: Image.Image, sheet: Sheets) -> None:
    behind = np.asarray(blurred(crisp.transpose(Image.Transpose.FLIP_LEFT_RIGHT), 2.4), np.float32)
    ghost = 255 - 0.18 * (255 - behind)
    assert graded(Image.fromarray(ghost.astype(np.uint8))).blank
    assert graded(sheet().image).blank


def test_heavy_grain_is_noise(crisp: Image.Image) -> None:
    rng = np.random.default_rng(2)

    def grained(deviation: float) -> Cleaned:
        pixels = np.asarray(crisp, np.float32) + rng.normal(0, deviation, (crisp.height, crisp.width, 1))
        return graded(Image.fromarray(pixels.clip(0, 255).astype(np.uint8)))

    heavy, some, little = grained(45), grained(20), grained(8)
    assert "nhiễu hạt" in heavy.advice
    assert some.advice == little.advice == ""
    assert heavy.quality < some.quality < little.quality


@pytest.mark.parametrize(("side", "shift"), [("trái", 300), ("phải", -700)])
@pytest.mark.parametrize("skew", [0.0, 1.2])
def test_a_page_cut_through_its_lines_names_the_border(sheet: Sheets, side: str, shift: int, skew: float) -> None:
    whole = sheet().body(lines=24).turned(skew).image
    left, right = (shift, whole.width) if shift > 0 else (0, whole.width + shift)
    seen = graded(whole.crop((left, 0, right, whole.height)))
    assert seen.advice == f"quét lại: bị cắt mép {side}"
    assert seen.quality < grade.GOOD


def test_lines_close_to_a_border_and_a_dark_edge_are_not_cut(sheet: Sheets) -> None:
    drawn = sheet().body(lines=24)
    drawn.image = drawn.image.crop((185, 0, 1654, 2339))
    assert graded(drawn.image).advice == ""
    edged = sheet().body(lines=24)
    rng = np.random.default_rng(4)
    for y in range(0, 2339, 3):
        edged.pen.rectangle((0, y, int(rng.integers(4, 26)), y + 3), fill=(15, 15, 15))
    assert "bị cắt" not in graded(edged.image).advice


def test_fields_without_print_are_not_judged(sheet: Sheets) -> None:
    drawn = sheet().text(200, 200, "Một dòng chữ ở góc trên của trang giấy", 40)
    seen = graded(drawn.image)
    assert seen.advice == ""
    assert seen.quality > 0.8
