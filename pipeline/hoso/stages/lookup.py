"""A paper's fields against the registers that the office holds: is it known there, and does it say the same?

Owns: what counts as the same name, date, number, class, office in a register and on paper, and the problems
``register.missing``, ``register.differs``, ``register.unreadable`` and ``register.unreachable`` (another system gave no
answer). Never: reads a file (``registers``), asks a system, takes a value from a register, or says one in a sentence.

Two rules that form files name. ``in-register``: the paper's number must be in the register (health certificates: Circular
36/2024/TT-BYT, art. 10; licences: Law on Road Traffic Order and Safety 2024). ``as-register``: where it is there, it must
agree (residents: the register of an office need not hold everybody).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

from hoso.forms import Check, Form
from hoso.nouns import Field, Problem, Severity
from hoso.registers import Broken, Register, Registers, Row
from hoso.values import numbers, units
from hoso.values import text as texts
from hoso.values.fold import fold

__all__ = ["alike", "compared", "looked_up", "unsure"]

Likeness = Literal["same", "near", "differs", "untold"]

_TITLES = {
    "giay_kham_suc_khoe": "sổ giấy khám sức khỏe", "giay_phep_lai_xe": "sổ giấy phép lái xe", "dan_cu": "sổ dân cư",
    "co_quan": "danh mục cơ quan", "don_vi_hanh_chinh": "danh mục đơn vị hành chính",
}  # fmt: skip
_ASKED = "cơ sở dữ liệu dân cư"
"""What the population database is called; unlike the office's own register of residents it holds everybody."""
_OFFICE_LIKE = 0.86
"""How alike two names of one office are at least: "TRUNG TÂM Y TẾ KHOÁI CHÂU" and "TTYT huyện Khoái Châu" are not."""


UNSURE = 0.9
"""The confidence of a reading (before it is weighed) below which a slip of the reader is likelier than a wrong paper: of
words read with 0.90 to 0.95 one in sixteen is wrong, with 0.95 and more one in 250."""


def unsure(field: Field) -> bool:
    """Whether a field was read so uncertainly that a small difference is more likely a slip than a fault of the paper."""
    return field.confidence < UNSURE and not field.failed and field.source in ("ocr", "pdf")


def looked_up(
    rule: Check, fields: Sequence[Field], form: Form, held: Registers
) -> tuple[list[Problem], frozenset[str]]:
    """(problems, names of the fields that the register contradicts) of a rule over a register. A home without that
    register, or a paper without the key, tells nothing."""
    register: Register | Broken | None = held.get(rule.register)
    mine = {name: f for f in fields for name in rule.fields if f.name == name and f.value is not None}
    key = mine.get(rule.fields[0])
    state = _state(rule, key, held)
    if state in ("found", "absent"):
        return _judged(rule, form, held.asked[rule.register].register, mine, _ASKED)
    if state == "silent" and key is not None:
        told, wrong = looked_up(rule, fields, form, replace(held, asked={}))
        severity: Severity = "warning" if held.asked[rule.register].blocks else "note"
        text = f"{_titles(form, [key])}: chưa hỏi được {_ASKED}; Hoso sẽ hỏi lại."
        return [*told, _problem("register.unreachable", severity, text, [key])], wrong
    if register is None or key is None:
        return [], frozenset()
    if isinstance(register, Broken):
        name = _TITLES[rule.register].capitalize()
        text = f"{name} không đọc được nên chưa đối chiếu; chạy hoso doctor để biết cách sửa."
        return [_problem("register.unreadable", "warning", text, [key])], frozenset()
    return _judged(rule, form, register, mine, _TITLES[rule.register])


def compared(rule: Check, fields: Sequence[Field], held: Registers) -> bool:
    """Whether a register stands that the rule was held against."""
    key = next((f for f in fields if f.name == rule.fields[0] and f.value is not None), None)
    return _state(rule, key, held) == "found" or isinstance(held.get(rule.register), Register)


def _state(rule: Check, key: Field | None, held: Registers) -> str:
    line = held.asked.get(rule.register)
    return line.state(key.value or "") if line is not None and key is not None else ""


def _judged(
    rule: Check, form: Form, register: Register, mine: dict[str, Field], title: str
) -> tuple[list[Problem], frozenset[str]]:
    key = mine[rule.fields[0]]
    columns = dict(zip(rule.fields, rule.columns or rule.fields, strict=True))
    asked = _unit(key) if register.name == "don_vi_hanh_chinh" else key.value or ""
    if not asked:
        return [], frozenset()
    rows = _rows(register, columns[key.name], asked)
    if not rows:
        return _missing(rule, form, register, mine, columns, title)
    best = min(rows, key=lambda row: sum(told == "differs" for told in _told(mine, columns, row).values()))
    told = _told(mine, columns, best)
    wrong = [mine[name] for name, how in told.items() if how == "differs"]
    near = [mine[name] for name, how in told.items() if how == "near"]
    if not wrong:
        if not near:
            return [], frozenset()
        text = f"{_titles(form, near)}: đọc chưa chắc chắn, gần giống {title}; hãy đối chiếu với bản giấy."
        return [_problem("field.unreadable", "warning", text, near)], frozenset(f.name for f in near)
    person = {"ho_ten", "ngay_sinh", "so_cccd"} & {columns[f.name] for f in wrong}
    other = "; có thể là giấy tờ của người khác" if "ho_ten" in person and len(person) > 1 else ""
    text = f"{_titles(form, wrong)}: khác với {title}{other}; hãy đối chiếu với bản giấy."
    return [_problem("register.differs", _severity(rule.severity), text, wrong)], frozenset(f.name for f in wrong)


def alike(column: str, paper: str, held: str, doubtful: bool = False) -> Likeness:
    """Whether a paper and a register say the same in ``column``. "untold": one of them says nothing that can be compared;
    "near": so little differs that a doubtful reading is the likelier cause."""
    if not paper or not held:
        return "untold"
    same = _SAME.get(column, _text)(paper, held)
    if same is None:
        return "untold"
    if same:
        return "same"
    one, two = texts.squeeze(paper).casefold(), texts.squeeze(held).casefold()
    slip = fold(one) == fold(two) or texts.distance(one, two) <= (2 if column == "ho_ten" else 1)
    return "near" if doubtful and slip else "differs"


def _told(mine: dict[str, Field], columns: dict[str, str], row: Row) -> dict[str, Likeness]:
    return {
        name: alike(columns[name], field.value or "", row.get(columns[name], ""), unsure(field))
        if not field.rows
        else "untold"
        for name, field in mine.items()
    }


def _unit(field: Field) -> str:
    """The commune in force that an address leads to, "" where it leads to none or to several."""
    return next((row.get("commune", "") for row in field.rows if row.get("as") == units.SINCE), "")


def _rows(register: Register, column: str, value: str) -> tuple[Row, ...]:
    if register.name == "co_quan" and column == "ma":
        main = numbers.agency(value)
        return tuple(row for row in register.rows if main is not None and numbers.agency(row["ma"]) == main)
    if column == register.key:
        return register.of(value)
    found = register.where(column, value)
    return found or tuple(row for row in register.rows if _office(row.get(column, ""), value))


def _missing(
    rule: Check, form: Form, register: Register, mine: dict[str, Field], columns: dict[str, str], title: str
) -> tuple[list[Problem], frozenset[str]]:
    """The key is not there: a paper of a person whom the register knows under another number differs from it."""
    key = mine[rule.fields[0]]
    by_column = {columns[name]: field.value or "" for name, field in mine.items()}
    same_person = [
        row
        for row in register.where("ho_ten", by_column.get("ho_ten", "\0"))
        if alike("ngay_sinh", by_column.get("ngay_sinh", ""), row.get("ngay_sinh", "")) == "same"
    ]
    if same_person and register.key == "so_cccd":
        text = f"{_titles(form, [key])}: {title} ghi số khác cho người này; hãy đối chiếu với bản giấy."
        return [_problem("register.differs", _severity(rule.severity), text, [key])], frozenset({key.name})
    text = f"{_titles(form, [key])}: không có trong {title}; hãy đối chiếu với bản giấy."
    if rule.rule == "as-register" and title != _ASKED:
        return [_problem("register.missing", "note", text, [key])], frozenset()
    if unsure(key):
        doubt = f"{_titles(form, [key])}: đọc chưa chắc chắn; hãy đối chiếu với bản giấy."
        problems = [("field.unreadable", "warning", doubt), ("register.missing", "note", text)]
        return [_problem(c, s, t, [key]) for c, s, t in problems], frozenset({key.name})  # type: ignore[arg-type]
    return [_problem("register.missing", _severity(rule.severity), text, [key])], frozenset({key.name})


def _titles(form: Form, fields: Sequence[Field]) -> str:
    return ", ".join(rule.title if (rule := form.field(f.name)) else f.name for f in fields)


def _severity(text: str) -> Severity:
    return text if text in ("error", "warning", "note") else "warning"  # type: ignore[return-value]


def _problem(code: str, severity: Severity, text: str, fields: Sequence[Field]) -> Problem:
    places = tuple(f.place for f in fields if f.place is not None)
    return Problem(code, severity, text, fields[0].name, places)


def _text(paper: str, held: str) -> bool | None:
    return texts.squeeze(paper).casefold() == texts.squeeze(held).casefold()


def _number(paper: str, held: str) -> bool | None:
    one, two = (re.sub(r"\s", "", fold(v)).lstrip("0") for v in (paper, held))
    return one == two


def _date(paper: str, held: str) -> bool | None:
    size = min(len(paper), len(held))
    return paper[:size] == held[:size]


def _classes(paper: str, held: str) -> bool | None:
    one, two = (set(re.split(r"[\s,;]+", v.upper().strip())) for v in (paper, held))
    return one == two


def _sex(paper: str, held: str) -> bool | None:
    known = {"nam": "nam", "nu": "nu", "0": "nam", "1": "nu", "m": "nam", "f": "nu"}
    one, two = (known.get(fold(v).strip()) for v in (paper, held))
    return None if one is None or two is None else one == two


def _conclusion(paper: str, held: str) -> bool | None:
    """The three conclusions of the form; a register may hold the portal's codes A0-1, A0-2, A0-3 (domain facts 3)."""
    one, two = _verdict(paper), _verdict(held)
    return None if not one or not two else one == two


def _verdict(text: str) -> str:
    low = fold(text).strip()
    if code := re.fullmatch(r"a0-([123])", low):
        return {"1": "fit", "2": "unfit", "3": "again"}[code[1]]
    if "kham lai" in low:
        return "again"
    if low.startswith(("khong du", "khong dat")):
        return "unfit"
    return "fit" if low.startswith(("du ", "dat")) else ""


def _office(paper: str, held: str) -> bool | None:
    one, two = texts.skeleton(paper), texts.skeleton(held)
    if not one or not two:
        return None
    return texts.likeness(paper, held) >= _OFFICE_LIKE or (min(len(one), len(two)) >= 8 and (one in two or two in one))


_SAME: dict[str, Callable[[str, str], bool | None]] = {
    "so": _number, "so_cccd": _number, "ngay_sinh": _date, "ngay_ket_luan": _date, "ngay_cap": _date,
    "ngay_het_han": _date, "hang": _classes, "gioi_tinh": _sex, "ket_luan": _conclusion, "co_so_kham": _office,
    "ten": _office, "ma": lambda paper, held: True,
}  # fmt: skip
"""How two values of a column are compared; the others as text, capitals and blanks aside."""
