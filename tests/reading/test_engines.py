"""Both ways of running Tesseract as an engine, and the recording of an engine.

What is asked of ``a_reader`` is asked of every engine found in the room that reads with Tesseract's models.
"""

import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hoso import site
from hoso.engines import replay, tessdata, tesseract, tesserocr
from hoso.engines.api import Engine
from hoso.engines.codes import codes
from hoso.errors import Misconfigured, Unavailable
from hoso.imaging.pixels import raster
from hoso.nouns import Raster
from hoso.settings import Reading

Sheets = Callable[..., Any]


def tesseracts() -> list[str]:
    """Engines found by file name that look their models up in Tesseract's folder."""
    folder = Path(tesseract.__file__).parent
    return [n for n in site.found("engines") if "tessdata.models()" in (folder / f"{n}.py").read_text(encoding="utf-8")]


@pytest.fixture(scope="module", params=tesseracts())
def a_reader(request: pytest.FixtureRequest) -> Any:
    """The module of an engine."""
    return site.module("engines", request.param)


@pytest.fixture(scope="module")
def reader(a_reader: Any, limits: Reading) -> Engine:
    opened: Engine = a_reader.open(limits)
    return opened


def test_both_ways_of_running_tesseract_are_found() -> None:
    assert tesseracts() == ["tesseract", "tesserocr"]


def line(sheet: Sheets, words: str) -> Raster:
    drawn = sheet((1100, 70)).text(20, 8, words, 36)
    return raster(np.asarray(drawn.image.convert("L")), 200)


def marked(path: str) -> list[int]:
    """Processes that a run on the picture ``path`` started and that still live."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"HOSO_ENGINE_RUN={path}".encode() in entry.read_bytes():
                found.append(int(entry.parent.name))
        except OSError:
            continue
    return found


def test_lines_are_read_each_for_itself_with_boxes_and_confidence(sheet: Sheets, reader: Engine) -> None:
    texts = ("Quyết định số 125", "Giấy khám sức khỏe", "Nguyễn Thị Mẫu")
    answers = reader.lines([line(sheet, text) for text in texts])
    assert [" ".join(word.text for word in words) for words in answers] == list(texts)
    for word in (word for words in answers for word in words):
        assert 0.5 < word.confidence <= 1.0
        assert 0.0 <= word.box[0] < word.box[2] <= 1.0
        assert 0.0 <= word.box[1] < word.box[3] <= 1.0
    assert reader.lines([]) == ()
    assert reader.lines([line(sheet, "")]) == ((),)


def test_a_whole_page_is_read_too(sheet: Sheets, reader: Engine) -> None:
    page = raster(np.asarray(sheet((1300, 500)).body(40, 5).image.convert("L")), 200)
    assert "Căn cứ" in " ".join(word.text for word in reader.read(page))


def test_the_fingerprint_names_version_model_and_settings(a_reader: Any, reader: Engine) -> None:
    name = a_reader.__name__.rpartition(".")[2]
    assert reader.fingerprint.startswith(f"{name} 5.")
    assert "vie:" in reader.fingerprint
    assert "tessedit_do_invert=0" in reader.fingerprint
    assert reader.fingerprint == a_reader.open(Reading(timeout=1)).fingerprint, "a time-out changes no answer"


def test_one_thread_a_process(engine: tesseract.Tesseract) -> None:
    assert os.environ["OMP_THREAD_LIMIT"] == "1"


def test_the_way_up_of_a_page_is_told_by_the_orientation_model(sheet: Sheets, reader: Engine) -> None:
    drawn = sheet().body(lines=20)
    upside_down = raster(np.asarray(drawn.image.convert("L").rotate(180)), 200)
    assert reader.orientation(upside_down)[0] == 180
    assert reader.orientation(raster(np.full((600, 400), 255, np.uint8), 200)) == (0, 0.0)


def test_a_missing_model_names_the_command_that_installs_it(a_reader: Any) -> None:
    for language in ("klingon", "vie+klingon", "../../etc/passwd"):
        with pytest.raises(Misconfigured, match="apt-get install"):
            a_reader.open(Reading(language=language))


def test_a_missing_program_names_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Misconfigured, match="apt-get install"):
        tesseract.open(Reading())


def double(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """A program ``tesseract`` that answers what ``open`` asks and then does ``body``."""
    models = tmp_path / "models"
    models.mkdir()
    (models / "vie.traineddata").write_bytes(b"model")
    program = tmp_path / "tesseract"
    program.write_text(
        f'#!/bin/sh\ncase "$1" in\n--version) echo "tesseract 5.9"; exit;;\n'
        f"--list-langs) echo 'List of available languages in \"{models}/\" (1):'; exit;;\nesac\n{body}\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")


def test_a_time_out_ends_the_whole_tree_and_leaves_no_file(
    sheet: Sheets, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    double(tmp_path, monkeypatch, f'echo "$1" > {tmp_path}/given\nsh -c "sleep 300; true" &\nwait')
    started = time.monotonic()
    with pytest.raises(Unavailable, match=r"reading\.timeout"):
        tesseract.open(Reading(timeout=0.5)).read(line(sheet, "chờ"))
    assert time.monotonic() - started < 10
    given = Path((tmp_path / "given").read_text().strip())
    assert given.suffix == ".pgm"
    assert not given.parent.exists()
    assert "HOSO_ENGINE_RUN" not in os.environ
    deadline = time.monotonic() + 5
    while marked(str(given)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not marked(str(given)), "children and grandchildren are gone"


def test_a_crash_may_be_tried_again_and_says_nothing_of_the_page(
    sheet: Sheets, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    double(tmp_path, monkeypatch, "echo boom >&2; kill -SEGV $$")
    with pytest.raises(Unavailable) as caught:
        tesseract.open(Reading(timeout=20)).lines([line(sheet, "Nguyễn Thị Mẫu")] * 2)
    assert caught.value.transient
    assert "Mẫu" not in str(caught.value)


def test_a_colour_page_is_a_defect_of_the_caller(reader: Engine) -> None:
    with pytest.raises(ValueError, match="grey"):
        reader.read(Raster(1, 1, 3, b"\0\0\0", 200))


def test_the_library_says_what_the_program_says(sheet: Sheets, engine: tesseract.Tesseract, limits: Reading) -> None:
    texts = (
        "Căn cứ Nghị định số 30/2020/NĐ-CP", "SỞ GIÁO DỤC VÀ ĐÀO TẠO", "Hồ sơ gồm đơn đề nghị, bản sao", "Mã hồ sơ: 125/GM",
    )  # fmt: skip
    strips = [line(sheet, text) for text in texts]
    ours, theirs = tesserocr.open(limits).lines(strips), engine.lines(strips)
    assert [[w.text for w in words] for words in ours] == [[w.text for w in words] for words in theirs]
    for word, same in zip(sum(ours, ()), sum(theirs, ()), strict=True):
        assert word.box == pytest.approx(same.box, abs=0.01)
        assert (word.line, word.block) == (same.line, same.block)


def test_a_line_reads_the_same_whatever_was_read_before(sheet: Sheets, limits: Reading) -> None:
    strips = [line(sheet, text) for text in ("Độc lập - Tự do - Hạnh phúc", "Số: 125/GM-SYT", "", "thị xã Hà Tiên")]
    kept = tesserocr.open(limits)
    kept.read(raster(np.asarray(sheet((1300, 300)).body(40, 2).image.convert("L")), 200))
    forward = kept.lines(strips)
    for strip, words in zip(reversed(strips), reversed(forward), strict=True):
        (alone,) = tesserocr.open(limits).lines([strip])
        assert kept.lines([strip]) == (alone,)
        assert [(w.text, w.box, w.confidence) for w in alone] == [(w.text, w.box, w.confidence) for w in words]


def test_a_stuck_read_ends_as_unavailable_and_the_next_one_is_answered(sheet: Sheets) -> None:
    page = raster(np.asarray(sheet((1654, 1200)).body(100, 16).image.convert("L")), 200)
    slow = tesserocr.open(Reading(timeout=0.05))
    started = time.process_time()
    with pytest.raises(Unavailable, match=r"reading\.timeout"):
        slow.read(page)
    given_up = time.process_time() - started
    with pytest.raises(Unavailable, match="20 lines"):
        slow.lines([line(sheet, "Giấy khám sức khỏe của người lái xe")] * 20)
    started = time.process_time()
    assert len(tesserocr.open(Reading(timeout=60)).read(page)) > 100
    assert given_up < (time.process_time() - started) / 2, "it gave up in the midst of the page"
    assert [w.text for w in tesserocr.open(Reading(timeout=60)).lines([line(sheet, "Sở Y tế")])[0]] == ["Sở", "Y", "tế"]


def test_models_are_looked_for_where_the_environment_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, reader: Engine
) -> None:
    (tmp_path / "vie.traineddata").symlink_to(tessdata.models() / "vie.traineddata")
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    assert tessdata.models() == tmp_path
    assert tesserocr.open(Reading()).orientation(Raster(64, 64, 1, bytes(64 * 64), 200)) == (0, 0.0), "no osd model"
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("TESSDATA_PREFIX")
    if not Path("/usr/share/tesseract-ocr/5/tessdata").is_dir():
        with pytest.raises(Misconfigured, match="apt-get install"):
            tesserocr.open(Reading())


def test_a_model_that_is_no_model_is_misconfigured(
    sheet: Sheets, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "vie.traineddata").write_bytes(b"no model")
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    with pytest.raises(Misconfigured, match="apt-get install"):
        tesserocr.open(Reading()).read(line(sheet, "chờ"))


def test_a_worker_that_reads_in_process_stays_small(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path\n"
        "from hoso.engines import tesserocr\n"
        "from hoso.nouns import Raster\n"
        "from hoso.settings import Reading\n"
        "engine = tesserocr.open(Reading())\n"
        "page = Raster(1654, 2339, 1, (bytes([255]) * 50 + bytes([30]) * 3) * (1654 * 2339 // 53) + bytes(22), 200)\n"
        "engine.orientation(page)\n"
        "strip = Raster(1500, 60, 1, (bytes([255]) * 20 + bytes([30]) * 5) * 3600, 200)\n"
        "for _ in range(30): engine.lines([strip])\n"
        "status = Path('/proc/self/status').read_text()\n"  # ru_maxrss would begin with what pytest itself holds
        "print(status.partition('VmHWM:')[2].split()[0])\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert int(said.stdout) // 1024 <= 400, "megabytes a worker"
    assert said.stderr == "", "the library says nothing of its own"


def test_a_recording_answers_without_the_engine(sheet: Sheets, engine: tesseract.Tesseract, tmp_path: Path) -> None:
    picture, other = line(sheet, "Mã hồ sơ"), line(sheet, "không ghi")
    recording = replay.Replay(tmp_path, engine)
    answers = recording.lines([picture, picture])
    told = recording.orientation(picture)
    page = recording.read(picture)
    alone = replay.open(Reading(language=f"replay:{tmp_path}"))
    assert (alone.lines([picture]), alone.orientation(picture), alone.read(picture)) == (answers[:1], told, page)
    assert alone.fingerprint == engine.fingerprint
    with pytest.raises(Unavailable, match="never recorded"):
        alone.lines([other])
    with pytest.raises(Misconfigured, match="no recording"):
        _ = replay.Replay(tmp_path / "none").fingerprint
    with pytest.raises(Misconfigured, match="replay:FOLDER"):
        replay.open(Reading())


def test_codes_are_read_at_any_angle_and_text_is_no_code(sheet: Sheets) -> None:
    segno = pytest.importorskip("segno")
    drawn = sheet().body(lines=20)
    symbol = np.array(
        [[255 * (1 - module) for module in row] for row in segno.make_qr("HS-2026|Mẫu", error="m").matrix]
    )
    big = np.kron(symbol, np.ones((8, 8))).astype(np.uint8)
    pixels = np.asarray(drawn.image.convert("L")).copy()
    pixels[100 : 100 + len(big), 1200 : 1200 + len(big)] = big
    found = codes(raster(pixels, 200))
    assert [(code.kind, code.text) for code in found] == [("qr", "HS-2026|Mẫu")]
    left, top, right, bottom = found[0].box
    assert (left * 1654, top * 2339) == (pytest.approx(1200, abs=30), pytest.approx(100, abs=30))
    assert right > left
    assert bottom > top
    assert len(codes(raster(np.rot90(pixels), 200))) == 1
    assert codes(raster(np.asarray(drawn.image.convert("L")), 200)) == ()
