"""Personal data come masked, no question gets around the masks, and unmasking leaves who, why and how much."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from hoso import forms, resources, site
from hoso.errors import Misconfigured, Usage
from hoso.recipe.asking import Asking, asking
from hoso.warehouses.ducklake import masking
from hoso.warehouses.ducklake.schema import PERSONAL

sys.path.insert(0, str(Path(__file__).parents[1] / "contracts"))
from filings import NAMES, batch, decision_filing, receipt_filing

NAME = NAMES[7 % len(NAMES)]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> site.Site:
    folder = tmp_path_factory.mktemp("masked") / "home"
    site.make(folder, '[personal]\nunmask = ["Cán bộ Thử"]\n')
    opened = site.Site(folder)
    opened.warehouse.load(batch("b1", decision_filing(7), receipt_filing(7)))
    return opened


@pytest.fixture(scope="module")
def masked(home: site.Site) -> Asking:
    return asking(home)


def test_every_column_that_tells_who_has_a_mask() -> None:
    assert set(masking.MASKS) >= PERSONAL


def test_a_field_no_form_calls_open_is_personal() -> None:
    known = forms.load(resources.folder("schemas"))
    opened = set(masking.open_fields())
    for form in known.all:
        for rule in form.fields:
            if rule.kind in {"person", "identity", "phone", "address"} and rule.name != "nguoi_ky":
                assert (form.type, rule.name) not in opened, (form.name, rule.name)
    assert ("quyet_dinh", "so_ky_hieu") in opened


@pytest.mark.parametrize(
    ("value", "kind", "mask"),
    [
        ("001090012345", "identity", "0010******45"),
        ("012345678", "identity", "0123***78"),
        ("1234", "phone", "…"),
        ("NGUYỄN VĂN AN", "person", "N.V.A."),
        ("1990-05-17", "date", "1990"),
        ("không rõ", "date", "…"),
        ("Thôn 2, Xã Thử, Tỉnh Mẫu", "address", "…, Tỉnh Mẫu"),
        ("Tỉnh Mẫu, số 12", "address", "…"),
        ("mắc bệnh", "text", "…"),
        ("x", "", "…"),
    ],
)
def test_a_value_is_masked_by_its_kind(masked: Asking, value: str, kind: str, mask: str) -> None:
    assert masked.query("SELECT by_kind(?, ?)", [kind, value]).rows == ((mask,),)


def test_no_table_and_no_view_shows_a_name_or_a_text(masked: Asking, home: site.Site) -> None:
    assert NAME in str(home.warehouse.query("SELECT * FROM v_giay_tiep_nhan").rows)
    schemas = ("main", "history", "first_known")
    names = masked.query(
        "SELECT schema_name, view_name FROM duckdb_views() WHERE database_name = 'shown' AND NOT internal"
    ).rows
    assert {schema for schema, _ in names} == set(schemas)
    for schema, name in names:
        if name == "v_ngay":
            continue
        official = " EXCLUDE (nguoi_ky)" if name == "v_quyet_dinh" else ""
        where = "" if official else " AS t WHERE t::VARCHAR NOT LIKE '%nguoi_ky%'"
        text = str(masked.query(f"SELECT *{official} FROM {schema}.{name}{where}").rows)
        if name not in ("v_tai_lieu", "open_fields"):  # the signer of an official paper is no secret
            assert NAME not in text, (schema, name)
        assert "hiệu lực kể từ ngày ký" not in text, (schema, name)
        assert "Đơn đề nghị" not in text, (schema, name)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT value FROM lake.history.fields",
        "SELECT value FROM LAKE.main.fields",
        "SELECT * FROM lake.fields",
        'SELECT * FROM "lake"."history"."pages"',
        "TABLE lake.history.fields",
        "SUMMARIZE lake.history.fields",
        "DESCRIBE lake.history.fields",
        "SHOW TABLES FROM lake",
        "WITH a AS (SELECT * FROM lake.history.fields) SELECT * FROM a",
        "SELECT (SELECT max(value) FROM lake.history.fields)",
        "SELECT 1 WHERE EXISTS (FROM lake.history.fields WHERE value LIKE 'N%')",
        "SELECT * FROM fields WHERE value IN (SELECT value FROM lake.history.fields)",
        "FROM (VALUES (1)) v(x), LATERAL (SELECT value FROM lake.history.fields)",
        "UNPIVOT lake.history.fields ON value",
        "PIVOT lake.history.fields ON value USING count(*)",
        "FROM query('FROM lake.history.fields')",
        "FROM query_table('lake.history.fields')",
        "FROM '{data}/history/fields/*.parquet'",
        "FROM read_parquet('{data}/history/fields/*.parquet')",
        "FROM parquet_scan('{data}/**/*.parquet')",
        "SELECT * FROM read_text('{root}/index.sqlite')",
        "SELECT * FROM sqlite_scan('{root}/catalog.sqlite', 'ducklake_table')",
        "FROM ducklake_table_insertions('lake', 'history', 'fields', 0, 9)",
        "FROM __ducklake_metadata_lake.ducklake_file_column_stats",
        "FROM __ducklake_metadata_lake.main.ducklake_file_column_stats",
        "ATTACH '{root}/catalog.sqlite' AS c (TYPE sqlite)",
        "CREATE OR REPLACE MACRO hidden(v) AS v",
        "SET search_path = 'lake'",
        "USE lake",
        "SELECT 1; SELECT * FROM lake.history.fields",
        "EXPLAIN ANALYZE SELECT * FROM lake.history.fields",
        "COPY fields TO '{root}/x.csv'",
    ],
)
def test_no_question_gets_around_the_masks(masked: Asking, home: site.Site, sql: str) -> None:
    root = home.home / "warehouse"
    with pytest.raises(Usage):
        masked.query(sql.replace("{root}", str(root)).replace("{data}", str(root / "data")))


def test_a_wrong_cast_tells_no_value(masked: Asking) -> None:
    with pytest.raises(Usage) as told:
        masked.query("SELECT value::INTEGER FROM fields WHERE name = 'ho_ten'")
    assert NAME.split()[-1] not in str(told.value)
    assert masked.query("SELECT count(*) FROM fields WHERE value = ? AND name = 'ho_ten'", [NAME]).rows == ((0,),)


def test_masked_search_shows_no_word_that_was_not_typed(masked: Asking) -> None:
    hits = masked.search("quyết định")
    assert hits
    assert all("Điều" not in hit.snippet and "Căn" not in hit.snippet for hit in hits)
    assert all(hit.snippet == "⟦…⟧" or "quy" not in hit.snippet for hit in masked.search("quy*"))
    with pytest.raises(Usage, match="beginning of a number"):
        masked.search("0010*")


def test_unmasking_needs_a_purpose_and_a_person_whom_the_settings_name(home: site.Site) -> None:
    for arguments in (
        (True, "", "Cán bộ Thử"),
        (True, "đối chiếu", ""),
        (True, "đối chiếu", "Người lạ"),
        (False, "x", ""),
    ):
        with pytest.raises(Usage):
            asking(home, *arguments)


def test_unmasking_tells_the_ledger_who_why_what_and_how_much_but_no_value(home: site.Site) -> None:
    asked = asking(home, True, "đối chiếu giấy tờ của 001090012345", "Cán bộ Thử")
    answer = asked.query(f"SELECT value FROM fields WHERE value = '{NAME}' /* {NAME} */ AND name = 'ho_ten'")
    assert answer.rows == ((NAME,),)
    fact = list(home.ledger.facts("unmasked"))[-1]
    assert (fact.body["who"], fact.body["rows"]) == ("Cán bộ Thử", "1")
    assert fact.body["purpose"] == "đối chiếu giấy tờ của ***"
    assert fact.body["question"] == "SELECT value FROM fields WHERE value = ? AND name = ?"
    assert NAME not in str(fact)
    assert "001090012345" not in str(fact)


def test_masked_parquet_and_arrow_are_masked_too(masked: Asking, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    ipc = pytest.importorskip("pyarrow.ipc")
    sql = "SELECT value FROM fields WHERE name = 'ho_ten'"
    masked.export(sql, str(tmp_path / "a.parquet"))
    masked.export(sql, str(tmp_path / "a.arrow"), "arrow")
    initials = "".join(f"{word[0]}." for word in NAME.split())
    assert parquet.read_table(tmp_path / "a.parquet").to_pylist() == [{"value": initials}]
    assert ipc.open_file(str(tmp_path / "a.arrow")).read_all().to_pylist() == [{"value": initials}]


def test_an_unknown_key_of_personal_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="unmask"):
        site.make(tmp_path / "home", "[personal]\nunmasked = []\n")
