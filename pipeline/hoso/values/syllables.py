"""The written Vietnamese syllable: onset, rhyme, tone, and where the tone mark stands. Pure.

Owns: whether a word can be one syllable of Vietnamese, and the share of a text that is. Never: says that a word exists
(most syllables that can be written mean nothing), nor corrects one.

The grammar is that of the textbooks (Đoàn Thiện Thuật, "Ngữ âm tiếng Việt", 1977: onsets, rhymes, six tones, stops only
with sắc and nặng), written down from memory and tried on published documents; both habits of the mark in open "oa",
"oe", "uy" are right ("hòa" and "hoà"; Decision 1989/QĐ-BGDĐT of 2018 has the first). Some rhymes of loans and
minority names are in ("oong", "ôông", "en" after "x" …); initials, foreign words and most minority names are not.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

__all__ = ["TONES", "is_syllable", "share", "split_tone"]

TONES = {"\u0301": "sắc", "\u0300": "huyền", "\u0309": "hỏi", "\u0303": "ngã", "\u0323": "nặng"}
"""The five tone marks by their combining characters; the sixth tone, ngang, has none."""

_ONSETS = (
    frozenset("b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x".split()) | {""}  # noqa: SIM905
)
_RHYMES = (
    "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây "
    "e ec em en eng eo ep et ê êch êm ên ênh êp êt êu i ich im in inh ip it iu ia iêc iêm iên iêng iêp iêt iêu "
    "o oc oi om on ong op ot oong ooc oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oe oen oeo oet"
    " ô ôc ôi ôm ôn ông ôp ôt ôông ơ ơi ơm ơn ơng ơp ơt u uc ui um un ung up ut ua uôc uôi uôm uôn uông uôt "
    "uân uâng uât uây uê uêch uên uênh uơ uy uya uych uyên uyêt uynh uyt uyu uyn uyp "
    "ư ưc ưi ưm ưng ưt ưu ưa ươc ươi ươm ươn ương ươp ươt ươu y yêm yên yêng yêt yêu ych ynh yt yp yn"
)
_STOPS = ("c", "ch", "p", "t")
_EITHER = frozenset({"oa", "oe", "uy"})
_FRONT = frozenset("eêiy")
_SINGLE = frozenset("ăâêôơư")


def _nucleus(rhyme: str) -> frozenset[int]:
    """The places in ``rhyme`` where the tone mark may stand."""
    vowels = len(rhyme.rstrip("bcghmnpt"))
    marked = [place for place in range(vowels) if rhyme[place] in _SINGLE]
    if rhyme == "ưa":
        return frozenset({0})
    if marked:
        return frozenset({marked[-1]})  # "ươ": on the second; "iê", "uô", "yê" likewise
    if rhyme in _EITHER:
        return frozenset({0, 1})
    if rhyme[:2] in {"oa", "oe", "oo", "uy"} and len(rhyme) > 2:
        return frozenset({1})
    return frozenset({0})


_PLACES = {unicodedata.normalize("NFC", rhyme): _nucleus(rhyme) for rhyme in _RHYMES.split()}


def split_tone(text: str) -> tuple[str, str, int]:
    """(``text`` without tone marks but with its letters â ă ê ô ơ ư đ, the tone marks, the place of the last in the
    bare text or -1). Lower case in, lower case out."""
    bare: list[str] = []
    tones, place = "", -1
    for letter in unicodedata.normalize("NFC", text):
        parts = unicodedata.normalize("NFD", letter)
        mine = [c for c in parts if c in TONES]
        if mine:
            tones += "".join(mine)
            place = len(bare)
            letter = unicodedata.normalize("NFC", "".join(c for c in parts if c not in TONES))
        bare.append(letter)
    return "".join(bare), tones, place


@lru_cache(maxsize=65536)
def is_syllable(text: str) -> bool:
    """Whether ``text`` (any case, any normal form) can be written as one Vietnamese syllable, mark in its right place."""
    bare, tones, place = split_tone(text.lower())
    if len(tones) > 1 or not 1 <= len(bare) <= 7:
        return False
    return any(_fits(bare[:cut], bare[cut:], tones, place - cut) for cut in range(min(3, len(bare) - 1) + 1))


def _fits(onset: str, rhyme: str, tone: str, place: int) -> bool:
    places = _PLACES.get(rhyme)
    if onset not in _ONSETS or places is None or (tone and place not in places):
        return False
    if rhyme.endswith(_STOPS) and tone not in {"\u0301", "\u0323"}:
        return False
    return _spelled(onset, rhyme)


def _spelled(onset: str, rhyme: str) -> bool:
    """The spelling rules of k/c, gh/g, ngh/ng, gi and qu before the rhyme."""
    front = rhyme[0] in _FRONT
    if onset in {"k", "gh", "ngh"}:
        return front and not (onset != "k" and rhyme[0] == "y")
    if onset in {"c", "ng"}:
        return not front
    if onset == "g":
        return not front or rhyme[0] == "i"  # "gì", "gìn", "giếng": the i of gi and of the rhyme are one
    if onset == "gi":
        return rhyme[0] not in "iy"
    if onset == "qu":
        return rhyme[0] not in "ouư" and (rhyme[0] != "i" or rhyme in {"i", "it"})
    if onset == "":
        return rhyme not in {"ych", "ynh", "yt", "yp", "yn", "uy"} or rhyme == "uy"
    return not rhyme.startswith(("yê", "ych", "ynh", "yt", "yp", "yn"))


def share(words: Iterable[str]) -> tuple[float, int]:
    """(the share of ``words`` that can be Vietnamese syllables, how many words were judged).

    Judged are words of two letters or more; signs around them are cut off, words with figures or of capitals without a
    vowel (abbreviations: "UBND", "QĐ-UBND") are passed over, words joined by a hyphen are judged each for itself.
    """
    right = judged = 0
    for word in words:
        for part in word.replace("/", "-").split("-"):
            bare = part.strip(".,:;!?…()[]{}<>\"'“”‘’*_|&%")
            if len(bare) < 2 or any(c.isdigit() for c in bare) or not any(c.isalpha() for c in bare):
                continue
            if bare.isupper() and len(bare) <= 6 and not is_syllable(bare) and bare.isalpha() and _initials(bare):
                continue
            judged += 1
            right += is_syllable(bare)
    return (right / judged if judged else 0.0), judged


def _initials(text: str) -> bool:
    """Whether capitals can be initials: plain letters and Đ Ô Ơ Ư Ă Â Ê, no tone mark."""
    return not split_tone(text.lower())[1]
