"""Every broken or hostile file of the collection beside the checkout: a worker answers, within its time and memory."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".." / "shared" / "hostile"

# What a worker process does with a file: look, then read the first page. Anything but a HosoError ends it.
WORKER = """
import resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
from hoso.engines import tesseract
from hoso.errors import HosoError
from hoso.settings import Reading
from hoso.stages.read import read
from hoso.stages.survey import survey
limits = Reading(timeout=30)
engine = tesseract.open(limits)
for name in sys.argv[1:]:
    print(f"\\n{name}", end="\\t", flush=True)
    data = Path(name).read_bytes()
    try:
        seen = survey(data, limits)
    except HosoError as error:
        print("refused", error.reason, end="\\t", flush=True)
        continue
    print("taken", seen.pages, *seen.findings, end="\\t", flush=True)
    try:
        page = read(data, seen.media_type, "0" * 64, 1, engine, limits).page
        assert page.width > 0 and page.dpi > 0
        print("page", page.kind, end="\\t", flush=True)
    except HosoError as error:
        print("page", getattr(error, "reason", type(error).__name__), end="\\t", flush=True)
# not ru_maxrss: a new process starts with the peak of the one that made it
peak = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) // 1024
assert peak < 1000, f"{peak} MB"
"""
BATCH = 14


def collection() -> list[dict[str, str]]:
    manifest = FOLDER / "MANIFEST.tsv"
    if not manifest.is_file():
        return []
    with manifest.open(encoding="utf-8") as rows:
        return list(csv.DictReader(rows, delimiter="\t"))


CASES = collection()


def test_the_collection_is_there() -> None:
    if not CASES:
        pytest.skip(f"NO HOSTILE FILES at {FOLDER}: robustness is not tested here")
    assert len(CASES) > 50


@pytest.mark.parametrize("first", range(0, len(CASES), BATCH))
def test_every_hostile_file_is_answered(first: int) -> None:
    some = CASES[first : first + BATCH]
    done = subprocess.run(
        [sys.executable, "-c", WORKER, *(str(FOLDER / case["file"]) for case in some)],
        capture_output=True, text=True, timeout=300, cwd=ROOT, check=False,
    )  # fmt: skip
    answers = {Path(row.split("\t")[0]).name: row.split("\t")[1] for row in done.stdout.split("\n") if "\t" in row}
    assert done.returncode == 0, f"after {list(answers)[-1:]}: {done.stderr[-800:]}"
    for case in some:
        said, wanted = answers[case["file"]], case["expectation"]
        if wanted.startswith("ACCEPT") and "or REJECT" not in wanted and "JPEG2000" not in case["what is wrong"]:
            assert said.startswith("taken"), f"{case['file']}: {said}: {wanted}"
        if wanted.startswith("REJECT with clear reason") and "or decode" not in wanted:
            assert said.startswith("refused"), f"{case['file']}: {said}: {wanted}"
