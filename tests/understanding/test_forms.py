"""Form files: what is written wrongly is refused by name; what is dated is chosen by date."""

from pathlib import Path

import pytest

from hoso import forms as form_files
from hoso.errors import Misconfigured
from hoso.forms import OTHER, Forms

PLAIN = """
title = "Thử"
effective_from = 2020-01-01
law = "Nghị định thử"
[[anchor]]
text = "GIẤY THỬ"
weight = 3
[[field]]
name = "ho_ten"
title = "Họ tên"
labels = ["Họ tên"]
"""


def folder(tmp_path: Path, **files: str) -> Path:
    for name, content in {"khac@2020-01-01": PLAIN, **files}.items():
        (tmp_path / f"{name}.toml").write_text(content, encoding="utf-8")
    return tmp_path


def refused(path: Path) -> str:
    with pytest.raises(Misconfigured) as caught:
        form_files.load(path)
    return str(caught.value)


def test_the_shipped_forms_hold_every_field_of_the_contract(forms: Forms) -> None:
    wanted = {
        "quyet_dinh": "so_ky_hieu ngay_ban_hanh dia_danh co_quan_ban_hanh trich_yeu nguoi_ky chuc_vu",
        "giay_tiep_nhan": "ma_ho_so ho_ten dia_chi so_dien_thoai noi_dung thanh_phan_ho_so ngay_nhan ngay_hen_tra",
        "giay_kham_suc_khoe_lai_xe": "so ho_ten gioi_tinh ngay_sinh so_cccd ngay_cap noi_cap dia_chi hang_gplx nong_do_con "
        "ma_tuy ket_luan bac_si ngay_ket_luan co_so_kham",
    }
    for type_, names in wanted.items():
        held = {f.name for f in forms.latest(type_).fields}
        assert set(names.split()) <= held, type_
    assert forms.latest(OTHER).fields
    assert not any(f.required for f in forms.latest(OTHER).fields)


def test_an_unknown_key_is_refused_with_the_nearest_known_one(tmp_path: Path) -> None:
    assert "did you mean 'labels'" in refused(folder(tmp_path, **{"khac@2020-01-01": PLAIN.replace("labels", "label")}))


@pytest.mark.parametrize(
    ("was", "now", "says"),
    [
        ('name = "ho_ten"', 'name = "ho_ten"\nkind = "persn"', "did you mean 'person'"),
        ('name = "ho_ten"', 'name = "ho_ten"\nfind = "labels"', "did you mean 'label'"),
        ('name = "ho_ten"', 'name = "ho_ten"\npattern = "("', "no regular expression"),
        ('name = "ho_ten"', 'name = "ho_ten"\nlines = "2"', "must be of the kind int"),
        ('labels = ["Họ tên"]', "", "needs labels"),
        ("2020-01-01", "2021-01-01", "must be named"),
        ('law = "Nghị định thử"', "", "law is missing"),
        ("weight = 3", "weight = 3\nzone = 'tp'", "did you mean 'top'"),
        (
            "[[anchor]]",
            '[[check]]\nrule = "not-after"\nfields = ["ho_tn", "ho_ten"]\n[[anchor]]',
            "did you mean 'ho_ten'",
        ),
    ],
)
def test_each_mistake_in_a_form_is_told_in_words(tmp_path: Path, was: str, now: str, says: str) -> None:
    assert says in refused(folder(tmp_path, **{"khac@2020-01-01": PLAIN.replace(was, now, 1)}))


def test_a_folder_without_the_form_for_other_papers_is_refused(tmp_path: Path) -> None:
    (tmp_path / "don@2020-01-01.toml").write_text(PLAIN, encoding="utf-8")
    assert "khac" in refused(tmp_path)


def test_a_later_form_says_only_what_changed(tmp_path: Path) -> None:
    newer = 'based_on = "don@2020-01-01"\ntitle = "Thử mới"\neffective_from = 2024-01-01\nlaw = "Luật mới"\n'
    newer += '[[field]]\nname = "ho_ten"\ntitle = "Họ, chữ đệm, tên"\nlabels = ["Họ, chữ đệm, tên"]\n'
    forms = form_files.load(folder(tmp_path, **{"don@2020-01-01": PLAIN, "don@2024-01-01": newer}))
    assert forms.latest("don").fields[0].labels == ("Họ, chữ đệm, tên",)
    assert forms.latest("don").anchors == forms.form("don@2020-01-01").anchors
    assert forms.choose("don", "2023-12-31").name == "don@2020-01-01"
    assert forms.choose("don", "2024-01-01").name == "don@2024-01-01"
    assert forms.choose("don", "2010-01-01").name == "don@2020-01-01"


def test_a_form_based_on_itself_is_refused(tmp_path: Path) -> None:
    circular = 'based_on = "khac@2020-01-01"\n' + PLAIN
    assert "based_on" in refused(folder(tmp_path, **{"khac@2020-01-01": circular}))


def test_a_changed_wording_changes_the_fingerprint_and_a_note_does_not(tmp_path: Path) -> None:
    first = form_files.load(folder(tmp_path))
    second = form_files.load(folder(tmp_path, **{"khac@2020-01-01": PLAIN.replace("GIẤY THỬ", "GIẤY ĐÃ THỬ")}))
    third = form_files.load(folder(tmp_path, **{"khac@2020-01-01": 'note = "xem lại"\n' + PLAIN}))
    assert first.fingerprint != second.fingerprint
    assert first.fingerprint == third.fingerprint
    assert form_files.fingerprint(first.all[0]) == first.all[0].digest


def test_an_unknown_type_names_the_nearest(forms: Forms) -> None:
    with pytest.raises(Misconfigured, match="quyet_dinh"):
        forms.latest("quyet_din")
    with pytest.raises(Misconfigured, match="unknown form"):
        forms.form("quyet_dinh@1999-01-01")


def test_a_form_yet_to_come_is_no_candidate(forms: Forms) -> None:
    known = {f.name for f in forms.known_by("2020-06-01")}
    assert "giay_tiep_nhan@2019-01-08" in known
    assert "giay_tiep_nhan@2025-07-01" not in known
