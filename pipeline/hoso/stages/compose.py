"""Owns the archive copy of one document: its pages in order, upright, searchable and marked, as one PDF/A-2u.

Never signs and never changes a received byte: the master stays the untouched scan. Never drops a page: what cannot be
taken over as it is becomes an image of itself, and the metadata say so. Reads no clock: the instant is told.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import chain
from math import isclose

from hoso.engines.codes import drawn
from hoso.errors import Misconfigured
from hoso.imaging import encode
from hoso.imaging.shade import dark
from hoso.nouns import Outcome, Picture, Record, Scan, Seen
from hoso.pdf import compose as writer
from hoso.pdf import marks, render
from hoso.pdf.lift import Source
from hoso.pdf.xmp import Meta
from hoso.settings import Office, Reading
from hoso.stages.parted import HOW, parted
from hoso.stages.place import Ground, Plot, free_box, top_right
from hoso.stages.stated import record_file

__all__ = ["PDFA", "PROFILES", "VERSION", "composed", "mark_text"]

VERSION = "2"
PROFILES, PDFA = ("default", "mrc"), ("2u", "3u")
"""Compression profiles of the images, and profiles of PDF/A: values of ``[archive] profile`` and ``[archive] pdfa``."""

HANOI = timezone(timedelta(hours=7))
_MM = 72 / 25.4
_MARK_SIZES = (8.0, 7.0, 6.0)
_MARK_WIDTHS = (82 * _MM, 120 * _MM, 175 * _MM)
_MARGIN = 5 * _MM
_NARROW = 80 * _MM  # cards and slips narrower than this get smaller letters
_QR_SIDE, _MODULE, _QUIET = 14 * _MM, 0.38 * _MM, 4  # a module of three printer dots; ISO/IEC 18004: 4 modules of quiet

_NAMES = {  # field of a form → name of Circular 05/2025/TT-BNV
    "so_ky_hieu": "codeNotation",
    "so": "codeNotation",
    "ngay_ban_hanh": "issuedDate",
    "ngay_ket_luan": "issuedDate",
    "ngay_dang_ky": "issuedDate",
    "ngay_nhan": "issuedDate",
    "co_quan_ban_hanh": "organName",
    "co_so_kham": "organName",
    "noi_dang_ky": "organName",
    "trich_yeu": "subject",
    "noi_dung": "subject",
    "nguoi_ky": "autograph",
    "bac_si": "autograph",
    "chuc_vu": "process",
}


def mark_text(office: Office, at: datetime, copy: str = "") -> str:
    """The marks, one a line: that of a copy of the form ``copy`` (Decree 30/2020/NĐ-CP, Appendix I: form, agency, instant),
    where there is one, and the conversion mark: that it was converted from paper, by which office and whom, and when
    (Decree 137/2024/NĐ-CP, art. 4(1)); the instant to the second with Vietnam's zone (Decree 30/2020/NĐ-CP, Appendix I)."""
    instant = at.astimezone(HANOI).strftime("%d/%m/%Y %H:%M:%S +07:00")
    test = "BẢN THỬ NGHIỆM" if office.test else ""
    told = [(marks.PREFIX, test, office.name, office.converter, instant)]
    if copy:
        told.insert(0, (marks.COPIES[copy], test, office.name, "", instant))
    return "\n".join("; ".join(part for part in line if part) for line in told)


def composed(
    parts: Sequence[tuple[Scan, bytes, Seen]],
    record: Record,
    outcome: Outcome,
    office: Office,
    at: datetime,
    *,
    mark: bool = True,
    limits: Reading | None = None,
    profile: str = "default",
    pdfa: str = "2u",
    copy: str = "",
    link: str = "",
) -> tuple[bytes, Plot | None]:
    """(the archive copy of ``record``'s document, what stands on page 1 with the mark). ``parts`` are its pages in order:
    scan, its bytes, what was read.

    PDF/A-2u, unsigned, the same bytes for the same input and instant; with ``pdfa`` "3u" a PDF/A-3u that has the record
    attached. ``profile`` "mrc" parts paper and ink of pages that suit. ``copy`` is the form of copy that the mark tells too
    ("SY", "SL", "TrS"); ``link`` stands beside the mark as a QR code where a free place is found for it (Decree
    137/2024/NĐ-CP, art. 4(1): it may be added). The second is None without a mark, for which it was
    looked at: who places a seal need not look at the page again. Raises Refused where a page cannot be read
    ("page.damaged", "file.damaged"), Misconfigured for an unknown profile, ValueError for no pages.
    """
    _known("archive.profile", profile, PROFILES)
    _known("archive.pdfa", pdfa, PDFA)
    _known("archive.copy", copy, ("", *marks.COPIES))
    sources: dict[str, Source] = {}
    pages, taken = [], []
    for scan, data, seen in parts:
        if scan.media_type == "application/pdf":
            source = sources.get(scan.digest) or sources.setdefault(scan.digest, Source(data))
            part, how = _from_pdf(source, data, seen, limits or Reading())
        else:
            picture = encode.embed(data, scan.media_type, seen.page.ref.index)
            part, how = _from_picture(picture, seen), _how(picture)
        if profile == "mrc":
            part = parted(part, data, scan.media_type, seen.page.ref.index, limits or Reading())
            how = HOW if part.layers else how
        pages.append(part)
        taken.append(how)
    text = mark_text(office, at, copy) if mark else ""
    meta = _meta(parts, record, outcome, office, at, text, taken)
    files = (record_file(record, outcome, parts),) if pdfa == "3u" else ()
    meta = replace(meta, part=3) if files else meta
    words = plot = code = None
    if mark:
        ground = _ground(pages[0], parts[0][2], meta)
        words = _marked(text, pages[0], ground)
        ground = ground.built(words.box)
        code = _linked(link, pages[0], ground) if link else None
        plot = Plot(pages[0].width, pages[0].height, ground.built(code.box) if code else ground)
    return writer.compose(pages, words, meta, files, code), plot


def _known(key: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise Misconfigured(f"settings.toml: {key} is {value!r}; known: {', '.join(known)}")


def _ground(part: writer.Part, seen: Seen, meta: Meta) -> Ground:
    """What is taken on a page: the words that were read, and whatever is dark; of a received drawing its letters too."""
    ink = dark(part.picture, part.rotation, part.width, part.height) if part.picture is not None else None
    if ink is None:
        ink = marks.spots(writer.compose([replace(part, reading=None)], None, meta))[1]
    return Ground((*ink, *(word.box for word in seen.reading.words)))


def _from_picture(picture: Picture, seen: Seen) -> writer.Part:
    page = seen.page
    width, height = _paper(picture, seen)
    return writer.Part(width, height, page.rotation, picture, reading=seen.reading, skew=page.skew)


def _paper(picture: Picture, seen: Seen) -> tuple[float, float]:
    """Points of the upright page: pixels by dpi. The page's own dpi is the judged one; the file's pair is finer where
    it agrees with it, and the only one for pixels that are not square."""
    page = seen.page
    width, height = page.width / page.dpi * 72, page.height / page.dpi * 72
    quarter = (page.rotation % 180 == 90) != (picture.turn >= 5)
    across, down = picture.dpi
    if across and down:
        own = picture.width / across * 72, picture.height / down * 72
        own = (own[1], own[0]) if quarter else own
        if isclose(own[0], width, rel_tol=0.02) and isclose(own[1], height, rel_tol=0.02):
            return own
    shape = (picture.height, picture.width) if quarter else (picture.width, picture.height)
    square = not (across and down) or isclose(across, down, rel_tol=0.05)
    if square and not isclose(width / height, shape[0] / shape[1], rel_tol=0.02):
        return shape[0] / page.dpi * 72, shape[1] / page.dpi * 72
    return width, height


def _from_pdf(source: Source, data: bytes, seen: Seen, limits: Reading) -> tuple[writer.Part, str]:
    page, index = seen.page, seen.page.ref.index
    planned = writer.plan(source, index)
    width, height = planned.width, planned.height
    if page.rotation % 180:
        width, height = height, width
    kind, own, why = planned.kind, "", "; ".join(planned.reasons[:2])
    if kind == "drawing" and planned.letters:
        own = marks.text_of(data, index)
        letters, read = _letters(own), _letters(seen.reading.text())
        known = _shared(seen, own)
        if letters * 2 > read and known < 0.6:
            kind, why = "none", "its letters do not say what is printed"
    if kind == "none":
        picture = encode.picture(render.render(data, index, limits, drawn_dpi=300.0))
        part = writer.Part(width, height, page.rotation, picture, reading=seen.reading, skew=page.skew)
        return part, f"drawn as an image at {picture.dpi[0]:.0f} dpi ({why})"
    covers = kind == "drawing" and own and _shared(seen, own) >= 0.6
    reading = None if covers else seen.reading
    part = writer.Part(
        width, height, page.rotation, source=source, index=index, kind=kind, reading=reading, skew=page.skew
    )
    return part, "received image stream" if kind == "image" else "received drawing"


def _letters(text: str) -> int:
    return sum(not c.isspace() for c in text)


def _shared(seen: Seen, own: str) -> float:
    """The share of read words that the page's own text holds."""
    there = set(unicodedata.normalize("NFC", own).casefold().split())
    words = [word.text.casefold() for word in seen.reading.words if len(word.text) > 1]
    return sum(word in there for word in words) / len(words) if words else 1.0


def _how(picture: Picture) -> str:
    names = {"jpeg": "JPEG", "g4": "CCITT group 4", "png": "Flate", "flate": "Flate"}
    return f"received {names[picture.codec]} stream" if picture.kept else f"{names[picture.codec]}, lossless"


def _marked(text: str, part: writer.Part, ground: Ground) -> writer.Words:
    """The mark in the largest letters that find free ``ground`` at the top right of the page; else where it covers
    least."""
    margin = (_MARGIN / part.width, _MARGIN / part.height)
    scale = min(1.0, part.width / _NARROW)
    tried = []
    for size in _MARK_SIZES:
        for widest in _MARK_WIDTHS:
            block = marks.block(text, size * scale, min(widest * scale, part.width - 2 * _MARGIN))
            shape = (block.width / part.width, block.height / part.height)
            box, share = free_box(ground, shape, top_right(shape, margin, 0.09))
            tried.append((share, writer.Words(block, box)))
            if share == 0:
                return tried[-1][1]
    return min(tried, key=lambda one: one[0])[1]


def _linked(link: str, part: writer.Part, ground: Ground) -> writer.Modules | None:
    """``link`` as a QR code with its quiet zone at the upper right, else at the foot of the page; None where it would
    cover ink."""
    rows = drawn(link, "qr")
    room = 1 + 2 * _QUIET / len(rows)  # of the quiet zone, by the code's side
    side = max(_MODULE * len(rows), _QR_SIDE)
    shape = (side * room / part.width, side * room / part.height)
    margin = (_MARGIN / part.width, _MARGIN / part.height)
    foot = ((1 - margin[0] - shape[0] - 0.04 * step, 1 - margin[1] - shape[1]) for step in range(24))
    if max(shape) > 0.5:
        return None
    box, share = free_box(ground, shape, chain(top_right(shape, margin, 0.2), foot))
    if share:
        return None
    quiet = (shape[0] * (1 - 1 / room) / 2, shape[1] * (1 - 1 / room) / 2)
    return writer.Modules(rows, (box[0] + quiet[0], box[1] + quiet[1], box[2] - quiet[0], box[3] - quiet[1]))


def _meta(
    parts: Sequence[tuple[Scan, bytes, Seen]],
    record: Record,
    outcome: Outcome,
    office: Office,
    at: datetime,
    mark: str,
    taken: list[str],
) -> Meta:
    names = {
        "docCode": record.document.id,
        "fileCode": outcome.codes.get(record.document.id, outcome.code) or outcome.dossier.source,
        "typeName": record.document.type,
        "language": "01: tiếng Việt",
        "pageAmount": str(len(parts)),
        "format": "Số hóa từ văn bản giấy",
        "conversion": mark,
        "converted": at.astimezone(HANOI).isoformat(timespec="seconds"),
        "sources": "; ".join(f"{seen.page.ref.scan}#{seen.page.ref.index}" for _, _, seen in parts),
        "taken": "; ".join(f"{number} {how}" for number, how in enumerate(taken, start=1)),
    }
    for field in record.fields:
        name = _NAMES.get(field.name)
        if name and field.value and name not in names:
            names[name] = field.value
    title = " ".join(
        part for part in (record.document.type, names.get("codeNotation", ""), names.get("subject", "")) if part
    )
    return Meta(title[:250], at.astimezone(HANOI), author=office.name, names=names)
