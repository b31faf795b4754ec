"""What an office installs: units and a compose file, as far as they can be checked without starting them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
HOSO = Path(sys.executable).with_name("hoso")
INSTALLED = "/opt/hoso/.venv/bin/hoso"
UNITS = sorted(path for path in DEPLOY.iterdir() if path.suffix in (".service", ".timer"))


def lines(unit: Path, key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", unit.read_text(encoding="utf-8"), re.M)


def compose() -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]["hoso"]
    return told


def understood(words: list[str]) -> bool:
    """Whether this Hoso has that command with those options."""
    name, *options = words
    done = subprocess.run([HOSO, name, "--help"], capture_output=True, text=True)
    return done.returncode == 0 and all(option in done.stdout for option in options)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace(INSTALLED, str(HOSO))
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    files = [str(tmp_path / unit.name) for unit in UNITS]
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *files], capture_output=True, text=True)
    ours = [line for line in done.stderr.splitlines() if str(tmp_path) in line or "hoso" in line.partition(":")[0]]
    assert not ours, ours
    bad = tmp_path / "hoso.service"
    bad.write_text(bad.read_text().replace("Restart=on-failure", "Restart=sometimes"))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(bad)], capture_output=True, text=True)
    assert "sometimes" in done.stderr, "the check would see a mistake"


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.suffix == ".service"], ids=lambda unit: unit.name)
def test_every_command_of_a_unit_exists(unit: Path) -> None:
    commands = [command for key in ("ExecStartPre", "ExecStart", "ExecStopPost") for command in lines(unit, key)]
    assert commands
    for command in commands:
        program, *words = command.lstrip("-").split()
        assert program == INSTALLED
        assert understood(words), command
    (home,) = lines(unit, "Environment")
    (writable,) = lines(unit, "ReadWritePaths")
    assert Path(home.removeprefix("HOSO_HOME=")).is_relative_to(writable)


def test_a_service_that_is_misconfigured_is_not_started_again_and_again(tmp_path: Path) -> None:
    from hoso.errors import Misconfigured, Usage

    (unit,) = [unit for unit in UNITS if unit.name == "hoso.service"]
    (codes,) = lines(unit, "RestartPreventExitStatus")
    assert {int(code) for code in codes.split()} == {Misconfigured.exit_code, Usage.exit_code}


def test_the_compose_file_names_what_exists() -> None:
    told = compose()
    context = (DEPLOY / told["build"]["context"]).resolve()
    assert context == ROOT
    assert (context / told["build"]["dockerfile"]).is_file()
    assert told["command"][0] == "hoso"
    assert understood(told["command"][1:])
    mounted = [volume.split(":")[1] for volume in told["volumes"]]
    assert any(Path(told["environment"]["HOSO_HOME"]).is_relative_to(place) for place in mounted)


def test_the_image_is_made_of_what_exists() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    (packages,) = re.findall(r"--no-install-recommends(.*?)&&", text)
    (needed,) = re.findall(r"^packages=\((.*)\)$", (ROOT / "tools" / "setup.sh").read_text(encoding="utf-8"), re.M)
    assert set(needed.split()) <= set(packages.split())
    for script in re.findall(r"^RUN (tools/\S+)", text, re.M):
        assert (ROOT / script).stat().st_mode & 0o100
    command = re.findall(r'^CMD \["hoso", "(\w+)"\]', text, re.M)
    assert command == [compose()["command"][1]]


def test_the_service_is_told_longer_to_end_than_its_parts_take() -> None:
    from hoso.cli.supervise import GRACE

    most = 2 * GRACE + GRACE / 4 + 5  # those that lean on others, the others, what is left
    (unit,) = [unit for unit in UNITS if unit.name == "hoso.service"]
    assert int(lines(unit, "TimeoutStopSec")[0]) > most
    assert int(compose()["stop_grace_period"].removesuffix("s")) > most
