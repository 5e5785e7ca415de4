"""The chart's values: what the program refuses is refused at once, and what platforms differ in can be said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.charts import CHART, DEPLOY, _script, containers, pods, refused, render, the
from fleetcost.errors import SettingsError
from fleetcost.model.identity import cluster_id
from fleetcost.ops.settings import ROLES

pytestmark = pytest.mark.real

AGENT = DEPLOY / "examples" / "agent.yaml"
SINGLE = DEPLOY / "examples" / "single.yaml"
PRIMARY = DEPLOY / "examples" / "primary.yaml"
DIGEST = "sha256:" + "0123456789abcdef" * 4


def values(folder: Path, given: Any) -> Path:
    """Write values into a file."""
    file = folder / "values.yaml"
    file.write_text(yaml.safe_dump(given))
    return file


def test_the_schema_has_the_settings_of_the_program() -> None:
    """Which settings there are, their types and bounds, are the program's."""
    assert (CHART / "values.schema.json").read_text() == _script["values_schema"](), "run scripts/render_manifests.py"


@pytest.mark.parametrize("text", ["arn:aws:eks:eu-central-1:1:cluster/prod", "Prod EU/1", "-a", "a" * 254, "über"])
def test_an_id_that_the_program_refuses_is_refused(text: str) -> None:
    """What cannot be a folder of the bucket is no cluster id, for both."""
    with pytest.raises(SettingsError):
        cluster_id(text)
    assert "cannot be a folder name" in refused(AGENT, "--set-string", f"clusterId={text}")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    ("setting", "names"),
    [("backfil_hours=1", "backfil_hours"), ("interval_seconds=abc", "interval_seconds"), ("interval_seconds=0", "")],
)
def test_a_setting_that_the_program_refuses_is_refused(role: str, setting: str, names: str) -> None:
    """A name that is misspelt, a value of another type or out of bounds is refused before anything is changed."""
    assert names in refused(PRIMARY, "--set", f"{role}.settings.{setting}")


def test_settings_of_each_type_are_taken(tmp_path: Path) -> None:
    """Numbers, words, flags and absent values of settings reach the file."""
    given = {"backfill_hours": 168, "log_level": "debug", "accept_partial": True, "build_delay_seconds": None}
    found = render(AGENT, "-f", str(values(tmp_path, {"agent": {"settings": given}})))
    settings = yaml.safe_load(the(found, "ConfigMap", "settings")["data"]["agent.yaml"])
    assert given.items() - {("build_delay_seconds", None)} <= settings.items()


def test_where_the_platform_chooses_the_user(tmp_path: Path) -> None:
    """Keys of the security that are null are left out, of every pod and of the pod of `helm test`; the others stay."""
    none = {"podSecurityContext": dict.fromkeys(("runAsUser", "runAsGroup", "fsGroup"))}
    found = render(SINGLE, "-f", str(values(tmp_path, none)))
    for spec in [*(pod["spec"] for pod in pods(found)), the(found, "Pod")["spec"]]:
        assert set(spec["securityContext"]) == {"runAsNonRoot", "fsGroupChangePolicy", "seccompProfile"}


def test_what_clusters_ask_of_pods_is_a_value(tmp_path: Path) -> None:
    """Priority, spread, probes and the resources of the container before the others are where the values say."""
    spread = [{"maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "ScheduleAnyway"}]
    given = {
        "aggregator": {
            "priorityClassName": "costs",
            "topologySpreadConstraints": spread,
            "startupProbe": {"failureThreshold": 120},
        },
        "agent": {"livenessProbe": {"periodSeconds": 7}, "readinessProbe": {"timeoutSeconds": 3}},
        "initResources": {"limits": {"cpu": "1", "memory": "32Mi"}},
    }
    found = render(SINGLE, "-f", str(values(tmp_path, given)))
    (pod,) = pods(found)
    assert (pod["spec"]["priorityClassName"], pod["spec"]["topologySpreadConstraints"]) == ("costs", spread)
    assert pod["spec"]["initContainers"][0]["resources"]["limits"] == {"cpu": "1", "memory": "32Mi"}
    both = containers(found)
    assert both["aggregator"]["startupProbe"]["failureThreshold"] == 120
    assert "exec" in both["aggregator"]["startupProbe"]
    assert both["agent"]["livenessProbe"] == {
        "httpGet": {"path": "/healthz", "port": "agent"},
        "initialDelaySeconds": 30,
        "periodSeconds": 7,
        "failureThreshold": 5,
    }
    assert both["agent"]["readinessProbe"]["timeoutSeconds"] == 3


@pytest.mark.parametrize(
    ("given", "image"),
    [
        ({"image": {"digest": DIGEST}}, f"fleetcost@{DIGEST}"),
        ({"global": {"imageRegistry": "registry.example.com/mirror"}}, "registry.example.com/mirror/fleetcost:0.1.0"),
        ({"image": {"agentRepository": "fleetcost-agent", "digest": DIGEST}}, "fleetcost-agent:0.1.0"),
        ({"image": {"agentRepository": "fleetcost-agent", "agentDigest": DIGEST}}, f"fleetcost-agent@{DIGEST}"),
    ],
)
def test_an_image_is_named_as_the_registry_has_it(tmp_path: Path, given: Any, image: str) -> None:
    """A digest wins over the tag, a registry stands before every repository, the agent's image has its own digest."""
    found = render(AGENT, "-f", str(values(tmp_path, given)))
    assert containers(found)["agent"]["image"] == image
    assert the(found, "Pod")["spec"]["containers"][0]["image"] == image


def test_further_objects_are_made(tmp_path: Path) -> None:
    """An object is made as it is, a text as a template."""
    plain = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "one"}, "data": {"a": "{{ kept }}"}}
    text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "{{ .Release.Name }}-two"}\n'
    found = render(AGENT, "-f", str(values(tmp_path, {"extraObjects": [plain, text]})))
    assert plain in found
    assert the(found, "ConfigMap", "fleetcost-two")


@pytest.mark.parametrize(
    ("example", "extra", "protected"),
    [
        (AGENT, (), {"fleetcost-agent"}),
        (PRIMARY, (), {"fleetcost-agent"}),
        (SINGLE, (), {"fleetcost-aggregator"}),
        (AGENT, ("--set", "serviceMonitor.enabled=true"), set()),
        (PRIMARY, ("--set", "networkPolicy.enabled=true"), {"fleetcost-agent", "fleetcost-aggregator"}),
        (PRIMARY, ("--set", "networkPolicy.enabled=false"), set()),
    ],
)
def test_the_port_for_repairs_is_the_namespaces_own(example: Path, extra: tuple[str, ...], protected: set[str]) -> None:
    """Unless a monitor of another namespace is to read it, only the release's namespace reaches the agent's port."""
    found = [one for one in render(example, *extra) if one["kind"] == "NetworkPolicy"]
    assert {one["metadata"]["name"] for one in found} == protected
    for policy in found:
        of_agent = [rule for rule in policy["spec"]["ingress"] if rule["ports"] == [{"port": "agent"}]]
        assert all(rule["from"] == [{"podSelector": {}}] for rule in of_agent)


@pytest.mark.parametrize(
    ("example", "extra", "asked"),
    [
        (AGENT, (), ["http://fleetcost-agent:9003/healthz"]),
        (PRIMARY, (), ["http://fleetcost-agent:9003/healthz"]),
        (
            PRIMARY,
            ("--set", "aggregator.tokens.existingSecret=t"),
            ["http://fleetcost-agent:9003/healthz", "http://fleetcost-aggregator:9090/healthz"],
        ),
    ],
)
def test_helm_test_asks_who_listens(example: Path, extra: tuple[str, ...], asked: list[str]) -> None:
    """`helm test` runs a pod that asks each role that listens beyond its own pod for its health."""
    pod = the(render(example, *extra), "Pod")
    assert pod["metadata"]["annotations"]["helm.sh/hook"] == "test"
    assert pod["spec"]["containers"][0]["command"][3:] == asked
    compile(pod["spec"]["containers"][0]["command"][2], "helm test", "exec")


DEFAULTS = yaml.safe_load((CHART / "values.yaml").read_text())
SAID = yaml.safe_load(PRIMARY.read_text())
SECTIONS = [name for name in DEFAULTS if name not in SAID]
SECTIONS += [
    f"{role}.{name}" for role in ("agent", "aggregator") for name in DEFAULTS[role] if name not in SAID.get(role, {})
]
"""The sections that the example leaves to the defaults."""


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_that_old_values_lack_has_its_defaults(section: str) -> None:
    """Values of a chart that had no such section yet, as `--reuse-values` keeps them, make what the defaults make."""
    assert render(PRIMARY, "--set", f"{section}=null") == render(PRIMARY)
