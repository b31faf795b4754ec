"""Stacks: papers found whole and in reading order however they were scanned, and nothing moved without proof."""

import random
import sys
from pathlib import Path

import pytest

sys.path.insert(
    0, str(Path(__file__).parents[2])
)  # tools/ and benchmarks/ are packages of the checkout, not of the wheel

from hoso.forms import Forms
from hoso.nouns import Code
from hoso.stages import copies, divide, naming, sections
from hoso.values.cover import code_told, payload, whole

FIRST = """
    UBND TỈNH HƯNG YÊN                CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
         SỞ Y TẾ                          Độc lập - Tự do - Hạnh phúc

    Số: {number}/QĐ-SYT                    Hưng Yên, ngày 05 tháng 3 năm 2026


                              QUYẾT ĐỊNH
          Về việc thành lập Tổ kiểm tra chất lượng {topic}


                        GIÁM ĐỐC SỞ Y TẾ

        Căn cứ Quyết định số 999/QĐ-UBND ngày 01 tháng 02 năm 2025 của Ủy ban
    nhân dân tỉnh về chức năng, nhiệm vụ của Sở Y tế;

                           QUYẾT ĐỊNH:
        Điều 1. Thành lập Tổ kiểm tra chất lượng {topic}.
        Điều 2. Tổ kiểm tra có nhiệm vụ lập danh mục {topic} rồi
"""
SECOND = """
                                          2
    gửi báo cáo về {topic} cho Giám đốc Sở trước ngày 30 hằng tháng, kèm theo
    các tài liệu có liên quan đến việc kiểm tra.
        Điều 3. Kinh phí kiểm tra {topic} lấy từ nguồn ngân sách.
        Điều 4. Các đơn vị báo cáo kết quả {topic} theo mẫu, đúng hạn và
"""
THIRD = """
                                          3
    đầy đủ về Văn phòng Sở để tổng hợp chung.
        Điều 5. Các ông, bà có tên tại Điều 1 chịu trách nhiệm thi hành về {topic}.

    Nơi nhận:                                   KT. GIÁM ĐỐC
    - Như Điều 5;                               PHÓ GIÁM ĐỐC
    - Lưu: VT.


                                               Trần Thị Mẫu
"""
APPENDIX = """
                              PHỤ LỤC
          (Kèm theo Quyết định số {number}/QĐ-SYT ngày 05 tháng 3 năm 2026)
     STT      Họ và tên               Chức vụ
      1     Trần Văn Mẫu            Tổ trưởng
      2     Lê Thị Mẫu              Tổ phó
      3     Phạm Văn Mẫu            Thành viên
"""
LOOSE = """
    Danh sách kèm số điện thoại liên hệ của các hộ trong thôn Đông.
    Nhà bà Sáu, nhà ông Bảy, nhà chị Tám ở đầu ngõ.
"""


def decision(number: int, topic: str) -> list[str]:
    return [text.format(number=number, topic=topic) for text in (FIRST, SECOND, THIRD)]


def heap(draw, *texts: str, files: bool = False) -> list:
    """Pages of one file (or of a file each) in the order scanned; "" is a blank side."""
    return [
        draw(
            text, scan=str(i) if files else "f", index=1 if files else i, position=i, kind="paper" if text else "blank"
        )
        for i, text in enumerate(texts, 1)
    ]


def found(pages: list, forms: Forms) -> list[tuple[str, list[int]]]:
    at = {p.page.ref: p.page.position for p in pages}
    return [(d.type, [at[ref] for ref in d.pages]) for d in divide.divide("d", pages, forms)]


@pytest.fixture
def two() -> tuple[list[str], list[str]]:
    return decision(123, "khám bệnh"), decision(77, "an toàn bức xạ")


def test_what_lies_in_order_stays_in_order(draw, forms: Forms, two) -> None:
    one, other = two
    pages = heap(draw, *one, *other)
    assert found(pages, forms) == [("quyet_dinh", [1, 2, 3]), ("quyet_dinh", [4, 5, 6])]
    assert all("xếp lại" not in d.reason for d in divide.divide("d", pages, forms))


def test_a_stack_scanned_face_down_is_put_in_order_and_says_why(draw, forms: Forms, two) -> None:
    one, other = two
    pages = heap(draw, *reversed([*one, *other]))
    assert found(pages, forms) == [("quyet_dinh", [3, 2, 1]), ("quyet_dinh", [6, 5, 4])]
    reason = divide.divide("d", pages, forms)[0].reason
    assert "trang cuối trước" in reason
    assert "số trang" in reason


def test_fronts_then_backs_of_the_turned_stack_are_interleaved_again(draw, forms: Forms, two) -> None:
    one, other = two
    sides = [*one, "", *other, ""]
    pages = heap(draw, *sides[::2], *reversed(sides[1::2]))
    assert found(pages, forms) == [("quyet_dinh", [1, 8, 2]), ("quyet_dinh", [3, 6, 4])]


def test_two_pages_that_changed_places_are_put_back(draw, forms: Forms, two) -> None:
    one, other = two
    pages = heap(draw, one[0], one[2], one[1], *other)
    assert found(pages, forms) == [("quyet_dinh", [1, 3, 2]), ("quyet_dinh", [4, 5, 6])]


def test_pages_in_files_of_their_own_are_put_in_order_too(draw, forms: Forms, two) -> None:
    one, _ = two
    assert found(heap(draw, one[1], one[0], one[2], files=True), forms) == [("quyet_dinh", [2, 1, 3])]


def test_shuffled_pages_find_their_paper_by_numbers_and_what_they_speak_of(draw, forms: Forms, two) -> None:
    sides = [(0, i) for i in range(3)] + [(1, i) for i in range(3)]
    random.Random(5).shuffle(sides)
    pages = heap(draw, *(two[paper][i] for paper, i in sides))
    wanted = {tuple(sides.index((paper, i)) + 1 for i in range(3)) for paper in (0, 1)}
    assert {tuple(at) for _, at in found(pages, forms)} == wanted


def test_pages_without_numbers_go_on_by_their_sentences_and_articles(draw, forms: Forms, two) -> None:
    bare = [page.replace(" 2\n", "\n", 1).replace(" 3\n", "\n", 1) if n else page for n, page in enumerate(two[0])]
    assert found(heap(draw, *reversed(bare)), forms) == [("quyet_dinh", [3, 2, 1])]


def test_nothing_moves_without_proof(draw, forms: Forms, letter: str) -> None:
    pages = heap(draw, LOOSE, letter, LOOSE.replace("Đông", "Tây"))
    papers = [at for _, at in found(pages, forms)]
    assert papers[0] == [1]
    assert all(at == sorted(at) for at in papers)


def test_no_page_moves_to_another_file_of_several_pages(draw, forms: Forms, two) -> None:
    one, other = two
    pages = [
        draw(one[0], scan="a", index=1, position=1), draw(one[2], scan="a", index=2, position=2),
        draw(other[0], scan="b", index=1, position=3), draw(one[1], scan="b", index=2, position=4),
    ]  # fmt: skip
    for _, at in found(pages, forms):
        assert len({pages[i - 1].page.ref.scan for i in at}) == 1


def test_an_appendix_goes_with_the_paper_whose_number_it_names(draw, forms: Forms, two) -> None:
    one, other = two
    pages = heap(draw, *one, *other, APPENDIX.format(number=123))
    assert found(pages, forms) == [("quyet_dinh", [1, 2, 3, 7]), ("quyet_dinh", [4, 5, 6])]


def test_an_appendix_whose_number_is_misread_stays_with_the_paper_before_it(draw, forms: Forms, two) -> None:
    pages = heap(draw, *two[0], APPENDIX.format(number="l28").replace("QĐ-SYT", "QD-SYT"))
    assert found(pages, forms) == [("quyet_dinh", [1, 2, 3, 4])]
    glued = heap(draw, *two[0], APPENDIX.format(number=123).replace("QĐ-SYT ngày", "QĐ-SYTngày"))
    assert found(glued, forms) == [("quyet_dinh", [1, 2, 3, 4])]


def test_an_appendix_of_a_paper_that_is_not_here_is_a_paper_of_its_own(draw, forms: Forms, two) -> None:
    pages = heap(draw, *two[0], APPENDIX.format(number=555))
    assert found(pages, forms) == [("quyet_dinh", [1, 2, 3]), ("khac", [4])]


def test_an_appendix_with_a_letterhead_of_its_own_is_a_paper_of_its_own(draw, forms: Forms, two, letter: str) -> None:
    own = letter.replace("V/v hướng dẫn tiêm chủng\n       mở rộng năm 2026", "PHỤ LỤC")
    assert [at for _, at in found(heap(draw, *two[0], own), forms)] == [[1, 2, 3], [4]]


def test_a_back_with_a_note_only_stays_with_its_front(draw, forms: Forms, receipt: str, letter: str) -> None:
    note = "\n\n\n       Đã đối chiếu với bản chính\n       Đã thu lệ phí: 30.000 đồng"
    pages = heap(draw, receipt, note, letter)
    assert [at for _, at in found(pages, forms)] == [[1, 2], [3]]
    turned = heap(draw, receipt, letter, "", note)
    # fronts, then the backs of the turned stack: nothing proves it, so the note stays where it lay
    assert [at for _, at in found(turned, forms)] == [[1], [2, 4]]


def test_two_papers_of_one_type_and_page_are_two(draw, forms: Forms, receipt: str) -> None:
    pages = heap(draw, receipt, receipt.replace("Nguyễn Thị Mẫu", "Lê Văn Mẫu"))
    assert [at for _, at in found(pages, forms)] == [[1], [2]]


def test_a_draft_with_empty_number_and_date_stays_a_draft(understand, draw, decision: str) -> None:
    draft = decision.replace("Số: 123/QĐ-SYT", "Số:    /QĐ-SYT").replace("ngày 05 tháng 3", "ngày    tháng   ")
    record = understand.one(draw(draft))
    assert record.document.type == "quyet_dinh"
    assert record.value("so_ky_hieu") is None
    assert record.value("ngay_ban_hanh") is None


def test_a_form_title_at_the_head_of_a_numbered_page_begins_no_paper(draw, forms: Forms, two) -> None:
    one, _ = two
    second = one[1].replace("\n    gửi báo cáo", "\n                           QUYẾT ĐỊNH\n    gửi báo cáo", 1)
    assert found(heap(draw, one[0], second, one[2]), forms) == [("quyet_dinh", [1, 2, 3])]


def test_sheet_numbers_written_in_the_corner_of_first_pages_are_no_page_numbers(
    draw, forms: Forms, letter, receipt
) -> None:
    corner = "                                                                                    {}\n"
    pages = heap(draw, corner.format(7) + letter.strip("\n"), corner.format(8) + receipt.strip("\n"))
    assert [at for _, at in found(pages, forms)] == [[1], [2]]


# --- cover sheets ---

CODE, OTHER_CODE = "000.00.16.H23-230620-0001", "H31.12-20260609-0092637"
COVER = """
                      TỜ BÌA HỒ SƠ

              {}
     Đặt tờ này lên trên hồ sơ trước khi quét.
     Thủ tục:
"""


def cover(draw, code: str, position: int, kind: str = "qr"):
    mark = Code(kind, payload(code), (0.3, 0.3, 0.7, 0.5))
    return draw(COVER.format(code), scan="f", index=position, position=position, codes=(mark,))


def at(draw, text: str, position: int, **more):
    return draw(text, scan="f", index=position, position=position, **more)


def told(pages) -> list[tuple[str, list[int]]]:
    return [(s.code, [p.page.position for p in s.pages if p.page.kind == "paper"]) for s in sections.parted(pages)]


def test_what_lies_under_a_cover_sheet_is_of_its_dossier(draw, receipt: str, letter: str) -> None:
    pages = sections.marked([
        at(draw, letter, 1), cover(draw, CODE, 2), at(draw, receipt, 3), at(draw, letter, 4),
        cover(draw, OTHER_CODE, 5, "code128"), at(draw, letter, 6),
    ])  # fmt: skip
    assert [p.page.kind for p in pages] == ["paper", "separator", "paper", "paper", "separator", "paper"]
    assert told(pages) == [("", [1]), (CODE, [3, 4]), (OTHER_CODE, [6])]


def test_in_a_stack_scanned_face_down_a_cover_sheet_stands_for_what_lies_before_it(draw, receipt, letter) -> None:
    pages = sections.marked(
        [at(draw, receipt, 1), cover(draw, CODE, 2), at(draw, letter, 3), cover(draw, OTHER_CODE, 4)]
    )
    assert told(pages) == [(CODE, [1]), (OTHER_CODE, [3])]


def test_a_cover_sheet_whose_codes_are_spoiled_is_known_by_its_print(draw, letter: str) -> None:
    pages = sections.marked([at(draw, COVER.format(CODE).replace("trước", "truoc"), 1), at(draw, letter, 2)])
    assert told(pages) == [(CODE, [2])]


def test_a_paper_that_bears_the_code_of_a_cover_sheet_stays_a_paper(draw, decision: str) -> None:
    mark = Code("qr", payload(CODE), (0.8, 0.02, 0.95, 0.12))
    (page,) = sections.marked([at(draw, decision + LOOSE * 3, 1, codes=(mark,))])
    assert page.page.kind == "paper"


def test_papers_are_never_put_together_across_a_cover_sheet(draw, forms: Forms, two) -> None:
    one, _ = two
    pages = sections.marked([at(draw, one[0], 1), cover(draw, CODE, 2), at(draw, one[1], 3), at(draw, one[2], 4)])
    papers = [d for s in sections.parted(pages) for d in divide.divide("d", s.pages, forms)]
    assert [[ref.index for ref in d.pages] for d in papers] == [[1], [3, 4]]


@pytest.mark.parametrize("code", [CODE, OTHER_CODE, "HS 12/2026"])
def test_the_code_of_a_cover_sheet_comes_back(code: str) -> None:
    assert whole(code)
    assert code_told([Code("patch", "T", (0, 0, 1, 1)), Code("qr", payload(code), (0, 0, 1, 1))]) == code


# --- whose dossier ---


def named(draw, understand, text: str, source: str = "quet.pdf", code: str = "", codes: tuple[Code, ...] = ()):
    page = at(draw, text, 1, codes=codes)
    section = sections.Section(code, 9 if code else 0, (page,))
    return naming.named(section, understand(page), source)


def differs(records) -> list:
    return [p for r in records for p in r.problems if (p.code, p.field) == ("dossier.value-differs", "ma_ho_so")]


def test_the_receipt_names_the_dossier_and_what_says_otherwise_is_told(draw, understand, receipt: str) -> None:
    code, records = named(draw, understand, receipt, source=f"{CODE}.pdf")
    assert code == "H31.12-20260609-0092637"
    (problem,) = differs(records)
    assert "tên thư mục" in problem.text
    assert CODE not in problem.text
    assert records[0].verdict == "needs-person"


def test_a_cover_sheet_names_what_no_paper_names(draw, understand, letter: str) -> None:
    code, records = named(draw, understand, letter, code=CODE, source=f"{OTHER_CODE}.pdf")
    assert (code, differs(records)) == (CODE, [])


@pytest.mark.parametrize("name", [CODE, f"{CODE}.pdf", f"{CODE}_quet lai", f"{CODE} (2).tif", CODE.lower()])
def test_a_folder_named_like_a_dossier_code_names_it(draw, understand, letter: str, name: str) -> None:
    assert named(draw, understand, letter, source=name)[0] == CODE


@pytest.mark.parametrize(
    "name", ["HS0007", "scan-20260609-0001.pdf", "quet 20260609-0092637", "2026-06-09", f"kem {CODE}"]
)
def test_a_folder_of_another_name_names_nothing(draw, understand, letter: str, name: str) -> None:
    assert named(draw, understand, letter, source=name)[0] == ""


def test_a_barcode_is_believed_before_a_qr_code_and_a_folder(draw, understand, letter: str) -> None:
    bars = Code("code128", OTHER_CODE, (0.1, 0.1, 0.4, 0.15))
    qr = Code("qr", f"https://motcua.example.vn/tra-cuu?ma={CODE}", (0.8, 0.1, 0.9, 0.2))
    code, records = named(draw, understand, letter, codes=(qr, bars), source=CODE)
    assert code == OTHER_CODE
    assert len(differs(records)) == 1


def test_what_agrees_is_no_problem(draw, understand, receipt: str) -> None:
    _, records = named(draw, understand, receipt, source=OTHER_CODE, code=OTHER_CODE)
    assert differs(records) == []


# --- copies ---


def copied(understand, *pages) -> list[list[str]]:
    records = copies.copies(understand(*pages), pages)
    return [[p.code for p in r.problems if p.code == "document.duplicate"] for r in records]


def worn(text: str) -> str:
    """The same page as a bad photocopy of it reads."""
    return text.replace("ệ", "ê").replace("ủa", "ua").replace("quyết", "quyêt").replace("Tổ", "Tô")


def test_a_second_copy_of_a_paper_is_told_and_kept(draw, understand, decision: str, letter: str) -> None:
    pages = (draw(decision, scan="1"), draw(letter, scan="2", position=2), draw(worn(decision), scan="3", position=3))
    assert copied(understand, *pages) == [[], [], ["document.duplicate"]]


def test_papers_of_one_form_for_two_people_are_no_copies(draw, understand, receipt: str) -> None:
    other = (
        receipt.replace("Nguyễn Thị Mẫu", "Lê Văn Thử")
        .replace("0092637", "0092638")
        .replace("0912 345 678", "0987 654 321")
    )
    assert copied(understand, draw(receipt, scan="1"), draw(other, scan="2", position=2)) == [[], []]


def test_two_decisions_that_differ_in_their_number_are_no_copies(draw, understand, decision: str) -> None:
    other = decision.replace("123/QĐ-SYT", "124/QĐ-SYT")
    assert copied(understand, draw(decision, scan="1"), draw(other, scan="2", position=2)) == [[], []]


# --- drawn stacks ---


def test_drawn_stacks_are_divided_right_however_they_were_scanned(forms: Forms) -> None:
    stacks = pytest.importorskip("tools.papers.stacks")
    measured = pytest.importorskip("benchmarks.stacks")
    from tools.papers.fonts import MissingFontError

    try:
        drawn = [
            stacks.stack("tests", i, manner, kinds=("quyet_dinh", "giay_tiep_nhan", "giay_kham_suc_khoe_lai_xe"))
            for i, manner in enumerate(("in_order", "reversed", "fronts_backs", "files"))
        ]
    except MissingFontError as missing:
        pytest.skip(f"no papers can be drawn here: {missing}")
    for one in drawn:
        seen = measured.seen_of(one, 0.02)
        position = {s.page.ref: s.page.position for s in seen}
        papers = {tuple(position[r] for r in d.pages) for d in measured.divided(one.source, seen, forms)}
        assert papers == {tuple(d["positions"]) for d in one.truth()["documents"]}, one.manner
