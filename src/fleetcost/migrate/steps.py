"""The steps from values to settings: identity, store, source, prices, aggregator, contexts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from fleetcost.commands import ShownCommand
from fleetcost.migrate.values import CONTEXTS_FILE, PRICES_FILE, STORE_FILE, HelmValues, Imported, identity

Step = Callable[[HelmValues, Imported], None]

_MONTHLY = {
    "CPU": "cpu_core_monthly",
    "spotCPU": "cpu_core_spot_monthly",
    "RAM": "ram_gib_monthly",
    "spotRAM": "ram_gib_spot_monthly",
    "GPU": "gpu_monthly",
    "spotGPU": "gpu_spot_monthly",
    "storage": "storage_gib_monthly",
    "zoneNetworkEgress": "zone_egress_gib",
    "regionNetworkEgress": "region_egress_gib",
    "internetNetworkEgress": "internet_egress_gib",
}
"""Names of the custom prices, and of the price sheet; both are by the month, traffic by the GiB."""

_FIRST_ERA = ("federatedETL.primaryCluster", "federatedETL.federator.enabled")


def _identity(values: HelmValues, made: Imported) -> None:
    made.agent["cluster_id"] = identity(values)
    label = values.flat.get("prometheus.server.global.external_labels.cluster_id")
    name = values.flat.get("kubecostProductConfigs.clusterName")
    if label and name and label != name:
        made.notes.append(f"clusterName {name!r} and cluster_id {label!r} differ: the id is the label of the metrics")
    if not made.agent["cluster_id"]:
        del made.agent["cluster_id"]
        made.notes.append("the values name no cluster id: set cluster_id, unique in the fleet")
    chosen = values.take("kubecostModel.promClusterIDLabel", "agent: cluster_label")
    shared = values.flag("federatedETL.useMultiClusterDB", "agent: cluster_label")
    if chosen or shared:
        made.agent["cluster_label"] = chosen or "cluster_id"
    for key in _FIRST_ERA:
        if str(values.flat.get(key)).lower() == "true":
            made.notes.append(f"{key} is of the 1.x charts; it was read as the primary's deployMethod: statefulset")


def _store(values: HelmValues, made: Imported) -> None:
    secret = values.flat.get("kubecostModel.federatedStorageConfigSecret")
    if secret:
        made.notes.append(
            f"mount the key federated-store.yaml of the secret {secret!r} as {STORE_FILE}; it stays as is"
        )
    if values.flat.get("kubecostModel.federatedStorageConfig"):
        made.notes.append(f"write kubecostModel.federatedStorageConfig to {STORE_FILE}, from a secret; it stays as is")
    if secret or values.flat.get("kubecostModel.federatedStorageConfig"):
        made.agent["storage_config"] = made.aggregator["storage_config"] = STORE_FILE
    backup = values.take("kubecostModel.etlBucketConfigSecret", f"{ShownCommand.IMPORT_BACKUP.quoted}, once")
    if backup:
        made.notes.append(
            f"the store of the secret {backup!r} holds an ETL backup: run {ShownCommand.IMPORT_BACKUP.quoted}"
        )
    for key, became in (("extraVolumes", "extra_volumes"), ("extraVolumeMounts", "extra_volume_mounts")):
        found = values.take(key, f"deployment: {became}")
        if found:
            made.deployment[became] = found
    for prefix, became in (
        ("serviceAccount.annotations", "service_account_annotations"),
        ("kubecostDeployment.labels", "pod_labels"),
    ):
        found = values.below(prefix, f"deployment: {became}")
        if found:
            made.deployment[became] = found


def _source(values: HelmValues, made: Imported) -> None:
    agent = made.agent
    url = values.take("global.prometheus.fqdn", "agent: prometheus_url")
    own = values.flag("global.prometheus.enabled", "which Prometheus is the source")
    if url and not own:
        agent["prometheus_url"] = url
    for key, became, note in _ACCESS:
        found = values.take(key, f"agent: {became}")
        if found and str(found).lower() != "false":
            agent[became] = True if became == "prometheus_insecure_skip_verify" else f"/etc/fleetcost/{became}"
            made.notes.append(note.format(found))
    for step in (_amazon, _mimir, _thanos, _google, _azure):
        step(values, made)
    if "prometheus_url" not in agent:
        made.notes.append("set prometheus_url: the Prometheus of the old chart goes with it, run one of your own")
    most = values.take("kubecostModel.maxQueryConcurrency", "agent: prometheus_concurrency")
    if most:
        agent["prometheus_concurrency"] = int(most)
    step_seconds = values.take("kubecostModel.etlResolutionSeconds", "agent: resolution_seconds")
    if step_seconds:
        agent["resolution_seconds"] = int(step_seconds)
    _environment(values, made)


_ACCESS = (
    (
        "global.prometheus.queryServiceBasicAuthSecretName",
        "prometheus_password_file",
        "mount the PASSWORD of the secret {!r} as prometheus_password_file and set prometheus_username to its USERNAME",
    ),
    (
        "global.prometheus.queryServiceBearerTokenSecretName",
        "prometheus_bearer_token_file",
        "mount the TOKEN of the secret {!r} as prometheus_bearer_token_file",
    ),
    (
        "global.prometheus.kubeRBACProxy",
        "prometheus_bearer_token_file",
        "name the service account's token as prometheus_bearer_token_file (kubeRBACProxy was {!r})",
    ),
    (
        "global.prometheus.insecureSkipVerify",
        "prometheus_insecure_skip_verify",
        "any certificate of the source is trusted (insecureSkipVerify was {!r}); better name prometheus_ca_file",
    ),
)


def _amazon(values: HelmValues, made: Imported) -> None:
    if not values.flag("global.amp.enabled", "agent: prometheus_sigv4_region"):
        return
    region = values.take("global.amp.sigv4.region", "agent: prometheus_sigv4_region")
    region = region or values.take("sigV4Proxy.region", "agent: prometheus_sigv4_region")
    endpoint = str(values.take("global.amp.prometheusServerEndpoint", "agent: prometheus_url", ""))
    host = values.take("sigV4Proxy.host", "agent: prometheus_url") or f"aps-workspaces.{region}.amazonaws.com"
    made.agent["prometheus_url"] = f"https://{host}{urlsplit(endpoint).path}".rstrip("/")
    made.agent["prometheus_sigv4_region"] = region
    made.notes.append("install the extra `amp`: the agent signs its requests itself, the proxy is not needed")


def _mimir(values: HelmValues, made: Imported) -> None:
    if not values.flag("global.mimirProxy.enabled", "agent: source_kind"):
        return
    made.agent["source_kind"] = "mimir"
    made.agent["prometheus_url"] = values.take("global.mimirProxy.mimirEndpoint", "agent: prometheus_url", "")
    made.agent["prometheus_tenant"] = values.take("global.mimirProxy.orgIdentifier", "agent: prometheus_tenant", "")
    user = values.take("global.mimirProxy.basicAuth.username", "agent: prometheus_username")
    if user:
        made.agent["prometheus_username"] = user
        values.take("global.mimirProxy.basicAuth.password", "agent: prometheus_password_file")
        made.agent["prometheus_password_file"] = "/etc/fleetcost/prometheus_password_file"  # noqa: S105 - a path
        made.notes.append("write global.mimirProxy.basicAuth.password to prometheus_password_file, from a secret")


def _thanos(values: HelmValues, made: Imported) -> None:
    coarsest = values.take("kubecostModel.maxSourceResolution", "agent: max_source_resolution, where Thanos answers")
    if not values.flag("global.thanos.enabled", "agent: source_kind"):
        return
    made.agent["source_kind"] = "thanos"
    query = values.take("global.thanos.queryService", "agent: prometheus_url")
    if query:
        made.agent["prometheus_url"] = query
    made.agent["max_source_resolution"] = coarsest if coarsest in {"raw", "5m", "1h"} else "auto"
    offset = values.take("global.thanos.queryOffset", "agent: build_delay_seconds")
    if offset:
        made.agent["build_delay_seconds"] = _seconds(str(offset))
    if str(values.flat.get("thanos.query.enabled", "")).lower() == "true" or query:
        made.agent.pop("cluster_id", None)
        made.agent["all_clusters"] = True
        made.notes.append(
            "this was the primary of a Thanos federation: one agent builds every cluster the querier holds"
        )


def _google(values: HelmValues, made: Imported) -> None:
    if values.flag("global.gmp.enabled", "agent: prometheus_url"):
        made.agent["prometheus_url"] = values.take("global.gmp.prometheusServerEndpoint", "agent: prometheus_url", "")
        made.notes.append("keep Google's frontend beside the agent; see docs/thanos.md")


def _azure(values: HelmValues, made: Imported) -> None:
    if values.flag("global.ammsp.enabled", "agent: prometheus_url"):
        made.agent["prometheus_url"] = values.take("global.ammsp.prometheusServerEndpoint", "agent: prometheus_url", "")
        made.notes.append("keep Azure's proxy beside the agent; see docs/thanos.md")


def _seconds(text: str) -> int:
    """Return the seconds of a duration such as `3h`, `1h30m` or plain seconds."""
    units = {"s": 1, "m": 60, "h": 3600, "d": 86400}
    parts = re.findall(r"(\d+)([smhd])", text)
    if "".join(number + unit for number, unit in parts) == text and parts:
        return sum(int(number) * units[unit] for number, unit in parts)
    return int(text)


def _environment(values: HelmValues, made: Imported) -> None:
    """Read the variables the charts let people add; each is named where nothing was made of it."""
    for key in ("kubecostModel.extraEnv", "kubecostAggregator.extraEnv"):
        entries = values.take(key, "see the notes on each variable", [])
        for entry in entries if isinstance(entries, list) else []:
            name, value = str(entry.get("name", "")), entry.get("value")
            if name in _VARIABLES:
                role, setting, convert = _VARIABLES[name]
                (made.agent if role == "agent" else made.aggregator)[setting] = convert(str(value))
            else:
                made.notes.append(f"{key}: the variable {name} has no counterpart and was left out")


_VARIABLES: dict[str, tuple[str, str, Callable[[str], Any]]] = {
    "PROMETHEUS_HEADER_X_SCOPE_ORGID": ("agent", "prometheus_tenant", str),
    "INSECURE_SKIP_VERIFY": ("agent", "prometheus_insecure_skip_verify", lambda text: text.lower() == "true"),
    "PROM_CLUSTER_ID_LABEL": ("agent", "cluster_label", str),
    "CLUSTER_ID": ("agent", "cluster_id", str),
    "THANOS_QUERY_URL": ("agent", "prometheus_url", str),
    "THANOS_MAX_SOURCE_RESOLUTION": ("agent", "max_source_resolution", str),
    "THANOS_QUERY_OFFSET": ("agent", "build_delay_seconds", _seconds),
    "DB_BUCKET_REFRESH_INTERVAL": ("aggregator", "interval_seconds", _seconds),
}


def _prices(values: HelmValues, made: Imported) -> None:
    currency = values.take("kubecostProductConfigs.currencyCode", "agent: currency")
    if currency:
        made.agent["currency"] = currency
    custom = values.flag("kubecostProductConfigs.customPricesEnabled", "prices: custom")
    on = values.flag("kubecostProductConfigs.defaultModelPricing.enabled", "prices")
    for name, became in _MONTHLY.items():
        rate = values.take(f"kubecostProductConfigs.defaultModelPricing.{name}", f"prices: {became}")
        if rate is not None and (on or custom):
            made.prices[became] = float(rate)
    for key, became in (("discount", "discount"), ("negotiatedDiscount", "negotiated_discount")):
        found = values.take(f"kubecostProductConfigs.{key}", f"prices: {became}")
        if found:
            made.prices[became] = found
    if values.take("kubecostProductConfigs.standardDiscount", "prices: discount"):
        made.prices["discount"] = values.flat["kubecostProductConfigs.standardDiscount"]
    if custom and made.prices:
        made.prices["custom"] = True
    if made.prices:
        made.agent["price_sheet"] = PRICES_FILE


def _aggregator(values: HelmValues, made: Imported) -> None:
    for key in ("kubecostModel", "kubecostAggregator"):
        days = values.take(f"{key}.etlDailyStoreDurationDays", "aggregator: daily_retention_days")
        hours = values.take(f"{key}.etlHourlyStoreDurationHours", "aggregator: hourly_retention_hours")
        if days is not None:
            made.aggregator["daily_retention_days"] = int(days)
        if hours is not None:
            made.aggregator["hourly_retention_hours"] = int(hours)
    limit = str(values.take("kubecostAggregator.dbMemoryLimit", "aggregator: memory", "0GB"))
    if not limit.startswith("0"):
        made.aggregator["memory"] = limit
    level = values.take("kubecostModel.logLevel", "agent: log_level")
    served = values.take("kubecostAggregator.logLevel", "aggregator: log_level")
    for settings, found in ((made.agent, level), (made.aggregator, served)):
        if found in {"debug", "warning", "error"}:
            settings["log_level"] = found
    bill = values.take(
        "kubecostProductConfigs.cloudIntegrationSecret", "the aggregator's billing: the file stays as is"
    )
    if bill and made.role.serves:
        made.notes.append(f"mount the key cloud-integration.json of the secret {bill!r} for the aggregator's billing")


def _contexts(values: HelmValues, made: Imported) -> None:
    for entry in values.take("kubecostProductConfigs.clusters", f"aggregator: contexts_file: {CONTEXTS_FILE}", []):
        context: dict[str, Any] = {"name": entry.get("name", ""), "address": entry.get("address", "")}
        if entry.get("auth"):
            context["secret"] = str(entry.get("name", ""))
            made.notes.append(f"write the credentials of context {context['name']!r} to contexts_secrets_file")
        made.contexts.append(context)
    if made.contexts:
        made.aggregator["contexts_file"] = CONTEXTS_FILE


def _roles(_values: HelmValues, made: Imported) -> None:
    """Keep the settings of the roles the installation has."""
    if not made.role.serves:
        made.aggregator.clear()
    if not made.role.pushes and made.role.serves and "storage_config" in made.aggregator:
        made.agent.clear()
        made.notes.append("a read-only primary pushes nothing: run the aggregator alone")


STEPS: tuple[Step, ...] = (_identity, _store, _source, _prices, _aggregator, _contexts, _roles)
"""Every step, in order."""
