"""
The Arrow schemas of our sets: the columns of `docs/format/sets.md`, in file order.

Costs and hours are decimals with nine places, so they add exactly on every engine; labels are maps, which every engine
reads. A column here, the field of the same name in `model` and the JSON key of the native API are one word.
"""

from __future__ import annotations

import pyarrow as pa

from fleetcost.model.amount import PLACES
from fleetcost.model.sets import SetKind

EXACT = pa.decimal128(18, PLACES)
TIME = pa.timestamp("us", tz="UTC")
TEXT = pa.string()
LABELS = pa.map_(pa.string(), pa.string())

VOLUME_SHARE = pa.struct(
    [("volume", TEXT), ("provider_id", TEXT), ("byte_hours", pa.int64()), ("cost", EXACT)],
)
LOAD_BALANCER_SHARE = pa.struct(
    [("service", TEXT), ("ip", TEXT), ("private", pa.bool_()), ("hours", EXACT), ("cost", EXACT)],
)


def _fields(*groups: tuple[pa.DataType, str]) -> pa.Schema:
    return pa.schema([pa.field(name, kind) for kind, names in groups for name in names.split()])


ALLOCATIONS = _fields(
    (TEXT, "kind node provider_id namespace controller_kind controller pod pod_uid container"),
    (pa.list_(TEXT), "services"),
    (LABELS, "labels annotations namespace_labels namespace_annotations"),
    (TIME, "start end"),
    (EXACT, "cpu_core_hours cpu_core_request_hours cpu_core_usage_hours"),
    (pa.float64(), "cpu_core_usage_max"),
    (EXACT, "cpu_cost cpu_cost_adjustment"),
    (pa.int64(), "ram_byte_hours ram_byte_request_hours ram_byte_usage_hours"),
    (pa.float64(), "ram_byte_usage_max"),
    (EXACT, "ram_cost ram_cost_adjustment"),
    (EXACT, "gpu_hours gpu_request_hours gpu_usage_hours"),
    (pa.float64(), "gpu_usage_max"),
    (EXACT, "gpu_cost gpu_cost_adjustment"),
    (pa.int64(), "pv_byte_hours"),
    (EXACT, "pv_cost pv_cost_adjustment"),
    (pa.list_(VOLUME_SHARE), "volumes"),
    (pa.int64(), "network_transfer_bytes network_receive_bytes"),
    (EXACT, "network_zone_cost network_region_cost network_internet_cost network_cost network_cost_adjustment"),
    (EXACT, "load_balancer_cost load_balancer_cost_adjustment"),
    (pa.list_(LOAD_BALANCER_SHARE), "load_balancers"),
    (EXACT, "external_cost"),
)

ASSETS = _fields(
    (TEXT, "type name provider_id provider account project service region"),
    (LABELS, "labels"),
    (TIME, "start end"),
    (EXACT, "cost adjustment credit"),
    (TEXT, "node_type pool"),
    (pa.float64(), "preemptible discount"),
    (EXACT, "cpu_core_hours"),
    (pa.int64(), "ram_byte_hours"),
    (EXACT, "gpu_hours cpu_cost ram_cost gpu_cost"),
    (pa.float64(), "cpu_system_fraction cpu_user_fraction cpu_other_fraction"),
    (pa.float64(), "ram_system_fraction ram_user_fraction cpu_overhead_fraction ram_overhead_fraction"),
    (pa.int64(), "byte_hours byte_usage_hours"),
    (pa.float64(), "byte_usage_max"),
    (TEXT, "storage_class volume_name claim_name claim_namespace"),
    (pa.bool_(), "local private"),
    (TEXT, "ip price_source"),
)

SCHEMAS = {SetKind.ALLOCATIONS: ALLOCATIONS, SetKind.ASSETS: ASSETS}

ROW_KEYS = {
    SetKind.ALLOCATIONS: ("kind", "node", "namespace", "pod", "pod_uid", "container"),
    SetKind.ASSETS: ("type", "name", "provider_id", "claim_namespace", "claim_name"),
}
"""What makes a row of a set the same row in the next set: the columns over which hours are added to days."""
