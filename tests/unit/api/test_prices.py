"""`/api/v1/prices`: what clusters are priced with, shown on hand-made assets whose rates are plain."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from builders import GIB, allocation_set, asset_set, bucket_of, day, disk, node, pair
from fleetcost.model.asset import Asset, AssetType, PriceSource
from fleetcost.model.window import Window
from fleetcost.sets.cost_set import CostSet
from unit.api.apps import app

YESTERDAY, TODAY = day(-1), day()


def machine(window: Window, **facts: Any) -> Asset:
    """Return a node of 2 cores and 4 GiB for a day, at 0.05 a core, 0.01 a GiB, without GPUs."""
    size = {"cpu_core_hours": 48, "ram_byte_hours": 96 * GIB, "cpu_cost": 2.4, "ram_cost": 0.96}
    return node(window, **size | facts)


def answered(folder: Path, *sets: CostSet, **parameters: Any) -> list[dict[str, Any]]:
    """Return the prices of a fleet."""
    with app(folder, bucket_of(*sets)) as opened:
        opened.ingestor.pass_once()
        found: list[dict[str, Any]] = opened.get("/api/v1/prices", **parameters)["prices"]
        return found


def test_rates_are_cost_over_size(tmp_path: Path) -> None:
    """A rate is what was charged over what it was charged for: local disks and free nodes are left out of it."""
    assets = [
        machine(TODAY),
        machine(TODAY, name="n2", cpu_cost=4.8, gpu_hours=24, gpu_cost=12),
        disk(TODAY, name="pv", cost=0.48, byte_hours=240 * GIB, local=False),
        disk(TODAY, name="root", cost=9, byte_hours=24 * GIB, local=True),
    ]
    (price,) = answered(tmp_path, asset_set(assets, TODAY))
    rates = [price[name] for name in ("cpu_core_hour", "ram_gib_hour", "gpu_hour", "pv_gib_hour")]
    assert rates == [0.075, 0.01, 0.5, 0.002]
    assert (price["cluster"], price["currency"], price["source"]) == ("c1", "USD", "metric")
    assert (price["unpriced_count"], price["unpriced_cost_at_risk"], price["overridden"]) == (0, 0, False)


def test_a_source_holds_since_its_first_window(tmp_path: Path) -> None:
    """The source is the one behind most of the newest cost, since the first window after another one was."""
    book = {"price_source": PriceSource.PRICE_BOOK}
    sets = [
        asset_set([machine(day(-3))], day(-3)),
        asset_set([machine(day(-2), **book)], day(-2)),
        asset_set([machine(YESTERDAY)], YESTERDAY),
        asset_set([machine(TODAY), machine(TODAY, name="n2", cpu_cost=0.1, ram_cost=0.1, **book)], TODAY),
    ]
    (price,) = answered(tmp_path, *sets)
    assert (price["source"], price["effective_from"]) == ("metric", "2026-01-09T00:00:00Z")


def test_the_source_is_older_than_the_window(tmp_path: Path) -> None:
    """A source that has not changed holds since the first window that is kept, whatever window is asked about."""
    sets = [asset_set([machine(window)], window) for window in (day(-3), YESTERDAY, TODAY)]
    (price,) = answered(tmp_path, *sets, window="2026-01-10T00:00:00Z,2026-01-11T00:00:00Z")
    assert price["effective_from"] == "2026-01-07T00:00:00Z"


def test_prices_set_by_hand_are_reported(tmp_path: Path) -> None:
    """One row that was priced by hand is enough to say so, without hiding the main source."""
    custom = disk(TODAY, cost=0.1, byte_hours=GIB, price_source=PriceSource.CUSTOM)
    (price,) = answered(tmp_path, asset_set([machine(TODAY), custom], TODAY))
    assert (price["source"], price["overridden"]) == ("metric", True)


def test_what_has_no_price_is_counted_at_the_usual_rates(tmp_path: Path) -> None:
    """A node and a disk that cost nothing are two, worth their sizes times the middle of the clusters' rates."""
    free = [
        machine(TODAY, cpu_cost=0, ram_cost=0, price_source=PriceSource.NONE),
        disk(TODAY, cost=0, byte_hours=100 * GIB, local=False),
        disk(TODAY, name="root", cost=0, byte_hours=100 * GIB, local=True),
    ]
    volume = disk(TODAY, cost=0.2, byte_hours=100 * GIB, local=False)
    first, *_, last = answered(
        tmp_path,
        asset_set(free, TODAY, "c0"),
        asset_set([machine(TODAY), volume], TODAY, "c1"),
        asset_set([machine(TODAY, cpu_cost=4.8)], TODAY, "c2"),
        asset_set([machine(TODAY, cpu_cost=48)], TODAY, "c3"),
    )
    # 48 core-hours at the middle of 0.05, 0.1 and 1 (4.8), 96 GiB-hours at 0.01 (0.96), 100 GiB-hours of disk (0.2).
    assert (first["unpriced_count"], first["unpriced_cost_at_risk"]) == (2, 5.96)
    assert (first["source"], first["cpu_core_hour"]) == ("none", None)
    assert (last["unpriced_count"], last["unpriced_cost_at_risk"]) == (0, 0)


def test_a_risk_nobody_can_tell_is_not_zero(tmp_path: Path) -> None:
    """Where no cluster has the rate, or a load balancer is free, what it would cost is not known."""
    balancer = Asset(type=AssetType.LOAD_BALANCER, name="lb", start=TODAY.start, end=TODAY.end)
    one, two = answered(
        tmp_path,
        asset_set([machine(TODAY, gpu_hours=24)], TODAY, "c1"),
        asset_set([machine(TODAY), balancer], TODAY, "c2"),
    )
    assert (one["unpriced_count"], one["unpriced_cost_at_risk"]) == (1, None)
    assert (two["unpriced_count"], two["unpriced_cost_at_risk"]) == (1, None)


def test_a_node_that_is_discounted_to_nothing_has_a_price(tmp_path: Path) -> None:
    """A discount of the whole price is no missing price."""
    (price,) = answered(tmp_path, asset_set([machine(TODAY, cpu_cost=0, ram_cost=0, discount=1.0)], TODAY))
    assert price["unpriced_count"] == 0


def test_currencies_are_not_mixed(tmp_path: Path) -> None:
    """A cluster's rates are those of its newest currency, and a median is of one currency."""
    sets = [
        asset_set([machine(YESTERDAY, cpu_cost=480)], YESTERDAY, currency="JPY"),
        asset_set([machine(TODAY)], TODAY, currency="EUR"),
        asset_set([machine(TODAY, cpu_cost=0)], TODAY, "c2"),
    ]
    one, two = answered(tmp_path, *sets)
    assert (one["currency"], one["cpu_core_hour"]) == ("EUR", 0.05)
    assert (two["currency"], two["unpriced_count"], two["unpriced_cost_at_risk"]) == ("USD", 1, None)


def test_a_cluster_without_assets_is_not_hidden(tmp_path: Path) -> None:
    """A cluster that has been silent for the window, or has no assets, is listed without rates."""
    sets = [allocation_set([], TODAY, "c0"), *pair(day(-40), "c1"), asset_set([machine(TODAY)], TODAY, "c2")]
    silent, old, there = answered(tmp_path, *sets)
    assert (silent["source"], silent["effective_from"], silent["cpu_core_hour"]) == ("none", None, None)
    assert (old["cluster"], old["source"]) == ("c1", "none")
    assert there["source"] == "metric"


def test_the_fleet_names_the_same_source(tmp_path: Path) -> None:
    """The list of clusters names the source that the prices name."""
    book = {"price_source": PriceSource.PRICE_BOOK}
    sets = [asset_set([machine(YESTERDAY)], YESTERDAY), asset_set([machine(TODAY, **book), disk(TODAY)], TODAY)]
    with app(tmp_path, bucket_of(*sets)) as opened:
        opened.ingestor.pass_once()
        (cluster,) = opened.get("/api/v1/clusters")["clusters"]
        (price,) = opened.get("/api/v1/prices")["prices"]
    assert cluster["price_source"] == price["source"] == "price book"
