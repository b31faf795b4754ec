"""Electronic forms: a schema of each type, a page that needs no network, and submissions that become papers."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from doors import INBOX, ROOT, hoso
from hoso.errors import NeedsPerson, Refused, Usage
from hoso.forms import Form, load
from hoso.nouns import Record
from hoso.recipe import crew_for
from hoso.recipe import eforms as recipe
from hoso.recipe.standing import dossiers, standing
from hoso.site import Site
from hoso.stages import eforms

FORMS = load(ROOT / "schemas")
VALUES = {
    "ho_ten": "NGUYỄN VĂN THỬ", "ngay_sinh": "1990-01-02", "so_cccd": "034090000001", "hang": "B2",
    "so_gplx": "300123456789", "ly_do": "Sắp hết hạn", "ngay_cap_gplx": "2016-06-01",
}  # fmt: skip
EXAMPLES = {
    "person": "NGUYỄN VĂN THỬ", "date": "1990-01-02", "identity": "034090000001", "phone": "0912345678",
    "symbol": "12/QĐ-UBND", "dossier-code": "000.26.36.H48-230620-0098", "certificate": "00012/GKSKLX/30001/26",
    "licence-class": "B2", "alcohol": "0 mg/100ml máu", "agency": "ỦY BAN NHÂN DÂN XÃ AN BÌNH", "place": "Hải Phòng",
    "title": "CHỦ TỊCH", "abstract": "Về việc công nhận kết quả", "type": "QUYẾT ĐỊNH",
    "address": "Số 5, xã Mao Điền, thành phố Hải Phòng", "tax-code": "0101234567", "procedure-code": "1.002801",
    "expiry": "2036-06-25", "licence-number": "300123456789", "ethnicity": "Kinh", "nationality": "Việt Nam",
    "date-words": "ngày hai tháng một năm một nghìn chín trăm chín mươi", "number-words": "một trăm triệu đồng",
    "money": "100.000.000", "register-number": "15", "business-number": "34A8001234", "year": "1965",
}  # fmt: skip


def filled(form: Form) -> dict[str, str]:
    """A value for every field of a form."""
    return {
        rule.name: rule.choices[0] if rule.choices else "Đủ điều kiện" if rule.pattern and rule.kind == "text"
        else EXAMPLES.get(rule.kind, "theo nguyện vọng")
        for rule in eforms.asked(form)
    }  # fmt: skip


def given(form: str = "don_doi_gplx@2025-03-01", **changed: Any) -> bytes:
    values = {name: value for name, value in (VALUES | changed).items() if value is not None}
    return json.dumps({"form": form, "values": values}).encode()


@pytest.mark.parametrize("form", FORMS.all, ids=lambda form: form.name)
def test_every_form_has_a_schema_that_its_values_fit(form: Form) -> None:
    shape = eforms.schema(form)
    jsonschema.Draft202012Validator.check_schema(shape)
    told = {"form": form.name, "values": filled(form)}
    jsonschema.validate(told, shape, format_checker=jsonschema.FormatChecker())
    assert eforms.submitted(json.dumps(told).encode(), FORMS).values


WRONG: dict[str, dict[str, Any]] = {
    "a day that is none": {"ngay_sinh": "1990-02-30"},
    "a day as it is printed": {"ngay_sinh": "02/01/1990"},
    "a number too short": {"so_cccd": "12345"},
    "figures of another script": {"so_cccd": "٠٣٤٠٩٠٠٠٠٠٠١"},
    "no text": {"ho_ten": 5},
    "nothing": {"ly_do": ""},
    "a field of no form": {"mau_toc": "đen"},
    "a field left out": {"ho_ten": None},
    "a list": {"ho_ten": ["A"]},
    "too long": {"ly_do": "a" * 2001},
}


@pytest.mark.parametrize("why", WRONG)
def test_the_schema_and_we_refuse_the_same(why: str) -> None:
    data = given(**WRONG[why])
    shape = eforms.schema(FORMS.form("don_doi_gplx@2025-03-01"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(json.loads(data), shape, format_checker=jsonschema.FormatChecker())
    with pytest.raises(Refused, match="does not fit") as caught:
        eforms.submitted(data, FORMS)
    for value in VALUES.values():
        assert value not in f"{caught.value}{caught.value.vi}"


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xfe", b"[]", b"{}", b"5", b'{"form":5,"values":{}}', b'{"form":"khong@2020-01-01","values":{}}',
     b'{"form":"don_doi_gplx@2025-03-01","values":[]}', b'{"form":"don_doi_gplx@2025-03-01","values":{},"x":1}',
     b"[" * 100_000, b" " * (eforms.MOST + 1), given(ho_ten="A\x00B"), given(ho_ten="A\u202eB"), given(ho_ten="\ud800")],
    ids=lambda data: repr(data[:24]),
)  # fmt: skip
def test_what_is_no_submission_is_refused(data: bytes) -> None:
    with pytest.raises(Refused) as caught:
        eforms.submitted(data, FORMS)
    assert caught.value.reason.startswith("eform.")


def test_only_what_fits_is_filled_in_beforehand() -> None:
    form = FORMS.form("don_doi_gplx@2025-03-01")
    told = {"person.name": "NGUYỄN VĂN THỬ", "person.born": "1990-01-02", "person.id": "12", "gioi_tinh": "Nam"}
    assert eforms.known(form, told) == {"ho_ten": "NGUYỄN VĂN THỬ", "ngay_sinh": "1990-01-02"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the receipt and the certificate of the samples, released."""
    home = tmp_path_factory.mktemp("eforms") / "home"
    assert hoso(home, "init", "--demo").code == 0
    inbox = home.parent / "inbox"
    shutil.copytree(INBOX / "HS0001", inbox / "HS0001")
    assert hoso(home, "digitize", inbox).code == 0
    assert hoso(home, "approve", "--all-clear", "--who", "Trần Thị Mẫu").code == 0
    return home


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "home"))


@pytest.fixture
def site(home: Path) -> Iterator[Site]:
    with Site(home) as opened:
        yield opened


def taken(site: Site, data: bytes, code: str = "", own: bool = False) -> tuple[recipe.Taken, Record]:
    with crew_for(site, 0) as crew:
        got = recipe.take(site, data, "Trần Thị Mẫu", crew, code, own)
    outcome = standing(site, got.dossier).outcome
    assert outcome is not None
    return got, next(one for one in outcome.records if one.document.id == got.document)


CODE = "000.26.36.H48-230620-0097"


def test_from_a_filled_form_to_a_sealed_record(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "to-khai.json"
    file.write_bytes(given())
    done = hoso(home, "eform", "take", file, "--for", CODE, "--who", "Trần Thị Mẫu", "--json")
    assert done.code == 0, done.err
    (row,) = done.rows()
    assert (row["code"], row["verdict"], row["read"] + row["told"]) == (CODE, "clear", len(VALUES))
    (record,) = [one for one in hoso(home, "records", "--json").rows() if one["document"] == row["document"]]
    assert (record["type"], record["state"], record["loaded"]) == ("don_doi_gplx", "sealed", True)
    assert {f["name"]: f["value"] for f in record["fields"] if f["value"]} == VALUES
    again = hoso(home, "eform", "take", file, "--for", CODE, "--who", "Trần Thị Mẫu", "--json").rows()
    assert again == [row]
    checked = hoso(home, "balance")
    assert checked.code == 0, checked.err
    bad = tmp_path / "bad.json"
    bad.write_bytes(given(so_cccd="1"))
    refused = hoso(home, "eform", "take", bad, "--who", "Trần Thị Mẫu")
    assert (refused.code, "Số" in refused.err, VALUES["ho_ten"] in refused.err) == (3, True, False)


def test_what_was_left_empty_stays_empty_and_what_was_written_stands(site: Site) -> None:
    _, record = taken(site, given(ly_do="Hạng: A1, Họ và tên: NGƯỜI KHÁC", ngay_cap_gplx=None))
    values = {f.name: f.value for f in record.fields if f.value is not None}
    assert values == {k: v for k, v in VALUES.items() if k != "ngay_cap_gplx"} | {
        "ly_do": "Hạng: A1, Họ và tên: NGƯỜI KHÁC"
    }


@pytest.mark.parametrize("type_", ["giay_khai_sinh", "quyet_dinh", "giay_kham_suc_khoe_lai_xe", "cong_van", "hop_dong"])
def test_a_form_of_any_layout_gives_what_was_written(site: Site, type_: str) -> None:
    form = site.forms.choose(type_, site.stamp()[:10])
    values = filled(form)
    data = json.dumps({"form": form.name, "values": values}).encode()
    if type_ != "hop_dong":
        with crew_for(site, 0) as crew, pytest.raises(Refused, match="issued by an office"):
            recipe.take(site, data, "Trần Thị Mẫu", crew)
    got, record = taken(site, data, own=True)
    assert record.document.type == type_
    rules = {rule.name: rule for rule in eforms.asked(form)}
    for name, value in values.items():
        wanted = eforms.normal(rules[name], eforms.typed(rules[name], value))[0]
        assert record.value(name) == wanted, name
    assert got.read + got.told == len(values)


def test_a_form_of_several_pages_and_of_endless_words_is_one_paper(site: Site) -> None:
    import pypdfium2

    told = {"ly_do": " ".join(["Vì bị mất giấy phép trong khi đi đường"] * 50), "noi_cu_tru": "W" * 2000,
            "noi_cap": "Cục Cảnh sát quản lý hành chính về trật tự xã hội " * 38}  # fmt: skip
    _, record = taken(site, given(**told))
    assert len(record.document.pages) >= 2
    for name, value in told.items():
        assert record.value(name) == eforms.normal(FORMS.latest("don_doi_gplx").field(name), value.strip())[0], name
    with pypdfium2.PdfDocument(site.store.get(record.document.pages[0].scan)) as pdf:
        for page in pdf:
            text = page.get_textpage()
            boxes = [text.get_charbox(n) for n in range(text.count_chars())]
            assert min(box[0] for box in boxes) > 50
            assert max(box[2] for box in boxes) < 545
            assert min(box[1] for box in boxes) > 30


def test_the_checks_of_a_paper_hold_for_a_form_too(site: Site) -> None:
    got, record = taken(site, given(ngay_sinh="2027-01-02"))
    assert got.verdict == "needs-person"
    assert [p for p in record.problems if p.severity != "note"]


def test_a_form_no_longer_in_force_is_not_taken(site: Site) -> None:
    old = FORMS.form("don_doi_gplx@2017-06-01")
    values = {rule.name: VALUES.get(rule.name, filled(old)[rule.name]) for rule in eforms.asked(old)}
    with crew_for(site, 0) as crew, pytest.raises(NeedsPerson, match="no longer in force"):
        recipe.take(site, json.dumps({"form": old.name, "values": values}).encode(), "Trần Thị Mẫu", crew)
    with crew_for(site, 0) as crew, pytest.raises(Usage, match="name"):
        recipe.take(site, given(), " ", crew)


def test_a_form_that_was_stopped_half_way_is_not_sealed_before_it_is_told(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hoso import recipe as runs

    known = set(dossiers(site))
    with monkeypatch.context() as patched, crew_for(site, 0) as crew:
        patched.setattr(recipe.handed.correcting, "correct", _killed_after(recipe.handed.correcting.correct))
        with pytest.raises(KeyboardInterrupt):
            recipe.take(site, given(), "Trần Thị Mẫu", crew, CODE)
    (dossier,) = set(dossiers(site)) - known
    assert set(standing(site, dossier).states.values()) == {"approved"}, "nothing else keeps it from the seal"
    with crew_for(site, 0) as crew, monkeypatch.context() as patched:
        patched.setattr(recipe, "finish", lambda *_: 0)
        list(runs.resume(site, crew))
        assert set(standing(site, dossier).states.values()) == {"approved"}
    with crew_for(site, 0) as crew:
        list(runs.resume(site, crew, runs.Progress(say=pytest.fail)))
        assert set(standing(site, dossier).states.values()) == {"sealed"}
        assert recipe.finish(site, crew) == 0


def _killed_after(act: Callable[..., Any]) -> Callable[..., Any]:
    def acted(*arguments: Any) -> None:
        act(*arguments)
        raise KeyboardInterrupt

    return acted


def test_what_an_erasure_reaches_holds_the_submission(site: Site) -> None:
    from hoso.recipe.reach import reach

    got, _ = taken(site, given())
    (fact,) = site.ledger.facts("eform")
    assert fact.body["result"] in reach(site, [got.dossier]).digests


def test_no_value_of_a_form_stands_in_the_ledger(site: Site) -> None:
    taken(site, given())
    told = json.dumps([[f.kind, f.subject, dict(f.body)] for f in site.ledger.facts()], ensure_ascii=False)
    assert not [value for value in VALUES.values() if len(value) > 4 and value in told]


def person(site: Site) -> tuple[str, str]:
    for dossier in dossiers(site):
        outcome = standing(site, dossier).outcome
        for record in outcome.records if outcome else ():
            if record.document.type == "giay_kham_suc_khoe_lai_xe":
                return record.value("so_cccd") or "", record.value("ho_ten") or ""
    raise AssertionError


def test_a_known_persons_form_is_filled_in_for_a_purpose_alone(home: Path, tmp_path: Path) -> None:
    with Site(home) as site:
        number, name = person(site)
    page = tmp_path / "form.html"
    masked = hoso(home, "eform", "make", "don_doi_gplx", "--person", number, "--to", page)
    assert (masked.code, page.exists()) == (2, False)
    words = ("--unmask", "--purpose", "đổi giấy phép", "--who", "Trần Thị Mẫu")
    done = hoso(home, "eform", "make", "don_doi_gplx", "--person", number, "--to", page, *words)
    assert done.code == 0, done.err
    text = page.read_text(encoding="utf-8")
    assert name in text
    assert number in text
    assert oct(page.stat().st_mode & 0o777) == "0o600"
    with Site(home) as site:
        *_, told = site.ledger.facts("unmasked")
        assert (told.body["purpose"], told.body["question"].partition("@")[0]) == (
            "đổi giấy phép",
            "eform don_doi_gplx",
        )
    settings = home / "settings.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "\n[personal]\nunmask = []\n", encoding="utf-8")
    page.unlink()
    assert hoso(home, "eform", "make", "don_doi_gplx", "--person", number, "--to", page, *words).code == 2
    assert not page.exists()


def test_a_stranger_gets_an_empty_form(site: Site) -> None:
    from hoso.recipe.asking import asking

    page = recipe.made(site, "don_doi_gplx", "001200000009", asking(site, True, "đổi giấy phép", "Trần Thị Mẫu"))
    assert page == recipe.made(site, "don_doi_gplx")


def test_the_page_loads_and_sends_nothing() -> None:
    from hoso.exports.eforms import page

    for form in FORMS.all:
        hostile = {rule.name: '"><script>alert(1)</script>' for rule in eforms.asked(form)}
        text = page(eforms.schema(form), {}, {}, hostile)
        assert "<script>alert" not in text
        assert not [word for word in ("http://", "https://", "src=", "@import", "url(") if word in text]
        assert "default-src 'none'" in text


def test_a_schema_needs_no_home(tmp_path: Path) -> None:
    done = hoso(tmp_path / "none", "schema", "giay_khai_sinh", "--form", "2010-01-01")
    assert json.loads(done.out)["properties"]["form"]["const"] == "giay_khai_sinh@2006-04-01"
    assert hoso(tmp_path / "none", "schema", "giay_khia_sinh").code == 6


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""


def test_a_person_fills_in_the_page_and_what_is_saved_is_taken(site: Site, tmp_path: Path) -> None:
    if not CHROMIUM:
        pytest.skip("Chromium is not installed: apt-get install --no-install-recommends chromium")
    file = tmp_path / "form.html"
    file.write_text(recipe.made(site, "don_doi_gplx"), encoding="utf-8")
    saved = _filled_in(file, tmp_path / "saved.json")
    got, record = taken(site, saved)
    assert (got.verdict, record.value("ho_ten")) == ("clear", VALUES["ho_ten"])


def _filled_in(file: Path, target: Path) -> bytes:
    """What the page saves: by a browser without a network, by the keyboard, after a first try that lacked everything."""
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import Error, sync_playwright

    rules = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
    with sync_playwright() as play:
        try:
            browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        except Error as error:
            pytest.skip(f"Chromium is installed and does not start here: the form is NOT tested in it: {error}")
        context = browser.new_context(offline=True, accept_downloads=True, viewport={"width": 800, "height": 900})
        page = context.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(file.as_uri())
        page.get_by_role("button", name="Lưu biểu mẫu").click()
        assert page.locator("#faults li").count() == 6
        assert page.evaluate("document.activeElement.id") == "faults"
        if shots := os.environ.get("EFORM_SHOTS"):
            page.screenshot(path=str(Path(shots) / "eform.png"), full_page=True)
        for name, value in VALUES.items():
            page.fill(f"#{name}", value)
        page.focus("#ly_do")
        with page.expect_download() as download:
            page.keyboard.press("Tab")
            page.get_by_role("button", name="Lưu biểu mẫu").press("Enter")
        download.value.save_as(target)
        assert download.value.suggested_filename == "don_doi_gplx.json"
        assert page.evaluate("document.documentElement.scrollWidth") <= 800
        assert wrong == []
        page = browser.new_context(bypass_csp=True).new_page()  # the checker of rules is a script of its own
        page.goto(file.as_uri())
        page.get_by_role("button", name="Lưu biểu mẫu").click()
        broken = Axe().run(page, options=rules).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"][:160]) for one in broken] == []
        browser.close()
    return target.read_bytes()
