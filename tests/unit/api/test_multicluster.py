"""What agents say of themselves, as the primary shows it: checks of every cluster, and clusters that are gone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from builders import at, bucket_of, day, pair
from fleetcost.agent.claim import claim, heartbeat, retire
from fleetcost.agent.diagnostics import Check, write_diagnostics
from fleetcost.api.access import Tokens
from fleetcost.api.registry import Registry
from fleetcost.api.routes.multicluster import CHECKS
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.documents.cluster import CheckResult, Diagnostics, noticed
from fleetcost.errors import StoreError
from fleetcost.model.finding import Finding, FindingKind
from fleetcost.model.identity import ClusterId
from fleetcost.query.known import Known
from fleetcost.tables.ledger import clusters, ledger_of
from unit.api.apps import App, app
from unit.api.test_access import TOKENS, write

NOW = at(36)
C1, C2 = ClusterId("c1"), ClusterId("c2")


@dataclass(slots=True)
class Primary:
    """A primary with a registry, and its bucket."""

    opened: App
    registry: Registry
    bucket: MemoryBucket


@contextmanager
def primary(folder: Path, bucket: MemoryBucket, now: datetime = NOW, **more: Any) -> Iterator[Primary]:
    """Give a primary that has ingested a bucket and read what the agents say."""
    found: list[App] = []
    registry = Registry(bucket, lambda: clusters(ledger_of(found[0].database).values()), lambda: 1)
    with app(folder, bucket, now, registry=registry, known=Known(retired=registry.retired), **more) as opened:
        found.append(opened)
        opened.ingestor.pass_once()
        registry.refresh()
        yield Primary(opened, registry, bucket)


def run(cluster: ClusterId, at: datetime, **failed: str) -> Diagnostics:
    """Return what an agent writes; every check passes but the named ones, whose text is what was seen."""
    checks = {check.value: CheckResult(diagnostic_passed=True) for check in Check}
    checks |= {
        name: CheckResult(diagnostic_passed=False, num_failures=3, first_failure_date="2026-01-11T00:00:00Z",
                          diagnostic_output=seen)
        for name, seen in failed.items()
    }  # fmt: skip
    return Diagnostics(cluster_id=cluster, latest_run=at, checks=checks)


def two_clusters() -> MemoryBucket:
    """Return a bucket with the day of two clusters."""
    return bucket_of(*pair(day()), *pair(day(), "c2"))


def test_doubts_about_prices_are_shown_beside_them(tmp_path: Path) -> None:
    """What the newest build noticed of prices is beside them; its other findings are not, nor another cluster's."""
    bucket = two_clusters()
    doubt = Finding(FindingKind.PRICE_MONTHLY, 2, ("Node n1: core at 20 USD an hour",))
    other = Finding(FindingKind.POD_UNKNOWN, 1, ("shop/web",))
    findings = (noticed(doubt), noticed(other))
    write_diagnostics(bucket, msgspec.structs.replace(run(C1, NOW), built=at(35), findings=findings))
    with primary(tmp_path, bucket) as found:
        prices = found.opened.get("/api/v1/prices")["prices"]
    doubts = {price["cluster"]: price["doubts"] for price in prices}
    assert doubts["c2"] == []
    assert [(one["kind"], one["count"], one["meaning"]) for one in doubts["c1"]] == [
        (str(doubt.kind), 2, doubt.kind.meaning)
    ]


def test_what_a_source_lacks_is_beside_the_health(tmp_path: Path) -> None:
    """The health of a cluster has what its newest build noticed of prices and of the source, with what to do."""
    bucket = two_clusters()
    kinds = (FindingKind.SPOT_UNKNOWN, FindingKind.NODE_LABELS_MISSING, FindingKind.POD_UNKNOWN)
    findings = tuple(noticed(Finding(kind, 1, ("node n1",))) for kind in kinds)
    write_diagnostics(bucket, msgspec.structs.replace(run(C1, NOW), built=at(35), findings=findings))
    with primary(tmp_path, bucket) as found:
        clusters = found.opened.get("/api/v1/health/windows", window="2d", resolution="1d")["clusters"]
    shown = {one["cluster"]: [(each["kind"], each["meaning"]) for each in one["noticed"]] for one in clusters}
    assert shown == {"c1": [(str(kind), kind.meaning) for kind in kinds[:2]], "c2": []}


def test_the_nine_checks_are_the_agents() -> None:
    """The names the primary sums up are the ones the agents write."""
    assert set(CHECKS) == {check.value for check in Check}


def test_a_check_that_fails_somewhere_fails_in_the_overview(tmp_path: Path) -> None:
    """A broken check is reported of its cluster with what was seen, and of the fleet; the others pass."""
    bucket = two_clusters()
    write_diagnostics(bucket, run(C1, at(35)))
    write_diagnostics(bucket, run(C2, at(35.5), prometheusHasKSMMetric="no sample"))
    with primary(tmp_path, bucket) as made:
        data = made.opened.get("/model/diagnostics/multicluster", window="1d")["data"]
    assert [name for name, passed in data["overview"].items() if not passed] == [
        "prometheusHasKSMMetricDiagnosticPassed"
    ]
    assert len(data["overview"]) == 9
    one, two = data["clusters"]
    assert (one["clusterId"], one["latestRun"], two["latestRun"]) == (
        "c1",
        "2026-01-11T11:00:00Z",
        "2026-01-11T11:30:00Z",
    )
    assert one["prometheusHasKSMMetric"]["diagnosticPassed"] is True
    assert two["prometheusHasKSMMetric"] == {
        "diagnosticPassed": False, "numFailures": 3, "firstFailureDate": "2026-01-11T00:00:00Z",
        "diagnosticOutput": "no sample",
    }  # fmt: skip
    assert two["kubecostVersion"]


def test_a_run_before_the_window_has_not_passed(tmp_path: Path) -> None:
    """An agent that stopped is seen by its last run: all its checks are open, unless the window reaches back to it."""
    bucket = two_clusters()
    write_diagnostics(bucket, run(C1, at(35)))
    write_diagnostics(bucket, run(C2, at(-30)))
    with primary(tmp_path, bucket) as made:
        short = made.opened.get("/model/mcd", window="1d")["data"]["overview"]
        long = made.opened.get("/model/mcd", window="7d")["data"]["overview"]
    assert set(short.values()) == {False}
    assert set(long.values()) == {True}


def test_a_retired_cluster_counts_no_more(tmp_path: Path) -> None:
    """A cluster that was declared gone is listed, and its silence is nobody's failure."""
    bucket = two_clusters()
    write_diagnostics(bucket, run(C1, at(35)))
    write_diagnostics(bucket, run(C2, at(-30)))
    claim(bucket, C2, "uid-2", at(-40))
    retire(bucket, C2, at(25))
    with primary(tmp_path, bucket) as made:
        data = made.opened.get("/mcd")["data"]
    assert set(data["overview"].values()) == {True}
    assert [one["clusterId"] for one in data["clusters"]] == ["c1", "c2"]


def test_a_document_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Garbage in one cluster's folder is reported there, with its path, and hides nobody else's checks."""
    bucket = two_clusters()
    write_diagnostics(bucket, run(C1, at(35)))
    bucket.put("federated/c2/diagnostics.json", b"garbage")
    with primary(tmp_path, bucket) as made:
        one, two = made.opened.get("/mcd")["data"]["clusters"]
    assert "error" not in one
    assert "federated/c2/diagnostics.json" in two["error"]


class Leaving(MemoryBucket):
    """A bucket that can be away."""

    away = False

    def get(self, path: str, *, largest_bytes: int | None = None) -> bytes:
        """Get, unless away."""
        if self.away:
            raise StoreError("leaving:// does not answer")
        return super().get(path, largest_bytes=largest_bytes)


def test_what_was_read_is_kept_while_the_bucket_is_away(tmp_path: Path) -> None:
    """A bucket that does not answer takes nothing away: the last run stays, with why there is no newer one."""
    bucket = Leaving()
    for info in (source := two_clusters()).list():
        bucket.put(info.path, source.get(info.path))
    write_diagnostics(bucket, run(C1, at(35)))
    with primary(tmp_path, bucket) as made:
        before = made.registry.version
        bucket.away = True
        made.registry.refresh()
        one, _ = made.opened.get("/mcd")["data"]["clusters"]
    assert one["latestRun"] == "2026-01-11T11:00:00Z"
    assert "does not answer" in one["error"]
    assert made.registry.version == before + 1


def test_a_token_sees_the_checks_of_its_clusters(tmp_path: Path) -> None:
    """A token narrowed to a cluster sees that cluster's checks, and an overview of those alone."""
    bucket = two_clusters()
    write_diagnostics(bucket, run(C1, at(35)))
    write_diagnostics(bucket, run(C2, at(35), prometheusHasKSMMetric="no sample"))
    tokens = Tokens(write(tmp_path / "tokens.yaml", TOKENS))
    with primary(tmp_path, bucket, tokens=tokens) as made:
        answer = made.opened.client.get("/mcd", None, {"authorization": "Bearer one"})
    data = answer.json()["data"]
    assert [one["clusterId"] for one in data["clusters"]] == ["c1"]
    assert set(data["overview"].values()) == {True}


@pytest.fixture
def gone(tmp_path: Path) -> Iterator[Primary]:
    """A fleet of which c2 was declared gone at the end of its day, two days ago."""
    bucket = two_clusters()
    held = claim(bucket, C2, "uid-2", at(1))
    heartbeat(bucket, held, at(23), pushed=True)
    retire(bucket, C2, at(24))
    with primary(tmp_path, bucket, at(24) + timedelta(days=3)) as made:
        yield made


def test_the_silence_of_a_retired_cluster_is_no_gap(gone: Primary) -> None:
    """Windows after a cluster was declared gone are retired and not expected; those of others are missing."""
    one, two = gone.opened.get("/api/v1/allocations", window="2026-01-10T00:00:00Z,2026-01-13T00:00:00Z")[
        "completeness"
    ]
    assert (one["state"], one["windows"]) == ("missing", {"complete": 1, "late": 1, "missing": 1})
    assert (two["state"], two["windows"]) == ("complete", {"complete": 1, "retired": 2})
    assert (two["coverage_minutes"], two["expected_minutes"]) == (1440, 1440)


def test_a_retired_cluster_is_called_so(gone: Primary) -> None:
    """The fleet, the compatible list and the health strip call it retired, with since when."""
    one, two = gone.opened.get("/api/v1/clusters")["clusters"]
    assert (one["state"], two["state"]) == ("late", "retired")
    assert two["cause"] == "the cluster was retired at 2026-01-11T00:00:00Z"
    assert [row["status"] for row in gone.opened.get("/model/clusters/status")["data"]] == ["inactive", "retired"]
    strip = gone.opened.get(
        "/api/v1/health/windows", window="2026-01-10T00:00:00Z,2026-01-13T00:00:00Z", resolution="1d"
    )
    assert [cell["state"] for cell in strip["clusters"][1]["cells"]] == ["complete", "retired", "retired"]


def test_a_cluster_that_comes_back_is_expected_again(gone: Primary) -> None:
    """A heartbeat after the retirement takes it back, and answers that were kept are made again."""
    asked = {"window": "2026-01-10T00:00:00Z,2026-01-13T00:00:00Z"}
    before = gone.opened.get("/api/v1/allocations", **asked)["completeness"][1]["state"]
    held = claim(gone.bucket, C2, "uid-2", at(50))
    heartbeat(gone.bucket, held, at(50), pushed=False)
    gone.registry.refresh()
    after = gone.opened.get("/api/v1/allocations", **asked)["completeness"][1]["state"]
    assert (before, after) == ("complete", "missing")
