"""Kubecost values as settings: the mission's examples and the old chart's keys, each accounted for."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from fleetcost.api.elsewhere.book import read_book
from fleetcost.cli.main import run
from fleetcost.costing import price_sheet
from fleetcost.costing.prices import PriceBook
from fleetcost.errors import SettingsError
from fleetcost.migrate.keys import KeyVerdict
from fleetcost.migrate.read import read_values
from fleetcost.migrate.roles import Flags, Role, resolve
from fleetcost.ops.settings import AgentSettings, AggregatorSettings, load

STORE = "{kubecostModel: {federatedStorageConfigSecret: federated-store}}"


@dataclass(frozen=True)
class Sample:
    """
    A file, and what it must become.

    Attributes:
        text: parts of the file
        role: of the installation
        agent, aggregator: settings that must be there
        notes: words that must be in the notes
        unsupported: keys without a counterpart
    """

    text: tuple[str, ...]
    role: Role
    agent: dict[str, Any] = field(default_factory=dict)
    aggregator: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    unsupported: tuple[str, ...] = ()


IDENTITY = """
kubecostProductConfigs: {clusterName: federated-one}
prometheus: {server: {global: {external_labels: {cluster_id: federated-one}}}}
"""
SAMPLES = {
    "step 1 and 2 of ETL federation: a federated cluster that is not the primary": Sample(
        (IDENTITY, STORE, "federatedETL: {federatedCluster: true}", "kubecostAggregator: {deployMethod: disabled}"),
        Role.FEDERATED,
        {"cluster_id": "federated-one", "storage_config": "/etc/fleetcost/federated-store.yaml"},
        notes=("'federated-store'",),
    ),
    "step 3: the primary": Sample(
        (
            IDENTITY,
            STORE,
            "kubecostAggregator: {deployMethod: statefulset, cloudCost: {enabled: true}}",
            "kubecostAggregator: {etlDailyStoreDurationDays: 365}",
            "kubecostProductConfigs: {cloudIntegrationSecret: cloud-integration}",
            "federatedETL: {federatedCluster: true}",
        ),
        Role.PRIMARY,
        {"cluster_id": "federated-one"},
        {"daily_retention_days": 365, "storage_config": "/etc/fleetcost/federated-store.yaml"},
        ("cloud-integration",),
    ),
    "the first document's flag of a primary": Sample(
        (IDENTITY, STORE, "federatedETL: {federator: {enabled: true, primaryClusterID: federated-one}}"),
        Role.PRIMARY,
        notes=("federatedETL.federator.enabled is of the 1.x charts",),
    ),
    "an internal certificate authority": Sample(
        (
            IDENTITY,
            STORE,
            "extraVolumes: [{name: kubecost-federator-certs, configMap: {name: kubecost-federator-certs}}]",
            "extraVolumeMounts: [{name: kubecost-federator-certs, mountPath: /path/to/ca-certificates.crt}]",
        ),
        Role.FEDERATED_WITH_UI,
    ),
    "Azure workload identities": Sample(
        (
            IDENTITY,
            STORE,
            'kubecostDeployment: {labels: {azure.workload.identity/use: "true"}}',
            "serviceAccount: {annotations: {azure.workload.identity/client-id: an-id}}",
        ),
        Role.FEDERATED_WITH_UI,
    ),
    "free, with contexts and prices of one's own": Sample(
        (
            "kubecostProductConfigs: {clusterName: only-one, customPricesEnabled: true, currencyCode: EUR}",
            'kubecostProductConfigs: {defaultModelPricing: {enabled: true, CPU: "28.0", zoneNetworkEgress: "0.01"}}',
            "kubecostProductConfigs: {clusters: [{name: A, address: 'http://a:9090', auth: {data: eA==}}]}",
            "kubecostProductConfigs: {smtp: {secretname: mail}, sharedNamespaces: kube-system}",
            "kubecostToken: a-token",
        ),
        Role.STANDALONE,
        {"cluster_id": "only-one", "currency": "EUR", "price_sheet": "/etc/fleetcost/prices.yaml"},
        {"contexts_file": "/etc/fleetcost/contexts.yaml"},
        ("credentials of context 'A'",),
        ("kubecostProductConfigs.smtp.secretname", "kubecostProductConfigs.sharedNamespaces"),
    ),
    "one's own Prometheus behind a proxy of OpenShift": Sample(
        (
            IDENTITY,
            "global: {prometheus: {enabled: false, kubeRBACProxy: true, fqdn: 'https://prometheus-k8s:9091'}}",
            "global: {platforms: {openshift: {enabled: true}}}",
            "kubecostModel: {maxQueryConcurrency: 3, etlResolutionSeconds: 300, promClusterIDLabel: cluster}",
        ),
        Role.STANDALONE,
        {
            "prometheus_url": "https://prometheus-k8s:9091", "cluster_label": "cluster", "resolution_seconds": 300,
            "prometheus_concurrency": 3,
        },
    ),
    "Thanos of the 1.x charts, the primary": Sample(
        (
            "global: {thanos: {enabled: true, queryService: 'http://thanos-query:10902', queryOffset: 3h}}",
            "thanos: {store: {enabled: true, grpcSeriesMaxConcurrency: 20}, query: {enabled: true, timeout: 3m}}",
            "kubecostModel: {maxSourceResolution: 5m, etlBucketConfigSecret: kubecost-thanos, warmCache: false}",
            IDENTITY,
        ),
        Role.SHARED_DATABASE,
        {
            "source_kind": "thanos", "prometheus_url": "http://thanos-query:10902", "max_source_resolution": "5m",
            "build_delay_seconds": 10800, "all_clusters": True,
        },
        notes=("one agent builds every cluster", "kubecost-thanos"),
    ),
    "Amazon's managed Prometheus": Sample(
        (
            IDENTITY,
            "global: {amp: {enabled: true, prometheusServerEndpoint: 'http://localhost:8005/workspaces/ws-1'}}",
            "sigV4Proxy: {region: us-west-2, host: aps-workspaces.us-west-2.amazonaws.com, port: 8005}",
        ),
        Role.STANDALONE,
        {
            "prometheus_url": "https://aps-workspaces.us-west-2.amazonaws.com/workspaces/ws-1",
            "prometheus_sigv4_region": "us-west-2",
        },
        notes=("amp",),
    ),
    "Mimir with a tenant": Sample(
        (
            IDENTITY,
            "global: {mimirProxy: {enabled: true, mimirEndpoint: 'http://mimir/prometheus', orgIdentifier: team-a}}",
            "global: {mimirProxy: {basicAuth: {username: ann, password: hunter2}}}",
        ),
        Role.STANDALONE,
        {"source_kind": "mimir", "prometheus_tenant": "team-a", "prometheus_username": "ann"},
    ),
    "Google's and Azure's": Sample(
        (IDENTITY, "global: {gmp: {enabled: true, prometheusServerEndpoint: 'http://localhost:8085/'}}"),
        Role.STANDALONE,
        {"prometheus_url": "http://localhost:8085/"},
        notes=("docs/thanos.md",),
    ),
    "variables": Sample(
        (
            IDENTITY,
            STORE,
            "kubecostAggregator: {deployMethod: statefulset, dbMemoryLimit: 8GB, dbReadThreads: 4}",
            "kubecostAggregator: {extraEnv: [{name: DB_BUCKET_REFRESH_INTERVAL, value: 1h}, {name: X, value: y}]}",
            "federatedETL: {readOnlyPrimary: true}",
        ),
        Role.READ_ONLY_PRIMARY,
        {},
        {"interval_seconds": 3600, "memory": "8GB"},
        ("the variable X has no counterpart", "pushes nothing"),
    ),
    "what the old chart brought besides": Sample(
        (
            "prometheus: {server: {retention: 97h, persistentVolume: {size: 32Gi}}, nodeExporter: {enabled: true}}",
            "grafana: {sidecar: {dashboards: {enabled: true}}}",
            "networkCosts: {enabled: true, config: {services: {amazon-web-services: true}}}",
            "forecasting: {enabled: true}",
            "clusterController: {enabled: false}",
            "diagnostics: {enabled: true, primary: {enabled: true}}",
            "saml: {enabled: false}",
            "oidc: {enabled: true, clientSecret: hunter2}",
            "etlUtils: {enabled: false}",
            "ingress: {enabled: false, hosts: [cost-analyzer.local]}",
            "kubecostFrontend: {haReplicas: 2}",
            "upgrade: {toV2: false}",
            "reporting: {productAnalytics: true}",
        ),
        Role.STANDALONE,
        unsupported=(
            "forecasting.enabled", "clusterController.enabled", "saml.enabled", "oidc.enabled", "oidc.clientSecret",
        ),
    ),
}  # fmt: skip


def together(parts: tuple[str, ...]) -> str:
    """Return the parts as one file, keys of equal names joined."""

    def join(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
        both = dict(one)
        for key, value in other.items():
            nested = isinstance(value, dict) and isinstance(both.get(key), dict)
            both[key] = join(both[key], value) if nested else value
        return both

    made: dict[str, Any] = {}
    for part in parts:
        made = join(made, yaml.safe_load(part))
    return yaml.safe_dump(made)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_becomes_settings(name: str, tmp_path: Path) -> None:
    """Role and settings are the expected ones, no key is unknown, no credential is shown, and our loader takes them."""
    sample = SAMPLES[name]
    made = read_values(together(sample.text), "values.yaml")

    assert made.role is sample.role
    assert made.agent.items() >= sample.agent.items()
    assert made.aggregator.items() >= sample.aggregator.items()
    for words in sample.notes:
        assert any(words in note for note in made.notes), made.notes
    assert [one.key for one in made.keys if one.verdict is KeyVerdict.UNKNOWN] == []
    assert {one.key for one in made.keys if one.verdict is KeyVerdict.NOT_SUPPORTED} == set(sample.unsupported)
    assert all(one.why for one in made.keys)
    assert not any(secret in one.value for one in made.keys for secret in ("hunter2", "eA==", "a-token"))
    for role, document in ((AgentSettings, made.agent), (AggregatorSettings, made.aggregator)):
        file = tmp_path / "settings.yaml"
        file.write_text(yaml.safe_dump(document))
        load(role, {}, file)
    if made.prices:
        price_sheet.parse(yaml.safe_dump(made.prices), "prices", PriceBook(currency="EUR"))
    if made.contexts:
        (tmp_path / "contexts.yaml").write_text(yaml.safe_dump(made.contexts))
        (tmp_path / "secrets.yaml").write_text("A: {data: eA==}\n")
        assert read_book(tmp_path / "contexts.yaml", tmp_path / "secrets.yaml", tmp_path / "kept").provisioned


def test_an_unknown_key_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A key no chart has is listed as unknown, and the command says so with its exit code."""
    (tmp_path / "values.yaml").write_text("kubecostModel: {mystery: 3}\n")

    assert run(["import", "values", str(tmp_path / "values.yaml")]) == 1
    assert "1 unknown" in capsys.readouterr().out


BASE = Flags(store=True, cluster_id="one")
ROLES = [
    (Flags(), Role.STANDALONE),
    (BASE, Role.FEDERATED_WITH_UI),
    (Flags(agent_only=True, store=True), Role.AGENT),
    (Flags(agent_only=True, store=True, deploy_method="disabled"), Role.AGENT),
    (Flags(store=True, deploy_method="disabled"), Role.FEDERATED),
    (Flags(store=True, deploy_method="statefulset"), Role.PRIMARY),
    (Flags(store=True, deploy_method="statefulset", read_only_primary=True), Role.READ_ONLY_PRIMARY),
    (Flags(store=True, primary_cluster=True), Role.PRIMARY),
    (Flags(store=True, aggregator_enabled=True), Role.PRIMARY),
    (Flags(store=True, cluster_id="cluster-one", id_elsewhere=True), Role.FEDERATED_WITH_UI),
]
REFUSED = [
    (Flags(agent_only=True, deploy_method="statefulset", store=True), "agentOnly contradicts"),
    (Flags(deploy_method="statefulset"), "reads a bucket"),
    (Flags(store=True, both_stores=True), "both given"),
    (Flags(store=True, cluster_id="cluster-one"), "still 'cluster-one'"),
]


@pytest.mark.parametrize(("flags", "role"), ROLES)
def test_roles_resolve_as_in_the_chart(flags: Flags, role: Role) -> None:
    """Each combination the chart accepted is the role it had there."""
    assert resolve(flags) is role


@pytest.mark.parametrize(("flags", "said"), REFUSED)
def test_roles_the_chart_refused_are_refused(flags: Flags, said: str) -> None:
    """Each combination the chart refused is refused for the same reason."""
    with pytest.raises(SettingsError, match=said):
        resolve(flags)


def test_every_combination_is_a_role_or_a_reason() -> None:
    """No combination of the flags falls through."""
    methods = ("singlepod", "statefulset", "disabled")
    for agent, primary, enabled, read_only, store in itertools.product((False, True), repeat=5):
        for method in methods:
            flags = Flags(
                agent_only=agent, primary_cluster=primary, aggregator_enabled=enabled, deploy_method=method,
                read_only_primary=read_only, store=store,
            )  # fmt: skip
            refused = (agent and method == "statefulset") or (
                not agent and not store and (primary or enabled or method == "statefulset")
            )
            if refused:
                with pytest.raises(SettingsError, match=r"^values: "):
                    resolve(flags)
            else:
                assert isinstance(resolve(flags), Role)


@pytest.mark.parametrize(("text", "seconds"), [("10m", 600), ("1h30m", 5400), ("90", 90)])
def test_durations_are_read(text: str, seconds: int) -> None:
    """A refresh interval may be written in units or in plain seconds."""
    entry = f"[{{name: DB_BUCKET_REFRESH_INTERVAL, value: {text!r}}}]"

    assert read_values(f"kubecostAggregator: {{extraEnv: {entry}}}", "v").aggregator["interval_seconds"] == seconds


def test_a_template_that_was_not_filled_in_is_reported() -> None:
    """A number that is a template's placeholder is refused with the part of the file it lies in."""
    with pytest.raises(SettingsError, match=r"the keys of aggregator: .*\$\{DAYS\}"):
        read_values("kubecostModel: {etlDailyStoreDurationDays: '${DAYS}'}", "v")
