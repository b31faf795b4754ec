"""How often a value is right at which confidence, by kind of field: what the thresholds in ``forms.py`` rest on.

`python -m benchmarks.thresholds [--dossiers N] [--seed S]`: generated papers without handwriting, clean, office and
photocopy. Use a
seed of its own; the accuracy benchmark draws with others.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from benchmarks.accuracy import same
from benchmarks.machine import ROOT, write
from hoso import forms

BANDS = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)


def main() -> None:
    """Draw, digitize, count right values by kind and band of confidence; print and keep."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--dossiers", type=int, default=20, help="per damage level")
    asked.add_argument("--seed", default="tune")
    given = asked.parse_args()
    counts: dict[str, dict[float, list[int]]] = defaultdict(lambda: {band: [0, 0] for band in BANDS})
    with tempfile.TemporaryDirectory() as temporary:
        for level in ("clean", "office", "photocopy"):
            for kind, confidence, right in judged(Path(temporary) / level, level, given):
                band = max(b for b in BANDS if b <= confidence)
                counts[kind][band][0] += right
                counts[kind][band][1] += 1
    answer = {
        kind: {f"{b:.2f}": f"{r}/{n}" for b, (r, n) in bands.items() if n} for kind, bands in sorted(counts.items())
    }
    for kind, bands in answer.items():
        print(f"{kind:15} " + "  ".join(f"{band}: {count}" for band, count in bands.items()))
    print(
        write("thresholds", {"seed": given.seed, "dossiers_a_level": given.dossiers, "right": answer}).relative_to(ROOT)
    )


def judged(folder: Path, level: str, given: argparse.Namespace) -> Iterator[tuple[str, float, bool]]:
    """(kind, confidence, right) of each field of the papers of one damage level."""
    words = ["--count", str(given.dossiers), "--seed", f"{given.seed}-{level}", "--damage", level, "--hand", "never"]
    subprocess.run(
        [sys.executable, "-m", "tools.papers", "draw", folder, *words], check=True, cwd=ROOT, capture_output=True
    )
    hoso = [str(Path(sys.executable).parent / "hoso"), "--home", str(folder / "home")]
    subprocess.run([*hoso, "init", "--demo"], check=True, capture_output=True)
    subprocess.run([*hoso, "digitize", str(folder / "inbox")], check=True, capture_output=True)
    told = subprocess.run([*hoso, "records", "--json"], check=True, capture_output=True, text=True).stdout
    records = [json.loads(line) for line in told.splitlines()]
    by_page = {(row["source"], page["position"]): row for row in records for page in row["pages"]}
    known = forms.load(ROOT / "schemas")
    for path in sorted((folder / "truth").glob("*.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        for document in truth["documents"]:
            row = by_page.get((truth["source"], document["positions"][0]))
            if row is None or row["type"] != document["type"]:
                continue
            found = {field["name"]: field for field in row["fields"]}
            for name, value in document["fields"].items():
                rule = known.form(row["form"]).field(name)
                if value not in (None, "", []) and rule is not None and name in found:
                    yield rule.kind, found[name]["confidence"], same(name, value, found[name]["value"])


if __name__ == "__main__":
    main()
