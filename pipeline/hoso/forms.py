"""What a paper of each type must hold: the dated form files under ``schemas/``, read into frozen values.

Owns: reading, checking and choosing forms. One file is one form: ``<type>@<first day in force>.toml``; a later form may
say ``based_on`` an earlier one and then only what changed (``optional``: fields it need not have); ``shared = true``: no
form itself, only the base of others. ``names`` and ``symbols`` tell a member of the Decree 30/2020 family by its printed
title and the short form in its number. Unknown keys are refused with the nearest known one.
Never: looks at a page; what the rules mean on paper is said in ``stages/``.

A form is readable by a records officer; ``docs`` of each key stand in the classes below, which have the same names.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field, fields, replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from hoso import keys
from hoso.errors import Misconfigured

__all__ = [
    "FINDERS", "KINDS", "OPEN_KINDS", "OTHER", "REGISTERS", "WITNESSES", "Anchor", "Check", "FieldRule", "Form", "Forms",
    "fingerprint", "load",
]  # fmt: skip

OTHER = "khac"
"""The type of a paper of no known form."""

KINDS = frozenset(
    {"text", "person", "date", "identity", "phone", "symbol", "dossier-code", "certificate", "licence-class", "choice",
     "alcohol", "agency", "place", "title", "abstract", "type", "table", "address",
     "tax-code", "procedure-code", "expiry", "licence-number",
     "ethnicity", "nationality", "date-words", "number-words", "money", "register-number", "business-number", "year"}
)  # fmt: skip
"""What a value is: which parser of ``values/`` normalises it."""

FINDERS = frozenset(
    {"label", "tick", "symbol", "place", "place-date", "agency", "parent-agency", "abstract", "type", "signer",
     "signer-title", "recipients", "under", "date-above", "after", "table", "card", "card-date", "card-place"}
)  # fmt: skip
"""How a value is found on the page: by the label before it, or by its place in the layout of Decree 30/2020."""

CHECKS = frozenset(
    {"plausible-number", "not-future", "lived", "agency-of-code", "symbol-of-type", "facility-of-certificate",
     "in-register", "as-register",
     "not-after", "sex-of-number", "year-of-number", "code-date", "year-of-certificate", "class-in-text", "expiry-age",
     "class-of-date",
     "date-in-words", "number-in-words", "of-known-type"}
)  # fmt: skip

WITNESSES = frozenset(
    {"citizen-qr.number", "citizen-qr.name", "citizen-qr.born", "citizen-qr.sex", "citizen-qr.address",
     "citizen-qr.issued", "mrz.number", "mrz.name", "mrz.born", "mrz.sex", "mrz.expires", "code.dossier-code",
     "code.contains"}
)  # fmt: skip
"""What else than print may state a field: the QR code of a citizen card, the machine-readable zone, any other code."""

OPEN_KINDS = frozenset(
    {"symbol", "date", "dossier-code", "procedure-code", "licence-class", "agency", "place", "title", "type", "expiry",
     "business-number"}
)  # fmt: skip
"""Kinds of values that tell of no person. All others are masked unless the form says ``personal = false``: names and
numbers, but also free text, which may name anybody (Law 91/2025/QH15 on personal data)."""

REGISTERS = frozenset({"giay_kham_suc_khoe", "giay_phep_lai_xe", "dan_cu", "co_quan", "don_vi_hanh_chinh"})
"""Registers that a home may hold (``registers.py``), by the name of their file."""

_ZONES = {
    "page": (0.0, 0.0, 1.0, 1.0), "top": (0.0, 0.0, 1.0, 0.42), "middle": (0.0, 0.15, 1.0, 0.8),
    "bottom": (0.0, 0.45, 1.0, 1.0), "top-left": (0.0, 0.0, 0.58, 0.36), "top-right": (0.38, 0.0, 1.0, 0.36),
    "bottom-right": (0.35, 0.3, 1.0, 1.0),
}  # fmt: skip
_COLUMNS = frozenset({"VARCHAR", "DATE", "JSON"})


@dataclass(frozen=True, slots=True)
class Anchor:
    """A printed ``text`` that tells the form. ``weight`` is how much (1 some, 3 nearly certain), ``zone`` where on the
    page; ``alone``: it fills a line of its own; ``capitals``: it is set in capitals; ``first``: on the first page.
    ``leads``: it begins a centred line and may go on in it ("BÁO CÁO TỔNG KẾT …"); ``untitled``: it counts only where no
    line of capitals entitles the paper. ``side``: which side of a card bears it ("front", "back"; "" on papers that are
    no cards). ``witness``: not print but a code tells ("citizen-qr", "mrz"), and ``text`` only names it."""

    text: str
    weight: float
    zone: str = "page"
    alone: bool = False
    capitals: bool = False
    first: bool = True
    side: str = ""
    witness: str = ""
    leads: bool = False
    untitled: bool = False

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The zone as a box of the page."""
        return _ZONES[self.zone]


@dataclass(frozen=True, slots=True)
class FieldRule:
    """One field. ``labels`` are the wordings of its printed label, ``until`` texts that end its value, ``lines``
    how many lines it may run over, ``choices`` the values it may have, ``columns`` those of a table ("key: heading
    | heading"), ``pattern`` a regular expression its value must match whole, ``same_as`` the fact it states
    ("person.name"), ``block`` the headings of its part of the form, or the name under which the form lists them in
    ``[blocks]``; its labels count only behind one of them and before the heading of the next part ("Dân tộc" of the
    mother), those of the form's first block from the top, ``months`` how many months from this date the paper may
    be used (0: no term), ``column`` its warehouse type, ``nth`` which of several equal labels is meant (1 the
    first, -1 the last), ``witness`` what else may state it ("citizen-qr.name", "mrz.name": see ``stages/witness``),
    ``personal``: it tells of a person and is masked (where the form does not say, all are but those of ``OPEN_KINDS`` and
    the name of who signed for the agency)."""

    name: str
    title: str
    kind: str = "text"
    find: str = "label"
    required: bool = False
    labels: tuple[str, ...] = ()
    block: tuple[str, ...] = ()
    until: tuple[str, ...] = ()
    zone: str = "page"
    lines: int = 1
    nth: int = 1
    choices: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    pattern: str = ""
    same_as: str = ""
    months: int = 0
    column: str = "VARCHAR"
    witness: tuple[str, ...] = ()
    personal: bool = True

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The zone as a box of the page."""
        return _ZONES[self.zone]


@dataclass(frozen=True, slots=True)
class Check:
    """A check of the whole record: ``rule`` over ``fields``; ``severity`` of the problem where it fails. ``given`` are
    values of the form itself that the rule gets after those of the fields ("Quyết định"). A rule over a register names it
    (``register``); the first field is the key, ``columns`` are the register's where they are not called as the fields."""

    rule: str
    fields: tuple[str, ...]
    severity: str = "warning"
    given: tuple[str, ...] = ()
    register: str = ""
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """One dated form. ``threshold`` is the weight of anchors from which a paper is of this form; ``confidence`` the least
    confidence of a clear field; ``stops`` are printed labels of no field, which end the value before them;
    ``also_called`` are names under which receipts list such a paper, beside its title."""

    type: str
    title: str
    effective_from: str
    effective_to: str
    law: str
    threshold: float
    confidence: float
    anchors: tuple[Anchor, ...]
    fields: tuple[FieldRule, ...]
    checks: tuple[Check, ...]
    stops: tuple[str, ...]
    digest: str
    also_called: tuple[str, ...] = ()
    family: str = ""
    """The type whose shared layout it has ("van_ban"), else its own: papers of a family are found and weighed alike."""

    @property
    def name(self) -> str:
        """The name of the form: "quyet_dinh@2020-03-05"."""
        return f"{self.type}@{self.effective_from}"

    def field(self, name: str) -> FieldRule | None:
        """The rule of the field of that name, None where the form has none."""
        return next((f for f in self.fields if f.name == name), None)


@dataclass(frozen=True, slots=True)
class Forms:
    """All forms of a folder. ``fingerprint`` is one digest of all their files."""

    all: tuple[Form, ...]
    fingerprint: str = field(default="")

    def form(self, name: str) -> Form:
        """The form called "type@date". Raises :class:`Misconfigured` with the nearest known name."""
        found = {f.name: f for f in self.all}
        if name not in found:
            raise Misconfigured(f"unknown form {name!r}{_near(name, found)}")
        return found[name]

    def latest(self, type_: str) -> Form:
        """The newest form of a type. Raises :class:`Misconfigured` for an unknown type."""
        found = [f for f in self.all if f.type == type_]
        if not found:
            raise Misconfigured(f"unknown document type {type_!r}{_near(type_, self.types())}")
        return max(found, key=lambda f: f.effective_from)

    def types(self) -> tuple[str, ...]:
        """The names of all types, sorted."""
        return tuple(sorted({f.type for f in self.all}))

    def known_by(self, day: str) -> tuple[Form, ...]:
        """Forms that were in force on or before the ISO ``day`` ("" : all): an old paper may arrive late, a paper of a
        form yet to come cannot."""
        return tuple(f for f in self.all if not day or f.effective_from <= day or f.type == OTHER)

    def choose(self, type_: str, day: str) -> Form:
        """The form of a type in force on the ISO ``day``, else the nearest: the first if it is older, the last if newer."""
        found = sorted((f for f in self.all if f.type == type_), key=lambda f: f.effective_from)
        if not found:
            self.latest(type_)
        return next((f for f in reversed(found) if f.effective_from <= day), found[0])


def fingerprint(form: Form) -> str:
    """The digest of the file (and of those it is based on) that a form was read from."""
    return form.digest


def load(folder: Path) -> Forms:
    """Every form in ``folder``. Raises :class:`Misconfigured` where a file is wrong, says where and what would be right."""
    paths = sorted(folder.glob("*.toml"))
    if not paths:
        raise Misconfigured(f"{folder}: holds no form; forms are files like quyet_dinh@2020-03-05.toml")
    tables = {path.stem: _table(path) for path in paths}
    forms = tuple(_form(path, tables) for path in paths if not tables[path.stem].get("shared"))
    if not any(f.type == OTHER for f in forms):
        raise Misconfigured(f"{folder}: has no form of the type {OTHER!r}; papers of no known type need it")
    return Forms(forms, keys.key("forms", [f.digest for f in forms]))


def _table(path: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{path}: cannot be read as a form: {error}") from error
    known = {"title", "effective_from", "effective_to", "law", "threshold", "confidence", "based_on", "anchor", "field",
             "check", "stops", "blocks", "without", "note", "also_called", "shared", "names",
             "symbols", "optional"}  # fmt: skip
    _known(f"{path.name}", table, known)
    return table


def _form(path: Path, tables: dict[str, dict[str, Any]]) -> Form:
    where, table = path.name, _inherited(path.stem, tables, ())
    match = re.fullmatch(r"([a-z][a-z0-9_]*)@(\d{4}-\d{2}-\d{2})", path.stem)
    if not match or str(table.get("effective_from")) != match[2]:
        raise Misconfigured(
            f"{where}: must be named <type>@<effective_from>.toml and say effective_from = {path.stem[-10:]}"
        )
    for name in ("title", "law"):
        if not isinstance(table.get(name), str) or not table[name].strip():
            raise Misconfigured(f"{where}: {name} is missing; say it in words")
    for name in ("effective_from", "effective_to"):
        if table.get(name, "") != "" and not isinstance(table[name], date):
            raise Misconfigured(f"{where}: {name} must be a date like 2020-03-05 without quotes")
    rules = tuple(_placed(where, _field(where, entry), table.get("blocks", {})) for entry in table.get("field", ()))
    names = [r.name for r in rules]
    twice = {n for n in names if names.count(n) > 1}
    if twice or not rules:
        raise Misconfigured(
            f"{where}: {'fields named twice: ' + ', '.join(sorted(twice)) if twice else 'has no field'}"
        )
    return Form(
        type=match[1],
        title=table["title"],
        effective_from=match[2],
        effective_to=str(table.get("effective_to", "")),
        law=table["law"],
        threshold=float(table.get("threshold", 2.5)),
        confidence=float(table.get("confidence", 0.75)),
        anchors=(*_names(where, table), *(_entry(where, "anchor", Anchor, entry) for entry in table.get("anchor", ()))),
        fields=rules,
        checks=tuple(_check(where, entry, names) for entry in table.get("check", ())),
        stops=tuple(table.get("stops", ())),
        digest=keys.key("form", path.stem, _plain(table)),
        family=_family(match[1], tables[path.stem].get("based_on"), tables),
        also_called=tuple(table.get("also_called", ())),
    )


def _names(where: str, table: dict[str, Any]) -> tuple[Anchor, ...]:
    """The anchors that ``names`` (titles as printed) and ``symbols`` (the type's short form in a number) stand for."""
    for key in ("names", "symbols", "optional"):
        given = table.get(key, [])
        if not isinstance(given, list) or not all(isinstance(v, str) and v.strip() for v in given):
            raise Misconfigured(f"{where}: {key} must be a list of texts, not {given!r}")
    titles = (Anchor(name, 3.0, "top", capitals=True, leads=True) for name in table.get("names", ()))
    numbers = (Anchor(f"/{symbol}-", 1.0, "top-left") for symbol in table.get("symbols", ()))
    return (*titles, *numbers)


def _family(type_: str, base: str | None, tables: dict[str, dict[str, Any]]) -> str:
    return base.partition("@")[0] if base and tables.get(base, {}).get("shared") else type_


def _inherited(stem: str, tables: dict[str, dict[str, Any]], seen: tuple[str, ...]) -> dict[str, Any]:
    """The table of a file over that of the one it is based on: its fields replace those of the same name."""
    table = tables[stem]
    base_name = table.get("based_on")
    if base_name is None:
        return table
    if base_name not in tables or base_name in (*seen, stem):
        raise Misconfigured(f"{stem}.toml: based_on {base_name!r} is no other form here{_near(str(base_name), tables)}")
    base = _inherited(base_name, tables, (*seen, stem))
    own = {entry.get("name"): entry for entry in table.get("field", ())}
    without = set(table.get("without", ()))
    kept = [own.pop(f["name"], f) for f in base.get("field", ()) if f["name"] not in without]
    for name in (loose := table.get("optional", ())):
        _one_of(f"{stem}.toml: optional", "field", name, {f["name"] for f in kept})
    kept = [{**f, "required": False} if f["name"] in loose else f for f in kept]
    merged = {**base, **table, "field": [*kept, *own.values()]}
    merged.pop("shared", None)
    merged["stops"] = [*base.get("stops", ()), *table.get("stops", ())]
    if "effective_to" not in table:
        merged.pop("effective_to", None)
    return merged


def _field(where: str, entry: dict[str, Any]) -> FieldRule:
    rule: FieldRule = _entry(where, "field", FieldRule, entry)
    spot = f"{where}: field {rule.name!r}"
    _one_of(spot, "kind", rule.kind, KINDS)
    _one_of(spot, "find", rule.find, FINDERS)
    _one_of(spot, "zone", rule.zone, _ZONES)
    _one_of(spot, "column", rule.column, _COLUMNS)
    for witness in rule.witness:
        _one_of(spot, "witness", witness, WITNESSES)
    if "personal" not in entry:
        rule = replace(rule, personal=_personal(rule))
    if rule.find in {"label", "tick", "under", "date-above", "after", "table", "card"} and not rule.labels:
        raise Misconfigured(f"{spot}: needs labels, the wordings printed before its value")
    try:
        re.compile(rule.pattern)
    except re.error as error:
        raise Misconfigured(f"{spot}: pattern is no regular expression: {error}") from error
    return rule


def _personal(rule: FieldRule) -> bool:
    return rule.same_as.startswith("person.") or (rule.kind not in OPEN_KINDS and rule.find != "signer")


def _placed(where: str, rule: FieldRule, blocks: dict[str, Any]) -> FieldRule:
    """``rule`` with the headings that ``[blocks]`` lists under each name in its ``block``."""
    for name, headings in blocks.items():
        if (
            not isinstance(headings, list)
            or not headings
            or not all(isinstance(h, str) and h.strip() for h in headings)
        ):
            raise Misconfigured(f"{where}: [blocks] {name} must be a list of printed headings, not {headings!r}")
    return replace(rule, block=tuple(h for name in rule.block for h in blocks.get(name, (name,))))


def _check(where: str, entry: dict[str, Any], names: list[str]) -> Check:
    check: Check = _entry(where, "check", Check, entry)
    _one_of(f"{where}: check", "rule", check.rule, CHECKS)
    _one_of(f"{where}: check {check.rule!r}", "severity", check.severity, {"error", "warning", "note"})
    for name in check.fields:
        _one_of(f"{where}: check {check.rule!r}", "field", name, names)
    if check.rule.endswith("-register"):
        _one_of(f"{where}: check {check.rule!r}", "register", check.register, REGISTERS)
        if len(check.columns) not in (0, len(check.fields)):
            raise Misconfigured(f"{where}: check {check.rule!r}: columns must be as many as fields, or left out")
    return check


def _entry(where: str, what: str, kind: Any, entry: Any) -> Any:
    if not isinstance(entry, dict):
        raise Misconfigured(f"{where}: [[{what}]] must be a table")
    known = {f.name: f for f in fields(kind)}
    label = f"{where}: [[{what}]] {entry.get('name', entry.get('text', entry.get('rule', '')))!r}"
    _known(label, entry, known)
    values: dict[str, Any] = {}
    for name, value in entry.items():
        expected = str(known[name].type)
        if expected.startswith("tuple") and isinstance(value, list) and all(isinstance(v, str) for v in value):
            values[name] = tuple(value)
        elif expected == "float" and isinstance(value, int | float) and not isinstance(value, bool):
            values[name] = float(value)
        elif {"str": str, "bool": bool, "int": int}.get(expected) is type(value):
            values[name] = value
        else:
            raise Misconfigured(f"{label}: {name} must be of the kind {expected}, not {value!r}")
    try:
        made = kind(**values)
    except TypeError as error:
        raise Misconfigured(f"{label}: {str(error).split('() ')[-1]}") from error
    if isinstance(made, Anchor):
        _one_of(label, "zone", made.zone, _ZONES)
        _one_of(label, "side", made.side, {"", "front", "back"})
        _one_of(label, "witness", made.witness, {"", "citizen-qr", "mrz"})
    return made


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items() if k not in ("note", "personal")}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return str(value) if isinstance(value, date) else value


def _known(where: str, given: Any, known: Any) -> None:
    for name in given:
        if name not in known:
            raise Misconfigured(f"{where}: unknown key {name!r}{_near(name, known)}")


def _one_of(where: str, what: str, value: str, known: Any) -> None:
    if value not in known:
        raise Misconfigured(f"{where}: unknown {what} {value!r}{_near(value, known)}")


def _near(name: str, known: Any) -> str:
    near = get_close_matches(name, list(known), 1)
    return f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(sorted(known))}"
