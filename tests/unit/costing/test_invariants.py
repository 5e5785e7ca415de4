"""What holds for every fleet, whatever its samples."""

from __future__ import annotations

import math
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetcost.costing.build import build
from fleetcost.costing.prices import PriceBook
from fleetcost.model.allocation import ALLOCATION_COSTS, AllocationKind
from fleetcost.model.amount import PLACES
from fleetcost.model.asset import AssetType
from making.examples import examples
from making.fleets import books, plausible, rubbish, shuffled

if TYPE_CHECKING:
    from fleetcost.costing.build import Built
    from fleetcost.model.samples import Samples

slow = examples(40)
fleets = st.one_of(plausible(), rubbish())

AMOUNTS = (
    *(name for name in ALLOCATION_COSTS),
    "cpu_core_hours",
    "cpu_core_request_hours",
    "ram_byte_hours",
    "ram_byte_request_hours",
    "gpu_hours",
    "pv_byte_hours",
    "network_transfer_bytes",
    "network_receive_bytes",
)


@slow
@given(fleets, books)
def test_rows_lie_inside_the_window(samples: Samples, book: PriceBook) -> None:
    """Every row and every asset starts and ends inside the window, in this order."""
    built = build(samples, book)
    for one in (*built.allocations, *built.assets):
        assert samples.window.start <= one.start < one.end <= samples.window.end


@slow
@given(fleets, books)
def test_amounts_are_finite_and_never_negative(samples: Samples, book: PriceBook) -> None:
    """Rubbish in the samples never makes a negative or an infinite amount."""
    built = build(samples, book)
    for row in built.allocations:
        for name in AMOUNTS:
            value = getattr(row, name)
            assert value >= 0, name
            assert math.isfinite(value), name
    for asset in built.assets:
        assert asset.cost >= 0
        assert asset.cost == asset.cpu_cost + asset.ram_cost + asset.gpu_cost or asset.type is not AssetType.NODE
        assert all(
            fraction is None or 0 <= fraction <= 1
            for fraction in (asset.cpu_overhead_fraction, asset.ram_system_fraction, asset.ram_user_fraction)
        )


@slow
@given(fleets, books)
def test_amounts_are_on_the_exact_grid(samples: Samples, book: PriceBook) -> None:
    """Every cost has nine places, so sums are exact in any order."""
    for row in build(samples, book).allocations:
        for name in ALLOCATION_COSTS:
            assert getattr(row, name).as_tuple().exponent == -PLACES, name


@slow
@given(fleets, books)
def test_at_least_the_request_is_charged(samples: Samples, book: PriceBook) -> None:
    """What is charged is never less than what was asked for."""
    for row in build(samples, book).allocations:
        assert row.cpu_core_hours >= row.cpu_core_request_hours
        assert row.ram_byte_hours >= row.ram_byte_request_hours
        assert row.gpu_hours >= row.gpu_request_hours


@slow
@given(fleets, books)
def test_network_cost_is_the_sum_of_its_parts(samples: Samples, book: PriceBook) -> None:
    """The network's cost is that to zones, regions and the internet, and adds up to the network assets."""
    built = build(samples, book)
    for row in built.allocations:
        assert row.network_cost == row.network_zone_cost + row.network_region_cost + row.network_internet_cost
    assets = sum((a.cost for a in built.assets if a.type is AssetType.NETWORK), Decimal(0))
    assert sum((row.network_cost for row in built.allocations), Decimal(0)) == assets


@slow
@given(fleets, books)
def test_volumes_are_paid_exactly(samples: Samples, book: PriceBook) -> None:
    """The parts of a volume add up to its asset, to the last digit, and to each row's cost."""
    built = build(samples, book)
    paid: dict[str, Decimal] = defaultdict(Decimal)
    byte_hours: dict[str, int] = defaultdict(int)
    for row in built.allocations:
        assert row.pv_cost == sum((share.cost for share in row.volumes), Decimal(0))
        for share in row.volumes:
            paid[share.volume] += share.cost
            byte_hours[share.volume] += share.byte_hours
    disks = {asset.volume_name: asset for asset in built.assets if asset.type is AssetType.DISK and not asset.local}
    assert dict(paid) == {name: asset.cost for name, asset in disks.items()}
    assert dict(byte_hours) == {name: asset.byte_hours for name, asset in disks.items()}


@slow
@given(fleets, books)
def test_load_balancers_are_paid_exactly(samples: Samples, book: PriceBook) -> None:
    """The parts of a load balancer add up to its asset, to the last digit."""
    built = build(samples, book)
    paid: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in built.allocations:
        assert row.load_balancer_cost == sum((share.cost for share in row.load_balancers), Decimal(0))
        for share in row.load_balancers:
            paid[share.service, share.ip] += share.cost
    balancers = {(a.name, a.ip): a.cost for a in built.assets if a.type is AssetType.LOAD_BALANCER}
    assert dict(paid) == balancers


@slow
@given(plausible(), books)
def test_pods_and_their_node_have_one_price(samples: Samples, book: PriceBook) -> None:
    """A core-hour costs the same in a pod and in its node, so what is left of the node is its idle cost."""
    built = build(samples, book)
    nodes = {asset.name: asset for asset in built.assets if asset.type is AssetType.NODE}
    for row in built.allocations:
        node = nodes.get(row.node)
        if row.kind is AllocationKind.WORKLOAD and node is not None:
            price = float(node.cpu_cost) / float(node.cpu_core_hours)
            assert float(row.cpu_cost) == pytest.approx(float(row.cpu_core_hours) * price, abs=1e-6)
            price = float(node.ram_cost) / node.ram_byte_hours
            assert float(row.ram_cost) == pytest.approx(row.ram_byte_hours * price, abs=1e-6)


@slow
@given(plausible(), books)
def test_pods_that_fit_leave_idle(samples: Samples, book: PriceBook) -> None:
    """Where pods fit on their nodes, no node's idle cost is negative, and none is reported as too full."""
    built = build(samples, book)
    for node in (asset for asset in built.assets if asset.type is AssetType.NODE):
        rows = [row for row in built.allocations if row.node == node.name]
        assert node.cpu_cost - sum(row.cpu_cost for row in rows) >= -Decimal("0.000001")
        assert node.ram_cost - sum(row.ram_cost for row in rows) >= -Decimal("0.000001")
    assert "more allocated than there is" not in {str(f.kind) for f in built.findings}


@slow
@given(plausible(), books)
def test_the_books_close(samples: Samples, book: PriceBook) -> None:
    """Allocations, idle and overhead add up to the assets, to the last digit."""
    built = build(samples, book)
    allocated = sum((row.total_cost for row in built.allocations), Decimal(0))
    on_nodes = sum((row.cpu_cost + row.ram_cost + row.gpu_cost for row in built.allocations), Decimal(0))
    nodes = sum((asset.cost for asset in built.assets if asset.type is AssetType.NODE), Decimal(0))
    overhead = sum((a.cost for a in built.assets if a.local or a.type is AssetType.CLUSTER_MANAGEMENT), Decimal(0))
    assert allocated + (nodes - on_nodes) + overhead == sum((asset.cost for asset in built.assets), Decimal(0))


@slow
@given(fleets, books, st.integers(0, 1000))
def test_the_order_of_samples_does_not_matter(samples: Samples, book: PriceBook, seed: int) -> None:
    """The same samples in another order give the same rows, assets and findings."""
    assert _comparable(build(samples, book)) == _comparable(build(shuffled(samples, seed), book))


@slow
@given(fleets, books)
def test_a_second_build_is_the_same(samples: Samples, book: PriceBook) -> None:
    """Building twice from the same samples gives the same rows in the same order."""
    assert _comparable(build(samples, book)) == _comparable(build(samples, book))


def _comparable(built: Built) -> str:
    return repr(built)
