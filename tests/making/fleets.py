"""Fleets of any kind for property tests: plausible ones, and ones full of rubbish."""

from __future__ import annotations

import math
import random
from dataclasses import fields, replace
from typing import Any

from hypothesis import strategies as st

from fleetcost.costing.prices import PriceBook
from fleetcost.model.records import Reach
from fleetcost.model.samples import Samples
from making.samples import GIB, NAMESPACE, Making

_HOURS = st.tuples(st.floats(-2, 26), st.floats(-2, 26)).map(lambda pair: (min(pair), max(pair)))
_MOMENTS = st.sampled_from([-1e9, -1.0, 0.0, 1 / 3, 6.0, 12.0, 23.99, 24.0, 25.0, 1e9])
_RUBBISH = st.sampled_from(
    [0.0, -0.0, -1.0, 1e-300, 0.5, 3.0, 512.0, 600.0, 1e9, 2.0**60, 1e300, -1e300, math.inf, -math.inf, math.nan]
)

books = st.builds(
    PriceBook,
    custom=st.booleans(),
    discount=st.sampled_from([0.0, 0.1, 0.3, 1.0]),
    negotiated_discount=st.sampled_from([0.0, 0.05]),
    discounts_gpu=st.booleans(),
    cpu_hourly=st.sampled_from([0.031611, 0.0, 500.0]),
    cluster_management_hourly=st.sampled_from([0.0, 0.1]),
)


@st.composite
def plausible(draw: st.DrawFn) -> Samples:
    """Draw a fleet whose pods fit on their nodes."""
    making = Making()
    nodes = [f"node-{i}" for i in range(draw(st.integers(1, 3)))]
    for node in nodes:
        prices = {"cpu_price": draw(st.floats(0.001, 1)), "ram_price": draw(st.floats(0.0001, 0.1))}
        making.node(node, cores=64, gib=512, **(prices if draw(st.booleans()) else {}))
    for i in range(draw(st.integers(0, 3))):
        making.volume(f"pv-{i}", draw(st.integers(1, 900)), draw(_HOURS), price=draw(st.sampled_from([None, 0.0001])))
        making.claim(f"claim-{i % 2}", f"pv-{i}", draw(_HOURS))
    for i in range(draw(st.integers(0, 6))):
        pod, node = f"pod-{i % 4}", draw(st.sampled_from(nodes))
        uid = f"uid-{i}" if draw(st.booleans()) else ""
        containers = ("a", "b")[: draw(st.integers(1, 2))]
        making.pod(pod, draw(_HOURS), uid=uid, node=node, containers=containers)
        making.labels(pod, {"app": draw(st.sampled_from(["x", "y"]))}, uid=uid)
        for container in containers:
            values = {
                "cpu_requested": draw(st.floats(0, 4)),
                "cpu_allocated": draw(st.floats(0, 5)),
                "ram_requested": draw(st.floats(0, 30)) * GIB,
                "ram_used": draw(st.floats(0, 30)) * GIB,
                "cpu_used_seconds": draw(st.floats(0, 40000)),
            }
            chosen = draw(st.sets(st.sampled_from(sorted(values))))
            making.container(pod, container=container, uid=uid, node=node, **{k: values[k] for k in sorted(chosen)})
        if draw(st.booleans()):
            making.mount(pod, draw(st.sampled_from(["claim-0", "claim-1"])), uid=uid)
        if draw(st.booleans()):
            making.traffic(pod, draw(st.sampled_from(list(Reach))), draw(st.floats(0, 1000)))
            making.received(pod, draw(st.floats(0, 1e12)))
    making.selector("service", "front", {"app": "x"})
    for i in range(draw(st.integers(0, 2))):
        making.balancer("front", draw(_HOURS), ip=f"10.0.0.{i}", price=draw(st.sampled_from([None, 0.025])))
    return making.samples()


@st.composite
def rubbish(draw: st.DrawFn) -> Samples:
    """Draw a plausible fleet and replace times and values by impossible ones."""
    samples = draw(plausible())
    for name in ("pods", "nodes", "storage", "services", "network"):
        group = getattr(samples, name)
        changes: dict[str, Any] = {}
        for field in fields(group):
            records = getattr(group, field.name)
            if isinstance(records, tuple) and records:
                changes[field.name] = tuple(_spoiled(record, draw) for record in records)
        samples = replace(samples, **{name: replace(group, **changes)})
    return samples


def _spoiled(record: Any, draw: st.DrawFn) -> Any:
    names = record._fields
    spoiled = {}
    if "value" in names and draw(st.booleans()):
        spoiled["value"] = draw(_RUBBISH)
    if "first" in names and draw(st.booleans()):
        start = 1704067200.0
        spoiled["first"] = draw(st.one_of(_RUBBISH, _MOMENTS.map(lambda hour: start + hour * 3600)))
        spoiled["last"] = draw(st.one_of(_RUBBISH, _MOMENTS.map(lambda hour: start + hour * 3600)))
    return record._replace(**spoiled)


def shuffled(samples: Samples, seed: int) -> Samples:
    """Return the same samples with every list in another order."""
    generator = random.Random(seed)
    changes = {}
    for name in ("pods", "nodes", "storage", "services", "network", "names"):
        group = getattr(samples, name)
        lists = {f.name: getattr(group, f.name) for f in fields(group) if isinstance(getattr(group, f.name), tuple)}
        changes[name] = replace(
            group, **{field: tuple(generator.sample(records, len(records))) for field, records in lists.items()}
        )
    return replace(samples, **changes)


__all__ = ["NAMESPACE", "books", "plausible", "rubbish", "shuffled"]
