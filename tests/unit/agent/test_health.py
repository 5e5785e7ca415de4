"""The agent's small HTTP server."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import pytest

from fleetcost.agent.health import Health, serve_health
from fleetcost.errors import SettingsError

HEALTH = Health("failing", "c1", 3, "2026-01-10T01:00:00Z", "the source is down")


def get(port: int, path: str) -> tuple[int, str, bytes]:
    """Ask for a path; return status, media type and body."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as response:
            return response.status, response.headers["content-type"], response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["content-type"], error.read()


def test_health_and_metrics_are_served() -> None:
    """`/healthz` is the agent's account of itself, `/metrics` its metrics, everything else is not found."""
    with serve_health("127.0.0.1", 0, lambda: HEALTH) as port:
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


def test_a_taken_port_is_told() -> None:
    """A port somebody else listens on is a settings error with address and flag."""
    with (
        serve_health("127.0.0.1", 0, lambda: HEALTH) as port,
        pytest.raises(SettingsError, match=rf"listen on 127.0.0.1:{port}: .*--port"),
        serve_health("127.0.0.1", port, lambda: HEALTH),
    ):
        pytest.fail("two servers on one port")
