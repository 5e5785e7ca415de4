"""The field's routes under `/model`."""

from __future__ import annotations

from typing import Any

from fleetcost.api.compat.allocation import allocation_sets
from fleetcost.api.compat.asset import asset_sets
from fleetcost.api.orchestrator import orchestrator
from fleetcost.api.parameters import check_known, compatible_question
from fleetcost.api.routing import Context, answered
from fleetcost.model.sets import SetKind
from fleetcost.query.ask import ask_allocations, ask_assets
from fleetcost.query.question import Step

_KNOWN = ("window", "aggregate", "accumulate", "idle", "filter")
_KNOWN_ASSETS = ("window", "aggregate", "accumulate", "filter")


@answered
def allocation(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """`GET /model/allocation`: a list of sets, name to allocation."""
    check_known(context.parameters, _KNOWN)
    now = context.now()
    question = compatible_question(context.parameters, SetKind.ALLOCATIONS, now, context.services.hourly_from())
    with context.snapshot() as snapshot:
        return _envelope(allocation_sets(ask_allocations(snapshot, question, now)))


@answered
def assets(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """`GET /model/assets`: a list of sets, key to asset; a single set where it was accumulated."""
    check_known(context.parameters, _KNOWN_ASSETS)
    now = context.now()
    question = compatible_question(context.parameters, SetKind.ASSETS, now, context.services.hourly_from())
    with context.snapshot() as snapshot:
        sets = asset_sets(ask_assets(snapshot, question, now))
    return _envelope(sets[0] if question.step is Step.ALL and sets else sets)


@answered
def debug_orchestrator(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """`GET /model/debug/orchestrator`: what the ingest loop is doing and how fresh each cluster is."""
    return _envelope(orchestrator(context.services))


def _envelope(data: object) -> dict[str, Any]:
    return {"code": 200, "status": "success", "data": data}
