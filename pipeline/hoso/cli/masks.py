"""The options by which a command shows personal data unmasked: who, and what for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

__all__ = ["unmasking"]

_Command = TypeVar("_Command", bound=Callable[..., object])


def unmasking(command: _Command) -> _Command:
    """Add ``--unmask``, ``--purpose`` and ``--who`` (parameters ``unmask``, ``purpose``, ``who``)."""
    for option in (
        click.option(
            "--who", envvar="HOSO_WHO", metavar="NAME", default="", help="Who asks (or the variable HOSO_WHO)."
        ),
        click.option(
            "--purpose", metavar="TEXT", default="", help="What personal data are asked for; into the ledger."
        ),
        click.option("--unmask", is_flag=True, help="Show personal data as they are; the ledger keeps who and why."),
    ):
        command = option(command)
    return command
