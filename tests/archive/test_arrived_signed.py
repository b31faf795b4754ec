"""A PDF that arrives signed is its own archive copy: kept byte for byte, checked, searchable; a broken one waits."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest

from doors import hoso
from hoso import keys, recipe
from hoso.nouns import Seen, Standing
from hoso.recipe import approving
from hoso.signers.api import Look
from hoso.site import Site
from hoso.stages.arrived import BROKEN, UNTRUSTED, VALID
from hoso.stages.seal import look_for
from layers import Sheet

INVISIBLE = Look("invisible", 0, (0.0, 0.0, 0.0, 0.0), ())


def decision(sheet: Sheet, number: int = 12) -> Sheet:
    for x, y, words in (
        (60, 780, "ỦY BAN NHÂN DÂN"), (60, 764, "PHƯỜNG THỬ NGHIỆM"), (60, 740, f"Số: {number}/QĐ-UBND"),
        (290, 780, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"), (330, 764, "Độc lập - Tự do - Hạnh phúc"),
        (310, 740, "Thử Nghiệm, ngày 05 tháng 3 năm 2026"), (240, 690, "QUYẾT ĐỊNH"),
        (130, 670, "Về việc phê duyệt danh mục hồ sơ lưu trữ năm 2026"),
        (200, 640, "CHỦ TỊCH ỦY BAN NHÂN DÂN PHƯỜNG"),
        (60, 610, "Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025;"),
        (240, 580, "QUYẾT ĐỊNH:"), (60, 550, "Điều 1. Phê duyệt danh mục hồ sơ lưu trữ năm 2026."),
        (60, 530, "Điều 2. Quyết định này có hiệu lực kể từ ngày ký."), (60, 480, "Nơi nhận:"), (60, 464, "- Như Điều 2;"),
        (60, 448, "- Lưu: VT."), (370, 480, "CHỦ TỊCH"), (350, 400, "Trần Văn Mẫu"),
    ):  # fmt: skip
        sheet.text(x, y, words)
    return sheet


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo home: its own test authority is trusted, and a mandate lets clear papers through."""
    home = tmp_path_factory.mktemp("arrived") / "home"
    assert hoso(home, "init", "--demo").code == 0
    return home


@pytest.fixture(scope="module")
def site(demo: Path) -> Iterator[Site]:
    with Site(demo) as opened:
        yield opened


@pytest.fixture(scope="module")
def letter() -> bytes:
    """A decision as a word processor writes it: words, no picture."""
    return decision(Sheet()).data()


@pytest.fixture(scope="module")
def signed(site: Site, letter: bytes) -> bytes:
    """The decision, signed by its agency before it came."""
    return sign(site, letter)


def sign(site: Site, pdf: bytes, hours: int = 0) -> bytes:
    signer: Any = site.signer
    done: bytes = signer.sign(pdf, INVISIBLE, site.now() + timedelta(hours=hours))
    return done


@pytest.fixture
def arrive(site: Site, tmp_path: Path) -> Callable[..., Standing]:
    """Let files arrive as one dossier."""

    def take(**files: bytes) -> Standing:
        came = tmp_path / keys.digest(b"".join(files.values()))[:8]
        folder = came / f"HS-{came.name}"
        folder.mkdir(parents=True)
        for name, data in files.items():
            (folder / f"{name}.pdf").write_bytes(data)
        with recipe.crew_for(site, 0) as crew:
            (here,) = recipe.digitize(site, recipe.sources([came]), crew)
        return here

    return take


def codes(here: Standing) -> list[str]:
    assert here.outcome
    return [p.code for record in here.outcome.records for p in record.problems if p.code.startswith("document.sig")]


def test_a_signed_pdf_is_kept_byte_for_byte_and_never_sealed_over(
    site: Site, signed: bytes, arrive: Callable[..., Standing]
) -> None:
    here = arrive(a=signed)
    assert codes(here) == [VALID]
    assert here.outcome
    (record,) = here.outcome.records
    if record.verdict != "clear":  # a field may be doubtful: a person lets it through
        approving.decide(site, record, "Nguyễn Thị Thử", "approved", despite=True)
        recipe.release(site, [here.outcome])
        here = recipe.standing(site, here.dossier.id)
    (sealed,) = here.sealed.values()
    assert sealed.before == sealed.after == keys.digest(signed)
    assert site.store.get(sealed.after) == signed
    assert sealed.profile == "kept"
    assert here.loaded == (record.document.id,)
    told = json.loads(sealed.evidence)
    assert told["kept"]
    assert [one["state"] for one in told["signatures"]] == ["valid"]
    (fact,) = site.ledger.facts("sealed", record.document.id)
    assert (fact.body["as"], fact.body["found"], fact.body["after"]) == ("kept", "valid", keys.digest(signed))
    texts = site.warehouse.query("SELECT text FROM pages WHERE document = ?", [record.document.id]).rows
    assert "QUYẾT ĐỊNH" in " ".join(str(row[0]) for row in texts).upper()
    assert not list((site.home / "sealing").iterdir())


def test_a_file_changed_after_signing_waits_with_the_reason(
    site: Site, signed: bytes, arrive: Callable[..., Standing]
) -> None:
    for spoiled in (
        signed + b"\n% more\n",
        signed.replace(b"/MediaBox", b"/MediaBoy", 1),
        signed.replace(b"/Type /Sig", b"/Type /Sog", 1).replace(b"/Type/Sig", b"/Type/Sog", 1),
    ):
        if spoiled == signed:
            continue
        here = arrive(a=spoiled)
        assert here.outcome
        assert set(codes(here)) == {BROKEN}
        assert not here.sealed
        assert set(here.states.values()) == {"waiting"}
        assert all(p.severity == "error" for r in here.outcome.records for p in r.problems if p.code == BROKEN)


def test_a_person_may_file_a_broken_one_and_it_is_still_kept_as_it_came(
    site: Site, signed: bytes, arrive: Callable[..., Standing]
) -> None:
    spoiled = signed + b"\n% again\n"
    here = arrive(a=spoiled)
    assert here.outcome
    (record,) = here.outcome.records
    approving.decide(site, record, "Nguyễn Thị Thử", "approved", despite=True)
    recipe.release(site, [here.outcome])
    (sealed,) = recipe.standing(site, here.dossier.id).sealed.values()
    assert site.store.get(sealed.after) == spoiled
    (fact,) = site.ledger.facts("sealed", record.document.id)
    assert (fact.body["as"], fact.body["found"]) == ("kept", "changed")


def test_an_unknown_signer_waits_for_a_person(
    letter: bytes, arrive: Callable[..., Standing], signer: Any, at: datetime
) -> None:
    here = arrive(a=signer.sign(letter, INVISIBLE, at))
    assert codes(here) == [UNTRUSTED]
    assert not here.sealed


def test_several_papers_of_one_signed_file_point_at_that_one_file(
    site: Site, letter: bytes, arrive: Callable[..., Standing]
) -> None:
    with pikepdf.open(io.BytesIO(letter)) as pdf, pikepdf.open(io.BytesIO(letter)) as again:
        pdf.pages.extend(again.pages)
        out = io.BytesIO()
        pdf.save(out)
    both = sign(site, out.getvalue())
    here = arrive(a=both)
    assert here.outcome
    assert len(here.outcome.records) == 2
    for record in here.outcome.records:
        approving.decide(site, record, "Nguyễn Thị Thử", "approved", despite=True)
    recipe.release(site, [here.outcome])
    here = recipe.standing(site, here.dossier.id)
    assert {sealed.after for sealed in here.sealed.values()} == {keys.digest(both)}
    assert len(here.loaded) == 2
    rows = site.warehouse.query('SELECT document FROM seals WHERE "after" = ?', [keys.digest(both)]).rows
    assert len(rows) == 2


def test_a_scan_beside_a_signed_file_is_never_joined_to_it_and_gets_the_seal(
    site: Site, letter: bytes, arrive: Callable[..., Standing]
) -> None:
    came = sign(site, letter, hours=1)
    here = arrive(a=came, b=letter)
    assert here.outcome
    digest = keys.digest(came)
    for record in here.outcome.records:
        assert len({ref.scan for ref in record.document.pages}) == 1
        approving.decide(site, record, "Nguyễn Thị Thử", "approved", despite=True)
    recipe.release(site, [here.outcome])
    here = recipe.standing(site, here.dossier.id)
    profiles = {
        (record.document.pages[0].scan == digest, here.sealed[record.document.id].profile == "kept")
        for record in here.outcome.records  # type: ignore[union-attr]
    }
    assert profiles == {(True, True), (False, False)}


def test_a_scan_under_an_electronic_stamp_is_read_whole(
    site: Site, letter: bytes, arrive: Callable[..., Standing]
) -> None:
    drawn = pypdfium2.PdfDocument(letter)
    picture = io.BytesIO()
    drawn[0].render(scale=200 / 72).to_pil().convert("RGB").save(picture, "JPEG", quality=90)
    drawn.close()
    scan = Sheet().picture(picture.getvalue()).data()
    signer: Any = site.signer
    stamped = signer.sign(scan, look_for(scan, "text", "ỦY BAN NHÂN DÂN", site.now()), site.now())
    here = arrive(a=stamped)
    assert codes(here) == [VALID]
    assert here.outcome
    (seen,) = (keys.decode(site.store.get(digest), Seen) for digest in here.outcome.seen)
    assert "QUYẾT ĐỊNH" in seen.reading.text()
    assert "danh mục hồ sơ lưu trữ" in seen.reading.text()
    assert here.outcome.records[0].value("so_ky_hieu") == "12/QĐ-UBND"


def test_the_command_tells_of_a_kept_file_in_both_languages_and_by_its_exit_code(
    demo: Path, site: Site, letter: bytes, arrive: Callable[..., Standing], tmp_path: Path, signer: Any, at: datetime
) -> None:
    came = sign(site, letter, hours=2)
    here = arrive(a=came)
    assert here.outcome
    approving.decide(site, here.outcome.records[0], "Nguyễn Thị Thử", "approved", despite=True)
    recipe.release(site, [here.outcome])
    (row,) = hoso(demo, "records", "--dossier", here.dossier.source, "--json").rows()
    assert (row["archive"], row["archive_sha256"]) == ("kept", keys.digest(came))
    paths = {name: tmp_path / f"{name}.pdf" for name in ("kept", "unknown", "changed", "unsigned")}
    for path, data in zip(
        paths.values(), (came, signer.sign(letter, INVISIBLE, at), came + b"\n", letter), strict=True
    ):
        path.write_bytes(data)
    told = hoso(demo, "verify", paths["kept"], "--lang", "en")
    assert told.code == 0, told.err
    assert "nothing was changed" in told.out
    assert "kept as it was received" in told.out
    told = hoso(demo, "verify", paths["unknown"], "--json")
    (row,) = told.rows()
    assert (told.code, row["untouched"], row["valid"], row["in_warehouse"]) == (4, True, False, False)
    assert [one["state"] for one in row["signatures"]] == ["untrusted"]
    told = hoso(demo, "verify", paths["changed"])
    assert told.code == 7
    assert "TỆP ĐÃ BỊ THAY ĐỔI" in told.out
    assert hoso(demo, "verify", paths["unsigned"]).code == 3
    assert "Traceback" not in told.err
