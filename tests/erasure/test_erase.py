"""A dossier is destroyed for good: no byte of it in the home, and proof of it; terms, links, a missing name forbid it."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import duckdb
import pytest

from doors import INBOX, Done, hoso
from hoso import keys
from hoso.recipe import care, erasing, holding, reach, rebuilding
from hoso.recipe.standing import dossier_of, dossiers, find, standing
from hoso.site import Site

WHO = ("--who", "Nguyễn Văn Thử")
WHY = (*WHO, "--reason", "hết giá trị")
ORDER = (*WHY, "--order", "12/QĐ-UBND")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo home with two dossiers taken by the inbox, filed, published, and looked at on the desk."""
    home = tmp_path_factory.mktemp("erase") / "home"
    assert hoso(home, "init", "--demo").code == 0
    for name in ("HS0001", "HS0002"):
        shutil.copytree(INBOX / name, home / "inbox" / name)
    assert hoso(home, "watch", "--once").code in (0, 4)
    waiting = [row["document"] for row in hoso(home, "approve", "--list", "--json").rows()]
    assert hoso(home, "approve", *waiting, "--with-problems", *WHO).code == 0
    assert hoso(home, "publish", "--to", home.parent / "out").code == 0
    with Site(home) as site:
        from hoso.recipe.picturing import Pictures

        pictures = Pictures(site)
        for dossier in dossiers(site):
            here = standing(site, dossier)
            assert here.outcome is not None
            page = here.outcome.pages[0]
            media = next(scan.media_type for scan in here.dossier.scans if scan.digest == page.ref.scan)
            assert pictures.page(page, media)
        pictures.close()
    return home


@pytest.fixture
def home(filled: Path, tmp_path: Path) -> Path:
    """A copy to erase in; the export is told to lie where the first home put it, so it is copied back each time."""
    shutil.copytree(filled, tmp_path / "home")
    shutil.rmtree(filled.parent / "kept", ignore_errors=True)
    shutil.copytree(filled.parent / "out", filled.parent / "kept")
    return tmp_path / "home"


@pytest.fixture(autouse=True)
def _restored(filled: Path) -> object:
    yield
    if (filled.parent / "kept").exists():
        shutil.rmtree(filled.parent / "out", ignore_errors=True)
        shutil.copytree(filled.parent / "kept", filled.parent / "out")


def record_of(home: Path, source: str) -> dict[str, str]:
    """What the papers of that source say, by field."""
    found: dict[str, str] = {}
    for row in hoso(home, "records", "--json").rows():
        if row["source"] == source:
            found |= {field["name"]: str(field["value"]) for field in row["fields"] if field["value"]}
    return found


def kept(*roots: Path) -> dict[str, str]:
    """Everything that lies there as text, each file in UTF-8 and UTF-16; Parquet and SQLite files row by row too."""
    found: dict[str, str] = {}
    for root in roots:
        for path in root.rglob("*"):
            if not path.is_file():
                continue
            data = path.read_bytes()
            text = [data.decode("utf-8", "replace"), data.decode("utf-16-le", "replace"), str(path.relative_to(root))]
            if path.suffix == ".parquet":
                text.append(str(duckdb.execute("FROM read_parquet(?)", [str(path)]).fetchall()))
            elif data.startswith(b"SQLite format 3"):
                with sqlite3.connect(path) as base:
                    for (table,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                        text.append(str(base.execute(f'SELECT * FROM "{table}"').fetchall()))
                base.close()
            elif data.startswith(b"{") or data.startswith(b"["):
                text.append(str(json.loads(data)) if data[-1:] in b"}]" else "")
            found[str(path)] = "\n".join(text)
    return found


def naming(found: dict[str, str], *words: str) -> set[str]:
    return {path for path, text in found.items() for word in words if word.casefold() in text.casefold()}


def erased(home: Path, *words: str) -> Done:
    done = hoso(home, "erase", *words, *ORDER, "--json")
    assert done.code == 0, done.err
    return done


def test_nothing_of_it_is_left_and_everything_else_stands(home: Path, filled: Path) -> None:
    mine, other = record_of(home, "HS0001"), record_of(home, "HS0002")
    words = (mine["ho_ten"], mine["so_cccd"], mine["ma_ho_so"], "HS0001")
    where = home, filled.parent / "out"
    before = naming(kept(*where), *words)
    for part in ("store", "warehouse/data", "warehouse/index.sqlite", "inbox/da-nhan/HS0001", "out/fields"):
        assert any(part in path for path in before), f"the test sees {part}"
    scans = [path.read_bytes() for path in (home / "inbox" / "da-nhan" / "HS0001").iterdir()]
    (row,) = erased(home, "HS0001").rows()
    assert (row["dossiers"], row["documents"]) == (1, 2)
    assert min(row["objects"], row["rows"], row["files"]) > 3
    assert naming(kept(*where), *words) == set()
    left = [path.read_bytes() for path in home.rglob("*") if path.is_file()]
    assert not any(scan in data for scan in scans for data in left)
    assert not list((home / "desk" / "cache").rglob(f"{keys.digest(scans[0])}*"))
    assert record_of(home, "HS0002") == other
    assert [hit["source"] for hit in hoso(home, "search", other["ho_ten"], "--json").rows()][:1] == ["HS0002"]
    assert hoso(home, "search", mine["ho_ten"], "--json").rows() == []
    for command in (["audit"], ["audit", "--warehouse"], ["balance"], ["rebuild"], ["audit", "--warehouse"], ["night"]):
        done = hoso(home, *command)
        assert done.code in (0, 4), (command, done.err)
    assert record_of(home, "HS0002") == other
    assert hoso(home, "search", mine["ho_ten"], "--json").rows() == []
    (gone,) = [row for row in hoso(home, "status", "--json").rows() if row["state"] == "erased"]
    assert (gone["pages"], gone["documents"]) == (3, [])
    assert hoso(home, "erase", gone["id"], *ORDER).code == 2


def test_the_same_files_are_a_new_dossier_afterwards(home: Path) -> None:
    before = record_of(home, "HS0001")
    erased(home, "HS0001")
    shutil.copytree(INBOX / "HS0001", home / "inbox" / "HS0001")
    assert hoso(home, "watch", "--once").code in (0, 4)
    states = {row["id"]: row["state"] for row in hoso(home, "status", "--json").rows()}
    assert sorted(states.values()) == ["erased", "sealed", "waiting"]
    assert record_of(home, "HS0001") == before
    assert hoso(home, "audit").code == 0
    (row,) = hoso(home, "balance", "--json").rows()
    assert (row["pages_in"], row["erased"]) == (10, 3)
    again = [id_ for id_, state in states.items() if state == "waiting"]
    assert erased(home, *again).rows()[0]["objects"] > 3
    assert naming(kept(home), before["ho_ten"]) == set()


def test_a_term_or_a_missing_name_forbids_it(home: Path) -> None:
    done = hoso(home, "erase", "HS0001", *WHY)
    assert (done.code, "no term is told" in done.err) == (3, True)
    settings = home / "settings.toml"
    text = settings.read_text(encoding="utf-8")

    def told(*lines: str) -> Done:
        settings.write_text(f"{text}\n[retention]\nterms = {json.dumps(lines, ensure_ascii=False)}\n", encoding="utf-8")
        return hoso(home, "erase", "HS0001", *WHY)

    assert "kept for ever" in told("* = 10", "giay_tiep_nhan = vĩnh viễn").err
    done = told("* = 10")
    assert (done.code, "over on 20" in done.err) == (3, True)
    assert told("* = viel").code == 6
    told("* = 10")
    rows = hoso(home, "retention", "--json").rows()
    assert {row["due"] for row in rows} == {False}
    assert all(row["free"].endswith("-01-01") for row in rows)
    assert hoso(home, "retention", "--due", "--json").rows() == []
    assert hoso(home, "erase", "HS0001", "--reason", "x", "--order", "1").code == 2, "nobody says so"
    assert hoso(home, "erase", "HS0001", *WHO, "--order", "1").code == 2, "and nobody says why"
    assert len(hoso(home, "erase", "HS0001", "--dry-run", "--json").rows()) == 2
    assert len(hoso(home, "status", "--json").rows()) == 2


def test_what_others_lean_on_stays_whatever_is_ordered(home: Path) -> None:
    document = next(row["document"] for row in hoso(home, "records", "--json").rows() if row["source"] == "HS0001")
    with Site(home) as site:
        holding.draw_on(site, document, "000.00.16.H23-260620-0001", "Cán bộ thử", "đối chiếu")
    done = hoso(home, "erase", "HS0001", *ORDER)
    assert (done.code, "leans on it" in done.err) == (3, True)
    code = record_of(home, "HS0002")["ma_ho_so"]
    with Site(home) as site:
        own = next(row["document"] for row in hoso(home, "records", "--json").rows() if row["source"] == "HS0002")
        holding.draw_on(site, own, code, "Cán bộ thử", "đối chiếu trong cùng hồ sơ")
    assert "leans on it" not in hoso(home, "erase", "HS0002", *WHY, "--dry-run", "--json").out
    shutil.copytree(INBOX / "HS0002", home / "inbox" / "khac")
    extra = next((INBOX / "HS0003").iterdir())
    shutil.copy(extra, home / "inbox" / "khac" / f"them{extra.suffix}")
    assert hoso(home, "watch", "--once").code in (0, 4)
    done = hoso(home, "erase", "HS0002", *ORDER)
    assert (done.code, "holds the same file" in done.err) == (3, True)
    erased(home, "HS0002", "khac")
    with Site(home) as site:
        holding.draw_on(site, document, code, "Cán bộ thử", "đối chiếu")
        facts = [fact.body["for"] for fact in site.ledger.facts("drawn-on", document)]
        forbids = [why for _, why in reach.around(site, reach.reach(site, [dossier_of(site, document)]))]
    assert code in facts
    assert len(forbids) == 1, "what leans on it is gone, but for the other dossier"


def test_a_person_is_erased_where_the_dossier_names_nobody_else(home: Path) -> None:
    number = record_of(home, "HS0001")["so_cccd"]
    assert hoso(home, "erase", "--person", "001099000000", *ORDER).code == 2
    done = erased(home, "--person", number)
    assert done.rows()[0]["dossiers"] == 1
    assert naming(kept(home), number) == set(), "the number that was asked for is not written down either"


def test_an_export_that_is_away_stops_it_before_anything_is_lost(home: Path, filled: Path) -> None:
    shutil.rmtree(filled.parent / "out")
    done = hoso(home, "erase", "HS0001", *ORDER)
    assert (done.code, "publish --forget" in done.err) == (5, True)
    assert len(record_of(home, "HS0001")) > 3
    assert hoso(home, "publish", "--forget", filled.parent / "out").code == 0
    erased(home, "HS0001")


class Killed(BaseException):
    pass


@pytest.mark.parametrize("moment", ["told", "store", "warehouse", "copies", "receipt"])
def test_a_killed_erasure_is_finished_by_the_next_run(home: Path, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    name = record_of(home, "HS0001")["ho_ten"]

    def kill(*_: object, **__: object) -> None:
        raise Killed

    with Site(home) as site:
        (dossier,) = [here.dossier.id for here in find(site, "HS0001")]
        plan = erasing.plan(site, (dossier,))
        with monkeypatch.context() as patched:
            if moment == "told":
                tell, left = site.ledger.tell, iter(range(3))
                going = lambda *a, **k: tell(*a, **k) if next(left, None) is not None else kill()  # noqa: E731
                patched.setattr(site.ledger, "tell", going)
            elif moment == "store":
                erase, some = site.store.erase, iter(range(5))
                patched.setattr(site.store, "erase", lambda one: erase(one) if next(some, None) is not None else kill())
            elif moment == "warehouse":
                patched.setattr(site.warehouse, "erase", kill)
            elif moment == "copies":
                patched.setattr(erasing, "_copies", kill)
            else:
                patched.setattr(site.ledger, "receive", kill)
            with pytest.raises(Killed):
                erasing.erase(site, plan, who="Thử", reason="thử", order="1")
    if moment == "store":
        done = hoso(home, "night")
        assert done.code in (0, 4), done.err
    with Site(home) as site:
        assert erasing.finish(site) == (moment != "store")
        assert [effect.receipt is not None for effect in site.ledger.effects("erase")] == [True]
        assert list(rebuilding.audit(site, lambda _: None)) == []
        assert [one for one in care.audit(site, lambda *_: None) if one.kind != "orphan"] == []
    assert naming(kept(home), name) == set()
