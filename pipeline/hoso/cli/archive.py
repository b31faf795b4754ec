"""Commands about the signed copies: copies (write them out), verify (check one).

The verdict of a check is Vietnamese, as the circular to Decree 23/2025 asks of verifying software.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from hoso import keys
from hoso.cli.ask import AS_JSON, chosen
from hoso.cli.show import lines, open_site, say
from hoso.errors import Damaged, HosoError, Refused
from hoso.nouns import SignatureFinding, Verification

__all__ = ["copies", "verify"]


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--dossier", metavar="CODE", help="Only the dossier of that code, source or id.")
@AS_JSON
@click.pass_obj
def copies(home: str | None, folder: Path, dossier: str | None, as_json: bool) -> None:
    """Write the signed copies into FOLDER under readable names: SOURCE/CODE.NN.TYPE.pdf. What is there is left alone."""
    rows: list[dict[str, Any]] = []
    with open_site(home) as site:
        for here in chosen(site, dossier):
            records = here.outcome.records if here.outcome else ()
            for number, record in enumerate(records, 1):
                sealed = here.sealed.get(record.document.id)
                if sealed is None or here.outcome is None:
                    continue
                own = here.outcome.codes.get(record.document.id, here.outcome.code)
                code = own or Path(here.dossier.source).stem
                path = folder / Path(here.dossier.source).stem / f"{code}.{number:02d}.{record.document.type}.pdf"
                if not path.exists() or keys.digest(path.read_bytes()) != sealed.after:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(site.store.get(sealed.after))
                rows.append({"document": record.document.id, "path": str(path), "sha256": sealed.after})
    if as_json:
        lines(rows)
    else:
        for row in rows:
            click.echo(row["path"])
        say(f"{len(rows)} signed copies in {folder}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@AS_JSON
@click.pass_obj
def verify(home: str | None, file: Path, as_json: bool) -> None:
    """Check FILE.pdf: signatures, PDF/A, conversion mark, and whether its digest is in the warehouse.

    Exit code 0 where every signature is valid and PDF/A holds; 3 where the file is no PDF or not signed; 7 where it was
    changed, or its signer is not trusted.
    """
    from hoso.stages.verify import verify as look

    data = file.read_bytes()
    with open_site(home) as site:
        seen = look(data, site.roots)
        digest = keys.digest(data)
        try:
            known = site.warehouse.query('SELECT document FROM seals WHERE "after" = ?', [digest]).rows
        except HosoError as error:
            say(f"the warehouse does not answer ({error}); the file is checked without it")
            known = ()
    row = _row(file, seen, digest, str(known[0][0]) if known else None)
    if as_json:
        lines([row])
    else:
        _tell(row, seen)
    if not seen.readable or not seen.signatures:
        raise Refused("not-signed", f"{file}: {seen.text}")
    if not seen.valid:
        raise Damaged(f"{file}: {seen.text}")


def _row(file: Path, seen: Verification, digest: str, document: str | None) -> dict[str, Any]:
    return {
        "file": str(file),
        "valid": seen.valid,
        "text": seen.text,
        "sha256": digest,
        "in_warehouse": document is not None,
        "document": document,
        "pages": seen.pages,
        "pdfa": seen.claim or None,
        "violations": [{"clause": v.clause, "text": v.text} for v in seen.violations],
        "mark": seen.mark or None,
        "signatures": [_signature(finding) for finding in seen.signatures],
    }


def _signature(finding: SignatureFinding) -> dict[str, Any]:
    return {
        "name": finding.name, "valid": finding.valid, "signer": finding.signer, "issuer": finding.issuer,
        "signed_at": finding.signed_at, "intact": finding.intact, "trusted": finding.trusted,
        "whole_file": finding.whole_file, "certificate_from": finding.certificate_from,
        "certificate_until": finding.certificate_until, "algorithm": finding.algorithm, "text": finding.text,
    }  # fmt: skip


def _tell(row: dict[str, Any], seen: Verification) -> None:
    click.echo(f"{row['file']}: {'HỢP LỆ' if seen.valid else 'KHÔNG HỢP LỆ'} – {seen.text}")
    for finding in seen.signatures:
        click.echo(f"  Chữ ký {finding.name}: {finding.text}")
        click.echo(f"    Người ký: {finding.signer}   Nơi cấp chứng thư: {finding.issuer}")
        click.echo(f"    Thời điểm ký: {finding.signed_at}   Thuật toán: {finding.algorithm}")
        click.echo(f"    Chứng thư: {finding.certificate_from} – {finding.certificate_until}")
        click.echo(
            f"    Toàn vẹn: {_yes(finding.intact)}   Tin cậy: {_yes(finding.trusted)}   Cả tệp: {_yes(finding.whole_file)}"
        )
    click.echo(f"  PDF/A: {seen.claim or 'không'}" + (f", {len(seen.violations)} lỗi" if seen.violations else ""))
    for violation in seen.violations:
        click.echo(f"    {violation.clause}: {violation.text}")
    click.echo(f"  Dấu chuyển đổi: {seen.mark or 'không có'}")
    click.echo(f"  Trong kho: {'có, tài liệu ' + str(row['document']) if row['document'] else 'không'}")


def _yes(value: bool) -> str:
    return "có" if value else "KHÔNG"
