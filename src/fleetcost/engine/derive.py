"""
Deriving windows by the engine: sets and bills in, every table of the lake out.

The queries are the tables' own (`tables/derivation.py`), the same the embedded database runs. Clusters and windows of a
step are worked on side by side, as the engine sees fit; here is only the order of the steps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from fleetcost.engine.job import DeriveJob
from fleetcost.engine.source_files import PLACE, PLACE_OF_BILL, SourceFile
from fleetcost.lake.manifest import LakeColumn, LakeFile
from fleetcost.lake.publish import Shapes
from fleetcost.model.allocation import ALLOCATION
from fleetcost.model.cloud_cost import CLOUD_COST
from fleetcost.model.columns import ColumnTable
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Resolution
from fleetcost.query.dialect_spark import SparkLiterals
from fleetcost.tables.columns import TABLES
from fleetcost.tables.derivation import (
    RECONCILED,
    RowScope,
    SetReader,
    asset_stages,
    block_stage,
    container_stages,
    idle_query,
    link_stages,
    outcome_query,
    own_query,
    set_query,
    tenancy_query,
    touched_stage,
)
from fleetcost.tables.rollups import ROLLUPS, rollup_query
from fleetcost.tables.statements import query

ROWS_PER_PART = 1_000_000
"""Rows that one writer is given, about."""

MOST_PARTS = 64
"""Writers at most: each leaves a file a window."""

EVERYTHING = RowScope("TRUE", "TRUE", "TRUE", "TRUE", "")
"""The tables hold what is derived and nothing else."""

_LABEL_SET = (
    "hash(to_json(labels), to_json(annotations), to_json(namespace_labels), to_json(namespace_annotations), "
    "to_json(services))"
)
_TABLE_OF = {SetKind.ALLOCATIONS: ("container", "allocation"), SetKind.ASSETS: ("asset", "asset")}


@dataclass(frozen=True, slots=True)
class DerivedBatch:
    """
    What is derived together: windows of a few days.

    Attributes:
        sets: the files of each kind and resolution
        billed: days that have bills, or had; every window of these days is in the order
        bills: the files of these bills
        rows: of containers, about
    """

    sets: Mapping[tuple[SetKind, Resolution], Sequence[SourceFile]]
    billed: frozenset[datetime] = frozenset()
    bills: Sequence[SourceFile] = ()
    rows: int = 0

    @property
    def parts(self) -> int:
        """How many writers share the work."""
        return max(1, min(MOST_PARTS, -(-self.rows // ROWS_PER_PART)))


@dataclass(slots=True)
class Derivation:
    """
    The steps of one order.

    Args:
        job: where the work is done; `ledger` and `cloud_ledger` have their names there
        order: what is derived
        shapes: columns of the lake's tables
        name_rows: lets statements read set files under a name, in the newest columns
    """

    job: DeriveJob
    order: DerivedBatch
    shapes: Shapes
    name_rows: Callable[[str, ColumnTable, Sequence[SourceFile]], None]
    files: dict[str, list[LakeFile]] = field(default_factory=dict)

    def load(self) -> None:
        """
        Read the sets; `run` follows.

        Raises:
            TryAgainError, TooMuchError: the engine failed, or a file cannot be read by it.
        """
        for kind in _TABLE_OF:
            for resolution in Resolution:
                self._load(kind, resolution)

    def run(self) -> Mapping[str, Sequence[LakeFile]]:
        """
        Write every table.

        Returns:
            The new files of each table; of `label_set` those of sets of labels that have no row yet.

        Raises:
            TryAgainError, TooMuchError: the engine failed.
        """
        if self.order.billed:
            self._link()
        for resolution in Resolution:
            if self.order.billed:
                self._adjust(resolution)
            self._add_up(resolution)
        self._labels()
        return self.files

    def _load(self, kind: SetKind, resolution: Resolution) -> None:
        """Read sets as the tables have them; what bills will change is kept, the rest is written at once."""
        table, source = _TABLE_OF[kind]
        name, files = f"{table}_{resolution}", self.order.sets.get((kind, resolution), ())
        if not files:
            self._none(name)
            return
        self.name_rows(f"{name}_sets", TABLES[source], files)
        rows = set_query(source, SetReader(f"{name}_sets", PLACE, "labels", _LABEL_SET), TABLES[source].newest)
        if self.order.billed:
            self.job.keep(name, query("numbered", query=rows))
        else:
            self._write(name, rows, resolution)

    def _write(self, name: str, rows: str, resolution: Resolution | None = None) -> None:
        self.files[name] = self.job.table(name, rows, self.shapes[name], self.order.parts, resolution)

    def _link(self) -> None:
        """Find out which rows of bills belong to which assets, and keep what was found."""
        self._load_bills()
        own = (own_query(source, each, EVERYTHING) for _, source in _TABLE_OF.values() for each in Resolution)
        self.job.keep("own_adjusted", " UNION ALL ".join(own))
        for stage in link_stages(self._billed()):
            self.job.keep(*stage)
        self._block()
        for table, found in RECONCILED:
            self._write(table, found(), Resolution.DAY)
        columns = self._bare("cloud_cost_1d", "cluster", "outcome")
        outcomes = query("with_outcomes", None, outcomes=outcome_query(), columns=columns)
        self._write("cloud_cost_1d", outcomes, Resolution.DAY)

    def _load_bills(self) -> None:
        if not self.order.bills:
            self._none("cloud_cost_1d")
            return
        self.name_rows("bills", CLOUD_COST, self.order.bills)
        rows = set_query("cloud_cost", SetReader("bills", PLACE_OF_BILL, "labels"), CLOUD_COST.newest)
        self.job.keep("cloud_cost_1d", query("numbered", query=rows))

    def _none(self, name: str) -> None:
        self.job.empty(name, [*self.shapes[name], LakeColumn("rowid", "BIGINT")])

    def _billed(self) -> RowScope:
        """Return the days that are reconciled."""
        days = ", ".join(SparkLiterals().time(day) for day in sorted(self.order.billed))
        on = f"date_trunc('day', window_start)::TIMESTAMP IN ({days})"
        return replace(EVERYTHING, days=f"window_start IN ({days})", hours_of_days=on)

    def _block(self) -> None:
        blocked = -1
        while blocked != (blocked := int(self.job.rows(query("count_blocked"))[0][0])):
            self.job.keep(*block_stage())

    def _adjust(self, resolution: Resolution) -> None:
        """Write assets and allocations with what was billed for them."""
        for stage in asset_stages(resolution, EVERYTHING):
            self.job.keep(*stage)
        name = f"asset_{resolution}"
        self._write(name, query("with_adjustment", resolution, columns=self._bare(name, "adjustment")), resolution)
        self.job.view(f"node_share_{resolution}", query("node_share", resolution))
        loaded = replace(EVERYTHING, loaded=query("every_asset", resolution))
        self.job.keep(*touched_stage(resolution, loaded))
        for stage in container_stages(resolution):
            self.job.keep(*stage)
        name = f"container_{resolution}"
        columns = self._bare(name, *ALLOCATION.adjustments)
        self._write(name, query("with_container_adjustments", resolution, columns=columns), resolution)

    def _add_up(self, resolution: Resolution) -> None:
        """Write what follows from allocations and assets."""
        self.job.view(f"node_share_{resolution}", query("node_share", resolution))
        for rollup in ROLLUPS:
            self._write(f"{rollup.name}_{resolution}", rollup_query(rollup, resolution, EVERYTHING), resolution)
        self._write(f"tenancy_{resolution}", tenancy_query(resolution, EVERYTHING), resolution)
        self._write(f"idle_{resolution}", idle_query(resolution, EVERYTHING), resolution)

    def _labels(self) -> None:
        names = [f"container_{each}_sets" for each in Resolution if self.order.sets.get((SetKind.ALLOCATIONS, each))]
        if not names:
            return
        sets = [query("label_sets_of", None, sets=name, label_set=_LABEL_SET) for name in names]
        self._write("label_set", query("new_label_sets", None, sets=" UNION ALL ".join(sets)))

    def _bare(self, table: str, *without: str) -> str:
        """Return the columns of a table, except those that are written again."""
        return ", ".join(f't."{one.name}"' for one in self.shapes[table] if one.name not in without)
