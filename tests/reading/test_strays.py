"""What counts as no print on a strip: shape and confidence, never a figure."""

from __future__ import annotations

import pytest

from hoso.nouns import Word
from hoso.stages.strays import stray


def word(text: str, confidence: float, width: float = 0.5) -> Word:
    """A word of a strip whose picture is as high as wide: its box is one half high and ``width`` wide."""
    return Word(text, (0.1, 0.2, 0.1 + width, 0.7), confidence, 0)


@pytest.mark.parametrize("text", ["7", "01", "1/", "5a"])
def test_a_figure_is_never_dropped(text: str) -> None:
    assert not stray([word(text, 0.1, 0.9)], 1.0)


def test_a_lone_mark_is_no_word_and_a_tick_is() -> None:
    assert stray([word("–", 0.99)], 1.0)
    assert not stray([word("☒", 0.99)], 1.0)


def test_a_letter_stretched_over_the_room_of_several_is_a_stroke_of_something_else() -> None:
    assert stray([word("T", 1.0, 0.9)], 1.0)
    assert not stray([word("T", 1.0, 0.4)], 1.0)
    assert not stray([word("T", 1.0, 0.9)], 3.0), "the strip is three times as high as wide"


def test_few_letters_that_the_engine_guessed_are_dropped_and_a_name_is_kept() -> None:
    assert stray([word("gt", 0.35)], 1.0)
    assert not stray([word("g.", 0.35)], 1.0), "the number of an item, misread"
    assert not stray([word("gt", 0.6)], 1.0)
    assert not stray([word("V/v", 0.35, 0.3), word("khẩn", 0.4, 0.2)], 1.0), "two words may open a line"
    assert not stray([word("Nguyễn", 0.3), word("Thị", 0.3), word("Mẫu", 0.3)], 1.0)


def test_nothing_read_is_nothing_to_drop() -> None:
    assert not stray([], 1.0)
