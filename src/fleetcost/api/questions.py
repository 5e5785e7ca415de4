"""The native parameters to questions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from fleetcost.api.context import Context
from fleetcost.api.operation import Parameter
from fleetcost.api.parameters import BASIS, CURRENCY_PARAMETERS, ESTIMATED, billed, estimated, whole
from fleetcost.api.rows import ROW_COLUMNS
from fleetcost.errors import QuestionCode, QuestionError, closest
from fleetcost.model.cloud_cost import CLOUD_COSTS
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Window
from fleetcost.query.comparison import Earlier
from fleetcost.query.dimensions import Dimension, parse_dimensions
from fleetcost.query.filters import parse_filter
from fleetcost.query.kinds import CLOUD, RowKind
from fleetcost.query.measures import EXACT_CLOUD
from fleetcost.query.properties import PROPERTIES
from fleetcost.query.question import Idle, Ordering, Page, Question, Step, framed
from fleetcost.query.sharing import Split, Tenancy, parse_sharing
from fleetcost.query.windows import ACCEPTED, parse_window
from fleetcost.why.explain_path import DEEPEST

DEFAULT_WINDOW = "7d"
"""Window of a native question that names none."""

NEVER = datetime.max.replace(tzinfo=UTC)
"""Since when hours of bills are kept: a bill is by day."""

STEPS = {"1h": Step.HOUR, "1d": Step.DAY, **{step.value: step for step in Step}}

_COMMON = (
    Parameter("window", f"the time that is asked about: {ACCEPTED}", default=DEFAULT_WINDOW),
    Parameter("step", "how the series is cut; of a file, how its rows are", "auto", ("auto", *STEPS)),
    Parameter("filter", "which rows count, in the filter language"),
    BASIS,
    Parameter("adjusted", "the same as `basis`: true is billed, false is list", flag=True),
    ESTIMATED,
    Parameter("limit", "most rows to return", whole=True),
    Parameter("offset", "rows to leave out at the beginning", default="0", whole=True),
    Parameter("sort", "the figure rows are ordered by, `-` in front for the largest first", default="-total_cost"),
    Parameter("columns", "which figures of a row are wanted, joined by commas", default="all"),
    Parameter(
        "compare",
        "add what was observed both in this window and in the one just before, or a month before",
        choices=tuple(Earlier),
    ),
    Parameter("format", "how the answer is written", default="json", choices=("json", "csv", "parquet")),
    *CURRENCY_PARAMETERS,
)
ALLOCATION_PARAMETERS = (
    *_COMMON,
    Parameter("aggregate", "what to group by: names joined by commas, or all", default="cluster"),
    Parameter("idle", "idle in rows of its own, shared among the others, or left out", "separate",
              ("separate", "share", "hide")),
    Parameter("idle_by", "idle belongs to a cluster or to a node", default="cluster", choices=("cluster", "node")),
    Parameter("idle_split", "how shared idle is divided", default="weighted", choices=("weighted", "even")),
    Parameter("tenancy", "nodes' own disks and management fees: in rows of their own, shared, or left out", "separate",
              ("separate", "share", "hide")),
    Parameter("share_namespaces", "workloads in these namespaces are shared by all others"),
    Parameter("share_labels", "workloads with one of these labels, name:value, are shared by all others"),
    Parameter("share_cost", "an overhead per month of 730 hours that all rows share", default="0"),
    Parameter("share_split", "how shared costs are divided", default="weighted", choices=("weighted", "even")),
)  # fmt: skip
_OF_MANY_FIGURES = {"limit", "offset", "sort", "columns", "compare", "format"}
"""Parameters of a question that choose which rows and figures are shown: one figure has its own."""

MOST_PARTS, USUAL_PARTS = 1000, 31
"""Parts of one part that are named one by one, at most and where nothing is said: the days of a month."""

USUAL_DEPTH = 2
"""Levels of parts where nothing is said."""

EXPLAIN_PARAMETERS = (
    *(one for one in ALLOCATION_PARAMETERS if one.name not in _OF_MANY_FIGURES),
    Parameter(
        "kind",
        "what the question is about",
        SetKind.ALLOCATIONS,
        tuple(SetKind),
    ),
    Parameter("row", "the name of the row whose figure is meant", default="the total of all rows"),
    Parameter("field", "which figure of it: any that is in a currency", default="total_cost"),
    Parameter("row_currency", "of a row that is there in several currencies, which", default="the answer's"),
    Parameter("path", "the path of the part to open, as an earlier answer gave it", default="the whole figure"),
    Parameter("depth", f"levels of parts, {DEEPEST} at most", default=str(USUAL_DEPTH), whole=True),
    Parameter(
        "limit", f"most parts of one part, {MOST_PARTS} at most; the others are added up", str(USUAL_PARTS), whole=True
    ),
)
CLOUD_PARAMETERS = (
    *(one for one in _COMMON if one.name not in {"basis", "adjusted", "estimated", "compare"}),
    Parameter("compare", "add the window of the same length just before", choices=(Earlier.PREVIOUS,)),
    Parameter("aggregate", "what to group by: names joined by commas, or all", default="service"),
    Parameter("metric", "which of the five costs is the total", "amortized_net_cost", CLOUD_COSTS),
)
ASSET_PARAMETERS = (
    *_COMMON,
    Parameter("aggregate", "what to group by: names joined by commas, or all", default="type"),
)

_SHARED = {
    "share_namespaces": "shareNamespaces",
    "share_labels": "shareLabels",
    "share_cost": "shareCost",
    "share_split": "shareSplit",
}


def native_question(context: Context, kind: SetKind) -> Question:
    """
    Read the native parameters: rows over the whole window, a series cut by `step`.

    Raises:
        QuestionError: a parameter that cannot be used.
        ForbiddenError: the caller's token does not see this kind.
    """
    parameters = context.parameters
    frame, step = framed(
        asked_window(context), STEPS.get(parameters.get("step", "auto")), context.hourly_from(), context.now
    )
    default = "cluster" if kind is SetKind.ALLOCATIONS else "type"
    dimensions = parse_dimensions(parameters.get("aggregate", default), kind)
    question = Question(
        kind=kind,
        frame=frame,
        step=Step.ALL,
        series=step,
        dimensions=dimensions,
        filter=context.narrowed(parse_filter(parameters.get("filter", "")), kind),
        scope=context.scope(kind),
        adjusted=billed(parameters, "adjusted"),
        joined=True,
        estimated=estimated(parameters),
        properties=_implied(dimensions),
        page=Page(
            _order(parameters.get("sort", "-total_cost"), kind),
            whole(parameters, "limit"),
            whole(parameters, "offset") or 0,
        ),
        now=context.now,
    )
    return _divided(question, context) if kind is SetKind.ALLOCATIONS else question


def native_cloud_question(context: Context) -> Question:
    """
    Read the native parameters of a question about cloud costs; its rows are whole days.

    Raises:
        QuestionError: a parameter that cannot be used.
        ForbiddenError: the caller's token does not see cloud costs.
    """
    parameters = context.parameters
    asked = STEPS.get(parameters.get("step", "auto"))
    frame, step = framed(asked_window(context), asked, NEVER, context.now)
    return Question(
        kind=CLOUD,
        frame=frame,
        step=Step.ALL,
        series=step,
        dimensions=parse_dimensions(parameters.get("aggregate", "service"), CLOUD),
        filter=context.narrowed(parse_filter(parameters.get("filter", "")), CLOUD),
        metric=parameters.get("metric", "amortized_net_cost"),
        page=Page(
            _cloud_order(parameters.get("sort", "-total_cost")),
            whole(parameters, "limit"),
            whole(parameters, "offset") or 0,
        ),
        now=context.now,
    )


def asked_window(context: Context, default: str = DEFAULT_WINDOW) -> Window:
    """
    Read the window.

    Raises:
        QuestionError: not a window.
    """
    return parse_window(context.parameters.get("window", default), context.now)


def measures_of(columns: tuple[str, ...], question: Question) -> frozenset[str] | None:
    """Return the measures that figures of rows are made of, and their order; None for all."""
    if not columns or question.kind is not SetKind.ALLOCATIONS or any(name.endswith("_efficiency") for name in columns):
        return None
    return frozenset(columns) | ({question.page.order.column} if question.page.order else set())


def asked_columns(context: Context, kind: RowKind) -> tuple[str, ...]:
    """
    Read which figures are wanted.

    Raises:
        QuestionError: one that rows of this kind do not have.
    """
    of_sets = ROW_COLUMNS.allocations if kind is SetKind.ALLOCATIONS else ROW_COLUMNS.assets
    known = ROW_COLUMNS.cloud_costs if kind is CLOUD else of_sets
    chosen = tuple(dict.fromkeys(name.strip() for name in context.parameters.get("columns", "").split(",")))
    for name in chosen:
        if name and name not in known and name not in {"name", "key"}:
            raise QuestionError(
                "columns",
                name,
                f"some of {', '.join(known)}",
                case=f"There is no column `{name}`",
                code=QuestionCode.UNKNOWN_FIELD,
                suggestion=closest(name, known),
            )
    return tuple(name for name in chosen if name not in {"", "name", "key"})


def before(question: Question, names: tuple[str, ...] | None) -> Question:
    """Return the question about the window of the same length just before, about these rows only."""
    window = question.frame.window
    earlier = Window(window.start - (window.end - window.start), window.start)
    frame = replace(question.frame, window=earlier)
    return replace(question, frame=frame, series=None, page=Page(only=names))


def _divided(question: Question, context: Context) -> Question:
    parameters = context.parameters
    by_cluster = bool(question.dimensions) and question.dimensions[0].name == "cluster"
    idle = {"separate": Idle.SPLIT if by_cluster else Idle.SEPARATE, "share": Idle.SHARE, "hide": Idle.HIDE}
    try:
        sharing = parse_sharing(*(parameters.get(name, "") for name in _SHARED))
    except QuestionError as error:
        native = {spelling: name for name, spelling in _SHARED.items()}
        raise error.of(native.get(error.parameter, error.parameter)) from error
    return replace(
        question,
        idle=idle[parameters.get("idle", "separate")],
        idle_by_node=parameters.get("idle_by") == "node",
        idle_split=Split(parameters.get("idle_split", "weighted")),
        tenancy=Tenancy(parameters.get("tenancy", "separate")),
        sharing=sharing,
    )


def _implied(dimensions: tuple[Dimension, ...]) -> tuple[str, ...]:
    """Return the properties that cost nothing to know: those that are grouped by, and the cluster."""
    columns = {"controllerKind": "controller_kind", "providerID": "provider_id"}
    grouped = {columns.get(dimension.name, dimension.name) for dimension in dimensions}
    return tuple(name for name in PROPERTIES if name in grouped or name == "cluster")


def _cloud_order(text: str) -> Ordering:
    column, known = text.removeprefix("-"), ("total_cost", "name", *EXACT_CLOUD, "members")
    if column not in known:
        raise QuestionError(
            "sort", text, f"{', '.join(known)}, with or without a `-`", suggestion=closest(column, known)
        )
    return Ordering(column, text.startswith("-"))


def _order(text: str, kind: SetKind) -> Ordering:
    column = text.removeprefix("-")
    known = [
        name
        for name in (ROW_COLUMNS.allocations if kind is SetKind.ALLOCATIONS else ROW_COLUMNS.assets)
        if name not in PROPERTIES and not name.endswith(("_efficiency", "_fraction"))
        and name not in {"idle", "labels", "preemptible", "discount", "asset_name", "estimated_cost"}
    ]  # fmt: skip
    if column not in (*known, "name"):
        raise QuestionError(
            "sort", text, f"{', '.join(known)} or name, with or without a `-`", suggestion=closest(column, known)
        )
    return Ordering(column, text.startswith("-"))
