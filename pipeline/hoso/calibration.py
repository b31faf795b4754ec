"""How likely a field is exactly right, by what was noted of it: the stored calibration, read and applied.

Owns: the measures there are and which way each points, the file they were weighed into (``ocr_models/hoso-confidence``),
the probability of a field and the least one that needs no person. Never: fits (``fitting``), finds or judges a field.

A probability is a sum of points, one table a measure, made 0..1 by the logistic function. Each table only rises (or only
falls), so a better measure never makes a field less likely. What the data do not cover counts as the worst they do:
a measure beyond the worst seen costs more still, one beyond the best seen earns nothing, an unknown kind of field has the
points of the poorest kind and the strictest bar.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import math
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from hoso import keys
from hoso.errors import Misconfigured

__all__ = ["FEATURES", "FOLDER", "Calibration", "Judged", "Level", "Scale", "decode_rows", "encode", "encode_rows",
           "load", "rows_of"]  # fmt: skip

FOLDER = "hoso-confidence"
"""The folder of the shipped calibration under ``ocr_models``."""

FEATURES: Mapping[str, int] = {
    "agreed": 1, "around": 1, "begun": -1, "beside": -1, "claims": -1, "doubted": -1, "dpi": 1, "failed": -1,
    "figures": 1, "goes_on": -1, "grammar": 1, "headed": 1, "height": -1, "joint": 1, "kept": 1, "known": 1,
    "label": 1, "least": 1, "legible": 1, "letters": -1, "lines": -1, "marred": -1, "mean": 1, "near": -1, "odd": -1,
    "official": 1, "open": -1, "own": 1, "page": 1, "passed": 1, "proved": 1, "repeats": 1, "rescan": -1,
    "scant": -1, "seal": -1, "skew": -1, "strays": -1, "typed": 1, "uneven": -1, "vietnamese": 1, "whole": 1,
    "words": -1,
}  # fmt: skip
"""The measures (``stages/traits`` and ``stages/weigh`` note them): 1 where more is better, -1 where less is."""

_BEYOND = 1.0  # points that a measure worse than any seen costs on top of the worst
_MOST = 0.9999  # no probability is nearer to certainty: nobody counted ten thousand of a kind


@dataclass(frozen=True, slots=True)
class Judged:
    """One field whose truth is known. ``group`` names the dossier it came in: rows of one are judged together."""

    type: str
    name: str
    kind: str
    group: str
    right: bool
    features: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Scale:
    """The points of one measure: ``points[i]`` for values from ``edges[i - 1]`` up to ``edges[i]``; ``missing`` where it
    was not noted; ``worst`` is the worst value seen."""

    edges: tuple[float, ...]
    points: tuple[float, ...]
    missing: float
    worst: float


@dataclass(frozen=True, slots=True)
class Level:
    """What holds for one kind of field: points it starts from, the least probability that needs no person, of how many
    rows that was found, and the points of its poorest field; ``scales`` are points on top of those of all kinds."""

    points: float
    bar: float
    rows: int
    poorest: float
    scales: Mapping[str, Scale]


@dataclass(frozen=True, slots=True)
class Calibration:
    """All of it. ``target`` is the share of wrong fields among accepted ones that the bars were set for; ``fields`` gives
    points and bar of single fields ("quyet_dinh.trich_yeu"); ``fingerprint`` is the digest of the file."""

    target: float
    base: float
    scales: Mapping[str, Scale]
    kinds: Mapping[str, Level]
    fields: Mapping[str, tuple[float, float]]
    fingerprint: str = ""

    def score(self, kind: str, field: str, features: Mapping[str, float]) -> float:
        """The sum of points of a field ("type.name") of that ``kind``: log odds of being right."""
        total = self.base + sum(_points(name, scale, features) for name, scale in self.scales.items())
        level = self.kinds.get(kind)
        if level is None:
            return total + min((one.points + one.poorest for one in self.kinds.values()), default=0.0) - _BEYOND
        total += level.points + sum(_points(name, scale, features) for name, scale in level.scales.items())
        own = self.fields.get(field)
        return total + (own[0] if own else level.poorest)

    def probability(self, kind: str, field: str, features: Mapping[str, float]) -> float:
        """How likely such a field is exactly right, 0..1."""
        return min(_MOST, 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, self.score(kind, field, features))))))

    def bar(self, kind: str, field: str) -> float:
        """The least probability of a field ("type.name") of that ``kind`` which needs no person: the field's own, else the
        one of its kind; an unknown kind has the strictest."""
        own, level = self.fields.get(field), self.kinds.get(kind)
        if level is None:
            return max((one.bar for one in self.kinds.values()), default=1.0)
        return own[1] if own else level.bar


def load(folder: Path) -> Calibration:
    """The calibration in ``folder``. Raises :class:`Misconfigured` where it is missing or damaged."""
    path = folder / "weights.json"
    try:
        data = path.read_bytes()
        told = json.loads(data)
        kinds = {
            name: Level(one["points"], one["bar"], one["rows"], one["poorest"], _scales(one["scales"]))
            for name, one in told["kinds"].items()
        }
        return Calibration(
            told["target"],
            told["base"],
            _scales(told["scales"]),
            kinds,
            {name: (float(points), float(bar)) for name, (points, bar) in told["fields"].items()},
            keys.digest(data),
        )
    except OSError as error:
        raise Misconfigured(f"{path} cannot be read ({error.strerror}): install Hoso anew") from error
    except (ValueError, KeyError, TypeError) as error:
        raise Misconfigured(f"{path} is no calibration ({error}): install Hoso anew, or run make calibrate") from error


def encode(calibration: Calibration) -> bytes:
    """The file that :func:`load` reads: one table a line, so that a change can be read."""
    table = asdict(calibration)
    del table["fingerprint"]
    parts = []
    for name in sorted(table):
        value = table[name]
        if isinstance(value, dict):
            rows = ",\n".join(f"  {json.dumps(k)}: {json.dumps(value[k], sort_keys=True)}" for k in sorted(value))
            parts.append(f" {json.dumps(name)}: {{\n{rows}\n }}")
        else:
            parts.append(f" {json.dumps(name)}: {json.dumps(value)}")
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode()


def rows_of(folder: Path) -> tuple[Judged, ...]:
    """The rows that the calibration in ``folder`` was fitted on. Raises :class:`Misconfigured` where they are missing."""
    path = folder / "rows.csv.gz"
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Misconfigured(
            f"{path} cannot be read ({error.strerror}): install Hoso anew, or run make calibrate"
        ) from error
    return decode_rows(data)


def encode_rows(rows: Iterable[Judged]) -> bytes:
    """Rows as compressed CSV: type, name, kind, group, right, then one column a measure, empty where it was not noted."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = sorted(FEATURES)
    writer.writerow(["type", "name", "kind", "group", "right", *names])
    for row in rows:
        noted = [f"{row.features[name]:g}" if name in row.features else "" for name in names]
        writer.writerow([row.type, row.name, row.kind, row.group, int(row.right), *noted])
    return gzip.compress(text.getvalue().encode(), mtime=0)


def decode_rows(data: bytes) -> tuple[Judged, ...]:
    """What :func:`encode_rows` wrote. Raises :class:`Misconfigured` where it is something else."""
    try:
        reader = csv.DictReader(io.StringIO(gzip.decompress(data).decode()))
        if "right" not in (reader.fieldnames or ()):
            raise ValueError("the heading is missing")
        return tuple(_row(entry) for entry in reader)
    except (OSError, EOFError, zlib.error, KeyError, TypeError, ValueError) as error:
        raise Misconfigured(f"these are no rows of a calibration ({error}); make them anew: make calibrate") from error


def _row(entry: Mapping[str, str]) -> Judged:
    noted = {name: float(entry[name]) for name in FEATURES if entry.get(name)}
    return Judged(entry["type"], entry["name"], entry["kind"], entry["group"], entry["right"] == "1", noted)


def _points(name: str, scale: Scale, features: Mapping[str, float]) -> float:
    value = features.get(name)
    if value is None:
        return scale.missing
    worse = value < scale.worst if FEATURES[name] > 0 else value > scale.worst
    return scale.points[bisect_right(scale.edges, value)] - (_BEYOND if worse else 0.0)


def _scales(told: Mapping[str, Any]) -> dict[str, Scale]:
    found = {}
    for name, one in told.items():
        scale = Scale(tuple(one["edges"]), tuple(one["points"]), one["missing"], one["worst"])
        if (
            name not in FEATURES
            or len(scale.points) != len(scale.edges) + 1
            or not _one_way(scale.points, FEATURES[name])
        ):
            raise ValueError(f"the table of {name!r} is of another measure or turns back")
        found[name] = scale
    return found


def _one_way(points: Sequence[float], way: int) -> bool:
    return all(way * (b - a) >= -1e-9 for a, b in pairwise(points))
