"""Questions to SQL: one compiler for every endpoint, page and export."""

from __future__ import annotations

from dataclasses import dataclass

from fleetcost.model.asset import AssetType
from fleetcost.model.sets import SetKind
from fleetcost.query.conditions import Conditions
from fleetcost.query.dialect import DuckDb
from fleetcost.query.dimensions import UNALLOCATED, UNDEFINED, Dimension
from fleetcost.query.measures import EXACT_ALLOCATION, EXACT_ASSET, IDLE_MEASURES, WEIGHTED_ASSET
from fleetcost.query.question import Idle, Question

ALLOCATION_PROPERTIES = (
    "cluster", "node", "namespace", "controller_kind", "controller", "pod", "container", "provider_id",
)  # fmt: skip
ASSET_PROPERTIES = (
    "type", "category", "provider", "account", "project", "service", "cluster", "name", "provider_id", "region",
    "node_type", "pool", "storage_class", "volume_name", "claim_name", "claim_namespace", "ip", "price_source",
)  # fmt: skip
"""Columns a group keeps where all its rows agree; empty where they differ."""

ALLOCATION_DETAILS = (
    "services", "labels", "annotations", "namespace_labels", "namespace_annotations", "volumes", "load_balancers",
    "cpu_core_usage_max", "ram_byte_usage_max", "gpu_usage_max",
)  # fmt: skip

_CONTROLLER_KINDS = ("deployment", "statefulset", "daemonset", "job")


@dataclass(frozen=True, slots=True)
class Compiler:
    """Writes the SQL of one question."""

    question: Question
    dialect: DuckDb

    def allocations(self) -> str:
        """One row per step and group of allocations: step, currency, name parts, properties, start, end, measures."""
        details = [f"{self._detail(name)} AS {name}" for name in ALLOCATION_DETAILS]
        return self._grouped("allocation", ALLOCATION_PROPERTIES, EXACT_ALLOCATION, details if self._detailed else [])

    def assets(self) -> str:
        """One row per step and group of assets."""
        means = [f"{self._mean(name, weight)} AS {name}" for name, weight in WEIGHTED_ASSET.items()]
        extras = [
            *means,
            "max(byte_usage_max) AS byte_usage_max",
            "bool_or(local) AS local",
            "bool_or(private) AS private",
            'arg_max(to_json(labels)::VARCHAR, (window_start, "end")) AS labels'
            if self._detailed
            else "NULL AS labels",
        ]
        return self._grouped("asset", ASSET_PROPERTIES, EXACT_ASSET, extras)

    def idle(self) -> str:
        """One row per step and idle group: step, currency, cluster, start, end, measures; scaled by the filter."""
        by_cluster = "cluster" if self.question.idle is Idle.SPLIT else f"{self.dialect.text('')}"
        sums = ", ".join(f"sum({self._scaled(name)})::DOUBLE AS {name}" for name in IDLE_MEASURES)
        same_cluster = "CASE WHEN min(cluster) = max(cluster) THEN min(cluster) ELSE '' END"
        return (
            f"WITH {self._fractions()}\n"
            f"SELECT {self._step('i')} AS step, currency, {by_cluster} AS split, {same_cluster} AS cluster, "
            f'min("start") AS "start", max("end") AS "end", {sums}\n'
            f"FROM {self._table('idle')} AS i LEFT JOIN fraction AS f USING (window_start, cluster)\n"
            f"WHERE {self._in_frame('i')} AND {self._idle_passes()}\n"
            f"GROUP BY step, currency, split ORDER BY step, split"
        )

    @property
    def _detailed(self) -> bool:
        return self.question.detailed

    def _grouped(self, table: str, properties: tuple[str, ...], measures: tuple[str, ...], extras: list[str]) -> str:
        parts = [f"{self._dimension(d)} AS d{i}" for i, d in enumerate(self.question.dimensions)]
        kept = [f"CASE WHEN min({p}) = max({p}) THEN min({p}) ELSE '' END AS {p}" for p in properties]
        sums = [f"sum({name})::DOUBLE AS {name}" for name in measures]
        names = "".join(f", d{i}" for i in range(len(parts)))
        chosen = ", ".join(["step", "currency", *(f"d{i}" for i in range(len(parts))), *kept])
        return (
            f'SELECT {chosen}, min("start") AS "start", max("end") AS "end", {", ".join([*sums, *extras])}\n'
            f"FROM (SELECT *, {', '.join([f'{self._step()} AS step', *parts])}\n"
            f"  FROM {self._source(table)} WHERE {self._in_frame()} AND {self._passes()})\n"
            f"GROUP BY step, currency{names} ORDER BY step{names}, currency"
        )

    def _source(self, table: str) -> str:
        if table == "asset":
            return f"(SELECT *, {self._category()} AS category FROM {self._table('asset')})"
        return self._table(table)

    def _category(self) -> str:
        cases = " ".join(
            f"WHEN {self.dialect.text(kind)} THEN {self.dialect.text(kind.category)}" for kind in AssetType
        )
        return f"CASE type {cases} ELSE {self.dialect.text(AssetType.CLOUD.category)} END"

    def _table(self, table: str) -> str:
        return f"{table}_{self.question.frame.resolution}"

    def _step(self, alias: str = "") -> str:
        return self.dialect.step(self.question.step, f"{alias}.window_start" if alias else "window_start")

    def _in_frame(self, alias: str = "") -> str:
        column = f"{alias}.window_start" if alias else "window_start"
        return f"{column} >= $start AND {column} < $end"

    def _passes(self) -> str:
        tree = self.question.filter
        return "TRUE" if tree is None else Conditions(self.question.kind, self.dialect).sql(tree)

    def _idle_passes(self) -> str:
        """Without a filter every idle row counts; with one, those whose cluster has rows that pass."""
        return "TRUE" if self.question.filter is None else "coalesce(f.any_part, 0) > 0"

    def _scaled(self, name: str) -> str:
        if self.question.filter is None:
            return f"i.{name}"
        return f"(i.{name} * coalesce(f.{name}, 0))::DECIMAL(38, 9)"

    def _fractions(self) -> str:
        """
        Which part of each cluster's cost passes the filter, per window and resource.

        Idle is shown in that part. A resource nobody was charged for has no part; there the filter is asked of the
        idle row itself, which has a cluster and a node and nothing else.
        """
        tree = self.question.filter
        if tree is None:
            return "fraction AS (SELECT NULL::TIMESTAMP AS window_start, NULL::VARCHAR AS cluster)"
        on_idle = Conditions(self.question.kind, self.dialect, idle=True).sql(tree)
        sums = ", ".join(
            f"sum({name} + {name}_adjustment) AS {name}, "
            f"coalesce(sum({name} + {name}_adjustment) FILTER ({self._passes()}), 0) AS {name}_passing"
            for name in IDLE_MEASURES
        )
        parts = ", ".join(
            f"coalesce(a.{name}_passing::DOUBLE / nullif(a.{name}, 0)::DOUBLE, own.part) AS {name}"
            for name in IDLE_MEASURES
        )
        # The outer table of the two is idle: a cluster without a single allocation still has idle.
        return (
            f"own AS (SELECT window_start, cluster, max(CASE WHEN {on_idle} THEN 1.0 ELSE 0.0 END) AS part "
            f"FROM {self._table('idle')} WHERE {self._in_frame()} GROUP BY window_start, cluster),\n"
            f"allocated AS (SELECT window_start, cluster, {sums} "
            f"FROM {self._table('allocation')} WHERE {self._in_frame()} AND kind = 'workload' "
            "GROUP BY window_start, cluster),\n"
            f"part AS (SELECT own.window_start, own.cluster, {parts} "
            "FROM own LEFT JOIN allocated AS a ON a.window_start = own.window_start AND a.cluster = own.cluster),\n"
            f"fraction AS (SELECT *, greatest({', '.join(IDLE_MEASURES)}) AS any_part FROM part)"
        )

    def _dimension(self, dimension: Dimension) -> str:
        if self.question.kind is SetKind.ASSETS:
            return self._asset_dimension(dimension)
        name = dimension.name
        if name in {"label", "annotation"}:
            columns = ("labels", "annotations") if dimension.alias else (f"{name}s",)
            values = ", ".join(self.dialect.label(column, dimension.key) for column in columns)
            return f"coalesce({values}, '{UNALLOCATED}')"
        if name in _CONTROLLER_KINDS:
            return f"CASE WHEN controller_kind = '{name}' THEN controller ELSE '{UNALLOCATED}' END"
        return {
            "controllerKind": f"coalesce(nullif(controller_kind, ''), '{UNALLOCATED}')",
            "controller": (
                f"CASE WHEN controller = '' THEN '{UNALLOCATED}' WHEN controller_kind = '' THEN controller "
                "ELSE controller_kind || ':' || controller END"
            ),
            "service": f"coalesce({self.dialect.first_of('services')}, '{UNALLOCATED}')",
            "providerID": "provider_id",
        }.get(name, name)

    def _asset_dimension(self, dimension: Dimension) -> str:
        if dimension.name == "label":
            value = self.dialect.label("labels", dimension.key)
            if dimension.alias:
                return f"coalesce({value}, '{UNALLOCATED}')"
            return f"coalesce({self.dialect.text(dimension.key + '=')} || {value}, '{UNDEFINED}')"
        column = "provider_id" if dimension.name == "providerID" else dimension.name
        return f"coalesce(nullif({column}, ''), '{UNDEFINED}')"

    def _detail(self, name: str) -> str:
        """What cannot be added is of the newest row; maxima are the highest, shares are all of them, added later."""
        if name.endswith("_max"):
            return f"max({name})"
        if name in {"volumes", "load_balancers"}:
            return f"to_json(flatten(list({name} ORDER BY window_start)))::VARCHAR"
        return self.dialect.newest(f"to_json({name})::VARCHAR")

    def _mean(self, name: str, weight: str) -> str:
        """The weighted mean of a fraction, the plain mean where nothing weighs; exact, so that every run agrees."""
        known = f"FILTER ({name} IS NOT NULL)"
        weighted = f"sum(({name} * ({weight}))::DECIMAL(38, 12)) {known} / nullif(sum({weight}) {known}, 0)"
        return f"round(coalesce({weighted}, sum({name}::DECIMAL(38, 12)) {known} / count({name})), 12)"
