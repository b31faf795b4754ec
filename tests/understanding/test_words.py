"""Numbers and dates in Vietnamese words, sums, years, peoples and numbers of registers."""

from datetime import date, timedelta
from random import Random

import pytest

from hoso.values import measures, peoples, registers, words
from hoso.values.fold import fold
from hoso.values.parsed import Parsed


def numbers() -> list[int]:
    rng = Random("numbers in words")
    near = [10**k + d for k in range(15) for d in (-1, 0, 1)]
    return sorted({*range(1200), *near, *(rng.randrange(10 ** rng.randint(4, 15)) for _ in range(2000)), words.MOST})


def test_every_number_spelled_is_read_back() -> None:
    for number in numbers():
        spelled = words.number_in_words(number)
        assert words.read_number(spelled) == Parsed(str(number), 1.0), spelled


def test_a_number_that_lost_its_marks_is_read_back_and_spelled_anew() -> None:
    for number in numbers():
        spelled = words.number_in_words(number)
        assert words.read_number(fold(spelled) + " dong").value == str(number), spelled
        assert words.spelled(fold(spelled)) == spelled


def test_every_birth_date_of_a_century_is_read_back() -> None:
    day = date(1925, 1, 1)
    while day < date(2026, 12, 31):
        said = words.date_in_words(day.isoformat())
        assert words.read_date(said) == Parsed(day.isoformat(), 1.0), said
        assert words.read_date(fold(said)).value == day.isoformat(), said
        assert words.spelled(said) == said
        day += timedelta(days=3)


@pytest.mark.parametrize(
    ("number", "spelled"),
    [
        (0, "không"),
        (15, "mười lăm"),
        (21, "hai mươi mốt"),
        (105, "một trăm linh năm"),
        (1980, "một nghìn chín trăm tám mươi"),
        (2005, "hai nghìn không trăm linh năm"),
        (150_000_000, "một trăm năm mươi triệu"),
        (1_000_000_200, "một tỷ hai trăm"),
        (10**12, "một nghìn tỷ"),
    ],
)
def test_numbers_are_spelled_as_school_has_it(number: int, spelled: str) -> None:
    assert words.number_in_words(number) == spelled


@pytest.mark.parametrize("number", [-1, 10**15])
def test_a_number_out_of_reach_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="only numbers"):
        words.number_in_words(number)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("Ngày muời hal tháng ba năm một nghln chín trăm tám mươi", "1980-03-12"),
        ("(Ngày mười hai, tháng năm, năm hai nghìn không trăm lẻ năm)", "2005-05-12"),
        ("mùng một tháng giêng năm hai ngàn không trăm mười", "2010-01-01"),
        ("Ngày năm tháng năm năm hai nghìn không trăm mười lăm", "2015-05-05"),
    ],
)
def test_other_wordings_and_damage_of_a_date_are_read(text: str, iso: str) -> None:
    assert words.read_date(text).value == iso


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Hai trăm triệu đồng chẵn", "200000000"),
        ("Bằng chữ: Năm mươi triệu đồng Việt Nam", "50000000"),
        ("Một tỉ hai trăm ngàn đồng./.", "1000200000"),
        ("hai ngàn không trăm lẻ tư", "2004"),
    ],
)
def test_other_wordings_of_a_sum_are_read(text: str, number: str) -> None:
    assert words.read_number(text).value == number


@pytest.mark.parametrize(
    "text", ["Nguyễn Văn Ba", "tỷ", "trăm", "ba trăm linh", "hai triệu ba tỷ", "", "12", "một hai ba", "mười mười"]
)
def test_what_spells_no_number_is_none(text: str) -> None:
    assert words.read_number(text).value is None


def test_a_day_that_is_none_is_told() -> None:
    assert words.read_date("ngày ba mươi mốt tháng tư năm hai nghìn").fault == "value.impossible-date"
    assert words.read_date("ngày ba mươi tháng tư năm một nghìn").fault == "value.impossible-date"
    assert words.read_date("ngày ba mươi tháng tư").value is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("200.000.000 đồng", "200000000"),
        ("200,000,000 VNĐ", "200000000"),
        ("5O.000.000", "50000000"),
        ("200 triệu đồng", "200000000"),
        ("1,5 tỷ đồng", "1500000000"),
        ("150000000đ", "150000000"),
        ("Không", None),
    ],
)
def test_sums_are_plain_figures(text: str, value: str | None) -> None:
    assert measures.money(text).value == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Kinh", "Kinh"),
        ("Kính", "Kinh"),
        ("Tầy", "Tày"),
        ("Mương", "Mường"),
        ("KINH", "KINH"),
        ("Người Pháp", "Người Pháp"),
    ],
)
def test_peoples_are_of_a_list_that_lost_marks_do_not_mislead(text: str, value: str) -> None:
    assert peoples.ethnicity(text).value == value


def test_a_people_outside_the_list_is_less_sure() -> None:
    assert peoples.ethnicity("Người Pháp").quality < 0.7 < peoples.ethnicity("Ê Đê").quality
    assert peoples.nationality("Viêt nam") == Parsed("Việt Nam", 0.97)
    assert peoples.ethnicity("....").value is None


@pytest.mark.parametrize(
    ("text", "value"),
    [("125/2020", "125/2020"), ("45", "45"), ("01/2O09", "01/2009"), ("Số 45", "45"), ("12/2021/TLKS", "12/2021/TLKS")],
)
def test_numbers_of_registers_keep_their_year_and_book(text: str, value: str) -> None:
    assert registers.entry(text).value == value


def test_a_number_left_to_the_pen_is_not_made_up() -> None:
    assert registers.entry("........ /2020") == Parsed(None, 0.0, "field.handwritten")


def test_numbers_of_businesses_are_of_three_sorts() -> None:
    assert registers.business("Số: 41A8012345").value == "41A8012345"
    assert registers.business("0123456787").value == "0123456787"
    assert registers.business("0123456788").fault == "value.check-digit"
    assert registers.business("030 190 000 001").value == "030190000001"


def test_a_year_of_birth_is_four_figures_of_a_century_near() -> None:
    assert registers.year("1985").value == "1985"
    assert registers.year("12/03/1985").value == "1985"
    assert registers.year("l985") == Parsed("1985", 0.8)
    assert registers.year("3985").value is None
