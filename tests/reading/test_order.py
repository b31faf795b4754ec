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


def test_the_lines_of_a_ruled_cell_stay_together() -> None:
    page = words(
        """
     Giấy khám sức khỏe
1    của người lái xe       Bản chính
     do cơ sở cấp
"""
    )
    rules = [(0.0, 0.0, 0.095, 1.0), (0.095, 0.0, 0.29, 1.0), (0.29, 0.0, 1.0, 1.0)]
    cells = [(left, 0.045, right, 0.112) for left, _, right, _ in rules]
    text = Reading(PageRef("", 1), "", order(page, cells)).text().split("\n")
    assert text == ["1", "Giấy khám sức khỏe", "của người lái xe", "do cơ sở cấp", "Bản chính"]


def test_a_cell_that_wraps_beside_one_that_does_not_is_read_whole_without_rules() -> None:
    def put(text: str, x: float, y: float, line: int) -> Word:
        return Word(text, (x, y, x + len(text) * WIDE, y + HIGH), 0.9, line)

    page = [
        put("Giấy khám sức khỏe", 0.1, 0.2, 0),
        put("của người lái xe", 0.1, 0.218, 1),
        put("Bản chính", 0.6, 0.209, 2),
    ]
    assert read(*page) == ["Giấy khám sức khỏe", "của người lái xe", "Bản chính"]


def test_a_table_that_lost_rules_between_its_rows_is_read_by_where_its_lines_stand() -> None:
    page = words("Mắt             Không\n\nTim mạch        Không\n\nHô hấp          Không")
    left, right = (0.03, 0.04, 0.19, 0.17), [(0.195, 0.04 + k * 0.04, 0.4, 0.077 + k * 0.04) for k in range(3)]
    text = Reading(PageRef("", 1), "", order(page, [left, *right])).text().split("\n")
    assert text == ["Mắt Không", "Tim mạch Không", "Hô hấp Không"]


def test_rows_of_a_bent_page_are_found_by_where_its_lines_run() -> None:
    page = words("\n".join("Họ và tên của người   được cấp giấy          ngày sinh tại đây" for _ in range(12)))
    bent = []
    for number, w in enumerate(page):
        x = (w.box[0] + w.box[2]) / 2 - 0.5
        fall = 0.03 * x + 0.03 * x * x
        bent.append(
            Word(
                w.text, (w.box[0], w.box[1] + fall, w.box[2], w.box[3] + fall), 0.9, number // 12 * 3 + number % 12 // 5
            )
        )
    assert set(read(*bent)) == {"Họ và tên của người được cấp giấy ngày sinh tại đây"}


def test_signatures_side_by_side_are_read_one_after_the_other() -> None:
    page = words(
        """
   NGƯỜI NỘP HỒ SƠ              NGƯỜI TIẾP NHẬN
 (Ký và ghi rõ họ tên)        (Ký và ghi rõ họ tên)



     Trần Văn Mẫu                 Lê Thị Thử
"""
    )
    assert read(*page) == [
        "NGƯỜI NỘP HỒ SƠ", "(Ký và ghi rõ họ tên)", "Trần Văn Mẫu",
        "NGƯỜI TIẾP NHẬN", "(Ký và ghi rõ họ tên)", "Lê Thị Thử",
    ]  # fmt: skip


def test_a_stamp_of_arrival_does_not_break_into_the_lines_around_it() -> None:
    page = words(
        """
Kính gửi các đơn vị trực thuộc và các phòng chuyên môn

ĐẾN
Số: 123
Ngày: 01/02/2024

Căn cứ quy định hiện hành, đề nghị các đơn vị thực hiện
"""
    )
    assert read(*page)[1:4] == ["ĐẾN", "Số: 123", "Ngày: 01/02/2024"]


def test_whom_a_letter_is_addressed_to_comes_after_both_columns_of_its_head() -> None:
    page = words(
        """
   SỞ Y TẾ TỈNH MẪU        CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
     Số: 12/SYT               Độc lập - Tự do - Hạnh phúc
 V/v rà soát giấy tờ       Mẫu, ngày 3 tháng 4 năm 2025

        Kính gửi:
                     Các đơn vị trực thuộc
"""
    )
    assert read(*page)[:3] == ["SỞ Y TẾ TỈNH MẪU", "Số: 12/SYT", "V/v rà soát giấy tờ"]
    assert read(*page)[-2:] == ["Kính gửi:", "Các đơn vị trực thuộc"]
