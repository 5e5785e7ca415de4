"""
What a row of an answer is made of, exactly: its terms, and the lines of its own cost.

A line is what one workload was charged on nodes of one price class, so that price, amount and running time of two
windows can be taken apart. Costs are whole billionths of a currency's unit, core-hours and GPU-hours whole billionths,
memory, storage and traffic whole bytes × hours or bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from fleetcost.model.amount import PLACES
from fleetcost.query.compile import Program
from fleetcost.query.dialects import dialect_of
from fleetcost.query.question import Idle, Page, Question, Step, Stretch
from fleetcost.query.sharing import Tenancy
from fleetcost.query.sql.grain import Grain
from fleetcost.query.sql.idle import ROLE_IDLE, ROLE_ROW, ROLE_TENANCY
from fleetcost.query.sql.lines import CHARGES, Lines
from fleetcost.tables.ledger import aware
from fleetcost.tables.view import View


@dataclass(frozen=True, slots=True)
class RowKey:
    """A row of an answer: its name, its currency, and whether it is a group (not idle, tenancy or shared costs)."""

    name: str
    currency: str
    role: int = ROLE_ROW

    @property
    def grouped(self) -> bool:
        """Whether it is a group of workloads."""
        return self.role == ROLE_ROW


@dataclass(frozen=True, slots=True)
class RowTerms:
    """
    What a row costs, by where that comes from, in nanos of its currency.

    Attributes:
        external_nanos: the part of its own cost that is of services outside of the cluster
        core_nanohours, memory_byte_nanohours, gpu_nanohours: what it was charged for, in billionths
    """

    own_nanos: int = 0
    idle_nanos: int = 0
    shared_nanos: int = 0
    tenancy_nanos: int = 0
    external_nanos: int = 0
    core_nanohours: int = 0
    memory_byte_nanohours: int = 0
    gpu_nanohours: int = 0

    @property
    def total_nanos(self) -> int:
        """Everything."""
        return self.own_nanos + self.idle_nanos + self.shared_nanos + self.tenancy_nanos


@dataclass(frozen=True, slots=True)
class IdleShares:
    """
    Idle cost in nanos, and how much of it each row carries.

    Attributes:
        pools: by cluster and currency
        parts: by row and cluster
    """

    pools: Mapping[tuple[str, str], int]
    parts: Mapping[tuple[RowKey, str], int]


@dataclass(frozen=True, slots=True)
class AnswerTerms:
    """
    The rows of an answer by their terms.

    Attributes:
        names: of groups, the value of each dimension
        idle: the idle cost behind them; empty where the caller may not know all of it
    """

    rows: Mapping[RowKey, RowTerms]
    names: Mapping[RowKey, tuple[str, ...]]
    idle: IdleShares


@dataclass(frozen=True, slots=True)
class ChargedWorkload:
    """Whose cost a line is."""

    cluster: str
    namespace: str
    controller_kind: str
    controller: str

    @property
    def path(self) -> str:
        """Its name for people: `cluster/namespace/controller`; a namespace's pods without a controller are together."""
        return "/".join(filter(None, (self.cluster, self.namespace, self.controller)))


@dataclass(frozen=True, slots=True)
class LineClass:
    """
    Which prices a line is charged at.

    Attributes:
        node_type, region: of the nodes
        preemptible: they are spot
        billed_alike: bills have come equally far in both windows that are compared
    """

    node_type: str = ""
    region: str = ""
    preemptible: bool = False
    billed_alike: bool = True


@dataclass(frozen=True, slots=True)
class LineCharge:
    """
    What a line is charged for one resource.

    Attributes:
        list_nanos: at list price, in the rows' own currency
        total_nanos: with the bill's adjustment
        shown_nanos: the same in the currency of the answer
        charged, requested: amounts × time; zero where the resource has none
    """

    list_nanos: int = 0
    total_nanos: int = 0
    shown_nanos: int = 0
    charged: int = 0
    requested: int = 0


NO_CHARGE = LineCharge()

_NAMES_AT = 10
"""Where the parts of the name begin among the columns of `Lines.terms`."""


@dataclass(frozen=True, slots=True)
class WorkloadLine:
    """
    One line.

    Attributes:
        container_seconds: containers × time
        charges: by resource, only those that are not nothing
    """

    row: RowKey
    workload: ChargedWorkload
    prices: LineClass
    container_seconds: int
    charges: Mapping[str, LineCharge]

    @property
    def shown_nanos(self) -> int:
        """What it costs in the currency of the answer."""
        return sum(one.shown_nanos for one in self.charges.values())


def ask_terms(snapshot: View, question: Question) -> AnswerTerms:
    """
    Return the terms of every row of an answer.

    Raises:
        QuestionError: the filter names an unknown field.
    """
    grain = Grain(question, dialect_of(snapshot))
    if grain.filter_is_of_clusters() or not grain.only_shown:
        return _asked_terms(snapshot, question)
    # Which part of idle follows the rows that pass is the same however these are cut, and cheaper where they are not.
    rows = _asked_terms(snapshot, replace(question, idle=Idle.HIDE, tenancy=Tenancy.HIDE))
    apart = _asked_terms(snapshot, replace(question, dimensions=()))
    beside = {key: terms for key, terms in apart.rows.items() if not key.grouped}
    return AnswerTerms({**rows.rows, **beside}, rows.names, apart.idle)


def _asked_terms(snapshot: View, question: Question) -> AnswerTerms:
    dialect = dialect_of(snapshot)
    program = Program(question, dialect)
    snapshot.forget()
    for stage in program.stages():
        snapshot.keep(stage.name, stage.query, dialect.bound)
    lines = Lines(question, dialect)
    found = snapshot.rows(lines.terms(program.every()), dialect.bound)
    # How much idle there is besides is not known to who sees a part of the fleet.
    whole = question.scope is None
    pools = snapshot.rows(lines.idle_pools(), dialect.bound) if whole and question.idle is not Idle.HIDE else []
    parts = snapshot.rows(lines.idle_parts(), dialect.bound) if whole and question.idle is Idle.SHARE else []
    return AnswerTerms(
        {_key(record): _terms(question, record) for record in found},
        {key: tuple(record[_NAMES_AT:]) for record in found if (key := _key(record)).grouped},
        IdleShares(
            {(cluster, currency): _nanos(amount) for cluster, currency, amount in pools},
            {(RowKey(name, currency), cluster): _nanos(amount) for name, currency, cluster, amount in parts},
        ),
    )


def ask_days(snapshot: View, question: Question) -> Mapping[tuple[str, ...], Mapping[tuple[str, datetime], int]]:
    """
    Return what each group of workloads cost day by day, in nanos, by the values of the dimensions, currency and day.

    Raises:
        QuestionError: the filter names an unknown field.
    """
    daily = replace(question, step=Step.DAY, series=None, page=Page(), properties=(), joined=True)
    dialect = dialect_of(snapshot)
    snapshot.forget()
    program = Program(daily, dialect)
    for stage in program.stages():
        snapshot.keep(stage.name, stage.query, dialect.bound)
    found: dict[tuple[str, ...], dict[tuple[str, datetime], int]] = {}
    for day, currency, cost, *names in snapshot.rows(Lines(daily, dialect).days(program.costs()), dialect.bound):
        found.setdefault(tuple(names), {})[currency, aware(day)] = _nanos(cost)
    return found


def ask_lines(snapshot: View, question: Question, unlike: Sequence[Stretch]) -> tuple[WorkloadLine, ...]:
    """
    Return the lines of an answer's own costs.

    Args:
        snapshot: the view
        question: of one step
        unlike: cluster-windows whose bills have not come as far as those they are compared with

    Raises:
        QuestionError: the filter names an unknown field.
    """
    dialect = dialect_of(snapshot)
    lines = Lines(question, dialect)
    snapshot.forget()
    for stage in lines.stages():
        snapshot.keep(stage.name, stage.query, dialect.bound)
    return tuple(map(_line, snapshot.rows(lines.query(unlike), dialect.bound)))


def _line(record: Sequence[Any]) -> WorkloadLine:
    name, currency, cluster, namespace, kind, controller, node_type, region, spot, alike, seconds, figures = record
    numbers = [*map(int, figures.split())]
    charges = {}
    for place, resource in enumerate(CHARGES):
        five = numbers[5 * place : 5 * place + 5]
        if five[0] or five[1] or five[3]:
            charges[resource] = LineCharge(*five)
    return WorkloadLine(
        RowKey(name, currency),
        ChargedWorkload(cluster, namespace, kind, controller),
        LineClass(node_type, region, bool(spot), bool(alike)),
        int(seconds),
        charges,
    )


def _key(record: Sequence[Any]) -> RowKey:
    role, currency, name = record[:3]
    return RowKey(name, currency, role)


def _terms(question: Question, record: Sequence[Any]) -> RowTerms:
    role = record[0]
    own, carried, rest, *others = map(_nanos, record[3:_NAMES_AT])
    if role == ROLE_IDLE:
        return RowTerms(idle_nanos=own)
    of_tenancy = role == ROLE_TENANCY or (question.tenancy is Tenancy.SHARE and question.sharing is None)
    return RowTerms(own - carried, carried, *((0, rest) if of_tenancy else (rest, 0)), *others)


def _nanos(amount: Any) -> int:  # noqa: ANN401 - an exact decimal of the engine
    return int(amount.scaleb(PLACES))
