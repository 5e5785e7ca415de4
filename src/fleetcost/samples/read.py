"""Reading one window: every query asked, every answer turned into records."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from operator import attrgetter
from typing import Any, TypeVar

from fleetcost.model.finding import summarise
from fleetcost.model.samples import (
    ClaimSeen,
    ContainerSeen,
    ContainerValue,
    NameSamples,
    NodeSamples,
    NodeSeen,
    NodeValue,
    PodSamples,
    Samples,
    StorageSamples,
    VolumeSeen,
)
from fleetcost.model.window import Window
from fleetcost.samples import queries as q
from fleetcost.samples import records as r
from fleetcost.samples.asker import Answer, Asker, Convert, Reader
from fleetcost.samples.query import Query
from fleetcost.samples.source import Source

CONCURRENCY = 4
"""Queries under way at once: enough to hide latency, few enough to leave the server to others."""

Sighting = TypeVar("Sighting", ContainerSeen, NodeSeen, VolumeSeen, ClaimSeen)


def read(source: Source, window: Window, resolution_seconds: int, concurrency: int = CONCURRENCY) -> Samples:
    """
    Read everything a source knows of one window.

    Args:
        source: where to ask
        window: half-open
        resolution_seconds: step of the running-time queries; no finer than the scrape interval
        concurrency: queries under way at once

    Returns:
        The samples; `coverage_minutes` is 0 where the source observed nothing.

    Raises:
        SourceError: a query was not answered; a window is never built from half its answers.
    """
    with ThreadPoolExecutor(concurrency, thread_name_prefix="samples") as executor:
        asker = Asker(source, window, resolution_seconds, executor)
        try:
            return _read(asker, source.name, window, resolution_seconds)
        except BaseException:
            executor.shutdown(wait=False, cancel_futures=True)
            raise


def _read(asker: Asker, name: str, window: Window, resolution_seconds: int) -> Samples:
    observed = asker.ask(q.OBSERVED, _value)
    pods, nodes, storage, names = _pods(asker), _nodes(asker), _storage(asker), _names(asker)
    samples = Samples(
        window=window,
        resolution_seconds=resolution_seconds,
        coverage_minutes=min(max(observed.rows(), default=0.0), window.minutes),
        source=name,
        pods=pods(),
        nodes=nodes(),
        storage=storage(),
        names=names(),
    )
    return replace(samples, findings=summarise(asker.noticed()))


def _value(row: Reader) -> float:
    return row.value


def _pods(asker: Asker) -> Callable[[], PodSamples]:
    def values(query: Query) -> Answer[ContainerValue]:
        return asker.ask(query, r.container_value)

    running = _sightings(asker, q.CONTAINER_FIRST, q.CONTAINER_LAST, r.container_seen)
    places = asker.ask(q.POD_INFO, r.pod_place)
    cpu = [values(query) for query in (q.CPU_ALLOCATED, q.CPU_REQUESTED, q.CPU_USED, q.CPU_USED_MAX)]
    ram = [values(query) for query in (q.RAM_ALLOCATED, q.RAM_REQUESTED, q.RAM_USED, q.RAM_USED_MAX)]
    gpu = [values(query) for query in (q.GPU_ALLOCATED, q.GPU_REQUESTED, q.GPU_USED, q.GPU_USED_MAX)]
    return lambda: PodSamples(
        running=running(),
        places=places.rows(),
        cpu_allocated=cpu[0].rows(),
        cpu_requested=cpu[1].rows(),
        cpu_used_seconds=cpu[2].rows(),
        cpu_used_max=cpu[3].rows(),
        ram_allocated=ram[0].rows(),
        ram_requested=ram[1].rows(),
        ram_used=ram[2].rows(),
        ram_used_max=ram[3].rows(),
        gpu_allocated=gpu[0].rows(),
        gpu_requested=gpu[1].rows(),
        gpu_used=gpu[2].rows(),
        gpu_used_max=gpu[3].rows(),
    )


def _nodes(asker: Asker) -> Callable[[], NodeSamples]:
    def values(*queries: Query) -> Callable[[], tuple[NodeValue, ...]]:
        answers = [asker.ask(query, r.node_value) for query in queries]
        return lambda: tuple(record for answer in answers for record in answer.rows())

    seen = _sightings(asker, q.NODE_FIRST, q.NODE_LAST, r.node_seen)
    priced = _sightings(asker, q.PRICED_NODE_FIRST, q.PRICED_NODE_LAST, r.node_seen)
    identified = _sightings(asker, q.IDENTIFIED_NODE_FIRST, q.IDENTIFIED_NODE_LAST, r.node_seen)
    labels = asker.ask(q.NODE_LABELS, r.node_labels)
    prices = [values(query) for query in (q.NODE_CPU_PRICE, q.NODE_RAM_PRICE, q.NODE_GPU_PRICE)]
    spot = values(q.NODE_SPOT)
    capacity = [values(query) for query in (q.NODE_CPU_CAPACITY, q.NODE_RAM_CAPACITY)]
    gpus = values(q.NODE_GPU_COUNT, q.NODE_GPU_CAPACITY)
    allocatable = [values(query) for query in (q.NODE_CPU_ALLOCATABLE, q.NODE_RAM_ALLOCATABLE)]
    return lambda: NodeSamples(
        seen=(*seen(), *priced(), *identified()),
        labels=labels.rows(),
        cpu_price=prices[0](),
        ram_price=prices[1](),
        gpu_price=prices[2](),
        spot=spot(),
        cpu_capacity=capacity[0](),
        ram_capacity=capacity[1](),
        gpu_capacity=gpus(),
        cpu_allocatable=allocatable[0](),
        ram_allocatable=allocatable[1](),
    )


def _storage(asker: Asker) -> Callable[[], StorageSamples]:
    volumes = _sightings(asker, q.VOLUME_FIRST, q.VOLUME_LAST, r.volume_seen)
    sizes = asker.ask(q.VOLUME_BYTES, r.volume_value)
    prices = asker.ask(q.VOLUME_PRICE, r.volume_value)
    information = [asker.ask(query, r.volume_info) for query in (q.VOLUME_INFO, q.OPENCOST_VOLUME_INFO)]
    claims = _sightings(asker, q.CLAIM_FIRST, q.CLAIM_LAST, r.claim_seen)
    used = asker.ask(q.CLAIM_USED, r.claim_value)
    used_max = asker.ask(q.CLAIM_USED_MAX, r.claim_value)
    mounts = [asker.ask(query, r.mount) for query in (q.MOUNTS, q.OPENCOST_MOUNTS)]
    return lambda: StorageSamples(
        volumes=volumes(),
        volume_bytes=sizes.rows(),
        volume_price=prices.rows(),
        volume_info=tuple(record for answer in information for record in answer.rows()),
        claims=claims(),
        claim_used=used.rows(),
        claim_used_max=used_max.rows(),
        mounts=tuple(record for answer in mounts for record in answer.rows()),
    )


def _names(asker: Asker) -> Callable[[], NameSamples]:
    pod_labels = asker.ask(q.POD_LABELS, r.pod_labels)
    namespace_labels = asker.ask(q.NAMESPACE_LABELS, r.namespace_labels)
    pod_annotations = asker.ask(q.POD_ANNOTATIONS, r.pod_annotations)
    namespace_annotations = asker.ask(q.NAMESPACE_ANNOTATIONS, r.namespace_annotations)
    owners = [
        asker.ask(q.POD_OWNERS, r.owner("Pod", "pod")),
        asker.ask(q.REPLICASET_OWNERS, r.owner("ReplicaSet", "replicaset")),
        asker.ask(q.JOB_OWNERS, r.owner("Job", "job_name")),
    ]
    return lambda: NameSamples(
        pod_labels=pod_labels.rows(),
        namespace_labels=namespace_labels.rows(),
        pod_annotations=pod_annotations.rows(),
        namespace_annotations=namespace_annotations.rows(),
        owners=tuple(record for answer in owners for record in answer.rows()),
    )


def _sightings(
    asker: Asker, first: Query, last: Query, convert: Convert[Sighting]
) -> Callable[[], tuple[Sighting, ...]]:
    firsts, lasts = asker.ask(first, convert), asker.ask(last, convert)
    return lambda: _joined(firsts.rows(), lasts.rows())


def _joined(firsts: Iterable[Sighting], lasts: Iterable[Sighting]) -> tuple[Sighting, ...]:
    """Put the first and the last sighting of each object together; one asked between two scrapes may be alone."""
    identity = attrgetter("first", "last")
    found: dict[Any, tuple[float, float]] = {}
    for one in (*firsts, *lasts):
        first, last = identity(one)
        key = replace(one, first=0.0, last=0.0)
        known = found.get(key, (first, last))
        found[key] = (min(first, known[0]), max(last, known[1]))
    return tuple(replace(key, first=first, last=last) for key, (first, last) in found.items())
