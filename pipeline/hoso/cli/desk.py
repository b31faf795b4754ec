"""hoso desk and hoso account: the web pages on loopback, and who may use them."""

from __future__ import annotations

import importlib
import os
import socket
from pathlib import Path
from typing import Any

import click

from hoso.cli.ask import AS_JSON
from hoso.cli.show import lines, say, table
from hoso.errors import Misconfigured, Unavailable, Usage
from hoso.site import Site, home_of

__all__ = ["account", "desk"]

_ROLES = ("clerk", "approver", "archivist", "auditor", "admin")
_PASSWORD = click.option(
    "--password-file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File whose first line is the password (else $HOSO_PASSWORD, else it is asked for).",
)  # fmt: skip


@click.command()
@click.option("--port", type=int, help="Port on loopback (default: settings.toml [desk] port; 0: any free one).")
@click.pass_obj
def desk(home: str | None, port: int | None) -> None:
    """The web pages where people see, correct, approve and find, on loopback, until Ctrl-C. Needs the extra "desk".

    Make the first account with: hoso account add NAME --person "…" --role admin
    """
    try:
        import uvicorn

        create = importlib.import_module("hoso.desk.app").create
    except ImportError as error:
        raise Misconfigured(f"{error.name} is not installed; install Hoso with the extra desk") from error
    folder = home_of(home)
    app = create(folder)
    wanted = Site(folder).settings.desk.port if port is None else port
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", server_header=False, access_log=False))
    # Made here and as TCP by name: else asyncio leaves Nagle's algorithm on, and every answer waits 40 ms.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", wanted))
    except OSError as error:
        raise Unavailable(f"port {wanted} is taken; is the desk running already? Choose another with --port") from error
    say(f"http://127.0.0.1:{listening.getsockname()[1]}")
    server.run(sockets=[listening])


@click.group()
def account() -> None:
    """Who may use the desk: add, list, password, disable, token."""


@account.command()
@click.argument("name")
@click.option("--person", required=True, metavar="NAME", help="Full name, as it stands in decisions.")
@click.option("--role", required=True, type=click.Choice(_ROLES), help="What the account may do.")
@_PASSWORD
@click.pass_obj
def add(home: str | None, name: str, person: str, role: str, password_file: Path | None) -> None:
    """A new account."""
    accounts = _accounts(home)
    accounts.add(name, person, role, _password(password_file))
    say(f"{name}: added, {role}")


@account.command("list")
@AS_JSON
@click.pass_obj
def list_(home: str | None, as_json: bool) -> None:
    """Every account."""
    rows = [
        {"name": one.name, "person": one.person, "role": one.role, "disabled": one.disabled}
        for one in _accounts(home).all()
    ]
    if as_json:
        lines(rows)
    else:
        shown = [(r["name"], r["person"], r["role"], "disabled" if r["disabled"] else "") for r in rows]
        table("", ("account", "person", "role", ""), shown)


@account.command("password")
@click.argument("name")
@_PASSWORD
@click.pass_obj
def password_(home: str | None, name: str, password_file: Path | None) -> None:
    """Give an account another password; its sessions end."""
    _accounts(home).set_password(name, _password(password_file))
    say(f"{name}: has another password")


@account.command()
@click.argument("name")
@click.option("--open", "again", is_flag=True, help="Open it again.")
@click.pass_obj
def disable(home: str | None, name: str, again: bool) -> None:
    """Shut an account; its sessions and tokens end."""
    _accounts(home).disable(name, not again)
    say(f"{name}: {'open' if again else 'disabled'}")


@account.command()
@click.argument("name")
@click.pass_obj
def token(home: str | None, name: str) -> None:
    """A token with which a program may ask the API as that account. It is shown once."""
    site = Site(home_of(home))
    click.echo(_accounts(home).token(name, site.now()))


def _accounts(home: str | None) -> Any:
    """The accounts of the home; the desk is an extra, so it is found by name."""
    try:
        module = importlib.import_module("hoso.desk.accounts")
    except ImportError as error:
        raise Misconfigured(f"{error.name} is not installed; install Hoso with the extra desk") from error
    return module.Accounts(Site(home_of(home)).home)


def _password(file: Path | None) -> str:
    if file is not None:
        first = file.read_text(encoding="utf-8").split("\n", 1)[0]
    elif "HOSO_PASSWORD" in os.environ:
        first = os.environ["HOSO_PASSWORD"]
    else:
        first = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    if not first:
        raise Usage("the password is empty")
    return str(first)
