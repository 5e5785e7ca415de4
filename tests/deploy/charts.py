"""What the chart's tests share: rendering, the containers of what was rendered."""

from __future__ import annotations

import runpy
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

REPOSITORY = Path(__file__).parents[2]
DEPLOY = REPOSITORY / "deploy"
CHART = DEPLOY / "helm" / "fleetcost"
EXAMPLES = sorted((DEPLOY / "examples").glob("*.yaml"))
OLD_VALUES = sorted((Path(__file__).parent / "old-values").glob("*.yaml"))
PROMETHEUS = ("--set", "global.prometheus.fqdn=http://prometheus.monitoring:9090")
"""The old product brought a Prometheus; this chart does not, so that its samples lack one line."""

Document = dict[str, Any]

_script = runpy.run_path(str(REPOSITORY / "scripts" / "render_manifests.py"))


def helm() -> str:
    """Return Helm's program; where it is not, the test is skipped."""
    found = _script["find_helm"]()
    if found is None:
        pytest.skip("no helm here: `scripts/setup chart` builds it where Go is")
    return str(found)


def manifest(name: str) -> str:
    """Return an example as plain manifests."""
    return str(_script["manifest"](helm(), name))


def render(values: Path, *extra: str) -> list[Document]:
    """Return the documents that the chart makes of a values file."""
    return documents(_rendered(values.read_text(), values, extra))


@cache
def _rendered(_text: str, values: Path, extra: tuple[str, ...]) -> str:
    """Render once; the text is an argument because a test may write another into the same file."""
    return str(_script["render"](helm(), values, *extra))


def refused(values: Path, *extra: str) -> str:
    """Return what the chart says when it refuses."""
    command = [helm(), "template", "fleetcost", str(CHART), "--values", str(values), *extra]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0, done.stdout
    return done.stderr


def documents(text: str) -> list[Document]:
    """Return the documents of a YAML text."""
    return [one for one in yaml.safe_load_all(text) if one]


def the(found: list[Document], kind: str, name: str = "") -> Document:
    """Return the one document of a kind, or that of this name."""
    (one,) = [one for one in found if one["kind"] == kind and name in one["metadata"]["name"]]
    return one


def pods(found: list[Document]) -> Iterator[Document]:
    """Iterate the pod templates."""
    for one in found:
        if one["kind"] in {"StatefulSet", "Deployment"}:
            yield one["spec"]["template"]


def containers(found: list[Document]) -> dict[str, Document]:
    """Return the containers by their names."""
    return {one["name"]: one for pod in pods(found) for one in pod["spec"]["containers"]}


def settings(found: list[Document], role: str) -> Document:
    """Return a role's settings file."""
    return dict(yaml.safe_load(the(found, "ConfigMap", "settings")["data"][f"{role}.yaml"]))
