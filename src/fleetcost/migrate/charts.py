"""Whose chart the values are of, and which role they give the installation."""

from __future__ import annotations

import enum

from fleetcost.migrate.roles import Flags, PartFlags, Role, resolve, resolve_parts
from fleetcost.migrate.values import STORE_FILE, HelmValues, identity

STORE_SECRETS = ("kubecostModel.federatedStorageConfigSecret", "global.federatedStorage.existingSecret")
STORE_TEXTS = ("kubecostModel.federatedStorageConfig", "global.federatedStorage.config")

_MANAGED = ("global.amp.enabled", "global.gmp.enabled", "global.ammsp.enabled", "global.mimirProxy.enabled")
_ROLE = "the role"


class HelmChart(enum.StrEnum):
    """A chart whose values are understood."""

    NONE = "none"
    COST_ANALYZER = "cost-analyzer"
    KUBECOST = "kubecost"
    FINOPS_AGENT = "finops-agent"
    OPENCOST = "opencost"


_ROOTS = {
    HelmChart.OPENCOST: ("opencost",),
    HelmChart.KUBECOST: ("aggregator", "finopsagent", "localStore", "frontend", "cloudCost"),
    HelmChart.COST_ANALYZER: (
        "kubecostModel", "kubecostAggregator", "kubecostFrontend", "kubecostDeployment",
        "kubecostToken",
        "federatedETL", "kubecostMetrics", "sigV4Proxy", "global.prometheus", "global.thanos", "global.amp",
        "global.gmp", "global.ammsp", "global.mimirProxy", "prometheus.server.global.external_labels",
    ),
    HelmChart.FINOPS_AGENT: ("agent",),
}  # fmt: skip

_PARTIAL = ("global", "sigV4Proxy", "upgrade", "grafana")

_BOTH = "kubecostProductConfigs"
"""A key of the old chart and of the new one; the agent's own chart has it not."""


def chart_of(values: HelmValues, named: str) -> HelmChart:
    """Return the chart the values are of: by its name where it is known, and by keys that only it has."""
    if named in set(HelmChart):
        return HelmChart(named)
    # 2.9 is the old chart with the keys of the new one for identity and store.
    found = [chart for chart, roots in _ROOTS.items() if values.has(*roots)]
    if found:
        return found[0]
    if values.has("global.clusterId", "global.federatedStorage"):
        return HelmChart.KUBECOST
    return HelmChart.COST_ANALYZER if values.has(_BOTH) else HelmChart.NONE


def role_of(values: HelmValues, named: str) -> Role:
    """
    Return the role of the installation.

    Args:
        values: of its chart
        named: the chart, where the file names it

    Raises:
        SettingsError: a combination the chart refused, too.
    """
    chart = chart_of(values, named)
    # What only says which Prometheus is read is a part of a file, and no installation.
    if chart is HelmChart.NONE or not (named or any(key.partition(".")[0] not in _PARTIAL for key in values.flat)):
        return Role.NOT_NAMED
    if chart is HelmChart.OPENCOST:
        return Role.STANDALONE
    old = _flags(values)
    if chart is HelmChart.FINOPS_AGENT:
        return Role.AGENT
    older = chart is HelmChart.COST_ANALYZER or values.has("federatedETL", "kubecostAggregator")
    if old.agent_only or (older and not values.has("aggregator.enabled")):
        return resolve(old)
    return resolve_parts(_part_flags(values, store=old.store, whole=named == chart))


def _flags(values: HelmValues) -> Flags:
    secret, text = store_of(values)
    multi = values.take("federatedETL.useMultiClusterDB", "agent: cluster_label, or all_clusters")
    primary = values.flag("federatedETL.primaryCluster", _ROLE)
    federator = values.flag("federatedETL.federator.enabled", _ROLE)
    return Flags(
        agent_only=values.flag("federatedETL.agentOnly", _ROLE),
        federated=values.flag(
            "federatedETL.federatedCluster", f"{_ROLE}: an agent with a bucket is a federated cluster"
        ),
        shared_database=queries_thanos(values) or (str(multi).lower() == "false" and is_managed(values)),
        primary_cluster=primary or federator,
        aggregator_enabled=values.flag("kubecostAggregator.enabled", _ROLE),
        deploy_method=str(values.take("kubecostAggregator.deployMethod", _ROLE, "singlepod")),
        read_only_primary=values.flag("federatedETL.readOnlyPrimary", _ROLE),
        store=bool(secret or text),
        both_stores=all(values.flat.get(key) for key in (STORE_SECRETS[0], STORE_TEXTS[0])),
        cluster_id=identity(values),
        id_elsewhere=bool(values.take("prometheus.server.clusterIDConfigmap", "FLEETCOST_CLUSTER_ID from that map")),
    )


def _part_flags(values: HelmValues, *, store: bool, whole: bool) -> PartFlags:
    return PartFlags(
        aggregator=_switch(values, "aggregator"),
        agent=_switch(values, "finopsagent"),
        whole=whole or values.has(_BOTH, *_ROOTS[HelmChart.KUBECOST]),
        store=store,
        own_store=_switch(values, "localStore") is not False,
        frontend=_switch(values, "frontend") is not False,
        cluster_id=identity(values),
    )


def _switch(values: HelmValues, part: str) -> bool | None:
    said = values.has(f"{part}.enabled")
    return values.flag(f"{part}.enabled", _ROLE) if said else None


def store_of(values: HelmValues) -> tuple[str, str]:
    """Return the secret that holds the store's file, and the file itself where the values hold it; empty for none."""
    became = f"storage_config: {STORE_FILE}"
    values.take("global.federatedStorage.fileName", "the key of that secret")
    return str(values.first(became, *STORE_SECRETS, default="")), str(values.first(became, *STORE_TEXTS, default=""))


def is_managed(values: HelmValues) -> bool:
    """Return whether the source is a database that clusters share, as the clouds' managed ones are."""
    return any(values.flag(key, "which Prometheus is the source") for key in _MANAGED)


def queries_thanos(values: HelmValues) -> bool:
    """Return whether the installation asked a querier of Thanos, as only the primary did."""
    asks = bool(values.flat.get("global.thanos.queryService")) or values.flag(
        "thanos.query.enabled", "agent: all_clusters"
    )
    return values.flag("global.thanos.enabled", "agent: source_kind") and asks
