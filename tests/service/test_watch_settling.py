"""A file is taken when it is whole: not while it grows, not when it is cut short, whatever its times say."""

from __future__ import annotations

import os
import struct
import time
from pathlib import Path

import pytest
from PIL import Image

from hoso.errors import Misconfigured, Unavailable, Usage
from hoso.recipe import inbox as inboxes
from hoso.settings import Inbox
from hoso.values import endings
from watching import Desk, desk, jpeg, pdf


def standing_texts(here: Desk) -> list[str]:
    return [
        (here.folder / "tu-choi" / name).read_text(encoding="utf-8")
        for name in here.names("tu-choi")
        if name.endswith(".txt")
    ]


def test_a_file_that_grows_in_bursts_is_taken_once_and_whole(tmp_path: Path) -> None:
    here = desk(tmp_path)
    whole = jpeg(tmp_path / "whole.jpg", size=(400, 400)).read_bytes()
    growing = here.folder / "giay.jpg"
    for end in range(0, len(whole), max(1, len(whole) // 10)):  # a burst, then a pause shorter than settling
        growing.write_bytes(whole[:end])
        assert here.look(2.9) == []
    growing.write_bytes(whole)
    (taken,) = here.settle()
    assert here.site.store.get(taken.arrival.dossier.scans[0].digest) == whole
    assert here.settle() == []
    assert here.received() == 1


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "PDF", "TIFF"])
def test_a_copy_that_pauses_longer_than_settling_is_not_taken_cut_short(tmp_path: Path, kind: str) -> None:
    here = desk(tmp_path)
    Image.effect_noise((200, 200), 50).save(tmp_path / "whole", kind)
    whole = (tmp_path / "whole").read_bytes()
    for share in (0.3, 0.7, 0.95):
        (here.folder / "giay").write_bytes(whole[: int(len(whole) * share)])
        assert here.settle() == []
        assert here.look(60) == []
    (here.folder / "giay").write_bytes(whole)
    (taken,) = here.settle()
    assert here.site.store.get(taken.arrival.dossier.scans[0].digest) == whole
    assert here.names() == ["da-nhan"]


def test_what_stays_cut_short_is_refused_after_a_long_wait_and_told_why(tmp_path: Path) -> None:
    here = desk(tmp_path, patience=900.0)
    (here.folder / "giay.pdf").write_bytes(pdf(tmp_path / "whole.pdf").read_bytes()[:-200])
    assert here.settle() == []
    assert here.look(890) == []
    (taken,) = here.look(20)
    assert taken.place == here.folder / "tu-choi" / "giay.pdf"
    assert "cắt cụt" in standing_texts(here)[0]
    assert "Việc cần làm" in standing_texts(here)[0]
    (here.folder / "giay.pdf").write_bytes((tmp_path / "whole.pdf").read_bytes())  # copied again, whole
    assert [t.place for t in here.settle()] == [here.folder / "da-nhan" / "giay.pdf"]


def test_a_file_that_a_program_writes_in_is_left_to_it(tmp_path: Path) -> None:
    here = desk(tmp_path)
    path = jpeg(here.folder / "giay.jpg")
    with path.open("ab"):
        assert here.settle() == []
        assert here.look(30) == []
    assert len(here.look(30)) == 1


def test_a_file_that_cannot_be_opened_now_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = desk(tmp_path)
    jpeg(here.folder / "giay.jpg")
    real, busy = os.open, [True]

    def sometimes(path: object, *rest: int, **more: int) -> int:
        if busy[0] and str(path).endswith("giay.jpg"):
            raise OSError(16, "Device or resource busy")
        return real(path, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", sometimes)
    assert here.settle() == []
    assert here.look(30) == []
    busy[0] = False
    assert len(here.look(30)) == 1
    assert here.names("da-nhan") == ["giay.jpg"]


def test_a_file_in_use_by_another_program_is_not_refused_but_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = desk(tmp_path)
    jpeg(here.folder / "giay.jpg")
    real, busy = Path.rename, [True]

    def sometimes(self: Path, target: Path) -> Path:
        if busy[0] and self.name == "giay.jpg":
            raise PermissionError(13, "The process cannot access the file")
        return real(self, target)

    monkeypatch.setattr(Path, "rename", sometimes)
    assert here.settle() == []
    assert here.said
    assert "giay" not in here.said[0], "a name of a file may name a person"
    assert here.names() == ["giay.jpg"]
    busy[0] = False
    assert len(here.look(30)) == 1


def test_times_in_the_future_or_coarse_ones_settle_all_the_same(tmp_path: Path) -> None:
    here = desk(tmp_path)
    path = jpeg(here.folder / "giay.jpg")
    here.clock.wall = time.time()
    os.utime(path, (time.time() + 86_400, int(time.time()) + 86_400))
    assert here.look() == []
    assert here.look(1) == []
    assert len(here.look(2.1)) == 1


def test_a_file_is_taken_within_a_second_after_it_settled_by_its_times(tmp_path: Path) -> None:
    here = desk(tmp_path)
    jpeg(here.folder / "giay.jpg")
    here.clock.wall = time.time() + 60
    assert here.look() == []  # one look is no proof: a share may show old times of a file that grows
    assert len(here.look(1)) == 1


def test_a_marker_says_when_a_dossier_is_whole(tmp_path: Path) -> None:
    here = desk(tmp_path, done=".xong")
    jpeg(here.folder / "HS0001" / "001.jpg")
    jpeg(here.folder / "HS0002" / "001.jpg", grey=20)
    jpeg(here.folder / "HS0003.jpg", grey=30)
    assert here.settle() == []
    assert here.look(9999) == []
    (here.folder / "HS0001.xong").touch()
    (here.folder / "HS0002" / "scan.xong").touch()
    (here.folder / "HS0003.xong").touch()
    taken = [*here.look(1), *here.look(1)]
    assert {t.arrival.dossier.source for t in taken} == {"HS0001", "HS0002", "HS0003.jpg"}
    assert [len(t.arrival.dossier.scans) for t in taken] == [1, 1, 1], "a marker is no paper"
    assert here.names() == ["da-nhan"]


def test_an_empty_file_waits_for_its_bytes_and_is_refused_in_the_end(tmp_path: Path) -> None:
    here = desk(tmp_path)
    (here.folder / "giay.pdf").touch()
    assert here.settle() == []
    (taken,) = here.look(1000)
    assert taken.place is not None
    assert taken.place.parent.name == "tu-choi"
    assert "rỗng" in standing_texts(here)[0]


def test_a_file_that_vanishes_between_looking_and_taking_is_no_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = desk(tmp_path)
    path = jpeg(here.folder / "giay.jpg")
    jpeg(here.folder / "khac.jpg", grey=10)
    here.look()
    looker = here.taker.looker
    looking = looker.look

    def then_gone() -> list[inboxes.Entry]:
        found = looking()
        path.unlink(missing_ok=True)
        return found

    monkeypatch.setattr(looker, "look", then_gone)
    assert [t.arrival.dossier.source for t in here.look(4)] == ["khac.jpg"]
    assert here.received() == 1


def test_what_hoso_writes_must_not_lie_inside_what_it_reads(tmp_path: Path) -> None:
    here = desk(tmp_path)
    with pytest.raises(Usage, match="inside what it reads"):
        inboxes.adhoc(here.site, tmp_path, 3.0)
    for text, why in (
        (f'[[inbox]]\npath = "{tmp_path}"', "inside what it reads"),
        ('[[inbox]]\npath = "store"', "folder of the home's own"),
        ('[[inbox]]\npath = "inbox"\n[[inbox]]\nname = "b"\npath = "inbox/b"', "same folder"),
        ('[[inbox]]\npath = "inbox"\n[[inbox]]\npath = "other"', "two inboxes"),
        ('[[inbox]]\nmode = "names"', "unknown"),
        ('[[inbox]]\nname = "Nguyễn Văn An!"', "letters"),
    ):
        (tmp_path / "home" / "settings.toml").write_text(text, encoding="utf-8")
        with pytest.raises(Misconfigured, match=why):
            inboxes.inboxes(type(here.site)(tmp_path / "home"))


def test_a_share_that_is_away_is_told_and_comes_back(tmp_path: Path) -> None:
    here = desk(tmp_path)
    jpeg(here.folder / "giay.jpg")
    here.folder.rename(tmp_path / "away")
    with pytest.raises(Unavailable):
        here.look()
    (tmp_path / "away").rename(here.folder)
    assert len(here.settle()) == 1


def test_ends_are_told_of_files_as_they_are_made(tmp_path: Path) -> None:
    def told(data: bytes) -> bool | None:
        return endings.ended(lambda offset, length: data[offset : offset + length], len(data))

    picture = Image.effect_noise((120, 90), 60)
    for kind, more in (
        ("TIFF", {"compression": "tiff_deflate"}),
        ("TIFF", {"save_all": True, "append_images": [picture]}),
    ):
        picture.save(tmp_path / "a", kind, **more)  # type: ignore[arg-type]
        data = (tmp_path / "a").read_bytes()
        assert told(data) is True
        assert {told(data[: len(data) * part // 10]) for part in range(1, 10)} == {False}
    picture.save(tmp_path / "a", "TIFF", big_tiff=True)
    assert told((tmp_path / "a").read_bytes()) is True
    picture.save(tmp_path / "a", "JPEG", progressive=True)
    data = (tmp_path / "a").read_bytes()
    assert told(data + b"more of a camera" * 1000) is True
    assert told(data[:-2]) is False
    data = pdf(tmp_path / "b").read_bytes()
    assert told(data + b"\0" * 5000) is True
    assert told(data.replace(b"%%EOF", b"")) is False
    assert told(b"\x89PNG\r\n\x1a\n" + struct.pack(">I4s", 2**31, b"IDAT")) is False
    assert told(b"a letter") is None


def test_an_inbox_of_the_settings_is_found_by_its_folder(tmp_path: Path) -> None:
    here = desk(tmp_path, f'[[inbox]]\nname = "quay-1"\npath = "{tmp_path / "quay"}"\nagency = "H23.16"\n')
    told = inboxes.adhoc(here.site, here.folder, 1.0)
    assert (told.name, told.agency, told.settle) == ("quay-1", "H23.16", 1.0)
    assert inboxes.inboxes(desk(tmp_path / "b").site) == (Inbox(),)
