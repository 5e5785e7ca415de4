"""What became of the cost of nodes, at `/api/v1/efficiency`: used, idle in workloads, idle in nodes, not measured."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

import msgspec

from fleetcost.api.behind import CompletenessJson, completeness_document
from fleetcost.api.compared import WindowJson, window_document
from fleetcost.api.context import Context
from fleetcost.api.currency import ConversionJson, conversion_document, native_currency
from fleetcost.api.operation import Operation, Parameter
from fleetcost.api.parameters import BASIS, CURRENCY_PARAMETERS, ESTIMATED
from fleetcost.api.questions import DEFAULT_WINDOW, STEPS, native_question
from fleetcost.api.words import Family
from fleetcost.model.sets import SetKind
from fleetcost.model.window import rfc3339
from fleetcost.query.ask import judged
from fleetcost.query.currencies import with_missing_rates
from fleetcost.query.efficiency import ResourceSpent, Spent, ask_efficiency, efficiency_in_others
from fleetcost.query.question import Basis, Idle, Question
from fleetcost.query.rows import on_grid
from fleetcost.query.sharing import Tenancy
from fleetcost.query.windows import ACCEPTED


class ResourceSpentJson(msgspec.Struct, frozen=True):
    """
    What became of what one resource costs; the parts add up to the cost.

    Attributes:
        resource: cpu, ram or gpu
        used: by containers, at most what they are charged for
        workload_idle: charged to containers and not used
        unmeasured: charged to containers whose use nobody measured
        infrastructure_idle: nodes' cost that nobody is charged for; null where it cannot be said whose it is
    """

    resource: str
    cost: float
    used: float
    workload_idle: float
    unmeasured: float
    infrastructure_idle: float | None


class SpentJson(msgspec.Struct, frozen=True):
    """
    What became of the costs of one group in one step.

    Attributes:
        start: of the step
        key: the value of each dimension; none of a total
        cost: of all resources
        overhead: nodes' own disks and the management of clusters, beside the cost; null where it cannot be said whose
            it is
        efficiency: used over all that is paid for and measured
        workload_efficiency: used over what containers are charged for and is measured
    """

    start: str
    key: dict[str, str]
    currency: str
    cost: float
    used: float
    workload_idle: float
    unmeasured: float
    infrastructure_idle: float | None
    overhead: float | None
    efficiency: float | None
    workload_efficiency: float | None
    resources: list[ResourceSpentJson]


class EfficiencyJson(msgspec.Struct, frozen=True):
    """
    What became of the cost of nodes.

    Attributes:
        step: how the window is cut
        rows: of each group and step, the oldest first
        totals: of each step
        completeness: which windows of which clusters stand behind it
        conversion: the exchange rates behind costs, where one currency was asked for
    """

    window: WindowJson
    resolution: str
    step: str
    aggregate: list[str]
    basis: Basis
    rows: list[SpentJson]
    totals: list[SpentJson]
    completeness: list[CompletenessJson]
    as_of: str
    conversion: ConversionJson | None = None


def efficiency(context: Context) -> EfficiencyJson:
    """Say what became of costs."""
    with context.snapshot() as snapshot:
        asked = replace(native_question(context, SetKind.ALLOCATIONS), idle=Idle.SEPARATE, tenancy=Tenancy.SEPARATE)
        question = native_currency(context, snapshot, asked)
        found = ask_efficiency(snapshot, question)
        others = efficiency_in_others(snapshot, question)
        behind = with_missing_rates(judged(snapshot, question, context.now, context.tables.known), others.left_out)
        behind = context.seen(snapshot, behind)
        as_of = rfc3339(context.as_of(snapshot))
    return EfficiencyJson(
        window=window_document(question.frame.window),
        resolution=question.frame.resolution.value,
        step=question.finest.value,
        aggregate=[str(one) for one in question.dimensions],
        basis=question.basis,
        rows=[_spent(one, question) for one in found.rows],
        totals=[_spent(one, question) for one in found.totals],
        completeness=[completeness_document(one) for one in behind],
        as_of=as_of,
        conversion=conversion_document(question, others),
    )


def _spent(one: Spent, question: Question) -> SpentJson:
    idle = _sum(part.infrastructure_idle for part in one.parts.values())
    return SpentJson(
        start=rfc3339(one.step),
        key={str(dimension): name for dimension, name in zip(question.dimensions, one.names, strict=False)},
        currency=one.currency,
        cost=_rounded(one.of("cost")),
        used=_rounded(one.of("used")),
        workload_idle=_rounded(one.of("workload_idle")),
        unmeasured=_rounded(one.of("unmeasured")),
        infrastructure_idle=idle,
        overhead=None if one.overhead is None else _rounded(one.overhead),
        efficiency=one.efficiency,
        workload_efficiency=one.workload_efficiency,
        resources=[_resource(name, part) for name, part in one.parts.items()],
    )


def _resource(name: str, part: ResourceSpent) -> ResourceSpentJson:
    return ResourceSpentJson(
        name,
        _rounded(part.cost),
        _rounded(part.used),
        _rounded(part.workload_idle),
        _rounded(part.unmeasured),
        _sum([part.infrastructure_idle]),
    )


def _sum(amounts: Iterable[Decimal | None]) -> float | None:
    known = [one for one in amounts if one is not None]
    return _rounded(sum(known, Decimal(0))) if known else None


def _rounded(amount: Decimal) -> float:
    return on_grid(float(amount))


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        path="/api/v1/efficiency", handler=efficiency, family=Family.NATIVE, answers=EfficiencyJson,
        summary="What became of the cost of nodes: used, idle in workloads, idle in nodes, not measured",
        parameters=(
            Parameter("window", f"the time that is asked about: {ACCEPTED}", default=DEFAULT_WINDOW),
            Parameter("step", "how the window is cut", "auto", ("auto", *STEPS)),
            Parameter("aggregate", "what to group by: names joined by commas, or all", default="cluster"),
            Parameter("filter", "which rows count, in the filter language"),
            BASIS, ESTIMATED, *CURRENCY_PARAMETERS,
        ),
    ),
)  # fmt: skip
