"""Importing hoso and `hoso --help` load nothing heavy and are quick."""

import subprocess
import sys

import pytest

HEAVY = (
    "numpy", "cv2", "PIL", "pytesseract", "pikepdf", "pdfplumber", "pypdfium2", "fontTools", "pyhanko", "cryptography",
    "duckdb", "prefect", "minio", "rich", "rapidfuzz", "sqlite3", "msgspec",
)  # fmt: skip

SCRIPTS = {
    "import hoso": "import hoso",
    "hoso --help": "from hoso.cli import main\ntry: main(['--help'])\nexcept SystemExit as e: assert e.code == 0",
    "hoso --version": "from hoso.cli import main\ntry: main(['--version'])\nexcept SystemExit as e: assert e.code == 0",
}


@pytest.mark.parametrize("what", SCRIPTS)
def test_nothing_heavy_is_loaded_by(what: str) -> None:
    script = SCRIPTS[what] + f"\nimport sys; sys.stderr.write(' '.join(set(sys.modules) & set({HEAVY!r})))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr == "", f"{what} loads {done.stderr}"


def test_the_status_of_a_home_loads_no_engine() -> None:
    script = "import sys, hoso.cli.ask, hoso.recipe; print(' '.join(set(sys.modules) & set(%r)))" % (  # noqa: UP031
        ("numpy", "cv2", "PIL", "pytesseract", "pikepdf", "pdfplumber", "pypdfium2", "pyhanko", "duckdb", "prefect"),
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
