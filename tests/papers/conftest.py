"""What all tests of drawn papers need: the fonts they are drawn with."""

import re

import pytest

from tools.papers import fonts


@pytest.fixture(scope="session", autouse=True)
def _fonts() -> None:
    try:
        for family in fonts.FAMILIES:
            fonts.font_file(family)
    except fonts.MissingFontError as missing:
        if "lacks" in str(missing):
            raise
        pytest.skip(f"no papers can be drawn here: {missing}")


def folded(text: str) -> str:
    """The words alone: no case, no signs between them."""
    return re.sub(r"\W+", " ", text).casefold().strip()
