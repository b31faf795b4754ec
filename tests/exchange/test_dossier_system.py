"""The dossier system in both forms, against servers that keep what they were told and err as servers do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cases import AT, CODE, application_case, filing, with_value
from servers import AFTER, BEFORE, Adapter, Rest, serving

from hoso.errors import Misconfigured
from hoso.exports.doors.api import Case, Message, Reused
from hoso.exports.links import Links
from hoso.exports.syncing import facts
from hoso.nouns import Batch, Field
from hoso.recipe import delivering, outbox
from hoso.site import Site

Opened = Callable[[str], Site]
FOLDER = Path(__file__).parent
SCHEMA = json.loads((FOLDER / "dossier_system.schema.json").read_text(encoding="utf-8"))
REST_SCHEMA = json.loads((FOLDER / "dossier_system_rest.schema.json").read_text(encoding="utf-8"))


@pytest.fixture
def adapter() -> Iterator[Adapter]:
    server = Adapter()
    with serving(server):
        yield server


@pytest.fixture
def rest() -> Iterator[Rest]:
    server = Rest()
    with serving(server):
        yield server


def section(server: Adapter | Rest, more: str = "") -> str:
    """Settings in and behind ``[outbox]`` that open the door."""
    form = "rest" if isinstance(server, Rest) else "adapter"
    return (
        f'link = "https://hoso.example/ho-so"\npause = 1.0\nrest = 0.01\n[dossier_system]\nurl = "{server.url}/api"\n'
        f'form = "{form}"\n'
        f'user = "hoso"\nrate = 0.0\ntimeout = 0.5\n{more}'
    )


def stored(site: Site, case: Case) -> Case:
    """The case with files that the store really holds."""
    its = (
        replace(f, sealed=replace(f.sealed, after=site.store.put(b"%PDF-1.7 " + f.record.document.id.encode())))
        for f in case.filings
    )
    return replace(case, filings=tuple(its))


def messages(site: Site, case: Case) -> list[Message]:
    with outbox.opened(site) as doors:
        return list(doors["dossier_system"].wanted(case))


def put(site: Site, case: Case) -> int:
    return outbox.put(site, messages(site, case))


def told(site: Site, case: Case) -> dict[str, Any]:
    """The dossier as its message holds it."""
    found = facts.told(case, site.settings.dossier_system, site.settings.office)
    assert found is not None
    return found.dossier


def faults(site: Site, case: Case) -> str:
    return "; ".join(messages(site, case)[0].faults)


def without(case: Case, type_: str) -> Case:
    return replace(case, filings=tuple(f for f in case.filings if f.record.document.type != type_))


def changed(case: Case, type_: str, name: str, value: str | None) -> Case:
    its = (with_value(f, name, value) if f.record.document.type == type_ else f for f in case.filings)
    return replace(case, filings=tuple(its))


def _fewer(*ats: int) -> list[tuple[int, str]]:
    return [(at, mood) for at in ats for mood in ("drop", "error-after", "nonsense")]


def test_a_dossier_is_looked_up_then_made_then_its_step_is_told(open_light: Opened, adapter: Adapter) -> None:
    with open_light(section(adapter)) as site:
        assert put(site, stored(site, application_case(site.registers))) == 2
        assert delivering.deliver(site).sent == 2
        asked = [body.get("service", "login") for _, _, body in adapter.seen]
        assert asked == ["login", "TraCuuHoSo", "DongBoHoSoMC", "CapNhatTienDoHoSoMC"]
        for _, _, body in adapter.seen[1:]:
            jsonschema.validate(body, SCHEMA)
        assert adapter.seen[2][2]["isUpdating"] == "False"
        hoso = adapter.held[CODE]
        plain = {name: value for name, value in hoso.items() if isinstance(value, str)}
        assert plain == {
            "MaHoSo": CODE, "MaTTHC": "1.002809", "TenTTHC": "Đổi giấy phép lái xe", "MaLinhVuc": "G04-GT01",
            "TenLinhVuc": "Đường bộ", "KenhThucHien": "1", "LoaiDoiTuong": "1", "NgayHenTra": "20260627000000",
            "DonViXuLy": "000.00.16.H23", "NoiNopHoSo": "TRUNG TÂM Y TẾ THỬ NGHIỆM", "SoDienThoai": "0900000001",
            "TrichYeuHoSo": "Đổi giấy phép lái xe do ngành Giao thông vận tải cấp", "ChuHoSo": "NGUYỄN VĂN THỬ",
            "NgayTiepNhan": "20260620000000", "TrangThaiHoSo": "4", "SoGiayToChuHoSo": "030090000001",
            "HoSoCoThanhPhanSoHoa": "1",
        }  # fmt: skip
        assert hoso["DinhDanhCHS"] == [{"LoaiDinhDanh": "1", "SoDinhDanh": "030090000001"}]
        marks = ("MaThanhPhanHoSo", "DuocSoHoa", "DuocTaiSuDung", "DuocLayTuKhoDMQG", "IsDeleted")
        assert [[one[name] for name in marks] for one in hoso["TaiLieuNop"]] == [
            ["000.00.00.G04-KQ0001", "1", "1", "0", "False"], ["000.00.00.G04-KQ0002", "1", "1", "0", "False"],
        ]  # fmt: skip
        (result,) = hoso["DanhSachGiayToKetQua"]
        assert (result["MaGiayToKetQua"], result["TenGiayTo"]) == ("KQ.G04.000001", "Giấy phép lái xe")
        (step,) = adapter.steps[CODE]
        assert (step["TrangThai"], step["NoiDungXuLy"], step["NguoiXuLy"]) == ("4", "Đang xử lý", "Bộ phận số hóa")


def test_files_are_told_by_addresses_that_need_a_token_and_end(open_light: Opened, adapter: Adapter) -> None:
    with open_light(section(adapter)) as site:
        put(site, stored(site, application_case(site.registers)))
        delivering.deliver(site)
        links = Links(site.settings.outbox, site.home)
        for one in adapter.held[CODE]["TaiLieuNop"]:
            digest, receiver = links.allowed(one["DuongDanTaiTepTin"], site.now())
            assert site.store.get(digest).endswith(one["TepDinhKemId"].encode())
            assert receiver == "dossier_system"
            with pytest.raises(Exception, match="has ended"):
                links.allowed(one["DuongDanTaiTepTin"], site.now() + timedelta(hours=73))


def test_a_dossier_that_the_system_has_is_updated(open_light: Opened, adapter: Adapter) -> None:
    adapter.held[CODE] = {"MaHoSo": CODE}
    with open_light(section(adapter)) as site:
        put(site, stored(site, application_case(site.registers)))
        delivering.deliver(site)
        assert (adapter.created[CODE], adapter.updated[CODE]) == (0, 1)


def test_a_paper_more_is_told_as_an_update_and_the_same_again_not_at_all(open_light: Opened, adapter: Adapter) -> None:
    with open_light(section(adapter)) as site:
        whole = stored(site, application_case(site.registers))
        put(site, without(whole, "giay_phep_lai_xe"))
        delivering.deliver(site)
        assert adapter.held[CODE]["DanhSachGiayToKetQua"] == []
        assert put(site, without(whole, "giay_phep_lai_xe")) == 0
        assert put(site, whole) == 1, "the step of a state that stayed was told again"
        delivering.deliver(site)
        assert (adapter.created[CODE], adapter.updated[CODE]) == (1, 1)
        assert len(adapter.held[CODE]["DanhSachGiayToKetQua"]) == 1


@pytest.mark.parametrize(("at", "mood"), [*((3, mood) for mood in (*BEFORE, *AFTER)), *_fewer(1, 2, 4)])
def test_whatever_becomes_of_a_request_the_dossier_is_made_once(
    open_light: Opened, clock: Any, adapter: Adapter, mood: str, at: int
) -> None:
    adapter.late, adapter.mood = 0.4, lambda number, path: mood if number == at else "ok"
    with open_light(section(adapter).replace("timeout = 0.5", "timeout = 0.2")) as site:
        put(site, stored(site, application_case(site.registers)))
        for _ in range(3):
            delivering.deliver(site)
            clock.sleep(5)
        assert [one.state for one in outbox.items(site, everything=True)] == ["done", "done"]
        assert adapter.created[CODE] == 1
        assert len(adapter.steps[CODE]) == 1


def test_a_session_that_ended_is_made_anew_without_a_lost_try(open_light: Opened, adapter: Adapter) -> None:
    with open_light(section(adapter)) as site:
        first, second = (stored(site, application_case(site.registers, n)) for n in (1, 2))
        with outbox.opened(site) as doors:
            put(site, first)
            delivering.deliver(site, doors=doors)
            adapter.sessions.clear()
            put(site, second)
            report = delivering.deliver(site, doors=doors)
        assert (report.sent, report.failed, report.held) == (2, 0, 0)


def test_a_wrong_password_stops_the_door(open_light: Opened, adapter: Adapter, rest: Rest) -> None:
    for server in (adapter, rest):
        server.password = "khac"
        with open_light(section(server)) as site:
            put(site, stored(site, application_case(site.registers)))
            report = delivering.deliver(site)
            assert report.sent == 0
            assert "check user and password" in report.told[0]
            assert "mat-khau" not in report.told[0]


def test_codes_of_no_such_dossier_are_named_in_the_settings(open_light: Opened, adapter: Adapter) -> None:
    plain = adapter.work

    def work(path: str, query: str, headers: dict[str, str], body: Any) -> tuple[int, Any]:
        if body.get("service") == "TraCuuHoSo" and body["mahoso"] not in adapter.held:
            return 200, {"error_code": "07", "error_message": "không tìm thấy"}
        return plain(path, query, headers, body)

    adapter.work = work  # type: ignore[method-assign]
    with open_light(section(adapter)) as site:
        put(site, stored(site, application_case(site.registers)))
        assert delivering.deliver(site).held == 1
        assert CODE not in adapter.held, "a look-up that failed was taken for a no"
        held = next(outbox.items(site))
        outbox.retry(site, held, "Lê Thị Duyệt")
    with open_light(section(adapter, 'missing = ["07"]\n')) as site:
        delivering.deliver(site)
        assert adapter.created[CODE] == 1


@pytest.mark.parametrize(
    ("lacking", "fault"),
    [
        (("don_doi_gplx", "giay_kham_suc_khoe_lai_xe"), "số định danh của chủ hồ sơ"),
        (("giay_tiep_nhan", "don_doi_gplx"), "chủ hồ sơ"),
    ],
)
def test_a_dossier_without_what_it_needs_is_held_and_nothing_made_up(
    open_light: Opened, adapter: Adapter, lacking: tuple[str, ...], fault: str
) -> None:
    with open_light(section(adapter)) as site:
        case = stored(site, application_case(site.registers))
        for type_ in lacking:
            case = without(case, type_)
        assert fault in faults(site, case)
        put(site, case)
        assert delivering.deliver(site).sent == 0
        assert adapter.requests == 0


def test_papers_that_differ_in_the_number_hold_the_dossier(open_light: Opened, adapter: Adapter) -> None:
    with open_light(section(adapter)) as site:
        case = application_case(site.registers)
        assert "khác nhau" in faults(site, changed(case, "don_doi_gplx", "so_cccd", "030090000002"))
        other = changed(
            changed(case, "don_doi_gplx", "so_cccd", "030090000002"), "don_doi_gplx", "ho_ten", "LÊ THỊ KHÁC"
        )
        assert not faults(site, other), "the number of another person was taken for the holder's"


def test_nine_digits_are_told_where_no_paper_has_twelve(open_light: Opened, adapter: Adapter) -> None:
    with open_light(section(adapter)) as site:
        case = application_case(site.registers)
        for type_ in ("don_doi_gplx", "giay_kham_suc_khoe_lai_xe"):
            case = changed(case, type_, "so_cccd", "030090123")
        assert told(site, case)["DinhDanhCHS"] == [{"LoaiDinhDanh": "2", "SoDinhDanh": "030090123"}]


def test_a_local_procedure_is_told_by_its_national_code(open_light: Opened, home: Path, adapter: Adapter) -> None:
    path = home / "registers" / "thu_tuc.csv"
    path.write_text("ma,ten\n1.001612.000.00.00.H23,Đổi giấy phép lái xe\nKHAC,Khác\n", encoding="utf-8")
    rows = home / "registers" / "ho_so.csv"
    text = rows.read_text(encoding="utf-8")
    for code, expected in (("1.001612.000.00.00.H23", "1.001612"), ("KHAC", None)):
        rows.write_text(text.replace("GPLX-DOI", code), encoding="utf-8")
        with open_light(section(adapter)) as site:
            case = application_case(site.registers)
            assert told(site, case).get("MaTTHC") == expected
            assert ("mã thủ tục quốc gia" in faults(site, case)) == (expected is None)


def test_without_the_register_of_dossiers_receipt_and_papers_tell(
    open_light: Opened, home: Path, adapter: Adapter
) -> None:
    (home / "registers" / "ho_so.csv").unlink()
    with open_light(section(adapter)) as site:
        case = changed(application_case(site.registers), "giay_tiep_nhan", "noi_dung", "Đổi giấy phép lái xe")
        found = told(site, case)
        assert found["MaTTHC"] == "1.002809"
        assert (found["TrangThaiHoSo"], found["NgayKetThucXuLy"]) == ("9", "20260625000000")
        assert told(site, without(case, "giay_phep_lai_xe"))["TrangThaiHoSo"] == "2"


def test_the_old_licence_is_a_component_and_the_new_one_the_result(open_light: Opened, adapter: Adapter) -> None:
    with open_light(section(adapter)) as site:
        old = filing("giay_phep_lai_xe", {"so": "300123456789", "ngay_cap": "2016-06-01"}, 2, CODE)
        case = application_case(site.registers)
        found = told(site, replace(case, filings=(*case.filings, old)))
        assert len(found["DanhSachGiayToKetQua"]) == 1
        assert [one["TepDinhKemId"] for one in found["DanhSachTepDinhKemKhac"]] == [old.record.document.id]


def test_a_reused_paper_is_told_with_the_code_it_stands_for(open_light: Opened, adapter: Adapter) -> None:
    with open_light(section(adapter)) as site:
        case = stored(site, application_case(site.registers))
        document = case.filings[2].record.document.id
        put(site, replace(case, reused={document: Reused("KQ.Y.0001", True)}))
        delivering.deliver(site)
        for _, _, body in adapter.seen[1:]:
            jsonschema.validate(body, SCHEMA)
        one = adapter.held[CODE]["TaiLieuNop"][1]
        assert (one["DuocTaiSuDung"], one["DuocLayTuKhoDMQG"], one["MaKetQuaThayThe"]) == ("2", "1", "KQ.Y.0001")


def test_what_came_signed_was_not_digitized(open_light: Opened, adapter: Adapter) -> None:
    with open_light(section(adapter)) as site:
        case = application_case(site.registers)
        its = tuple(replace(f, sealed=replace(f.sealed, profile="kept")) for f in case.filings)
        found = told(site, replace(case, filings=its))
        assert [one["DuocSoHoa"] for one in found["TaiLieuNop"]] == ["0", "0"]
        assert found["HoSoCoThanhPhanSoHoa"] == "0"


def test_long_texts_are_cut_where_systems_cut_them(open_light: Opened, adapter: Adapter) -> None:
    with open_light(section(adapter, f'officer = "{"Nguyễn Thị " * 9}"\n')) as site:
        case = changed(application_case(site.registers), "giay_tiep_nhan", "noi_dung", "đổi giấy phép " * 200)
        found = facts.told(case, site.settings.dossier_system, site.settings.office)
        assert found is not None
        assert 900 < len(found.dossier["TrichYeuHoSo"]) <= 1000
        assert 30 < len(found.steps[0]["NguoiXuLy"]) <= 50


def test_dossiers_of_other_agencies_and_papers_without_a_code_are_not_told(
    open_light: Opened, adapter: Adapter
) -> None:
    with open_light(section(adapter, 'ours = ["H23.16"]\n')) as site:
        case = application_case(site.registers)
        assert messages(site, case)
        assert not messages(site, replace(case, code="H24.18-20250916-0047659"))
        assert not messages(site, replace(case, code=""))


def test_the_newer_form_uploads_then_makes_and_tells_step_and_state(open_light: Opened, rest: Rest) -> None:
    with open_light(section(rest)) as site:
        case = stored(site, application_case(site.registers))
        rows = ({"stt": "1", "ten": "Đơn đề nghị đổi giấy phép lái xe", "loai_ban": "Bản chính", "so_luong": "01"},)
        receipt = case.filings[0]
        table = Field("thanh_phan_ho_so", rows=rows)
        record = replace(receipt.record, fields=(*receipt.record.fields, table))
        case = replace(case, filings=(replace(receipt, record=record), *case.filings[1:]))
        assert put(site, case) == 3
        assert delivering.deliver(site).sent == 3
        body = rest.held[CODE]
        jsonschema.validate(body, REST_SCHEMA)
        assert body["ThongTinNguoiNop"] == {
            "HoTen": "NGUYỄN VĂN THỬ", "LoaiDinhDanh": "1", "SoDinhDanh": "030090000001", "MaTinh": "31",
            "MaXa": "10888", "DiaChi": "Số 5, xã Mao Điền, thành phố Hải Phòng",
        }  # fmt: skip
        first, second = body["ThanhPhanHoSo"]
        assert (first["LoaiBan"], first["SoLuong"]) == ("0", "1")
        assert "LoaiBan" not in second, "it was told whether it is an original, which nobody said"
        for one in (*body["ThanhPhanHoSo"], *body["GiayToKetQua"]):
            (file,) = one["GiayToDinhKem"]
            assert rest.files[file["IdGiayTo"]].startswith(b"%PDF-1.7 ")
        assert (rest.states[CODE], len(rest.steps[CODE])) == ("4", 1)


@pytest.mark.parametrize(("at", "mood"), [*((6, mood) for mood in AFTER), *_fewer(1, 2, 4, 7, 8)])
def test_the_newer_form_too_makes_a_dossier_once(
    open_light: Opened, clock: Any, rest: Rest, mood: str, at: int
) -> None:
    rest.late, rest.mood = 0.4, lambda number, path: mood if number == at else "ok"
    with open_light(section(rest).replace("timeout = 0.5", "timeout = 0.2")) as site:
        put(site, stored(site, application_case(site.registers)))
        for _ in range(3):
            delivering.deliver(site)
            clock.sleep(5)
        assert [one.state for one in outbox.items(site, everything=True)] == ["done"] * 3
        assert (rest.created[CODE], len(rest.steps[CODE]), rest.states[CODE]) == (1, 1, "4")


def test_a_token_that_ended_is_made_anew(open_light: Opened, rest: Rest) -> None:
    rest.life = 2
    with open_light(section(rest)) as site:
        put(site, stored(site, application_case(site.registers)))
        report = delivering.deliver(site)
        assert (report.sent, report.failed, report.held) == (3, 0, 0)
        assert len(rest.tokens) > 2


def test_a_form_that_is_none_is_told(open_light: Opened, adapter: Adapter) -> None:
    wrong = section(adapter).replace('"adapter"', '"soap"')
    with open_light(wrong) as site, pytest.raises(Misconfigured, match="form is adapter or rest"), outbox.opened(site):
        pass


def test_files_need_an_address_before_anything_is_sent(open_light: Opened, adapter: Adapter) -> None:
    with open_light(section(adapter).replace('link = "https://hoso.example/ho-so"\n', "")) as site:
        put(site, stored(site, application_case(site.registers)))
        report = delivering.deliver(site)
        assert "[outbox] link is empty" in report.told[0]
        assert CODE not in adapter.held


def test_moments_are_written_as_the_portal_reads_them() -> None:
    assert facts.moment("2026-06-20") == "20260620000000"
    assert facts.moment(AT) == "20260622083000"
    assert facts.moment("20/06/2026") == ""


def test_what_the_system_confirmed_counts_as_synced(open_site: Opened, clock: Any, adapter: Adapter) -> None:
    asked = "SELECT dong_bo_luc, co_ket_qua_dien_tu, so_ket_qua, da_gui FROM v_chi_so_ho_so WHERE ma_ho_so = ?"
    with open_site(section(adapter)) as site:
        whole = stored(site, application_case(site.registers))
        early = tuple(f for f in whole.filings if f.record.document.type != "giay_phep_lai_xe")
        site.warehouse.load(Batch("first", site.stamp(), early))
        assert site.warehouse.query(asked, [CODE]).rows == ((None, None, 0, False),)
        clock.sleep(60)
        put(site, replace(whole, filings=early))
        delivering.deliver(site)
        told_at = site.stamp()
        assert site.warehouse.query(asked, [CODE]).rows == ((told_at, None, 0, True),)
        clock.sleep(60)
        result = tuple(f for f in whole.filings if f not in early)
        site.warehouse.load(Batch("second", site.stamp(), result))
        assert site.warehouse.query(asked, [CODE]).rows == ((told_at, None, 1, True),), (
            "a link that nobody told of counts"
        )
        clock.sleep(60)
        put(site, whole)
        delivering.deliver(site)
        assert site.warehouse.query(asked, [CODE]).rows == ((told_at, True, 1, True),)
