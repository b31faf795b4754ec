"""A home read from Python: typed rows, tables, frames, masked as everywhere."""

from __future__ import annotations

import datetime
import re
import subprocess
import sys
from pathlib import Path

import pytest

import hoso
from hoso import site
from hoso.errors import Usage

sys.path.insert(0, str(Path(__file__).parents[1] / "contracts"))
from filings import batch, decision_filing, receipt_filing

from tools import rowtypes

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("library") / "home"
    site.make(folder, "")
    with site.Site(folder) as opened:
        opened.warehouse.load(batch("b1", *(decision_filing(n) for n in range(1, 6)), receipt_filing(7)))
    return folder


def test_records_come_as_typed_rows(folder: Path) -> None:
    with hoso.open(folder) as home:
        rows = list(home.records(type="quyet_dinh", since="2026-03-03", until=datetime.date(2026, 3, 5)))
        assert sorted(str(row["so_ky_hieu"]) for row in rows) == ["2/QĐ-UBND", "3/QĐ-UBND", "4/QĐ-UBND"]
        assert {row["ngay_ban_hanh"] for row in rows} == {datetime.date(2026, 3, day) for day in (3, 4, 5)}
        assert {row["trich_yeu"] for row in rows} == {"…"}
        assert len(list(home.records())) == 6
        assert list(home.records(type="quyet_dinh", person="001090012345")) == []


def test_rows_read_in_lots_are_all_there_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hoso.library._LOT", 2)
    with hoso.open(folder) as home:
        ids = [row["document"] for row in home.records(type="quyet_dinh")]
    assert len(ids) == len(set(ids)) == 5


def test_a_wrong_type_names_the_nearest_and_a_wrong_day_is_refused(folder: Path) -> None:
    with hoso.open(folder) as home:
        with pytest.raises(Usage, match="quyet_dinh"):
            home.records(type="quyet_din")  # type: ignore[call-overload]
        with pytest.raises(Usage, match="no day"):
            home.records(since="1/3/2026")


def test_questions_give_rows_tables_and_frames(folder: Path) -> None:
    pytest.importorskip("pyarrow")
    with hoso.open(folder) as home:
        (row,) = home.sql("SELECT count(*) AS n FROM documents WHERE type = ?", ["quyet_dinh"])
        assert row == {"n": 5}
        assert home.records(type="quyet_dinh").table().num_rows == 5
        assert len(home.sql("SELECT * FROM v_tai_lieu").frame()) == 6
        assert home.search("quyết định")
        with pytest.raises(Usage):
            list(home.sql("DROP TABLE history.fields"))


def test_unmasked_rows_leave_a_fact(folder: Path) -> None:
    with hoso.open(folder, unmask=True, purpose="kiểm thử", who="Cán bộ Thử") as home:
        (row,) = home.records(type="giay_tiep_nhan")
        assert " " in str(row["ho_ten"])
    with site.Site(folder) as opened:
        assert [fact.body["rows"] for fact in opened.ledger.facts("unmasked")] == ["1"]


def test_the_types_follow_the_forms() -> None:
    assert rowtypes.TARGET.read_text(encoding="utf-8") == rowtypes.drawn(), "run: python -m tools.rowtypes"


def test_a_type_checker_knows_the_fields_of_each_type(tmp_path: Path) -> None:
    good = (
        "import datetime\nimport hoso\nwith hoso.open() as home:\n    for row in home.records(type='quyet_dinh'):\n"
        "        day: datetime.date | None = row['ngay_ban_hanh']\n        number: str | None = row['so_ky_hieu']\n"
    )
    (tmp_path / "good.py").write_text(good)
    (tmp_path / "bad.py").write_text(good + "        row['so_cccd']\n        wrong: int = row['document']\n")
    for name, errors in (("good", 0), ("bad", 2)):
        done = subprocess.run(
            [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", str(tmp_path / f"{name}.py")],
            capture_output=True, text=True, cwd=ROOT, check=False,
        )  # fmt: skip
        assert done.stdout.count("error:") == errors, done.stdout


def test_the_examples_of_the_page_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyarrow")
    pytest.importorskip("pandas")
    monkeypatch.setenv("HOSO_HOME", str(folder))
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    assert len(blocks) >= 4
    for block in blocks:
        exec(compile(block, "docs/python.md", "exec"), {})
