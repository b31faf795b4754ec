"""Owns a signing key kept in a PKCS#11 token (smart card, HSM): opens a session, signs, opens it again when lost.

A wrong PIN is never tried twice: a token locks after a few. That it was refused is kept in a file of the home, for every
process, until the settings of the token or the file of the PIN change or the operator removes the mark. One session a
process, opened by the first signature: sessions do not outlive a fork. Never logs or repeats the PIN.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import new, sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from cryptography import x509

from hoso.errors import Misconfigured, Unavailable
from hoso.settings import Seal
from hoso.signers.held import Held
from hoso.signers.pades import PadesSigner
from hoso.signers.proofs import Proofs

if TYPE_CHECKING:
    import pkcs11

__all__ = ["TokenKey", "open"]

T = TypeVar("T")

_MARK = "token.refused"
_LOCK = "token.lock"


def open(seal: Seal, home: Path) -> PadesSigner:
    """The signer whose key lies in the token that ``seal`` names. Raises :class:`Misconfigured`: no module, no or several
    such keys or certificates, a PIN refused now or before, a key that is too weak; :class:`Unavailable`: no token there."""
    key = TokenKey(seal, home)
    own, chain = key.certificates()
    where = f"the token {seal.token_label or seal.token_slot}"
    held = Held(own, (*_chain(seal, home), *chain), key.sign, where, key.plain)
    key.mechanism = held.signature_mechanism
    return PadesSigner(held, Proofs(seal, home))


class TokenKey:
    """A private key in a token: its session, and what it signs."""

    def __init__(self, seal: Seal, home: Path) -> None:
        self._seal, self._keys = seal, home / "keys"
        self._module = Path(seal.token_module)
        if not seal.token_module or not self._module.is_file():
            raise Misconfigured(
                f"settings.toml [seal] token_module: {seal.token_module or '(empty)'} is no file; name the PKCS#11 module "
                "(a .so file) that the maker of the token ships"
            )
        if not seal.token_key:
            raise Misconfigured("settings.toml [seal] token_key is empty: name the label of the key in the token")
        self._pin_file = home / seal.token_pin_file
        self._session: pkcs11.Session | None = None
        self._process = 0
        self._key: Any = None
        self.mechanism: Any = None

    def certificates(self) -> tuple[x509.Certificate, tuple[x509.Certificate, ...]]:
        """The key's certificate, and the others in the token."""
        return self._twice(self._certificates)

    def sign(self, data: bytes, digest: str) -> bytes:
        """The signature of ``data`` by the mechanism of the certificate. A session that was lost is opened again, once."""
        return self._twice(lambda session: self._sign(session, data, digest))

    def plain(self, data: bytes, algorithm: str) -> bytes:
        """The bare signature of ``data`` by one of ``held.PLAIN``. A session that was lost is opened again, once."""
        return self._twice(lambda session: self._plain(session, data, algorithm))

    def close(self) -> None:
        """End the session."""
        if self._session is not None and self._process == os.getpid():
            with suppress(Exception):  # a token that is gone cannot be left in order
                self._session.close()
        self._session = self._key = None

    def _sign(self, session: pkcs11.Session, data: bytes, digest: str) -> bytes:
        from pyhanko.sign.pkcs11 import select_pkcs11_signing_params

        if self._key is None:
            self._key = self._found(session)
        # ECDSA over a digest made here: tokens hash for RSA alone (SoftHSM2 2.6)
        raw = self.mechanism.signature_algo == "ecdsa"
        how = select_pkcs11_signing_params(self.mechanism, digest, raw, {})
        given = how.pre_sign_transform(data) if how.pre_sign_transform else data
        signature: bytes = self._key.sign(given, **how.sign_kwargs)
        return how.post_sign_transform(signature) if how.post_sign_transform else signature

    def _plain(self, session: pkcs11.Session, data: bytes, algorithm: str) -> bytes:
        from pkcs11 import Mechanism

        if self._key is None:
            self._key = self._found(session)
        kind, _, digest = algorithm.partition("-")
        if kind == "ecdsa":  # hashed here: tokens hash for RSA alone (SoftHSM2 2.6)
            return bytes(self._key.sign(new(digest, data).digest(), mechanism=Mechanism.ECDSA))
        return bytes(self._key.sign(data, mechanism=getattr(Mechanism, f"{digest.upper()}_RSA_PKCS")))

    def _found(self, session: pkcs11.Session) -> Any:
        """The private key's handle. Kept for the session: each signature would search the token for it again."""
        from pkcs11 import Attribute, ObjectClass

        query = {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.LABEL: self._seal.token_key}
        found = list(session.get_objects(query))
        if len(found) != 1:
            raise Misconfigured(f"the token holds {len(found)} private keys labelled {self._seal.token_key!r}, not one")
        return found[0]

    def _certificates(self, session: pkcs11.Session) -> tuple[x509.Certificate, tuple[x509.Certificate, ...]]:
        from pkcs11 import Attribute, ObjectClass

        label = self._seal.token_certificate or self._seal.token_key
        own: list[x509.Certificate] = []
        others: list[x509.Certificate] = []
        for one in session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE}):
            try:
                held = x509.load_der_x509_certificate(bytes(one[Attribute.VALUE]))
            except ValueError:
                continue
            (own if one[Attribute.LABEL] == label else others).append(held)
        if len(own) != 1:
            raise Misconfigured(
                f"the token holds {len(own)} certificates labelled {label!r}, not one; "
                "name the key's certificate in settings.toml [seal] token_certificate"
            )
        return own[0], tuple(others)

    def _twice(self, work: Callable[[pkcs11.Session], T]) -> T:
        from pkcs11.exceptions import PKCS11Error

        try:
            return work(self._open())
        except PKCS11Error:
            self.close()
        try:
            return work(self._open(anew=True))
        except PKCS11Error as error:
            self.close()
            raise Unavailable(
                f"the token {self._seal.token_label or self._seal.token_slot} does not sign "
                f"({type(error).__name__}); plug it in again, or ask its maker"
            ) from error

    def _open(self, *, anew: bool = False) -> pkcs11.Session:
        if self._session is not None and self._process == os.getpid():
            return self._session
        self._session = self._key = None
        import pkcs11
        from pkcs11.exceptions import (
            PinExpired,
            PinIncorrect,
            PinInvalid,
            PinLenRange,
            PinLocked,
            UserAlreadyLoggedIn,
        )

        try:
            library = pkcs11.lib(str(self._module))
            if anew or (self._process and self._process != os.getpid()):
                library.reinitialize()  # after a fork, or for a token that came back in
        except RuntimeError as error:
            raise Misconfigured(f"{self._module}: is no PKCS#11 module that works here ({error})") from error
        with self._alone():
            if self._refused():
                raise Misconfigured(
                    f"the token refused its PIN before, and it is not tried again so that the token does not lock; correct "
                    f"the PIN, then remove {self._keys / _MARK}"
                )
            token = self._token(library)
            if token is None:
                library.reinitialize()  # modules look for tokens when they start: it may be plugged in by now
                token = self._token(library)
            if token is None:
                raise Unavailable(
                    f"no token {self._seal.token_label or self._seal.token_slot} is plugged in "
                    "(settings.toml [seal] token_label, token_slot)"
                )
            try:
                self._session = token.open(user_pin=self._pin())
            except UserAlreadyLoggedIn:  # by a session of this process that was not closed in order
                self._session = token.open()
            except (PinIncorrect, PinInvalid, PinLenRange, PinLocked, PinExpired) as error:
                (self._keys / _MARK).write_text(self._fingerprint(), encoding="utf-8")
                raise Misconfigured(
                    f"the token refused the PIN from {self._pin_from()} ({type(error).__name__}); it is not tried again; "
                    f"correct it, then remove {self._keys / _MARK}"
                ) from error
        self._process = os.getpid()
        return self._session

    def _token(self, library: Any) -> pkcs11.Token | None:
        from pkcs11.exceptions import PKCS11Error

        seal = self._seal
        found: list[pkcs11.Token] = []
        for slot in library.get_slots(token_present=True):
            if seal.token_slot not in (-1, slot.slot_id):
                continue
            with suppress(PKCS11Error):  # a slot whose token cannot be asked is not the one
                token = slot.get_token()
                if seal.token_label in ("", token.label):
                    found.append(token)
        if len(found) > 1:
            raise Misconfigured(f"{len(found)} tokens fit; name one by settings.toml [seal] token_label or token_slot")
        return found[0] if found else None

    def _pin(self) -> str:
        seal = self._seal
        if seal.token_pin_env and seal.token_pin_env in os.environ:
            return os.environ[seal.token_pin_env]
        try:
            lines = self._pin_file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise Misconfigured(
                f"no PIN for the token: set the variable {seal.token_pin_env}, or write it into {self._pin_file}"
            ) from error
        return lines[0] if lines else ""

    def _pin_from(self) -> str:
        set_ = self._seal.token_pin_env and self._seal.token_pin_env in os.environ
        return f"the variable {self._seal.token_pin_env}" if set_ else f"the file {self._pin_file}"

    def _refused(self) -> bool:
        try:
            return (self._keys / _MARK).read_text(encoding="utf-8") == self._fingerprint()
        except OSError:
            return False

    def _fingerprint(self) -> str:
        """Of the settings and of the PIN file as it stands. Not of the PIN: a digest of few digits gives them away."""
        seal, where = self._seal, self._pin_from()
        try:
            told = self._pin_file.stat()
            changed = [told.st_mtime_ns, told.st_size] if where.startswith("the file") else []
        except OSError:
            changed = []
        named = [seal.token_module, seal.token_label, seal.token_slot, where, *changed]
        return sha256(json.dumps(named).encode()).hexdigest()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process of the home logs in at a time: the second sees what became of the first's PIN."""
        self._keys.mkdir(exist_ok=True)
        with (self._keys / _LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _chain(seal: Seal, home: Path) -> Sequence[x509.Certificate]:
    if not seal.token_chain:
        return ()
    path = home / seal.token_chain
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise Misconfigured(f"{path}: the certificates of settings.toml [seal] token_chain cannot be read") from error
