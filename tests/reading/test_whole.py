"""A page of PDF that is one JPEG and nothing else is decoded as that JPEG; every other page is drawn."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
import pikepdf
import pytest

from hoso.imaging.decode import decode as decode_image
from hoso.imaging.pixels import array, turn
from hoso.pdf.render import render
from hoso.pdf.whole import whole
from hoso.settings import Reading
from hoso.stages.read import decode

Sheets = Callable[..., Any]
PdfOf = Callable[..., bytes]


def jpeg(sheet: Sheets) -> bytes:
    return bytes(sheet((827, 1170)).text(100, 200, "QUYẾT ĐỊNH", 40).data("JPEG", quality=90))


def edited(data: bytes, change: Callable[[pikepdf.Pdf], None]) -> bytes:
    out = BytesIO()
    with pikepdf.open(BytesIO(data)) as made:
        change(made)
        made.save(out)
    return out.getvalue()


@pytest.mark.parametrize("rotate", [0, 90, 270])
def test_a_page_that_is_one_jpeg_is_decoded_as_it_is(sheet: Sheets, pdf: PdfOf, limits: Reading, rotate: int) -> None:
    picture = jpeg(sheet)
    data = pdf([picture], rotate=rotate)
    shown = decode(data, "application/pdf", 1, limits)
    assert (array(shown) == turn(array(decode_image(picture, "image/jpeg", 1, limits)), rotate)).all()
    assert shown.dpi_known
    assert shown.dpi == pytest.approx(100, abs=0.2)
    drawn = array(render(data, 1, limits))
    dark = [float(np.mean(page[: len(page) // 3] < 100)) for page in (drawn, array(shown))]
    assert dark[0] == pytest.approx(dark[1], abs=0.002), "the way up is that of a viewer"


def test_text_that_is_not_shown_is_let_be(sheet: Sheets, pdf: PdfOf) -> None:
    assert whole(pdf([jpeg(sheet)], text=b"BT /F 12 Tf 3 Tr (hidden) Tj ET"), 1)


def test_a_page_with_anything_beside_its_picture_is_drawn(sheet: Sheets, pdf: PdfOf) -> None:
    picture = jpeg(sheet)
    plain = pdf([picture])

    def note(made: pikepdf.Pdf) -> None:
        made.pages[0].Annots = pikepdf.Array([pikepdf.Dictionary(Subtype=pikepdf.Name.Stamp, Rect=[0, 0, 99, 99])])

    def inverted(made: pikepdf.Pdf) -> None:
        made.pages[0].Resources.XObject.P.Decode = pikepdf.Array([1, 0, 1, 0, 1, 0])

    def cropped(made: pikepdf.Pdf) -> None:
        made.pages[0].CropBox = pikepdf.Array([0, 0, 595, 400])

    assert whole(plain, 1)
    assert whole(plain, 2) is None
    assert whole(pdf([picture], text=b"BT /F 12 Tf (shown) Tj ET"), 1) is None
    assert whole(pdf([picture], text=b"0 0 m 99 99 l S"), 1) is None
    assert whole(pdf([picture], text=b"q 99 0 0 99 0 0 cm /P Do Q"), 1) is None
    for change in (note, inverted, cropped):
        assert whole(edited(plain, change), 1) is None
    assert whole(b"%PDF-1.7 nothing", 1) is None


def test_a_picture_that_is_broken_is_left_to_the_drawing(sheet: Sheets, pdf: PdfOf, limits: Reading) -> None:
    picture = jpeg(sheet)
    data = pdf([picture[: len(picture) // 2]])
    assert decode(data, "application/pdf", 1, limits) == render(data, 1, limits)
