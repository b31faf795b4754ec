"""Pages a minute of the whole job against OCRmyPDF on the same pages in the same run, both with two workers.

`python -m benchmarks.speed [--dossiers N] [--rounds N]`. OCRmyPDF is installed once into `.bench/` (its own environment;
its PDF/A path needs Ghostscript). The pages come from the generator, one scanned PDF a dossier, so that both are
given the very same files. Machines are noisy: the rounds alternate, and the ratio of the medians is what counts.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.machine import ROOT, write

BENCH = ROOT / ".bench"
VERSION = "17.13.0"


def ocrmypdf() -> Path:
    """The peer, installed in an environment of its own where it is not there yet."""
    program = BENCH / "bin" / "ocrmypdf"
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", BENCH], check=True)
        subprocess.run([BENCH / "bin" / "python", "-m", "pip", "install", "-q", f"ocrmypdf=={VERSION}"], check=True)
    if shutil.which("gs") is None:
        raise SystemExit("OCRmyPDF's --output-type pdfa needs Ghostscript: apt-get install ghostscript")
    return program


def draw(folder: Path, dossiers: int, seed: str) -> int:
    """Scanned PDFs of synthetic dossiers, one each, into ``folder``; gives the number of pages."""
    from PIL import Image

    words = [
        "--count",
        str(dossiers),
        "--seed",
        seed,
        "--damage",
        "clean,office,photocopy",
        "--dpi",
        "200,300",
        "--turned",
        "0",
    ]
    drawn = folder.parent / "drawn"
    subprocess.run(
        [sys.executable, "-m", "tools.papers", "draw", drawn, *words], check=True, cwd=ROOT, capture_output=True
    )
    count = 0
    for dossier in sorted((drawn / "inbox").iterdir()):
        files = sorted(dossier.iterdir()) if dossier.is_dir() else [dossier]
        if any(file.suffix == ".pdf" for file in files):
            shutil.copy(files[0], folder / f"{dossier.stem}.pdf")
            count += _pages(files[0])
            continue
        frames = [frame.convert("RGB" if frame.mode not in "1L" else frame.mode) for f in files for frame in _frames(f)]
        dpi = Image.open(files[0]).info.get("dpi", (200, 200))[0]
        how = {} if any(frame.mode == "1" for frame in frames) else {"quality": 80}  # black and white goes as CCITT
        frames[0].save(
            folder / f"{dossier.name}.pdf", save_all=True, append_images=frames[1:], resolution=float(dpi), **how
        )
        count += len(frames)
    return count


def _frames(file: Path) -> list[Any]:
    from PIL import Image, ImageSequence

    with Image.open(file) as image:
        return [frame.copy() for frame in ImageSequence.Iterator(image)]


def _pages(file: Path) -> int:
    import pikepdf

    with pikepdf.open(file) as pdf:
        return len(pdf.pages)


def timed(*commands: Sequence[str | Path]) -> tuple[float, float]:
    """(wall seconds, CPU seconds with children) of commands run one after the other."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"OMP_THREAD_LIMIT": "1"})
        if done.returncode:
            raise SystemExit(f"{' '.join(map(str, command))}\n{done.stderr[-2000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - start, cpu


def main() -> None:
    """Draw, run both in turn, print and keep the figures."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--dossiers", type=int, default=8)
    asked.add_argument("--rounds", type=int, default=2)
    asked.add_argument("--seed", default="speed")
    given = asked.parse_args()
    peer, hoso = ocrmypdf(), Path(sys.executable).parent / "hoso"
    figures: dict[str, list[tuple[float, float]]] = {"hoso": [], "ocrmypdf": []}
    with tempfile.TemporaryDirectory() as temporary:
        base = Path(temporary)
        scans = base / "scans"
        scans.mkdir()
        pages = draw(scans, given.dossiers, given.seed)
        files = sorted(scans.iterdir())
        print(f"{len(files)} scanned PDFs, {pages} pages, {given.rounds} rounds, 2 workers each", file=sys.stderr)
        for number in range(given.rounds):
            home, out = base / f"home{number}", base / f"out{number}"
            out.mkdir()
            subprocess.run([hoso, "--home", home, "init", "--demo"], check=True, capture_output=True)
            figures["hoso"].append(timed([hoso, "--home", home, "digitize", scans, "--jobs", "2", "--json"]))
            calls = [[peer, "-q", "-l", "vie", "--output-type", "pdfa", "--jobs", "2", f, out / f.name] for f in files]
            figures["ocrmypdf"].append(timed(*calls))
            for name, runs in figures.items():
                print(f"round {number + 1}: {name}: {60 * pages / runs[-1][0]:.1f} pages a minute", file=sys.stderr)
    wall = {name: statistics.median(run[0] for run in runs) for name, runs in figures.items()}
    cpu = {name: statistics.median(run[1] for run in runs) for name, runs in figures.items()}
    answer = {
        "pages": pages,
        "rounds": given.rounds,
        "pages_a_minute": {name: round(60 * pages / seconds, 1) for name, seconds in wall.items()},
        "cpu_seconds_a_page": {name: round(seconds / pages, 2) for name, seconds in cpu.items()},
        "times_as_fast": {
            "wall": round(wall["ocrmypdf"] / wall["hoso"], 2),
            "cpu": round(cpu["ocrmypdf"] / cpu["hoso"], 2),
        },
        "peer": f"ocrmypdf {VERSION} -l vie --output-type pdfa --jobs 2",
        "note": "Hoso: the whole job, sealed and loaded; OCRmyPDF: its PDF/A with text layer",
    }
    for name, value in answer.items():
        print(f"{name}: {value}")
    print(write("speed", answer).relative_to(ROOT))


if __name__ == "__main__":
    main()
