"""Marks of copies and the code beside the conversion mark: told in words, found again, never over ink."""

from __future__ import annotations

from typing import Any

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from hoso.engines.codes import codes
from hoso.errors import Misconfigured
from hoso.imaging.pixels import raster
from hoso.nouns import Code
from hoso.pdf import marks
from hoso.pdf.check import violations

LINK = "https://xac-thuc.thu-nghiem.vn/ho-so/0123456789abcdef01234567"


def codes_of(pdf: bytes, dpi: float = 200.0) -> tuple[Code, ...]:
    document = pypdfium2.PdfDocument(pdf)
    grey = np.asarray(document[0].render(scale=dpi / 72).to_pil().convert("L"))
    document.close()
    return codes(raster(grey, dpi))


@pytest.mark.parametrize(("symbol", "words"), marks.COPIES.items())
def test_a_copy_says_its_form_its_agency_and_when(paper: Any, save: Any, filed: Any, symbol: str, words: str) -> None:
    page = paper()
    copy = filed((save(page.image, "JPEG", dpi=(100, 100)), "image/jpeg", page.seen()), copy=symbol)
    told = "ỦY BAN NHÂN DÂN PHƯỜNG THỬ NGHIỆM; 23/11/2026 14:05:09 +07:00"
    assert marks.copied(copy) == f"{words}; {told}"
    assert marks.found(copy).startswith(marks.PREFIX)
    assert violations(copy) == ()


def test_a_conversion_mark_alone_is_no_mark_of_a_copy(copy: bytes) -> None:
    assert marks.found(copy)
    assert marks.copied(copy) == ""


def test_an_unknown_form_of_copy_is_told_by_name(paper: Any, save: Any, filed: Any) -> None:
    page = paper()
    with pytest.raises(Misconfigured, match=r"archive\.copy is 'XX'"):
        filed((save(page.image, "JPEG", dpi=(100, 100)), "image/jpeg", page.seen()), copy="XX")


def test_the_code_beside_the_mark_leads_to_the_verification(paper: Any, save: Any, filed: Any) -> None:
    page = paper()
    copy = filed((save(page.image, "JPEG", dpi=(100, 100)), "image/jpeg", page.seen()), link=LINK)
    (code,) = codes_of(copy)
    assert (code.kind, code.text) == ("qr", LINK)
    left, top, right, bottom = code.box
    assert not [word for word in page.seen().reading.words if left < word.box[2] and right > word.box[0]
                and top < word.box[3] and bottom > word.box[1]]  # fmt: skip
    assert marks.found(copy)
    assert violations(copy) == ()


def test_a_page_full_of_ink_bears_no_code_and_still_its_mark(paper: Any, save: Any, filed: Any) -> None:
    page = paper()
    dark = np.asarray(page.image.convert("L")).copy()
    high, wide = dark.shape
    dark[: high // 3, :: wide // 12] = dark[-high // 5 :, :: wide // 12] = 0  # rules 18 mm apart, the code is wider
    dark[: high // 3, 1 :: wide // 12] = dark[-high // 5 :, 1 :: wide // 12] = 0
    copy = filed((save(Image.fromarray(dark), "JPEG", dpi=(100, 100)), "image/jpeg", page.seen()), link=LINK)
    plain = filed((save(Image.fromarray(dark), "JPEG", dpi=(100, 100)), "image/jpeg", page.seen()))
    assert copy == plain
    assert marks.found(copy)
