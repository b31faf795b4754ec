"""The validator: every rule with a package that breaks it, and hostile packages that get verdicts and nothing else."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from doors import hoso
from hoso.exports.packages import markup
from hoso.exports.packages.container import safe
from hoso.exports.packages.findings import TEXTS, Finding
from packing import Office

REP = "representations/rep1/"
EAD, PREMIS, PART = "metadata/descriptive/EAD.xml", "metadata/preservation/PREMIS.xml", f"{REP}METS.xml"
KEPT = f"{REP}metadata/preservation/PREMIS_rep1.xml"

Change = Callable[[Path], None]


def swap(path: str, old: str, new: str) -> Change:
    """Change text of a file; ``old`` is a pattern."""

    def change(package: Path) -> None:
        file = one(package, path)
        text, count = re.subn(old, new, file.read_text(encoding="utf-8"), count=1, flags=re.DOTALL)
        assert count, f"{old} is not in {path}"
        file.write_text(text, encoding="utf-8")

    return change


def one(package: Path, path: str) -> Path:
    return next(iter(package.glob(path)))


def put(path: str, data: bytes) -> Change:
    def change(package: Path) -> None:
        found = list(package.glob(path)) if "*" in path else [package / path]
        found[0].parent.mkdir(parents=True, exist_ok=True)
        found[0].write_bytes(data)

    return change


def drop(path: str) -> Change:
    return lambda package: one(package, path).unlink()


def all_of(*changes: Change) -> Change:
    def change(package: Path) -> None:
        for single in changes:
            single(package)

    return change


def unsigned(package: Path) -> None:
    """The PDF as it was before its signature."""
    file = one(package, f"{REP}data/*.pdf")
    data = file.read_bytes()
    file.write_bytes(data[: data.index(b"%%EOF") + 6])


def flipped(package: Path) -> None:
    """One byte of the picture changed, inside what was signed."""
    file = one(package, f"{REP}data/*.pdf")
    data = bytearray(file.read_bytes())
    data[len(data) // 3] ^= 1
    file.write_bytes(bytes(data))


def linked(package: Path) -> None:
    (package / "documentation" / "more.txt").symlink_to("/etc/hostname")


def twice(package: Path) -> None:
    """A second document that claims the code of the first."""
    about = one(package, f"{REP}metadata/descriptive/*.xml")
    (about.parent / "EAD_doc_again.xml").write_bytes(about.read_bytes())
    pdf = one(package, f"{REP}data/*.pdf")
    (pdf.parent / "again.pdf").write_bytes(pdf.read_bytes())
    mets = package / PART
    text = mets.read_text(encoding="utf-8")
    described = re.search(r'<dmdSec ID="([^"]*)".*?EAD_doc_.*?</dmdSec>', text, re.DOTALL)
    listed = re.search(r'<file ID="([^"]*)".*?</file>', text, re.DOTALL)
    link = re.search(r'<div ID="[^"]*" LABEL="MetadataLink/File".*?</div>', text, re.DOTALL)
    assert described
    assert listed
    assert link
    more = re.sub(r"EAD_doc_[^\"]*\.xml", "EAD_doc_again.xml", described[0]).replace(described[1], "dmd-again")
    file = re.sub(r"data/[^\"]*\.pdf", "data/again.pdf", listed[0]).replace(listed[1], "file-again")
    another = link[0].replace(described[1], "dmd-again").replace(listed[1], "file-again")
    another = re.sub(r'<div ID="[^"]*"', '<div ID="div-again"', another)
    for old, new in ((described[0], more), (listed[0], file), (link[0], another)):
        text = text.replace(old, old + new)
    mets.write_text(text, encoding="utf-8")


DOUBLES: dict[str, tuple[str, Change]] = {
    "container.link": ("aip", linked),
    "layout.missing": ("aip", drop(PREMIS)),
    "layout.name": ("aip", swap("METS.xml", r'OBJID="urn:', 'OBJID="urn:x')),
    "xml.broken": ("aip", swap(EAD, "</title>", "")),
    "xml.doctype": ("aip", swap(EAD, "<simpledc", '<!DOCTYPE simpledc [<!ENTITY a "b">]><simpledc')),
    "xml.root": ("aip", all_of(swap(EAD, "<simpledc", "<foreign"), swap(EAD, "</simpledc", "</foreign"))),
    "xml.schema": ("aip", swap(EAD, "<startDate>[^<]*", "<startDate>2026-11-23")),
    "mets.rule": ("aip", swap("METS.xml", ' PROFILE="[^"]*"', "")),
    "mets.advice": ("aip", swap("METS.xml", 'OTHERTYPE="SOFTWARE"', 'OTHERTYPE="OTHER"')),
    "mets.reference": ("aip", swap("METS.xml", 'DMDID="[^"]*"', 'DMDID="ID-nowhere"')),
    "mets.type": ("aip", swap(PART, 'OAISPACKAGETYPE="AIP"', 'OAISPACKAGETYPE="SIP"')),
    "mets.undescribed": ("aip", swap(PART, 'LABEL="MetadataLink/File"', 'LABEL="Something"')),
    "file.path": ("aip", swap(PART, 'href="data/', 'href="../../../../data/')),
    "file.missing": ("aip", drop(f"{REP}data/*.pdf")),
    "file.unlisted": ("aip", put("documentation/stray.txt", b"?")),
    "file.twice": ("aip", swap("METS.xml", r'(<file ID=")([^"]*)("[^>]*CHECKSUM=")(.)([^>]*>.*?</file>)',
                               r"\1\2\3\4\5\1x\2\g<3>f\5")),
    "file.size": ("aip", put("documentation/NOTES.txt", b"shorter")),
    "file.digest": ("aip", swap("documentation/NOTES.txt", "Hoso", "Hosa")),
    "file.algorithm": ("aip", swap("METS.xml", 'CHECKSUMTYPE="SHA-256"', 'CHECKSUMTYPE="MD5"')),
    "manifest.differs": ("aip", swap("documentation/manifest-sha256.txt", "NOTES", "NOTED")),
    "ead.missing": ("aip", swap(EAD, "<maintenance>06", "<maintenance>")),
    "ead.empty": ("aip", swap(f"{REP}metadata/descriptive/*.xml", "<organName>[^<]*", "<organName>")),
    "ead.code": ("aip", swap(EAD, "<mode>02", "<mode>09")),
    "ead.count": ("aip", swap(EAD, "<totalDoc>1", "<totalDoc>7")),
    "ead.dossier": ("aip", swap(f"{REP}metadata/descriptive/*.xml", "<arcFileCode>", "<arcFileCode>X")),
    "ead.twice": ("aip", twice),
    "premis.missing": ("aip", swap(KEPT, "<object .*?</object>", "")),
    "premis.stray": ("aip", swap(KEPT, "(<objectIdentifierValue>)ID-", r"\1ID-F")),
    "premis.fixity": ("aip", swap(KEPT, "<size>", "<size>1")),
    "premis.link": ("aip", swap(PREMIS, "<linkingAgentIdentifierValue>", "<linkingAgentIdentifierValue>no-")),
    "premis.event": ("aip", swap(PREMIS, "<eventType>fixity check", "<eventType>capture")),
    "pdf.unreadable": ("aip", put(f"{REP}data/*.pdf", b"%PDF-1.7\nnothing more")),
    "pdf.unsigned": ("aip", unsigned),
    "pdf.changed": ("aip", flipped),
}  # fmt: skip
"""By code of finding: the package that is changed, and the change that must be found."""

ELSEWHERE = {
    "container.too-large", "container.unsafe-name", "container.encrypted", "container.twice", "container.roots",
    "file.damaged", "file.kind", "xml.too-large", "pdf.trust", "pdf.rules", "pdf.kept",
}  # fmt: skip
"""Codes with a test of their own below."""


def codes(office: Office, package: Path) -> set[str]:
    return {finding.code for finding in office.look(package).findings}


def test_every_code_has_a_double() -> None:
    assert set(TEXTS) == set(DOUBLES) | ELSEWHERE


@pytest.mark.parametrize("kind", ["aip", "sip"])
def test_an_untouched_package_is_valid(office: Office, kind: str, request: pytest.FixtureRequest) -> None:
    checked = office.look(request.getfixturevalue(kind))
    assert checked.valid
    assert {finding.code for finding in checked.findings} <= {"ead.empty"}
    assert checked.kind == kind.upper()


@pytest.mark.parametrize("code", DOUBLES)
def test_a_broken_rule_is_found(
    code: str, office: Office, request: pytest.FixtureRequest, copy_of: Callable[[Path], Path]
) -> None:
    kind, change = DOUBLES[code]
    package = copy_of(request.getfixturevalue(kind))
    before = office.look(package)
    change(package)
    after = office.look(package)
    new = [finding for finding in after.findings if finding not in before.findings]
    assert code in {finding.code for finding in new}
    assert after.valid is (TEXTS[code][0] == "warning" and all(f.weight == "warning" for f in after.findings))


def test_findings_say_what_and_what_to_do_in_both_languages() -> None:
    for code, (_, vi, en) in TEXTS.items():
        finding = Finding(code, "METS.xml", "{x}")
        assert finding.text("vi") != finding.text("en")
        assert "{detail}" not in finding.text("vi") + finding.text("en")
        assert ("{detail}" in vi) == ("{detail}" in en), code


def test_a_stranger_s_signature_is_told_and_no_error(aip: Path, tmp_path: Path) -> None:
    done = hoso(tmp_path / "no-home", "package", "--check", aip, "--json")
    assert done.code == 6  # a home was named and is none
    import subprocess
    import sys

    told = subprocess.run(
        [Path(sys.executable).parent / "hoso", "package", "--check", aip, "--lang", "en"],
        capture_output=True, text=True, cwd=tmp_path, env={k: v for k, v in os.environ.items() if k != "HOSO_HOME"},
        check=False,
    )  # fmt: skip
    assert told.returncode == 0
    assert "pdf.trust" in told.stdout
    assert "VALID, A PERSON SHOULD LOOK" in told.stdout


def test_exit_codes_tell_a_changed_package_from_a_wrong_one(
    office: Office, aip: Path, copy_of: Callable[[Path], Path]
) -> None:
    package = copy_of(aip)
    swap("METS.xml", ' PROFILE="[^"]*"', "")(package)
    done = office.run("package", "--check", package)
    assert done.code == 3
    assert "CSIP6" in done.out
    swap("documentation/NOTES.txt", "Hoso", "Hosa")(package)
    done = office.run("package", "--check", package, "--json")
    assert done.code == 7
    assert done.rows()[0]["valid"] is False


def zipped(path: Path, package: Path, more: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(package.rglob("*")):
            if file.is_file():
                archive.write(file, f"{package.name}/{file.relative_to(package).as_posix()}")
        for name, data in more.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return path


@pytest.mark.parametrize("name", ["../evil.txt", "/evil.txt", "x/../../evil.txt", "C:\\evil.txt", "a\\..\\evil.txt"])
def test_a_name_that_leads_out_is_a_verdict_and_nothing_is_written(
    name: str, office: Office, aip: Path, tmp_path: Path
) -> None:
    path = zipped(tmp_path / f"{aip.name}.zip", aip, {name: b"evil"})
    before = sorted(tmp_path.parent.rglob("*"))
    assert "container.unsafe-name" in codes(office, path)
    assert sorted(tmp_path.parent.rglob("*")) == before


def test_names_that_stay_inside_are_safe() -> None:
    assert safe("data/Hồ sơ số 1.pdf")
    assert not any(map(safe, ("", ".", "..", "a//b", "a/./b", "/a", "a/", "a\x00b", "a\nb", "c:d")))


def test_a_bomb_is_not_opened(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("x/METS.xml", "w") as file:
        for _ in range(260):
            file.write(b"\0" * 1_000_000)
    checked = office.look(path)
    assert {"container.too-large", "layout.missing"} == {finding.code for finding in checked.findings}
    assert checked.bytes == 0


def test_a_file_that_lies_of_its_size_is_not_read_to_the_end(office: Office, aip: Path, tmp_path: Path) -> None:
    path = zipped(tmp_path / f"{aip.name}.zip", aip, {})
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        info = next(i for i in archive.infolist() if i.filename.endswith("EAD.xml"))
    start = info.header_offset + 30 + len(info.filename)
    data[start + 40] ^= 1  # the checksum of the ZIP itself no longer fits
    path.write_bytes(bytes(data))
    assert {"file.damaged"} <= codes(office, path)


def test_entities_of_an_outside_file_are_never_read(office: Office, aip: Path, copy_of: Callable[[Path], Path]) -> None:
    package = copy_of(aip)
    bomb = '<!DOCTYPE s [<!ENTITY a SYSTEM "file:///etc/hostname">]><simpledc><title>&a;</title></simpledc>'
    (package / EAD).write_text(bomb)
    found = office.look(package).findings
    assert any(f.code == "xml.doctype" and f.place == EAD for f in found)
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    (package / EAD).write_text(f'<!DOCTYPE s [<!ENTITY a0 "ha">{laughs}]><simpledc>&a11;</simpledc>')
    assert {"xml.doctype", "xml.broken"} & codes(office, package)


def test_xml_without_end_is_too_large(monkeypatch: pytest.MonkeyPatch, office: Office, aip: Path) -> None:
    monkeypatch.setattr(markup, "LARGEST", 5_000)
    assert "xml.too-large" in codes(office, aip)


def test_locked_doubled_and_homeless_files_are_verdicts(office: Office, aip: Path, tmp_path: Path) -> None:
    path = zipped(tmp_path / f"{aip.name}.zip", aip, {"stray.txt": b"?"})
    assert "container.roots" in codes(office, path)
    with pytest.warns(UserWarning, match="Duplicate"):
        zipped(path, aip, {f"{aip.name}/METS.xml": b"<other/>"})
    assert "container.twice" in codes(office, path)
    zipped(path, aip, {})
    data = path.read_bytes()
    head, central = data.index(b"PK\x03\x04"), data.index(b"PK\x01\x02")
    locked = bytearray(data)
    locked[head + 6] |= 1
    locked[central + 8] |= 1
    path.write_bytes(bytes(locked))
    assert "container.encrypted" in codes(office, path)


def test_links_and_devices_in_a_tar_are_verdicts(office: Office, aip: Path, tmp_path: Path) -> None:
    path = tmp_path / f"{aip.name}.tar"
    with tarfile.open(path, "w") as archive:
        archive.add(aip, aip.name)
        link = tarfile.TarInfo(f"{aip.name}/documentation/link")
        link.type, link.linkname = tarfile.SYMTYPE, "../../../../etc/passwd"
        archive.addfile(link)
        fifo = tarfile.TarInfo(f"{aip.name}/documentation/fifo")
        fifo.type = tarfile.FIFOTYPE
        archive.addfile(fifo)
        out = tarfile.TarInfo("../evil.txt")
        out.size = 4
        archive.addfile(out, io.BytesIO(b"evil"))
    assert {"container.link", "container.unsafe-name"} <= codes(office, path)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 no zip at all", b"%PDF-1.7", b"\x00" * 2048])
def test_what_is_no_package_is_refused(data: bytes, office: Office, tmp_path: Path) -> None:
    path = tmp_path / "thing.zip"
    path.write_bytes(data)
    done = office.run("package", "--check", path)
    assert done.code == 3
    assert "Traceback" not in done.err


def test_any_cut_or_flipped_zip_gets_a_verdict(office: Office, aip: Path, tmp_path: Path) -> None:
    from random import Random

    from hoso.errors import Refused

    small = tmp_path / "small" / aip.name
    shutil.copytree(aip, small, ignore=shutil.ignore_patterns("*.pdf", "*.xsd"))
    whole = zipped(tmp_path / "whole.zip", small, {}).read_bytes()
    dice, path = Random(5), tmp_path / f"{aip.name}.zip"
    for turn in range(60):
        data = bytearray(whole if turn % 3 else whole[: dice.randrange(len(whole))])
        for _ in range(dice.randrange(1, 6)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        path.write_bytes(bytes(data))
        with contextlib.suppress(Refused):
            assert not office.look(path).valid


def test_any_value_in_the_metadata_gets_a_verdict(office: Office, aip: Path, tmp_path: Path) -> None:
    from random import Random

    small = tmp_path / aip.name
    shutil.copytree(aip, small, ignore=shutil.ignore_patterns("*.pdf", "*.xsd"))
    dice = Random(7)
    odd = [
        "",
        "9" * 5_000,
        "-1",
        "1e9",
        "٣",
        "../..",
        "ID-1",
        "\u202e",
        "é" * 300,
        "&lt;x&gt;",
        "a b  c",
        "file:///etc/passwd",
    ]
    for file in [path for path in sorted(small.rglob("*.xml")) for _ in range(12)]:
        whole = file.read_text(encoding="utf-8")
        old = dice.choice(re.findall(r'="[^"]*"|>[^<>\n]+<', whole))
        value = dice.choice(odd)
        file.write_text(whole.replace(old, f'="{value}"' if old.startswith("=") else f">{value}<"), encoding="utf-8")
        assert not office.look(small).valid
        file.write_text(whole, encoding="utf-8")


def test_a_pdf_that_is_none_and_one_that_is_no_archive_pdf_are_told(
    office: Office, aip: Path, copy_of: Callable[[Path], Path]
) -> None:
    package = copy_of(aip)
    file = one(package, f"{REP}data/*.pdf")
    signed = file.read_bytes()
    reseal(package, file, b"GIF89a" + signed[6:])
    assert "file.kind" in codes(office, package)
    reseal(package, file, signed.replace(b"<pdfaid:part>2", b"<pdfaid:part>7"))
    assert {"pdf.rules", "pdf.changed"} <= codes(office, package)
    swap(f"{REP}metadata/descriptive/*.xml", "<confidenceLevel>02", "<confidenceLevel>01")(package)
    assert "pdf.kept" in codes(office, package)
    assert "pdf.rules" not in codes(office, package)


def test_a_stranger_is_a_warning(office: Office, aip: Path) -> None:
    from hoso.exports.packages.container import opened
    from hoso.recipe.inspecting import inspect

    with opened(aip) as package:
        checked = inspect(package, (), 10**9)
    assert "pdf.trust" in {finding.code for finding in checked.findings}
    assert checked.valid


def reseal(package: Path, file: Path, data: bytes) -> None:
    """Change a file and what METS says of it, as a forger would."""
    import hashlib

    mets = package / PART
    text = mets.read_text(encoding="utf-8")
    old = file.read_bytes()
    text = text.replace(hashlib.sha256(old).hexdigest(), hashlib.sha256(data).hexdigest())
    mets.write_text(text.replace(f'SIZE="{len(old)}"', f'SIZE="{len(data)}"'), encoding="utf-8")
    file.write_bytes(data)
