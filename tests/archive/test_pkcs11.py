"""Keys in a token sign; a lost session is opened again; a wrong PIN is never tried twice. With SoftHSM2."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from authority import Authority
from hoso.errors import Misconfigured, Unavailable
from hoso.settings import Seal
from hoso.signers.api import Look
from hoso.signers.validate import validate

MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
           "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so", "/usr/lib64/libsofthsm2.so")  # fmt: skip
MODULE = next((path for path in MODULES if Path(path).is_file()), "")

pytestmark = pytest.mark.skipif(
    not MODULE or shutil.which("softhsm2-util") is None or importlib.util.find_spec("pkcs11") is None,
    reason="SoftHSM2 or python-pkcs11 is not installed",
)

INVISIBLE = Look("invisible", 0, (0.0, 0.0, 0.0, 0.0), ())
PIN = "482915"


@pytest.fixture(scope="module")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of SoftHSM2 that this process's module looks into; the module reads its settings when it is loaded."""
    folder = tmp_path_factory.mktemp("tokens")
    (folder / "tokens").mkdir()
    config = folder / "softhsm2.conf"
    config.write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n")
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(config)
    yield folder
    if before is None:
        del os.environ["SOFTHSM2_CONF"]
    else:
        os.environ["SOFTHSM2_CONF"] = before


def util(*words: str | Path) -> None:
    subprocess.run(["softhsm2-util", *map(str, words)], check=True, capture_output=True)


def reloaded() -> Any:
    """The module, having looked again for tokens."""
    import pkcs11

    library = pkcs11.lib(MODULE)
    library.reinitialize()
    return library


@pytest.fixture
def token(tokens: Path, at: datetime, tmp_path: Path) -> Iterator[Callable[..., tuple[Seal, Path, Authority]]]:
    """Makes a token with a key and its certificates; gives settings, home and authority."""
    made: list[str] = []

    def make(kind: str = "rsa", label: str = "hoso", key: str = "con-dau") -> tuple[Seal, Path, Authority]:
        import pkcs11
        from pkcs11.util.x509 import decode_x509_certificate

        authority = Authority(at, "http://127.0.0.1:9", kind=kind)
        util("--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "12345678")
        made.append(label)
        pem = tmp_path / "key.pem"
        pem.write_bytes(authority.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        util("--import", pem, "--token", label, "--label", key, "--id", "01", "--pin", PIN)
        pem.unlink()
        library = reloaded()
        session = library.get_token(token_label=label).open(rw=True, user_pin=PIN)
        for name, certificate in ((key, authority.signer), ("trung-gian", authority.middle)):
            given = decode_x509_certificate(certificate.public_bytes(Encoding.DER))
            session.create_object(given | {pkcs11.Attribute.LABEL: name, pkcs11.Attribute.TOKEN: True})
        session.close()
        home = tmp_path / f"home-{label}"
        (home / "keys").mkdir(parents=True, exist_ok=True)
        (home / "keys" / "roots.pem").write_bytes(authority.root.public_bytes(Encoding.PEM))
        (home / "keys" / "token.pin").write_text(PIN + "\n")
        return Seal(token_module=MODULE, token_label=label, token_key=key), home, authority

    yield make
    for label in made:
        subprocess.run(["softhsm2-util", "--delete-token", "--token", label], check=False, capture_output=True)


def opened(seal: Seal, home: Path) -> Any:
    from hoso.signers import pkcs11

    return pkcs11.open(seal, home)


def finding(signed: bytes, authority: Authority) -> Any:
    (found,) = validate(signed, [authority.root.public_bytes(Encoding.PEM)])
    return found


@pytest.mark.parametrize(("kind", "algorithm"), [("rsa", "RSASSA-PSS 2048 SHA-256"), ("ec", "ECDSA 256 SHA-256")])
def test_a_key_in_a_token_signs(kind: str, algorithm: str, token: Any, copy: bytes, at: datetime) -> None:
    seal, home, authority = token(kind)
    found = finding(opened(seal, home).sign(copy, INVISIBLE, at), authority)
    assert found.valid
    assert found.algorithm == algorithm


def test_a_session_that_was_lost_is_opened_again(token: Any, copy: bytes, at: datetime) -> None:
    seal, home, authority = token()
    signer = opened(seal, home)
    assert finding(signer.sign(copy, INVISIBLE, at), authority).valid
    signer._held.raw.__self__._session.close()  # as when the token was pulled for a moment
    assert finding(signer.sign(copy, INVISIBLE, at), authority).valid
    reloaded()  # as when another program took the module down
    assert finding(signer.sign(copy, INVISIBLE, at), authority).valid


def test_a_token_that_is_gone_is_unavailable_and_signs_again_when_it_is_back(
    token: Any, tokens: Path, copy: bytes, at: datetime
) -> None:
    seal, home, authority = token()
    signer = opened(seal, home)
    assert finding(signer.sign(copy, INVISIBLE, at), authority).valid
    away = tokens / "away"
    (tokens / "tokens").rename(away)
    (tokens / "tokens").mkdir()
    signer._held.raw.__self__._session.close()
    with pytest.raises(Unavailable):
        signer.sign(copy, INVISIBLE, at)
    (tokens / "tokens").rmdir()
    away.rename(tokens / "tokens")
    assert finding(signer.sign(copy, INVISIBLE, at), authority).valid


def test_a_wrong_pin_is_tried_once_and_never_again_until_it_is_changed(token: Any, copy: bytes, at: datetime) -> None:
    import pkcs11

    seal, home, authority = token()
    (home / "keys" / "token.pin").write_text("000000\n")
    for _ in range(5):
        with pytest.raises(Misconfigured, match=r"token\.refused") as caught:
            opened(seal, home)
        assert "000000" not in str(caught.value)
    flags = reloaded().get_token(token_label=seal.token_label).flags
    assert not flags & pkcs11.TokenFlag.USER_PIN_LOCKED
    mark = home / "keys" / "token.refused"
    assert "000000" not in mark.read_text()
    (home / "keys" / "token.pin").write_text(PIN + "\n")
    assert finding(opened(seal, home).sign(copy, INVISIBLE, at), authority).valid


def test_a_wrong_pin_in_a_variable_waits_for_the_operator(
    token: Any, monkeypatch: pytest.MonkeyPatch, copy: bytes, at: datetime
) -> None:
    seal, home, authority = token()
    monkeypatch.setenv(seal.token_pin_env, "111111")
    with pytest.raises(Misconfigured, match="HOSO_TOKEN_PIN"):
        opened(seal, home)
    monkeypatch.setenv(seal.token_pin_env, PIN)
    with pytest.raises(Misconfigured, match="refused its PIN before"):
        opened(seal, home)
    (home / "keys" / "token.refused").unlink()
    assert finding(opened(seal, home).sign(copy, INVISIBLE, at), authority).valid


def test_a_process_of_its_own_signs_too(token: Any, copy: bytes, at: datetime, tmp_path: Path) -> None:
    """Workers are spawned: each opens the token for itself."""
    seal, home, authority = token()
    (tmp_path / "copy.pdf").write_bytes(copy)
    program = (
        "import sys; from pathlib import Path; from datetime import datetime\n"
        "from hoso.settings import Seal; from hoso.signers import pkcs11; from hoso.signers.api import Look\n"
        "module, label, key, home, source, at = sys.argv[1:]\n"
        "signer = pkcs11.open(Seal(token_module=module, token_label=label, token_key=key), Path(home))\n"
        "look = Look('invisible', 0, (0.0, 0.0, 0.0, 0.0), ())\n"
        "sys.stdout.buffer.write(signer.sign(Path(source).read_bytes(), look, datetime.fromisoformat(at)))\n"
    )
    words = [sys.executable, "-c", program, MODULE, seal.token_label, seal.token_key, str(home)]
    words += [str(tmp_path / "copy.pdf"), at.isoformat()]
    both = [subprocess.Popen(words, stdout=subprocess.PIPE) for _ in range(2)]
    for done in both:
        assert finding(done.communicate(timeout=60)[0], authority).valid
        assert done.returncode == 0


@pytest.mark.parametrize(
    ("settings", "said", "kind"),
    [
        ({"token_key": "khong-co"}, "khong-co", Misconfigured),
        ({"token_key": ""}, "token_key", Misconfigured),
        ({"token_module": "/no/module.so"}, "token_module", Misconfigured),
        ({"token_module": __file__}, "no PKCS#11 module", Misconfigured),
        ({"token_label": "another"}, "another", Unavailable),
        ({"token_pin_file": "keys/none"}, "HOSO_TOKEN_PIN", Misconfigured),
        ({"token_certificate": "khong"}, "token_certificate", Misconfigured),
    ],
)
def test_what_is_missing_is_said(settings: Any, said: str, kind: type[Exception], token: Any) -> None:
    from dataclasses import replace

    seal, home, _ = token()
    with pytest.raises(kind, match=said):
        opened(replace(seal, **settings), home)
