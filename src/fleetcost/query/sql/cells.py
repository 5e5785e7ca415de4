"""One row per step and group, with everything in it that can be added up."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from fleetcost.model.allocation import ALLOCATION
from fleetcost.model.columns import PEAK
from fleetcost.query.dialect import Dialect
from fleetcost.query.measures import CARRIED, ESTIMATES, MONEY
from fleetcost.query.question import Idle, Question
from fleetcost.query.sharing import Tenancy
from fleetcost.query.sql.grain import Grain
from fleetcost.query.sql.idle import ROLE_ROW, Cells, IdleRows
from fleetcost.query.sql.names import Chosen, Names, every_name
from fleetcost.query.sql.shared import Shared
from fleetcost.query.sql.source import RESOURCES, FromClause, matched
from fleetcost.query.sql.stage import Stage
from fleetcost.tables.columns import LABEL_COLUMNS

_PEAKS = ALLOCATION.of(PEAK)
DETAILS = (*LABEL_COLUMNS, *_PEAKS)
"""What only a single container has."""

_NEWEST = ("window_start", "pod_uid")
"""Columns that tell, beside its end, which row of a container is the newest."""

_COSTS = (*ALLOCATION.costs, "shared_cost")
TOTAL = " + ".join(f"coalesce({name}, 0)" for name in _COSTS)
"""What a row of allocations costs; shared idle is inside its resources."""

_GIVEN = frozenset({"role", "name"})
"""Columns of all cells that are made of others."""


class AllocationCells:
    """
    The cells of a question about allocations, what they cost, and the stages before them.

    Args:
        question: what is asked
        dialect: of the engine
        alike: a question with other dimensions whose sums these must be, None for itself
    """

    def __init__(self, question: Question, dialect: Dialect, alike: Question | None = None) -> None:
        self._question = question
        self._alike = alike or question
        self._dialect = dialect
        self._source = FromClause(question, dialect)
        self._names = Names(question, dialect)

    def before(self) -> list[Stage]:
        """Return the stages that cells and costs are made of; most questions have none."""
        grain, idle = Grain(self._question, self._dialect), IdleRows(self._question, self._dialect)
        stages = self._source.stages() + idle.stages()
        if grain.needed():
            stages += grain.stages() + Shared(self._question, self._dialect).stages()
        return stages + idle.weights()

    def others(self) -> list[Cells]:
        """Return the cells of what nobody was charged for: idle, tenancy, shared costs."""
        return IdleRows(self._question, self._dialect).cells()

    def unclaimed(self) -> list[tuple[str, str]]:
        """Return what nobody was charged for, by window and cluster: queries, each with its amount."""
        question, idle = self._question, IdleRows(self._question, self._dialect)
        shown = [(idle.shown(), " + ".join(RESOURCES))] if question.idle is not Idle.HIDE else []
        return shown + ([(idle.tenancy_amounts(), "amount")] if question.tenancy is not Tenancy.HIDE else [])

    def union(self, chosen: Chosen = every_name) -> str:
        """Return all cells, or those of some names, in one table in which columns that are not known are NULL."""
        others = [f"{self._filled(cells)} WHERE {chosen('name')}" for cells in self.others()]
        cells = "\nUNION ALL\n".join([self._with_role(self.groups(chosen)), *others])
        return f"SELECT *, {TOTAL} AS total_cost FROM (\n{cells})"

    def groups(self, chosen: Chosen = every_name, likely: str = "TRUE", *, bare: bool = False) -> str:
        """
        Return the cells of rows, in full; the stages before them must be there.

        Args:
            chosen: makes the condition on a name, for a part of them
            likely: a condition on the table's columns that every row of that part meets
            bare: leave out what groups keep besides what adds up
        """
        del bare  # The question says which properties are kept.
        sums = self._source.present(ALLOCATION.sums)
        grouped = self._by_rate(sums, chosen, likely) if self._rated else self._grouped(sums, chosen, likely)
        if not self._divided:
            return grouped
        columns = {f"{name}_cost": f"r.{name}_cost + coalesce(e.{name}_cost_idle, 0)" for name in RESOURCES}
        columns |= {name: f"e.{name}" for name in CARRIED}
        absent = _GIVEN.union(ALLOCATION.sums).difference(sums)
        columns |= {f"{name}_cost": f"e.{name}_cost_idle" for name in RESOURCES if f"{name}_cost" in absent}
        chosen_columns = ", ".join(
            f"{columns.get(name, f'r.{name}')} AS {name}"
            for name in self._every_column
            if name not in absent or name in columns
        )
        return f"SELECT {chosen_columns} FROM ({grouped}) AS r {self._extras()}"

    @property
    def _by(self) -> str:
        return f"step, currency{self._names.listed()}"

    @property
    def _rated(self) -> bool:
        """
        Whether rows are added up by day before they are converted.

        Of clusters and days there are so few that a second statement inside takes longer than the products.
        """
        several = self._columns() - {"cluster", "window_start", "currency"}
        return bool(several) and self._question.converted and not (self._question.detailed or self._takes_rows())

    def _grouped(self, sums: Collection[str], chosen: Chosen, likely: str) -> str:
        """Return rows added up by name."""
        names, source = self._names, self._source
        added = "".join(f"sum({name}) AS {name}, " for name in sums)
        kept = "".join(
            f", {f'any_value({name})' if names.distinguishes(name) else self._dialect.agreed(name)} AS {name}"
            for name in self._question.properties
        )
        columns = dict.fromkeys((*self._question.properties, *self._detail_columns), "")
        columns |= {'"start"': "", '"end"': "", "members": ""} | {name: source.measure(name) for name in sums}
        return (
            f'SELECT {self._by}{kept}, min("start") AS "start", max("end") AS "end", {added}'
            f"sum(members)::BIGINT AS members{self._detailed()}\n"
            f"FROM ({self._read(columns, likely)}){self._own(chosen)}\nGROUP BY {self._by}"
        )

    def _by_rate(self, sums: Collection[str], chosen: Chosen, likely: str) -> str:
        """Return rows added up by name and day in their own currencies, converted, and added up by name."""
        source, properties = self._source, self._question.properties
        known = [name for name in properties if self._names.distinguishes(name)]
        agreed = [name for name in properties if name not in known]
        columns = dict.fromkeys((*properties, '"start"', '"end"', "members"), "")
        columns |= {name: source.basis(name) for name in sums}
        ends = {'"start"': 'min("start")', '"end"': 'max("end")'}
        first = {name: f"any_value({name})" for name in properties} | ends
        first |= {made: bound for name in agreed for made, bound in self._dialect.bounds(name).items()}
        first |= {name: f"sum({name})" for name in (*sums, "members")}
        by_day = self._by_day(("step", *self._names.parts), first, self._read_own(columns, likely), chosen)
        same = "CASE WHEN min({0}_low) = max({0}_high) THEN any_value({0}) END"
        second = {name: f"any_value({name})" for name in known} | {name: same.format(name) for name in agreed} | ends
        second |= {name: f"sum({source.money(name) if name in MONEY else name})" for name in sums}
        second |= {"members": "sum(members)::BIGINT"}
        return f"SELECT {self._by}{_aliased(second)}\nFROM {by_day} GROUP BY {self._by}"

    def _by_day(self, keys: Sequence[str], aggregates: Mapping[str, str], rows: str, chosen: Chosen) -> str:
        """
        Return what stands behind `FROM` to read aggregates of rows by keys, currency and day, with the day's rate.

        Rows are added up before they are converted: a product takes several times as long as a sum.
        """
        daily = self._source.step() == "window_start"
        by = ", ".join([*keys, "currency", *([] if daily else ["window_start"])])
        added = f"SELECT {by}{_aliased(aggregates)}\nFROM ({rows}){self._own(chosen)} GROUP BY {by}"
        day = f"(SELECT *, step AS window_start FROM ({added}) AS d)" if daily else f"({added})"
        every = (*keys, "currency", "window_start", *(name.strip('"') for name in aggregates))
        return self._source.exchanged(day, (), every)

    def costs(self, chosen: Chosen = every_name, likely: str = "TRUE", *, estimated: bool = False) -> str:
        """
        Return what each cell of rows costs and nothing else: step, currency, name, its parts, total_cost.

        Making a name takes longer than adding its cost, so costs are added by the columns it is made of first, unless
        these are labels. For the first arguments see `groups`; `estimated` adds the part that is: estimated_cost.
        """
        names, source = self._names, self._source
        amounts = {"total_cost": source.own_total()}
        if estimated:
            estimates = [source.basis(name) for name in source.present(ESTIMATES["allocation"])]
            amounts["estimated_cost"] = " + ".join(estimates) or "0::DECIMAL(38, 9)"
        sums = {name: f"sum({name})" for name in amounts}
        converted = _aliased({name: source.money(name) for name in amounts})
        early = not (self._takes_rows() or names.columns() & {*LABEL_COLUMNS} or names.plain())
        if early and (self._rated or not self._question.converted):
            columns = dict.fromkeys(sorted(names.columns() - {"currency"}), "")
            keys = ("step", *columns)
            if self._rated:
                added = self._by_day(keys, sums, self._read_own(amounts | columns, likely, named=False), every_name)
            else:
                by, read = ", ".join((*keys, "currency")), self._read(amounts | columns, likely, named=False)
                added = f"(SELECT {by}{_aliased(sums)} FROM ({read}) GROUP BY {by})"
            rows = f"SELECT step, currency{names.chosen()}{converted} FROM {added}"
        elif self._rated:
            keys = ("step", *names.parts)
            by_day = self._by_day(keys, sums, self._read_own(amounts, likely), chosen)
            rows = f"SELECT {self._by}{converted} FROM {by_day}"
        else:
            rows = self._read({name: source.money(made) for name, made in amounts.items()}, likely)
        costs = (
            f"SELECT {self._by}, {names.joined()} AS name{_aliased(sums)}\n"
            f"FROM ({rows}){self._own(chosen)}\nGROUP BY {self._by}"
        )
        if not self._divided:
            return costs
        carried = " + ".join(["r.total_cost", *(f"coalesce(e.{name}, 0)" for name in CARRIED)])
        rest = ", r.estimated_cost" if estimated else ""
        return (
            f"SELECT r.step, r.currency{names.listed('r.')}, r.name, {carried} AS total_cost{rest}\n"
            f"FROM ({costs}) AS r {self._extras()}"
        )

    def _read(self, columns: Mapping[str, str], likely: str, *, named: bool = True) -> str:
        """Return the rows of the table that pass: their step, currency, name's parts, origin, and columns by name."""
        return self._passing(columns, self._source.table("allocation", self._columns()), likely, named=named)

    def _read_own(self, columns: Mapping[str, str], likely: str, *, named: bool = True) -> str:
        """Return the same in the rows' own currencies, with the start of their day where there are rates."""
        source, day = self._source, {}
        if self._question.converted and source.step() != "window_start":
            day = {"window_start": source.day("window_start")}
        own, _ = source.own_table("allocation", self._columns())
        return self._passing({**day, **columns}, own, likely, named=named)

    def _passing(self, columns: Mapping[str, str], rows: str, likely: str, *, named: bool = True) -> str:
        source, grain = self._source, Grain(self._question, self._dialect)
        origin = {"origin": grain.origin()} if self._takes_rows() else {}
        condition = f"{source.in_frame()} AND {source.passes()} AND {likely}"
        return source.read(self._names if named else None, {**origin, **columns}, rows, condition)

    def _extras(self) -> str:
        """Return the join with what groups carry, to stand behind `FROM … AS r`."""
        extras = Shared(self._question, self._dialect).extras()
        return f"LEFT JOIN ({extras}) AS e ON {matched('r', 'e', ('step', 'currency', *self._names.parts))}"

    @property
    def _divided(self) -> bool:
        return Grain(self._question, self._dialect).needed()

    def _own(self, chosen: Chosen) -> str:
        """Return the condition that a row is of the chosen names, and not shared."""
        return f" WHERE {chosen(self._names.joined())}{' AND origin IS NULL' if self._takes_rows() else ''}"

    @property
    def _every_column(self) -> tuple[str, ...]:
        """The columns of `union` but the total, in their order."""
        details = DETAILS if self._question.detailed else ()
        return (
            "step", "role", "currency", "name", *self._names.parts, *self._question.properties, '"start"', '"end"',
            *ALLOCATION.sums, *CARRIED, "members", *details,
        )  # fmt: skip

    def _with_role(self, groups: str) -> str:
        made = {"role": str(ROLE_ROW), "name": self._names.joined()}
        carried = {f"{name}_cost" for name in RESOURCES} if self._divided else set()
        absent = {*ALLOCATION.sums}.difference(self._source.present(ALLOCATION.sums), carried)
        made |= {name: self._source.measure(name) for name in absent}
        made |= {} if self._divided else dict.fromkeys(CARRIED, f"0::{self._source.amount}")
        return f"SELECT {self._chosen(made)} FROM ({groups})"

    def _filled(self, cells: Cells) -> str:
        """Return cells of which some columns are not known, with NULL in these."""
        unknown = {name: "NULL" for name in self._every_column if name not in cells.columns}
        return f"SELECT {self._chosen(unknown)} FROM ({cells.query})"

    def _chosen(self, columns: Mapping[str, str]) -> str:
        """Return the columns of `union`, some of them made of an expression."""
        return ", ".join(f"{columns[name]} AS {name}" if name in columns else name for name in self._every_column)

    def _takes_rows(self) -> bool:
        return self._question.sharing is not None and self._question.sharing.takes_rows

    def _columns(self) -> set[str]:
        """Return the columns that tell rows apart; details are only in the table of single rows."""
        columns = {"window_start", "currency"} | self._names.columns()
        if self._source.prorates:
            read = Names(self._alike, self._dialect).columns()
            columns |= {"label_set" if name in LABEL_COLUMNS else name for name in read}
        columns |= self._source.filtered()
        columns |= Grain(self._question, self._dialect).origin_columns()
        if self._question.detailed:
            columns |= set(DETAILS)
        return columns

    @property
    def _detail_columns(self) -> tuple[str, ...]:
        return (*_NEWEST, *DETAILS) if self._question.detailed else ()

    def _detailed(self) -> str:
        """Return what only a single container has; of several rows of one container the newest tells."""
        if not self._question.detailed:
            return ""
        order = (_NEWEST[0], self._dialect.name("end"), _NEWEST[1])
        newest = [f"{self._dialect.latest(self._dialect.json(name), *order)} AS {name}" for name in LABEL_COLUMNS]
        largest = [f"max({name}) AS {name}" for name in _PEAKS]
        return "".join(f", {each}" for each in (*newest, *largest))


def _aliased(made: Mapping[str, str]) -> str:
    """Return expressions under their names, each behind a comma."""
    return "".join(f", {expression} AS {name}" for name, expression in made.items())
