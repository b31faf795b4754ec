"""Pages drawn here, with words whose places are known; an office, an instant, and a home with a test key."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pytest
from PIL import Image, ImageDraw, ImageFont

import hoso
from hoso.nouns import Document, Dossier, Field, Outcome, Page, PageRef, Reading, Record, Scan, Seen, Word
from hoso.settings import Office

FONT = Path(hoso.__file__).parent / "_fonts" / "NotoSans-Vietnamese.ttf"
LINES = (
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Độc lập - Tự do - Hạnh phúc",
    "Họ và tên: Nguyễn Thị Thử Nghiệm",
    "Ủy ban nhân dân phường Đường Đẹp, ngày 05 tháng 3 năm 2026",
    "Số giấy: 00001/GKSKLX/34001/26",
)
MEDIA = {"jpeg": "image/jpeg", "png": "image/png", "tiff": "image/tiff", "pdf": "application/pdf"}


@dataclass(frozen=True)
class Paper:
    """An upright page as drawn, at ``dpi``, with its words."""

    image: Image.Image
    words: tuple[Word, ...]
    dpi: float = 100.0

    def seen(self, rotation: int = 0, skew: float = 0.0, digest: str = "a" * 64, index: int = 1) -> Seen:
        ref = PageRef(digest, index)
        page = Page(ref, "paper", self.image.width, self.image.height, self.dpi, rotation, skew, 0.9)
        return Seen(page, Reading(ref, "test", self.words))


def draw(skew: float = 0.0, colour: bool = True) -> Paper:
    """An A5-like page at 100 dpi; ``skew`` as in Page (lines rise to the right), words' boxes around their slanted ink."""
    width, height = 583, 827
    image = Image.new("RGB", (width, height), (252, 250, 244))
    pen = ImageDraw.Draw(image)
    font = ImageFont.truetype(str(FONT), 20)
    placed: list[tuple[str, tuple[float, float, float, float], int]] = []
    for number, line in enumerate(LINES):
        x, y = 30.0, 150.0 + 45 * number
        for text in line.split():
            left, top, right, bottom = pen.textbbox((x, y), text, font=font)
            if right > width - 10:
                x, y = 30.0, y + 26
                left, top, right, bottom = pen.textbbox((x, y), text, font=font)
            pen.text((x, y), text, font=font, fill=(20, 20, 90))
            placed.append((text, (left, top, right, bottom), int(y)))
            x += pen.textlength(text + " ", font=font)
    pen.ellipse((400, 600, 520, 720), outline=(200, 20, 30), width=6)
    pen.rectangle((30, 700, 90, 790), fill=(10, 120, 40))
    if skew:
        image = image.rotate(skew, Image.Resampling.BICUBIC, fillcolor=(252, 250, 244))
    turn = np.radians(skew)
    words = []
    rows = sorted({row for _, _, row in placed})
    for text, (left, top, right, bottom), row in placed:
        corners = np.array([[left, top], [right, top], [left, bottom], [right, bottom]]) - [width / 2, height / 2]
        turned = corners @ np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        turned += np.array([width / 2, height / 2])
        low, high = turned.min(axis=0), turned.max(axis=0)
        box = (low[0] / width, low[1] / height, high[0] / width, high[1] / height)
        words.append(Word(text, tuple(float(v) for v in box), 0.9, rows.index(row)))  # type: ignore[arg-type]
    return Paper(image if colour else image.convert("L"), tuple(words))


def scan_pdf(jpeg: bytes, image: Image.Image, rotate: int = 0, dpi: float = 100.0, lines: bytes = b"") -> bytes:
    """A PDF as a scanner writes it: one page that shows one image, with ``rotate`` as its /Rotate."""
    wide, high = image.width / dpi * 72, image.height / dpi * 72
    with pikepdf.new() as pdf:
        stream = pikepdf.Stream(
            pdf, jpeg, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=image.width, Height=image.height,
            BitsPerComponent=8, ColorSpace=pikepdf.Name.DeviceRGB, Filter=pikepdf.Name.DCTDecode, Interpolate=True,
        )  # fmt: skip
        content = f"q {wide} 0 0 {high} 10 20 cm /I Do Q\n".encode() + lines
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        page = pikepdf.Dictionary(
            Type=pikepdf.Name.Page,
            MediaBox=[0, 0, wide + 30, high + 50],
            CropBox=[10, 20, wide + 10, high + 20],
            Rotate=rotate,
            Resources=pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=stream), Font=pikepdf.Dictionary(F=font)),
            Contents=pdf.make_stream(content),
        )
        pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue()


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


@pytest.fixture(scope="session")
def paper() -> Callable[..., Paper]:
    return draw


@pytest.fixture(scope="session")
def pdf_of() -> Callable[..., bytes]:
    return scan_pdf


@pytest.fixture(scope="session")
def save() -> Callable[..., bytes]:
    return saved


@pytest.fixture(scope="session")
def at() -> datetime:
    return datetime(2026, 11, 23, 14, 5, 9, tzinfo=timezone(timedelta(hours=7)))


@pytest.fixture(scope="session")
def office() -> Office:
    return Office(name="ỦY BAN NHÂN DÂN PHƯỜNG THỬ NGHIỆM", converter="Tổ số hóa")


@pytest.fixture(scope="session")
def filed(at: datetime, office: Office) -> Callable[..., bytes]:
    """The archive copy of pages given as (bytes, media type, Seen)."""
    from hoso.stages.compose import composed

    def make(
        *pages: tuple[bytes, str, Seen], mark: bool = True, when: datetime | None = None, **profiles: Any
    ) -> bytes:
        parts = [
            (Scan("HS1", f"HS1/{n}", seen.page.ref.scan, media, len(data), n), data, seen)
            for n, (data, media, seen) in enumerate(pages, start=1)
        ]
        document = Document("d" * 24, "h" * 24, "quyet_dinh", "quyet_dinh@2020-03-05", 0.9,
                            tuple(seen.page.ref for _, _, seen in parts))  # fmt: skip
        fields = (Field("so_ky_hieu", "12/QĐ-UBND"), Field("trich_yeu", "Về việc <thử> & nghiệm"))
        dossier = Dossier("h" * 24, "HS1", tuple(scan for scan, _, _ in parts), at.isoformat())
        seens = tuple(seen for _, _, seen in parts)
        record = Record(document, fields)
        outcome = Outcome(dossier, "", tuple(s.page for s in seens), ("",) * len(seens), (record,))
        return composed(parts, record, outcome, office, when or at, mark=mark, **profiles)[0]

    return make


@pytest.fixture(scope="session")
def copy(filed: Callable[..., bytes]) -> bytes:
    """A plain archive copy of one JPEG page."""
    page = draw()
    return filed((saved(page.image, "JPEG", dpi=(100, 100), quality=85), "image/jpeg", page.seen()))


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory, at: datetime) -> Path:
    """A home with the keys of a test authority."""
    from hoso.signers.demo import make_demo

    folder = tmp_path_factory.mktemp("home")
    make_demo(folder / "keys", at - timedelta(days=1), "ỦY BAN NHÂN DÂN PHƯỜNG THỬ NGHIỆM")
    return folder


@pytest.fixture(scope="session")
def roots(home: Path) -> tuple[bytes, ...]:
    return ((home / "keys" / "roots.pem").read_bytes(),)


@pytest.fixture(scope="session")
def signer(home: Path) -> Any:
    from hoso.settings import Seal
    from hoso.signers import pkcs12

    return pkcs12.open(Seal(), home)


@pytest.fixture(scope="session")
def sealed(copy: bytes, signer: Any, at: datetime, roots: tuple[bytes, ...], office: Office) -> bytes:
    """The archive copy, sealed with the look "text"."""
    from hoso.stages.seal import seal

    return seal(copy, signer, "text", at, roots, office=office.name)[0]
