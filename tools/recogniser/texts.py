"""What a line may say: administrative prose, names, numbers, codes, and syllables in no order at all.

Owns: the choice of text. Never: how it looks. Prose comes from the papers that ``tools.papers`` makes up; words from the
word list inside Debian's ``vie`` model (Apache-2.0), taken out by ``dawg2wordlist``; syllables are put together by the
rules of Vietnamese spelling, so that no word is unreadable for being rare.
"""

from __future__ import annotations

import subprocess
import tempfile
import unicodedata
from datetime import date
from pathlib import Path
from random import Random

from hoso.engines import tessdata
from tools.papers import prose
from tools.papers.people import full_name, person
from tools.papers.world import office, place, province
from tools.recogniser.numbers import Numbers

__all__ = ["ALPHABET", "Texts"]

_TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
_LOWER = {unicodedata.normalize("NFC", v + t) for v in "aăâeêioôơuưy" for t in _TONES} | set("đbcdghklmnpqrstvxfjwz")
#: the classes of the network but the blank: NFC letters, digits, marks; the space is one of them
ALPHABET = "".join(
    [
        " ",
        *sorted(_LOWER),
        *sorted(c.upper() for c in _LOWER),
        *"0123456789.,;:/()-–—…'\"“”‘’%+*?!&@²³<>=_[]{}|#$°§×•~^\\",
    ]
)

_STOPS = ("c", "ch", "p", "t")  # before these only two tones stand


def _parts() -> dict[str, list[str]]:
    """The lists of ``words.txt``."""
    found: dict[str, list[str]] = {}
    for row in Path(__file__).with_name("words.txt").read_text(encoding="utf-8").splitlines():
        name, colon, rest = row.partition(":")
        if colon and not name.startswith("#"):
            found.setdefault(name, []).extend(rest.split("|"))
    return found


_PARTS = _parts()
_ONSETS, _RHYMES, _PHRASES = _PARTS["onsets"], _PARTS["rhymes"], _PARTS["phrases"]
_ABBR = _PARTS["abbreviations"]


def _words() -> list[str]:
    """The word list of the installed ``vie`` model; only what the alphabet spells."""
    place = tessdata.models() / "vie.traineddata"
    with tempfile.TemporaryDirectory() as folder:
        run = {"check": True, "capture_output": True, "cwd": folder}
        subprocess.run(["combine_tessdata", "-u", str(place), "vie."], **run)  # type: ignore[call-overload]
        subprocess.run(["dawg2wordlist", "vie.lstm-unicharset", "vie.lstm-word-dawg", "words"], **run)  # type: ignore[call-overload]
        words = (Path(folder) / "words").read_text(encoding="utf-8").split()
    return sorted({w for w in (unicodedata.normalize("NFC", w) for w in words) if set(w) <= set(ALPHABET)})


class Texts:
    """Draws texts of lines, ``longest`` letters at most. Everything follows from the seed."""

    def __init__(self, seed: int, longest: int = 96) -> None:
        self._rng = Random(seed)
        self._words = _words()
        self.longest = longest
        self._prose: list[str] = []
        self._numbers = Numbers(self._rng, self._word)

    def line(self) -> str:
        """One line's text: NFC, single blanks, never empty."""
        kinds = (
            self._from_prose,
            self._sequence,
            self._syllables,
            self._labelled,
            self._numbers.several,
            self._name,
            self._numbers.mrz,
        )
        maker = self._rng.choices(kinds, (30, 24, 14, 14, 12, 6, 1.5))[0]
        text = " ".join(unicodedata.normalize("NFC", maker()).split())
        text = "".join(c for c in text if c in ALPHABET)
        most = self.longest if maker is not self._numbers.mrz else 44
        if len(text) > most:
            start = self._rng.randrange(0, len(text) - most + 1)
            text = text[start : start + most]
        if self._rng.random() < 0.18 and maker is not self._numbers.mrz:
            text = text.upper()
        return text.strip() or "Số"

    def _from_prose(self) -> str:
        rng = self._rng
        if not self._prose:
            on = date(rng.randint(2012, 2026), rng.randint(1, 12), rng.randint(1, 28))
            where = office(rng, on)
            about = prose.subject(rng, where, on, long=rng.random() < 0.5)
            made: list[object] = [*prose.grounds(rng, where, on), about, *prose.recipients(rng, "- Như trên;", "VP")]
            if rng.random() < 0.5:
                made += prose.articles(rng, where, on, about, members=rng.random() < 0.3)
            else:
                made += prose.letter(rng, where, on, 2, "Trân trọng./.")
            text = " ".join(_plain(made))
            words = text.split()
            while words:
                count = rng.randint(2, 18)
                self._prose.append(" ".join(words[:count]))
                words = words[count:]
            rng.shuffle(self._prose)
        return self._prose.pop()

    def _word(self) -> str:
        rng = self._rng
        word = rng.choice(self._words)
        chance = rng.random()
        if chance < 0.45:
            word = word.lower()
        elif chance < 0.6:
            word = word.capitalize()
        return word

    def _sequence(self) -> str:
        rng, parts = self._rng, []
        for _ in range(rng.randint(1, 16)):
            part = rng.choice(_PHRASES) if rng.random() < 0.4 else self._word()
            if rng.random() < 0.06:
                part = rng.choice(_ABBR)
            parts.append(
                part.strip() + rng.choices(("", ",", ".", ";", ":", " -", " –", "/"), (80, 8, 5, 2, 2, 2, 1, 1))[0]
            )
        if rng.random() < 0.1:
            parts.insert(
                rng.randrange(len(parts) + 1), rng.choice(("(", "“", '"')) + self._word() + rng.choice((")", "”", '"'))
            )
        text = " ".join(p for p in parts if p)
        return text[0].upper() + text[1:] if text and rng.random() < 0.4 else text

    def _syllable(self) -> str:
        rng = self._rng
        onset, rhyme = rng.choice(_ONSETS), rng.choice(_RHYMES)
        tone = rng.choice(("\u0301", "\u0323")) if rhyme.endswith(_STOPS) else rng.choice(_TONES)
        vowels = [k for k, c in enumerate(rhyme) if c in "aăâeêioôơuưy"]
        marked = [k for k in vowels if rhyme[k] in "ăâêôơư"]
        at = (
            marked[-1]
            if marked
            else vowels[min(len(vowels) - 1, 1 if len(vowels) > 1 and rhyme[-1] not in "aiouy" else 0)]
        )
        word = onset + rhyme[: at + 1] + tone + rhyme[at + 1 :]
        return word.capitalize() if rng.random() < 0.2 else word

    def _syllables(self) -> str:
        return " ".join(self._syllable() for _ in range(self._rng.randint(1, 14)))

    def _name(self) -> str:
        rng = self._rng
        name = full_name(rng, rng.random() < 0.5)
        return name.upper() if rng.random() < 0.5 else name

    def _labelled(self) -> str:
        """A label of a form and what stands behind it."""
        rng = self._rng
        on = date(rng.randint(2015, 2026), rng.randint(1, 12), rng.randint(1, 28))
        who = person(rng, on) if rng.random() < 0.5 else None
        label = rng.choice(
            ("Họ và tên", "Ông (bà)", "Địa chỉ", "Số điện thoại", "Ngày sinh", "Nơi cấp", "Số CCCD", "Mã hồ sơ", "Nội dung",
             "Giới tính", "Dân tộc", "Quốc tịch", "Nghề nghiệp", "Nơi ở hiện tại", "Số", "V/v", "Người nộp", "Email",
             "Cấp ngày")
        )  # fmt: skip
        if who is not None:
            value = rng.choice((who.name, who.name.upper(), who.phone, who.number, f"{who.born:%d/%m/%Y}", who.issuer))
        else:
            value = rng.choice((place(rng, province(rng), on).commune, self._sequence(), self._numbers.several()))
        return f"{label}{rng.choice((': ', ':', ' ', ': '))}{value}"


def _plain(made: object) -> list[str]:
    """Strings out of whatever shape the prose has (runs carry their text)."""
    if isinstance(made, str):
        return [made]
    text = getattr(made, "text", None)
    if isinstance(text, str):
        return [text]
    return [word for part in made for word in _plain(part)] if isinstance(made, list | tuple) else []
