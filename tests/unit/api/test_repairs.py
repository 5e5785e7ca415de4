"""`/api/v1/repairs`: what the primary writes, what an agent makes of it, and how both are shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from builders import TinyCluster, at, hour, pair, put
from fleetcost.agent.jobs import Jobs
from fleetcost.agent.requests import answer_requests
from fleetcost.api.access import Tokens
from fleetcost.api.repairs import Repairs
from fleetcost.sets.publish import publish
from unit.agent.agents import C1, Scene, one
from unit.api.apps import App, app
from unit.api.test_access import TOKENS, write

HOUR = "2026-01-10T08:00:00Z,2026-01-10T09:00:00Z"


@dataclass(slots=True)
class Primary:
    """A primary and the agent of one of its clusters, with a bucket between."""

    opened: App
    scene: Scene
    jobs: Jobs

    def order(self, status: int = 202, **wanted: Any) -> Any:
        """Order a repair; return the answer's document."""
        response = ordered(self.opened, **wanted)
        assert response.status_code == status, response.text
        return response.json()

    def round(self) -> int:
        """Let the agent look for orders."""
        return answer_requests(self.scene.bucket, C1, self.jobs, self.scene.cluster.now)


def ordered(opened: App, token: str = "", **wanted: Any) -> httpx.Response:
    """Send an order."""
    headers = {"authorization": f"Bearer {token}"} if token else None
    return opened.client.send("POST", "/api/v1/repairs", json.dumps(wanted).encode(), headers)


@contextmanager
def started(folder: Path) -> Iterator[Primary]:
    """Start a primary whose fleet is a built cluster, c1, and a silent one, c2."""
    scene = Scene(TinyCluster(at(7.9), at(9.5)))
    scene.agent().round()
    put(scene.bucket, *pair(cluster="c2"))
    jobs = Jobs(scene.agent())
    jobs.start()
    with app(folder, scene.bucket, at(9.5), repairs=Repairs(scene.bucket, scene.bucket)) as opened:
        opened.ingestor.pass_once()
        yield Primary(opened, scene, jobs)
    jobs.stop()


@pytest.fixture
def primary(tmp_path: Path) -> Iterator[Primary]:
    """A primary of this test's own."""
    with started(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Primary]:
    """A primary for orders that change nothing."""
    with started(tmp_path_factory.mktemp("refusing")) as made:
        yield made


def test_an_order_goes_to_the_agent_and_comes_back_with_its_difference(primary: Primary) -> None:
    """What the primary writes is what an agent reads; its answer shows each set before and after."""
    before = one(primary.scene.bucket, hour(8))
    primary.scene.cluster.cores = 2.0
    made = primary.order(cluster="c1", window=HOUR, dry_run=True)
    assert (made["state"], made["done"], made["differences"]) == ("waiting", 0, [])
    assert primary.round() == 1

    shown = primary.opened.get(f"/api/v1/repairs/{made['id']}")
    assert (shown["state"], shown["cluster"], shown["dry_run"]) == ("done", "c1", True)
    assert shown["window"] == {"start": "2026-01-10T08:00:00Z", "end": "2026-01-10T09:00:00Z"}
    assert (shown["done"], shown["total"], shown["finished_at"]) == (1, 1, "2026-01-10T09:30:00Z")
    change = next(one for one in shown["differences"] if one["kind"] == "allocations")
    assert change["cost_before"] == str(before.header.total_cost) != change["cost_after"]
    assert (change["outcome"], change["rows_before"], change["rows_after"]) == ("replaced", 1, 1)
    assert one(primary.scene.bucket, hour(8)) == before


def test_the_order_is_a_document_in_the_clusters_folder(primary: Primary) -> None:
    """An order names absolute times, who asked and when, so that it means the same whenever it is read."""
    made = primary.order(cluster="c2", window="today", force=True)
    content = primary.scene.bucket.get(f"federated/c2/requests/{made['id']}.json")
    assert json.loads(content) == {
        "window": "2026-01-10T00:00:00Z,2026-01-11T00:00:00Z", "force": True, "dry_run": False,
        "requested_at": "2026-01-10T09:30:00Z", "requested_by": "everybody",
    }  # fmt: skip


def test_an_order_has_an_address(primary: Primary) -> None:
    """An order is accepted, not done: 202, and where to look."""
    response = ordered(primary.opened, cluster="c1", window=HOUR)
    assert response.status_code == 202
    assert response.headers["location"] == f"/api/v1/repairs/{response.json()['id']}"


def test_orders_are_listed_newest_first(primary: Primary) -> None:
    """The list holds orders of every cluster with their states, a limit, and one cluster's where it is named."""
    first = primary.order(cluster="c1", window=HOUR, dry_run=True)
    primary.round()
    second = primary.order(cluster="c2", window=HOUR)
    answer = primary.opened.get("/api/v1/repairs")
    assert {(one["id"], one["state"]) for one in answer["repairs"]} == {
        (first["id"], "done"),
        (second["id"], "waiting"),
    }
    assert answer["read_only"] is False
    assert [one["id"] for one in primary.opened.get("/api/v1/repairs", cluster="c1")["repairs"]] == [first["id"]]
    assert len(primary.opened.get("/api/v1/repairs", limit=1)["repairs"]) == 1


@pytest.mark.parametrize(
    ("wanted", "status", "reported"),
    [
        ({"cluster": "c1", "window": "soon"}, 400, "window"),
        ({"cluster": "c1", "window": "2026-01-11T00:00:00Z,2026-01-12T00:00:00Z"}, 400, "a window that has begun"),
        ({"cluster": "c1", "window": "900d"}, 400, "at most 400 days"),
        ({"cluster": "c11", "window": HOUR}, 400, "did you mean `c1`?"),
        ({"cluster": "../c1", "window": HOUR}, 400, "a cluster of the fleet"),
        ({"cluster": "c1"}, 400, "window"),
        ({"cluster": "c1", "window": HOUR, "forse": True}, 400, "forse"),
    ],
)
def test_an_order_that_cannot_be_done_is_not_written(
    refusing: Primary, wanted: Any, status: int, reported: str
) -> None:
    """A mistake is reported by name and leaves nothing in the bucket."""
    before = list(refusing.scene.bucket.list())
    assert reported in refusing.order(status, **wanted)["detail"]
    assert list(refusing.scene.bucket.list()) == before


def test_orders_of_people_are_shown_too(primary: Primary) -> None:
    """An order put by hand has its own id; one that cannot be read says why, before and after the agent says so."""
    primary.scene.bucket.put("federated/c1/requests/r1.json", b'{"window": "1h", "dry_run": true}')
    primary.scene.bucket.put("federated/c1/requests/r2.json", b'{"windw": "1h"}')
    assert primary.opened.get("/api/v1/repairs/r1")["state"] == "waiting"
    assert primary.opened.get("/api/v1/repairs/r2")["state"] == "unreadable"
    primary.round()
    assert primary.opened.get("/api/v1/repairs/r1")["state"] == "done"
    refused = primary.opened.get("/api/v1/repairs/r2")
    assert (refused["state"], refused["window"], "windw" in refused["message"]) == ("refused", None, True)
    primary.scene.bucket.put("federated/c1/requests/r1.result.json", b"garbage")
    assert primary.opened.get("/api/v1/repairs/r1")["state"] == "unreadable"


@pytest.mark.parametrize("request_id", ["nothing", "..", "a.result", "%2e%2e%2fcluster"])
def test_an_order_that_is_not_there(refusing: Primary, request_id: str) -> None:
    """An unknown id, or one that is no id at all, is not found."""
    assert refusing.opened.client.get(f"/api/v1/repairs/{request_id}").status_code == 404


def test_a_bucket_that_is_away_is_reported(primary: Primary) -> None:
    """Without an answer from the bucket the client is asked to come again, and by whom it was not answered."""
    primary.scene.bucket.away = True
    response = ordered(primary.opened, cluster="c1", window=HOUR)
    assert (response.status_code, response.json()["type"]) == (503, "bucket")
    assert "moody:// does not answer" in response.json()["detail"]


def test_a_read_only_server_orders_nothing(tmp_path: Path) -> None:
    """A server that writes nothing shows orders and refuses new ones."""
    scene = Scene(TinyCluster(at(7.9), at(9.5)))
    for cost_set in pair():
        publish(scene.bucket, cost_set)
    with app(tmp_path, scene.bucket, at(9.5), repairs=Repairs(scene.bucket, None)) as opened:
        opened.ingestor.pass_once()
        before = list(scene.bucket.list())
        assert opened.get("/api/v1/repairs") == {"repairs": [], "read_only": True}
        assert ordered(opened, cluster="c1", window="1h").status_code == 409
        assert list(scene.bucket.list()) == before


def test_a_server_without_a_bucket(tmp_path: Path) -> None:
    """Where there is no bucket to write to there are no orders, and none can be given."""
    with app(tmp_path, Scene(TinyCluster(at(7.9), at(9.5))).bucket, at(9.5)) as opened:
        opened.ingestor.pass_once()
        assert opened.get("/api/v1/repairs")["read_only"] is True
        assert ordered(opened, cluster="c1", window="1h").status_code == 400


def test_who_may_order(tmp_path: Path) -> None:
    """Orders need the scope admin; a token that sees a part of the fleet neither orders nor looks."""
    scene = Scene(TinyCluster(at(7.9), at(9.5)))
    put(scene.bucket, *pair(), *pair(cluster="c2"))
    tokens = Tokens(write(tmp_path / "tokens.yaml", TOKENS))
    with app(tmp_path, scene.bucket, at(9.5), tokens=tokens, repairs=Repairs(scene.bucket, scene.bucket)) as opened:
        opened.ingestor.pass_once()
        wanted = {"cluster": "c1", "window": "1h"}
        assert ordered(opened, **wanted).status_code == 401
        assert ordered(opened, "reader", **wanted).status_code == 403
        assert ordered(opened, "one", **wanted).status_code == 403
        assert ordered(opened, "boss", **wanted).status_code == 202
        bearer = {"authorization": "Bearer one"}
        assert opened.client.get("/api/v1/repairs", None, bearer).status_code == 403
        (shown,) = opened.client.get("/api/v1/repairs", None, {"authorization": "Bearer reader"}).json()["repairs"]
    assert shown["requested_by"] == "boss"
