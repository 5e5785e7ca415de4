"""`/api/v1/unclaimed`: what nobody claimed of each node, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from builders import GIB, allocation, allocation_set, asset_set, bucket_of, day, node
from fleetcost.model.asset import Asset, PriceSource
from fleetcost.query.unclaimed import IdleCause
from fleetcost.sets.cost_set import CostSet
from unit.api.apps import app

TODAY = day()
SIZE = {"cpu_core_hours": 48, "ram_byte_hours": 96 * GIB, "cpu_cost": 4.8, "ram_cost": 0.96}
ASKED = {"cpu_core_request_hours": 24, "ram_byte_request_hours": 48 * GIB}
USED = {"cpu_core_usage_hours": 12, "ram_byte_usage_hours": 24 * GIB}
CHARGED = {"cpu_core_hours": 24, "ram_byte_hours": 48 * GIB, "cpu_cost": 2.4, "ram_cost": 0.48}


def answered(folder: Path, assets: list[Asset], rows: list[dict[str, Any]], **parameters: Any) -> list[dict[str, Any]]:
    """Return the nodes of a day."""
    sets: tuple[CostSet, ...] = (
        allocation_set([allocation(TODAY, **row) for row in rows], TODAY),
        asset_set(assets, TODAY),
    )
    with app(folder, bucket_of(*sets)) as opened:
        opened.ingestor.pass_once()
        found: list[dict[str, Any]] = opened.get("/api/v1/unclaimed", **parameters)["nodes"]
        return found


def causes(found: list[dict[str, Any]], resource: str = "cpu") -> set[str]:
    """Return the causes of a resource of the only node."""
    (one,) = found
    return {cause["cause"] for part in one["parts"] if part["resource"] == resource for cause in part["causes"]}


def test_what_is_left_is_the_node_less_what_is_charged(tmp_path: Path) -> None:
    """Amounts and costs that are left of a node and what its containers are charged add up to the node."""
    (one,) = answered(tmp_path, [node(TODAY, **SIZE)], [ASKED | USED | CHARGED])
    parts = {part["resource"]: (part["hours"], part["cost"]) for part in one["parts"]}
    assert parts == {"cpu": (24.0, 2.4), "ram": (48.0, 0.48)}
    assert (one["cost"], one["windows"], one["node"]) == (2.88, 1, "n1")
    assert causes([one]) == {"free"}


@pytest.mark.parametrize(
    ("asset", "row", "cause"),
    [
        ({}, None, IdleCause.NOTHING_RAN),
        ({}, USED | CHARGED, IdleCause.NOT_ASKED),
        ({}, ASKED | CHARGED, IdleCause.NOT_MEASURED),
        ({"start": TODAY.start.replace(hour=6)}, ASKED | USED | CHARGED, IdleCause.SEEN_PARTLY),
        ({"cpu_overhead_fraction": 0.1}, ASKED | USED | CHARGED, IdleCause.KEPT),
        ({"cpu_cost": 0}, ASKED | USED | CHARGED | {"cpu_cost": 0}, IdleCause.NOT_PRICED),
    ],
    ids=lambda value: value.name if isinstance(value, IdleCause) else "",
)
def test_each_cause_is_named(
    tmp_path: Path, asset: dict[str, Any], row: dict[str, Any] | None, cause: IdleCause
) -> None:
    """Each cause is named where it holds, alone, with what to do about it."""
    elsewhere = {"node": "n2"} | ASKED | USED | CHARGED
    found = answered(tmp_path, [node(TODAY, **SIZE | asset)], [elsewhere if row is None else row])
    assert causes(found) == {cause.value}
    (part,) = (part for part in found[0]["parts"] if part["resource"] == "cpu")
    assert part["causes"] == [{"cause": cause.value, "windows": 1, "meaning": cause.meaning}]


def test_a_price_of_zero_that_somebody_wrote_is_no_cause(tmp_path: Path) -> None:
    """A node that is free because somebody said so has no price missing."""
    free = SIZE | {"cpu_cost": 0, "ram_cost": 0, "price_source": PriceSource.CUSTOM}
    found = answered(tmp_path, [node(TODAY, **free)], [ASKED | USED | CHARGED | {"cpu_cost": 0, "ram_cost": 0}])
    assert causes(found) == {"free"}


def test_the_dearest_is_first_and_nodes_can_be_chosen(tmp_path: Path) -> None:
    """Nodes come by what is left of them, and a filter on assets chooses among them."""
    assets = [node(TODAY, **SIZE), node(TODAY, name="n2", **SIZE | {"cpu_cost": 9.6})]
    found = answered(tmp_path / "all", assets, [ASKED | USED | CHARGED])
    assert [one["node"] for one in found] == ["n2", "n1"]
    chosen = answered(tmp_path / "one", assets, [ASKED | USED | CHARGED], filter='name:"n1"')
    assert [one["node"] for one in chosen] == ["n1"]


def test_more_than_there_is_is_a_negative_part(tmp_path: Path) -> None:
    """A node that is charged for more than it has shows that: nothing is cut off at zero."""
    (one,) = answered(tmp_path, [node(TODAY, **SIZE)], [ASKED | USED | CHARGED | {"cpu_core_hours": 50, "cpu_cost": 5}])
    assert one["parts"][0]["hours"] == -2.0
