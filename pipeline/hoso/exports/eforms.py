"""The page in which a form is filled in: one HTML file that needs no network and sends nothing.

Owns the page: labels, hints, checks in the browser, and the saving of what was filled in as a JSON file. Everything
stands in the file itself, and its policy lets nothing else be loaded, run or sent. WCAG 2.2 AA. Never knows where a value
is from.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

__all__ = ["page", "text_of"]

_STYLE = """
:root { color-scheme: light; }
body { font: 1.05rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 0 auto; padding: 1rem; }
body, input, select, textarea { color: #1a1a1a; background: #fff; }
h1 { font-size: 1.5rem; line-height: 1.25; }
fieldset { border: 1px solid #767676; margin: 1.25rem 0; padding: .5rem 1rem 1rem; }
legend { font-weight: 700; padding: 0 .4rem; }
.field { margin: 1rem 0 0; }
label { display: block; font-weight: 600; }
input, select, textarea { font: inherit; width: 100%; box-sizing: border-box; padding: .5rem; min-height: 2.75rem; }
input, select, textarea { border: 1px solid #595959; border-radius: 4px; }
:focus-visible, #faults:focus { outline: 3px solid #005fcc; outline-offset: 2px; }
[aria-invalid=true] { border: 2px solid #b00020; }
.hint, .filled { font-size: .95rem; margin: .15rem 0; color: #404040; }
.filled { color: #00513f; }
.fault { color: #b00020; font-weight: 600; margin: .15rem 0; }
#faults { border: 2px solid #b00020; padding: .5rem 1rem; }
#faults[hidden] { display: none; }
button { font: inherit; font-weight: 700; padding: .6rem 1.2rem; min-height: 2.75rem; border: 0; border-radius: 4px; }
button { background: #00437c; color: #fff; }
@media print { button, .hint { display: none; } }
""".strip()

_SCRIPT = """
"use strict";
const form = document.querySelector("form");
const faults = document.getElementById("faults");
const told = document.getElementById("told");
const controls = () => [...form.querySelectorAll("[name]")];
function wrong(one) {
  if (one.validity.valueMissing) return "Hãy điền mục này.";
  if (!one.validity.valid) return one.dataset.hint || "Chưa đúng dạng.";
  if (one.required && !one.value.trim()) return "Hãy điền mục này.";
  return "";
}
function mark(one) {
  const text = wrong(one), place = document.getElementById(one.id + "-fault");
  place.textContent = text;
  one.setAttribute("aria-invalid", text ? "true" : "false");
  return text;
}
form.addEventListener("change", (event) => { if (event.target.hasAttribute("aria-invalid")) mark(event.target); });
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const bad = controls().filter((one) => mark(one));
  const list = faults.querySelector("ul");
  list.replaceChildren(...bad.map((one) => {
    const item = document.createElement("li"), link = document.createElement("a");
    link.href = "#" + one.id;
    link.textContent = one.labels[0].firstChild.textContent.trim();
    link.addEventListener("click", (click) => { click.preventDefault(); one.focus(); });
    item.append(link);
    return item;
  }));
  faults.hidden = !bad.length;
  told.textContent = "";
  if (bad.length) { faults.focus(); return; }
  const values = {};
  for (const one of controls()) if (one.value.trim()) values[one.name] = one.value.trim();
  const text = JSON.stringify({ form: form.dataset.form, values }, null, 1);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = form.dataset.file;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  told.textContent = "Đã lưu tệp " + form.dataset.file + " vào thư mục tải về. Hãy gửi tệp này cho cơ quan.";
});
""".strip()

_HINTS = {
    "identity": "12 chữ số của số định danh cá nhân (hoặc 9 chữ số của CMND cũ).",
    "phone": "Ví dụ: 0900 000 000.",
    "year": "Bốn chữ số, ví dụ 1990.",
    "expiry": "Ngày ghi như 2036-06-25, hoặc: Không thời hạn.",
    "date": "Chọn ngày, tháng, năm.",
}
_FIRST = "Nội dung"
_LONG = frozenset({"abstract", "text", "address"})


def page(
    schema: Mapping[str, Any], kinds: Mapping[str, str], parts: Mapping[str, str], filled: Mapping[str, str]
) -> str:  # fmt: skip
    """The page for ``schema`` (as ``stages/eforms.schema`` makes it). ``kinds`` are the fields' kinds, ``parts`` the
    headings under which they stand, where they have one, ``filled`` the values filled in beforehand."""
    values = schema["properties"]["values"]
    name = schema["properties"]["form"]["const"]
    groups: list[tuple[str, list[str]]] = []
    for field, shape in values["properties"].items():
        part = parts.get(field) or ("Thông tin khác" if groups else _FIRST)
        if schema["title"].casefold() in part.casefold():
            part = _FIRST
        if not groups or groups[-1][0] != part:
            groups.append((part, []))
        needed = field in values["required"]
        groups[-1][1].append("".join(_field(field, shape, kinds.get(field, ""), needed, filled.get(field, ""))))
    body = "".join(f"<fieldset><legend>{escape(part)}</legend>{''.join(rows)}</fieldset>" for part, rows in groups)
    told = "<p class=filled>Mục có ghi chú “điền sẵn” lấy từ giấy tờ mà cơ quan đang giữ. Hãy kiểm tra lại.</p>"
    own = f"style-src '{_hash(_STYLE)}'; script-src '{_hash(_SCRIPT)}'"
    policy = f"default-src 'none'; {own}; base-uri 'none'; form-action 'none'"
    return (
        '<!doctype html>\n<html lang="vi"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">'
        f"<title>{escape(schema['title'])}</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>{escape(schema['title'])}</h1><p>{escape(schema.get('description', ''))}</p>"
        "<p>Mục có chữ “bắt buộc” phải điền. Trang này chạy trên máy của bạn và không gửi gì đi; bấm “Lưu biểu mẫu” "
        f"để lưu thành một tệp, rồi gửi tệp đó cho cơ quan.</p>{told if filled else ''}"
        "<noscript><p class=fault>Trình duyệt đang tắt JavaScript nên không lưu được; hãy bật lên.</p></noscript>"
        '<div id="faults" role="alert" tabindex="-1" hidden><p><strong>Còn mục chưa đúng:</strong></p><ul></ul></div>'
        f'<form novalidate autocomplete="off" data-form="{escape(name)}" data-file="{escape(name.partition("@")[0])}.json">'
        f'{body}<p><button type="submit">Lưu biểu mẫu</button></p></form>'
        f'<p id="told" role="status"></p></main><script>{_SCRIPT}</script></body></html>\n'
    )


def _field(name: str, shape: Mapping[str, Any], kind: str, needed: bool, value: str) -> Iterator[str]:
    hint = _HINTS.get(kind, "")
    notes = [f"{name}-hint"] * bool(hint) + [f"{name}-filled"] * bool(value) + [f"{name}-fault"]
    own = f'id="{name}" name="{name}" aria-describedby="{" ".join(notes)}"'
    own += " required" * needed + (f' data-hint="{escape(hint)}"' if hint else "")
    yield f'<div class="field"><label for="{name}">{escape(shape["title"])}{" <span>(bắt buộc)</span>" * needed}</label>'
    if hint:
        yield f'<p class="hint" id="{name}-hint">{escape(hint)}</p>'
    if value:
        yield f'<p class="filled" id="{name}-filled">Điền sẵn từ giấy tờ cơ quan đang giữ.</p>'
    if "enum" in shape:
        options = "".join(
            f"<option{' selected' if one == value else ''}>{escape(one)}</option>" for one in shape["enum"]
        )
        yield f'<select {own}><option value="">– chọn –</option>{options}</select>'
    elif shape.get("format") == "date":
        yield f'<input type="date" {own} value="{escape(value)}">'
    elif kind in _LONG and "pattern" not in shape:
        yield f'<textarea rows="2" {own} maxlength="{shape["maxLength"]}">{escape(value)}</textarea>'
    else:
        pattern = f' pattern="{escape(shape["pattern"][1:-1])}"' if "pattern" in shape else ""
        mode = ' inputmode="numeric"' if kind in ("identity", "year", "phone") else ""
        yield f'<input type="text" {own} maxlength="{shape["maxLength"]}"{pattern}{mode} value="{escape(value)}">'
    yield f'<p class="fault" id="{name}-fault"></p></div>'


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def text_of(schema: Mapping[str, Any]) -> str:
    """A schema as a file."""
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"
