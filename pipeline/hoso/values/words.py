"""Numbers and dates written in Vietnamese words, both ways. Pure.

Owns: whole numbers from 0 to below 10^15 ("một trăm linh năm triệu"), dates ("Ngày mười hai tháng ba năm một nghìn chín
trăm tám mươi"), and their reading in spite of lost marks and single wrong letters: the words are a closed list.
Never: judges a number, or fills a word that is not there. Speech that is never written on papers ("hai củ", "hai lăm") is
no number here.

Spelling (school grammar): 1 after mươi is "mốt", 5 after mười and mươi "lăm" (or "nhăm"), 4 may be "tư"; an empty tens
place is "linh" or "lẻ", an empty hundreds place inside a number "không trăm"; "nghìn" is "ngàn" in the South.
"""

from __future__ import annotations

import re
from datetime import date

from hoso.values.fold import fold
from hoso.values.parsed import NOTHING, Parsed
from hoso.values.text import distance, nfc, skeleton, squeeze

__all__ = ["MOST", "date_in_words", "number_in_words", "read_date", "read_number", "spelled"]

MOST = 10**15 - 1
"""The largest number spelled and read."""

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_VALUES = {word: n for n, word in enumerate(_DIGITS)} | {
    "mốt": 1, "tư": 4, "lăm": 5, "nhăm": 5, "bẩy": 7, "dăm": 5,
}  # fmt: skip
_SCALES = {"nghìn": 10**3, "ngàn": 10**3, "triệu": 10**6, "tỷ": 10**9, "tỉ": 10**9}
_GAPS = frozenset({"linh", "lẻ", "lẽ"})
_OTHER = ("mười", "mươi", "chục", "trăm")
_DATE = ("ngày", "tháng", "mồng", "mùng", "giêng", "chạp")
_PASSED = frozenset(skeleton(w) for w in ["đồng", "chẵn", "tròn", "việt", "vnđ", "bằng", "chữ", "ghi", "là", "viết"])
"""Words around a sum or a date that say nothing of it."""
_WORDS = (*_VALUES, *_SCALES, *sorted(_GAPS), *_OTHER)
_TONELESS: dict[str, tuple[str, ...]] = {}
for _word in (*_WORDS, *_DATE):
    _TONELESS[skeleton(_word)] = (*_TONELESS.get(skeleton(_word), ()), _word)


def number_in_words(number: int) -> str:
    """``number`` (0 to :data:`MOST`) as forms spell it: 105000 gives "một trăm linh năm nghìn". Raises ``ValueError``."""
    if not 0 <= number <= MOST:
        raise ValueError(f"only numbers from 0 to {MOST} are spelled")
    return " ".join(_spelled(number, False)) if number else "không"


def date_in_words(iso: str) -> str:
    """An ISO date in words, the first of the month "mồng một". Raises ``ValueError`` for no real day."""
    day = date.fromisoformat(iso)
    on = f"mồng {number_in_words(day.day)}" if day.day <= 10 else number_in_words(day.day)
    month = "tư" if day.month == 4 else number_in_words(day.month)
    return f"Ngày {on} tháng {month} năm {number_in_words(day.year)}"


def read_number(text: str) -> Parsed:
    """The number that ``text`` spells, as digits. A unit behind it ("đồng", "đồng chẵn", "đồng Việt Nam") and brackets are
    passed over. ``quality`` falls with each word that had to be guessed; ``value.grammar`` for what spells no number."""
    words, changed = _known(_bare(text))
    if not words:
        return NOTHING
    number = _number(words)
    return NOTHING if number is None else Parsed(str(number), max(0.3, 1.0 - 0.1 * changed))


def read_date(text: str) -> Parsed:
    """The ISO date that ``text`` spells. ``value.impossible-date`` where the words are no real day."""
    words, changed = _known(_bare(text))
    parts = _split(words)
    if parts is None:
        return NOTHING
    day, month, year = parts
    if None in parts or day is None or month is None or year is None:
        return NOTHING
    try:
        real = date(year, month, day)
    except ValueError:
        return Parsed(None, 0.0, "value.impossible-date")
    if not 1900 <= real.year <= 2100:
        return Parsed(None, 0.0, "value.impossible-date")
    return Parsed(real.isoformat(), max(0.3, 1.0 - 0.1 * changed))


def spelled(text: str) -> str:
    """``text`` with each word of a number or date spelled as the closed list spells it, however it was read; its capitals
    and its words of other kinds stay: "Ngày muời hal tháng ba" gives "Ngày mười hai tháng ba"."""
    out: list[str] = []
    for word in squeeze(text).split():
        core = word.strip(".,;:()\"'[]…_–-|")
        known = _nearest(core, out) if core else None
        out.append(word.replace(core, _cased(known, core)) if known and known != core.lower() else word)
    return " ".join(out)


def _spelled(number: int, inside: bool) -> list[str]:
    """The words of ``number`` > 0; ``inside``: higher places stand before it, so an empty hundreds place is said."""
    for scale, name in ((10**9, "tỷ"), (10**6, "triệu"), (10**3, "nghìn")):
        if number >= scale:
            rest = number % scale
            head = [*_spelled(number // scale, inside), name]
            return [*head, *_spelled(rest, True)] if rest else head
    hundreds, rest = divmod(number, 100)
    words = [_DIGITS[hundreds], "trăm"] if hundreds or inside else []
    tens, unit = divmod(rest, 10)
    if not rest:
        return words
    if tens == 0:
        return [*words, "linh", _DIGITS[unit]] if words else [_DIGITS[unit]]
    words += ["mười"] if tens == 1 else [_DIGITS[tens], "mươi"]
    if unit:
        words.append("lăm" if unit == 5 else "mốt" if unit == 1 and tens > 1 else _DIGITS[unit])
    return words


def _bare(text: str) -> list[str]:
    low = nfc(text).lower()
    return [w for w in re.split(r"[^\w]+|_+", low) if w]


def _known(raw: list[str]) -> tuple[list[str], int]:
    """(the words of the closed list in ``raw``, how many were guessed); [] where a word of neither that list nor the
    words around a sum stands among them: then it is a sentence or a name."""
    words: list[str] = []
    changed = 0
    for at, word in enumerate(raw):
        if skeleton(word) in _PASSED or (fold(word) == "nam" and at and fold(raw[at - 1]) == "viet"):
            continue  # "Việt Nam đồng": no five
        known = _nearest(word, words)
        if known is None and len(word) > 1:
            return [], 0
        changed += known != word
        words += [known] if known else []
    return words, changed


def _nearest(word: str, before: list[str]) -> str | None:
    """The word of the closed list that ``word`` is or was: exactly, without its marks, or with one letter wrong."""
    low = nfc(word).lower()
    if skeleton(low) in _PASSED or (fold(low) == "nam" and before and fold(before[-1]) == "viet"):
        return None
    if low in _VALUES or low in _SCALES or low in _GAPS or low in _OTHER or low in _DATE:
        return _mended(low, before) if low != "một" else low
    bones = skeleton(low)
    found = _TONELESS.get(bones)
    if found is None and len(bones) >= 3:
        near = sorted({(distance(bones, known), known) for known in _TONELESS if abs(len(known) - len(bones)) <= 1})
        if near and near[0][0] == 1 and (len(near) == 1 or near[1][0] > 1):
            found = _TONELESS[near[0][1]]
    if not found:
        return None
    if "mốt" in found and before and before[-1].strip(".,;:()\"'").lower() == "mươi":
        return "mốt"
    nearest = min(found, key=lambda known: (distance(known, low), _WORDS.index(known) if known in _WORDS else 99))
    return _mended(nearest, before)


def _mended(word: str, before: list[str]) -> str:
    """Ten and tens differ by a mark alone, and their place tells which: tens follow a digit, ten does not."""
    last = before[-1].strip(".,;:()\"'").lower() if before else ""
    if word == "mốt" and last not in {"mươi", "chục"}:
        return "một"
    if word in {"mười", "mươi"}:
        return "mươi" if _VALUES.get(last, 0) >= 2 and last not in {"lăm", "nhăm"} and not _is_year(before) else "mười"
    return word


def _is_year(before: list[str]) -> bool:
    """Whether the last word is the "năm" of a year, not a five: a month stands before it, and its number."""
    low = [fold(w) for w in before]
    return low[-1:] == ["nam"] and "thang" in low[:-2] and "nam" not in low[low.index("thang") + 2 : -1]


def _number(words: list[str]) -> int | None:
    """What stands before the last tỷ is a number of its own ("hai nghìn ba trăm tỷ"); scales fall from left to right."""
    if not words:
        return None
    for name in ("tỷ", "tỉ"):
        if name in words:
            at = len(words) - 1 - words[::-1].index(name)
            head = _number(words[:at])
            rest = _thousands(words[at + 1 :], True) if words[at + 1 :] else 0
            return head * 10**9 + rest if head and rest is not None and head < 10**6 else None
    return _thousands(words, False)


def _thousands(words: list[str], inside: bool) -> int | None:
    """A number below 10^9; ``inside``: higher places stand before it."""
    total, part, least = 0, list[str](), 10**9
    for word in words:
        scale = _SCALES.get(word)
        if scale is None:
            part.append(word)
            continue
        value = _hundreds(part, inside or bool(total))
        if value is None or scale >= least or not (value or inside or total):
            return None
        total, part, least = total + value * scale, [], scale
    if not part:
        return total
    value = _hundreds(part, inside or least < 10**9)
    return None if value is None else total + value


def _hundreds(part: list[str], inside: bool) -> int | None:
    """0 to 999 out of "ba trăm linh hai"; None for words in no such order."""
    words, value = list(part), 0
    if len(words) >= 2 and words[1] == "trăm" and words[0] in _VALUES:
        value, words = _VALUES[words[0]] * 100, words[2:]
        if not words:
            return value
        inside = True
    if words and words[0] in _GAPS:
        ok = inside and len(words) == 2 and words[1] in _VALUES
        return value + _VALUES[words[1]] if ok else None
    if words and words[0] in {"mười", "chục"}:
        return _unit(value + 10, words[1:])
    if len(words) >= 2 and words[1] in {"mươi", "chục"} and _VALUES.get(words[0], 0) >= 2:
        return _unit(value + 10 * _VALUES[words[0]], words[2:])
    if len(words) == 1 and words[0] in _VALUES and not value:
        return _VALUES[words[0]]
    return None


def _unit(value: int, rest: list[str]) -> int | None:
    if not rest:
        return value
    return value + _VALUES[rest[0]] if len(rest) == 1 and rest[0] in _VALUES and _VALUES[rest[0]] else None


def _split(words: list[str]) -> tuple[int | None, int | None, int | None] | None:
    """(day, month, year) out of "[ngày] [mồng] … tháng … năm …"."""
    if "tháng" not in words:
        return None
    at = words.index("tháng")
    day_words = [w for w in words[:at] if w not in {"ngày", "mồng", "mùng"}]
    rest = words[at + 1 :]
    year_at = next((i for i, w in enumerate(rest) if w == "năm" and i >= 1 and len(rest) > i + 1), None)
    if year_at is None or not day_words:
        return None
    month_words = rest[:year_at]
    # "tháng năm năm một nghìn …": the month itself is five
    if month_words == [] or (rest[0] == "năm" and year_at == 0):
        return None
    named = {"giêng": 1, "chạp": 12}
    month = named.get(month_words[0]) if len(month_words) == 1 and month_words[0] in named else _number(month_words)
    return _number(day_words), month, _number(rest[year_at + 1 :])


def _cased(word: str, like: str) -> str:
    if like.isupper() and len(like) > 1:
        return word.upper()
    return word[:1].upper() + word[1:] if like[:1].isupper() else word
