"""Clusters and contexts in the field's shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from fleetcost.api.compat.warning import enveloped
from fleetcost.api.context import Context
from fleetcost.api.currency import field_currency_code
from fleetcost.api.operation import Handed, Operation
from fleetcost.api.orchestrator import by_cluster, freshness
from fleetcost.api.reads.fleet import LOOKED_BACK, Member, members
from fleetcost.api.schema import Envelope
from fleetcost.api.services import FleetFacts, Services
from fleetcost.api.words import Family
from fleetcost.model.identity import ClusterId
from fleetcost.model.window import rfc3339
from fleetcost.tables.report import Unmonitored, unmonitored


def cluster_info(context: Context, facts: FleetFacts) -> Any:  # noqa: ANN401 - a JSON document
    """Return the cluster this server runs in; the first of the fleet where that is not known."""
    fleet = _members(context)
    home = next((one for one in fleet if one.cluster == facts.home), None)
    chosen = home or (fleet[0] if fleet else Member(_home(context, facts, fleet)))
    return enveloped(_info(chosen, context))


def cluster_info_map(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """Return every known cluster by its id."""
    return enveloped({one.cluster: _info(one, context) for one in _members(context)})


def status(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """Return who reports, since when, with how many nodes, at what cost over 30 days, and how fresh that is."""
    fleet = _members(context)
    with context.snapshot() as snapshot:
        own = by_cluster(context.tables.known.ends(snapshot))
        billed_only = unmonitored(snapshot, context.now - LOOKED_BACK) if context.clusters(snapshot) is None else ()
    gone = context.tables.known.retired()
    # What a cluster's assets cost is shown to those who may see its assets.
    costs = context.caller.whole_clusters
    return enveloped(
        [
            {
                "clusterId": one.cluster,
                "name": one.cluster,
                "provider": one.provider,
                "account": one.account,
                "region": one.region,
                "status": _status(one, context, gone),
                "firstSeen": rfc3339(one.first) if one.first else None,
                "lastSeen": rfc3339(one.last) if one.last else None,
                "nodeCount": one.nodes,
                "cost": one.cost if costs else None,
                "source": "etl",
                **freshness(own.get(ClusterId(one.cluster), [])).document,
            }
            for one in fleet
        ]
        + [_billed_only(one) for one in billed_only]
    )


def _billed_only(one: Unmonitored) -> dict[str, Any]:
    return {
        "clusterId": one.name,
        "name": one.name,
        "provider": one.provider,
        "account": one.account,
        "region": one.region,
        "status": "unmonitored",
        "firstSeen": rfc3339(one.first),
        "lastSeen": rfc3339(one.last),
        "nodeCount": one.nodes,
        "cost": None if one.cost is None else float(one.cost),
        "source": "billing",
    }


def _status(one: Member, context: Context, gone: Mapping[ClusterId, datetime]) -> str:
    if one.cluster in gone:
        return "retired"
    return "monitored" if one.reports(context.now) else "inactive"


def configs(context: Context, facts: FleetFacts) -> Any:  # noqa: ANN401 - a JSON document
    """Return what clients look up before they print: the currency of every answer in the field's shapes."""
    fleet = _members(context)
    with context.snapshot() as snapshot:
        currency = field_currency_code(context, snapshot)
    return enveloped({"currencyCode": currency, "clusterName": _home(context, facts, fleet)})


def _home(context: Context, facts: FleetFacts, seen: Sequence[Member]) -> str:
    """Return the name of the cluster this server runs in, empty for who may not know of it."""
    home = facts.home
    return home if not context.caller.narrowed or any(one.cluster == home for one in seen) else ""


def _members(context: Context) -> tuple[Member, ...]:
    known = context.tables.known
    with context.snapshot() as snapshot:
        allowed = context.clusters(snapshot)
        made = known.remembered(
            snapshot,
            ("members", context.now.replace(minute=0, second=0, microsecond=0)),
            lambda: members(snapshot, known.ends(snapshot), context.now),
        )
    return tuple(one for one in made if allowed is None or one.cluster in allowed)


def _info(one: Member, context: Context) -> dict[str, str]:
    """Return a cluster as the field does: every value is a text."""
    account = {"project": one.project} if one.project else {"account": one.account}
    return {
        "id": one.cluster,
        "name": one.cluster,
        "provider": one.provider,
        **account,
        "region": one.region,
        "provisioner": "",
        "clusterProfile": "production",
        "version": "",
        "logCollection": "false",
        "productAnalytics": "false",
        "errorReporting": "false",
        "valuesReporting": "false",
        "thanosEnabled": "false",
        "thanosOffset": "",
        "agentVersion": one.agent_version,
        "status": "monitored" if one.reports(context.now) else "inactive",
    }


def _get(path: str, handler: Any, summary: str, family: Family = Family.KUBECOST) -> Operation:  # noqa: ANN401
    return Operation(path=path, handler=handler, summary=summary, family=family, answers=Envelope)


_HOME = Handed(cluster_info, Services.fleet_facts)

OPERATIONS: tuple[Operation, ...] = (
    _get("/model/clusterInfo", _HOME, "The cluster this server runs in"),
    _get("/clusterInfo", _HOME, "The cluster this server runs in", Family.OPENCOST),
    _get("/model/clusterInfoMap", cluster_info_map, "Every known cluster by its id"),
    _get("/clusterInfoMap", cluster_info_map, "Every known cluster by its id", Family.OPENCOST),
    _get("/model/clusters/status", status, "Who reports, since when, and at what cost over 30 days"),
    _get("/model/getConfigs", Handed(configs, Services.fleet_facts), "The currency of the fleet"),
)
