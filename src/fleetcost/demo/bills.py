"""
The demonstration's cloud bills: FOCUS files for every provider of its clusters, as exports would leave them.

They bill the very nodes and disks whose samples are invented, by the hours they were there, with commitments, spot and
a credit; beside them what no cluster uses: databases, object storage, support, a seller's product, taxes. The house
that keeps the racks of the clusters on premises bills in euros.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from fleetcost.demo.exchange import CURRENCIES, DISPLAY
from fleetcost.demo.fleet import DAY_SECONDS, HOUR_SECONDS, Cluster
from fleetcost.demo.life import price_factor
from fleetcost.demo.pods import DemoNode, nodes, present, volume_id
from fleetcost.demo.series import STORAGE_PRICE, SimulatedCluster, node_price

PROVIDERS = {"aws": "AWS", "gcp": "Google Cloud", "azure": "Microsoft", "on-prem": "Rackhaus"}
_SERVICES = {
    "aws": ("AmazonEC2", "AmazonEBS", "AmazonEKS", "AmazonRDS", "AmazonS3"),
    "gcp": ("Compute Engine", "Persistent Disk", "Kubernetes Engine", "Cloud SQL", "Cloud Storage"),
    "azure": ("Virtual Machines", "Managed Disks", "Azure Kubernetes Service", "Azure SQL", "Blob Storage"),
    "on-prem": ("Colocation", "Storage", "Remote Hands", "Uplink", "Backup"),
}
_TAG = {"aws": "eks:cluster-name", "gcp": "goog-k8s-cluster-name", "azure": "aks-managed-cluster-name"}
_COMMITTED, _ON_DEMAND, _SPOT = 0.62, 0.91, 1.06
"""What is paid of the price the agent knows: under a commitment, after the agreement, and on the spot market."""


@dataclass(frozen=True, slots=True)
class _BillRow:
    """One row of a bill; costs in its currency."""

    day: datetime
    service: str
    category: str
    charge: str
    listed: float
    billed: float
    effective: float
    resource: str = ""
    kind: str = ""
    meter: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    commitment: str = ""
    pricing: str = "Standard"
    publisher: str = ""


LATE = "gcp"
"""The provider whose bill of the last days is late."""

LATE_BY = timedelta(days=2)


def write_bills(
    folder: Path, clusters: Sequence[Cluster], since: datetime, now: datetime, *, late: bool = False
) -> Path:
    """
    Write the bills of some clusters and the settings that name them.

    Args:
        folder: where
        clusters: whose
        since: the first day
        now: bills end with this hour
        late: the bills of one provider end two days earlier

    Returns:
        The `cloud-integration.json`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for provider in sorted({cluster.provider for cluster in clusters}):
        mine = [cluster for cluster in clusters if cluster.provider == provider]
        until = max(now - LATE_BY, since + timedelta(hours=1)) if late and provider == LATE else now
        rows = [row for day in _days(since, until) for row in _day(provider, mine, day, until)]
        _write(folder / provider, provider, rows)
        found.append({"name": f"demo-{provider}", "location": str(folder / provider), "provider": PROVIDERS[provider]})
    settings = folder / "cloud-integration.json"
    settings.write_text(json.dumps({"focus": {"files": found}}, indent=2))
    return settings


def _days(since: datetime, now: datetime) -> Iterator[datetime]:
    day = since.replace(hour=0, minute=0, second=0, microsecond=0)
    while day < now:
        yield day
        day += timedelta(days=1)


def _day(provider: str, clusters: Sequence[Cluster], day: datetime, now: datetime) -> Iterator[_BillRow]:
    low, high = day.timestamp(), min(day.timestamp() + DAY_SECONDS, now.timestamp())
    share = (high - low) / DAY_SECONDS
    for cluster in clusters:
        yield from _cluster(provider, cluster, day, (low, high))
    yield from _beside(provider, day, share)
    if day.day == 1:
        yield _BillRow(day, "Tax", "Other", "Tax", 0, 84.2, 84.2)
        yield _BillRow(day, "Premium Support", "Other", "Usage", 100, 100, 100)
    if day.weekday() == 0:
        yield _BillRow(day, _SERVICES[provider][0], "Other", "Credit", 0, -12.5, -12.5)


def _cluster(provider: str, cluster: Cluster, day: datetime, span: tuple[float, float]) -> Iterator[_BillRow]:
    services, hours = _SERVICES[provider], (span[1] - span[0]) / HOUR_SECONDS
    tags = ((_TAG[provider], cluster.id), ("team", "platform")) if provider in _TAG else (("cluster", cluster.id),)
    if provider == "on-prem":
        for node in nodes(cluster):
            cost = 1.35 * hours / 24
            yield _BillRow(
                day, services[0], "Compute", "Usage", cost, cost, cost, node.name, "Rack unit", "unit-day", tags
            )
        return
    for node in nodes(cluster):
        there = sum(end - start for start, end in present(cluster, node, *span) if end > start) / HOUR_SECONDS
        if there:
            yield _machine(services[0], node, day, there, tags)
    for name, _, _, gib in SimulatedCluster(cluster, span[0], lambda: span[1]).disks():
        listed = STORAGE_PRICE * gib * hours
        paid = listed * _ON_DEMAND
        yield _BillRow(
            day, services[1], "Storage", "Usage", listed, paid, paid, volume_id(cluster, name), "Disk", "GB-month", tags
        )
    fee, egress = 0.1 * hours, 0.4 * hours / 24 * len(nodes(cluster))
    yield _BillRow(
        day, services[2], "Compute", "Usage", fee, fee, fee, cluster.id, "Kubernetes cluster", "cluster-hour", tags
    )
    yield _BillRow(day, services[0], "Networking", "Usage", egress, egress, egress, "", "", "data transfer out", tags)


def _machine(service: str, node: DemoNode, day: datetime, hours: float, tags: tuple[tuple[str, str], ...]) -> _BillRow:
    pool = node.pool
    listed = node_price(pool) * price_factor(pool, day.timestamp()) * hours
    resource = _billed_id(node.provider_id)
    facts = (resource, "Virtual machine", pool.node_type, tags)
    if pool.spot:
        paid = listed * _SPOT
        return _BillRow(day, service, "Compute", "Usage", listed / 0.35, paid, paid, *facts, pricing="Dynamic")
    if int(hashlib.sha256(resource.encode()).hexdigest(), 16) % 3:
        return _BillRow(
            day, service, "Compute", "Usage", listed, 0, listed * _COMMITTED, *facts, "commitment-1", "Committed"
        )
    paid = listed * _ON_DEMAND
    return _BillRow(day, service, "Compute", "Usage", listed, paid, paid, *facts)


def _billed_id(provider_id: str) -> str:
    """Return a machine as its provider's bill names it."""
    if provider_id.startswith("azure://"):
        return provider_id.removeprefix("azure://")
    return provider_id.rpartition("/")[2]


def _beside(provider: str, day: datetime, share: float) -> Iterator[_BillRow]:
    """Bill what no cluster uses, and the unused part of the commitment."""
    services = _SERVICES[provider]
    for service, category, cost, resource in (
        (services[3], "Databases", 21.6, "orders"), (services[4], "Storage", 7.3, "archive"),
    ):  # fmt: skip
        paid = cost * share * _ON_DEMAND
        tags = (("team", "data"), ("app", resource))
        yield _BillRow(day, service, category, "Usage", cost * share, paid, paid, f"{resource}-1", "", "hours", tags)
    if provider == "on-prem":
        return
    unused = 1.9 * share
    yield _BillRow(day, services[0], "Compute", "Purchase", 0, 30 * share, 0, commitment="commitment-1")
    yield _BillRow(day, services[0], "Compute", "Usage", 0, 0, unused, commitment="commitment-1", pricing="Unused")
    yield _BillRow(
        day, "Log scanner", "Security", "Usage", 4.1 * share, 4.1 * share, 4.1 * share, publisher="Scanworks"
    )


def _write(folder: Path, provider: str, rows: Sequence[_BillRow]) -> None:
    name, currency = PROVIDERS[provider], CURRENCIES.get(provider, DISPLAY)
    for month in sorted({f"{row.day:%Y-%m}" for row in rows}):
        place = folder / f"billing_period={month}"
        place.mkdir(parents=True, exist_ok=True)
        with (place / "bill-00001.csv").open("w", newline="", encoding="utf-8") as target:
            records = [_record(row, name, currency) for row in rows if f"{row.day:%Y-%m}" == month]
            writer = csv.DictWriter(target, list(records[0]))
            writer.writeheader()
            writer.writerows(records)


def _record(row: _BillRow, provider: str, currency: str) -> dict[str, str]:
    """Return a row under the names FOCUS 1.1 has."""
    unused = row.pricing == "Unused"
    status = "" if not row.commitment or row.charge == "Purchase" else "Unused" if unused else "Used"
    return {
        "BilledCost": f"{row.billed:.10f}",
        "EffectiveCost": f"{row.effective:.10f}",
        "ListCost": f"{row.listed:.10f}",
        "ContractedCost": f"{row.listed:.10f}",
        "BillingCurrency": currency,
        "BillingAccountId": f"demo-{provider.lower().replace(' ', '-')}",
        "BillingAccountName": f"Demo {provider}",
        "SubAccountId": "demo-production",
        "SubAccountName": "Production",
        "ChargeCategory": row.charge,
        "ChargePeriodStart": f"{row.day:%Y-%m-%dT%H:%M:%SZ}",
        "ChargePeriodEnd": f"{row.day + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}",
        "ProviderName": provider,
        "PublisherName": row.publisher or provider,
        "ServiceName": row.service,
        "ServiceCategory": row.category,
        "ResourceId": row.resource,
        "ResourceType": row.kind,
        "SkuMeter": row.meter,
        "PricingCategory": "Committed" if unused else row.pricing,
        "CommitmentDiscountId": row.commitment,
        "CommitmentDiscountCategory": "Spend" if row.commitment else "",
        "CommitmentDiscountStatus": status,
        "Tags": json.dumps(dict(row.tags)),
    }
