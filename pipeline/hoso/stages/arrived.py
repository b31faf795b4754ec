"""A PDF that came already signed: what its signatures are worth to the papers in it, and what is kept as evidence.

Such a file is the archive copy as it is, byte for byte: what is composed anew loses the signature that gives the paper
its value (Decree 30/2020/NĐ-CP, art. 5; art. 21: arrivals are checked for authenticity and integrity, and what fails goes
back to its sender). Owns: the problem codes of signatures that arrive, and that no paper reaches over the edge of a
signed file. Never: changes a byte, puts a mark or a seal on such a file, or raises over it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from hoso.nouns import Place, Problem, Record, Seen, Severity, SignatureFinding
from hoso.stages.check import with_verdict

__all__ = [
    "BROKEN",
    "KEPT",
    "UNTRUSTED",
    "VALID",
    "VERSION",
    "evidence",
    "found",
    "signers",
    "stretches",
    "told",
    "worst",
]

VERSION = "1"  # of the findings too: raised whenever signers/ judges otherwise

KEPT = "kept"
"""The profile of an archive copy that is the received file itself."""
BROKEN, UNTRUSTED, VALID = "document.signature-broken", "document.signature-untrusted", "document.signature-valid"

_RANK = ("broken", "changed", "unclear", "revoked", "weak", "untrusted", "valid")
_PROBLEMS: dict[str, tuple[Severity, str]] = {
    BROKEN: (
        "error",
        "Chữ ký số của tệp PDF không đạt ({count}): {text}. Tệp được giữ nguyên và không được đóng dấu đè lên; hãy yêu cầu "
        "nơi gửi gửi lại tệp còn nguyên vẹn.",
    ),
    UNTRUSTED: (
        "warning",
        "Chữ ký số của tệp PDF còn nguyên vẹn nhưng chưa tin cậy được ({count}): {text}. Hãy kiểm tra người ký rồi duyệt, "
        "hoặc nhờ người vận hành thêm gốc tin cậy vào settings.toml [seal] roots.",
    ),
    VALID: ("note", "Tệp PDF đã có chữ ký số hợp lệ ({count}); giữ nguyên tệp làm bản lưu trữ."),
}


def found(data: bytes, roots: Sequence[bytes]) -> tuple[SignatureFinding, ...]:
    """The findings on a PDF that was surveyed as signed: at least one, a broken one where its signature cannot be found."""
    from hoso.signers.findings import broken
    from hoso.signers.validate import validate

    return validate(data, roots) or (broken("", "tệp còn dấu vết chữ ký mà không đọc được chữ ký nào"),)


def stretches(pages: Sequence[Seen], signed: Collection[str]) -> Iterator[tuple[Seen, ...]]:
    """``pages`` in runs among which papers may be sought: each signed file (by the digest of its scan) by itself."""
    for _, run in groupby(pages, lambda seen: seen.page.ref.scan if seen.page.ref.scan in signed else ""):
        yield tuple(run)


def told(record: Record, findings: Mapping[str, tuple[SignatureFinding, ...]], pages: Sequence[Seen]) -> Record:
    """``record`` with the one problem (or note) that the signatures of its file make; as it is, where it came in no
    signed file. ``findings`` are by the digest of the scan, ``pages`` those of the dossier."""
    mine = {ref.scan for ref in record.document.pages} & set(findings)
    if not mine:
        return record
    here = [finding for scan in sorted(mine) for finding in findings[scan]]
    last = worst(here)
    code = VALID if last.state == "valid" else UNTRUSTED if last.untouched and last.state != "revoked" else BROKEN
    severity, text = _PROBLEMS[code]
    own = set(record.document.pages)
    places = tuple(Place(s.page.position, (0.0, 0.0, 1.0, 1.0)) for s in pages if s.page.ref in own)
    problem = Problem(code, severity, text.format(count=len(here), text=last.text), places=places[:1])
    return with_verdict(replace(record, problems=(*record.problems, problem)))


def worst(findings: Sequence[SignatureFinding]) -> SignatureFinding:
    """The finding that weighs most against a file."""
    return min(findings, key=lambda finding: _RANK.index(finding.state))


def signers(findings: Sequence[SignatureFinding]) -> str:
    """Who signed, each once, in signing order."""
    return "; ".join(dict.fromkeys(f.signer for f in findings if f.signer and f.kind == "signature"))


def evidence(digest: str, findings: Sequence[SignatureFinding], claim: str) -> str:
    """What is kept of the check of a file that arrived signed, as JSON. ``claim`` is its PDF/A claim, "" for none."""
    return json.dumps(
        {
            "kept": True,
            "before": digest,
            "after": digest,
            "pdfa": claim,
            "signatures": [
                {
                    "name": f.name, "state": f.state, "kind": f.kind, "signer": f.signer, "issuer": f.issuer,
                    "signed_at": f.signed_at, "proof": f.proof, "proof_at": f.proof_at, "intact": f.intact,
                    "whole_file": f.whole_file, "trusted": f.trusted, "added_after": list(f.after),
                    "algorithm": f.algorithm, "certificate_from": f.certificate_from,
                    "certificate_until": f.certificate_until, "in_force": f.in_force, "revocation": f.revocation,
                    "text": f.text,
                }
                for f in findings
            ],
        },
        ensure_ascii=False,
        sort_keys=True,
    )  # fmt: skip
