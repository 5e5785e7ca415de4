"""Packing: first fit, the largest first, held against every packing there is on small pools."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import GIB
from fleetcost.savings.packing import PodSize, pack
from unit.savings.held import nanos

NODE = PodSize(nanos(1.73), round(6.7 * GIB), 0, 110)
"""1.93 cores and 7 GiB less a daemonset's 0.2 and 0.3."""


def fewest(pods: list[PodSize], room: PodSize) -> int:
    """Return the fewest nodes that hold pods, by trying every way of placing them."""

    def placed(rest: list[PodSize], bins: tuple[PodSize, ...], best: int) -> int:
        if len(bins) >= best:
            return best
        if not rest:
            return len(bins)
        one, *others = rest
        for place, free in enumerate(bins):
            if one.times_in(free):
                best = placed(others, (*bins[:place], free.minus(one), *bins[place + 1 :]), best)
        return placed(others, (*bins, room.minus(one)), best)

    return placed(pods, (), len(pods) + 1)


SMALL = st.builds(PodSize, st.integers(1, 10), st.integers(1, 10), st.just(0), st.just(1))
ROOM = PodSize(12, 12, 0, 4)


@settings(max_examples=150, deadline=None)
@given(st.lists(SMALL, max_size=7))
def test_no_packing_is_better_by_more_than_first_fit_may_waste(pods: list[PodSize]) -> None:
    """Between the lower bound and the fewest there can be, and at most a node above the latter on a small pool."""
    found = pack(pods, ROOM)
    best = fewest(pods, ROOM) if pods else 0
    assert found.least <= best <= found.nodes <= best + 1
    assert found.unplaced == 0


@settings(max_examples=100, deadline=None)
@given(st.lists(SMALL, max_size=30), st.randoms(use_true_random=False))
def test_the_order_of_pods_does_not_matter(pods: list[PodSize], chance: object) -> None:
    """The same pods in any order need the same nodes, and each fits: equal ones are placed together."""
    shuffled = list(pods)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert pack(pods, ROOM) == pack(shuffled, ROOM) == one_by_one(pods, ROOM)


def one_by_one(pods: list[PodSize], room: PodSize) -> object:
    """Return what first fit finds where each pod is placed on its own."""
    largest = sorted(
        pods, key=lambda one: (-max(one.cores_nanos / room.cores_nanos, one.ram_bytes / room.ram_bytes,
                                    one.pods / room.pods), one)
    )  # fmt: skip
    bins: list[PodSize] = []
    for one in largest:
        place = next((at for at, free in enumerate(bins) if one.times_in(free)), None)
        if place is None:
            bins.append(room.minus(one))
        else:
            bins[place] = bins[place].minus(one)
    found = pack(pods, room)
    return type(found)(len(bins), 0, found.least)


def test_a_pod_larger_than_a_node_keeps_one() -> None:
    """What fits on no node of the smallest size is counted and keeps a node of its own."""
    found = pack([PodSize(nanos(4), GIB, 0, 1), PodSize(nanos(1), GIB, 0, 1)], NODE)
    assert (found.nodes, found.unplaced) == (2, 1)


@pytest.mark.parametrize(
    ("count", "cores", "gib", "nodes"), [(5, 0.50, 1, 2), (5, 0.45, 1, 2), (10, 0.5, 1, 4), (10, 0.2, 0.6, 2)]
)
def test_worked_examples(count: int, cores: float, gib: float, nodes: int) -> None:
    """Five pods of 0.50 or of 0.45 cores need two nodes; ten of 0.5 cores need four, of 0.2 two."""
    assert pack([PodSize(nanos(cores), round(gib * GIB), 0, 1)] * count, NODE).nodes == nodes


def test_places_for_pods_count() -> None:
    """Tiny pods fill a node by their number."""
    counts = [pack([PodSize(1, 1, 0, 1)] * number, NODE).nodes for number in (110, 111, 220, 221)]
    assert counts == [1, 2, 2, 3]
    assert all(a <= b for a, b in pairwise(counts))
