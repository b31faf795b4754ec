"""A page from its bytes to its words: decoded once, upright, clean, read, each word where it stands."""

import unicodedata
from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
import pikepdf
import pytest
from PIL import Image
from rapidfuzz.distance import Levenshtein

from hoso.engines.tesseract import Tesseract
from hoso.errors import Refused
from hoso.nouns import PageRef, Raster, Seen, Word
from hoso.pdf.render import page_count, render
from hoso.pdf.words import text_words
from hoso.settings import Reading
from hoso.stages.read import read

Sheets = Callable[..., Any]
DIGEST = "ab" * 32
LETTER = (
    "SỞ XÂY DỰNG TỈNH MẪU",
    "Căn cứ Nghị định số 30/2020/NĐ-CP về công tác văn thư",
    "Xét đề nghị của Giám đốc Sở Xây dựng tại Tờ trình số 125",
    "Quyết định này có hiệu lực kể từ ngày ký và được gửi tới các đơn vị",
    "Giấy phép lái xe hạng B2 được cấp lại cho người có nhu cầu hợp lệ",
    "Bộ phận tiếp nhận và trả kết quả có trách nhiệm hướng dẫn đầy đủ",
)


class Never:
    """An engine that must not be asked."""

    fingerprint = "never"

    def orientation(self, raster: Raster) -> tuple[int, float]:
        raise AssertionError("the engine was asked for the way up")

    def read(self, raster: Raster) -> tuple[Word, ...]:
        raise AssertionError("the engine was asked to read")

    def lines(self, rasters: object) -> tuple[tuple[Word, ...], ...]:
        raise AssertionError("the engine was asked to read")


def letter(sheet: Sheets) -> Any:
    drawn = sheet()
    for number, words in enumerate(LETTER):
        drawn.text(200, 400 + 90 * number, words, 36)
    return drawn


def wrong(seen: Seen) -> float:
    """Edits a letter between what was drawn and what was read."""
    truth = " ".join(LETTER)
    return float(Levenshtein.distance(truth, " ".join(seen.reading.text().split())) / len(truth))


@pytest.mark.parametrize(("rotation", "skew"), [(0, 0.0), (90, -2.2), (180, 1.4), (270, 0.0)])
def test_a_page_is_read_whatever_side_is_up(
    sheet: Sheets, engine: Tesseract, limits: Reading, rotation: int, skew: float
) -> None:
    drawn = letter(sheet).turned(skew)
    drawn.image = drawn.image.rotate(rotation, expand=True)
    seen = read(drawn.data("JPEG", quality=85), "image/jpeg", DIGEST, 1, engine, limits)
    assert wrong(seen) < 0.02
    assert seen.page.ref == seen.reading.ref == PageRef(DIGEST, 1)
    assert (seen.page.kind, seen.page.rotation, seen.page.width, seen.page.height) == ("paper", rotation, 1654, 2339)
    assert seen.page.skew == pytest.approx(skew, abs=0.15)
    assert seen.page.quality > 0.6
    assert seen.reading.engine == engine.fingerprint


def test_words_stand_on_their_ink_of_the_upright_page(sheet: Sheets, engine: Tesseract, limits: Reading) -> None:
    drawn = letter(sheet).turned(3.0)
    seen = read(drawn.data(), "image/png", DIGEST, 1, engine, limits)
    dark = np.asarray(drawn.image.convert("L")) < 128
    for word in seen.reading.words:
        left, top, right, bottom = (value * (1654, 2339)[k % 2] for k, value in enumerate(word.box))
        window = dark[int(top) : int(bottom) + 1, int(left) : int(right) + 1]
        assert 0.02 < window.mean() < 0.6, word.text


def test_text_is_nfc_and_lines_are_the_printed_lines(sheet: Sheets, engine: Tesseract, limits: Reading) -> None:
    seen = read(letter(sheet).data(), "image/png", DIGEST, 1, engine, limits)
    assert unicodedata.is_normalized("NFC", seen.reading.text())
    assert len(seen.reading.lines()) == len(LETTER)


def test_reading_twice_gives_the_same(sheet: Sheets, engine: Tesseract, limits: Reading) -> None:
    data = letter(sheet).data()
    assert read(data, "image/png", DIGEST, 1, engine, limits) == read(data, "image/png", DIGEST, 1, engine, limits)


def test_a_blank_page_costs_no_engine(sheet: Sheets, limits: Reading) -> None:
    seen = read(sheet().data(), "image/png", DIGEST, 1, Never(), limits)
    assert (seen.page.kind, seen.reading.words, seen.page.rotation) == ("blank", (), 0)
    assert seen.page.reason


def test_a_short_page_upside_down_is_still_turned(sheet: Sheets, engine: Tesseract, limits: Reading) -> None:
    drawn = sheet().text(950, 300, "KT. GIÁM ĐỐC", 40).text(900, 560, "Nguyễn Thị Mẫu", 40)
    drawn.image = drawn.image.rotate(180)
    seen = read(drawn.data(), "image/png", DIGEST, 1, engine, limits)
    assert seen.page.rotation == 180
    assert seen.reading.text() == "KT. GIÁM ĐỐC\nNguyễn Thị Mẫu"


def test_a_scanned_pdf_is_read_by_its_ink_at_its_own_resolution(
    sheet: Sheets, engine: Tesseract, limits: Reading, pdf: Callable[..., bytes]
) -> None:
    jpeg = letter(sheet).data("JPEG", quality=85)
    hidden = b"BT 3 Tr /F 20 Tf 60 700 Td (SOMEBODY ELSE READ THIS PAGE BADLY) Tj ET "
    data = pdf([jpeg], text=hidden)
    seen = read(data, "application/pdf", DIGEST, 1, engine, limits)
    assert text_words(data, 1) is None, "hidden text behind a scan is nobody's word"
    assert wrong(seen) < 0.02
    assert seen.page.dpi == pytest.approx(200, abs=1)


def test_the_rotate_entry_of_a_pdf_is_what_the_viewer_shows(
    sheet: Sheets, engine: Tesseract, limits: Reading, pdf: Callable[..., bytes]
) -> None:
    drawn = letter(sheet)
    drawn.image = drawn.image.rotate(90, expand=True)
    shown_upright = pdf([drawn.data("JPEG", quality=85)], size=(842, 595), rotate=90)
    seen = read(shown_upright, "application/pdf", DIGEST, 1, engine, limits)
    assert (seen.page.rotation, seen.page.width < seen.page.height) == (0, True)
    assert wrong(seen) < 0.02


def born_digital(
    lines: tuple[bytes, ...] = (b"Decision number 125 of the department", b"It takes effect today"),
) -> bytes:
    made = pikepdf.new()
    page = made.add_blank_page(page_size=(595, 842))
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
    page.Contents = pikepdf.Stream(
        made, b"".join(b"BT /F 14 Tf 100 %d Td (%s) Tj ET " % (700 - 40 * n, text) for n, text in enumerate(lines))
    )
    page.CropBox = pikepdf.Array([50, 100, 545, 742])
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def test_a_born_digital_page_gives_its_own_words_where_they_show(limits: Reading) -> None:
    data = born_digital()
    seen = read(data, "application/pdf", DIGEST, 1, Never(), limits)
    assert seen.reading.text() == "Decision number 125 of the department\nIt takes effect today"
    assert seen.reading.engine == "pdf"
    assert {word.confidence for word in seen.reading.words} == {1.0}
    dark = (
        np.frombuffer(render(data, 1, limits).data, np.uint8).reshape(seen.page.height, seen.page.width, 3).min(axis=2)
    )
    for word in seen.reading.words:
        left, top, right, bottom = word.box
        window = dark[
            int(top * seen.page.height) : int(bottom * seen.page.height) + 1,
            int(left * seen.page.width) : int(right * seen.page.width) + 1,
        ]
        assert (window < 128).mean() > 0.03, "CropBox and words agree"


def test_letters_that_are_no_language_are_read_by_their_ink() -> None:
    assert text_words(born_digital((b"xqzt bvkw rrtp lkjh gfds mnbv cxzp", b"wrtp sdfg hjkl zxcv bnmq")), 1) is None
    assert text_words(born_digital(()), 1) is None


def test_a_page_too_large_is_drawn_coarser_and_a_picture_too_large_is_refused(
    sheet: Sheets, pdf: Callable[..., bytes]
) -> None:
    plan = born_digital()
    small = render(plan, 1, Reading(max_pixels=600_000))
    assert small.width * small.height <= 605_000
    with pytest.raises(Refused) as refused:
        render(plan, 1, Reading(max_pixels=1000))
    assert refused.value.reason == "page.too-large"
    with pytest.raises(Refused) as refused:
        render(pdf([sheet().data("JPEG")]), 1, Reading(max_pixels=1_000_000))
    assert refused.value.reason == "page.too-large"


def test_a_page_that_is_not_there_is_refused(limits: Reading) -> None:
    data = born_digital()
    assert page_count(data) == 1
    with pytest.raises(Refused) as refused:
        render(data, 2, limits)
    assert refused.value.reason == "page.missing"


def test_a_photograph_without_dpi_is_read(sheet: Sheets, engine: Tesseract, limits: Reading) -> None:
    drawn = letter(sheet)
    photo = Image.new("RGB", (1900, 2650), (70, 60, 52))
    photo.paste(drawn.image.resize((1700, 2404)), (100, 120))
    out = BytesIO()
    photo.save(out, "JPEG", quality=80)
    seen = read(out.getvalue(), "image/jpeg", DIGEST, 1, engine, limits)
    assert wrong(seen) < 0.03
