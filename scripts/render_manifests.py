"""
Write deploy/manifests/, the chart's copies of rules and dashboard, and which settings the chart takes.

The manifests are what people without Helm apply; a setting that the program refuses is refused by the chart's schema.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, get_type_hints

import msgspec

from fleetcost.ops.settings import ROLES

REPOSITORY = Path(__file__).parents[1]
DEPLOY = REPOSITORY / "deploy"
CHART = DEPLOY / "helm" / "fleetcost"
EXAMPLES = ("agent", "primary", "single")
"""The examples that are kept as plain manifests; the others differ from them in a few lines."""

COPIES = (
    ("alerts/fleetcost.rules.yaml", "fleetcost.rules.yaml"),
    ("grafana/fleetcost.json", "fleetcost.json"),
    ("helm/fleetcost/values.yaml", "values.yaml"),
)
"""A chart can only read files of its own folder."""

NAMESPACE = "fleetcost"
HEAD = """# Made by scripts/render_manifests.py from the chart and deploy/examples/{name}.yaml; a test fails when stale.
# Change the id, the addresses and the image, make the secret federated-store, then: kubectl apply -f {name}.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: fleetcost
"""


def find_helm() -> str | None:
    """Return Helm's program: built by `scripts/setup`, or on PATH."""
    built = REPOSITORY / ".cache" / "bin" / "helm"
    return str(built) if built.exists() else shutil.which("helm")


def render(helm: str, values: Path, *extra: str, release: str = "fleetcost", namespace: str = NAMESPACE) -> str:
    """Return what the chart makes of a values file."""
    command = [helm, "template", release, str(CHART), "--namespace", namespace, "--values", str(values), *extra]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def manifest(helm: str, name: str) -> str:
    """Return one example as plain manifests; what only Helm needs is left out."""
    rendered = render(helm, DEPLOY / "examples" / f"{name}.yaml", "--no-hooks")
    kept = [line for line in rendered.splitlines() if not line.lstrip().startswith(("# Source:", "helm.sh/chart:"))]
    return (HEAD.replace("{name}", name) + "\n".join(kept) + "\n").replace("managed-by: Helm", "managed-by: kubectl")


def values_schema() -> str:
    """Return the schema of the chart's values with each role's settings as the program reads them."""
    schema = json.loads((CHART / "values.schema.json").read_text())
    for role, kind in ROLES.items():
        settings = schema["properties"][role]["properties"]["settings"]
        settings.pop("propertyNames", None)
        settings |= {"properties": _settings(kind), "additionalProperties": False}
        schema["properties"][role]["properties"]["settings"] = settings
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _settings(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """Return each setting's type, bounds and meaning; paths, sizes and the like are written as texts."""
    hints = get_type_hints(kind, include_extras=True)
    return {
        name: msgspec.json.schema(hints[name], schema_hook=lambda _: {"type": ["string", "number"]})
        for name in kind.__struct_fields__
    }


def main() -> None:
    """Write every file."""
    helm = find_helm()
    if helm is None:
        sys.exit("no helm: scripts/setup chart builds it where Go is")
    (CHART / "values.schema.json").write_text(values_schema())
    for source, copy in COPIES:
        shutil.copyfile(DEPLOY / source, CHART / "files" / copy)
    for name in EXAMPLES:
        (DEPLOY / "manifests" / f"{name}.yaml").write_text(manifest(helm, name))


if __name__ == "__main__":
    main()
