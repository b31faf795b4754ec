"""Checks lower confidence and tell why; they never rewrite, and no sentence holds a personal value."""

import pytest

from hoso.nouns import Record


def field(record: Record, name: str):
    return next(f for f in record.fields if f.name == name)


def certificate(draw, understand, health, *changes: tuple[str, str]) -> Record:
    front, back = health
    for was, now in changes:
        assert was in front + back, was
        front, back = front.replace(was, now), back.replace(was, now)
    return understand.one(draw(front), draw(back, index=2, position=2))


@pytest.mark.parametrize(
    ("change", "code", "name"),
    [
        (("Nam ☐   Nữ ☒", "Nam"), "value.implausible", "so_cccd"),
        (("20/11/1990", "20/11/1991"), "value.implausible", "so_cccd"),
        (("/33007/26", "/33007/25"), "value.implausible", "so"),
        (("05/03/2022", "05/03/2027"), "value.order", "ngay_cap"),
        (("lái xe hạng B.", "lái xe hạng C1."), "value.implausible", "hang_gplx"),
        (("20/11/1990", "31/11/1990"), "value.impossible-date", "ngay_sinh"),
    ],
)
def test_facts_that_contradict_each_other_are_told(draw, understand, health, change, code: str, name: str) -> None:
    sound, wrong = certificate(draw, understand, health), certificate(draw, understand, health, change)
    assert [(p.code, p.field) for p in wrong.problems if p.severity != "note"] == [(code, name)]
    assert wrong.verdict == "needs-person"
    assert field(wrong, name).status == "doubtful"
    assert field(wrong, name).confidence < field(sound, name).confidence


def test_no_check_rewrites_a_value(draw, understand, health) -> None:
    wrong = certificate(draw, understand, health, ("Nam ☐   Nữ ☒", "Nam"))
    assert field(wrong, "gioi_tinh").value == "Nam"
    assert field(wrong, "so_cccd").value == "033190000001"


def test_what_was_checked_and_held_is_remembered(draw, understand, health) -> None:
    passed = field(certificate(draw, understand, health), "so_cccd").passed
    assert {"sex-of-number", "year-of-number"} <= set(passed)


def test_a_contradiction_points_to_both_places(draw, understand, health) -> None:
    wrong = certificate(draw, understand, health, ("/33007/26", "/33007/25"))
    (problem,) = [p for p in wrong.problems if p.code == "value.implausible"]
    assert [p.position for p in problem.places] == [1, 2]


def test_a_receipt_cannot_promise_a_day_before_its_own(draw, understand, receipt) -> None:
    record = understand.one(draw(receipt.replace("ngày 16 tháng 06", "ngày 06 tháng 06")))
    assert [(p.code, p.field) for p in record.problems] == [("value.order", "ngay_nhan")]


def test_a_code_cannot_be_younger_than_its_receipt(draw, understand, receipt) -> None:
    record = understand.one(draw(receipt.replace("-20260609-", "-20260709-")))
    assert [(p.code, p.field) for p in record.problems] == [("value.order", "ma_ho_so")]


def test_papers_that_differ_on_one_fact_both_say_so(draw, understand, receipt, health) -> None:
    pages = [
        draw(receipt, scan="1"),
        draw(health[0], scan="2", position=2),
        draw(health[1], scan="2", index=2, position=3),
    ]
    agreed = understand(*pages)
    assert [r.verdict for r in agreed] == ["clear", "clear"]
    pages[0] = draw(receipt.replace("Nguyễn Thị Mẫu", "Nguyễn Thị Mẫn"), scan="1")
    one, two = understand(*pages)
    for record in (one, two):
        (problem,) = [p for p in record.problems if p.code == "dossier.value-differs"]
        assert problem.field == "ho_ten"
        assert sorted(p.position for p in problem.places) == [1, 2]
        assert record.verdict == "needs-person"
    assert (one.value("ho_ten"), two.value("ho_ten")) == ("Nguyễn Thị Mẫn", "NGUYỄN THỊ MẪU")


def test_capitals_alone_are_no_difference(draw, understand, receipt, health) -> None:
    pages = [
        draw(receipt, scan="1"),
        draw(health[0], scan="2", position=2),
        draw(health[1], scan="2", index=2, position=3),
    ]
    assert not any(p.code == "dossier.value-differs" for r in understand(*pages) for p in r.problems)


def test_a_page_without_legible_words_is_told(draw, understand, decision) -> None:
    dim = draw("    gì đó không đọc được", index=2, position=2, confidence=0.3)
    record = understand.one(draw(decision), dim)
    assert [(p.code, p.places[0].position) for p in record.problems] == [("page.unreadable", 2)]
    assert record.verdict == "needs-person"


def test_a_poor_scan_is_told(draw, understand, decision) -> None:
    record = understand.one(draw(decision, quality=0.1))
    assert record.problems[0].code == "page.damaged"
    assert not any(f.status == "clear" for f in record.fields), "what stands on a damaged page is looked at"


def test_no_sentence_for_the_clerk_holds_a_value(draw, understand, receipt, health) -> None:
    front = health[0].replace("NGUYỄN THỊ MẪU", "NGUYỄN THỊ MẪN").replace("Nam ☐   Nữ ☒", "Nam")
    pages = [draw(receipt, scan="1"), draw(front, scan="2"), draw(health[1], scan="2", index=2)]
    told = [p.text for r in understand(*pages) for p in r.problems]
    assert len(told) >= 3
    for secret in ("033190000001", "MẪN", "Mẫu", "1990", "0912"):
        assert not any(secret in text for text in told)


def test_the_same_pages_give_the_same_record(draw, understand, receipt) -> None:
    assert understand(draw(receipt)) == understand(draw(receipt))
