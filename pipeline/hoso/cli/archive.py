"""Commands about the signed copies: copies (write them out), verify (check one).

The verdict of a check is Vietnamese unless asked otherwise, as the circular to Decree 23/2025 asks of verifying software.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from hoso import keys
from hoso.cli.ask import AS_JSON, chosen
from hoso.cli.proof import SUFFIX, beside, end, evidence_lines, evidence_row, kept_in
from hoso.cli.show import lines, open_site, say
from hoso.cli.verdict import LANGUAGES, lines_of, row_of
from hoso.errors import Damaged, HosoError, NeedsPerson, Refused
from hoso.nouns import Verification
from hoso.timeproof import EvidenceFinding

__all__ = ["copies", "verify"]


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--dossier", metavar="CODE", help="Only the dossier of that code, source or id.")
@AS_JSON
@click.pass_obj
def copies(home: str | None, folder: Path, dossier: str | None, as_json: bool) -> None:
    """Write the signed copies into FOLDER under readable names: SOURCE/CODE.NN.TYPE.pdf. What is there is left alone.

    Beside each copy that has a proof of time (an evidence record, RFC 4998) lies its proof: SOURCE/CODE.NN.TYPE.ers.
    """
    from hoso.recipe import stamping

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
                proof = stamping.evidence_of(site, record.document.id, sealed.after)
                ers = path.with_suffix(SUFFIX)
                if proof is not None and (not ers.exists() or ers.read_bytes() != proof):
                    ers.write_bytes(proof)
                row = {"document": record.document.id, "path": str(path), "sha256": sealed.after}
                rows.append(row | {"proof": str(ers) if proof is not None else None})
    if as_json:
        lines(rows)
    else:
        for row in rows:
            click.echo(row["path"])
        proven = sum(row["proof"] is not None for row in rows)
        say(f"{len(rows)} signed copies in {folder}, {proven} with a proof of time")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--proof",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Its proof of time (RFC 4998).  [default: NAME.ers beside FILE, else the home's own]",
)
@click.option("--lang", type=click.Choice(LANGUAGES), default="vi", show_default=True, help="Language of the verdict.")
@AS_JSON
@click.pass_obj
def verify(home: str | None, file: Path, proof: Path | None, lang: str, as_json: bool) -> None:
    """Check FILE.pdf: each signature, its time, what came after it, PDF/A, conversion mark, proof of time, warehouse.

    Exit code 0 where every signature is valid and PDF/A-2u holds (a file kept as it was received need not be PDF/A);
    3 where the file is no PDF or not signed; 4 where nothing was changed and a person must judge the rest: the signer is
    not trusted here, the algorithm is no longer safe, it is no PDF/A-2u, or its proof of time is not trusted or has ended;
    7 where it was changed after signing, where that cannot be ruled out, where a certificate was revoked, or where the
    proof is damaged or of another file.
    """
    from hoso.signers.evidence_verdict import judged
    from hoso.stages.verify import verify as look

    data = file.read_bytes()
    digest = keys.digest(data)
    with open_site(home) as site:
        seen = look(data, site.roots)
        try:
            found = site.warehouse.query('SELECT document, profile FROM seals WHERE "after" = ?', [digest]).rows
            known = [(str(document), str(profile)) for document, profile in found]
        except HosoError as error:
            say(f"the warehouse does not answer ({error}); the file is checked without it")
            known = []
        beside_it = proof or beside(file)
        record = beside_it.read_bytes() if beside_it else kept_in(site, [document for document, _ in known], digest)
        found_proof = None if record is None else judged(data, record, site.roots, site.now())
    where = str(beside_it) if beside_it else "store"
    row = row_of(str(file), seen, digest, known, lang)
    row["evidence"] = evidence_row(where, found_proof, lang) if found_proof else None
    if as_json:
        lines([row])
    else:
        for line in lines_of(str(file), seen, known, lang):
            click.echo(line)
        for line in evidence_lines(where, found_proof, lang) if found_proof else ():
            click.echo(line)
    _end(file, seen, row["text"], found_proof, lang, kept=bool(row["kept"]))


def _end(
    file: Path, seen: Verification, text: str, proof: EvidenceFinding | None, language: str, *, kept: bool
) -> None:
    """The exit code, as the help says."""
    if not seen.readable or not seen.signatures:
        raise Refused("not-signed", f"{file}: {text}")
    if not seen.untouched or any(finding.state == "revoked" for finding in seen.signatures):
        raise Damaged(f"{file}: {text}")
    if proof is not None and not proof.fits:
        end(file, proof, language)
    if not seen.valid and not (kept and all(finding.valid for finding in seen.signatures)):
        raise NeedsPerson(f"{file}: {text}")
    if proof is not None:
        end(file, proof, language)
