"""
Fleets with their bills, made up from a seed, and what is true of them: who made a row knows which assets it is for.

Three clouds, one cluster each: AWS with spot, savings plans, credits and fees, Azure with a scale set that is billed as
a whole, GCP in a currency of its own. Two hours of two days; a day's set is the sum of its hours.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from bills import cloud_cost, cloud_set
from builders import allocation, allocation_set, asset_set, at, disk, hour, node, provenance, put, unmounted
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.model.allocation import Allocation, LoadBalancerShare, VolumeShare
from fleetcost.model.asset import Asset, AssetType
from fleetcost.model.cloud_cost import BillState, Category, ChargeRule, CloudCost
from fleetcost.model.window import Resolution, Window
from fleetcost.sets.cloud.publish import publish
from fleetcost.sets.summation import add_sets

NANO = Decimal("1e-9")
DAYS = (0, 1)
HOURS = (3, 4)
EKS = "arn:aws:eks:eu-west-1:1:cluster/shop-prod"
SCALE_SET = "/subscriptions/S1/resourceGroups/MC_rg/providers/Microsoft.Compute/virtualMachineScaleSets/aks-pool"
AssetName = tuple[str, str, str]
"""Cluster, type and name."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a bill and the assets it is for, by cluster, type and name; none where nobody can know."""

    cost: CloudCost
    assets: tuple[AssetName, ...] = ()


@dataclass(slots=True)
class BilledFleet:
    """
    A fleet and its bills.

    Attributes:
        assets: of each hour, by cluster
        allocations: of each hour, by cluster
        rows: of each integration and day
        states: of each integration and day
    """

    assets: dict[tuple[str, Window], list[Asset]] = field(default_factory=dict)
    allocations: dict[tuple[str, Window], list[Allocation]] = field(default_factory=dict)
    rows: dict[tuple[str, int], list[Row]] = field(default_factory=dict)
    states: dict[tuple[str, int], BillState] = field(default_factory=dict)

    def publish(self, bucket: MemoryBucket) -> None:
        """Put every set and every bill into a bucket."""
        for number in DAYS:
            for cluster in dict.fromkeys(cluster for cluster, _ in self.assets):
                self.publish_cluster(bucket, cluster, number)
        for integration, number in self.rows:
            self.publish_bill(bucket, integration, number)

    def publish_cluster(self, bucket: MemoryBucket, cluster: str, number: int) -> None:
        """Put one cluster's day and its hours into a bucket."""
        currency, end = CURRENCIES[cluster], at(day=number + 1)
        for make, rows in ((asset_set, self.assets), (allocation_set, self.allocations)):
            hours = [
                make(of_hour, window, cluster, currency=currency, built_at=end)
                for (name, window), of_hour in rows.items()
                if name == cluster and window.start.date() == at(day=number).date()
            ]
            put(bucket, *hours)
            whole = replace(hours[0].header.key, resolution=Resolution.DAY, window=Window(at(day=number), end))
            reported = provenance(currency=currency, coverage_minutes=1440.0, built_at=end)
            put(bucket, add_sets(whole, hours, reported))

    def publish_bill(self, bucket: MemoryBucket, integration: str, number: int) -> None:
        """Put one integration's day into a bucket; a changed one is a new version."""
        chosen = [row.cost for row in self.rows[integration, number]]
        publish(bucket, cloud_set(chosen, number, integration, self.states[integration, number]), force=True)


CURRENCIES = {"aws": "USD", "azure": "USD", "gcp": "EUR"}


def billed_fleet(seed: int, *clusters: str) -> BilledFleet:
    """Return a fleet that is the same for the same seed, of these clusters or of all."""
    chance = random.Random(seed)
    made = BilledFleet()
    for cluster in clusters or CURRENCIES:
        for number in DAYS:
            for each in HOURS:
                window = hour(each, number)
                assets, allocations = _hour(chance, cluster, window)
                made.assets[cluster, window], made.allocations[cluster, window] = assets, allocations
            made.rows[f"bills-{cluster}", number] = list(_bill(chance, cluster, number))
            made.states[f"bills-{cluster}", number] = BillState.FINAL
    return made


def _amount(chance: random.Random, most: int = 2_000_000_000) -> Decimal:
    return Decimal(chance.randint(1, most)) * NANO


def _hour(chance: random.Random, cluster: str, window: Window) -> tuple[list[Asset], list[Allocation]]:
    assets: list[Asset] = []
    allocations: list[Allocation] = []
    for number in range(3):
        parts = {f"{name}_cost": _amount(chance) for name in ("cpu", "ram", "gpu")}
        if number == 2:
            parts["gpu_cost"] = Decimal(0)
        assets.append(node(window, name=f"n{number}", provider_id=node_id(cluster, number), **parts))
        left = dict(parts)
        for pod in range(chance.randint(0, 3)):
            taken = {
                name: Decimal(int(part / NANO * chance.randint(0, 50) // 100)) * NANO for name, part in left.items()
            }
            left = {name: left[name] - taken[name] for name in left}
            if number == 1 and pod == 2:
                taken, left = {n: taken[n] + left[n] for n in left}, dict.fromkeys(left, Decimal(0))
            allocations.append(_pod(window, f"{cluster}-{number}-{pod}", f"n{number}", **taken))
    assets.append(disk(window, name="n0", volume_name="", provider_id=node_id(cluster, 0), local=True,
                       cost=_amount(chance)))  # fmt: skip
    _shared_things(chance, cluster, window, assets, allocations)
    return assets, allocations


def _shared_things(
    chance: random.Random, cluster: str, window: Window, assets: list[Asset], allocations: list[Allocation]
) -> None:
    """Add a volume, a load balancer, a network and a fee; workloads and nobody share the first three."""
    pods = [_pod(window, f"{cluster}-s-{number}", "") for number in range(3)]
    costs = [[_amount(chance) for _ in range(4)] for _ in range(3)]
    volumes = [VolumeShare("pv-1", volume_id(cluster), 10, cost) for cost in costs[0]]
    balancers = [LoadBalancerShare("shop/lb", "", private=False, hours=Decimal(1), cost=cost) for cost in costs[1]]
    for number, pod in enumerate(pods):
        pods[number] = replace(
            pod, volumes=(volumes[number],), pv_cost=costs[0][number], pv_byte_hours=10,
            load_balancers=(balancers[number],), load_balancer_cost=costs[1][number],
            network_cost=costs[2][number], network_internet_cost=costs[2][number],
        )  # fmt: skip
    nobody = unmounted(
        window, volumes=(volumes[3],), pv_cost=costs[0][3], pv_byte_hours=10, load_balancers=(balancers[3],),
        load_balancer_cost=costs[1][3], network_cost=costs[2][3], network_internet_cost=costs[2][3],
    )  # fmt: skip
    allocations += [*pods, nobody]
    run = {"start": window.start, "end": window.end}
    assets += [
        disk(window, name="pv-1", provider_id=volume_id(cluster), cost=sum(costs[0], Decimal(0))),
        Asset(
            type=AssetType.LOAD_BALANCER, name="shop/lb", cost=sum(costs[1], Decimal(0)), **run, **BALANCERS[cluster]
        ),
        Asset(type=AssetType.NETWORK, name="network", cost=sum(costs[2], Decimal(0)), **run),
        Asset(type=AssetType.CLUSTER_MANAGEMENT, name="fee", cost=Decimal("0.1"), **run),
    ]


def _pod(window: Window, name: str, on: str, **costs: Any) -> Allocation:
    return allocation(window, pod=name, pod_uid=name, node=on, controller=name.rsplit("-", 1)[0], **costs)


def node_id(cluster: str, number: int) -> str:
    """Return a node's provider id as agents write it."""
    return {"aws": f"i-{number}", "azure": f"azure://{SCALE_SET}/virtualMachines/{number}", "gcp": f"gke-{number}"}[
        cluster
    ]


def volume_id(cluster: str) -> str:
    """Return a volume's id as agents write it."""
    return {"aws": "vol-1", "azure": "/subscriptions/s1/disks/pvc-1", "gcp": "projects/p/zones/z/disks/pvc-1"}[cluster]


BALANCERS: dict[str, dict[str, Any]] = {
    "aws": {"provider_id": "k8s", "ip": "k8s-shop-lb-12ab-00ff00ff00ff00ff.elb.eu-west-1.amazonaws.com"},
    "azure": {"provider_id": "10.0.0.9", "ip": "10.0.0.9"},
    "gcp": {"provider_id": "34.1.1.1", "ip": "34.1.1.1"},
}


def _bill(chance: random.Random, cluster: str, number: int) -> Iterable[Row]:
    """Return the rows of a day, each with the assets it is for."""

    def row(low: int, *assets: tuple[str, str], **facts: Any) -> Row:
        cost = Decimal(chance.randint(low, 9_000_000_000)) * NANO
        known = {"currency": CURRENCIES[cluster], "provider": PROVIDERS[cluster], "kubernetes": True} | facts
        made = cloud_cost(number, cost, **known, list_cost=cost * 2)
        return Row(made, tuple((cluster, kind, name) for kind, name in assets))

    yield from _BILLS[cluster](row)
    yield row(1, service="Database", kubernetes=False, provider_id="db-1", category=Category.OTHER)
    yield row(-(10**9), service="Tax", kubernetes=False, rule=ChargeRule.TAX, line_type="Tax")
    yield row(1, provider_id="gone-1", category=Category.COMPUTE)
    yield row(1, provider_id="other-1", category=Category.COMPUTE, labels={"eks:cluster-name": "elsewhere"})


def _aws(row: Any) -> Iterable[Row]:
    tags = {"labels": {"eks:cluster-name": "shop-prod"}}
    for number, rule in enumerate((ChargeRule.SPOT_USAGE, ChargeRule.PLAN_USAGE, ChargeRule.USAGE)):
        yield row(1, ("Node", f"n{number}"), provider_id=f"i-{number}", category=Category.COMPUTE, rule=rule, **tags)
    yield row(
        -(10**9), ("Node", "n1"), provider_id="i-1", category=Category.OTHER, rule=ChargeRule.CREDIT, line_type="Credit"
    )
    yield row(1, ("Disk", "n0"), provider_id="i-0", category=Category.STORAGE, **tags)
    mangled = {"kubernetes_io_cluster_shop_prod": "owned"}
    yield row(1, ("ClusterManagement", "fee"), provider_id="f", category=Category.MANAGEMENT, labels=mangled)
    yield row(
        1, ("Network", "network"), provider_id="i-2", category=Category.NETWORK, usage_type="DataTransfer-Out-Bytes"
    )
    yield row(1, ("Disk", "pv-1"), provider_id="arn:aws:ec2:eu-west-1:1:volume/vol-1", category=Category.STORAGE)
    balancer = "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/net/k8s-shop-lb-12ab/00ff00ff00ff00ff"
    yield row(1, ("LoadBalancer", "shop/lb"), provider_id=balancer, category=Category.NETWORK)
    yield row(1, ("ClusterManagement", "fee"), provider_id=EKS, category=Category.MANAGEMENT)


def _azure(row: Any) -> Iterable[Row]:
    every = tuple(("Node", f"n{number}") for number in range(3))
    yield row(
        1, *every, provider_id=SCALE_SET.upper().replace("/SUBSCRIPTIONS", "/subscriptions"), category=Category.COMPUTE
    )
    yield row(1, ("Node", "n1"), provider_id=f"{SCALE_SET}/virtualMachines/1", category=Category.COMPUTE)
    yield row(1, ("Disk", "pv-1"), provider_id="/subscriptions/S1/disks/PVC-1", category=Category.STORAGE)
    yield row(1, ("LoadBalancer", "shop/lb"), provider_id="10.0.0.9", category=Category.NETWORK)
    group, tags = SCALE_SET.partition("/Microsoft")[0], {"aks-managed-cluster-name": "azure"}
    for named, number in ((("Disk", "n0"), 0), (("Node", "n1"), 1)):
        disk_of = f"{group}/Microsoft.Compute/disks/aks-pool_aks-pool_{number}_OsDisk_1_0a1b2c"
        yield row(1, named, provider_id=disk_of, category=Category.STORAGE, labels=tags)
    network = {"category": Category.NETWORK}
    shared = f"{group}/Microsoft.Network/loadBalancers/kubernetes"
    yield row(1, ("LoadBalancer", "shop/lb"), provider_id=shared, labels=tags, **network)
    address = f"{group}/Microsoft.Network/publicIPAddresses/kubernetes-"
    services = tags | {"k8s-azure-service": "shop/gone,shop/lb"}
    yield row(1, ("LoadBalancer", "shop/lb"), provider_id=f"{address}a1", labels=services, **network)
    yield row(1, provider_id=f"{address}b2", labels=tags | {"k8s-azure-service": "shop/lbx"}, **network)


def _gcp(row: Any) -> Iterable[Row]:
    for number in range(2):
        name = f"//compute.googleapis.com/projects/1/zones/z/instances/gke-{number}"
        yield row(1, ("Node", f"n{number}"), provider_id=name, category=Category.COMPUTE, account_id="p")
    yield row(1, ("Disk", "pv-1"), provider_id="pvc-1", category=Category.STORAGE)
    yield replace(row(1, provider_id="gke-2", category=Category.COMPUTE, currency="USD"), assets=())


PROVIDERS = {"aws": "AWS", "azure": "Azure", "gcp": "GCP"}
_BILLS: dict[str, Any] = {"aws": _aws, "azure": _azure, "gcp": _gcp}


def listed(fleet: BilledFleet, name: AssetName, number: int) -> Decimal:
    """Return an asset's list price on a day."""
    cluster, kind, own = name
    return sum(
        (
            one.cost
            for each in HOURS
            for one in fleet.assets[cluster, hour(each, number)]
            if (one.type, one.name) == (kind, own)
        ),
        Decimal(0),
    )


def names(fleet: BilledFleet, cluster: str, number: int) -> Sequence[AssetName]:
    """Return the assets of a cluster on a day."""
    return sorted({(cluster, str(one.type), one.name) for e in HOURS for one in fleet.assets[cluster, hour(e, number)]})


def billed(fleet: BilledFleet, name: AssetName, number: int) -> tuple[Decimal, bool] | None:
    """
    Return what an asset was billed on a day, and whether that is exact; None where no row is for it.

    A row for several assets is divided by their list prices, which is not exact on the grid.
    """
    found, whole, exact = False, Decimal(0), True
    for row in fleet.rows[f"bills-{name[0]}", number]:
        if name in row.assets:
            weights = {one: listed(fleet, one, number) for one in row.assets}
            found, exact = True, exact and len(row.assets) == 1
            whole += row.cost.amortized_net_cost * weights[name] / sum(weights.values())
    return (whole, exact) if found else None


def estimate_thirds(fleet: BilledFleet, clusters: Collection[str]) -> None:
    """Make a third of every cost of these clusters one that is estimated."""
    kinds: tuple[dict[tuple[str, Window], list[Any]], ...] = (fleet.allocations, fleet.assets)
    for rows in kinds:
        for (cluster, window), own in rows.items():
            if cluster in clusters:
                rows[cluster, window] = [_with_estimates(one) for one in own]


def _with_estimates(row: Any) -> Any:
    names = [name for name in type(row).__dataclass_fields__ if name.endswith("cost_estimated")]
    parts = {name: (getattr(row, name.removesuffix("_estimated")) / 3).quantize(NANO) for name in names}
    if "cost_estimated" in parts and row.type == "Node":
        parts["cost_estimated"] = sum((parts[f"{name}_cost_estimated"] for name in ("cpu", "ram", "gpu")), Decimal(0))
    return replace(row, **parts)
