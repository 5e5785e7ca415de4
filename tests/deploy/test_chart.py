"""The chart: what it renders is valid, runs as the least that is needed, and is what the command line understands."""

from __future__ import annotations

import argparse
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

from deploy.charts import (
    CHART,
    DEPLOY,
    EXAMPLES,
    OLD_VALUES,
    PROMETHEUS,
    REPOSITORY,
    containers,
    helm,
    pods,
    render,
    settings,
    the,
)
from fleetcost.cli.main import _parser
from fleetcost.ops.settings import ROLES, load

pytestmark = pytest.mark.real

KUBERNETES = "1.34"
CRDS = REPOSITORY / ".cache" / "crds"
FOREIGN = {"ServiceMonitor": "servicemonitors", "PrometheusRule": "prometheusrules"}
"""Kinds of the Prometheus operator, whose schemas are its own."""

EVERY = [pytest.param(file, (), id=file.stem) for file in EXAMPLES]
EVERY += [pytest.param(file, PROMETHEUS, id=f"old-{file.stem}") for file in OLD_VALUES]


@pytest.mark.parametrize(("values", "extra"), EVERY)
def test_helm_lints_it(values: Path, extra: tuple[str, ...]) -> None:
    """`helm lint --strict` has nothing to say with any example and any old sample."""
    command = [helm(), "lint", "--strict", str(CHART), "--values", str(values), *extra]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("values", "extra"), EVERY)
def test_what_is_rendered_fits_the_schemas(values: Path, extra: tuple[str, ...]) -> None:
    """Every document fits Kubernetes' own schema strictly: no unknown field, no wrong type."""
    found = render(values, *extra)
    for document in found:
        if document["kind"] not in FOREIGN:
            kubernetes_validate.validate(document, KUBERNETES, strict=True)

    assert {"ConfigMap", "Service"} <= {document["kind"] for document in found}


def _operators_schema(plural: str) -> Any:
    """Return a kind's schema of the operator's own definition, with unknown fields forbidden."""
    file = CRDS / f"monitoring.coreos.com_{plural}.yaml"
    if not file.exists():
        pytest.skip(f"{file.name} is not here: `scripts/setup chart` fetches it where Go is")
    definition = yaml.safe_load(file.read_text())
    (version,) = [one for one in definition["spec"]["versions"] if one["storage"]]
    return _closed(version["schema"]["openAPIV3Schema"])


def _closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    # A pattern with a flag inside is Go's alone.
    inner = {name: _closed(one) for name, one in schema.items() if not (name == "pattern" and "(?i)" in str(one))}
    # An object whose fields are not listed, such as metadata, takes any.
    listed = inner.get("type") == "object" and inner.get("properties")
    return inner | {"additionalProperties": False} if listed else inner


@pytest.mark.parametrize("kind", FOREIGN)
def test_the_operators_kinds_fit_their_schemas(kind: str) -> None:
    """ServiceMonitor and PrometheusRule fit the operator's own definitions strictly."""
    document = the(render(DEPLOY / "examples" / "primary-open.yaml"), kind)

    jsonschema.validate(document, _operators_schema(FOREIGN[kind]))


@pytest.mark.parametrize(("values", "extra"), EVERY)
def test_pods_run_commands_and_settings_that_exist(
    values: Path, extra: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command line understands each container's arguments, and each setting and variable it is given."""
    found = render(values, *extra)
    for role, container in containers(found).items():
        arguments = container["args"]
        parsed = _parser(arguments).parse_args(arguments)
        file = tmp_path / f"{role}.yaml"
        file.write_text(the(found, "ConfigMap", "settings")["data"][Path(parsed.settings).name])
        with monkeypatch.context() as patch:
            for variable in container["env"]:
                patch.setenv(variable["name"], variable.get("value", "from-a-reference"))
            loaded = load(ROLES[role], {}, file)

        assert isinstance(parsed, argparse.Namespace)
        assert loaded.origins["storage_config"] == f"file {file}"


@pytest.mark.parametrize(("values", "extra"), EVERY)
def test_pods_run_as_the_least_that_is_needed(values: Path, extra: tuple[str, ...]) -> None:
    """No root, no writable root filesystem, no capability, no token of the API, no cluster role."""
    found = render(values, *extra)
    for pod in pods(found):
        spec = pod["spec"]
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert spec["automountServiceAccountToken"] is False
        for container in [*spec["containers"], *spec.get("initContainers", [])]:
            context = container["securityContext"]
            assert context["readOnlyRootFilesystem"] is True
            assert context["allowPrivilegeEscalation"] is False
            assert context["capabilities"] == {"drop": ["ALL"]}
            assert container["resources"]["limits"]["memory"]
    assert not {"ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"} & {one["kind"] for one in found}


@pytest.mark.parametrize(("values", "extra"), EVERY)
def test_services_do_not_become_settings(values: Path, extra: tuple[str, ...]) -> None:
    """Kubernetes would tell of a Service called fleetcost as FLEETCOST_PORT, which is a setting's name: it must not."""
    for pod in pods(render(values, *extra)):
        assert pod["spec"]["enableServiceLinks"] is False


def test_every_volume_that_is_mounted_is_there() -> None:
    """Each mount of each example names a volume of its pod or a claim of its set."""
    for values in EXAMPLES:
        for document in render(values):
            if document["kind"] not in {"StatefulSet", "Deployment"}:
                continue
            spec = document["spec"]["template"]["spec"]
            claims = {claim["metadata"]["name"] for claim in document["spec"].get("volumeClaimTemplates", [])}
            there = {volume["name"] for volume in spec["volumes"]} | claims
            mounted = {mount["name"] for one in spec["containers"] for mount in one["volumeMounts"]}
            assert mounted <= there, values


def test_a_token_for_repairs_reaches_the_agent() -> None:
    """The secret with the token that repair orders carry is mounted where the agent's setting looks for it."""
    found = render(DEPLOY / "examples" / "primary-open.yaml")
    mounts = {one["name"]: one["mountPath"] for one in containers(found)["agent"]["volumeMounts"]}
    assert settings(found, "agent")["repair_token_file"] == f"{mounts['repair-token']}/token"


def test_selectors_find_their_pods() -> None:
    """Each Service and policy of each example selects a pod that has its port."""
    for values in EXAMPLES:
        found = render(values)
        for document in found:
            if document["kind"] == "Service":
                wanted = document["spec"]["selector"].items()
                ports = {
                    port["name"]
                    for pod in pods(found)
                    if wanted <= pod["metadata"]["labels"].items()
                    for container in pod["spec"]["containers"]
                    for port in container["ports"]
                }
                assert document["spec"]["ports"][0]["targetPort"] in ports, (values, document["metadata"]["name"])


def test_every_value_is_explained() -> None:
    """Each line of values.yaml that opens a key of one level is named in the schema, and the other way round."""
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    schema = yaml.safe_load((CHART / "values.schema.json").read_text())

    assert set(values) <= set(schema["properties"])
    for role in ("agent", "aggregator"):
        assert set(values[role]) == set(schema["properties"][role]["properties"])
