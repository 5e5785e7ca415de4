"""Single pods without traffic and nodes' own disks, as clients of the field ask for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fleetcost.query.inventory import InventoryReader
from fleetcost.tables.ledger import aware


@dataclass(frozen=True, slots=True)
class QuietPod:
    """
    A pod whose traffic is below what was asked for, over a frame.

    Attributes:
        cost_nanos: everything it costs
        seconds: from its first to its last second
        core_hours, …: charged, asked for and used; 0 where not measured
    """

    cluster: str
    namespace: str
    pod: str
    controller_kind: str
    controller: str
    node: str
    cost_nanos: int
    seconds: int
    received_bytes: int
    sent_bytes: int
    core_hours: float
    byte_hours: float
    core_request_hours: float
    byte_request_hours: float
    core_usage_hours: float
    byte_usage_hours: float


@dataclass(frozen=True, slots=True)
class LocalDisk:
    """A node's own disk over a frame; its use is None where it was not measured."""

    cluster: str
    name: str
    cost_nanos: int
    capacity_bytes: int
    used_bytes_max: float | None
    last: datetime


def read_quiet_pods(held: InventoryReader, bytes_per_second: int) -> tuple[QuietPod, ...]:
    """Read the pods of a frame with less traffic than so much."""
    return tuple(QuietPod(*row) for row in held.rows(held.queries.quiet_pods(bytes_per_second)))


def read_local_disks(held: InventoryReader) -> tuple[LocalDisk, ...]:
    """Read the nodes' own disks of a frame."""
    found = held.rows(held.queries.local_disks())
    return tuple(
        LocalDisk(cluster, name, cost, size, used, aware(last)) for cluster, name, cost, size, used, last in found
    )
