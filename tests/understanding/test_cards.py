"""Citizen cards and driving licences: labels beside and beneath, worn labels, front and back joined, checks by law."""

import pytest

from hoso.nouns import Code, Record
from hoso.stages.judges import JUDGES
from hoso.values import citizen, licences

CHIP_FRONT = """
        CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
         SOCIALIST REPUBLIC OF VIET NAM
           Độc lập - Tự do - Hạnh phúc
          Independence - Freedom - Happiness
              CĂN CƯỚC CÔNG DÂN
             Citizen Identity Card
                Số / No.: 033190000001
                Họ và tên / Full name:
                NGUYỄN THỊ MẪU
                Ngày sinh / Date of birth: 20/11/1990
                Giới tính / Sex: Nữ    Quốc tịch / Nationality: Việt Nam
                Quê quán / Place of origin:
                Minh Tân, Phù Cừ, Hưng Yên
Có giá trị đến:       Nơi thường trú / Place of residence: Xóm 3,
20/11/2030            Thị trấn Trần Cao, Phù Cừ, Hưng Yên
"""
CHIP_BACK = """
    Đặc điểm nhân dạng / Personal identification:
    Nốt ruồi cách 2 cm dưới trước đuôi mắt trái
    Ngày, tháng, năm / Date, month, year: 05/03/2022
           CỤC TRƯỞNG CỤC CẢNH SÁT
    QUẢN LÝ HÀNH CHÍNH VỀ TRẬT TỰ XÃ HỘI
     Ngón trỏ trái           Lê Văn Thử
    Left index finger
"""
LAW_FRONT = """
        CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
           Độc lập - Tự do - Hạnh phúc
                    CĂN CƯỚC
                 IDENTITY CARD
            Số định danh cá nhân / Personal identification number:
            033190000001
            Họ, chữ đệm và tên khai sinh / Full name:
            NGUYỄN THỊ MẪU
            Ngày, tháng, năm sinh / Date of birth:      Giới tính / Sex:
            20/11/1990                                  Nữ
            Quốc tịch / Nationality:
            Việt Nam
"""
LAW_BACK = """
    Nơi cư trú / Place of residence:
    Xóm 3, Thị trấn Trần Cao, Phù Cừ,
    Hưng Yên
    Nơi đăng ký khai sinh / Place of birth:
    Minh Tân, Phù Cừ, Hưng Yên
    Ngày, tháng, năm cấp / Date of issue:      05/08/2024
    Ngày, tháng, năm hết hạn / Date of expiry:     20/11/2030
               BỘ CÔNG AN
       MINISTRY OF PUBLIC SECURITY
"""
BAR_FRONT = """
             CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
                Độc lập - Tự do - Hạnh phúc
                   CĂN CƯỚC CÔNG DÂN
               Số: 033190000001
               Họ và tên:
               NGUYỄN THỊ MẪU
               Ngày, tháng, năm sinh: 20/11/1990
               Giới tính: Nữ      Quốc tịch: Việt Nam
               Quê quán: Minh Tân, Phù Cừ, Hưng Yên
 Có giá trị đến:     Nơi thường trú: Xóm 3, Thị trấn Trần Cao,
 20/11/2030          Phù Cừ, Hưng Yên
"""
BAR_BACK = """
    Ngón trỏ trái        Đặc điểm nhân dạng:
                         Nốt ruồi ở trước cánh mũi

                              Ngày 21 tháng 03 năm 2016
    Ngón trỏ phải          CỤC TRƯỞNG CỤC CẢNH SÁT
                          ĐKQL CƯ TRÚ VÀ DLQG VỀ DÂN CƯ
                                 Lê Văn Thử
"""
LICENCE = """
   BỘ GTVT                CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
     MOT                      Độc lập - Tự do - Hạnh phúc
          GIẤY PHÉP LÁI XE/DRIVER'S LICENSE
                 Số/No: 330123456789
                 Họ tên/Full name: NGUYỄN THỊ MẪU
                 Ngày sinh/Date of Birth: 20/11/1990
                 Quốc tịch/Nationality: VIỆT NAM
                 Nơi cư trú/Address: X. Minh Tân, H. Phù Cừ,
                 T. Hưng Yên
                   Hưng Yên, ngày/date 05 tháng/month 03 năm/year 2020
       Hạng/Class: B2            TUQ. GIÁM ĐỐC
Có giá trị đến/Expires: 05/03/2030      Lê Văn Thử
"""
LICENCE_BACK = """
   CÁC LOẠI XE CƠ GIỚI ĐƯỜNG BỘ ĐƯỢC ĐIỀU KHIỂN
      CLASSIFICATION OF MOTOR VEHICLES
   Hạng/Class     Loại xe/Vehicle                          Ngày trúng tuyển
                                                            Beginning date
   B2    Ô tô chở người đến 9 chỗ ngồi                   01/02/2020
"""
FIRST, SECOND, THIRD, FOURTH = "a" * 64, "b" * 64, "c" * 64, "d" * 64
PERSON = {
    "so_cccd": "033190000001", "ho_ten": "NGUYỄN THỊ MẪU", "ngay_sinh": "1990-11-20", "gioi_tinh": "Nữ",
    "ngay_het_han": "2030-11-20",
}  # fmt: skip
QR = Code(
    "qr", "033190000001||Nguyễn Thị Mẫu|20111990|Nữ|Xóm 3, Thị trấn Trần Cao, Phù Cừ, Hưng Yên|05032022",
    (0.7, 0.1, 0.8, 0.2),
)  # fmt: skip


def said(record: Record) -> dict[str, str | None]:
    return {field.name: field.value for field in record.fields}


def pages(draw, *texts: str):
    return [
        draw(text, scan=scan, position=number)
        for number, (text, scan) in enumerate(zip(texts, (FIRST, SECOND, THIRD, FOURTH), strict=False), 1)
    ]


def test_a_chip_card_is_read_whole(understand, draw) -> None:
    record = understand.one(*pages(draw, CHIP_FRONT, CHIP_BACK))
    assert (record.document.type, record.document.form) == ("cccd", "cccd@2016-01-01")
    assert said(record) == PERSON | {
        "que_quan": "Minh Tân, Phù Cừ, Hưng Yên", "dia_chi": "Xóm 3, Thị trấn Trần Cao, Phù Cừ, Hưng Yên",
        "ngay_cap": "2022-03-05",
    }  # fmt: skip
    assert not [p for p in record.problems if not p.code.startswith("field.")]


def test_values_that_stand_beneath_labels_sharing_a_line_are_parted(understand, draw) -> None:
    record = understand.one(*pages(draw, LAW_FRONT, LAW_BACK))
    assert record.document.form == "cccd@2024-07-01"
    assert said(record) == PERSON | {
        "que_quan": None, "dia_chi": "Xóm 3, Thị trấn Trần Cao, Phù Cừ, Hưng Yên", "ngay_cap": "2024-08-05",
        "noi_dang_ky_khai_sinh": "Minh Tân, Phù Cừ, Hưng Yên",
    }  # fmt: skip


def test_a_card_of_the_bar_code_years_has_its_date_in_words(understand, draw) -> None:
    record = understand.one(*pages(draw, BAR_FRONT, BAR_BACK))
    assert said(record) == PERSON | {
        "que_quan": "Minh Tân, Phù Cừ, Hưng Yên", "dia_chi": "Xóm 3, Thị trấn Trần Cao, Phù Cừ, Hưng Yên",
        "ngay_cap": "2016-03-21",
    }  # fmt: skip


def test_a_driving_licence_is_read_whole(understand, draw) -> None:
    record = understand.one(*pages(draw, LICENCE, LICENCE_BACK))
    assert record.document.form == "giay_phep_lai_xe@2012-07-01"
    assert said(record) == {
        "so": "330123456789", "ho_ten": "NGUYỄN THỊ MẪU", "ngay_sinh": "1990-11-20", "hang": "B2",
        "dia_chi": "X. Minh Tân, H. Phù Cừ, T. Hưng Yên", "noi_cap": "Hưng Yên", "ngay_cap": "2020-03-05",
        "ngay_het_han": "2030-03-05", "ngay_trung_tuyen": "2020-02-01",
    }  # fmt: skip


def test_a_card_without_an_end_says_so(understand, draw) -> None:
    front = LICENCE.replace("B2  ", "A1  ").replace("05/03/2030", "Không thời hạn")
    record = understand.one(*pages(draw, front))
    assert record.value("ngay_het_han") == citizen.ENDLESS
    assert "value.order" not in {p.code for p in record.problems}


def test_both_sides_on_one_page_are_one_paper(understand, draw) -> None:
    record = understand.one(draw(LAW_FRONT + "\n\n\n" + LAW_BACK))
    assert {name: record.value(name) for name in PERSON} == PERSON
    assert record.value("ngay_cap") == "2024-08-05"


def test_sides_beside_one_another_do_not_mix(understand, draw) -> None:
    left, right = LICENCE.strip("\n").split("\n"), LICENCE_BACK.strip("\n").split("\n")
    wide = max(map(len, left)) + 6
    rows = [f"{one:<{wide}}{two}" for one, two in zip(left, [*right, *[""] * (len(left) - len(right))], strict=True)]
    record = understand.one(draw("\n".join(rows)))
    assert {name: record.value(name) for name in ("so", "ho_ten", "hang", "dia_chi", "ngay_het_han")} == {
        "so": "330123456789", "ho_ten": "NGUYỄN THỊ MẪU", "hang": "B2", "dia_chi": "X. Minh Tân, H. Phù Cừ, T. Hưng Yên",
        "ngay_het_han": "2030-03-05",
    }  # fmt: skip


def test_a_back_that_lies_before_its_front_goes_behind_it(understand, draw) -> None:
    record = understand.one(*pages(draw, LAW_BACK, LAW_FRONT))
    assert [ref.scan for ref in record.document.pages] == [SECOND, FIRST]
    assert "hai mặt của một thẻ" in record.document.reason


def test_backs_that_bear_numbers_find_their_fronts_however_they_lie(understand, draw) -> None:
    other = "036185004421"
    mine = Code("qr", QR.text, QR.box)
    theirs = Code("qr", QR.text.replace("033190000001", other), QR.box)
    four = [
        draw(LAW_FRONT, scan=FIRST, position=1),
        draw(LAW_FRONT.replace("033190000001", other), scan=SECOND, position=2),
        draw(LAW_BACK, scan=THIRD, position=3, codes=(theirs,)),
        draw(LAW_BACK, scan=FOURTH, position=4, codes=(mine,)),
    ]
    records = understand(*four)
    assert [[ref.scan for ref in r.document.pages] for r in records] == [[FIRST, FOURTH], [SECOND, THIRD]]


def test_nobody_guesses_whose_back_it_is(understand, draw) -> None:
    records = understand(*pages(draw, LICENCE, LICENCE.replace("330123456789", "340123456780"), LICENCE_BACK))
    assert [len(r.document.pages) for r in records] == [1, 1, 1]


def test_a_back_with_another_number_is_not_joined(understand, draw) -> None:
    theirs = Code("qr", QR.text.replace("033190000001", "036185004421"), QR.box)
    records = understand(
        draw(LAW_FRONT, scan=FIRST, position=1), draw(LAW_BACK, scan=SECOND, position=2, codes=(theirs,))
    )
    assert len(records) == 2


def test_a_worn_label_gives_its_value_still(understand, draw) -> None:
    worn = LICENCE.replace("Nơi cư trú/Address:", "No cu tu/Adres")
    assert understand.one(*pages(draw, worn)).value("dia_chi") == "X. Minh Tân, H. Phù Cừ, T. Hưng Yên"


@pytest.mark.parametrize(
    ("lost", "name"),
    [
        ("Họ tên/Full name:", "ho_ten"), ("Số/No:", "so"), ("Hạng/Class:", "hang"),
        ("Ngày sinh/Date of Birth:", "ngay_sinh"),
        ("Có giá trị đến/Expires:", "ngay_het_han"),
    ],
)  # fmt: skip
def test_a_value_is_told_by_its_grammar_where_its_label_is_lost(understand, draw, lost: str, name: str) -> None:
    whole, bare = (understand.one(*pages(draw, text)) for text in (LICENCE, LICENCE.replace(lost, " " * len(lost))))
    assert bare.value(name) == whole.value(name) is not None


def test_a_card_told_by_its_codes_alone_is_a_card(understand, draw) -> None:
    record = understand.one(draw("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\n\n  C N C C C NG D N", codes=(QR,)))
    assert record.document.type == "cccd"
    assert record.value("so_cccd") == "033190000001"
    assert {f.source for f in record.fields if f.value} == {"qr"}


def test_print_and_code_that_differ_are_told_with_both_places(understand, draw) -> None:
    page = draw(CHIP_FRONT.replace("033190000001", "033190000777"), codes=(QR,))
    record = understand.one(page)
    (problem,) = [p for p in record.problems if p.code == "dossier.value-differs"]
    assert (problem.field, problem.severity, len(problem.places), record.verdict) == (
        "so_cccd",
        "error",
        2,
        "needs-person",
    )
    assert record.value("so_cccd") == "033190000777"


def test_papers_that_name_cards_are_no_cards(understand, draw, decision, receipt) -> None:
    named = receipt.replace("Đổi giấy phép lái xe hạng B", "Cấp đổi thẻ CĂN CƯỚC CÔNG DÂN")
    assert [r.document.type for r in understand(draw(named))] == ["giay_tiep_nhan"]
    request = """
                CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
                    Độc lập - Tự do - Hạnh phúc

                     ĐƠN ĐỀ NGHỊ ĐỔI (CẤP LẠI)
                        GIẤY PHÉP LÁI XE
          Kính gửi: Sở Giao thông vận tải tỉnh Hưng Yên
    Tôi là: Nguyễn Thị Mẫu
    Hiện đã có giấy phép lái xe hạng: B2 số: 330123456789
    """
    assert "giay_phep_lai_xe" not in {r.document.type for r in understand(draw(request))}


def test_classes_are_held_against_the_list_of_their_day() -> None:
    judge = JUDGES["class-of-date"]
    assert judge(["B2", "2024-12-31"], "") is None
    assert judge(["B2", "2025-01-01"], "") is not None
    assert judge(["C1", "2025-01-01"], "") is None
    assert judge(["C1", "2024-12-31"], "") is not None


def test_an_end_on_no_birthday_of_the_law_is_noted() -> None:
    judge = JUDGES["expiry-age"]
    assert judge(["1990-11-20", "2022-03-05", "2030-11-20"], "") is None
    assert judge(["1990-11-20", "2022-03-05", "2032-11-20"], "") is not None


@pytest.mark.parametrize(
    ("text", "value"),
    [("330123456789", "330123456789"), ("33 0123 456 789", "330123456789"), ("3301234S6789", "330123456789"),
     ("AB 123456", "AB123456"), ("33012345678", None), ("", None)],
)  # fmt: skip
def test_licence_numbers(text: str, value: str | None) -> None:
    assert licences.parse_number(text).value == value
