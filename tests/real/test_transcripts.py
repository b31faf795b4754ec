"""Transcripts of published pages, how they are compared, and one of these pages read.

The scans are no part of the project: where ``../shared/real`` is not beside the checkout, what needs them is skipped.
"""

import re
import unicodedata
from pathlib import Path

import pytest

from benchmarks import real_text
from hoso.engines import tesseract
from hoso.settings import Reading

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*.txt"))
READ = "kgu__2084_kh_syt.pdf"
"""A ruled table of 18 rows with a red seal over its heading: hardly an error by any engine that cleans the page."""
WORST = 0.03
"""Of its letters: 0.0059 when the transcript was made, by Tesseract 5.3 with the model vie; the rest is margin."""

needs_scans = pytest.mark.skipif(
    not (real_text.DOCUMENTS / READ).is_file(), reason="shared/real is not beside this checkout: no real page was READ"
)


def test_there_are_transcripts_of_bad_scans_tables_and_seals() -> None:
    assert len(FILES) >= 6
    told = " ".join(path.read_text(encoding="utf-8") for path in FILES)
    assert all(word in told for word in ("blurred", "specks", "ruled table", "seal over", "askew"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_transcript_is_plain_lines_in_nfc_and_tells_what_it_leaves_out(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.fullmatch(r".+__p[1-9]\d*", path.stem)
    assert text == unicodedata.normalize("NFC", text)
    head = [line for line in text.splitlines() if line.startswith("#")]
    body = text.splitlines()[len(head) :]
    assert "Typed from the" in " ".join(head)
    assert all(line and line == line.strip() and not line.startswith("#") and "\t" not in line for line in body)
    assert ("{" in "".join(body)) == ("braces" in " ".join(head)), "ink of a pen is told"
    assert text.count("{") == text.count("}")
    assert not re.search(r"[\u00d0\u00f0]", text), "Đ is the Vietnamese letter, not the Icelandic one"


@needs_scans
def test_every_transcript_has_its_document() -> None:
    assert len(real_text.transcripts()) == len(FILES)


def test_columns_in_another_order_are_no_error_order_free() -> None:
    page = real_text.Transcript("x.pdf", 1, ("SỞ Y TẾ KIÊN GIANG", "Số: {12} /QĐ-SYT", "Độc lập - Tự do - Hạnh phúc"))
    score = real_text.compared(page, "Độc lập - Tự do - Hạnh phúc Số: /QĐ-SYT SỞ Y TẾ KIÊN GIANG", "x")
    assert (score.edits, score.wrong, score.missed, score.invented) == (0, 0, (), ())
    assert score.ordered > 20
    assert score.letters == len("SỞ Y TẾ KIÊN GIANG Số: /QĐ-SYT Độc lập - Tự do - Hạnh phúc")


def test_each_tone_mark_word_and_line_counts() -> None:
    page = real_text.Transcript("x.pdf", 1, ("Căn cứ Nghị định số 30", "Xét đề nghị của Chánh Văn phòng", "Điều 1."))
    whole = "Căn cứ Nghị định số 30\nXét đề nghị của Chánh Văn phòng\nĐiều 1."
    assert real_text.compared(page, unicodedata.normalize("NFD", whole), "x").edits == 0
    assert real_text.compared(page, whole.replace("Nghị", "Nghi"), "x").edits == 1
    lost = real_text.compared(page, "Căn cứ Nghị định số 30\nĐiều 1.", "x")
    assert lost.missed == ("Xét đề nghị của Chánh Văn phòng",)
    assert lost.edits == len("Xét đề nghị của Chánh Văn phòng ")
    more = real_text.compared(page, whole + "\n~ ^ ~", "x")
    assert (more.invented, more.edits, more.wrong) == (("~ ^ ~",), 6, 3)


def test_what_a_pen_wrote_may_be_left_out_or_read_right() -> None:
    page = real_text.Transcript("x.pdf", 1, ("Số: {4366} /QĐ-SYT",))
    for said in ("Số: /QĐ-SYT", "Số: 4366 /QĐ-SYT"):
        score = real_text.compared(page, said, "x")
        assert (score.edits, score.ordered, score.wrong) == (0, 0, 0)
    assert real_text.compared(page, "Số: A366 /QĐ-SYT", "x").edits == 1


@needs_scans
def test_a_published_table_under_a_seal_is_read_nearly_without_an_error() -> None:
    (page,) = (t for t in real_text.transcripts() if t.file == READ)
    score = real_text.compared(page, real_text.read_page(page, tesseract.open(Reading())), "hoso")
    assert score.edits <= WORST * score.letters
    assert score.ordered <= WORST * score.letters, "rows are read row by row, cell by cell"
    assert not score.missed
