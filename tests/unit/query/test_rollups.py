"""Rollups are an order of reading: whatever is asked, they say what the single rows say."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import open_tables
from compat.fleets import ClusterWindow, Fleet, Ingested, ingested
from compat.random_fleet import random_fleet
from fleetcost.model.allocation import ALLOCATION_COSTS
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Resolution
from fleetcost.query.answer import AllocationRow, Answer
from fleetcost.query.ask import ask_allocations
from fleetcost.query.dialect import DuckDb
from fleetcost.query.dimensions import Dimension
from fleetcost.query.filters import Filter
from fleetcost.query.question import Idle, Ordering, Page, Question, Step
from fleetcost.query.sharing import Sharing, Split, Tenancy
from fleetcost.tables.rollups import ROLLUPS, source_columns, source_for
from making.examples import examples
from unit.query.questions import FILTERS, FRAME, QUESTIONS

COARSE = ("cluster", "node", "namespace", "controllerKind", "controller", "team")
SHARED = Sharing(namespaces=("platform",))
ORDERS = ("total_cost", "cpu_cost", "shared_cost", "name")
COST = " + ".join(ALLOCATION_COSTS)


def billed(fleet: Fleet, seed: int) -> Fleet:
    """Return a fleet as a bill changed it: adjustments up and down, some larger than the cost they adjust."""
    chance = random.Random(seed)
    return replace(fleet, windows=[_billed(one, chance) for one in fleet.windows])


def _billed(one: ClusterWindow, chance: random.Random) -> ClusterWindow:
    allocations = [
        {
            **facts,
            **{
                f"{part}_cost_adjustment": _share(facts.get(f"{part}_cost", 0), chance)
                for part in ("cpu", "ram", "pv", "network", "load_balancer")
            },
        }
        for facts in one.allocations
    ]
    assets = [{**facts, "adjustment": chance.randint(-3_000_000_000, 3_000_000_000) / 1e9} for facts in one.assets]
    return replace(one, allocations=allocations, assets=assets)


def _share(cost: float, chance: random.Random) -> float:
    return round(cost * chance.choice((0, -0.3, 0.25, -1, -1.5)), 9)


@pytest.fixture(scope="module", params=[2, pytest.param(3, marks=pytest.mark.corner)])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ingested]:
    """A fleet of made-up numbers that a bill has changed, in tables."""
    fleet = billed(random_fleet(request.param), request.param)
    tables = ingested(fleet, tmp_path_factory.mktemp("rollups"))
    yield tables
    tables.database.close()


def ask(made: Ingested, question: Question, *, rollups: bool) -> Answer[AllocationRow]:
    """Ask rollups, or single rows."""
    with made.database.snapshot() as snapshot:
        return ask_allocations(snapshot, question, made.fleet.now, dialect=DuckDb(rollups=rollups))


def rows(made: Ingested, sql: str) -> list[tuple[Any, ...]]:
    """Return what a statement gives."""
    with made.database.snapshot() as snapshot:
        return snapshot.rows(sql)


@examples(15)
@given(
    question=QUESTIONS,
    tree=st.one_of(st.none(), FILTERS),
    scoped=st.booleans(),
    series=st.booleans(),
    more=st.sampled_from([{}, {"parts": True}, {"metadata": True}, {"proportions": True}]),
)
def test_rollups_answer_what_single_rows_answer(
    made: Ingested,
    question: Question,
    tree: Filter | None,
    scoped: bool,  # noqa: FBT001
    series: bool,  # noqa: FBT001
    more: dict[str, Any],
) -> None:
    """Rows, totals and series are the same to the last bit, whatever is grouped by, filtered, shared and allowed."""
    question = replace(question, filter=tree, scope=tree if scoped else None, **more)
    if series:
        question = replace(question, step=Step.ALL, series=Step.DAY)
    fast, slow = (ask(made, question, rollups=which) for which in (True, False))
    assert (fast.steps, fast.totals, fast.series) == (slow.steps, slow.totals, slow.series)


@examples(12)
@given(
    question=QUESTIONS,
    tree=st.one_of(st.none(), FILTERS),
    order=st.one_of(st.none(), st.builds(Ordering, st.sampled_from(ORDERS), st.booleans())),
    cut=st.tuples(st.integers(0, 4), st.integers(0, 3)),
    series=st.booleans(),
    rollups=st.booleans(),
)
def test_a_page_is_a_part_of_the_whole_answer(
    made: Ingested,
    question: Question,
    tree: Filter | None,
    order: Ordering | None,
    cut: tuple[int, int],
    series: bool,  # noqa: FBT001
    rollups: bool,  # noqa: FBT001
) -> None:
    """In every step a page has the rows of the whole answer in its place, with the same totals and series."""
    limit, offset = cut
    question = replace(question, filter=tree, page=Page(order))
    if series:
        question = replace(question, step=Step.ALL, series=Step.DAY)
    whole = ask(made, question, rollups=rollups)
    part = ask(made, replace(question, page=Page(order, limit, offset)), rollups=rollups)

    cut_out = [step.rows[offset : offset + limit] for step in whole.steps]
    names = {row.name for rows in cut_out for row in rows}
    assert [step.rows for step in part.steps] == cut_out
    assert (part.totals, part.currency) == (whole.totals, whole.currency)
    assert [(step.window, step.total_cost) for step in part.series] == [
        (step.window, step.total_cost) for step in whole.series
    ]
    assert [step.points for step in part.series] == [
        tuple(point for point in step.points if point.name in names) for step in whole.series
    ]


@pytest.mark.parametrize("split", list(Split))
@pytest.mark.parametrize("dimensions", [(), *((name,) for name in COARSE)], ids=lambda names: "".join(names) or "all")
def test_what_is_divided_is_the_same_from_rollups(made: Ingested, dimensions: tuple[str, ...], split: Split) -> None:
    """A refund weighs nothing where idle is divided, whether or not a rollup has added it to other costs."""
    for by_node, sharing in ((False, SHARED), (True, None)):
        question = Question(
            kind=SetKind.ALLOCATIONS, frame=FRAME, step=Step.ALL, dimensions=tuple(map(Dimension, dimensions)),
            idle=Idle.SHARE, idle_by_node=by_node, idle_split=split, tenancy=Tenancy.SHARE, sharing=sharing,
        )  # fmt: skip
        assert ask(made, question, rollups=True).steps == ask(made, question, rollups=False).steps


@pytest.mark.parametrize("rollup", ROLLUPS, ids=lambda rollup: str(rollup.name))
def test_every_rollup_adds_up_to_the_single_rows(made: Ingested, rollup: Any) -> None:
    """Per cluster and window a rollup stands for as many rows, of the same cost, as were loaded."""
    by = "cluster, window_start, currency, kind"
    single = rows(made, f"SELECT {by}, count(*), sum({COST}) FROM container_1d GROUP BY {by} ORDER BY {by}")
    rolled = rows(made, f"SELECT {by}, sum(members), sum({COST}) FROM {rollup.name}_1d GROUP BY {by} ORDER BY {by}")
    assert rolled == single


@pytest.mark.parametrize("dimension", [*COARSE, "pod"])
@pytest.mark.parametrize("adjusted", [True, False])
def test_books_close_for_every_group(made: Ingested, dimension: str, adjusted: bool) -> None:  # noqa: FBT001
    """By whatever is grouped, workloads and idle cost what the nodes cost, as listed and as billed."""
    question = Question(
        kind=SetKind.ALLOCATIONS, frame=FRAME, step=Step.ALL, dimensions=(Dimension(dimension),), adjusted=adjusted
    )
    charged = sum(_resources(row) for row in ask(made, question, rollups=True).rows)
    cost = "cost + adjustment" if adjusted else "cost"
    ((owned,),) = rows(made, f"SELECT sum({cost})::DOUBLE FROM asset_1d WHERE type = 'Node'")
    assert charged == pytest.approx(owned, abs=1e-7)


def _resources(row: AllocationRow) -> float:
    billed = row.cpu_cost_adjustment + row.ram_cost_adjustment + row.gpu_cost_adjustment
    return row.cpu_cost + row.ram_cost + row.gpu_cost + billed


@pytest.mark.parametrize("table", ["allocation", "asset", "idle", "tenancy", "cloud_cost"])
@pytest.mark.parametrize(
    "columns",
    [frozenset(), frozenset({"namespace"}), frozenset({"labels", "controller"}), frozenset({"pod", "volumes"})],
)
def test_every_source_has_the_columns_that_are_named(tmp_path: Path, table: str, columns: frozenset[str]) -> None:
    """What an engine is told to read by name is there, from rollups, from single rows and with labels."""
    database = open_tables(tmp_path)
    with database.snapshot() as snapshot:
        source = source_for(table, columns, Resolution.DAY)
        there = {row[0] for row in snapshot.rows(f"DESCRIBE SELECT * FROM {source}")}
    database.close()
    named = source_columns(table, columns)
    assert set(named) <= there
    assert there - set(named) <= {"signs", "label_set", "match_key", "cluster_name", "service_names"}
