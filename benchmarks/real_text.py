"""Letters and words of published documents: Hoso's reading against plain pytesseract, beside transcripts typed by eye.

    python -m benchmarks.real_text [--documents FOLDER] [--engine NAME] [--only PART] [--show] [--no-plain] [--keep]

The scans lie beside the checkout in ``../shared/real`` and are no part of the project; the transcripts are
``tests/real/<file>__p<page>.txt`` (see there). Figures of a page, text in NFC with blanks collapsed:

    CER    order-free: each transcribed line against the run of read words that is nearest to it; of the letters left
           over and those of lines without a partner the greater number counts too. Tables and columns may come in any
           order. Never more than CER*.
    CER*   the whole page in the order read
    WER    words as a bag: the greater of missed and invented, over words there

All in percent. What stands in braces was written by pen: a reader may leave it out or read it right, the better counts.
Plain pytesseract gets the same decoded page with ``vie`` and nothing else, in one thread. CPU seconds hold child
processes too.
"""

from __future__ import annotations

import argparse
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from benchmarks.machine import ROOT, cpu, write
from hoso.engines.api import Engine
from hoso.nouns import Raster
from hoso.settings import Reading
from hoso.site import module
from hoso.stages import read as stage
from hoso.stages.survey import media_type

__all__ = ["DOCUMENTS", "TRANSCRIPTS", "Score", "Transcript", "compared", "order_free", "read_page", "transcripts"]

DOCUMENTS = ROOT.parent / "shared" / "real"
TRANSCRIPTS = ROOT / "tests" / "real"
_SLACK = 3  # words by which a read run may be longer or shorter than the line it is compared with
_HOPELESS = 0.67  # share of a line's letters that may be wrong before the line counts as missed


@dataclass(frozen=True, slots=True)
class Transcript:
    """What is printed on a page, line by line, in reading order. ``{…}`` was written by pen."""

    file: str
    page: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """One page by one reader: edits order-free and in order, letters there, words wrong and there, CPU seconds."""

    page: str
    reader: str
    edits: int
    ordered: int
    letters: int
    wrong: int
    words: int
    missed: tuple[str, ...]
    differing: tuple[tuple[str, str], ...]
    invented: tuple[str, ...]
    seconds: float = 0.0


def transcripts(folder: Path = TRANSCRIPTS, documents: Path = DOCUMENTS) -> tuple[Transcript, ...]:
    """The transcripts in ``folder`` whose document is there; lines that begin with "#" are about the page, not on it."""
    found = []
    for path in sorted(folder.glob("*__p*.txt")):
        stem, _, page = path.stem.rpartition("__p")
        file = next(
            (documents / f"{stem}{end}" for end in (".pdf", ".jpg") if (documents / f"{stem}{end}").is_file()), None
        )
        if file is not None:
            text = unicodedata.normalize("NFC", path.read_text(encoding="utf-8"))
            lines = (" ".join(line.split()) for line in text.splitlines() if not line.startswith("#"))
            found.append(Transcript(file.name, int(page), tuple(line for line in lines if line)))
    return tuple(found)


def compared(wanted: Transcript, text: str, reader: str, seconds: float = 0.0) -> Score:
    """The read ``text`` of a page beside its transcript."""
    said = unicodedata.normalize("NFC", text).split()
    edits, missed, differing, invented = order_free(wanted.lines, said)
    without = " ".join(map(_printed, wanted.lines))
    whole = " ".join(_variants(line)[-1] for line in wanted.lines)
    ordered = min(Levenshtein.distance(one, " ".join(said)) for one in (without, whole))
    letters = len(" ".join(without.split()))
    there, by_pen, found = Counter(without.split()), Counter(whole.split()), Counter(said)
    lost, extra = sum((there - found - (there - by_pen)).values()), sum((found - there - (by_pen - there)).values())
    return Score(
        f"{wanted.file}#{wanted.page}", reader, min(edits, ordered), ordered, letters, max(lost, extra),
        sum(there.values()), tuple(missed), tuple(differing), tuple(invented), round(seconds, 3),
    )  # fmt: skip


def order_free(lines: Sequence[str], said: Sequence[str]) -> tuple[int, list[str], list[tuple[str, str]], list[str]]:
    """(edits, lines missed, (line, what was read) where they differ, runs of words that belong to no line).

    Longest lines choose their partner first; a run of read words serves one line only.
    """
    free: list[list[str]] = [list(said)]
    edits, missed, differing = 0, [], []
    for line in sorted(lines, key=len, reverse=True):
        best = (len(line) * _HOPELESS, -1, 0, 0, line)
        for variant in _variants(line):
            count = len(variant.split())
            for number, run in enumerate(free):
                for size in range(max(1, count - _SLACK), min(len(run), count + _SLACK) + 1):
                    for start in range(len(run) - size + 1):
                        off = Levenshtein.distance(
                            variant, " ".join(run[start : start + size]), score_cutoff=int(best[0])
                        )
                        if off < best[0]:
                            best = (off, number, start, start + size, variant)
        off, number, start, end, variant = best
        if number < 0:
            missed.append(line)
            continue
        run = free.pop(number)
        if off:
            differing.append((variant, " ".join(run[start:end])))
        edits += int(off)
        free += [part for part in (run[:start], run[end:]) if part]
    invented = [" ".join(run) for run in free]
    lost, extra = (sum(len(text) + 1 for text in texts) for texts in (map(_printed, missed), invented))
    return edits + max(lost, extra), missed, differing, invented


def read_page(wanted: Transcript, engine: Engine, documents: Path = DOCUMENTS) -> str:
    """Hoso's reading of a transcribed page."""
    data = (documents / wanted.file).read_bytes()
    return stage.read(data, media_type(data), "0" * 64, wanted.page, engine, Reading()).reading.text()


def _printed(line: str) -> str:
    return _variants(line)[0]


def _variants(line: str) -> tuple[str, ...]:
    """A line without and with what was written by pen."""
    if "{" not in line:
        return (line,)
    return tuple(" ".join(re.sub(r"\{(.*?)\}", keep, line).split()) for keep in (" ", r"\1"))


def _plain(shown: Raster) -> str:
    """What pytesseract says of the decoded page as it is."""
    import pytesseract
    from PIL import Image

    picture = Image.frombytes("L" if shown.channels == 1 else "RGB", (shown.width, shown.height), shown.data)
    return str(pytesseract.image_to_string(picture, lang="vie"))


def _told(name: str, scores: Sequence[Score]) -> str:
    letters, words = sum(s.letters for s in scores), sum(s.words for s in scores)
    return (
        f"{name:36} CER {100 * sum(s.edits for s in scores) / letters:6.2f}  "
        f"CER* {100 * sum(s.ordered for s in scores) / letters:6.2f}  "
        f"WER {100 * sum(s.wrong for s in scores) / words:6.2f}  CPU {sum(s.seconds for s in scores) / len(scores):5.2f} s"
    )


def main() -> None:
    """The command; see the module's text."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.real_text", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--documents", type=Path, default=DOCUMENTS)
    parser.add_argument("--engine", default="hoso", help="a module of engines/")
    parser.add_argument("--language", default=Reading().language)
    parser.add_argument("--only", default="", help="pages whose name holds this")
    parser.add_argument("--show", action="store_true", help="tell each line that is not right")
    parser.add_argument("--no-plain", action="store_true", help="without plain pytesseract")
    parser.add_argument("--keep", action="store_true", help="write the figures under benchmarks/results/")
    given = parser.parse_args()
    pages = [t for t in transcripts(documents=given.documents) if given.only in f"{t.file}#{t.page}"]
    if not pages:
        raise SystemExit(f"{given.documents}: none of the transcribed documents is here; this benchmark needs them")
    os.environ["OMP_THREAD_LIMIT"] = "1"
    engine: Engine = module("engines", given.engine).open(Reading(language=given.language))
    scores: dict[str, list[Score]] = {"hoso": [], "pytesseract": []}
    for wanted in pages:
        started = cpu()
        text = read_page(wanted, engine, given.documents)
        scores["hoso"].append(compared(wanted, text, "hoso", cpu() - started))
        if not given.no_plain:
            data = (given.documents / wanted.file).read_bytes()
            started = cpu()
            text = _plain(stage.decode(data, media_type(data), wanted.page, Reading()))
            scores["pytesseract"].append(compared(wanted, text, "pytesseract", cpu() - started))
        for reader in scores.values():
            if reader:
                print(
                    _told(
                        f"{reader[-1].page.replace('quangngai_signed', 'qn')[:23]:24}{reader[-1].reader}", reader[-1:]
                    )
                )
        if given.show:
            last = scores["hoso"][-1]
            for line in last.missed:
                print(f"    missed    {line}")
            for line, read in last.differing:
                print(f"    printed   {line}\n    read      {read}")
            for words in last.invented:
                print(f"    invented  {words}")
    for name, reader in scores.items():
        if reader:
            print(_told(f"{len(reader)} pages, {name}", reader))
    if given.keep:
        sheets = [
            {k: v for k, v in asdict(s).items() if k not in ("missed", "differing", "invented")}
            for reader in scores.values()
            for s in reader
        ]
        print(write("real-text", {"engine": engine.fingerprint, "pages": sheets}).relative_to(ROOT))


if __name__ == "__main__":
    main()
