"""
The agent's own health checks, pushed as `diagnostics.json` so that the primary can show every cluster's.

The nine checks and their names are the field's, so that dashboards and scripts that read them keep working.
"""

from __future__ import annotations

import enum
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from fleetcost.bucket.port import Bucket, BucketReader
from fleetcost.costing.prices import PriceBook
from fleetcost.documents.cluster import CheckResult, Diagnostics
from fleetcost.documents.document import read_document, write_document
from fleetcost.documents.places import diagnostics_path
from fleetcost.errors import DocumentDamagedError, FleetcostError, ObjectMissingError
from fleetcost.model.identity import ClusterId
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Resolution, Window, rfc3339
from fleetcost.ops import metrics
from fleetcost.samples import queries
from fleetcost.samples.query import Query
from fleetcost.samples.source import Source

FULL_FRACTION = 0.8
"""Part of the disk that may be used."""

STALE_AFTER = timedelta(hours=3)
"""Daily sets change every hour; older than this, something is wrong."""

_RECENT = timedelta(minutes=10)
_ONE_SCRAPE = 60.0
"""Several kube-state-metrics are scraped at several seconds of a minute."""


class Check(enum.StrEnum):
    """One of the nine; the value is the field's name of it."""

    EMITTING = "kubecostEmittingMetric"
    PRICES = "prometheusHasKubecostMetric"
    CADVISOR = "prometheusHasCadvisorMetric"
    KUBE_STATE = "prometheusHasKSMMetric"
    DAILY_ALLOCATIONS = "dailyAllocationEtlHealthy"
    DAILY_ASSETS = "dailyAssetEtlHealthy"
    NOT_KILLED = "kubecostPodsNotOOMKilled"
    NOT_PENDING = "kubecostPodsNotPending"
    STORAGE = "costModelStorageStats"

    @property
    def meaning(self) -> str:
        """What a pass says."""
        return _MEANINGS[self]


_MEANINGS = {
    Check.EMITTING: "the agent emits its own metrics",
    Check.PRICES: "the source has prices, or a price sheet or a price file does",
    Check.CADVISOR: "the source has container use",
    Check.KUBE_STATE: "the source has requests",
    Check.DAILY_ALLOCATIONS: "a daily allocation set was built within three hours",
    Check.DAILY_ASSETS: "a daily asset set was built within three hours",
    Check.NOT_KILLED: "none of our containers was killed for memory",
    Check.NOT_PENDING: "none of our pods waits for a node",
    Check.STORAGE: "the local disk is less than 80 % full",
}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """
    What the checks look at.

    Attributes:
        source: asked for its metrics
        prices: what is charged where the source has no prices
        data_dir: on the disk whose room is checked
        newest_day: when each kind's newest daily set was built, None where there is none
    """

    source: Source
    prices: PriceBook
    data_dir: Path
    newest_day: Mapping[SetKind, datetime | None]


def run_checks(around: Surroundings, before: Diagnostics | None, now: datetime) -> dict[str, CheckResult]:
    """
    Do every check; a check that cannot be done has failed and says why.

    Args:
        around: what to look at
        before: the last run, whose failures are counted on
        now: the clock's reading
    """
    tests: dict[Check, Callable[[], str]] = {
        Check.EMITTING: lambda: "" if metrics.page() else "no metrics at all",
        Check.PRICES: lambda: _unpriced(around, now),
        Check.CADVISOR: lambda: _absent(around.source, queries.SEES_CADVISOR, now),
        Check.KUBE_STATE: lambda: _absent(around.source, queries.SEES_KUBE_STATE, now),
        Check.DAILY_ALLOCATIONS: lambda: _stale(around.newest_day[SetKind.ALLOCATIONS], now),
        Check.DAILY_ASSETS: lambda: _stale(around.newest_day[SetKind.ASSETS], now),
        Check.NOT_KILLED: lambda: _present(around.source, queries.KILLED_PODS, now),
        Check.NOT_PENDING: lambda: _pending(around.source, now),
        Check.STORAGE: lambda: _disk(around.data_dir),
    }
    results = {}
    for check, test in tests.items():
        try:
            wrong = test()
        except (FleetcostError, OSError) as error:
            wrong = str(error)
        results[check.value] = _result(wrong, before.checks.get(check.value) if before else None, now)
    return results


def read_diagnostics(bucket: BucketReader, cluster: ClusterId) -> Diagnostics | None:
    """Return what the last run left in the bucket; None where there is nothing readable."""
    try:
        return read_document(bucket, diagnostics_path(cluster), Diagnostics)
    except (ObjectMissingError, DocumentDamagedError):
        return None


def write_diagnostics(bucket: Bucket, diagnostics: Diagnostics) -> None:
    """Put the document in its place."""
    write_document(bucket, diagnostics_path(ClusterId(diagnostics.cluster_id)), diagnostics)


def _result(wrong: str, before: CheckResult | None, now: datetime) -> CheckResult:
    if not wrong:
        return CheckResult(diagnostic_passed=True)
    again = before is not None and not before.diagnostic_passed
    return CheckResult(
        diagnostic_passed=False,
        num_failures=before.num_failures + 1 if before and again else 1,
        first_failure_date=before.first_failure_date if before and again else rfc3339(now),
        diagnostic_output=wrong,
    )


def _absent(source: Source, query: Query, now: datetime) -> str:
    found = source.query(query, Window(now - _RECENT, now), 60)
    return "" if found else f"{query.metric} has no sample in the last ten minutes"


def _unpriced(around: Surroundings, now: datetime) -> str:
    """Say that only the built-in rates are left; who gives a sheet or a file prices by it."""
    if around.prices.given:
        return ""
    absent = _absent(around.source, queries.SEES_PRICES, now)
    return f"{absent}, so the built-in rates are charged; give a price sheet or run an exporter" if absent else ""


def _pending(source: Source, now: datetime) -> str:
    """Name the pods that were pending when they were last looked at: others ran since, or are gone."""
    window = Window(now - _RECENT, now)
    looked = max((row.value for row in source.query(queries.PHASES, window, 60)), default=0.0)
    waiting = [row for row in source.query(queries.PENDING_PODS, window, 60) if row.value > looked - _ONE_SCRAPE]
    named = sorted("/".join(row.labels.values()) for row in waiting)
    return f"{queries.PENDING_PODS.name}: {', '.join(named[:5])}" if named else ""


def _present(source: Source, query: Query, now: datetime) -> str:
    found = source.query(query, Window(now - _RECENT, now), 60)
    named = sorted("/".join(row.labels.values()) for row in found if row.value > 0)
    return f"{query.name}: {', '.join(named[:5])}" if named else ""


def _stale(newest: datetime | None, now: datetime) -> str:
    if newest is None:
        return "there is no daily set"
    return "" if now - newest < STALE_AFTER else f"the newest daily set was built at {rfc3339(newest)}"


def _disk(folder: Path) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    usage = shutil.disk_usage(folder)
    used = usage.used / usage.total
    return "" if used < FULL_FRACTION else f"the disk of {folder} is {used:.0%} full"


def today_and_yesterday(now: datetime) -> tuple[Window, Window]:
    """Return the two days of which the newer may not have begun to be built."""
    today = Resolution.DAY.window_of(now)
    return today, Window(today.start - Resolution.DAY.delta, today.start)
