"""`/model/savings` and what lies below it, in the shapes that clients of the field read."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from fleetcost.api.compat import savings as shapes
from fleetcost.api.compat.filters import read_filter
from fleetcost.api.compat.parameters import FILTER, KUBECOST_ALLOCATION, V1_ALLOCATION
from fleetcost.api.compat.questions import window_of
from fleetcost.api.compat.warning import enveloped
from fleetcost.api.context import Context
from fleetcost.api.currency import field_currency, field_currency_code
from fleetcost.api.operation import Operation, Parameter
from fleetcost.api.parameters import FIELD_CURRENCY_PARAMETERS, whole
from fleetcost.api.problem import ForbiddenError
from fleetcost.api.schema import Envelope
from fleetcost.api.words import Family
from fleetcost.errors import QuestionError
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Resolution, Window, rfc3339
from fleetcost.query.inventory import InventoryReader, inventory_question
from fleetcost.query.question import Frame, Question
from fleetcost.query.spare import read_local_disks, read_quiet_pods
from fleetcost.query.windows import ACCEPTED
from fleetcost.savings.ask import MOST_DAYS, ask_savings, ask_usage, cluster_times
from fleetcost.savings.find import PROFILES
from fleetcost.savings.opportunity import ClusterTime
from fleetcost.savings.pools import pools_of
from fleetcost.savings.recommend import SizingRule
from fleetcost.savings.volumes import is_spare
from fleetcost.savings.words import SavingKind
from fleetcost.savings.workloads import QUIET_BYTES_PER_SECOND
from fleetcost.tables.view import View

PRODUCTION = PROFILES["production"]
DEFAULT_TARGET = 0.7
DEFAULT_DAYS = 7
LEAST_PART = 0.01
ALGORITHMS = ("max", "quantile", "quantileOfAverages", "quantileOfMaxes")
SORTS: Mapping[str, Callable[[dict[str, Any]], float]] = {
    "totalSavings": lambda row: row["monthlySavings"]["total"],
    "currentEfficiency": lambda row: row["currentEfficiency"]["total"],
    "cpuRecommended": lambda row: row["normalizedRecommendedRequest"]["cpuInMilliCores"],
    "cpuLatest": lambda row: row["normalizedLatestKnownRequest"]["cpuInMilliCores"],
    "memoryRecommended": lambda row: row["normalizedRecommendedRequest"]["memoryInMiB"],
    "memoryLatest": lambda row: row["normalizedLatestKnownRequest"]["memoryInMiB"],
}

INSIGHTS = {
    "unclaimedVolumes": SavingKind.UNMOUNTED_VOLUMES,
    "orphanedResources": SavingKind.ORPHANED_RESOURCES,
    "persistentVolumeSizing": SavingKind.OVERSIZED_VOLUMES,
    "abandonedWorkloads": SavingKind.IDLE_WORKLOADS,
    "gpuOptimization": SavingKind.UNUSED_GPUS,
    "requestSizing": SavingKind.REQUESTS,
    "clusterSizing": SavingKind.NODES,
    "reservedInstances": SavingKind.COMMITMENTS,
}
"""The field's cards, each with the kind that answers it; what is freed and what is saved are one figure there."""


def overview(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """Return what each insight would save per month, at the profile of production over a fortnight."""
    days = _days(context, Window(context.now - timedelta(days=14), context.now))
    with context.snapshot() as snapshot:
        asked = _of_clusters(context, snapshot, days)
        known = context.tables.known
        bills = not context.caller.narrowed
        found = ask_savings(snapshot, asked, _hours(context, days), PRODUCTION, known, context.now, bills=bills)
        currency = asked.shown.currency if asked.shown else field_currency_code(context, snapshot)
        refreshed = rfc3339(context.as_of(snapshot))
    saved = dict.fromkeys(SavingKind, 0)
    for one in found.found:
        # What is in another currency, as bills may be, is never added.
        if one.verdict == "ok" and one.currency == currency:
            saved[one.kind] += one.money.expected_nanos or one.money.freed_nanos
    return {
        name: {"savings_per_month": shapes.money(saved[kind]), "last_refresh": refreshed}
        for name, kind in INSIGHTS.items()
    }


def request_sizing(context: Context, *, topline: bool = False) -> Any:  # noqa: ANN401 - a JSON document
    """Return what containers should ask for."""
    rule, days = _rule(context), _days(context, window_of(context))
    asked = read_filter(context.parameters, V1_ALLOCATION)
    with context.snapshot() as snapshot:
        bare = Question(
            kind=SetKind.ALLOCATIONS, frame=days, step=inventory_question(days, None).step, dimensions=(),
            filter=context.narrowed(asked, SetKind.ALLOCATIONS),
        )  # fmt: skip
        question = field_currency(context, snapshot, bare)
        known = context.tables.known
        times = cluster_times(snapshot, question, known, context.now)
        usage = ask_usage(snapshot, question, known)
    rows = [
        row
        for use in usage
        if use.cluster in times and (row := shapes.request_row(use, rule, times[use.cluster])) is not None
    ]
    rows.sort(key=SORTS[context.parameters.get("sortBy", "totalSavings")], reverse=_descending(context))
    total = shapes.headline(row["monthlySavings"]["total"] for row in rows)
    listed = _paged(context, rows)
    if context.parameters.get("format") == "list":
        return listed
    return {"TotalMonthlySavings": total, "Count": len(rows), "Recommendations": None if topline else listed}


def cluster_sizing(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """Return how many nodes each cluster's pools need, of the machines they are made of."""
    name = "window" if "window" in context.parameters else "range"
    days = _days(context, window_of(context, name, "7d"))
    target = _part(context, "targetUtilization", PRODUCTION.target)
    fewest = whole(context.parameters, "minNodeCount")
    fewest = PRODUCTION.fewest_nodes if fewest is None else fewest
    with context.snapshot() as snapshot:
        asked = _of_clusters(context, snapshot, days)
        nodes = InventoryReader(snapshot, asked).nodes()
        busy = InventoryReader(snapshot, replace(asked, frame=_hours(context, days), shown=None)).busy()
        times = cluster_times(snapshot, asked, context.tables.known, context.now)
    pools = pools_of(nodes, busy, 1)
    sized = {
        cluster: shapes.cluster_sizing([one for one in pools if one.cluster == cluster], times[cluster], target, fewest)
        for cluster in sorted({one.cluster for one in pools})
        if cluster in times
    }
    return enveloped(sized)


def abandoned(context: Context, *, topline: bool = False) -> Any:  # noqa: ANN401 - a JSON document
    """Return pods with less traffic than a threshold; clusters whose traffic is not measured have none."""
    length = whole(context.parameters, "days") or DEFAULT_DAYS
    if length >= MOST_DAYS:
        raise QuestionError("days", str(length), f"less than {MOST_DAYS} days")
    threshold = whole(context.parameters, "threshold")
    threshold = QUIET_BYTES_PER_SECOND if threshold is None else threshold
    days = _days(context, Window(context.now - timedelta(days=length), context.now))
    with context.snapshot() as snapshot:
        asked = _of_clusters(context, snapshot, days)
        held = InventoryReader(snapshot, asked)
        pods, workloads = read_quiet_pods(held, threshold), held.workloads(threshold)
        times = cluster_times(snapshot, asked, context.tables.known, context.now)
    measured = {one.cluster for one in workloads if one.network_bytes}
    rows = [shapes.pod_row(one, times[one.cluster]) for one in pods if one.cluster in measured and one.cluster in times]
    return _listed(context, rows, topline=topline)


def unclaimed_volumes(context: Context, *, topline: bool = False) -> Any:  # noqa: ANN401 - a JSON document
    """Return volumes that no pod mounts."""
    volumes, times = _volumes(context)
    rows = [shapes.unclaimed_row(one, times[one.cluster]) for one in volumes if is_spare(one)]
    return _listed(context, rows, topline=topline)


def volume_sizing(context: Context, *, topline: bool = False) -> Any:  # noqa: ANN401 - a JSON document
    """Return what size volumes should have."""
    headroom = _headroom(context, 10)
    volumes, times = _volumes(context)
    sized = (shapes.volume_row(one, times[one.cluster], headroom) for one in volumes)
    rows = sorted((one for one in sized if one is not None), key=lambda row: -row["savingsMonthly"])
    total = shapes.headline(row["savingsMonthly"] for row in rows)
    if topline:
        return {"totalSavingsMonthly": total, "count": len(rows)}
    return {"recommendations": _paged(context, rows), "totalSavingsMonthly": total, "count": len(rows)}


def local_low_disks(context: Context, *, topline: bool = False) -> Any:  # noqa: ANN401 - a JSON document
    """Return nodes' own disks of which little was ever used."""
    headroom = _headroom(context, round(PRODUCTION.headroom * 100))
    days = _days(context, window_of(context, default="7d"))
    with context.snapshot() as snapshot:
        asked = _of_clusters(context, snapshot, days)
        disks = read_local_disks(InventoryReader(snapshot, asked))
        times = cluster_times(snapshot, asked, context.tables.known, context.now)
    low = (shapes.disk_row(one, times[one.cluster], headroom) for one in disks if one.cluster in times)
    return _listed(context, [one for one in low if one is not None], topline=topline)


def _volumes(context: Context) -> tuple[Sequence[Any], Mapping[str, ClusterTime]]:
    days = _days(context, window_of(context, default="7d"))
    with context.snapshot() as snapshot:
        asked = _of_clusters(context, snapshot, days)
        times = cluster_times(snapshot, asked, context.tables.known, context.now)
        volumes = InventoryReader(snapshot, asked).volumes()
    return [one for one in volumes if one.cluster in times and one.last >= times[one.cluster].last], times


def _days(_context: Context, window: Window) -> Frame:
    """
    Return the whole days that a window touches.

    Raises:
        QuestionError: more than are looked at.
    """
    days = Window(Resolution.DAY.floor(window.start), Resolution.DAY.ceil(window.end))
    if days.seconds > MOST_DAYS * Resolution.DAY.seconds:
        raise QuestionError("window", str(window), f"a window of at most {MOST_DAYS} days")
    return Frame(days, Resolution.DAY)


def _hours(context: Context, days: Frame) -> Frame:
    kept = context.hourly_from()
    first = days.window.start if kept is None else max(days.window.start, Resolution.HOUR.ceil(kept))
    end = days.window.end
    return Frame(Window(min(first, end - timedelta(hours=1)), end), Resolution.HOUR)


def _of_clusters(context: Context, snapshot: View, days: Frame) -> Question:
    """
    Return the question about whole clusters in the one currency of answers.

    Raises:
        ForbiddenError: the token sees parts of clusters only.
    """
    if not context.caller.whole_clusters:
        raise ForbiddenError(f"savings are of whole clusters; the token {context.caller.name!r} sees parts of them")
    question = inventory_question(days, context.narrowed(None, SetKind.ASSETS))
    return field_currency(context, snapshot, question)


def _rule(context: Context) -> SizingRule:
    """
    Read how much is recommended.

    Raises:
        QuestionError: a number that is out of its bounds.
    """
    quantiles = [
        1.0 if context.parameters.get(f"algorithm{name}", "max") == "max" else quantile
        for name, quantile in ((name, _part(context, f"q{name}", 0.95)) for name in ("CPU", "RAM"))
    ]
    cores, size = whole(context.parameters, "minRecCPUMillicores"), whole(context.parameters, "minRecRAMBytes")
    return SizingRule(
        quantile=quantiles[0], ram_quantile=quantiles[1],
        cpu_target=_part(context, "targetCPUUtilization", DEFAULT_TARGET),
        ram_margin=1 / _part(context, "targetRAMUtilization", DEFAULT_TARGET),
        least_cores=(10 if cores is None else cores) / 1000, least_bytes=20 << 20 if size is None else size,
    )  # fmt: skip


def _part(context: Context, name: str, default: float) -> float:
    text = context.parameters.get(name, str(default))
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not LEAST_PART <= value <= 1:
        raise QuestionError(name, text, f"a number from {LEAST_PART} to 1")
    return value


def _headroom(context: Context, default: int) -> float:
    value = whole(context.parameters, "headroomPct")
    return (default if value is None else value) / 100


def _descending(context: Context) -> bool:
    return context.parameters.get("sortByOrder", "descending") in {"desc", "descending"}


def _paged(context: Context, rows: Sequence[Any]) -> list[Any]:
    limit, offset = whole(context.parameters, "limit"), whole(context.parameters, "offset") or 0
    return list(rows[offset:] if limit is None else rows[offset : offset + limit])


def _listed(context: Context, rows: list[dict[str, Any]], *, topline: bool) -> Any:  # noqa: ANN401 - a JSON document
    rows.sort(key=lambda row: -row["monthlySavings"])
    if topline:
        return {"totalMonthlySavings": shapes.headline(row["monthlySavings"] for row in rows), "count": len(rows)}
    return _paged(context, rows)


_WINDOW = Parameter("window", f"the time that is looked at: {ACCEPTED}", default="7d")
_PAGE = (
    Parameter("offset", "rows to leave out at the beginning", default="0", whole=True),
    Parameter("limit", "most rows to return", whole=True),
    *FIELD_CURRENCY_PARAMETERS,
)
_HEADROOM = Parameter("headroomPct", "percent that is kept above the highest use", whole=True)
_TARGETS = tuple(
    Parameter(f"target{name}Utilization", "part of a request that is to be used", str(DEFAULT_TARGET), amount=True)
    for name in ("CPU", "RAM")
)
_REQUESTS = (
    Parameter("window", f"the time that is asked about: {ACCEPTED}", required=True),
    *(
        Parameter(f"algorithm{name}", "the highest use, or a quantile of points of five minutes", "max", ALGORITHMS)
        for name in ("CPU", "RAM")
    ),
    *(Parameter(f"q{name}", "which quantile", default="0.95", amount=True) for name in ("CPU", "RAM")),
    *_TARGETS,
    Parameter("minRecCPUMillicores", "no less is recommended", default="10", whole=True),
    Parameter("minRecRAMBytes", "no less is recommended", default=str(20 << 20), whole=True),
    FILTER,
    *(one for one in KUBECOST_ALLOCATION if one.name in V1_ALLOCATION),
    Parameter("sortBy", "the figure rows are ordered by", default="totalSavings", choices=tuple(SORTS)),
    Parameter("sortByOrder", "direction", "descending", ("ascending", "descending", "asc", "desc")),
    Parameter("includeLabelsAndAnnotations", "understood; rows are without them", default="false", flag=True),
    Parameter("format", "rows with their sum, or rows alone", default="json", choices=("json", "list")),
    *_PAGE,
)
_SIZING = (
    _WINDOW,
    Parameter("range", "the same as `window`"),
    Parameter("targetUtilization", "part of a node that may be asked for", str(PRODUCTION.target), amount=True),
    Parameter("minNodeCount", "fewest nodes of a cluster", str(PRODUCTION.fewest_nodes), whole=True),
    Parameter("allowSharedCore", "understood; machine types stay as they are", flag=True),
    Parameter("architecture", "understood; machine types stay as they are"),
    *FIELD_CURRENCY_PARAMETERS,
)
_ABANDONED = (
    Parameter("days", "days that are looked at, today among them", default=str(DEFAULT_DAYS), whole=True),
    Parameter("threshold", "bytes a second, in and out", default=str(QUIET_BYTES_PER_SECOND), whole=True),
    *_PAGE,
)
_BASE = "/model/savings"
_OBJECT = dict[str, Any]
_ROWS = list[dict[str, Any]]


def _with_topline(
    path: str,
    handler: Callable[..., Any],
    parameters: tuple[Parameter, ...],
    summary: str,
    answers: Any = _ROWS,  # noqa: ANN401 - a type
) -> tuple[Operation, ...]:
    return tuple(
        Operation(
            path=f"{_BASE}/{path}{end}", handler=partial(handler, topline=bool(end)), family=Family.KUBECOST,
            parameters=parameters, answers=_OBJECT if end else answers,
            summary=f"{summary}{', summed up' if end else ''}",
        )
        for end in ("", "/topline")
    )  # fmt: skip


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        path=_BASE, handler=overview, family=Family.KUBECOST, parameters=FIELD_CURRENCY_PARAMETERS,
        summary="What each insight would save per month", answers=_OBJECT,
    ),
    Operation(
        path=f"{_BASE}/clusterSizingETL", handler=cluster_sizing, family=Family.KUBECOST, parameters=_SIZING,
        summary="How many nodes each cluster's pools need", answers=Envelope,
    ),
    *_with_topline("requestSizingV2", request_sizing, _REQUESTS, "What containers should ask for", _OBJECT),
    *_with_topline("RequestSizingV2", request_sizing, _REQUESTS, "What containers should ask for, once more", _OBJECT),
    *_with_topline("abandonedWorkloads", abandoned, _ABANDONED, "Pods without traffic"),
    *_with_topline("unclaimedVolumes", unclaimed_volumes, (_WINDOW, *_PAGE), "Volumes that no pod mounts"),
    *_with_topline(
        "persistentVolumeSizing", volume_sizing, (_WINDOW, _HEADROOM, *_PAGE), "What size volumes should have", _OBJECT
    ),
    *_with_topline("localLowDisks", local_low_disks, (_WINDOW, _HEADROOM, *_PAGE), "Nodes' own disks, hardly used"),
)  # fmt: skip
