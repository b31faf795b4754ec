"""The paper generator: the same seed gives the same papers, and the truth beside them is whole and right."""

import hashlib
import json
import re
import unicodedata
from datetime import date
from pathlib import Path
from random import Random

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps, ImageSequence

from tests.papers.conftest import folded
from tools.papers import codes, damage, fonts, pack, samples
from tools.papers.__main__ import main
from tools.papers.draw import draw
from tools.papers.people import case
from tools.papers.scanner import Scanned, scan
from tools.papers.sheet import HEIGHT, WIDTH, Sheet
from tools.papers.types import found

ROOT = Path(__file__).parents[2]
TYPES = ("giay_kham_suc_khoe_lai_xe", "giay_tiep_nhan", "khac", "quyet_dinh")
EVERY_LAYOUT = [(kind, layout) for kind in TYPES for layout in found()[kind].LAYOUTS]
DECREE_30 = {"so_ky_hieu", "ngay_ban_hanh", "dia_danh", "co_quan_ban_hanh", "trich_yeu", "nguoi_ky", "chuc_vu"}
FIELDS = {
    "quyet_dinh": DECREE_30,
    "khac": set(),
    "giay_tiep_nhan": {
        "ma_ho_so", "ho_ten", "dia_chi", "so_dien_thoai", "noi_dung", "thanh_phan_ho_so", "ngay_nhan", "ngay_hen_tra",
    },
    "giay_kham_suc_khoe_lai_xe": {
        "so", "ho_ten", "gioi_tinh", "ngay_sinh", "so_cccd", "ngay_cap", "noi_cap", "dia_chi", "hang_gplx",
        "nong_do_con", "ma_tuy", "ket_luan", "bac_si", "ngay_ket_luan", "co_so_kham",
    },
}  # fmt: skip
#: other processors round the last bit of a blur differently: pictures may differ by this much (of 255) on the average
FAINT = 0.5


def digests(root: Path) -> dict[str, str]:
    return {
        str(p.relative_to(root)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(root.rglob("*"))
        if p.is_file()
    }


@pytest.mark.parametrize("family", fonts.FAMILIES)
@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("italic", [False, True])
def test_every_font_has_every_vietnamese_letter(family: str, bold: bool, italic: bool) -> None:
    assert not fonts.uncovered(fonts.font_file(family, bold, italic))
    assert len(set(fonts.ALPHABET) & set("ỗữựằẵĐđƠơƯưÝỹ")) == 13


def test_a_font_that_lacks_letters_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(fonts.FAMILIES, "Mono", ("DejaVuSansMono.ttf",) * 4)
    with pytest.raises(fonts.MissingFontError, match="draw boxes"):
        fonts.font_file("Mono")


def test_one_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("a", "7"), ("b", "7"), ("c", "8")):
        main(
            [
                "draw",
                str(tmp_path / name),
                "--count",
                "3",
                "--seed",
                seed,
                "--dpi",
                "75",
                "--damage",
                "office,photocopy,phone",
            ]
        )
    first, again, other = (digests(tmp_path / n) for n in "abc")
    assert first == again
    assert set(first.values()).isdisjoint(other.values())


def test_more_dossiers_change_none_drawn_before(tmp_path: Path) -> None:
    list(draw(tmp_path / "two", 2, "s", [], ["office"], [75]))
    list(draw(tmp_path / "three", 3, "s", [], ["office"], [75]))
    two, three = digests(tmp_path / "two"), digests(tmp_path / "three")
    assert {k: three[k] for k in two} == two
    assert len(three) > len(two)


@pytest.mark.parametrize(("kind", "layout"), EVERY_LAYOUT)
def test_every_layout_says_every_field_and_prints_what_it_says(kind: str, layout: str) -> None:
    for seed in range(4):
        rng = Random(f"{kind}{layout}{seed}")
        paper = found()[kind].draw(rng, case(rng), layout)
        assert set(paper.fields) == FIELDS[kind]
        boxed = set().union(*(s.fields for s in paper.sheets))
        assert FIELDS[kind] <= boxed
        printed = folded("\n".join(line.text for s in paper.sheets for line in s.lines))
        for name, value in paper.fields.items():
            texts = [value] if isinstance(value, str) else [row["ten"] for row in value]  # type: ignore[attr-defined]
            for text in texts:
                assert text == unicodedata.normalize("NFC", text)
                if name.startswith("ngay_"):
                    assert re.search(rf"\b0?{date.fromisoformat(text).day}\b", printed)
                elif name == "so_dien_thoai":
                    assert text in printed.replace(" ", "")
                else:
                    assert folded(text) in printed, name


@pytest.mark.parametrize(("kind", "layout"), EVERY_LAYOUT)
def test_nothing_is_written_past_the_edge_of_the_paper(kind: str, layout: str) -> None:
    for seed in range(6):
        rng = Random(f"edge{kind}{layout}{seed}")
        for sheet in found()[kind].draw(rng, case(rng), layout).sheets:
            for line in sheet.lines:
                left, top, right, bottom = line.box
                assert left > 4, line.text
                assert top > 4, line.text
                assert right < WIDTH - 10, line.text
                assert bottom < HEIGHT - 6, line.text


def test_numbers_of_a_person_agree_with_province_sex_and_birth_year() -> None:
    for seed in range(60):
        who = case(Random(seed)).person
        assert re.fullmatch(r"\d{12}", who.number)
        assert int(who.number[3]) % 2 == who.female
        assert 1900 + 100 * (int(who.number[3]) // 2) + int(who.number[4:6]) == who.born.year
        assert who.issued.year - who.born.year >= 14


def test_dossier_codes_and_certificate_numbers_keep_their_grammar() -> None:
    shapes = set()
    for seed in range(60):
        rng = Random(seed)
        of = case(rng)
        # both shapes of the code hold the receiving date
        found_code = re.fullmatch(r"[0-9A-Z]{2,3}(?:\.[0-9A-Z]{1,4}){0,6}-(\d{6}|\d{8})-\d{4,7}", of.code)
        assert found_code
        assert found_code[1] in {f"{of.received:%y%m%d}", f"{of.received:%Y%m%d}"}
        shapes.add(len(found_code[1]))
        paper = found()["giay_kham_suc_khoe_lai_xe"].draw(rng, of, "clinic")
        assert re.fullmatch(rf"\d{{5}}/GKSKLX/[0-9A-Z]{{5}}/{of.examined.year % 100:02d}", str(paper.fields["so"]))
        assert str(paper.fields["ngay_cap"]) < str(paper.fields["ngay_ket_luan"]) <= of.received.isoformat()
    assert shapes == {6, 8}


def ink_share(page: Scanned, box: list[float], pixels: np.ndarray) -> float:
    height, width = pixels.shape[:2]
    left, top, right, bottom = box
    part = pixels[int(top * height) : int(bottom * height) + 1, int(left * width) : int(right * width) + 1]
    return float((part < np.median(part) - 40).mean()) if page.mode != "bilevel" else float((part < 128).mean())


@pytest.mark.parametrize("family", damage.FAMILIES)
@pytest.mark.parametrize("kind", TYPES)
def test_every_type_stands_every_damage_and_its_boxes_still_hold_ink(kind: str, family: str) -> None:
    rng = Random(f"{kind}{family}")
    paper = found()[kind].draw(rng, case(rng), found()[kind].LAYOUTS[0])
    rotation = rng.choice((0, 90, 180, 270))
    page = scan(paper.sheets[0], rng, family, dpi=100, rotation=rotation)
    grey = page.pixels if page.pixels.ndim == 2 else cv2.cvtColor(page.pixels, cv2.COLOR_RGB2GRAY)
    upright = np.rot90(grey, k=-rotation // 90)
    boxes = [word[1:5] for line in page.truth["lines"] for word in line]  # type: ignore[attr-defined]
    assert len(boxes) > 60
    full = sum(ink_share(page, box, upright) > 0.04 for box in boxes)
    assert full / len(boxes) > 0.9


@pytest.mark.parametrize("order", [("grey", "bilevel"), ("bilevel", "grey"), ("colour", "colour")])
def test_pages_of_different_colour_go_into_one_tiff(order: tuple[str, str], tmp_path: Path) -> None:
    pages = [scan(Sheet(), Random(m), "office", dpi=60, mode=m) for m in order]
    pack.tiff(tmp_path / "a.tif", pages)
    with Image.open(tmp_path / "a.tif") as image:
        modes = [frame.mode for frame in ImageSequence.Iterator(image)]
    assert modes == [{"grey": "L", "bilevel": "1", "colour": "RGB"}[m] for m in order]


def test_a_positive_skew_makes_lines_rise_to_the_right() -> None:
    sheet = Sheet()
    sheet.rule(80, 400, 520, 400, 2)
    how = damage.plan(Random(1), "clean")
    tilted = damage.wear(np.asarray(sheet.draw(100)), damage.Wear(**{**_asdict(how), "skew": 2.0}))
    dark = np.argwhere(cv2.cvtColor(tilted[0], cv2.COLOR_RGB2GRAY) < 128)
    slope = np.polyfit(dark[:, 1], dark[:, 0], 1)[0]
    assert np.degrees(np.arctan(-slope)) == pytest.approx(2.0, abs=0.1)
    assert tilted[1].level() == pytest.approx(2.0, abs=0.01)


def _asdict(how: damage.Wear) -> dict[str, object]:
    return {name: getattr(how, name) for name in how.__dataclass_fields__}


def test_a_qr_code_on_a_receipt_says_the_dossier_code() -> None:
    rng = Random("qr")
    of = case(rng)
    page = scan(found()["giay_tiep_nhan"].draw(rng, of, "new").sheets[0], rng, "office", dpi=200)
    code = page.truth["codes"][0]  # type: ignore[index]
    height, width = page.pixels.shape[:2]
    left, top, right, bottom = code["box"]
    part = page.pixels[
        int(top * height) - 30 : int(bottom * height) + 30, int(left * width) - 30 : int(right * width) + 30
    ]
    text, *_ = cv2.QRCodeDetector().detectAndDecode(cv2.resize(part, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC))
    assert text == of.code == code["text"]


def test_code_128_symbols_are_eleven_modules_with_even_bars_and_a_check_symbol() -> None:
    # ISO/IEC 15417: every symbol is 11 modules wide, its bars together an even number, and no two are alike
    assert len(set(codes._WIDTHS)) == len(codes._WIDTHS) == 106
    assert all(sum(map(int, w)) == 11 and sum(map(int, w[::2])) % 2 == 0 for w in codes._WIDTHS)
    sheet = Sheet()
    box = codes.code128(sheet, "H24.19-20260609-0092637", 50, 50, 1.0, 20)
    # start, 23 characters, check symbol, and a stop of 13 modules
    assert box[2] - box[0] == pytest.approx(11 * 25 + 13)
    with pytest.raises(ValueError, match="ASCII"):
        codes.code128(sheet, "Hồ sơ", 0, 0, 1, 1)


def test_the_held_out_look_is_drawn_only_when_asked_for(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        main(["draw", str(tmp_path), "--damage", "fax"])
    list(draw(tmp_path / "open", 8, "h", list(TYPES), ["office"], [60]))
    list(draw(tmp_path / "held", 4, "h", list(TYPES), ["office"], [60], held_out=True))
    for folder, held in (("open", False), ("held", True)):
        for path in (tmp_path / folder / "truth").glob("*.json"):
            truth = json.loads(path.read_text(encoding="utf-8"))
            for document in truth["documents"]:
                assert ("held_out" in document) is held
                assert (document["font"] == fonts.HELD_OUT) is held
                assert (document["layout"] == found()[document["type"]].LAYOUTS[-1]) is held
            assert all((p["damage"] == damage.HELD_OUT) is held for p in truth["pages"])


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("samples")
    samples.draw_samples(out)
    return out


def test_the_committed_samples_are_what_the_generator_draws(drawn: Path) -> None:
    committed = ROOT / "samples"
    for truth in sorted((drawn / "truth").glob("*.json")):
        assert (committed / "truth" / truth.name).read_text(encoding="utf-8") == truth.read_text(encoding="utf-8"), (
            truth.name
        )
    names = {str(p.relative_to(drawn)) for p in (drawn / "inbox").rglob("*") if p.is_file()}
    assert names == {str(p.relative_to(committed)) for p in (committed / "inbox").rglob("*") if p.is_file()}
    for name in ("inbox/HS0001/001.jpg", "inbox/HS0006/IMG_0311.jpg"):
        mine, theirs = (np.asarray(Image.open(root / name), np.int16) for root in (drawn, committed))
        assert np.abs(mine - theirs).mean() < FAINT, name


def test_samples_hold_what_their_page_promises() -> None:
    readme = (ROOT / "samples" / "README.md").read_text(encoding="utf-8")
    truths = [json.loads(p.read_text(encoding="utf-8")) for p in sorted((ROOT / "samples" / "truth").glob("*.json"))]
    assert {t["source"] for t in truths} == set(samples.WHY)
    assert all(f"`{t['source']}`" in readme for t in truths)
    pages = [p for t in truths for p in t["pages"]]
    assert {p["rotation"] for p in pages} >= {0, 90, 180}
    assert {p["damage"] for p in pages} == set(damage.FAMILIES) - {damage.HELD_OUT}
    assert any(p["kind"] == "blank" for p in pages)
    family = {"cong_van", "thong_bao", "giay_moi"}
    assert {d["type"] for t in truths for d in t["documents"]} == {*TYPES, *family} - {"khac"}
    assert {p["code"] for t in truths for p in t["problems"]} == {"dossier.value-differs", "value.implausible"}
    assert sum(p.stat().st_size for p in (ROOT / "samples").rglob("*") if p.is_file()) < 12_000_000
    for truth in truths:
        assert [p["position"] for p in truth["pages"]] == list(range(1, len(truth["pages"]) + 1))
        assert all((ROOT / "samples" / "inbox" / p["scan"]).is_file() for p in truth["pages"])
        claimed = [n for d in truth["documents"] for n in d["positions"]]
        papers = [p["position"] for p in truth["pages"] if p["kind"] == "paper"]
        assert sorted(claimed) == papers


def test_planted_contradictions_are_really_there() -> None:
    truth = {
        n: json.loads((ROOT / "samples" / "truth" / f"{n}.json").read_text(encoding="utf-8"))
        for n in ("HS0005", "HS0008")
    }
    receipt, certificate = (d["fields"] for d in truth["HS0005"]["documents"])
    for problem in truth["HS0005"]["problems"]:
        assert folded(receipt[problem["field"]]) != folded(certificate[problem["field"]])
    wrong = truth["HS0008"]["documents"][1]["fields"]
    assert wrong["so_cccd"][4:6] != wrong["ngay_sinh"][2:4]


def test_a_sample_with_exif_orientation_is_upright_once_that_is_obeyed() -> None:
    path = ROOT / "samples" / "inbox" / "HS0006" / "IMG_0312.jpg"
    truth = json.loads((ROOT / "samples" / "truth" / "HS0006.json").read_text(encoding="utf-8"))["pages"][1]
    with Image.open(path) as image:
        assert image.getexif()[0x0112] == 6
        assert image.width > image.height
        grey = np.asarray(ImageOps.exif_transpose(image).convert("L"))
    stored = np.asarray(Image.open(path).convert("L"))
    title = next(line for line in truth["lines"] if line[0][0] == "GIẤY")

    def contrast(pixels: np.ndarray) -> float:
        height, width = pixels.shape
        boxes = [w[1:5] for w in title]
        return float(
            np.mean(
                [
                    pixels[int(t * height) : int(b * height), int(x * width) : int(r * width)].std()
                    for x, t, r, b in boxes
                ]
            )
        )

    assert contrast(grey) > 2 * contrast(stored)
