"""Tesseract as an engine, and the recording of an engine."""

import os
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hoso.engines import replay, tesseract
from hoso.engines.codes import codes
from hoso.errors import Misconfigured, Unavailable
from hoso.imaging.pixels import raster
from hoso.nouns import Raster
from hoso.settings import Reading

Sheets = Callable[..., Any]


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


def test_lines_are_read_each_for_itself_with_boxes_and_confidence(sheet: Sheets, engine: tesseract.Tesseract) -> None:
    texts = ("Quyết định số 125", "Giấy khám sức khỏe", "Nguyễn Thị Mẫu")
    answers = engine.lines([line(sheet, text) for text in texts])
    assert [" ".join(word.text for word in words) for words in answers] == list(texts)
    for word in (word for words in answers for word in words):
        assert 0.5 < word.confidence <= 1.0
        assert 0.0 <= word.box[0] < word.box[2] <= 1.0
        assert 0.0 <= word.box[1] < word.box[3] <= 1.0
    assert engine.lines([]) == ()
    assert engine.lines([line(sheet, "")]) == ((),)


def test_a_whole_page_is_read_too(sheet: Sheets, engine: tesseract.Tesseract) -> None:
    page = raster(np.asarray(sheet((1300, 500)).body(40, 5).image.convert("L")), 200)
    assert "Căn cứ" in " ".join(word.text for word in engine.read(page))


def test_the_fingerprint_names_version_model_and_settings(engine: tesseract.Tesseract) -> None:
    assert engine.fingerprint.startswith("tesseract ")
    assert "vie:" in engine.fingerprint
    assert engine.fingerprint == tesseract.open(Reading(timeout=1)).fingerprint, "a time-out changes no answer"


def test_one_thread_a_process(engine: tesseract.Tesseract) -> None:
    assert os.environ["OMP_THREAD_LIMIT"] == "1"


def test_the_way_up_of_a_page_is_told_by_the_orientation_model(sheet: Sheets, engine: tesseract.Tesseract) -> None:
    drawn = sheet().body(lines=20)
    upside_down = raster(np.asarray(drawn.image.convert("L").rotate(180)), 200)
    assert engine.orientation(upside_down)[0] == 180
    assert engine.orientation(raster(np.full((600, 400), 255, np.uint8), 200)) == (0, 0.0)


def test_a_missing_model_names_the_command_that_installs_it() -> None:
    for language in ("klingon", "vie+klingon", "../../etc/passwd"):
        with pytest.raises(Misconfigured, match="apt-get install"):
            tesseract.open(Reading(language=language))


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


def test_a_colour_page_is_a_defect_of_the_caller(engine: tesseract.Tesseract) -> None:
    with pytest.raises(ValueError, match="grey"):
        engine.read(Raster(1, 1, 3, b"\0\0\0", 200))


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
