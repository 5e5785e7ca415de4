"""Nodes: their time, size and price, and how they were used."""

from __future__ import annotations

from fleetcost.samples.queries.parts import (
    GPU_RESOURCE,
    MACHINE,
    NODE,
    equal,
    growth,
    labels,
    mean,
    most,
    sightings_of,
)

NODE_FIRST, NODE_LAST = sightings_of(
    "node", "kube_node_status_capacity", ("node",), "when a node existed", equal("resource", "cpu")
)
PRICED_NODE_FIRST, PRICED_NODE_LAST = sightings_of(
    "priced node",
    "node_total_hourly_cost",
    ("node", "instance", "provider_id"),
    "when a node existed under which provider id: a node re-created under its name is another machine",
)
IDENTIFIED_NODE_FIRST, IDENTIFIED_NODE_LAST = sightings_of(
    "identified node", "kube_node_info", ("node", "provider_id"), "the same, from kube-state-metrics"
)
NODE_ADDRESSES = most(
    "node addresses",
    "kube_node_info",
    ("node", "internal_ip"),
    "which node an exporter means that only knows the address it is scraped at",
)
NODE_LABELS = labels(
    "node labels", "kube_node_labels", ("node",), "instance type, region, pool, spot; some are copied to its pods"
)
NODE_ANNOTATIONS = labels(
    "node annotations", "kube_node_annotations", ("node",), "a price file may name nodes by an annotation"
)
NODE_CPU_PRICE = mean("node CPU price", "node_cpu_hourly_cost", NODE, "price of a core-hour")
NODE_RAM_PRICE = mean("node RAM price", "node_ram_hourly_cost", NODE, "price of a GiB-hour")
NODE_GPU_PRICE = mean("node GPU price", "node_gpu_hourly_cost", NODE, "price of a GPU-hour")
NODE_GPU_COUNT = mean("node GPU count", "node_gpu_count", NODE, "GPUs in a node, from OpenCost's exporter")
NODE_SPOT = most("spot node", "kubecost_node_is_spot", NODE, "1 where the node may be taken back any time")
NODE_CPU_CAPACITY = mean(
    "node CPU capacity", "kube_node_status_capacity", ("node",), "cores of a node", equal("resource", "cpu")
)
NODE_RAM_CAPACITY = mean(
    "node RAM capacity", "kube_node_status_capacity", ("node",), "bytes of a node", equal("resource", "memory")
)
NODE_GPU_CAPACITY = mean(
    "node GPU capacity",
    "kube_node_status_capacity",
    ("node", "resource"),
    "GPUs, slices and shares of GPUs a node offers",
    GPU_RESOURCE,
)
NODE_CPU_ALLOCATABLE = mean(
    "node CPU allocatable",
    "kube_node_status_allocatable",
    ("node",),
    "cores pods can have; the rest is overhead",
    equal("resource", "cpu"),
)
NODE_RAM_ALLOCATABLE = mean(
    "node RAM allocatable",
    "kube_node_status_allocatable",
    ("node",),
    "bytes pods can have; the rest is overhead",
    equal("resource", "memory"),
)
NODE_CPU_MODES = growth(
    "node CPU modes",
    "node_cpu_seconds_total",
    (*MACHINE, "mode"),
    ("cpu",),
    "how a node's cores were used: system, user, idle and the rest",
)
