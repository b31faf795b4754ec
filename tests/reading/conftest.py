"""Pages drawn on the spot with the font that ships with Hoso: what stands where is known, nothing is a real paper."""

from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageDraw, ImageFont

import hoso
from hoso.engines import tesseract
from hoso.settings import Reading

FONT = Path(hoso.__file__).parent / "_fonts" / "NotoSans-Vietnamese.ttf"
A4 = (1654, 2339)  # at 200 dpi
BODY = (
    "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015",
    "Căn cứ Nghị định số 30/2020/NĐ-CP về công tác văn thư",
    "Xét đề nghị của Giám đốc Sở Xây dựng tại Tờ trình số 125",
    "Quyết định này có hiệu lực kể từ ngày ký và được gửi tới các đơn vị",
    "Chánh Văn phòng, Giám đốc các sở, ban, ngành chịu trách nhiệm thi hành",
    "Giấy phép lái xe hạng B2 được cấp lại cho người có nhu cầu hợp lệ",
    "Bộ phận tiếp nhận và trả kết quả có trách nhiệm hướng dẫn đầy đủ",
    "Hồ sơ gồm đơn đề nghị, giấy khám sức khỏe và bản sao giấy tờ tùy thân",
)


@dataclass
class Sheet:
    """A page to draw on; ``boxes`` are (left, top, right, bottom) in pixels of each text drawn, in order."""

    size: tuple[int, int] = A4
    ground: tuple[int, int, int] = (252, 251, 249)
    boxes: list[tuple[float, float, float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.image = Image.new("RGB", self.size, self.ground)
        self.pen = ImageDraw.Draw(self.image)

    def text(self, x: float, y: float, words: str, size: int = 36, ink: tuple[int, int, int] = (20, 20, 24)) -> "Sheet":
        face = ImageFont.truetype(str(FONT), size)
        self.pen.text((x, y), words, font=face, fill=ink)
        self.boxes.append(self.pen.textbbox((x, y), words, font=face))
        return self

    def body(self, top: int = 420, lines: int = 24, pitch: int = 62) -> "Sheet":
        for number in range(lines):
            self.text(190, top + number * pitch, BODY[number % len(BODY)], 34)
        return self

    def seal(self, x: int, y: int, radius: int = 140, ink: tuple[int, int, int] = (206, 30, 52)) -> "Sheet":
        for reach, width in ((radius, 6), (radius - 14, 2), (radius - 60, 3)):
            self.pen.ellipse((x - reach, y - reach, x + reach, y + reach), outline=ink, width=width)
        self.text(x - 60, y - 24, "SỞ Y TẾ", 30, ink)
        return self

    def signature(self, x: int, y: int, ink: tuple[int, int, int] = (40, 60, 170)) -> "Sheet":
        points = [(0, 60), (30, -40), (55, 70), (85, -30), (110, 60), (150, -10), (190, 40), (260, 10), (330, 30)]
        self.pen.line([(x + a, y + b) for a, b in points], fill=ink, width=6, joint="curve")
        return self

    def turned(self, degrees: float) -> "Sheet":
        """Counter-clockwise, on an unchanged size."""
        self.image = self.image.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=self.ground)
        return self

    def data(self, kind: str = "PNG", **options: object) -> bytes:
        out = BytesIO()
        self.image.save(out, kind, **{"dpi": (200, 200), **options})
        return out.getvalue()


@pytest.fixture
def sheet() -> Callable[..., Sheet]:
    return Sheet


@pytest.fixture(scope="session")
def limits() -> Reading:
    return Reading(timeout=60)


@pytest.fixture(scope="session")
def engine(limits: Reading) -> tesseract.Tesseract:
    return tesseract.open(limits)


def pdf_of(pages: list[bytes], size: tuple[float, float] = (595, 842), rotate: int = 0, text: bytes = b"") -> bytes:
    """A PDF of JPEG pages that cover their page; ``text`` is content drawn after the picture."""
    pdf = pikepdf.new()
    for data in pages:
        picture = Image.open(BytesIO(data))
        stream = pikepdf.Stream(pdf, data)
        stream.update({
            "/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Image, "/Width": picture.width,
            "/Height": picture.height, "/ColorSpace": pikepdf.Name.DeviceRGB, "/BitsPerComponent": 8,
            "/Filter": pikepdf.Name.DCTDecode,
        })  # fmt: skip
        page = pdf.add_blank_page(page_size=size)
        page.Resources = pikepdf.Dictionary(
            XObject=pikepdf.Dictionary(P=pdf.make_indirect(stream)),
            Font=pikepdf.Dictionary(
                F=pikepdf.Dictionary(
                    Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
                )
            ),
        )
        page.Contents = pikepdf.Stream(pdf, b"q %g 0 0 %g 0 0 cm /P Do Q " % size + text)
        if rotate:
            page.Rotate = rotate
    out = BytesIO()
    pdf.save(out)
    return out.getvalue()


@pytest.fixture
def pdf() -> Callable[..., bytes]:
    return pdf_of
