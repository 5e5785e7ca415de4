"""Answers about bills have the types of their description, orders reach whoever reads bills, tokens see their part."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from builders import at
from compat.asgi import AsgiClient
from compat.catalogue import CLOUD
from compat.engine import PAGE, services_of
from compat.fleets import ingested
from fleetcost.api.access import Tokens
from fleetcost.api.app import create_app
from fleetcost.api.bills import Bills
from fleetcost.api.reconciliation import ReconciliationJson
from fleetcost.api.schema import (
    CloudCostEnvelope,
    CloudCostsJson,
    CloudTableEnvelope,
    CloudTotalsEnvelope,
    CloudTrendsEnvelope,
)
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.model.cloud_sets import ConnectionStatus, IntegrationId, IntegrationStatus
from fleetcost.model.window import Window
from fleetcost.sets.cloud.status import write_status

DAY = "window=1704067200,1704153600"
SHAPES: tuple[tuple[str, Any], ...] = (
    (f"/model/cloudCost?{DAY}", CloudCostEnvelope),
    (f"/model/cloudCost?{DAY}&aggregate=service,category&accumulate=true", CloudCostEnvelope),
    (f"/cloudCost/view/totals?{DAY}&aggregate=service", CloudTotalsEnvelope),
    (f"/cloudCost/view/table?{DAY}", CloudTableEnvelope),
    (f"/model/cloudCost/view/trends?{DAY}&names=a", CloudTrendsEnvelope),
    (f"/api/v1/cloudcosts?{DAY}&compare=prev", CloudCostsJson),
    (f"/api/v1/cloudcosts?{DAY}&columns=net_cost,kubernetes_percent", CloudCostsJson),
    ("/api/v1/cloudcosts?window=1704067200,1704326400&aggregate=all", CloudCostsJson),
    (f"/api/v1/reconciliation?{DAY}", ReconciliationJson),
)


class Noted:
    """Notes the orders it gets."""

    def __init__(self) -> None:
        self.orders: list[tuple[Any, ...]] = []

    def rebuild(self, chosen: Sequence[IntegrationId]) -> None:
        """Note a rebuild."""
        self.orders.append(("rebuild", *chosen))

    def repair(self, window: Window, chosen: Sequence[IntegrationId]) -> None:
        """Note a repair."""
        self.orders.append(("repair", f"{window.start:%Y-%m-%d}", *chosen))


@pytest.fixture(scope="module")
def bucket() -> MemoryBucket:
    """A bucket with the status of one integration."""
    made = MemoryBucket()
    reported = IntegrationStatus(
        integration=IntegrationId("aws-1"), source="aws-s3", provider="AWS", location="s3://bills/cur",
        status=ConnectionStatus.SUCCESSFUL, message="", created=at(), last_run=at(1), next_run=at(7),
        refresh_seconds=21600, runs=3, coverage=Window(at(), at(day=2)),
    )  # fmt: skip
    write_status(made, reported)
    return made


@pytest.fixture(scope="module")
def noted() -> Noted:
    """Whoever reads bills."""
    return Noted()


@pytest.fixture(scope="module")
def client(bucket: MemoryBucket, noted: Noted, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AsgiClient]:
    """The application over the fleet with bills; tokens: `all`, `c1` with its cluster alone, `aws` with one account."""
    folder = tmp_path_factory.mktemp("cloud")
    made = ingested(CLOUD, folder)
    tokens = Path(folder / "tokens.yaml")
    entries = [
        {"name": "all", "scopes": ["read", "admin"]},
        {"name": "c1", "filter": 'cluster:"c1"'},
        {"name": "aws", "filter": 'cluster:"c1"', "cloud_filter": 'accountID:"222"'},
    ]
    hashed = [{**one, "sha256": hashlib.sha256(str(one["name"]).encode()).hexdigest()} for one in entries]
    tokens.write_bytes(msgspec.json.encode({"tokens": hashed}))
    services = replace(services_of(made, folder), tokens=Tokens(tokens), bills=Bills(bucket, noted))
    with AsgiClient(create_app(services, PAGE)) as asking:
        yield asking
    made.database.close()


def ask(client: AsgiClient, target: str, token: str = "all") -> Any:
    """Ask with a token."""
    return client.ask(target, headers={"accept": "application/json", "x-api-key": token})


@pytest.mark.parametrize(("target", "shape"), SHAPES)
def test_answers_are_what_the_description_says(client: AsgiClient, target: str, shape: Any) -> None:
    """A real answer can be read as the type that OpenAPI describes."""
    answer = ask(client, target)
    assert answer.status == 200, answer.body[:500]
    msgspec.json.decode(answer.body, type=shape)


def test_the_status_of_integrations(client: AsgiClient) -> None:
    """What the last run found is reported in the field's names."""
    (one,) = ask(client, "/model/cloudCost/status").document["data"]
    assert list(one) == [
        "key", "source", "provider", "active", "valid", "lastRun", "nextRun", "RefreshRate", "created", "runs",
        "coverage", "connectionStatus", "config",
    ]  # fmt: skip
    assert (one["RefreshRate"], one["connectionStatus"]) == ("6h0m0s", "Connection Successful")
    assert one["coverage"] == "[2026-01-10T00:00:00Z, 2026-01-12T00:00:00Z)"


def test_orders_reach_whoever_reads_bills(client: AsgiClient, noted: Noted) -> None:
    """A rebuild wants to be confirmed, a repair a window; both may name one integration, which must exist."""
    noted.orders.clear()
    ask(client, "/model/cloudCost/rebuild")
    assert noted.orders == []
    reported = ask(client, "/model/cloudCost/rebuild?commit=true").document["data"]
    assert reported == "Rebuilding Cloud Usage For All Providers"
    ask(client, "/cloudCost/repair?window=1704067200,1704153600&integrationKey=aws-1")
    assert noted.orders == [("rebuild", "aws-1"), ("repair", "2024-01-01", "aws-1")]
    assert ask(client, "/model/cloudCost/repair?window=1d&integrationKey=nobody").status == 400


@pytest.mark.parametrize("path", ["/model/cloudCost/status", "/model/cloudCost/rebuild?commit=true"])
def test_a_narrowed_token_gives_no_orders(client: AsgiClient, path: str) -> None:
    """What shows or changes all integrations is not for a token that sees a part."""
    assert ask(client, path, "aws").status == 403


def test_a_token_sees_its_part_of_the_bill(client: AsgiClient) -> None:
    """Without a filter for cloud costs a narrowed token sees none; with one, what passes it."""
    assert ask(client, f"/api/v1/cloudcosts?{DAY}", "c1").status == 403
    rows = ask(client, f"/api/v1/cloudcosts?{DAY}", "aws").document["rows"]
    assert [row["name"] for row in rows] == ["AmazonRDS", "Tax"]


def test_a_token_sees_its_clusters_of_the_report(client: AsgiClient) -> None:
    """A narrowed token gets its clusters' days and nothing of the bill as a whole, nor other clusters' names."""
    report = ask(client, f"/api/v1/reconciliation?{DAY}", "c1").document
    assert [day["cluster"] for day in report["days"]] == ["c1"]
    assert (report["bills"], report["outcomes"], report["unmatched_rows"], report["completeness"]) == ([], [], [], [])
    clusters = ask(client, "/api/v1/clusters", "c1").document["clusters"]
    assert [one["cluster"] for one in clusters] == ["c1"]


def test_files_have_every_row(client: AsgiClient) -> None:
    """CSV begins with what was asked and how far the bills have come; Parquet is Parquet."""
    text = ask(client, f"/api/v1/cloudcosts?{DAY}&format=csv&aggregate=service").body.decode()
    first, head, *lines = text.splitlines()
    assert "bills: aws-1 is final" in first
    assert head.startswith("name,service,provider,")
    assert len(lines) == 3
    assert ask(client, f"/api/v1/cloudcosts?{DAY}&format=parquet").body[:4] == b"PAR1"
