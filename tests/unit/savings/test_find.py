"""Savings of made fleets: rules case by case, and no cost claimed twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import GIB, at
from fleetcost.query.inventory import BilledOrphan, BilledTime, FleetInventory, UnusedCommitment
from fleetcost.savings.find import PROFILES, find_savings
from fleetcost.savings.ledger import SavingClaim, settle
from fleetcost.savings.opportunity import ClusterTime, Opportunity
from fleetcost.savings.words import SavingKind, SavingReason, Verdict
from unit.savings.held import DAYS, END, START, TIMES, busy, held_node, inventory, nanos, volume, workload

DEVELOPMENT = PROFILES["development"]
MONTHLY = 730 / (24 * DAYS)


def only(held: FleetInventory, kind: SavingKind) -> Opportunity | None:
    """Return the only saving of a kind, None where there is none."""
    found = [one for one in find_savings(held, (), TIMES, DEVELOPMENT).found if one.kind is kind]
    assert len(found) <= 1
    return found[0] if found else None


def withheld(held: FleetInventory, kind: SavingKind) -> dict[SavingReason, int]:
    """Return what could not be judged of a kind."""
    (summary,) = (one for one in find_savings(held, (), TIMES, DEVELOPMENT).kinds if one.kind is kind)
    return dict(summary.withheld)


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        ({}, None),
        ({"spare_until": END, "mounted_until": at(day=4)}, Verdict.OK),
        ({"spare_until": END, "mounted_until": None}, Verdict.OK),
        ({"spare_until": END, "mounted_until": at(day=DAYS - 1)}, Verdict.THIN),
        ({"spare_until": at(day=6), "mounted_until": END}, None),
        ({"spare_until": at(day=6), "last": at(day=6), "mounted_until": None}, None),
    ],
    ids=["mounted", "left alone", "never mounted", "lately", "mounted again", "gone"],
)
def test_unmounted_volumes(facts: dict[str, Any], verdict: Verdict | None) -> None:
    """A volume counts that no pod mounts now, is there now, and has been so for days; all of its cost is saved."""
    found = only(inventory(volumes=(volume(**facts),)), SavingKind.UNMOUNTED_VOLUMES)
    assert (found.verdict if found else None) == verdict
    if found:
        assert found.money.expected_nanos == found.cost_nanos == pytest.approx(nanos(10) * MONTHLY, abs=1)


@pytest.mark.parametrize(
    ("facts", "needed", "verdict"),
    [
        ({"used_bytes_max": 90.0 * GIB}, None, None),
        ({"used_bytes_max": 70.0 * GIB}, None, None),
        ({"used_bytes_max": 20.0 * GIB}, 25 * GIB, Verdict.OK),
        ({"used_bytes_max": 20.1 * GIB}, 26 * GIB, Verdict.OK),
        ({"used_bytes_max": 0.0}, GIB, Verdict.OK),
        ({"used_bytes_max": 20.0 * GIB, "measured_days": 3}, 25 * GIB, Verdict.THIN),
    ],
)
def test_oversized_volumes(facts: dict[str, Any], needed: int | None, verdict: Verdict | None) -> None:
    """A quarter above the highest use, in whole GiB, is what a volume needs; nothing is sure, for few can shrink."""
    found = only(inventory(volumes=(volume(**facts),)), SavingKind.OVERSIZED_VOLUMES)
    assert (found.verdict if found else None) == verdict
    if found and needed:
        assert next(one.value for one in found.facts if one.name == "size it needs") == needed
        assert found.money.low_nanos == 0
        assert found.money.expected_nanos == found.cost_nanos * (100 * GIB - needed) // (100 * GIB)


def test_a_volume_that_is_not_measured_is_withheld() -> None:
    """Without a measurement nothing is said of a volume's size, and that is counted."""
    held = inventory(volumes=(volume(used_bytes_max=None, measured_days=0),))
    assert only(held, SavingKind.OVERSIZED_VOLUMES) is None
    assert withheld(held, SavingKind.OVERSIZED_VOLUMES) == {SavingReason.NO_USAGE: 1}


IDLE = {"quiet_windows": DAYS, "burst_cores": 0.001, "network_bytes": 1000}


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        (IDLE, Verdict.OK),
        (IDLE | {"burst_cores": 0.2}, None),
        (IDLE | {"quiet_windows": DAYS - 1}, None),
        (IDLE | {"days": 3}, Verdict.THIN),
        (IDLE | {"controller_kind": "job"}, None),
        (IDLE | {"controller_kind": "daemonset"}, None),
        (IDLE | {"namespace": "kube-system"}, None),
        (IDLE | {"last": at(day=3)}, None),
    ],
)
def test_idle_workloads(facts: dict[str, Any], verdict: Verdict | None) -> None:
    """Quiet on the network and still on the CPU for a week: then all it holds is freed, and no money promised."""
    found = only(inventory(workloads=(workload(**facts), workload(controller="b"))), SavingKind.IDLE_WORKLOADS)
    assert (found.verdict if found else None) == verdict
    if found:
        assert found.money.freed_nanos == pytest.approx(nanos(6) * MONTHLY, abs=1)
        assert found.money.expected_nanos == found.money.high_nanos == 0


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (IDLE | {"network_bytes": 0}, SavingReason.NO_NETWORK),
        (IDLE | {"burst_cores": None}, SavingReason.NO_USAGE),
        (IDLE | {"unmeasured": 1}, SavingReason.NO_USAGE),
    ],
)
def test_silence_is_no_evidence(facts: dict[str, Any], reason: SavingReason) -> None:
    """Where traffic or CPU was not measured, a workload is withheld, not idle."""
    held = inventory(workloads=(workload(**facts),))
    assert only(held, SavingKind.IDLE_WORKLOADS) is None
    assert withheld(held, SavingKind.IDLE_WORKLOADS) == {reason: 1}


GPU = {"gpu_nanos": nanos(50), "gpu_asked_nanos": nanos(24 * DAYS), "gpu_used_nanos": 0, "gpu_used_max": 0.0}


@pytest.mark.parametrize(
    ("facts", "found", "reasons"),
    [
        (GPU, True, {}),
        (GPU | {"gpu_used_nanos": nanos(1), "gpu_used_max": 0.5}, False, {}),
        (GPU | {"gpu_used_nanos": None, "gpu_used_max": None, "gpu_unmeasured": 3}, False, {SavingReason.NO_USAGE: 1}),
        (
            GPU | {"gpu_asked_nanos": nanos(48 * DAYS), "gpu_used_nanos": nanos(1), "gpu_used_max": 0.5},
            False,
            {SavingReason.SHARED_USE: 1},
        ),
    ],
)
def test_unused_gpus(facts: dict[str, Any], found: bool, reasons: dict[SavingReason, int]) -> None:  # noqa: FBT001
    """A GPU that was never used is freed; one whose use is not known, or not whose of several, is withheld."""
    held = inventory(workloads=(workload(**facts),))
    one = only(held, SavingKind.UNUSED_GPUS)
    assert (one is not None) == found
    assert withheld(held, SavingKind.UNUSED_GPUS) == reasons
    if one:
        assert one.money.freed_nanos == pytest.approx(nanos(50) * MONTHLY, abs=1)


def fleet_of(nodes: int, pods: int, cores: float, gib: float, **facts: Any) -> FleetInventory:
    """Return nodes with pods dealt out among them."""
    names = [f"n{number}" for number in range(nodes)]
    spread = {name: [(cores, gib)] * len(range(at_, pods, nodes)) for at_, name in enumerate(names)}
    return inventory(nodes=tuple(held_node(name) for name in names), busy=busy(spread, **facts))


def test_spare_nodes() -> None:
    """Ten small pods on four nodes fit on two: two at 0.096 an hour are 140.16 a month, none of it sure."""
    found = only(fleet_of(4, 10, 0.2, 0.6), SavingKind.NODES)
    assert found is not None
    assert found.money.expected_nanos == pytest.approx(nanos(140.16), abs=4)
    assert found.money.low_nanos == 0
    assert only(fleet_of(2, 5, 0.5, 1), SavingKind.NODES) is None


def test_a_cluster_that_lets_nodes_go_is_sure_of_it() -> None:
    """Where the number of nodes changed in the window, what is expected is also the least."""
    found = only(fleet_of(4, 10, 0.2, 0.6, node_counts={"c1": (3, 4)}), SavingKind.NODES)
    assert found is not None
    assert found.money.low_nanos == found.money.expected_nanos > 0


def test_pods_that_nothing_starts_again_keep_their_nodes() -> None:
    """A node with a bare pod stays."""
    held = fleet_of(4, 10, 0.2, 0.6)
    bare = tuple(replace(load, controller="", controller_kind="") if load.namespace == "shop" else load
                 for load in held.busy.loads)  # fmt: skip
    assert only(replace(held, busy=replace(held.busy, loads=bare)), SavingKind.NODES) is None


def test_a_pool_that_is_gone_saves_nothing() -> None:
    """Nodes that were there in the busy hour and are not any more cost nothing that could be saved."""
    held = fleet_of(4, 10, 0.2, 0.6)
    gone = tuple(replace(one, last=START + timedelta(days=1)) for one in held.nodes)
    assert only(replace(held, nodes=gone), SavingKind.NODES) is None


def test_a_cluster_without_hours_is_withheld() -> None:
    """Days do not say what ran at the same time."""
    held = inventory(nodes=(held_node(),))
    assert withheld(held, SavingKind.NODES) == {SavingReason.NO_HOURS: 1}


BILLED = {"aws": BilledTime(DAYS, END)}


def commitment(**facts: Any) -> UnusedCommitment:
    """Return a plan with an unused part of 20 beside 5 of use at on-demand prices."""
    known: dict[str, Any] = {
        "currency": "USD", "integration": "aws", "provider": "AWS", "payer": "1", "commitment_id": "sp-1",
        "service": "EC2", "unused_nanos": nanos(20), "demand_nanos": nanos(5), "days": DAYS, "last": END,
    }  # fmt: skip
    return UnusedCommitment(**known | facts)


def test_commitments_save_what_they_could_cover() -> None:
    """Two plans share the use at on-demand prices that they could cover: it is claimed once."""
    held = inventory(commitments=(commitment(), commitment(commitment_id="sp-2")), billed=BILLED)
    found = [one.money.expected_nanos for one in find_savings(held, (), TIMES, DEVELOPMENT).found]
    assert found == [pytest.approx(nanos(5) * MONTHLY, abs=1), 0]
    alone = inventory(commitments=(commitment(demand_nanos=0),), billed=BILLED)
    assert only(alone, SavingKind.COMMITMENTS).verdict is Verdict.WITHHELD  # type: ignore[union-attr]


def test_what_a_bill_names_alone_is_saved_whole() -> None:
    """An idle address costs what the bill says, per month."""
    orphan = BilledOrphan("USD", "aws", "AWS", "1", "eu", "EC2", "eip-1", "", "ElasticIP:IdleAddress", True,  # noqa: FBT003
                          nanos(1.68), DAYS, START, END)  # fmt: skip
    found = only(inventory(orphans=(orphan,), billed=BILLED), SavingKind.ORPHANED_RESOURCES)
    assert found is not None
    assert found.money.expected_nanos == nanos(3.65)


def test_what_bills_name_alike_is_told_apart() -> None:
    """Plans and addresses of one name, of several integrations or payers, are savings of their own, put aside alone."""
    plans = [commitment(), commitment(integration="gcp", provider="GCP"), commitment(payer="2")]
    addresses = [
        BilledOrphan("USD", integration, "AWS", account, "eu", "EC2", "1", "", "ElasticIP:IdleAddress", True,  # noqa: FBT003
                     nanos(1), DAYS, START, END)
        for integration, account in (("aws", "1"), ("aws", "2"), ("gcp", "1"))
    ]  # fmt: skip
    billed = {name: BilledTime(DAYS, END) for name in ("aws", "gcp")}
    held = inventory(commitments=tuple(plans), orphans=tuple(addresses), billed=billed)
    assert len({one.id for one in find_savings(held, (), TIMES, DEVELOPMENT).found}) == 6


@pytest.mark.parametrize(("days", "found"), [(0, True), (1, True), (2, False), (9, False)])
def test_what_is_billed_no_more_saves_nothing(days: int, found: bool) -> None:  # noqa: FBT001
    """A resource or a commitment that ended before the newest bills is nobody's saving; a day late it may only be."""
    ended = END - timedelta(days=days)
    orphan = BilledOrphan("USD", "aws", "AWS", "1", "eu", "EC2", "eip-1", "", "ElasticIP:IdleAddress", True,  # noqa: FBT003
                          nanos(1.68), DAYS, START, ended)  # fmt: skip
    held = inventory(
        orphans=(orphan,), commitments=(commitment(last=ended),), billed=BILLED
    )  # fmt: skip
    assert [bool(find_savings(held, (), TIMES, DEVELOPMENT).found), bool(only(held, SavingKind.COMMITMENTS))] == [
        found, found,
    ]  # fmt: skip


def test_a_pool_is_of_one_currency() -> None:
    """Of a cluster that is paid in another currency since some day, nodes count by what they cost in the newest one."""
    names: dict[str, list[tuple[float, float]]] = {"a": [(0.1, 0.2)], "b": [], "c": [], "d": []}
    before = [held_node(name, currency="EUR", last=END - timedelta(days=3), cost_nanos=nanos(900)) for name in names]
    now = [held_node(name) for name in "abc"]
    held = inventory(nodes=(*before, *now), busy=busy(names))
    savings = find_savings(held, (), TIMES, DEVELOPMENT)
    only_now = find_savings(inventory(nodes=tuple(now), busy=busy(names)), (), TIMES, DEVELOPMENT)
    assert savings.found == only_now.found != ()
    assert {one.currency for one in savings.found} == {"USD"}


COST = st.integers(0, 10**13)
VOLUMES = st.builds(
    volume, volume=st.sampled_from("abc"), cost_nanos=COST, used_bytes_max=st.sampled_from([None, 0.0, 9e9, 9e10]),
    spare_until=st.sampled_from([None, END]), measured_days=st.integers(0, DAYS),
)  # fmt: skip
WORKLOADS = st.builds(
    workload, controller=st.sampled_from("abc"), cpu_nanos=COST, ram_nanos=COST, gpu_nanos=COST,
    quiet_windows=st.sampled_from([0, DAYS]), burst_cores=st.sampled_from([None, 0.001, 1.0]),
    gpu_asked_nanos=st.sampled_from([0, nanos(24 * DAYS)]), gpu_used_nanos=st.sampled_from([None, 0]),
)  # fmt: skip
PODS = st.lists(st.tuples(st.sampled_from([0.1, 0.4, 1.0]), st.sampled_from([0.2, 2.0])), max_size=4)


@settings(max_examples=120, deadline=None)
@given(
    st.lists(VOLUMES, max_size=4, unique_by=lambda one: one.volume),
    st.lists(WORKLOADS, max_size=4, unique_by=lambda one: one.controller),
    st.lists(st.tuples(COST, PODS), max_size=5),
    st.lists(st.tuples(COST, COST), max_size=3),
    st.integers(1, DAYS * 1440),
)
def test_what_is_expected_is_never_above_what_is_spent(
    volumes: list[Any], workloads: list[Any], nodes: list[Any], plans: list[Any], minutes: int
) -> None:
    """In any fleet, all savings together are within its cost a month, and what is freed within what workloads hold."""
    names = {f"n{number}": pods for number, (_, pods) in enumerate(nodes)}
    held = inventory(
        volumes=tuple(volumes), workloads=tuple(workloads),
        nodes=tuple(held_node(name, cost_nanos=cost) for name, (cost, _) in zip(names, nodes, strict=True)),
        busy=busy(names), billed=BILLED,
        commitments=tuple(commitment(commitment_id=f"p{at_}", unused_nanos=unused, demand_nanos=demand)
                          for at_, (unused, demand) in enumerate(plans)),
    )  # fmt: skip
    found = find_savings(held, (), {"c1": ClusterTime(minutes, END)}, DEVELOPMENT)
    money = [one.money for one in found.found]
    assert sum(one.expected_nanos for one in money) <= found.spent_nanos.get("USD", 0)
    assert all(0 <= one.low_nanos <= one.expected_nanos <= one.high_nanos for one in money)
    whole = sum(one.cpu_nanos + one.ram_nanos + one.gpu_nanos for one in workloads) * 730 * 60 // minutes
    assert 0 <= sum(one.freed_nanos for one in money) <= whole


ACCOUNTS = st.sampled_from([("a",), ("b",), ("a", "x"), ("a", "y")])


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(ACCOUNTS, st.integers(0, 100)),
    st.lists(st.builds(SavingClaim, st.lists(ACCOUNTS, min_size=1, max_size=2, unique=True).map(tuple),
                       st.integers(0, 80)), max_size=8),
)  # fmt: skip
def test_no_account_gives_more_than_it_has(budgets: dict[Any, int], claims: list[SavingClaim]) -> None:
    """Each claim gets no more than it asks for, and all of one account no more than is in it."""
    granted = settle(budgets, claims)
    assert all(0 <= got <= claim.nanos for got, claim in zip(granted, claims, strict=True))
    for account in {account for claim in claims for account in claim.accounts}:
        taken = sum(got for got, claim in zip(granted, claims, strict=True) if account in claim.accounts)
        assert taken <= budgets.get(account, 0)
