"""Roles: what an install becomes from our keys and the old product's, and what it refuses with which reason."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from deploy.charts import CHART, DEPLOY, OLD_VALUES, PROMETHEUS, containers, helm, pods, refused, render, settings, the
from servers.kubernetes import kubernetes

pytestmark = pytest.mark.real

STORE = "kubecostModel: {federatedStorageConfigSecret: s}\n"
BASE = "kubecostProductConfigs: {clusterName: c-1}\nglobal: {prometheus: {fqdn: 'http://p:9090'}}\n"


@pytest.fixture
def values(tmp_path: Path) -> Path:
    """A file for values."""
    return tmp_path / "values.yaml"


# The table of roles of the old product: what is set, what runs.
ROLES = {
    "standalone": ("", {"aggregator": ["agent", "aggregator"]}),
    "store-only": (STORE, {"agent": ["agent"]}),
    "singlepod": (STORE + "kubecostAggregator: {deployMethod: singlepod}", {"aggregator": ["agent", "aggregator"]}),
    "agent-only": (STORE + "federatedETL: {agentOnly: true}", {"agent": ["agent"]}),
    "disabled": (STORE + "kubecostAggregator: {deployMethod: disabled}", {"agent": ["agent"]}),
    "statefulset": (
        STORE + "kubecostAggregator: {deployMethod: statefulset}",
        {"agent": ["agent"], "aggregator": ["aggregator"]},
    ),
    "read-only": (
        STORE + "kubecostAggregator: {deployMethod: statefulset}\nfederatedETL: {readOnlyPrimary: true}",
        {"aggregator": ["aggregator"]},
    ),
    "not-federated": (
        STORE + "kubecostAggregator: {deployMethod: statefulset}\nfederatedETL: {federatedCluster: false}",
        {"aggregator": ["aggregator"]},
    ),
    "v1-primary": (
        STORE + "federatedETL: {primaryCluster: true}",
        {"agent": ["agent"], "aggregator": ["aggregator"]},
    ),
    "v1-federator": (
        STORE + "federatedETL: {federator: {enabled: true}}",
        {"agent": ["agent"], "aggregator": ["aggregator"]},
    ),
    "aggregator-enabled": (
        STORE + "kubecostAggregator: {enabled: true}",
        {"agent": ["agent"], "aggregator": ["aggregator"]},
    ),
}


@pytest.mark.parametrize("case", ROLES)
def test_roles_resolve_as_the_table_says(case: str, values: Path) -> None:
    """Each combination of the old product's keys runs the roles that the table names, and no other."""
    text, expected = ROLES[case]
    values.write_text(BASE + text)
    found = render(values)
    names = {
        one["metadata"]["labels"]["app.kubernetes.io/component"]: [c["name"] for c in one["spec"]["containers"]]
        for one in pods(found)
    }

    assert names == expected


REFUSED = {
    "agent-and-primary": (
        BASE + STORE + "federatedETL: {agentOnly: true}\nkubecostAggregator: {deployMethod: statefulset}",
        "a cluster is either an agent only or a primary",
    ),
    "primary-without-bucket": (BASE + "kubecostAggregator: {deployMethod: statefulset}", "no bucket is given"),
    "two-forms-of-store": (
        BASE + "kubecostModel: {federatedStorageConfigSecret: s, federatedStorageConfig: 'type: S3'}",
        "Both a secret and an inline text",
    ),
    "default-id": (BASE.replace("c-1", "cluster-one") + STORE, "a product's default"),
    "reserved-id": (BASE.replace("c-1", "combined") + STORE, "reserved"),
    "no-id": ("global: {prometheus: {fqdn: 'http://p:9090'}}\n" + STORE, "No cluster id"),
    "one-id-for-many": (
        "clusterId: c-1\nagent: {prometheus: {url: 'http://p'}, settings: {all_clusters: true}}\n" + STORE,
        "an agent of many",
    ),
    "two-names": (
        BASE + STORE + "prometheus: {server: {global: {external_labels: {cluster_id: c-2}}}}",
        "this cluster would have two names",
    ),
    "no-prometheus": ("clusterId: c-1\n" + STORE, "No Prometheus"),
    "two-bills": (
        BASE.replace("c-1", "c-1, cloudIntegrationSecret: a, cloudIntegrationJSON: b"),
        "Two forms of billing access",
    ),
    "bills-without-access": (
        BASE + STORE + "kubecostAggregator: {deployMethod: statefulset, cloudCost: {enabled: true}}",
        "there is no cloud-integration secret",
    ),
    "thanos": (BASE + STORE + "thanos: {store: {enabled: true}}", "This chart runs no Thanos"),
    "nothing": (
        BASE + STORE + "federatedETL: {federatedCluster: false}\nkubecostAggregator: {deployMethod: disabled}",
        "nothing would be installed",
    ),
    "agent-without-bucket": (BASE + "kubecostAggregator: {deployMethod: disabled}", "An agent alone needs a bucket"),
    "open-to-everybody": (BASE + "ingress: {enabled: true, hosts: [{host: c.example.com}]}", "show all costs"),
    "ingress-to-nothing": (BASE + STORE + "ingress: {enabled: true}", "there is nothing to show"),
    "open-by-gateway": (BASE + "httpRoute: {enabled: true, parentRefs: [{name: a}]}", "httpRoute.enabled would show"),
    "open-by-route": (BASE + "route: {enabled: true}", "route.enabled would show all costs"),
    "route-to-nothing": (BASE + STORE + "route: {enabled: true}", "there is nothing to show"),
    "no-gateway": (
        BASE + "httpRoute: {enabled: true}\naggregator: {serveWithoutAuthentication: true}",
        "no gateway serves it",
    ),
    "unknown-method": (BASE + STORE + "aggregator: {deployMethod: cluster}", "accepted are statefulset, deployment"),
    "misspelt": (BASE + STORE + "agnet: {}", "agnet"),
    "misspelt-inside": (BASE + STORE + "storage: {existingsecret: a}", "existingsecret"),
    "wrong-type": (BASE + STORE + "agent: {enabled: 'yes'}", "agent/enabled"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_work_is_refused_with_its_reason(case: str, values: Path) -> None:
    """Nothing is rendered, and the message names what is wrong."""
    text, reason = REFUSED[case]
    values.write_text(text)

    assert reason in refused(values)


def test_the_id_may_come_from_a_configmap(values: Path) -> None:
    """With `clusterIDConfigmap` no id is asked for; the agent reads it from there."""
    values.write_text(
        STORE + "global: {prometheus: {fqdn: 'http://p:9090'}}\nprometheus: {server: {clusterIDConfigmap: who}}"
    )
    found = render(values)

    assert "cluster_id" not in settings(found, "agent")
    (variable,) = [one for one in containers(found)["agent"]["env"] if one["name"] == "FLEETCOST_CLUSTER_ID"]
    assert variable["valueFrom"] == {"configMapKeyRef": {"name": "who", "key": "CLUSTER_ID"}}


def test_an_agent_of_many_has_no_id_of_its_own() -> None:
    """With `all_clusters` no id is asked for and none is given."""
    found = render(DEPLOY / "examples" / "thanos.yaml")

    assert settings(found, "agent")["all_clusters"] is True
    assert "cluster_id" not in settings(found, "agent")
    assert "home_cluster" not in settings(found, "aggregator")


def test_the_missions_keys_mean_what_they_meant() -> None:
    """Id, bucket, source, certificates, pod label and identity of the old keys reach the pod."""
    found = render(DEPLOY / "examples" / "kubecost-agent.yaml")
    (pod,) = pods(found)
    agent = containers(found)["agent"]

    assert settings(found, "agent")["cluster_id"] == "federated-one"
    assert settings(found, "agent")["prometheus_url"] == "http://prometheus-operated.monitoring:9090"
    assert pod["metadata"]["labels"]["azure.workload.identity/use"] == "true"
    account = the(found, "ServiceAccount")
    assert account["metadata"]["annotations"]["azure.workload.identity/client-id"]
    assert {"name": "store", "secret": {"secretName": "federated-store"}} in pod["spec"]["volumes"]
    mount = {"name": "kubecost-federator-certs", "mountPath": "/path/to/ca-certificates.crt"}
    assert mount | {"subPath": "ca-certificates.crt"} in agent["volumeMounts"]


def test_our_keys_and_the_old_ones_make_the_same_agent(values: Path) -> None:
    """The same cluster said in either language has the same settings."""
    values.write_text(
        "clusterId: federated-one\nstorage: {existingSecret: federated-store}\n"
        "agent: {prometheus: {url: 'http://prometheus-operated.monitoring:9090'}}\n"
    )

    assert settings(render(values), "agent") == settings(render(DEPLOY / "examples" / "kubecost-agent.yaml"), "agent")


def test_costs_are_not_shown_to_a_network_unasked() -> None:
    """Without tokens the aggregator listens on the pod's loopback and is probed from inside; with tokens on all."""
    closed, opened = (render(DEPLOY / "examples" / f"{name}.yaml") for name in ("primary", "primary-open"))

    assert settings(closed, "aggregator")["bind"] == "127.0.0.1"
    assert "exec" in containers(closed)["aggregator"]["livenessProbe"]
    assert settings(opened, "aggregator")["bind"] == "0.0.0.0"
    assert settings(opened, "aggregator")["tokens_file"] == "/etc/fleetcost/tokens/tokens.yaml"
    assert "httpGet" in containers(opened)["aggregator"]["livenessProbe"]


def test_bills_reach_the_aggregator(values: Path) -> None:
    """The billing secret of either language, or the inline text, is mounted where the setting points."""
    old = "kubecostAggregator: {deployMethod: statefulset, cloudCost: {refreshRateHours: 12}}\n"
    for text in ("cloudIntegrationSecret: cloud-integration", "cloudIntegrationJSON: '{}'"):
        values.write_text(BASE.replace("c-1", f"c-1, {text}") + STORE + old)
        found = render(values)
        serving = containers(found)["aggregator"]
        assert settings(found, "aggregator")["cloud_integration"] == "/etc/fleetcost/bills/cloud-integration.json"
        assert settings(found, "aggregator")["billing_refresh_hours"] == 12
        assert {"name": "bills", "mountPath": "/etc/fleetcost/bills", "readOnly": True} in serving["volumeMounts"]
        assert "bills" not in {mount["name"] for mount in containers(found)["agent"]["volumeMounts"]}


def test_a_file_of_rates_reaches_the_aggregator(values: Path) -> None:
    """A ConfigMap with exchange rates is mounted where the settings name it, and a table is named."""
    for way in ("statefulset", "deployment"):
        chosen = f"aggregator: {{deployMethod: {way}, rates: {{existingConfigMap: rates}}}}\n"
        values.write_text(BASE + STORE + chosen)
        found = render(values)
        said = settings(found, "aggregator")
        assert (said["rates_file"], said["rates"]) == ("/etc/fleetcost/rates/rates.csv", "booked")
        assert {"name": "rates", "mountPath": "/etc/fleetcost/rates", "readOnly": True} in (
            containers(found)["aggregator"]["volumeMounts"]
        )


def test_a_reading_primary_writes_nothing(values: Path) -> None:
    """With `readOnlyPrimary` there is no agent, and the aggregator is set to write nothing."""
    values.write_text(BASE + ROLES["read-only"][0])

    assert settings(render(values), "aggregator")["read_only"] is True


def test_a_server_without_tokens_knows_its_names(values: Path) -> None:
    """Opened without tokens it answers to its Service's names, the Ingress' hosts and the pod's address, for probes."""
    values.write_text(
        BASE + "aggregator: {serveWithoutAuthentication: true, settings: {allowed_hosts: proxy.internal}}\n"
        "ingress: {enabled: true, hosts: [{host: costs.example.com}]}\n"
        "httpRoute: {enabled: true, parentRefs: [{name: public}], hostnames: [gateway.example.com]}\n"
        "route: {enabled: true, host: route.example.com}\n"
    )
    variables = {one["name"]: one.get("value") for one in containers(render(values))["aggregator"]["env"]}
    names = variables["FLEETCOST_ALLOWED_HOSTS"]

    assert names.split(",")[:2] == ["$(POD_IP)", "fleetcost-aggregator"]
    assert {"costs.example.com", "proxy.internal", "fleetcost-aggregator.fleetcost.svc"} <= set(names.split(","))
    assert {"gateway.example.com", "route.example.com"} <= set(names.split(","))


def test_every_way_in_leads_to_the_aggregators_service(values: Path) -> None:
    """An Ingress, an HTTPRoute and an OpenShift Route name the Service of the aggregator and a port that it has."""
    values.write_text(
        BASE + "aggregator: {serveWithoutAuthentication: true, settings: {port: 9191}}\n"
        "ingress: {enabled: true, hosts: [{host: a.example.com}]}\n"
        "httpRoute: {enabled: true, parentRefs: [{name: public, namespace: gateways}], hostnames: [b.example.com]}\n"
        "route: {enabled: true, host: c.example.com}\n"
    )
    found = render(values)
    service = the(found, "Service", "aggregator")
    (port,) = service["spec"]["ports"]
    (rule,) = the(found, "Ingress")["spec"]["rules"]
    gateway, route = the(found, "HTTPRoute")["spec"], the(found, "Route")["spec"]
    name = service["metadata"]["name"]

    assert rule["http"]["paths"][0]["backend"]["service"] == {"name": name, "port": {"name": port["name"]}}
    assert gateway["rules"][0]["backendRefs"] == [{"name": name, "port": port["port"]}]
    assert gateway["parentRefs"] == [{"name": "public", "namespace": "gateways"}]
    assert (route["to"], route["port"]) == ({"kind": "Service", "name": name}, {"targetPort": port["name"]})
    assert route["tls"]["termination"] == "edge"


def test_an_inline_store_becomes_a_secret(values: Path) -> None:
    """The text of `storage.config` is the secret's key federated-store.yaml, and that secret is mounted."""
    text = "type: S3\nconfig:\n  bucket: b\n  endpoint: e\n"
    values.write_text(BASE + yaml.safe_dump({"storage": {"config": text}}))
    found = render(values)
    (pod,) = pods(found)

    secret = the(found, "Secret")
    assert yaml.safe_load(secret["stringData"]["federated-store.yaml"]) == yaml.safe_load(text)
    assert {"name": "store", "secret": {"secretName": secret["metadata"]["name"]}} in pod["spec"]["volumes"]


def _installed(
    values: Path, secrets: dict[str, dict[str, str]], folder: Path, *extra: str
) -> subprocess.CompletedProcess[str]:
    with kubernetes(folder, secrets) as config:
        command = [helm(), "install", "kc", str(CHART), "--namespace", "kubecost", "--values", str(values)]
        command += ["--dry-run=server", "--disable-openapi-validation", "--kubeconfig", str(config), *extra]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_secret_without_the_file_is_refused(values: Path, tmp_path: Path) -> None:
    """A secret that is there and lacks the key federated-store.yaml stops the install and says which keys it has."""
    values.write_text(BASE + STORE)
    wrong = _installed(values, {"s": {"object-store.yaml": "type: S3"}}, tmp_path)
    right = _installed(values, {"s": {"federated-store.yaml": "type: S3"}}, tmp_path)

    assert wrong.returncode != 0
    assert "has no key federated-store.yaml; it has object-store.yaml" in wrong.stderr
    assert right.returncode == 0, right.stderr


def test_the_notes_name_what_is_without_effect(tmp_path: Path) -> None:
    """Old keys that mean nothing here are listed after an install, one by one; those that are honoured are not."""
    (file,) = [one for one in OLD_VALUES if one.stem == "aggregator-secondary"]
    notes = _installed(file, {}, tmp_path, *PROMETHEUS).stdout.partition("NOTES:")[2]
    without = notes.partition("WITHOUT EFFECT")[2].split()

    assert "networkCosts.config.services.amazon-web-services" in without
    assert "kubecostModel.containerStatsEnabled" in without
    assert "federatedETL.agentOnly" not in without
    assert "kubecostProductConfigs.clusterName" not in without


def test_keys_of_version_one_warn(tmp_path: Path) -> None:
    """The primary's flags of version 1 work, and the notes say what to write instead."""
    (file,) = [one for one in OLD_VALUES if one.stem == "v1-primary"]
    notes = _installed(file, {}, tmp_path).stdout.partition("NOTES:")[2]

    assert "WARNING: federatedETL.primaryCluster and federatedETL.federator.enabled are keys of version 1" in notes


def test_the_notes_warn_of_a_secret_that_is_not_there(values: Path, tmp_path: Path) -> None:
    """Pods wait for a secret that nobody made: the notes say so with the command, and are silent where it is there."""
    values.write_text(BASE + STORE)
    without, there = (
        _installed(values, secrets, tmp_path).stdout.partition("NOTES:")[2]
        for secrets in ({}, {"s": {"federated-store.yaml": "type: S3"}})
    )
    made = "kubectl create secret generic s --namespace kubecost --from-file=federated-store.yaml"
    assert made in without
    assert "WARNING" not in there


def test_the_notes_name_commands_that_work_from_there(values: Path, tmp_path: Path) -> None:
    """A cluster without an aggregator is checked at its agent; one that has it is first reached, then verified."""
    values.write_text(BASE + STORE + "aggregator: {deployMethod: disabled}\n")
    agent = _installed(values, {}, tmp_path).stdout.partition("NOTES:")[2]
    assert "statefulset/kc-fleetcost-agent -- fleetcost agent check --settings" in agent
    assert "127.0.0.1:9090" not in agent
    values.write_text(BASE + STORE + "aggregator: {deployMethod: statefulset}\n")
    primary = _installed(values, {}, tmp_path).stdout.partition("NOTES:")[2]
    assert primary.index("port-forward") < primary.index("fleetcost verify --url http://127.0.0.1:9090")
