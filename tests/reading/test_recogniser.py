"""Hoso's own recogniser of lines, and how it settles with its referee."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hoso import resources, site
from hoso.engines import hoso as engine
from hoso.engines import network
from hoso.errors import Misconfigured
from hoso.imaging.pixels import raster
from hoso.nouns import Raster, Word
from hoso.settings import Reading, Rooms

Sheets = Callable[..., Any]
BOX = (0.0, 0.0, 1.0, 1.0)


def line(sheet: Sheets, words: str, size: int = 36, dpi: float = 200) -> Raster:
    drawn = sheet((1300, 2 * size)).text(20, 8, words, size)
    return raster(np.asarray(drawn.image.convert("L")), dpi)


def read(words: str, confidence: float) -> tuple[Word, ...]:
    return tuple(Word(word, BOX, confidence, 0) for word in words.split())


@pytest.fixture(scope="module")
def reader() -> network.Network:
    return network.open_model()


@pytest.mark.parametrize(
    "text",
    [
        "Quyết định số 125/QĐ-UBND ngày 08 tháng 7 năm 2025",
        "Nguyễn Thị Ngọc Huyền, sinh ngày 05/11/1987",
        "ĐỘC LẬP - TỰ DO - HẠNH PHÚC",
        "Tổ dân phố số 4; điện thoại: 0912 345 678",
        "001087012345",
    ],
)
def test_a_line_is_read_as_printed(sheet: Sheets, reader: network.Network, text: str) -> None:
    (words,) = reader.lines([line(sheet, text)])
    assert " ".join(word.text for word in words) == text
    assert all(word.confidence > 0.5 for word in words)


def test_small_and_large_print_read_alike(sheet: Sheets, reader: network.Network) -> None:
    text = "Bộ phận tiếp nhận và trả kết quả"
    for size, dpi in ((20, 200), (36, 200), (56, 300)):
        (words,) = reader.lines([line(sheet, text, size, dpi)])
        assert " ".join(word.text for word in words) == text


def test_boxes_lie_on_the_words_they_name(sheet: Sheets, reader: network.Network) -> None:
    drawn = sheet((1300, 80)).text(30, 10, "Cộng", 36).text(400, 10, "hòa", 36).text(900, 10, "Nam", 36)
    (words,) = reader.lines([raster(np.asarray(drawn.image.convert("L")), 200)])
    assert [word.text for word in words] == ["Cộng", "hòa", "Nam"]
    for word, (left, _, right, _) in zip(words, drawn.boxes, strict=True):
        assert abs(word.box[0] * 1300 - left) < 6
        assert abs(word.box[2] * 1300 - right) < 6
        assert 0 <= word.box[1] < word.box[3] <= 1


def test_white_paper_says_nothing(reader: network.Network) -> None:
    assert reader.lines([raster(np.full((60, 400), 255, np.uint8), 200)]) == ((),)
    assert reader.lines([]) == ()


def test_colour_is_refused(reader: network.Network) -> None:
    with pytest.raises(ValueError, match="in grey"):
        reader.lines([raster(np.zeros((60, 400, 3), np.uint8), 200)])


@pytest.mark.parametrize("damage", ["gone", "torn", "no model"])
def test_a_damaged_model_is_told_with_what_to_do(damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / network.MODEL
    folder.mkdir()
    whole = (resources.folder("ocr_models") / network.MODEL / "model.onnx").read_bytes()
    if damage != "gone":
        (folder / "model.onnx").write_bytes(whole[: len(whole) // 2] if damage == "torn" else b"no model at all")
    monkeypatch.setattr(resources, "folder", lambda name: tmp_path)
    network.open_model.cache_clear()
    try:
        with pytest.raises(Misconfigured, match="install Hoso anew"):
            network.open_model()
    finally:
        network.open_model.cache_clear()


def test_the_card_tells_the_digest_of_the_weights() -> None:
    import hashlib
    import tomllib

    folder = resources.folder("ocr_models") / network.MODEL
    card = tomllib.loads((folder / "card.toml").read_text(encoding="utf-8"))
    assert card["digest"] == hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest()


class Recorded:
    """A referee that says one thing and counts what it was asked."""

    fingerprint = "recorded"

    def __init__(self, words: tuple[Word, ...]) -> None:
        self.words, self.asked = words, 0

    def orientation(self, raster: Raster) -> tuple[int, float]:
        return 180, 0.9

    def read(self, raster: Raster) -> tuple[Word, ...]:
        return self.words

    def lines(self, rasters: Sequence[Raster]) -> tuple[tuple[Word, ...], ...]:
        self.asked += len(rasters)
        return tuple(self.words for _ in rasters)


class Fixed(network.Network):
    """A reader of one answer."""

    fingerprint = "fixed"  # type: ignore[assignment]

    def __init__(self, words: tuple[Word, ...]) -> None:
        self.words = words

    def lines(self, rasters: Sequence[Raster]) -> tuple[tuple[Word, ...], ...]:
        return tuple(self.words for _ in rasters)


def test_a_sure_line_is_not_asked_about(sheet: Sheets) -> None:
    referee = Recorded(read("Tố công tác", 0.99))
    sure = engine.Hoso(Fixed(read("Tổ công tác", 0.99)), referee)
    assert sure.lines([line(sheet, "x")])[0] == read("Tổ công tác", 0.99)
    assert referee.asked == 0


def test_a_doubtful_word_that_both_read_alike_is_doubted_less_but_never_sure() -> None:
    assert engine.settle(read("Tổ", 0.7), read("Tổ", 0.99))[0].confidence == pytest.approx(0.85)
    assert engine.settle(read("Tổ", 0.2), read("Tổ", 0.99))[0].confidence == pytest.approx(0.2)


def test_a_sure_word_stands_against_the_referee() -> None:
    assert engine.settle(read("Tổ", 0.95), read("Tố", 0.99)) == read("Tổ", 0.95)


def test_of_two_doubtful_readings_the_far_more_confident_stays_and_stays_doubtful() -> None:
    for mine, theirs, kept in ((0.8, 0.95, "Tổ"), (0.4, 0.96, "Tố"), (0.7, 0.2, "Tổ")):
        (word,) = engine.settle(read("Tổ", mine), read("Tố", theirs))
        assert word.text == kept
        assert word.confidence <= 0.6


def test_nothing_is_read_that_neither_has_read() -> None:
    own, other = read("một hai ba bốn", 0.5), read("một hại ba bón năm", 0.9)
    said = {word.text for word in engine.settle(own, other)}
    assert said <= {word.text for word in (*own, *other)}


def test_the_way_up_is_asked_of_the_referee(sheet: Sheets) -> None:
    both = engine.Hoso(Fixed(()), Recorded(()))
    assert both.orientation(line(sheet, "x")) == (180, 0.9)


def test_the_default_engine_is_our_own_with_its_referee() -> None:
    opened = site.module("engines", Rooms().engine).open(Reading())
    assert opened.fingerprint.startswith("hoso-line ")
    assert "tesserocr" in opened.fingerprint


def test_the_recogniser_leaves_no_trace_for_its_maker_in_the_users_folder(tmp_path: Path) -> None:
    script = "from hoso.engines import network; network.open_model()"
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "XDG_CACHE_HOME": ""}
    subprocess.run([sys.executable, "-c", script], env=env, check=True)
    assert list(tmp_path.rglob("*")) == []
