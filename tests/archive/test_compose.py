"""The archive copy shows what was received, upright, keeps its streams, and its words are found where they stand."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zlib
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image, TiffImagePlugin

from hoso.imaging.jpegs import joined
from hoso.pdf import marks
from hoso.pdf.check import examine, violations

TURNS = (0, 90, 180, 270)
needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is not installed")


def shown(pdf: bytes, dpi: float = 100.0, index: int = 0) -> np.ndarray[Any, Any]:
    document = pypdfium2.PdfDocument(pdf)
    pixels = np.asarray(document[index].render(scale=dpi / 72).to_pil().convert("RGB")).astype(int)
    document.close()
    return pixels


def difference(pdf: bytes, image: Image.Image, top: int = 70) -> float:
    """Mean difference of shown and drawn pixels below the band in which the mark stands."""
    pixels = shown(pdf)
    wanted = np.asarray(image.convert("RGB").resize((pixels.shape[1], pixels.shape[0]))).astype(int)
    return float(np.abs(pixels - wanted)[top:].mean())


def bilevel(image: Image.Image) -> Image.Image:
    return image.convert("L").point(lambda value: 255 * (value > 128)).convert("1", dither=Image.Dither.NONE)


def text_boxes(pdf: bytes, tmp_path: Path) -> list[tuple[str, tuple[float, float, float, float]]]:
    """Words of page 1 as pdftotext sees them, boxes as fractions."""
    path = tmp_path / "copy.pdf"
    path.write_bytes(pdf)
    told = subprocess.run(["pdftotext", "-bbox", "-l", "1", path, "-"], capture_output=True, check=True).stdout.decode()
    page = re.search(r'<page width="([\d.]+)" height="([\d.]+)"', told)
    assert page
    wide, high = float(page.group(1)), float(page.group(2))
    found = re.findall(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>', told)
    return [
        (unescape(text), (float(a) / wide, float(b) / high, float(c) / wide, float(d) / high))
        for a, b, c, d, text in found
    ]


@pytest.mark.parametrize("rotation", TURNS)
@pytest.mark.parametrize("kind", ["jpeg", "png", "g4", "lzw", "pdf"])
def test_a_turned_page_is_shown_upright(
    kind: str, rotation: int, paper: Any, save: Any, pdf_of: Any, filed: Any
) -> None:
    page = paper()
    received = page.image.rotate(rotation, expand=True)  # turning it clockwise by ``rotation`` makes it upright
    if kind == "jpeg":
        data, media = save(received, "JPEG", dpi=(100, 100), quality=92), "image/jpeg"
    elif kind == "png":
        data, media = save(received, "PNG", dpi=(100, 100)), "image/png"
    elif kind == "g4":
        data, media = save(bilevel(received), "TIFF", compression="group4", dpi=(100, 100)), "image/tiff"
    elif kind == "lzw":
        data, media = save(received, "TIFF", compression="tiff_lzw", dpi=(100, 100)), "image/tiff"
    else:
        data, media = pdf_of(save(received, "JPEG", quality=92), received), "application/pdf"
    copy = filed((data, media, page.seen(rotation)))
    assert difference(copy, bilevel(page.image) if kind == "g4" else page.image) < 3
    assert violations(copy) == ()


@pytest.mark.parametrize("rotation", TURNS)
@pytest.mark.parametrize("rotate", TURNS)
def test_rotate_of_a_pdf_and_the_turn_of_its_page_add_up(rotate: int, rotation: int, paper: Any, save: Any, pdf_of: Any,
                                                         filed: Any) -> None:  # fmt: skip
    page = paper()
    viewed = page.image.rotate(rotation, expand=True)
    stored = viewed.rotate(rotate, expand=True)  # the viewer turns it clockwise by /Rotate
    copy = filed((pdf_of(save(stored, "JPEG", quality=92), stored, rotate), "application/pdf", page.seen(rotation)))
    assert difference(copy, page.image) < 3


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("rotation", [0, 90])
def test_the_orientation_of_exif_is_heeded(orientation: int, rotation: int, paper: Any, save: Any, filed: Any) -> None:
    back = {2: [Image.Transpose.FLIP_LEFT_RIGHT], 3: [Image.Transpose.ROTATE_180], 4: [Image.Transpose.FLIP_TOP_BOTTOM],
            5: [Image.Transpose.TRANSPOSE], 6: [Image.Transpose.ROTATE_90], 7: [Image.Transpose.TRANSVERSE],
            8: [Image.Transpose.ROTATE_270]}  # fmt: skip
    page = paper()
    stored = page.image.rotate(rotation, expand=True)
    for step in back.get(orientation, []):
        stored = stored.transpose(step)
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = save(stored, "JPEG", dpi=(100, 100), quality=92, exif=exif)
    assert difference(filed((data, "image/jpeg", page.seen(rotation))), page.image) < 3


@needs_poppler
@pytest.mark.parametrize("rotation", TURNS)
def test_every_word_is_found_where_it_stands(rotation: int, paper: Any, save: Any, filed: Any, tmp_path: Path) -> None:
    page = paper()
    data = save(page.image.rotate(rotation, expand=True), "JPEG", dpi=(100, 100))
    found = text_boxes(filed((data, "image/jpeg", page.seen(rotation)), mark=False), tmp_path)
    assert [text for text, _ in found] == [word.text for word in page.words]
    for (text, box), word in zip(found, page.words, strict=True):
        assert abs(box[0] - word.box[0]) < 0.003, text
        assert abs(box[2] - word.box[2]) < 0.003, text
        middle = (word.box[1] + word.box[3]) / 2
        assert box[1] < middle < box[3], text
        assert abs((box[1] + box[3]) / 2 - middle) < 0.012, text


@needs_poppler
@pytest.mark.parametrize("skew", [-4.0, -1.5, 0.7, 3.0])
def test_words_of_a_slanted_page_lie_on_their_slanted_ink(skew: float, paper: Any, save: Any, filed: Any,
                                                          tmp_path: Path) -> None:  # fmt: skip
    page = paper(skew)
    data = save(page.image, "JPEG", dpi=(100, 100))
    found = text_boxes(filed((data, "image/jpeg", page.seen(skew=skew)), mark=False), tmp_path)
    assert sorted(text for text, _ in found) == sorted(word.text for word in page.words)
    for word in page.words:
        x, y = (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2
        places = [((box[0] + box[2]) / 2, (box[1] + box[3]) / 2) for text, box in found if text == word.text]
        assert any(abs(x - across) < 0.01 and abs(y - down) < 0.015 for across, down in places), word.text


@needs_poppler
def test_lines_are_copied_as_lines(copy: bytes, tmp_path: Path) -> None:
    path = tmp_path / "copy.pdf"
    path.write_bytes(copy)
    text = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True).stdout.decode()
    assert "Họ và tên: Nguyễn Thị Thử Nghiệm" in text.splitlines()
    assert "Độc lập - Tự do - Hạnh phúc" in text.splitlines()


def test_no_letter_is_lost_to_pdfium(copy: bytes) -> None:
    text = " ".join(marks.text_of(copy, 1).split())
    assert "Độc lập - Tự do - Hạnh phúc" in text
    assert "ngày 05 tháng 3 năm 2026" in text


def test_words_are_found_by_search(copy: bytes) -> None:
    document = pypdfium2.PdfDocument(copy)
    assert document[0].get_textpage().search("Nguyễn Thị Thử").get_next() is not None
    assert document[0].get_textpage().search("00001/GKSKLX/34001/26").get_next() is not None
    document.close()


@dataclass(frozen=True)
class Held:
    """An image as it lies in a file, out of the Flate that may be around its own codec."""

    raw: bytes
    filter: str
    space: str
    keys: frozenset[str]


def images(pdf: bytes) -> list[Held]:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return [
            Held(
                zlib.decompress(one.read_raw_bytes()) if len(filters) > 1 else one.read_raw_bytes(),
                str(filters[-1]),
                str(one.ColorSpace if isinstance(one.ColorSpace, pikepdf.Name) else one.ColorSpace[0]),
                frozenset(one.keys()),
            )
            for one in opened.objects
            if isinstance(one, pikepdf.Stream) and "/Width" in one
            for filters in [list(one.Filter) if isinstance(one.Filter, pikepdf.Array) else [one.Filter]]
        ]


def page_size(pdf: bytes) -> list[float]:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return [float(value) for value in opened.pages[0].mediabox]


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_jpeg_stays_the_very_stream(mode: str, paper: Any, save: Any, filed: Any) -> None:
    page = paper()
    data = save(page.image.convert(mode), "JPEG", dpi=(100, 100), progressive=True)
    (image,) = images(filed((data, "image/jpeg", page.seen())))
    assert image.raw == data
    assert image.filter == "/DCTDecode"


def test_a_scan_in_a_pdf_stays_the_very_stream(paper: Any, save: Any, pdf_of: Any, filed: Any) -> None:
    page = paper()
    data = save(page.image, "JPEG", quality=60)
    (image,) = images(filed((pdf_of(data, page.image), "application/pdf", page.seen())))
    assert image.raw == data
    assert "/Interpolate" not in image.keys


def test_a_png_keeps_its_rows(paper: Any, save: Any, filed: Any) -> None:
    page = paper()
    data = save(page.image.quantize(32), "PNG", dpi=(100, 100))
    (image,) = images(filed((data, "image/png", page.seen())))
    assert image.raw in data
    assert image.space == "/Indexed"


def test_a_group_4_strip_stays_the_very_stream(paper: Any, save: Any, filed: Any) -> None:
    page = paper()
    data = save(bilevel(page.image), "TIFF", compression="group4", dpi=(100, 100), tiffinfo={278: page.image.height})
    (image,) = images(filed((data, "image/tiff", page.seen())))
    assert image.raw in data
    assert image.filter == "/CCITTFaxDecode"


@pytest.mark.parametrize("photometric", [0, 1])
def test_both_polarities_of_group_4_are_shown_black_on_white(
    photometric: int, paper: Any, save: Any, filed: Any
) -> None:
    page = paper()
    info = {278: page.image.height, 262: photometric}
    data = save(bilevel(page.image), "TIFF", compression="group4", dpi=(100, 100), tiffinfo=info)
    assert Image.open(io.BytesIO(data)).tag_v2[262] == photometric
    assert shown(filed((data, "image/tiff", page.seen()), mark=False)).mean() > 200


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "CMYK", "I;16"])
def test_what_pdf_a_cannot_hold_becomes_lossless(mode: str, paper: Any, save: Any, filed: Any) -> None:
    page = paper()
    if mode == "CMYK":
        data, media = save(page.image.convert("CMYK"), "JPEG", dpi=(100, 100), quality=95), "image/jpeg"
    elif mode == "I;16":
        deep = (np.asarray(page.image.convert("L")).astype(np.uint16) * 257).astype(np.uint16)
        data, media = save(Image.fromarray(deep), "PNG", dpi=(100, 100)), "image/png"
    else:
        data, media = save(page.image.convert(mode), "PNG", dpi=(100, 100)), "image/png"
    copy = filed((data, media, page.seen()))
    assert violations(copy) == ()
    wanted = page.image.convert("L" if mode in {"LA", "I;16"} else "P" if mode == "P" else "RGB")
    assert difference(copy, wanted) < 6
    assert all(image.space != "/DeviceCMYK" for image in images(copy))


def test_each_page_of_a_multi_page_tiff_is_its_own(paper: Any, save: Any, filed: Any) -> None:
    page, other = paper(), paper(2.0)
    data = save(page.image, "TIFF", save_all=True, append_images=[other.image], compression="tiff_lzw", dpi=(100, 100))
    copy = filed((data, "image/tiff", page.seen(index=1)), (data, "image/tiff", other.seen(index=2, skew=2.0)))
    assert examine(copy).pages == 2
    pixels = shown(copy, index=1)
    wanted = other.image.resize((pixels.shape[1], pixels.shape[0]))
    assert np.abs(pixels - np.asarray(wanted).astype(int)).mean() < 3


def test_the_page_has_the_size_of_the_paper(paper: Any, save: Any, filed: Any) -> None:
    page = paper()
    data = save(page.image, "JPEG", dpi=(100, 100))
    box = page_size(filed((data, "image/jpeg", page.seen())))
    assert [round(value, 1) for value in box] == [0, 0, round(583 * 0.72, 1), round(827 * 0.72, 1)]


def test_a_fax_with_unequal_dpi_keeps_its_shape(paper: Any, save: Any, filed: Any) -> None:
    page = paper()
    squeezed = bilevel(page.image.resize((page.image.width, page.image.height // 2)))
    data = save(squeezed, "TIFF", compression="group4", dpi=(100, 50))
    box = page_size(filed((data, "image/tiff", page.seen())))
    assert box[3] / box[2] == pytest.approx(827 / 583, rel=0.01)


def test_the_mark_says_from_paper_by_whom_and_when(copy: bytes, office: Any) -> None:
    told = marks.found(copy)
    assert told == f"Chuyển đổi từ văn bản giấy; {office.name}; {office.converter}; 23/11/2026 14:05:09 +07:00"


def test_the_instant_of_the_mark_is_vietnam_s_whatever_zone_it_came_in(
    paper: Any, save: Any, filed: Any, at: Any
) -> None:
    page = paper()
    data = save(page.image, "JPEG", dpi=(100, 100))
    from datetime import UTC

    copy = filed((data, "image/jpeg", page.seen()), when=at.astimezone(UTC) + timedelta(hours=10))
    assert "24/11/2026 00:05:09 +07:00" in marks.found(copy)
    assert violations(copy) == ()


def test_the_mark_keeps_off_the_ink(paper: Any, save: Any, filed: Any) -> None:
    page = paper()
    crowded = page.image.copy()
    crowded.paste((190, 20, 30), (300, 0, 583, 60))  # a seal that no engine reads
    data = save(crowded, "JPEG", dpi=(100, 100), quality=92)
    copy = filed((data, "image/jpeg", page.seen()))
    pixels = shown(copy)
    assert np.abs(pixels[:55, 305:575] - np.array([190, 20, 30])).mean() < 6
    assert marks.found(copy)


def test_equal_input_gives_equal_bytes(paper: Any, save: Any, filed: Any, pdf_of: Any) -> None:
    page = paper()
    jpeg = save(page.image, "JPEG", dpi=(100, 100))
    pages = [(jpeg, "image/jpeg", page.seen()), (pdf_of(jpeg, page.image), "application/pdf", page.seen())]
    assert filed(*pages) == filed(*pages)


def test_metadata_and_info_say_the_same(copy: bytes) -> None:
    from hoso.pdf import check_xmp

    with pikepdf.open(io.BytesIO(copy)) as opened:
        told = check_xmp.parse(bytes(opened.Root.Metadata.read_bytes()))
        title = str(opened.docinfo.Title)
    assert told is not None
    assert told.claim == "2U"
    assert told.values["http://purl.org/dc/elements/1.1/", "title"] == title
    own = {name: value for (space, name), value in told.values.items() if space.startswith("urn:hoso")}
    assert own["subject"] == "Về việc <thử> & nghiệm"
    assert own["codeNotation"] == "12/QĐ-UBND"
    assert own["taken"] == "1 received JPEG stream"
    assert copy.startswith(b"%PDF-1.7\n")


def test_the_allow_list_of_pikepdf_approves_all_but_our_own_names(copy: bytes) -> None:
    pytest.importorskip("jsonschema", reason="the allow-list of pikepdf needs jsonschema")
    pytest.importorskip("referencing", reason="the allow-list of pikepdf needs referencing")
    import pikepdf.pdfa

    report = pikepdf.pdfa.validate_written(io.BytesIO(copy), "2b")
    other = [f for f in report.findings if "6.6.2.3" not in f.rule and f.rule != "ISO_19005_2:6.6.4-3"]
    assert other == []


def born_digital(paper_words: bytes, embedded: bool, annotation: bool = False) -> bytes:
    """A PDF that is drawn, not scanned: real text, its font embedded or not."""
    from hoso.pdf.fonts import face

    with pikepdf.new() as pdf:
        text = "Văn bản được soạn trên máy tính, chữ thật, phông đã nhúng"
        written = face(text)
        font = (
            written.embed(pdf)
            if embedded
            else pikepdf.Dictionary(
                Type=pikepdf.Name.Font,
                Subtype=pikepdf.Name.Type1,
                BaseFont=pikepdf.Name.Helvetica,
                Encoding=pikepdf.Name.WinAnsiEncoding,
            )
        )
        shown_text = written.encode(text) if embedded else "(Van ban duoc soan tren may tinh)"
        content = f"1 1 0.8 rg 0 0 300 400 re f 0 g BT /F 10 Tf 20 300 Td {shown_text} Tj ET".encode()
        page = pikepdf.Dictionary(
            Type=pikepdf.Name.Page, MediaBox=[0, 0, 300, 400],
            Resources=pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font)), Contents=pdf.make_stream(content),
        )  # fmt: skip
        if annotation:
            look = pdf.make_stream(b"1 0 0 rg 0 0 60 40 re f")
            look.Type, look.Subtype, look.BBox = pikepdf.Name.XObject, pikepdf.Name.Form, pikepdf.Array([0, 0, 60, 40])
            stamp = pikepdf.Dictionary(
                Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Stamp, Rect=[200, 40, 260, 80], F=4,
                AP=pikepdf.Dictionary(N=look),
            )  # fmt: skip
            page.Annots = pikepdf.Array([pdf.make_indirect(stamp)])
        pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue()


def reading_of(text: str, paper: Any) -> Any:
    from dataclasses import replace

    from hoso.nouns import Reading, Word

    seen = paper().seen()
    words = tuple(Word(t, (0.05 + 0.05 * n, 0.2, 0.09 + 0.05 * n, 0.22), 1.0, 0) for n, t in enumerate(text.split()))
    page = replace(seen.page, width=833, height=1111, dpi=200.0)
    return replace(seen, page=page, reading=Reading(seen.page.ref, "pdf", words))


def taken(pdf: bytes) -> str:
    match = re.search(rb"<hoso:taken>(.*?)</hoso:taken>", pdf)
    assert match
    return match.group(1).decode()


def test_a_drawn_page_stays_drawn_and_its_text_is_not_doubled(paper: Any, filed: Any) -> None:
    data = born_digital(b"", embedded=True)
    text = "Văn bản được soạn trên máy tính, chữ thật, phông đã nhúng"
    copy = filed((data, "application/pdf", reading_of(text, paper)))
    assert taken(copy) == "1 received drawing"
    assert images(copy) == []
    assert violations(copy) == ()
    assert marks.text_of(copy, 1).count("soạn trên") == 1
    assert b"JavaScript" not in copy


def test_a_drawn_page_whose_font_is_missing_becomes_an_image_and_says_so(paper: Any, filed: Any) -> None:
    data = born_digital(b"", embedded=False)
    copy = filed((data, "application/pdf", reading_of("Van ban duoc soan tren may tinh", paper)))
    assert taken(copy).startswith("1 drawn as an image at 300 dpi (")
    assert violations(copy) == ()
    assert len(images(copy)) == 1
    assert marks.text_of(copy, 1).count("soan tren") == 1
    assert difference_of(copy, data) < 3


def test_an_annotation_that_a_viewer_shows_is_drawn_into_the_page(paper: Any, filed: Any) -> None:
    data = born_digital(b"", embedded=True, annotation=True)
    text = "Văn bản được soạn trên máy tính, chữ thật, phông đã nhúng"
    copy = filed((data, "application/pdf", reading_of(text, paper)))
    with pikepdf.open(io.BytesIO(copy)) as opened:
        assert "/Annots" not in opened.pages[0]
    assert difference_of(copy, data) < 3
    assert tuple(shown(copy)[500 - 8, 320]) == (255, 0, 0)


def difference_of(pdf: bytes, other: bytes) -> float:
    one, two = shown(pdf), shown(other)
    assert one.shape == two.shape
    return float(np.abs(one - two)[70:].mean())


def test_invisible_text_of_others_is_left_behind(paper: Any, save: Any, pdf_of: Any, filed: Any) -> None:
    page = paper()
    hidden = b"BT /F 12 Tf 3 Tr 50 400 Td (wrong words) Tj ET"
    data = pdf_of(save(page.image, "JPEG", quality=90), page.image, lines=hidden)
    copy = filed((data, "application/pdf", page.seen()))
    assert taken(copy) == "1 received image stream"
    assert "wrong" not in marks.text_of(copy, 1)
    assert "Nguyễn" in marks.text_of(copy, 1)


def test_a_clipped_image_does_not_show_what_was_cut_off(paper: Any, save: Any, pdf_of: Any, filed: Any) -> None:
    page = paper()
    data = pdf_of(save(page.image, "JPEG", quality=92), page.image)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        old = pdf.pages[0].Contents.read_bytes()
        pdf.pages[0].Contents = pdf.make_stream(b"10 20 200 200 re W n " + old)
        out = io.BytesIO()
        pdf.save(out)
    copy = filed((out.getvalue(), "application/pdf", page.seen()))
    assert taken(copy) == "1 received drawing"
    assert difference_of(copy, out.getvalue()) < 3


def test_a_broken_pdf_is_refused_by_name(paper: Any, filed: Any) -> None:
    from hoso.errors import Refused

    with pytest.raises(Refused) as caught:
        filed((b"%PDF-1.4 nothing", "application/pdf", paper().seen()))
    assert caught.value.reason == "file.damaged"


def test_a_broken_jpeg_is_refused_by_name(paper: Any, filed: Any) -> None:
    from hoso.errors import Refused

    with pytest.raises(Refused) as caught:
        filed((b"\xff\xd8\xff\xe0nothing", "image/jpeg", paper().seen()))
    assert caught.value.reason == "page.damaged"


def test_letters_no_archive_may_hold_do_not_reach_the_layer(paper: Any, save: Any, filed: Any) -> None:
    from dataclasses import replace

    page = paper()
    odd = replace(page.words[0], text="A\x00B\ufeff\ue000C\u0301")
    seen = page.seen()
    seen = replace(seen, reading=replace(seen.reading, words=(odd, *page.words[1:])))
    copy = filed((save(page.image, "JPEG", dpi=(100, 100)), "image/jpeg", seen))
    assert violations(copy) == ()
    assert "ABĆ" in marks.text_of(copy, 1)


def test_a_page_without_words_has_no_layer(paper: Any, save: Any, filed: Any) -> None:
    from dataclasses import replace

    seen = paper().seen()
    seen = replace(seen, reading=replace(seen.reading, words=()))
    copy = filed((save(paper().image, "JPEG", dpi=(100, 100)), "image/jpeg", seen), mark=False)
    assert b"HosoBlank" not in copy
    assert violations(copy) == ()


def test_a_page_of_two_images_stays_drawn_and_gets_our_layer_in_place_of_the_hidden_one(
    paper: Any, save: Any, filed: Any
) -> None:
    page = paper()
    wide, high = page.image.width * 0.72, page.image.height * 0.72
    with pikepdf.new() as pdf:
        named = {}
        for name, data, size in (("A", save(page.image, "JPEG", quality=90), page.image.size),
                                 ("B", save(Image.new("RGB", (20, 20), (0, 0, 200)), "JPEG"), (20, 20))):  # fmt: skip
            named[f"/{name}"] = pikepdf.Stream(
                pdf, data, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=size[0], Height=size[1],
                BitsPerComponent=8, ColorSpace=pikepdf.Name.DeviceRGB, Filter=pikepdf.Name.DCTDecode,
            )  # fmt: skip
        helvetica = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        content = (
            f"q {wide} 0 0 {high} 0 0 cm /A Do Q q 40 0 0 40 200 30 cm /B Do Q "
            "q BT /H 9 Tf 3 Tr 20 300 Td (somebody else) Tj ET Q"
        )
        held = pikepdf.Dictionary(
            Type=pikepdf.Name.Page, MediaBox=[0, 0, wide, high], Contents=pdf.make_stream(content.encode()),
            Resources=pikepdf.Dictionary(XObject=pikepdf.Dictionary(named), Font=pikepdf.Dictionary(H=helvetica)),
        )  # fmt: skip
        pdf.pages.append(pikepdf.Page(pdf.make_indirect(held)))
        out = io.BytesIO()
        pdf.save(out)
    copy = filed((out.getvalue(), "application/pdf", page.seen()))
    assert taken(copy) == "1 received drawing"
    assert len(images(copy)) == 2
    assert violations(copy) == ()
    text = marks.text_of(copy, 1)
    assert "somebody" not in text
    assert "Nguyễn Thị Thử" in text
    assert difference_of(copy, out.getvalue()) < 3


@pytest.mark.parametrize("mode", ["RGB", "YCbCr", "L"])
@pytest.mark.parametrize("rows", [16, 48])
def test_strips_of_jpeg_in_a_tiff_are_joined_and_not_decoded(
    mode: str, rows: int, paper: Any, save: Any, filed: Any
) -> None:
    page = paper()
    data = save(page.image.convert(mode), "TIFF", compression="jpeg", quality=80, tiffinfo={278: rows}, dpi=(100, 100))
    with Image.open(io.BytesIO(data)) as tiff:
        assert isinstance(tiff, TiffImagePlugin.TiffImageFile)
        assert len(tiff.tag_v2[273]) > 1
        wanted = np.asarray(tiff.convert("RGB")).astype(int)
    (image,) = images(filed((data, "image/tiff", page.seen()), mark=False))
    assert image.filter == "/DCTDecode"
    assert len(image.raw) < len(data)
    found = np.asarray(Image.open(io.BytesIO(image.raw)).convert("RGB")).astype(int)
    assert np.abs(found - wanted).max() <= 3  # readers round colours otherwise, coefficients are the same


def test_strips_that_do_not_fit_each_other_are_not_joined(paper: Any, save: Any) -> None:
    page = paper().image
    strips = [save(page.crop((0, top, 160, top + 16)), "JPEG", quality=80, subsampling=2) for top in (0, 16, 32)]
    other = save(page.crop((0, 48, 160, 64)), "JPEG", quality=40, subsampling=2)
    whole = joined(strips, 160, 48, 16)
    assert whole is not None
    parts = np.vstack([np.asarray(Image.open(io.BytesIO(one))) for one in strips]).astype(int)
    seam = np.zeros(48, bool)
    seam[[0, 15, 16, 31, 32, 47]] = True  # readers smooth colours across the rows of a whole image
    assert np.abs(np.asarray(Image.open(io.BytesIO(whole))).astype(int) - parts)[~seam].max() <= 2
    assert joined([*strips, other], 160, 64, 16) is None  # other tables
    assert joined(strips, 160, 47, 16) is None  # another height
    assert joined(strips, 152, 48, 16) is None  # another width
    assert joined([one[:-2] for one in strips], 160, 48, 16) is None  # cut
    assert joined([one[:40] for one in strips], 160, 48, 16) is None
