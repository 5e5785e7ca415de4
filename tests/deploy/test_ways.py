"""Other ways to install: plain manifests, Argo CD, Flux; each is what the chart would make."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from deploy.charts import CHART, DEPLOY, _script, containers, documents, manifest, pods, render, settings

pytestmark = pytest.mark.real


@pytest.mark.parametrize("name", ["agent", "primary", "single"])
def test_plain_manifests_are_fresh(name: str) -> None:
    """Each file is what the chart makes of its example now."""
    assert (DEPLOY / "manifests" / f"{name}.yaml").read_text() == manifest(name), "run scripts/render_manifests.py"


@pytest.mark.parametrize(
    ("source", "copy"),
    _script["COPIES"],
)
def test_the_charts_copies_are_fresh(source: str, copy: str) -> None:
    """Rules, dashboard and defaults that the chart reads are those of deploy/."""
    assert (CHART / "files" / copy).read_text() == (DEPLOY / source).read_text(), "run scripts/render_manifests.py"


def test_the_rules_reach_the_operator() -> None:
    """The PrometheusRule holds every rule, and the dashboard's ConfigMap the whole dashboard."""
    found = {one["kind"]: one for one in render(DEPLOY / "examples" / "primary-open.yaml")}
    rules = yaml.safe_load((DEPLOY / "alerts" / "fleetcost.rules.yaml").read_text())

    assert found["PrometheusRule"]["spec"] == rules
    assert [one["port"] for one in found["ServiceMonitor"]["spec"]["endpoints"]] == ["agent", "http"]


def _values_of(file: Path) -> list[dict[str, object]]:
    found = []
    for document in documents(file.read_text()):
        spec = document["spec"]
        if document["kind"] == "Application":
            found.append(spec["source"]["helm"]["valuesObject"])
        elif document["kind"] == "ApplicationSet":
            found.append(spec["template"]["spec"]["source"]["helm"]["valuesObject"])
        elif document["kind"] == "HelmRelease":
            found.append(spec["values"])
    return found


@pytest.mark.parametrize("file", ["argocd/agent.yaml", "argocd/fleet.yaml", "flux/agent.yaml"])
def test_the_values_of_other_tools_render(file: str, tmp_path: Path) -> None:
    """The values inside an Argo CD or Flux document make an agent that pushes to the bucket's secret."""
    (chosen,) = _values_of(DEPLOY / file)
    values = tmp_path / "values.yaml"
    chosen["clusterId"] = str(chosen["clusterId"]).replace(
        '{{ or (index .metadata.labels "fleetcost-id") .nameNormalized }}', "prod-eu-1"
    )
    values.write_text(yaml.safe_dump(chosen).replace("{{ .values.deployMethod }}", "disabled"))
    found = render(values)

    assert list(containers(found)) == ["agent"]
    assert settings(found, "agent") == settings(render(DEPLOY / "examples" / "agent.yaml"), "agent")
    (pod,) = pods(found)
    assert {"name": "store", "secret": {"secretName": "federated-store"}} in pod["spec"]["volumes"]


@pytest.mark.parametrize("file", ["argocd/agent.yaml", "argocd/fleet.yaml", "flux/agent.yaml"])
def test_other_tools_find_the_chart(file: str) -> None:
    """The path of the chart that a document names is where the chart is."""
    text = (DEPLOY / file).read_text()

    assert "deploy/helm/fleetcost" in text
    assert (CHART / "Chart.yaml").exists()
