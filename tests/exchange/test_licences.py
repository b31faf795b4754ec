"""Licences of a dossier against the register of sentences and warnings; papers and registers side by side."""

from __future__ import annotations

import csv
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from cases import APPLICATION, LICENCE, RECEIPT, filing

from doors import ROOT, hoso
from hoso import registers
from hoso.forms import Forms, load
from hoso.nouns import Record
from hoso.registers import Register, Registers
from hoso.stages import licences, reconcile
from hoso.stages.reconcile import Paper

HEAD = "so,so_cccd,ho_ten,ngay_sinh,hinh_thuc,so_quyet_dinh,ngay_quyet_dinh,tu_ngay,den_ngay,ngay_go\n"
NUMBER = APPLICATION["so_gplx"]


@pytest.fixture(scope="module")
def forms() -> Forms:
    return load(ROOT / "schemas")


def held(folder: Path, *rows: str, name: str = "gplx_xu_ly", head: str = HEAD) -> Registers:
    (folder / f"{name}.csv").write_text(head + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return registers.load(folder)


def row(measure: str, since: str, until: str = "", lifted: str = "", number: str = NUMBER) -> str:
    return f"{number},030090000001,Nguyễn Văn Thử,1990-01-02,{measure},12/QĐ-XPHC,{since},{since},{until},{lifted}"


def papers(forms: Forms, **changed: str | None) -> tuple[Record, ...]:
    made = (
        filing("giay_tiep_nhan", RECEIPT).record,
        filing("don_doi_gplx", APPLICATION, **changed).record,
        filing("giay_phep_lai_xe", LICENCE, so=changed.get("so_gplx", NUMBER)).record,
    )
    return tuple(
        replace(one, document=replace(one.document, form=forms.choose(one.document.type, "2026-06-20").name))
        for one in made
    )


def told(records: tuple[Record, ...]) -> list[tuple[str, str]]:
    """(type of paper, severity) of what was told."""
    return [(r.document.type, p.severity) for r in records for p in r.problems if p.code == "register.suspended"]


@pytest.mark.parametrize("measure", ["Tước quyền sử dụng GPLX", "Thu hồi giấy phép", "Tạm giữ", "Cảnh báo", "Khác"])
def test_a_sentence_that_stands_on_the_receiving_day_holds_the_dossier(tmp_path, forms, measure: str) -> None:
    known = held(tmp_path, row(measure, "2026-05-01", "2026-07-31"))
    records = licences.judged(papers(forms), forms, known, "2026-11-23")
    assert told(records) == [("don_doi_gplx", "error"), ("giay_phep_lai_xe", "error")]
    application = records[1]
    assert application.verdict == "needs-person"
    assert next(f for f in application.fields if f.name == "so_gplx").status == "doubtful"
    assert next(f for f in application.fields if f.name == "so_gplx").value == NUMBER


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (row("Tước quyền sử dụng", "2026-03-01", "2026-06-19"), "served the day before"),
        (row("Cảnh báo", "2026-03-01", "", "2026-06-20"), "lifted on the day"),
        (row("Thu hồi", "2026-06-21"), "begins the day after"),
        (row("Tước quyền sử dụng", "2024", "2025"), "over with the year"),
    ],
)
def test_a_sentence_served_or_a_warning_lifted_holds_nobody(tmp_path, forms, entry: str, why: str) -> None:
    records = licences.judged(papers(forms), forms, held(tmp_path, entry), "2026-11-23")
    assert told(records) == [("don_doi_gplx", "note"), ("giay_phep_lai_xe", "note")], why
    assert records[1].verdict == "clear"


def test_the_last_day_of_a_sentence_still_counts(tmp_path, forms) -> None:
    known = held(tmp_path, row("Tước quyền sử dụng", "2026-03-01", "2026-06-20"))
    assert ("don_doi_gplx", "error") in told(licences.judged(papers(forms), forms, known, "2026-11-23"))


def test_the_day_is_the_receipts_and_else_that_of_the_scans(tmp_path, forms) -> None:
    known = held(tmp_path, row("Tước quyền sử dụng", "2026-06-01", "2026-06-30"))
    whole = papers(forms)
    assert ("don_doi_gplx", "error") in told(licences.judged(whole, forms, known, "2026-11-23"))
    assert told(licences.judged(whole[1:], forms, known, "2026-11-23"))[0] == ("don_doi_gplx", "note")


def test_another_licence_of_the_person_makes_a_warning_and_a_slip_an_error(tmp_path, forms) -> None:
    known = held(tmp_path, row("Tước quyền sử dụng", "2026-06-01"))
    other = licences.judged(papers(forms, so_gplx="310987654321"), forms, known, "2026-06-20")
    assert told(other)[0] == ("don_doi_gplx", "warning")
    slip = licences.judged(papers(forms, so_gplx="300123456780"), forms, known, "2026-06-20")
    assert told(slip)[0] == ("don_doi_gplx", "error")


def test_a_stranger_is_not_held(tmp_path, forms) -> None:
    entry = "310987654321,030191000002,Trần Thị Khác,1991-02-03,Tước,13/QĐ,2026-01-01,2026-01-01,,"
    assert told(licences.judged(papers(forms), forms, held(tmp_path, entry), "2026-06-20")) == []


def test_a_home_without_the_register_holds_nobody_and_a_broken_one_waits(tmp_path, forms) -> None:
    assert told(licences.judged(papers(forms), forms, registers.NONE, "2026-06-20")) == []
    broken = held(tmp_path, head="khong_phai_cot\n")
    records = licences.judged(papers(forms), forms, broken, "2026-06-20")
    assert [p.code for p in records[1].problems] == ["register.unreadable"]
    assert records[1].verdict == "needs-person"


def test_no_sentence_holds_a_value(tmp_path, forms) -> None:
    known = held(tmp_path, row("Tước quyền sử dụng", "2026-06-01"))
    for record in licences.judged(papers(forms), forms, known, "2026-06-20"):
        for problem in record.problems:
            assert not any(secret in problem.text for secret in (NUMBER, "030090000001", "Thử", "12/QĐ"))


def test_papers_and_register_are_held_against_each_other_both_ways(tmp_path) -> None:
    text = "so,ho_ten,ngay_sinh,hang,ngay_cap\n"
    known = held(
        tmp_path, "300000000001,Nguyễn Văn Thử,1990-01-02,B,2020-01-01", "300000000002,Lê Văn Mẫu,1991-01-02,C,2021-01-01",
        "300000000003,Phạm Thị Giả,1992-01-02,B,2019-01-01", name="giay_phep_lai_xe", head=text,
    )  # fmt: skip
    register = known.sound["giay_phep_lai_xe"]
    assert isinstance(register, Register)

    def paper(document: str, number: str, name: str, class_: str, day: str) -> Paper:
        return Paper(document, day, {"so": number, "ho_ten": name, "hang": class_, "ngay_cap": day})

    both = reconcile.reconciled(
        [
            paper("one", "300000000001", "NGUYỄN VĂN THỬ", "B", "2020-01-01"),
            paper("old", "300000000003", "PHẠM THỊ GIẢ", "B1", "2015-01-01"),
            paper("new", "300000000003", "PHẠM THỊ GIẢ", "C", "2026-01-01"),
            paper("fresh", "300000000009", "VŨ VĂN THÊM", "B", "2026-02-01"),
            paper("blank", "", "VŨ VĂN THÊM", "B", "2026-02-01"),
        ],
        register,
    )
    assert (both.same, both.unnumbered) == (1, 1)
    assert [p.document for p in both.ours] == ["fresh"]
    assert [r["so"] for r in both.theirs] == ["300000000002"]
    assert [(p.document, columns) for p, _, columns in both.apart] == [("new", ("hang", "ngay_cap"))]
    rows = reconcile.changes(both, ("so", "ho_ten", "hang", "ngay_cap"))
    assert [(r["van_ban"], r["thay_doi"], r["cot_doi"]) for r in rows] == [
        ("fresh", "moi", ""),
        ("new", "doi", "hang ngay_cap"),
    ]


def test_an_older_paper_is_no_change(tmp_path) -> None:
    known = held(tmp_path, "300000000001,B,2020-01-01", name="giay_phep_lai_xe", head="so,hang,ngay_cap\n")
    register = known.sound["giay_phep_lai_xe"]
    paper = Paper("old", "2010", {"so": "300000000001", "hang": "A1", "ngay_cap": "2010-01-01"})
    both = reconcile.reconciled([paper], register)
    assert both.apart
    assert reconcile.changes(both, ("so", "hang", "ngay_cap")) == []


def test_an_application_waits_while_the_sentence_lasts_and_goes_on_once_it_is_served(tmp_path) -> None:
    """From the scan to the seal, by the worked example in samples/exchange/licences."""
    home, example = tmp_path / "home", ROOT / "samples" / "exchange" / "licences"
    assert hoso(home, "init", "--demo").code == 0
    for file in (example / "registers").iterdir():
        shutil.copy(file, home / "registers" / file.name)
    hoso(home, "digitize", example / "inbox", "--jobs", "1")
    (paper,) = hoso(home, "records", "--json").rows()
    assert (paper["type"], paper["state"]) == ("don_doi_gplx", "waiting")
    assert [p["field"] for p in paper["problems"] if p["code"] == "register.suspended"] == ["so_gplx"]

    sentence = home / "registers" / "gplx_xu_ly.csv"
    sentence.write_text(sentence.read_text(encoding="utf-8").replace("2026-01-10,,", "2026-01-10,2026-02-10,"))
    hoso(home, "digitize", example / "inbox", "--jobs", "1")
    (paper,) = hoso(home, "records", "--json").rows()
    assert [p["severity"] for p in paper["problems"] if p["code"] == "register.suspended"] == ["note"]

    both = hoso(home, "registers", "reconcile", "giay_phep_lai_xe", "--json")
    assert {(row["state"], row["number"][-3:]) for row in both.rows()} == {
        ("theirs-only", "627"),
        ("theirs-only", "002"),
    }
    assert "481150339627" not in both.out
    target = tmp_path / "doi.csv"
    assert hoso(home, "registers", "update", "giay_phep_lai_xe", "--to", target).code == 2
    done = hoso(home, "registers", "update", "giay_phep_lai_xe", "--to", target, "--unmask", "--purpose", "đối chiếu",
                "--who", "Cán bộ thử")  # fmt: skip
    assert done.code == 0, done.err
    assert next(iter(csv.reader(target.read_text(encoding="utf-8-sig").splitlines())))[-3:] == [
        "thay_doi",
        "cot_doi",
        "van_ban",
    ]
