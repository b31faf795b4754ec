"""The warehouse is made of store and ledger alone: rebuilt byte for byte, compared row by row, moved whole."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from hoso import settings as settings_module
from hoso.cli import hoso
from hoso.errors import Misconfigured, Usage
from hoso.recipe import care, enrolling, moving, rebuilding
from hoso.site import Site

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "contracts")]
from filings import decision_filing, receipt_filing  # noqa: E402
from homes import approved, corrected, loaded, opened, received  # noqa: E402

PROGRESS = "ma_ho_so,co_quan,thu_tuc,ngay_tiep_nhan,ngay_hen_tra,ngay_ket_thuc,trang_thai\n"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A home with three loads of papers, one of them a correction, and a register between."""
    home = opened(tmp_path / "home")
    first = received(home, decision_filing(1, doubtful=True), receipt_filing(1), decision_filing(2))
    loaded(home, *first.values())
    (home.home / "registers" / "ho_so.csv").write_text(
        PROGRESS + "000.00.16.H23-260620-0001,000.00.16.H23,1.001612,20/06/2026,30/06/2026,29/06/2026,9\n"
    )
    assert enrolling.enrol(home) == ("progress",)
    loaded(home, *received(home, receipt_filing(5)).values())
    of_two = next(outcome for outcome in first.values() if outcome.dossier.source == "HS0002")
    loaded(home, corrected(home, of_two, "nguoi_ky", "VÕ VĂN SỬA"), who="Người thứ hai")
    yield home
    home.close()


def export(site: Site) -> dict[str, str]:
    digests: dict[str, str] = site.warehouse.digests()  # type: ignore[attr-defined]
    return digests


def run(site: Site, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(hoso, ["--home", str(site.home), *words])
    code = done.exit_code
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        code = getattr(done.exception, "exit_code", 1)
    return code, done.output


def test_a_rebuild_gives_every_table_byte_for_byte_history_and_all(site: Site) -> None:
    before = export(site)
    told = (
        "SELECT (SELECT count(*) FROM history.documents), (SELECT count(*) FROM documents), max(load)"
        " FROM history.receipts"
    )
    assert site.warehouse.query(told).rows == ((5, 4, 4),)
    shutil.rmtree(site.home / "warehouse")
    site.close()
    again = opened(site.home)
    assert care.rebuild(again, lambda _: None) == 4
    assert export(again) == before
    assert again.warehouse.query("SELECT truoc, sau, nguoi_duyet FROM v_sua_doi").rows == (
        ("LÊ QUỐC ĐẠT", "VÕ VĂN SỬA", "Người thứ hai"),
    )
    again.close()


def test_what_was_told_after_a_load_does_not_creep_into_it(site: Site) -> None:
    before = export(site)
    dossier = next(f.subject for f in site.ledger.facts("received"))
    outcome = rebuilding._outcome(site, dossier, _record(site, dossier), 10**9)
    approved(site, outcome.records[0], "Người đến sau")
    corrected(site, outcome, "nguoi_ky", "NGƯỜI CHƯA DUYỆT")
    care.rebuild(site, lambda _: None)
    assert export(site) == before


def _record(site: Site, dossier: str):  # type: ignore[no-untyped-def]
    from hoso.recipe.standing import standing

    outcome = standing(site, dossier).outcome
    assert outcome is not None
    return outcome.records[0]


def test_a_load_after_a_rebuild_is_not_done_twice(site: Site) -> None:
    care.rebuild(site, lambda _: None)
    for batch in rebuilding.batches(site):
        assert not site.warehouse.load(batch)


def test_a_whole_warehouse_has_no_difference(site: Site) -> None:
    counted: list[int] = []
    assert list(rebuilding.audit(site, counted.append)) == []
    assert counted == [3, 0, 1, 1]
    assert run(site, "audit", "--warehouse")[0] == 0


@pytest.mark.parametrize(
    ("harm", "found"),
    [
        ("UPDATE history.fields SET value = 'x' WHERE name = 'so_ky_hieu' AND load = 1",
         {("no-evidence", "fields"), ("no-row", "fields")}),
        ("DELETE FROM history.pages WHERE load = 1", {("no-row", "pages")}),
        ("INSERT INTO history.problems (load, loaded_at, document, code) VALUES (1, '', 'd', 'made-up')",
         {("no-evidence", "problems")}),
        ("DELETE FROM history.receipts WHERE load = 3", {("no-row", "receipts")}),
        ("INSERT INTO history.receipts VALUES (9, '', 'nobody told', 0, 0)", {("no-evidence", "receipts")}),
        ("DELETE FROM history.revisions WHERE what = 'document'", {("no-row", "revisions")}),
        ("INSERT INTO history.revisions SELECT load, loaded_at, 'document', document, load FROM history.documents"
         " WHERE load = 3", {("no-evidence", "revisions")}),
        ("UPDATE history.progress SET state = 10", {("no-evidence", "progress"), ("no-row", "progress")}),
    ],
)  # fmt: skip
def test_rows_without_evidence_and_evidence_without_rows_are_found(
    site: Site, harm: str, found: set[tuple[str, str]]
) -> None:
    site.warehouse.load(next(rebuilding.batches(site)))
    with site.warehouse._lake.transaction() as base:  # type: ignore[attr-defined]
        base.execute(harm)
    assert {(one.kind, one.table) for one in rebuilding.audit(site, lambda _: None)} == found
    site.close()
    code, output = run(site, "audit", "--warehouse", "--json")
    assert code == 7
    assert all(f'"{kind}"' in output for kind, _ in found)
    assert run(site, "rebuild")[0] == 0
    assert run(site, "audit", "--warehouse")[0] == 0


def test_a_lost_archive_copy_is_evidence_lost(site: Site) -> None:
    document, after = next((f.subject, f.body["after"]) for f in site.ledger.facts("sealed"))
    held = next(p for p in (site.home / "store").rglob(f"*{after[4:]}*") if p.is_file())
    held.unlink()
    assert ("no-evidence", "seals", document) in {
        (one.kind, one.table, one.subject) for one in rebuilding.audit(site, lambda _: None)
    }


def test_a_register_is_taken_in_once_a_state_and_a_wrong_cell_not_at_all(site: Site) -> None:
    assert enrolling.enrol(site) == ()
    path = site.home / "registers" / "ho_so.csv"
    path.write_text(PROGRESS + "000.00.16.H23-260620-0001,H23.16,1.001612,2026-06-20,2026-06-30,,chín\n")
    with pytest.raises(Misconfigured, match=r"ho_so\.csv, dòng 2, cột trang_thai"):
        enrolling.enrol(site)
    path.write_text(PROGRESS + "000.00.16.H23-260620-0001,H23.16,1.001612,2026-06-20,2026-06-30,,10\n")
    assert enrolling.enrol(site) == ("progress",)
    assert site.warehouse.query("SELECT state, ended, agency FROM progress").rows == ((10, None, "H23.16"),)
    assert site.warehouse.query("SELECT count(*) FROM history.progress").rows == ((2,),)


def test_units_of_both_times_are_taken_in_and_lead_from_old_to_new(site: Site) -> None:
    code, output = run(site, "enrol")
    assert (code, "units" in output) == (0, True)
    told = dict(site.warehouse.query("SELECT cap, count(*) FROM v_don_vi WHERE den_ngay IS NULL GROUP BY cap").rows)
    assert told == {"province": 34, "commune": 3321}
    assert site.warehouse.query(
        "SELECT DISTINCT tinh_moi, ma_tinh FROM v_don_vi WHERE cap = 'province' AND ten LIKE '%Hải Dương'"
    ).rows == (("Thành phố Hải Phòng", "31"),)
    assert run(site, "enrol")[1].count("nothing changed") == 1


@pytest.fixture
def servers(site: Site, settings_for: Callable[[str], settings_module.Settings]) -> Iterator[Callable[[], Site]]:
    """Opens the home of ``site`` again, its settings naming servers that run for the tests."""
    told = settings_for("postgres")
    (site.home / "settings.toml").write_text(
        '[rooms]\nledger = "sqlite"\n\n'
        f'[postgres]\nhost = "127.0.0.1"\nport = {told.postgres.port}\nschema = "{told.postgres.schema}"\n\n'
        f'[s3]\nendpoint = "{told.s3.endpoint}"\nbucket = "{told.s3.bucket}"\nsecure = false\n'
    )
    made: list[Site] = []

    def give() -> Site:
        made.append(opened(site.home))
        return made[-1]

    yield give
    for one in made:
        one.close()


def test_a_home_moves_to_servers_and_back_without_a_byte_lost(site: Site, servers: Callable[[], Site]) -> None:
    before = export(site)
    site.close()
    code, output = run(site, "move-warehouse", "--to", "postgres")
    assert (code, "4 loads copied" in output) == (0, True), output
    there = servers()
    assert there.settings.rooms.warehouse == "postgres"
    assert export(there) == before
    assert len(there.warehouse.search("võ văn sửa")) == 1
    assert list(rebuilding.audit(there, lambda _: None)) == []
    loaded(there, *received(there, decision_filing(7)).values())
    after = export(there)
    shutil.rmtree(site.home / "warehouse")
    assert run(site, "move-warehouse", "--to", "ducklake")[0] == 0
    back = servers()
    assert back.settings.rooms.warehouse == "ducklake"
    assert export(back) == after != before
    with pytest.raises(Usage, match="already"):
        moving.move(back, "ducklake", lambda _: None)


def test_a_stopped_move_goes_on_and_a_foreign_warehouse_is_not_mixed_in(
    site: Site, servers: Callable[[], Site]
) -> None:
    class Killed(BaseException):
        pass

    def die(_: int) -> None:
        raise Killed

    home = servers()
    with pytest.raises(Killed):
        moving.move(home, "postgres", die)
    assert moving.move(home, "postgres", lambda _: None) == 3
    loaded(home, *received(home, decision_filing(8)).values())
    assert moving.move(home, "postgres", lambda _: None) == 1
    home.warehouse.clear()
    with pytest.raises(Misconfigured, match="another warehouse"):
        moving.move(home, "postgres", lambda _: None)


@pytest.mark.parametrize(
    "text",
    ["", "# mine\n[office]\nname = \"A\"\n", "[rooms]\nstore = \"folder\"\n[office]\nname = \"A\"\n",
     "[rooms]\nwarehouse = \"ducklake\"  # here\nledger = \"sqlite\"\n"],
)  # fmt: skip
def test_only_the_line_of_the_warehouse_changes_in_the_settings(tmp_path: Path, text: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(text)
    moving.name_warehouse(path, "postgres")
    assert settings_module.read(path).rooms.warehouse == "postgres"
    kept = [line for line in text.splitlines() if "warehouse" not in line]
    assert [line for line in path.read_text().splitlines() if line in kept] == kept
    assert ("# here" in text) == ("# here" in path.read_text())
