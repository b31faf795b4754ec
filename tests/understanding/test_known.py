"""What lists of the language say of a value: borne out, unproven, or misread."""

import pytest

from hoso.values import units
from hoso.values.known import Known, torn_figures, torn_rows, weighed


def told(text: str, kind: str) -> Known:
    found = weighed(text, kind)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("kind", "right", "read"),
    [
        (
            "text",
            "Cục Cảnh sát quản lý hành chính về trật tự xã hội",
            "Cục Cảnh sát quản lý hành chính về trật tư xã hội",
        ),
        ("text", "Cấp lại giấy phép lái xe", "Cấp lai giấy phép lái xe"),
        ("text", "Thôn 5, xã Lương Tài, tỉnh Bắc Ninh", "Thôn 5, xã Lượng Tài, tỉnh Bắc Ninh"),
        ("text", "Xóm 2, xã Toàn Thắng, tỉnh Hải Dương", "Xóm 2, xã Toàn Thắng. tỉnh Hải Dương"),
        ("text", "Sát hạch lái xe hạng D", "Sát hạch lái xe hạng Đ"),
        ("agency", "ỦY BAN NHÂN DÂN PHƯỜNG LIÊN CHIỂU", "ỦY BAN NHÂN DÂN PHƯỜNG LIÊN CHIEU"),
        ("agency", "TRUNG TÂM Y TẾ PHONG ĐIỀN", "PHONG ĐIỀN"),
        ("address", "Tổ 18, thị trấn Bút Sơn, tỉnh Thanh Hóa", "Tổ 18 thị trấn Bút Sơn, tỉnh Thanh Hóa"),
        ("address", "xã Đông Minh, huyện Tiền Hải, tỉnh Thái Bình", "Minh, huyện Tiền Hải, tỉnh Thái Bình"),
        ("title", "TRƯỞNG PHÒNG TỔ CHỨC - HÀNH CHÍNH", "TRƯỞNG PHÒNG TỔ CHỨC - HÀNH CHÍN"),
        ("abstract", "Ban hành Kế hoạch cải cách hành chính năm 2025", "Ban hành Kế hoạch cải cách hành chính năm"),
        ("abstract", "Phê duyệt Đề án giai đoạn 2025 - 2029", "Phê duyệt Đề án giai đoạn 2025"),
        ("abstract", "V/v phê duyệt dự toán kinh phí", "Vự phê duyệt dự toán kinh phí"),
        ("abstract", "KIỆN TOÀN BAN CHỈ ĐẠO ĐẾN NĂM 2030", "KIỆN TOÀN BAN CHỈ ĐẠO ĐẾ NNĂM 2030"),
        ("table", "Đại lý, môi giới\nBán lẻ", "Đại lý. môi giới\nBán lẻ"),
        ("table", "do cơ sở y tế có thẩm quyền cấp", "do cơ sở tế có y thẩm quyền cấp"),
        ("text", "- Như Điều 3;\n- Lưu: VT.", "- Như Điều 3;"),
        ("table", "giấy phép lái xe theo mẫu quy định", "giấy phép lái theo mẫu định xe quy"),
        ("person", "Đặng Minh Phong", "Đặng Minh"),
        ("person", "Võ Trọng Hải", "Võ Trong Hải"),
        ("person", "Võ Bá Thịnh", "Võ Bá Thị nh"),
        ("person", "LÊ THỊ MAI", "LÊ THI MAI"),
        ("person", "Ngô Thị Hồng Vân", "Thị Hồng Vân"),
        ("place", "Quảng Ngãi", "Quảng Ngài"),
        ("ethnicity", "Kinh", "Knh"),
        ("nationality", "Việt Nam", "Việt"),
        ("alcohol", "0,00 mg/l khí thở", "00 mg/l khí thở"),
        ("business-number", "38A8431768", "388431768"),
        ("number-words", "Hai tỷ năm trăm triệu đồng chẵn", "Hai tỷ năm trăm triệu đổng chẵn"),
    ],
)
def test_a_misreading_is_told_from_what_is_usual_there(kind: str, right: str, read: str) -> None:
    good = weighed(right, kind)
    assert good is None or good.marred == 0
    assert told(read, kind).marred > 0


def test_a_word_that_no_list_has_is_unproven_and_nothing_worse() -> None:
    found = told("Xưởng gỗ Kbang Plei Ngol", "text")
    assert found.marred == 0
    assert found.borne == 0


def test_the_place_of_a_tone_mark_is_no_misreading() -> None:
    for name in ("tỉnh Khánh Hòa", "tỉnh Khánh Hoà"):
        assert told(name, "address") == Known(3, 3, 0)


def test_a_commune_of_another_province_bears_nothing_out() -> None:
    assert told("xã Đông Minh, tỉnh Thái Bình", "address").borne == 6
    assert told("xã Đông Minh, tỉnh Cà Mau", "address").borne < 6


def test_units_before_and_after_the_merger_are_named() -> None:
    found = set(units.named())
    assert ("province", "Hải Dương", "Hải Dương") in found
    assert ("commune", "Kinh Môn", "Hải Phòng") in found
    assert ("district", "Tiền Hải", "Thái Bình") in found


def test_kinds_without_words_are_not_weighed() -> None:
    assert weighed("2019-10-01", "date") is None
    assert weighed("27B8148166", "business-number") is None


@pytest.mark.parametrize("text", ["", "-", "…", ", ,", "\n"])
def test_a_text_without_words_breaks_nothing(text: str) -> None:
    for kind in ("text", "address", "person", "agency", "place", "abstract", "table", "alcohol"):
        assert told(text, kind).words >= 1


def test_a_table_tells_its_torn_rows() -> None:
    whole = [{"stt": "1", "ten": "Đơn đề nghị", "so_luong": "1"}, {"stt": "2", "ten": "Ảnh thẻ 3 x 4 cm"}]
    assert torn_rows(whole) == 0
    assert torn_rows(whole[1:]) == 1  # the first row is gone
    for name in ("đề nghị đổi", "Đơn đề nghị 1 Giấy khám", "T Đơn đề nghị", "Hồ sơ gốc 1", "Bản sao căn cước L–", ""):
        assert torn_rows([{"stt": "1", "ten": name}]) == 1, name


def test_a_handing_on_before_the_last_one_or_by_night_is_torn() -> None:
    given = [{"co_quan": "Văn thư", "thoi_gian": f"2018-10-08T{hour}"} for hour in ("09:00", "14:45")]
    assert torn_rows(given) == 0
    assert torn_rows(given[::-1]) == 1
    assert torn_rows([{"co_quan": "Văn thư", "thoi_gian": "2018-10-08T04:45"}]) == 1
    assert torn_rows([{"co_quan": "Văn thư", "thoi_gian": "10 giờ 05 hút"}]) == 1


def test_a_figure_that_is_missing_is_told_by_its_neighbours() -> None:
    assert torn_figures(["Hà", "Nội,", "ngày", "06", "tháng", "01", "năm", "2023"], "date") == 0
    assert torn_figures(["Hà", "Nội,", "ngày", "6", "tháng", "01", "năm", "2023"], "date") == 1
    assert torn_figures(["012", "345", "678"], "identity") == 0
    assert torn_figures(["092324023", "66", "0"], "identity") == 1
    assert torn_figures(["1.000.000", "đồng"], "money") == 0
