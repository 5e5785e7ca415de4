"""The part of each asset's cost that a group of allocations stands for."""

from __future__ import annotations

from fleetcost.query.dialect import Dialect
from fleetcost.query.question import Question
from fleetcost.query.sql.names import Names
from fleetcost.query.sql.source import RESOURCES, FromClause, matched


def proportions(question: Question, dialect: Dialect) -> str:
    """
    Return a JSON list per group: one element per cluster, or per node where idle belongs to nodes.

    The whole is what the assets cost over the step; load balancers and volumes are counted per cluster.
    """
    source, names = FromClause(question, dialect), Names(question, dialect)
    by = f"step, currency{names.listed()}"
    place = "node" if question.idle_by_node else "''"
    reads = {"cluster", "kind"} | names.columns() | source.filtered()
    reads |= {"node"} if question.idle_by_node else set()
    own = ", ".join(f"sum({source.cost(part)})::DOUBLE AS {part}" for part in (*RESOURCES, "load_balancer", "pv"))
    rows = (
        f"SELECT {by}, cluster, place, {dialect.agreed('provider_id')} AS provider_id, {own}\n"
        f"FROM (SELECT *, {source.step()} AS step{names.chosen()}, {place} AS place "
        f"FROM {source.table('allocation', reads)} WHERE {source.in_frame()} AND {source.passes()} "
        "AND kind = 'workload')\n"
        f"GROUP BY {by}, cluster, place"
    )
    parts = ", ".join(f"coalesce(r.{name} / nullif(n.{name}, 0), 0) AS {name}_part" for name in RESOURCES)
    whole = " + ".join(f"coalesce(n.{name}, 0)" for name in RESOURCES)
    weighted = " + ".join(f"coalesce(r.{name} / nullif(n.{name}, 0), 0) * coalesce(n.{name}, 0)" for name in RESOURCES)
    record = {
        "cluster": "cluster", "node": "place", "provider_id": "coalesce(provider_id, '')", "cpu": "cpu_part",
        "gpu": "gpu_part", "ram": "ram_part", "load_balancer": "load_balancer_part", "volume": "volume_part",
        "node_resources": "node_part",
    }  # fmt: skip
    return (
        f"SELECT {by}, {dialect.json(dialect.list_of(record, 2))} AS detail\n"
        f"FROM (SELECT r.*, {parts}, coalesce(({weighted}) / nullif({whole}, 0), 0) AS node_part,\n"
        "    coalesce(r.load_balancer / nullif(s.load_balancer, 0), 0) AS load_balancer_part,\n"
        "    coalesce(r.pv / nullif(s.volume, 0), 0) AS volume_part\n"
        f"  FROM ({rows}) AS r\n"
        f"  LEFT JOIN ({_nodes(source, place)}) AS n ON {matched('r', 'n', ('step', 'cluster', 'place'))}\n"
        f"  LEFT JOIN ({_services(question, source)}) AS s ON {matched('r', 's', ('step', 'cluster'))})\nGROUP BY {by}"
    )


def _nodes(source: FromClause, place: str) -> str:
    sums = ", ".join(f"sum({name}_cost)::DOUBLE AS {name}" for name in RESOURCES)
    return (
        f"SELECT step, cluster, place, {sums} FROM "
        f"(SELECT *, {source.step()} AS step, {place} AS place FROM ({source.nodes()})) GROUP BY step, cluster, place"
    )


def _services(question: Question, source: FromClause) -> str:
    cost = source.money("cost + adjustment" if question.adjusted else "cost")
    return (
        "SELECT step, cluster, "
        f"sum({cost}) FILTER (WHERE type = 'LoadBalancer')::DOUBLE AS load_balancer, "
        f"sum({cost}) FILTER (WHERE type = 'Disk' AND NOT local)::DOUBLE AS volume "
        f"FROM (SELECT *, {source.step()} AS step FROM {source.assets()}) GROUP BY step, cluster"
    )
