"""Owns the bytes of evidence records (RFC 4998, DER): composed, renewed, read back.

An evidence record holds chains of archive timestamps. Each is one timestamp token with the reduced hash tree that leads
from what it proves to what it is over: the document, then the timestamp before it (5.2: renewed in time), then the
document with all chains before (5.3: a new hash algorithm). Never asks for a timestamp, never judges one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from asn1crypto import algos, cms, core, parser, tsp

from hoso.values.hashtree import hashed

__all__ = [
    "Chains",
    "Link",
    "completed",
    "composed",
    "leaf_of_document",
    "leaf_of_stamp",
    "read",
    "rehashed",
    "renewed",
]

_MOST = 50_000_000


@dataclass(frozen=True, slots=True)
class Link:
    """One archive timestamp: the reduced hash tree (empty where the token is over the leaf itself) and the token, DER.
    ``der`` is the whole as it was read, which later chains are over; empty for one that is made here."""

    algorithm: str
    lists: tuple[tuple[bytes, ...], ...]
    token: bytes
    der: bytes = b""


Chains = tuple[tuple[Link, ...], ...]
"""Chains in the order made; the links of a chain have one hash algorithm."""


class _Chain(core.SequenceOf):  # type: ignore[misc]
    _child_spec = tsp.ArchiveTimeStamp


class _Chains(core.SequenceOf):  # type: ignore[misc]  # the library's own lacks the level of chains
    _child_spec = _Chain


class _Record(core.Sequence):  # type: ignore[misc]
    _fields = [  # noqa: RUF012 (as the library declares it)
        ("version", core.Integer),
        ("digest_algorithms", tsp.DigestAlgorithms),
        ("crypto_infos", tsp.Attributes, {"implicit": 0, "optional": True}),
        ("encryption_info", tsp.EncryptionInfo, {"implicit": 1, "optional": True}),
        ("archive_time_stamp_sequence", _Chains),
    ]


def composed(chains: Chains) -> bytes:
    """The evidence record of ``chains``."""
    names = dict.fromkeys(link.algorithm for chain in chains for link in chain)
    algorithms = b"".join(algos.DigestAlgorithm({"algorithm": name}).dump() for name in names)
    return _sequence(core.Integer(1).dump(), _sequence(algorithms), _prior(chains))


def renewed(record: bytes, link: Link, last: bytes = b"") -> bytes:
    """``record`` with ``link`` at the end of its last chain: a timestamp over the one before (RFC 4998, 5.2).

    ``last`` replaces the token before, where proofs of its certificate were added to it. Raises ValueError for a record
    that cannot be read, or a link of another hash algorithm than its chain."""
    *chains, chain = completed(read(record), last)
    if link.algorithm != chain[-1].algorithm:
        raise ValueError(f"a chain of {chain[-1].algorithm} cannot be renewed with {link.algorithm}")
    return composed((*chains, (*chain, link)))


def rehashed(record: bytes, link: Link, last: bytes = b"") -> bytes:
    """``record`` with a new chain that begins with ``link``: over the document and all chains before (RFC 4998, 5.3).
    ``last`` and errors as for :func:`renewed`."""
    return composed((*completed(read(record), last), (link,)))


def completed(chains: Chains, last: bytes) -> Chains:
    """``chains`` with ``last`` in the place of their last token; as they are where it is empty."""
    if not last:
        return chains
    *others, chain = chains
    return (*others, (*chain[:-1], replace(chain[-1], token=last, der=b"")))


def leaf_of_document(document: bytes, before: Chains, algorithm: str) -> bytes:
    """What the first link of a chain is over: the document's digest, with that of the chains ``before`` where there are any
    (RFC 4998, 5.3: H(H(document) + H(DER of the chains)))."""
    digest = hashed(document, algorithm)
    return hashed(digest + hashed(_prior(before), algorithm), algorithm) if before else digest


def leaf_of_stamp(token: bytes, algorithm: str) -> bytes:
    """What a further link of a chain is over: the digest of the timestamp token before it (RFC 4998, 5.2)."""
    return hashed(token, algorithm)


def read(record: bytes) -> Chains:
    """The chains of ``record``. Raises ValueError for what is no evidence record of version 1, is cut off or goes on
    after its end, is over encrypted documents, or holds a chain of several hash algorithms or none."""
    if len(record) > _MOST:
        raise ValueError(f"more than {_MOST} bytes")
    try:
        told = _Record.load(record, strict=True)
        if told["version"].native != 1:
            raise ValueError("an evidence record of an unknown version")
        if told["encryption_info"].native is not None:
            raise ValueError("an evidence record over encrypted documents")
        chains = tuple(tuple(_link(stamp) for stamp in chain) for chain in told["archive_time_stamp_sequence"])
    except (
        TypeError,
        KeyError,
        AttributeError,
        IndexError,
        OverflowError,
    ) as error:  # what the parser raises over garbage
        raise ValueError(f"no evidence record: {error}") from error
    if not chains or not all(chains):
        raise ValueError("an evidence record without a timestamp")
    for chain in chains:
        if len({link.algorithm for link in chain}) > 1:
            raise ValueError("a chain of timestamps with several hash algorithms")
    return chains


def _link(stamp: tsp.ArchiveTimeStamp) -> Link:
    token = stamp["time_stamp"]
    algorithm = stamp["digest_algorithm"]
    if isinstance(algorithm, core.Void):  # RFC 4998, 4.1: then it is that of the timestamp
        algorithm = token["content"]["encap_content_info"]["content"].parsed["message_imprint"]["hash_algorithm"]
    held = stamp["reduced_hashtree"]
    lists = () if isinstance(held, core.Void) else tuple(tuple(one.native for one in part) for part in held)
    return Link(algorithm["algorithm"].native, lists, token.dump(), stamp.dump())


def _stamp(link: Link) -> bytes:
    if link.der:
        return link.der
    told: dict[str, object] = {
        "digest_algorithm": {"algorithm": link.algorithm},
        "time_stamp": cms.ContentInfo.load(link.token),
    }
    if link.lists:
        told["reduced_hashtree"] = [list(part) for part in link.lists]
    dumped: bytes = tsp.ArchiveTimeStamp(told).dump()
    return dumped


def _prior(chains: Chains) -> bytes:
    """The DER of the chains as the sequence that an evidence record of these alone would hold."""
    return _sequence(*(_sequence(*(_stamp(link) for link in chain)) for chain in chains))


def _sequence(*parts: bytes) -> bytes:
    dumped: bytes = parser.emit(0, 1, 16, b"".join(parts))
    return dumped
