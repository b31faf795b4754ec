"""Codes on pages: torn, noisy, turned, narrow ones get a second look; patches part documents; no guess is made."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import segno
import zxingcpp

from hoso import keys, resources
from hoso.engines.codes import codes, decode
from hoso.forms import load
from hoso.imaging import bargrid
from hoso.imaging.codelike import looks, spots
from hoso.imaging.patches import patches
from hoso.imaging.pixels import raster
from hoso.imaging.qrgrid import _fixed
from hoso.imaging.qrwords import mended
from hoso.nouns import Code, Page, PageRef, Raster, Reading, Seen, Word
from hoso.settings import Reading as Limits
from hoso.stages.codes import find
from hoso.stages.divide import divide
from hoso.stages.read import read
from hoso.values.patch import separates

Sheets = Callable[..., Any]
CARD = "001099000001||Nguyễn Thị Mẫu|01011999|Nữ|Thôn Đông, xã Mẫu, huyện Mẫu, tỉnh Mẫu|02022022"


LABEL = "000.00.16.H23-260105-0123/457"


def page_with(sheet: Sheets, picture: np.ndarray, x: int = 900, y: int = 160) -> np.ndarray:
    """A page of print with a picture on it."""
    pixels = np.asarray(sheet().body(top=700, lines=18).image.convert("L")).copy()
    pixels[y : y + picture.shape[0], x : x + picture.shape[1]] = picture
    return pixels


def qr(module: float) -> np.ndarray:
    """The QR code of a card, modules of that many pixels, averaged as a scanner's glass does."""
    rows = np.array([list(row) for row in segno.make(CARD, error="m", micro=False).matrix], np.uint8)
    fine = np.kron(255 - 255 * np.minimum(rows, 1), np.ones((24, 24), np.uint8)).astype(np.uint8)
    side = round(rows.shape[0] * module)
    return np.asarray(cv2.resize(fine, (side, side), interpolation=cv2.INTER_AREA))


def drawn(kind: zxingcpp.BarcodeFormat, text: str, scale: int) -> np.ndarray:
    picture = zxingcpp.create_barcode(text, kind).to_image(scale=scale, add_quiet_zones=False)
    return np.asarray(picture).copy()


def found(pixels: np.ndarray, dpi: float = 200) -> list[tuple[str, str]]:
    return [(code.kind, code.text) for code in find(raster(pixels, dpi))]


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_worn_code_is_read_at_the_second_look_whatever_side_is_up(sheet: Sheets, turns: int) -> None:
    dots = np.random.default_rng(4)
    pixels = page_with(sheet, drawn(zxingcpp.BarcodeFormat.DataMatrix, LABEL, 4))
    worn = cv2.GaussianBlur(pixels, (0, 0), 1.2).astype(np.float32) + dots.normal(0, 9, pixels.shape)
    worn = np.rot90(np.clip(worn, 0, 255).astype(np.uint8), turns)
    assert codes(raster(worn, 200)) == (), "the first look is for QR and bars alone"
    assert found(worn) == [("datamatrix", LABEL)]


def test_a_small_code_of_a_card_survives_a_copier(sheet: Sheets) -> None:
    dots = np.random.default_rng(11)
    pixels = cv2.GaussianBlur(page_with(sheet, qr(2.6)), (0, 0), 0.8).astype(np.float32)
    soft = cv2.resize(dots.random((300, 200), dtype=np.float32), (pixels.shape[1], pixels.shape[0]))
    worn = np.where(pixels + dots.normal(0, 9, pixels.shape) + (soft - 0.5) * 60 < 150, 0, 255).astype(np.uint8)
    assert found(worn) == [("qr", CARD)]


def test_a_code_filled_by_a_copier_is_redrawn_by_its_grid(sheet: Sheets) -> None:
    dots = np.random.default_rng(5)
    pixels: np.ndarray = cv2.GaussianBlur(page_with(sheet, qr(2.7)), (0, 0), 1.0).astype(np.float32)
    turn = cv2.getRotationMatrix2D((960, 220), 1.5, 1.0)
    pixels = cv2.warpAffine(pixels, turn, (pixels.shape[1], pixels.shape[0]), borderValue=255)
    soft = cv2.resize(dots.random((340, 240), dtype=np.float32), (pixels.shape[1], pixels.shape[0]))
    worn = np.where(pixels + dots.normal(0, 9, pixels.shape) + (soft - 0.5) * 60 < 154, 0, 255).astype(np.uint8)
    earlier = [look for spot in spots(raster(worn, 200)) for look in looks(raster(worn, 200), spot)]
    read_by = [number for number, look in enumerate(earlier) if decode(look.picture, bilevel=look.bilevel)]
    assert read_by, "a redrawn code reads"
    assert read_by[0] >= 5, "no other look reads it"
    (code,) = find(raster(worn, 200))
    assert code.text == CARD
    left, top, right, bottom = (value * side for value, side in zip(code.box, (1654, 2339) * 2, strict=True))
    assert (left, top) == pytest.approx((900, 160), abs=9)
    assert right - left == pytest.approx(bottom - top, rel=0.1)


def test_bars_broken_row_by_row_are_read_by_their_mean(sheet: Sheets) -> None:
    bars = np.repeat(drawn(zxingcpp.BarcodeFormat.Code39, "HS26000123", 3)[:1], 70, axis=0)
    dots = np.random.default_rng(2)
    pixels = page_with(sheet, bars, 200, 200)
    pixels[200:270, 200 : 200 + bars.shape[1]][dots.random(bars.shape) < 0.33] = 255
    assert found(pixels) == [("code39", "HS26000123")]


def filled(bars: np.ndarray, spread: float, module: float = 2.6, level: float = 175) -> np.ndarray:
    """Bars of so many pixels a module, blurred by a part of one and cut where white gaps drown, with a copier's noise."""
    dots = np.random.default_rng(8)
    fine = np.pad(np.repeat(bars[:1], 60, axis=0), 40, constant_values=255)
    size = round(fine.shape[1] / 12 * module), fine.shape[0]
    soft = cv2.GaussianBlur(cv2.resize(fine, size, interpolation=cv2.INTER_AREA), (0, 0), spread * module)
    return np.where(soft + dots.normal(0, 9, soft.shape) < level, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("kind", "text", "spread"), [("Code128", "000.00.16.H23-260105-0123", 0.55), ("Code39", "HS26000123", 0.45)]
)
@pytest.mark.parametrize("turns", [0, 2])
def test_bars_whose_gaps_are_filled_are_told_character_by_character(
    sheet: Sheets, kind: str, text: str, spread: float, turns: int
) -> None:
    bars = filled(drawn(getattr(zxingcpp.BarcodeFormat, kind), text, 12), spread)
    assert decode(raster(bars, 200)) == (), "no decoder reads it as it is"
    assert found(np.rot90(page_with(sheet, bars, 200, 200), turns)) == [(kind.lower(), text)]


def test_bars_of_nothing_are_not_drawn() -> None:
    dots = np.random.default_rng(6)
    for width in (240, 400, 640):
        rough = np.repeat(dots.choice((20.0, 240.0), width // 4), 4 * 6)
        profile = np.pad(cv2.GaussianBlur(rough[None], (0, 0), 9)[0], 120, constant_values=255)
        assert list(bargrid.bars(profile, 6)) == []


@pytest.mark.parametrize("level", "LMQH")
def test_every_size_of_qr_code_is_taken_apart_into_its_words(level: str) -> None:
    for version in range(1, 14):
        code = segno.make("HS26", error=level.lower(), version=version, micro=False, boost_error=False)
        dark = np.array([list(row) for row in code.matrix]) > 0
        fixed = _fixed(version)
        known, whole = mended(dark.astype(float), fixed, fixed)
        assert whole
        assert ((known > 0) == dark)[known != 0].all()


def test_unsure_modules_are_given_up_and_come_back_from_the_check_words() -> None:
    dots = np.random.default_rng(1)
    code = segno.make("x" * 150, error="m", version=8, micro=False, boost_error=False)
    dark = np.array([list(row) for row in code.matrix]) > 0
    worn, fixed = dark.astype(float), _fixed(8)
    for row, column in dots.integers(9, 40, (60, 2)):
        worn[row, column] = 0.35 if dark[row, column] else 0.65
    known, whole = mended(worn, fixed, fixed)
    assert whole
    assert ((known > 0) == dark)[known != 0].all()


def test_words_of_nothing_are_never_vouched_for() -> None:
    dots = np.random.default_rng(2)
    for version in (1, 4, 8, 13):
        fixed = _fixed(version)
        for _ in range(6):
            known, whole = mended(dots.random(fixed.shape), fixed, fixed)
            assert not whole
            assert (known == fixed).all()


def test_a_torn_code_is_left_out_and_never_guessed(sheet: Sheets) -> None:
    torn, dots = qr(5.0), np.random.default_rng(3)
    for _ in range(40):
        x, y = dots.integers(60, torn.shape[0], 2)
        torn[y : y + 30, x : x + 30] = 255 * dots.integers(0, 2)
    pixels = page_with(sheet, torn)
    assert spots(raster(pixels, 200)), "it is seen and looked at"
    assert found(pixels) == []


def test_a_code_of_large_modules_is_seen_too(sheet: Sheets) -> None:
    picture = drawn(zxingcpp.BarcodeFormat.DataMatrix, "HS-2026-000123", 9)
    assert found(page_with(sheet, picture)) == [("datamatrix", "HS-2026-000123")]


def test_the_box_of_a_second_look_is_on_the_page(sheet: Sheets) -> None:
    pixels = page_with(sheet, drawn(zxingcpp.BarcodeFormat.DataMatrix, LABEL, 4), 900, 160)
    (code,) = find(raster(pixels, 200))
    left, top, right, bottom = (value * side for value, side in zip(code.box, (1654, 2339) * 2, strict=True))
    assert (left, top) == pytest.approx((900, 160), abs=8)
    assert right - left == pytest.approx(bottom - top, rel=0.6)
    assert 40 < right - left < 260


def test_print_has_no_place_that_looks_like_a_code(sheet: Sheets) -> None:
    drawn_page = sheet().body().text(200, 250, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 44).seal(1100, 1900)
    page = raster(np.asarray(drawn_page.image.convert("L")), 200)
    assert [spot for spot in spots(page) if decode(next(looks(page, spot)).picture)] == []
    assert len(spots(page)) <= 1, "the seal at most"
    assert find(page) == ()


def test_colour_is_a_defect_of_the_caller() -> None:
    with pytest.raises(ValueError, match="grey"):
        decode(Raster(1, 1, 3, b"\0\0\0", 200))


# Patches: bars of 0.20 and 0.08 inch, told from the edge of the sheet inwards.

PATCHES = {"1": "1100", "2": "1001", "3": "1010", "4": "0110", "6": "0011", "T": "0101"}


def patch(pixels: np.ndarray, name: str, x: int = 560, y: int = 60) -> np.ndarray:
    for mark in PATCHES[name]:
        thick = 40 if mark == "1" else 16
        pixels[y : y + thick, x : x + 500] = 20
        y += thick + 16
    return pixels


@pytest.mark.parametrize("name", PATCHES)
@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_patch_is_told_whatever_side_is_up(sheet: Sheets, name: str, turns: int) -> None:
    pixels = patch(np.asarray(sheet().turned(0).image.convert("L")).copy(), name)
    askew = cv2.warpAffine(pixels, cv2.getRotationMatrix2D((827, 1170), 2.0, 1.0), (1654, 2339), borderValue=252)
    told = patches(raster(np.rot90(askew, turns), 200))
    assert [(code.kind, code.text) for code in told] == [("patch", name)]


def test_rules_tables_and_five_bars_are_no_patch(sheet: Sheets) -> None:
    pixels = np.asarray(sheet().body().image.convert("L")).copy()
    for y in range(300, 700, 32):
        pixels[y : y + 16, 300:1300] = 0
    pixels[1000:1003, 200:1500] = pixels[1060:1063, 200:1500] = 0
    assert patches(raster(pixels, 200)) == ()


class Words:
    """A double of an engine: it reads so many words on each line."""

    fingerprint = "words"

    def __init__(self, count: int) -> None:
        self.count = count

    def orientation(self, raster: Raster) -> tuple[int, float]:
        return 0, 0.0

    def read(self, raster: Raster) -> tuple[Word, ...]:
        return ()

    def lines(self, rasters: Any) -> tuple[tuple[Word, ...], ...]:
        each = tuple(Word("lời", (k / 20, 0.2, (k + 0.8) / 20, 0.8), 0.9, 0) for k in range(self.count))
        return tuple(each for _ in rasters)


@pytest.mark.parametrize(("name", "lines", "kind"), [("T", 1, "separator"), ("4", 1, "paper"), ("2", 20, "paper")])
def test_a_sheet_with_little_but_a_parting_patch_is_a_separator(
    sheet: Sheets, limits: Limits, name: str, lines: int, kind: str
) -> None:
    drawn_page = sheet().body(top=600, lines=lines)
    pixels = patch(np.asarray(drawn_page.image.convert("L")).copy(), name)
    data = cv2.imencode(".png", pixels)[1].tobytes()
    seen = read(data, "image/png", keys.digest(data), 1, Words(6), limits)
    assert seen.page.kind == kind
    assert [code.text for code in seen.reading.codes] == [name]


def seen_of(scan: str, codes: tuple[Code, ...] = (), kind: Any = "paper") -> Seen:
    ref = PageRef(scan * 64, 1)
    words = (Word("nội", (0.1, 0.5, 0.15, 0.52), 0.9, 0), Word("dung", (0.16, 0.5, 0.2, 0.52), 0.9, 0))
    return Seen(Page(ref, kind, 1654, 2339, 200, 0, 0.0, 0.9), Reading(ref, "words", words, codes))


def test_a_parting_patch_begins_a_new_paper() -> None:
    forms = load(resources.folder("schemas"))
    mark = Code("patch", "2", (0.3, 0.02, 0.7, 0.05))
    assert separates((mark,)) == "2"
    assert separates((Code("patch", "6", mark.box), Code("qr", "T", mark.box))) == ""
    together = divide("d", [seen_of("a"), seen_of("b")], forms)
    parted = divide("d", [seen_of("a"), seen_of("b", (mark,))], forms)
    sheeted = divide("d", [seen_of("a"), seen_of("c", (mark,), "separator"), seen_of("b")], forms)
    assert [len(paper.pages) for paper in together] == [2]
    assert [len(paper.pages) for paper in parted] == [len(paper.pages) for paper in sheeted] == [1, 1]


def test_the_prototypes_ship_with_the_models() -> None:
    assert (Path(__file__).parents[2] / "ocr_models" / "ocr-b" / "letters.pgm").is_file()
