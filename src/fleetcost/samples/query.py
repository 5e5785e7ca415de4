"""A query as a value: what is asked, over which time, grouped by what, and why."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Over(enum.StrEnum):
    """What is computed from one series over the window; the text says it in words."""

    AVG = "mean of its samples"
    MAX = "largest of its samples"
    COUNT = "number of its samples"
    INCREASE = "growth of the counter"
    PEAK_RATE = "highest growth per second between two neighbouring samples"
    FIRST_SEEN = "time of its first sample"
    LAST_SEEN = "time of its last sample"
    MINUTES_SEEN = "minutes in which it was fresh"
    LABELS = "the labels it had last, with the time they were last seen"

    @property
    def stepped(self) -> bool:
        """Computed at every step of the resolution, not from the raw samples at once."""
        return self in _STEPPED


_STEPPED = frozenset({Over.PEAK_RATE, Over.FIRST_SEEN, Over.LAST_SEEN, Over.MINUTES_SEEN, Over.LABELS})


class Group(enum.StrEnum):
    """How series with equal grouping labels become one row."""

    AVG = "avg"
    MAX = "max"
    MIN = "min"
    SUM = "sum"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """
    One question to a Prometheus-compatible source.

    Attributes:
        name: its name in messages, documentation and tests
        metric: the metric it reads
        matchers: conditions on the series
        over: what is computed from each series
        group: how equal series become one row
        by: labels that identify a row
        distinct: labels that, besides `by`, tell real series apart. Series equal in all of them are the same thing
            scraped twice, of which the largest counts; needed only with `SUM`, because the other groups do not double.
        nonzero: samples that are zero do not count as seen
        why: what the answer is used for
    """

    name: str
    metric: str
    matchers: tuple[Matcher, ...] = ()
    over: Over
    group: Group
    by: tuple[str, ...]
    distinct: tuple[str, ...] = ()
    nonzero: bool = False
    why: str


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
