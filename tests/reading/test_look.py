"""`hoso look`: what a page was made of on its way to words, as one HTML page that needs nothing else."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image, ImageFilter

from hoso import keys
from hoso.cli import main
from hoso.cli import sheet as drawn_sheet
from hoso.engines.tesseract import Tesseract
from hoso.imaging.clean import clean
from hoso.imaging.contact import LAYERS, Pictures, pictures
from hoso.imaging.pixels import raster
from hoso.imaging.trace import Trace
from hoso.nouns import Code
from hoso.recipe.looking import FileLook, PageLook, look
from hoso.settings import Reading
from hoso.stages.read import read

Sheet = Any  # as conftest draws it
Sheets = Callable[..., Sheet]
VOID = {"meta", "img", "input", "br", "rect"}


class Balanced(HTMLParser):
    """Notes tags that do not close, and every address a browser would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.fetched: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.fetched += [
            v or "" for k, v in attrs if k in {"src", "href", "xlink:href"} and not (v or "").startswith("#")
        ]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def parsed(text: str) -> Balanced:
    page = Balanced()
    page.feed(text)
    page.close()
    return page


@pytest.fixture
def short(sheet: Sheets) -> Sheet:
    return sheet().text(200, 300, "Căn cứ Nghị định số 30/2020/NĐ-CP", 40).text(200, 420, "Hồ sơ gồm đơn đề nghị", 40)


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder without a home."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HOSO_HOME", raising=False)
    return tmp_path


def run(*words: str | Path) -> int:
    with pytest.raises(SystemExit) as left:
        main([str(word) for word in words])
    return int(left.value.code or 0)


def only_page(path: Path, engine: Tesseract, limits: Reading) -> PageLook:
    (page,) = (one for one in look(path, path.name, None, engine, limits) if isinstance(one, PageLook))
    return page


def test_looking_needs_no_home_and_leaves_one_file(short: Sheet, at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (at / "giấy.png").write_bytes(short.data())
    assert run("look", "--json", "giấy.png") == 0
    assert sorted(path.name for path in at.iterdir()) == ["giấy.look.html", "giấy.png"]
    (row,) = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (row["source"], row["page"], row["kind"], row["rescan"]) == ("giấy.png", 1, "paper", None)
    assert "30/2020" in row["text"]
    assert row["seconds"]["recognise"] > 0
    page = parsed((at / "giấy.look.html").read_text(encoding="utf-8"))
    assert not page.wrong
    assert not page.open
    assert page.fetched
    assert all(address.startswith("data:image/jpeg;base64,") for address in page.fetched), "nothing is loaded"
    assert "30/2020/NĐ-CP" in "".join(page.words)
    assert row["engine"] in "".join(page.words)


def test_the_words_shown_are_those_of_the_real_reading(
    short: Sheet, tmp_path: Path, engine: Tesseract, limits: Reading
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(short.turned(1.5).data())
    seen = only_page(path, engine, limits)
    data = path.read_bytes()
    assert seen.seen == read(data, "image/png", keys.digest(data), 1, engine, limits)
    assert seen.pictures is not None
    assert len(seen.lines) == len(seen.pictures.lines) == 2
    assert seen.steps[0][0] == "decode"
    assert seen.seconds == pytest.approx(sum(seconds for _, seconds in seen.steps))


def test_being_watched_changes_nothing(sheet: Sheets) -> None:
    page = raster(np.asarray(sheet().body(lines=6).seal(900, 1500).signature(900, 1600).image), 200)
    trace = Trace(lambda: 0.0)
    trace.attempt(0, page)
    watched, plain = clean(page, trace), clean(page)
    assert (watched.page, watched.lines, watched.quality) == (plain.page, plain.lines, plain.quality)
    assert watched.seal == plain.seal
    assert watched.signature == plain.signature


def shown(drawn: Sheet) -> Pictures:
    page = raster(np.asarray(drawn.image), 200)
    trace = Trace(lambda: 0.0)
    trace.attempt(0, page)
    trace.step("cleaned", cleaned=clean(page, trace))
    return pictures(trace.attempts[0])


def painted(made: Pictures, name: str) -> Any:
    """Where the picture of what was taken off has the colour of a layer, as a mask."""
    found = cv2.imdecode(np.frombuffer(made.removed.data, np.uint8), cv2.IMREAD_COLOR)[:, :, ::-1].astype(int)
    return np.abs(found - LAYERS[name]).max(axis=2) < 60


def test_what_was_taken_off_is_shown_where_it_was(sheet: Sheets) -> None:
    drawn = sheet().body(lines=8).seal(1150, 1500).signature(300, 1500)
    drawn.pen.line((190, 1100, 1400, 1100), fill=(20, 20, 20), width=3)
    drawn.text(190, 1200, "Họ và tên:", 36)
    for x in range(420, 1400, 10):
        drawn.pen.ellipse((x, 1238, x + 3, 1241), fill=(30, 30, 30))
    made = shown(drawn)
    shares = {layer.name: layer.share for layer in made.layers}
    scale = made.removed.width / 1654
    for name, (left, top, right, bottom) in {
        "seal": (1000, 1350, 1300, 1650), "signature": (280, 1440, 680, 1600), "frames": (180, 1090, 1410, 1110),
        "leaders": (410, 1225, 1410, 1250),
    }.items():  # fmt: skip
        assert shares[name] > 0
        where = painted(made, name)
        inside = where[round(top * scale) : round(bottom * scale), round(left * scale) : round(right * scale)]
        assert inside.any(), name
        assert np.count_nonzero(inside) > 0.8 * np.count_nonzero(where), f"{name} is shown where it was, not elsewhere"


def test_a_page_with_nothing_on_it_but_print_shows_no_layer(sheet: Sheets) -> None:
    assert not shown(sheet().body(lines=8)).layers


def test_text_of_a_paper_cannot_become_markup(short: Sheet, tmp_path: Path, engine: Tesseract, limits: Reading) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(short.data())
    page = only_page(path, engine, limits)
    assert page.seen is not None
    evil = '<script>alert("1")</script>'
    first, *rest = page.seen.reading.words
    reading = replace(
        page.seen.reading, words=(replace(first, text=evil), *rest), codes=(Code("qr", evil, (0.1, 0.1, 0.2, 0.2)),)
    )
    seen = replace(
        page, seen=replace(page.seen, reading=reading), lines=((replace(first, text=evil),), *page.lines[1:])
    )
    text = "".join(drawn_sheet.html([FileLook(f"{evil}.png", "0" * 64, "image/png", 1), seen], evil))
    assert "<script" not in text
    assert not parsed(text).wrong


def test_a_file_that_cannot_be_taken_is_told_in_the_page_and_by_the_exit_code(
    short: Sheet, at: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (at / "a.png").write_bytes(short.data())
    (at / "b.docx").write_bytes(b"PK\x03\x04" + b"\0" * 40)
    assert run("look", "a.png", "b.docx", "-o", "two.html") == 3
    page = parsed((at / "two.html").read_text(encoding="utf-8"))
    text = "".join(page.words)
    assert "file.unsupported-type" in text
    assert "30/2020" in text
    assert not page.wrong
    assert "b.docx" in capsys.readouterr().err


def test_only_the_pages_asked_for_are_read(
    short: Sheet, sheet: Sheets, at: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = BytesIO()
    short.image.save(out, "TIFF", save_all=True, append_images=[sheet().image, short.image], dpi=(200, 200))
    (at / "ba.tif").write_bytes(out.getvalue())
    assert run("look", "--json", "--pages", "2", "ba.tif") == 0
    (row,) = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (row["page"], row["kind"]) == (2, "blank")
    assert run("look", "--pages", "9", "ba.tif") == 2
    assert run("look", "--pages", "2-1", "ba.tif") == 2
    assert run("look", "--pages", "x", "ba.tif") == 2


def test_the_advice_to_scan_again_reaches_the_clerk(
    sheet: Sheets, at: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn = sheet().body(lines=5)
    drawn.image = drawn.image.filter(ImageFilter.GaussianBlur(3.5))
    (at / "a.png").write_bytes(drawn.data())
    assert run("look", "--json", "a.png") == 0
    (row,) = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert row["rescan"] == row["reason"]
    assert row["rescan"].startswith("quét lại: mờ")
    assert re.search(r'class="advice">[^<]*quét lại: mờ', (at / "a.look.html").read_text(encoding="utf-8"))


def test_a_turned_page_is_shown_as_it_came_and_upright(
    sheet: Sheets, tmp_path: Path, engine: Tesseract, limits: Reading
) -> None:
    drawn = sheet().body(lines=6)
    drawn.image = drawn.image.rotate(90, expand=True)
    path = tmp_path / "a.jpg"
    path.write_bytes(drawn.data("JPEG", quality=85))
    page = only_page(path, engine, limits)
    assert page.seen is not None
    assert page.pictures is not None
    assert page.seen.page.rotation == 90
    came, upright = (Image.open(BytesIO(one.data)).size for one in (page.pictures.received, page.pictures.upright))
    assert came[0] > came[1]
    assert upright[0] < upright[1]
