"""How people are told that something is wrong with a home: a command of theirs, a letter by their mail server.

Never holds a personal value: what it is given are codes, counts and instants. Never decides what is wrong
(``recipe/health``).
"""

from __future__ import annotations

import json
import os
import shlex
import smtplib
import ssl
import subprocess
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Any

from hoso.errors import Misconfigured, Unavailable
from hoso.settings import Alerts

__all__ = ["WAIT", "send", "wired"]

WAIT = 30.0
"""Seconds that a command, or a step of the talk with a mail server, may take."""


def wired(to: Alerts) -> bool:
    """Whether anybody is to be told."""
    return bool(to.command or to.to)


def send(to: Alerts, subject: str, lines: Sequence[str], data: Mapping[str, Any]) -> None:
    """Tell all whom ``to`` names; the second is told where the first could not be. Raises :class:`Unavailable` where one
    was not told, :class:`Misconfigured` where the settings cannot be followed."""
    failed: list[Unavailable] = []
    if to.command:
        try:
            _run(to.command, data)
        except Unavailable as error:
            failed.append(error)
    if to.to:
        try:
            _post(to, subject, "\n".join(lines))
        except Unavailable as error:
            failed.append(error)
    if failed:
        raise Unavailable("; ".join(map(str, failed)))


def _run(command: str, data: Mapping[str, Any]) -> None:
    try:
        words = shlex.split(command)
        done = subprocess.run(
            words, input=json.dumps(data, ensure_ascii=False).encode(), capture_output=True, timeout=WAIT, check=False
        )
    except ValueError as error:
        raise Misconfigured(
            f"settings.toml [alerts] command: {command!r} cannot be split into words: {error}"
        ) from error
    except OSError as error:
        raise Unavailable(f"[alerts] command {words[0]!r} cannot be run: {error.strerror}; mend its path") from error
    except subprocess.TimeoutExpired as error:
        raise Unavailable(f"[alerts] command {words[0]!r} did not end within {WAIT:.0f} s and was stopped") from error
    if done.returncode:
        raise Unavailable(f"[alerts] command {words[0]!r} ended with {done.returncode}; nobody may have been told")


def _post(to: Alerts, subject: str, text: str) -> None:
    host, _, port = to.smtp.rpartition(":")
    if not host or not port.isdigit():
        raise Misconfigured(f"settings.toml [alerts] smtp: write HOST:PORT, not {to.smtp!r}")
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = to.sender, ", ".join(to.to), subject
    letter["Date"], letter["Message-ID"] = formatdate(localtime=True), make_msgid(domain="hoso.invalid")
    letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answering machine is to answer
    letter.set_content(text)
    try:
        with smtplib.SMTP(host, int(port), timeout=WAIT) as server:
            if to.smtp_tls:
                server.starttls(context=ssl.create_default_context())
            if to.smtp_user:
                server.login(to.smtp_user, os.environ.get(to.smtp_password_env, ""))
            refused = server.send_message(letter)
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise Unavailable(f"the mail server {to.smtp} did not take the letter: {type(error).__name__}") from error
    if refused:
        raise Unavailable(f"the mail server {to.smtp} refused {len(refused)} of {len(to.to)} addresses of [alerts] to")
