"""The star: typed values, persons without their numbers, registers as dimensions, dossiers with every condition."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from hoso.nouns import Batch, Delivery, Field, Filing, Roll
from hoso.settings import Settings
from hoso.warehouses import ducklake
from hoso.warehouses.api import Warehouse
from hoso.warehouses.ducklake.house import House

sys.path.insert(0, str(Path(__file__).parents[1] / "contracts"))
from filings import AT, batch, decision_filing, digest, receipt_filing

CODE = "000.00.16.H23-260620-0001"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    opened = ducklake.open(Settings(), tmp_path)
    yield opened
    opened.close()


def rows(house: Warehouse, sql: str) -> list[dict[str, object]]:
    answer = house.query(sql)
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]


def with_fields(filing: Filing, type_: str, **values: str) -> Filing:
    """``filing`` as another paper of the same dossier."""
    fields = tuple(Field(name, value, status="clear") for name, value in values.items())
    document = replace(filing.record.document, id=digest(type_, values)[:24], type=type_)
    sealed = replace(filing.sealed, document=document.id)
    return replace(filing, record=replace(filing.record, document=document, fields=fields), sealed=sealed)


def register(name: str, *lines: dict[str, str | None], day: str = "2026-07-01") -> Roll:
    return Roll(name, day, digest(name, lines), lines)


def course(**said: str) -> Roll:
    return register("progress", {"code": CODE, **said})


def test_dates_and_numbers_are_typed_and_everything_else_is_not(house: House) -> None:
    paper = with_fields(
        decision_filing(1),
        "giay_kham_suc_khoe_lai_xe",
        ngay_sinh="1990-02-31",
        ngay_ket_luan="2026-02-28",
        so="12",
        la="7",
    )
    house.load(batch("b1", paper))
    assert house.query("SELECT name, kind, value_date, value_number FROM fields ORDER BY ordinal").rows == (
        ("ngay_sinh", "date", None, None),
        ("ngay_ket_luan", "date", date(2026, 2, 28), None),
        ("so", "certificate", None, None),
        ("la", "", None, None),
    )


def test_a_person_is_joined_without_being_read(house: House) -> None:
    first = with_fields(
        decision_filing(1), "cccd", so_cccd="030090000001", ho_ten="TRẦN THỊ HÒA", ngay_sinh="1990-01-01"
    )
    later = with_fields(
        decision_filing(2), "giay_kham_suc_khoe_lai_xe", so_cccd="030090000001", ho_ten="TRẦN THỊ HOÀ", gioi_tinh="Nữ"
    )
    house.load(batch("b1", first))
    house.load(batch("b2", later))
    (row,) = rows(house, "SELECT * FROM v_nguoi")
    assert (row["ho_ten"], row["gioi_tinh"], row["ngay_sinh"]) == ("TRẦN THỊ HOÀ", "Nữ", "1990-01-01")
    assert (row["so_van_ban"], row["so_ho_so"]) == (2, 2)
    assert all("030090000001" not in str(value) for value in row.values())
    for column in ("person", "name", "birth", "sex", "field"):
        assert house.query(f"SELECT * FROM mentions WHERE {column} LIKE '%0300900%'").rows == ()


def test_another_home_gives_the_same_number_another_key(house: House, tmp_path: Path) -> None:
    other = ducklake.open(Settings(), tmp_path / "other")
    paper = with_fields(decision_filing(1), "cccd", so_cccd="030090000001")
    for each in (house, other):
        each.load(batch("b1", paper))
    assert house.query("SELECT person FROM mentions").rows != other.query("SELECT person FROM mentions").rows
    other.close()


def test_mother_and_father_are_persons_of_their_own(house: House) -> None:
    paper = with_fields(
        decision_filing(1),
        "giay_khai_sinh",
        so_dinh_danh="030320000001",
        ho_ten="AN",
        me_ho_ten="HÒA",
        cha_ho_ten="ĐỨC",
    )
    house.load(batch("b1", paper))
    assert house.query("SELECT field, name FROM mentions").rows == (("so_dinh_danh", "AN"),)


def test_a_dossier_shows_every_condition_and_nothing_it_cannot_know(house: House) -> None:
    receipt = receipt_filing(1)
    component = with_fields(receipt, "don_doi_gplx", ho_ten="AN")
    house.load(batch("b1", receipt, component))
    (row,) = rows(house, "SELECT * FROM v_chi_so_ho_so")
    assert (row["ma_ho_so"], row["ma_co_quan"]) == (CODE, "H23.16")
    assert (row["ngay_tiep_nhan"], row["nguon_ngay_tiep_nhan"]) == (date(2026, 6, 20), "giay_tiep_nhan")
    assert (row["so_van_ban"], row["so_thanh_phan"], row["so_ket_qua"]) == (2, 1, 0)
    assert (row["co_so_hoa_thanh_phan"], row["co_so_hoa_ket_qua"]) == (True, False)
    unknown = (
        "co_tai_su_dung",
        "lay_tu_kho",
        "co_ket_qua_dien_tu",
        "dung_han",
        "can_ket_qua",
        "trang_thai",
        "xac_thuc_dinh_danh",
    )
    assert [row[name] for name in unknown] == [None] * len(unknown)


def test_a_decision_before_the_receiving_day_is_a_component_and_after_it_a_result(house: House) -> None:
    receipt = receipt_filing(1)
    early = with_fields(receipt, "quyet_dinh", ngay_ban_hanh="2026-06-19")
    late = with_fields(receipt, "quyet_dinh", ngay_ban_hanh="2026-06-20")
    house.load(batch("b1", receipt, early, late))
    (row,) = rows(house, "SELECT so_thanh_phan, so_ket_qua FROM v_chi_so_ho_so")
    assert row == {"so_thanh_phan": 1, "so_ket_qua": 1}


def test_the_one_stop_system_and_registers_are_joined_and_the_latest_counts(house: House) -> None:
    house.load(batch("b1", receipt_filing(1)))
    told = {"agency": "H23.16", "procedure": "1.001612.000.00.00.H23", "received": "2026-06-21", "due": "2026-06-30"}
    agencies = register(
        "agencies", {"code": "H23.16", "name": "Tên cũ", "until": "2025-06-30"},
        {"code": "H23.16", "name": "UBND xã Hòa Thử", "since": "2025-07-01"},
    )  # fmt: skip
    procedures = register("procedures", {"code": "1.001612", "name": "Đổi giấy phép", "needs_result": "1", "days": "5"})
    house.load(Batch("r1", AT, (), (course(**told, state="4"), agencies, procedures)))
    house.load(Batch("r2", AT, (), (course(**told, state="9", ended="2026-06-30", component_reused="0"),)))
    (row,) = rows(house, "SELECT * FROM v_chi_so_ho_so")
    assert (row["ten_co_quan"], row["ten_thu_tuc"], row["can_ket_qua"]) == ("UBND xã Hòa Thử", "Đổi giấy phép", True)
    assert (row["ngay_tiep_nhan"], row["nguon_ngay_tiep_nhan"]) == (date(2026, 6, 21), "mot_cua")
    assert (row["trang_thai"], row["dung_han"], row["co_tai_su_dung"]) == (9, True, False)
    assert house.query("SELECT count(*) FROM history.progress").rows == ((2,),)
    house.load(Batch("r3", AT, (), (register("agencies", {"code": "H23", "name": "Tỉnh"}),)))
    assert rows(house, "SELECT ma_co_quan, trong_danh_muc FROM v_co_quan ORDER BY 1") == [
        {"ma_co_quan": "H23", "trong_danh_muc": True},
        {"ma_co_quan": "H23.16", "trong_danh_muc": False},
    ]


@pytest.mark.parametrize(
    ("said", "on_time"),
    [
        ({"ended": "2026-06-30"}, True), ({"ended": "2026-07-01"}, False), ({"ended": "2026-07-02", "waited": "2"}, True),
        ({"ended": "2026-06-30", "supplements": "2"}, False), ({"ended": "2026-06-30", "supplements": "1"}, True),
        ({}, None),
    ],
)  # fmt: skip
def test_waiting_for_supplements_is_not_late_and_a_second_request_is(
    house: House, said: dict[str, str], on_time: bool | None
) -> None:
    house.load(Batch("r1", AT, (), (course(received="2026-06-20", due="2026-06-30", **said),)))
    assert house.query("SELECT ma_ho_so, dung_han, so_van_ban FROM v_chi_so_ho_so").rows == ((CODE, on_time, 0),)


def test_the_day_of_a_dossier_code_stands_in_where_no_paper_tells(house: House) -> None:
    for n, code in enumerate(("000.00.16.H23-260231-0001", "G09.20-20260609-0092637", "")):
        house.load(batch(f"b{n}", replace(decision_filing(n), code=code)))
    found = rows(
        house, "SELECT ma_ho_so, ngay_tiep_nhan, nguon_ngay_tiep_nhan FROM v_chi_so_ho_so ORDER BY 1 NULLS LAST"
    )
    assert [list(row.values()) for row in found] == [
        ["000.00.16.H23-260231-0001", None, None],
        ["G09.20-20260609-0092637", date(2026, 6, 9), "ma_ho_so"],
        [None, None, None],
    ]


def test_a_delivery_stands_as_last_answered(house: House) -> None:
    sent = Delivery("k1", "cong_dvc", CODE, "", AT)
    house.load(Batch("d1", AT, (), (), (sent,)))
    house.load(Batch("d2", AT, (), (), (replace(sent, state="done", answered=AT, answer="00"),)))
    assert house.query("SELECT noi_nhan, tinh_trang, tra_loi FROM v_giao_nhan").rows == (("cong_dvc", "done", "00"),)
    assert house.query("SELECT state FROM first_known.deliveries").rows == (("intended",),)


def test_what_was_first_known_stays_to_be_asked(house: House) -> None:
    house.load(batch("b1", decision_filing(1, doubtful=True)))
    house.load(batch("b2", decision_filing(1, signer="VÕ VĂN SỬA")))
    signer = "SELECT value FROM {}fields WHERE name = 'nguoi_ky'"
    assert house.query(signer.format("first_known.")).rows == (("TRẦN THỊ HÒA",),)
    assert house.query(signer.format("")).rows == (("VÕ VĂN SỬA",),)
    assert house.query("SELECT count(*) FROM first_known.problems").rows == ((1,),)
    assert rows(house, "SELECT truong, truoc, sau, nguoi_duyet FROM v_sua_doi") == [
        {"truong": "nguoi_ky", "truoc": "TRẦN THỊ HÒA", "sau": "VÕ VĂN SỬA", "nguoi_duyet": "Cán bộ thử nghiệm"}
    ]
