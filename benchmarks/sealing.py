"""Documents sealed a second: ours, composed, marked, signed visibly and checked after, against pyhanko's own signer.

One page of some 200 KB, B-B with RSA-2048, by as many processes as given; the other side only signs: pyhanko's
``SimpleSigner`` with a text stamp on the composed files, in the same run, on the same processes. Then
B-LTA against servers of timestamps, OCSP and lists on loopback; memory over many documents; the peak over one large file.

    python -m benchmarks.sealing [--documents 200] [--jobs 2] [--large 120] [--memory 5000] [--check-all 1000]
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta, timezone
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

import hoso
from benchmarks import machine
from hoso.nouns import Document, Dossier, Field, Outcome, Page, PageRef, Reading, Record, Scan, Seen, Word
from hoso.settings import Office, Seal

sys.path.insert(0, str(machine.ROOT / "tests"))

__all__ = ["main"]

AT = datetime(2026, 11, 23, 14, 5, 9, tzinfo=timezone(timedelta(hours=7)))
OFFICE = Office(name="ỦY BAN NHÂN DÂN PHƯỜNG THỬ NGHIỆM", converter="Tổ số hóa")
FONT = Path(hoso.__file__).parent / "_fonts" / "NotoSans-Vietnamese.ttf"
SIZE = (1654, 2339)  # A4 at 200 dpi
ROUNDS = 5
_held: dict[str, Any] = {}


def page(seed: int, grain: float = 0.7) -> tuple[bytes, Seen]:
    """A page of print with the grain of paper, as JPEG of some 200 KB, and its words."""
    chance = np.random.default_rng(seed)
    image = Image.new("RGB", SIZE, (250, 248, 242))
    pen, font = ImageDraw.Draw(image), ImageFont.truetype(str(FONT), 26)
    words = []
    for row in range(38):
        x = 200.0
        for text in f"Điều {row + 1}. Ủy ban nhân dân phường Thử Nghiệm quyết định về việc cấp lại giấy tờ".split():
            left, top, right, bottom = pen.textbbox((x, 330 + 50 * row), text, font=font)
            pen.text((x, 330 + 50 * row), text, font=font, fill=(25, 25, 30))
            box = (left / SIZE[0], top / SIZE[1], right / SIZE[0], bottom / SIZE[1])
            words.append(Word(text, box, 0.95, row))
            x = right + 12
    noise = chance.normal(0, grain, (SIZE[1] // 2, SIZE[0] // 2)).repeat(2, 0).repeat(2, 1)
    pixels = np.asarray(image).astype(np.int16)[: noise.shape[0], : noise.shape[1]] + noise[..., None]
    out = io.BytesIO()
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(out, "JPEG", quality=30, dpi=(200, 200))
    ref = PageRef(f"{seed:064x}", 1)
    return out.getvalue(), Seen(
        Page(ref, "paper", SIZE[0], noise.shape[0], 200.0, 0, 0.0, 0.9), Reading(ref, "drawn", tuple(words))
    )


def composed(
    pages: Sequence[tuple[bytes, str, Seen]], at: datetime = AT, profile: str = "default", pdfa: str = "2u"
) -> tuple[bytes, Any]:
    """The copy of pages given as (bytes, media type, what was read), and the plot of its first page."""
    from hoso.stages import compose

    parts = [
        (Scan("HS1", f"HS1/{n}", seen.page.ref.scan, media, len(data), n), data, seen)
        for n, (data, media, seen) in enumerate(pages, start=1)
    ]
    refs = tuple(seen.page.ref for *_, seen in pages)
    document = Document("d" * 24, "h" * 24, "quyet_dinh", "quyet_dinh@2020-03-05", 0.9, refs)
    record = Record(document, (Field("so_ky_hieu", "12/QĐ-UBND"), Field("trich_yeu", "Về việc thử nghiệm")))
    dossier = Dossier("h" * 24, "HS1", tuple(scan for scan, _, _ in parts), at.isoformat())
    seens = tuple(seen.page for *_, seen in pages)
    outcome = Outcome(dossier, "", seens, ("",) * len(pages), (record,))
    return compose.composed(parts, record, outcome, OFFICE, at, mark=True, profile=profile, pdfa=pdfa)


def _jpeg(data: bytes, seen: Seen) -> tuple[bytes, str, Seen]:
    return data, "image/jpeg", seen


def set_up(home: str, settings: dict[str, Any]) -> None:
    """In each process: the key opened, the libraries loaded, one document sealed to warm up."""
    from pyhanko.sign import signers

    from hoso.signers import pkcs12

    folder = Path(home)
    _held.update(signer=pkcs12.open(Seal(**settings), folder), roots=((folder / "keys" / "roots.pem").read_bytes(),))
    _held["pages"] = [_jpeg(*page(seed)) for seed in range(4)]
    _held["copies"] = [composed([one])[0] for one in _held["pages"]]
    password = (folder / "keys" / "signer.password").read_text().strip().encode()
    _held["simple"] = signers.SimpleSigner.load_pkcs12(folder / "keys" / "signer.p12", passphrase=password)
    ours(0)
    theirs(0)


def ours(seed: int) -> float:
    """Compose, mark, seal visibly, check; gives the CPU seconds it took."""
    from hoso.stages.seal import seal

    start = time.process_time()
    pdf, plot = composed([_held["pages"][seed % 4]])
    seal(pdf, _held["signer"], "text", AT, _held["roots"], office=OFFICE.name, plot=plot)
    return time.process_time() - start


def theirs(seed: int) -> float:
    """pyhanko's own way over a composed file: SimpleSigner, a text stamp. Nothing is checked after."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers
    from pyhanko.stamp import TextStampStyle

    start = time.process_time()
    writer = IncrementalPdfFileWriter(io.BytesIO(_held["copies"][seed % 4]))
    style = TextStampStyle(
        stamp_text=f"Ký số: {OFFICE.name}\nThời gian ký: %(ts)s",
        text_box_style=_text_style(),
    )
    meta = signers.PdfSignatureMetadata(field_name="S", md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES)
    field = fields.SigFieldSpec("S", box=(330, 700, 570, 740))
    signers.PdfSigner(meta, signer=_held["simple"], stamp_style=style, new_field_spec=field).sign_pdf(writer)
    return time.process_time() - start


def _text_style() -> Any:
    """Our font, where pyhanko's extra ``opentype`` is installed; else its Courier, not embedded (and no PDF/A)."""
    from pyhanko.pdf_utils.text import TextBoxStyle

    if not _opentype():
        return TextBoxStyle(font_size=8)
    from pyhanko.pdf_utils.font.opentype import GlyphAccumulatorFactory

    return TextBoxStyle(font=GlyphAccumulatorFactory(str(FONT)), font_size=8)


def _opentype() -> bool:
    return importlib.util.find_spec("uharfbuzz") is not None


def memory(_: int) -> float:
    """MiB this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def rates(
    works: dict[str, Callable[[int], float]], count: int, jobs: int, home: Path, settings: dict[str, Any]
) -> dict[str, dict[str, float]]:
    """Documents a second by the clock, CPU milliseconds a document, and the documents a second that these would give where
    ``jobs`` cores had nothing else to do. Works take turns, so that what else the machine does falls on all of them."""
    wall, cpu = dict.fromkeys(works, 0.0), dict.fromkeys(works, 0.0)
    context = get_context("spawn")
    with ProcessPoolExecutor(jobs, context, initializer=set_up, initargs=(str(home), settings)) as pool:
        list(pool.map(next(iter(works.values())), range(4 * jobs)))
        for _ in range(ROUNDS):
            for name, work in works.items():
                start = time.perf_counter()
                cpu[name] += sum(pool.map(work, range(count // ROUNDS)))
                wall[name] += time.perf_counter() - start
    done = count // ROUNDS * ROUNDS
    return {
        name: {
            "per_second": round(done / wall[name], 2),
            "cpu_ms": round(1000 * cpu[name] / done, 1),
            "per_second_by_cpu": round(jobs * done / cpu[name], 2),
        }
        for name in works
    }


def flat(count: int, home: Path) -> list[float]:
    """MiB of one process, after each tenth of ``count`` documents."""
    with ProcessPoolExecutor(1, get_context("spawn"), initializer=set_up, initargs=(str(home), {})) as pool:
        told = []
        for _ in range(10):
            list(pool.map(ours, range(count // 10)))
            told.append(round(pool.submit(memory, 0).result(), 1))
    return told


def large(home: str, mebibytes: int) -> dict[str, float]:
    """One file of that size: peaks, in MiB beyond what was held before, of signing alone and of the check after."""
    from hoso.signers import pkcs12
    from hoso.stages.seal import judged, look_for

    one = [_jpeg(*_noise(n)) for n in range(max(mebibytes // 2, 1))]
    pdf, _ = composed(one)
    one.clear()
    signer = pkcs12.open(Seal(), Path(home))
    look = look_for(pdf, "text", OFFICE.name, AT)
    start = time.perf_counter()
    with _peak() as signing:
        signed = signer.sign(pdf, look, AT)
    seconds, roots = time.perf_counter() - start, ((Path(home) / "keys" / "roots.pem").read_bytes(),)
    with _peak() as judging:
        judged(pdf, signed, signer, "text", roots)
    return {
        "file_mib": round(len(pdf) / 2**20, 1),
        "sign_seconds": round(seconds, 2),
        "peak_signing_mib": round(signing[-1], 1),
        "peak_judging_mib": round(judging[-1], 1),
    }


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--documents", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--large", type=int, default=120, help="MiB of the large file")
    parser.add_argument("--memory", type=int, default=0, help="documents whose memory is told  [default: --documents]")
    parser.add_argument(
        "--check-all", type=int, default=0, help="only: documents of every profile, judged from outside"
    )
    given = parser.parse_args(words)
    from authority import Authority, serving

    answer: dict[str, Any] = {"documents": given.documents, "jobs": given.jobs, "page_bytes": len(page(1)[0])}
    if given.check_all:
        answer = {"jobs": given.jobs, "checked": checked(given.check_all, given.jobs)}
        print(answer)
        print(machine.write("sealed", answer))
        return
    with tempfile.TemporaryDirectory() as folder, serving() as service:
        home = Path(folder)
        service.authority = Authority(AT, service.address)
        service.authority.write(home / "keys")
        answer |= rates({"ours": ours, "pyhanko": theirs}, given.documents, given.jobs, home, {})
        answer["pyhanko_font"] = "embedded TrueType" if _opentype() else "Courier, not embedded"
        answer["times_pyhanko"] = round(answer["pyhanko"]["cpu_ms"] / answer["ours"]["cpu_ms"], 2)
        settings = {"level": "B-LTA", "timestamp_url": f"{service.address}/tsa"}
        answer |= rates({"b_lta": ours}, given.documents // 2, given.jobs, home, settings)
        answer["memory_mib"] = flat(given.memory or given.documents, home)
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            answer["large"] = pool.submit(large, str(home), given.large).result()
    print(answer)
    print(machine.write("sealing", answer))


def checked(count: int, jobs: int) -> dict[str, Any]:
    """See :func:`benchmarks.sealed.check`; with an authority for RSA and one for elliptic keys."""
    from authority import Authority, serving
    from benchmarks import sealed

    homes = {}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        for kind in ("rsa", "ec"):
            service = stack.enter_context(serving())
            service.authority = Authority(AT, service.address, kind=kind)
            service.authority.write(Path(folder) / kind / "keys")
            homes[kind] = (str(Path(folder) / kind), service.address)
        return sealed.check(count, jobs, homes)


def _noise(seed: int) -> tuple[bytes, Seen]:
    """A page of some 2 MiB that does not compress."""
    chance = np.random.default_rng(seed)
    out = io.BytesIO()
    Image.fromarray(chance.integers(0, 255, (1400, 1200, 3), dtype=np.uint8)).save(
        out, "JPEG", quality=95, dpi=(200, 200)
    )
    ref = PageRef(f"{seed:064x}", 1)
    return out.getvalue(), Seen(Page(ref, "paper", 1200, 1400, 200.0, 0, 0.0, 0.9), Reading(ref, "drawn", ()))


@contextmanager
def _peak() -> Iterator[list[float]]:
    """The most MiB held beyond those at the start, looked at every millisecond (the kernel's own peak is not everywhere
    to be had, nor to be begun anew); the last number of the list once it is over."""
    start, most, over = memory(0), [0.0], threading.Event()

    def look() -> None:
        while not over.wait(0.001):
            most[-1] = max(most[-1], memory(0) - start)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield most
    finally:
        over.set()
        thread.join()
        most[-1] = max(most[-1], memory(0) - start)


if __name__ == "__main__":
    main()
