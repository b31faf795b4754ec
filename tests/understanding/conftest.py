"""Pages drawn as text: what stands where in a string becomes words with boxes, as a reading engine would give them."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from hoso import forms as form_files
from hoso.calibration import Calibration, Level, Scale
from hoso.forms import KINDS, Forms
from hoso.nouns import Code, Page, PageKind, PageRef, Reading, Record, Seen, Word
from hoso.stages import agree, check, divide, extract, weigh

WIDTH, HEIGHT = 1654, 2339
LEFT, TOP, COLUMN, PITCH, TALL = 0.06, 0.05, 0.0098, 0.0175, 0.0105

Draw = Callable[..., Seen]


def seen(
    text: str,
    *,
    scan: str = "a" * 64,
    index: int = 1,
    position: int = 1,
    skew: float = 0.0,
    confidence: float = 0.95,
    quality: float = 0.9,
    kind: PageKind = "paper",
    codes: tuple[Code, ...] = (),
    merge_columns: bool = True,
) -> Seen:
    """A page from ``text``: one character is one column, one line one row; ‹12› is written by pen: taller than print.

    ``skew`` turns the words as a skewed scan has them. ``merge_columns``: engines put what is level on one line.
    """
    words = []
    line = 0
    for row, shown in enumerate(text.strip("\n").split("\n")):
        for found in re.finditer(r"\S+", shown):
            pen = found[0].startswith("‹")
            bare = found[0].strip("‹›")
            x = LEFT + found.start() * COLUMN
            top = TOP + row * PITCH - (0.4 * TALL if pen else 0)
            box = (x, top, x + len(found[0]) * COLUMN - 0.0015, TOP + row * PITCH + TALL)
            if not merge_columns and "    " in shown[max(0, found.start() - 4) : found.start()]:
                line += 1
            words.append(Word(bare, _turned(box, skew), confidence, line))
        line += 1
    ref = PageRef(scan, index)
    page = Page(ref, kind, WIDTH, HEIGHT, 200.0, 0, skew, quality, position=position)
    return Seen(page, Reading(ref, "text 1", tuple(words), codes))


def _turned(box: tuple[float, float, float, float], skew: float) -> tuple[float, float, float, float]:
    """The box after the level page was turned counter-clockwise by ``skew`` degrees, upright around its word."""
    a = math.radians(skew)
    x, y = ((box[0] + box[2]) / 2 - 0.5) * WIDTH, ((box[1] + box[3]) / 2 - 0.5) * HEIGHT
    w, h = (box[2] - box[0]) * WIDTH, (box[3] - box[1]) * HEIGHT
    cx, cy = x * math.cos(a) + y * math.sin(a), -x * math.sin(a) + y * math.cos(a)
    tall = h + w * abs(math.sin(a))
    cx, cy = cx / WIDTH + 0.5, cy / HEIGHT + 0.5
    return cx - w / WIDTH / 2, cy - tall / HEIGHT / 2, cx + w / WIDTH / 2, cy + tall / HEIGHT / 2


@pytest.fixture
def draw() -> Draw:
    return seen


@pytest.fixture(scope="session")
def forms() -> Forms:
    return form_files.load(Path(__file__).parents[2] / "schemas")


def _step(at: float) -> Scale:
    return Scale((at,), (-9.0, 3.0), 3.0, 0.0)


PLAIN = Calibration(
    0.001, 0.0, {"least": _step(0.85), "grammar": _step(0.7), "label": _step(0.7),
    "failed": Scale((1.0,), (0.0, -2.0), 0.0, 9.0)},
    {kind: Level(0.0, 0.99, 1000, 0.0, {}) for kind in KINDS}, {},
)  # fmt: skip
"""A calibration that no refit changes: sure where words, label and grammar are. The shipped one has tests of its own."""


@dataclass(frozen=True)
class Understand:
    """The stages behind one another, as the recipe runs them."""

    forms: Forms
    calibration: Calibration

    def __call__(self, *pages: Seen, received: str = "2026-11-23") -> tuple[Record, ...]:
        records = []
        for document in divide.divide("dossier", pages, self.forms, received):
            by_ref = {p.page.ref: p for p in pages}
            mine = [by_ref[ref] for ref in document.pages]
            form = self.forms.form(document.form)
            fields = extract.extract(document, mine, form)
            records.append(check.check(document, fields, form, mine, received))
        agreed = agree.agree(records, self.forms)
        return weigh.weigh(agreed, [seen.page for seen in pages], self.forms, self.calibration)

    def one(self, *pages: Seen) -> Record:
        (record,) = self(*pages)
        return record


@pytest.fixture
def understand(forms: Forms) -> Understand:
    return Understand(forms, PLAIN)


DECISION = """
    UBND TỈNH HƯNG YÊN                CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
         SỞ Y TẾ                          Độc lập - Tự do - Hạnh phúc

    Số: 123/QĐ-SYT                    Hưng Yên, ngày 05 tháng 3 năm 2026


                              QUYẾT ĐỊNH
          Về việc thành lập Tổ kiểm tra chất lượng khám bệnh
                 tại các cơ sở y tế năm 2026


                        GIÁM ĐỐC SỞ Y TẾ

        Căn cứ Quyết định số 999/QĐ-UBND ngày 01 tháng 02 năm 2025 của Ủy ban
    nhân dân tỉnh về chức năng, nhiệm vụ của Sở Y tế;
        Theo đề nghị của Chánh Văn phòng,

                           QUYẾT ĐỊNH:
        Điều 1. Thành lập Tổ kiểm tra chất lượng khám bệnh.
        Điều 2. Quyết định này có hiệu lực kể từ ngày ký.


    Nơi nhận:                                   KT. GIÁM ĐỐC
    - Như Điều 2;                               PHÓ GIÁM ĐỐC
    - Lưu: VT, Nguyễn Văn Kho.


                                               Trần Thị Mẫu
"""

RECEIPT = """
    UBND TỈNH HƯNG YÊN                CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
    TRUNG TÂM PHỤC VỤ                     Độc lập - Tự do - Hạnh phúc
     HÀNH CHÍNH CÔNG
                                      Hưng Yên, ngày 09 tháng 6 năm 2026
    Mã hồ sơ: H31.12-20260609-0092637

            GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ
    Tiếp nhận hồ sơ của: Nguyễn Thị Mẫu
    Địa chỉ: Số 12 đường Thử Nghiệm, phường Phố Hiến, tỉnh Hưng Yên, khu nhà ở
    của cán bộ
    Số điện thoại: 0912 345 678      Email: mau@example.vn
    Nội dung yêu cầu giải quyết: Đổi giấy phép lái xe hạng B
    1. Thành phần hồ sơ nộp gồm:
     STT       Tên giấy tờ                          Bản chính/Bản sao    Số lượng
      1    Đơn đề nghị đổi giấy phép lái xe             Bản chính           01

           Giấy khám sức khỏe của người lái xe
      2                                                 Bản chính           1
           do cơ sở y tế cấp

      3    Bản sao giấy phép lái xe                     Bản sao             1
    2. Số lượng hồ sơ: 01 (bộ)
    3. Thời gian nhận hồ sơ: 08 giờ 30 phút, ngày 09/06/2026
    4. Thời gian trả kết quả giải quyết hồ sơ: ngày 16 tháng 06 năm 2026
    5. Đăng ký nhận kết quả tại: Bộ phận một cửa

       NGƯỜI NỘP HỒ SƠ                        NGƯỜI TIẾP NHẬN HỒ SƠ
"""

HEALTH_FRONT = """
      SỞ Y TẾ HƯNG YÊN                CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
      TRUNG TÂM Y TẾ                      Độc lập - Tự do - Hạnh phúc
        KHOÁI CHÂU
    Số: 00042/GKSKLX/33007/26

                GIẤY KHÁM SỨC KHỎE CỦA NGƯỜI LÁI XE

                 Họ và tên (chữ in hoa): NGUYỄN THỊ MẪU
                 Giới tính: Nam ☐   Nữ ☒
                 Ngày sinh: 20/11/1990
                 Số CMND/CCCD: 0 3 3 1 9 0 0 0 0 0 0 1
                 Cấp ngày: 05/03/2022   Tại: Cục Cảnh sát quản lý hành chính về trật tự
                 xã hội
                 Chỗ ở hiện tại: Phường Phố Hiến, tỉnh Hưng Yên
    Đề nghị khám sức khỏe để lái xe hạng: B
    I. TIỀN SỬ BỆNH CỦA ĐỐI TƯỢNG KHÁM SỨC KHỎE
                                     Hưng Yên, ngày 01 tháng 6 năm 2026
                                         Người đề nghị khám sức khỏe
"""

HEALTH_BACK = """
    II. KHÁM LÂM SÀNG
    1. Tâm thần: Bình thường
    Kết luận: Đạt                       Bác sĩ: Phạm Văn Khác
    III. KHÁM CẬN LÂM SÀNG
    1. Xét nghiệm ma túy:
    - Test Morphin/Heroin: Âm tính
    - Test Amphetamin: Âm tính
    2. Xét nghiệm nồng độ cồn trong máu hoặc hơi thở: 0,00 mg/l khí thở
    3. Các xét nghiệm khác (nếu có): Không
    IV. KẾT LUẬN
    Đủ điều kiện sức khỏe lái xe hạng B.

                                     Hưng Yên, ngày 02 tháng 6 năm 2026
                                              NGƯỜI KẾT LUẬN
                                      (Ký, ghi rõ họ tên và đóng dấu)


                                          BS.CKI. Lê Văn Thử
"""

LETTER = """
    UBND TỈNH HƯNG YÊN                CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
         SỞ Y TẾ                          Độc lập - Tự do - Hạnh phúc

    Số: 45/SYT-NVY                    Hưng Yên, ngày 12 tháng 5 năm 2026
    V/v hướng dẫn tiêm chủng
       mở rộng năm 2026

              Kính gửi: Các trung tâm y tế trong tỉnh.

        Thực hiện Công văn số 77/BYT-DP ngày 01/4/2026 của Bộ Y tế, Sở Y tế đề nghị
    các đơn vị triển khai.

    Nơi nhận:                                      GIÁM ĐỐC
    - Như trên;
    - Lưu: VT.


                                               Đỗ Văn Ví Dụ
"""


@pytest.fixture
def decision() -> str:
    return DECISION


@pytest.fixture
def receipt() -> str:
    return RECEIPT


@pytest.fixture
def health() -> tuple[str, str]:
    return HEALTH_FRONT, HEALTH_BACK


@pytest.fixture
def letter() -> str:
    return LETTER
