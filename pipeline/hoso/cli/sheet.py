"""The contact sheet of looked-at files as one HTML page that loads nothing: pictures are data, styles are in it.

Owns how things are shown; decides nothing and reads no file but its own style sheet. All text that came from a paper is
escaped. Needs no script: pictures are enlarged by a tick box behind each, words tell themselves on hover.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from hoso.nouns import Page, Reading, Word
from hoso.recipe.looking import FileLook, PageLook

if TYPE_CHECKING:
    from hoso.imaging.contact import Image, Pictures

__all__ = ["html"]

_BINS = ((0.95, 4, "≥ 95 %"), (0.85, 3, "85–95"), (0.7, 2, "70–85"), (0.5, 1, "50–70"), (0.0, 0, "< 50 %"))
_KINDS = {
    "paper": "trang có chữ",
    "blank": "trang trắng",
    "separator": "trang phân cách",
    "quarantined": "không đọc được",
}
_STEPS = {
    "decode": "giải mã ảnh", "text layer": "xem lớp chữ có sẵn", "way up": "đoán chiều giấy", "codes": "mã QR, mã vạch",
    "way up asked": "hỏi máy đọc chiều giấy", "sheet": "tìm tờ giấy trong ảnh", "even": "làm đều nền", "level": "làm thẳng",
    "colour": "tách mực màu", "seals": "tìm dấu, chữ ký", "strays": "bỏ viền, lỗ bấm", "frames": "bỏ đường kẻ, khung",
    "leaders": "bỏ dòng chấm", "specks": "bỏ đốm bẩn", "lines": "cắt dòng", "grade": "chấm chất lượng",
    "cleaned": "gói trang sạch", "recognise": "đọc chữ", "order": "xếp thứ tự đọc", "other ways up": "đọc thử chiều khác",
}  # fmt: skip
_LAYERS = {
    "seal": "con dấu", "signature": "chữ ký, nét màu", "strays": "viền, lỗ bấm", "frames": "đường kẻ, khung",
    "leaders": "dòng chấm", "specks": "đốm bẩn",
}  # fmt: skip
_GRADES = {
    "sharpness": "độ nét", "contrast": "độ đậm của chữ", "exposure": "độ sáng", "noise": "độ sạch (ít nhiễu)",
    "resolution": "độ phân giải", "edges": "đủ mép giấy",
}  # fmt: skip


def html(looks: Iterable[FileLook | PageLook], engine: str) -> Iterator[str]:
    """The page in pieces: each file's pages follow it. ``engine`` is the fingerprint of the engine that was at hand."""
    body: list[str] = []
    links: list[str] = []
    files_: list[FileLook] = []
    for look in looks:
        if isinstance(look, FileLook):
            files_.append(look)
            if look.refused:
                body.append(_refused(f"f{len(files_)}", escape(look.name), look.refused))
            continue
        anchor = f"f{len(files_)}p{look.index}"
        links.append(_link(anchor, files_, look))
        body.append(_section(anchor, files_[-1], look))
    names = ", ".join(look.name for look in files_)
    yield '<!doctype html>\n<html lang="vi"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(names)} · hoso look</title><style>{_style()}</style></head><body>"
    yield f'<header class="top"><h1>{escape(names)}</h1>'
    for look in files_:
        kind = f"{look.media_type} · {look.pages} trang" if look.media_type else "không nhận"
        yield f"<p>{escape(look.name)} · {escape(kind)} · SHA-256 {look.digest[:24]}…</p>"
    yield f"<p>Máy đọc: {escape(engine)}</p></header>"
    yield f'<nav>{"".join(links)}<span class="legend">{_legend()}</span></nav><main>'
    yield from body
    yield "</main></body></html>\n"


def _style() -> str:
    return files("hoso.cli").joinpath("sheet.css").read_text(encoding="utf-8")


def _legend() -> str:
    return "Độ tin của từng chữ:" + "".join(
        f'<span><i style="background:var(--c{number})"></i>{text}</span>' for _, number, text in _BINS
    )


def _link(anchor: str, files_: Sequence[FileLook], look: PageLook) -> str:
    page = look.seen.page if look.seen else None
    colour = f"var(--c{_bin(page.quality)})" if page else "var(--c0)"
    name = f"{files_[-1].name[-24:]} · " if len(files_) > 1 else ""
    return f'<a href="#{anchor}" style="--grade:{colour}">{escape(name)}trang {look.index}</a>'


def _section(anchor: str, file: FileLook, look: PageLook) -> str:
    title = f"{escape(file.name)} · trang {look.index}/{file.pages}"
    if look.seen is None or look.pictures is None:
        return _refused(anchor, title, look.refused)
    page, reading = look.seen.page, look.seen.reading
    parts = [
        f'<section class="page" id="{anchor}"><h2>{title} {_tags(page, look)}</h2>',
        f'<div class="views">{"".join(_views(anchor, page, reading, look.pictures))}</div>',
        '<div class="told"><div><h3>Chữ đọc được, theo thứ tự đọc</h3>',
        f'<div class="text">{_text(reading)}</div></div>',
        f"<div><h3>Đã quyết định gì, vì sao</h3><table>{_rows(_decisions(look))}</table>",
        f"<h3>Thời gian CPU từng bước</h3>{_steps(look)}</div></div>",
        _strips(look),
        "</section>",
    ]
    return "".join(parts)


def _refused(anchor: str, title: str, why: str) -> str:
    return f'<section class="refused" id="{anchor}"><h2>{title}</h2><p>{escape(why)}</p></section>'


def _tags(page: Page, look: PageLook) -> str:
    grade = "good" if page.quality >= 0.75 else "fair" if page.quality >= 0.5 else "poor"
    words = look.seen.reading.words if look.seen else ()
    sure = f" · tin {_percent(sum(w.confidence for w in words) / len(words))}" if words else ""
    tags = [
        f'<span class="tag">{_KINDS[page.kind]}</span>',
        f'<span class="tag {grade}">chất lượng {page.quality:.2f}</span>',
        f'<span class="tag">{len(words)} chữ{sure}</span>',
        f'<span class="tag">{look.seconds:.2f} s CPU</span>',
    ]
    advice = _advice(page)
    return "".join(tags) + (f'<span class="advice">⚠ {escape(advice)}</span>' if advice else "")


def _advice(page: Page) -> str:
    from hoso.cli.view import rescan

    return rescan(page) or ""


def _views(anchor: str, page: Page, reading: Reading, pictures: Pictures) -> Iterator[str]:
    boxes = "".join(_box(word) for word in reading.words)
    boxes += "".join(
        f'<rect class="code" {_place(code.box)}><title>{escape(code.kind)}: {escape(code.text)}</title></rect>'
        for code in reading.codes
    )
    drawn = f'<svg viewBox="0 0 1000 1000" preserveAspectRatio="none">{boxes}</svg>'
    turned = f"như nhận được, xoay {page.rotation}°" if page.rotation else "như nhận được"
    yield _figure(anchor, "a", "Bản gốc", turned, pictures.received if page.rotation else pictures.upright)
    yield _figure(anchor, "b", "Đã làm sạch, làm thẳng", "cleaned", pictures.cleaned)
    layers = "".join(
        f'<li><i style="background:rgb{_colours()[layer.name]}"></i>{_LAYERS[layer.name]} {_share(layer.share)}</li>'
        for layer in pictures.layers
    )
    below = f'<ul class="layers">{layers or "<li>không bỏ gì</li>"}</ul>'
    yield _figure(anchor, "c", "Những gì đã bỏ ra", "layers", pictures.removed, after=below)
    yield _figure(anchor, "d", "Chữ tại chỗ, theo độ tin", "words", pictures.upright, over=drawn)


def _colours() -> dict[str, tuple[int, int, int]]:
    from hoso.imaging.contact import LAYERS

    return LAYERS


def _figure(anchor: str, key: str, title: str, note: str, picture: Image, over: str = "", after: str = "") -> str:
    faded = " faded" if over else ""
    return (
        f'<figure><input type="checkbox" id="{anchor}{key}"><label for="{anchor}{key}">'
        f"<figcaption>{title} <small>{note}</small></figcaption>"
        f'<div class="frame{faded}"><img src="{_data(picture)}" alt="{title}" width="{picture.width}" '
        f'height="{picture.height}">{over}</div></label>{after}</figure>'
    )


def _data(picture: Image) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(picture.data).decode("ascii")


def _box(word: Word) -> str:
    told = f"{escape(word.text)} · {_percent(word.confidence)}"
    return f'<rect class="c{_bin(word.confidence)}" {_place(word.box)}><title>{told}</title></rect>'


def _place(box: tuple[float, float, float, float]) -> str:
    left, top, right, bottom = (1000 * edge for edge in box)
    return f'x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}"'


def _text(reading: Reading) -> str:
    lines = (
        "<div>" + " ".join(
            f'<span class="c{_bin(w.confidence)}" title="{_percent(w.confidence)}">{escape(w.text)}</span>' for w in line
        ) + "</div>"
        for line in reading.lines()
    )  # fmt: skip
    return "".join(lines) or "<em>(không có chữ)</em>"


def _decisions(look: PageLook) -> Iterator[tuple[str, str, str]]:
    """(what, decision, why) of a page, as HTML."""
    assert look.seen is not None
    page, reading, facts = look.seen.page, look.seen.reading, look.facts
    grade = facts.get("grade.grade")
    yield "Loại trang", _KINDS[page.kind], f"lý do: {escape(page.reason)}" if page.kind == "blank" else ""
    why = f"đoán {facts['way up.rotation']}°, chắc {facts['way up.sure']:.2f}" if "way up.sure" in facts else ""
    if len(look.tried) > 1:
        tried = "; ".join(f"{turn}°: {words} chữ, tin {_percent(sure)}" for turn, words, sure in look.tried)
        why += f"; đã đọc thử {tried}"
    yield "Chiều giấy", f"xoay {page.rotation}° theo chiều kim đồng hồ" if page.rotation else "đã đúng chiều", why
    yield "Độ nghiêng", f"{page.skew:+.2f}°", ""
    seen = facts.get("sheet.dpi")
    found = "có: đã cắt và trải phẳng" if facts.get("sheet.flattened") else "không: cả ảnh là tờ giấy"
    yield "Tờ giấy trong ảnh chụp", found, ""
    read_at = f"mực in được xem như {seen:.0f} dpi" if isinstance(seen, float) and abs(seen - page.dpi) > 1 else ""
    yield "Độ phân giải", f"{page.dpi:.0f} dpi · {page.width} × {page.height} điểm ảnh", read_at
    if grade is not None:
        bars = "".join(
            f"<small>{_GRADES.get(name, name)}: {_bar(value, 70)} {value:.2f}</small>"
            for name, value in grade.grades.items()
        )
        yield (
            "Chất lượng",
            f"<b>{page.quality:.2f}</b> · yếu nhất: {_GRADES.get(grade.weakest, grade.weakest)}{bars}",
            "",
        )
        yield "Độ nét chín vùng", _nine(grade.fields), ""
    yield "Con dấu", "có" if page.seal else "không thấy", ""
    yield "Chữ ký", "có" if page.signature else "không thấy", ""
    codes = "<br>".join(f"{escape(code.kind)}: {escape(code.text)}" for code in reading.codes)
    yield "Mã QR, mã vạch", codes or "không thấy", ""
    layer = "chữ lấy từ lớp chữ của PDF, không đọc ảnh" if page.reason == "born-digital" else "chữ đọc từ ảnh"
    yield "Nguồn chữ", layer, f"máy đọc: {escape(reading.engine)}"


def _nine(fields: Sequence[float | None]) -> str:
    cells = "".join(
        "<i>–</i>" if value is None else
        f'<i style="background:color-mix(in srgb, var(--c{_bin(0.2 + 0.8 * value)}) 45%, white)">{value:.1f}</i>'
        for value in fields
    )  # fmt: skip
    return f'<span class="nine">{cells}</span>'


def _rows(rows: Iterable[tuple[str, str, str]]) -> str:
    return "".join(
        f"<tr><th>{what}</th><td>{said}{f'<small>{why}</small>' if why else ''}</td></tr>" for what, said, why in rows
    )


def _steps(look: PageLook) -> str:
    most = max((seconds for _, seconds in look.steps), default=0.0) or 1.0
    rows = "".join(
        f"<tr><th>{_STEPS.get(name, name)} <small>{escape(name)}</small></th><td>{1000 * seconds:.0f} ms</td>"
        f"<td>{_bar(seconds / most, 100)}</td></tr>"
        for name, seconds in look.steps
    )
    total = f"<tr><th>tổng cộng</th><td>{1000 * look.seconds:.0f} ms</td><td></td></tr>"
    return f'<table class="steps">{rows}{total}</table>'


def _bar(share: float, width: int) -> str:
    return f'<span class="bar" style="width:{max(1, round(share * width))}px"></span>'


def _strips(look: PageLook) -> str:
    assert look.pictures is not None
    if not look.lines:
        return ""
    made = []
    for picture, words in zip(look.pictures.lines, look.lines, strict=True):
        text = " ".join(word.text for word in words)
        sure = sum(word.confidence for word in words) / len(words) if words else 0.0
        told = f"{escape(text)} <small>{_percent(sure)}</small>" if words else "<small>không ra chữ</small>"
        made.append(
            f'<div class="strip c{_bin(sure)}"><img src="{_data(picture)}" alt="" width="{picture.width}" '
            f'height="{picture.height}" loading="lazy"><p>{told}</p></div>'
        )
    head = f"<summary>{len(made)} dòng đưa vào máy đọc</summary>"
    return f'<details open>{head}<div class="strips">{"".join(made)}</div></details>'


def _bin(confidence: float) -> int:
    return next(number for least, number, _ in _BINS if confidence >= least)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _share(share: float) -> str:
    return f"{100 * share:.2f} %".replace(".", ",")
