"""Machine-readable zones: three sizes, check digits, repairs that they prove, and a zone found among a page's lines."""

import string
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoso.imaging.ocrb import spell
from hoso.imaging.pixels import raster
from hoso.nouns import Raster
from hoso.stages.mrz import Line, find, mrz
from hoso.values.mrz import check_digit, compose, parse, repair

CARD = ("IDVNM0900000018030090000001<<7", "9001011M3001019VNM<<<<<<<<<<<8", "NGUYEN<<VAN<A<<<<<<<<<<<<<<<<<")
# The specimens that ICAO Doc 9303 prints in parts 5, 6 and 4.
TD1 = ("I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<")
TD2 = ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6")
TD3 = ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10")
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"
SHAPES = cv2.imread(str(Path(__file__).parents[2] / "ocr_models" / "ocr-b" / "letters.pgm"), cv2.IMREAD_GRAYSCALE)


def changed(lines: tuple[str, ...], row: int, at: int, letter: str) -> tuple[str, ...]:
    return (*lines[:row], lines[row][:at] + letter + lines[row][at + 1 :], *lines[row + 1 :])


@pytest.mark.parametrize(("lines", "size"), [(TD1, "TD1"), (TD2, "TD2"), (TD3, "TD3")])
def test_the_published_specimens_pass_every_check(lines: tuple[str, ...], size: str) -> None:
    zone = parse(lines)
    assert zone is not None
    assert (zone.size, zone.failed, zone.surname, zone.given) == (size, (), "ERIKSSON", "ANNA MARIA")
    assert (zone.birth, zone.sex, zone.expiry, zone.country) == ("740812", "F", "120415", "UTO")


def test_a_vietnamese_card_tells_its_twelve_digits() -> None:
    zone = parse(CARD)
    assert zone is not None
    assert (zone.personal, zone.number, zone.failed) == ("030090000001", "090000001", ())


@given(st.text(string.digits, min_size=1, max_size=30), st.data())
def test_one_wrong_digit_never_keeps_its_check_digit(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from([d for d in string.digits if d != text[at]]))
    assert check_digit(text) != check_digit(text[:at] + other + text[at + 1 :])


@pytest.mark.parametrize(
    ("row", "at", "letter"), [(0, 5, "O"), (0, 13, "I"), (1, 0, "g"), (1, 1, "O"), (2, 4, "3"), (1, 15, "V")]
)
def test_letters_in_slots_of_a_fixed_class_are_spelled_by_it(row: int, at: int, letter: str) -> None:
    read = changed(CARD, row, at, letter.upper())
    zone = repair(read)
    if letter in "3g":  # no digit stands for E, no letter that G is taken for is a 9: left alone, and refused
        assert zone is None or zone.lines != CARD
    else:
        assert zone is not None
        assert (zone.lines, zone.failed) == (CARD, ())


def test_one_confused_digit_is_repaired_where_the_checks_prove_it() -> None:
    zone = repair(changed(CARD, 0, 17, "8"))  # 3 read as 8 in the personal number
    assert zone is not None
    assert (zone.lines, zone.repaired, zone.failed) == (CARD, 1, ())


def test_a_wrong_check_digit_that_no_single_confusion_explains_stays_as_it_was_read() -> None:
    read = changed(CARD, 1, 29, "2")
    zone = repair(read)
    assert zone is not None
    assert (zone.lines, zone.failed) == (read, ("whole",))


def test_two_confusions_are_never_repaired_silently() -> None:
    read = changed(changed(CARD, 0, 17, "8"), 1, 2, "6")
    zone = repair(read)
    assert zone is not None
    assert zone.failed
    assert zone.lines == read


MISREAD = {"0": "OD8", "1": "I7", "3": "58", "9": "4", "7": "1", "8": "B3", "2": "Z"}


def test_a_likely_misreading_never_ends_in_another_zone_that_passes() -> None:
    mended = 0
    for row in (0, 1):
        for at, letter in enumerate(CARD[row]):
            for wrong in MISREAD.get(letter, ""):
                zone = repair(changed(CARD, row, at, wrong))
                assert zone is not None
                assert zone.lines == CARD or zone.failed, (row, at, wrong)
                mended += zone.lines == CARD
    assert mended > 60


def test_a_place_that_the_reader_does_not_doubt_is_not_changed() -> None:
    read = changed(CARD, 0, 17, "8")
    assert repair(read, {(0, 17)}) == repair(read)
    zone = repair(read, {(0, 3), (1, 4)})
    assert zone is not None
    assert (zone.lines, zone.failed) == (read, ("whole", "personal"))


@pytest.mark.parametrize("lines", [CARD[:2], (CARD[0][:-1], *CARD[1:]), (), ("P<",), ("?" * 30,) * 3])
def test_what_is_too_short_or_of_other_letters_is_no_zone(lines: tuple[str, ...]) -> None:
    assert parse(lines) is None
    assert repair(lines) is None


@pytest.mark.parametrize(
    "read", ["NGUYEN<<VAN<A<<<<<<<<<<<", "NGUYEN<<VAN<A«<<<<<<<<<<<<<<<<<<", "nguyen << van<A <<<"]
)
def test_runs_of_fillers_give_and_take(read: str) -> None:
    assert compose(read, 30) == CARD[2]


def lines_of(texts: tuple[str, ...], top: float = 0.6) -> list[Line]:
    return [(text, (0.3, top + 0.012 * row, 0.68, top + 0.008 + 0.012 * row)) for row, text in enumerate(texts)]


PRINT: list[Line] = [
    ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", (0.4, 0.1, 0.8, 0.12)),
    ("Số: 0123456789012345678901234", (0.3, 0.2, 0.68, 0.21)),
    ("THÀNHPHỐHÀNỘITHÀNHPHỐHÀNỘI", (0.3, 0.56, 0.68, 0.57)),
]


def test_a_zone_is_found_among_lines_whoever_read_them() -> None:
    code = mrz([*PRINT, *lines_of(CARD)])
    assert code is not None
    assert (code.kind, code.text.split("\n")) == ("mrz", list(CARD))
    assert code.box == pytest.approx((0.3, 0.6, 0.68, 0.632))
    assert mrz(lines_of(TD3)) is not None
    assert mrz(PRINT) is None


def written(
    line: str, pitch: float = 20.3, soft: float = 0.0, noise: float = 0.0, seed: int = 1
) -> np.ndarray[Any, Any]:
    """A line in the drawn prototypes, as a strip cut out of a page."""
    cells = [SHAPES[28 * LETTERS.index(c) :][:28] for c in line]
    strip = np.pad(np.hstack(cells), 14, constant_values=255)
    strip = cv2.resize(strip, None, fx=pitch / 20, fy=pitch / 20, interpolation=cv2.INTER_CUBIC)
    if soft:
        strip = cv2.GaussianBlur(strip, (0, 0), soft)
    worn = strip.astype(np.float32) + np.random.default_rng(seed).normal(0, noise, strip.shape)
    return np.clip(worn, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("pitch", [14.0, 20.3, 33.0])
def test_a_worn_line_is_spelled_cell_by_cell(pitch: float) -> None:
    for line in (*CARD, *TD1):
        spelled = spell(raster(written(line, pitch, soft=0.05 * pitch, noise=18), 200), 30)
        assert spelled is not None
        assert spelled.text == line
        assert spelled.fit > 0.85


def test_other_print_does_not_fit() -> None:
    strip = np.full((44, 640), 255, np.uint8)
    cv2.putText(strip, "Uy ban nhan dan huyen Mau", (14, 32), cv2.FONT_HERSHEY_COMPLEX, 1.05, 0, 2, cv2.LINE_AA)
    spelled = spell(raster(strip, 200), 30)
    assert spelled is not None
    assert spelled.fit < 0.75
    assert spell(Raster(300, 40, 1, b"\xff" * 12000, 200), 30) is None


def pictures(lines: tuple[str, ...]) -> list[Raster]:
    return [raster(written(line, soft=0.8, noise=8, seed=row), 200) for row, line in enumerate(lines)]


def test_what_the_engine_confuses_the_cells_tell() -> None:
    read = tuple(line.replace("0", "ó").replace("3", "5") for line in CARD)
    code = find(lines_of(read), pictures(CARD))
    assert code is not None
    assert code.text.split("\n") == list(CARD)


def test_a_smeared_letter_is_repaired_by_its_checks_or_told_as_failed() -> None:
    shown = pictures(CARD)
    pixels = written(CARD[0], soft=0.8)
    left = round((14 + 20 * 17) * 20.3 / 20)
    pixels[:, left : left + 19] = 60
    code = find(lines_of(CARD), [raster(pixels, 200), *shown[1:]])
    assert code is not None
    zone = parse(code.text.split("\n"))
    assert zone is not None
    assert zone.lines == CARD or zone.failed, "another valid zone would be a silent error"


def test_a_zone_with_a_false_check_digit_is_given_as_it_stands() -> None:
    forged = changed(CARD, 1, 29, "2")
    code = find(lines_of(forged), pictures(forged))
    assert code is not None
    zone = parse(code.text.split("\n"))
    assert zone is not None
    assert (zone.lines, zone.failed) == (forged, ("whole",))
