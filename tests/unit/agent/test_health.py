"""The agent's small HTTP server."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import pytest

from fleetcost.agent.health import Handlers, Health, serve_health
from fleetcost.errors import QuestionError, SettingsError

HEALTH = Health("failing", "c1", 3, "2026-01-10T01:00:00Z", "the source is down")


def ordered(window: str, force: bool, dry_run: bool, cluster: str) -> dict[str, object]:  # noqa: FBT001 - the door's own order
    """Take an order for any window but one."""
    if window == "nonsense":
        raise QuestionError("window", window, "a window")
    return {"window": window, "force": force, "dry_run": dry_run, "cluster": cluster}


HANDLERS = Handlers(lambda: HEALTH, ordered, lambda: ["a job"])


def get(port: int, path: str, method: str = "GET") -> tuple[int, str, bytes]:
    """Ask for a path; return status, media type and body."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, response.headers["content-type"], response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["content-type"], error.read()


def test_health_and_metrics_are_served() -> None:
    """`/healthz` is the agent's account of itself, `/metrics` its metrics, everything else is not found."""
    with serve_health("127.0.0.1", 0, HANDLERS) as port:
        status, kind, body = get(port, "/healthz")
        assert (status, kind) == (200, "application/json")
        assert json.loads(body) == {
            "status": "failing", "cluster": "c1", "rounds": 3, "last_round_at": "2026-01-10T01:00:00Z",
            "last_error": "the source is down",
        }  # fmt: skip
        status, kind, body = get(port, "/metrics")
        assert (status, kind.split(";")[0]) == (200, "text/plain")
        assert b"fleetcost_agent_rounds_total" in body
        assert get(port, "/healthz?verbose=1")[0] == 200
        assert get(port, "/other")[0] == 404


@pytest.mark.parametrize("prefix", ["", "/model"])
def test_repairs_are_ordered(prefix: str) -> None:
    """A repair is ordered under the field's paths and answered in the field's envelope, with its job beside it."""
    with serve_health("127.0.0.1", 0, HANDLERS) as port:
        status, _, body = get(port, f"{prefix}/etl/asset/repair?window=2d&force=true", "POST")
        assert (status, json.loads(body)) == (200, {
            "code": 200, "status": "success", "data": "Repairing Asset ETL",
            "job": {"window": "2d", "force": True, "dry_run": False, "cluster": ""},
        })  # fmt: skip
        assert json.loads(get(port, f"{prefix}/etl/status")[2])["data"] == ["a job"]
        status, _, body = get(port, f"{prefix}/etl/allocation/repair?window=nonsense", "POST")
        assert (status, json.loads(body)["code"]) == (400, 400)
        assert ": use a window" in json.loads(body)["message"]


def test_a_taken_port_is_reported() -> None:
    """A port somebody else listens on is a settings error with address and flag."""
    with (
        serve_health("127.0.0.1", 0, HANDLERS) as port,
        pytest.raises(SettingsError, match=rf"listen on 127.0.0.1:{port}: .*--port"),
        serve_health("127.0.0.1", port, HANDLERS),
    ):
        pytest.fail("two servers on one port")
