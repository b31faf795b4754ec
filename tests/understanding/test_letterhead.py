"""Official papers: each fact from its own place in the layout of Decree 30/2020, and from nowhere else."""

import pytest

from hoso.nouns import Record


def values(record: Record) -> dict[str, str | None]:
    return {f.name: f.value for f in record.fields}


def field(record: Record, name: str):
    return next(f for f in record.fields if f.name == name)


def test_a_decision_is_read_whole_and_clear(draw, understand, decision) -> None:
    record = understand.one(draw(decision, position=4))
    assert values(record) == {
        "so_ky_hieu": "123/QĐ-SYT",
        "ngay_ban_hanh": "2026-03-05",
        "dia_danh": "Hưng Yên",
        "co_quan_ban_hanh": "SỞ Y TẾ",
        "co_quan_chu_quan": "UBND TỈNH HƯNG YÊN",
        "trich_yeu": "Về việc thành lập Tổ kiểm tra chất lượng khám bệnh tại các cơ sở y tế năm 2026",
        "nguoi_ky": "Trần Thị Mẫu",
        "chuc_vu": "KT. GIÁM ĐỐC - PHÓ GIÁM ĐỐC",
    }
    assert record.verdict == "clear"
    assert all(f.status == "clear" and f.place is not None and f.place.position == 4 for f in record.fields)


def test_the_place_of_a_field_is_where_its_ink_is(draw, understand, decision) -> None:
    page = draw(decision)
    box = field(understand.one(page), "so_ky_hieu").place.box
    assert box == next(w.box for w in page.reading.words if w.text == "123/QĐ-SYT")


@pytest.mark.parametrize("skew", [-2.0, -0.7, 0.9, 2.5])
def test_a_skewed_scan_reads_as_a_straight_one(draw, understand, decision, skew: float) -> None:
    assert values(understand.one(draw(decision, skew=skew))) == values(understand.one(draw(decision)))


def test_columns_that_an_engine_kept_apart_read_the_same(draw, understand, decision) -> None:
    apart = draw(decision, merge_columns=False)
    assert values(understand.one(apart)) == values(understand.one(draw(decision)))


@pytest.mark.parametrize("slot", ["Số:      /QĐ-SYT ", "Số: .... /QĐ-SYT"])
def test_an_open_number_stays_open(draw, understand, decision, slot: str) -> None:
    record = understand.one(draw(decision.replace("Số: 123/QĐ-SYT ", slot)))
    number = field(record, "so_ky_hieu")
    assert number.value is None
    assert "/QĐ-SYT" in number.raw
    assert record.verdict == "needs-person"
    assert any(p.code == "field.handwritten" and p.field == "so_ky_hieu" for p in record.problems)


def test_a_number_that_is_missing_is_not_taken_from_the_grounds(draw, understand, decision) -> None:
    record = understand.one(draw(decision.replace("Số: 123/QĐ-SYT", "              ")))
    assert field(record, "so_ky_hieu").value is None
    assert field(record, "so_ky_hieu").status == "missing"
    assert record.verdict == "needs-person"


def test_penned_figures_are_doubted_however_sure_the_engine_is(draw, understand, decision) -> None:
    penned = decision.replace("Số: 123/QĐ-SYT ", "Số: ‹123› /QĐ-SYT").replace("ngày 05", "ngày ‹05›")
    record = understand.one(draw(penned, confidence=0.97))
    for name in ("so_ky_hieu", "ngay_ban_hanh"):
        assert field(record, name).status == "doubtful"
        assert field(record, name).value is not None
    assert {p.code for p in record.problems} == {"field.handwritten"}
    assert record.verdict == "needs-person"


def test_a_day_left_for_the_pen_leaves_the_date_open(draw, understand, decision) -> None:
    record = understand.one(draw(decision.replace("ngày 05 tháng", "ngày     tháng")))
    assert field(record, "ngay_ban_hanh").value is None
    assert field(record, "dia_danh").value == "Hưng Yên"
    assert record.verdict == "needs-person"


def test_the_stamp_of_arrival_gives_neither_number_nor_date(draw, understand, letter) -> None:
    stamped = letter.replace(
        "              Kính gửi",
        "     ĐẾN\n    Số: 2770\n    Ngày: 04/06/2026\n    Chuyển: ......\n              Kính gửi",
    ).replace("45/SYT-NVY", "          ")
    record = understand.one(draw(stamped))
    assert field(record, "so_ky_hieu").value is None
    assert field(record, "ngay_ban_hanh").value == "2026-05-12"


def test_a_letter_has_its_subject_under_the_number(draw, understand, letter) -> None:
    found = values(understand.one(draw(letter)))
    assert found["trich_yeu"] == "V/v hướng dẫn tiêm chủng mở rộng năm 2026"
    assert found["ten_loai"] == "Công văn"
    assert found["nguoi_ky"] == "Đỗ Văn Ví Dụ"
    assert found["chuc_vu"] == "GIÁM ĐỐC"


@pytest.mark.parametrize("read", ["V#v", "'V/w", "Viv", "\\/v"])
def test_a_damaged_v_v_is_spelled_as_it_is_printed(draw, understand, letter, read: str) -> None:
    found = field(understand.one(draw(letter.replace("V/v", read))), "trich_yeu")
    assert found.value == "V/v hướng dẫn tiêm chủng mở rộng năm 2026"
    assert found.raw.startswith(read)


@pytest.mark.parametrize(
    ("left", "parent", "agency"),
    [
        (["ỦY BAN NHÂN DÂN", "TỈNH HƯNG YÊN"], None, "ỦY BAN NHÂN DÂN TỈNH HƯNG YÊN"),
        (["UBND HUYỆN VĂN GIANG", "ỦY BAN NHÂN DÂN", "XÃ MẪU"], "UBND HUYỆN VĂN GIANG", "ỦY BAN NHÂN DÂN XÃ MẪU"),
        (["UBND TỈNH HƯNG YÊN", "SỞ TÀI NGUYÊN VÀ MÔI", "TRƯỜNG"], "UBND TỈNH HƯNG YÊN", "SỞ TÀI NGUYÊN VÀ MÔI TRƯỜNG"),
        (["SỞ Y TẾ HƯNG YÊN", "THANH TRA"], "SỞ Y TẾ HƯNG YÊN", "THANH TRA"),
        (["BỘ GIÁO DỤC VÀ ĐÀO TẠO"], None, "BỘ GIÁO DỤC VÀ ĐÀO TẠO"),
        (["BAN QUẢN LÝ DỰ ÁN", "ĐẦU TƯ XÂY DỰNG"], None, "BAN QUẢN LÝ DỰ ÁN ĐẦU TƯ XÂY DỰNG"),
    ],
)
def test_the_issuing_agency_is_the_lower_one(draw, understand, letter, left, parent, agency) -> None:
    rows = letter.strip("\n").split("\n")[3:]
    right = ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "    Độc lập - Tự do - Hạnh phúc", ""]
    head = [f"    {a:<30}{b}" for a, b in zip([*left, "", ""][:3], right, strict=True)]
    found = values(understand.one(draw("\n".join([*head, "", *rows]))))
    assert found["co_quan_ban_hanh"] == agency
    assert found["co_quan_chu_quan"] == parent


@pytest.mark.parametrize(
    ("block", "office"),
    [
        (["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"], "TM. ỦY BAN NHÂN DÂN - KT. CHỦ TỊCH - PHÓ CHỦ TỊCH"),
        (["TL. CHỦ TỊCH", "CHÁNH VĂN PHÒNG"], "TL. CHỦ TỊCH - CHÁNH VĂN PHÒNG"),
        (["TRƯỞNG PHÒNG TỔ CHỨC", "VÀ HÀNH CHÍNH"], "TRƯỞNG PHÒNG TỔ CHỨC VÀ HÀNH CHÍNH"),
        (["KT.GIÁM ĐÓC", "PHO GIÁM ĐỐC"], "KT. GIÁM ĐỐC - PHÓ GIÁM ĐỐC"),
    ],
)
def test_authority_and_title_are_joined(draw, understand, letter, block: list[str], office: str) -> None:
    signed = "\n".join(f"    {'Nơi nhận:' if i == 0 else '- Như trên;':<44}{line}" for i, line in enumerate(block))
    body = letter[: letter.index("    Nơi nhận:")] + signed + "\n\n\n\n" + " " * 48 + "Đỗ Văn Ví Dụ\n"
    found = values(understand.one(draw(body)))
    assert found["chuc_vu"] == office
    assert found["nguoi_ky"] == "Đỗ Văn Ví Dụ"


def test_a_block_that_is_plainly_cut_short_is_doubted(draw, understand, decision) -> None:
    record = understand.one(draw(decision.replace("PHÓ GIÁM ĐỐC", "            ")))
    assert field(record, "chuc_vu").status == "doubtful"


def test_a_name_under_the_seal_is_missing_and_not_a_recipient(draw, understand, decision) -> None:
    record = understand.one(draw(decision.replace("Trần Thị Mẫu", "CỘNG HÒA XHCN")))
    assert field(record, "nguoi_ky").value is None
    assert record.verdict == "needs-person"


def test_the_abstract_ends_where_the_grounds_begin(draw, understand, decision) -> None:
    close = decision.replace(
        "\n\n\n                        GIÁM ĐỐC SỞ Y TẾ\n\n", "\n                        GIÁM ĐỐC SỞ Y TẾ\n"
    )
    found = values(understand.one(draw(close)))
    assert found["trich_yeu"] == "Về việc thành lập Tổ kiểm tra chất lượng khám bệnh tại các cơ sở y tế năm 2026"


def test_low_confidence_asks_for_a_person(draw, understand, decision) -> None:
    record = understand.one(draw(decision, confidence=0.7))
    assert record.verdict == "needs-person"
    assert {p.code for p in record.problems if p.severity == "warning"} == {"field.unreadable"}


def test_a_letter_is_clear_when_legible_and_never_when_not(draw, understand, letter) -> None:
    assert understand.one(draw(letter)).verdict == "clear"
    assert understand.one(draw(letter.replace("45/SYT", "  /SYT"))).verdict == "needs-person"
    assert understand.one(draw(letter, confidence=0.4)).verdict == "needs-person"


def test_a_secret_mark_stops_the_paper(draw, understand, letter) -> None:
    record = understand.one(draw(letter.replace("              Kính gửi", "  TỐI MẬT\n\n              Kính gửi")))
    (problem,) = [p for p in record.problems if p.code == "document.secret-mark"]
    assert problem.severity == "error"
    assert record.verdict == "needs-person"
