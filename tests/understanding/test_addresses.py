"""Addresses: the parts are pieces of what was printed, and the units in force stand beside them, never in their place."""

import time

import pytest

from hoso.values.addresses import Address, parse, province
from hoso.values.units import in_force


@pytest.mark.parametrize(
    ("printed", "parts"),
    [
        (
            "12/4 Lê Lợi, phường Trần Phú, thành phố Hải Dương, tỉnh Hải Dương",
            Address("12/4 Lê Lợi", "", "phường Trần Phú", "thành phố Hải Dương", "tỉnh Hải Dương"),
        ),
        (
            "Thôn Đông xã Yết Kiêu huyện Gia Lộc tỉnh Hải Dương",
            Address("", "Thôn Đông", "xã Yết Kiêu", "huyện Gia Lộc", "tỉnh Hải Dương"),
        ),
        (
            "Tổ dân phố số 3 - phường Láng Hạ - quận Đống Đa - TP. Hà Nội",
            Address("", "Tổ dân phố số 3", "phường Láng Hạ", "quận Đống Đa", "TP. Hà Nội"),
        ),
        ("70 Ngõ Mẫu, P.15, Q.Tân Bình, TP.HCM", Address("70 Ngõ Mẫu", "", "P.15", "Q.Tân Bình", "TP.HCM")),
        (
            "Phường 1, thành phố Vũng Tàu, tỉnh Bà Rịa - Vũng Tàu",
            Address("", "", "Phường 1", "thành phố Vũng Tàu", "tỉnh Bà Rịa - Vũng Tàu"),
        ),
        (
            "Xóm 5, thị trấn Yên Định, Hải Hậu, Nam Định",
            Address("", "Xóm 5", "thị trấn Yên Định", "Hải Hậu", "Nam Định"),
        ),
        ("Số 9, phường Phố Hiến, tỉnh Hưng Yên", Address("Số 9", "", "phường Phố Hiến", "", "tỉnh Hưng Yên")),
        ("123 phố Huế, Hà Nội", Address("123 phố Huế", province="Hà Nội")),
        ("khu nhà ở của cán bộ", Address(rest="khu nhà ở của cán bộ")),
    ],
)
def test_an_address_falls_into_the_parts_that_were_printed(printed: str, parts: Address) -> None:
    assert parse(printed) == parts


@pytest.mark.parametrize(
    ("printed", "state", "commune", "code"),
    [
        ("phường Phố Hiến, tỉnh Hưng Yên", "same", "Phường Phố Hiến", "33"),
        ("thị trấn Thứa, huyện Lương Tài, tỉnh Bắc Ninh", "mapped", "Xã Lương Tài", "24"),
        ("Thị trấn Yên Định, Hải Hậu, Nam Định", "mapped", "Xã Hải Hậu", "37"),
        ("xã Sơn Hạ, huyện Sơn Hà, tỉnh Quảng Ngãi", "mapped", "Xã Sơn Hạ", "51"),
        ("phường Láng Hạ, quận Đống Đa, Hà Nội", "divided", "", "01"),
        ("quận Lê Chân, Hải Phòng", "province", "", "31"),
        ("phường Không Có Thật, quận Lê Chân, Hải Phòng", "province", "", "31"),
        ("không rõ", "unknown", "", ""),
    ],
)
def test_the_units_since_july_2025_are_found_or_honestly_left_open(
    printed: str, state: str, commune: str, code: str
) -> None:
    units = in_force(parse(printed))
    assert (units.state, units.commune, units.code) == (state, commune, code)


def test_a_divided_commune_names_all_it_lies_in_now() -> None:
    assert in_force(parse("phường Láng Hạ, quận Đống Đa, Hà Nội")).among == (
        "Phường Giảng Võ",
        "Phường Láng",
        "Phường Đống Đa",
    )


def test_every_old_province_leads_to_one_that_stands() -> None:
    assert province("tỉnh Hải Dương") == ("31", "Hải Phòng", "Hải Dương")
    assert province("Thừa Thiên - Huế") == ("46", "Huế", "Thừa Thiên Huế")
    assert province("T. Hoà Bình") == ("25", "Phú Thọ", "Hòa Bình")
    assert province("Atlantis") is None


def test_reading_an_address_costs_next_to_nothing() -> None:
    in_force(parse("phường Phố Hiến, tỉnh Hưng Yên"))
    start = time.process_time()
    for number in range(200):
        in_force(parse(f"Số {number} đường Mẫu, phường Láng Hạ, quận Đống Đa, Hà Nội"))
    assert (time.process_time() - start) / 200 < 0.01
