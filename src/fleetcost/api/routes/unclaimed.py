"""What nobody claimed of each node, and why, at `/api/v1/unclaimed`."""

from __future__ import annotations

import msgspec

from fleetcost.api.compared import WindowJson, window_document
from fleetcost.api.context import Context
from fleetcost.api.currency import ConversionJson, conversion_document, native_currency
from fleetcost.api.operation import Operation, Parameter
from fleetcost.api.parameters import CURRENCY_PARAMETERS
from fleetcost.api.questions import asked_window
from fleetcost.api.words import Family
from fleetcost.model.sets import SetKind
from fleetcost.model.window import rfc3339
from fleetcost.query.filters import parse_filter
from fleetcost.query.question import Step, framed
from fleetcost.query.rows import on_grid
from fleetcost.query.unclaimed import (
    IdleCause,
    UnclaimedNode,
    UnclaimedPart,
    unclaimed,
    unclaimed_in_others,
    unclaimed_question,
)
from fleetcost.query.windows import ACCEPTED

DEFAULT_WINDOW = "7d"
_BYTES_PER_GIB = 2**30


class CauseJson(msgspec.Struct, frozen=True):
    """
    Why a part was nobody's.

    Attributes:
        cause: in a word or two
        windows: hours or days in which it holds
        meaning: what it means and what to do
    """

    cause: IdleCause
    windows: int
    meaning: str


class UnclaimedPartJson(msgspec.Struct, frozen=True):
    """
    What is left of one resource of a node.

    Attributes:
        resource: cpu, ram or gpu
        hours: core-hours, GiB-hours or GPU-hours nobody was charged for; negative where more was than there is
        cost: of them, at list price
        causes: all that are known
    """

    resource: str
    hours: float
    cost: float
    causes: list[CauseJson]


class UnclaimedNodeJson(msgspec.Struct, frozen=True):
    """
    One node and what nobody claimed of it.

    Attributes:
        windows: hours or days in which it was there
        cost: of all parts, at list price
    """

    cluster: str
    node: str
    currency: str
    windows: int
    cost: float
    parts: list[UnclaimedPartJson]


class UnclaimedJson(msgspec.Struct, frozen=True):
    """
    The nodes, dearest first, and the window that was looked at.

    Attributes:
        conversion: the exchange rates behind costs, where one currency was asked for and nodes are in others; those
            without a rate come last, in their own
    """

    nodes: list[UnclaimedNodeJson]
    window: WindowJson
    resolution: str
    as_of: str
    conversion: ConversionJson | None = None


def unclaimed_nodes(context: Context) -> UnclaimedJson:
    """Return what nobody claimed of each node, and why."""
    window = asked_window(context, DEFAULT_WINDOW)
    frame, _ = framed(window, Step.ALL, context.hourly_from(), context.now)
    chosen = context.narrowed(parse_filter(context.parameters.get("filter", "")), SetKind.ASSETS)
    with context.snapshot() as snapshot:
        question = native_currency(context, snapshot, unclaimed_question(frame, chosen))
        found = unclaimed(snapshot, question)
        others = unclaimed_in_others(snapshot, question)
        as_of = rfc3339(context.as_of(snapshot))
    return UnclaimedJson(
        [_node(one) for one in found],
        window_document(frame.window),
        frame.resolution.value,
        as_of,
        conversion_document(question, others),
    )


def _node(one: UnclaimedNode) -> UnclaimedNodeJson:
    parts = [_part(part) for part in one.parts]
    return UnclaimedNodeJson(one.cluster, one.node, one.currency, one.windows, on_grid(one.cost), parts)


def _part(part: UnclaimedPart) -> UnclaimedPartJson:
    hours = part.hours / _BYTES_PER_GIB if part.resource == "ram" else part.hours
    causes = [CauseJson(cause, windows, cause.meaning) for cause, windows in part.causes.items()]
    return UnclaimedPartJson(part.resource, on_grid(hours), on_grid(part.cost), causes)


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        path="/api/v1/unclaimed", handler=unclaimed_nodes, family=Family.NATIVE, answers=UnclaimedJson,
        summary="What nobody claimed of each node, and why",
        parameters=(
            Parameter("window", f"whose nodes are looked at: {ACCEPTED}", default=DEFAULT_WINDOW),
            Parameter("filter", "which nodes count, in the filter language of assets"),
            *CURRENCY_PARAMETERS,
        ),
    ),
)  # fmt: skip
