"""Repair on real parts: a running agent, orders by HTTP and by the bucket, a real Prometheus behind it."""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.model.identity import ClusterId
from fleetcost.model.sets import SetHeader, SetKey, SetKind
from fleetcost.model.window import Resolution, Window
from fleetcost.sets.layout import set_path
from fleetcost.sets.publish import header_at
from servers.fleetcost import fleetcost, get
from servers.process import free_port, running

pytestmark = pytest.mark.real

CLUSTER = ClusterId("cluster-3")
HOUR = Window.of_epochs(1_768_003_200, 1_768_006_800)
HOUR_TEXT = "2026-01-10T00:00:00Z,2026-01-10T01:00:00Z"
WHOLE_TEXT = "2026-01-10T00:00:00Z,2026-01-10T04:00:00Z"
KEY = SetKey(CLUSTER, SetKind.ALLOCATIONS, Resolution.HOUR, HOUR)


@dataclass(frozen=True, slots=True)
class Running:
    """An agent that runs: its address and its bucket."""

    address: str
    bucket: FilesystemBucket

    def header(self) -> SetHeader | None:
        """Return the header of the hour's allocation set in the bucket."""
        return header_at(self.bucket, KEY)


@pytest.fixture
def agent(prometheus_url: str, tmp_path: Path) -> Iterator[Running]:
    """An agent whose bucket holds the four hours already and which has nothing due."""
    (tmp_path / "bucket").mkdir()
    store = tmp_path / "federated-store.yaml"
    store.write_text(f"type: FILESYSTEM\nconfig:\n  directory: {tmp_path / 'bucket'}\n")
    common = ["--cluster-id", CLUSTER, "--cluster-label", "cluster_id", "--prometheus-url", prometheus_url]
    common += ["--storage-config", str(store), "--data-dir", str(tmp_path / "agent"), "--hourly-retention-days", "0"]
    built = fleetcost("agent", "build", "--window", WHOLE_TEXT, *common)
    assert built.returncode == 0, built.stderr
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "fleetcost", "agent", "run", *common, "--port", str(port), "--backfill-hours", "1"]
    with running(command, environment=dict(os.environ), log=tmp_path / "log", ready=lambda: _rounds(address) > 0):
        yield Running(address, FilesystemBucket(tmp_path / "bucket"))


def _rounds(address: str) -> int:
    try:
        return int(get(address, "/healthz")["rounds"])
    except OSError:
        return 0


def _finished(agent: Running, job_id: str) -> dict[str, Any]:
    def job() -> dict[str, Any] | None:
        jobs = get(agent.address, "/etl/status")["data"]
        return next((one for one in jobs if one["id"] == job_id and one["finished_at"]), None)

    return _until(job)


def _until(look: Callable[[], dict[str, Any] | None]) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = look()
        if found is not None:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen within a minute")


def ordered(address: str, path: str, **parameters: str) -> Any:
    """Order a repair; return the answer's document."""
    request = urllib.request.Request(f"{address}{path}?{urllib.parse.urlencode(parameters)}", method="POST")
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.loads(response.read())


def test_a_lost_object_comes_back_by_repair(agent: Running) -> None:
    """An hour whose objects were deleted everywhere is built again as it was, and its day with it."""
    before = agent.header()
    assert before is not None
    agent.bucket.delete(set_path(KEY))
    (Path(agent.bucket.name.removeprefix("file://")).parent / "agent" / "store" / set_path(KEY)).unlink()

    order = ordered(agent.address, "/model/etl/allocation/repair", window=HOUR_TEXT)
    job = _finished(agent, order["job"]["id"])

    assert order["code"] == 200
    assert order["data"] == "Repairing Allocation ETL"
    assert job["state"] == "done", job
    assert [one["outcome"] for one in job["differences"]] == ["created", "unchanged"]
    after = agent.header()
    assert after is not None
    assert (before.digest, before.total_cost) == (after.digest, after.total_cost)


def test_a_dry_run_changes_nothing_and_shows_the_difference(agent: Running) -> None:
    """A dry run compares each set with what is there and writes nothing."""
    before = list(agent.bucket.list("federated/cluster-3/etl"))
    order = ordered(agent.address, "/etl/asset/repair", window=HOUR_TEXT, dryRun="true")
    job = _finished(agent, order["job"]["id"])

    assert [one["outcome"] for one in job["differences"]] == ["unchanged", "unchanged"]
    assert all(one["cost_before"] == one["cost_after"] for one in job["differences"])
    assert before == list(agent.bucket.list("federated/cluster-3/etl"))


def test_a_window_the_source_no_longer_holds_is_refused(agent: Running) -> None:
    """A repair beyond the source's retention is refused with what the source still holds."""
    order = ordered(agent.address, "/etl/asset/repair", window="2020-01-01T00:00:00Z,2020-01-01T02:00:00Z")
    job = _finished(agent, order["job"]["id"])

    assert job["state"] == "refused"
    assert "cannot repair [2020-01-01T00:00:00Z, 2020-01-01T02:00:00Z)" in job["message"]
    assert "holds" in job["message"]


def test_a_window_that_cannot_be_read_is_a_bad_request(agent: Running) -> None:
    """A repair without a readable window answers 400 and says what is accepted."""
    with pytest.raises(urllib.error.HTTPError) as caught:
        ordered(agent.address, "/etl/asset/repair", window="soon")

    assert caught.value.code == 400
    assert "use today" in json.loads(caught.value.read())["message"]


def test_diagnostics_tell_what_the_source_lacks(agent: Running) -> None:
    """The nine checks are pushed; this Prometheus has no fresh samples, which they say."""
    path = "federated/cluster-3/diagnostics.json"
    document = _until(lambda: json.loads(agent.bucket.get(path)) if agent.bucket.stat(path) else None)

    assert document["clusterId"] == "cluster-3"
    assert len(document["checks"]) == 9
    assert document["checks"]["kubecostEmittingMetric"]["diagnosticPassed"]
    absent = document["checks"]["prometheusHasKSMMetric"]
    assert not absent["diagnosticPassed"]
    assert absent["diagnosticOutput"] == "kube_pod_container_resource_requests has no sample in the last ten minutes"


@pytest.mark.usefixtures("agent")
def test_a_request_in_the_bucket_is_answered_beside_it(prometheus_url: str, tmp_path: Path) -> None:
    """A request object is done by the agent and its result, with the difference, lies beside it."""
    folder = tmp_path / "bucket" / "federated" / CLUSTER / "requests"
    folder.mkdir(parents=True)
    (folder / "r1.json").write_text(json.dumps({"window": HOUR_TEXT, "dry_run": True, "requested_by": "primary"}))
    (folder / "r2.json").write_text(json.dumps({"windw": HOUR_TEXT}))
    checked = fleetcost(
        *("agent", "check", "--cluster-id", CLUSTER, "--cluster-label", "cluster_id"),
        *("--data-dir", str(tmp_path / "agent"), "--storage-config", str(tmp_path / "federated-store.yaml")),
        *("--prometheus-url", prometheus_url),
    )

    assert checked.returncode == 1, checked.stderr
    assert "prometheusHasKSMMetric" in checked.stdout
    answered = json.loads((folder / "r1.result.json").read_text())
    refused = json.loads((folder / "r2.result.json").read_text())
    assert answered["state"] == "done"
    assert len(answered["job"]["differences"]) == 2
    assert refused["state"] == "refused"
    assert "windw" in refused["message"]
