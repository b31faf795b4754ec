"""Cover sheets: printed by the command, they are read back from the paper, and every sheet of a stack is accounted for."""

import json
from pathlib import Path

import pypdfium2
import pytest
from click.testing import CliRunner

from hoso.cli import hoso
from hoso.errors import Usage
from hoso.imaging.pixels import grey_raster
from hoso.nouns import Page, PageRef, Reading, Seen
from hoso.pdf.render import render
from hoso.settings import Reading as Limits
from hoso.stages import codes, cover, sections

CODES = ("000.00.16.H23-230620-0001", "H31.12-20260609-0092637")


def pages(data: bytes) -> int:
    document = pypdfium2.PdfDocument(data)
    try:
        return len(document)
    finally:
        document.close()


def test_the_command_prints_a_page_a_dossier(tmp_path: Path) -> None:
    out = tmp_path / "bia.pdf"
    done = CliRunner().invoke(hoso, ["--home", str(tmp_path / "none"), "cover", *CODES, "--out", str(out), "--json"])
    assert done.exit_code == 0, done.output
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(row["dossier"], row["page"]) for row in rows] == [(CODES[0], 1), (CODES[1], 2)]
    assert pages(out.read_bytes()) == 2


def test_the_same_sheets_are_the_same_bytes() -> None:
    assert cover.cover(CODES, "UBND XÃ AN BÌNH") == cover.cover(CODES, "UBND XÃ AN BÌNH")


def test_what_a_sheet_says_can_be_read_as_text() -> None:
    document = pypdfium2.PdfDocument(cover.cover(CODES[:1], "UBND XÃ AN BÌNH", "Đổi giấy phép lái xe", "02 tờ"))
    page = document[0].get_textpage()
    text = page.get_text_range()
    page.close()
    document.close()
    for said in (
        "UBND XÃ AN BÌNH",
        "TỜ BÌA HỒ SƠ",
        CODES[0],
        "Đặt tờ này lên trên hồ sơ",
        "Đổi giấy phép lái xe",
        "02 tờ",
    ):
        assert said in text


@pytest.mark.parametrize("turned", [0, 180])
def test_a_scanned_sheet_gives_its_code_back(turned: int) -> None:
    from hoso.imaging.pixels import turn_raster

    data = cover.cover(CODES)
    for index, code in enumerate(CODES, 1):
        shown = turn_raster(grey_raster(render(data, index, Limits(), drawn_dpi=200.0)), turned)
        found = codes.find(shown)
        ref = PageRef("a" * 64, index)
        page = Page(ref, "paper", shown.width, shown.height, 200.0, 0, 0.0, 0.9, position=1)
        (seen,) = sections.marked([Seen(page, Reading(ref, "none", (), found))])
        assert {mark.kind for mark in found} == {"qr", "code128"}
        assert seen.page.kind == "separator"
        assert sections.parted([seen])[-1].code == code


@pytest.mark.parametrize("code", ["", "x", "mã hồ sơ", "a" * 65, "dòng\nmới"])
def test_a_code_that_no_barcode_holds_is_refused(code: str) -> None:
    with pytest.raises(Usage):
        cover.cover([code])


def test_no_code_is_no_sheet() -> None:
    with pytest.raises(Usage):
        cover.cover([])
