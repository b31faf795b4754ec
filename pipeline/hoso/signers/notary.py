"""Asks the timestamp server of the settings for a timestamp over a hash tree, and for the state of who signs it.

Never composes an evidence record, never keeps anything.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from hoso.errors import Misconfigured, Unstamped
from hoso.settings import Seal
from hoso.signers import tokens
from hoso.signers.witnesses import Witnesses

__all__ = ["Notary"]


class Notary:
    """Asks as ``seal`` says. Raises :class:`Misconfigured` where it names no timestamp server."""

    def __init__(self, seal: Seal, home: Path) -> None:
        if not seal.timestamp_url:
            raise Misconfigured(
                "settings.toml [seal] timestamp_url names no timestamp server (RFC 3161), so no timestamp is to be had; "
                "name one, and add the root of its authority to [seal] roots"
            )
        self._witnesses = Witnesses(seal, home)
        self._must_prove = seal.level in ("B-LT", "B-LTA")

    def stamp(self, root: bytes, algorithm: str, now: datetime) -> bytes:
        """A token over ``root``, a digest of ``algorithm``, believed, in DER. At the levels B-LT and B-LTA it keeps the
        state of its certificate. Raises as :meth:`Witnesses.token` and :meth:`Witnesses.state` do."""
        token = tokens.normal(self._witnesses.token(root, now, algorithm))
        return self._proven(token, now) if self._must_prove else token

    def proven(self, token: bytes, now: datetime) -> tuple[bytes, str]:
        """(``token`` with the state of its certificate, why it could not be had): asked once more before another timestamp
        is put over it. Where no answer is to be had, the token as it is and the reason."""
        try:
            return self._proven(token, now), ""
        except (Unstamped, Misconfigured) as error:
            return token, str(error)

    def _proven(self, token: bytes, now: datetime) -> bytes:
        leaf, *others = tokens.told(token).certificates
        state = self._witnesses.state(leaf, others, now)
        return tokens.proven(token, state.certificates, state.ocsps, state.crls)
