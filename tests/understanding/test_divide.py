"""Where papers begin, what type they are, and what is no paper at all."""

import pytest

from hoso.forms import Forms
from hoso.stages import divide

MORE = """
                                          2
        Điều 3. Các đơn vị có liên quan chịu trách nhiệm thi hành.
    nội dung tiếp theo của văn bản này.
"""
APPENDIX = """
                              PHỤ LỤC
          (Kèm theo Quyết định số 123/QĐ-SYT ngày 05 tháng 3 năm 2026)
     STT      Họ và tên               Chức vụ
      1     Trần Văn Mẫu            Tổ trưởng
"""


def ids(documents):
    return [(d.type, [r.index for r in d.pages]) for d in documents]


def test_each_type_is_told_by_its_anchors(draw, forms: Forms, decision, receipt, health, letter) -> None:
    pages = [
        draw(decision, scan="1"), draw(receipt, scan="2"), draw(health[0], scan="3"),
        draw(health[1], scan="3", index=2), draw(letter, scan="4"),
    ]  # fmt: skip
    documents = divide.divide("d", pages, forms)
    assert [d.type for d in documents] == ["quyet_dinh", "giay_tiep_nhan", "giay_kham_suc_khoe_lai_xe", "cong_van"]
    assert all(d.type_confidence > 0.9 for d in documents)
    assert "QUYẾT ĐỊNH" in documents[0].reason


def test_a_following_page_continues_its_scan(draw, forms: Forms, decision) -> None:
    pages = [draw(decision), draw(MORE, index=2), draw(MORE, index=3)]
    assert ids(divide.divide("d", pages, forms)) == [("quyet_dinh", [1, 2, 3])]


def test_blank_pages_belong_to_no_paper(draw, forms: Forms, decision) -> None:
    pages = [draw(decision), draw("", index=2, kind="blank"), draw(MORE, index=3)]
    assert ids(divide.divide("d", pages, forms)) == [("quyet_dinh", [1, 3])]


def test_two_papers_in_one_scan_are_two(draw, forms: Forms, decision, letter) -> None:
    pages = [draw(decision), draw(MORE, index=2), draw(letter, index=3)]
    assert ids(divide.divide("d", pages, forms)) == [("quyet_dinh", [1, 2]), ("cong_van", [3])]


def test_the_back_scanned_as_a_file_of_its_own_continues_the_front(draw, forms: Forms, health) -> None:
    pages = [draw(health[0], scan="1"), draw(health[1], scan="2")]
    (document,) = divide.divide("d", pages, forms)
    assert document.type == "giay_kham_suc_khoe_lai_xe"
    assert [r.scan for r in document.pages] == ["1", "2"]


def test_an_appendix_in_a_file_of_its_own_continues_a_signed_paper(draw, forms: Forms, decision) -> None:
    pages = [draw(decision, scan="1"), draw(APPENDIX, scan="2")]
    assert len(divide.divide("d", pages, forms)) == 1


def test_a_loose_sheet_after_a_signed_paper_is_a_paper_of_its_own(draw, forms: Forms, decision) -> None:
    loose = "    Danh sách kèm số điện thoại liên hệ\n    của các hộ trong thôn."
    documents = divide.divide("d", [draw(decision, scan="1"), draw(loose, scan="2")], forms)
    assert [d.type for d in documents] == ["quyet_dinh", "khac"]


def test_a_file_of_several_pages_without_a_beginning_is_other_paper(draw, forms: Forms, decision) -> None:
    pages = [draw(decision, scan="1"), draw(MORE, scan="2"), draw(MORE, scan="2", index=2)]
    assert [d.type for d in divide.divide("d", pages, forms)] == ["quyet_dinh", "khac"]


def test_a_title_in_running_text_is_no_title(draw, forms: Forms, letter) -> None:
    cites = letter.replace(
        "các đơn vị triển khai.", "thực hiện Quyết định số 12/QĐ-SYT và giấy tiếp nhận hồ sơ và hẹn trả."
    )
    (document,) = divide.divide("d", [draw(cites)], forms)
    assert document.type == "cong_van"


@pytest.mark.parametrize("damaged", ["QUYÉT ĐỊNH", "QUYẾTĐỊNH", "QUYET ĐỊNH"])
def test_a_damaged_title_is_still_the_title(draw, forms: Forms, decision, damaged: str) -> None:
    (document,) = divide.divide("d", [draw(decision.replace("QUYẾT ĐỊNH", damaged, 1))], forms)
    assert document.type == "quyet_dinh"


def test_a_form_title_on_two_lines_is_known(draw, forms: Forms, receipt) -> None:
    broken = receipt.replace(
        "            GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ",
        "               GIẤY TIẾP NHẬN HỒ SƠ\n                VÀ HẸN TRẢ KẾT QUẢ",
    )
    (document,) = divide.divide("d", [draw(broken)], forms)
    assert document.type == "giay_tiep_nhan"


def test_the_form_of_the_day_of_receipt_is_chosen(draw, forms: Forms, receipt) -> None:
    named = [divide.divide("d", [draw(receipt)], forms, day)[0].form for day in ("2024-05-05", "2026-05-05")]
    assert named == ["giay_tiep_nhan@2019-01-08", "giay_tiep_nhan@2025-07-01"]


def test_a_document_keeps_its_id_when_later_pages_come(draw, forms: Forms, decision) -> None:
    short = divide.divide("d", [draw(decision)], forms)
    long = divide.divide("d", [draw(decision), draw(MORE, index=2)], forms)
    assert short[0].id == long[0].id
    assert divide.divide("e", [draw(decision)], forms)[0].id != short[0].id


def test_no_pages_make_no_papers(forms: Forms) -> None:
    assert divide.divide("d", [], forms) == ()


@pytest.mark.parametrize("mark", ["MẬT", "TỐI MẬT", "TUYỆT MẬT", "TỐI MẶT"])
def test_a_secret_stamp_is_seen(draw, letter, mark: str) -> None:
    stamped = letter.replace("              Kính gửi", f"  {mark}\n\n              Kính gửi")
    place = divide.secret_mark(draw(stamped, position=3))
    assert place is not None
    assert place.position == 3


@pytest.mark.parametrize(
    "words",
    [
        "Thực hiện bảo mật thông tin",
        "BẢO MẬT THÔNG TIN",
        "giữ bí mật đời tư",
        "VĂN PHÒNG MẬT MÃ",
        "sự mật thiết",
        "mật",
    ],
)
def test_words_that_only_sound_secret_are_no_mark(draw, letter, words: str) -> None:
    assert (
        divide.secret_mark(draw(letter.replace("              Kính gửi", f"  {words}\n\n              Kính gửi")))
        is None
    )
