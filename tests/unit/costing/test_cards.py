"""Physical cards: of each the parts that containers hold and the idle part are one."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetcost.costing.build import Built, build
from fleetcost.costing.prices import PriceBook
from fleetcost.model.asset import AssetType
from fleetcost.model.records import GpuDevice, NodeResource
from making.samples import NAMESPACE, Making

BOOK = PriceBook(gpu_hourly=1.0)

# pod, resource and amount it asks for (none: by a claim), card, MIG profile and instance, the part of the card it holds
MIXED = (
    ("mig-a", "nvidia_com_mig_3g_20gb", 1, "GPU-mig", "3g.20gb", "1", 3 / 7),
    ("mig-b", "nvidia_com_mig_2g_10gb", 1, "GPU-mig", "2g.10gb", "5", 2 / 7),
    ("slice-a", "nvidia_com_gpu_shared", 1, "GPU-shared", "", "", 1 / 4),
    ("slice-b", "nvidia_com_gpu_shared", 2, "GPU-shared", "", "", 2 / 4),
    ("claim-a", "", 0, "GPU-claimed", "", "", 1 / 2),
    ("claim-b", "", 0, "GPU-claimed", "", "", 1 / 2),
    ("whole", "nvidia_com_gpu", 1, "GPU-whole", "", "", 1.0),
)
IDLE = {"GPU-mig": 2 / 7, "GPU-shared": 1 / 4, "GPU-claimed": 0.0, "GPU-whole": 0.0}
CAPACITY = {
    "nvidia_com_mig_3g_20gb": 1,
    "nvidia_com_mig_2g_10gb": 2,
    "nvidia_com_gpu_shared": 4,
    "nvidia_com_gpu": 1,
}


def mixed_node() -> Making:
    """Return a node with a card of every kind, all of them in use."""
    making = Making()
    making.node("n", cores=64, gib=256)
    making.nodes["gpu_capacity"] = [NodeResource("n", name, value) for name, value in CAPACITY.items()]
    for pod, resource, amount, card, profile, instance, _ in MIXED:
        making.pod(pod, node="n")
        if resource:
            making.gpu_request(pod, resource, amount, node="n")
        holds(making, pod, card, profile=profile, instance=instance)
    return making


def holds(making: Making, pod: str, card: str, *, profile: str = "", instance: str = "") -> None:
    making.nodes["gpu_devices"].append(
        GpuDevice("n", card, "A100", profile, instance, NAMESPACE, pod, "", "main"),
    )


def node_gpu_hours(built: Built) -> float:
    return float(sum(asset.gpu_hours for asset in built.assets if asset.type is AssetType.NODE))


def test_the_parts_of_each_card_and_its_idle_part_are_one() -> None:
    """On a node with MIG, time slices, a claim and a whole card the parts held of each card and its idle are one."""
    built = build(mixed_node().samples(), BOOK)
    held = {row.pod: float(row.gpu_hours) / 24 for row in built.allocations}
    of_card: dict[str, float] = defaultdict(float)
    for pod, _, _, card, _, _, part in MIXED:
        assert held[pod] == pytest.approx(part), pod
        of_card[card] += held[pod]
    assert {card: 1 - part for card, part in of_card.items()} == pytest.approx(IDLE)
    assert node_gpu_hours(built) == 4 * 24
    assert not built.findings or {str(finding.kind) for finding in built.findings} == {"price from the price book"}


SOURCES = {"mig": "mig", "slice": "replicas", "claim": "dra", "whole": "whole"}


def test_each_row_says_which_card_and_which_part() -> None:
    """Each row names its card, its model, the part held and how that is known; the parts close per card."""
    rows = {row.pod: row for row in build(mixed_node().samples(), BOOK).allocations}
    of_card: dict[str, float] = defaultdict(float)
    for pod, _, _, card, _, _, part in MIXED:
        row = rows[pod]
        assert row.gpu_card_hours is not None
        fraction = float(row.gpu_hours / row.gpu_card_hours)
        assert (row.gpu_uuids, row.gpu_model, fraction) == (card, "A100", pytest.approx(part))
        assert row.gpu_fraction_source == SOURCES[pod.partition("-")[0]]
        of_card[row.gpu_uuids] += fraction
    assert {card: 1 - held for card, held in of_card.items()} == pytest.approx(IDLE)


def test_every_pod_of_the_mixed_node_pays() -> None:
    """What the containers pay and what is idle add up to the price of four cards."""
    built = build(mixed_node().samples(), BOOK)
    paid = float(sum(row.gpu_cost for row in built.allocations))
    assert paid == pytest.approx(24 * (4 - sum(IDLE.values())))


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 4)), min_size=1, max_size=6))
def test_holders_of_a_claimed_card_never_hold_more_than_it(runs: list[tuple[int, int]]) -> None:
    """However holders of one card follow each other or overlap, together they hold it just while somebody does."""
    making = Making()
    making.node("n", cores=64, gib=256)
    busy: set[int] = set()
    for number, (start, hours) in enumerate(runs):
        making.pod(f"p{number}", (float(start), float(start + hours)), node="n")
        holds(making, f"p{number}", "GPU-1")
        busy |= set(range(start, start + hours))
    built = build(making.samples(), BOOK)
    assert float(sum(row.gpu_hours for row in built.allocations)) == pytest.approx(len(busy))
    assert len(busy) <= node_gpu_hours(built) == 24


def test_an_idle_card_is_not_its_exporters() -> None:
    """A card that nobody holds carries the names of the exporter's own pod, which is charged nothing for it."""
    making = Making()
    making.node("n", cores=4, gib=16)
    making.pod("dcgm-exporter-4q8zj", node="n")
    holds(making, "dcgm-exporter-4q8zj", "GPU-1")
    built = build(making.samples(), BOOK)
    assert built.allocations[0].gpu_hours == 0
    assert node_gpu_hours(built) == 24


def test_the_coarse_measure_counts_where_there_is_no_other() -> None:
    """The percentage of busy time is the use where the profiling metrics are absent, and only there."""
    making = Making()
    making.node("n", cores=4, gib=16)
    making.nodes["gpu_capacity"] = [NodeResource("n", "nvidia_com_gpu", 2)]
    for pod in ("coarse", "fine"):
        making.pod(pod, node="n")
        making.gpu_request(pod, "nvidia_com_gpu", 1, node="n")
        making.container(pod, gpu_busy_percent=40.0, gpu_busy_percent_max=90.0)
    making.container("fine", gpu_used=0.25, gpu_used_max=0.5)
    rows = build(making.samples(), BOOK).allocations
    use = {row.pod: (float(row.gpu_usage_hours or 0), row.gpu_usage_max) for row in rows}
    assert use == {"coarse": (pytest.approx(0.4 * 24), 0.9), "fine": (6.0, 0.5)}
