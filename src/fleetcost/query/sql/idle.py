"""Rows nobody was charged for: idle, tenancy that is shown apart, and shared costs that nobody could carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fleetcost.query.dialect import Dialect
from fleetcost.query.dimensions import IDLE, SHARED, TENANCY
from fleetcost.query.measures import ESTIMATES
from fleetcost.query.question import Idle, Question
from fleetcost.query.sharing import Tenancy
from fleetcost.query.sql.grain import Grain
from fleetcost.query.sql.shared import Shared
from fleetcost.query.sql.source import RESOURCES, FromClause, matched
from fleetcost.query.sql.stage import Stage

ROLE_ROW, ROLE_IDLE, ROLE_TENANCY, ROLE_SHARED = range(4)
"""What a cell is, in the order in which rows of one name follow each other."""

_PLACE = ("window_start", "cluster", "place")
_PLACES = ", ".join(_PLACE)
_GIVEN = ("step", "role", "currency", "name", '"start"', '"end"', "members")
_KEPT = ", ".join(f"i.{name}" for name in (*_PLACE, "currency", '"start"', '"end"', "node", "provider_id"))


@dataclass(frozen=True, slots=True)
class Cells:
    """A query whose rows are cells, and the columns it knows."""

    query: str
    columns: tuple[str, ...]


class IdleRows:
    """Writes the cells of idle, tenancy and unshared costs."""

    def __init__(self, question: Question, dialect: Dialect) -> None:
        self._question = question
        self._dialect = dialect
        self._source = FromClause(question, dialect)
        self._grain = Grain(question, dialect)

    def stages(self) -> list[Stage]:
        """Return `idle_at` and `tenancy_at`, what there is at each place, where it is divided among rows."""
        idle = [Stage("idle_at", self._idle_at())] if self._grain.shares_idle else []
        return [*idle, Stage("tenancy_at", self._tenancy_at())] if self._grain.shares_tenancy else idle

    def weights(self) -> list[Stage]:
        """Return the stage `weights`, where idle and tenancy both read it; behind `carried` where there is one."""
        both = self._grain.weighs_idle and self._grain.weighs_tenancy
        return [Stage("weights", self._weighing())] if both else []

    def _weighing(self) -> str:
        """Return what each place's rows weigh."""
        return self._weights() if self._grain.needed() else self._grain.weights()

    @property
    def _weights_at(self) -> str:
        """What stands behind `FROM` to read what places weigh."""
        return "weights" if self.weights() else f"({self._weighing()})"

    def cells(self) -> list[Cells]:
        """Return the queries whose rows are cells."""
        queries = []
        if self._question.idle is not Idle.HIDE:
            places = ("node", "provider_id") if self._question.idle_by_node else ()
            known = (*_GIVEN, "cluster", *places, *(f"{name}_cost" for name in RESOURCES), *ESTIMATES["idle"])
            queries.append(Cells(self._idle(), known))
        if self._question.tenancy is not Tenancy.HIDE:
            queries.append(Cells(self._tenancy(), (*_GIVEN, "cluster", "shared_cost")))
        if self._question.sharing is not None:
            queries.append(Cells(self._unshared(), (*_GIVEN, "shared_cost")))
        return queries

    def _idle_at(self) -> str:
        own = self._source.passes_on_idle()
        place = "node" if self._question.idle_by_node else "''"
        resources, amount = self._grain.idle_resources, self._source.amount
        sums = ", ".join(
            f"{f'sum({name}_cost)' if name in resources else '0'}::{amount} AS {name}" for name in RESOURCES
        )
        sums += "".join(f", sum({name})::{amount} AS {name}" for name in self.estimates)
        kept = ", ".join(
            f"coalesce(sum({name}_cost) FILTER (WHERE own), 0)::{amount} AS {name}_own" for name in resources
        )
        # Only where places are nodes does anybody ask which node it is.
        known = self._dialect.agreed if self._question.idle_by_node else "NULL::VARCHAR".format
        agreed = ", ".join(f"{known(name)} AS {name}" for name in ("node", "provider_id"))
        given = (
            f'SELECT {_PLACES}, any_value(currency) AS currency, min("start") AS "start", max("end") AS "end", '
            f"{agreed}, {sums}"
        )
        rows = f"(SELECT *, {place} AS place, {own} AS own FROM ({self._source.idle()}))"
        if not self._grain.weighs_idle:
            return f"{given}\nFROM {rows} WHERE own\nGROUP BY {_PLACES}"
        return f"{given}, {kept}, bool_or(own) AS own\nFROM {rows}\nGROUP BY {_PLACES}"

    def _tenancy_at(self) -> str:
        # Only the cluster is known of tenancy; `node` and `provider_id` are there for the filter.
        own = self._source.passes_on_idle()
        return f"SELECT *, {own} AS own FROM (SELECT *, '' AS node, '' AS provider_id FROM ({self._source.tenancy()}))"

    @property
    def estimates(self) -> tuple[str, ...]:
        """The estimated parts that are known; of idle that is divided by a filter none is."""
        if self._grain.weighs_idle:
            return ()
        return tuple(name for name in ESTIMATES["idle"] if not self._source.lacks(name, "idle"))

    def shown(self) -> str:
        """Return idle that rows of its own show, by place and window; `idle_at` must be there before."""
        return self._apart() if self._question.idle is not Idle.SHARE else self._left()

    def _idle(self) -> str:
        node = "node, provider_id, " if self._question.idle_by_node else ""
        costs = ", ".join(f"sum({name})::{self._source.amount} AS {name}_cost" for name in RESOURCES)
        costs += "".join(
            f", {f'sum({name})' if name in self.estimates else '0'}::{self._source.amount} AS {name}"
            for name in ESTIMATES["idle"]
        )
        agreed = f"{self._dialect.agreed('cluster')} AS cluster"
        if node:
            agreed += f", {self._dialect.agreed('node')} AS node, {self._dialect.agreed('provider_id')} AS provider_id"
        return (
            f"SELECT step, {ROLE_IDLE} AS role, currency, {self.idle_name()} AS name, {agreed}, "
            f'min("start") AS "start", max("end") AS "end", {costs}, count(*) AS members\n'
            f"FROM (SELECT *, {self._source.step()} AS step FROM ({self.shown()}))\nGROUP BY step, currency, name"
        )

    def idle_name(self) -> str:
        """Return the name of a row of idle, made of its place."""
        return self._name(IDLE, by_place=self._question.idle is Idle.SPLIT)

    def _name(self, word: str, *, by_place: bool) -> str:
        if not by_place:
            return f"'{word}'"
        place = " || '/' || place" if self._question.idle_by_node and word == IDLE else ""
        return f"cluster{place} || '/{word}'"

    @property
    def idle_rows(self) -> str:
        """What stands behind `FROM` to read the idle of each place, see `stages`."""
        return "idle_at" if self._grain.shares_idle else f"({self._idle_at()})"

    @property
    def _tenancy_rows(self) -> str:
        return "tenancy_at" if self._grain.shares_tenancy else f"({self._tenancy_at()})"

    def _apart(self) -> str:
        """Return idle that is shown: all of it, or of each place the part that follows the rows passing the filter."""
        if not self._grain.weighs_idle:
            return f"SELECT * FROM {self.idle_rows}"
        resources = self._grain.idle_resources
        kept = dict.fromkeys(RESOURCES, "0") | {
            name: self._following(f"i.{name}", f"w.{name}_weight", f"i.{name}_own") for name in resources
        }
        follows = " OR ".join(f"w.{name}_weight_passing > 0" for name in resources)
        return self._weighed(kept, f"i.own OR {follows}")

    def _left(self) -> str:
        """Return idle that could not be shared: nobody at its place was charged for the resource."""
        kept = {name: self._alone(f"w.{name}_weight", f"i.{name}_own") for name in RESOURCES}
        return f"SELECT * FROM ({self._weighed(kept)}) WHERE {' OR '.join(f'{name} <> 0' for name in RESOURCES)}"

    def _weighed(self, kept: Mapping[str, str], condition: str = "TRUE") -> str:
        costs = ", ".join(f"({amount})::{self._source.amount} AS {name}" for name, amount in kept.items())
        return (
            f"SELECT {_KEPT}, {costs} FROM {self.idle_rows} AS i LEFT JOIN {self._weights_at} AS w "
            f"ON {matched('i', 'w', _PLACE)}\nWHERE {condition}"
        )

    def _following(self, amount: str, weight: str, own: str) -> str:
        """
        Return the part of a place's amount that follows the rows passing the filter: as much as they weigh of it.

        It is rounded once for each place, window and resource, and all of it where all rows pass.
        """
        part = self._dialect.part(amount, f"{weight}_passing", f"{weight}_whole", self._source.amount)
        return f"CASE WHEN coalesce({weight}_whole, 0) = 0 THEN {own} ELSE {part} END"

    def _alone(self, weight: str, own: str) -> str:
        """Return a place's amount where nothing there weighs anything."""
        return f"CASE WHEN coalesce({weight}_whole, 0) = 0 THEN {own} ELSE 0 END"

    def _weights(self) -> str:
        """Return what places weigh from `carried`: of a shared row that part passes which passing rows carry."""
        sharing, amount = self._question.sharing, self._source.amount
        rows, passing = "carried", "CASE WHEN passes THEN {0} ELSE 0 END"
        if sharing is not None:
            part = Shared(self._question, self._dialect).passing_part()
            rows = (
                f"(SELECT r.*, s.part FROM carried AS r LEFT JOIN ({part}) AS s "
                f"ON {matched('r', 's', ('window_start', 'currency'))})"
            )
            passing = f"CASE WHEN origin IS NULL THEN {passing} ELSE ({{0}}::DOUBLE * coalesce(part, 0))::{amount} END"
        sums = ", ".join(
            f"sum({name})::{amount} AS {name}_whole, sum({passing.format(name)})::{amount} AS {name}_passing"
            for name in self._grain.weighed()
        )
        return f"SELECT {_PLACES}, {sums} FROM {rows} GROUP BY {_PLACES}"

    def _tenancy(self) -> str:
        role = ROLE_SHARED if self._question.tenancy is Tenancy.SHARE else ROLE_TENANCY
        return (
            f"SELECT step, {role} AS role, currency, {self.tenancy_name()} AS name, "
            f"{self._dialect.agreed('cluster')} AS cluster, "
            f'min("start") AS "start", max("end") AS "end", sum(amount)::{self._source.amount} AS shared_cost, '
            "count(*) AS members\n"
            f"FROM (SELECT *, {self._source.step()} AS step FROM ({self.tenancy_amounts()}) WHERE amount <> 0)\n"
            "GROUP BY step, currency, name"
        )

    def tenancy_name(self) -> str:
        """Return the name of a row of tenancy, made of its cluster."""
        word = SHARED if self._question.tenancy is Tenancy.SHARE else TENANCY
        return self._name(word, by_place=self._question.idle is Idle.SPLIT)

    @staticmethod
    def unshared_name() -> str:
        """Return the name of the row of shared costs that nobody could carry."""
        return f"'{SHARED}'"

    def tenancy_amounts(self) -> str:
        """Return what is shown of each cluster's tenancy: what follows passing rows, or what nobody could carry."""
        if not self._grain.weighs_tenancy:
            return f"SELECT *, disks + management AS amount FROM {self._tenancy_rows} WHERE own"
        whole, own = "(t.disks + t.management)", "CASE WHEN t.own THEN t.disks + t.management ELSE 0 END"
        if self._grain.shares_tenancy:
            amount = self._alone("w.tenant_weight", own)
        else:
            amount = self._following(whole, "w.tenant_weight", own)
        return (
            f"SELECT t.*, ({amount})::{self._source.amount} AS amount FROM {self._tenancy_rows} AS t LEFT JOIN ("
            "SELECT window_start, cluster, sum(tenant_weight_whole) AS tenant_weight_whole, "
            "sum(tenant_weight_passing) AS tenant_weight_passing "
            f"FROM {self._weights_at} GROUP BY window_start, cluster) AS w "
            f"ON {matched('t', 'w', _PLACE[:2])}"
        )

    def _unshared(self) -> str:
        window = self._question.frame.window
        return (
            f"SELECT step, {ROLE_SHARED} AS role, currency, {self.unshared_name()} AS name, "
            f'{self._dialect.time(window.start)} AS "start", {self._dialect.time(window.end)} AS "end", '
            f"sum(amount)::{self._source.amount} AS shared_cost, count(*) AS members\n"
            f"FROM (SELECT *, {self._source.step()} AS step FROM ({Shared(self._question, self._dialect).unshared()}) "
            "WHERE amount <> 0)\nGROUP BY step, currency, name"
        )
