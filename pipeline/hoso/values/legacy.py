"""Vietnamese letters in the fonts of before Unicode: TCVN3 (ABC) and VNI, told by font name or by what makes sense. Pure.

Owns: the two tables, which font is of which coding, and the small faults of Unicode text layers (eth for đ, the letter
OI for ư). Never: opens a file, or decides alone from a handful of letters that a text is not Unicode.

Tables: TCVN 5712:1993, VN3 (one byte a letter; capitals with a tone mark have no code and are drawn by fonts whose name
ends in H), compared with the superset VN1 in the C library's converter; VNI-Windows as VNI Software published it (a
letter, then a letter-like mark, ơ ư đ and most i of one byte). Both live in fonts that say they are Windows-1252, so a
text layer shows "Céng hßa x· héi" or "Coäng hoøa xaõ hoäi" where the page shows "Cộng hòa xã hội".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Literal

from hoso.values.syllables import is_syllable, share

__all__ = ["Coding", "coding", "decode", "mend", "named"]

Coding = Literal["unicode", "tcvn3", "tcvn3-capitals", "vni"]

_VN3 = dict(
    zip(
        "¡¢£¤¥¦§¨©ª«¬\u00ad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ",
        "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
        strict=True,
    )
)
_ACUTE, _GRAVE, _HOOK, _TILDE, _DOT = "\u0301", "\u0300", "\u0309", "\u0303", "\u0323"
_TONES = dict(zip("ùøûõï", (_ACUTE, _GRAVE, _HOOK, _TILDE, _DOT), strict=True))
_ROOFED = {"â": ""} | dict(zip("áàåãä", (_ACUTE, _GRAVE, _HOOK, _TILDE, _DOT), strict=True))
_BREVED = {"ê": ""} | dict(zip("éèúüë", (_ACUTE, _GRAVE, _HOOK, _TILDE, _DOT), strict=True))
_VNI_ALONE = {"ô": "ơ", "ö": "ư", "ñ": "đ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}


def _vni_pairs() -> dict[str, str]:
    pairs = {}
    for letter in "aeouyôö":
        bare = _VNI_ALONE.get(letter, letter)
        marks = {mark: tone for mark, tone in _TONES.items() if (letter, mark) != ("y", "ï")}
        marks |= {mark: "\u0302" + tone for mark, tone in _ROOFED.items()} if letter in "aeo" else {}
        marks |= {mark: "\u0306" + tone for mark, tone in _BREVED.items()} if letter == "a" else {}
        for mark, signs in marks.items():
            made = unicodedata.normalize("NFC", bare + signs)
            for drawn in (mark, mark.upper()):  # a capital often carries the mark of a small letter
                pairs[letter + drawn], pairs[letter.upper() + drawn] = made, made.upper()
    return pairs


_VNI = _vni_pairs() | {k: v for a, b in _VNI_ALONE.items() for k, v in ((a, b), (a.upper(), b.upper()))}
_VNI_AT = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))

_BYTES = str.maketrans(
    {0xF000 + code: chr(code) for code in range(0x20, 0x100)}  # symbol fonts: the byte in the private area
    | {"\u03bc": "µ", "\u0110": "Ð", "\u0111": "ð", "\u2219": "·", "\u22c5": "·"}  # as some makers of PDF name the bytes
)  # fmt: skip
_MENDED = str.maketrans({"ð": "đ", "Ð": "Đ", "ƣ": "ư", "Ƣ": "Ư", "ǎ": "ă", "Ǎ": "Ă"})
_NOTHING = str.maketrans({0xAD: "-"} | dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff")))
_SUBSET = re.compile(r"^[A-Z]{6}\+")
_STYLE = re.compile(r"(?:bold|italic|oblique|regular|normal|mt|[\s,_-])+$", re.IGNORECASE)
_FEW, _GOOD, _BETTER = 4, 0.75, 0.2  # words to judge by; their share that must make sense; and more so than before


def named(font: str) -> Coding | None:
    """The coding that a PDF's font name tells: "ABCDEF+.VnTimeH,Bold" is "tcvn3-capitals"; None where it tells nothing."""
    name = _STYLE.sub("", _SUBSET.sub("", font).lstrip("._ "))
    if name.startswith("VNI") or name.startswith("vni"):
        return "vni"
    if name.startswith(("Vn", "vn", ".vn", "TCVN")):  # "VNtimes" and its like are of Vietware, a coding not known here
        return "tcvn3-capitals" if name.endswith("H") or (name.endswith("h") and name.islower()) else "tcvn3"
    return None


def decode(text: str, coding: Coding) -> str:
    """``text`` of one word or line, as a text layer gives it, into Unicode NFC. What the table lacks stays as it is."""
    if coding == "unicode":
        return mend(text)
    raw = text.translate(_BYTES)
    if coding == "vni":
        return unicodedata.normalize("NFC", _VNI_AT.sub(lambda found: _VNI[found[0]], raw))
    made = re.sub(r"\S+", lambda found: _unhyphened(found[0]), "".join(_VN3.get(c, c) for c in raw))
    return made.upper() if coding == "tcvn3-capitals" else made


def _unhyphened(word: str) -> str:
    """``word`` with the hyphen made ư again where only that makes a syllable ("tr-ờng"): code AD of Windows-1252, which is
    ư in VN3, is a hyphen to some makers of PDF."""
    if "-" not in word:
        return word
    edges = re.fullmatch(r"(\W*?)(-?\w[\w-]*)(.*)", word)
    if not edges:
        return word
    body = edges[2]
    whole = body.replace("-", "ư")
    if is_syllable(whole) and not all(is_syllable(part) for part in body.split("-")):
        return edges[1] + whole + edges[3]
    return word


def mend(text: str) -> str:
    """Unicode ``text`` of a text layer in NFC, without blanks of no width, a drawn soft hyphen a hyphen; eth and the letter
    OI, which many Vietnamese fonts draw as đ and ư, are these letters."""
    return unicodedata.normalize("NFC", text.translate(_NOTHING).translate(_MENDED))


def coding(words: Sequence[str], font: str = "") -> Coding:
    """The coding of ``words`` that stand in one font called ``font``: what its name says, unless that makes less sense
    than Unicode; without a telling name, the coding in which far more words can be Vietnamese syllables."""
    as_named = named(font)
    plain, judged = share(mend(word) for word in words)
    if as_named is not None:
        sense = share(decode(word, as_named) for word in words)[0]
        return as_named if sense >= plain or judged < _FEW else "unicode"
    if judged < _FEW or not any("\u00a1" <= c <= "\u00ff" or "\uf020" <= c <= "\uf0ff" for w in words for c in w):
        return "unicode"
    guesses: tuple[Coding, ...] = ("tcvn3", "vni")
    sense, best = max((share(decode(word, guess) for word in words)[0], guess) for guess in guesses)
    return best if sense >= _GOOD and sense >= plain + _BETTER else "unicode"
