"""The buckets behind the answers, as the health page shows them."""

from __future__ import annotations

from pathlib import Path

from builders import at, hour, open_tables, pair, put
from fleetcost.api.app import create_app
from fleetcost.api.services import Services
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.bucket.multi import MultiBucket
from fleetcost.ingest.passes import Status
from fleetcost.ingest.run import Ingestor
from unit.api.apps import FOREVER, NOW, WEB, Client


def test_each_bucket_s_freshness_is_answered(tmp_path: Path) -> None:
    """After a pass each bucket says when it was listed, whose sets are read from it, and which it holds in vain."""
    eu, us = MemoryBucket("eu://"), MemoryBucket("us://")
    put(eu, *pair(hour(1), "paris"))
    put(us, *pair(hour(1), "boston"), *pair(hour(1), "paris"))
    view = MultiBucket((eu, us), lambda: at(3))
    database = open_tables(tmp_path)
    Ingestor(view, database, FOREVER, lambda: NOW).pass_once()
    services = Services(
        database=database, status=Status, clock=lambda: NOW, hourly_retention=None, interval_seconds=60,
        stores=view.states,
    )  # fmt: skip
    first, second = Client(create_app(services, WEB)).get("/api/v1/health/stores").json()["stores"]
    database.close()

    assert (first["name"], first["clusters"], first["conflicts"]) == ("eu://", ["paris"], [])
    assert first["listed_at"] == "2026-01-10T03:00:00Z"
    assert first["newest_at"] is not None
    assert second["clusters"] == ["boston"]
    assert second["conflicts"] == [{"cluster": "paris", "read_from": "eu://"}]
