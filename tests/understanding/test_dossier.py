"""The papers of one dossier: the same facts on all, the components of the list, an answer to the request; the judges."""

import pytest

from benchmarks import faults as benchmark
from hoso import registers
from hoso.nouns import Record
from hoso.stages import agree, components
from hoso.stages.judges import JUDGES
from hoso.values import identifiers, numbers
from tools.papers import faults


def codes(records: tuple[Record, ...]) -> list[tuple[str, str, str]]:
    return [
        (r.document.type, p.code, p.field)
        for r in records
        for p in r.problems
        if p.severity != "note" and not p.code.startswith(("field.", "page."))
    ]


def dossier(forms, seed: str, fault: str = "") -> tuple[Record, ...]:
    made = faults.dossier(seed, fault)
    assert made is not None
    return benchmark.understood(benchmark.read(made), forms, registers.NONE)


@pytest.mark.parametrize("seed", ["sound-1", "sound-2"])
def test_a_faultless_dossier_raises_no_alarm(forms, seed: str) -> None:
    assert codes(dossier(forms, seed)) == []


@pytest.mark.parametrize(
    "kind",
    [
        "birth-year", "number-swapped", "concluded-no-day", "due-before-receipt", "other-person", "tone-differs",
        "print-against-code", "component-missing", "component-unlisted", "certificate-of-another", "tax-check-digit",
        "symbol-of-plan", "request-other-class", "decision-for-another",
    ],
)  # fmt: skip
def test_a_planted_fault_is_found(forms, kind: str) -> None:
    (made,) = benchmark.drawn(f"found/{kind}", kind, 1)
    assert made.planted is not None
    told = benchmark.told(made, forms)
    assert any(p.code in made.planted.codes and p.field in made.planted.fields for p in told), told


@pytest.mark.parametrize(
    ("listed", "types"),
    [
        ("Giấy khám sức khỏe của người lái xe do cơ sở y tế cấp", {"giay_kham_suc_khoe_lai_xe"}),
        ("- 01 Giấy khám sức khoẻ (bản chính)", {"giay_kham_suc_khoe_lai_xe"}),
        ("Bản sao giấy phép lái xe", {"giay_phep_lai_xe"}),
        ("Hồ sơ gốc của giấy phép lái xe", set()),
        ("Đơn đề nghị đổi giấy phép lái xe theo mẫu quy định", {"don_doi_gplx"}),
        ("Bản sao có chứng thực Giấy khai sinh", {"giay_khai_sinh"}),
        ("Ảnh thẻ 3 x 4 cm nền xanh", set()),
    ],
)
def test_a_listed_name_means_the_type_that_it_begins_with(forms, listed: str, types: set[str]) -> None:
    assert components.kinds_of(listed, forms) == types


def pages_of(draw, receipt: str, health: tuple[str, str], *more: str):
    pages = [
        draw(receipt, scan="1"),
        draw(health[0], scan="2", position=2),
        draw(health[1], scan="2", index=2, position=3),
    ]
    return pages + [draw(text, scan=str(n), position=n + 1) for n, text in enumerate(more, 3)]


APPLICATION = """
                  CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
                      Độc lập - Tự do - Hạnh phúc

              ĐƠN ĐỀ NGHỊ ĐỔI GIẤY PHÉP LÁI XE
    Tôi là: Nguyễn Thị Mẫu
    Ngày tháng năm sinh: 20/11/1990
    Số CCCD hoặc CMND: 033190000001
    Nơi cư trú: Phường Phố Hiến, tỉnh Hưng Yên
    Hiện đã có giấy phép lái xe hạng: B     số: 330190000001
    Đề nghị cho tôi được đổi, cấp lại giấy phép lái xe hạng: B
    Lý do: Giấy phép lái xe sắp hết hạn
                                        NGƯỜI LÀM ĐƠN


                                        Nguyễn Thị Mẫu
"""


def test_a_component_that_lies_nowhere_is_missing_once_most_of_the_list_is_there(
    draw, understand, receipt, health
) -> None:
    found = benchmark.understood(pages_of(draw, receipt, health, APPLICATION), understand.forms, registers.NONE)
    assert ("giay_tiep_nhan", "dossier.component-missing", "thanh_phan_ho_so") in codes(found)
    (problem,) = [p for p in found[0].problems if p.code == "dossier.component-missing"]
    assert "số 3" in problem.text
    assert "Giấy phép lái xe" in problem.text


def test_a_receipt_with_little_of_its_list_behind_it_is_noted_only(draw, understand, receipt, health) -> None:
    found = benchmark.understood(pages_of(draw, receipt, health), understand.forms, registers.NONE)
    assert codes(found) == []
    assert [p.severity for p in found[0].problems if p.code == "dossier.component-missing"] == ["note"]


def test_a_component_of_no_known_type_is_found_by_its_heading(draw, understand, receipt, health) -> None:
    listed = receipt.replace("Bản sao giấy phép lái xe                     Bản sao             1",
                             "Bản cam kết bảo vệ môi trường                Bản chính           1")  # fmt: skip
    assert listed != receipt
    plan = """
                  CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
                      Độc lập - Tự do - Hạnh phúc

                   BẢN CAM KẾT BẢO VỆ MÔI TRƯỜNG
        Tôi cam kết như sau.
    """
    found = benchmark.understood(pages_of(draw, listed, health, APPLICATION, plan), understand.forms, registers.NONE)
    assert codes(found) == []


def test_a_receipt_alone_lacks_nothing(draw, understand, receipt) -> None:
    assert [p.code for p in understand.one(draw(receipt)).problems] == []


def test_a_doubtful_reading_that_a_slip_explains_is_noted_on_the_other_paper(draw, understand, receipt, health) -> None:
    pages = [
        draw(receipt.replace("Nguyễn Thị Mẫu", "Nguyễn Thị Mâu"), scan="1", confidence=0.82),
        draw(health[0], scan="2", position=2),
        draw(health[1], scan="2", index=2, position=3),
    ]
    first, second = benchmark.understood(pages, understand.forms, registers.NONE)
    assert ("giay_tiep_nhan", "field.unreadable", "ho_ten") in [
        (first.document.type, p.code, p.field) for p in first.problems if p.severity == "warning"
    ]
    assert first.verdict == "needs-person"
    assert second.verdict == "clear"
    assert [p.severity for p in second.problems if p.code == "dossier.value-differs"] == ["note"]


@pytest.mark.parametrize(
    ("rule", "values", "wrong"),
    [
        ("not-after", ["2026-01-02", "2026-01-01"], "value.order"),
        ("not-after", ["2026-01-02", "2026"], None),
        ("not-future", ["2026-11-24"], "value.order"),
        ("not-future", ["2026-11-23"], None),
        ("lived", ["1890-01-01"], "value.implausible"),
        ("lived", ["2026-12-01"], "value.implausible"),
        ("lived", ["1930-01-01"], None),
        ("plausible-number", ["003090000001"], "value.implausible"),
        ("plausible-number", ["033690000001"], "value.implausible"),
        ("plausible-number", ["033290000001"], "value.implausible"),
        ("plausible-number", ["101190000001"], None),
        ("plausible-number", ["142345678"], None),
        ("plausible-number", ["992345678"], "value.implausible"),
        ("plausible-number", ["B1234567"], None),
        ("agency-of-code", ["H64.01-20260609-0000001"], "value.implausible"),
        ("agency-of-code", ["000.00.16.H23-230620-0001"], None),
        ("facility-of-certificate", ["00001/GKSKLX/03001/20"], "value.implausible"),
        ("facility-of-certificate", ["00001/GKSKLX/97001/20"], None),
        ("symbol-of-type", ["12/KH-UBND", "Quyết định", "strict"], "value.implausible"),
        ("symbol-of-type", ["12/SYT-NVY", "Quyết định", "strict"], "value.implausible"),
        ("symbol-of-type", ["17/2023/QĐ-UBND", "Quyết định", "strict"], None),
        ("symbol-of-type", ["05/SY-UBND", "Quyết định", "strict"], None),
        ("symbol-of-type", ["45/TT-UBND", "Tờ trình"], None),
        ("symbol-of-type", ["45/UBND-VX", "Thông báo"], None),
        ("symbol-of-type", ["45/HĐND-TT", "Công văn"], None),
        ("symbol-of-type", ["45/QĐ-UBND", "Công văn"], "value.implausible"),
        ("of-known-type", ["12/TB-UBND"], "document.type-doubtful"),
        ("of-known-type", ["THÔNG BÁO"], "document.type-doubtful"),
        ("of-known-type", ["45/UBND-VX"], None),
        ("of-known-type", ["05/SY-UBND"], None),
        ("of-known-type", ["PHIẾU THU"], None),
    ],
)
def test_each_judge_tells_what_the_law_does_not_allow(rule: str, values: list[str], wrong: str | None) -> None:
    told = JUDGES[rule](values, "2026-11-23")
    assert (told[0] if told else None) == wrong


def test_no_judge_needs_the_day_of_receipt() -> None:
    assert JUDGES["not-future"](["2999-01-01"], "") is None
    assert JUDGES["lived"](["1800-01-01"], "") is None


def test_a_tax_code_is_known_by_its_check_digit() -> None:
    assert identifiers.tax_code("0123456787").fault == ""
    assert identifiers.tax_code("0123456788").fault == "value.check-digit"
    assert identifiers.tax_code("0123456787-001").value == "0123456787-001"


def test_a_procedure_code_is_read_with_and_without_its_tail() -> None:
    assert numbers.procedure("1.001612").value == "1.001612"
    assert numbers.procedure("Mã TTHC: 1.001612.000.00.00.H48").value == "1.001612.000.00.00.H48"
    assert numbers.procedure("1.0016").value is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Số 12 đường Mẫu, phường Phố Hiến, tỉnh Hưng Yên", "Phường Phố Hiến, tỉnh Hưng Yên", True),
        ("thị trấn Thứa, huyện Lương Tài, tỉnh Bắc Ninh", "xã Lương Tài, tỉnh Bắc Ninh", True),
        ("Xóm 3, xã Đông Tảo, huyện Khoái Châu, Hưng Yên", "Xóm 7, xã Đông Tảo, huyện Khoái Châu, Hưng Yên", True),
        ("Số 128 phố Mẫu, thị trấn Phước An, Đắk Lắk", "Tổ dân phố số 11, thị trấn Phước An, Đắk Lắk", False),
        ("xã Đông Tảo, huyện Khoái Châu, Hưng Yên", "xã Ngọc Lâm, thị xã Mỹ Hào, Hưng Yên", False),
        ("xã Hải Hưng, huyện Hải Hậu, Nam Định", "xã Xuân Lai, huyện Thọ Xuân, Thanh Hóa", False),
    ],
)
def test_addresses_of_one_place_written_in_two_ways_are_no_difference(one: str, other: str, same: bool) -> None:
    assert agree._same_address(one, other) is same
