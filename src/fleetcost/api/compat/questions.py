"""The field's parameters to questions."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fleetcost.api.compat.filters import read_filter
from fleetcost.api.compat.numbers import ALLOCATION_FIGURES, ASSET_FIGURES
from fleetcost.api.compat.parameters import V1_ALLOCATION, V1_ASSET
from fleetcost.api.context import Context
from fleetcost.api.parameters import billed, estimated, flag, whole
from fleetcost.api.words import Family
from fleetcost.errors import QuestionError, closest
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Window
from fleetcost.query.dimensions import DEFAULTS, parse_dimensions
from fleetcost.query.question import Idle, Ordering, Page, Question, Step, framed, parse_accumulate
from fleetcost.query.sharing import Split, Tenancy, parse_sharing
from fleetcost.query.windows import parse_window

_WIDTHS = {"1h": Step.HOUR, "60m": Step.HOUR, "1d": Step.DAY, "24h": Step.DAY, "1w": Step.SEVEN_DAYS,
           "7d": Step.SEVEN_DAYS, "168h": Step.SEVEN_DAYS}  # fmt: skip
_DESCENDING = frozenset({"", "desc", "descending"})


@dataclass(frozen=True, slots=True)
class Defaults:
    """What leaving a parameter out means: the two products differ."""

    idle: bool
    tenancy: bool
    step: Step | None


DEFAULTS_OF = {
    Family.KUBECOST: Defaults(idle=True, tenancy=True, step=None),
    Family.OPENCOST: Defaults(idle=False, tenancy=False, step=Step.ALL),
}


def window_of(context: Context, name: str = "window", default: str = "") -> Window:
    """
    Read the window.

    Raises:
        QuestionError: not a window.
    """
    return parse_window(context.parameters.get(name, default), context.now, name)


def allocation_question(context: Context, window: Window | None = None) -> Question:
    """
    Read a question about allocations.

    Args:
        context: the request
        window: instead of the request's own

    Raises:
        QuestionError: a parameter that cannot be used.
        ForbiddenError: the caller's token does not see allocations.
    """
    parameters, defaults = context.parameters, DEFAULTS_OF[context.family]
    frame, step = framed(
        window or window_of(context), _step(context, defaults.step), context.hourly_from(), context.now
    )
    dimensions = parse_dimensions(parameters.get("aggregate"), SetKind.ALLOCATIONS)
    tenancy = flag(parameters, "shareTenancyCosts", default=defaults.tenancy)
    question = Question(
        kind=SetKind.ALLOCATIONS,
        frame=frame,
        step=step,
        dimensions=dimensions,
        filter=context.narrowed(read_filter(parameters, V1_ALLOCATION), SetKind.ALLOCATIONS),
        scope=context.scope(SetKind.ALLOCATIONS),
        idle=_idle(context, defaults),
        idle_by_node=flag(parameters, "idleByNode", default=False),
        idle_split=Split.EVEN if parameters.get("shareIdle") == "even" else Split.WEIGHTED,
        tenancy=Tenancy.SHARE if tenancy else Tenancy.HIDE,
        sharing=parse_sharing(*(parameters.get(name, "") for name in _SHARED)),
        adjusted=billed(parameters, "reconcile"),
        estimated=estimated(parameters),
        now=context.now,
    )
    return replace(
        question,
        detailed=dimensions == DEFAULTS[SetKind.ALLOCATIONS],
        parts=True,
        metadata=flag(parameters, "includeAggregatedMetadata", default=False),
        proportions=flag(parameters, "includeProportionalAssetResourceCosts", default=False),
        page=_page(context, ALLOCATION_FIGURES),
    )


def plain(question: Question) -> Question:
    """Return the question without what only whole rows show; it is answered faster."""
    return replace(question, detailed=False, parts=False, metadata=False, proportions=False, properties=("cluster",))


def asset_question(context: Context, window: Window | None = None) -> Question:
    """
    Read a question about assets; see `allocation_question`.

    Raises:
        QuestionError: a parameter that cannot be used.
        ForbiddenError: the caller's token does not see assets.
    """
    parameters, defaults = context.parameters, DEFAULTS_OF[context.family]
    frame, step = framed(
        window or window_of(context), _step(context, defaults.step), context.hourly_from(), context.now
    )
    dimensions = parse_dimensions(parameters.get("aggregate"), SetKind.ASSETS)
    return Question(
        kind=SetKind.ASSETS,
        frame=frame,
        step=step,
        dimensions=dimensions,
        filter=context.narrowed(read_filter(parameters, V1_ASSET), SetKind.ASSETS),
        adjusted=billed(parameters, "disableAdjustments", means=False),
        estimated=estimated(parameters),
        detailed=dimensions == DEFAULTS[SetKind.ASSETS],
        page=_page(context, ASSET_FIGURES),
    )


_SHARED = ("shareNamespaces", "shareLabels", "shareCost", "shareSplit")


def _step(context: Context, default: Step | None) -> Step | None:
    parameters = context.parameters
    for name in ("accumulateBy", "accumulate"):
        if name in parameters:
            asked = parse_accumulate(parameters[name], name)
            if asked is not None:
                return asked
    if "step" in parameters:
        return _WIDTHS[parameters["step"]]
    return default


def _idle(context: Context, defaults: Defaults) -> Idle:
    parameters = context.parameters
    said = "idle" in parameters or "includeIdle" in parameters
    shown = flag(parameters, "idle", default=flag(parameters, "includeIdle", default=defaults.idle))
    shared = parameters.get("shareIdle", "false").lower() not in {"false", "f", "0"}
    if shared and (shown or not said):
        return Idle.SHARE
    if not shown:
        return Idle.HIDE
    return Idle.SPLIT if flag(parameters, "splitIdle", default=False) else Idle.SEPARATE


def _page(context: Context, figures: dict[str, str]) -> Page:
    parameters = context.parameters
    limit, offset, by = whole(parameters, "limit"), whole(parameters, "offset"), parameters.get("sortBy")
    if limit is None and offset is None and by is None:
        return Page()
    if by is not None and by not in figures:
        raise QuestionError("sortBy", by, ", ".join(figures), suggestion=closest(by, figures))
    descending = parameters.get("sortByOrder", "") in _DESCENDING
    return Page(Ordering(figures[by or "totalCost"], descending), limit, offset or 0)
