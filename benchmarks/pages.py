"""How surely pages are turned upright and blank pages told, on many pages drawn cheaply at low resolution.

    python -m benchmarks.pages [--count N] [--seed TEXT] [--keep]

Way up: pages of 1 to 30 printed lines, worn as by an office scanner, a copier or a phone, lying in any of four ways.
*sure* are those that :func:`hoso.imaging.upright.guess` is sure enough of that no engine is asked (see
``hoso.stages.read``); a wrong one among them costs the page, one among the others costs time only.
Blank: backs with show-through, punched holes, black edges, dust, folds and staples; and sheets that bear little: a word
by pen or pencil, a typed line, a seal, a signature, in colour and in black.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from random import Random

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.machine import write
from hoso.imaging.clean import clean
from hoso.imaging.near import near
from hoso.imaging.pixels import raster, turn
from hoso.imaging.shown import shown
from hoso.imaging.upright import guess
from hoso.stages.read import SURE
from tools.papers import damage, ink
from tools.papers.fonts import FAMILIES, font_file
from tools.papers.people import full_name

__all__ = ["Answer", "blanks", "ways_up"]

_DPI = 120
_SIZE = 992, 1403
_WORDS = (
    "Căn cứ Luật Tổ chức chính quyền địa phương", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Nơi nhận: Như trên; Lưu: VT",
    "Quyết định này có hiệu lực kể từ ngày ký", "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ", "Số điện thoại: 0912 000 000",
    "Độc lập - Tự do - Hạnh phúc", "KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC", "Thủ trưởng các đơn vị chịu trách nhiệm thi hành",
    "ngày 05 tháng 3 năm 2024", "Bản chính: 01; bản sao: 02", "Địa chỉ: Thôn Mẫu, xã Mẫu Sơn",
)  # fmt: skip
_NOTES = ("đã nhận", "đủ hồ sơ", "bản sao", "12/3", "trả 2 bản")


@dataclass(frozen=True, slots=True)
class Answer:
    """One page: what it is, how it was worn, whether the answer was right, and whether it was sure; CPU seconds."""

    kind: str
    damage: str
    right: bool
    sure: bool
    seconds: float


def ways_up(count: int, seed: str) -> Iterator[Answer]:
    """The way up of ``count`` pages."""
    rng = Random(f"{seed} way up")
    for _ in range(count):
        lines = rng.choice((1, 2, 3, 5, 8, 14, 30))
        family = rng.choice(("office", "office", "photocopy", "phone"))
        how = replace(damage.plan(rng, family), specks=rng.randint(0, 60))
        worn, _geometry = damage.wear(_printed(rng, lines), how)
        lying = rng.choice((0, 90, 180, 270))
        page = raster(turn(worn, (360 - lying) % 360), _DPI)
        started = time.process_time()
        rotation, sure = guess(near(shown(page)))
        taken = time.process_time() - started
        kind = "1-3 lines" if lines <= 3 else "5-8 lines" if lines <= 8 else "14-30 lines"
        yield Answer(kind, family, rotation == lying, sure >= SURE, taken)


def blanks(count: int, seed: str) -> Iterator[Answer]:
    """Whether ``count`` blank sheets are told blank, and as many that bear little are not."""
    rng = Random(f"{seed} blank")
    for number in range(2 * count):
        bearing = number % 2 == 1
        family = rng.choice(("clean", "office", "office", "photocopy"))
        how = damage.plan(rng, family, rng.choice(("grey", "colour")))
        how = replace(
            how, specks=min(how.specks, 250) // 3, holes=rng.choice((0, 2)), borders=rng.choice((0.0, 0.0, 0.012))
        )
        behind = None
        if rng.random() < 0.5:
            how, behind = replace(how, show_through=rng.uniform(0.03, 0.12)), _printed(rng, 30)
        kind = rng.choice(("pen", "pencil", "typed", "seal", "black seal", "signature")) if bearing else "blank"
        worn, _geometry = damage.wear(_bearing(rng, kind), how, behind)
        page = raster(worn, _DPI)
        started = time.process_time()
        told = bool(clean(page).blank)
        yield Answer(kind, family, told != bearing, True, time.process_time() - started)


def _face(rng: Random, points: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(font_file(rng.choice(sorted(FAMILIES)), bold=rng.random() < 0.3)), points * _DPI / 72)


def _printed(rng: Random, lines: int) -> np.ndarray:
    """An upright page of that many lines somewhere on it."""
    page = Image.new("RGB", _SIZE, (255, 255, 255))
    pen, face = ImageDraw.Draw(page), _face(rng, rng.uniform(11, 14))
    pitch = round(rng.uniform(1.25, 1.7) * face.size)
    top = rng.randint(60, max(61, _SIZE[1] - 80 - lines * pitch))
    for line in range(min(lines, (_SIZE[1] - 140) // pitch)):
        words = full_name(rng, rng.random() < 0.5) if rng.random() < 0.15 else rng.choice(_WORDS)
        pen.text((rng.choice((90, 90, 130, 420)), top + line * pitch), words, font=face, fill=(25, 25, 30))
    return np.asarray(page)


def _bearing(rng: Random, kind: str) -> np.ndarray:
    """A sheet with the one thing on it, or with nothing."""
    page = Image.new("RGB", _SIZE, (255, 255, 255))
    x, y = rng.randint(120, 600), rng.randint(150, 1150)
    points = 72 / _DPI
    if kind in {"pen", "pencil", "typed"}:
        shade = {"pen": rng.choice(ink.BLUES), "pencil": (rng.randint(95, 125),) * 3, "typed": (25, 25, 30)}[kind]
        words = rng.choice(_WORDS) if kind == "typed" else rng.choice(_NOTES)
        size = rng.uniform(11, 14) if kind == "typed" else rng.uniform(16, 22)
        ImageDraw.Draw(page).text((x, y), words, font=_face(rng, size), fill=shade)
    elif kind in {"seal", "black seal"}:
        pen, radius = ImageDraw.Draw(page), round(18 / 25.4 * _DPI)
        colour = rng.choice(ink.REDS) if kind == "seal" else (60, 60, 60)
        for reach, thick in ((radius, 3), (radius - 7, 1), (radius - 32, 1)):
            pen.ellipse((x + radius - reach, y - reach, x + radius + reach, y + reach), outline=colour, width=thick)
        pen.text((x + radius - 30, y - 8), "SỞ Y TẾ", font=_face(rng, 10), fill=colour)
    elif kind == "signature":
        colour = rng.choice((*ink.BLUES, (30, 30, 34)))
        mark = ink.signature(x * points, y * points, rng, colour=colour)
        left, top = round(mark.box[0] / points), round(mark.box[1] / points)
        alpha = np.asarray(mark.paint(_DPI), np.float32)
        high, wide = min(alpha.shape[0], _SIZE[1] - max(0, top)), min(alpha.shape[1], _SIZE[0] - max(0, left))
        pixels = np.asarray(page).astype(np.float32)
        part = alpha[:high, :wide, None] / 255 if alpha.ndim == 2 else alpha[:high, :wide, 3:] / 255
        window = pixels[max(0, top) : max(0, top) + high, max(0, left) : max(0, left) + wide]
        window[:] = window * (1 - part) + np.asarray(colour, np.float32) * part
        return pixels.astype(np.uint8)
    return np.asarray(page)


def _table(answers: list[Answer]) -> str:
    lines = []
    for kind in sorted({a.kind for a in answers}):
        some = [a for a in answers if a.kind == kind]
        wrong = sum(not a.right for a in some)
        surely = sum(not a.right and a.sure for a in some)
        sure = sum(a.sure for a in some)
        cpu = 1000 * sum(a.seconds for a in some) / len(some)
        lines.append(
            f"{kind:12} {len(some):5} pages  sure {sure:5}  wrong {wrong:4}  surely wrong {surely:4}  {cpu:6.1f} ms"
        )
    return "\n".join(lines)


def main() -> None:
    """The command; see the module's text."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", default="pages")
    parser.add_argument("--keep", action="store_true", help="write every page's answer under benchmarks/results/")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    up, empty = list(ways_up(given.count, given.seed)), list(blanks(given.count, given.seed))
    print(f"way up\n{_table(up)}\nblank or not\n{_table(empty)}")
    if given.keep:
        told = {"ways_up": [asdict(a) for a in up], "blanks": [asdict(a) for a in empty]}
        print(write("pages", {"seed": given.seed} | told))


if __name__ == "__main__":
    main()
