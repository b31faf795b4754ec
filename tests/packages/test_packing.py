"""From sealed dossiers to packages: what is in them, the same bytes each time, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from hoso import recipe
from hoso.errors import Damaged
from hoso.exports.packages import assemble, markup, write
from hoso.exports.packages.profile import PREMIS
from hoso.nouns import Document, Dossier, Fact, Outcome, PageRef, Record, Scan
from hoso.recipe.packaging import received_of
from hoso.site import Site
from packing import GIVEN, Office

P = f"{{{PREMIS}}}"


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def events(path: Path) -> list[str]:
    tree = markup.parse(path.read_bytes())
    return [event.findtext(P + "eventType") for event in tree.iter(P + "event")]


def test_an_aip_holds_the_sealed_copies_the_originals_and_all_metadata(office: Office, tmp_path: Path) -> None:
    row = office.pack("HS0001", "aip", tmp_path)
    here = Path(row["path"])
    assert row["valid"]
    assert row["documents"] == 2
    data = {p.name: p for p in (here / "representations/rep1/data").iterdir()}
    assert sorted(data) == ["000.26.36.H48-230620-0098.1.pdf", "000.26.36.H48-230620-0098.2.pdf"]
    sealed = {r["archive_sha256"] for r in office.run("records", "--dossier", "HS0001", "--json").rows()}
    assert {hashlib.sha256(p.read_bytes()).hexdigest() for p in data.values()} == sealed
    originals = {p.read_bytes() for p in (here / "representations/rep2/data").iterdir()}
    assert originals == {p.read_bytes() for p in (office.home.parent / "in" / "HS0001").iterdir()}
    ead = markup.parse((here / "metadata/descriptive/EAD.xml").read_bytes())
    said = {one.tag: one.text or "" for one in ead}
    assert said["arcFileCode"] == "000.26.36.H48-230620-0098"
    assert (said["totalDoc"], said["numberOfPage"], said["maintenance"], said["mode"]) == ("2", "3", "06", "02")
    assert "numberOfPaper" in said  # of sheets nothing is known
    assert said["numberOfPaper"] == ""


def test_preservation_metadata_tell_who_did_what_when(office: Office, tmp_path: Path) -> None:
    row = office.pack("HS0001", "aip", tmp_path)
    here = Path(row["path"])
    root = events(here / "metadata/preservation/PREMIS.xml")
    assert root == ["ingestion", "transfer", "fixity check", "information package creation"]
    part = here / "representations/rep1/metadata/preservation/PREMIS_rep1.xml"
    told = events(part)
    for kind in ("quality review", "normalization", "digital signature generation", "validation", "fixity check"):
        assert told.count(kind) >= 2, kind  # each of both papers
    tree = markup.parse(part.read_bytes())
    people = [a.findtext(P + "agentName") for a in tree.iter(P + "agent") if a.findtext(P + "agentType") == "person"]
    assert "Trần Thị Thử" in people
    assert all("ủy quyền" in str(other) for other in people if other != "Trần Thị Thử")  # a clear paper by mandate
    instants = [event.findtext(P + "eventDateTime") for event in tree.iter(P + "event")]
    assert instants == sorted(instants)
    assert all(instant.endswith("+07:00") for instant in instants)


def test_the_same_dossier_twice_gives_the_same_bytes(office: Office, tmp_path: Path) -> None:
    for kind, shape in (("aip", "folder"), ("sip", "folder")):
        first, second = (office.pack("HS0001", kind, tmp_path / n, "--shape", shape) for n in ("one", "two"))
        assert Path(first["path"]).name == Path(second["path"]).name
        assert digests(Path(first["path"])) == digests(Path(second["path"]))
    for shape in ("zip", "tar"):
        first, second = (office.pack("QD-2024.pdf", "aip", tmp_path / n, "--shape", shape) for n in ("one", "two"))
        assert Path(first["path"]).read_bytes() == Path(second["path"]).read_bytes()


def test_what_a_person_says_makes_another_package(office: Office, tmp_path: Path) -> None:
    first = office.pack("QD-2024.pdf", "sip", tmp_path)
    second = office.pack("QD-2024.pdf", "sip", tmp_path, "--set", "numberOfPaper=1", "--set", "paperFileCode=K1.2.3")
    assert first["objid"] != second["objid"]
    assert len(second["findings"]) < len(first["findings"])


def test_a_zip_and_a_tar_hold_the_folder_of_the_objid(office: Office, sip: Path, tmp_path: Path) -> None:
    folder = digests(sip)
    path = Path(office.pack("QD-2024.pdf", "sip", tmp_path, "--shape", "zip")["path"])
    with zipfile.ZipFile(path) as archive:
        held = {i.filename: hashlib.sha256(archive.read(i)).hexdigest() for i in archive.infolist()}
    assert held == {f"{sip.name}/{name}": digest for name, digest in folder.items()}
    path = Path(office.pack("QD-2024.pdf", "sip", tmp_path, "--shape", "tar")["path"])
    with tarfile.open(path) as archive:
        assert sorted(archive.getnames()) == sorted(held)
    assert office.look(path).valid


def test_a_sip_holds_originals_only_where_they_are_asked_for(office: Office, sip: Path, tmp_path: Path) -> None:
    assert not (sip / "representations/rep2").exists()
    asked = Path(office.pack("QD-2024.pdf", "sip", tmp_path, "--originals")["path"])
    kept = list((asked / "representations/rep2/data").iterdir())
    assert [p.read_bytes() for p in kept] == [(office.home.parent / "in" / "QD-2024.pdf").read_bytes()]


def test_the_manifest_is_one_that_sha256sum_checks(aip: Path) -> None:
    done = subprocess.run(["sha256sum", "--quiet", "-c", "documentation/manifest-sha256.txt"], cwd=aip, check=False)
    assert done.returncode == 0


def test_a_dossier_with_an_open_paper_is_not_packed(office: Office, tmp_path: Path) -> None:
    done = office.run("package", "OPEN", "--as", "aip", "--to", tmp_path / "out", *GIVEN)
    assert done.code == 4
    assert "not sealed" in done.err
    assert not (tmp_path / "out").exists()


def test_nobody_is_guessed_to_have_said_how_long_it_is_kept(office: Office, tmp_path: Path) -> None:
    done = office.run("package", "QD-2024.pdf", "--as", "aip", "--to", tmp_path / "out")
    assert done.code == 4
    assert "maintenance" in done.err
    done = office.run("package", "QD-2024.pdf", "--as", "aip", "--to", tmp_path / "out", "--set", "maintenance=99")
    assert done.code == 2
    done = office.run("package", "QD-2024.pdf", "--as", "aip", "--to", tmp_path / "out", "--set", "maintenence=06")
    assert done.code == 2
    assert "maintenance" in done.err


def test_what_is_there_is_left_as_it_is(office: Office, tmp_path: Path) -> None:
    there = Path(office.pack("QD-2024.pdf", "sip", tmp_path)["path"])
    before = digests(there)
    done = office.run("package", "QD-2024.pdf", "--as", "sip", "--to", tmp_path, *GIVEN)
    assert done.code == 2
    assert digests(there) == before
    assert [p.name for p in tmp_path.iterdir()] == [there.name]


def test_packing_is_a_fact_of_the_ledger_once(office: Office, tmp_path: Path) -> None:
    for name in ("one", "two"):
        mets = office.pack("HS0001", "sip", tmp_path / name)["mets_sha256"]
    history = office.run("status", "HS0001", "--json").rows()[0]["history"]
    assert [h["fact"] for h in history].count("packaged") >= 1
    done = office.run("package", "--check", next((tmp_path / "two").iterdir()), "--json")
    assert done.code == 0
    assert done.rows()[0]["mets_sha256"] == mets
    assert done.rows()[0]["made_here"]
    assert office.run("audit").code == 0


def test_a_kill_while_writing_leaves_nothing_that_looks_whole(tmp_path: Path) -> None:
    script = (
        "import os, signal, sys\nfrom pathlib import Path\n"
        "from hoso.exports.packages.assemble import given\nfrom hoso.exports.packages.write import written\n"
        "files = {'a.txt': given(b'a', 'text/plain'), 'b.txt': given(b'b', 'text/plain')}\n"
        "with written(Path(sys.argv[1]), 'uuid-X', files, lambda d: b'', '2026-11-23T10:00:00+07:00', sys.argv[2]):\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    for shape in ("folder", "zip", "tar"):
        done = subprocess.run([sys.executable, "-c", script, tmp_path, shape], check=False)
        assert done.returncode == -signal.SIGKILL
    left = [path.name for path in tmp_path.iterdir()]
    assert len(left) == 3
    assert all(name.startswith(".uuid-X") and name.endswith(".partial") for name in left)
    for path in tmp_path.iterdir():
        os.utime(path, (0, 0))
    files = {"a.txt": assemble.given(b"a", "text/plain")}
    with write.written(tmp_path, "uuid-X", files, lambda d: b"", "2026-11-23T10:00:00+07:00", "folder"):
        pass
    assert [p.name for p in tmp_path.iterdir() if p.name == "uuid-X" or p.name.startswith(".uuid-X.")] == ["uuid-X"]


def test_an_error_while_looking_leaves_nothing(tmp_path: Path) -> None:
    files = {"a.txt": assemble.given(b"a", "text/plain")}

    def packed() -> None:
        with write.written(tmp_path, "x", files, lambda d: b"", "2026-11-23T10:00:00+07:00", "zip") as (made, target):
            assert made.exists()
            assert not target.exists()
            raise Damaged("looked at, and found wanting")

    with pytest.raises(Damaged):
        packed()
    assert not list(tmp_path.iterdir())


def test_the_proof_of_the_night_goes_along_and_makes_a_new_package(office: Office, sip: Path, tmp_path: Path) -> None:
    stamped = Office(Path(shutil.copytree(office.home, tmp_path / "home")))
    at, record = "2026-12-01T02:00:00+07:00", b"0\x03\x02\x01\x01"
    with Site(stamped.home) as site:
        here = recipe.find(site, "QD-2024.pdf")[0]
        ((document, sealed),) = here.sealed.items()
        body = {"after": sealed.after, "evidence": site.store.put(record)}
        site.ledger.tell(Fact("stamped", document, at, body))
    made = Path(stamped.pack("QD-2024.pdf", "sip", tmp_path / "out")["path"])
    assert made.name != sip.name
    kept = next((made / "representations/rep1/metadata/preservation").glob("PROOF_*.ers"))
    assert kept.read_bytes() == record
    tree = markup.parse((made / "representations/rep1/metadata/preservation/PREMIS_rep1.xml").read_bytes())
    assert at in [event.findtext(P + "eventDateTime") for event in tree.iter(P + "event")]


def test_a_file_with_pages_of_another_dossier_stays_out() -> None:
    scans = tuple(Scan("S", f"S/{n}.pdf", str(n) * 64, "application/pdf", 1, n) for n in (1, 2, 3))
    refs = {"a": PageRef("1" * 64, 1), "b": PageRef("2" * 64, 1), "c": PageRef("2" * 64, 2), "d": PageRef("3" * 64, 1)}
    records = tuple(Record(Document(name, "D", "khac", "khac@x", 1.0, (ref,)), ()) for name, ref in refs.items())
    codes = {"a": "ONE", "b": "ONE", "c": "TWO", "d": "TWO"}
    outcome = Outcome(Dossier("D", "S", scans, "2026-11-23T10:00:00+07:00"), "", (), (), records, codes=codes)
    kept, left_out = received_of(outcome, "ONE")
    assert ([scan.position for scan in kept], left_out) == ([1], 1)
    alone = replace(outcome, codes=dict.fromkeys("abcd", "ONE"))
    assert received_of(alone, "ONE") == (scans, 0)
