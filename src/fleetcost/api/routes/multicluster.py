"""The agents' own checks, of every cluster side by side, at `/model/diagnostics/multicluster` and its older names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from fleetcost.api.compat.warning import enveloped
from fleetcost.api.context import Context
from fleetcost.api.operation import Handed, Operation, Parameter
from fleetcost.api.schema import Envelope
from fleetcost.api.services import FleetFacts, Services
from fleetcost.api.words import Family
from fleetcost.documents.status import AgentStatus
from fleetcost.model.window import Window, rfc3339
from fleetcost.query.windows import ACCEPTED, parse_window

DEFAULT_WINDOW = "1d"

CHECKS = (
    "kubecostEmittingMetric", "prometheusHasKubecostMetric", "prometheusHasCadvisorMetric", "prometheusHasKSMMetric",
    "dailyAllocationEtlHealthy", "dailyAssetEtlHealthy", "kubecostPodsNotOOMKilled", "kubecostPodsNotPending",
    "costModelStorageStats",
)  # fmt: skip
"""The field's nine, in its order."""


def multicluster(context: Context, facts: FleetFacts) -> Any:  # noqa: ANN401 - a JSON document
    """
    Return every cluster's last run of the nine checks, and of each whether it passed everywhere.

    A cluster whose last run is older than the window did not pass; one that never ran any, or was declared gone, does
    not count.
    """
    window = parse_window(context.parameters.get("window", DEFAULT_WINDOW), context.now)
    with context.snapshot() as snapshot:
        allowed = context.clusters(snapshot)
        known = context.tables.known.clusters(snapshot)
    statuses = facts.statuses()
    gone = context.tables.known.retired()
    chosen = [statuses.get(one, AgentStatus(one)) for one in known if allowed is None or one in allowed]
    counted = [one for one in chosen if one.checks and one.cluster not in gone]
    overview = {f"{check}DiagnosticPassed": _passed(check, counted, window) for check in CHECKS}
    return enveloped({"overview": overview, "clusters": [_row(one) for one in chosen]})


def enabled(_context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """Return that the checks are shown here."""
    return enveloped(data=True)


def _passed(check: str, counted: Sequence[AgentStatus], window: Window) -> bool:
    found = [one.checks for one in counted if one.checks]
    return bool(found) and all(
        run.latest_run >= window.start and check in run.checks and run.checks[check].diagnostic_passed for run in found
    )


def _row(one: AgentStatus) -> dict[str, Any]:
    row: dict[str, Any] = {
        "clusterId": one.cluster,
        "latestRun": rfc3339(one.checks.latest_run) if one.checks else "",
        "kubecostVersion": one.checks.version if one.checks else "",
    }
    if one.problem:
        row["error"] = one.problem
    return row | {name: msgspec.to_builtins(found) for name, found in (one.checks.checks if one.checks else {}).items()}


_WINDOW = Parameter("window", f"checks that ran before it did not pass: {ACCEPTED}", default=DEFAULT_WINDOW)
_SUMMARY = "The agents' nine checks, of every cluster and all together"

OPERATIONS: tuple[Operation, ...] = (
    *(
        Operation(
            path=path, handler=Handed(multicluster, Services.fleet_facts),
            family=Family.KUBECOST, parameters=(_WINDOW,), summary=_SUMMARY,
            answers=Envelope,
        )
        for path in (
            "/model/diagnostics/multicluster", "/model/multi-cluster-diagnostics", "/model/mcd", "/mcd", "/mcd/status",
        )
    ),
    Operation(
        path="/model/multi-cluster-diagnostics-enabled", handler=enabled, family=Family.KUBECOST,
        summary="Whether the agents' checks are shown here", answers=Envelope,
    ),
)  # fmt: skip
