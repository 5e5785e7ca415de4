"""What a shared source holds of each cluster, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fleetcost.errors import SettingsError
from fleetcost.model.identity import DEFAULT_IDS, cluster_id
from fleetcost.model.window import Resolution, Window
from fleetcost.samples.clusters import UNLABELLED
from fleetcost.samples.queries import OBSERVED
from fleetcost.samples.queries.parts import first_last_seen, most
from fleetcost.samples.query import Over, Query
from fleetcost.samples.source import Source

NEEDED: dict[str, str] = {
    "kube_node_status_capacity": "the sizes of nodes",
    "kube_pod_container_status_running": "when containers ran",
    "kube_pod_container_resource_requests": "what containers asked for",
    "container_cpu_usage_seconds_total": "the CPU containers used",
    "container_memory_working_set_bytes": "the memory containers used",
}
"""Metrics without which costs are wrong, and what each is read for."""

USEFUL: dict[str, str] = {
    "node_total_hourly_cost": "prices; without it the price book's are charged",
    "kube_node_labels": "instance types and regions",
    "kube_pod_labels": "costs by label",
    "kube_pod_owner": "costs by controller",
    "kube_persistentvolume_capacity_bytes": "volumes",
    "kube_namespace_created": "the identity behind the cluster id",
}
"""Metrics without which costs are right and less is known of them."""

SILENT_AFTER = timedelta(minutes=15)
_EMPTY_DAYS = 3
_LOOK = timedelta(minutes=10)
_STEP_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Surveyed:
    """
    What a source holds of one cluster.

    Attributes:
        value: of the cluster label; empty for series without it
        first, last: times of its first and last sample within the days looked at
        reaches_further: there may be samples before these days
        metrics: the metrics it had at its last sample
        problems: what is wrong, in words
    """

    value: str
    first: datetime
    last: datetime
    reaches_further: bool
    metrics: frozenset[str]
    problems: tuple[str, ...]


def survey(source: Source, label: str, now: datetime, days: int, silent_after: timedelta) -> tuple[Surveyed, ...]:
    """
    Look at every cluster of a source.

    Args:
        source: reads all clusters
        label: tells them apart
        now: the clock's reading
        days: how far back the first sample is looked for
        silent_after: a last sample older than this is reported; a source that is filled late has late ones

    Raises:
        SourceError: it did not answer.
    """
    seen = _days_seen(source, label, now, days)
    first_seen, last_seen = first_last_seen("cluster", OBSERVED.metric, (label,), _WHY, *OBSERVED.matchers)
    firsts = _edges(source, first_seen, {value: min(span) for value, span in seen.items()})
    lasts = _edges(source, last_seen, {value: max(span) for value, span in seen.items()})
    there = {value: _metrics(source, label, lasts[value]) for value in lasts}
    oldest = Resolution.DAY.window_of(now - timedelta(days=days - 1))
    found = []
    for value in sorted(lasts):
        had = {metric: values for metric, values in there[value].items() if value in values}
        wrong = (*_of_name(value, label), *_of_age(lasts[value], now, silent_after), *_of_metrics(value, there[value]))
        further = min(seen[value]).start <= oldest.start
        found.append(Surveyed(value, firsts[value], lasts[value], further, frozenset(had), wrong))
    return tuple(found)


_WHY = "since when and until when a shared source holds a cluster"


def _days_seen(source: Source, label: str, now: datetime, days: int) -> dict[str, set[Window]]:
    query = Query(
        name="cluster seen",
        metric=OBSERVED.metric,
        matchers=OBSERVED.matchers,
        over=Over.MINUTES_SEEN,
        by=(label,),
        why=_WHY,
    )
    seen: dict[str, set[Window]] = {}
    day, empty = Resolution.DAY.window_of(now), 0
    for _ in range(days):
        rows = source.query(query, day, Resolution.HOUR.seconds)
        for row in rows:
            seen.setdefault(row.labels.get(label, UNLABELLED), set()).add(day)
        empty = 0 if rows else empty + 1
        if seen and empty >= _EMPTY_DAYS:
            break
        day = Window(day.start - Resolution.DAY.delta, day.start)
    return seen


def _edges(source: Source, query: Query, days: Mapping[str, Window]) -> dict[str, datetime]:
    """Return when each cluster was first or last seen in its day."""
    label = query.by[0]
    found = {}
    for day in set(days.values()):
        for row in source.query(query, day, _STEP_SECONDS):
            value = row.labels.get(label, UNLABELLED)
            if days.get(value) == day:
                found[value] = datetime.fromtimestamp(int(row.value), UTC)
    return found


def _metrics(source: Source, label: str, last: datetime) -> dict[str, frozenset[str]]:
    """Return for each metric which clusters had it around a time."""
    window = Window(last - _LOOK, last + timedelta(seconds=1))
    return {
        metric: frozenset(
            row.labels.get(label, UNLABELLED)
            for row in source.query(most(f"{metric} by cluster", metric, (label,), why), window, _STEP_SECONDS)
        )
        for metric, why in (NEEDED | USEFUL).items()
    }


def _of_name(value: str, label: str) -> Iterable[str]:
    if value == UNLABELLED:
        yield f"these series have no label {label}: give each Prometheus an external label of this name"
        return
    if value in DEFAULT_IDS:
        yield f"{value!r} is a product's default id: a second cluster with it would be mixed into this one; rename it"
        return
    try:
        cluster_id(value)
    except SettingsError as error:
        yield str(error)


def _of_age(last: datetime, now: datetime, silent_after: timedelta) -> Iterable[str]:
    if now - last > silent_after:
        yield f"silent for {_for_people(now - last)}"


def _of_metrics(value: str, there: Mapping[str, frozenset[str]]) -> Iterable[str]:
    for metric, why in NEEDED.items():
        if value not in there[metric]:
            elsewhere = " (the source has it without the label)" if UNLABELLED in there[metric] else ""
            yield f"{metric} is missing: {why}{elsewhere}"


def _for_people(time: timedelta) -> str:
    minutes = int(time.total_seconds() // 60)
    if minutes < 120:  # noqa: PLR2004 - two hours
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 2880 else f"{minutes // 1440} days"  # noqa: PLR2004 - two days
