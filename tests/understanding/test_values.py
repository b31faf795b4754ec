"""Values as papers print them and engines damage them: normalised, or honestly not."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoso.values import agencies, dates, identifiers, licences, measures, numbers, persons, text

DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))


@given(DAYS)
def test_every_real_day_is_read_in_words_and_in_figures(day: date) -> None:
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    for printed in (
        f"Hà Nội, ngày {day.day:02d} tháng {month} năm {day.year}",
        f"ngày {day.day:02d}tháng{month} năm {day.year}",
        f"08 giờ 30 phút, ngày {day:%d/%m/%Y}",
        f"{day:%d-%m-%Y}",
        f"{day:%d.%m.%Y}",
        " ".join(f"{day:%d%m%Y}"),
    ):
        assert dates.parse(printed).value == day.isoformat(), printed


@pytest.mark.parametrize(
    "printed", ["31/04/2026", "29/02/2025", "ngày 30 tháng 02 năm 2026", "00/05/2026", "12/13/2026"]
)
def test_a_day_that_never_was_is_no_date(printed: str) -> None:
    assert dates.parse(printed).value is None
    assert dates.parse(printed).fault == "value.impossible-date"


@pytest.mark.parametrize(
    "printed", ["ngày ... tháng 10 năm 2017", "ngày †9 tháng 8 năm 2026", "tháng 8 năm 2026", "05/03/26"]
)
def test_a_day_or_year_that_cannot_be_read_is_not_filled_in(printed: str) -> None:
    assert dates.parse(printed).value is None


def test_figures_read_as_letters_cost_quality() -> None:
    assert dates.parse("ngày O5 tháng l2 năm 2025").value == "2025-12-05"
    assert dates.parse("ngày O5 tháng l2 năm 2025").quality < dates.parse("ngày 05 tháng 12 năm 2025").quality


@given(
    st.sampled_from(sorted(identifiers.PROVINCES)),
    DAYS.filter(lambda d: d.year < 2100),
    st.booleans(),
    st.integers(0, 999999),
)
def test_a_personal_number_tells_sex_and_year_even_from_boxes(
    place: str, born: date, female: bool, serial: int
) -> None:
    century = 2 * (born.year // 100 - 19) + female
    number = f"{place}{century}{born.year % 100:02d}{serial:06d}"
    assert identifiers.personal_number(" | ".join(number)).value == number
    assert identifiers.sex_and_years(number) == ("Nữ" if female else "Nam", born.year)
    assert identifiers.year_fits(number, born.isoformat())
    assert not identifiers.year_fits(number, (born.replace(day=1) + timedelta(days=400)).isoformat())


def test_eleven_or_thirteen_figures_are_no_personal_number() -> None:
    assert identifiers.personal_number("03019000001").value is None
    assert identifiers.personal_number("0301900000012").value is None
    assert identifiers.identity("141234567").value == "141234567"


def test_a_wrong_check_digit_of_a_tax_code_is_told() -> None:
    assert identifiers.tax_code("0123456787").fault == ""
    assert identifiers.tax_code("0123456788").fault == "value.check-digit"
    assert identifiers.tax_code("0123456787-001").value == "0123456787-001"


def test_telephones_lose_their_blanks_and_country_code() -> None:
    assert identifiers.phone("0912 345 678").value == "0912345678"
    assert identifiers.phone("+84 912.345.678").value == "0912345678"
    assert identifiers.phone("Email:").value is None


@pytest.mark.parametrize(
    ("read", "value"),
    [
        ("123/QĐ-UBND", "123/QĐ-UBND"),
        ("123 / QD-UBND", "123/QĐ-UBND"),
        ("2576 /QĐÐ-BGDĐT", "2576/QĐ-BGDĐT"),
        ("17/2023/QĐ-UBND", "17/2023/QĐ-UBND"),
        ("09/KH-TTra", "09/KH-TTra"),
        ("15/UBND-VX", "15/UBND-VX"),
        ("04/TTr-SVHTTDL", "04/TTr-SVHTTDL"),
    ],
)
def test_number_and_symbol_are_read(read: str, value: str) -> None:
    assert numbers.symbol(read).value == value


@pytest.mark.parametrize("read", ["/QĐ-UBND", "... /QĐ-UBND", "{24.2 /KH-SYT", "2?2/KH-SYT", "426É /QĐ-SYT"])
def test_an_open_or_penned_number_is_never_made_up(read: str) -> None:
    assert numbers.symbol(read).value is None
    assert numbers.symbol(read).fault == "field.handwritten"


@pytest.mark.parametrize("code", ["000.00.53.H48-220921-0099", "G09.20-20260609-0092637", "H31.12-260609-00123"])
def test_the_three_shapes_of_dossier_codes_are_known(code: str) -> None:
    assert numbers.dossier_code(f" {code} ").value == code


def test_a_dossier_code_that_lost_a_group_is_doubted() -> None:
    assert numbers.dossier_code("00.44.H49-221004-0168").quality <= 0.5
    assert numbers.dossier_code("000.00.44.H49-221004-0168").quality == 1.0


def test_a_dossier_code_with_an_impossible_day_is_told() -> None:
    assert numbers.dossier_code("000.00.53.H48-221321-0099").fault == "value.impossible-date"
    assert numbers.dossier_code("hồ sơ 12").value is None


def test_a_certificate_number_is_read_through_its_damage() -> None:
    assert numbers.certificate("00001/GKSKLX/34001/20").value == "00001/GKSKLX/34001/20"
    assert numbers.certificate("O0001/GKSKL.X/34001/20").value == "00001/GKSKLX/34001/20"
    assert numbers.certificate(".../GKSKLX/34001/20").fault == "field.handwritten"


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("ThS.BS. Trần Thị Mẫu", "Trần Thị Mẫu"),
        ("Bác sĩ Lê Văn Thử", "Lê Văn Thử"),
        ("BS.CKII. Võ Ví Dụ", "Võ Ví Dụ"),
        ("Đại tá Phạm Mẫu", "Phạm Mẫu"),
        ("NGUYỄN VĂN MẪU ......", "NGUYỄN VĂN MẪU"),
        ("Đỗ Tá Ông", "Đỗ Tá Ông"),
    ],
)
def test_degrees_and_leaders_are_no_part_of_a_name(printed: str, name: str) -> None:
    assert persons.parse(printed).value == name


def test_a_name_whose_first_word_is_lost_is_worth_less() -> None:
    assert persons.parse("Văn Mẫu").quality < 0.8 < persons.parse("Trần Văn Mẫu").quality


@pytest.mark.parametrize("words", ["PHÓ GIÁM ĐỐC", "CỘNG HÒA XHCN", "Nơi nhận", "UBND tỉnh", "Chánh Văn phòng"])
def test_titles_and_seals_are_no_names(words: str) -> None:
    assert not persons.looks_like_name(words)


@pytest.mark.parametrize("name", ["Võ Văn Phong", "Lưu Thị Mẫu", "TRẦN VĂN MẪU"])
def test_names_that_look_like_offices_are_names_still(name: str) -> None:
    assert persons.looks_like_name(name)


def test_licence_classes_belong_to_their_time() -> None:
    assert licences.parse("B2", "2024-05-05").quality == 1.0
    assert licences.parse("B2", "2025-05-05").fault == "value.implausible"
    assert licences.parse("Cl", "2025-05-05").value == "C1"
    assert licences.parse("A1, B", "2025-05-05").value == "A1, B"
    assert licences.parse("hai bánh").value is None


def test_alcohol_keeps_its_unit_and_never_gets_one() -> None:
    assert measures.alcohol("0,00 mg/100ml máu").value == "0,00 mg/100ml máu"
    assert measures.alcohol("0,00 mg⁄I khí thở").value == "0,00 mg/l khí thở"
    assert measures.alcohol("0,00 mg/100m].máu").quality < 1.0
    assert measures.alcohol("0,00").fault == "value.grammar"


def test_lost_marks_come_back_only_where_the_word_is_certain() -> None:
    assert agencies.spell("UY BAN NHAN DAN TĨNH QUÁNG NINH") == "ỦY BAN NHÂN DÂN TỈNH QUẢNG NINH"
    assert agencies.spell("PHƯỜNG LIÊN CHIẾU") == "PHƯỜNG LIÊN CHIẾU"
    assert agencies.spell("Ủy ban nhân dân tinh") == "Ủy ban nhân dân tinh"


@given(st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạếềểễệ ", min_size=4, max_size=40))
def test_a_text_is_always_found_in_itself(words: str) -> None:
    label = text.squeeze(words)
    if len(text.skeleton(label)) > 3:
        assert text.find(label, ["—", *label.split(), ":"])[0].score == 1.0


def test_labels_are_found_through_lost_marks_and_lost_blanks() -> None:
    assert text.find("Họ và tên", ["Ho", "vàtên:", "NGUYỄN"])[0].end == 2
    assert text.find("Số", ["SỞ", "Y", "TẾ"])[0].end == 1  # marks aside they are alike: what follows must tell
    assert not text.find("Số", ["Sao", "Sơn"])
    assert not text.find("Ngày sinh", ["Nơi", "cư", "trú", "hiện", "tại"])


@pytest.mark.parametrize(
    ("text", "sure"),
    [("092324023066", True), ("092 324 023 066", True), ("0 9 2 3 2 4 0 2 3 0 6 6", True), ("092324023 66 0", False)],
)
def test_figures_that_were_torn_apart_are_not_sure(text: str, sure: bool) -> None:
    assert (identifiers.personal_number(text).quality > 0.9) is sure


def test_a_stroke_behind_a_class_may_be_its_figure() -> None:
    assert licences.parse("D/").quality <= 0.75 < licences.parse("D").quality
