"""What is found on a page and taken off it before reading: skew, way up, leaders, frames, seals, blank backs."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from hoso.imaging import colour, desk, frames, lines, spots
from hoso.imaging.clean import Cleaned, clean
from hoso.imaging.near import near
from hoso.imaging.paper import even, ink, parts
from hoso.imaging.pixels import array, raster, turn_raster
from hoso.imaging.shown import shown
from hoso.imaging.upright import guess
from hoso.nouns import Raster, Word

Sheet = Any  # as conftest draws it
Sheets = Callable[..., Sheet]


def page(sheet: Sheet, dpi: float = 200, known: bool = True) -> Raster:
    return raster(np.asarray(sheet.image), dpi, known)


def grey(sheet: Sheet) -> Raster:
    return raster(np.asarray(sheet.image.convert("L")), 200)


def everything(cleaned: Cleaned) -> list[Word]:
    """A word over the whole of each line, placed on the level page."""
    whole = [[Word("x", (0.0, 0.0, 1.0, 1.0), 1.0, 0)] for _ in cleaned.lines]
    return [word for word in cleaned.level(whole) if word.text == "x"]


@pytest.mark.parametrize("degrees", [-6.3, -1.45, -0.2, 0.0, 0.35, 2.0, 7.25])
def test_skew_is_found_to_a_twentieth_of_a_degree(sheet: Sheets, degrees: float) -> None:
    assert clean(page(sheet().body().turned(degrees))).skew == pytest.approx(degrees, abs=0.06)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("skew", [0.0, 3.1])
def test_the_way_up_is_told_without_an_engine(sheet: Sheets, rotation: int, skew: float) -> None:
    turned = turn_raster(page(sheet().body().turned(skew)), (360 - rotation) % 360)
    found, sure = guess(near(shown(turned)))
    assert found == rotation
    assert sure > 0.5  # what is then read confirms it, or denies it


def test_a_page_without_lines_gives_no_way_up(sheet: Sheets) -> None:
    assert guess(near(shown(page(sheet()))))[1] == 0.0
    assert guess(near(shown(page(sheet().seal(800, 1000)))))[1] < 0.5


def test_each_line_is_cut_out_where_it_stands(sheet: Sheets) -> None:
    drawn = sheet().body(lines=6)
    found = everything(clean(page(drawn)))
    assert len(found) == 6
    for word, box in zip(sorted(found, key=lambda w: w.box[1]), drawn.boxes, strict=True):
        left, top, right, bottom = (value * (1654, 2339)[k % 2] for k, value in enumerate(word.box))
        assert (left, right) == (pytest.approx(box[0], abs=8), pytest.approx(box[2], abs=8))
        assert top >= box[1] - 8
        assert bottom <= box[3] + 8


@pytest.mark.parametrize("degrees", [-5.0, 4.0])
def test_a_box_on_the_level_page_leads_back_to_the_ink(sheet: Sheets, degrees: float) -> None:
    drawn = sheet().text(700, 300, "GÓC TRÊN").text(200, 2100, "GÓC DƯỚI").body(top=900, lines=12).turned(degrees)
    cleaned = clean(page(drawn))
    dark = np.asarray(drawn.image.convert("L")) < 128
    for word in everything(cleaned):
        left, top, right, bottom = cleaned.place(word.box)
        window = dark[int(top * 2339) : int(bottom * 2339) + 1, int(left * 1654) : int(right * 1654) + 1]
        assert window.any()
        dark[int(top * 2339) - 3 : int(bottom * 2339) + 4, int(left * 1654) - 3 : int(right * 1654) + 4] = False
    assert np.count_nonzero(dark) < 20, "every stroke lies in the box of its line"


def test_two_columns_of_a_letterhead_are_two_lines(sheet: Sheets) -> None:
    drawn = sheet().text(150, 200, "SỞ Y TẾ", 34).text(700, 206, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA", 34)
    assert len(everything(clean(page(drawn)))) == 2


def test_a_large_letter_keeps_its_marks(sheet: Sheets) -> None:
    drawn = sheet().body(top=700, lines=10).text(300, 300, "GIẤY KHÁM SỨC KHỎE Ề Ỗ Ử", 64)
    assert len(everything(clean(page(drawn)))) == 11


TIGHT = ("xem xong, gồm vườn rau xanh, ruộng sâu", "muốn vốn sẵn, vẽ sơ ra xuống, số xấu, ốm cuối")


@pytest.mark.parametrize("pitch", [39, 40, 43])
def test_the_marks_of_tightly_set_print_stay_with_their_own_line(sheet: Sheets, pitch: int) -> None:
    drawn = sheet()
    for number in range(12):
        drawn.text(190, 420 + number * pitch, TIGHT[number % 2], 36)
    made = sorted(clean(page(drawn))._pieces, key=lambda piece: piece.strip.top)
    assert len(made) == 12
    for piece, (_, top, _, bottom) in zip(made, drawn.boxes, strict=True):
        assert (piece.strip.top, piece.strip.bottom) == (pytest.approx(top, abs=1), pytest.approx(bottom, abs=1))


def test_a_dash_that_opens_an_item_is_read_with_its_words(sheet: Sheets) -> None:
    drawn = sheet().body(top=900, lines=8).text(190, 300, "-", 36).text(224, 300, "Ban Giám đốc", 36)
    first = min(clean(page(drawn))._pieces, key=lambda piece: piece.strip.top)
    assert first.strip.left == pytest.approx(drawn.boxes[-2][0], abs=3)


def test_leader_dots_go_and_the_dots_of_letters_stay(sheet: Sheets) -> None:
    drawn = sheet().body(top=900, lines=14).text(200, 300, "Họ và tên: ", 36)
    for x in range(400, 1400, 9):
        drawn.pen.ellipse((x, 342, x + 3, 345), fill=(30, 30, 30))
    drawn.text(420, 300, "Phạm Thị Mộng Điệp", 36)
    level = clean(page(drawn)).page
    pixels = array(level)
    bare = pixels[336:350, 900:1400]
    assert bare.min() > 200, "the leader is gone where nothing is written"
    found = parts(ink(pixels[300:360, 190:400].copy()))
    small = (found.height <= 7) & (found.width <= 7)
    assert np.count_nonzero(small) >= 3, "the colon's two dots and the dot below of 'Họ' stay"


def test_dots_below_in_one_line_are_no_leader(sheet: Sheets) -> None:
    found = parts(ink(np.asarray(sheet().text(100, 100, "một bộ phận hệ thị tộc ạ ị ọ ụ ẹ ậ", 40).image.convert("L"))))
    assert len(spots.leaders(found, 200)) == 0


def test_specks_are_removed_from_speckled_pages_only_and_never_beside_a_letter(sheet: Sheets) -> None:
    def speckled(count: int) -> tuple[int, Sheet]:
        drawn = sheet().body(lines=10)
        for x, y in np.random.default_rng(3).integers((100, 1400), (1500, 2200), (count, 2)):
            drawn.pen.rectangle((x, y, x + 1, y + 1), fill=(0, 0, 0))
        found = parts(ink(np.asarray(drawn.image.convert("L"))))
        return len(spots.specks(found, spots.letters(found, 200), (2339, 1654), 200)), drawn

    few, _ = speckled(40)
    many, drawn = speckled(400)
    assert few == 0
    assert many > 380
    clean_text = np.asarray(sheet().body(lines=10).image.convert("L"))[:1100]
    kept = array(clean(page(drawn)).page)[:1100]
    assert np.count_nonzero(ink(kept)) == pytest.approx(np.count_nonzero(ink(clean_text)), rel=0.02)


def test_a_number_in_boxes_is_read_as_one_run(sheet: Sheets) -> None:
    drawn = sheet().body(top=900, lines=12).text(150, 300, "Số CCCD:", 36)
    for number, digit in enumerate("079199000123"):
        x = 350 + 47 * number
        drawn.pen.rectangle((x, 300, x + 47, 350), outline=(20, 20, 20), width=2)
        drawn.text(x + 14, 302, digit, 36)
    cleaned = clean(page(drawn))
    row = [p for p in cleaned._pieces if p.strip.top < 400 and p.strip.right > 340]
    assert len(row) == 1
    assert len(row[0].strip.spans) == 12, "twelve digits, side by side"
    last = row[0].place(((row[0].columns[-1] + 1) / row[0].pixels.shape[1], 0.0, 1.0, 1.0))
    assert last is not None
    assert last[0] == pytest.approx(350 + 47 * 11 + 14, abs=10)


def test_table_rules_go_and_cells_are_lines_of_their_own(sheet: Sheets) -> None:
    drawn = sheet().body(top=900, lines=12)
    for y in (300, 360, 420):
        drawn.pen.line((150, y, 1500, y), fill=(10, 10, 10), width=2)
    for x in (150, 260, 1100, 1500):
        drawn.pen.line((x, 300, x, 420), fill=(10, 10, 10), width=2)
    for y in (306, 366):
        drawn.text(190, y, "1", 34).text(266, y, "Đơn đề nghị đổi giấy phép", 34).text(1110, y, "Bản chính", 34)
    cleaned = clean(page(drawn))
    assert sum(word.box[1] < 430 / 2339 for word in everything(cleaned)) == 6
    assert array(cleaned.page)[296:304, 400:1000].min() > 180


def test_ticked_and_empty_boxes_become_words(sheet: Sheets) -> None:
    drawn = sheet().body(top=600, lines=10).text(200, 300, "Giới tính: Nam", 36).text(700, 300, "Nữ HỢP HÒA", 36)
    for x in (480, 1000):
        drawn.pen.rectangle((x, 310, x + 30, 340), outline=(10, 10, 10), width=2)
    drawn.pen.line((480, 310, 510, 340), fill=(10, 10, 10), width=2)
    drawn.pen.line((480, 340, 510, 310), fill=(10, 10, 10), width=2)
    cleaned = clean(page(drawn))
    ticked = cleaned.level([[] for _ in cleaned.lines])
    assert [word.text for word in sorted(ticked, key=lambda w: w.box[0])] == ["\u2612", "\u2610"]
    found = parts(ink(np.asarray(sheet().body().image.convert("L"))))
    assert frames.ticks(found, 200)[0] == (), "letters are no boxes"


def test_a_seal_and_a_signature_are_seen_and_plain_pages_have_none(sheet: Sheets) -> None:
    signed = clean(page(sheet().body(lines=14).seal(1000, 1500).signature(1050, 1480)))
    plain = clean(page(sheet().body()))
    black = clean(grey(sheet().body(lines=14).seal(1000, 1500, ink=(30, 30, 30)).signature(500, 1500, (20, 20, 20))))
    assert (signed.seal, signed.signature) == (True, True)
    assert (plain.seal, plain.signature) == (False, False)
    assert (black.seal, black.signature) == (True, True)


def test_a_table_is_no_seal_and_no_signature(sheet: Sheets) -> None:
    drawn = sheet().body(top=1100, lines=12)
    for k in range(12):
        drawn.pen.line((200, 300 + 55 * k, 1400, 300 + 55 * k), fill=(10, 10, 10), width=2)
        drawn.pen.line((200 + 100 * k, 300, 200 + 100 * k, 905), fill=(10, 10, 10), width=2)
    seen = clean(page(drawn))
    assert (seen.seal, seen.signature) == (False, False)


def test_print_under_a_red_seal_and_a_blue_signature_comes_out(sheet: Sheets) -> None:
    def name(over: bool) -> np.ndarray:
        drawn = sheet().body(lines=14).text(900, 1490, "Nguyễn Văn Mẫu", 40)
        if over:
            drawn.seal(1000, 1500).signature(930, 1490)
            below = sheet().text(900, 1490, "Nguyễn Văn Mẫu", 40)
            dark = np.asarray(below.image.convert("L")) < 100
            pixels = np.asarray(drawn.image).copy()
            pixels[dark] = (20, 20, 24)  # ink of a seal does not lighten print
            drawn.image = Image.fromarray(pixels)
        return array(clean(page(drawn)).page)[1480:1550, 890:1250] < 128

    alone, covered = name(False), name(True)
    kept = np.count_nonzero(alone & covered) / np.count_nonzero(alone)
    added = np.count_nonzero(covered & ~alone) / np.count_nonzero(alone)
    assert kept > 0.92
    assert added < 0.35


@pytest.mark.parametrize("width", [2, 6, 10, 14])
def test_the_ring_of_a_seal_is_found_at_its_outer_edge_however_thick(sheet: Sheets, width: int) -> None:
    drawn = sheet()
    for reach, thick in ((134, width), (100, 3)):
        drawn.pen.ellipse((780 - reach, 980 - reach, 780 + reach, 980 + reach), outline=(220, 20, 40), width=thick)
    drawn.text(700, 950, "SỞ Y TẾ", 40, (220, 20, 40))
    (ring,) = colour.seals(colour.red(np.asarray(drawn.image)), 200, 0.5)
    assert (ring.x, ring.y, ring.radius) == (
        pytest.approx(780, abs=8),
        pytest.approx(980, abs=8),
        pytest.approx(134, abs=12),
    )


def test_words_that_run_around_in_a_black_seal_are_no_lines_and_print_under_it_is(sheet: Sheets) -> None:
    drawn = sheet().body(lines=14).seal(1000, 1700, ink=(30, 30, 30))
    for turn in range(0, 360, 30):
        x, y = 1000 + 103 * np.cos(np.radians(turn)), 1700 + 103 * np.sin(np.radians(turn))
        drawn.text(x - 9, y - 17, "H", 26, (30, 30, 30))
    found = everything(clean(grey(drawn.text(980, 1730, "Nguyễn Văn Mẫu", 40))))
    near = [word.box for word in found if word.box[1] > 1540 / 2339]
    assert any(box[2] > 1200 / 1654 for box in near), "the name"
    middle = 1000 / 1654, 1700 / 2339
    boxes = [box for box in near if not (box[0] < middle[0] < box[2] or box[1] < middle[1] < box[3])]
    assert all(box[2] > 1141 / 1654 for box in boxes), "nothing but the name off the middle of the seal"


def blank(sheet: Sheet) -> str:
    return clean(page(sheet)).blank


def test_a_blank_back_is_blank_in_spite_of_holes_edges_and_show_through(sheet: Sheets) -> None:
    back = sheet(ground=(236, 232, 222))
    back.pen.rectangle((0, 0, 1653, 14), fill=(20, 20, 20))
    for y in (700, 1600):
        back.pen.ellipse((50, y, 95, y + 45), fill=(15, 15, 15))
    for number in range(20):
        back.text(300, 300 + 60 * number, "nghĩn cao táb", 36, (214, 210, 200))
    assert blank(sheet())
    assert blank(back)


def test_one_stroke_of_a_black_pen_makes_a_page_and_a_staple_does_not(sheet: Sheets) -> None:
    stapled = sheet()
    stapled.pen.line((90, 80, 140, 50), fill=(60, 60, 66), width=5)
    assert not blank(sheet().signature(600, 900, (25, 25, 30)))
    assert blank(stapled)


def test_a_note_a_seal_or_a_picture_on_the_back_makes_a_page(sheet: Sheets) -> None:
    pencil = sheet().text(500, 800, "đã nhận", 50, (110, 110, 115))
    picture = sheet()
    picture.pen.rectangle((400, 600, 1000, 1300), fill=(90, 80, 70))
    assert not blank(pencil)
    assert not blank(sheet().seal(800, 1200))
    assert not blank(sheet().signature(600, 900))
    assert not blank(picture)


def hazed(sheet: Sheet, seed: int = 5) -> Sheet:
    """With clots of toner as a copier leaves them on tinted paper: soft noise of about a millimetre, cut off."""
    rng = np.random.default_rng(seed)
    high, wide = sheet.image.height, sheet.image.width
    fine = cv2.resize(rng.random((high // 7, wide // 7), np.float32), (wide, high), interpolation=cv2.INTER_LINEAR)
    hills = cv2.resize(rng.random((9, 6), np.float32), (wide, high), interpolation=cv2.INTER_LINEAR)
    haze = np.clip(250 - 420 * np.clip(fine + 0.3 * hills - 0.95, 0, 1), 40, 250).astype(np.uint8)
    sheet.image = Image.fromarray(np.minimum(np.asarray(sheet.image), haze[..., None]))
    return sheet


def test_the_haze_of_a_copier_leaves_a_back_blank_and_hides_no_note_in_it(sheet: Sheets) -> None:
    assert [blank(hazed(sheet(), seed)) for seed in (1, 2, 3)] == ["only faint or stray marks"] * 3
    assert not blank(hazed(sheet().text(500, 800, "đã nhận", 50)))
    assert not blank(hazed(sheet().text(200, 1500, "Số điện thoại: 0912 000 000", 26)))
    assert not blank(hazed(sheet().signature(600, 900, (25, 25, 30))))
    assert not blank(hazed(sheet().body(lines=30)))


def test_a_blue_signature_that_is_lifted_off_still_makes_a_page(sheet: Sheets) -> None:
    seen = clean(page(sheet().signature(600, 900, (45, 55, 125))))
    assert seen.signature
    assert not seen.blank


def test_a_stroke_of_a_pen_that_reaches_into_the_margin_makes_a_page(sheet: Sheets) -> None:
    assert not blank(sheet().signature(25, 900, (25, 25, 30)))


def test_a_pale_pencil_word_makes_a_page(sheet: Sheets) -> None:
    assert not blank(sheet().text(500, 800, "bản sao", 50, (135, 135, 135)))


def test_quality_falls_with_blur_paleness_noise_and_coarseness(sheet: Sheets) -> None:
    from PIL import ImageFilter

    def grade(drawn: Sheet, dpi: float = 200) -> tuple[float, str]:
        seen = clean(page(drawn, dpi))
        return seen.quality, seen.weakest

    good, _ = grade(sheet().body())
    blurred = sheet().body()
    blurred.image = blurred.image.filter(ImageFilter.GaussianBlur(3))
    pale = sheet()
    for number in range(20):
        pale.text(190, 300 + 70 * number, "Giấy tiếp nhận hồ sơ và hẹn trả kết quả", 34, (185, 185, 185))
    coarse = sheet((413, 585))
    for number in range(12):
        coarse.text(30, 60 + 30 * number, "Giấy tiếp nhận hồ sơ", 18)
    assert good > 0.8
    assert grade(blurred)[0] < 0.5 * good
    assert grade(blurred)[1] == "sharpness"
    assert grade(pale)[0] < good
    assert grade(pale)[1] == "contrast"
    assert grade(coarse, 50) < (0.3, "resolution")


def test_a_sheet_on_a_desk_is_found_and_flattened(sheet: Sheets) -> None:
    drawn = sheet().body()
    desk_top = Image.new("RGB", (2000, 2700), (88, 66, 48))
    corners = np.array([[140, 90], [1840, 160], [1900, 2560], [90, 2620]], float)

    there = cv2.getPerspectiveTransform(np.float32([[0, 0], [1654, 0], [1654, 2339], [0, 2339]]), np.float32(corners))
    warped = cv2.warpPerspective(np.asarray(drawn.image), there, (2000, 2700))
    mask = cv2.warpPerspective(np.full((2339, 1654), 255, np.uint8), there, (2000, 2700))
    photo = np.where(mask[:, :, None] > 127, warped, np.asarray(desk_top))
    found = desk.sheet(photo)
    assert found is not None
    assert np.abs(found - corners).max() < 20
    cleaned = clean(raster(photo, 230, dpi_known=False))
    dark = (photo.max(axis=2) < 110) & (mask > 127)
    inside = 0
    for word in everything(cleaned):
        left, top, right, bottom = cleaned.place(word.box)
        inside += np.count_nonzero(
            dark[int(top * 2700) - 2 : int(bottom * 2700) + 3, int(left * 2000) - 2 : int(right * 2000) + 3]
        )
    assert inside > 0.9 * np.count_nonzero(dark[200:2500, 200:1800])


def test_a_plain_scan_is_never_cut(sheet: Sheets) -> None:
    shaded = np.asarray(sheet().body().image).astype(float)
    shaded *= np.linspace(1.0, 0.55, 1654)[None, :, None]
    assert desk.sheet(shaded.astype(np.uint8)) is None
    assert desk.sheet(np.asarray(sheet().body().image)) is None
    assert desk.sheet(np.asarray(sheet().image)) is None


def test_a_shaded_page_is_evened(sheet: Sheets) -> None:
    shaded = np.asarray(sheet().body().image.convert("L")).astype(float) * np.linspace(1.0, 0.5, 2339)[:, None]
    evened = even(shaded.astype(np.uint8), 200)
    assert np.percentile(evened[:300], 50) == pytest.approx(np.percentile(evened[-300:], 50), abs=6)


def test_print_of_a_card_is_brought_to_the_size_of_print(sheet: Sheets) -> None:
    card = sheet((2400, 1500))
    for number in range(6):
        card.text(150, 120 + 210 * number, "Nơi thường trú: Xã Mẫu Sơn", 120)
    cleaned = clean(page(card, 205, known=False))
    tall = [p.strip.bottom - p.strip.top for p in cleaned._pieces]
    assert max(tall) < 80, "letters of 120 pixels come down to those of a page"
    assert len(everything(cleaned)) == 6


def test_no_line_is_found_on_a_page_of_dirt() -> None:
    noise = np.full((800, 600), 255, np.uint8)
    assert lines.strips(parts(ink(noise)), np.zeros(0, bool), None, (), 200) == []


def test_bold_letters_as_large_as_a_punched_hole_stay_and_the_hole_goes(sheet: Sheets) -> None:
    drawn = sheet().body(lines=6)
    for x, letter in enumerate("NDM8"):
        for shift in range(9):
            drawn.text(600 + 90 * x + shift, 1100, letter, 66)
    drawn.pen.ellipse((60, 1100, 110, 1150), fill=(15, 15, 15))
    straight = np.frombuffer((cleaned := clean(page(drawn)).page).data, np.uint8).reshape(cleaned.height, cleaned.width)
    left, top, right, bottom = 600, 1100, 960, 1190
    were = np.asarray(drawn.image.convert("L"))[top:bottom, left:right] < 100
    assert np.count_nonzero(straight[top:bottom, left:right] < 100) > 0.9 * np.count_nonzero(were)
    assert not (straight[1105:1145, 65:105] < 100).any()


@pytest.mark.parametrize("raised", [0, 2])
def test_the_dot_below_a_vowel_outlives_the_leader_it_stands_in(sheet: Sheets, raised: int) -> None:
    words, bare = "nhận hạng quận trị tại", "nhân hang quân tri tai"
    dotted, plain = (np.asarray(sheet().text(400, 900, text, 40).image.convert("L")) < 128 for text in (words, bare))
    below = dotted & ~plain
    foot = np.flatnonzero(below.any(axis=1))
    drawn = sheet().body(lines=6, top=1100).text(200, 900, "Nơi ở:", 40).text(400, 900, words, 40)
    level = int(foot[0]) + 1 - raised
    for x in range(400, 1500, 11):
        drawn.pen.rectangle((x, level, x + 2, level + 2), fill=(25, 25, 25))
    cleaned = clean(grey(drawn)).page
    straight = np.frombuffer(cleaned.data, np.uint8).reshape(cleaned.height, cleaned.width) < 128
    kept = [straight[below & (np.arange(below.shape[1]) // 40 == part)] for part in range(below.shape[1] // 40)]
    assert all(np.count_nonzero(dot) > 0.5 * len(dot) for dot in kept if len(dot) > 6)
    assert not straight[level : level + 3, 1100:1490].any(), "the leader behind the words is gone"


def test_dots_of_a_leader_that_touch_the_feet_of_letters_go_and_serifs_and_tails_stay(sheet: Sheets) -> None:
    words = "hiện nay chưa ai ghi ý kiến"
    plain = np.asarray(sheet().text(400, 900, words, 40).image.convert("L")) < 128
    foot = int(np.flatnonzero(np.asarray(sheet().text(400, 900, "H", 40).image.convert("L")).min(axis=1) < 128)[-1])
    drawn = sheet().body(lines=6, top=1100).text(200, 900, "Nơi ở:", 40).text(400, 900, words, 40)
    for x in range(404, 1500, 11):
        drawn.pen.rectangle((x, foot, x + 2, foot + 3), fill=(25, 25, 25))
    cleaned = clean(grey(drawn)).page
    straight = np.frombuffer(cleaned.data, np.uint8).reshape(cleaned.height, cleaned.width) < 128
    under = slice(foot + 2, foot + 4), slice(400, 950)
    were = np.asarray(drawn.image.convert("L"))[under] < 128
    left, tails = straight[under] & ~plain[under], plain[under]
    assert np.count_nonzero(left) < 0.25 * np.count_nonzero(were & ~plain[under])
    assert np.count_nonzero(straight[under] & tails) > 0.8 * np.count_nonzero(tails)
