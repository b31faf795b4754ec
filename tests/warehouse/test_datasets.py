"""Exports for reuse: described, safe to open in a spreadsheet, the same bytes each time, whole or not there."""

from __future__ import annotations

import csv
import hashlib
import json
import sys
from pathlib import Path

import pytest

from hoso import site
from hoso.cli import main
from hoso.exports import datasets
from hoso.exports.datasets import Column

sys.path.insert(0, str(Path(__file__).parents[1] / "contracts"))
from filings import NAMES, batch, decision_filing, receipt_filing


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("datasets") / "home"
    site.make(folder, "")
    with site.Site(folder) as opened:
        filings = (*(decision_filing(n) for n in (1, 2, 3)), receipt_filing(7))
        opened.warehouse.load(batch("b1", *filings))
    return folder


def hoso(home: Path, *arguments: str) -> int:
    with pytest.raises(SystemExit) as done:
        main(["--home", str(home), *arguments])
    return int(str(done.value.code))


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_an_export_is_described_and_the_same_each_time(home: Path, tmp_path: Path, form: str) -> None:
    for name in ("a", "b"):
        assert hoso(home, "export", "--type", "quyet_dinh", "--to", str(tmp_path / name), "--as", form) == 0
        assert sorted(path.name for path in (tmp_path / name).iterdir()) == ["datapackage.json", f"quyet_dinh.{form}"]
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()
    (resource,) = json.loads((tmp_path / "a" / "datapackage.json").read_text())["resources"]
    content = (tmp_path / "a" / f"quyet_dinh.{form}").read_bytes()
    assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert resource["schema"]["primaryKey"] == "document"
    fields = {field["name"]: field for field in resource["schema"]["fields"]}
    assert fields["ngay_ban_hanh"]["type"] == "date"
    assert fields["so_ky_hieu"]["title"] == "Số, ký hiệu"


def test_the_csv_opens_in_excel_with_iso_days_and_masks(home: Path, tmp_path: Path) -> None:
    assert hoso(home, "export", "--type", "giay_tiep_nhan", "--to", str(tmp_path / "x")) == 0
    raw = (tmp_path / "x" / "giay_tiep_nhan.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(raw.decode("utf-8-sig").splitlines())
    assert row["ngay_nhan"] == "2026-06-20"
    assert NAMES[2] not in raw.decode()
    for again in (("--to", str(tmp_path / "x")), ("--to", str(tmp_path / "y"), "--type", "giay_tiep")):
        assert hoso(home, "export", "--type", "giay_tiep_nhan", *again) == 2
    assert not [path for path in tmp_path.iterdir() if path.name != "x"]


def test_an_unmasked_export_leaves_a_fact(home: Path, tmp_path: Path) -> None:
    told = ("--unmask", "--purpose", "bàn giao", "--who", "Cán bộ Thử")
    assert hoso(home, "export", "--type", "giay_tiep_nhan", "--to", str(tmp_path / "x"), *told) == 0
    assert NAMES[2] in (tmp_path / "x" / "giay_tiep_nhan.csv").read_text(encoding="utf-8-sig")
    with site.Site(home) as opened:
        assert [fact.body["purpose"] for fact in opened.ledger.facts("unmasked")] == ["bàn giao"]


@pytest.mark.parametrize("text", ["=1+1", "+84", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_no_cell_is_a_formula(text: str) -> None:
    made = datasets.spreadsheet((Column("a", "A"),), [{"a": text}]).decode("utf-8-sig")
    assert next(csv.reader(made.split("\r\n", 1)[1:]))[0].startswith("'")
    assert f'"{json.dumps(text)[1:-1]}"' in datasets.lines((Column("a", "A"),), [{"a": text}]).decode()


def test_a_number_below_zero_stays_a_number() -> None:
    assert b"\r\n-2.5\r\n" in datasets.spreadsheet((Column("a", "A"),), [{"a": -2.5}])
