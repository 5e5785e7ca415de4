"""The fleets the conformance cases ask about. Their numbers come from the references' worked examples."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from compat.fleets import GIB, Bill, ClusterWindow, Fleet, day, time
from compat.topology import TOPOLOGY
from fleetcost.model.cloud_cost import BillState
from fleetcost.model.window import Window
from fleetcost.rates.table import ExchangeRate, RateKind, RateTable


def _calendar() -> Fleet:
    """Every day costs its number in the month, every hour of the last day its number plus one; a Wednesday at 10:37."""
    windows = []
    first, last = date(2024, 3, 25), date(2024, 5, 15)
    for offset in range((last - first).days + 1):
        on = first + timedelta(days=offset)
        windows.append(_flat(day(on.isoformat()), float(on.day), final=on < last))
    midnight = time("2024-05-15")
    for hour in range(11):
        start = midnight + timedelta(hours=hour)
        windows.append(_flat(Window(start, start + timedelta(hours=1)), float(hour + 1), final=hour < 10))
    return Fleet("calendar", time("2024-05-15T10:37:20"), windows)


def _flat(window: Window, cost: float, *, final: bool) -> ClusterWindow:
    pod = {"namespace": "shop", "pod": "web-1", "container": "app", "node": "n1", "cpu_cost": cost}
    return ClusterWindow("c1", window, [pod], [{"type": "Node", "name": "n1", "cpu_cost": cost}], final=final)


def _workload(**facts: Any) -> dict[str, Any]:
    known = {
        "namespace": "shop", "controller_kind": "deployment", "controller": "web", "pod": "web-1", "container": "app",
        "node": "n1", "provider_id": "i-n1",
    }  # fmt: skip
    return known | facts


PRICED = _workload(
    cpu_core_hours=12, cpu_core_request_hours=12, cpu_core_usage_hours=4.8, cpu_cost=0.379332, cpu_core_usage_max=0.9,
    ram_byte_hours=24 * GIB, ram_byte_request_hours=24 * GIB, ram_byte_usage_hours=18 * GIB, ram_cost=0.101688,
    ram_byte_usage_max=1.5 * GIB,
)  # fmt: skip
"""Example E1: half a core and a GiB for a day, a fifth of a core and three quarters of a GiB used."""

DETAILS = Fleet(
    name="details",
    now=time("2024-01-03"),
    windows=(
        ClusterWindow(
            "c1",
            day("2024-01-01"),
            [
                PRICED,
                _workload(
                    namespace="frontend", controller="web", pod="front-1", container="nginx", cpu_cost=1,
                    services=["a", "b"], labels={"team": "blue", "app_kubernetes_io_name": "shop"},
                    annotations={"owner": "ann", "team": "from-annotation"}, namespace_labels={"tier": "gold"},
                    volumes=[{"volume": "pv-1", "provider_id": "vol-1", "byte_hours": 100, "cost": 0.21}],
                    pv_byte_hours=100, pv_cost=0.21,
                    load_balancers=[
                        {"service": "frontend/lb", "ip": "10.0.0.1", "private": False, "hours": 10, "cost": 0.25}
                    ],
                    load_balancer_cost=0.25, network_transfer_bytes=1000, network_receive_bytes=2000,
                    network_zone_cost=0.05, network_internet_cost=0.12, network_cost=0.17,
                ),
                _workload(
                    namespace="frontend", controller_kind="statefulset", controller="db", pod="db-0", container="pg",
                    cpu_cost=2, labels={"team": "blue", "role": "db"}, annotations={"owner": "ann"},
                    volumes=[{"volume": "pv-1", "provider_id": "vol-1", "byte_hours": 50, "cost": 0.03}],
                    pv_byte_hours=50, pv_cost=0.03,
                ),
                _workload(
                    namespace="batch", controller_kind="job", controller="nightly", pod="nightly-1", container="run",
                    cpu_cost=4, annotations={"team": "green"}, node="n2", provider_id="i-n2",
                ),
                _workload(
                    namespace="batch", controller_kind="", controller="", pod="bare", container="run", cpu_cost=8,
                    node="n2", provider_id="i-n2", gpu_cost=1, gpu_hours=24, gpu_request_hours=24,
                ),
                _workload(
                    namespace="kube-system", controller_kind="daemonset", controller="proxy", pod="proxy-n1",
                    container="proxy", cpu_cost=16,
                ),
                {
                    "kind": "unmounted", "namespace": "__unmounted__", "pod": "__unmounted__",
                    "container": "__unmounted__", "pv_cost": 0.0657534, "pv_byte_hours": 50 * 24 * GIB,
                    "volumes": [
                        {"volume": "pv-9", "provider_id": "vol-9", "byte_hours": 50 * 24 * GIB, "cost": 0.0657534}
                    ],
                },
            ],
            [
                {
                    "type": "Node", "name": "n1", "provider_id": "i-n1", "provider": "AWS", "account": "acct",
                    "region": "eu-1", "node_type": "m5.large", "pool": "general", "preemptible": 0, "discount": 0,
                    "cpu_core_hours": 96, "ram_byte_hours": 16 * 24 * GIB, "cpu_cost": 25, "ram_cost": 1,
                    "cpu_system_fraction": 0.1, "cpu_user_fraction": 0.3, "cpu_other_fraction": 0.05,
                    "ram_system_fraction": 0.2, "ram_user_fraction": 0.4,
                    "cpu_overhead_fraction": 0.025, "ram_overhead_fraction": 0.125,
                    "labels": {"team": "infra", "kubernetes_label_department": "it"},
                },
                {
                    "type": "Node", "name": "n2", "provider_id": "i-n2", "provider": "AWS", "account": "acct",
                    "region": "eu-1", "node_type": "g4", "preemptible": 1, "cpu_core_hours": 48,
                    "ram_byte_hours": 8 * 24 * GIB, "gpu_hours": 24, "cpu_cost": 14, "ram_cost": 2, "gpu_cost": 4,
                },
                {
                    "type": "Disk", "name": "pv-1", "provider_id": "vol-1", "cost": 0.24, "byte_hours": 150,
                    "byte_usage_hours": 75, "byte_usage_max": 60, "storage_class": "gp3", "volume_name": "pv-1",
                    "claim_name": "data-db-0", "claim_namespace": "frontend",
                },
                {
                    "type": "Disk", "name": "pv-9", "provider_id": "vol-9", "cost": 0.0657534,
                    "byte_hours": 50 * 24 * GIB, "volume_name": "pv-9",
                },
                {
                    "type": "LoadBalancer", "name": "frontend/lb", "provider_id": "abc", "cost": 0.25, "ip": "10.0.0.1",
                    "start": "2024-01-01T10:00", "end": "2024-01-01T20:00",
                },
                {"type": "Network", "name": "c1-network", "cost": 0.17},
            ],
        ),
    ),
)  # fmt: skip
"""One day with everything: labels, services, controllers of every kind, volumes, a load balancer, unmounted storage."""

AVERAGES = Fleet(
    name="averages",
    now=time("2024-01-04"),
    windows=(
        ClusterWindow(
            "c1",
            day("2024-01-01"),
            [
                _workload(pod="grows", cpu_core_request_hours=24, cpu_core_hours=24, cpu_cost=24),
                _workload(
                    pod="gap", namespace="gap", cpu_core_request_hours=12, cpu_core_hours=12, cpu_cost=12,
                    end="2024-01-01T06:00",
                ),
                _workload(pod="twin-1", namespace="twins", cpu_core_request_hours=24, cpu_cost=1),
                _workload(pod="twin-2", namespace="twins", cpu_core_request_hours=24, cpu_cost=1),
            ],
            [{"type": "Node", "name": "n1", "cpu_cost": 38}],
        ),
        ClusterWindow(
            "c1",
            day("2024-01-02"),
            [
                _workload(
                    pod="grows", cpu_core_request_hours=12, cpu_core_hours=12, cpu_cost=12, end="2024-01-02T06:00"
                ),
                _workload(
                    pod="gap", namespace="gap", cpu_core_request_hours=12, cpu_core_hours=12, cpu_cost=12,
                    start="2024-01-02T18:00",
                ),
            ],
            [{"type": "Node", "name": "n1", "cpu_cost": 24}],
        ),
    ),
)  # fmt: skip
"""Example E11: averages over gaps, over growth, of two at once."""

BILLED = Fleet(
    name="billed",
    now=time("2024-01-02T18:00"),
    windows=(
        ClusterWindow(
            "c1",
            day("2024-01-01"),
            [_workload(cpu_cost=2, cpu_cost_adjustment=-0.5)],
            [
                {"type": "Node", "name": "n1", "provider_id": "i-n1", "cpu_cost": 8, "cost": 8, "adjustment": -2},
                {"type": "Cloud", "name": "rds", "cost": 5, "adjustment": 1, "credit": -1, "provider": "AWS"},
            ],
        ),
        ClusterWindow(
            "c1", day("2024-01-02"), [_workload(cpu_cost=3)], [{"type": "Node", "name": "n1", "cpu_cost": 3}]
        ),
    ),
)
"""Example E15: a bill that is a quarter lower than the list; and a second day that is not over."""

DISCOUNTED = Fleet(
    name="discounted",
    now=time("2024-01-03"),
    windows=(
        ClusterWindow(
            "c1",
            day("2024-01-01"),
            [_workload(cpu_cost=0.2655324, ram_cost=0.0711816)],
            [
                {
                    "type": "Node", "name": "n1", "provider_id": "i-n1", "cpu_core_hours": 96,
                    "ram_byte_hours": 16 * 24 * GIB, "cpu_cost": 2.1242592, "ram_cost": 1.1389056, "discount": 0.3,
                    "cpu_overhead_fraction": 0.025, "ram_overhead_fraction": 0.125,
                }
            ],
        ),
    ),
)  # fmt: skip
"""Examples E9, E10 and E21: a node with a discount of 30 % and one container."""

TENANTS = Fleet(
    name="tenants",
    now=time("2024-01-03"),
    windows=(
        ClusterWindow(
            "c1",
            day("2024-01-01"),
            [_workload(namespace="a", cpu_cost=6), _workload(namespace="b", pod="b-1", cpu_cost=2)],
            [
                {"type": "Node", "name": "n1", "cpu_cost": 10},
                {"type": "Disk", "name": "n1", "cost": 3, "local": True},
                {"type": "ClusterManagement", "name": "c1", "cost": 1, "provider": "AWS"},
            ],
        ),
        ClusterWindow("c2", day("2024-01-01"), [], [{"type": "ClusterManagement", "name": "c2", "cost": 2}]),
    ),
)
"""A cluster with a node's own disk and a management fee, and one with a fee and no workload."""

CURRENCIES = Fleet(
    name="currencies",
    now=time("2024-01-03"),
    windows=(
        ClusterWindow(
            "us", day("2024-01-01"), [_workload(cpu_cost=5)], [{"type": "Node", "name": "n1", "cpu_cost": 5}]
        ),
        ClusterWindow(
            "eu", day("2024-01-01"), [_workload(cpu_cost=7)], [{"type": "Node", "name": "n1", "cpu_cost": 7}],
            currency="EUR",
        ),
    ),
)  # fmt: skip
"""Two clusters that must never be added."""

CLOUD = Fleet(
    name="cloud",
    now=time("2024-01-06"),
    windows=tuple(
        ClusterWindow(
            "c1",
            day(on),
            [_workload(cpu_cost=6, ram_cost=2, labels={"team": "blue"})],
            [
                {"type": "Node", "name": "n1", "provider_id": "i-n1", "provider": "AWS", "cpu_cost": 12, "ram_cost": 4},
                {"type": "Node", "name": "n2", "provider_id": "i-n2", "provider": "AWS", "cpu_cost": 1},
            ],
        )
        for on in ("2024-01-01", "2024-01-02")
    ),
    bills=(
        Bill(
            "aws-1",
            day("2024-01-01"),
            [
                {
                    "provider": "AWS", "provider_id": "i-n1", "account_id": "111", "account_name": "shop",
                    "invoice_entity_id": "999", "region_id": "eu-1", "availability_zone": "eu-1a",
                    "service": "AmazonEC2", "category": "Compute", "kubernetes": True, "usage_type": "BoxUsage",
                    "labels": {"eks:cluster-name": "shop-prod", "app": "web"}, "rule": "savings plan usage",
                    "list_cost": 20, "net_cost": 18, "amortized_cost": 10, "amortized_net_cost": 8, "invoiced_cost": 18,
                },
                {
                    "provider": "AWS", "provider_id": "i-elsewhere", "account_id": "111", "invoice_entity_id": "999",
                    "service": "AmazonEC2", "category": "Compute", "kubernetes": True, "region_id": "eu-2",
                    "labels": {"eks:cluster-name": "forgotten"}, "cost": 3,
                },
                {
                    "provider": "AWS", "provider_id": "db-1", "account_id": "222", "invoice_entity_id": "999",
                    "service": "AmazonRDS", "category": "Other", "cost": 5,
                    "labels": {"kubernetes_namespace": "shop", "team": "blue"},
                },
                {
                    "provider": "AWS", "account_id": "222", "invoice_entity_id": "999", "service": "Tax", "rule": "tax",
                    "cost": -1,
                },
            ],
        ),
        Bill(
            "aws-1",
            day("2024-01-02"),
            [
                {
                    "provider": "AWS", "provider_id": "db-1", "account_id": "222", "invoice_entity_id": "999",
                    "service": "AmazonRDS", "category": "Other", "cost": 7,
                }
            ],
            BillState.PARTIAL,
        ),
        Bill(
            "azure-1",
            day("2024-01-03"),
            [
                {
                    "provider": "Azure", "provider_id": "/subscriptions/s/vm", "account_id": "sub", "service": "VM",
                    "category": "Compute", "cost": 2, "currency": "EUR",
                }
            ],
        ),
    ),
)  # fmt: skip
"""A cluster and its bill: a node that costs half of its list price, another's node, a database, a refund of taxes."""

EXCHANGED = Fleet(
    name="exchanged",
    now=time("2024-01-05"),
    windows=tuple(
        ClusterWindow(
            cluster, day(on), [_workload(cpu_cost=cost)],
            [{"type": "Node", "name": "n1", "cpu_cost": cost + idle}], currency=currency,
        )
        for on in ("2024-01-01", "2024-01-02", "2024-01-03")
        for cluster, currency, cost, idle in (("us", "USD", 5, 1), ("eu", "EUR", 7, 1), ("jp", "JPY", 900, 100))
    ),
    bills=tuple(
        Bill(f"bill-{number}", day(on), [{"provider": name, "service": "database", "cost": cost, "currency": currency}])
        for on in ("2024-01-01", "2024-01-02", "2024-01-03")
        for number, (name, cost, currency) in enumerate((("AWS", 11, "USD"), ("Azure", 3, "EUR"), ("GCP", 1500, "JPY")))
    ),
    rates=RateTable("ecb", 3, RateKind.DAILY, tuple(
        ExchangeRate(date.fromisoformat(on), "EUR", quote, Decimal(rate))
        for on, quote, rate in (
            ("2023-12-26", "JPY", "156.5"), ("2023-12-29", "USD", "1.105"), ("2024-01-02", "USD", "1.0956"),
        )
    )),
)  # fmt: skip
"""Clusters and bills in three currencies; the first day is a holiday, the yen lacks a rate on the last."""

CALENDAR = _calendar()

FLEETS = {
    fleet.name: fleet
    for fleet in (TOPOLOGY, DETAILS, AVERAGES, BILLED, DISCOUNTED, TENANTS, CURRENCIES, CALENDAR, CLOUD, EXCHANGED)
}
