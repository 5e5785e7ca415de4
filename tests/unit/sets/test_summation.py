"""A day is the sum of its hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import allocation, allocation_set, asset_set, at, day, disk, hour, key, money, node, provenance
from fleetcost.model.allocation import ALLOCATION, ALLOCATION_COSTS, LoadBalancerShare, VolumeShare
from fleetcost.model.asset import ASSET
from fleetcost.model.columns import COST, DISTRIBUTION, FRACTION, PART, PEAK
from fleetcost.model.histogram import UsageScale, decode, encode, histogram_of, merge
from fleetcost.model.window import Window
from fleetcost.sets.cost_set import CostSet
from fleetcost.sets.summation import add_sets

DISTRIBUTIONS = ALLOCATION.of(DISTRIBUTION)
EXACT = tuple(name for name in ALLOCATION.sums if name not in ALLOCATION.nullable)
MEASURED = tuple(name for name in ALLOCATION.sums if name in ALLOCATION.nullable)


def added(parts: Sequence[CostSet], window: Any = None) -> CostSet:
    """Add sets into a day."""
    kind = parts[0].header.key.kind
    return add_sets(key(window or day(), kind), parts, provenance(coverage_minutes=60.0 * len(parts)))


def rows(cost_set: CostSet) -> list[dict[str, Any]]:
    """Return a set's rows."""
    return list(cost_set.table.to_pylist())


def one(cost_set: CostSet) -> dict[str, Any]:
    """Return a set's only row."""
    (row,) = rows(cost_set)
    return row


histograms = st.none() | st.lists(st.floats(0, 8), max_size=3).map(lambda it: histogram_of(it, UsageScale.CPU))
costs = st.decimals(-1000, 1000, places=9)


@st.composite
def hours_of_rows(draw: st.DrawFn) -> list[CostSet]:
    """Some hours of a day with some of a few containers in each, and exact amounts in every column."""
    sets = []
    for number in draw(st.lists(st.integers(0, 23), min_size=1, max_size=5, unique=True)):
        members = []
        for pod in draw(st.lists(st.sampled_from("abc"), max_size=3, unique=True)):
            facts = {name: draw(costs) for name in draw(st.lists(st.sampled_from(ALLOCATION_COSTS), max_size=4))}
            volumes = tuple(
                VolumeShare(name, "id", draw(st.integers(0, 1 << 50)), draw(costs))
                for name in draw(st.lists(st.sampled_from("vw"), max_size=2, unique=True))
            )
            usage = draw(st.one_of(st.none(), costs))
            facts |= {name: draw(histograms) for name in DISTRIBUTIONS}
            window = hour(number)
            members.append(allocation(window, pod=pod, volumes=volumes, cpu_core_usage_hours=usage, **facts))
        sets.append(allocation_set(members, hour(number)))
    return sets


@given(hours_of_rows())
@settings(max_examples=25, deadline=None)
def test_a_day_is_exactly_the_sum_of_its_hours(parts: list[CostSet]) -> None:
    """Every exact column of the day, and the header's total, is the sum over its hours; distributions are merged."""
    whole = added(parts)
    every = [row for part in parts for row in rows(part)]
    for name in EXACT:
        assert sum(row[name] for row in rows(whole)) == sum(row[name] for row in every), name
    assert whole.header.total_cost == sum((part.header.total_cost for part in parts), Decimal(0))
    for name in DISTRIBUTIONS:
        for row in rows(whole):
            hours = [decode(one[name]) for one in every if one["pod"] == row["pod"] and one[name]]
            assert row[name] == (encode(merge(hours)) if hours else None)
    shares = sum((share["cost"] for row in every for share in row["volumes"]), Decimal(0))
    assert sum((share["cost"] for row in rows(whole) for share in row["volumes"]), Decimal(0)) == shares


@given(hours_of_rows(), st.randoms(use_true_random=False))
@settings(max_examples=12, deadline=None)
def test_neither_order_nor_grouping_matters(parts: list[CostSet], random: Any) -> None:
    """Hours added in any order give the same day, digest included."""
    shuffled = list(parts)
    random.shuffle(shuffled)
    assert added(shuffled) == added(parts)


def test_days_add_to_longer_windows_as_hours_do() -> None:
    """Adding the sums of two halves gives what adding everything gives."""
    parts = [allocation_set([allocation(hour(n), cpu_cost=n / 3, volumes=_volume(n))], hour(n)) for n in range(4)]
    both = Window(at(0), at(24))
    halves = [replace(added(parts[:2]), header=replace(added(parts[:2]).header, key=key(hour(0)))),
              replace(added(parts[2:]), header=replace(added(parts[2:]).header, key=key(hour(1))))]  # fmt: skip
    assert added(halves, both).table.equals(added(parts, both).table)


def _volume(number: float) -> tuple[VolumeShare, ...]:
    return (VolumeShare("pv-1", "vol-1", int(number), money(number)),)


def test_rows_of_unlike_keys_stay_apart() -> None:
    """Anything that makes a row another row keeps it out of the sum: node, namespace, pod, its uid, container."""
    base = allocation()
    others = [replace(base, **{name: "other"}) for name in ALLOCATION.keys if name != "kind"]
    assert added([allocation_set([base, *others])]).header.rows == 1 + len(others)


def test_a_day_keeps_rows_of_every_hour() -> None:
    """A container that ran in one hour only is in the day."""
    early, late = allocation(hour(1), pod="early"), allocation(hour(9), pod="late")
    day_rows = rows(added([allocation_set([early], hour(1)), allocation_set([late], hour(9))]))
    assert [row["pod"] for row in day_rows] == ["early", "late"]


def test_start_end_and_maxima_span_the_hours() -> None:
    """The day's row runs from the earliest start to the latest end and keeps the highest maximum."""
    parts = [
        allocation_set([allocation(hour(3), start=at(3.5), cpu_core_usage_max=2.0)], hour(3)),
        allocation_set([allocation(hour(5), end=at(5.25), cpu_core_usage_max=1.0)], hour(5)),
        allocation_set([allocation(hour(4))], hour(4)),
    ]
    row = one(added(parts))
    assert (row["start"], row["end"], row["cpu_core_usage_max"]) == (at(3.5), at(5.25), 2.0)


@pytest.mark.parametrize("name", MEASURED)
def test_what_was_never_measured_stays_unmeasured(name: str) -> None:
    """A use that no hour measured is null in the day; hours that did not measure add nothing to those that did."""
    silent = [allocation_set([allocation(hour(n))], hour(n)) for n in (0, 1)]
    assert one(added(silent))[name] is None
    value = 3 if name in ALLOCATION.counts else money(3)
    loud = allocation_set([allocation(hour(2), **{name: value})], hour(2))
    assert one(added([*silent, loud]))[name] == value


def test_labels_and_services_are_of_the_newest_hour() -> None:
    """What cannot be added is what the newest hour says, in whatever order the hours are given."""
    old = allocation_set([allocation(hour(1), labels={"v": "1"}, services=("a",), controller="old")], hour(1))
    new = allocation_set([allocation(hour(2), labels={"v": "2"}, services=("b",), controller="new")], hour(2))
    for parts in ([old, new], [new, old]):
        row = one(added(parts))
        assert (dict(row["labels"]), row["services"], row["controller"]) == ({"v": "2"}, ["b"], "new")


def test_volume_shares_add_per_volume() -> None:
    """A container's shares of one volume become one share; shares of unlike volumes stay apart, sorted."""
    first = (VolumeShare("b", "id-b", 10, money(1)), VolumeShare("a", "id-a", 1, money("0.1")))
    second = (VolumeShare("b", "id-b", 5, money("0.5")),)
    parts = [
        allocation_set([allocation(hour(0), volumes=first), allocation(hour(0), pod="none")], hour(0)),
        allocation_set([allocation(hour(1), volumes=second)], hour(1)),
    ]
    by_pod = {row["pod"]: row["volumes"] for row in rows(added(parts))}
    assert by_pod["none"] == []
    assert by_pod["web-1"] == [
        {"volume": "a", "provider_id": "id-a", "byte_hours": 1, "cost": money("0.1")},
        {"volume": "b", "provider_id": "id-b", "byte_hours": 15, "cost": money("1.5")},
    ]


def test_load_balancer_shares_add_per_service_and_address() -> None:
    """Shares of one balancer add up; another address of the same service is another share."""

    def share(ip: str, hours: float) -> LoadBalancerShare:
        return LoadBalancerShare("shop/web", ip, False, money(hours), money(hours * 2))  # noqa: FBT003 - a field

    parts = [
        allocation_set([allocation(hour(0), load_balancers=(share("1.1.1.1", 1), share("2.2.2.2", 1)))], hour(0)),
        allocation_set([allocation(hour(1), load_balancers=(share("1.1.1.1", 0.5),))], hour(1)),
    ]
    found = [(share["ip"], share["hours"], share["cost"]) for share in one(added(parts))["load_balancers"]]
    assert found == [("1.1.1.1", money(1.5), money(3)), ("2.2.2.2", money(1), money(2))]


@pytest.mark.parametrize(
    ("name", "weights"),
    [
        ("preemptible", ("cpu_cost", "ram_cost", "gpu_cost")),
        ("discount", ("cpu_cost", "ram_cost")),
        ("cpu_system_fraction", ("cpu_cost",)),
        ("cpu_user_fraction", ("cpu_cost",)),
        ("cpu_other_fraction", ("cpu_cost",)),
        ("cpu_overhead_fraction", ("cpu_cost",)),
        ("ram_system_fraction", ("ram_cost",)),
        ("ram_user_fraction", ("ram_cost",)),
        ("ram_overhead_fraction", ("ram_cost",)),
    ],
)
def test_fractions_are_weighted_by_the_cost_they_are_of(name: str, weights: tuple[str, ...]) -> None:
    """A node's fraction over two hours is the mean weighted by the cost it is a fraction of."""
    first = {"cpu_cost": 1, "ram_cost": 10, "gpu_cost": 100}
    second = {"cpu_cost": 7, "ram_cost": 2, "gpu_cost": 3}
    parts = [
        asset_set([node(hour(0), **first, **{name: 0.1})], hour(0)),
        asset_set([node(hour(1), **second, **{name: 0.9})], hour(1)),
        asset_set([node(hour(2), cpu_cost=1000, ram_cost=1000, gpu_cost=1000)], hour(2)),
    ]
    low, high = (sum(costs[weight] for weight in weights) for costs in (first, second))
    assert one(added(parts))[name] == pytest.approx((0.1 * low + 0.9 * high) / (low + high), rel=1e-12)


def test_every_fraction_of_an_asset_has_a_weight() -> None:
    """No fraction is left to a rule that does not know it."""
    fractions = [column for column in ASSET.columns if column.type is float and column.holds.kind is not PEAK]
    assert tuple(column.name for column in fractions) == ASSET.of(FRACTION)
    assert all(column.holds.weight and {*column.holds.weight} <= {*ASSET.of(COST, PART)} for column in fractions)


def test_fractions_without_weight_are_plain_means() -> None:
    """A node that costs nothing has the plain mean of its fractions, and none where none was known."""
    parts = [asset_set([node(hour(n), preemptible=value)], hour(n)) for n, value in enumerate((0.0, 1.0))]
    row = one(added(parts))
    assert row["preemptible"] == 0.5
    assert row["discount"] is None


def test_disks_add_up() -> None:
    """Bytes and costs of a volume add; its largest use is the largest of the hours."""
    parts = [
        asset_set([disk(hour(n), cost=0.5, byte_hours=10, byte_usage_hours=use, byte_usage_max=float(n))], hour(n))
        for n, use in enumerate((3, None, 4))
    ]
    row = one(added(parts))
    assert (row["cost"], row["byte_hours"], row["byte_usage_hours"], row["byte_usage_max"]) == (money(1.5), 30, 7, 2.0)


def test_empty_hours_add_to_an_empty_day() -> None:
    """Hours without a single row are a day without a row, which is not the same as no day."""
    whole = added([allocation_set([], hour(0)), allocation_set([], hour(1))])
    assert (whole.header.rows, whole.header.total_cost) == (0, 0)


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ([], "there are no parts"),
        ([allocation_set(cluster="c2")], "is not a part of it"),
        ([asset_set()], "is not a part of it"),
        ([allocation_set([], hour(0, day=1))], "is not a part of it"),
        ([allocation_set(currency="EUR")], "EUR and USD cannot be added"),
        ([allocation_set(), allocation_set()], "overlap, so time would count twice"),
        ([allocation_set([], day()), allocation_set()], "overlap"),
    ],
)
def test_parts_that_do_not_belong_are_refused(parts: list[CostSet], reason: str) -> None:
    """Another cluster, kind, currency or time, or the same time twice, is a mistake of the caller."""
    with pytest.raises(ValueError, match=reason):
        add_sets(key(day()), parts, provenance())
