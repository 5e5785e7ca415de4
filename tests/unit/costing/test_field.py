"""What exporters of the field say wrongly or elsewhere, and the rule that keeps the cost right all the same."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetcost.costing.build import Built, build
from fleetcost.costing.marks import ANY, SPOT, VIRTUAL, VIRTUAL_NAMES
from fleetcost.costing.price_csv import parse
from fleetcost.costing.prices import PriceBook
from fleetcost.costing.provider_ids import balancer_id
from fleetcost.model.asset import Asset, AssetType, PriceSource
from fleetcost.model.finding import FindingKind
from fleetcost.model.records import NodeAddress, NodeTaint, PodPlace, PodValue, SliceEndpoint
from making.samples import GIB, NAMESPACE, Making

BOOK = PriceBook()
NAMES = st.text("abcdefgh0123456789-", min_size=1, max_size=20).filter(lambda text: text.strip("-") == text)


def kinds(built: Built) -> set[FindingKind]:
    return {finding.kind for finding in built.findings}


def only_node(built: Built) -> Asset:
    (node,) = (asset for asset in built.assets if asset.type is AssetType.NODE)
    return node


@given(uid=st.text("xyz", max_size=3))
def test_no_uid_loses_a_figure(uid: str) -> None:
    """Whatever uid a source gives a pod's figure, the pod is charged it; only a uid that nobody has is reported."""
    making = Making()
    making.node("n", cores=8, gib=8)
    making.pod("web", uid="x", node="n")
    making.container("web", uid=uid, cpu_allocated=2.0)
    built = build(making.samples(), BOOK)
    assert built.allocations[0].cpu_core_hours == 48
    assert (FindingKind.UID_UNKNOWN in kinds(built)) is (uid not in {"x", ""})


def test_the_figures_of_a_pod_that_never_ran_are_not_its_successors() -> None:
    """A uid that kube-state-metrics knows is another pod of the name: what it asked for is not charged to this one."""
    making = Making()
    making.node("n", cores=8, gib=8)
    making.pod("db-0", uid="new", node="n")
    making.pods["places"].append(PodPlace(NAMESPACE, "db-0", "old", "n", ""))
    making.container("db-0", uid="old", container="gone", cpu_requested=4.0)
    built = build(making.samples(), BOOK)
    assert [(row.container, row.cpu_core_hours) for row in built.allocations] == [("main", 0)]
    assert FindingKind.UID_UNKNOWN not in kinds(built)


def test_growth_known_by_name_is_shared_by_the_pods_of_the_name() -> None:
    """Core-seconds under a uid nobody has are counted once, however many pods had the name."""
    making = Making()
    making.node("n", cores=8, gib=8)
    for uid, hours in (("one", (0.0, 12.0)), ("two", (12.0, 24.0))):
        making.pod("db-0", hours, uid=uid, node="n")
    making.container("db-0", uid="nobody's", cpu_used_seconds=7200.0)
    rows = build(making.samples(), BOOK).allocations
    assert float(sum((row.cpu_core_usage_hours or Decimal(0) for row in rows), Decimal(0))) == pytest.approx(2)


@pytest.mark.parametrize(("key", "value"), VIRTUAL.items())
def test_every_virtual_node_costs_what_its_pods_ask_for(key: str, value: str) -> None:
    """A node with any of the marks, as a label or as a taint, costs its pods' requests and is never idle."""
    chosen = "anything" if value == ANY else value
    for as_taint in (False, True):
        making = Making()
        making.node("v", cores=10_000, gib=4096, labels=None if as_taint else {key: chosen})
        if as_taint:
            making.nodes["taints"] = [NodeTaint("v", key.replace("_", "/"), chosen)]
        making.pod("burst", node="v")
        making.container("burst", cpu_requested=1.0, ram_requested=GIB)
        built = build(making.samples(), BOOK)
        assert only_node(built).cost == sum((row.total_cost for row in built.allocations), Decimal(0)) > 0


@given(cores=st.integers(4097, 1_000_000))
def test_a_node_larger_than_any_machine_is_virtual(cores: int) -> None:
    """A node without any mark that declares more cores than machines have costs its pods' requests, and is reported."""
    making = Making()
    making.node("v", cores=cores, gib=4096)
    making.pod("burst", node="v")
    making.container("burst", cpu_requested=1.0, ram_requested=GIB)
    built = build(making.samples(), BOOK)
    assert only_node(built).cost == sum((row.total_cost for row in built.allocations), Decimal(0)) > 0
    assert FindingKind.NODE_NO_MACHINE in kinds(built)


@pytest.mark.parametrize("beginning", VIRTUAL_NAMES)
def test_a_virtual_node_is_known_by_the_name_its_provider_gives_it(beginning: str) -> None:
    """Where neither labels nor taints are reported, the name is enough."""
    making = Making()
    making.node(f"{beginning}x1", cores=500, gib=4096)
    making.pod("burst", node=f"{beginning}x1")
    making.container("burst", cpu_requested=1.0, ram_requested=GIB)
    built = build(making.samples(), BOOK)
    assert only_node(built).cost == sum((row.total_cost for row in built.allocations), Decimal(0)) > 0


def test_a_virtual_node_made_again_pays_its_pods_once() -> None:
    """Two virtual nodes of one name are two assets that together cost what the pods of both ask for."""
    making = Making()
    for number, hours in enumerate(((0.0, 11.0), (12.0, 24.0))):
        making.node("v", hours, cores=100, gib=100, provider_id=f"id-{number}", labels={"type": "virtual-kubelet"})
        making.pod(f"burst-{number}", hours, node="v")
        making.container(f"burst-{number}", cpu_requested=1.0)
    built = build(making.samples(), BOOK)
    assert sum(asset.cost for asset in built.assets) == sum(row.total_cost for row in built.allocations)


@pytest.mark.parametrize(("key", "value"), SPOT.items())
def test_every_spot_mark_gives_spot_rates(key: str, value: str) -> None:
    """A node with any of the marks has the spot rates, in whatever case the mark is written."""
    making = Making()
    making.node("s", cores=1, gib=0, labels={key: "yes" if value == ANY else value.upper()})
    node = only_node(build(making.samples(), BOOK))
    assert (float(node.cpu_cost), node.preemptible) == (pytest.approx(24 * BOOK.cpu_spot_hourly), 1.0)


@pytest.mark.parametrize("written", ["file", "sheet"])
def test_a_price_of_zero_that_somebody_wrote_is_a_price(written: str) -> None:
    """A zero in a price file or in a sheet of custom rates is charged, and nobody is asked whether it is meant."""
    making = Making()
    making.node("gift", cores=4, gib=16, cpu_price=0.05, ram_price=0.01)
    line = ",gift,,node,metadata.name,,0,"
    table = parse(
        f"EndTimestamp,InstanceID,Region,AssetClass,InstanceIDField,InstanceType,MarketPriceHourly,Version\n{line}", "f"
    )
    sheet = PriceBook(custom=True, cpu_hourly=0.0, ram_gib_hourly=0.0)
    built = build(making.samples(), PriceBook(table=table) if written == "file" else sheet)
    assert (only_node(built).cost, only_node(built).price_source) == (0, PriceSource.CUSTOM)
    assert kinds(built) == set()


def test_rows_of_a_price_file_that_match_nothing_are_listed() -> None:
    """Each row that no price is of is a finding with what it names; rows that price something are none."""
    making = Making()
    making.node("one", cores=4, gib=16)
    header = "EndTimestamp,InstanceID,Region,AssetClass,InstanceIDField,InstanceType,MarketPriceHourly,Version"
    lines = (
        ",one,,node,metadata.name,,0.5,",
        ",two,,node,metadata.name,,0.5,",
        ",fast,eu,pv,spec.storageClassName,,0.1,",
        ",placeholder,,gpu,,T4,0.1,",
    )
    built = build(making.samples(), PriceBook(table=parse("\n".join((header, *lines)), "f")))
    (found,) = (finding for finding in built.findings if finding.kind is FindingKind.PRICE_ROW_UNUSED)
    assert found.subjects == ("gpu InstanceType T4", "node metadata.name two", "pv spec.storageClassName fast in eu")


@given(name=NAMES, other=NAMES, end=st.text("0123456789abcdef", min_size=1, max_size=16))
def test_the_names_of_aws_load_balancers_stay_apart(name: str, other: str, end: str) -> None:
    """Host names of two load balancers of AWS have two ids, and each is the name the bill has."""
    hosts = (f"{name}-{end}.elb.eu-west-1.amazonaws.com", f"internal-{name}-{end}.eu-west-1.elb.amazonaws.com")
    assert {balancer_id(host) for host in hosts} == {name.removeprefix("internal-")}
    assert (balancer_id(f"{other}-{end}.elb.eu-west-1.amazonaws.com") == balancer_id(hosts[0])) is (
        other.removeprefix("internal-") == name.removeprefix("internal-")
    )


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(["1", "2", "3", "4", ""])), min_size=1, max_size=8))
def test_what_shares_an_address_is_one_balancer(fronts: list[tuple[str, str]]) -> None:
    """There are as many load balancers as there are groups of services that addresses join, and each is paid once."""
    making = Making()
    for service, ip in fronts:
        making.balancer(service, (0.0, 24.0), ip=ip and f"192.0.2.{ip}", price=None)
    built = build(making.samples(), BOOK)
    groups: list[set[str]] = []
    for service, ip in fronts:
        own = {f"address {ip}" if ip else f"none of {service}"} | ({f"service {service}"} if ip else set())
        joined = [group for group in groups if group & own]
        groups = [*(group for group in groups if not group & own), own.union(*joined)]
    assert len(built.assets) == len(groups)
    assert sum(row.load_balancer_cost for row in built.allocations) == sum(asset.cost for asset in built.assets)


def test_a_slice_names_the_pod_even_on_the_hosts_network() -> None:
    """A pod that a slice names is behind the service, although its address is its node's and says nothing."""
    making = Making()
    making.node("n", cores=4, gib=4)
    making.nodes["addresses"] = [NodeAddress("n", "10.0.0.1")]
    making.pod("ingress", uid="u")
    making.pods["places"].append(PodPlace(NAMESPACE, "ingress", "u", "n", "10.0.0.1"))
    making.pod("bystander")
    making.pods["places"].append(PodPlace(NAMESPACE, "bystander", "", "n", "10.0.0.1"))
    making.services["slice_endpoints"] = [SliceEndpoint(NAMESPACE, "front-x7k2p", "10.0.0.1", "ingress")]
    rows = build(making.samples(), BOOK).allocations
    assert {row.pod: row.services for row in rows} == {"ingress": ("front",), "bystander": ()}


@pytest.mark.parametrize("known_by", ["report", "address"])
def test_bytes_on_the_hosts_network_are_no_pods(known_by: str) -> None:
    """What a pod on its node's network sent and received is the node's traffic and stands in no row."""
    making = Making()
    making.node("n", cores=4, gib=4)
    making.nodes["addresses"] = [NodeAddress("n", "10.0.0.1")]
    for pod, ip in (("proxy", "10.0.0.1" if known_by == "address" else ""), ("web", "10.1.0.1")):
        making.pod(pod)
        making.pods["places"].append(PodPlace(NAMESPACE, pod, "", "n", ip))
        making.received(pod, 1000.0)
    if known_by == "report":
        making.network["host_pods"] = [PodValue(NAMESPACE, "proxy", "", 1.0)]
    rows = build(making.samples(), BOOK).allocations
    assert {row.pod: row.network_receive_bytes for row in rows} == {"proxy": 0, "web": 1000}
