"""A query as a value: what is asked, over which time, grouped by what, what its answer fills, and why."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any, NamedTuple

from fleetcost.samples.reader import Convert


class Over(enum.StrEnum):
    """
    What is computed over the window; the text says it in words.

    Several series are one row where they agree in the labels a row is identified by, and then they are the same thing:
    at one time it counts once, however often it was exported, and at different times its pieces follow each other. So
    a series that is cut into pieces under labels nobody asked for (a restarted container's `id`, a restarted exporter's
    `instance`) gives what the whole one gives, and a series that is scraped twice gives what one scrape gives. Growth
    is also of different things at one time, those that the query's `distinct` tells apart, and they are added.
    """

    AVG = "mean over the steps in which it has samples"
    MAX = "largest of its samples"
    COUNT = "number of steps in which it has samples"
    INCREASE = "growth of the counter"
    PEAK_RATE = "highest growth per second between two neighbouring samples"
    FIRST_SEEN = "time of its first sample"
    LAST_SEEN = "time of its last sample"
    MINUTES_SEEN = "minutes in which it was fresh"
    LABELS = "the labels it had last, with the time they were last seen"
    RATE_POINTS = "growth of the counter per second in each five minutes"
    MEAN_POINTS = "mean in each five minutes"
    PEAK_POINTS = "largest sample in each five minutes"
    LOOKS = "growth of the counter between looks, a quarter of an hour apart"

    @property
    def stepped(self) -> bool:
        """Computed at every step of the resolution, not from the raw samples at once."""
        return self in _STEPPED


_STEPPED = frozenset({Over.PEAK_RATE, Over.FIRST_SEEN, Over.LAST_SEEN, Over.MINUTES_SEEN, Over.LABELS, Over.COUNT})


class Op(enum.StrEnum):
    """How a matcher compares."""

    EQUAL = "="
    NOT_EQUAL = "!="
    REGEX = "=~"
    NOT_REGEX = "!~"


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition on a label; regular expressions match the whole value, an absent label is an empty value."""

    label: str
    op: Op
    value: str


class Fills(NamedTuple):
    """
    What an answer fills: a field of one of the groups of `model.samples`, with these records.

    Attributes:
        group: the class of the group, such as `PodSamples`
        field: the name of its field
        record: how a row becomes one record of it
    """

    group: type[Any]
    field: str
    record: Convert[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """
    One question to a Prometheus-compatible source.

    Attributes:
        name: its name in messages, documentation and tests
        metric: the metric it reads
        matchers: conditions on the series
        over: what is computed over the window
        by: labels that identify a row
        distinct: labels that, besides `by`, tell different things apart that are there at one time and are added;
            of growth only
        nonzero: samples that are zero do not count as seen
        why: what the answer is used for
        fills: where its records go; None where whoever asks reads the answer
    """

    name: str
    metric: str
    matchers: tuple[Matcher, ...] = ()
    over: Over
    by: tuple[str, ...]
    distinct: tuple[str, ...] = ()
    nonzero: bool = False
    why: str
    fills: Fills | None = None


SCRAPE_LABELS = (
    "container",
    "endpoint",
    "instance",
    "job",
    "namespace",
    "node",
    "pod",
    "prometheus",
    "prometheus_replica",
    "replica",
    "service",
    "uid",
)
"""Labels a scrape may add of its own; a `LABELS` query drops those that are not in its `by`."""


def scrape_labels(query: Query) -> tuple[str, ...]:
    """Return the labels a `LABELS` query drops so that a thing scraped twice is one row."""
    return tuple(label for label in SCRAPE_LABELS if label not in query.by)
