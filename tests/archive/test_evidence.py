"""Evidence records (RFC 4998): the hash tree, the bytes, and a verdict for whatever is done to them."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import cms, crl, parser, tsp
from cryptography.hazmat.primitives.serialization import Encoding

from authority import Authority, serving
from hoso.errors import Misconfigured
from hoso.recipe import renewing, stamping
from hoso.signers import evidence, tokens
from hoso.signers.evidence import Link, composed, read
from hoso.signers.evidence_verdict import judged
from hoso.site import Site
from hoso.values.hashtree import Tree, climbed
from stamps import LATER, NIGHT, follow, home_of, named, papers, settings


def leaves(count: int) -> list[bytes]:
    return [hashlib.sha256(b"%d" % number).digest() for number in range(count)]


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 8, 9, 31, 100])
def test_every_leaf_leads_to_the_root_and_no_other_hash_does(count: int) -> None:
    held = leaves(count)
    tree = Tree(held, "sha256")
    for leaf in held:
        lists = tree.reduced(leaf)
        assert climbed(leaf, lists, "sha256") == tree.root
        assert len(lists) <= (count > 1) + (count - 1).bit_length()
        assert [climbed(other, lists, "sha256") == tree.root for other in held].count(True) == 1
    assert Tree(reversed(held * 2), "sha256").root == tree.root


def test_the_tree_is_that_of_the_standard() -> None:
    """RFC 4998, 4.1: fathers are the digests of their children in binary order."""

    def father(*children: bytes) -> bytes:
        return hashlib.sha256(b"".join(sorted(children))).digest()

    held = sorted(leaves(3))
    a, b, c = (father(leaf, hashlib.sha256(leaf).digest()) for leaf in held)
    tree = Tree([held[2], held[0], held[1]], "sha256")
    assert tree.root == father(father(a, b), c)
    assert tree.reduced(held[1]) == (tuple(sorted((held[1], hashlib.sha256(held[1]).digest()))), (a,), (c,))
    assert tree.reduced(held[2])[1:] == ((father(a, b),),)
    with pytest.raises(KeyError):
        tree.reduced(a)


def test_a_proof_over_a_thousand_documents_has_twelve_hashes() -> None:
    tree = Tree(leaves(1000), "sha256")
    assert max(sum(len(part) for part in tree.reduced(leaf)) for leaf in tree.leaves) == 12


@pytest.fixture(scope="module")
def stamped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Nine copies under one stamp, renewed by another authority, then with another hash algorithm."""
    with serving() as service:
        service.authority = Authority(NIGHT, service.address)
        home = home_of(tmp_path_factory.mktemp("evidence") / "home", service, 9)
        with Site(home, clock=lambda: NIGHT) as site:
            stamping.night(site)
        follow(home, service, LATER)
        with Site(home, clock=lambda: LATER) as site:
            renewing.renew(site)
        settings(home, lambda text: text.replace("[stamp]\n", '[stamp]\nhash = "sha512"\nweak = ["sha256"]\n'))
        with Site(home, clock=lambda: LATER + timedelta(days=1)) as site:
            renewing.renew(site)
        yield home


@pytest.fixture(scope="module")
def roots(stamped: Path) -> list[bytes]:
    return [(stamped / "keys" / "roots.pem").read_bytes()]


@pytest.fixture(scope="module")
def record(stamped: Path) -> bytes:
    """Of the first copy: two links by SHA-256, then one by SHA-512."""
    with Site(stamped, clock=lambda: LATER) as site:
        found = stamping.evidence_of(site, *named(papers(1)[0]))
    assert found is not None
    return found


END = LATER + timedelta(days=100)


def test_a_record_that_was_renewed_twice_proves_the_first_night(record: bytes, roots: list[bytes]) -> None:
    found = judged(papers(1)[0], record, roots, END)
    assert found.state == "valid", found
    assert datetime.fromisoformat(found.since) == NIGHT
    assert [one.algorithm for one in found.stamps] == ["sha256", "sha256", "sha512"]
    assert [one.revocation for one in found.stamps] == ["good", "good", "not-checked"]
    assert composed(read(record)) == record
    assert judged(papers(1)[0], record, roots, END + timedelta(days=400)).state == "expired"
    assert judged(papers(1)[0], record, [], END).state == "untrusted"


def test_the_bytes_are_those_of_the_standard(record: bytes) -> None:
    """SEQUENCE { version, digestAlgorithms, SEQUENCE OF SEQUENCE OF archive timestamps }, DER throughout."""
    _, _, _, _, content, _ = parser.parse(record, strict=True)
    parts, at = [], 0
    while at < len(content):
        _, _, tag, header, body, _ = parser.parse(content[at:])
        parts.append((tag, body))
        at += len(header) + len(body)
    assert [tag for tag, _ in parts] == [2, 16, 16]
    assert parts[0][1] == b"\x01"
    for chain in read(record):
        for link in chain:
            assert tokens.normal(cms.ContentInfo.load(link.token)) == link.token


def test_a_changed_document_has_no_proof(record: bytes, roots: list[bytes]) -> None:
    data = papers(1)[0]
    for changed in (data + b"\n", data[:-1], b"", data.replace(b"copy", b"c0py")):
        assert judged(changed, record, roots, END).state == "other"


def test_the_proof_of_another_document_is_none(stamped: Path, roots: list[bytes]) -> None:
    with Site(stamped, clock=lambda: LATER) as site:
        held = [(data, stamping.evidence_of(site, *named(data))) for data in papers(9)]
    for number, (data, _) in enumerate(held):
        for other, (_, record) in enumerate(held):
            assert record is not None
            assert (judged(data, record, roots, END).state == "valid") == (number == other)


def test_no_changed_byte_leaves_the_proof_valid(record: bytes, roots: list[bytes]) -> None:
    """But where nothing signs and nothing hashes: the list of algorithms at the head (a hint to readers), and what the last
    token keeps unsigned."""
    data, draw = papers(1)[0], random.Random(4998)
    last = read(record)[-1][-1].token
    start = record.index(last)
    states: dict[str, int] = {}
    for place in [*draw.sample(range(start), 60), *draw.sample(range(len(record)), 60)]:
        changed = bytearray(record)
        changed[place] ^= 1 << draw.randrange(8)
        found = judged(data, bytes(changed), roots, END)
        states[found.state] = states.get(found.state, 0) + 1
        if found.state == "valid":
            assert place < 60 or place >= start, f"byte {place} of {len(record)}"
    assert states.keys() >= {"broken", "unreadable"}


def test_a_record_cut_off_anywhere_is_a_verdict(record: bytes, roots: list[bytes]) -> None:
    data = papers(1)[0]
    for length in [*range(0, 200, 7), *range(200, len(record), 401), len(record) - 1]:
        assert judged(data, record[:length], roots, END).state == "unreadable", length
    assert judged(data, record + b"\0", roots, END).state == "unreadable"
    for garbage in (b"", b"\x30\x80", b"\x30\x03\x02\x01\x01", b"%PDF-1.7", bytes(1000), b"\x30\x84\xff\xff\xff\xff"):
        assert judged(data, garbage, roots, END).state == "unreadable"


def test_parts_of_records_put_together_do_not_hold(stamped: Path, record: bytes, roots: list[bytes]) -> None:
    data = papers(1)[0]
    with Site(stamped, clock=lambda: LATER) as site:
        other = read(stamping.evidence_of(site, *named(papers(2)[1])) or b"")
    (first, second), (third,) = read(record)

    def state(*chains: tuple[Link, ...]) -> str:
        return judged(data, composed(chains), roots, END).state

    assert state((first, second), (third,)) == "valid"
    assert state((first,), (third,)) == "broken"  # a link left out under the new chain
    assert state((first, second), (other[1][0],)) == "broken"  # another's new chain
    assert state((second, first)) == "broken"
    assert state((first, first)) == "broken"
    assert state((third,)) == "other"
    bare = Link(first.algorithm, (), first.token)
    assert state((bare,)) == "other"
    grown = Link(first.algorithm, (*first.lists, (bytes(32),)), first.token)
    assert state((grown,)) == "broken"
    swapped = Link(first.algorithm, first.lists, second.token)
    assert state((swapped,)) == "broken"  # another token over the same tree
    with pytest.raises(ValueError, match="cannot be renewed"):
        evidence.renewed(record, Link("sha256", (), first.token))


def test_a_root_that_is_no_certificate_is_the_office_s_matter(record: bytes) -> None:
    with pytest.raises(Misconfigured):
        judged(papers(1)[0], record, [b"no certificate"], END)


@pytest.fixture(scope="module")
def lone() -> tuple[Authority, bytes]:
    """An authority, and its token over the digest of the first copy."""
    authority = Authority(NIGHT, "http://127.0.0.1:9")
    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": hashlib.sha256(papers(1)[0]).digest()}
    request = tsp.TimeStampReq({"version": 1, "message_imprint": imprint, "cert_req": True})
    answer = tsp.TimeStampResp.load(authority.timestamp(request.dump()))
    return authority, tokens.normal(answer["time_stamp_token"])


def test_a_record_of_another_program_is_read_as_the_standard_allows(lone: tuple[Authority, bytes]) -> None:
    """RFC 4998, 4.1: without a hash algorithm that of the timestamp counts; without a tree it is over the document."""
    authority, token = lone
    roots = [authority.root.public_bytes(Encoding.PEM)]
    stamp = tsp.ArchiveTimeStamp({"time_stamp": cms.ContentInfo.load(token)}).dump()
    grouped = {"reduced_hashtree": [[hashlib.sha256(papers(1)[0]).digest()]], "time_stamp": cms.ContentInfo.load(token)}
    for der in (stamp, tsp.ArchiveTimeStamp(grouped).dump()):
        foreign = composed(((Link("sha256", (), token, der),),))
        assert judged(papers(1)[0], foreign, roots, NIGHT).state == "valid"
        assert judged(papers(2)[1], foreign, roots, NIGHT).state == "other"


def test_a_timestamp_whose_certificate_was_revoked_before_is_no_proof(lone: tuple[Authority, bytes]) -> None:
    authority, token = lone
    roots = [authority.root.public_bytes(Encoding.PEM)]
    for gone in (False, True):
        authority.revoked = {authority.stamp.serial_number} if gone else set()
        proven = tokens.proven(token, (), (), [crl.CertificateList.load(authority.crl("root"))])
        found = judged(papers(1)[0], composed(((Link("sha256", (), proven),),)), roots, NIGHT + timedelta(days=30))
        assert (found.state, found.stamps[0].revocation) == (("revoked", "revoked") if gone else ("valid", "good"))


def test_a_token_that_is_no_timestamp_is_a_verdict(lone: tuple[Authority, bytes]) -> None:
    authority, token = lone
    roots = [authority.root.public_bytes(Encoding.PEM)]
    data = cms.ContentInfo({"content_type": "data", "content": b"no token"}).dump()
    content = cms.ContentInfo.load(token)
    content["content"]["signer_infos"] = []
    for wrong in (data, content.dump(force=True)):
        found = judged(papers(1)[0], composed(((Link("sha256", (), wrong),),)), roots, NIGHT)
        assert found.state in ("unreadable", "broken")
