"""Recommendations: worked examples, the table of verdicts of known truth, and what never happens."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import GIB
from fleetcost.model.histogram import UsageScale, histogram_of
from fleetcost.savings.find import PROFILES, find_savings
from fleetcost.savings.packing import PodSize
from fleetcost.savings.pools import pools_of, spare_nodes
from fleetcost.savings.recommend import SizingRule, freed_of, recommend
from fleetcost.savings.requests import AdvisedSizes, sizes_after
from fleetcost.savings.words import SavingKind, SavingReason, Verdict
from unit.savings.held import DAYS, TIMES, busy, held_node, inventory, nanos, workload
from unit.savings.series import MIB, Told, container, flat, fortnight, resource

RULE = SizingRule()
FORTNIGHT = fortnight()
LESS = {SavingReason.CAPPED, SavingReason.AT_ITS_LIMIT}


def test_the_example_of_the_field() -> None:
    """Replicas that used at most 800 m and 300 Mi are to ask for 1000 m and 375 Mi where 80 % is the target."""
    use = container(flat(0.8), flat(300.0 * MIB))
    rule = SizingRule(quantile=1, cpu_target=0.8, ram_margin=1 / 0.8)
    advice = recommend(use, rule)
    assert advice.cpu.request == pytest.approx(1.0)
    assert advice.ram.request == 375 * MIB


@pytest.mark.parametrize("told", FORTNIGHT.values(), ids=FORTNIGHT.keys())
def test_each_verdict_is_as_the_table_says(told: Told) -> None:
    """Bursts, jobs, gaps, limits and the rest: verdict and reasons are those of the truth."""
    advice = recommend(told.use, RULE)
    assert advice.verdict.value == told.verdict
    assert {reason.value for reason in advice.reasons} == told.reasons


@pytest.mark.parametrize("told", FORTNIGHT.values(), ids=FORTNIGHT.keys())
def test_nothing_is_below_what_was_seen(told: Told) -> None:
    """Memory is never below a peak, CPU never below its quantile, and the figure lies between its ends."""
    advice, use = recommend(told.use, RULE), told.use
    if advice.ram.request is not None:
        assert advice.ram.request >= (use.ram.peak or 0)
    if advice.cpu.request is not None and advice.cpu.base is not None:
        assert advice.cpu.request >= advice.cpu.base
        assert (advice.cpu.low or 0) <= advice.cpu.request <= (advice.cpu.high or math.inf)


@pytest.mark.parametrize("told", FORTNIGHT.values(), ids=FORTNIGHT.keys())
def test_what_was_held_back_is_not_made_less(told: Told) -> None:
    """Where a limit, kills or waiting held a container back, it is not told to ask for less."""
    advice = recommend(told.use, RULE)
    for one in (advice.cpu, advice.ram):
        if LESS & set(one.reasons):
            assert one.request is None
    if told.use.oom_kills and advice.ram.request is not None:
        assert advice.ram.request >= (told.use.killed_limit_bytes or 0)


def test_more_is_recommended_to_what_is_held_back() -> None:
    """A throttled container that asks for less than it uses is told to ask for more."""
    use = FORTNIGHT["throttled"].use
    hungry = recommend(replace(use, cpu=replace(use.cpu, asked=0.1)), RULE)
    assert hungry.cpu.request is not None
    assert hungry.cpu.request > 0.1
    assert hungry.cpu.reasons == ()


def test_a_kill_asks_for_a_quarter_above_its_limit() -> None:
    """What was killed at 1.5 GiB and asks for less is to have 1.875."""
    use = FORTNIGHT["killed at hour 30"].use
    advice = recommend(replace(use, ram=replace(use.ram, asked=1.0 * GIB)), RULE)
    assert advice.ram.request == 1.875 * GIB


def test_the_worst_pod_counts_where_pods_are_unlike() -> None:
    """A quarter above the others is enough: then its quantile is what CPU rests on, and it is said."""
    advice = recommend(FORTNIGHT["uneven"].use, RULE)
    assert advice.cpu.uneven
    assert advice.cpu.base == 0.9


@pytest.mark.parametrize("name", ["wave", "burst", "flat", "uneven"])
def test_the_second_half_keeps_below_what_the_first_says(name: str) -> None:
    """Of points of the second week no more than one in twenty is above what the first would have recommended."""
    advice = recommend(FORTNIGHT[name].use, RULE)
    for one in (advice.cpu, advice.ram):
        assert one.exceeded is not None
        assert one.exceeded <= 1 - RULE.quantile


SERIES = st.lists(st.floats(0, 16, allow_nan=False), min_size=2, max_size=200)


@settings(max_examples=120, deadline=None)
@given(SERIES, st.floats(0.5, 1.0), st.floats(0.3, 1.0))
def test_cpu_is_never_below_the_true_quantile(points: list[float], quantile: float, target: float) -> None:
    """Of any series: the request times its target is at least the exact quantile, the base at most a bucket above."""
    use = replace(
        container(points, [GIB] * len(points)), hours=len(points) / 12, cpu=resource(points, UsageScale.CPU, 9)
    )
    rule = SizingRule(quantile=quantile, cpu_target=target)
    base = histogram_of(points, UsageScale.CPU).upper(quantile, UsageScale.CPU) if quantile < 1 else max(points)
    exact = sorted(points)[math.ceil(quantile * len(points) - 1e-9) - 1]
    assert base is not None
    assert exact <= base + 1e-12
    assert base <= max(exact * 1.0906, UsageScale.CPU.value) + 1e-9
    advice = recommend(use, rule)
    if advice.cpu.request is not None:
        assert advice.cpu.request * target >= exact - 1e-9


@pytest.mark.parametrize(
    ("pods", "now", "new", "freed"), [(5, (0.50, 1.0), (0.45, 1.0), 5.77), (10, (0.5, 1.0), (0.2, 0.6), 81.58)]
)
def test_what_is_freed(pods: int, now: tuple[float, float], new: tuple[float, float], freed: float) -> None:
    """Freed is the difference of requests at the prices that were charged: 5.77 and 81.58 a month."""
    use = container(flat(0.01), flat(50.0 * MIB), (now[0], now[1] * GIB))
    advice = recommend(use, RULE)
    given_back = 0
    for one, said, size in ((use.cpu, advice.cpu, new[0]), (use.ram, advice.ram, new[1] * GIB)):
        given_back += freed_of(one, replace(said, request=size), use.priced_hours)
    monthly = given_back * pods * 730 / (24 * DAYS) / 10**9
    assert monthly == pytest.approx(freed, abs=0.01)


@pytest.mark.parametrize(
    ("nodes", "pods", "asked", "advised", "saved"),
    [(2, 5, (0.50, 1.0), (0.45, 1.0), 0.0), (4, 10, (0.5, 1.0), (0.2, 0.6), 140.16)],
    ids=["5.77 is freed and no node", "81.58 is freed and two nodes"],
)
def test_nodes_are_the_difference_of_two_packings(
    nodes: int, pods: int, asked: tuple[float, float], advised: tuple[float, float], saved: float
) -> None:
    """What is freed in the worked examples saves no node in one and two of 140.16 a month in the other."""
    names = [f"n{number}" for number in range(nodes)]
    ran = busy({name: [asked] * len(range(place, pods, nodes)) for place, name in enumerate(names)})
    held = tuple(held_node(name) for name in names)
    size = PodSize(nanos(advised[0]), round(advised[1] * GIB))
    after = AdvisedSizes({("c1", "shop", "deployment", "web", "app"): size}, ())
    now, later = spare_nodes(pools_of(held, ran, 1), held, TIMES, after)
    assert now.found == ()
    assert sum(one.money.expected_nanos for one in later.found) == pytest.approx(nanos(saved), abs=4)


def test_thin_and_withheld_change_no_packing() -> None:
    """Only what is sure is put into the pods that are packed for later."""
    told = FORTNIGHT["three days"].use
    found = find_savings(inventory(workloads=(workload(),)), (told,), TIMES, PROFILES["production"]).found
    (one,) = (saving for saving in found if saving.kind is SavingKind.REQUESTS)
    assert one.verdict is Verdict.THIN
    load = busy({"n1": [(1.0, 2.0)]}).loads[-1]
    assert sizes_after(found, ())(load).cores_nanos == load.cores_nanos
