"""hoso outbox: what other systems are to be told, where it stands, and what a person does about what is stuck."""

from __future__ import annotations

import re
from typing import Any

import click

from hoso.cli.approvals import WHO
from hoso.cli.ask import AS_JSON
from hoso.cli.show import lines, open_site, say, table
from hoso.errors import NeedsPerson, Unavailable

__all__ = ["outbox"]

DOOR = click.option("--to", "target", default="", metavar="DOOR", help="Only messages for that door.")


@click.group()
def outbox() -> None:
    """What other systems are to be told: list it, send it, put it forward or give it up."""


@outbox.command("list")
@DOOR
@click.option("--all", "everything", is_flag=True, help="Also what is done, dropped or replaced.")
@click.option("--held", is_flag=True, help="Only what a person must act on.")
@AS_JSON
@click.pass_obj
def list_(home: str | None, target: str, everything: bool, held: bool, as_json: bool) -> None:
    """Messages that are not done with, in the order queued. Long numbers in a refusal are masked."""
    from hoso.recipe import outbox as box

    with open_site(home) as site:
        found = (
            one for one in box.items(site, target=target, everything=everything) if not held or one.state == "held"
        )
        rows = [_row(site, one) for one in found]
        if as_json:
            lines(rows)
            return
        shown = [
            (row["key"][:12], row["to"], row["kind"], row["document"] or row["dossier"], row["state"], str(row["tries"]),
             row["next"] or "–", row["why"] or "–")
            for row in rows
        ]  # fmt: skip
        if shown:
            table("", ("message", "to", "kind", "of", "state", "tries", "next", "why"), shown)
        say(f"{len(shown)} messages" if shown else "nothing waits")


@outbox.command("queue")
@AS_JSON
@click.pass_obj
def queue(home: str | None, as_json: bool) -> None:
    """Queue what the open doors want to know of every released paper: once after a door was opened. Nothing twice."""
    from hoso import recipe
    from hoso.recipe import outbox as box

    with open_site(home) as site, recipe.only_run(site):
        new = box.queue_all(site)
    lines([{"queued": new}]) if as_json else say(f"{new} messages queued")


@outbox.command("deliver")
@DOOR
@click.option("--limit", type=click.IntRange(0), default=0, help="Send so many at most (default: all that is due).")
@click.option("--wait", "patience", type=click.FloatRange(0), default=0.0, help="Also wait SECONDS for what comes due.")
@AS_JSON
@click.pass_obj
def deliver(home: str | None, target: str, limit: int, patience: float, as_json: bool) -> None:
    """Send what is due. Exit code 4 where a message is held, 5 where one failed and is tried again later."""
    from hoso.recipe import delivering

    with open_site(home) as site:
        report = delivering.deliver(site, target=target, limit=limit, patience=patience)
    for text in dict.fromkeys(report.told):
        say(text)
    row = {"sent": report.sent, "failed": report.failed, "held": report.held, "replaced": report.replaced,
           "left": report.left, "shut": report.shut}  # fmt: skip
    if as_json:
        lines([row])
    else:
        say("; ".join(f"{count} {name}" for name, count in row.items() if count or name == "sent"))
    if report.held:
        raise NeedsPerson(f"{report.held} messages are held; see: hoso outbox list --held")
    if report.failed or report.told:
        raise Unavailable(f"{report.left} messages wait for another try; see: hoso outbox list")


@outbox.command("retry")
@click.argument("messages", nargs=-1, required=True)
@WHO
@AS_JSON
@click.pass_obj
def retry(home: str | None, messages: tuple[str, ...], who: str | None, as_json: bool) -> None:
    """Put MESSAGES (keys from list, or their beginnings) forward: they go with the next delivery."""
    from hoso.recipe import outbox as box

    with open_site(home) as site:
        found = [box.find(site, word) for word in messages]
        for one in found:
            box.retry(site, one, who or "")
        _changed([_row(site, box.find(site, one.effect.key)) for one in found], "put forward", as_json)


@outbox.command("drop")
@click.argument("messages", nargs=-1, required=True)
@click.option("--note", default="", help="Why; kept with the message.")
@WHO
@AS_JSON
@click.pass_obj
def drop(home: str | None, messages: tuple[str, ...], note: str, who: str | None, as_json: bool) -> None:
    """Give MESSAGES up for good. Who did, and why, is kept."""
    from hoso.recipe import outbox as box

    with open_site(home) as site:
        found = [box.find(site, word) for word in messages]
        for one in found:
            box.drop(site, one, who or "", note)
        _changed([_row(site, box.find(site, one.effect.key)) for one in found], "dropped", as_json)


@outbox.command("reused")
@click.argument("document")
@click.option("--code", default="", help="Code of the earlier result that stands for it; none: it was asked after all.")
@click.option("--national", is_flag=True, help="It came from the store of the national portal.")
@WHO
@AS_JSON
@click.pass_obj
def reused(home: str | None, document: str, code: str, national: bool, who: str | None, as_json: bool) -> None:
    """Say that DOCUMENT was not asked of the person again; the dossier system is told (DuocTaiSuDung, MaKetQuaThayThe)."""
    from hoso import recipe
    from hoso.recipe import outbox as box

    with open_site(home) as site, recipe.only_run(site):
        new = box.reuse(site, document, code, national, who or "")
    lines([{"document": document, "code": code, "queued": new}]) if as_json else say(f"noted; {new} messages queued")


def _changed(rows: list[dict[str, Any]], what: str, as_json: bool) -> None:
    if as_json:
        lines(rows)
    else:
        say(f"{len(rows)} messages {what}")


def _row(site: Any, one: Any) -> dict[str, Any]:
    from hoso.recipe import outbox as box

    body, answer = one.effect.body, one.answer or {}
    words = _masked(box.said(site, one.said))
    return {
        "key": one.effect.key, "to": body["target"], "kind": body["kind"], "dossier": body["dossier"],
        "document": body["document"], "state": one.state, "queued": one.effect.at, "tries": one.tries, "next": one.next,
        "reason": one.reason, "why": words, "answered": answer.get("at", ""), "answer": answer.get("id", ""),
    }  # fmt: skip


def _masked(text: str) -> str:
    """The text without the beginnings of long numbers: a receiver may repeat what was sent to it."""
    return re.sub(r"\d{6,}", lambda found: "•" * (len(found[0]) - 3) + found[0][-3:], text)
