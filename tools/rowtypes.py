"""Write ``pipeline/hoso/papers.py``, the types of the Python library, from the forms: ``python -m tools.rowtypes``.

A test compares: after a change of ``schemas/`` this is to be run again.
"""

from __future__ import annotations

from pathlib import Path

from hoso import forms, resources

__all__ = ["TARGET", "drawn"]

TARGET = Path(__file__).parents[1] / "pipeline" / "hoso" / "papers.py"

_HEAD = '''"""The papers of each type as typed rows, as ``hoso.open(home).records(type=…)`` gives them.

Written from the forms under ``schemas/`` by ``python -m tools.rowtypes``; change those, not this. A masked date is the year
as text; a value that the paper does not have is None; a table is a list of its lines.
"""

from __future__ import annotations

# fmt: off
from collections.abc import Iterator
from datetime import date
from typing import Any, Literal, Protocol, TypedDict, TypeVar, overload

__all__ = [
    {names},
]

Row = TypeVar("Row", covariant=True)
Lines = list[dict[str, str | None]]


class Answered(Protocol[Row]):
    """Rows of a question: read one by one, or as a whole by :meth:`table` and :meth:`frame`."""

    def __iter__(self) -> Iterator[Row]: ...

    def table(self) -> Any:
        """A ``pyarrow.Table``. Raises Misconfigured without pyarrow."""
        ...

    def frame(self) -> Any:
        """A data frame of polars where that is installed, else of pandas."""
        ...


class Paper(TypedDict):
    """What every paper has: ids of Hoso, the dossier's code, where it came from, the verdict, the signed copy."""

    document: str
    dossier: str
    code: str | None
    source: str
    verdict: str
    type_confidence: float
    archive_sha256: str
'''

_RECORDS = '''

class Records(Protocol):
    """``home.records``: papers of a ``type``, dated ``since`` … ``until``, that name the ``person`` of that number."""
'''


def drawn() -> str:
    """The module as it is to be."""
    known = forms.load(resources.folder("schemas"))
    groups: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for type_ in known.types():
        rules: dict[str, forms.FieldRule] = {}
        personal: set[str] = set()
        for form in (known.latest(type_), *(form for form in known.all if form.type == type_)):
            for rule in form.fields:
                rules.setdefault(rule.name, rule)
                personal |= {rule.name} if rule.personal else set()
        columns = tuple((name, _type(rule, name in personal)) for name, rule in rules.items())
        groups.setdefault(columns, []).append(type_)
    classes = [(_class(types), columns, types) for columns, types in groups.items()]
    names = ",\n    ".join(
        f'"{name}"' for name in sorted(["Answered", "Paper", "Records", *(name for name, _, _ in classes)])
    )
    text = [_HEAD.replace("{names}", names)]
    for name, columns, types in classes:
        title = known.latest(types[0]).title + (" …" if types[1:] else "")
        text.append(f'\n\nclass {name}(Paper):\n    """{title}."""\n\n')
        text += [f"    {column}: {kind}\n" for column, kind in columns]
    text.append(_RECORDS)
    for name, _, types in classes:
        literals = ", ".join(f'"{type_}"' for type_ in types)
        text.append(
            "\n    @overload\n    def __call__(\n"
            f"        self, *, type: Literal[{_wrapped(literals)}],\n"
            '        since: date | str = "", until: date | str = "", person: str = "",\n'
            f"    ) -> Answered[{name}]: ...\n"
        )
    text.append(
        '\n    @overload\n    def __call__(\n        self, *, type: Literal[""] = "",\n'
        '        since: date | str = "", until: date | str = "", person: str = "",\n'
        "    ) -> Answered[dict[str, Any]]: ...\n"
    )
    return "".join(text)


def _type(rule: forms.FieldRule, personal: bool) -> str:
    if rule.column == "JSON":
        return "Lines | None"
    if rule.column == "DATE":
        return "date | str | None" if personal else "date | None"
    return "str | None"


def _class(types: list[str]) -> str:
    return "VanBan" if len(types) > 3 else "".join(part.capitalize() for part in types[0].split("_"))


def _wrapped(literals: str) -> str:
    parts, lines = literals.split(", "), [""]
    for part in parts:
        if len(lines[-1]) + len(part) > 90:
            lines.append("")
        lines[-1] += part + ", "
    return (
        lines[0].removesuffix(", ")
        if len(lines) == 1
        else "\n            " + "\n            ".join(line.rstrip() for line in lines) + "\n        "
    )


if __name__ == "__main__":
    TARGET.write_text(drawn(), encoding="utf-8")
