"""What each row carries of the idle and the tenancy of its place."""

from __future__ import annotations

from fleetcost.model.allocation import ALLOCATION_COSTS
from fleetcost.query.conditions import columns_of
from fleetcost.query.dialect import Dialect
from fleetcost.query.dimensions import UNALLOCATED
from fleetcost.query.question import Idle, Question
from fleetcost.query.sharing import Split, Tenancy
from fleetcost.query.sql.names import Names
from fleetcost.query.sql.source import RESOURCES, FromClause, matched
from fleetcost.query.sql.stage import Stage

PARTS = (*RESOURCES, "pv", "network", "load_balancer", "external")
"""The parts of a workload's cost that can be shared."""


class Grain:
    """
    The stages `grain` and `carried`: one row per window, place, group and role.

    A place is a cluster, or a node where idle belongs to nodes. Shares are differences of running totals in the order
    of the groups' names, so they add up exactly, and a group's share does not depend on how finely it is cut.
    """

    def __init__(self, question: Question, dialect: Dialect) -> None:
        self._question = question
        self._dialect = dialect
        self._source = FromClause(question, dialect)
        self._names = Names(question, dialect)

    def needed(self) -> bool:
        """Tell whether anything is divided among rows."""
        return self._question.divided

    @property
    def shares_idle(self) -> bool:
        """Whether rows carry the idle of their place."""
        return self._question.idle is Idle.SHARE

    @property
    def shares_tenancy(self) -> bool:
        """Whether rows carry the tenancy of their cluster."""
        return self._question.tenancy is Tenancy.SHARE

    @property
    def weighs_idle(self) -> bool:
        """Whether the weights of a place say what becomes of its idle: it is shared, or follows the rows that pass."""
        shown = self._question.idle is not Idle.HIDE
        return self.shares_idle or (shown and not self.filter_is_of_clusters())

    @property
    def idle_resources(self) -> tuple[str, ...]:
        """The resources that can be idle: CPU and RAM where there is no GPU at all."""
        shown = not self.shares_idle and self._source.lacks("gpu_cost", "idle") and self._source.lacks("gpu_cost")
        return RESOURCES[:2] if shown else RESOURCES

    @property
    def weighs_tenancy(self) -> bool:
        """Whether the weights of a cluster say what becomes of its tenancy."""
        shown = self._question.tenancy is not Tenancy.HIDE
        return self.shares_tenancy or (shown and not self.filter_is_of_clusters())

    @property
    def only_shown(self) -> bool:
        """Whether what is divided is only shown beside rows, and no row carries any of it."""
        shared = self._question.idle is Idle.SHARE or self._question.tenancy is Tenancy.SHARE
        return not shared and self._question.sharing is None

    def filter_is_of_clusters(self) -> bool:
        """Tell whether the filter takes or leaves whole clusters; then it takes or leaves their idle as well."""
        return columns_of(self._question.filter, self._question.kind) <= {"cluster"}

    def stages(self) -> list[Stage]:
        """Return the stages; `idle_at` and `tenancy_at` must be there before."""
        return [Stage("grain", self._grain()), Stage("carried", self._carried())]

    def weights(self) -> str:
        """
        Return what all rows of each place weigh, and what those weigh that pass; for questions that divide nothing.

        Which groups there are does not matter here, so the smallest source that knows place and filter will do.
        """
        weights, by = self._weights(), "window_start, cluster, place"
        sums = ", ".join(
            f"sum({weights[name]})::{self._source.amount} AS {name}_whole, "
            f"sum(CASE WHEN passes THEN {weights[name]} ELSE 0 END)::{self._source.amount} AS {name}_passing"
            for name in self.weighed()
        )
        columns = {"window_start", "cluster", "kind"} | self._source.filtered()
        columns |= {"node"} if self._question.idle_by_node else set()
        costs = ", ".join(f"{self._source.cost(name)} AS {name}" for name in RESOURCES)
        return (
            f"SELECT {by}, {sums}\n"
            f"FROM (SELECT window_start, cluster, {self._place} AS place, members, {self._source.passes()} AS passes, "
            f"kind <> 'unmounted' AS mounted, {costs}\n"
            f"  FROM {self._source.table('allocation', columns)} WHERE {self._source.in_frame()})\nGROUP BY {by}"
        )

    @property
    def _place(self) -> str:
        return "node" if self._question.idle_by_node else "''"

    def order(self) -> str:
        """
        Return the order in which running totals are taken.

        Where a filter cuts groups apart, facts of the rows stand behind the names, and whether a row passes comes last,
        so that a filter and its negation see the same order.
        """
        keys = [*self._names.parts, "origin NULLS FIRST", "mounted"]
        # Where whole clusters pass and nothing is shared among clusters, rows of one name are never distinguished.
        if self._question.filter is not None and not (self.filter_is_of_clusters() and self._question.sharing is None):
            keys += ["total DESC", "cpu DESC", "ram DESC", "gpu DESC", "members DESC", "passes"]
        if self._question.scope is not None:
            keys.append("visible")
        return ", ".join(keys)

    def _grain(self) -> str:
        source, names = self._source, self._names
        total = " + ".join(source.measure(name) for name in ALLOCATION_COSTS if name != "external_cost")
        parts = ", ".join(f"{source.cost(part)} AS {part}" for part in PARTS)
        weights = self._weights()
        wanted = [part for part in (*PARTS, "total") if self._question.sharing is not None or part in self.order()]
        sums = "".join(f", sum({part})::{source.amount} AS {part}" for part in wanted)
        sums += "".join(f", sum({weights[name]})::{source.amount} AS {name}" for name in self.weighed())
        return (
            f"SELECT window_start, currency, cluster, place{names.listed()}, passes, visible, origin, mounted, "
            f"sum(members)::BIGINT AS members{sums}\n"
            f"FROM (SELECT window_start, currency, cluster, members, {self._place} AS place{names.chosen()}, "
            f"{source.passes()} AS passes, {source.visible()} AS visible, {self.origin()} AS origin, "
            f"kind <> 'unmounted' AS mounted, "
            f"{parts}, {total} AS total\n"
            f"  FROM {source.table('allocation', self._columns())} WHERE {source.in_frame()})\n"
            f"GROUP BY window_start, currency, cluster, place{names.listed()}, passes, visible, origin, mounted"
        )

    def _columns(self) -> set[str]:
        columns = {"window_start", "currency", "cluster", "kind"} | self._names.columns()
        columns |= self._source.filtered()
        columns |= columns_of(self._question.scope, self._question.kind)
        if self._question.idle_by_node:
            columns.add("node")
        return columns | self.origin_columns()

    def origin(self) -> str:
        """Return what a shared row is shared for: its namespace or its label's value; NULL for any other row."""
        sharing = self._question.sharing
        if sharing is None or not sharing.takes_rows:
            return "NULL::VARCHAR"
        cases = [f"WHEN {self._named('namespace', name)} THEN namespace" for name in sharing.namespaces]
        for key, value in sharing.labels:
            label = self._dialect.first_known(self._dialect.label("labels", key), f"'{UNALLOCATED}'")
            cases.append(f"WHEN {self._named(label, value)} THEN {label}")
        hidden = "" if self._question.scope is None else f"WHEN NOT {self._source.visible()} THEN NULL "
        return f"CASE {hidden}{' '.join(cases)} END"

    def origin_columns(self) -> set[str]:
        """Return the columns that `origin` reads."""
        sharing = self._question.sharing
        if sharing is None or not sharing.takes_rows:
            return set()
        columns = {"namespace"} if sharing.namespaces else set()
        columns |= {"labels"} if sharing.labels else set()
        return columns | columns_of(self._question.scope, self._question.kind)

    def _named(self, expression: str, name: str) -> str:
        if name.endswith("*"):
            return self._dialect.starts_with(expression, name[:-1])
        return f"{expression} = {self._dialect.text(name)}"

    def _carried(self) -> str:
        """Return the grain with what each row carries; a share that is not divided is 0."""
        idle = [self._share(f"i.{name}", name, f"{name}_idle") for name in RESOURCES]
        tenancy = [self._share(f"t.{name}", "tenant", name) for name in ("disks", "management")]
        none = f"0::{self._source.amount} AS {{}}"
        shares = idle if self.shares_idle else [none.format(f"{name}_idle") for name in RESOURCES]
        shares += tenancy if self.shares_tenancy else [none.format(name) for name in ("disks", "management")]
        place = ("window_start", "cluster", "place")
        joins = f"\nLEFT JOIN idle_at AS i ON {matched('g', 'i', place)}" if self.shares_idle else ""
        joins += f"\nLEFT JOIN tenancy_at AS t ON {matched('g', 't', place[:2])}" if self.shares_tenancy else ""
        return f"SELECT g.*, {', '.join(shares)}\nFROM ({self._positions()}) AS g{joins}"

    def _weights(self) -> dict[str, str]:
        """
        Return what each row weighs where something is divided: by name, an expression of the row's own costs.

        A cost below zero weighs nothing, row by row, so that a refund in a group does not depend on the group; rollups
        keep rows apart where they differ in that. Evenly means the same for every container.
        """
        resources = {f"{name}_weight": f"greatest({name}, 0)" for name in RESOURCES}
        if self._question.idle_split is Split.EVEN:
            resources = dict.fromkeys(resources, "CASE WHEN mounted THEN members ELSE 0 END")
        return resources | {
            "tenant_weight": "CASE WHEN mounted THEN greatest(cpu + ram + gpu, 0) ELSE 0 END",
            "shared_weight": "CASE WHEN mounted THEN greatest(total, 0) ELSE 0 END",
        }

    def weighed(self) -> list[str]:
        """Return the names of the weights by which anything is divided."""
        weighed = [f"{name}_weight" for name in self.idle_resources] if self.weighs_idle else []
        weighed += ["tenant_weight"] if self.weighs_tenancy else []
        return weighed if self._question.sharing is None else [*weighed, "shared_weight"]

    def _positions(self) -> str:
        """Return the grain with each row's end on the line from 0 to what its place weighs, per weight."""
        by_place = [f"{name}_weight" for name in RESOURCES] if self.shares_idle else []
        by_cluster = ["tenant_weight"] if self.shares_tenancy else []
        if not self._question.idle_by_node:
            # One place per cluster: one sort serves both.
            by_place, by_cluster = [*by_place, *by_cluster], []
        running = [self._running(name, "window_start, cluster, place", "") for name in by_place]
        running += [self._running(name, "window_start, cluster", ", place") for name in by_cluster]
        wholes = self._wholes(by_place, "window_start, cluster, place")
        wholes += self._wholes(by_cluster, "window_start, cluster")
        return f"SELECT * FROM (SELECT {', '.join(['*', *running])} FROM grain){wholes}"

    def _running(self, weight: str, by: str, then: str) -> str:
        name = weight.replace("_weight", "_upto")
        return (
            f"sum({weight}) OVER (PARTITION BY {by} ORDER BY {self.order()}{then} ROWS UNBOUNDED PRECEDING) AS {name}"
        )

    def _wholes(self, weights: list[str], by: str) -> str:
        if not weights:
            return ""
        sums = ", ".join(f"sum({weight}) AS {weight.replace('_weight', '_whole')}" for weight in weights)
        return f"\nJOIN (SELECT {by}, {sums} FROM grain GROUP BY {by}) USING ({by})"

    def _share(self, amount: str, weight: str, name: str) -> str:
        upto, whole = f"{weight}_upto", f"{weight}_whole"
        before = f"{upto} - {weight}_weight"
        kind = self._source.amount
        until, behind = (self._dialect.part(amount, end, whole, kind) for end in (upto, before))
        return f"coalesce(({until}) - ({behind}), 0)::{kind} AS {name}"
