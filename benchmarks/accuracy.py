"""Accuracy of the whole job on generated pages, per damage level: characters, words, types, fields, verdicts.

`python -m benchmarks.accuracy [--dossiers N] [--seed S] [--held-out]`. Papers come from `python -m tools.papers draw` with
their truth; the job runs through the command line, as a user's would. Truth and answer are
compared in NFC with blanks collapsed.

    CER  edit distance of a page's text to the truth, over its characters, lines in the order given by each
    WER  words of the truth that were not read (multiset), so that the order of columns does not count
    exact        value equal to the truth, printed fields and those filled in by pen apart; for free text case and blanks
                 aside, for codes and dates to the letter
    accepted     clear fields of documents whose verdict is clear, of all; accepted wrong: those of them that are wrong
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rapidfuzz.distance import Levenshtein

from benchmarks.machine import ROOT, write

EXACT = ("so_ky_hieu", "ngay", "ma_ho_so", "so_cccd", "so", "hang_gplx", "so_dien_thoai", "gioi_tinh")


def main() -> None:
    """Draw, digitize, compare; print a table and keep the figures."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--dossiers", type=int, default=8, help="per damage level")
    asked.add_argument("--seed", default="accuracy")
    asked.add_argument("--damage", default="clean,office,photocopy,phone")
    asked.add_argument("--held-out", action="store_true", help="only fonts, layouts and damage never used for tuning")
    asked.add_argument("--keep", type=Path, help="keep drawn papers and homes under this folder")
    given = asked.parse_args()
    answer: dict[str, Any] = {
        "seed": given.seed,
        "dossiers_a_level": given.dossiers,
        "held_out": given.held_out,
        "levels": {},
    }
    levels = ["held_out"] if given.held_out else given.damage.split(",")
    with tempfile.TemporaryDirectory() as temporary:
        base = given.keep or Path(temporary)
        for level in levels:
            answer["levels"][level] = measured(base / level, given, level)
            _show(level, answer["levels"][level])
    name = "accuracy-held-out" if given.held_out else "accuracy"
    print(write(name, answer).relative_to(ROOT))


def measured(folder: Path, given: argparse.Namespace, level: str) -> dict[str, Any]:
    """Figures of one damage level."""
    words = ["--count", str(given.dossiers), "--seed", f"{given.seed}-{level}"]
    words += ["--held-out"] if given.held_out else ["--damage", level]
    subprocess.run(
        [sys.executable, "-m", "tools.papers", "draw", folder, *words], check=True, cwd=ROOT, capture_output=True
    )
    hoso = [str(Path(sys.executable).parent / "hoso"), "--home", str(folder / "home")]
    subprocess.run([*hoso, "init", "--demo"], check=True, capture_output=True)
    subprocess.run([*hoso, "digitize", str(folder / "inbox")], check=True, capture_output=True)
    pages, records = _rows(hoso, "pages"), _rows(hoso, "records")
    truths = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((folder / "truth").glob("*.json"))]
    return _reading(truths, pages) | _understanding(truths, records)


def _rows(hoso: list[str], command: str) -> list[dict[str, Any]]:
    done = subprocess.run([*hoso, command, "--json"], check=True, capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def _reading(truths: Iterable[dict[str, Any]], pages: Iterable[dict[str, Any]]) -> dict[str, Any]:
    by_place = {(page["source"], page["position"]): page for page in pages}
    errors = characters = missed = words = turned = blanks = papers = 0
    for truth in truths:
        for page in truth["pages"]:
            read = by_place[truth["source"], page["position"]]
            papers += 1
            turned += read["rotation"] == page["rotation"] or page["kind"] == "blank"
            blanks += (read["kind"] == "blank") == (page["kind"] == "blank")
            wanted, found = _plain(page["text"]), _plain(read["text"])
            errors += Levenshtein.distance(wanted, found)
            characters += len(wanted)
            missed += sum((Counter(wanted.split()) - Counter(found.split())).values())
            words += len(wanted.split())
    return {
        "pages": papers,
        "cer": round(100 * errors / max(1, characters), 2),
        "wer": round(100 * missed / max(1, words), 2),
        "rotation_right": round(100 * turned / max(1, papers), 1),
        "blank_right": round(100 * blanks / max(1, papers), 1),
    }


def _understanding(truths: Iterable[dict[str, Any]], records: list[dict[str, Any]]) -> dict[str, Any]:
    by_page = {(row["source"], page["position"]): row for row in records for page in row["pages"]}
    typed = documents = printed = right = penned = penned_right = accepted = wrong = 0
    by_field: dict[str, list[bool]] = defaultdict(list)
    for truth in truths:
        for document in truth["documents"]:
            documents += 1
            row = by_page.get((truth["source"], document["positions"][0]))
            typed += row is not None and row["type"] == document["type"]
            known = row is not None and row["type"] == document["type"]
            found = {field["name"]: field for field in row["fields"]} if known and row else {}
            for name, value in document["fields"].items():
                if value in (None, "", []):
                    continue
                field = found.get(name, {"value": None, "status": "missing"})
                good = same(name, value, field["value"])
                if name in document["hand"]:
                    penned += 1
                    penned_right += good
                else:
                    by_field[f"{document['type']}.{name}"].append(good)
                    printed += 1
                    right += good
                if row and row["verdict"] == "clear" and field["status"] == "clear":
                    accepted += 1
                    wrong += not good
    return {
        "documents": documents,
        "type_right": round(100 * typed / max(1, documents), 1),
        "fields_printed": printed,
        "printed_exact": round(100 * right / max(1, printed), 1),
        "fields_by_hand": penned,
        "by_hand_exact": round(100 * penned_right / max(1, penned), 1),
        "accepted": round(100 * accepted / max(1, printed + penned), 1),
        "accepted_wrong": round(100 * wrong / max(1, accepted), 2),
        "by_field": {name: f"{sum(good)}/{len(good)}" for name, good in sorted(by_field.items())},
    }


def same(name: str, wanted: Any, found: Any) -> bool:
    """Whether a value is the true one: tables by the names of their rows, codes and dates to the letter."""
    if isinstance(wanted, list):
        rows = found if isinstance(found, list) else []
        return len(rows) == len(wanted) and all(
            same("", w.get("ten"), f.get("ten")) for w, f in zip(wanted, rows, strict=True)
        )
    if found is None:
        return False
    if any(name == exact or (exact == "ngay" and name.startswith("ngay")) for exact in EXACT):
        return _plain(str(wanted)) == _plain(str(found))
    if name == "chuc_vu":  # the truth joins its lines with a blank, the product with a dash
        wanted, found = str(wanted).replace(" - ", " "), str(found).replace(" - ", " ")
    return _plain(str(wanted)).casefold() == _plain(str(found)).casefold()


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _show(level: str, figures: dict[str, Any]) -> None:
    told = ", ".join(f"{name} {value}" for name, value in figures.items() if name != "by_field")
    print(f"{level}: {told}", flush=True)
    for name, value in figures["by_field"].items():
        print(f"    {name}: {value}")


if __name__ == "__main__":
    main()
