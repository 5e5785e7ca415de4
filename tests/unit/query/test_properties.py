"""What holds of every answer, whatever is asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from compat.fleets import Ingested, ingested
from compat.random_fleet import DAYS, random_fleet
from fleetcost.model.sets import SetKind
from fleetcost.query.answer import Answer
from fleetcost.query.ask import ask_allocations, ask_assets
from fleetcost.query.dimensions import Dimension
from fleetcost.query.filters import Compare, Every, Filter, Match, Some
from fleetcost.query.question import Idle, Question, Step
from fleetcost.query.rows import AllocationRow
from fleetcost.query.sharing import Split, Tenancy
from making.examples import examples
from unit.query.questions import DIMENSIONS, FILTERS, FRAME, QUESTIONS

DUST = 1e-7
"""Far below anything that could be lost; a float sum of some hundred amounts is off by less."""

quick = examples(10)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ingested]:
    """A fleet of made-up numbers in tables."""
    tables = ingested(random_fleet(), tmp_path_factory.mktemp("random"))
    yield tables
    tables.database.close()


def negation(tree: Filter) -> Filter:
    """Return the filter that takes what this one leaves."""
    if isinstance(tree, Compare):
        return replace(tree, negated=not tree.negated)
    parts = tuple(negation(part) for part in tree.parts)
    return Some(parts) if isinstance(tree, Every) else Every(parts)


def ask(made: Ingested, question: Question) -> Answer[AllocationRow]:
    """Ask, and check what holds of every answer: totals are the sum of the rows."""
    with made.database.snapshot() as snapshot:
        answer = ask_allocations(snapshot, question, made.fleet.now)
    assert total(answer) == pytest.approx(sum(row.total_cost for row in answer.rows), abs=DUST)
    return answer


def total(answer: Answer[AllocationRow]) -> float:
    """Return what everything costs."""
    return sum(each.row.total_cost for each in answer.totals)


def by_name(answer: Answer[AllocationRow]) -> dict[tuple[Any, str], float]:
    """Return cost by step and name, of rows that are groups."""
    return {(step.window.start, row.name): row.total_cost for step in answer.steps for row in step.rows if row.grouped}


@quick
@given(question=QUESTIONS, tree=FILTERS)
def test_a_filter_and_its_negation_are_everything(made: Ingested, question: Question, tree: Filter) -> None:
    """Whatever is asked, what a filter takes and what it leaves add up to the unfiltered answer."""
    whole = ask(made, question)
    everything = total(whole)
    taken, left = (total(ask(made, replace(question, filter=chosen))) for chosen in (tree, negation(tree)))
    unshared = [row.total_cost for row in whole.rows if row.name.endswith("__shared__")]

    # What nobody can carry belongs to no row, so a filter takes it only where it names nothing but clusters.
    assert everything - sum(unshared) - DUST <= taken + left <= everything + DUST


@quick
@given(question=QUESTIONS, tree=FILTERS)
def test_a_filter_does_not_change_what_a_row_costs(made: Ingested, question: Question, tree: Filter) -> None:
    """Each container costs under a filter what it costs without one, shares included."""
    finest = tuple(Dimension(name) for name in ("cluster", "node", "namespace", "pod", "container"))
    # By day, because on another day a container may be on another node and have other labels.
    question = replace(question, dimensions=finest, step=Step.DAY)
    every, some = by_name(ask(made, question)), by_name(ask(made, replace(question, filter=tree)))

    assert some == {name: pytest.approx(every[name], abs=DUST) for name in some}


@quick
@given(question=QUESTIONS, tree=st.one_of(st.none(), FILTERS), other=DIMENSIONS)
def test_grouping_keeps_totals(
    made: Ingested, question: Question, tree: Filter | None, other: tuple[Dimension, ...]
) -> None:
    """What is grouped by never changes the total; an even split of shared costs is by group and left out."""
    assume(question.sharing is None or question.sharing.split is Split.WEIGHTED or tree is None)
    question = replace(question, filter=tree)

    one, two = ask(made, question), ask(made, replace(question, dimensions=other))
    assert total(one) == pytest.approx(total(two), abs=DUST)


@quick
@given(question=QUESTIONS)
def test_sharing_keeps_totals(made: Ingested, question: Question) -> None:
    """Sharing moves costs between rows; together with overheads and shown idle and tenancy nothing is lost."""
    apart = replace(question, idle=Idle.SEPARATE, tenancy=Tenancy.SEPARATE, sharing=None)
    overhead = question.sharing.monthly_cost / 730 * 24 * len(DAYS) if question.sharing else Decimal(0)
    shared = replace(
        question,
        idle=Idle.SHARE if question.idle is Idle.HIDE else question.idle,
        tenancy=Tenancy.SHARE if question.tenancy is Tenancy.HIDE else question.tenancy,
    )

    assert total(ask(made, shared)) == pytest.approx(total(ask(made, apart)) + float(overhead), abs=DUST)


@quick
@given(question=QUESTIONS)
def test_names_are_cut_without_a_change(made: Ingested, question: Question) -> None:
    """A namespace costs the same whether or not its controllers are shown, to a few units of the ninth place."""
    assume(question.sharing is None or question.sharing.split is Split.WEIGHTED)
    coarse = by_name(ask(made, replace(question, dimensions=(Dimension("namespace"),))))
    fine = by_name(ask(made, replace(question, dimensions=(Dimension("namespace"), Dimension("controller")))))

    summed: dict[tuple[Any, str], float] = {}
    for (start, name), cost in fine.items():
        key = (start, name.split("/")[0])
        summed[key] = summed.get(key, 0.0) + cost
    assert summed == {key: pytest.approx(cost, abs=2e-8) for key, cost in coarse.items()}


@quick
@given(question=QUESTIONS, tree=st.one_of(st.none(), FILTERS))
def test_a_series_is_its_rows_cut(made: Ingested, question: Question, tree: Filter | None) -> None:
    """The steps of a series add up to the rows, and each step is what the same question about it says."""
    question = replace(question, filter=tree, step=Step.ALL, series=Step.DAY)
    whole = ask(made, question)
    daily = ask(made, replace(question, step=Step.DAY, series=None))

    assert sum(step.total_cost for step in whole.series) == pytest.approx(total(whole), abs=DUST)
    for step, rows in zip(whole.series, daily.steps, strict=True):
        assert {point.name: point.total_cost for point in step.points} == {
            row.name: pytest.approx(row.total_cost, abs=1e-9) for row in rows.rows
        }


def test_books_close(made: Ingested) -> None:
    """Workloads, idle and tenancy are what the assets cost, apart from what is no asset, in each cluster and day."""
    for cluster in ("c1", "c2", "c3"):
        tree = Compare("cluster", None, Match.EQUALS, negated=False, values=(cluster,), position=0)
        question = Question(
            kind=SetKind.ALLOCATIONS, frame=FRAME, step=Step.DAY, dimensions=(), filter=tree, tenancy=Tenancy.SHARE
        )
        charged = ask(made, question)
        with made.database.snapshot() as snapshot:
            owned = ask_assets(snapshot, replace(question, kind=SetKind.ASSETS), made.fleet.now)
        for one, other in zip(charged.totals, owned.totals, strict=True):
            services = one.row.pv_cost + one.row.network_cost + one.row.load_balancer_cost + one.row.external_cost
            assert one.row.total_cost - services == pytest.approx(other.row.total_cost, abs=1e-9)
