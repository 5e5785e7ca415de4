"""The application over real tables, asked in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette

from builders import (
    FOREVER,
    GIB,
    allocation,
    allocation_set,
    asset_set,
    at,
    bucket_of,
    day,
    disk,
    hour,
    money,
    node,
    open_tables,
    pair,
    unmounted,
)
from fleetcost.api.app import create_app
from fleetcost.api.services import Services
from fleetcost.bucket.port import BucketReader
from fleetcost.ingest.run import Ingestor
from fleetcost.model.allocation import LoadBalancerShare, VolumeShare
from fleetcost.model.asset import Asset, AssetType
from fleetcost.sets.cost_set import CostSet
from fleetcost.tables.database import Database
from fleetcost.ui.files import File, WebApp

NOW = at(36)
"""Noon of the day after the day."""

INDEX = b'<!doctype html><head><base href="./"></head><script src="assets/app.js"></script>' + b" " * 2000
WEB = WebApp(
    {
        "index.html": File(INDEX, "text/html"),
        "favicon.svg": File(b"<svg/>", "image/svg+xml"),
        "assets/app.js": File(b"let x = 1;" * 500, "text/javascript"),
    }
)


class Client:
    """Asks an application without a network between."""

    def __init__(self, application: Starlette) -> None:
        self.application = application

    def get(
        self, path: str, params: dict[str, Any] | None = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """Get a path."""
        return asyncio.run(self._ask("GET", path, params, headers))

    def post(self, path: str) -> httpx.Response:
        """Post nothing to a path."""
        return self.send("POST", path)

    def send(
        self, method: str, path: str, content: bytes | None = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """Send anything to a path."""
        return asyncio.run(self._ask(method, path, None, headers, content))

    async def _ask(
        self,
        method: str,
        path: str,
        params: dict[str, Any] | None,
        headers: dict[str, str] | None,
        content: bytes | None = None,
    ) -> httpx.Response:
        if content is not None:
            headers = {"content-type": "application/json"} | (headers or {})
        transport = httpx.ASGITransport(self.application)
        async with httpx.AsyncClient(transport=transport, base_url="http://fleet.example") as client:
            return await client.request(method, path, params=params, headers=headers, content=content)


@dataclass(slots=True)
class App:
    """
    The application and what stands behind it.

    Attributes:
        client: asks it
        ingestor: fills its tables
        database: the tables
    """

    client: Client
    ingestor: Ingestor
    database: Database

    def get(self, path: str, **parameters: Any) -> Any:
        """Return the JSON of a good answer."""
        response = self.client.get(path, parameters or None)
        assert response.status_code == 200, response.text
        return response.json()

    def refused(self, path: str, status: int = 400, **parameters: Any) -> Any:
        """Return the JSON of an error."""
        response = self.client.get(path, parameters or None)
        assert response.status_code == status, response.text
        return response.json()


@contextmanager
def app(
    folder: Path,
    bucket: BucketReader,
    now: datetime = NOW,
    retention: timedelta | None = timedelta(hours=49),
    **more: Any,
) -> Iterator[App]:
    """Give an application whose tables are still empty; `more` are further services."""
    database = open_tables(folder)
    ingestor = Ingestor(bucket, database, FOREVER, lambda: now)
    services = Services(database, lambda: ingestor.status, lambda: now, retention, 600, **more)
    try:
        yield App(Client(create_app(services, WEB)), ingestor, database)
    finally:
        database.close()


def fleet() -> list[CostSet]:
    """Return two clusters: one with everything a row can have, one that is behind."""
    rich = allocation(
        day(), labels={"team": "web", "app": "x"}, annotations={"note": "y"}, services=("web",),
        namespace_labels={"env": "prod"}, cpu_core_hours=12, cpu_core_request_hours=12, cpu_core_usage_hours=4.8,
        cpu_core_usage_max=0.5, cpu_cost=0.379332, ram_byte_hours=24 * GIB, ram_byte_request_hours=24 * GIB,
        ram_byte_usage_hours=18 * GIB, ram_byte_usage_max=float(GIB), ram_cost=0.101688, pv_byte_hours=240 * GIB,
        pv_cost=0.0131507, volumes=(VolumeShare("pv-1", "vol-1", 240 * GIB, money("0.0131507")),),
        network_transfer_bytes=10, network_receive_bytes=20, network_zone_cost=0.05, network_internet_cost=0.12,
        network_cost=0.17, load_balancer_cost=0.6,
        load_balancers=(LoadBalancerShare("shop/web", "203.0.113.7", False, money(24), money("0.6")),),  # noqa: FBT003 - a field
    )  # fmt: skip
    plain = allocation(day(), namespace="kube-system", pod="dns", labels={"team": "infra"}, cpu_cost=0.25)
    unused = unmounted(day(), pv_cost=0.05)
    fractions = {
        "cpu_system_fraction": 0.1, "cpu_user_fraction": 0.3, "cpu_other_fraction": 0.05, "ram_system_fraction": 0.2,
        "ram_user_fraction": 0.5, "cpu_overhead_fraction": 0.025, "ram_overhead_fraction": 0.125,
    }  # fmt: skip
    nodes = node(
        day(), provider="aws", account="acc", project="p", region="eu", labels={"pool": "general"},
        node_type="m6i.xlarge", pool="general", preemptible=0.0, discount=0.3, cpu_core_hours=96,
        ram_byte_hours=384 * GIB, cpu_cost=2.1, ram_cost=0.7, adjustment=-0.1, **fractions,
    )  # fmt: skip
    volume = disk(
        day(), cost=0.0131507, byte_hours=240 * GIB, byte_usage_hours=60 * GIB, byte_usage_max=float(3 * GIB),
        storage_class="standard", claim_name="data", claim_namespace="shop", local=False,
    )  # fmt: skip
    others = [
        Asset(type=kind, name=kind.value, start=day().start, end=day().end, cost=money("0.5"), credit=money("-0.1"))
        for kind in AssetType
        if kind not in {AssetType.NODE, AssetType.DISK}
    ]
    sets = [
        allocation_set([rich, plain, unused], day()),
        asset_set([nodes, volume, disk(day(), name="pv-2", cost=0.05), *others], day()),
        *pair(day(-1), "c2"),
    ]
    for number in range(24):
        sets += pair(hour(number))
    return sets


def fleet_bucket() -> BucketReader:
    """Return a bucket that holds the fleet."""
    return bucket_of(*fleet())
