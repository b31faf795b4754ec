"""What people say of fields, papers and pages otherwise than was read: each a fact, laid over the readings at once.

The name of who said it and the values lie in the store (:class:`hoso.nouns.Change`); the ledger holds its digest under
``changed``, subject the dossier. A change is numbered within its dossier and told only as the next number, so that of two
people who change the same paper the second is told (:class:`hoso.errors.Stale`). What is sealed is not changed: the signed
copy stands. Never: reads a page (but for one that is turned), decides, or seals.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches

from hoso import keys
from hoso.errors import HosoError, NeedsPerson, Refused, Stale, Unavailable, Usage
from hoso.forms import FieldRule, Form
from hoso.nouns import Change, ChangeKind, Fact, Field, Outcome, PageRef, Problem, Record, Standing
from hoso.recipe import digitizing, intake, reading, turns
from hoso.recipe.arrived import signed
from hoso.recipe.standing import changes, dossier_of, record_digest, seal_key, standing
from hoso.site import Site
from hoso.stages import correct as laid
from hoso.stages.check import problem_of
from hoso.work import Crew, Task, record

__all__ = [
    "behind",
    "confirm",
    "correct",
    "history",
    "join",
    "normalised",
    "rescan",
    "retype",
    "split",
    "turn",
    "undo",
]

_TURNS = 5
"""How often a dossier is settled anew where others change it at the same moment."""

_Made = Callable[[Standing, Record, Form], list[Change]]
"""Makes the changes of a document as it stands: its dossier, its record, its form."""


def correct(
    site: Site, document: str, seen: str, values: Mapping[str, str | None], who: str, note: str = ""
) -> Standing:
    """Give fields of a document their values, as typed; None: the paper has no such value. ``seen`` is the digest of the
    record looked at (:func:`hoso.recipe.standing.record_digest`).

    Raises :class:`Stale` where another record stands by now, :class:`Usage` for an unknown field or nobody's name,
    :class:`Refused` for a sealed document, :class:`Unavailable` for one that is being sealed.
    """

    def made(here: Standing, mine: Record, form: Form) -> list[Change]:
        return [
            _change(
                mine,
                who,
                "field",
                note,
                field=name,
                before=_shown(mine, form, name),
                after=laid.normal(_rule(form, name), text)[0],
            )
            for name, text in values.items()
        ]

    return _said(site, document, seen, who, made)


def confirm(site: Site, document: str, seen: str, fields: Sequence[str], who: str, note: str = "") -> Standing:
    """The values of ``fields`` are right as they stand, and what is shown of problems with them may stand; "" among the
    fields: so may the problems of the paper itself. Raises as :func:`correct` does."""

    def made(here: Standing, mine: Record, form: Form) -> list[Change]:
        assert here.outcome is not None
        every = here.outcome.records
        told = []
        for name in fields:
            if name:
                _rule(form, name)
            value, accepted = _shown(mine, form, name), laid.tokens(mine, (name,), every, site.forms)
            told.append(_change(mine, who, "confirm", note, field=name, before=value, after=value, accepted=accepted))
        return told

    return _said(site, document, seen, who, made)


def retype(site: Site, document: str, seen: str, type_: str, who: str, note: str = "") -> Standing:
    """The paper is of another type: its fields are found anew. Raises as :func:`correct` does."""
    if type_ not in site.forms.types():
        near = get_close_matches(type_, site.forms.types(), 1)
        raise Usage(f"there is no type {type_!r}" + (f"; did you mean {near[0]!r}?" if near else ""))

    def made(here: Standing, mine: Record, form: Form) -> list[Change]:
        if mine.document.type == type_:
            raise Usage(f"document {document} is of the type {type_} already")
        return [_change(mine, who, "type", note, before=mine.document.type, after=type_)]

    return _said(site, document, seen, who, made)


def split(site: Site, document: str, seen: str, before: int, who: str, note: str = "") -> Standing:
    """A new paper begins at the page of position ``before``. Raises as :func:`correct` does."""

    def made(here: Standing, mine: Record, form: Form) -> list[Change]:
        ref = _page(here, before)
        if ref not in mine.document.pages[1:]:
            raise Usage(f"page {before} is no later page of document {document}: a paper is parted before one of those")
        return [replace(_change(mine, who, "split", note, after=str(before)), page=ref)]

    return _said(site, document, seen, who, made)


def join(site: Site, first: str, second: str, seen: tuple[str, str], who: str, note: str = "") -> Standing:
    """The pages of ``second`` belong behind those of ``first``: both are one paper, of the first's type. ``seen`` are the
    digests of both records. Raises as :func:`correct` does."""

    def made(here: Standing, mine: Record, form: Form) -> list[Change]:
        assert here.outcome is not None
        other = next((r for r in here.outcome.records if r.document.id == second), None)
        if other is None or first == second:
            raise Usage(
                f"document {second} is no other paper of the dossier of document {first}: they cannot be joined"
            )
        if record_digest(other) != seen[1]:
            raise _stale(site, here, other)
        _changeable(site, here, other)
        if here.outcome.codes.get(first) != here.outcome.codes.get(second) or _mixed(site, here, mine, other):
            raise Usage(
                f"documents {first} and {second} lie under different cover sheets, or one came in a signed file: "
                "they cannot be one paper"
            )
        return [replace(_change(mine, who, "join", note, before=second), other=other.document.pages[0])]

    return _said(site, first, seen[0], who, made)


def turn(
    site: Site, dossier: str, position: int, clockwise: int, who: str, note: str = "", crew: Crew | None = None
) -> Standing:
    """The page at ``position`` is to be turned by ``clockwise`` degrees (90, 180, 270) from how it is shown now; it is read
    again at once, by ``crew`` where one is given. Raises as :func:`correct` does."""
    if clockwise % 90 or not clockwise % 360:
        raise Usage(f"a page is turned by 90, 180 or 270 degrees, not by {clockwise}")
    here = _here(site, dossier)
    assert here.outcome is not None
    page = next((p for p in here.outcome.pages if p.position == position), None)
    if page is None or page.kind == "quarantined":
        raise Usage(f"dossier {dossier} has no page {position} that could be turned")
    rotation = (page.rotation + clockwise) % 360
    owner, name = _owner(here, page.ref), _named(who)
    if owner is not None:
        _changeable(site, here, owner)
    _read_turned(site, here, page.ref, rotation, crew)
    told = Change("", dossier, "turn", name, "", page.ref, document=owner.document.id if owner else "",
                  before=str(page.rotation), after=str(rotation), note=note)  # fmt: skip
    try:
        return _told(site, here, [told], owner)
    except _Overtaken:
        raise _stale(site, standing(site, dossier), owner) from None


def rescan(site: Site, dossier: str, position: int, who: str, why: str = "") -> Standing:
    """The page at ``position`` is to be scanned again: its paper waits (``page.rescan-wanted``) until this is undone."""
    here = _here(site, dossier)
    ref = _page(here, position)
    owner = _owner(here, ref)
    if owner is None:
        raise Usage(f"page {position} of dossier {dossier} is of no paper: nothing waits for it")
    told = Change("", dossier, "rescan", _named(who), "", ref, document=owner.document.id, note=why)
    try:
        return _told(site, here, [told], owner)
    except _Overtaken:
        return rescan(site, dossier, position, who, why)


def undo(site: Site, change: str, who: str, note: str = "") -> Standing:
    """Take a change back; an undo too may be taken back. Raises :class:`Usage` for an unknown change, or one taken back."""
    dossier = change.rpartition("-")[0]
    here = _here(site, dossier)
    every = changes(site, dossier)
    its = next((c for c in every if change in (c.id, laid.act(c))), None)
    if its is None:
        raise Usage(f"there is no change {change!r}; list those of a dossier with: hoso changes DOSSIER")
    if laid.taken_back(every, its):
        raise Usage(f"change {change} is taken back already")
    owner = _owner(here, its.page) if its.page is not None else None
    undone = replace(its, id="", kind="undo", who=_named(who), at="", of=change, before=its.after, after=its.before,
                     accepted=(), note=note)  # fmt: skip
    try:
        return _told(site, here, [undone], owner)
    except _Overtaken:
        return undo(site, change, who, note)


def history(site: Site, dossier: str) -> tuple[Change, ...]:
    """What was said of the papers of a dossier, in the order said."""
    return changes(site, dossier)


def normalised(
    site: Site, type_: str, field: str, text: str | None, form: str = ""
) -> tuple[str | None, Problem | None]:
    """(the value that a typed text would become, the problem it would have by itself) for a field of a type; by its newest
    form, or the one called ``form``. Cheap: for a page that tells while one types. Raises :class:`Usage`."""
    its = site.forms.form(form) if form else site.forms.latest(type_)
    rule = _rule(its, field)
    value, fault = laid.normal(rule, text)
    if not fault:
        return value, None
    doubted = Field(field, value, text or "", source="person", status="doubtful", failed=(fault,))
    return value, problem_of(doubted, its)


def behind(site: Site, outcome: Outcome) -> bool:
    """Whether something was said of the dossier since: nothing of that outcome may be sealed."""
    told = site.ledger.facts("changed", outcome.dossier.id)
    return tuple(fact.body["id"] for fact in told) != outcome.changes


def _here(site: Site, dossier: str) -> Standing:
    """The dossier as it stands; what a killed run or another left half done is done first."""
    try:
        here = standing(site, dossier)
    except LookupError as error:
        raise Usage(f"there is no dossier {dossier!r}; list them with: hoso status") from error
    if here.duplicate_of:
        raise Usage(f"dossier {dossier} repeats {here.duplicate_of}; change that one")
    if here.outcome is None:
        known = intake.arrival(site, dossier)
        if known.dossier != here.dossier or not any(True for _ in site.ledger.facts("digitized", dossier)):
            raise NeedsPerson(
                f"dossier {dossier} is received and not digitized yet; wait for it, or run: hoso digitize"
            )
        for _ in range(_TURNS):  # while one settles, others may have their say
            digitizing.settle(site, known)
            here = standing(site, dossier)
            if here.outcome is not None:
                break
    if here.outcome is None:
        raise Unavailable(f"dossier {dossier} is being digitized; try again in a moment")
    return here


def _said(site: Site, document: str, seen: str, who: str, made: _Made) -> Standing:
    """Tell what ``made`` makes of the document as it stands, where that is what was seen."""
    _named(who)
    dossier = dossier_of(site, document)
    while True:
        here = _here(site, dossier)
        mine = next((r for r in _records(here) if r.document.id == document), None)
        if mine is None:
            raise _stale(site, here, None)
        made_of = made(here, mine, site.forms.form(mine.document.form))
        if record_digest(mine) != seen:
            if _said_already(site, dossier, mine, made_of):
                return here
            raise _stale(site, here, mine)
        try:
            return _told(site, here, made_of, mine)
        except _Overtaken:
            continue


def _told(site: Site, here: Standing, said: Sequence[Change], mine: Record | None) -> Standing:
    """Tell changes as one act, the next of its dossier, and understand the dossier with it. Raises :class:`_Overtaken`
    where another act came between."""
    assert here.outcome is not None
    dossier, number = here.dossier.id, len(here.outcome.changes) + 1
    if mine is not None:
        _changeable(site, here, mine)
    act, at = f"{dossier}-{number}", site.stamp()
    names = [act] if len(said) == 1 else [f"{act}.{n}" for n in range(1, len(said) + 1)]
    whole = tuple(replace(change, id=id_, at=at) for change, id_ in zip(said, names, strict=True))
    if not whole:
        return here
    body = {
        "change": site.store.put(keys.encode(whole)),
        "id": act,
        "what": whole[0].kind,
        "document": whole[0].document,
    }
    told = site.ledger.tell(Fact("changed", dossier, at, body), once=keys.key("changed", dossier, number))
    if told.body["change"] != body["change"]:
        raise _Overtaken
    if mine is not None and _being_sealed(site, mine):  # it began between our look and our word: the seal goes first
        back = Change(f"{dossier}-{number + 1}", dossier, "undo", whole[0].who, at, whole[0].page, of=act)
        body = {"change": site.store.put(keys.encode((back,))), "id": back.id, "what": "undo", "document": ""}
        site.ledger.tell(Fact("changed", dossier, at, body), once=keys.key("changed", dossier, number + 1))
        digitizing.settle(site, intake.arrival(site, dossier))
        raise _sealing(mine)
    digitizing.settle(site, intake.arrival(site, dossier))
    return standing(site, dossier)


class _Overtaken(Exception):
    """Another act was told under the number that ours would have had."""


def _said_already(site: Site, dossier: str, mine: Record, said: Sequence[Change]) -> bool:
    """Whether the same person said just this before: an answer that was lost on its way is asked for again."""
    stands = {
        (c.kind, c.field, c.after): c for c in laid.in_force(changes(site, dossier)) if c.type == mine.document.type
    }
    known = [stands.get((c.kind, c.field, c.after)) for c in said if c.kind in ("field", "confirm")]
    return len(known) == len(said) and all(
        k is not None and k.who == c.who and k.page == c.page for k, c in zip(known, said, strict=True)
    )


def _changeable(site: Site, here: Standing, mine: Record) -> None:
    if here.states.get(mine.document.id) in ("sealed", "unstamped"):
        raise Refused(
            "document.sealed",
            f"document {mine.document.id} is sealed: its signed copy and its record stand as they were signed. "
            "A wrong value in it is put right by a new paper, scanned and sealed",
            "Giấy tờ đã được ký số và lưu; bản ghi không sửa được nữa. Hãy lập giấy tờ mới để đính chính rồi quét lại.",
        )
    if _being_sealed(site, mine):
        raise _sealing(mine)


def _sealing(mine: Record) -> Unavailable:
    return Unavailable(f"document {mine.document.id} is being sealed at this moment; nothing was changed")


def _being_sealed(site: Site, mine: Record) -> bool:
    """Whether a run that is at work means to seal this record. An intent that a killed run left behind stops nobody."""
    key = seal_key(mine)
    return any(effect.key == key for effect in site.ledger.effects("seal", open_only=True)) and _at_work(site)


def _at_work(site: Site) -> bool:
    import fcntl

    if turns.at_work(site):
        return True
    path = site.home / "run.lock"
    if not path.exists():
        return False
    with path.open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def _read_turned(site: Site, here: Standing, ref: PageRef, rotation: int, crew: Crew | None) -> None:
    """Have a worker read the page turned by ``rotation``, unless it was read so before."""
    from hoso.recipe import crew_for

    key = reading.read_key(site, ref.scan, ref.index, rotation)
    if site.ledger.step(key) is not None:
        return
    scan = next(s for s in here.dossier.scans if s.digest == ref.scan)
    task = Task(0, "hoso.recipe.reading:read", (ref.scan, scan.media_type, ref.index, rotation),
                2 * site.settings.reading.timeout, shut=True)  # fmt: skip
    with contextlib.ExitStack() as stack:
        for _, answer, _ in (crew or stack.enter_context(crew_for(site, 1))).run([task]):
            if not isinstance(answer, bytes):
                raise answer if isinstance(answer, HosoError) else Unavailable(
                    f"page {ref.index} of scan {ref.scan[:12]} could not be read turned; nothing was changed"
                )  # fmt: skip
            record(site, key, "read", ref.scan, answer)


def _mixed(site: Site, here: Standing, one: Record, other: Record) -> bool:
    """Whether one of two papers came in a signed file and the other did not come in the same."""
    scans = {ref.scan for ref in (*one.document.pages, *other.document.pages)}
    return bool(scans & signed(site, here.dossier)) and len(scans) > 1


def _stale(site: Site, here: Standing, mine: Record | None) -> Stale:
    told = changes(site, here.dossier.id)
    pages = set(mine.document.pages) if mine is not None else set()
    last = next((c for c in reversed(told) if c.page in pages), told[-1] if told else None)
    what = f"document {mine.document.id}" if mine is not None else f"a paper of dossier {here.dossier.id}"
    if last is None:
        return Stale(
            f"{what} was read anew since you looked at it; look again", vi="Giấy tờ đã được đọc lại; hãy xem lại."
        )
    at = datetime.fromisoformat(last.at)
    return Stale(
        f"{what} was changed by a person at {last.at}, after you looked at it; look again",
        last.at,
        last.who,
        f"Giấy tờ này đã được người khác sửa lúc {at:%H:%M} ngày {at:%d/%m/%Y}; hãy xem lại.",
    )


def _change(mine: Record, who: str, kind: ChangeKind, note: str, *, field: str = "", before: str | None = None,
            after: str | None = None, accepted: tuple[str, ...] = ()) -> Change:  # fmt: skip
    its = mine.document
    return Change("", its.dossier, kind, _named(who), "", its.pages[0], None, its.id, record_digest(mine), its.type, field,
                  before, after, accepted, "", note)  # fmt: skip


def _named(who: str) -> str:
    if not who.strip():
        raise Usage("a change needs the name of who says so: --who NAME")
    return who.strip()


def _rule(form: Form, field: str) -> FieldRule:
    rule = form.field(field)
    if rule is None:
        raise Usage(
            f"a paper of the form {form.name} has no field {field!r}; it has: {', '.join(f.name for f in form.fields)}"
        )
    return rule


def _shown(mine: Record, form: Form, name: str) -> str | None:
    """The value of a field as a change holds it: that of a table is its rows as JSON."""
    its = next((f for f in mine.fields if f.name == name), None)
    if its is None:
        return None
    rule = form.field(name)
    if rule is not None and rule.kind == "table":
        return keys.encode(its.rows).decode() if its.rows else None
    return its.value


def _records(here: Standing) -> tuple[Record, ...]:
    return here.outcome.records if here.outcome is not None else ()


def _owner(here: Standing, ref: PageRef) -> Record | None:
    return next((r for r in _records(here) if ref in r.document.pages), None)


def _page(here: Standing, position: int) -> PageRef:
    found = next((p.ref for p in here.outcome.pages if p.position == position), None) if here.outcome else None
    if found is None:
        raise Usage(f"dossier {here.dossier.id} has no page {position}")
    return found
