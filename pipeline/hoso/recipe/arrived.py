"""PDFs that came already signed: checked once in the crew, kept byte for byte as the archive copy of each paper in them.

The check is a step (its key holds the roots: a new root checks again); a file that ends or outlasts its worker counts as
broken. Never composes, marks or seals such a file. A paper in it still needs an approval to be filed, as every paper does.
"""

from __future__ import annotations

from collections.abc import Iterable

from hoso import keys
from hoso.errors import Refused
from hoso.nouns import Dossier, Outcome, Record, SignatureFinding
from hoso.recipe import intake, reading
from hoso.site import Site
from hoso.work import Crew, Lost, Task, record, step

__all__ = ["check", "codes", "file_of", "findings", "keep", "signed"]


def signed(site: Site, dossier: Dossier) -> frozenset[str]:
    """The digests of the scans of a dossier that are signed PDFs."""
    surveys = ((scan.digest, intake.looked(site, scan).survey) for scan in dossier.scans if scan.digest)
    return frozenset(digest for digest, survey in surveys if survey is not None and survey.signed)


def check(site: Site, digests: Iterable[str], crew: Crew) -> None:
    """Check the signatures of signed PDFs that were not checked against the present roots: in the crew, one at a time."""
    open_ = [d for d in sorted(set(digests)) if site.ledger.step(reading.signatures_key(site, d)) is None]
    seconds = site.settings.reading.timeout
    function = "hoso.recipe.reading:signatures"
    tasks = [Task(i, function, (digest,), seconds, shut=True) for i, digest in enumerate(open_)]
    for task, answer, _ in crew.run(tasks):
        if isinstance(answer, Lost):
            text = f"Không hợp lệ: chữ ký làm hỏng trình kiểm tra ({answer.text})"
            lost = SignatureFinding("", "", "", "", intact=False, trusted=False, whole_file=False, text=text)
            answer = keys.encode((lost,))
        elif isinstance(answer, BaseException):
            raise answer
        digest = open_[task.id]
        record(site, reading.signatures_key(site, digest), "signatures", digest, answer)


def findings(site: Site, digest: str) -> tuple[SignatureFinding, ...]:
    """What the check of a signed PDF found; checked here and now where it was not (its roots have changed since)."""
    from hoso.stages.arrived import found

    key = reading.signatures_key(site, digest)
    return step(
        site, "signatures", key, digest, tuple[SignatureFinding, ...], lambda: found(site.store.get(digest), site.roots)
    )


def file_of(site: Site, outcome: Outcome, paper: Record) -> str:
    """The digest of the signed PDF that a paper came in, "" for a paper that did not. Raises :class:`Refused` where only
    some of its pages are of one: such a paper was divided before signed files were kept apart."""
    scans = {ref.scan for ref in paper.document.pages}
    mine = scans & signed(site, outcome.dossier)
    if mine and len(scans) > 1:
        raise Refused(
            "document.signature-mixed",
            f"document {paper.document.id} has pages of a signed PDF and of other files; digitize its dossier again",
            "Giấy tờ này có trang của tệp PDF đã ký lẫn với tệp khác; hãy số hóa lại hồ sơ.",
        )
    return next(iter(mine), "")


def keep(site: Site, digest: str, paper: Record) -> tuple[str, str, str]:
    """(who signed, the evidence as JSON, the states found, "valid,weak") of a signed PDF that becomes the archive copy.

    Raises :class:`Refused` ("document.signature-broken") for a changed or broken one that nobody was told of.
    """
    from hoso.pdf.check import examine
    from hoso.stages import arrived

    seen = findings(site, digest)
    if not all(f.untouched for f in seen) and all(p.code != arrived.BROKEN for p in paper.problems):
        raise Refused(
            arrived.BROKEN,
            f"document {paper.document.id} came in a PDF whose signature is broken or was changed after; "
            "digitize its dossier again, so that a person sees it",
            "Chữ ký số của tệp PDF không đạt; hãy số hóa lại hồ sơ để người có thẩm quyền xem.",
        )
    claim = examine(site.store.get(digest)).claim
    return arrived.signers(seen), arrived.evidence(digest, seen, claim), codes(seen)


def codes(seen: Iterable[SignatureFinding]) -> str:
    """The states found, each once, sorted: what the ledger may say of it."""
    return ",".join(sorted({finding.state for finding in seen}))
