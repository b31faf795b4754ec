"""Accuracy of the whole job on generated pages, per damage level: characters, words, types, fields, verdicts.

`python -m benchmarks.accuracy [--dossiers N] [--papers N] [--seed S] [--part both|tuned|never-tuned]`. Papers come from
`python -m tools.papers draw` with their truth, mixed dossiers and single papers of each type; the job runs through the
command line, as a user's would. The never-tuned part has the fonts and layouts kept back, under each damage and under the
one kept back ("fax"). Truth and answer are compared in NFC with blanks collapsed.

    CER  edit distance of a page's text to the truth, over its characters, lines in the order given by each
    WER  words of the truth that were not read (multiset), so that the order of columns does not count
    exact        value equal to the truth, printed fields and those filled in by pen apart; for free text case and blanks
                 aside, for codes and dates to the letter
    numbers      the same, of printed codes, numbers and dates alone
    accepted     fields that ask for no person (clear), of all that the papers state, and of those the wrong ones: another
                 value than the truth, or a value where the paper states none; fields of papers told wrongly count as well
    papers       the same of whole papers: verdict clear, and of those the ones with a wrong clear field
    faults       the problems planted in the dossiers that are told (where the papers have any), and dossiers without one
                 that are told to have an error
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rapidfuzz.distance import Levenshtein

from benchmarks.machine import ROOT, write
from hoso import forms as form_files
from hoso.recipe.calibrating import same
from hoso.values import text as texts
from tools.papers.types import found

__all__ = ["same"]

NUMBERS = frozenset(
    {"date", "identity", "phone", "symbol", "dossier-code", "certificate", "licence-class", "tax-code", "procedure-code",
     "expiry", "licence-number", "money", "register-number", "business-number", "year", "alcohol"}
)  # fmt: skip
"""Kinds of fields that are numbers, codes and dates."""
PARTS = {
    "tuned": ("clean", "office", "photocopy", "phone"),
    "never-tuned": ("clean", "office", "photocopy", "phone", "fax"),
}


def main() -> None:
    """Draw, digitize, compare; print a table and keep the figures."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--dossiers", type=int, default=8, help="mixed dossiers a damage level")
    asked.add_argument("--papers", type=int, default=1, help="single papers of each type a damage level")
    asked.add_argument("--types", default="", help="only these types of single papers (default: all)")
    asked.add_argument("--seed", default="accuracy")
    asked.add_argument("--damage", default="", help="only these damage levels")
    asked.add_argument("--hand", choices=("never", "some", "always"), default="some", help="filled in by pen")
    asked.add_argument("--part", choices=("both", *PARTS), default="both")
    asked.add_argument("--keep", type=Path, help="keep drawn papers and homes under this folder")
    given = asked.parse_args()
    answer: dict[str, Any] = {
        "seed": given.seed, "dossiers_a_level": given.dossiers, "papers_a_type": given.papers, "hand": given.hand,
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as temporary:
        base = given.keep or Path(temporary)
        for part in PARTS if given.part == "both" else (given.part,):
            for level in [one for one in PARTS[part] if not given.damage or one in given.damage.split(",")]:
                told = measured(base / part / level, given, part, level)
                answer.setdefault(part, {})[level] = told
                _show(f"{part}, {level}", told)
    print(write("accuracy", answer).relative_to(ROOT))


def measured(folder: Path, given: argparse.Namespace, part: str, level: str) -> dict[str, Any]:
    """Figures of one damage level of one part."""
    reading: Counter[str] = Counter()
    tally = Tally()
    kinds = given.types.split(",") if given.types else sorted(found())
    for what, count in (("mixed", given.dossiers), (",".join(kinds), given.papers * len(kinds))):
        if count:
            here = folder / ("mixed" if what == "mixed" else "single")
            words = [
                "--count",
                str(count),
                "--seed",
                f"{given.seed}-{part}-{level}",
                "--types",
                what,
                "--hand",
                given.hand,
            ]
            words += ["--damage", level] + (["--held-out", "--usual-damage"] if part == "never-tuned" else [])
            _run([sys.executable, "-m", "tools.papers", "draw", str(here), *words])
            hoso = [str(Path(sys.executable).parent / "hoso"), "--home", str(here / "home")]
            _run([*hoso, "init"])
            _run([*hoso, "digitize", str(here / "inbox")])
            told = {truth["source"]: truth for truth in map(_json, sorted((here / "truth").glob("*.json")))}
            reading += _reading(told.values(), _rows(hoso, "pages"))
            tally.add(told.values(), _rows(hoso, "records"))
    return _shares(reading) | tally.figures()


def _run(words: list[str]) -> str:
    return subprocess.run(words, check=True, cwd=ROOT, capture_output=True, text=True).stdout


def _json(path: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return told


def _rows(hoso: list[str], command: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in _run([*hoso, command, "--json"]).splitlines()]


def _reading(truths: Iterable[dict[str, Any]], pages: Iterable[dict[str, Any]]) -> Counter[str]:
    by_place = {(page["source"], page["position"]): page for page in pages}
    count: Counter[str] = Counter()
    for truth in truths:
        for page in truth["pages"]:
            read = by_place[truth["source"], page["position"]]
            count["pages"] += 1
            count["turned"] += read["rotation"] == page["rotation"] or page["kind"] == "blank"
            count["blanks"] += (read["kind"] == "blank") == (page["kind"] == "blank")
            wanted, got = texts.squeeze(page["text"]), texts.squeeze(read["text"])
            count["errors"] += Levenshtein.distance(wanted, got)
            count["characters"] += len(wanted)
            count["missed"] += sum((Counter(wanted.split()) - Counter(got.split())).values())
            count["words"] += len(wanted.split())
    return count


def _shares(count: Mapping[str, int]) -> dict[str, Any]:
    pages = max(1, count["pages"])
    return {
        "pages": count["pages"],
        "cer": round(100 * count["errors"] / max(1, count["characters"]), 2),
        "wer": round(100 * count["missed"] / max(1, count["words"]), 2),
        "rotation_right": round(100 * count["turned"] / pages, 1),
        "blank_right": round(100 * count["blanks"] / pages, 1),
    }


@dataclass(slots=True)
class Tally:
    """Counts of documents and fields; ``types`` and ``fields`` by name as (right, of all)."""

    count: Counter[str] = field(default_factory=Counter)
    types: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    fields: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))

    def add(self, truths: Iterable[dict[str, Any]], records: list[dict[str, Any]]) -> None:
        """Compare the papers of ``truths`` with the records of them."""
        by_page = {(row["source"], page["position"]): row for row in records for page in row["pages"]}
        of_source: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in records:
            of_source[row["source"]].append(row)
        for truth in truths:
            for document in truth["documents"]:
                row = by_page.get((truth["source"], document["positions"][0]))
                self._document(document, row)
            self._faults(truth, of_source[truth["source"]])

    def _document(self, document: dict[str, Any], row: dict[str, Any] | None) -> None:
        kind, mine = document["type"], self.types[document["type"]]
        known = row is not None and row["type"] == kind
        told = {one["name"]: one for one in row["fields"]} if row is not None else {}
        self.count["documents"] += 1
        self.count["typed"] += known
        mine["papers"] += 1
        mine["typed"] += known
        rule_of = {rule.name: rule.kind for rule in _forms().latest(kind).fields} if kind in _forms().types() else {}
        spoiled = False
        for name, value in document["fields"].items():
            one = told.get(name, {"value": None, "status": "missing"})
            stated = value not in (None, "", [])
            good = stated and known and same(name, value, one["value"])
            clear = one["status"] == "clear"
            wrong = clear and not (stated and same(name, value, one["value"]))
            spoiled |= wrong
            for count in (self.count, mine):
                count["stated"] += stated
                count["accepted"] += clear
                count["wrong"] += wrong
            if not stated:
                continue
            pen = "penned" if name in document["hand"] else "printed"
            self.count[pen] += 1
            self.count[f"{pen}_right"] += good
            mine["right"] += good
            if pen == "printed":
                self.fields[f"{kind}.{name}"].append(good)
                if rule_of.get(name) in NUMBERS:
                    self.count["numbers"] += 1
                    self.count["numbers_right"] += good
        if row is not None and row["verdict"] == "clear":
            self.count["papers_clear"] += 1
            self.count["papers_wrong"] += spoiled or not known

    def _faults(self, truth: dict[str, Any], rows: list[dict[str, Any]]) -> None:
        told = {(problem["code"], problem["field"]) for row in rows for problem in row["problems"]}
        planted = truth.get("problems", [])
        self.count["planted"] += len(planted)
        codes = {code for code, _ in told}
        self.count["planted_found"] += sum(p["code"] in codes for p in planted)
        if not planted:
            self.count["faultless"] += 1
            self.count["false_alarms"] += any(p["severity"] == "error" for row in rows for p in row["problems"])

    def figures(self) -> dict[str, Any]:
        """Shares in percent, and the counts they are of."""
        count = self.count

        def share(part: str, whole: str, digits: int = 1) -> float:
            return round(100 * count[part] / max(1, count[whole]), digits)

        return {
            "documents": count["documents"],
            "type_right": share("typed", "documents"),
            "fields_printed": count["printed"],
            "printed_exact": share("printed_right", "printed"),
            "numbers": count["numbers"],
            "numbers_exact": share("numbers_right", "numbers"),
            "fields_by_hand": count["penned"],
            "by_hand_exact": share("penned_right", "penned"),
            "accepted": share("accepted", "stated"),
            "accepted_wrong": share("wrong", "accepted", 2),
            "accepted_wrong_of": [count["wrong"], count["accepted"]],
            "papers_clear": share("papers_clear", "documents"),
            "papers_clear_wrong_of": [count["papers_wrong"], count["papers_clear"]],
            "faults_found_of": [count["planted_found"], count["planted"]],
            "false_alarms_of": [count["false_alarms"], count["faultless"]],
            "by_type": {
                name: {"papers": one["papers"], "typed": one["typed"], "fields": one["stated"], "right": one["right"],
                       "accepted": one["accepted"], "wrong": one["wrong"]}
                for name, one in sorted(self.types.items())
            },
            "by_field": {name: f"{sum(good)}/{len(good)}" for name, good in sorted(self.fields.items())},
        }  # fmt: skip


def _forms() -> form_files.Forms:
    if not _LOADED:
        _LOADED.append(form_files.load(ROOT / "schemas"))
    return _LOADED[0]


_LOADED: list[form_files.Forms] = []


def _show(level: str, figures: dict[str, Any]) -> None:
    told = ", ".join(f"{name} {value}" for name, value in figures.items() if not name.startswith("by_"))
    print(f"{level}: {told}", flush=True)
    for name, one in figures["by_type"].items():
        print(f"    {name}: " + ", ".join(f"{key} {value}" for key, value in one.items()))
    for name, value in figures["by_field"].items():
        right, whole = value.split("/")
        if right != whole:
            print(f"        {name}: {value}")


if __name__ == "__main__":
    main()
