"""How far a text is made of what is known: names of units, words that stand together, syllables of names. Pure.

Owns: which words of a value a list bears out, and which a list says were misread: "xã Lượng Tài" in a province that has a
Lương Tài, "trật tư xã hội", "Trịnh Trọng Manh". Never: corrects one, and never says that a word which no list has is wrong.

A reader is as sure of a wrong tone as of a right one where ink is thin; what stands around the word tells the two apart.
Units are those before and after 2025-07-01 (``units.named``), phrases and names from general knowledge (``phrases``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from hoso.values import identifiers, peoples, syllables, units, whole
from hoso.values.fold import fold
from hoso.values.licences import NEW, OLD
from hoso.values.persons import is_family
from hoso.values.phrases import ADDED, FREE, NAMES, PAIRS, STREETS, canon
from hoso.values.text import distance, nfc, squeeze

__all__ = ["Known", "torn_figures", "torn_rows", "weighed"]

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[^\w\s]|\n")
_RANKS: Mapping[tuple[str, ...], tuple[str, ...]] = {
    ("xã",): ("commune",), ("phường",): ("commune",), ("thị", "trấn"): ("commune",), ("đặc", "khu"): ("commune",),
    ("huyện",): ("district",), ("quận",): ("district",), ("thị", "xã"): ("district",),
    ("thành", "phố"): ("province", "district"), ("tp",): ("province", "district"), ("tỉnh",): ("province",),
    ("đường",): ("street",), ("phố",): ("street",),
}  # fmt: skip
_RANK = {tuple(canon(word) for word in words): levels for words, levels in _RANKS.items()}
_LONGEST = 5  # words of the longest name of a unit
_SPELLED = 4  # letters from which one letter more or less is a misreading and not another word
_NAMED = frozenset({"address", "text", "agency", "title", "abstract", "table", "number-words", "type", "place"})
_STOPPED = re.compile(r"(?:[^\W\d_]{3}|[^\W\d_][^\W\d_A-ZĐ]|\d{2})(?<![Tt][pxPX])\. (?=\w)")
_NUMBERED = re.compile(r"[^\W\d_]\s\d\. (?=[^\W\d_])")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(?:T(?:0[6-9]|1\d|2[0-2]):\d{2})?")
"""A moment that a paper may be handed on at: no office works by night, a figure of the hour was lost then."""
_STRAY = re.compile(
    r"(?:^|\s)\d{1,2}(?=$|\s+[A-ZĐ])"  # a figure with nothing to count, or before a new entry
    r"|^\W|^\S{1,2}\s+[A-ZĐ][^\W\d_]+\s[^\W\d_A-ZĐ]|[^\w\s)\"”%]$|(?<=\S)\s[–—\-][^\s]|[|~^=_<>{}\[\]\\]"
)
_TORN = re.compile(r"^đến\b|^V(?!/v\b|ề\b|v\b)\S{1,2}\s|\bgiai đoạn(?: năm)? \d{4}$", re.IGNORECASE)
"""Of an abstract: a stamp of arrival before it, a "V/v" that was not read as one, a period without its end."""
_BARE_DAY = re.compile(r"\bng[àa]y\s+[1-9]\s+th[áa]ng\b", re.IGNORECASE)
_CLASS = re.compile(r"\bhạng\s+([A-ZĐ][A-Z0-9Đ]*)\b")


@dataclass(frozen=True, slots=True)
class Known:
    """Of the ``words`` of a value so many are ``borne`` out by a list, so many ``marred``: a list has another in place."""

    words: int
    borne: int
    marred: int


@dataclass(frozen=True, slots=True)
class _Table:
    """Names of units of one level: the provinces each lies in, and what may stand in place of one of its words."""

    homes: Mapping[tuple[str, ...], frozenset[str]]
    gaps: Mapping[tuple[str, ...], frozenset[str]]


def weighed(text: str, kind: str) -> Known | None:
    """How far ``text``, the value of a field of that ``kind`` (``forms.KINDS``), is known; None for kinds of no words."""
    if kind == "person":
        return _person(text)
    if kind in ("ethnicity", "nationality"):
        parsed = (peoples.ethnicity if kind == "ethnicity" else peoples.nationality)(text)
        listed = parsed.quality > 0.9
        return Known(1, int(listed), int(not listed))
    if kind == "alcohol":
        return _alcohol(text)
    if kind == "business-number" and text.isdigit():  # a tax code or a personal number; else its letter was misread
        fit = len(text) == 12 or identifiers.tax_code(text[:10]).quality == 1.0
        return Known(1, int(fit), int(not fit))
    if kind not in _NAMED:
        return None
    return _Words(text, kind).known()


def torn_rows(rows: Sequence[Mapping[str, str]]) -> int:
    """Of the ``rows`` of a table so many that show a tear: out of their order, begun small, with a stray figure, letter or
    sign, with two entries in one, or with a moment that comes before the one above or is none."""
    torn, last = 0, ""
    for number, row in enumerate(rows, 1):
        name, moment = row.get("ten", row.get("co_quan", "")), row.get("thoi_gian", "")
        apart = row.get("stt", "").strip(".").isdigit() and int(row["stt"].strip(".")) != number
        late = "thoi_gian" in row and (_MOMENT.fullmatch(moment) is None or moment < last)
        torn += apart or late or not name or name[:1].islower() or _STRAY.search(name) is not None
        last = max(last, moment)
    return torn


def torn_figures(words: Sequence[str], kind: str) -> int:
    """Signs that a figure is missing among the ``words`` of a number or date as read: a day below ten without the nought
    that Decree 30/2020/NĐ-CP (Appendix I, II.4) asks for, figures in runs of unlike length."""
    if kind == "date":
        return len(_BARE_DAY.findall(" ".join(words)))
    if kind in ("identity", "phone", "licence-number"):
        runs = {len(run) for word in words for run in re.findall(r"\d+", word)}
        return int(len(runs) > 1)
    return 0


def _person(text: str) -> Known:
    words = re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)*", text)
    keys = [canon(word) for word in words]
    families = [is_family(word.capitalize()) for word in words]
    borne = sum(key in NAMES or (families[k] and k < 2) for k, key in enumerate(keys))
    marred = sum(
        key not in NAMES and not (families[k] and k < 2) and fold(words[k]) in _folded()
        for k, key in enumerate(keys)
        if k
    )
    marred += sum(key == "thi" for key in keys[1:-1])  # "Thi" stands last or not at all; elsewhere it is "Thị"
    marred += any(word[0].islower() for word in words)  # "Thị nh" was one word
    alone = len(words) == 2  # it has lost its family name ("Kim Phượng") or its own ("Đặng Minh"), or is a short one
    torn = bool(words) and (alone or not families[0])
    return Known(max(1, len(words)), borne - (torn and keys[0] in NAMES), marred + torn)


@cache
def _folded() -> frozenset[str]:
    """Syllables of names without their marks."""
    return frozenset(fold(name) for name in NAMES)


def _alcohol(text: str) -> Known:
    """A share of alcohol: its figures with a comma or one figure alone ("0,00", "0"); "0.00", "00" have lost the comma."""
    number = re.search(r"\d[\d.,]*", text)
    fit = number is None or re.fullmatch(r"(?:0|[1-9]\d*)(?:,\d+)?", number[0]) is not None
    spaced = re.search(r"/\s|\s/", text) is not None
    return Known(1, int(fit), int(not fit) + int(spaced))


class _Words:
    """One text under examination: its words, and what is told of each."""

    def __init__(self, text: str, kind: str) -> None:
        self._kind, self._text = kind, squeeze(text)
        self._tokens: list[str] = _TOKEN.findall(self._text)
        self._keys = [canon(token) if token[:1].isalpha() else "" for token in self._tokens]
        self._upper = self._text.isupper()
        self._borne: set[int] = set()
        self._marred: set[int] = set()

    def known(self) -> Known:
        units_ = list(self._units())
        self._judge(units_)
        if self._kind == "place" and not units_:
            self._judge([(0, 0, ("province", "district", "commune"))])
        elif self._kind in ("address", "text"):
            self._last()
        elif self._kind == "agency":
            self._seat()
        taken = self._borne | self._marred
        for k in self._worded():
            if k not in taken:
                self._beside(k)
        more = self._of_kind()
        words = list(self._worded())
        return Known(max(1, len(words)), sum(k in self._borne for k in words), len(self._marred) + more)

    def _worded(self) -> Iterator[int]:
        return (k for k, key in enumerate(self._keys) if key)

    def _at(self, k: int) -> str:
        return self._keys[k] if 0 <= k < len(self._keys) else ""

    def _rank(self, k: int) -> tuple[int, tuple[str, ...]] | None:
        """(words, levels) of the rank that begins at ``k``."""
        for size in (2, 1):
            levels = _RANK.get(tuple(self._keys[k : k + size]))
            if levels is not None and self._at(k + size):
                return size, levels
        return None

    def _units(self) -> Iterator[tuple[int, int, tuple[str, ...]]]:
        """(rank, name, levels): where a rank begins, where the name behind it does, of which levels it can be."""
        k = 0
        while k < len(self._keys):
            found = self._rank(k)
            if found is None or (found[0] == 1 and (self._at(k), self._at(k + 1)) in PAIRS):
                k += 1
                continue
            size, levels = found
            named = self._tokens[k + size]
            if self._upper or named[:1].isupper() or named[:1].isdigit():
                yield k, k + size, levels
                k += size
            k += 1

    def _name(self, start: int) -> tuple[str, ...]:
        """The words that may be a name, up to a mark, a rank or the longest there is."""
        words: list[str] = []
        for k in range(start, min(len(self._keys), start + _LONGEST)):
            if not self._keys[k] or (k > start and self._rank(k)):
                break
            if not self._upper and k > start and not self._tokens[k][:1].isupper():
                break
            words.append(self._keys[k])
        return tuple(words)

    def _judge(self, found: Sequence[tuple[int, int, tuple[str, ...]]]) -> None:
        """Each unit by the table of its level; a commune also by the province that is named."""
        province = self._province(found)
        for rank, start, levels in found:
            name = self._name(start)
            told = _look(name, levels, province if levels == ("commune",) else "")
            if told is None:
                continue
            size, near = told
            mine = range(rank, start + size)
            (self._marred.add(start) if near else self._borne.update(mine))
            self._borne.update(range(rank, start))

    def _province(self, found: Sequence[tuple[int, int, tuple[str, ...]]]) -> str:
        """The province named last, by its rank or as the last words of the text; "" for none."""
        homes = _tables()["province"].homes
        for _, start, levels in reversed(found):
            name = self._name(start)
            sizes = range(len(name), 0, -1) if "province" in levels else ()
            if (size := next((n for n in sizes if name[:n] in homes), 0)) > 0:
                return " ".join(name[:size])
        for size in range(4, 0, -1):
            if tuple(self._keys[-size:]) in homes:
                return " ".join(self._keys[-size:])
        return ""

    def _last(self) -> None:
        """The last words behind a comma, where they name a unit without its rank ("…, Hải Dương")."""
        commas = [k for k, token in enumerate(self._tokens) if token in ",-–"]
        if not commas or commas[-1] + 1 >= len(self._tokens) or commas[-1] + 1 in self._borne:
            return
        start = commas[-1] + 1
        name = self._name(start)
        if start + len(name) == len(self._tokens) and (told := _look(name, ("province", "district"), "")) is not None:
            size, near = told
            if size == len(name):
                (self._marred.add(start) if near else self._borne.update(range(start, start + size)))

    def _seat(self) -> None:
        """The last words of an office, where they name a unit without its rank ("TRUNG TÂM Y TẾ HẢI CHÂU")."""
        for size in (3, 2):
            if any(
                tuple(self._keys[-size:]) in _tables()[level].homes for level in ("province", "district", "commune")
            ):
                self._borne.update(range(len(self._keys) - size, len(self._keys)))

    def _beside(self, k: int) -> None:
        """A word by its neighbours: usual beside one of them, or one mark or letter from what is usual there."""
        mine, before, behind = self._keys[k], self._at(k - 1), self._at(k + 1)
        if (before, mine) in PAIRS or (mine, behind) in PAIRS:
            self._borne.add(k)
            return
        if mine in FREE or self._of_name(k):
            return
        if self._unspelled(k) or (len(mine) == 1 and self._lone(k)):
            self._marred.add(k)
            return
        after, ahead = ADDED.get((before, ""), frozenset()), ADDED.get(("", behind), frozenset())
        near = [w for w in after | ahead if w != mine and _near(mine, w)]
        long = len(fold(mine)) >= _SPELLED and (not self._upper or self._kind == "title")
        if any((w in after and w in ahead) or _marks_only(mine, w) or long for w in near):
            self._marred.add(k)

    def _unspelled(self, k: int) -> bool:
        """Whether a word, no abbreviation, cannot be Vietnamese ("chínlhăm", "NNĂM")."""
        token = self._tokens[k]
        marked = fold(token).upper() != token.replace("Đ", "D")
        written = len(token) >= (3 if marked else 5) if token.isupper() else len(token) >= 2
        plain = token.isalpha() and (self._upper or token[1:].islower())
        measure = k > 0 and self._tokens[k - 1][:1].isdigit()  # "4 cm"
        return written and plain and not measure and not syllables.is_syllable(token)

    def _lone(self, k: int) -> bool:
        """Whether one small letter stands alone between words: what a tear left ("cơ sở tế có y thẩm quyền")."""
        if not (self._kind == "table" or self._upper or self._tokens[k].islower()) or not self._tokens[k].isalpha():
            return False
        before = self._tokens[k - 1] if k else ""
        behind = self._tokens[k + 1] if k + 1 < len(self._tokens) else ""
        return not any(one[:1].isdigit() or one in set("'’./()-+") for one in (before, behind))

    def _of_name(self, k: int) -> bool:
        """Whether the word stands in a name: capitals on it and beside it, where the text has small letters too."""
        beside = (self._tokens[n][:1].isupper() for n in (k - 1, k + 1) if 0 <= n < len(self._tokens))
        return not self._upper and k > 0 and self._tokens[k][:1].isupper() and any(beside)

    def _of_kind(self) -> int:
        """What only values of some kinds can have lost."""
        lost = 0
        if self._kind == "agency":
            lost += not whole.begins_as_office(self._text)
            lost += canon("giấy") in self._keys  # the title beside it was read along
        if self._kind in ("agency", "abstract", "title", "address"):
            lost += whole.ends_open(self._text) and self._keys[-2:] != [canon("trực"), canon("thuộc")]
        if self._kind == "abstract":
            lost += self._text[:1].islower() or _TORN.search(self._text) is not None
        if self._kind in ("address", "text", "table"):
            lost += len(_STOPPED.findall(self._text))  # a full stop inside a value was a comma
        if self._kind in ("address", "text"):
            lost += len(_NUMBERED.findall(self._text))
        if self._kind == "address":
            lost += self._headless()
        if self._kind == "table":
            lost += 8 * sum(self._loose(k) for k in self._worded()) > max(8, sum(map(bool, self._keys)))
        if self._kind == "text":
            lost += self._text.endswith((";", ",")) or (self._text.startswith("- ") and canon("lưu") not in self._keys)
            lost += sum(name not in OLD | NEW for name in _CLASS.findall(self._text))
        if self._kind == "place" and len(self._tokens) == 1 and not self._borne:
            lost += any(name[-1:] == (self._keys[0],) for name in _tables()["province"].homes)
        if self._kind in ("address", "text") and "," in self._text and not self._upper:
            lost += sum(self._unparted(k) for k in self._worded())
        return lost

    def _loose(self, k: int) -> bool:
        """Whether a word of phrases stands beside none of its neighbours: the order is not that of the paper."""
        mine = self._keys[k]
        known = (mine, "") in ADDED or ("", mine) in ADDED
        return known and k not in self._borne and mine not in FREE and self._tokens[k].islower()

    def _headless(self) -> bool:
        """Whether a name without its rank begins the text before a district, and no commune has it ("Minh, huyện …")."""
        comma = next((k for k, token in enumerate(self._tokens) if token == ","), 0)
        found = self._rank(comma + 1) if comma else None
        if found is None or "district" not in found[1] or self._rank(0) or not self._tokens[0].isalpha():
            return False
        return tuple(self._keys[:comma]) not in _tables()["commune"].homes

    def _unparted(self, k: int) -> bool:
        """Whether a rank follows a name or number without the comma that the text has elsewhere."""
        before = self._tokens[k - 1] if k else ","
        named = before.isdigit() or (before[:1].isupper() and not before.isupper() and k - 1 not in self._borne)
        found = self._rank(k)
        ranked = found is not None and found[1] != ("street",)
        return named and ranked and self._tokens[k][:1].islower() and k - 1 >= 1 and self._at(k - 2) != "so"


def _look(name: tuple[str, ...], levels: Sequence[str], province: str) -> tuple[int, bool] | None:
    """(words, near) of the longest beginning of ``name`` that a unit of ``levels`` has, exactly or but for one word;
    ``province`` is the one it must lie in where that is known. None where no unit is alike."""
    tables = [_tables()[level] for level in levels]
    for size in range(len(name), 0, -1):
        homes = [table.homes[name[:size]] for table in tables if name[:size] in table.homes]
        if homes and (not province or any(province in one for one in homes)):
            return size, False
    for size in range(len(name), len(name) - 1 if "street" in levels else 0, -1):
        for table in tables:
            for k in range(size):
                others = table.gaps.get((*name[:k], "", *name[k + 1 : size]), frozenset())
                for other in others:
                    whole_name = (*name[:k], other, *name[k + 1 : size])
                    here = not province or province in table.homes[whole_name]
                    if other != name[k] and here and _spoiled(name[k], other, size):
                        return size, True
    return None


@cache
def _tables() -> Mapping[str, _Table]:
    homes: dict[str, dict[tuple[str, ...], set[str]]] = {
        level: {} for level in ("province", "district", "commune", "street")
    }
    for level, name, province in (*units.named(), *(("street", name, "") for name in STREETS)):
        key = tuple(canon(word) for word in _TOKEN.findall(nfc(name)) if word[:1].isalnum())
        home = " ".join(canon(word) for word in _TOKEN.findall(nfc(province)) if word[:1].isalnum())
        if key:
            homes[level].setdefault(key, set()).add(home)
    found = {}
    for level, names in homes.items():
        gaps: dict[tuple[str, ...], set[str]] = {}
        for key in names:
            for k, word in enumerate(key):
                gaps.setdefault((*key[:k], "", *key[k + 1 :]), set()).add(word)
        found[level] = _Table(
            {key: frozenset(where) for key, where in names.items()}, {key: frozenset(w) for key, w in gaps.items()}
        )
    return found


def _spoiled(one: str, other: str, size: int) -> bool:
    """Whether the word ``one`` of a name of ``size`` words may have been read for ``other``."""
    return _marks_only(one, other) or (size > 1 and len(fold(one)) >= _SPELLED and _near(one, other))


def _marks_only(one: str, other: str) -> bool:
    return fold(one) == fold(other)


def _near(one: str, other: str) -> bool:
    """Whether one word may have been read for the other: marks aside the same, or one letter more, less or other."""
    return _marks_only(one, other) or distance(fold(one), fold(other)) == 1
