"""Second keying: of the fields that were accepted without a person, a small share is keyed again by one who does not see
what was accepted. It is the only honest measure of what goes wrong unseen: corrections tell of doubts alone.

Which fields is decided by a digest of document and field, not by anybody: nobody can choose them before the paper is
filed. Facts, none of which holds a value: ``to-key-again`` at the load of a document, ``keyed-otherwise`` where the second
key differs (a third person looks), ``keyed-again`` once it is known whether what was accepted is right. What people keyed
lies in the store (:class:`Keyed`), and is erased with its document.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hoso import keys
from hoso.errors import Damaged, Refused, Usage
from hoso.forms import Form
from hoso.nouns import Decision, Fact, Field, Record
from hoso.recipe.correcting import normalised
from hoso.recipe.standing import changes
from hoso.site import Site

__all__ = ["Due", "Keyed", "choose", "due", "key_again", "mine", "record_of", "settle"]

TO_KEY, OTHERWISE, AGAIN = "to-key-again", "keyed-otherwise", "keyed-again"
_WHOLE = 2**32


@dataclass(frozen=True, slots=True)
class Due:
    """A field to be keyed again, or, where ``first`` is who ``keyed`` it otherwise, to be looked at by a third person.
    ``dossier`` is its dossier's id."""

    document: str
    dossier: str
    type: str
    field: str
    first: str = ""
    keyed: str | None = None


@dataclass(frozen=True, slots=True)
class Keyed:
    """What a person keyed, without having seen what was accepted; None: the paper has no such value."""

    document: str
    field: str
    value: str | None
    who: str
    at: str


def choose(site: Site, record: Record) -> int:
    """Tell, as the document is filed, which of its fields are to be keyed again: each with the probability of settings.toml
    [desk] ``second_keying``; gives how many. Telling twice tells once."""
    share, count = site.settings.desk.second_keying, 0
    for field in record.fields:
        lot = int(keys.key("second keying", record.document.id, field.name)[:8], 16)
        if accepted(field) and lot < share * _WHOLE:
            document = record.document
            body = {"dossier": document.dossier, "type": document.type, "field": field.name}
            once = keys.key(TO_KEY, document.id, field.name)
            site.ledger.tell(Fact(TO_KEY, document.id, site.stamp(), body), once=once)
            count += 1
    return count


def accepted(field: Field) -> bool:
    """Whether a field was taken as it was read: clear, with a value in ink, and no person gave it."""
    return field.status == "clear" and field.value is not None and field.source != "person" and field.place is not None


def due(site: Site, who: str) -> Iterator[Due]:
    """What that person may key again, or look at as the third, oldest first: no paper that they decided on or changed, and
    nothing that they keyed themselves."""
    done = {(f.subject, f.body["field"]) for f in site.ledger.facts(AGAIN)}
    otherwise = {(f.subject, f.body["field"]): f for f in site.ledger.facts(OTHERWISE)}
    gone = {fact.subject for fact in site.ledger.facts("erased")}
    for fact in site.ledger.facts(TO_KEY):
        field, document = fact.body["field"], fact.subject
        if (document, field) in done or document in gone or not _impartial(site, document, fact.body["dossier"], who):
            continue
        one = Due(document, fact.body["dossier"], fact.body["type"], field)
        other = otherwise.get((document, field))
        if other is None:
            yield one
        elif (keyed := _kept(site, other)) is not None and keyed.who != who:
            yield Due(document, one.dossier, one.type, field, keyed.who, keyed.value)


def mine(site: Site, document: str, field: str, who: str) -> Due:
    """That field, where it is due for that person. Raises Refused where it is not (or no longer)."""
    found = next((one for one in due(site, who) if (one.document, one.field) == (document, field)), None)
    if found is None:
        raise Refused(
            "keying.not-due",
            f"field {field} of document {document} is not to be keyed again by this person, or was keyed by now",
            "Trường này không cần bạn nhập lại, hoặc đã có người nhập rồi.",
        )
    return found


def key_again(site: Site, document: str, field: str, typed: str, who: str) -> bool:
    """Key a field again as it stands on the paper; "" where the paper has no such value. Gives whether it is as accepted;
    where it is not, a third person is asked. Raises Refused, Usage."""
    if not who.strip():
        raise Usage("keying needs the name of who does it")
    one = mine(site, document, field, who)
    if one.first:
        raise _not_due(one, "waits for a third look", "Trường này chờ người thứ ba xem.")
    record, form = record_of(site, document)
    value = normalised(site, record.document.type, field, typed.strip() or None, form.name)[0]
    if _same(value, record.value(field)):
        _tell(site, one, "yes")
        return True
    keyed = Keyed(document, field, value, who.strip(), site.stamp())
    body = {"type": one.type, "field": field, "change": site.store.put(keys.encode(keyed))}
    site.ledger.tell(Fact(OTHERWISE, document, keyed.at, body), once=keys.key(OTHERWISE, document, field))
    return False


def settle(site: Site, document: str, field: str, typed: str, who: str) -> bool:
    """The third look: what stands on the paper. Gives whether what was accepted is right. What is sealed stays as it is; a
    wrong value in it is counted, and put right by a new paper. Raises Refused, Usage."""
    if not who.strip():
        raise Usage("a third look needs the name of who does it")
    one = mine(site, document, field, who)
    if not one.first:
        raise _not_due(one, "was not keyed otherwise", "Trường này chưa ai nhập khác.")
    record, form = record_of(site, document)
    value = normalised(site, record.document.type, field, typed.strip() or None, form.name)[0]
    right = _same(value, record.value(field))
    _tell(site, one, "yes" if right else "no")
    return right


def record_of(site: Site, document: str) -> tuple[Record, Form]:
    """(the record as it was sealed, its form). Raises Refused where it was erased since, or never sealed."""
    told = list(site.ledger.facts("sealed", document))
    if not told or any(site.ledger.facts("erased", document)):
        raise Refused("keying.gone", f"document {document} is not there any more", "Giấy tờ này không còn.")
    record = keys.decode(site.store.get(told[-1].body["record"]), Record)
    return record, site.forms.form(record.document.form)


def _not_due(one: Due, why: str, vi: str) -> Refused:
    return Refused("keying.not-due", f"field {one.field} of document {one.document} {why}", vi)


def _tell(site: Site, one: Due, same: str) -> None:
    body = {"type": one.type, "field": one.field, "same": same}
    site.ledger.tell(Fact(AGAIN, one.document, site.stamp(), body), once=keys.key(AGAIN, one.document, one.field))


def _impartial(site: Site, document: str, dossier: str, who: str) -> bool:
    """Whether that person neither decided on the paper nor changed anything of its dossier."""
    told = site.ledger.facts("decided", document)
    decided = {keys.decode(site.store.get(fact.body["decision"]), Decision).who for fact in told}
    return who not in decided and all(change.who != who for change in changes(site, dossier))


def _kept(site: Site, fact: Fact) -> Keyed | None:
    try:
        return keys.decode(site.store.get(fact.body["change"]), Keyed)
    except Damaged:
        return None


def _same(one: str | None, other: str | None) -> bool:
    """Equal but for capitals and blanks; a tone or a diacritic is a difference."""
    plain, others = (" ".join((value or "").split()).casefold() for value in (one, other))
    return (one is None) == (other is None) and plain == others
