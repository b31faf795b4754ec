"""A command exists when its help, its page and its test exist; the reference is checked, not trusted."""

import re
import tomllib
from pathlib import Path

import pytest

from hoso.cli import COMMANDS
from tools import reference

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_page_whose_help_is_current(name: str) -> None:
    text = (reference.PAGES / f"{name}.md").read_text(encoding="utf-8")
    ours, _, _ = text.partition(reference.HEAD)
    assert len(ours.split()) > 40, f"docs/commands/{name}.md says too little of its own"
    assert text.endswith(reference.generated(name)), "run: python -m tools.reference"


def test_the_warehouse_page_lists_every_table_and_view() -> None:
    text = (reference.DOCS / "warehouse.md").read_text(encoding="utf-8")
    assert text.endswith(reference.tables()), "run: python -m tools.reference"


def test_every_link_in_the_docs_leads_somewhere() -> None:
    broken = []
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "samples").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)\)", page.read_text(encoding="utf-8")):
            if "://" not in target and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)} → {target}")
    assert not broken


def test_the_readme_names_the_two_commands_and_the_ci_calls_one_of_them() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make demo" in readme
    assert "make test" in readme
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_every_dependency_is_accounted_for() -> None:
    why = (ROOT / "docs" / "why.md").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    asked += [name for extra in project["project"]["optional-dependencies"].values() for name in extra]
    names = {re.match(r"[A-Za-z0-9_-]+", line)[0] for line in asked}  # type: ignore[index]
    assert not [name for name in names if f"`{name}`" not in why]
