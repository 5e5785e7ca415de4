"""The account of the ingest loop at `/model/debug/orchestrator`."""

from __future__ import annotations

from typing import Any

from fleetcost.api.compat.warning import enveloped
from fleetcost.api.context import Context
from fleetcost.api.operation import Handed, Operation
from fleetcost.api.orchestrator import orchestrator
from fleetcost.api.schema import Envelope
from fleetcost.api.services import IngestPace, Services
from fleetcost.api.words import Family


def debug_orchestrator(context: Context, pace: IngestPace) -> Any:  # noqa: ANN401 - a JSON document
    """Return what the ingest loop is doing and how fresh each cluster is."""
    return enveloped(orchestrator(context.tables, pace))


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        path="/model/debug/orchestrator", handler=Handed(debug_orchestrator, Services.ingest_pace),
        family=Family.KUBECOST, cached=False,
        whole_fleet=True, summary="What the ingest loop is doing and how fresh each cluster is", answers=Envelope,
    ),
)  # fmt: skip
