"""Registers of the office: how their files are read, what a paper is told against them, and what a broken one does."""

import shutil
from pathlib import Path

import pytest

from doors import INBOX, hoso
from hoso import registers
from hoso.nouns import Record
from hoso.registers import Broken, Register
from hoso.site import Site
from hoso.stages import check, divide, extract, lookup

SOUND = (
    "so,ho_ten,ngay_sinh,so_cccd,hang,ket_luan,ngay_ket_luan,co_so_kham\n"
    "00042/GKSKLX/33007/26,Nguyễn Thị Mẫu,1990-11-20,033190000001,B,A0-1,02/06/2026,Trung tâm Y tế Khoái Châu\n"
)


def held(folder: Path, text: str | bytes = SOUND, name: str = "giay_kham_suc_khoe.csv") -> registers.Registers:
    data = text.encode() if isinstance(text, str) else text
    (folder / name).write_bytes(data)
    return registers.load(folder)


@pytest.fixture
def certificate(draw, forms, health):
    """The certificate of the samples, checked against registers, with words of its pages changed."""

    def checked(known: registers.Registers, *changes: tuple[str, str], confidence: float = 0.95) -> Record:
        front, back = health
        for was, now in changes:
            assert was in front + back, was
            front, back = front.replace(was, now), back.replace(was, now)
        pages = [draw(front, confidence=confidence), draw(back, index=2, position=2, confidence=confidence)]
        (document,) = divide.divide("dossier", pages, forms, "2026-11-23")
        form = forms.form(document.form)
        return check.check(document, extract.extract(document, pages, form), form, pages, "2026-11-23", known)

    return checked


def told(record: Record) -> list[tuple[str, str, str]]:
    return [(p.code, p.severity, p.field) for p in record.problems if p.code.startswith("register.")]


def test_a_certificate_of_the_register_is_in_order(tmp_path, certificate) -> None:
    record = certificate(held(tmp_path))
    assert told(record) == []
    assert record.verdict == "clear"
    assert "in-register" in next(f for f in record.fields if f.name == "so").passed


def test_a_home_without_registers_asks_none(certificate) -> None:
    assert told(certificate(registers.NONE)) == []


def test_a_certificate_that_no_register_knows_is_told(tmp_path, certificate) -> None:
    record = certificate(held(tmp_path, SOUND.replace("00042", "00043")))
    assert told(record) == [("register.missing", "error", "so")]
    assert record.verdict == "needs-person"


@pytest.mark.parametrize(
    ("was", "now", "name"),
    [
        ("Nguyễn Thị Mẫu", "Nguyễn Thị Mẫn", "ho_ten"),
        ("1990-11-20", "1990-11-21", "ngay_sinh"),
        ("033190000001", "033190000010", "so_cccd"),
        (",B,", ",C1,", "hang_gplx"),
        ("A0-1", "A0-2", "ket_luan"),
        ("02/06/2026", "03/06/2026", "ngay_ket_luan"),
        ("Trung tâm Y tế Khoái Châu", "Bệnh viện Đa khoa tỉnh", "co_so_kham"),
    ],
)
def test_what_differs_from_the_register_is_named(tmp_path, certificate, was: str, now: str, name: str) -> None:
    record = certificate(held(tmp_path, SOUND.replace(was, now)))
    assert told(record) == [("register.differs", "error", name)]
    assert next(f for f in record.fields if f.name == name).status == "doubtful"


def test_a_certificate_of_another_person_is_called_so(tmp_path, certificate) -> None:
    other = SOUND.replace("Nguyễn Thị Mẫu,1990-11-20,033190000001", "Trần Văn Khác,1971-01-02,033071000009")
    (problem,) = [p for p in certificate(held(tmp_path, other)).problems if p.code == "register.differs"]
    assert "người khác" in problem.text


def test_no_sentence_about_a_register_holds_a_value(tmp_path, certificate) -> None:
    other = SOUND.replace("Nguyễn Thị Mẫu,1990-11-20,033190000001", "Trần Văn Khác,1971-01-02,033071000009")
    texts = [p.text for p in certificate(held(tmp_path, other)).problems]
    assert texts
    for secret in ("Khác,", "Trần", "MẪU", "1971", "1990", "0330", "00042"):
        assert not any(secret in text for text in texts)


def test_of_several_rows_of_one_number_the_one_that_fits_counts(tmp_path, certificate) -> None:
    twice = SOUND + "00042/GKSKLX/33007/26,Trần Văn Khác,1971-01-02,033071000009,B,A0-1,2026-06-02,\n"
    assert told(certificate(held(tmp_path, twice))) == []


def test_a_doubtful_reading_of_tone_marks_is_only_noted(tmp_path, certificate) -> None:
    assert lookup.alike("ho_ten", "Nguyễn Thị Mâu", "Nguyễn Thị Mẫu", doubtful=True) == "near"
    assert lookup.alike("ho_ten", "Nguyễn Thị Mâu", "Nguyễn Thị Mẫu") == "differs"
    assert lookup.alike("so_cccd", "033190000001", "033190000010", doubtful=True) == "differs"


def test_a_resident_of_another_number_is_told_and_an_unknown_one_noted(tmp_path, certificate) -> None:
    rows = "so_cccd;ho_ten;ngay_sinh;gioi_tinh\n33190000077;Nguyễn Thị Mẫu;20/11/1990;Nữ\n"
    assert told(certificate(held(tmp_path, rows, "dan_cu.csv"))) == [("register.differs", "error", "so_cccd")]
    nobody = rows.replace("Nguyễn Thị Mẫu", "Lê Văn Không")
    assert told(certificate(held(tmp_path, nobody, "dan_cu.csv"))) == [("register.missing", "note", "so_cccd")]


@pytest.mark.parametrize(
    "data",
    [
        "\ufeff" + SOUND,
        SOUND.replace(",", ";"),
        SOUND.replace(",", "\t").encode("utf-16"),
        SOUND.replace("so,ho_ten", "Số,Họ và tên").replace("so_cccd", "Số định danh"),
        SOUND.replace("033190000001", "33190000001"),
        SOUND.replace("1990-11-20", "20/11/1990").replace("\n", "\r\n"),
        SOUND + ",,,,,,,\n\n",
    ],
    ids=["mark", "semicolons", "utf-16 tabs", "headings", "lost nought", "days first", "empty rows"],
)
def test_files_as_spreadsheets_write_them_are_read(tmp_path, data: str | bytes) -> None:
    register = held(tmp_path, data).get("giay_kham_suc_khoe")
    assert isinstance(register, Register)
    (row,) = register.of("00042/gksklx/33007/26")
    assert (row["so_cccd"], row["ngay_sinh"], row["ngay_ket_luan"]) == ("033190000001", "1990-11-20", "2026-06-02")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "trống"),
        (b"\xff\x00\x01\xfe" * 9, "UTF-8"),
        ("ho_ten,ngay_sinh\nA,2001-01-01\n", "thiếu cột khóa"),
        (SOUND.replace("1990-11-20", "hôm qua"), "dòng 2, cột ngay_sinh"),
        (SOUND.replace("033190000001", "3.3190E+10"), "làm tròn"),
        (SOUND.replace("Khoái Châu", "Khoái Châu,Hưng Yên"), "ngoặc kép"),
        (SOUND + '"mở mà không đóng,a,b\n', "CSV"),
    ],
    ids=["empty", "no text", "no key", "no date", "rounded", "comma", "quote"],
)
def test_a_broken_file_is_told_with_its_place_and_no_value(tmp_path, data: str | bytes, says: str) -> None:
    broken = held(tmp_path, data).get("giay_kham_suc_khoe")
    assert isinstance(broken, Broken)
    assert says in broken.text
    assert "giay_kham_suc_khoe.csv" in broken.text
    assert "Mẫu" not in broken.text


def test_a_broken_register_holds_papers_back_and_not_the_night(tmp_path, certificate) -> None:
    record = certificate(held(tmp_path, b""))
    assert told(record) == [("register.unreadable", "warning", "so")]
    assert record.verdict == "needs-person"


def test_a_file_of_an_unknown_name_is_not_passed_over(tmp_path) -> None:
    broken = held(tmp_path, SOUND, "suc_khoe.csv").get("suc_khoe")
    assert isinstance(broken, Broken)
    assert "giay_kham_suc_khoe.csv" in broken.text


def test_any_byte_of_a_register_changes_what_depends_on_it(tmp_path) -> None:
    one = held(tmp_path).fingerprint
    assert one == registers.load(tmp_path).fingerprint
    assert held(tmp_path, SOUND.replace("Mẫu", "Mẫn")).fingerprint != one
    assert held(tmp_path, b"").fingerprint not in ("", one)
    assert registers.load(tmp_path / "none").fingerprint == ""


def test_an_agency_code_of_either_order_is_found(tmp_path, draw, forms, receipt) -> None:
    pages = [draw(receipt)]
    (document,) = divide.divide("dossier", pages, forms, "2026-11-23")
    form = forms.form(document.form)
    fields = extract.extract(document, pages, form)
    for known, codes in (("000.00.12.H31", []), ("H31.13", ["register.missing"])):
        record = check.check(
            document, fields, form, pages, "2026-11-23", held(tmp_path, f"ma,ten\n{known},Mẫu\n", "co_quan.csv")
        )
        assert [p.code for p in record.problems if p.code.startswith("register.")] == codes


def test_an_unsure_number_that_no_register_knows_is_hard_to_read_first_of_all(tmp_path, certificate) -> None:
    record = certificate(held(tmp_path, SOUND.replace("00042", "00043")), confidence=0.82)
    assert told(record) == [("register.missing", "note", "so")]
    assert ("field.unreadable", "warning", "so") in [(p.code, p.severity, p.field) for p in record.problems]
    assert record.verdict == "needs-person"


@pytest.mark.slow
def test_a_changed_register_has_papers_checked_again_and_no_page_read_again(tmp_path) -> None:
    home, inbox = tmp_path / "home", tmp_path / "inbox"
    shutil.copytree(INBOX / "HS0008", inbox / "HS0008")
    assert hoso(home, "init", "--demo").code == 0
    assert hoso(home, "digitize", inbox, "--jobs", "1").code == 0

    def told_now() -> set[str]:
        rows = hoso(home, "records", "--json").rows()
        return {p["code"] for row in rows for p in row["problems"] if p["code"].startswith("register.")}

    assert told_now() == set()
    with Site(home) as site:
        read = len(list(site.ledger.results()))
    (home / "registers" / "giay_kham_suc_khoe.csv").write_text("so,ho_ten\n00001/GKSKLX/30001/24,Mẫu\n", "utf-8")
    assert hoso(home, "digitize", inbox, "--jobs", "1").code == 0
    assert told_now() == {"register.missing"}
    with Site(home) as site:
        assert len(list(site.ledger.results())) == read + 1
    found = {row["what"]: row for row in hoso(home, "doctor", "--json").rows()}
    assert found["register giay_kham_suc_khoe"]["state"] == "ok"
    assert found["register giay_kham_suc_khoe"]["found"].startswith("1 rows of ")
    (home / "registers" / "giay_kham_suc_khoe.csv").write_text("ho_ten\nMẫu\n", "utf-8")
    broken = hoso(home, "doctor", "--json")
    assert broken.code == 6
    row = next(row for row in broken.rows() if row["what"] == "register giay_kham_suc_khoe")
    assert (row["state"], "thiếu cột khóa" in row["found"]) == ("missing", True)
    assert hoso(home, "digitize", inbox, "--jobs", "1").code == 0
    assert told_now() == {"register.unreadable"}
