"""Fields of published documents: how many are right, doubted, missing, and how many are wrong without a doubt.

`python -m benchmarks.real [--documents FOLDER] [--cache FOLDER] [--engine NAME]`. The documents and their truth lie beside
the checkout in ``../shared/real`` (official papers of Vietnamese offices, typed off by hand); they are not part of the
project. A page is read once and its reading kept under ``--cache``, named by the read stage's version and the engine.

    right     the value is the truth, case, blanks, dashes and the older place of a mark ("hoá") aside
    doubted   another value than the truth, and the field says so: a person looks
    missing   no value, and no place to look at
    WRONG     another value than the truth, and nobody is asked

Slots that the truth calls handwritten are counted apart: there "told" is a field that says it is handwriting, is doubtful
and gives the place of its slot, so that a person gets the crop; whatever was read there may not stand undoubted ("WRONG").
An agency counts as right when it is what the letterhead prints: the truth adds the province from the line above ("Sở Y tế
tỉnh …").
"""

from __future__ import annotations

import argparse
import json
import os
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.machine import ROOT, write
from hoso import calibration, keys, resources
from hoso import forms as form_files
from hoso.engines.api import Engine
from hoso.nouns import Field, Record, Seen
from hoso.settings import Reading, Rooms
from hoso.site import module
from hoso.stages import check, divide, extract, weigh
from hoso.stages.read import VERSION, read
from hoso.stages.survey import survey

PAGES = 6
"""Pages read of each document: the facts stand on the first and where the signature is."""
_OLDER = dict(zip("àáảãạỳýỷỹỵ", "òóỏõọùúủũụ", strict=True))
BY_HAND = {"so_ky_hieu": {"number"}, "ngay_ban_hanh": {"day", "month", "last digit of year"}}
RIGHT, TOLD, DOUBTED, MISSING, WRONG = VERDICTS = ("right", "told", "doubted", "missing", "WRONG")


def main() -> None:
    """Read, understand, compare; print a table and keep the figures."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--documents", type=Path, default=ROOT.parent / "shared" / "real")
    asked.add_argument("--cache", type=Path, default=None, help="keep readings here; none are kept by default")
    asked.add_argument("--engine", default=Rooms().engine, help="which engine reads (default: %(default)s)")
    asked.add_argument(
        "--show", action="store_true", help="tell each field that is not right (published documents only)"
    )
    given = asked.parse_args()
    truth = given.documents / "truth.json"
    if not truth.is_file():
        raise SystemExit(f"{truth} is not here: this benchmark needs the published documents beside the checkout")
    os.environ["OMP_THREAD_LIMIT"] = "1"
    engine: Engine = module("engines", given.engine).open(Reading())
    tallies: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    documents = 0
    for wanted in json.loads(truth.read_text(encoding="utf-8")):
        path = given.documents / wanted["file"]
        if "fields" not in wanted or not path.is_file():
            continue
        record = _first_record(_seen(path, engine, given.cache))
        documents += 1
        for name, how, verdict, told in _compared(wanted, record):
            tallies[name, how][verdict] += 1
            if given.show and verdict != RIGHT:
                print(f"{wanted['file']}: {name} ({how}) {verdict}: {told}")
    figures: dict[str, Any] = {}
    for (name, how), tally in sorted(tallies.items()):
        share = tally[TOLD if how == "handwritten" else RIGHT] / tally.total()
        figures[f"{name} {how}"] = {v: tally[v] for v in VERDICTS} | {"share": round(share, 3)}
        print(f"{name:18} {how:11} " + "  ".join(f"{v} {tally[v]:2}" for v in VERDICTS) + f"  {share:.0%}")
    if not given.show:
        print(
            write("real", {"documents": documents, "engine": engine.fingerprint, "fields": figures}).relative_to(ROOT)
        )


def _seen(path: Path, engine: Engine, cache: Path | None) -> tuple[Seen, ...]:
    """The pages of a document as read now or, by the same code and engine, before."""
    data, limits = path.read_bytes(), Reading()
    kept = (
        cache / f"{keys.short(keys.key(keys.digest(data), VERSION, engine.fingerprint, PAGES))}.json" if cache else None
    )
    if kept is not None and kept.is_file():
        return keys.decode(kept.read_bytes(), tuple[Seen, ...])
    found = survey(data, limits)
    pages = range(1, min(found.pages, PAGES) + 1)
    seen = tuple(
        replace(s, page=replace(s.page, position=i))
        for i, s in ((i, read(data, found.media_type, keys.digest(data), i, engine, limits)) for i in pages)
    )
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(keys.encode(seen))
    return seen


def _first_record(seen: Sequence[Seen]) -> Record:
    """The record of the first paper: attachments behind it are papers of their own."""
    forms = form_files.load(resources.folder("schemas"))
    document = divide.divide("real", seen, forms)[0]
    pages = [s for s in seen if s.page.ref in document.pages]
    form = forms.form(document.form)
    record = check.check(document, extract.extract(document, pages, form), form, pages)
    shipped = calibration.load(resources.folder("ocr_models") / calibration.FOLDER)
    return weigh.weigh((record,), [s.page for s in seen], forms, shipped)[0]


def _compared(wanted: dict[str, Any], record: Record) -> Iterator[tuple[str, str, str, str]]:
    """(field, "printed" or "handwritten", verdict, what differs) of each field the truth knows."""
    fields = {f.name: f for f in record.fields}
    for name, value in wanted["fields"].items():
        how = "handwritten" if BY_HAND.get(name, set()) & set(wanted.get("handwritten", ())) else "printed"
        field = fields.get(name)
        if name == "ten_loai" and record.document.type == "quyet_dinh":
            found: str | None = "Quyết định"
            doubted = False
        elif value is None:
            continue
        else:
            found, doubted = (field.value if field else None), field is not None and field.status == "doubtful"
        if how == "handwritten":
            verdict = TOLD if field is not None and _is_told(field) else MISSING if not found else DOUBTED
            verdict = WRONG if found and not doubted and _plain(found) != _plain(value) else verdict
        elif _plain(found) == _plain(value) or _is_printed(name, found, value, wanted):
            verdict = RIGHT
        else:
            verdict = MISSING if not found else DOUBTED if doubted else WRONG
        yield name, how, verdict, f"{found!r}, not {value!r}"


def _is_told(field: Field) -> bool:
    """Whether a field says that it is handwriting, waits for a person and says where the ink is."""
    return field.status == "doubtful" and "field.handwritten" in field.failed and field.place is not None


def _is_printed(name: str, found: str | None, value: str, wanted: dict[str, Any]) -> bool:
    """Whether what differs from the truth is its way of writing down: it leaves out the body that is signed for ("TM. ỦY
    BAN NHÂN DÂN"), and completes an agency by the province of the line above."""
    if name == "chuc_vu":
        return re.sub(r"^tm\. [^-]+ - ", "", _plain(found)) == _plain(value)
    return name == "co_quan_ban_hanh" and _is_printed_agency(found, value, wanted)


def _is_printed_agency(found: str | None, value: str, wanted: dict[str, Any]) -> bool:
    """Whether ``found`` begins the agency as the truth names it and the rest stands in the line of the parent agency."""
    head, whole = _plain(found), _plain(value)
    parent = _plain(wanted["fields"].get("co_quan_chu_quan"))
    return bool(head) and whole.startswith(head + " ") and whole.removeprefix(head).strip() in parent


def _plain(text: str | None) -> str:
    bare = unicodedata.normalize("NFC", text or "").casefold().replace("–", "-").replace("—", "-")
    bare = re.sub(r"o([àáảãạ])\b", lambda m: _OLDER[m[1]] + "a", bare)
    bare = re.sub(r"u([ỳýỷỹỵ])\b", lambda m: _OLDER[m[1]] + "y", bare)
    return " ".join(re.sub(r"\s*-\s*", " - ", bare).split())


if __name__ == "__main__":
    main()
