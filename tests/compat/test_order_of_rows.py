"""In which order rows lie in the tables is nobody's business: equal tables give equal answers, byte for byte."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from compat.asgi import AsgiClient
from compat.engine import PAGE, InProcess, services_of
from compat.fleets import Bill, ClusterWindow, Fleet, Ingested, day, ingested, time
from compat.questions import OF_THE_PROCESS, answers, different, questions
from fleetcost.api.app import create_app
from fleetcost.tables.database import Database

WINDOW = "2024-01-01T00:00:00Z,2024-01-04T00:00:00Z"
NODE = {"type": "Node", "provider": "AWS", "cpu_cost": 7, "ram_cost": 7, "gpu_cost": 7}
ROW = {"service": "VM", "category": "Compute", "account_id": "1", "cost": 3}


def _pods(cluster: str) -> Iterator[dict[str, Any]]:
    """Iterate workloads that cost the same and are told apart by little."""
    for number in range(6):
        yield {
            "namespace": "ab"[number % 2], "controller_kind": "deployment", "controller": "web", "container": "app",
            "pod": f"{cluster}-{number}", "node": f"n{number % 3}", "provider_id": f"{cluster}-n{number % 3}",
            "cpu_cost": 1.000000001, "ram_cost": 0.333333333, "gpu_cost": 0.1 * (number % 3), "network_cost": 0.1,
            "cpu_core_hours": 24, "cpu_core_request_hours": 24, "cpu_core_usage_hours": 7.3,
            "labels": {"team": "xy"[number // 3], "n": str(number)}, "services": ["s2", "s1"][: number % 3],
        }  # fmt: skip


def _window(cluster: str, on: str) -> ClusterWindow:
    nodes = [NODE | {"name": f"n{number}", "provider_id": f"{cluster}-n{number}"} for number in range(3)]
    others = [{"type": "Disk", "name": name, "cost": 1, "local": name == "n1"} for name in ("n1", "pv-b", "pv-a")]
    fee = {"type": "ClusterManagement", "name": cluster, "cost": 1}
    return ClusterWindow(cluster, day(on), list(_pods(cluster)), [*nodes, *others, fee])


def _bill(name: str, on: str) -> Bill:
    found = [ROW | {"provider": "AWS", "provider_id": f"c1-n{number}", "kubernetes": True} for number in range(3)]
    lost = [
        ROW | {"provider": provider, "provider_id": "", "labels": {"eks:cluster-name": cluster}}
        for provider in ("GCP", "Azure", "AWS") for cluster in ("z", "y", "")
    ]  # fmt: skip
    return Bill(name, day(on), [*found, *lost])


DAYS = ("2024-01-01", "2024-01-02", "2024-01-03")
TIED = Fleet(
    name="tied",
    now=time("2024-01-04T03:00"),
    windows=[
        *(_window(cluster, on) for cluster in ("c1", "c2", "c3", "c4") for on in DAYS),
    ],
    bills=[_bill(name, on) for name in ("bills-b", "bills-a") for on in DAYS[:2]],
)
"""Everything has its equal: only a whole order decides which comes first, and who takes the last unit of a share."""

ASKED = (
    "", "aggregate=namespace", "aggregate=controller", "aggregate=label:team", "aggregate=service,label:team",
    "aggregate=cluster&shareIdle=true", "aggregate=pod&shareIdle=weighted&idleByNode=true&limit=5",
    "aggregate=namespace&shareNamespaces=a&shareTenancyCosts=true",
    "aggregate=label:team&shareNamespaces=a&shareSplit=even", 'aggregate=pod&filter=label[team]:"x"&shareIdle=true',
    "aggregate=service&limit=2&offset=1", "accumulate=true", "aggregate=provider&limit=2", "aggregate=type&limit=2",
    "aggregate=pod&includeProportionalAssetResourceCosts=true", "aggregate=namespace&idle=share&tenancy=share",
    "aggregate=label:team&idle=share&share_namespaces=a&share_split=even", "aggregate=pod&limit=5&sort=cpu_cost",
    'aggregate=pod&filter=label[team]:"x"&idle=split', "limit=1", "limit=3", "field=namespace", "field=name",
)  # fmt: skip
"""What is asked of each route that knows all of these parameters."""


def targets(client: AsgiClient) -> list[str]:
    """Return every route that is read, once, with what can be asked of it; and some conformance questions."""
    found = list(questions()[::24])
    paths = client.ask("/openapi.json").document["paths"]
    for path, methods in paths.items():
        known = {one["name"] for one in methods.get("get", {}).get("parameters", ()) if "name" in one}
        if "get" not in methods or "{" in path or path.startswith(OF_THE_PROCESS) or f"/model{path}" in paths:
            continue
        windows = "&".join(f"{name}={WINDOW}" for name in ("window", "before", "after") if name in known)
        asked = [one for one in ASKED if {pair.partition("=")[0] for pair in one.split("&")} <= known | {""}]
        found += [f"{path}?{windows}&{one}".replace("?&", "?").rstrip("?&") for one in asked]
    return found


def asked(made: Ingested, folder: Path, stride: int) -> Any:
    """Start an application on tables and ask it each so manieth question."""
    with AsgiClient(create_app(services_of(made, folder), PAGE)) as client:
        return answers(InProcess(client), targets(client)[::stride])


def shuffle(database: Database, seed: float) -> None:
    """Write the rows of every table in another order."""
    names = "SELECT table_name FROM duckdb_tables() WHERE database_name = 'fleetcost' AND NOT temporary"
    with database.transaction() as writer:
        writer.execute(f"SELECT setseed({seed})")
        for (name,) in writer.rows(f"{names} ORDER BY table_name"):
            writer.execute(f"CREATE OR REPLACE TEMP TABLE mixed AS SELECT * FROM {name} ORDER BY random()")
            writer.execute(f"DELETE FROM {name}")
            writer.execute(f"INSERT INTO {name} SELECT * FROM mixed")


@pytest.mark.parametrize(("orders", "stride"), [(1, 3), pytest.param(4, 1, marks=pytest.mark.corner)])
def test_answers_do_not_know_the_order_of_rows(tmp_path: Path, orders: int, stride: int) -> None:
    """Every route answers the same bytes when all tables are written again in another order, whichever it is."""
    made = ingested(TIED, tmp_path)
    try:
        expected = asked(made, tmp_path, stride)
        assert sum(status == 200 for status, _ in expected.values()) > len(expected) // 2
        for number in range(1, orders + 1):
            shuffle(made.database, number / 5)
            assert different(asked(made, tmp_path, stride), expected) == []
    finally:
        made.database.close()
