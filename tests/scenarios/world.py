"""
Described things to metric series, as the exporters would give them, one sample a minute.

Things are scraped in the middle of each minute, so what is there for thirty minutes is in thirty samples; a `load` is
sampled on the minute, its first and last one included.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from fleetcost.samples.source import RawSeries
from scenarios.language import Thing

START_EPOCH = 1_772_409_600
"""2026-03-02T00:00Z, a Monday."""

GIB = 1 << 30
Described = tuple[str, dict[str, str], float, float, tuple[float, float]]


class World:
    """One cluster's series; gives `MemorySource` what it asks for."""

    def __init__(self, things: Sequence[Thing], end_minutes: float) -> None:
        self._silent = [thing.span(end_minutes) for thing in things if thing.word == "silent"]
        self._series: dict[str, list[RawSeries]] = defaultdict(list)
        uses = defaultdict(int)
        for thing in things:
            uses[thing.name] += thing.word == "pod"
            for metric, labels, value, slope, span in _DESCRIBED[thing.word](thing, end_minutes):
                at = 0.0 if thing.word == "load" else 0.5
                self._series[metric].append(self._sampled(labels, value, slope, span, at))

    def series(self, metric: str, start_epoch: float, end_epoch: float) -> Sequence[RawSeries]:
        """Return a metric's series."""
        del start_epoch, end_epoch
        return self._series.get(metric, [])

    def every(self) -> dict[str, list[RawSeries]]:
        """Return all series by metric."""
        return dict(self._series)

    def _sampled(
        self, labels: dict[str, str], value: float, slope: float, span: tuple[float, float], at: float
    ) -> RawSeries:
        minutes = np.arange(np.ceil(span[0] - at) + at, span[1] + 1e-9, 1.0)
        for low, high in self._silent:
            minutes = minutes[(minutes <= low) | (minutes >= high)]
        return RawSeries(labels, START_EPOCH + minutes * 60, value + slope * (minutes - span[0]) * 60)


def _node(thing: Thing, end: float) -> Iterator[Described]:
    span = thing.span(end)
    base = {"node": thing.name}
    if "id" in thing.facts:
        yield "kube_node_info", base | {"provider_id": thing.facts["id"]}, 1, 0, span
    sizes = (("cpu", "core", thing.number("cores")), ("memory", "byte", thing.number("ram") * GIB))
    for resource, unit, value in (*sizes, ("nvidia_com_gpu", "integer", thing.number("gpus"))):
        yield "kube_node_status_capacity", base | {"resource": resource, "unit": unit}, value, 0, span
    if "spot" in thing.facts:
        yield "kube_node_labels", base | {"label_karpenter_sh_capacity_type": "spot"}, 1, 0, span


def _pod(thing: Thing, end: float) -> Iterator[Described]:
    span = thing.span(end)
    namespace, name, *container = thing.name.split("/")
    pod = {"namespace": namespace, "pod": name, "uid": thing.facts.get("uid", f"uid-{namespace}-{name}")}
    box = pod | {"container": container[0] if container else "main"}
    placed = box | {"node": thing.facts["on"]}
    yield "kube_pod_container_status_running", box, 1, 0, span
    yield "kube_pod_info", pod | {"node": thing.facts["on"]}, 1, 0, span
    sizes = (("cpu", "core", thing.number("cpu")), ("memory", "byte", thing.number("ram") * GIB))
    for resource, unit, value in (*sizes, ("nvidia_com_gpu", "integer", thing.number("gpu"))):
        if value:
            yield "kube_pod_container_resource_requests", placed | {"resource": resource, "unit": unit}, value, 0, span
    if "uses-cpu" in thing.facts:
        yield "container_cpu_usage_seconds_total", box, 0, thing.number("uses-cpu"), span
    if "uses-ram" in thing.facts:
        yield "container_memory_working_set_bytes", box, thing.number("uses-ram") * GIB, 0, span
    if "owner" in thing.facts:
        kind, owner = thing.facts["owner"].split(":")
        owned = {"owner_kind": kind, "owner_name": owner, "owner_is_controller": "true"}
        yield "kube_pod_owner", pod | owned, 1, 0, span
    labels = {f"label_{key[6:]}": value for key, value in thing.facts.items() if key.startswith("label.")}
    if labels:
        yield "kube_pod_labels", pod | labels, 1, 0, span


def _volume(thing: Thing, end: float) -> Iterator[Described]:
    size = thing.number("size") * GIB
    yield "kube_persistentvolume_capacity_bytes", {"persistentvolume": thing.name}, size, 0, thing.span(end)


def _claim(thing: Thing, end: float) -> Iterator[Described]:
    namespace, name = thing.name.split("/")
    labels = {"namespace": namespace, "persistentvolumeclaim": name, "volumename": thing.facts["volume"]}
    yield "kube_persistentvolumeclaim_info", labels | {"storageclass": "standard"}, 1, 0, thing.span(end)


def _mount(thing: Thing, end: float) -> Iterator[Described]:
    namespace, name = thing.name.split("/")
    pod = {"namespace": namespace, "pod": name, "uid": f"uid-{namespace}-{name}"}
    labels = pod | {"persistentvolumeclaim": thing.facts["claim"]}
    yield "kube_pod_spec_volumes_persistentvolumeclaims_info", labels, 1, 0, (0, end)


def _load(thing: Thing, end: float) -> Iterator[Described]:
    labels = dict(re.findall(r'(\w+)="([^"]*)"', thing.facts["labels"]))
    text = thing.facts["value"]
    value, slope = (0.0, float(text[:-2])) if text.endswith("/s") else (float(text), 0.0)
    yield thing.name, labels, value, slope, thing.span(end)


def _nothing(_thing: Thing, _end: float) -> Iterator[Described]:
    return iter(())


_DESCRIBED = {
    "node": _node,
    "pod": _pod,
    "volume": _volume,
    "claim": _claim,
    "mount": _mount,
    "load": _load,
    "price": _nothing,
    "discount": _nothing,
    "silent": _nothing,
}
