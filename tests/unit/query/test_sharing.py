"""What is divided among rows: the numbers of the worked example; answers over HTTP are held against them in compat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from compat.fleets import Ingested, day, ingested
from compat.topology import DAY, TOPOLOGY
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Resolution
from fleetcost.query.ask import ask_allocations
from fleetcost.query.dimensions import Dimension
from fleetcost.query.filters import parse_filter
from fleetcost.query.question import Frame, Idle, Question, Step
from fleetcost.query.sharing import Sharing, Split

NS1 = Sharing(namespaces=("ns1",))
NINE = Decimal(9) / 24 * 730
NS2 = 'namespace:"ns2"'


@pytest.fixture(scope="module")
def topology(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ingested]:
    """The worked example in tables."""
    made = ingested(TOPOLOGY, tmp_path_factory.mktemp("topology"))
    yield made
    made.database.close()


def costs(made: Ingested, by: str = "namespace", filter_text: str = "", **facts: Any) -> dict[str, float]:
    """Ask for one day and return cost by name."""
    question = Question(
        kind=SetKind.ALLOCATIONS,
        frame=Frame(day(DAY), Resolution.DAY),
        step=Step.ALL,
        dimensions=tuple(Dimension(name) for name in by.split(",")),
        filter=parse_filter(filter_text),
        **facts,
    )
    with made.database.snapshot() as snapshot:
        answer = ask_allocations(snapshot, question, made.fleet.now)
    assert sum(row.total_cost for row in answer.rows) == pytest.approx(answer.total.row.total_cost, abs=1e-9)
    return {row.name: row.total_cost for row in answer.rows}


@pytest.mark.parametrize(
    ("by", "filter_text", "facts", "expected"),
    [
        ("namespace", "", {}, {"ns1": 28, "ns2": 36, "ns3": 18, "__idle__": 30}),
        (
            "namespace", "", {"idle": Idle.SPLIT},
            {"ns1": 28, "ns2": 36, "ns3": 18, "c1/__idle__": 20, "c2/__idle__": 10},
        ),
        ("cluster", "", {}, {"c1": 46, "c2": 36, "__idle__": 30}),
        ("namespace", "", {"idle": Idle.SHARE}, {"ns1": 42.6875, "ns2": 46.3125, "ns3": 23}),
        ("namespace", NS2, {}, {"ns2": 36, "__idle__": 10.3125}),
        ("namespace", NS2, {"idle": Idle.SHARE}, {"ns2": 46.3125}),
        ("namespace", "", {"idle": Idle.HIDE, "sharing": NS1}, {"ns2": 54.666666667, "ns3": 27.333333333}),
        (
            "namespace", "", {"idle": Idle.HIDE, "sharing": replace(NS1, split=Split.EVEN)},
            {"ns2": 50, "ns3": 32},
        ),
        ("namespace", "", {"idle": Idle.SHARE, "sharing": NS1}, {"ns2": 74.770833333, "ns3": 37.229166667}),
        ("namespace", NS2, {"idle": Idle.SHARE, "sharing": NS1}, {"ns2": 74.770833333}),
        ("namespace", NS2, {"sharing": NS1}, {"ns2": 54.666666667, "__idle__": 20.104166667}),
        (
            "namespace", "", {"idle": Idle.HIDE, "sharing": Sharing(monthly_cost=NINE, split=Split.EVEN)},
            {"ns1": 31, "ns2": 39, "ns3": 21},
        ),
        (
            "namespace", "", {"idle": Idle.HIDE, "sharing": Sharing(monthly_cost=NINE)},
            {"ns1": 31.073170732, "ns2": 39.951219512, "ns3": 19.975609756},
        ),
        ("namespace", NS2, {"idle": Idle.HIDE, "sharing": Sharing(monthly_cost=NINE)}, {"ns2": 39.951219512}),
        (
            "namespace", NS2, {"idle": Idle.HIDE, "sharing": Sharing(monthly_cost=NINE, split=Split.EVEN)},
            {"ns2": 39},
        ),
        (
            "namespace", "", {"idle": Idle.SPLIT, "idle_by_node": True},
            {"ns1": 28, "ns2": 36, "ns3": 18, "c1/n1/__idle__": 20, "c2/n2/__idle__": 5, "c2/n3/__idle__": 5},
        ),
    ],
)  # fmt: skip
def test_the_worked_example(
    topology: Ingested, by: str, filter_text: str, facts: dict[str, Any], expected: dict[str, float]
) -> None:
    """Every number of example E12 comes out, with the recommended ones where the products are wrong."""
    assert costs(topology, by, filter_text, **facts) == pytest.approx(expected, abs=2e-9)
