"""Every warehouse takes whole batches once, answers questions read-only, and finds pages by their words."""

from __future__ import annotations

import datetime
import importlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from filings import AT, NAMES, batch, decision_filing, receipt_filing

from hoso.errors import Damaged, Misconfigured, Unavailable, Usage
from hoso.nouns import Field, Filing, Place
from hoso.settings import Settings
from hoso.values.fold import fold
from hoso.warehouses import ducklake
from hoso.warehouses.api import Warehouse
from hoso.warehouses.ducklake import lake as lake_module
from hoso.warehouses.ducklake import schema, views, words
from hoso.warehouses.ducklake.house import House
from hoso.warehouses.ducklake.place import Folder

HERE = str(Path(__file__).parent)


@pytest.fixture
def reopen(
    warehouse_name: str, settings_for: Callable[[str], Settings], tmp_path: Path
) -> Iterator[Callable[[], Warehouse]]:
    settings = settings_for(warehouse_name)
    module = importlib.import_module(f"hoso.warehouses.{warehouse_name}")
    opened: list[Warehouse] = []

    def give() -> Warehouse:
        opened.append(module.open(settings, tmp_path))
        return opened[-1]

    yield give
    for warehouse in opened:
        warehouse.close()


@pytest.fixture
def warehouse(reopen: Callable[[], Warehouse]) -> Warehouse:
    return reopen()


def one(warehouse: Warehouse, sql: str, *parameters: object) -> object:
    return warehouse.query(sql, parameters).rows[0][0]


def changed(filing: Filing, name: str, **change: object) -> Filing:
    fields = tuple(replace(f, **change) if f.name == name else f for f in filing.record.fields)
    return replace(filing, record=replace(filing.record, fields=fields))


# --- loading ---


def test_every_value_comes_back_with_its_evidence(warehouse: Warehouse) -> None:
    filing = decision_filing(1, doubtful=True)
    assert warehouse.load(batch("b1", filing))
    rows = warehouse.query(
        "SELECT name, value, raw, confidence, position, box_l, box_t, box_r, box_b, status, source, rule, form, engine"
        " FROM fields WHERE document = ? ORDER BY ordinal",
        [filing.record.document.id],
    ).rows
    assert rows == tuple(
        (
            f.name, f.value, f.raw, f.confidence,
            *((f.place.position, *f.place.box) if f.place else (None,) * 5),
            f.status, f.source, f.rule, filing.record.document.form, filing.engine,
        )
        for f in filing.record.fields
    )  # fmt: skip
    assert warehouse.query("SELECT position, text FROM pages ORDER BY position").rows == tuple(
        enumerate(filing.texts, 1)
    )
    assert warehouse.query("SELECT code, severity, field, position FROM problems").rows == (
        ("value.order", "warning", "ngay_ban_hanh", 1),
    )
    assert warehouse.query('SELECT before, "after", profile FROM seals').rows == (
        (filing.sealed.before, filing.sealed.after, "text"),
    )
    assert warehouse.query("SELECT who, verdict FROM decisions").rows == (("Cán bộ thử nghiệm", "approved"),)
    assert warehouse.query("SELECT name, digest FROM scans").rows == (
        ("HS0001/001.tif", filing.dossier.scans[0].digest),
    )
    assert warehouse.query("SELECT key, documents, pages FROM receipts").rows == (("b1", 1, 2),)


def test_the_lines_of_a_table_come_back(warehouse: Warehouse) -> None:
    warehouse.load(batch("b1", receipt_filing(3)))
    assert warehouse.query("SELECT row, item, value FROM field_rows ORDER BY row, item").rows == (
        (1, "stt", "1"), (1, "ten", "Đơn đề nghị"),
        (2, "so_luong", "1"), (2, "stt", "2"), (2, "ten", "Bản sao giấy phép"),
    )  # fmt: skip


@pytest.mark.parametrize("many", [1, 300])
def test_odd_values_come_back_as_they_went(warehouse: Warehouse, many: int) -> None:
    odd = (
        "",
        'O\'Ngữ "x"',
        "dòng 1\ndòng 2\t",
        "'; DROP TABLE fields; --",
        "😀 ẫ ợ",
        "NULL",
        "\\N",
        "{a=b}",
        "a" * 70000,
    )
    place = Place(1, (0.1 + 0.2, 1 / 3, 1e-17, 1.0))
    fields = tuple(Field(f"f{n}", value, value, 1 / 7, place) for n, value in enumerate((*odd * many, "a" * 70_000)))
    filing = decision_filing(1)
    filing = replace(filing, record=replace(filing.record, fields=fields))
    warehouse.load(batch("b'1", filing))
    rows = warehouse.query("SELECT value, raw, confidence, box_l, box_t, box_r FROM fields ORDER BY ordinal").rows
    assert rows == tuple((f.value, f.raw, 1 / 7, *place.box[:3]) for f in fields)
    assert not warehouse.load(batch("b'1", filing))


def test_loading_twice_changes_nothing(reopen: Callable[[], Warehouse]) -> None:
    filings = [decision_filing(n) for n in range(3)]
    assert reopen().load(batch("b1", *filings))
    for warehouse in (reopen(), reopen()):
        assert not warehouse.load(batch("b1", *filings))
        assert one(warehouse, "SELECT count(*) FROM documents") == 3
        assert one(warehouse, "SELECT count(*) FROM history.documents") == 3
        assert len(warehouse.search("chủ tịch")) == 3


def test_an_empty_batch_has_its_receipt_too(warehouse: Warehouse) -> None:
    assert warehouse.load(batch("nothing"))
    assert not warehouse.load(batch("nothing"))
    assert one(warehouse, "SELECT documents FROM receipts") == 0


def test_a_corrected_record_hides_the_old_one_and_keeps_it(warehouse: Warehouse) -> None:
    old, other = decision_filing(1, doubtful=True), decision_filing(2)
    warehouse.load(batch("b1", old, other))
    new = decision_filing(1, signer="VÕ VĂN SỬA")
    assert new.record.document.id == old.record.document.id
    # The instant is earlier on purpose: clocks are set back, loads are not.
    warehouse.load(batch("b2", new, at="2026-11-22T08:00:00+07:00"))
    signers = warehouse.query("SELECT value FROM fields WHERE name = 'nguoi_ky' ORDER BY value").rows
    assert signers == ((NAMES[2],), ("VÕ VĂN SỬA",))
    assert warehouse.query("SELECT * FROM problems").rows == ()
    assert one(warehouse, "SELECT count(*) FROM documents") == 2
    assert one(warehouse, "SELECT count(*) FROM dossiers") == 2
    assert one(warehouse, "SELECT count(*) FROM history.documents") == 3
    assert one(warehouse, "SELECT count(*) FROM history.problems") == 1
    assert len(warehouse.search('"võ văn sửa"')) == 1
    assert warehouse.search(NAMES[1]) == ()
    assert len(warehouse.search(NAMES[2])) == 1


def test_what_is_cleared_is_gone_and_can_be_loaded_again(reopen: Callable[[], Warehouse]) -> None:
    warehouse, other = reopen(), reopen()
    warehouse.load(batch("b1", decision_filing(1)))
    warehouse.load(batch("b2", *(receipt_filing(n) for n in range(300))))
    assert len(other.search("chủ tịch")) == 1
    warehouse.clear()
    for each in (warehouse, other):
        assert one(each, "SELECT count(*) FROM documents") == 0
        assert one(each, "SELECT count(*) FROM history.receipts") == 0
        assert each.search("chủ tịch") == ()
    assert warehouse.load(batch("b1", decision_filing(1)))
    assert len(other.search("chủ tịch")) == 1
    assert one(other, "SELECT count(*) FROM v_tai_lieu") == 1


# --- the archivists' views ---


def test_every_view_answers_before_the_first_paper(warehouse: Warehouse) -> None:
    names = [row[0] for row in warehouse.query("SHOW TABLES").rows]
    assert {"v_ho_so", "v_tai_lieu", "v_truong", "v_can_kiem_tra", "documents", "fields", "pages"} <= set(names)
    assert {f"v_{paper.type}" for paper in views.papers()} <= set(names)
    for name in names:
        rows = warehouse.query(f"SELECT * FROM {name}").rows
        assert (rows == ()) == (name != "v_ngay"), name


def test_a_decision_is_a_line_of_its_wide_view(warehouse: Warehouse) -> None:
    warehouse.load(batch("b1", decision_filing(7), receipt_filing(7)))
    answer = warehouse.query("SELECT * FROM v_quyet_dinh")
    row = dict(zip(answer.columns, answer.rows[0], strict=True))
    assert len(answer.rows) == 1
    assert row["so_ky_hieu"] == "7/QĐ-UBND"
    assert row["ngay_ban_hanh"] == datetime.date(2026, 3, 8)
    assert row["nguoi_ky"] == NAMES[2]
    assert row["dia_danh"] is None
    assert one(warehouse, "SELECT thanh_phan_ho_so FROM v_giay_tiep_nhan") == [
        {"stt": "1", "ten": "Đơn đề nghị"},
        {"stt": "2", "ten": "Bản sao giấy phép", "so_luong": "1"},
    ]


def test_documents_carry_the_element_names_of_the_circular(warehouse: Warehouse) -> None:
    warehouse.load(batch("b1", decision_filing(7)))
    answer = warehouse.query(
        "SELECT fileCode, docOrdinal, typeName, codeNumber, codeNotation, issuedDate, organName, subject, pageAmount,"
        " autograph, process FROM v_tai_lieu"
    )
    assert answer.columns[:3] == ("fileCode", "docOrdinal", "typeName")
    assert answer.rows == (
        (
            "000.00.16.H23-260620-0007", 1, "Quyết định", "7", "QĐ-UBND", datetime.date(2026, 3, 8),
            "ỦY BAN NHÂN DÂN XÃ HÒA THỬ", "Về việc cấp kinh phí số 7", 2, NAMES[2], "CHỦ TỊCH",
        ),
    )  # fmt: skip


def test_dossiers_count_their_papers_pages_and_doubts(warehouse: Warehouse) -> None:
    warehouse.load(batch("b1", decision_filing(1, doubtful=True)))
    warehouse.load(batch("b2", receipt_filing(1)))
    assert warehouse.query("SELECT nguon, so_van_ban, so_trang, so_truong_can_kiem_tra FROM v_ho_so").rows == (
        ("HS0001", 2, 3, 2),
    )
    doubts = warehouse.query("SELECT truong, van_de FROM v_can_kiem_tra ORDER BY truong").rows
    assert doubts == (
        ("dia_danh", "field.missing"), ("ngay_ban_hanh", "value.order"), ("nguoi_ky", "field.doubtful"),
    )  # fmt: skip


def test_each_value_leads_back_to_the_ink(warehouse: Warehouse) -> None:
    warehouse.load(batch("b1", decision_filing(1)))
    assert warehouse.query("SELECT tep, trang, box_l, box_t FROM v_truong WHERE truong = 'nguoi_ky'").rows == (
        ("HS0001/001.tif", 2, 0.6, 0.8),
    )


def test_a_field_named_twice_and_an_impossible_date_break_no_view(warehouse: Warehouse) -> None:
    filing = changed(decision_filing(1), "ngay_ban_hanh", value="2026-02-31")
    twice = (*filing.record.fields, Field("so_ky_hieu", "another"))
    warehouse.load(batch("b1", replace(filing, record=replace(filing.record, fields=twice))))
    assert warehouse.query("SELECT so_ky_hieu, ngay_ban_hanh FROM v_quyet_dinh").rows == (("1/QĐ-UBND", None),)
    assert one(warehouse, "SELECT codeNumber FROM v_tai_lieu") == "1"


def test_views_say_in_vietnamese_what_they_hold(warehouse: Warehouse) -> None:
    comments = dict(warehouse.query("SELECT view_name, comment FROM duckdb_views() WHERE NOT internal").rows)
    assert "Thông tư 05/2025" in str(comments["v_tai_lieu"])
    assert all(comments.values())


# --- questions ---


@pytest.fixture(scope="module")
def shared(
    settings_shared: Callable[[str], Settings], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str, Callable[[Path, House], None]], tuple[Path, House]]]:
    """A home with a warehouse of that name, made and filled by the function given, once for all tests of this module."""
    made: dict[tuple[str, object], tuple[Path, House]] = {}

    def give(name: str, fill: Callable[[Path, House], None]) -> tuple[Path, House]:
        if (name, fill) not in made:
            home = tmp_path_factory.mktemp("shared")
            house: House = importlib.import_module(f"hoso.warehouses.{name}").open(settings_shared(name), home)
            fill(home, house)
            made[name, fill] = home, house
        return made[name, fill]

    yield give
    for _, house in made.values():
        house.close()


@pytest.fixture
def asked(warehouse_name: str, shared: Callable[..., tuple[Path, House]]) -> tuple[Path, Warehouse]:
    """A home with three papers, beside files that no question may reach."""
    return shared(warehouse_name, _asked)


def _asked(home: Path, house: House) -> None:
    (home / "settings.toml").write_text("a=1\n")
    (home / "settings.csv").write_text("a\n1\n")
    with sqlite3.connect(home / "ledger.sqlite") as ledger:
        ledger.execute("CREATE TABLE facts (a)")
    ledger.close()
    house.load(batch("b1", decision_filing(1), decision_filing(2), receipt_filing(1)))


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO history.documents SELECT * FROM history.documents",
        "DELETE FROM history.documents",
        "UPDATE history.documents SET type = 'x'",
        "DROP TABLE history.documents",
        "CREATE TABLE x (i INTEGER)",
        "CREATE TEMP TABLE x (i INTEGER)",
        "ATTACH '/tmp/x.db'",
        "DETACH lake",
        "USE memory",
        "SET memory_limit = '8GB'",
        "PRAGMA memory_limit = '8GB'",
        "COPY (SELECT 1) TO '/tmp/x.csv'",
        "COPY (SELECT 1) TO 'HOME/warehouse/data/x.parquet'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "CHECKPOINT",
        "CALL ducklake_expire_snapshots('lake', older_than => now()::TIMESTAMP)",
        "SELECT 1; DROP TABLE history.documents",
        "SELECT 1; SELECT 2",
        "",
        "   ",
        "-- nothing",
        "SELECT * FROM ducklake_expire_snapshots('lake', older_than => now()::TIMESTAMP)",
        "SELECT * FROM ducklake_cleanup_old_files('lake', cleanup_all => true)",
        "SELECT * FROM ducklake_flush_inlined_data('lake')",
        "SELECT * FROM sqlite_scan('HOME/ledger.sqlite', 'facts')",
        "SELECT * FROM sqlite_query('__ducklake_metadata_lake', 'DELETE FROM ducklake_table')",
        "SELECT 1 WHERE EXISTS (SELECT * FROM sqlite_attach('HOME/ledger.sqlite'))",
        "WITH x AS (SELECT * FROM SQLITE_SCAN('HOME/ledger.sqlite', 'facts')) SELECT * FROM x",
        "DESCRIBE SELECT * FROM sqlite_scan('HOME/ledger.sqlite', 'facts')",
        "SELECT * FROM query('SELECT 1')",
        "SELECT * FROM read_text('HOME/settings.toml')",
        "SELECT * FROM read_csv('HOME/settings.toml')",
        "SELECT * FROM 'HOME/settings.csv'",
        "SELECT * FROM glob('HOME/*')",
    ],
)
def test_what_is_no_question_to_the_tables_is_refused(asked: tuple[Path, Warehouse], sql: str) -> None:
    home, warehouse = asked
    sql = sql.replace("HOME", str(home))
    with pytest.raises(Usage):
        warehouse.query(sql)
    with pytest.raises(Usage):
        warehouse.export(sql, str(home / "o.parquet"))
    assert not (home / "o.parquet").exists()
    assert one(warehouse, "SELECT count(*) FROM documents") == 3


def test_refused_questions_leave_the_loader_alone(warehouse: Warehouse) -> None:
    warehouse.load(batch("b1", decision_filing(1)))
    for sql in ("DROP TABLE history.documents", "SELECT * FROM ducklake_flush_inlined_data('lake')"):
        with pytest.raises(Usage):
            warehouse.query(sql)
    assert warehouse.load(batch("b2", decision_filing(2)))
    assert one(warehouse, "SELECT count(*) FROM documents") == 2


@pytest.mark.parametrize(
    ("sql", "says"),
    [("SELEC 1", "syntax"), ("SELECT nam FROM fields", "nam"), ("SELECT * FROM documentz", "documents"),
     ("SELECT 'a'::INTEGER", "a"), ("SELECT ?", "param")],
)  # fmt: skip
def test_wrong_sql_is_answered_with_what_is_wrong(asked: tuple[Path, Warehouse], sql: str, says: str) -> None:
    with pytest.raises(Usage, match=says):
        asked[1].query(sql)


@pytest.mark.parametrize(
    "sql",
    ["SELECT 1", "WITH a AS (SELECT 1) SELECT * FROM a;", "FROM documents", "DESCRIBE documents", "SHOW TABLES",
     "SUMMARIZE documents", "VALUES (1)", "SELECT * FROM range(3)", "TABLE documents", "SELECT unnest([1, 2]) -- two"],
)  # fmt: skip
def test_every_form_of_question_is_answered(asked: tuple[Path, Warehouse], sql: str) -> None:
    assert asked[1].query(sql).columns


def test_parameters_are_values_never_sql(warehouse: Warehouse) -> None:
    warehouse.load(batch("b1", decision_filing(1)))
    assert one(warehouse, "SELECT count(*) FROM documents WHERE type = ?", "x' OR '1' = '1") == 0
    assert one(warehouse, "SELECT count(*) FROM documents WHERE type = $1", "quyet_dinh") == 1


def test_an_answer_is_exported_as_parquet_whole(warehouse: Warehouse, tmp_path: Path) -> None:
    import duckdb

    warehouse.load(batch("b1", *(decision_filing(n) for n in range(5))))
    target = tmp_path / "ra ngoài.parquet"
    warehouse.export("SELECT so_ky_hieu, ngay_ban_hanh FROM v_quyet_dinh ORDER BY 1;", str(target))
    with duckdb.connect() as base:
        kept = base.execute("SELECT * FROM read_parquet(?)", [str(target)]).fetchall()
    assert kept[1] == ("1/QĐ-UBND", datetime.date(2026, 3, 2))
    assert len(kept) == 5
    assert [p.name for p in tmp_path.iterdir() if "parquet" in p.name] == [target.name]
    with pytest.raises(Unavailable, match="another place"):
        warehouse.export("SELECT 1", str(tmp_path / "nowhere" / "o.parquet"))


# --- search ---


@pytest.fixture
def library(warehouse_name: str, shared: Callable[..., tuple[Path, House]]) -> House:
    return shared(warehouse_name, _library)[1]


def _library(_: Path, house: House) -> None:
    ward = changed(decision_filing(123), "dia_danh", value="Hòa Bình", place=Place(1, (0.5, 0.1, 0.6, 0.2)))
    plain = replace(receipt_filing(50), texts=("Ho va ten: Nguyen Van Duc, thon Dong Da",))
    house.load(batch("b1", ward, plain, *(decision_filing(n) for n in range(5)), receipt_filing(9)))


@pytest.mark.parametrize(
    ("typed", "sources"),
    [
        ("nguyễn văn đức", ["HS0000", "HS0050"]),  # as typed first, without marks after it
        ("nguyen van duc", ["HS0000", "HS0050"]),
        ("NGUYEN VAN ĐỨC", ["HS0000", "HS0050"]),
        ("nguye\u0302\u0303n va\u0306n \u0111\u01b0\u0301c", ["HS0000", "HS0050"]),  # decomposed typing
        ("nguyễn đức", ["HS0000", "HS0050"]),
        ('"nguyễn đức"', []),
        ('"văn đức"', ["HS0000", "HS0050"]),
        ("123/QĐ-UBND", ["HS0123"]),
        ("123/qd-ubnd", ["HS0123"]),
        ("123", ["HS0123"]),
        ("hòa bình", ["HS0123"]),  # a value the page text does not hold
        ("0900000009", ["HS0009"]),
        ("09000000*", ["HS0009"]),
        ("20/06/2026 thị", []),
        ("20/06/2026", ["HS0009", "HS0050"]),
        ("2026-06-20", ["HS0009", "HS0050"]),
        ("thon dong da", ["HS0050"]),
        ("thôn đống đa", ["HS0050"]),
        ("không hề có", []),
    ],
)
def test_pages_are_found(library: House, typed: str, sources: list[str]) -> None:
    found = [hit.source for hit in library.search(typed)]
    if typed in {"nguyen van duc", "20/06/2026", "2026-06-20"}:
        assert sorted(found) == sources
    else:
        assert found == sources


def test_marks_as_typed_come_first(library: House) -> None:
    hits = library.search("đức")
    assert [hit.source for hit in hits] == ["HS0000", "HS0050"]
    assert hits[0].score > 3 * hits[1].score > 0


def test_a_hit_leads_to_its_page_and_shows_the_words(library: House) -> None:
    (hit,) = library.search('"123/QĐ-UBND" quyet dinh')
    filing = decision_filing(123)
    assert (hit.document, hit.dossier, hit.type, hit.position) == (
        filing.record.document.id, filing.dossier.id, "quyet_dinh", 1,
    )  # fmt: skip
    assert "⟦123/QĐ-UBND⟧" in hit.snippet
    assert "⟦QUYẾT⟧ ⟦ĐỊNH⟧" in hit.snippet
    assert "\n" not in hit.snippet


@pytest.mark.parametrize("typed", ['"', '""', "*", "", "  ", "'", "/ - ( )", "^", "_"])
def test_no_word_is_no_question(library: House, typed: str) -> None:
    with pytest.raises(Usage, match="no word"):
        library.search(typed)


@pytest.mark.parametrize(
    "typed",
    ['chủ"tịch', "a OR b", "NEAR(a b)", "exact:chủ", "chủ -tịch", "(chủ", "chủ)", "chủ*tịch*", '"chủ', "a;--", "{a} : b"],
)  # fmt: skip
def test_nothing_typed_is_taken_for_the_language_of_the_index(library: House, typed: str) -> None:
    library.search(typed)


def test_the_limit_holds(library: House) -> None:
    assert len(library.search("quyết định", 3)) == 3
    assert library.search("quyết định", 0) == ()


def test_folding_leaves_no_vietnamese_letter_marked() -> None:
    letters = "aăâbcdđeêghiklmnoôơpqrstuưvxy"
    tones = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
    for letter in letters + letters.upper():
        for tone in tones if letter.lower() in "aăâeêioôơuưy" else ("",):
            assert re.fullmatch("[a-z]", fold(letter + tone)), letter + tone
    assert fold("Ðặng Thị Huệ — số 12/QĐ") == "dang thi hue — so 12/qd"


def test_a_snippet_shows_the_place_where_the_words_stand_together() -> None:
    text = "đơn " + "xa " * 40 + "đơn đề nghị cấp đổi " + "xa " * 40
    shown = words.snippet(text, words.clauses("đơn cấp"))
    assert "⟦đơn⟧ đề nghị ⟦cấp⟧ đổi" in shown
    assert shown.startswith("… xa")
    assert shown.endswith("xa …")


# --- kills, power cuts, other processes (DuckLake with its files) ---


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def house(home: Path) -> Iterator[House]:
    opened = ducklake.open(Settings(), home)
    yield opened
    opened.close()


def script(body: str) -> str:
    return (
        "import sys, json, pathlib, time\n"
        f"sys.path.insert(0, {HERE!r})\n"
        "from filings import batch, decision_filing\n"
        "from hoso.settings import Settings\nfrom hoso.warehouses import ducklake\n"
        "house = ducklake.open(Settings(), pathlib.Path(sys.argv[1]))\n" + body
    )


Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a process that has the warehouse open as ``house``; none outlives its test."""
    started: list[subprocess.Popen[str]] = []

    def give(body: str, *arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", script(body), *map(str, arguments)]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
        return started[-1]

    yield give
    for process in started:
        process.kill()
        if process.stdout and not process.stdout.closed:
            process.communicate()


def end(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return out


def consistent(house: House) -> int:
    """Assert that whole batches only are there, in lake and index; gives how many."""
    receipts = dict(house.query("SELECT load, documents FROM history.receipts").rows)
    for table, each in (("documents", 1), ("pages", 2), ("fields", 7), ("seals", 1)):
        found = house.query(f"SELECT load, count(*) FROM history.{table} GROUP BY load").rows
        assert dict(found) == {load: n * each for load, n in receipts.items()}, table
    assert sorted(receipts) == list(range(1, len(receipts) + 1))
    documents = one(house, "SELECT count(*) FROM documents")
    assert len(house.search("chủ tịch", 10_000)) == documents
    return len(receipts)


def test_a_loader_killed_at_any_moment_leaves_whole_batches(home: Path, house: House, start: Start) -> None:
    loader = (
        "k = int(sys.argv[2])\n"
        "filings = [decision_filing(1000 * k + n) for n in range(30)]\n"
        "house.load(batch(f'w{k}', decision_filing(1000 * k + 900)))\n"
        "print('ready', flush=True)\n"
        "house.load(batch(f'b{k}', *filings))\n"
        "print('done', flush=True)\n"
        "time.sleep(30)\n"
    )
    whole = 0
    for k, delay in enumerate((0.0, 0.015, 0.03, 0.05, 0.08, 0.12)):
        process = start(loader, home, k)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(delay)
        process.kill()
        process.communicate()
        there = one(house, "SELECT count(*) FROM receipts WHERE key = ?", f"b{k}")
        whole += there == 1
        consistent(house)
        filings = [decision_filing(1000 * k + n) for n in range(30)]
        assert house.load(batch(f"b{k}", *filings)) == (there == 0)
        assert not house.load(batch(f"b{k}", *filings))
    assert consistent(house) == 12
    assert one(house, "SELECT count(*) FROM documents") == 186
    house.tidy()
    assert consistent(house) == 12


def test_readers_see_whole_batches_while_a_loader_writes(home: Path, house: House, start: Start) -> None:
    reader = (
        "stop, seen, last = pathlib.Path(sys.argv[2]), set(), False\n"
        "while not last:\n"
        "    last = stop.exists()\n"
        "    (row,) = house.query(sys.argv[3]).rows\n"
        "    documents, told, fields, current, listed = (int(n or 0) for n in row)\n"
        "    assert documents == told == current == listed and fields == 7 * told, row\n"
        "    assert not seen or told >= max(seen), row\n"
        "    # The words of a batch come right after its rows, and before the rows of the next.\n"
        "    assert len(house.search('chu tich', 1000)) >= told - 2, row\n"
        "    if not seen: print('ready', flush=True)\n"
        "    seen.add(told)\n"
        "print(json.dumps(sorted(seen)), flush=True)\n"
    )
    question = ", ".join(
        f"(SELECT {what})"
        for what in (
            "count(*) FROM history.documents", "sum(documents) FROM history.receipts", "count(*) FROM history.fields",
            "count(*) FROM documents", "count(*) FROM v_tai_lieu",
        )
    )  # fmt: skip
    house.load(batch("b0", decision_filing(0)))
    readers = [start(reader, home, home / "stop", f"SELECT {question}") for _ in range(4)]
    for process in readers:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for n in range(1, 11):
        house.load(batch(f"b{n}", decision_filing(2 * n), decision_filing(2 * n + 1)))
        if n % 5 == 0:
            house.tidy()
    (home / "stop").touch()
    between: set[int] = set()
    for process in readers:
        seen = json.loads(end(process).splitlines()[-1])
        assert seen[-1] == 21
        between.update(seen)
    assert len(between) > 2, "some reader read while the loader wrote"
    assert consistent(house) == 11


def test_two_committers_take_turns(home: Path, house: House, start: Start) -> None:
    loader = (
        "print('ready', flush=True)\n"
        "for n in range(6):\n"
        "    assert house.load(batch(f'{sys.argv[2]}-{n}', decision_filing(int(sys.argv[2]) * 100 + n)))\n"
        "    print(house.load(batch(f'shared-{n}', decision_filing(9000 + n))))\n"
    )
    told = [end(process) for process in [start(loader, home, who) for who in (1, 2)]]
    answers = [line.split("\n")[1:7] for line in told]
    for n in range(6):
        assert [each[n] for each in answers].count("True") == 1, "a shared batch is loaded by one"
    assert consistent(house) == 18


def test_a_committer_waits_and_then_says_so(home: Path, house: House) -> None:
    impatient = House(home / "warehouse", patience=0.3)
    with house._lease(0.0):
        started = time.monotonic()
        with pytest.raises(Unavailable, match="run again later"):
            impatient.load(batch("b1", decision_filing(1)))
        assert time.monotonic() - started >= 0.3
        assert impatient.query("SELECT count(*) FROM documents").rows == ((0,),), "readers never wait"
    assert impatient.load(batch("b1", decision_filing(1)))
    impatient.close()


@pytest.mark.parametrize("moment", ["append", "add"])
def test_a_kill_between_lake_and_index_is_healed(
    home: Path, house: House, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    house.load(batch("b1", decision_filing(1)))
    target = house._lake if moment == "append" else house._index
    with monkeypatch.context() as patch:
        patch.setattr(target, moment, die)
        with pytest.raises(Killed):
            house.load(batch("b2", decision_filing(2)))
    there = one(house, "SELECT count(*) FROM documents")
    assert there == (1 if moment == "append" else 2)
    assert len(house.search("chủ tịch")) == there
    assert house.load(batch("b2", decision_filing(2))) == (moment == "append")
    assert len(house.search("chủ tịch")) == 2
    assert not house._index.behind()


@pytest.mark.parametrize("found", ["search", "load"])
def test_a_lost_index_is_built_again(home: Path, house: House, found: str) -> None:
    house.load(batch("b1", decision_filing(1)))
    house.close()
    (home / "warehouse" / "index.sqlite").unlink()
    if found == "load":
        house.load(batch("b2", decision_filing(2)))
    assert len(house.search("chủ tịch")) == (2 if found == "load" else 1)


def test_a_damaged_index_says_what_to_do(home: Path, house: House) -> None:
    house.load(batch("b1", decision_filing(1)))
    house.close()
    for name in ("index.sqlite-wal", "index.sqlite-shm"):
        (home / "warehouse" / name).unlink(missing_ok=True)
    (home / "warehouse" / "index.sqlite").write_bytes(b"no database " * 1000)
    with pytest.raises(Damaged, match="remove the file"):
        house.search("chủ")


def test_new_files_are_durable_before_the_commit_that_names_them(
    house: House, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: set[str] = set()
    real = os.fsync

    def sync(handle: int) -> None:
        synced.add(str(Path(f"/proc/self/fd/{handle}").readlink()))
        real(handle)

    monkeypatch.setattr(os, "fsync", sync)
    house.load(batch("b1", *(decision_filing(n) for n in range(150))))
    files = {str(p) for p in (home / "warehouse" / "data").rglob("*.parquet")}
    assert files, "a large batch makes files"
    assert files | {str(Path(f).parent) for f in files} <= synced
    house.tidy()
    assert {str(p) for p in (home / "warehouse" / "data").rglob("*.parquet")} <= synced


def test_small_batches_leave_no_crowd_of_files(house: House, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(6):
        house.load(batch(f"b{n}", decision_filing(n)))
    before = house.query("SELECT * FROM fields ORDER BY document, ordinal").rows
    assert len(before) == 42
    named = "SELECT data_file_id FROM __ducklake_metadata_lake.ducklake_data_file WHERE end_snapshot IS NULL"
    assert len(house.query(named).rows) > 40
    house.tidy()
    assert len(house.query(named).rows) <= len(lake_module.TABLES)
    files = list((home / "warehouse" / "data").rglob("*.parquet"))
    assert len(files) > 40, "readers may still be at the files that were merged"
    monkeypatch.setattr(lake_module, "_KEPT", "INTERVAL 0 SECOND")
    house.tidy()
    assert len(list((home / "warehouse" / "data").rglob("*.parquet"))) <= len(lake_module.TABLES)
    assert house.query("SELECT * FROM fields ORDER BY document, ordinal").rows == before
    assert consistent(house) == 6


def test_a_home_that_moved_still_answers(house: House, home: Path) -> None:
    house.load(batch("b1", *(decision_filing(n) for n in range(100))))
    house.close()
    moved = home / "nơi khác 'mới'"
    moved.mkdir()
    shutil.move(home / "warehouse", moved / "warehouse")
    shutil.move(home / "keys", moved / "keys")
    again = ducklake.open(Settings(), moved)
    assert one(again, "SELECT count(*) FROM v_tai_lieu") == 100
    assert again.load(batch("b2", *(decision_filing(n) for n in range(100, 200))))
    assert one(again, "SELECT count(*) FROM fields") == 1400
    again.close()


def test_a_new_form_gets_its_view_at_the_next_question(
    house: House, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.load(batch("b1", decision_filing(1)))
    known = views.papers()
    paper = views.Paper("to_khai_moi", "Tờ khai mới", (views.Column("ho_ten", "Họ và tên"),))
    monkeypatch.setattr(views, "papers", lambda: (*known, paper))
    later = ducklake.open(Settings(), home)
    assert later.query("SELECT ho_ten FROM v_to_khai_moi").rows == ()
    assert one(later, "SELECT count(*) FROM documents") == 1
    later.close()


def test_a_newer_format_is_refused(house: House, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house.load(batch("b1", decision_filing(1)))
    with house._lake.transaction() as base:
        base.execute(f"UPDATE history.about SET format = {schema.FORMAT + 1}")
    later = ducklake.open(Settings(), home)
    with pytest.raises(Misconfigured, match="newer Hoso"):
        later.query("SELECT 1")
    with pytest.raises(Misconfigured, match="newer Hoso"):
        later.load(batch("b2", decision_filing(2)))
    later.close()


def test_a_lost_file_is_damage_with_the_way_out(house: House, home: Path) -> None:
    house.load(batch("b1", *(decision_filing(n) for n in range(100))))
    for file in (home / "warehouse" / "data").rglob("*.parquet"):
        file.unlink()
    house.close()
    with pytest.raises(Damaged, match="hoso rebuild"):
        house.query("SELECT * FROM fields")
    house.clear()
    assert house.load(batch("b1", decision_filing(1)))
    assert consistent(house) == 1


@pytest.mark.parametrize("damage", ["garbage", "empty", "gone", "half"])
def test_a_damaged_warehouse_says_so_and_can_be_built_again(home: Path, house: House, damage: str) -> None:
    house.load(batch("b1", *(decision_filing(n) for n in range(3))))
    house.close()
    for file in [*(home / "warehouse").glob("*.sqlite-*")]:
        file.unlink()
    for file in (home / "warehouse").glob("*.sqlite"):
        whole = file.read_bytes()
        file.write_bytes({"garbage": b"no database " * 999, "half": whole[: len(whole) // 2]}.get(damage, b""))
        if damage == "gone":
            file.unlink()
    again = ducklake.open(Settings(), home)
    with pytest.raises(Damaged, match="hoso rebuild"):
        again.query("SELECT count(*) FROM documents")
    again.clear()
    assert one(again, "SELECT count(*) FROM documents") == 0
    assert again.load(batch("b1", decision_filing(1)))
    assert consistent(again) == 1
    again.close()


def test_files_are_packed_small_in_lakes_made_before_too(home: Path, house: House) -> None:
    def packed() -> set[str]:
        files = [str(path) for path in (home / "warehouse" / "data").rglob("fields/*.parquet")]
        rows = duckdb.execute("SELECT DISTINCT compression FROM parquet_metadata(?)", [files]).fetchall()
        return {str(row[0]) for row in rows} - {"UNCOMPRESSED"}

    with house._lake.transaction() as base:
        base.execute("CALL ducklake_set_option('lake', 'parquet_compression', 'snappy')")
    for number in range(3):
        house.load(batch(f"b{number}", decision_filing(number)))
    assert packed() == {"SNAPPY"}, "as it was chosen before"
    house.tidy()
    house.load(batch("b9", decision_filing(9)))
    assert "ZSTD" in packed()


def test_upkeep_removes_what_killed_questions_left(home: Path, house: House) -> None:
    old, new = home / "warehouse" / "spill" / "1", home / "warehouse" / "exports" / "2-2.parquet"
    for path in (old, new.parent):
        path.mkdir(parents=True, exist_ok=True)
    (old / "rows.tmp").write_bytes(b"x")
    new.write_bytes(b"x")
    two_days_ago = time.time() - 2 * 86400
    os.utime(old, (two_days_ago, two_days_ago))
    house.tidy()
    assert not old.exists()
    assert new.exists()


@pytest.mark.parametrize("writing", [True, False])
def test_what_does_not_fit_into_memory_spills_to_the_disk(home: Path, house: House, writing: bool) -> None:
    house.load(batch("b1", decision_filing(1)))
    base = lake_module.connect(Folder(home / "warehouse"), writing=writing)
    base.execute("SET memory_limit = '40MB'")
    base.execute("SET threads = 1")
    base.execute("CREATE TEMP TABLE t AS SELECT hash(r) AS h FROM range(6000000) x(r) ORDER BY h")
    assert list((home / "warehouse" / "spill").rglob("*"))
    base.close()


def test_a_warehouse_half_made_is_made_whole(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(lake_module.Lake, "_create", die)
        with pytest.raises(KeyboardInterrupt):
            ducklake.open(Settings(), home)
    house = ducklake.open(Settings(), home)
    assert house.load(batch("b1", decision_filing(1), at=AT))
    house.close()
