"""The generated parts of the docs: each command's help, the warehouse's tables. `python -m tools.reference` redraws them.

A page is ours above the line ``## Help`` (``## Tables and views``) and generated below it; a test compares the two.
"""

from __future__ import annotations

import re
from pathlib import Path

import click
from click.testing import CliRunner

from hoso.cli import COMMANDS, hoso

DOCS = Path(__file__).parents[1] / "docs"
PAGES = DOCS / "commands"
HEAD = "## Help\n"
TABLES_HEAD = "## Tables and views\n"


def help_of(*words: str) -> str:
    """What ``hoso WORDS --help`` prints, at 100 columns."""
    result = CliRunner().invoke(hoso, [*words, "--help"], prog_name="hoso", terminal_width=100, max_content_width=100)
    assert result.exit_code == 0, result.output
    return result.output.rstrip()


def generated(name: str) -> str:
    """The part of the page of a command that is generated."""
    blocks = [help_of(name)]
    command = hoso.get_command(click.Context(hoso), name)
    if isinstance(command, click.Group):
        blocks += [help_of(name, inner) for inner in command.commands]
    return HEAD + "".join(f"\n```text\n{block}\n```\n" for block in blocks)


def tables() -> str:
    """The part of the warehouse's page that is generated: views with their comments, tables with their columns."""
    from hoso.warehouses.ducklake import schema, views

    told = [TABLES_HEAD, "\n| view | holds |\n|---|---|\n"]
    known = {**views.views(views.papers()), **views.first_known()}
    told += [f"| `{name}` | {comment} |\n" for name, (_, comment) in known.items()]
    for table in schema.TABLES.values():
        told.append(f"\n### {table.name}\n\n{table.comment}\n\n| column | type | holds |\n|---|---|---|\n")
        told += [f"| `{name}` | {kind} | {comment} |\n" for name, kind, comment in table.columns]
    return "".join(told)


def redraw() -> None:
    """Write the generated part of every page; our own part stays."""
    warehouse = DOCS / "warehouse.md"
    ours = warehouse.read_text(encoding="utf-8")
    warehouse.write_text(re.split(rf"^{TABLES_HEAD}", ours, flags=re.M)[0] + tables(), encoding="utf-8")
    for name in COMMANDS:
        page = PAGES / f"{name}.md"
        ours = page.read_text(encoding="utf-8") if page.exists() else f"# hoso {name}\n\n"
        page.write_text(re.split(rf"^{HEAD}", ours, flags=re.M)[0] + generated(name), encoding="utf-8")


if __name__ == "__main__":
    redraw()
