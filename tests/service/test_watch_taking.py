"""What is taken is taken once, moves where its clerk sees it, and nothing of what lies there stops the others."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import unicodedata
from datetime import timedelta
from pathlib import Path

import pytest

from hoso.errors import Unavailable
from hoso.recipe import intake, notices, taking
from watching import desk, jpeg, pdf

NAME = "Giấy tiếp nhận – Nguyễn Thị Mỹ Lệ ữ ệ.jpg"


def test_a_folder_is_a_dossier_in_the_order_of_people(tmp_path: Path) -> None:
    here = desk(tmp_path)
    for number in (10, 2, 1):
        jpeg(here.folder / "HS0001" / f"file{number}.jpg", grey=number)
    (taken,) = here.settle()
    assert [scan.name for scan in taken.arrival.dossier.scans] == [f"HS0001/file{n}.jpg" for n in (1, 2, 10)]
    assert taken.place == here.folder / "da-nhan" / "HS0001"
    assert here.names() == ["da-nhan"]


def test_names_hold_files_together_and_a_late_one_joins_its_dossier(tmp_path: Path) -> None:
    here = desk(tmp_path, mode="name")
    code = "000.00.16.H23-230620-0001"
    jpeg(here.folder / f"{code}_don.jpg", grey=1)
    pdf(here.folder / f"{code}_quyet_dinh.pdf", grey=2)
    jpeg(here.folder / "khac.jpg", grey=3)
    taken = here.settle()
    assert {t.arrival.dossier.source: len(t.arrival.dossier.scans) for t in taken} == {code: 2, "khac.jpg": 1}
    jpeg(here.folder / f"{code}_them.jpg", grey=4)
    (late,) = here.settle()
    assert len(late.arrival.dossier.scans) == 3
    assert late.arrival.dossier.id in {t.arrival.dossier.id for t in taken}
    assert here.names(f"da-nhan/{code}") == [f"{code}_don.jpg", f"{code}_quyet_dinh.pdf", f"{code}_them.jpg"]


def test_what_comes_by_an_inbox_is_told_with_its_codes(tmp_path: Path) -> None:
    here = desk(tmp_path, agency="H23.16", procedure="1.002.003", counter="3")
    jpeg(here.folder / "giay.jpg")
    here.settle()
    (fact,) = here.site.ledger.facts("came")
    assert fact.body == {"inbox": "quay", "agency": "H23.16", "procedure": "1.002.003", "counter": "3"}


def test_the_same_file_again_is_one_record_and_shown_as_a_repeat(tmp_path: Path) -> None:
    here = desk(tmp_path)
    jpeg(here.folder / "giay.jpg")
    (first,) = here.settle()
    later = here.site.now() + timedelta(days=1)
    here.site._clock = lambda: later
    jpeg(here.folder / "giay.jpg")
    jpeg(here.folder / "tên khác.jpg")
    again, other = here.settle()
    assert again.repeated
    assert again.arrival.dossier.id == first.arrival.dossier.id
    assert other.arrival.duplicate_of == first.arrival.dossier.id
    assert here.names("da-nhan") == ["giay (2).jpg", "giay (2).jpg.txt", "giay.jpg", "tên khác.jpg", "tên khác.jpg.txt"]
    assert "Trùng với hồ sơ giay.jpg" in (here.folder / "da-nhan" / "tên khác.jpg.txt").read_text(encoding="utf-8")


def test_files_that_came_while_nobody_watched_and_folders_moved_in_are_found(tmp_path: Path) -> None:
    here = desk(tmp_path)
    jpeg(here.folder / "truoc.jpg", grey=1)
    for number in range(5):
        jpeg(tmp_path / "elsewhere" / f"HS{number}" / "1.jpg", grey=10 + number)
    for moved in (tmp_path / "elsewhere").iterdir():
        moved.rename(here.folder / moved.name)
    assert len(here.settle()) == 6


def test_kinds_are_told_by_content_not_by_name(tmp_path: Path) -> None:
    here = desk(tmp_path)
    jpeg(here.folder / "A.TIF", grey=1)
    pdf(here.folder / "B.PDF")
    jpeg(here.folder / "C", grey=2)
    kinds = {t.arrival.dossier.source: t.arrival.dossier.scans[0].media_type for t in here.settle()}
    assert kinds == {"A.TIF": "image/jpeg", "B.PDF": "application/pdf", "C": "image/jpeg"}


LEFT = [
    ".DS_Store", "Thumbs.db", "~$van ban.docx", "scan.tmp", "scan.pdf.part", "x.crdownload", "@eaDir", ".~lock.a#",
    "a.partial", "desktop.ini", "._001.jpg", "#recycle", "System Volume Information",
]  # fmt: skip


@pytest.mark.parametrize("name", LEFT)
def test_what_systems_leave_behind_is_no_paper(tmp_path: Path, name: str) -> None:
    here = desk(tmp_path)
    jpeg(here.folder / name)
    jpeg(here.folder / "HS0001" / name, grey=2)
    jpeg(here.folder / "HS0001" / "001.jpg", grey=3)
    (taken,) = here.settle()
    assert [scan.name for scan in taken.arrival.dossier.scans] == ["HS0001/001.jpg"]
    assert here.names() == sorted({name, "da-nhan"} - {n for n in [name] if n.startswith(".")})


def test_links_pipes_and_devices_are_refused_and_never_followed(tmp_path: Path) -> None:
    here = desk(tmp_path)
    secret = jpeg(tmp_path / "elsewhere" / "secret.jpg", grey=9)
    (here.folder / "link.jpg").symlink_to(secret)
    (here.folder / "folder").symlink_to(secret.parent)
    os.mkfifo(here.folder / "pipe")
    jpeg(here.folder / "HS1" / "001.jpg")
    (here.folder / "HS1" / "loop").symlink_to("..")
    (here.folder / "nothing").symlink_to("nowhere")
    if os.geteuid() == 0:
        os.mknod(here.folder / "HS1" / "null", 0o20666, os.makedev(1, 3))
    taken = {t.arrival.dossier.source: t for t in here.settle()}
    assert {name for name, t in taken.items() if t.place and t.place.parent.name == "tu-choi"} == {
        "link.jpg", "folder", "pipe", "nothing",
    }  # fmt: skip
    assert secret.exists()
    assert secret.read_bytes() not in [here.site.store.get(digest) for digest in here.site.store.digests()]
    assert {s.name: s.digest != "" for s in taken["HS1"].arrival.dossier.scans}["HS1/001.jpg"]
    assert "loop" in here.names("tu-choi/HS1")
    assert "liên kết" in (here.folder / "tu-choi" / "HS1" / "loop.txt").read_text(encoding="utf-8")


def test_a_very_deep_folder_stops_nothing(tmp_path: Path) -> None:
    here = desk(tmp_path)
    deep = here.folder / "sau"
    for _ in range(60):
        deep = deep / "x"
    jpeg(deep / "1.jpg")
    jpeg(here.folder / "giay.jpg")
    assert {t.arrival.dossier.source for t in here.settle()} == {"sau", "giay.jpg"}


def test_names_of_any_spelling_are_taken(tmp_path: Path) -> None:
    here = desk(tmp_path)
    long = "ế" * 84 + ".jpg"  # 256 bytes would be too long: 84 letters of three bytes and an ending
    names = [
        unicodedata.normalize("NFC", NAME), unicodedata.normalize("NFD", NAME), "hai\ndòng.jpg", long[:83] + ".jpg",
        "a'b\"c$(d)`e`;f.jpg", "-rf.jpg", " trước.jpg",
    ]  # fmt: skip
    for number, name in enumerate(names):
        jpeg(here.folder / name, grey=20 + number)
    (here.folder / os.fsdecode(b"khong-utf8-\xff\xfe.jpg")).write_bytes(jpeg(tmp_path / "x.jpg", grey=99).read_bytes())
    taken = here.settle()
    assert len(taken) == len(names) + 1, here.said
    assert here.names() == ["da-nhan"]
    assert len({t.arrival.dossier.id for t in taken}) == len(names) + 1
    nfc = [t for t in taken if t.arrival.dossier.source == unicodedata.normalize("NFC", NAME)]
    assert len(nfc) == 2, "one name in two spellings, two files"


def test_a_refused_file_with_the_longest_name_has_its_text_too(tmp_path: Path) -> None:
    here = desk(tmp_path)
    name = "hỏng" * 40 + ".pdf"
    name = name.encode()[:255].decode(errors="ignore")
    (here.folder / name).write_bytes(b"no pdf at all, only words")
    (taken,) = here.settle()
    assert taken.place == here.folder / "tu-choi" / name
    assert len(here.names("tu-choi")) == 2
    assert all(len(n.encode()) <= 255 for n in here.names("tu-choi"))


def test_a_bad_file_in_a_folder_goes_aside_with_its_reason_and_the_rest_is_taken(tmp_path: Path) -> None:
    here = desk(tmp_path)
    jpeg(here.folder / "HS1" / "001.jpg")
    (here.folder / "HS1" / "002.pdf").write_bytes(b"words")
    (taken,) = here.settle()
    assert here.names("da-nhan/HS1") == ["001.jpg"]
    assert here.names("tu-choi/HS1") == ["002.pdf", "002.pdf.txt"]
    assert "cả thư mục" in (here.folder / "tu-choi" / "HS1" / "002.pdf.txt").read_text(encoding="utf-8")
    jpeg(here.folder / "HS1" / "001.jpg")
    jpeg(here.folder / "HS1" / "002.pdf", grey=7)  # repaired, under the same name, with the whole folder
    (late,) = here.settle()
    assert late.arrival.dossier.id == taken.arrival.dossier.id
    assert late.place == here.folder / "da-nhan" / "HS1 (2)"
    assert here.names("da-nhan/HS1 (2)") == ["001.jpg", "002.pdf"], (
        "the repaired one is not refused for the old one's sake"
    )


def test_one_bad_file_does_not_stop_the_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = desk(tmp_path)
    for number, name in enumerate(("a.jpg", "b.jpg", "c.jpg")):
        jpeg(here.folder / name, grey=number)
    real = intake.arrivals

    def stumbles(site: object, sources: list[intake.Source], crew: object) -> list[intake.Arrival]:
        if sources[0].name == "b.jpg":
            raise ZeroDivisionError("of ours, over Nguyễn Văn An")
        return real(site, sources, crew)  # type: ignore[arg-type]

    monkeypatch.setattr(intake, "arrivals", stumbles)
    assert {t.arrival.dossier.source for t in here.settle()} == {"a.jpg", "c.jpg"}
    assert here.names() == ["b.jpg", "da-nhan"], "it lies where it lay"
    assert here.said
    assert "An" not in here.said[0]
    for _ in range(50):
        here.look(1)
    assert len(here.said) < 10, "it is tried again less and less often"
    monkeypatch.setattr(intake, "arrivals", real)
    assert len(here.look(700)) + len(here.look(4)) == 1


def test_a_source_moves_only_after_its_bytes_are_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = desk(tmp_path)
    jpeg(here.folder / "giay.jpg")

    def full(data: bytes) -> str:
        raise Unavailable("the disk is full")

    monkeypatch.setattr(here.site.store, "put", full)
    assert here.settle() == []
    assert here.names() == ["giay.jpg"]
    monkeypatch.undo()
    assert len(here.look(10)) + len(here.look(5)) == 1
    assert here.names("da-nhan") == ["giay.jpg"]


def test_what_cannot_be_moved_on_after_filing_is_not_filed_again_and_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = desk(tmp_path)
    jpeg(here.folder / "giay.jpg")
    real = taking._move
    moves: list[Path] = []

    def stuck(path: Path, folder: Path) -> Path:
        moves.append(path)
        raise PermissionError(13, "no")

    received: list[object] = []
    arrivals = intake.arrivals
    monkeypatch.setattr(intake, "arrivals", lambda *given: received.append(given) or arrivals(*given))
    monkeypatch.setattr(taking, "_move", stuck)
    for _ in range(100):
        assert here.look(1) == []
    assert len(received) == 1
    assert len(moves) < 10
    monkeypatch.setattr(taking, "_move", real)
    assert len(here.look(700)) == 1
    assert here.names("da-nhan") == ["giay.jpg"]
    assert here.received() == 1


def test_an_inbox_that_lets_nothing_be_moved_is_taken_from_once_a_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = desk(tmp_path)
    path = jpeg(here.folder / "giay.jpg")
    real = Path.mkdir

    def read_only(self: Path, *rest: object, **more: object) -> None:
        if self.is_relative_to(here.folder):
            raise OSError(30, "Read-only file system")
        real(self, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "mkdir", read_only)
    assert len(here.settle()) == 1
    for _ in range(5):
        assert here.look(5) == []
    assert path.exists()
    again = here.other()
    assert [*again.look(), *again.look()] == [], "nor after a restart"
    path.write_bytes(jpeg(tmp_path / "other.jpg", grey=1).read_bytes())
    assert len(here.settle()) == 1


def test_a_file_that_changes_while_it_is_taken_goes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = desk(tmp_path)
    jpeg(here.folder / "giay.jpg")
    arrivals = intake.arrivals

    def meanwhile(site: object, sources: list[intake.Source], crew: object) -> list[intake.Arrival]:
        told = arrivals(site, sources, crew)  # type: ignore[arg-type]
        with sources[0].files[0].path.open("ab") as file:
            file.write(b"more")
        return told

    monkeypatch.setattr(intake, "arrivals", meanwhile)
    assert here.settle() == []
    assert here.names() == ["giay.jpg"]
    assert (here.folder / "giay.jpg").read_bytes().endswith(b"more")


def test_what_a_killed_watcher_held_is_taken_up_wherever_it_was(tmp_path: Path) -> None:
    script = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = [{tests!r}]
from hoso.site import Site
import watching
from hoso.recipe import intake, taking
here = watching.Desk(Site(Path({home!r})), Path({inbox!r}), watching.Clock(), watching.Inbox("quay", {inbox!r}, settle=3.0))
count = 0
def killing(real):
    def act(*given, **more):
        global count
        count += 1
        if count == {at}:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*given, **more)
    return act
setattr(taking.os, "open", killing(taking.os.open))
for name in ("rename", "replace", "mkdir", "rmdir", "unlink"):
    setattr(Path, name, killing(getattr(Path, name)))
here.settle()
print(count)
"""
    pids, done, at = [], False, 1
    here = desk(tmp_path)
    while not done:
        jpeg(here.folder / f"HS{at}" / "1.jpg", grey=at)
        jpeg(here.folder / f"HS{at}" / "2.jpg", grey=100 + at)
        words = {"tests": str(Path(__file__).parents[1]), "at": at}
        pid = os.fork()
        if pid == 0:
            try:
                exec(script.format(home=str(here.site.home), inbox=str(here.folder), **words), {})
            finally:
                os._exit(0)
        _, status = os.waitpid(pid, 0)
        pids.append(pid)
        done = not os.WIFSIGNALED(status)
        fresh = here.other()
        here.taker = fresh
        here.settle()
        assert here.names() == ["da-nhan"], (at, here.said)
        assert not (here.folder / ".hoso").exists(), at
        at += 3  # every third act: what lies between two of them is the same state of the folder
    assert here.names("da-nhan") == sorted(f"HS{n}" for n in range(1, at, 3))
    assert here.received() == len(pids)
    assert len(pids) > 4


def test_two_watchers_on_one_folder_never_take_a_file_twice(tmp_path: Path) -> None:
    here = desk(tmp_path, settle=0.0)
    for number in range(40):
        jpeg(here.folder / f"giay{number}.jpg", grey=number)
    for number in range(10):
        jpeg(here.folder / f"HS{number}" / "a.jpg", grey=100 + number)
        jpeg(here.folder / f"HS{number}" / "b.jpg", grey=150 + number)
    script = (
        "import sys, json; from pathlib import Path; sys.path[:0] = [sys.argv[3]]\n"
        "import watching; from hoso.site import Site\n"
        "here = watching.Desk(Site(Path(sys.argv[1])), Path(sys.argv[2]), watching.Clock(),"
        " watching.Inbox('quay', sys.argv[2], settle=0.0))\n"
        "print(json.dumps([t.entry for _ in range(6) for t in here.look(1)]))\n"
    )
    words = [here.site.home, here.folder, Path(__file__).parents[1]]
    both = [
        subprocess.Popen([sys.executable, "-c", script, *map(str, words)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    took = [json.loads(process.communicate(timeout=120)[0]) for process in both]
    assert sorted([*took[0], *took[1]]) == sorted([f"giay{n}.jpg" for n in range(40)] + [f"HS{n}" for n in range(10)])
    assert here.names() == ["da-nhan"]
    assert here.received() == 50
    received = list(here.site.ledger.facts("received"))
    assert len(received) == 50
    assert not any(fact.body.get("duplicate_of") for fact in received)


def test_what_waits_for_a_person_is_told_in_place_and_taken_away_when_done(tmp_path: Path) -> None:
    from dataclasses import replace

    from hoso import recipe
    from hoso.nouns import Document, Field, Outcome, Page, PageRef, Problem, Record

    here = desk(tmp_path)
    jpeg(here.folder / "HS0001" / "1.jpg")
    (taken,) = here.settle()
    standing = recipe.standing(here.site, taken.arrival.dossier.id)
    ref = PageRef(standing.dossier.scans[0].digest, 1)
    document = Document("d1", standing.dossier.id, "don_doi_gplx", "don_doi_gplx@2025", 0.9, (ref,))
    record = Record(
        document,
        (Field("so_cccd", status="doubtful"), Field("ho_ten", status="missing")),
        (Problem("x", "error", "Số CCCD sai."),),
    )
    pages = (
        Page(ref, "paper", 1, 1, 300, 0, 0, 1, position=1),
        Page(PageRef(ref.scan, 2), "quarantined", 0, 0, 0, 0, 0, 0, position=2, reason="page.damaged: trang bị hỏng"),
    )
    waiting = replace(standing, outcome=Outcome(standing.dossier, "", pages, (), (record,)), states={"d1": "waiting"})
    text = notices.show(here.folder, waiting)
    assert text == here.folder / "cho-xu-ly" / "HS0001.txt"
    words = text.read_text(encoding="utf-8")
    for expected in ("so_cccd", "ho_ten", "Số CCCD sai.", "Trang 2: trang bị hỏng", "Việc cần làm"):
        assert expected in words
    sealed = replace(
        standing,
        outcome=Outcome(standing.dossier, "", pages[:1], (), (record,)),
        states={"d1": "sealed"},
        loaded=("d1",),
    )
    other = replace(sealed, dossier=replace(sealed.dossier, id="f" * 24))
    notices.show(here.folder, other)
    assert text.exists(), "another dossier of the same name is not this one"
    notices.show(here.folder, sealed)
    assert here.names("cho-xu-ly") == []
