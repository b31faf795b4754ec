"""A text layer stands for the ink only where it says what the page shows; letters of old fonts are decoded."""

import unicodedata
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from PIL import Image

from hoso.pdf.words import Layer, layer
from layers import LETTER, Sheet, in_tcvn3, in_vni

Sheets = Callable[..., Any]
TYPED = {"tcvn3": in_tcvn3, "vni": in_vni}


def said(made: Layer) -> str:
    """The words from the top, each line from the left."""
    assert made.words is not None, made.reason
    lines: list[list[Any]] = []
    for word in sorted(made.words, key=lambda w: w.box[3]):
        if lines and word.box[3] - lines[-1][-1].box[3] < 0.008:
            lines[-1].append(word)
        else:
            lines.append([word])
    return "\n".join(" ".join(w.text for w in sorted(line, key=lambda w: w.box[0])) for line in lines)


BODY = LETTER[1:]  # VN3 has no capitals with tones: such a line is typed in a font of capitals


def typed(kind: str, name: str) -> Sheet:
    sheet = Sheet().font("F", kind, name)
    for number, line in enumerate(BODY):
        sheet.raw("F", 50, 780 - 24 * number, TYPED[kind](line))
    return sheet


def scan(sheet: Sheets) -> bytes:
    data: bytes = sheet().body().data("JPEG", quality=80)
    return data


# ── letters of before Unicode ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("kind", "name"),
    [("tcvn3", "ABCDEF+.VnTime"), ("tcvn3", ".VnArial,Bold"), ("vni", "ABCDEF+VNI-Times"), ("vni", "VNI-Helve-Bold")],
)
def test_a_legacy_font_is_decoded_by_its_name(kind: str, name: str) -> None:
    assert said(layer(typed(kind, name).data(), 1)) == "\n".join(BODY)


@pytest.mark.parametrize("kind", ["tcvn3", "vni"])
def test_a_legacy_font_that_lost_its_name_is_decoded_by_what_makes_sense(kind: str) -> None:
    assert said(layer(typed(kind, "ABCDEF+F1").data(), 1)) == "\n".join(BODY)


def test_a_font_of_capitals_gives_capitals() -> None:
    sheet = Sheet().font("H", "tcvn3-capitals", ".VnTimeH")
    for number, line in enumerate(LETTER):
        sheet.raw("H", 30, 780 - 24 * number, in_tcvn3(line, capitals=True), size=10)
    assert said(layer(sheet.data(), 1)) == "\n".join(LETTER).upper()


def test_a_page_of_mixed_fonts_is_decoded_word_by_word() -> None:
    sheet = Sheet().font("T", "tcvn3", ".VnTime").font("V", "vni", "VNI-Times").letter(780)
    for number, line in enumerate(BODY):
        sheet.raw("T", 50, 560 - 24 * number, in_tcvn3(line)).raw("V", 50, 340 - 24 * number, in_vni(line))
    sheet.raw("T", 50, 100, in_tcvn3("Người ký: ")).text(105, 100, "Lê Văn Mẫu")
    assert said(layer(sheet.data(), 1)) == "\n".join([*LETTER, *BODY, *BODY, "Người ký: Lê Văn Mẫu"])


@pytest.mark.parametrize("private", [0, 0xF000], ids=["windows-1252", "private area"])
def test_a_layer_that_calls_legacy_bytes_unicode_is_decoded(private: int) -> None:
    def bytes_of(line: str) -> list[str]:
        return [chr(code + private * (code > 0x7F)) for code in in_tcvn3(line)]

    assert said(layer(Sheet().letter(lines=BODY, say=bytes_of).data(), 1)) == "\n".join(BODY)


@pytest.mark.parametrize(
    "fault", [{"đ": "ð", "Đ": "Ð"}, {"ư": "ƣ", "Ư": "Ƣ"}, {"ê": "e\u0302", "ệ": "e\u0323\u0302", "ờ": "o\u031b\u0300"}]
)
def test_cheap_faults_of_unicode_layers_are_mended(fault: dict[str, str]) -> None:
    made = layer(Sheet().letter(say=lambda line: [fault.get(c, c) for c in line]).data(), 1)
    assert said(made) == "\n".join(LETTER)
    assert all(unicodedata.is_normalized("NFC", word.text) for word in made.words or ())


def test_a_name_of_old_on_a_font_of_unicode_deceives_nobody() -> None:
    sheet = Sheet().letter()
    for font in sheet.page.Resources.Font.values():
        font.BaseFont = font.DescendantFonts[0].BaseFont = pikepdf.Name("/.VnTime")
    assert said(layer(sheet.data(), 1)) == "\n".join(LETTER)


# ── layers that are not what the page shows ─────────────────────────────────────────────────────────────────────────────


def test_letters_missing_or_exchanged_in_the_layer_send_the_page_to_reading() -> None:
    def without_marks(line: str) -> list[str]:
        return [c if c.isascii() else "" for c in line]

    def shifted(line: str) -> list[str]:
        return [chr(ord(c) + 1) if c.isalpha() and c.isascii() else c for c in line]

    def nameless(line: str) -> list[str]:
        return ["\ufffd" if not c.isascii() else c for c in line]

    reasons = [layer(Sheet().letter(say=say).data(), 1).reason for say in (without_marks, shifted, nameless)]
    assert reasons == ["language", "language", "letters"]


def test_hidden_words_are_somebody_elses_reading(sheet: Sheets) -> None:
    assert layer(Sheet().picture(scan(sheet)).letter(before="3 Tr").data(), 1).reason == "hidden"
    assert layer(Sheet().letter(before="3 Tr").data(), 1).reason == "hidden"


def test_words_under_a_scan_are_not_shown(sheet: Sheets) -> None:
    assert layer(Sheet().letter().picture(scan(sheet)).data(), 1).reason == "not-shown"


def test_white_words_on_white_paper_are_not_shown() -> None:
    assert layer(Sheet().letter(before="0 Tr 1 1 1 rg").data(), 1).reason == "not-shown"


def test_words_that_stand_all_on_one_spot_or_outside_are_not_shown() -> None:
    heap = Sheet()
    for line in LETTER:
        for word in line.split():
            heap.text(200, 400, word)
    outside = Sheet().letter(top=1400).text(50, 100, "Trang 1 của hồ sơ này")
    assert [layer(one.data(), 1).reason for one in (heap, outside)] == ["not-shown", "not-shown"]


def test_a_scan_under_a_printed_header_or_a_note_of_signing_is_read_by_its_ink(sheet: Sheets) -> None:
    header = ("Ký bởi: Ủy ban nhân dân tỉnh Mẫu, ngày ký 05-03-2026 08:30:00 +07:00",)
    whole = Sheet().picture(scan(sheet)).letter(top=820, lines=header)
    assert layer(whole.data(), 1).reason == "picture"
    strips = Sheet()
    with Image.open(BytesIO(scan(sheet))) as picture:
        for number in range(5):
            out = BytesIO()
            top = number * picture.height // 5
            picture.crop((0, top, picture.width, top + picture.height // 5)).save(out, "JPEG", quality=80)
            strips.picture(out.getvalue(), (0, 842 - 168.4 * (number + 1), 595, 842 - 168.4 * number))
    assert layer(strips.letter(top=820, lines=header).data(), 1).reason == "picture"
    half = Sheet().picture(scan(sheet), (50, 50, 350, 474)).letter(lines=LETTER[:4])
    assert layer(half.data(), 1).reason == "picture", "a copied page pasted into a letter holds words of its own"


def test_what_was_typed_into_a_form_is_read_by_its_ink() -> None:
    assert layer(Sheet().letter().field((50, 300, 250, 320), "Nguyễn Văn Mẫu").data(), 1).reason == "filled-in"
    assert layer(Sheet().letter().note((50, 300, 250, 320), "Đã nhận").data(), 1).reason == "filled-in"
    assert said(layer(Sheet().letter().field((50, 300, 250, 320), "").data(), 1)) == "\n".join(LETTER)
    assert said(layer(Sheet().letter().field((50, 300, 250, 320), "", "Sig").data(), 1)) == "\n".join(LETTER)


# ── layers that are ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_words_over_a_pale_ground_are_the_authors(sheet: Sheets) -> None:
    ground = sheet(ground=(244, 236, 220)).data("JPEG", quality=80)
    assert said(layer(Sheet().picture(ground).letter().data(), 1)) == "\n".join(LETTER)


def test_a_seal_beside_the_words_changes_nothing(sheet: Sheets) -> None:
    seal = sheet(size=(400, 400), ground=(255, 255, 255)).seal(200, 200).data("JPEG", quality=85)
    assert said(layer(Sheet().letter().picture(seal, (380, 400, 480, 500)).data(), 1)) == "\n".join(LETTER)


def test_a_few_hidden_words_are_left_out() -> None:
    made = layer(Sheet().letter().text(50, 300, "mật khẩu", before="3 Tr").data(), 1)
    assert said(made) == "\n".join(LETTER)


def test_print_made_bold_by_printing_twice_is_said_once() -> None:
    assert said(layer(Sheet().letter().letter(top=780.2).data(), 1)) == "\n".join(LETTER)


def test_a_foreign_letter_is_a_letter() -> None:
    lines = (
        "This is to certify that the holder of this passport has been examined by the clinic",
        "and found to be in good health; the certificate is valid for six months from the date of issue.",
    )
    assert said(layer(Sheet().letter(lines=lines).data(), 1)) == "\n".join(lines)


def test_words_stand_where_a_cropped_page_shows_them() -> None:
    sheet = Sheet().letter()
    sheet.page.CropBox = pikepdf.Array([40, 400, 595, 800])
    made = layer(sheet.data(), 1)
    assert said(made) == "\n".join(LETTER)
    left, top, right, bottom = next(word for word in made.words or () if word.text == "CỘNG").box
    assert (left, bottom) == pytest.approx((10 / 555, 20 / 400), abs=0.01)
    assert 0.03 < right - left < 0.08
    assert 0.02 < bottom - top < 0.05


def test_a_broad_page_turned_by_its_entry_reads_level() -> None:
    sheet = Sheet((842, 595)).letter(500)
    assert said(layer(sheet.data(), 1)) == "\n".join(LETTER)
    tall = Sheet().letter(500)
    tall.content = [b"q 0 1 -1 0 595 0 cm ", *tall.content, b" Q"]
    tall.page.Rotate = 90
    assert said(layer(tall.data(), 1)) == "\n".join(LETTER)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_shown_lying_or_upside_down_is_read_by_its_ink(turn: int) -> None:
    sheet = Sheet().letter()
    sheet.page.Rotate = turn
    assert layer(sheet.data(), 1).words is None


def test_a_huge_sheet_is_judged_in_little_room() -> None:
    sheet = Sheet((14_000, 14_000))
    for number, line in enumerate(LETTER):
        sheet.text(800, 13_000 - 600 * number, line, size=250)
    assert said(layer(sheet.data(), 1)) == "\n".join(LETTER)


def test_ticks_and_bullets_of_symbol_fonts_keep_their_meaning() -> None:
    signs = {"+": "\uf0fe", "=": "\uf06f", "*": "\uf0b7"}
    sheet = (
        Sheet().letter().text(50, 300, "+ Nam = Nữ * ghi chú", codes=[signs.get(c, c) for c in "+ Nam = Nữ * ghi chú"])
    )
    assert said(layer(sheet.data(), 1)).splitlines()[-1] == "☑ Nam ☐ Nữ • ghi chú"
