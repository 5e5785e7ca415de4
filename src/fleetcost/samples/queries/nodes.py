"""Nodes: their time, size and price, and how they were used."""

from __future__ import annotations

from fleetcost.model.samples import NodeSamples
from fleetcost.samples import records as r
from fleetcost.samples.queries.parts import (
    ADDRESSED_NODE,
    GPU_RESOURCE,
    MACHINE,
    NODE,
    equal,
    first_last_seen,
    growth,
    labels,
    mean,
    mean_of_either,
    most,
)
from fleetcost.samples.query import Fills

NODE_FIRST, NODE_LAST = first_last_seen(
    "node",
    "kube_node_status_capacity",
    ("node",),
    "when a node existed",
    equal("resource", "cpu"),
    fills=Fills(NodeSamples, "seen", r.node_seen),
)
PRICED_NODE_FIRST, PRICED_NODE_LAST = first_last_seen(
    "priced node",
    "node_total_hourly_cost",
    ("node", "instance", "provider_id"),
    "when a node existed under which provider id: a node re-created under its name is another machine",
    fills=Fills(NodeSamples, "seen", r.node_seen),
)
IDENTIFIED_NODE_FIRST, IDENTIFIED_NODE_LAST = first_last_seen(
    "identified node",
    "kube_node_info",
    ("node", "provider_id"),
    "the same, from kube-state-metrics",
    fills=Fills(NodeSamples, "seen", r.node_seen),
)
NODE_ADDRESSES = most(
    "node addresses",
    "kube_node_info",
    ("node", "internal_ip"),
    "which node an exporter means that only knows the address it is scraped at",
    fills=Fills(NodeSamples, "addresses", r.node_address),
)
NODE_LABELS = labels(
    "node labels",
    "kube_node_labels",
    ("node",),
    "instance type, region, pool, spot; some are copied to its pods",
    fills=Fills(NodeSamples, "labels", r.node_labels(r.LABEL)),
)
NODE_ANNOTATIONS = labels(
    "node annotations",
    "kube_node_annotations",
    ("node",),
    "a price file may name nodes by an annotation",
    fills=Fills(NodeSamples, "annotations", r.node_labels(r.ANNOTATION)),
)
NODE_TYPES = most(
    "node types",
    "node_cpu_hourly_cost",
    ("node", "instance", "instance_type", "region"),
    "instance type and region as the exporter of prices knows them",
    fills=Fills(NodeSamples, "types", r.node_type),
)
NODE_CPU_PRICE = mean_of_either(
    "node CPU price",
    "node_cpu_hourly_cost",
    (NODE, ADDRESSED_NODE),
    "price of a core-hour",
    fills=Fills(NodeSamples, "cpu_price", r.node_value),
)
NODE_RAM_PRICE = mean_of_either(
    "node RAM price",
    "node_ram_hourly_cost",
    (NODE, ADDRESSED_NODE),
    "price of a GiB-hour",
    fills=Fills(NodeSamples, "ram_price", r.node_value),
)
NODE_GPU_PRICE = mean_of_either(
    "node GPU price",
    "node_gpu_hourly_cost",
    (NODE, ADDRESSED_NODE),
    "price of a GPU-hour",
    fills=Fills(NodeSamples, "gpu_price", r.node_value),
)
NODE_GPU_COUNT = mean_of_either(
    "node GPU count",
    "node_gpu_count",
    (NODE, ADDRESSED_NODE),
    "GPUs in a node, from OpenCost's exporter",
    fills=Fills(NodeSamples, "gpu_count", r.node_value),
)
NODE_SPOT = most(
    "spot node",
    "kubecost_node_is_spot",
    ("node", "instance", "provider_id"),
    "1 where the node may be taken back any time",
    fills=Fills(NodeSamples, "spot", r.node_value),
)
NODE_CPU_CAPACITY = mean(
    "node CPU capacity",
    "kube_node_status_capacity",
    ("node",),
    "cores of a node",
    equal("resource", "cpu"),
    fills=Fills(NodeSamples, "cpu_capacity", r.node_value),
)
NODE_RAM_CAPACITY = mean(
    "node RAM capacity",
    "kube_node_status_capacity",
    ("node",),
    "bytes of a node",
    equal("resource", "memory"),
    fills=Fills(NodeSamples, "ram_capacity", r.node_value),
)
NODE_GPU_CAPACITY = mean(
    "node GPU capacity",
    "kube_node_status_capacity",
    ("node", "resource"),
    "GPUs, slices and shares of GPUs a node offers",
    GPU_RESOURCE,
    fills=Fills(NodeSamples, "gpu_capacity", r.node_resource),
)
NODE_CPU_ALLOCATABLE = mean(
    "node CPU allocatable",
    "kube_node_status_allocatable",
    ("node",),
    "cores pods can have; the rest is overhead",
    equal("resource", "cpu"),
    fills=Fills(NodeSamples, "cpu_allocatable", r.node_value),
)
NODE_RAM_ALLOCATABLE = mean(
    "node RAM allocatable",
    "kube_node_status_allocatable",
    ("node",),
    "bytes pods can have; the rest is overhead",
    equal("resource", "memory"),
    fills=Fills(NodeSamples, "ram_allocatable", r.node_value),
)
NODE_CPU_MODES = growth(
    "node CPU modes",
    "node_cpu_seconds_total",
    (*MACHINE, "mode"),
    ("cpu",),
    "how a node's cores were used: system, user, idle and the rest",
    fills=Fills(NodeSamples, "cpu_modes", r.node_mode),
)
