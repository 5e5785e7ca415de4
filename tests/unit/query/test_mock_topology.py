"""The field's mock topology: what every grouping, filter and idle option must answer."""

from __future__ import annotations

import pytest

from fleetcost.query.question import Idle
from fleetcost.tables.database import Database
from unit.query.fleets import ask, totals


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"by": "namespace"}, {"ns1": 28, "ns2": 36, "ns3": 18, "__idle__": 30}),
        ({"by": "namespace", "idle": Idle.HIDE}, {"ns1": 28, "ns2": 36, "ns3": 18}),
        (
            {"by": "namespace", "idle": Idle.SPLIT},
            {"ns1": 28, "ns2": 36, "ns3": 18, "c1/__idle__": 20, "c2/__idle__": 10},
        ),
        ({"by": "cluster"}, {"c1": 46, "c2": 36, "__idle__": 30}),
        ({"by": "all"}, {"": 82, "__idle__": 30}),
        (
            {"by": "cluster,namespace", "idle": Idle.HIDE},
            {"c1/ns1": 28, "c1/ns2": 18, "c2/ns2": 18, "c2/ns3": 18},
        ),
        ({"by": "namespace", "filter": 'namespace:"ns2"'}, {"ns2": 36, "__idle__": 10.3125}),
        (
            {"by": "namespace", "filter": 'namespace:"ns2"', "idle": Idle.SPLIT},
            {"ns2": 36, "c1/__idle__": 2.5 + 2.8125, "c2/__idle__": 5},
        ),
        ({"by": "namespace", "filter": 'namespace!:"ns2"'}, {"ns1": 28, "ns3": 18, "__idle__": 30 - 10.3125}),
        ({"by": "namespace", "filter": 'cluster:"c2"'}, {"ns2": 18, "ns3": 18, "__idle__": 10}),
        ({"by": "namespace", "filter": 'cluster:"c1"', "idle": Idle.SPLIT}, {"ns1": 28, "ns2": 18, "c1/__idle__": 20}),
        ({"by": "namespace", "filter": 'namespace:"nothing"'}, {}),
        ({"by": "pod", "filter": 'pod:"pod-ghi"', "idle": Idle.HIDE}, {"pod-ghi": 12}),
    ],
    ids=lambda value: " ".join(f"{k}={v}" for k, v in value.items()) if "by" in value else "",
)
def test_the_mock_topology(mock: Database, asked: dict[str, str], expected: dict[str, float]) -> None:
    """Costs, idle and its part under a filter are the figures computed by hand."""
    assert totals(ask(mock, **asked)) == expected


def test_idle_comes_last_and_knows_its_cluster(mock: Database) -> None:
    """Rows are in the order of their names; idle rows follow, marked, with the cluster where there is one."""
    rows = ask(mock, by="namespace", idle=Idle.SPLIT).rows
    assert [row.name for row in rows] == ["ns1", "ns2", "ns3", "c1/__idle__", "c2/__idle__"]
    assert [(row.idle, row.cluster) for row in rows[3:]] == [(True, "c1"), (True, "c2")]
    (both,) = [row for row in ask(mock, by="namespace").rows if row.idle]
    assert both.cluster == ""


def test_properties_are_those_all_members_share(mock: Database) -> None:
    """A group over two clusters has no cluster; what its members agree on stays."""
    rows = {row.name: row for row in ask(mock, by="namespace", idle=Idle.HIDE).rows}
    assert (rows["ns1"].cluster, rows["ns2"].cluster) == ("c1", "")
    assert (rows["ns2"].namespace, rows["ns2"].pod, rows["ns2"].controller) == ("ns2", "", "web")
