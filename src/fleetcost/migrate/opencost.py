"""Which Prometheus OpenCost read, from the values of its chart; a key that is absent has the chart's default."""

from __future__ import annotations

from fleetcost.migrate.values import HelmValues, Imported

_ROOT = "opencost.prometheus"
_URL = "agent: prometheus_url"
_DEFAULTS = {
    "scheme": "http",
    "serviceName": "prometheus-server",
    "namespaceName": "prometheus-system",
    "port": 80,
    "path": "",
}


def read_opencost_source(values: HelmValues, made: Imported) -> None:
    """Take the source of OpenCost's values, and how it is asked."""
    if not values.has("opencost"):
        return
    if values.flag("opencost.exporter.collectorDataSource.enabled", "the source: none, it collected by itself"):
        return
    made.agent["prometheus_url"] = _managed(values, made) or _thanos(values, made) or _own(values)
    _access(values, made)
    step = values.take("opencost.exporter.prometheusDataSource.queryResolutionSeconds", "agent: resolution_seconds")
    if step:
        made.agent["resolution_seconds"] = int(step)


def _own(values: HelmValues) -> str:
    external = values.take(f"{_ROOT}.external.url", _URL, "")
    on = values.flag(f"{_ROOT}.external.enabled", _URL, default=bool(external))
    internal = {name: values.take(f"{_ROOT}.internal.{name}", _URL, default) for name, default in _DEFAULTS.items()}
    inside = values.flag(f"{_ROOT}.internal.enabled", _URL, default=True)
    if on and external:
        return str(external)
    if not inside:
        return ""
    return "{scheme}://{serviceName}.{namespaceName}.svc:{port}{path}".format(**internal)


def _managed(values: HelmValues, made: Imported) -> str:
    if not values.flag(f"{_ROOT}.amp.enabled", "agent: prometheus_sigv4_region"):
        return ""
    region = values.take("opencost.sigV4Proxy.region", "agent: prometheus_sigv4_region", "us-west-2")
    host = values.take("opencost.sigV4Proxy.host", _URL) or f"aps-workspaces.{region}.amazonaws.com"
    made.agent["prometheus_sigv4_region"] = region
    made.notes.append("install the extra `amp`: the agent signs its requests itself, the proxy is not needed")
    return f"https://{host}/workspaces/{values.take(f'{_ROOT}.amp.workspaceId', _URL, '')}"


def _thanos(values: HelmValues, made: Imported) -> str:
    if not values.flag(f"{_ROOT}.thanos.enabled", "agent: source_kind"):
        return ""
    made.agent["source_kind"] = "thanos"
    coarsest = values.take(f"{_ROOT}.thanos.maxSourceResolution", "agent: max_source_resolution")
    made.agent["max_source_resolution"] = coarsest if coarsest in {"raw", "5m", "1h"} else "auto"
    external = values.take(f"{_ROOT}.thanos.external.url", _URL)
    part = f"{_ROOT}.thanos.internal"
    service = values.take(f"{part}.serviceName", _URL, "my-thanos-query")
    namespace = values.take(f"{part}.namespaceName", _URL, "opencost")
    scheme, port = values.take(f"{part}.scheme", _URL, "http"), values.take(f"{part}.port", _URL, 10901)
    return str(external or f"{scheme}://{service}.{namespace}.svc:{port}")


def _access(values: HelmValues, made: Imported) -> None:
    user = values.take(f"{_ROOT}.username", "agent: prometheus_username")
    if user:
        made.agent["prometheus_username"] = user
    secret = values.first("agent: how the source is asked", f"{_ROOT}.existingSecretName", f"{_ROOT}.secret_name")
    for key, became in (("password", "prometheus_password_file"), ("bearer_token", "prometheus_bearer_token_file")):
        if values.take(f"{_ROOT}.{key}", f"agent: {became}"):
            made.agent[became] = f"/etc/fleetcost/{became}"
            made.notes.append(f"write {_ROOT}.{key} to {became}, from a secret")
    if secret:
        made.notes.append(
            f"the secret {secret!r} holds user and password, or a token, of the source: mount it and name the file as "
            "prometheus_password_file or prometheus_bearer_token_file"
        )
    if values.flag(f"{_ROOT}.kubeRBACProxy", "agent: prometheus_bearer_token_file"):
        made.agent["prometheus_bearer_token_file"] = "/etc/fleetcost/prometheus_bearer_token_file"  # noqa: S105 - a path
        made.notes.append("name the service account's token as prometheus_bearer_token_file (kubeRBACProxy was true)")
    if values.flag(f"{_ROOT}.insecureSkipVerify", "agent: prometheus_insecure_skip_verify"):
        made.agent["prometheus_insecure_skip_verify"] = True
