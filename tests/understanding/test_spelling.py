"""Vietnamese letter by letter: syllables, fonts of before Unicode, and what else a word may have been."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoso.cli.view import document_row
from hoso.nouns import Document, Dossier, Field, Outcome, Page, PageRef, Record, Scan, Standing
from hoso.values import confusions, legacy
from hoso.values.parsed import as_digits
from hoso.values.syllables import TONES, is_syllable, share
from layers import LETTER, in_tcvn3, in_vni

RIGHT = (
    "hoà hòa thuý thúy quả gì giếng giữ nguyễn quyết quốc quý khuya khuỷu xoong ngoằn oan uy yên y ý ủy uỷ của mua "
    "mưa thuở quơ nghĩa kính ghi gìn giờ quýt quỳnh huỳnh loạt ngoáo bia giá kỹ lý yếu đường những trường hợp nghiêng "
    "khuếch chuyện"
)
WRONG = (
    "viet hop nghà ngiêm kà cế giíp quốcc hoàa thưỡcn xqz côngg hòp thúờng tien2 qế gế ghà cac đôc ngưòi hoạ́ strương "
    "bcd and decision"
)
LETTERS = "aăâeêioôơuưyđbcdghklmnpqrstvx"
SYLLABLES = sorted(
    s
    for onset in ("", "b", "đ", "ng", "ngh", "qu", "gi", "tr", "k")
    for rhyme in ("a", "an", "ách", "ê", "iếc", "ươu", "ường", "oà", "uyễn", "ấp", "y", "ữ", "ỏ", "ặng")
    if is_syllable(s := unicodedata.normalize("NFC", onset + rhyme))
)


def test_syllables_are_told_from_words_that_nobody_can_spell() -> None:
    assert [word for word in RIGHT.split() if not is_syllable(word)] == []
    assert [word for word in WRONG.split() if is_syllable(word)] == []


@settings(deadline=None)
@given(
    st.sampled_from(RIGHT.split()), st.sampled_from(["NFC", "NFD"]), st.sampled_from([str.upper, str.title, str.lower])
)
def test_case_and_normal_form_make_no_difference(word: str, form: str, case: object) -> None:
    assert callable(case)
    assert is_syllable(unicodedata.normalize(form, case(word)))  # type: ignore[arg-type]


def test_stops_take_only_their_two_tones() -> None:
    for mark, name in TONES.items():
        spelled = unicodedata.normalize("NFC", f"ca{mark}c")
        assert is_syllable(spelled) == (name in {"sắc", "nặng"}), spelled


def test_the_share_of_syllables_tells_vietnamese_from_its_damage() -> None:
    words = " ".join(LETTER).split()
    assert share(words)[0] == 1.0
    stripped = ["".join(c for c in word if c.isascii()) for word in words]
    assert share(stripped)[0] < 0.6
    assert share(decoded.decode("latin-1") for decoded in map(in_tcvn3, LETTER[1:])) < (0.6, 0)
    assert share(["123/QĐ-UBND", "UBND", "-", "30/2020/NĐ-CP"]) == (0.0, 0)


# ── fonts of before Unicode ─────────────────────────────────────────────────────────────────────────────────────────────


@settings(deadline=None)
@given(st.text(alphabet=sorted({c for line in LETTER for c in line.lower()} | set("ẳẵằắặẩẫầấậỉĩỷỹỳýỵ")), max_size=40))
def test_what_was_typed_in_tcvn3_comes_back(text: str) -> None:
    spaced = text.replace("-", " ")  # a hyphen beside letters may be ư
    assert legacy.decode(in_tcvn3(spaced).decode("latin-1"), "tcvn3") == spaced
    assert legacy.decode(in_tcvn3(spaced, capitals=True).decode("latin-1"), "tcvn3-capitals") == spaced.upper()


@pytest.mark.parametrize("line", [*LETTER, LETTER[3].upper(), "Ỷ lại, kỵ sĩ, Ị Ì Í, ưỡn ẹo, ẻo lả, ỡm ờ"])
def test_what_was_typed_in_vni_comes_back(line: str) -> None:
    assert legacy.decode(in_vni(line).decode("latin-1"), "vni") == line


def test_a_capital_with_the_mark_of_a_small_letter_is_read_in_vni() -> None:
    assert legacy.decode("Aùo, CHUÛ NGHÓA, Ñaøo, OÂng", "vni") == "Áo, CHỦ NGHĨA, Đào, Ông"


@pytest.mark.parametrize(
    ("font", "coding"),
    [
        ("ABCDEF+.VnTime", "tcvn3"), (".VnTimeH", "tcvn3-capitals"), (".VnArial NarrowH,Bold", "tcvn3-capitals"),
        ("VnTime-Italic", "tcvn3"), (".vntimeh", "tcvn3-capitals"), ("VNI-Times", "vni"), ("XYZABC+VNI-Helve-Bold", "vni"),
        ("TimesNewRomanPSMT", None), ("VNtimes new roman", None), ("ABCDEF+UVnTime", None), ("Vnexpress", "tcvn3"),
    ],
)  # fmt: skip
def test_a_font_name_tells_its_coding(font: str, coding: str | None) -> None:
    assert legacy.named(font) == coding


def test_a_hyphen_is_made_a_letter_only_where_that_makes_a_syllable() -> None:
    assert legacy.decode("ng-êi, tr-êng, nh- (-u tiªn)", "tcvn3") == "người, trường, như (ưu tiên)"
    assert legacy.decode("Hµ-Nội 2020-2025, Q§-UBND - ®o", "tcvn3") == "Hà-Nội 2020-2025, QĐ-UBND - đo"


def test_unicode_words_keep_their_letters_whatever_their_font_is_called() -> None:
    words = " ".join(LETTER).split()
    assert legacy.coding(words, ".VnTime") == "unicode"
    assert legacy.coding(words) == "unicode"
    assert legacy.coding(["là", "thành", "phố", "này"]) == "unicode"
    assert legacy.coding(["café", "naïve", "résumé", "façade", "Zoë"]) == "unicode"


# ── what else a word may have been ──────────────────────────────────────────────────────────────────────────────────────


@settings(deadline=None)
@given(st.sampled_from(SYLLABLES), st.sampled_from([str.upper, str.title, str.lower]), st.sampled_from(["", ",", ");"]))
def test_alternatives_are_other_syllables_in_the_same_dress(word: str, case: object, tail: str) -> None:
    assert callable(case)
    read = case(word) + tail
    found = confusions.alternatives(read, 8)
    assert found
    assert read not in {text for text, _ in found}
    assert all(text.endswith(tail) and is_syllable(text.removesuffix(tail)) for text, _ in found)
    assert all(text.isupper() == read.isupper() for text, _ in found if len(word) > 1 and text[0] not in "wj")
    weights = [sure for _, sure in found]
    assert weights == sorted(weights, reverse=True)
    assert 0 < sum(weights) <= 1


@pytest.mark.parametrize(
    ("read", "meant"),
    [("Viêt", "Việt"), ("đia", "địa"), ("Số", "Sổ"), ("KÉ", "KẾ"), ("Iý", "Lý"), ("nãm", "năm"), ("Tô", "Tổ"),
     ("vãn", "văn"), ("hữư", "hữu"), ("mớỉ", "mới"), ("Ðộc", "Độc"), ("l0", "lo"), ("cùrn", "cùm"), ("chï", "chị")],
)  # fmt: skip
def test_the_meant_word_is_among_the_first_five(read: str, meant: str) -> None:
    assert meant in {text for text, _ in confusions.alternatives(read)}


def test_the_doubts_of_a_text_name_only_words_that_may_well_be_others() -> None:
    found = confusions.doubts("Số chï 125/QĐ-UBND là hòa")
    assert set(found) == {"Số", "chï"}
    assert found["Số"][0] == "Sổ"
    assert found["chï"][0] == "chi"


@settings(deadline=None)
@given(st.text(max_size=12))
def test_nothing_is_offered_for_what_is_no_syllable_and_nothing_breaks(text: str) -> None:
    for other, sure in confusions.alternatives(text):
        assert other != text
        assert 0 < sure <= 1
    assert confusions.alternatives("UBND") == confusions.alternatives("30/2020") == confusions.alternatives("") == ()


@settings(deadline=None)
@given(st.text(alphabet="0123456789", min_size=1, max_size=14))
def test_figures_stay_as_read_and_doubts_follow(text: str) -> None:
    readings = confusions.digits(text)
    assert readings[0] == text
    assert len(set(readings)) == len(readings)
    assert all(len(one) == len(text) and one.isdigit() for one in readings)


def test_letters_in_the_slot_of_a_figure_become_the_figure_they_look_like() -> None:
    assert confusions.digits("O3l2S")[0] == "03125"
    assert confusions.digits("{2 Ô9 B")[0] == "12098"
    assert confusions.digits("1Z")[:2] == ("12", "17") or "17" in confusions.digits("1Z")
    assert confusions.digits("12x") == confusions.digits(" ") == ()
    assert all(as_digits(text)[0] == confusions.digits(text)[0] for text in ("O3l2S", "ƒ9", "ÍÔB"))


def test_a_doubtful_field_shows_what_its_words_may_be_and_a_clear_one_nothing() -> None:
    ref = PageRef("00" * 32, 1)
    fields = (
        Field("trich_yeu", "Viêc câp Số", "Viêc câp Số", 0.4, status="doubtful"),
        Field("ho_ten", "Lê Văn Số", "Lê Văn Số", 0.99, status="clear"),
    )
    record = Record(Document("d", "x", "cong_van", "cong_van@2020-03-05", 0.9, (ref,)), fields)
    page = Page(ref, "paper", 100, 100, 200, 0, 0, 1, position=1)
    dossier = Dossier(
        "x", "HS1", (Scan("HS1", "HS1/1.jpg", ref.scan, "image/jpeg", 1, 1),), "2026-01-01T00:00:00+07:00"
    )
    here = Standing(dossier, 1, Outcome(dossier, "", (page,), (), (record,)), {"d": "waiting"})
    doubtful, clear = document_row(here, record)["fields"]
    assert doubtful["alternatives"]["Viêc"] == ("Việc", "Viếc")
    assert doubtful["alternatives"]["Số"][0] == "Sổ"
    assert doubtful["value"] == "Viêc câp Số", "what was read stays"
    assert clear["alternatives"] == {}
