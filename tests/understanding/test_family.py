"""The papers of Decree 30/2020, art. 7: told by their printed name or, a letter, by its structure; read by one layout."""

from pathlib import Path

import pytest

from hoso import forms as form_files
from hoso.errors import Misconfigured
from hoso.forms import Forms
from hoso.nouns import Field, Record
from hoso.values import numbers, persons, titles

SHORTS = {
    "thong_bao": "TB", "ke_hoach": "KH", "to_trinh": "TTr", "bao_cao": "BC", "giay_moi": "GM", "chi_thi": "CT",
    "bien_ban": "BB", "nghi_quyet": "NQ", "huong_dan": "HD", "chuong_trinh": "CTr", "phuong_an": "PA", "cong_dien": "CĐ",
    "giay_gioi_thieu": "GGT", "giay_uy_quyen": "GUQ", "giay_nghi_phep": "GNP", "phieu_gui": "PG", "phieu_chuyen": "PC",
    "phieu_bao": "PB", "quy_che": "QC", "quy_dinh": "QyĐ", "hop_dong": "HĐ", "thong_cao": "TC", "de_an": "ĐA",
    "du_an": "DA", "ban_ghi_nho": "BGN", "ban_thoa_thuan": "BTT",
}  # fmt: skip
PAPER = """
    UBND TỈNH HƯNG YÊN                CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
         SỞ Y TẾ                          Độc lập - Tự do - Hạnh phúc

    Số: 45/{short}-SYT                    Hưng Yên, ngày 12 tháng 5 năm 2026


{name:^72}
{about:^72}

        Thực hiện Công văn số 77/BYT-DP ngày 01/4/2026 của Bộ Y tế, Sở Y tế nêu
    các việc cần làm, theo Quyết định số 12/QĐ-SYT và Báo cáo số 9/BC-SYT.
{more}
    Nơi nhận:                                      KT. GIÁM ĐỐC
    - Như trên;                                    PHÓ GIÁM ĐỐC
    - Các phòng chuyên môn thuộc Sở Y tế,
    các trung tâm y tế;
    - Lưu: VT.


                                               Đỗ Văn Ví Dụ
"""


def paper(name: str, short: str, about: str = "Về việc tiêm chủng mở rộng năm 2026", more: str = "") -> str:
    return PAPER.format(name=name, short=short, about=about, more=more)


def field(record: Record, name: str) -> Field:
    return next(f for f in record.fields if f.name == name)


@pytest.mark.parametrize("kind", sorted(SHORTS))
def test_every_type_of_the_decree_is_told_by_its_name_and_read_by_the_shared_layout(
    draw, understand, forms: Forms, kind: str
) -> None:
    title = forms.latest(kind).title
    record = understand.one(draw(paper(title.upper(), SHORTS[kind])))
    assert record.document.type == kind
    found = {f.name: f.value for f in record.fields}
    assert found == {
        "so_ky_hieu": f"45/{SHORTS[kind]}-SYT",
        "ngay_ban_hanh": "2026-05-12",
        "dia_danh": "Hưng Yên",
        "co_quan_ban_hanh": "SỞ Y TẾ",
        "co_quan_chu_quan": "UBND TỈNH HƯNG YÊN",
        "ten_loai": title,
        "trich_yeu": "Về việc tiêm chủng mở rộng năm 2026",
        "nguoi_ky": "Đỗ Văn Ví Dụ",
        "chuc_vu": "KT. GIÁM ĐỐC - PHÓ GIÁM ĐỐC",
        "noi_nhan": "- Như trên;\n- Các phòng chuyên môn thuộc Sở Y tế, các trung tâm y tế;\n- Lưu: VT.",
    }


def test_every_member_of_the_family_is_of_one_base_that_is_no_form(forms: Forms) -> None:
    assert "van_ban" not in forms.types()
    assert {forms.latest(kind).title for kind in SHORTS} == set(numbers.TYPES.values()) - {"Quyết định"} | {
        "Công điện",
        "Quy chế",
    }
    names = [f.name for f in forms.latest("cong_van").fields]
    assert all([f.name for f in forms.latest(kind).fields] == names for kind in SHORTS)


@pytest.mark.parametrize("damaged", ["BÁO CẢO", "BAO CÁO", "BÁO  CÁO", "BÁ0 CÁO"])
def test_a_damaged_name_is_still_the_name(draw, understand, damaged: str) -> None:
    assert understand.one(draw(paper(damaged, "BC"))).document.type == "bao_cao"


def test_a_name_that_goes_on_in_its_line_is_still_the_name(draw, understand) -> None:
    record = understand.one(draw(paper("BÁO CÁO TỔNG KẾT CÔNG TÁC NĂM 2025", "BC", "Phương hướng, nhiệm vụ năm 2026")))
    assert record.document.type == "bao_cao"
    assert field(record, "ten_loai").value == "Báo cáo"
    assert field(record, "trich_yeu").value == "TỔNG KẾT CÔNG TÁC NĂM 2025 Phương hướng, nhiệm vụ năm 2026"


@pytest.mark.parametrize(
    ("lines", "about"),
    [
        (("Về việc xây dựng nông thôn mới nâng cao năm", "2025, góp phần cải cách hành chính"), None),
        (("Về việc kiện toàn Ban Chỉ đạo giai đoạn 2019", "- 2023, góp phần cải cách hành chính"), None),
        (("Về việc kiện toàn Ban Chỉ đạo giai đoạn 2019 -", "2023"), None),
        (("Về việc kiện toàn Ban Chỉ đạo", "1. Phạm vi của việc kiện toàn"), "Về việc kiện toàn Ban Chỉ đạo"),
        (("Về việc kiện toàn Ban Chỉ đạo", "- Căn cứ Luật Mẫu số 99"), "Về việc kiện toàn Ban Chỉ đạo"),
    ],
)
def test_a_year_that_opens_a_line_goes_on_with_the_abstract(
    draw, understand, lines: tuple[str, ...], about: str | None
) -> None:
    printed = "\n".join(f"{line:^72}" for line in lines)
    record = understand.one(draw(paper("TỜ TRÌNH", "TTr", printed.strip("\n"))))
    assert record.value("trich_yeu") == (about or " ".join(lines))


@pytest.mark.parametrize(("name", "short", "kind"), [
    ("QUY ĐỊNH", "QyĐ", "quy_dinh"), ("THÔNG CÁO", "TC", "thong_cao"), ("THÔNG BÁO", "TB", "thong_bao"),
    ("QUYẾT ĐỊNH", "QĐ", "quyet_dinh"),
])  # fmt: skip
def test_names_a_letter_apart_are_not_mixed_up(draw, understand, name: str, short: str, kind: str) -> None:
    assert understand.one(draw(paper(name, short))).document.type == kind


def test_an_agency_over_lines_is_no_name_of_a_kind(draw, understand, letter) -> None:
    rows = letter.strip("\n").split("\n")
    rows[0:3] = [
        "    BAN QUẢN LÝ DỰ ÁN                 CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "    ĐẦU TƯ XÂY DỰNG                       Độc lập - Tự do - Hạnh phúc",
        "               CÁC",
        "        CÔNG TRÌNH",
        "",
    ]
    record = understand.one(draw("\n".join(rows)))
    assert record.document.type == "cong_van"
    assert field(record, "co_quan_ban_hanh").value == "BAN QUẢN LÝ DỰ ÁN ĐẦU TƯ XÂY DỰNG CÁC CÔNG TRÌNH"


def test_a_name_at_the_left_edge_is_still_the_name(draw, understand) -> None:
    about = "Về việc tiêm chủng mở rộng năm 2026"
    text = paper("TỜ TRÌNH", "TTr").replace(f"{'TỜ TRÌNH':^72}", "    TỜ TRÌNH").replace(f"{about:^72}", f"    {about}")
    record = understand.one(draw(text))
    assert record.document.type == "to_trinh"
    assert record.value("ten_loai") == "Tờ trình"
    assert record.value("trich_yeu") == about


def test_a_colon_apart_from_its_label_makes_no_slot(draw, understand) -> None:
    number = field(understand.one(draw(paper("TỜ TRÌNH", "TTr").replace("Số: 45", "Số  : 45"))), "so_ky_hieu")
    assert (number.value, number.status) == ("45/TTr-SYT", "clear")


def test_a_letter_without_a_subject_is_one_by_its_address(draw, understand, letter) -> None:
    bare = letter.replace("V/v hướng dẫn tiêm chủng", "                        ").replace("mở rộng năm 2026\n", "\n", 1)
    record = understand.one(draw(bare))
    assert record.document.type == "cong_van"
    assert field(record, "so_ky_hieu").value == "45/SYT-NVY"
    assert field(record, "trich_yeu").value is None


def test_a_request_with_an_address_is_no_letter(draw, understand, letter) -> None:
    request = letter.replace(
        "              Kính gửi", "                             ĐƠN XIN XÁC NHẬN CƯ TRÚ\n\n              Kính gửi"
    )
    request = request.replace("V/v hướng dẫn tiêm chủng\n       mở rộng năm 2026", "").replace("Số: 45/SYT-NVY", "")
    assert understand.one(draw(request)).document.type == "khac"


def test_recipients_of_a_letter_are_a_line_each(draw, understand, letter) -> None:
    found = field(understand.one(draw(letter)), "noi_nhan")
    assert found.value == "- Như trên;\n- Lưu: VT."
    assert found.place is not None


def test_a_proposal_with_an_address_is_a_proposal(draw, understand) -> None:
    text = paper("TỜ TRÌNH", "TTr").replace(
        "        Thực hiện", "              Kính gửi: Ủy ban nhân dân tỉnh.\n\n        Thực hiện"
    )
    assert understand.one(draw(text)).document.type == "to_trinh"


def test_an_appendix_that_bears_another_name_stays_with_its_paper(draw, understand) -> None:
    appendix = """
                              Phụ lục
                              KẾ HOẠCH
               (Kèm theo Thông báo số 45/TB-SYT ngày 12 tháng 5 năm 2026)

        1. Các trung tâm y tế rà soát danh sách trẻ.
    """
    record = understand.one(draw(paper("THÔNG BÁO", "TB")), draw(appendix, index=2, position=2))
    assert record.document.type == "thong_bao"
    assert len(record.document.pages) == 2


def test_a_decision_behind_a_letter_is_a_paper_of_its_own(draw, understand, letter, decision) -> None:
    records = understand(draw(letter), draw(decision, index=2, position=2))
    assert [r.document.type for r in records] == ["cong_van", "quyet_dinh"]
    assert [r.value("so_ky_hieu") for r in records] == ["45/SYT-NVY", "123/QĐ-SYT"]


def test_a_draft_keeps_its_empty_slots_and_where_they_are(draw, understand) -> None:
    text = (
        paper("THÔNG BÁO", "TB").replace("45/TB-SYT", "  /TB-SYT").replace("ngày 12 tháng 5 năm", "ngày    tháng   năm")
    )
    record = understand.one(draw(text))
    assert record.document.type == "thong_bao"
    for name in ("so_ky_hieu", "ngay_ban_hanh"):
        slot = field(record, name)
        assert (slot.value, slot.status) == (None, "doubtful")
        assert "field.handwritten" in slot.failed
        assert slot.place is not None


@pytest.mark.parametrize(
    "written", ["ngày/2 tháng 5", "ngàyM tháng 5", "ngày Ê tháng 5", "ngày5 tháng 5", "ngày 2tháng 5"]
)
def test_a_day_that_a_pen_spoiled_is_told_as_handwriting(draw, understand, written: str) -> None:
    day = field(understand.one(draw(paper("KẾ HOẠCH", "KH").replace("ngày 12 tháng 5", written))), "ngay_ban_hanh")
    assert day.status == "doubtful"
    assert "field.handwritten" in day.failed
    assert day.place is not None


def test_a_number_in_the_subject_or_the_body_is_never_the_papers_own(draw, understand, letter) -> None:
    cites = letter.replace("45/SYT-NVY", "          ").replace(
        "V/v hướng dẫn tiêm chủng", "V/v thực hiện Quyết định\n    số 6110/QĐ-BYT của Bộ Y tế"
    ).replace("Thực hiện Công văn số 77/BYT-DP", "số 78/BYT-DP")  # fmt: skip
    number = field(understand.one(draw(cites)), "so_ky_hieu")
    assert number.value is None
    assert "6110" not in number.raw
    assert "78" not in number.raw


def test_a_stamp_beside_the_abstract_is_no_part_of_it(draw, understand) -> None:
    two = f"{'':12}Về việc tiêm chủng mở rộng cho trẻ dưới năm\n{'':24}tuổi trên địa bàn tỉnh              Số: 1282"
    stamped = paper("THÔNG BÁO", "TB").replace(f"{'Về việc tiêm chủng mở rộng năm 2026':^72}", two)
    about = field(understand.one(draw(stamped)), "trich_yeu")
    assert about.value == "Về việc tiêm chủng mở rộng cho trẻ dưới năm tuổi trên địa bàn tỉnh"


def test_the_body_votes_on_a_mark_of_the_abstract_and_a_person_is_asked(draw, understand) -> None:
    more = "    Việc tiêm chủng mở rộng năm nay; tiêm chủng mở rộng là việc chung.\n"
    record = understand.one(draw(paper("KẾ HOẠCH", "KH", "Về việc tiêm chúng mở rộng năm 2026", more)))
    about = field(record, "trich_yeu")
    assert about.value == "Về việc tiêm chủng mở rộng năm 2026"
    assert "tiêm chúng" in about.raw
    assert about.status == "doubtful"


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        (["GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"], "KT. GIÁM ĐỐC - PHÓ GIÁM ĐỐC"),
        (["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "CHỦ TỊCH"], "TM. ỦY BAN NHÂN DÂN - KT. CHỦ TỊCH - PHÓ CHỦ TỊCH"),
        (["C” GIÁM ĐQC", "PHÓ GIÁM Đ"], "KT. GIÁM ĐỐC - PHÓ GIÁM ĐỐC"),
        (["GIÁM ĐỐC", "XHSv"], "GIÁM ĐỐC"),
    ],
)
def test_a_spoiled_block_is_fitted_to_titles_that_exist_and_doubted(lines: list[str], shown: str) -> None:
    office, sure = titles.office(lines)
    assert office == shown
    assert sure < 0.75


@pytest.mark.parametrize("lines", [["GIÁM ĐỐC"], ["KT. BỘ TRƯỞNG", "THỨ TRƯỞNG"], ["TL. CHỦ TỊCH", "CHÁNH VĂN PHÒNG"]])
def test_a_whole_block_stays_as_read(lines: list[str]) -> None:
    assert titles.office(lines) == (" - ".join(lines), 1.0)


def test_a_family_name_is_made_whole_only_where_it_can_be_but_one() -> None:
    assert persons.family("guyễn") == "Nguyễn"
    assert persons.family("ần") is None
    assert persons.family("Khống") == "Khổng"
    assert persons.family("Chử") is None
    assert persons.family("Lê") is None


def test_an_unknown_field_that_a_form_calls_optional_is_refused(tmp_path: Path, forms: Forms) -> None:
    base = (Path(__file__).parents[2] / "schemas" / "van_ban@2020-03-05.toml").read_text(encoding="utf-8")
    (tmp_path / "van_ban@2020-03-05.toml").write_text(base, encoding="utf-8")
    member = 'based_on = "van_ban@2020-03-05"\ntitle = "Thử"\neffective_from = 2020-03-05\noptional = ["trich_ieu"]\n'
    (tmp_path / "khac@2020-03-05.toml").write_text(member, encoding="utf-8")
    with pytest.raises(Misconfigured, match="did you mean 'trich_yeu'"):
        form_files.load(tmp_path)


def test_a_head_under_a_head_has_lost_the_mark_of_its_authority() -> None:
    whole, torn = titles.office(["TL. GIÁM ĐỐC", "TRƯỞNG PHÒNG"]), titles.office(["GIÁM ĐỐC", "TRƯỞNG PHÒNG"])
    assert whole == ("TL. GIÁM ĐỐC - TRƯỞNG PHÒNG", 1.0)
    assert torn[1] < 0.75


def test_a_title_with_torn_words_is_not_sure() -> None:
    assert titles.office(["TL. GIÁM ĐỐC", "TRƯ NG TỔ CHỨC - HÀNH CHÍNH"])[1] < 1.0
    assert titles.office(["TL. GIÁM ĐỐC", "TRƯỞNG PHÒNG TỔ CHỨC - HÀNH CHÍNH"])[1] == 1.0
