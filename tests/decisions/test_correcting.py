"""What a person says of a paper stands over what was read, survives new readings, and overwrites nobody's word unseen."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

sys.path.insert(0, str(Path(__file__).parent))
import drawn_homes as homes

from hoso.cli import hoso
from hoso.errors import NeedsPerson, Refused, Stale, Usage
from hoso.nouns import Fact, Field, Record, Sealed, Standing
from hoso.recipe import correcting, digitizing, intake, reading
from hoso.recipe.standing import record_digest, standing
from hoso.site import Site
from hoso.stages import extract

AN, BINH = "Nguyễn Thị An", "Trần Văn Bình"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[tuple[Site, str]]:
    at, dossier = homes.home(tmp_path / "home")
    yield at, dossier
    at.close()


def papers(here: Standing) -> tuple[Record, ...]:
    assert here.outcome is not None
    return here.outcome.records


def with_field(here: Standing, *, status: str = "") -> tuple[Record, str]:
    """A paper and the name of a text field of it that has a value."""
    for record in papers(here):
        for field in record.fields:
            if field.value and not field.rows and field.name == "ho_ten" and status in ("", field.status):
                return record, field.name
    raise AssertionError("no such field")


def again(site: Site, dossier: str, record: Record) -> Record:
    """The same paper as it stands now."""
    return next(one for one in papers(standing(site, dossier)) if one.document.pages[0] == record.document.pages[0])


def value(record: Record, name: str) -> str | None:
    return record.value(name)


def test_a_value_said_stands_at_once_with_its_witness(made: tuple[Site, str]) -> None:
    site, dossier = made
    record, name = with_field(standing(site, dossier))
    read = str(record.value(name))
    typed = "  " + "   ".join(read.lower().split()) + " "
    correcting.correct(site, record.document.id, record_digest(record), {name: typed}, AN, "theo bản giấy")
    field = next(f for f in again(site, dossier, record).fields if f.name == name)
    assert (field.source, field.status) == ("person", "clear")
    assert str(field.value).casefold() == read.casefold()
    (change,) = correcting.history(site, dossier)
    assert (change.who, change.before, change.field, change.note) == (AN, read, name, "theo bản giấy")
    lines = [str(line) for line in site.ledger.lines()]
    assert not any(word in line for line in lines for word in (read, AN)), "the ledger holds no value and no name"


def test_that_the_paper_has_no_such_value_may_be_said(made: tuple[Site, str]) -> None:
    site, dossier = made
    record, name = with_field(standing(site, dossier))
    correcting.correct(site, record.document.id, record_digest(record), {name: None}, AN)
    assert again(site, dossier, record).value(name) is None


def test_what_was_said_survives_a_new_reading(made: tuple[Site, str], monkeypatch: pytest.MonkeyPatch) -> None:
    site, dossier = made
    record, name = with_field(standing(site, dossier))
    correcting.correct(site, record.document.id, record_digest(record), {name: "VÕ THỊ ĐÀO"}, AN)
    monkeypatch.setattr(extract, "VERSION", extract.VERSION + " newer")
    digitizing.settle(site, intake.arrival(site, dossier))
    now = again(site, dossier, record)
    assert value(now, name) == "VÕ THỊ ĐÀO"
    assert correcting.history(site, dossier)[0].who == AN


def test_the_second_of_two_is_told_who_was_first(made: tuple[Site, str]) -> None:
    site, dossier = made
    record, name = with_field(standing(site, dossier))
    seen = record_digest(record)
    correcting.correct(site, record.document.id, seen, {name: "VÕ THỊ ĐÀO"}, AN)
    with pytest.raises(Stale) as caught:
        correcting.correct(site, record.document.id, seen, {name: "VÕ THỊ ĐÁO"}, BINH)
    assert (caught.value.who, caught.value.exit_code) == (AN, 4)
    assert AN not in str(caught.value), "names are for the desk, not for logs"
    assert value(again(site, dossier, record), name) == "VÕ THỊ ĐÀO"
    assert len(correcting.history(site, dossier)) == 1


def test_the_same_word_sent_twice_is_one_change(made: tuple[Site, str]) -> None:
    site, dossier = made
    record, name = with_field(standing(site, dossier))
    for _ in range(2):
        correcting.correct(site, record.document.id, record_digest(record), {name: "VÕ THỊ ĐÀO"}, AN)
    assert len(correcting.history(site, dossier)) == 1


def test_an_undo_brings_back_what_was_and_may_be_undone(made: tuple[Site, str]) -> None:
    site, dossier = made
    before = standing(site, dossier)
    record, name = with_field(before)
    correcting.correct(site, record.document.id, record_digest(record), {name: "VÕ THỊ ĐÀO"}, AN)
    (change,) = correcting.history(site, dossier)
    correcting.undo(site, change.id, BINH, "nhầm hồ sơ")
    assert papers(standing(site, dossier)) == papers(before)
    with pytest.raises(Usage, match="taken back already"):
        correcting.undo(site, change.id, BINH)
    correcting.undo(site, correcting.history(site, dossier)[1].id, AN)
    assert value(again(site, dossier, record), name) == "VÕ THỊ ĐÀO"
    with pytest.raises(Usage, match="no change"):
        correcting.undo(site, f"{dossier}-99", AN)


def test_a_value_that_other_papers_contradict_waits_until_it_is_confirmed(made: tuple[Site, str]) -> None:
    site, dossier = made
    record, name = with_field(standing(site, dossier))

    def field() -> Field:
        return next(f for f in again(site, dossier, record).fields if f.name == name)

    correcting.correct(site, record.document.id, record_digest(record), {name: "VÕ THỊ ĐÀO"}, AN)
    assert field().status == "doubtful", "a person too may mistype what other papers of the dossier say"
    now = again(site, dossier, record)
    correcting.confirm(site, now.document.id, record_digest(now), [name], AN)
    assert (field().value, field().status) == ("VÕ THỊ ĐÀO", "clear")
    now = again(site, dossier, record)
    correcting.correct(site, now.document.id, record_digest(now), {name: "VÕ THỊ ĐÁO"}, BINH)
    assert field().status == "doubtful", "what was confirmed was the other value"


def test_a_paper_of_another_type_is_extracted_anew(made: tuple[Site, str]) -> None:
    site, dossier = made
    record = papers(standing(site, dossier))[0]
    other = "don_de_nghi" if "don_de_nghi" in site.forms.types() else "khac"
    with pytest.raises(Usage):
        correcting.retype(site, record.document.id, record_digest(record), record.document.type, AN)
    correcting.retype(site, record.document.id, record_digest(record), other, AN)
    now = again(site, dossier, record)
    assert now.document.type == other
    assert {field.name for field in now.fields} == {field.name for field in site.forms.latest(other).fields}


def test_a_paper_is_parted_and_joined_again(made: tuple[Site, str]) -> None:
    site, dossier = made
    here = standing(site, dossier)
    assert here.outcome is not None
    position = {page.ref: page.position for page in here.outcome.pages}
    long = next(record for record in papers(here) if len(record.document.pages) > 1)
    at = position[long.document.pages[1]]
    with pytest.raises(Usage):
        correcting.split(site, long.document.id, record_digest(long), position[long.document.pages[0]], AN)
    correcting.split(site, long.document.id, record_digest(long), at, AN)
    parted = standing(site, dossier)
    first, second = (
        next(r for r in papers(parted) if r.document.pages[0] == ref) for ref in long.document.pages[:2]
    )  # fmt: skip
    assert len(papers(parted)) == len(papers(here)) + 1
    seen = record_digest(first), record_digest(second)
    correcting.join(site, first.document.id, second.document.id, seen, AN)
    assert [r.document.pages for r in papers(standing(site, dossier))] == [r.document.pages for r in papers(here)]
    one = again(site, dossier, long)
    with pytest.raises(Usage):
        correcting.join(site, one.document.id, one.document.id, (record_digest(one), record_digest(one)), AN)


def test_a_page_wanted_again_holds_its_paper_until_that_is_undone(made: tuple[Site, str]) -> None:
    site, dossier = made
    correcting.rescan(site, dossier, 1, AN, "mờ ở góc phải")
    held = papers(standing(site, dossier))[0]
    assert "page.rescan-wanted" in {problem.code for problem in held.problems}
    assert held.verdict == "needs-person"
    correcting.undo(site, correcting.history(site, dossier)[0].id, AN)
    assert "page.rescan-wanted" not in {p.code for p in papers(standing(site, dossier))[0].problems}
    with pytest.raises(Usage):
        correcting.rescan(site, dossier, 99, AN)


def test_a_turned_page_is_read_so(made: tuple[Site, str]) -> None:
    site, dossier = made
    here = standing(site, dossier)
    assert here.outcome is not None
    page = here.outcome.pages[0]
    wanted = (page.rotation + 90) % 360
    seen = homes.keys.decode(site.store.get(here.outcome.seen[0]), homes.Seen)
    homes.read(site, replace(seen, page=replace(seen.page, rotation=wanted)), page.ref.scan, wanted)
    correcting.turn(site, dossier, 1, 90, AN)
    now = standing(site, dossier)
    assert now.outcome is not None
    assert now.outcome.pages[0].rotation == wanted
    for wrong in (0, 45, 360):
        with pytest.raises(Usage):
            correcting.turn(site, dossier, 1, wrong, AN)
    with pytest.raises(Usage):
        correcting.turn(site, dossier, 99, 90, AN)
    assert reading.read_key(site, page.ref.scan, page.ref.index, wanted)


def test_what_is_sealed_is_not_changed(made: tuple[Site, str]) -> None:
    site, dossier = made
    record, name = with_field(standing(site, dossier))
    digest = site.store.put(homes.keys.encode(record))
    after = site.store.put(b"%PDF signed")
    sealed = Sealed(record.document.id, digest, after, after, "Ký thử", "text", site.stamp())
    body = {"record": digest, "sealed": site.store.put(homes.keys.encode(sealed)), "after": after}
    site.ledger.tell(Fact("sealed", record.document.id, site.stamp(), body))
    with pytest.raises(Refused, match="is sealed"):
        correcting.correct(site, record.document.id, record_digest(record), {name: "X"}, AN)
    assert correcting.history(site, dossier) == ()


def test_nobody_unknown_fields_and_unknown_papers_are_refused(made: tuple[Site, str]) -> None:
    site, dossier = made
    record, name = with_field(standing(site, dossier))
    seen = record_digest(record)
    with pytest.raises(Usage, match="name of who"):
        correcting.correct(site, record.document.id, seen, {name: "X"}, "  ")
    with pytest.raises(Usage, match="it has:"):
        correcting.correct(site, record.document.id, seen, {"khong_co": "X"}, AN)
    with pytest.raises(Usage, match="no document"):
        correcting.correct(site, "0" * 24, seen, {name: "X"}, AN)
    assert correcting.history(site, dossier) == ()


def test_a_kill_between_the_word_and_its_effect_loses_neither(
    made: tuple[Site, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    site, dossier = made
    record, name = with_field(standing(site, dossier))

    class Killed(BaseException):
        pass

    def kill(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(digitizing, "settle", kill)
        with pytest.raises(Killed):
            correcting.correct(site, record.document.id, record_digest(record), {name: "VÕ THỊ ĐÀO"}, AN)
    assert standing(site, dossier).outcome is None, "nothing of the old state can be approved or sealed meanwhile"
    correcting.rescan(site, dossier, 1, BINH)
    assert value(again(site, dossier, record), name) == "VÕ THỊ ĐÀO"
    assert [change.kind for change in correcting.history(site, dossier)] == ["field", "rescan"]


RACE = """
import sys
from pathlib import Path
from hoso.errors import Stale
from hoso.recipe import correcting
from hoso.site import Site
home, document, seen, name, who = sys.argv[1:]
with Site(Path(home)) as site:
    sys.stdin.readline()
    try:
        correcting.correct(site, document, seen, {name: "VÕ THỊ " + who}, who)
        print("said")
    except Stale:
        print("stale")
    except Exception as error:
        print(repr(error))
"""


def test_of_processes_that_say_at_once_one_is_heard_and_the_others_are_told(made: tuple[Site, str]) -> None:
    site, dossier = made
    record, name = with_field(standing(site, dossier))
    arguments = [str(site.home), record.document.id, record_digest(record), name]
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACE, *arguments, who], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for who in ("MỘT", "HAI", "BA")
    ]  # fmt: skip
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("\n")
        racer.stdin.flush()
    answers = [racer.communicate(timeout=60)[0].strip() for racer in racers]
    assert sorted(answers) == ["said", "stale", "stale"]
    (change,) = correcting.history(site, dossier)
    assert value(again(site, dossier, record), name) == f"VÕ THỊ {change.who}"


# --- the command line ---


def run(site: Site, *words: str) -> Result:
    return CliRunner().invoke(hoso, ["--home", str(site.home), *words])


def rows(done: Result) -> list[dict[str, Any]]:
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_command_line_says_lists_and_takes_back(made: tuple[Site, str]) -> None:
    site, dossier = made
    record, name = with_field(standing(site, dossier))
    short = record.document.id[:8]
    shown = next(r for r in rows(run(site, "records", "--json")) if r["document"] == record.document.id)
    (told,) = rows(
        run(site, "correct", short, f"{name}=VÕ THỊ ĐÀO", "--seen", shown["record"], "--who", AN, "--json")
    )  # fmt: skip
    assert (told["kind"], told["who"], told["after"]) == ("field", AN, "VÕ THỊ ĐÀO")
    stale = run(site, "correct", short, f"{name}=X", "--seen", shown["record"], "--who", BINH)
    assert isinstance(stale.exception, NeedsPerson)
    (listed,) = rows(run(site, "changes", dossier, "--json"))
    assert (listed["id"], listed["undone"]) == (told["id"], False)
    assert "VÕ THỊ ĐÀO" in run(site, "changes", dossier).output
    rows(run(site, "undo", told["id"], "--who", BINH, "--json"))
    assert [row["undone"] for row in rows(run(site, "changes", dossier, "--json"))] == [True, False]
    assert value(again(site, dossier, record), name) == record.value(name)
    rows(run(site, "correct", short, "--confirm", name, "--who", AN, "--json"))
    rows(run(site, "correct", short, "--rescan", "1", "--who", AN, "--json"))


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("ho_ten",),
        ("=x",),
        ("ho_ten=x", "--type", "khac"),
        ("--split", "2", "--rescan", "1"),
        ("--type", "khong-co"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_said(made: tuple[Site, str], words: tuple[str, ...]) -> None:
    site, dossier = made
    record = papers(standing(site, dossier))[0]
    done = run(site, "correct", record.document.id, *words, "--who", AN)
    assert getattr(done.exception, "exit_code", done.exit_code) == 2, done.output
    assert correcting.history(site, dossier) == ()
    assert run(site, "correct", "abcdefgh", "ho_ten=x", "--who", AN).exit_code != 0
