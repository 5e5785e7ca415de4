"""Costs of the field's plugins, such as a monitoring service's: none are read, which is said in the field's shapes."""

from __future__ import annotations

from typing import Any

from fleetcost.api.compat.parameters import ACCUMULATE, FILTER, WINDOW
from fleetcost.api.compat.questions import window_of
from fleetcost.api.compat.summary import window_of as written
from fleetcost.api.context import Context
from fleetcost.api.operation import Operation, Parameter
from fleetcost.api.schema import CustomCostSeriesEnvelope, CustomCostTotalEnvelope, Envelope
from fleetcost.api.words import Family
from fleetcost.query.filters import parse_filter
from fleetcost.query.question import parse_accumulate

_NONE = "no source of custom costs is configured: this server reads none"


def total(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """Return the total of no custom costs."""
    return _said(context, {"totalBilledCost": 0, "totalListCost": 0, "customCosts": []})


def timeseries(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """Return no sets of custom costs."""
    return _said(context, {"timeseries": []})


def status(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """Return no sources of custom costs."""
    del context
    return {"code": 200, "status": "success", "data": []}


def _said(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    """Wrap a document as the field does; what is asked is read as everywhere, so that a mistake in it is no zero."""
    parse_accumulate(context.parameters.get("accumulate", "false"))
    parse_filter(context.parameters.get("filter", ""))
    window = written(window_of(context))
    return {"code": 200, "status": "success", "data": {"window": window} | data, "warning": _NONE}


_AGGREGATE = Parameter("aggregate", "what to group by: names joined by commas")
_ASKED = (WINDOW, _AGGREGATE, ACCUMULATE, FILTER)


def _operations(family: Family, path: str) -> list[Operation]:
    return [
        Operation(
            path=f"{path}/total", handler=total, summary="Custom costs: none are read", family=family,
            parameters=_ASKED, answers=CustomCostTotalEnvelope,
        ),
        Operation(
            path=f"{path}/timeseries", handler=timeseries, summary="Custom costs by step: none are read", family=family,
            parameters=_ASKED, answers=CustomCostSeriesEnvelope,
        ),
        Operation(
            path=f"{path}/status", handler=status, summary="Sources of custom costs: none are read", family=family,
            answers=Envelope,
        ),
    ]  # fmt: skip


OPERATIONS: tuple[Operation, ...] = (
    *_operations(Family.KUBECOST, "/model/customCost"),
    *_operations(Family.OPENCOST, "/customCost"),
)
