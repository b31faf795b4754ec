"""Words of any engine come into lines as a person reads them."""

from hoso.nouns import PageRef, Reading, Word
from hoso.stages.order import order

WIDE, HIGH, ROW = 0.011, 0.011, 0.02


def words(text: str) -> list[Word]:
    """Each line of ``text`` is a row, each character a column."""
    made = []
    for row, content in enumerate(text.strip("\n").split("\n")):
        column = 0
        for part in content.split("  "):
            for word in part.split(" "):
                if word:
                    x, y = 0.05 + column * WIDE, 0.05 + row * ROW
                    made.append(Word(word, (x, y, x + len(word) * WIDE * 0.95, y + HIGH), 0.9, row))
                column += len(word) + 1
            column += 1
    return made


def read(*args: Word) -> list[str]:
    return Reading(PageRef("", 1), "", order(args)).text().split("\n")


def test_the_two_columns_of_a_letterhead_are_read_one_after_the_other() -> None:
    page = words(
        """
   UBND TỈNH MẪU        CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
      SỞ Y TẾ               Độc lập - Tự do - Hạnh phúc
     Số: 12/QĐ                Mẫu, ngày 3 tháng 4 năm 2025

                    QUYẾT ĐỊNH
  Về việc ban hành quy chế làm việc của cơ quan chuyên môn
"""
    )
    assert read(*page) == [
        "UBND TỈNH MẪU", "SỞ Y TẾ", "Số: 12/QĐ",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Mẫu, ngày 3 tháng 4 năm 2025",
        "QUYẾT ĐỊNH", "Về việc ban hành quy chế làm việc của cơ quan chuyên môn",
    ]  # fmt: skip


def test_columns_are_parted_though_the_engine_made_one_line_of_them() -> None:
    page = [
        Word(word.text, word.box, word.confidence, round(word.box[1] * 1000))
        for word in words("  SỞ Y TẾ    CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\n TỈNH MẪU      Độc lập - Tự do - Hạnh phúc")
    ]
    assert read(*page) == [
        "SỞ Y TẾ", "TỈNH MẪU", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc",
    ]  # fmt: skip


def test_a_signature_block_stands_apart_from_the_list_beside_it() -> None:
    page = words(
        """
Nơi nhận:                         KT. GIÁM ĐỐC
- Như Điều 3;                     PHÓ GIÁM ĐỐC
- Lưu: VT.                       (Ký, ghi rõ tên)
"""
    )
    assert read(*page) == [
        "Nơi nhận:", "- Như Điều 3;", "- Lưu: VT.", "KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC", "(Ký, ghi rõ tên)",
    ]  # fmt: skip


def test_a_form_is_read_across() -> None:
    page = words(
        """
Họ và tên: NGUYỄN VĂN MẪU   Giới tính: Nam
Ngày sinh: 01/02/1990       Dân tộc: Kinh
Số: 0123 4567 8901 23       Nơi cấp: Mẫu
"""
    )
    assert read(*page) == [
        "Họ và tên: NGUYỄN VĂN MẪU Giới tính: Nam",
        "Ngày sinh: 01/02/1990 Dân tộc: Kinh",
        "Số: 0123 4567 8901 23 Nơi cấp: Mẫu",
    ]


def test_a_gap_left_for_a_number_does_not_part_a_line() -> None:
    assert read(*words("Số:       /QĐ-UBND")) == ["Số: /QĐ-UBND"]


def test_rows_of_a_table_keep_their_cells_together() -> None:
    page = words(
        """
STT  Tên giấy tờ            Hình thức   Số lượng
1    Đơn đề nghị            Bản chính   01
2    Giấy khám sức khỏe     Bản chính   01
"""
    )
    assert read(*page)[1:] == ["1 Đơn đề nghị Bản chính 01", "2 Giấy khám sức khỏe Bản chính 01"]


def test_words_given_one_by_one_come_into_rows() -> None:
    page = words("Điều 1. Công bố\nĐiều 2. Hiệu lực")
    alone = [Word(w.text, w.box, w.confidence, n) for n, w in enumerate(reversed(page))]
    assert read(*alone) == ["Điều 1. Công bố", "Điều 2. Hiệu lực"]


def test_nothing_is_lost_or_changed_and_lines_count_up() -> None:
    page = words("  SỞ Y TẾ    CỘNG HÒA\n TỈNH MẪU     Độc lập\n\n\nXa phía dưới")
    placed = order(page)
    assert sorted((w.text, w.box, w.confidence) for w in placed) == sorted((w.text, w.box, w.confidence) for w in page)
    assert [w.line for w in placed] == sorted(w.line for w in placed)
    assert [w.block for w in placed] == sorted(w.block for w in placed)
    assert placed[-1].block > placed[0].block
    assert order([]) == ()
