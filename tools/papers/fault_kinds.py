"""Every kind of fault that can be planted: what it changes of a plan, and which problems tell it.

Owns: :data:`FAULTS`. Never: draws a paper, or asks the product whether it finds the fault.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

from tools.papers import retouch
from tools.papers.paper import Paper
from tools.papers.people import Case, person
from tools.papers.plans import APPLICATION, DECISION, HEALTH, LISTED, RECEIPT, Plan, Planted
from tools.papers.world import Place, place, province

__all__ = ["FAULTS"]


def _number(change: Callable[[str], str], *codes: str) -> Callable[[Plan], Planted | None]:
    """The personal number as issued and printed everywhere is wrong."""

    def plant(plan: Plan) -> Planted | None:
        number = change(plan.case.person.number)
        if number == plan.case.person.number:
            return None
        plan.case = replace(plan.case, person=replace(plan.case.person, number=number))
        return _told(codes, "so_cccd", "ngay_sinh", "gioi_tinh")

    return plant


def _told(codes: Sequence[str], *fields: str) -> Planted:
    return Planted("", frozenset(codes), frozenset(fields))


def _swapped(text: str, first: int = 6) -> str:
    """The first two unlike figures that stand side by side from ``first`` on, swapped."""
    at = next((i for i in range(first, len(text) - 1) if text[i] != text[i + 1]), None)
    return text if at is None else text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _on(kind: str, name: str, change: Callable[[str], str], *codes: str) -> Callable[[Plan], Planted | None]:
    """Figures of one field on one paper are other ones."""

    def plant(plan: Plan) -> Planted | None:
        if kind not in plan.kinds:
            plan.kinds.append(kind)
        plan.after.append(lambda papers: retouch.figures(papers[kind], name, change))
        return _told(codes, name, *_BESIDE.get(name, ()))

    return plant


_BESIDE = {"ngay_hen_tra": ("ngay_nhan",), "ngay_cap": ("ngay_sinh",), "ngay_ket_luan": ("so", "ngay_cap")}
"""A contradiction of two fields is told on either."""


def _no_such_day(figures: str) -> str:
    """A day that no month has, over the first two figures."""
    return "3" + ("5" if figures[1] != "5" else "7") + figures[2:]


def _year(step: int) -> Callable[[str], str]:
    """Another year, over the last four figures."""
    return lambda figures: figures[:-4] + str(int(figures[-4:]) + step)


def _on_paper(kind: str, change: Callable[[Case, Random], Case | None], codes: Sequence[str], *fields: str,
              consistent: bool = False) -> Callable[[Plan], Planted | None]:  # fmt: skip
    """One paper is drawn of another case; ``consistent``: all are."""

    def plant(plan: Plan) -> Planted | None:
        other = change(plan.case, plan.rng("fault"))
        if other is None:
            return None
        if consistent:
            plan.case = other
        else:
            plan.cases[kind] = other
        return _told(codes, *fields)

    return plant


def _with(**changes: Callable[[Case, Random], object]) -> Callable[[Case, Random], Case | None]:
    """The case with another person, made by changing what is named."""

    def change(of: Case, rng: Random) -> Case | None:
        new = {name: make(of, rng) for name, make in changes.items()}
        who = replace(of.person, **new)  # type: ignore[arg-type]
        return None if who == of.person else replace(of, person=who)

    return change


def _another(of: Case, rng: Random) -> Case | None:
    who = person(rng, of.examined)
    return None if who.name.split()[-1] == of.person.name.split()[-1] else replace(of, person=who)


def _given_name(of: Case, rng: Random) -> str:
    *front, last = of.person.name.split()
    return " ".join([*front, rng.choice([n for n in ("Toàn", "Khánh", "Phong", "Nhung", "Quỳnh") if n[0] != last[0]])])


def _elsewhere(of: Case, rng: Random) -> Place:
    """A place in another province."""
    while (home := province(rng, of.examined)).new_name == of.person.lives.province.new_name:
        pass
    return place(rng, home, of.examined)


_TONES = {
    "ạ": "á",
    "á": "ạ",
    "à": "á",
    "ả": "à",
    "ị": "í",
    "ễ": "ế",
    "ầ": "ấ",
    "ế": "ề",
    "ù": "ú",
    "ó": "ò",
    "ă": "â",
    "ơ": "ô",
}


def _tone(of: Case, rng: Random) -> str:
    at = next((i for i, c in enumerate(of.person.name) if c in _TONES), None)
    name = of.person.name
    return name if at is None else name[:at] + _TONES[name[at]] + name[at + 1 :]


def _code(change: Callable[[str, Case], str], *codes: str) -> Callable[[Plan], Planted | None]:
    """The dossier code is wrong in print and QR alike."""

    def plant(plan: Plan) -> Planted | None:
        plan.case = replace(plan.case, code=change(plan.case.code, plan.case))
        return _told(codes, "ma_ho_so", "ngay_nhan")

    return plant


def _code_day(code: str, of: Case, step: int = 0) -> str:
    agency, day, serial = code.split("-")
    if step:
        later = of.received + timedelta(days=step)
        return f"{agency}-{later:%Y%m%d}-{serial}" if len(day) == 8 else f"{agency}-{later:%y%m%d}-{serial}"
    return f"{agency}-{day[:-4]}13{day[-2:]}-{serial}"


def _code_agency(code: str, of: Case) -> str:
    return code.replace(of.counter.province.code, "H97", 1)


def _print_against_code(plan: Plan) -> Planted | None:
    def change(papers: Mapping[str, Paper]) -> bool:
        receipt = papers[RECEIPT]
        coded = any(kind in {"qr", "code128"} for sheet in receipt.sheets for kind, _, _ in sheet.codes)
        return coded and retouch.figures(receipt, "ma_ho_so", lambda f: f[:-1] + str((int(f[-1]) + 4) % 10))

    plan.after.append(change)
    return _told(["dossier.value-differs"], "ma_ho_so")


def _missing(plan: Plan) -> Planted | None:
    """A third known component is listed and not there."""
    plan.listed.insert(1, plan.rng("fault").choice([LISTED["giay_phep_lai_xe"][0], *LISTED["cccd"]]))
    return _told(["dossier.component-missing"], "", "thanh_phan_ho_so")


def _unlisted(plan: Plan) -> Planted | None:
    """A paper of another procedure lies in the dossier."""
    plan.kinds.append("gcn_ho_kinh_doanh")
    return _told(["dossier.component-unlisted"], "")


def _tax(plan: Plan) -> Planted | None:
    plan.kinds.append("gcn_ho_kinh_doanh")
    plan.listed.append(("Giấy chứng nhận đăng ký hộ kinh doanh", "Bản sao"))
    change = lambda f: f[:-1] + str((int(f[-1]) + 3) % 10)  # noqa: E731
    plan.after.append(lambda papers: retouch.figures(papers["gcn_ho_kinh_doanh"], "so", change))
    return _told(["value.check-digit"], "so")


def _unregistered(plan: Plan) -> Planted | None:
    plan.held = lambda held: held["giay_kham_suc_khoe"].__setitem__(
        0, held["giay_kham_suc_khoe"][0] | {"so": "99999/GKSKLX/01999/20"}
    )
    return _told(["register.missing"], "so")


def _registered_as(**changes: str) -> Callable[[Plan], Planted | None]:
    """The register says something else under the certificate's number."""

    def plant(plan: Plan) -> Planted | None:
        plan.held = lambda held: held["giay_kham_suc_khoe"].__setitem__(0, held["giay_kham_suc_khoe"][0] | changes)
        return _told(["register.differs"], *("hang_gplx" if name == "hang" else name for name in changes))

    return plant


def _other_resident(plan: Plan) -> Planted | None:
    """The resident register gives this person another number."""
    number = _swapped(plan.case.person.number)
    plan.held = lambda held: held["dan_cu"].__setitem__(0, held["dan_cu"][0] | {"so_cccd": number})
    return _told(["register.differs"], "so_cccd") if number != plan.case.person.number else None


def _symbol(letters: str) -> Callable[[Plan], Planted | None]:
    """The decision bears the symbol of another type, of as many letters."""

    def plant(plan: Plan) -> Planted | None:
        if DECISION not in plan.kinds:
            plan.kinds.append(DECISION)
        change = lambda text: text.replace("/QĐ-", f"/{letters}-", 1)  # noqa: E731
        plan.after.append(lambda papers: retouch.letters(papers[DECISION], "so_ky_hieu", change))
        return _told(["value.implausible"], "so_ky_hieu")

    return plant


def _stranger(plan: Plan) -> Planted | None:
    """A decision in the same matter lies in the dossier and is somebody else's."""
    if DECISION not in plan.kinds:
        plan.kinds.append(DECISION)
    plan.stranger = True
    return _told(["dossier.value-differs"], "trich_yeu")


def _other_class(plan: Plan) -> Planted | None:
    """The request is for another kind of vehicle than the papers."""
    mine = plan.case.vehicle_class
    plan.request = f"Đổi giấy phép lái xe hạng {'C' if mine[0] not in 'CF' else 'A1'}"
    return _told(["dossier.value-differs"], "hang_gplx", "hang", "hang_de_nghi")


FAULTS: dict[str, Callable[[Plan], Planted | None]] = {
    "sex-digit": _number(lambda n: n[:3] + str(int(n[3]) ^ 1) + n[4:], "value.implausible", "register.differs"),
    "birth-year": _number(
        lambda n: n[:4] + f"{(int(n[4:6]) + 7) % 100:02d}" + n[6:], "value.implausible", "register.differs"
    ),
    "no-such-province": _number(lambda n: "003" + n[3:], "value.implausible", "register.differs"),
    "number-swapped": _on(HEALTH, "so_cccd", _swapped, "dossier.value-differs", "register.differs"),
    "number-swapped-everywhere": _number(_swapped, "register.differs"),
    "resident-other-number": _other_resident,
    "born-no-day": _on(HEALTH, "ngay_sinh", _no_such_day, "value.impossible-date"),
    "concluded-no-day": _on(HEALTH, "ngay_ket_luan", _no_such_day, "value.impossible-date"),
    "due-no-day": _on(RECEIPT, "ngay_hen_tra", _no_such_day, "value.impossible-date"),
    "due-before-receipt": _on(RECEIPT, "ngay_hen_tra", _year(-1), "value.order"),
    "card-after-use": _on(HEALTH, "ngay_cap", _year(12), "value.order"),
    "card-before-birth": _on(HEALTH, "ngay_cap", _year(-70), "value.order", "value.implausible"),
    "concluded-to-come": _on(HEALTH, "ngay_ket_luan", _year(10), "value.order"),
    "certificate-year": _on(HEALTH, "so", lambda f: f[:-2] + f"{(int(f[-2:]) + 3) % 100:02d}", "value.implausible"),
    "born-differs": _on(APPLICATION, "ngay_sinh", _year(3), "dossier.value-differs", "value.implausible"),
    "other-person": _on_paper(HEALTH, _another, ["dossier.value-differs"], "ho_ten"),
    "name-differs": _on_paper(HEALTH, _with(name=_given_name), ["dossier.value-differs"], "ho_ten"),
    "address-differs": _on_paper(HEALTH, _with(lives=_elsewhere), ["dossier.value-differs"], "dia_chi", "noi_cu_tru"),
    "tone-differs": _on_paper(APPLICATION, _with(name=_tone), ["dossier.value-differs"], "ho_ten"),
    "print-against-code": _print_against_code,
    "code-no-day": _code(_code_day, "value.impossible-date"),
    "code-after-receipt": _code(lambda code, of: _code_day(code, of, 9), "value.order"),
    "code-no-agency": _code(_code_agency, "value.implausible"),
    "component-missing": _missing,
    "component-unlisted": _unlisted,
    "certificate-not-registered": _unregistered,
    "certificate-of-another": _registered_as(ho_ten="Trần Văn Mẫu", ngay_sinh="1971-02-03", so_cccd="001071000001"),
    "certificate-other-day": _registered_as(ngay_ket_luan="2016-01-05"),
    "certificate-other-conclusion": _registered_as(ket_luan="Không xác định", hang="FD"),
    "tax-check-digit": _tax,
    "symbol-of-plan": _symbol("KH"),
    "symbol-of-notice": _symbol("TB"),
    "request-other-class": _other_class,
    "decision-for-another": _stranger,
}
"""Every kind of fault by name."""
