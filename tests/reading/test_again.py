"""The second look: figures that were not read for certain are believed as far as two looks agree."""

from collections.abc import Sequence

from hoso.engines import again
from hoso.nouns import Raster, Word

LINE = Raster(200, 40, 1, bytes([255] * 8000), 200.0)


class Second:
    """A reader whose second answer is known; keeps what it was shown."""

    def __init__(self, text: str, confidence: float) -> None:
        self.answer = (Word(text, (0.0, 0.0, 1.0, 1.0), confidence, 0),) if text else ()
        self.shown: list[Raster] = []

    def lines(self, rasters: Sequence[Raster]) -> tuple[tuple[Word, ...], ...]:
        self.shown += rasters
        return tuple(self.answer for _ in rasters)


def looked(second: Second, *words: tuple[str, float]) -> list[tuple[str, float]]:
    share = 1 / len(words)
    read = [Word(t, (n * share + 0.02, 0.1, (n + 1) * share - 0.02, 0.9), c, 0) for n, (t, c) in enumerate(words)]
    return [(w.text, w.confidence) for w in again.looked(second, LINE, read)]  # type: ignore[arg-type]


def test_figures_that_read_otherwise_are_disputed_and_keep_their_text() -> None:
    assert looked(Second("2019", 0.99), ("năm", 0.9), ("2013", 0.97)) == [("năm", 0.9), ("2013", 0.6)]


def test_figures_that_read_alike_are_believed_as_far_as_the_less_certain_look() -> None:
    assert looked(Second("2013.", 0.8), ("2013", 0.97)) == [("2013", 0.8)]
    assert looked(Second("2013", 0.999), ("2013", 0.97)) == [("2013", 0.97)]


def test_sure_figures_and_words_are_not_looked_at_again() -> None:
    second = Second("x", 0.1)
    assert looked(second, ("Hà", 0.5), ("2013", 0.999)) == [("Hà", 0.5), ("2013", 0.999)]
    assert second.shown == []


def test_a_second_look_that_sees_nothing_says_nothing() -> None:
    assert looked(Second("", 0.0), ("2013", 0.9)) == [("2013", 0.9)]


def test_only_the_word_and_half_its_gaps_are_shown() -> None:
    second = Second("45", 0.9)
    looked(second, ("số", 0.99), ("45", 0.9), ("phố", 0.99))
    assert [(one.width, one.height) for one in second.shown] == [(68, 40)]
