"""Values of every chart of the field, in every form people keep them in; no cost is lost in silence."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from fleetcost.billing.config import read_integrations
from fleetcost.cli.main import run
from fleetcost.costing import price_sheet
from fleetcost.costing.prices import PriceBook
from fleetcost.errors import SettingsError
from fleetcost.migrate.keys import KeyVerdict
from fleetcost.migrate.read import read_values
from fleetcost.migrate.roles import Role
from fleetcost.migrate.values import Imported
from fleetcost.ops.settings import AgentSettings, AggregatorSettings, load

FIELD = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "field-2" / "values"
STORE = "/etc/fleetcost/federated-store.yaml"
BILLS = "/etc/fleetcost/cloud-integration.json"

V2: dict[str, Any] = {
    "kubecostProductConfigs": {"clusterName": "tula", "currencyCode": "EUR"},
    "federatedETL": {"agentOnly": True},
    "kubecostModel": {"federatedStorageConfigSecret": "store"},
}
V3: dict[str, Any] = {
    "global": {"clusterId": "tula", "federatedStorage": {"existingSecret": "store", "fileName": "s3.yaml"}},
    "aggregator": {"enabled": False},
    "finopsagent": {"enabled": True, "agent": {"kubecost": {"negotiatedDiscount": "10%"}}},
    "kubecostProductConfigs": {"currencyCode": "EUR"},
}
TEXT = yaml.safe_dump(V2)
NESTED = "\n".join(f"    {line}" for line in TEXT.splitlines())


def manifest(kind: str, spec: Any) -> str:
    """Return a manifest of a kind that is not ours beside one that is."""
    other = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kubecost"}}
    one = {"apiVersion": "x/v1", "kind": kind, "metadata": {"name": "costs"}, **spec}
    return yaml.safe_dump_all([other, one])


def argo(helm: dict[str, Any]) -> str:
    """Return an Application of Argo CD."""
    return manifest("Application", {"spec": {"source": {"chart": "cost-analyzer", "helm": helm}}})


WRAPPED = {
    "alone": TEXT,
    "as JSON": json.dumps(V2),
    "as helm get values prints it": f"USER-SUPPLIED VALUES:\n{TEXT}",
    "below the chart's name": yaml.safe_dump({"cost-analyzer": V2, "other-chart": {"replicas": 3}}),
    "a HelmRelease of Flux": manifest("HelmRelease", {"spec": {
        "chart": {"spec": {"chart": "cost-analyzer"}}, "values": V2,
    }}),
    "a HelmRelease of Flux 1": manifest("HelmRelease", {"spec": {"chart": {"name": "cost-analyzer"}, "values": V2}}),
    "an Application with text": argo({"values": TEXT}),
    "an Application with an object": argo({"valuesObject": V2}),
    "an Application with parameters": argo({"parameters": [
        {"name": "kubecostProductConfigs.clusterName", "value": "tula"},
        {"name": "kubecostProductConfigs.currencyCode", "value": "EUR"},
        {"name": "federatedETL.agentOnly", "value": "true"},
        {"name": "kubecostModel.federatedStorageConfigSecret", "value": "store"},
    ]}),
    "an Application of several sources": manifest("Application", {"spec": {"sources": [
        {"repoURL": "git", "ref": "values"}, {"chart": "cost-analyzer", "helm": {"values": TEXT}},
    ]}}),
    "an ApplicationSet": manifest("ApplicationSet", {"spec": {"template": {"spec": {"source": {
        "chart": "cost-analyzer", "helm": {"valuesObject": V2},
    }}}}}),
    "a HelmChart of k3s": manifest("HelmChart", {"spec": {"chart": "cost-analyzer", "valuesContent": TEXT}}),
    "a Release of Crossplane": manifest("Release", {"spec": {"forProvider": {
        "chart": {"name": "cost-analyzer"}, "values": V2,
    }}}),
    "an operator's resource": manifest("Kubecost", {"spec": V2}),
    "a Kustomization": manifest("Kustomization", {"helmCharts": [{"name": "cost-analyzer", "valuesInline": V2}]}),
    "a Helmfile": yaml.safe_dump({"releases": [{"name": "costs", "chart": "kubecost/cost-analyzer", "values": [V2]}]}),
    "a ConfigMap": manifest("ConfigMap", {"data": {"values.yaml": TEXT}}),
    "a Secret": manifest("Secret", {"data": {"values.yaml": base64.b64encode(TEXT.encode()).decode()}}),
    "a List": yaml.safe_dump({"apiVersion": "v1", "kind": "List", "items": [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "v"}, "data": {"values.yaml": TEXT}},
    ]}),
    "Terraform's text": f"""
resource "helm_release" "costs" {{
  chart  = "cost-analyzer"
  values = [<<-EOT
{NESTED}
    EOT
  ]
}}
""",
    "Terraform's objects": """
resource "helm_release" "costs" {
  chart  = "cost-analyzer"
  values = [yamlencode({
    kubecostProductConfigs = { clusterName = "tula" }
    "federatedETL"         = { agentOnly = true }
  })]
  set {
    name  = "kubecostModel.federatedStorageConfigSecret"
    value = "store"
  }
  set_sensitive {
    name  = "kubecostProductConfigs.currencyCode"
    value = "EUR"
  }
}
""",
    "Terraform's lists of sets": """
resource "helm_release" "costs" {
  chart = "cost-analyzer"
  set   = [
    { name = "kubecostProductConfigs.clusterName", value = "tula" },
    { name = "kubecostProductConfigs.currencyCode", value = "EUR" },
    { name = "federatedETL.agentOnly", value = true },
    { name = "kubecostModel.federatedStorageConfigSecret", value = "store" },
  ]
}
""",
    "the chart of 3.x": yaml.safe_dump(V3),
    "the chart of 3.x below its name": yaml.safe_dump({"kubecost": V3}),
    "2.9, the old chart with the new keys": yaml.safe_dump({
        "global": V3["global"], "federatedETL": {"agentOnly": True}, "kubecostProductConfigs": {"currencyCode": "EUR"},
    }),
}  # fmt: skip


@pytest.mark.parametrize("form", WRAPPED)
def test_one_installation_means_the_same_in_every_form(form: str, tmp_path: Path) -> None:
    """An agent with a store is read as one from whatever file it is kept in, with nothing unknown and nothing to do."""
    name = "main.tf" if form.startswith("Terraform") else "values.yaml"
    made = read_values(WRAPPED[form], name)

    assert made.role is Role.AGENT
    expected = {"cluster_id": "tula", "storage_config": STORE, "currency": "EUR"}
    assert made.agent == expected | ({"price_sheet": made.agent["price_sheet"]} if made.prices else {})
    assert (made.aggregator, made.todos) == ({}, [])
    assert [one.key for one in made.keys if one.verdict is KeyVerdict.UNKNOWN] == []
    file = tmp_path / name
    file.write_text(WRAPPED[form])
    assert run(["import", "values", str(file)]) == 0


def newer(**parts: Any) -> str:
    """Return values of 3.x with a store, and these parts."""
    return yaml.safe_dump({"global": V3["global"], **parts})


ROLES = {
    newer(aggregator={"enabled": True}, finopsagent={"enabled": True}): Role.PRIMARY,
    newer(cloudCost={"cloudIntegrationSecret": "bills"}): Role.PRIMARY,
    newer(aggregator={"enabled": True}, finopsagent={"enabled": False}): Role.READ_ONLY_PRIMARY,
    newer(aggregator={"enabled": False}): Role.AGENT,
    newer(agent={"exporter": {"emissionInterval": "1m"}}): Role.AGENT,
    newer(finopsagent={"enabled": True}, frontend={"enabled": False}): Role.NOT_NAMED,
    yaml.safe_dump({"global": {"clusterId": "tula"}, "localStore": {"enabled": False}}): Role.NOT_NAMED,
    newer(kubecostProductConfigs={"currencyCode": "EUR"}): Role.PRIMARY,
    newer(): Role.NOT_NAMED,
    newer(aggregator={"enabled": False}, finopsagent={"enabled": False}): Role.NOT_NAMED,
    newer(kubecostAggregator={"deployMethod": "statefulset"}): Role.PRIMARY,
    newer(kubecostAggregator={"deployMethod": "disabled"}): Role.FEDERATED,
    yaml.safe_dump({"global": {"clusterId": "tula"}}): Role.NOT_NAMED,
    yaml.safe_dump({"global": {"clusterId": "tula"}, "localStore": {"enabled": True}}): Role.STANDALONE,
    yaml.safe_dump({"replicaCount": 3}): Role.NOT_NAMED,
    yaml.safe_dump({"global": {"amp": {"enabled": True}}, "sigV4Proxy": {"region": "r"}}): Role.NOT_NAMED,
    yaml.safe_dump({"opencost": {"exporter": {"defaultClusterId": "tula"}}}): Role.STANDALONE,
}


@pytest.mark.parametrize("text", ROLES)
def test_a_role_is_named_where_the_values_say_it_and_nowhere_else(text: str) -> None:
    """Each combination of parts is its role; what decides nothing is no role, and to be decided by a person."""
    made = read_values(text, "values.yaml")

    assert made.role is ROLES[text]
    assert (made.role is Role.NOT_NAMED) == any("do not say what the installation did" in one for one in made.todos)


LOSSES: dict[str, tuple[dict[str, Any], str]] = {
    "Athena, key by key": (
        {"athenaProjectID": "123456789012", "athenaBucketName": "s3://r", "athenaRegion": "eu-west-1",
         "athenaDatabase": "d", "athenaTable": "t", "athenaWorkgroup": "w", "masterPayerARN": "arn:aws:iam::1:role/c",
         "awsServiceKeyName": "AKIAKEY", "awsServiceKeyPassword": "hunter2"},
        "no bill of aws is read",
    ),
    "BigQuery, key by key": (
        {"bigQueryBillingDataDataset": "p.d.t", "projectID": "p", "gcpSecretName": "gcp-key"}, "no bill of gcp is read",
    ),
    "Azure's export, key by key": (
        {"azureStorageAccount": "a", "azureStorageContainer": "c", "azureSubscriptionID": "s",
         "azureStorageAccessKey": "hunter2"},
        "no bill of azure is read",
    ),
    "Azure's export in a secret": ({"azureStorageSecretName": "azure-bills"}, "the secret 'azure-bills'"),
    "the file itself": ({"cloudIntegrationJSON": '{"aws": [{"serviceKeySecret": "hunter2"}]}'}, "no bill is read"),
}  # fmt: skip


@pytest.mark.parametrize("kind", LOSSES)
@pytest.mark.parametrize("serves", [True, False])
def test_access_to_bills_that_the_chart_built_is_a_to_do(
    kind: str, *, serves: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bills that nobody would read any more are named, with a file that our reader takes; the exit code is not 0."""
    keys, said = LOSSES[kind]
    document = {**V2, "kubecostProductConfigs": {"clusterName": "tula", **keys}}
    if serves:
        document |= {"federatedETL": {"federatedCluster": True}, "kubecostAggregator": {"deployMethod": "statefulset"}}
    file = tmp_path / "values.yaml"
    file.write_text(yaml.safe_dump(document))
    made = read_values(file.read_text(), "values.yaml")

    assert any(said in one and ("on the primary" in one) != serves for one in made.todos), made.todos
    assert made.aggregator.get("cloud_integration") == (BILLS if serves else None)
    if made.cloud_integration and kind != "Azure's export in a secret":
        (tmp_path / "bills.json").write_text(json.dumps(made.cloud_integration))
        assert len(read_integrations(tmp_path / "bills.json")) == 1
    assert run(["import", "values", str(file), "--all"]) == 1
    assert "hunter2" not in capsys.readouterr().out


def test_a_secret_with_the_file_is_all_the_access_there_is() -> None:
    """Where the installation gave the whole file, keys beside it were not asked, and it only has to be mounted."""
    document = {
        **V2,
        "kubecostProductConfigs": {"clusterName": "tula", "cloudIntegrationSecret": "bills", "athenaTable": "t"},
    }
    document |= {"federatedETL": {}, "kubecostAggregator": {"deployMethod": "statefulset"}}
    made = read_values(yaml.safe_dump(document), "v")

    assert (made.todos, made.aggregator["cloud_integration"]) == ([], BILLS)


@pytest.mark.parametrize(
    "document",
    [
        {"federatedETL": {"agentOnly": True}},
        {"federatedETL": {"federatedCluster": True}, "kubecostProductConfigs": {"clusterName": "tula"}},
        {"global": {"clusterId": "tula"}, "aggregator": {"enabled": False}},
        {"global": {"clusterId": "tula"}, "agent": {"exporter": {}}},
        {"global": {"clusterId": "tula"}, "aggregator": {"enabled": True}, "localStore": {"enabled": False}},
    ],
)
def test_an_agent_without_a_store_is_a_to_do(document: dict[str, Any]) -> None:
    """Costs that would reach no primary are named, whichever chart the agent is of."""
    made = read_values(yaml.safe_dump(document), "v")

    assert made.role.pushes
    assert any("no store is named" in one for one in made.todos)


@pytest.mark.parametrize("managed", ["amp", "gmp", "ammsp", "mimirProxy"])
@pytest.mark.parametrize("limited", [True, False])
def test_a_shared_database_is_read_as_far_as_the_installation_read_it(managed: str, *, limited: bool) -> None:
    """One that was limited to its cluster reads that one; one that was not builds every cluster the database holds."""
    database = {"enabled": True, "prometheusServerEndpoint": "http://localhost:8005/ws", "mimirEndpoint": "http://m"}
    made = read_values(yaml.safe_dump({
        "global": {managed: database}, "kubecostProductConfigs": {"clusterName": "tula"},
        "federatedETL": {"useMultiClusterDB": limited}, "kubecostModel": {"promClusterIDLabel": "where"},
        "sigV4Proxy": {"region": "eu-west-1"},
    }), "v")  # fmt: skip

    assert made.agent["cluster_label"] == "where"
    assert made.agent.get("all_clusters", False) is not limited
    assert made.agent.get("cluster_id") == ("tula" if limited else None)
    assert made.role is (Role.STANDALONE if limited else Role.SHARED_DATABASE)


def test_no_address_is_written_empty() -> None:
    """A source that the values switch on and give no address of is named as missing, not as an empty address."""
    made = read_values("global: {gmp: {enabled: true}}\nkubecostProductConfigs: {clusterName: tula}\n", "v")

    assert "prometheus_url" not in made.agent
    assert any(one.startswith("set prometheus_url") for one in made.notes)


PRICES = {"enabled": True, "CPU": "28.0", "RAM": "3.09", "storage": "0.04", "zoneNetworkEgress": 0.01}


@pytest.mark.parametrize(
    "document",
    [
        {"kubecostProductConfigs": {"customPricesEnabled": True, "defaultModelPricing": PRICES}},
        {
            "global": {"clusterId": "a"},
            "finopsagent": {"enabled": True, "agent": {"kubecost": {"customPrices": PRICES}}},
        },
        {"global": {"clusterId": "a"}, "agent": {"kubecost": {"customPrices": PRICES}}},
        {"opencost": {"customPricing": {"enabled": True, "costModel": PRICES}}},
    ],
)
def test_prices_of_every_chart_become_one_sheet(document: dict[str, Any]) -> None:
    """All charts price by the month, and the same prices are the same sheet."""
    made = read_values(yaml.safe_dump(document), "v")

    assert made.prices == {
        "cpu_core_monthly": 28.0, "ram_gib_monthly": 3.09, "storage_gib_monthly": 0.04, "zone_egress_gib": 0.01,
        "custom": True,
    }  # fmt: skip
    price_sheet.parse(yaml.safe_dump(made.prices), "prices", PriceBook(currency="EUR"))


def test_prices_that_were_switched_off_are_none() -> None:
    """Rates in a file whose switch is off priced nothing, and price nothing here."""
    off = {"opencost": {"customPricing": {"enabled": False, "costModel": PRICES}}}

    assert read_values(yaml.safe_dump(off), "v").prices == {}


OPENCOST: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "the chart's own address": ({}, {"prometheus_url": "http://prometheus-server.prometheus-system.svc:80"}),
    "inside the cluster": (
        {"internal": {"enabled": True, "serviceName": "prom", "namespaceName": "mon", "port": 9090, "path": "/p"}},
        {"prometheus_url": "http://prom.mon.svc:9090/p"},
    ),
    "outside, with a password": (
        {"external": {"enabled": True, "url": "https://p.example/"}, "username": "u", "password": "hunter2"},
        {"prometheus_url": "https://p.example/", "prometheus_username": "u"},
    ),
    "Amazon's": (
        {"amp": {"enabled": True, "workspaceId": "ws-1"}},
        {"prometheus_url": "https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1"},
    ),
    "Thanos": (
        {"thanos": {"enabled": True, "maxSourceResolution": "5m", "external": {"url": "https://t.example"}}},
        {"prometheus_url": "https://t.example", "source_kind": "thanos", "max_source_resolution": "5m"},
    ),
}


@pytest.mark.parametrize("kind", OPENCOST)
def test_the_source_of_opencost(kind: str, tmp_path: Path) -> None:
    """Each way OpenCost's chart names its Prometheus is an address of ours, and its cluster id is ours."""
    source, expected = OPENCOST[kind]
    document = {"opencost": {
        "exporter": {"extraEnv": {"CLUSTER_ID": "tula"}, "defaultClusterId": "default-cluster", "resources": {}},
        "prometheus": source, "sigV4Proxy": {"region": "eu-west-1"}, "ui": {"enabled": True}, "mcp": {"enabled": True},
        "cloudIntegrationSecret": "bills",
    }}  # fmt: skip
    made = read_values(yaml.safe_dump(document), "v")

    assert made.agent.items() >= (expected | {"cluster_id": "tula"}).items()
    assert made.aggregator["cloud_integration"] == BILLS
    assert made.todos == []
    assert [one.key for one in made.keys if one.verdict is KeyVerdict.UNKNOWN] == []
    assert not any("hunter2" in one.value for one in made.keys)
    loads(made, tmp_path)


def test_an_id_no_bucket_can_hold_is_a_to_do() -> None:
    """A default id and one with a slash, such as a resource name of EKS, are refused before an agent is."""
    for own in ("default-cluster", "arn:aws:eks:eu-west-1:1:cluster/a"):
        made = read_values(yaml.safe_dump({"opencost": {"exporter": {"defaultClusterId": own}}}), "v")
        assert any(own in one for one in made.todos)


REFUSED = {
    "two installations": (
        yaml.safe_dump_all(
            [yaml.safe_load(manifest_text) for manifest_text in (argo({"values": TEXT}).split("---")[1],) * 2]
        ),
        "2 installations",
    ),
    "nothing that installs": (manifest("Role", {"rules": []}), "no values of a chart"),
    "no YAML": ("a: [", "not YAML"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_one_installation_is_refused(case: str) -> None:
    """A file with two installations, or with none, is refused in words that say what would be read."""
    text, said = REFUSED[case]
    with pytest.raises(SettingsError, match=said):
        read_values(text, "file")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (argo({"values": TEXT, "valueFiles": ["$values/x.yaml"]}), "the file '$values/x.yaml'"),
        (
            manifest("HelmRelease", {"spec": {"values": V2, "valuesFrom": [{"kind": "Secret", "name": "more"}]}}),
            "the Secret 'more'",
        ),
        (f"{{{{- if .Values.x }}}}\n{TEXT}\n{{{{- end }}}}\n", "2 lines that are templates"),
        (TEXT.replace("tula", "${var.cluster}"), "cluster_id is the template"),
        (TEXT.replace("tula", "{{ .Values.cluster }}"), "cluster_id is the template"),
    ],
)
def test_what_was_not_read_is_a_to_do(text: str, said: str) -> None:
    """Values in another file, lines of a template and values nobody filled in are named, and the rest is read."""
    made = read_values(text, "v")

    assert made.role is Role.AGENT
    assert any(said in one for one in made.todos), made.todos


def test_terraform_that_reads_a_file_names_it() -> None:
    """Values that a function of Terraform reads from elsewhere are named, and no role is made of their absence."""
    text = 'resource "helm_release" "c" {\n  chart = "cost-analyzer"\n  values = [file("${path.module}/v.yaml")]\n}\n'
    made = read_values(text, "main.tf")

    assert made.role is Role.NOT_NAMED
    assert any("file(" in one and "v.yaml" in one for one in made.todos)


RIGHT: dict[str, tuple[Role, dict[str, Any], int]] = {
    "20-values-3x-primary.yaml": (Role.PRIMARY, {"cluster_id": "prod-eu-1", "storage_config": STORE}, 0),
    "21-values-2.9-agent.yaml": (Role.AGENT, {"cluster_id": "prod-eu-1", "storage_config": STORE}, 0),
    "22-values-helmrelease.yaml": (Role.AGENT, {"cluster_id": "prod-eu-1", "storage_config": STORE}, 0),
    "23-values-inline-athena.yaml": (Role.PRIMARY, {"cluster_id": "prod"}, 1),
    "24-values-inline-cloud-integration.yaml": (Role.PRIMARY, {"cluster_id": "prod"}, 1),
    "25-values-amp-primary.yaml": (Role.SHARED_DATABASE, {"all_clusters": True, "cluster_label": "cluster_id"}, 0),
    "26-values-agent-without-store.yaml": (Role.AGENT, {"cluster_id": "second"}, 1),
}


@pytest.mark.skipif(not FIELD.is_dir(), reason="the files of the field lie beside the project, not in it")
@pytest.mark.parametrize("name", RIGHT)
def test_files_of_the_field(name: str, tmp_path: Path) -> None:
    """Each file that was once read wrongly has its role, its settings and its exit code."""
    role, agent, code = RIGHT[name]
    made = read_values((FIELD / name).read_text(), name)

    assert made.role is role
    assert made.agent.items() >= agent.items()
    assert run(["import", "values", str(FIELD / name)]) == code
    loads(made, tmp_path)


def loads(made: Imported, folder: Path) -> None:
    """Have our own loader take the settings."""
    for role, document in ((AgentSettings, made.agent), (AggregatorSettings, made.aggregator)):
        file = folder / "settings.yaml"
        file.write_text(yaml.safe_dump(document))
        load(role, {}, file)
