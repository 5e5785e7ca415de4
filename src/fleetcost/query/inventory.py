"""What a fleet holds, read for advice: frozen values with exact costs, whole billionths of a currency's unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from fleetcost.model.sets import SetKind
from fleetcost.query.dialects import dialect_of
from fleetcost.query.filters import Filter
from fleetcost.query.question import Frame, Question, Step
from fleetcost.query.sql.inventory import InventoryQueries
from fleetcost.tables.ledger import aware
from fleetcost.tables.view import View

BUSY_RANK = 0.95
"""Of a cluster's hours, ordered by what was asked for, the one at this part is looked at: busy, and no accident."""

_NANOS = 10**9


@dataclass(frozen=True, slots=True)
class HeldVolume:
    """
    A persistent volume over a frame of days.

    Attributes:
        cost_nanos: of the frame
        capacity_bytes: in its newest window
        used_bytes_max: highest use, None where it was not measured
        measured_days: days with a measurement
        first, last: start of its first and end of its last window
        spare_until, mounted_until: end of the last window that no pod used all of it, and that some did
        used_byte_hours, byte_hours: use and capacity × time; the first None where not measured
    """

    cluster: str
    currency: str
    volume: str
    provider_id: str
    claim_namespace: str
    claim_name: str
    storage_class: str
    cost_nanos: int
    capacity_bytes: int
    used_bytes_max: float | None
    measured_days: int
    first: datetime
    last: datetime
    spare_until: datetime | None
    mounted_until: datetime | None
    used_byte_hours: float | None
    byte_hours: float


@dataclass(frozen=True, slots=True)
class HeldWorkload:
    """
    A controller, or the pods of a namespace without one, over a frame of days.

    Attributes:
        cpu_nanos, ram_nanos, gpu_nanos: cost of the frame
        pod_windows, quiet_windows: days of its pods, and those with less traffic than asked for
        seconds: its pods ran together
        network_bytes: sent and received
        burst_cores: how far the highest CPU use of a container was above its mean; None where not measured
        unmeasured: rows of containers without CPU use
        days: in which it ran
        gpu_asked_nanos, gpu_used_nanos: billionths of a GPU × hours; the latter None where not measured
        gpu_used_max: highest use, in GPUs
        gpu_unmeasured: rows that ask for GPUs and whose use is not known
    """

    cluster: str
    currency: str
    namespace: str
    controller_kind: str
    controller: str
    cpu_nanos: int
    ram_nanos: int
    gpu_nanos: int
    pod_windows: int
    seconds: int
    quiet_windows: int
    network_bytes: int
    burst_cores: float | None
    unmeasured: int
    days: int
    first: datetime
    last: datetime
    gpu_asked_nanos: int
    gpu_used_nanos: int | None
    gpu_used_max: float | None
    gpu_unmeasured: int
    gpu_model: str


@dataclass(frozen=True, slots=True)
class HeldNode:
    """A node over a frame of days: what it is, its cost, the seconds it was there, its first start and last end."""

    cluster: str
    currency: str
    name: str
    pool: str
    node_type: str
    provider: str
    region: str
    spot: bool
    cost_nanos: int
    seconds: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class NodeRoom:
    """What pods can ask for on a node in one hour: billionths of cores and GPUs, bytes; and its zone, or nothing."""

    cluster: str
    name: str
    cores_nanos: int
    ram_bytes: int
    gpus_nanos: int
    zone: str


@dataclass(frozen=True, slots=True)
class ContainerLoad:
    """
    What a container asked for in one hour, or used where it asked for nothing: billionths of cores and GPUs, bytes.

    Attributes:
        seconds: it ran
    """

    cluster: str
    node: str
    namespace: str
    controller_kind: str
    controller: str
    pod: str
    container: str
    seconds: int
    cores_nanos: int
    ram_bytes: int
    gpus_nanos: int


@dataclass(frozen=True, slots=True)
class BusyHour:
    """
    One busy hour of each cluster that has hours.

    Attributes:
        starts: by cluster
        node_counts: fewest and most nodes with pods in any hour, by cluster
        rooms: its nodes
        loads: its containers
    """

    starts: Mapping[str, datetime]
    node_counts: Mapping[str, tuple[int, int]]
    rooms: tuple[NodeRoom, ...]
    loads: tuple[ContainerLoad, ...]


@dataclass(frozen=True, slots=True)
class BilledOrphan:
    """A resource of a bill that nothing uses: an idle address, or a disk of a cluster that is no asset of it."""

    currency: str
    integration: str
    provider: str
    account_id: str
    region_id: str
    service: str
    provider_id: str
    cluster: str
    usage_type: str
    address: bool
    cost_nanos: int
    days: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class UnusedCommitment:
    """
    The unused part of a reservation or plan.

    Attributes:
        unused_nanos: its cost in the frame
        demand_nanos: what its payer paid for machines of the provider that no commitment covers; 0 where it is for
            something else than machines
    """

    currency: str
    integration: str
    provider: str
    payer: str
    commitment_id: str
    service: str
    unused_nanos: int
    demand_nanos: int
    days: int
    last: datetime


@dataclass(frozen=True, slots=True)
class BilledTime:
    """How many days of an integration have a bill, and when the newest of them ends."""

    days: int
    last: datetime


@dataclass(frozen=True, slots=True)
class FleetInventory:
    """All of it; `billed` is by integration."""

    volumes: tuple[HeldVolume, ...]
    workloads: tuple[HeldWorkload, ...]
    nodes: tuple[HeldNode, ...]
    busy: BusyHour
    orphans: tuple[BilledOrphan, ...]
    commitments: tuple[UnusedCommitment, ...]
    billed: Mapping[str, BilledTime]


def inventory_question(frame: Frame, clusters: Filter | None) -> Question:
    """Return the question about a frame of days; `clusters` compares clusters alone, so that every kind has it."""
    return Question(kind=SetKind.ASSETS, frame=frame, step=Step.ALL, dimensions=(), filter=clusters)


def read_inventory(
    snapshot: View, asked: Question, hours: Frame, quiet_bytes_per_second: int, *, bills: bool = True
) -> FleetInventory:
    """
    Read what a fleet holds.

    Args:
        snapshot: the view
        asked: see `inventory_question`
        hours: where busy hours are looked for
        quiet_bytes_per_second: see `HeldWorkload`
        bills: with what bills name alone, which a filter of clusters does not narrow
    """
    held = InventoryReader(snapshot, asked)
    return FleetInventory(
        volumes=held.volumes(),
        workloads=held.workloads(quiet_bytes_per_second),
        nodes=held.nodes(),
        orphans=held.orphans() if bills else (),
        commitments=held.commitments() if bills else (),
        billed=held.billed() if bills else {},
        busy=InventoryReader(snapshot, replace(asked, frame=hours, shown=None)).busy(),
    )


class InventoryReader:
    """
    Reads what a fleet holds, part by part, in one view.

    Args:
        snapshot: the view
        asked: see `inventory_question`
    """

    def __init__(self, snapshot: View, asked: Question) -> None:
        self._snapshot = snapshot
        self._dialect = dialect_of(snapshot)
        self.queries = InventoryQueries(asked, self._dialect)
        snapshot.forget()
        for stage in self.queries.stages():
            snapshot.keep(stage.name, stage.query, self._dialect.bound)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Return the rows of one of `queries`."""
        return self._snapshot.rows(statement, self._dialect.bound)

    def volumes(self) -> tuple[HeldVolume, ...]:
        """Read persistent volumes."""
        return tuple(HeldVolume(*_timed(row, 11, 12, 13, 14)) for row in self.rows(self.queries.volumes()))

    def workloads(self, quiet_bytes_per_second: int) -> tuple[HeldWorkload, ...]:
        """Read workloads."""
        found = self.rows(self.queries.workloads(quiet_bytes_per_second))
        return tuple(HeldWorkload(*_timed(row, 15, 16)) for row in found)

    def nodes(self) -> tuple[HeldNode, ...]:
        """Read nodes."""
        return tuple(HeldNode(*_timed(row, 10, 11)) for row in self.rows(self.queries.nodes()))

    def orphans(self) -> tuple[BilledOrphan, ...]:
        """Read what bills name alone."""
        return tuple(BilledOrphan(*_timed(row, 12, 13)) for row in self.rows(self.queries.orphans()))

    def commitments(self) -> tuple[UnusedCommitment, ...]:
        """Read commitments with an unused part."""
        return tuple(UnusedCommitment(*_timed(row, 9)) for row in self.rows(self.queries.commitments()))

    def billed(self) -> Mapping[str, BilledTime]:
        """Read of which days each integration has a bill."""
        return {str(name): BilledTime(days, aware(last)) for name, days, last in self.rows(self.queries.billed())}

    def busy(self) -> BusyHour:
        """Read the busy hour of each cluster, from a frame of hours."""
        by_cluster: dict[str, list[HourLoad]] = defaultdict(list)
        for cluster, *load in self.rows(self.queries.loads()):
            by_cluster[cluster].append(HourLoad(*load))
        if not by_cluster:
            return BusyHour({}, {}, (), ())
        starts = {cluster: aware(_busy_hour(loads)) for cluster, loads in by_cluster.items()}
        counts = {
            cluster: (min(load.nodes for load in loads), max(load.nodes for load in loads))
            for cluster, loads in by_cluster.items()
        }
        rooms = tuple(_room(*row) for row in self.rows(self.queries.sizes(starts)) if row[2] > 0)
        running = self.rows(self.queries.running(starts))
        return BusyHour(starts, counts, rooms, tuple(_load(row) for row in running if row[7] > 0))


def _timed(row: Sequence[Any], *times: int) -> Iterator[Any]:
    """Yield the values of a row, those at some places as aware times."""
    for place, value in enumerate(row):
        yield aware(value) if place in times and value is not None else value


class HourLoad(NamedTuple):
    """What was asked for in one hour of a cluster, in cores and bytes, and on how many nodes."""

    start: datetime
    cores: float
    ram_bytes: float
    nodes: int


def _busy_hour(loads: Sequence[HourLoad]) -> datetime:
    """Return the hour at `BUSY_RANK`: by the larger of cores and memory, each as a part of its highest."""
    cores, ram = (
        max(amounts) or 1.0 for amounts in zip(*((load.cores, load.ram_bytes) for load in loads), strict=True)
    )
    ordered = sorted(loads, key=lambda load: (max(load.cores / cores, load.ram_bytes / ram), load.start))
    return ordered[min(len(ordered) - 1, int(BUSY_RANK * len(ordered)))].start


def _room(cluster: str, name: str, seconds: int, cores: float, ram: float, gpus: float, zone: str) -> NodeRoom:
    hours = seconds / 3600
    return NodeRoom(cluster, name, int(cores / hours * _NANOS), int(ram / hours), int(gpus / hours * _NANOS), zone)


def _load(row: Sequence[Any]) -> ContainerLoad:
    seconds, cores, ram, gpus, cores_used, ram_used = row[7:]
    hours = seconds / 3600
    amounts = ((cores or cores_used or 0) * _NANOS, ram or ram_used or 0, gpus * _NANOS)
    return ContainerLoad(*row[:8], *(round(amount / hours) for amount in amounts))
