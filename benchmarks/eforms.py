"""Electronic forms drawn as papers and read again, without help: how many fields come back as they were handed in.

Every field of the newest form of each type is filled with seeded values; the paper is read through its own text, divided
and its fields extracted as those of any file. Told by the way fields are found: by labels, or by the layout of
Decree 30/2020.

    python -m benchmarks.eforms [--seed eforms] [--each 3] [--keep]
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

from benchmarks import machine
from hoso import forms, keys, resources, site
from hoso.forms import FieldRule, Form, Forms
from hoso.pdf import eform
from hoso.pdf.look import look
from hoso.settings import Settings
from hoso.stages import divide, eforms, extract
from hoso.stages.correct import normal
from hoso.stages.read import read

__all__ = ["main"]

_FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Đỗ", "Vũ", "Đặng")
_GIVEN = ("Mẫu", "Thử", "Giả", "Ví", "Minh Họa", "Thị Mẫu", "Văn Thử")
_PLACES = ("xã An Bình, tỉnh Mẫu Sơn", "Số 5, xã Mao Điền, thành phố Hải Phòng", "thôn Đông, xã Tân Việt, Hưng Yên")
_WORDS = ("theo nguyện vọng", "hết hạn sử dụng", "bị mất trong khi đi đường", "để bổ sung hồ sơ")
_FIXED = {
    "symbol": "12/QĐ-UBND", "dossier-code": "000.26.36.H48-230620-0098", "certificate": "00012/GKSKLX/30001/26",
    "licence-class": "B2", "alcohol": "0 mg/100ml máu", "title": "CHỦ TỊCH", "type": "QUYẾT ĐỊNH",
    "tax-code": "0101234567", "procedure-code": "1.002801", "ethnicity": "Kinh", "nationality": "Việt Nam",
    "date-words": "ngày hai tháng một năm một nghìn chín trăm chín mươi", "number-words": "một trăm triệu đồng",
    "money": "100.000.000", "business-number": "34A8001234", "agency": "ỦY BAN NHÂN DÂN XÃ AN BÌNH",
}  # fmt: skip


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", default="eforms")
    parser.add_argument("--each", type=int, default=3, help="forms filled in of each type")
    parser.add_argument("--keep", action="store_true", help="write benchmarks/results/eforms-<commit>.json")
    given = parser.parse_args()
    known = forms.load(resources.folder("schemas"))
    right: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    typed: Counter[str] = Counter()
    for type_ in known.types():
        form = known.latest(type_)
        for number in range(given.each):
            values = _filled(form, random.Random(f"{given.seed} {type_} {number}"))
            same, back = _read_back(known, form, values)
            right[type_] += back
            asked[type_] += len(values)
            typed[type_] += same
    labelled = [t for t in known.types() if _labelled(known.latest(t))]
    rows = {t: {"fields": asked[t], "back": right[t], "type": typed[t]} for t in known.types()}
    told = {
        "seed": given.seed, "each": given.each,
        "labelled": [sum(right[t] for t in labelled), sum(asked[t] for t in labelled), len(labelled)],
        "others": [sum(right[t] for t in rows if t not in labelled), sum(asked[t] for t in rows if t not in labelled),
                   len(rows) - len(labelled)],
        "types_told": [sum(typed.values()), given.each * len(rows)], "rows": rows,
    }  # fmt: skip
    print(json.dumps(told, ensure_ascii=False, indent=1))
    if given.keep:
        machine.write("eforms", told)


def _labelled(form: Form) -> bool:
    """Whether its fields stand behind labels, rather than in places of the page."""
    rules = eforms.asked(form)
    return 2 * sum(bool(rule.labels) for rule in rules) > len(rules)


def _filled(form: Form, chance: random.Random) -> dict[str, str]:
    return {rule.name: _value(rule, chance) for rule in eforms.asked(form)}


def _value(rule: FieldRule, chance: random.Random) -> str:
    if rule.choices:
        return chance.choice(rule.choices)
    if rule.pattern and rule.kind == "text":
        return "Đủ điều kiện sức khỏe"
    born = date(1960, 1, 1) + timedelta(days=chance.randrange(20_000))
    return {
        "person": f"{chance.choice(_FAMILY)} {chance.choice(_GIVEN)}".upper(), "date": born.isoformat(),
        "identity": f"0340{born.year % 100:02d}{chance.randrange(10**6):06d}", "phone": f"09{chance.randrange(10**8):08d}",
        "place": chance.choice(_PLACES), "address": chance.choice(_PLACES), "expiry": f"20{chance.randrange(30, 60)}-06-25",
        "licence-number": f"{chance.randrange(10**11, 10**12)}", "year": f"{born.year}",
        "register-number": f"{chance.randrange(1, 999)}", "abstract": f"Về việc {chance.choice(_WORDS)}",
    }.get(rule.kind) or _FIXED.get(rule.kind) or chance.choice(_WORDS)  # fmt: skip


def _read_back(known: Forms, form: Form, values: dict[str, str]) -> tuple[bool, int]:
    """(whether the type was told, fields that came back)."""
    submission = eforms.submitted(json.dumps({"form": form.name, "values": values}).encode(), known)
    lines = [(line.label, line.value) for line in eforms.lines(submission)]
    data = eform.drawn(eforms.heading(form), "(Bản khai điện tử)", lines, f"Lập từ biểu mẫu điện tử {form.name}.")
    limits, digest = Settings().reading, keys.digest(data)
    engine = site.module("engines", "hoso").open(limits)
    seen = []
    for index in range(1, look(data, limits).pages + 1):
        one = read(data, "application/pdf", digest, index, engine, limits)
        seen.append(replace(one, page=replace(one.page, position=index)))
    paper = divide.divide("benchmark", seen, known, date.today().isoformat())[0]
    if paper.type != form.type:
        return False, 0
    got = {f.name: f.value for f in extract.extract(paper, seen, known.form(paper.form))}
    rules = {rule.name: rule for rule in eforms.asked(form)}
    wanted = {name: normal(rules[name], eforms.typed(rules[name], value))[0] for name, value in values.items()}
    return True, sum(got.get(name) == value for name, value in wanted.items())


if __name__ == "__main__":
    main()
