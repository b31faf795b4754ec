"""Filled forms: the value behind its label, over lines, boxes, ticks and tables."""

import pytest

from hoso.nouns import Code, Record


def field(record: Record, name: str):
    return next(f for f in record.fields if f.name == name)


def test_a_receipt_is_read_whole_and_clear(draw, understand, receipt) -> None:
    record = understand.one(draw(receipt))
    assert {f.name: f.value for f in record.fields} == {
        "ma_ho_so": "H31.12-20260609-0092637",
        "ho_ten": "Nguyễn Thị Mẫu",
        "dia_chi": "Số 12 đường Thử Nghiệm, phường Phố Hiến, tỉnh Hưng Yên, khu nhà ở của cán bộ",
        "so_dien_thoai": "0912345678",
        "noi_dung": "Đổi giấy phép lái xe hạng B",
        "thanh_phan_ho_so": None,
        "ngay_nhan": "2026-06-09",
        "ngay_hen_tra": "2026-06-16",
    }
    assert record.verdict == "clear"


def test_the_components_are_rows_with_wrapped_names(draw, understand, receipt) -> None:
    rows = field(understand.one(draw(receipt)), "thanh_phan_ho_so").rows
    assert rows == (
        {"stt": "1", "ten": "Đơn đề nghị đổi giấy phép lái xe", "loai_ban": "Bản chính", "so_luong": "1"},
        {"stt": "2", "ten": "Giấy khám sức khỏe của người lái xe do cơ sở y tế cấp", "loai_ban": "Bản chính",
         "so_luong": "1"},
        {"stt": "3", "ten": "Bản sao giấy phép lái xe", "loai_ban": "Bản sao", "so_luong": "1"},
    )  # fmt: skip


def test_components_in_a_plain_list_are_rows_too(draw, understand, receipt) -> None:
    start, end = receipt.index("     STT "), receipt.index("    2. Số lượng hồ sơ")
    listed = (
        receipt[:start] + "     - Đơn đề nghị đổi giấy phép lái xe;\n     - Bản sao giấy phép lái xe.\n" + receipt[end:]
    )
    rows = field(understand.one(draw(listed)), "thanh_phan_ho_so").rows
    assert [r["ten"] for r in rows] == ["Đơn đề nghị đổi giấy phép lái xe", "Bản sao giấy phép lái xe"]


def test_a_health_certificate_is_read_whole_and_clear(draw, understand, health) -> None:
    record = understand.one(draw(health[0]), draw(health[1], index=2, position=2))
    assert {f.name: f.value for f in record.fields} == {
        "so": "00042/GKSKLX/33007/26",
        "ho_ten": "NGUYỄN THỊ MẪU",
        "gioi_tinh": "Nữ",
        "ngay_sinh": "1990-11-20",
        "so_cccd": "033190000001",
        "ngay_cap": "2022-03-05",
        "noi_cap": "Cục Cảnh sát quản lý hành chính về trật tự xã hội",
        "dia_chi": "Phường Phố Hiến, tỉnh Hưng Yên",
        "hang_gplx": "B",
        "nong_do_con": "0,00 mg/l khí thở",
        "ma_tuy": "Âm tính",
        "ket_luan": "Đủ điều kiện sức khỏe lái xe hạng B",
        "bac_si": "Lê Văn Thử",
        "ngay_ket_luan": "2026-06-02",
        "co_so_kham": "TRUNG TÂM Y TẾ KHOÁI CHÂU",
    }
    assert record.verdict == "clear"
    assert field(record, "bac_si").place.position == 2


@pytest.mark.parametrize(
    ("printed", "sex"),
    [
        ("Nam ☐   Nữ ☒", "Nữ"),
        ("Nam ☒   Nữ ☐", "Nam"),
        ("☒ Nam   ☐ Nữ", "Nam"),
        ("Nam [x]   Nữ []", "Nam"),
        ("Nữ", "Nữ"),
        ("Nam   Nữ", None),
        ("Nam ☒   Nữ ☒", None),
        ("Nam ☐   Nữ ☐", None),
        ("Nam ☐", None),
    ],
)
def test_sex_is_what_is_ticked_and_never_a_guess(draw, understand, health, printed: str, sex: str | None) -> None:
    record = understand.one(draw(health[0].replace("Nam ☐   Nữ ☒", printed)), draw(health[1], index=2))
    found = field(record, "gioi_tinh")
    assert found.value == sex
    assert ("field.unreadable" in found.failed) == (sex is None)


def test_one_positive_test_makes_the_drug_test_positive(draw, understand, health) -> None:
    back = health[1].replace("Amphetamin: Âm tính", "Amphetamin: Dương tính")
    assert field(understand.one(draw(health[0]), draw(back, index=2)), "ma_tuy").value == "Dương tính"


def test_an_empty_slot_takes_nothing_from_the_next_label(draw, understand, receipt) -> None:
    empty = receipt.replace("0912 345 678 ", "             ").replace("Nguyễn Thị Mẫu", "..............")
    record = understand.one(draw(empty))
    assert field(record, "so_dien_thoai").value is None
    assert field(record, "ho_ten").value is None
    assert record.verdict == "needs-person"


@pytest.mark.parametrize("name", ["Trần Thúy Ánh", "Hoàng Thị Trang", "Nguyễn Thúy Liên", "Lê Quốc Tịch"])
def test_a_name_that_sounds_like_a_label_stays_whole(draw, understand, receipt, name: str) -> None:
    assert field(understand.one(draw(receipt.replace("Nguyễn Thị Mẫu", name))), "ho_ten").value == name


def test_leaders_between_the_words_are_no_part_of_the_value(draw, understand, health) -> None:
    dotted = health[0].replace("NGUYỄN THỊ MẪU", "NGUYỄN.THỊ.MẪU.......")
    found = field(understand.one(draw(dotted), draw(health[1], index=2)), "ho_ten")
    assert found.value == "NGUYỄN THỊ MẪU"
    assert found.raw.startswith("NGUYỄN.THỊ.MẪU")


def test_labels_in_a_column_of_cells_have_their_values_beside_them(draw, understand, receipt) -> None:
    start, end = receipt.index("    Tiếp nhận hồ sơ của:"), receipt.index("    1. Thành phần")
    cells = """    Tiếp nhận hồ sơ của          Hoàng Thị Mẫu
    Địa chỉ                      Số 12 đường Thử, phường Phố Hiến, tỉnh Hưng Yên, khu
                                 nhà ở của cán bộ
    Số điện thoại                0912345678
    Nội dung yêu cầu giải        Đổi giấy phép lái xe cho người có nhu cầu ở nơi cư trú
    quyết                        mới, hạng B
"""
    record = understand.one(draw(receipt[:start] + cells + receipt[end:]))
    assert field(record, "ho_ten").value == "Hoàng Thị Mẫu"
    assert field(record, "dia_chi").value == "Số 12 đường Thử, phường Phố Hiến, tỉnh Hưng Yên, khu nhà ở của cán bộ"
    assert field(record, "noi_dung").value == "Đổi giấy phép lái xe cho người có nhu cầu ở nơi cư trú mới, hạng B"


def test_a_printed_code_is_a_witness_for_the_dossier_code(draw, understand, receipt) -> None:
    box = (0.1, 0.1, 0.3, 0.15)
    lost = receipt.replace("H31.12-20260609-0092637", "H31.12-2026O6O9-OO92637")
    record = understand.one(draw(lost, codes=(Code("qr", "H31.12-20260609-0092637", box),)))
    assert field(record, "ma_ho_so").value == "H31.12-20260609-0092637"
    assert field(record, "ma_ho_so").source == "qr"


def test_a_code_that_says_something_else_is_told_and_not_believed(draw, understand, receipt) -> None:
    other = Code("qr", "H31.12-20260609-0099999", (0.1, 0.1, 0.3, 0.15))
    record = understand.one(draw(receipt, codes=(other,)))
    assert field(record, "ma_ho_so").value == "H31.12-20260609-0092637"
    assert [p.code for p in record.problems] == ["dossier.value-differs"]
    assert record.verdict == "needs-person"


def test_a_wrong_shape_is_told_and_kept(draw, understand, health) -> None:
    record = understand.one(draw(health[0].replace("00042/GKSKLX", "42/GKSKLX")), draw(health[1], index=2))
    assert field(record, "so").value == "42/GKSKLX/33007/26"
    assert any(p.code == "value.grammar" and p.field == "so" for p in record.problems)


def test_a_numbered_label_is_known_without_its_dot_and_colon(draw, understand, receipt) -> None:
    damaged = receipt.replace(
        "4. Thời gian trả kết quả giải quyết hồ sơ: ngày", "4 Thời gian trả kết quả giải quyết hồ sơ- ngày"
    )
    assert field(understand.one(draw(damaged)), "ngay_hen_tra").value == "2026-06-16"


def test_a_conclusion_is_not_read_from_under_a_damaged_signature_line(draw, understand, health) -> None:
    back = health[1].replace("NGƯỜI KẾT LUẬN", "NI KẾT LUẬN")
    found = field(understand.one(draw(health[0]), draw(back, index=2)), "ket_luan")
    assert found.value == "Đủ điều kiện sức khỏe lái xe hạng B"
