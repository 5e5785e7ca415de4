"""What became of the cost of nodes: the parts are the whole, exactly, whatever it is grouped by."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compat.fleets import ClusterWindow, Fleet, Ingested, ingested
from compat.random_fleet import random_fleet
from fleetcost.model.amount import exact_sum
from fleetcost.query.dimensions import Dimension
from fleetcost.query.efficiency import ResourceSpent, Spent, ask_efficiency
from fleetcost.query.filters import parse_filter
from fleetcost.query.question import Question, Step
from fleetcost.query.sql.source import RESOURCES
from unit.query.fleets import question as of
from unit.query.questions import FRAME
from unit.query.test_rollups import billed

PARTS = ("used", "unmeasured", "workload_idle")
GROUPED = st.lists(st.sampled_from(["cluster", "namespace", "controller", "node", "pod", "label:team"]), max_size=3)


def measured(fleet: Fleet, seed: int) -> Fleet:
    """Return a fleet whose containers use less or more than they are charged for, or nobody knows how much."""
    chance = random.Random(seed)

    def with_use(facts: dict[str, Any]) -> dict[str, Any]:
        made = dict(facts)
        for hours in ("cpu_core", "ram_byte", "gpu"):
            whole = chance.randint(0, 9)
            made[f"{hours}_hours"] = whole
            if chance.random() < 0.8:
                made[f"{hours}_usage_hours"] = chance.randint(0, 12)
        return made | ({"gpu_cost": chance.randint(0, 10**9) / 1e9} if chance.random() < 0.5 else {})

    def with_gpus(facts: dict[str, Any]) -> dict[str, Any]:
        if facts["type"] != "Node":
            return facts
        gpu = chance.randint(0, 10**9) / 1e9
        return facts | {"gpu_cost": gpu} | ({"cost": round(facts["cost"] + gpu, 9)} if "cost" in facts else {})

    def changed(one: ClusterWindow) -> ClusterWindow:
        assets = [with_gpus(facts) for facts in one.assets]
        return replace(one, allocations=[with_use(facts) for facts in one.allocations], assets=assets)

    return replace(fleet, windows=[changed(one) for one in fleet.windows])


@pytest.fixture(scope="module", params=[False, True], ids=["listed", "billed"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ingested]:
    """A fleet of made-up numbers, in tables."""
    fleet = measured(random_fleet(2), 2)
    tables = ingested(billed(fleet, 2) if request.param else fleet, tmp_path_factory.mktemp("efficiency"))
    yield tables
    tables.database.close()


def asked(by: list[str], step: Step = Step.ALL, text: str = "", **more: Any) -> Question:
    """Return a question about the fleet."""
    dimensions = tuple(Dimension(*one.split(":")) for one in dict.fromkeys(by))
    return replace(
        of(window=FRAME.window),
        series=step,
        dimensions=dimensions,
        filter=parse_filter(text),
        joined=True,
        **more,
    )


def found(made: Ingested, question: Question) -> tuple[tuple[Spent, ...], tuple[Spent, ...]]:
    """Return rows and totals."""
    with made.database.snapshot() as snapshot:
        answer = ask_efficiency(snapshot, question)
    return answer.rows, answer.totals


def paid(made: Ingested, kinds: str, *, adjusted: bool) -> Decimal:
    """Return what assets cost, exactly."""
    more = " + adjustment" if adjusted else ""
    with made.database.snapshot() as snapshot:
        ((cost,),) = snapshot.rows(f"SELECT sum(cost{more}) FROM asset_1d WHERE {kinds}")
    return Decimal(cost)


@settings(max_examples=8, deadline=None)
@given(GROUPED, st.sampled_from([Step.ALL, Step.DAY]), st.booleans())
def test_the_parts_are_what_nodes_cost(made: Ingested, by: list[str], step: Step, adjusted: bool) -> None:  # noqa: FBT001
    """Used, idle in workloads, not measured and idle in nodes are the cost of nodes; overhead is what is beside."""
    rows, totals = found(made, asked(by, step, adjusted=adjusted))
    nodes = paid(made, "type = 'Node'", adjusted=adjusted)
    assert exact_sum(one.of("cost") for one in totals) == nodes
    beside = paid(made, "type = 'ClusterManagement' OR type = 'Disk' AND local", adjusted=adjusted)
    assert exact_sum(one.overhead for one in totals) == beside
    for name in PARTS:
        assert exact_sum(one.of(name) for one in rows) == exact_sum(one.of(name) for one in totals), name
    if by in ([], ["cluster"]):
        assert exact_sum(one.of("cost") for one in rows) == nodes


@settings(max_examples=8, deadline=None)
@given(GROUPED, st.sampled_from([Step.ALL, Step.DAY]))
def test_no_grouping_changes_a_part(made: Ingested, by: list[str], step: Step) -> None:
    """Each part of each resource is the same to the last digit, however rows are grouped and cut."""
    (whole,) = found(made, asked([]))[1]
    _, totals = found(made, asked(by, step))
    for resource in RESOURCES:
        for name in (*PARTS, "infrastructure_idle"):
            cut = exact_sum(getattr(one.parts[resource], name) for one in totals)
            assert cut == getattr(whole.parts[resource], name), (resource, name)


def test_a_part_of_a_cluster_has_no_idle_of_its_own(made: Ingested) -> None:
    """Where a filter takes workloads, idle of nodes and overhead are not known, never zero; of clusters they are."""
    _, (total,) = found(made, asked(["cluster"], text='namespace:"alpha"'))
    assert total.overhead is None
    assert {one.infrastructure_idle for one in total.parts.values()} == {None}
    _, (one,) = found(made, asked(["cluster"], text='cluster:"c1"'))
    assert one.overhead is not None
    _, (all_of_them,) = found(made, asked(["cluster"]))
    assert one.of("cost") < all_of_them.of("cost")


def test_the_example_of_the_field() -> None:
    """Of 300 spent, 50 used, 150 idle in workloads and 100 idle in nodes are 16.7 % and 25 % efficiency."""
    part = ResourceSpent(Decimal(50), Decimal(0), Decimal(150), Decimal(100))
    spent = Spent(FRAME.window.start, (), "USD", {"cpu": part})
    assert spent.of("cost") == 300
    assert spent.efficiency == pytest.approx(1 / 6)
    assert spent.workload_efficiency == 0.25
    assert Spent(FRAME.window.start, (), "USD").efficiency is None
