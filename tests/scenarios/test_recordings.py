"""An hour of a real cluster, scraped three ways: what is built of it is what was true, and what cannot be is named."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from fleetcost.agent.build import AgentIdentity, Builder
from fleetcost.costing.build import Built
from fleetcost.costing.prices import GIB, PriceBook
from fleetcost.model.asset import AssetType
from fleetcost.model.finding import FindingKind
from fleetcost.model.identity import ClusterId
from fleetcost.model.window import Window
from fleetcost.samples.client import PrometheusSource
from fleetcost.samples.interval import scrape_step
from scenarios.recordings import (
    BOOK,
    FOLDER,
    HOUR,
    LATER,
    NAMES,
    SCRAPE,
    Truth,
    amounts,
    assets,
    build_hour,
    container_rows,
    recording,
)
from scenarios.recordings import totals as totals_of
from servers.tools import find_tool

AWAY = (
    (datetime(2026, 11, 30, 17, 35, tzinfo=UTC), datetime(2026, 11, 30, 17, 38, tzinfo=UTC)),
    (datetime(2026, 11, 30, 17, 48, tzinfo=UTC), datetime(2026, 11, 30, 17, 49, tzinfo=UTC)),
)
"""When nothing was scraped for `messy`: Prometheus was down, then kube-state-metrics."""

OF_LABELS = frozenset({FindingKind.NODE_LABELS_MISSING, FindingKind.POD_LABELS_MISSING, FindingKind.SPOT_UNKNOWN})
LACKS = {
    "plain": OF_LABELS | {FindingKind.DEVICES_UNKNOWN, FindingKind.USE_UNMEASURED},
    "allowlisted": frozenset({FindingKind.USE_UNMEASURED}),
    "messy": frozenset({FindingKind.DEVICES_UNKNOWN, FindingKind.USE_REPORTED_TWICE, FindingKind.SCRAPED_TWICE}),
}
"""What each source lacks or has too much of."""

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(shutil.which("prometheus") is None, reason="no prometheus program is installed"),
    pytest.mark.skipif(not FOLDER.exists(), reason="no recordings of a cluster: TEST_SHARED names no folder with them"),
]


PROGRAMS = [
    pytest.param("prometheus", id="prometheus 2"),
    pytest.param(
        find_tool("prometheus3") or "",
        id="prometheus 3",
        marks=[
            pytest.mark.corner,
            pytest.mark.skipif(
                find_tool("prometheus3") is None, reason="no Prometheus 3: `make test-all` builds it where Go is"
            ),
        ],
    ),
]


@pytest.fixture(scope="module", params=PROGRAMS)
def servers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The address of a server on each recording."""
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(recording(name, tmp_path_factory.mktemp(name), request.param)) for name in NAMES
        }


@pytest.fixture(scope="module")
def truth() -> Truth:
    """What was true."""
    return Truth.load()


class Builds:
    """Builds each recording once at each price book."""

    def __init__(self, servers: dict[str, str]) -> None:
        self._servers = servers
        self.at_rates = cache(lambda name: self.priced(name, BOOK))

    def priced(self, name: str, book: PriceBook) -> Built:
        """Return what is built of a recording."""
        return build_hour(self._servers[name], book)


@pytest.fixture(scope="module")
def builds(servers: dict[str, str]) -> Builds:
    """What is built of each."""
    return Builds(servers)


def in_a_hole(moment: datetime) -> bool:
    """Tell whether a time is so near to one without scrapes that nobody can know it to a scrape."""
    return any(start - SCRAPE <= moment <= end + SCRAPE for start, end in AWAY)


@pytest.mark.parametrize("name", NAMES)
def test_the_step_is_the_scrape_interval(servers: dict[str, str], name: str) -> None:
    """Times are looked for as often as the cluster was scraped, also where two jobs scrape the same."""
    with closing(PrometheusSource(servers[name])) as source:
        assert scrape_step(source, HOUR) == SCRAPE.total_seconds()


@pytest.mark.parametrize("name", NAMES)
def test_every_container_is_a_row_from_its_start_to_its_end(builds: Builds, truth: Truth, name: str) -> None:
    """No row is missing or extra, and each begins and ends within one scrape of the truth, holes aside."""
    rows = container_rows(builds.at_rates(name))
    assert rows.keys() == truth.rows.keys()
    for key, row in rows.items():
        for moment, edge in ((row.start, "start"), (row.end, "end")):
            true = datetime.fromisoformat(truth.rows[key][edge])
            if name != "messy" or not in_a_hole(true):
                assert abs(moment - true) <= SCRAPE, (key, edge)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_asked_for_is_held_for_that_time(builds: Builds, truth: Truth, name: str) -> None:
    """What each container asked for is its true amount, but for one scrape at either end and its restarts."""
    for key, row in container_rows(builds.at_rates(name)).items():
        true = truth.rows[key]
        if name == "messy" and any(in_a_hole(datetime.fromisoformat(true[edge])) for edge in ("start", "end")):
            continue
        if key.pod == "resizer":
            continue  # its request changed in place, at a moment that is known to a scrape
        built, scrapes = amounts(row), 2 * SCRAPE.total_seconds() / 60 / true["minutes"]
        for resource in ("cpu_request_core_hours", "ram_request_gib_hours"):
            assert built[resource] == pytest.approx(true[resource], rel=scrapes + 0.01, abs=1e-6), (key, resource)


@pytest.mark.parametrize("name", NAMES)
def test_totals_are_within_a_percent(builds: Builds, truth: Truth, name: str) -> None:
    """Requests, use, disks and volumes add up to the truth; where use is less, it is of the node that is named."""
    unmeasured = {"cpu_usage_core_hours", "ram_usage_gib_hours"} if name != "messy" else set()
    for resource, (true, built) in totals_of(truth, builds.at_rates(name)).items():
        if resource not in {"cost", "gpu_hours", *unmeasured}:
            assert built == pytest.approx(true, rel=0.01), resource
    virtual = {key for key, row in truth.rows.items() if row["price_class"] == "virtual"}
    rows = container_rows(builds.at_rates(name))
    for resource in unmeasured:
        assert {key for key in rows if resource not in amounts(rows[key])} == virtual
        true = sum(row[resource] for key, row in truth.rows.items() if key not in virtual)
        assert sum(amounts(rows[key]).get(resource, 0.0) for key in rows) == pytest.approx(true, rel=0.01)


def test_the_cluster_costs_what_it_costs(builds: Builds, truth: Truth) -> None:
    """By labels, or by a price file that names the machines where there are none, the total is within a percent."""
    for built in (builds.at_rates("allowlisted"), builds.priced("plain", truth.price_file())):
        assert sum(float(one.cost) for one in built.assets) == pytest.approx(truth.cost(), rel=0.01)


def test_each_machine_costs_what_it_costs(builds: Builds, truth: Truth) -> None:
    """Every node and its own disk is charged for its time to one scrape at either end, at the price of its class."""
    for built in (builds.at_rates("allowlisted"), builds.priced("plain", truth.price_file())):
        nodes, disks = assets(built, AssetType.NODE), assets(built, AssetType.DISK)
        assert nodes.keys() == truth.nodes.keys()
        for name, true in truth.nodes.items():
            slack = 2 * SCRAPE.total_seconds() / 60 / true["minutes"]
            assert float(nodes[name].cost) == pytest.approx(truth.node_cost(name), rel=slack), name
        for name, gib_hours in truth.disk_gib_hours().items():
            slack = 2 * SCRAPE.total_seconds() / 60 / truth.nodes[name]["minutes"]
            assert float(disks[name].byte_hours or 0) / GIB == pytest.approx(gib_hours, rel=slack), name


def test_types_are_inferred_where_nobody_exports_labels(builds: Builds, truth: Truth) -> None:
    """By a price file of types each on-demand machine has its price, GPUs included, and all are said to be inferred."""
    built = builds.priced("plain", truth.price_file_of_types())
    for name, node in assets(built, AssetType.NODE).items():
        true = truth.nodes[name]
        if true["price_class"] == "on-demand":
            slack = 2 * SCRAPE.total_seconds() / 60 / true["minutes"]
            assert float(node.cost) == pytest.approx(truth.node_cost(name), rel=slack), name
    counts = {finding.kind: finding.count for finding in built.findings}
    machines = sum(1 for one in truth.nodes.values() if one["provider_id"])
    assert counts[FindingKind.TYPE_INFERRED] == counts[FindingKind.SPOT_UNKNOWN] == machines


def test_a_messy_scrape_costs_what_a_clean_one_does(builds: Builds, truth: Truth) -> None:
    """Two jobs, two exporters of one counter, a gap and an exporter that moves change less than a percent."""
    clean, messy = (builds.at_rates(name) for name in ("allowlisted", "messy"))
    unseen = {name for name, one in truth.nodes.items() if one["gpu_by"] == "DRA"}
    costs = [
        sum(float(one.cost) for one in built.assets if one.name not in unseen or one.type is not AssetType.NODE)
        for built in (clean, messy)
    ]
    assert costs[1] == pytest.approx(costs[0], rel=0.01)


@pytest.mark.parametrize("name", NAMES)
def test_balancers_reach_the_pods_behind_them(builds: Builds, truth: Truth, name: str) -> None:
    """A balancer's cost is its pods' where its service has any, and services at one address share one balancer."""
    built = builds.at_rates(name)
    found = assets(built, AssetType.LOAD_BALANCER)
    assert {one.ip for one in found.values()} == truth.balancers.keys()
    paid = {
        share.service
        for row in container_rows(built).values()
        for share in row.load_balancers
        if share.cost and row.namespace in {"shop", "edge"}
    }
    assert paid == {"shop/web", "edge/ingress-http"}


@pytest.mark.parametrize("name", NAMES)
def test_what_a_source_lacks_is_named_with_its_cure(builds: Builds, name: str) -> None:
    """Every lack is a finding that says what to do, and nothing is said of a source that lacks nothing."""
    found = {finding.kind for finding in builds.at_rates(name).findings}
    assert found == LACKS[name] | {FindingKind.PRICE_DEFAULTED}


def test_the_check_names_it_before_anything_is_built(servers: dict[str, str]) -> None:
    """`agent check` looks at the source itself, so what it lacks is said at once."""
    with closing(PrometheusSource(servers["plain"])) as source:
        builder = Builder(AgentIdentity(ClusterId("plain"), "uid", "USD"), source, BOOK, None)
        assert {one.kind for one in builder.findings(HOUR)} == LACKS["plain"] | {FindingKind.PRICE_DEFAULTED}
        assert builder.findings(Window(LATER, LATER + timedelta(hours=1))) == ()


def test_the_exact_flag_is_said(builds: Builds) -> None:
    """Without labels the finding has the flag of kube-state-metrics and counts every machine."""
    spot = next(one for one in builds.at_rates("plain").findings if one.kind is FindingKind.SPOT_UNKNOWN)
    assert "--metric-labels-allowlist=nodes=[*],pods=[*],namespaces=[*]" in str(spot)
    assert spot.count == len([one for one in assets(builds.at_rates("plain"), AssetType.NODE) if "virtual" not in one])
