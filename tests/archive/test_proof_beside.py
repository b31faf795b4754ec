"""The proof of time of a delivered copy, from the scan to ``hoso verify``, through the command line alone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from authority import Authority, serving
from doors import INBOX, Done
from hoso.site import HANOI


def hoso(home: Path, *words: str | Path, capsys: pytest.CaptureFixture[str]) -> Done:
    from hoso.cli import main

    with pytest.raises(SystemExit) as left:
        main(["--home", str(home), *map(str, words)])
    out, err = capsys.readouterr()
    assert isinstance(left.value.code, int)
    return Done(left.value.code, out, err)


@dataclass(frozen=True)
class Delivered:
    """A home, the folder of its copies, and one copy with its proof."""

    home: Path
    pdf: Path
    ers: Path


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Delivered]:
    base = tmp_path_factory.mktemp("proof")
    home = base / "home"
    with serving() as service:
        service.authority = authority = Authority(datetime.now(HANOI).replace(microsecond=0), service.address)
        from hoso.cli import main

        def run(*words: str | Path) -> None:
            with pytest.raises(SystemExit) as left:
                main(["--home", str(home), *map(str, words)])
            assert left.value.code == 0, words

        run("init", "--demo")
        with (home / "keys" / "roots.pem").open("ab") as roots:
            roots.write(authority.root.public_bytes(Encoding.PEM))
        settings = home / "settings.toml"
        settings.write_text(
            settings.read_text().replace("[seal]\n", f'[seal]\ntimestamp_url = "{service.address}/tsa"\n')
        )
        (base / "in").mkdir()
        shutil.copy(INBOX / "QD-2024.pdf", base / "in")
        run("digitize", base / "in")
        run("approve", "--who", "Trần Thị Mẫu", "--with-problems", "--dossier", "QD-2024.pdf")
        run("stamp")
        run("copies", base / "copies")
        (pdf,) = (base / "copies").rglob("*.pdf")
        assert service.asked["tsa"] == 1
        yield Delivered(home, pdf, pdf.with_suffix(".ers"))


@pytest.fixture
def copy(office: Delivered, tmp_path: Path) -> Delivered:
    shutil.copy(office.pdf, tmp_path / "copy.pdf")
    shutil.copy(office.ers, tmp_path / "copy.ers")
    return Delivered(office.home, tmp_path / "copy.pdf", tmp_path / "copy.ers")


def row(done: Done) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(done.out)
    return told


def test_the_proof_beside_a_copy_is_checked_offline(copy: Delivered, capsys: pytest.CaptureFixture[str]) -> None:
    done = hoso(copy.home, "verify", copy.pdf, capsys=capsys)
    assert done.code == 0
    assert "Bằng chứng thời gian hợp lệ" in done.out
    done = hoso(copy.home, "verify", copy.pdf, "--lang", "en", capsys=capsys)
    assert "the proof of time holds" in done.out
    assert "The file existed before" in done.out
    told = row(hoso(copy.home, "verify", copy.pdf, "--json", capsys=capsys))["evidence"]
    assert (told["state"], told["proof"], len(told["timestamps"])) == ("valid", str(copy.ers), 1)


def test_without_a_proof_beside_it_the_home_s_own_counts(copy: Delivered, capsys: pytest.CaptureFixture[str]) -> None:
    copy.ers.unlink()
    done = hoso(copy.home, "verify", copy.pdf, "--json", capsys=capsys)
    assert (done.code, row(done)["evidence"]["proof"], row(done)["evidence"]["valid"]) == (0, "store", True)


def test_a_copy_unknown_here_and_without_a_proof_has_none(copy: Delivered, capsys: pytest.CaptureFixture[str]) -> None:
    copy.ers.unlink()
    copy.pdf.write_bytes(copy.pdf.read_bytes() + b"\n% later\n")
    assert row(hoso(copy.home, "verify", copy.pdf, "--json", capsys=capsys))["evidence"] is None


def test_a_damaged_proof_or_one_of_another_file_ends_with_seven(
    copy: Delivered, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = copy.ers.read_bytes()
    copy.ers.write_bytes(whole[:-9])
    done = hoso(copy.home, "verify", copy.pdf, "--json", capsys=capsys)
    assert (done.code, row(done)["evidence"]["state"], row(done)["valid"]) == (7, "unreadable", True)
    other = copy.pdf.with_name("other.pdf")
    other.write_bytes(copy.pdf.read_bytes() + b"\n% later\n")
    elsewhere = copy.pdf.with_name("elsewhere.bin")
    elsewhere.write_bytes(whole)
    done = hoso(copy.home, "verify", other, "--proof", elsewhere, "--json", capsys=capsys)
    assert (done.code, row(done)["evidence"]["state"]) == (7, "other")
    assert "Traceback" not in done.err


def test_a_proof_of_an_unknown_authority_needs_a_person(
    copy: Delivered, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = shutil.copytree(copy.home, tmp_path / "home")
    first, end, _ = (home / "keys" / "roots.pem").read_text().partition("-----END CERTIFICATE-----\n")
    (home / "keys" / "roots.pem").write_text(first + end)  # the signer's root alone
    done = hoso(home, "verify", copy.pdf, "--json", capsys=capsys)
    assert (done.code, row(done)["valid"], row(done)["evidence"]["state"]) == (4, True, "untrusted")


def test_copies_replace_a_proof_that_was_renewed(office: Delivered, capsys: pytest.CaptureFixture[str]) -> None:
    office.ers.write_bytes(b"an older one")
    done = hoso(office.home, "copies", office.pdf.parents[1], "--json", capsys=capsys)
    assert done.code == 0
    assert row(done)["proof"] == str(office.ers)
    assert office.ers.read_bytes() != b"an older one"
