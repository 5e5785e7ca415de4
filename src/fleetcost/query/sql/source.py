"""Where a question's rows come from: tables, the frame, adjustments."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from fleetcost.model.allocation import ALLOCATION
from fleetcost.model.asset import AssetType
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Resolution, Window
from fleetcost.query.conditions import Conditions, columns_of, label_conditions
from fleetcost.query.dialect import Dialect
from fleetcost.query.measures import (
    ADJUSTED,
    COSTS_WITH,
    COUNTS,
    ESTIMATES,
    EXCHANGED,
    IDLE_MEASURES,
    MONEY,
    PARTS_WITH,
    UNMEASURED,
)
from fleetcost.query.question import Question, Step, Stretch
from fleetcost.query.shown import FACTOR_TYPE
from fleetcost.query.sql.names import Names
from fleetcost.query.sql.observed import without_estimates
from fleetcost.query.sql.stage import Stage
from fleetcost.tables.columns import LABEL_COLUMNS
from fleetcost.tables.rollups import source_columns

RESOURCES = ("cpu", "ram", "gpu")
"""What a node's cost is made of, and its idle."""


class FromClause:
    """Writes the parts of a statement that name tables."""

    def __init__(self, question: Question, dialect: Dialect) -> None:
        self._question = question
        self._dialect = dialect

    def table(self, name: str, columns: Collection[str] = ()) -> str:
        """Return where rows are read that these columns tell apart, in the currency of the answer; see `own_table`."""
        rows, every = self.own_table(name, columns)
        return self.exchanged(rows, EXCHANGED.get(name, ()), every)

    def own_table(self, name: str, columns: Collection[str] = ()) -> tuple[str, Collection[str]]:
        """
        Return where rows are read that these columns tell apart, in their own currencies, and what columns they have.

        It is the one place where it is chosen. A row of allocations may stand for several: `members` says for how many.

        Args:
            name: allocation, asset, idle or tenancy
            columns: what rows are grouped, filtered or joined by, and the labels and lists that are read; amounts,
                start, end and texts that are only kept where all rows agree are everywhere
        """
        staged = {*self._dialect.staged.values()}
        looked_up = sorted(staged if {*columns} & {*LABEL_COLUMNS} else {*columns} & staged)
        keys = frozenset({*columns}.difference(looked_up) | ({"label_set"} if looked_up else set()))
        if not self._question.estimated and name in ESTIMATES:
            # Which part of an amount is estimated is known of single rows: rows of a rollup add up unlike prices.
            keys |= {"container"}
        rows, every = self._dialect.source(name, keys, self._question.frame.resolution), source_columns(name, keys)
        if looked_up:
            chosen = "".join(f", {self._dialect.looked_up(column)}" for column in looked_up)
            rows = f"(SELECT r.*{chosen} FROM {rows} AS r LEFT JOIN label_sets AS l ON l.label_set = r.label_set)"
        if not self._question.estimated and name in ESTIMATES:
            rows = self._dialect.changed(rows, without_estimates(name), every)
        return rows, every

    @property
    def amount(self) -> str:
        """The type of a sum of money: nine places, and the twelve of a rate where amounts are multiplied with one."""
        return "DECIMAL(38, 21)" if self._question.converted else "DECIMAL(38, 9)"

    @property
    def factor(self) -> str:
        """The column with the rate of a row behind a comma, to follow other columns; nothing without rates."""
        return ", factor" if self._question.converted else ""

    def money(self, amount: str) -> str:
        """
        Return an amount of a row in the currency of the answer: a product without loss, rounded nowhere.

        The types are such that engines agree on that of the product: (20 + 17 + 1, 9 + 12).
        """
        return f"(({amount})::DECIMAL(20, 9) * factor)" if self._question.converted else amount

    def rounded(self, amount: str) -> str:
        """Return a sum of money on the grid of nine places, half away from zero: the only rounding."""
        return f"({amount})::DECIMAL(38, 9)" if self._question.converted else amount

    def stages(self) -> list[Stage]:
        """
        Return the stages that rows are read with.

        `exchange` has what each currency is worth by day, where amounts are multiplied with rates. `label_sets` has
        what filter and name say of labels, looked up once for each label set: these are far fewer than rows.
        """
        question, dialect = self._question, self._dialect
        if question.kind is not SetKind.ALLOCATIONS:
            return self._rates()
        asked = label_conditions(question.filter, dialect) if question.filter is not None else []
        return [*dialect.label_stages(asked, Names(question, dialect).of_labels()), *self._rates()]

    def _rates(self) -> list[Stage]:
        factors, dialect = self._question.exchange.factors, self._dialect
        if not factors:
            return []
        rows = ", ".join(
            f"({dialect.time(one.day)}, {dialect.text(one.currency)}, {one.factor:f}::{FACTOR_TYPE})" for one in factors
        )
        return [Stage("exchange", f"SELECT * FROM (VALUES {rows}) AS t(day, currency, factor)")]

    def exchanged(self, rows: str, amounts: Collection[str], every: Collection[str]) -> str:
        """
        Return rows in the currency of the answer, those without a rate in their own, or without them.

        Args:
            rows: what stands behind `FROM`; they have a window_start and a currency
            amounts: columns to be multiplied here; what reads others multiplies them by `money`
            every: all columns that anybody reads
        """
        shown = self._question.shown
        if shown is None or not shown.currency:
            return rows
        own = self._dialect.text(shown.currency)
        if self._question.converted:
            joined = (
                f"(SELECT r.*, x.factor FROM {rows} AS r LEFT JOIN exchange AS x "
                f"ON x.currency = r.currency AND x.day = {self.day('r.window_start')})"
            )
            changed = {
                "currency": f"CASE WHEN factor IS NULL THEN currency ELSE {own} END",
                "factor": f"coalesce(factor, 1::{FACTOR_TYPE})",
            }
            exchanged = {
                name: f"CASE WHEN factor IS NULL THEN {name}::{self.amount} ELSE {self.money(name)} END"
                for name in amounts
            }
            rows = self._dialect.changed(joined, changed | exchanged, (*every, "factor"))
        if shown.rest:
            return f"(SELECT * FROM {rows} WHERE currency <> {own})"
        return f"(SELECT * FROM {rows} WHERE currency = {own})" if shown.alone else rows

    def day(self, start: str) -> str:
        """Return the start of the UTC day of a window that starts then."""
        whole = self._question.frame.resolution is Resolution.DAY
        return start if whole else self._dialect.truncated("day", start)

    def in_frame(self) -> str:
        """Return the condition on the window."""
        window = self._question.frame.window
        return f"{self._inside(window)}{self._counted()}"

    def _inside(self, window: Window) -> str:
        start, end = self._dialect.time(window.start), self._dialect.time(window.end)
        return f"window_start >= {start} AND window_start < {end}"

    def _counted(self) -> str:
        """Return the condition on cluster-windows where not all of the frame count."""
        counted = self._question.counted
        return "" if counted is None else f" AND {self.within(counted)}"

    def within(self, stretches: Sequence[Stretch]) -> str:
        """Return the condition that a row is of one of some cluster-windows."""
        each = " OR ".join(
            f"(cluster IN ({', '.join(map(self._dialect.text, one.clusters))}) AND {self._inside(one.window)})"
            for one in stretches
        )
        return f"({each or 'FALSE'})"

    def read(self, names: Names | None, columns: Mapping[str, str], rows: str, condition: str) -> str:
        """
        Return rows with their step, currency, name's parts and some columns.

        Every column is named, since the engine takes time for each that it only looks at.

        Args:
            names: the parts of the name, None for none
            columns: expressions by name; an empty one is the column as it is
            rows: what stands behind `FROM`
            condition: on the rows
        """
        chosen = "".join(f", {f'{made} AS {name}' if made else name}" for name, made in columns.items())
        parts = names.chosen() if names else ""
        return f"SELECT {self.step()} AS step, currency{parts}{chosen}\nFROM {rows} WHERE {condition}"

    def step(self) -> str:
        """Return the start of the finest step a row belongs to."""
        finest, resolution = self._question.finest, self._question.frame.resolution
        if (finest, resolution) in {(Step.DAY, Resolution.DAY), (Step.HOUR, Resolution.HOUR)}:
            return "window_start"
        return self._dialect.step(finest, "window_start", self._question.frame.window.start)

    def filtered(self) -> frozenset[str]:
        """Return the columns that the filter reads."""
        tree, staged = self._question.filter, self._dialect.staged
        columns = columns_of(tree, self._question.kind)
        if tree is None or not staged:
            return columns
        return columns - {*LABEL_COLUMNS} | {staged[one] for one in label_conditions(tree, self._dialect)}

    def passes(self) -> str:
        """Return the condition of the filter."""
        tree = self._question.filter
        return "TRUE" if tree is None else Conditions(self._question.kind, self._dialect).sql(tree)

    def visible(self) -> str:
        """Return the condition of the scope."""
        tree = self._question.scope
        return "TRUE" if tree is None else Conditions(self._question.kind, self._dialect).sql(tree)

    def passes_on_idle(self) -> str:
        """Return the filter's condition on rows that have a cluster and a node and nothing else."""
        tree = self._question.filter
        return "TRUE" if tree is None else Conditions(self._question.kind, self._dialect, idle=True).sql(tree)

    def measure(self, name: str) -> str:
        """
        Return a measure on the basis and in the currency asked for.

        An adjustment is inside its cost, beside it, or nowhere.
        """
        nowhere = self.lacks(name) or (name in ADJUSTED and (self._joins or not self._question.adjusted))
        return self.money(self.basis(name)) if name in MONEY and not nowhere else self.basis(name)

    def basis(self, name: str) -> str:
        """Return a measure on the basis asked for, in the row's own currency; see `measure`."""
        if name in ADJUSTED and (self._joins or not self._question.adjusted):
            return f"0::{self.amount}"
        if name in COUNTS:
            return self._dialect.whole(name)
        if self.lacks(name):
            return f"NULL::{self.amount}" if name in UNMEASURED else f"0::{self.amount}"
        return self._joined(name) if self._joins else name

    def lacks(self, name: str, table: str = "") -> bool:
        """Tell whether no row has anything of a column: one of the question's kind, unless a table is named."""
        of_assets = self._question.kind is SetKind.ASSETS
        whose = table or ("asset" if of_assets else "")
        return (f"{whose}.{name}" if whose else name) in self._dialect.absent

    def present(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the columns of the question's kind of rows that have anything at all."""
        of_allocations = self._question.kind is SetKind.ALLOCATIONS
        nowhere = ADJUSTED if of_allocations and (self._joins or not self._question.adjusted) else frozenset()
        return tuple(name for name in names if name not in nowhere and not self.lacks(name))

    @property
    def prorates(self) -> bool:
        """Whether a part of a cost takes its part of an adjustment: then sums depend on how finely rows are kept."""
        joined = self._joins and self._question.adjusted
        return joined and any(not self.lacks(PARTS_WITH[name][1]) for name in self.present(PARTS_WITH))

    @property
    def _joins(self) -> bool:
        return self._question.kind is SetKind.ALLOCATIONS and self._question.joined

    def _joined(self, name: str) -> str:
        """Return a measure of allocations with its adjustment inside; what is inside a cost takes its part of that."""
        if self._question.adjusted and name in COSTS_WITH:
            return name if self.lacks(COSTS_WITH[name]) else f"{name} + {COSTS_WITH[name]}"
        if self._question.adjusted and name in PARTS_WITH and not self.lacks(PARTS_WITH[name][1]):
            whole, adjustment = PARTS_WITH[name]
            share = f"amount_of(quotient(nanos({name}) * nanos({adjustment}), nanos({whole})))"
            return f"CASE WHEN {whole} = 0 THEN {name} ELSE {name} + {share} END"
        return name

    def own_total(self) -> str:
        """Return what a row of allocations costs, in its own currency."""
        bare = not self._question.adjusted or all(map(self.lacks, ALLOCATION.adjustments))
        return "cost" if bare else "cost + adjustment"

    def total(self) -> str:
        """Return what a row of allocations costs, in the currency of the answer."""
        return self.money(self.own_total())

    def cost(self, resource: str) -> str:
        """Return what a row costs for one resource, adjusted where that is wanted."""
        adjustment = f"{resource}_cost_adjustment"
        if not self._question.adjusted or adjustment not in ADJUSTED:
            return self.money(f"{resource}_cost")
        return self.money(f"{resource}_cost + {adjustment}")

    def assets(self) -> str:
        """Return the assets of the frame, with their category."""
        text = self._dialect.text
        cases = " ".join(f"WHEN {text(kind)} THEN {text(kind.category)}" for kind in AssetType)
        category = f"CASE type {cases} ELSE {text(AssetType.CLOUD.category)} END"
        return f"(SELECT *, {category} AS category FROM {self.table('asset')} WHERE {self.in_frame()})"

    def nodes(self) -> str:
        """Return what each node cost per window and resource; a node's adjustment is spread over its resources."""
        adjusted = self._question.adjusted
        return self._of_nodes({name: f"{name} + {billed(name)}" if adjusted else name for name in IDLE_MEASURES})

    def node_shares(self) -> str:
        """Return what each node cost per window and resource at list price, and what a bill adds to that."""
        adjustments = {f"{name}_adjustment": billed(f"{name}_cost") for name in RESOURCES}
        return self._of_nodes(dict(zip(IDLE_MEASURES, IDLE_MEASURES, strict=True)) | adjustments)

    def _of_nodes(self, amounts: Mapping[str, str]) -> str:
        shown = ", ".join(f"({self.money(amount)})::{self.amount} AS {name}" for name, amount in amounts.items())
        sums = ", ".join(f"sum({name}) AS {name}" for name in (*IDLE_MEASURES, "adjustment"))
        factor = ", any_value(factor) AS factor" if self.factor else ""
        return (
            f"SELECT window_start, cluster, node, {shown} FROM (SELECT window_start, cluster, name AS node, "
            f"{sums}{factor} FROM {self.table('asset')} "
            f"WHERE {self.in_frame()} AND type = 'Node' GROUP BY window_start, cluster, name)"
        )

    def idle(self) -> str:
        """Return idle per window and node; what was billed for it without estimates is in no table."""
        if self._question.adjusted and self._question.estimated:
            return f"SELECT * FROM {self.table('idle')} WHERE {self.in_frame()}"
        allocated = ", ".join(f"sum({self.cost(name)}) AS {name}_cost" for name in RESOURCES)
        rows = (
            f"SELECT window_start, cluster, node, {allocated} FROM "
            f"{self.table('allocation', ('window_start', 'cluster', 'node', 'kind'))} "
            f"WHERE {self.in_frame()} AND kind = 'workload' GROUP BY window_start, cluster, node"
        )
        place = ("window_start", "cluster", "node")
        kept = ", ".join(
            f"i.{name}" for name in (*place, "currency", "provider_id", '"start"', '"end"', *ESTIMATES["idle"])
        )
        lists = ", ".join(f"n.{name} - coalesce(a.{name}, 0) AS {name}" for name in IDLE_MEASURES)
        return (
            f"SELECT {kept}, {lists} FROM (SELECT * FROM {self.table('idle')} WHERE {self.in_frame()}) AS i\n"
            f"JOIN ({self.nodes()}) AS n ON {matched('i', 'n', place)}\n"
            f"LEFT JOIN ({rows}) AS a ON {matched('i', 'a', place)}"
        )

    def tenancy(self) -> str:
        """Return what a cluster itself costs per window: its nodes' own disks and its management."""
        costs = ", ".join(
            f"{name} + {name}_adjustment AS {name}" if self._question.adjusted else name
            for name in ("disks", "management")
        )
        return (
            f'SELECT window_start, cluster, currency, {costs}, "start", "end" '
            f"FROM {self.table('tenancy')} WHERE {self.in_frame()}"
        )


def matched(left: str, right: str, columns: Collection[str]) -> str:
    """Return the condition of a join in which both sides keep their columns, which not every engine does for USING."""
    return " AND ".join(f"{left}.{name} = {right}.{name}" for name in columns)


def billed(cost: str) -> str:
    """
    Return what was billed for one resource of a node: its part of the adjustment, the largest resource the exact rest.

    Parts are by list cost, the same as `tables/sql/node_share.sql`.
    """
    own, *others = (cost, *(name for name in IDLE_MEASURES if name != cost))
    whole = " + ".join(IDLE_MEASURES)
    part = "coalesce(quotient(nanos(adjustment) * nanos({}), nullif(nanos(" + whole + "), 0)), 0)"
    rest = f"nanos(adjustment) - {' - '.join(part.format(each) for each in others)}"
    order = IDLE_MEASURES.index
    largest = " AND ".join(f"{own} {'>=' if order(own) < order(each) else '>'} {each}" for each in others)
    return f"amount_of(CASE WHEN {largest} THEN {rest} ELSE {part.format(own)} END)"
