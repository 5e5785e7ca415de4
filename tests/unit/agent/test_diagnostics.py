"""The agent's health checks, and the maintenance that runs them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from builders import TinyCluster, at, hour
from fleetcost.agent.diagnostics import STALE_AFTER, Check, Surroundings, read_diagnostics, run_checks
from fleetcost.agent.jobs import Jobs
from fleetcost.agent.maintenance import Maintenance
from fleetcost.agent.plan import BuildTiming
from fleetcost.costing import price_csv, price_sheet
from fleetcost.costing.prices import PriceBook
from fleetcost.documents.cluster import CheckResult, Diagnostics
from fleetcost.documents.places import diagnostics_path
from fleetcost.errors import SourceError, StoreError
from fleetcost.model.finding import FindingKind
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Window
from fleetcost.ops import metrics
from fleetcost.samples import queries
from fleetcost.samples.query import Query
from fleetcost.samples.source import Row
from unit.agent.agents import C1, Scene

NOW = at(12)


class Answers:
    """A source that has just these rows a query."""

    name = "a source"

    def __init__(self, rows: dict[Query, list[Row]], *, down: bool = False) -> None:
        self._rows = rows
        self._down = down

    def query(self, query: Query, window: Window, resolution_seconds: int) -> Sequence[Row]:
        """Answer for the last ten minutes."""
        assert (window, resolution_seconds) == (Window(NOW - timedelta(minutes=10), NOW), 60)
        if self._down:
            raise SourceError("down")
        return self._rows.get(query, [])


WELL = {query: [Row({}, 1.0)] for query in (queries.SEES_PRICES, queries.SEES_CADVISOR, queries.SEES_KUBE_STATE)}
BUILT_IN = PriceBook()
FRESH = dict.fromkeys(SetKind, NOW - timedelta(hours=1))


def checked(
    folder: Path,
    source: Answers,
    newest: dict[SetKind, datetime | None] | None = None,
    before: Diagnostics | None = None,
    book: PriceBook = BUILT_IN,
) -> dict[str, CheckResult]:
    """Run every check."""
    return run_checks(Surroundings(source, book, folder, newest or dict(FRESH)), before, NOW)


def failed(results: dict[str, CheckResult]) -> dict[str, str]:
    """Return what failed, with what was seen."""
    return {name: result.diagnostic_output for name, result in results.items() if not result.diagnostic_passed}


def test_all_is_well(tmp_path: Path) -> None:
    """Every one of the nine checks of the field is run, under its name, and passes."""
    results = checked(tmp_path, Answers(dict(WELL)))
    assert list(results) == [check.value for check in Check]
    assert len(results) == 9
    disk = Check.STORAGE.value
    assert {name: text for name, text in failed(results).items() if name != disk} == {}


def test_what_is_missing_or_wrong_is_named(tmp_path: Path) -> None:
    """Metrics that are absent, pods that are in trouble and stale sets each fail their own check."""
    trouble = [Row({"namespace": "fleetcost", "pod": "agent-1"}, 1.0), Row({"namespace": "x", "pod": "y"}, 0.0)]
    source = Answers({queries.SEES_PRICES: WELL[queries.SEES_PRICES], queries.KILLED_PODS: trouble})
    found = failed(checked(tmp_path, source, {SetKind.ALLOCATIONS: NOW - STALE_AFTER, SetKind.ASSETS: None}))
    assert "has no sample in the last ten minutes" in found[Check.CADVISOR.value]
    assert "has no sample in the last ten minutes" in found[Check.KUBE_STATE.value]
    assert "fleetcost/agent-1" in found[Check.NOT_KILLED.value]
    assert "x/y" not in found[Check.NOT_KILLED.value]
    assert found[Check.DAILY_ALLOCATIONS.value] == "the newest daily set was built at 2026-01-10T09:00:00Z"
    assert found[Check.DAILY_ASSETS.value] == "there is no daily set"
    assert Check.PRICES.value not in found


@pytest.mark.parametrize(
    "book",
    [
        price_sheet.parse("cpu_core_hourly: 0.02", "sheet.yaml"),
        price_sheet.parse("custom: true", "sheet.yaml"),
        PriceBook(table=price_csv.parse(",".join(price_csv.COLUMNS) + "\n,,,node,,m5.large,0.1,", "prices.csv")),
    ],
    ids=["a rate", "custom", "a price file"],
)
def test_who_writes_prices_needs_no_exporter(tmp_path: Path, book: PriceBook) -> None:
    """A price sheet or a price file is a source of prices; with neither, the check says what is charged."""
    assert Check.PRICES.value not in failed(checked(tmp_path, Answers({}), book=book))
    said = failed(checked(tmp_path, Answers({})))[Check.PRICES.value]
    assert "the built-in rates are charged; give a price sheet" in said
    assert Check.PRICES.value in failed(checked(tmp_path, Answers({}), book=price_sheet.parse("currency: EUR", "s")))


def test_a_pod_is_pending_while_it_is(tmp_path: Path) -> None:
    """A pod that was pending at the last look fails the check; one that ran since, or is gone, does not."""
    looked = NOW.timestamp() - 20
    pending = [Row({"namespace": "fleetcost", "pod": name}, looked - ago) for name, ago in (("now", 0), ("was", 240))]
    rows = {queries.PHASES: [Row({}, looked)], queries.PENDING_PODS: pending}
    assert failed(checked(tmp_path, Answers(rows)))[Check.NOT_PENDING.value].endswith("fleetcost/now")
    rows[queries.PENDING_PODS] = pending[1:]
    assert Check.NOT_PENDING.value not in failed(checked(tmp_path, Answers(rows)))


def test_a_check_that_cannot_be_done_has_failed(tmp_path: Path) -> None:
    """A source that is down fails what asks it, with its own words, and nothing else."""
    found = failed(checked(tmp_path, Answers({}, down=True)))
    assert found[Check.PRICES.value] == "down"
    assert Check.DAILY_ASSETS.value not in found


def test_failures_are_counted_in_a_row(tmp_path: Path) -> None:
    """A check that fails again counts on from its first failure; once it passes the row is over."""
    name = Check.CADVISOR.value
    first = checked(tmp_path, Answers({}))[name]
    assert (first.num_failures, first.first_failure_date) == (1, "2026-01-10T12:00:00Z")
    past = CheckResult(diagnostic_passed=False, num_failures=4, first_failure_date="2026-01-01T00:00:00Z")
    before = Diagnostics(cluster_id="c1", latest_run=NOW, checks={name: past})
    again = checked(tmp_path, Answers({}), before=before)[name]
    assert (again.num_failures, again.first_failure_date) == (5, "2026-01-01T00:00:00Z")
    well = checked(tmp_path, Answers(dict(WELL)), before=before)[name]
    assert (well.diagnostic_passed, well.num_failures, well.first_failure_date) == (True, 0, "")


@pytest.fixture
def scene() -> Scene:
    """A cluster of which one hour was not observed."""
    return Scene(TinyCluster(at(7), at(9.5), dark=[Window(at(7.5), at(9))]), bridge=timedelta(0))


@pytest.fixture
def maintenance(scene: Scene, tmp_path: Path) -> Iterator[Maintenance]:
    """The maintenance of an agent that did a round."""
    agent = scene.agent()
    agent.round()
    jobs = Jobs(agent)
    jobs.start()
    yield Maintenance(agent, jobs, tmp_path)
    jobs.stop()


def test_the_result_is_pushed_in_the_fields_names(scene: Scene, maintenance: Maintenance) -> None:
    """The document in the bucket has the field's names, the gaps with their cause, and is read again."""
    found = maintenance.once()
    document = msgspec.json.decode(scene.bucket.get(diagnostics_path(C1)))
    assert (document["clusterId"], document["latestRun"]) == ("c1", "2026-01-10T09:30:00Z")
    assert set(document["checks"]["prometheusHasKSMMetric"]) == {
        "diagnosticPassed", "numFailures", "firstFailureDate", "diagnosticOutput",
    }  # fmt: skip
    assert [gap["start"] for gap in document["gaps"]] == ["2026-01-10T06:00:00Z", "2026-01-10T08:00:00Z"]
    assert read_diagnostics(scene.bucket, C1) == found


def test_what_the_newest_build_noticed_is_in_the_document(
    scene: Scene, maintenance: Maintenance, tmp_path: Path
) -> None:
    """The findings of the newest hour are pushed with their meaning, and kept by an agent that has built nothing."""
    found = maintenance.once()
    assert found.built == at(9)
    assert {one.meaning for one in found.findings} == {FindingKind(one.kind).meaning for one in found.findings}
    assert FindingKind.NODE_SIZE_UNKNOWN in {one.kind for one in found.findings}
    fresh = Maintenance(scene.agent(), Jobs(scene.agent()), tmp_path).once()
    assert (fresh.built, fresh.findings) == (found.built, found.findings)


def test_a_jump_in_prices_since_the_day_before_is_noticed() -> None:
    """An hour that costs ten times what the same hour did the day before, in the local store, is reported."""
    scene = Scene(TinyCluster(at(-16), at(9.5)), timing=BuildTiming(timedelta(minutes=5), timedelta(hours=26)))
    cheap = scene.agent()
    cheap.builder = replace(cheap.builder, prices=PriceBook(custom=True, cpu_hourly=0.003))
    cheap.build(hour(8, -1))
    dear = scene.agent()
    dear.builder = replace(dear.builder, prices=PriceBook(custom=True, cpu_hourly=0.04))
    dear.build(hour(8))
    assert dear.noticed is not None
    assert FindingKind.COST_JUMPED in {finding.kind for finding in dear.noticed[1]}


def test_the_sets_within_the_backfill_are_counted(maintenance: Maintenance) -> None:
    """Dashboards of the field read how many sets are whole, partial or empty."""
    maintenance.once()

    def value(status: str, resolution: str = "hourly") -> float | None:
        labels = {"resolution": resolution, "status": status}
        return metrics.REGISTRY.get_sample_value("kubecost_allocation_data_status", labels)

    assert [value(status) for status in ("success", "warning", "empty", "error")] == [0, 2, 2, 0]
    assert value("warning", "daily") == 1


def test_what_lies_there_and_is_no_diagnosis_is_nothing(scene: Scene) -> None:
    """A document that cannot be read does not stop the next run."""
    assert read_diagnostics(scene.bucket, C1) is None
    scene.bucket.put(diagnostics_path(C1), b"garbage")
    assert read_diagnostics(scene.bucket, C1) is None


def test_a_bucket_that_is_away_is_reported(scene: Scene, maintenance: Maintenance) -> None:
    """The maintenance says that it could not push; the caller decides what follows."""
    scene.bucket.away = True
    with pytest.raises(StoreError):
        maintenance.once()
    assert hour(8).start < scene.cluster.now
