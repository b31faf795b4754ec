"""Papers of civil status, of household businesses, of licence exchange, and control sheets: values by parts of the form."""

import pytest

from hoso.nouns import Field, Record
from hoso.stages import terms

BIRTH = """
        UBND XÃ THỬ NGHIỆM            CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
        HUYỆN VÍ DỤ                      Độc lập - Tự do - Hạnh phúc
        TỈNH HƯNG YÊN
                                                     Số: 125/2020

                           GIẤY KHAI SINH

    Họ, chữ đệm, tên: NGUYỄN THỊ MẪU
    Ngày, tháng, năm sinh: 12/03/2020   ghi bằng chữ: Ngày mười hai tháng ba
    năm hai nghìn không trăm hai mươi
    Giới tính: Nữ        Dân tộc: Kinh         Quốc tịch: Việt Nam
    Nơi sinh: Bệnh viện Đa khoa huyện Ví Dụ, huyện Ví Dụ, tỉnh Hưng Yên, một
    nơi rất dài
    Quê quán: Xã Thử Nghiệm, huyện Ví Dụ, tỉnh Hưng Yên
    Số định danh cá nhân: 033320000123
    Họ, chữ đệm, tên người mẹ: TRẦN THỊ THỬ
    Năm sinh: 1992       Dân tộc: Tày          Quốc tịch: Lào
    Nơi cư trú: Thôn Đông, xã Thử Nghiệm, huyện Ví Dụ, tỉnh Hưng Yên
    Họ, chữ đệm, tên người cha: NGUYỄN VĂN THỬ
    Năm sinh: 1990       Dân tộc: Mường        Quốc tịch: Việt Nam
    Nơi cư trú: Thôn Đoài, xã Thử Nghiệm, huyện Ví Dụ, tỉnh Hưng Yên
    Họ, chữ đệm, tên người đi khai sinh: NGUYỄN VĂN THỬ
    Giấy tờ tùy thân: CCCD số 033090000456 do Cục CS QLHC về TTXH cấp ngày
    01/02/2019
    Nơi đăng ký khai sinh: Ủy ban nhân dân xã Thử Nghiệm, huyện Ví Dụ, tỉnh
    Hưng Yên
    Ngày, tháng, năm đăng ký: 20/03/2020

                                            NGƯỜI KÝ GIẤY KHAI SINH
                                    (Ký, ghi rõ họ tên, chức vụ và đóng dấu)
                                                 CHỦ TỊCH



                                               Lê Văn Ví Dụ
"""

OLD_BIRTH = """
    ỦY BAN NHÂN DÂN               CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
    XÃ THỬ NGHIỆM                    Độc lập - Tự do - Hạnh phúc
                                                Số: 45   Quyển số: 01/2009

                           GIẤY KHAI SINH
                            (BẢN SAO)
    Họ và tên: NGUYỄN VĂN MẪU             Giới tính: Nam
    Ngày, tháng, năm sinh: 05/11/2008
    (Bằng chữ: Ngày mồng năm tháng mười một năm hai nghìn không trăm lẻ tám)
    Nơi sinh: Trạm y tế xã Thử Nghiệm
    Dân tộc: Kinh              Quốc tịch: Việt Nam
    Họ và tên cha: NGUYỄN VĂN THỬ
    Dân tộc: Mường       Quốc tịch: Việt Nam       Năm sinh: 1980
    Nơi thường trú/tạm trú: Thôn Đoài, xã Thử Nghiệm
    Họ và tên mẹ: TRẦN THỊ THỬ
    Dân tộc: Tày         Quốc tịch: Việt Nam       Năm sinh: 1982
    Nơi thường trú/tạm trú: Thôn Đông, xã Thử Nghiệm
    Nơi đăng ký: UBND xã Thử Nghiệm
    Ngày, tháng, năm đăng ký: 15/01/2009
    Họ và tên người đi khai sinh: NGUYỄN VĂN THỬ
    Quan hệ với người được khai sinh: Cha

    NGƯỜI THỰC HIỆN                         NGƯỜI KÝ GIẤY KHAI SINH
                                                 CHỦ TỊCH


    Phạm Thị Làm                               Lê Văn Ví Dụ
"""

SINGLE = """
    UBND HUYỆN VÍ DỤ              CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
    ỦY BAN NHÂN DÂN                   Độc lập - Tự do - Hạnh phúc
    XÃ THỬ NGHIỆM
    Số: 15/UBND-XNTTHN            Thử Nghiệm, ngày 04 tháng 5 năm 2024

              GIẤY XÁC NHẬN TÌNH TRẠNG HÔN NHÂN
                  ỦY BAN NHÂN DÂN XÃ THỬ NGHIỆM
    Căn cứ Luật Hộ tịch ngày 20 tháng 11 năm 2014;
    Xét đề nghị của bà Nguyễn Thị Mẫu,
                              XÁC NHẬN:
    Họ, chữ đệm, tên: Nguyễn Thị Mẫu
    Ngày, tháng, năm sinh: 20/11/1990
    Giới tính: Nữ      Dân tộc: Kinh      Quốc tịch: Việt Nam
    Giấy tờ tùy thân: Căn cước công dân số 033190000001 do Cục Cảnh sát QLHC
    về TTXH cấp ngày 05/03/2022
    Nơi cư trú: Thôn Đông, xã Thử Nghiệm, huyện Ví Dụ, tỉnh Hưng Yên
    Trong thời gian cư trú tại xã Thử Nghiệm từ ngày 01/01/2010 đến ngày 04/05/2024
    Tình trạng hôn nhân: Chưa đăng ký kết hôn với ai
    Giấy này có giá trị sử dụng trong thời hạn 6 tháng, kể từ ngày cấp, được sử
    dụng để: làm thủ tục đăng ký kết hôn tại Ủy ban nhân dân xã Thử Nghiệm

                                           NGƯỜI KÝ GIẤY XÁC NHẬN
                                    (Ký, ghi rõ họ tên, chức vụ và đóng dấu)


                                               Lê Văn Ví Dụ
"""

BUSINESS = """
    UBND HUYỆN VÍ DỤ              CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
    PHÒNG TÀI CHÍNH - KẾ HOẠCH        Độc lập - Tự do - Hạnh phúc

                       GIẤY CHỨNG NHẬN
                   ĐĂNG KÝ HỘ KINH DOANH
                       Số: 33A8012345
           Đăng ký lần đầu, ngày 12 tháng 3 năm 2021
           Đăng ký thay đổi lần thứ: 1, ngày 05 tháng 6 năm 2022
    1. Tên hộ kinh doanh viết bằng tiếng Việt (ghi bằng chữ in hoa): HỘ KINH DOANH
    NGUYỄN THỊ MẪU
    2. Địa điểm kinh doanh: Thôn Đông, xã Thử Nghiệm, huyện Ví Dụ, tỉnh Hưng Yên
    Điện thoại: 0912345678        Fax:          Email:
    3. Ngành, nghề kinh doanh:
      STT        Tên ngành                                        Mã ngành
       1     Bán lẻ lương thực, thực phẩm trong các cửa hàng        4722
             chuyên doanh
       2     Dịch vụ ăn uống khác                                   5629
    4. Vốn kinh doanh: 200.000.000 đồng
    (Bằng chữ: Hai trăm triệu đồng)
    5. Họ và tên chủ hộ kinh doanh (ghi bằng chữ in hoa): NGUYỄN THỊ MẪU
    Giới tính: Nữ
    Sinh ngày: 20/11/1990     Dân tộc: Kinh      Quốc tịch: Việt Nam
    Loại giấy tờ chứng thực cá nhân: Căn cước công dân
    Số giấy chứng thực cá nhân: 033190000001
    Ngày cấp: 05/03/2022      Nơi cấp: Cục Cảnh sát QLHC về TTXH
    Chỗ ở hiện tại: Thôn Đông, xã Thử Nghiệm

                                               TRƯỞNG PHÒNG



                                               Lê Văn Ví Dụ
"""

EXCHANGE = """
               CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
                  Độc lập - Tự do - Hạnh phúc

         ĐƠN ĐỀ NGHỊ ĐỔI (CẤP LẠI) GIẤY PHÉP LÁI XE
             Kính gửi: Sở Giao thông vận tải Hưng Yên
    Tôi là: Nguyễn Thị Mẫu                       Quốc tịch: Việt Nam
    Ngày tháng năm sinh: 20/11/1990
    Nơi cư trú: Thôn Đông, xã Thử Nghiệm, huyện Ví Dụ, tỉnh Hưng Yên
    Số CCCD hoặc CMND: 033190000001 ngày cấp: 05/03/2022 nơi cấp: Cục Cảnh sát
    QLHC về TTXH
    Đã học lái xe tại: Trường Trung cấp Ví Dụ năm: 2012
    Hiện đã có giấy phép lái xe hạng: B2 số: 330123456789
    do: Sở Giao thông vận tải Hưng Yên cấp ngày 14/08/2012
    Đề nghị cho tôi được đổi, cấp lại giấy phép lái xe hạng: B2
    Lý do: Giấy phép lái xe sắp hết hạn
    Vi phạm hành chính trong lĩnh vực giao thông đường bộ: Không
    Xin gửi kèm theo: 01 giấy khám sức khỏe; 01 bản sao giấy phép lái xe.

                                  Hưng Yên, ngày 02 tháng 8 năm 2022
                                          NGƯỜI LÀM ĐƠN


                                          Nguyễn Thị Mẫu
"""

CONTROL = """
    UBND HUYỆN VÍ DỤ              CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
    BỘ PHẬN MỘT CỬA                   Độc lập - Tự do - Hạnh phúc

           PHIẾU KIỂM SOÁT QUÁ TRÌNH GIẢI QUYẾT HỒ SƠ
    Mã hồ sơ: 000.00.16.H31-230620-0001
    Cơ quan (bộ phận) giải quyết hồ sơ: Phòng Quản lý đô thị
    Cơ quan phối hợp giải quyết hồ sơ: Công an huyện

                              THỜI GIAN            KẾT QUẢ
     TÊN CƠ QUAN           GIAO, NHẬN HỒ SƠ        GIẢI QUYẾT         GHI CHÚ

     1. Giao:             8 giờ 30 phút,
     Bộ phận một cửa      ngày 20/6/2023           Đúng hạn           Đủ
     2. Nhận: Phòng                                                   hồ sơ
     Quản lý đô thị       Người giao  Người nhận


     1. Giao: Phòng       14 giờ 00 phút,
     Quản lý đô thị       ngày 26/6/2023           Trước hạn
     2. Nhận: Bộ phận
     một cửa              Người giao  Người nhận
"""


def values(record: Record) -> dict[str, str | None]:
    return {f.name: f.value for f in record.fields}


def field(record: Record, name: str) -> Field:
    return next(f for f in record.fields if f.name == name)


def test_a_birth_certificate_tells_mother_from_father(draw, understand) -> None:
    record = understand.one(draw(BIRTH))
    assert record.document.form == "giay_khai_sinh@2016-01-01"
    assert values(record) == {
        "so": "125/2020",
        "quyen_so": None,
        "ho_ten": "NGUYỄN THỊ MẪU",
        "gioi_tinh": "Nữ",
        "ngay_sinh": "2020-03-12",
        "ngay_sinh_bang_chu": "Ngày mười hai tháng ba năm hai nghìn không trăm hai mươi",
        "noi_sinh": "Bệnh viện Đa khoa huyện Ví Dụ, huyện Ví Dụ, tỉnh Hưng Yên, một nơi rất dài",
        "dan_toc": "Kinh",
        "quoc_tich": "Việt Nam",
        "que_quan": "Xã Thử Nghiệm, huyện Ví Dụ, tỉnh Hưng Yên",
        "so_dinh_danh": "033320000123",
        "cha_ho_ten": "NGUYỄN VĂN THỬ",
        "cha_nam_sinh": "1990",
        "cha_dan_toc": "Mường",
        "cha_quoc_tich": "Việt Nam",
        "cha_noi_cu_tru": "Thôn Đoài, xã Thử Nghiệm, huyện Ví Dụ, tỉnh Hưng Yên",
        "me_ho_ten": "TRẦN THỊ THỬ",
        "me_nam_sinh": "1992",
        "me_dan_toc": "Tày",
        "me_quoc_tich": "Lào",
        "me_noi_cu_tru": "Thôn Đông, xã Thử Nghiệm, huyện Ví Dụ, tỉnh Hưng Yên",
        "nguoi_di_khai_sinh": "NGUYỄN VĂN THỬ",
        "giay_to_tuy_than": "CCCD số 033090000456 do Cục CS QLHC về TTXH cấp ngày 01/02/2019",
        "noi_dang_ky": "Ủy ban nhân dân xã Thử Nghiệm, huyện Ví Dụ, tỉnh Hưng Yên",
        "ngay_dang_ky": "2020-03-20",
        "nguoi_ky": "Lê Văn Ví Dụ",
    }
    assert not [p for p in record.problems if p.severity != "note"]


def test_an_older_birth_certificate_has_a_book_and_the_father_first(draw, understand) -> None:
    record = understand.one(draw(OLD_BIRTH))
    found = values(record)
    assert record.document.form == "giay_khai_sinh@2006-04-01"
    assert (found["so"], found["quyen_so"]) == ("45", "01/2009")
    assert (found["cha_ho_ten"], found["cha_nam_sinh"], found["cha_dan_toc"]) == ("NGUYỄN VĂN THỬ", "1980", "Mường")
    assert (found["me_ho_ten"], found["me_nam_sinh"], found["me_dan_toc"]) == ("TRẦN THỊ THỬ", "1982", "Tày")
    assert found["ngay_sinh_bang_chu"] == "Ngày mồng năm tháng mười một năm hai nghìn không trăm lẻ tám"
    assert (found["ho_ten"], found["gioi_tinh"], found["nguoi_ky"]) == ("NGUYỄN VĂN MẪU", "Nam", "Lê Văn Ví Dụ")
    assert found["ngay_dang_ky"] == "2009-01-15"


def test_a_part_whose_heading_is_lost_takes_nothing_from_another(draw, understand) -> None:
    lost = BIRTH.replace("Họ, chữ đệm, tên người mẹ: TRẦN THỊ THỬ", "xxxxxx xxxx xxx xxxx xxx")
    found = values(understand.one(draw(lost)))
    assert found["me_dan_toc"] is None
    assert (found["dan_toc"], found["cha_dan_toc"]) == ("Kinh", "Mường")


def test_an_unreadable_entry_of_a_part_is_not_filled_from_the_next_part(draw, understand) -> None:
    gone = BIRTH.replace("Dân tộc: Kinh  ", "Dân tộc: ..... ")
    assert values(understand.one(draw(gone)))["dan_toc"] is None


def test_words_of_a_birth_date_that_say_another_day_are_found(draw, understand) -> None:
    record = understand.one(draw(BIRTH.replace("Ngày mười hai tháng ba", "Ngày mười ba tháng ba")))
    assert [p.code for p in record.problems if p.field == "ngay_sinh_bang_chu"] == ["value.implausible"]
    assert field(record, "ngay_sinh").status == "doubtful"
    assert record.verdict == "needs-person"


def test_a_birth_registered_before_it_happened_is_found(draw, understand) -> None:
    record = understand.one(draw(BIRTH.replace("đăng ký: 20/03/2020", "đăng ký: 20/02/2020")))
    assert "value.order" in [p.code for p in record.problems]


def test_a_confirmation_of_single_status_is_read_whole(draw, understand) -> None:
    record = understand.one(draw(SINGLE))
    assert record.document.type == "giay_xac_nhan_hon_nhan"
    assert values(record) == {
        "so": "15/UBND-XNTTHN",
        "ngay_cap": "2024-05-04",
        "noi_cap": "ỦY BAN NHÂN DÂN XÃ THỬ NGHIỆM",
        "ho_ten": "Nguyễn Thị Mẫu",
        "ngay_sinh": "1990-11-20",
        "gioi_tinh": "Nữ",
        "dan_toc": "Kinh",
        "quoc_tich": "Việt Nam",
        "so_cccd": "033190000001",
        "noi_cu_tru": "Thôn Đông, xã Thử Nghiệm, huyện Ví Dụ, tỉnh Hưng Yên",
        "tinh_trang_hon_nhan": "Chưa đăng ký kết hôn với ai",
        "muc_dich": "làm thủ tục đăng ký kết hôn tại Ủy ban nhân dân xã Thử Nghiệm",
        "nguoi_ky": "Lê Văn Ví Dụ",
    }


@pytest.mark.parametrize("title", ["TỜ KHAI CẤP GIẤY XÁC NHẬN TÌNH TRẠNG HÔN NHÂN", "TỜ KHAI ĐĂNG KÝ KHAI SINH"])
def test_an_application_is_not_the_paper_it_asks_for(draw, understand, title) -> None:
    asked = SINGLE.replace("GIẤY XÁC NHẬN TÌNH TRẠNG HÔN NHÂN", title)
    assert understand.one(draw(asked)).document.type == "khac"


def test_a_household_business_has_its_lines_in_a_table(draw, understand) -> None:
    record = understand.one(draw(BUSINESS))
    found = values(record)
    assert record.document.type == "gcn_ho_kinh_doanh"
    assert field(record, "nganh_nghe").rows == (
        {"stt": "1", "ten": "Bán lẻ lương thực, thực phẩm trong các cửa hàng chuyên doanh", "ma_nganh": "4722"},
        {"stt": "2", "ten": "Dịch vụ ăn uống khác", "ma_nganh": "5629"},
    )
    assert (found["so"], found["ngay_dang_ky"]) == ("33A8012345", "2021-03-12")
    assert found["ten"] == "HỘ KINH DOANH NGUYỄN THỊ MẪU"
    assert found["dia_diem"] == "Thôn Đông, xã Thử Nghiệm, huyện Ví Dụ, tỉnh Hưng Yên"
    assert (found["von"], found["von_bang_chu"]) == ("200000000", "Hai trăm triệu đồng")
    assert (found["chu_ho"], found["so_cccd"]) == ("NGUYỄN THỊ MẪU", "033190000001")
    assert found["nguoi_ky"] == "Lê Văn Ví Dụ"


def test_lines_of_business_without_a_table_are_rows_too(draw, understand) -> None:
    start, end = BUSINESS.index("      STT "), BUSINESS.index("    4. Vốn")
    listed = BUSINESS[:start] + "    - Bán lẻ lương thực (mã ngành: 4722);\n    - Dịch vụ ăn uống.\n" + BUSINESS[end:]
    rows = field(understand.one(draw(listed)), "nganh_nghe").rows
    assert [(r["ten"], r["ma_nganh"]) for r in rows] == [("Bán lẻ lương thực", "4722"), ("Dịch vụ ăn uống", "")]


def test_a_capital_whose_words_say_another_sum_is_found(draw, understand) -> None:
    record = understand.one(draw(BUSINESS.replace("Hai trăm triệu", "Ba trăm triệu")))
    assert [p.code for p in record.problems if p.field == "von_bang_chu"] == ["value.implausible"]


def test_a_request_tells_the_dates_and_numbers_of_card_and_licence_apart(draw, understand) -> None:
    record = understand.one(draw(EXCHANGE))
    assert record.document.form == "don_doi_gplx@2017-06-01"
    assert values(record) == {
        "ho_ten": "Nguyễn Thị Mẫu",
        "ngay_sinh": "1990-11-20",
        "so_cccd": "033190000001",
        "ngay_cap": "2022-03-05",
        "noi_cap": "Cục Cảnh sát QLHC về TTXH",
        "noi_thuong_tru": None,
        "noi_cu_tru": "Thôn Đông, xã Thử Nghiệm, huyện Ví Dụ, tỉnh Hưng Yên",
        "hang": "B2",
        "so_gplx": "330123456789",
        "ngay_cap_gplx": "2012-08-14",
        "hang_de_nghi": "B2",
        "ly_do": "Giấy phép lái xe sắp hết hạn",
    }


def test_a_request_to_the_police_is_of_the_later_form(draw, understand) -> None:
    police = (
        EXCHANGE.replace("ĐƠN ĐỀ NGHỊ", "ĐỀ NGHỊ")
        .replace("Sở Giao thông vận tải Hưng Yên\n    Tôi", "Phòng Cảnh sát giao thông\n    Tôi")
        .replace("Số CCCD hoặc CMND", "Số định danh cá nhân hoặc số Hộ chiếu")
    )
    record = understand.one(draw(police))
    assert record.document.form == "don_doi_gplx@2025-03-01"
    assert (values(record)["so_cccd"], values(record)["so_gplx"]) == ("033190000001", "330123456789")


def test_a_control_sheet_has_one_row_a_handover(draw, understand) -> None:
    record = understand.one(draw(CONTROL))
    assert record.document.type == "phieu_kiem_soat"
    assert values(record)["ma_ho_so"] == "000.00.16.H31-230620-0001"
    assert values(record)["co_quan"] == "Phòng Quản lý đô thị"
    rows = field(record, "qua_trinh").rows
    assert [(r["thoi_gian"], r["ket_qua"]) for r in rows] == [
        ("2023-06-20T08:30", "Đúng hạn"),
        ("2023-06-26T14:00", "Trước hạn"),
    ]
    assert rows[0]["co_quan"] == "1. Giao: Bộ phận một cửa 2. Nhận: Phòng Quản lý đô thị"
    assert rows[1]["co_quan"] == "1. Giao: Phòng Quản lý đô thị 2. Nhận: Bộ phận một cửa"
    assert rows[0]["ghi_chu"] == "Đủ hồ sơ"


@pytest.mark.parametrize(("handed_in", "codes"), [("04/11/2024", []), ("05/11/2024", ["value.order"])])
def test_a_confirmation_is_good_for_six_months_until_the_dossier_is_handed_in(
    draw, understand, receipt, handed_in, codes
) -> None:
    asked = receipt.replace("09/06/2026", handed_in).replace("16 tháng 06 năm 2026", "20 tháng 11 năm 2024")
    asked = asked.replace("H31.12-20260609-0092637", "000.00.12.H31-241104-0092")
    records = understand(draw(asked, scan="1"), draw(SINGLE, scan="2", position=2))
    assert [r.document.type for r in records] == ["giay_tiep_nhan", "giay_xac_nhan_hon_nhan"]
    assert [p.code for p in records[1].problems if p.field == "ngay_cap"] == codes


def test_a_term_of_months_ends_on_the_last_day_of_a_shorter_month() -> None:
    assert terms.last_day("2023-08-31", 6) == "2024-02-29"
    assert terms.last_day("2024-05-04", 6) == "2024-11-04"
    assert terms.last_day("2024-12-01", 1) == "2025-01-01"
