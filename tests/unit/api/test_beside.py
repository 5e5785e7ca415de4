"""What lies in the bucket beside the sets, as the health page is given it."""

from __future__ import annotations

from pathlib import Path

from builders import open_tables
from fleetcost.api.app import create_app
from fleetcost.api.registry import Registry
from fleetcost.api.services import Services
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.ingest.passes import Status
from fleetcost.sets.beside import BesideKind
from making.field_bucket import UID, write_field, write_third
from unit.api.apps import NOW, WEB, Client


def answered(bucket: MemoryBucket, tmp_path: Path) -> dict[str, list[dict[str, str]]]:
    """Return what the health page is given for a bucket."""
    database = open_tables(tmp_path)
    registry = Registry(bucket, tuple, lambda: 1)
    registry.look_beside()
    services = Services(
        database=database, status=Status, clock=lambda: NOW, hourly_retention=None, interval_seconds=60,
        registry=registry,
    )  # fmt: skip
    document: dict[str, list[dict[str, str]]] = Client(create_app(services, WEB)).get("/api/v1/health/bucket").json()
    database.close()
    return document


def test_every_folder_and_every_agent_is_named(tmp_path: Path) -> None:
    """A bucket that three products' agents share is named whole, each kind with its meaning."""
    bucket = MemoryBucket()
    write_field(bucket)
    found = answered(bucket, tmp_path)

    assert {one["kind"] for one in found["folders"]} == set(BesideKind)
    assert all(one["meaning"] for one in found["folders"])
    assert {one["cluster"]: one["version"] for one in found["agents"]} == {
        "open": "1.0.25",
        "second": "",
        "third": "1.0.25",
    }
    assert found["notice"] == ""


def test_inventories_alone_are_said_to_be_no_costs(tmp_path: Path) -> None:
    """Where nothing can be priced the page is given what to switch on."""
    bucket = MemoryBucket()
    write_third(bucket, sets=False)
    found = answered(bucket, tmp_path)

    assert "exportLegacyDataModels" in found["notice"]
    assert UID in {one["owner"] for one in found["folders"]}
