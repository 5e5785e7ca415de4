"""The steps from values to settings: identity, reach, store, source, prices, aggregator, bills, contexts, roles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fleetcost.commands import ShownCommand
from fleetcost.errors import SettingsError
from fleetcost.migrate.bills import read_bills
from fleetcost.migrate.charts import is_managed, queries_thanos, store_of
from fleetcost.migrate.roles import Role
from fleetcost.migrate.source import read_source
from fleetcost.migrate.values import (
    CONTEXTS_FILE,
    IDENTITIES,
    PLACEHOLDER,
    PRICES_FILE,
    STORE_FILE,
    HelmValues,
    Imported,
    identity,
)
from fleetcost.model.identity import cluster_id

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
    own = identity(values)
    made.agent["cluster_id"] = own
    named = {key: values.flat[key] for key in IDENTITIES if key in values.flat and key != _OPENCOST_DEFAULT}
    for key, name in named.items():
        if name and name != own:
            made.notes.append(f"{key} {name!r} differs from the cluster id {own!r}, which is the one of the metrics")
    if not own:
        del made.agent["cluster_id"]
        made.notes.append("the values name no cluster id: set cluster_id, unique in the fleet")
    elif not PLACEHOLDER.search(own):
        _judge_id(own, made)
    for key in _FIRST_ERA:
        if str(values.flat.get(key)).lower() == "true":
            made.notes.append(f"{key} is of the 1.x charts; it was read as the primary's deployMethod: statefulset")


_OPENCOST_DEFAULT = "opencost.exporter.defaultClusterId"


def _judge_id(own: str, made: Imported) -> None:
    try:
        cluster_id(own)
    except SettingsError as error:
        made.todos.append(str(error))


def _reach(values: HelmValues, made: Imported) -> None:
    """Say which clusters of its source the agent reads: its own, or all that a shared database holds."""
    chosen = values.take("kubecostModel.promClusterIDLabel", "agent: cluster_label")
    only_own = values.flag("federatedETL.useMultiClusterDB", "agent: cluster_label")
    if made.role is Role.SHARED_DATABASE or queries_thanos(values):
        made.agent.pop("cluster_id", None)
        made.agent["all_clusters"] = True
        if chosen:
            made.agent["cluster_label"] = chosen
        made.notes.append(
            "this was the primary of a shared database of metrics: one agent builds every cluster it holds"
        )
    elif chosen or only_own:
        made.agent["cluster_label"] = chosen or "cluster_id"
    elif is_managed(values):
        made.notes.append(
            "where other clusters write to the same database, set cluster_label, so that this agent reads its own, or "
            "all_clusters, so that it builds all of them"
        )


def _store(values: HelmValues, made: Imported) -> None:
    secret, text = store_of(values)
    file = values.flat.get("global.federatedStorage.fileName") or "federated-store.yaml"
    if text:
        made.notes.append(f"write the store's text of the values to {STORE_FILE}, from a secret; it stays as is")
    elif secret:
        made.notes.append(f"mount the key {file} of the secret {secret!r} as {STORE_FILE}; it stays as is")
    if secret or text:
        made.agent["storage_config"] = made.aggregator["storage_config"] = STORE_FILE
    elif made.role.pushes or (made.role is Role.NOT_NAMED and values.has("global.federatedStorage")):
        made.todos.append(
            "no store is named, and without one the costs of this cluster reach no primary: name the bucket in "
            "storage_config; or, where the primary's agent builds every cluster of a shared database, install none here"
        )
    backup = values.take("kubecostModel.etlBucketConfigSecret", f"{ShownCommand.IMPORT_BACKUP.quoted}, once")
    if backup:
        made.notes.append(
            f"the store of the secret {backup!r} holds an ETL backup: run {ShownCommand.IMPORT_BACKUP.quoted}"
        )
    _deployment(values, made)


def _deployment(values: HelmValues, made: Imported) -> None:
    for part in ("", "aggregator.", "cloudCost.", "localStore."):
        for key, became in (("extraVolumes", "extra_volumes"), ("extraVolumeMounts", "extra_volume_mounts")):
            found = values.take(f"{part}{key}", f"deployment: {became}")
            if found:
                made.deployment.setdefault(became, []).extend(found)
    for prefix, became in (
        ("serviceAccount.annotations", "service_account_annotations"),
        ("kubecostDeployment.labels", "pod_labels"),
    ):
        found = values.below(prefix, f"deployment: {became}")
        if found:
            made.deployment[became] = found


def _prices(values: HelmValues, made: Imported) -> None:
    currency = values.take("kubecostProductConfigs.currencyCode", "agent: currency")
    if currency:
        made.agent["currency"] = currency
    for switch, rates, custom in _CUSTOM_PRICES:
        _rates(values, made, switch, rates, custom or switch)
    for keys, became in _DISCOUNTS:
        found = values.first(f"prices: {became}", *keys)
        if found:
            made.prices[became] = found
    if made.prices:
        made.agent["price_sheet"] = PRICES_FILE
    for key, name in _PRICE_FILES.items():
        if values.flag(key, "to do: price_csv"):
            made.todos.append(
                f"{name} of the values ({key}) are not fetched: until the file is mounted and price_csv names it, its "
                "machines have other prices"
            )


def _rates(values: HelmValues, made: Imported, switch: str, rates: str, custom_switch: str) -> None:
    custom = values.flag(custom_switch, "prices: custom")
    on = values.flag(switch, "prices") or custom
    for name, became in _MONTHLY.items():
        rate = values.take(f"{rates}.{name}", f"prices: {became}" if on else "no price: they were not switched on")
        if rate is not None and on:
            made.prices[became] = float(rate)
    if custom and made.prices:
        made.prices["custom"] = True


_CUSTOM_PRICES = (
    (
        "kubecostProductConfigs.defaultModelPricing.enabled",
        "kubecostProductConfigs.defaultModelPricing",
        "kubecostProductConfigs.customPricesEnabled",
    ),
    ("finopsagent.agent.kubecost.customPrices.enabled", "finopsagent.agent.kubecost.customPrices", ""),
    ("agent.kubecost.customPrices.enabled", "agent.kubecost.customPrices", ""),
    ("opencost.customPricing.enabled", "opencost.customPricing.costModel", ""),
)
"""What switches prices on, where they are, and what makes them win over those of metrics where that is another key."""

_DISCOUNTED = ("kubecostProductConfigs", "finopsagent.agent.kubecost", "agent.kubecost")
_DISCOUNTS = (
    (tuple(f"{place}.{key}" for key in ("standardDiscount", "discount") for place in _DISCOUNTED), "discount"),
    (tuple(f"{place}.negotiatedDiscount" for place in _DISCOUNTED), "negotiated_discount"),
)

_PRICE_FILES = {
    "pricingCsv.enabled": "the price CSV",
    "enterpriseCustomPricing.enabled": "the prices by node and label",
}


def _aggregator(values: HelmValues, made: Imported) -> None:
    numbers: tuple[tuple[str, Callable[[Any], Any], tuple[str, ...]], ...] = (
        ("daily_retention_days", int, (*_both("etlDailyStoreDurationDays"), "aggregator.retention1d")),
        ("hourly_retention_hours", int, (*_both("etlHourlyStoreDurationHours"), "aggregator.retention1h")),
    )
    for setting, convert, keys in numbers:
        found = values.first(f"aggregator: {setting}", *keys)
        if found is not None:
            made.aggregator[setting] = convert(found)
    limit = str(
        values.first(
            "aggregator: memory", "aggregator.dbMemoryLimit", "kubecostAggregator.dbMemoryLimit", default="0GB"
        )
    )
    if not limit.startswith("0"):
        made.aggregator["memory"] = limit
    level = values.first("agent: log_level", "kubecostModel.logLevel", "logLevel", "opencost.loglevel", "loglevel")
    served = values.first("aggregator: log_level", "aggregator.logLevel", "kubecostAggregator.logLevel")
    for settings, found in ((made.agent, level), (made.aggregator, served)):
        if found in {"debug", "warning", "error"}:
            settings["log_level"] = found


def _both(key: str) -> tuple[str, ...]:
    return (f"kubecostAggregator.{key}", f"kubecostModel.{key}")


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
    if made.role is Role.NOT_NAMED:
        made.todos.append(
            "the values do not say what the installation did: give all of them, as `helm get values` prints them, or "
            "decide between agent and primary"
        )
    elif not made.role.serves:
        made.aggregator.clear()
    if made.role is Role.READ_ONLY_PRIMARY:
        made.agent.clear()
        made.notes.append("a read-only primary pushes nothing: run the aggregator alone")


def _placeholders(_values: HelmValues, made: Imported) -> None:
    for title, settings in (("agent", made.agent), ("aggregator", made.aggregator)):
        for name, value in settings.items():
            if isinstance(value, str) and PLACEHOLDER.search(value):
                made.todos.append(f"{title}: {name} is the template {value!r}, which nobody filled in: fill it in")


STEPS: tuple[Step, ...] = (
    _identity, _reach, _store, read_source, _prices, _aggregator, read_bills, _contexts, _roles, _placeholders,
)  # fmt: skip
"""Every step, in order."""
