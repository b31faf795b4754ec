"""The first look into a file: what is taken, and the stable reason for what is not."""

from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from hoso.errors import Refused
from hoso.settings import Reading
from hoso.stages.survey import survey

LIMITS = Reading()


def picture(kind: str, size: tuple[int, int] = (60, 80), **options: object) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "white").save(out, kind, **options)
    return out.getvalue()


def tiff(pages: int) -> bytes:
    return picture("TIFF", save_all=True, append_images=[Image.new("L", (50, 70), 255)] * (pages - 1))


def pdf(pages: int = 1, **options: object) -> bytes:
    made = pikepdf.new()
    for _ in range(pages):
        made.add_blank_page(page_size=(595, 842))
    out = BytesIO()
    made.save(out, **options)
    return out.getvalue()


def edited(edit: object) -> bytes:
    made = pikepdf.open(BytesIO(pdf()))
    edit(made)  # type: ignore[operator]
    out = BytesIO()
    made.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "media_type", "pages"),
    [
        (picture("PNG"), "image/png", 1),
        (picture("JPEG"), "image/jpeg", 1),
        (tiff(3), "image/tiff", 3),
        (pdf(4), "application/pdf", 4),
        (b"\n%junk before\n" + pdf(2), "application/pdf", 2),
    ],
    ids=["png", "jpeg", "tiff", "pdf", "pdf-after-junk"],
)
def test_a_file_is_known_by_its_content(data: bytes, media_type: str, pages: int) -> None:
    seen = survey(data, LIMITS)
    assert (seen.media_type, seen.pages, seen.signed) == (media_type, pages, False)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "file.empty"),
        (b"hello", "file.unknown-type"),
        (b"PK\x03\x04rest of a docx", "file.unsupported-type"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "file.unsupported-type"),
        (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "file.unsupported-type"),
        (b"\x00\x00\x00\x18ftypheic....", "file.unsupported-type"),
        (picture("PNG")[:30], "file.damaged"),
        (b"\xff\xd8\xff\xe0 no more", "file.damaged"),
        (b"II*\x00\xff\xff\xff\x7f", "file.damaged"),
        (b"%PDF-1.7\nnothing follows", "file.damaged"),
        (pdf(0), "file.no-pages"),
        (pdf(encryption=pikepdf.Encryption(user="u", owner="o")), "file.encrypted"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_taken_says_why_and_what_to_do(data: bytes, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        survey(data, LIMITS)
    assert refused.value.reason == reason
    assert refused.value.vi != str(refused.value), "the clerk's sentence is Vietnamese"
    assert "0x" not in str(refused.value), "an address in memory is no message"


def test_budgets_are_kept_before_any_pixel_is_made() -> None:
    for data, limits, reason in (
        (picture("PNG", (4000, 3000)), Reading(max_pixels=11_000_000), "page.too-large"),
        (tiff(5), Reading(max_pages=4), "file.too-many-pages"),
        (pdf(5), Reading(max_pages=4), "file.too-many-pages"),
        (pdf(), Reading(max_bytes=100), "file.too-large"),
    ):
        with pytest.raises(Refused) as refused:
            survey(data, limits)
        assert refused.value.reason == reason


def test_a_bomb_of_a_png_is_refused_by_its_header() -> None:
    header = bytearray(picture("PNG"))
    header[16:24] = (200_000).to_bytes(4, "big") * 2
    import zlib

    header[29:33] = zlib.crc32(bytes(header[12:29])).to_bytes(4, "big")
    with pytest.raises(Refused) as refused:
        survey(bytes(header), LIMITS)
    assert refused.value.reason == "page.too-large"


def test_a_tiff_whose_directories_loop_comes_to_an_end() -> None:
    data = bytearray(tiff(1))
    start = int.from_bytes(data[4:8], "little")
    entries = int.from_bytes(data[start : start + 2], "little")
    data[start + 2 + 12 * entries : start + 6 + 12 * entries] = start.to_bytes(4, "little")
    assert survey(bytes(data), LIMITS).pages == 1


def test_a_thumbnail_in_a_tiff_is_no_page() -> None:
    small = Image.new("L", (20, 30), 255)
    small.encoderinfo = {"tiffinfo": {254: 1}}
    seen = survey(picture("TIFF", save_all=True, append_images=[small]), LIMITS)
    assert (seen.pages, seen.findings) == (1, ("tiff.thumbnail",))


def test_a_pdf_with_an_owner_password_only_is_taken_and_marked() -> None:
    seen = survey(pdf(encryption=pikepdf.Encryption(user="", owner="o")), LIMITS)
    assert "restricted" in seen.findings


def test_active_and_hidden_content_is_found() -> None:
    def script(made: pikepdf.Pdf) -> None:
        made.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        made.attachments["note.txt"] = b"hidden"
        made.pages[0].Annots = pikepdf.Array([
            pikepdf.Dictionary(Subtype=pikepdf.Name.Redact, Rect=[0, 0, 9, 9]),
            pikepdf.Dictionary(Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9],
                               A=pikepdf.Dictionary(S=pikepdf.Name.Launch, F="calc.exe")),
        ])  # fmt: skip

    assert set(survey(edited(script), LIMITS).findings) >= {"javascript", "attachments", "redaction-pending", "launch"}


def test_a_signed_pdf_is_known_as_signed_though_its_fields_loop() -> None:
    def sign(made: pikepdf.Pdf) -> None:
        value = made.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Sig, ByteRange=[0, 10, 20, 10]))
        field = made.make_indirect(pikepdf.Dictionary(FT=pikepdf.Name.Sig, V=value))
        parent = made.make_indirect(pikepdf.Dictionary(T="top", Kids=pikepdf.Array([])))
        parent.Kids.append(parent)
        parent.Kids.append(field)
        made.Root.AcroForm = pikepdf.Dictionary(Fields=[parent])

    assert survey(edited(sign), LIMITS).signed


def test_a_pdf_that_was_repaired_says_so() -> None:
    broken = pdf(3)
    cut = broken.rindex(b"startxref")
    seen = survey(broken[:cut] + b"startxref\n7\n%%EOF", LIMITS)
    assert seen.pages == 3
    assert "repaired" in seen.findings


def test_survey_loads_no_heavy_library_for_what_it_refuses_by_its_first_bytes() -> None:
    import subprocess
    import sys

    code = (
        "import sys\nfrom hoso.stages.survey import survey\nfrom hoso.settings import Reading\n"
        "try: survey(b'GIF89a', Reading())\nexcept Exception: pass\n"
        "assert not {'PIL', 'cv2', 'numpy', 'pikepdf', 'pypdfium2'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
