"""Figures as the text that Prometheus and its kin read (exposition format 0.0.4): the only home of prometheus_client.

Knows names, labels and numbers; counts nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

__all__ = ["MEDIA", "Family", "Sample", "text"]

MEDIA = "text/plain; version=0.0.4; charset=utf-8"


class Sample(NamedTuple):
    """A number and the values of its family's labels."""

    labels: tuple[str, ...]
    value: float


@dataclass(frozen=True, slots=True)
class Family:
    """Figures of one name. A histogram has no ``samples`` but the ``ends`` of its classes (the last one infinity), the
    ``counts`` up to each, and the ``total`` of what was measured."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    text: str
    labels: tuple[str, ...]
    samples: Sequence[Sample]
    ends: tuple[float, ...] = ()
    counts: Sequence[float] = ()
    total: float = 0.0


class _Given(Collector):
    def __init__(self, families: Iterable[Family]) -> None:
        self._families = families

    def collect(self) -> Iterator[Metric]:
        yield from map(_metric, self._families)


def text(families: Iterable[Family]) -> str:
    """The families as text, in their order."""
    registry = CollectorRegistry()
    registry.register(_Given(list(families)))
    return generate_latest(registry).decode()


def _metric(one: Family) -> Metric:
    if one.kind == "histogram":
        made = HistogramMetricFamily(one.name, one.text)
        ends = ["+Inf" if end == float("inf") else str(end) for end in one.ends]
        made.add_metric((), list(zip(ends, one.counts, strict=True)), one.total)
        return made
    family = (CounterMetricFamily if one.kind == "counter" else GaugeMetricFamily)(
        one.name, one.text, labels=one.labels
    )
    for sample in one.samples:
        family.add_metric(sample.labels, sample.value)
    return family
