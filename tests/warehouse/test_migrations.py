"""A warehouse of any released format comes up to this one without losing a row.

``format1.json`` holds the statements and rows by which the first released Hoso made such a lake; it is never drawn again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from hoso.errors import Misconfigured
from hoso.settings import Settings
from hoso.warehouses import ducklake
from hoso.warehouses.ducklake import lake as lake_module
from hoso.warehouses.ducklake.house import House
from hoso.warehouses.ducklake.schema import FORMAT, TABLES

OLD = json.loads((Path(__file__).parent / "format1.json").read_text(encoding="utf-8"))
Rows = dict[str, list[tuple[object, ...]]]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose lake is of format 1."""
    with monkeypatch.context() as patch:
        patch.setattr(lake_module.Lake, "_create", lambda _, base: [base.execute(s) for s in OLD["statements"]])
        lake = lake_module.Lake(tmp_path / "warehouse")
        lake.make()
    with lake.transaction() as base:
        for name, rows in OLD["rows"].items():
            marks = ", ".join("?" * len(rows[0])) if rows else ""
            for row in rows:
                base.execute(f"INSERT INTO history.{name} VALUES ({marks})", row)
    lake.close()
    return tmp_path


@pytest.fixture
def house(home: Path) -> Iterator[House]:
    opened = ducklake.open(Settings(), home)
    yield opened
    opened.close()


def old_rows(house: House) -> Rows:
    """Every row of the tables of format 1, in the columns they had then, ordered."""
    found: Rows = {}
    for name, rows in OLD["rows"].items():
        if name != "about" and rows:
            columns = ", ".join(f'"{column}"' for column, _, _ in TABLES[name].columns[: len(rows[0])])
            found[name] = list(house.query(f"SELECT {columns} FROM history.{name} ORDER BY ALL").rows)
    return found


def test_no_row_is_lost_or_changed(house: House) -> None:
    for name, rows in old_rows(house).items():
        assert rows == sorted((tuple(row) for row in OLD["rows"][name]), key=lambda r: [(v is None, v) for v in r]), (
            name
        )
    assert house.query("SELECT format FROM history.about").rows == ((FORMAT,),)


def test_old_rows_get_what_the_new_format_adds(house: House) -> None:
    assert house.query(
        "SELECT name, kind, value_date FROM fields WHERE type = 'quyet_dinh' AND name IN ('ngay_ban_hanh', 'nguoi_ky')"
        " ORDER BY name"
    ).rows == (("ngay_ban_hanh", "date", date(2026, 3, 2)), ("nguoi_ky", "person", None))
    assert house.query("SELECT kind, value_date FROM fields WHERE name = 'ngay_ket_luan'").rows == (("date", None),)
    assert house.query("SELECT DISTINCT agency FROM documents").rows == (("H23.16",),)
    assert house.query("SELECT DISTINCT agency FROM dossiers").rows == (("H23.16",),)
    verified = house.query("SELECT type, verified_by, verified_at FROM documents ORDER BY type").rows
    assert verified == (
        ("giay_kham_suc_khoe_lai_xe", None, None),
        ("giay_tiep_nhan", "Cán bộ thử nghiệm", "2026-11-23T08:00:00+07:00"),
        ("quyet_dinh", "Cán bộ thử nghiệm", "2026-11-23T08:00:00+07:00"),
    )
    assert house.query("SELECT count(*) FROM history.fields WHERE verified_by IS NULL").rows == ((5,),)
    ((person, *said),) = house.query("SELECT person, field, name, birth, sex FROM mentions").rows
    assert said == ["so_cccd", "PHẠM THU HƯƠNG", "1990-01-01", "Nữ"]
    assert len(str(person)) == 32
    assert house.query("SELECT code, agency, received, due FROM cases").rows == (
        ("000.00.16.H23-260620-0001", "H23.16", date(2026, 6, 20), None),
    )


def test_both_versions_of_a_corrected_value_can_be_asked(house: House) -> None:
    assert house.query("SELECT truoc, sau FROM v_sua_doi WHERE truong = 'nguoi_ky'").rows == (
        ("TRẦN THỊ HÒA", "VÕ VĂN SỬA"),
    )


def test_it_comes_up_once_and_takes_new_papers(home: Path, house: House) -> None:
    house.query("SELECT 1")
    before = house.query("SELECT count(*) FROM history.mentions").rows
    later = ducklake.open(Settings(), home)
    assert later.query("SELECT count(*) FROM history.mentions").rows == before
    assert len(later.search("võ văn sửa")) == 1
    later.close()


def test_a_killed_migration_leaves_the_old_format(home: Path, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(lake_module, "_append", die)
        with pytest.raises(Killed):
            house.query("SELECT 1")
    lake = lake_module.Lake(home / "warehouse")
    assert lake.read("SELECT format FROM history.about") == [(1,)]
    assert len(lake.read("FROM history.documents LIMIT 1")[0]) == len(OLD["rows"]["documents"][0])
    lake.close()
    assert house.query("SELECT format FROM history.about").rows == ((FORMAT,),)


def test_a_lost_secret_of_persons_is_told_and_a_rebuild_makes_another(home: Path, house: House) -> None:
    house.query("SELECT 1")
    (home / "keys" / "persons.key").unlink()
    later = ducklake.open(Settings(), home)
    with pytest.raises(Misconfigured, match="hoso rebuild"):
        _ = later._people
    later.clear()
    assert later._people("030090000001")
    assert (home / "keys" / "persons.key").stat().st_mode & 0o777 == 0o600
    later.close()
