"""Which Prometheus the installation read, and how: the charts' keys of the source as settings of the agent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from fleetcost.migrate.opencost import read_opencost_source
from fleetcost.migrate.values import HelmValues, Imported


def read_source(values: HelmValues, made: Imported) -> None:
    """Take what the values say of the Prometheus they read."""
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
    for step in (_amazon, _mimir, _thanos, _google, _azure, read_opencost_source):
        step(values, made)
    if not agent.get("prometheus_url"):
        agent.pop("prometheus_url", None)
        made.notes.append(
            "set prometheus_url: the agent reads a Prometheus; the one of the old chart goes with it, and agents of "
            "Kubecost 3 had none, so run one of your own"
        )
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
    proxies = ("sigV4Proxy.region", "global.amp.sigV4Proxy.region")
    region = region or values.first("agent: prometheus_sigv4_region", *proxies)
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
    for key in _EXTRA:
        for name, value in _entries(values, key):
            if name in _VARIABLES:
                role, setting, convert = _VARIABLES[name]
                (made.agent if role == "agent" else made.aggregator)[setting] = convert(str(value))
            else:
                made.notes.append(f"{key}: the variable {name} has no counterpart and was left out")


_EXTRA = (
    "kubecostModel.extraEnv", "kubecostAggregator.extraEnv", "aggregator.extraEnv", "cloudCost.extraEnv",
    "localStore.extraEnv", "finopsagent.extraEnv", "finopsagent.agent.extraEnv", "opencost.exporter.extraEnv",
    "opencost.exporter.env",
)  # fmt: skip


def _entries(values: HelmValues, key: str) -> Iterator[tuple[str, Any]]:
    """Yield the variables of a key, which charts write as a list of names and values, or as a mapping."""
    entries = values.take(key, "see the notes on each variable", [])
    if isinstance(entries, list):
        yield from ((str(entry.get("name", "")), entry.get("value")) for entry in entries)
    yield from values.below(key, "see the notes on each variable").items()


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
