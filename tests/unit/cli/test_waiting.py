"""An agent whose Prometheus does not answer yet."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from pathlib import Path
from typing import cast

import pytest

from fleetcost.agent.loop import Agent
from fleetcost.cli.waiting import awaited
from fleetcost.errors import SettingsError, SourceError
from fleetcost.ops.settings import AgentSettings
from servers.process import free_port

AGENT = cast("Agent", object())


def settings(folder: Path) -> AgentSettings:
    return AgentSettings(cluster_id="c1", data_dir=folder, port=free_port(), interval_seconds=1)


def test_it_waits_until_the_source_answers_and_says_so(tmp_path: Path) -> None:
    """While the source is away the port says `waiting` and why, and repairs are refused; then the agent is there."""
    chosen, seen = settings(tmp_path), []

    def make() -> Agent:
        if len(seen) == 2:
            return AGENT
        if seen or make_again.is_set():
            seen.append(asked(chosen.port, "/healthz"))
        make_again.set()
        raise SourceError("prometheus is down")

    make_again = threading.Event()
    assert awaited(make, chosen, threading.Event()) is AGENT
    assert [(one["status"], one["cluster"], one["last_error"]) for one in seen] == [
        ("waiting", "c1", "prometheus is down")
    ] * 2


def asked(port: int, path: str) -> dict[str, str]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return dict(json.load(answer))


def test_an_order_is_refused_until_then(tmp_path: Path) -> None:
    """A repair that is ordered before the source has ever answered is told to come again."""
    chosen, statuses = settings(tmp_path), []

    def make() -> Agent:
        if statuses:
            return AGENT
        if first.is_set():
            request = urllib.request.Request(
                f"http://127.0.0.1:{chosen.port}/etl/asset/repair?window=today", method="POST"
            )
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(request, timeout=10)
            statuses.append(refused.value.code)
            refused.value.close()
        first.set()
        raise SourceError("down")

    first = threading.Event()
    assert awaited(make, chosen, threading.Event()) is AGENT
    assert statuses == [503]


def test_it_ends_when_asked_to(tmp_path: Path) -> None:
    """Asked to stop while it waits, it ends; what is no matter of patience is not waited for."""
    stop = threading.Event()
    stop.set()

    def down() -> Agent:
        raise SourceError("down")

    def wrong() -> Agent:
        raise SettingsError("no cluster id")

    assert awaited(down, settings(tmp_path), stop) is None
    with pytest.raises(SettingsError):
        awaited(wrong, settings(tmp_path), threading.Event())
