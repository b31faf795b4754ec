"""Confidence is learned, one-way, careful with what it has not seen, and decides what a person sees."""

import json
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

from hoso import calibration, fitting, keys, resources
from hoso.calibration import FEATURES, Calibration, Judged, Level, Scale
from hoso.errors import Misconfigured
from hoso.forms import KINDS, Forms
from hoso.nouns import Document, Field, Page, PageRef, Place, Record
from hoso.stages import traits, weigh

SHIPPED = Path(__file__).parents[2] / "ocr_models" / calibration.FOLDER


@pytest.fixture(scope="module")
def shipped() -> Calibration:
    return calibration.load(SHIPPED)


def rows(count: int, seed: str, kind: str = "text") -> list[Judged]:
    """Fields that are the likelier right the better their worst word was read; one in a hundred is wrong all the same."""
    rng = Random(seed)
    made = []
    for index in range(count):
        least = 1 - rng.random() ** 3
        right = rng.random() < 1 / (1 + 2.7 ** (-25 * (least - 0.7))) and rng.random() > 0.002
        features = {
            "least": round(least, 4),
            "label": round(rng.uniform(0.8, 1.0), 3),
            "strays": float(rng.randrange(3)),
        }
        made.append(Judged("thu", "truong", kind, f"{seed}/{index // 4}", right, features))
    return made


@pytest.fixture(scope="module")
def learned() -> Calibration:
    return fitting.fit(rows(3000, "learn"), 0.01)


def test_a_better_measure_never_makes_a_field_less_likely(shipped: Calibration) -> None:
    rng = Random("one way")
    kept = calibration.rows_of(SHIPPED)
    for row in rng.sample(kept, 150):
        name = f"{row.type}.{row.name}"
        for measure, way in FEATURES.items():
            noted = row.features.get(measure)
            if noted is None:
                continue
            steps = sorted((noted, noted + rng.uniform(-2, 2), noted + rng.uniform(-0.1, 0.1)), reverse=way < 0)
            told = [shipped.probability(row.kind, name, dict(row.features) | {measure: step}) for step in steps]
            assert told == sorted(told), f"{measure} of {name} turns back"


def test_what_no_row_covers_counts_as_the_worst_that_rows_do(learned: Calibration) -> None:
    seen = {"least": 0.99, "label": 0.9, "strays": 0.0}
    known = learned.probability("text", "thu.truong", seen)
    assert learned.probability("text", "thu.truong", seen | {"least": 5.0}) <= learned.probability(
        "text", "thu.truong", seen | {"least": 1.0}
    )
    assert learned.probability("text", "thu.truong", seen | {"strays": 9.0}) < known
    assert learned.probability("text", "thu.truong", {"label": 0.9, "strays": 0.0}) < 0.5, (
        "not noted, always noted before"
    )
    assert learned.probability("text", "thu.khac", seen) <= known
    assert learned.probability("unknown", "thu.truong", seen) < known
    assert learned.bar("unknown", "thu.truong") >= learned.bar("text", "thu.truong")


def test_a_probability_is_the_share_that_is_right(learned: Calibration) -> None:
    fresh = rows(4000, "fresh")
    told = [(learned.probability(row.kind, "thu.truong", row.features), row.right) for row in fresh]
    for low, high in ((0.2, 0.8), (0.8, 0.95), (0.95, 1.0)):
        band = [(p, right) for p, right in told if low <= p < high]
        assert len(band) > 100
        share = sum(right for _, right in band) / len(band)
        assert abs(share - sum(p for p, _ in band) / len(band)) < 0.05


def test_the_bar_keeps_to_its_target_on_papers_it_was_not_found_on(learned: Calibration) -> None:
    fresh = rows(6000, "more")
    bar = learned.bar("text", "thu.truong")
    taken = [row.right for row in fresh if learned.probability(row.kind, "thu.truong", row.features) >= bar]
    assert len(taken) > 0.4 * len(fresh)
    assert taken.count(False) / len(taken) < 0.015
    stricter = fitting.fit(rows(3000, "learn"), 0.004)
    assert stricter.bar("text", "thu.truong") > bar


def test_figures_are_of_rows_that_were_not_learned_from() -> None:
    by_chance = [replace(row, right=Random(row.group).random() < 0.5) for row in rows(600, "chance")]
    taken = fitting.accepted(by_chance, fitting.held_out(by_chance), 0.001)
    told = fitting.told(by_chance, taken)
    assert told.rows == 600
    assert told.accepted < 12, "nothing can be learned, so next to nothing may be accepted"


def test_a_share_counted_in_few_rows_is_bounded_as_clopper_and_pearson_have_it() -> None:
    assert fitting.at_most(0, 2302) == pytest.approx(1 - 0.1 ** (1 / 2302), rel=1e-6)
    assert fitting.at_most(1, 10) == pytest.approx(0.3368, abs=1e-4)  # the table value for one-sided 0.9
    assert fitting.at_most(0, 0) == fitting.at_most(3, 3) == 1.0


def test_the_same_rows_give_the_same_file_and_it_reads_back(learned: Calibration, tmp_path: Path) -> None:
    again = fitting.fit(rows(3000, "learn"), 0.01)
    assert calibration.encode(again) == calibration.encode(learned)
    (tmp_path / "weights.json").write_bytes(calibration.encode(learned))
    back = calibration.load(tmp_path)
    assert back.fingerprint == keys.digest(calibration.encode(learned))
    assert replace(back, fingerprint="") == learned
    some = rows(40, "kept")
    assert calibration.decode_rows(calibration.encode_rows(some)) == tuple(some)


@pytest.mark.parametrize("spoiled", [b"", b"{}", b"[1]", b"not json"])
def test_a_spoiled_calibration_is_told_with_what_to_do(tmp_path: Path, spoiled: bytes) -> None:
    with pytest.raises(Misconfigured, match="install Hoso anew"):
        calibration.load(tmp_path)
    (tmp_path / "weights.json").write_bytes(spoiled)
    with pytest.raises(Misconfigured, match="install Hoso anew"):
        calibration.load(tmp_path)
    with pytest.raises(Misconfigured, match="make calibrate"):
        calibration.decode_rows(spoiled)


def test_a_table_that_turns_back_is_refused(learned: Calibration, tmp_path: Path) -> None:
    told = json.loads(calibration.encode(learned))
    told["scales"]["least"]["points"].reverse()
    (tmp_path / "weights.json").write_text(json.dumps(told))
    with pytest.raises(Misconfigured, match="turns back"):
        calibration.load(tmp_path)


def test_the_shipped_calibration_is_the_one_of_its_card_and_rows(shipped: Calibration) -> None:
    import tomllib

    card = tomllib.loads((SHIPPED / "card.toml").read_text(encoding="utf-8"))
    assert shipped.fingerprint == card["digest"]
    assert keys.digest((SHIPPED / "rows.csv.gz").read_bytes()) == card["rows_digest"]
    assert (SHIPPED / "rows.csv.gz").stat().st_size < 3_000_000
    kept = calibration.rows_of(SHIPPED)
    assert len(kept) == card["accuracy"]["all"]["rows"] >= 2000
    assert set(shipped.kinds) == {row.kind for row in kept} <= KINDS
    assert all(0.5 < level.bar <= 1.0 for level in shipped.kinds.values())


def test_every_measure_noted_of_a_field_is_one_that_can_be_weighed(draw, understand, health) -> None:
    record = understand.one(draw(health[0]), draw(health[1], index=2, position=2))
    noted = {name for field in record.fields for name, _ in field.features}
    assert noted <= set(FEATURES)
    assert {"least", "label", "grammar", "strays", "page", "vietnamese", "agreed", "passed", "typed"} <= noted
    assert "noted" in traits.__all__


def test_words_read_badly_beside_a_value_are_noted(draw, understand, decision) -> None:
    whole, torn = (understand.one(draw(decision, confidence=sure)) for sure in (0.99, 0.9))
    measures = [{f.name: dict(f.features) for f in record.fields}["trich_yeu"] for record in (whole, torn)]
    assert measures[0]["least"] == 0.99
    assert measures[1]["doubted"] == measures[1]["words"] > 10
    assert measures[0]["joint"] > measures[1]["joint"]
    assert measures[0]["near"] == 0.0 < measures[1]["near"]


PLAIN = Calibration(
    0.001, 0.0, {"least": Scale((0.9,), (-3.0, 6.0), -3.0, 0.0), "agreed": Scale((1.0,), (0.0, 2.0), 0.0, 0.0)},
    {"person": Level(0.0, 0.9, 1000, 0.0, {})}, {},
)  # fmt: skip


def decision_of(field: Field, form: str = "quyet_dinh@2020-03-05", id_: str = "d") -> Record:
    document = Document(id_, "h", form.split("@")[0], form, 1.0, (PageRef("a" * 64, 1),))
    return Record(document, (field,), (), "clear")


def page(quality: float = 0.9) -> Page:
    return Page(PageRef("a" * 64, 1), "paper", 1654, 2339, 200.0, 0, 0.0, quality, position=1)


def signer(least: float, status: str = "clear") -> Field:
    place = Place(1, (0.5, 0.8, 0.7, 0.82))
    return Field("nguoi_ky", "Trần Thị Mẫu", "Trần Thị Mẫu", 0.5, place, status=status, features=(("least", least),))  # type: ignore[arg-type]


def test_what_is_not_sure_enough_is_doubtful_and_a_person_is_asked(forms: Forms) -> None:
    (sure,) = weigh.weigh([decision_of(signer(0.99))], [page()], forms, PLAIN)
    (unsure,) = weigh.weigh([decision_of(signer(0.5))], [page()], forms, PLAIN)
    assert (sure.verdict, sure.problems, sure.fields[0].status) == ("clear", (), "clear")
    assert sure.fields[0].confidence == pytest.approx(0.9975, abs=1e-4)
    assert (unsure.verdict, unsure.fields[0].status) == ("needs-person", "doubtful")
    assert [(p.code, p.field, p.places) for p in unsure.problems] == [
        ("field.unreadable", "nguoi_ky", (Place(1, (0.5, 0.8, 0.7, 0.82)),))
    ]
    assert unsure.fields[0].value == "Trần Thị Mẫu", "a value is never rewritten"


def test_weighing_makes_nothing_clear_that_a_check_made_doubtful(forms: Forms) -> None:
    (record,) = weigh.weigh([decision_of(signer(1.0, "doubtful"))], [page()], forms, PLAIN)
    assert record.fields[0].status == "doubtful"


def test_a_damaged_page_lowers_what_stands_on_it(forms: Forms) -> None:
    (sound,) = weigh.weigh([decision_of(signer(0.99))], [page()], forms, PLAIN)
    (damaged,) = weigh.weigh([decision_of(signer(0.99))], [page(0.2)], forms, PLAIN)
    assert damaged.fields[0].confidence < 0.6 < sound.fields[0].confidence
    assert damaged.fields[0].status == "doubtful"


def test_the_same_value_on_another_paper_is_noted(forms: Forms) -> None:
    twice = [decision_of(signer(0.99)), decision_of(signer(0.95), id_="e")]
    agreed = [dict(record.fields[0].features)["agreed"] for record in weigh.weigh(twice, [page()], forms, PLAIN)]
    assert agreed == [1.0, 1.0]


def test_the_command_tells_each_kind_and_field_and_keeps_what_it_learned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hoso.cli import hoso
    from hoso.site import Site, make

    folder = tmp_path / "models" / calibration.FOLDER
    folder.mkdir(parents=True)
    (folder / "rows.csv.gz").write_bytes(calibration.encode_rows(rows(900, "shipped")))
    (folder / "weights.json").write_bytes(calibration.encode(fitting.fit(rows(900, "shipped"), 0.05)))
    monkeypatch.setattr(resources, "folder", lambda name: tmp_path / "models")
    home = tmp_path / "home"
    assert make(home, "")
    with Site(home) as site:
        before = site.calibration.fingerprint
    words = ["--home", str(home), "calibrate", "--target", "0.05", "--json", "--write"]
    done = CliRunner().invoke(hoso, words, catch_exceptions=False)
    told = [json.loads(line) for line in done.output.splitlines() if line.startswith("{")]
    assert [(one["kind"], one["field"]) for one in told] == [("text", None), ("text", "thu.truong"), (None, None)]
    assert all(one["rows"] == 900 and 0 < one["accepted"] < 900 for one in told)
    assert told[-1]["wrong"] <= 0.08 * told[-1]["accepted"]
    with Site(home) as site:
        assert site.calibration.fingerprint == keys.digest((home / "confidence" / "weights.json").read_bytes())
        assert before == keys.digest((folder / "weights.json").read_bytes())


def test_forms_may_ask_for_more_than_the_bar(forms: Forms) -> None:
    form = forms.form("quyet_dinh@2020-03-05")
    strict = Forms((replace(form, confidence=0.9999),), "strict")
    (record,) = weigh.weigh([decision_of(signer(0.99))], [page()], strict, PLAIN)
    assert record.fields[0].status == "doubtful"
    assert form.confidence < 0.99
