"""Cloud costs in the field's shapes: Kubecost's under `/model`, OpenCost's at the root."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fleetcost.api.bills import Bills
from fleetcost.api.compat.cloud_cost import (
    METRICS,
    cloud_cost_csv,
    cloud_cost_range,
    cloud_trends,
    view_csv,
    view_graph,
    view_table,
    view_totals,
)
from fleetcost.api.compat.parameters import ACCUMULATE, FILTER, LIMIT, OFFSET, SEARCH, WINDOW
from fleetcost.api.compat.questions import window_of
from fleetcost.api.compat.warning import enveloped
from fleetcost.api.context import Context
from fleetcost.api.currency import field_currency
from fleetcost.api.operation import Handed, Operation, Parameter
from fleetcost.api.parameters import FIELD_CURRENCY_PARAMETERS, flag, whole
from fleetcost.api.problem import ReadOnlyError
from fleetcost.api.questions import NEVER
from fleetcost.api.routes.allocation import found_values
from fleetcost.api.schema import (
    CloudCostEnvelope,
    CloudTableEnvelope,
    CloudTotalsEnvelope,
    CloudTrendsEnvelope,
    Envelope,
    ValuesEnvelope,
)
from fleetcost.api.services import Services
from fleetcost.api.words import Family, Scope
from fleetcost.errors import QuestionError
from fleetcost.model.cloud_sets import ConnectionStatus, IntegrationStatus
from fleetcost.model.window import Window, rfc3339
from fleetcost.query.answer import Answer
from fleetcost.query.ask import ask_cloud_costs
from fleetcost.query.dimensions import DEFAULTS, parse_dimensions
from fleetcost.query.filters import parse_filter
from fleetcost.query.kinds import CLOUD
from fleetcost.query.question import Ordering, Page, Question, Step, framed, parse_accumulate
from fleetcost.query.rows import CloudCostRow

_METRIC = "AmortizedNetCost"


def cloud_cost(context: Context) -> Any:  # noqa: ANN401 - a JSON document or a file
    """Return sets of cloud costs, key to cloud cost."""
    answer = _ask(context, replace(_question(context), summed=False))
    if context.parameters.get("format") == "csv":
        return cloud_cost_csv(answer)
    return enveloped(cloud_cost_range(answer), answer)


def graph(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """Return a bar per step."""
    answer = _ask(context, _barred(context))
    return enveloped(view_graph(answer), answer)


def totals(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """Return how many rows there are, and their sum; paging has no effect on it."""
    answer = _ask(context, replace(_question(context), step=Step.ALL, page=Page(limit=0)))
    return enveloped(view_totals(answer), answer)


def table(context: Context) -> Any:  # noqa: ANN401 - a JSON document or a file
    """Return a line per row over the whole window."""
    answer = _ask(context, _whole(context))
    return view_csv(answer) if context.parameters.get("format") == "csv" else enveloped(view_table(answer), answer)


def view(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """Return graph, totals and table at once."""
    answer = _ask(context, _barred(context))
    return enveloped(
        {"graphData": view_graph(answer), "tableTotal": view_totals(answer), "tableRows": view_table(answer)}, answer
    )


def trends(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """Return how costs changed since the window of the same length just before."""
    names = tuple(dict.fromkeys(name.strip() for name in context.parameters["names"].split(",") if name.strip()))
    window = window_of(context)
    before = Window(window.start - (window.end - window.start), window.start)
    answers = [
        _ask(context, replace(_question(context, one), step=Step.ALL, page=Page(only=names), summed=False))
        for one in (window, before)
    ]
    return enveloped(cloud_trends(answers[0], answers[1], names), *answers)


def autocomplete(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """Return the values of a field, in alphabetical order."""
    return enveloped(found_values(context, CLOUD))


def status(_context: Context, read: Bills | None) -> Any:  # noqa: ANN401 - a JSON document
    """Return what is known of each integration."""
    return enveloped([_status(one) for one in read.statuses()] if read else [])


def rebuild(context: Context, read: Bills | None) -> Any:  # noqa: ANN401 - a JSON document
    """Order that bills are read again from the beginning."""
    if not flag(context.parameters, "commit", default=False):
        return enveloped("Rebuilding reads every bill again; add commit=true to confirm")
    bills, key = _there(read), context.parameters.get("integrationKey", "")
    bills.ordered().rebuild(bills.chosen(key))
    return enveloped(f"Rebuilding Cloud Usage For {key or 'All Providers'}")


def repair(context: Context, read: Bills | None) -> Any:  # noqa: ANN401 - a JSON document
    """Order that the bills of a window are read again."""
    window = window_of(context)
    bills, key = _there(read), context.parameters.get("integrationKey", "")
    bills.ordered().repair(window, bills.chosen(key))
    return enveloped(f"Repairing Cloud Usage For {key or 'All Providers'}")


def _question(context: Context, window: Window | None = None) -> Question:
    parameters = context.parameters
    asked = parse_accumulate(parameters.get("accumulate"))
    frame, step = framed(window or window_of(context), asked, NEVER, context.now)
    dimensions = parse_dimensions(parameters.get("aggregate"), CLOUD)
    metric = parameters.get("costMetric", parameters.get("costMetricName", _METRIC))
    chosen = {name.lower(): column for name, column in METRICS.items()}
    if metric.lower() not in chosen:
        raise QuestionError("costMetric", metric, f"one of {', '.join(METRICS)}")
    return Question(
        kind=CLOUD,
        frame=frame,
        step=step,
        dimensions=dimensions,
        filter=context.narrowed(parse_filter(parameters.get("filter", ""), bare=True), CLOUD),
        metric=chosen[metric.lower()],
        detailed=dimensions == DEFAULTS[CLOUD],
        page=_page(context),
    )


def _whole(context: Context) -> Question:
    question = _question(context)
    return replace(question, step=Step.ALL, page=replace(question.page, order=question.page.order or Ordering()))


def _barred(context: Context) -> Question:
    question = _question(context)
    series = Step.DAY if question.step is Step.ALL else question.step
    page = replace(question.page, order=question.page.order or Ordering())
    return replace(question, step=Step.ALL, series=series, page=page, detailed=False)


def _page(context: Context) -> Page:
    parameters = context.parameters
    limit, offset, by = whole(parameters, "limit"), whole(parameters, "offset"), parameters.get("sortBy")
    if limit is None and offset is None and by is None:
        return Page()
    column = "name" if by == "name" else "total_cost"
    return Page(Ordering(column, parameters.get("sortByOrder", "desc") in {"desc", "descending"}), limit, offset or 0)


def _ask(context: Context, question: Question) -> Answer[CloudCostRow]:
    """Ask; the field's shapes have one currency."""
    with context.snapshot() as snapshot:
        question = field_currency(context, snapshot, question)
        return ask_cloud_costs(snapshot, question, context.now, context.tables.known)


def _there(read: Bills | None) -> Bills:
    if read is None:
        raise ReadOnlyError("bills: this server has no bucket to read them from")
    return read


def _read(services: Services) -> Bills | None:
    return services.bills


def _status(one: IntegrationStatus) -> dict[str, Any]:
    hours, rest = divmod(one.refresh_seconds, 3600)
    return {
        "key": one.integration,
        "source": one.source,
        "provider": one.provider,
        "active": True,
        "valid": one.status is not ConnectionStatus.INVALID_CONFIGURATION,
        "lastRun": rfc3339(one.last_run),
        "nextRun": rfc3339(one.next_run),
        "RefreshRate": f"{hours}h{rest // 60}m{rest % 60}s",
        "created": rfc3339(one.created),
        "runs": one.runs,
        "coverage": str(one.coverage) if one.coverage else "",
        "connectionStatus": one.status.value,
        "config": {"location": one.location, "message": one.message},
    }


_AGGREGATE = Parameter("aggregate", "what to group by: names joined by commas; none is the field's default key")
_KEY = Parameter("integrationKey", "this integration only")
_COMMON = (WINDOW, _AGGREGATE, ACCUMULATE, FILTER, OFFSET, LIMIT)
_CHOICE = (
    Parameter("costMetric", "which of the five costs is meant, in any case", default=_METRIC),
    Parameter("sortBy", "what rows are ordered by", default="cost", choices=("cost", "name")),
    Parameter("sortByOrder", "direction", default="desc", choices=("asc", "desc", "ascending", "descending")),
)
_FORMAT = Parameter("format", "how the answer is written", default="json", choices=("json", "csv"))
_COMMIT = Parameter("commit", "nothing is done without it", default="false", flag=True)
_FILES = ("application/json", "text/csv")


def _operations(family: Family, path: str) -> list[Operation]:
    def one(tail: str, handler: Any, summary: str, answers: Any, *parameters: Parameter, **more: Any) -> Operation:  # noqa: ANN401 - a handler, a type
        return Operation(
            path=path + tail, handler=handler, summary=summary, family=family, answers=answers, parameters=parameters,
            **more,
        )  # fmt: skip

    def orders(tail: str, handler: Any, summary: str, *parameters: Parameter) -> list[Operation]:  # noqa: ANN401 - a handler
        """Return an order under both methods: clients of the field know it as a GET."""
        more: dict[str, Any] = {"cached": False, "scope": Scope.ADMIN, "whole_fleet": True}
        return [
            one(tail, handler, summary, Envelope, *parameters, by_get=True, **more),
            one(tail, handler, summary, Envelope, *parameters, method="POST", **more),
        ]

    viewed = (*_COMMON, *_CHOICE, *FIELD_CURRENCY_PARAMETERS)
    return [
        one("", cloud_cost, "Cloud costs: sets, key to cloud cost", CloudCostEnvelope, *viewed, _FORMAT,
            media_types=_FILES),
        one("/view", view, "Graph, totals and table at once", Envelope, *viewed),
        one("/view/graph", graph, "A bar per set", Envelope, *viewed),
        one("/view/totals", totals, "How many rows there are, and their sum", CloudTotalsEnvelope, *viewed),
        one("/view/table", table, "A line per row", CloudTableEnvelope, *viewed, _FORMAT, media_types=_FILES),
        one("/view/trends", trends, "How costs changed since the window before", CloudTrendsEnvelope, *viewed,
            Parameter("names", "rows whose trend is wanted, joined by commas", required=True),
            Parameter("costMetricName", "the same as `costMetric`", default=_METRIC)),
        one("/autocomplete", autocomplete, "The values of a field", ValuesEnvelope, *SEARCH),
        one("/status", Handed(status, _read), "The integrations and how their last run went", Envelope, cached=False,
            whole_fleet=True),
        *orders("/rebuild", Handed(rebuild, _read), "Read every bill again", _COMMIT, _KEY),
        *orders("/repair", Handed(repair, _read), "Read the bills of a window again", WINDOW, _KEY),
    ]  # fmt: skip


OPERATIONS: tuple[Operation, ...] = (
    *_operations(Family.KUBECOST, "/model/cloudCost"),
    *_operations(Family.OPENCOST, "/cloudCost"),
)
