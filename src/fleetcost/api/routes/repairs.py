"""Repairs ordered from the primary at `/api/v1/repairs`; the agents do them."""

from __future__ import annotations

import msgspec

from fleetcost.api.compared import WindowJson, window_document
from fleetcost.api.context import Context
from fleetcost.api.operation import Handed, Operation, Parameter, Reply
from fleetcost.api.parameters import whole
from fleetcost.api.problem import ReadOnlyError
from fleetcost.api.repairs import Repairs, TrackedRepair
from fleetcost.api.services import Services
from fleetcost.api.words import Family, Scope
from fleetcost.documents.repairs import RepairedSet, RepairRequest, is_request_id
from fleetcost.errors import CallerError, ObjectMissingError, QuestionError, closest
from fleetcost.model.identity import ClusterId
from fleetcost.model.window import Resolution, Window, rfc3339
from fleetcost.query.windows import parse_window

SHOWN = 50
MOST_SHOWN = 500
LONGEST_DAYS = 400
"""What an agent accepts at once."""


class RepairOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    What to repair.

    Attributes:
        cluster: whose agent
        window: as in every question; it is ordered by its times, so `today` is the day on which it was ordered
        force: replace even sets that saw more
        dry_run: build and compare, write nothing
    """

    cluster: str
    window: str
    force: bool = False
    dry_run: bool = False


class RepairJson(msgspec.Struct, frozen=True):
    """
    One order and what became of it.

    Attributes:
        state: waiting, done, refused, failed, or unreadable
        message: the agent's, in words
        done, total: hours, once the agent has answered
        differences: each set that was touched, or would be, before and after
        requested_at, requested_by, finished_at: when and by whom
    """

    id: str
    cluster: str
    state: str
    message: str
    window: WindowJson | None
    force: bool
    dry_run: bool
    requested_at: str
    requested_by: str
    finished_at: str | None
    done: int
    total: int
    differences: tuple[RepairedSet, ...]


class RepairsJson(msgspec.Struct, frozen=True):
    """The newest orders, newest first, and whether this server takes new ones."""

    repairs: list[RepairJson]
    read_only: bool


def order_repair(context: Context, store: Repairs | None) -> Reply:
    """Order a repair; the agent does it within its next round."""
    try:
        wanted = msgspec.json.decode(context.body, type=RepairOrder)
    except msgspec.MsgspecError as error:
        raise CallerError(f"POST a repair: {error}; a JSON object with cluster and window is read") from error
    window = parse_window(wanted.window, context.now)
    if window.start >= context.now:
        raise QuestionError("window", wanted.window, "a window that has begun")
    if window.seconds > LONGEST_DAYS * Resolution.DAY.seconds:
        raise QuestionError("window", wanted.window, f"at most {LONGEST_DAYS} days at once")
    known = _clusters(context)
    if wanted.cluster not in known:
        raise _unknown(wanted.cluster, known)
    request = RepairRequest(
        window=f"{rfc3339(window.start)},{rfc3339(window.end)}",
        force=wanted.force,
        dry_run=wanted.dry_run,
        requested_at=rfc3339(context.now.replace(microsecond=0)),
        requested_by=context.caller.name,
    )
    made = _repair(_there(store).order(ClusterId(wanted.cluster), request), context)
    where = {"location": f"/api/v1/repairs/{made.id}"}
    return Reply(msgspec.json.encode(made), headers=where, status=202)


def repairs(context: Context, store: Repairs | None) -> RepairsJson:
    """Return the newest orders of every cluster, or of one."""
    known = _clusters(context)
    if (only := context.parameters.get("cluster")) is not None:
        if only not in known:
            raise _unknown(only, known)
        known = (ClusterId(only),)
    if store is None:
        return RepairsJson([], read_only=True)
    most = min(whole(context.parameters, "limit") or SHOWN, MOST_SHOWN)
    return RepairsJson([_repair(one, context) for one in store.newest(known, most)], store.writer is None)


def repair(context: Context, store: Repairs | None) -> RepairJson:
    """Return one order and what became of it."""
    request_id = context.places["id"]
    if not is_request_id(request_id):
        raise ObjectMissingError(f"there is no order {request_id!r}")
    return _repair(_there(store).find(_clusters(context), request_id), context)


def _unknown(cluster: str, known: tuple[ClusterId, ...]) -> QuestionError:
    case = f"There is no cluster `{cluster}`"
    return QuestionError("cluster", cluster, "a cluster of the fleet", case=case, suggestion=closest(cluster, known))


def _there(store: Repairs | None) -> Repairs:
    if store is None:
        raise ReadOnlyError("repairs: this server has no bucket to order them in")
    return store


def _store(services: Services) -> Repairs | None:
    return services.repairs


def _clusters(context: Context) -> tuple[ClusterId, ...]:
    with context.snapshot() as snapshot:
        return context.tables.known.clusters(snapshot)


def _repair(order: TrackedRepair, context: Context) -> RepairJson:
    request = order.request or RepairRequest(window="")
    job = order.result.job if order.result else None
    return RepairJson(
        id=order.id,
        cluster=order.cluster,
        state=order.state,
        message=order.message,
        window=_window(request.window, context),
        force=request.force,
        dry_run=request.dry_run,
        requested_at=request.requested_at or rfc3339(order.written_at.replace(microsecond=0)),
        requested_by=request.requested_by,
        finished_at=rfc3339(job.finished_at) if job and job.finished_at else None,
        done=job.done if job else 0,
        total=job.total if job else 0,
        differences=job.differences if job else (),
    )


def _window(text: str, context: Context) -> WindowJson | None:
    try:
        window: Window = parse_window(text, context.now)
    except QuestionError:
        return None
    return window_document(window)


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        path="/api/v1/repairs", handler=Handed(repairs, _store), family=Family.NATIVE, cached=False, whole_fleet=True,
        summary="The newest orders to repair, with the agents' answers", answers=RepairsJson,
        parameters=(
            Parameter("cluster", "orders of this cluster only"),
            Parameter("limit", f"most orders to return, up to {MOST_SHOWN}", default=str(SHOWN), whole=True),
        ),
    ),
    Operation(
        path="/api/v1/repairs", method="POST", handler=Handed(order_repair, _store), family=Family.NATIVE, cached=False,
        scope=Scope.ADMIN, whole_fleet=True, takes=RepairOrder, summary="Order a repair from a cluster's agent",
        answers=RepairJson, status=202,
    ),
    Operation(
        path="/api/v1/repairs/{id}", handler=Handed(repair, _store),
        family=Family.NATIVE, cached=False, whole_fleet=True,
        summary="One order to repair and what became of it", answers=RepairJson,
    ),
)  # fmt: skip
