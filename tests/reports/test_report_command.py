"""hoso report on a home: through the warehouse, in every format, and again with the same bytes."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from doors import hoso, smallest_dossier
from hoso import site as sites
from hoso.exports.reports.workbook import workbook
from hoso.nouns import Batch, Fact, Filing, Roll
from hoso.pdf.marks import text_of
from hoso.pdf.report import printed
from hoso.recipe import reporting
from hoso.site import HANOI, Site
from hoso.values.periods import period
from hoso.values.reports import Cell, Chart, Column, Report, Sheet

sys.path.insert(0, str(Path(__file__).parents[1] / "contracts"))
from filings import decision_filing, digest

AT = "2026-05-06T09:00:00+07:00"
CODES = [f"H24.16-20260504-{number:07d}" for number in range(1, 6)]


def filed(number: int, type_: str, issued: str, verdict: str = "clear") -> Filing:
    """A paper of the dossier of that number, scanned on 6 May."""
    made = decision_filing(number, verdict=verdict, doubtful=verdict != "clear")
    document = replace(made.record.document, id=digest(type_, number)[:24], type=type_)
    fields = tuple(replace(f, value=issued) if f.name == "ngay_ban_hanh" else f for f in made.record.fields)
    return replace(
        made, code=CODES[number - 1], record=replace(made.record, document=document, fields=fields),
        dossier=replace(made.dossier, received=AT), sealed=replace(made.sealed, document=document.id, at=AT), decisions=(),
    )  # fmt: skip


def register(name: str, *lines: dict[str, str | None]) -> Roll:
    return Roll(name, "2026-07-01", digest(name, lines), lines)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five dossiers of May. 1 and 2: component, result, marked. 3: component, no result. 4: result alone.
    5: known to the one-stop system alone, which has not said anything of its marks."""
    home = tmp_path_factory.mktemp("report") / "home"
    sites.make(home, '[office]\nname = "ỦY BAN NHÂN DÂN XÃ HÒA THỬ"\n')
    filings = (
        filed(1, "don_doi_gplx", "2026-05-01"), filed(1, "quyet_dinh", "2026-05-06"),
        filed(2, "don_doi_gplx", "2026-05-01", "x"), filed(2, "quyet_dinh", "2026-05-06"),
        filed(3, "don_doi_gplx", "2026-05-01"), filed(4, "quyet_dinh", "2026-05-06"),
    )  # fmt: skip
    course = {"procedure": "1.001612", "received": "2026-05-04", "due": "2026-05-11", "ended": "2026-05-08", "state": "9",
              "component_reused": "0", "from_store": "0", "verified_identity": "1", "population": "0"}  # fmt: skip
    said = [
        course | {"code": code, "component_digital": digital, "result_link": link}
        for code, digital, link in zip(CODES[:4], "1110", "1100", strict=True)
    ]
    said[0]["procedure"] = "1.001612.000.00.00.H48"  # as a province writes it
    open_ = {"code": CODES[4], "procedure": "1.001612", "received": "2026-05-04", "due": "2026-05-29", "state": "4"}
    procedures = register(
        "procedures", {"code": "1.001612", "name": "Đăng ký hộ", "needs_result": "1", "citizens": "1"}
    )
    with Site(home) as site:
        site.warehouse.load(Batch("one", AT, filings, (register("progress", *said, open_), procedures)))
        for number, same in enumerate(("yes", "yes", "yes", "no")):
            body = {"type": "quyet_dinh", "field": "so_ky_hieu", "same": same}
            site.ledger.tell(Fact(reporting.KEYED, f"document-{number}", AT, body))
    return home


@pytest.fixture
def site(home: Path) -> Iterator[Site]:
    with Site(home, lambda: datetime(2026, 7, 1, 8, tzinfo=HANOI)) as opened:
        yield opened


def rows(report: Report, sheet: str) -> list[dict[str, Cell]]:
    found = next(one for one in report.sheets if one.name == sheet)
    return [{c.name: cell for c, cell in zip(found.columns, row, strict=True)} for row in found.rows]


def test_indicators_out_of_the_warehouse(site: Site) -> None:
    report = reporting.report(site, "kpi", period("2026-05"), "procedure", (5, 4))
    lines = {str(row["id"]): row for row in rows(report, "indicators")}
    # on time: 1 to 4 (the 8th by the 11th), 5 is open and taken to the 31st, due on the 29th
    assert (lines["2.1"]["hits"], lines["2.1"]["of"], lines["2.1"]["rate"]) == (4, 5, Decimal("80.00"))
    # 4.1: 1, 2 of five that need a result; the open one is not known
    assert (lines["4.1"]["rate"], lines["4.1"]["rate_at_most"]) == (Decimal("40.00"), Decimal("60.00"))
    # 4.2: 1 and 2; 3 has no result, 4 no component, 5 is not known: 40 x 4 / 80
    assert (lines["4.2"]["rate"], lines["4.2"]["rate_at_most"]) == (Decimal("40.00"), Decimal("60.00"))
    assert lines["4.2"]["points"] == Decimal("2.00")
    assert (lines["4.3"]["rate"], lines["4.3"]["points"]) == (Decimal("60.00"), Decimal("1.50"))
    assert lines["4.3*"]["rate"] is None  # four surely not, the fifth not known
    assert lines["4.5a"]["rate"] == Decimal("100.00")
    assert lines["1.4"]["rate"] is None
    assert [row["group"] for row in rows(report, "groups")] == ["Tất cả", "1.001612 · Đăng ký hộ"]


def test_the_provincial_table_out_of_the_warehouse(site: Site) -> None:
    report = reporting.report(site, "digitization", period("2026-05"), "agency")
    whole = rows(report, "province")[0]
    assert (whole["received"], whole["component_digital"], whole["component_not_digital"]) == (5, 3, 1)
    assert (whole["settled"], whole["result_digital"], whole["result_not_digital"]) == (4, 3, 1)
    work = rows(report, "work")
    assert (work[0]["day"], work[0]["documents"], work[0]["pages"]) == (date(2026, 5, 6), 6, 12)
    assert [row["code"] for row in rows(report, "risks")] == [CODES[4]]


def test_quality_out_of_warehouse_and_ledger(site: Site) -> None:
    report = reporting.report(site, "quality", period("2026-05"), "month")
    whole = rows(report, "straight")[0]
    assert (whole["documents"], whole["straight"], whole["rate"]) == (6, 5, Decimal("83.33"))
    errors = rows(report, "errors")[0]
    assert (errors["keyed"], errors["errors"], errors["rate"]) == (4, 1, Decimal("25.00"))
    assert rows(report, "engines") == [{"engine": "tesseract 5 vie", "documents": 6}]


def test_groups_by_month_lie_within_a_quarter(site: Site) -> None:
    report = reporting.report(site, "kpi", period("2026-Q2"), "month", None)
    assert [row["group"] for row in rows(report, "groups")] == ["Tất cả", "2026-05"]


def test_the_same_home_gives_the_same_bytes(home: Path, site: Site) -> None:
    one = reporting.report(site, "digitization", period("2026-05"), "agency")
    with Site(home, lambda: datetime(2027, 1, 1, 8, tzinfo=HANOI)) as later:
        other = reporting.report(later, "digitization", period("2026-05"), "agency")
    assert one == other
    assert workbook(one) == workbook(other)
    assert printed(one) == printed(other)


def test_numbers_are_numbers_and_heads_are_frozen_in_the_workbook(site: Site) -> None:
    report = reporting.report(site, "kpi", period("2026-05"), "agency")
    with zipfile.ZipFile(BytesIO(workbook(report))) as book:
        sheet = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))
        names = book.read("xl/workbook.xml").decode()
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    cells = {cell.get("r"): cell for cell in sheet.iter(f"{space}c")}
    numbers = {place: cell.findtext(f"{space}v") for place, cell in cells.items() if cell.get("t") in (None, "n")}
    line = next(i for i, row in enumerate(rows(report, "indicators"), 5) if row["id"] == "4.2")
    assert (numbers[f"D{line}"], float(numbers[f"F{line}"] or 0)) == ("5", 40.0)
    pane = next(sheet.iter(f"{space}pane"))
    assert (pane.get("state"), pane.get("ySplit")) == ("frozen", "4")
    assert 'name="indicators"' in names


def test_text_that_looks_like_a_formula_stays_text() -> None:
    columns = (Column("group", "Nhóm", "text"),)
    report = Report("kpi", "2026-05", "agency", "=1+1", "Thử", (Sheet("one", "Một", columns, (("=HYPERLINK(1)",),)),))
    with zipfile.ZipFile(BytesIO(workbook(report))) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


def test_the_print_has_its_letters_embedded_and_its_pages_numbered(site: Site) -> None:
    data = printed(reporting.report(site, "digitization", period("2026-05"), "agency"))
    with pikepdf.open(BytesIO(data)) as pdf:
        count = len(pdf.pages)
        for page in pdf.pages:
            font = page.Resources.Font["/C0"]
            assert "/FontFile2" in font.DescendantFonts[0].FontDescriptor
            assert [round(float(side)) for side in page.MediaBox] == [0, 0, 595, 842]
    text = "\n".join(text_of(data, number) for number in range(1, count + 1))
    assert "Báo cáo số hóa hồ sơ, tháng 5 năm 2026" in text
    assert "Có tái sử dụng" in text
    assert f"Trang {count}/{count}" in text
    assert "?" not in text


def test_a_long_table_breaks_over_pages_with_its_head() -> None:
    columns = (Column("group", "Cơ quan rất đặc biệt", "text"), Column("n", "Số"))
    sheet = Sheet("one", "Bảng dài", columns, tuple((f"Nhóm {n} " + "dài " * 30, n) for n in range(120)))
    chart = Chart("Trống", ("a",), ())
    data = printed(Report("kpi", "2026", "agency", "Thử", "Thử", (sheet,), (chart,)))
    with pikepdf.open(BytesIO(data)) as pdf:
        count = len(pdf.pages)
    assert count > 2
    assert all("Cơ quan rất đặc biệt" in text_of(data, number) for number in range(1, count + 1))


def test_the_command_gives_json_lines_and_files(home: Path, tmp_path: Path) -> None:
    done = hoso(home, "report", "kpi", "--period", "2026-05", "--json")
    assert done.code == 0, done.err
    line = next(row for row in done.rows() if row.get("id") == "4.3")
    assert (line["period"], line["rate"], line["points"], line["unknown"]) == ("2026-05", 60.0, 1.5, 1)
    for form, head in (("xlsx", b"PK"), ("pdf", b"%PDF"), ("table", "Chỉ tiêu".encode())):
        target = tmp_path / f"report.{form}"
        done = hoso(home, "report", "kpi", "--period", "2026-05", "--format", form, "--to", target)
        assert done.code == 0, done.err
        assert target.read_bytes().startswith(head)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.pdf", "report.table", "report.xlsx"]


def test_an_empty_period_says_so_and_a_wrong_one_is_refused(home: Path, tmp_path: Path) -> None:
    for kind in ("kpi", "digitization", "quality"):
        done = hoso(home, "report", kind, "--period", "2019-Q1")
        assert done.code == 0, done.err
        assert "2019-Q1: the report is empty" in done.err
        assert "N/A" in done.out
    done = hoso(home, "report", "kpi", "--period", "2026-13")
    assert (done.code, "2026-13" in done.err) == (2, True)
    assert hoso(home, "report", "kpi", "--period", "2026-05", "--format", "pdf").code == 2
    assert hoso(home, "report", "kpi", "--period", "2026-05", "--reported", "3").code == 2
    lost = tmp_path / "no" / "where.json"
    assert hoso(home, "report", "kpi", "--period", "2026-05", "--json", "--to", lost).code == 5


def test_what_waits_for_a_person_counts_as_backlog_and_in_quality(tmp_path: Path) -> None:
    home = tmp_path / "home"
    sites.make(home, "[office]\ntest = true\n")
    done = hoso(home, "digitize", smallest_dossier(), "--jobs", "1", "--json")
    assert done.code in (0, 4), done.err
    with Site(home) as site:
        this = period(f"{site.now():%Y-%m}")
        backlog = {
            row["what"]: row["count"] for row in rows(reporting.report(site, "digitization", this, "month"), "backlog")
        }
        whole, *groups = rows(reporting.report(site, "quality", this, "month"), "straight")
        before = reporting.report(site, "quality", period("2019"), "month")
    waiting = int(str(backlog["Văn bản chờ người kiểm tra"])) + int(str(backlog["Văn bản chờ duyệt"]))
    assert waiting >= 1
    assert (whole["documents"], whole["waiting"], whole["released"]) == (waiting, waiting, 0)
    assert [group["group"] for group in groups] == [this.name]
    assert before.empty
