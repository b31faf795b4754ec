"""Addresses from which another system may fetch one file for a while: made and checked with a secret of the home.

``BASE/tep/<digest>.pdf?den=<receiver>&het_han=<epoch seconds>&chu_ky=<HMAC-SHA256>``. Who serves them asks
:meth:`Links.allowed` first. Never serves a file, never reads a clock.
"""

from __future__ import annotations

import base64
import hmac
import os
import re
import secrets
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from hoso.errors import Misconfigured, Refused
from hoso.settings import Outbox

__all__ = ["Links"]

_PATH = re.compile(r"/tep/([0-9a-f]{64})\.[a-z0-9]{1,5}$")


class Links:
    """Links of a home, by ``[outbox] link``, ``link_hours`` and ``link_secret``."""

    def __init__(self, settings: Outbox, home: Path) -> None:
        self._base, self._seconds = settings.link.rstrip("/"), round(settings.link_hours * 3600)
        self._file = home / settings.link_secret

    def made(self, digest: str, at: str, receiver: str, ending: str = "pdf") -> str:
        """The address of the file of that digest for ``receiver``, good from the instant ``at`` on for ``link_hours``.
        Raises Misconfigured where no address is set at which files are served."""
        if not self._base:
            raise Misconfigured(
                "settings.toml [outbox] link is empty: name the https address at which this office serves files to others"
            )
        until = int(datetime.fromisoformat(at).timestamp()) + self._seconds
        query = {"den": receiver, "het_han": str(until), "chu_ky": self._mark(digest, receiver, until)}
        return f"{self._base}/tep/{quote(digest)}.{ending}?{urlencode(query)}"

    def allowed(self, address: str, now: datetime) -> tuple[str, str]:
        """(digest of the file, receiver) of an address, or of its path and query, that this home made and that still
        holds. Raises Refused("link.forged") or Refused("link.ended")."""
        parts = urlsplit(address)
        found, query = _PATH.search(parts.path), parse_qs(parts.query)
        digest, receiver = found[1] if found else "", (query.get("den") or [""])[0]
        until, mark = (query.get("het_han") or [""])[0], (query.get("chu_ky") or [""])[0]
        if not digest or not re.fullmatch(r"\d{1,12}", until) or not self._file.is_file():
            raise Refused("link.forged", "no address that this home made", "Đường dẫn không hợp lệ.")
        if not hmac.compare_digest(mark.encode(), self._mark(digest, receiver, int(until)).encode()):
            raise Refused("link.forged", "no address that this home made", "Đường dẫn không hợp lệ.")
        if now.timestamp() > int(until):
            raise Refused("link.ended", "the address has ended; ask for a new one", "Đường dẫn đã hết hạn.")
        return digest, receiver

    def _mark(self, digest: str, receiver: str, until: int) -> str:
        text = "\n".join((digest, receiver, str(until))).encode()
        return base64.urlsafe_b64encode(hmac.digest(self._secret(), text, "sha256")).rstrip(b"=").decode()

    def _secret(self) -> bytes:
        """The home's own, made once; of two processes that make it at a time the first stands."""
        try:
            return self._file.read_bytes()
        except FileNotFoundError:
            self._file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Misconfigured(f"{self._file}: the secret of file links cannot be read ({error.strerror})") from error
        beside = self._file.with_name(f"{self._file.name}.{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(32))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(beside, self._file)
        except FileExistsError:
            pass
        finally:
            beside.unlink()
        return self._file.read_bytes()
