"""The command line is a contract: data on standard output, exit codes, nothing done twice, nothing sealed unasked."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from doors import INBOX, Done, hoso, one_page_image, smallest_dossier

RECORD_KEYS = {
    "document", "dossier", "source", "type", "type_confidence", "state", "verdict", "pages", "fields", "problems",
    "archive_sha256",
}  # fmt: skip
FIELD_KEYS = {"name", "value", "raw", "confidence", "position", "box", "source", "status"}
PAGE_KEYS = {
    "source", "position", "scan", "page", "kind", "document", "rotation", "skew", "dpi", "quality", "text", "codes",
    "seal", "signature",
}  # fmt: skip


def test_digitizing_the_samples_ends_well_and_every_dossier_has_a_state(digitized: tuple[Path, Done]) -> None:
    _, done = digitized
    assert done.code == 0, done.err
    rows = done.rows()
    assert {row["source"] for row in rows} == {entry.name for entry in INBOX.iterdir()}
    assert {row["state"] for row in rows} <= {"sealed", "waiting", "quarantined", "blank"}
    papers = [document for row in rows for document in row["documents"]]
    family = {"quyet_dinh", "cong_van", "thong_bao", "giay_moi"}
    assert {"giay_tiep_nhan", "giay_kham_suc_khoe_lai_xe", *family} == {paper["type"] for paper in papers}
    assert any(paper["state"] == "sealed" for paper in papers), "a paper of which all is sure needs no person"
    assert all(paper["verdict"] == "clear" for paper in papers if paper["state"] == "sealed")


def test_the_planted_faults_of_the_samples_are_found(home: Path) -> None:
    truths = [json.loads(path.read_text(encoding="utf-8")) for path in (INBOX.parent / "truth").glob("*.json")]
    planted = {(truth["source"], problem["code"]) for truth in truths for problem in truth["problems"]}
    assert planted
    rows = hoso(home, "records", "--json").rows()
    assert planted <= {(row["source"], problem["code"]) for row in rows for problem in row["problems"]}


def test_records_have_the_keys_of_the_contract(home: Path) -> None:
    rows = hoso(home, "records", "--json").rows()
    assert rows
    for row in rows:
        assert set(row) >= RECORD_KEYS
        assert all(set(field) >= FIELD_KEYS for field in row["fields"])
        assert all(set(page) == {"scan", "page", "position"} for page in row["pages"])
        assert (row["archive_sha256"] is not None) == (row["state"] == "sealed")
        for field in row["fields"]:
            if field["box"] is not None:
                left, top, right, bottom = field["box"]
                assert 0 <= left < right <= 1
                assert 0 <= top < bottom <= 1


def test_pages_have_the_keys_of_the_contract_and_count_from_one(home: Path) -> None:
    rows = hoso(home, "pages", "--json").rows()
    by_source: dict[str, list[int]] = {}
    for row in rows:
        assert set(row) >= (
            PAGE_KEYS if row["kind"] != "quarantined" else {"source", "position", "scan", "kind", "reason"}
        )
        by_source.setdefault(row["source"], []).append(row["position"])
    assert all(positions == list(range(1, len(positions) + 1)) for positions in by_source.values())


def test_the_page_balance_is_even(home: Path) -> None:
    done = hoso(home, "balance", "--json")
    (row,) = done.rows()
    assert done.code == 0
    assert row["even"]
    assert row["pages_in"] == row["filed"] + row["blank"] + row["duplicate"] + row["waiting"] + row["quarantined"]
    assert row["blank"] >= 1
    assert row["quarantined"] >= 1


def test_a_second_run_is_a_no_op_that_says_so(home: Path) -> None:
    before = hoso(home, "records", "--json").out
    done = hoso(home, "digitize", INBOX)
    assert done.code == 0
    assert "all were read before" in done.err
    assert hoso(home, "records", "--json").out == before


def test_the_same_files_under_another_name_are_a_duplicate(home: Path, tmp_path: Path) -> None:
    mine = tmp_path / "home"
    shutil.copytree(home, mine)
    folder = next(entry for entry in sorted(INBOX.iterdir()) if entry.is_dir())
    shutil.copytree(folder, tmp_path / "again" / "another-name")
    (row,) = hoso(mine, "digitize", tmp_path / "again", "--json").rows()
    assert row["state"] == "duplicate"
    (balance,) = hoso(mine, "balance", "--json").rows()
    assert balance["even"]
    assert balance["duplicate"] == row["pages"]


def test_the_warehouse_holds_one_row_a_sealed_document_and_search_finds_it(home: Path) -> None:
    named = [row for row in hoso(home, "records", "--json").rows() if any(f["name"] == "ho_ten" for f in row["fields"])]
    waiting = next(row["document"] for row in named if row["state"] == "waiting")
    hoso(home, "approve", "--who", "Trần Thị Mẫu", "--with-problems", waiting)
    sealed = [row for row in hoso(home, "records", "--json").rows() if row["state"] == "sealed"]
    assert waiting in {row["document"] for row in sealed}
    rows = hoso(home, "sql", "SELECT document FROM documents", "--format", "json").rows()
    assert sorted(row["document"] for row in rows) == sorted(row["document"] for row in sealed)
    person = next(f["value"] for row in sealed for f in row["fields"] if f["name"] == "ho_ten" and f["value"])
    plain = person.lower().replace("đ", "d")
    assert hoso(home, "search", person, "--json").rows()
    assert hoso(home, "search", *plain.split(), "--json").rows()


def test_the_warehouse_cannot_be_written_through_sql(home: Path) -> None:
    for wrong in (
        "DELETE FROM documents",
        "DROP TABLE documents",
        "CREATE TABLE x (i int)",
        "COPY documents TO '/tmp/x'",
    ):
        assert hoso(home, "sql", wrong).code == 2
    assert hoso(home, "sql", "SELECT nonsense FROM documents").code == 2


def test_signed_copies_verify_and_a_changed_one_does_not(home: Path, tmp_path: Path) -> None:
    done = hoso(home, "copies", tmp_path / "archive", "--json")
    rows = done.rows()
    assert rows
    for row in rows:
        told = hoso(home, "verify", row["path"], "--json")
        assert told.code == 0, told.out + told.err
        (verdict,) = told.rows()
        assert verdict["valid"]
        assert verdict["in_warehouse"]
        assert verdict["pdfa"] == "2U"
        assert "+07:00" in verdict["mark"]
    data = bytearray(Path(rows[0]["path"]).read_bytes())
    at = data.index(b"/MediaBox") + 12
    data[at] ^= 1
    (tmp_path / "changed.pdf").write_bytes(data)
    changed = hoso(home, "verify", tmp_path / "changed.pdf", "--json")
    assert changed.code == 7
    assert not changed.rows()[0]["valid"]
    (tmp_path / "no.pdf").write_text("not a PDF")
    assert hoso(home, "verify", tmp_path / "no.pdf").code == 3


def test_an_audit_of_a_whole_home_finds_nothing_and_of_a_damaged_one_the_damage(home: Path, tmp_path: Path) -> None:
    assert hoso(home, "audit").code == 0
    mine = tmp_path / "home"
    shutil.copytree(home, mine)
    objects = sorted(p for p in (mine / "store").rglob("*") if p.is_file())
    objects[0].chmod(0o644)
    objects[0].write_bytes(b"something else")
    objects[1].unlink()
    done = hoso(mine, "audit", "--json")
    assert done.code == 7
    assert {"damaged", "missing"} <= {row["kind"] for row in done.rows()}


def test_the_warehouse_is_rebuilt_from_store_and_ledger_alone(home: Path, tmp_path: Path) -> None:
    question = "SELECT document, name, value FROM fields ORDER BY ALL"
    mine = tmp_path / "home"
    shutil.copytree(home, mine)
    before = hoso(mine, "sql", question, "--json").rows()
    shutil.rmtree(mine / "warehouse")
    assert hoso(mine, "rebuild").code == 0
    assert hoso(mine, "sql", question, "--json").rows() == before != []


def test_nothing_is_sealed_without_an_approval_and_a_named_person_gives_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    folder = smallest_dossier()
    assert hoso(home, "init", "--demo").code == 0
    (mandate,) = hoso(home, "mandate", "list", "--json").rows()
    assert hoso(home, "mandate", "withdraw", mandate["id"]).code == 0
    assert hoso(home, "digitize", folder / next(f.name for f in sorted(folder.iterdir())), "--json").code == 0
    rows = hoso(home, "records", "--json").rows()
    assert {row["state"] for row in rows} <= {"ready", "waiting"}
    assert hoso(home, "approve", "--all-clear").code == 2  # nameless
    if any(row["state"] == "waiting" for row in rows):
        assert hoso(home, "approve", "--who", "Trần Thị Mẫu", *(r["document"] for r in rows)).code == 4
    done = hoso(home, "approve", "--who", "Trần Thị Mẫu", "--with-problems", *(row["document"] for row in rows))
    assert done.code == 0, done.err
    assert {row["state"] for row in hoso(home, "records", "--json").rows()} == {"sealed"}
    who = hoso(home, "sql", "SELECT DISTINCT who FROM decisions", "--json").rows()
    assert who == [{"who": "Trần Thị Mẫu"}]


def test_a_mandate_covers_its_types_until_its_day(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert hoso(home, "init", "--demo").code == 0
    assert hoso(home, "mandate", "give", "--who", "A", "--until", "2020-01-01").code == 2
    assert hoso(home, "mandate", "give", "--who", "A", "--until", "2099-01-01", "--types", "no_such_type").code != 0
    given = hoso(
        home, "mandate", "give", "--who", "A", "--until", "2099-01-01", "--types", "quyet_dinh", "--json"
    ).rows()
    assert given[0]["types"] == ["quyet_dinh"]
    assert len(hoso(home, "mandate", "list", "--json").rows()) == 2


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("digitize", "/no/such/folder"), 2),
        (("digitize",), 2),
        (("statuss",), 2),
        (("status", "no-such-dossier"), 2),
        (("approve",), 2),
    ],
)
def test_wrong_usage_ends_with_2_and_says_why(home: Path, words: tuple[str, ...], code: int) -> None:
    done = hoso(home, *words)
    assert done.code == code
    assert done.err.strip()
    assert "Traceback" not in done.err


def test_no_home_ends_with_6_and_says_how_to_make_one(tmp_path: Path) -> None:
    done = hoso(tmp_path / "nowhere", "status")
    assert done.code == 6
    assert "hoso init" in done.err


def test_unknown_settings_are_refused_with_the_nearest(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert hoso(home, "init", "--demo").code == 0
    settings = home / "settings.toml"
    settings.write_text(settings.read_text().replace("converter", "convertor"))
    done = hoso(home, "status")
    assert done.code == 6
    assert "'converter'" in done.err


def test_a_wrong_key_password_is_told_without_the_password(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert hoso(home, "init", "--demo").code == 0
    done = hoso(home, "doctor", "--json", HOSO_P12_PASSWORD="not-the-password")
    assert done.code == 6
    assert "not-the-password" not in done.out + done.err
    assert any(row["what"] == "signing key" and row["state"] == "missing" for row in done.rows())


def test_what_cannot_be_read_is_quarantined_with_a_reason_and_the_rest_goes_on(tmp_path: Path) -> None:
    home, inbox = tmp_path / "home", tmp_path / "inbox"
    assert hoso(home, "init", "--demo").code == 0
    good = one_page_image()
    folder = inbox / "HS9"
    folder.mkdir(parents=True)
    shutil.copy(good, folder / "2.bin")  # by content, not by name
    (folder / "1.pdf").write_bytes(b"")
    (folder / "10.pdf").write_bytes(b"%PDF-1.7\nnonsense")
    (folder / "notes.txt").write_text("ghi chú")
    (folder / "~$x.tmp").write_text("x")
    (folder / "link.pdf").symlink_to(good)
    done = hoso(home, "digitize", inbox, "--json")
    assert done.code == 0, done.err
    (row,) = done.rows()
    reasons = {lost["scan"]: lost["reason"] for lost in row["quarantined"]}
    assert set(reasons) == {"HS9/1.pdf", "HS9/10.pdf", "HS9/notes.txt", "HS9/link.pdf"}
    assert all(lost["text"] for lost in row["quarantined"])
    assert len(row["documents"]) == 1
    (balance,) = hoso(home, "balance", "--json").rows()
    assert balance["even"]
    assert balance["quarantined"] == 4


def test_only_refused_input_ends_with_3(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert hoso(home, "init", "--demo").code == 0
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4 and nothing more")
    done = hoso(home, "digitize", tmp_path / "broken.pdf", "--json")
    assert done.code == 3
    assert json.loads(done.out)["state"] == "quarantined"


def test_a_late_page_joins_its_dossier_and_redoes_only_itself(home: Path, tmp_path: Path) -> None:
    mine = tmp_path / "home"
    shutil.copytree(home, mine)
    folder = max((p for p in INBOX.iterdir() if p.is_dir()), key=lambda p: len(list(p.iterdir())))
    inbox = tmp_path / "inbox" / folder.name
    shutil.copytree(folder, inbox)
    other = next(
        f for p in sorted(INBOX.iterdir()) if p.is_dir() and p != folder for f in p.iterdir() if f.suffix == ".jpg"
    )
    shutil.copy(other, inbox / "zz-late.jpg")
    before = hoso(mine, "status", folder.name, "--json").rows()[0]
    (row,) = hoso(mine, "digitize", tmp_path / "inbox", "--json").rows()
    assert row["id"] == before["id"]
    assert row["pages"] == before["pages"] + 1
    known = {document["document"] for document in before["documents"]}
    assert known <= {document["document"] for document in row["documents"]}


def test_a_watched_folder_is_taken_and_emptied(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert hoso(home, "init", "--demo").code == 0
    good = one_page_image()
    shutil.copy(good, home / "inbox" / f"giay{good.suffix}")
    (home / "inbox" / "hong.pdf").write_bytes(b"not a pdf")
    done = hoso(home, "watch", "--once", "--settle", "0.5")
    assert done.code == 0, done.err
    assert (home / "inbox" / "da-nhan" / f"giay{good.suffix}").exists()
    assert (home / "inbox" / "tu-choi" / "hong.pdf").exists()
    assert "hong.pdf" in (home / "inbox" / "tu-choi" / "hong.pdf.txt").read_text(encoding="utf-8")
    assert sorted(p.name for p in (home / "inbox").iterdir()) in (
        ["da-nhan", "tu-choi"],
        ["cho-xu-ly", "da-nhan", "tu-choi"],
    )
