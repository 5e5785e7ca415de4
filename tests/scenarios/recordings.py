"""
An hour of a real cluster, scraped three ways, and what was true in it.

The recordings are not part of the repository: they lie in `data/kubernetes` of the folder that `TEST_SHARED` names.
`PYTHONPATH=src:tests python -m scenarios.recordings` prints every difference between what is built and the truth.
"""

from __future__ import annotations

import json
import os
import sys
import tarfile
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from fleetcost.agent.bridging import Bridging
from fleetcost.costing.build import Built, build
from fleetcost.costing.price_table import PricedClass, PriceRow, PriceTable
from fleetcost.costing.prices import GIB, PriceBook
from fleetcost.model.allocation import Allocation, AllocationKind
from fleetcost.model.asset import Asset, AssetType
from fleetcost.model.window import Window
from fleetcost.samples.client import PrometheusSource
from fleetcost.samples.interval import scrape_step
from fleetcost.samples.read import read
from servers.prometheus import serving

SHARED = Path(os.environ.get("TEST_SHARED", Path(__file__).resolve().parents[3] / "shared"))
FOLDER = SHARED / "data" / "kubernetes"
NAMES = ("plain", "allowlisted", "messy")
HOUR = Window(datetime(2026, 11, 30, 17, tzinfo=UTC), datetime(2026, 11, 30, 18, tzinfo=UTC))
LATER = datetime(2026, 11, 30, 18, 30, tzinfo=UTC)
SPAN = "clock_hour_17_as_recorded"
SCRAPE = timedelta(seconds=30)
BOOK = PriceBook()


class ContainerId(NamedTuple):
    """What tells rows apart."""

    namespace: str
    pod: str
    uid: str
    container: str


@dataclass(frozen=True, slots=True)
class Truth:
    """
    What was true in the recorded part of the hour.

    Attributes:
        rows: each container's figures and its pod's start, end, node and price class
        nodes: each node's figures
        volumes: GiB-hours by name
        balancers: hours by address
    """

    rows: Mapping[ContainerId, Mapping[str, Any]]
    nodes: Mapping[str, Mapping[str, Any]]
    volumes: Mapping[str, float]
    balancers: Mapping[str, float]

    @classmethod
    def load(cls) -> Truth:
        """Read it; init containers that are no sidecars are no rows."""
        span = json.loads((FOLDER / "truth.json").read_text())["spans"][SPAN]
        rows = {
            ContainerId(pod["namespace"], pod["pod"], pod["uid"], name): {**pod, **figures, "minutes": pod["minutes"]}
            for pod in span["pods"]
            for name, figures in pod["containers"].items()
            if figures["kind"] != "init"
        }
        volumes = {one["volume"]: one["gib_hours"] for one in span["volumes"]}
        nodes = {one["node"]: one for one in span["nodes"]}
        return cls(rows, nodes, volumes, span["load_balancer_hours_by_address"])

    def node_cost(self, name: str) -> float:
        """Return what a node costs at the built-in rates of its class; a virtual one what its pods are charged."""
        node = self.nodes[name]
        if node["price_class"] == "virtual":
            of_node = [row for row in self.rows.values() if row["node"] == name]
            cpu = sum(max(row["cpu_request_core_hours"], row["cpu_usage_core_hours"]) for row in of_node)
            ram = sum(max(row["ram_request_gib_hours"], row["ram_usage_gib_hours"]) for row in of_node)
            return cpu * BOOK.cpu_hourly + ram * BOOK.ram_gib_hourly
        return self._cost(node)

    @staticmethod
    def _cost(node: Mapping[str, Any]) -> float:
        spot = node["price_class"] == "spot"
        cpu_rate = BOOK.cpu_spot_hourly if spot else BOOK.cpu_hourly
        ram_rate = BOOK.ram_gib_spot_hourly if spot else BOOK.ram_gib_hourly
        gpu = node["gpu_hours"] * BOOK.gpu_hourly
        return float(node["core_hours"] * cpu_rate + node["ram_gib_hours"] * ram_rate + gpu)

    def disk_gib_hours(self) -> dict[str, float]:
        """Return each machine's own disk; a virtual node has none that anybody pays for."""
        return {name: node["disk_gib_hours"] for name, node in self.nodes.items() if node["price_class"] != "virtual"}

    def cost(self) -> float:
        """Return what the cluster costs at the built-in rates."""
        nodes = sum(map(self.node_cost, self.nodes))
        disks = sum(self.disk_gib_hours().values()) * BOOK.local_disk_gib_hourly
        volumes = sum(self.volumes.values()) * BOOK.storage_gib_hourly
        return nodes + disks + volumes + sum(self.balancers.values()) * BOOK.load_balancer_hourly

    def price_file(self) -> PriceBook:
        """Return a price book that names each machine and its price an hour, as somebody without labels writes it."""
        machines = [one for one in self.nodes.values() if one["provider_id"]]
        return _book(_row(one["provider_id"].rpartition("/")[2], "", self._hourly(one)) for one in machines)

    def price_file_of_types(self) -> PriceBook:
        """Return a price book that lists each instance type at what it costs on demand."""
        found = {one["instance_type"]: self._hourly({**one, "price_class": "on-demand"}) for one in self.nodes.values()}
        return _book(_row("", name, price) for name, price in found.items() if name)

    def _hourly(self, node: Mapping[str, Any]) -> float:
        return self._cost(node) / (node["minutes"] / 60)


def _row(machine: str, instance_type: str, price: float) -> PriceRow:
    return PriceRow(
        priced=PricedClass.NODE,
        id_field="spec.providerID" if machine else "",
        id=machine,
        region="",
        instance_type=instance_type,
        price_hourly=price,
    )


def _book(rows: Iterable[PriceRow]) -> PriceBook:
    return replace(BOOK, table=PriceTable(tuple(rows)))


@contextmanager
def recording(name: str, folder: Path, program: str = "prometheus") -> Iterator[str]:
    """Serve a recording for the length of the block; yields the server's address."""
    with tarfile.open(FOLDER / f"{name}.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    with serving(folder / name, folder, program) as address:
        yield address


def build_hour(address: str, prices: PriceBook) -> Built:
    """Build the hour as an agent does."""
    with closing(PrometheusSource(address)) as source:
        samples = read(source, HOUR, scrape_step(source, HOUR))
        return build(Bridging(source, timedelta(hours=6)).bridged(samples, LATER), prices)


def container_rows(built: Built) -> dict[ContainerId, Allocation]:
    """Return the rows of containers."""
    return {
        ContainerId(row.namespace, row.pod, row.pod_uid, row.container): row
        for row in built.allocations
        if row.kind is AllocationKind.WORKLOAD
    }


def assets(built: Built, kind: AssetType) -> dict[str, Asset]:
    """Return the assets of a type by name."""
    return {one.name: one for one in built.assets if one.type is kind}


def amounts(row: Allocation) -> dict[str, float]:
    """Return a row's amounts under the truth's names; what nobody measured is absent."""
    found = {
        "cpu_request_core_hours": row.cpu_core_request_hours,
        "cpu_usage_core_hours": row.cpu_core_usage_hours,
        "ram_request_gib_hours": row.ram_byte_request_hours / GIB,
        "ram_usage_gib_hours": None if row.ram_byte_usage_hours is None else row.ram_byte_usage_hours / GIB,
        "gpu_hours": row.gpu_hours,
    }
    return {name: float(value) for name, value in found.items() if value is not None}


def totals(truth: Truth, built: Built) -> dict[str, tuple[float, float]]:
    """Return of each resource the truth and what was built."""
    found: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for row in truth.rows.values():
        for name in ("cpu_request_core_hours", "cpu_usage_core_hours", "ram_request_gib_hours", "ram_usage_gib_hours"):
            found[name][0] += row[name]
        found["gpu_hours"][0] += row.get("gpu_hours", 0.0)
    for one in container_rows(built).values():
        for name, value in amounts(one).items():
            found[name][1] += value
    disks = [one for one in built.assets if one.type is AssetType.DISK]
    found["own disks GiB-hours"] = [
        sum(truth.disk_gib_hours().values()),
        sum(float(one.byte_hours or 0) / GIB for one in disks if one.local),
    ]
    found["volumes GiB-hours"] = [
        sum(truth.volumes.values()),
        sum(float(one.byte_hours or 0) / GIB for one in disks if not one.local),
    ]
    found["cost"] = [truth.cost(), sum(float(one.cost) for one in built.assets)]
    return {name: (pair[0], pair[1]) for name, pair in found.items()}


def table(name: str, truth: Truth, built: Built) -> Iterator[str]:
    """Iterate the lines of what differs between the truth and what was built, and what was noticed."""
    yield f"\n{name}"
    for resource, (wanted, found) in totals(truth, built).items():
        yield f"  {resource:24} {wanted:12.4f} {found:12.4f} {found / wanted - 1:9.2%}"
    rows = container_rows(built)
    for key in sorted(truth.rows.keys() ^ rows.keys()):
        yield f"  {'missing' if key in truth.rows else 'extra'} {'/'.join(key)}"
    for key in sorted(truth.rows.keys() & rows.keys()):
        true = [datetime.fromisoformat(truth.rows[key][edge]) for edge in ("start", "end")]
        edges = [one - other for one, other in zip((rows[key].start, rows[key].end), true, strict=True)]
        if max(map(abs, edges)) > SCRAPE:
            start, end = (edge.total_seconds() for edge in edges)
            yield f"  start {start:+7.1f} s end {end:+7.1f} s {'/'.join(key)}"
    yield from (f"  {finding}" for finding in built.findings)


def main() -> None:
    """Print every difference."""
    truth = Truth.load()
    for name in NAMES:
        with tempfile.TemporaryDirectory() as folder, recording(name, Path(folder)) as address:
            built = build_hour(address, truth.price_file() if name == "plain" else BOOK)
        sys.stdout.writelines(f"{line}\n" for line in table(name, truth, built))


if __name__ == "__main__":
    main()
