"""The command that packs dossiers for an archive, and checks packages from anywhere: package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from hoso.cli.ask import AS_JSON
from hoso.cli.show import lines, open_site, say
from hoso.cli.verdict import LANGUAGES
from hoso.errors import Damaged, HosoError, Misconfigured, NeedsPerson, Refused, Usage

if TYPE_CHECKING:
    from hoso.exports.packages.check import Checked
    from hoso.exports.packages.findings import Finding
    from hoso.recipe.packaging import Packed

__all__ = ["package"]

_CHANGED = {
    "file.missing",
    "file.damaged",
    "file.size",
    "file.digest",
    "pdf.changed",
    "pdf.unreadable",
    "manifest.differs",
}
"""Findings that say: these are not the bytes that were packed."""

_WORDS = {
    "good": ("ĐẠT", "VALID"), "person": ("ĐẠT, CẦN NGƯỜI XEM", "VALID, A PERSON SHOULD LOOK"),
    "bad": ("KHÔNG ĐẠT", "NOT VALID"), "error": ("lỗi", "error"), "warning": ("lưu ý", "warning"),
    "holds": ("{documents} tài liệu, {files} tệp, {bytes} byte", "{documents} documents, {files} files, {bytes} bytes"),
    "known": ("do nơi này lập, từ hồ sơ", "made here, of dossier"),
}  # fmt: skip


@click.command()
@click.argument("words", nargs=-1, metavar="[DOSSIER]…")
@click.option("--as", "kind", type=click.Choice(("sip", "aip")), help="sip: to hand over; aip: to keep.")
@click.option("--to", "folder", type=click.Path(path_type=Path, file_okay=False), help="Folder for the packages.")
@click.option(
    "--shape",
    type=click.Choice(("folder", "zip", "tar")),
    default="folder",
    show_default=True,
    help="One folder or file each.",
)
@click.option("--originals", is_flag=True, help="The files as received too (an AIP always has them).")
@click.option(
    "--set",
    "values",
    multiple=True,
    metavar="NAME=VALUE",
    help="A field of EAD.xml, such as maintenance=06; may be repeated.",
)
@click.option(
    "--check",
    "checked",
    type=click.Path(path_type=Path, exists=True),
    metavar="PATH",
    help="Check a package; pack nothing.",
)
@click.option("--lang", type=click.Choice(LANGUAGES), default="vi", show_default=True, help="Language of findings.")
@AS_JSON
@click.pass_obj
def package(
    home: str | None, words: tuple[str, ...], kind: Literal["sip", "aip"] | None, folder: Path | None,
    shape: Literal["folder", "zip", "tar"], originals: bool, values: tuple[str, ...], checked: Path | None,
    lang: Literal["vi", "en"], as_json: bool,
) -> None:  # fmt: skip
    """Pack each DOSSIER (code, source or id) for an archive by Circular 05/2025/TT-BNV, or --check a package at PATH.

    A package holds a whole dossier, so each of its papers must be sealed. It is checked before it gets its name.
    Nothing is overwritten; the same dossier packed again gives the same bytes. --check needs no home, unpacks nothing
    and writes nothing.

    Exit codes: 0 done (warnings are told); 2 something of that name is there; 3 no package, or one that breaks a
    rule; 4 a paper is not sealed, or a field only a person can give is missing; 7 files of a package were changed,
    damaged or lost."""
    if checked is not None:
        if words or kind or folder:
            raise Usage("--check looks at one package; pack in another command")
        _check(home, checked, lang, as_json)
        return
    if not words or kind is None or folder is None:
        raise Usage("say what to pack, as what and where to: hoso package DOSSIER… --as sip|aip --to FOLDER")
    given = dict(_pair(value) for value in values)
    _pack(home, words, kind, folder, shape, originals, given, lang, as_json)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise Usage(f"--set takes NAME=VALUE, not {text!r}")
    return name.strip(), value.strip()


def _pack(
    home: str | None, words: tuple[str, ...], kind: Literal["sip", "aip"], folder: Path,
    shape: Literal["folder", "zip", "tar"], originals: bool, given: dict[str, str],
    lang: Literal["vi", "en"], as_json: bool,
) -> None:  # fmt: skip
    """Each dossier by itself: one that cannot be packed is told, the others go on, and its error ends the command."""
    from hoso import recipe
    from hoso.recipe import packaging

    failed: list[HosoError] = []
    with open_site(home) as site:
        packaging.chosen(site, kind, given)
        for word in words:
            found = recipe.find(site, word)
            if not found:
                raise Usage(f"no dossier has the code, source or id {word!r}; list them with: hoso status")
            for here in found:
                if here.duplicate_of:
                    say(f"{here.dossier.source}: repeats dossier {here.duplicate_of}, which is packed by itself")
                    continue
                for code in packaging.codes_of(here, word) if here.outcome else ("",):
                    try:
                        done = packaging.pack(
                            site, here, code, kind, folder, shape=shape, originals=originals, values=given
                        )
                    except HosoError as error:
                        failed.append(error)
                        say(f"{here.dossier.source}: {error}")
                        continue
                    _packed(done, lang, as_json)
    if failed:
        raise failed[0] if len(failed) == 1 else _all(failed)


def _all(failed: list[HosoError]) -> HosoError:
    """One error for several: of the class they share, else the first one's."""
    text = f"{len(failed)} dossiers were not packed; see above"
    for kind in (Damaged, NeedsPerson, Usage, Misconfigured):
        if any(isinstance(error, kind) for error in failed):
            return kind(text)
    return Refused("package.failed", text)


def _packed(done: Packed, lang: Literal["vi", "en"], as_json: bool) -> None:
    row: dict[str, Any] = {
        "path": str(done.path), "as": done.package.kind, "dossier": done.package.file_code, "at": done.package.at,
        "left_out": done.left_out,
    }  # fmt: skip
    if as_json:
        lines([row | _row(done.checked, lang)])
        return
    click.echo(str(done.path))
    holds = f"{done.checked.documents} documents, {done.checked.files} files, {done.checked.bytes} bytes"
    say(f"{done.package.kind.upper()} {done.package.file_code}: {holds}")
    for finding in done.checked.findings:
        say(f"  {_line(finding, lang)}")
    if done.left_out:
        say(f"  {done.left_out} received files stay out: pages of other dossiers are in them")


def _check(home: str | None, path: Path, lang: Literal["vi", "en"], as_json: bool) -> None:
    from hoso.exports.packages.container import opened
    from hoso.recipe.inspecting import inspect

    roots, largest, made = _home(home)
    with opened(path) as look:
        checked = inspect(look, roots, largest)
    of = made(checked.mets)
    row = {"path": str(path), "made_here": of or None} | _row(checked, lang)
    if as_json:
        lines([row])
    else:
        verdict = "bad" if not checked.valid else "person" if checked.findings else "good"
        click.echo(f"{path}: {_said(verdict, lang)} – {checked.kind or '?'} {checked.objid}")
        click.echo(
            "  " + _said("holds", lang).format(documents=checked.documents, files=checked.files, bytes=checked.bytes)
        )
        if of:
            click.echo(f"  {_said('known', lang)} {of}")
        for finding in checked.findings:
            click.echo(f"  {_line(finding, lang)}")
    if not checked.valid:
        wrong = [finding for finding in checked.findings if finding.weight == "error"]
        text = f"{path}: {len(wrong)} errors; the first: {wrong[0].place or '.'}: {wrong[0].text('en')}"
        raise Damaged(text) if any(f.code in _CHANGED for f in wrong) else Refused("package.not-valid", text)


def _home(home: str | None) -> tuple[tuple[bytes, ...], int, Any]:
    """Roots, bounds and memory of the home where there is one; without one every signer is a stranger."""
    from hoso import settings
    from hoso.recipe import packaging
    from hoso.site import Site, home_of

    folder = home_of(home)
    if not home and not (folder / "settings.toml").exists():
        say("no home here: signatures are checked without trusted roots")
        return (), settings.Reading().max_bytes, lambda mets: ""

    def made(mets: str) -> str:
        with Site(folder) as site:
            return packaging.known(site, mets)

    with Site(folder) as site:
        return site.roots, site.settings.reading.max_bytes, made


def _row(checked: Checked, lang: Literal["vi", "en"]) -> dict[str, Any]:
    return {
        "valid": checked.valid,
        "objid": checked.objid,
        "type": checked.kind or None,
        "mets_sha256": checked.mets or None,
        "documents": checked.documents,
        "files": checked.files,
        "bytes": checked.bytes,
        "findings": [
            {"code": f.code, "severity": f.weight, "place": f.place, "text": f.text(lang)} for f in checked.findings
        ],
    }


def _line(finding: Finding, lang: Literal["vi", "en"]) -> str:
    place = f"{finding.place}: " if finding.place else ""
    return f"{_said(finding.weight, lang)}: {place}{finding.text(lang)} [{finding.code}]"


def _said(key: str, lang: str) -> str:
    return _WORDS[key][LANGUAGES.index(lang)]
