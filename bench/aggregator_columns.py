"""The columns of the measured fleets' sets, made at once for all rows of a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING
from typing import Any

import numpy as np
import pyarrow as pa

from fleetcost.model.allocation import ALLOCATION
from fleetcost.model.sets import SetKind
from fleetcost.sets.schema import SCHEMAS

EXACT = SCHEMAS[SetKind.ALLOCATIONS].field("cpu_cost").type
CPU_PRICE, RAM_PRICE, DISK_PRICE = 0.031611, 0.004237, 0.00005479452
GIB = 2**30
NANO = 10**9


def defaults(count: int) -> dict[str, pa.Array]:
    """Return the columns of allocations as rows have them of which nothing is said."""
    schema = SCHEMAS[SetKind.ALLOCATIONS]
    said = [one for one in ALLOCATION.columns if one.default is not MISSING]
    return {one.name: pa.array([_plain(one.default)] * count, schema.field(one.name).type) for one in said}


def _plain(value: object) -> object:
    """Return a default as Arrow takes it."""
    if isinstance(value, Mapping):
        return list(value.items())
    return list(value) if isinstance(value, tuple) else value


def measures(facts: dict[str, np.ndarray], hours: float, draw: np.random.Generator) -> dict[str, pa.Array]:
    """Return the columns of numbers: requests by the day's uses, which are random."""
    count = len(facts["cores"])
    cpu_request, ram_request = facts["cores"] * hours, facts["gib"] * GIB * hours
    cpu_use, ram_use = cpu_request * draw.gamma(2.0, 0.25, count), ram_request * draw.beta(4, 3, count)
    cpu, ram = np.maximum(cpu_request, cpu_use), np.maximum(ram_request, ram_use)
    gpu = facts["gpus"] * hours
    sent = draw.lognormal(18, 3, count) * (draw.random(count) < 0.7)
    crossing = sent / GIB * 0.01
    pv = facts["volume"] * hours
    zero = np.zeros(count)
    amounts = {
        "cpu_core_hours": cpu, "cpu_core_request_hours": cpu_request, "cpu_core_usage_hours": cpu_use,
        "cpu_cost": cpu * CPU_PRICE, "ram_cost": ram / GIB * RAM_PRICE,
        "gpu_hours": gpu, "gpu_request_hours": gpu, "gpu_cost": gpu * 0.95, "pv_cost": pv * DISK_PRICE,
        "network_zone_cost": crossing, "network_region_cost": zero, "network_internet_cost": crossing * 3,
        "network_cost": np.round(crossing * NANO) / NANO * 4, "load_balancer_cost": zero, "external_cost": zero,
    }  # fmt: skip
    amounts |= {f"{part}_cost_adjustment": zero for part in ("cpu", "ram", "gpu", "pv", "network", "load_balancer")}
    counts = {
        "ram_byte_hours": ram, "ram_byte_request_hours": ram_request, "ram_byte_usage_hours": ram_use,
        "pv_byte_hours": pv * GIB, "network_transfer_bytes": sent, "network_receive_bytes": sent * 1.7,
    }  # fmt: skip
    columns = {name: exact(values) for name, values in amounts.items()}
    columns |= {name: pa.array(np.rint(values).astype(np.int64)) for name, values in counts.items()}
    columns["cpu_core_usage_max"] = pa.array(cpu_use / hours * 1.5)
    columns["ram_byte_usage_max"] = pa.array(ram_use / hours * 1.2)
    return columns | {"gpu_usage_hours": pa.nulls(count, EXACT), "gpu_usage_max": pa.nulls(count, pa.float64())}


def exact(values: np.ndarray) -> pa.Array:
    """Return an amount column: 128 bits a value, the lower half of which holds it."""
    nano = np.rint(values * NANO).astype(np.int64)
    halves = np.stack([nano, nano >> 63], axis=1)
    return pa.Array.from_buffers(EXACT, len(nano), [None, pa.py_buffer(halves.tobytes())])


def asset_columns(rows: list[dict[str, Any]]) -> dict[str, pa.Array]:
    """Return the columns of assets given as mappings; what a row does not name is zero, empty or null."""
    columns = {}
    nodes = np.array([row["type"] == "Node" for row in rows])
    for field in SCHEMAS[SetKind.ASSETS]:
        values = [row.get(field.name) for row in rows]
        if field.type == EXACT:
            columns[field.name] = exact(np.array([value or 0.0 for value in values]))
        elif pa.types.is_map(field.type):
            columns[field.name] = pa.array([value or [] for value in values], field.type)
        elif pa.types.is_floating(field.type) or field.name == "byte_usage_hours":
            columns[field.name] = pa.array(values, field.type)
        else:
            empty = {pa.string(): "", pa.int64(): 0, pa.bool_(): False}.get(field.type)
            columns[field.name] = pa.array([empty if value is None else value for value in values], field.type)
    parts = [np.frombuffer(columns[name].buffers()[1], np.int64)[::2] for name in ("cpu_cost", "ram_cost", "gpu_cost")]
    other = np.frombuffer(columns["cost"].buffers()[1], np.int64)[::2]
    columns["cost"] = exact(np.where(nodes, sum(parts), other) / NANO)
    return columns
