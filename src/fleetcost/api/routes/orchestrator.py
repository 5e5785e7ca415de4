"""The account of the ingest loop at `/model/debug/orchestrator`."""

from __future__ import annotations

from typing import Any

from fleetcost.api.context import Context
from fleetcost.api.operation import Operation
from fleetcost.api.orchestrator import orchestrator
from fleetcost.api.routes.allocation import enveloped
from fleetcost.api.schema import Envelope
from fleetcost.api.words import Family


def debug_orchestrator(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """Return what the ingest loop is doing and how fresh each cluster is."""
    return enveloped(orchestrator(context.services))


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        path="/model/debug/orchestrator", handler=debug_orchestrator, family=Family.KUBECOST, cached=False,
        whole_fleet=True, summary="What the ingest loop is doing and how fresh each cluster is", answers=Envelope,
    ),
)  # fmt: skip
