"""Print, QR code and machine-readable zone of one paper: who agrees adds, who differs is told, nothing is rewritten."""

from dataclasses import replace

import pytest

from hoso.forms import FieldRule
from hoso.nouns import Code, Field, Place
from hoso.stages.witness import Statement, alternative, speaks, statements, trusted, weigh
from hoso.values import citizen
from hoso.values.mrz import check_digit, parse

INK, CORNER = (0.3, 0.2, 0.5, 0.22), (0.7, 0.05, 0.85, 0.15)
NUMBER = "033190000001"
QR = f"{NUMBER}|145000001|Nguyễn Thị Mẫu|20111990|Nữ|Xóm 3, xã Minh Tân, tỉnh Hưng Yên|05032022"
RULES = {
    "so_cccd": FieldRule("so_cccd", "Số", kind="identity", witness=("citizen-qr.number", "mrz.number")),
    "ho_ten": FieldRule("ho_ten", "Họ tên", kind="person", witness=("citizen-qr.name", "mrz.name")),
    "ngay_sinh": FieldRule("ngay_sinh", "Ngày sinh", kind="date", witness=("citizen-qr.born", "mrz.born")),
    "gioi_tinh": FieldRule("gioi_tinh", "Giới tính", kind="choice", witness=("citizen-qr.sex", "mrz.sex")),
    "dia_chi": FieldRule("dia_chi", "Địa chỉ", kind="address", witness=("citizen-qr.address",)),
    "ngay_het_han": FieldRule("ngay_het_han", "Đến", kind="expiry", witness=("mrz.expires",)),
    "so": FieldRule("so", "Số", kind="licence-number", witness=("code.contains",)),
}


def zone(
    number: str = NUMBER, born: str = "901120", sex: str = "F", ends: str = "301120", name: str = "NGUYEN<<THI<MAU"
) -> str:
    """The three lines of a citizen card with right check digits."""
    first = f"IDVNM{number[3:]}{check_digit(number[3:])}{number}<<{check_digit(number)}"
    facts = f"{born}{check_digit(born)}", f"{ends}{check_digit(ends)}"
    second = f"{facts[0]}{sex}{facts[1]}VNM".ljust(29, "<")
    second += check_digit(first[5:] + facts[0] + facts[1] + second[18:])
    return "\n".join((first, second, name.ljust(30, "<")))


def read(name: str, value: str | None, confidence: float = 0.95, raw: str | None = None) -> Field:
    shown = raw if raw is not None else value or ""
    return Field(name, value, shown, confidence, Place(1, INK), status="clear" if value else "doubtful")


def heard(draw, field: Field, *codes: Code) -> Field:
    return weigh(RULES[field.name], field, statements([draw("CĂN CƯỚC", codes=codes)]))


def qr(text: str = QR) -> Code:
    return Code("qr", text, CORNER)


def mrz(text: str | None = None) -> Code:
    return Code("mrz", text or zone(), (0.1, 0.8, 0.9, 0.95))


def test_a_code_that_says_the_same_makes_a_value_surer(draw) -> None:
    alone = read("so_cccd", NUMBER, 0.8)
    one, two = heard(draw, alone, qr()), heard(draw, alone, qr(), mrz())
    assert alone.confidence < one.confidence < two.confidence
    assert one.passed == ("witness:citizen-qr.number",)
    assert two.passed == ("witness:citizen-qr.number", "witness:mrz.number")
    assert (two.value, two.source, two.raw) == (NUMBER, "ocr", NUMBER)


def test_a_surely_read_value_that_a_code_contradicts_is_doubtful_and_stays(draw) -> None:
    field = heard(draw, read("so_cccd", "033190000007"), qr())
    assert (field.value, field.status, field.failed) == ("033190000007", "doubtful", ("dossier.value-differs",))
    assert field.said == (("citizen-qr.number", NUMBER, Place(1, CORNER)),)


def test_a_doubtful_reading_becomes_the_one_of_its_alternatives_that_a_code_proves(draw) -> None:
    field = heard(draw, read("so_cccd", "083190000001", 0.7), qr())
    assert (field.value, field.raw, field.source, field.status) == (NUMBER, "083190000001", "qr", "clear")
    assert field.passed == ("alternative:citizen-qr.number",)


def test_a_doubtful_reading_far_from_the_code_is_no_alternative(draw) -> None:
    field = heard(draw, read("so_cccd", "036185004421", 0.7), qr())
    assert field.failed == ("dossier.value-differs",)
    assert field.value == "036185004421"


def test_a_code_fills_what_print_left_unreadable(draw) -> None:
    field = heard(draw, read("ngay_sinh", None, 0.0, raw="2O/1?/1"), qr())
    assert (field.value, field.raw, field.source, field.status) == ("1990-11-20", "2O/1?/1", "qr", "clear")


def test_a_zone_confirms_a_name_and_never_spells_it(draw) -> None:
    assert heard(draw, read("ho_ten", "NGUYỄN THỊ MẪU"), mrz()).passed == ("witness:mrz.name",)
    assert heard(draw, read("ho_ten", None, 0.0), mrz()).value is None


def test_a_name_confirmed_without_its_marks_is_hardly_surer(draw) -> None:
    field = heard(draw, read("ho_ten", "NGUYỄN THỊ MÂU", 0.9), mrz())
    assert field.confidence < 0.93


def test_another_person_in_the_zone_is_told(draw) -> None:
    field = heard(draw, read("ho_ten", "LÊ VĂN THỬ"), mrz())
    assert field.failed == ("dossier.value-differs",)


def test_capitals_and_the_place_of_a_tone_mark_make_no_difference(draw) -> None:
    field = heard(draw, read("dia_chi", "Xóm 3 xã Minh Tân, tỉnh Hưng Yên"), qr())
    assert field.passed == ("witness:citizen-qr.address",)
    assert not field.failed
    assert citizen.same_words("HÒA BÌNH", "Hoà Bình")
    assert not citizen.same_words("Hòa", "Hóa")


def test_an_address_of_which_a_line_was_lost_is_completed_by_the_code(draw) -> None:
    field = heard(draw, read("dia_chi", "Xóm 3, xã Minh Tân"), qr())
    assert field.value == "Xóm 3, xã Minh Tân, tỉnh Hưng Yên"
    assert field.raw == "Xóm 3, xã Minh Tân"


def test_codes_that_contradict_each_other_are_told_whatever_print_says(draw) -> None:
    other = zone(number="033190000002")
    field = heard(draw, read("so_cccd", NUMBER), qr(), mrz(other))
    assert field.failed == ("dossier.value-differs",)
    assert {name: value for name, value, _ in field.said} == {"citizen-qr.number": NUMBER, "mrz.number": "033190000002"}


def test_a_zone_whose_check_digit_is_wrong_witnesses_nothing_and_is_told(draw) -> None:
    lines = zone().split("\n")
    broken = "\n".join((lines[0][:-1] + str((int(lines[0][-1]) + 1) % 10), *lines[1:]))
    field = heard(draw, read("so_cccd", NUMBER), mrz(broken))
    assert field.failed == ("value.check-digit",)
    assert field.status == "doubtful"
    assert field.value == NUMBER
    proven = heard(draw, read("so_cccd", NUMBER), mrz(broken), qr())
    assert proven.passed == ("witness:citizen-qr.number",)
    assert not proven.failed


def test_a_card_without_an_end_is_told_by_fillers(draw) -> None:
    field = heard(draw, read("ngay_het_han", citizen.ENDLESS), mrz(zone(ends="<<<<<<")))
    assert field.passed == ("witness:mrz.expires",)


def test_a_code_of_unknown_grammar_confirms_what_it_holds_and_denies_nothing(draw) -> None:
    text = Code("qr", "330123456789;NGUYEN THI MAU;B2", CORNER)
    assert heard(draw, read("so", "330123456789"), text).passed == ("witness:code.contains",)
    assert heard(draw, read("so", "330123456780"), text) == read("so", "330123456780")


def test_fields_that_ask_no_witness_hear_none(draw) -> None:
    plain = Field("que_quan", "Hưng Yên", "Hưng Yên", 0.9)
    assert weigh(FieldRule("que_quan", "Quê quán"), plain, statements([draw("x", codes=(qr(), mrz()))])) == plain


def test_the_sum_of_print_and_codes_never_reaches_certainty_and_never_raises_a_contradiction() -> None:
    said = Field("so_cccd", NUMBER, NUMBER, 0.9, passed=("witness:citizen-qr.number", "witness:mrz.number"))
    assert 0.999 < trusted(said, 0.9) < 1.0
    assert trusted(replace(said, failed=("dossier.value-differs",)), 0.3) == 0.3
    assert trusted(replace(said, passed=()), 0.3) == 0.3


@pytest.mark.parametrize(
    ("seen", "told", "is_one"),
    [
        ("083190000001", "033190000001", True),
        ("O33I90000001", "033190000001", True),
        ("033190000001", "033190004821", False),
        ("1990-11-20", "1990-17-20", True),
        ("NGUYÊN THỊ MẤU", "NGUYỄN THỊ MẪU", True),
        ("NGUYỄN THỊ MẪU", "NGUYỄN THỊ", False),
        ("LÊ VĂN AN", "LÊ VĂN BÌNH", False),
    ],
)
def test_alternatives_are_what_engines_confuse(seen: str, told: str, is_one: bool) -> None:
    assert alternative(seen, told) is is_one


@pytest.mark.parametrize(
    "text",
    [
        "", "033190000001", "0331900001||Mẫu|20111990|Nữ|x|05032022", QR.replace("20111990", "31021990"),
        "033190000001|1|Nguyễn Thị Mẫu|20111990|Nữ|x|05032022", "a|b|c|d|e|f|g", "000.00.16.H23-230620-0001",
    ],
)  # fmt: skip
def test_other_codes_are_no_citizen_card(text: str) -> None:
    assert citizen.parse(text) is None


def test_a_newer_code_may_say_more() -> None:
    card = citizen.parse(QR + "|Nguyễn Văn Bố||")
    assert card is not None
    assert card.more == ("Nguyễn Văn Bố", "", "")
    assert card.issued == "2022-03-05"


def test_a_zone_states_only_what_its_check_digits_prove(draw) -> None:
    whole = parse(zone().split("\n"))
    assert whole is not None
    told = citizen.zone(whole)
    assert told is not None
    assert (told.number, told.born, told.sex, told.expires) == (
        NUMBER,
        "1990-11-20",
        "Nữ",
        "2030-11-20",
    )
    lines = zone().split("\n")
    wrong = parse((lines[0], lines[1][:6] + str((int(lines[1][6]) + 1) % 10) + lines[1][7:], lines[2]))
    assert wrong is not None
    assert citizen.zone(wrong) is not None
    assert citizen.zone(wrong).born == ""
    assert citizen.zone(wrong).number == ""


def test_a_page_tells_which_codes_it_bears(draw) -> None:
    page = draw("x", codes=(mrz(),))
    assert (speaks("mrz", page), speaks("citizen-qr", page)) == (1.0, 0.0)
    assert [s.witness for s in statements([page])][:1] == ["mrz.number"]
    assert Statement("mrz.number", NUMBER, Place(1, (0.1, 0.8, 0.9, 0.95))) in statements([page])


@pytest.mark.parametrize(
    ("born", "issued", "end", "fits"),
    [
        ("1990-11-20", "2022-03-05", "2030-11-20", True),
        ("1990-11-20", "2022-03-05", "2050-11-20", False),
        ("1990-11-20", "2029-03-05", "2050-11-20", True),
        ("1960-05-01", "2021-05-01", citizen.ENDLESS, True),
        ("1963-05-01", "2021-06-01", citizen.ENDLESS, True),
        ("1990-11-20", "2022-03-05", citizen.ENDLESS, False),
        ("1992-02-29", "2022-03-05", "2032-02-29", True),
        ("2001-02-28", "2022-03-05", "2026-02-28", True),
    ],
)
def test_a_card_ends_on_the_birthdays_that_the_law_names(born: str, issued: str, end: str, fits: bool) -> None:
    assert (end in citizen.ends(born, issued)) is fits
