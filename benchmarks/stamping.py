"""One timestamp over a night's copies: seconds to stamp, renew and rehash, seconds to check one proof, bytes of a proof.

The timestamp server runs on loopback; the home is on the disk of the temporary folder, with its real ledger and store.

    python -m benchmarks.stamping [--copies 1000]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from benchmarks import machine
from hoso.recipe import renewing, stamping
from hoso.signers.evidence_verdict import judged
from hoso.site import Site
from hoso.values.hashtree import Tree

sys.path.insert(0, str(machine.ROOT / "tests"))

__all__ = ["main"]

CHECKED = 50


def main() -> None:
    """Measure, print, keep."""
    from authority import Authority, serving
    from stamps import LATER, NIGHT, follow, home_of, settings

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, default=1000)
    count: int = parser.parse_args().copies
    figures: dict[str, object] = {"copies": count}
    with serving() as service, tempfile.TemporaryDirectory() as folder:
        service.authority = Authority(NIGHT, service.address)
        home = home_of(Path(folder) / "home", service, count)
        leaves = [n.to_bytes(32, "big") for n in range(count)]
        figures["tree seconds"] = round(timed(lambda: Tree(leaves, "sha256")), 3)
        with Site(home, clock=lambda: NIGHT) as site:
            figures["night seconds"] = round(timed(lambda: stamping.night(site)), 2)
            figures["night"] = checked(site, count)
        follow(home, service, LATER)
        with Site(home, clock=lambda: LATER) as site:
            figures["renewal seconds"] = round(timed(lambda: renewing.renew(site)), 2)
            figures["renewed"] = checked(site, count)
        settings(home, lambda text: text.replace("[stamp]\n", '[stamp]\nhash = "sha512"\nweak = ["sha256"]\n'))
        with Site(home, clock=lambda: LATER + timedelta(days=1)) as site:
            figures["rehash seconds"] = round(timed(lambda: renewing.renew(site)), 2)
            figures["rehashed"] = checked(site, count)
        figures["timestamps asked for"] = service.asked["tsa"]
    path = machine.write("stamping", figures)
    print(path.read_text(encoding="utf-8"))


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def checked(site: Site, count: int) -> dict[str, object]:
    """Bytes of the proofs, milliseconds to check one, and whether those checked are valid."""
    from stamps import named, papers

    sizes, seconds, valid = [], [], 0
    for data in papers(count)[:: max(count // CHECKED, 1)]:
        record = stamping.evidence_of(site, *named(data))
        assert record is not None
        start = time.perf_counter()
        valid += judged(data, record, site.roots, site.now()).valid
        seconds.append(time.perf_counter() - start)
        sizes.append(len(record))
    return {
        "proof bytes": max(sizes),
        "check ms": round(1000 * statistics.median(seconds), 1),
        "valid": f"{valid}/{len(sizes)}",
    }


if __name__ == "__main__":
    main()
