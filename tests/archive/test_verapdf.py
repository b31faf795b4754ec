"""veraPDF is asked where it is on the PATH: its report is read, and its silence does no harm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hoso.errors import Unavailable
from hoso.pdf import verapdf
from hoso.stages.verify import verify

REPORT = """<?xml version="1.0" encoding="utf-8"?>
<report><buildInformation/><jobs><job><item size="1"><name>copy.pdf</name></item>
<validationReport jobEndStatus="normal" profileName="PDF/A-2U" statement="{statement}" isCompliant="{ok}">
<details passedRules="143" failedRules="1" passedChecks="900" failedChecks="2">{rule}</details></validationReport>
<duration start="1" finish="2">00:00:01</duration></job></jobs></report>"""
RULE = """<rule specification="ISO 19005-2:2011" clause="6.2.11.5" testNumber="1" status="failed" failedChecks="2">
<description>Widths must be consistent</description><object>Glyph</object></rule>"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A double on the PATH that checks how it is called and prints the given report."""

    def install(report: str) -> None:
        (tmp_path / "report.xml").write_text(report)
        script = tmp_path / "verapdf"
        script.write_text(
            '#!/bin/sh\n[ "$1 $2 $3 $4" = "--format xml --flavour 2u" ] && [ -s "$5" ] || exit 9\n'
            f'cat "{tmp_path}/report.xml"\n'
        )
        script.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    return install


def test_a_failed_rule_becomes_a_violation(program: Any, sealed: bytes, roots: Any) -> None:
    program(REPORT.format(statement="no", ok="false", rule=RULE))
    (found,) = verapdf.violations(sealed)
    assert found.clause == "6.2.11.5"
    assert "Widths must be consistent" in found.text
    told = verify(sealed, roots)
    assert told.violations == (found,)
    assert not told.valid


def test_a_file_that_complies_breaks_nothing(program: Any, sealed: bytes, roots: Any) -> None:
    program(REPORT.format(statement="yes", ok="true", rule=""))
    assert verapdf.violations(sealed) == ()
    assert "veraPDF" in verify(sealed, roots).text


def test_a_file_that_does_not_comply_without_a_rule_is_not_passed(program: Any, sealed: bytes) -> None:
    program(REPORT.format(statement="does not comply", ok="false", rule=""))
    assert len(verapdf.violations(sealed)) == 1


@pytest.mark.parametrize("report", ["", "no xml", "<report><jobs/></report>"])
def test_a_judge_that_does_not_answer_leaves_our_own_check(
    report: str, program: Any, sealed: bytes, roots: Any
) -> None:
    program(report)
    with pytest.raises(Unavailable):
        verapdf.violations(sealed)
    told = verify(sealed, roots)
    assert told.valid
    assert "không trả lời" in told.text


def test_without_the_program_it_is_unavailable(monkeypatch: pytest.MonkeyPatch, sealed: bytes) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert not verapdf.available()
    with pytest.raises(Unavailable, match="verapdf"):
        verapdf.violations(sealed)
